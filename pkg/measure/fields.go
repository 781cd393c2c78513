package measure

import (
	"math"
	"slices"
	"strings"
	"time"

	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/facts"
)

// LinkParts are the values that a link column yields, in order: the source's
// own address, then what the placeholders of a template stand for.
var LinkParts = []string{"url", "account_id", "conversation_id", "display_id", "contact_id", "line_id"}

// A field reads one column of a row. n is the row's place in the chunk.
type field func(i int32, n int) any

// A chunk is what is read for some rows of a page because facts do not hold it: columns
// of messages, addresses of conversations, ratings, and the messages that rows answer.
type chunk struct {
	columns  []string
	messages [][]any

	wantsURL, wantsRating, wantsAnswer bool

	urls     map[string]any
	ratings  map[string]any
	answered [][2]any
}

// chunkRows is how many rows are read together.
const chunkRows = 5000

// addColumn adds a column of the query, for an entity with its name.
func (l *List) addColumn(id string) {
	if d, ok := catalog.LookupDimension(id); ok && d.Has(l.fact) {
		l.Columns = append(l.Columns, Column{ID: id, Role: Key, Dimension: d})
		c := l.dimension(id)
		if d.Multi {
			l.fields = append(l.fields, func(i int32, _ int) any { return c.joined(i) })
			return
		}
		l.fields = append(l.fields, func(i int32, _ int) any { return c.value(c.one(i)) })
		if d.Kind == catalog.KindEntity {
			l.Columns = append(l.Columns, Column{ID: id + "_name", Role: Name, Dimension: d})
			l.fields = append(l.fields, func(i int32, _ int) any { return c.nameOf(c.one(i)) })
		}
		return
	}
	col, _ := catalog.LookupColumn(id, l.fact)
	if col.Entity != "" {
		d, _ := catalog.LookupDimension(col.Entity)
		l.Columns = append(l.Columns, Column{ID: id, Role: Key, Dimension: d, Detail: id},
			Column{ID: id + "_name", Role: Name, Dimension: d, Detail: id})
		l.addAnswered(d)
		return
	}
	l.Columns = append(l.Columns, Column{ID: id, Role: Detail, Unit: col.Unit})
	l.fields = append(l.fields, l.detail(id))
}

// nameOf is the name of a code's entity, or its id.
func (c *column) nameOf(code uint32) any {
	if code == 0 {
		return nil
	}
	if name := c.name(code); name != "" {
		return name
	}
	return c.text(code)
}

// joined are the values of a row that may have several, as one text.
func (c *column) joined(i int32) any {
	var texts []string
	for _, code := range c.values(i) {
		texts = append(texts, c.text(code))
	}
	if texts == nil {
		return nil
	}
	slices.Sort(texts)
	return strings.Join(slices.Compact(texts), ", ")
}

// instant returns the column of instants of that name, or nil where facts hold none.
func (l *List) instant(id string) func(i int32) int64 {
	s := l.set
	o := &s.Openers
	ofSession := func(read func(opener int32) int64) func(i int32) int64 {
		return func(i int32) int64 {
			if opener := l.opener[i]; opener >= 0 && o.Session[opener] {
				return read(opener)
			}
			return facts.Never
		}
	}
	switch id {
	case "created_at":
		return func(i int32) int64 { return l.at[i] }
	case "replied_at":
		return func(i int32) int64 {
			if !s.Messages.Is(l.message[i], facts.Outbound) {
				return facts.Never
			}
			return o.RepliedAt[l.opener[i]]
		}
	case "session_started_at":
		return ofSession(func(opener int32) int64 { return s.Messages.At[o.Message[opener]] })
	case "session_ends_at":
		return ofSession(func(opener int32) int64 { return o.Ends[opener] })
	case "resolved_at":
		resolutions := l.resolutions()
		return func(i int32) int64 {
			if r, ok := resolutions[l.conversation[i]]; ok {
				return r.at
			}
			return facts.Never
		}
	}
	return nil
}

