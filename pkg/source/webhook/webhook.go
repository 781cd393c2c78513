// Package webhook is the source for WhatsApp webhooks: it reads the relations of the
// contract from one table of unmodified Cloud API payloads. docs/webhook.md documents
// where each field comes from.
package webhook

import (
	"context"
	"embed"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/parley-reports/parley/pkg/source"
	"github.com/parley-reports/parley/pkg/whatsapp"
)

//go:embed *.sql
var files embed.FS

// Default names of the table and its columns.
const (
	Table      = "whatsapp_webhook"
	ReceivedAt = "received_at"
	Payload    = "payload"
)

// table is passed to the SQL files.
type table struct {
	Table               string
	receivedAt, payload string // quoted
	naive, parsed       bool   // received_at has no time zone; payload is jsonb
	tests               bool   // the server has pg_input_is_valid, from PostgreSQL 16 on
	users               bool   // webhooks contain user ids
	db                  *source.Database
}

// ReceivedAt returns the time at which row w was received.
func (t table) ReceivedAt() string { return "w." + t.receivedAt }

// Payload returns the webhook body of row w in one form, or null if it is not JSON. Most
// rows contain the body as WhatsApp sends it. In others it is searched for: in texts with
// JSON, in lists, and in objects that programs wrap around it.
func (t table) Payload() string {
	raw := "w." + t.payload
	if !t.parsed {
		raw = parse(fmt.Sprintf("w.%s::text", t.payload))
	}
	text := "q.p"
	if t.tests {
		text = fmt.Sprintf("CASE WHEN jsonb_typeof(q.p) = 'string' THEN %s ELSE q.p END", parse("(q.p #>> '{}')"))
	}
	inside := "i.x"
	if t.tests {
		inside = fmt.Sprintf("coalesce((SELECT %s FROM jsonb_path_query_first(i.x, '%s', '{}', true) AS j (x)), i.x)", parse("(j.x #>> '{}')"), bodyText)
	}
	return fmt.Sprintf(`CASE WHEN w.%[1]s IS NULL THEN NULL ELSE (SELECT CASE WHEN q.p ? 'entry' THEN q.p ELSE (
    SELECT jsonb_build_object('entry', jsonb_path_query_array(jsonb_agg(CASE
      WHEN b.x @? '%[5]s' THEN jsonb_path_query_array(b.x, '%[5]s.entry[*]')
      WHEN b.x @? '%[6]s' THEN jsonb_build_array(jsonb_build_object('changes', jsonb_path_query_array(b.x, '%[6]s')))
      WHEN b.x @? '%[7]s' THEN jsonb_build_array(jsonb_build_object('changes', jsonb_build_array(jsonb_build_object('value', jsonb_path_query_first(b.x, '%[7]s')))))
      END), '$[*][*]'))
    FROM jsonb_path_query(%[3]s, '$[*]') AS i (x)
    CROSS JOIN LATERAL (SELECT %[4]s AS x) AS b) END
  FROM (SELECT %[2]s AS p OFFSET 0) AS q) END`, t.payload, raw, text, inside, withEntries, changeAlone, valueAlone)
}

// Where bodies are found in wrapped payloads.
const (
	// bodyText is a text that contains a body.
	bodyText = `$.keyvalue() ? ((@.key == "body" || @.key == "payload" || @.key == "rawBody" || @.key == "raw_body" || @.key == "data" || @.key == "Message") && @.value.type() == "string").value`
	// withEntries is a complete body.
	withEntries = `strict $.** ? (@.entry.type() == "array")`
	// changeAlone is a single change, as Meta's test button sends it.
	changeAlone = `strict $.** ? (@.field.type() == "string" && @.value.type() == "object")`
	// valueAlone is the value of a change, as gateways send it.
	valueAlone = `strict $.** ? (@.messages.type() == "array" || @.statuses.type() == "array")`
)

// parse converts a text to JSON, or null if it is not valid. PostgreSQL cannot store the
// character 0 or half of a surrogate pair, so these are removed if the text is invalid
// because of them. Escaped backslashes and complete pairs are kept.
func parse(text string) string {
	clean := fmt.Sprintf(`regexp_replace(%s, '(\\\\|\\u[dD][89abAB]..\\u[dD][c-fC-F]..)|\\u0000|\\u[dD][89a-fA-F]..', '\1', 'g')`, text)
	return fmt.Sprintf("CASE WHEN pg_input_is_valid(%[1]s, 'jsonb') THEN %[1]s::jsonb WHEN pg_input_is_valid(%[2]s, 'jsonb') THEN %[2]s::jsonb END", text, clean)
}

// Moment returns a time in the type of the column received_at.
func (t table) Moment(instant string) string {
	if t.naive {
		return "(" + instant + ") AT TIME ZONE 'UTC'"
	}
	return instant
}

