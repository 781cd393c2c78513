package report

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/parley-reports/parley/pkg/calendar"
	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/engine"
	"github.com/parley-reports/parley/pkg/export"
	"github.com/parley-reports/parley/pkg/frame"
	"github.com/parley-reports/parley/pkg/query"
)

// TestMail compares what arrives with what the engine answers.
func TestMail(t *testing.T) {
	e := demo(t)
	for _, security := range []string{startTLS, onlyTLS, noTLS} {
		t.Run(security, func(t *testing.T) {
			s := serve(t, security)
			r := try(t, e, mailConfig(t, s, security)+twoReports)
			if err := r.Run(t.Context()); err != nil {
				t.Fatalf("%v: %s", err, r.log.take())
			}
			mails := s.mails()
			if len(mails) != 3 || mails[0].to != "ana@example.com" || mails[1].to != "bruno@example.com" || mails[2].to != "carla@example.com" || mails[0].from != user {
				t.Fatalf("%d mails: %s", len(mails), r.log.take())
			}
			week := mails[0].parse(t)
			if week.subject != "Atendimento & vendas: 9 nov 2026 – 15 nov 2026" || !strings.Contains(week.to, "ana@example.com") {
				t.Errorf("subject %q, to %q", week.subject, week.to)
			}
			compareCards(t, e, week)
			compareFiles(t, e, week)
			if other := mails[1].parse(t); other.text != week.text || other.id == week.id || strings.Contains(other.to, "ana@") {
				t.Errorf("the second recipient has another mail, or one with the same id: %s, %s", other.id, week.id)
			}
			day := mails[2].parse(t)
			if day.subject != "dia: 19 Nov 2026" || !bytes.HasPrefix(day.files["channels_2026-11-19_2026-11-19.pdf"], []byte("%PDF")) {
				t.Errorf("subject %q, files %v", day.subject, names(day))
			}
			if s.sessions != 1 && security != startTLS { // STARTTLS begins a session anew
				t.Errorf("%d connections for three mails", s.sessions)
			}
		})
	}
}

func names(p parsed) (names []string) {
	for name := range p.files {
		names = append(names, name)
	}
	return names
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// compareCards wants the numbers of two questions, one for each period, in the mail's text.
func compareCards(t *testing.T, e *engine.Engine, got parsed) {
	t.Helper()
	q := query.Query{Metrics: []string{"messages_sent", "messages_received", "first_response_time_p50", "answer_rate", "unattended_now"}, Filters: []query.Filter{inChannel}, Timezone: "America/Sao_Paulo"}
	ask := func(r calendar.Range) []any {
		result, err := e.Run(t.Context(), engine.Request{Query: q, Range: r})
		if err != nil {
			t.Fatal(err)
		}
		return result.Rows[0]
	}
	now := ask(lastWeek)
	before := ask(calendar.Range{From: lastWeek.From.AddDate(0, 0, -7), To: lastWeek.From})
	texts := catalog.In("pt-BR")
	change := func(now, before float64) string {
		arrow := "▲ "
		if now < before {
			arrow = "▼ "
		}
		return arrow + texts.Share(max(now-before, before-now)/before)
	}
	sent, sentBefore := now[0].(int64), before[0].(int64)
	if sent < 100 || sentBefore < 100 || sent == sentBefore {
		t.Fatalf("%d messages, %d before: too few to see a difference", sent, sentBefore)
	}
	wants := []string{
		fmt.Sprintf("Mensagens enviadas: %s  %s (antes: %s)", texts.Count(sent), change(float64(sent), float64(sentBefore)), texts.Count(sentBefore)),
		fmt.Sprintf("Mensagens recebidas: %s  %s (antes: %s)", texts.Count(now[1].(int64)), change(float64(now[1].(int64)), float64(before[1].(int64))), texts.Count(before[1].(int64))),
		fmt.Sprintf(": %s  %s (antes: %s)", export.Words(texts, frame.Seconds, now[2]), change(now[2].(float64), before[2].(float64)), export.Words(texts, frame.Seconds, before[2])),
		fmt.Sprintf(": %s  %s (antes: %s)", texts.Share(now[3].(float64)), change(now[3].(float64), before[3].(float64)), texts.Share(before[3].(float64))),
		// A state of now has no value before.
		fmt.Sprintf("%s: %s\n", texts.Metric("unattended_now").Title, texts.Count(now[4].(int64))),
		"Comparado com 2 nov 2026 – 8 nov 2026", "Canal: WhatsApp", "America/Sao_Paulo",
	}
	text := strings.ReplaceAll(got.text, "\r\n", "\n")
	for _, want := range wants {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in\n%s", want, text)
		}
	}
	for _, want := range []string{"Atendimento &amp; vendas", ">" + texts.Count(sent) + "<", ">" + texts.Share(now[3].(float64)) + "<", "Anexos"} {
		if !strings.Contains(got.html, want) {
			t.Errorf("%q is missing in\n%s", want, got.html)
		}
	}
}

// compareFiles wants the attachments to be what parley export writes.
func compareFiles(t *testing.T, e *engine.Engine, got parsed) {
	t.Helper()
	if len(got.files) != 3 {
		t.Errorf("files %q", names(got))
	}
	agents := query.Query{Report: "agents", Language: "pt-BR", Timezone: "America/Sao_Paulo", Filters: []query.Filter{inChannel}}
	list := query.Query{Report: "message_details_sent", Language: "pt-BR", Timezone: "America/Sao_Paulo", Filters: []query.Filter{inChannel, {Dimension: "agent", Operator: "notIn", Values: []string{"999"}}}}
	for name, q := range map[string]query.Query{"agentes_2026-11-09_2026-11-15.csv": agents, "ñandú-últimas_2026-11-09_2026-11-15.tsv": list} {
		format, err := export.LookupFormat(name[len(name)-3:])
		if err != nil {
			t.Fatal(err)
		}
		var want bytes.Buffer
		if err := export.Write(t.Context(), e, engine.Request{Query: q, Range: lastWeek}, format, &want, func(export.File) error { return nil }); err != nil {
			t.Fatal(err)
		}
		if want.Len() < 500 || !bytes.Equal(got.files[name], want.Bytes()) {
			t.Errorf("%s has %d bytes, not the %d of the report; files %q", name, len(got.files[name]), want.Len(), names(got))
		}
	}
	if !bytes.HasPrefix(got.files["agentes_2026-11-09_2026-11-15.xlsx"], []byte("PK")) {
		t.Errorf("no workbook in %q", names(got))
	}
}
