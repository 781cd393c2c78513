// Package failure determines why a message failed: it extracts the provider's code from
// the error text and maps channel, code and text to a failure reason. The rules are in
// reasons.csv.
package failure

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
)

//go:embed reasons.csv
var reasonsCSV string

// Unknown is the reason of failures that no rule fits.
const Unknown = "unknown"

// Rule maps failures to a reason of the catalogue. The first rule that fits decides,
// in the order of the table: codes that have one meaning come first, then patterns of
// texts, then codes whose meaning the text can change.
type Rule struct {
	// Channels are the channels that the rule is for, as Family returns them. Empty is
	// all of them.
	Channels []string
	// Code is the provider's code. Empty is any, or none.
	Code string
	// Pattern is a regular expression that the text matches in any case of the letters
	// A to Z. Empty is any text. Patterns use only what PostgreSQL and RE2 read alike:
	// no classes such as \d or \w, no word boundaries, no lazy quantifiers, ASCII only.
	Pattern string
	// Reason is a value of the dimension failure_reason.
	Reason string
	// Source is where the provider documents it, Date when that page was last changed
	// or looked at.
	Source, Date string
}

// ruleSet is the table, prepared for use.
type ruleSet struct {
	all []Rule
	// specific holds the codes of the first part of the table, loose those of the last.
	// They map "channel code", or the code alone if the rule is for all channels, to the
	// reason.
	specific, loose map[string]string
	// patterns are the rules with a pattern, those in a row that differ in nothing
	// else put together.
	patterns []Rule
	compiled []pattern
}

// Rules returns the table. It belongs to the package.
func Rules() []Rule { return rules().all }

var rules = sync.OnceValue(func() ruleSet {
	table, err := csv.NewReader(strings.NewReader(reasonsCSV)).ReadAll()
	if err != nil {
		panic(fmt.Sprintf("embedded table: %v", err)) // the tests read it
	}
	set := ruleSet{specific: map[string]string{}, loose: map[string]string{}}
	for _, row := range table[1:] {
		for _, code := range codes(row[1]) {
			set.add(Rule{strings.Fields(row[0]), code, row[2], row[3], row[4], row[5]})
		}
	}
	for _, r := range set.patterns {
		set.compiled = append(set.compiled, compilePattern("(?s)"+r.Pattern))
	}
	return set
})

// codes are the codes of a row: one, none, or a range such as 200-299.
func codes(column string) []string {
	first, last, isRange := strings.Cut(column, "-")
	from, err := strconv.Atoi(first)
	to, err2 := strconv.Atoi(last)
	if !isRange || err != nil || err2 != nil {
		return []string{column}
	}
	var list []string
	for n := from; n <= to; n++ {
		list = append(list, strconv.Itoa(n))
	}
	return list
}

func (s *ruleSet) add(r Rule) {
	s.all = append(s.all, r)
	if r.Pattern != "" {
		if n := len(s.patterns) - 1; n >= 0 && slices.Equal(s.patterns[n].Channels, r.Channels) && s.patterns[n].Code == r.Code && s.patterns[n].Reason == r.Reason {
			s.patterns[n].Pattern += "|" + r.Pattern
			return
		}
		s.patterns = append(s.patterns, r)
		return
	}
	byCode := s.specific
	if len(s.patterns) > 0 {
		byCode = s.loose
	}
	if len(r.Channels) == 0 {
		byCode[r.Code] = r.Reason
	}
	for _, channel := range r.Channels {
		byCode[channel+" "+r.Code] = r.Reason
	}
}

// apart are the channels with rules of their own. All others, and messages whose
// channel is not known, follow the rules of WhatsApp: there are gateways behind them.
var apart = []string{"messenger", "instagram", "telegram", "sms", "email", "webchat"}

// Family returns the channel whose rules a channel follows.
func Family(channel string) string {
	channel = strings.ToLower(strings.TrimSpace(channel))
	if slices.Contains(apart, channel) {
		return channel
	}
	return "whatsapp"
}

// maxText is how much of a text is looked at.
const maxText = 500

// lower returns the beginning of a text with small letters A to Z, which is all that
// patterns look at.
func lower(text string) string {
	if runes := []rune(text); len(runes) > maxText {
		text = string(runes[:maxText])
	}
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, text)
}

// Reason returns why a message of the channel failed, by the source's own code and
// text; any of them may be empty.
func Reason(channel, code, text string) string {
	return reason(Family(channel), ownCode(code), Cut(text), text)
}

// reason returns the reason of a failure with these codes: the source's own and the one in
// the text.
func reason(family, own, cut, text string) string {
	set := rules()
	byCode := func(table map[string]string, code string) string {
		if reason := table[family+" "+code]; reason != "" || code == "" {
			return reason
		}
		return table[code]
	}
	for _, code := range []string{own, cut} {
		if reason := byCode(set.specific, code); reason != "" {
			return reason
		}
	}
	small := lower(text)
	for i, r := range set.patterns {
		if (len(r.Channels) == 0 || slices.Contains(r.Channels, family)) && (r.Code == "" || r.Code == own || r.Code == cut) && set.compiled[i].matches(small) {
			return r.Reason
		}
	}
	for _, code := range []string{own, cut} {
		if reason := byCode(set.loose, code); reason != "" {
			return reason
		}
	}
	return Unknown
}

// Known reports whether a rule is about the code on that channel, whatever the text.
func Known(channel, code string) bool {
	set, family := rules(), Family(channel)
	for _, table := range []map[string]string{set.specific, set.loose} {
		if table[family+" "+code] != "" || table[code] != "" {
			return true
		}
	}
	return false
}

// Meaning returns the code of a failure if the code alone decides the reason, or "": of
// codes with several meanings the usual one would be wrong where the text says another.
func Meaning(channel, code, text string) string {
	return meaning(Family(channel), Code(code, text), Reason(channel, code, text))
}

// meaning returns the code of a failure if it alone decides the reason.
func meaning(family, code, decided string) string {
	if code == "" {
		return ""
	}
	set := rules()
	for _, table := range []map[string]string{set.specific, set.loose} {
		for _, key := range []string{family + " " + code, code} {
			if reason := table[key]; reason != "" {
				if reason == decided {
					return code
				}
				return ""
			}
		}
	}
	return ""
}
