package child

import (
	"os"
	"os/exec"
)

// guard does nothing on Windows, where a console takes its processes with it.
type guard struct{}

func newGuard(string) (*guard, error) { return &guard{}, nil }

func (*guard) watch(int, os.Signal) {}

func (*guard) release() {}

func ownGroup(*exec.Cmd) {}

// signalGroup kills the process: Windows has no signal to ask it to end.
func signalGroup(process *os.Process, _ os.Signal) { _ = process.Kill() }
