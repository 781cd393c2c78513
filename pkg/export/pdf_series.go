package export

import (
	"cmp"
	"math"
	"slices"

	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/dashboard"
	"github.com/parley-reports/parley/pkg/frame"
)

// A series is a series of a chart as it is drawn.
type series struct {
	name  string
	color color
	// isOwn reports whether the colour came with the data.
	isOwn, dashed bool
	// values are NaN where they are missing.
	values []float64
}

func (s series) total() float64 {
	sum := 0.0
	for _, v := range s.values {
		if !math.IsNaN(v) {
			sum += v
		}
	}
	return sum
}

// float is a number, or NaN without one.
func float(value any) float64 {
	if f, isNumber := frame.Float(value); isNumber {
		return f
	}
	return math.NaN()
}

// seriesOf returns the series of a panel, the largest ones if it has many. The others become
// one if they can be added up.
func seriesOf(p *dashboard.Panel, texts catalog.Texts, stacked bool) (all []series, left int) {
	next := 0
	for i, c := range p.Columns[1:] {
		if c.Kind == text {
			continue
		}
		s := series{name: c.Title, color: color(c.Color), isOwn: c.Color != "", dashed: c.Dashed}
		if !s.isOwn {
			s.color = palette[next%len(palette)]
			next++
		}
		for _, row := range p.Rows {
			s.values = append(s.values, float(row[i+1]))
		}
		all = append(all, s)
	}
	most := len(palette)
	if len(all) <= most {
		return all, 0
	}
	order := make([]int, len(all))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return -cmp.Compare(all[a].total(), all[b].total()) })
	if stacked {
		most--
	}
	kept := slices.Sorted(slices.Values(order[:most]))
	var shown []series
	others := series{color: "#A9A9AE", values: make([]float64, len(p.Rows))}
	for i, s := range all {
		if slices.Contains(kept, i) {
			if !s.isOwn {
				s.color = palette[len(shown)%len(palette)]
			}
			shown = append(shown, s)
			continue
		}
		left++
		for n, v := range s.values {
			if !math.IsNaN(v) {
				others.values[n] += v
			}
		}
	}
	if stacked {
		others.name = texts.Notice("file_others", texts.Count(int64(left)))
		return append(shown, others), 0
	}
	return shown, left
}

// A scale is the vertical axis of a chart.
type scale struct {
	min, max float64
	ticks    []float64
	// log is the value below which a logarithmic scale is linear; 0 is a linear scale.
	log float64
}

// place returns where a value is: 0 at the bottom, 1 at the top.
func (s scale) place(v float64) float64 {
	low, high := s.bend(s.min), s.bend(s.max)
	return min(1, max(0, (s.bend(v)-low)/(high-low)))
}

func (s scale) bend(v float64) float64 {
	if s.log == 0 {
		return v
	}
	return math.Log10(1 + v/s.log)
}

// scaleFor returns a scale from 0 to at least high, with round ticks.
func scaleFor(k kind, high float64, set dashboard.Scale) scale {
	s := scale{max: high}
	if set.Max != nil && !set.Log {
		s.max = min(*set.Max, max(high, *set.Max/10))
	}
	if s.max <= 0 {
		s.max = 1
	}
	if set.Log {
		s.log, s.max = 0.01, max(high, 0.1)
		for _, tick := range []float64{0, 0.01, 0.1, 1} {
			if tick <= s.max {
				s.ticks = append(s.ticks, tick)
			}
		}
		if last := s.ticks[len(s.ticks)-1]; last < s.max {
			s.max = math.Ceil(s.max*10-1e-9) / 10
			s.ticks = append(s.ticks, s.max)
		}
		return s
	}
	step := niceStep(k, s.max/4)
	top := math.Ceil(s.max/step-1e-9) * step
	if set.Max != nil {
		top = min(top, *set.Max)
	}
	for tick := 0.0; tick <= top+step/1e6; tick += step {
		s.ticks = append(s.ticks, tick)
	}
	s.max = top
	return s
}

// niceStep returns a round number of at least about this size.
func niceStep(k kind, rough float64) float64 {
	if k == seconds {
		for _, step := range []float64{1, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800} {
			if step >= rough {
				return step
			}
		}
	}
	if k == count && rough < 1 {
		return 1
	}
	power := math.Pow(10, math.Floor(math.Log10(rough)))
	for _, factor := range []float64{1, 2, 2.5, 5, 10} {
		if factor == 2.5 && (k == count && power < 10) {
			continue
		}
		if factor*power >= rough*(1-1e-9) {
			return factor * power
		}
	}
	return 10 * power
}

// axisText is the label of a tick.
func axisText(texts catalog.Texts, k kind, v float64) string {
	switch {
	case k == number && v == math.Trunc(v), k == usd && v == math.Trunc(v):
		text := decimal(texts, v, 0)
		if k == usd {
			text = "$" + text
		}
		return text
	case k == number:
		return decimal(texts, v, 1)
	}
	return Words(texts, k, v)
}
