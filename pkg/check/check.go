// Package check finds rows of a source that violate the contract: duplicate ids,
// dangling references, times in the future and statuses out of order.
package check

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/parley-reports/parley/pkg/postgres"
	"github.com/parley-reports/parley/pkg/source"
)

// Problem describes the rows of a relation that have the same problem.
type Problem struct {
	Relation string
	source.Explanation
	// Rows is the number of rows.
	Rows int64
	// Examples are the ids of some of the rows, each once.
	Examples []string
	// Allowed is true for rows that the contract allows, but that people should know.
	Allowed bool
}

// String returns the problem as one line: what is wrong, what happens and what to do.
func (p Problem) String() string {
	rows := "{1 row|" + strconv.FormatInt(p.Rows, 10) + " rows} "
	var list string
	if len(p.Examples) > 0 {
		list = ": " + strings.Join(p.Examples, ", ")
		if int64(len(p.Examples)) < p.Rows {
			list = ", for example " + strings.Join(p.Examples, ", ")
		}
	}
	return p.Relation + ": " + inNumber(p.Rows, rows+p.Wrong+list+". "+p.Effect+" "+p.Fix)
}

var numbered = regexp.MustCompile(`\{([^{}|]*)\|([^{}|]*)\}`)

// inNumber chooses between singular and plural, written as {singular|plural}.
func inNumber(n int64, text string) string {
	if n == 1 {
		return numbered.ReplaceAllString(text, "$1")
	}
	return numbered.ReplaceAllString(text, "$2")
}

// examples is the maximum number of examples of a problem.
const examples = 3

// Rows looks through the rows of the source whose event time is since or later;
// all of them where it is zero. It tells progress what it looks at, if that is not
// nil.
func Rows(ctx context.Context, db *postgres.DB, s *source.Source, since time.Time, progress func(relation string)) ([]Problem, error) {
	var found []Problem
	last := ""
	look := func(p Problem, sql string, args []any) error {
		if progress != nil && p.Relation != last {
			progress(p.Relation)
		}
		last = p.Relation
		err := db.Query(ctx, fmt.Sprintf("SELECT count(*), (array_agg(DISTINCT coalesce(p.id, '(none)')))[1:%d] FROM (\n%s\n) AS p (id)", examples, sql), args, func(values []any) error {
			p.Rows, _ = values[0].(int64)
			list, _ := values[1].([]any)
			for _, id := range list {
				p.Examples = append(p.Examples, fmt.Sprint(id))
			}
			return nil
		})
		if err == nil && p.Rows > 0 {
			found = append(found, p)
		}
		return err
	}
	left, err := leftOut(ctx, db, s, since, progress)
	if err != nil {
		return nil, err
	}
	found = append(found, left...)
	for _, r := range rules() {
		if !s.Has(r.relation) || slices.ContainsFunc(r.needs, func(need string) bool { return !knows(s, need) }) {
			continue
		}
		sql, args := expand(s, r.sql, since)
		problem := Problem{Relation: r.relation, Explanation: r.Explanation, Allowed: r.allowed}
		if r.to == "contact" && s.Phone != "" { // the id has the phone number
			problem.Allowed, problem.Effect, problem.Fix = true, "Reports show the phone number instead of a name.", "Nothing to do."
		}
		if err := look(problem, sql, args); err != nil {
			return found, err
		}
	}
	for _, c := range s.Checks {
		sql, args := expandCheck(s, c, since)
		if err := look(Problem{Relation: c.Relation, Explanation: c.Explanation, Allowed: c.Allowed}, sql, args); err != nil {
			return found, err
		}
	}
	unknown, err := failures(ctx, db, s, since)
	if err != nil {
		return found, err
	}
	found = append(found, unknown...)
	if !s.Has("working_hours") {
		return found, nil
	}
	if progress != nil {
		progress("working_hours")
	}
	problems, err := workingHours(ctx, db, s)
	return append(found, problems...), err
}

// expandCheck puts the bounds into the SQL of a product's own check.
func expandCheck(s *source.Source, c source.Check, since time.Time) (string, []any) {
	var args []any
	bind := func(v any, typ string) string {
		args = append(args, v)
		return fmt.Sprintf("$%d::%s", len(args), typ)
	}
	from := ""
	if !since.IsZero() && strings.Contains(c.SQL, "$since") {
		from = bind(since, "timestamptz")
	}
	return s.CheckSQL(c, from, func(text string) string { return bind(text, "text") }), args
}

// knows tells whether there is the relation, or the column.
func knows(s *source.Source, name string) bool {
	if strings.Contains(name, ".") {
		return s.Records(name)
	}
	return s.Has(name)
}

var bracketed = regexp.MustCompile(`\[(\w+)\] AS r|\[(\w+)\]`)

// eventTimes are the columns that the range is about.
var eventTimes = map[string]string{"message": "created_at", "conversation": "created_at", "conversation_event": "at"}

// expand puts the relations into a rule's SQL. The range holds for the rows that
// the rule is about, not for those that they point to.
func expand(s *source.Source, sql string, since time.Time) (string, []any) {
	return expandWith(s, since, func(func(any, string) string) string { return sql })
}

// expandWith is expand for SQL with arguments of its own.
func expandWith(s *source.Source, since time.Time, write func(bind func(value any, typ string) string) string) (string, []any) {
	var args []any
	bind := func(v any, typ string) string {
		args = append(args, v)
		return fmt.Sprintf("$%d::%s", len(args), typ)
	}
	account := func(text string) string { return bind(text, "text") }
	sql := bracketed.ReplaceAllStringFunc(write(bind), func(match string) string {
		parts := bracketed.FindStringSubmatch(match)
		if parts[1] == "" {
			return s.From(parts[2], source.Span{}, account)
		}
		relation := parts[1]
		at := eventTimes[relation]
		if since.IsZero() || at == "" {
			return s.From(relation, source.Span{}, account) + " AS r"
		}
		instant := bind(since, "timestamptz")
		item := s.From(relation, source.Span{Since: instant}, account)
		if s.Bounded(relation) {
			return item + " AS r"
		}
		return fmt.Sprintf("(SELECT b.* FROM %s AS b WHERE b.%s >= %s) AS r", item, at, instant)
	})
	return sql, args
}
