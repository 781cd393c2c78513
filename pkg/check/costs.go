package check

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/parley-reports/parley/pkg/source"
	"github.com/parley-reports/parley/pkg/whatsapp"
)

// costRules examine what people load for the costs: the rate card, the markets and
// the billing rules. Rows that fit nothing are left out of every report. These
// relations have no ids: a row is named by its words.
func costRules() []rule {
	rate := "'market ' || coalesce(r.market, '(none)') || ', category ' || coalesce(r.category, '(none)') || ', valid from ' || coalesce(r.valid_from::text, '(none)')"
	market := "'prefix ' || coalesce(r.prefix, '(none)') || ', market ' || coalesce(r.market, '(none)')"
	billing := "'category ' || coalesce(r.category, '(none)') || ', valid from ' || coalesce(r.valid_from::text, '(none)')"
	categories := fmt.Sprintf("'{%s}'", strings.Join(allCategories(), ","))
	return []rule{
		{relation: "rate_card", Explanation: source.Explanation{Wrong: "{has|have} no valid price in usd", Effect: "Reports ignore {it|them}.", Fix: "Set usd to the price in US dollars, 0 or more."},
			sql: "SELECT " + rate + " FROM [rate_card] AS r WHERE (r.usd >= 0 AND r.usd < 1000000) IS NOT TRUE"},
		{relation: "rate_card", Explanation: source.Explanation{Wrong: "{has|have} a market without phone numbers", Effect: "Reports ignore {it|them}.", Fix: "Use the name in Meta's rate card, or add a prefix to the relation market."},
			sql: fmt.Sprintf("SELECT %s FROM [rate_card] AS r WHERE coalesce(%s, '') <> ALL (%s) AND coalesce(%[2]s, '') NOT IN (SELECT coalesce(%[4]s, '') FROM [market] AS o)", rate, foldName("r.market"), textArray(marketNames()), foldName("o.market"))},
		{relation: "rate_card", Explanation: source.Explanation{Wrong: "{has|have} an unknown category", Effect: "Reports ignore {it|them}.", Fix: "Use marketing, utility, authentication or service."},
			sql: fmt.Sprintf("SELECT %s FROM [rate_card] AS r WHERE coalesce(%s, '') <> ALL (%s) AND coalesce(%[2]s, '') NOT IN (SELECT %s FROM [billing_rule] AS o UNION SELECT %s FROM [billing_rule] AS o)",
				rate, foldCategory("r.category"), categories, "coalesce("+foldCategory("o.category")+", '')", "coalesce("+foldCategory("o.rate_category")+", '')")},
		{relation: "rate_card", Explanation: source.Explanation{Wrong: "{has|have} no valid_from", Effect: "{It applies|They apply} to messages of any date.", Fix: "Set valid_from if the price has a start date."}, allowed: true, sql: "SELECT " + rate + " FROM [rate_card] AS r WHERE r.valid_from IS NULL"},
		{relation: "rate_card", Explanation: source.Explanation{Wrong: "{has|have} an infinite valid_from", Effect: "Reports ignore {it|them}.", Fix: "Set valid_from to a date."}, sql: "SELECT " + rate + " FROM [rate_card] AS r WHERE r.valid_from = 'infinity'"},
		{relation: "rate_card", Explanation: source.Explanation{Wrong: "{has|have} the same market, category and date as another row", Effect: "Reports use the highest price.", Fix: "Keep one row."},
			sql: fmt.Sprintf("SELECT %s FROM (SELECT r.*, count(*) OVER (PARTITION BY %s, %s, r.valid_from) AS times FROM [rate_card] AS r) AS r WHERE r.times > 1", rate, foldName("r.market"), foldCategory("r.category"))},
		{relation: "market", Explanation: source.Explanation{Wrong: "{has|have} a prefix that is not a number", Effect: "Reports ignore {it|them}.", Fix: "Set prefix to the first digits of the phone numbers, beginning with the country code."},
			sql: "SELECT " + market + ` FROM [market] AS r WHERE coalesce(regexp_replace(r.prefix, '[ +.()-]', '', 'g'), '') !~ '^[0-9]+$'`},
		{relation: "market", needs: []string{"rate_card"}, Explanation: source.Explanation{Wrong: "{has|have} a market without rates", Effect: "The cost of messages to this market is unknown.", Fix: "Add the market to rate_card, or correct its name."},
			sql: fmt.Sprintf("SELECT %s FROM [market] AS r WHERE coalesce(%s, '') NOT IN (SELECT coalesce(%s, '') FROM [rate_card] AS o)", market, foldName("r.market"), foldName("o.market"))},
		{relation: "market", Explanation: source.Explanation{Wrong: "{has|have} no market", Effect: "Reports ignore {it|them}.", Fix: "Set market to a name in rate_card."}, sql: "SELECT " + market + " FROM [market] AS r WHERE coalesce(" + foldName("r.market") + ", '') = ''"},
		{relation: "market", Explanation: source.Explanation{Wrong: "{has|have} an infinite valid_from", Effect: "Reports ignore {it|them}.", Fix: "Set valid_from to a date."}, sql: "SELECT " + market + " FROM [market] AS r WHERE r.valid_from = 'infinity'"},
		{relation: "market", Explanation: source.Explanation{Wrong: "{has|have} the same prefix and date as another row", Effect: "Reports use only one of them.", Fix: "Keep one row."},
			sql: "SELECT " + market + " FROM (SELECT r.*, count(*) OVER (PARTITION BY regexp_replace(r.prefix, '[^0-9]', '', 'g'), r.valid_from) AS times FROM [market] AS r) AS r WHERE r.times > 1"},
		{relation: "billing_rule", Explanation: source.Explanation{Wrong: "{has|have} a unit other than conversation or message", Effect: "Reports ignore {it|them}.", Fix: "Set unit to conversation or message."},
			sql: "SELECT " + billing + " FROM [billing_rule] AS r WHERE coalesce(lower(btrim(r.unit)), '') NOT IN ('conversation', 'message')"},
		{relation: "billing_rule", Explanation: source.Explanation{Wrong: "{has|have} no value in billable", Effect: "Reports ignore {it|them}.", Fix: "Set billable to true or false."}, sql: "SELECT " + billing + " FROM [billing_rule] AS r WHERE r.billable IS NULL"},
		{relation: "billing_rule", Explanation: source.Explanation{Wrong: "{has|have} an unknown category", Effect: "No message is billed by {it|them}.", Fix: "Use marketing, utility, authentication or service."},
			sql: fmt.Sprintf("SELECT %s FROM [billing_rule] AS r WHERE coalesce(%s, '') <> ALL (%s)", billing, foldCategory("r.category"), categories)},
		{relation: "billing_rule", needs: []string{"billing_rule.rate_category", "rate_card"}, Explanation: source.Explanation{Wrong: "{has|have} a rate_category without rates", Effect: "The cost of messages billed by {it|them} is unknown.", Fix: "Add the category to rate_card, or correct its name."},
			sql: fmt.Sprintf("SELECT %s FROM [billing_rule] AS r WHERE r.billable AND %s <> '' AND %[2]s NOT IN (SELECT coalesce(%[3]s, '') FROM [rate_card] AS o)", billing, foldCategory("r.rate_category"), foldCategory("o.category"))},
		{relation: "billing_rule", Explanation: source.Explanation{Wrong: "{has|have} an infinite valid_from", Effect: "Reports ignore {it|them}.", Fix: "Set valid_from to a date."}, sql: "SELECT " + billing + " FROM [billing_rule] AS r WHERE r.valid_from = 'infinity'"},
		{relation: "billing_rule", Explanation: source.Explanation{Wrong: "{has|have} the same category, window and date as another row", Effect: "Reports use the most expensive one.", Fix: "Keep one row."},
			sql: fmt.Sprintf("SELECT %s FROM (SELECT r.*, count(*) OVER (PARTITION BY %s, r.in_window, r.valid_from) AS times FROM [billing_rule] AS r) AS r WHERE r.times > 1", billing, foldCategory("r.category"))},
		{relation: "message", needs: []string{"message.price_usd"}, Explanation: source.Explanation{Wrong: "{has|have} a price_usd that is not a number of 0 or more", Effect: "{Its|Their} cost is unknown.", Fix: "Set price_usd to the amount charged. Twilio stores charges as negative numbers: reverse the sign."},
			sql: "SELECT r.message_id::text FROM [message] AS r WHERE r.price_usd IS NOT NULL AND (r.price_usd >= 0 AND r.price_usd < 1000000) IS NOT TRUE"},
		{relation: "message", needs: []string{"message.pricing_category"}, Explanation: source.Explanation{Wrong: "{has|have} an unknown pricing_category", Effect: "{Its|Their} cost is unknown.", Fix: "Use marketing, utility, authentication or service."},
			sql: fmt.Sprintf("SELECT r.message_id::text FROM [message] AS r WHERE %s <> ALL (%s) AND %[1]s <> ''", foldCategory("r.pricing_category"), categories)},
		{relation: "line", needs: []string{"line.provider"}, allowed: true, Explanation: source.Explanation{Wrong: "{has|have} an unknown provider", Effect: "The cost of messages on {this line|these lines} is unknown.", Fix: "Use one of " + strings.Join(allProviders(), ", ") + "."},
			sql: fmt.Sprintf("SELECT r.line_id::text FROM [line] AS r WHERE translate(lower(btrim(r.provider)), '-. ', '___') <> ALL ('{%s}') AND btrim(r.provider) <> ''", strings.Join(allProviders(), ","))},
	}
}

