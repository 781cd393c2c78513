package export

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/parley-reports/parley/pkg/catalog"
)

// Words returns a value of a column as people of the language write it: 1,204, 12.5%,
// 3 h 20 min.
func Words(texts catalog.Texts, k kind, value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return v
	case int64:
		return decimal(texts, float64(v), 0)
	case int32:
		return decimal(texts, float64(v), 0)
	case time.Time:
		if k == day {
			return v.Format(time.DateOnly)
		}
		return v.Format("2006-01-02 15:04")
	case float64:
		switch k {
		case share:
			if v < 0 {
				return "-" + texts.Share(-v)
			}
			return texts.Share(v)
		case seconds:
			return duration(v)
		case usd:
			return "$" + decimal(texts, v, 2)
		case count:
			return decimal(texts, v, 0)
		}
		return decimal(texts, v, 2)
	}
	return fmt.Sprint(value)
}

// decimal returns a number with separators for thousands and this many decimals.
func decimal(texts catalog.Texts, v float64, decimals int) string {
	digits := strconv.FormatFloat(math.Abs(v), 'f', decimals, 64)
	whole, fraction, hasFraction := strings.Cut(digits, ".")
	n, _ := strconv.ParseInt(whole, 10, 64)
	text := texts.Count(n)
	if hasFraction {
		text += texts.DecimalMark() + fraction
	}
	if v < 0 && strings.Trim(digits, "0.") != "" {
		return "-" + text
	}
	return text
}

// wholeSeconds leaves out the fraction of a second, as panels do: people compare files with
// the screen.
func wholeSeconds(v float64) float64 { return math.Trunc(v) }

// duration returns a length of time with its two largest units.
func duration(v float64) string {
	n := int64(wholeSeconds(math.Abs(v)))
	sign := ""
	if v < 0 && n > 0 {
		sign = "-"
	}
	two := func(large int64, unit string, small int64, smaller string) string {
		if small == 0 {
			return fmt.Sprintf("%s%d %s", sign, large, unit)
		}
		return fmt.Sprintf("%s%d %s %d %s", sign, large, unit, small, smaller)
	}
	switch {
	case n < 60:
		return fmt.Sprintf("%s%d s", sign, n)
	case n < 3600:
		return two(n/60, "min", n%60, "s")
	case n < 86400:
		return two(n/3600, "h", n%3600/60, "min")
	}
	return two(n/86400, "d", n%86400/3600, "h")
}
