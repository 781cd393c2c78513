package reference

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/parley-reports/parley/internal/contract"
)

// RandomOptions shape random data. What is left out has a default.
type RandomOptions struct {
	Messages   int       // 2000
	Start, End time.Time // 2025-03-01 to 2026-11-15, with clock changes and both changes of billing; stories begin about here
	// Sequence gives most messages a sequence of the source.
	Sequence bool
	// Markets of the random rate card; a few of the shipped ones.
	Markets []string
	// Clean leaves out what no product writes into its own tables: blank ids, words in
	// other cases, impossible times, directions that are none.
	Clean bool
}

// Zones are the time zones around whose clock changes random data gathers.
// Some have names that zone tables keep for old times' sake, or not at all.
var Zones = []string{"UTC", "America/Santiago", "America/Havana", "Australia/Lord_Howe", "Asia/Kolkata", "America/Sao_Paulo", "America/Buenos_Aires", "US/Eastern", "Europe/Kiev"}

// scheduleZones are those of working hours, blank and unknown ones among them.
var scheduleZones = append([]string{"", " ", "Etc/Unknown", "Asia/Calcutta", "America/Asuncion"}, Zones...)

// instants and gaps at which rules change their mind
var gaps = []time.Duration{
	0, 0, time.Microsecond, time.Second, 59 * time.Second, 5 * time.Minute, 37 * time.Minute, 3 * time.Hour, 12 * time.Hour,
	24*time.Hour - time.Microsecond, 24 * time.Hour, 24*time.Hour + time.Microsecond,
	25 * time.Hour, 36 * time.Hour,
	72*time.Hour - time.Microsecond, 72 * time.Hour, 72*time.Hour + time.Microsecond,
	96*time.Hour - time.Microsecond, 96 * time.Hour, 96*time.Hour + time.Microsecond,
	9 * 24 * time.Hour, 40 * 24 * time.Hour,
}

// Ids that sort one way by bytes and another by locale, that need quoting, that
// hold a pattern's letters, and numbers as text.
var (
	accountIDs  = []string{"acme", "ACME", "ácme", "1"}
	lineIDs     = []string{"9", "10", "L'1", "Über", "uber", "b_line", "B-line", "línea 1"}
	channels    = []string{"whatsapp", "whatsapp", "whatsapp", "webchat", "instagram", "sms", "telegram", ""}
	teamIDs     = []string{"7", "07", "ventas", "Ventas", `"t"`}
	agentIDs    = []string{"1", "2", "10", "O'Brien", "zoé", "Zoe", "a.b"}
	campaignIDs = []string{"promo", "Promo", "100%", "c_1", "日本"}
	tagNames    = []string{"vip", "VIP", "churn", "reclamo", "Ñandú", "a|b", "100%", ""}
	prefixes    = []string{"", "m", "M", "é", "Z", "_", "'", `"`, "ñ", "日本", "wamid.HBg", "-", "a b"}
	peopleNames = []string{"Ana", "ana", "Ana", "José", "Zoë", "O'Hara", "100% Pérez", "", "李"}
	errorCodes  = []string{"131047", "131026", "132000", "131049", "63016", "100", "10", "131009", "", " ", "(#131047)", " 63049 ", "131026.0", "999999", "abc", "400", "403", "429", "5.1.1"}
	errorTexts  = []string{
		"(#100) Invalid parameter", "Recipient phone number is not valid", "tomorrow", "The parameter TO is required", "", " ", "due to nothing",
		"10 - (#10) This message is sent outside of allowed window.", "100 - No matching user found", "[HTTP 400] 21211 : Unable to create record", "Código de error: 63016",
		`{"error":{"code":131026,"error_subcode":33}}`, "Your account has been restricted (463)", "WhatsApp error 429", "403, Forbidden: bot was blocked by the user", "550 5.1.1 user unknown",
		"Error validating access token: Session has expired", "Template is paused", "REQUEST TIMED OUT", "24 hours later", "(#-1) Erro interno inesperado", "O número não está no WhatsApp",
	}
	// Of every ten rows one is a call or no message at all.
	contentTypes = []string{"text", "text", "text", "text", "text", "text", "text", "image", "image", "image", "audio", "audio", "audio", "", "", "unsupported", "poll_creation",
		"call", "Voice_Call", " call ", "reaction", "Reaction", "system"}
	phones = []string{"+55 11 9%04d-1111", "5511%04d", "(52) 55 %04d", "54911%04d", "+1 809 %04d", "+999 %04d", "00%04d", "593%04d", "no phone", ""}
)

