package story

import (
	"cmp"
	"context"
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/parley-reports/parley/internal/contract"
	"github.com/parley-reports/parley/pkg/source"
)

//go:embed evolution.sql
var evolutionSQL string

// Evolution tells the rows in the tables of Evolution API. An instance is one line
// of one account, and what Evolution calls a client is the account. It keeps no
// conversations, agents, teams or campaigns, and times of whole seconds.
func Evolution(ctx context.Context, conn *pgx.Conn, schema string, data contract.Data) (contract.Data, error) {
	return whole(ctx, conn, schema, evolutionSQL, newEvolution(), data)
}

type evolution struct {
	told contract.Data

	contacts []contract.Contact
	tags     []contract.Tag
	lines    map[string]contract.Line
	onCloud  map[string]bool
	names    map[string]bool // of instances
	accounts map[string]bool

	numbers, people numbering
	messages        recent
	instances       map[string]*instance // by account and line
	order           []*instance
	phones          map[string]string      // the digits of those whose number is known
	taken           map[string]bool        // numbers
	templates       map[string]*string     // categories, by name
	known           map[string][]*instance // that know a contact
	wrote           map[string]bool        // contacts who wrote

	instance, session, chat, contact, message, update, label, template, onApp *table
}

func newEvolution() *evolution {
	return &evolution{
		lines: map[string]contract.Line{}, onCloud: map[string]bool{}, names: map[string]bool{}, accounts: map[string]bool{}, phones: map[string]string{}, taken: map[string]bool{},
		numbers: numbering{}, people: numbering{}, templates: map[string]*string{}, instances: map[string]*instance{}, known: map[string][]*instance{}, wrote: map[string]bool{},
		instance: &table{name: "Instance", columns: []string{"id", "name", "ownerJid", "integration", "number", "token", "clientName"}},
		session:  &table{name: "IntegrationSession", columns: []string{"id", "sessionId", "remoteJid", "status", "updatedAt", "instanceId"}},
		chat:     &table{name: "Chat", columns: []string{"id", "remoteJid", "name", "labels", "instanceId"}},
		contact:  &table{name: "Contact", columns: []string{"id", "remoteJid", "pushName", "createdAt", "updatedAt", "instanceId"}},
		message:  &table{name: "Message", columns: []string{"id", "key", "pushName", "messageType", "message", "contextInfo", "source", "messageTimestamp", "instanceId", "sessionId", "status"}},
		update:   &table{name: "MessageUpdate", columns: []string{"id", "keyId", "remoteJid", "fromMe", "status", "messageId", "instanceId"}},
		label:    &table{name: "Label", columns: []string{"id", "labelId", "name", "color", "updatedAt", "instanceId"}},
		template: &table{name: "Template", columns: []string{"id", "templateId", "name", "template", "updatedAt", "instanceId"}},
		onApp:    &table{name: "IsOnWhatsapp", columns: []string{"id", "remoteJid", "jidOptions", "updatedAt", "lid"}},
	}
}

func (e *evolution) tables() []*table {
	return []*table{e.instance, e.session, e.chat, e.contact, e.message, e.update, e.label, e.template, e.onApp}
}

func (e *evolution) rows() *contract.Data { return &e.told }

// part writes the messages of a part of the data.
func (e *evolution) part(data contract.Data) {
	data.Messages = slices.Clone(data.Messages)
	for i := range data.Messages {
		data.Messages[i].CreatedAt = data.Messages[i].CreatedAt.Truncate(time.Second)
	}
	sortMessages(data.Messages)
	e.contacts, e.tags = append(e.contacts, data.Contacts...), append(e.tags, data.Tags...)
	e.describeLines(data)
	e.describePeople(data.Contacts)
	for _, m := range data.Messages {
		e.tell(m)
	}
}

// finish writes what is known when all messages are told.
func (e *evolution) finish(func()) {
	e.list()
	e.writeContacts()
	e.writeTags()
}

// instance is one line of one account.
type instance struct {
	id, integration, number string
	account                 *string
}

const (
	baileys   = "WHATSAPP-BAILEYS"
	cloud     = "WHATSAPP-BUSINESS"
	universal = "EVOLUTION"
)

