package reference

import (
	"regexp"
	"strings"
	"time"

	"github.com/parley-reports/parley/pkg/whatsapp"
)

// fold compares words: small letters, no spaces around.
func fold(text string) string { return strings.ToLower(strings.TrimSpace(text)) }

func foldCategory(text string) string {
	return strings.ReplaceAll(strings.ReplaceAll(fold(text), " ", "_"), "-", "_")
}

var gap = regexp.MustCompile(`[\s\x{a0}\x{200b}-\x{200d}\x{2060}\x{feff}.,;:_'()/-]+`)

// foldName compares names: spaces and punctuation are all one, & is and.
func foldName(text string) string {
	return strings.TrimSpace(gap.ReplaceAllString(strings.ReplaceAll(strings.ToLower(text), "&", " and "), " "))
}

// A phone is a number as far as one can tell from how it is written.
type phone struct {
	digits string
	// marked: it says that it begins with a calling code.
	marked bool
}

var device = regexp.MustCompile(`(:[0-9]+)?@.*$`)

// phoneOf reads a number; an address that hides the number has none.
func phoneOf(text *string) phone {
	if text == nil || strings.Contains(strings.ToLower(*text), "@lid") {
		return phone{}
	}
	p := phone{digits: digits(device.ReplaceAllString(*text, ""))}
	before, _, _ := strings.Cut(*text, firstDigit(*text))
	p.marked = strings.Contains(before, "+") || strings.HasPrefix(digits(*text), "00") || strings.HasSuffix(*text, "@s.whatsapp.net") || strings.HasSuffix(*text, "@c.us")
	p.digits = strings.TrimPrefix(p.digits, "00")
	return p
}

func firstDigit(text string) string {
	if d := digits(text); d != "" {
		return d[:1]
	}
	return text
}

// codeOf is the longest calling code that the digits begin with.
func (f *Facts) codeOf(digits string) (best whatsapp.CallingCode) {
	for _, c := range f.options.CallingCodes {
		if strings.HasPrefix(digits, c.Prefix) && len(c.Prefix) > len(best.Prefix) {
			best = c
		}
	}
	return best
}

func (f *Facts) countryOf(code string) *whatsapp.Country {
	for i, c := range f.options.Countries {
		if c.Code == code {
			return &f.options.Countries[i]
		}
	}
	return nil
}

// numbered is the country that the number itself tells, or nil: a number that does not
// say that it begins with a calling code has to be as long as that code's are, and no
// national number of the line's own country.
func (f *Facts) numbered(p phone, line *string) *whatsapp.Country {
	code := f.codeOf(p.digits)
	if p.digits == "" || code.Prefix == "" {
		return nil
	}
	if !p.marked {
		if code.Shortest > 0 && (len(p.digits) < code.Shortest || len(p.digits) > code.Longest) {
			return nil
		}
		if line != nil {
			home := f.countryOf(f.codeOf(phoneOf(f.lines[*line].Number).digits).Country)
			if home != nil && home.National != "" && home.Code != code.Country && regexp.MustCompile("^("+home.National+")$").MatchString(p.digits) {
				return nil
			}
		}
	}
	return f.countryOf(code.Country)
}

// stated is the country that the contact's row names, by its code or its name.
func (f *Facts) stated(text *string) *whatsapp.Country {
	if text == nil || foldName(*text) == "" {
		return nil
	}
	if c := f.countryOf(strings.ToUpper(foldName(*text))); c != nil {
		return c
	}
	for i, c := range f.options.Countries {
		for _, name := range c.Names {
			if foldName(name) == foldName(*text) {
				return &f.options.Countries[i]
			}
		}
	}
	return nil
}

// marketNames are the names by which the rate card may have the market of a message's
// contact: that of the relation market alone, else the country's names and its market.
func (f *Facts) marketNames(m *message) []string {
	if m.ContactID == nil {
		return nil
	}
	contact := f.contacts[*m.ContactID]
	p := phoneOf(contact.Phone)
	country := f.numbered(p, m.LineID)
	if own := f.ownMarket(p.digits, p.marked || country != nil, m.CreatedAt); own != "" {
		return []string{own}
	}
	if country == nil {
		if country = f.stated(contact.Country); country == nil {
			return nil
		}
		if own := f.ownMarket(f.firstPrefix(country.Code), true, m.CreatedAt); own != "" {
			return []string{own}
		}
	}
	var names []string
	for _, name := range append(append([]string{}, country.Names...), country.Code, country.Market) {
		names = append(names, foldName(name))
	}
	return names
}

// firstPrefix is the first calling code of a country.
func (f *Facts) firstPrefix(country string) string {
	for _, c := range f.options.CallingCodes {
		if c.Country == country {
			return c.Prefix
		}
	}
	return ""
}

// ownMarket looks digits up in the relation market: the longest prefix that is valid,
// of one prefix the latest row, of one day the first name. Digits of which nobody knows
// that they begin with a calling code are not found by one.
func (f *Facts) ownMarket(number string, coded bool, at time.Time) string {
	best, market := "", ""
	var since time.Time
	for _, row := range f.options.Markets {
		prefix := strings.TrimPrefix(strings.NewReplacer(" ", "", "+", "", ".", "", "(", "", ")", "", "-", "").Replace(row.Prefix), "00")
		from := time.Time{}
		if row.ValidFrom != nil {
			from = dateOf(*row.ValidFrom)
		}
		name := foldName(row.Market)
		if prefix == "" || digits(prefix) != prefix || name == "" || from.After(at) || !strings.HasPrefix(number, prefix) || !coded && f.isCalling(prefix) {
			continue
		}
		if market == "" || len(prefix) > len(best) || prefix == best && (from.After(since) || from.Equal(since) && name < market) {
			best, since, market = prefix, from, name
		}
	}
	return market
}

// isCalling: the prefix begins like a calling code, or goes on from one.
func (f *Facts) isCalling(prefix string) bool {
	for _, c := range f.options.CallingCodes {
		if strings.HasPrefix(c.Prefix, prefix) || strings.HasPrefix(prefix, c.Prefix) {
			return true
		}
	}
	return false
}

func digits(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, text)
}
