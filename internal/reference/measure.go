package reference

import (
	"math"
	"slices"
	"strings"
	"time"
)

// A scope is what a metric is computed over: the rows of its fact in one group
// and bucket, those of all groups in that bucket, and the stage where the cut
// by stage asks for one.
type scope struct {
	group []*row
	whole []*row
	stage string
	// unpriced: there is no rate card, and nobody knows what was paid where the
	// provider does not tell.
	unpriced bool
}

// rows are those of the group, of a stage only those that reached it.
func (s scope) rows() []*row {
	if s.stage == "" {
		return s.group
	}
	var rows []*row
	for _, r := range s.group {
		if r.initiation.reached(s.stage) {
			rows = append(rows, r)
		}
	}
	return rows
}

// The conditions of counts, in the words of §6.
func sent(r *row) bool             { return r.message.sent() }
func received(r *row) bool         { return r.message.inbound() }
func deliveredAtLeast(r *row) bool { return r.message.delivered() }
func readAtLeast(r *row) bool      { return r.message.stage == "read" }
func failed(r *row) bool           { return r.message.failed() }
func byAgent(r *row) bool {
	kind := r.message.AuthorKind
	return r.message.outbound() && kind != nil && *kind == "agent" && r.agent != nil
}
func notification(r *row) bool { return r.initiation.notification }
func notified(r *row) bool     { return r.initiation.notified() }
func answered(r *row) bool     { return r.initiation.reached("replied") }
func reached(stage string) func(*row) bool {
	return func(r *row) bool { return r.initiation.reached(stage) }
}
func lastStatus(status string) func(*row) bool {
	return func(r *row) bool { return r.initiation.notification && r.initiation.status == status }
}
func begunBy(initiator string) func(*row) bool {
	return func(r *row) bool { return r.session.initiator == initiator }
}
func named(name string) func(*row) bool {
	return func(r *row) bool { return r.event.Name == name }
}
func every(*row) bool { return true }

