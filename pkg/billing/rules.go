package billing

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/parley-reports/parley/pkg/whatsapp"
)

// The units of billing rules.
const (
	conversation = "conversation"
	message      = "message"
)

// rulebook holds the categories that the platform has or the rules name, with their
// rules.
type rulebook struct {
	// ownRules: the rules are the user's own.
	ownRules   bool
	service    int32
	byName     map[string]int32
	categories []category
}

type category struct {
	name string
	// serves are the categories whose rates apply, the category itself first.
	serves []string
	// ruled: there is a rule, of any date and window.
	ruled bool
	// rules are those outside and inside the service window. The last one that is valid
	// on a day applies.
	rules [2][]*rule
}

// A rule is shared by the categories that it bills, and so is its allowance.
type rule struct {
	// number tells the rules of a rulebook apart.
	number             int
	from               int32
	unit               string
	category, rateName string
	inWindow           *bool
	billable           bool
	free               *int
	// rated is the category whose rate applies, or none for the category of the message.
	rated int32
}

// newRulebook returns the categories with the usable rules, or with the shipped rules if
// there are none.
func newRulebook(rules []Rule) rulebook {
	c := rulebook{byName: map[string]int32{}}
	own := usable(rules)
	for _, known := range whatsapp.Categories() {
		c.add(known.ID, whatsapp.CategoryChain(known.ID))
	}
	for _, r := range own {
		c.add(r.category, []string{r.category})
		if r.rateName != "" {
			c.add(r.rateName, []string{r.rateName})
		}
	}
	c.service = c.byName["service"]
	if c.ownRules = len(own) > 0; !c.ownRules {
		own = usable(shippedRules())
	}
	slices.SortStableFunc(own, weaker)
	byCategory := map[string][]*rule{}
	for i, r := range own {
		r.number, r.rated = i, none
		if r.rateName != "" && r.rateName != r.category {
			r.rated = c.byName[r.rateName]
		}
		byCategory[r.category] = append(byCategory[r.category], r)
	}
	for i := range c.categories {
		c.categories[i].addRules(byCategory)
	}
	return c
}

func (c *rulebook) add(name string, serves []string) {
	if _, ok := c.byName[name]; !ok {
		c.byName[name] = int32(len(c.categories))
		c.categories = append(c.categories, category{name: name, serves: serves})
	}
}

// lookUp returns the category of that name, blank, or none if it is not known.
func (c *rulebook) lookUp(text string) int32 {
	name := whatsapp.FoldCategory(text)
	if name == "" {
		return blank
	}
	if i, ok := c.byName[name]; ok {
		return i
	}
	return none
}

// addRules adds the rules of the first serving category that has any.
func (c *category) addRules(byCategory map[string][]*rule) {
	for _, name := range c.serves {
		for _, r := range byCategory[name] {
			c.ruled = true
			for i, inWindow := range []bool{false, true} {
				if r.inWindow == nil || *r.inWindow == inWindow {
					c.rules[i] = append(c.rules[i], r)
				}
			}
		}
		if c.ruled {
			return
		}
	}
}

// ruleOf returns the rule for a category, or nil.
func (c *rulebook) ruleOf(category int32, inWindow bool, day int32) *rule {
	rules := c.categories[category].rules[0]
	if inWindow {
		rules = c.categories[category].rules[1]
	}
	for _, r := range slices.Backward(rules) {
		if r.from <= day {
			return r
		}
	}
	return nil
}

// usable are the rules with a unit, a category and a value in billable.
func usable(rules []Rule) []*rule {
	var list []*rule
	for _, row := range rules {
		r := &rule{from: dayOf(row.ValidFrom), unit: strings.ToLower(strings.Trim(row.Unit, " ")), category: whatsapp.FoldCategory(row.Category),
			rateName: whatsapp.FoldCategory(row.RateCategory), inWindow: row.InWindow, free: row.FreeUnits}
		if (r.unit == conversation || r.unit == message) && r.category != "" && row.Billable != nil {
			r.billable = *row.Billable
			list = append(list, r)
		}
	}
	return list
}

func shippedRules() []Rule {
	var rules []Rule
	for _, r := range whatsapp.BillingRules() {
		rules = append(rules, Rule{&r.ValidFrom, r.Unit, r.Category, r.InWindow, &r.Billable, r.RateCategory, r.FreeUnits})
	}
	return rules
}

// weaker orders rules of a category and window: the later one applies, of one day the
// one for the window, of equal ones the most expensive.
func weaker(a, b *rule) int {
	return cmp.Or(
		cmp.Compare(a.from, b.from),
		compareBool(a.inWindow != nil, b.inWindow != nil),
		compareBool(a.billable, b.billable),
		compareBool(a.free == nil, b.free == nil),
		-compareFree(a.free, b.free),
		cmp.Compare(a.unit, b.unit),
		cmp.Compare(a.rateName, b.rateName),
	)
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

func compareFree(a, b *int) int {
	if a == nil || b == nil {
		return 0
	}
	return cmp.Compare(*a, *b)
}

// dayOf returns the day on which a row becomes valid, counted from 1970-01-01.
func dayOf(from *time.Time) int32 {
	if from == nil {
		return math.MinInt32
	}
	year, month, day := from.Date()
	days := floorDiv(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix(), 24*60*60)
	return int32(max(math.MinInt32, min(days, math.MaxInt32)))
}
