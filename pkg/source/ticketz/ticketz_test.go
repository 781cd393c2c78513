package ticketz_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/parley-reports/parley/internal/agree"
	"github.com/parley-reports/parley/internal/contract"
	"github.com/parley-reports/parley/internal/pgtest"
	"github.com/parley-reports/parley/internal/sourcetest"
	"github.com/parley-reports/parley/internal/story"
	"github.com/parley-reports/parley/pkg/calendar"
	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/engine"
	"github.com/parley-reports/parley/pkg/query"
	"github.com/parley-reports/parley/pkg/source"
)

const kind = "ticketz"

func TestReadsWhatWasTold(t *testing.T) { sourcetest.Reads(t, kind, 60) }

func TestTells(t *testing.T) {
	ofMessages := []string{"subaccount", "agent", "country", "template", "template_category", "language", "correlation_id"}
	untold := map[catalog.Fact][]string{catalog.Message: ofMessages, catalog.Session: ofMessages, catalog.Initiation: ofMessages}
	for _, f := range catalog.Facts[3:] { // of conversations the agent is known
		untold[f] = []string{"country", "priority"}
	}
	sourcetest.Tells(t, kind, untold)
}

// TestAgents wants no word about who wrote, which is not kept, and every one about
// whose the conversations are.
func TestAgents(t *testing.T) {
	schema, told := sourcetest.Tell(t, kind, story.Data())
	e := sourcetest.Open(t, kind, "", source.Settings{Schema: schema})
	r := calendar.Range{From: story.End.AddDate(0, 0, -30), To: story.End}
	run := func(q query.Query) *engine.Result {
		t.Helper()
		result, err := e.Run(t.Context(), engine.Request{Query: q, Range: r, Now: r.To})
		if err != nil {
			t.Fatal(err)
		}
		return result
	}
	metric := func(result *engine.Result, id string) (values []any) {
		for _, row := range agree.RowsOf(result) {
			values = append(values, row[id])
		}
		return values
	}
	only := func(values []any, want any) bool {
		return !slices.ContainsFunc(values, func(v any) bool { return v != want })
	}
	counts := map[any]int64{}
	for _, v := range told.Conversations {
		if !v.CreatedAt.Before(r.From) && v.CreatedAt.Before(r.To) && v.AgentID != nil {
			counts[*v.AgentID]++
		}
	}
	const agents = "Not recorded by this database: Agent (Messages). Not available as a result: Messages."

	report := run(query.Query{Report: "agents"})
	if len(report.Rows) < 5 || !slices.Contains(report.Notices, agents) {
		t.Errorf("%d rows, notices %q", len(report.Rows), report.Notices)
	}
	for _, row := range agree.RowsOf(report) {
		if row["messages"] != nil {
			t.Errorf("agent %v wrote %v messages", row["agent"], row["messages"])
		}
		if agent, ok := row["agent"].(string); ok && row["conversations"] != counts[agent] {
			t.Errorf("agent %s has %v conversations, want %d", agent, row["conversations"], counts[agent])
		}
	}
	if slices.Contains(metric(report, "resolutions"), nil) || slices.Contains(metric(report, "csat_responses"), nil) {
		t.Error("what conversations tell is unknown")
	}

	for name, q := range map[string]query.Query{
		"alone":     {Metrics: []string{"messages"}, GroupBy: []string{"agent"}},
		"by day":    {Metrics: []string{"messages"}, GroupBy: []string{"agent"}, Bucket: "day", Compare: "previous_period"},
		"of some":   {Metrics: []string{"messages"}, Filters: []query.Filter{{Dimension: "agent", Operator: "in", Values: []string{"1"}}}},
		"of others": {Metrics: []string{"messages"}, Filters: []query.Filter{{Dimension: "agent", Operator: "notIn", Values: []string{"1"}}}},
		"of nobody": {Metrics: []string{"messages"}, Filters: []query.Filter{{Dimension: "agent", Operator: "in", Values: []string{catalog.None}}}, Bucket: "day"},
	} {
		if result := run(q); len(result.Rows) == 0 || !only(metric(result, "messages"), nil) || !slices.Equal(result.Notices, []string{agents}) {
			t.Errorf("messages %s: %v, notices %q", name, result.Rows, result.Notices)
		}
	}
	some := run(query.Query{Metrics: []string{"conversations", "messages"}, Filters: []query.Filter{{Dimension: "agent", Operator: "in", Values: []string{"1"}}}})
	if !only(metric(some, "messages"), nil) || !only(metric(some, "conversations"), counts["1"]) || counts["1"] == 0 || !slices.Contains(some.Notices, agents) {
		t.Errorf("%v, want %d conversations, notices %q", some.Rows, counts["1"], some.Notices)
	}

	ranks := run(query.Query{Metrics: []string{"conversations"}, Filters: []query.Filter{{Dimension: "priority", Operator: "in", Values: []string{"high"}}}})
	if len(ranks.Rows) != 1 || ranks.Rows[0][0] != nil || !slices.Equal(ranks.Notices, []string{"Not recorded by this database: Priority (Conversations). Not available as a result: Conversations."}) {
		t.Errorf("%v, notices %q", ranks.Rows, ranks.Notices)
	}

	chosen, err := e.Values(t.Context(), engine.ValuesRequest{Dimension: "agent", Filters: []query.Filter{{Dimension: "channel", Operator: "in", Values: []string{"whatsapp"}}}, From: r.From, To: r.To})
	if err != nil || len(chosen) < 5 {
		t.Errorf("agents to choose from on WhatsApp: %v, %v", chosen, err)
	}

	// What else cuts them still does.
	lines := run(query.Query{Metrics: []string{"messages"}, GroupBy: []string{"line", "template"}})
	if len(lines.Rows) < 2 || slices.Contains(metric(lines, "messages"), nil) || !slices.Equal(lines.Notices, []string{"Not recorded by this database: Template (Messages)."}) {
		t.Errorf("%v, notices %q", lines.Rows, lines.Notices)
	}

	list := run(query.Query{Report: "message_details_sent", Columns: []string{"created_at", "agent"}})
	if len(list.Rows) == 0 || !slices.Equal(list.Notices, []string{"Not recorded by this database: Agent (Messages)."}) {
		t.Errorf("%d rows, notices %q", len(list.Rows), list.Notices)
	}
	for _, operator := range []string{"in", "notIn"} {
		list := run(query.Query{Report: "message_details_sent", Columns: []string{"created_at"}, Filters: []query.Filter{{Dimension: "agent", Operator: operator, Values: []string{"1"}}}})
		if len(list.Rows) > 0 || !slices.Equal(list.Notices, []string{"Not recorded by this database: Agent (Messages). No rows can match this filter."}) {
			t.Errorf("%d rows, notices %q", len(list.Rows), list.Notices)
		}
	}
}

