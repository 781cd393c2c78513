package compile

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/whatsapp"
)

// costSince is where the messages that decide the cost of the range begin: free
// units are counted from the start of the month in UTC.
func (c *compiler) costSince() time.Time {
	y, m, _ := c.Range.From.UTC().Date()
	return time.Date(y, m, 1, 0, 0, 0, 0, time.UTC)
}

// priceColumns are the columns of messages that say what the provider charged.
func (c *compiler) priceColumns() []string {
	columns := []string{"price_usd"}
	for _, name := range []string{"billable", "pricing_type", "pricing_model", "pricing_category"} {
		if c.Source.Knows("message." + name) {
			columns = append(columns, name)
		}
	}
	return columns
}

// priceSQL is the price that the row brings, where it is one; dearest is the most
// that a price can be. What is no number, less than nothing or absurd is no price.
const (
	dearest  = "1000000"
	priceSQL = "CASE WHEN r.price_usd >= 0 AND r.price_usd < " + dearest + " THEN r.price_usd END"
	// badPriceSQL: there is a price, and it is none.
	badPriceSQL = "(r.price_usd IS NOT NULL AND (r.price_usd >= 0 AND r.price_usd < " + dearest + ") IS NOT TRUE)"
)

// foldSQL is a text as names and categories are compared; see whatsapp.FoldName.
func foldSQL(expr string) string {
	return fmt.Sprintf(`btrim(regexp_replace(lower(replace(%s, '&', ' and ')), '[ \t\n\v\f\r\u00a0\u200b-\u200d\u2060\ufeff.,;:_''()/-]+', ' ', 'g'))`, expr)
}

// foldCategorySQL is a category as categories are compared.
func foldCategorySQL(expr string) string {
	return "translate(lower(btrim(" + expr + ", E' \\t\\r\\n')), ' -', '__')"
}

// quoted is a list of SQL texts, of ids that the program brings.
func quoted(ids []string) string { return "'" + strings.Join(ids, "', '") + "'" }

// billingColumns say of the rows of the timeline whether a bill may reach their line,
// and whether that is known. A channel that is none of the known ones may be any.
func (c *compiler) billingColumns() string {
	channel, _ := catalog.LookupDimension("channel")
	billed, known := "true", "true"
	if c.Source.Knows("line.provider") {
		var free, all []string
		for _, name := range slices.Sorted(maps.Keys(whatsapp.Providers())) {
			if all = append(all, name); !whatsapp.Providers()[name] {
				free = append(free, name)
			}
		}
		provider := "translate(lower(btrim(r.provider)), '-. ', '___')"
		billed, known = "coalesce("+provider+" NOT IN ("+quoted(free)+"), true)", "coalesce("+provider+" IN ('', "+quoted(all)+"), true)"
	}
	return fmt.Sprintf(`
  %[1]s AND (%[2]s = 'whatsapp' OR %[2]s IS NULL OR %[2]s NOT IN (%[3]s)) AS is_charged,
  coalesce(%[2]s = 'whatsapp', false) AS is_channel_known,
  %[4]s AS is_provider_known,`, billed, "lower(btrim(r.channel))", quoted(channel.Values), known)
}

// said are the expressions of what the provider says of a message's charge: whether
// there is one (null: nothing is said), for what unit, and in which category.
func (c *compiler) said() (charged, unit, category string) {
	charged, unit, category = "NULL::boolean", "NULL", "NULL"
	var yes, no []string
	if c.Source.Knows("message.billable") {
		yes, no = append(yes, "r.billable"), append(no, "NOT r.billable")
	}
	if c.Source.Knows("message.pricing_type") {
		yes, no = append(yes, "lower(btrim(r.pricing_type)) = 'regular'"), append(no, "lower(btrim(r.pricing_type)) LIKE 'free%'")
	}
	if len(yes) > 0 {
		charged = fmt.Sprintf("CASE WHEN %s THEN false WHEN %s THEN true END", strings.Join(no, " OR "), strings.Join(yes, " OR "))
	}
	if c.Source.Knows("message.pricing_model") {
		unit = "CASE upper(btrim(r.pricing_model)) WHEN 'CBP' THEN 'conversation' WHEN 'PMP' THEN 'message' END"
	}
	if c.Source.Knows("message.pricing_category") {
		category = "nullif(" + foldCategorySQL("r.pricing_category") + ", '')"
	}
	return charged, unit, category
}

