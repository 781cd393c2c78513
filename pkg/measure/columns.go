package measure

import (
	"time"

	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/facts"
	"github.com/parley-reports/parley/pkg/hours"
)

// A column gives each row a code, whose text it knows. Code 0 is no value.
type column struct {
	reader
	text func(code uint32) string
	// name is how people see an entity; "" where only its id is known.
	name func(code uint32) string
	// numbers: the values are whole numbers, which number gives.
	number func(code uint32) int64
	// values are those of a column that may have several.
	values func(i int32) []uint32
	// size is more than any code that the column has so far.
	size func() int
}

// value is the value of a code as people get it: a text, a number or nil.
func (c *column) value(code uint32) any {
	switch {
	case code == 0:
		return nil
	case c.number != nil:
		return c.number(code)
	}
	return c.text(code)
}

// words is a column of a few words; the first is no value.
func words(list []string, codes reader) *column {
	return &column{reader: codes, text: func(code uint32) string { return list[code] }, size: func() int { return len(list) }}
}

func coded(d *facts.Dict, codes reader) *column {
	return &column{reader: codes, text: d.Text, size: d.Len}
}

// named adds the names of an entity.
func (c *column) named(names []string) *column {
	c.name = func(code uint32) string {
		if int(code) < len(names) {
			return names[code]
		}
		return ""
	}
	return c
}

// ofMessage reads a column of messages.
func ofMessage[T ~uint8 | ~uint32](r *rows, column []T) reader { return at(r.message, column) }

// ofShape reads a column that messages have in common.
func (r *rows) ofShape(read func(shape *facts.Shape) uint32) reader {
	m := &r.set.Messages
	codes := make([]uint32, len(m.Shapes))
	for i := range m.Shapes {
		codes[i] = read(&m.Shapes[i])
	}
	return at(r.message, m.ShapeCodes()).then(codes)
}

// ofFlags reads what the flags of messages say.
func (r *rows) ofFlags(read func(flags facts.Flag) uint32) reader {
	var codes [256]uint32
	for flags := range codes {
		codes[flags] = read(facts.Flag(flags))
	}
	return at(r.message, r.set.Messages.Flags).then(codes[:])
}

// ofConversation reads a column of conversations.
func (r *rows) ofConversation(codes []uint32) reader {
	return reader{
		one: func(i int32) uint32 {
			if conversation := r.conversation[i]; int(conversation) < len(codes) {
				return codes[conversation]
			}
			return 0
		},
	}
}

// ofEither reads a column that messages and conversations have.
func (r *rows) ofEither(messages func(shape *facts.Shape) uint32, conversations []uint32) reader {
	if isConversational(r.fact) {
		return r.ofConversation(conversations)
	}
	return r.ofShape(messages)
}

func (r *rows) lineCode() reader {
	return r.ofEither(func(shape *facts.Shape) uint32 { return shape.Line }, r.set.Rows.Line)
}

func (r *rows) contactCode() reader {
	if isConversational(r.fact) {
		return each(func(i int32) uint32 { return r.contact[i] })
	}
	return ofMessage(r, r.set.Messages.Contact)
}

func (r *rows) conversationCode() reader {
	if isConversational(r.fact) {
		return each(func(i int32) uint32 { return r.conversation[i] })
	}
	return ofMessage(r, r.set.Messages.Conversation)
}

// teamCode is the conversation's team, else the line's.
func (r *rows) teamCode() reader {
	conversation, line := r.conversationCode(), r.lineCode()
	teams := r.set.Rows.Team
	return each(func(i int32) uint32 {
		if code := conversation.one(i); int(code) < len(teams) && teams[code] != 0 {
			return teams[code]
		}
		return r.set.LineRow(line.one(i)).Team
	})
}

func (r *rows) agentCode() reader {
	if !isConversational(r.fact) {
		return r.ofShape(func(shape *facts.Shape) uint32 { return shape.Agent })
	}
	return each(func(i int32) uint32 {
		conversation := r.conversation[i]
		switch {
		case r.named[i] != 0:
			return r.named[i]
		case !r.set.IsDescribed(conversation):
			return 0
		case r.set.Rows.Assignee[conversation] != 0:
			return r.set.Rows.Assignee[conversation]
		}
		return r.set.Thread(conversation).LastAgent
	})
}