func TestAccounts(t *testing.T) { sourcetest.Accounts(t, kind) }

// TestAgreesWithTheContract asks about what Ticketz tells: nothing of what became of
// what campaigns sent and of what went by other channels, no template, referral or
// click, and answers by the messages alone.
func TestAgreesWithTheContract(t *testing.T) {
	data := story.Data()
	whatsapp := map[string]bool{}
	for _, l := range data.Lines {
		whatsapp[l.LineID] = *l.Channel == "whatsapp"
	}
	ofCampaign := func(m contract.Message) bool { return m.ConversationID == nil }
	data.Messages = slices.DeleteFunc(data.Messages, func(m contract.Message) bool {
		return ofCampaign(m) && m.Status != nil && slices.Contains([]string{"pending", "queued", "accepted"}, *m.Status)
	})
	for i := range data.Messages {
		m := &data.Messages[i]
		m.Sequence, m.TemplateName, m.TemplateCategory, m.IsReferral, m.ButtonPayload, m.PriceUSD = nil, nil, nil, nil, nil, new(0.0)
		if ofCampaign(*m) || !whatsapp[*m.LineID] {
			m.Status, m.SentAt, m.DeliveredAt, m.ReadAt, m.FailedAt, m.ErrorCode, m.ErrorText = nil, nil, nil, nil, nil, nil, nil
		}
	}
	for i := range data.Conversations {
		c := &data.Conversations[i]
		c.FirstResponseAt, c.WaitingSince = nil, nil
	}
	data.Events = slices.DeleteFunc(data.Events, func(e contract.ConversationEvent) bool { return e.Name == "first_response" || e.Name == "reply" })
	sourcetest.Agrees(t, kind, story.Data(), data, nil, []string{
		"templates_sent", "button_clicks", "active_agents", "sessions_free_entry_point",
		"first_response_time_business_avg", "first_response_time_business_p50", "first_response_time_business_p90", "bot_resolutions",
	})
}

