package story

import (
	"cmp"
	"context"
	_ "embed"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/parley-reports/parley/internal/contract"
	"github.com/parley-reports/parley/pkg/source"
)

//go:embed webhook.sql
var webhookSQL string

// Webhook tells the messages in the bodies of the WhatsApp Cloud API's webhooks, all
// lines being WhatsApp's. What was sent is told by its statuses alone, so what never
// got one is left out; conversations, agents and campaigns have no webhooks. Some
// webhooks come twice, late, or several in one body.
func Webhook(ctx context.Context, conn *pgx.Conn, schema string, data contract.Data) (contract.Data, error) {
	return whole(ctx, conn, schema, webhookSQL, newWebhook(), data)
}

type webhook struct {
	told     contract.Data
	position recent                      // numbers of the messages, from 1
	known    map[string]contract.Contact // who has written or got no message yet
	lines    numbering
	accounts numbering
	persons  map[string]*person
	taken    map[string]bool // numbers
	// Of what was told: the lines, the accounts, the accounts of contacts, and who wrote.
	toldLines, toldAccounts, named map[string]bool
	accountOfContact               map[string]string

	values []*value
	passed int // values before these
	table  *table
	// waiting are rows that were received after all that was told so far.
	waiting [][]any
}

func newWebhook() *webhook {
	return &webhook{
		known: map[string]contract.Contact{}, lines: numbering{}, accounts: numbering{}, persons: map[string]*person{}, taken: map[string]bool{},
		toldLines: map[string]bool{}, toldAccounts: map[string]bool{}, named: map[string]bool{}, accountOfContact: map[string]string{},
		table: &table{name: "whatsapp_webhook", columns: []string{"received_at", "payload"}},
	}
}

func (w *webhook) tables() []*table     { return []*table{w.table} }
func (w *webhook) rows() *contract.Data { return &w.told }

// part tells a part of the messages.
func (w *webhook) part(data contract.Data) {
	messages := slices.Clone(data.Messages)
	sortMessages(messages)
	first := w.position.last
	for _, m := range messages {
		w.position.of(m.MessageID)
	}
	w.meet(data.Contacts, messages)
	for i, m := range messages {
		i += first
		kind := strings.ToLower(strings.TrimSpace(text(m.ContentType)))
		isCall, isNothing := slices.Contains(callTypes, kind), slices.Contains(noMessageTypes, kind)
		if isCall || isNothing {
			w.addNoMessage(i, m, isCall)
		} else if m.Direction == "inbound" {
			w.receive(i, m)
		} else {
			w.send(i, m)
		}
	}
	w.remember()
	w.deliver()
	if len(messages) > 0 {
		w.release(messages[len(messages)-1].CreatedAt.Truncate(time.Second))
	}
}

// finish writes what is known when all messages are told.
func (w *webhook) finish(func()) {
	w.describe()
	w.addNoise()
	w.release(time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC))
}

// release hands on the rows that were received before that time, in order: none that
// is told later is earlier.
func (w *webhook) release(before time.Time) {
	w.waiting = append(w.waiting, w.table.rows...)
	slices.SortStableFunc(w.waiting, func(a, b []any) int { return a[0].(time.Time).Compare(b[0].(time.Time)) })
	n, _ := slices.BinarySearchFunc(w.waiting, before, func(row []any, t time.Time) int { return row[0].(time.Time).Compare(t) })
	w.table.rows, w.waiting = slices.Clone(w.waiting[:n]), slices.Clone(w.waiting[n:])
}

var callTypes, noMessageTypes = source.CallTypes(), source.NoMessageTypes()

// person is a contact as WhatsApp knows it.
type person struct {
	contract.Contact
	waID, userID string   // "" where the webhooks never tell it
	from         string   // the number as messages have it
	rarely       bool     // the user id comes along only sometimes
	introduced   []string // accounts, where both ids were told together
}

// value is what changed: the content of one webhook.
type value struct {
	account, line *string
	body          object
	at            time.Time
}

var isCountry = regexp.MustCompile(`^[A-Z]{2}$`)

