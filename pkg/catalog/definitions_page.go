package catalog

import (
	"fmt"
	"slices"
	"strings"
)

// Definitions returns docs/definitions.md: the definition of every metric and
// dimension, in Markdown.
func Definitions() string {
	var b strings.Builder
	b.WriteString(definitionsIntro)
	texts := In("en")

	b.WriteString("\n## Metrics\n")
	for _, f := range facts() {
		text := texts.Fact(f)
		fmt.Fprintf(&b, "\n### %s (`%s`)\n\n%s\n\n", text.Title, f, text.Description)
		fmt.Fprintf(&b, "Group by and filter by: %s.\n", codes(cuts(f)))
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

What every number in Parley means.

- A report covers the events from the start of its time range up to, but not including, the end.
- Each metric is counted at one event time. Delivery, reading, reply and failure count at the time the message was created, not at the time they happened. That is why a rate never exceeds 100%, and why a card, a chart and a list with the same filters show the same total.
- Users are distinct contacts. A contact of an account counts once, however often they appear. Distinct counts do not add up over intervals or rows.
- Rates are computed from the sums of numerator and denominator. They are never averaged.
- Durations are in seconds: average, median (p50) and 90th percentile (p90, linear interpolation).
- Rows without a value are never dropped. They are shown as ` + "`(none)`" + ` or, for example, ` + "`(no agent)`" + `. In filters, the value is always ` + "`(none)`" + `.
- A session is a fixed 24-hour window between a contact and a line. It does not get longer with new messages. A session that starts at a free entry point ends 72 hours after the first reply from the business.
- A conversation is a help desk thread: it is opened, assigned, tagged and resolved. It can contain many sessions.

The [glossary](glossary.md) lists the names that Chatwoot, Zendesk and Meta use.
`

// facts returns the facts that have public metrics, in the order of the catalogue.
func facts() []Fact {
	var fs []Fact
	for _, m := range Metrics {
		if !m.Internal && !slices.Contains(fs, m.Fact) {
			fs = append(fs, m.Fact)
		}
	}
	return fs
}

// cuts returns the dimensions of a fact, except the funnel's stage: only its own
// metrics can be grouped by it.
func cuts(f Fact) []string {
	return GroupableBy(f, false)
}

func defineMetric(b *strings.Builder, m Metric, text Words) {
	fmt.Fprintf(b, "\n#### %s\n\n`%s`: %s\n\n", text.Title, m.ID, text.Description)
	fmt.Fprintf(b, "- Formula: %s\n", text.Formula)
	fmt.Fprintf(b, "- Unit: %s%s\n", unitNames[m.Unit], addsUp(m))
	fmt.Fprintf(b, "- Without data: %s\n", whenUnknown(m))
	if m.Stage != "" {
		b.WriteString("- Always grouped by `stage`, and optionally by the dimensions above.\n")
	}
	if len(m.Needs) > 0 {
		fmt.Fprintf(b, "- Requires %s\n", codes(m.Needs))
	}
}

var unitNames = map[Unit]string{
	Count: "count", Ratio: "fraction (1 = 100%)", Number: "number", Seconds: "seconds", USD: "US dollars", Text: "text", Instant: "time",
}

func addsUp(m Metric) string {
	if m.Additive {
		return "; adds up over time and rows"
	}
	return "; does not add up"
}

// whenUnknown describes what a metric shows if there is no data.
func whenUnknown(m Metric) string {
	switch {
	case m.Unit == Count || m.Additive:
		return "0"
	case m.Unit == Seconds:
		return "empty; rows without the duration are left out, not counted as 0"
	case m.ShareOf != "":
		return "empty if the total is 0"
	case m.Unit == Ratio || len(m.Over) > 0:
		return "empty if the denominator is 0"
	}
	return "empty"
}

func defineDimension(b *strings.Builder, d Dimension, texts Texts) {
	text := texts.Dimension(d.ID)
	fmt.Fprintf(b, "\n### %s\n\n`%s`: %s\n\n", text.Title, d.ID, text.Description)
	names := make([]string, len(d.Facts))
	for i, f := range d.Facts {
		names[i] = string(f)
	}
	fmt.Fprintf(b, "- Applies to: %s\n", codes(names))
	if d.Kind == KindEntity {
		b.WriteString("- Grouped and filtered by id, shown by name: two entries with the same name are two rows\n")
	}
	if len(d.Needs) > 0 {
		fmt.Fprintf(b, "- Requires %s\n", codes(d.Needs))
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
