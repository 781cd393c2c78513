package facts

import (
	"context"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/parley-reports/parley/pkg/billing"
	"github.com/parley-reports/parley/pkg/source"
)

// A Share is a part of the messages, with everything of some contacts or conversations.
// Sets of all shares together hold what one set of all messages would hold.
type Share struct {
	// By is what is never divided: WholeContacts or WholeConversations.
	By ShareBy
	// Of is the number of shares, Index the one, from 0.
	Of, Index int
	// Units find the free units of all shares if costs are needed.
	Units *billing.Units
	// TemplatesOnly leaves out messages without a template, and with them the sessions.
	TemplatesOnly bool
}

// ShareBy is what a share has everything of.
type ShareBy string

// The ways to divide messages. Sessions and users need whole contacts, conversations and
// what happened to them whole conversations.
const (
	WholeContacts      ShareBy = "contact"
	WholeConversations ShareBy = "conversation"
)

// BuildShare reads the facts of a share. It returns the errors of Build.
func BuildShare(ctx context.Context, tx pgx.Tx, src *source.Source, needs Needs, maxMemory int, share Share) (*Set, error) {
	return build(ctx, &builder{tx: tx, source: src, maxMemory: maxMemory, share: share}, needs)
}

// CountMessages returns how many messages facts with these needs read.
func CountMessages(ctx context.Context, tx pgx.Tx, src *source.Source, needs Needs) (n int, err error) {
	b := &builder{tx: tx, source: src, set: &Set{}}
	st := &statement{source: src}
	span := source.Span{Since: st.arg(time.UnixMicro(needs.Start()), "timestamptz")}
	err = b.read(ctx, "SELECT count(*)\nFROM "+st.from("message", span, "created_at")+" AS m"+whereAll(within("m.created_at", span)), st.args, func(c []cell) error {
		n = int(c[0].int())
		return nil
	})
	return n, err
}

// isPart reports whether the set holds only some of the messages.
func (s Share) isPart() bool { return s.Of > 1 }

// holds is the condition on rows of the relation to be part of the share; "" if all are.
func (s Share) holds(row string, by ShareBy) string {
	return s.among(by, fmt.Sprintf("coalesce(%s.%s_id::text, '')", row, by))
}

// holdsMessages is the condition on messages to be part of the share. Those without a
// contact belong to no other message, and those without a conversation to no share of
// conversations.
func (s Share) holdsMessages() string {
	if s.By == WholeContacts {
		return s.among(WholeContacts, "coalesce(m.contact_id::text, m.message_id::text)")
	}
	return s.among(WholeConversations, "m.conversation_id::text")
}

// among is the condition that a text belongs to the share, if it is one by that.
func (s Share) among(by ShareBy, text string) string {
	if !s.isPart() || s.By != by {
		return ""
	}
	return fmt.Sprintf("(hashtext(%s) & 2147483647) %% %d = %d", text, s.Of, s.Index)
}

// ofShare adds to a condition on what happened to conversations that these are part of the
// share.
func (b *builder) ofShare(condition string) string {
	if holds := b.share.holds("r", WholeConversations); holds != "" {
		return condition + " AND " + holds
	}
	return condition
}

// known returns the code of an id by which rows are kept or left out: those of a share
// keep what is named by its messages.
func (b *builder) known(d *Dict, id []byte) uint32 {
	if b.share.isPart() {
		return d.lookup(id)
	}
	return d.code(id)
}

// sortable returns the id of a message so that the bytes have the order of ids.
func (m *Messages) sortable(i int32) string {
	if !m.ids.numeric {
		return m.ID(i)
	}
	return string(binary.BigEndian.AppendUint64(nil, uint64(m.ids.numbers[i])^1<<63))
}

// sequenceOf returns what breaks the tie with messages of the same time.
func (m *Messages) sequenceOf(i int32) int64 {
	if m.sequence == nil {
		return lastSequence
	}
	return m.sequence[i]
}