// meet says how WhatsApp knows the contacts of the messages.
func (w *webhook) meet(contacts []contract.Contact, messages []contract.Message) {
	for _, c := range contacts {
		if p := w.persons[c.ContactID]; p == nil {
			w.known[c.ContactID] = c
		}
	}
	for _, m := range messages {
		id := text(m.ContactID)
		if id == "" || w.persons[id] != nil {
			continue
		}
		n := len(w.persons)
		p := &person{Contact: w.known[id], rarely: n%4 == 3}
		delete(w.known, id)
		country := text(p.Country)
		if !isCountry.MatchString(country) {
			country = "BR"
		}
		if n%4 != 2 {
			p.userID = fmt.Sprintf("%s.%d", country, 1502000000000000+n)
		}
		if p.Phone != nil || p.userID == "" {
			p.waID = digits(text(p.Phone))
			if len(p.waID) < 7 || w.taken[p.waID] {
				p.waID = fmt.Sprintf("5511900%06d", n)
			}
			w.taken[p.waID] = true
			p.from = p.waID
			if other := p.waID[:4] + "9" + p.waID[4:]; n%5 == 1 && !w.taken[other] { // as numbers of Brazil
				w.taken[other], p.from = true, other
			}
		}
		w.persons[id] = p
	}
}

// ids are what a webhook tells of the message's contact.
func (w *webhook) ids(i int, m contract.Message) (p *person, waID, userID string) {
	p = w.persons[text(m.ContactID)]
	if p == nil {
		return nil, "", ""
	}
	waID, userID = p.waID, p.userID
	account := text(m.AccountID)
	if p.rarely && waID != "" && slices.Contains(p.introduced, account) && i%3 != 0 {
		userID = ""
	}
	if !slices.Contains(p.introduced, account) {
		p.introduced = append(p.introduced, account)
	}
	return p, waID, userID
}

// contact is the id of a person: the user id, or else the number.
func (p *person) contact() *string {
	if p == nil {
		return nil
	}
	return optional(cmp.Or(p.userID, p.waID))
}

func wamid(i int) string { return fmt.Sprintf("wamid.HBgNNTUxMTkwMDAwMDAwMBUCABEYEj%05dAA==", i) }

func (w *webhook) accountOf(m contract.Message) *string {
	if text(m.AccountID) == "" {
		return nil
	}
	return new(fmt.Sprintf("10290%d", w.accounts.of(*m.AccountID)))
}

func (w *webhook) lineOf(m contract.Message) *string {
	if text(m.LineID) == "" {
		return nil
	}
	return new(fmt.Sprintf("10654035%d", w.lines.of(*m.LineID)))
}

// tell keeps the message as it is told, with what all messages have.
func (w *webhook) tell(i int, m contract.Message, p *person) *contract.Message {
	w.told.Messages = append(w.told.Messages, contract.Message{
		MessageID: wamid(i), ProviderMessageID: new(wamid(i)), AccountID: w.accountOf(m), LineID: w.lineOf(m), ContactID: p.contact(), Direction: m.Direction, CreatedAt: m.CreatedAt.Truncate(time.Second),
	})
	return &w.told.Messages[len(w.told.Messages)-1]
}

// happen adds what happened at that time.
func (w *webhook) happen(m contract.Message, at time.Time, kind string, item object, contacts []object) {
	metadata := object{}
	if line := w.lineOf(m); line != nil {
		metadata = object{"display_phone_number": w.number(*m.LineID)[1:], "phone_number_id": *line}
	}
	body := object{"messaging_product": "whatsapp", "metadata": metadata, kind: []object{item}}
	if contacts != nil {
		body["contacts"] = contacts
	}
	w.values = append(w.values, &value{account: w.accountOf(m), line: w.lineOf(m), body: body, at: at})
}

func (w *webhook) number(line string) string { return fmt.Sprintf("+1555078%04d", w.lines.of(line)) }

// put sets what is not empty.
func (o object) put(name, value string) object {
	if value != "" {
		o[name] = value
	}
	return o
}

// remember keeps what describe needs of what was told.
func (w *webhook) remember() {
	for _, m := range w.told.Messages {
		w.toldLines[text(m.LineID)], w.toldAccounts[text(m.AccountID)] = true, true
		contact, account := text(m.ContactID), text(m.AccountID)
		if of := w.accountOfContact[contact]; of == "" || account != "" && account < of {
			w.accountOfContact[contact] = account
		}
		if m.Direction == "inbound" { // only those who wrote have a name
			w.named[contact] = true
		}
	}
}

