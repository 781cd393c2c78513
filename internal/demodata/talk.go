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

// people is the part of the team: answers and questions until it is resolved.
func (t *talk) people() {
	g := t.g
	if t.over {
		return
	}
	a := g.pickAgent(t.topic.team, t.language, t.at)
	t.agent = a
	if g.chance(0.72) {
		t.take(a)
	}
	if !t.line.staffed.isOpen(t.at) && t.line.channel != email && g.chance(0.85) {
		if !t.pass(1500) {
			return
		}
		t.say(authorSystem, t.words(closedNow), typeText)
	}
	at := t.ready(4 * minute)
	if wait := at - t.at; wait > 15*minute && g.chance(0.3) {
		t.hearAny(g.between(wait/4, wait*3/4), contactHurries)
	}
	if !t.goTo(at) {
		return
	}
	t.take(a)
	if !t.answer(agentHello) {
		return
	}
	if t.wait > 2*hour && g.chance(0.5) {
		if t.pass(g.about(8*second, 0.5)) {
			t.say(authorAgent, t.words(agentSorry), typeText)
		}
	}
	if t.pass(g.about(30*second, 0.6)) {
		t.say(authorAgent, t.words(t.topic.answers), typeText)
	}
	t.exchange()
}

// answer is the agent's word after the contact has waited. It tells whether
// the talk goes on.
func (t *talk) answer(words speech) bool {
	g := t.g
	if t.line.channel == whatsapp && t.lastIn != nil && t.at-t.lastIn.at >= 24*hour {
		return t.resume(words)
	}
	kind := typeText
	switch x := g.random.Float64(); {
	case x < 0.03:
		kind = typeDocument
	case x < 0.05:
		kind = typeImage
	case x < 0.065 && t.line.channel == whatsapp:
		kind = typeAudio
	}
	var body *string
	if kind != typeAudio {
		body = t.words(words)
	}
	for range 3 { // who sees it fail tries again
		if t.say(authorAgent, body, kind).failure == nil {
			t.answered()
			return true
		}
		if !t.pass(g.about(25*second, 0.5)) {
			return false
		}
	}
	t.close()
	return false
}

// answered notes that a person answered.
func (t *talk) answered() {
	g := t.g
	if t.waiting != 0 {
		t.wait = t.at - t.waiting
		switch {
		case t.responded:
			t.event("reply", t.waiting, t.agent)
		case t.line.account == mainAccount: // the clinic's desk keeps no first response
			since := t.opened
			if t.handoff != 0 {
				since = t.handoff
			}
			t.event("first_response", since, t.agent)
		}
	}
	if !t.responded && t.line.account == mainAccount {
		t.row.FirstResponseAt = g.instant(t.at)
	}
	t.responded, t.waiting = true, 0
}

// resume is what happens when the agent writes too late: a plain message fails,
// a template asks the contact to go on.
func (t *talk) resume(words speech) bool {
	g := t.g
	if g.chance(0.4) { // who knows the rule begins with the template
		d := t.say(authorAgent, t.words(words), typeText)
		g.fail(d, failWindow)
		if g.chance(0.2) || !t.pass(g.about(90*second, 0.6)) {
			t.close()
			return false
		}
	}
	tmpl := resumeES
	if t.language == portuguese {
		tmpl = resumeBR
	}
	d := t.say(authorAgent, nil, typeTemplate)
	g.makeTemplate(d, tmpl, t.who, t.agent)
	if d.failure == nil {
		t.answered()
	}
	if d.failure != nil || !g.chance(0.5) {
		t.close()
		return false
	}
	title := tmpl.buttons[0]
	if t.press(g.about(20*minute, 1.2), title.title, title.payload, typeButton) == nil || !t.goTo(t.ready(3*minute)) {
		return false
	}
	if t.at-t.lastIn.at >= 24*hour {
		t.close()
		return false
	}
	return t.answer(words)
}

