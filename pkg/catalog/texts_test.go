package catalog_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/failure"
	"github.com/parley-reports/parley/pkg/query"
)

// reports are those of the specification; presets that come later belong here
// too, or the texts have no report for them.
var reports = []string{
	"channels", "sessions_over_time", "messages_over_time", "initiations", "sends", "initiations_daily", "funnel", "failures", "notification_details",
	"overview", "agents", "tags", "conversation_details", "open_conversations", "message_details_sent", "message_details_received", "message_log", "traffic", "cost",
	"campaign_sends", "failure_bursts", "template_changes",
}

// events are the sentences about events, with the number of their parts.
var events = map[string]int{
	"sent": 1, "failed": 1, "delivered": 1, "read": 1, "answered": 1, "burst": 1, "burst_text": 4, "new_template": 1, "new_language": 2, "new_category": 3,
}

// notices are the sentences about answers, with the number of their parts.
var notices = map[string]int{
	"no_entity": 2, "several_entities": 3, "never": 2, "lacking": 2, "not_recorded": 0, "untold": 1, "wanting": 1, "no_row": 0,
	"shown": 2, "shown_first": 1, "shown_events": 2, "shown_events_first": 1, "cut_limit": 1, "cut_log": 0, "cut_rows": 1, "cut_most": 1, "cut_bytes": 1, "outdated": 2, "in_parts": 2,
	"shown_values": 2, "rows_before": 1, "cost": 1, "cost_of_one": 0, "cost_missing": 1, "bursts": 1,
	"gap_more": 1, "gap_messages": 1, "gap_message": 0, "gap_no_rates": 0, "gap_rate": 3, "gap_rates": 4, "gap_prefix": 1, "gap_national": 1, "gap_contact": 1,
	"gap_channel": 1, "gap_provider": 1, "gap_category": 1, "gap_price": 1,
	"hours_line": 1, "hours_team": 1, "hours_zone": 2, "hours_row": 2, "hours_more": 1,
	"mail_change": 2, "mail_same": 0, "mail_before": 1, "mail_compared": 1, "mail_files": 0, "mail_months": 0,
	"file_range": 0, "file_zone": 0, "file_notice": 0, "file_rows": 0, "file_about": 0, "file_page": 2, "file_complete": 1, "file_broken": 1, "file_too_long": 3,
	"file_in": 1, "file_notIn": 1, "file_matches": 1, "file_notMatches": 1, "file_contains": 1,
	"file_name": 0, "file_value": 0, "file_before": 0, "file_change": 0, "file_changes": 0, "file_share": 0, "file_summary": 0, "file_sheet": 0, "file_panels": 1, "file_problems": 1, "file_first_rows": 2,
	"file_others": 1, "file_more": 1, "file_more_columns": 1, "file_no_data": 0, "file_total": 0, "file_created": 0,
	"left_out_direction": 4, "left_out_time": 4, "left_out_id": 4, "left_out_row": 4, "left_out_value": 4,
}

// known are the values with texts of dimensions that are no enums: other values
// are shown as they are.
var known = map[string][]string{
	"weekday":      {"0", "1", "2", "3", "4", "5", "6"},
	"content_type": {"text", "image", "audio", "video", "document", "sticker", "location", "contacts", "button", "interactive", "template"},
	"priority":     {"low", "medium", "high", "urgent"},
}

var facts = []catalog.Fact{
	catalog.Message, catalog.Session, catalog.Initiation, catalog.Conversation, catalog.ConversationActive,
	catalog.ConversationNow, catalog.Event, catalog.CSATAnswer, catalog.CSATSurvey,
}

// longest is the maximum length of a title, so that it fits a column header.
const longest = 40

// longestSummary is the maximum length of a summary: Grafana cuts longer ones in the
// lists of the editor.
const longestSummary = 60

type words struct {
	Title, Description, Short, Formula, None, Unnamed string
	Values                                            map[string]string
}

type file struct {
	None, Link, Yes, No                                 string
	Previous, Change, Advice, Meanings, Events, Numbers map[string]string
	Notices, Relations, Kinds, Buckets                  map[string]string
	Facts, Metrics, Dimensions, Columns, Reports        map[string]words
}

func read(t *testing.T, language string) file {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("texts", language+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var f file
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&f); err != nil {
		t.Fatalf("%s: %v", language, err)
	}
	return f
}

