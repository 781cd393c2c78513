package query_test

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/query"
)

// resolve reads and resolves a query that has to be right.
func resolve(t testing.TB, text string) query.Query {
	t.Helper()
	q, err := query.Parse([]byte(text))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	if q, err = q.Resolve(); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return q
}

// TestParseSentences are the whole sentences that say what is wrong.
func TestParseSentences(t *testing.T) {
	for text, want := range map[string]string{
		`null`:                              "the query is not a JSON object: it is null",
		`[]`:                                "the query is not a JSON object: it is a list",
		`"x"`:                               "the query is not a JSON object: it is a text",
		`7`:                                 "the query is not a JSON object: it is a number",
		`{"metrics": true}`:                 `the query cannot be read: "metrics" is true or false, but must be a list`,
		`{"metrics": [["sessions"]]}`:       `the query cannot be read: "metrics" is a list, but must be a text`,
		`{"report": {}}`:                    `the query cannot be read: "report" is an object, but must be a text`,
		`{"limit": "10"}`:                   `the query cannot be read: "limit" is a text, but must be an integer`,
		`{"orderBy": ["sessions"]}`:         `the query cannot be read: "orderBy" is a text, but must be an object`,
		`{"orderBy": [{"desc": 1}]}`:        `the query cannot be read: "orderBy.desc" is a number, but must be true or false`,
		`{"filters": [{"values": "x"}]}`:    `the query cannot be read: "filters.values" is a text, but must be a list`,
		`{"Metrics": []}`:                   `unknown key "Metrics" in the query; did you mean "metrics"?`,
		`{"zz": 1, "aa": 1, "metrix": []}`:  `unknown key "aa" in the query; choose one of version, report, metrics, groupBy, bucket, filters, compare, timezone, language, format, columns, orderBy, limit, after`,
		`{"filters": [{"Values": []}]}`:     `unknown key "Values" in a filter; did you mean "values"?`,
		`{"orderBy": [{"desk": true}]}`:     `unknown key "desk" in orderBy; did you mean "desc"?`,
		`{"orderBy": [{"BY": "sessions"}]}`: `unknown key "BY" in orderBy; did you mean "by"?`,
	} {
		_, err := query.Parse([]byte(text))
		if err == nil || err.Error() != want || !errors.As(err, new(*query.Error)) {
			t.Errorf("%s:\n got %v\nwant %s", text, err, want)
		}
	}
}

