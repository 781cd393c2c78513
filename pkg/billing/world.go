package billing

import (
	"regexp"
	"strings"
	"sync"

	"github.com/parley-reports/parley/pkg/whatsapp"
)

// world holds the countries and calling codes that are shipped.
type world struct {
	countries []country
	// byName are the countries by their codes and names.
	byName map[string]int32
	codes  map[string]callingCode
	// longest is the most digits of a calling code.
	longest int
}

type country struct {
	code string
	// prefix is the first calling code, or empty.
	prefix string
	// national matches numbers without the calling code that look like international
	// ones. It is nil if there are none.
	national *regexp.Regexp
	// markets are the names of the country and its market in a rate card, best first.
	markets []string
}

type callingCode struct {
	country           int32
	shortest, longest int
}

var theWorld = sync.OnceValue(func() *world {
	w := &world{byName: map[string]int32{}, codes: map[string]callingCode{}}
	byCode := map[string]int32{}
	for _, row := range whatsapp.Countries() {
		at := int32(len(w.countries))
		c := country{code: row.Code}
		if row.National != "" {
			c.national = regexp.MustCompile("^(?:" + row.National + ")$")
		}
		for _, name := range row.Names {
			c.markets = append(c.markets, whatsapp.FoldName(name))
		}
		for _, name := range c.markets {
			if _, taken := w.byName[name]; !taken {
				w.byName[name] = at
			}
		}
		c.markets = append(c.markets, whatsapp.FoldName(row.Code), whatsapp.FoldName(row.Market))
		byCode[row.Code] = at
		w.countries = append(w.countries, c)
	}
	for code, at := range byCode { // a code has priority over a name
		w.byName[strings.ToLower(code)] = at
	}
	for _, row := range whatsapp.CallingCodes() {
		at := byCode[row.Country]
		if w.countries[at].prefix == "" {
			w.countries[at].prefix = row.Prefix
		}
		w.codes[row.Prefix] = callingCode{at, row.Shortest, row.Longest}
		w.longest = max(w.longest, len(row.Prefix))
	}
	return w
})

// stated returns the country with that name or code, or none.
func (w *world) stated(text string) int32 {
	if at, ok := w.byName[whatsapp.FoldName(text)]; ok {
		return at
	}
	return none
}

// codeOf returns the longest calling code that the digits begin with.
func (w *world) codeOf(digits string) (code callingCode, ok bool) {
	for n := min(w.longest, len(digits)); n > 0; n-- {
		if code, ok = w.codes[digits[:n]]; ok {
			return code, true
		}
	}
	return callingCode{country: none}, false
}

// isCalling reports whether a prefix is the beginning of a calling code or begins with
// one.
func (w *world) isCalling(prefix string) bool {
	for code := range w.codes {
		if strings.HasPrefix(code, prefix) || strings.HasPrefix(prefix, code) {
			return true
		}
	}
	return false
}

// digitsOf returns the digits of a phone number, without 00 before the calling code and
// without the device in an address. An address that hides the number has none.
func digitsOf(phone string) string {
	number, _, address := strings.Cut(phone, "@")
	if address && strings.Contains(strings.ToLower(phone), "@lid") {
		return ""
	}
	if before, device, ok := cutLast(number, ":"); address && ok && device != "" && onlyDigits(device) == device {
		number = before
	}
	return strings.TrimPrefix(onlyDigits(number), "00")
}

// hasCallingCode reports whether a phone number says that it begins with a calling code.
func hasCallingCode(phone string) bool {
	if strings.HasSuffix(phone, "@s.whatsapp.net") || strings.HasSuffix(phone, "@c.us") {
		return true
	}
	first := strings.IndexAny(phone, "0123456789")
	if first < 0 {
		first = len(phone)
	}
	return strings.Contains(phone[:first], "+") || strings.HasPrefix(onlyDigits(phone), "00")
}

func cutLast(text, separator string) (before, after string, found bool) {
	at := strings.LastIndex(text, separator)
	if at < 0 {
		return text, "", false
	}
	return text[:at], text[at+len(separator):], true
}

func onlyDigits(text string) string {
	isDigit := func(r rune) bool { return r >= '0' && r <= '9' }
	if strings.IndexFunc(text, func(r rune) bool { return !isDigit(r) }) < 0 {
		return text
	}
	return strings.Map(func(r rune) rune {
		if isDigit(r) {
			return r
		}
		return -1
	}, text)
}
