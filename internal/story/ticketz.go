package story

import (
	"cmp"
	"context"
	_ "embed"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/parley-reports/parley/internal/contract"
)

//go:embed ticketz.sql
var ticketzSQL string

// Ticketz tells the rows in Ticketz's tables. Every message stands in a ticket of
// one contact and one line there, so those that do not fit theirs come into a
// ticket of their pair; what campaigns send stands apart. Who wrote is told by no
// more than the time at which an agent accepted the ticket.
func Ticketz(ctx context.Context, conn *pgx.Conn, schema string, data contract.Data) (contract.Data, error) {
	return whole(ctx, conn, schema, ticketzSQL, newTicketz(), data)
}

// part tells the messages of a part of the data. Tickets follow when it is known how
// they end.
func (z *ticketz) part(data contract.Data) {
	z.data = data
	z.data.Messages = slices.Clone(data.Messages)
	z.setup.Accounts = append(z.setup.Accounts, data.Accounts...)
	z.setup.Lines = append(z.setup.Lines, data.Lines...)
	z.setup.Teams = append(z.setup.Teams, data.Teams...)
	z.setup.Campaigns = append(z.setup.Campaigns, data.Campaigns...)
	z.setup.WorkingHours = append(z.setup.WorkingHours, data.WorkingHours...)
	z.setup.Tags = append(z.setup.Tags, data.Tags...)
	z.setup.CSAT = append(z.setup.CSAT, data.CSAT...)
	begun := len(z.order)
	z.describe()
	z.openTickets()
	for _, v := range z.order[begun:] {
		z.rounds[v.ConversationID] = []*round{{created: v.CreatedAt}}
		z.tickets.of(v.ConversationID)
	}
	sortMessages(z.data.Messages)
	z.findRounds()
	z.writeMessages()
	z.writeReactions()
}

func (z *ticketz) finish(put func()) {
	z.writeRatings(z.askForRatings(), put)
	z.writeTickets(put)
	z.writeHours()
	z.writeTags()
	z.writeNoise()
}

func (z *ticketz) rows() *contract.Data { return &z.told }

// round is a time for which a ticket was open.
type round struct {
	created  time.Time
	started  *time.Time // an agent accepted it
	finished *time.Time
	handoff  *time.Time
	asked    *time.Time // for a rating
	agent    *string
}

// accepted tells whether an agent had the ticket at that time.
func (r *round) accepted(at time.Time) bool {
	return r.started != nil && !at.Before(*r.started) && (r.finished == nil || at.Before(*r.finished))
}

type ticketz struct {
	// data is the part that is told now, setup what is needed of all.
	data, setup, told contract.Data

	accounts, lines, contacts, tickets, agents, teams, campaigns, tags numbering

	messages recent
	// By the key of a message its ticket, by its id or the provider's its key.
	ticketOf, keys latest[string]
	order          []*contract.Conversation

	accountOfLine, accountOfContact, accountOfTeam map[string]int
	channels                                       map[string]string // by line, in Ticketz's words
	numbers                                        map[string]string // of contacts: phones, and what stands for them
	threads                                        map[string]*contract.Conversation
	rounds                                         map[string][]*round // by conversation
	phones, copies                                 map[string]bool     // phones of a company, and quoted messages, that are there
	// campaign is what the number of a campaign stands for, shipped whom it was sent.
	campaign map[int]contract.Message
	shipped  map[string]bool

	company, setting, user, connection, queue, userQueue, contact, lid, ticket, message, note, tracking, rating *table
	tag, ticketTag, contactTag, item, campaignRow, shipping                                                     *table
}

