package reference

import (
	"fmt"
	"testing"

	"github.com/parley-reports/parley/internal/contract"
	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/query"
)

func TestFilters(t *testing.T) {
	d := messages(in("a", "2025-03-10 10:00"), in("b", "2025-03-10 10:00", contact("bob")), in("c", "2025-03-10 10:00", contact("100%")), in("d", "2025-03-10 10:00", noContact), in("e", "2025-03-10 10:00", contact("ghost")))
	d.Contacts = []contract.Contact{
		{ContactID: "ana", Name: new("Bob Pérez"), Phone: new("+55 (11) 98")}, {ContactID: "bob", Name: new("BOB"), Phone: new("5511 77"), Country: new("")}, {ContactID: "100%", Country: new("BR")},
	}
	d.Tags = []contract.Tag{
		{Kind: "contact", OwnerID: "ana", Name: "vip"}, {Kind: "contact", OwnerID: "ana", Name: "vip"}, {Kind: "contact", OwnerID: "ana", Name: "new"},
		{Kind: "contact", OwnerID: "bob", Name: "new"}, {Kind: "conversation", OwnerID: "bob", Name: "other"}, {Kind: "contact", OwnerID: "100%", Name: ""},
	}
	for _, test := range []struct {
		dimension, operator string
		values              []string
		want                float64
	}{
		{"contact", "in", []string{"ana", "bob"}, 2}, {"contact", "in", []string{"BOB"}, 0}, {"contact", "in", []string{"(none)", "ana"}, 2},
		{"contact", "notIn", []string{"ana"}, 4}, {"contact", "notIn", []string{"ana", "(none)"}, 3},
		{"contact", "matches", []string{"^[Bb]ob"}, 2}, {"contact", "matches", []string{"^B", "(none)"}, 3}, {"contact", "matches", []string{"BOB"}, 1},
		{"contact", "notMatches", []string{"^[Bb]"}, 3}, {"contact", "notMatches", []string{"^[Bb]", "(none)"}, 2},
		{"contact", "contains", []string{"bob"}, 2}, {"contact", "contains", []string{"%"}, 1}, {"contact", "contains", []string{"_"}, 0}, {"contact", "contains", []string{"PÉREZ", "(none)"}, 2},
		{"phone", "in", []string{"55-1198"}, 1}, {"phone", "contains", []string{"1 1"}, 2}, {"phone", "notIn", []string{"551177"}, 4}, {"phone", "matches", []string{`\(`}, 1},
		{"country", "in", []string{"(none)"}, 4},
		{"contact_tag", "in", []string{"vip"}, 1}, {"contact_tag", "in", []string{"vip", "new"}, 2}, {"contact_tag", "notIn", []string{"vip"}, 4},
		{"contact_tag", "notIn", []string{"vip", "(none)"}, 1}, {"contact_tag", "in", []string{"(none)"}, 3}, {"contact_tag", "notMatches", []string{"^n"}, 3}, {"contact_tag", "contains", []string{"VI"}, 1},
		{"hour_of_day", "in", []string{"10"}, 5}, {"weekday", "notIn", []string{"1"}, 0}, // a Monday
		{"day", "in", []string{"2025-03-10"}, 5}, {"day", "in", []string{"2025-03-09T21:00:00-03:00"}, 5}, {"week", "notIn", []string{"2025-03-10"}, 0},
	} {
		rows := table(t, d, query.Query{Metrics: []string{"messages_received"}, Filters: []query.Filter{{Dimension: test.dimension, Operator: test.operator, Values: test.values}}})
		if got := rows[0]["messages_received"]; got != test.want {
			t.Errorf("%v: got %v", test, got)
		}
	}
	byTag := func(filters ...query.Filter) string {
		return cells(table(t, d, query.Query{Metrics: []string{"messages_received"}, GroupBy: []string{"contact_tag"}, Filters: filters}), "contact_tag", "messages_received")
	}
	expect(t, byTag(), "- 3", "new 2", "vip 1")
	expect(t, byTag(query.Filter{Dimension: "contact_tag", Operator: "in", Values: []string{"vip"}}), "vip 1")
	expect(t, byTag(query.Filter{Dimension: "contact_tag", Operator: "notIn", Values: []string{"vip"}}), "- 3", "new 1")
}

