package demodata

import (
	"fmt"
	"strconv"
	"time"
)

// A flow sends by itself: either spread over the day as things happen, or
// once a day in a burst.
type flow struct {
	line     *line
	template *template // nil: plain text
	text     speech
	share    float64
	burst    int     // the local hour; -1: as things happen
	days     float64 // days on which it runs
	author   *string
	// opens: an answer belongs to a conversation that the message itself opened.
	opens bool
}

// planFlows sets the daily automated sends up.
func (g *generator) planFlows() {
	spread := func(l int, share float64, t *template, author *string) {
		g.flows = append(g.flows, &flow{line: g.lines[l], template: t, share: share, burst: -1, author: author})
	}
	burst := func(l int, share float64, t *template, hour int) {
		g.flows = append(g.flows, &flow{line: g.lines[l], template: t, share: share, burst: hour, author: authorBot, opens: true})
	}
	spread(lineBrazil, 0.07, orderBR, authorBot)
	spread(lineBrazil, 0.05, codeBR, authorSystem)
	spread(lineBrazil, 0.04, cartBR, authorBot)
	burst(lineBrazil, 0.08, shippingBR, 8)
	burst(lineBrazil, 0.09, paymentBR, 10)
	spread(lineMexico, 0.06, orderES, authorBot)
	spread(lineMexico, 0.04, codeES, authorSystem)
	spread(lineMexico, 0.03, cartES, authorBot)
	burst(lineMexico, 0.07, shippingES, 9)
	burst(lineMexico, 0.07, paymentES, 11)
	spread(lineArgentina, 0.05, orderES, authorBot)
	burst(lineArgentina, 0.08, shippingES, 9)
	burst(lineArgentina, 0.06, paymentES, 10)
	burst(lineClinic, 0.08, appointment, 11)
	g.flows = append(g.flows,
		&flow{line: g.lines[lineSMS], text: codeSMS, share: 0.05, burst: -1, author: authorSystem},
		&flow{line: g.lines[lineSMS], text: pushSMS, share: 0.08, burst: 9, author: authorSystem})
	for _, f := range g.flows {
		f.days = max(1, float64(g.opts.Days)*6/7)
	}
}

// runFlow sends one automated message.
func (g *generator) runFlow(at int64, f *flow) {
	var p *person
	if f.template == nil && g.chance(0.02) {
		p = nil // a code for somebody who is no contact yet
	} else {
		p = g.person(f.line, g.random.IntN(f.line.count))
	}
	d := g.newDraft(at, f.line, p, outbound)
	d.message.AuthorKind = f.author
	if f.template == nil {
		d.message.ContentType = typeText
		d.message.Body = g.fill(g.choose(f.text, portuguese), p, nil)
		g.deliver(d, 900)
		g.put(d)
		if f.burst >= 0 && p != nil && d.delivered != 0 && g.chance(0.03) {
			g.answered(d, nil, p, d.delivered+g.about(20*minute, 1), false)
		}
		return
	}
	g.makeTemplate(d, f.template, p, nil)
	if f.template.category == utility {
		d.message.CorrelationID = g.text("PED-" + strconv.Itoa(400_000+g.random.IntN(500_000)))
	}
	g.notify(d, f.template, p, nil, 900, f.opens)
}

// A campaign is a mass send.
type campaign struct {
	id, name string
	line     *line
	template *template // nil: plain text
	text     speech
	at       int64
	size     int
	lasts    int64 // from the first message to the last
	running  bool  // at the end
	offset   int   // where among the contacts it begins
	step     int   // and how it strides through them
	audience int

	// paused: the template is paused after this share of the recipients.
	paused float64
	// limited: the line's limit is reached after this share.
	limited float64
	// careless is the share of recipients whose data do not fit the template.
	careless float64
}

