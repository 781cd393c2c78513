package catalog

import "slices"

// A Column is a field of a details report that is no dimension. Every
// single-valued dimension of the fact, and its tags, can be a column too.
type Column struct {
	ID    string
	Unit  Unit
	Facts []Fact
}

// Columns of details reports beside the dimensions.
var Columns = []Column{
	{ID: "message_id", Unit: Text, Facts: []Fact{Message, Initiation}},
	{ID: "created_at", Unit: Instant, Facts: []Fact{Message, Initiation}},
	{ID: "delivered_at", Unit: Instant, Facts: []Fact{Message, Initiation}},
	{ID: "read_at", Unit: Instant, Facts: []Fact{Message, Initiation}},
	{ID: "replied", Unit: Text, Facts: []Fact{Initiation}},
	{ID: "replied_at", Unit: Instant, Facts: []Fact{Initiation}},
	{ID: "failure_text", Unit: Text, Facts: []Fact{Message, Initiation}},
	{ID: "session_started_at", Unit: Instant, Facts: []Fact{Message, Initiation}},
	{ID: "session_ends_at", Unit: Instant, Facts: []Fact{Message, Initiation}},
	{ID: "body", Unit: Text, Facts: []Fact{Message, Initiation}},
	{ID: "button_payload", Unit: Text, Facts: []Fact{Message}},
	{ID: "link", Unit: Text, Facts: []Fact{Message, Initiation}},
}

// LookupColumn returns the column of that id where the fact has it.
func LookupColumn(id string, f Fact) (Column, bool) {
	for _, c := range Columns {
		if c.ID == id && slices.Contains(c.Facts, f) {
			return c, true
		}
	}
	return Column{}, false
}

// ColumnIDs lists the columns that a details report of the fact can show.
func ColumnIDs(f Fact) []string {
	var ids []string
	for _, c := range Columns {
		if slices.Contains(c.Facts, f) {
			ids = append(ids, c.ID)
		}
	}
	for _, d := range Dimensions {
		if d.Has(f) && d.Kind != KindTime && d.ID != "stage" {
			ids = append(ids, d.ID)
		}
	}
	return ids
}
