package source

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// A Rule says what a text of a column means. SQL and Go read a text alike: SQL where the
// database filters, groups or joins by it, Go where many rows have the same text, which
// then is read only once.
type Rule uint8

// The rules.
const (
	Stored   Rule = iota // the text as it is
	NotBlank             // the text as it is, null if it is blank
	Trimmed              // without blank characters at its ends, null if it is blank
	Lower                // a code in lower case, trimmed
	Upper                // a code in upper case, trimmed
)

// valueRule returns the rule of a column of type text whose values can be anything.
func valueRule(relation string, c Column) Rule {
	if word, ok := LookupWord(relation, c.Name); ok {
		return word.rule()
	}
	if isID(c.Name) || slices.Contains(free, c.Name) {
		return NotBlank
	}
	return Trimmed
}

// productRule returns the rule of a column of type text from a product's file. The files
// return valid ids and codes, but texts as people typed them.
func productRule(relation string, c Column) Rule {
	word, isWord := LookupWord(relation, c.Name)
	switch {
	case isWord && (c.Name == "country" || c.Name == "priority" || c.Name == "template_category"):
		return word.rule()
	case isWord, c.Name == "content_type", c.Name == "origin", c.Name == "time_zone":
		return Stored
	case isID(c.Name) && c.Name != "campaign_id" && c.Name != "correlation_id" && c.Name != "in_reply_to":
		return Stored
	case slices.Contains(free, c.Name):
		return NotBlank
	}
	return Trimmed
}

func (w Word) rule() Rule {
	if w.Upper {
		return Upper
	}
	return Lower
}

// sql returns the SQL of a text by the rule. Except for NotBlank it evaluates the
// expression once.
func (r Rule) sql(expr string) string {
	switch r {
	case NotBlank:
		return fmt.Sprintf("CASE WHEN %s THEN %s END", visible(expr), expr)
	case Trimmed:
		return fmt.Sprintf("nullif(btrim(%s, $blanks), '')", expr)
	case Lower:
		return fmt.Sprintf(`nullif(lower(btrim(%s, $blanks) COLLATE "C") COLLATE "default", '')`, expr)
	case Upper:
		return fmt.Sprintf(`nullif(upper(btrim(%s, $blanks) COLLATE "C") COLLATE "default", '')`, expr)
	}
	return expr
}

// Read returns a text by the rule; "" is null. Codes change case as SQL changes it, in
// ASCII only.
func (s *Source) Read(r Rule, text string) string {
	if IsPlain(r, text) {
		return text
	}
	trimmed := strings.Trim(text, cmp.Or(s.Blanks, asciiBlanks))
	if r == NotBlank && trimmed != "" {
		return text
	}
	return r.fold(trimmed)
}

// fold returns a text in the case of the rule.
func (r Rule) fold(text string) string {
	switch r {
	case Lower:
		return foldASCII(text, 'A', 'Z')
	case Upper:
		return foldASCII(text, 'a', 'z')
	}
	return text
}

// IsPlain reports whether a text is its own value by the rule, as nearly all are. It is
// quick, and can miss some.
func IsPlain[T string | []byte](r Rule, text T) bool {
	return r == Stored || len(text) > 0 && r <= Trimmed && isVisible(text[0]) && isVisible(text[len(text)-1])
}

var asciiBlanks = blankCharacters("")

// isVisible reports whether a byte is an ASCII character that is not blank.
func isVisible(c byte) bool { return c > ' ' && c < 0x7f }

// foldASCII changes the case of the letters between first and last.
func foldASCII(text string, first, last byte) string {
	return strings.Map(func(c rune) rune {
		if rune(first) <= c && c <= rune(last) {
			return c ^ ' '
		}
		return c
	}, text)
}

var firstMicros, lastMicros = time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC).UnixMicro(), time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC).UnixMicro()

// IsInstant reports whether an instant, in microseconds since 1970, is valid. Others are
// null, see firstInstant.
func IsInstant(micros int64) bool { return firstMicros < micros && micros < lastMicros }

// IsPrice reports whether a price is valid. Others are null.
func IsPrice(usd float64) bool { return -mostPriceUSD < usd && usd < mostPriceUSD }

// Raw is a relation as the database stores it. Its reader applies the rules to the texts,
// turns invalid instants and prices into null, and leaves out rows without an id, an event
// time or a direction.
type Raw struct {
	// SQL is a SELECT like those of Source.Relations. Free text is read by its rule.
	SQL string
	// Rules are those of the columns with texts that the reader applies.
	Rules map[string]Rule
	// Kinds is true if the reader leaves out rows whose content type is that of no
	// message, and finds calls by it. Otherwise there is the column is_call if
	// Source.Calls says so.
	Kinds bool
}

// RawItem is From for the relation in Source.Raw.
func (s *Source) RawItem(relation string, span Span, argument func(text string) string, columns ...string) string {
	return s.from(s.Raw[relation].SQL, span, argument, columns...)
}
