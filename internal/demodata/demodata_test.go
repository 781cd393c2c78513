package demodata

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/parley-reports/parley/internal/contract"
)

// friday is a working day in the middle of the afternoon of the main line.
var friday = time.Date(2026, 11, 20, 18, 30, 0, 0, time.UTC)

func collect(opts Options) contract.Data {
	var all contract.Data
	into := reflect.ValueOf(&all).Elem()
	for batch := range Rows(opts) {
		from := reflect.ValueOf(batch)
		for i := range into.NumField() {
			into.Field(i).Set(reflect.AppendSlice(into.Field(i), from.Field(i)))
		}
	}
	return all
}

func digest(t *testing.T, data contract.Data) string {
	t.Helper()
	hash := sha256.New()
	if err := json.NewEncoder(hash).Encode(data); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%x", hash.Sum(nil))
}

func TestSameOptionsGiveSameRows(t *testing.T) {
	base := Options{Messages: 5000, Days: 20, Seed: 7, End: friday}
	want := digest(t, collect(base))
	if got := digest(t, collect(base)); got != want {
		t.Error("two runs of the same options differ")
	}
	withSeconds := base
	withSeconds.End = base.End.Add(42 * time.Second)
	if got := digest(t, collect(withSeconds)); got != want {
		t.Error("the end is not cut to the minute")
	}
	for name, change := range map[string]func(*Options){
		"messages": func(o *Options) { o.Messages += 200 },
		"days":     func(o *Options) { o.Days++ },
		"seed":     func(o *Options) { o.Seed++ },
		"end":      func(o *Options) { o.End = o.End.Add(time.Minute) },
	} {
		other := base
		change(&other)
		if digest(t, collect(other)) == want {
			t.Errorf("other %s give the same rows", name)
		}
	}
}

func TestRowsStopWhenAsked(t *testing.T) {
	batches := 0
	for range Rows(Options{Messages: 30_000, End: friday}) {
		if batches++; batches == 2 {
			break
		}
	}
	if batches != 2 {
		t.Errorf("%d batches, want 2", batches)
	}
}

// A notification as the reports see it: a message that opens a session or
// tries to.
type notification struct {
	opener                             *contract.Message
	failed, pending                    bool
	delivered, read, answered, isFresh bool
}

// notifications walks through the messages of each contact on each line, as
// the reports define it, and also counts the sessions.
func notifications(data contract.Data) (found []notification, sessions int) {
	type pair struct{ line, contact string }
	byPair := map[pair][]*contract.Message{}
	var pairs []pair
	for i := range data.Messages {
		if m := &data.Messages[i]; m.ContactID != nil {
			key := pair{*m.LineID, *m.ContactID}
			if byPair[key] == nil {
				pairs = append(pairs, key)
			}
			byPair[key] = append(byPair[key], m)
		}
	}
	met := map[string]time.Time{}
	for _, m := range data.Messages {
		if m.ContactID != nil && m.FailedAt == nil {
			if _, ok := met[*m.ContactID]; !ok {
				met[*m.ContactID] = m.CreatedAt
			}
		}
	}
	for _, key := range pairs {
		var until, heard time.Time
		messages := byPair[key]
		for i, m := range messages {
			if m.Direction == inbound {
				heard = m.CreatedAt
			}
			if m.CreatedAt.Before(until) {
				continue
			}
			carriesOn := m.TemplateName == nil && m.CampaignID == nil && m.CreatedAt.Sub(heard) < 24*time.Hour
			if m.FailedAt == nil {
				sessions++
				until = m.CreatedAt.Add(24 * time.Hour)
			}
			if m.Direction == inbound || carriesOn {
				continue
			}
			n := notification{opener: m, failed: m.FailedAt != nil, isFresh: !met[*m.ContactID].Before(m.CreatedAt)}
			if !n.failed {
				for _, later := range messages[i+1:] {
					if later.CreatedAt.Before(until) && later.Direction == inbound {
						n.answered = true
						break
					}
				}
				n.read = n.answered || m.ReadAt != nil
				n.delivered = n.read || m.DeliveredAt != nil
				n.pending = m.SentAt == nil && m.Status != nil && !n.delivered
			}
			found = append(found, n)
		}
	}
	return found, sessions
}

