package facts

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/parley-reports/parley/pkg/source"
)

// messageColumns are the columns of the contract that messages are made of, in the order
// in which messageSQL selects them.
var messageColumns = []string{
	"message_id", "account_id", "contact_id", "line_id", "conversation_id", "agent_id", "campaign_id", "subaccount", "author_kind", "content_type",
	"template_name", "template_language", "template_category", "origin", "correlation_id",
	"direction", "status", "read_at", "delivered_at", "failed_at", "error_code", "error_text", "button_payload", "is_referral",
	"created_at", "sequence", "price_usd", "billable", "pricing_type", "pricing_model", "pricing_category", "is_call",
}

// The places of those columns.
const (
	atContact      = 2
	atConversation = 4
	atContentType  = 9
	atCorrelation  = 14
)

const (
	atDirection = 15 + iota
	atStatus
	atRead
	atDelivered
	atFailed
	atErrorCode
	atErrorText
	atButton
	atReferral
	atCreated
	atSequence
	atPrice
	atBillable
	atPricingType
	atPricingModel
	atPricingCategory
	atCall
)

// messageSQL selects messages and calls of a span, those of the share, as many as there is
// room for and one.
func (b *builder) messageSQL(s *statement, span source.Span, columns []string, conditions ...string) string {
	conditions = append(conditions, b.share.holdsMessages())
	if b.share.TemplatesOnly {
		conditions = append(conditions, "m.template_name IS NOT NULL")
	}
	return b.someOfMessages(s, span, columns, conditions...) + fmt.Sprintf("\nLIMIT %d", b.maxRows()+1)
}

// someOfMessages selects messages and calls of a span with some of their columns. The
// others are null.
func (b *builder) someOfMessages(s *statement, span source.Span, wanted []string, conditions ...string) string {
	raw, isRaw := b.source.Raw["message"]
	var columns, selected []string
	for i, name := range messageColumns {
		expr := "m." + name
		switch {
		case !slices.Contains(wanted, name), i >= atBillable && i <= atPricingCategory && !b.source.Records("message."+name), i == atCall && (raw.Kinds || !b.source.Calls):
			selected = append(selected, "NULL")
			continue
		case i == atSequence:
			expr += "::bigint"
		case i == atPrice:
			expr += "::float8"
		case i == atButton:
			expr += " IS NOT NULL"
		}
		columns, selected = append(columns, name), append(selected, expr)
	}
	if b.source.Changes {
		columns = append(columns, "updated_at")
	}
	from := ""
	if isRaw {
		from = b.source.RawItem("message", span, s.text, columns...)
	} else {
		from = s.from("message", span, columns...)
	}
	return "SELECT " + strings.Join(selected, ", ") + "\nFROM " + from + " AS m" + whereAll(append([]string{within("m.created_at", span)}, conditions...)...)
}

// A memo remembers what the values of a column mean. Null means the zero value.
type memo[T any] struct {
	read  func(cell) T
	known map[string]T
	// last is the value that came last, which often comes again.
	last    []byte
	meaning T
}

func newMemo[T any](read func(cell) T) memo[T] { return memo[T]{read: read, known: map[string]T{}} }

func (c *memo[T]) of(value cell) T {
	var none T
	if value.raw == nil {
		return none
	}
	if c.last != nil && string(c.last) == string(value.raw) {
		return c.meaning
	}
	meaning, ok := c.known[string(value.raw)]
	if !ok {
		meaning = c.read(value)
		c.known[string(value.raw)] = meaning
	}
	c.last, c.meaning = append(c.last[:0], value.raw...), meaning
	return meaning
}

// codes gives the values of a column the codes of a dictionary.
type codes struct {
	memo[uint32]
	dict *Dict
	rule source.Rule
}

func (c *codes) of(value cell) uint32 {
	// Most texts are in the dictionary as they are.
	if value.number || !source.IsPlain(c.rule, value.raw) {
		return c.memo.of(value)
	}
	if c.last == nil || string(c.last) != string(value.raw) {
		c.last, c.meaning = append(c.last[:0], value.raw...), c.dict.code(value.raw)
	}
	return c.meaning
}

