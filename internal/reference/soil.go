package reference

import (
	"math"
	"reflect"
	"strings"
	"time"
)

var (
	blanks     = []string{"", " ", "   ", "\t", "\r\n", "\u00a0", "\u200b", "\ufeff \u2060", "\u3000", "\u200e"}
	directions = []string{"", " ", "outgoing", "incoming", "in", "out", "true", "MT", "\u00a0"}
	// impossible times stand for "never"
	impossible = []time.Time{time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC), time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)}
)

// soil puts into the data what databases of teams have besides: blanks of all kinds for
// ids and names, words in capitals and between blanks, directions that are none,
// impossible times, seconds that are negative, infinite or no numbers, ratings out of
// the scale, agents whose author kind nobody recorded.
func (g *generator) soil() {
	d := &g.data
	for i := range d.Messages {
		m := &d.Messages[i]
		g.soilRow(m)
		switch {
		case g.chance(0.02):
			m.Direction = pick(g, directions)
		case g.chance(0.1):
			m.Direction = g.misspell(m.Direction)
		}
		if g.chance(0.004) {
			m.CreatedAt = pick(g, impossible)
		}
		if m.AuthorKind != nil && *m.AuthorKind == "agent" && g.chance(0.05) {
			m.AuthorKind = nil
		}
		if m.PriceUSD != nil && g.chance(0.1) {
			m.PriceUSD = new(1e15)
		}
	}
	for i := range d.Conversations {
		c := &d.Conversations[i]
		g.soilRow(c)
		if g.chance(0.1) {
			c.FirstResponseAt = new(c.CreatedAt.Add(-pick(g, gaps)))
		}
		if g.chance(0.01) {
			c.CreatedAt = pick(g, impossible)
		}
	}
	for i := range d.Events {
		e := &d.Events[i]
		g.soilRow(e)
		if g.chance(0.1) {
			e.Name = g.misspell(e.Name)
		}
		if g.chance(0.1) {
			seconds := []float64{-1, -0.25, -86400, math.Inf(1), math.Inf(-1), -1e18, 1e18, 3.1e9}
			e.Seconds, e.BusinessSeconds = new(pick(g, seconds)), new(pick(g, seconds))
		}
		if g.chance(0.01) {
			e.At = pick(g, impossible)
		}
	}
	for i := range d.Tags {
		switch t := &d.Tags[i]; {
		case g.chance(0.05):
			t.Name = pick(g, blanks)
		case g.chance(0.1):
			t.Name = pick(g, blanks) + t.Name + pick(g, blanks)
		case g.chance(0.1):
			t.Kind = g.misspell(t.Kind)
		}
	}
	for i := range d.CSAT {
		g.soilRow(&d.CSAT[i])
		if g.chance(0.1) {
			d.CSAT[i].Rating = new(pick(g, []int32{0, 7, -1, 10}))
		}
	}
	soilRows(g, d.Contacts)
	soilRows(g, d.Lines)
	soilRows(g, d.Agents)
	soilRows(g, d.Teams)
	soilRows(g, d.Campaigns)
	soilRows(g, d.Accounts)
}

func soilRows[T any](g *generator, rows []T) {
	for i := range rows {
		g.soilRow(&rows[i])
	}
}

// soilRow changes some of the nullable columns of a row.
func (g *generator) soilRow(row any) {
	v := reflect.ValueOf(row).Elem()
	for i := range v.NumField() {
		column, field := v.Type().Field(i).Tag.Get("db"), v.Field(i)
		switch value := field.Interface().(type) {
		case *string:
			switch isWord := words[v.Type().Name()+"."+column] != ""; {
			case value == nil || *value == "":
				if g.chance(0.02) {
					field.Set(reflect.ValueOf(new(pick(g, blanks))))
				}
			case g.chance(0.02):
				field.Set(reflect.ValueOf(new(pick(g, blanks))))
			case isWord && g.chance(0.15):
				field.Set(reflect.ValueOf(new(g.misspell(*value))))
			case !isWord && !strings.HasSuffix(column, "_id") && g.chance(0.03):
				field.Set(reflect.ValueOf(new(pick(g, blanks) + *value + pick(g, blanks))))
			}
		case *time.Time:
			if g.chance(0.01) {
				field.Set(reflect.ValueOf(new(pick(g, impossible))))
			}
		}
	}
}

// misspell writes a word in another case, perhaps between blanks.
func (g *generator) misspell(word string) string {
	if word == "" {
		return word
	}
	word = pick(g, []string{strings.ToUpper(word), strings.ToUpper(word[:1]) + word[1:], word})
	return pick(g, blanks) + word + pick(g, blanks)
}
