package report

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// retries are the times after which a report that failed is tried again.
var retries = []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 3 * time.Hour}

// An appointment is when a report runs next.
type appointment struct {
	*report
	// due is when to run it, at is the moment of the schedule that decides the period.
	due, at time.Time
	failed  int
}

// Watch runs the reports by their schedules until ctx is done, and returns nil then. A report
// that fails is tried again some times. What was due while nobody watched, and is missing,
// is delivered at once, unless a report is new.
func (r *Runner) Watch(ctx context.Context) error {
	reports, err := r.selected()
	if err != nil {
		return err
	}
	memory, err := readState(r.Config.State)
	if err != nil {
		return err
	}
	var list []*appointment
	for _, one := range reports {
		if one.schedule == nil {
			return fmt.Errorf("the report %s has no schedule: add schedule to it or to the config", one.name)
		}
		a := &appointment{report: one, due: one.schedule.next(time.Now())}
		a.at = a.due
		if missed := one.schedule.last(time.Now()); memory.has(one.name) && !missed.IsZero() {
			a.due, a.at = missed, missed
		}
		list = append(list, a)
		r.announce(a)
	}
	for {
		next := list[0]
		for _, a := range list {
			if a.due.Before(next.due) {
				next = a
			}
		}
		if !waitUntil(ctx, next.due) {
			fmt.Fprintln(r.Log, "stopped")
			return nil
		}
		err := r.run(ctx, []*report{next.report}, func(*report) time.Time { return next.at })
		if ctx.Err() != nil {
			fmt.Fprintln(r.Log, "stopped")
			return nil
		}
		var failed failures
		if err != nil && !errors.As(err, &failed) {
			fmt.Fprintf(r.Log, "%s: %s\n", next.name, err)
		}
		r.reschedule(next, err)
	}
}

// reschedule sets when a report runs after it has run.
func (r *Runner) reschedule(a *appointment, err error) {
	regular := a.schedule.next(time.Now())
	if err != nil && a.failed < len(retries) {
		if again := time.Now().Add(retries[a.failed]); again.Before(regular) {
			a.failed++
			a.due = again
			r.announce(a)
			return
		}
	}
	if err != nil {
		fmt.Fprintf(r.Log, "%s: given up. When it is fixed, run parley report with --report %q --date %s\n", a.name, a.name, a.at.In(a.loc).Format(time.DateOnly))
	}
	a.due, a.at, a.failed = regular, regular, 0
	r.announce(a)
}

func (r *Runner) announce(a *appointment) {
	fmt.Fprintf(r.Log, "%s: next run at %s\n", a.name, a.due.In(a.loc).Format("2006-01-02 15:04:05 -07:00"))
}

// waitUntil waits for a time of the wall clock, and reports whether it came before ctx was
// done. It looks at the clock every minute: a machine that sleeps has no time for timers.
func waitUntil(ctx context.Context, due time.Time) bool {
	for {
		left := time.Until(due.Round(0))
		if left <= 0 {
			return ctx.Err() == nil
		}
		select {
		case <-ctx.Done():
			return false
		case <-time.After(min(left, time.Minute)):
		}
	}
}