// TestNullIsLeftOut: what holds null is filled like what is missing, what holds
// nothing is not.
func TestNullIsLeftOut(t *testing.T) {
	null := resolve(t, `{"version": null, "report": "channels", "metrics": null, "groupBy": null, "bucket": null, "filters": null, "compare": null, "timezone": null, "language": null, "format": null, "columns": null, "orderBy": null, "limit": null, "after": null}`)
	if missing := resolve(t, `{"report": "channels"}`); !reflect.DeepEqual(null, missing) {
		t.Errorf("got %+v, want %+v", null, missing)
	}
	for _, text := range []string{
		`{"metrics": [null]}`,
		`{"metrics": ["messages"], "filters": [null]}`,
		`{"metrics": ["messages"], "filters": [{"dimension": "line", "operator": "in", "values": null}]}`,
		`{"metrics": ["messages"], "filters": [{"dimension": "line", "operator": "in", "values": [null]}]}`,
	} {
		if err := parse(text); !errors.As(err, new(*query.Error)) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// TestFill: a preset fills what a query leaves out, and nothing else.
func TestFill(t *testing.T) {
	channels, _ := query.LookupPreset("channels")
	whole := resolve(t, `{"report": "channels"}`)
	if !reflect.DeepEqual(whole.Metrics, channels.Query.Metrics) || !reflect.DeepEqual(whole.GroupBy, channels.Query.GroupBy) || !reflect.DeepEqual(whole.OrderBy, channels.Query.OrderBy) {
		t.Errorf("the report alone is not the preset: %+v", whole)
	}
	if whole.Bucket != "none" || whole.Compare != "none" || whole.Format != "table" || whole.Limit != query.DefaultLimit || whole.Version != query.Version || whole.Language != "en" {
		t.Errorf("defaults: %+v", whole)
	}

	q := resolve(t, `{"report": "channels", "groupBy": []}`)
	if len(q.GroupBy) != 0 {
		t.Errorf("an empty groupBy is filled: %v", q.GroupBy)
	}
	if want := []query.Order{{By: "messages_sent", Desc: true}}; !reflect.DeepEqual(q.OrderBy, want) {
		t.Errorf("without its groups the report is ordered by %v, want %v", q.OrderBy, want)
	}
	q = resolve(t, `{"report": "channels", "metrics": ["sessions"], "groupBy": ["line"]}`)
	if len(q.OrderBy) != 0 {
		t.Errorf("ordered by columns that are gone: %v", q.OrderBy)
	}
	q = resolve(t, `{"report": "channels", "orderBy": []}`)
	if len(q.OrderBy) != 0 {
		t.Errorf("an empty order is filled: %v", q.OrderBy)
	}

	// The preset's own filters always hold.
	for _, text := range []string{`{"report": "failures"}`, `{"report": "failures", "filters": []}`, `{"report": "failures", "filters": [{"dimension": "line", "operator": "in", "values": ["7"]}]}`} {
		q := resolve(t, text)
		if len(q.Filters) == 0 || q.Filters[0].Dimension != "status" || !slices.Equal(q.Filters[0].Values, []string{"failed"}) {
			t.Errorf("%s: filters %v", text, q.Filters)
		}
	}

	if q = resolve(t, `{"report": "initiations_daily", "bucket": "week", "format": "table", "limit": 7, "compare": "previous_year"}`); q.Bucket != "week" || q.Format != "table" || q.Limit != 7 || q.Compare != "previous_year" {
		t.Errorf("what the query says is overwritten: %+v", q)
	}
	if q = resolve(t, `{"report": "initiations_daily"}`); q.Bucket != "day" || q.Format != "timeseries" || q.Limit != query.MaxLimit {
		t.Errorf("a series: %+v", q)
	}
	if q = resolve(t, `{"metrics": ["sessions"], "format": "timeseries"}`); q.Bucket != "auto" {
		t.Errorf("a series without a bucket gets %s", q.Bucket)
	}
	if q = resolve(t, `{"metrics": ["sessions"], "groupBy": ["week"], "format": "timeseries"}`); q.Bucket != "none" || q.Limit != query.MaxLimit {
		t.Errorf("a series by week: %+v", q)
	}

	// A report of details as a table of numbers: its columns go.
	q = resolve(t, `{"report": "notification_details", "format": "table", "metrics": ["initiations"], "bucket": "day"}`)
	if len(q.Columns) != 0 {
		t.Errorf("columns of a table: %v", q.Columns)
	}
	q = resolve(t, `{"report": "notification_details", "columns": ["phone"]}`)
	if !slices.Equal(q.Columns, []string{"phone"}) || q.Limit != 100 || q.DetailsFact() != catalog.Initiation {
		t.Errorf("details: %+v", q)
	}

	if again, _ := query.LookupPreset("channels"); !reflect.DeepEqual(again, channels) {
		t.Error("a query changed its preset")
	}
}

func TestLanguages(t *testing.T) {
	for language, want := range map[string]string{"": "en", "en": "en", "en-GB": "en", "de": "en", "es": "es", "es-AR": "es", "ES_mx": "es", "pt": "pt-BR", "pt-BR": "pt-BR", "pt-PT": "pt-BR", "PT-br": "pt-BR"} {
		q, err := query.Query{Metrics: []string{"messages"}, Language: language}.Resolve()
		if err != nil || q.Language != want {
			t.Errorf("%q: got %q, %v, want %q", language, q.Language, err, want)
		}
	}
}

// TestVariables: a value that is a whole variable was not replaced; a value that
// only looks a little like one is somebody's template.
func TestVariables(t *testing.T) {
	filter := func(operator, v string) error {
		_, err := query.Query{Metrics: []string{"messages"}, Filters: []query.Filter{{Dimension: "template", Operator: operator, Values: []string{"a", v}}}}.Resolve()
		return err
	}
	for _, v := range []string{"$x", "${x}", "${x:csv}", "${x:date:YYYY-MM}", "${x.text}", "${x.text:raw}", "[[x]]", "[[x:csv]]", "$__all", "${__from}", "$line_2"} {
		for _, operator := range []string{"in", "notIn", "matches", "notMatches", "contains"} {
			want := "the filter on template holds " + v + ", a variable without a value: variables don't work in alert rules and public dashboards. Use the value itself"
			if err := filter(operator, v); err == nil || err.Error() != want {
				t.Errorf("%s %s: %v", operator, v, err)
			}
		}
	}
	for _, v := range []string{"$5 promo", "$5", "$", "US$", "a $x", "$x y", "${}", "${5}", "[[]]", "[x]", "{x}", "$$x", "(none)", "100%"} {
		if err := filter("in", v); err != nil {
			t.Errorf("%s: %v", v, err)
		}
	}
}

// TestNone: "(none)" is a value of every dimension, for every operator.
func TestNone(t *testing.T) {
	for _, d := range catalog.Dimensions {
		if d.ID == "stage" {
			continue
		}
		m := metricWith(d)
		for _, operator := range query.OperatorsOf(d) {
			q := query.Query{Metrics: []string{m.ID}, Filters: []query.Filter{{Dimension: d.ID, Operator: operator, Values: []string{catalog.None}}}}
			if _, err := q.Resolve(); err != nil {
				t.Errorf("%s %s: %v", d.ID, operator, err)
			}
		}
	}
}

// metricWith is a metric that the dimension can cut.
func metricWith(d catalog.Dimension) catalog.Metric {
	for _, m := range catalog.Metrics {
		if !m.Internal && d.Has(m.Fact) && !strings.HasPrefix(m.ID, "stage_") {
			return m
		}
	}
	panic("nothing is cut by " + d.ID)
}

// TestResolveSentences are the whole sentences of the checks.
func TestResolveSentences(t *testing.T) {
	filter := func(metric, dimension, operator, value string) string {
		return fmt.Sprintf(`{"metrics": [%q], "filters": [{"dimension": %q, "operator": %q, "values": [%q]}]}`, metric, dimension, operator, value)
	}
	for text, want := range map[string]string{
		`{"version": 2}`:                                                                         "version 2 of the query is not known; this Parley reads version 1",
		`{"report": "funel"}`:                                                                    `unknown report "funel"; did you mean "funnel"?`,
		`{}`:                                                                                     "the query has no metrics: choose a report or at least one metric",
		`{"metrics": ["sesions"]}`:                                                               `unknown metric "sesions"; did you mean "sessions"?`,
		`{"metrics": ["csat_positive"]}`:                                                         `unknown metric "csat_positive"`, // internal
		`{"report": "funnel", "limit": -1}`:                                                      "limit -1 is out of range: choose 1 to 100000 rows",
		`{"report": "funnel", "bucket": "year"}`:                                                 `unknown bucket "year"; choose one of none, auto, 5m, 15m, 30m, hour, day, week, month`,
		`{"report": "funnel", "compare": "previous_yaer"}`:                                       `unknown comparison "previous_yaer"; did you mean "previous_year"?`,
		`{"report": "funnel", "timezone": "America/Sao Paulo"}`:                                  `unknown time zone "America/Sao Paulo": use an IANA name such as America/Sao_Paulo`,
		`{"metrics": ["sessions"], "groupBy": ["agnet"]}`:                                        `unknown dimension "agnet" in groupBy; did you mean "agent"?`,
		filter("sessions", "chanel", "in", "sms"):                                                `unknown dimension "chanel" in a filter; did you mean "channel"?`,
		filter("sessions", "channel", "not_in", "sms"):                                           `unknown operator "not_in" in the filter on channel; did you mean "notIn"?`,
		filter("sessions", "channel", "contains", "sms"):                                         "the filter on channel cannot use contains: choose in, notIn, matches, notMatches",
		filter("sessions", "line", "in", ""):                                                     "the filter on line has an empty value: remove it, or use (none) for missing values",
		filter("sessions", "line", "contains", ""):                                               "the filter on line has an empty value: remove it, or use (none) for missing values",
		filter("sessions", "line", "notMatches", ""):                                             "the filter on line has an empty pattern",
		filter("sessions", "initiator", "in", "busines"):                                         `"busines" is not a value of initiator; did you mean "business"?`,
		filter("sessions", "hour_of_day", "in", "noon"):                                          `"noon" is not a value of hour_of_day: enter an integer`,
		filter("sessions", "day", "in", "yesterday"):                                             `"yesterday" is not a value of day: enter a date (2026-11-02) or a time (2026-11-02T00:00:00-03:00)`,
		`{"metrics": ["csat_surveys"], "groupBy": ["status"]}`:                                   "csat_surveys cannot be grouped by status: choose one of account, channel, line, team, agent, contact, contact_tag, conversation_tag, country, phone, business_hours, conversation_id, source, conversation_status, unattended, opened_in_period, priority, rating, hour, day, week, month, weekday, hour_of_day",
		`{"metrics": ["sessions", "messages"], "groupBy": ["in_window"]}`:                        "sessions cannot be grouped by in_window: choose one of account, subaccount, channel, line, team, agent, contact, contact_tag, conversation_tag, country, phone, business_hours, conversation_id, template, template_category, language, campaign, correlation_id, session_id, initiator, origin, user_type, hour, day, week, month, weekday, hour_of_day",
		`{"metrics": ["open_now"], "groupBy": ["day"]}`:                                          "open_now is the current state and cannot be grouped by time: set bucket to none",
		`{"metrics": ["open_now"], "format": "timeseries"}`:                                      "open_now is the current state and cannot be grouped by time: set bucket to none",
		`{"metrics": ["sessions"], "groupBy": ["day", "week"]}`:                                  "the query groups by time twice: use bucket, or one of hour, day, week and month in groupBy",
		`{"metrics": ["sessions"], "after": "x"}`:                                                "columns and after are for details only: set format to details, or remove them",
		`{"metrics": ["sessions"], "orderBy": [{"by": "time"}]}`:                                 `cannot order by "time", which is not a column of the result; choose one of sessions`,
		`{"metrics": ["sessions"], "groupBy": ["channel"], "orderBy": [{"by": "channel_name"}]}`: `cannot order by "channel_name", which is not a column of the result; choose one of sessions, channel`,
		`{"metrics": ["stage_reached"], "groupBy": ["stage", "line"], "filters": [{"dimension": "stage", "operator": "in", "values": ["sent"]}]}`: "stage cannot be filtered: filter by status",
		`{"metrics": ["notified"], "groupBy": ["line", "rating"]}`:                                                                                "notified cannot be grouped by rating: choose one of account, subaccount, channel, line, team, agent, contact, contact_tag, conversation_tag, country, phone, business_hours, conversation_id, template, template_category, language, campaign, correlation_id, session_id, initiator, origin, user_type, status, failure_reason, failure_code, send, hour, day, week, month, weekday, hour_of_day",
		`{"report": "channels", "format": "details"}`:                                                                                             "format details needs a report of details: set report to one of notification_details, conversation_details, open_conversations, message_details_sent, message_details_received, message_log",
		`{"report": "notification_details", "compare": "previous_period"}`:                                                                        "a details report lists single rows: remove metrics, groupBy, bucket and compare, or choose format table",
		`{"report": "notification_details", "columns": ["contakt"]}`:                                                                              `unknown column "contakt" in the details of initiation; did you mean "contact"?`,
		`{"report": "notification_details", "orderBy": [{"by": "created_at"}, {"by": "created_at"}]}`:                                             "a details report is ordered by one column: keep one entry in orderBy",
		`{"report": "conversation_details", "orderBy": [{"by": "contact"}]}`:                                                                      `the details of conversation_active cannot be ordered by "contact": choose one of created_at, message_count, first_response_time, resolved_at, resolution_time, csat_rating, channel, country, phone, source, conversation_status, unattended, opened_in_period, priority`,
	} {
		err := parse(text)
		if !errors.As(err, new(*query.Error)) || err.Error() != want {
			t.Errorf("%s:\n got %v\nwant %s", text, err, want)
		}
	}
	for _, dimension := range []string{"content_type", "rating"} {
		err := parse(fmt.Sprintf(`{"report": "notification_details", "filters": [{"dimension": %q, "operator": "in", "values": ["1"]}]}`, dimension))
		if err == nil || !strings.HasPrefix(err.Error(), "the details of initiation cannot be filtered by "+dimension+": choose one of account, ") || strings.Contains(err.Error(), " stage,") {
			t.Errorf("%s: %v", dimension, err)
		}
	}
}

// TestOrderBy accepts every column that the answer has.
func TestOrderBy(t *testing.T) {
	for _, by := range []string{"time", "line", "line_name", "channel", "sessions"} {
		resolve(t, fmt.Sprintf(`{"metrics": ["sessions"], "groupBy": ["line", "channel"], "bucket": "day", "orderBy": [{"by": %q, "desc": true}]}`, by))
	}
	resolve(t, `{"metrics": ["sessions"], "groupBy": ["day"], "orderBy": [{"by": "day"}]}`)
}

func TestCutsOf(t *testing.T) {
	for _, m := range catalog.Metrics {
		cuts := query.CutsOf(m)
		if slices.Contains(cuts, "stage") != strings.HasPrefix(m.ID, "stage_") {
			t.Errorf("%s: the cut by stage", m.ID)
		}
		if slices.Contains(cuts, "day") == (m.Fact == catalog.ConversationNow) {
			t.Errorf("%s: the cut by time", m.ID)
		}
		for _, d := range catalog.Dimensions {
			if d.ID != "stage" && slices.Contains(cuts, d.ID) != d.Has(m.Fact) {
				t.Errorf("%s by %s: in the list %t", m.ID, d.ID, slices.Contains(cuts, d.ID))
			}
		}
	}
}

func TestParseInstant(t *testing.T) {
	for _, c := range []struct{ zone, text, want string }{
		{"UTC", "2026-11-02", "2026-11-02T00:00:00Z"},
		{"America/Sao_Paulo", "2026-11-02", "2026-11-02T03:00:00Z"},
		{"America/Sao_Paulo", "2026-11-02T00:00:00+05:30", "2026-11-01T18:30:00Z"},
		{"America/Santiago", "2025-09-07", "2025-09-07T04:00:00Z"}, // there is no midnight
		{"America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z"},
		{"America/Havana", "2025-11-02", "2025-11-02T04:00:00Z"}, // the first of two
	} {
		loc, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		got, err := query.ParseInstant(c.text, loc)
		if err != nil || got.UTC().Format(time.RFC3339) != c.want {
			t.Errorf("%s in %s: %s, %v, want %s", c.text, c.zone, got.UTC(), err, c.want)
		}
	}
	for _, text := range []string{"", "2026-13-01", "2025-02-29", "2026-11-02 10:00", "now"} {
		if at, err := query.ParseInstant(text, time.UTC); err == nil {
			t.Errorf("%q is read as %s", text, at)
		}
	}
}

func TestNearest(t *testing.T) {
	metrics := catalog.MetricIDs()
	for word, want := range map[string]string{
		"mesages_sent": "messages_sent", "Sessions": "sessions", "message": "messages", "answerd": "answered", "csat": "", "x": "",
		"conversation": "conversations", "conversations_opened": "conversations_open", "first_response": "", "completely different": "", "": "",
	} {
		if got := catalog.Nearest(word, metrics); got != want {
			t.Errorf("%q: got %q, want %q", word, got, want)
		}
	}
	if got := catalog.Nearest("notin", query.Operators); got != "notIn" {
		t.Errorf("notin: got %q", got)
	}
	// A megabyte is no slip of the pen, and not worth the work of looking.
	start := time.Now()
	if got := catalog.Nearest(strings.Repeat("messages", 1<<17), metrics); got != "" || time.Since(start) > time.Second {
		t.Errorf("a long word: %q after %s", got, time.Since(start))
	}
}

// FuzzParse: whatever is sent, the answer is a query or a sentence.
func FuzzParse(f *testing.F) {
	for _, p := range query.Presets {
		f.Add(fmt.Sprintf(`{"report": %q}`, p.ID))
	}
	for _, seed := range []string{
		`{"version": 1, "report": "channels", "metrics": ["messages"], "groupBy": [], "bucket": "day", "filters": [{"dimension": "team", "operator": "in", "values": ["7", "(none)"]}], "compare": "previous_year", "timezone": "America/Sao_Paulo", "language": "es", "format": "timeseries", "orderBy": [{"by": "time", "desc": true}], "limit": 10, "refId": "A", "datasource": {"uid": "x"}}`,
		`{"report": "notification_details", "columns": ["phone"], "after": "MTc2MjEyODAwMDAwMDAwMDptMQ", "orderBy": [{"by": "created_at"}]}`,
		`{"metrics": ["stage_reached", "stage_share_of_sent"], "groupBy": ["stage", "week"]}`,
		`{"metrics": ["messages"], "filters": [{"dimension": "day", "operator": "notIn", "values": ["2026-11-02", "2026-11-02T00:00:00-03:00"]}, {"dimension": "weekday", "operator": "in", "values": ["-0"]}]}`,
		`{"metrics": ["messages"], "filters": [{"dimension": "line", "operator": "matches", "values": ["${x:csv}", "("]}]}`,
		`{"metrics": [null], "limit": 1e3}`, `{"limit": 99999999999999999999}`, `null`, `[]`, `{"a":1,"a":2}`, "{\"report\": \"\xff\"}",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		q, err := query.Parse([]byte(text))
		if err == nil {
			q, err = q.Resolve()
		}
		if err != nil {
			if !errors.As(err, new(*query.Error)) || err.Error() == "" {
				t.Errorf("%T: %v", err, err)
			}
			return
		}
		if len(q.Metrics) == 0 && q.DetailsFact() == "" || q.Limit < 1 || q.Limit > query.MaxLimit || !slices.Contains(query.Languages, q.Language) ||
			!slices.Contains(query.Buckets, q.Bucket) || !slices.Contains(query.Formats, q.Format) || !slices.Contains(query.Compares, q.Compare) {
			t.Errorf("resolved to %+v", q)
		}
		// What is resolved needs no more: all is said but the preset's filters.
		again := q
		again.Report = ""
		if q.DetailsFact() == "" || q.Format == "table" || q.Format == "timeseries" {
			if again, err = again.Resolve(); err != nil {
				t.Errorf("resolved once, it is refused: %v", err)
			} else if again.Report = q.Report; !reflect.DeepEqual(again, q) {
				t.Errorf("resolved twice, %+v becomes %+v", q, again)
			}
		}
	})
}
