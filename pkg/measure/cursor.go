package measure

import (
	"encoding/base64"
	"encoding/json"
	"time"

	"github.com/parley-reports/parley/pkg/query"
)

// Cursor is the place of a row in a details report: its sort value as text,
// its time and its id.
type Cursor struct {
	Sort *string   `json:"s"`
	At   time.Time `json:"t"`
	ID   string    `json:"i"`
}

// Format writes the cursor, to be given back as after.
func (c Cursor) Format() string {
	b, _ := json.Marshal(c) // a text, a time and a text always marshal
	return base64.RawURLEncoding.EncodeToString(b)
}

// ParseCursor reads a cursor. The error is a *query.Error.
func ParseCursor(text string) (Cursor, error) {
	var c Cursor
	plain, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || json.Unmarshal(plain, &c) != nil || c.At.IsZero() {
		return c, BadCursor()
	}
	return c, nil
}

// BadCursor says that a cursor cannot be read.
func BadCursor() error {
	return &query.Error{Message: "after is not a valid cursor: leave it out to start with the first page"}
}