// TestTextsAreComplete finds texts that are missing, and texts of nothing.
func TestTextsAreComplete(t *testing.T) {
	for _, language := range catalog.Languages {
		t.Run(language, func(t *testing.T) {
			f := read(t, language)
			sameKeys(t, "metrics", f.Metrics, catalog.MetricIDs())
			sameKeys(t, "dimensions", f.Dimensions, catalog.DimensionIDs(""))
			sameKeys(t, "reports", f.Reports, reports)
			var ids []string
			for _, c := range catalog.Columns {
				ids = append(ids, c.ID)
			}
			sameKeys(t, "columns", f.Columns, ids)
			sameKeys(t, "buckets", f.Buckets, []string{"5m", "15m", "30m"}) // the others are dimensions
			sameKeys(t, "meanings", f.Meanings, slices.Collect(maps.Keys(read(t, "en").Meanings)))
			for code := range f.Meanings {
				if !slices.ContainsFunc([]string{"whatsapp", "messenger", "sms"}, func(channel string) bool { return failure.Known(channel, code) }) {
					t.Errorf("the meaning of %s, which no rule is about", code)
				}
			}
			ids = nil
			for _, fact := range facts {
				ids = append(ids, string(fact))
			}
			sameKeys(t, "facts", f.Facts, ids)
			hasParts(t, "event", f.Events, events)
			hasParts(t, "notice", f.Notices, notices)
			sameKeys(t, "relations", f.Relations, needed())
			sameKeys(t, "kinds", f.Kinds, []string{"WhatsApp webhooks"}) // others are called the same in every language
			sameKeys(t, "change", f.Change, []string{"absolute", "percent"})
			sameKeys(t, "previous", f.Previous, slices.DeleteFunc(slices.Clone(query.Compares), func(c string) bool { return c == "none" }))
			for _, d := range catalog.Dimensions {
				values := slices.Concat(d.Values, known[d.ID])
				sameKeys(t, d.ID, f.Dimensions[d.ID].Values, values)
				if (f.Dimensions[d.ID].None == "") != (read(t, "en").Dimensions[d.ID].None == "") {
					t.Errorf("%s: only one of %s and en has a text for no value", d.ID, language)
				}
				if d.ID == "failure_reason" {
					sameKeys(t, "advice", f.Advice, values)
				}
				seen := map[string]string{}
				for value, text := range f.Dimensions[d.ID].Values {
					if text == "" || seen[text] != "" {
						t.Errorf("%s: the text %q of %s is empty or that of %s too", d.ID, text, value, seen[text])
					}
					seen[text] = value
				}
			}
			for kind, entries := range map[string]map[string]words{"metric": f.Metrics, "dimension": f.Dimensions, "report": f.Reports, "fact": f.Facts} {
				for id, w := range entries {
					if !strings.HasSuffix(w.Description, ".") || (w.Formula == "") == (kind == "metric") {
						t.Errorf("%s %s: want a description that ends in a full stop, and a formula of metrics only: %+v", kind, id, w)
					}
				}
			}
			for _, entries := range []map[string]words{f.Metrics, f.Dimensions, f.Reports, f.Facts, f.Columns} {
				for id, w := range entries {
					if n := utf8.RuneCountInString(w.Title); n == 0 || n > longest {
						t.Errorf("%s: the title %q has %d characters, want 1 to %d", id, w.Title, n, longest)
					}
				}
			}
			for kind, entries := range map[string]map[string]words{"metric": f.Metrics, "dimension": f.Dimensions, "report": f.Reports} {
				seen := map[string]string{}
				for id, w := range entries {
					summary := catalog.Words{Description: w.Description, Short: w.Short}.Summary()
					if n := utf8.RuneCountInString(summary); !strings.HasSuffix(summary, ".") || n > longestSummary {
						t.Errorf("%s %s: the summary %q has %d characters, want a sentence of at most %d", kind, id, summary, n, longestSummary)
					}
					if seen[summary] != "" {
						t.Errorf("%s %s and %s have the same summary %q", kind, id, seen[summary], summary)
					}
					seen[summary] = id
				}
			}
			for _, text := range append([]string{f.None, f.Link, f.Yes, f.No}, mapValues(f.Previous)...) {
				if text == "" {
					t.Error("an empty text")
				}
			}
			for compare, pattern := range f.Previous {
				if !strings.Contains(pattern, "{0}") || pattern == "{0}" {
					t.Errorf("previous %s: %q", compare, pattern)
				}
			}
		})
	}
}

// hasParts wants all sentences, each with places for just its parts.
func hasParts(t *testing.T, what string, sentences map[string]string, parts map[string]int) {
	t.Helper()
	sameKeys(t, what, sentences, slices.Collect(maps.Keys(parts)))
	for id, sentence := range sentences {
		for i := range parts[id] + 1 {
			if part := fmt.Sprintf("{%d}", i); strings.Contains(sentence, part) != (i < parts[id]) {
				t.Errorf("%s %s: %q has or lacks %s", what, id, sentence, part)
			}
		}
	}
}

