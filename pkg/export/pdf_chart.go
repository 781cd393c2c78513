package export

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/go-pdf/fpdf"

	"github.com/parley-reports/parley/pkg/calendar"
	"github.com/parley-reports/parley/pkg/dashboard"
)

// An area is a rectangle of a page in millimetres.
type area struct{ x, y, w, h float64 }

// palette are the colours of series without one of their own, as many as a chart has at
// most. Each has a contrast of at least 3:1 on white.
var palette = []color{"#3B6FB6", "#D9722E", "#2E8B62", "#B84A78", "#8465B8", "#9C7A16", "#1F8A99", "#A0522D", "#5F7F1E", "#C94040", "#D65A9B", "#5B3F9E"}

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
			if !panel.Scale.Step.IsDays() {
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