type generator struct {
	*rand.Rand
	options  RandomOptions
	data     contract.Data
	messages []*contract.Message
	used     map[string]bool
	lines    []string
	contacts []string
	threads  []*contract.Conversation
	hot      []time.Time
}

// Random makes ugly data: equal times, duplicates, orphans, regressing
// statuses, gaps that end exactly where a session does. One seed always makes
// the same data. Rates, billing rules, reply events and prices come with some
// seeds only. Unless it is to be clean, it has what databases have besides: see soil.
func Random(seed int64, options RandomOptions) contract.Data {
	if options.Messages == 0 {
		options.Messages = 2000
	}
	if options.Start.IsZero() {
		options.Start = time.Date(2025, 3, 1, 0, 0, 0, 0, time.UTC)
	}
	if options.End.IsZero() {
		options.End = time.Date(2026, 11, 15, 0, 0, 0, 0, time.UTC)
	}
	if len(options.Markets) == 0 {
		options.Markets = []string{"Brazil", "Mexico", "Argentina", "Rest of Latin America"}
	}
	g := &generator{Rand: rand.New(rand.NewPCG(uint64(seed), 1)), options: options, used: map[string]bool{}}
	g.findHotInstants()
	g.describe()
	for len(g.messages) < options.Messages {
		g.scene()
	}
	g.messages = g.messages[:options.Messages]
	g.number()
	g.converse()
	g.bill()
	if !options.Clean {
		g.Rand = rand.New(rand.NewPCG(uint64(seed), 4))
		g.muddyCosts()
	}
	g.Rand = rand.New(rand.NewPCG(uint64(seed), 2)) // what follows changes nothing above
	g.quote()
	g.repeat()
	g.Shuffle(len(g.messages), func(i, j int) { g.messages[i], g.messages[j] = g.messages[j], g.messages[i] })
	for _, m := range g.messages {
		g.data.Messages = append(g.data.Messages, *m)
	}
	for _, c := range g.threads {
		g.data.Conversations = append(g.data.Conversations, *c)
	}
	if !options.Clean {
		g.Rand = rand.New(rand.NewPCG(uint64(seed), 3))
		g.soil()
	}
	return g.data
}

func pick[T any](g *generator, items []T) T { return items[g.IntN(len(items))] }

func (g *generator) chance(p float64) bool { return g.Float64() < p }

// maybe is null with the given probability.
func maybe[T any](g *generator, null float64, v T) *T {
	if g.chance(null) {
		return nil
	}
	return &v
}

// id makes an id that was not used before.
func (g *generator) id() string {
	for {
		id := pick(g, prefixes) + string(rune('a'+g.IntN(26)-32*g.IntN(2))) + fmt.Sprint(g.IntN(10*g.options.Messages+1000))
		if !g.used[id] {
			g.used[id] = true
			return id
		}
	}
}

// findHotInstants gathers the clock changes and the changes of billing.
func (g *generator) findHotInstants() {
	within := func(t time.Time) {
		if t.After(g.options.Start) && t.Before(g.options.End) {
			g.hot = append(g.hot, t.UTC())
		}
	}
	for _, name := range Zones {
		zone, err := time.LoadLocation(name)
		if err != nil {
			panic(err)
		}
		for t := g.options.Start; t.Before(g.options.End); {
			_, end := t.In(zone).ZoneBounds()
			if end.IsZero() {
				break
			}
			within(end)
			t = end
		}
	}
	for _, date := range []string{"2024-11-01", "2025-07-01", "2026-10-01", "2026-03-01"} {
		t, err := time.Parse(time.DateOnly, date)
		if err != nil {
			panic(err)
		}
		within(t)
	}
	for range 4 { // moments at which much happens
		within(g.anyTime())
	}
}

func (g *generator) anyTime() time.Time {
	t := g.options.Start.Add(time.Duration(g.Int64N(int64(g.options.End.Sub(g.options.Start))))).Truncate(time.Microsecond)
	if unit := pick(g, []time.Duration{time.Microsecond, time.Second, time.Hour, 24 * time.Hour}); t.Truncate(unit).After(g.options.Start) {
		t = t.Truncate(unit)
	}
	return t
}

