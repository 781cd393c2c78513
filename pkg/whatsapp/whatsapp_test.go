package whatsapp_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/whatsapp"
)

// valuesOf are the values of a dimension of the catalogue.
func valuesOf(t *testing.T, dimension string) []string {
	t.Helper()
	d, ok := catalog.LookupDimension(dimension)
	if !ok || len(d.Values) == 0 {
		t.Fatalf("no values of %s", dimension)
	}
	return d.Values
}

var digits = regexp.MustCompile(`^[0-9]+$`)

func TestMarkets(t *testing.T) {
	countries := map[string]whatsapp.Country{}
	for _, c := range whatsapp.Countries() {
		if countries[c.Code].Code != "" {
			t.Errorf("the country %s is there twice", c.Code)
		}
		countries[c.Code] = c
		if c.Market == "" || strings.TrimSpace(c.Market) != c.Market || c.Names[0] == "" {
			t.Errorf("%+v", c)
		}
		if _, err := regexp.Compile(c.National); err != nil {
			t.Errorf("%s: %v", c.Code, err)
		}
	}
	if len(countries) < 250 {
		t.Errorf("%d countries", len(countries))
	}
	seen := map[string]bool{}
	for _, c := range whatsapp.CallingCodes() {
		if !digits.MatchString(c.Prefix) || len(c.Prefix) > 7 || c.Prefix[0] == '0' {
			t.Errorf("%q is no calling code", c.Prefix)
		}
		if seen[c.Prefix] {
			t.Errorf("the calling code %s stands twice", c.Prefix)
		}
		seen[c.Prefix] = true
		if countries[c.Country].Code == "" {
			t.Errorf("%s: no country %q", c.Prefix, c.Country)
		}
		if c.Shortest > c.Longest || c.Longest > 18 {
			t.Errorf("%s has numbers of %d to %d digits", c.Prefix, c.Shortest, c.Longest)
		}
	}
	market := func(phone string) string {
		best := whatsapp.CallingCode{}
		for _, c := range whatsapp.CallingCodes() {
			if strings.HasPrefix(phone, c.Prefix) && len(c.Prefix) > len(best.Prefix) {
				best = c
			}
		}
		return countries[best.Country].Market
	}
	for phone, want := range map[string]string{
		"5511987654321": "Brazil", "5491112345678": "Argentina", "5215512345678": "Mexico", "56912345678": "Chile", "573001234567": "Colombia", "51987654321": "Peru",
		"50212345678": "Rest of Latin America", "593991234567": "Rest of Latin America", "584121234567": "Rest of Latin America", "5926001234": "Other",
		"12025550123": "North America", "14165550123": "North America", "18095550123": "Rest of Latin America", "17875550123": "Rest of Latin America",
		"18765550123": "Rest of Latin America", "18685550123": "Other", "12425550123": "Other", "13405550123": "Other", "16715550123": "Other",
		"11987654321": "", "10": "", "447700900123": "United Kingdom", "447624000000": "United Kingdom", "390669800000": "Italy", "393331234567": "Italy",
		"79161234567": "Russia", "77011234567": "Other", "34600000001": "Spain", "351912345678": "Rest of Western Europe", "4915112345678": "Germany", "212612345678": "Rest of Africa",
		"85212345678": "Rest of Asia Pacific", "48123456789": "Rest of Central & Eastern Europe", "97412345678": "Rest of Middle East", "971501234567": "United Arab Emirates",
		"8821234567": "Other", "999": "", "": "",
	} {
		if got := market(phone); got != want {
			t.Errorf("%s: got %q, want %q", phone, got, want)
		}
	}
}

// TestCategories: a category falls back on another that the platform has.
func TestCategories(t *testing.T) {
	ids := map[string]bool{}
	for _, c := range whatsapp.Categories() {
		if c.ID != whatsapp.FoldCategory(c.ID) || ids[c.ID] {
			t.Errorf("%+v", c)
		}
		ids[c.ID] = true
	}
	for _, c := range whatsapp.Categories() {
		for _, id := range whatsapp.CategoryChain(c.ID) {
			if !ids[id] {
				t.Errorf("%s falls back on %s", c.ID, id)
			}
		}
	}
	if got := whatsapp.CategoryChain("marketing_lite"); !slices.Equal(got, []string{"marketing_lite", "marketing"}) {
		t.Errorf("%q", got)
	}
}

