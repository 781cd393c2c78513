package catalog

import (
	"cmp"
	"embed"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
)

//go:embed texts/*.json
var textFiles embed.FS

// Languages lists the languages of the texts. English is first: it is the fallback.
var Languages = []string{"en", "es", "pt-BR"}

// Words are the texts of a catalogue entry. Columns have no description, and only
// metrics have a formula.
type Words struct {
	Title       string `json:"title"`
	Description string `json:"description,omitempty"`
	// Short replaces the first sentence of the description where there is little room.
	Short   string `json:"short,omitempty"`
	Formula string `json:"formula,omitempty"`
}

// Summary returns a description of one short sentence, for lists of choices.
func (w Words) Summary() string {
	if w.Short != "" {
		return w.Short
	}
	first, _, more := strings.Cut(w.Description, ". ")
	if more {
		first += "."
	}
	return first
}

// Texts are the texts of one language. Missing texts fall back to English, then to
// the id. The zero value is English.
type Texts struct{ own *textTable }

// textTable is the format of a text file.
type textTable struct {
	None       string                   `json:"none"`
	Link       string                   `json:"link"`
	Yes        string                   `json:"yes"`
	No         string                   `json:"no"`
	Previous   map[string]string        `json:"previous"`
	Change     map[string]string        `json:"change"`
	Facts      map[string]Words         `json:"facts"`
	Metrics    map[string]Words         `json:"metrics"`
	Dimensions map[string]textDimension `json:"dimensions"`
	Advice     map[string]string        `json:"advice"`
	Meanings   map[string]string        `json:"meanings"`
	Columns    map[string]Words         `json:"columns"`
	Buckets    map[string]string        `json:"buckets"`
	Reports    map[string]Words         `json:"reports"`
	Events     map[string]string        `json:"events"`
	Notices    map[string]string        `json:"notices"`
	Relations  map[string]string        `json:"relations"`
	Kinds      map[string]string        `json:"kinds"`
	Numbers    textNumbers              `json:"numbers"`
}

type textNumbers struct {
	Thousands string `json:"thousands"`
	Decimal   string `json:"decimal"`
	Percent   string `json:"percent"`
	Duration  string `json:"duration"`
}

type textDimension struct {
	Words
	// None is the display text for a missing value, Unnamed the one for an entity without a name.
	None    string            `json:"none,omitempty"`
	Unnamed string            `json:"unnamed,omitempty"`
	Values  map[string]string `json:"values,omitempty"`
}

var textTables = loadTexts()

// loadTexts reads the embedded text files. If one cannot be read, its language stays
// empty and the tests fail.
func loadTexts() map[string]*textTable {
	tables := map[string]*textTable{}
	for _, language := range Languages {
		table := &textTable{}
		if data, err := textFiles.ReadFile("texts/" + language + ".json"); err == nil {
			_ = json.Unmarshal(data, table)
		}
		tables[language] = table
	}
	return tables
}

// In returns the texts of a language: en, es or pt-BR. Regional variants map to their
// language, all other languages to English.
func In(language string) Texts {
	switch l, _, _ := strings.Cut(strings.ToLower(strings.ReplaceAll(language, "_", "-")), "-"); l {
	case "es":
		return Texts{textTables["es"]}
	case "pt":
		return Texts{textTables["pt-BR"]}
	}
	return Texts{textTables["en"]}
}

// tables returns the tables to search for a text, in order.
func (t Texts) tables() []*textTable {
	english := textTables["en"]
	if t.own == nil || t.own == english {
		return []*textTable{english}
	}
	return []*textTable{t.own, english}
}

// find returns the first text that exists, or the fallback.
func find[T comparable](t Texts, fallback T, of func(*textTable) T) T {
	var none T
	for _, table := range t.tables() {
		if text := of(table); text != none {
			return text
		}
	}
	return fallback
}

// Metric returns the texts of a metric.
func (t Texts) Metric(id string) Words {
	return find(t, Words{Title: id}, func(table *textTable) Words { return table.Metrics[id] })
}

// Dimension returns the texts of a dimension.
func (t Texts) Dimension(id string) Words {
	return find(t, Words{Title: id}, func(table *textTable) Words { return table.Dimensions[id].Words })
}

// Bucket returns the title of a time column with buckets of this length.
func (t Texts) Bucket(id string) string {
	return find(t, t.Dimension(id).Title, func(table *textTable) string { return table.Buckets[id] })
}

// Column returns the texts of a details column or dimension.
func (t Texts) Column(id string) Words {
	return find(t, t.Dimension(id), func(table *textTable) Words { return table.Columns[id] })
}

// Report returns the texts of a report.
func (t Texts) Report(id string) Words {
	return find(t, Words{Title: id}, func(table *textTable) Words { return table.Reports[id] })
}

// Fact returns the texts of a fact. The description names its event time.
func (t Texts) Fact(f Fact) Words {
	return find(t, Words{Title: string(f)}, func(table *textTable) Words { return table.Facts[string(f)] })
}

