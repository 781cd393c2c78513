package demodata

import "encoding/base64"

// What the rows call things.
const (
	inbound  = "inbound"
	outbound = "outbound"
)

var (
	authorContact  = ref("contact")
	authorAgent    = ref("agent")
	authorBot      = ref("bot")
	authorCampaign = ref("campaign")
	authorSystem   = ref("system")

	statusPending   = ref("pending")
	statusAccepted  = ref("accepted")
	statusSent      = ref("sent")
	statusDelivered = ref("delivered")
	statusRead      = ref("read")
	statusPlayed    = ref("played")
	statusFailed    = ref("failed")

	typeText        = ref("text")
	typeImage       = ref("image")
	typeAudio       = ref("audio")
	typeDocument    = ref("document")
	typeLocation    = ref("location")
	typeSticker     = ref("sticker")
	typeInteractive = ref("interactive")
	typeButton      = ref("button")
	typeTemplate    = ref("template")

	yes = ref(true)
)

// channelTraits say what a channel reports about a message.
type channelTraits struct {
	reports   bool // anything at all
	delivers  bool
	receipts  bool // read
	lateFails float64
}

var traits = map[string]channelTraits{
	whatsapp:  {reports: true, delivers: true, receipts: true},
	messenger: {reports: true, delivers: true, receipts: true, lateFails: 0.004},
	instagram: {reports: true, receipts: true, lateFails: 0.006},
	webchat:   {reports: true, delivers: true, receipts: true},
	telegram:  {reports: true, lateFails: 0.008},
	sms:       {reports: true, delivers: true, lateFails: 0.02},
	email:     {lateFails: 0.012},
}

// A failure is a provider's code with its text.
type failure struct {
	code, text string
	late       bool // comes back after the provider took the message
}

var (
	failUndeliverable = &failure{"131026", "Message undeliverable", true}
	failEcosystem     = &failure{"131049", "This message was not delivered to maintain healthy ecosystem engagement.", true}
	failOptedOut      = &failure{"131050", "User has stopped receiving marketing messages from this business.", true}
	failExperiment    = &failure{"130472", "User's number is part of an experiment", true}
	failParameters    = &failure{"132000", "Number of parameters does not match the expected number of params", false}
	failFormat        = &failure{"132012", "Parameter format does not match format in the created template", false}
	failMissing       = &failure{"131008", "Required parameter is missing", false}
	failPaused        = &failure{"132015", "Template is paused", false}
	failSpam          = &failure{"131048", "Spam rate limit hit", false}
	failThroughput    = &failure{"130429", "Rate limit hit", false}
	failPairRate      = &failure{"131056", "(Business Account, Consumer Account) pair rate limit hit", false}
	failSelf          = &failure{"131021", "Recipient cannot be sender", false}
	failWindow        = &failure{"131047", "Re-engagement message", false}
	failPayment       = &failure{"131042", "Business eligibility payment issue", false}
	failServer        = &failure{"131000", "Something went wrong", false}
	failUnavailable   = &failure{"131016", "Service unavailable", false}
	failUpload        = &failure{"131053", "Media upload error", false}
	failDownload      = &failure{"131052", "Media download error", false}
	failCarrier       = &failure{"30003", "Unreachable destination handset", true}
	failBounce        = &failure{"5.1.1", "Recipient address rejected: user unknown", true}
	failTimeout       = &failure{"", "Request timed out", false}
	failOutside       = &failure{"10", "This message is sent outside of allowed window.", false}
	failNobody        = &failure{"100", "No matching user found", false}
	failToken         = &failure{"", "Error validating access token: Session has expired.", false}
	failBlocked       = &failure{"403", "Forbidden: bot was blocked by the user", true}
)

// lateFailures are what goes wrong on the way to the contact, by channel.
var lateFailures = map[string][]*failure{
	sms: {failCarrier}, email: {failBounce}, telegram: {failBlocked},
	messenger: {failOutside, failOutside, failNobody}, instagram: {failOutside, failOutside, failToken},
}

// fail lets the message fail.
func (g *generator) fail(d *draft, f *failure) {
	d.failure = f
	d.delivered, d.read = 0, 0
	if f.late {
		d.failed = d.sent + g.about(4*second, 0.8)
		return
	}
	d.sent = 0
	d.failed = d.at + g.between(250, 1500)
}

