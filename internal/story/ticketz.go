package story

import (
	"cmp"
	"context"
	_ "embed"
	"fmt"
	"regexp"
	"slices"
	"strconv"
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
