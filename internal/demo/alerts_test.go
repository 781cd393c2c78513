package demo

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/parley-reports/parley/internal/contract"
	"github.com/parley-reports/parley/internal/plugintest"
)

// TestAlertRules runs the provisioned rules in a real Grafana over data made for
// them: none fires on an empty database, each fires for what is ill and for
// nothing else, and each resolves when the data get well. On the way the rules
// change their language twice and lose their database once.
func TestAlertRules(t *testing.T) {
	if os.Getenv("GRAFANA_HOME") == "" {
		t.Skip("the alert rules are not tried out: set GRAFANA_HOME to the directory of a Grafana 12.3 or later")
	}
	ctx := t.Context()
	g, err := findGrafana(ctx)
	if err != nil {
		t.Fatal(err)
	}
	conn, schema := freshSchema(t)
	if err := contract.Create(ctx, conn, schema); err != nil {
		t.Fatal(err)
	}
	s, err := settingsOf(ctx, databaseURL(t), schema, timezone)
	if err != nil {
		t.Fatal(err)
	}
	root := checkoutWithRules(t)
	port, err := choosePort(0)
	if err != nil {
		t.Fatal(err)
	}
	r, err := g.start(ctx, root, port, s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(r.logged())
		}
		if err := r.Stop(); err != nil {
			t.Error(err)
		}
	})

	watch := watcher{t, r}
	watch.until("the empty database", map[string][]string{})

	now := time.Now().UTC().Truncate(time.Second)
	if err := contract.Load(ctx, conn, schema, ill(now)); err != nil {
		t.Fatal(err)
	}
	firing := map[string][]string{
		"parley-failed-by-line":      {"Linha ruim"},
		"parley-failed-by-template":  {"promo_rota"},
		"parley-no-deliveries":       {"Linha muda"},
		"parley-sent-received-ratio": {"Linha spam"},
		"parley-unattended":          {"Ventas"},
		"parley-answer-rate":         {"Linha sem resposta"},
		"parley-csat":                {"Ventas"},
	}
	instances := watch.until("what is ill", firing)
	watch.texts(instances, "Linha ruim: 60% of messages failed")

	for _, other := range []struct{ language, summary string }{
		{"es", "Linha ruim: falló el 60% de los mensajes"},
		{"pt-BR", "Linha ruim: 60% das mensagens falharam"},
	} {
		provisionRules(t, root, other.language)
		watch.reload()
		watch.texts(watch.until("the rules in "+other.language, firing), other.summary)
	}

	// One rule tells that the database does not answer. The others keep their state.
	kept := maps.Clone(firing)
	delete(kept, "parley-failed-by-line")
	renameSchema(t, conn, schema, schema+"_gone")
	watch.until("without the data", kept, "parley-failed-by-line")
	renameSchema(t, conn, schema+"_gone", schema)
	watch.until("with the data again", firing)

	getWell(t, conn, schema, now)
	watch.until("what got well", map[string][]string{})
}

