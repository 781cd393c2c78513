// Package bench measures how long dashboards take: through the plugin's process, cold
// and warm, and beside them the same numbers by SQL written by hand (bench/*.sql) over
// session rows that somebody has made before. It checks that both agree.
package bench

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/parley-reports/parley/internal/dashboards"
	"github.com/parley-reports/parley/internal/plugintest"
	"github.com/parley-reports/parley/pkg/source/kinds"
)

// Timezone is the one in which days begin.
const Timezone = "America/Sao_Paulo"

// Options say what to measure. The zero value measures everything at its default.
type Options struct {
	// Root is the checkout.
	Root string
	// Server is the PostgreSQL to make databases in; empty starts one.
	Server string
	// Sizes are about how many messages there are.
	Sizes []int
	// Kinds are the types of databases.
	Kinds []string
	// Dashboards are the names of files, such as session-initiation; none are all.
	Dashboards []string
	// Rounds is how often everything is asked. Results are medians.
	Rounds int
	// Viewers open one dashboard at the same time.
	Viewers int
	// Install makes the npm packages available, which hold PostgreSQL.
	Install func(context.Context) error
	// Progress gets what is going on.
	Progress io.Writer
}

func (o Options) complete() (Options, error) {
	o.Root = cmp.Or(o.Root, ".")
	o.Rounds = cmp.Or(o.Rounds, 3)
	o.Viewers = cmp.Or(o.Viewers, 50)
	if len(o.Sizes) == 0 {
		o.Sizes = []int{1_000_000, 10_000_000}
	}
	if len(o.Kinds) == 0 {
		o.Kinds = kinds.IDs()
	}
	for _, kind := range o.Kinds {
		if _, err := kinds.Lookup(kind); err != nil {
			return o, err
		}
	}
	if o.Progress == nil {
		o.Progress = io.Discard
	}
	if o.Rounds < 0 || o.Viewers < 0 {
		return o, errors.New("rounds and viewers can't be negative")
	}
	return o, nil
}

func (o Options) say(format string, args ...any) {
	_, _ = fmt.Fprintf(o.Progress, "── "+format+"\n", args...)
}

// Run measures.
func Run(ctx context.Context, options Options) (report *Report, err error) {
	o, err := options.complete()
	if err != nil {
		return nil, err
	}
	shown, err := o.dashboards()
	if err != nil {
		return nil, err
	}
	statements, err := readStatements(filepath.Join(o.Root, "bench"))
	if err != nil {
		return nil, err
	}
	o.say("Building the plugin")
	executable, remove, err := plugintest.BuildTemporary(ctx, o.Root)
	if err != nil {
		return nil, err
	}
	defer remove()
	server, stop, err := o.server(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, stop()) }()

	report = &Report{At: time.Now().UTC(), Cores: runtime.NumCPU(), System: runtime.GOOS + "/" + runtime.GOARCH, Rounds: o.Rounds, Viewers: o.Viewers}
	if load, err := os.ReadFile("/proc/loadavg"); err == nil {
		report.Load, _, _ = strings.Cut(string(load), " ")
	}
	if report.PostgreSQL, err = version(ctx, server); err != nil {
		return nil, err
	}
	var failed error
	for _, size := range o.Sizes {
		for _, kind := range o.Kinds {
			measured, err := o.measure(ctx, server, executable, kind, size, shown, statements)
			if measured != nil { // what there is, also after an error
				report.Measured = append(report.Measured, measured)
				o.show(report, measured)
			}
			if err != nil {
				failed = errors.Join(failed, fmt.Errorf("%s, %d messages: %w", kind, size, err))
			}
			if ctx.Err() != nil {
				return report, failed
			}
		}
	}
	return report, failed
}

// show prints the results of one database if others follow: an interrupt can end the process
// before all of them are printed.
func (o Options) show(report *Report, measured *Measured) {
	if len(o.Sizes)*len(o.Kinds) == 1 {
		return
	}
	one := *report
	one.Measured = []*Measured{measured}
	_, _ = fmt.Fprintln(o.Progress, one.Markdown())
}

