package child

import (
	"os"
	"os/exec"
)

// Guard does nothing on Windows, where a console takes its processes with it.
type Guard struct{}

// NewGuard returns a guard that does nothing.
func NewGuard(*exec.Cmd, string) (*Guard, error) { return &Guard{}, nil }

// Watch does nothing.
func (*Guard) Watch(int, os.Signal) {}

// Release does nothing.
func (*Guard) Release() {}

// signalGroup kills the process: Windows has no signal to ask it to end.
func signalGroup(process *os.Process, _ os.Signal) { _ = process.Kill() }
