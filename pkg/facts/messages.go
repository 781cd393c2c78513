package facts

import (
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
	atContact     = 2
	atContentType = 9
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

// messageSQL selects messages and calls of a span.
func (b *builder) messageSQL(s *statement, span source.Span, conditions ...string) string {
	raw, isRaw := b.source.Raw["message"]
	var columns, selected []string
	for i, name := range messageColumns {
		expr := "m." + name
		switch {
		case i >= atBillable && i <= atPricingCategory && !b.source.Knows("message."+name), i == atCall && (raw.Kinds || !b.source.Calls):
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
	conditions = append([]string{within("m.created_at", span), b.share.holds("m", WholeContacts, WholeConversations)}, conditions...)
	if b.share.TemplatesOnly {
		conditions = append(conditions, "m.template_name IS NOT NULL")
	}
	return "SELECT " + strings.Join(selected, ", ") + "\nFROM " + from + " AS m" + whereAll(conditions...) + fmt.Sprintf("\nLIMIT %d", b.maxRows()+1)
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
	id        source.Rule
	columns   [atDirection]codes
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
	r := &messageReader{builder: b}
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
	at, direction, kind := validInstant(c[atCreated]), r.direction.of(c[atDirection]), r.kind.of(c[atContentType])
	isCall := kind == aCall || c[atCall].bool()
	switch {
	case at == Never, direction == 0, kind == noMessage, isCall && direction == isOutbound, !r.isID(c[0]):
		return nil
	}
	if r.isHeld != nil && r.isHeld(r.columns[atContact].of(c[atContact]), at) {
		return nil
	}
	m.room()
	m.ids.add(c[0])
	m.At = append(m.At, at)
	var codes [atDirection]uint32
	for i := 1; i < atDirection; i++ {
		codes[i] = r.columns[i].of(c[i])
	}
	shape := Shape{
		Account: codes[1], Line: codes[3], Agent: codes[5], Campaign: codes[6], Subaccount: codes[7], Author: codes[8], ContentType: codes[9],
		Template: codes[10], Language: codes[11], Category: codes[12], Origin: codes[13], price: r.price(c),
	}
	m.Contact, m.Conversation, m.Correlation = append(m.Contact, codes[2]), append(m.Conversation, codes[4]), append(m.Correlation, codes[14])
	var flags Flag
	set := func(is bool, f Flag) {
		if is {
			flags |= f
		}
	}
	set(direction == isOutbound, Outbound)
	set(shape.Template != 0 || r.isTemplate(shape.Category), IsTemplate)
	set(shape.Campaign != 0 || shape.Author == byCampaign, IsCampaign)
	set(c[atButton].bool(), HasButton)
	set(c[atReferral].bool(), IsReferral)
	set(isCall, IsCall)
	m.Flags = append(m.Flags, flags)
	stage := NoStage
	if direction == isOutbound {
		stage = r.stage(c)
	}
	if stage == Failed {
		shape.Failure = r.failure(shape.Line, r.errorCode.of(c[atErrorCode]), c[atErrorText].string())
	}
	m.Stage = append(m.Stage, stage)
	m.addShape(shape)
	sequence := int64(lastSequence)
	if !c[atSequence].isNull() {
		sequence = c[atSequence].int()
	}
	m.sequence = append(m.sequence, sequence)
	return nil
}

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

// stage is the strongest evidence of an outbound message's delivery: its status, or that
// there is the instant of what happened to it.
func (r *messageReader) stage(c []cell) Stage {
	stage := max(Sent, r.status.of(c[atStatus]))
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
