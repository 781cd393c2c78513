// Package story tells one and the same story in the tables of every product that
// Parley reads: for the tests, which want the same answers of all of them, and for
// the demo.
//
// A teller makes a product's own tables, as the product itself makes them, and
// writes the rows of the contract into them in the product's own words, together
// with what the product keeps beside them and no report may count. What a product
// has no words for is left out: a teller returns the rows as it told them, with the
// ids that the product gave them, and somebody who reads its tables without a
// mistake gets just these.
package story

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/parley-reports/parley/internal/contract"
	"github.com/parley-reports/parley/internal/demodata"
)

// A Teller tells the rows in the tables of a product, which it makes in an
// existing, empty schema, and returns them as it told them.
type Teller func(ctx context.Context, conn *pgx.Conn, schema string, data contract.Data) (contract.Data, error)

// Tellers by the kind of the source that reads what they write.
var Tellers = map[string]Teller{"chatwoot": Chatwoot, "evolution": Evolution, "ticketz": Ticketz, "webhook": Webhook}

// Tables are the products' own tables, as SQL, by the kind of the source that reads
// them.
var Tables = map[string]string{"chatwoot": chatwootSQL, "evolution": evolutionSQL, "ticketz": ticketzSQL, "webhook": webhookSQL}

// writers tell data part by part, so that millions of messages fit.
var writers = map[string]func() writer{
	"chatwoot":  func() writer { return newChatwoot() },
	"evolution": func() writer { return newEvolution() },
	"ticketz":   func() writer { return newTicketz() },
	"webhook":   func() writer { return newWebhook() },
}

// Summary is a line about what was told.
type Summary string

func (s Summary) String() string { return string(s) }

// Generate fills a schema with demo data told in the tables of a kind of product,
// and says in a line what is in it. An older schema is replaced as demo data are.
func Generate(ctx context.Context, conn *pgx.Conn, kind, schema string, options demodata.Options) (about Summary, err error) {
	newWriter := writers[kind]
	if newWriter == nil {
		return "", fmt.Errorf("nobody tells demo data in the tables of %q: choose one of %s", kind, strings.Join(slices.Sorted(maps.Keys(writers)), ", "))
	}
	err = demodata.Replace(ctx, conn, schema, options.Force, func(loading string) (string, error) {
		if _, err := conn.Exec(ctx, "CREATE SCHEMA "+pgx.Identifier{loading}.Sanitize()); err != nil {
			return "", fmt.Errorf("make the schema: %w", err)
		}
		told, err := stream(ctx, conn, loading, Tables[kind], newWriter(), options)
		about = Summary(fmt.Sprintf("%d messages in %d conversations with %d contacts, in the tables of %s", told.messages, told.conversations, told.contacts, kind))
		return string(about), err
	})
	return about, err
}

// Everything is a whole set of demo data in one piece.
func Everything(options demodata.Options) contract.Data {
	var all contract.Data
	for part := range demodata.Rows(options) {
		add(&all, part)
	}
	return all
}

// add puts the rows of a part to the others. Nobody has rates but the contract.
func add(all *contract.Data, part contract.Data) {
	all.Messages = append(all.Messages, part.Messages...)
	all.Conversations = append(all.Conversations, part.Conversations...)
	all.Events = append(all.Events, part.Events...)
	all.Contacts = append(all.Contacts, part.Contacts...)
	all.Accounts = append(all.Accounts, part.Accounts...)
	all.Lines = append(all.Lines, part.Lines...)
	all.Agents = append(all.Agents, part.Agents...)
	all.Teams = append(all.Teams, part.Teams...)
	all.AgentTeams = append(all.AgentTeams, part.AgentTeams...)
	all.Campaigns = append(all.Campaigns, part.Campaigns...)
	all.Tags = append(all.Tags, part.Tags...)
	all.CSAT = append(all.CSAT, part.CSAT...)
	all.WorkingHours = append(all.WorkingHours, part.WorkingHours...)
}

