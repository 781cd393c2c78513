package story

import (
	"context"
	_ "embed"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/parley-reports/parley/internal/contract"
)

//go:embed chatwoot.sql
var chatwootSQL string

// Chatwoot tells the rows in Chatwoot's tables. Every message stands in a
// conversation of one contact there, so those without one come into a conversation
// of their pair; templates of campaigns stand among the campaign's recipients.
func Chatwoot(ctx context.Context, conn *pgx.Conn, schema string, data contract.Data) (contract.Data, error) {
	return whole(ctx, conn, schema, chatwootSQL, newChatwoot(), data)
}

// part tells a part of the data.
func (c *chatwoot) part(data contract.Data) {
	c.data = data
	c.data.Messages, c.data.Conversations = slices.Clone(data.Messages), slices.Clone(data.Conversations)
	c.surveys, c.orphans = map[string]contract.CSAT{}, nil
	c.openConversations()
	c.askForRatings()
	sortMessages(c.data.Messages)
	c.describe()
	c.writeConversations()
	c.writeMessages()
	c.writeRatings()
	c.writeOrphans()
	c.writeEvents()
	c.writeTags()
	c.writeNoise()
	c.passed += len(c.data.Conversations)
}

func (c *chatwoot) finish(func()) {
	for _, p := range c.waiting { // nobody wrote for these campaigns
		c.writeCampaign(p, contract.Message{})
	}
	c.writeStrangers()
}

func (c *chatwoot) rows() *contract.Data { return &c.told }

type chatwoot struct {
	data, told contract.Data

	accounts, lines, contacts, conversations, agents, teams, campaigns numbering
	messages, recipients                                               recent

	accountOfLine map[string]int
	members       map[[2]int]bool     // by account and user, and by team and user
	reached       map[string]bool     // whom each campaign reached
	waiting       []contract.Campaign // campaigns without a message so far
	displays      map[int]int         // numbers of conversations, by account
	passed        int                 // conversations of earlier parts
	asked, lost   int                 // surveys that were added, answers to deleted ones
	pasts         map[string]*past    // by conversation
	tagNames      numbering
	tagged        map[string]bool

	channels map[string]string // by line
	twilio   map[string]bool
	keeps    map[string]bool // lines with hours
	threads  map[string]*contract.Conversation
	// surveys are the messages that ask for a rating, by their ids, with the rating.
	surveys map[string]contract.CSAT
	// wrote are the days on which each agent wrote under their name.
	wrote map[string]bool
	// orphans are answers whose survey was deleted.
	orphans []contract.CSAT
	// templates are messages with the template of each campaign.
	templates map[string]contract.Message

	account, user, member, team, teamMember, inbox, whatsapp, sms, widget, api, contact, conversation, message, attachment *table
	campaign, recipient, response, event, hours, tag, tagging, label                                                       *table
}