func version(ctx context.Context, server string) (v string, err error) {
	conn, err := pgx.Connect(ctx, server)
	if err != nil {
		return "", err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	err = conn.QueryRow(ctx, "SELECT current_setting('server_version')").Scan(&v)
	v, _, _ = strings.Cut(v, " ")
	return v, err
}

// dashboards reads the chosen ones. Public ones ask what the others ask.
func (o Options) dashboards() ([]dashboards.Dashboard, error) {
	shown, err := dashboards.In(o.Root, "en")
	if err != nil {
		return nil, err
	}
	for _, name := range o.Dashboards {
		if !slices.ContainsFunc(shown, func(d dashboards.Dashboard) bool { return d.File == name }) {
			return nil, fmt.Errorf("there is no dashboard %q", name)
		}
	}
	return slices.DeleteFunc(shown, func(d dashboards.Dashboard) bool {
		if len(o.Dashboards) > 0 {
			return !slices.Contains(o.Dashboards, d.File)
		}
		return strings.HasSuffix(d.File, "-public")
	}), nil
}

// measure makes a database and measures everything over it.
func (o Options) measure(ctx context.Context, server, executable, kind string, size int, shown []dashboards.Dashboard, statements statements) (m *Measured, err error) {
	o.say("%s: generating %s messages", kind, count(size))
	d, err := o.create(ctx, server, kind, size)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, d.drop()) }()
	m = &Measured{Kind: kind, Size: size, Messages: d.messages, Generated: d.took}
	views, err := viewsOf(shown, d)
	if err != nil {
		return m, err
	}
	var byHand *hand
	if kind == "views" {
		o.say("views: making session rows")
		if byHand, err = newHand(ctx, d, statements); err != nil {
			return m, err
		}
		defer byHand.close()
	}
	for _, v := range views {
		m.Dashboards = append(m.Dashboards, newDashboard(v))
	}
	for round := range o.Rounds {
		o.say("%s: round %d of %d", kind, round+1, o.Rounds)
		for i, v := range views {
			if err := o.round(ctx, d, executable, v, byHand, m, m.Dashboards[i], round); err != nil {
				return m, err
			}
		}
		if kind == "webhook" {
			took, err := d.handOver(ctx)
			if err != nil {
				return m, err
			}
			m.HandOver = append(m.HandOver, took)
		}
	}
	if byHand != nil {
		byHand.close()
	}
	if o.Viewers > 1 {
		o.say("%s: %d viewers", kind, o.Viewers)
		if err := o.watch(ctx, d, executable, views, m); err != nil {
			return m, err
		}
	}
	return m, nil
}

// round opens a dashboard by hand, cold, and warm.
func (o Options) round(ctx context.Context, d *database, executable string, v view, byHand *hand, m *Measured, into *Dashboard, round int) error {
	var rows map[int]cells
	if byHand != nil {
		took, panels, answers, err := byHand.open(ctx, v)
		if err != nil {
			return err
		}
		rows = answers
		if len(panels) > 0 {
			into.Hand = append(into.Hand, took)
		}
		for i := range into.Panels {
			if p, asked := panels[into.Panels[i].ID]; asked {
				into.Panels[i].Hand = append(into.Panels[i].Hand, p)
			}
		}
	}
	client, in, err := d.start(executable)
	if err != nil {
		return err
	}
	defer client.Stop()
	cold, warm := open(ctx, client, in, v), open(ctx, client, in, v)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	into.Cold, into.Warm = append(into.Cold, cold.took), append(into.Warm, warm.took)
	var differ error
	for i := range into.Panels {
		p := into.Panels[i]
		p.Cold, p.Warm = append(p.Cold, cold.panels[i]), append(p.Warm, warm.panels[i])
		if err := errors.Join(cold.errors[i], warm.errors[i]); err != nil {
			p.Error = err.Error()
		} else if want, asked := rows[p.ID]; asked && round == 0 {
			if err := agree(want, warm.frames[i]); err != nil {
				differ = errors.Join(differ, fmt.Errorf("panel %d, %q, of %s: the SQL written by hand and the plugin differ: %w", p.ID, p.Title, v.file, err))
			}
			p.Checked = len(want.values)
		}
	}
	if differ != nil {
		return differ
	}
	held, err := memory(ctx, client, in)
	if err != nil {
		return err
	}
	if held.Bytes > m.Memory.Bytes {
		m.Memory = held
	}
	if held.Messages > 0 {
		m.Built = append(m.Built, float64(held.Messages)/slices.Max(cold.panels).Seconds())
	}
	return nil
}

// watch compares what one viewer of a dashboard costs the database with what many do.
func (o Options) watch(ctx context.Context, d *database, executable string, views []view, m *Measured) error {
	v := views[max(0, slices.IndexFunc(views, func(v view) bool { return v.file == "session-initiation" }))]
	m.Watched = v.title
	for _, viewers := range []int{1, o.Viewers} {
		before, err := d.activeTime(ctx)
		if err != nil {
			return err
		}
		client, in, err := d.start(executable)
		if err != nil {
			return err
		}
		done := make(chan error, viewers)
		begin := time.Now()
		for range viewers {
			go func() {
				done <- errors.Join(open(ctx, client, in, v).errors...)
			}()
		}
		for range viewers {
			err = errors.Join(err, <-done)
		}
		took := time.Since(begin)
		client.Stop()
		after, activeErr := d.activeTime(ctx)
		if activeErr != nil {
			return activeErr
		}
		w := Watch{Viewers: viewers, Took: took, Database: after - before}
		if err != nil {
			w.Error = err.Error()
		}
		m.Watches = append(m.Watches, w)
	}
	return nil
}