// End is the present of the story.
var End = time.Date(2026, 11, 20, 18, 30, 0, 0, time.UTC)

// Data is the story: three weeks of an invented business, of which every product
// has the words for all that it knows at all. Times are whole seconds, every
// message has a contact, and what no product keeps as the contract has it, such as
// the team of a line, is told by none.
func Data() contract.Data {
	data := Everything(demodata.Options{Messages: 2500, Days: 21, Seed: 5, End: End})
	data.Messages = slices.DeleteFunc(data.Messages, func(m contract.Message) bool { return m.ContactID == nil })
	for i := range data.Messages {
		m := &data.Messages[i]
		m.Subaccount, m.CorrelationID = nil, nil
		m.CreatedAt = m.CreatedAt.Truncate(time.Second)
		for _, at := range []**time.Time{&m.SentAt, &m.DeliveredAt, &m.ReadAt, &m.FailedAt, &m.UpdatedAt} {
			toSecond(at)
		}
		if m.ErrorCode != nil && digits(*m.ErrorCode) != *m.ErrorCode {
			m.ErrorCode = nil
		}
	}
	for i := range data.Conversations {
		c := &data.Conversations[i]
		c.Source = nil
		c.CreatedAt = c.CreatedAt.Truncate(time.Second)
		for _, at := range []**time.Time{&c.FirstResponseAt, &c.WaitingSince, &c.UpdatedAt} {
			toSecond(at)
		}
	}
	for i := range data.Events {
		e := &data.Events[i]
		at := e.At.Truncate(time.Second)
		if e.Seconds != nil { // from the second in which it began
			begin := e.At.Add(-time.Duration(math.Round(*e.Seconds*1000)) * time.Millisecond)
			e.Seconds = new(at.Sub(begin.Truncate(time.Second)).Seconds())
		}
		e.At = at
		if e.Name == "resolved" && i%10 == 0 { // by nobody in particular
			e.AgentID = nil
		}
	}
	for i := range data.CSAT {
		toSecond(&data.CSAT[i].SentAt)
		toSecond(&data.CSAT[i].AnsweredAt)
		if c := &data.CSAT[i]; i%9 == 4 && c.Rating != nil && c.AnsweredAt != nil {
			c.SentAt = nil // the survey was deleted
		}
	}
	for i := range data.Lines {
		data.Lines[i].TeamID = nil
	}
	hours := map[string]bool{}
	data.WorkingHours = slices.DeleteFunc(data.WorkingHours, func(w contract.WorkingHours) bool {
		if w.LineID == nil {
			return true
		}
		key := fmt.Sprint(*w.LineID, w.Weekday)
		again := hours[key]
		hours[key] = true
		return again
	})
	keeps := map[string]bool{} // conversations of lines with business hours
	for _, c := range data.Conversations {
		keeps[c.ConversationID] = slices.ContainsFunc(data.WorkingHours, func(w contract.WorkingHours) bool { return *w.LineID == text(c.LineID) })
	}
	for i := range data.Events {
		switch e := &data.Events[i]; {
		case !keeps[text(e.ConversationID)]:
			e.BusinessSeconds = nil
		case e.BusinessSeconds != nil:
			e.BusinessSeconds = new(float64(int64(*e.BusinessSeconds)))
		}
	}
	converse(&data)
	survey(&data)
	sortMessages(data.Messages)
	for i := range data.Messages {
		data.Messages[i].Sequence = new(int64(i + 1))
	}
	return data
}

// converse gives a conversation to what stands alone: only campaigns write to
// people without one.
func converse(data *contract.Data) {
	opened := map[string]bool{}
	for i := range data.Messages {
		m := &data.Messages[i]
		if m.ConversationID != nil || text(m.AuthorKind) == "campaign" && m.TemplateName != nil {
			continue
		}
		id := "aviso-" + text(m.ContactID) + "-" + text(m.LineID)
		m.ConversationID = &id
		if !opened[id] {
			opened[id] = true
			data.Conversations = append(data.Conversations, contract.Conversation{
				ConversationID: id, AccountID: m.AccountID, ContactID: m.ContactID, LineID: m.LineID, Status: new("resolved"), CreatedAt: m.CreatedAt, UpdatedAt: &m.CreatedAt,
			})
		}
	}
}

