package reference

import (
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/query"
)

// A Question is a query with its range and the moment at which it is asked.
type Question struct {
	Query    query.Query
	From, To time.Time
	Now      time.Time
}

// RandomQuestion asks something valid about the data: metrics of one fact or of
// several, cuts and filters that have meaning for all of them, and filter values
// of which most occur. The query asks for as many rows as there may be.
func (f *Facts) RandomQuestion(r *rand.Rand) Question {
	for {
		if question, ok := f.tryQuestion(r); ok {
			return question
		}
	}
}

// highCardinality are the cuts with about as many groups as rows.
var highCardinality = []string{"contact", "phone", "conversation_id", "session_id", "hour", "day"}

func (f *Facts) tryQuestion(r *rand.Rand) (Question, bool) {
	pick := func(ids []string) string { return ids[r.IntN(len(ids))] }
	q := query.Query{Version: query.Version, Bucket: "none", Compare: "none", Format: "table", Language: "en", Limit: query.MaxLimit}
	q.Timezone = pick(append([]string{""}, Zones...))

	metrics := catalog.MetricIDs()
	if r.IntN(3) > 0 { // mostly metrics of one fact
		first, _ := catalog.LookupMetric(pick(metrics))
		metrics = slices.DeleteFunc(metrics, func(id string) bool {
			m, _ := catalog.LookupMetric(id)
			return m.Fact != first.Fact
		})
	}
	byStage := r.IntN(20) == 0
	metrics = slices.DeleteFunc(metrics, func(id string) bool { return strings.HasPrefix(id, "stage_") != byStage })
	if len(metrics) == 0 {
		return Question{}, false
	}
	for range 1 + r.IntN(5) {
		if id := pick(metrics); !slices.Contains(q.Metrics, id) {
			q.Metrics = append(q.Metrics, id)
		}
	}

	var facts []catalog.Fact
	for _, id := range q.Metrics {
		m, _ := catalog.LookupMetric(id)
		facts = append(facts, m.Fact)
	}
	var dimensions []string
	for _, d := range catalog.Dimensions {
		if d.ID != "stage" && !slices.ContainsFunc(facts, func(fact catalog.Fact) bool { return !d.Has(fact) }) {
			dimensions = append(dimensions, d.ID)
		}
	}
	timeless := slices.Contains(facts, catalog.ConversationNow)
	cutsTime := false
	for range r.IntN(4) {
		id := pick(dimensions)
		d, _ := catalog.LookupDimension(id)
		if slices.Contains(q.GroupBy, id) || d.Kind == catalog.KindTime && cutsTime {
			continue
		}
		cutsTime = cutsTime || d.Kind == catalog.KindTime
		q.GroupBy = append(q.GroupBy, id)
	}
	if byStage {
		q.GroupBy = append(q.GroupBy, "stage")
	}
	if !timeless && !cutsTime && r.IntN(2) == 0 {
		q.Bucket = pick(buckets)
	}
	for range r.IntN(3) {
		if filter, ok := f.randomFilter(r, facts, pick(dimensions), q.Timezone); ok {
			q.Filters = append(q.Filters, filter)
		}
	}
	question := Question{Query: q}
	return question, f.randomRange(r, &question)
}

// RandomDetails asks for a report of details: a few columns and the one that
// identifies a row, filters that have meaning and perhaps an order. The size of a page is
// not set.
func (f *Facts) RandomDetails(r *rand.Rand) Question {
	reports := slices.DeleteFunc(query.PresetIDs(), func(id string) bool { p, _ := query.LookupPreset(id); return !p.IsDetails() })
	for {
		q := query.Query{Report: reports[r.IntN(len(reports))], Format: "details", Bucket: "none", Compare: "none", Language: "en"}
		q.Timezone = append([]string{""}, Zones...)[r.IntN(1+len(Zones))]
		fact := q.DetailsFact()
		q.Columns = []string{"message_id"}
		if fact.IsConversation() {
			q.Columns = []string{"conversation_id"}
		}
		columns := catalog.ColumnIDs(fact)
		for range r.IntN(len(columns)) {
			if id := columns[r.IntN(len(columns))]; !slices.Contains(q.Columns, id) {
				q.Columns = append(q.Columns, id)
			}
		}
		r.Shuffle(len(q.Columns), func(i, j int) { q.Columns[i], q.Columns[j] = q.Columns[j], q.Columns[i] })
		dimensions := slices.DeleteFunc(catalog.DimensionIDs(fact), func(id string) bool { return id == "stage" })
		for range r.IntN(3) {
			if filter, ok := f.randomFilter(r, []catalog.Fact{fact}, dimensions[r.IntN(len(dimensions))], q.Timezone); ok {
				q.Filters = append(q.Filters, filter)
			}
		}
		if sortable := catalog.SortableIDs(fact); r.IntN(4) > 0 {
			q.OrderBy = []query.Order{{By: sortable[r.IntN(len(sortable))], Desc: r.IntN(2) == 0}}
		}
		question := Question{Query: q}
		if f.randomRange(r, &question) {
			return question
		}
	}
}