// TestSampleRates: every rate is of a market that a phone can belong to, and a
// market with one rate has them all.
func TestSampleRates(t *testing.T) {
	markets := map[string]bool{}
	for _, m := range whatsapp.Countries() {
		markets[m.Market] = true
	}
	categories := valuesOf(t, "template_category")
	type key struct {
		market, category string
		from             time.Time
	}
	seen := map[key]bool{}
	rated := map[string][]string{}
	for _, r := range whatsapp.SampleRates() {
		if !markets[r.Market] {
			t.Errorf("no phone belongs to the market %q", r.Market)
		}
		if !slices.Contains(categories, r.Category) {
			t.Errorf("%s: %q is no category", r.Market, r.Category)
		}
		if k := (key{r.Market, r.Category, r.ValidFrom}); seen[k] {
			t.Errorf("%v stands twice", k)
		} else {
			seen[k] = true
		}
		if r.USD <= 0 || r.USD >= 1 {
			t.Errorf("%s %s costs %v", r.Market, r.Category, r.USD)
		}
		rated[r.Market] = append(rated[r.Market], r.Category)
	}
	for market, has := range rated {
		for _, category := range []string{"marketing", "utility", "authentication"} {
			if !slices.Contains(has, category) {
				t.Errorf("%s has no rate of %s", market, category)
			}
		}
	}
}

// TestBillingRules: at any time one rule fits each category and window.
func TestBillingRules(t *testing.T) {
	var categories []string
	for _, c := range whatsapp.Categories() {
		categories = append(categories, c.ID)
	}
	rules := whatsapp.BillingRules()
	for i, r := range rules {
		if !slices.Contains(categories, r.Category) || !slices.Contains(categories, r.RateCategory) {
			t.Errorf("%+v: no such category", r)
		}
		if r.Unit != "conversation" && r.Unit != "message" {
			t.Errorf("%+v: no such unit", r)
		}
		if r.FreeUnits != nil && *r.FreeUnits <= 0 {
			t.Errorf("%+v: %d free units", r, *r.FreeUnits)
		}
		for _, other := range rules[:i] {
			if other.Category == r.Category && other.ValidFrom.Equal(r.ValidFrom) && (other.InWindow == nil) == (r.InWindow == nil) && (r.InWindow == nil || *other.InWindow == *r.InWindow) {
				t.Errorf("two rules for %s from %s", r.Category, r.ValidFrom.Format(time.DateOnly))
			}
		}
	}
	// What the platform asks for, at the turns of its pricing.
	rule := func(day, category string, inWindow bool) (fits whatsapp.BillingRule) {
		at, err := time.Parse(time.DateOnly, day)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rules {
			if r.Category != category || r.ValidFrom.After(at) || r.InWindow != nil && *r.InWindow != inWindow {
				continue
			}
			if fits.Unit == "" || r.ValidFrom.After(fits.ValidFrom) || r.ValidFrom.Equal(fits.ValidFrom) && r.InWindow != nil {
				fits = r
			}
		}
		return fits
	}
	for _, c := range []struct {
		day, category string
		inWindow      bool
		unit          string
		billable      bool
		rate          string
		free          int
	}{
		{"2024-10-31", "service", true, "conversation", true, "service", 0},
		{"2024-11-01", "service", true, "conversation", false, "service", 0},
		{"2025-06-30", "utility", true, "conversation", true, "utility", 0},
		{"2025-06-30", "marketing", false, "conversation", true, "marketing", 0},
		{"2025-07-01", "marketing", true, "message", true, "marketing", 0},
		{"2025-07-01", "utility", true, "message", false, "utility", 0},
		{"2025-07-01", "utility", false, "message", true, "utility", 0},
		{"2025-07-01", "authentication", true, "message", true, "authentication", 0},
		{"2026-09-30", "service", true, "message", false, "service", 0},
		{"2026-10-01", "service", true, "message", true, "utility", 1000},
		{"2026-10-01", "utility", true, "message", true, "utility", 1000},
		{"2026-10-01", "utility", false, "message", true, "utility", 0},
	} {
		r := rule(c.day, c.category, c.inWindow)
		free := 0
		if r.FreeUnits != nil {
			free = *r.FreeUnits
		}
		if r.Unit != c.unit || r.Billable != c.billable || r.RateCategory != c.rate || free != c.free {
			t.Errorf("%+v: got %+v", c, r)
		}
	}
}
