package facts

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
)

// TestDict: codes and texts belong to each other, also in dictionaries that go on from
// others, and those stay as they are.
func TestDict(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	d := newDict()
	model := map[string]uint32{}
	var texts []string
	for generation := range 12 {
		old, oldLen := d, d.Len()
		if generation > 0 {
			d = d.goOn()
		}
		for range r.IntN(4000 >> (generation % 4 * 2)) {
			text := strconv.Itoa(r.IntN(20000))
			code := d.code([]byte(text))
			known, ok := model[text]
			switch {
			case ok && code != known:
				t.Fatalf("%q has the code %d, then %d", text, known, code)
			case !ok && int(code) != len(texts)+1:
				t.Fatalf("%q has the code %d, want %d", text, code, len(texts)+1)
			case !ok:
				model[text] = code
				texts = append(texts, text)
			}
		}
		if d.Len() != len(texts)+1 || d.Text(0) != "" || d.code(nil) != 0 || d.codeOf("") != 0 {
			t.Fatalf("%d codes, want %d", d.Len(), len(texts)+1)
		}
		for i, text := range texts {
			if d.Text(uint32(i+1)) != text || d.Lookup(text) != uint32(i+1) {
				t.Fatalf("code %d is %q, and %q has the code %d", i+1, d.Text(uint32(i+1)), text, d.Lookup(text))
			}
		}
		if d.Lookup("none") != 0 {
			t.Error("a text that nobody added has a code")
		}
		if old != d && (old.Len() != oldLen || len(texts) >= oldLen && old.Lookup(texts[len(texts)-1]) != 0 && int(model[texts[len(texts)-1]]) >= oldLen) {
			t.Error("a dictionary has changed that another goes on from")
		}
	}
}

// TestIDs: ids come back as they were written, in the order of their bytes, whether they
// are numbers, UUIDs or texts, or UUIDs at first and then others.
func TestIDs(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	uuid := func() string {
		return fmt.Sprintf("%08x-%04x-%04x-%04x-%012x", r.Uint32(), r.IntN(1<<16), r.IntN(1<<16), r.IntN(1<<16), r.Uint64()>>16)
	}
	others := []string{"7", "Ab", "", "wamid.HBgM=", "0123456789ABCDEF0123456789abcdef0123", "12345678-1234-1234-1234-123456789abG", "12345678-1234-1234-1234_123456789abc"}
	for _, kind := range []string{"uuid", "text", "mixed"} {
		var l ids
		var texts []string
		for i := range 300 {
			id := uuid()
			if kind == "text" || kind == "mixed" && i > 100 && r.IntN(3) == 0 {
				id = others[r.IntN(len(others))]
			}
			texts = append(texts, id)
			l.add(cell{raw: []byte(id)})
		}
		order := make([]int32, len(texts))
		for i := range order {
			order[i] = int32(i)
			if string(l.at(int32(i))) != texts[i] {
				t.Fatalf("%s: %q, want %q", kind, l.at(int32(i)), texts[i])
			}
		}
		for range 1000 {
			i, j := int32(r.IntN(len(texts))), int32(r.IntN(len(texts)))
			if want := bytes.Compare([]byte(texts[i]), []byte(texts[j])); l.compare(i, j) != want || l.compareTexts(i, j) != want {
				t.Fatalf("%s: %q and %q compare as %d, want %d", kind, texts[i], texts[j], l.compare(i, j), want)
			}
		}
		slices.Reverse(order)
		sorted, base := l.inOrder(order), l
		base.clip()
		grown := base
		grown.append(&sorted, order[:50])
		grown.addText([]byte("x"))
		for i := range order {
			if string(sorted.at(int32(i))) != texts[len(texts)-1-i] || string(base.at(int32(i))) != texts[i] || string(grown.at(int32(i))) != texts[i] {
				t.Fatalf("%s: the ids are another after sorting or adding", kind)
			}
		}
		if set := l.set(); !set.has(&sorted, 3) || set.has(&grown, int32(len(texts)+50)) {
			t.Errorf("%s: a set of ids holds others", kind)
		}
	}
	numbers := ids{numeric: true, numbers: []int64{9, 10}}
	if numbers.compare(0, 1) != -1 || numbers.compareTexts(0, 1) != 1 || string(numbers.at(1)) != "10" {
		t.Error("numbers are compared as numbers, and by their bytes where that is wanted")
	}
}
