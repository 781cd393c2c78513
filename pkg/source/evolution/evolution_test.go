package evolution_test

import (
	"slices"
	"strings"
	"testing"

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

const kind = "evolution"

func TestReadsWhatWasTold(t *testing.T) { sourcetest.Reads(t, kind, 60) }

func TestTells(t *testing.T) {
	untold := []string{"subaccount", "team", "agent", "conversation_tag", "country", "conversation_id", "language", "campaign", "correlation_id"}
	failures := slices.Concat(untold, []string{"failure_reason", "failure_code"})
	sourcetest.Tells(t, kind, map[catalog.Fact][]string{catalog.Message: failures, catalog.Session: untold, catalog.Initiation: failures})
}

func TestAccounts(t *testing.T) { sourcetest.Accounts(t, kind) }

// TestAgreesWithTheContract asks about what Evolution has words for: what is written
// on WhatsApp, with templates on the Cloud API alone and referrals everywhere else,
// and with nothing but its template to tell a campaign by.
func TestAgreesWithTheContract(t *testing.T) {
	data := story.Data()
	onCloud := map[string]bool{}
	for place, l := range data.Lines {
		if *l.Channel == "whatsapp" {
			onCloud[l.LineID] = story.OnCloud(place)
		}
	}
	data.Messages = slices.DeleteFunc(data.Messages, func(m contract.Message) bool {
		if m.LineID == nil {
			return true
		}
		_, known := onCloud[*m.LineID]
		return !known
	})
	told := data
	data.Messages = slices.Clone(data.Messages)
	for i := range data.Messages {
		m := &data.Messages[i]
		m.CampaignID, m.PriceUSD = nil, nil
		if m.AuthorKind != nil && *m.AuthorKind == "campaign" {
			m.AuthorKind = nil
		}
		if onCloud[*m.LineID] {
			m.IsReferral = nil
		} else {
			m.TemplateName, m.PriceUSD = nil, new(0.0)
		}
		if m.TemplateName == nil { // a category alone makes a template too
			m.TemplateCategory = nil
		}
	}
	has := func(yes func(m contract.Message) bool) bool { return slices.ContainsFunc(data.Messages, yes) }
	if !has(func(m contract.Message) bool { return m.TemplateName != nil }) || !has(func(m contract.Message) bool { return m.IsReferral != nil && *m.IsReferral }) || !has(func(m contract.Message) bool { return m.ButtonPayload != nil }) {
		t.Fatal("the story has lost its templates, referrals or clicks")
	}
	var unavailable []string
	for _, m := range catalog.Metrics {
		if slices.ContainsFunc(m.Needs, func(relation string) bool { return relation != "tag" }) && !m.Internal {
			unavailable = append(unavailable, m.ID)
		}
	}
	sourcetest.Agrees(t, kind, told, data, unavailable, []string{"active_agents", "failure_reasons"})
}

// TestCosts sends more in a month than WhatsApp's rules have for free: on a phone's
// own connection nobody pays for it.
func TestCosts(t *testing.T) {
	schema, _ := sourcetest.Tell(t, kind, story.Data())
	if _, err := pgtest.Connect(t).Exec(t.Context(), strings.ReplaceAll(`
		INSERT INTO $schema."Instance" ("id", "name", "integration") VALUES ('phone', 'phone', 'WHATSAPP-BAILEYS'), ('cloud', 'cloud', 'WHATSAPP-BUSINESS');
		INSERT INTO $schema."Message" ("id", "key", "messageType", "message", "source", "messageTimestamp", "status", "instanceId")
		SELECT i."id" || n, jsonb_build_object('id', i."id" || n, 'fromMe', true, 'remoteJid', '5491@s.whatsapp.net'), 'conversation', '{"conversation": "hi"}', 'unknown', 1793534400, 'DELIVERY_ACK', i."id"
		FROM $schema."Instance" AS i, generate_series(1, 1100) AS n
		WHERE i."id" IN ('phone', 'cloud');
		ANALYZE $schema."Message"`, "$schema", schema)); err != nil {
		t.Fatal(err)
	}
	result, err := sourcetest.Open(t, kind, "", source.Settings{Schema: schema}).Run(t.Context(), engine.Request{
		Query: query.Query{Metrics: []string{"cost_usd", "cost_unknown"}, GroupBy: []string{"line"}, Filters: []query.Filter{{Dimension: "line", Operator: "in", Values: []string{"phone", "cloud"}}}}, Range: calendar.Range{From: story.End.AddDate(0, 0, -30), To: story.End},
	})
	if err != nil {
		t.Fatal(err)
	}
	rows := agree.RowsOf(result)
	if len(rows) != 2 {
		t.Fatalf("lines: %v", rows)
	}
	for _, row := range rows {
		usd, unknown := any(0.0), int64(0)
		if row["line"] == "cloud" {
			usd, unknown = nil, 100
		}
		if row["cost_usd"] != usd || row["cost_unknown"] != unknown {
			t.Errorf("%v, want a cost of %v, unknown of %d", row, usd, unknown)
		}
	}
}

// TestNoConversations wants a sentence in the reader's language in place of numbers.
func TestNoConversations(t *testing.T) {
	schema, _ := sourcetest.Tell(t, kind, story.Data())
	e := sourcetest.Open(t, kind, "", source.Settings{Schema: schema})
	span := calendar.Range{From: story.End.AddDate(0, 0, -7), To: story.End}
	for language, want := range map[string]string{
		"en":    "Evolution API does not store conversations.",
		"es":    "Evolution API no guarda conversaciones.",
		"pt-BR": "Evolution API não armazena conversas.",
	} {
		for _, q := range []query.Query{{Metrics: []string{"conversations", "resolutions"}}, {Report: "conversation_details"}} {
			q.Language = language
			result, err := e.Run(t.Context(), engine.Request{Query: q, Range: span, Partial: true})
			if err != nil || !slices.Equal(result.Notices, []string{want}) {
				t.Errorf("%v: %+v, %v", q, result, err)
			}
		}
	}
}

func TestRights(t *testing.T) {
	sourcetest.Rights(t, kind, "evolution.md", "Instance.token", "Session.creds", "IntegrationSession.context", "Template.webhookUrl", "Message.webhookUrl")
}

func TestTellsWhatIsBroken(t *testing.T) {
	sourcetest.Breaks(t, kind, `
		SET search_path TO $schema;
		ALTER TABLE "Message" DROP CONSTRAINT "Message_instanceId_fkey";
		ALTER TABLE "Message" DROP CONSTRAINT "Message_pkey" CASCADE;
		INSERT INTO "Message" SELECT * FROM "Message" WHERE "id" = 'cmm000000000000000009';
		INSERT INTO "Message" SELECT 'twice', "key", "pushName", "participant", "messageType", "message", "contextInfo", "source", "messageTimestamp" + 5, NULL, NULL, NULL, NULL, NULL, "instanceId"
		FROM "Message" WHERE "id" = 'cmm000000000000000010';
		UPDATE "Message" SET "instanceId" = 'gone' WHERE "id" = 'cmm000000000000000012';
		UPDATE "Message" SET "messageTimestamp" = extract(epoch FROM now())::int + 200000 WHERE "id" = 'cmm000000000000000013';
		RESET search_path`,
		"message: 2 rows have the same id as another row, for example cmm000000000000000009",
		"message: 2 rows have the same provider_message_id as another row of the line, for example ",
		"message: 1 row refers to a line that does not exist (line_id): cmm000000000000000012",
		"message: 1 row is dated in the future (created_at): cmm000000000000000013")
}

// TestShapes reads what few rows of the story hold: names that Evolution lost, and
// what has the type of a text.
func TestShapes(t *testing.T) {
	schema, _ := sourcetest.Tell(t, kind, story.Data())
	conn := pgtest.Connect(t)
	if _, err := conn.Exec(t.Context(), strings.ReplaceAll(`
		INSERT INTO $schema."Instance" ("id", "name", "integration") VALUES ('x', 'x', 'WHATSAPP-BUSINESS');
		INSERT INTO $schema."Contact" ("id", "remoteJid", "pushName", "instanceId") VALUES ('x1', '5491@s.whatsapp.net', '', 'x'), ('x2', '5492@s.whatsapp.net', '5492', 'x'),
			('x3', '5493@s.whatsapp.net', 'Ana', 'x'), ('x4', '5494@s.whatsapp.net', '5494', 'x');
		INSERT INTO $schema."Chat" ("id", "remoteJid", "name", "instanceId") VALUES ('x1', '5491@s.whatsapp.net', 'Bo', 'x'), ('x2', '5492@s.whatsapp.net', 'Caio', 'x'), ('x3', '5493@s.whatsapp.net', 'Old', 'x');
		INSERT INTO $schema."Message" ("id", "key", "messageType", "message", "source", "messageTimestamp", "instanceId") VALUES
			('x1', '{"id": "1", "fromMe": true, "remoteJid": "5491@s.whatsapp.net"}', 'conversation', '{"contactMessage": {"displayName": "Dora"}}', 'unknown', 1793534400, 'x'),
			('x2', '{"id": "2", "fromMe": true, "remoteJid": "5491@s.whatsapp.net"}', 'conversation', '{"extendedTextMessage": {"text": "edited"}}', 'unknown', 1793534400, 'x'),
			('x3', '{"id": "3", "fromMe": true, "remoteJid": "5491@s.whatsapp.net"}', 'conversation', '{"reactionMessage": {"text": "👍"}}', 'unknown', 1793534400, 'x'),
			('x4', '{"id": "4", "fromMe": true, "remoteJid": "5491@s.whatsapp.net"}', 'conversation', '{"conversation": "hi", "messageContextInfo": {}}', 'unknown', 1793534400, 'x')`, "$schema", schema)); err != nil {
		t.Fatal(err)
	}
	found := sourcetest.Found(t, sourcetest.Open(t, kind, "", source.Settings{Schema: schema}))
	read := func(relation, columns, where string) (text string) {
		t.Helper()
		sql := "SELECT string_agg(" + columns + ", ' ' ORDER BY r." + relation + "_id) FROM (SELECT * FROM " + found.From(relation, source.Span{}, pgtest.Quote) + " AS r WHERE " + where + ") AS r"
		if err := conn.QueryRow(t.Context(), sql).Scan(&text); err != nil {
			t.Fatal(err)
		}
		return text
	}
	if got := read("contact", "r.name", "r.contact_id LIKE '549_@%'"); got != "Bo Caio Ana 5494" {
		t.Errorf("names are %q", got)
	}
	if got := read("message", "concat_ws(':', r.message_id, r.content_type, r.body)", "r.line_id = 'x'"); got != "x1:contacts:Dora x2:text:edited x4:text:hi" {
		t.Errorf("messages are %q", got)
	}
}

// TestVersions takes away what older versions lack, and what an installation may
// not keep.
func TestVersions(t *testing.T) {
	schema, told := sourcetest.Tell(t, kind, story.Data())
	conn := pgtest.Connect(t)
	change := func(sql string) *source.Source {
		t.Helper()
		if _, err := conn.Exec(t.Context(), "SET search_path TO "+schema+"; "+sql+"; RESET search_path"); err != nil {
			t.Fatal(err)
		}
		return sourcetest.Found(t, sourcetest.Open(t, kind, "", source.Settings{Schema: schema}))
	}
	count := func(metric string) any {
		t.Helper()
		e := sourcetest.Open(t, kind, "", source.Settings{Schema: schema})
		result, err := e.Run(t.Context(), engine.Request{Query: query.Query{Metrics: []string{metric}}, Range: calendar.Range{From: story.End.AddDate(0, 0, -60), To: story.End.AddDate(0, 0, 1)}})
		if err != nil {
			t.Fatal(err)
		}
		return agree.RowsOf(result)[0][metric]
	}
	found := change("SELECT")
	sourcetest.Whole(t, found, "conversation", "conversation_event", "agent", "team", "agent_team", "campaign", "csat", "working_hours", "rate_card")
	if found.Version != "schema of 2025-09-18" {
		t.Errorf("the version is %q", found.Version)
	}
	if len(found.Fatal()) > 0 {
		t.Errorf("wrong with it: %v", found.Fatal())
	}
	outbound := 0
	for _, m := range told.Messages {
		if m.Direction == "outbound" {
			outbound++
		}
	}

	found = change(`DROP TABLE "IsOnWhatsapp"; ALTER TABLE "Message" DROP COLUMN "sessionId"; DROP TABLE "IntegrationSession"`)
	sourcetest.Whole(t, found, "conversation", "conversation_event", "agent", "team", "agent_team", "campaign", "csat", "working_hours", "rate_card")

	found = change(`DROP TABLE "Template"; ALTER TABLE "Message" DROP COLUMN "status"`)
	if found.Records("message.template_category") || !found.Records("message.template_name") || !found.Records("message.status") {
		t.Error("without templates and with updates alone the categories are unknown, and nothing else")
	}
	// With updates alone a message without any may be on its way: nobody knows.
	if failed, _ := agree.Number(count("messages_failed")); failed == 0 {
		t.Error("no message failed")
	}

	found = change(`DELETE FROM "MessageUpdate"`)
	if found.Records("message.status") {
		t.Error("the status is known without updates")
	}
	for _, metric := range []string{"messages_delivered", "cost_usd", "cost_unknown"} {
		if got := count(metric); got != nil {
			t.Errorf("%s is %v where nobody knows what was delivered", metric, got)
		}
	}
	if got, _ := agree.Number(count("messages_outbound")); int(got) != outbound {
		t.Errorf("%v outbound messages, want %d", got, outbound)
	}

	found = change(`DROP TABLE "MessageUpdate"`)
	if found.Records("message.status") || len(found.Fatal()) > 0 {
		t.Errorf("without the table of updates: %v", found.Findings)
	}
	if found = change(`DROP TABLE "Label"`); found.Has("tag") || len(found.Fatal()) > 0 {
		t.Errorf("without labels: %v", found.Findings)
	}
	if found = change(`DROP TABLE "Contact"`); len(found.Fatal()) == 0 {
		t.Error("no contacts are needed")
	}
}

// TestOneInstance limits the source to an instance, by its name and by its id.
func TestOneInstance(t *testing.T) {
	schema, told := sourcetest.Tell(t, kind, story.Data())
	line := told.Lines[1]
	own := 0
	for _, m := range told.Messages {
		if *m.LineID == line.LineID {
			own++
		}
	}
	for _, account := range []string{line.LineID, *line.Name} {
		e := sourcetest.Open(t, kind, "", source.Settings{Schema: schema, Account: account})
		result, err := e.Run(t.Context(), engine.Request{
			Query: query.Query{Metrics: []string{"messages_outbound", "messages_received"}, GroupBy: []string{"line"}}, Range: calendar.Range{From: story.End.AddDate(0, 0, -60), To: story.End.AddDate(0, 0, 1)},
		})
		if err != nil {
			t.Fatal(err)
		}
		rows := agree.RowsOf(result)
		if len(rows) != 1 || rows[0]["line"] != line.LineID {
			t.Fatalf("%s sees %v", account, rows)
		}
		sent, _ := agree.Number(rows[0]["messages_outbound"])
		received, _ := agree.Number(rows[0]["messages_received"])
		if int(sent+received) != own {
			t.Errorf("%s sees %v messages, want %d", account, sent+received, own)
		}
		values, err := e.Values(t.Context(), engine.ValuesRequest{Dimension: "contact", Limit: 5000, From: story.End.AddDate(-1, 0, 0), To: story.End})
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range values {
			if !slices.ContainsFunc(told.Messages, func(m contract.Message) bool {
				return *m.LineID == line.LineID && m.ContactID != nil && *m.ContactID == v.Value
			}) {
				t.Fatalf("%s sees the contact of another instance", account)
			}
		}
	}
}

// TestMeaningOfTheAccount wants an account to be one thing: an instance that has the
// name of somebody else's client opens nothing of theirs.
func TestMeaningOfTheAccount(t *testing.T) {
	schema, _ := sourcetest.Tell(t, kind, contract.Data{})
	conn := pgtest.Connect(t)
	if _, err := conn.Exec(t.Context(), "INSERT INTO "+schema+`."Instance" ("id", "name", "clientName") VALUES
		('i1', 'sales', 'acme'), ('i2', 'support', 'acme'), ('i3', 'acme', 'rival'), ('i4', 'solo', 'solo'), ('i5', 'i1', 'rival')`); err != nil {
		t.Fatal(err)
	}
	for account, want := range map[string]string{
		"rival": "i3 i5", "support": "i2", "i2": "i2", "solo": "i4",
		"acme": "the account acme is the clientName and the name of different instances: enter the id of one, or rename one",
		"i1":   "the account i1 is the id and the name of different instances: enter the id of one, or rename one",
	} {
		s := sourcetest.Found(t, sourcetest.Open(t, kind, "", source.Settings{Schema: schema, Account: account}))
		if fatal := s.Fatal(); len(fatal) > 0 {
			if got := strings.Join(source.Problems(fatal), "; "); got != want {
				t.Errorf("%s: %q, want %q", account, got, want)
			}
			continue
		}
		var lines string
		if err := conn.QueryRow(t.Context(), "SELECT string_agg(l.line_id, ' ' ORDER BY l.line_id) FROM "+s.From("line", source.Span{}, pgtest.Quote)+" AS l").Scan(&lines); err != nil {
			t.Fatal(err)
		}
		if lines != want {
			t.Errorf("%s sees %s, want %s", account, lines, want)
		}
	}
}