// Value returns the display text of a dimension's value: translated for "(none)",
// enums and weekdays, unchanged for all others.
func (t Texts) Value(dimension, value string) string {
	if value == None {
		return t.NoneOf(dimension)
	}
	if dimension == "country" {
		return t.country(value)
	}
	return find(t, value, func(table *textTable) string { return table.Dimensions[dimension].Values[value] })
}

// Unnamed returns the display text for an entity without a name, for example "Agent 17".
func (t Texts) Unnamed(dimension, id string) string {
	return strings.ReplaceAll(find(t, "{0}", func(table *textTable) string { return table.Dimensions[dimension].Unnamed }), "{0}", id)
}

// Values returns the display texts of a dimension's values, by value. The caller may
// change the map.
func (t Texts) Values(dimension string) map[string]string {
	values := map[string]string{}
	for _, table := range slices.Backward(t.tables()) {
		maps.Copy(values, table.Dimensions[dimension].Values)
	}
	return values
}

// Advice returns what to do about a failure reason, or "".
func (t Texts) Advice(reason string) string {
	return find(t, "", func(table *textTable) string { return table.Advice[reason] })
}

// Meaning returns the meaning of a provider's error code, or "" if it is unknown.
func (t Texts) Meaning(code string) string {
	return find(t, "", func(table *textTable) string { return table.Meanings[code] })
}

// None returns the display text of "no value".
func (t Texts) None() string {
	return find(t, None, func(table *textTable) string { return table.None })
}

// NoneOf returns how "no value" of a dimension is shown, such as "(no agent)".
func (t Texts) NoneOf(dimension string) string {
	return find(t, t.None(), func(table *textTable) string { return cmp.Or(table.Dimensions[dimension].None, table.None) })
}

// Link returns the text of a link to a chat.
func (t Texts) Link() string {
	return find(t, "link", func(table *textTable) string { return table.Link })
}

// DurationUnit returns the Grafana unit for durations. Grafana's "hours" and "days"
// are always English, so other languages use a clock format.
func (t Texts) DurationUnit() string {
	return find(t, "s", func(table *textTable) string { return table.Numbers.Duration })
}

// YesNo returns the display text of a boolean.
func (t Texts) YesNo(yes bool) string {
	if yes {
		return find(t, "true", func(table *textTable) string { return table.Yes })
	}
	return find(t, "false", func(table *textTable) string { return table.No })
}

// Previous returns the title of a metric in the comparison period: previous_period or
// previous_year.
func (t Texts) Previous(compare, title string) string {
	pattern := find(t, "{0}", func(table *textTable) string { return table.Previous[compare] })
	return strings.ReplaceAll(pattern, "{0}", title)
}

// Change returns the title of the change of a metric: absolute or percent.
func (t Texts) Change(kind, title string) string {
	pattern := find(t, "{0}", func(table *textTable) string { return table.Change[kind] })
	return strings.ReplaceAll(pattern, "{0}", title)
}

// Event returns a text about an event, with {0}, {1} … replaced by the parts.
func (t Texts) Event(id string, parts ...string) string {
	return filled(find(t, id, func(table *textTable) string { return table.Events[id] }), parts)
}

// Notice returns a notice, with {0}, {1} … replaced by the parts.
func (t Texts) Notice(id string, parts ...string) string {
	return filled(find(t, id, func(table *textTable) string { return table.Notices[id] }), parts)
}

func filled(sentence string, parts []string) string {
	for i, part := range parts {
		sentence = strings.ReplaceAll(sentence, "{"+strconv.Itoa(i)+"}", part)
	}
	return sentence
}

// Relation returns the plural name of a relation's rows.
func (t Texts) Relation(name string) string {
	return find(t, name, func(table *textTable) string { return table.Relations[name] })
}

// Kind returns the name of a database kind for use in a sentence.
func (t Texts) Kind(name string) string {
	return find(t, name, func(table *textTable) string { return table.Kinds[name] })
}

func (t Texts) numbers() textNumbers {
	return find(t, textNumbers{}, func(table *textTable) textNumbers { return table.Numbers })
}

// Count formats an integer.
func (t Texts) Count(n int64) string {
	sign, digits := "", strconv.FormatInt(n, 10)
	if n < 0 {
		sign, digits = "-", digits[1:]
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + t.numbers().Thousands + digits[i:]
	}
	return sign + digits
}

// DecimalMark returns what stands between the integer and the fraction of a number.
func (t Texts) DecimalMark() string { return t.numbers().Decimal }

// Share formats a fraction (1 = 100%) as a percentage with at most one decimal.
func (t Texts) Share(share float64) string {
	text := strings.TrimSuffix(strconv.FormatFloat(100*share, 'f', 1, 64), ".0")
	return strings.ReplaceAll(t.numbers().Percent, "{0}", strings.ReplaceAll(text, ".", t.numbers().Decimal))
}
