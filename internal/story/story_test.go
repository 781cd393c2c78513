package story

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"github.com/parley-reports/parley/internal/contract"
)

// TestParts tells the story in one part and in several, of kinds whose rows have no ids
// that depend on that: the rows are the same, in the same order.
func TestParts(t *testing.T) {
	data := Data()
	for _, kind := range []string{"evolution", "webhook"} {
		newWriter := writers[kind]
		t.Run(kind, func(t *testing.T) {
			one, several := newWriter(), newWriter()
			one.part(data)
			one.finish(func() {})
			rows := map[string][][]any{}
			take := func() {
				for _, table := range several.tables() {
					rows[table.name] = append(rows[table.name], table.take().rows...)
				}
			}
			first := data
			first.Messages = nil
			several.part(first)
			take()
			for messages := range slices.Chunk(data.Messages, 400) {
				several.part(contract.Data{Messages: messages})
				take()
			}
			several.finish(take)
			take()
			for _, table := range one.tables() {
				want, got := table.rows, rows[table.name]
				if len(got) != len(want) || len(want) == 0 {
					t.Errorf("%s has %d rows, want %d", table.name, len(got), len(want))
					continue
				}
				if kind == "webhook" { // its noise comes last
					texts := func(rows [][]any) (list []string) {
						for _, row := range rows {
							list = append(list, fmt.Sprint(row))
						}
						slices.Sort(list)
						return list
					}
					if !slices.Equal(texts(got), texts(want)) {
						t.Errorf("%s has other rows", table.name)
					}
					continue
				}
				for i := range want {
					if !reflect.DeepEqual(got[i], want[i]) {
						t.Fatalf("%s: row %d is %v, want %v", table.name, i, got[i], want[i])
					}
				}
			}
			if got, want := several.rows().Messages, one.rows().Messages; !reflect.DeepEqual(got, want) {
				t.Error("other messages were told")
			}
		})
	}
}

func TestJSON(t *testing.T) {
	for _, v := range []any{
		object{"b": 1, "a": "x", "c": true, "d": nil, "e": []object{{"f": "g"}, nil}, "h": []string{"i"}, "j": 1.5, "k": json.Number("7"), "l": object(nil), "m": []object(nil), "n": []object{}},
		"", "plain ñ 😀", "a\"b\\c\n<d>&\u2028\u2029\u0000\u007f", "\xff",
	} {
		want, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		if got := appendJSON(nil, v); string(got) != string(want) {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
