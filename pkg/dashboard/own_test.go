package dashboard_test

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/parley-reports/parley/internal/contract"
	"github.com/parley-reports/parley/internal/pgtest"
	"github.com/parley-reports/parley/internal/sourcetest"
	"github.com/parley-reports/parley/pkg/calendar"
	"github.com/parley-reports/parley/pkg/dashboard"
	"github.com/parley-reports/parley/pkg/engine"
	"github.com/parley-reports/parley/pkg/query"
	"github.com/parley-reports/parley/pkg/source"
)

// TestTransformations: what people see is computed from what the query returns.
func TestTransformations(t *testing.T) {
	t.Parallel()
	e := open(t)
	run := func(name, language string) map[string]*dashboard.Panel {
		d, err := dashboard.Shipped(name, language)
		if err != nil {
			t.Fatal(err)
		}
		report, err := d.Run(t.Context(), e, dashboard.Request{From: "now-7d", To: "now", Now: end})
		if err != nil {
			t.Fatal(err)
		}
		byTitle := map[string]*dashboard.Panel{}
		for _, p := range report.Panels {
			byTitle[p.Title] = p
		}
		return byTitle
	}
	titles := func(p *dashboard.Panel) (titles []string) {
		for _, c := range p.Columns {
			titles = append(titles, c.Title)
		}
		return titles
	}
	starts := run("session-initiation", "en")
	if got := titles(starts["Latest sends"]); !slices.Equal(got[:7], []string{"Send", "First sent at", "Users", "Sent", "Delivered", "Read", "Replied"}) {
		t.Errorf("titles of sends: %q", got)
	}
	ring := starts["Users who replied"]
	names, shares := []string{}, 0.0
	for _, row := range ring.Rows {
		names = append(names, row[0].(string))
		shares += row[2].(float64)
	}
	if !slices.Equal(names, []string{"Users who replied", "Users who didn't reply", "Not reached"}) || math.Abs(shares-1) > 1e-9 || !slices.Equal(ring.Colors, []string{"#BE61FC", "#67686A", "#D60024"}) {
		t.Errorf("ring: %q, %v in all, %q", names, shares, ring.Colors)
	}
	health := run("delivery-health", "en")
	rate := health["Failure rate"]
	if len(rate.Cards) != 2 || rate.Cards[0].Name != "Last hour" || rate.Cards[1].Name != "Previous hour" {
		t.Errorf("failure rate: %+v", rate.Cards)
	}
	sent := run("messages-sent", "es")["Últimos mensajes"]
	if got := titles(sent); slices.Contains(got, "Inicio de la sesión") || !slices.Contains(got, "Vencimiento de la sesión") || slices.Contains(got, "ID de contacto") {
		t.Errorf("titles of messages: %q", got)
	}
	if status := sent.Rows[0][1]; !slices.Contains([]any{"Pendiente", "Enviado", "Entregado", "Leído", "Fallido"}, status) {
		t.Errorf("status %q is not in Spanish", status)
	}
	if heat := run("overview", "en")["Peak hours"]; heat.Columns[1].Title != "Monday" || heat.Rows[23][0] != int64(23) {
		t.Errorf("peak hours begin with %s and end with %v", heat.Columns[1].Title, heat.Rows[23][0])
	}
	hours := run("agents", "pt-BR")["Carga por hora"]
	for i := 1; i < len(hours.Rows); i++ {
		if hours.Rows[i-1][0].(int64) >= hours.Rows[i][0].(int64) {
			t.Errorf("hours are not in order: %v", hours.Rows)
		}
	}
}

