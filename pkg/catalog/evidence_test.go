package catalog

import (
	"slices"
	"strings"
	"testing"

	"github.com/parley-reports/parley/pkg/source"
)

// TestEvidenceIsOfTheContract wants columns that sources have, of dimensions and
// metrics that there are.
func TestEvidenceIsOfTheContract(t *testing.T) {
	events := []string{"resolved", "reopened", "first_response", "reply", "bot_handoff", "bot_resolved"}
	exists := func(column string) bool {
		relation, name, _ := strings.Cut(column, ".")
		name, _, _ = strings.Cut(name, ".")
		r, ok := source.LookupRelation(relation)
		return ok && (slices.ContainsFunc(r.Columns, func(c source.Column) bool { return c.Name == name }) ||
			relation == "conversation_event" && slices.Contains(events, name) || relation == "tag" && (name == "contact" || name == "conversation"))
	}
	columns := func(alternatives map[string][]string, is func(id string) bool) {
		t.Helper()
		for id, list := range alternatives {
			if !is(id) {
				t.Errorf("there is no %s", id)
			}
			for _, column := range strings.Fields(strings.Join(list, " ")) {
				if !exists(column) {
					t.Errorf("%s hangs on %s, which there is not", id, column)
				}
			}
		}
	}
	columns(evidence, func(id string) bool {
		_, metric := LookupMetric(id)
		_, duration := LookupMetric(id + "_avg")
		return metric || duration || slices.ContainsFunc(Columns, func(c Column) bool { return c.ID == id })
	})
	for f, alternatives := range map[Fact]map[string][]string{Initiation: messageCuts, Conversation: conversationCuts, Event: eventCuts, CSATAnswer: ratingCuts} {
		columns(alternatives, func(id string) bool {
			d, ok := LookupDimension(id)
			return ok && (d.Has(f) || d.Has(Message) && f == Initiation)
		})
	}
}

func TestTells(t *testing.T) {
	knowing := func(columns ...string) func(string) bool {
		return func(column string) bool { return slices.Contains(columns, column) }
	}
	for _, c := range []struct {
		fact      Fact
		dimension string
		columns   []string
		want      bool
	}{
		{Message, "agent", []string{"message.agent_id"}, true},
		{Message, "agent", []string{"conversation.agent_id", "conversation_event.agent_id", "csat.agent_id"}, false},
		{Session, "agent", []string{"conversation.agent_id", "message.conversation_id"}, false},
		{Initiation, "agent", []string{"message.agent_id"}, true},
		{Conversation, "agent", []string{"conversation.agent_id"}, true},
		{Conversation, "agent", []string{"message.agent_id"}, false},
		{Conversation, "agent", []string{"message.agent_id", "message.conversation_id"}, true},
		{ConversationNow, "agent", []string{"conversation_event.agent_id", "csat.agent_id"}, false},
		{Event, "agent", []string{"conversation_event.agent_id"}, true},
		{Event, "agent", []string{"conversation.agent_id"}, true},
		{Event, "agent", []string{"csat.agent_id"}, false},
		{CSATAnswer, "agent", []string{"csat.agent_id"}, true},
		{CSATAnswer, "agent", []string{"conversation.agent_id"}, false},
		{CSATSurvey, "agent", []string{"conversation.agent_id", "csat.conversation_id"}, true},

		{Message, "team", []string{"conversation.team_id"}, false},
		{Message, "team", []string{"conversation.team_id", "message.conversation_id"}, true},
		{Message, "team", []string{"line.team_id"}, true},
		{Conversation, "team", []string{"conversation.team_id"}, true},
		{Conversation, "team", []string{"line.team_id"}, false},
		{Conversation, "team", []string{"line.team_id", "conversation.line_id"}, true},

		{Message, "account", []string{"conversation.account_id"}, false},
		{Conversation, "account", []string{"message.account_id"}, false},
		{CSATAnswer, "account", []string{"conversation.account_id"}, false},
		{Message, "conversation_id", nil, false},
		{Conversation, "conversation_id", nil, true},
		{CSATAnswer, "conversation_id", nil, false},
		{Message, "conversation_tag", []string{"tag.conversation"}, false},
		{Event, "conversation_tag", []string{"tag.conversation"}, true},
		{CSATSurvey, "conversation_tag", []string{"tag.conversation"}, false},
		{Message, "contact_tag", []string{"tag.contact"}, true},
		{CSATAnswer, "contact_tag", []string{"tag.contact", "csat.contact_id"}, true},
		{CSATAnswer, "country", []string{"contact.country", "conversation.contact_id"}, false},
		{CSATAnswer, "country", []string{"contact.country", "conversation.contact_id", "csat.conversation_id"}, true},
		{Message, "channel", []string{"line.channel"}, true},
		{Conversation, "channel", []string{"line.channel"}, false},
		{Message, "line", nil, true},
		{Conversation, "line", nil, false},
		{Conversation, "source", []string{"message.conversation_id"}, false},
		{Conversation, "source", []string{"message.conversation_id", "message.author_kind"}, true},
		{Initiation, "send", []string{"message.template_name"}, true},
		{Initiation, "send", nil, false},
		{Message, "direction", nil, true},
		{Session, "initiator", nil, true},
		{CSATAnswer, "rating", nil, true},
		{Message, "weekday", nil, true},
	} {
		if got := Records(c.fact, c.dimension, knowing(c.columns...)); got != c.want {
			t.Errorf("%s of %s by %v is told: %t, want %t", c.dimension, c.fact, c.columns, got, c.want)
		}
	}
}

