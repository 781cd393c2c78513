package facts

import "slices"

// pairEnd returns where the messages of the pair end that begin at i. A pair is an
// account, a line and a contact.
func (m *Messages) pairEnd(i int) int {
	j := i + 1
	first := m.Of(int32(i))
	for ; j < m.Len() && m.Contact[j] == m.Contact[i]; j++ {
		if shape := m.Of(int32(j)); shape != first && (shape.Account != first.Account || shape.Line != first.Line) {
			break
		}
	}
	return j
}

// userEnd returns where the messages of the user end that begin at i. A user is a
// contact of an account.
func (m *Messages) userEnd(i int) int {
	j := i + 1
	account := m.Of(int32(i)).Account
	for j < m.Len() && m.Contact[j] == m.Contact[i] && m.Of(int32(j)).Account == account {
		j++
	}
	return j
}

// opens reports whether a message opens a session where none is open.
func (m *Messages) opens(i int) bool { return m.Stage[i] != Failed && m.Flags[i]&IsCall == 0 }

// isEntry reports whether a message came by a free entry point.
func (b *builder) isEntry(i int) bool {
	m := &b.set.Messages
	return m.Flags[i]&(Outbound|IsCall|IsReferral) == IsReferral && b.set.LineRow(m.Of(int32(i)).Line).Channel == onWhatsApp
}

// unanchored returns the contacts whose earlier messages are needed as well. Sessions are
// certain after a silence in which every session must have ended. A pair without such a
// silence before the range may be in a session that began earlier.
func (b *builder) unanchored() []uint32 {
	m := &b.set.Messages
	matters := b.start + lookBack.Microseconds()
	var contacts []uint32
	for i, end := 0, 0; i < m.Len(); i = end {
		end = m.pairEnd(i)
		contact := m.Contact[i]
		if contact == 0 {
			continue
		}
		start, further := b.starts[contact]
		if !further {
			start = b.start
		}
		if start == Never {
			continue
		}
		certain, last, entry := false, int64(Never), int64(Never)
		for ; i < end && !certain; i++ {
			if m.opens(i) {
				at := m.At[i]
				begins := (last == Never || last <= at-window.Microseconds()) && (entry == Never || entry <= at-longest.Microseconds())
				if certain = begins && at >= start+longest.Microseconds(); certain {
					break
				}
				last = at
				if b.isEntry(i) {
					entry = at
				}
			}
			if m.At[i] >= matters {
				contacts = append(contacts, contact)
				break
			}
		}
	}
	slices.Sort(contacts)
	return slices.Compact(contacts)
}

// findSessions walks through the messages of each pair: it finds the service window and
// the session of each message, and what opened a session or failed to.
func (b *builder) findSessions() {
	m, o := &b.set.Messages, &b.set.Openers
	m.Opener = make([]int32, m.Len())
	for i, end := 0, 0; i < m.Len(); i = end {
		end = m.pairEnd(i)
		if m.Contact[i] == 0 {
			for ; i < end; i++ {
				m.Opener[i] = -1
			}
			continue
		}
		lastInbound := int64(Never)
		session, ends, entry := int32(-1), int64(Never), false
		for ; i < end; i++ {
			at := m.At[i]
			m.Opener[i] = -1
			outbound := m.Flags[i]&Outbound != 0
			if outbound && lastInbound != Never && lastInbound > at-window.Microseconds() {
				m.Flags[i] |= InWindow
			}
			if m.Flags[i]&IsCall != 0 {
				lastInbound = at
				continue
			}
			switch {
			case session >= 0 && at < ends:
				m.Opener[i] = session
				sent := m.Stage[i] == Sent || m.Stage[i] >= Delivered
				if entry && sent && at < m.At[o.Message[session]]+window.Microseconds() {
					// The first reply to who came by a free entry point.
					ends, entry = at+3*window.Microseconds(), false
					o.Ends[session] = ends
				}
				if o.Initiator[session] == ByFreeEntryPoint {
					m.Flags[i] |= IsFree
				}
				if !outbound || sent {
					o.Messages[session]++
				}
				if !outbound && o.RepliedAt[session] == Never {
					o.RepliedAt[session] = at
				}
			case m.opens(i):
				session, ends, entry = int32(o.Len()), at+window.Microseconds(), b.isEntry(i)
				m.Opener[i] = session
				b.addOpener(i, ends, true)
				if entry {
					m.Flags[i] |= IsFree
				}
			case !b.carriesOn(i):
				b.addOpener(i, Never, false)
			}
			if !outbound {
				lastInbound = at
			}
		}
	}
	for i := range o.Message {
		switch {
		case m.Flags[o.Message[i]]&Outbound == 0:
			o.Status[i] = NoStage
		case o.RepliedAt[i] != Never:
			o.Status[i] = Replied
		default:
			o.Status[i] = m.Stage[o.Message[i]]
		}
	}
}