// deliver decides the way of a message as far as the contact's device, queue
// being how long such a message usually waits to be sent. It tells whether it
// arrives.
func (g *generator) deliver(d *draft, queue int64) bool {
	l := d.line
	d.sent = d.at + g.about(queue, 0.7)
	for _, t := range l.troubles {
		if d.at >= t.from && d.at < t.to && g.chance(t.share) {
			g.fail(d, t.failures[g.random.IntN(len(t.failures))])
			return false
		}
	}
	if l.lateFails > 0 && g.chance(l.lateFails) {
		late := lateFailures[l.channel]
		g.fail(d, late[d.at%int64(len(late))])
		return false
	}
	switch x := g.random.Float64(); {
	case x < 0.89:
		d.delivered = d.sent + g.about(2*second, 0.9)
	case x < 0.965: // the phone is off for a while
		d.delivered = d.sent + g.about(50*minute, 1.4)
	default:
		return false
	}
	return true
}

// deliverInTalk is deliver for a message within a conversation: the contact is
// there, and failures are rare.
func (g *generator) deliverInTalk(d *draft) {
	if d.line.channel == whatsapp && g.chance(0.0035) {
		d.sent = d.at + g.between(300, 1500)
		switch t := d.message.ContentType; {
		case t == typeImage || t == typeDocument || t == typeAudio:
			g.fail(d, failUpload)
		case g.chance(0.3):
			g.fail(d, failPairRate)
		case g.chance(0.3):
			g.fail(d, failDownload)
		case g.chance(0.3):
			g.fail(d, failTimeout)
		default:
			g.fail(d, failServer)
		}
		return
	}
	if !g.deliver(d, 700) && d.failure == nil {
		d.delivered = d.sent + g.about(minute, 1)
	}
}

// readBy lets the contact have read the message by the time they write.
func (g *generator) readBy(d *draft, p *person, at int64) {
	if d.failure != nil {
		return
	}
	d.sent = min(d.sent, at-2)
	d.delivered = min(d.delivered, at-1)
	if p.noReceipts {
		return
	}
	d.read = max(d.delivered, at-g.about(25*second, 0.9))
}

// readSometime lets the contact read a message that nothing follows.
func (g *generator) readSometime(d *draft, p *person) {
	if d.failure != nil || d.delivered == 0 || p.noReceipts || !g.chance(0.88) {
		return
	}
	d.read = d.delivered + g.about(2*minute, 1.7)
}

// settle writes what is known of an outbound message at the end.
func (g *generator) settle(d *draft) {
	m, l := &d.message, d.line
	happened := func(at int64) bool { return at != 0 && at < g.end }
	latest := d.at
	switch {
	case happened(d.failed):
		m.Status, m.FailedAt, latest = statusFailed, g.instant(d.failed), d.failed
		if happened(d.sent) {
			m.SentAt = g.instant(d.sent)
		}
		m.ErrorText = &d.failure.text
		switch {
		case d.failure.code == "":
		case (l.channel == messenger || l.channel == instagram || d.at%7 == 0) && l.channel != email: // in the text alone
			m.ErrorText = new("(#" + d.failure.code + ") " + d.failure.text)
		default:
			m.ErrorCode = &d.failure.code
		}
		g.summary.Failed++
	case !happened(d.sent):
		m.Status = statusPending
		if l.channel == whatsapp {
			m.Status = statusAccepted
		}
		g.summary.Pending++
	default:
		g.summary.Sent++
		if !l.reports && !happened(d.read) {
			break
		}
		m.Status, m.SentAt, latest = statusSent, g.instant(d.sent), d.sent
		if l.delivers && happened(d.delivered) {
			m.Status, m.DeliveredAt, latest = statusDelivered, g.instant(d.delivered), d.delivered
		}
		if l.receipts && happened(d.read) || l.channel == email && happened(d.read) {
			m.Status, m.ReadAt, latest = statusRead, g.instant(d.read), d.read
			if m.ContentType == typeAudio {
				m.Status = statusPlayed
			}
			// Sometimes only the last of the provider's notices comes through.
			if d.at%97 == 0 {
				m.DeliveredAt = nil
			}
		}
	}
	m.UpdatedAt = g.instant(latest)
}

// providerID makes up the id that the provider gave the message.
func (g *generator) providerID(d *draft) *string {
	if d.message.Direction == outbound && d.sent == 0 {
		return nil // it never took the message
	}
	var prefix string
	switch d.line.channel {
	case whatsapp:
		prefix = "wamid.HBgN"
	case instagram, messenger:
		prefix = "m_"
	case sms:
		prefix = "SM"
	default:
		return nil
	}
	var raw [15]byte
	a, b := g.random.Uint64(), g.random.Uint64()
	for i := range 8 {
		raw[i] = byte(a >> (8 * i))
	}
	for i := range 7 {
		raw[8+i] = byte(b >> (8 * i))
	}
	var buf [32]byte
	n := copy(buf[:], prefix)
	base64.RawURLEncoding.Encode(buf[n:], raw[:])
	return g.text(string(buf[:n+20]))
}
