package story

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/parley-reports/parley/internal/contract"
)

// describe writes what conversations point to.
func (c *chatwoot) describe() {
	d := c.data
	accountOfContact := map[string]int{}
	for _, m := range d.Messages {
		account, _ := c.accountOf(m.AccountID)
		if c.accountOfLine[text(m.LineID)] == 0 {
			c.accountOfLine[text(m.LineID)] = account
		}
		if accountOfContact[text(m.ContactID)] == 0 {
			accountOfContact[text(m.ContactID)] = account
		}
	}
	for _, a := range d.Accounts {
		name := text(a.Name)
		if name == "" {
			name = "Account " + a.AccountID
		}
		c.account.add(c.accounts.of(a.AccountID), name, epoch, epoch)
		c.told.Accounts = append(c.told.Accounts, contract.Account{AccountID: *c.accounts.told(a.AccountID), Name: &name})
	}
	for i, a := range d.Agents {
		id, name := c.agents.of(a.AgentID), text(a.Name)
		if name == "" {
			name = "Agent " + a.AgentID
		}
		given, display := name, ""
		if i%2 == 0 {
			given, display = "Real "+name, name
		}
		email := fmt.Sprintf("agent%d@desk.example", id)
		c.user.add(id, given, display, email, email, "$2a$11$secret", "{}", epoch, epoch)
		c.told.Agents = append(c.told.Agents, contract.Agent{AgentID: *c.agents.told(a.AgentID), Name: &name})
	}
	seen := c.members
	for _, m := range d.Messages {
		account, _ := c.accountOf(m.AccountID)
		if id, _ := c.agents.ref(m.AgentID); id != nil && !seen[[2]int{account, *id}] {
			seen[[2]int{account, *id}] = true
			if *id%3 == 0 {
				continue // left the account
			}
			c.member.add(account, *id, 0, epoch, epoch)
		}
	}
	teams := map[string]bool{}
	accountOfTeam := map[string]int{}
	for _, v := range d.Conversations {
		if accountOfTeam[text(v.TeamID)] == 0 {
			accountOfTeam[text(v.TeamID)], _ = c.accountOf(v.AccountID)
		}
	}
	for _, t := range d.Teams {
		name := text(t.Name)
		if name == "" || teams[name] { // names are unique
			name = "Team " + t.TeamID
		}
		teams[name] = true
		c.team.add(c.teams.of(t.TeamID), name, max(1, accountOfTeam[t.TeamID]), epoch, epoch)
		c.told.Teams = append(c.told.Teams, contract.Team{TeamID: *c.teams.told(t.TeamID), Name: &name})
	}
	for _, a := range d.AgentTeams {
		if pair := [2]int{-c.teams.of(a.TeamID), c.agents.of(a.AgentID)}; !seen[pair] {
			seen[pair] = true
			c.teamMember.add(c.teams.of(a.TeamID), c.agents.of(a.AgentID), epoch, epoch)
			c.told.AgentTeams = append(c.told.AgentTeams, contract.AgentTeam{AgentID: *c.agents.told(a.AgentID), TeamID: *c.teams.told(a.TeamID)})
		}
	}
	c.keepHours()
	for i, l := range d.Lines {
		c.describeLine(i, l, max(1, c.accountOfLine[l.LineID]))
	}
	for _, p := range d.Contacts {
		id, told := c.contacts.of(p.ContactID), c.contacts.told(p.ContactID)
		account := accountOfContact[p.ContactID]
		if text(p.AccountID) != "" || account == 0 {
			account, _ = c.accountOf(p.AccountID)
		}
		created := epoch
		if p.CreatedAt != nil {
			created = *p.CreatedAt
		}
		// The country stands in one of two places.
		country, attributes := text(p.Country), object{}
		if id%2 == 0 && country != "" {
			attributes["country_code"], country = country, ""
		}
		name := optional(text(p.Name))
		c.contact.add(id, text(p.Name), optional(text(p.Phone)), country, scalar(id, attributes), account, created, created, 0)
		if name == nil {
			name = optional(text(p.Phone))
		}
		c.told.Contacts = append(c.told.Contacts, contract.Contact{ContactID: *told, AccountID: new(strconv.Itoa(account)), Name: name, Phone: optional(text(p.Phone)), Country: optional(text(p.Country)), CreatedAt: &created})
	}
	first := map[string]contract.Message{} // of each campaign, with a template if there is one
	for _, m := range d.Messages {
		id := text(m.CampaignID)
		if known, ok := first[id]; !ok || text(known.TemplateName) == "" && text(m.TemplateName) != "" {
			first[id] = m
		}
	}
	for _, p := range d.Campaigns {
		c.campaigns.of(p.CampaignID)
	}
	c.waiting = slices.DeleteFunc(append(c.waiting, d.Campaigns...), func(p contract.Campaign) bool {
		m, wrote := first[p.CampaignID]
		if wrote {
			c.writeCampaign(p, m)
		}
		return wrote
	})
}

