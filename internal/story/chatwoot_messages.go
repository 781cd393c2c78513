package story

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/parley-reports/parley/internal/contract"
)

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

// reports are the channels that report the status of a message.
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