func newChatwoot() *chatwoot {
	return &chatwoot{
		accounts: numbering{}, lines: numbering{}, contacts: numbering{}, conversations: numbering{}, agents: numbering{}, teams: numbering{}, campaigns: numbering{},
		accountOfLine: map[string]int{}, members: map[[2]int]bool{}, reached: map[string]bool{}, displays: map[int]int{}, pasts: map[string]*past{}, tagNames: numbering{}, tagged: map[string]bool{},
		channels: map[string]string{}, twilio: map[string]bool{}, keeps: map[string]bool{}, threads: map[string]*contract.Conversation{}, wrote: map[string]bool{}, templates: map[string]contract.Message{},

		account:      &table{name: "accounts", columns: []string{"id", "name", "created_at", "updated_at"}},
		user:         &table{name: "users", columns: []string{"id", "name", "display_name", "email", "uid", "encrypted_password", "tokens", "created_at", "updated_at"}},
		member:       &table{name: "account_users", columns: []string{"account_id", "user_id", "role", "created_at", "updated_at"}},
		team:         &table{name: "teams", columns: []string{"id", "name", "account_id", "created_at", "updated_at"}},
		teamMember:   &table{name: "team_members", columns: []string{"team_id", "user_id", "created_at", "updated_at"}},
		inbox:        &table{name: "inboxes", columns: []string{"id", "channel_id", "channel_type", "account_id", "name", "working_hours_enabled", "timezone", "created_at", "updated_at"}},
		whatsapp:     &table{name: "channel_whatsapp", columns: []string{"id", "account_id", "phone_number", "provider", "provider_config", "created_at", "updated_at"}},
		sms:          &table{name: "channel_twilio_sms", columns: []string{"id", "account_id", "phone_number", "medium", "auth_token", "account_sid", "created_at", "updated_at"}},
		widget:       &table{name: "channel_web_widgets", columns: []string{"id", "account_id", "website_url", "website_token", "hmac_token", "created_at", "updated_at"}},
		api:          &table{name: "channel_api", columns: []string{"id", "account_id", "identifier", "hmac_token", "created_at", "updated_at"}},
		contact:      &table{name: "contacts", columns: []string{"id", "name", "phone_number", "country_code", "additional_attributes", "account_id", "created_at", "updated_at", "group_type"}},
		conversation: &table{name: "conversations", columns: []string{"id", "account_id", "inbox_id", "status", "assignee_id", "contact_id", "display_id", "team_id", "priority", "first_reply_created_at", "waiting_since", "created_at", "updated_at", "group_type"}},
		message:      &table{name: "messages", columns: []string{"id", "content", "account_id", "inbox_id", "conversation_id", "message_type", "private", "status", "source_id", "content_type", "content_attributes", "sender_type", "sender_id", "additional_attributes", "created_at", "updated_at"}},
		attachment:   &table{name: "attachments", columns: []string{"file_type", "message_id", "account_id", "created_at", "updated_at"}},
		campaign:     &table{name: "campaigns", columns: []string{"id", "display_id", "title", "message", "account_id", "inbox_id", "template_params", "created_at", "updated_at"}},
		recipient:    &table{name: "campaign_recipients", columns: []string{"id", "account_id", "campaign_id", "contact_id", "inbox_id", "source_id", "status", "error_code", "error_title", "message_content", "sent_at", "delivered_at", "read_at", "failed_at", "created_at", "updated_at"}},
		response:     &table{name: "csat_survey_responses", columns: []string{"account_id", "conversation_id", "message_id", "rating", "feedback_message", "contact_id", "assigned_agent_id", "created_at", "updated_at"}},
		event:        &table{name: "reporting_events", columns: []string{"name", "value", "value_in_business_hours", "account_id", "inbox_id", "user_id", "conversation_id", "event_start_time", "event_end_time", "created_at", "updated_at"}},
		hours:        &table{name: "working_hours", columns: []string{"inbox_id", "account_id", "day_of_week", "closed_all_day", "open_all_day", "open_hour", "open_minutes", "close_hour", "close_minutes", "created_at", "updated_at"}},
		tag:          &table{name: "tags", columns: []string{"id", "name"}},
		tagging:      &table{name: "taggings", columns: []string{"tag_id", "taggable_type", "taggable_id", "context", "created_at"}},
		label:        &table{name: "labels", columns: []string{"title", "account_id", "created_at", "updated_at"}},
	}
}

func (c *chatwoot) tables() []*table {
	return []*table{c.account, c.user, c.member, c.team, c.teamMember, c.inbox, c.whatsapp, c.sms, c.widget, c.api, c.contact, c.conversation, c.message, c.attachment,
		c.campaign, c.recipient, c.response, c.event, c.hours, c.tag, c.tagging, c.label}
}

// epoch is when everything was set up.
var epoch = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)

// accountOf is the account of a message: its own, its conversation's, or the
// first.
func (c *chatwoot) accountOf(ids ...*string) (int, *string) {
	for _, id := range ids {
		if text(id) != "" {
			return c.accounts.of(*id), c.accounts.told(*id)
		}
	}
	return 1, new("1")
}

// isRecipient tells whether a message can stand among a campaign's recipients.
func isRecipient(m contract.Message) bool {
	return m.Direction == "outbound" && text(m.AuthorKind) == "campaign" && text(m.ConversationID) == "" && text(m.TemplateName) != "" &&
		text(m.CampaignID) != "" && text(m.ContactID) != "" && text(m.LineID) != ""
}
