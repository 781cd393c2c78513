package facts

import (
	"context"
	"maps"
	"time"

	"github.com/parley-reports/parley/pkg/source"
)

// stageSQL is the number of the strongest evidence of an outbound message's delivery.
const stageSQL = `CASE WHEN m.direction = 'outbound' THEN greatest(
    CASE m.status WHEN 'read' THEN 5 WHEN 'played' THEN 5 WHEN 'delivered' THEN 4 WHEN 'failed' THEN 3
      WHEN 'pending' THEN 2 WHEN 'queued' THEN 2 WHEN 'accepted' THEN 2 ELSE 1 END,
    CASE WHEN m.read_at IS NOT NULL THEN 5 WHEN m.delivered_at IS NOT NULL THEN 4 WHEN m.failed_at IS NOT NULL THEN 3 ELSE 1 END) ELSE 0 END`

// A user is a contact of an account.
type user struct{ contact, account uint32 }

// readAcquainted finds out which users of sessions are new: no message before that did
// not fail stands between them and the account. For those who have none among what was
// read it asks the past before.
func (b *builder) readAcquainted(ctx context.Context) error {
	s := b.set
	m, o := &s.Messages, &s.Openers
	matters := b.start + lookBack.Microseconds()
	// What the base knows of the past holds where the messages begin at the same time.
	known := map[user]bool{}
	if b.base != nil && b.base.start == b.start {
		maps.Copy(known, b.base.acquainted)
	}
	var contacts []string
	var accounts []*string
	var openers [][]int32
	var users []user
	next := 0
	m.firstOfUsers(func(from, to int, first int32) {
		for next < o.Len() && int(o.Message[next]) < from {
			next++
		}
		var asked []int32
		for ; next < o.Len() && int(o.Message[next]) < to; next++ {
			switch opener := o.Message[next]; {
			case first >= 0 && opener != first && m.compare(first, opener) < 0:
				o.UserType[next] = Returning
			default:
				o.UserType[next] = New
				if m.At[opener] >= matters {
					asked = append(asked, int32(next))
				}
			}
		}
		contact := m.Contact[from]
		if start, further := b.starts[contact]; len(asked) == 0 || further && start == Never {
			return
		}
		who := user{contact, m.Of(int32(from)).Account}
		if before, ok := known[who]; ok {
			for _, opener := range asked {
				if before {
					o.UserType[opener] = Returning
				}
			}
			return
		}
		known[who] = false
		users = append(users, who)
		contacts = append(contacts, s.Contacts.Text(contact))
		var account *string
		if code := m.Of(int32(from)).Account; code != 0 {
			text := s.Accounts.Text(code)
			account = &text
		}
		accounts = append(accounts, account)
		openers = append(openers, asked)
	})
	s.acquainted = known
	if len(contacts) == 0 {
		return nil
	}
	st := &statement{source: b.source}
	people := st.list("contact", contacts)
	whose := st.arg(accounts, "text[]")
	span := source.Span{Until: st.arg(time.UnixMicro(b.start), "timestamptz"), Contacts: "SELECT unnest(" + people + ")"}
	call := ""
	columns := []string{"account_id", "contact_id", "created_at", "direction", "status", "read_at", "delivered_at", "failed_at"}
	if b.source.Calls {
		call, columns = "m.is_call IS NOT TRUE", append(columns, "is_call")
	}
	account := "n.account_id"
	if b.source.Numbers["account"] {
		account = "n.account_id::bigint"
	}
	sql := "SELECT n.place\nFROM unnest(" + people + ", " + whose + ") WITH ORDINALITY AS n (contact_id, account_id, place)\nWHERE EXISTS (SELECT FROM " +
		st.from("message", span, columns...) + " AS m" + whereAll(within("m.created_at", span), call,
		"m.contact_id = n.contact_id", "m.account_id IS NOT DISTINCT FROM "+account, "("+stageSQL+") <> 3") + ")"
	return b.read(ctx, sql, st.args, func(c []cell) error {
		known[users[c[0].int()-1]] = true
		for _, opener := range openers[c[0].int()-1] {
			o.UserType[opener] = Returning
		}
		return nil
	})
}

