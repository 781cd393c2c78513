package demodata

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"github.com/parley-reports/parley/internal/contract"
	rates "github.com/parley-reports/parley/pkg/whatsapp"
)

// How the messages divide, measured on what the generator writes: of all
// messages, so many are mass sends, automated sends, templates by agents, and
// the first words of conversations that contacts begin. The rest follows from
// those as answers.
const (
	campaignShare  = 0.118
	flowShare      = 0.062
	agentShare     = 0.006
	inboundShare   = 0.0350
	campaignEcho   = 2.2   // messages for each message of a campaign, answers included
	contactShare   = 0.085 // contacts known at the start or arrived by the end
	knownAtStart   = 0.60  // of those
	batchMessages  = 10_000
	campaignUsual  = 320 // recipients, where the volume allows
	rushLasts      = 70 * minute
	lateShiftLasts = 100 * minute
)

// A line is a lineSetup at work.
type line struct {
	lineSetup
	index     int
	location  *time.Location
	subunit   *string
	hours     *calendar // the published schedule, its own or its team's
	staffed   *calendar // when somebody is really there
	known     int       // contacts at the start
	count     int       // contacts now
	busyness  float64   // sum of the rhythm over all hours
	openHours float64   // hours in which agents begin conversations
	troubles  []trouble
	channelTraits
}

// A trouble is a spell in which a share of what is sent fails.
type trouble struct {
	from, to int64
	share    float64
	failures []*failure
}

// A draft is a message on its way: it is written down in the order of time.
type draft struct {
	at      int64
	id      string
	message contract.Message
	line    *line
	replyTo *draft

	sent, delivered, read, failed int64 // 0: never
	failure                       *failure
}

// An engagement says that a contact is in a conversation.
type engagement struct {
	from, until  int64
	line         *line
	conversation *string
}

// A generator walks through the period hour by hour, begins what begins in
// the hour, and hands on the messages of the hour that is over. What it holds
// is what is still going on, so its size does not grow with the period.
type generator struct {
	opts       Options
	random     *rand.Rand
	start, end int64
	grid       int64 // the hour that holds the start
	agents     []agent
	rosters    map[string]*[2]roster
	lines      []*line
	teamHours  map[string]*calendar
	flows      []*flow
	campaigns  []*campaign

	pending [][]*draft // by hour since grid
	now     int        // the hour
	engaged map[int64]engagement
	tempo   float64 // corrects the rates on the way

	began         int64 // messages begun, written or not
	messages      int64
	conversations int64
	displayIDs    map[string]int64

	batch   contract.Data
	summary Summary
	yield   func(contract.Data) bool
	stopped bool

	strings  []string
	times    []time.Time
	integers []int64
}

func newGenerator(opts Options, yield func(contract.Data) bool) *generator {
	g := &generator{
		opts:       opts,
		random:     rand.New(rand.NewPCG(opts.Seed, 0x9a71e5)),
		end:        opts.End.UnixMilli(),
		engaged:    map[int64]engagement{},
		displayIDs: map[string]int64{},
		rosters:    map[string]*[2]roster{},
		teamHours:  map[string]*calendar{},
		tempo:      1,
		yield:      yield,
	}
	g.start = g.end - int64(opts.Days)*day
	g.grid = g.start - g.start%hour
	g.pending = make([][]*draft, (g.end-g.grid)/hour+1)
	g.summary.From, g.summary.To = instant(g.start), instant(g.end)
	g.setUp()
	return g
}

