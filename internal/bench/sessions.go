package bench

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/parley-reports/parley/pkg/failure"
)

const window = 24 * time.Hour

// An opener is a row of bench.session as it comes about.
type opener struct {
	user                                int32
	at                                  time.Time
	line                                *string
	isSession, isInitiation, isOutbound bool
	initiator, origin, userType         string
	status                              string // by what its message tells
	replied                             bool
	template, send, reason, code        *string
}

// A message as the loop needs it.
type message struct {
	account, contact, line, author, template, category, campaign, origin, status, code, text, channel *string
	outbound, referral                                                                                bool
	at                                                                                                time.Time
	deliveredAt, readAt, failedAt                                                                     *time.Time
}

const messagesInOrder = `
SELECT account_id, contact_id, line_id, author_kind, template_name, lower(template_category), campaign_id, origin, lower(status), error_code, error_text, channel,
  direction = 'outbound', coalesce(is_referral, false), created_at, delivered_at, read_at, failed_at
FROM message LEFT JOIN line USING (line_id)
WHERE contact_id IS NOT NULL
ORDER BY account_id, contact_id, created_at, sequence, direction, message_id COLLATE "C"`

// stage is the strongest evidence of a delivery.
func (m *message) stage() string {
	is := func(names ...string) bool { return m.status != nil && slices.Contains(names, *m.status) }
	switch {
	case is("read", "played") || m.readAt != nil:
		return "read"
	case is("delivered") || m.deliveredAt != nil:
		return "delivered"
	case is("failed") || m.failedAt != nil:
		return "failed"
	case is("queued", "pending", "accepted"):
		return "pending"
	}
	return "sent"
}

// A pair is what goes on between a contact and a line.
type pair struct {
	session  *opener
	ends     time.Time
	entry    bool // by a free entry point, without an answer
	openedAt time.Time
	wroteAt  time.Time // the contact
}

// makeSessions finds the sessions of all messages, and what tried to open one, and
// writes them into bench.session.
func makeSessions(ctx context.Context, address string) error {
	reader, err := pgx.Connect(ctx, address)
	if err != nil {
		return err
	}
	defer reader.Close(context.WithoutCancel(ctx))
	writer, err := pgx.Connect(ctx, address)
	if err != nil {
		return err
	}
	defer writer.Close(context.WithoutCancel(ctx))
	if _, err := reader.Exec(ctx, "SET search_path TO "+schema+"; SET work_mem = '256MB'"); err != nil {
		return err
	}
	zone, err := time.LoadLocation(Timezone)
	if err != nil {
		return err
	}
	rows, err := reader.Query(ctx, messagesInOrder)
	if err != nil {
		return err
	}
	defer rows.Close()
	found := &finder{rows: rows, zone: zone}
	columns := []string{"user_id", "created_at", "line_id", "is_session", "is_initiation", "is_notification", "initiator", "origin", "status", "user_type", "template", "send", "failure_reason", "failure_code"}
	_, err = writer.CopyFrom(ctx, pgx.Identifier{"bench", "session"}, columns, found)
	if err != nil {
		return fmt.Errorf("make session rows: %w", err)
	}
	return found.Err()
}

// A finder reads messages and hands out the openers, one user after the other.
type finder struct {
	rows    pgx.Rows
	zone    *time.Location
	user    int32
	account string
	contact string
	before  bool // the user has had a message
	pairs   map[string]*pair
	found   []*opener // of the user
	ready   []*opener // of the one before
	ended   bool
	err     error
}

// Next and Values are what COPY reads.
func (f *finder) Next() bool {
	if len(f.ready) > 0 {
		f.ready = f.ready[1:]
	}
	for len(f.ready) == 0 && !f.ended && f.err == nil {
		f.read()
	}
	return len(f.ready) > 0 && f.err == nil
}

func (f *finder) Err() error { return f.err }

func (f *finder) Values() ([]any, error) {
	o := f.ready[0]
	var status *string
	isNotification := o.isOutbound && o.isInitiation
	if isNotification {
		status = &o.status
		if o.replied {
			status = new("replied")
		}
	}
	return []any{o.user, o.at, o.line, o.isSession, o.isInitiation, isNotification, o.initiator, o.origin, status, o.userType, o.template, o.send, o.reason, o.code}, nil
}

