package measure

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/facts"
	"github.com/parley-reports/parley/pkg/query"
)

// Run runs a statement and calls row for each row of its answer.
type Run func(sql string, args []any, row func(values []any) error) error

// A List is one page of a details report: one row per message, initiation or
// conversation, newest first unless the query says otherwise, from its cursor on.
type List struct {
	*rows
	Columns []Column
	// Total is the number of rows of all pages.
	Total int64
	// More reports whether rows follow this page.
	More bool

	run    Run
	key    sortKey
	fields []field
	// kept are the rows that pass the filters, page those of the page, in order.
	kept, page []int32
	chunk      chunk
	resolved   map[uint32]resolution
}

// NewList finds the page of a details query in facts that cover it. It runs statements
// where rows are sorted by what facts do not hold, and later for each Rows. The error is
// a *query.Error or the database's own.
func NewList(in Question, set *facts.Set, run Run) (*List, error) {
	q := newView(in, set)
	l := &List{rows: q.rowsOf(in.Query.DetailsFact(), false), run: run}
	l.filter()
	l.Total = int64(len(l.kept))
	by := query.Order{By: "created_at", Desc: true}
	if len(in.Query.OrderBy) > 0 {
		by = in.Query.OrderBy[0]
	}
	if err := l.sortBy(by); err != nil {
		return nil, err
	}
	after, err := l.after(in.Query.After)
	if err != nil {
		return nil, err
	}
	l.choose(in.Query.Limit, after, by.Desc)
	for _, id := range in.Query.Columns {
		l.addColumn(id)
	}
	return l, nil
}

// Len is the number of rows of the page.
func (l *List) Len() int { return len(l.page) }

// filter keeps the rows that pass the filters. Of conversations each comes once that was
// opened in the range or has a message in it that passes, at the time it was opened.
func (l *List) filter() {
	filters := l.filters()
	passes := func(i int32) bool {
		return !slices.ContainsFunc(filters, func(pass predicate) bool { return !pass(i) })
	}
	for i := range int32(l.len()) {
		if passes(i) {
			l.kept = append(l.kept, i)
		}
	}
	if !l.fact.IsConversation() {
		return
	}
	listed := make([]bool, l.set.Conversations.Len())
	for _, i := range l.kept {
		listed[l.conversation[i]] = true
	}
	l.rows, l.kept = &rows{view: l.view, fact: l.fact}, nil
	for code, is := range listed {
		if is {
			l.kept = append(l.kept, int32(l.len()))
			l.addConversation(uint32(code), l.set.Rows.CreatedAt[code], 0, l.set.Rows.Contact[code], -1)
		}
	}
}

// A sortKey gives rows the value that they are sorted by: a text, where "" is none, or a
// number, where NaN is none. Instants are microseconds.
type sortKey struct {
	text    func(i int32) string
	number  func(i int32) float64
	instant bool
}

// A sortValue is the value that a row is sorted by.
type sortValue struct {
	none   bool
	text   string
	number float64
}

func (k sortKey) of(i int32) sortValue {
	if k.text != nil {
		text := k.text(i)
		return sortValue{none: text == "", text: text}
	}
	return numberValue(k.number(i))
}

// numberValue is a number as a value to sort by. Not a number is none.
func numberValue(number float64) sortValue {
	if math.IsNaN(number) {
		return sortValue{none: true}
	}
	return sortValue{number: number}
}

// A Place is where a row is in a list.
type Place struct {
	sortValue
	at      int64
	id      string
	numbers bool // rows are sorted by a number
	instant bool // that is an instant
}

// Compare compares two places of the lists of one query.
func (p Place) Compare(other Place, desc bool) int {
	return order(p.sortValue, other.sortValue, p.at, other.at, func() int { return cmp.Compare(p.id, other.id) }, desc)
}

// Cursor is the place as queries give it.
func (p Place) Cursor() Cursor {
	c := Cursor{At: time.UnixMicro(p.at).UTC(), ID: p.id}
	if p.none {
		return c
	}
	text := p.text
	switch {
	case p.instant:
		text = time.UnixMicro(int64(p.number)).UTC().Format(time.RFC3339Nano)
	case p.numbers:
		text = strconv.FormatFloat(p.number, 'g', -1, 64)
	}
	c.Sort = &text
	return c
}

// order compares two rows by their values, times and ids. What has no value comes last in
// both directions.
func order(a, b sortValue, at, than int64, compareIDs func() int, desc bool) int {
	switch {
	case a.none && !b.none:
		return 1
	case b.none && !a.none:
		return -1
	}
	result := cmp.Or(cmp.Compare(a.text, b.text), cmp.Compare(a.number, b.number), cmp.Compare(at, than))
	if result == 0 {
		result = compareIDs()
	}
	if desc {
		return -result
	}
	return result
}

// compare compares two rows.
func (l *List) compare(i, j int32, desc bool) int {
	return order(l.key.of(i), l.key.of(j), l.at[i], l.at[j], func() int { return l.compareIDs(i, j) }, desc)
}

// isAfter reports whether a row comes after a place.
func (l *List) isAfter(i int32, p *Place, desc bool) bool {
	return order(l.key.of(i), p.sortValue, l.at[i], p.at, func() int { return cmp.Compare(l.id(i), p.id) }, desc) > 0
}

func (l *List) compareIDs(i, j int32) int {
	if isConversational(l.fact) {
		return cmp.Compare(l.id(i), l.id(j))
	}
	return l.set.Messages.CompareIDs(l.message[i], l.message[j])
}

