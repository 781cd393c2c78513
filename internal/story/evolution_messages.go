package story

import (
	"fmt"
	"slices"
	"strings"

	"github.com/parley-reports/parley/internal/contract"
	"github.com/parley-reports/parley/pkg/source"
)

// tell writes a message, with what becomes of it.
func (e *evolution) tell(m contract.Message) {
	i := e.instances[text(m.AccountID)+"\n"+text(m.LineID)]
	n := e.messages.of(m.MessageID)
	own := m.Direction == "outbound"
	key := e.keyOf(m, i, n)
	told := contract.Message{
		MessageID: cuid("m", n), AccountID: i.account, LineID: &i.id, Direction: m.Direction, AuthorKind: new("contact"), CreatedAt: m.CreatedAt,
		ProviderMessageID: new(key["id"].(string)), IsReferral: new(false),
	}
	if text(m.ContactID) != "" {
		told.ContactID = new(e.jid(*m.ContactID))
		if known := e.known[*m.ContactID]; !slices.Contains(known, i) {
			e.known[*m.ContactID] = append(known, i)
		}
		e.wrote[*m.ContactID] = e.wrote[*m.ContactID] || !own
	}
	context := object{}
	if answered := text(m.InReplyTo); answered != "" {
		if at := e.messages.get(answered); at > 0 {
			answered = fmt.Sprintf("3EB0%016X", at)
		}
		context["stanzaId"], told.InReplyTo = answered, &answered
	}
	device, session := "unknown", (*string)(nil)
	if own {
		device, session = e.author(m, i, n, &told)
		if i.integration == baileys {
			told.PriceUSD = new(0.0)
		}
	}
	if !own && i.integration == baileys && m.IsReferral != nil && *m.IsReferral {
		told.IsReferral = new(true)
		context["externalAdReply"] = object{"title": "Oferta", "sourceType": []string{"ad", "post"}[n%2], "sourceId": "120", "ctwaClid": "A1"}
	} else if !own && n%11 == 0 {
		context["externalAdReply"] = object{"title": "a link that somebody sent", "sourceUrl": "https://example.org"}
	}
	kind, content := e.content(m, i, n, &told)
	var status *string
	if own {
		status = e.deliver(m, i, key, &told)
	} else {
		status = new([]string{"DELIVERY_ACK", "READ"}[n%2])
	}
	var contextInfo any
	if len(context) > 0 {
		contextInfo = context.json()
	}
	name := "Você"
	if !own {
		name = "somebody"
	}
	row := []any{told.MessageID, key.json(), name, kind, content.json(), contextInfo, device, int32(m.CreatedAt.Unix()), i.id, session, status}
	e.message.add(row...)
	e.told.Messages = append(e.told.Messages, told)
	e.noise(row, key, i, n, text(m.ContactID))
}

// author says by what an own message was written, where that shows.
func (e *evolution) author(m contract.Message, i *instance, n int, told *contract.Message) (device string, session *string) {
	told.AuthorKind = nil
	if text(m.AuthorKind) == "bot" {
		id := cuid("s", n)
		e.session.add(id, "1", "x@s.whatsapp.net", "opened", m.CreatedAt, i.id)
		told.AuthorKind, session = new("bot"), &id
	}
	if i.integration != baileys {
		return "unknown", session
	}
	if text(m.AuthorKind) == "agent" {
		told.AuthorKind = new("agent")
		return []string{"ios", "android", "desktop"}[n%3], nil
	}
	return []string{"web", "unknown"}[n%2], session
}

