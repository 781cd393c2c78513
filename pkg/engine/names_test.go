package engine_test

import (
	"slices"
	"testing"
	"time"

	"github.com/parley-reports/parley/internal/contract"
	"github.com/parley-reports/parley/pkg/engine"
)

// TestFiltersByName: people type the name of an agent or country, and the texts that
// they see, instead of ids.
func TestFiltersByName(t *testing.T) {
	t.Parallel()
	at := instant("2026-03-02 10:00")
	message := func(id, contact string, agent *string) contract.Message {
		return contract.Message{MessageID: id, ContactID: &contact, AgentID: agent, Direction: "outbound", AuthorKind: new("agent"), CreatedAt: at.Add(time.Minute)}
	}
	e := load(t, contract.Data{
		Agents:   []contract.Agent{{AgentID: "7", Name: new("Camila Duarte")}, {AgentID: "8", Name: new("Ana")}, {AgentID: "9", Name: new("Ana")}, {AgentID: "ana"}},
		Contacts: []contract.Contact{{ContactID: "a", Country: new("BR")}, {ContactID: "b", Country: new("AR")}},
		Messages: []contract.Message{message("1", "a", new("7")), message("2", "a", new("8")), message("3", "b", new("ana")), message("4", "b", nil)},
	})
	for _, c := range []struct {
		dimension, operator, value string
		want                       int64
		notice                     string
	}{
		{"agent", "in", "7", 1, ""},
		{"agent", "in", "camila duarte ", 1, ""},
		{"agent", "notIn", "Camila Duarte", 3, ""},
		{"agent", "in", "ana", 1, ""}, // an id goes before names
		{"agent", "in", "Ana", 0, "Agent: several values have the name “Ana” (8, 9, ana). Choose one from the list."},
		{"agent", "in", "Camila", 0, "Agent: “Camila” does not exist. Choose a value from the list."},
		{"agent", "in", "12", 0, ""},
		{"agent", "in", "(no agent)", 1, ""},
		{"agent", "in", "(sin agente)", 1, ""},
		{"agent", "in", "(none)", 1, ""},
		{"country", "in", "BR", 2, ""},
		{"country", "in", "Brazil", 2, ""},
		{"country", "in", "brasil", 2, ""},
	} {
		r := answer(t, e, between("2026-03-02", "2026-03-03"), `{"metrics": ["messages"], "filters": [{"dimension": "`+c.dimension+`", "operator": "`+c.operator+`", "values": ["`+c.value+`"]}]}`)
		if got := r.Rows[0][0]; got != c.want {
			t.Errorf("%s %s %q: %v messages, want %d", c.dimension, c.operator, c.value, got, c.want)
		}
		if notices := r.AllNotices(); c.notice == "" && len(notices) > 0 || c.notice != "" && !slices.Equal(notices, []string{c.notice}) {
			t.Errorf("%s %s %q: notices %q", c.dimension, c.operator, c.value, notices)
		}
	}
	values := func(dimension, search, language string) []engine.Value {
		list, err := e.Values(t.Context(), engine.ValuesRequest{Dimension: dimension, Search: search, Language: language, To: at.AddDate(0, 0, 1)})
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	if got := values("agent", "ana", "pt-BR"); len(got) != 3 || !slices.Contains(got, engine.Value{Value: "ana", Text: "Agente ana"}) {
		t.Errorf("agents: %v", got)
	}
	if got := values("country", "bra", "es"); !slices.Equal(got, []engine.Value{{Value: "BR", Text: "Brasil"}}) {
		t.Errorf("countries: %v", got)
	}
}
