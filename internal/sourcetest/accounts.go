package sourcetest

import (
	"cmp"
	"slices"
	"strings"
	"testing"

	"github.com/parley-reports/parley/internal/contract"
	"github.com/parley-reports/parley/internal/story"
	"github.com/parley-reports/parley/pkg/calendar"
	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/engine"
	"github.com/parley-reports/parley/pkg/query"
	"github.com/parley-reports/parley/pkg/source"
)

// Accounts wants each account of the story to see just its own rows.
func Accounts(t *testing.T, kind string) {
	schema, told := Tell(t, kind, story.Data())
	if len(told.Accounts) < 2 {
		t.Fatal("the story has one account only")
	}
	for _, a := range told.Accounts {
		t.Run(a.AccountID, func(t *testing.T) {
			e := Open(t, kind, "", source.Settings{Schema: schema, Account: a.AccountID})
			if own := only(told, a.AccountID); len(own.Messages) == 0 || len(own.Messages) == len(told.Messages) {
				t.Fatalf("the account has %d of %d messages", len(own.Messages), len(told.Messages))
			} else {
				compare(t, e, own, 40)
			}
			others := map[string]int{}
			for _, d := range catalog.Dimensions {
				if d.Kind != catalog.KindEntity || d.ID == "send" {
					continue
				}
				values, err := e.Values(t.Context(), engine.ValuesRequest{Dimension: d.ID, Limit: 5000, From: story.End.AddDate(-1, 0, 0), To: story.End})
				if err != nil {
					t.Fatal(err)
				}
				for _, v := range values {
					if slices.ContainsFunc(told.Accounts, func(other contract.Account) bool {
						return other.AccountID != a.AccountID && belongs(told, other.AccountID, d.Relation, v.Value)
					}) {
						others[d.Relation]++
					}
				}
			}
			if len(others) > 0 {
				t.Errorf("somebody else's: %v", others)
			}
			lists(t, e, told, a.AccountID)
		})
	}
	for _, nobody := range []string{"4711", "x' OR true --"} {
		s := Found(t, Open(t, kind, "", source.Settings{Schema: schema, Account: nobody}))
		if len(s.Fatal()) == 0 {
			t.Errorf("the account %q is accepted", nobody)
		}
	}
}

// lists asks for the reports that show single rows, and for the check, and wants
// nothing in them that only another account has.
func lists(t *testing.T, e *engine.Engine, told contract.Data, account string) {
	t.Helper()
	found := Found(t, e)
	unavailable, _ := catalog.Limits(found.Has, found.Records)
	own, foreign := strangers(told, account)
	seen := map[string]bool{}
	for _, report := range []string{"conversation_details", "open_conversations", "message_details_sent", "message_details_received", "notification_details", "message_log", "campaign_sends", "template_changes"} {
		q := query.Query{Report: report}
		preset, _ := query.LookupPreset(report)
		if preset.Query.Format != "annotations" {
			q.Limit = query.MaxLimit
		}
		if preset.Query.Format == "details" {
			q.Columns = slices.Concat(preset.Query.Columns, []string{"account"})
		}
		resolved, err := q.Resolve()
		if err != nil {
			t.Fatal(err)
		}
		if preset.Fact.IsConversation() && !found.Has("conversation") || !available(resolved, unavailable, found.Has) {
			continue
		}
		result, err := e.Run(t.Context(), engine.Request{Query: q, Range: calendar.Range{From: story.End.AddDate(0, 0, -60), To: story.End.AddDate(0, 0, 1)}, Now: story.End})
		if err != nil {
			t.Fatalf("%s: %v", report, err)
		}
		if len(result.Rows) == 0 && strings.HasPrefix(report, "message_") {
			t.Errorf("%s has no rows", report)
		}
		for _, row := range result.Rows {
			for at, value := range row {
				text, _ := value.(string)
				id := result.Columns[at].ID
				seen[id] = true
				if thing := (thing{id, text}); id == "account" && text != "" && text != account || foreign[thing] && !own[thing] {
					t.Fatalf("%s: %s is %q, which is somebody else's", report, id, text)
				}
			}
		}
	}
	for thing := range own {
		if thing.column != "team" && !seen[thing.column] {
			t.Errorf("no report shows the column %s", thing.column)
		}
	}
	for _, p := range problems(t, found) {
		for _, example := range p.Examples {
			id, _, _ := strings.Cut(example, " (")
			column := map[string]string{"message": "session_id", "conversation": "conversation_id", "conversation_event": "conversation_id", "csat": "conversation_id"}[p.Relation]
			if thing := (thing{cmp.Or(column, p.Relation), id}); foreign[thing] && !own[thing] {
				t.Errorf("%s, which is somebody else's", p)
			}
		}
	}
}