// ofOpener reads a column of what opened the session of a row; 0 where there is none.
func ofOpener[T ~uint8 | ~uint32](r *rows, codes []T) reader {
	read := func(opener int32) uint32 {
		if opener >= 0 {
			return uint32(codes[opener])
		}
		return 0
	}
	return reader{
		one: func(i int32) uint32 { return read(r.opener[i]) },
		many: func(rows []int32, to []uint32) {
			for n, i := range rows {
				to[n] = read(r.opener[i])
			}
		},
	}
}

// channelCode is the channel of the row's line.
func (r *rows) channelCode() reader {
	if !isConversational(r.fact) {
		return r.ofShape(func(shape *facts.Shape) uint32 { return r.set.LineRow(shape.Line).Channel })
	}
	line := r.lineCode()
	return each(func(i int32) uint32 { return r.set.LineRow(line.one(i)).Channel })
}

var (
	directions = []string{"", "inbound", "outbound"}
	windows    = []string{"", "open", "closed"}
	openHours  = []string{"", "inside", "outside"}
	answers    = []string{"", "yes", "no"}
	truth      = []string{"false", "true"}
)

// dimension returns the column of a dimension of the rows.
func (r *rows) dimension(id string) *column {
	s := r.set
	m, o := &s.Messages, &s.Openers
	switch id {
	case "account":
		return coded(s.Accounts, r.ofEither(func(shape *facts.Shape) uint32 { return shape.Account }, s.Rows.Account)).named(s.AccountNames)
	case "subaccount":
		return coded(s.Subaccounts, r.ofShape(func(shape *facts.Shape) uint32 { return shape.Subaccount }))
	case "channel":
		return coded(s.Channels, r.channelCode())
	case "line":
		c := coded(s.Lines, r.lineCode())
		c.name = func(code uint32) string { return s.LineRow(code).Name }
		return c
	case "team":
		return coded(s.Teams, r.teamCode()).named(s.TeamNames)
	case "agent":
		return coded(s.Agents, r.agentCode()).named(s.AgentNames)
	case "contact":
		c := coded(s.Contacts, r.contactCode())
		c.name = func(code uint32) string {
			row := s.ContactRow(code)
			if row.Name == "" {
				return s.Phones.Text(row.Phone)
			}
			return row.Name
		}
		return c
	case "contact_tag":
		return r.tags(r.contactCode(), s.ContactTags)
	case "conversation_tag":
		return r.tags(r.conversationCode(), s.ConversationTags)
	case "country":
		contact := r.contactCode()
		return coded(s.Countries, each(func(i int32) uint32 { return s.ContactRow(contact.one(i)).Country }))
	case "phone":
		contact := r.contactCode()
		return coded(s.Phones, each(func(i int32) uint32 { return s.ContactRow(contact.one(i)).Phone }))
	case "business_hours":
		return words(openHours, r.hoursCode())
	case "conversation_id":
		return coded(s.Conversations, r.conversationCode()).named(s.Rows.Display)
	case "template":
		return coded(s.Templates, r.ofShape(func(shape *facts.Shape) uint32 { return shape.Template }))
	case "template_category":
		return coded(s.Categories, r.ofShape(func(shape *facts.Shape) uint32 { return shape.Category }))
	case "language":
		return coded(s.Languages, r.ofShape(func(shape *facts.Shape) uint32 { return shape.Language }))
	case "campaign":
		return coded(s.Campaigns, r.ofShape(func(shape *facts.Shape) uint32 { return shape.Campaign })).named(s.CampaignNames)
	case "correlation_id":
		return coded(s.Correlations, ofMessage(r, m.Correlation))
	case "session_id":
		return &column{
			reader: each(func(i int32) uint32 {
				if opener := r.opener[i]; opener >= 0 && o.Session[opener] {
					return uint32(opener) + 1
				}
				return 0
			}),
			text: func(code uint32) string { return m.ID(o.Message[code-1]) },
			size: func() int { return o.Len() + 1 },
		}
	case "initiator":
		return words(facts.Initiators, ofOpener(r, o.Initiator))
	case "origin":
		return coded(s.Origins, ofOpener(r, o.Origin))
	case "user_type":
		return words(facts.UserTypes, ofOpener(r, o.UserType))
	case "status":
		if r.fact == catalog.Initiation {
			return words(facts.Stages, ofOpener(r, o.Status))
		}
		return words(facts.Stages, ofMessage(r, m.Stage))
	case "failure_reason":
		return coded(s.Reasons, r.ofShape(func(shape *facts.Shape) uint32 { return s.Failures[shape.Failure].Reason }))
	case "failure_code":
		return coded(s.Codes, r.ofShape(func(shape *facts.Shape) uint32 { return s.Failures[shape.Failure].Code }))
	case "failure_meaning":
		return coded(s.Codes, r.ofShape(func(shape *facts.Shape) uint32 { return s.Failures[shape.Failure].Meaning }))
	case "direction":
		return words(directions, r.ofFlags(func(flags facts.Flag) uint32 { return 1 + uint32(flags&facts.Outbound) }))
	case "author_kind":
		return coded(s.Authors, r.ofShape(func(shape *facts.Shape) uint32 { return shape.Author }))
	case "content_type":
		return coded(s.ContentTypes, r.ofShape(func(shape *facts.Shape) uint32 { return shape.ContentType }))
	case "in_window":
		return words(windows, r.ofFlags(func(flags facts.Flag) uint32 {
			switch {
			case flags&facts.Outbound == 0:
				return 0
			case flags&facts.InWindow != 0:
				return 1
			}
			return 2
		}))
	case "source":
		return coded(s.Sources, each(func(i int32) uint32 {
			conversation := r.conversation[i]
			switch {
			case !s.IsDescribed(conversation):
				return 0
			case s.Rows.Source[conversation] != 0:
				return s.Rows.Source[conversation]
			case s.Thread(conversation).Source != 0:
				return s.Thread(conversation).Source
			}
			return s.Sources.Lookup("other")
		}))
	case "conversation_status":
		return coded(s.Statuses, r.ofConversation(s.Rows.Status))
	case "unattended":
		return r.ofDescribed(r.isUnattended)
	case "opened_in_period":
		return r.ofDescribed(func(i int32) bool { return r.within(s.Rows.CreatedAt[r.conversation[i]]) })
	case "priority":
		return coded(s.Priorities, r.ofConversation(s.Rows.Priority))
	case "rating":
		return &column{
			reader: at(r.place, s.Ratings.Rating),
			number: func(code uint32) int64 { return int64(code) },
			size:   func() int { return 6 },
		}
	case "send":
		return r.sends()
	case "weekday":
		return r.clock(7, func(t time.Time) int { return int(t.Weekday()) })
	case "hour_of_day":
		return r.clock(24, func(t time.Time) int { return t.Hour() })
	}
	panic("no column " + id + " of " + string(r.fact))
}

