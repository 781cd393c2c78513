// Package whatsapp provides WhatsApp's markets by calling code, rates and billing
// rules. They are CSV files in this directory.
package whatsapp

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"
	"time"
)

//go:embed sample_rates.csv
var sampleRatesCSV string

//go:embed billing_rules.csv
var billingRulesCSV string

// Rate is the price in USD of one billable unit from ValidFrom (a date in UTC)
// until the next row of the same market and category.
type Rate struct {
	Market, Category string
	ValidFrom        time.Time
	USD              float64
}

// BillingRule says how one category is billed from ValidFrom (a date in UTC)
// on. Of the rules that fit a message's category and window the latest serves;
// of two of one day, the one that names the window. A nil InWindow fits both,
// FreeUnits is the allowance per line and calendar month (UTC), nil for none.
type BillingRule struct {
	ValidFrom    time.Time
	Unit         string // conversation or message
	Category     string
	InWindow     *bool
	Billable     bool
	RateCategory string
	FreeUnits    *int
}

// SampleRates returns a rate card for a first look: approximate list prices of
// late 2025. Load your own rates in the relation rate_card.
func SampleRates() []Rate {
	var rates []Rate
	for _, row := range rows(sampleRatesCSV) {
		usd, err := strconv.ParseFloat(row[3], 64)
		must(err)
		rates = append(rates, Rate{row[0], row[1], date(row[2]), usd})
	}
	return rates
}

// BillingRules returns the platform's rules of billing.
func BillingRules() []BillingRule {
	var rules []BillingRule
	for _, row := range rows(billingRulesCSV) {
		rule := BillingRule{ValidFrom: date(row[0]), Unit: row[1], Category: row[2], Billable: row[4] == "true", RateCategory: row[5]}
		if row[3] != "" {
			inWindow := row[3] == "true"
			rule.InWindow = &inWindow
		}
		if row[6] != "" {
			free := number(row[6])
			rule.FreeUnits = &free
		}
		rules = append(rules, rule)
	}
	return rules
}

// rows parses an embedded table without its header and comments. The tables are part
// of the program: one that cannot be read is a bug that the tests find.
func rows(table string) [][]string {
	r := csv.NewReader(strings.NewReader(table))
	r.Comment = '#'
	all, err := r.ReadAll()
	must(err)
	return all[1:]
}

func number(s string) int {
	n, err := strconv.Atoi(s)
	must(err)
	return n
}

func date(s string) time.Time {
	t, err := time.Parse(time.DateOnly, s)
	must(err)
	return t
}

func must(err error) {
	if err != nil {
		panic(fmt.Sprintf("embedded table: %v", err))
	}
}
