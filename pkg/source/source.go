// Package source describes where the relations of the contract come from. A source is
// one SELECT per relation. The compiler uses them in a report's SQL, and PostgreSQL
// pushes filters down.
package source

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Column is one column of the contract.
type Column struct {
	Name string
	// Type is PostgreSQL's name of it: text, bigint, timestamptz …
	Type string
	// Required columns must exist; any other may be absent and is then null.
	Required bool
	// Extra columns refine what others say: nobody misses them.
	Extra bool
}

// Relation is one relation of the contract.
type Relation struct {
	Name string
	// Required relations must exist, apart from those that a product has no word
	// for; what hangs on any other is unavailable where it is absent.
	Required bool
	Columns  []Column
}

func columns(typ string, names ...string) []Column {
	var list []Column
	for _, name := range names {
		base, required := strings.CutSuffix(name, "!")
		list = append(list, Column{Name: base, Type: typ, Required: required})
	}
	return list
}

// extras are columns that nobody misses.
func extras(typ string, names ...string) []Column {
	list := columns(typ, names...)
	for i := range list {
		list[i].Extra = true
	}
	return list
}

// Contract lists the relations that a source yields, with their columns.
var Contract = []Relation{
	{"message", true, slices.Concat(
		columns("text", "message_id!", "account_id", "subaccount", "conversation_id", "contact_id!", "line_id!", "direction!", "author_kind", "agent_id", "content_type", "body",
			"template_name", "template_language", "template_category", "campaign_id", "origin", "correlation_id", "provider_message_id", "status", "error_code", "error_text", "button_payload", "in_reply_to"),
		extras("bigint", "sequence"),
		columns("timestamptz", "created_at!", "sent_at", "delivered_at", "read_at", "failed_at", "updated_at"),
		columns("boolean", "is_referral"), columns("numeric", "price_usd"),
		extras("boolean", "billable"), extras("text", "pricing_type", "pricing_model", "pricing_category"))},
	{"conversation", true, slices.Concat(
		columns("text", "conversation_id!", "account_id", "display_id", "contact_id", "line_id", "agent_id", "team_id", "source", "status", "priority", "url"),
		columns("timestamptz", "created_at!", "first_response_at", "waiting_since", "updated_at"))},
	{"contact", true, slices.Concat(columns("text", "contact_id!", "account_id", "name", "phone", "country"), columns("timestamptz", "created_at"))},
	{"line", true, slices.Concat(columns("text", "line_id!", "name", "channel", "number", "team_id"), extras("text", "provider"))},
	{"conversation_event", false, slices.Concat(columns("text", "conversation_id!", "name!", "agent_id"), columns("timestamptz", "at!"), columns("double precision", "seconds", "business_seconds"))},
	{"account", false, columns("text", "account_id!", "name")},
	{"agent", false, columns("text", "agent_id!", "name")},
	{"team", false, columns("text", "team_id!", "name")},
	{"agent_team", false, columns("text", "agent_id!", "team_id!")},
	{"campaign", false, columns("text", "campaign_id!", "name")},
	{"tag", false, columns("text", "kind!", "owner_id!", "name!")},
	{"csat", false, slices.Concat(columns("text", "conversation_id", "contact_id", "agent_id", "comment"), columns("integer", "rating!"), columns("timestamptz", "sent_at", "answered_at"))},
	{"working_hours", false, slices.Concat(columns("text", "line_id", "team_id", "time_zone"), columns("integer", "weekday!"), columns("time", "opens!", "closes!"))},
	{"rate_card", false, slices.Concat(columns("text", "market!", "category!"), columns("date", "valid_from!"), columns("numeric", "usd!"))},
	{"market", false, slices.Concat(columns("text", "prefix!", "market!"), extras("date", "valid_from"))},
	{"billing_rule", false, slices.Concat(columns("text", "unit!", "category!", "rate_category"), columns("date", "valid_from!"), columns("boolean", "in_window", "billable!"), columns("integer", "free_units"))},
}

// LookupRelation returns the contract's relation of that name.
func LookupRelation(name string) (Relation, bool) {
	for _, r := range Contract {
		if r.Name == name {
			return r, true
		}
	}
	return Relation{}, false
}

// entities are the columns that hold ids, each with the entity that it points
// to. The owner of a tag is a contact or a conversation.
var entities = map[string]string{
	"message_id": "message", "account_id": "account", "conversation_id": "conversation", "contact_id": "contact", "line_id": "line",
	"agent_id": "agent", "team_id": "team", "campaign_id": "campaign", "owner_id": "owner",
}

// Settings say where in a database a source looks, and how much of it.
type Settings struct {
	// Schema holds the tables.
	Schema string
	// Account is the id of the only account whose rows may ever be read; empty
	// is all of them.
	Account string
	// Webhook names the table of kept webhooks; what is empty has a usual name.
	Webhook Webhook
}

// Webhook names the table of kept webhooks and its columns.
type Webhook struct{ Table, ReceivedAt, Payload string }