func newTicketz() *ticketz {
	return &ticketz{
		accounts: numbering{}, lines: numbering{}, contacts: numbering{}, tickets: numbering{}, agents: numbering{}, teams: numbering{}, campaigns: numbering{}, tags: numbering{},
		accountOfLine: map[string]int{}, accountOfContact: map[string]int{}, accountOfTeam: map[string]int{},
		channels: map[string]string{}, numbers: map[string]string{}, threads: map[string]*contract.Conversation{}, rounds: map[string][]*round{},
		phones: map[string]bool{}, copies: map[string]bool{}, campaign: map[int]contract.Message{}, shipped: map[string]bool{},

		company:     &table{name: "Companies", columns: []string{"id", "name", "createdAt", "updatedAt", "schedules"}},
		setting:     &table{name: "Settings", columns: []string{"key", "value", "createdAt", "updatedAt", "companyId"}},
		user:        &table{name: "Users", columns: []string{"id", "name", "email", "passwordHash", "createdAt", "updatedAt", "companyId"}},
		connection:  &table{name: "Whatsapps", columns: []string{"id", "session", "token", "createdAt", "updatedAt", "name", "companyId", "channel"}},
		queue:       &table{name: "Queues", columns: []string{"id", "name", "color", "createdAt", "updatedAt", "companyId", "schedules"}},
		userQueue:   &table{name: "UserQueues", columns: []string{"userId", "queueId", "createdAt", "updatedAt"}},
		contact:     &table{name: "Contacts", columns: []string{"id", "name", "number", "createdAt", "updatedAt", "isGroup", "companyId", "channel"}},
		lid:         &table{name: "WhatsappLidMaps", columns: []string{"lid", "companyId", "contactId", "createdAt", "updatedAt"}},
		ticket:      &table{name: "Tickets", columns: []string{"id", "status", "contactId", "userId", "createdAt", "updatedAt", "whatsappId", "isGroup", "queueId", "companyId", "uuid", "channel"}},
		message:     &table{name: "Messages", columns: []string{"id", "body", "ack", "read", "mediaType", "mediaUrl", "ticketId", "createdAt", "updatedAt", "fromMe", "isDeleted", "contactId", "quotedMsgId", "companyId", "channel", "isEdited", "error"}},
		note:        &table{name: "TicketNotes", columns: []string{"note", "contactId", "ticketId", "createdAt", "updatedAt"}},
		tracking:    &table{name: "TicketTraking", columns: []string{"ticketId", "companyId", "whatsappId", "userId", "createdAt", "updatedAt", "queuedAt", "startedAt", "finishedAt", "ratingAt", "rated", "expired", "chatbotendAt"}},
		rating:      &table{name: "UserRatings", columns: []string{"ticketId", "companyId", "userId", "rate", "createdAt", "updatedAt"}},
		tag:         &table{name: "Tags", columns: []string{"id", "name", "companyId", "createdAt", "updatedAt"}},
		ticketTag:   &table{name: "TicketTags", columns: []string{"ticketId", "tagId", "createdAt", "updatedAt"}},
		contactTag:  &table{name: "ContactTags", columns: []string{"contactId", "tagId", "createdAt", "updatedAt"}},
		item:        &table{name: "ContactListItems", columns: []string{"id", "name", "number", "contactListId", "companyId", "createdAt", "updatedAt"}},
		campaignRow: &table{name: "Campaigns", columns: []string{"id", "name", "companyId", "whatsappId", "createdAt", "updatedAt"}},
		shipping:    &table{name: "CampaignShipping", columns: []string{"id", "number", "message", "contactId", "campaignId", "deliveredAt", "createdAt", "updatedAt"}},
	}
}

func (z *ticketz) tables() []*table {
	return []*table{z.company, z.setting, z.user, z.connection, z.queue, z.userQueue, z.contact, z.lid, z.ticket, z.message, z.note, z.tracking, z.rating,
		z.tag, z.ticketTag, z.contactTag, z.item, z.campaignRow, z.shipping}
}

// accountOf is the company of a row: the first that is named, or the first of all.
func (z *ticketz) accountOf(ids ...*string) int {
	for _, id := range ids {
		if text(id) != "" {
			return z.accounts.of(*id)
		}
	}
	return 1
}

// ticketzChannels are Ticketz's words for channels.
var ticketzChannels = map[string]string{"": "whatsapp", "messenger": "facebook"}

