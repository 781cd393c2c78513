package measure

import (
	"cmp"
	"slices"
	"time"

	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/facts"
	"github.com/parley-reports/parley/pkg/query"
)

// templateMemory is how long a template that is not sent is remembered.
const templateMemory = 90 * 24 * time.Hour

// Changes answer the report of changes of templates: where a template of an account
// appears, in a language or a category, because it is sent and was not in the time before
// that templates are remembered. An unknown language or category is no other one. Facts
// can be added in parts.
type Changes struct {
	*view
	// since is the beginning of the range; the question's is the time remembered before.
	since int64
	// chosen are the filters on languages and categories: they choose changes, and not
	// what is remembered.
	chosen []query.Filter
	days   map[template]map[variant]map[int64]*sentDay
	names  map[string]string
}

type template struct{ account, name string }

// A variant is a template in a language and a category; "" is none.
type variant struct{ language, category string }

// A sentDay is when a variant was first and last sent on a day, in UTC.
type sentDay struct{ first, last int64 }

// NewChanges prepares the answer.
func NewChanges(in Question) *Changes {
	c := &Changes{since: newView(in, nil).from, days: map[template]map[variant]map[int64]*sentDay{}, names: map[string]string{}}
	in.Range.From = in.Range.From.Add(-templateMemory)
	ofChange := func(f query.Filter) bool { return f.Dimension == "language" || f.Dimension == "template_category" }
	for _, f := range in.Query.Filters {
		if ofChange(f) {
			c.chosen = append(c.chosen, f)
		}
	}
	in.Query.Filters = slices.DeleteFunc(slices.Clone(in.Query.Filters), ofChange)
	c.view = newView(in, nil)
	return c
}

// Needs returns what facts are read. templatesOnly: messages without a template can be left
// out.
func (c *Changes) Needs() (needs facts.Needs, templatesOnly bool) {
	in := c.Question
	in.Query.Metrics, in.Query.GroupBy = []string{"messages_outbound"}, []string{"account"}
	return Needs(in), !slices.ContainsFunc(in.Query.Filters, func(f query.Filter) bool {
		return slices.Contains([]string{"session_id", "initiator", "origin", "user_type", "in_window"}, f.Dimension)
	})
}

const dayMicros = int64(24 * time.Hour / time.Microsecond)

// Add adds the messages of the facts.
func (c *Changes) Add(set *facts.Set) {
	q := *c.view
	q.set = set
	r := q.rowsOf(catalog.Message, false)
	filters := r.filters()
	account := r.dimension("account")
	m := &set.Messages
	for i := range int32(r.len()) {
		shape := m.Of(r.message[i])
		if shape.Template == 0 || !m.Is(r.message[i], facts.Outbound) || slices.ContainsFunc(filters, func(pass predicate) bool { return !pass(i) }) {
			continue
		}
		t := template{set.Accounts.Text(shape.Account), set.Templates.Text(shape.Template)}
		v := variant{set.Languages.Text(shape.Language), set.Categories.Text(shape.Category)}
		if c.days[t] == nil {
			c.days[t] = map[variant]map[int64]*sentDay{}
		}
		if c.days[t][v] == nil {
			c.days[t][v] = map[int64]*sentDay{}
		}
		if name := account.nameOf(shape.Account); name != nil {
			c.names[t.account] = name.(string)
		}
		at := r.at[i]
		day := at / dayMicros
		if known := c.days[t][v][day]; known != nil {
			known.first, known.last = min(known.first, at), max(known.last, at)
		} else {
			c.days[t][v][day] = &sentDay{at, at}
		}
	}
}

// A change is the first time that a variant is sent.
type change struct {
	template
	variant
	at     int64
	kind   string
	before []any // categories
}

