// Package report sends reports on schedule: it reads a config, finds the period of each
// report, writes its files and delivers them to folders and by mail. It remembers what was
// delivered, so a run can be repeated.
package report

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/mail"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/parley-reports/parley/pkg/calendar"
	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/dashboard"
	"github.com/parley-reports/parley/pkg/engine"
	"github.com/parley-reports/parley/pkg/export"
	"github.com/parley-reports/parley/pkg/query"
)

// A Runner runs the reports of a config.
type Runner struct {
	Config *Config
	Engine *engine.Engine
	// Log gets a line for each thing that was done, or went wrong.
	Log io.Writer
	// Quiet leaves out of the log what went well.
	Quiet bool
	// Only are the names of the reports to run; none means all.
	Only []string
	// Again delivers what was delivered before.
	Again bool
	// Day is the day for which Run finds the periods; zero is today. Only its date counts.
	Day time.Time
	// To replaces the recipients and folders of all reports by one address, to try them.
	// Nothing is remembered.
	To string
}

// Run runs the reports for the last complete period before the day. A report that fails
// does not keep the others from running. The error says which ones failed.
func (r *Runner) Run(ctx context.Context) error {
	reports, err := r.selected()
	if err != nil {
		return err
	}
	return r.run(ctx, reports, r.at)
}

// at is the moment for which a report runs: noon of the day in its time zone, or now.
func (r *Runner) at(one *report) time.Time {
	if r.Day.IsZero() {
		return time.Now()
	}
	return time.Date(r.Day.Year(), r.Day.Month(), r.Day.Day(), 12, 0, 0, 0, one.loc)
}

// selected returns the reports to run.
func (r *Runner) selected() ([]*report, error) {
	var names []string
	for _, one := range r.Config.reports {
		names = append(names, one.name)
	}
	for _, name := range r.Only {
		if !slices.Contains(names, name) {
			return nil, &query.Error{Message: "unknown report " + query.Quote(name) + query.Suggest(name, names)}
		}
	}
	var to []*mail.Address
	if r.To != "" {
		address, err := mail.ParseAddress(r.To)
		if err != nil {
			return nil, fmt.Errorf("%s is not an address such as you@example.com", query.Quote(r.To))
		}
		if r.Config.mail == nil {
			return nil, errors.New("there is no mail server: add mail with host and from to the config")
		}
		to = append(to, address)
	}
	var selected []*report
	for _, one := range r.Config.reports {
		if len(r.Only) > 0 && !slices.Contains(r.Only, one.name) {
			continue
		}
		if to != nil {
			only := *one
			only.to, only.folder = to, ""
			one = &only
		}
		selected = append(selected, one)
	}
	return selected, nil
}

// failures are the names of reports that failed.
type failures []string

func (f failures) Error() string {
	return fmt.Sprintf("not all reports were delivered: %s. Fix what is reported above and run the same command again: it sends only what is missing", strings.Join(f, ", "))
}

// run runs some reports, each for the period before its moment.
func (r *Runner) run(ctx context.Context, reports []*report, at func(*report) time.Time) error {
	memory := &state{}
	if r.To == "" {
		var err error
		if memory, err = openState(r.Config.State); err != nil {
			return err
		}
		defer memory.close()
	}
	mails := &mailer{mailServer: r.Config.mail}
	defer mails.close()
	var failed failures
	for _, one := range reports {
		span := one.period.before(at(one), one.loc)
		err := (&job{Runner: r, report: one, span: span, memory: memory, mails: mails}).run(ctx)
		if ctx.Err() != nil {
			return errors.New("the reports were canceled. Run the same command again: it sends only what is missing")
		}
		if err != nil {
			failed = append(failed, one.name)
		}
	}
	if failed != nil {
		return failed
	}
	return nil
}

// A mailer connects to the mail server when the first mail is sent.
type mailer struct {
	*mailServer
	conn *connection
	// down is why the server does not work. It is not tried again in this run.
	down error
}

