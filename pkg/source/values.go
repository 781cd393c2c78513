package source

import (
	"fmt"
	"slices"
	"strings"

	"github.com/parley-reports/parley/pkg/whatsapp"
)

// The rules for values of the contract, the same for every database type.

// blankRanges are the blank characters: control characters, spaces of all widths,
// joiners, direction marks and fillers.
var blankRanges = [][2]rune{
	{0x01, 0x20}, {0x7f, 0x7f}, {0x85, 0x85}, {0xa0, 0xa0}, {0xad, 0xad}, {0x034f, 0x034f}, {0x061c, 0x061c}, {0x115f, 0x1160}, {0x1680, 0x1680}, {0x180e, 0x180e},
	{0x2000, 0x200f}, {0x2028, 0x202f}, {0x205f, 0x206f}, {0x2800, 0x2800}, {0x3000, 0x3000}, {0x3164, 0x3164}, {0xfe0f, 0xfe0f}, {0xfeff, 0xfeff}, {0xffa0, 0xffa0},
}

// blankCharacters returns the blank characters that exist in the encoding: all in UTF8,
// only those of ASCII in others.
func blankCharacters(encoding string) string {
	var b strings.Builder
	for _, r := range blankRanges {
		for c := r[0]; c <= r[1]; c++ {
			if c < 0x80 || encoding == "UTF8" {
				b.WriteRune(c)
			}
		}
	}
	return b.String()
}

// IsBlank reports whether the text is empty or has only blank characters.
func IsBlank(text string) bool { return TrimBlank(text) == "" }

// TrimBlank returns the text without blank characters at its ends.
func TrimBlank(text string) string {
	return strings.TrimFunc(text, func(c rune) bool {
		return slices.ContainsFunc(blankRanges, func(r [2]rune) bool { return c >= r[0] && c <= r[1] })
	})
}

// Word describes a column with codes, which are compared and shown in one case.
type Word struct {
	Relation, Column string
	// Upper is true if the codes are upper case. All others are lower case.
	Upper bool
	// Values are the codes of the contract, if it lists any.
	Values []string
}

// Words lists the columns with codes.
var Words = []Word{
	{Relation: "message", Column: "direction", Values: []string{"inbound", "outbound"}},
	{Relation: "message", Column: "author_kind", Values: []string{"contact", "agent", "bot", "campaign", "system"}},
	{Relation: "message", Column: "status", Values: []string{"queued", "pending", "accepted", "sent", "delivered", "read", "played", "failed"}},
	{Relation: "message", Column: "template_category", Values: append(whatsapp.TemplateCategories(), "service")},
	{Relation: "conversation", Column: "status", Values: []string{"open", "pending", "snoozed", "resolved"}},
	{Relation: "conversation", Column: "priority"},
	{Relation: "conversation_event", Column: "name", Values: []string{"resolved", "reopened", "first_response", "reply", "bot_handoff", "bot_resolved"}},
	{Relation: "line", Column: "channel", Values: []string{"whatsapp", "instagram", "messenger", "telegram", "sms", "webchat", "email", "voice", "other"}},
	{Relation: "contact", Column: "country", Upper: true},
	{Relation: "tag", Column: "kind", Values: []string{"conversation", "contact"}},
}

// LookupWord returns the rule of a column with codes.
func LookupWord(relation, column string) (Word, bool) {
	for _, w := range Words {
		if w.Relation == relation && w.Column == column {
			return w, true
		}
	}
	return Word{}, false
}

// Fold returns the code in the case of its column, without blank characters at its ends, as
// SQL does: only letters of ASCII change their case.
func (w Word) Fold(text string) string { return w.rule().fold(TrimBlank(text)) }

// referenceColumns contain ids without a relation.
var referenceColumns = []string{"correlation_id", "provider_message_id", "in_reply_to"}

// free are the columns with free text, which is shown unchanged.
var free = []string{"body", "error_text", "button_payload", "comment", "url"}

// isID reports whether a column contains ids.
func isID(column string) bool {
	return entities[column] != "" || slices.Contains(referenceColumns, column)
}

