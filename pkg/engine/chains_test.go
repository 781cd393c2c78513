package engine_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/parley-reports/parley/internal/agree"
	"github.com/parley-reports/parley/internal/contract"
	"github.com/parley-reports/parley/internal/reference"
	"github.com/parley-reports/parley/pkg/engine"
	"github.com/parley-reports/parley/pkg/query"
)

// TestChains: contacts who are never silent for a day for months, by lines and accounts
// that may be missing. The sessions and costs of a late range depend on messages from
// long before it.
func TestChains(t *testing.T) {
	t.Parallel()
	for seed := uint64(1); seed <= 2; seed++ {
		data := chains(seed)
		e := open(t, store(t, data), engine.Settings{})
		facts := reference.Prepare(data, reference.Defaults())
		r := rand.New(rand.NewPCG(seed, 2))
		for range 20 {
			m := data.Messages[r.IntN(len(data.Messages))]
			from := m.CreatedAt.Add(time.Duration(r.IntN(3)-1) * time.Microsecond)
			q := query.Query{Metrics: []string{"sessions", "messages_per_session", "new_users", "cost_usd", "cost_unknown"}, Limit: 1000}
			q.GroupBy = [][]string{{"contact"}, {"line", "account"}, {"initiator"}}[r.IntN(3)]
			if q.GroupBy[0] == "initiator" {
				q.Metrics = q.Metrics[:3]
			}
			question := reference.Question{Query: q, From: from, To: from.Add(time.Duration(1+r.IntN(20*24)) * time.Hour), Now: instant("2027-01-01")}
			agree.Check(t, e, facts, question, func(string) bool { return true })
		}
	}
}

// chains makes pairs that write just under a day after each other, with few silences.
// They are billed by conversation, which ends a day after the first message.
func chains(seed uint64) contract.Data {
	r := rand.New(rand.NewPCG(seed, 1))
	at := instant("2025-01-01")
	data := contract.Data{
		Lines: []contract.Line{{LineID: "w", Channel: new("whatsapp")}, {LineID: "i", Channel: new("instagram")}},
		BillingRules: []contract.BillingRule{
			{ValidFrom: at, Unit: "conversation", Category: "service", Billable: true, RateCategory: "service", FreeUnits: new(int32(3))},
			{ValidFrom: at, Unit: "conversation", Category: "utility", Billable: true, RateCategory: "utility"},
		},
		Rates: []contract.Rate{{Market: "Brazil", Category: "service", ValidFrom: at, USD: 0.03}, {Market: "Brazil", Category: "utility", ValidFrom: at, USD: 0.008}},
	}
	for c := range 6 {
		contact := fmt.Sprint("c", c)
		data.Contacts = append(data.Contacts, contract.Contact{ContactID: contact, Phone: new(fmt.Sprintf("55119%08d", c))})
		for k := range 2 {
			var account, line *string
			if c%3 > 0 {
				account = new(fmt.Sprint("a", k))
			}
			if c%4 > 0 {
				line = new([]string{"w", "w", "i"}[r.IntN(3)])
			}
			for at := at.AddDate(0, 0, r.IntN(20)); at.Before(instant("2025-04-15")); {
				m := contract.Message{MessageID: fmt.Sprint("m", len(data.Messages)), AccountID: account, LineID: line, ContactID: &contact, CreatedAt: at, Direction: "inbound"}
				switch r.IntN(6) {
				case 0, 1:
					m.Direction, m.AuthorKind, m.Status = "outbound", new("agent"), new("delivered")
				case 2:
					m.Direction, m.AuthorKind, m.Status = "outbound", new("bot"), new([]string{"failed", "pending", "read"}[r.IntN(3)])
					m.TemplateName, m.TemplateCategory = new("t"), new("utility")
				case 3:
					m.IsReferral = new(true)
				case 4:
					m.ContentType = new([]string{"text", "call"}[r.IntN(2)])
				}
				data.Messages = append(data.Messages, m)
				silence := 24*time.Hour - time.Microsecond - time.Duration(r.IntN(20*60))*time.Minute
				if r.IntN(60) == 0 {
					silence = []time.Duration{24 * time.Hour, 72 * time.Hour, 96*time.Hour - time.Microsecond, 96 * time.Hour}[r.IntN(4)]
				}
				at = at.Add(silence)
			}
		}
	}
	return data
}
