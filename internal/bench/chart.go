package bench

import (
	"fmt"
	"html"
	"math"
	"slices"
	"strings"
	"time"
)

// Chart draws the dashboards that have SQL by hand, in the largest database, as SVG:
// three bars each, on a logarithmic scale. It is empty where there are none.
func (r *Report) Chart() string {
	var m *Measured
	for _, other := range r.Measured {
		if other.Kind == "views" && (m == nil || other.Size > m.Size) {
			m = other
		}
	}
	if m == nil {
		return ""
	}
	dashboards := slices.DeleteFunc(slices.Clone(m.Dashboards), func(d *Dashboard) bool { return len(d.Hand) == 0 })
	const left, width, bar, gap, top = 130, 520, 16, 22, 58
	height := top + len(dashboards)*(3*bar+gap) + 30
	from, to := time.Millisecond, 10*time.Millisecond
	for _, d := range dashboards {
		for _, t := range [][]time.Duration{d.Hand, d.Cold, d.Warm} {
			for to < median(t) {
				to *= 10
			}
		}
	}
	x := func(t time.Duration) float64 {
		return left + width*math.Log(max(1, t.Seconds()/from.Seconds()))/math.Log(to.Seconds()/from.Seconds())
	}
	var b strings.Builder
	draw := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	draw(`<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %[1]d %[2]d" font-family="sans-serif" font-size="12">`, left+width+90, height)
	draw(`<rect width="100%%" height="100%%" fill="#fff"/>`)
	draw(`<text x="16" y="22" font-size="14" font-weight="bold">Time until all panels of a dashboard have their data, %s messages</text>`, count(m.Size))
	series := []struct {
		name, color string
		of          func(*Dashboard) []time.Duration
	}{
		{"SQL by hand, on prepared rows", "#8e8e8e", func(d *Dashboard) []time.Duration { return d.Hand }},
		{"Parley, cold", "#3274d9", func(d *Dashboard) []time.Duration { return d.Cold }},
		{"Parley, warm", "#56a64b", func(d *Dashboard) []time.Duration { return d.Warm }},
	}
	for i, s := range series {
		draw(`<rect x="%d" y="34" width="12" height="12" fill="%s"/><text x="%d" y="44">%s</text>`, 16+i*210, s.color, 34+i*210, s.name)
	}
	for t := from; t <= to; t *= 10 {
		draw(`<line x1="%[1]d" y1="%[2]d" x2="%[1]d" y2="%[3]d" stroke="#ddd"/><text x="%[1]d" y="%[4]d" text-anchor="middle" fill="#666">%[5]s</text>`, int(x(t)), top, height-26, height-10, t)
	}
	for i, d := range dashboards {
		y := top + i*(3*bar+gap) + gap/2
		draw(`<text x="%d" y="%d" text-anchor="end">%s</text>`, left-8, y+3*bar/2+4, html.EscapeString(d.Title))
		for j, s := range series {
			t := median(s.of(d))
			draw(`<rect x="%d" y="%d" width="%.0f" height="%d" fill="%s"/><text x="%.0f" y="%d">%s</text>`, left, y+j*bar, x(t)-left, bar-3, s.color, x(t)+5, y+j*bar+11, show(t))
		}
	}
	draw(`</svg>`)
	return b.String()
}
