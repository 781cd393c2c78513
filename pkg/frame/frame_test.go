package frame_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/parley-reports/parley/internal/golden"
	"github.com/parley-reports/parley/pkg/calendar"
	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/engine"
	"github.com/parley-reports/parley/pkg/frame"
	"github.com/parley-reports/parley/pkg/measure"
	"github.com/parley-reports/parley/pkg/query"
)

var (
	monday = time.Date(2026, 11, 2, 3, 0, 0, 0, time.UTC)
	week   = calendar.Range{From: monday, To: monday.AddDate(0, 0, 7)}
	before = calendar.Range{From: monday.AddDate(0, 0, -7), To: monday}
)

func day(n int) time.Time { return monday.AddDate(0, 0, n) }

func metric(id string) engine.Column {
	m, ok := catalog.LookupMetric(id)
	if !ok {
		panic("no metric " + id)
	}
	return engine.Column{Column: measure.Column{ID: id, Role: measure.Metric, Metric: m, Unit: m.Unit}}
}

func previous(id string) engine.Column {
	c := metric(id)
	c.ID, c.Previous = id+"_previous", true
	return c
}

func key(id string) engine.Column {
	d, ok := catalog.LookupDimension(id)
	if !ok {
		panic("no dimension " + id)
	}
	return engine.Column{Column: measure.Column{ID: id, Role: measure.Key, Dimension: d}}
}

func name(id string) engine.Column {
	c := key(id)
	c.ID, c.Role = id+"_name", measure.Name
	return c
}

func bucket() engine.Column {
	return engine.Column{Column: measure.Column{ID: "time", Role: measure.Time}}
}

func column(id string, f catalog.Fact) engine.Column {
	c, ok := catalog.LookupColumn(id, f)
	if !ok {
		panic("no column " + id)
	}
	return engine.Column{Column: measure.Column{ID: id, Role: measure.Detail, Unit: c.Unit}}
}

func columns(c ...engine.Column) []engine.Column { return c }

// detail is a column of no catalogue.
func detail(id string) engine.Column {
	return engine.Column{Column: measure.Column{ID: id, Role: measure.Detail}}
}

