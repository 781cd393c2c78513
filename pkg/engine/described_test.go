package engine_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/parley-reports/parley/pkg/facts"
)

// described returns what a set says of each message, session, conversation, event and
// rating since an instant, in words, so that sets with different codes can be compared.
func described(s *facts.Set, since string) []string {
	from := instant(since).UnixMicro()
	var lines []string
	id := func(i int32) string {
		if i < 0 {
			return "-"
		}
		return s.Messages.ID(i)
	}
	m, o := &s.Messages, &s.Openers
	for i := range m.Len() {
		if m.At[i] < from {
			continue
		}
		opener := "none"
		if n := m.Opener[i]; n >= 0 {
			opener = id(o.Message[n])
		}
		shape := m.Of(int32(i))
		line := fmt.Sprintf("message %s at %d %v %v by %q of %q on %q in %q: stage %d flags %d reason %v opener %s", id(int32(i)), m.At[i], s.Accounts.Text(shape.Account), s.Subaccounts.Text(shape.Subaccount),
			s.Agents.Text(shape.Agent), s.Contacts.Text(m.Contact[i]), s.Lines.Text(shape.Line), s.Conversations.Text(m.Conversation[i]), m.Stage[i], m.Flags[i],
			s.Reasons.Text(s.Failures[shape.Failure].Reason), opener)
		if s.Needs.Has(facts.NeedCosts) {
			line += fmt.Sprintf(" costs %.9f %v", s.Cost(int32(i)).USD, s.Cost(int32(i)).Gap >= 0)
		}
		if s.Needs.Has(facts.NeedContacts) {
			row := s.ContactRow(m.Contact[i])
			line += fmt.Sprintf(" contact %q %q", row.Name, s.Phones.Text(row.Phone))
		}
		lines = append(lines, line)
	}
	for i, opener := range o.Message {
		if m.At[opener] >= from {
			lines = append(lines, fmt.Sprintf("session of %s until %d: %v %v %v %v %d %d replied %d status %d", id(opener), o.Ends[i], o.Session[i], o.Initiation[i], o.Initiator[i], s.Origins.Text(o.Origin[i]),
				o.UserType[i], o.Messages[i], o.RepliedAt[i], o.Status[i]))
		}
	}
	for code := range s.Rows.CreatedAt {
		r := &s.Rows
		if r.Described[code] && r.CreatedAt[code] >= from {
			t := s.Thread(uint32(code))
			lines = append(lines, fmt.Sprintf("conversation %s %s %s: %d messages, agent %d %s, %v %v, %d %v %v %v", s.Conversations.Text(uint32(code)), s.Agents.Text(r.Assignee[code]), s.Statuses.Text(r.Status[code]),
				t.Messages, t.FirstAgentAt, s.Agents.Text(t.LastAgent), t.ContactWaits, s.Sources.Text(t.Source), t.AnsweredAt, t.ResponseSeconds, len(t.Handoffs), len(t.Reopenings)))
		}
	}
	for _, e := range []*facts.Events{&s.Events, &s.Replies} {
		for i, at := range e.At {
			if at >= from {
				lines = append(lines, fmt.Sprintf("event %s of %s at %d by %s: %v", s.EventNames.Text(e.Name[i]), s.Conversations.Text(e.Conversation[i]), at, s.Agents.Text(e.Agent[i]), e.Seconds[i]))
			}
		}
	}
	for i := range s.Ratings.Rating {
		if q := &s.Ratings; q.SentAt[i] >= from || q.AnsweredAt[i] >= from {
			lines = append(lines, fmt.Sprintf("rating of %s: %d %d %d", s.Conversations.Text(q.Conversation[i]), q.Rating[i], q.SentAt[i], q.AnsweredAt[i]))
		}
	}
	slices.Sort(lines)
	return lines
}

// sameFacts compares what sets say, and shows where they begin to differ.
func sameFacts(t *testing.T, got, want *facts.Set, since string) {
	t.Helper()
	a, b := described(got, since), described(want, since)
	if len(b) == 0 {
		t.Fatal("nothing to compare")
	}
	var differences []string
	for _, line := range a {
		if _, ok := slices.BinarySearch(b, line); !ok {
			differences = append(differences, "got  "+line)
		}
	}
	for _, line := range b {
		if _, ok := slices.BinarySearch(a, line); !ok {
			differences = append(differences, "want "+line)
		}
	}
	if len(a) != len(b) || len(differences) > 0 {
		t.Errorf("%d facts, want %d:\n%s", len(a), len(b), strings.Join(differences[:min(10, len(differences))], "\n"))
	}
}
