package compile

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/parley-reports/parley/pkg/whatsapp"
)

// codeTable maps the prefixes of numbers to countries, as JSON; longestPrefix is the
// most digits that one has.
func codeTable() (table string, longestPrefix int) {
	codes := map[string]string{}
	for _, code := range whatsapp.CallingCodes() {
		codes[code.Prefix] = code.Country
		longestPrefix = max(longestPrefix, len(code.Prefix))
	}
	text, _ := json.Marshal(codes) // texts only
	return string(text), longestPrefix
}

// countryTable maps the names and codes of countries to their codes, as JSON.
func countryTable() string {
	names := map[string]string{}
	for _, country := range whatsapp.Countries() {
		for _, name := range country.Names {
			if folded := whatsapp.FoldName(name); names[folded] == "" {
				names[folded] = country.Code
			}
		}
	}
	for _, country := range whatsapp.Countries() {
		names[strings.ToLower(country.Code)] = country.Code
	}
	text, _ := json.Marshal(names) // texts only
	return string(text)
}

// digitsSQL are the digits of a phone as it is written, without 00 before the calling
// code and without what follows the number in the address of a device; markedSQL is
// whether it says that it begins with a calling code.
func digitsSQL(phone string) string {
	return fmt.Sprintf(`CASE WHEN %[1]s NOT ILIKE '%%@lid%%' THEN regexp_replace(regexp_replace(regexp_replace(%[1]s, '(:[0-9]+)?@.*$', ''), '[^0-9]', '', 'g'), '^00', '') END`, phone)
}

func markedSQL(phone string) string {
	return fmt.Sprintf(`(%[1]s ~ '^[^0-9]*\+' OR %[1]s ~ '^[^0-9]*0[^0-9]*0' OR %[1]s LIKE '%%@s.whatsapp.net' OR %[1]s LIKE '%%@c.us')`, phone)
}

// countryOf looks the country of digits up, by the longest prefix.
func countryOf(codes string, longest int, digits string) string {
	var parts []string
	for n := longest; n > 0; n-- {
		parts = append(parts, fmt.Sprintf("%s ->> left(%s, %d)", codes, digits, n))
	}
	return "coalesce(" + strings.Join(parts, ", ") + ")"
}

