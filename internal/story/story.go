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

	"github.com/parley-reports/parley/pkg/contract"
	"github.com/parley-reports/parley/pkg/demodata"
)

// A Teller tells the rows in the tables of a product, which it makes in an
// existing, empty schema, and returns them as it told them.
type Teller func(ctx context.Context, conn *pgx.Conn, schema string, data contract.Data) (contract.Data, error)

// Tellers by the kind of the source that reads what they write.
var Tellers = map[string]Teller{"chatwoot": Chatwoot, "evolution": Evolution, "ticketz": Ticketz, "webhook": Webhook}

// Tables are the products' own tables, as SQL, by the kind of the source that reads
// them.
var Tables = map[string]string{"chatwoot": chatwootSQL, "evolution": evolutionSQL, "ticketz": ticketzSQL, "webhook": webhookSQL}

// Summary is a line about what was told.
type Summary string

func (s Summary) String() string { return string(s) }

// Generate fills a schema with demo data told in the tables of a kind of product,
// and says in a line what is in it. An older schema is replaced as demo data are.
func Generate(ctx context.Context, conn *pgx.Conn, kind, schema string, options demodata.Options) (about Summary, err error) {
	tell := Tellers[kind]
	if tell == nil {
		return "", fmt.Errorf("nobody tells demo data in the tables of %q: choose one of %s", kind, strings.Join(slices.Sorted(maps.Keys(Tellers)), ", "))
	}
	err = demodata.Replace(ctx, conn, schema, options.Force, func(loading string) (string, error) {
		if _, err := conn.Exec(ctx, "CREATE SCHEMA "+pgx.Identifier{loading}.Sanitize()); err != nil {
			return "", fmt.Errorf("make the schema: %w", err)
		}
		told, err := tell(ctx, conn, loading, Everything(options))
		about = Summary(fmt.Sprintf("%d messages in %d conversations with %d contacts, in the tables of %s", len(told.Messages), len(told.Conversations), len(told.Contacts), kind))
		return string(about), err
	})
	return about, err
}

// Everything is a whole set of demo data in one piece.
func Everything(options demodata.Options) contract.Data {
	var all contract.Data
	for part := range demodata.Rows(options) {
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
	return all
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

// table collects the rows of one table.
type table struct {
	name    string
	columns []string
	rows    [][]any
}

func (t *table) add(values ...any) { t.rows = append(t.rows, values) }

// write copies the rows of the tables into the schema.
func write(ctx context.Context, conn *pgx.Conn, schema string, tables ...*table) error {
	for _, t := range tables {
		if _, err := conn.CopyFrom(ctx, pgx.Identifier{schema, t.name}, t.columns, pgx.CopyFromRows(t.rows)); err != nil {
			return fmt.Errorf("write %s: %w", t.name, err)
		}
		if _, err := conn.Exec(ctx, "ANALYZE "+pgx.Identifier{schema, t.name}.Sanitize()); err != nil {
			return fmt.Errorf("analyze %s: %w", t.name, err)
		}
	}
	return nil
}

// create runs the definitions of a product's tables in the schema.
func create(ctx context.Context, conn *pgx.Conn, schema, definitions string) error {
	if _, err := conn.Exec(ctx, fmt.Sprintf("SET search_path TO %s; %s; RESET search_path", pgx.Identifier{schema}.Sanitize(), definitions)); err != nil {
		return fmt.Errorf("make the tables: %w", err)
	}
	return nil
}