func TestDefaultIsPlausible(t *testing.T) {
	for seed := range uint64(3) {
		opts := Options{Seed: seed, End: friday}
		data := collect(opts)
		found, sessions := notifications(data)

		var failed, pending, notified, delivered, read, answered, fresh float64
		for _, n := range found {
			switch {
			case n.failed:
				failed++
			case n.pending:
				pending++
			default:
				notified++
				delivered += one(n.delivered)
				read += one(n.read)
				answered += one(n.answered)
				fresh += one(n.isFresh)
			}
		}
		var outboundCount, failedCount, clicks, referrals, noPhone, audio float64
		receiptless := 0
		for _, m := range data.Messages {
			if m.Direction == outbound {
				outboundCount++
				failedCount += one(m.FailedAt != nil)
				continue
			}
			clicks += one(m.ButtonPayload != nil)
			referrals += one(m.IsReferral != nil && *m.IsReferral)
			audio += one(*m.ContentType == "audio")
		}
		for _, n := range found {
			if n.answered && n.opener.ReadAt == nil && n.opener.DeliveredAt != nil {
				receiptless++
			}
		}
		for _, p := range data.Contacts {
			noPhone += one(p.Phone == nil)
		}
		untagged := float64(len(data.Conversations) - distinct(data.Tags, func(tag contract.Tag) (string, bool) { return tag.OwnerID, tag.Kind == "conversation" }))
		ratings, good := 0.0, 0.0
		for _, r := range data.CSAT {
			if r.Rating != nil {
				ratings++
				good += one(*r.Rating >= 4)
			}
		}
		within := func(what string, value, low, high float64) {
			t.Helper()
			t.Logf("seed %d: %s %.4g", seed, what, value)
			if value < low || value > high {
				t.Errorf("seed %d: %s is %.4g, want %.4g to %.4g", seed, what, value, low, high)
			}
		}
		messages, talks := float64(len(data.Messages)), float64(len(data.Conversations))
		within("messages", messages, 38_500, 41_500)
		within("messages by session", messages/float64(sessions), 4, 7)
		within("notifications", float64(len(found)), 4500, 8000)
		within("failed notifications", failed/float64(len(found)), 0.03, 0.065)
		within("pending notifications", pending, 1, 40)
		within("delivered", delivered/notified, 0.93, 0.97)
		within("read", read/notified, 0.6, 0.7)
		within("answered", answered/notified, 0.18, 0.25)
		within("new users", fresh/notified, 0.1, 0.5)
		within("answered without a read receipt", float64(receiptless), 40, 400)
		within("failed messages", failedCount/outboundCount, 0.01, 0.04)
		within("inbound", (messages-outboundCount)/messages, 0.33, 0.45)
		within("button clicks", clicks, 1000, 6000)
		within("referrals", referrals, 60, 500)
		within("audios", audio, 500, 2000)
		within("contacts without a phone", noPhone/float64(len(data.Contacts)), 0.08, 0.35)
		within("conversations", talks, 2400, 4000)
		within("untagged conversations", untagged/talks, 0.15, 0.35)
		within("ratings", ratings, 400, 1200)
		within("good ratings", good/ratings, 0.7, 0.92)
	}
}

func one(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}

func distinct[T any](rows []T, key func(T) (string, bool)) int {
	seen := map[string]bool{}
	for _, row := range rows {
		if k, ok := key(row); ok {
			seen[k] = true
		}
	}
	return len(seen)
}

