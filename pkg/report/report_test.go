package report

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/parley-reports/parley/internal/demodata"
	"github.com/parley-reports/parley/internal/pgtest"
	"github.com/parley-reports/parley/internal/sourcetest"
	"github.com/parley-reports/parley/pkg/calendar"
	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/engine"
	"github.com/parley-reports/parley/pkg/query"
	"github.com/parley-reports/parley/pkg/source"
)

// present is when the demo data ends, a Friday, and day the date of it.
var present = time.Date(2026, 11, 20, 18, 30, 0, 0, time.UTC)

// demo returns an engine over a month of demo data.
func demo(t *testing.T) *engine.Engine {
	t.Helper()
	_, schema := pgtest.Schema(t)
	conn := pgtest.Connect(t)
	if _, err := demodata.Generate(t.Context(), conn, schema, demodata.Options{Messages: 3000, Days: 30, Seed: 2, End: present, Force: true}, nil); err != nil {
		t.Fatal(err)
	}
	return sourcetest.Open(t, "views", "", source.Settings{Schema: schema})
}

// A trial is a config in a folder of its own, and what its runs print.
type trial struct {
	*Runner
	path string
	log  *lines
}

// lines are what several goroutines print.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

// take returns what was printed since the last call.
func (l *lines) take() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	text := l.text.String()
	l.text.Reset()
	return text
}

