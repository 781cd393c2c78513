package billing_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/parley-reports/parley/pkg/billing"
	"github.com/parley-reports/parley/pkg/whatsapp"
)

// someRates are valid from July 2025.
var someRates = []billing.Rate{
	rate("Brazil", "marketing", 0.0625), rate("North America", "marketing", 0.025), rate("Other", "marketing", 0.0604),
	rate("Spain", "marketing", 0.06), rate("Rest of Latin America", "marketing", 0.074),
}

func rate(market, category string, usd float64) billing.Rate {
	return rateFrom("2025-07-01", market, category, usd)
}

func rateFrom(from, market, category string, usd float64) billing.Rate {
	return billing.Rate{Market: market, Category: category, ValidFrom: date(from), USD: &usd}
}

// date is a day, or nil for an empty text.
func date(text string) *time.Time {
	if text == "" {
		return nil
	}
	return new(instant(text))
}

// offer is a marketing template on 2026-11-10 to the first contact on the first line.
func offer(change ...func(m *billing.Message)) billing.Message {
	m := billing.Message{At: instant("2026-11-10 12:00").UnixMicro(), Template: true, Category: "marketing"}
	for _, f := range change {
		f(&m)
	}
	return m
}

func at(text string) func(m *billing.Message) {
	return func(m *billing.Message) { m.At = instant(text).UnixMicro() }
}

func category(id string) func(m *billing.Message) {
	return func(m *billing.Message) { m.Category = id }
}

func service(m *billing.Message) { m.Template, m.Category = false, "" }

func inWindow(m *billing.Message) { m.InWindow = true }

func free(m *billing.Message) { m.Free = true }

func onLine(line, pair int32) func(m *billing.Message) {
	return func(m *billing.Message) { m.Line, m.Pair = line, pair }
}

func toContact(contact int32) func(m *billing.Message) {
	return func(m *billing.Message) { m.Contact, m.Pair = contact, contact }
}

func said(billable *bool, kind, model, category string) func(m *billing.Message) {
	return func(m *billing.Message) { m.Said = billing.Say(billable, kind, model, category) }
}

var yes, no = true, false

// tables have a contact and a line in Brazil.
func tables(rates ...billing.Rate) billing.Tables {
	return billing.Tables{Rates: rates, Lines: []billing.Line{{Channel: "whatsapp", Number: "+551140000000"}, {Channel: "whatsapp"}}, Contacts: []billing.Contact{{Phone: "+5511900000001"}}}
}

// costs writes the charges: "-" for none, the price, or the reason why it is unknown.
func costs(tables billing.Tables, since string, messages ...billing.Message) string {
	b := billing.New(tables)
	var texts []string
	for _, charge := range b.Charges(messages, instant(since)) {
		switch {
		case charge.Unknown:
			gap := b.Gap(charge.Gap)
			texts = append(texts, strings.TrimSpace(gap.Kind+" "+gap.Of+" "+gap.Category))
		case charge.Known:
			texts = append(texts, fmt.Sprint(charge.USD))
		default:
			texts = append(texts, "-")
		}
	}
	return strings.Join(texts, ", ")
}

