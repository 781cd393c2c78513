package catalog

import (
	"fmt"
	"slices"
	"strings"
)

// Definitions writes the catalogue as a page of documentation in Markdown: what
// every metric and every dimension means.
func Definitions() string {
	var b strings.Builder
	b.WriteString(definitionsIntro)
	texts := In("en")

	b.WriteString("\n## Metrics\n")
	for _, f := range facts() {
		text := texts.Fact(f)
		fmt.Fprintf(&b, "\n### %s (`%s`)\n\nThese metrics %s%s\n\n", text.Title, f, strings.ToLower(text.Description[:1]), text.Description[1:])
		fmt.Fprintf(&b, "Cut and filtered by: %s.\n", codes(cuts(f)))
		for _, m := range Metrics {
			if m.Fact == f && !m.Internal {
				defineMetric(&b, m, texts.Metric(m.ID))
			}
		}
	}

	b.WriteString("\n## Dimensions\n")
	for _, d := range Dimensions {
		defineDimension(&b, d, texts)
	}
	return b.String()
}

const definitionsIntro = `# Definitions

What each number of Parley means. The page is written from the catalogue by
` + "`go test ./pkg/catalog -update`" + `; do not edit it by hand.

- A report covers the events from the start of its range up to, but not including, its end.
- Every metric hangs on one event time. What became of a message later (delivery, reading, reply, failure) counts at the time at which the message was created, so a rate never passes 100 %, and a card, a chart and a list with the same filters show the same total.
- Users are distinct contacts: one contact of one account counts once, however often they appear. Distinct counts do not add up over buckets or rows.
- Rates are computed from summed numerators and denominators, never averaged.
- Durations are in seconds, as an average, a median (p50) and a 90th percentile (p90, linear interpolation).
- A value that is missing is a row of its own, ` + "`(none)`" + `, and is never dropped.
- A session is a fixed window of 24 hours between one contact and one line; at a free entry point it ends 72 hours after the business's first reply. It does not slide with the messages inside it.
- A conversation is a thread of the help desk, which is opened, assigned, tagged and resolved, and may hold many sessions.
`

// facts are those that have metrics to offer, in the catalogue's order.
func facts() []Fact {
	var fs []Fact
	for _, m := range Metrics {
		if !m.Internal && !slices.Contains(fs, m.Fact) {
			fs = append(fs, m.Fact)
		}
	}
	return fs
}

// cuts are the dimensions of a fact without the funnel's stage, which goes only
// with the metrics made for it.
func cuts(f Fact) []string {
	return slices.DeleteFunc(DimensionIDs(f), func(id string) bool { return id == "stage" })
}

func defineMetric(b *strings.Builder, m Metric, text Words) {
	fmt.Fprintf(b, "\n#### %s\n\n`%s`: %s\n\n", text.Title, m.ID, text.Description)
	fmt.Fprintf(b, "- Formula: %s\n", text.Formula)
	fmt.Fprintf(b, "- Unit: %s%s\n", unitNames[m.Unit], addsUp(m))
	fmt.Fprintf(b, "- Unknown: %s\n", whenUnknown(m))
	if strings.HasPrefix(m.ID, "stage_") {
		b.WriteString("- Cut by `stage` always, and by the dimensions above.\n")
	}
	if len(m.Needs) > 0 {
		fmt.Fprintf(b, "- Unavailable where the database has no %s\n", codes(m.Needs))
	}
}

var unitNames = map[Unit]string{
	Count: "count", Ratio: "share, 1 is 100 %", Number: "number", Seconds: "seconds", USD: "US dollars", Text: "text", Instant: "time",
}

func addsUp(m Metric) string {
	if m.Additive {
		return "; adds up over time and rows"
	}
	return "; does not add up"
}

// whenUnknown says what a metric shows where its inputs are missing.
func whenUnknown(m Metric) string {
	switch {
	case m.Unit == Count || m.Additive:
		return "0 where there is none"
	case m.Unit == Seconds:
		return "missing inputs are left out, not counted as 0; empty where there is none"
	case m.ShareOf != "":
		return "empty where the whole is 0"
	case m.Unit == Ratio || len(m.Over) > 0:
		return "empty where the denominator is 0"
	}
	return "empty where there is none"
}

func defineDimension(b *strings.Builder, d Dimension, texts Texts) {
	text := texts.Dimension(d.ID)
	fmt.Fprintf(b, "\n### %s\n\n`%s`: %s\n\n", text.Title, d.ID, text.Description)
	names := make([]string, len(d.Facts))
	for i, f := range d.Facts {
		names[i] = string(f)
	}
	fmt.Fprintf(b, "- Of the metrics of: %s\n", codes(names))
	if d.Kind == KindEntity {
		b.WriteString("- Held by id, shown by name: two of one name are two rows\n")
	}
	if len(d.Needs) > 0 {
		fmt.Fprintf(b, "- Unavailable where the database has no %s\n", codes(d.Needs))
	}
	values := d.Values
	if d.ID == "weekday" {
		values = []string{"0", "1", "2", "3", "4", "5", "6"}
	}
	if len(values) == 0 {
		return
	}
	if d.ID == "failure_reason" {
		b.WriteString("\n| value | shown as | what to do |\n|---|---|---|\n")
		for _, v := range values {
			fmt.Fprintf(b, "| `%s` | %s | %s |\n", v, texts.Value(d.ID, v), texts.Advice(v))
		}
		return
	}
	b.WriteString("\n| value | shown as |\n|---|---|\n")
	for _, v := range values {
		fmt.Fprintf(b, "| `%s` | %s |\n", v, texts.Value(d.ID, v))
	}
}

func codes(ids []string) string { return "`" + strings.Join(ids, "`, `") + "`" }
