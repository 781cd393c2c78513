// Package source describes where the relations of the contract come from. A source is
// one SELECT per relation. Package facts reads them, and PostgreSQL
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
	// Type is the PostgreSQL type: text, bigint, timestamptz …
	Type string
	// Required columns must exist. Others are null if they are missing.
	Required bool
	// Extra columns add detail. They are not reported as missing.
	Extra bool
}

// Relation is one relation of the contract.
type Relation struct {
	Name string
	// Required relations must exist, unless the product does not store them. Without
	// another relation, the metrics that need it are unavailable.
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

// extras returns columns with Extra set.
func extras(typ string, names ...string) []Column {
	list := columns(typ, names...)
	for i := range list {
		list[i].Extra = true
	}
	return list
}

// Contract lists the relations of a source, with their columns.
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

// LookupRelation returns the relation with that name.
func LookupRelation(name string) (Relation, bool) {
	for _, r := range Contract {
		if r.Name == name {
			return r, true
		}
	}
	return Relation{}, false
}

// entities maps columns with ids to the entity that they refer to. The owner of a tag is
// a contact or a conversation.
var entities = map[string]string{
	"message_id": "message", "account_id": "account", "conversation_id": "conversation", "contact_id": "contact", "line_id": "line",
	"agent_id": "agent", "team_id": "team", "campaign_id": "campaign", "owner_id": "owner",
}

// Settings select the part of a database that a source reads.
type Settings struct {
	// Schema is the schema with the tables.
	Schema string
	// Account is the id of the only account to read; empty means all accounts.
	Account string
	// Webhook names the table of stored webhooks and its columns. Empty names have defaults.
	Webhook Webhook
}

// Webhook names the table of stored webhooks and its columns.
type Webhook struct{ Table, ReceivedAt, Payload string }

// Source contains the SELECTs that return the relations of one database.
type Source struct {
	// Kind is the name of the database type: "Parley views".
	Kind string
	// Version describes the product's version, if known.
	Version string
	// Relations contains the SELECT of each relation that exists, without a semicolon.
	// It returns the contract's columns in their types, except that ids can be integers.
	// Lines with placeholders such as $since limit the rows, see From. Lines of UNION ALL
	// separate several SELECTs.
	Relations map[string]string
	// Raw contains relations that can be read faster as the database stores them.
	Raw map[string]Raw
	// Shared contains common table expressions that relations use, by name.
	Shared map[string]string
	// Numbers contains the entities with integer ids in every relation. They are compared
	// as integers, so that PostgreSQL can use its indexes.
	Numbers map[string]bool
	// Account is the value of $account.
	Account string
	// Blanks is the value of $blanks: the blank characters. A text with no others is null.
	Blanks string
	// LeftOut contains, for relations that can have invalid rows or values, a SELECT of
	// these: relation, id and column as texts. It uses $since, $until and $account.
	LeftOut map[string]string
	// Phone is the SQL of a contact's phone number, computed from its id ($id), if ids
	// contain it. It also works for contacts without a row.
	Phone string
	// Channel is the channel of all lines, if they have the same.
	Channel string
	// Unknown contains what the database does not record: columns such as
	// "message.delivered_at", events such as "conversation_event.reopened", and values
	// of columns such as "message.status.pending".
	Unknown map[string]bool
	// Calls is true if the relation message has the boolean column is_call. Calls are not
	// messages, but an inbound call opens the 24-hour window. The relation itself leaves
	// out all other rows that are not messages.
	Calls bool
	// Changes is true if the messages that changed since a time can be found by an index on
	// updated_at.
	Changes bool
	// Findings list what was found and what is missing.
	Findings []Finding
	// Checks are rules for rows of the product's tables.
	Checks []Check
	// Advice lists statements that would make reports faster.
	Advice []string
	// Remedy says what to do if something is missing.
	Remedy string
}

// Explanation describes a problem of rows, its effect and how to fix it. Words that
// depend on the number of rows are written as {singular|plural}.
type Explanation struct {
	// Wrong follows the number of rows: "{has|have} no id".
	Wrong string
	// Effect and Fix are sentences.
	Effect, Fix string
}

// Check is a rule for rows of a product's tables.
type Check struct {
	// Relation is the relation of the contract that the rows belong to.
	Relation string
	Explanation
	// SQL returns the id of each row that breaks the rule, as text. It can use $since and
	// $account like a relation.
	SQL string
	// Allowed is true if the rows are worth knowing about, but not a problem.
	Allowed bool
}

// CheckSQL returns the statement of a check. since is a placeholder for the earliest
// event time; empty means all rows.
func (s *Source) CheckSQL(c Check, since string, argument func(text string) string) string {
	return s.bound(c.SQL, Span{Since: since}, argument)
}

// State is how complete a relation is.
type State string

// The states of relations.
const (
	Complete State = "complete"
	Partial  State = "partial" // metrics that need the missing columns are not recorded
	Missing  State = "missing" // metrics that need it are unavailable
)

// Finding describes a relation of an examined database.
type Finding struct {
	Relation string `json:"relation"`
	State    State  `json:"state"`
	// Problem is empty if the relation is complete.
	Problem string `json:"problem,omitempty"`
	// Fatal is true if no report works because of it.
	Fatal bool `json:"fatal,omitempty"`
	// Never is true if the product does not store the relation, which is not a problem.
	Never bool `json:"never,omitempty"`
	// Forbidden is the table, if the problem is a missing right to read it.
	Forbidden string `json:"forbidden,omitempty"`
}

// Problems returns the problems of the findings without duplicates. Tables that cannot be
// read are combined into one problem.
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
			problems[at] = fmt.Sprintf("the user has no read access to %s: grant USAGE on the schema and SELECT on these tables", strings.Join(forbidden, ", "))
		}
	}
	return problems
}

