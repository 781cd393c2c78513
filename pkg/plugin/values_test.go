package plugin_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/parley-reports/parley/internal/pgtest"
	"github.com/parley-reports/parley/pkg/catalog"
)

// TestValues asks for values as editors and variables do.
func TestValues(t *testing.T) {
	client := start(t)
	in, schema := demo(t)
	type answer struct {
		Values  []struct{ Value, Text string }
		Message string
	}
	values := func(body string) (a answer, status int) {
		t.Helper()
		response, err := client.Resource(t.Context(), in, "values", json.RawMessage(body))
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(response.Body, &a); err != nil {
			t.Fatalf("%s: %v: %s", body, err, response.Body)
		}
		return a, response.Status
	}
	const to = `"to": "2026-11-20T18:30:00Z"`

	t.Run("every dimension", func(t *testing.T) {
		for _, d := range catalog.Dimensions {
			for _, search := range []string{"", "a", "(", "[", "100%", `\`, "'", "(none)"} {
				body, _ := json.Marshal(map[string]any{"dimension": d.ID, "search": search, "to": end, "limit": 5})
				a, status := values(string(body))
				switch {
				case d.Kind == catalog.KindTime:
					if status != http.StatusBadRequest || !strings.Contains(a.Message, "time range") {
						t.Errorf("%s: %d %s", d.ID, status, a.Message)
					}
				case status != http.StatusOK || len(a.Values) > 5:
					t.Errorf("%s, %q: status %d, %d values, %s", d.ID, search, status, len(a.Values), a.Message)
				}
			}
		}
	})

	t.Run("by their names", func(t *testing.T) {
		for body, want := range map[string]string{
			`{"dimension": "channel", "search": "correo", "language": "es", ` + to + `}`: "email Correo electrónico",
			`{"dimension": "channel", "search": "WHATS", ` + to + `}`:                    "whatsapp WhatsApp",
			`{"dimension": "status", "search": "leíd", "language": "es"}`:                "read Leído",
			`{"dimension": "weekday", "search": "lun", "language": "es"}`:                "1 Lunes",
		} {
			a, _ := values(body)
			var got []string
			for _, v := range a.Values {
				got = append(got, v.Value+" "+v.Text)
			}
			if strings.Join(got, ", ") != want {
				t.Errorf("%s: %v %s, want %s", body, got, a.Message, want)
			}
		}
	})

	t.Run("every value has its text", func(t *testing.T) {
		a, _ := values(`{"dimension": "agent"}`)
		var agents int
		if err := pgtest.Connect(t).QueryRow(t.Context(), "SELECT count(*) FROM "+schema+".agent").Scan(&agents); err != nil {
			t.Fatal(err)
		}
		if len(a.Values) != agents {
			t.Errorf("%d agents, the table holds %d", len(a.Values), agents)
		}
		for _, v := range a.Values {
			if v.Value == "" || v.Text == "" || v.Value == v.Text {
				t.Errorf("%+v", v)
			}
		}
	})

	t.Run("narrowed by the others", func(t *testing.T) {
		all, _ := values(`{"dimension": "template", ` + to + `}`)
		some, _ := values(`{"dimension": "template", "filters": [{"dimension": "line", "operator": "in", "values": ["105200000022"]}], ` + to + `}`)
		if len(some.Values) == 0 || len(some.Values) >= len(all.Values) {
			t.Errorf("%d of %d templates on one line", len(some.Values), len(all.Values))
		}
		none, status := values(`{"dimension": "template", "filters": [{"dimension": "line", "operator": "in", "values": ["no such line"]}], ` + to + `}`)
		if status != http.StatusOK || none.Values == nil || len(none.Values) > 0 {
			t.Errorf("%d %+v, want an empty list", status, none)
		}
	})

	t.Run("limits", func(t *testing.T) {
		for limit, most := range map[int]int{0: 200, -1: 200, 1: 1, 7: 7, 1_000_000: 5000} {
			a, _ := values(fmt.Sprintf(`{"dimension": "contact", "limit": %d}`, limit))
			if len(a.Values) == 0 || len(a.Values) > most {
				t.Errorf("limit %d: %d values", limit, len(a.Values))
			}
		}
	})

	t.Run("wrong requests", func(t *testing.T) {
		for body, want := range map[string]string{
			`{"dimension": "lien"}`:          `did you mean "line"?`,
			`{"dimension": "xyzzyplughfoo"}`: `unknown dimension "xyzzyplughfoo"; choose one of account`,
			`{"dimension": ""}`:              "choose one of account",
			`[]`:                             "not the JSON of a search for values",
			`{"dimension": "line", "from": "yesterday"}`:                                                                           "not the JSON of a search for values",
			`{"dimension": "template", "filters": [{"dimension": "line", "operator": "is", "values": ["1"]}]}`:                     `unknown operator "is"`,
			`{"dimension": "template", "filters": [{"dimension": "line", "operator": "matches", "values": ["("]}], ` + to + `}`:    "is not a regular expression",
			`{"dimension": "template", "filters": [{"dimension": "line", "operator": "in", "values": ["$line"]}]}`:                 "a variable without a value",
			`{"dimension": "line", "filters": [{"dimension": "line", "operator": "matches", "values": ["("]}]}`:                    "is not a regular expression",
			`{"dimension": "template", "filters": [{"dimension": "rating", "operator": "in", "values": ["5"]}], ` + to + `}`:       "rating",
			`{"dimension": "template", "from": "2026-11-20T18:30:00Z", "to": "2026-11-01T00:00:00Z"}`:                              "ends before it starts",
			`{"dimension": "template", "filters": [{"dimension": "day", "operator": "in", "values": ["02/11/2026"]}], ` + to + `}`: "enter a date",
		} {
			a, status := values(body)
			if status != http.StatusBadRequest || !strings.Contains(a.Message, want) || strings.Contains(a.Message, `""`) && !strings.Contains(body, `""`) {
				t.Errorf("%s: %d %s, want %s", body, status, a.Message, want)
			}
		}
	})

	t.Run("methods and paths", func(t *testing.T) {
		for path, body := range map[string]any{"values": nil, "catalog": map[string]any{}, "nothing": nil, "": nil, "catalog/x": nil} {
			response, err := client.Resource(t.Context(), in, path, body)
			if err != nil {
				t.Fatal(err)
			}
			var a answer
			if err := json.Unmarshal(response.Body, &a); response.Status != http.StatusNotFound || err != nil || a.Message == "" {
				t.Errorf("%q: status %d: %s", path, response.Status, response.Body)
			}
		}
	})
}

// TestCatalog reads the catalogue as the editor does.
func TestCatalog(t *testing.T) {
	client := start(t)
	// It serves also where there is no database, for the editor's sake.
	in := source(t, map[string]any{}, nil, nil)
	type entry struct{ ID, Title, Description, Summary string }
	type answer struct {
		Metrics    []struct{ entry }
		Dimensions []struct {
			entry
			Operators []string
			Values    []struct{ Value, Text string }
		}
		Reports []struct{ entry }
		Facts   []struct{ entry }
	}
	titles := map[string]map[string]string{}
	for _, language := range []string{"", "en", "en-US", "es", "es-ES", "es-MX", "pt-BR", "pt", "de"} {
		response, err := client.Resource(t.Context(), in, "catalog?language="+language, nil)
		if err != nil {
			t.Fatal(err)
		}
		var a answer
		if err := json.Unmarshal(response.Body, &a); err != nil || response.Status != http.StatusOK {
			t.Fatalf("%d %v", response.Status, err)
		}
		titles[language] = map[string]string{}
		for _, m := range a.Metrics {
			titles[language]["metric "+m.ID] = m.Title
			if m.Title == "" || m.Title == m.ID || m.Description == "" || m.Summary == "" {
				t.Errorf("%s: metric %s has no text: %q, %q", language, m.ID, m.Title, m.Description)
			}
		}
		for _, d := range a.Dimensions {
			titles[language]["dimension "+d.ID] = d.Title
			if d.Title == "" || d.Title == d.ID || d.Description == "" || d.Summary == "" || d.Operators == nil {
				t.Errorf("%s: dimension %s has no text or operators: %+v", language, d.ID, d)
			}
			for _, v := range d.Values {
				if v.Text == "" {
					t.Errorf("%s: %s %s has no text", language, d.ID, v.Value)
				}
			}
		}
		for _, r := range a.Reports {
			if r.Title == "" || r.Title == r.ID || r.Description == "" || r.Summary == "" {
				t.Errorf("%s: report %s has no text", language, r.ID)
			}
		}
	}
	for language, same := range map[string]string{"": "en", "en-US": "en", "es-ES": "es", "es-MX": "es", "pt": "pt-BR", "de": "en"} {
		if !maps.Equal(titles[language], titles[same]) {
			t.Errorf("%q is not %q", language, same)
		}
	}
	if titles["es"]["metric messages_sent"] == titles["en"]["metric messages_sent"] || titles["es"]["metric messages_sent"] == titles["pt-BR"]["metric messages_sent"] {
		t.Error("the languages have the same titles")
	}
}

// TestZones reads the data source's time zone.
func TestZones(t *testing.T) {
	client := start(t)
	settings, secrets := reader(t, demoData(t, 2000))
	const hours = `{"metrics": ["messages"], "groupBy": ["hour_of_day"]}`
	for zone, want := range map[string]string{"": "", "UTC": "", "utc": "", "America/Sao_Paulo": "", "Local": "unknown time zone", "browser": "unknown time zone", "Brasilia": "unknown time zone"} {
		r := ask(t, client, source(t, settings, secrets, map[string]any{"timezone": zone}), nil, map[string]string{"A": hours})["A"]
		if want == "" {
			answered(t, "zone "+zone, r)
		} else if r.Error == nil || !strings.Contains(r.Error.Error(), want) {
			t.Errorf("zone %q: %v, want %q", zone, r.Error, want)
		}
	}
	in := source(t, settings, secrets, nil)
	responses := ask(t, client, in, nil, map[string]string{
		"utc": `{"metrics": ["messages"], "groupBy": ["hour_of_day"], "timezone": "utc"}`, "UTC": `{"metrics": ["messages"], "groupBy": ["hour_of_day"], "timezone": "UTC"}`,
	})
	if a, b := figures(t, answered(t, "utc", responses["utc"])), figures(t, answered(t, "UTC", responses["UTC"])); a != b {
		t.Errorf("utc is not UTC:\n%s\n%s", a, b)
	}
}