// Source yields the relations of one database.
type Source struct {
	// Kind is the kind of database, for people: "Parley views".
	Kind string
	// Version is what is known of the version of the database's owner.
	Version string
	// Relations holds the SELECT of each relation that exists, without a
	// semicolon, yielding the contract's columns in its types; ids may be numbers.
	// Lines with $since and the like hold bounds: see From. Parts that are
	// put together stand between lines of UNION ALL.
	Relations map[string]string
	// Shared are SELECTs that relations read by these names.
	Shared map[string]string
	// Numbers are the entities whose ids the database holds as integers, in every
	// relation. They are compared as such, so that its indexes serve.
	Numbers map[string]bool
	// Account is the id that $account stands for.
	Account string
	// Blanks are the characters that $blanks stands for: a text of nothing else is no
	// value.
	Blanks string
	// LeftOut holds, for relations with rows or values that reports have to leave out,
	// a SELECT of these: relation, id and column as texts. $since, $until and $account
	// bound it.
	LeftOut map[string]string
	// Phone is the phone of a contact out of its id, which is written $id, where the
	// ids tell it: then also of those that no row describes.
	Phone string
	// Channel is the channel of all lines, if they are all of one.
	Channel string
	// Unknown are the columns that the database cannot know, as
	// "message.delivered_at". Of events the names that it does not record stand
	// here too: "conversation_event.reopened", and of a column a value that it never
	// tells: "message.status.pending".
	Unknown map[string]bool
	// Calls reports whether the relation message has the column is_call, a boolean:
	// such a row is a call. It is no message, but an inbound one opens the service
	// window. Every other row that is no message is left out by the relation itself.
	Calls bool
	// Findings say what was found and what is missing.
	Findings []Finding
	// Checks are rules for rows of the product's own tables.
	Checks []Check
	// Advice are statements that would make the reports faster.
	Advice []string
	// Remedy says what to do about what is missing.
	Remedy string
}

// Explanation says what is wrong with rows, what happens and what to do about it. Words
// that depend on the number of rows are written as {singular|plural}.
type Explanation struct {
	// Wrong follows the number of rows: "{has|have} no id".
	Wrong string
	// Effect and Fix are sentences.
	Effect, Fix string
}

// Check is a rule for rows of a product's own tables.
type Check struct {
	// Relation is the relation of the contract that the rows are read for.
	Relation string
	Explanation
	// SQL selects the id of each row that breaks the rule, as a text. Lines with $since
	// and $account are bounds, as in a relation.
	SQL string
	// Allowed: no fault of the data, but worth knowing.
	Allowed bool
}

// CheckSQL returns the statement of a check for rows since the placeholder, which may
// be empty.
func (s *Source) CheckSQL(c Check, since string, argument func(text string) string) string {
	return s.bound(c.SQL, Span{Since: since}, argument)
}

// A State says how much of a relation there is.
type State string

// The states of relations.
const (
	Complete State = "complete"
	Partial  State = "partial" // what hangs on the rest is unknown
	Missing  State = "missing" // what hangs on it is unavailable
)

// Finding is one thing that the examination of a database showed.
type Finding struct {
	Relation string `json:"relation"`
	State    State  `json:"state"`
	// Problem is empty where the relation is complete.
	Problem string `json:"problem,omitempty"`
	// Fatal: no report can work with it.
	Fatal bool `json:"fatal,omitempty"`
	// Never: the product knows no such thing, and nothing is wrong with the database.
	Never bool `json:"never,omitempty"`
	// Forbidden is the table that the problem is that the user may not read.
	Forbidden string `json:"forbidden,omitempty"`
}

// Problems are those of the findings, each told once, and what may not be read
// together.
func Problems(findings []Finding) []string {
	var problems, forbidden []string
	at := 0
	for _, f := range findings {
		switch {
		case f.Problem == "" || slices.Contains(problems, f.Problem):
		case f.Forbidden == "":
			problems = append(problems, f.Problem)
		case len(forbidden) == 0:
			at, forbidden, problems = len(problems), []string{f.Forbidden}, append(problems, f.Problem)
		case !slices.Contains(forbidden, f.Forbidden):
			forbidden = append(forbidden, f.Forbidden)
			problems[at] = fmt.Sprintf("the user may not read %s: GRANT USAGE on the schema and SELECT on them", strings.Join(forbidden, ", "))
		}
	}
	return problems
}

// Has tells whether the source yields the relation.
func (s *Source) Has(relation string) bool { return s.Relations[relation] != "" }

// Lack says in half a sentence what is the matter with a relation.
func (s *Source) Lack(relation string) string {
	for _, f := range s.Findings {
		if f.Relation == relation && f.Problem != "" {
			return f.Problem
		}
	}
	return "it is missing or incomplete"
}

// Never tells whether the product knows nothing of what is in the relation.
func (s *Source) Never(relation string) bool {
	return slices.ContainsFunc(s.Findings, func(f Finding) bool { return f.Relation == relation && f.Never })
}