// measure computes a metric.
//
// A share is of the whole of its bucket without the groups, so that under tags
// its parts may add up to more than 1. The sent stage is all of its previous
// one. first_sent_at is the first attempt at a notification, failed or not, and
// last_sent_at the last.
// failure_reasons lists the distinct reasons of the failed ones by name.
func measure(id string, s scope) any {
	rows := s.rows()
	n := func(fits func(*row) bool) float64 { return count(rows, fits) }
	switch id {
	case "messages_outbound":
		return n(func(r *row) bool { return r.message.outbound() })
	case "messages_sent":
		return n(sent)
	case "messages_received":
		return n(received)
	case "messages":
		return n(sent) + n(received)
	case "messages_delivered":
		return n(deliveredAtLeast)
	case "messages_read":
		return n(readAtLeast)
	case "messages_failed":
		return n(failed)
	case "messages_pending":
		return n(func(r *row) bool { return r.message.stage == "pending" })
	case "failed_rate":
		return ratio(n(failed), n(failed)+n(sent))
	case "delivery_rate":
		return ratio(n(deliveredAtLeast), n(failed)+n(sent))
	case "read_rate":
		return ratio(n(readAtLeast), n(deliveredAtLeast))
	case "sent_received_ratio":
		return ratio(n(sent), n(received))
	case "failure_meaning":
		return single(rows, func(m *message) *string { return m.meaning })
	case "failure_advice":
		return single(rows, func(m *message) *string { return &m.reason })
	case "messages_sent_in_window":
		return n(sentInWindow)
	case "sent_in_window_share":
		return ratio(n(sentInWindow), n(sent))
	case "templates_sent":
		return n(func(r *row) bool { return r.message.sent() && r.message.template() })
	case "button_clicks":
		return n(func(r *row) bool { return r.message.inbound() && r.message.ButtonPayload != nil })
	case "active_contacts":
		return users(rows, received)
	case "active_agents":
		return distinct(rows, byAgent, func(r *row) any { return *r.agent })
	case "cost_usd":
		usd := total(rows, func(r *row) float64 { return r.message.costUSD })
		if s.unpriced && usd == 0 && n(func(r *row) bool { return r.message.costUnknown }) > 0 {
			return nil
		}
		return usd
	case "cost_unknown":
		return n(func(r *row) bool { return r.message.costUnknown })

	case "sessions":
		return n(every)
	case "sessions_by_business":
		return n(begunBy("business"))
	case "sessions_by_contact":
		return n(begunBy("contact"))
	case "sessions_free_entry_point":
		return n(begunBy("free_entry_point"))
	case "session_users":
		return users(rows, every)
	case "session_users_new":
		return users(rows, newUser)
	case "session_users_returning":
		return users(rows, every) - users(rows, newUser)
	case "session_messages":
		return total(rows, sessionMessages)
	case "messages_per_session":
		return ratio(total(rows, sessionMessages), n(every))

	case "initiations":
		return n(every)
	case "initiation_users":
		return users(rows, every)
	case "notifications":
		return n(notification)
	case "notification_users":
		return users(rows, notification)
	case "notifications_share":
		return ratio(n(notification), count(s.whole, notification))
	case "notifications_failed":
		return n(lastStatus("failed"))
	case "notifications_failed_share":
		return ratio(n(lastStatus("failed")), count(s.whole, lastStatus("failed")))
	case "notifications_pending":
		return n(lastStatus("pending"))
	case "notification_failed_rate":
		return ratio(n(lastStatus("failed")), n(lastStatus("failed"))+n(notified))
	case "notified":
		return n(notified)
	case "notified_delivered":
		return n(reached("delivered"))
	case "notified_read":
		return n(reached("read"))
	case "answered":
		return n(answered)
	case "notified_delivery_rate":
		return ratio(n(reached("delivered")), n(notified))
	case "notified_read_rate":
		return ratio(n(reached("read")), n(reached("delivered")))
	case "read_answer_rate":
		return ratio(n(answered), n(reached("read")))
	case "unanswered":
		return n(notified) - n(answered)
	case "answer_rate":
		return ratio(n(answered), n(notified))
	case "notified_users":
		return users(rows, notified)
	case "answered_users":
		return users(rows, answered)
	case "unanswered_users":
		return users(rows, notified) - users(rows, answered)
	case "new_users":
		return users(rows, newNotified)
	case "returning_users":
		return users(rows, notified) - users(rows, newNotified)
	case "stage_reached":
		return n(notified)
	case "stage_share_of_previous":
		previous := map[string]string{"sent": "sent", "delivered": "sent", "read": "delivered", "replied": "read"}[s.stage]
		return ratio(n(notified), count(s.group, reached(previous)))
	case "stage_share_of_sent":
		return ratio(n(notified), count(s.group, notified))
	case "first_sent_at":
		return firstSentAt(rows)
	case "last_sent_at":
		return lastSentAt(rows)
	case "failure_reasons":
		return failureReasons(rows)

	case "conversations":
		return n(every)
	case "conversations_share":
		return ratio(n(every), count(s.whole, every))
	case "conversations_open":
		return n(func(r *row) bool { return r.thread.open() })
	case "conversations_unattended":
		return n(func(r *row) bool { return r.thread.unattended() })
	case "conversation_messages":
		return total(rows, threadMessages)
	case "messages_per_conversation":
		return ratio(total(rows, threadMessages), n(every))
	case "conversations_active":
		return distinct(rows, every, conversationID)
	case "open_now":
		return distinct(rows, func(r *row) bool { return r.thread.open() }, conversationID)
	case "unattended_now":
		return distinct(rows, func(r *row) bool { return r.thread.unattended() }, conversationID)

	case "resolutions":
		return n(named("resolved"))
	case "bot_resolutions":
		return n(named("bot_resolved"))
	case "reopenings":
		return n(named("reopened"))

	case "csat_responses":
		return n(every)
	case "csat_average":
		return ratio(total(rows, func(r *row) float64 { return float64(*r.rating) }), n(every))
	case "csat_positive":
		return n(positive)
	case "csat_score":
		return ratio(n(positive), n(every))
	case "csat_surveys":
		return n(every)
	case "csat_surveys_answered":
		return n(surveyAnswered)
	case "csat_response_rate":
		return ratio(n(surveyAnswered), n(every))
	}
	for statistic, of := range map[string]func([]float64) any{
		"_avg": average,
		"_p50": func(seconds []float64) any { return percentile(seconds, 0.5) },
		"_p90": func(seconds []float64) any { return percentile(seconds, 0.9) },
	} {
		if duration, ok := strings.CutSuffix(id, statistic); ok {
			return of(durations(rows, duration))
		}
	}
	panic("no measure of " + id)
}