// results are answers as the engine gives them.
var results = map[string]*engine.Result{
	"table": {
		Query:   query.Query{Metrics: []string{"messages_sent", "failed_rate", "cost_usd", "sent_received_ratio"}, GroupBy: []string{"channel", "line"}, Bucket: "none", Format: "table"},
		Columns: columns(key("channel"), key("line"), name("line"), metric("messages_sent"), metric("failed_rate"), metric("cost_usd"), metric("sent_received_ratio")),
		Rows: [][]any{
			{"whatsapp", "7", "Sales", int64(120), 0.025, 1.5, 3.25},
			{"whatsapp", "8", "Sales", int64(5), 0.0, 0.25, 1.0}, // another line of the same name
			{"webchat", "9", "9", int64(4), 0.0, 0.0, nil},
			{nil, nil, nil, int64(1), nil, nil, nil},
		},
		SQL:     "SELECT 1",
		Notices: []string{"Only the first 3 rows are shown: add filters, or raise the limit."},
	},
	"table_by_day": {
		Query:   query.Query{Metrics: []string{"time_to_reply_p50"}, GroupBy: []string{"agent"}, Bucket: "day", Format: "table", Language: "es"},
		Columns: columns(bucket(), key("agent"), name("agent"), metric("time_to_reply_p50")),
		Rows: [][]any{
			{day(0), "3", "Ana", 75.5},
			{day(1), "3", "Ana", nil},
		},
	},
	"table_by_weekday": {
		Query:   query.Query{Metrics: []string{"messages"}, GroupBy: []string{"weekday", "hour_of_day"}, Bucket: "none", Format: "table", Language: "pt-BR"},
		Columns: columns(key("weekday"), key("hour_of_day"), metric("messages")),
		Rows:    [][]any{{int64(1), int64(9), int64(12)}, {int64(0), int64(23), int64(0)}},
	},
	"table_by_team": {
		Query:   query.Query{Metrics: []string{"unattended_now"}, GroupBy: []string{"team"}, Bucket: "none", Format: "table", Language: "es"},
		Columns: columns(key("team"), name("team"), metric("unattended_now")),
		Rows:    [][]any{{"1", "Ventas", int64(7)}, {nil, nil, int64(2)}},
	},
	"table_compared": {
		Query:   query.Query{Metrics: []string{"notified", "answer_rate"}, Bucket: "none", Format: "table", Compare: "previous_period", Language: "es"},
		Columns: columns(metric("notified"), previous("notified"), metric("answer_rate"), previous("answer_rate")),
		Rows:    [][]any{{int64(80), int64(100), 0.25, nil}},
	},
	"table_of_sends": {
		Query:   query.Query{Metrics: []string{"first_sent_at", "notifications", "failure_reasons"}, GroupBy: []string{"send"}, Bucket: "none", Format: "table", Language: "es"},
		Columns: columns(key("send"), name("send"), metric("first_sent_at"), metric("notifications"), metric("failure_reasons")),
		Rows: [][]any{
			{"c1", "Black Friday", day(2), int64(500), "number_unreachable: 12, media: 1"},
			{"hello 2026-11-03", "hello 2026-11-03", day(1), int64(1), nil},
		},
	},
	"table_empty": {
		Query:   query.Query{Metrics: []string{"messages_sent"}, GroupBy: []string{"line"}, Bucket: "none", Format: "table"},
		Columns: columns(key("line"), name("line"), metric("messages_sent")),
	},
	// One metric by an enum: the series are named by their groups, stand in the
	// catalogue's order and have its colours.
	"series_by_initiator": {
		Query:   query.Query{Metrics: []string{"sessions"}, GroupBy: []string{"initiator"}, Bucket: "day", Format: "timeseries", Language: "es"},
		Columns: columns(bucket(), key("initiator"), metric("sessions")),
		Rows: [][]any{
			{day(0), "free_entry_point", int64(1)},
			{day(0), "business", int64(2)},
			{day(0), nil, int64(0)},
			{day(0), "contact", int64(3)},
			{day(1), "business", int64(20)},
			{day(1), "contact", int64(30)},
			{day(1), "free_entry_point", int64(10)},
			{day(1), nil, int64(4)},
		},
	},
	// What nobody can know of the groups is no number, and has no sum.
	"table_unknown": {
		Query:   query.Query{Metrics: []string{"conversations", "messages"}, GroupBy: []string{"agent"}, Bucket: "none", Format: "table"},
		Columns: columns(key("agent"), name("agent"), metric("conversations"), metric("messages")),
		Rows:    [][]any{{"3", "Ana", int64(7), nil}, {nil, nil, int64(2), nil}},
		Unknown: []string{"messages"},
	},
	"table_by_day_unknown": {
		Query:   query.Query{Metrics: []string{"conversations", "messages"}, Bucket: "day", Format: "table"},
		Columns: columns(bucket(), metric("conversations"), metric("messages")),
		Rows:    [][]any{{day(0), int64(7), nil}, {day(1), int64(2), nil}},
		Unknown: []string{"messages"},
	},
	// An order of the reader's own goes before the catalogue's.
	"series_ordered": {
		Query:   query.Query{Metrics: []string{"sessions"}, GroupBy: []string{"initiator"}, Bucket: "day", Format: "timeseries", OrderBy: []query.Order{{By: "sessions", Desc: true}}},
		Columns: columns(bucket(), key("initiator"), metric("sessions")),
		Rows: [][]any{
			{day(1), "free_entry_point", int64(9)},
			{day(0), "business", int64(2)},
			{day(0), "free_entry_point", int64(1)},
			{day(1), "business", int64(0)},
		},
	},
	// Several metrics: each series says which one it is.
	"series_of_metrics": {
		Query:   query.Query{Metrics: []string{"messages_sent", "sent_received_ratio"}, GroupBy: []string{"line"}, Bucket: "day", Format: "timeseries", Language: "pt-BR"},
		Columns: columns(bucket(), key("line"), name("line"), metric("messages_sent"), metric("sent_received_ratio")),
		Rows: [][]any{
			{day(0), "7", "Sales", int64(5), 1.25},
			{day(0), "8", "Sales", int64(6), nil},
			{day(1), "7", "Sales", int64(0), nil},
			{day(1), "8", "Sales", int64(7), 2.0},
		},
	},
	// By their names, so that charts side by side agree; what has none is last.
	"series_by_agent": {
		Query:   query.Query{Metrics: []string{"messages_sent"}, GroupBy: []string{"agent"}, Bucket: "day", Format: "timeseries", Language: "pt-BR"},
		Columns: columns(bucket(), key("agent"), name("agent"), metric("messages_sent")),
		Rows: [][]any{
			{day(0), nil, nil, int64(5)},
			{day(0), "1", "Zoe", int64(2)},
			{day(0), "3", "Ana", int64(4)},
			{day(0), "2", "Ana", int64(1)},
			{day(1), "2", "Ana", int64(0)},
			{day(1), "1", "Zoe", int64(7)},
			{day(1), "3", "Ana", int64(0)},
			{day(1), nil, nil, int64(0)},
		},
	},
	"series_compared": {
		Query:   query.Query{Metrics: []string{"sessions"}, GroupBy: []string{}, Bucket: "day", Format: "timeseries", Compare: "previous_year", Language: "en"},
		Before:  before,
		Columns: columns(bucket(), metric("sessions"), previous("sessions")),
		Rows:    [][]any{{day(0), int64(5), int64(4)}, {day(1), int64(6), nil}},
	},
	// Without a calendar: the period before, and now.
	"points_compared": {
		Query:   query.Query{Metrics: []string{"notified", "answer_rate"}, Bucket: "none", Format: "timeseries", Compare: "previous_period"},
		Before:  before,
		Columns: columns(metric("notified"), previous("notified"), metric("answer_rate"), previous("answer_rate")),
		Rows:    [][]any{{int64(80), int64(100), 0.25, 0.5}},
	},
	"point": {
		Query:   query.Query{Metrics: []string{"notified"}, Bucket: "none", Format: "timeseries"},
		Columns: columns(metric("notified")),
		Rows:    [][]any{{int64(80)}},
	},
	"series_empty": {
		Query:   query.Query{Metrics: []string{"sessions"}, GroupBy: []string{"initiator"}, Bucket: "day", Format: "timeseries"},
		Columns: columns(bucket(), key("initiator"), metric("sessions")),
	},
	"details": {
		Query: query.Query{Report: "notification_details", Bucket: "none", Format: "details", Language: "es"},
		Columns: columns(column("created_at", catalog.Initiation), key("contact"), name("contact"), key("phone"), key("status"), column("replied", catalog.Initiation),
			key("failure_reason"), column("failure_text", catalog.Initiation), column("read_at", catalog.Initiation), column("link", catalog.Initiation)),
		Rows: [][]any{
			{day(1).Add(time.Hour), "42", "María", "+54 9 11 5555-0001", "read", false, nil, nil, day(1).Add(2 * time.Hour), "https://chat.example/app/7"},
			{day(0), "43", "43", nil, "failed", false, "number_unreachable", "Message undeliverable", nil, nil},
			{day(0), "44", "José", nil, "replied", true, nil, nil, nil, nil},
		},
		Total: 321, Next: "MTc2",
	},
	"log": {
		Query: query.Query{Report: "message_log", Columns: []string{"status", "line", "delivered_at"}, Bucket: "none", Format: "logs", Language: "pt-BR", Limit: 5},
		Columns: columns(key("status"), key("line"), name("line"), column("delivered_at", catalog.Message), column("created_at", catalog.Message), column("message_id", catalog.Message),
			key("direction"), column("body", catalog.Message), key("content_type"), key("template"), column("failure_text", catalog.Message), column("link", catalog.Message),
			key("conversation_id"), name("conversation_id"), key("contact"), name("contact")),
		Rows: [][]any{
			{"failed", "7", "Vendas", nil, day(1), "m5", "outbound", "Oi Ana", "text", nil, "Message undeliverable", "https://chat.example/app/7", "77", "1007", "42", "Ana"},
			{"pending", "7", "Vendas", nil, day(0), "m4", "outbound", nil, "template", "promo", nil, nil, nil, nil, "42", "Ana"},
			{nil, "7", "Vendas", nil, day(0), "m3", "inbound", nil, "image", nil, nil, nil, "77", "1007", "42", "Ana"},
			{"read", "7", "Vendas", day(0), day(0), "m2", "outbound", "Olá", "text", nil, nil, nil, "77", "1007", "42", "Ana"},
			{nil, nil, nil, nil, day(0), "m1", nil, nil, nil, nil, nil, nil, nil, nil, nil, nil},
		},
	},
	"log_empty": {
		Query:   query.Query{Report: "message_log", Columns: []string{"status"}, Bucket: "none", Format: "logs", Limit: 5},
		Columns: columns(key("status"), column("created_at", catalog.Message), column("message_id", catalog.Message)),
	},
	// Each level by itself, all inbound and delivered ones as one.
	"log_volume": {
		Query:   query.Query{Report: "message_log", Bucket: "none", Format: "logs_volume"},
		Columns: columns(bucket(), key("status"), metric("messages_outbound"), metric("messages_received")),
		Rows: [][]any{
			{day(0), "failed", int64(2), int64(0)},
			{day(0), "read", int64(10), int64(0)},
			{day(0), nil, int64(0), int64(7)},
			{day(1), "failed", int64(0), int64(0)},
			{day(1), "read", int64(0), int64(0)},
			{day(1), nil, int64(0), int64(1)},
		},
		SQL: "SELECT 1",
	},
	// Where no status is told.
	"log_volume_whole": {
		Query:   query.Query{Report: "message_log", Bucket: "none", Format: "logs_volume"},
		Columns: columns(bucket(), metric("messages_outbound"), metric("messages_received")),
		Rows:    [][]any{{day(0), int64(12), int64(7)}, {day(1), int64(0), int64(1)}},
	},
	"log_volume_empty": {
		Query:   query.Query{Report: "message_log", Bucket: "none", Format: "logs_volume"},
		Columns: columns(bucket(), key("status"), metric("messages_outbound"), metric("messages_received")),
	},
	"details_of_conversations": {
		Query: query.Query{Report: "conversation_details", Bucket: "none", Format: "details", Language: "pt-BR"},
		Columns: columns(column("created_at", catalog.ConversationActive), key("agent"), name("agent"), key("conversation_status"), column("message_count", catalog.ConversationActive),
			column("first_response_time", catalog.ConversationActive), column("csat_rating", catalog.ConversationActive)),
		Rows: [][]any{
			{day(1), "3", "Ana", "resolved", int64(12), 75.5, int64(5)},
			{day(0), nil, nil, "open", int64(1), nil, nil},
		},
		Total: 2,
	},
	"events_of_sends": {
		Query: query.Query{Report: "campaign_sends", Bucket: "none", Format: "annotations"},
		Columns: columns(key("send"), name("send"), key("campaign"), name("campaign"), metric("first_sent_at"), metric("last_sent_at"), metric("notified"), metric("notified_delivered"),
			metric("notified_read"), metric("answered"), metric("notifications_failed"), metric("notifications")),
		Rows: [][]any{
			{"c1", "Black <Friday> & co", "c1", "Black <Friday> & co", day(0), day(0).Add(time.Hour), int64(1200), int64(1164), int64(480), int64(0), int64(37), int64(1240)},
			{"hello 2026-11-03", "hello 2026-11-03", nil, nil, day(1), day(1), int64(0), int64(0), int64(0), int64(0), int64(60), int64(60)},
		},
		Notices: []string{"Only the latest 2 events are shown: add filters, or choose a shorter range."},
	},
	"events_of_bursts": {
		Query:   query.Query{Report: "failure_bursts", Bucket: "none", Format: "annotations", Language: "es"},
		Columns: columns(detail("started_at"), detail("ended_at"), key("line"), name("line"), detail("failed"), detail("tried"), key("failure_reason")),
		Rows: [][]any{
			{day(0), day(0).Add(time.Hour), "7", "Ventas", int64(1500), int64(12000), "limit_reached"},
			{day(1), day(1).Add(50 * time.Minute), nil, nil, int64(10), int64(10), "unknown"}, // an instant of a week
		},
	},
	"events_of_templates": {
		Query: query.Query{Report: "template_changes", Bucket: "none", Format: "annotations", Language: "pt-BR"},
		Columns: columns(detail("first_at"), key("account"), name("account"), key("template"), key("language"), key("template_category"), detail("change"),
			detail("categories_before")),
		Rows: [][]any{
			{day(0), "1", "Ótica, Sol", "oferta", "pt_BR", "marketing", "template", nil},
			{day(1), "1", "Ótica, Sol", "oferta", "es", "odd, indeed", "language", nil},
			{day(2), nil, nil, "oferta", "es", "utility", "category", []any{"marketing", "odd, indeed"}},
			{day(3), nil, nil, "aviso", nil, nil, "template", nil},
		},
	},
	"events_empty": {
		Query:   query.Query{Report: "failure_bursts", Bucket: "none", Format: "annotations"},
		Columns: columns(detail("started_at"), detail("ended_at"), key("line"), name("line"), detail("failed"), detail("tried"), key("failure_reason")),
	},
}