// TestCostsNothing sends more in a month than any rule of WhatsApp's has for free.
func TestCostsNothing(t *testing.T) {
	schema, _ := sourcetest.Tell(t, kind, story.Data())
	if _, err := pgtest.Connect(t).Exec(t.Context(), strings.ReplaceAll(`
		INSERT INTO $schema."Messages" (id, body, "fromMe", ack, "ticketId", "companyId", "createdAt", "updatedAt")
		SELECT 'MANY' || n, '', true, 3, 1, (SELECT "companyId" FROM $schema."Tickets" WHERE id = 1), '2026-11-10', '2026-11-10' FROM generate_series(1, 1100) AS n`, "$schema", schema)); err != nil {
		t.Fatal(err)
	}
	result, err := sourcetest.Open(t, kind, "", source.Settings{Schema: schema}).Run(t.Context(), engine.Request{
		Query: query.Query{Metrics: []string{"messages_delivered", "cost_usd", "cost_unknown"}}, Range: calendar.Range{From: story.End.AddDate(0, 0, -30), To: story.End},
	})
	if err != nil {
		t.Fatal(err)
	}
	row := agree.RowsOf(result)[0]
	if delivered, _ := agree.Number(row["messages_delivered"]); delivered < 1100 || row["cost_usd"] != 0.0 || row["cost_unknown"] != int64(0) || len(result.Notices) > 0 {
		t.Errorf("%v, notices %q", row, result.Notices)
	}
}

// TestAnswers wants of messages what the story's events tell of first responses and
// replies. They do not take a message that failed for an answer, so it tells of none.
func TestAnswers(t *testing.T) {
	data := story.Data()
	data.Messages = slices.DeleteFunc(data.Messages, func(m contract.Message) bool {
		return m.AuthorKind != nil && *m.AuthorKind == "agent" && m.Status != nil && *m.Status == "failed"
	})
	schema, _ := sourcetest.Tell(t, kind, data)
	_, contracts := pgtest.Schema(t)
	conn := pgtest.Connect(t)
	if err := contract.Create(t.Context(), conn, contracts); err != nil {
		t.Fatal(err)
	}
	if err := contract.Load(t.Context(), conn, contracts, data); err != nil {
		t.Fatal(err)
	}
	metrics := []string{"first_response_time_avg", "first_response_time_p50", "first_response_time_p90", "reply_time_avg", "reply_time_p50", "reply_time_p90"}
	seconds := func(kind, schema string) map[string]any {
		t.Helper()
		result, err := sourcetest.Open(t, kind, "", source.Settings{Schema: schema}).Run(t.Context(),
			engine.Request{Query: query.Query{Metrics: metrics}, Range: calendar.Range{From: story.End.AddDate(0, 0, -30), To: story.End.AddDate(0, 0, 1)}})
		if err != nil {
			t.Fatal(err)
		}
		return agree.RowsOf(result)[0]
	}
	events, messages := seconds("views", contracts), seconds(kind, schema)
	for _, id := range metrics {
		if _, known := agree.Number(events[id]); !known || !agree.Same(messages[id], events[id]) {
			t.Errorf("%s is %v, want %v", id, messages[id], events[id])
		}
	}
}

func TestRights(t *testing.T) {
	sourcetest.Rights(t, kind, "ticketz.md",
		"Users.passwordHash", "Users.email", "Whatsapps.session", "Whatsapps.token", "Whatsapps.facebookUserToken", "Whatsapps.qrcode", "Companies.email", "Settings.value", "Messages.dataJson", "Contacts.email")
}

