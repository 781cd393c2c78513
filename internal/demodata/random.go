package demodata

import (
	"math"
	"strconv"
	"strings"
	"time"
)

func (g *generator) chance(p float64) bool { return g.random.Float64() < p }

// about draws a span around the median, with the long tail that waiting has.
func (g *generator) about(median int64, sigma float64) int64 {
	return int64(float64(median) * math.Exp(sigma*g.random.NormFloat64()))
}

func (g *generator) between(from, to int64) int64 {
	if to <= from {
		return from
	}
	return from + g.random.Int64N(to-from)
}

// poisson draws how many of a rare thing happen.
func (g *generator) poisson(mean float64) int {
	if mean <= 0 {
		return 0
	}
	if mean > 30 {
		return max(0, int(math.Round(mean+math.Sqrt(mean)*g.random.NormFloat64())))
	}
	n, limit, product := 0, math.Exp(-mean), g.random.Float64()
	for product > limit {
		product *= g.random.Float64()
		n++
	}
	return n
}

// choose picks one of the ways to say something.
func (g *generator) choose(s speech, l language) phrase {
	ways := s[l]
	if len(ways) == 0 {
		ways = s[spanish]
	}
	return ways[g.random.IntN(len(ways))]
}

// fill completes the phrase.
func (g *generator) fill(p phrase, to *person, from *agent) *string {
	if !p.blank {
		return g.text(p.text)
	}
	first := "cliente"
	if to != nil && to.name != nil {
		first = to.first
	}
	writer := "equipo"
	if to != nil && to.language == portuguese {
		writer = "equipe"
	}
	if from != nil {
		writer, _, _ = strings.Cut(from.name, " ")
	}
	text := p.text
	text = strings.Replace(text, "{nombre}", first, 1)
	text = strings.Replace(text, "{agente}", writer, 1)
	if strings.Contains(text, "{pedido}") {
		text = strings.Replace(text, "{pedido}", strconv.Itoa(400_000+g.random.IntN(500_000)), 1)
	}
	if strings.Contains(text, "{codigo}") {
		text = strings.Replace(text, "{codigo}", strconv.Itoa(100_000+g.random.IntN(900_000)), 1)
	}
	return g.text(text)
}

// The rows point to their values. These come out of slabs: one allocation
// serves some hundreds of them.

const slab = 256

func (g *generator) text(s string) *string {
	if len(g.strings) == cap(g.strings) {
		g.strings = make([]string, 0, slab)
	}
	g.strings = append(g.strings, s)
	return &g.strings[len(g.strings)-1]
}

func (g *generator) instant(ms int64) *time.Time {
	if len(g.times) == cap(g.times) {
		g.times = make([]time.Time, 0, slab)
	}
	g.times = append(g.times, instant(ms))
	return &g.times[len(g.times)-1]
}

func (g *generator) integer(n int64) *int64 {
	if len(g.integers) == cap(g.integers) {
		g.integers = make([]int64, 0, slab)
	}
	g.integers = append(g.integers, n)
	return &g.integers[len(g.integers)-1]
}