func sentInWindow(r *row) bool       { return r.message.sent() && r.message.inWindow }
func newUser(r *row) bool            { return r.message.isNew }
func newNotified(r *row) bool        { return r.initiation.notified() && r.message.isNew }
func positive(r *row) bool           { return *r.rating >= 4 }
func surveyAnswered(r *row) bool     { return r.answered }
func sessionMessages(r *row) float64 { return exchanged(r.session.messages) }
func threadMessages(r *row) float64  { return exchanged(r.thread.messages) }
func conversationID(r *row) any      { return r.thread.ConversationID }

func count(rows []*row, fits func(*row) bool) float64 {
	n := 0.0
	for _, r := range rows {
		if fits(r) {
			n++
		}
	}
	return n
}

func total(rows []*row, of func(*row) float64) float64 {
	sum := 0.0
	for _, r := range rows {
		sum += of(r)
	}
	return sum
}

func distinct(rows []*row, fits func(*row) bool, of func(*row) any) float64 {
	seen := map[any]bool{}
	for _, r := range rows {
		if fits(r) {
			seen[of(r)] = true
		}
	}
	return float64(len(seen))
}

// users counts distinct contacts of accounts. A row without a contact has none.
func users(rows []*row, fits func(*row) bool) float64 {
	return distinct(rows, func(r *row) bool { return r.contact != nil && fits(r) }, func(r *row) any { return r.message.user() })
}

func ratio(part, whole float64) any {
	if whole == 0 {
		return nil
	}
	return part / whole
}

func firstSentAt(rows []*row) any {
	var first *time.Time
	for _, r := range rows {
		if r.initiation.notification && (first == nil || r.at.Before(*first)) {
			first = &r.at
		}
	}
	if first == nil {
		return nil
	}
	return first.UTC()
}

// lastSentAt mirrors firstSentAt.
func lastSentAt(rows []*row) any {
	var last *time.Time
	for _, r := range rows {
		if r.initiation.notification && (last == nil || r.at.After(*last)) {
			last = &r.at
		}
	}
	if last == nil {
		return nil
	}
	return last.UTC()
}

func failureReasons(rows []*row) any {
	var reasons []string
	for _, r := range rows {
		if r.initiation.status == "failed" && !slices.Contains(reasons, r.message.reason) {
			reasons = append(reasons, r.message.reason)
		}
	}
	if len(reasons) == 0 {
		return nil
	}
	slices.Sort(reasons)
	return strings.Join(reasons, ", ")
}

// single is the text that all failed messages share which have one.
func single(rows []*row, of func(*message) *string) any {
	var found any
	for _, r := range rows {
		text := of(r.message)
		if !failed(r) || text == nil || *text == "" {
			continue
		}
		if found != nil && found != *text {
			return nil
		}
		found = *text
	}
	return found
}

// durations are the known seconds of a duration in the rows.
func durations(rows []*row, id string) []float64 {
	var known []float64
	for _, r := range rows {
		var seconds *float64
		switch id {
		case "time_to_reply":
			if r.initiation.reached("replied") {
				seconds = new(r.initiation.reply.CreatedAt.Sub(r.at).Seconds())
			}
		case "first_response_time":
			seconds = r.thread.firstResponse()
		case "first_response_time_business":
			seconds = r.thread.firstResponseBusiness()
		case "resolution_time":
			if r.event.Name == "resolved" {
				seconds = r.event.seconds
			}
		case "reply_time":
			if r.event.Name == "reply" {
				seconds = r.event.seconds
			}
		default:
			panic("no duration " + id)
		}
		if seconds != nil {
			known = append(known, *seconds)
		}
	}
	return known
}

func average(values []float64) any {
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return ratio(sum, float64(len(values)))
}

// percentile interpolates between the two values nearest to the fraction.
func percentile(values []float64, fraction float64) any {
	if len(values) == 0 {
		return nil
	}
	sorted := slices.Sorted(slices.Values(values))
	place := fraction * float64(len(sorted)-1)
	below := int(math.Floor(place))
	above := min(below+1, len(sorted)-1)
	return sorted[below] + (sorted[above]-sorted[below])*(place-float64(below))
}