// Knows tells whether the source can know the column, written
// "message.delivered_at", or the value of one: "message.status.pending".
func (s *Source) Knows(column string) bool {
	relation, rest, _ := strings.Cut(column, ".")
	whole, _, _ := strings.Cut(rest, ".")
	return s.Has(relation) && !s.Unknown[column] && !s.Unknown[relation+"."+whole]
}

// Span bounds the rows that are read.
type Span struct {
	// Since and Until are placeholders of type timestamptz, or empty: the event
	// time lies between them, half open.
	Since, Until string
	// Contacts and Conversations are SELECTs of ids, or empty: rows of others need
	// not be read, and are not wanted.
	Contacts, Conversations string
}

// union stands between the parts of a relation.
const union = "\nUNION ALL\n"

// From returns the relation as a FROM item without an alias, of those columns or
// of all where none are named. PostgreSQL sees itself which columns of a SELECT
// nobody reads, but not of several that are put together. Rows outside the span are left out where the relation has lines for that, which Bounded tells.
// argument gives the placeholder of a text: the account or the blanks. A relation that
// is absent comes as an empty one, so that what is optional needs no other SQL.
func (s *Source) From(relation string, span Span, argument func(text string) string, columns ...string) string {
	item, shared := s.Item(relation, span, argument, columns...)
	if len(shared) == 0 {
		return item
	}
	var with []string
	for _, name := range slices.Sorted(maps.Keys(shared)) {
		with = append(with, name+" AS MATERIALIZED (\n"+shared[name]+"\n)")
	}
	return "(WITH " + strings.Join(with, ",\n") + "\nSELECT * FROM " + item + " AS r)"
}

// Item is From for a statement that brings what relations share by itself, as common
// table expressions of those names, each computed once.
func (s *Source) Item(relation string, span Span, argument func(text string) string, columns ...string) (item string, shared map[string]string) {
	sql := s.Relations[relation]
	if sql == "" {
		return "(" + s.empty(relation) + ")", nil
	}
	if parts := strings.Split(sql, union); len(parts) > 1 && len(columns) > 0 {
		for i, part := range parts {
			parts[i] = "SELECT " + strings.Join(columns, ", ") + " FROM (" + part + ") AS p"
		}
		sql = strings.Join(parts, union)
	}
	shared = map[string]string{}
	for name, text := range s.Shared {
		if strings.Contains(sql, name) {
			shared[name] = s.bound(text, Span{}, argument)
		}
	}
	return "(" + s.bound(sql, span, argument) + ")", shared
}

// marks are what stands for a bound.
var marks = []string{"$since", "$until", "$account", "$contacts", "$conversations"}

// Bound is a SELECT of the source's with the span put in the place of its marks.
func (s *Source) Bound(sql string, span Span, argument func(text string) string) string {
	return s.bound(sql, span, argument)
}

// bound puts the bounds in the place of their marks.
func (s *Source) bound(sql string, span Span, argument func(text string) string) string {
	if !strings.Contains(sql, "$") {
		return sql
	}
	bounds := map[string]string{"$since": span.Since, "$until": span.Until, "$contacts": span.Contacts, "$conversations": span.Conversations}
	if s.Account != "" && strings.Contains(sql, "$account") {
		bounds["$account"] = argument(s.Account)
	}
	if strings.Contains(sql, "$blanks") {
		sql = strings.ReplaceAll(sql, "$blanks", argument(cmp.Or(s.Blanks, blankCharacters(""))))
	}
	var kept []string
lines:
	for line := range strings.SplitSeq(sql, "\n") {
		for _, mark := range marks {
			if !strings.Contains(line, mark) {
				continue
			}
			if bounds[mark] == "" {
				continue lines
			}
			line = strings.ReplaceAll(line, mark, bounds[mark])
		}
		kept = append(kept, line)
	}
	return strings.Join(kept, "\n")
}

// Bounded tells whether the relation itself leaves out what a span excludes.
func (s *Source) Bounded(relation string) bool {
	return strings.Contains(s.Relations[relation], "$since")
}

func (s *Source) empty(relation string) string {
	r, ok := LookupRelation(relation)
	if !ok {
		panic("no relation of the contract: " + relation)
	}
	var fields []string
	for _, c := range r.Columns {
		fields = append(fields, s.null(c))
	}
	return "SELECT " + strings.Join(fields, ", ") + " WHERE false"
}

// null is a column without values.
func (s *Source) null(c Column) string {
	typ := c.Type
	if s.Numbers[entities[c.Name]] {
		typ = "bigint"
	}
	return fmt.Sprintf("NULL::%s AS %s", typ, c.Name)
}

// Fatal returns the problems that keep every report from working.
func (s *Source) Fatal() []Finding {
	var fatal []Finding
	for _, f := range s.Findings {
		if f.Fatal {
			fatal = append(fatal, f)
		}
	}
	return fatal
}
