package check

import (
	"context"
	"fmt"
	"regexp"
	"time"

	"github.com/parley-reports/parley/pkg/failure"
	"github.com/parley-reports/parley/pkg/postgres"
	"github.com/parley-reports/parley/pkg/source"
)

// shownCodes is how many codes without a reason are listed.
const shownCodes = 10

// failures finds failed messages of which the reason is unknown: by a code that the
// table of reasons does not have, by a text that fits none of its patterns, or because
// the source stores neither. Texts are never shown: they can hold personal data.
func failures(ctx context.Context, db *postgres.DB, s *source.Source, since time.Time) ([]Problem, error) {
	if !s.Has("message") || !s.Has("line") || !s.Records("message.error_code") && !s.Records("message.error_text") {
		return nil, nil
	}
	sql, args := expandWith(s, since, func(bind func(any, string) string) string {
		f := failure.SQL{Bind: bind, Channel: "l.channel", Own: "r.error_code", Text: "r.error_text"}
		return fmt.Sprintf(`SELECT CASE WHEN p.code IS NOT NULL AND p.meaning IS NULL THEN 'code' WHEN p.error_text <> '' THEN 'text' ELSE 'nothing' END AS kind,
  CASE WHEN p.meaning IS NULL THEN p.code END AS code, count(*), (array_agg(p.id))[1:%d]
FROM (
  SELECT r.message_id::text AS id, r.error_text, %s AS code, %s AS reason, %s AS meaning
  FROM [message] AS r LEFT JOIN [line] AS l ON l.line_id = r.line_id
  WHERE r.direction = 'outbound' AND (lower(r.status) = 'failed' OR r.failed_at IS NOT NULL) AND r.delivered_at IS NULL AND r.read_at IS NULL
    AND coalesce(lower(r.status) NOT IN ('delivered', 'read', 'played'), true)
) AS p
WHERE p.reason = '%s'
GROUP BY 1, 2
ORDER BY 1, 3 DESC, 2`, examples, f.Code(), f.Reason(), f.Meaning(), failure.Unknown)
	})
	explanations := map[string]source.Explanation{
		"code":    {Wrong: "failed with a code that Parley has no reason for", Effect: "Reports show the failure reason as unknown.", Fix: "Look up the code in the documentation of the provider."},
		"text":    {Wrong: "failed with a text that Parley has no reason for", Effect: "Reports show the failure reason as unknown.", Fix: "Read the text in the column Failure text of the message details."},
		"nothing": {Wrong: "failed without a code or a text", Effect: "Reports show the failure reason as unknown.", Fix: "Store the error code or text that the provider returns."},
	}
	var found []Problem
	err := db.Query(ctx, sql, args, func(values []any) error {
		kind, _ := values[0].(string)
		if len(found) == 0 || found[len(found)-1].Explanation != explanations[kind] {
			found = append(found, Problem{Relation: "message", Explanation: explanations[kind], Allowed: true})
		}
		p := &found[len(found)-1]
		rows, _ := values[2].(int64)
		p.Rows += rows
		p.Examples = append(p.Examples, exampleOf(kind, values, rows, len(p.Examples))...)
		return nil
	})
	return found, err
}

var isCode = regexp.MustCompile(`^(-?[0-9]{1,7}|[A-Z][A-Z0-9_.-]{1,30}|[0-9]([.][0-9]{1,3}){2})$`)

// exampleOf are the examples of one row of the answer: a code with its number of
// messages, or the ids of messages.
func exampleOf(kind string, values []any, rows int64, shown int) (list []string) {
	code, _ := values[1].(string)
	if kind == "code" && isCode.MatchString(code) {
		if shown < shownCodes {
			list = append(list, fmt.Sprintf("%s (%d)", code, rows))
		}
		return list
	}
	ids, _ := values[3].([]any)
	for _, id := range ids {
		if shown+len(list) < examples {
			list = append(list, fmt.Sprint(id))
		}
	}
	return list
}
