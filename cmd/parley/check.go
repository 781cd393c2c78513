package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/check"
	"github.com/parley-reports/parley/pkg/engine"
	"github.com/parley-reports/parley/pkg/source"
)

// newCheckCommand examines a database: what works, what is unknown, and which rows
// break the contract.
func newCheckCommand() *cobra.Command {
	var from database
	days := 90
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Check a database: missing tables and columns, and rows with problems",
		Long: `Check a database before you use it in Grafana. The command reports missing tables and
columns, metrics that are not available, indexes that would make reports faster, and
rows with problems, such as duplicate ids, references to rows that do not exist, dates
in the future and statuses in the wrong order. It writes nothing. The exit code is 1 if
reports cannot work or rows have problems.`,
		Example: `  parley check --url postgres://reader@localhost/chatwoot_production --source chatwoot
  parley check --url postgres://reader@localhost/chat --days 0`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			db, e, err := from.open(engine.Settings{})
			if err != nil {
				return err
			}
			defer db.Close()
			s, err := e.Examine(ctx)
			if err != nil {
				return inWords(err)
			}
			out := cmd.OutOrStdout()
			printSource(out, s)
			if fatal := s.Fatal(); len(fatal) > 0 {
				return &engine.SchemaError{Findings: fatal, Remedy: s.Remedy}
			}
			var since time.Time
			if days > 0 {
				since = time.Now().AddDate(0, 0, -days)
			}
			problems, err := check.Rows(ctx, db, s, since, func(relation string) { fmt.Fprintln(cmd.ErrOrStderr(), "Checking", relation) })
			if err != nil {
				return inWords(err)
			}
			broken := slices.DeleteFunc(slices.Clone(problems), func(p check.Problem) bool { return p.Allowed })
			allowed := slices.DeleteFunc(problems, func(p check.Problem) bool { return !p.Allowed })
			printProblems(out, "Notes:", allowed)
			if len(broken) == 0 {
				fmt.Fprintln(out, "No problems found.")
				return nil
			}
			printProblems(out, "Problems:", broken)
			return errors.New("the check found rows with problems")
		},
	}
	from.flags(cmd)
	cmd.Flags().IntVar(&days, "days", days, "number of days to check; 0 checks all rows")
	return cmd
}

func printProblems(w io.Writer, title string, problems []check.Problem) {
	if len(problems) > 0 {
		fmt.Fprintln(w, title)
	}
	for _, p := range problems {
		fmt.Fprintln(w, "  "+p.String())
	}
}

// printSource says what the examination found.
func printSource(w io.Writer, s *source.Source) {
	fmt.Fprint(w, s.Kind)
	if s.Version != "" {
		fmt.Fprintf(w, " (%s)", s.Version)
	}
	fmt.Fprintln(w)
	for _, f := range s.Findings {
		fmt.Fprintf(w, "  %-8s  %s", f.State, f.Relation)
		if f.Problem != "" {
			fmt.Fprintf(w, ": %s", f.Problem)
		}
		fmt.Fprintln(w)
	}
	if len(s.Fatal()) > 0 {
		return // then nothing can be had
	}
	unavailable, unknown := catalog.Limits(s.Has, s.Records)
	for _, part := range []struct {
		title string
		list  []string
		mark  string
	}{{"Not available (missing tables)", unavailable, ", "}, {"Not available (not recorded)", unknown, ", "}, {"Faster with", s.Advice, "; "}} {
		if len(part.list) > 0 {
			fmt.Fprintf(w, "%s: %s\n", part.title, strings.Join(part.list, part.mark))
		}
	}
}