// exchange is questions and answers in turn, and how it ends.
func (t *talk) exchange() {
	g := t.g
	for rounds := 0; g.chance(0.74) && rounds < 9; rounds++ {
		gap := g.about(70*second, 1.1)
		if g.chance(0.07) {
			gap = g.about(3*hour, 0.9) // has other things to do
		}
		t.hearAny(int64(float64(gap)*t.line.pace*t.haste), t.topic.asks)
		for g.chance(0.28) {
			t.hearAny(g.about(12*second, 0.7), t.topic.asks)
		}
		if t.over || !t.goTo(t.ready(95*second)) || !t.answer(t.topic.answers) {
			return
		}
		for g.chance(0.33) {
			if !t.pass(g.about(25*second, 0.6)) {
				return
			}
			t.say(authorAgent, t.words(t.topic.answers), typeText)
		}
		if g.chance(0.04) && !t.snooze() {
			return
		}
	}
	if g.chance(0.62) || t.certain {
		t.hear(int64(float64(g.about(80*second, 1))*t.haste), t.words(contactThanks), typeText)
		if g.chance(0.7) && !t.over && t.line.channel != email {
			if !t.goTo(t.ready(80*second)) || !t.answer(agentBye) {
				return
			}
		}
	}
	t.close()
}

// snooze puts the conversation off to the next day.
func (t *talk) snooze() bool {
	g := t.g
	t.say(authorAgent, t.words(agentLater), typeText)
	if !t.pass(g.about(30*second, 0.5)) {
		return false
	}
	t.row.Status = stateSnoozed
	t.touch()
	until := t.line.staffed.next(t.at+g.between(14*hour, 22*hour)) + g.about(20*minute, 0.8)
	if !t.goTo(until) {
		return false
	}
	t.row.Status = stateOpen
	return t.answer(agentBack)
}

// close resolves the conversation, unless the agent forgets it.
func (t *talk) close() {
	g := t.g
	if t.over {
		return
	}
	if g.chance(0.03) && !t.certain {
		if g.chance(0.5) && t.hearAny(g.about(hour, 1), t.topic.asks) == nil {
			return
		}
		// After a week the desk tidies up by itself.
		last := t.at
		if t.goTo(t.at + 7*day) {
			t.event("resolved", t.opened, nil)
			t.row.Status, t.waiting = stateResolved, 0
			t.at = last
		}
		return
	}
	resolved := t.line.staffed.next(t.at + int64(float64(g.about(11*minute, 1.1))*t.agent.speed*t.haste))
	if !t.goTo(resolved) {
		return
	}
	t.event("resolved", t.opened, t.agent)
	t.row.Status, t.waiting = stateResolved, 0
	if t.line.channel != sms && (g.chance(0.62) || t.certain) {
		t.survey(t.agent)
	}
	if !t.over && t.reopened < 2 && g.chance(0.06) && !t.certain {
		t.reopen()
	}
}

// survey asks for a rating.
func (t *talk) survey(a *agent) {
	g := t.g
	if !t.pass(second) {
		return
	}
	t.say(authorSystem, t.words(askRating), typeInteractive)
	row := contract.CSAT{ConversationID: &t.row.ConversationID, ContactID: t.who.id, SentAt: g.instant(t.at)}
	quality := 0.6
	if a != nil {
		row.AgentID, quality = &a.id, a.quality
	}
	asked := t.at
	if (g.chance(0.44) || t.certain) && t.pass(int64(float64(g.about(4*minute, 1.3))*t.haste)) {
		rating := g.rate(quality, t.wait)
		d := t.press(1, string(rune('0'+rating)), "csat_"+string(rune('0'+rating)), typeInteractive)
		t.waiting = 0
		if d != nil {
			row.Rating, row.AnsweredAt = ref(int32(rating)), g.instant(t.at)
			if g.chance(0.3) || rating < 3 && g.chance(0.4) {
				row.Comment = g.fill(g.choose(comments[rating-1], t.language), t.who, a)
			}
			g.summary.Ratings++
		}
	}
	t.at = max(t.at, asked)
	g.batch.CSAT = append(g.batch.CSAT, row)
}

