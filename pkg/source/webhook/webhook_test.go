package webhook_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/parley-reports/parley/internal/contract"
	"github.com/parley-reports/parley/internal/pgtest"
	"github.com/parley-reports/parley/internal/sourcetest"
	"github.com/parley-reports/parley/internal/story"
	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/source"
	"github.com/parley-reports/parley/pkg/source/kinds"
)

const kind = "webhook"

func TestReadsWhatWasTold(t *testing.T) { sourcetest.Reads(t, kind, 60) }

func TestTells(t *testing.T) {
	untold := []string{"subaccount", "team", "agent", "conversation_id", "template", "language", "campaign"}
	sourcetest.Tells(t, kind, map[catalog.Fact][]string{
		catalog.Message: append(slices.Clone(untold), "send"), catalog.Session: untold, catalog.Initiation: append(slices.Clone(untold), "send"),
	})
}

func TestAccounts(t *testing.T) { sourcetest.Accounts(t, kind) }

func TestRights(t *testing.T) {
	sourcetest.Rights(t, kind, "webhook.md", "whatsapp_webhook.signature")
}

// TestAgreesWithTheContract asks about what webhooks tell: WhatsApp, and what was
// sent once it was, by nobody in particular.
func TestAgreesWithTheContract(t *testing.T) {
	data := story.Data()
	whatsapp := map[string]bool{}
	for _, l := range data.Lines {
		whatsapp[l.LineID] = *l.Channel == "whatsapp"
	}
	data.Messages = slices.DeleteFunc(data.Messages, func(m contract.Message) bool {
		return m.LineID == nil || !whatsapp[*m.LineID]
	})
	told := data
	data.Messages = slices.DeleteFunc(slices.Clone(data.Messages), func(m contract.Message) bool {
		return m.Direction == "outbound" && (m.Status == nil || *m.Status == "pending" || *m.Status == "queued" || *m.Status == "accepted")
	})
	for i := range data.Messages {
		m := &data.Messages[i]
		m.Sequence, m.CampaignID, m.AuthorKind = nil, nil, nil
		if m.TemplateName != nil && m.TemplateCategory != nil { // as the story has webhooks say
			m.Billable, m.PricingType = new(true), new("regular")
		}
	}
	var unavailable []string
	for _, m := range catalog.Metrics {
		if slices.ContainsFunc(m.Needs, func(relation string) bool { return relation != "tag" }) && !m.Internal {
			unavailable = append(unavailable, m.ID)
		}
	}
	sourcetest.Agrees(t, kind, told, data, unavailable, []string{"messages_pending", "active_agents", "notifications_pending"})
}

// table is a table of webhooks to try.
type table struct {
	conn   *pgx.Conn
	schema string
}

func newTable(t *testing.T, definition string) table {
	t.Helper()
	_, schema := pgtest.Schema(t)
	tab := table{pgtest.Connect(t), schema}
	tab.exec(t, definition)
	return tab
}