// Whenever the demo is made, its last minutes live.
func TestTheEndIsAlive(t *testing.T) {
	for name, opts := range situations {
		if opts.Messages != 0 && opts.Messages < 8000 {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			opts, err := opts.complete()
			if err != nil {
				t.Fatal(err)
			}
			data := collect(opts)
			counts := map[string]int{}
			for i := range data.Messages {
				m := &data.Messages[i]
				age := opts.End.Sub(m.CreatedAt)
				if age <= 15*time.Minute {
					counts[m.Direction+" of the last quarter"]++
					counts["delivered of the last quarter"] += int(one(m.DeliveredAt != nil))
				}
				if age <= 2*time.Minute && m.Status != nil && (*m.Status == "accepted" || *m.Status == "pending") {
					counts["pending of the last minutes"]++
				}
				if age <= 24*time.Hour {
					counts["failed of the last day"] += int(one(m.FailedAt != nil))
				}
			}
			for i := range data.Conversations {
				v := &data.Conversations[i]
				if *v.Status == "open" {
					counts["open"]++
					counts["waiting"] += int(one(v.WaitingSince != nil))
				}
				counts["conversations of the last hour"] += int(one(opts.End.Sub(v.CreatedAt) <= time.Hour))
			}
			for _, r := range data.CSAT {
				counts["ratings of the last hour"] += int(one(r.AnsweredAt != nil && opts.End.Sub(*r.AnsweredAt) <= time.Hour))
			}
			for _, e := range data.Events {
				counts["resolutions of the last hour"] += int(one(e.Name == "resolved" && opts.End.Sub(e.At) <= time.Hour))
			}
			for what, least := range map[string]int{
				"inbound of the last quarter": 3, "outbound of the last quarter": 10, "delivered of the last quarter": 5,
				"pending of the last minutes": 1, "failed of the last day": 1, "open": 2, "waiting": 1,
				"conversations of the last hour": 4, "ratings of the last hour": 1, "resolutions of the last hour": 2,
			} {
				if counts[what] < least {
					t.Errorf("%s: %d, want %d", what, counts[what], least)
				}
			}
		})
	}
}

// The default set shows everything that a report can cut by.
func TestDefaultShowsEverything(t *testing.T) {
	data := collect(Options{End: friday})
	has := func(what string, values map[string]int, wanted ...string) {
		t.Helper()
		for _, w := range wanted {
			if values[w] == 0 {
				t.Errorf("no %s %s among %v", what, w, values)
			}
		}
	}
	codes, states, authors, kinds, templates := map[string]int{}, map[string]int{}, map[string]int{}, map[string]int{}, map[string]int{}
	for _, m := range data.Messages {
		authors[*m.AuthorKind]++
		kinds[*m.ContentType]++
		if m.Status != nil {
			states[*m.Status]++
		}
		if m.ErrorCode != nil {
			codes[*m.ErrorCode]++
		}
		if m.TemplateCategory != nil {
			templates[*m.TemplateCategory+" "+*m.TemplateLanguage]++
		}
	}
	has("failure", codes, "131026", "131049", "131050", "132012", "132015", "131048", "131047", "131042", "131016")
	has("state", states, "accepted", "sent", "delivered", "read", "played", "failed")
	has("author", authors, "contact", "agent", "bot", "campaign", "system")
	has("content", kinds, "text", "image", "audio", "document", "location", "sticker", "interactive", "button", "template")
	has("template", templates, "marketing pt_BR", "marketing es_MX", "marketing es_AR", "utility es", "utility pt_BR", "authentication es", "authentication pt_BR")

	sources, states2, priorities, events, channels, names := map[string]int{}, map[string]int{}, map[string]int{}, map[string]int{}, map[string]int{}, map[string]int{}
	line := map[string]string{}
	for _, l := range data.Lines {
		line[l.LineID] = *l.Channel
	}
	for _, v := range data.Conversations {
		channels[line[*v.LineID]]++
		states2[*v.Status]++
		if v.Source != nil {
			sources[*v.Source]++
		}
		if v.Priority != nil {
			priorities[*v.Priority]++
		}
	}
	for _, e := range data.Events {
		events[e.Name]++
	}
	for _, a := range data.Agents {
		names[*a.Name]++
	}
	has("source", sources, "inbound", "flow", "inbox", "other")
	has("state", states2, "open", "pending", "snoozed", "resolved")
	has("priority", priorities, "low", "medium", "high", "urgent")
	has("event", events, "resolved", "reopened", "first_response", "reply", "bot_handoff", "bot_resolved")
	has("channel", channels, "whatsapp", "instagram", "messenger", "webchat", "telegram", "email", "sms")
	if names["Ana Souza"] != 2 {
		t.Errorf("%d agents are called Ana Souza, want 2", names["Ana Souza"])
	}

	// Campaigns come in bursts.
	bursts := map[string][]time.Time{}
	for _, m := range data.Messages {
		if m.CampaignID != nil {
			bursts[*m.CampaignID] = append(bursts[*m.CampaignID], m.CreatedAt)
		}
	}
	large := 0
	for _, times := range bursts {
		if len(times) >= 200 && times[len(times)-1].Sub(times[0]) <= 20*time.Minute {
			large++
		}
	}
	if large < 5 {
		t.Errorf("%d campaigns of hundreds in minutes, want 5 or more", large)
	}

	// The days and hours have their rhythm.
	zone := mustZone("America/Sao_Paulo")
	var weekday [7]int
	var hours [24]int
	for _, m := range data.Messages {
		if m.Direction == inbound && *m.LineID == lineSetups[lineBrazil].id {
			local := m.CreatedAt.In(zone)
			weekday[local.Weekday()]++
			hours[local.Hour()]++
		}
	}
	busiest := slices.IndexFunc(weekday[:], func(n int) bool { return n == slices.Max(weekday[:]) })
	if busiest == 0 || busiest == 6 || weekday[0]*2 > weekday[3] {
		t.Errorf("the days of the week: %v", weekday)
	}
	if hours[13] >= hours[10] || hours[13] >= hours[15] || hours[3]*5 > hours[10] {
		t.Errorf("the hours of the day: %v", hours)
	}
}

