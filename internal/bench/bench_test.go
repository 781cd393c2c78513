package bench

import (
	"strings"
	"testing"

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
	for _, d := range m.Dashboards {
		for _, p := range d.Panels {
			if p.Error != "" {
				t.Errorf("%s, %s: %s", d.Title, p.Title, p.Error)
			}
			if len(p.Hand) > 0 && p.Checked == 0 {
				t.Errorf("%s, %s: no number was compared", d.Title, p.Title)
			}
		}
	}
	if m.Memory.Messages == 0 || len(m.Built) == 0 || len(m.Watches) != 2 || m.Watches[0].Database == 0 {
		t.Errorf("memory %+v, built %v, watches %+v", m.Memory, m.Built, m.Watches)
	}
}