// addCharges computes what each delivered message costs by the rate card and the
// billing rules, where the provider names no price. What the provider says of the
// charge goes before the rules. A message of a session that a free entry point opened
// is free.
func (c *compiler) addCharges() {
	since, to := c.arg(c.costSince(), "timestamptz"), c.arg(c.Range.To, "timestamptz")
	c.withOnce("rule", c.rules())
	c.withOnce("chain", c.chain())
	charged, unit, category := c.said()
	// A window of the old pricing may have begun before the month: up to the
	// beginning of its run all delivered messages are looked at.
	c.with("delivered", fmt.Sprintf(`SELECT r.*
FROM (
  SELECT r.g, r.island, r.message_id, r.line_id, r.contact_id, r.created_at, r.sequence, r.outbound, r.is_free, r.is_channel_known, r.is_provider_known,
    coalesce(%s, CASE WHEN r.is_template THEN nullif(%s, '') ELSE 'service' END) AS category,
    %s AS charged, %s AS said_unit,
    r.in_window = 'open' AS in_window, (r.created_at AT TIME ZONE 'UTC')::date AS day
  FROM timeline AS r
  WHERE r.is_delivered AND r.is_charged AND r.created_at < %s
) AS r
WHERE NOT r.is_free OR r.charged`, category, foldCategorySQL("r.template_category"), charged, unit, to))
	// Of the rules that fit, the latest serves until the next; of two of one day
	// the one that names the window, of equal ones the dearest.
	c.withOnce("rule_span", `SELECT s.category, rule.id, rule.unit, rule.billable, rule.free_units, w.in_window AS fits, rule.valid_from,
  CASE WHEN rule.rate_category IS NULL OR rule.rate_category = rule.category THEN s.category ELSE rule.rate_category END AS rated,
  lead(rule.valid_from) OVER (PARTITION BY s.category, w.in_window ORDER BY rule.valid_from, rule.in_window NULLS FIRST, rule.id) AS valid_to
FROM (SELECT DISTINCT ON (chain.category) chain.* FROM chain WHERE chain.serves IN (SELECT rule.category FROM rule) ORDER BY chain.category, chain.place) AS s
JOIN rule ON rule.category = s.serves
JOIN (VALUES (true), (false)) AS w (in_window) ON coalesce(rule.in_window, w.in_window) = w.in_window`)
	c.withOnce("priced", `SELECT d.*, rule.id AS rule, coalesce(d.said_unit, rule.unit) AS unit, coalesce(rule.billable, false) AS billable,
  coalesce(rule.rated, d.category) AS rated, rule.free_units,
  d.category IN (SELECT chain.category FROM chain) AND (d.charged IS NOT NULL OR d.category IN (SELECT s.category FROM rule_span AS s) OR EXISTS (SELECT FROM own_rule)) AS has_category
FROM delivered AS d
LEFT JOIN rule_span AS rule ON rule.category = d.category AND rule.fits = d.in_window
  AND rule.valid_from <= d.day AND (rule.valid_to IS NULL OR d.day < rule.valid_to)`)
	// Under the old pricing one message bears the charge of 24 hours.
	c.with("charged_window", `SELECT g, dense_rank() OVER (ORDER BY island, category) AS run, created_at, created_at + interval '24 hours' AS ends_at
FROM priced
WHERE unit = 'conversation' AND has_category AND island IS NOT NULL`)
	c.withOnce("charged_first", walk("charged_window"))
	c.withOnce("unit", fmt.Sprintf(`SELECT p.*,
  row_number() OVER (PARTITION BY p.rule, p.line_id, date_trunc('month', p.day) ORDER BY %s) AS place
FROM priced AS p
WHERE p.has_category AND (p.billable OR p.charged) AND p.created_at >= %s
  AND (p.unit IS DISTINCT FROM 'conversation' OR p.island IS NULL OR p.g IN (SELECT g FROM charged_first))`, c.order("p."), since))
	c.withOnce("due", `SELECT u.*
FROM unit AS u
WHERE CASE WHEN u.charged IS NULL THEN u.place > coalesce(u.free_units, 0) ELSE u.charged END`)
	c.addMarkets("due")
	c.addRates()
	c.withOnce("charge", `SELECT l.message_id, CASE WHEN l.is_channel_known AND l.is_provider_known THEN r.usd END AS usd,
  (l.is_channel_known AND l.is_provider_known AND r.usd IS NOT NULL) IS NOT TRUE AS unknown,
  CASE WHEN NOT l.is_channel_known THEN 'channel' WHEN NOT l.is_provider_known THEN 'provider' WHEN l.market_key IS NULL THEN l.gap ELSE 'rate' END AS gap,
  CASE WHEN NOT (l.is_channel_known AND l.is_provider_known) THEN NULL WHEN l.market_key IS NULL THEN l.gap_digits ELSE l.market_key END AS gap_of,
  CASE WHEN l.is_channel_known AND l.is_provider_known AND l.market_key IS NOT NULL THEN l.rated END AS gap_category, l.day AS gap_day
FROM located AS l
LEFT JOIN rated AS r ON r.market_key = l.market_key AND r.category = l.rated AND r.day = l.day
UNION ALL
-- A template of no known category: billed, nobody knows by which rate.
SELECT p.message_id, NULL, true, 'category', NULL, NULL, p.day
FROM priced AS p
WHERE p.has_category IS NOT TRUE AND p.charged IS NOT FALSE`)
}

