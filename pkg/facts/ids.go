package facts

import (
	"bytes"
	"encoding/hex"
	"math"
	"slices"
	"strconv"
)

// ids are the ids of rows: numbers, UUIDs or texts.
type ids struct {
	numeric bool
	numbers []int64
	// uuids are the ids as long as each is a UUID in lower case.
	uuids [][16]byte
	// text is the ids one after the other; ends[i] is where that of row i ends.
	text []byte
	ends []uint32
}

func (l *ids) add(value cell) {
	if l.numeric {
		l.numbers = append(l.numbers, value.int())
		return
	}
	l.addText(value.raw)
}

func (l *ids) addText(id []byte) {
	if len(l.ends) == 0 {
		if uuid, ok := parseUUID(id); ok {
			l.uuids = append(l.uuids, uuid)
			return
		}
		l.unpack()
	}
	l.text = append(l.text, id...)
	l.ends = append(l.ends, uint32(len(l.text)))
}

// isTooLong reports whether the texts are longer than ends can say.
func (l *ids) isTooLong() bool { return len(l.text) > math.MaxUint32 }

// unpack turns UUIDs into texts.
func (l *ids) unpack() {
	for _, uuid := range l.uuids {
		l.text = appendUUID(l.text, uuid)
		l.ends = append(l.ends, uint32(len(l.text)))
	}
	l.uuids = nil
}

// parseUUID reads a UUID that is written as PostgreSQL writes it.
func parseUUID(id []byte) (uuid [16]byte, ok bool) {
	if len(id) != 36 {
		return uuid, false
	}
	to := 0
	for i := 0; i < 36; i += 2 {
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if id[i] != '-' {
				return uuid, false
			}
			i--
			continue
		}
		high, low := hexDigit(id[i]), hexDigit(id[i+1])
		if high > 15 || low > 15 {
			return uuid, false
		}
		uuid[to] = high<<4 | low
		to++
	}
	return uuid, true
}

// hexDigit is the value of a digit; over 15 if it is none.
func hexDigit(c byte) byte {
	switch {
	case c >= '0' && c <= '9':
		return c - '0'
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10
	}
	return 255
}

func appendUUID(to []byte, uuid [16]byte) []byte {
	for i, part := range [][]byte{uuid[:4], uuid[4:6], uuid[6:8], uuid[8:10], uuid[10:]} {
		if i > 0 {
			to = append(to, '-')
		}
		to = hex.AppendEncode(to, part)
	}
	return to
}

func (l *ids) at(i int32) []byte {
	switch {
	case l.numeric:
		return strconv.AppendInt(nil, l.numbers[i], 10)
	case l.uuids != nil:
		return appendUUID(make([]byte, 0, 36), l.uuids[i])
	}
	start := uint32(0)
	if i > 0 {
		start = l.ends[i-1]
	}
	return l.text[start:l.ends[i]]
}

// compare compares ids in their order: numbers as numbers, texts by their bytes.
func (l *ids) compare(i, j int32) int {
	switch {
	case l.uuids != nil: // the bytes of their texts have the same order
		return bytes.Compare(l.uuids[i][:], l.uuids[j][:])
	case !l.numeric:
		return bytes.Compare(l.at(i), l.at(j))
	case l.numbers[i] < l.numbers[j]:
		return -1
	case l.numbers[i] > l.numbers[j]:
		return 1
	}
	return 0
}

// compareTexts compares ids by their bytes, also where they are numbers.
func (l *ids) compareTexts(i, j int32) int {
	if !l.numeric {
		return l.compare(i, j)
	}
	var a, b [20]byte
	return bytes.Compare(strconv.AppendInt(a[:0], l.numbers[i], 10), strconv.AppendInt(b[:0], l.numbers[j], 10))
}

// append adds ids of others.
func (l *ids) append(others *ids, which []int32) {
	for _, i := range which {
		if l.numeric {
			l.numbers = append(l.numbers, others.numbers[i])
		} else {
			l.addText(others.at(i))
		}
	}
}

// clip makes what is added later a copy.
func (l *ids) clip() {
	l.numbers, l.uuids, l.text, l.ends = slices.Clip(l.numbers), slices.Clip(l.uuids), slices.Clip(l.text), slices.Clip(l.ends)
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
	for i := range l.len() {
		s.texts[string(l.at(int32(i)))] = true
	}
	return s
}

// len is the number of ids that are no numbers.
func (l *ids) len() int { return len(l.uuids) + len(l.ends) }

func (s idSet) has(l *ids, i int32) bool {
	if l.numeric {
		return s.numbers[l.numbers[i]]
	}
	return s.texts[string(l.at(i))]
}

// inOrder returns the ids of the rows in the order.
func (l *ids) inOrder(order []int32) ids {
	sorted := ids{numeric: l.numeric}
	switch {
	case l.numeric:
		sorted.numbers = inOrder(l.numbers, order)
		return sorted
	case l.uuids != nil:
		sorted.uuids = inOrder(l.uuids, order)
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

// size is what the ids take in memory, in bytes.
func (l *ids) size() int { return 8*len(l.numbers) + 16*len(l.uuids) + len(l.text) + 4*len(l.ends) }
