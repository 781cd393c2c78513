package report

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/parley-reports/parley/pkg/calendar"
	"github.com/parley-reports/parley/pkg/export"
	"github.com/parley-reports/parley/pkg/source"
)

// DryRun says what Run would do, and tries the database and the mail server without
// sending anything.
func (r *Runner) DryRun(ctx context.Context) error {
	reports, err := r.selected()
	if err != nil {
		return err
	}
	memory, err := readState(r.Config.State)
	if err != nil {
		return err
	}
	isMailed := false
	for _, one := range reports {
		j := &job{Runner: r, report: one, span: one.period.before(r.at(one), one.loc), memory: memory}
		j.log("%s, %s", one.periodName, span(j.span, one.loc))
		for _, f := range one.files {
			for _, format := range f.formats {
				j.log("would make %s", export.FileName(f.title, j.span, one.loc, format))
			}
		}
		if one.folder != "" && !j.isStored() {
			j.log("would write the files to %s", one.folder)
		}
		for _, to := range j.missing() {
			j.log("would send to %s", to.Address)
			isMailed = true
		}
		if one.schedule != nil {
			j.log("with --watch next at %s", one.schedule.next(time.Now()).In(one.loc).Format("2006-01-02 15:04 -07:00"))
		}
	}
	return errors.Join(r.tryDatabase(ctx), r.tryMail(ctx, isMailed))
}

func span(s calendar.Range, loc *time.Location) string {
	const form = "2006-01-02 15:04 -07:00"
	return s.From.In(loc).Format(form) + " to " + s.To.In(loc).Format(form)
}

func (r *Runner) tryDatabase(ctx context.Context) error {
	found, err := r.Engine.Examine(ctx)
	if err != nil {
		return inWords(err)
	}
	if fatal := found.Fatal(); len(fatal) > 0 {
		return errors.New(strings.Join(source.Problems(fatal), "; ") + ". " + found.Remedy)
	}
	_, err = fmt.Fprintln(r.Log, "the database can be read")
	return err
}

func (r *Runner) tryMail(ctx context.Context, isMailed bool) error {
	if r.Config.mail == nil || !isMailed {
		return nil
	}
	conn, err := r.Config.mail.dial(ctx)
	if err != nil {
		return err
	}
	conn.close()
	_, err = fmt.Fprintf(r.Log, "the mail server %s is ready\n", r.Config.mail.address())
	return err
}