// Instant returns the time of a message or status: epoch seconds, mostly as text, or
// milliseconds. Numbers can have a fraction.
func (t table) Instant(item string) string {
	return fmt.Sprintf(`CASE WHEN %[1]s ->> 'timestamp' ~ '^\d{1,11}$' THEN to_timestamp((%[1]s ->> 'timestamp')::bigint)
        WHEN %[1]s ->> 'timestamp' ~ '^\d{12,14}$' THEN to_timestamp((%[1]s ->> 'timestamp')::bigint / 1000.0)
        WHEN jsonb_typeof(%[1]s -> 'timestamp') = 'number' AND %[1]s ->> 'timestamp' ~ '^\d{1,11}\.\d{1,9}$' THEN to_timestamp((%[1]s ->> 'timestamp')::double precision) END`, item)
}

// Noted returns the condition that a message is a note to yourself: from or to the line's
// own number. Echoes are always from it.
func (t table) Noted(value, message, other string) string {
	return fmt.Sprintf("translate(%[1]s #>> '{metadata,display_phone_number}', '+ -().', '') = ltrim(nullif(%[2]s ->> '%[3]s', ''), '+')", value, message, other)
}

// Possible returns the condition that a time is valid for a message.
func (t table) Possible(instant string) string {
	return fmt.Sprintf("(%[1]s >= timestamptz '1990-01-01 00:00:00+00' AND %[1]s < timestamptz '2200-01-01 00:00:00+00') IS TRUE", instant)
}

// Status returns the code of a status.
func (t table) Status(status string) string {
	return fmt.Sprintf(`lower(btrim(%s ->> 'status', E' \t\r\n'))`, status)
}

// Changes returns the path to the used parts of an entry: messages, statuses, messages
// written in the WhatsApp Business app, and calls. Histories also contain messages, but
// can arrive any time after them.
func (t table) Changes() string {
	return `$.changes[*] ? (!exists(@.field) || @.field == "messages" || @.field == "smb_message_echoes" || @.field == "calls").value`
}

// Statuses is Changes without calls, since their statuses are not of messages.
func (t table) Statuses() string {
	return strings.Replace(t.Changes(), ` || @.field == "calls"`, "", 1)
}

// People returns the parts of a webhook that contain a contact. Calls also contain the
// business.
func (t table) People() string {
	return `$.*[*] ? ((exists(@.wa_id) || exists(@.from) || exists(@.recipient_id) || ` + tellsUser + `) && !(@.recipient_type == "group") && !exists(@.direction))`
}

const tellsUser = "exists(@.user_id) || exists(@.from_user_id) || exists(@.recipient_user_id) || exists(@.to_user_id)"

// User returns the user id in such a part.
func (t table) User(part string) string {
	return source.Known(fmt.Sprintf("coalesce(%[1]s ->> 'user_id', %[1]s ->> 'from_user_id', %[1]s ->> 'recipient_user_id', %[1]s ->> 'to_user_id')", part))
}

// Number returns the phone number in such a part. It is empty if WhatsApp hides it.
// A message with a recipient is from the business.
func (t table) Number(part string) string {
	return source.Known(fmt.Sprintf("CASE WHEN %[1]s ?| '{to,to_user_id}' THEN ltrim(%[1]s ->> 'to', '+') ELSE coalesce(%[1]s ->> 'wa_id', %[1]s ->> 'from', %[1]s ->> 'recipient_id') END", part))
}

// Body returns the text of a message.
func (t table) Body(message string) string {
	var texts []string
	for _, path := range []string{
		"text,body", "button,text", "interactive,button_reply,title", "interactive,list_reply,title", "interactive,nfm_reply,body", "image,caption", "video,caption",
		"document,caption", "document,filename", "location,name", "location,address", "contacts,0,name,formatted_name", "order,text",
	} {
		texts = append(texts, fmt.Sprintf("%s #>> '{%s}'", message, path))
	}
	return "coalesce(" + strings.Join(texts, ", ") + ")"
}

// Pricing returns the category of a status: of its price or, in older versions, of its
// conversation.
func (t table) Pricing(status string) string {
	return fmt.Sprintf("translate(lower(coalesce(%[1]s #>> '{pricing,category}', %[1]s #>> '{conversation,origin,type}')), '-', '_')", status)
}

// TemplateCategories returns the categories that only templates have.
func (t table) TemplateCategories() string {
	return "'" + strings.Join(whatsapp.TemplateCategories(), "', '") + "'"
}

// IsMessage returns the condition that an item of messages is a message or a call.
func (t table) IsMessage(message string) string {
	none := "'" + strings.Join(source.NoMessageTypes(), "', '") + "'"
	return fmt.Sprintf("coalesce(lower(%[1]s ->> 'type') NOT IN (%[2]s), true) AND coalesce(lower(%[1]s #>> '{unsupported,type}') NOT IN (%[2]s), true) AND %[1]s ->> 'group_id' IS NULL", message, none)
}

// One returns the condition that a webhook has one contact, and all items of a list have
// the same number in the field. They are the same person then, even if the contact has
// another number, as in Brazil, Mexico and Argentina.
func (t table) One(value, list, field string) string {
	return fmt.Sprintf(`NOT %[1]s @? '$.contacts[1]' AND NOT %[1]s @? '$.%[2]s[*] ? (@.%[3]s != $.%[2]s[0].%[3]s)'`, value, list, field)
}

