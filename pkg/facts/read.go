package facts

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/parley-reports/parley/pkg/source"
)

// A cell is one value of a row as it came from the server: nil is null.
type cell struct {
	raw []byte
	// binary is the format of the value; else it is a text.
	binary bool
	// number: the text of the value is that of a whole number.
	number bool
}

func (c cell) isNull() bool { return c.raw == nil }

// int reads a whole number; null is 0.
func (c cell) int() int64 {
	switch {
	case c.raw == nil:
		return 0
	case !c.binary:
		n, _ := strconv.ParseInt(string(c.raw), 10, 64) // the server wrote it
		return n
	case len(c.raw) == 8:
		return int64(binary.BigEndian.Uint64(c.raw))
	case len(c.raw) == 4:
		return int64(int32(binary.BigEndian.Uint32(c.raw)))
	}
	return int64(int16(binary.BigEndian.Uint16(c.raw)))
}

// bool reads a boolean; null is false.
func (c cell) bool() bool {
	if c.binary {
		return len(c.raw) == 1 && c.raw[0] == 1
	}
	return string(c.raw) == "t"
}

// float reads a floating-point number; null is NaN.
func (c cell) float() float64 {
	switch {
	case c.raw == nil:
		return math.NaN()
	case c.binary:
		return math.Float64frombits(binary.BigEndian.Uint64(c.raw))
	}
	f, _ := strconv.ParseFloat(string(c.raw), 64) // the server wrote it
	return f
}

// epoch2000 is where PostgreSQL's instants begin, in microseconds since 1970.
const epoch2000 = 946684800000000

// instant reads microseconds since 1970; null is Never.
func (c cell) instant() int64 {
	switch {
	case c.raw == nil:
		return Never
	case c.binary:
		return int64(binary.BigEndian.Uint64(c.raw)) + epoch2000
	}
	t, err := time.Parse("2006-01-02 15:04:05.999999Z07", string(c.raw))
	if err != nil {
		return Never // an infinity
	}
	return t.UnixMicro()
}

// text is the value as a text, nil for null.
func (c cell) text() []byte {
	if c.raw != nil && c.binary && c.number {
		return strconv.AppendInt(nil, c.int(), 10)
	}
	return c.raw
}

func (c cell) string() string { return string(c.text()) }

// A statement is SQL over the relations of a source, with its arguments.
type statement struct {
	source *source.Source
	args   []any
}

// arg adds an argument and returns its placeholder.
func (s *statement) arg(value any, typ string) string {
	s.args = append(s.args, value)
	return fmt.Sprintf("$%d::%s", len(s.args), typ)
}

func (s *statement) text(text string) string { return s.arg(text, "text") }

// from is a relation as a FROM item without an alias.
func (s *statement) from(relation string, span source.Span, columns ...string) string {
	return s.source.From(relation, span, s.text, columns...)
}

// list adds ids as an argument that is a list.
func (s *statement) list(entity string, ids []string) string {
	if !s.source.Numbers[entity] {
		return s.arg(ids, "text[]")
	}
	numbers := make([]int64, 0, len(ids))
	for _, id := range ids {
		n, _ := strconv.ParseInt(id, 10, 64) // the server wrote it
		numbers = append(numbers, n)
	}
	return s.arg(numbers, "bigint[]")
}

// among is the condition that a column of a relation is one of the ids of a list. Where only
// the source can use an index for that, it gets the ids.
func (b *builder) among(relation, column, list string, ids *string) string {
	if _, isRaw := b.source.Raw[relation]; !isRaw || !b.hashesLists() {
		*ids = "SELECT unnest(" + list + ")"
	}
	if b.hashesLists() {
		// PostgreSQL estimates that better than a join. Where it expects few rows, a join
		// compares each row with the whole list.
		return column + " = ANY (" + list + ")"
	}
	return column + " IN (" + *ids + ")"
}

// hashesLists reports whether the server is PostgreSQL 14 or later. Earlier ones search long
// lists from the beginning for each row.
func (b *builder) hashesLists() bool {
	major, _, _ := strings.Cut(b.tx.Conn().PgConn().ParameterStatus("server_version"), ".")
	n, err := strconv.Atoi(major)
	return err == nil && n >= 14
}

// whereAll is a WHERE clause of the conditions that are not empty.
func whereAll(conditions ...string) string {
	var kept []string
	for _, c := range conditions {
		if c != "" {
			kept = append(kept, c)
		}
	}
	if len(kept) == 0 {
		return ""
	}
	return "\nWHERE " + strings.Join(kept, " AND ")
}

// within is the condition of a span on a column. Relations that look to it themselves
// get it once more, which costs little.
func within(column string, span source.Span) string {
	var parts []string
	if span.Since != "" {
		parts = append(parts, column+" >= "+span.Since)
	}
	if span.Until != "" {
		parts = append(parts, column+" < "+span.Until)
	}
	return strings.Join(parts, " AND ")
}

// read runs a statement and calls row for each row of it. The cells are valid during the
// call only.
func (b *builder) read(ctx context.Context, sql string, args []any, row func(cells []cell) error) error {
	if b.set.SQL == "" {
		b.set.SQL, b.set.Args = sql, args
	}
	rows, err := b.tx.Query(ctx, sql, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	var cells []cell
	for n := 0; rows.Next(); n++ {
		if cells == nil {
			for _, f := range rows.FieldDescriptions() {
				whole := f.DataTypeOID == 20 || f.DataTypeOID == 21 || f.DataTypeOID == 23
				cells = append(cells, cell{binary: f.Format == pgx.BinaryFormatCode, number: whole})
			}
		}
		if n%checkEvery == checkEvery-1 && b.isTooLarge() {
			return ErrTooLarge
		}
		for i, raw := range rows.RawValues() {
			cells[i].raw = raw
		}
		if err := row(cells); err != nil {
			return err
		}
	}
	return rows.Err()
}
