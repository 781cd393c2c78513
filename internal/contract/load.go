package contract

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
)

// Load adds the rows to the contract's tables. It can be called again with
// further batches.
func Load(ctx context.Context, conn *pgx.Conn, schema string, data Data) error {
	return load(ctx, conn, schema, data, "FORMAT binary")
}

// LoadFrozen is Load for tables that CreateTables made in the transaction that
// is still open on the connection. The rows arrive as if VACUUM had seen them
// already, so that the first readers need not do its work.
func LoadFrozen(ctx context.Context, conn *pgx.Conn, schema string, data Data) error {
	return load(ctx, conn, schema, data, "FORMAT binary, FREEZE")
}

func load(ctx context.Context, conn *pgx.Conn, schema string, data Data, options string) error {
	into := target{conn, schema, options}
	for _, copyRelation := range []func() error{
		func() error { return copyRows(ctx, into, "account", data.Accounts, encodeAccount) },
		func() error { return copyRows(ctx, into, "line", data.Lines, encodeLine) },
		func() error { return copyRows(ctx, into, "team", data.Teams, encodeTeam) },
		func() error { return copyRows(ctx, into, "agent", data.Agents, encodeAgent) },
		func() error { return copyRows(ctx, into, "agent_team", data.AgentTeams, encodeAgentTeam) },
		func() error { return copyRows(ctx, into, "campaign", data.Campaigns, encodeCampaign) },
		func() error { return copyRows(ctx, into, "contact", data.Contacts, encodeContact) },
		func() error { return copyRows(ctx, into, "conversation", data.Conversations, encodeConversation) },
		func() error { return copyRows(ctx, into, "conversation_event", data.Events, encodeEvent) },
		func() error { return copyRows(ctx, into, "message", data.Messages, encodeMessage) },
		func() error { return copyRows(ctx, into, "tag", data.Tags, encodeTag) },
		func() error { return copyRows(ctx, into, "csat", data.CSAT, encodeCSAT) },
		func() error { return copyRows(ctx, into, "working_hours", data.WorkingHours, encodeWorkingHours) },
		func() error { return copyRows(ctx, into, "rate_card", data.Rates, encodeRate) },
		func() error { return copyRows(ctx, into, "market", data.Markets, encodeMarket) },
		func() error { return copyRows(ctx, into, "billing_rule", data.BillingRules, encodeBillingRule) },
	} {
		if err := copyRelation(); err != nil {
			return err
		}
	}
	return nil
}

// A target is where rows go and how.
type target struct {
	conn            *pgx.Conn
	schema, options string
}

// copyRows writes one relation in PostgreSQL's binary COPY format. The rows
// are encoded by hand, not by reflection: that is several times faster, and
// the demo data goes to millions of rows.
func copyRows[Row any](ctx context.Context, into target, relation string, rows []Row, encode func(*encoder, *Row)) error {
	if len(rows) == 0 {
		return nil
	}
	columns := columnsOf(reflect.TypeFor[Row]())
	sql := fmt.Sprintf("COPY %s (%s) FROM STDIN (%s)", pgx.Identifier{into.schema, relation}.Sanitize(), strings.Join(columns, ", "), into.options)
	if _, err := into.conn.PgConn().CopyFrom(ctx, newCopyReader(rows, len(columns), encode), sql); err != nil {
		return fmt.Errorf("load %s: %w", relation, err)
	}
	return nil
}

// columnsOf names the columns of a row type in the order of its fields, which
// is the order in which the encode functions below write them.
func columnsOf(row reflect.Type) []string {
	columns := make([]string, row.NumField())
	for i := range columns {
		columns[i] = pgx.Identifier{row.Field(i).Tag.Get("db")}.Sanitize()
	}
	return columns
}

// A copyReader is the byte stream of a binary COPY, encoded piece by piece.
type copyReader[Row any] struct {
	rows    []Row
	columns int
	encode  func(*encoder, *Row)
	encoder encoder
	unread  []byte
	ended   bool
}

func newCopyReader[Row any](rows []Row, columns int, encode func(*encoder, *Row)) *copyReader[Row] {
	r := &copyReader[Row]{rows: rows, columns: columns, encode: encode}
	r.encoder.buf = append(r.encoder.buf, "PGCOPY\n\377\r\n\000"...)
	r.encoder.buf = append(r.encoder.buf, 0, 0, 0, 0, 0, 0, 0, 0) // no flags, no header extension
	return r
}

// pieceSize is how much is encoded ahead: enough to keep the calls few.
const pieceSize = 64 << 10

