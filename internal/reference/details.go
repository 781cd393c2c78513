package reference

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/query"
)

// Details lists all rows of a details query over [from, to), in no particular
// order, whatever its limit, cursor, order and columns: each row has every
// column that the report can show but the links, and for an entity the key
// with "_name" as well (the id where nothing names it). Messages and initiations
// appear by created_at. A conversation appears where one of its instants, when
// it was opened or that of a message, lies in the range and passes every filter; in a
// report of conversations now, whatever the range.
//
// Values are string, bool, int, float64, time.Time or nil.
func (f *Facts) Details(q query.Query, from, to, now time.Time) ([]map[string]any, error) {
	if f.err != nil {
		return nil, f.err
	}
	preset, _ := query.LookupPreset(q.Report)
	if !preset.IsDetails() {
		return nil, fmt.Errorf("%q is no report of details", q.Report)
	}
	q.Filters = slices.Concat(preset.Query.Filters, q.Filters)
	for _, filter := range q.Filters {
		if d, ok := catalog.LookupDimension(filter.Dimension); !ok || !d.Has(preset.Fact) {
			return nil, fmt.Errorf("the details of %s cannot be filtered by %s", preset.Fact, filter.Dimension)
		}
	}
	c, err := newCut(f, q, from, to, now)
	if err != nil {
		return nil, err
	}
	var result []map[string]any
	listed := map[*conversation]bool{}
	for _, r := range f.rows[preset.Fact] {
		if preset.Fact != catalog.ConversationNow && (r.at.Before(from) || !r.at.Before(to)) || !c.passes(r) {
			continue
		}
		if preset.Fact == catalog.ConversationActive {
			if listed[r.thread] {
				continue
			}
			listed[r.thread] = true
		}
		out := map[string]any{}
		for _, id := range catalog.ColumnIDs(preset.Fact) {
			if id != "link" {
				c.fill(out, r, id)
			}
		}
		result = append(result, out)
	}
	return result, nil
}

// fill sets a column of a row, and its name where it holds an entity.
func (c *cut) fill(out map[string]any, r *row, id string) {
	column, ok := catalog.LookupColumn(id, r.fact)
	if ok {
		out[id] = c.column(r, id)
		if column.Entity != "" {
			d, _ := catalog.LookupDimension(column.Entity)
			out[id+"_name"] = c.name(d, out[id])
		}
		return
	}
	d, _ := catalog.LookupDimension(id)
	values := c.values(r, id)
	if !d.Multi {
		out[id] = values[0]
		if d.Kind == catalog.KindEntity {
			out[id+"_name"] = c.name(d, values[0])
		}
		return
	}
	var names []string
	for _, v := range values {
		if v != nil {
			names = append(names, v.(string))
		}
	}
	slices.Sort(names)
	out[id] = nil
	if len(names) > 0 {
		out[id] = strings.Join(names, ", ")
	}
}

// name is the name of an entity, else its id.
func (c *cut) name(d catalog.Dimension, id any) any {
	if id == nil {
		return nil
	}
	if name, ok := c.facts.names[d.Relation][id.(string)]; ok {
		return name
	}
	return id
}

// column is the value of a column that is no dimension.
//
// A failure has its text only where the message failed in the end, as it has
// its code and reason. Delivered and read are what the source says, also of an
// inbound message.
func (c *cut) column(r *row, id string) any {
	if r.fact.IsConversation() {
		return r.thread.column(id)
	}
	m := r.message
	switch id {
	case "message_id":
		return m.MessageID
	case "created_at":
		return m.CreatedAt
	case "delivered_at":
		return value(m.DeliveredAt)
	case "read_at":
		return value(m.ReadAt)
	case "failure_text":
		if !m.failed() {
			return nil
		}
		return value(m.ErrorText)
	case "session_started_at":
		if m.session == nil {
			return nil
		}
		return m.session.opener.CreatedAt
	case "session_ends_at":
		if m.session == nil {
			return nil
		}
		return m.session.end
	case "body":
		return value(m.Body)
	case "button_payload":
		return value(m.ButtonPayload)
	case "replied":
		if !r.initiation.notification {
			return nil
		}
		return r.initiation.reply != nil
	case "replied_at":
		if r.initiation.reply == nil {
			return nil
		}
		return r.initiation.reply.CreatedAt
	case "answered_campaign", "answered_agent":
		answered := c.facts.answeredBy(m)
		if answered == nil {
			return nil
		}
		if id == "answered_campaign" {
			return value(answered.CampaignID)
		}
		return value(answered.AgentID)
	}
	panic("no values for the column " + id)
}

