// Package reference computes aggregated queries the plainest way: from the raw
// rows in memory, in loops that follow docs/definitions.md and docs/architecture.md. It shares
// nothing with pkg/facts and pkg/measure, so that the two can be held against each other.
// It is imported by tests only.
//
// Where the specification leaves a choice, the comment of the function that
// takes it says so. Everywhere, values follow the rules of clean.
package reference

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/parley-reports/parley/internal/contract"
	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/query"
	"github.com/parley-reports/parley/pkg/whatsapp"
)

// Options are the tables that serve where the data has none of its own, and
// the mappings that never are part of the data.
type Options struct {
	// Rates are the rate card, which may be empty; nil where there is none.
	Rates        []contract.Rate
	BillingRules []contract.BillingRule
	// Markets go before the shipped calling codes.
	Markets      []contract.Market
	CallingCodes []whatsapp.CallingCode
	Countries    []whatsapp.Country
	Categories   []whatsapp.Category
	// Providers says whether lines of a provider are billed.
	Providers map[string]bool
	// NoWaitingSince is set where the source doesn't keep waiting_since.
	NoWaitingSince bool
}

// Defaults are the tables that Parley ships.
func Defaults() Options {
	options := Options{CallingCodes: whatsapp.CallingCodes(), Countries: whatsapp.Countries(), Categories: whatsapp.Categories(), Providers: whatsapp.Providers()}
	for _, r := range whatsapp.SampleRates() {
		options.Rates = append(options.Rates, contract.Rate{Market: r.Market, Category: r.Category, ValidFrom: r.ValidFrom, USD: r.USD})
	}
	for _, r := range whatsapp.BillingRules() {
		rule := contract.BillingRule{ValidFrom: r.ValidFrom, Unit: r.Unit, Category: r.Category, InWindow: r.InWindow, Billable: r.Billable, RateCategory: r.RateCategory}
		if r.FreeUnits != nil {
			rule.FreeUnits = new(int32(*r.FreeUnits))
		}
		options.BillingRules = append(options.BillingRules, rule)
	}
	return options
}

// Facts are the fact rows of a data set: messages with their stage, session and
// cost, sessions, initiations, conversations, events and ratings. They depend
// on the data alone, so one Facts serves any number of queries.
type Facts struct {
	options Options
	// ownRules: the billing rules are the data's own.
	ownRules bool
	err      error

	messages      []*message // in the order of the specification
	calls         []*message // of contacts
	messagesOf    map[string][]*message
	sessions      []*session
	initiations   []*initiation
	conversations map[string]*conversation

	contacts  map[string]contract.Contact
	lines     map[string]contract.Line
	names     map[string]map[string]string // by relation, by id
	tags      map[string]map[string][]string
	schedules map[string][]shift

	rows map[catalog.Fact][]*row
	// derivedReplies are the rows of reply_time where no source event tells it.
	derivedReplies []*row
}

// A row is one fact row: its event time and what the dimensions look at. The
// message is the message itself, or the opener of a session or initiation.
type row struct {
	fact         catalog.Fact
	at           time.Time
	account      *string
	line         *string
	team         *string
	agent        *string
	contact      *string
	conversation *string

	message    *message
	session    *session
	initiation *initiation
	thread     *conversation
	event      *event
	rating     *int32
	answered   bool
}

// Prepare derives the fact rows of a data set.
func Prepare(d contract.Data, o Options) *Facts {
	f := &Facts{options: o, rows: map[catalog.Fact][]*row{}}
	if len(d.Rates) > 0 {
		f.options.Rates = d.Rates
	}
	f.options.Markets = append(f.options.Markets, d.Markets...)
	if rules := usableRules(d.BillingRules); len(rules) > 0 {
		f.options.BillingRules, f.ownRules = rules, true
	}
	f.describe(d)
	f.orderMessages(d.Messages)
	f.openSessions()
	f.price()
	f.describeConversations(d.Conversations)
	f.messageRows()
	f.conversationRows()
	f.eventRows(d.Events)
	f.ratingRows(d.CSAT)
	return f
}