func renameSchema(t *testing.T, conn *pgx.Conn, from, to string) {
	t.Helper()
	statement := "ALTER SCHEMA " + pgx.Identifier{from}.Sanitize() + " RENAME TO " + pgx.Identifier{to}.Sanitize()
	if _, err := conn.Exec(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}

// checkoutWithRules makes a directory like a checkout, with the plugin's backend
// and rules that need no patience.
func checkoutWithRules(t *testing.T) string {
	t.Helper()
	checkout, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	for _, name := range []string{"dashboards", "provisioning"} {
		if err := os.CopyFS(filepath.Join(root, name), os.DirFS(filepath.Join(checkout, name))); err != nil {
			t.Fatal(err)
		}
	}
	dist := filepath.Join(root, "dist")
	if err := os.Mkdir(dist, 0o755); err != nil {
		t.Fatal(err)
	}
	executable, err := plugintest.Build(t.Context(), checkout, dist)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(executable, executableIn(root)); err != nil {
		t.Fatal(err)
	}
	manifest, err := os.ReadFile(filepath.Join(checkout, "plugin.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dist, "plugin.json"), manifest, 0o644); err != nil {
		t.Fatal(err)
	}
	provisionRules(t, root, "en")
	return root
}

var (
	everyInterval = regexp.MustCompile(`(?m)^( +interval): .*$`)
	everyFor      = regexp.MustCompile(`(?m)^( +for): .*$`)
)

// provisionRules puts the rules of a language in their place, evaluated as often
// as Grafana can and firing at once.
func provisionRules(t *testing.T, root, language string) {
	t.Helper()
	directory := "alerting"
	if language != "en" {
		directory += "-" + language
	}
	text, err := os.ReadFile(filepath.Join("..", "..", "provisioning", directory, "parley.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	text = everyInterval.ReplaceAll(text, []byte(`$1: "10s"`))
	text = everyFor.ReplaceAll(text, []byte(`$1: "0s"`))
	if err := os.WriteFile(filepath.Join(root, "provisioning", "alerting", "parley.yaml"), text, 0o644); err != nil {
		t.Fatal(err)
	}
}

// rule and instance are what Grafana tells of the state of its rules.
type rule struct {
	UID            string     `json:"uid"`
	Health         string     `json:"health"`
	LastError      string     `json:"lastError"`
	LastEvaluation time.Time  `json:"lastEvaluation"`
	Alerts         []instance `json:"alerts"`
}

type instance struct {
	State       string            `json:"state"`
	Labels      map[string]string `json:"labels"`
	Annotations map[string]string `json:"annotations"`
}

// name is what people call the instance.
func (i instance) name() string {
	for _, label := range []string{"line_name", "team_name", "template"} {
		if name := i.Labels[label]; name != "" {
			return name
		}
	}
	return fmt.Sprint(i.Labels)
}

type watcher struct {
	t *testing.T
	r *running
}

// until waits until every rule has looked at the data of now and exactly the
// wanted instances fire, by the rule. It returns those. Only the broken rules may,
// and then do, tell of an error.
func (w watcher) until(stage string, want map[string][]string, broken ...string) []instance {
	w.t.Helper()
	since := time.Now()
	ctx, cancel := context.WithTimeout(w.t.Context(), 2*time.Minute)
	defer cancel()
	for {
		rules, err := w.rules(ctx)
		ready := err == nil && len(rules) > 0
		firing := map[string][]string{}
		var found []instance
		var errors []string
		for _, rule := range rules {
			ready = ready && rule.LastEvaluation.After(since)
			if len(broken) == 0 && rule.Health == "error" {
				errors = append(errors, rule.UID+": "+rule.LastError)
			}
			for _, i := range rule.Alerts {
				switch {
				case strings.HasPrefix(i.State, "Alerting"):
					firing[rule.UID] = append(firing[rule.UID], i.name())
					found = append(found, i)
				case i.State == "Error":
					errors = append(errors, rule.UID)
				case !strings.HasPrefix(i.State, "Normal"):
					w.t.Errorf("%s: %s is in the state %s for %v", stage, rule.UID, i.State, i.Labels)
				}
			}
			slices.Sort(firing[rule.UID])
			if len(want[rule.UID]) > 0 && len(rule.Alerts) == len(firing[rule.UID]) {
				ready = false // what is well is watched, too
			}
		}
		maps.DeleteFunc(firing, func(_ string, names []string) bool { return len(names) == 0 })
		switch {
		case w.t.Failed():
			w.t.FailNow()
		case ready && reflect.DeepEqual(firing, want) && slices.Equal(errors, broken):
			w.t.Logf("%s: after %s", stage, time.Since(since).Round(time.Second))
			return found
		}
		select {
		case <-ctx.Done():
			w.t.Fatalf("%s: these fire: %v, want %v; these are in error: %q, want %q (%v)", stage, firing, want, errors, broken, err)
		case <-w.r.Done():
			w.t.Fatalf("%s: %v", stage, errEnded)
		case <-time.After(time.Second):
		}
	}
}

func (w watcher) rules(ctx context.Context) ([]rule, error) {
	var answer struct {
		Data struct {
			Groups []struct {
				Rules []rule `json:"rules"`
			} `json:"groups"`
		} `json:"data"`
	}
	err := w.r.get(ctx, "/api/prometheus/grafana/api/v1/rules", &answer)
	var rules []rule
	for _, group := range answer.Data.Groups {
		rules = append(rules, group.Rules...)
	}
	return rules, err
}

// texts checks what the operator reads and where the links lead.
func (w watcher) texts(instances []instance, summary string) {
	w.t.Helper()
	found := false
	for _, i := range instances {
		found = found || i.Annotations["summary"] == summary
		for name, text := range i.Annotations {
			if strings.Contains(text, "no value") || strings.Contains(text, "{{") || strings.Contains(text, "NaN") {
				w.t.Errorf("the %s of %s: %s", name, i.name(), text)
			}
		}
		if !strings.Contains(i.Annotations["description"], i.name()) {
			w.t.Errorf("the description of %s does not name it: %s", i.name(), i.Annotations["description"])
		}
		by := "template"
		for _, dimension := range []string{"line", "team"} {
			if i.Labels[dimension] != "" {
				by = dimension
			}
		}
		uid := i.Annotations["__dashboardUid__"]
		link := i.Annotations["dashboard"]
		if !strings.HasPrefix(link, w.r.address+"/d/"+uid+"?from=now-") || !strings.HasSuffix(link, "&to=now&var-"+by+"="+i.Labels[by]) {
			w.t.Errorf("the link of %s is %s", i.name(), link)
		}
		w.panel(uid, i.Annotations["__panelId__"])
	}
	if !found {
		w.t.Errorf("no summary says %q: %v", summary, instances)
	}
}

// panel checks that the dashboard and the panel are there.
func (w watcher) panel(uid, id string) {
	w.t.Helper()
	var answer struct {
		Dashboard struct {
			Panels []struct {
				ID json.Number `json:"id"`
			} `json:"panels"`
		} `json:"dashboard"`
	}
	if err := w.r.get(w.t.Context(), "/api/dashboards/uid/"+uid, &answer); err != nil {
		w.t.Error(err)
		return
	}
	for _, panel := range answer.Dashboard.Panels {
		if panel.ID.String() == id {
			return
		}
	}
	w.t.Errorf("the dashboard %s has no panel %s", uid, id)
}

// reload lets Grafana read the rules again, which takes its administrator.
func (w watcher) reload() {
	w.t.Helper()
	request, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, w.r.address+"/api/admin/provisioning/alerting/reload", nil)
	if err != nil {
		w.t.Fatal(err)
	}
	request.SetBasicAuth("admin", "admin")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusAccepted && response.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(response.Body)
		w.t.Fatalf("reload the rules: %s: %s", response.Status, text)
	}
}

// A talk adds messages of new contacts to the data.
type talk struct {
	contract.Data
}

// exchange is one message to a contact, and perhaps their answer.
type exchange struct {
	line, status, template string
	at                     time.Time
	answered               bool
}

func (d *talk) add(n int, e exchange) {
	for range n {
		id := rand.Text()
		message := contract.Message{
			MessageID: id, AccountID: new("1"), ContactID: &id, LineID: &e.line, Direction: "outbound",
			CreatedAt: e.at, Status: &e.status, AuthorKind: new("agent"),
		}
		if e.template != "" {
			message.TemplateName = &e.template
		}
		d.Messages = append(d.Messages, message)
		if e.answered {
			d.Messages = append(d.Messages, inbound(e.line, id, e.at.Add(time.Minute)))
		}
	}
}

func inbound(line, contact string, at time.Time) contract.Message {
	return contract.Message{
		MessageID: rand.Text(), AccountID: new("1"), ContactID: &contact, LineID: &line, Direction: "inbound",
		CreatedAt: at, AuthorKind: new("contact"),
	}
}

func (d *talk) rate(n int, team string, rating int32, at time.Time) {
	for range n {
		id := d.conversation(team, "resolved", at)
		d.CSAT = append(d.CSAT, contract.CSAT{ConversationID: &id, Rating: &rating, SentAt: &at, AnsweredAt: &at})
	}
}

func (d *talk) conversation(team, status string, at time.Time) string {
	id := rand.Text()
	d.Conversations = append(d.Conversations, contract.Conversation{
		ConversationID: id, AccountID: new("1"), ContactID: new("c"), TeamID: &team, Status: &status, CreatedAt: at,
	})
	return id
}

// ill are data with one illness for each rule, and beside each what is well, or
// too little to be ill.
func ill(now time.Time) contract.Data {
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	const day = 24 * time.Hour
	d := &talk{}
	for id, name := range map[string]string{
		"good": "Linha boa", "bad": "Linha ruim", "small": "Linha pequena", "mute": "Linha muda", "web": "Site",
		"spam": "Linha spam", "send": "Só avisos", "silent": "Linha sem resposta",
	} {
		d.Lines = append(d.Lines, contract.Line{LineID: id, Name: &name, Channel: new("whatsapp")})
	}
	d.Teams = []contract.Team{{TeamID: "1", Name: new("Ventas")}, {TeamID: "2", Name: new("Soporte")}}

	// Failures: too many, few, many of too little.
	d.add(30, exchange{line: "bad", status: "failed", template: "promo_rota", at: ago(20 * time.Minute)})
	d.add(20, exchange{line: "bad", status: "delivered", template: "promo_rota", at: ago(20 * time.Minute)})
	d.add(1, exchange{line: "good", status: "failed", template: "pedido", at: ago(20 * time.Minute)})
	d.add(60, exchange{line: "good", status: "delivered", template: "pedido", at: ago(20 * time.Minute)})
	d.add(5, exchange{line: "small", status: "failed", template: "raro", at: ago(20 * time.Minute)})

	// Deliveries: none of what was sent, though there were; and none because the
	// channel never tells.
	d.add(25, exchange{line: "mute", status: "sent", at: ago(25 * time.Minute)})
	d.add(5, exchange{line: "mute", status: "delivered", at: ago(2 * day), answered: true})
	d.add(40, exchange{line: "web", status: "sent", at: ago(25 * time.Minute)})

	// Spam: many for each received; not so many; and a line that nobody answers.
	d.add(130, exchange{line: "spam", status: "read", at: ago(10 * time.Hour)})
	d.add(20, exchange{line: "spam", status: "read", at: ago(10 * time.Hour), answered: true})
	d.add(60, exchange{line: "good", status: "read", at: ago(10 * time.Hour)})
	d.add(60, exchange{line: "good", status: "read", at: ago(10 * time.Hour), answered: true})
	d.add(150, exchange{line: "send", status: "read", at: ago(10 * time.Hour)})

	for range 30 {
		d.conversation("1", "open", ago(time.Hour))
	}
	for range 5 {
		d.conversation("2", "open", ago(time.Hour))
	}

	// Answers: of the line that is well half of them, now and then.
	d.add(32, exchange{line: "silent", status: "read", at: ago(10 * time.Hour)})
	d.add(8, exchange{line: "silent", status: "read", at: ago(10 * time.Hour), answered: true})
	for _, line := range []string{"silent", "good"} {
		d.add(20, exchange{line: line, status: "read", at: ago(7*day + 10*time.Hour)})
		d.add(20, exchange{line: line, status: "read", at: ago(7*day + 10*time.Hour), answered: true})
	}

	d.rate(10, "1", 2, ago(2*day))
	d.rate(15, "1", 5, ago(2*day))
	d.rate(1, "1", 2, ago(20*day))
	d.rate(30, "1", 5, ago(20*day))
	d.rate(5, "2", 2, ago(2*day))
	d.rate(30, "2", 5, ago(2*day))
	d.rate(5, "2", 2, ago(20*day))
	d.rate(30, "2", 5, ago(20*day))
	return d.Data
}

// getWell makes the data healthy: sends succeed, deliveries arrive, contacts
// answer, agents resolve.
func getWell(t *testing.T, conn *pgx.Conn, schema string, now time.Time) {
	t.Helper()
	in := pgx.Identifier{schema}.Sanitize()
	d := &talk{}
	d.add(400, exchange{line: "bad", status: "delivered", template: "promo_rota", at: now.Add(-5 * time.Minute)})
	d.rate(200, "1", 5, now.Add(-time.Hour))
	rows, err := conn.Query(t.Context(), `SELECT line_id, contact_id, created_at FROM `+in+`.message AS m
		WHERE direction = 'outbound' AND line_id IN ('silent', 'spam') AND created_at > $1
		  AND NOT EXISTS (SELECT FROM `+in+`.message AS a WHERE a.contact_id = m.contact_id AND a.direction = 'inbound')`, now.Add(-24*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	var line, contact string
	var at time.Time
	if _, err := pgx.ForEachRow(rows, []any{&line, &contact, &at}, func() error {
		d.Messages = append(d.Messages, inbound(line, contact, at.Add(time.Hour)))
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if err := contract.Load(t.Context(), conn, schema, d.Data); err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{
		"UPDATE " + in + ".message SET status = 'delivered' WHERE line_id = 'mute'",
		"UPDATE " + in + ".conversation SET status = 'resolved'",
	} {
		if _, err := conn.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
}
