package bench

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// A Report is the result of a run.
type Report struct {
	At         time.Time
	Cores      int
	System     string
	PostgreSQL string
	Rounds     int
	Viewers    int
	// Load is the load average before, where the system has one.
	Load     string
	Measured []*Measured
}

// Measured are the results of one database.
type Measured struct {
	Kind string
	// Size is how many messages were asked for, Messages about how many there are.
	Size, Messages int
	// Generated is how long it took to generate and load them.
	Generated  time.Duration
	Dashboards []*Dashboard
	// Memory is the most that the plugin held after a dashboard.
	Memory Memory
	// Built are messages a second, from the question to the answer of the slowest panel.
	Built []float64
	// HandOver is how long it took to hand over raw webhooks.
	HandOver []time.Duration
	// Watched is the dashboard that Watches are about.
	Watched string
	Watches []Watch
}

// Dashboard are the times of one dashboard, of each round.
type Dashboard struct {
	File, Title      string
	Hand, Cold, Warm []time.Duration
	Panels           []*Panel
}

// Panel are the times of one panel, of each round.
type Panel struct {
	ID               int
	Title            string
	Aggregated       bool
	Hand, Cold, Warm []time.Duration
	// Checked is how many numbers by hand and by the plugin were compared.
	Checked int
	Error   string
}

// Watch is what some viewers of a dashboard cost.
type Watch struct {
	Viewers        int
	Took, Database time.Duration
	Error          string
}

func newDashboard(v view) *Dashboard {
	d := &Dashboard{File: v.file, Title: v.title}
	for _, p := range v.panels {
		d.Panels = append(d.Panels, &Panel{ID: p.id, Title: p.title, Aggregated: p.aggregated})
	}
	return d
}

// median of values; 0 of none.
func median[T cmp.Ordered](values []T) (m T) {
	if len(values) > 0 {
		m = slices.Sorted(slices.Values(values))[len(values)/2]
	}
	return m
}

// Markdown is the report as it stands in docs/performance.md.
func (r *Report) Markdown() string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("Measured on %s with %d cores (%s), PostgreSQL %s on the same machine, medians of %d rounds. Messages of %d days, dashboards over the last %d, six panels at a time.%s",
		r.At.Format("2006-01-02"), r.Cores, r.System, r.PostgreSQL, r.Rounds, dataDays, rangeDays, r.load())
	for _, m := range r.Measured {
		line("\n### %s, %s messages\n", m.Kind, count(m.Size))
		m.dashboards(line)
		m.panels(line)
		m.rest(line)
	}
	line("\n### Promises\n")
	line("| promise | database | measured | |\n|---|---|---|---|")
	for _, p := range r.promises() {
		line("| %s | %s | %s | %s |", p.text, p.database, p.measured, p.verdict())
	}
	return b.String()
}

// load says how busy the machine was with something else.
func (r *Report) load() string {
	if r.Load == "" {
		return ""
	}
	return " Load average before: " + r.Load + "."
}

func (m *Measured) dashboards(line func(string, ...any)) {
	hand := slices.ContainsFunc(m.Dashboards, func(d *Dashboard) bool { return len(d.Hand) > 0 })
	if hand {
		line("| dashboard | panels | SQL by hand | cold | warm | cold ÷ SQL | SQL ÷ warm |\n|---|---:|---:|---:|---:|---:|---:|")
	} else {
		line("| dashboard | panels | cold | warm |\n|---|---:|---:|---:|")
	}
	for _, d := range m.Dashboards {
		cold, warm := median(d.Cold), median(d.Warm)
		if !hand {
			line("| %s | %d | %s | %s |", d.Title, len(d.Panels), show(cold), show(warm))
			continue
		}
		byHand, ratio, faster := "", "", ""
		if len(d.Hand) > 0 {
			h := median(d.Hand)
			covered := 0
			for _, p := range d.Panels {
				if len(p.Hand) > 0 {
					covered++
				}
			}
			byHand = fmt.Sprintf("%s (%d panels)", show(h), covered)
			ratio, faster = factor(cold, h), factor(h, warm)
		}
		line("| %s | %d | %s | %s | %s | %s | %s |", d.Title, len(d.Panels), byHand, show(cold), show(warm), ratio, faster)
	}
}

// panels lists those of the dashboards that have SQL by hand, and those with an error.
func (m *Measured) panels(line func(string, ...any)) {
	for _, d := range m.Dashboards {
		if len(d.Hand) == 0 {
			continue
		}
		line("\n%s:\n", d.Title)
		line("| panel | SQL by hand | cold | warm | SQL ÷ warm | numbers compared |\n|---|---:|---:|---:|---:|---:|")
		for _, p := range d.Panels {
			byHand, faster, checked := "", "", ""
			if len(p.Hand) > 0 {
				byHand, faster, checked = show(median(p.Hand)), factor(median(p.Hand), median(p.Warm)), fmt.Sprint(p.Checked)
			}
			line("| %s | %s | %s | %s | %s | %s |", p.Title, byHand, show(median(p.Cold)), show(median(p.Warm)), faster, checked)
		}
	}
	for _, d := range m.Dashboards {
		for _, p := range d.Panels {
			if p.Error != "" {
				text, _, _ := strings.Cut(p.Error, "\n")
				line("\nError in %s, %s: %s", d.Title, p.Title, text)
			}
		}
	}
}

