package main

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/parley-reports/parley/pkg/calendar"
	"github.com/parley-reports/parley/pkg/engine"
	"github.com/parley-reports/parley/pkg/measure"
	"github.com/parley-reports/parley/pkg/query"
)

// newQueryCommand runs one query outside Grafana, by the same code.
func newQueryCommand() *cobra.Command {
	var base database
	var from, to, format, timezone, chatURL string
	var showSQL, timing bool
	cmd := &cobra.Command{
		Use:   "query 'QUERY JSON' | -",
		Short: "Run a query and print the result, one JSON object per row",
		Long: `Run a query and print the result, one JSON object per row.

With - instead of a query, read one query per line from standard input. Messages are kept in
memory between the queries. Each result ends with an empty line. A query that fails is
reported with its line number, and the next one runs.`,
		Example: `  parley query --url postgres://reader@localhost/chat --from 2026-11-01T00:00:00Z --to 2026-11-08T00:00:00Z \
    '{"version": 1, "report": "channels"}'`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			r, err := readRange(from, to)
			if err != nil {
				return err
			}
			write, ok := writers[format]
			if !ok {
				return fmt.Errorf("unknown format %q: choose json, table or csv", format)
			}
			several := args[0] == "-"
			var q query.Query
			if !several {
				if q, err = query.Parse([]byte(args[0])); err != nil {
					return err
				}
			}
			loc, err := calendar.Zone(timezone)
			if err != nil {
				return err
			}
			if err := engine.CheckChatURL(chatURL); err != nil {
				return err
			}
			settings := engine.Settings{Location: loc, ChatURL: chatURL}
			if several {
				settings.Refresh = keepFor
			}
			db, e, err := base.open(settings)
			if err != nil {
				return err
			}
			defer db.Close()
			p := printer{cmd: cmd, engine: e, span: r, write: write, sql: showSQL, timing: timing}
			if several {
				return p.all(ctx, cmd.InOrStdin())
			}
			return p.one(ctx, 1, q)
		},
	}
	base.flags(cmd)
	flags := cmd.Flags()
	flags.StringVar(&from, "from", "", "start of the time range, for example 2026-11-01T00:00:00Z")
	flags.StringVar(&to, "to", "", "end of the time range (exclusive), for example 2026-11-08T00:00:00Z")
	flags.StringVar(&format, "format", "json", "output format: json, table or csv")
	flags.StringVar(&timezone, "timezone", "UTC", "time zone of queries without one")
	flags.StringVar(&chatURL, "chat-url", "", "chat URL template, for example https://chat.example/app/accounts/{account_id}/conversations/{display_id}")
	flags.BoolVar(&showSQL, "sql", false, "print the SQL to standard error")
	flags.BoolVar(&timing, "timing", false, "print the number of each query and how long it took to standard error, for example 3 12.4 ms")
	for _, name := range []string{"from", "to"} {
		_ = cmd.MarkFlagRequired(name) // the flags exist
	}
	return cmd
}

// keepFor is how long messages are kept in memory between queries.
const keepFor = 5 * time.Minute

// A printer runs queries and prints their results.
type printer struct {
	cmd         *cobra.Command
	engine      *engine.Engine
	span        calendar.Range
	write       func(io.Writer, *engine.Result) error
	sql, timing bool
}

// one runs the query of that number.
func (p *printer) one(ctx context.Context, number int, q query.Query) error {
	start := time.Now()
	result, err := p.engine.Run(ctx, engine.Request{Query: q, Range: p.span})
	took := time.Since(start)
	if err != nil {
		return inWords(err)
	}
	messages := p.cmd.ErrOrStderr()
	if p.sql {
		fmt.Fprintln(messages, result.SQL)
	}
	for _, notice := range result.AllNotices() {
		fmt.Fprintln(messages, "notice:", notice)
	}
	if result.Next != "" {
		fmt.Fprintf(messages, "notice: %d rows altogether; the next page is after %q\n", result.Total, result.Next)
	}
	if p.timing {
		fmt.Fprintf(messages, "%d %.1f ms\n", number, float64(took.Microseconds())/1000)
	}
	return p.write(p.cmd.OutOrStdout(), result)
}