// describe writes what tickets point to.
func (z *ticketz) describe() {
	d := z.data
	for _, a := range d.Accounts {
		z.accounts.of(a.AccountID)
	}
	first := func(of map[string]int, id *string, account int) {
		if text(id) != "" && of[*id] == 0 {
			of[*id] = account
		}
	}
	accountOfAgent := map[string]int{}
	for _, m := range d.Messages {
		first(z.accountOfLine, m.LineID, z.accountOf(m.AccountID))
		first(z.accountOfContact, m.ContactID, z.accountOf(m.AccountID))
		first(accountOfAgent, m.AgentID, z.accountOf(m.AccountID))
	}
	for _, v := range d.Conversations {
		first(z.accountOfTeam, v.TeamID, z.accountOf(v.AccountID))
		first(accountOfAgent, v.AgentID, z.accountOf(v.AccountID))
	}
	for _, a := range d.Agents {
		id, name := z.agents.of(a.AgentID), text(a.Name)
		if name == "" {
			name = "Agent " + a.AgentID
		}
		company := max(1, accountOfAgent[a.AgentID])
		if id%3 == 0 {
			company = 999 // moved to another
		}
		z.user.add(id, name, fmt.Sprintf("agent%d@desk.example", id), "$2a$08$secret", epoch, epoch, company)
		z.told.Agents = append(z.told.Agents, contract.Agent{AgentID: strconv.Itoa(id), Name: &name})
	}
	seen := map[[2]int]bool{}
	for _, a := range d.AgentTeams {
		if pair := [2]int{z.agents.of(a.AgentID), z.teams.of(a.TeamID)}; !seen[pair] {
			seen[pair] = true
			z.userQueue.add(pair[0], pair[1], epoch, epoch)
			z.told.AgentTeams = append(z.told.AgentTeams, contract.AgentTeam{AgentID: strconv.Itoa(pair[0]), TeamID: strconv.Itoa(pair[1])})
		}
	}
	names := map[string]bool{} // are unique in a company
	unique := func(kind, name, id string) string {
		if name == "" || names[kind+name] {
			name = kind + " " + id
		}
		names[kind+name] = true
		return name
	}
	for _, l := range d.Lines {
		id := z.lines.of(l.LineID)
		name, told := unique("Line", text(l.Name), l.LineID), text(l.Channel)
		channel := cmp.Or(ticketzChannels[told], told)
		z.channels[l.LineID] = channel
		switch told {
		case "":
			told = "whatsapp"
		case "voice":
			told = "other"
		}
		z.connection.add(id, `{"creds": "secret"}`, "secret", epoch, epoch, name, max(1, z.accountOfLine[l.LineID]), channel)
		z.told.Lines = append(z.told.Lines, contract.Line{LineID: strconv.Itoa(id), Name: &name, Channel: &told})
	}
	for _, p := range d.Contacts {
		z.describeContact(p)
	}
}

var isPhone = regexp.MustCompile(`^[1-9]\d{6,14}$`)

// describeContact writes a contact. Without a phone it has one of the ids that
// stand in the same place.
func (z *ticketz) describeContact(p contract.Contact) {
	id := z.contacts.of(p.ContactID)
	account := z.accountOfContact[p.ContactID]
	if text(p.AccountID) != "" || account == 0 {
		account = z.accountOf(p.AccountID)
	}
	z.accountOfContact[p.ContactID] = account
	created := epoch
	if p.CreatedAt != nil {
		created = *p.CreatedAt
	}
	channel := "whatsapp"
	number := digits(text(p.Phone))
	once := fmt.Sprint(account, " ", number)
	told := contract.Contact{ContactID: strconv.Itoa(id), AccountID: new(strconv.Itoa(account)), Name: optional(text(p.Name)), CreatedAt: &created}
	switch {
	case isPhone.MatchString(number) && !z.phones[once]:
		z.phones[once] = true
		told.Phone = new("+" + number)
	case id%3 == 0:
		number = fmt.Sprintf("%d@lid", 180000000000000+id)
	case id%3 == 1:
		number = strconv.Itoa(190000000000000 + id)
		z.lid.add(number+"@lid", account, id, epoch, epoch)
	default:
		number, channel = strconv.Itoa(17841400000000+id), "instagram"
	}
	if told.Name == nil {
		told.Name = &number
	}
	z.numbers[p.ContactID] = number
	z.contact.add(id, text(p.Name), number, created, created, false, account, channel)
	z.told.Contacts = append(z.told.Contacts, told)
}

// campaignOf is the number of a message's campaign: one of one line and company.
func (z *ticketz) campaignOf(m contract.Message) int {
	id := z.campaigns.of(text(m.CampaignID) + "\n" + text(m.LineID) + "\n" + strconv.Itoa(z.accountOf(m.AccountID)))
	z.campaign[id] = m
	return id
}