// condition returns a column that conditions of metrics look at.
func (r *rows) condition(name string) *column {
	s := r.set
	m := &s.Messages
	flag := func(f facts.Flag) *column {
		return words(truth, r.ofFlags(func(flags facts.Flag) uint32 { return truthCode(flags&f != 0) }))
	}
	of := func(is func(i int32) bool) *column {
		return words(truth, each(func(i int32) uint32 { return truthCode(is(i)) }))
	}
	switch name {
	case "stage":
		return words(facts.Stages, ofMessage(r, m.Stage))
	case "is_template":
		return flag(facts.IsTemplate)
	case "has_button":
		return flag(facts.HasButton)
	case "cost_unknown":
		isUnknown := make([]uint32, len(s.Costs))
		for code, cost := range s.Costs {
			isUnknown[code] = truthCode(cost.Gap >= 0)
		}
		return words(truth, r.costCode().then(isUnknown))
	case "is_open":
		return of(func(i int32) bool { return r.isOpen(i) })
	case "is_unattended":
		return of(func(i int32) bool { return r.isUnattended(i) })
	case "event":
		return coded(s.EventNames, each(func(i int32) uint32 { name, _ := r.event(i); return name }))
	case "is_answered":
		return of(func(i int32) bool { return s.Ratings.Answered[r.place[i]] })
	case "rating":
		return words([]string{"", "1", "2", "3", "4", "5"}, at(r.place, s.Ratings.Rating))
	}
	return r.dimension(name)
}

func truthCode(is bool) uint32 {
	if is {
		return 1
	}
	return 0
}

// costCode reads the codes of what messages cost.
func (r *rows) costCode() reader { return at(r.message, r.set.CostCodes()) }