// carriesOn reports whether an outbound message only goes on with what the contact
// began.
func (b *builder) carriesOn(i int) bool {
	return b.set.Messages.Flags[i]&(Outbound|IsTemplate|IsCampaign|InWindow) == Outbound|InWindow
}

// addOpener adds a message that opens a session, or an attempt that failed.
func (b *builder) addOpener(i int, ends int64, session bool) {
	m, o := &b.set.Messages, &b.set.Openers
	outbound := m.Flags[i]&Outbound != 0
	initiator := ByBusiness
	switch {
	case !outbound && b.isEntry(i):
		initiator = ByFreeEntryPoint
	case !outbound || b.carriesOn(i):
		initiator = ByContact
	}
	o.Message, o.Ends, o.Session = append(o.Message, int32(i)), append(o.Ends, ends), append(o.Session, session)
	initiation := m.Flags[i]&IsReferral != 0
	if outbound {
		initiation = !b.carriesOn(i)
	}
	o.Initiation = append(o.Initiation, initiation)
	o.Initiator = append(o.Initiator, initiator)
	o.Origin = append(o.Origin, b.origin(i))
	o.UserType = append(o.UserType, NoUserType)
	o.RepliedAt = append(o.RepliedAt, Never)
	messages := int32(0)
	if session && (!outbound || m.Stage[i] == Sent || m.Stage[i] >= Delivered) {
		messages = 1
	}
	o.Messages, o.Status = append(o.Messages, messages), append(o.Status, NoStage)
}

// origin is how an opener came about.
func (b *builder) origin(i int) uint32 {
	m := &b.set.Messages
	flags := m.Flags[i]
	shape := m.Of(int32(i))
	switch author := shape.Author; {
	case shape.Origin != 0:
		return shape.Origin
	case flags&Outbound == 0 && flags&IsReferral == 0:
		return originInbound
	case flags&Outbound == 0 && b.set.LineRow(m.Of(int32(i)).Line).Channel == onWebchat:
		return originReferredWebchat
	case flags&Outbound == 0:
		return originReferredCampaign
	case flags&IsCampaign != 0:
		return originCampaign
	case flags&IsTemplate != 0:
		return originTemplate
	case author == byBot || author == bySystem:
		return originFlow
	case author == byAgent:
		return originInbox
	}
	return originOther
}

// firstOfUsers calls f with the messages of each user, and its first message that did
// not fail, or -1.
func (m *Messages) firstOfUsers(f func(from, to int, first int32)) {
	for i, end := 0, 0; i < m.Len(); i = end {
		end = m.userEnd(i)
		if m.Contact[i] == 0 {
			continue
		}
		first := int32(-1)
		for j := i; j < end; j++ {
			if m.opens(j) && (first < 0 || m.compare(int32(j), first) < 0) {
				first = int32(j)
			}
		}
		f(i, end, first)
	}
}