// relation reads the columns of a relation.
func (b *builder) relation(ctx context.Context, relation string, span source.Span, st *statement, selected, where string, row func(c []cell) error) error {
	if !b.source.Has(relation) {
		return nil
	}
	return b.read(ctx, "SELECT "+selected+"\nFROM "+st.from(relation, span)+" AS r"+whereAll(where), st.args, row)
}

// readLines reads the lines: those of the messages, where the relation looks to it.
func (b *builder) readLines(ctx context.Context) error {
	st := &statement{source: b.source}
	var span source.Span
	if b.source.Bounded("line") {
		span.Since = st.arg(time.UnixMicro(b.start), "timestamptz")
	}
	selected := "r.line_id, r.name, r.channel, r.number, r.team_id, NULL"
	if b.source.Knows("line.provider") {
		selected = "r.line_id, r.name, r.channel, r.number, r.team_id, r.provider"
	}
	s := b.set
	s.LineRows = nil
	return b.relation(ctx, "line", span, st, selected, "", func(c []cell) error {
		code := s.Lines.code(c[0].text())
		for int(code) >= len(s.LineRows) {
			s.LineRows = append(s.LineRows, Line{})
		}
		if s.LineRows[code].Described {
			return nil
		}
		s.LineRows[code] = Line{Name: c[1].string(), Channel: s.Channels.code(c[2].text()), Number: c[3].string(), Team: s.Teams.code(c[4].text()), Provider: c[5].string(), Described: true}
		return nil
	})
}

