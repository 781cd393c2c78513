package contract

import (
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/parley-reports/parley/internal/pgtest"
)

// Every row type must be encoded field by field, in order: an empty row of n
// fields is n length words and the bytes of the fields that are not pointers.
func TestEncodersWriteEveryField(t *testing.T) {
	check(t, encodeMessage)
	check(t, encodeConversation)
	check(t, encodeEvent)
	check(t, encodeContact)
	check(t, encodeAccount)
	check(t, encodeLine)
	check(t, encodeTeam)
	check(t, encodeAgent)
	check(t, encodeAgentTeam)
	check(t, encodeCampaign)
	check(t, encodeTag)
	check(t, encodeCSAT)
	check(t, encodeWorkingHours)
	check(t, encodeRate)
	check(t, encodeBillingRule)
}

func check[Row any](t *testing.T, encode func(*encoder, *Row)) {
	t.Helper()
	var row Row
	var e encoder
	encode(&e, &row)
	fields := 0
	for rest := e.buf; len(rest) > 0; fields++ {
		length := int32(uint32(rest[0])<<24 | uint32(rest[1])<<16 | uint32(rest[2])<<8 | uint32(rest[3]))
		rest = rest[4+max(0, length):]
	}
	if want := reflect.TypeFor[Row]().NumField(); fields != want {
		t.Errorf("%T: %d fields written, want %d", row, fields, want)
	}
}

func ptr[T any](value T) *T { return &value }

// One row of each relation, once full and once as empty as the types allow.
func sample() Data {
	at := time.Date(2026, 3, 1, 12, 30, 45, 123456000, time.UTC)
	before := time.Date(1999, 12, 31, 23, 59, 59, 999999000, time.UTC)
	day := time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)
	return Data{
		Messages: []Message{{
			MessageID: "m1", Sequence: ptr(int64(-7)), AccountID: ptr("a"), Subaccount: ptr("sub"), ConversationID: ptr("c1"),
			ContactID: ptr("p"), LineID: ptr("l"), Direction: "outbound", AuthorKind: ptr("agent"), AgentID: ptr("g"), CreatedAt: at,
			ContentType: ptr("text"), Body: ptr("¿Qué tal?\tÇa\n\\"), TemplateName: ptr("t"), TemplateLanguage: ptr("es"),
			TemplateCategory: ptr("utility"), CampaignID: ptr("k"), Origin: ptr("flow"), CorrelationID: ptr("r"),
			ProviderMessageID: ptr("wamid"), Status: ptr("failed"), SentAt: ptr(at), DeliveredAt: ptr(before), ReadAt: ptr(at),
			FailedAt: ptr(at), ErrorCode: ptr("131047"), ErrorText: ptr(""), IsReferral: ptr(true), ButtonPayload: ptr("yes"),
			InReplyTo: ptr("m0"), PriceUSD: ptr(0.0625), UpdatedAt: ptr(at),
		}, {MessageID: "m2", Direction: "inbound", CreatedAt: before, IsReferral: ptr(false), PriceUSD: ptr(-12345678.9012)}},
		Conversations: []Conversation{{
			ConversationID: "c1", AccountID: ptr("a"), DisplayID: ptr("1"), ContactID: ptr("p"), LineID: ptr("l"), AgentID: ptr("g"),
			TeamID: ptr("t"), Source: ptr("inbox"), Status: ptr("open"), Priority: ptr("high"), CreatedAt: at, FirstResponseAt: ptr(at),
			WaitingSince: ptr(at), UpdatedAt: ptr(at), URL: ptr("https://desk.example/1"),
		}, {ConversationID: "c2", CreatedAt: at}},
		Events: []ConversationEvent{
			{ConversationID: ptr("c1"), Name: "resolved", At: at, Seconds: ptr(12.5), BusinessSeconds: ptr(0.0), AgentID: ptr("g")},
			{Name: "reply", At: at},
		},
		Contacts: []Contact{
			{ContactID: "p", AccountID: ptr("a"), Name: ptr("Zoë"), Phone: ptr("+5511900000000"), Country: ptr("BR"), CreatedAt: ptr(at)},
			{ContactID: "q"},
		},
		Accounts:   []Account{{"a", ptr("Main")}, {"b", nil}},
		Lines:      []Line{{"l", ptr("Line"), ptr("whatsapp"), ptr("+1"), ptr("t"), ptr("baileys")}, {LineID: "k"}},
		Agents:     []Agent{{"g", ptr("Ana")}, {"h", nil}},
		Teams:      []Team{{"t", ptr("Ventas")}, {"u", nil}},
		AgentTeams: []AgentTeam{{"g", "t"}},
		Campaigns:  []Campaign{{"k", ptr("Hot Sale")}, {"j", nil}},
		Tags:       []Tag{{"conversation", "c1", "envío"}},
		CSAT: []CSAT{
			{ptr("c1"), ptr("p"), ptr("g"), ptr(int32(5)), ptr("muy bien"), ptr(at), ptr(at)},
			{},
		},
		WorkingHours: []WorkingHours{
			{ptr("l"), nil, ptr("America/Lima"), 1, "09:00:00", "18:30:00"},
			{nil, ptr("t"), nil, 0, "00:00:00", "24:00:00"},
		},
		Rates:   []Rate{{"Brazil", "marketing", day, 0.0625}, {"Peru", "utility", before, 1000000}},
		Markets: []Market{{"55", "Brazil", ptr(day)}, {"1", "Home", nil}},
		BillingRules: []BillingRule{
			{day, "message", "utility", ptr(true), false, "utility", ptr(int32(1000))},
			{day, "conversation", "service", nil, true, "utility", nil},
		},
	}
}

