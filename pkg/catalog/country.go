package catalog

import (
	"strings"
	"sync"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// country returns the name of a country in the language of the texts, or the code if
// it is unknown.
func (t Texts) country(code string) string {
	region, err := language.ParseRegion(code)
	if err != nil || len(code) != 2 || !region.IsCountry() {
		return code
	}
	tag := language.English
	switch t.own {
	case textTables["es"]:
		tag = language.LatinAmericanSpanish
	case textTables["pt-BR"]:
		tag = language.BrazilianPortuguese
	}
	if name := display.Regions(tag).Name(region); name != "" {
		return name
	}
	return code
}

// countryCodes returns the codes of countries by their names in all languages, as shown
// and in lower case. A name in capitals is none: what a database holds is shown in
// capitals, so it is a value of its own.
var countryCodes = sync.OnceValue(func() map[string]string {
	codes := map[string]string{}
	for first := 'A'; first <= 'Z'; first++ {
		for second := 'A'; second <= 'Z'; second++ {
			code := string([]rune{first, second})
			for _, l := range Languages {
				if name := In(l).country(code); name != code {
					codes[name], codes[strings.ToLower(name)] = code, code
				}
			}
		}
	}
	return codes
})

// ValueOf returns the value of a dimension that a display text stands for: "(none)" for
// the texts of missing values and the code for the name of a country, in any language.
// Other texts are returned unchanged.
func ValueOf(dimension, text string) string {
	for _, l := range Languages {
		if texts := In(l); text == texts.NoneOf(dimension) || text == texts.None() {
			return None
		}
	}
	if dimension == "country" {
		if code, ok := countryCodes()[strings.TrimSpace(text)]; ok {
			return code
		}
	}
	return text
}