// describe indexes the relations that describe ids.
func (f *Facts) describe(d contract.Data) {
	f.contacts = map[string]contract.Contact{}
	f.lines = map[string]contract.Line{}
	f.names = map[string]map[string]string{}
	f.tags = map[string]map[string][]string{"contact": {}, "conversation": {}}
	f.schedules = map[string][]shift{}
	name := func(relation, id string, name *string) {
		if f.names[relation] == nil {
			f.names[relation] = map[string]string{}
		}
		if name != nil {
			f.names[relation][id] = *name
		}
	}
	for _, c := range d.Contacts {
		clean(&c)
		f.contacts[c.ContactID] = c
		shown := c.Name
		if shown == nil {
			shown = c.Phone
		}
		name("contact", c.ContactID, shown)
	}
	for _, l := range d.Lines {
		clean(&l)
		f.lines[l.LineID] = l
		name("line", l.LineID, l.Name)
	}
	for _, a := range d.Accounts {
		clean(&a)
		name("account", a.AccountID, a.Name)
	}
	for _, a := range d.Agents {
		clean(&a)
		name("agent", a.AgentID, a.Name)
	}
	for _, t := range d.Teams {
		clean(&t)
		name("team", t.TeamID, t.Name)
	}
	for _, c := range d.Campaigns {
		clean(&c)
		name("campaign", c.CampaignID, c.Name)
	}
	for _, c := range d.Conversations {
		clean(&c)
		if !possible(c.CreatedAt) {
			continue
		}
		name("conversation", c.ConversationID, c.DisplayID)
	}
	for _, t := range d.Tags {
		clean(&t)
		owners, known := f.tags[t.Kind]
		if !known || t.Name == "" || slices.Contains(owners[t.OwnerID], t.Name) {
			continue
		}
		owners[t.OwnerID] = append(owners[t.OwnerID], t.Name)
	}
	for _, w := range d.WorkingHours {
		clean(&w)
		if err := f.addShift(w); err != nil {
			f.err = err
		}
	}
}

// Compute answers an aggregated query from raw rows. See [Facts.Compute].
func Compute(d contract.Data, o Options, q query.Query, from, to, now time.Time) ([]map[string]any, error) {
	return Prepare(d, o).Compute(q, from, to, now)
}

// Compute answers an aggregated query over [from, to). Metrics, groupBy and
// bucket are taken as they stand, an empty time zone is UTC. It returns one map
// per row, in no particular order, keyed by dimension ids (string, int,
// time.Time or nil), "time" for the bucket, and metric ids (float64, string,
// time.Time or nil).
//
// Only groups with at least one fact row in the range appear, each in every
// bucket of the range; without groups there is one row, or one per bucket. Any
// row of a metric's fact makes its group appear, even where the metric itself
// counts other rows (an agent who only sent has a row of messages_received).
// The cut by stage shows all four stages of each group.
func (f *Facts) Compute(q query.Query, from, to, now time.Time) ([]map[string]any, error) {
	if f.err != nil {
		return nil, f.err
	}
	facts, err := checkCuts(q)
	if err != nil {
		return nil, err
	}
	c, err := newCut(f, q, from, to, now)
	if err != nil {
		return nil, err
	}

	groups := map[string]*group{}
	whole := newGroup(nil) // all rows, whatever their group
	byStage := slices.Contains(q.GroupBy, "stage")
	groupBy := slices.DeleteFunc(slices.Clone(q.GroupBy), func(id string) bool { return id == "stage" })
	if len(groupBy) == 0 {
		groups[groupKey(nil)] = newGroup(map[string]any{})
	}
	for _, fact := range facts {
		for _, r := range f.factRows(fact, q.Metrics) {
			if fact != catalog.ConversationNow && (r.at.Before(from) || !r.at.Before(to)) {
				continue
			}
			if !c.passes(r) {
				continue
			}
			var bucket time.Time
			if c.bucket != "" {
				bucket = c.calendar.start(c.bucket, r.at)
			}
			whole.add(bucket, r)
			for _, values := range c.groupValues(r, groupBy) {
				key := groupKey(values)
				g := groups[key]
				if g == nil {
					byID := map[string]any{}
					for i, id := range groupBy {
						byID[id] = values[i]
					}
					g = newGroup(byID)
					groups[key] = g
				}
				g.add(bucket, r)
			}
		}
	}

	buckets := []time.Time{{}}
	if c.bucket != "" {
		buckets = c.calendar.startsOf(c.bucket, from, to)
	}
	stages := []string{""}
	if byStage {
		stages = slices.DeleteFunc([]string{"sent", "delivered", "read", "replied"}, func(s string) bool { return !c.shows("stage", s) })
	}
	var result []map[string]any
	for _, g := range groups {
		for _, bucket := range buckets {
			for _, stage := range stages {
				out := maps.Clone(g.values)
				if c.bucket != "" {
					out["time"] = bucket
				}
				if byStage {
					out["stage"] = stage
				}
				for _, id := range q.Metrics {
					m, _ := catalog.LookupMetric(id)
					out[id] = measure(id, scope{
						group:    g.rows[bucket.UnixMicro()][m.Fact],
						whole:    whole.rows[bucket.UnixMicro()][m.Fact],
						stage:    stage,
						unpriced: f.options.Rates == nil,
					})
				}
				result = append(result, out)
			}
		}
	}
	return result, nil
}

