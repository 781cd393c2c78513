package demodata

import "github.com/parley-reports/parley/internal/contract"

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