// describe tells the lines and contacts of what was told.
func (w *webhook) describe() {
	for id := range w.lines {
		if line := *w.lineOf(contract.Message{LineID: &id}); w.toldLines[line] {
			w.told.Lines = append(w.told.Lines, contract.Line{LineID: line, Name: new(w.number(id)), Channel: new("whatsapp"), Number: new(w.number(id))})
		}
	}
	for id := range w.accounts {
		if account := *w.accountOf(contract.Message{AccountID: &id}); w.toldAccounts[account] {
			w.told.Accounts = append(w.told.Accounts, contract.Account{AccountID: account})
		}
	}
	for _, p := range w.persons {
		id := *p.contact()
		account, wrote := w.accountOfContact[id]
		if !wrote {
			continue
		}
		told := contract.Contact{ContactID: id, AccountID: optional(account)}
		if w.named[id] {
			told.Name = optional(text(p.Name))
		}
		if p.waID != "" {
			told.Phone = new("+" + p.waID)
		}
		if p.userID != "" {
			told.Country = new(p.userID[:2])
		}
		w.told.Contacts = append(w.told.Contacts, told)
	}
}

// deliver writes the bodies: most hold one value, some several; some come twice, and
// some late.
func (w *webhook) deliver() {
	change := func(v *value) object {
		field := "messages"
		if v.body["message_echoes"] != nil {
			field = "smb_message_echoes"
		}
		if v.body["calls"] != nil {
			field = "calls"
		}
		return object{"field": field, "value": v.body}
	}
	entry := func(v *value, changes ...object) object {
		e := object{"changes": changes}
		if v.account != nil {
			e["id"] = *v.account
		}
		return e
	}
	end := w.passed + len(w.values)
	at := func(i int) *value { return w.values[i-w.passed] }
	for i := w.passed; i < end; i++ {
		v := at(i)
		entries := []object{entry(v, change(v))}
		received := v.at
		if i%11 == 0 && i+1 < end { // the next comes along
			next := at(i + 1)
			if text(next.account) == text(v.account) && i%2 == 0 {
				entries = []object{entry(v, change(v), change(next))}
			} else {
				entries = append(entries, entry(next, change(next)))
			}
			if next.at.After(received) && next.at.Before(received.AddDate(0, 0, 7)) {
				received = next.at
			}
			if received.Before(next.at) || received.After(next.at.AddDate(0, 0, 7)) {
				entries = []object{entry(v, change(v))} // too far apart
			} else {
				i++
			}
		}
		received = received.Add(time.Duration(i%7) * 700 * time.Millisecond)
		if i%13 == 0 {
			received = received.Add(time.Duration(i%40) * time.Hour)
		}
		body := object{"object": "whatsapp_business_account", "entry": entries}.json()
		switch {
		case v == at(i) && v.account == nil && v.body["calls"] == nil && v.body["message_echoes"] == nil && i%3 > 0: // of a gateway, or Meta's test button
			body = v.body.json()
			if i%3 == 1 {
				body = change(v).json()
			}
		default:
			body = wrapped(i, body)
		}
		w.table.add(received, body)
		if i%10 == 0 {
			w.table.add(received.Add(time.Duration(i%6)*24*time.Hour+time.Minute), body)
		}
	}
	w.values, w.passed = nil, end
}

// wrapped is a body as it is, or in what programs store around it.
func wrapped(i int, body string) string {
	text := func() string { return string(appendJSON(nil, body)) }
	switch i % 12 {
	case 1:
		return text()
	case 2:
		return `{"headers": {"host": "example.org"}, "body": ` + body + `}`
	case 3:
		return `{"headers": {}, "body": ` + text() + `, "isBase64Encoded": false}`
	case 4:
		return `[` + body + `]`
	case 5:
		return `[{"json": {"headers": {}, "body": ` + body + `}}]`
	}
	return body
}