func TestShape(t *testing.T) {
	d := messages(out("a", "2025-03-10 10:00", line("wa")), in("b", "2025-03-12 10:00", line("ig")))
	f := Prepare(d, Defaults())
	compute := func(q query.Query) []map[string]any {
		rows, err := f.Compute(q, instant("2025-03-10"), instant("2025-03-13"), now)
		if err != nil {
			t.Fatal(err)
		}
		return rows
	}
	q := query.Query{Metrics: []string{"messages_sent", "sessions", "read_rate"}, GroupBy: []string{"line"}, Bucket: "day"}
	expect(t, cells(compute(q), "line", "time", "messages_sent", "sessions", "read_rate"),
		"ig 03-10T00:00 0 0 -", "ig 03-11T00:00 0 0 -", "ig 03-12T00:00 0 1 -", "wa 03-10T00:00 1 1 -", "wa 03-11T00:00 0 0 -", "wa 03-12T00:00 0 0 -")
	q.GroupBy = nil
	expect(t, cells(compute(q), "time", "messages_sent"), "03-10T00:00 1", "03-11T00:00 0", "03-12T00:00 0")
	q.Filters = []query.Filter{{Dimension: "line", Operator: "in", Values: []string{"nowhere"}}}
	expect(t, cells(compute(q), "time", "messages_sent"), "03-10T00:00 0", "03-11T00:00 0", "03-12T00:00 0")
	q.Bucket = "none"
	expect(t, cells(compute(q), "messages_sent", "read_rate"), "0 -")
	q.GroupBy = []string{"line"}
	expect(t, cells(compute(q), "line", "messages_sent"))
	stages := query.Query{Metrics: []string{"stage_reached"}, GroupBy: []string{"line", "stage"}}
	expect(t, cells(compute(stages), "line", "stage", "stage_reached"), "wa delivered 0", "wa read 0", "wa replied 0", "wa sent 1")
	stages.GroupBy = []string{"stage"}
	stages.Filters = q.Filters
	expect(t, cells(compute(stages), "stage", "stage_reached"), "delivered 0", "read 0", "replied 0", "sent 0")
}

func TestErrors(t *testing.T) {
	for _, q := range []query.Query{
		{Metrics: []string{"nothing"}}, {Metrics: []string{"sessions"}, GroupBy: []string{"status"}}, {Metrics: []string{"sessions"}, GroupBy: []string{"nothing"}},
		{Metrics: []string{"open_now"}, Bucket: "day"}, {Metrics: []string{"sessions"}, Bucket: "year"}, {Metrics: []string{"stage_share_of_sent"}}, {Metrics: []string{"sessions"}, Timezone: "Nowhere"},
		{Metrics: []string{"sessions"}, Filters: []query.Filter{{Dimension: "line", Operator: "like"}}},
	} {
		if _, err := Compute(contract.Data{}, Defaults(), q, from, to, now); err == nil {
			t.Errorf("no error for %+v", q)
		}
	}
}

// Every metric can be computed under every cut that has meaning for it.
func TestEveryCut(t *testing.T) {
	f := Prepare(Random(1, RandomOptions{Messages: 300}), Defaults())
	for _, m := range catalog.Metrics {
		for _, id := range catalog.DimensionIDs(m.Fact) {
			rows, err := f.Compute(query.Query{Metrics: []string{m.ID}, GroupBy: []string{id}}, from, to, now)
			if err != nil && (m.ID != "stage_share_of_previous" && m.ID != "stage_share_of_sent") {
				t.Errorf("%s by %s: %v", m.ID, id, err)
			}
			for _, row := range rows {
				switch v := row[m.ID].(type) {
				case nil:
					if m.Unit == catalog.Count {
						t.Errorf("%s by %s is null", m.ID, id)
					}
				case float64:
					if m.Unit == catalog.Text || m.Unit == catalog.Instant {
						t.Errorf("%s is %v", m.ID, v)
					}
				case string:
					if m.Unit != catalog.Text {
						t.Errorf("%s is %v", m.ID, v)
					}
				default:
					if m.Unit != catalog.Instant {
						t.Errorf("%s is %s", m.ID, fmt.Sprint(v))
					}
				}
			}
		}
	}
}
