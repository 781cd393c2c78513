package catalog

import (
	"slices"
)

var (
	conversationFacts = []Fact{Conversation, ConversationActive, ConversationNow, Event, CSATAnswer, CSATSurvey}
	messageFacts      = []Fact{Message, Session, Initiation}
	allFacts          = append(append([]Fact{}, messageFacts...), conversationFacts...)
	timedFacts        = slices.DeleteFunc(slices.Clone(allFacts), func(f Fact) bool { return f == ConversationNow })
)

// Dimensions lists all dimensions in the order of the editor.
var Dimensions = []Dimension{
	{ID: "account", Kind: KindEntity, Facts: allFacts, Relation: "account"},
	{ID: "subaccount", Kind: KindText, Facts: messageFacts},
	{ID: "channel", Kind: KindEnum, Facts: allFacts, Values: []string{"whatsapp", "instagram", "messenger", "telegram", "sms", "webchat", "email", "voice", "other"}},
	{ID: "line", Kind: KindEntity, Facts: allFacts, Relation: "line"},
	{ID: "team", Kind: KindEntity, Facts: allFacts, Relation: "team"},
	{ID: "agent", Kind: KindEntity, Facts: allFacts, Relation: "agent"},
	{ID: "contact", Kind: KindEntity, Facts: allFacts, Relation: "contact"},
	{ID: "contact_tag", Kind: KindText, Facts: allFacts, Multi: true, Needs: []string{"tag"}},
	{ID: "conversation_tag", Kind: KindText, Facts: allFacts, Multi: true, Needs: []string{"tag"}},
	{ID: "country", Kind: KindText, Facts: allFacts},
	{ID: "phone", Kind: KindText, Facts: allFacts},
	{ID: "business_hours", Kind: KindEnum, Facts: allFacts, Values: []string{"inside", "outside"}, Needs: []string{"working_hours"}},
	{ID: "conversation_id", Kind: KindEntity, Facts: allFacts, Relation: "conversation"},
	{ID: "template", Kind: KindText, Facts: messageFacts},
	{ID: "template_category", Kind: KindEnum, Facts: messageFacts, Values: []string{"marketing", "marketing_lite", "utility", "authentication", "authentication_international", "service"}},
	{ID: "language", Kind: KindText, Facts: messageFacts},
	{ID: "campaign", Kind: KindEntity, Facts: messageFacts, Relation: "campaign"},
	{ID: "correlation_id", Kind: KindText, Facts: messageFacts},
	{ID: "session_id", Kind: KindText, Facts: messageFacts},
	{ID: "initiator", Kind: KindEnum, Facts: messageFacts, Values: []string{"business", "contact", "free_entry_point"}},
	{ID: "origin", Kind: KindEnum, Facts: messageFacts, Values: []string{"campaign", "template", "flow", "inbox", "inbound", "referred_campaign", "referred_webchat", "other"}},
	{ID: "user_type", Kind: KindEnum, Facts: messageFacts, Values: []string{"new", "returning"}},
	{ID: "status", Kind: KindEnum, Facts: []Fact{Message, Initiation}, Values: []string{"failed", "pending", "sent", "delivered", "read", "replied"}},
	{ID: "failure_reason", Kind: KindEnum, Facts: []Fact{Message, Initiation}, Values: []string{"template_parameters", "limit_reached", "number_unreachable", "wrong_destination", "window_closed", "recipient_choice", "template_state", "account_problem", "media", "server", "unknown"}},
	{ID: "failure_code", Kind: KindText, Facts: []Fact{Message, Initiation}},
	{ID: "direction", Kind: KindEnum, Facts: []Fact{Message}, Values: []string{"inbound", "outbound"}},
	{ID: "author_kind", Kind: KindEnum, Facts: []Fact{Message}, Values: []string{"contact", "agent", "bot", "campaign", "system"}},
	{ID: "content_type", Kind: KindText, Facts: []Fact{Message}},
	{ID: "in_window", Kind: KindEnum, Facts: []Fact{Message}, Values: []string{"open", "closed"}},
	{ID: "source", Kind: KindEnum, Facts: conversationFacts, Values: []string{"inbox", "flow", "inbound", "other"}, Needs: []string{"conversation"}},
	{ID: "conversation_status", Kind: KindEnum, Facts: conversationFacts, Values: []string{"open", "pending", "snoozed", "resolved"}, Needs: []string{"conversation"}},
	{ID: "unattended", Kind: KindEnum, Facts: conversationFacts, Values: []string{"yes", "no"}, Needs: []string{"conversation"}},
	{ID: "opened_in_period", Kind: KindEnum, Facts: conversationFacts, Values: []string{"yes", "no"}, Needs: []string{"conversation"}},
	{ID: "priority", Kind: KindText, Facts: conversationFacts, Needs: []string{"conversation"}},
	{ID: "rating", Kind: KindNumber, Facts: []Fact{CSATAnswer, CSATSurvey}},
	{ID: "stage", Kind: KindEnum, Facts: []Fact{Initiation}, Values: []string{"sent", "delivered", "read", "replied"}, Multi: true, Funnel: true},
	{ID: "send", Kind: KindEntity, Facts: []Fact{Message, Initiation}, Relation: "campaign"},
	{ID: "hour", Kind: KindTime, Facts: timedFacts},
	{ID: "day", Kind: KindTime, Facts: timedFacts},
	{ID: "week", Kind: KindTime, Facts: timedFacts},
	{ID: "month", Kind: KindTime, Facts: timedFacts},
	{ID: "weekday", Kind: KindNumber, Facts: timedFacts},
	{ID: "hour_of_day", Kind: KindNumber, Facts: timedFacts},
}
