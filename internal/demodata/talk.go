package demodata

import (
	"strconv"

	"github.com/parley-reports/parley/internal/contract"
)

// The states of a conversation and what its rows call things.
var (
	stateOpen     = ref("open")
	statePending  = ref("pending") // with the bot
	stateSnoozed  = ref("snoozed")
	stateResolved = ref("resolved")

	sourceInbound = ref("inbound")
	sourceFlow    = ref("flow")
	sourceInbox   = ref("inbox")
	sourceOther   = ref("other")

	priorities = []*string{ref("low"), ref("medium"), ref("high"), ref("urgent")}
)

// A talk is a conversation while it is written. Its clock goes forward step by
// step; once it passes the end of the period, the talk is over and stays in
// the state that it had.
type talk struct {
	g        *generator
	line     *line
	who      *person
	language language
	topic    *topic
	row      contract.Conversation

	at      int64 // the clock
	opened  int64 // or last reopened
	changed int64 // the last time
	handoff int64 // from bot to people; 0: none
	waiting int64 // since when the contact waits for a person; 0: they do not
	over    bool

	agent     *agent
	responded bool // by a person
	wait      int64
	haste     float64 // 1; less in a hurry
	certain   bool    // comes to a good end, rating included
	reopened  int

	lastIn, lastOut *draft
	unread          []*draft
	spoken          string // the last words from a topic
}

func (g *generator) newTalk(at int64, l *line, p *person, about *topic, source *string) *talk {
	g.conversations++
	g.displayIDs[l.account]++
	t := &talk{g: g, line: l, who: p, language: p.language, topic: about, at: at, opened: at, changed: at, haste: 1}
	t.row = contract.Conversation{
		ConversationID: strconv.FormatInt(g.conversations, 10),
		AccountID:      &l.account,
		DisplayID:      g.text(strconv.FormatInt(g.displayIDs[l.account], 10)),
		ContactID:      p.id,
		LineID:         &l.id,
		Status:         stateOpen,
		CreatedAt:      instant(at),
	}
	if l.account == mainAccount { // the clinic's desk does not say
		t.row.Source = source
	}
	if g.chance(0.42) {
		x := g.random.Float64()
		t.row.Priority = priorities[int(x*x*4)]
	}
	return t
}

// end writes the conversation down.
func (t *talk) end() {
	g := t.g
	for _, d := range t.unread {
		g.readSometime(d, t.who)
	}
	if t.waiting != 0 && *t.row.Status != *stateResolved {
		t.row.WaitingSince = g.instant(t.waiting)
	}
	t.row.UpdatedAt = g.instant(t.changed)
	g.batch.Conversations = append(g.batch.Conversations, t.row)
	g.summary.Conversations++
	if !g.chance(0.24) {
		for i, name := range t.topic.tags {
			if i == 0 || g.chance(0.3) {
				g.batch.Tags = append(g.batch.Tags, contract.Tag{Kind: "conversation", OwnerID: t.row.ConversationID, Name: name})
			}
		}
	}
	// A copy of the id, so that the engagement does not keep the talk in memory.
	g.engaged[t.who.key()] = engagement{t.row.CreatedAt.UnixMilli(), t.at, t.line, g.text(t.row.ConversationID)}
}

// pass lets time go by. It tells whether the period still lasts.
func (t *talk) pass(span int64) bool { return t.goTo(t.at + max(1, span)) }

func (t *talk) goTo(at int64) bool {
	if t.over || at >= t.g.end {
		t.over = true
		return false
	}
	t.at = at
	return true
}

func (t *talk) touch() { t.changed = t.at }

// event notes that something happened, with the time it took.
func (t *talk) event(name string, since int64, by *agent) {
	row := contract.ConversationEvent{ConversationID: &t.row.ConversationID, Name: name, At: instant(t.at)}
	if since != 0 {
		row.Seconds = ref(float64(t.at-since) / 1000)
		hours := t.line.hours
		if t.row.TeamID != nil && len(t.line.shifts) == 0 {
			hours = t.g.teamHours[*t.row.TeamID]
		}
		if hours != nil {
			row.BusinessSeconds = ref(float64(hours.between(since, t.at)) / 1000)
		}
	}
	if by != nil {
		row.AgentID = &by.id
	}
	t.g.batch.Events = append(t.g.batch.Events, row)
	t.touch()
}