func TestMarkets(t *testing.T) {
	for _, c := range []struct{ phone, country, want string }{
		{"+34600000001", "", "0.06"},
		{"34600000001", "", "0.06"},
		{"+1 868 300 0001", "", "0.0604"},  // Trinidad
		{"+1-242-300-0001", "", "0.0604"},  // Bahamas
		{"+1 (416) 555-0100", "", "0.025"}, // Canada
		{"18095550100", "", "0.074"},       // Dominican Republic
		{"+17875550100", "", "0.074"},      // Puerto Rico
		{"+16715550100", "", "0.0604"},     // Guam
		{"+77011234567", "", "0.0604"},     // Kazakhstan
		{"+79161234567", "", "rate RU marketing"},
		{"+48600000001", "", "rate PL marketing"},
		{"11987654321", "", "prefix 119"}, // São Paulo without the country code
		{"51987654321", "", "national"},   // Porto Alegre, or Peru
		{"55987654321", "", "national"},   // Rio Grande do Sul
		{"011 98765-4321", "", "national"},
		{"11987654321", "BR", "0.0625"},
		{"(31) 98765-4321", "br", "0.0625"}, // Belo Horizonte
		{"005511900000001", "", "0.0625"},
		{"551190000000", "", "0.0625"}, // an old mobile number
		{"5511900000001:12@s.whatsapp.net", "", "0.0625"},
		{"whatsapp:+5511900000001", "", "0.0625"},
		{"5511900000001@lid", "", "contact"},
		{"5511900000001@LID", "", "contact"},
		{"+999123456789", "", "prefix 999"},
		{"+9", "", "prefix 9"},
		{"000", "", "prefix 0"},
		{"99912", "", "prefix 999"},
		{"+999123456789", "ES", "0.06"},
		{"", "ES", "0.06"},
		{"", "Brasil", "0.0625"},
		{"", "ESPAÑA", "0.06"},
		{"", "XX", "contact"},
		{"", "", "contact"},
		{"+34600000001", "BR", "0.06"},
	} {
		in := tables(someRates...)
		in.Contacts = []billing.Contact{{Phone: c.phone, Country: c.country}}
		if got := costs(in, "2026-11-01", offer()); got != c.want {
			t.Errorf("%q, %q: got %s, want %s", c.phone, c.country, got, c.want)
		}
	}
	in := tables(someRates...)
	in.Contacts = []billing.Contact{{Phone: "51987654321"}}
	if got := costs(in, "2026-11-01", offer(onLine(1, 1))); got != "rate PE marketing" {
		t.Errorf("a line without a number: %s", got)
	}
	if got := costs(in, "2026-11-01", offer(toContact(-1))); got != "contact" {
		t.Errorf("no contact: %s", got)
	}
}

func TestLines(t *testing.T) {
	for _, c := range []struct {
		line billing.Line
		want string
	}{
		{billing.Line{Channel: " WhatsApp "}, "0.0625"},
		{billing.Line{Channel: "whatsapp", Provider: "whatsapp_cloud"}, "0.0625"},
		{billing.Line{Channel: "whatsapp", Provider: "baileys"}, "-"},
		{billing.Line{Channel: "whatsapp", Provider: " Z-API"}, "-"},
		{billing.Line{Channel: "whatsapp", Provider: "carrier pigeon"}, "provider"},
		{billing.Line{Channel: "wa"}, "channel"},
		{billing.Line{Channel: "wa", Provider: "carrier pigeon"}, "channel"},
		{billing.Line{Provider: "baileys"}, "-"},
		{billing.Line{}, "channel"},
		{billing.Line{Channel: "webchat"}, "-"},
		{billing.Line{Channel: "Instagram", Provider: "carrier pigeon"}, "-"},
	} {
		in := tables(someRates...)
		in.Lines = []billing.Line{c.line}
		if got := costs(in, "2026-11-01", offer()); got != c.want {
			t.Errorf("%+v: got %s, want %s", c.line, got, c.want)
		}
	}
	in := tables(someRates...)
	if got := costs(in, "2026-11-01", offer(onLine(-1, 0)), offer(onLine(-1, 0), service)); got != "channel, -" {
		t.Errorf("no line, and a free unit: %s", got)
	}
}

