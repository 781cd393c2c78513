//go:build !windows

package child

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The test binary plays the program that crashes: with this variable set, it
// starts a child, prints its number and waits to be killed.
const crashDir = "PARLEY_TEST_CRASH_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(crashDir); dir != "" {
		p, err := Start(exec.Command("sleep", "600"), syscall.SIGTERM, dir)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		fmt.Println(p.cmd.Process.Pid)
		<-p.Done()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func TestStopEndsTheWholeGroupAndRemovesTheDirectory(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "work")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	grandchild := filepath.Join(t.TempDir(), "pid")
	p, err := Start(exec.Command("sh", "-c", "sleep 600 & echo $! > "+grandchild+"; wait"), syscall.SIGTERM, dir)
	if err != nil {
		t.Fatal(err)
	}
	pid := waitForPid(t, grandchild)
	if err := p.Stop(); err != nil {
		t.Fatal(err)
	}
	if err := p.Stop(); err != nil {
		t.Fatalf("a second Stop fails: %v", err)
	}
	waitUntilGone(t, pid)
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s is still there", dir)
	}
}

func TestStopKillsWhatDoesNotListen(t *testing.T) {
	ready := filepath.Join(t.TempDir(), "pid")
	p, err := Start(exec.Command("sh", "-c", "trap '' TERM; echo $$ > "+ready+"; while :; do sleep 1; done"), syscall.SIGTERM, "")
	if err != nil {
		t.Fatal(err)
	}
	pid := waitForPid(t, ready)
	if err := p.Stop(); err != nil {
		t.Fatal(err)
	}
	waitUntilGone(t, pid)
}

func TestAChildEndsByItself(t *testing.T) {
	p, err := Start(exec.Command("sh", "-c", "exit 3"), syscall.SIGTERM, "")
	if err != nil {
		t.Fatal(err)
	}
	<-p.Done()
	var exit *exec.ExitError
	if !errors.As(p.Err(), &exit) || exit.ExitCode() != 3 {
		t.Errorf("Err() = %v, want exit status 3", p.Err())
	}
	if err := p.Stop(); err != nil {
		t.Fatal(err)
	}
}

func TestNoOrphanAfterACrash(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "work")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	parent := exec.Command(os.Args[0])
	parent.Env = append(os.Environ(), crashDir+"="+dir)
	output, err := parent.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(output).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = parent.Wait()

	waitUntilGone(t, pid)
	eventually(t, "the directory is removed", func() bool {
		_, err := os.Stat(dir)
		return errors.Is(err, os.ErrNotExist)
	})
}

func waitForPid(t *testing.T, file string) int {
	t.Helper()
	var pid int
	eventually(t, "the child writes its number", func() bool {
		text, err := os.ReadFile(file)
		if err != nil {
			return false
		}
		pid, err = strconv.Atoi(strings.TrimSpace(string(text)))
		return err == nil
	})
	return pid
}

// waitUntilGone waits for the end of a process that may be nobody's child any
// more. One that has ended and that nobody has asked for counts as gone.
func waitUntilGone(t *testing.T, pid int) {
	t.Helper()
	eventually(t, fmt.Sprintf("process %d ends", pid), func() bool {
		if err := syscall.Kill(pid, 0); errors.Is(err, syscall.ESRCH) {
			return true
		}
		state, err := exec.Command("ps", "-o", "stat=", "-p", strconv.Itoa(pid)).Output()
		return err == nil && strings.HasPrefix(strings.TrimSpace(string(state)), "Z")
	})
}

func eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	for range 200 {
		if done() {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("waited 10 s in vain: %s", what)
}