// checkCuts returns the facts of the query's metrics, or an error where a cut
// has no meaning for one of them.
func checkCuts(q query.Query) ([]catalog.Fact, error) {
	dimensions := slices.Clone(q.GroupBy)
	for _, filter := range q.Filters {
		dimensions = append(dimensions, filter.Dimension)
	}
	var facts []catalog.Fact
	for _, id := range q.Metrics {
		m, ok := catalog.LookupMetric(id)
		if !ok {
			return nil, fmt.Errorf("unknown metric %q", id)
		}
		for _, dimension := range dimensions {
			d, ok := catalog.LookupDimension(dimension)
			if !ok {
				return nil, fmt.Errorf("unknown dimension %q", dimension)
			}
			if !d.Has(m.Fact) {
				return nil, fmt.Errorf("%s cannot be grouped by %s", id, dimension)
			}
		}
		if m.Fact == catalog.ConversationNow && q.Bucket != "" && q.Bucket != "none" {
			return nil, fmt.Errorf("%s has no buckets", id)
		}
		if strings.HasPrefix(id, "stage_share_") && !slices.Contains(q.GroupBy, "stage") {
			return nil, fmt.Errorf("%s needs the cut by stage", id)
		}
		if !slices.Contains(facts, m.Fact) {
			facts = append(facts, m.Fact)
		}
	}
	return facts, nil
}

// factRows are the rows of a fact. Replies that are derived from messages are
// events only for those who ask for reply_time.
func (f *Facts) factRows(fact catalog.Fact, metrics []string) []*row {
	if fact == catalog.Event && slices.ContainsFunc(metrics, func(id string) bool { return strings.HasPrefix(id, "reply_time") }) {
		return slices.Concat(f.rows[fact], f.derivedReplies)
	}
	return f.rows[fact]
}

// A group holds its rows by bucket (microseconds) and fact.
type group struct {
	values map[string]any
	rows   map[int64]map[catalog.Fact][]*row
}

// groupKey tells groups apart; %#v tells null from texts and texts from numbers.
func groupKey(values []any) string { return fmt.Sprintf("%#v", values) }

func newGroup(values map[string]any) *group {
	return &group{values: values, rows: map[int64]map[catalog.Fact][]*row{}}
}

func (g *group) add(bucket time.Time, r *row) {
	key := bucket.UnixMicro()
	if g.rows[key] == nil {
		g.rows[key] = map[catalog.Fact][]*row{}
	}
	g.rows[key][r.fact] = append(g.rows[key][r.fact], r)
}