// rules are the billing rules of the source, or the shipped ones where it has
// none. Rows that say nothing are left out.
func (c *compiler) rules() string {
	var days []time.Time
	var units, categories, rateCategories []string
	var inWindow []*bool
	var billable []bool
	var free []*int
	for _, r := range whatsapp.BillingRules() {
		days, units, categories = append(days, r.ValidFrom), append(units, r.Unit), append(categories, r.Category)
		inWindow, billable = append(inWindow, r.InWindow), append(billable, r.Billable)
		rateCategories, free = append(rateCategories, r.RateCategory), append(free, r.FreeUnits)
	}
	c.withOnce("own_rule", fmt.Sprintf(`SELECT b.*
FROM (
  SELECT coalesce(b.valid_from, '-infinity') AS valid_from, lower(btrim(b.unit)) AS unit, %s AS category, b.in_window, b.billable, nullif(%s, '') AS rate_category, b.free_units
  FROM %s AS b
) AS b
WHERE b.valid_from < 'infinity' AND b.unit IN ('conversation', 'message') AND b.category <> '' AND b.billable IS NOT NULL`,
		foldCategorySQL("b.category"), foldCategorySQL("b.rate_category"), c.from("billing_rule")))
	return fmt.Sprintf(`SELECT row_number() OVER (ORDER BY r.billable, r.free_units DESC NULLS LAST, r.unit COLLATE "C", r.rate_category COLLATE "C" NULLS FIRST, r.category COLLATE "C", r.valid_from, r.in_window) AS id, r.*
FROM (
  SELECT * FROM own_rule
  UNION ALL
  SELECT d.* FROM unnest(%s, %s, %s, %s, %s, %s, %s) AS d (valid_from, unit, category, in_window, billable, rate_category, free_units)
  WHERE NOT EXISTS (SELECT FROM own_rule)
) AS r`, c.arg(days, "date[]"), c.arg(units, "text[]"), c.arg(categories, "text[]"), c.arg(inWindow, "boolean[]"),
		c.arg(billable, "boolean[]"), c.arg(rateCategories, "text[]"), c.arg(free, "integer[]"))
}

// chain lists for each category those whose rules and rates serve, itself first:
// the platform's, and what else the rules speak of.
func (c *compiler) chain() string {
	var categories, serves []string
	var places []int
	for _, category := range whatsapp.Categories() {
		for i, id := range whatsapp.CategoryChain(category.ID) {
			categories, places, serves = append(categories, category.ID), append(places, i), append(serves, id)
		}
	}
	known := c.arg(categories, "text[]")
	return fmt.Sprintf(`SELECT * FROM unnest(%[1]s, %[2]s, %[3]s) AS chain (category, place, serves)
UNION ALL
SELECT DISTINCT own.category, 0, own.category FROM (SELECT category FROM own_rule UNION SELECT rate_category FROM own_rule) AS own (category) WHERE own.category <> ALL (%[1]s)`,
		known, c.arg(places, "integer[]"), c.arg(serves, "text[]"))
}

// phone is the phone of a contact of that id, where the ids tell it.
func (c *compiler) phone(id string) string { return strings.ReplaceAll(c.Source.Phone, "$id", id) }