// TestGolden compares the frames of each answer with those that were approved.
func TestGolden(t *testing.T) {
	for name, result := range results {
		t.Run(name, func(t *testing.T) { golden.Check(t, name+".json", text(t, frame.Frames(complete(result)))) })
	}
}

// TestGoldenNumeric does so for alert rules.
func TestGoldenNumeric(t *testing.T) {
	for _, name := range []string{"table", "table_by_team", "table_compared", "table_empty"} {
		t.Run(name, func(t *testing.T) {
			golden.Check(t, "numeric_"+name+".json", text(t, frame.Numeric(complete(results[name]))))
		})
	}
}

// TestLongInterval: the only interval is in the time range, even where it starts before.
func TestLongInterval(t *testing.T) {
	for name, c := range map[string]struct{ from, to, want time.Time }{
		"an hour of a day": {day(0).Add(5 * time.Hour), day(0).Add(6 * time.Hour), day(0).Add(5 * time.Hour)},
		"a whole day":      {day(0), day(1), day(0)},
		"parts of two":     {day(0).Add(5 * time.Hour), day(1).Add(time.Hour), day(0)},
	} {
		result := &engine.Result{
			Query:   query.Query{Metrics: []string{"messages_sent"}, Bucket: "day", Format: "timeseries"},
			Range:   calendar.Range{From: c.from, To: c.to},
			Columns: columns(bucket(), metric("messages_sent")),
			Rows:    [][]any{{day(0), int64(3)}},
		}
		if c.to.After(day(1)) {
			result.Rows = append(result.Rows, []any{day(1), int64(1)})
		}
		frames := frame.Frames(result)
		if got := frames[0].Fields[0].At(0).(time.Time); !got.Equal(c.want) || *frames[0].Fields[1].At(0).(*int64) != 3 {
			t.Errorf("%s: %v at %s, want 3 at %s", name, frames[0].Fields[1].At(0), got, c.want)
		}
	}
}

