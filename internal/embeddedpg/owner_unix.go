//go:build !windows

package embeddedpg

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// owner is the user that the server runs as; nil is the caller.
type owner struct{ uid, gid int }

// unprivileged chooses another user where the caller is root, as whom
// PostgreSQL refuses to run.
func unprivileged() (*owner, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	// initdb wants a user that has a name.
	for _, name := range []string{"nobody", "postgres", "daemon"} {
		account, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.Atoi(account.Uid)
		if err != nil || uid == 0 {
			continue
		}
		gid, err := strconv.Atoi(account.Gid)
		if err != nil {
			continue
		}
		return &owner{uid: uid, gid: gid}, nil
	}
	return nil, errors.New("PostgreSQL does not run as root, and there is no user nobody to run it as: " +
		"use an ordinary user, or set DATABASE_URL to a server of your own")
}

// take gives a file to the owner.
func (o *owner) take(path string) error {
	if o == nil {
		return nil
	}
	return os.Chown(path, o.uid, o.gid)
}

// run makes cmd run as the owner.
func (o *owner) run(cmd *exec.Cmd) {
	if o == nil {
		return
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Credential: &syscall.Credential{Uid: uint32(o.uid), Gid: uint32(o.gid)},
	}
}

// workDir makes a directory that the owner can reach.
func workDir(owner *owner) (string, error) {
	if owner == nil {
		return os.MkdirTemp("", "parley-postgres-")
	}
	for _, parent := range []string{os.TempDir(), "/tmp", "/var/tmp"} {
		if !openToAll(parent) {
			continue
		}
		dir, err := os.MkdirTemp(parent, "parley-postgres-")
		if err != nil {
			continue
		}
		return dir, os.Chmod(dir, 0o755)
	}
	return "", fmt.Errorf("no directory for temporary files is open to the user (id %d) that PostgreSQL runs as", owner.uid)
}

// openToAll says whether every user can reach what is below dir.
func openToAll(dir string) bool {
	dir, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return false
	}
	for {
		info, err := os.Stat(dir)
		if err != nil || info.Mode().Perm()&0o001 == 0 {
			return false
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return true
		}
		dir = parent
	}
}
