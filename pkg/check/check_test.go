package check_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/parley-reports/parley/pkg/check"
	"github.com/parley-reports/parley/pkg/contract"
	"github.com/parley-reports/parley/pkg/internal/pgtest"
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
		"twice": {func(d *contract.Data) { d.Messages[1].MessageID = "a" }, []string{"2 rows of message share their id with another, such as a, a"}},
		"orphans": {func(d *contract.Data) {
			d.Messages[0].ConversationID, d.Messages[0].LineID, d.Messages[1].AgentID = new("x"), new("9"), new("8")
			d.Conversations[0].ContactID = new("luis")
			d.CSAT[0].ConversationID = new("x")
			d.Campaigns = []contract.Campaign{{CampaignID: "1"}}
			d.Messages[1].CampaignID = new("2")
			d.CSAT = append(d.CSAT, contract.CSAT{ContactID: new("eva"), SentAt: &at})
			d.Tags = append(d.Tags, contract.Tag{Kind: "conversation", OwnerID: "ana", Name: "vip"}, contract.Tag{Kind: "contact", OwnerID: "c", Name: "vip"}, contract.Tag{Kind: "contact", OwnerID: "ana", Name: "vip"})
		}, []string{
			"1 rows of message name by conversation_id what is not in conversation, such as a",
			"1 rows of message name by line_id what is not in line, such as a",
			"allowed: 1 rows of message name by agent_id what is not in agent, such as b",
			"allowed: 1 rows of message name by campaign_id what is not in campaign, such as b",
			"1 rows of conversation name by contact_id what is not in contact, such as c",
			"allowed: 1 rows of tag name by owner_id what is not in conversation, such as ana",
			"allowed: 1 rows of tag name by owner_id what is not in contact, such as c",
			"1 rows of csat name by conversation_id what is not in conversation, such as x",
			"1 rows of csat name by contact_id what is not in contact, such as contact eva",
		}},
		"clocks": {func(d *contract.Data) {
			d.Messages[1].DeliveredAt, d.Messages[1].ReadAt = new(at), new(at.Add(-time.Hour))
			d.CSAT[0].AnsweredAt = new(at.Add(-time.Hour))
			d.Messages[1].FailedAt = new(at)
			d.Conversations[0].FirstResponseAt = new(at.Add(-time.Minute))
			d.Events[0].Seconds = new(-3.0)
		}, []string{
			"1 rows of message were delivered before they were created, such as b",
			"1 rows of message were read before they were created, such as b",
			"1 rows of message failed before they were created, such as b",
			"1 rows of message were read before they were delivered, such as b",
			"1 rows of message were delivered before they were sent, such as b",
			"1 rows of conversation were answered before they were opened, such as c",
			"1 rows of conversation_event took less than no time, such as c (first_response)",
			"1 rows of csat were answered before they were sent, such as c",
		}},
		"stored twice": {func(d *contract.Data) {
			d.Messages[0].ProviderMessageID, d.Messages[1].ProviderMessageID = new("wamid.1"), new("wamid.1")
		}, []string{"allowed: 2 rows of message share the provider's id with another of their line (they may be stored twice), such as a, b"}},
		"words": {func(d *contract.Data) {
			d.Messages[0].Direction, d.Messages[1].Status, d.Lines[0].Channel = "in", new("gone"), new("fax")
			d.CSAT[0].Rating = new(int32(9))
		}, []string{
			"1 rows of message are left out: their direction is neither inbound nor outbound (write one of these two), such as a",
			"1 rows of message have as status none of queued, pending, accepted, sent, delivered, read, played, failed, such as b (gone)",
			"1 rows of line have as channel none of whatsapp, instagram, messenger, telegram, sms, webchat, email, voice, other, such as 1 (fax)",
			"1 rows of csat have a rating that is not 1 to 5, such as c (9)",
		}},
		"capitals": {func(d *contract.Data) { // which some columns may have
			d.Messages[0].Direction, d.Messages[0].AuthorKind, d.Messages[1].TemplateCategory = "INBOUND", new("Contact"), new("UTILITY")
			d.Conversations[0].Status, d.Events[0].Name, d.Lines[0].Channel, d.Tags[0].Kind = new("Open"), "RESOLVED", new("WhatsApp"), "Conversation"
		}, nil}, // words are read in any case
		"nothing": {func(d *contract.Data) {
			d.Messages[0].Direction = ""
			d.CSAT[0].ConversationID, d.CSAT[0].Rating = nil, new(int32(0))
		}, []string{
			"1 rows of message are left out: their direction is neither inbound nor outbound (write one of these two), such as a",
			"1 rows of csat have a rating that is not 1 to 5, such as (none) (0)",
		}},
		"regression": {func(d *contract.Data) { d.Messages[1].Status = new("sent") },
			[]string{"1 rows of message are of status sent, pending or failed although they were delivered (the delivery counts), such as b"}},
		"nobody":       {func(d *contract.Data) { d.Messages[0].ContactID = nil }, []string{"allowed: 1 rows of message have no contact (they make no session and no user), such as a"}},
		"two accounts": {func(d *contract.Data) { d.Messages[0].AccountID = new("2") }, []string{"1 rows of message are of another account than their conversation, such as a"}},
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
			"2 rows of working_hours are in a time zone that nobody knows (the business hours of their line or team are unknown; use an IANA name such as America/Sao_Paulo), such as line 1 (Mars/Base)",
			"1 rows of working_hours have a weekday that is not 0 to 6 (they are left out; 0 is Sunday), such as team 7",
			"1 rows of working_hours name neither a line nor a team (they are nobody's), such as (none)",
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
	if want := []string{"1 rows of message are left out: their created_at is missing or not a possible date (correct it), such as b", "1 rows of message are left out: their direction is neither inbound nor outbound (write one of these two), such as a"}; !slices.Equal(nulls, want) {
		t.Errorf("nulls: %q, want %q", nulls, want)
	}
	future := clean()
	future.Messages[1].CreatedAt = time.Now().AddDate(0, 0, 1)
	future.Messages[1].SentAt, future.Messages[1].DeliveredAt, future.Messages[1].ReadAt = nil, nil, nil
	if got := look(t, future, "", time.Now().AddDate(0, 0, -1)); len(got) != 1 || !strings.HasPrefix(got[0], "1 rows of message lie in the future, such as b (") {
		t.Errorf("future: %q", got)
	}
}