func (c *conversation) column(id string) any {
	switch id {
	case "created_at":
		return c.CreatedAt
	case "message_count":
		return exchanged(c.messages)
	case "first_response_time":
		return value(c.firstResponse())
	case "resolved_at":
		if e := c.lastResolution(); e != nil {
			return e.At
		}
		return nil
	case "resolution_time":
		if e := c.lastResolution(); e != nil {
			return value(e.seconds)
		}
		return nil
	case "csat_rating":
		if a := c.lastAnswer(); a != nil {
			return a.rating
		}
		return nil
	case "csat_comment":
		if a := c.lastAnswer(); a != nil {
			return value(a.comment)
		}
		return nil
	}
	panic("no values for the column " + id)
}

// value is what a pointer points to, or nil.
func value[T any](p *T) any {
	if p == nil {
		return nil
	}
	return *p
}

// answeredBy is the outbound message that an inbound one answers: the one of
// the same contact that in_reply_to names, by its own id rather than by the
// provider's, and of several the last; else the last outbound one before it in
// the session that covers it, whatever became of that.
func (f *Facts) answeredBy(m *message) *message {
	if !m.inbound() {
		return nil
	}
	if m.InReplyTo != nil && m.ContactID != nil {
		for _, named := range []func(*message) *string{
			func(o *message) *string { return &o.MessageID },
			func(o *message) *string { return o.ProviderMessageID },
		} {
			for _, o := range slices.Backward(f.messages) {
				if id := named(o); o.outbound() && id != nil && *id == *m.InReplyTo && o.ContactID != nil && *o.ContactID == *m.ContactID {
					return o
				}
			}
		}
	}
	if m.session == nil {
		return nil
	}
	var last *message
	for _, o := range m.session.messages {
		if o == m {
			break
		}
		if o.outbound() {
			last = o
		}
	}
	return last
}

// lastResolution is the latest event resolved; of several at one instant the one
// that tells its duration, of several such the shortest.
func (c *conversation) lastResolution() *event {
	var last *event
	for _, e := range c.events {
		if e.Name != "resolved" {
			continue
		}
		switch {
		case last == nil || e.At.After(last.At):
			last = e
		case e.At.Before(last.At) || e.Seconds == nil:
		case last.Seconds == nil || *e.Seconds < *last.Seconds:
			last = e
		}
	}
	return last
}

// An answer is a rating that a contact gave, at the time on which it hangs, if
// that is known.
type answer struct {
	at      *time.Time
	rating  int
	comment *string
}

// lastAnswer is the latest answer with a rating. One without any time is in no
// range of the CSAT metrics and stands before all others here. Of several at one
// instant the lowest rating serves, of these the one whose comment comes first.
func (c *conversation) lastAnswer() *answer {
	later := func(a, b *answer) int {
		switch {
		case a.at != nil && b.at != nil && !a.at.Equal(*b.at):
			return a.at.Compare(*b.at)
		case (a.at == nil) != (b.at == nil):
			return map[bool]int{true: -1, false: 1}[a.at == nil]
		case a.rating != b.rating:
			return b.rating - a.rating
		case a.comment != nil && b.comment != nil:
			return strings.Compare(*b.comment, *a.comment)
		case a.comment != nil:
			return 1
		}
		return -1
	}
	var last *answer
	for _, a := range c.answers {
		if last == nil || later(a, last) > 0 {
			last = a
		}
	}
	return last
}