// readNames reads the names of accounts, agents, teams and campaigns that are needed.
func (b *builder) readNames(ctx context.Context, has Parts) error {
	s := b.set
	for _, entity := range []struct {
		need     Parts
		relation string
		codes    *Dict
		names    *[]string
	}{
		{NeedAccountNames, "account", s.Accounts, &s.AccountNames}, {NeedAgentNames, "agent", s.Agents, &s.AgentNames},
		{NeedTeamNames, "team", s.Teams, &s.TeamNames}, {NeedCampaignNames, "campaign", s.Campaigns, &s.CampaignNames},
	} {
		if !s.Needs.Has(entity.need) || has.has(entity.need) {
			continue
		}
		*entity.names = nil
		st := &statement{source: b.source}
		var span source.Span
		if entity.relation == "account" && b.source.Bounded("account") {
			span.Since = st.arg(time.UnixMicro(b.start), "timestamptz")
		}
		err := b.relation(ctx, entity.relation, span, st, "r."+entity.relation+"_id, r.name", "", func(c []cell) error {
			code := int(entity.codes.code(c[0].text()))
			for code >= len(*entity.names) {
				*entity.names = append(*entity.names, "")
			}
			if (*entity.names)[code] == "" {
				(*entity.names)[code] = c[1].string()
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// conversation returns the index of a conversation, for which it makes room.
func (c *Conversations) room(code uint32) {
	for int(code) >= len(c.CreatedAt) {
		c.Described = append(c.Described, false)
		for _, column := range []*[]uint32{&c.Account, &c.Contact, &c.Line, &c.Team, &c.Assignee, &c.Source, &c.Status, &c.Priority} {
			*column = append(*column, 0)
		}
		c.Display = append(c.Display, "")
		for _, column := range []*[]int64{&c.CreatedAt, &c.FirstResponseAt, &c.WaitingSince} {
			*column = append(*column, Never)
		}
	}
}

// readConversations reads the relation of conversations.
func (b *builder) readConversations(ctx context.Context) error {
	s := b.set
	s.Rows = Conversations{}
	r := &s.Rows
	st := &statement{source: b.source}
	return b.relation(ctx, "conversation", source.Span{}, st,
		"r.conversation_id, r.account_id, r.contact_id, r.line_id, r.team_id, r.agent_id, r.source, r.status, r.priority, r.display_id, r.created_at, r.first_response_at, r.waiting_since", b.share.holds("r", WholeConversations),
		func(c []cell) error {
			code := s.Conversations.code(c[0].text())
			if b.share.By == WholeContacts {
				code = b.known(s.Conversations, c[0].text())
			}
			r.room(code)
			if code == 0 || r.Described[code] {
				return nil
			}
			r.Described[code] = true
			r.Account[code], r.Contact[code], r.Line[code] = s.Accounts.code(c[1].text()), s.Contacts.code(c[2].text()), s.Lines.code(c[3].text())
			r.Team[code], r.Assignee[code] = s.Teams.code(c[4].text()), s.Agents.code(c[5].text())
			r.Source[code], r.Status[code], r.Priority[code] = s.Sources.code(c[6].text()), s.Statuses.code(c[7].text()), s.Priorities.code(c[8].text())
			r.Display[code] = c[9].string()
			r.CreatedAt[code], r.FirstResponseAt[code], r.WaitingSince[code] = c[10].instant(), c[11].instant(), c[12].instant()
			return nil
		})
}

// readEvents reads the events since the range began, and where threads are needed the
// earlier ones of the conversations as well.
func (b *builder) readEvents(ctx context.Context) error {
	s := b.set
	s.Events = Events{}
	add := func(c []cell) error {
		e := &s.Events
		conversation := s.Conversations.code(c[0].text())
		s.Rows.room(conversation)
		e.Conversation, e.Agent, e.Name = append(e.Conversation, conversation), append(e.Agent, s.Agents.code(c[1].text())), append(e.Name, s.EventNames.code(c[3].text()))
		e.At, e.Seconds = append(e.At, c[2].instant()), append(e.Seconds, notNegative(c[4].float()))
		b.business = append(b.business, notNegative(c[5].float()))
		return nil
	}
	const selected = "r.conversation_id, r.agent_id, r.at, r.name, r.seconds, r.business_seconds"
	st := &statement{source: b.source}
	span := source.Span{Since: st.arg(time.UnixMicro(b.since), "timestamptz")}
	if err := b.relation(ctx, "conversation_event", span, st, selected, b.ofShare(within("r.at", span)), add); err != nil || !s.Needs.Has(NeedThreads) || !b.source.Has("conversation_event") {
		return err
	}
	st = &statement{source: b.source}
	err := b.read(ctx, "SELECT EXISTS (SELECT FROM "+st.from("conversation_event", source.Span{})+" AS r WHERE r.name = 'reply')", st.args, func(c []cell) error {
		b.replies = c[0].bool()
		return nil
	})
	if err != nil {
		return err
	}
	st = &statement{source: b.source}
	span = source.Span{Until: st.arg(time.UnixMicro(b.since), "timestamptz")}
	var touched []string
	for _, code := range b.touched() {
		touched = append(touched, s.Conversations.Text(code))
	}
	return b.relation(ctx, "conversation_event", span, st, selected, within("r.at", span)+" AND r.conversation_id IN (SELECT unnest("+st.list("conversation", touched)+"))", add)
}

// notNegative is a duration that is not less than 0; NaN is none.
func notNegative(seconds float64) float64 {
	if seconds < 0 {
		return 0
	}
	return seconds
}

// touched returns the codes of the conversations that a question may look at: those
// opened, written in, rated or changed since the range began, and those that are open.
func (b *builder) touched() []uint32 {
	s := b.set
	wanted := make([]bool, s.Conversations.Len())
	for code := range s.Rows.CreatedAt {
		wanted[code] = s.Rows.Described[code] && (s.Rows.CreatedAt[code] >= b.since || s.Rows.Status[code] == isOpen ||
			s.Needs.Has(NeedOldAgents) && s.Rows.Assignee[code] == 0 || s.Needs.Has(NeedOldSources) && s.Rows.Source[code] == 0)
	}
	mark := func(codes []uint32) {
		for _, code := range codes {
			wanted[code] = true
		}
	}
	mark(s.Messages.Conversation)
	mark(s.Events.Conversation)
	mark(s.Ratings.Conversation)
	var list []uint32
	for code := 1; code < len(wanted); code++ {
		if wanted[code] {
			list = append(list, uint32(code))
		}
	}
	return list
}

// readRatings reads the surveys and answers since the range began.
func (b *builder) readRatings(ctx context.Context) error {
	s := b.set
	s.Ratings = Ratings{}
	st := &statement{source: b.source}
	span := source.Span{Since: st.arg(time.UnixMicro(b.since), "timestamptz")}
	return b.relation(ctx, "csat", span, st, "r.conversation_id, r.contact_id, r.agent_id, r.rating, r.sent_at, r.answered_at",
		b.ofShare("(r.sent_at >= "+span.Since+" OR r.answered_at >= "+span.Since+")"), func(c []cell) error {
			q := &s.Ratings
			conversation := s.Conversations.code(c[0].text())
			s.Rows.room(conversation)
			rating := c[3].int()
			q.Conversation, q.Contact, q.Agent = append(q.Conversation, conversation), append(q.Contact, s.Contacts.code(c[1].text())), append(q.Agent, s.Agents.code(c[2].text()))
			q.SentAt, q.AnsweredAt = append(q.SentAt, c[4].instant()), append(q.AnsweredAt, c[5].instant())
			q.Answered = append(q.Answered, !c[3].isNull() || !c[5].isNull())
			if rating < 1 || rating > 5 {
				rating = 0
			}
			q.Rating = append(q.Rating, uint8(rating))
			return nil
		})
}

// readContacts reads what is known of contacts. Where the ids tell the phone, it is that.
func (b *builder) readContacts(ctx context.Context) error {
	s := b.set
	if len(s.ContactRows) > 0 && s.Contacts.Len() == b.base.Contacts.Len() {
		return nil // the base has them all
	}
	s.ContactRows = nil
	room := func(code uint32) {
		for int(code) >= len(s.ContactRows) {
			s.ContactRows = append(s.ContactRows, Contact{})
		}
	}
	described := map[uint32]bool{}
	st := &statement{source: b.source}
	selected := "r.contact_id, r.name, r.phone, r.country"
	err := b.relation(ctx, "contact", source.Span{}, st, selected, "", func(c []cell) error {
		code := b.known(s.Contacts, c[0].text())
		room(code)
		if code == 0 || described[code] {
			return nil
		}
		described[code] = true
		s.ContactRows[code] = Contact{Name: c[1].string(), Phone: s.Phones.code(c[2].text()), Country: s.Countries.code(c[3].text())}
		return nil
	})
	if err != nil || b.source.Phone == "" {
		return err
	}
	var ids []string
	for code := 1; code < s.Contacts.Len(); code++ {
		ids = append(ids, s.Contacts.Text(uint32(code)))
	}
	st = &statement{source: b.source}
	list := st.list("contact", ids)
	sql := "SELECT " + phoneOf(b.source, "k.id") + ", k.place\nFROM unnest(" + list + ") WITH ORDINALITY AS k (id, place)"
	return b.read(ctx, sql, st.args, func(c []cell) error {
		code := uint32(c[1].int())
		room(code)
		s.ContactRows[code].Phone = s.Phones.code(c[0].text())
		return nil
	})
}

// readTags reads the tags of contacts and conversations.
func (b *builder) readTags(ctx context.Context) error {
	s := b.set
	s.ContactTags, s.ConversationTags = nil, nil
	st := &statement{source: b.source}
	return b.relation(ctx, "tag", source.Span{}, st, "r.kind, r.owner_id, r.name", "r.kind IN ('contact', 'conversation') AND r.name IS NOT NULL", func(c []cell) error {
		owners, of := s.Contacts, &s.ContactTags
		if c[0].string() == "conversation" {
			owners, of = s.Conversations, &s.ConversationTags
		}
		owner, tag := b.known(owners, c[1].text()), s.Tags.code(c[2].text())
		if owner == 0 {
			return nil
		}
		for int(owner) >= len(*of) {
			*of = append(*of, nil)
		}
		for _, other := range (*of)[owner] {
			if other == tag {
				return nil
			}
		}
		(*of)[owner] = append((*of)[owner], tag)
		return nil
	})
}
