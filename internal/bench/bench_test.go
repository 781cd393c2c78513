package bench

import (
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/parley-reports/parley/internal/embeddedpg"
)

// TestRun measures a small database: the SQL written by hand and the plugin have to
// agree in every number, or Run ends with an error.
func TestRun(t *testing.T) {
	server := embeddedpg.FromEnvironment()
	if server == "" {
		t.Fatalf("%s is not set: run `go tool mage test`, or set it to a server of your own", embeddedpg.Variable)
	}
	report, err := Run(t.Context(), Options{
		Root: "../..", Server: server, Sizes: []int{3000}, Kinds: []string{"views"}, Dashboards: []string{"session-initiation", "channels", "overview", "agents"}, Rounds: 1, Viewers: 3, Progress: t.Output(),
	})
	if err != nil {
		t.Fatal(err)
	}
	text := report.Markdown()
	t.Log(text)
	for _, want := range []string{"| Session starts |", "cold, at the same time", "every dashboard within 3 s cold"} {
		if !strings.Contains(text, want) {
			t.Errorf("the report has no %q", want)
		}
	}
	m := report.Measured[0]
	checked := 0
	for _, d := range m.Dashboards {
		for _, p := range d.Panels {
			if p.Error != "" {
				t.Errorf("%s, %s: %s", d.Title, p.Title, p.Error)
			}
			checked += p.Checked
		}
	}
	if checked < 500 { // those that are 0 aside
		t.Errorf("%d numbers were compared, want at least 500", checked)
	}
	if m.Memory.Messages == 0 || len(m.Built) == 0 || len(m.Watches) != 2 || m.Watches[0].Database == 0 {
		t.Errorf("memory %+v, built %v, watches %+v", m.Memory, m.Built, m.Watches)
	}
}

// TestAgree makes sure that a wrong number is found, whatever the shape of the frame.
func TestAgree(t *testing.T) {
	at := time.Date(2026, 11, 2, 3, 0, 0, 0, time.UTC)
	byHand := newCells()
	byHand.metrics["sessions"] = true
	for channel, sessions := range map[string]float64{"whatsapp": 7, "sms": 2, "email": 0} {
		row := newRow()
		row.key("time", at)
		row.key("channel", channel)
		row.numbers["sessions"] = sessions
		byHand.add(row)
	}
	number := func(n int64) []*int64 { return []*int64{&n} }
	wide := func(whatsapp int64) data.Frames {
		return data.Frames{data.NewFrame("", data.NewField("time", nil, []time.Time{at}),
			data.NewField("sessions", data.Labels{"channel": "whatsapp"}, number(whatsapp)), data.NewField("sessions", data.Labels{"channel": "sms"}, number(2)),
			data.NewField("users", data.Labels{"channel": "sms"}, number(9)))}
	}
	long := func(whatsapp int64) data.Frames {
		return data.Frames{data.NewFrame("", data.NewField("time", nil, []time.Time{at, at}), data.NewField("channel", nil, []string{"whatsapp", "sms"}),
			data.NewField("channel_name", nil, []string{"WhatsApp", "SMS"}), data.NewField("sessions", nil, []int64{whatsapp, 2}))}
	}
	for name, frames := range map[string]func(int64) data.Frames{"wide": wide, "long": long} {
		if err := agree(byHand, frames(7)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := agree(byHand, frames(8)); err == nil || !strings.Contains(err.Error(), "1 of 2 numbers") {
			t.Errorf("%s: error %v, want one about the number that differs", name, err)
		}
	}
}

func TestPromises(t *testing.T) {
	seconds := func(s float64) []time.Duration { return []time.Duration{time.Duration(s * float64(time.Second))} }
	r := &Report{Measured: []*Measured{{
		Kind: "webhook", Size: 1_000_000, HandOver: seconds(2), Memory: Memory{Messages: 200_000, Bytes: 10_000_000},
		Dashboards: []*Dashboard{{Title: "A", Cold: seconds(1), Warm: seconds(0.1)}, {Title: "B", Cold: seconds(12), Warm: seconds(0.2), Panels: []*Panel{{Title: "P", Aggregated: true, Warm: seconds(0.05)}}}},
		Watches:    []Watch{{Viewers: 1, Database: time.Second}, {Viewers: 50, Database: 3 * time.Second}},
	}}}
	want := map[string]string{
		"every dashboard within 3 s cold": "**not met**: 4.0 × the limit", "every dashboard within 0.5 s warm": "met (0.40 of the limit)", "no aggregated panel over 100 ms warm": "met (0.50 of the limit)",
		"at most 100 bytes a message": "met (0.50 of the limit)", "50 viewers cost the database at most 1.2 × one": "**not met**: 2.5 × the limit", "cold within 5 × handing over the raw JSON": "**not met**: 1.2 × the limit",
	}
	r.Measured[0].Kind, r.Measured[0].Dashboards[0].Hand = "views", seconds(3)
	if chart := r.Chart(); strings.Contains(chart, "%!") || strings.Count(chart, "<rect") != 1+3+3 || !strings.Contains(chart, ">10ms<") {
		t.Errorf("chart %s", chart)
	}
	for _, p := range r.promises() {
		if p.verdict() != want[p.text] {
			t.Errorf("%s: %s, want %s", p.text, p.verdict(), want[p.text])
		}
		delete(want, p.text)
	}
	if len(want) > 0 {
		t.Errorf("no word about %v", want)
	}
}