// foldName and foldCategory are names and categories as the reports compare them; see
// whatsapp.FoldName.
func foldName(expr string) string {
	return fmt.Sprintf(`btrim(regexp_replace(lower(replace(%s, '&', ' and ')), '[ \t\n\v\f\r\u00a0\u200b-\u200d\u2060\ufeff.,;:_''()/-]+', ' ', 'g'))`, expr)
}

func foldCategory(expr string) string {
	return "translate(lower(btrim(" + expr + `, E' \t\r\n')), ' -', '__')`
}

// textArray writes texts that the program brings as an array of SQL.
func textArray(texts []string) string {
	list := make([]string, len(texts))
	for i, text := range texts {
		list[i] = "'" + strings.ReplaceAll(text, "'", "''") + "'"
	}
	return "ARRAY[" + strings.Join(list, ", ") + "]"
}

// marketNames are the names that a rate can have.
func marketNames() []string {
	var names []string
	for _, c := range whatsapp.Countries() {
		for _, name := range append(append([]string{}, c.Names...), c.Code, c.Market) {
			names = append(names, whatsapp.FoldName(name))
		}
	}
	return names
}

func allCategories() []string {
	var ids []string
	for _, c := range whatsapp.Categories() {
		ids = append(ids, c.ID)
	}
	return ids
}

func allProviders() []string {
	return slices.Sorted(maps.Keys(whatsapp.Providers()))
}