// ship writes what a campaign sent to a contact of the address book, once, and
// tells whether it could.
func (z *ticketz) ship(m contract.Message) bool {
	account := z.accountOf(m.AccountID)
	number := z.numbers[text(m.ContactID)]
	if m.Direction != "outbound" || text(m.AuthorKind) != "campaign" || text(m.ConversationID) != "" || text(m.CampaignID) == "" || text(m.LineID) == "" ||
		number == "" || z.accountOfContact[*m.ContactID] != account {
		return false
	}
	campaign := z.campaignOf(m)
	once := fmt.Sprint(campaign, number)
	if z.shipped[once] {
		return false
	}
	z.shipped[once] = true
	id := z.shipping.count() + 1
	told := contract.Message{
		MessageID: fmt.Sprintf("campaign:%d", id), AccountID: new(strconv.Itoa(account)), ContactID: z.contacts.told(*m.ContactID), LineID: z.lines.told(*m.LineID),
		Direction: "outbound", AuthorKind: new("campaign"), CreatedAt: m.CreatedAt, ContentType: new("text"), Body: optional(text(m.Body)), CampaignID: new(strconv.Itoa(campaign)), UpdatedAt: &m.CreatedAt,
		PriceUSD: new(0.0),
	}
	sent := &m.CreatedAt
	if stage(m) == "pending" { // is still to be sent
		sent = nil
	}
	// Whom a list names has another id there.
	z.item.add(id, "…", number, 1, account, epoch, epoch)
	z.shipping.add(id, number, text(m.Body), id, campaign, sent, m.CreatedAt, m.CreatedAt)
	if sent != nil {
		z.told.Messages = append(z.told.Messages, told)
	}
	return true
}

func (z *ticketz) open(v *contract.Conversation) {
	z.threads[v.ConversationID], z.order = v, append(z.order, v)
}

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

// keyOf is the id that WhatsApp would have given the message.
func (z *ticketz) keyOf(id string) string { return fmt.Sprintf("3EB0%08X", z.messages.of(id)) }

var (
	// Written as newer versions do, and as older ones did for some.
	mediaTypes = map[string][]string{
		"image": {"image", "imageMessage"}, "audio": {"audio", "audioMessage"}, "video": {"video", "videoMessage"}, "document": {"application", "documentMessage"},
		"sticker": {"stickerMessage"}, "location": {"locationMessage", "liveLocationMessage"}, "contacts": {"contactMessage", "vcard"}, "interactive": {"listMessage", "buttonsResponseMessage"},
	}
	acks = map[string]int{"failed": -1, "pending": 1, "sent": 2, "delivered": 3, "read": 4}
)

func (z *ticketz) writeMessages() {
	for _, m := range z.data.Messages {
		key := z.keyOf(m.MessageID)
		z.ticketOf.put(key, *m.ConversationID)
		z.keys.put(m.MessageID, key)
		if text(m.ProviderMessageID) != "" {
			z.keys.put(*m.ProviderMessageID, key)
		}
	}
	for _, m := range z.data.Messages {
		n, key := z.messages.of(m.MessageID), z.keyOf(m.MessageID)
		account, ticket := z.accountOf(m.AccountID), z.tickets.of(*m.ConversationID)
		told := contract.Message{
			MessageID: fmt.Sprintf("%d:%s", ticket, key), AccountID: new(strconv.Itoa(account)), ConversationID: new(strconv.Itoa(ticket)), Direction: m.Direction, AuthorKind: new("contact"),
			CreatedAt: m.CreatedAt, ContentType: new("text"), ProviderMessageID: &key, UpdatedAt: m.UpdatedAt,
		}
		contact, toldContact := z.contacts.ref(m.ContactID)
		told.ContactID = toldContact
		_, told.LineID = z.lines.ref(m.LineID)
		if told.UpdatedAt == nil {
			told.UpdatedAt = &m.CreatedAt
		}
		var mediaType, mediaURL *string
		if words := mediaTypes[text(m.ContentType)]; words != nil {
			mediaType, told.ContentType = &words[n%len(words)], m.ContentType
		} else if strings.EqualFold(text(m.ContentType), "call") {
			mediaType, told.ContentType = new("call_log"), new("call")
		} else if n%5 == 0 {
			mediaType = new("conversation")
		}
		if mediaType != nil && n%2 == 0 {
			mediaURL = new("media/file")
		}
		body, ack := text(m.Body), 0
		var failure any
		channel := cmp.Or(z.channels[text(m.LineID)], "whatsapp")
		if m.Direction == "outbound" {
			contact, told.PriceUSD = nil, new(0.0)
			body = z.author(m, n, body, &told)
			reached := stage(m)
			ack = acks[reached]
			if channel == "whatsapp" {
				if reached == "read" && text(m.ContentType) == "audio" {
					ack, reached = 5, "played"
				}
				told.Status = &reached
				if reached == "failed" && n%4 != 0 {
					words := text(m.ErrorText)
					if code := text(m.ErrorCode); code != "" && n%3 == 0 {
						words += " (" + code + ")"
					}
					told.ErrorCode, told.ErrorText = new("ZAPITU-0"), optional(words)
					failure = object{"code": *told.ErrorCode, "message": told.ErrorText, "rawPayload": object{"status": 0}}.json()
				}
			}
		}
		told.Body = optional(body)
		var quoted *string
		if text(m.InReplyTo) != "" {
			at := cmp.Or(z.keys.get(*m.InReplyTo), "OUT"+*m.InReplyTo)
			told.InReplyTo, quoted = &at, &at
			if z.ticketOf.get(at) != *m.ConversationID { // a copy comes along
				quoted = new(fmt.Sprintf("%s-%d", at, ticket))
				z.copyOf(*quoted, ticket, account, n, m.CreatedAt)
			}
		}
		z.message.add(key, body, ack, m.Direction == "outbound", mediaType, mediaURL, ticket, m.CreatedAt, *told.UpdatedAt, m.Direction == "outbound", n%11 == 0, contact, quoted, account, channel, n%13 == 0, failure)
		z.told.Messages = append(z.told.Messages, told)
	}
}