// content writes what a message holds, in the shapes of its channel.
func (e *evolution) content(m contract.Message, i *instance, n int, told *contract.Message) (kind string, content object) {
	body := text(m.Body)
	if body == "" {
		body = "…"
	}
	told.Body, told.ContentType = &body, new("text")
	payload := text(m.ButtonPayload)
	own := m.Direction == "outbound"
	switch kind := strings.ToLower(strings.TrimSpace(text(m.ContentType))); {
	case slices.Contains(source.CallTypes(), kind):
		told.ContentType, told.Body = new("call"), nil
		return "callLogMesssage", object{"callLogMesssage": object{"isVideo": false, "callOutcome": "MISSED"}}
	case slices.Contains(source.NoMessageTypes(), kind):
		told.ContentType = &kind
		return nothing(n)
	}
	switch {
	case own && i.integration == cloud && text(m.TemplateName) != "":
		name := *m.TemplateName
		told.ContentType, told.TemplateName, told.Body = new("template"), &name, new("▶️"+name+"◀️")
		told.TemplateCategory = e.category(m, i)
		return "conversation", object{"conversation": *told.Body}
	case !own && payload != "" && i.integration == baileys:
		told.ButtonPayload = &payload
		return button(n, body, payload, told)
	case !own && payload != "" && i.integration == cloud:
		told.ButtonPayload, told.ContentType = &body, new([]string{"button", "interactive"}[n%2])
		return []string{"buttonMessage", "interactiveMessage"}[n%2], object{"conversation": body}
	}
	switch media := text(m.ContentType); media {
	case "image", "video", "document":
		told.ContentType = &media
		kind, content = media+"Message", object{media + "Message": object{"url": "https://mmg.whatsapp.net/x", "caption": body}}
		if media == "document" && n%2 == 0 {
			content = object{"documentWithCaptionMessage": object{"message": content}}
			kind, content = "ephemeralMessage", object{"ephemeralMessage": object{"message": content}}
		}
		return kind, content
	case "audio", "sticker":
		told.ContentType, told.Body = &media, nil
		return media + "Message", object{media + "Message": object{"url": "https://mmg.whatsapp.net/x"}}
	case "location":
		told.ContentType = &media
		return "locationMessage", object{"locationMessage": object{"degreesLatitude": 1.5, "name": body}}
	case "contacts":
		told.ContentType = &media
		if own && i.integration == cloud { // what it sends has the type of a text
			return "conversation", object{"contactMessage": object{"displayName": body, "vcard": "BEGIN:VCARD"}}
		}
		return "contactMessage", object{"contactMessage": object{"displayName": body, "vcard": "BEGIN:VCARD"}}
	case "interactive":
		told.ContentType = &media
		return "listMessage", object{"listMessage": object{"title": body, "buttonText": "Ver"}}
	}
	switch n % 10 {
	case 0:
		return "extendedTextMessage", object{"extendedTextMessage": object{"text": body}}
	case 1:
		return "ephemeralMessage", object{"ephemeralMessage": object{"message": object{"conversation": body}}}
	case 2: // wrappers in wrappers
		return "ephemeralMessage", object{"ephemeralMessage": object{"message": object{"viewOnceMessageV2": object{"message": object{"extendedTextMessage": object{"text": body}}}}}}
	}
	return "conversation", object{"conversation": body, "messageContextInfo": object{"messageSecret": "…"}}
}

// nothing is the content of a row that is no message, some of it in wrappers.
func nothing(n int) (kind string, content object) {
	kind = []string{"reactionMessage", "pollUpdateMessage", "pinInChatMessage", "keepInChatMessage", "protocolMessage", "encReactionMessage"}[n%6]
	content = object{kind: object{"key": object{"id": "3EB0", "fromMe": true}, "text": "👍"}}
	for _, wrapper := range []string{"viewOnceMessage", "documentWithCaptionMessage", "ephemeralMessage"}[n%4%3:] {
		if n%4 == 0 {
			break
		}
		kind, content = wrapper, object{wrapper: object{"message": content}}
	}
	return kind, content
}