// thing is a value that a column of a report shows.
type thing struct{ column, value string }

// strangers are what the account's own rows show, and what those of others do.
func strangers(d contract.Data, account string) (own, foreign map[thing]bool) {
	of := func(d contract.Data) map[thing]bool {
		all := map[thing]bool{}
		add := func(column string, value *string) {
			if value != nil && *value != "" {
				all[thing{column, *value}] = true
			}
		}
		for _, m := range d.Messages {
			add("session_id", &m.MessageID)
			add("message_id", &m.MessageID)
			add("body", m.Body)
			add("conversation_id", m.ConversationID)
			add("contact", m.ContactID)
			add("line", m.LineID)
			add("agent", m.AgentID)
			add("campaign", m.CampaignID)
		}
		for _, v := range d.Conversations {
			add("conversation_id", &v.ConversationID)
			add("contact", v.ContactID)
			add("line", v.LineID)
			add("agent", v.AgentID)
			add("team", v.TeamID)
		}
		for _, c := range d.Contacts {
			add("contact", &c.ContactID)
			add("contact_name", c.Name)
			add("phone", c.Phone)
		}
		return all
	}
	own, foreign = of(only(d, account)), map[thing]bool{}
	for _, a := range d.Accounts {
		if a.AccountID != account {
			for thing := range of(only(d, a.AccountID)) {
				foreign[thing] = true
			}
		}
	}
	return own, foreign
}

// only keeps the rows of an account.
func only(d contract.Data, account string) contract.Data {
	own := contract.Data{}
	is := func(id *string) bool { return id != nil && *id == account }
	has := map[string]map[string]bool{}
	keep := func(relation string, id *string) {
		if has[relation] == nil {
			has[relation] = map[string]bool{}
		}
		if id != nil {
			has[relation][*id] = true
		}
	}
	kept := func(relation string, id *string) bool { return id != nil && has[relation][*id] }
	for _, m := range d.Messages {
		if is(m.AccountID) {
			own.Messages = append(own.Messages, m)
			keep("line", m.LineID)
			keep("agent", m.AgentID)
			keep("campaign", m.CampaignID)
		}
	}
	for _, c := range d.Conversations {
		if is(c.AccountID) {
			own.Conversations = append(own.Conversations, c)
			keep("conversation", &c.ConversationID)
			keep("team", c.TeamID)
		}
	}
	for _, c := range d.Contacts {
		if is(c.AccountID) {
			own.Contacts = append(own.Contacts, c)
			keep("contact", &c.ContactID)
		}
	}
	own.Events = filter(d.Events, func(e contract.ConversationEvent) bool { return kept("conversation", e.ConversationID) })
	own.CSAT = filter(d.CSAT, func(s contract.CSAT) bool { return kept("conversation", s.ConversationID) })
	own.Tags = filter(d.Tags, func(g contract.Tag) bool { return kept(g.Kind, &g.OwnerID) })
	own.Accounts = filter(d.Accounts, func(a contract.Account) bool { return a.AccountID == account })
	own.Lines = filter(d.Lines, func(l contract.Line) bool { return kept("line", &l.LineID) })
	own.Agents = filter(d.Agents, func(a contract.Agent) bool { return kept("agent", &a.AgentID) })
	own.Teams = filter(d.Teams, func(g contract.Team) bool { return kept("team", &g.TeamID) })
	own.Campaigns = filter(d.Campaigns, func(c contract.Campaign) bool { return kept("campaign", &c.CampaignID) })
	own.WorkingHours = filter(d.WorkingHours, func(w contract.WorkingHours) bool { return kept("line", w.LineID) })
	return own
}

func filter[T any](rows []T, keep func(T) bool) []T {
	return slices.DeleteFunc(slices.Clone(rows), func(row T) bool { return !keep(row) })
}

// belongs tells whether an entity occurs in the rows of the account.
func belongs(d contract.Data, account, relation, id string) bool {
	own := only(d, account)
	switch relation {
	case "account":
		return id == account
	case "line":
		return slices.ContainsFunc(own.Lines, func(l contract.Line) bool { return l.LineID == id })
	case "contact":
		return slices.ContainsFunc(own.Contacts, func(c contract.Contact) bool { return c.ContactID == id })
	case "conversation":
		return slices.ContainsFunc(own.Conversations, func(c contract.Conversation) bool { return c.ConversationID == id })
	case "agent":
		return slices.ContainsFunc(own.Agents, func(a contract.Agent) bool { return a.AgentID == id })
	case "team":
		return slices.ContainsFunc(own.Teams, func(g contract.Team) bool { return g.TeamID == id })
	case "campaign":
		return slices.ContainsFunc(own.Campaigns, func(c contract.Campaign) bool { return c.CampaignID == id })
	}
	return false
}
