package fieldtest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/parley-reports/parley/internal/fieldtest"
)

const (
	cost    = `{"metrics": ["cost_usd", "cost_unknown"]}`
	brazil  = `{"cost_usd": 0.0625, "cost_unknown": 0}`
	unknown = `{"cost_usd": 0, "cost_unknown": 1}`
	free    = `{"cost_usd": 0, "cost_unknown": 0}`
)

// rates are rows of the rate card, market, category and price each.
func rates(rows ...any) string {
	sql := "CREATE SCHEMA IF NOT EXISTS parley; CREATE TABLE IF NOT EXISTS parley.rate_card (market text, category text, valid_from date, usd numeric);\n"
	for i := 0; i < len(rows); i += 3 {
		sql += fmt.Sprintf("INSERT INTO parley.rate_card VALUES ('%s', '%s', '2025-07-01', %v);\n", rows[i], rows[i+1], rows[i+2])
	}
	return sql
}

var someRates = rates("Brazil", "marketing", 0.0625, "North America", "marketing", 0.025, "Other", "marketing", 0.0604, "Spain", "marketing", 0.06, "Rest of Latin America", "marketing", 0.074)

// sentOffer is such a template with another value in a column.
func sentOffer(column, value string) string {
	columns := map[string]string{"message_id": "'m1'", "account_id": "'1'", "contact_id": "'c1'", "line_id": "'L'", "direction": "'outbound'", "author_kind": "'campaign'", "created_at": "'2026-11-10 12:00Z'",
		"template_name": "'promo'", "template_category": "'marketing'", "status": "'delivered'"}
	if column != "" {
		columns[column] = value
	}
	var names, values string
	for name, value := range columns {
		names, values = names+", "+name, values+", "+value
	}
	return fmt.Sprintf("INSERT INTO message (%s) VALUES (%s);\n", names[2:], values[2:])
}

// TestMarkets sends one template to a contact of each phone and country.
func TestMarkets(t *testing.T) {
	other, america, spain := 0.0604, 0.025, 0.06
	rest, brazil, unknown := 0.074, 0.0625, -1.0
	rows := someRates
	var want []string
	for i, c := range []struct {
		phone, country string
		usd            float64
	}{
		{"+34600000001", "", spain},
		{"34600000001", "", spain},
		{"+1 868 300 0001", "", other},     // Trinidad
		{"+1-242-300-0001", "", other},     // Bahamas
		{"+1 (416) 555-0100", "", america}, // Canada
		{"18095550100", "", rest},          // Dominican Republic
		{"+17875550100", "", rest},         // Puerto Rico
		{"+16715550100", "", other},        // Guam
		{"+77011234567", "", other},        // Kazakhstan
		{"+79161234567", "", unknown},      // Russia has no rate here
		{"+48600000001", "", unknown},      // nor has Poland
		{"11987654321", "", unknown},       // São Paulo without the country code
		{"51987654321", "", unknown},       // Porto Alegre, or Peru
		{"55987654321", "", unknown},       // Rio Grande do Sul
		{"011 98765-4321", "", unknown},
		{"11987654321", "BR", brazil},
		{"(31) 98765-4321", "br", brazil}, // Belo Horizonte
		{"005511900000001", "", brazil},
		{"551190000000", "", brazil}, // an old mobile number
		{"5511900000001:12@s.whatsapp.net", "", brazil},
		{"whatsapp:+5511900000001", "", brazil},
		{"5511900000001@lid", "", unknown},
		{"+999123456789", "", unknown},
		{"+999123456789", "ES", spain},
		{"", "ES", spain},
		{"", "Brasil", brazil},
		{"", "XX", unknown},
		{"", "", unknown},
		{"+34600000001", "BR", spain},
	} {
		id := fmt.Sprintf("p%02d", i)
		rows += fmt.Sprintf("INSERT INTO contact (contact_id, account_id, phone, country) VALUES ('%s', '1', nullif('%s', ''), nullif('%s', ''));\n", id, c.phone, c.country) +
			strings.Replace(sentOffer("contact_id", "'"+id+"'"), "'m1'", "'m"+id+"'", 1)
		if c.usd == unknown {
			want = append(want, fmt.Sprintf(`{"contact": "%s", "cost_usd": 0, "cost_unknown": 1}`, id))
		} else {
			want = append(want, fmt.Sprintf(`{"contact": "%s", "cost_usd": %v, "cost_unknown": 0}`, id, c.usd))
		}
	}
	fieldtest.Run(t,
		fieldtest.Case{Name: "all", Kind: "views", Rows: rows, Query: `{"metrics": ["cost_usd", "cost_unknown"], "groupBy": ["contact"]}`, Want: want, Notice: "3 messages to contacts without a phone number and country; .* and 3 more"},
		fieldtest.Case{Name: "Poland", Kind: "views", Rows: rows, Query: `{"metrics": ["cost_usd"], "filters": [{"dimension": "contact", "operator": "in", "values": ["p10"]}]}`,
			Notice: `cost of 1 message is unknown and not included. Reason: no rate for Rest of Central & Eastern Europe \(Poland\), marketing, on 2026-11-10`},
		fieldtest.Case{Name: "no such code", Kind: "views", Rows: rows, Query: `{"metrics": ["cost_usd"], "filters": [{"dimension": "contact", "operator": "in", "values": ["p22"]}]}`, Notice: "unknown market for numbers that begin with 999"},
		fieldtest.Case{Name: "national", Kind: "views", Rows: rows, Query: `{"metrics": ["cost_usd"], "filters": [{"dimension": "contact", "operator": "in", "values": ["p12"]}]}`, Notice: "1 message to numbers without a country code"},
	)
}

