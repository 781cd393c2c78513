package source

import (
	_ "embed"
	"encoding/csv"
	"strings"
	"sync"
)

//go:embed content_types.csv
var contentTypesCSV string

var contentTypes = sync.OnceValue(func() [][]string {
	rows, err := csv.NewReader(strings.NewReader(contentTypesCSV)).ReadAll()
	if err != nil {
		panic(err) // a file of this package
	}
	return rows[1:]
})

func contentTypesOf(word string) (types []string) {
	for _, row := range contentTypes() {
		if row[1] == word {
			types = append(types, row[0])
		}
	}
	return types
}

// CallTypes returns the content types of calls, in small letters. A call is no
// message, but a contact's call opens the 24-hour window as a message does.
func CallTypes() []string { return contentTypesOf("call") }

// NoMessageTypes returns the content types of rows that are no messages and count
// for nothing, in small letters.
func NoMessageTypes() []string { return contentTypesOf("nothing") }