// addMarkets finds the market of each row of units: located has a market_key, which is
// a country's code or "=" and the name of a market of the relation market. Where there
// is none, gap says why.
func (c *compiler) addMarkets(units string) {
	table, longest := codeTable()
	c.withOnce("code", fmt.Sprintf("SELECT %s AS codes, %s AS countries", c.arg(table, "jsonb"), c.arg(countryTable(), "jsonb")))
	var countries, firsts, nationals []string
	var shortest, longests []int
	first := map[string]whatsapp.CallingCode{}
	spans := map[string][2]int{}
	for _, code := range whatsapp.CallingCodes() {
		if first[code.Country].Prefix == "" {
			first[code.Country] = code
		}
		spans[code.Country] = [2]int{code.Shortest, code.Longest}
	}
	for _, country := range whatsapp.Countries() {
		countries, firsts, nationals = append(countries, country.Code), append(firsts, first[country.Code].Prefix), append(nationals, country.National)
		shortest, longests = append(shortest, spans[country.Code][0]), append(longests, spans[country.Code][1])
	}
	c.withOnce("country", fmt.Sprintf("SELECT * FROM unnest(%s, %s, %s, %s, %s) AS country (country, prefix, national, shortest, longest)",
		c.arg(countries, "text[]"), c.arg(firsts, "text[]"), c.arg(nationals, "text[]"), c.arg(shortest, "integer[]"), c.arg(longests, "integer[]")))

	// A number without + or 00 is taken for an international one where it is as long as
	// those of its calling code.
	c.withOnce("number", fmt.Sprintf(`SELECT n.contact_id, n.digits, n.marked, n.stated, n.coded,
  CASE WHEN n.marked OR coalesce(country.shortest, 0) = 0 OR length(n.digits) BETWEEN country.shortest AND country.longest THEN n.coded END AS country
FROM (
  SELECT k.contact_id, k.digits, k.marked, code.countries ->> %s AS stated, %s AS coded
  FROM (SELECT k.contact_id, nullif(%s, '') AS digits, %s AS marked, k.country FROM (%s) AS k) AS k
  CROSS JOIN code
) AS n
LEFT JOIN country ON country.country = n.coded`, foldSQL("k.country"), countryOf("code.codes", longest, "k.digits"), digitsSQL("k.phone"), markedSQL("k.phone"), c.reachable(units)))

	// Where it would be a number of the line's own country without the calling code, it
	// may be either.
	home := fmt.Sprintf(`SELECT h.line_id, h.country, country.national
FROM (SELECT l.line_id, min(%s) AS country FROM (SELECT l.line_id, %s AS digits FROM %s AS l) AS l CROSS JOIN code GROUP BY l.line_id) AS h
JOIN country ON country.country = h.country AND country.national <> ''`, countryOf("code.codes", longest, "l.digits"), digitsSQL("l.number"), c.from("line"))
	c.withOnce("home", home)
	c.withOnce("address", fmt.Sprintf(`SELECT a.contact_id, a.line_id, a.digits, a.marked, a.coded, a.numbered, coalesce(a.numbered, a.stated) AS country
FROM (
  SELECT p.contact_id, p.line_id, n.digits, n.marked, n.coded, n.stated,
    CASE WHEN n.marked OR home.national IS NULL OR home.country = n.country OR n.digits !~ ('^(' || home.national || ')$') THEN n.country END AS numbered
  FROM (SELECT DISTINCT u.contact_id, u.line_id FROM %s AS u) AS p
  LEFT JOIN number AS n ON n.contact_id = p.contact_id
  LEFT JOIN home ON home.line_id = p.line_id
) AS a`, units))
	own := c.addOwnMarkets(units)
	key := "a.country"
	join := ""
	if own {
		key = "coalesce('=' || o.market, a.country)"
		join = "\nLEFT JOIN own_located AS o ON o.g = u.g"
	}
	c.withOnce("located", fmt.Sprintf(`SELECT u.*, %s AS market_key,
  CASE WHEN a.digits IS NULL THEN 'contact' WHEN a.marked OR a.coded IS NULL AND a.digits !~ '^0' THEN 'prefix' ELSE 'national' END AS gap,
  CASE WHEN a.marked OR a.coded IS NULL AND a.digits !~ '^0' THEN left(a.digits, 3) END AS gap_digits
FROM %s AS u
LEFT JOIN address AS a ON a.contact_id = u.contact_id AND %s%s`, key, units, c.sameLine("a", "u"), join))
}

// sameLine joins two rows by their line, which may be none; PostgreSQL can hash this.
func (c *compiler) sameLine(a, b string) string {
	return fmt.Sprintf("coalesce(%s, '') = coalesce(%s, '')", c.asText("line", a+".line_id"), c.asText("line", b+".line_id"))
}

// reachable are the contacts of the units with their phones and countries, one row
// each.
func (c *compiler) reachable(units string) string {
	people := fmt.Sprintf("(SELECT DISTINCT u.contact_id FROM %s AS u WHERE u.contact_id IS NOT NULL) AS u", units)
	if c.Source.Phone != "" && !c.Source.Knows("contact.country") {
		return fmt.Sprintf("SELECT u.contact_id, %s AS phone, NULL AS country FROM %s", c.phone("u.contact_id"), people)
	}
	phone := "k.phone"
	if c.Source.Phone != "" {
		phone = c.phone("u.contact_id")
	}
	return fmt.Sprintf(`SELECT DISTINCT ON (u.contact_id) u.contact_id, %s AS phone, k.country
FROM %s
LEFT JOIN %s AS k ON k.contact_id = u.contact_id
ORDER BY u.contact_id, k.phone COLLATE "C", k.country COLLATE "C"`, phone, people, c.from("contact"))
}