// moment is a hot instant, something near one, or any time.
func (g *generator) moment() time.Time {
	if len(g.hot) == 0 || g.chance(0.4) {
		return g.anyTime()
	}
	t := pick(g, g.hot)
	if g.chance(0.7) {
		near := pick(g, []time.Duration{time.Microsecond, time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 23 * time.Hour, 24 * time.Hour})
		if g.chance(0.5) {
			near = -near
		}
		t = t.Add(near)
	}
	return t
}

func (g *generator) describe() {
	d := &g.data
	for i, id := range accountIDs[:3] {
		d.Accounts = append(d.Accounts, contract.Account{AccountID: id, Name: maybe(g, 0.2, []string{"Acme", "Acme", "Ácme S.A."}[i])})
	}
	for i, id := range lineIDs[:7] { // the last is described by nothing
		team := maybe(g, 0.4, pick(g, teamIDs))
		d.Lines = append(d.Lines, contract.Line{LineID: id, Name: maybe(g, 0.1, pick(g, []string{"Ventas", "Ventas", "Soporte", ""})), Channel: &channels[i], Number: maybe(g, 0.5, "+5511"), TeamID: team})
	}
	d.Lines[g.IntN(len(d.Lines))].Channel = maybe(g, 0.5, "")
	g.lines = slices.Concat(lineIDs, lineIDs[:3], lineIDs[:3])
	for _, id := range teamIDs[:4] {
		d.Teams = append(d.Teams, contract.Team{TeamID: id, Name: maybe(g, 0.2, pick(g, []string{"Ventas", "Soporte"}))})
	}
	for _, id := range agentIDs[:6] {
		d.Agents = append(d.Agents, contract.Agent{AgentID: id, Name: maybe(g, 0.1, pick(g, peopleNames))})
		d.AgentTeams = append(d.AgentTeams, contract.AgentTeam{AgentID: id, TeamID: pick(g, teamIDs)})
	}
	for _, id := range campaignIDs[:4] {
		d.Campaigns = append(d.Campaigns, contract.Campaign{CampaignID: id, Name: maybe(g, 0.3, "Promo")})
	}
	for range max(6, g.options.Messages/40) {
		id := g.id()
		g.contacts = append(g.contacts, id)
		if g.chance(0.1) {
			continue
		}
		phone := pick(g, phones)
		if strings.Contains(phone, "%") {
			phone = fmt.Sprintf(phone, g.IntN(10000))
		}
		d.Contacts = append(d.Contacts, contract.Contact{
			ContactID: id, AccountID: maybe(g, 0.3, pick(g, accountIDs)), Name: maybe(g, 0.2, pick(g, peopleNames)),
			Phone: maybe(g, 0.15, phone), Country: maybe(g, 0.2, pick(g, []string{"BR", "MX", "AR", "br", ""})),
		})
	}
	for range 2 * len(g.contacts) {
		g.tag("contact", pick(g, g.contacts))
	}
	hours := [][2]string{{"09:00:00", "12:30:00"}, {"13:30:00", "18:00:00"}, {"22:00:00", "06:00:00"}, {"08:00:00", "08:00:00"}, {"00:00:00", "23:59:59"}, {"18:00:00", "00:00:00"}, {"12:00:00", "24:00:00"}, {"00:00:00", "24:00:00"}}
	schedule := func(line, team *string) {
		zone := maybe(g, 0.1, pick(g, scheduleZones))
		if g.chance(0.1) { // no day of the week, which leaves out the row alone
			d.WorkingHours = append(d.WorkingHours, contract.WorkingHours{LineID: line, TeamID: team, TimeZone: zone, Weekday: 7, Opens: "00:00:00", Closes: "24:00:00"})
		}
		for weekday := range int32(7) {
			for range g.IntN(3) {
				h := pick(g, hours)
				d.WorkingHours = append(d.WorkingHours, contract.WorkingHours{LineID: line, TeamID: team, TimeZone: zone, Weekday: weekday, Opens: h[0], Closes: h[1]})
			}
		}
	}
	for _, id := range lineIDs[:4] {
		schedule(&id, nil)
	}
	for _, id := range teamIDs[:2] {
		schedule(nil, &id)
	}
}

func (g *generator) tag(kind, owner string) {
	for range 1 + g.IntN(2)*g.IntN(2) { // sometimes the same twice
		name := pick(g, tagNames)
		g.data.Tags = append(g.data.Tags, contract.Tag{Kind: kind, OwnerID: owner, Name: name})
		if g.chance(0.2) {
			g.data.Tags = append(g.data.Tags, contract.Tag{Kind: kind, OwnerID: owner, Name: name})
		}
	}
}

