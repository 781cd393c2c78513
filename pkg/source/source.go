// Package source describes where the relations of the contract come from. A
// source is one SELECT per relation over a team's own database; the compiler
// puts them under a report's SQL, and PostgreSQL pushes the filters down.
package source

import (
	"fmt"
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
}

// Relation is one relation of the contract.
type Relation struct {
	Name string
	// Required relations must exist; what hangs on any other is unavailable
	// where it is absent.
	Required bool
	Columns  []Column
}

func columns(typ string, names ...string) []Column {
	var list []Column
	for _, name := range names {
		base, required := strings.CutSuffix(name, "!")
		list = append(list, Column{base, typ, required})
	}
	return list
}

// Contract lists the relations that a source yields, with their columns.
var Contract = []Relation{
	{"message", true, slices.Concat(
		columns("text", "message_id!", "account_id", "subaccount", "conversation_id", "contact_id!", "line_id!", "direction!", "author_kind", "agent_id", "content_type", "body",
			"template_name", "template_language", "template_category", "campaign_id", "origin", "correlation_id", "provider_message_id", "status", "error_code", "error_text", "button_payload", "in_reply_to"),
		columns("bigint", "sequence"),
		columns("timestamptz", "created_at!", "sent_at", "delivered_at", "read_at", "failed_at", "updated_at"),
		columns("boolean", "is_referral"), columns("numeric", "price_usd"))},
	{"conversation", true, slices.Concat(
		columns("text", "conversation_id!", "account_id", "display_id", "contact_id", "line_id", "agent_id", "team_id", "source", "status", "priority", "url"),
		columns("timestamptz", "created_at!", "first_response_at", "waiting_since", "updated_at"))},
	{"contact", true, slices.Concat(columns("text", "contact_id!", "account_id", "name", "phone", "country"), columns("timestamptz", "created_at"))},
	{"line", true, columns("text", "line_id!", "name", "channel", "number", "team_id")},
	{"conversation_event", false, slices.Concat(columns("text", "conversation_id!", "name!", "agent_id"), columns("timestamptz", "at!"), columns("double precision", "seconds", "business_seconds"))},
	{"account", false, columns("text", "account_id!", "name")},
	{"agent", false, columns("text", "agent_id!", "name")},
	{"team", false, columns("text", "team_id!", "name")},
	{"agent_team", false, columns("text", "agent_id!", "team_id!")},
	{"campaign", false, columns("text", "campaign_id!", "name")},
	{"tag", false, columns("text", "kind!", "owner_id!", "name!")},
	{"csat", false, slices.Concat(columns("text", "conversation_id", "contact_id", "agent_id", "comment"), columns("integer", "rating!"), columns("timestamptz", "sent_at!", "answered_at"))},
	{"working_hours", false, slices.Concat(columns("text", "line_id", "team_id", "time_zone"), columns("integer", "weekday!"), columns("time", "opens!", "closes!"))},
	{"rate_card", false, slices.Concat(columns("text", "market!", "category!"), columns("date", "valid_from!"), columns("numeric", "usd!"))},
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

// Source yields the relations of one database.
type Source struct {
	// Kind is the kind of database, for people: "Parley views".
	Kind string
	// Relations holds the SELECT of each relation that exists, without a
	// semicolon, yielding the contract's columns in its types.
	Relations map[string]string
	// Findings say what was found and what is missing.
	Findings []Finding
}

// Finding is one thing that the examination of a database showed.
type Finding struct {
	Relation string `json:"relation"`
	// Problem is empty where the relation is complete.
	Problem string `json:"problem,omitempty"`
	// Fatal: no report can work with it.
	Fatal bool `json:"fatal,omitempty"`
}

// Has tells whether the source yields the relation.
func (s *Source) Has(relation string) bool { return s.Relations[relation] != "" }

// From returns the relation as a FROM item without an alias. One that is absent
// comes as an empty one, so that what is optional needs no other SQL.
func (s *Source) From(relation string) string {
	if sql := s.Relations[relation]; sql != "" {
		return "(" + sql + ")"
	}
	r, ok := LookupRelation(relation)
	if !ok {
		panic("no relation of the contract: " + relation)
	}
	var fields []string
	for _, c := range r.Columns {
		fields = append(fields, fmt.Sprintf("NULL::%s AS %s", c.Type, c.Name))
	}
	return "(SELECT " + strings.Join(fields, ", ") + " WHERE false)"
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