// ofDescribed answers a question about conversations; no value where nothing describes
// the conversation.
func (r *rows) ofDescribed(is func(i int32) bool) *column {
	return words(answers, each(func(i int32) uint32 {
		switch {
		case !r.set.IsDescribed(r.conversation[i]):
			return 0
		case is(i):
			return 1
		}
		return 2
	}))
}

func (r *rows) isOpen(i int32) bool {
	return r.set.Statuses.Text(r.set.Rows.Status[r.conversation[i]]) == "open"
}

// isUnattended reports whether an open conversation waits for a human: nobody answered
// yet, or the contact waits again.
func (r *rows) isUnattended(i int32) bool {
	if !r.isOpen(i) {
		return false
	}
	rows, conversation := &r.set.Rows, r.conversation[i]
	t := r.set.Thread(conversation)
	if rows.FirstResponseAt[conversation] == facts.Never && t.FirstAgentAt == facts.Never && t.AnsweredAt == facts.Never {
		return true
	}
	// Where the source keeps the time since which the contact waits, none means no,
	// whatever the messages show.
	if r.Source.Records("conversation.waiting_since") {
		return rows.WaitingSince[conversation] != facts.Never
	}
	return t.ContactWaits && (t.AnsweredAt == facts.Never || t.AnsweredAt < t.LastInboundAt)
}

// tags is the column of the tags of an owner.
func (r *rows) tags(owner reader, tags [][]uint32) *column {
	c := coded(r.set.Tags, reader{})
	c.values = func(i int32) []uint32 {
		if code := owner.one(i); code != 0 && int(code) < len(tags) {
			return tags[code]
		}
		return nil
	}
	return c
}

// hoursCode is whether the row's instant is in the open hours of its line, else of its
// team; no value where neither has any, or where its zone is not known.
func (r *rows) hoursCode() reader {
	s := r.set
	lines, teams := map[string]*hours.Week{}, map[string]*hours.Week{}
	for i := range r.Hours.Weeks {
		w := &r.Hours.Weeks[i]
		if w.Line != "" {
			lines[w.Line] = w
		} else {
			teams[w.Team] = w
		}
	}
	line, team := r.lineCode(), r.teamCode()
	return each(func(i int32) uint32 {
		w := lines[s.Lines.Text(line.one(i))]
		if w == nil {
			w = teams[s.Teams.Text(team.one(i))]
		}
		switch {
		case w == nil || w.Unknown:
			return 0
		case w.Open(time.UnixMicro(r.at[i])):
			return 1
		}
		return 2
	})
}

// clock is a column of what the local clock shows.
func (r *rows) clock(count int, read func(time.Time) int) *column {
	local := r.local()
	return &column{
		reader: each(func(i int32) uint32 { return 1 + uint32(read(local(r.at[i]))) }),
		number: func(code uint32) int64 { return int64(code) - 1 },
		size:   func() int { return count + 1 },
	}
}

// sends is the column of what went out together: a campaign, or a template on a day.
func (r *rows) sends() *column {
	type send struct {
		campaign, template uint32
		year, day          int
	}
	codes := map[send]uint32{}
	texts, names := []string{""}, []string{""}
	local := r.local()
	s := r.set
	m := &s.Messages
	byText := map[string]string{}
	for code, name := range s.CampaignNames {
		byText[s.Campaigns.Text(uint32(code))] = name
	}
	byCode := map[string]uint32{}
	return &column{
		reader: each(func(i int32) uint32 {
			message := r.messageOf(i)
			shape := m.Of(message)
			key := send{campaign: shape.Campaign}
			text := s.Campaigns.Text(key.campaign)
			if key.campaign == 0 {
				if key.template = shape.Template; key.template == 0 {
					return 0
				}
				t := local(r.at[i])
				key.year, key.day = t.Year(), t.YearDay()
			}
			code, ok := codes[key]
			if !ok {
				if key.campaign == 0 {
					text = s.Templates.Text(key.template) + local(r.at[i]).Format(" 2006-01-02")
				}
				// A campaign may be called like a template's day: then they are one.
				if code, ok = byCode[text]; !ok {
					code = uint32(len(texts))
					texts, names, byCode[text] = append(texts, text), append(names, byText[text]), code
				}
				codes[key] = code
			}
			return code
		}),
		text: func(code uint32) string { return texts[code] },
		name: func(code uint32) string { return names[code] },
		size: func() int { return len(texts) },
	}
}