// Has reports whether the relation exists.
func (s *Source) Has(relation string) bool { return s.Relations[relation] != "" }

// Missing returns the problem of a relation.
func (s *Source) Missing(relation string) string {
	for _, f := range s.Findings {
		if f.Relation == relation && f.Problem != "" {
			return f.Problem
		}
	}
	return "missing or incomplete"
}

// Never reports whether the product does not store the relation.
func (s *Source) Never(relation string) bool {
	return slices.ContainsFunc(s.Findings, func(f Finding) bool { return f.Relation == relation && f.Never })
}

// Records reports whether the database records a column such as "message.delivered_at", or
// a value of a column such as "message.status.pending".
func (s *Source) Records(column string) bool {
	relation, rest, _ := strings.Cut(column, ".")
	whole, _, _ := strings.Cut(rest, ".")
	return s.Has(relation) && !s.Unknown[column] && !s.Unknown[relation+"."+whole]
}

// Span limits the rows that are read.
type Span struct {
	// Since and Until are placeholders of type timestamptz, or empty. The event time is
	// at or after Since and before Until.
	Since, Until string
	// Contacts and Conversations are SELECTs of ids, or empty. Only their rows are read.
	Contacts, Conversations string
}

// union separates the parts of a relation.
const union = "\nUNION ALL\n"

// From returns the relation as a FROM item without an alias, with the given columns or
// all of them. (PostgreSQL skips unused columns of a SELECT by itself, but not of a union.)
// Rows outside the span are left out if Bounded reports so. argument returns the
// placeholder for a text: the account or the blank characters. A missing relation becomes
// an empty one, so that optional relations need no other SQL.
func (s *Source) From(relation string, span Span, argument func(text string) string, columns ...string) string {
	if !s.Has(relation) {
		return "(" + s.empty(relation) + ")"
	}
	return s.from(s.Relations[relation], span, argument, columns...)
}

func (s *Source) from(sql string, span Span, argument func(text string) string, columns ...string) string {
	if parts := strings.Split(sql, union); len(parts) > 1 && len(columns) > 0 {
		for i, part := range parts {
			parts[i] = "SELECT " + strings.Join(columns, ", ") + " FROM (" + part + ") AS p"
		}
		sql = strings.Join(parts, union)
	}
	var with []string
	for _, name := range slices.Sorted(maps.Keys(s.Shared)) {
		if strings.Contains(sql, name) {
			with = append(with, name+" AS MATERIALIZED (\n"+s.bound(s.Shared[name], Span{}, argument)+"\n)")
		}
	}
	item := "(" + s.bound(sql, span, argument) + ")"
	if len(with) == 0 {
		return item
	}
	return "(WITH " + strings.Join(with, ",\n") + "\nSELECT * FROM " + item + " AS r)"
}

// marks are the placeholders for limits.
var marks = []string{"$since", "$until", "$account", "$contacts", "$conversations"}

// Bound returns a SELECT of the source with the span in place of its placeholders.
func (s *Source) Bound(sql string, span Span, argument func(text string) string) string {
	return s.bound(sql, span, argument)
}

// bound replaces the placeholders.
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

// Bounded reports whether From leaves out rows of the relation outside a span.
func (s *Source) Bounded(relation string) bool {
	return strings.Contains(s.Relations[relation], "$since")
}

// FindsContacts reports whether From leaves out rows of other contacts than those of a span.
func (s *Source) FindsContacts(relation string) bool {
	return strings.Contains(s.Relations[relation], "$contacts")
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

// null returns a column without values.
func (s *Source) null(c Column) string {
	typ := c.Type
	if s.Numbers[entities[c.Name]] {
		typ = "bigint"
	}
	return fmt.Sprintf("NULL::%s AS %s", typ, c.Name)
}

// Fatal returns the findings because of which no report works.
func (s *Source) Fatal() []Finding {
	var fatal []Finding
	for _, f := range s.Findings {
		if f.Fatal {
			fatal = append(fatal, f)
		}
	}
	return fatal
}