// copyOf writes a message of another ticket that is quoted in this one, once.
func (z *ticketz) copyOf(id string, ticket, account, n int, at time.Time) {
	if !z.copies[id] {
		z.copies[id] = true
		z.message.add(id, "quoted", 0, true, nil, nil, ticket, at, at, n%2 == 0, false, nil, nil, account, "whatsapp", false, nil)
	}
}

// author says who wrote an outbound message, and returns its text with the mark
// that tells so.
func (z *ticketz) author(m contract.Message, n int, body string, told *contract.Message) string {
	accepted := slices.ContainsFunc(z.rounds[*m.ConversationID], func(r *round) bool { return r.accepted(m.CreatedAt) })
	switch kind := text(m.AuthorKind); {
	case kind == "campaign":
		told.AuthorKind = new("campaign")
		return "\u200c" + body
	case (kind == "bot" || kind == "system") && (accepted || n%4 != 0):
		told.AuthorKind = new("bot")
		return "\u200e" + body
	case accepted:
		told.AuthorKind = new("agent")
	default:
		told.AuthorKind = nil
	}
	return body
}

// clock is a time of day as schedules hold it.
func clock(text string) string { return text[:5] }

var (
	ticketzDays    = []string{"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"}
	ticketzOldZone = "Etc/GMT+3"
)

// writeHours writes the hours of companies and queues, some as older versions did.
func (z *ticketz) writeHours() {
	companies := map[int][]contract.WorkingHours{} // of the first line that has some
	queues := map[string][]contract.WorkingHours{}
	from := map[int]string{}
	for _, w := range z.setup.WorkingHours {
		line := text(w.LineID)
		account := z.accountOfLine[line]
		switch {
		case line == "":
			queues[text(w.TeamID)] = append(queues[text(w.TeamID)], w)
		case account > 0 && (from[account] == "" || from[account] == line):
			from[account] = line
			companies[account] = append(companies[account], w)
		}
	}
	inForce := map[int]bool{} // companies whose queues have hours
	for i, t := range z.setup.Teams {
		id, account := z.teams.of(t.TeamID), max(1, z.accountOfTeam[t.TeamID])
		name := text(t.Name)
		if name == "" || slices.ContainsFunc(z.queue.rows, func(row []any) bool { return row[1] == name }) {
			name = "Team " + t.TeamID
		}
		schedule, spans := schedule(queues[t.TeamID], i%2 == 0)
		z.queue.add(id, name, fmt.Sprintf("#%06x", id), epoch, epoch, account, schedule)
		z.told.Teams = append(z.told.Teams, contract.Team{TeamID: strconv.Itoa(id), Name: &name})
		for _, w := range spans {
			w.TeamID = new(strconv.Itoa(id))
			z.told.WorkingHours = append(z.told.WorkingHours, w)
			inForce[account] = true
		}
	}
	for _, a := range z.setup.Accounts {
		account, name := z.accounts.of(a.AccountID), text(a.Name)
		if name == "" || slices.ContainsFunc(z.company.rows, func(row []any) bool { return row[1] == name }) {
			name = "Company " + a.AccountID
		}
		schedule, spans := schedule(companies[account], account%2 == 1)
		z.company.add(account, name, epoch, epoch, schedule)
		z.told.Accounts = append(z.told.Accounts, contract.Account{AccountID: strconv.Itoa(account), Name: &name})
		for _, l := range z.setup.Lines {
			if inForce[account] || max(1, z.accountOfLine[l.LineID]) != account {
				continue
			}
			for _, w := range spans {
				w.LineID = z.lines.told(l.LineID)
				z.told.WorkingHours = append(z.told.WorkingHours, w)
			}
		}
	}
}