// TestHeatmap: hours in which nothing happened are 0, and empty where nobody knows.
func TestHeatmap(t *testing.T) {
	result := &engine.Result{
		Query:   query.Query{Metrics: []string{"messages"}, GroupBy: []string{"weekday", "hour_of_day"}, Bucket: "none", Format: "heatmap"},
		Columns: columns(key("weekday"), key("hour_of_day"), metric("messages")),
		Rows:    [][]any{{int64(1), int64(9), int64(12)}},
	}
	cell := func(day, hour int) any {
		f := frame.Frames(complete(result))[0]
		field, _ := f.FieldByName(fmt.Sprint(day))
		if value, ok := field.ConcreteAt(hour); ok {
			return value
		}
		return nil
	}
	if cell(1, 9) != int64(12) || cell(1, 8) != int64(0) || cell(0, 0) != int64(0) {
		t.Error(cell(1, 9), cell(1, 8), cell(0, 0))
	}
	result.Rows, result.Unknown = nil, []string{"messages"}
	if cell(1, 9) != nil || cell(0, 0) != nil {
		t.Error(cell(1, 9), cell(0, 0))
	}
}

// TestUnknown: nothing is drawn of what nobody knows, and a number by itself says so.
func TestUnknown(t *testing.T) {
	unknown := func(q query.Query, rows [][]any, c ...engine.Column) *data.Frame {
		q.Metrics, q.Format = []string{"conversations"}, "timeseries"
		return frame.Frames(complete(&engine.Result{Query: q, Before: before, Columns: c, Rows: rows, Unknown: q.Metrics}))[0]
	}
	card := unknown(query.Query{Bucket: "none", Compare: "previous_period", Language: "es"}, [][]any{{nil, nil}}, metric("conversations"), previous("conversations"))
	if rows, _ := card.RowLen(); rows > 0 || len(card.Fields) != 2 || card.Fields[1].Config.NoValue != "Sin registro" {
		t.Errorf("%+v", card.Fields)
	}
	for _, drawn := range []*data.Frame{
		unknown(query.Query{Bucket: "day"}, [][]any{{day(0), nil}, {day(1), nil}}, bucket(), metric("conversations")),
		unknown(query.Query{Bucket: "none", GroupBy: []string{"agent"}}, [][]any{{"3", "Ana", nil}}, key("agent"), name("agent"), metric("conversations")),
	} {
		if len(drawn.Fields) > 0 {
			t.Errorf("%+v", drawn.Fields)
		}
	}
	table := complete(&engine.Result{
		Query: query.Query{Metrics: []string{"messages", "conversations"}, GroupBy: []string{"agent"}, Bucket: "none", Format: "table"}, Unknown: []string{"messages", "conversations"},
		Columns: columns(key("agent"), name("agent"), metric("messages"), metric("conversations")), Rows: [][]any{{nil, nil, nil, nil}},
	})
	if f := frame.Frames(table)[0]; len(f.Fields) > 0 {
		t.Errorf("%+v", f.Fields)
	}
	some := complete(&engine.Result{
		Query: query.Query{Metrics: []string{"messages", "csat_score"}, Bucket: "none", Format: "timeseries"}, Unknown: []string{"csat_score"},
		Columns: columns(metric("messages"), metric("csat_score")), Rows: [][]any{{int64(7), nil}},
	})
	fields := frame.Frames(some)[0].Fields
	if len(fields) != 3 || fields[1].Len() != 1 || fields[1].Config.NoValue != "" || fields[2].Config.NoValue != "Not recorded" {
		t.Errorf("%+v", fields)
	}
}