// Answer returns the changes, the latest first.
func (c *Changes) Answer() *Answer {
	var changes []change
	for t, variants := range c.days {
		for v, days := range variants {
			for _, day := range days {
				if found, ok := c.changeOn(t, v, day.first); ok && c.isChosen(v) {
					changes = append(changes, found)
				}
			}
		}
	}
	slices.SortFunc(changes, func(x, y change) int {
		return cmp.Or(cmp.Compare(y.at, x.at), cmp.Compare(y.name, x.name), c.compareIDs("account", y.account, x.account),
			missingFirst(x.language, y.language), missingFirst(x.category, y.category))
	})
	a := &Answer{Columns: changeColumns()}
	for _, found := range changes {
		row := []any{time.UnixMicro(found.at).UTC(), nil, nil, found.name, nil, nil, found.kind, nil}
		if found.account != "" {
			row[1], row[2] = found.account, cmp.Or(c.names[found.account], found.account)
		}
		if found.language != "" {
			row[4] = found.language
		}
		if found.category != "" {
			row[5] = found.category
		}
		if found.before != nil {
			row[7] = found.before
		}
		a.Rows = append(a.Rows, row)
	}
	return a
}

// missingFirst orders texts from the last to the first, those that are missing before all.
func missingFirst(x, y string) int {
	if x == "" || y == "" {
		return cmp.Compare(x, y)
	}
	return cmp.Compare(y, x)
}

func changeColumns() []Column {
	account, _ := catalog.LookupDimension("account")
	name, _ := catalog.LookupDimension("template")
	language, _ := catalog.LookupDimension("language")
	category, _ := catalog.LookupDimension("template_category")
	return []Column{
		{ID: "first_at", Role: Detail, Unit: catalog.Instant},
		{ID: "account", Role: Key, Dimension: account}, {ID: "account_name", Role: Name, Dimension: account},
		{ID: "template", Role: Key, Dimension: name}, {ID: "language", Role: Key, Dimension: language},
		{ID: "template_category", Role: Key, Dimension: category},
		{ID: "change", Role: Detail, Unit: catalog.Text}, {ID: "categories_before", Role: Detail, Unit: catalog.Text},
	}
}

// changeOn reports what changed when a variant was sent, if it is not remembered.
func (c *Changes) changeOn(t template, v variant, at int64) (found change, ok bool) {
	if at < c.since {
		return change{}, false
	}
	isKnown := false
	var languages, categories []string
	for other, days := range c.days[t] {
		if !wasSent(days, at) {
			continue
		}
		if other == v {
			return change{}, false
		}
		isKnown = true
		if other.language != "" {
			languages = append(languages, other.language)
		}
		// The category of another language says nothing of this one's.
		if other.category != "" && (v.language == "" || other.language == "" || other.language == v.language) {
			categories = append(categories, other.category)
		}
	}
	slices.Sort(categories)
	found = change{template: t, variant: v, at: at}
	switch {
	case !isKnown:
		found.kind = "template"
	case v.language != "" && len(languages) > 0 && !slices.Contains(languages, v.language):
		found.kind = "language"
	case v.category != "" && len(categories) > 0 && !slices.Contains(categories, v.category):
		found.kind = "category"
		for _, category := range slices.Compact(categories) {
			found.before = append(found.before, category)
		}
	default:
		return change{}, false
	}
	return found, true
}

// wasSent reports whether a variant was sent before an instant, in the time that is
// remembered.
func wasSent(days map[int64]*sentDay, at int64) bool {
	for _, day := range days {
		if day.first < at && day.last >= at-templateMemory.Microseconds() {
			return true
		}
	}
	return false
}

// isChosen reports whether the filters on languages and categories let a variant pass.
func (c *Changes) isChosen(v variant) bool {
	for _, f := range c.chosen {
		text := v.language
		if f.Dimension == "template_category" {
			text = v.category
		}
		d, _ := catalog.LookupDimension(f.Dimension)
		code := uint32(0)
		if text != "" {
			code = 1
		}
		if !catalog.Records(catalog.Message, d.ID, c.Source.Records) || !valueTest(d, &column{text: func(uint32) string { return text }}, f)(code) {
			return false
		}
	}
	return true
}
