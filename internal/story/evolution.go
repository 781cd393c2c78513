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
