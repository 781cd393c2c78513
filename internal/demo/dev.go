package demo

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"time"

	"github.com/parley-reports/parley/internal/child"
)

// Dev is the demo for those who change the plugin: the frontend is built again on
// every change, and so is the backend, with a new start of Grafana.
func Dev(ctx context.Context, options Options) (err error) {
	g, err := findGrafana(ctx)
	if err != nil {
		return err
	}
	if g == nil {
		return errors.New("there is no Grafana: set GRAFANA_HOME to the directory of an unpacked one, or start Docker")
	}
	s, stop, err := database(ctx, options)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stop()) }()

	// Grafana reads the manifest when it starts, so the first build comes before.
	if err := options.BuildFrontend(ctx); err != nil {
		return err
	}
	watch := exec.Command("npm", "run", "--silent", "dev", "--", "--stats=errors-warnings")
	watch.Dir = options.Root
	watch.Stdout, watch.Stderr = os.Stdout, os.Stderr
	frontend, err := child.Start(watch, syscall.SIGTERM, "")
	if err != nil {
		return fmt.Errorf("watch the frontend: %w", err)
	}
	defer func() { err = errors.Join(err, frontend.Stop()) }()

	for ctx.Err() == nil {
		seen := newest(options.Root)
		if err := options.BuildBackend(g.platform(), runtime.GOARCH); err != nil {
			fmt.Println(err)
			waitForChange(ctx, options.Root, seen, nil)
			continue
		}
		r, err := open(ctx, g, options, s)
		if err != nil {
			return err
		}
		waitForChange(ctx, options.Root, seen, r.Done())
		if err := r.Stop(); err != nil {
			return err
		}
	}
	return nil
}

// waitForChange returns when a Go file is newer than seen, when done is closed,
// or when the context ends.
func waitForChange(ctx context.Context, root string, seen time.Time, done <-chan struct{}) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for !newest(root).After(seen) {
		select {
		case <-ctx.Done():
			return
		case <-done:
			return
		case <-tick.C:
		}
	}
}

// newest is when the backend's sources last changed.
func newest(root string) time.Time {
	var latest time.Time
	note := func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			// A file may go while we look.
			return nil
		}
		if info, err := os.Stat(path); err == nil && info.ModTime().After(latest) {
			latest = info.ModTime()
		}
		return nil
	}
	for _, path := range []string{"pkg", "go.mod"} {
		_ = filepath.WalkDir(filepath.Join(root, path), note)
	}
	return latest
}
