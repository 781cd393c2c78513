package fieldtest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/parley-reports/parley/pkg/internal/fieldtest"
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
			Notice: `cost of 1 message is unknown and is not in the sum. Missing: no rate for Rest of Central & Eastern Europe \(Poland\), marketing, on 2026-11-10`},
		fieldtest.Case{Name: "no such code", Kind: "views", Rows: rows, Query: `{"metrics": ["cost_usd"], "filters": [{"dimension": "contact", "operator": "in", "values": ["p22"]}]}`, Notice: "no market for numbers that begin with 999"},
		fieldtest.Case{Name: "national", Kind: "views", Rows: rows, Query: `{"metrics": ["cost_usd"], "filters": [{"dimension": "contact", "operator": "in", "values": ["p12"]}]}`, Notice: "1 message to numbers without a country code"},
	)
}
