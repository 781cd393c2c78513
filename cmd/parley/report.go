package main

import (
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/parley-reports/parley/pkg/engine"
	"github.com/parley-reports/parley/pkg/report"
)

// newReportCommand sends the reports of a config file.
func newReportCommand() *cobra.Command {
	var base database
	var config, date string
	var example, dryRun, watch bool
	var runner report.Runner
	cmd := &cobra.Command{
		Use:   "report --config reports.yaml",
		Short: "Send reports by mail or to a folder, once or on schedule",
		Long: `Send the reports of a config file by mail or to a folder, each for its last complete
period, for example last week.

Without --watch, all reports run once. Start the command every day with cron, a systemd timer
or a Kubernetes CronJob: each report is sent once for each period, and what failed is sent by
the next run. The exit code is not 0 if something could not be sent.`,
		Example: `  parley report --example > reports.yaml
  parley report --config reports.yaml --dry-run
  parley report --config reports.yaml --to you@example.com
  parley report --config reports.yaml`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if example {
				_, err := fmt.Fprint(cmd.OutOrStdout(), report.Example)
				return err
			}
			if date != "" {
				day, err := time.Parse(time.DateOnly, date)
				if err != nil {
					return fmt.Errorf("--date %q is not a date such as 2026-11-23", date)
				}
				// No time zone has begun a later day. A report of a period that is not over would be
				// remembered as sent.
				if isRemembered := !dryRun && runner.To == ""; isRemembered && day.After(time.Now().Add(14*time.Hour)) {
					return fmt.Errorf("--date %s is in the future", date)
				}
				runner.Day = day
			}
			if config == "" {
				return errors.New("no config: set --config, or print one with --example")
			}
			c, err := report.Read(config)
			if err != nil {
				return err
			}
			if err := engine.CheckChatURL(c.ChatURL); err != nil {
				return err
			}
			base.configured(cmd, c.Database)
			db, e, err := base.open(engine.Settings{ChatURL: c.ChatURL, Refresh: keepFor})
			if err != nil {
				return err
			}
			defer db.Close()
			runner.Config, runner.Engine, runner.Log = c, e, cmd.ErrOrStderr()
			if watch {
				return runner.Watch(cmd.Context())
			}
			if dryRun {
				return runner.DryRun(cmd.Context())
			}
			return runner.Run(cmd.Context())
		},
	}
	base.flags(cmd)
	flags := cmd.Flags()
	flags.StringVarP(&config, "config", "c", "", "config file, for example reports.yaml")
	flags.BoolVar(&example, "example", false, "print an example of a config file")
	flags.BoolVar(&dryRun, "dry-run", false, "check the config, the database and the mail server, and say what would be sent")
	flags.BoolVar(&watch, "watch", false, "keep running, and send the reports by the schedule of the config")
	flags.StringArrayVar(&runner.Only, "report", nil, "send only the report with this name; repeat it for more (default: all)")
	flags.StringVar(&runner.To, "to", "", "send everything to this address only, as a trial that is not remembered")
	flags.BoolVar(&runner.Again, "again", false, "send again what was sent before")
	flags.BoolVar(&runner.Quiet, "quiet", false, "print only what went wrong, for cron")
	flags.StringVar(&date, "date", "", "send what was due on this day, for example 2026-11-23 (default: today)")
	cmd.MarkFlagsMutuallyExclusive("watch", "dry-run")
	cmd.MarkFlagsMutuallyExclusive("quiet", "dry-run")
	cmd.MarkFlagsMutuallyExclusive("quiet", "watch")
	cmd.MarkFlagsMutuallyExclusive("watch", "again")
	cmd.MarkFlagsMutuallyExclusive("watch", "date")
	cmd.MarkFlagsMutuallyExclusive("watch", "to")
	return cmd
}

// configured takes from the config what the flags leave open.
func (d *database) configured(cmd *cobra.Command, c report.Database) {
	for flag, value := range map[string]string{
		"source": c.Source, "schema": c.Schema, "account": c.Account, "table": c.Table, "received-at-column": c.ReceivedAtColumn, "payload-column": c.PayloadColumn,
	} {
		if f := cmd.Flags().Lookup(flag); value != "" && !f.Changed {
			_ = f.Value.Set(value) // any text is possible
		}
	}
}
