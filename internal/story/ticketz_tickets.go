package story

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/parley-reports/parley/internal/contract"
)

// openTickets puts every message that no campaign sent into a ticket of its pair.
func (z *ticketz) openTickets() {
	for _, v := range z.data.Conversations {
		z.open(&v)
	}
	same := func(a, b *string) bool { return text(a) == text(b) }
	z.data.Messages = slices.DeleteFunc(z.data.Messages, z.ship)
	for i := range z.data.Messages {
		m := &z.data.Messages[i]
		if v := z.threads[text(m.ConversationID)]; v != nil && same(v.LineID, m.LineID) && same(v.ContactID, m.ContactID) && z.accountOf(v.AccountID) == z.accountOf(m.AccountID) {
			continue
		}
		id := "pair\n" + text(m.AccountID) + "\n" + text(m.LineID) + "\n" + text(m.ContactID)
		m.ConversationID = &id
		if z.threads[id] == nil {
			z.open(&contract.Conversation{ConversationID: id, AccountID: m.AccountID, LineID: m.LineID, ContactID: m.ContactID, Status: new("resolved"), CreatedAt: m.CreatedAt})
		}
	}
}

// findRounds makes rounds of the events. What does not follow on what was before
// has no words.
func (z *ticketz) findRounds() {
	events := slices.Clone(z.data.Events)
	slices.SortStableFunc(events, func(a, b contract.ConversationEvent) int { return a.At.Compare(b.At) })
	for _, e := range events {
		rounds := z.rounds[text(e.ConversationID)]
		if len(rounds) == 0 {
			continue
		}
		last := rounds[len(rounds)-1]
		open := last.finished == nil && !e.At.Before(last.created)
		switch {
		case e.Name == "resolved" && open:
			last.finished, last.agent = &e.At, e.AgentID
		case e.Name == "reopened" && last.finished != nil:
			z.rounds[*e.ConversationID] = append(rounds, &round{created: e.At})
		case e.Name == "bot_handoff" && open && last.handoff == nil:
			last.handoff = &e.At
		}
	}
	for _, m := range z.data.Messages {
		if m.Direction != "outbound" || text(m.AuthorKind) != "agent" {
			continue
		}
		rounds := z.rounds[*m.ConversationID]
		for i, r := range rounds {
			if r.started == nil && (i == 0 || !m.CreatedAt.Before(r.created)) && (r.finished == nil || m.CreatedAt.Before(*r.finished)) {
				r.started = &m.CreatedAt
				break
			}
		}
	}
}

// answer is one to a survey.
type answer struct {
	contract.CSAT
	at time.Time
}

// askForRatings gives a round a survey, and returns the answers by conversation.
func (z *ticketz) askForRatings() map[string][]answer {
	answers := map[string][]answer{}
	for _, s := range z.setup.CSAT {
		rounds := z.rounds[text(s.ConversationID)]
		if len(rounds) == 0 || s.SentAt == nil && s.AnsweredAt == nil {
			continue
		}
		if s.SentAt == nil && s.Rating != nil { // nobody kept the survey
			answers[*s.ConversationID] = append(answers[*s.ConversationID], answer{s, *s.AnsweredAt})
			continue
		}
		if s.SentAt == nil {
			s.SentAt = s.AnsweredAt
		}
		var asks *round
		for _, r := range rounds {
			if r.finished != nil && r.asked == nil && (asks == nil || !s.SentAt.Before(*r.finished)) {
				asks = r
			}
		}
		if asks == nil {
			continue
		}
		asks.asked = s.SentAt
		if s.Rating != nil {
			at := *s.SentAt
			if s.AnsweredAt != nil && s.AnsweredAt.After(at) {
				at = *s.AnsweredAt
			}
			answers[*s.ConversationID] = append(answers[*s.ConversationID], answer{s, at})
		}
	}
	return answers
}

// some rows are written before there are too many.
const some = 20_000

// writeRatings writes the answers.
func (z *ticketz) writeRatings(answers map[string][]answer, put func()) {
	for i, v := range z.order {
		if i%some == some-1 {
			put()
		}
		account := z.accountOf(v.AccountID)
		ticket := z.tickets.of(v.ConversationID)
		told := contract.CSAT{ConversationID: z.tickets.told(v.ConversationID)}
		_, told.ContactID = z.contacts.ref(v.ContactID)
		var asked []time.Time
		for _, r := range z.rounds[v.ConversationID] {
			if r.asked != nil {
				asked = append(asked, *r.asked)
			}
		}
		answered := map[int64]bool{}
		for _, a := range answers[v.ConversationID] {
			agent, toldAgent := z.agents.ref(a.AgentID)
			z.rating.add(ticket, account, agent, *a.Rating, a.at, a.at)
			if *a.Rating < 1 {
				continue
			}
			var sent time.Time // the last survey before it
			for _, at := range asked {
				if !at.After(a.at) && at.After(sent) {
					sent = at
				}
			}
			answered[sent.UnixMicro()] = true
			row := told
			row.AgentID, row.Rating, row.AnsweredAt = toldAgent, new(min(5, *a.Rating)), &a.at
			if !sent.IsZero() {
				row.SentAt = &sent
			}
			z.told.CSAT = append(z.told.CSAT, row)
		}
		for _, at := range asked {
			if !answered[at.UnixMicro()] {
				row := told
				row.SentAt = &at
				z.told.CSAT = append(z.told.CSAT, row)
			}
		}
	}
}