func TestTellsWhatIsBroken(t *testing.T) {
	sourcetest.Breaks(t, kind, `
		SET search_path TO $schema;
		ALTER TABLE "Messages" DROP CONSTRAINT "Messges_id_ticketId_pk";
		ALTER TABLE "Tickets" DROP CONSTRAINT "Tickets_pkey";
		INSERT INTO "Messages" SELECT * FROM "Messages" WHERE "ticketId" = 1 AND id NOT LIKE 'REACTION%' LIMIT 1;
		INSERT INTO "Tickets" (id, status, "contactId", "whatsappId", "companyId", "createdAt", "updatedAt", "isGroup") VALUES
			(900001, 'open', 900002, 1, 1, '2026-11-01', '2026-11-01', false), (900003, 'open', 1, 900004, 1, '2026-11-01', '2026-11-01', false),
			(900005, 'open', 1, 1, 1, now() + interval '2 days', now(), false), (900006, 'closed', 1, 1, 1, '2026-11-01', '2026-11-01', false),
			(900007, 'open', 1, 1, 1, '2026-11-01', '2026-11-01', false), (900007, 'open', 1, 1, 1, '2026-11-01', '2026-11-01', false);
		INSERT INTO "TicketTraking" ("ticketId", "companyId", "createdAt", "finishedAt") VALUES (900006, 1, '2026-11-01', '2026-10-01'), (900006, 1, '2026-11-01', now() + interval '2 days');
		INSERT INTO "Messages" (id, body, "ticketId", "createdAt", "updatedAt", "companyId") VALUES ('SOON', 'x', 900003, now() + interval '2 days', now(), 1), ('OTHER', 'x', 900003, '2026-11-01', '2026-11-01', 2);
		RESET search_path`,
		"message: 2 rows have the same id as another row, for example 1:",
		"conversation: 2 rows have the same id as another row, for example 900007",
		"conversation: 1 row refers to a contact that does not exist (contact_id): 900001",
		"conversation: 1 row refers to a line that does not exist (line_id): 900003",
		"message: 2 rows refer to a line that does not exist (line_id): 900003:",
		"message: 1 row belongs to another account than its conversation: 900003:OTHER",
		"message: 1 row is dated in the future (created_at): 900003:SOON",
		"conversation: 1 row is dated in the future (created_at): 900005",
		"conversation_event: 1 row is dated in the future (at): 900006",
		"conversation_event: 1 row has a negative duration: 900006 (resolved)")
}

// TestVersions takes away what older versions and other descendants lack.
func TestVersions(t *testing.T) {
	schema, _ := sourcetest.Tell(t, kind, story.Data())
	conn := pgtest.Connect(t)
	change := func(sql string) {
		t.Helper()
		if _, err := conn.Exec(t.Context(), "SET search_path TO "+schema+"; "+sql+"; RESET search_path"); err != nil {
			t.Fatal(err)
		}
	}
	found := func() *source.Source {
		t.Helper()
		return sourcetest.Found(t, sourcetest.Open(t, kind, "", source.Settings{Schema: schema}))
	}
	problem := func(s *source.Source, relation, want string) {
		t.Helper()
		for _, f := range s.Findings {
			if f.Relation == relation && strings.ReplaceAll(string(f.State)+": "+f.Problem, schema+".", "") != want {
				t.Errorf("%s is %s: %s, want %s", relation, f.State, f.Problem, want)
			}
		}
	}
	unknown := func(s *source.Source, want ...string) {
		t.Helper()
		if _, got := catalog.Limits(s.Has, s.Records); !slices.Equal(got, append(want, "bot_resolutions")) {
			t.Errorf("unknown is %q, want %q and bot_resolutions", got, want)
		}
	}
	always := []string{"templates_sent", "button_clicks", "active_agents", "sessions_free_entry_point", "first_response_time_business_avg", "first_response_time_business_p50", "first_response_time_business_p90"}
	now := found()
	sourcetest.Whole(t, now)
	unknown(now, always...)
	if now.Version != "schema of 2026-06-02" {
		t.Errorf("version %q", now.Version)
	}

	change(`DROP TABLE "WhatsappLidMaps", "ContactTags", "CampaignShipping", "SequelizeMeta"`)
	change(`ALTER TABLE "Messages" DROP COLUMN error, DROP COLUMN channel`)
	change(`ALTER TABLE "TicketTraking" DROP COLUMN "chatbotendAt" CASCADE, DROP COLUMN expired`)
	older := found()
	if len(older.Fatal()) > 0 || older.Version != "" || older.Records("tag.contact") || older.Records("message.error_code") || older.Records("conversation_event.bot_handoff") || older.Records("message.campaign_id") {
		t.Errorf("%v, version %q", older.Fatal(), older.Version)
	}
	unknown(older, slices.Insert(slices.Clone(always), 4, "failure_reasons")...)
	problem(older, "message", "partial: Messages.channel does not exist; Messages.error does not exist; CampaignShipping.deliveredAt does not exist; metrics that need this are not recorded")
	problem(older, "contact", "partial: WhatsappLidMaps.lid does not exist; metrics that need this are not recorded")
	problem(older, "tag", "partial: ContactTags.contactId does not exist; metrics that need this are not recorded")

	change(`DROP TABLE "TicketTraking", "UserRatings"`)
	change(`ALTER TABLE "Whatsapps" DROP COLUMN channel`)
	change(`ALTER TABLE "Companies" DROP COLUMN schedules`)
	change(`ALTER TABLE "Tickets" DROP COLUMN uuid`)
	old := found()
	if len(old.Fatal()) > 0 {
		t.Error(old.Fatal())
	}
	problem(old, "conversation_event", "missing: TicketTraking does not exist")
	problem(old, "csat", "missing: UserRatings does not exist")
	e := sourcetest.Open(t, kind, "", source.Settings{Schema: schema})
	r := calendar.Range{From: story.End.AddDate(0, 0, -30), To: story.End}
	result, err := e.Run(t.Context(), engine.Request{Query: query.Query{Metrics: []string{"messages"}, GroupBy: []string{"channel"}}, Range: r})
	if err != nil || len(result.Rows) != 1 {
		t.Errorf("%v, %v", result, err)
	}

	change(`ALTER TABLE "Messages" DROP COLUMN "companyId"`)
	if none := found(); len(none.Fatal()) == 0 {
		t.Error("a database without companies is no Ticketz")
	}
}

