package story

import (
	"context"
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
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

// openConversations puts every other message into a conversation.
func (c *chatwoot) openConversations() {
	for _, a := range c.data.Accounts {
		c.accounts.of(a.AccountID)
	}
	opened := map[string]bool{}
	for i := range c.data.Messages {
		m := &c.data.Messages[i]
		if text(m.ConversationID) != "" {
			continue
		}
		if once := text(m.CampaignID) + "\n" + text(m.ContactID); isRecipient(*m) && !c.reached[once] {
			c.reached[once] = true
			c.recipients.of(m.MessageID)
			continue
		}
		id := "pair\n" + text(m.AccountID) + "\n" + text(m.LineID) + "\n" + text(m.ContactID)
		m.ConversationID = &id
		if !opened[id] && c.threads[id] == nil {
			opened[id] = true
			c.data.Conversations = append(c.data.Conversations, contract.Conversation{
				ConversationID: id, AccountID: m.AccountID, LineID: m.LineID, ContactID: m.ContactID, Status: new("open"), CreatedAt: m.CreatedAt,
			})
		}
	}
	for i := range c.data.Conversations {
		c.threads[c.data.Conversations[i].ConversationID] = &c.data.Conversations[i]
	}
}

// askForRatings finds the message of every survey, or adds one.
func (c *chatwoot) askForRatings() {
	type moment struct {
		conversation string
		at           int64
	}
	free := map[moment][]string{}
	for _, m := range c.data.Messages {
		if m.Direction == "outbound" && text(m.AuthorKind) == "system" && text(m.TemplateName) == "" && text(m.CampaignID) == "" {
			at := moment{text(m.ConversationID), m.CreatedAt.UnixMicro()}
			free[at] = append(free[at], m.MessageID)
		}
	}
	for _, s := range c.data.CSAT {
		c.asked++
		thread := c.threads[text(s.ConversationID)]
		if thread == nil || s.SentAt == nil && s.AnsweredAt == nil {
			continue
		}
		if text(s.ContactID) == "" {
			s.ContactID = thread.ContactID
		}
		if text(s.ContactID) == "" && s.Rating != nil {
			continue // an answer is somebody's
		}
		if s.SentAt == nil && s.Rating != nil {
			c.orphans = append(c.orphans, s)
			continue
		}
		if s.SentAt == nil {
			s.SentAt = s.AnsweredAt
		}
		at := moment{thread.ConversationID, s.SentAt.UnixMicro()}
		if len(free[at]) == 0 {
			id := fmt.Sprintf("survey\n%d", c.asked)
			c.data.Messages = append(c.data.Messages, contract.Message{
				MessageID: id, AccountID: thread.AccountID, ConversationID: &thread.ConversationID, LineID: thread.LineID, ContactID: thread.ContactID,
				Direction: "outbound", AuthorKind: new("system"), CreatedAt: *s.SentAt, Status: new("sent"),
			})
			free[at] = []string{id}
		}
		c.surveys[free[at][0]] = s
		free[at] = free[at][1:]
	}
}

// describe writes what conversations point to.
func (c *chatwoot) describe() {
	d := c.data
	accountOfContact := map[string]int{}
	for _, m := range d.Messages {
		account, _ := c.accountOf(m.AccountID)
		if c.accountOfLine[text(m.LineID)] == 0 {
			c.accountOfLine[text(m.LineID)] = account
		}
		if accountOfContact[text(m.ContactID)] == 0 {
			accountOfContact[text(m.ContactID)] = account
		}
	}
	for _, a := range d.Accounts {
		name := text(a.Name)
		if name == "" {
			name = "Account " + a.AccountID
		}
		c.account.add(c.accounts.of(a.AccountID), name, epoch, epoch)
		c.told.Accounts = append(c.told.Accounts, contract.Account{AccountID: *c.accounts.told(a.AccountID), Name: &name})
	}
	for i, a := range d.Agents {
		id, name := c.agents.of(a.AgentID), text(a.Name)
		if name == "" {
			name = "Agent " + a.AgentID
		}
		given, display := name, ""
		if i%2 == 0 {
			given, display = "Real "+name, name
		}
		email := fmt.Sprintf("agent%d@desk.example", id)
		c.user.add(id, given, display, email, email, "$2a$11$secret", "{}", epoch, epoch)
		c.told.Agents = append(c.told.Agents, contract.Agent{AgentID: *c.agents.told(a.AgentID), Name: &name})
	}
	seen := c.members
	for _, m := range d.Messages {
		account, _ := c.accountOf(m.AccountID)
		if id, _ := c.agents.ref(m.AgentID); id != nil && !seen[[2]int{account, *id}] {
			seen[[2]int{account, *id}] = true
			if *id%3 == 0 {
				continue // left the account
			}
			c.member.add(account, *id, 0, epoch, epoch)
		}
	}
	teams := map[string]bool{}
	accountOfTeam := map[string]int{}
	for _, v := range d.Conversations {
		if accountOfTeam[text(v.TeamID)] == 0 {
			accountOfTeam[text(v.TeamID)], _ = c.accountOf(v.AccountID)
		}
	}
	for _, t := range d.Teams {
		name := text(t.Name)
		if name == "" || teams[name] { // names are unique
			name = "Team " + t.TeamID
		}
		teams[name] = true
		c.team.add(c.teams.of(t.TeamID), name, max(1, accountOfTeam[t.TeamID]), epoch, epoch)
		c.told.Teams = append(c.told.Teams, contract.Team{TeamID: *c.teams.told(t.TeamID), Name: &name})
	}
	for _, a := range d.AgentTeams {
		if pair := [2]int{-c.teams.of(a.TeamID), c.agents.of(a.AgentID)}; !seen[pair] {
			seen[pair] = true
			c.teamMember.add(c.teams.of(a.TeamID), c.agents.of(a.AgentID), epoch, epoch)
			c.told.AgentTeams = append(c.told.AgentTeams, contract.AgentTeam{AgentID: *c.agents.told(a.AgentID), TeamID: *c.teams.told(a.TeamID)})
		}
	}
	c.keepHours()
	for i, l := range d.Lines {
		c.describeLine(i, l, max(1, c.accountOfLine[l.LineID]))
	}
	for _, p := range d.Contacts {
		id, told := c.contacts.of(p.ContactID), c.contacts.told(p.ContactID)
		account := accountOfContact[p.ContactID]
		if text(p.AccountID) != "" || account == 0 {
			account, _ = c.accountOf(p.AccountID)
		}
		created := epoch
		if p.CreatedAt != nil {
			created = *p.CreatedAt
		}
		// The country stands in one of two places.
		country, attributes := text(p.Country), object{}
		if id%2 == 0 && country != "" {
			attributes["country_code"], country = country, ""
		}
		name := optional(text(p.Name))
		c.contact.add(id, text(p.Name), optional(text(p.Phone)), country, scalar(id, attributes), account, created, created, 0)
		if name == nil {
			name = optional(text(p.Phone))
		}
		c.told.Contacts = append(c.told.Contacts, contract.Contact{ContactID: *told, AccountID: new(strconv.Itoa(account)), Name: name, Phone: optional(text(p.Phone)), Country: optional(text(p.Country)), CreatedAt: &created})
	}
	first := map[string]contract.Message{} // of each campaign, with a template if there is one
	for _, m := range d.Messages {
		id := text(m.CampaignID)
		if known, ok := first[id]; !ok || text(known.TemplateName) == "" && text(m.TemplateName) != "" {
			first[id] = m
		}
	}
	for _, p := range d.Campaigns {
		c.campaigns.of(p.CampaignID)
	}
	c.waiting = slices.DeleteFunc(append(c.waiting, d.Campaigns...), func(p contract.Campaign) bool {
		m, wrote := first[p.CampaignID]
		if wrote {
			c.writeCampaign(p, m)
		}
		return wrote
	})
}

// writeCampaign writes a campaign. Its account, inbox and template are those of the message.
func (c *chatwoot) writeCampaign(p contract.Campaign, m contract.Message) {
	id := c.campaigns.of(p.CampaignID)
	title := text(p.Name)
	if title == "" {
		title = "Campaign " + p.CampaignID
	}
	account, _ := c.accountOf(m.AccountID)
	inbox, _ := c.lineOf(m.LineID)
	var params any
	if text(m.TemplateName) != "" {
		params = templateParams(m).json()
		c.templates[p.CampaignID] = m
	}
	c.campaign.add(id, id, title, "…", account, inbox, params, epoch, epoch)
	c.told.Campaigns = append(c.told.Campaigns, contract.Campaign{CampaignID: strconv.Itoa(id), Name: &title})
}

// describeLine makes the inbox and its channel, whose credentials nobody may read.
func (c *chatwoot) describeLine(i int, l contract.Line, account int) {
	id := c.lines.of(l.LineID)
	told := contract.Line{LineID: *c.lines.told(l.LineID), Name: optional(text(l.Name)), Channel: optional(text(l.Channel))}
	if told.Name == nil {
		told.Name = new("Inbox " + l.LineID)
	}
	number := text(l.Number)
	if number == "" || !strings.HasPrefix(number, "+") {
		number = "+1000"
	}
	number = fmt.Sprintf("%s%03d", number, i)
	var kind string
	switch channel := text(l.Channel); channel {
	case "whatsapp":
		kind, told.Number = "Channel::Whatsapp", &number
		if i%3 == 2 {
			kind = "Channel::TwilioSms"
			c.sms.add(id, account, number, 1, "secret", "AC1", epoch, epoch)
		} else {
			c.whatsapp.add(id, account, number, "whatsapp_cloud", object{"api_key": "secret"}.json(), epoch, epoch)
		}
	case "sms":
		kind, told.Number = "Channel::TwilioSms", &number
		c.sms.add(id, account, number, 0, "secret", "AC2", epoch, epoch)
	case "webchat":
		kind = "Channel::WebWidget"
		c.widget.add(id, account, "https://shop.example", number, number, epoch, epoch)
	case "email", "instagram", "telegram":
		kind = "Channel::" + strings.ToUpper(channel[:1]) + channel[1:]
	case "messenger":
		kind = "Channel::FacebookPage"
	default:
		kind, told.Channel = []string{"Channel::Api", "Channel::Line", "Channel::Tiktok", "Channel::Fork"}[i%4], new("other")
		c.api.add(id, account, number, number, epoch, epoch)
	}
	c.channels[l.LineID], c.twilio[l.LineID] = kind, kind == "Channel::TwilioSms"
	zone := "UTC"
	for _, w := range c.data.WorkingHours {
		if text(w.LineID) == l.LineID {
			zone = c.zone(w)
			break
		}
	}
	c.inbox.add(id, id, kind, account, *told.Name, c.keeps[l.LineID], zone, epoch, epoch)
	c.told.Lines = append(c.told.Lines, told)
}

func (c *chatwoot) zone(w contract.WorkingHours) string {
	if text(w.TimeZone) == "" {
		return "UTC"
	}
	return *w.TimeZone
}

// keepHours writes the business hours: one span a day, of an inbox, that ends on
// the day on which it begins.
func (c *chatwoot) keepHours() {
	zones := map[string]string{}
	days := map[string]map[int32]contract.WorkingHours{}
	described := map[string]bool{}
	for _, l := range c.data.Lines {
		described[l.LineID] = true
	}
	for _, w := range c.data.WorkingHours {
		line := text(w.LineID)
		if !described[line] {
			continue
		}
		if days[line] == nil {
			days[line], zones[line], c.keeps[line] = map[int32]contract.WorkingHours{}, c.zone(w), true
		}
		if _, again := days[line][w.Weekday]; !again {
			days[line][w.Weekday] = w
		}
	}
	for _, l := range c.data.Lines {
		for day := range int32(7) {
			if !c.keeps[l.LineID] {
				// An inbox has hours from the beginning; they are not in force.
				c.hours.add(c.lines.of(l.LineID), 1, day, day == 0, false, 9, 0, 17, 0, epoch, epoch)
				continue
			}
			w, open := days[l.LineID][day]
			if !open {
				c.hours.add(c.lines.of(l.LineID), 1, day, true, false, nil, nil, nil, nil, epoch, epoch)
				continue
			}
			told := contract.WorkingHours{LineID: c.lines.told(l.LineID), TimeZone: new(zones[l.LineID]), Weekday: day, Opens: w.Opens[:5] + ":00", Closes: w.Closes[:5] + ":00"}
			whole := w.Opens == w.Closes
			if told.Closes < told.Opens || told.Closes == "24:00:00" {
				told.Closes = "23:59:00"
			}
			if whole {
				told.Opens, told.Closes = "00:00:00", "00:00:00"
				c.hours.add(c.lines.of(l.LineID), 1, day, false, true, 0, 0, 23, 59, epoch, epoch)
			} else {
				clock := func(text string, from int) int { n, _ := strconv.Atoi(text[from : from+2]); return n }
				c.hours.add(c.lines.of(l.LineID), 1, day, false, false, clock(told.Opens, 0), clock(told.Opens, 3), clock(told.Closes, 0), clock(told.Closes, 3), epoch, epoch)
			}
			c.told.WorkingHours = append(c.told.WorkingHours, told)
		}
	}
}

var (
	conversationStatuses = []string{"open", "resolved", "pending", "snoozed"}
	priorities           = []string{"low", "medium", "high", "urgent"}
)

func (c *chatwoot) writeConversations() {
	for _, v := range c.data.Conversations {
		account, toldAccount := c.accountOf(v.AccountID)
		c.displays[account]++
		inbox, toldLine := c.lineOf(v.LineID)
		contact, toldContact := c.contacts.ref(v.ContactID)
		agent, toldAgent := c.agents.ref(v.AgentID)
		team, toldTeam := c.teams.ref(v.TeamID)
		status := max(0, slices.Index(conversationStatuses, text(v.Status)))
		var priority *int
		if at := slices.Index(priorities, text(v.Priority)); at >= 0 {
			priority = &at
		}
		told := contract.Conversation{
			ConversationID: *c.conversations.told(v.ConversationID), AccountID: toldAccount, DisplayID: new(strconv.Itoa(c.displays[account])), ContactID: toldContact, LineID: toldLine, AgentID: toldAgent, TeamID: toldTeam,
			Status: &conversationStatuses[status], CreatedAt: v.CreatedAt, FirstResponseAt: v.FirstResponseAt, WaitingSince: v.WaitingSince, UpdatedAt: v.UpdatedAt,
		}
		if priority != nil {
			told.Priority = &priorities[*priority]
		}
		if told.UpdatedAt == nil {
			told.UpdatedAt = &v.CreatedAt
		}
		c.conversation.add(c.conversations.of(v.ConversationID), account, inbox, status, agent, contact, c.displays[account], team, priority, v.FirstResponseAt, v.WaitingSince, v.CreatedAt, *told.UpdatedAt, 0)
		c.told.Conversations = append(c.told.Conversations, told)
	}
}

// lineOf is the inbox of a row: there is always one, be it that nothing describes
// it.
func (c *chatwoot) lineOf(id *string) (int, *string) {
	return c.lines.of(text(id)), c.lines.told(text(id))
}

func templateParams(m contract.Message) object {
	params := object{"name": *m.TemplateName, "processed_params": object{"1": "x"}}
	if text(m.TemplateLanguage) != "" {
		params["language"] = *m.TemplateLanguage
	}
	if text(m.TemplateCategory) != "" {
		params["category"] = strings.ToUpper(*m.TemplateCategory)
	}
	return params
}

var fileTypes = map[string]int{"image": 0, "audio": 1, "video": 2, "document": 3, "location": 4, "contacts": 8}

func (c *chatwoot) writeMessages() {
	for _, m := range c.data.Messages { // who is answered has a number before the answer
		if c.recipients.get(m.MessageID) == 0 {
			c.messages.of(m.MessageID)
		}
	}
	for _, m := range c.data.Messages {
		if c.recipients.get(m.MessageID) > 0 {
			c.writeRecipient(m)
		} else {
			c.writeMessage(m)
		}
	}
}

func (c *chatwoot) writeMessage(m contract.Message) {
	id := c.messages.of(m.MessageID)
	thread := c.threads[text(m.ConversationID)]
	var threadAccount *string
	told := contract.Message{MessageID: strconv.Itoa(id), Sequence: new(int64(id)), Direction: "inbound", AuthorKind: new("contact"), CreatedAt: m.CreatedAt, UpdatedAt: m.UpdatedAt,
		Body: optional(text(m.Body)), ContentType: new("text"), ProviderMessageID: optional(text(m.ProviderMessageID)), IsReferral: new(false)}
	if thread != nil {
		threadAccount = thread.AccountID
		_, told.ContactID = c.contacts.ref(thread.ContactID)
	}
	var account int
	account, told.AccountID = c.accountOf(m.AccountID, threadAccount)
	inbox, line := c.lineOf(m.LineID)
	told.LineID = line
	told.ConversationID = c.conversations.told(text(m.ConversationID))
	if told.UpdatedAt == nil {
		told.UpdatedAt = &m.CreatedAt
	}
	kind := c.channels[text(m.LineID)]
	attributes, additional := object{}, object{}
	messageType, contentType, status := 0, 0, 0
	var senderType *string
	var sender *int
	if text(m.ContentType) == "interactive" {
		contentType, told.ContentType = 4, new("interactive")
	}
	if text(m.ContentType) == "sticker" {
		contentType, told.ContentType = 11, new("sticker")
	}
	if m.Direction == "outbound" {
		messageType = 1
		told.Direction = "outbound"
		told.AuthorKind, senderType, sender = c.author(m, &messageType, attributes, additional, &told)
		if text(m.TemplateName) != "" {
			additional["template_params"] = templateParams(m)
			told.TemplateName, told.TemplateLanguage, told.TemplateCategory = m.TemplateName, optional(text(m.TemplateLanguage)), optional(strings.ToLower(text(m.TemplateCategory)))
			told.ContentType = new("template")
		}
		if text(m.CampaignID) != "" {
			_, told.CampaignID = c.campaigns.ref(m.CampaignID)
			additional["campaign_id"] = c.campaigns.of(*m.CampaignID)
		}
		status = c.deliver(m, kind, attributes, &told)
		if _, asks := c.surveys[m.MessageID]; asks {
			contentType, told.ContentType = 9, new("interactive")
		}
	} else {
		senderType, sender = new("Contact"), nil
		if m.IsReferral != nil && *m.IsReferral {
			attributes["referral"] = object{"source_type": "ad", "source_id": "1"}
			told.IsReferral = new(true)
		}
		if kind == "Channel::Email" {
			contentType, told.ContentType, told.IsReferral = 8, new("text"), new(false)
			attributes["email"] = object{"subject": "Hola \u0000", "text_content": object{"quoted": "{\"referral\": 1}"}}
		}
	}
	_, asks := c.surveys[m.MessageID]
	if strings.EqualFold(text(m.ContentType), "call") && !asks && text(m.TemplateName) == "" && contentType != 8 {
		contentType, told.ContentType, told.Status = 12, new("call"), nil
		attributes["data"] = object{"status": "completed", "call_direction": m.Direction}
	}
	if id%29 == 0 {
		attributes["deleted"] = true // it was a message all the same
	}
	if m.Direction == "outbound" && id%4 == 0 {
		attributes["is_reaction"] = nil // as the edition that keeps reactions says of what is none
	}
	c.answers(m, contentType, attributes, &told)
	if file, ok := fileTypes[text(m.ContentType)]; ok {
		c.attachment.add(file, id, account, m.CreatedAt, m.CreatedAt)
		told.ContentType = m.ContentType
	}
	c.message.add(id, told.Body, account, inbox, c.conversations.of(text(m.ConversationID)), messageType, false, status, told.ProviderMessageID, contentType, c.shape(id, attributes), senderType, sender, scalar(id, additional), m.CreatedAt, *told.UpdatedAt)
	c.told.Messages = append(c.told.Messages, told)
}

// strange are attributes that hold nothing that anybody reads, as they were found.
var strange = []any{nil, `"{}"`, `""`, "{}", `"null"`, "[]", `["in_reply_to"]`, "5", `"{\"in_reply_to\"=>7}"`, `"{\"external_error\":\"cut"`, "null", `{"raw":"\ud83d"}`, `"a text about a referral"`}

// shape writes attributes as versions and ways of writing do: an object, a text
// that holds one, or what is neither. Some hold characters that PostgreSQL cannot read.
func (c *chatwoot) shape(id int, attributes object) any {
	if len(attributes) == 0 && id%2 == 1 {
		return strange[id/2%len(strange)]
	}
	if id%6 > 3 {
		attributes = maps.Clone(attributes)
		attributes["raw"] = "a\u0000b\\u0000c 😀"
	}
	if id%2 == 0 {
		return attributes.json()
	}
	return string(appendJSON(nil, attributes.json()))
}

// scalar writes attributes that are empty as an object or as no object at all.
func scalar(id int, attributes object) any {
	if len(attributes) > 0 {
		return attributes.json()
	}
	return []any{"{}", "[]", "5", `"{}"`, "null", nil, "true"}[id%7]
}

// author says who wrote an outbound message.
func (c *chatwoot) author(m contract.Message, messageType *int, attributes, additional object, told *contract.Message) (kind, senderType *string, sender *int) {
	campaign := text(m.CampaignID) != ""
	switch text(m.AuthorKind) {
	case "agent":
		kind, senderType = new("agent"), new("User")
		sender, told.AgentID = c.agents.ref(m.AgentID)
		byHand := !campaign && text(m.TemplateName) == "" && slices.Contains(reports, c.channels[text(m.LineID)]) && slices.Contains([]string{"sent", "read"}, stage(m))
		day := text(m.AgentID) + m.CreatedAt.UTC().Format(time.DateOnly)
		if byHand && c.wrote[day] && c.messages.of(m.MessageID)%3 == 0 { // in the app of the channel
			senderType, sender, told.AgentID = nil, nil, nil
			attributes["external_echo"] = true
		} else {
			c.wrote[day] = true
		}
	case "bot":
		kind, senderType, sender = new("bot"), new("AgentBot"), new(1)
		if c.messages.of(m.MessageID)%3 == 0 {
			senderType = new("Captain::Assistant")
		}
	case "system":
		kind = new("system")
		_, asks := c.surveys[m.MessageID]
		switch n := c.messages.of(m.MessageID); {
		case asks && n%3 == 0: // as a template of WhatsApp
		case text(m.TemplateName) == "" && !campaign && (asks || n%2 == 0):
			*messageType = 3
		default:
			attributes["automation_rule_id"] = 4
		}
	}
	if campaign {
		kind = new("campaign")
	}
	return kind, senderType, sender
}

// reports are the channels that tell what becomes of a message.
var reports = []string{"Channel::Whatsapp", "Channel::TwilioSms", "Channel::Sms", "Channel::FacebookPage", "Channel::Instagram"}

// deliver says how far an outbound message came.
func (c *chatwoot) deliver(m contract.Message, kind string, attributes object, told *contract.Message) int {
	reached := stage(m)
	known := slices.Contains(reports, kind)
	if reached == "pending" && !known {
		reached = "sent"
	}
	switch {
	case reached == "pending":
		told.ProviderMessageID = nil
	case reached == "sent" && known && told.ProviderMessageID == nil:
		told.ProviderMessageID = new("id." + told.MessageID)
	}
	told.Status = &reached
	if reached == "sent" && attributes["external_echo"] != nil {
		return 1 // which is what it begins with
	}
	if reached == "failed" {
		told.ErrorCode, told.ErrorText = nil, externalError(m, c.messages.of(m.MessageID), c.twilio[text(m.LineID)])
		if told.ErrorText != nil {
			attributes["external_error"] = *told.ErrorText
		}
	}
	return map[string]int{"pending": 0, "sent": 0, "delivered": 1, "read": 2, "failed": 3}[reached]
}

// externalError writes a failure as the channels do, or nil if nothing is known of it.
// Some channels leave the code out, some write nothing else.
func externalError(m contract.Message, id int, twilio bool) *string {
	code, words := text(m.ErrorCode), text(m.ErrorText)
	switch {
	case code == "" && words == "":
		return nil
	case code == "":
		return &words
	}
	forms := []string{"(#%s) %s", "%s: %s", `{"error":{"message":"%[2]s","type":"OAuthException","code":%[1]s,"error_subcode":2494073}}`, "%[2]s (%[1]s)", "%[2]s"}
	if twilio {
		forms = []string{"[HTTP 400] %s : %s", "%s - %s", "Código de error: %[1]s", "%[2]s\nMore information: https://www.twilio.com/docs/errors/%[1]s"}
	}
	return new(fmt.Sprintf(forms[id%len(forms)]+"%.0[1]s%.0[2]s", code, words))
}

// answers says which message is answered: by its id, or by the provider's.
func (c *chatwoot) answers(m contract.Message, contentType int, attributes object, told *contract.Message) {
	named := text(m.InReplyTo)
	if named == "" || contentType == 8 {
		return
	}
	if n := c.messages.get(named); n > 0 {
		attributes["in_reply_to"] = n
		told.InReplyTo = new(strconv.Itoa(n))
		return
	}
	if n := c.recipients.get(named); n > 0 {
		named = campaignMessage(n)
	}
	attributes["in_reply_to_external_id"] = named
	told.InReplyTo = &named
}

// campaignMessage is the provider's id of a message to a campaign's recipient.
func campaignMessage(recipient int) string { return fmt.Sprintf("wamid.campaign.%d", recipient) }

// writeRecipient tells a campaign's template.
func (c *chatwoot) writeRecipient(m contract.Message) {
	id := c.recipients.of(m.MessageID)
	provider := campaignMessage(id)
	account, toldAccount := c.accountOf(m.AccountID)
	inbox, line := c.lineOf(m.LineID)
	campaign, toldCampaign := c.campaigns.ref(m.CampaignID)
	contact, toldContact := c.contacts.ref(m.ContactID)
	reached := stage(m)
	told := contract.Message{
		MessageID: strconv.Itoa(-id), Sequence: new(int64(-id)), AccountID: toldAccount, ContactID: toldContact, LineID: line, Direction: "outbound", AuthorKind: new("campaign"),
		CreatedAt: m.CreatedAt, ContentType: new("template"), Body: optional(text(m.Body)), CampaignID: toldCampaign, ProviderMessageID: &provider, Status: &reached, IsReferral: new(false), UpdatedAt: &m.CreatedAt,
	}
	// The campaign tells the template, one for all its sends.
	if params, described := c.templates[*m.CampaignID]; described {
		told.TemplateName, told.TemplateLanguage, told.TemplateCategory = params.TemplateName, optional(text(params.TemplateLanguage)), optional(strings.ToLower(text(params.TemplateCategory)))
	}
	switch reached {
	case "pending":
		told.Status = new("queued")
	case "failed":
		told.FailedAt = &m.CreatedAt
		told.ErrorCode, told.ErrorText = optional(text(m.ErrorCode)), optional(text(m.ErrorText))
	default:
		told.SentAt = &m.CreatedAt
		if reached != "sent" {
			told.DeliveredAt = m.DeliveredAt
		}
		if reached == "read" {
			told.ReadAt = m.ReadAt
		}
	}
	status := map[string]int{"pending": 0, "sent": 2, "delivered": 3, "read": 4, "failed": 5}[reached]
	c.recipient.add(id, account, campaign, contact, inbox, provider, status, told.ErrorCode, told.ErrorText, told.Body, told.SentAt, told.DeliveredAt, told.ReadAt, told.FailedAt, m.CreatedAt, m.CreatedAt)
	c.told.Messages = append(c.told.Messages, told)
}

func (c *chatwoot) writeRatings() {
	for _, m := range c.data.Messages {
		s, asks := c.surveys[m.MessageID]
		if !asks {
			continue
		}
		thread := c.threads[*s.ConversationID]
		told := contract.CSAT{ConversationID: c.conversations.told(thread.ConversationID), SentAt: &m.CreatedAt}
		_, told.ContactID = c.contacts.ref(thread.ContactID)
		if s.Rating != nil {
			account, _ := c.accountOf(thread.AccountID)
			contact, toldContact := c.contacts.ref(s.ContactID)
			agent, toldAgent := c.agents.ref(s.AgentID)
			answered := m.CreatedAt
			if s.AnsweredAt != nil && s.AnsweredAt.After(answered) {
				answered = *s.AnsweredAt
			}
			told.ContactID, told.AgentID, told.Rating, told.Comment, told.AnsweredAt = toldContact, toldAgent, s.Rating, optional(text(s.Comment)), &answered
			c.response.add(account, c.conversations.of(thread.ConversationID), c.messages.of(m.MessageID), *s.Rating, told.Comment, *contact, agent, answered, answered)
		}
		c.told.CSAT = append(c.told.CSAT, told)
	}
}

// writeOrphans writes the answers whose survey was deleted.
func (c *chatwoot) writeOrphans() {
	for _, s := range c.orphans {
		thread := c.threads[*s.ConversationID]
		account, _ := c.accountOf(thread.AccountID)
		contact, toldContact := c.contacts.ref(s.ContactID)
		agent, toldAgent := c.agents.ref(s.AgentID)
		c.response.add(account, c.conversations.of(thread.ConversationID), 2_000_000_000+c.lost, *s.Rating, optional(text(s.Comment)), *contact, agent, *s.AnsweredAt, *s.AnsweredAt)
		c.lost++
		c.told.CSAT = append(c.told.CSAT, contract.CSAT{
			ConversationID: c.conversations.told(thread.ConversationID), ContactID: toldContact, AgentID: toldAgent, Rating: s.Rating, Comment: optional(text(s.Comment)), AnsweredAt: s.AnsweredAt,
		})
	}
}

var eventNames = map[string]string{
	"resolved": "conversation_resolved", "reopened": "conversation_opened", "first_response": "first_response", "reply": "reply_time",
	"bot_handoff": "conversation_bot_handoff", "bot_resolved": "conversation_bot_resolved",
}

// past is what happened to a conversation before.
type past struct {
	resolved, reopened *time.Time // the last resolution, the first reopening
	opened             bool       // since the last resolution
}

// writeEvents writes the events in the order in which they were recorded. Chatwoot
// measures a resolution from the beginning of the conversation, and an opening from
// the last resolution: the first opening after one is a reopening, any other is the
// first of a conversation that a bot had, or the end of a pause.
func (c *chatwoot) writeEvents() {
	events := slices.Clone(c.data.Events)
	slices.SortStableFunc(events, func(a, b contract.ConversationEvent) int { return a.At.Compare(b.At) })
	var pauses [][]any // openings at the end of one
	for _, e := range events {
		id := text(e.ConversationID)
		thread := c.threads[id]
		if c.pasts[id] == nil {
			c.pasts[id] = &past{}
		}
		before := c.pasts[id]
		account, inbox := 1, (*int)(nil)
		keeps := false
		begin := e.At.Add(-time.Hour)
		if thread != nil {
			account, _ = c.accountOf(thread.AccountID)
			n, _ := c.lineOf(thread.LineID)
			inbox, keeps, begin = &n, c.keeps[text(thread.LineID)], thread.CreatedAt
		}
		conversation, toldConversation := c.conversations.ref(e.ConversationID)
		agent, toldAgent := c.agents.ref(e.AgentID)
		name := eventNames[e.Name]
		told := contract.ConversationEvent{ConversationID: toldConversation, Name: e.Name, At: e.At, Seconds: e.Seconds, AgentID: toldAgent}
		value, start, known := e.Seconds, begin, name != ""
		switch e.Name {
		case "resolved":
			if before.reopened != nil && before.reopened.Before(e.At) {
				told.Seconds = nil
				if thread != nil {
					value = new(e.At.Sub(begin).Seconds())
				}
			}
			before.resolved, before.opened = &e.At, false
		case "reopened":
			value, known = new(0.0), false
			if id != "" && before.resolved != nil {
				start, value = *before.resolved, new(float64(e.At.Unix()-before.resolved.Unix()))
				known = *value > 0 && !before.opened
			}
			if told.Seconds = value; known {
				before.opened = true
				if before.reopened == nil {
					before.reopened = &e.At
				}
				on := e.At.Add(time.Minute)
				pauses = append(pauses, []any{name, *value + 60, 0.0, account, inbox, nil, conversation, start, on, on, on})
			}
		}
		business := 0.0
		if e.BusinessSeconds != nil && keeps {
			business = *e.BusinessSeconds
		}
		if keeps {
			told.BusinessSeconds = &business
		}
		c.event.add(optional(name), value, business, account, inbox, agent, conversation, start, e.At, e.At, e.At)
		if known {
			c.told.Events = append(c.told.Events, told)
		}
	}
	c.event.rows = append(c.event.rows, pauses...)
	for i, v := range c.data.Conversations { // of a bot's conversations the first opening is recorded as well
		if i += c.passed; i%3 == 0 {
			account, _ := c.accountOf(v.AccountID)
			at := v.CreatedAt.Add(time.Duration(i%5) * time.Minute)
			c.event.add("conversation_opened", 0.0, 0.0, account, nil, nil, c.conversations.of(v.ConversationID), v.CreatedAt, at, at, at)
		}
	}
}

func (c *chatwoot) writeTags() {
	names, seen := c.tagNames, c.tagged
	for _, t := range c.data.Tags {
		kinds := map[string]numbering{"contact": c.contacts, "conversation": c.conversations}
		owners := kinds[t.Kind]
		key := t.Kind + "\n" + t.OwnerID + "\n" + t.Name
		if owners == nil || t.Name == "" || seen[key] {
			continue
		}
		seen[key] = true
		if names[t.Name] == 0 {
			c.tag.add(names.of(t.Name), t.Name)
			c.label.add(t.Name, 1, epoch, epoch)
		}
		c.tagging.add(names.of(t.Name), strings.ToUpper(t.Kind[:1])+t.Kind[1:], owners.of(t.OwnerID), "labels", epoch)
		// Another context is no label.
		c.tagging.add(names.of(t.Name), "Conversation", owners.of(t.OwnerID), "skills", epoch)
		c.told.Tags = append(c.told.Tags, contract.Tag{Kind: t.Kind, OwnerID: *owners.told(t.OwnerID), Name: t.Name})
	}
}

// writeNoise adds what stands among the messages and is none: private notes, lines
// of activity, reactions, and a group; and a recipient who was skipped.
func (c *chatwoot) writeNoise() {
	next := c.messages.last
	for _, row := range slices.Clone(c.message.rows) {
		switch id := row[0].(int); {
		case id%5 == 0:
			next++
			c.message.add(next, "a note", row[2], row[3], row[4], 1, true, 0, nil, 0, "{}", new("User"), new(1), "{}", row[14], row[14])
		case id%7 == 0:
			next++
			c.message.add(next, "was resolved", row[2], row[3], row[4], 2, false, 0, nil, 0, "{}", nil, nil, "{}", row[14], row[14])
		case id%13 == 0: // a call with its recording
			next++
			c.message.add(next, "Voice Call", row[2], row[3], row[4], 1, false, id%4, nil, 12, c.shape(next, object{"data": object{"call_direction": "outbound"}}), nil, nil, "{}", row[14], row[14])
			c.attachment.add(1, next, row[2], row[14], row[14])
		case id%11 == 0:
			next++
			c.message.add(next, "👍", row[2], row[3], row[4], id%2, false, 0, "reaction", 0, c.shape(next, object{"in_reply_to": id, "is_reaction": true}), nil, nil, "{}", row[14], row[14])
		}
	}
	c.messages.last = next
}

// writeStrangers adds a group, and what points to nothing.
func (c *chatwoot) writeStrangers() {
	next := c.messages.last
	group, conversation, at := len(c.contacts)+1, len(c.conversations)+1, End.AddDate(0, 0, -3)
	c.contact.add(group, "A group", nil, "", "{}", 1, at, at, 1)
	c.conversation.add(conversation, 1, 1, 0, 1, group, 100000, nil, nil, at, nil, at, at, 1)
	for i := range 20 {
		next++
		c.message.add(next, "to all", 1, 1, conversation, i%2, false, 0, nil, 0, "{}", nil, nil, "{}", at, at)
	}
	for range 2 {
		next++
		c.message.add(next, "a survey", 1, 1, conversation, 3, false, 0, nil, 9, "{}", nil, nil, "{}", at, at)
	}
	c.response.add(1, conversation, next, 5, nil, group, 1, at, at)
	c.event.add("conversation_resolved", 60.0, 0.0, 1, 1, 1, conversation, at, at, at, at)
	// Labels that are gone, and of what is gone.
	c.tagging.add(1_000_000, "Conversation", 1, "labels", epoch)
	c.tagging.add(1_000_001, "Contact", 9_000_000, "labels", epoch)
	c.recipient.add(c.recipients.last+1, 1, 999, 1, 1, nil, 1, nil, nil, nil, nil, nil, nil, nil, End, End)
}
