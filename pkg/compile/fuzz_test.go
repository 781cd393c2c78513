package compile_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/parley-reports/parley/pkg/calendar"
	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/compile"
	"github.com/parley-reports/parley/pkg/query"
)

// mark is a text that no SQL of ours holds.
const mark = "q7Zx0Kw"

// A chooser makes decisions out of bytes, so that a fuzzer that changes bytes
// changes decisions.
type chooser []byte

func (c *chooser) below(n int) int {
	if len(*c) == 0 || n <= 1 {
		return 0
	}
	first := (*c)[0]
	*c = (*c)[1:]
	return int(first) % n
}

func (c *chooser) of(words []string) string { return words[c.below(len(words))] }

// question puts together a query that mostly makes sense. Every text that people
// choose freely begins with the mark.
func (c *chooser) question(value string) query.Query {
	q := query.Query{Timezone: c.of([]string{"", "America/Sao_Paulo"}), Limit: c.below(3) * 10, Language: c.of(query.Languages)}
	if c.below(4) == 0 {
		q.Report = c.of([]string{"notification_details", "conversation_details", "open_conversations", "message_details_sent", "message_details_received", "message_log"})
		fact := q.DetailsFact()
		q.Format = c.of([]string{"", "details", "logs"})
		for range c.below(12) {
			q.Columns = append(q.Columns, c.of(catalog.ColumnIDs(fact)))
		}
		if c.below(2) == 0 {
			q.OrderBy = []query.Order{{By: c.of(catalog.SortableIDs(fact)), Desc: c.below(2) == 0}}
		}
		if c.below(2) == 0 {
			q.After = compile.Cursor{At: time.UnixMicro(int64(c.below(200))), ID: mark + value}.Format()
		}
		q.Filters = c.filters(catalog.DimensionIDs(fact), value)
		return q
	}
	if c.below(4) == 0 {
		q.Report = c.of(query.PresetIDs())
	} else {
		q.Metrics = append(q.Metrics, c.of(catalog.MetricIDs()))
	}
	cuts := catalog.DimensionIDs("")
	if len(q.Metrics) > 0 {
		m, _ := catalog.LookupMetric(q.Metrics[0])
		cuts = query.CutsOf(m)
		for range c.below(5) {
			q.Metrics = append(q.Metrics, c.of(catalog.MetricIDs()))
		}
	}
	for range c.below(4) {
		q.GroupBy = append(q.GroupBy, c.of(cuts))
	}
	q.Bucket = c.of(append([]string{""}, query.Buckets...))
	q.Compare = c.of(query.Compares)
	q.Filters = c.filters(cuts, value)
	if c.below(3) == 0 {
		q.OrderBy = []query.Order{{By: c.of(append([]string{"time", "line_name"}, append(q.Metrics, q.GroupBy...)...)), Desc: true}}
	}
	return q
}

func (c *chooser) filters(dimensions []string, value string) []query.Filter {
	var filters []query.Filter
	for range c.below(4) {
		d, _ := catalog.LookupDimension(c.of(dimensions))
		f := query.Filter{Dimension: d.ID, Operator: c.of(append([]string{"in"}, query.OperatorsOf(d)...))}
		for range 1 + c.below(3) {
			switch {
			case c.below(5) == 0:
				f.Values = append(f.Values, catalog.None)
			case d.Kind == catalog.KindNumber:
				f.Values = append(f.Values, fmt.Sprint(c.below(30)))
			case d.Kind == catalog.KindTime:
				f.Values = append(f.Values, time.Unix(int64(c.below(1<<31)), 0).UTC().Format(c.of([]string{time.DateOnly, time.RFC3339})))
			case len(d.Values) > 0 && f.Operator != "matches" && f.Operator != "notMatches":
				f.Values = append(f.Values, c.of(d.Values))
			default:
				f.Values = append(f.Values, mark+value)
			}
		}
		filters = append(filters, f)
	}
	return filters
}

// FuzzCompile: whatever resolves can be compiled; each argument has its
// placeholder, and no text of the query becomes part of the SQL.
func FuzzCompile(f *testing.F) {
	r := rand.New(rand.NewPCG(1, 1))
	for i := range 200 {
		choices := make([]byte, 40)
		for j := range choices {
			choices[j] = byte(r.Uint32())
		}
		f.Add(choices, "'; DROP TABLE message; --", int64(1740787200), int64(i)*86400, uint8(i), uint8(0))
		f.Add(choices, "$1", int64(1740787200), int64(i)*86400, uint8(i), uint8(i))
	}
	zones := []string{"UTC", "America/Sao_Paulo", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Santiago"}
	f.Fuzz(func(t *testing.T, choices []byte, value string, from, length int64, zoneAt, without uint8) {
		c := chooser(choices)
		q, err := c.question(value).Resolve()
		if err != nil || from < 0 || from > 1<<33 || length <= 0 || length > 1<<31 {
			t.Skip()
		}
		loc, err := time.LoadLocation(zones[int(zoneAt)%len(zones)])
		if err != nil {
			t.Fatal(err)
		}
		r := calendar.Range{From: time.Unix(from, 0), To: time.Unix(from+length, 0)}
		if q.Bucket == "auto" {
			q.Bucket = string(calendar.Auto(r, 100))
		}
		src := contract()
		for i, relation := range []string{"tag", "csat", "working_hours", "conversation_event", "account", "campaign", "rate_card", "billing_rule"} {
			if without>>i&1 == 1 {
				delete(src.Relations, relation)
			}
		}
		in := compile.Input{Query: q, Source: src, Range: r, Location: loc, Now: r.To, ChatURL: "https://" + mark + "/{conversation_id}"}
		build := []func(compile.Input) (*compile.Statement, error){compile.Aggregate}
		if q.Format == "details" || q.Format == "logs" {
			build = []func(compile.Input) (*compile.Statement, error){compile.Details, compile.Count}
		}
		for _, compiled := range build {
			st, err := compiled(in)
			if err != nil {
				if !errors.As(err, new(*query.Error)) {
					t.Errorf("%T: %v", err, err)
				}
				return
			}
			checkArguments(t, st)
			if strings.Contains(st.SQL, mark) {
				t.Errorf("a text of the query is part of the SQL:\n%s", st.SQL)
			}
		}
	})
}
