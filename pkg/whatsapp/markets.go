package whatsapp

import (
	_ "embed"
	"slices"
	"strconv"
	"strings"
)

//go:embed markets.csv
var marketsCSV string

//go:embed calling_codes.csv
var callingCodesCSV string

//go:embed categories.csv
var categoriesCSV string

//go:embed providers.csv
var providersCSV string

// Country is a country and the market whose rates apply to it.
type Country struct {
	// Code is of ISO 3166-1, two letters.
	Code string
	// Names begin with the English one; the others are what people write too.
	Names  []string
	Market string
	// National is a regular expression of its numbers without the calling code, where
	// such a number may be taken for another country's; else empty.
	National string
}

// CallingCode says to which country the numbers with a prefix belong.
type CallingCode struct {
	Prefix  string
	Country string
	// Shortest and Longest are the digits that such a number has, with the prefix.
	// Both are 0 where that is not known.
	Shortest, Longest int
}

// Category is a category of messages as the platform has them.
type Category struct {
	ID string
	// Template: a template can have it.
	Template bool
	// Fallback is the category whose rules and rates serve where there are none of its
	// own, or empty.
	Fallback string
}

// Countries returns the countries of the world.
func Countries() []Country {
	var countries []Country
	for _, row := range rows(marketsCSV) {
		countries = append(countries, Country{Code: row[0], Names: strings.Split(row[1], "|"), Market: row[2], National: row[3]})
	}
	return countries
}

// CallingCodes returns the calling codes of the world, each down to the digits that
// tell countries apart. The longest prefix of a number wins.
func CallingCodes() []CallingCode {
	var codes []CallingCode
	for _, row := range rows(callingCodesCSV) {
		code := CallingCode{Prefix: row[0], Country: row[2]}
		if first, last, ok := strings.Cut(row[1], "-"); ok {
			code.Shortest, code.Longest = number(first), number(last)
		}
		codes = append(codes, code)
	}
	return codes
}

// Categories returns the categories that the platform has.
func Categories() []Category {
	var categories []Category
	for _, row := range rows(categoriesCSV) {
		categories = append(categories, Category{row[0], row[1] == "true", row[2]})
	}
	return categories
}

// TemplateCategories returns the ids of those that a template can have.
func TemplateCategories() []string {
	var ids []string
	for _, c := range Categories() {
		if c.Template {
			ids = append(ids, c.ID)
		}
	}
	return ids
}

// CategoryChain returns the category and those whose rules and rates serve in its
// place, in their order.
func CategoryChain(id string) []string {
	chain := []string{id}
	categories := Categories()
	for {
		at := slices.IndexFunc(categories, func(c Category) bool { return c.ID == chain[len(chain)-1] })
		if at < 0 || categories[at].Fallback == "" {
			return chain
		}
		chain = append(chain, categories[at].Fallback)
	}
}

// Providers returns, by the name that help desks store, whether Meta bills the
// messages of a line.
func Providers() map[string]bool {
	providers := map[string]bool{}
	for _, row := range rows(providersCSV) {
		providers[row[0]], _ = strconv.ParseBool(row[1])
	}
	return providers
}

// gaps are the characters that make no difference in a name: spaces, invisible ones
// and punctuation.
const gaps = " \t\n\v\f\r\u00a0\u200b\u200c\u200d\u2060\ufeff.,;:_'()/-"

// FoldName returns a name of a market or country as names are compared: in small
// letters, with one space wherever there is space or punctuation.
func FoldName(name string) string {
	name = strings.ReplaceAll(strings.ToLower(name), "&", " and ")
	return strings.Join(strings.FieldsFunc(name, func(r rune) bool { return strings.ContainsRune(gaps, r) }), " ")
}

// FoldCategory returns a category as categories are compared.
func FoldCategory(category string) string {
	return strings.NewReplacer(" ", "_", "-", "_").Replace(strings.ToLower(strings.Trim(category, " \t\r\n")))
}