// A messageReader makes messages of the rows of messageSQL.
type messageReader struct {
	*builder
	id      source.Rule
	columns [atDirection]codes
	// alike are what was read of rows, by the texts that many rows have in common.
	alike     map[string]*alike
	key       []byte
	direction memo[direction]
	status    memo[Stage]
	kind      memo[kind]
	errorCode memo[string]
	texts     [3]memo[string] // of pricing
	rows      int
}

type direction uint8

const (
	isInbound direction = 1 + iota
	isOutbound
)

type kind uint8

const (
	aCall kind = 1 + iota
	noMessage
)

// stages are those of the words for a status.
var stages = map[string]Stage{"read": Read, "played": Read, "delivered": Delivered, "failed": Failed, "pending": Pending, "queued": Pending, "accepted": Pending}

func (b *builder) messages() *messageReader {
	s := b.set
	r := &messageReader{builder: b, alike: map[string]*alike{}}
	raw := b.source.Raw["message"]
	text := func(column int) func(cell) string {
		rule := raw.Rules[messageColumns[column]]
		return func(c cell) string { return b.source.Read(rule, c.string()) }
	}
	for i, dict := range []*Dict{
		s.Accounts, s.Contacts, s.Lines, s.Conversations, s.Agents, s.Campaigns, s.Subaccounts, s.Authors, s.ContentTypes, s.Templates, s.Languages, s.Categories,
		s.Origins, s.Correlations,
	} {
		read := text(i + 1)
		r.columns[i+1] = codes{newMemo(func(value cell) uint32 { return dict.codeOf(read(value)) }), dict, raw.Rules[messageColumns[i+1]]}
	}
	r.id = raw.Rules["message_id"]
	readDirection, readStatus := text(atDirection), text(atStatus)
	r.direction = newMemo(func(c cell) direction {
		switch readDirection(c) {
		case "inbound":
			return isInbound
		case "outbound":
			return isOutbound
		}
		return 0
	})
	r.status = newMemo(func(c cell) Stage { return stages[readStatus(c)] })
	r.kind = newMemo(func(c cell) kind {
		word := b.source.Read(source.Lower, c.string())
		switch {
		case !raw.Kinds:
		case slices.Contains(source.CallTypes(), word):
			return aCall
		case slices.Contains(source.NoMessageTypes(), word):
			return noMessage
		}
		return 0
	})
	r.errorCode = newMemo(text(atErrorCode))
	for i := range r.texts {
		r.texts[i] = newMemo(text(atPricingType + i))
	}
	return r
}

// lastSequence stands for no sequence, which comes after every other.
const lastSequence = math.MaxInt64

// checkEvery is after how many rows their memory is counted.
const checkEvery = 1 << 14

// add adds a row of messageSQL, if it is a message or the call of a contact.
func (r *messageReader) add(c []cell) error {
	if r.rows++; r.rows > r.maxRows() || r.set.Messages.Len() == r.maxRows() || r.rows%checkEvery == 0 && r.isTooLarge() {
		return ErrTooLarge
	}
	m := &r.set.Messages
	like := r.alikeOf(c)
	at, isOut, isCall := validInstant(c[atCreated]), like.direction == isOutbound, like.isCall(c)
	if !r.isMessage(like, c) || isCall && isOut {
		return nil
	}
	contact := r.columns[atContact].of(c[atContact])
	if r.isHeld != nil && r.isHeld(contact, at) {
		return nil
	}
	if !like.isRead {
		r.readAlike(like, c)
	}
	m.room()
	if m.ids.add(c[0]); m.ids.isTooLong() {
		return ErrTooLarge
	}
	m.At, m.Contact = append(m.At, at), append(m.Contact, contact)
	m.Conversation, m.Correlation = append(m.Conversation, r.columns[atConversation].of(c[atConversation])), append(m.Correlation, r.columns[atCorrelation].of(c[atCorrelation]))
	flags, stage := like.flags, NoStage
	if c[atButton].bool() {
		flags |= HasButton
	}
	if c[atReferral].bool() {
		flags |= IsReferral
	}
	if isCall {
		flags |= IsCall
	}
	if isOut {
		stage = stageOf(like.status, c)
	}
	m.Flags, m.Stage = append(m.Flags, flags), append(m.Stage, stage)
	switch {
	case stage == Failed:
		failed := like.shape
		failed.Failure = r.failure(failed.Line, r.errorCode.of(c[atErrorCode]), c[atErrorText].string())
		m.addShape(failed)
	case like.hasPlace:
		m.shapes = append(m.shapes, like.place)
	default:
		like.hasPlace, like.place = true, m.placeOf(like.shape)
		m.shapes = append(m.shapes, like.place)
	}
	sequence := int64(lastSequence)
	if !c[atSequence].isNull() {
		sequence = c[atSequence].int()
	}
	m.sequence = append(m.sequence, sequence)
	return nil
}

