package export

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/go-pdf/fpdf"

	"github.com/parley-reports/parley/pkg/calendar"
	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/dashboard"
	"github.com/parley-reports/parley/pkg/query"
)

// An area is a rectangle of a page in millimetres.
type area struct{ x, y, w, h float64 }

// palette are the colours of series without one of their own, as many as a chart has at
// most. Each has a contrast of at least 3:1 on white.
var palette = []color{"#3B6FB6", "#D9722E", "#2E8B62", "#B84A78", "#8465B8", "#9C7A16", "#1F8A99", "#A0522D", "#5F7F1E", "#C94040", "#D65A9B", "#5B3F9E"}

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

func float(value any) float64 {
	switch v := value.(type) {
	case int64:
		return float64(v)
	case float64:
		return v
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

// overTime draws lines or stacked bars with their axes and legend.
func (p *page) overTime(panel *dashboard.Panel, a area) {
	stacked := panel.View != dashboard.Lines
	all, left := seriesOf(panel, p.texts, stacked)
	a.h -= p.legend(all, left, a)
	k := panel.Scale.Kind
	if panel.View == dashboard.Hours {
		k = panel.Columns[1].Kind
	}
	sums := make([]float64, len(panel.Rows))
	high := 0.0
	for _, s := range all {
		for i, v := range s.values {
			if math.IsNaN(v) {
				continue
			}
			sums[i] += v
			high = max(high, v)
		}
	}
	if stacked {
		high = slices.Max(sums)
	}
	axis := scaleFor(k, high, panel.Scale)

	p.SetFont("go", "", 6.5)
	left0 := 0.0
	for _, tick := range axis.ticks {
		left0 = max(left0, p.GetStringWidth(axisText(p.texts, k, tick)))
	}
	plot := area{a.x + left0 + 2.5, a.y + 3, a.w - left0 - 3.5, a.h - 11}
	for _, tick := range axis.ticks {
		y := plot.y + plot.h*(1-axis.place(tick))
		p.pen(light, 0.15)
		p.Line(plot.x, y, plot.x+plot.w, y)
		p.ink(grey)
		p.text(plot.x-1.5, y, "R", axisText(p.texts, k, tick))
	}
	slot := plot.w / float64(len(panel.Rows))
	p.timeLabels(panel, plot, slot)
	x := func(i int) float64 { return plot.x + slot*(float64(i)+0.5) }
	y := func(v float64) float64 { return plot.y + plot.h*(1-axis.place(v)) }
	if stacked {
		p.bars(all, sums, k, plot, slot, y)
	} else {
		for _, s := range all {
			p.line(s, panel.Scale, plot, x, y)
		}
	}
	for _, limit := range panel.Scale.Limits {
		if limit.Value > axis.max {
			continue
		}
		p.pen(color(cmp.Or(limit.Color, string(grey))), 0.3)
		p.SetDashPattern([]float64{1.5, 1}, 0)
		p.Line(plot.x, y(limit.Value), plot.x+plot.w, y(limit.Value))
		p.SetDashPattern(nil, 0)
	}
	p.pen(grey, 0.2)
	p.Line(plot.x, plot.y+plot.h, plot.x+plot.w, plot.y+plot.h)
	p.ink(black)
}

// bars draws stacked bars, with their totals above if there is room.
func (p *page) bars(all []series, sums []float64, k kind, plot area, slot float64, y func(float64) float64) {
	width := min(slot*0.8, 30)
	for i := range sums {
		base := 0.0
		for _, s := range all {
			v := s.values[i]
			if math.IsNaN(v) || v <= 0 {
				continue
			}
			p.fill(s.color)
			p.Rect(plot.x+slot*float64(i)+(slot-width)/2, y(base+v), width, y(base)-y(base+v), "F")
			base += v
		}
	}
	widest := 0.0
	for _, sum := range sums {
		widest = max(widest, p.GetStringWidth(Words(p.texts, k, sum)))
	}
	if widest > slot-0.5 {
		return
	}
	p.ink(black)
	for i, sum := range sums {
		if sum > 0 {
			p.text(plot.x+slot*(float64(i)+0.5), y(sum)-1.6, "C", Words(p.texts, k, sum))
		}
	}
}

// line draws a line, with points if there are few.
func (p *page) line(s series, set dashboard.Scale, plot area, x func(int) float64, y func(float64) float64) {
	var parts [][]int
	var part []int
	for i, v := range s.values {
		if !math.IsNaN(v) {
			part = append(part, i)
			continue
		}
		if !set.Joined && part != nil {
			parts, part = append(parts, part), nil
		}
	}
	if part != nil {
		parts = append(parts, part)
	}
	for _, part := range parts {
		if set.Filled && len(part) > 1 {
			points := []fpdf.PointType{{X: x(part[0]), Y: plot.y + plot.h}}
			for _, i := range part {
				points = append(points, fpdf.PointType{X: x(i), Y: y(s.values[i])})
			}
			points = append(points, fpdf.PointType{X: x(part[len(part)-1]), Y: plot.y + plot.h})
			p.SetAlpha(0.12, "Normal")
			p.fill(s.color)
			p.Polygon(points, "F")
			p.SetAlpha(1, "Normal")
		}
		p.pen(s.color, 0.5)
		if s.dashed {
			p.SetDashPattern([]float64{2, 1.2}, 0)
		}
		p.SetLineJoinStyle("round")
		for n, i := range part {
			if n == 0 {
				p.MoveTo(x(i), y(s.values[i]))
			} else {
				p.LineTo(x(i), y(s.values[i]))
			}
		}
		if len(part) > 1 {
			p.DrawPath("D")
		}
		p.SetDashPattern(nil, 0)
		p.fill(s.color)
		if len(s.values) <= 50 || len(part) == 1 {
			for _, i := range part {
				p.Circle(x(i), y(s.values[i]), 0.6, "F")
			}
		}
	}
}

// timeLabels writes the labels below a chart: as many as there is room for.
func (p *page) timeLabels(panel *dashboard.Panel, plot area, slot float64) {
	p.SetFont("go", "", 6.5)
	p.ink(grey)
	var labels, days []string
	widest := 0.0
	for _, row := range panel.Rows {
		label, date := "", ""
		switch at := row[0].(type) {
		case time.Time:
			label = p.date(at, panel.Scale.Step)
			if isClock(panel.Scale.Step) {
				label, date = at.Format("15:04"), p.date(at, calendar.Day)
			}
		default:
			label = Words(p.texts, panel.Columns[0].Kind, at)
			if panel.Columns[0].Kind == count {
				label += " h"
			}
		}
		labels, days = append(labels, label), append(days, date)
		widest = max(widest, p.GetStringWidth(label), p.GetStringWidth(date))
	}
	stride := 1
	for _, stride = range []int{1, 2, 3, 4, 6, 8, 12, 24, 48, 96} {
		if slot*float64(stride) > widest+3 {
			break
		}
	}
	last := ""
	for i := 0; i < len(labels); i += stride {
		x := plot.x + slot*(float64(i)+0.5)
		p.text(x, plot.y+plot.h+2.3, "C", labels[i])
		if days[i] != last {
			p.text(x, plot.y+plot.h+5.2, "C", days[i])
		}
		last = days[i]
	}
}

// isClock reports whether an interval is shorter than a day.
func isClock(step calendar.Unit) bool {
	return !slices.Contains([]calendar.Unit{calendar.Day, calendar.Week, calendar.Month}, step)
}

// date returns a short date as people of the language write it.
func (p *page) date(at time.Time, step calendar.Unit) string {
	isEnglish := p.texts.DecimalMark() == "."
	switch {
	case step == calendar.Month && isEnglish:
		return at.Format("Jan 2006")
	case step == calendar.Month:
		return at.Format("01/2006")
	case isEnglish:
		return at.Format("Jan 2")
	}
	return at.Format("02/01")
}

// legend writes the names of the series at the bottom of an area and returns its height.
func (p *page) legend(all []series, left int, a area) float64 {
	const height, swatch = 4.0, 2.2
	p.SetFont("go", "", 7)
	type entry struct {
		name string
		w    float64
		of   series
	}
	lines := [][]entry{nil}
	used := 0.0
	for _, s := range all {
		name := p.clip(s.name, min(55, a.w-10))
		e := entry{name, p.GetStringWidth(name) + swatch + 5, s}
		if used+e.w > a.w && lines[len(lines)-1] != nil {
			lines, used = append(lines, nil), 0
		}
		lines[len(lines)-1] = append(lines[len(lines)-1], e)
		used += e.w
	}
	more := ""
	if left > 0 {
		more = p.texts.Notice("file_more", p.texts.Count(int64(left)))
		lines = append(lines, nil)
	}
	y := a.y + a.h - height*float64(len(lines))
	for _, line := range lines {
		x := a.x + 2
		for _, e := range line {
			p.fill(e.of.color)
			p.pen(e.of.color, 0.5)
			if e.of.dashed {
				p.SetDashPattern([]float64{0.8, 0.5}, 0)
				p.Line(x, y+height/2, x+swatch, y+height/2)
				p.SetDashPattern(nil, 0)
			} else {
				p.Rect(x, y+(height-swatch)/2, swatch, swatch, "F")
			}
			p.ink(black)
			p.text(x+swatch+1.2, y+height/2, "L", e.name)
			x += e.w
		}
		y += height
	}
	if more != "" {
		p.ink(grey)
		p.text(a.x+2, y-height/2, "L", more)
		p.ink(black)
	}
	return height * float64(len(lines))
}

// ring draws a pie chart with its legend beside it.
func (p *page) ring(panel *dashboard.Panel, a area) {
	total := 0.0
	for _, row := range panel.Rows {
		if v := float(row[1]); v > 0 {
			total += v
		}
	}
	radius := min(a.h/2-1, a.w*0.17)
	x, y := a.x+radius+2, a.y+a.h/2
	from := -90.0
	colors := ringColors(panel)
	for i, row := range panel.Rows {
		v := float(row[1])
		if !(v > 0) {
			continue
		}
		to := from + 360*v/total
		p.fill(colors[i])
		p.pen("#FFFFFF", 0.4)
		p.Polygon(sector(x, y, radius, radius*0.6, from, to), "FD")
		from = to
	}
	left := x + radius + 4
	p.SetFont("go", "", 7.5)
	values := 0.0
	for _, row := range panel.Rows {
		values = max(values, p.GetStringWidth(Words(p.texts, panel.Columns[1].Kind, row[1])))
	}
	const shares, half = 13.0, 3.2
	// Names may have two lines.
	var names [][]string
	height := 0.0
	for _, row := range panel.Rows {
		name, _ := row[0].(string)
		lines := p.SplitText(query.Clip(printable(name), 100), a.x+a.w-shares-values-left-5)
		names = append(names, lines[:min(2, len(lines))])
		height += half*float64(min(2, len(lines))) + 1.8
	}
	at := max(a.y, y-height/2)
	for i, row := range panel.Rows {
		middle := at + (half*float64(len(names[i]))+1.8)/2
		if middle > a.y+a.h {
			break
		}
		p.fill(colors[i])
		p.Rect(left, middle-1.2, 2.4, 2.4, "F")
		p.ink(grey)
		p.text(a.x+a.w-1, middle, "R", Words(p.texts, share, row[2]))
		p.ink(black)
		p.text(a.x+a.w-shares, middle, "R", Words(p.texts, panel.Columns[1].Kind, row[1]))
		for n, line := range names[i] {
			p.text(left+3.8, at+0.9+half*(float64(n)+0.5), "L", line)
		}
		at = 2*middle - at
	}
}

func ringColors(panel *dashboard.Panel) []color {
	var colors []color
	for i := range panel.Rows {
		colors = append(colors, color(cmp.Or(panel.Colors[i], string(palette[i%len(palette)]))))
	}
	return colors
}

// sector returns the outline of a part of a ring.
func sector(x, y, outer, inner, from, to float64) []fpdf.PointType {
	var points []fpdf.PointType
	steps := max(2, int(math.Ceil((to-from)/3)))
	add := func(radius float64, step int) {
		angle := (from + (to-from)*float64(step)/float64(steps)) * math.Pi / 180
		points = append(points, fpdf.PointType{X: x + radius*math.Cos(angle), Y: y + radius*math.Sin(angle)})
	}
	for step := 0; step <= steps; step++ {
		add(outer, step)
	}
	for step := steps; step >= 0; step-- {
		add(inner, step)
	}
	return points
}

// funnel draws a bar for each stage, from the middle to both sides.
func (p *page) funnel(panel *dashboard.Panel, a area) {
	line := min(a.h/float64(len(panel.Rows)), 14)
	const names, counts, shares = 0.2, 0.12, 0.12
	steps := 0.22 // the shares of the stage before
	if a.w < 120 {
		steps = 0
	}
	most := a.w * (1 - names - counts - shares - steps)
	middle := a.x + a.w*(names+counts+0.02) + most/2
	p.SetFont("go", "", 8)
	for i, row := range panel.Rows {
		y := a.y + line*(float64(i)+0.5)
		name, _ := row[0].(string)
		p.ink(black)
		p.text(a.x+1, y, "L", p.clip(name, a.w*names))
		p.SetFont("go", "B", 8)
		p.text(a.x+a.w*(names+counts), y, "R", Words(p.texts, count, row[1]))
		p.SetFont("go", "", 8)
		part := float(row[2])
		width := 0.0
		if part > 0 {
			width = most * min(1, part)
		}
		p.fill(color(cmp.Or(panel.Colors[i], string(palette[0]))))
		if width > 0 {
			p.Rect(middle-width/2, y-line*0.4, width, line*0.8, "F")
		}
		p.text(middle+width/2+1, y, "L", Words(p.texts, share, row[2]))
		if i > 0 && row[3] != nil && steps > 0 {
			p.ink(grey)
			p.SetFont("go", "", 7)
			p.text(a.x+a.w-1, y, "R", Words(p.texts, share, row[3]))
			p.SetFont("go", "", 8)
		}
	}
	p.ink(grey)
	p.SetFont("go", "", 6.5)
	if y := a.y + line*0.5; steps > 0 {
		p.text(a.x+a.w-1, y, "R", p.clip(panel.Columns[3].Title, a.w*steps))
	}
	p.ink(black)
}

// heat draws a heatmap: hours from left to right, weekdays from Monday down.
func (p *page) heat(panel *dashboard.Panel, a area) {
	high := 0.0
	for _, row := range panel.Rows {
		for _, v := range row[1:] {
			if f := float(v); f > high {
				high = f
			}
		}
	}
	p.SetFont("go", "", 7)
	names := 0.0
	for _, c := range panel.Columns[1:] {
		names = max(names, p.GetStringWidth(printable(c.Title)))
	}
	plot := area{a.x + names + 3, a.y + 1, a.w - names - 4, a.h - 6}
	width, height := plot.w/float64(len(panel.Rows)), plot.h/float64(len(panel.Columns)-1)
	red, green, blue := color(cmp.Or(panel.Colors[0], string(palette[0]))).rgb()
	mix := func(c int, part float64) int { return int(255 - (255-float64(c))*part) }
	for day, c := range panel.Columns[1:] {
		y := plot.y + height*float64(day)
		p.ink(black)
		p.SetFont("go", "", 7)
		p.text(a.x+1, y+height/2, "L", c.Title)
		p.SetFont("go", "", 5.5)
		for hour, row := range panel.Rows {
			x := plot.x + width*float64(hour)
			p.SetFillColor(246, 246, 248)
			v := float(row[day+1])
			if v > 0 {
				part := math.Pow(v/high, 0.6)
				p.SetFillColor(mix(red, part), mix(green, part), mix(blue, part))
				p.ink(black)
				if part > 0.6 {
					p.ink("#FFFFFF")
				}
			}
			p.Rect(x+0.2, y+0.2, width-0.4, height-0.4, "F")
			if text := Words(p.texts, c.Kind, row[day+1]); v > 0 && p.GetStringWidth(text) < width-0.4 {
				p.text(x+width/2, y+height/2, "C", text)
			}
		}
	}
	p.ink(grey)
	p.SetFont("go", "", 6.5)
	for hour := range panel.Rows {
		if hour%3 == 0 {
			p.text(plot.x+width*(float64(hour)+0.5), plot.y+plot.h+2.5, "C", p.texts.Count(int64(hour))+" h")
		}
	}
	p.ink(black)
}

// rankingLine is the height of a line of a ranking.
const rankingLine = 5.2

// ranking draws horizontal bars with names and values, as many as fit.
func (p *page) ranking(panel *dashboard.Panel, a area) {
	const line = rankingLine
	fits := int(a.h / line)
	rows := panel.Rows
	if len(rows) > fits {
		rows = rows[:max(0, fits-1)]
	}
	high, values, names := 0.0, 0.0, 0.0
	p.SetFont("go", "", 7.5)
	for _, row := range rows {
		high = max(high, float(row[1]))
		values = max(values, p.GetStringWidth(Words(p.texts, panel.Columns[1].Kind, row[1])))
		name, _ := row[0].(string)
		names = max(names, p.GetStringWidth(p.clip(name, a.w*0.5)))
	}
	for i, row := range rows {
		y := a.y + line*(float64(i)+0.5)
		name, _ := row[0].(string)
		p.ink(black)
		p.text(a.x+1, y, "L", p.clip(name, names))
		p.text(a.x+a.w-1, y, "R", Words(p.texts, panel.Columns[1].Kind, row[1]))
		if v := float(row[1]); v > 0 {
			p.fill(color(cmp.Or(panel.Columns[1].Color, string(palette[0]))))
			p.Rect(a.x+names+3, y-1.5, (a.w-names-values-8)*v/high, 3, "F")
		}
	}
	if left := len(panel.Rows) - len(rows); left > 0 {
		p.ink(grey)
		p.SetFont("go", "", 7)
		p.text(a.x+1, a.y+line*(float64(len(rows))+0.5), "L", p.texts.Notice("file_more", p.texts.Count(int64(left))))
	}
	p.ink(black)
}
