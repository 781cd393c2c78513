// Package evolution is the source for Evolution API: it reads the relations of the
// contract from the product's tables. docs/evolution.md documents where each field
// comes from.
package evolution

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

// indexes lists the indexes that reports need. Evolution has none on times.
var indexes = []source.Index{
	{Table: "Message", Column: "messageTimestamp"},
	{Table: "MessageUpdate", Column: "messageId"},
}

// Detect examines the schema of an Evolution database.
func Detect(ctx context.Context, tx pgx.Tx, s source.Settings) (*source.Source, error) {
	db, err := source.Open(ctx, tx, s)
	if err != nil {
		return nil, err
	}
	features := map[string]bool{"bot_sessions": db.Has("Message.sessionId"), "chat names": db.Has("Chat.name")}
	if db.Has("MessageUpdate.status") {
		// An installation may not store updates. The status of messages is unknown then.
		if features["updates"], err = db.Bool(ctx, "SELECT EXISTS (SELECT FROM "+db.Table("MessageUpdate")+")"); err != nil {
			return nil, err
		}
	}
	features["statuses"] = features["updates"]
	if !features["updates"] && db.Has("Message.status") {
		// Some versions and settings update the status of the message itself instead. Every
		// message starts as PENDING.
		if features["statuses"], err = db.Bool(ctx, "SELECT EXISTS (SELECT FROM (SELECT * FROM "+db.Table("Message")+` ORDER BY "messageTimestamp" DESC LIMIT 10000) AS m
WHERE m."key" ->> 'fromMe' = 'true' AND upper(btrim(m."status"::text)) IN ('ERROR', 'FAILED', 'DELIVERY_ACK', 'DELIVERED', 'READ', 'PLAYED'))`); err != nil {
			return nil, err
		}
	}
	if db.Has("Instance.integration") {
		if features["phones only"], err = db.Bool(ctx, "SELECT NOT EXISTS (SELECT FROM "+db.Table("Instance")+` WHERE "integration" <> 'WHATSAPP-BAILEYS')`); err != nil {
			return nil, err
		}
	}
	if db.Has("IsOnWhatsapp.remoteJid") && db.Has("IsOnWhatsapp.jidOptions") {
		if features["lids"], err = db.Bool(ctx, "SELECT EXISTS (SELECT FROM "+db.Table("IsOnWhatsapp")+` WHERE "jidOptions" LIKE '%@lid%')`); err != nil {
			return nil, err
		}
	}
	account, wrong, err := meaning(ctx, db, s.Account)
	if err != nil {
		return nil, err
	}
	remedy := "Check the database and the schema in the data source settings, and the rights of its user (see docs/evolution.md)"
	if wrong != "" {
		remedy = "Check the account in the data source settings"
	}
	found, err := db.Examine(ctx, source.Product{
		Name: "Evolution API", Files: files, Features: features, Data: struct{ Account string }{account}, Indexes: indexes, Wrong: wrong,
		// Contacts that never wrote have no row with their number.
		Phone:  `'+' || substring($id FROM '^(\d+)@s\.whatsapp\.net$')`,
		Remedy: remedy,
		Checks: checks,
	})
	if err != nil || !db.Has("_prisma_migrations.migration_name") {
		return found, err
	}
	// The database does not contain the version, only the last migration.
	found.Version, err = db.Text(ctx, "SELECT 'schema of ' || to_char(to_date(left(max(migration_name), 8), 'YYYYMMDD'), 'YYYY-MM-DD') FROM "+db.Table("_prisma_migrations")+` WHERE migration_name ~ '^20\d{12}_'`)
	return found, err
}

// checks find messages that are stored more than once and messages without an id.
var checks = []source.Check{
	{Relation: "message", SQL: "copied", Allowed: true, Explanation: source.Explanation{Wrong: "{is|are} stored more than once", Effect: "Reports count each message once, at its first time.", Fix: "Nothing to do."}},
	{Relation: "message", SQL: "no_key", Explanation: source.Explanation{Wrong: "{has|have} no key.id", Effect: "Reports count each row as a message, including copies.", Fix: "Find out which program stores messages without a key."}},
}

// meaning returns the column of Instance that contains the account: a client name, or the
// id or name of one instance. wrong is a problem if several columns of different instances
// contain it: customers often choose the names, so it is unclear which one is meant.
func meaning(ctx context.Context, db *source.Database, account string) (column, wrong string, err error) {
	var held []string
	for _, c := range []string{"clientName", "id", "name"} {
		if account == "" || !db.Has("Instance."+c) {
			continue
		}
		is, err := db.Bool(ctx, "SELECT EXISTS (SELECT FROM "+db.Table("Instance")+` WHERE "`+c+`" = $1)`, account)
		if err != nil {
			return "", "", err
		}
		if is {
			held = append(held, c)
		}
	}
	if len(held) == 0 {
		return "clientName", "", nil
	}
	list := `"` + strings.Join(held, `", "`) + `"`
	several, err := db.Bool(ctx, "SELECT EXISTS (SELECT FROM "+db.Table("Instance")+" WHERE $1 IN ("+list+") AND ($1 = ALL (ARRAY["+list+"]::text[])) IS NOT TRUE)", account)
	if several {
		wrong = fmt.Sprintf("the account %s is the %s of different instances: enter the id of one, or rename one", account, strings.Join(held, " and the "))
	}
	return held[0], wrong, err
}
