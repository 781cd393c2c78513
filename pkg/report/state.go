package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/parley-reports/parley/pkg/calendar"
)

// A delivery is one file or mail of a report and its period.
type delivery struct {
	Report string    `json:"report"`
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
	// Recipient or File is where it went.
	Recipient string    `json:"recipient,omitempty"`
	File      string    `json:"file,omitempty"`
	At        time.Time `json:"at"`
}

func (d delivery) is(other delivery) bool {
	return d.Report == other.Report && d.From.Equal(other.From) && d.To.Equal(other.To) && d.Recipient == other.Recipient && d.File == other.File
}

// state is a JSON file with what was delivered, so that a second run for the same period
// sends only what is missing. One run at a time has it open.
type state struct {
	path string
	lock *os.File
	Sent []delivery `json:"sent"`
	// Version is that of the format.
	Version int `json:"version"`
}

const stateVersion = 1

// keptFor is how long deliveries are remembered: longer than any period lasts.
const keptFor = 3 * 366 * 24 * time.Hour

// readState reads the file, which may not exist yet.
func readState(path string) (*state, error) {
	s := &state{path: path, Version: stateVersion}
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return nil, fmt.Errorf("the state file cannot be read: %w", err)
	}
	if err := json.Unmarshal(data, s); err != nil || s.Version != stateVersion {
		return nil, fmt.Errorf("%s is not a state file of this version of Parley: move it away or set another file as state (reports that were sent are then sent again)", path)
	}
	return s, nil
}

// openState reads the file, and keeps other runs from it until close. It makes sure
// that the file can be written, before anything is sent.
func openState(path string) (*state, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, fmt.Errorf("the folder of the state file cannot be created: %w", err)
	}
	lock, err := os.OpenFile(path+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("the state file cannot be written: %w. Set state to a file that parley can write", err)
	}
	if !tryLock(lock) {
		return nil, errors.Join(fmt.Errorf("another parley report is running with the state file %s: wait until it ends", path), lock.Close())
	}
	s, err := readState(path)
	if err == nil {
		s.lock = lock
		err = s.write()
	}
	if err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	return s, nil
}

func (s *state) close() error { return s.lock.Close() }

// find returns the delivery, if it was made.
func (s *state) find(d delivery) (delivery, bool) {
	if at := slices.IndexFunc(s.Sent, d.is); at >= 0 {
		return s.Sent[at], true
	}
	return delivery{}, false
}

// has reports whether a report was ever delivered.
func (s *state) has(report string) bool {
	return slices.ContainsFunc(s.Sent, func(d delivery) bool { return d.Report == report })
}

// add remembers a delivery.
func (s *state) add(d delivery) error {
	s.Sent = slices.DeleteFunc(s.Sent, func(old delivery) bool { return old.is(d) || d.At.Sub(old.At) > keptFor })
	s.Sent = append(s.Sent, d)
	return s.write()
}

func (s *state) write() error {
	data, err := json.MarshalIndent(s, "", "  ")
	if err == nil {
		err = writeFile(s.path, bytes.NewReader(append(data, '\n')), 0o600)
	}
	if err != nil {
		return fmt.Errorf("the state file cannot be written: %w", err)
	}
	return nil
}

// writeFile replaces a file as a whole.
func writeFile(path string, content io.Reader, mode fs.FileMode) error {
	file, err := os.CreateTemp(filepath.Dir(path), ".parley-*")
	if err != nil {
		return err
	}
	defer os.Remove(file.Name()) // gone by then, if all went well
	_, err = io.Copy(file, content)
	if err = errors.Join(err, file.Chmod(mode), file.Sync(), file.Close()); err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}

// of returns a delivery of a report for a period.
func of(report string, r calendar.Range) delivery {
	return delivery{Report: report, From: r.From.UTC(), To: r.To.UTC()}
}