// setUp makes the lines, their schedules and the staff.
func (g *generator) setUp() {
	until := g.end + 3*day
	for _, t := range teams {
		if len(t.shifts) > 0 {
			g.teamHours[t.id] = newCalendar(mustZone(t.zone), t.shifts, g.start, until)
		}
	}
	for i, setup := range lineSetups {
		l := &line{lineSetup: setup, index: i, location: mustZone(setup.zone), channelTraits: traits[setup.channel]}
		if setup.subaccount != "" {
			l.subunit = &l.subaccount
		}
		l.hours = newCalendar(l.location, setup.shifts, g.start, until)
		if l.hours == nil {
			l.hours = g.teamHours[setup.team]
		}
		l.staffed = l.hours
		if l.staffed == nil {
			l.staffed = newCalendar(l.location, []shift{{weekdays, "09:00:00", "18:00:00"}}, g.start, until)
		}
		// Whatever the hour, the last one has somebody at work: a demo is looked
		// at when it is made.
		l.staffed = l.staffed.with(g.end-lateShiftLasts, g.end+hour)
		l.known = max(40, int(float64(g.opts.Messages)*contactShare*knownAtStart*setup.people))
		l.count = l.known
		for at := g.grid; at < g.end; at += hour {
			l.busyness += g.rhythm(l, at)
			if l.staffed.isOpen(at + hour/2) {
				l.openHours++
			}
		}
		g.lines = append(g.lines, l)
	}
	g.agents = staff(float64(g.opts.Messages) * inboundShare / float64(g.opts.Days))
	for _, a := range g.agents {
		for _, t := range a.teams {
			if g.rosters[t] == nil {
				g.rosters[t] = &[2]roster{}
			}
			for _, language := range a.speaks {
				g.rosters[t][language].add(a)
			}
		}
	}
	g.planTroubles()
	g.planFlows()
	g.planCampaigns()
}

func mustZone(name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil {
		panic("demodata: " + err.Error()) // the zones are part of the binary
	}
	return zone
}

// rhythm returns how busy the line is in the hour; the last ones never sleep.
func (g *generator) rhythm(l *line, at int64) float64 {
	r := rhythm(l.location, at)
	if at+hour > g.end-lateShiftLasts {
		r = max(r, 2.2)
	}
	return r
}

// A start is something that begins.
type start struct {
	at       int64
	line     *line
	flow     *flow
	campaign *campaign
	number   int
	kind     startKind
}

type startKind int

const (
	startInbound startKind = iota
	startRush              // comes to its end within the last hour
	startWaiting           // waits at the end
	startAgent
	startFlow
	startCampaign
)

// run writes the whole business down.
func (g *generator) run() {
	g.addStatics()
	var starts []start
	for g.now = range g.pending {
		if g.now%24 == 0 {
			g.keepTempo()
		}
		from := g.grid + int64(g.now)*hour
		starts = g.startsOf(from, starts[:0])
		slices.SortStableFunc(starts, func(a, b start) int { return cmp.Compare(a.at, b.at) })
		for _, s := range starts {
			if s.at < g.start || s.at >= g.end {
				continue
			}
			switch s.kind {
			case startInbound, startRush, startWaiting:
				g.inbound(s.at, s.line, s.kind)
			case startAgent:
				g.agentWrites(s.at, s.line)
			case startFlow:
				g.runFlow(s.at, s.flow)
			case startCampaign:
				g.runCampaign(s.at, s.campaign, s.number)
			}
		}
		g.writeHour()
		if g.stopped {
			return
		}
	}
	g.flush()
}