func (m *mailer) send(ctx context.Context, l *letter, to *mail.Address, again bool) error {
	if m.conn == nil && m.down == nil {
		m.conn, m.down = m.dial(ctx)
	}
	if m.down != nil {
		return m.down
	}
	err := m.conn.send(ctx, l, to, again)
	// Servers limit how much they accept in one connection, and networks break idle ones.
	if err != nil && m.conn.isUsedUp(err) {
		m.close()
		if m.conn, m.down = m.dial(ctx); m.down != nil {
			return m.down
		}
		err = m.conn.send(ctx, l, to, again)
	}
	switch {
	case m.conn.isLate():
		m.down = err
		fallthrough
	case err != nil && !m.conn.works():
		m.close() // the next mail tries a new one
	}
	return err
}

func (m *mailer) close() {
	if m.conn != nil {
		m.conn.close()
		m.conn = nil
	}
}

// A job delivers one report for one period.
type job struct {
	*Runner
	*report
	span   calendar.Range
	memory *state
	mails  *mailer
	// board is the first dashboard of the files.
	board *dashboard.Report
}

// An output is a file of a report.
type output struct {
	path, mediaType string
	size            int64
}

// log writes a line about what went well.
func (j *job) log(format string, args ...any) {
	if !j.Quiet {
		j.fail(format, args...)
	}
}

// fail writes a line about what went wrong.
func (j *job) fail(format string, args ...any) {
	text := dates(catalog.In("en"), j.span, j.loc)
	fmt.Fprintf(j.Log, "%s (%s): %s\n", j.name, text, fmt.Sprintf(format, args...))
}

func (j *job) run(ctx context.Context) (err error) {
	defer func() {
		if err != nil && ctx.Err() == nil {
			for line := range strings.Lines(err.Error()) {
				j.fail("%s", strings.TrimSuffix(line, "\n"))
			}
		}
	}()
	recipients := j.missing()
	isStored := j.folder == "" || j.isStored()
	if len(recipients) == 0 && isStored {
		return nil
	}
	scratch, err := os.MkdirTemp("", "parley-report-*")
	if err != nil {
		return fmt.Errorf("the files cannot be written: %w", err)
	}
	defer os.RemoveAll(scratch)
	var files []output
	for _, f := range j.files {
		write, err := j.content(ctx, f)
		if err != nil {
			return fmt.Errorf("%s: %w", f.title, inWords(err))
		}
		for _, format := range f.formats {
			made, err := j.make(f, format, scratch, write)
			if err != nil {
				return fmt.Errorf("%s as %s: %w", f.title, format.ID, inWords(err))
			}
			files = append(files, made)
		}
	}
	var problems []error
	if !isStored {
		problems = append(problems, j.store(files))
	}
	if len(recipients) > 0 {
		problems = append(problems, j.mail(ctx, recipients, files))
	}
	return errors.Join(problems...)
}

// missing returns the recipients who do not have the mail yet.
func (j *job) missing() []*mail.Address {
	if j.Again {
		return j.to
	}
	var missing []*mail.Address
	for _, to := range j.to {
		if d, isSent := j.memory.find(j.sentTo(to)); isSent {
			j.log("%s has it since %s. To send it again, use --again", to.Address, d.At.In(j.loc).Format("2006-01-02 15:04"))
			continue
		}
		missing = append(missing, to)
	}
	return missing
}

func (j *job) sentTo(to *mail.Address) delivery {
	d := of(j.name, j.span)
	d.Recipient = strings.ToLower(to.Address)
	return d
}

func (j *job) storedAs(path string) delivery {
	d := of(j.name, j.span)
	d.File = path
	return d
}

// paths are the files of the report in its folder.
func (j *job) paths() []string {
	var paths []string
	for _, f := range j.files {
		for _, format := range f.formats {
			paths = append(paths, filepath.Join(j.folder, export.FileName(f.title, j.span, j.loc, format)))
		}
	}
	return paths
}

// isStored reports whether the folder has all files.
func (j *job) isStored() bool {
	if j.Again {
		return false
	}
	for _, path := range j.paths() {
		_, isKnown := j.memory.find(j.storedAs(path))
		if _, err := os.Stat(path); !isKnown || err != nil {
			return false
		}
	}
	j.log("%s has the files already", j.folder)
	return true
}

