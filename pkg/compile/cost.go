package compile

import (
	"fmt"
	"strings"
	"time"

	"github.com/parley-reports/parley/pkg/whatsapp"
)

// costSince is where the messages that decide the cost of the range begin: free
// units are counted from the start of the month in UTC.
func (c *compiler) costSince() time.Time {
	y, m, _ := c.Range.From.UTC().Date()
	return time.Date(y, m, 1, 0, 0, 0, 0, time.UTC)
}

// addCharges computes what each delivered message costs by the rate card and the
// billing rules, where the provider names no charge. A message of a session
// that a free entry point opened is free.
func (c *compiler) addCharges() {
	since, to := c.arg(c.costSince(), "timestamptz"), c.arg(c.Range.To, "timestamptz")
	c.with("rule", c.rules())
	// A window of the old pricing may have begun before the month: up to the
	// beginning of its run all delivered messages are looked at.
	c.with("delivered", fmt.Sprintf(`SELECT r.g, r.island, r.message_id, r.line_id, r.contact_id, r.created_at, r.sequence, r.outbound,
  CASE WHEN r.is_template THEN r.template_category ELSE 'service' END AS category,
  r.in_window = 'open' AS in_window, (r.created_at AT TIME ZONE 'UTC')::date AS day
FROM timeline AS r
WHERE r.is_delivered AND r.is_whatsapp AND NOT r.is_free AND r.created_at < %s`, to))
	// Of the rules that fit, the latest serves until the next; of two of one day
	// the one that names the window.
	c.withOnce("rule_span", `SELECT rule.*, w.in_window AS fits, lead(rule.valid_from) OVER (PARTITION BY rule.category, w.in_window ORDER BY rule.valid_from, rule.in_window NULLS FIRST) AS valid_to
FROM rule
JOIN (VALUES (true), (false)) AS w (in_window) ON coalesce(rule.in_window, w.in_window) = w.in_window`)
	c.withOnce("priced", `SELECT d.*, rule.id AS rule, rule.unit, rule.billable, rule.rate_category, rule.free_units
FROM delivered AS d
LEFT JOIN rule_span AS rule ON rule.category = d.category AND rule.fits = d.in_window
  AND rule.valid_from <= d.day AND (rule.valid_to IS NULL OR d.day < rule.valid_to)`)
	// Under the old pricing one message bears the charge of 24 hours.
	c.with("charged_window", `SELECT g, dense_rank() OVER (ORDER BY island, category) AS run, created_at, created_at + interval '24 hours' AS ends_at
FROM priced
WHERE unit = 'conversation' AND island IS NOT NULL`)
	c.withOnce("charged_first", walk("charged_window"))
	c.withOnce("unit", fmt.Sprintf(`SELECT p.*,
  row_number() OVER (PARTITION BY p.rule, p.line_id, date_trunc('month', p.day) ORDER BY %s) AS place
FROM priced AS p
WHERE p.billable AND p.created_at >= %s AND (p.unit <> 'conversation' OR p.island IS NULL OR p.g IN (SELECT g FROM charged_first))`,
		c.order("p."), since))
	prefixes, names := markets()
	people := c.from("contact") + " AS k\nJOIN (SELECT DISTINCT contact_id FROM unit) AS u ON u.contact_id = k.contact_id"
	if c.Source.Phone != "" {
		people = fmt.Sprintf("(SELECT DISTINCT u.contact_id, %s AS phone FROM unit AS u) AS k", c.phone("u.contact_id"))
	}
	c.withOnce("market", fmt.Sprintf(`SELECT k.contact_id, best.market
FROM %s
CROSS JOIN LATERAL (
  SELECT m.market
  FROM unnest(%s, %s) AS m (prefix, market)
  WHERE starts_with(regexp_replace(k.phone, '\D', '', 'g'), m.prefix)
  ORDER BY length(m.prefix) DESC
  LIMIT 1
) AS best`, people, c.arg(prefixes, "text[]"), c.arg(names, "text[]")))
	c.withOnce("rate", fmt.Sprintf(`SELECT card.market, card.category, card.usd, card.valid_from,
  lead(card.valid_from) OVER (PARTITION BY card.market, card.category ORDER BY card.valid_from) AS valid_to
FROM %s AS card`, c.from("rate_card")))
	c.withOnce("charge", `SELECT u.message_id, rate.usd, rate.usd IS NULL AS unknown
FROM unit AS u
LEFT JOIN market ON market.contact_id = u.contact_id
LEFT JOIN rate ON rate.market = market.market AND rate.category = u.rate_category
  AND rate.valid_from <= u.day AND (rate.valid_to IS NULL OR u.day < rate.valid_to)
WHERE u.place > coalesce(u.free_units, 0)
UNION ALL
-- A template of no known category: billed, nobody knows by which rate.
SELECT p.message_id, NULL, true
FROM priced AS p
WHERE p.category IS NULL OR p.category NOT IN ('marketing', 'utility', 'authentication', 'service')`)
}

// rules are the billing rules of the source, or the shipped ones where it has
// none.
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
	own := c.from("billing_rule")
	return fmt.Sprintf(`SELECT row_number() OVER () AS id, r.*
FROM (
  SELECT b.valid_from, b.unit, b.category, b.in_window, b.billable, b.rate_category, b.free_units FROM %s AS b
  UNION ALL
  SELECT d.* FROM unnest(%s, %s, %s, %s, %s, %s, %s) AS d (valid_from, unit, category, in_window, billable, rate_category, free_units)
  WHERE NOT EXISTS (SELECT FROM %[1]s AS b)
) AS r`, own, c.arg(days, "date[]"), c.arg(units, "text[]"), c.arg(categories, "text[]"), c.arg(inWindow, "boolean[]"),
		c.arg(billable, "boolean[]"), c.arg(rateCategories, "text[]"), c.arg(free, "integer[]"))
}

// phone is the phone of a contact of that id, where the ids tell it.
func (c *compiler) phone(id string) string { return strings.ReplaceAll(c.Source.Phone, "$id", id) }

// markets are the calling codes and the markets they belong to.
func markets() (prefixes, names []string) {
	for _, m := range whatsapp.Markets() {
		prefixes, names = append(prefixes, m.Prefix), append(names, m.Market)
	}
	return prefixes, names
}