// alike is what rows have in common that have the same texts in many columns.
type alike struct {
	direction direction
	status    Stage
	kind      kind
	// isRead: flags and shape are read, which is not done for rows that are left out.
	isRead bool
	flags  Flag
	shape  Shape
	// place is that of the shape among those of the messages.
	hasPlace bool
	place    uint32
}

// alikeColumns are the columns that alike is read from.
var alikeColumns = []int{1, 3, 5, 6, 7, 8, atContentType, 10, 11, 12, 13, atDirection, atStatus, atPrice, atBillable, atPricingType, atPricingModel, atPricingCategory}

// maxAlike limits how many are remembered. There are a few thousand, but for prices that
// are different for each message.
const maxAlike = 1 << 16

// alikeOf returns what a row has in common with others. One search by all the texts is
// much faster than one for each.
func (r *messageReader) alikeOf(c []cell) *alike {
	r.key = r.key[:0]
	for _, column := range alikeColumns {
		raw := c[column].raw
		if raw == nil {
			r.key = append(r.key, 0)
			continue
		}
		r.key = append(binary.AppendUvarint(r.key, uint64(len(raw)+1)), raw...)
	}
	like, ok := r.alike[string(r.key)]
	if !ok {
		if len(r.alike) >= maxAlike {
			clear(r.alike)
		}
		like = &alike{direction: r.direction.of(c[atDirection]), status: r.status.of(c[atStatus]), kind: r.kind.of(c[atContentType])}
		r.alike[string(r.key)] = like
	}
	return like
}

// readAlike reads the shape and the flags.
func (r *messageReader) readAlike(like *alike, c []cell) {
	code := func(column int) uint32 { return r.columns[column].of(c[column]) }
	like.isRead, like.shape = true, Shape{
		Account: code(1), Line: code(3), Agent: code(5), Campaign: code(6), Subaccount: code(7), Author: code(8), ContentType: code(atContentType),
		Template: code(10), Language: code(11), Category: code(12), Origin: code(13), price: r.price(c),
	}
	if like.direction == isOutbound {
		like.flags |= Outbound
	}
	if like.shape.Template != 0 || r.isTemplate(like.shape.Category) {
		like.flags |= IsTemplate
	}
	if like.shape.Campaign != 0 || like.shape.Author == byCampaign {
		like.flags |= IsCampaign
	}
}

// isMessage reports whether a row is a message or a call.
func (r *messageReader) isMessage(like *alike, c []cell) bool {
	return like.direction != 0 && like.kind != noMessage && validInstant(c[atCreated]) != Never && r.isID(c[0])
}

// isCall reports whether a row is a call.
func (a *alike) isCall(c []cell) bool { return a.kind == aCall || c[atCall].bool() }

// isID reports whether a cell is the id of a message.
func (r *messageReader) isID(c cell) bool {
	switch {
	case c.raw == nil:
		return false
	case r.id == source.Stored, len(c.raw) > 0 && c.raw[0] > ' ' && c.raw[0] < 0x7f:
		return true
	}
	return r.source.Read(r.id, c.string()) != ""
}

// stageOf is the strongest evidence of an outbound message's delivery: its status, or that
// there is the instant of what happened to it.
func stageOf(status Stage, c []cell) Stage {
	stage := max(Sent, status)
	switch {
	case validInstant(c[atRead]) != Never:
		return Read
	case validInstant(c[atDelivered]) != Never:
		return max(stage, Delivered)
	case validInstant(c[atFailed]) != Never:
		return max(stage, Failed)
	}
	return stage
}

// validInstant reads an instant. Absurd ones are Never.
func validInstant(c cell) int64 {
	if at := c.instant(); source.IsInstant(at) {
		return at
	}
	return Never
}