// id is the id of a row.
func (l *List) id(i int32) string {
	if isConversational(l.fact) {
		return l.set.Conversations.Text(l.conversation[i])
	}
	return l.set.Messages.ID(l.message[i])
}

// after reads the cursor; nil is none.
func (l *List) after(cursor string) (*Place, error) {
	if cursor == "" {
		return nil, nil
	}
	c, err := ParseCursor(cursor)
	if err != nil {
		return nil, err
	}
	p := &Place{sortValue: sortValue{none: c.Sort == nil}, at: c.At.UnixMicro(), id: c.ID}
	switch {
	case p.none:
	case l.key.text != nil:
		p.text = *c.Sort
	case l.key.instant:
		at, err := parseInstant(*c.Sort)
		if err != nil {
			return nil, BadCursor()
		}
		p.number = float64(at.UnixMicro())
	default:
		if p.number, err = strconv.ParseFloat(*c.Sort, 64); err != nil {
			return nil, BadCursor()
		}
	}
	return p, nil
}

// parseInstant reads the instant of a cursor. PostgreSQL or Parley has written it.
func parseInstant(text string) (time.Time, error) {
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		at, err = time.Parse("2006-01-02 15:04:05.999999Z07", text)
	}
	return at, err
}

// Place is the place of a row of the page.
func (l *List) Place(n int) Place {
	i := l.page[n]
	return Place{l.key.of(i), l.at[i], l.id(i), l.key.text == nil, l.key.instant}
}

// choose finds the page: the first rows after a place. Of all rows it sorts only those
// that can still be part of it.
func (l *List) choose(limit int, after *Place, desc bool) {
	compare := func(i, j int32) int { return l.compare(i, j, desc) }
	var best []int32
	full := false
	for _, i := range l.kept {
		if after != nil && !l.isAfter(i, after, desc) || full && compare(i, best[limit]) > 0 {
			continue
		}
		if best = append(best, i); len(best) >= 2*limit+1000 {
			l.sort(best, desc)
			best, full = best[:limit+1], true
		}
	}
	l.sort(best, desc)
	if l.More = len(best) > limit; l.More {
		best = best[:limit]
	}
	l.page = best
}

// sort sorts rows.
func (l *List) sort(rows []int32, desc bool) {
	if l.key.number == nil {
		slices.SortFunc(rows, func(i, j int32) int { return l.compare(i, j, desc) })
		return
	}
	// Millions of rows are sorted several times faster by values that stand side by side.
	type placed struct {
		number float64
		at     int64
		row    int32
	}
	places := make([]placed, len(rows))
	for n, i := range rows {
		places[n] = placed{l.key.number(i), l.at[i], i}
	}
	slices.SortFunc(places, func(a, b placed) int {
		return order(numberValue(a.number), numberValue(b.number), a.at, b.at, func() int { return l.compareIDs(a.row, b.row) }, desc)
	})
	for n, p := range places {
		rows[n] = p.row
	}
}

// sortBy finds the values that the rows are sorted by.
func (l *List) sortBy(by query.Order) error {
	if d, ok := catalog.LookupDimension(by.By); ok && d.Has(l.fact) {
		c := l.dimension(d.ID)
		if c.number == nil {
			l.key.text = func(i int32) string {
				if code := c.one(i); code != 0 {
					return c.text(code)
				}
				return ""
			}
			return nil
		}
		l.key.number = func(i int32) float64 {
			if code := c.one(i); code != 0 {
				return float64(c.number(code))
			}
			return math.NaN()
		}
		return nil
	}
	col, _ := catalog.LookupColumn(by.By, l.fact)
	l.key.instant = col.Unit == catalog.Instant
	if read := l.instant(col.ID); read != nil {
		l.key.number = func(i int32) float64 {
			if at := read(i); at != facts.Never {
				return float64(at)
			}
			return math.NaN()
		}
		return nil
	}
	switch col.ID {
	case "message_id":
		l.key.text = l.id
		return nil
	case "message_count":
		l.key.number = func(i int32) float64 { return float64(l.set.Thread(l.conversation[i]).Messages) }
		return nil
	case "first_response_time":
		l.key.number = func(i int32) float64 { return firstResponse(l.set, l.conversation[i]) }
		return nil
	case "resolution_time":
		resolutions := l.resolutions()
		l.key.number = func(i int32) float64 { return l.resolutionTime(resolutions, i) }
		return nil
	}
	return l.sortByTexts(col)
}

// sortByTexts reads the values of all rows that they are sorted by, where facts do not
// hold them.
func (l *List) sortByTexts(col catalog.Column) error {
	values := map[string]any{}
	var err error
	if col.ID == "csat_rating" {
		values, err = l.ratings(l.kept)
	} else {
		err = l.readMessages([]string{fetched(col.ID)}, l.kept, false, func(id string, read []any) { values[id] = read[0] })
	}
	if err != nil {
		return err
	}
	if col.Unit == catalog.Text {
		l.key.text = func(i int32) string { text, _ := values[l.id(i)].(string); return text }
		if col.ID == "failure_text" {
			l.key.text = func(i int32) string {
				if l.set.Messages.Stage[l.message[i]] != facts.Failed {
					return ""
				}
				text, _ := values[l.id(i)].(string)
				return text
			}
		}
		return nil
	}
	l.key.number = func(i int32) float64 {
		switch v := values[l.id(i)].(type) {
		case time.Time:
			return float64(v.UnixMicro())
		case int32:
			return float64(v)
		case rating:
			return float64(v.stars)
		}
		return math.NaN()
	}
	return nil
}