// detail is a column that is no dimension.
func (l *List) detail(id string) field {
	s := l.set
	if read := l.instant(id); read != nil {
		return func(i int32, _ int) any {
			if at := read(i); at != facts.Never {
				return time.UnixMicro(at).UTC()
			}
			return nil
		}
	}
	switch id {
	case "message_id":
		return func(i int32, _ int) any { return l.id(i) }
	case "delivered_at", "read_at", "body", "button_payload":
		return l.fetch(id)
	case "failure_text":
		text := l.fetch(fetched(id))
		return func(i int32, n int) any {
			if s.Messages.Stage[l.message[i]] != facts.Failed {
				return nil
			}
			return text(i, n)
		}
	case "replied":
		return func(i int32, _ int) any {
			if !s.Messages.Is(l.message[i], facts.Outbound) {
				return nil
			}
			return s.Openers.RepliedAt[l.opener[i]] != facts.Never
		}
	case "message_count":
		return func(i int32, _ int) any { return int64(s.Thread(l.conversation[i]).Messages) }
	case "first_response_time":
		return func(i int32, _ int) any { return known(firstResponse(s, l.conversation[i])) }
	case "resolution_time":
		resolutions := l.resolutions()
		return func(i int32, _ int) any { return known(l.resolutionTime(resolutions, i)) }
	case "csat_rating", "csat_comment":
		l.chunk.wantsRating = true
		return func(i int32, _ int) any {
			r, ok := l.chunk.ratings[l.id(i)].(rating)
			switch {
			case !ok:
				return nil
			case id == "csat_rating":
				return r.stars
			}
			return r.comment
		}
	case "link":
		return l.link()
	}
	panic("no details column " + id)
}

// known is a number; NaN is none.
func known(number float64) any {
	if math.IsNaN(number) {
		return nil
	}
	return number
}

// fetched is the column of the relation that a column of the list shows.
func fetched(id string) string {
	if id == "failure_text" {
		return "error_text"
	}
	return id
}

// fetch is a column of messages that facts do not hold.
func (l *List) fetch(column string) field {
	at := slices.Index(l.chunk.columns, column)
	if at < 0 {
		at = len(l.chunk.columns)
		l.chunk.columns = append(l.chunk.columns, column)
	}
	return func(_ int32, n int) any {
		if l.chunk.messages[n] == nil {
			return nil
		}
		return l.chunk.messages[n][at]
	}
}

// link are the parts of the address of a row's chat: see LinkParts.
func (l *List) link() field {
	s := l.set
	l.chunk.wantsURL = true
	account, conversation, contact, line := l.dimension("account"), l.conversationCode(), l.contactCode(), l.lineCode()
	return func(i int32, _ int) any {
		code := conversation.one(i)
		id := text(s.Conversations, code)
		var display any
		if s.IsDescribed(code) && s.Rows.Display[code] != "" {
			display = s.Rows.Display[code]
		}
		var url any
		if id != nil {
			url = l.chunk.urls[id.(string)]
		}
		return []any{url, account.value(account.one(i)), id, display, text(s.Contacts, contact.one(i)), text(s.Lines, line.one(i))}
	}
}

// A resolution is the last one of a conversation.
type resolution struct {
	at      int64
	seconds float64
}

// resolutions finds the last resolution of each conversation, once.
func (l *List) resolutions() map[uint32]resolution {
	if l.resolved != nil {
		return l.resolved
	}
	e := &l.set.Events
	resolved := l.set.EventNames.Lookup("resolved")
	found := map[uint32]resolution{}
	l.resolved = found
	for i, name := range e.Name {
		if name != resolved || e.At[i] == facts.Never {
			continue
		}
		// Of two of one instant the shorter one counts.
		last, ok := found[e.Conversation[i]]
		if !ok || e.At[i] > last.at || e.At[i] == last.at && (math.IsNaN(last.seconds) || e.Seconds[i] < last.seconds) {
			found[e.Conversation[i]] = resolution{e.At[i], e.Seconds[i]}
		}
	}
	return found
}

