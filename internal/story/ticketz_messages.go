package story

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/parley-reports/parley/internal/contract"
)

// keyOf is the id that WhatsApp would have given the message.
func (z *ticketz) keyOf(id string) string { return fmt.Sprintf("3EB0%08X", z.messages.of(id)) }

var (
	// Written as newer versions do, and as older ones did for some.
	mediaTypes = map[string][]string{
		"image": {"image", "imageMessage"}, "audio": {"audio", "audioMessage"}, "video": {"video", "videoMessage"}, "document": {"application", "documentMessage"},
		"sticker": {"stickerMessage"}, "location": {"locationMessage", "liveLocationMessage"}, "contacts": {"contactMessage", "vcard"}, "interactive": {"listMessage", "buttonsResponseMessage"},
	}
	acks = map[string]int{"failed": -1, "pending": 1, "sent": 2, "delivered": 3, "read": 4}
)

func (z *ticketz) writeMessages() {
	for _, m := range z.data.Messages {
		key := z.keyOf(m.MessageID)
		z.ticketOf.put(key, *m.ConversationID)
		z.keys.put(m.MessageID, key)
		if text(m.ProviderMessageID) != "" {
			z.keys.put(*m.ProviderMessageID, key)
		}
	}
	for _, m := range z.data.Messages {
		n, key := z.messages.of(m.MessageID), z.keyOf(m.MessageID)
		account, ticket := z.accountOf(m.AccountID), z.tickets.of(*m.ConversationID)
		told := contract.Message{
			MessageID: fmt.Sprintf("%d:%s", ticket, key), AccountID: new(strconv.Itoa(account)), ConversationID: new(strconv.Itoa(ticket)), Direction: m.Direction, AuthorKind: new("contact"),
			CreatedAt: m.CreatedAt, ContentType: new("text"), ProviderMessageID: &key, UpdatedAt: m.UpdatedAt,
		}
		contact, toldContact := z.contacts.ref(m.ContactID)
		told.ContactID = toldContact
		_, told.LineID = z.lines.ref(m.LineID)
		if told.UpdatedAt == nil {
			told.UpdatedAt = &m.CreatedAt
		}
		var mediaType, mediaURL *string
		if words := mediaTypes[text(m.ContentType)]; words != nil {
			mediaType, told.ContentType = &words[n%len(words)], m.ContentType
		} else if strings.EqualFold(text(m.ContentType), "call") {
			mediaType, told.ContentType = new("call_log"), new("call")
		} else if n%5 == 0 {
			mediaType = new("conversation")
		}
		if mediaType != nil && n%2 == 0 {
			mediaURL = new("media/file")
		}
		body, ack := text(m.Body), 0
		var failure any
		channel := cmp.Or(z.channels[text(m.LineID)], "whatsapp")
		if m.Direction == "outbound" {
			contact, told.PriceUSD = nil, new(0.0)
			body = z.author(m, n, body, &told)
			reached := stage(m)
			ack = acks[reached]
			if channel == "whatsapp" {
				if reached == "read" && text(m.ContentType) == "audio" {
					ack, reached = 5, "played"
				}
				told.Status = &reached
				if reached == "failed" && n%4 != 0 {
					words := text(m.ErrorText)
					if code := text(m.ErrorCode); code != "" && n%3 == 0 {
						words += " (" + code + ")"
					}
					told.ErrorCode, told.ErrorText = new("ZAPITU-0"), optional(words)
					failure = object{"code": *told.ErrorCode, "message": told.ErrorText, "rawPayload": object{"status": 0}}.json()
				}
			}
		}
		told.Body = optional(body)
		var quoted *string
		if text(m.InReplyTo) != "" {
			at := cmp.Or(z.keys.get(*m.InReplyTo), "OUT"+*m.InReplyTo)
			told.InReplyTo, quoted = &at, &at
			if z.ticketOf.get(at) != *m.ConversationID { // a copy comes along
				quoted = new(fmt.Sprintf("%s-%d", at, ticket))
				z.copyOf(*quoted, ticket, account, n, m.CreatedAt)
			}
		}
		z.message.add(key, body, ack, m.Direction == "outbound", mediaType, mediaURL, ticket, m.CreatedAt, *told.UpdatedAt, m.Direction == "outbound", n%11 == 0, contact, quoted, account, channel, n%13 == 0, failure)
		z.told.Messages = append(z.told.Messages, told)
	}
}

// copyOf writes a message of another ticket that is quoted in this one, once.
func (z *ticketz) copyOf(id string, ticket, account, n int, at time.Time) {
	if !z.copies[id] {
		z.copies[id] = true
		z.message.add(id, "quoted", 0, true, nil, nil, ticket, at, at, n%2 == 0, false, nil, nil, account, "whatsapp", false, nil)
	}
}

// author says who wrote an outbound message, and returns its text with the mark
// that tells so.
func (z *ticketz) author(m contract.Message, n int, body string, told *contract.Message) string {
	accepted := slices.ContainsFunc(z.rounds[*m.ConversationID], func(r *round) bool { return r.accepted(m.CreatedAt) })
	switch kind := text(m.AuthorKind); {
	case kind == "campaign":
		told.AuthorKind = new("campaign")
		return "\u200c" + body
	case (kind == "bot" || kind == "system") && (accepted || n%4 != 0):
		told.AuthorKind = new("bot")
		return "\u200e" + body
	case accepted:
		told.AuthorKind = new("agent")
	default:
		told.AuthorKind = nil
	}
	return body
}

// writeReactions adds reactions to messages, and what else no report may count.
func (z *ticketz) writeReactions() {
	for n, row := range slices.Clone(z.message.rows) {
		if n += z.message.taken; n%20 == 0 {
			reaction := slices.Clone(row)
			reaction[0], reaction[1], reaction[4], reaction[5] = fmt.Sprintf("REACTION%d", n), "👍", []string{"reactionMessage", "protocolMessage", "pollUpdateMessage"}[n/20%3], nil
			z.message.rows = append(z.message.rows, reaction)
		}
	}
}

// writeNoise adds what no report may count: a group with its ticket, notes, and what is
// left of a ticket that was deleted.
func (z *ticketz) writeNoise() {
	z.setting.add("openAiKey", "secret", epoch, epoch, 1)
	group, ticket := len(z.contacts)+1, len(z.tickets)+1
	at := End.AddDate(0, 0, -3)
	z.contact.add(group, "A group", "120363000000000000", at, at, true, 1, "whatsapp")
	z.ticket.add(ticket, "open", group, nil, at, at, 1, true, nil, 1, "00000000-0000-4000-9000-000000000000", "whatsapp")
	z.tracking.add(ticket, 1, 1, nil, at, at, at, at, at.Add(time.Hour), at.Add(time.Hour), true, false, at)
	z.rating.add(ticket, 1, nil, 1, at.Add(2*time.Hour), at)
	z.contactTag.add(group, 1, at, at)
	for i := range 20 {
		z.message.add(fmt.Sprintf("GROUP%d", i), "to all", 4, true, nil, nil, ticket, at, at, i%2 == 0, false, 1, nil, 1, "whatsapp", false, nil)
	}
	z.note.add("a note", 1, 1, at, at)
	z.tracking.add(nil, 1, 1, nil, at, at, at, at, at.Add(time.Hour), at.Add(time.Hour), true, false, nil)
	z.rating.add(nil, 1, nil, 1, at, at)
}