// costHook is a webhook that came at T with what the value holds beside its metadata.
func costHook(value string) string {
	return fmt.Sprintf(`INSERT INTO whatsapp_webhook (received_at, payload) VALUES ('2026-11-10 12:00:05Z', '{"object": "whatsapp_business_account", "entry": [{"id": "W1", "changes": [{"field": "messages", "value": {
  "metadata": {"phone_number_id": "P1", "display_phone_number": "551140000000"}, %s}}]}]}');
`, value)
}

// delivery is a webhook of a delivered message to Brazil with that pricing.
func delivery(id, pricing string) string {
	return costHook(fmt.Sprintf(`"statuses": [{"id": "%s", "status": "delivered", "timestamp": "1794312000", "recipient_id": "5511900000001", "pricing": %s}]`, id, pricing))
}

const regular = `{"billable": true, "pricing_model": "PMP", "type": "regular", "category": "marketing"}`

func TestCostsOfWebhooks(t *testing.T) {
	to := func(who string) string {
		return costHook(`"statuses": [{"id": "wamid.1", "status": "delivered", "timestamp": "1794312000", ` + who + `, "pricing": ` + regular + `}]`)
	}
	fieldtest.Run(t,
		fieldtest.Case{Name: "Spain", Kind: "webhook", Rows: someRates + to(`"recipient_id": "34600000001"`), Query: cost, Want: []string{`{"cost_usd": 0.06, "cost_unknown": 0}`}, Quiet: true},
		fieldtest.Case{Name: "a user id", Kind: "webhook", Rows: someRates + to(`"recipient_user_id": "BR.123"`), Query: cost, Want: []string{brazil}},
		fieldtest.Case{Name: "pricing", Kind: "webhook", Query: `{"metrics": ["cost_usd", "cost_unknown"]}`,
			Rows: rates("Brazil", "marketing", 1, "Brazil", "authentication", 10, "Brazil", "AUTHENTICATION-INTERNATIONAL", 100, "Brazil", "utility", 1000) +
				delivery("lite", `{"billable": true, "pricing_model": "PMP", "type": "regular", "category": "marketing_lite"}`) + // 1: marketing's rate
				delivery("world", `{"billable": true, "pricing_model": "PMP", "type": "REGULAR", "category": "authentication-international"}`) + // 100: its own
				delivery("code", `{"billable": true, "pricing_model": "PMP", "category": "Authentication"}`) + // 10
				delivery("ad", `{"billable": false, "pricing_model": "CBP", "category": "referral_conversion"}`) + // free
				delivery("window", `{"pricing_model": "PMP", "type": "free_customer_service", "category": "utility"}`) + // free
				delivery("reply", `{"billable": true, "pricing_model": "PMP", "type": "regular", "category": "service"}`) + // 1000: the provider bills it
				delivery("silent", `{"pricing_model": "PMP", "category": "service"}`) + // in the month's allowance
				delivery("robot", `{"billable": true, "pricing_model": "PMP", "type": "regular", "category": "general_purpose_ai"}`), // unknown
			Want: []string{`{"cost_usd": 1111, "cost_unknown": 1}`}, Notice: "no rate for Brazil, general_purpose_ai, on 2026-11-10"},
		fieldtest.Case{Name: "conversations", Kind: "webhook", Query: cost, Rows: rates("Brazil", "marketing", 1) +
			delivery("a", `{"billable": true, "pricing_model": "CBP", "category": "marketing"}`) + delivery("b", `{"billable": true, "pricing_model": "CBP", "category": "marketing"}`), Want: []string{`{"cost_usd": 1, "cost_unknown": 0}`}},
		fieldtest.Case{Name: "categories", Kind: "webhook", Query: `{"metrics": ["templates_sent"], "groupBy": ["template_category"]}`,
			Rows: delivery("lite", `{"billable": true, "pricing_model": "PMP", "category": "marketing_lite"}`) + delivery("code", `{"billable": true, "pricing_model": "PMP", "category": "authentication_international"}`),
			Want: []string{`{"template_category": "marketing_lite", "templates_sent": 1}`, `{"template_category": "authentication_international", "templates_sent": 1}`}},
	)
}

