package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/parley-reports/parley/pkg/calendar"
	"github.com/parley-reports/parley/pkg/engine"
	"github.com/parley-reports/parley/pkg/export"
	"github.com/parley-reports/parley/pkg/query"
)

// newExportCommand writes a report to a file.
func newExportCommand() *cobra.Command {
	var base database
	var from, to, format, output, timezone, chatURL string
	cmd := &cobra.Command{
		Use:   "export 'QUERY JSON'",
		Short: "Export a report to a CSV, TSV, XLSX or PDF file",
		Long: `Export a report to a file, with all of its rows.

CSV and XLSX are for spreadsheets, TSV is for programs and has all columns, PDF is for reading.
The last line of a file, in XLSX that of the last sheet, says whether the file is complete.`,
		Example: `  parley export --url postgres://reader@localhost/chat --from 2026-11-01T00:00:00Z --to 2026-12-01T00:00:00Z \
    --format xlsx --output november.xlsx '{"version": 1, "report": "message_details_sent"}'`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			r, err := readRange(from, to)
			if err != nil {
				return err
			}
			if format == "" {
				format = strings.TrimPrefix(strings.ToLower(filepath.Ext(output)), ".")
			}
			f, err := export.LookupFormat(format)
			if err != nil {
				return err
			}
			q, err := query.Parse([]byte(args[0]))
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
			db, e, err := base.open(engine.Settings{Location: loc, ChatURL: chatURL})
			if err != nil {
				return err
			}
			defer db.Close()
			x := exporter{engine: e, request: engine.Request{Query: q, Range: r}, format: f, progress: cmd.ErrOrStderr()}
			return x.to(cmd.Context(), output, cmd.OutOrStdout())
		},
	}
	base.flags(cmd)
	flags := cmd.Flags()
	flags.StringVar(&from, "from", "", "start of the time range, for example 2026-11-01T00:00:00Z")
	flags.StringVar(&to, "to", "", "end of the time range (exclusive), for example 2026-12-01T00:00:00Z")
	flags.StringVar(&format, "format", "", "csv, tsv, xlsx or pdf (default: the extension of the output file)")
	flags.StringVarP(&output, "output", "o", "", "file to write, - for standard output, or a folder (default: a name in the current folder)")
	flags.StringVar(&timezone, "timezone", "UTC", "time zone of the report, if the query has none")
	flags.StringVar(&chatURL, "chat-url", "", "chat URL template, for example https://chat.example/app/accounts/{account_id}/conversations/{display_id}")
	for _, name := range []string{"from", "to"} {
		_ = cmd.MarkFlagRequired(name) // the flags exist
	}
	return cmd
}

// An exporter writes one file.
type exporter struct {
	engine   *engine.Engine
	request  engine.Request
	format   export.Format
	progress io.Writer
}

// to writes to a file, to standard output or into a folder. A file appears under its name
// once it is complete.
func (x exporter) to(ctx context.Context, output string, stdout io.Writer) error {
	if output == "-" {
		watched := &progress{Writer: stdout, out: io.Discard}
		err := export.Write(ctx, x.engine, x.request, x.format, watched, func(export.File) error { return nil })
		return watched.explain(err)
	}
	folder := "."
	if info, err := os.Stat(output); output != "" && err == nil && info.IsDir() {
		folder, output = output, ""
	} else if output != "" {
		folder = filepath.Dir(output)
	}
	file, err := os.CreateTemp(folder, ".parley-export-*")
	if err != nil {
		return fmt.Errorf("the file cannot be written: %w", err)
	}
	defer os.Remove(file.Name()) // gone by then, if it is complete
	defer file.Close()
	watched := &progress{Writer: file, out: x.progress, isTerminal: isTerminal(x.progress)}
	err = export.Write(ctx, x.engine, x.request, x.format, watched, func(f export.File) error {
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
	if err := errors.Join(file.Chmod(0o644), file.Close(), os.Rename(file.Name(), output)); err != nil {
		return fmt.Errorf("the file cannot be written: %w", err)
	}
	fmt.Fprintln(x.progress, output)
	return nil
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
	switch {
	case err == nil:
		return nil
	case p.err != nil:
		return fmt.Errorf("the file cannot be written: %w", p.err)
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
