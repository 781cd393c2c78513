package measure

import (
	"time"

	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/facts"
	"github.com/parley-reports/parley/pkg/hours"
)

// A column gives each row a code, whose text it knows. Code 0 is no value.
type column struct {
	code func(i int32) uint32
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
func words(list []string, code func(i int32) uint32) *column {
	return &column{code: code, text: func(code uint32) string { return list[code] }, size: func() int { return len(list) }}
}

func (r *rows) coded(d *facts.Dict, code func(i int32) uint32) *column {
	return &column{code: code, text: d.Text, size: d.Len}
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
func (r *rows) ofMessage(codes []uint32) func(i int32) uint32 {
	return func(i int32) uint32 { return codes[r.message[i]] }
}

// ofShape reads a column that messages have in common.
func (r *rows) ofShape(read func(shape *facts.Shape) uint32) func(i int32) uint32 {
	m := &r.set.Messages
	codes := make([]uint32, len(m.Shapes))
	for i := range m.Shapes {
		codes[i] = read(&m.Shapes[i])
	}
	return func(i int32) uint32 { return codes[m.ShapeOf(r.message[i])] }
}

// ofConversation reads a column of conversations.
func (r *rows) ofConversation(codes []uint32) func(i int32) uint32 {
	return func(i int32) uint32 {
		if conversation := r.conversation[i]; int(conversation) < len(codes) {
			return codes[conversation]
		}
		return 0
	}
}

// ofEither reads a column that messages and conversations have.
func (r *rows) ofEither(messages func(shape *facts.Shape) uint32, conversations []uint32) func(i int32) uint32 {
	if isConversational(r.fact) {
		return r.ofConversation(conversations)
	}
	return r.ofShape(messages)
}

func (r *rows) lineCode() func(i int32) uint32 {
	return r.ofEither(func(shape *facts.Shape) uint32 { return shape.Line }, r.set.Rows.Line)
}

func (r *rows) contactCode() func(i int32) uint32 {
	if isConversational(r.fact) {
		return func(i int32) uint32 { return r.contact[i] }
	}
	return r.ofMessage(r.set.Messages.Contact)
}

func (r *rows) conversationCode() func(i int32) uint32 {
	if isConversational(r.fact) {
		return func(i int32) uint32 { return r.conversation[i] }
	}
	return r.ofMessage(r.set.Messages.Conversation)
}

// teamCode is the conversation's team, else the line's.
func (r *rows) teamCode() func(i int32) uint32 {
	conversation, line := r.conversationCode(), r.lineCode()
	teams := r.set.Rows.Team
	return func(i int32) uint32 {
		if code := conversation(i); int(code) < len(teams) && teams[code] != 0 {
			return teams[code]
		}
		return r.set.LineRow(line(i)).Team
	}
}

func (r *rows) agentCode() func(i int32) uint32 {
	if !isConversational(r.fact) {
		return r.ofShape(func(shape *facts.Shape) uint32 { return shape.Agent })
	}
	return func(i int32) uint32 {
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
	}
}

// openerColumn is a column of what opened the session of a row; 0 where there is none.
func openerColumn[T ~uint8 | ~uint32](r *rows, codes []T) func(i int32) uint32 {
	return func(i int32) uint32 {
		if opener := r.opener[i]; opener >= 0 {
			return uint32(codes[opener])
		}
		return 0
	}
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
		return r.coded(s.Accounts, r.ofEither(func(shape *facts.Shape) uint32 { return shape.Account }, s.Rows.Account)).named(s.AccountNames)
	case "subaccount":
		return r.coded(s.Subaccounts, r.ofShape(func(shape *facts.Shape) uint32 { return shape.Subaccount }))
	case "channel":
		line := r.lineCode()
		return r.coded(s.Channels, func(i int32) uint32 { return s.LineRow(line(i)).Channel })
	case "line":
		c := r.coded(s.Lines, r.lineCode())
		c.name = func(code uint32) string { return s.LineRow(code).Name }
		return c
	case "team":
		return r.coded(s.Teams, r.teamCode()).named(s.TeamNames)
	case "agent":
		return r.coded(s.Agents, r.agentCode()).named(s.AgentNames)
	case "contact":
		c := r.coded(s.Contacts, r.contactCode())
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
		return r.coded(s.Countries, func(i int32) uint32 { return s.ContactRow(contact(i)).Country })
	case "phone":
		contact := r.contactCode()
		return r.coded(s.Phones, func(i int32) uint32 { return s.ContactRow(contact(i)).Phone })
	case "business_hours":
		return words(openHours, r.hoursCode())
	case "conversation_id":
		return r.coded(s.Conversations, r.conversationCode()).named(s.Rows.Display)
	case "template":
		return r.coded(s.Templates, r.ofShape(func(shape *facts.Shape) uint32 { return shape.Template }))
	case "template_category":
		return r.coded(s.Categories, r.ofShape(func(shape *facts.Shape) uint32 { return shape.Category }))
	case "language":
		return r.coded(s.Languages, r.ofShape(func(shape *facts.Shape) uint32 { return shape.Language }))
	case "campaign":
		return r.coded(s.Campaigns, r.ofShape(func(shape *facts.Shape) uint32 { return shape.Campaign })).named(s.CampaignNames)
	case "correlation_id":
		return r.coded(s.Correlations, r.ofMessage(m.Correlation))
	case "session_id":
		return &column{
			code: func(i int32) uint32 {
				if opener := r.opener[i]; opener >= 0 && o.Session[opener] {
					return uint32(opener) + 1
				}
				return 0
			},
			text: func(code uint32) string { return m.ID(o.Message[code-1]) },
			size: func() int { return o.Len() + 1 },
		}
	case "initiator":
		return words(facts.Initiators, openerColumn(r, o.Initiator))
	case "origin":
		return r.coded(s.Origins, openerColumn(r, o.Origin))
	case "user_type":
		return words(facts.UserTypes, openerColumn(r, o.UserType))
	case "status":
		if r.fact == catalog.Initiation {
			return words(facts.Stages, openerColumn(r, o.Status))
		}
		return words(facts.Stages, func(i int32) uint32 { return uint32(m.Stage[r.message[i]]) })
	case "failure_reason":
		return r.coded(s.Reasons, r.ofShape(func(shape *facts.Shape) uint32 { return s.Failures[shape.Failure].Reason }))
	case "failure_code":
		return r.coded(s.Codes, r.ofShape(func(shape *facts.Shape) uint32 { return s.Failures[shape.Failure].Code }))
	case "failure_meaning":
		return r.coded(s.Codes, r.ofShape(func(shape *facts.Shape) uint32 { return s.Failures[shape.Failure].Meaning }))
	case "direction":
		return words(directions, func(i int32) uint32 { return 1 + uint32(m.Flags[r.message[i]]&facts.Outbound) })
	case "author_kind":
		return r.coded(s.Authors, r.ofShape(func(shape *facts.Shape) uint32 { return shape.Author }))
	case "content_type":
		return r.coded(s.ContentTypes, r.ofShape(func(shape *facts.Shape) uint32 { return shape.ContentType }))
	case "in_window":
		return words(windows, func(i int32) uint32 {
			switch flags := m.Flags[r.message[i]]; {
			case flags&facts.Outbound == 0:
				return 0
			case flags&facts.InWindow != 0:
				return 1
			}
			return 2
		})
	case "source":
		return r.coded(s.Sources, func(i int32) uint32 {
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
		})
	case "conversation_status":
		return r.coded(s.Statuses, r.ofConversation(s.Rows.Status))
	case "unattended":
		return r.ofDescribed(r.isUnattended)
	case "opened_in_period":
		return r.ofDescribed(func(i int32) bool { return r.within(s.Rows.CreatedAt[r.conversation[i]]) })
	case "priority":
		return r.coded(s.Priorities, r.ofConversation(s.Rows.Priority))
	case "rating":
		return &column{
			code:   func(i int32) uint32 { return uint32(s.Ratings.Rating[r.place[i]]) },
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
		return words(truth, func(i int32) uint32 {
			if m.Flags[r.message[i]]&f != 0 {
				return 1
			}
			return 0
		})
	}
	of := func(is func(i int32) bool) *column {
		return words(truth, func(i int32) uint32 {
			if is(i) {
				return 1
			}
			return 0
		})
	}
	switch name {
	case "stage":
		return words(facts.Stages, func(i int32) uint32 { return uint32(m.Stage[r.message[i]]) })
	case "is_template":
		return flag(facts.IsTemplate)
	case "has_button":
		return flag(facts.HasButton)
	case "cost_unknown":
		return of(func(i int32) bool { return s.Cost(r.message[i]).Gap >= 0 })
	case "is_open":
		return of(func(i int32) bool { return r.isOpen(i) })
	case "is_unattended":
		return of(func(i int32) bool { return r.isUnattended(i) })
	case "event":
		return r.coded(s.EventNames, func(i int32) uint32 { name, _ := r.event(i); return name })
	case "is_answered":
		return of(func(i int32) bool { return s.Ratings.Answered[r.place[i]] })
	case "rating":
		return words([]string{"", "1", "2", "3", "4", "5"}, func(i int32) uint32 { return uint32(s.Ratings.Rating[r.place[i]]) })
	}
	return r.dimension(name)
}

// ofDescribed answers a question about conversations; no value where nothing describes
// the conversation.
func (r *rows) ofDescribed(is func(i int32) bool) *column {
	return words(answers, func(i int32) uint32 {
		switch {
		case !r.set.IsDescribed(r.conversation[i]):
			return 0
		case is(i):
			return 1
		}
		return 2
	})
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
	if r.Source.Knows("conversation.waiting_since") {
		return rows.WaitingSince[conversation] != facts.Never
	}
	return t.ContactWaits && (t.AnsweredAt == facts.Never || t.AnsweredAt < t.LastInboundAt)
}

// tags is the column of the tags of an owner.
func (r *rows) tags(owner func(i int32) uint32, tags [][]uint32) *column {
	c := r.coded(r.set.Tags, nil)
	c.values = func(i int32) []uint32 {
		if code := owner(i); code != 0 && int(code) < len(tags) {
			return tags[code]
		}
		return nil
	}
	return c
}

// hoursCode is whether the row's instant is in the open hours of its line, else of its
// team; no value where neither has any, or where its zone is not known.
func (r *rows) hoursCode() func(i int32) uint32 {
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
	return func(i int32) uint32 {
		w := lines[s.Lines.Text(line(i))]
		if w == nil {
			w = teams[s.Teams.Text(team(i))]
		}
		switch {
		case w == nil || w.Unknown:
			return 0
		case w.Open(time.UnixMicro(r.at[i])):
			return 1
		}
		return 2
	}
}

// clock is a column of what the local clock shows.
func (r *rows) clock(count int, read func(time.Time) int) *column {
	local := r.local()
	return &column{
		code:   func(i int32) uint32 { return 1 + uint32(read(local(r.at[i]))) },
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
		code: func(i int32) uint32 {
			message := r.message[i]
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
		},
		text: func(code uint32) string { return texts[code] },
		name: func(code uint32) string { return names[code] },
		size: func() int { return len(texts) },
	}
}