func TestCostsOfLines(t *testing.T) {
	const offer = `INSERT INTO messages (id, sender_type, sender_id, status, content, source_id, additional_attributes) VALUES (1, 'User', 7, 1, 'hi', 's1', '{"template_params": {"name": "promo", "category": "MARKETING", "language": "pt_BR"}}');`
	channel := func(provider string) string {
		return "INSERT INTO channel_whatsapp (id, phone_number, provider) VALUES (1, '+551140000000', " + provider + ");\n" + someRates + offer
	}
	fieldtest.Run(t,
		fieldtest.Case{Name: "baileys", Kind: "chatwoot", Rows: channel("'baileys'"), Query: cost, Want: []string{free}, Quiet: true},
		fieldtest.Case{Name: "Z-API", Kind: "chatwoot", Rows: channel("'Z-API'"), Query: cost, Want: []string{free}},
		fieldtest.Case{Name: "the cloud", Kind: "chatwoot", Rows: channel("'whatsapp_cloud'"), Query: cost, Want: []string{brazil}},
		fieldtest.Case{Name: "no provider", Kind: "chatwoot", Rows: channel("NULL"), Query: cost, Want: []string{brazil}},
		fieldtest.Case{Name: "another provider", Kind: "chatwoot", Rows: channel("'carrier pigeon'"), Query: cost, Want: []string{unknown}, Notice: "1 message on lines with an unknown provider", Check: "^line: 1 row has an unknown provider"},
		fieldtest.Case{Name: "an API inbox", Kind: "chatwoot", Rows: "UPDATE inboxes SET channel_type = 'Channel::Api';" + someRates + offer, Query: cost, Want: []string{free}},
		fieldtest.Case{Name: "channel in capitals", Kind: "views", Rows: someRates + "UPDATE line SET channel = ' WhatsApp';" + sentOffer("", ""), Query: cost, Want: []string{brazil}},
		fieldtest.Case{Name: "channel not known", Kind: "views", Rows: someRates + "UPDATE line SET channel = 'wa';" + sentOffer("", ""), Query: cost, Want: []string{unknown}, Notice: "1 message on lines with an unknown channel"},
		fieldtest.Case{Name: "line not known", Kind: "views", Rows: someRates + sentOffer("line_id", "'X'"), Query: cost, Want: []string{unknown}},
		fieldtest.Case{Name: "no line", Kind: "views", Rows: someRates + sentOffer("line_id", "NULL"), Query: cost, Want: []string{unknown}, Notice: "unknown channel"},
		fieldtest.Case{Name: "another channel", Kind: "views", Rows: someRates + "UPDATE line SET channel = 'webchat';" + sentOffer("", ""), Query: cost, Want: []string{free}, Quiet: true},
		fieldtest.Case{Name: "a phone in views", Kind: "views", Rows: someRates + "UPDATE line SET provider = 'Baileys';" + sentOffer("", ""), Query: cost, Want: []string{free}},
		fieldtest.Case{Name: "evolution", Kind: "evolution", Rows: someRates + `INSERT INTO "Message" (id, key, "messageType", message, source, "messageTimestamp", "instanceId", status)
			VALUES ('m1', '{"id": "A1", "fromMe": true, "remoteJid": "5511900000001@s.whatsapp.net"}', 'conversation', '{"conversation": "hi"}', 'android', 1794312000, 'i1', 'DELIVERY_ACK');
			INSERT INTO "MessageUpdate" (id, "keyId", "remoteJid", "fromMe", status, "messageId", "instanceId") VALUES ('u1', 'A1', '5511900000001@s.whatsapp.net', true, 'DELIVERY_ACK', 'm1', 'i1')`, Query: cost, Want: []string{free}},
		fieldtest.Case{Name: "ticketz", Kind: "ticketz", Rows: someRates + `INSERT INTO "Messages" (id, body, "fromMe", ack, "ticketId", "contactId") VALUES ('A1', 'hi', true, 3, 1, 1)`, Query: cost, Want: []string{free}},
	)
}