// addNoise adds what no report may count.
func (w *webhook) addNoise() {
	metadata := object{"display_phone_number": "15550780001", "phone_number_id": "106540351"}
	at := End.Add(-50 * time.Hour)
	when := fmt.Sprint(at.Unix())
	add := func(field string, value object) {
		value["messaging_product"], value["metadata"] = "whatsapp", metadata
		w.table.add(at, object{"object": "whatsapp_business_account", "entry": []object{{"id": "102901", "changes": []object{{"field": field, "value": value}}}}}.json())
	}
	message := func(item object) {
		item["from"], item["timestamp"] = "5511900000000", when
		add("messages", object{"messages": []object{item}})
	}
	message(object{"id": "wamid.system", "type": "system", "system": object{"body": "User A changed from 1 to 2", "wa_id": "2", "type": "user_changed_number"}})
	message(object{"id": "wamid.welcome", "type": "request_welcome"})
	message(object{"id": "wamid.reaction", "type": "reaction", "reaction": object{"message_id": wamid(0), "emoji": "👍"}})
	message(object{"id": "wamid.revoked", "type": "revoke", "revoke": object{"original_message_id": wamid(0)}})
	message(object{"id": "wamid.group", "type": "text", "text": object{"body": "to all"}, "group_id": "Y2FwaV9ncm91cDox"})
	status := func(item object) {
		item["timestamp"], item["recipient_id"] = when, "5511900000000"
		add("messages", object{"statuses": []object{item}})
	}
	status(object{"id": "wamid.only-read", "status": "read"})
	status(object{"id": "wamid.deleted", "status": "deleted"})
	status(object{"id": "wamid.group-status", "status": "sent", "recipient_type": "group"})
	status(object{"id": "3RJ8N0", "status": "failed", "type": "payment"})
	add("calls", object{"statuses": []object{{"id": "wacid.1", "type": "call", "status": "RINGING", "timestamp": when}}})
	add("calls", object{"calls": []object{{"id": "wacid.2", "from": "5511900000000", "to": "15550780001", "event": "connect", "direction": "USER_INITIATED", "timestamp": when}}})
	add("calls", object{"calls": []object{{"id": "wacid.3", "from": "15550780001", "to": "5511900000000", "event": "connect", "direction": "BUSINESS_INITIATED", "timestamp": when}}})
	// What was written before, which the WhatsApp Business app hands on: all of it, and
	// its media once more.
	past := func(name, from string) object {
		return object{"id": name, "from": from, "timestamp": when, "type": "image", "image": object{"id": "1"}}
	}
	add("history", object{"history": []object{{"metadata": object{"phase": 1, "chunk_order": 1, "progress": 55}, "threads": []object{{"id": "5511900000000", "messages": []object{past("wamid.past", "5511900000000")}}}}}})
	add("history", object{"messages": []object{past("wamid.past", "5511900000000")}, "contacts": []object{{"wa_id": "5511900000000", "user_id": "BR.77"}}})
	add("history", object{"message_echoes": []object{past("wamid.past-echo", "15550780001").put("to", "5511900000000")}})
	for _, kind := range []string{"reaction", "edit", "revoke"} {
		add("smb_message_echoes", object{"message_echoes": []object{{"id": "wamid.echo-" + kind, "from": "15550780001", "to": "5511900000000", "timestamp": when, "type": kind}}})
	}
	add("smb_app_state_sync", object{"state_sync": []object{{"type": "contact", "contact": object{"full_name": "A neighbour", "phone_number": "5511900000009"}, "action": "add"}}})
	add("user_id_update", object{"user_id_update": []object{{"wa_id": "5511900000000", "user_id": object{"previous": "BR.77", "current": "BR.78"}, "timestamp": when}}})
	add("user_preferences", object{"user_preferences": []object{{"wa_id": "5511900000009", "category": "marketing_messages", "value": "stop", "timestamp": when}}})
	add("account_update", object{"event": "PARTNER_ADDED", "waba_info": object{"waba_id": "102901"}})
	add("message_template_status_update", object{"event": "APPROVED", "message_template_name": "welcome"})
	for _, broken := range []string{
		`null`, `[]`, `"text"`, `7`, `{}`, `{"entry": null}`, `{"entry": "x"}`, `{"entry": [null, 1, []]}`, `{"entry": [{"changes": null}]}`, `{"entry": [{"changes": [{"value": "x"}, {"value": []}]}]}`,
		`{"entry": [{"id": "102901", "changes": [{"value": {"messages": [null, "x", {}, {"id": "wamid.x"}, {"id": "wamid.x", "timestamp": "soon"}, {"timestamp": "1795000000"}]}}]}]}`,
		`{"entry": [{"id": "102901", "changes": [{"value": {"statuses": [null, "x", {}, {"id": "wamid.x", "status": "sent", "timestamp": "1795000000.5"}, {"id": "wamid.x", "status": "sent", "timestamp": {}}]}}]}]}`,
	} {
		w.table.add(at, broken)
	}
}
