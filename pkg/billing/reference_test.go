package billing_test

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/parley-reports/parley/internal/contract"
	"github.com/parley-reports/parley/internal/reference"
	"github.com/parley-reports/parley/pkg/billing"
	"github.com/parley-reports/parley/pkg/query"
	"github.com/parley-reports/parley/pkg/whatsapp"
)

// TestAgainstReference compares the charge of each message of random data with the
// independent calculation.
func TestAgainstReference(t *testing.T) {
	seen := map[string]int{}
	for seed := int64(1); seed <= 12; seed++ {
		options := reference.RandomOptions{Messages: 1000, Sequence: seed%2 == 0}
		switch seed % 3 { // around the changes of the pricing
		case 0:
			options.Start, options.End = instant("2025-05-01"), instant("2025-07-20")
		case 1:
			options.Start, options.End = instant("2026-09-01"), instant("2026-11-15")
		}
		data := reference.Random(seed, options)
		for i := range data.Messages {
			data.Messages[i].CorrelationID = new(data.Messages[i].MessageID)
		}
		data.Lines[0].Channel, data.Lines[0].Provider = new("whatsapp"), new("pigeon")
		compareWithReference(t, data, seen)
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
	for _, kind := range []string{"known", "nothing", "channel", "provider", "category", "contact", "national", "prefix", "rate"} {
		if seen[kind] < 5 {
			t.Errorf("only %d charges are of the kind %s", seen[kind], kind)
		}
	}
}

func compareWithReference(t *testing.T, data contract.Data, seen map[string]int) {
	t.Helper()
	defaults := reference.Defaults()
	defaults.Rates = []contract.Rate{}
	facts := reference.Prepare(data, defaults)
	from, to := instant("2025-01-01"), instant("2027-01-01")
	details, err := facts.Details(query.Query{Report: "message_details_sent"}, from, to, to)
	if err != nil {
		t.Fatal(err)
	}
	costs, err := facts.Compute(query.Query{Metrics: []string{"cost_usd", "cost_unknown"}, GroupBy: []string{"correlation_id"}}, from, to, to)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]map[string]any{}
	for _, row := range costs {
		if id, ok := row["correlation_id"].(string); ok {
			want[id] = row
		}
	}
	tables, ids, messages := input(data, details)
	b := billing.New(tables)
	for i, charge := range b.Charges(messages, from) {
		if charge.Known && charge.Unknown || charge.Unknown != (charge.Gap >= 0) {
			t.Errorf("%s: %+v", ids[i], charge)
		}
		switch {
		case charge.Unknown:
			seen[b.Gap(charge.Gap).Kind]++
		case charge.Known:
			seen["known"]++
		default:
			seen["nothing"]++
		}
		row := want[ids[i]]
		switch {
		case ids[i] == "":
			continue // it has a price of its own
		case row == nil:
			t.Fatalf("no cost of %s", ids[i])
		}
		unknown := map[bool]float64{true: 1}[charge.Unknown]
		if usd := row["cost_usd"].(float64); math.Abs(usd-charge.USD) > 1e-12 || row["cost_unknown"] != unknown {
			t.Errorf("%s: got %+v, want %v for %+v", ids[i], charge, row, messages[i])
		}
	}
}

// input returns the tables and the delivered messages in their order, with the ids of
// those without a price and "" for the others. What depends on sessions comes from the
// details.
func input(data contract.Data, details []map[string]any) (tables billing.Tables, ids []string, messages []billing.Message) {
	byID := map[string]*contract.Message{}
	for i := range data.Messages {
		byID[data.Messages[i].MessageID] = &data.Messages[i]
	}
	id := func(row map[string]any) string { return row["message_id"].(string) }
	const last = math.MaxInt64
	slices.SortFunc(details, func(a, b map[string]any) int {
		x, y := byID[id(a)], byID[id(b)]
		return cmp.Or(x.CreatedAt.Compare(y.CreatedAt), cmp.Compare(or(x.Sequence, last), or(y.Sequence, last)), strings.Compare(id(a), id(b)))
	})
	lines, contacts, pairs := index{}, index{}, index{}
	for _, row := range details {
		m := byID[id(row)]
		if row["status"] != "delivered" && row["status"] != "read" {
			continue
		}
		msg := billing.Message{Pair: -1, Line: lines.of(row["line"]), Contact: contacts.of(row["contact"]), At: m.CreatedAt.UnixMicro(),
			InWindow: row["in_window"] == "open", Free: row["initiator"] == "free_entry_point", Category: text(m.TemplateCategory),
			Said: billing.Say(m.Billable, text(m.PricingType), text(m.PricingModel), text(m.PricingCategory))}
		msg.Template = row["template"] != nil || slices.Contains(whatsapp.TemplateCategories(), whatsapp.FoldCategory(msg.Category))
		if msg.Contact >= 0 {
			msg.Pair = pairs.of([3]any{row["account"], row["line"], row["contact"]})
		}
		ids, messages = append(ids, m.MessageID), append(messages, msg)
		if m.PriceUSD != nil {
			ids[len(ids)-1] = ""
		}
	}
	tables.Lines, tables.Contacts = make([]billing.Line, len(lines)), make([]billing.Contact, len(contacts))
	for _, l := range data.Lines {
		if at, ok := lines[l.LineID]; ok {
			tables.Lines[at] = billing.Line{Channel: text(l.Channel), Provider: text(l.Provider), Number: text(l.Number)}
		}
	}
	for _, c := range data.Contacts {
		if at, ok := contacts[c.ContactID]; ok {
			tables.Contacts[at] = billing.Contact{Phone: text(c.Phone), Country: text(c.Country)}
		}
	}
	for _, r := range data.Rates {
		tables.Rates = append(tables.Rates, billing.Rate{Market: r.Market, Category: r.Category, ValidFrom: &r.ValidFrom, USD: &r.USD})
	}
	for _, m := range data.Markets {
		tables.Markets = append(tables.Markets, billing.Market{Prefix: m.Prefix, Market: m.Market, ValidFrom: m.ValidFrom})
	}
	for _, r := range data.BillingRules {
		rule := billing.Rule{ValidFrom: &r.ValidFrom, Unit: r.Unit, Category: r.Category, InWindow: r.InWindow, Billable: &r.Billable, RateCategory: r.RateCategory}
		if r.FreeUnits != nil {
			rule.FreeUnits = new(int(*r.FreeUnits))
		}
		tables.Rules = append(tables.Rules, rule)
	}
	return tables, ids, messages
}

// index numbers keys.
type index map[any]int32

// of returns the number of a key, or -1 for nil.
func (x index) of(key any) int32 {
	if key == nil {
		return -1
	}
	if _, ok := x[key]; !ok {
		x[key] = int32(len(x))
	}
	return x[key]
}

// text is a column without the blanks around it, which sources leave out.
func text(p *string) string {
	if p == nil {
		return ""
	}
	return strings.TrimFunc(*p, func(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) })
}

func or(p *int64, otherwise int64) int64 {
	if p == nil {
		return otherwise
	}
	return *p
}

// instant parses a time in UTC. The time of day can be left out.
func instant(text string) time.Time {
	const layout = "2006-01-02 15:04:05"
	at, err := time.Parse(layout[:len(text)], text)
	if err != nil {
		panic(err)
	}
	return at
}
