package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/spf13/cobra"

	"github.com/parley-reports/parley/internal/story"
	"github.com/parley-reports/parley/pkg/demodata"
	"github.com/parley-reports/parley/pkg/source/kinds"
)

// newDemoDataCommand fills a schema with the messages of an invented business.
func newDemoDataCommand() *cobra.Command {
	var address, kind, schema, end string
	opts := demodata.Options{Messages: 40_000, Days: 45, Seed: 1}
	cmd := &cobra.Command{
		Use:   "demo-data",
		Short: "Fill a schema with the messages of an invented business",
		Long: `Fill a schema with the messages of an invented business, in the tables of the
contract: accounts, lines, agents, campaigns, conversations, ratings. With
--source they stand in the tables of another product, which hold less. They go to
the schema parley all the same, unless --schema names another.

The same options give the same data. A schema of earlier demo data is replaced
once the new data are complete; any other schema only with --force, and then
all that is in it is lost.`,
		Example: `  parley demo-data --url postgres://postgres@localhost/demo
  parley demo-data --url postgres://postgres@localhost/demo --messages 10000000 --days 90
  parley demo-data --url postgres://postgres@localhost/demo --source chatwoot --schema chat
  parley check --url postgres://postgres@localhost/demo --source chatwoot --schema chat`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			if end != "" {
				at, err := time.Parse(time.RFC3339, end)
				if err != nil {
					return fmt.Errorf("--end: %q is no time like 2026-11-20T15:00:00Z", end)
				}
				opts.End = at
			}
			if address == "" {
				address = os.Getenv("DATABASE_URL")
			}
			if address == "" {
				return errors.New("which database? Give --url, or set DATABASE_URL")
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
				return fmt.Errorf("%w; --force replaces it and all that is in it", err)
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
			_, err = fmt.Fprintf(out, "To look at them, in the same database:\n  parley query --source %s --schema %s --from %s --to %s --format table '{\"report\": \"channels\"}'\n",
				kind, schema, from.UTC().Format(time.RFC3339), to.UTC().Format(time.RFC3339))
			return err
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&address, "url", "", "the database, as postgres://user@host:port/database (default $DATABASE_URL)")
	flags.StringVar(&kind, "source", "views", "whose tables to fill: "+strings.Join(kinds.IDs(), ", "))
	flags.StringVar(&schema, "schema", "parley", "the schema to fill")
	flags.IntVar(&opts.Messages, "messages", opts.Messages, "about how many messages")
	flags.IntVar(&opts.Days, "days", opts.Days, "how many days they cover")
	flags.Uint64Var(&opts.Seed, "seed", opts.Seed, "the seed of all chance")
	flags.StringVar(&end, "end", "", "the present of the data, in RFC 3339 (default now)")
	flags.BoolVar(&opts.Force, "force", false, "replace a schema that this command did not make")
	return cmd
}