// startsOf lists what begins in the hour.
func (g *generator) startsOf(from int64, starts []start) []start {
	wanted := float64(g.opts.Messages)
	anywhere := func() int64 { return from + g.random.Int64N(hour) }
	for _, l := range g.lines {
		busy := g.rhythm(l, from) / l.busyness
		for range g.poisson(wanted * inboundShare * l.talks * busy * g.tempo) {
			starts = append(starts, start{at: anywhere(), line: l, kind: startInbound})
		}
		if l.openHours > 0 && l.staffed.isOpen(from+hour/2) && l.channel == whatsapp {
			for range g.poisson(wanted * agentShare * l.talks / 0.7 / l.openHours * g.tempo) {
				starts = append(starts, start{at: anywhere(), line: l, kind: startAgent})
			}
		}
	}
	for _, f := range g.flows {
		if f.burst < 0 {
			for range g.poisson(wanted * flowShare * f.share * g.rhythm(f.line, from) / f.line.busyness * g.tempo) {
				starts = append(starts, start{at: anywhere(), flow: f, kind: startFlow})
			}
			continue
		}
		local := time.UnixMilli(from).In(f.line.location)
		if local.Hour() != f.burst || local.Weekday() == time.Sunday {
			continue
		}
		for range g.poisson(wanted * flowShare * f.share / f.days * g.tempo) {
			starts = append(starts, start{at: from + 30*minute + g.random.Int64N(20*minute), flow: f, kind: startFlow})
		}
	}
	for _, c := range g.campaigns {
		if c.at >= from && c.at < from+hour {
			starts = g.recipients(c, starts)
		}
	}
	for _, s := range g.lastHour() {
		if s.at >= from && s.at < from+hour {
			starts = append(starts, s)
		}
	}
	return starts
}

// lastHour lists the conversations that make sure of life at the end, whatever
// the time of day: some that end with a rating, some that wait.
func (g *generator) lastHour() []start {
	var starts []start
	mainLines := [...]int{lineBrazil, lineMexico, lineArgentina}
	count := min(14, 4+g.opts.Messages/4000)
	for i := range count {
		at := g.end - rushLasts + (rushLasts-8*minute)*int64(i)/int64(count)
		starts = append(starts, start{at: at, line: g.lines[mainLines[i%3]], kind: startRush})
	}
	for i := range count / 3 {
		at := g.end - 14*minute + 12*minute*int64(i)/int64(count/3)
		starts = append(starts, start{at: at, line: g.lines[mainLines[i%3]], kind: startWaiting})
	}
	return starts
}

// keepTempo compares what was begun with what should have been, and hurries or
// slows down a little: so the number of messages comes out as asked.
func (g *generator) keepTempo() {
	var before, after float64
	for h := range g.pending {
		busy := rhythm(g.lines[lineMexico].location, g.grid+int64(h)*hour)
		if h < g.now {
			before += busy
		} else {
			after += busy
		}
	}
	if before == 0 || after == 0 {
		return
	}
	now := g.grid + int64(g.now)*hour
	missing := float64(g.opts.Messages) - float64(g.began)
	for _, c := range g.campaigns {
		if c.at >= now {
			missing -= float64(c.size) * campaignEcho // these come whatever the tempo
		}
	}
	expected := float64(g.opts.Messages) * (1 - campaignShare*campaignEcho) * after / (before + after)
	g.tempo = min(1.25, max(0.85, missing/expected))
}

// newDraft begins a message.
func (g *generator) newDraft(at int64, l *line, p *person, direction string) *draft {
	d := &draft{at: at, line: l}
	d.message = contract.Message{AccountID: &l.account, Subaccount: l.subunit, LineID: &l.id, Direction: direction}
	if p != nil {
		d.message.ContactID = p.id
	}
	return d
}

// put takes the message up, unless it lies in the future.
func (g *generator) put(d *draft) bool {
	if d.at >= g.end {
		return false
	}
	at := (d.at - g.grid) / hour
	g.pending[at] = append(g.pending[at], d)
	g.began++
	return true
}

// writeHour hands on the messages of the hour in the order of time.
func (g *generator) writeHour() {
	drafts := g.pending[g.now]
	g.pending[g.now] = nil
	slices.SortStableFunc(drafts, func(a, b *draft) int { return cmp.Compare(a.at, b.at) })
	for _, d := range drafts {
		g.write(d)
		if len(g.batch.Messages) >= batchMessages {
			g.flush()
			if g.stopped {
				return
			}
		}
	}
	if g.now%24 == 0 {
		from := g.grid + int64(g.now)*hour
		for key, e := range g.engaged {
			if e.until < from {
				delete(g.engaged, key)
			}
		}
	}
}

