package engine_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/parley-reports/parley/internal/agree"
	"github.com/parley-reports/parley/internal/contract"
	"github.com/parley-reports/parley/internal/reference"
	"github.com/parley-reports/parley/pkg/query"
)

// TestWhoNeverFellSilent: the sessions of today hang on how the talk began, be it
// weeks or months ago. Every second message opens one.
func TestWhoNeverFellSilent(t *testing.T) {
	t.Parallel()
	end := instant("2026-06-30")
	data := contract.Data{Lines: []contract.Line{{LineID: "1", Channel: new("whatsapp")}, {LineID: "2", Channel: new("whatsapp")}}}
	for days := 5; days <= 80; days += 5 {
		for _, line := range []string{"1", "2"} {
			at := end.AddDate(0, 0, -days)
			for i := 0; at.Before(end.AddDate(0, 0, 3)); i++ {
				m := contract.Message{
					MessageID: fmt.Sprintf("%d/%s/%d", days, line, i), ContactID: new(fmt.Sprintf("since %d", days)), LineID: new(line),
					Direction: "inbound", CreatedAt: at, IsReferral: new(line == "2" && i == 0),
				}
				if i%3 == 1 {
					m.Direction, m.Status, m.TemplateName = "outbound", new("sent"), new("hola")
				}
				data.Messages = append(data.Messages, m)
				at = at.Add(23*time.Hour + 10*time.Minute)
			}
		}
	}
	e := load(t, data)
	facts := reference.Prepare(data, reference.Defaults())
	for day := range 4 {
		to := end.AddDate(0, 0, -day)
		for _, groupBy := range []string{"contact", "line", "initiator"} {
			agree.Check(t, e, facts, reference.Question{
				Query: query.Query{Metrics: []string{"sessions", "session_users_new", "notified", "answered", "messages_per_session"}, GroupBy: []string{groupBy}, Limit: 1000},
				From:  to.AddDate(0, 0, -1), To: to, Now: end,
			}, func(string) bool { return true })
		}
	}
}

// TestFreeEntryPointsBeforeTheMonth: what is free in the session of an ad bears no
// window of the old pricing, also where that session began in the month before.
func TestFreeEntryPointsBeforeTheMonth(t *testing.T) {
	t.Parallel()
	month := instant("2025-03-01")
	data := contract.Data{Lines: []contract.Line{{LineID: "1", Channel: new("whatsapp")}}}
	for _, category := range []string{"marketing", "service"} {
		data.Rates = append(data.Rates, contract.Rate{Market: "Brazil", Category: category, ValidFrom: instant("2025-01-01"), USD: 1})
	}
	for hours := 70; hours < 130; hours += 3 {
		contact := fmt.Sprint(hours)
		data.Contacts = append(data.Contacts, contract.Contact{ContactID: contact, Phone: new("+55 11 9")})
		send := func(after time.Duration, direction, category string) {
			m := contract.Message{
				MessageID: fmt.Sprintf("%s/%d", contact, len(data.Messages)), ContactID: &contact, LineID: new("1"),
				Direction: direction, CreatedAt: month.Add(after), IsReferral: new(direction == "inbound"),
			}
			if direction == "outbound" {
				m.Status = new("delivered")
			}
			if category != "" {
				m.TemplateName, m.TemplateCategory = new("x"), &category
			}
			data.Messages = append(data.Messages, m)
		}
		ad := -time.Duration(hours) * time.Hour
		send(ad, "inbound", "")
		send(ad+23*time.Hour, "outbound", "")
		send(-3*time.Hour, "outbound", "marketing")
		send(time.Hour, "outbound", "marketing")
		send(26*time.Hour, "outbound", "marketing")
	}
	e := load(t, data)
	facts := reference.Prepare(data, reference.Defaults())
	for day := range 3 {
		agree.Check(t, e, facts, reference.Question{
			Query: query.Query{Metrics: []string{"cost_usd", "cost_unknown", "messages_delivered"}, GroupBy: []string{"contact"}, Limit: 1000},
			From:  month.AddDate(0, 0, day), To: month.AddDate(0, 0, day+1), Now: month,
		}, func(string) bool { return true })
	}
}
