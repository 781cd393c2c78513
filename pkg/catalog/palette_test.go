package catalog

import (
	"slices"
	"testing"
)

// TestColorsAreOfSomething finds colours of metrics and values that do not exist.
func TestColorsAreOfSomething(t *testing.T) {
	for id := range metricColors {
		if !slices.Contains(MetricIDs(), id) {
			t.Errorf("a colour of the metric %s, which does not exist", id)
		}
	}
	for id, colors := range valueColors {
		d, _ := LookupDimension(id)
		for value := range colors {
			if !slices.Contains(d.Values, value) {
				t.Errorf("a colour of %s %s, which does not exist", id, value)
			}
		}
	}
}

// TestMissingTextsFallBack: a language that lacks a text is English.
func TestMissingTextsFallBack(t *testing.T) {
	bare := Texts{&textTable{}}
	english := In("en")
	for _, c := range []struct{ what, got, want string }{
		{"metric", bare.Metric("sessions").Title, english.Metric("sessions").Title},
		{"column", bare.Column("body").Title, english.Column("body").Title},
		{"value", bare.Value("status", "read"), english.Value("status", "read")},
		{"values", bare.Values("status")["read"], english.Values("status")["read"]},
		{"none", bare.None(), english.None()},
		{"previous", bare.Previous("previous_year", "x"), english.Previous("previous_year", "x")},
		{"change", bare.Change("percent", "x"), english.Change("percent", "x")},
		{"yes", bare.YesNo(true), english.YesNo(true)},
	} {
		if c.got == "" || c.got != c.want {
			t.Errorf("%s: got %q, want %q", c.what, c.got, c.want)
		}
	}
}