func TestLoadKeepsEveryValue(t *testing.T) {
	conn := pgtest.Connect(t)
	const schema = "Contract load"
	if err := Create(t.Context(), conn, schema); err != nil {
		t.Fatal(err)
	}
	want := sample()
	if err := Load(t.Context(), conn, schema, want); err != nil {
		t.Fatal(err)
	}
	compare(t, conn, schema, "message", want.Messages)
	compare(t, conn, schema, "conversation", want.Conversations)
	compare(t, conn, schema, "conversation_event", want.Events)
	compare(t, conn, schema, "contact", want.Contacts)
	compare(t, conn, schema, "account", want.Accounts)
	compare(t, conn, schema, "line", want.Lines)
	compare(t, conn, schema, "agent", want.Agents)
	compare(t, conn, schema, "team", want.Teams)
	compare(t, conn, schema, "agent_team", want.AgentTeams)
	compare(t, conn, schema, "campaign", want.Campaigns)
	compare(t, conn, schema, "tag", want.Tags)
	compare(t, conn, schema, "csat", want.CSAT)
	compare(t, conn, schema, "working_hours", want.WorkingHours)
	compare(t, conn, schema, "rate_card", []Rate{want.Rates[0], {"Peru", "utility", time.Date(1999, 12, 31, 0, 0, 0, 0, time.UTC), 1000000}})
	compare(t, conn, schema, "market", want.Markets)
	compare(t, conn, schema, "billing_rule", want.BillingRules)
	if _, err := conn.Exec(t.Context(), "DROP SCHEMA "+pgx.Identifier{schema}.Sanitize()+" CASCADE"); err != nil {
		t.Fatal(err)
	}
}

// compare reads the relation back in the order in which it was written.
func compare[Row any](t *testing.T, conn *pgx.Conn, schema, relation string, want []Row) {
	t.Helper()
	columns := columnsOf(reflect.TypeFor[Row]())
	for i, column := range columns {
		switch column {
		case `"opens"`, `"closes"`:
			columns[i] = column + "::text AS " + column
		case `"usd"`, `"price_usd"`:
			columns[i] = column + "::float8 AS " + column
		}
	}
	rows, err := conn.Query(t.Context(), "SELECT "+strings.Join(columns, ", ")+" FROM "+pgx.Identifier{schema, relation}.Sanitize()+" ORDER BY ctid")
	if err != nil {
		t.Fatalf("%s: %v", relation, err)
	}
	got, err := pgx.CollectRows(rows, pgx.RowToStructByName[Row])
	if err != nil {
		t.Fatalf("%s: %v", relation, err)
	}
	for i := range got {
		inUTC(reflect.ValueOf(&got[i]).Elem())
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s:\n got %+v\nwant %+v", relation, got, want)
	}
}

// inUTC makes the instants that the driver gives comparable.
func inUTC(row reflect.Value) {
	for i := range row.NumField() {
		switch value := row.Field(i).Interface().(type) {
		case time.Time:
			row.Field(i).Set(reflect.ValueOf(value.UTC()))
		case *time.Time:
			if value != nil {
				row.Field(i).Set(reflect.ValueOf(ptr(value.UTC())))
			}
		}
	}
}

func TestLoadSaysWhatIsWrong(t *testing.T) {
	conn := pgtest.Connect(t)
	const schema = "contract_wrong"
	if err := Create(t.Context(), conn, schema); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		data Data
		want string
	}{
		"time of day": {Data{WorkingHours: []WorkingHours{{Opens: "nine", Closes: "18:00:00"}}}, "load working_hours"},
		"number":      {Data{Rates: []Rate{{USD: math.Inf(1)}}}, "load rate_card"},
		"duplicate":   {Data{Agents: []Agent{{AgentID: "1"}, {AgentID: "1"}}}, "load agent"},
	} {
		err := Load(t.Context(), conn, schema, test.data)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error %v, want %q", name, err, test.want)
		}
	}
	if _, err := conn.Exec(t.Context(), "DROP SCHEMA "+schema+" CASCADE"); err != nil {
		t.Fatal(err)
	}
}