// writeCampaign writes a campaign. Its account, inbox and template are those of the message.
func (c *chatwoot) writeCampaign(p contract.Campaign, m contract.Message) {
	id := c.campaigns.of(p.CampaignID)
	title := text(p.Name)
	if title == "" {
		title = "Campaign " + p.CampaignID
	}
	account, _ := c.accountOf(m.AccountID)
	inbox, _ := c.lineOf(m.LineID)
	var params any
	if text(m.TemplateName) != "" {
		params = templateParams(m).json()
		c.templates[p.CampaignID] = m
	}
	c.campaign.add(id, id, title, "…", account, inbox, params, epoch, epoch)
	c.told.Campaigns = append(c.told.Campaigns, contract.Campaign{CampaignID: strconv.Itoa(id), Name: &title})
}

// describeLine makes the inbox and its channel, whose credentials nobody may read.
func (c *chatwoot) describeLine(i int, l contract.Line, account int) {
	id := c.lines.of(l.LineID)
	told := contract.Line{LineID: *c.lines.told(l.LineID), Name: optional(text(l.Name)), Channel: optional(text(l.Channel))}
	if told.Name == nil {
		told.Name = new("Inbox " + l.LineID)
	}
	number := text(l.Number)
	if number == "" || !strings.HasPrefix(number, "+") {
		number = "+1000"
	}
	number = fmt.Sprintf("%s%03d", number, i)
	var kind string
	switch channel := text(l.Channel); channel {
	case "whatsapp":
		kind, told.Number = "Channel::Whatsapp", &number
		if i%3 == 2 {
			kind = "Channel::TwilioSms"
			c.sms.add(id, account, number, 1, "secret", "AC1", epoch, epoch)
		} else {
			c.whatsapp.add(id, account, number, "whatsapp_cloud", object{"api_key": "secret"}.json(), epoch, epoch)
		}
	case "sms":
		kind, told.Number = "Channel::TwilioSms", &number
		c.sms.add(id, account, number, 0, "secret", "AC2", epoch, epoch)
	case "webchat":
		kind = "Channel::WebWidget"
		c.widget.add(id, account, "https://shop.example", number, number, epoch, epoch)
	case "email", "instagram", "telegram":
		kind = "Channel::" + strings.ToUpper(channel[:1]) + channel[1:]
	case "messenger":
		kind = "Channel::FacebookPage"
	default:
		kind, told.Channel = []string{"Channel::Api", "Channel::Line", "Channel::Tiktok", "Channel::Fork"}[i%4], new("other")
		c.api.add(id, account, number, number, epoch, epoch)
	}
	c.channels[l.LineID], c.twilio[l.LineID] = kind, kind == "Channel::TwilioSms"
	zone := "UTC"
	for _, w := range c.data.WorkingHours {
		if text(w.LineID) == l.LineID {
			zone = c.zone(w)
			break
		}
	}
	c.inbox.add(id, id, kind, account, *told.Name, c.keeps[l.LineID], zone, epoch, epoch)
	c.told.Lines = append(c.told.Lines, told)
}

func (c *chatwoot) zone(w contract.WorkingHours) string {
	if text(w.TimeZone) == "" {
		return "UTC"
	}
	return *w.TimeZone
}

// keepHours writes the business hours: one span a day, of an inbox, that ends on
// the day on which it begins.
func (c *chatwoot) keepHours() {
	zones := map[string]string{}
	days := map[string]map[int32]contract.WorkingHours{}
	described := map[string]bool{}
	for _, l := range c.data.Lines {
		described[l.LineID] = true
	}
	for _, w := range c.data.WorkingHours {
		line := text(w.LineID)
		if !described[line] {
			continue
		}
		if days[line] == nil {
			days[line], zones[line], c.keeps[line] = map[int32]contract.WorkingHours{}, c.zone(w), true
		}
		if _, again := days[line][w.Weekday]; !again {
			days[line][w.Weekday] = w
		}
	}
	for _, l := range c.data.Lines {
		for day := range int32(7) {
			if !c.keeps[l.LineID] {
				// An inbox has hours from the beginning; they are not in force.
				c.hours.add(c.lines.of(l.LineID), 1, day, day == 0, false, 9, 0, 17, 0, epoch, epoch)
				continue
			}
			w, open := days[l.LineID][day]
			if !open {
				c.hours.add(c.lines.of(l.LineID), 1, day, true, false, nil, nil, nil, nil, epoch, epoch)
				continue
			}
			told := contract.WorkingHours{LineID: c.lines.told(l.LineID), TimeZone: new(zones[l.LineID]), Weekday: day, Opens: w.Opens[:5] + ":00", Closes: w.Closes[:5] + ":00"}
			whole := w.Opens == w.Closes
			if told.Closes < told.Opens || told.Closes == "24:00:00" {
				told.Closes = "23:59:00"
			}
			if whole {
				told.Opens, told.Closes = "00:00:00", "00:00:00"
				c.hours.add(c.lines.of(l.LineID), 1, day, false, true, 0, 0, 23, 59, epoch, epoch)
			} else {
				clock := func(text string, from int) int { n, _ := strconv.Atoi(text[from : from+2]); return n }
				c.hours.add(c.lines.of(l.LineID), 1, day, false, false, clock(told.Opens, 0), clock(told.Opens, 3), clock(told.Closes, 0), clock(told.Closes, 3), epoch, epoch)
			}
			c.told.WorkingHours = append(c.told.WorkingHours, told)
		}
	}
}