// rate draws a rating from how good the agent is and how long it took.
func (g *generator) rate(quality float64, wait int64) int {
	bad := 1 - quality + min(0.25, float64(wait)/float64(20*hour))
	x := g.random.Float64()
	for rating, p := range []float64{0.25*bad + 0.02, 0.15*bad + 0.01, 0.25*bad + 0.04, 0.22} {
		if x -= p; x < 0 {
			return rating + 1
		}
	}
	return 5
}

// reopen lets the contact come back.
func (t *talk) reopen() {
	g := t.g
	t.reopened++
	if t.hear(g.about(9*hour, 1), t.words(contactAgain), typeText) == nil {
		return
	}
	t.row.Status = stateOpen
	t.opened, t.waiting = t.at, t.at
	t.event("reopened", 0, nil)
	if !t.goTo(t.ready(6*minute)) || !t.answer(t.topic.answers) {
		return
	}
	t.exchange()
}

// answered is the conversation that follows a contact's answer to a template or
// a mass send.
func (g *generator) answered(d *draft, tmpl *template, p *person, at int64, opens bool) {
	if at >= g.end {
		return
	}
	l := d.line
	about := &topics[aboutPayment]
	if tmpl != nil {
		about = &topics[tmpl.topic]
	}
	if l.account == clinicAccount {
		about = &clinicTopics[0]
	}
	began := at - 1
	if opens {
		began = d.at
	}
	t := g.newTalk(began, l, p, about, sourceFlow)
	defer t.end()
	if opens {
		d.message.ConversationID = &t.row.ConversationID
		t.at = at - 1
	}
	t.lastOut = d
	t.row.Status = statePending
	if tmpl == nil || len(tmpl.buttons) == 0 || g.chance(0.25) {
		if t.hearAny(1, contactWho) == nil {
			return
		}
		if g.chance(0.3) {
			if t.botSays(botDone, typeText) {
				t.botCloses(g.about(20*minute, 0.5))
			}
			return
		}
		t.handOver()
		return
	}
	b := &tmpl.buttons[0]
	if len(tmpl.buttons) > 1 && g.chance(0.36) {
		b = &tmpl.buttons[1]
	}
	if t.press(1, b.title, b.payload, typeButton) == nil {
		return
	}
	switch b.answer {
	case wantsPerson:
		t.handOver()
	case accepts:
		if t.botSays(botDone, typeText) {
			t.botCloses(g.about(15*minute, 0.5))
		}
	case declines:
		if t.botSays(botStop, typeText) {
			t.botCloses(g.about(15*minute, 0.5))
		}
	}
}

// agentWrites is a conversation that an agent begins with a template.
func (g *generator) agentWrites(at int64, l *line) {
	p := g.known(l, at)
	if p == nil {
		return
	}
	about := &topics[aboutSales]
	tmpl := quoteES
	if l.account == clinicAccount {
		about = &clinicTopics[1]
	} else if p.language == portuguese {
		tmpl = quoteBR
	}
	t := g.newTalk(at, l, p, about, sourceInbox)
	defer t.end()
	t.take(g.pickAgent(about.team, p.language, at))
	if !t.pass(g.about(35*second, 0.6)) {
		return
	}
	d := t.say(authorAgent, nil, typeTemplate)
	g.makeTemplate(d, tmpl, p, t.agent)
	if f := g.templateFailure(d, tmpl, p, nil); f != nil && d.failure == nil {
		g.fail(d, f)
	}
	if d.failure != nil {
		t.close()
		return
	}
	t.answered()
	if !g.chance(0.42) {
		t.certain = false
		if t.pass(g.about(20*hour, 0.4)) {
			t.close()
		}
		return
	}
	if t.hearAny(g.awake(l, t.at+g.about(25*minute, 1.3))-t.at, contactYes) == nil {
		return
	}
	if !t.goTo(t.ready(4*minute)) || !t.answer(t.topic.answers) {
		return
	}
	t.exchange()
}
