// Package child starts long-running processes that end with their parent, even after
// Ctrl-C or a crash.
package child

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"time"
)

// stopPatience is how long a process may take to end by itself before it is
// killed. Mage gives its targets five seconds after an interrupt.
const stopPatience = 3 * time.Second

// Process is a running child.
type Process struct {
	cmd   *exec.Cmd
	dir   string
	guard *Guard
	stop  os.Signal
	done  chan struct{}
	err   error
}

// Start runs cmd in a process group of its own, out of the terminal's reach, so
// that it is this program that decides when it ends. The stop signal asks it to.
// dir, where it isn't empty, is removed once the process has ended. Both also
// happen if this program dies without a word.
func Start(cmd *exec.Cmd, stop os.Signal, dir string) (*Process, error) {
	guard, err := NewGuard(cmd, dir)
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		guard.Release()
		return nil, err
	}
	guard.Watch(cmd.Process.Pid, stop)

	p := &Process{cmd: cmd, dir: dir, guard: guard, stop: stop, done: make(chan struct{})}
	go func() {
		p.err = cmd.Wait()
		close(p.done)
	}()
	return p, nil
}

// Done is closed when the process has ended.
func (p *Process) Done() <-chan struct{} { return p.done }

// Err says how the process ended; it is nil while it runs, or where it ended well.
func (p *Process) Err() error {
	select {
	case <-p.done:
		return p.err
	default:
		return nil
	}
}

// Stop ends the process, waits for it and removes its directory. It may be
// called more than once.
func (p *Process) Stop() error {
	select {
	case <-p.done:
	default:
		signalGroup(p.cmd.Process, p.stop)
		select {
		case <-p.done:
		case <-time.After(stopPatience):
		}
	}
	// What the process itself has started may still be there.
	signalGroup(p.cmd.Process, os.Kill)
	<-p.done
	p.guard.Release()
	if p.dir == "" {
		return nil
	}
	if err := os.RemoveAll(p.dir); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("remove %s: %w", p.dir, err)
	}
	return nil
}
