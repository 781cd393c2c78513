package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/parley-reports/parley/pkg/calendar"
	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/dashboard"
	"github.com/parley-reports/parley/pkg/engine"
	"github.com/parley-reports/parley/pkg/export"
	"github.com/parley-reports/parley/pkg/query"
)

// newExportCommand writes a report or a dashboard to a file.
func newExportCommand() *cobra.Command {
	var base database
	var from, to, format, output, timezone, chatURL, name, language string
	var conditions []string
	cmd := &cobra.Command{
		Use:   "export 'QUERY JSON' | --dashboard NAME",
		Short: "Export a report or a dashboard to a file: CSV, TSV, XLSX or PDF",
		Long: `Export a report to a file, with all of its rows, or a whole dashboard.

CSV and XLSX are for spreadsheets, TSV is for programs and has all columns, PDF is for reading.
Dashboards are XLSX, with a sheet for each chart and table, or PDF. The last line of a file, in
XLSX that of the last sheet or of the summary, says whether the file is complete.

A dashboard is one of ` + strings.Join(dashboard.Names(), ", ") + `.
The default time range is that of the dashboard. A time range can be relative, such as
--from now-1M/M --to now-1M/M for the last month.`,
		Example: `  parley export --url postgres://reader@localhost/chat --from 2026-11-01T00:00:00Z --to 2026-12-01T00:00:00Z \
    --format xlsx --output november.xlsx '{"version": 1, "report": "message_details_sent"}'
  parley export --url postgres://reader@localhost/chat --dashboard channels --language es \
    --from now-7d --to now --filter channel=whatsapp --output channels.pdf`,
		Args: func(cmd *cobra.Command, args []string) error {
			if name != "" {
				return cobra.NoArgs(cmd, args)
			}
			return cobra.ExactArgs(1)(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if format == "" {
				format = strings.TrimPrefix(strings.ToLower(filepath.Ext(output)), ".")
			}
			f, err := export.LookupFormat(format)
			if err != nil {
				return err
			}
			loc, err := calendar.Zone(timezone)
			if err != nil {
				return err
			}
			if err := engine.CheckChatURL(chatURL); err != nil {
				return err
			}
			switch {
			case name == "" && len(conditions) > 0:
				return errors.New(`--filter is for dashboards: set "filters" in the query`)
			case name == "" && language != "":
				return errors.New(`--language is for dashboards: set "language" in the query`)
			case language != "" && !slices.Contains(query.Languages, language):
				return &query.Error{Message: "--language: unknown language " + query.Quote(language) + query.Suggest(language, query.Languages)}
			}
			var write func(ctx context.Context, e *engine.Engine, w io.Writer, begin func(export.File) error) error
			if name != "" {
				definition, err := dashboard.Shipped(name, language)
				if err != nil {
					return err
				}
				r := dashboard.Request{From: from, To: to, Location: loc}
				if err := choose(definition, conditions, &r); err != nil {
					return err
				}
				write = func(ctx context.Context, e *engine.Engine, w io.Writer, begin func(export.File) error) error {
					return export.WriteDashboard(ctx, e, definition, r, f, w, begin)
				}
			} else {
				q, err := query.Parse([]byte(args[0]))
				if err != nil {
					return err
				}
				zone := loc
				if q.Timezone != "" {
					if zone, err = calendar.Zone(q.Timezone); err != nil {
						return err
					}
				}
				r, err := dashboard.ParseRange(from, to, time.Now(), zone)
				if err != nil {
					return err
				}
				write = func(ctx context.Context, e *engine.Engine, w io.Writer, begin func(export.File) error) error {
					return export.Write(ctx, e, engine.Request{Query: q, Range: r}, f, w, begin)
				}
			}
			settings := engine.Settings{Location: loc, ChatURL: chatURL}
			if name != "" {
				settings.Refresh = keepFor // for all panels
			}
			db, e, err := base.open(settings)
			if err != nil {
				return err
			}
			defer db.Close()
			x := exporter{progress: cmd.ErrOrStderr(), write: func(ctx context.Context, w io.Writer, begin func(export.File) error) error {
				return write(ctx, e, w, begin)
			}}
			return x.to(cmd.Context(), output, cmd.OutOrStdout())
		},
	}
	base.flags(cmd)
	flags := cmd.Flags()
	flags.StringVar(&name, "dashboard", "", "name of a dashboard instead of a query, for example channels")
	flags.StringVar(&language, "language", "", "language of the dashboard: en, es or pt-BR (default en)")
	flags.StringArrayVar(&conditions, "filter", nil, "filter of the dashboard, for example channel=whatsapp; repeat it for more values or filters")
	flags.StringVar(&from, "from", "", "start of the time range, for example 2026-11-01T00:00:00Z or now-7d")
	flags.StringVar(&to, "to", "", "end of the time range (exclusive), for example 2026-12-01T00:00:00Z or now")
	flags.StringVar(&format, "format", "", "csv, tsv, xlsx or pdf (default: the extension of the output file)")
	flags.StringVarP(&output, "output", "o", "", "file to write, - for standard output, or a folder (default: a name in the current folder)")
	flags.StringVar(&timezone, "timezone", "UTC", "time zone of the report, if the query has none")
	flags.StringVar(&chatURL, "chat-url", "", "chat URL template, for example https://chat.example/app/accounts/{account_id}/conversations/{display_id}")
	return cmd
}

// choose adds conditions such as channel=whatsapp to a request: as values of the dashboard's
// variables, or as filters by other dimensions.
func choose(d *dashboard.Definition, conditions []string, r *dashboard.Request) error {
	r.Variables = map[string][]string{}
	for _, condition := range conditions {
		dimension, value, ok := strings.Cut(condition, "=")
		if !ok || strings.TrimSpace(value) == "" { // an unset variable of a script would be no filter
			return fmt.Errorf("--filter %q is not a dimension and a value such as channel=whatsapp", condition)
		}
		if slices.Contains(d.VariableNames(), dimension) {
			r.Variables[dimension] = append(r.Variables[dimension], value)
			continue
		}
		if _, ok := catalog.LookupDimension(dimension); !ok {
			return fmt.Errorf("--filter: unknown dimension %q%s", dimension, query.Suggest(dimension, catalog.DimensionIDs("")))
		}
		at := slices.IndexFunc(r.Filters, func(f query.Filter) bool { return f.Dimension == dimension })
		if at < 0 {
			at, r.Filters = len(r.Filters), append(r.Filters, query.Filter{Dimension: dimension, Operator: "in"})
		}
		r.Filters[at].Values = append(r.Filters[at].Values, value)
	}
	return nil
}

// An exporter writes one file.
type exporter struct {
	write    func(ctx context.Context, w io.Writer, begin func(export.File) error) error
	progress io.Writer
}

// to writes to a file, to standard output or into a folder. A file appears under its name
// once it is complete.
func (x exporter) to(ctx context.Context, output string, stdout io.Writer) error {
	if output == "-" {
		return x.stream(ctx, stdout)
	}
	info, err := os.Stat(output)
	exists := err == nil
	folder := "."
	switch {
	case exists && info.IsDir():
		folder, output = output, ""
	case exists && !info.Mode().IsRegular(): // a pipe or a device, which no file may replace
		file, err := os.OpenFile(output, os.O_WRONLY, 0)
		if err != nil {
			return fmt.Errorf("the file cannot be written: %w", err)
		}
		return errors.Join(x.stream(ctx, file), file.Close())
	case output != "":
		if target, err := filepath.EvalSymlinks(output); err == nil {
			output = target // the link stays
		}
		folder = filepath.Dir(output)
	}
	// Unlike with os.CreateTemp, others can read the file as the umask allows.
	file, err := os.OpenFile(filepath.Join(folder, ".parley-export-"+rand.Text()), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return fmt.Errorf("the file cannot be written: %w", err)
	}
	defer os.Remove(file.Name()) // gone by then, if it is complete
	defer file.Close()
	if exists && output != "" {
		if err := file.Chmod(info.Mode().Perm()); err != nil {
			return fmt.Errorf("the file cannot be written: %w", err)
		}
	}
	watched := &progress{Writer: file, out: x.progress, isTerminal: isTerminal(x.progress)}
	err = x.write(ctx, watched, func(f export.File) error {
		if output == "" {
			output = filepath.Join(folder, f.Name)
		}
		watched.rows = f.Rows
		return nil
	})
	watched.end()
	if err != nil {
		return watched.explain(err)
	}
	if err := errors.Join(file.Close(), os.Rename(file.Name(), output)); err != nil {
		return fmt.Errorf("the file cannot be written: %w", err)
	}
	fmt.Fprintln(x.progress, output)
	return nil
}

// stream writes to something that others read at the same time.
func (x exporter) stream(ctx context.Context, w io.Writer) error {
	watched := &progress{Writer: w, out: io.Discard}
	return watched.explain(x.write(ctx, watched, func(export.File) error { return nil }))
}

// progress tells a terminal how much is written.
type progress struct {
	io.Writer
	out           io.Writer
	isTerminal    bool
	written, rows int64
	told          time.Time
	err           error // of writing
}

// explain says what went wrong: with the file, or with the report.
func (p *progress) explain(err error) error {
	var path *os.PathError // of a temporary file
	switch {
	case err == nil:
		return nil
	case p.err != nil:
		return fmt.Errorf("the file cannot be written: %w", p.err)
	case errors.As(err, &path):
		return fmt.Errorf("the file cannot be written: %w", path)
	}
	return inWords(err)
}

func (p *progress) Write(b []byte) (int, error) {
	n, err := p.Writer.Write(b)
	p.written, p.err = p.written+int64(n), errors.Join(p.err, err)
	if p.isTerminal && time.Since(p.told) > 200*time.Millisecond {
		p.told = time.Now()
		of := ""
		if p.rows > 0 {
			of = fmt.Sprintf(" of a file with %d rows", p.rows)
		}
		fmt.Fprintf(p.out, "\r%.1f MB%s", float64(p.written)/1e6, of)
	}
	return n, err
}

func (p *progress) end() {
	if !p.told.IsZero() {
		fmt.Fprint(p.out, "\r\033[K")
	}
}

func isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
