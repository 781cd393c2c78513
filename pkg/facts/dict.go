package facts

import (
	"bytes"
	"hash/maphash"
	"math"
	"slices"
	"unsafe"
)

// A Dict gives texts small numbers, their codes. Code 0 is no value. It goes on from
// another one, which stays as it is, or from none.
//
// The texts stand one after the other, and a table of open addressing finds them: of
// millions of texts each takes its bytes and about ten more.
type Dict struct {
	before *Dict
	// first is the code of the first text here.
	first uint32
	text  []byte
	ends  []uint32
	// slots hold the places of texts from 1, by their hash; 0 is free.
	slots []uint32
}

func newDict() *Dict { return &Dict{ends: []uint32{0}} }

// goOn returns a dictionary that begins with the codes of this one, which stays as it is.
// What was added to an earlier one is copied, until it is worth one of all.
func (d *Dict) goOn() *Dict {
	switch {
	case d.before == nil:
		return &Dict{before: d, first: uint32(d.Len())}
	case len(d.ends) < len(d.before.ends)/4:
		return &Dict{before: d.before, first: d.first, text: slices.Clone(d.text), ends: slices.Clone(d.ends), slots: slices.Clone(d.slots)}
	}
	all := newDict()
	for code := 1; code < d.Len(); code++ {
		all.add([]byte(d.Text(uint32(code))))
	}
	return &Dict{before: all, first: uint32(all.Len())}
}

// Len is the number of codes, that of no value included.
func (d *Dict) Len() int { return int(d.first) + len(d.ends) }

// Text returns the text of a code.
func (d *Dict) Text(code uint32) string {
	if code < d.first {
		d = d.before
	}
	text := d.at(code - d.first)
	// What was written is never changed.
	return unsafe.String(unsafe.SliceData(text), len(text))
}

func (d *Dict) at(place uint32) []byte {
	start := uint32(0)
	if place > 0 {
		start = d.ends[place-1]
	}
	return d.text[start:d.ends[place]]
}

// Lookup returns the code of a text, or 0 if the dictionary does not hold it.
func (d *Dict) Lookup(text string) uint32 {
	return d.lookup(unsafe.Slice(unsafe.StringData(text), len(text)))
}

var hashSeed = maphash.MakeSeed()

func (d *Dict) lookup(text []byte) uint32 {
	hash := maphash.Bytes(hashSeed, text)
	for ; d != nil; d = d.before {
		if len(d.slots) == 0 {
			continue
		}
		for slot := d.slot(hash); ; slot = (slot + 1) & (len(d.slots) - 1) {
			place := d.slots[slot]
			if place == 0 {
				break
			}
			if bytes.Equal(d.at(place-1), text) {
				return d.first + place - 1
			}
		}
	}
	return 0
}

// slot is where the search for a text begins. There are as many slots as a power of 2.
func (d *Dict) slot(hash uint64) int { return int(hash & uint64(len(d.slots)-1)) }

// code returns the code of a text, which it adds if it is new; nil is no value.
func (d *Dict) code(text []byte) uint32 {
	if text == nil {
		return 0
	}
	if code := d.lookup(text); code != 0 {
		return code
	}
	return d.add(text)
}

// codeOf returns the code of a text, which it adds if it is new; "" is no value.
func (d *Dict) codeOf(text string) uint32 {
	if text == "" {
		return 0
	}
	return d.code([]byte(text))
}

func (d *Dict) add(text []byte) uint32 {
	if len(d.text)+len(text) > math.MaxUint32 {
		panic("texts of more than 4 GB")
	}
	d.text = append(d.text, text...)
	d.ends = append(d.ends, uint32(len(d.text)))
	if 4*len(d.ends) > 3*len(d.slots) {
		d.slots = make([]uint32, max(16, 2*len(d.slots)))
		for place := range d.ends {
			if code := d.first + uint32(place); code != 0 {
				d.occupy(uint32(place))
			}
		}
	} else {
		d.occupy(uint32(len(d.ends) - 1))
	}
	return uint32(d.Len() - 1)
}

// occupy notes in the table where a text is.
func (d *Dict) occupy(place uint32) {
	slot := d.slot(maphash.Bytes(hashSeed, d.at(place)))
	for d.slots[slot] != 0 {
		slot = (slot + 1) & (len(d.slots) - 1)
	}
	d.slots[slot] = place + 1
}

// size is what the dictionary takes in memory, in bytes.
func (d *Dict) size() int {
	size := 0
	for ; d != nil; d = d.before {
		size += len(d.text) + 4*len(d.ends) + 4*len(d.slots)
	}
	return size
}

// inOrder returns the values of the rows in the order.
func inOrder[T any](values []T, order []int32) []T {
	sorted := make([]T, len(order))
	for to, from := range order {
		sorted[to] = values[from]
	}
	return sorted
}
