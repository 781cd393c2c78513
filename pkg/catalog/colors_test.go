package catalog_test

import (
	"math"
	"strconv"
	"testing"

	"github.com/parley-reports/parley/pkg/catalog"
)

// TestColorsAreReadable measures the contrast of every colour on the panels of
// both themes, and that the colours of one chart stay apart for eyes of every
// kind. What is asked is the usual 3 : 1 for graphics, and a distance in CIELAB
// that nobody overlooks.
func TestColorsAreReadable(t *testing.T) {
	const contrast, apart = 3, 20
	for _, d := range catalog.Dimensions {
		for i, v := range d.Values {
			a := catalog.Color(d.ID, v)
			if a == "" {
				continue
			}
			for _, background := range []string{"#181B1F", "#FFFFFF"} {
				if got := contrastOf(a, background); got < contrast {
					t.Errorf("%s %s: contrast %.2f on %s", d.ID, v, got, background)
				}
			}
			for _, w := range d.Values[i+1:] {
				b := catalog.Color(d.ID, w)
				if b == "" {
					continue
				}
				for eyes, matrix := range vision {
					if got := distance(a, b, matrix); got < apart {
						t.Errorf("%s: %s and %s are only %.1f apart for %s", d.ID, v, w, got, eyes)
					}
				}
			}
		}
	}
}

func TestColorsHaveOneMeaning(t *testing.T) {
	for _, c := range []struct{ metric, dimension, value string }{
		{"messages_failed", "status", "failed"},
		{"messages_pending", "status", "pending"},
		{"notified", "status", "sent"},
		{"notified_delivered", "stage", "delivered"},
		{"notified_read", "status", "read"},
		{"answered", "stage", "replied"},
		{"messages_received", "direction", "inbound"},
		{"messages_sent", "direction", "outbound"},
		{"sessions_by_business", "initiator", "business"},
		{"sessions_by_contact", "initiator", "contact"},
		{"sessions_free_entry_point", "initiator", "free_entry_point"},
		{"new_users", "user_type", "new"},
		{"returning_users", "user_type", "returning"},
	} {
		got, want := catalog.MetricColor(c.metric), catalog.Color(c.dimension, c.value)
		if got == "" || got != want {
			t.Errorf("%s is %q, %s %s is %q", c.metric, got, c.dimension, c.value, want)
		}
	}
	if got := catalog.Color("line", "7") + catalog.Color("status", "nope") + catalog.MetricColor("sessions"); got != "" {
		t.Errorf("colours without a meaning: %q", got)
	}
}

// vision simulates how people see linear RGB (Machado, Oliveira and Fernandes
// 2009, complete deficiency).
var vision = map[string][3][3]float64{
	"most eyes":    {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
	"protanopia":   {{.152286, 1.052583, -.204868}, {.114503, .786281, .099216}, {-.003882, -.048116, 1.051998}},
	"deuteranopia": {{.367322, .860646, -.227968}, {.280085, .672501, .047413}, {-.011820, .042940, .968881}},
	"tritanopia":   {{1.255528, -.076749, -.178779}, {-.078411, .930809, .147602}, {.004733, .691367, .303900}},
}

func linear(color string) [3]float64 {
	var rgb [3]float64
	for i := range rgb {
		n, err := strconv.ParseUint(color[1+2*i:3+2*i], 16, 8)
		if err != nil {
			panic(err)
		}
		c := float64(n) / 255
		if c <= 0.04045 {
			rgb[i] = c / 12.92
		} else {
			rgb[i] = math.Pow((c+0.055)/1.055, 2.4)
		}
	}
	return rgb
}

func contrastOf(a, b string) float64 {
	luminance := func(color string) float64 {
		c := linear(color)
		return 0.2126*c[0] + 0.7152*c[1] + 0.0722*c[2]
	}
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func distance(a, b string, eyes [3][3]float64) float64 {
	lab := func(color string) [3]float64 {
		rgb := linear(color)
		var seen [3]float64
		for i, row := range eyes {
			seen[i] = min(1, max(0, row[0]*rgb[0]+row[1]*rgb[1]+row[2]*rgb[2]))
		}
		f := func(v float64) float64 {
			if v > 0.008856 {
				return math.Cbrt(v)
			}
			return 7.787*v + 16.0/116
		}
		x := f((0.4124*seen[0] + 0.3576*seen[1] + 0.1805*seen[2]) / 0.95047)
		y := f(0.2126*seen[0] + 0.7152*seen[1] + 0.0722*seen[2])
		z := f((0.0193*seen[0] + 0.1192*seen[1] + 0.9505*seen[2]) / 1.08883)
		return [3]float64{116*y - 16, 500 * (x - y), 200 * (y - z)}
	}
	p, q := lab(a), lab(b)
	return math.Sqrt((p[0]-q[0])*(p[0]-q[0]) + (p[1]-q[1])*(p[1]-q[1]) + (p[2]-q[2])*(p[2]-q[2]))
}