// resolutionTime is how long the last resolution of a row's conversation took.
func (l *List) resolutionTime(resolutions map[uint32]resolution, i int32) float64 {
	conversation := l.conversation[i]
	r, ok := resolutions[conversation]
	if !ok {
		return math.NaN()
	}
	return resolutionTime(l.set, conversation, r.at, r.seconds)
}

// A rating is the last one of a conversation, with its comment.
type rating struct {
	stars   int32
	comment any
}

// ratings reads the last ratings of the rows' conversations, by their ids.
func (l *List) ratings(list []int32) (map[string]any, error) {
	found := map[string]any{}
	if len(list) == 0 {
		return found, nil
	}
	var ids []string
	for _, i := range list {
		ids = append(ids, l.id(i))
	}
	sql, args := facts.RatingSQL(l.Source, ids)
	err := l.run(sql, args, func(values []any) error {
		stars, _ := values[1].(int32)
		found[values[0].(string)] = rating{stars, values[2]}
		return nil
	})
	return found, err
}

// readMessages reads columns of the messages of rows, by their ids. Where it does not name
// them it reads all of the rows' time.
func (l *List) readMessages(columns []string, list []int32, byID bool, row func(id string, values []any)) error {
	if len(list) == 0 || len(columns) == 0 {
		return nil
	}
	lookup := facts.Lookup{Columns: columns, Since: math.MaxInt64, Until: math.MinInt64}
	contacts := map[uint32]bool{}
	for _, i := range list {
		lookup.Since, lookup.Until = min(lookup.Since, l.at[i]), max(lookup.Until, l.at[i]+1)
		contacts[l.set.Messages.Contact[l.message[i]]] = true
		if byID {
			lookup.IDs = append(lookup.IDs, l.id(i))
		}
	}
	if byID && !contacts[0] {
		for code := range contacts {
			lookup.Contacts = append(lookup.Contacts, l.set.Contacts.Text(code))
		}
		slices.Sort(lookup.Contacts)
	}
	sql, args := lookup.MessageSQL(l.Source)
	return l.run(sql, args, func(values []any) error {
		row(values[0].(string), values[1:])
		return nil
	})
}

// Rows calls row for each row of the page, in order. The error is the database's own, or
// that of row, which ends it.
func (l *List) Rows(row func(values []any) error) error {
	for start := 0; start < len(l.page); start += chunkRows {
		part := l.page[start:min(start+chunkRows, len(l.page))]
		if err := l.readChunk(part); err != nil {
			return err
		}
		for n, i := range part {
			values := make([]any, len(l.fields))
			for k, read := range l.fields {
				values[k] = read(i, n)
			}
			if err := row(values); err != nil {
				return err
			}
		}
	}
	return nil
}

// readChunk reads what facts do not hold of some rows.
func (l *List) readChunk(part []int32) (err error) {
	c := &l.chunk
	c.messages = make([][]any, len(part))
	if len(c.columns) > 0 {
		places := make(map[string]int, len(part))
		for n, i := range part {
			places[l.id(i)] = n
		}
		err = l.readMessages(c.columns, part, true, func(id string, values []any) {
			if n, ok := places[id]; ok {
				c.messages[n] = values
			}
		})
	}
	if err == nil && c.wantsRating {
		c.ratings, err = l.ratings(part)
	}
	if err == nil && c.wantsURL && l.Source.Records("conversation.url") {
		err = l.readURLs(part)
	}
	if err == nil && c.wantsAnswer {
		err = l.readAnswered(part)
	}
	return err
}