var ticketStatuses = map[string]string{"open": "open", "pending": "pending", "snoozed": "pending", "resolved": "closed"}

func (z *ticketz) writeTickets(put func()) {
	for i, v := range z.order {
		if i%some == some-1 {
			put()
		}
		account := z.accountOf(v.AccountID)
		id := z.tickets.of(v.ConversationID)
		line, toldLine := z.lines.ref(v.LineID)
		contact, toldContact := z.contacts.ref(v.ContactID)
		agent, toldAgent := z.agents.ref(v.AgentID)
		team, toldTeam := z.teams.ref(v.TeamID)
		status := cmp.Or(ticketStatuses[text(v.Status)], "pending")
		updated := v.CreatedAt
		if v.UpdatedAt != nil {
			updated = *v.UpdatedAt
		}
		uuid := fmt.Sprintf("00000000-0000-4000-8000-%012d", id)
		for i, r := range z.rounds[v.ConversationID] {
			if r.finished == nil && r.started != nil {
				r.agent = v.AgentID
			}
			user, toldUser := z.agents.ref(r.agent)
			if v.AgentID == nil && toldUser != nil {
				toldAgent = toldUser
			}
			z.tracking.add(id, account, line, user, r.created, updated, r.created, r.started, r.finished, r.asked, r.asked != nil, false, r.handoff)
			tell := func(name string, at time.Time, seconds *float64, agent *string) {
				z.told.Events = append(z.told.Events, contract.ConversationEvent{ConversationID: z.tickets.told(v.ConversationID), Name: name, At: at, Seconds: seconds, AgentID: agent})
			}
			if i > 0 {
				tell("reopened", r.created, nil, nil)
			}
			if r.finished != nil {
				tell("resolved", *r.finished, new(r.finished.Sub(r.created).Seconds()), toldUser)
			}
			if r.handoff != nil && (r.started == nil || !r.handoff.After(*r.started)) {
				tell("bot_handoff", *r.handoff, nil, nil)
			}
		}
		z.ticket.add(id, status, contact, agent, v.CreatedAt, updated, line, false, team, account, uuid, cmp.Or(z.channels[text(v.LineID)], "whatsapp"))
		told := map[string]string{"open": "open", "pending": "pending", "closed": "resolved"}[status]
		z.told.Conversations = append(z.told.Conversations, contract.Conversation{
			ConversationID: strconv.Itoa(id), AccountID: new(strconv.Itoa(account)), DisplayID: new(strconv.Itoa(id)), URL: &uuid, ContactID: toldContact, LineID: toldLine, AgentID: toldAgent, TeamID: toldTeam,
			Status: &told, CreatedAt: v.CreatedAt, UpdatedAt: &updated,
		})
	}
	for id := range len(z.campaigns) {
		m := z.campaign[id+1]
		name := "Campaign " + *m.CampaignID
		for _, p := range z.setup.Campaigns {
			if p.CampaignID == *m.CampaignID && text(p.Name) != "" {
				name = *p.Name
			}
		}
		z.campaignRow.add(id+1, name, z.accountOf(m.AccountID), z.lines.of(*m.LineID), epoch, epoch)
		z.told.Campaigns = append(z.told.Campaigns, contract.Campaign{CampaignID: strconv.Itoa(id + 1), Name: &name})
	}
}

func (z *ticketz) writeTags() {
	seen := map[string]bool{}
	for _, t := range z.setup.Tags {
		key := t.Kind + "\n" + t.OwnerID + "\n" + t.Name
		if t.Name == "" || seen[key] {
			continue
		}
		seen[key] = true
		account, owners, into := max(1, z.accountOfContact[t.OwnerID]), z.contacts, z.contactTag
		if t.Kind == "conversation" {
			account, owners, into = 1, z.tickets, z.ticketTag
			if v := z.threads[t.OwnerID]; v != nil {
				account = z.accountOf(v.AccountID)
			}
		}
		name := fmt.Sprint(account, " ", t.Name)
		if z.tags[name] == 0 {
			z.tag.add(z.tags.of(name), t.Name, account, epoch, epoch)
		}
		into.add(owners.of(t.OwnerID), z.tags.of(name), epoch, epoch)
		z.told.Tags = append(z.told.Tags, contract.Tag{Kind: t.Kind, OwnerID: *owners.told(t.OwnerID), Name: t.Name})
	}
}