// cuid is an id as Prisma makes them. They sort like their numbers.
func cuid(kind string, n int) string { return fmt.Sprintf("cm%s%018d", kind, n) }

// OnCloud tells whether the line of that place among the lines hangs on the Cloud
// API, if it is one of WhatsApp; the others hang on a phone.
func OnCloud(place int) bool { return place%2 == 0 }

// describeLines makes the instances.
func (e *evolution) describeLines(data contract.Data) {
	for place, l := range data.Lines {
		e.lines[l.LineID], e.onCloud[l.LineID] = l, OnCloud(place)
	}
	for _, m := range data.Messages {
		key := text(m.AccountID) + "\n" + text(m.LineID)
		if e.instances[key] != nil {
			continue
		}
		n := len(e.instances) + 1
		i := &instance{id: cuid("i", n), account: optional(text(m.AccountID)), integration: baileys, number: fmt.Sprintf("55110000%04d", n)}
		e.instances[key], e.order = i, append(e.order, i)
		line := e.lines[text(m.LineID)]
		told := contract.Line{LineID: i.id, Name: optional(text(line.Name)), Channel: new("whatsapp")}
		number := i.number
		var owner *string
		switch {
		case line.LineID != "" && text(line.Channel) != "whatsapp":
			i.integration, told.Channel, told.Number = universal, new("other"), new("+"+number)
		case e.onCloud[line.LineID]:
			i.integration = cloud
		default:
			owner, told.Number = new(number+":7@s.whatsapp.net"), new("+"+number)
		}
		if told.Name == nil || e.names[*told.Name] { // names are unique
			told.Name = new(fmt.Sprintf("instance %d", n))
		}
		e.names[*told.Name] = true
		e.instance.add(i.id, *told.Name, owner, i.integration, number, "secret"+number, i.account)
		e.told.Lines = append(e.told.Lines, told)
		if i.account != nil && !e.accounts[*i.account] {
			e.accounts[*i.account] = true
			e.told.Accounts = append(e.told.Accounts, contract.Account{AccountID: *i.account, Name: i.account})
		}
	}
}

// describePeople finds out whose number is known: nobody else has the same.
func (e *evolution) describePeople(contacts []contract.Contact) {
	for _, p := range contacts {
		if number := digits(text(p.Phone)); len(number) >= 8 && !e.taken[number] {
			e.taken[number] = true
			e.phones[p.ContactID] = number
		}
	}
}

// lid is the address that hides a contact's number, jid the one that reports know
// the contact by.
func (e *evolution) lid(id string) string {
	return fmt.Sprintf("%d@lid", 90000000000000+e.people.of(id))
}

func (e *evolution) jid(id string) string {
	if number := e.phones[id]; number != "" {
		return number + "@s.whatsapp.net"
	}
	return e.lid(id)
}

// keyOf writes a message's key, with one of the addresses that versions give to
// those whose number is known.
func (e *evolution) keyOf(m contract.Message, i *instance, n int) object {
	key := object{"id": fmt.Sprintf("3EB0%016X", n), "fromMe": m.Direction == "outbound"}
	id := text(m.ContactID)
	if id == "" {
		return key
	}
	key["remoteJid"] = e.jid(id)
	if e.phones[id] == "" || i.integration != baileys {
		return key
	}
	switch n % 5 {
	case 0: // from 2.3.5 on
		key["remoteJid"], key["remoteJidAlt"], key["addressingMode"] = e.lid(id), e.jid(id), "lid"
	case 1: // before
		key["senderPn"] = e.jid(id)
		if m.Direction != "outbound" {
			key["remoteJid"] = e.lid(id)
		}
	case 3: // with the device
		key["remoteJid"] = e.phones[id] + ":12@s.whatsapp.net"
	case 2: // told by nothing but the list of numbers
		if e.listed(id) {
			key["remoteJid"] = e.lid(id)
		}
	}
	return key
}

// listed tells whether the list of numbers has the contact's LID.
func (e *evolution) listed(id string) bool { return e.phones[id] != "" && e.people.of(id)%2 == 0 }

