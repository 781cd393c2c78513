// Package chatwoot is the source for Chatwoot: it reads the relations of the contract
// from the product's tables. docs/chatwoot.md documents where each field comes from.
package chatwoot

import (
	"context"
	"embed"

	"github.com/jackc/pgx/v5"

	"github.com/parley-reports/parley/pkg/source"
)

//go:embed *.sql
var files embed.FS

// indexes lists the indexes that reports need. Chatwoot has all of them except the one on
// the creation time of conversations.
var indexes = []source.Index{
	{Table: "messages", Column: "created_at"},
	{Table: "messages", Column: "conversation_id"},
	{Table: "conversations", Column: "created_at"},
	{Table: "conversations", Column: "contact_id"},
	{Table: "reporting_events", Column: "created_at"},
	{Table: "reporting_events", Column: "conversation_id"},
	{Table: "taggings", Column: "taggable_id"},
}

var times = []source.Time{
	{Relation: "message", Table: "messages", ID: "id", Column: "created_at", Account: "account_id"},
	{Relation: "conversation", Table: "conversations", ID: "id", Column: "created_at", Account: "account_id"},
	{Relation: "conversation_event", Table: "reporting_events", ID: "conversation_id", Column: "created_at", Account: "account_id"},
}

var checks = []source.Check{
	{Relation: "message", SQL: "no_object", Allowed: true, Explanation: source.Explanation{Wrong: "{has|have} content_attributes that are not a JSON object", Effect: "Values from content_attributes are missing.", Fix: "Find out which program writes {this row|these rows}."}},
	{Relation: "message", SQL: "no_characters", Allowed: true, Explanation: source.Explanation{Wrong: "{has|have} characters in content_attributes that PostgreSQL cannot read, such as NUL", Effect: "Reports leave out these characters.", Fix: "Find out which program writes {this row|these rows}."}},
}

// Detect examines the schema of a Chatwoot database.
func Detect(ctx context.Context, tx pgx.Tx, s source.Settings) (*source.Source, error) {
	db, err := source.Open(ctx, tx, s)
	if err != nil {
		return nil, err
	}
	features := map[string]bool{
		"campaign_recipients": db.Has("campaign_recipients.source_id") && db.Has("campaign_recipients.message_content"),
		"campaign_templates":  db.Has("campaigns.template_params"),
		// The fazer.ai edition stores WhatsApp groups as conversations, and reactions as
		// messages.
		"groups":         db.Has("conversations.group_type"),
		"group contacts": db.Has("contacts.group_type"),
		"event agents":   db.Has("reporting_events.user_id") && db.Has("reporting_events.account_id"),
		"rating agents":  db.Has("csat_survey_responses.assigned_agent_id") && db.Has("csat_survey_responses.account_id"),
	}
	if features["checks JSON"], err = db.Bool(ctx, "SELECT to_regprocedure('pg_catalog.pg_input_is_valid(text, text)') IS NOT NULL"); err != nil {
		return nil, err
	}
	if db.Has("schema_migrations.version") {
		if features["reactions"], err = db.Bool(ctx, "SELECT EXISTS (SELECT FROM "+db.Table("schema_migrations")+" WHERE version = '20250314185939')"); err != nil {
			return nil, err
		}
	}
	if db.Has("reporting_events.name") {
		// Newer versions record openings.
		if features["reopenings"], err = db.Bool(ctx, "SELECT EXISTS (SELECT FROM "+db.Table("reporting_events")+" WHERE name = 'conversation_opened')"); err != nil {
			return nil, err
		}
	}
	if features["campaign_recipients"] && db.Has("messages.source_id") && db.Has("messages.inbox_id") {
		// Look at the first and last recipients to find out whether campaigns also write messages.
		if features["campaign_messages"], err = db.Bool(ctx, `SELECT EXISTS (
  SELECT FROM ((SELECT * FROM `+db.Table("campaign_recipients")+` ORDER BY id LIMIT 1000) UNION (SELECT * FROM `+db.Table("campaign_recipients")+` ORDER BY id DESC LIMIT 1000)) AS r
  JOIN `+db.Table("messages")+` AS m ON m.source_id = r.source_id AND m.inbox_id = r.inbox_id)`); err != nil {
			return nil, err
		}
	}
	found, err := db.Examine(ctx, source.Product{
		Name: "Chatwoot", Files: files, Features: features, Indexes: indexes, Checks: checks, Times: times,
		Remedy: "Check the database and the schema in the data source settings, and the rights of its user (see docs/chatwoot.md)",
	})
	if err != nil || !db.Has("schema_migrations.version") {
		return found, err
	}
	// The database does not contain the version, only the last migration.
	found.Version, err = db.Text(ctx, "SELECT 'schema of ' || to_char(to_date(left(max(version), 8), 'YYYYMMDD'), 'YYYY-MM-DD') FROM "+db.Table("schema_migrations")+" WHERE version ~ '^20\\d{12}$'")
	return found, err
}
