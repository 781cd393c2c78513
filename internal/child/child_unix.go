//go:build !windows

package child

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
)

// guardScript waits for the end of its input, which comes when the program that
// holds the other end of the pipe is gone, however it went. It then ends the
// process group whose number and signal it has read, and removes the directory.
const guardScript = `
read -r group signal
cat >/dev/null
if [ -n "$group" ]; then
	kill -"$signal" "-$group" 2>/dev/null
	tries=0
	while kill -0 "-$group" 2>/dev/null && [ "$tries" -lt 30 ]; do
		sleep 0.1
		tries=$((tries + 1))
	done
	kill -KILL "-$group" 2>/dev/null
fi
[ -z "$1" ] || rm -rf -- "$1"
`

// Guard is a shell that outlives this program by the moment it takes to clean up.
// Start has one of its own; others are for processes that someone else starts.
type Guard struct {
	cmd   *exec.Cmd
	input io.WriteCloser
}

// NewGuard prepares cmd, which is yet to be started, and starts its guard. The
// directory, where it isn't empty, is removed if this program crashes.
func NewGuard(cmd *exec.Cmd, dir string) (*Guard, error) {
	ownGroup(cmd)
	shell := exec.Command("/bin/sh", "-c", guardScript, "guard", dir)
	shell.Dir = "/"
	ownGroup(shell)
	input, err := shell.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("start the guard of %s: %w", cmd.Path, err)
	}
	if err := shell.Start(); err != nil {
		return nil, fmt.Errorf("start the guard of %s: %w", cmd.Path, err)
	}
	return &Guard{cmd: shell, input: input}, nil
}

// Watch tells the guard which process, started since, and which signal ends it.
func (g *Guard) Watch(pid int, signal os.Signal) {
	number, ok := signal.(syscall.Signal)
	if !ok {
		number = syscall.SIGTERM
	}
	// A guard that is gone already can't be told anything.
	_, _ = fmt.Fprintf(g.input, "%d %d\n", pid, int(number))
}

// Release ends the guard without letting it act.
func (g *Guard) Release() {
	_ = g.cmd.Process.Kill()
	_ = g.cmd.Wait()
}

func ownGroup(cmd *exec.Cmd) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Setpgid = true
}

func signalGroup(process *os.Process, signal os.Signal) {
	number, ok := signal.(syscall.Signal)
	if !ok {
		return
	}
	// The group is named after its leader. Nobody left in it is no error.
	_ = syscall.Kill(-process.Pid, number)
}