// TestUnknown cuts and filters metrics by what their facts do not tell.
func TestUnknown(t *testing.T) {
	without := func(columns ...string) func(string) bool {
		return func(column string) bool { return !slices.Contains(columns, column) }
	}
	noWriter := without("message.agent_id", "message.template_name")
	for name, c := range map[string]struct {
		metrics, cuts, filters []string
		records                func(string) bool
		want                   []string
	}{
		"known":                      {[]string{"messages", "conversations"}, []string{"agent"}, []string{"agent"}, without(), nil},
		"not cut":                    {[]string{"messages", "active_agents"}, nil, nil, noWriter, []string{"active_agents"}},
		"beside a fact that tells":   {[]string{"conversations", "messages", "sessions"}, []string{"agent"}, nil, noWriter, []string{"messages", "sessions"}},
		"and cut by more":            {[]string{"conversations", "messages"}, []string{"agent", "channel"}, nil, noWriter, []string{"messages"}},
		"alone":                      {[]string{"messages"}, []string{"agent"}, nil, noWriter, []string{"messages"}},
		"alone over time":            {[]string{"messages"}, []string{"agent", "day"}, nil, noWriter, []string{"messages"}},
		"alone by hour of the day":   {[]string{"messages"}, []string{"hour_of_day", "agent"}, nil, noWriter, []string{"messages"}},
		"two alone":                  {[]string{"messages"}, []string{"agent", "template"}, nil, noWriter, []string{"messages"}},
		"cut by what is told":        {[]string{"notifications", "messages"}, []string{"line", "template"}, nil, noWriter, nil},
		"filtered":                   {[]string{"conversations", "messages"}, nil, []string{"channel", "agent"}, noWriter, []string{"messages"}},
		"filtered, cut otherwise":    {[]string{"conversations", "messages"}, []string{"line"}, []string{"agent"}, noWriter, []string{"messages"}},
		"a formula":                  {[]string{"delivery_rate", "failed_rate"}, nil, nil, without("message.status", "message.delivered_at", "message.read_at"), []string{"delivery_rate"}},
		"who answered":               {[]string{"conversations_open", "conversations_unattended"}, nil, nil, without("message.author_kind", "conversation.first_response_at", "conversation_event.first_response"), []string{"conversations_unattended"}},
		"messages of a conversation": {[]string{"messages_per_conversation", "first_response_time_avg", "reply_time_p50"}, nil, nil, without("message.conversation_id", "conversation.first_response_at", "conversation_event.first_response"), []string{"messages_per_conversation", "first_response_time_avg"}},
	} {
		if got := Unknown(c.metrics, c.cuts, c.filters, c.records); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// TestEveryDimensionIsToldBySomething wants evidence for each dimension that hangs on
// a column which need not be there.
func TestEveryDimensionIsToldBySomething(t *testing.T) {
	always := map[string][]Fact{
		"line": messageFacts, "contact": messageFacts, "direction": {Message}, "in_window": {Message}, "rating": {CSATAnswer, CSATSurvey}, "stage": {Initiation},
		"session_id": messageFacts, "initiator": messageFacts, "origin": messageFacts, "user_type": messageFacts,
		"conversation_id": {Conversation, ConversationActive, ConversationNow, Event}, "opened_in_period": {Conversation, ConversationActive, ConversationNow, Event},
	}
	nothing := func(string) bool { return false }
	for _, d := range Dimensions {
		for _, f := range d.Facts {
			if got, want := Records(f, d.ID, nothing), isTime(d.ID) || slices.Contains(always[d.ID], f); got != want {
				t.Errorf("%s of %s is told by nothing: %t, want %t", d.ID, f, got, want)
			}
		}
	}
	for id := range always {
		if _, ok := LookupDimension(id); !ok {
			t.Errorf("there is no %s", id)
		}
	}
}
