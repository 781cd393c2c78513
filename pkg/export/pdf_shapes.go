package export

import (
	"cmp"
	"math"

	"github.com/go-pdf/fpdf"

	"github.com/parley-reports/parley/pkg/dashboard"
	"github.com/parley-reports/parley/pkg/query"
)

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

// rankingLine is the height of a line of a ranking.
const rankingLine = 5.2