func (r *copyReader[Row]) Read(p []byte) (int, error) {
	if len(r.unread) == 0 {
		if r.ended {
			return 0, io.EOF
		}
		if err := r.fill(); err != nil {
			return 0, err
		}
	}
	n := copy(p, r.unread)
	r.unread = r.unread[n:]
	return n, nil
}

func (r *copyReader[Row]) fill() error {
	e := &r.encoder
	for len(r.rows) > 0 && len(e.buf) < pieceSize {
		e.buf = binary.BigEndian.AppendUint16(e.buf, uint16(r.columns))
		r.encode(e, &r.rows[0])
		r.rows = r.rows[1:]
	}
	if len(r.rows) == 0 {
		e.buf = append(e.buf, 0xff, 0xff)
		r.ended = true
	}
	r.unread, e.buf = e.buf, e.buf[:0]
	return e.err
}

// An encoder appends fields in PostgreSQL's binary format: a length of four
// bytes, -1 for NULL, and the value.
type encoder struct {
	buf []byte
	err error
}

func (e *encoder) null() { e.buf = append(e.buf, 0xff, 0xff, 0xff, 0xff) }

func (e *encoder) text(s string) {
	e.buf = binary.BigEndian.AppendUint32(e.buf, uint32(len(s)))
	e.buf = append(e.buf, s...)
}

func (e *encoder) int32(n int32) {
	e.buf = append(e.buf, 0, 0, 0, 4)
	e.buf = binary.BigEndian.AppendUint32(e.buf, uint32(n))
}

func (e *encoder) int64(n int64) {
	e.buf = append(e.buf, 0, 0, 0, 8)
	e.buf = binary.BigEndian.AppendUint64(e.buf, uint64(n))
}

func (e *encoder) float(x float64) { e.int64(int64(math.Float64bits(x))) }

func (e *encoder) bool(b bool) {
	e.buf = append(e.buf, 0, 0, 0, 1)
	if b {
		e.buf = append(e.buf, 1)
	} else {
		e.buf = append(e.buf, 0)
	}
}

// epoch is the instant 2000-01-01 in Unix seconds, from which PostgreSQL counts.
const epoch = 946684800

func (e *encoder) instant(t time.Time) {
	e.int64((t.Unix()-epoch)*1e6 + int64(t.Nanosecond())/1000)
}

// date writes the calendar date that the instant has in UTC.
func (e *encoder) date(t time.Time) {
	seconds := t.Unix() - epoch
	day := seconds / 86400
	if seconds%86400 < 0 {
		day--
	}
	e.int32(int32(day))
}

// since is date, but NULL for the zero time.
func (e *encoder) since(t time.Time) {
	if t.IsZero() {
		e.null()
		return
	}
	e.date(t)
}

func (e *encoder) timeOfDay(s string) {
	var t pgtype.Time
	if err := t.Scan(s); err != nil {
		e.fail(fmt.Errorf("time of day %q: %w", s, err))
		return
	}
	e.int64(t.Microseconds)
}

func (e *encoder) numeric(x float64) {
	var n pgtype.Numeric
	if err := n.Scan(strconv.FormatFloat(x, 'f', -1, 64)); err != nil {
		e.fail(fmt.Errorf("number %v: %w", x, err))
		return
	}
	start := len(e.buf)
	e.buf = append(e.buf, 0, 0, 0, 0)
	buf, err := types.Encode(pgtype.NumericOID, pgtype.BinaryFormatCode, n, e.buf)
	if err != nil {
		e.fail(fmt.Errorf("number %v: %w", x, err))
		return
	}
	e.buf = buf
	binary.BigEndian.PutUint32(e.buf[start:], uint32(len(e.buf)-start-4))
}

var types = pgtype.NewMap()

func (e *encoder) fail(err error) {
	e.null()
	if e.err == nil {
		e.err = err
	}
}

// optional writes NULL for a nil pointer, else the value by its own method.
func optional[T any](e *encoder, value *T, write func(*encoder, T)) {
	if value == nil {
		e.null()
		return
	}
	write(e, *value)
}

// The two kinds that messages are full of are spelled out: an indirect call
// for each of their fields is a good part of the time.

func (e *encoder) optText(s *string) {
	if s == nil {
		e.null()
		return
	}
	e.text(*s)
}

func (e *encoder) optInstant(t *time.Time) {
	if t == nil {
		e.null()
		return
	}
	e.instant(*t)
}