// TestSaid bills messages by what the provider says of the charge.
func TestSaid(t *testing.T) {
	in := tables(rate("Brazil", "marketing", 1), rate("Brazil", "authentication", 10), rate("Brazil", "AUTHENTICATION-INTERNATIONAL", 100), rate("Brazil", "utility", 1000))
	for _, c := range []struct {
		name    string
		message billing.Message
		want    string
	}{
		{"marketing lite", offer(said(&yes, "regular", "PMP", "marketing_lite")), "1"},
		{"a category with its own rate", offer(said(&yes, "REGULAR", "PMP", "authentication-international")), "100"},
		{"authentication", offer(said(&yes, "", "PMP", "Authentication")), "10"},
		{"not billable", offer(said(&no, "", "CBP", "referral_conversion")), "-"},
		{"not billable, but regular", offer(said(&no, "regular", "", "")), "-"},
		{"free customer service", offer(said(nil, " free_customer_service", "PMP", "utility"), inWindow), "-"},
		{"service that is billed", offer(said(&yes, "regular", "PMP", "service"), service), "1000"}, // at the rate of the rule
		{"service by the rule", offer(said(nil, "", "PMP", "service"), service), "-"},
		{"a category without rules", offer(said(&yes, "regular", "PMP", "general_purpose_ai")), "rate BR general_purpose_ai"},
		{"nothing is said of one", offer(category("general_purpose_ai")), "category"},
		{"an unknown category", offer(said(&yes, "", "", "odd")), "category"},
		{"not billed, of an unknown category", offer(said(&no, "", "", "odd")), "-"},
		{"a template without a category", offer(category(" ")), "category"},
		{"a blank category", offer(said(&yes, "", "", " \t")), "1"},
		{"a free entry point", offer(free), "-"},
		{"a free entry point that is billed", offer(free, said(nil, "regular", "", "")), "1"},
		{"a free entry point of an unknown category", offer(free, category("odd")), "-"},
	} {
		if got := costs(in, "2026-11-01", c.message); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}

func TestRates(t *testing.T) {
	nan, below, most := 0.0, -1.0, 1_000_000.0
	nan /= nan
	bad := []billing.Rate{
		{Market: "Brazil", Category: "marketing", ValidFrom: date("2026-01-01")}, {Market: "Brazil", Category: "marketing", ValidFrom: date("2026-02-01"), USD: &nan},
		{Market: "Brazil", Category: "marketing", ValidFrom: date("2026-03-01"), USD: &below}, {Market: "Brazil", Category: "marketing", ValidFrom: date("2026-03-01"), USD: &most}, {},
	}
	for _, c := range []struct {
		name  string
		rates []billing.Rate
		want  string
	}{
		{"no rates", nil, "rate BR marketing"},
		{"capitals", []billing.Rate{rate("BRAZIL ", " Marketing", 1)}, "1"},
		{"bad rows", append(bad, rate("Brazil", "marketing", 1)), "1"},
		{"always", []billing.Rate{rateFrom("", "Brazil", "marketing", 1)}, "1"},
		{"twice", []billing.Rate{rate("Brazil", "marketing", 1), rate("BRAZIL", "Marketing", 2), rate("Brazil", "marketing", 1.5)}, "2"},
		{"the latest", []billing.Rate{rateFrom("2026-11-10", "Brazil", "marketing", 2), rate("Brazil", "marketing", 3), rateFrom("2026-11-11", "Brazil", "marketing", 4)}, "2"},
		{"nothing", []billing.Rate{rate("Brazil", "marketing", 0)}, "0"},
		{"a name of the country before another", []billing.Rate{rate("Brasil", "marketing", 2), rate("br", "marketing", 3), rate("Brazil", "marketing", 1)}, "1"},
		{"no such market", []billing.Rate{rate("Brazill", "marketing", 1)}, "rate BR marketing"},
	} {
		if got := costs(tables(c.rates...), "2026-11-01", offer()); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
	// A rate of the country, even of a related category, goes before its market's.
	in := tables(rate("Rest of Central and Eastern Europe", "marketing_lite", 1), rate("Poland", "marketing", 2))
	in.Contacts = []billing.Contact{{Phone: "+48600000001"}, {Phone: "+40712345678"}}
	if got := costs(in, "2026-11-01", offer(category("marketing_lite")), offer(category("marketing_lite"), toContact(1))); got != "2, 1" {
		t.Errorf("market and country: %s", got)
	}
}

func TestOwnMarkets(t *testing.T) {
	in := tables(rateFrom("", "Home", "marketing", 1), rateFrom("", "away", "marketing", 10), rateFrom("", "Moon", "marketing", 100))
	in.Markets = []billing.Market{
		{Prefix: "55", Market: "home"}, {Prefix: "+55 11", Market: "Away", ValidFrom: date("2026-11-01")}, {Prefix: "55 11", Market: "moon", ValidFrom: date("2026-11-01")},
		{Prefix: "00999", Market: "Moon"}, {Prefix: "x", Market: "Moon"}, {Prefix: "5511", Market: "Moon", ValidFrom: date("2026-12-01")}, {Prefix: "5521", Market: " "}, {Prefix: "33", Market: "France"},
	}
	in.Contacts = []billing.Contact{{Phone: "+5511900000001"}, {Phone: "+5521900000001"}, {Country: "br"}, {Phone: "999123"}, {Phone: "55987654321"}, {Phone: "+33612345678"}, {Phone: "55987654321", Country: "FR"}}
	var messages []billing.Message
	for i := range in.Contacts {
		messages = append(messages, offer(toContact(int32(i))))
	}
	messages = append(messages, offer(at("2026-12-01")))
	if got, want := costs(in, "2026-11-01", messages...), "10, 1, 1, 100, national, rate =france marketing, rate =france marketing, 100"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := costs(in, "2026-10-01", offer(at("2026-10-31 23:59:59"))); got != "1" {
		t.Errorf("before the longer prefix is valid: %s", got)
	}
}

func TestShippedRules(t *testing.T) {
	in := tables(rateFrom("", "Brazil", "marketing", 1), rateFrom("", "Brazil", "utility", 10))
	utility := category("utility")
	for _, c := range []struct {
		name     string
		messages []billing.Message
		want     string
	}{
		{"one charge per conversation, line and category", []billing.Message{
			offer(at("2025-03-10 11:00")), offer(at("2025-03-10 12:00"), utility), offer(at("2025-03-10 12:00"), onLine(1, 1)), offer(at("2025-03-11 10:59:59")), offer(at("2025-03-11 11:00")),
		}, "1, 10, 1, -, 1"},
		{"a message without a contact is a conversation of its own", []billing.Message{offer(at("2025-03-10"), toContact(-1)), offer(at("2025-03-10"), toContact(-1))}, "contact, contact"},
		{"one that the provider doesn't bill takes the place", []billing.Message{offer(at("2025-03-10 11:00"), said(&no, "", "", "")), offer(at("2025-03-10 12:00"))}, "-, -"},
		{"the provider bills by conversation", []billing.Message{offer(said(nil, "", "cbp", "")), offer(said(nil, "", "CBP", "")), offer()}, "1, -, 1"},
		{"or by message before that", []billing.Message{offer(at("2025-03-10 11:00")), offer(at("2025-03-10 11:00"), said(nil, "", "PMP", ""))}, "1, 1"},
		{"service was free", []billing.Message{offer(at("2025-03-10"), service)}, "-"},
		{"each template from July 2025", []billing.Message{offer(at("2025-06-30 23:59:59")), offer(at("2025-07-01")), offer(at("2025-07-01"))}, "1, 1, 1"},
		{"utility was free in window", []billing.Message{offer(at("2025-07-10"), utility, inWindow), offer(at("2025-07-10"), utility)}, "-, 10"},
		{"a category without rules of its own", []billing.Message{offer(category("transactional")), offer(category("otp"))}, "10, rate BR otp"},
	} {
		if got := costs(in, "2025-01-01", c.messages...); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}

func TestFreeUnitsOfShippedRules(t *testing.T) {
	in := tables(rate("Brazil", "utility", 10))
	var messages []billing.Message
	for range 1000 {
		messages = append(messages, offer(at("2026-10-10"), service))
	}
	messages = append(messages, offer(at("2026-10-10"), service), offer(at("2026-10-10"), category("utility"), inWindow), offer(at("2026-10-10"), service, onLine(1, 1)), offer(at("2026-11-01"), service))
	got := costs(in, "2026-10-01", messages...)
	if !strings.HasSuffix(got, " -, 10, -, -, -") || strings.Count(got, "10") != 1 {
		t.Errorf("got %s", got[len(got)-40:])
	}
}

func TestFreeUnits(t *testing.T) {
	in := tables(rateFrom("", "Brazil", "utility", 1), rateFrom("2025-08-01", "Brazil", "utility", 10))
	in.Rules = []billing.Rule{
		{Unit: "message", Category: "service", Billable: &yes, RateCategory: "utility", FreeUnits: new(2)},
		{Unit: "message", Category: "service", Billable: &no, InWindow: &yes, RateCategory: "utility"},
	}
	var messages []billing.Message
	for _, day := range []string{"2025-06-30", "2025-07-01", "2025-07-15", "2025-07-31 23:59:59", "2025-08-01", "2025-08-02", "2025-08-03"} {
		messages = append(messages, offer(at(day), service))
	}
	messages[2].InWindow = true // bills nothing and uses up nothing
	messages = append(messages, offer(at("2025-08-04"), service, said(&no, "", "", "")), offer(at("2025-08-05"), service, said(&yes, "", "", "")), offer(at("2025-08-05"), service, onLine(1, 1)))
	if got := costs(in, "2025-07-01", messages...); got != "-, -, -, -, -, -, 10, -, 10, -" {
		t.Errorf("got %s", got)
	}
	// What the provider bills uses up units too.
	if got := costs(in, "2025-07-01", offer(at("2025-07-01"), service, said(&yes, "", "", "")), offer(at("2025-07-02"), service), offer(at("2025-07-03"), service)); got != "1, -, 1" {
		t.Errorf("got %s", got)
	}
}

func TestRules(t *testing.T) {
	rule := func(from, unit, category string, window *bool, billable bool, rated string) billing.Rule {
		return billing.Rule{ValidFrom: date(from), Unit: unit, Category: category, InWindow: window, Billable: &billable, RateCategory: rated}
	}
	for _, c := range []struct {
		name  string
		rules []billing.Rule
		want  string
	}{
		{"unusable rules leave the shipped ones", []billing.Rule{rule("", "minute", "marketing", nil, false, ""), {Unit: "message", Category: "marketing"}, rule("", "message", " ", nil, false, "")}, "1"},
		{"own rules bill what they name", []billing.Rule{rule("", "message", "utility", nil, true, "")}, "-"},
		{"without a rate category", []billing.Rule{rule("", " Message", "MARKETING", nil, true, "")}, "1"},
		{"another rate category", []billing.Rule{rule("", "message", "marketing", nil, true, "Utility")}, "10"},
		{"the latest", []billing.Rule{rule("2026-11-10", "message", "marketing", nil, true, "utility"), rule("", "message", "marketing", &no, false, ""), rule("2026-11-11", "message", "marketing", nil, false, "")}, "10"},
		{"of one day the one for the window", []billing.Rule{rule("", "message", "marketing", &no, true, "utility"), rule("", "message", "marketing", nil, true, "")}, "10"},
		{"of equal ones the one that bills", []billing.Rule{rule("", "message", "marketing", nil, true, ""), rule("", "message", "marketing", nil, false, "")}, "1"},
		{"for the other window", []billing.Rule{rule("", "message", "marketing", &yes, true, "")}, "-"},
		{"not yet valid", []billing.Rule{rule("2027-01-01", "message", "marketing", nil, true, "")}, "-"},
	} {
		in := tables(rateFrom("", "Brazil", "marketing", 1), rateFrom("", "Brazil", "utility", 10), rateFrom("", "Brazil", "promo", 100))
		in.Rules = c.rules
		if got := costs(in, "2026-11-01", offer()); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
	in := tables(rateFrom("", "Brazil", "promo", 100))
	in.Rules = []billing.Rule{rule("", "message", "marketing", nil, true, "promo")}
	in.Rules[0].FreeUnits = new(1)
	// marketing_lite is billed by the rule of marketing and shares its allowance.
	if got := costs(in, "2026-11-01", offer(), offer(category("marketing_lite")), offer(category("promo"))); got != "-, 100, -" {
		t.Errorf("got %s", got)
	}
	// Of equal ones without and with free units the one without.
	in.Rules = append(in.Rules, rule("", "message", "marketing", nil, true, "promo"))
	if got := costs(in, "2026-11-01", offer()); got != "100" {
		t.Errorf("got %s", got)
	}
}

func TestMessagesBeforeSince(t *testing.T) {
	in := tables(rateFrom("", "Brazil", "marketing", 1))
	messages := []billing.Message{offer(at("2025-03-31 12:00"), category("odd")), offer(at("2025-03-31 12:00")), offer(at("2025-04-01 11:59:59")), offer(at("2025-04-01 12:00"))}
	if got := costs(in, "2025-04-01", messages...); got != "-, -, -, 1" {
		t.Errorf("got %s", got)
	}
}

// TestConcurrentRuns shares a Biller between goroutines.
func TestConcurrentRuns(t *testing.T) {
	in := tables()
	in.Contacts = []billing.Contact{{Phone: "+5511900000001"}, {Phone: "+999"}}
	b := billing.New(in)
	messages := []billing.Message{offer(), offer(toContact(1)), offer(category("otp"))}
	runs := make([][]billing.Charge, 8)
	var group sync.WaitGroup
	for i := range runs {
		group.Go(func() {
			runs[i] = b.Charges(messages, instant("2026-11-01"))
			b.Gap(runs[i][0].Gap)
		})
	}
	group.Wait()
	for _, charges := range runs[1:] {
		if !slices.Equal(charges, runs[0]) {
			t.Errorf("got %v and %v", charges, runs[0])
		}
	}
}

// TestHomes: places has a bit for each country where numbers are written without the
// calling code.
func TestHomes(t *testing.T) {
	n := 0
	for _, c := range whatsapp.Countries() {
		if c.National != "" {
			n++
		}
	}
	if n == 0 || n > 64 {
		t.Errorf("%d countries", n)
	}
}

func BenchmarkCharges(b *testing.B) {
	in := billing.Tables{}
	for _, r := range whatsapp.SampleRates() {
		in.Rates = append(in.Rates, billing.Rate{Market: r.Market, Category: r.Category, ValidFrom: &r.ValidFrom, USD: &r.USD})
	}
	for i := range 20 {
		in.Lines = append(in.Lines, billing.Line{Channel: "whatsapp", Number: fmt.Sprintf("5511400000%02d", i)})
	}
	const contacts, n = 100_000, 1_000_000
	for i := range contacts {
		in.Contacts = append(in.Contacts, billing.Contact{Phone: fmt.Sprintf("%s%08d", []string{"55119", "+52155", "+34600", "1868"}[i%4], i)})
	}
	categories := []string{"marketing", "UTILITY", "authentication", ""}
	first := instant("2026-09-01").UnixMicro()
	var messages []billing.Message
	for i := range n {
		pair := int32(i * 7919 % contacts)
		messages = append(messages, billing.Message{Pair: pair, Line: pair % 20, Contact: pair, At: first + int64(i)*7_000_000, InWindow: i%3 == 0, Template: i%4 != 3, Category: categories[i%4]})
	}
	b.ResetTimer()
	for b.Loop() {
		billing.New(in).Charges(messages, instant("2026-09-01"))
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/message")
}