// bill adds rates and rules of its own, in half the cases each.
func (g *generator) bill() {
	categories := []string{"marketing", "utility", "authentication", "service"}
	if g.chance(0.5) {
		for _, market := range g.options.Markets {
			for _, category := range categories {
				for _, from := range []string{"2018-01-01", "2025-07-01", "2026-10-01"} {
					date, _ := time.Parse(time.DateOnly, from)
					if !g.chance(0.25) {
						g.data.Rates = append(g.data.Rates, contract.Rate{Market: market, Category: category, ValidFrom: date, USD: float64(g.IntN(1000)) / 10000})
					}
				}
			}
		}
	}
	if g.chance(0.5) {
		add := func(from, unit, category string, inWindow *bool, billable bool, rate string, free *int32) {
			date, _ := time.Parse(time.DateOnly, from)
			g.data.BillingRules = append(g.data.BillingRules, contract.BillingRule{ValidFrom: date, Unit: unit, Category: category, InWindow: inWindow, Billable: billable, RateCategory: rate, FreeUnits: free})
		}
		for _, category := range categories {
			add("2018-01-01", "conversation", category, nil, category != "service" || g.chance(0.5), category, maybe(g, 0.6, int32(2)))
			add("2025-07-01", "message", category, new(false), category != "service", category, nil)
			add("2025-07-01", "message", category, new(true), category == "marketing", category, maybe(g, 0.5, int32(3)))
		}
		add("2026-10-01", "message", "utility", new(true), true, "utility", new(int32(1)))
		add("2026-10-01", "message", "service", nil, true, "utility", new(int32(g.IntN(4))))
	}
}

// quote lets messages answer others: by their id, by the provider's, by an id
// of somebody else's or of nobody's. Bodies begin to differ.
func (g *generator) quote() {
	of := map[*string][]*contract.Message{}
	for _, m := range g.messages {
		if m.Direction == "outbound" {
			of[m.ContactID] = append(of[m.ContactID], m)
			if m.ProviderMessageID = maybe(g, 0.4, "p"+m.MessageID); g.chance(0.05) {
				m.ProviderMessageID = new(pick(g, []string{"", "twice", g.messages[g.IntN(len(g.messages))].MessageID}))
			}
		}
		if m.Body != nil && g.chance(0.7) {
			m.Body = new(pick(g, []string{"", "Hola", "hola", "ñandú", "10", "9", "a\nb", "_", "sí, gracias", "日本"}))
		}
	}
	for _, m := range g.messages {
		if m.Direction == "inbound" && g.chance(0.2) {
			m.ReadAt = new(m.CreatedAt.Add(pick(g, gaps)))
		}
		if m.Direction == "outbound" && g.chance(0.9) || g.chance(0.5) {
			continue
		}
		named := g.messages[g.IntN(len(g.messages))]
		if theirs := of[m.ContactID]; len(theirs) > 0 && g.chance(0.8) {
			named = pick(g, theirs)
		}
		m.InReplyTo = &named.MessageID
		switch {
		case g.chance(0.1):
			m.InReplyTo = new(pick(g, []string{"", "nothing", "twice"}))
		case named.ProviderMessageID != nil && g.chance(0.5):
			m.InReplyTo = named.ProviderMessageID
		}
	}
}

// repeat adds events and ratings at the instants of others.
func (g *generator) repeat() {
	for _, e := range slices.Clone(g.data.Events) {
		if e.Name == "resolved" && g.chance(0.15) {
			e.Seconds, e.AgentID = maybe(g, 0.3, float64(g.IntN(1000))), maybe(g, 0.5, pick(g, agentIDs))
			g.data.Events = append(g.data.Events, e)
		}
	}
	for i, s := range slices.Clone(g.data.CSAT) {
		g.data.CSAT[i].Comment = maybe(g, 0.4, pick(g, []string{"", "ok", "OK", "mal", "él"}))
		if g.chance(0.2) {
			s.Rating, s.Comment = maybe(g, 0.2, int32(1+g.IntN(5))), maybe(g, 0.3, pick(g, []string{"", "ok", "Mal"}))
			g.data.CSAT = append(g.data.CSAT, s)
		}
		if g.chance(0.1) {
			s.Rating, s.SentAt, s.AnsweredAt = new(int32(1+g.IntN(5))), nil, nil
			g.data.CSAT = append(g.data.CSAT, s)
		}
	}
}
