// Package tasks implements the targets of the Magefile.
package tasks

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/parley-reports/parley/internal/embeddedpg"
)

// dist is where both halves of the plugin are built.
const dist = "dist"

// run runs a command in the checkout and shows its output. env adds to the
// environment, as "NAME=value".
func run(ctx context.Context, env []string, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = append(os.Environ(), env...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	// npm and go pass an interrupt on to what they have started; a kill they can't.
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 3 * time.Second
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return fmt.Errorf("%s: %w", filepath.Base(name), err)
	}
	return nil
}

// Interruptible ends the context when the process is asked to end, or when mage,
// which started it, is gone. Mage itself only listens to an interrupt.
func Interruptible(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := signal.NotifyContext(ctx, syscall.SIGTERM)
	go func() {
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for parent := os.Getppid(); os.Getppid() == parent; {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
		}
		cancel()
	}()
	return ctx, cancel
}

// Permissions lets everybody read what is in dist, and execute the backend,
// whatever the umask: Grafana may run as another user.
func Permissions() error {
	return filepath.WalkDir(dist, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		mode := fs.FileMode(0o644)
		if entry.IsDir() || strings.HasPrefix(entry.Name(), "gpx_") {
			mode = 0o755
		}
		return os.Chmod(path, mode)
	})
}

// Clean removes what the other tasks build.
func Clean() error {
	return errors.Join(os.RemoveAll(dist), os.RemoveAll("coverage"))
}

// Database runs a PostgreSQL for tests that are run one by one, until the
// context ends.
func Database(ctx context.Context) error {
	if err := Install(ctx); err != nil {
		return err
	}
	server, err := embeddedpg.Start(ctx, embeddedpg.Options{Root: "."})
	if err != nil {
		return err
	}
	fmt.Printf("export %s='%s'\n", embeddedpg.Variable, server.URL())
	select {
	case <-ctx.Done():
	case <-server.Done():
		return errors.Join(errors.New("PostgreSQL has ended by itself"), server.Stop())
	}
	return server.Stop()
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return !errors.Is(err, fs.ErrNotExist)
}