// RandomFilter filters the rows of a fact by values that most often occur.
func (f *Facts) RandomFilter(r *rand.Rand, fact catalog.Fact, dimension, zone string) query.Filter {
	filter, ok := f.randomFilter(r, []catalog.Fact{fact}, dimension, zone)
	if !ok {
		return query.Filter{Dimension: dimension, Operator: "in", Values: []string{catalog.None}}
	}
	return filter
}

// randomRange sets a range whose ends are local midnights, times of messages,
// or anything, with as many buckets as the answer can hold.
func (f *Facts) randomRange(r *rand.Rand, question *Question) bool {
	if len(f.messages) == 0 {
		return false
	}
	q := question.Query
	first, last := f.messages[0].CreatedAt, f.messages[len(f.messages)-1].CreatedAt
	calendar, err := newCalendar(q.Timezone)
	if err != nil {
		panic(err)
	}
	end := func() time.Time {
		t := f.messages[r.IntN(len(f.messages))].CreatedAt
		switch r.IntN(4) {
		case 0:
			return t
		case 1:
			return calendar.start(buckets[r.IntN(len(buckets))], t)
		case 2:
			return t.Add(time.Duration(r.IntN(3)-1) * time.Microsecond)
		}
		return first.Add(time.Duration(r.Int64N(int64(last.Sub(first))+1)) / 1000 * 1000)
	}
	question.From, question.To = end(), end()
	if question.To.Before(question.From) {
		question.From, question.To = question.To, question.From
	}
	if r.IntN(8) == 0 { // everything
		question.From, question.To = first, last.Add(time.Microsecond)
	}
	if q.Bucket != "none" {
		most := 2000
		switch {
		case slices.ContainsFunc(q.GroupBy, func(id string) bool { return slices.Contains(highCardinality, id) }):
			most = 3
		case len(q.GroupBy) > 1:
			most = 10
		case len(q.GroupBy) > 0:
			most = 50
		}
		length := map[string]time.Duration{"5m": 5 * time.Minute, "15m": 15 * time.Minute, "30m": 30 * time.Minute, "hour": time.Hour, "day": 24 * time.Hour, "week": 7 * 24 * time.Hour, "month": 28 * 24 * time.Hour}[q.Bucket]
		if limit := question.From.Add(time.Duration(most) * length); question.To.After(limit) {
			question.To = limit
		}
	}
	question.Now = last.Add(time.Duration(r.Int64N(int64(14*24*time.Hour))) / 1000 * 1000)
	return question.From.Before(question.To)
}

// randomFilter filters by values of random rows.
func (f *Facts) randomFilter(r *rand.Rand, facts []catalog.Fact, dimension, zone string) (query.Filter, bool) {
	d, _ := catalog.LookupDimension(dimension)
	c, err := newCut(f, query.Query{Timezone: zone}, time.Time{}, time.Time{}, time.Time{})
	if err != nil {
		panic(err)
	}
	operators := query.OperatorsOf(d)
	filter := query.Filter{Dimension: dimension, Operator: operators[r.IntN(len(operators))]}
	for range 1 + r.IntN(3) {
		rows := f.rows[facts[r.IntN(len(facts))]]
		if len(rows) == 0 {
			return filter, false
		}
		values := c.values(rows[r.IntN(len(rows))], dimension)
		filter.Values = append(filter.Values, randomValue(r, c, filter, d, values[r.IntN(len(values))]))
	}
	return filter, true
}

// randomValue turns a value into what a filter of the operator would look for.
func randomValue(r *rand.Rand, c *cut, filter query.Filter, d catalog.Dimension, v any) string {
	switch v := v.(type) {
	case nil:
		return catalog.None
	case int:
		return strconv.Itoa(v)
	case time.Time:
		if d.ID != "hour" && r.IntN(2) == 0 {
			return c.calendar.date(v).Format(time.DateOnly)
		}
		return v.In(c.calendar.zone).Format(time.RFC3339)
	}
	texts := c.texts(d.ID, v)
	text := texts[r.IntN(len(texts))]
	part := []rune(text)[r.IntN(len([]rune(text))):]
	part = part[:1+r.IntN(len(part))]
	switch {
	case filter.Operator == "contains" && d.ID == "phone":
		if part := digits(text); part != "" {
			return part[:1+r.IntN(len(part))]
		}
		return "55"
	case filter.Operator == "contains":
		if r.IntN(2) == 0 && !slices.ContainsFunc(part, func(c rune) bool { return c > 127 }) {
			return strings.ToUpper(string(part))
		}
		return string(part)
	case filter.Operator == "matches" || filter.Operator == "notMatches":
		quoted := regexp.QuoteMeta(string(part))
		return []string{quoted, "^" + quoted, quoted + "$", "^" + regexp.QuoteMeta(text) + "$", quoted + "|^a", "[0-9]$", "^.$"}[r.IntN(7)]
	case d.ID == "phone" && digits(text) == "":
		return "55"
	case d.ID == "phone" && r.IntN(2) == 0:
		return digits(text)
	case d.Kind != catalog.KindEnum && r.IntN(10) == 0:
		return "nowhere"
	}
	return v.(string)
}
