package facts

import (
	"context"
	"slices"
	"time"

	"github.com/parley-reports/parley/pkg/source"
)

// readMessages reads the messages since the start, and of the pairs whose sessions hang
// on earlier ones those as well, and finds their sessions. Messages of the base are not
// read again, apart from those that a refresh reads.
func (b *builder) readMessages(ctx context.Context) error {
	m := &b.set.Messages
	*m, b.set.Openers = Messages{}, Openers{}
	m.ids.numeric = b.source.Numbers["message"]
	until := int64(Never)
	switch {
	case b.base == nil:
	case !b.base.Needs.ReadsMessages(), b.refreshes && b.recent < b.start:
		clear(b.starts)
	default:
		until = b.base.start
		if b.refreshes {
			if err := b.readRecent(ctx); err != nil {
				return err
			}
		}
		if b.keepMessages(); b.isTooLarge() {
			return ErrTooLarge
		}
	}
	if until == Never || b.start < until {
		if err := b.readSpan(ctx, b.start, until, nil); err != nil {
			return err
		}
	}
	for contact, start := range b.starts {
		if start >= b.start {
			delete(b.starts, contact)
		}
	}
	until = b.start
	ordered := -1
	order := func() {
		if m.Len() != ordered { // others were read
			b.order()
			ordered = m.Len()
		}
	}
	for _, start := range []int64{b.start - lookFurther.Microseconds(), Never} {
		order()
		contacts := b.unanchored()
		if len(contacts) == 0 || b.share.TemplatesOnly {
			break
		}
		if err := b.readSpan(ctx, start, until, contacts); err != nil {
			return err
		}
		for _, contact := range contacts {
			b.starts[contact] = start
		}
		until = start
		if start == Never {
			order()
		}
	}
	b.findSessions()
	m.known = nil
	if !slices.ContainsFunc(m.sequence, func(n int64) bool { return n != lastSequence }) {
		m.sequence = nil
	}
	return nil
}

// readSpan reads the messages of a span, Never being no limit: all of them, or those of
// some contacts.
func (b *builder) readSpan(ctx context.Context, since, until int64, contacts []uint32) error {
	st := &statement{source: b.source}
	var span source.Span
	if since != Never {
		span.Since = st.arg(time.UnixMicro(since), "timestamptz")
	}
	if until != Never {
		span.Until = st.arg(time.UnixMicro(until), "timestamptz")
	}
	condition := ""
	if contacts != nil {
		var ids []string
		for _, contact := range contacts {
			ids = append(ids, b.set.Contacts.Text(contact))
		}
		condition = b.among("message", "m.contact_id", st.list("contact", ids), &span.Contacts)
	}
	sql := b.messageSQL(st, span, messageColumns, condition)
	if contacts == nil {
		b.set.SQL, b.set.Args = sql, st.args
	}
	return b.read(ctx, sql, st.args, b.messages().add)
}

// readRecent reads the messages again that a refresh does not take from the base: those of
// the last days, and those that changed since.
func (b *builder) readRecent(ctx context.Context) error {
	if err := b.readSpan(ctx, b.recent, Never, nil); err != nil || !b.source.Changes {
		return err
	}
	st := &statement{source: b.source}
	changed := "m.updated_at >= " + st.arg(b.base.ReadAt.Add(-changesFor), "timestamptz")
	span := source.Span{Until: st.arg(time.UnixMicro(b.recent), "timestamptz")}
	covered := b.covered()
	b.isHeld = func(contact uint32, at int64) bool { return !covered(contact, at) }
	defer func() { b.isHeld = nil }()
	return b.read(ctx, b.messageSQL(st, span, messageColumns, changed), st.args, b.messages().add)
}

// covered returns a function that reports whether the base has all messages of a contact
// at a time.
func (b *builder) covered() func(contact uint32, at int64) bool {
	start, starts := b.base.start, b.base.starts
	return func(contact uint32, at int64) bool {
		further, ok := starts[contact]
		return at >= start || ok && at >= further
	}
}

// keepMessages takes over the messages of the base that were not read again, without what
// was found out by their order.
func (b *builder) keepMessages() {
	m, old := &b.set.Messages, b.base.Messages
	if old.sequence == nil {
		old.sequence = slices.Repeat([]int64{lastSequence}, old.Len())
	}
	covered := b.covered()
	if !b.refreshes {
		*m = old
		m.clip()
		b.isHeld = covered
	} else {
		again := m.ids.set()
		var kept []int32
		for i := range int32(old.Len()) {
			if old.At[i] < b.recent && !again.has(&old.ids, i) {
				kept = append(kept, i)
			}
		}
		m.append(&old, kept)
		b.isHeld = func(contact uint32, at int64) bool { return at < b.recent && covered(contact, at) }
	}
	for i := range m.Flags {
		m.Flags[i] &^= InWindow | IsFree
	}
	m.Opener = nil
}