func TestRateCards(t *testing.T) {
	card := func(values string) string { return "INSERT INTO parley.rate_card VALUES " + values + ";" }
	const bad = "('Brazil', 'marketing', '2025-07-01', 0.0625), ('Brazil', 'marketing', '2026-01-01', NULL), ('Brazil', 'marketing', '2026-02-01', 'NaN'), ('Brazil', 'marketing', 'infinity', 5), ('Brazil', 'marketing', '2026-03-01', -1), (NULL, NULL, NULL, NULL)"
	const market = "INSERT INTO parley.market VALUES "
	fieldtest.Run(t,
		fieldtest.Case{Name: "category in capitals", Kind: "views", Rows: card("('Brazil', ' Marketing', '2025-07-01', 0.0625)") + sentOffer("", ""), Query: cost, Want: []string{brazil}},
		fieldtest.Case{Name: "market in small letters", Kind: "views", Rows: card("('brazil ', 'marketing', '2025-07-01', 0.0625)") + sentOffer("", ""), Query: cost, Want: []string{brazil}},
		fieldtest.Case{Name: "since ever", Kind: "views", Rows: card("('Brazil', 'marketing', NULL, 0.0625)") + sentOffer("", ""), Query: cost, Want: []string{brazil}, Check: "^rate_card: 1 row has no valid_from"},
		fieldtest.Case{Name: "bad rows", Kind: "views", Rows: card(bad) + sentOffer("", ""), Query: cost, Want: []string{brazil}, Check: "^rate_card: 4 rows have no valid price"},
		fieldtest.Case{Name: "twice", Kind: "views", Rows: card("('Brazil', 'marketing', '2025-07-01', 0.01), ('BRAZIL', 'Marketing', '2025-07-01', 0.0625)") + sentOffer("", ""), Query: cost, Want: []string{brazil}, Check: "^rate_card: 2 rows have the same market, category and date"},
		fieldtest.Case{Name: "no such market", Kind: "views", Rows: card("('Brazill', 'marketing', '2025-07-01', 0.01)") + sentOffer("", ""), Query: cost, Want: []string{unknown}, Notice: "no rate for Brazil, marketing, on 2026-11-10", Check: "^rate_card: 1 row has a market without phone numbers"},
		fieldtest.Case{Name: "no such category", Kind: "views", Rows: card("('Brazil', 'promo', '2025-07-01', 0.01)") + sentOffer("template_category", "'promo'"), Query: cost, Want: []string{unknown}, Notice: "1 message with templates of an unknown category", Check: "^rate_card: 1 row has an unknown category"},
		fieldtest.Case{Name: "a price below 0", Kind: "views", Rows: card(bad) + sentOffer("price_usd", "-0.0075"), Query: cost, Want: []string{unknown}, Notice: "1 message with an invalid price_usd", Check: "^message: 1 row has a price_usd that is not a number of 0 or more"},
		fieldtest.Case{Name: "bad rules", Kind: "views", Rows: card(bad) + "INSERT INTO parley.billing_rule VALUES ('2025-01-01', 'minute', 'marketing', NULL, true, 'marketing', NULL), (NULL, NULL, NULL, NULL, NULL, NULL, NULL), ('infinity', 'message', 'marketing', NULL, false, 'marketing', NULL);" + sentOffer("", ""),
			Query: cost, Want: []string{brazil}, Check: "^billing_rule: 2 rows have a unit"},
		fieldtest.Case{Name: "own markets", Kind: "views", Query: `{"metrics": ["cost_usd", "cost_unknown"], "groupBy": ["contact"]}`,
			Rows: card("('Home', 'marketing', NULL, 1), ('away', 'marketing', NULL, 10), ('Moon', 'marketing', NULL, 100)") + market + "('55', 'home', NULL), ('+55 11', 'Away', '2026-11-01'), ('999', 'Moon', NULL), ('x', 'Moon', NULL), ('5511', 'Moon', '2026-12-01');" +
				"INSERT INTO contact (contact_id, account_id, phone, country) VALUES ('c2', '1', '+5521900000001', NULL), ('c3', '1', NULL, 'br'), ('c4', '1', '999123', NULL), ('c5', '1', '55987654321', NULL);" +
				sentOffer("", "") + strings.NewReplacer("'m1'", "'m2'", "'c1'", "'c2'").Replace(sentOffer("", "")) + strings.NewReplacer("'m1'", "'m3'", "'c1'", "'c3'").Replace(sentOffer("", "")) +
				strings.NewReplacer("'m1'", "'m4'", "'c1'", "'c4'").Replace(sentOffer("", "")) + strings.NewReplacer("'m1'", "'m5'", "'c1'", "'c5'").Replace(sentOffer("", "")),
			Want:  []string{`{"contact": "c1", "cost_usd": 10}`, `{"contact": "c2", "cost_usd": 1}`, `{"contact": "c3", "cost_usd": 1}`, `{"contact": "c4", "cost_usd": 100}`, `{"contact": "c5", "cost_usd": 0, "cost_unknown": 1}`},
			Check: "^market: 1 row has a prefix that is not a number"},
	)
}