func complete(r *engine.Result) *engine.Result {
	full := *r
	full.Location, full.Range = time.UTC, week
	if full.Query.Language == "" {
		full.Query.Language = "en"
	}
	return &full
}

func text(t *testing.T, frames data.Frames) string {
	t.Helper()
	list := []json.RawMessage{}
	for _, f := range frames {
		raw, err := data.FrameToJSON(f, data.IncludeAll)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, raw)
	}
	raw, err := json.Marshal(list)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := json.Indent(&b, raw, "", " "); err != nil {
		t.Fatal(err)
	}
	return b.String() + "\n"
}

// TestTypes reads the frames as Grafana's alerting and expressions do.
func TestTypes(t *testing.T) {
	for name, result := range results {
		for _, f := range frame.Frames(complete(result)) {
			if f.Rows() == 0 {
				continue
			}
			switch f.Meta.Type {
			case data.FrameTypeTimeSeriesWide:
				if kind := f.TimeSeriesSchema().Type; kind != data.TimeSeriesTypeWide {
					t.Errorf("%s is no wide series but %v", name, kind)
				}
			case data.FrameTypeTimeSeriesLong:
				if _, err := data.LongToWide(f, nil); err != nil {
					t.Errorf("%s is no long series: %v", name, err)
				}
			case data.FrameTypeNumericLong:
				if kind := f.TimeSeriesSchema().Type; kind != data.TimeSeriesTypeNot {
					t.Errorf("%s is a series %v, not numbers", name, kind)
				}
			}
		}
	}
}