func encodeMessage(e *encoder, m *Message) {
	e.text(m.MessageID)
	optional(e, m.Sequence, (*encoder).int64)
	e.optText(m.AccountID)
	e.optText(m.Subaccount)
	e.optText(m.ConversationID)
	e.optText(m.ContactID)
	e.optText(m.LineID)
	e.text(m.Direction)
	e.optText(m.AuthorKind)
	e.optText(m.AgentID)
	e.instant(m.CreatedAt)
	e.optText(m.ContentType)
	e.optText(m.Body)
	e.optText(m.TemplateName)
	e.optText(m.TemplateLanguage)
	e.optText(m.TemplateCategory)
	e.optText(m.CampaignID)
	e.optText(m.Origin)
	e.optText(m.CorrelationID)
	e.optText(m.ProviderMessageID)
	e.optText(m.Status)
	e.optInstant(m.SentAt)
	e.optInstant(m.DeliveredAt)
	e.optInstant(m.ReadAt)
	e.optInstant(m.FailedAt)
	e.optText(m.ErrorCode)
	e.optText(m.ErrorText)
	optional(e, m.IsReferral, (*encoder).bool)
	e.optText(m.ButtonPayload)
	e.optText(m.InReplyTo)
	optional(e, m.PriceUSD, (*encoder).numeric)
	optional(e, m.Billable, (*encoder).bool)
	e.optText(m.PricingType)
	e.optText(m.PricingModel)
	e.optText(m.PricingCategory)
	e.optInstant(m.UpdatedAt)
}

func encodeConversation(e *encoder, c *Conversation) {
	e.text(c.ConversationID)
	e.optText(c.AccountID)
	e.optText(c.DisplayID)
	e.optText(c.ContactID)
	e.optText(c.LineID)
	e.optText(c.AgentID)
	e.optText(c.TeamID)
	e.optText(c.Source)
	e.optText(c.Status)
	e.optText(c.Priority)
	e.instant(c.CreatedAt)
	e.optInstant(c.FirstResponseAt)
	e.optInstant(c.WaitingSince)
	e.optInstant(c.UpdatedAt)
	e.optText(c.URL)
}

func encodeEvent(e *encoder, v *ConversationEvent) {
	e.optText(v.ConversationID)
	e.text(v.Name)
	e.instant(v.At)
	optional(e, v.Seconds, (*encoder).float)
	optional(e, v.BusinessSeconds, (*encoder).float)
	e.optText(v.AgentID)
}

func encodeContact(e *encoder, c *Contact) {
	e.text(c.ContactID)
	e.optText(c.AccountID)
	e.optText(c.Name)
	e.optText(c.Phone)
	e.optText(c.Country)
	e.optInstant(c.CreatedAt)
}

func encodeAccount(e *encoder, a *Account) {
	e.text(a.AccountID)
	e.optText(a.Name)
}

func encodeLine(e *encoder, l *Line) {
	e.text(l.LineID)
	e.optText(l.Name)
	e.optText(l.Channel)
	e.optText(l.Number)
	e.optText(l.TeamID)
	e.optText(l.Provider)
}

func encodeAgent(e *encoder, a *Agent) {
	e.text(a.AgentID)
	e.optText(a.Name)
}

func encodeTeam(e *encoder, t *Team) {
	e.text(t.TeamID)
	e.optText(t.Name)
}

func encodeAgentTeam(e *encoder, a *AgentTeam) {
	e.text(a.AgentID)
	e.text(a.TeamID)
}

func encodeCampaign(e *encoder, c *Campaign) {
	e.text(c.CampaignID)
	e.optText(c.Name)
}

func encodeTag(e *encoder, t *Tag) {
	e.text(t.Kind)
	e.text(t.OwnerID)
	e.text(t.Name)
}

func encodeCSAT(e *encoder, c *CSAT) {
	e.optText(c.ConversationID)
	e.optText(c.ContactID)
	e.optText(c.AgentID)
	optional(e, c.Rating, (*encoder).int32)
	e.optText(c.Comment)
	e.optInstant(c.SentAt)
	e.optInstant(c.AnsweredAt)
}

func encodeWorkingHours(e *encoder, w *WorkingHours) {
	e.optText(w.LineID)
	e.optText(w.TeamID)
	e.optText(w.TimeZone)
	e.int32(w.Weekday)
	e.timeOfDay(w.Opens)
	e.timeOfDay(w.Closes)
}

func encodeRate(e *encoder, r *Rate) {
	e.text(r.Market)
	e.text(r.Category)
	e.since(r.ValidFrom)
	e.numeric(r.USD)
}

func encodeMarket(e *encoder, m *Market) {
	e.text(m.Prefix)
	e.text(m.Market)
	optional(e, m.ValidFrom, (*encoder).date)
}

func encodeBillingRule(e *encoder, r *BillingRule) {
	e.since(r.ValidFrom)
	e.text(r.Unit)
	e.text(r.Category)
	optional(e, r.InWindow, (*encoder).bool)
	e.bool(r.Billable)
	e.text(r.RateCategory)
	optional(e, r.FreeUnits, (*encoder).int32)
}
