package billing

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/whatsapp"
)

// A line as far as charges depend on it.
type line struct {
	bill bill
	// home is an index into Biller.homes, or none.
	home int32
}

// bill says whether WhatsApp bills the messages of a line.
type bill int8

const (
	neverBilled bill = iota
	billed
	unknownChannel
	unknownProvider
)

func (b *Biller) addLines(lines []Line) {
	w := theWorld()
	providers := whatsapp.Providers()
	channels, _ := catalog.LookupDimension("channel")
	for _, row := range lines {
		l := line{bill: billOf(row, providers, channels.Values), home: none}
		if code, ok := w.codeOf(digitsOf(row.Number)); ok && w.countries[code.country].national != nil {
			at := slices.Index(b.homes, code.country)
			if at < 0 {
				at, b.homes = len(b.homes), append(b.homes, code.country)
			}
			l.home = int32(at)
		}
		b.lines = append(b.lines, l)
	}
}

func billOf(l Line, providers map[string]bool, channels []string) bill {
	provider := strings.NewReplacer("-", "_", ".", "_", " ", "_").Replace(strings.ToLower(strings.Trim(l.Provider, " ")))
	channel := strings.ToLower(strings.Trim(l.Channel, " "))
	isBilled, isKnown := providers[provider]
	switch {
	case isKnown && !isBilled:
		return neverBilled
	case channel != "whatsapp" && slices.Contains(channels, channel):
		return neverBilled
	case channel != "whatsapp":
		return unknownChannel
	case !isKnown && provider != "":
		return unknownProvider
	}
	return billed
}

// lineOf returns a line. Nothing is known of a message without one.
func (b *Biller) lineOf(i int32) line {
	if i < 0 {
		return line{bill: unknownChannel, home: none}
	}
	return b.lines[i]
}

// ownMarkets are the markets of the relation market.
type ownMarkets struct {
	byPrefix map[string]*ownPrefix
	longest  int
	names    []string
}

// ownPrefix is a prefix of numbers with the markets that it had.
type ownPrefix struct {
	// isCalling: calling codes are alike, so that the prefix finds only numbers that
	// certainly begin with a calling code.
	isCalling bool
	markets   []dated
	// shorter is the next shorter prefix of this one, or nil.
	shorter *ownPrefix
}

// dated is an index into ownMarkets.names from a day on.
type dated struct{ from, name int32 }

func newOwnMarkets(rows []Market) ownMarkets {
	own := ownMarkets{byPrefix: map[string]*ownPrefix{}}
	names := map[string]int32{}
	w := theWorld()
	for _, row := range rows {
		prefix := strings.TrimPrefix(strings.NewReplacer(" ", "", "+", "", ".", "", "(", "", ")", "", "-", "").Replace(row.Prefix), "00")
		name := whatsapp.FoldName(row.Market)
		if prefix == "" || onlyDigits(prefix) != prefix || name == "" {
			continue
		}
		if _, ok := names[name]; !ok {
			names[name], own.names = int32(len(own.names)), append(own.names, name)
		}
		p := own.byPrefix[prefix]
		if p == nil {
			p = &ownPrefix{isCalling: w.isCalling(prefix)}
			own.byPrefix[prefix] = p
		}
		p.markets = append(p.markets, dated{dayOf(row.ValidFrom), names[name]})
		own.longest = max(own.longest, len(prefix))
	}
	for _, prefix := range slices.Sorted(maps.Keys(own.byPrefix)) {
		p := own.byPrefix[prefix]
		p.shorter = own.find(prefix[:len(prefix)-1])
		// Of the markets of one day the first name applies, so it comes last.
		slices.SortFunc(p.markets, func(a, b dated) int {
			return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(own.names[b.name], own.names[a.name]))
		})
	}
	return own
}

// find returns the longest prefix of the digits, or nil.
func (o *ownMarkets) find(digits string) *ownPrefix {
	for n := min(o.longest, len(digits)); n > 0; n-- {
		if p := o.byPrefix[digits[:n]]; p != nil {
			return p
		}
	}
	return nil
}

// at returns the market of the longest prefix that has one on the day, or none. certain:
// the number begins with a calling code.
func (p *ownPrefix) at(day int32, certain bool) int32 {
	for ; p != nil; p = p.shorter {
		if p.isCalling && !certain {
			continue
		}
		for _, m := range slices.Backward(p.markets) {
			if m.from <= day {
				return m.name
			}
		}
	}
	return none
}

// marketNames returns the names of a market in a rate card, best first. A market is the
// index of a country, or, after all of them, of a name from the relation market.
func (b *Biller) marketNames(market int32) []string {
	countries := theWorld().countries
	if own := int(market) - len(countries); own >= 0 {
		return b.markets.names[own : own+1]
	}
	return countries[market].markets
}

func (b *Biller) marketKey(market int32) string {
	countries := theWorld().countries
	if own := int(market) - len(countries); own >= 0 {
		return "=" + b.markets.names[own]
	}
	return countries[market].code
}

// A place is where a contact is, as far as that doesn't depend on line and day.
type place struct {
	found bool
	// hasCode: the number says that it begins with a calling code.
	hasCode bool
	// number is the country of the number, stated that of the contact's row; or none.
	number, stated int32
	// own is the longest prefix of the number in the relation market.
	own *ownPrefix
	// national has a bit for each of the homes where the number would be a national one.
	national uint64
	// gap is the reason if there is no market.
	gap int32
}

// place finds the place of a contact.
func (b *Biller) place(c Contact) place {
	w := theWorld()
	digits := digitsOf(c.Phone)
	p := place{found: true, hasCode: hasCallingCode(c.Phone), number: none, stated: w.stated(c.Country), own: b.markets.find(digits)}
	code, coded := w.codeOf(digits)
	// A number without + or 00 is taken for an international one if it is as long as
	// those of its calling code.
	if coded && (p.hasCode || code.shortest == 0 || code.shortest <= len(digits) && len(digits) <= code.longest) {
		p.number = code.country
	}
	if p.number >= 0 && !p.hasCode {
		for i, home := range b.homes {
			if home != p.number && w.countries[home].national.MatchString(digits) {
				p.national |= 1 << i
			}
		}
	}
	switch {
	case digits == "":
		p.gap = contactGap
	case p.hasCode || !coded && digits[0] != '0':
		p.gap = b.gap(Gap{Kind: "prefix", Of: digits[:min(3, len(digits))]})
	default:
		p.gap = nationalGap
	}
	return p
}

// market returns the market of a contact, or none and the reason. A number that may be a
// national one of the home of the line is of no country.
func (r *Run) market(contact, home, day int32) (market, gap int32) {
	if contact < 0 {
		return none, contactGap
	}
	p := &r.places[contact]
	if !p.found {
		*p = r.b.place(r.b.contacts[contact])
	}
	w := theWorld()
	number := p.number
	if home >= 0 && p.national>>home&1 == 1 {
		number = none
	}
	if own := p.own.at(day, p.hasCode || number >= 0); own >= 0 {
		return int32(len(w.countries)) + own, none
	}
	switch {
	case number >= 0:
		return number, none
	case p.stated < 0:
		return none, p.gap
	}
	if own := r.b.markets.find(w.countries[p.stated].prefix).at(day, true); own >= 0 {
		return int32(len(w.countries)) + own, none
	}
	return p.stated, none
}