// list writes the list of numbers.
func (e *evolution) list() {
	for _, p := range e.contacts {
		if e.listed(p.ContactID) {
			e.onApp.add(cuid("w", e.onApp.count()+1), e.jid(p.ContactID), e.jid(p.ContactID)+","+e.lid(p.ContactID), epoch, nil)
		}
	}
}

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

// writeContacts writes whom each instance knows. Some know a contact by the LID
// alone, some have no name.
func (e *evolution) writeContacts() {
	add := func(jid string, name any, created any, instance string) {
		e.contact.add(cuid("c", e.contact.count()+1), jid, name, created, created, instance)
	}
	for _, p := range e.contacts {
		in := slices.Clone(e.known[p.ContactID])
		if len(in) == 0 {
			continue // Evolution knows nobody who never wrote
		}
		slices.SortFunc(in, func(a, b *instance) int { return cmp.Compare(a.id, b.id) })
		told := contract.Contact{ContactID: e.jid(p.ContactID), AccountID: in[0].account, Name: optional(text(p.Name)), CreatedAt: new(epoch)}
		if number := e.phones[p.ContactID]; number != "" {
			told.Phone = new("+" + number)
		}
		// On the Cloud API Evolution keeps no contacts, nor elsewhere one of whom the
		// business alone wrote to.
		in = slices.DeleteFunc(in, func(i *instance) bool { return i.integration == cloud })
		if len(in) == 0 || !e.wrote[p.ContactID] {
			told.Name, told.CreatedAt = nil, nil
			e.told.Contacts = append(e.told.Contacts, told)
			continue
		}
		told.AccountID = in[0].account
		e.told.Contacts = append(e.told.Contacts, told)
		jid := told.ContactID
		if e.listed(p.ContactID) && e.people.of(p.ContactID)%4 == 0 {
			jid = e.lid(p.ContactID)
		}
		for at, i := range in {
			instance := i.id
			switch {
			case at == 0 && told.Name != nil && e.contact.count()%3 > 0: // the name is lost, but for the chat's
				add(jid, []string{"", strings.Split(jid, "@")[0]}[e.contact.count()%3-1], epoch, instance)
				e.chat.add(cuid("h", e.chat.count()+1), jid, *told.Name, nil, instance)
			case at == 0:
				add(jid, told.Name, epoch, instance)
			case told.Name == nil || at%2 == 0:
				add(jid, "", epoch, instance)
			default:
				add(jid, *told.Name, epoch, instance)
			}
		}
	}
	for i, group := range []string{"120363000000000001@g.us", "status@broadcast"} {
		if len(e.order) > 0 {
			add(group, fmt.Sprintf("group %d", i), epoch, e.order[0].id)
		}
	}
}

// writeTags labels the chats of contacts.
func (e *evolution) writeTags() {
	names := numbering{}
	labels := map[string][]string{} // by instance and contact
	made := map[string]bool{}
	var order []string
	for _, t := range e.tags {
		if t.Kind != "contact" || t.Name == "" {
			continue
		}
		var in []string
		for _, i := range e.known[t.OwnerID] {
			in = append(in, i.id)
		}
		if len(in) == 0 {
			continue
		}
		id := fmt.Sprint(names.of(t.Name))
		instance := slices.Min(in)
		if !made[instance+id] {
			made[instance+id] = true
			e.label.add(cuid("l", e.label.count()+1), id, t.Name, "1", epoch, instance)
		}
		key := instance + "\n" + t.OwnerID
		if labels[key] == nil {
			order = append(order, key)
		}
		labels[key] = append(labels[key], id)
		e.told.Tags = append(e.told.Tags, contract.Tag{Kind: "contact", OwnerID: e.jid(t.OwnerID), Name: t.Name})
	}
	for n, key := range order {
		instance, owner, _ := strings.Cut(key, "\n")
		jid := e.jid(owner)
		if e.listed(owner) && n%2 == 0 {
			jid = e.lid(owner)
		}
		// A label that is gone stays in the list.
		e.chat.add(cuid("h", e.chat.count()+1), jid, nil, `["`+strings.Join(append(labels[key], "gone"), `","`)+`"]`, instance)
	}
	slices.SortFunc(e.chat.rows, func(a, b []any) int { return cmp.Compare(a[0].(string), b[0].(string)) })
}
