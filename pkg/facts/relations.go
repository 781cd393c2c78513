package facts

import (
	"context"
	"time"

	"github.com/parley-reports/parley/pkg/source"
)

// relation reads the columns of a relation. The condition must also hold for the values as
// they are stored.
func (b *builder) relation(ctx context.Context, relation string, span source.Span, st *statement, selected, where string, row func(c []cell) error) error {
	if !b.source.Has(relation) {
		return nil
	}
	from := ""
	if _, isRaw := b.source.Raw[relation]; isRaw {
		from = b.source.RawItem(relation, span, st.text)
		cleaner, clean := b.cleaner(relation, selected), row
		row = func(c []cell) error {
			if !cleaner.clean(c) {
				return nil
			}
			return clean(c)
		}
	} else {
		from = st.from(relation, span)
	}
	return b.read(ctx, "SELECT "+selected+"\nFROM "+from+" AS r"+whereAll(where), st.args, row)
}

// readLines reads the lines: those of the messages, where the relation looks to it.
func (b *builder) readLines(ctx context.Context) error {
	st := &statement{source: b.source}
	var span source.Span
	if b.source.Bounded("line") {
		span.Since = st.arg(time.UnixMicro(b.start), "timestamptz")
	}
	selected := "r.line_id, r.name, r.channel, r.number, r.team_id, NULL"
	if b.source.Records("line.provider") {
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
func (b *builder) readEvents(ctx context.Context, has Parts) error {
	s := b.set
	add := func(c []cell) error {
		e := &s.Events
		conversation := s.Conversations.code(c[0].text())
		s.Rows.room(conversation)
		e.Conversation, e.Agent, e.Name = append(e.Conversation, conversation), append(e.Agent, s.Agents.code(c[1].text())), append(e.Name, s.EventNames.code(c[3].text()))
		e.At, e.Seconds, e.business = append(e.At, c[2].instant()), append(e.Seconds, notNegative(c[4].float())), append(e.business, notNegative(c[5].float()))
		return nil
	}
	const selected = "r.conversation_id, r.agent_id, r.at, r.name, r.seconds, r.business_seconds"
	if has.has(NeedEvents) {
		s.Events = s.Events.first(s.recentEvents)
	} else {
		s.Events = Events{}
		st := &statement{source: b.source}
		span := source.Span{Since: st.arg(time.UnixMicro(b.since), "timestamptz")}
		if err := b.relation(ctx, "conversation_event", span, st, selected, b.ofShare(within("r.at", span)), add); err != nil {
			return err
		}
		s.recentEvents = len(s.Events.At)
	}
	if !s.Needs.Has(NeedThreads) || !b.source.Has("conversation_event") {
		return nil
	}
	st := &statement{source: b.source}
	err := b.read(ctx, "SELECT EXISTS (SELECT FROM "+st.from("conversation_event", source.Span{})+" AS r WHERE r.name = 'reply')", st.args, func(c []cell) error {
		b.replies = c[0].bool()
		return nil
	})
	if err != nil {
		return err
	}
	st = &statement{source: b.source}
	span := source.Span{Until: st.arg(time.UnixMicro(b.since), "timestamptz")}
	var touched []string
	for _, code := range b.touched() {
		touched = append(touched, s.Conversations.Text(code))
	}
	var ids string // the source does without
	isTouched := b.among("conversation_event", "r.conversation_id", st.list("conversation", touched), &ids)
	return b.relation(ctx, "conversation_event", span, st, selected, within("r.at", span)+" AND "+isTouched, add)
}

// first returns the first n events, to which others can be added.
func (e Events) first(n int) Events {
	return Events{
		Conversation: e.Conversation[:n:n], Agent: e.Agent[:n:n], Name: e.Name[:n:n], At: e.At[:n:n], Seconds: e.Seconds[:n:n], business: e.business[:n:n],
	}
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
	return b.relation(ctx, "tag", source.Span{}, st, "r.kind, r.owner_id, r.name", "", func(c []cell) error {
		var owners *Dict
		var of *[][]uint32
		switch kind := c[0].string(); {
		case c[2].isNull():
			return nil
		case kind == "contact":
			owners, of = s.Contacts, &s.ContactTags
		case kind == "conversation":
			owners, of = s.Conversations, &s.ConversationTags
		default:
			return nil
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