// write gives the message its id and its state as it is known at the end.
func (g *generator) write(d *draft) {
	g.messages++
	d.id = strconv.FormatInt(g.messages, 10)
	m := &d.message
	m.MessageID = d.id
	m.Sequence = g.integer(g.messages)
	m.CreatedAt = instant(d.at)
	if d.replyTo != nil && d.replyTo.id != "" {
		m.InReplyTo = &d.replyTo.id
	}
	g.summary.Messages++
	if m.Direction == inbound {
		m.UpdatedAt = g.instant(d.at)
		g.summary.Received++
	} else {
		g.settle(d)
	}
	m.ProviderMessageID = g.providerID(d)
	g.batch.Messages = append(g.batch.Messages, *m)
}

func (g *generator) flush() {
	if g.stopped {
		return
	}
	g.stopped = !g.yield(g.batch)
	g.batch = contract.Data{Messages: make([]contract.Message, 0, batchMessages)}
}

// addStatics writes what the business is made of, and the contacts it knows.
func (g *generator) addStatics() {
	b := &g.batch
	b.Accounts = append(b.Accounts, accounts...)
	for _, r := range rates.SampleRates() {
		b.Rates = append(b.Rates, contract.Rate{Market: r.Market, Category: r.Category, ValidFrom: r.ValidFrom, USD: r.USD})
	}
	for _, t := range teams {
		b.Teams = append(b.Teams, contract.Team{TeamID: t.id, Name: ref(t.name)})
		g.addHours(nil, ref(t.id), t.zone, t.shifts)
	}
	for _, l := range g.lines {
		row := contract.Line{LineID: l.id, Name: &l.name, Channel: &l.channel, TeamID: &l.team}
		if l.number != "" {
			row.Number = &l.number
		}
		b.Lines = append(b.Lines, row)
		g.addHours(&l.id, nil, l.zone, l.shifts)
	}
	for _, a := range g.agents {
		b.Agents = append(b.Agents, contract.Agent{AgentID: a.id, Name: ref(a.name)})
		for _, t := range a.teams {
			b.AgentTeams = append(b.AgentTeams, contract.AgentTeam{AgentID: a.id, TeamID: t})
		}
	}
	for _, c := range g.campaigns {
		b.Campaigns = append(b.Campaigns, contract.Campaign{CampaignID: c.id, Name: &c.name})
	}
	g.summary.Agents, g.summary.Campaigns = len(b.Agents), len(b.Campaigns)
	for _, l := range g.lines {
		for number := range l.known {
			d := dice(g.opts.Seed ^ 0xc0ffee ^ uint64(l.index*peopleStep+number)*0xd1342543de82ef95)
			g.addContact(g.person(l, number), g.start-int64(d.unit()*float64(700*day))-hour)
			if len(g.batch.Contacts) >= batchMessages {
				g.flush()
			}
		}
	}
}

func (g *generator) addHours(line, team *string, zone string, shifts []shift) {
	for _, s := range shifts {
		for _, weekday := range s.days {
			g.batch.WorkingHours = append(g.batch.WorkingHours, contract.WorkingHours{
				LineID: line, TeamID: team, TimeZone: &zone, Weekday: weekday, Opens: s.opens, Closes: s.closes,
			})
		}
	}
}

// newcomer is somebody whom the line did not know.
func (g *generator) newcomer(l *line, at int64) *person {
	p := g.person(l, l.count)
	l.count++
	g.addContact(p, at-second)
	return p
}

// known picks somebody whom the line knows and who is not in a conversation,
// the older ones rather. It gives up after a few attempts.
func (g *generator) known(l *line, at int64) *person {
	for range 4 {
		x := g.random.Float64()
		p := g.person(l, int(x*math.Sqrt(x)*float64(l.count)))
		if e, busy := g.engaged[p.key()]; !busy || e.until < at {
			return p
		}
	}
	return nil
}
