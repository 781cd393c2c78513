package check_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/parley-reports/parley/internal/contract"
	"github.com/parley-reports/parley/internal/pgtest"
	"github.com/parley-reports/parley/pkg/check"
	"github.com/parley-reports/parley/pkg/postgres"
	"github.com/parley-reports/parley/pkg/source"
	"github.com/parley-reports/parley/pkg/source/views"
)

// look loads the data into tables without keys, spoils them by the SQL, and checks them.
func look(t *testing.T, data contract.Data, account string, since time.Time, sql ...string) []string {
	t.Helper()
	conn := pgtest.Connect(t)
	address, schema := pgtest.Schema(t)
	if _, err := conn.Exec(t.Context(), "DROP SCHEMA "+schema); err != nil { // the tables come with one
		t.Fatal(err)
	}
	if err := contract.CreateTables(t.Context(), conn, schema); err != nil {
		t.Fatal(err)
	}
	if err := contract.Load(t.Context(), conn, schema, data); err != nil {
		t.Fatal(err)
	}
	for _, statement := range sql {
		if _, err := conn.Exec(t.Context(), strings.ReplaceAll(statement, "$schema", schema)); err != nil {
			t.Fatal(err)
		}
	}
	settings, err := postgres.SettingsFromURL(address)
	if err != nil {
		t.Fatal(err)
	}
	db, err := postgres.Open(settings)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var s *source.Source
	if err := db.Read(t.Context(), func(ctx context.Context, tx pgx.Tx) (err error) {
		s, err = views.Detect(t.Context(), tx, source.Settings{Schema: schema, Account: account})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	problems, err := check.Rows(t.Context(), db, s, since, nil)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, p := range problems {
		line := p.String()
		if p.Allowed {
			line = "allowed: " + line
		}
		lines = append(lines, line)
	}
	return lines
}

var at = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)

// clean is a little data that keeps the contract.
func clean() contract.Data {
	return contract.Data{
		Lines:         []contract.Line{{LineID: "1", Channel: new("whatsapp")}},
		Contacts:      []contract.Contact{{ContactID: "ana"}},
		Agents:        []contract.Agent{{AgentID: "7"}},
		Conversations: []contract.Conversation{{ConversationID: "c", AccountID: new("1"), ContactID: new("ana"), LineID: new("1"), AgentID: new("7"), Status: new("open"), CreatedAt: at}},
		Messages: []contract.Message{
			{MessageID: "a", AccountID: new("1"), ConversationID: new("c"), ContactID: new("ana"), LineID: new("1"), Direction: "inbound", AuthorKind: new("contact"), CreatedAt: at},
			{MessageID: "b", AccountID: new("1"), ConversationID: new("c"), ContactID: new("ana"), LineID: new("1"), Direction: "outbound", AuthorKind: new("agent"), AgentID: new("7"), CreatedAt: at.Add(time.Minute),
				Status: new("READ"), SentAt: new(at.Add(2 * time.Minute)), DeliveredAt: new(at.Add(3 * time.Minute)), ReadAt: new(at.Add(4 * time.Minute))},
		},
		Events: []contract.ConversationEvent{{ConversationID: new("c"), Name: "first_response", At: at.Add(time.Minute)}},
		Tags:   []contract.Tag{{Kind: "conversation", OwnerID: "c", Name: "vip"}},
		CSAT:   []contract.CSAT{{ConversationID: new("c"), Rating: new(int32(5)), SentAt: &at, AnsweredAt: new(at.Add(time.Hour))}},
	}
}

func TestRows(t *testing.T) {
	if got := look(t, clean(), "", time.Time{}); len(got) > 0 {
		t.Errorf("clean data: %q", got)
	}
	cases := map[string]struct {
		spoil func(*contract.Data)
		want  []string
	}{
		"twice": {func(d *contract.Data) { d.Messages[1].MessageID = "a" }, []string{"message: 2 rows have the same id as another row, for example a. Reports may count the data more than once. Make message_id unique."}},
		"orphans": {func(d *contract.Data) {
			d.Messages[0].ConversationID, d.Messages[0].LineID, d.Messages[1].AgentID = new("x"), new("9"), new("8")
			d.Conversations[0].ContactID = new("luis")
			d.CSAT[0].ConversationID = new("x")
			d.Campaigns = []contract.Campaign{{CampaignID: "1"}}
			d.Messages[1].CampaignID = new("2")
			d.CSAT = append(d.CSAT, contract.CSAT{ContactID: new("eva"), SentAt: &at})
			d.Tags = append(d.Tags, contract.Tag{Kind: "conversation", OwnerID: "ana", Name: "vip"}, contract.Tag{Kind: "contact", OwnerID: "c", Name: "vip"}, contract.Tag{Kind: "contact", OwnerID: "ana", Name: "vip"})
		}, []string{
			"message: 1 row refers to a conversation that does not exist (conversation_id): a. Reports show the id, without the data of the conversation. Add the missing rows to conversation, or correct conversation_id.",
			"message: 1 row refers to a line that does not exist (line_id): a. Reports show the id, without the data of the line. Add the missing rows to line, or correct line_id.",
			"allowed: message: 1 row refers to an agent that does not exist (agent_id): b. Reports show the id, without the data of the agent. If the agent was deleted, there is nothing to do.",
			"allowed: message: 1 row refers to a campaign that does not exist (campaign_id): b. Reports show the id, without the data of the campaign. If the campaign was deleted, there is nothing to do.",
			"conversation: 1 row refers to a contact that does not exist (contact_id): c. Reports show the id, without the data of the contact. Add the missing rows to contact, or correct contact_id.",
			"allowed: tag: 1 row refers to a conversation that does not exist (owner_id): ana. Reports show the id, without the data of the conversation. If the conversation was deleted, there is nothing to do.",
			"allowed: tag: 1 row refers to a contact that does not exist (owner_id): c. Reports show the id, without the data of the contact. If the contact was deleted, there is nothing to do.",
			"csat: 1 row refers to a conversation that does not exist (conversation_id): x. Reports show the id, without the data of the conversation. Add the missing rows to conversation, or correct conversation_id.",
			"csat: 1 row refers to a contact that does not exist (contact_id): contact eva. Reports show the id, without the data of the contact. Add the missing rows to contact, or correct contact_id.",
		}},
		"clocks": {func(d *contract.Data) {
			d.Messages[1].DeliveredAt, d.Messages[1].ReadAt = new(at), new(at.Add(-time.Hour))
			d.CSAT[0].AnsweredAt = new(at.Add(-time.Hour))
			d.Messages[1].FailedAt = new(at)
			d.Conversations[0].FirstResponseAt = new(at.Add(-time.Minute))
			d.Events[0].Seconds = new(-3.0)
		}, []string{
			"message: 1 row was delivered before it was created: b. Durations and delivery times of this row may be wrong. Check which system writes created_at and delivered_at.",
			"message: 1 row was read before it was created: b. Durations and delivery times of this row may be wrong. Check which system writes created_at and read_at.",
			"message: 1 row failed before it was created: b. Durations and delivery times of this row may be wrong. Check which system writes created_at and failed_at.",
			"message: 1 row was read before it was delivered: b. Durations and delivery times of this row may be wrong. Check which system writes delivered_at and read_at.",
			"message: 1 row was delivered before it was sent: b. Durations and delivery times of this row may be wrong. Check which system writes sent_at and delivered_at.",
			"conversation: 1 row was answered before it was opened: c. Durations and delivery times of this row may be wrong. Check which system writes created_at and first_response_at.",
			"conversation_event: 1 row has a negative duration: c (first_response). Reports use 0 instead. Check what writes seconds and business_seconds.",
			"csat: 1 row was answered before it was sent: c. Durations and delivery times of this row may be wrong. Check which system writes sent_at and answered_at.",
		}},
		"stored twice": {func(d *contract.Data) {
			d.Messages[0].ProviderMessageID, d.Messages[1].ProviderMessageID = new("wamid.1"), new("wamid.1")
		}, []string{"allowed: message: 2 rows have the same provider_message_id as another row of the line: a, b. Reports may count a message twice. Check if the messages are stored twice."}},
		"words": {func(d *contract.Data) {
			d.Messages[0].Direction, d.Messages[1].Status, d.Lines[0].Channel = "in", new("gone"), new("fax")
			d.CSAT[0].Rating = new(int32(9))
		}, []string{
			"message: 1 row has a direction other than inbound or outbound: a. Reports leave it out. Set direction to inbound or outbound.",
			"message: 1 row has an unknown status: b (gone). Reports don't recognize the value. Use one of queued, pending, accepted, sent, delivered, read, played, failed.",
			"line: 1 row has an unknown channel: 1 (fax). Reports don't recognize the value. Use one of whatsapp, instagram, messenger, telegram, sms, webchat, email, voice, other.",
			"csat: 1 row has a rating that is not between 1 and 5: c (9). CSAT metrics leave it out. Convert ratings to the scale from 1 to 5.",
		}},
		"capitals": {func(d *contract.Data) { // which some columns may have
			d.Messages[0].Direction, d.Messages[0].AuthorKind, d.Messages[1].TemplateCategory = "INBOUND", new("Contact"), new("UTILITY")
			d.Conversations[0].Status, d.Events[0].Name, d.Lines[0].Channel, d.Tags[0].Kind = new("Open"), "RESOLVED", new("WhatsApp"), "Conversation"
		}, nil}, // words are read in any case
		"nothing": {func(d *contract.Data) {
			d.Messages[0].Direction = ""
			d.CSAT[0].ConversationID, d.CSAT[0].Rating = nil, new(int32(0))
		}, []string{
			"message: 1 row has a direction other than inbound or outbound: a. Reports leave it out. Set direction to inbound or outbound.",
			"csat: 1 row has a rating that is not between 1 and 5: (none) (0). CSAT metrics leave it out. Convert ratings to the scale from 1 to 5.",
		}},
		"regression": {func(d *contract.Data) { d.Messages[1].Status = new("sent") },
			[]string{"message: 1 row has a status before delivered, or failed, but a delivery or read time: b. Reports count it as delivered or read. Update status when delivered_at or read_at is set."}},
		"nobody":       {func(d *contract.Data) { d.Messages[0].ContactID = nil }, []string{"allowed: message: 1 row has no contact: a. Reports count it as a message, but not in sessions and users. Set contact_id if the contact is known."}},
		"two accounts": {func(d *contract.Data) { d.Messages[0].AccountID = new("2") }, []string{"message: 1 row belongs to another account than its conversation: a. Reports of one account may miss it. Correct account_id."}},
		"time zone": {func(d *contract.Data) {
			d.WorkingHours = []contract.WorkingHours{
				{LineID: new("1"), TimeZone: new("Mars/Base"), Opens: "09:00:00", Closes: "18:00:00"},
				{LineID: new("1"), TimeZone: new("Mars/Base"), Weekday: 1, Opens: "09:00:00", Closes: "18:00:00"},
				{TeamID: new("7"), Weekday: 7, Opens: "09:00:00", Closes: "18:00:00"},
				{LineID: new("2"), TimeZone: new("america/buenos_aires"), Opens: "09:00:00", Closes: "24:00:00"},
				{LineID: new("2"), TimeZone: new("Brasilia"), Opens: "09:00:00", Closes: "09:00:00"},
				{TimeZone: new("UTC"), Opens: "09:00:00", Closes: "09:00:00"},
			}
		}, []string{
			"working_hours: 2 rows have an unknown time zone, for example line 1 (Mars/Base). The business hours of the line or team are unknown. Use an IANA name, for example America/Sao_Paulo.",
			"working_hours: 1 row has a weekday that is not between 0 and 6: team 7. Reports leave it out. Use 0 for Sunday to 6 for Saturday.",
			"working_hours: 1 row has no line and no team: (none). Reports don't use it. Set line_id or team_id.",
		}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			data := clean()
			c.spoil(&data)
			if got := look(t, data, "", time.Time{}); !slices.Equal(got, c.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
			if got := look(t, data, "", at.AddDate(1, 0, 0)); len(got) > 0 && name != "words" && name != "capitals" && name != "nothing" && name != "time zone" && name != "clocks" && name != "orphans" {
				t.Errorf("rows before the range: %q", got)
			}
		})
	}
	nulls := look(t, clean(), "", time.Time{}, `ALTER TABLE $schema.message ALTER direction DROP NOT NULL, ALTER created_at DROP NOT NULL;
		UPDATE $schema.message SET direction = NULL WHERE message_id = 'a'; UPDATE $schema.message SET created_at = NULL WHERE message_id = 'b'`)
	if want := []string{"message: 1 row has no valid date in created_at: b. Reports leave it out. Set created_at to the date and time.", "message: 1 row has a direction other than inbound or outbound: a. Reports leave it out. Set direction to inbound or outbound."}; !slices.Equal(nulls, want) {
		t.Errorf("nulls: %q, want %q", nulls, want)
	}
	future := clean()
	future.Messages[1].CreatedAt = time.Now().AddDate(0, 0, 1)
	future.Messages[1].SentAt, future.Messages[1].DeliveredAt, future.Messages[1].ReadAt = nil, nil, nil
	if got := look(t, future, "", time.Now().AddDate(0, 0, -1)); len(got) != 1 || !strings.HasPrefix(got[0], "message: 1 row is dated in the future (created_at): b (") {
		t.Errorf("future: %q", got)
	}
}