// words picks from the ways to say something, but not the same twice in a row.
func (t *talk) words(s speech) *string {
	p := t.g.choose(s, t.language)
	for range 3 {
		if p.text != t.spoken {
			break
		}
		p = t.g.choose(s, t.language)
	}
	t.spoken = p.text
	return t.g.fill(p, t.who, t.agent)
}

// hear lets the contact write.
func (t *talk) hear(span int64, body *string, kind *string) *draft {
	if !t.pass(span) {
		return nil
	}
	d := t.g.newDraft(t.at, t.line, t.who, inbound)
	m := &d.message
	m.AuthorKind, m.ConversationID, m.ContentType, m.Body = authorContact, &t.row.ConversationID, kind, body
	for _, u := range t.unread {
		t.g.readBy(u, t.who, t.at)
	}
	t.unread = t.unread[:0]
	t.g.put(d)
	t.lastIn = d
	if t.waiting == 0 {
		t.waiting = t.at
	}
	t.touch()
	return d
}

// hearAny is hear with words or, now and then, something else.
func (t *talk) hearAny(span int64, words speech) *draft {
	g := t.g
	kind := typeText
	switch x := g.random.Float64(); {
	case t.line.channel == email || t.line.channel == sms:
	case x < t.topic.photos:
		kind = typeImage
	case x < t.topic.photos+0.09 && t.line.channel != webchat:
		kind = typeAudio
	case x < t.topic.photos+0.105:
		kind = typeSticker
	case x < t.topic.photos+0.12:
		kind = typeLocation
	case x < t.topic.photos+0.14:
		kind = typeDocument
	}
	var body *string
	if kind == typeText || kind == typeImage && g.chance(0.3) {
		body = t.words(words)
	}
	d := t.hear(span, body, kind)
	if d != nil && t.lastOut != nil && g.chance(0.08) {
		d.replyTo = t.lastOut
	}
	return d
}

// press lets the contact press a button of the last message.
func (t *talk) press(span int64, title, payload string, kind *string) *draft {
	d := t.hear(span, &title, kind)
	if d != nil {
		d.message.ButtonPayload = &payload
		d.replyTo = t.lastOut
	}
	return d
}

// say writes to the contact, now.
func (t *talk) say(author *string, body *string, kind *string) *draft {
	d := t.g.newDraft(t.at, t.line, t.who, outbound)
	m := &d.message
	m.AuthorKind, m.ConversationID, m.ContentType, m.Body = author, &t.row.ConversationID, kind, body
	if author == authorAgent {
		m.AgentID = &t.agent.id
	}
	t.g.deliverInTalk(d)
	t.g.put(d)
	t.lastOut = d
	t.unread = append(t.unread, d)
	t.touch()
	return d
}

func (t *talk) botSays(words speech, kind *string) bool {
	if !t.pass(t.g.between(900, 3500)) {
		return false
	}
	t.say(authorBot, t.words(words), kind)
	return true
}

// inbound is a conversation that a contact begins.
func (g *generator) inbound(at int64, l *line, kind startKind) {
	var p *person
	fresh := g.chance(l.newcomers)
	switch {
	case fresh && (l.channel == webchat || l.channel == email) && g.chance(0.15):
		// Somebody whom WhatsApp knows writes here for once.
		p, fresh = g.known(g.lines[[...]int{lineBrazil, lineMexico, lineArgentina}[g.random.IntN(3)]], at), false
	case !fresh:
		p = g.known(l, at)
	}
	if p == nil {
		p, fresh = g.newcomer(l, at), true
	}
	t := g.newTalk(at-1, l, p, g.pickTopic(l), sourceInbound)
	defer t.end()
	switch {
	case kind == startRush:
		t.haste, t.certain = 0.2, true
	case kind == startWaiting:
		t.haste = 8
	case g.chance(0.005):
		t.call()
		return
	}

	opens := t.topic.opens
	referred := fresh && g.chance(l.referrals)
	if referred && g.chance(0.6) {
		opens = adOpener
	}
	if d := t.hearAny(1, opens); d != nil && referred {
		d.message.IsReferral = yes
	}
	for g.chance(0.3) {
		t.hearAny(g.about(15*second, 0.8), t.topic.opens)
	}
	if kind == startInbound && g.chance(l.bot) {
		t.bot()
		return
	}
	t.people()
}