// Contact returns the id of a contact: the user id, or else the user id that any webhook
// contains together with the same number (users), or else the number.
func (t table) Contact(user, number, account, users string) string {
	if !t.users {
		return fmt.Sprintf("coalesce(%s, %s)", user, number)
	}
	return fmt.Sprintf("coalesce(%[1]s, (SELECT u.users FROM %[4]s AS u) ->> (coalesce(%[3]s, '') || '/' || %[2]s), %[2]s)", user, number, account, users)
}

// TellsUser returns the condition that a part of a webhook contains a user id.
func (t table) TellsUser() string { return tellsUser }

// Detect examines the table of webhooks.
func Detect(ctx context.Context, tx pgx.Tx, s source.Settings) (*source.Source, error) {
	db, err := source.Open(ctx, tx, s)
	if err != nil {
		return nil, err
	}
	names := s.Webhook
	for name, standard := range map[*string]string{&names.Table: Table, &names.ReceivedAt: ReceivedAt, &names.Payload: Payload} {
		if *name == "" {
			*name = standard
		}
	}
	t := table{Table: names.Table, receivedAt: pgx.Identifier{names.ReceivedAt}.Sanitize(), payload: pgx.Identifier{names.Payload}.Sanitize(), db: db}
	received, err := db.Type(ctx, names.Table, names.ReceivedAt)
	if err != nil {
		return nil, err
	}
	payload, err := db.Type(ctx, names.Table, names.Payload)
	if err != nil {
		return nil, err
	}
	t.naive, t.parsed = strings.HasPrefix(received, "timestamp without"), payload == "jsonb"
	if t.tests, err = db.Bool(ctx, "SELECT to_regproc('pg_catalog.pg_input_is_valid') IS NOT NULL"); err != nil {
		return nil, err
	}
	if db.Has(names.Table+"."+names.ReceivedAt) && db.Has(names.Table+"."+names.Payload) {
		// Since WhatsApp introduced user ids, every webhook contains them.
		t.users, err = db.Bool(ctx, fmt.Sprintf("SELECT EXISTS (SELECT FROM (SELECT %s AS payload FROM (SELECT w.%s FROM %s AS w ORDER BY %s DESC LIMIT 10000) AS w) AS w WHERE w.payload @? '$.entry[*]%s.*[*] ? (%s)')",
			t.Payload(), t.payload, db.Table(t.Table), t.ReceivedAt(), strings.TrimPrefix(t.Changes(), "$"), tellsUser))
		if err != nil {
			return nil, err
		}
	}
	problem := wrong(db, names, received, payload)
	if problem == "" && db.Has(names.Table) {
		if problem, err = t.unread(ctx); err != nil {
			return nil, err
		}
	}
	found, err := db.Examine(ctx, source.Product{
		Name: "WhatsApp webhooks", Files: files, Data: t, Indexes: []source.Index{{Table: names.Table, Column: names.ReceivedAt}},
		Wrong: problem,
		Checks: []source.Check{
			{Relation: names.Table, SQL: "unread", Allowed: true, Explanation: source.Explanation{Wrong: "{is|are} not a WhatsApp webhook that Parley can read", Effect: "Reports ignore {it|them}.", Fix: "Check that the payload column has the whole webhook, with times in seconds or milliseconds."}},
			{Relation: names.Table, SQL: "timeless", Allowed: true, Explanation: source.Explanation{Wrong: "{has|have} a message or a status without a time", Effect: "Reports ignore that message or status.", Fix: "Store the webhook unchanged: times in seconds or milliseconds."}},
			{Relation: names.Table, SQL: "imported", Explanation: source.Explanation{Wrong: "{was|were} received more than 8 days after a message in {it|them}, or 38 days after a status", Effect: "Reports ignore that message or status.", Fix: "Set " + names.ReceivedAt + " to the time at which the webhook arrived, not the time of the import."}},
		},
		Remedy: "Check the database, the schema, the table and its columns in the data source settings, and the rights of its user (see docs/webhook.md)",
	})
	if found != nil {
		found.Channel = "whatsapp"
	}
	return found, err
}

// wrong returns the problem of the columns in the settings, given their types, or "".
func wrong(db *source.Database, names source.Webhook, received, payload string) string {
	if !db.Has(names.Table) {
		return "" // each relation reports this
	}
	for _, column := range []struct {
		name, typ, what string
		types           []string
	}{
		{names.ReceivedAt, received, "timestamptz or timestamp", []string{"timestamp"}},
		{names.Payload, payload, "jsonb, json or text", []string{"json", "text", "character"}},
	} {
		name := names.Table + "." + column.name
		if column.typ == "" {
			return db.Problem(name)
		}
		if !slices.ContainsFunc(column.types, func(begins string) bool { return strings.HasPrefix(column.typ, begins) }) {
			return fmt.Sprintf("%s has the type %s, but must be %s", name, column.typ, column.what)
		}
	}
	return ""
}