func (m *Measured) rest(line func(string, ...any)) {
	line("\n- Demo data: %s messages in %s, %s a second.", count(m.Messages), show(m.Generated), count(int(float64(m.Messages)/m.Generated.Seconds())))
	if m.Memory.Messages > 0 {
		line("- In memory: %s messages in %d MB, %d bytes each; the process holds %d MB. Read and built: %s messages a second.",
			count(m.Memory.Messages), m.Memory.Bytes>>20, m.Memory.Bytes/m.Memory.Messages, m.Memory.Resident>>20, count(int(median(m.Built))))
	}
	for _, w := range m.Watches {
		line("- %d × %s, cold, at the same time: %s; time in the database: %s.%s", w.Viewers, m.Watched, show(w.Took), show(w.Database), problem(w.Error))
	}
	if len(m.HandOver) > 0 {
		line("- Raw JSON of the range and of the period before it, handed over: %s.", show(median(m.HandOver)))
	}
}

func problem(text string) string {
	if text == "" {
		return ""
	}
	text, _, _ = strings.Cut(text, "\n")
	return " Error: " + text
}

// A promise is one that the architecture makes, and what came of it. factor is what was
// measured in proportion to what was promised: up to 1 is kept.
type promise struct {
	text, database, measured string
	factor                   float64
}

func (p promise) verdict() string {
	if p.factor <= 1 {
		return fmt.Sprintf("met (%.2f of the limit)", p.factor)
	}
	return fmt.Sprintf("**not met**: %.1f × the limit", p.factor)
}

const (
	millionSize = 1_000_000
	largeSize   = 10_000_000
)

// promises judges what was measured. Those about a number of messages are judged where
// that many were measured, in smaller databases those of a million.
func (r *Report) promises() (list []promise) {
	for _, m := range r.Measured {
		database := fmt.Sprintf("%s, %s", m.Kind, count(m.Size))
		add := func(text string, factor float64, measured string, args ...any) {
			list = append(list, promise{text, database, fmt.Sprintf(measured, args...), factor})
		}
		slowest := func(text string, limit time.Duration, of func(*Dashboard) []time.Duration) {
			if len(m.Dashboards) == 0 {
				return
			}
			d := slices.MaxFunc(m.Dashboards, func(a, b *Dashboard) int { return cmp.Compare(median(of(a)), median(of(b))) })
			add(text, median(of(d)).Seconds()/limit.Seconds(), "%s (%s)", show(median(of(d))), d.Title)
		}
		if m.Size <= millionSize {
			slowest("every dashboard within 3 s cold", 3*time.Second, func(d *Dashboard) []time.Duration { return d.Cold })
			slowest("every dashboard within 0.5 s warm", time.Second/2, func(d *Dashboard) []time.Duration { return d.Warm })
		}
		for _, d := range m.Dashboards {
			if m.Size >= largeSize && len(d.Hand) > 0 {
				hand := median(d.Hand)
				add("cold within 1.0 × SQL by hand: "+d.Title, median(d.Cold).Seconds()/hand.Seconds(), "%s, by hand %s", show(median(d.Cold)), show(hand))
				add("warm 50 × faster than SQL by hand: "+d.Title, 50*median(d.Warm).Seconds()/hand.Seconds(), "%s × faster", factor(hand, median(d.Warm)))
			}
		}
		var slow *Panel
		for _, d := range m.Dashboards {
			for _, p := range d.Panels {
				if p.Aggregated && (slow == nil || median(p.Warm) > median(slow.Warm)) {
					slow = p
				}
			}
		}
		if slow != nil {
			add("no aggregated panel over 100 ms warm", median(slow.Warm).Seconds()/0.1, "%s (%s)", show(median(slow.Warm)), slow.Title)
		}
		if m.Memory.Messages >= 100_000 { // in fewer, what is shared weighs too much
			each := float64(m.Memory.Bytes) / float64(m.Memory.Messages)
			add("at most 100 bytes a message", each/100, "%.0f bytes", each)
		}
		if n := len(m.Watches); n == 2 && m.Watches[0].Database > 0 {
			ratio := m.Watches[1].Database.Seconds() / m.Watches[0].Database.Seconds()
			add(fmt.Sprintf("%d viewers cost the database at most 1.2 × one", m.Watches[1].Viewers), ratio/1.2, "%.2f ×", ratio)
		}
		if len(m.HandOver) > 0 && len(m.Dashboards) > 0 {
			d := slices.MaxFunc(m.Dashboards, func(a, b *Dashboard) int { return cmp.Compare(median(a.Cold), median(b.Cold)) })
			ratio := median(d.Cold).Seconds() / median(m.HandOver).Seconds()
			add("cold within 5 × handing over the raw JSON", ratio/5, "%.1f × (%s)", ratio, d.Title)
		}
		errors := 0
		for _, d := range m.Dashboards {
			for _, p := range d.Panels {
				if p.Error != "" {
					errors++
				}
			}
		}
		if errors > 0 {
			add("no panel with an error", 1+float64(errors), "%d with an error", errors)
		}
	}
	return list
}

// show writes a time for people.
func show(d time.Duration) string {
	switch {
	case d >= 10*time.Second:
		return fmt.Sprintf("%.0f s", d.Seconds())
	case d >= time.Second:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d >= 10*time.Millisecond:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000)
}

func factor(a, b time.Duration) string {
	if b == 0 {
		return ""
	}
	f := a.Seconds() / b.Seconds()
	if f >= 10 {
		return fmt.Sprintf("%.0f", f)
	}
	return fmt.Sprintf("%.2f", f)
}

// count writes a number with separators of thousands.
func count(n int) string {
	digits := fmt.Sprint(n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}