// schedule is the JSON of hours, as an object with rules or as the list of older
// versions, and what holds of it: no span passes midnight.
func schedule(hours []contract.WorkingHours, rules bool) (text string, told []contract.WorkingHours) {
	var zone *string
	days := make([][]contract.WorkingHours, 7)
	for i, w := range hours {
		if i == 0 {
			zone = w.TimeZone
		}
		if w.Weekday > 6 {
			continue // the editor has no such day
		}
		if w.Closes == "24:00:00" {
			w.Closes = "23:59:00" // nor such a time
		}
		if rules || len(days[w.Weekday]) < 2 {
			days[w.Weekday] = append(days[w.Weekday], w)
		}
	}
	var weekly, list []object
	for day, spans := range days {
		shifts := object{"weekday": "día", "weekdayEn": ticketzDays[day], "startTimeA": "", "endTimeA": "", "startTimeB": "", "endTimeB": ""}
		for i, w := range spans {
			opens, closes := clock(w.Opens), clock(w.Closes)
			weekly = append(weekly, object{"days": []string{ticketzDays[day][:3]}, "hours": []object{{"from": opens, "to": closes}}})
			shifts["startTime"+string(rune('A'+i%2))], shifts["endTime"+string(rune('A'+i%2))] = opens, closes
			if opens < closes {
				row := contract.WorkingHours{TimeZone: zone, Weekday: int32(day), Opens: opens + ":00", Closes: closes + ":00"}
				if !rules {
					row.TimeZone = &ticketzOldZone
				}
				told = append(told, row)
			}
		}
		list = append(list, shifts)
	}
	switch {
	case len(hours) == 0:
		return "[]", nil
	case rules:
		return object{"weeklyRules": weekly, "overrides": []object{{"date": "2026-12-25", "closed": true}}, "timezone": zone}.json(), told
	}
	b := object{"list": list}.json()
	return strings.TrimSuffix(strings.TrimPrefix(b, `{"list":`), "}"), told
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

// writeReactions adds reactions to messages, and what else no report may count.
func (z *ticketz) writeReactions() {
	for n, row := range slices.Clone(z.message.rows) {
		if n += z.message.taken; n%20 == 0 {
			reaction := slices.Clone(row)
			reaction[0], reaction[1], reaction[4], reaction[5] = fmt.Sprintf("REACTION%d", n), "👍", []string{"reactionMessage", "protocolMessage", "pollUpdateMessage"}[n/20%3], nil
			z.message.rows = append(z.message.rows, reaction)
		}
	}
}

// writeNoise adds what no report may count: a group with its ticket, notes, and what is
// left of a ticket that was deleted.
func (z *ticketz) writeNoise() {
	z.setting.add("openAiKey", "secret", epoch, epoch, 1)
	group, ticket := len(z.contacts)+1, len(z.tickets)+1
	at := End.AddDate(0, 0, -3)
	z.contact.add(group, "A group", "120363000000000000", at, at, true, 1, "whatsapp")
	z.ticket.add(ticket, "open", group, nil, at, at, 1, true, nil, 1, "00000000-0000-4000-9000-000000000000", "whatsapp")
	z.tracking.add(ticket, 1, 1, nil, at, at, at, at, at.Add(time.Hour), at.Add(time.Hour), true, false, at)
	z.rating.add(ticket, 1, nil, 1, at.Add(2*time.Hour), at)
	z.contactTag.add(group, 1, at, at)
	for i := range 20 {
		z.message.add(fmt.Sprintf("GROUP%d", i), "to all", 4, true, nil, nil, ticket, at, at, i%2 == 0, false, 1, nil, 1, "whatsapp", false, nil)
	}
	z.note.add("a note", 1, 1, at, at)
	z.tracking.add(nil, 1, 1, nil, at, at, at, at, at.Add(time.Hour), at.Add(time.Hour), true, false, nil)
	z.rating.add(nil, 1, nil, 1, at, at)
}
