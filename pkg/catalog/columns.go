package catalog

import "slices"

// A Column is a column of a details report that is not a dimension. A details
// report can also show every single-valued dimension of its fact, and tags.
type Column struct {
	ID    string
	Unit  Unit
	Facts []Fact
	// Entity is the id of the dimension that the column's entities belong to.
	Entity string
	// Unsorted is true if rows cannot be sorted by the column.
	Unsorted bool
}

var (
	both          = []Fact{Message, Initiation}
	conversations = []Fact{ConversationActive, ConversationNow}
	listed        = append(slices.Clone(both), conversations...)
)

// Columns lists the columns of details reports that are not dimensions.
var Columns = []Column{
	{ID: "message_id", Unit: Text, Facts: both},
	{ID: "created_at", Unit: Instant, Facts: listed},
	{ID: "delivered_at", Unit: Instant, Facts: both},
	{ID: "read_at", Unit: Instant, Facts: both},
	{ID: "replied", Unit: Text, Facts: []Fact{Initiation}, Unsorted: true},
	{ID: "replied_at", Unit: Instant, Facts: []Fact{Initiation}},
	{ID: "failure_text", Unit: Text, Facts: both},
	{ID: "session_started_at", Unit: Instant, Facts: both},
	{ID: "session_ends_at", Unit: Instant, Facts: both},
	{ID: "body", Unit: Text, Facts: both},
	{ID: "button_payload", Unit: Text, Facts: []Fact{Message}},
	{ID: "answered_campaign", Unit: Text, Facts: []Fact{Message}, Entity: "campaign", Unsorted: true},
	{ID: "answered_agent", Unit: Text, Facts: []Fact{Message}, Entity: "agent", Unsorted: true},
	{ID: "message_count", Unit: Count, Facts: conversations},
	{ID: "first_response_time", Unit: Seconds, Facts: conversations},
	{ID: "resolved_at", Unit: Instant, Facts: conversations},
	{ID: "resolution_time", Unit: Seconds, Facts: conversations},
	{ID: "csat_rating", Unit: Number, Facts: conversations},
	{ID: "csat_comment", Unit: Text, Facts: conversations, Unsorted: true},
	{ID: "link", Unit: Text, Facts: listed, Unsorted: true},
}

// LookupColumn returns the column with the given id if it applies to the fact.
func LookupColumn(id string, f Fact) (Column, bool) {
	for _, c := range Columns {
		if c.ID == id && slices.Contains(c.Facts, f) {
			return c, true
		}
	}
	return Column{}, false
}

// ColumnIDs returns the ids of all columns that a details report of the fact can show.
func ColumnIDs(f Fact) []string {
	var ids []string
	for _, c := range Columns {
		if slices.Contains(c.Facts, f) {
			ids = append(ids, c.ID)
		}
	}
	for _, d := range Dimensions {
		// A conversation has many messages, so it has no single hour.
		timed := d.Kind == KindTime || f.IsConversation() && slices.Contains([]string{"business_hours", "weekday", "hour_of_day"}, d.ID)
		if d.Has(f) && !timed && !d.Funnel {
			ids = append(ids, d.ID)
		}
	}
	return ids
}

// SortableIDs returns the ids of the columns that a details report of the fact can
// be sorted by. Entities and tags are shown by name and cannot be sorted by.
func SortableIDs(f Fact) []string {
	return slices.DeleteFunc(ColumnIDs(f), func(id string) bool {
		if c, ok := LookupColumn(id, f); ok {
			return c.Unsorted
		}
		d, _ := LookupDimension(id)
		return d.Kind == KindEntity || d.Multi
	})
}
