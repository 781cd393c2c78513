package embeddedpg

import (
	"os"
	"os/exec"
)

// owner is always the caller on Windows.
type owner struct{}

func unprivileged() (*owner, error) { return nil, nil }

func (*owner) take(string) error { return nil }

func (*owner) run(*exec.Cmd) {}

func workDir(*owner) (string, error) { return os.MkdirTemp("", "parley-postgres-") }
