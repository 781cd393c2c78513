package facts

import (
	"bytes"
	"maps"
	"strconv"
)

// A Dict gives texts small numbers, their codes. Code 0 is no value.
type Dict struct {
	texts []string
	codes map[string]uint32
	// before is the dictionary that this one goes on from, which goes on from none.
	before *Dict
}

func newDict() *Dict { return &Dict{texts: []string{""}, codes: map[string]uint32{}} }

// goOn returns a dictionary that begins with the codes of this one, which stays as it is.
// What was added to an earlier one is copied, until it is worth one map of all.
func (d *Dict) goOn() *Dict {
	next := &Dict{texts: d.texts[:len(d.texts):len(d.texts)], codes: map[string]uint32{}, before: d}
	switch before := d.before; {
	case before == nil:
	case len(d.codes) < len(before.codes)/4:
		next.codes, next.before = maps.Clone(d.codes), before
	default:
		next.before = &Dict{texts: next.texts, codes: make(map[string]uint32, len(d.texts))}
		for code, text := range d.texts[1:] {
			next.before.codes[text] = uint32(code + 1)
		}
	}
	return next
}

// Len is the number of codes, that of no value included.
func (d *Dict) Len() int { return len(d.texts) }

// Text returns the text of a code.
func (d *Dict) Text(code uint32) string { return d.texts[code] }

// Lookup returns the code of a text, or 0 if the dictionary does not hold it.
func (d *Dict) Lookup(text string) uint32 {
	for ; d != nil; d = d.before {
		if code, ok := d.codes[text]; ok {
			return code
		}
	}
	return 0
}

// code returns the code of a text, which it adds if it is new; nil is no value.
func (d *Dict) code(text []byte) uint32 {
	if text == nil {
		return 0
	}
	for known := d; known != nil; known = known.before {
		if code, ok := known.codes[string(text)]; ok {
			return code
		}
	}
	return d.add(string(text))
}

// codeOf returns the code of a text, which it adds if it is new; "" is no value.
func (d *Dict) codeOf(text string) uint32 {
	if text == "" {
		return 0
	}
	if code := d.Lookup(text); code != 0 {
		return code
	}
	return d.add(text)
}

func (d *Dict) add(text string) uint32 {
	code := uint32(len(d.texts))
	d.texts = append(d.texts, text)
	d.codes[text] = code
	return code
}

// ids are the ids of rows, either numbers or texts.
type ids struct {
	numeric bool
	numbers []int64
	// text is the ids one after the other; ends[i] is where that of row i ends.
	text []byte
	ends []uint32
}

func (l *ids) add(value cell) {
	if l.numeric {
		l.numbers = append(l.numbers, value.int())
		return
	}
	l.text = append(l.text, value.raw...)
	l.ends = append(l.ends, uint32(len(l.text)))
}

func (l *ids) at(i int32) []byte {
	if l.numeric {
		return strconv.AppendInt(nil, l.numbers[i], 10)
	}
	start := uint32(0)
	if i > 0 {
		start = l.ends[i-1]
	}
	return l.text[start:l.ends[i]]
}

// compare compares ids in their order: numbers as numbers, texts by their bytes.
func (l *ids) compare(i, j int32) int {
	if !l.numeric {
		return bytes.Compare(l.at(i), l.at(j))
	}
	switch {
	case l.numbers[i] < l.numbers[j]:
		return -1
	case l.numbers[i] > l.numbers[j]:
		return 1
	}
	return 0
}

// append adds ids of others.
func (l *ids) append(others *ids, which []int32) {
	if l.numeric {
		l.numbers = append(l.numbers, inOrder(others.numbers, which)...)
		return
	}
	for _, i := range which {
		l.text = append(l.text, others.at(i)...)
		l.ends = append(l.ends, uint32(len(l.text)))
	}
}

// An idSet is a set of ids.
type idSet struct {
	numbers map[int64]bool
	texts   map[string]bool
}

func (l *ids) set() idSet {
	s := idSet{map[int64]bool{}, map[string]bool{}}
	for _, n := range l.numbers {
		s.numbers[n] = true
	}
	for i := range l.ends {
		s.texts[string(l.at(int32(i)))] = true
	}
	return s
}

func (s idSet) has(l *ids, i int32) bool {
	if l.numeric {
		return s.numbers[l.numbers[i]]
	}
	return s.texts[string(l.at(i))]
}

// inOrder returns the ids of the rows in the order.
func (l *ids) inOrder(order []int32) ids {
	sorted := ids{numeric: l.numeric}
	if l.numeric {
		sorted.numbers = inOrder(l.numbers, order)
		return sorted
	}
	sorted.text = make([]byte, 0, len(l.text))
	sorted.ends = make([]uint32, 0, len(order))
	for _, i := range order {
		sorted.text = append(sorted.text, l.at(i)...)
		sorted.ends = append(sorted.ends, uint32(len(sorted.text)))
	}
	return sorted
}

// inOrder returns the values of the rows in the order.
func inOrder[T any](values []T, order []int32) []T {
	sorted := make([]T, len(order))
	for to, from := range order {
		sorted[to] = values[from]
	}
	return sorted
}

// compareTexts compares ids by their bytes, also where they are numbers.
func (l *ids) compareTexts(i, j int32) int {
	if !l.numeric {
		return bytes.Compare(l.at(i), l.at(j))
	}
	var a, b [20]byte
	return bytes.Compare(strconv.AppendInt(a[:0], l.numbers[i], 10), strconv.AppendInt(b[:0], l.numbers[j], 10))
}