// TestFailingPanel: a panel that fails says why, and the others have their numbers.
func TestFailingPanel(t *testing.T) {
	t.Parallel()
	e := open(t)
	d, err := dashboard.Shipped("parley-es-overview", "")
	if err != nil {
		t.Fatal(err)
	}
	if d.Language != "es" {
		t.Errorf("the language is %s", d.Language)
	}
	report, err := d.Run(t.Context(), e, dashboard.Request{Now: end, Filters: []query.Filter{{Dimension: "unattended", Operator: "in", Values: []string{"yes"}}}})
	if err != nil {
		t.Fatal(err)
	}
	failed := 0
	for _, p := range report.Panels {
		if p.Problem != "" {
			failed++
		}
	}
	if failed == 0 || failed == len(report.Panels) {
		t.Errorf("%d of %d panels failed", failed, len(report.Panels))
	}
	if len(report.Conditions) == 0 || report.Conditions[len(report.Conditions)-1] != (dashboard.Condition{Name: "Sin atender", Text: "Sí"}) {
		t.Errorf("conditions: %v", report.Conditions)
	}
	for _, r := range []dashboard.Request{{From: "soon", To: "now"}, {Timezone: "Mars/Base"}, {Variables: map[string][]string{"moon": {"1"}}}} {
		if _, err := d.Run(t.Context(), e, r); err == nil {
			t.Errorf("%+v: no error", r)
		}
	}
	for _, name := range []string{"moon", "../en/overview", "parley-en-moon"} {
		if _, err := dashboard.Shipped(name, "en"); err == nil || !strings.Contains(err.Error(), "unknown dashboard") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestConditions: filters are shown with names, in the language of the dashboard, and so is
// the account if there is only one.
func TestConditions(t *testing.T) {
	t.Parallel()
	_, schema := pgtest.Schema(t)
	conn := pgtest.Connect(t)
	account, line, name := "7", "1", "Lumara"
	data := contract.Data{
		Accounts: []contract.Account{{AccountID: account, Name: &name}},
		Lines:    []contract.Line{{LineID: line, Name: &name}, {LineID: "2"}},
		Messages: []contract.Message{{MessageID: "m", AccountID: &account, LineID: &line, Direction: "outbound", CreatedAt: end.Add(-time.Hour)}},
	}
	if err := errors.Join(contract.Create(t.Context(), conn, schema), contract.Load(t.Context(), conn, schema, data)); err != nil {
		t.Fatal(err)
	}
	e := sourcetest.Open(t, "views", "", source.Settings{Schema: schema})
	d, err := dashboard.Shipped("messages-sent", "pt-BR")
	if err != nil {
		t.Fatal(err)
	}
	report, err := d.Run(t.Context(), e, dashboard.Request{Now: end, Variables: map[string][]string{
		"line": {"1", "2", "no such line"}, "status": {"failed"}, "phone": {"+55"}, "agent": {"$__all"}, "team": {"(none)"}, "session_id": {" "},
	}})
	if err != nil {
		t.Fatal(err)
	}
	want := []dashboard.Condition{
		{Name: "Conta", Text: "Lumara"}, {Name: "Linha", Text: "Lumara, 2, no such line"}, {Name: "Equipe", Text: "(sem equipe)"},
		{Name: "Status", Text: "Com falha"}, {Name: "Telefone", Text: "contém +55"},
	}
	if !slices.Equal(report.Conditions, want) {
		t.Errorf("conditions: %q, want %q", report.Conditions, want)
	}
}

// TestOwnDashboard: a dashboard that somebody made has the numbers of Grafana, or says why
// not.
func TestOwnDashboard(t *testing.T) {
	t.Parallel()
	e := open(t)
	d, err := dashboard.Parse([]byte(own))
	if err != nil {
		t.Fatal(err)
	}
	report, err := d.Run(t.Context(), e, dashboard.Request{Now: end})
	if err != nil {
		t.Fatal(err)
	}
	var titles []string
	for _, p := range report.Panels {
		titles = append(titles, p.Title)
	}
	if !slices.Equal(titles, []string{"Sum", "Two queries", "Rows", "Organized", "Unknown"}) || report.Panels[0].Section != "Folded" {
		t.Fatalf("panels: %q", titles)
	}
	count := func(metric, filters string) float64 {
		q, err := query.Parse([]byte(`{"metrics": ["` + metric + `"], "filters": [{"dimension": "direction", "operator": "notIn", "values": ["inbound"]}` + filters + `]}`))
		if err != nil {
			t.Fatal(err)
		}
		r, err := e.Run(t.Context(), engine.Request{Query: q, Range: calendar.Range{From: end.AddDate(0, 0, -7), To: end}, Now: end})
		if err != nil {
			t.Fatal(err)
		}
		return numbers(r.Rows[0])[0]
	}
	sum := report.Panels[0].Cards[0].Value
	if want := count("messages_outbound", `, {"dimension": "channel", "operator": "in", "values": ["whatsapp", "sms"]}`); sum != int64(want) || want == 0 {
		t.Errorf("sum: %v, want %v", sum, want)
	}
	chart := report.Panels[1]
	totals := make([]float64, len(chart.Columns))
	for _, row := range chart.Rows {
		for i, v := range row[1:] {
			totals[i+1] += numbers([]any{v})[0]
		}
	}
	if want := []float64{0, count("messages_sent", ""), count("messages_failed", "")}; !slices.Equal(totals, want) {
		t.Errorf("two queries: %v, want %v", totals, want)
	}
	pie, whole := report.Panels[2], 0.0
	for _, row := range pie.Rows {
		whole += numbers(row[1:2])[0]
	}
	if want := count("messages_outbound", ""); whole != want || pie.Rows[0][0] != "WhatsApp" {
		t.Errorf("slices: %v, want %v in all", pie.Rows, want)
	}
	if problem := report.Panels[4].Problem; !strings.Contains(problem, "limit") {
		t.Errorf("unknown transformation: %q", problem)
	}
	if c := report.Panels[3].Columns; len(c) != 2 || c[0].Title != "Messages sent" || c[1].Title != "Via" {
		t.Errorf("organized: %+v", c)
	}
	want := []dashboard.Condition{{Name: "Where", Text: "WhatsApp"}, {Name: "Direction", Text: "not Inbound"}}
	if !slices.Equal(report.Conditions, want) {
		t.Errorf("conditions: %q", report.Conditions)
	}
	for _, text := range []string{"[]", `{"panels": []}`, `{"elements": {}}`} {
		if _, err := dashboard.Parse([]byte(text)); err == nil {
			t.Errorf("%s is a dashboard", text)
		}
	}
}

// TestParseRange: times are read as Grafana reads them, in the time zone, with weeks from
// Monday.
func TestParseRange(t *testing.T) {
	t.Parallel()
	loc, err := calendar.Zone("America/Sao_Paulo")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 20, 1, 30, 0, 0, time.UTC) // Thursday, 22:30 there
	for _, c := range []struct{ from, to, wantFrom, wantTo string }{
		{"now-7d", "now", "2026-11-13T01:30:00Z", "2026-11-20T01:30:00Z"},
		{"now/d", "now", "2026-11-19T03:00:00Z", "2026-11-20T01:30:00Z"},
		{"now-1d/d", "now-1d/d", "2026-11-18T03:00:00Z", "2026-11-19T02:59:59.999Z"},
		{"now/w", "now/w", "2026-11-16T03:00:00Z", "2026-11-23T02:59:59.999Z"},
		{"now-1M/M", "now-1M/M", "2026-10-01T03:00:00Z", "2026-11-01T02:59:59.999Z"},
		{"now-90m", "now-1h", "2026-11-20T00:00:00Z", "2026-11-20T00:30:00Z"},
		{"1795132800000", "2026-11-20T00:00:00.000Z", "2026-11-20T00:00:00Z", "2026-11-20T00:00:00Z"},
	} {
		r, err := dashboard.ParseRange(c.from, c.to, now, loc)
		if err != nil {
			t.Errorf("%s: %v", c.from, err)
		}
		if from, to := r.From.UTC().Format(time.RFC3339Nano), r.To.UTC().Truncate(time.Millisecond).Format(time.RFC3339Nano); from != c.wantFrom || to != c.wantTo {
			t.Errorf("%s to %s is %s to %s, want %s to %s", c.from, c.to, from, to, c.wantFrom, c.wantTo)
		}
	}
	for _, wrong := range []string{"", "soon", "now-", "now-1x", "2026-13-01T00:00:00Z"} {
		if r, err := dashboard.ParseRange(wrong, "now", now, loc); err == nil {
			t.Errorf("%q is %v", wrong, r)
		}
	}
}
