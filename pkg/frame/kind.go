package frame

import (
	"strings"

	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/parley-reports/parley/pkg/catalog"
)

// Kind is what the values of a column are.
type Kind int

// The kinds, and the Go types of their values: Text has strings, Count int64, Instant and
// Day time.Time, and the others float64. A Share of 1 is 100 %.
const (
	Text Kind = iota
	Count
	Number
	Share
	Seconds
	USD
	Instant
	Day
)

// Kinds are the kinds of values by the unit of their metric. All others are Text.
var Kinds = map[catalog.Unit]Kind{
	catalog.Count: Count, catalog.Number: Number, catalog.Ratio: Share, catalog.Seconds: Seconds, catalog.USD: USD, catalog.Instant: Instant,
}

// Float returns a number of any type of the kinds.
func Float(value any) (f float64, isNumber bool) {
	switch v := value.(type) {
	case int64:
		return float64(v), true
	case float64:
		return v, true
	}
	return 0, false
}

// KindOf returns the kind of a field with this unit. The unit of a panel can differ from
// that of the field.
func KindOf(t data.FieldType, unit string) Kind {
	switch {
	case t.Time():
		return Instant
	case !t.Numeric():
		return Text
	case unit == "percentunit":
		return Share
	case unit == "currencyUSD":
		return USD
	case unit == "s" || strings.HasPrefix(unit, "dt"):
		return Seconds
	case unit == "locale":
		return Count
	case t == data.FieldTypeInt64 || t == data.FieldTypeNullableInt64:
		return Count
	}
	return Number
}
