// Package webhook is the source "WhatsApp webhooks": the relations of the contract
// out of one table of the bodies that the WhatsApp Cloud API sent, kept as they
// came. docs/webhook.md says what each field comes from.
package webhook

import (
	"context"
	"embed"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/parley-reports/parley/pkg/source"
)

//go:embed *.sql
var files embed.FS

// Names of the table and its columns where the settings name no others.
const (
	Table      = "whatsapp_webhook"
	ReceivedAt = "received_at"
	Payload    = "payload"
)

// table is what the files know of the table.
type table struct {
	Table               string
	receivedAt, payload string // quoted
	naive, parsed       bool   // received_at has no zone; payload is jsonb
	users               bool   // webhooks bring the ids of users
	db                  *source.Database
}

// ReceivedAt is when the row w came.
func (t table) ReceivedAt() string { return "w." + t.receivedAt }

// Payload is the body of the row w; what is no JSON is null.
func (t table) Payload() string {
	if t.parsed {
		return "w." + t.payload
	}
	return fmt.Sprintf("CASE WHEN pg_input_is_valid(w.%[1]s::text, 'jsonb') THEN w.%[1]s::text::jsonb END", t.payload)
}

// Moment is an instant as the column received_at holds it.
func (t table) Moment(instant string) string {
	if t.naive {
		return "(" + instant + ") AT TIME ZONE 'UTC'"
	}
	return instant
}

// Instant is the time of a message or of a status: epoch seconds, mostly as text.
func (t table) Instant(item string) string {
	return fmt.Sprintf(`CASE WHEN %[1]s ->> 'timestamp' ~ '^\d{1,11}$' THEN to_timestamp((%[1]s ->> 'timestamp')::bigint) END`, item)
}

// People are the parts of a webhook's entry that name somebody.
func (t table) People() string {
	return `$.changes[*].value.*[*] ? ((exists(@.wa_id) || exists(@.from) || exists(@.recipient_id) || ` + tellsUser + `) && !(@.recipient_type == "group"))`
}

const tellsUser = "exists(@.user_id) || exists(@.from_user_id) || exists(@.recipient_user_id)"

// Contact is the id of a contact: the user id, else the one that any webhook tells
// beside the same number, else the number. The numbers are looked at only where a
// row comes without a user id.
func (t table) Contact(user, number, account string) string {
	if !t.users {
		return fmt.Sprintf("coalesce(%s, %s)", user, number)
	}
	return fmt.Sprintf(`coalesce(%[1]s, (
    SELECT jsonb_object_agg(k.number, k.user_id)
    FROM (
      SELECT coalesce(j.account_id, '') || '/' || j.number AS number, min(j.user_id) AS user_id
      FROM (
        SELECT n.account_id, coalesce(n.p ->> 'wa_id', n.p ->> 'from', n.p ->> 'recipient_id') AS number,
          coalesce(n.p ->> 'user_id', n.p ->> 'from_user_id', n.p ->> 'recipient_user_id') AS user_id
        FROM (
          SELECT b.e ->> 'id' AS account_id, jsonb_path_query(b.e, '$.changes[*].value.*[*] ? (%[4]s)') AS p
          FROM (SELECT jsonb_path_query(%[5]s, '$.entry[*]') AS e FROM %[6]s AS w) AS b
          WHERE true
            AND b.e ->> 'id' = $account
        ) AS n
      ) AS j
      WHERE j.number IS NOT NULL AND j.user_id IS NOT NULL
      GROUP BY 1
    ) AS k
  ) ->> (coalesce(%[3]s, '') || '/' || %[2]s), %[2]s)`, user, number, account, tellsUser, t.Payload(), t.db.Table(t.Table))
}

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
	if db.Has(names.Table+"."+names.ReceivedAt) && db.Has(names.Table+"."+names.Payload) {
		// Since they were introduced every webhook brings the ids of users.
		t.users, err = db.Bool(ctx, fmt.Sprintf("SELECT EXISTS (SELECT FROM (SELECT %s AS payload FROM %s AS w ORDER BY %s DESC LIMIT 10000) AS w WHERE w.payload @? '$.entry[*].changes[*].value.*[*] ? (%s)')",
			t.Payload(), db.Table(t.Table), t.ReceivedAt(), tellsUser))
		if err != nil {
			return nil, err
		}
	}
	return db.Examine(ctx, source.Product{
		Name: "WhatsApp webhooks", Files: files, Data: t, Indexes: []source.Index{{Table: names.Table, Column: names.ReceivedAt}},
		Remedy: "Check the database, the schema, the table and its columns in the data source's settings, and the rights of its user (see docs/webhook.md)",
	})
}