// read takes the next message.
func (f *finder) read() {
	if !f.rows.Next() {
		f.ended, f.err = true, f.rows.Err()
		f.ready, f.found = f.found, nil
		return
	}
	var m message
	if f.err = f.rows.Scan(&m.account, &m.contact, &m.line, &m.author, &m.template, &m.category, &m.campaign, &m.origin, &m.status, &m.code, &m.text, &m.channel,
		&m.outbound, &m.referral, &m.at, &m.deliveredAt, &m.readAt, &m.failedAt); f.err != nil {
		return
	}
	if account, contact := value(m.account), value(m.contact); f.pairs == nil || account != f.account || contact != f.contact {
		f.account, f.contact = account, contact
		f.user++
		f.before, f.pairs = false, map[string]*pair{}
		f.ready, f.found = f.found, nil
	}
	f.take(&m)
}

// take says what the message does to the sessions of its pair.
func (f *finder) take(m *message) {
	p := f.pairs[value(m.line)]
	if p == nil {
		p = &pair{}
		f.pairs[value(m.line)] = p
	}
	stage := ""
	if m.outbound {
		stage = m.stage()
	}
	isTemplate := m.template != nil || slices.Contains([]string{"marketing", "utility", "authentication"}, value(m.category))
	isCampaign := m.campaign != nil || value(m.author) == "campaign"
	inWindow := !p.wroteAt.IsZero() && m.at.Before(p.wroteAt.Add(window))
	carriesOn := m.outbound && !isTemplate && !isCampaign && inWindow
	entry := !m.outbound && m.referral && value(m.channel) == "whatsapp"
	switch {
	case p.session != nil && m.at.Before(p.ends):
		if p.entry && m.outbound && stage != "failed" && stage != "pending" && m.at.Before(p.openedAt.Add(window)) {
			p.ends, p.entry = m.at.Add(3*window), false
		}
		if !m.outbound {
			p.session.replied = true
		}
	case stage != "failed":
		p.session = f.open(m, stage, isTemplate, isCampaign, carriesOn, entry)
		p.session.isSession = true
		p.openedAt, p.ends, p.entry = m.at, m.at.Add(window), entry
	case !carriesOn:
		f.open(m, stage, isTemplate, isCampaign, carriesOn, entry)
	}
	if !m.outbound {
		p.wroteAt = m.at
	}
	f.before = f.before || stage != "failed"
}

// open adds a row.
func (f *finder) open(m *message, stage string, isTemplate, isCampaign, carriesOn, entry bool) *opener {
	o := &opener{user: f.user, at: m.at, line: m.line, isOutbound: m.outbound, status: stage, initiator: "business", userType: "new", template: m.template}
	o.isInitiation = m.outbound && !carriesOn || !m.outbound && m.referral
	switch {
	case entry:
		o.initiator = "free_entry_point"
	case !m.outbound || carriesOn:
		o.initiator = "contact"
	}
	if f.before {
		o.userType = "returning"
	}
	switch {
	case m.origin != nil:
		o.origin = *m.origin
	case !m.outbound && !m.referral:
		o.origin = "inbound"
	case !m.outbound && value(m.channel) == "webchat":
		o.origin = "referred_webchat"
	case !m.outbound:
		o.origin = "referred_campaign"
	case isCampaign:
		o.origin = "campaign"
	case isTemplate:
		o.origin = "template"
	case value(m.author) == "bot" || value(m.author) == "system":
		o.origin = "flow"
	case value(m.author) == "agent":
		o.origin = "inbox"
	default:
		o.origin = "other"
	}
	switch {
	case m.campaign != nil:
		o.send = m.campaign
	case m.template != nil:
		o.send = new(*m.template + m.at.In(f.zone).Format(" 2006-01-02"))
	}
	if stage == "failed" {
		o.reason = new(failure.Reason(value(m.channel), value(m.code), value(m.text)))
		if code := failure.Code(value(m.code), value(m.text)); code != "" {
			o.code = &code
		}
	}
	f.found = append(f.found, o)
	return o
}

func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