// all runs the queries of the lines. It goes on after one that fails.
func (p *printer) all(ctx context.Context, lines io.Reader) error {
	scanner := bufio.NewScanner(lines)
	scanner.Buffer(nil, query.MaxJSON+1)
	number, failed := 0, 0
	for scanner.Scan() {
		if strings.TrimSpace(scanner.Text()) == "" {
			continue
		}
		number++
		q, err := query.Parse(scanner.Bytes())
		if err == nil {
			err = p.one(ctx, number, q)
		}
		if ctx.Err() != nil {
			return err
		}
		if err != nil {
			failed++
			fmt.Fprintf(p.cmd.ErrOrStderr(), "query %d: %v\n", number, err)
		}
		fmt.Fprintln(p.cmd.OutOrStdout())
	}
	if err := scanner.Err(); err != nil {
		return fmt.Errorf("read the queries from standard input: %w", err)
	}
	if failed > 0 {
		return fmt.Errorf("%d of %d queries failed", failed, number)
	}
	return nil
}

func readRange(from, to string) (calendar.Range, error) {
	var r calendar.Range
	var err error
	if r.From, err = time.Parse(time.RFC3339, from); err != nil {
		return r, fmt.Errorf("--from %q is not a date and time such as 2026-11-01T00:00:00Z", from)
	}
	if r.To, err = time.Parse(time.RFC3339, to); err != nil {
		return r, fmt.Errorf("--to %q is not a date and time such as 2026-11-08T00:00:00Z", to)
	}
	return r, nil
}

// inWords is an error of the engine as one line that says what to do.
func inWords(err error) error { return errors.New(engine.Sentence(err, "the flags of the command")) }

var writers = map[string]func(io.Writer, *engine.Result) error{"json": writeJSON, "table": writeTable, "csv": writeCSV}

// writeJSON prints one object per row, keys in the order of the columns.
func writeJSON(w io.Writer, r *engine.Result) error {
	for _, row := range r.Rows {
		var b strings.Builder
		for i, c := range r.Columns {
			key, _ := json.Marshal(c.ID)
			value, err := json.Marshal(plain(row[i], r.Location))
			if err != nil {
				return fmt.Errorf("write %s: %w", c.ID, err)
			}
			if i > 0 {
				b.WriteByte(',')
			}
			fmt.Fprintf(&b, "%s:%s", key, value)
		}
		if _, err := fmt.Fprintf(w, "{%s}\n", b.String()); err != nil {
			return err
		}
	}
	return nil
}

// plain writes times in RFC 3339, in the report's zone.
func plain(v any, loc *time.Location) any {
	if t, ok := v.(time.Time); ok {
		return t.In(loc).Format(time.RFC3339Nano)
	}
	return v
}

func cells(r *engine.Result) [][]string {
	header := make([]string, len(r.Columns))
	for i, c := range r.Columns {
		header[i] = c.ID
	}
	table := [][]string{header}
	for _, row := range r.Rows {
		line := make([]string, len(row))
		for i, v := range row {
			line[i] = cell(plain(v, r.Location), r.Columns[i])
		}
		table = append(table, line)
	}
	return table
}

func cell(v any, c engine.Column) string {
	switch v := v.(type) {
	case nil:
		if c.Role == measure.Key || c.Role == measure.Name {
			return "(none)"
		}
		return ""
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return fmt.Sprint(v)
}

func writeTable(w io.Writer, r *engine.Result) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, line := range cells(r) {
		line = slices.Clone(line)
		for i := range line {
			line[i] = strings.NewReplacer("\t", " ", "\n", " ").Replace(line[i])
		}
		fmt.Fprintln(t, strings.Join(line, "\t"))
	}
	return t.Flush()
}

func writeCSV(w io.Writer, r *engine.Result) error {
	c := csv.NewWriter(w)
	return c.WriteAll(cells(r))
}