// Limits of valid values. Times outside become null: year 1 and infinity mean "never".
// Durations and prices outside are errors.
const (
	firstInstant = "timestamptz '1990-01-01 00:00:00+00'"
	lastInstant  = "timestamptz '2200-01-01 00:00:00+00'"
	mostSeconds  = "3200000000" // a hundred years
	mostPrice    = "1000000000000"
	mostPriceUSD = 1000000000000
)

// bounded returns the SQL of a value that is null outside the limits. It evaluates the
// expression once.
func bounded(expr, least, most string) string {
	return fmt.Sprintf("nullif(least(nullif(greatest(%s, %[2]s), %[2]s), %[3]s), %[3]s)", expr, least, most)
}

// visible returns the condition that a text is not blank. Most texts begin with a letter
// or digit, which is tested first because it is fast.
func visible(expr string) string {
	return fmt.Sprintf(`(%[1]s COLLATE "C" BETWEEN '!' AND '~' OR btrim(%[1]s, $blanks) <> '')`, expr)
}

// Visible returns the condition that an expression is not blank, for the files of products.
func Visible(expr string) string { return visible("(" + expr + ")") }

// Known returns the SQL of a text, or null if it is blank.
func Known(expr string) string { return fmt.Sprintf("CASE WHEN %s THEN %s END", Visible(expr), expr) }

// valueSQL returns the SQL of a value by the rules of the contract. expr has the column's
// type and is cheap to evaluate.
func valueSQL(relation string, c Column, expr string) string {
	if c.Type != "text" {
		return numberSQL(c, expr)
	}
	rule := valueRule(relation, c)
	if word, ok := LookupWord(relation, c.Name); ok && len(word.Values) > 0 {
		return fmt.Sprintf("CASE WHEN %[1]s IN ('%[2]s') THEN %[1]s ELSE %[3]s END", expr, strings.Join(word.Values, "', '"), rule.sql(expr))
	}
	if rule == Trimmed {
		return fmt.Sprintf(`CASE WHEN %[1]s COLLATE "C" BETWEEN '!' AND '~' AND right(%[1]s, 1) COLLATE "C" BETWEEN '!' AND '~' THEN %[1]s ELSE %[2]s END`, expr, rule.sql(expr))
	}
	return rule.sql(expr)
}

// productValue returns the SQL of a value from a product's file. Expressions can be
// expensive, so each is evaluated as rarely as possible.
func productValue(relation string, c Column, expr string) string {
	switch {
	case c.Type == "double precision" || c.Type == "timestamptz" && relation != "message" && eventTimes[relation] != c.Name:
		return numberSQL(c, expr)
	case c.Type != "text":
		return expr
	}
	return productRule(relation, c).sql(expr)
}

// numberSQL returns the SQL of a value that is not a text.
func numberSQL(c Column, expr string) string {
	switch c.Type {
	case "timestamptz":
		return bounded(expr, firstInstant, lastInstant)
	case "numeric":
		return bounded(expr, "-"+mostPrice, mostPrice)
	case "double precision": // seconds
		return bounded(expr, "-"+mostSeconds, mostSeconds)
	}
	return expr
}

// eventTimes are the columns with the event time. Rows without one are left out.
var eventTimes = map[string]string{"message": "created_at", "conversation": "created_at", "conversation_event": "at"}

// keys are the id columns. Rows without an id are left out. Conditions on them can use
// indexes.
var keys = map[string]string{
	"message": "message_id", "conversation": "conversation_id", "contact": "contact_id", "line": "line_id", "account": "account_id",
	"agent": "agent_id", "team": "team_id", "campaign": "campaign_id", "tag": "owner_id",
}

// directionKnown returns the condition that a direction is inbound or outbound.
func directionKnown(expr string) string {
	word, _ := LookupWord("message", "direction")
	list := "'" + strings.Join(word.Values, "', '") + "'"
	return fmt.Sprintf("CASE WHEN %[1]s IN (%[2]s) THEN true WHEN %[3]s IN (%[2]s) THEN true END IS NOT NULL", expr, list, word.rule().sql(expr))
}

// timeKnown returns the condition that an event time is valid.
func timeKnown(expr string) string { return bounded(expr, firstInstant, lastInstant) + " IS NOT NULL" }

// keyKnown returns the condition that a row has an id.
func keyKnown(expr string) string {
	return fmt.Sprintf("CASE WHEN %s THEN true END IS NOT NULL", visible(expr))
}