// addOwnMarkets looks the units up in the relation market, whose rows go before the
// shipped calling codes: the longest prefix of the number, or of its country's calling
// code, that is valid on the day. It reports whether there is such a relation.
func (c *compiler) addOwnMarkets(units string) bool {
	if !c.Source.Has("market") {
		return false
	}
	var prefixes []string
	for _, code := range whatsapp.CallingCodes() {
		prefixes = append(prefixes, code.Prefix)
	}
	// A number that is no plausible one of its calling code is not found by that code
	// here either: it lacks it.
	c.withOnce("own_market", fmt.Sprintf(`SELECT m.*, lead(m.valid_from) OVER (PARTITION BY m.prefix ORDER BY m.valid_from) AS valid_to,
  EXISTS (SELECT FROM unnest(%s) AS shipped (prefix) WHERE starts_with(shipped.prefix, m.prefix) OR starts_with(m.prefix, shipped.prefix)) AS is_coded
FROM (
  SELECT DISTINCT ON (m.prefix, m.valid_from) m.*
  FROM (
    SELECT regexp_replace(regexp_replace(m.prefix, '[ +.()-]', '', 'g'), '^00', '') AS prefix, %s AS market, coalesce(m.valid_from, '-infinity') AS valid_from
    FROM %s AS m
  ) AS m
  WHERE m.prefix ~ '^[0-9]+$' AND m.market <> '' AND m.valid_from < 'infinity'
  ORDER BY m.prefix, m.valid_from, m.market COLLATE "C"
) AS m`, c.arg(prefixes, "text[]"), foldSQL("m.market"), c.from("market")))
	c.withOnce("own_address", `SELECT a.contact_id, a.line_id, m.market, m.valid_from, m.valid_to, length(m.prefix) AS digits, f.is_number
FROM address AS a
LEFT JOIN country ON country.country = a.country AND a.numbered IS NULL
JOIN own_market AS m ON (starts_with(a.digits, m.prefix) AND (a.marked OR a.numbered IS NOT NULL OR NOT m.is_coded)) IS TRUE OR starts_with(country.prefix, m.prefix)
CROSS JOIN LATERAL (SELECT (starts_with(a.digits, m.prefix) AND (a.marked OR a.numbered IS NOT NULL OR NOT m.is_coded)) IS TRUE AS is_number) AS f`)
	c.withOnce("own_located", fmt.Sprintf(`SELECT DISTINCT ON (u.g) u.g, a.market
FROM %s AS u
JOIN own_address AS a ON a.contact_id = u.contact_id AND %s AND a.valid_from <= u.day AND (a.valid_to IS NULL OR u.day < a.valid_to)
ORDER BY u.g, a.is_number DESC, a.digits DESC`, units, c.sameLine("a", "u")))
	return true
}

// addRates finds the rate of each market, category and day that is due: by the
// country's own name, else by its market's; of the category itself, else of the one
// that serves for it.
func (c *compiler) addRates() {
	var keys, names []string
	var places []int
	for _, country := range whatsapp.Countries() {
		own := country.Names
		if country.Market == own[0] {
			own = append(append([]string{}, own...), country.Code)
		} else {
			own = append(append([]string{}, own...), country.Code, country.Market)
		}
		for i, name := range own {
			keys, places, names = append(keys, country.Code), append(places, i), append(names, whatsapp.FoldName(name))
		}
	}
	c.withOnce("rate", fmt.Sprintf(`SELECT card.*, lead(card.valid_from) OVER (PARTITION BY card.market, card.category ORDER BY card.valid_from) AS valid_to
FROM (
  SELECT DISTINCT ON (card.market, card.category, card.valid_from) card.*
  FROM (SELECT %s AS market, %s AS category, coalesce(card.valid_from, '-infinity') AS valid_from, card.usd FROM %s AS card) AS card
  WHERE card.usd >= 0 AND card.usd < %s AND card.valid_from < 'infinity'
  ORDER BY card.market, card.category, card.valid_from, card.usd DESC
) AS card`, foldSQL("card.market"), foldCategorySQL("card.category"), c.from("rate_card"), dearest))
	c.withOnce("rated", fmt.Sprintf(`SELECT DISTINCT ON (w.market_key, w.rated, w.day) w.market_key, w.rated AS category, w.day, rate.usd
FROM (SELECT DISTINCT l.market_key, l.rated, l.day FROM located AS l WHERE l.market_key IS NOT NULL) AS w
JOIN (
  SELECT * FROM unnest(%s, %s, %s) AS named (key, place, name)
  UNION ALL
  SELECT DISTINCT l.market_key, 0, substr(l.market_key, 2) FROM located AS l WHERE l.market_key LIKE '=%%'
) AS named ON named.key = w.market_key
JOIN chain ON chain.category = w.rated
JOIN rate ON rate.market = named.name AND rate.category = chain.serves AND rate.valid_from <= w.day AND (rate.valid_to IS NULL OR w.day < rate.valid_to)
ORDER BY w.market_key, w.rated, w.day, named.place, chain.place`, c.arg(keys, "text[]"), c.arg(places, "integer[]"), c.arg(names, "text[]")))
}