// planTroubles lays down what goes wrong with lines. All of it is placed by
// the end of the period, so that a report of some days shows it.
func (g *generator) planTroubles() {
	ago := func(days float64) int64 { return g.end - int64(min(days, float64(g.opts.Days)*0.6)*float64(day)) }
	argentina := g.lines[lineArgentina]
	from := workday(argentina.location, ago(3.9), 9)
	argentina.troubles = append(argentina.troubles, trouble{from, from + 200*minute, 0.4, []*failure{failUnavailable, failUnavailable, failServer, failThroughput}})
	clinic := g.lines[lineClinic]
	from = workday(clinic.location, ago(9), 9)
	clinic.troubles = append(clinic.troubles, trouble{from, from + 7*hour, 0.8, []*failure{failPayment}})
}

// workday returns the full hour of the last working day up to the instant's.
func workday(zone *time.Location, at int64, clock int) int64 {
	local := time.UnixMilli(at).In(zone)
	for {
		t := time.Date(local.Year(), local.Month(), local.Day(), clock, 0, 0, 0, zone)
		if w := t.Weekday(); w != time.Sunday && w != time.Saturday && t.UnixMilli() <= at {
			return t.UnixMilli()
		}
		local = time.Date(local.Year(), local.Month(), local.Day()-1, 23, 0, 0, 0, zone)
	}
}

// The campaigns in turn.
var campaignPlans = []struct {
	name     string
	line     int
	template *template
	text     speech
	hour     int
}{
	{"Semana do Consumidor", lineBrazil, consumerWeek, speech{}, 10},
	{"Promo fin de semana", lineMexico, promoWeekend, speech{}, 12},
	{"Hot Sale en cuotas", lineArgentina, hotSale, speech{}, 11},
	{"Frete grátis", lineBrazil, freeShipping, speech{}, 18},
	{"Últimas piezas", lineMexico, clearance2, speech{}, 17},
	{"Novedades por correo", lineEmail, nil, newsletter, 9},
	{"Clube de fidelidade", lineBrazil, club, speech{}, 15},
	{"Volvé con 15 %", lineArgentina, comeBack, speech{}, 16},
	{"Promo fin de semana", lineMexico, promoWeekend, speech{}, 11},
	{"Limpieza dental", lineClinic, cleaning, speech{}, 11},
	{"Semana do Consumidor", lineBrazil, consumerWeek, speech{}, 11},
	{"Hot Sale en cuotas", lineArgentina, hotSale, speech{}, 19},
	{"Avisos de entrega", lineBrazil, noticeBR, speech{}, 9},
	{"Cuotas por SMS", lineSMS, nil, pushSMS, 10},
}

// planCampaigns spreads the mass sends over the period. The last of them is
// under way at the end.
func (g *generator) planCampaigns() {
	total := float64(g.opts.Messages) * campaignShare
	count := int(min(float64(g.opts.Days)*1.6, max(total/campaignUsual, float64(g.opts.Days)/4, 2)))
	count = max(count, 2)
	size := max(int(total/float64(count)), 8)

	for i := range count - 1 {
		plan := campaignPlans[i%len(campaignPlans)]
		l := g.lines[plan.line]
		near := g.start + (g.end-g.start-6*hour)*int64(2*i+1)/int64(2*(count-1))
		if instant(near).In(l.location).Weekday() == time.Sunday {
			near += day
		}
		at := workday(l.location, near, plan.hour) + int64(g.random.IntN(40))*minute
		if at < g.start || at > g.end-2*hour {
			continue
		}
		g.addCampaign(plan.name, l, plan.template, plan.text, at, size)
	}

	// A template is paused in the middle of its campaign, an import went wrong,
	// a line reaches its limit.
	g.mishap(12, lineMexico, func(c *campaign) { c.template, c.name, c.paused = clearance, "Liquidación de temporada", 0.88 })
	g.mishap(17, lineBrazil, func(c *campaign) { c.careless = 0.07 })
	g.mishap(7, lineArgentina, func(c *campaign) { c.limited = 0.94 })
	g.mishap(6, lineBrazil, func(c *campaign) { c.careless = 0.03 })

	// The one that runs now. At night nobody sends promotions.
	l, t, name := g.lines[lineBrazil], consumerWeek, "Semana do Consumidor"
	if h := instant(g.end).In(l.location).Hour(); h < 8 || h >= 21 {
		t, name = noticeBR, "Avisos de entrega"
	}
	g.addCampaign(name, l, t, speech{}, g.end-38*minute, min(max(size, 60), 20_000))
	running := g.campaigns[len(g.campaigns)-1]
	running.running, running.lasts = true, 39*minute
	// And one some hours before, on another line.
	if h := instant(g.end).In(g.lines[lineMexico].location).Hour(); h >= 12 && h < 23 || g.opts.Days > 1 {
		at := g.end - 5*hour
		g.addCampaign("Avisos de entrega", g.lines[lineArgentina], noticeES, speech{}, at, max(size/3, 8))
	}
	for i, c := range g.campaigns {
		c.id = strconv.Itoa(i + 1)
		c.name = fmt.Sprintf("%s · %s", c.name, instant(c.at).In(c.line.location).Format("02/01 15:04"))
	}
}