// survey makes a message of every survey.
func survey(data *contract.Data) {
	conversations := map[string]contract.Conversation{}
	for _, c := range data.Conversations {
		conversations[c.ConversationID] = c
	}
	for i, s := range data.CSAT {
		if s.SentAt == nil {
			continue
		}
		c := conversations[text(s.ConversationID)]
		data.Messages = append(data.Messages, contract.Message{
			MessageID: fmt.Sprintf("survey-%d", i), AccountID: c.AccountID, ConversationID: &c.ConversationID, ContactID: c.ContactID, LineID: c.LineID,
			Direction: "outbound", AuthorKind: new("system"), CreatedAt: *s.SentAt, ContentType: new("interactive"), Body: new("¿Cómo fue la atención?"),
			ProviderMessageID: new(fmt.Sprintf("survey.%d", i)), Status: new("sent"),
		})
	}
}

func toSecond(at **time.Time) {
	if *at != nil {
		*at = new((*at).Truncate(time.Second))
	}
}

// sortMessages puts messages into the order of the specification, all pairs
// together.
func sortMessages(messages []contract.Message) {
	sequence := func(m contract.Message) int64 {
		if m.Sequence == nil {
			return 1<<63 - 1
		}
		return *m.Sequence
	}
	slices.SortStableFunc(messages, func(a, b contract.Message) int {
		return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), cmp.Compare(sequence(a), sequence(b)), cmp.Compare(a.Direction, b.Direction), cmp.Compare(a.MessageID, b.MessageID))
	})
}

// text is the value of an optional text; an empty one is none.
func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// optional is null for an empty text.
func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}

// stage is the strongest evidence of an outbound message's delivery.
func stage(m contract.Message) string {
	status := strings.ToLower(text(m.Status))
	switch {
	case status == "read" || status == "played" || m.ReadAt != nil:
		return "read"
	case status == "delivered" || m.DeliveredAt != nil:
		return "delivered"
	case status == "failed" || m.FailedAt != nil:
		return "failed"
	case status == "queued" || status == "pending" || status == "accepted":
		return "pending"
	}
	return "sent"
}

// numbering gives ids numbers from 1 on, in the order in which they are first
// asked for.
type numbering map[string]int

func (n numbering) of(id string) int {
	if n[id] == 0 {
		n[id] = len(n) + 1
	}
	return n[id]
}

// ref is the number of an optional id, and the same as a text.
func (n numbering) ref(id *string) (number *int, told *string) {
	if text(id) == "" {
		return nil, nil
	}
	return new(n.of(*id)), n.told(*id)
}

func (n numbering) told(id string) *string { return new(strconv.Itoa(n.of(id))) }

// latest is a map that remembers only what was put lately: nobody asks for what is older.
type latest[V any] struct{ new, old map[string]V }

const remembered = 500_000

func (l *latest[V]) get(key string) V {
	if v, there := l.new[key]; there {
		return v
	}
	return l.old[key]
}

func (l *latest[V]) put(key string, v V) {
	if l.new == nil || len(l.new) >= remembered {
		l.new, l.old = map[string]V{}, l.new
	}
	l.new[key] = v
}

// recent is a numbering of millions of ids that remembers only the latest.
type recent struct {
	last int
	latest[int]
}

func (r *recent) of(id string) int {
	if n := r.get(id); n > 0 {
		return n
	}
	r.last++
	r.put(id, r.last)
	return r.last
}

func (r *recent) told(id string) *string { return new(strconv.Itoa(r.of(id))) }