// TestTraps reads what does not look as it does elsewhere.
func TestTraps(t *testing.T) {
	schema, _ := sourcetest.Tell(t, kind, contract.Data{})
	conn := pgtest.Connect(t)
	change := func(sql string) {
		t.Helper()
		if _, err := conn.Exec(t.Context(), "SET search_path TO "+schema+"; SET TIME ZONE 'UTC'; "+sql+"; RESET search_path"); err != nil {
			t.Fatal(err)
		}
	}
	// wants compares columns of a relation, row by row, ordered.
	account := ""
	wants := func(relation, columns string, want ...string) {
		t.Helper()
		s := sourcetest.Found(t, sourcetest.Open(t, kind, "", source.Settings{Schema: schema, Account: account}))
		rows, err := conn.Query(t.Context(), fmt.Sprintf("SELECT line FROM (SELECT concat_ws(' | ', %s) AS line FROM %s AS r) AS l ORDER BY line COLLATE \"C\"", columns, s.From(relation, source.Span{}, pgtest.Quote)))
		if err != nil {
			t.Fatal(err)
		}
		got, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s\n got  %s\n want %s", relation, strings.Join(got, "\n      "), strings.Join(want, "\n      "))
		}
	}
	change(`TRUNCATE "Contacts", "Tickets", "TicketTraking", "UserRatings", "Messages", "TicketNotes", "ContactTags";
INSERT INTO "Companies" (id, name, "createdAt", "updatedAt") VALUES (1, 'One', now(), now()), (2, 'Two', now(), now());
INSERT INTO "Whatsapps" (id, name, "companyId", channel, "createdAt", "updatedAt") VALUES (1, 'Sales', 1, 'whatsapp', now(), now()), (2, 'Page', 1, 'facebook', now(), now()), (3, 'Two', 2, '', now(), now());
INSERT INTO "Contacts" (id, name, number, "isGroup", "companyId", channel, "createdAt", "updatedAt") VALUES
  (1, 'Ana', '5511987650001', false, 1, 'whatsapp', now(), now()), (2, 'Friends', '120363041234567890', true, 1, 'whatsapp', now(), now()),
  (3, '', '184467440737095@lid', false, 1, NULL, now(), now()), (4, 'Hidden', '184467440737096', false, 1, 'whatsapp', now(), now()),
  (5, 'Fan', '5511987650001', false, 2, 'whatsapp', now(), now()), (6, 'Page', '5411345678', false, 1, 'facebook', now(), now());
INSERT INTO "WhatsappLidMaps" (lid, "companyId", "contactId", "createdAt", "updatedAt") VALUES ('184467440737096@lid', 1, 4, now(), now());
INSERT INTO "Tickets" (id, status, "contactId", "userId", "whatsappId", "isGroup", "companyId", "createdAt", "updatedAt") VALUES
  (1, 'closed', 1, NULL, 1, false, 1, '2026-03-02 10:00', now()), (2, 'open', 2, 7, 1, true, 1, '2026-03-02 10:00', now()),
  (3, 'pending', 6, NULL, 2, false, 1, '2026-03-05 10:00', now()), (4, 'open', 5, 9, 3, false, 2, '2026-03-02 10:00', now())`)
	wants("contact", "contact_id, account_id, name, phone", "1 | 1 | Ana | +5511987650001", "3 | 1 | 184467440737095@lid", "4 | 1 | Hidden", "5 | 2 | Fan | +5511987650001", "6 | 1 | Page")

	// Two rounds; that of a deleted ticket and that of a group; the bot's end that
	// was written again after the acceptance.
	change(`INSERT INTO "TicketTraking" (id, "ticketId", "companyId", "userId", "createdAt", "chatbotendAt", "startedAt", "finishedAt", "ratingAt") VALUES
  (1, 1, 1, 7, '2026-03-02 10:00', '2026-03-02 10:01', '2026-03-02 10:05', '2026-03-02 11:00', '2026-03-02 11:00:01'),
  (2, 1, 1, 8, '2026-03-03 09:00', '2026-03-03 09:30', '2026-03-03 09:20', '2026-03-03 10:00', '2026-03-03 10:00:01'),
  (3, NULL, 1, 8, '2026-03-03 09:00', NULL, '2026-03-03 09:20', '2026-03-03 10:00', NULL),
  (4, 2, 1, 8, '2026-03-03 09:00', NULL, '2026-03-03 09:20', '2026-03-03 10:00', NULL),
  (5, 3, 1, NULL, NULL, NULL, NULL, '2026-03-05 12:00', NULL)`)
	wants("conversation", "conversation_id, account_id, contact_id, line_id, agent_id, status", "1 | 1 | 1 | 1 | 8 | resolved", "3 | 1 | 6 | 2 | pending", "4 | 2 | 5 | 3 | 9 | open")
	wants("conversation_event", "conversation_id, name, to_char(at, 'DD HH24:MI'), seconds, agent_id",
		"1 | bot_handoff | 02 10:01", "1 | reopened | 03 09:00", "1 | resolved | 02 11:00 | 3600 | 7", "1 | resolved | 03 10:00 | 3600 | 8", "3 | resolved | 05 12:00")

	// Ratings: to the last survey before them.
	change(`INSERT INTO "UserRatings" ("ticketId", "companyId", "userId", rate, "createdAt") VALUES
  (1, 1, 7, 5, '2026-03-02 11:02'), (1, 1, 7, 0, '2026-03-02 11:03'), (NULL, 1, 7, 1, '2026-03-02 11:03'), (2, 1, 7, 1, '2026-03-02 11:03'), (4, 2, 9, 2, '2024-10-01 08:00')`)
	const csat = "conversation_id, contact_id, agent_id, rating, to_char(sent_at, 'DD HH24:MI:SS'), to_char(answered_at, 'DD HH24:MI')"
	wants("csat", csat, "1 | 1 | 03 10:00:01", "1 | 1 | 7 | 5 | 02 11:00:01 | 02 11:02", "4 | 5 | 9 | 4 | 01 08:00")

	// Messages: keys that occur in two companies, copies of what is quoted, groups,
	// all statuses, marks of older versions, deleted and edited ones, calls.
	change(`INSERT INTO "Messages" (id, body, "fromMe", ack, "mediaType", "ticketId", "companyId", "quotedMsgId", channel, "createdAt", "updatedAt", error, "isDeleted", "contactId") VALUES
  ('K', 'hi', false, 0, NULL, 1, 1, NULL, 'whatsapp', '2026-03-02 10:00', now(), NULL, false, 1), ('K', 'hi', true, 4, 'extendedTextMessage', 4, 2, NULL, NULL, '2026-03-02 10:00', now(), NULL, false, NULL),
  ('Q-1', 'copy', true, 0, NULL, 1, 1, NULL, 'whatsapp', '2026-03-02 10:06', now(), NULL, false, NULL), ('A', 'menu', true, 2, NULL, 1, 1, 'Q-1', 'whatsapp', '2026-03-02 10:00:30', now(), NULL, false, NULL),
  ('B', 'answer', true, 3, 'image', 1, 1, 'K', 'whatsapp', '2026-03-02 10:05', now(), NULL, true, NULL), ('C', 'late', true, 5, 'audio', 1, 1, NULL, 'whatsapp', '2026-03-02 11:00', now(), NULL, false, NULL),
  ('D', U&'\200Ewait', true, 1, NULL, 1, 1, NULL, 'whatsapp', '2026-03-03 09:25', now(), NULL, false, NULL), ('E', U&'\200Csale', true, 2, NULL, 1, 1, NULL, 'whatsapp', '2026-03-03 09:26', now(), NULL, false, NULL),
  ('F', 'lost', true, -1, NULL, 1, 1, NULL, 'whatsapp', '2026-03-03 09:27', now(), '{"code": "ZAPITU-0", "message": "463"}', false, NULL), ('G', 'silence', true, 0, NULL, 1, 1, NULL, 'whatsapp', '2026-03-03 09:28', now(), NULL, false, NULL),
  ('H', 'lost', true, 0, NULL, 1, 1, NULL, 'whatsapp', '2024-12-01 09:28', now(), NULL, false, NULL), ('I', 'page', true, 3, 'video', 3, 1, NULL, 'facebook', '2026-03-05 10:01', now(), NULL, false, NULL),
  ('J', 'call', false, 1, 'call_log', 1, 1, NULL, 'whatsapp', '2026-03-03 10:30', now(), NULL, false, 1), ('L', 'group', false, 1, NULL, 2, 1, NULL, 'whatsapp', '2026-03-03 10:30', now(), NULL, false, 1)`)
	const message = "message_id, account_id, conversation_id, contact_id, line_id, author_kind, content_type, status, error_text, in_reply_to"
	wants("message", message,
		"1:A | 1 | 1 | 1 | 1 | text | sent | Q", "1:B | 1 | 1 | 1 | 1 | agent | image | delivered | K", "1:C | 1 | 1 | 1 | 1 | audio | played", "1:D | 1 | 1 | 1 | 1 | bot | text | pending",
		"1:E | 1 | 1 | 1 | 1 | campaign | text | sent", "1:F | 1 | 1 | 1 | 1 | agent | text | failed | 463", "1:G | 1 | 1 | 1 | 1 | agent | text", "1:H | 1 | 1 | 1 | 1 | text | failed",
		"1:J | 1 | 1 | 1 | 1 | contact | call", "1:K | 1 | 1 | 1 | 1 | contact | text", "3:I | 1 | 3 | 6 | 2 | video", "4:K | 2 | 4 | 5 | 3 | text | read")

	// Campaigns: sent to a contact, to somebody else, not yet, with a question first,
	// and what an older version wrote as a message too.
	change(`DELETE FROM "Messages"; INSERT INTO "Campaigns" (id, name, "companyId", "whatsappId", "createdAt", "updatedAt") VALUES (1, 'Sale', 1, 1, now(), now());
INSERT INTO "CampaignShipping" (id, number, message, "contactId", "campaignId", "confirmationMessage", "confirmationRequestedAt", "deliveredAt", "createdAt", "updatedAt") VALUES
  (1, '5511987650001', 'a', 31, 1, NULL, NULL, '2026-03-04 12:00', now(), now()), (2, '5511000000000', 'b', 32, 1, NULL, NULL, '2026-03-04 12:01', now(), now()),
  (3, '5511000000001', 'c', 33, 1, NULL, NULL, NULL, now(), now()), (4, '5511987650001', 'd', 34, 1, 'may we?', '2026-03-04 12:03', '2026-03-04 12:09', now(), now()),
  (5, '5511000000002', 'e', NULL, 1, 'may we?', '2026-03-04 12:04', NULL, now(), now()), (6, '5511000000002', U&'\200Cf', 36, 1, NULL, NULL, '2026-03-04 12:05', now(), now())`)
	wants("message", "message_id, account_id, contact_id, line_id, author_kind, campaign_id, to_char(created_at, 'HH24:MI'), body, status",
		"campaign:1 | 1 | 1 | 1 | campaign | 1 | 12:00 | a", "campaign:2 | 1 | -32 | 1 | campaign | 1 | 12:01 | b",
		"campaign:4 | 1 | 1 | 1 | campaign | 1 | 12:09 | d", "campaign:4:confirmation | 1 | 1 | 1 | campaign | 1 | 12:03 | may we?", "campaign:5:confirmation | 1 | 1 | campaign | 1 | 12:04 | may we?")

	// Hours in all their forms; those of company 1 are not in force, since a queue of
	// it has some.
	change(`UPDATE "Companies" SET schedules = '[{"weekdayEn": "monday", "startTimeA": "08:00", "endTimeA": "12:00", "startTimeB": "", "endTimeB": ""}, {"weekdayEn": "sunday", "startTime": "9:00", "endTime": "11:30"}]';
INSERT INTO "Queues" (id, name, color, "companyId", schedules, "createdAt", "updatedAt") VALUES
  (1, 'a', 'a', 1, '{"weeklyRules": [{"days": ["mon", "fri"], "hours": [{"from": "09:00", "to": "13:00"}, {"from": "22:00", "to": "06:00"}, {"from": "x", "to": "25:00"}]}, {"days": null}, 5], "overrides": [], "timezone": "America/Sao_Paulo"}', now(), now()),
  (2, 'b', 'b', 1, NULL, now(), now()), (3, 'c', 'c', 1, '{}', now(), now()), (4, 'd', 'd', 1, '"x"', now(), now()), (5, 'e', 'e', 2, '[]', now(), now())`)
	wants("working_hours", "'line ' || line_id, 'team ' || team_id, time_zone, weekday, opens, closes",
		"line 3 | Etc/GMT+3 | 0 | 09:00:00 | 11:30:00", "line 3 | Etc/GMT+3 | 1 | 08:00:00 | 12:00:00", "team 1 | America/Sao_Paulo | 1 | 09:00:00 | 13:00:00", "team 1 | America/Sao_Paulo | 5 | 09:00:00 | 13:00:00")

	// Ticketz itself asks for 1 to 5 from a day on, however bad the ratings are; before,
	// it asked for 1 to 3, unless they show 0 to 10. The scale of one company is not told
	// by the ratings of another.
	rate := func(company, rows int, at, rate string) {
		t.Helper()
		change(fmt.Sprintf(`INSERT INTO "UserRatings" ("ticketId", "companyId", rate, "createdAt") SELECT 1, %d, %s, '%s' FROM generate_series(1, %d) AS n`, company, rate, at, rows))
	}
	const now, then = "2026-03-02 11:00", "2024-03-02 11:00"
	change(`TRUNCATE "UserRatings", "TicketTraking"`)
	rate(1, 60, now, "n % 4")
	wants("csat", "rating", each(15, "1", "2", "3")...)
	rate(1, 10, now, "9")
	wants("csat", "rating", append(each(15, "1", "2", "3"), each(10, "5")...)...)
	change(`TRUNCATE "UserRatings"`)
	rate(1, 6, then, "n % 4")
	wants("csat", "rating", "1", "1", "4", "4", "5")
	rate(1, 3, now, "n")
	wants("csat", "rating", "1", "1", "1", "2", "3", "4", "4", "5")
	rate(1, 6, then, "10")
	wants("csat", "rating", slices.Concat(each(4, "1", "2"), each(1, "3"), each(6, "5"))...)

	// In older versions, and in other descendants, the latest ratings tell the scale: of
	// three where hardly anybody gives more, of ten where more than a few give more than
	// five. And 0 is an error still.
	change(`TRUNCATE "UserRatings"; ALTER TABLE "TicketTraking" DROP COLUMN "chatbotendAt" CASCADE`)
	rate(1, 60, now, "1 + n % 3")
	rate(2, 60, now, "5 * (n % 3)")
	account = "1"
	wants("csat", "rating", each(20, "1", "4", "5")...)
	account = "2"
	wants("csat", "rating", each(20, "1", "3", "5")...)
	account = ""
	change(`TRUNCATE "CampaignShipping"; INSERT INTO "Messages" (id, body, "fromMe", ack, "ticketId", "companyId", "createdAt", "updatedAt") VALUES ('Z', '', true, 0, 1, 1, '2026-03-02 10:00', now())`)
	wants("message", message, "1:Z | 1 | 1 | 1 | 1 | text | failed")
}

// each is every text so many times.
func each(times int, texts ...string) []string {
	var all []string
	for _, text := range texts {
		all = append(all, slices.Repeat([]string{text}, times)...)
	}
	return all
}