// mishap gives something that goes wrong to the line's campaign that is
// nearest to so many days ago.
func (g *generator) mishap(daysAgo float64, onLine int, happen func(*campaign)) {
	wanted := g.end - int64(min(daysAgo, float64(g.opts.Days)*0.7)*float64(day))
	var nearest *campaign
	distance := int64(1) << 62
	for _, c := range g.campaigns {
		untouched := c.paused == 0 && c.limited == 0 && c.careless == 0
		if off := max(c.at-wanted, wanted-c.at); c.line.index == onLine && untouched && off < distance {
			nearest, distance = c, off
		}
	}
	if nearest != nil {
		happen(nearest)
	}
}

func (g *generator) addCampaign(name string, l *line, t *template, text speech, at int64, size int) {
	size = min(size, l.known*4/5)
	if l.channel == email || l.channel == sms {
		size = max(size/2, 8)
	}
	c := &campaign{name: name, line: l, template: t, text: text, at: at, size: size, audience: l.known}
	c.offset = g.random.IntN(c.audience)
	for c.step = 1 + g.random.IntN(c.audience); gcd(c.step, c.audience) != 1; c.step++ {
	}
	c.lasts = g.between(4*minute, 9*minute) + int64(size)*60
	g.campaigns = append(g.campaigns, c)
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// recipients lists the messages of a campaign.
func (g *generator) recipients(c *campaign, starts []start) []start {
	for i := range c.size {
		at := c.at + c.lasts*int64(i)/int64(c.size) + g.random.Int64N(second)
		starts = append(starts, start{at: at, campaign: c, number: i, kind: startCampaign})
	}
	return starts
}

// runCampaign sends one message of a campaign.
func (g *generator) runCampaign(at int64, c *campaign, number int) {
	p := g.person(c.line, int((int64(c.offset)+int64(number)*int64(c.step))%int64(c.audience)))
	d := g.newDraft(at, c.line, p, outbound)
	d.message.AuthorKind = authorCampaign
	d.message.CampaignID = &c.id
	d.message.CorrelationID = g.text("CRM-" + c.id + "-" + strconv.Itoa(10_000+number))
	if c.template == nil {
		d.message.ContentType = typeText
		d.message.Body = g.fill(g.choose(c.text, p.language), p, nil)
		if arrived := g.deliver(d, 8*second); arrived && c.line.channel == email && g.chance(0.36) {
			d.read = d.delivered + g.about(3*hour, 1.4)
		}
		g.put(d)
		if d.delivered != 0 && g.chance(0.02) {
			g.answered(d, nil, p, d.delivered+g.about(40*minute, 1), false)
		}
		return
	}
	if c.running && number%40 == 6 {
		p.unreachable = true // so that somebody looking now sees a failure
	}
	g.makeTemplate(d, c.template, p, nil)
	queue := 8 * second
	if c.running && at > g.end-100*second {
		queue = 4 * minute // the line has reached its pace: these wait
	}
	g.notify(d, c.template, p, c, queue, false)
}

// makeTemplate makes the message one of the template.
func (g *generator) makeTemplate(d *draft, t *template, p *person, a *agent) {
	m := &d.message
	m.ContentType = typeTemplate
	m.TemplateName, m.TemplateLanguage, m.TemplateCategory = &t.name, &t.language, &t.category
	m.Body = g.fill(t.body, p, a)
}

// notify sends a template and lets happen what follows: it fails, or is
// delivered, read, answered.
func (g *generator) notify(d *draft, t *template, p *person, c *campaign, queue int64, opens bool) {
	e, inTalk := g.engaged[p.key()]
	inTalk = inTalk && e.until > d.at
	if inTalk && e.from <= d.at && e.line == d.line {
		d.message.ConversationID = e.conversation
	}
	defer g.put(d)
	arrives := g.deliver(d, queue)
	if d.failure != nil {
		return
	}
	if f := g.templateFailure(d, t, p, c); f != nil {
		g.fail(d, f)
		return
	}
	if g.chance(0.0008) {
		d.sent = g.end + hour // the provider took it and said no more
		return
	}
	if !arrives {
		return
	}
	seen, answers := 0.72, 0.27
	switch t.category {
	case utility:
		seen, answers = 0.87, 0.13
		if len(t.buttons) > 0 {
			answers = 0.33
		}
	case authentication:
		seen, answers = 0.93, 0
	}
	if !g.chance(seen) {
		return
	}
	read := g.awake(d.line, d.delivered+g.about(11*minute, 1.8))
	if t.category == authentication {
		read = d.delivered + g.about(8*second, 0.6)
	}
	if !p.noReceipts {
		d.read = read
	}
	if inTalk || !g.chance(answers*t.appeal) {
		return
	}
	at := read + g.about(4*minute, 1.4)
	if at-d.at > 24*hour && g.chance(0.7) {
		return
	}
	g.answered(d, t, p, at, opens)
}

// awake puts off to the morning what would happen at night.
func (g *generator) awake(l *line, at int64) int64 {
	local := time.UnixMilli(at).In(l.location)
	if h := local.Hour(); h < 7 && g.chance(0.88) && at < g.end-lateShiftLasts {
		return at + int64(7-h)*hour + g.about(30*minute, 0.8)
	}
	return at
}

// templateFailure decides whether and why a template fails.
func (g *generator) templateFailure(d *draft, t *template, p *person, c *campaign) *failure {
	if c != nil {
		progress := float64(d.at-c.at) / float64(c.lasts)
		switch {
		case c.paused > 0 && progress > c.paused:
			return failPaused
		case c.limited > 0 && progress > c.limited:
			return failSpam
		case c.careless > 0 && g.chance(c.careless):
			return []*failure{failParameters, failFormat, failFormat, failMissing}[g.random.IntN(4)]
		}
	}
	switch {
	case p.unreachable:
		return failUndeliverable
	case p.optedOut && t.category == marketing:
		return failOptedOut
	}
	x := g.random.Float64()
	switch {
	case x < 0.0012:
		return failUndeliverable
	case x < 0.0022:
		return failServer
	case x < 0.0028:
		return failUnavailable
	case x < 0.0035:
		return failThroughput
	case x < 0.0040:
		return failSelf
	case x < 0.0046:
		return failFormat
	case x < 0.0049:
		return failTimeout
	case t.category == marketing && x < 0.0100:
		return failEcosystem
	case t.category == marketing && x < 0.0110:
		return failExperiment
	}
	return nil
}
