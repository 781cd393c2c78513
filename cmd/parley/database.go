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
	flags.StringVar(&d.address, "url", "", "database URL, for example postgres://user:password@host:port/database (default $DATABASE_URL)")
	flags.StringVar(&d.kind, "source", "views", "type of database: "+strings.Join(kinds.IDs(), ", "))
	flags.StringVar(&d.schema, "schema", "", "schema of the tables (default parley for views, public for products)")
	flags.StringVar(&d.account, "account", "", "read only the account with this id")
	flags.StringVar(&d.webhook.Table, "table", "", "table of the stored webhooks (default "+webhook.Table+")")
	flags.StringVar(&d.webhook.ReceivedAt, "received-at-column", "", "column with the time a webhook was received (default "+webhook.ReceivedAt+")")
	flags.StringVar(&d.webhook.Payload, "payload-column", "", "column with the webhook body (default "+webhook.Payload+")")
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
		return nil, nil, errors.New("no database URL: set --url or DATABASE_URL")
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
