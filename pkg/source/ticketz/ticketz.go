// Package ticketz is the source for Ticketz and other Whaticket forks with companies:
// it reads the relations of the contract from their tables. docs/ticketz.md documents
// where each field comes from.
package ticketz

import (
	"context"
	"embed"

	"github.com/jackc/pgx/v5"

	"github.com/parley-reports/parley/pkg/source"
)

//go:embed *.sql
var files embed.FS

// indexes lists the indexes that reports need. Current versions of Ticketz have all of them.
var indexes = []source.Index{
	{Table: "Messages", Column: "createdAt"},
	{Table: "Messages", Column: "ticketId"},
	{Table: "Tickets", Column: "createdAt"},
	{Table: "Tickets", Column: "contactId"},
	{Table: "TicketTraking", Column: "ticketId"},
	{Table: "TicketTags", Column: "ticketId"},
	{Table: "ContactTags", Column: "contactId"},
}

var times = []source.Time{
	{Relation: "message", Table: "Messages", ID: "id", Column: "createdAt", Account: "companyId"},
	{Relation: "conversation", Table: "Tickets", ID: "id", Column: "createdAt", Account: "companyId"},
}

// Detect examines the schema of a Ticketz database.
func Detect(ctx context.Context, tx pgx.Tx, s source.Settings) (*source.Source, error) {
	db, err := source.Open(ctx, tx, s)
	if err != nil {
		return nil, err
	}
	features := map[string]bool{
		// Ticketz since May 2025. Older rows keep their old meaning.
		"ticketz":      db.Has("TicketTraking.chatbotendAt"),
		"rounds":       db.Has("TicketTraking.startedAt"),
		"surveys":      db.Has("TicketTraking.ratingAt"),
		"errors":       db.Has("Messages.error"),
		"campaigns":    db.Has("CampaignShipping.deliveredAt"),
		"raw messages": db.Has("Messages.dataJson"),
		// Newer versions store the author.
		"writers":       db.Has("Messages.userId"),
		"round agents":  db.Has("TicketTraking.userId") && db.Has("TicketTraking.companyId"),
		"rating agents": db.Has("UserRatings.userId") && db.Has("UserRatings.companyId"),
	}
	if db.Has("UserRatings.rate") && db.Has("UserRatings.createdAt") && db.Has("UserRatings.companyId") {
		for scale, sql := range scales {
			// Ticketz itself uses a known scale from this day on.
			if features[scale], err = db.Bool(ctx, "SELECT "+sql+" FROM (SELECT rate FROM "+db.Table("UserRatings")+` AS u
WHERE ($1 = '' OR u."companyId"::text = $1) AND NOT ($2 AND u."createdAt" >= '2024-10-14') ORDER BY u.id DESC LIMIT 500) AS latest`, s.Account, features["ticketz"]); err != nil {
				return nil, err
			}
		}
	}
	found, err := db.Examine(ctx, source.Product{
		Name: "Ticketz", Files: files, Features: features, Indexes: indexes, Times: times, Free: true,
		Remedy: "Check the database and the schema in the data source settings, and the rights of its user (see docs/ticketz.md)",
	})
	if err != nil || !db.Has("SequelizeMeta.name") {
		return found, err
	}
	// The database does not contain the version, only the last migration.
	found.Version, err = db.Text(ctx, "SELECT 'schema of ' || to_char(to_date(left(max(name), 8), 'YYYYMMDD'), 'YYYY-MM-DD') FROM "+
		db.Table("SequelizeMeta")+` WHERE name ~ '^20\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d)\d{6}-'`)
	return found, err
}

// scales are the rating scales other than 1 to 5, with a condition on the latest ratings
// that identifies them: versions use different scales and do not store which. A few
// ratings outside the scale are ignored as mistakes.
var scales = map[string]string{
	"of ten":   "count(*) > 0 AND count(*) FILTER (WHERE rate > 5) * 20 >= count(*)",
	"of three": "count(*) FILTER (WHERE rate > 0) >= 20 AND count(*) FILTER (WHERE rate > 3) * 20 < count(*) FILTER (WHERE rate > 0)",
}