// call is a telephone call that somebody notes: a conversation without messages.
func (t *talk) call() {
	t.row.Source = sourceOther
	t.take(t.g.pickAgent(t.topic.team, t.language, t.at))
	if t.pass(t.g.about(5*minute, 0.6)) {
		t.event("resolved", t.opened, t.agent)
		t.row.Status = stateResolved
	}
}

func (g *generator) pickTopic(l *line) *topic {
	from := topics
	if l.account == clinicAccount {
		from = clinicTopics
	}
	var total float64
	for i := range from {
		total += from[i].weight
	}
	x := g.random.Float64() * total
	for i := range from {
		if x -= from[i].weight; x < 0 {
			return &from[i]
		}
	}
	return &from[0]
}

// bot is the bot's part: it asks, and answers itself, hands on, or is left
// alone.
func (t *talk) bot() {
	g := t.g
	t.row.Status = statePending
	if !t.botSays(botMenu, typeInteractive) {
		return
	}
	if g.chance(0.04) { // the contact goes away
		t.botCloses(24 * hour)
		return
	}
	if g.chance(0.75) {
		t.press(g.about(14*second, 0.8), t.topic.button[t.language], t.topic.payload, typeInteractive)
	} else {
		t.hearAny(g.about(20*second, 0.8), t.topic.opens)
	}
	if t.over {
		return
	}
	if len(t.topic.bot[spanish]) > 0 && g.chance(0.55) {
		if !t.botSays(t.topic.bot, typeText) || !t.botSays(botMore, typeInteractive) {
			return
		}
		if g.chance(0.6) {
			if g.chance(0.7) && t.hear(g.about(25*second, 1), t.words(contactThanks), typeText) != nil {
				t.botSays(botDone, typeText)
			}
			t.botCloses(g.about(10*minute, 0.5))
			return
		}
		t.hearAny(g.about(30*second, 0.8), t.topic.asks)
	}
	t.handOver()
}

// botCloses ends what the bot did alone.
func (t *talk) botCloses(after int64) {
	if !t.pass(after) {
		return
	}
	t.event("bot_resolved", t.opened, nil)
	t.event("resolved", t.opened, nil)
	t.row.Status, t.waiting = stateResolved, 0
	if t.g.chance(0.12) {
		t.survey(nil)
	}
}

// handOver brings people in.
func (t *talk) handOver() {
	if !t.botSays(botHandoff, typeText) {
		return
	}
	t.row.TeamID = &t.topic.team
	t.event("bot_handoff", t.opened, nil)
	t.row.Status = stateOpen
	t.handoff, t.waiting = t.at, t.at
	t.people()
}

// take assigns the conversation.
func (t *talk) take(a *agent) {
	t.agent = a
	t.row.AgentID, t.row.TeamID = &a.id, &t.topic.team
}

// patience is how much slower than usual people answer now.
func (t *talk) patience() float64 {
	local := instant(t.at).In(t.line.location)
	slow := t.line.pace * t.haste
	switch local.Hour() {
	case 12, 13:
		slow *= 1.7
	case 10, 11:
		slow *= 1.2
	}
	if local.Weekday() == 1 {
		slow *= 1.25
	}
	return slow
}

// ready returns when the agent answers something that came at the clock's time.
func (t *talk) ready(median int64) int64 {
	g := t.g
	delay := int64(float64(g.about(median, 0.95)) * t.agent.speed * t.patience())
	at := t.line.staffed.next(t.at)
	if at > t.at { // what came in overnight waits in line
		delay += int64(float64(g.about(20*minute, 0.8)) * t.agent.speed)
	}
	at += delay
	if next := t.line.staffed.next(at); next > at {
		at = next + g.about(12*minute, 0.8)
	}
	return at
}
