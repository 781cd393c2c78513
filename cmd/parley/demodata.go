package main

import (
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/spf13/cobra"

	"github.com/parley-reports/parley/internal/demodata"
	"github.com/parley-reports/parley/internal/story"
	"github.com/parley-reports/parley/pkg/source/kinds"
)

// maxHeap is the memory above which garbage is collected more often.
const maxHeap = 1500 << 20

// newDemoDataCommand fills a schema with the messages of an invented business.
func newDemoDataCommand() *cobra.Command {
	var address, kind, schema, end string
	opts := demodata.Options{Messages: 40_000, Days: 45, Seed: 1}
	cmd := &cobra.Command{
		Use:   "demo-data",
		Short: "Generate demo data in a schema",
		Long: `Generate the messages of an invented business: accounts, lines, agents, campaigns,
conversations and ratings. With --source, the data is loaded into the tables of that
product. The default schema is parley.

The same options give the same data. An earlier demo data schema is replaced when the
new data is complete. Any other schema is replaced only with --force, and everything in
it is deleted.`,
		Example: `  parley demo-data --url postgres://postgres@localhost/demo
  parley demo-data --url postgres://postgres@localhost/demo --messages 10000000 --days 90
  parley demo-data --url postgres://postgres@localhost/demo --source chatwoot --schema chat
  parley check --url postgres://postgres@localhost/demo --source chatwoot --schema chat`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			// Most of the memory is used only for a moment: collecting it seldom saves a
			// third of the time, as long as there is enough.
			debug.SetGCPercent(400)
			debug.SetMemoryLimit(maxHeap)
			if end != "" {
				at, err := time.Parse(time.RFC3339, end)
				if err != nil {
					return fmt.Errorf("--end: %q is not a date and time such as 2026-11-20T15:00:00Z", end)
				}
				opts.End = at
			}
			if address == "" {
				address = os.Getenv("DATABASE_URL")
			}
			if address == "" {
				return errors.New("no database URL: set --url or DATABASE_URL")
			}
			conn, err := pgx.Connect(ctx, address)
			if err != nil {
				return err
			}
			defer conn.Close(ctx)
			var summary fmt.Stringer
			if kind == "views" {
				summary, err = demodata.Generate(ctx, conn, schema, opts, func(text string) {
					fmt.Fprintln(cmd.ErrOrStderr(), text)
				})
			} else {
				summary, err = story.Generate(ctx, conn, kind, schema, opts)
			}
			if errors.Is(err, demodata.ErrForeignSchema) {
				return fmt.Errorf("%w; use --force to delete everything in it and replace it", err)
			}
			if err != nil {
				return err
			}
			out := cmd.OutOrStdout()
			fmt.Fprintln(out, summary)
			to := opts.End
			if to.IsZero() {
				to = time.Now()
			}
			from := to.AddDate(0, 0, -opts.Days)
			_, err = fmt.Fprintf(out, "To see the data, run:\n  parley query --source %s --schema %s --from %s --to %s --format table '{\"report\": \"channels\"}'\n",
				kind, schema, from.UTC().Format(time.RFC3339), to.UTC().Format(time.RFC3339))
			return err
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&address, "url", "", "database URL, for example postgres://user@host:port/database (default $DATABASE_URL)")
	flags.StringVar(&kind, "source", "views", "type of database to fill: "+strings.Join(kinds.IDs(), ", "))
	flags.StringVar(&schema, "schema", "parley", "schema to fill")
	flags.IntVar(&opts.Messages, "messages", opts.Messages, "approximate number of messages")
	flags.IntVar(&opts.Days, "days", opts.Days, "number of days")
	flags.Uint64Var(&opts.Seed, "seed", opts.Seed, "random seed")
	flags.StringVar(&end, "end", "", "end of the data, for example 2026-11-20T15:00:00Z (default now)")
	flags.BoolVar(&opts.Force, "force", false, "replace a schema that this command did not create")
	return cmd
}