func try(t *testing.T, e *engine.Engine, config string) trial {
	t.Helper()
	path := filepath.Join(t.TempDir(), "reports.yaml")
	if err := os.WriteFile(path, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	log := &lines{}
	return trial{&Runner{Config: c, Engine: e, Log: log, Day: present}, path, log}
}

// mailConfig is the part of a config about a server.
func mailConfig(t *testing.T, s *server, security string) string {
	t.Helper()
	config := fmt.Sprintf("mail:\n  host: localhost\n  port: %d\n  tls: %s\n  from: Relatórios <%s>\n  timeout: 20s\n", s.port, security, user)
	if security != noTLS {
		t.Setenv("TEST_SMTP_PASSWORD", password+"\n")
		config += fmt.Sprintf("  caFile: %s\n  user: %s\n  passwordEnv: TEST_SMTP_PASSWORD\n", s.caFile, user)
	}
	return config
}

const twoReports = `language: pt-BR
timezone: America/Sao_Paulo
reports:
  - name: semana
    title: Atendimento & vendas
    period: last week
    cards: [messages_sent, messages_received, first_response_time_p50, answer_rate, unattended_now, cost_usd]
    filters:
      - {dimension: channel, operator: in, values: [whatsapp]}
    files:
      - report: agents
        formats: [csv, xlsx]
      - name: "Ñandú: últimas"
        formats: [tsv]
        query:
          report: message_details_sent
          filters:
            - {dimension: agent, operator: notIn, values: [999]}
    to: [ana@example.com, "Bruno Lima <bruno@example.com>"]
  - name: dia
    language: en
    period: yesterday
    files:
      - report: channels
        formats: [pdf]
    to: [carla@example.com]
`

var (
	saoPaulo  = must(calendar.Zone("America/Sao_Paulo"))
	lastWeek  = calendar.Range{From: time.Date(2026, 11, 9, 0, 0, 0, 0, saoPaulo), To: time.Date(2026, 11, 16, 0, 0, 0, 0, saoPaulo)}
	inChannel = query.Filter{Dimension: "channel", Operator: "in", Values: []string{"whatsapp"}}
)

// TestDashboard sends a shipped dashboard and one from a file: cards in the text, files attached.
func TestDashboard(t *testing.T) {
	e, s := demo(t), serve(t, noTLS)
	own := filepath.Join(t.TempDir(), "own.json")
	text, err := os.ReadFile("../../dashboards/es/overview.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(own, bytes.Replace(text, []byte(`"Visión general"`), []byte(`"Mi tablero"`), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	r := try(t, e, mailConfig(t, s, noTLS)+fmt.Sprintf(`
timezone: America/Sao_Paulo
reports:
  - name: board
    period: last week
    filters: [{dimension: channel, operator: in, values: [whatsapp]}]
    files: [{dashboard: overview, formats: [xlsx, pdf]}, {dashboard: channels, formats: [xlsx]}]
    to: [a@example.com]
  - name: own
    language: es
    period: last week
    cards: []
    files: [{dashboard: %s, formats: [xlsx]}]
    to: [b@example.com]
`, own))
	if err := r.Run(t.Context()); err != nil {
		t.Fatalf("%v: %s", err, r.log.take())
	}
	mails := s.mails()
	board, plain := mails[0].parse(t), mails[1].parse(t)
	q := query.Query{Metrics: []string{"conversations", "messages"}, Filters: []query.Filter{inChannel}, Timezone: "America/Sao_Paulo", Compare: "previous_period"}
	result, err := e.Run(t.Context(), engine.Request{Query: q, Range: lastWeek})
	if err != nil {
		t.Fatal(err)
	}
	texts := catalog.In("en")
	body := strings.ReplaceAll(board.text, "\r\n", "\n")
	for i, title := range []string{"Conversations", "Messages"} {
		now, before := result.Rows[0][2*i].(int64), result.Rows[0][2*i+1].(int64)
		if want := fmt.Sprintf("\n%s: %s  ", title, texts.Count(now)); now < 10 || !strings.Contains(body, want) || !strings.Contains(body, fmt.Sprintf("(%s before)", texts.Count(before))) {
			t.Errorf("%q and %d before are missing in\n%s", want, before, body)
		}
	}
	if board.subject != "Overview: 9 Nov 2026 – 15 Nov 2026" {
		t.Errorf("subject %q", board.subject)
	}
	if !strings.Contains(body, "Channel: WhatsApp") || !strings.Contains(body, "Compared with 2 Nov 2026 – 8 Nov 2026") || strings.Contains(plain.text, "ensajes:") {
		t.Errorf("%s\n%s", body, plain.text)
	}
	// Cards of the last hours are those of the last day of the week.
	late := query.Query{Metrics: []string{"failed_rate"}, Filters: []query.Filter{inChannel}, Timezone: "America/Sao_Paulo"}
	week, err := e.Run(t.Context(), engine.Request{Query: late, Range: lastWeek})
	if err != nil {
		t.Fatal(err)
	}
	if result, err = e.Run(t.Context(), engine.Request{Query: late, Range: calendar.Range{From: lastWeek.To.Add(-24 * time.Hour), To: lastWeek.To}}); err != nil || result.Rows[0][0] == week.Rows[0][0] {
		t.Fatalf("the last day is like the week: %v, %v", week.Rows, err)
	}
	if want := "last 24 hours (15 Nov 2026): " + texts.Share(result.Rows[0][0].(float64)); !strings.Contains(body, want) {
		t.Errorf("%q is missing in\n%s", want, body)
	}
	if !bytes.HasPrefix(board.files["overview_2026-11-09_2026-11-15.pdf"], []byte("%PDF")) {
		t.Errorf("no PDF in %q", names(board))
	}
	for name, p := range map[string]parsed{"overview_2026-11-09_2026-11-15.xlsx": board, "channels_2026-11-09_2026-11-15.xlsx": board, "mi-tablero_2026-11-09_2026-11-15.xlsx": plain} {
		if !bytes.HasPrefix(p.files[name], []byte("PK")) {
			t.Errorf("%s is not in %q", name, names(p))
		}
	}
}

// TestRepeat repeats runs: what was sent is not sent again, and what is missing is.
func TestRepeat(t *testing.T) {
	s := serve(t, startTLS)
	r := try(t, demo(t), mailConfig(t, s, startTLS)+twoReports)
	s.set(func() { s.refused = []string{"ana@example.com"} })
	err := r.Run(t.Context())
	text := r.log.take()
	if err == nil || !strings.Contains(err.Error(), "semana") || strings.Contains(err.Error(), "dia") || !strings.Contains(text, "not sent to ana@example.com: the mail server refused the recipient") || !strings.Contains(text, "no such mailbox") {
		t.Errorf("%v: %s", err, text)
	}
	if to := recipients(s.mails()); to != "bruno@example.com carla@example.com" {
		t.Errorf("sent to %s", to)
	}
	if err := r.Run(t.Context()); err == nil || len(s.mails()) > 0 {
		t.Errorf("the refused recipient: %v", err)
	}
	s.set(func() { s.refused = nil })
	if err := r.Run(t.Context()); err != nil {
		t.Error(err)
	}
	if to := recipients(s.mails()); to != "ana@example.com" {
		t.Errorf("sent to %s", to)
	}
	r.log.take()
	if err := r.Run(t.Context()); err != nil || len(s.mails()) > 0 {
		t.Errorf("all was sent: %v", err)
	}
	if text := r.log.take(); !strings.Contains(text, "ana@example.com has it since") || !strings.Contains(text, "--again") {
		t.Errorf("%q", text)
	}
	// The day after, the week is the same, and yesterday another day.
	r.Day = present.AddDate(0, 0, 1)
	if err := r.Run(t.Context()); err != nil {
		t.Error(err)
	}
	if to := recipients(s.mails()); to != "carla@example.com" {
		t.Errorf("sent to %s", to)
	}
	r.Again, r.Only = true, []string{"semana"}
	if err := r.Run(t.Context()); err != nil {
		t.Error(err)
	}
	if to := recipients(s.mails()); to != "ana@example.com bruno@example.com" {
		t.Errorf("again sent to %s", to)
	}
	r.Only = []string{"semanal"}
	if err := r.Run(t.Context()); err == nil || !strings.Contains(err.Error(), `did you mean "semana"?`) {
		t.Error(err)
	}
}

// TestTrial sends everything to one address and remembers nothing.
func TestTrial(t *testing.T) {
	s := serve(t, startTLS)
	r := try(t, demo(t), mailConfig(t, s, startTLS)+twoReports)
	r.To = "me@example.com"
	for range 2 {
		if err := r.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if to := recipients(s.mails()); to != strings.TrimSpace(strings.Repeat("me@example.com ", 4)) {
		t.Errorf("sent to %s", to)
	}
	if _, err := os.Stat(r.Config.State); err == nil {
		t.Error("a trial is remembered")
	}
}

func recipients(mails []received) string {
	var to []string
	for _, m := range mails {
		to = append(to, m.to)
	}
	return strings.Join(to, " ")
}

// TestFolder writes files, once.
func TestFolder(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "new", "reports")
	r := try(t, demo(t), fmt.Sprintf(`
reports:
  - name: month
    period: last month
    folder: %s
    files:
      - {report: channels, formats: [csv, xlsx]}
`, folder))
	if err := r.Run(t.Context()); err != nil {
		t.Fatalf("%v: %s", err, r.log.take())
	}
	path := filepath.Join(folder, "channels_2026-10-01_2026-10-31.csv")
	first, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil || !strings.Contains(string(data), "Complete:") {
		t.Errorf("%v: %s", err, data)
	}
	if err := r.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if second, err := os.Stat(path); err != nil || !second.ModTime().Equal(first.ModTime()) {
		t.Errorf("the file was written again: %v", err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := r.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Errorf("a file that is gone is not written again: %v", err)
	}
	left, err := filepath.Glob(filepath.Join(folder, ".parley-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("%v is left: %v", left, err)
	}
}

// TestWatch runs by the clock, tries again after a failure, and ends when it is told to.
func TestWatch(t *testing.T) {
	defer func(old []time.Duration) { retries = old }(retries)
	retries = []time.Duration{time.Second, time.Second}
	s := serve(t, noTLS)
	s.refused = []string{"b@example.com"}
	e := demo(t)
	soon := time.Now().UTC().Add(3 * time.Second)
	r := try(t, e, mailConfig(t, s, noTLS)+fmt.Sprintf(`
reports:
  - {name: often, period: yesterday, cards: [messages], to: [a@example.com], schedule: "* * * * * *"}
  - {name: failing, period: yesterday, cards: [messages], to: [b@example.com], schedule: "%d %d %d * * *"}
`, soon.Second(), soon.Minute(), soon.Hour()))
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- r.Watch(ctx) }()
	wait := func(says string) string {
		t.Helper()
		var text string
		for deadline := time.Now().Add(20 * time.Second); !strings.Contains(text, says); time.Sleep(20 * time.Millisecond) {
			if text += r.log.take(); time.Now().After(deadline) {
				t.Fatalf("%q does not say %q", text, says)
			}
		}
		return text
	}
	wait("not sent to b@example.com")
	s.set(func() { s.refused = nil })
	wait("sent to b@example.com")
	cancel()
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(5 * time.Second):
		t.Fatal("it does not end")
	}
	if to := recipients(s.mails()); to != "a@example.com b@example.com" && to != "b@example.com a@example.com" {
		t.Errorf("sent to %s", to)
	}
}

// TestMissed delivers what was due while nobody watched and is missing, if the report was
// ever delivered.
func TestMissed(t *testing.T) {
	s := serve(t, noTLS)
	r := try(t, demo(t), mailConfig(t, s, noTLS)+`
schedule: "0 0 1 * *"
reports:
  - {name: known, period: last month, cards: [messages], to: [a@example.com, had@example.com]}
  - {name: new, period: last month, cards: [messages], to: [b@example.com]}
`)
	memory, err := openState(r.Config.State)
	if err != nil {
		t.Fatal(err)
	}
	month := r.Config.reports[0].period.before(time.Now(), time.UTC)
	had := of("known", month)
	had.Recipient, had.At = "had@example.com", month.To.Add(time.Second)
	if err := memory.add(had); err != nil {
		t.Fatal(err)
	}
	if err := r.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "another parley report is running") {
		t.Errorf("two runs at once: %v", err)
	}
	if err := memory.close(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
	defer cancel()
	if err := r.Watch(ctx); err != nil {
		t.Fatal(err)
	}
	if to := recipients(s.mails()); to != "a@example.com" {
		t.Errorf("sent to %s: %s", to, r.log.take())
	}
}