// content returns how to write a file in a format.
func (j *job) content(ctx context.Context, f file) (func(export.Format, io.Writer) error, error) {
	if f.board == nil {
		return func(format export.Format, w io.Writer) error {
			return export.Write(ctx, j.Engine, engine.Request{Query: f.query, Range: j.span}, format, w, func(export.File) error { return nil })
		}, nil
	}
	r := dashboard.Request{
		From: j.span.From.UTC().Format(time.RFC3339), To: j.span.To.UTC().Format(time.RFC3339), Timezone: j.zone, Location: j.loc, Variables: map[string][]string{}, LastOfRange: true,
	}
	for _, filter := range f.filters {
		// A variable filters the panels that it is meant for.
		if filter.Operator == "in" && r.Variables[filter.Dimension] == nil && slices.Contains(f.board.VariableNames(), filter.Dimension) {
			r.Variables[filter.Dimension] = filter.Values
		} else {
			r.Filters = append(r.Filters, filter)
		}
	}
	board, err := f.board.Run(ctx, j.Engine, r)
	if err != nil {
		return nil, err
	}
	if j.board == nil {
		j.board = board
	}
	return func(format export.Format, w io.Writer) error { return export.WriteReport(ctx, board, format, w) }, nil
}

// make writes a file into a folder.
func (j *job) make(f file, format export.Format, folder string, write func(export.Format, io.Writer) error) (output, error) {
	out := output{path: filepath.Join(folder, export.FileName(f.title, j.span, j.loc, format)), mediaType: format.MediaType}
	w, err := os.Create(out.path)
	if err != nil {
		return out, fmt.Errorf("the file cannot be written: %w", err)
	}
	err = write(format, w)
	if info, broken := w.Stat(); broken == nil {
		out.size = info.Size()
	}
	return out, errors.Join(err, w.Close())
}

// store copies the files into the report's folder.
func (j *job) store(files []output) error {
	if err := os.MkdirAll(j.folder, 0o755); err != nil {
		return fmt.Errorf("the folder cannot be created: %w", err)
	}
	for i, path := range j.paths() {
		if err := copyFile(files[i].path, path); err != nil {
			return fmt.Errorf("%s cannot be written: %w", path, err)
		}
		d := j.storedAs(path)
		d.At = time.Now().UTC()
		if err := j.memory.add(d); err != nil {
			return err
		}
		j.log("wrote %s", path)
	}
	return nil
}

func copyFile(from, to string) error {
	file, err := os.Open(from)
	if err != nil {
		return err
	}
	defer file.Close()
	return writeFile(to, file, 0o644)
}

// mail sends the report to the recipients. Each has a mail of their own: if the server
// refuses one of them, the others get theirs.
func (j *job) mail(ctx context.Context, recipients []*mail.Address, files []output) error {
	facts, err := summarize(ctx, j.Engine, j.report, j.span)
	if err != nil {
		return inWords(err)
	}
	if j.board != nil && !j.isPlain {
		facts = summarizeBoard(j.board)
	}
	letter, err := write(j.report, j.span, facts, files)
	if err != nil {
		return err
	}
	if letter.totalSize > j.mails.maxBytes {
		return fmt.Errorf("not sent: the files have %.1f MB, and mail.maxMegabytes is %d. Choose a shorter period, other formats or a folder, or raise the limit if the mail server allows it", float64(letter.totalSize)/1e6, j.mails.maxBytes/1e6)
	}
	var problems []error
	for i, to := range recipients {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		err := j.mails.send(ctx, letter, to, j.Again || j.To != "")
		if err != nil && j.mails.down != nil {
			var left []string
			for _, to := range recipients[i:] {
				left = append(left, to.Address)
			}
			return errors.Join(append(problems, fmt.Errorf("not sent to %s: %w", strings.Join(left, ", "), err))...)
		}
		if err != nil {
			problems = append(problems, fmt.Errorf("not sent to %s: %w", to.Address, err))
			continue
		}
		j.log("sent to %s", to.Address)
		if j.To != "" {
			continue
		}
		d := j.sentTo(to)
		d.At = time.Now().UTC()
		if err := j.memory.add(d); err != nil {
			return fmt.Errorf("sent to %s, but that could not be remembered: %w", to.Address, err)
		}
	}
	return errors.Join(problems...)
}

// inWords is an error of the engine as a sentence that says what to do.
func inWords(err error) error {
	var path *os.PathError
	if errors.As(err, &path) {
		return err
	}
	return errors.New(engine.Sentence(err, "the config or the flags of the command"))
}
