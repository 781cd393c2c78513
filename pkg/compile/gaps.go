package compile

import (
	"encoding/json"
	"fmt"
	"slices"
)

// Gap is one reason why costs are unknown, with the messages that it concerns.
type Gap struct {
	// Kind is channel, provider, category, price, contact, national, prefix or rate.
	Kind string `json:"gap"`
	// Of is the digits that numbers begin with, or the market: a country's code, or "="
	// and the name that the relation market has.
	Of       string `json:"gap_of"`
	Category string `json:"gap_category"`
	// First and Last are the days of the messages, in UTC.
	First string `json:"first_day"`
	Last  string `json:"last_day"`
	// Messages are those of this reason, Groups all the reasons there are.
	Messages int64 `json:"messages"`
	Groups   int64 `json:"groups"`
}

// mostGaps is how many reasons an answer tells.
const mostGaps = 3

// showsCosts reports whether the statement sums costs up.
func (c *compiler) showsCosts() bool {
	return slices.ContainsFunc(c.Query.Metrics, func(id string) bool { return id == "cost_usd" || id == "cost_unknown" })
}

// gapsSQL lists why the costs of the rows of messages are unknown, the most frequent
// reasons first, as JSON. It is the same in each row of the answer.
var gapsSQL = fmt.Sprintf(`(SELECT jsonb_agg(to_jsonb(g))::text FROM (
    SELECT f.gap, coalesce(f.gap_of, '') AS gap_of, coalesce(f.gap_category, '') AS gap_category, min(f.gap_day)::text AS first_day, max(f.gap_day)::text AS last_day,
      count(*) AS messages, count(*) OVER () AS groups
    FROM message_rows AS f
    WHERE f.cost_unknown
    GROUP BY f.gap, f.gap_of, f.gap_category
    ORDER BY count(*) DESC, f.gap, gap_of COLLATE "C", gap_category COLLATE "C"
    LIMIT %d
  ) AS g)`, mostGaps)

// TakeGaps takes the reasons for unknown costs off a row.
func (st *Statement) TakeGaps(row []any) []any {
	if !st.TellsGaps {
		return row
	}
	last := len(row) - 1
	if text, ok := row[last].(string); ok && st.Gaps == nil {
		_ = json.Unmarshal([]byte(text), &st.Gaps) // as gapsSQL wrote it
	}
	return row[:last]
}