func TestPeopleAreDeterministicAndApart(t *testing.T) {
	g := newGenerator(Options{Messages: 1000, Days: 10, End: friday}, nil)
	ids := map[string]bool{}
	for _, l := range g.lines {
		for number := range 3000 {
			p, again := g.person(l, number), g.person(l, number)
			if !reflect.DeepEqual(p, again) {
				t.Fatalf("%s %d differs from itself", l.name, number)
			}
			if ids[*p.id] {
				t.Fatalf("%s %d: id %s again", l.name, number, *p.id)
			}
			ids[*p.id] = true
		}
	}
}

func TestCalendar(t *testing.T) {
	zone := mustZone("America/Sao_Paulo")
	at := func(text string) int64 {
		t.Helper()
		parsed, err := time.ParseInLocation("2006-01-02 15:04", text, zone)
		if err != nil {
			t.Fatal(err)
		}
		return parsed.UnixMilli()
	}
	// Monday 2026-11-16: two shifts; Friday to Saturday: past midnight.
	c := newCalendar(zone, []shift{{[]int32{1}, "09:00:00", "12:00:00"}, {[]int32{1}, "13:00:00", "18:00:00"}, {[]int32{5}, "20:00:00", "02:00:00"}},
		at("2026-11-15 00:00"), at("2026-11-30 00:00"))
	for _, test := range []struct {
		from, to string
		hours    float64
	}{
		{"2026-11-16 08:00", "2026-11-16 10:30", 1.5},
		{"2026-11-16 11:00", "2026-11-16 14:00", 2},
		{"2026-11-16 12:10", "2026-11-16 12:50", 0},
		{"2026-11-16 00:00", "2026-11-17 00:00", 8},
		{"2026-11-20 23:00", "2026-11-21 09:00", 3},
		{"2026-11-16 17:00", "2026-11-23 10:00", 1 + 6 + 1},
	} {
		if got := float64(c.between(at(test.from), at(test.to))) / float64(hour); got != test.hours {
			t.Errorf("%s to %s: %v h open, want %v", test.from, test.to, got, test.hours)
		}
	}
	if !c.isOpen(at("2026-11-21 01:59")) || c.isOpen(at("2026-11-21 02:00")) {
		t.Error("the shift past midnight")
	}
	if got := c.next(at("2026-11-16 12:10")); got != at("2026-11-16 13:00") {
		t.Errorf("next opening at %s", instant(got))
	}
}

func TestOptions(t *testing.T) {
	for name, test := range map[string]struct {
		opts Options
		ok   bool
	}{
		"zero":              {Options{}, true},
		"negative messages": {Options{Messages: -1}, false},
		"negative days":     {Options{Days: -1}, false},
		"too many days":     {Options{Days: 5000}, false},
	} {
		if _, err := test.opts.complete(); (err == nil) != test.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
	got, _ := Options{}.complete()
	if got.Messages != 40_000 || got.Days != 45 || got.End.Second() != 0 {
		t.Errorf("defaults: %+v", got)
	}
}
