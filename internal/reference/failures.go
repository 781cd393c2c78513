package reference

import (
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/parley-reports/parley/pkg/failure"
)

// Failures are told by the same table of rules as in the product, which is data. How
// a rule is found is written here by itself: the first that fits decides. A rule by
// code fits the source's own code before the one that stands in the text.

// explain sets the code, the reason and the code whose meaning can be shown.
func (f *Facts) explain(m *message) {
	own, text := orEmpty(m.ErrorCode), orEmpty(m.ErrorText)
	fromOwn, fromText := codeIn(own), codeIn(text)
	if fromOwn != "" {
		own = fromOwn
	}
	own = strings.Trim(own, " \t\r\n")
	channel := f.channelOfRules(m)
	m.reason = reasonFor(channel, []string{own, fromText}, text)
	code := own
	if code == "" {
		code = fromText
	}
	if code == "" {
		return
	}
	m.code = &code
	alone := slices.ContainsFunc(failure.Rules(), func(r failure.Rule) bool { return r.Code == code && r.Pattern == "" && serves(r, channel) })
	if alone && reasonFor(channel, []string{code}, "") == m.reason {
		m.meaning = &code
	}
}

func orEmpty(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}

// channelOfRules: channels that the rules do not name have WhatsApp's.
func (f *Facts) channelOfRules(m *message) string {
	channel := strings.ToLower(f.channel(m.LineID))
	for _, other := range []string{"messenger", "instagram", "telegram", "sms", "email", "webchat"} {
		if strings.Trim(channel, " ") == other {
			return other
		}
	}
	return "whatsapp"
}

func serves(r failure.Rule, channel string) bool {
	return len(r.Channels) == 0 || slices.Contains(r.Channels, channel)
}

// reasonFor goes through the three parts of the table. In the parts of codes the first
// code comes first, whatever the place of the rule.
func reasonFor(channel string, codes []string, text string) string {
	all := failure.Rules()
	firstPattern := slices.IndexFunc(all, func(r failure.Rule) bool { return r.Pattern != "" })
	afterPatterns := firstPattern + slices.IndexFunc(all[firstPattern:], func(r failure.Rule) bool { return r.Pattern == "" })
	byCode := func(rules []failure.Rule) string {
		for _, code := range codes {
			for _, r := range rules {
				if code != "" && r.Code == code && serves(r, channel) {
					return r.Reason
				}
			}
		}
		return ""
	}
	if reason := byCode(all[:firstPattern]); reason != "" {
		return reason
	}
	for _, r := range all[firstPattern:afterPatterns] {
		if serves(r, channel) && (r.Code == "" || slices.Contains(codes, r.Code)) && pattern(r.Pattern).MatchString(beginning(text)) {
			return r.Reason
		}
	}
	if reason := byCode(all[afterPatterns:]); reason != "" {
		return reason
	}
	return "unknown"
}

// beginning is what is looked at of a text.
func beginning(text string) string {
	for utf8.RuneCountInString(text) > 500 {
		_, size := utf8.DecodeLastRuneInString(text)
		text = text[:len(text)-size]
	}
	return text
}

var patterns sync.Map // of texts to *regexp.Regexp

// pattern reads a regular expression in any case, the longest match first.
func pattern(text string) *regexp.Regexp {
	if known, ok := patterns.Load(text); ok {
		return known.(*regexp.Regexp)
	}
	r := regexp.MustCompile("(?is)" + text)
	r.Longest()
	patterns.Store(text, r)
	return r
}

// codeIn is the code in a text: without the status of HTTP, by the first form that
// finds one.
func codeIn(text string) string {
	text = pattern(failure.HTTPStatus).ReplaceAllString(beginning(text), " ")
	for _, form := range failure.Forms {
		groups := pattern(form).FindStringSubmatch(text)
		if code := strings.Join(groups[min(1, len(groups)):], ""); code != "" {
			return code
		}
	}
	return ""
}