// needed are the relations without which a metric or a dimension is unavailable.
func needed() []string {
	var names []string
	for _, m := range catalog.Metrics {
		names = append(names, m.Needs...)
	}
	for _, d := range catalog.Dimensions {
		names = append(names, d.Needs...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// TestTitlesAreUnique: two columns of one table must not look the same.
func TestTitlesAreUnique(t *testing.T) {
	for _, language := range catalog.Languages {
		f := read(t, language)
		for _, table := range []map[string]words{f.Metrics, f.Reports, merge(f.Dimensions, f.Columns)} {
			seen := map[string]string{}
			for id, w := range table {
				if seen[w.Title] != "" {
					t.Errorf("%s: %s and %s are both called %q", language, id, seen[w.Title], w.Title)
				}
				seen[w.Title] = id
			}
		}
	}
}

func TestPresetsHaveTexts(t *testing.T) {
	for _, p := range query.Presets {
		if !slices.Contains(reports, p.ID) {
			t.Errorf("the report %s has no texts", p.ID)
		}
	}
}

func TestTexts(t *testing.T) {
	es := catalog.In("es")
	for _, c := range []struct{ what, got, want string }{
		{"metric", es.Metric("messages_sent").Title, "Mensajes enviados"},
		{"dimension", es.Dimension("agent").Title, "Agente"},
		{"value", es.Value("status", "delivered"), "Entregado"},
		{"values", es.Values("status")["delivered"], "Entregado"},
		{"weekday", es.Value("weekday", "0"), "Domingo"},
		{"other value", es.Value("line", "7"), "7"},
		{"none", es.Value("failure_code", catalog.None), "(ninguno)"},
		{"none of a dimension", es.Value("agent", catalog.None), "(sin agente)"},
		{"none of an unknown dimension", es.NoneOf("nope"), "(ninguno)"},
		{"column", es.Column("body").Title, "Mensaje"},
		{"dimension as a column", es.Column("line").Title, "Línea"},
		{"report", es.Report("funnel").Title, "Embudo de notificaciones"},
		{"fact", es.Fact(catalog.Session).Title, "Sesiones"},
		{"previous", es.Previous("previous_period", "Mensajes"), "Mensajes (período anterior)"},
		{"no comparison", es.Previous("none", "Mensajes"), "Mensajes"},
		{"yes", es.YesNo(true), "Sí"},
		{"no", es.YesNo(false), "No"},
		{"link", es.Link(), "Abrir chat"},
		{"unknown metric", es.Metric("nope").Title, "nope"},
		{"unknown dimension", es.Dimension("nope").Title, "nope"},
		{"unknown column", es.Column("nope").Title, "nope"},
		{"unknown reason", es.Advice("nope"), ""},
		{"region", catalog.In("es-AR").None(), "(ninguno)"},
		{"Grafana's Portuguese", catalog.In("pt-BR").Metric("sessions").Title, "Sessões"},
		{"Portuguese", catalog.In("pt").Metric("sessions").Title, "Sessões"},
		{"another language", catalog.In("de").Metric("sessions").Title, "Sessions"},
		{"no language", catalog.In("").None(), "(none)"},
		{"no language at all", catalog.Texts{}.Metric("sessions").Title, "Sessions"},
	} {
		if c.got != c.want {
			t.Errorf("%s: got %q, want %q", c.what, c.got, c.want)
		}
	}
	es.Values("status")["read"] = "changed"
	if got := es.Value("status", "read"); got != "Leído" {
		t.Errorf("a caller's change to Values changes the texts: %q", got)
	}
}

func sameKeys[T any](t *testing.T, what string, got map[string]T, want []string) {
	t.Helper()
	for _, id := range want {
		if _, ok := got[id]; !ok {
			t.Errorf("%s: no text of %s", what, id)
		}
	}
	for id := range got {
		if !slices.Contains(want, id) {
			t.Errorf("%s: a text of %s, which does not exist", what, id)
		}
	}
}

func mapValues(m map[string]string) []string {
	var values []string
	for _, v := range m {
		values = append(values, v)
	}
	return values
}

func merge(tables ...map[string]words) map[string]words {
	all := map[string]words{}
	for _, table := range tables {
		for id, w := range table {
			all[id] = w
		}
	}
	return all
}

func TestNumbers(t *testing.T) {
	for _, c := range []struct {
		language string
		counts   string
		shares   string
	}{
		{"en", "0 999 1,000 12,345,678 -123 -1,234", "0% 3% 3.2% 100% 0.1%"},
		{"es", "0 999 1\u202f000 12\u202f345\u202f678 -123 -1\u202f234", "0\u00a0% 3\u00a0% 3,2\u00a0% 100\u00a0% 0,1\u00a0%"},
		{"pt-BR", "0 999 1.000 12.345.678 -123 -1.234", "0% 3% 3,2% 100% 0,1%"},
	} {
		texts := catalog.In(c.language)
		var counts, shares []string
		for _, n := range []int64{0, 999, 1000, 12345678, -123, -1234} {
			counts = append(counts, texts.Count(n))
		}
		for _, share := range []float64{0, 0.03, 0.0321, 1, 0.0006} {
			shares = append(shares, texts.Share(share))
		}
		if got := strings.Join(counts, " "); got != c.counts {
			t.Errorf("%s: %q, want %q", c.language, got, c.counts)
		}
		if got := strings.Join(shares, " "); got != c.shares {
			t.Errorf("%s: %q, want %q", c.language, got, c.shares)
		}
	}
}