// button is a click, in the shapes that WhatsApp has had for it.
func button(n int, body, payload string, told *contract.Message) (kind string, content object) {
	told.ContentType = new("button")
	switch n % 4 {
	case 0:
		return "buttonsResponseMessage", object{"buttonsResponseMessage": object{"selectedButtonId": payload, "selectedDisplayText": body}}
	case 1:
		return "templateButtonReplyMessage", object{"templateButtonReplyMessage": object{"selectedId": payload, "selectedDisplayText": body}}
	}
	told.ContentType = new("interactive")
	if n%4 == 2 || strings.ContainsAny(payload, `"\`) {
		return "listResponseMessage", object{"listResponseMessage": object{"title": body, "singleSelectReply": object{"selectedRowId": payload}}}
	}
	return "interactiveResponseMessage", object{"interactiveResponseMessage": object{
		"body": object{"text": body}, "nativeFlowResponseMessage": object{"name": "quick_reply", "paramsJson": `{"display": "x", "id": "` + payload + `"}`},
	}}
}

// category is the one of a template that was made here: names are unique, so it
// belongs to the instance that first used it.
func (e *evolution) category(m contract.Message, i *instance) *string {
	key := *m.TemplateName + "\n" + i.id
	if _, ok := e.templates[*m.TemplateName]; !ok {
		category := optional(strings.ToLower(text(m.TemplateCategory)))
		e.templates[*m.TemplateName], e.templates[key] = nil, category
		if category != nil {
			id := cuid("t", e.template.count()+1)
			e.template.add(id, id, *m.TemplateName, object{"id": "1", "status": "PENDING", "category": strings.ToUpper(*category)}.json(), epoch, i.id)
		}
	}
	return e.templates[key]
}

// deliver writes what became of an own message: all that came, in any order.
func (e *evolution) deliver(m contract.Message, i *instance, key object, told *contract.Message) (status *string) {
	if i.integration == universal {
		return nil // nobody tells
	}
	reached := stage(m)
	told.Status = &reached
	words := map[string][]string{
		"pending": nil, "sent": {"SERVER_ACK"}, "delivered": {"DELIVERY_ACK", "SERVER_ACK"}, "read": {"READ", "DELIVERY_ACK", "SERVER_ACK"}, "failed": {"SERVER_ACK", "ERROR"},
	}[reached]
	if i.integration == cloud {
		words = map[string][]string{
			"pending": nil, "sent": {"SENT"}, "delivered": {"SENT", "DELIVERED"}, "read": {"READ", "SENT"}, "failed": {"FAILED"},
		}[reached]
	}
	n := e.messages.of(m.MessageID)
	first := "PENDING"
	switch {
	case n%13 == 0: // changed or withdrawn later, which tells nothing of its way
		words = append(slices.Clone(words), []string{"EDITED", "DELETED"}[n%2])
	case reached == "read" && n%7 == 0:
		words = append(slices.Clone(words), "PLAYED", "ERROR")
	case reached != "pending" && n%17 == 0 && i.integration == baileys: // from the phone's history
		first, words = words[len(words)-1], words[:len(words)-1]
	}
	jid, _ := key["remoteJid"].(string)
	for _, word := range words {
		e.update.add(cuid("u", e.update.count()+1), key["id"], jid, i.integration == baileys, word, told.MessageID, i.id)
	}
	return &first
}

// noise adds what stands among the messages and is none, or is none that the
// business has with somebody; and some messages a second time.
func (e *evolution) noise(row []any, key object, i *instance, n int, contact string) {
	another := func(jid, kind string, content object) {
		other := slices.Clone(row)
		changed := object{"id": fmt.Sprintf("NOISE%d", e.message.count()), "fromMe": key["fromMe"], "remoteJid": jid}
		other[0], other[1], other[3], other[4] = row[0].(string)+"noise", changed.json(), kind, content.json()
		e.message.add(other...)
	}
	jid, _ := key["remoteJid"].(string)
	greeting := object{"conversation": "¡Hola a todos!"}
	switch n % 23 {
	case 0:
		another("120363000000000001@g.us", "conversation", greeting)
	case 1:
		another("status@broadcast", "extendedTextMessage", greeting)
	case 2:
		another("120363000000000002@newsletter", "conversation", greeting)
	case 3:
		another(jid, "reactionMessage", object{"reactionMessage": object{"text": "👍"}})
	case 4:
		another(jid, "protocolMessage", object{"protocolMessage": object{"type": "REVOKE"}})
	case 5: // stored again, at the same or a later time, with another address
		again := slices.Clone(row)
		again[0], again[7] = row[0].(string)+"again", row[7].(int32)+int32(n%4)*int32(n%97)*1811
		if jid != "" && i.integration == baileys && n%3 > 0 {
			other := object{"id": key["id"], "fromMe": key["fromMe"], "remoteJid": e.lid(contact)}
			again[1] = other.json()
		}
		e.message.add(again...)
		e.hand(row[0], again[0])
		for range n % 5 {
			again = slices.Clone(again)
			again[0], again[7], again[10] = again[0].(string)+"x", again[7].(int32)+60, "EDITED"
			e.message.add(again...)
		}
	case 10:
		if i.integration == baileys { // notes to oneself
			another(i.number+[]string{"", ":3"}[n%2]+"@s.whatsapp.net", "conversation", greeting)
		}
	case 11:
		another("0@s.whatsapp.net", "conversation", greeting)
	case 12:
		kind, content := nothing(n)
		another(jid, kind, content)
	case 9: // what could not be read at first came as something else before
		before := slices.Clone(row)
		before[0], before[3], before[4] = "ck"+row[0].(string), []string{"unknown", "protocolMessage"}[n%2], object{}.json()
		e.message.add(before...)
		e.hand(row[0], before[0])
	case 6, 7, 8:
		if i.integration == cloud && key["fromMe"] == true { // there a reaction has the type of a text
			another(jid, "conversation", object{"reactionMessage": object{"text": "👍"}})
		}
	}
}

// hand gives the updates of a message, which were written last, to its twin.
func (e *evolution) hand(message, twin any) {
	for _, row := range slices.Backward(e.update.rows) {
		if row[5] != message {
			return
		}
		row[5] = twin
	}
}
