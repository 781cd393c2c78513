package check

import (
	"fmt"
	"strings"

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
		{relation: "rate_card", breaks: "have no usd of 0 or more (they price nothing: write the price in US dollars)",
			sql: "SELECT " + rate + " FROM [rate_card] AS r WHERE (r.usd >= 0 AND r.usd < 1000000) IS NOT TRUE"},
		{relation: "rate_card", breaks: "have a market that no number belongs to (write it as Meta's rate card does, or give it a prefix in the relation market)",
			sql: fmt.Sprintf("SELECT %s FROM [rate_card] AS r WHERE coalesce(%s, '') <> ALL (%s) AND coalesce(%[2]s, '') NOT IN (SELECT coalesce(%[4]s, '') FROM [market] AS o)", rate, foldName("r.market"), textArray(marketNames()), foldName("o.market"))},
		{relation: "rate_card", breaks: "have a category that the platform does not have (write marketing, utility, authentication, service …)",
			sql: fmt.Sprintf("SELECT %s FROM [rate_card] AS r WHERE coalesce(%s, '') <> ALL (%s) AND coalesce(%[2]s, '') NOT IN (SELECT %s FROM [billing_rule] AS o UNION SELECT %s FROM [billing_rule] AS o)",
				rate, foldCategory("r.category"), categories, "coalesce("+foldCategory("o.category")+", '')", "coalesce("+foldCategory("o.rate_category")+", '')")},
		{relation: "rate_card", breaks: "have no valid_from (they count since ever)", allowed: true, sql: "SELECT " + rate + " FROM [rate_card] AS r WHERE r.valid_from IS NULL"},
		{relation: "rate_card", breaks: "have a valid_from that never comes (they price nothing: write a date)", sql: "SELECT " + rate + " FROM [rate_card] AS r WHERE r.valid_from = 'infinity'"},
		{relation: "rate_card", breaks: "are of the market, category and day of another (the highest price counts: keep one)",
			sql: fmt.Sprintf("SELECT %s FROM (SELECT r.*, count(*) OVER (PARTITION BY %s, %s, r.valid_from) AS times FROM [rate_card] AS r) AS r WHERE r.times > 1", rate, foldName("r.market"), foldCategory("r.category"))},
		{relation: "market", breaks: "have a prefix that is no digits (they are left out: write the digits that numbers begin with, calling code first)",
			sql: "SELECT " + market + ` FROM [market] AS r WHERE coalesce(regexp_replace(r.prefix, '[ +.()-]', '', 'g'), '') !~ '^[0-9]+$'`},
		{relation: "market", needs: []string{"rate_card"}, breaks: "have a market that no rate has (messages to it are of unknown cost)",
			sql: fmt.Sprintf("SELECT %s FROM [market] AS r WHERE coalesce(%s, '') NOT IN (SELECT coalesce(%s, '') FROM [rate_card] AS o)", market, foldName("r.market"), foldName("o.market"))},
		{relation: "market", breaks: "have no market (they are left out)", sql: "SELECT " + market + " FROM [market] AS r WHERE coalesce(" + foldName("r.market") + ", '') = ''"},
		{relation: "market", breaks: "have a valid_from that never comes (they are left out: write a date)", sql: "SELECT " + market + " FROM [market] AS r WHERE r.valid_from = 'infinity'"},
		{relation: "market", breaks: "are of the prefix and day of another (keep one)",
			sql: "SELECT " + market + " FROM (SELECT r.*, count(*) OVER (PARTITION BY regexp_replace(r.prefix, '[^0-9]', '', 'g'), r.valid_from) AS times FROM [market] AS r) AS r WHERE r.times > 1"},
		{relation: "billing_rule", breaks: "have a unit that is neither conversation nor message (they are left out)",
			sql: "SELECT " + billing + " FROM [billing_rule] AS r WHERE coalesce(lower(btrim(r.unit)), '') NOT IN ('conversation', 'message')"},
		{relation: "billing_rule", breaks: "say in billable neither true nor false (they are left out)", sql: "SELECT " + billing + " FROM [billing_rule] AS r WHERE r.billable IS NULL"},
		{relation: "billing_rule", breaks: "have a category that the platform does not have (no message is billed by them)",
			sql: fmt.Sprintf("SELECT %s FROM [billing_rule] AS r WHERE coalesce(%s, '') <> ALL (%s)", billing, foldCategory("r.category"), categories)},
		{relation: "billing_rule", needs: []string{"billing_rule.rate_category", "rate_card"}, breaks: "have a rate_category that no rate has (messages billed by them are of unknown cost)",
			sql: fmt.Sprintf("SELECT %s FROM [billing_rule] AS r WHERE r.billable AND %s <> '' AND %[2]s NOT IN (SELECT coalesce(%[3]s, '') FROM [rate_card] AS o)", billing, foldCategory("r.rate_category"), foldCategory("o.category"))},
		{relation: "billing_rule", breaks: "have a valid_from that never comes (they are left out: write a date)", sql: "SELECT " + billing + " FROM [billing_rule] AS r WHERE r.valid_from = 'infinity'"},
		{relation: "billing_rule", breaks: "are of the category, window and day of another (the dearest counts: keep one)",
			sql: fmt.Sprintf("SELECT %s FROM (SELECT r.*, count(*) OVER (PARTITION BY %s, r.in_window, r.valid_from) AS times FROM [billing_rule] AS r) AS r WHERE r.times > 1", billing, foldCategory("r.category"))},
		{relation: "message", needs: []string{"message.price_usd"}, breaks: "have a price_usd below 0, or none that is a number (their cost is unknown: write what was charged as a number of 0 or more; Twilio writes charges below 0)",
			sql: "SELECT r.message_id::text FROM [message] AS r WHERE r.price_usd IS NOT NULL AND (r.price_usd >= 0 AND r.price_usd < 1000000) IS NOT TRUE"},
		{relation: "message", needs: []string{"message.pricing_category"}, breaks: "have a pricing_category that the platform does not have (their cost is unknown)",
			sql: fmt.Sprintf("SELECT r.message_id::text FROM [message] AS r WHERE %s <> ALL (%s) AND %[1]s <> ''", foldCategory("r.pricing_category"), categories)},
		{relation: "line", needs: []string{"line.provider"}, allowed: true, breaks: "have a provider of which is not known whether Meta bills it (costs of its messages are unknown)",
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
	var names []string
	for name := range whatsapp.Providers() {
		names = append(names, name)
	}
	return names
}