func (tab table) exec(t *testing.T, sql string, args ...any) {
	t.Helper()
	if _, err := tab.conn.Exec(t.Context(), "SET search_path TO "+tab.schema); err != nil {
		t.Fatal(err)
	}
	if _, err := tab.conn.Exec(t.Context(), sql, args...); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

func (tab table) found(t *testing.T, s source.Settings) *source.Source {
	t.Helper()
	s.Schema = tab.schema
	k, err := kinds.Lookup(kind)
	if err != nil {
		t.Fatal(err)
	}
	var found *source.Source
	if err := pgx.BeginFunc(t.Context(), tab.conn, func(tx pgx.Tx) (err error) {
		found, err = k.Detect(s)(context.WithoutCancel(t.Context()), tx)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return found
}

// rows are the rows of a relation, each as the columns that are not null, in the
// order of the first.
func (tab table) rows(t *testing.T, s *source.Source, relation, columns string) []string {
	t.Helper()
	if len(s.Fatal()) > 0 {
		t.Fatal(s.Fatal())
	}
	if _, err := tab.conn.Exec(t.Context(), "SET timezone TO 'UTC'"); err != nil {
		t.Fatal(err)
	}
	rows, err := tab.conn.Query(t.Context(), "SELECT json_strip_nulls(to_json(r))::text FROM (SELECT "+columns+" FROM "+s.From(relation, source.Span{}, pgtest.Quote)+" AS r ORDER BY 1) AS r")
	if err != nil {
		t.Fatal(err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func want(t *testing.T, got []string, want ...string) {
	t.Helper()
	for i := range max(len(got), len(want)) {
		var g, w string
		if i < len(got) {
			g = got[i]
		}
		if i < len(want) {
			w = want[i]
		}
		if g != w {
			t.Errorf("row %d is\n%s, want\n%s", i, g, w)
		}
	}
}

// body is a webhook of an account and a line, with a part of its value.
func body(part string) string {
	return `{"object": "whatsapp_business_account", "entry": [{"id": "102290129340398", "changes": [{"field": "messages", "value": {
		"messaging_product": "whatsapp", "metadata": {"display_phone_number": "15550783881", "phone_number_id": "106540352242922"}, ` + part + `}}]}]}`
}

const plain = "CREATE TABLE whatsapp_webhook (received_at timestamptz, payload jsonb)"

func (tab table) add(t *testing.T, bodies ...string) {
	t.Helper()
	for i, b := range bodies {
		tab.exec(t, "INSERT INTO whatsapp_webhook VALUES (timestamptz '2026-11-01 12:00Z' + $1 * interval '1 second', $2)", i, b)
	}
}

const columns = "message_id, direction, account_id, line_id, contact_id, created_at, content_type, body, template_category, correlation_id, status, sent_at, delivered_at, read_at, failed_at, error_code, error_text, is_referral, button_payload, in_reply_to, price_usd"

func TestTellsWhatIsBroken(t *testing.T) {
	moment := func(name, id string, back int) string {
		return fmt.Sprintf(`{"id": "%s", "status": "%s", "timestamp": "%d", "recipient_id": "5511900000000"}`, id, name, 1793534400-back)
	}
	sourcetest.Breaks(t, kind, fmt.Sprintf("INSERT INTO $schema.whatsapp_webhook (received_at, payload) VALUES ('2026-11-01 12:00Z', '%s'), ('2026-11-01 12:00Z', '%s'), ('2026-11-01 12:00Z', '%s')",
		body(`"statuses": [`+moment("sent", "wamid.order", 100)+`, `+moment("delivered", "wamid.order", 200)+`, `+moment("read", "wamid.order", 300)+`]`),
		body(`"messages": [{"id": "wamid.future", "from": "5511900000000", "timestamp": "4102444800", "type": "text"}]`),
		body(`"messages": [{"id": "wamid.nobody", "timestamp": "1793534400", "type": "text"}]`)),
		"message: 1 row was delivered before it was sent: wamid.order",
		"message: 1 row was read before it was delivered: wamid.order",
		"message: 1 row was read before it was created: wamid.order",
		"message: 1 row is dated in the future (created_at): wamid.future",
		"message: 1 row has no contact: wamid.nobody")
}

// TestBodies reads bodies as Meta sends them.
func TestBodies(t *testing.T) {
	const inbound = `"direction":"inbound","account_id":"102290129340398","line_id":"106540352242922","contact_id":"16505551234","created_at":"2026-11-01T12:00:00+00:00",`
	const outbound = `"direction":"outbound","account_id":"102290129340398","line_id":"106540352242922","contact_id":"16505551234","created_at":"2026-11-01T12:00:00+00:00",`
	message := func(rest string) string {
		return body(`"contacts": [{"profile": {"name": "Sheena Nelson"}, "wa_id": "16505551234"}], "messages": [{"from": "16505551234", "id": "wamid.A", "timestamp": "1793534400", ` + rest + `}]`)
	}
	status := func(name, second, rest string) string {
		return body(`"statuses": [{"id": "wamid.B", "status": "` + name + `", "timestamp": "17935344` + second + `", "recipient_id": "16505551234"` + rest + `}]`)
	}
	const pricing = `, "conversation": {"id": "a1", "origin": {"type": "marketing"}}, "pricing": {"billable": true, "pricing_model": "PMP", "category": "marketing", "type": "regular"}`
	for name, c := range map[string]struct {
		bodies []string
		want   []string
	}{
		"text": {[]string{message(`"type": "text", "text": {"body": "Does it come in another color?"}`)},
			[]string{`{"message_id":"wamid.A",` + inbound + `"content_type":"text","body":"Does it come in another color?","is_referral":false}`}},
		"twice": {[]string{message(`"type": "text", "text": {"body": "x"}`), message(`"type": "text", "text": {"body": "x"}`)},
			[]string{`{"message_id":"wamid.A",` + inbound + `"content_type":"text","body":"x","is_referral":false}`}},
		"a number as time": {[]string{strings.Replace(message(`"type": "sticker", "sticker": {"id": "1"}`), `"1793534400"`, `1793534400`, 1)},
			[]string{`{"message_id":"wamid.A",` + inbound + `"content_type":"sticker","is_referral":false}`}},
		"template button": {[]string{message(`"type": "button", "button": {"payload": "stop", "text": "Stop promotions"}, "context": {"from": "15550783881", "id": "wamid.S"}`)},
			[]string{`{"message_id":"wamid.A",` + inbound + `"content_type":"button","body":"Stop promotions","is_referral":false,"button_payload":"stop","in_reply_to":"wamid.S"}`}},
		"list": {[]string{message(`"type": "interactive", "interactive": {"type": "list_reply", "list_reply": {"id": "priority", "title": "Priority", "description": "Next day"}}`)},
			[]string{`{"message_id":"wamid.A",` + inbound + `"content_type":"interactive","body":"Priority","is_referral":false,"button_payload":"priority"}`}},
		"advertisement": {[]string{message(`"type": "image", "image": {"caption": "this one?", "mime_type": "image/jpeg", "id": "1"}, "referral": {"source_url": "https://fb.me/x", "source_type": "ad", "source_id": "120", "ctwa_clid": "A"}`)},
			[]string{`{"message_id":"wamid.A",` + inbound + `"content_type":"image","body":"this one?","is_referral":true}`}},
		"contacts and a place": {[]string{message(`"type": "contacts", "contacts": [{"name": {"formatted_name": "Ana"}, "phones": []}]`), strings.Replace(message(`"type": "location", "location": {"latitude": 1, "longitude": 2, "address": "1 Hacker Way"}`), "wamid.A", "wamid.A2", 1)},
			[]string{`{"message_id":"wamid.A",` + inbound + `"content_type":"contacts","body":"Ana","is_referral":false}`, `{"message_id":"wamid.A2",` + inbound + `"content_type":"location","body":"1 Hacker Way","is_referral":false}`}},
		"unsupported": {[]string{message(`"type": "unsupported", "errors": [{"code": 131051, "title": "Message type unknown", "error_data": {"details": "Message type is currently not supported."}}]`)},
			[]string{`{"message_id":"wamid.A",` + inbound + `"content_type":"unsupported","is_referral":false}`}},
		"nobody": {[]string{body(`"messages": [{"id": "wamid.A", "timestamp": "1793534400", "type": "text"}]`)},
			[]string{`{"message_id":"wamid.A",` + strings.Replace(inbound, `"contact_id":"16505551234",`, "", 1) + `"content_type":"text","is_referral":false}`}},
		"no messages": {[]string{
			message(`"type": "reaction", "reaction": {"message_id": "wamid.S", "emoji": "👍"}`),
			message(`"type": "system", "system": {"body": "changed", "wa_id": "2", "type": "user_changed_number"}`),
			message(`"type": "request_welcome"`), message(`"type": "text", "text": {"body": "x"}, "group_id": "G"`), status("read", "00", ""), status("deleted", "00", ""),
			status("failed", "00", `, "type": "payment"`), status("sent", "00", `, "recipient_type": "group"`),
		}, nil},
		"out of order, twice, falling back": {[]string{status("read", "30", pricing), status("delivered", "20", pricing), status("sent", "00", `, "biz_opaque_callback_data": "order-7"`+pricing), status("delivered", "10", pricing), status("sent", "05", pricing), status("failed", "40", "")},
			[]string{`{"message_id":"wamid.B",` + outbound + `"content_type":"template","template_category":"marketing","correlation_id":"order-7","status":"read","sent_at":"2026-11-01T12:00:00+00:00","delivered_at":"2026-11-01T12:00:10+00:00","read_at":"2026-11-01T12:00:30+00:00","failed_at":"2026-11-01T12:00:40+00:00","is_referral":false}`}},
		"failed": {[]string{status("failed", "00", `, "errors": [{"code": 131047, "title": "Re-engagement message", "message": "Re-engagement message", "error_data": {"details": "More than 24 hours have passed."}}, {"code": 1}]`)},
			[]string{`{"message_id":"wamid.B",` + outbound + `"status":"failed","failed_at":"2026-11-01T12:00:00+00:00","error_code":"131047","error_text":"Re-engagement message: More than 24 hours have passed.","is_referral":false}`}},
		"free": {[]string{status("delivered", "00", `, "pricing": {"billable": false, "pricing_model": "PMP", "category": "utility", "type": "free_customer_service"}`)},
			[]string{`{"message_id":"wamid.B",` + outbound + `"content_type":"template","template_category":"utility","status":"delivered","delivered_at":"2026-11-01T12:00:00+00:00","is_referral":false,"price_usd":0}`}},
		"voice played": {[]string{status("sent", "00", ""), status("played", "09", "")},
			[]string{`{"message_id":"wamid.B",` + outbound + `"status":"read","sent_at":"2026-11-01T12:00:00+00:00","read_at":"2026-11-01T12:00:09+00:00","is_referral":false}`}},
		"free by its type": {[]string{status("delivered", "00", `, "pricing": {"pricing_model": "PMP", "category": "marketing", "type": "free_entry_point"}`)},
			[]string{`{"message_id":"wamid.B",` + outbound + `"content_type":"template","template_category":"marketing","status":"delivered","delivered_at":"2026-11-01T12:00:00+00:00","is_referral":false,"price_usd":0}`}},
		"by hand": {[]string{
			strings.Replace(body(`"contacts": [{"wa_id": "16505551234"}], "message_echoes": [{"from": "15550783881", "to": "+16505551234", "id": "wamid.B", "timestamp": "1793534400", "type": "image", "image": {"id": "1", "caption": "this one"}}]`), `"field": "messages"`, `"field": "smb_message_echoes"`, 1),
			strings.Replace(body(`"message_echoes": [{"from": "15550783881", "to": "16505551234", "id": "wamid.C", "timestamp": "1793534400", "type": "revoke"}]`), `"field": "messages"`, `"field": "smb_message_echoes"`, 1),
			status("read", "30", "")},
			[]string{`{"message_id":"wamid.B",` + outbound + `"content_type":"image","body":"this one","status":"read","sent_at":"2026-11-01T12:00:00+00:00","read_at":"2026-11-01T12:00:30+00:00","is_referral":false,"price_usd":0}`}},
		"what else holds messages": {[]string{
			strings.Replace(message(`"type": "image", "image": {"id": "1"}`), `"field": "messages"`, `"field": "history"`, 1),
			strings.Replace(status("sent", "00", ""), `"field": "messages"`, `"field": "calls"`, 1),
		}, nil},
		"no field told": {[]string{strings.Replace(message(`"type": "text", "text": {"body": "x"}`), `"field": "messages", `, "", 1)},
			[]string{`{"message_id":"wamid.A",` + inbound + `"content_type":"text","body":"x","is_referral":false}`}},
	} {
		t.Run(name, func(t *testing.T) {
			tab := newTable(t, plain)
			tab.add(t, c.bodies...)
			want(t, tab.rows(t, tab.found(t, source.Settings{}), "message", columns), c.want...)
		})
	}
}

// TestPeople wants a person to be one, whatever a webhook tells of whom.
func TestPeople(t *testing.T) {
	tab := newTable(t, plain)
	message := func(id, from, contacts string) string {
		return body(fmt.Sprintf(`"contacts": %s, "messages": [{%s "id": "%s", "timestamp": "1793534400", "type": "text"}]`, contacts, from, id))
	}
	tab.add(t,
		message("1 number", `"from": "5511900000001",`, `[{"wa_id": "5511900000001", "profile": {"name": "Old"}}]`),
		message("2 user", `"from_user_id": "BR.1",`, `[{"user_id": "BR.1"}]`),
		message("3 both", `"from": "5511900000001", "from_user_id": "BR.1",`, `[{"wa_id": "5511900000001", "user_id": "BR.1", "profile": {"name": "Ana"}}]`),
		message("4 contact", `"from": "5511900000001",`, `[{"wa_id": "5511900000001", "user_id": "BR.1"}]`),
		message("5 another", `"from": "5511900000002",`, `[{"wa_id": "5511900000002"}]`),
		message("6 nameless", ``, `[{"user_id": "BR.3", "profile": {"name": "Bo"}}]`),
		body(`"statuses": [{"id": "7 failed", "status": "failed", "timestamp": "1793534400", "recipient_id": "5511900000001"}]`),
		strings.Replace(body(`"message_echoes": [{"id": "7 withheld", "from": "15550783881", "to": "", "to_user_id": "BR.1", "timestamp": "1793534400", "type": "text"}]`), `"field": "messages"`, `"field": "smb_message_echoes"`, 1),
		message("9 empty", `"from": "", "from_user_id": "BR.4",`, `[{"wa_id": "", "user_id": "BR.4"}]`),
		// Calls and changes of user ids name people in other ways.
		strings.Replace(body(`"calls": [{"id": "c", "from": "15550783881", "to": "5511900000001"}]`), `"field": "messages"`, `"field": "calls"`, 1),
		strings.Replace(body(`"user_id_update": [{"wa_id": "5511900000002", "user_id": {"previous": "BR.8", "current": "BR.9"}}]`), `"field": "messages"`, `"field": "user_id_update"`, 1),
		strings.Replace(message("8 elsewhere", `"from": "5511900000001",`, `[{"wa_id": "5511900000001"}]`), "102290129340398", "7", 1),
	)
	found := tab.found(t, source.Settings{})
	want(t, tab.rows(t, found, "message", "message_id, contact_id"),
		`{"message_id":"1 number","contact_id":"BR.1"}`, `{"message_id":"2 user","contact_id":"BR.1"}`, `{"message_id":"3 both","contact_id":"BR.1"}`, `{"message_id":"4 contact","contact_id":"BR.1"}`,
		`{"message_id":"5 another","contact_id":"5511900000002"}`, `{"message_id":"6 nameless","contact_id":"BR.3"}`, `{"message_id":"7 failed","contact_id":"BR.1"}`, `{"message_id":"7 withheld","contact_id":"BR.1"}`, `{"message_id":"8 elsewhere","contact_id":"5511900000001"}`,
		`{"message_id":"9 empty","contact_id":"BR.4"}`)
	want(t, tab.rows(t, found, "contact", `contact_id COLLATE "C", account_id, name, phone, country`),
		`{"contact_id":"5511900000001","account_id":"7","phone":"+5511900000001"}`, `{"contact_id":"5511900000002","account_id":"102290129340398","phone":"+5511900000002"}`,
		`{"contact_id":"BR.1","account_id":"102290129340398","name":"Ana","phone":"+5511900000001","country":"BR"}`, `{"contact_id":"BR.3","account_id":"102290129340398","name":"Bo","country":"BR"}`,
		`{"contact_id":"BR.4","account_id":"102290129340398","country":"BR"}`)
	want(t, tab.rows(t, tab.found(t, source.Settings{Account: "7"}), "contact", "contact_id, name"), `{"contact_id":"5511900000001"}`)

	tab.exec(t, "DELETE FROM whatsapp_webhook WHERE payload::text ~ 'BR'") // as it was before there were user ids
	want(t, tab.rows(t, tab.found(t, source.Settings{}), "message", "message_id, contact_id"),
		`{"message_id":"1 number","contact_id":"5511900000001"}`, `{"message_id":"5 another","contact_id":"5511900000002"}`, `{"message_id":"7 failed","contact_id":"5511900000001"}`, `{"message_id":"8 elsewhere","contact_id":"5511900000001"}`)
}

// TestColumns reads tables of other names and types, with what is no JSON in them.
func TestColumns(t *testing.T) {
	one := body(`"contacts": [{"wa_id": "1650"}], "messages": [{"from": "1650", "id": "wamid.A", "timestamp": "1793534400", "type": "text", "text": {"body": "hi"}}]`)
	for _, payload := range []string{"jsonb", "json", "text"} {
		for _, received := range []string{"timestamptz", "timestamp", "timestamp(3)"} {
			tab := newTable(t, fmt.Sprintf(`CREATE TABLE "Web ""hooks""" ("in" %s, "the body" %s)`, received, payload))
			insert := `INSERT INTO "Web ""hooks""" VALUES ('2026-11-01 12:00:01', $1)`
			tab.exec(t, insert, one)
			tab.exec(t, insert, nil)
			if payload == "text" {
				tab.exec(t, insert, "not JSON")
			}
			if payload != "jsonb" {
				tab.exec(t, insert, `{"entry": "\u0000"}`)
			}
			found := tab.found(t, source.Settings{Webhook: source.Webhook{Table: `Web "hooks"`, ReceivedAt: "in", Payload: "the body"}})
			want(t, tab.rows(t, found, "message", "message_id, body, created_at, updated_at"), `{"message_id":"wamid.A","body":"hi","created_at":"2026-11-01T12:00:00+00:00","updated_at":"2026-11-01T12:00:01+00:00"}`)
			want(t, tab.rows(t, found, "line", "line_id, name, channel, number"), `{"line_id":"106540352242922","name":"+15550783881","channel":"whatsapp","number":"+15550783881"}`)
		}
	}
}

// TestSaysWhatIsWrong wants a sentence for a table that cannot be read.
func TestSaysWhatIsWrong(t *testing.T) {
	tab := newTable(t, `CREATE TABLE webhooks (at bigint, payload jsonb, "on" timestamptz)`)
	for settings, problem := range map[source.Webhook]string{
		{Table: "webhooks"}:                                    tab.schema + ".webhooks.received_at does not exist",
		{Table: "webhooks", ReceivedAt: "at"}:                  "webhooks.at has the type bigint, but must be timestamptz or timestamp",
		{Table: "webhooks", ReceivedAt: "on", Payload: "at"}:   "webhooks.at has the type bigint, but must be jsonb, json or text",
		{Table: "webhooks", ReceivedAt: "on", Payload: "body"}: tab.schema + ".webhooks.body does not exist",
	} {
		found := tab.found(t, source.Settings{Webhook: settings})
		fatal := found.Fatal()
		if len(fatal) == 0 || fatal[0].Relation != "message" || fatal[0].Problem != problem {
			t.Errorf("%+v: %+v, want %s", settings, fatal, problem)
		}
		if advice, _ := json.Marshal(found.Advice); string(advice) != "null" {
			t.Errorf("advice %s", advice)
		}
	}
}