// readURLs reads the source's own addresses of the rows' conversations.
func (l *List) readURLs(part []int32) error {
	l.chunk.urls = map[string]any{}
	lookup := facts.Lookup{Columns: []string{"url"}}
	conversation := l.conversationCode()
	for _, i := range part {
		if code := conversation.one(i); l.set.IsDescribed(code) {
			lookup.IDs = append(lookup.IDs, l.set.Conversations.Text(code))
		}
	}
	if lookup.IDs == nil {
		return nil
	}
	slices.Sort(lookup.IDs)
	lookup.IDs = slices.Compact(lookup.IDs)
	sql, args := lookup.ConversationSQL(l.Source)
	return l.run(sql, args, func(values []any) error {
		l.chunk.urls[values[0].(string)] = values[1]
		return nil
	})
}

// addAnswered adds the campaign or the agent of the message that an inbound one answers,
// and its name.
func (l *List) addAnswered(d catalog.Dimension) {
	l.chunk.wantsAnswer = true
	l.fetch("in_reply_to")
	codes, names, at := l.set.Campaigns, l.set.CampaignNames, 0
	if d.ID == "agent" {
		codes, names, at = l.set.Agents, l.set.AgentNames, 1
	}
	l.fields = append(l.fields,
		func(_ int32, n int) any { return l.chunk.answered[n][at] },
		func(_ int32, n int) any {
			id := l.chunk.answered[n][at]
			if id == nil {
				return nil
			}
			if code := codes.Lookup(id.(string)); int(code) < len(names) && names[code] != "" {
				return names[code]
			}
			return id
		})
}

// readAnswered finds the messages that inbound rows answer: the one of the id that they
// name, else the last outbound one before in the session.
func (l *List) readAnswered(part []int32) error {
	s := l.set
	m := &s.Messages
	reply := slices.Index(l.chunk.columns, "in_reply_to")
	type answer struct{ contact, id string }
	wanted := map[answer][]int{}
	contacts, ids := map[string]bool{}, map[string]bool{}
	l.chunk.answered = make([][2]any, len(part))
	for n, i := range part {
		message := l.message[i]
		if m.Is(message, facts.Outbound) {
			continue
		}
		if last := s.LastOutbound(message); last >= 0 {
			l.chunk.answered[n] = [2]any{text(s.Campaigns, m.Of(last).Campaign), text(s.Agents, m.Of(last).Agent)}
		}
		if l.chunk.messages[n] == nil || m.Contact[message] == 0 {
			continue
		}
		if id, ok := l.chunk.messages[n][reply].(string); ok {
			contact := s.Contacts.Text(m.Contact[message])
			key := answer{contact, id}
			wanted[key], contacts[contact], ids[id] = append(wanted[key], n), true, true
		}
	}
	if len(wanted) == 0 {
		return nil
	}
	// The latest comes first, and one's own id before the provider's.
	found := map[answer]bool{}
	byProvider := map[answer][2]any{}
	sql, args := facts.AnsweredSQL(l.Source, sortedKeys(contacts), sortedKeys(ids))
	err := l.run(sql, args, func(values []any) error {
		contact := values[2].(string)
		of := [2]any{values[3], values[4]}
		if key := (answer{contact, values[0].(string)}); wanted[key] != nil && !found[key] {
			found[key] = true
			for _, n := range wanted[key] {
				l.chunk.answered[n] = of
			}
		}
		if provider, ok := values[1].(string); ok {
			key := answer{contact, provider}
			if _, known := byProvider[key]; wanted[key] != nil && !known {
				byProvider[key] = of
			}
		}
		return nil
	})
	for key, of := range byProvider {
		if !found[key] {
			for _, n := range wanted[key] {
				l.chunk.answered[n] = of
			}
		}
	}
	return err
}

// text is the text of a code; nil is none.
func text(d *facts.Dict, code uint32) any {
	if code == 0 {
		return nil
	}
	return d.Text(code)
}

func sortedKeys(set map[string]bool) []string {
	var list []string
	for key := range set {
		list = append(list, key)
	}
	slices.Sort(list)
	return list
}
