package main

import (
	"errors"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/parley-reports/parley/pkg/engine"
	"github.com/parley-reports/parley/pkg/postgres"
	"github.com/parley-reports/parley/pkg/source"
	"github.com/parley-reports/parley/pkg/source/kinds"
	"github.com/parley-reports/parley/pkg/source/webhook"
)

// database is the one that a command reads, as its flags say.
type database struct {
	address, kind, schema, account string
	webhook                        source.Webhook
}

func (d *database) flags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&d.address, "url", "", "address of the database, postgres://user:password@host:port/database; DATABASE_URL where it is left out")
	flags.StringVar(&d.kind, "source", "views", "kind of database: "+strings.Join(kinds.IDs(), ", "))
	flags.StringVar(&d.schema, "schema", "", "schema of the tables; the kind's own where it is left out")
	flags.StringVar(&d.account, "account", "", "id of the only account to read")
	flags.StringVar(&d.webhook.Table, "table", "", "table of kept webhooks; "+webhook.Table+" where it is left out")
	flags.StringVar(&d.webhook.ReceivedAt, "received-at-column", "", "when each came; "+webhook.ReceivedAt+" where it is left out")
	flags.StringVar(&d.webhook.Payload, "payload-column", "", "its body; "+webhook.Payload+" where it is left out")
}

// open prepares the pool of connections and the engine over it.
func (d *database) open(s engine.Settings) (*postgres.DB, *engine.Engine, error) {
	kind, err := kinds.Lookup(d.kind)
	if err != nil {
		return nil, nil, err
	}
	address := d.address
	if address == "" {
		address = os.Getenv("DATABASE_URL")
	}
	if address == "" {
		return nil, nil, errors.New("no database: give its address with --url, or in DATABASE_URL")
	}
	settings, err := postgres.SettingsFromURL(address)
	if err != nil {
		return nil, nil, err
	}
	settings.Timeout, settings.MaxConnections = 10*time.Minute, 2
	db, err := postgres.Open(settings)
	if err != nil {
		return nil, nil, err
	}
	return db, engine.New(db, kind.Detect(source.Settings{Schema: d.schema, Account: d.account, Webhook: d.webhook}), s), nil
}
