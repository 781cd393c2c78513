//go:build unix

package report

import (
	"os"
	"syscall"
)

// tryLock locks a file until it is closed. It returns false if somebody else has locked it;
// a file system without locks is used without.
func tryLock(file *os.File) bool {
	return syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) != syscall.EWOULDBLOCK
}
