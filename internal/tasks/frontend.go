package tasks

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Install installs the npm packages where they are missing or are not those of
// the lock file. It needs no network when they are there.
func Install(ctx context.Context) error {
	wanted, err := readLock("package-lock.json")
	if err != nil {
		return err
	}
	// npm writes down what it has installed, as its last step.
	installed, err := readLock(filepath.Join("node_modules", ".package-lock.json"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if satisfies(installed, wanted) {
		return nil
	}
	fmt.Println("Installing the npm packages; this takes a minute")
	return npm(ctx, "ci", "--no-audit", "--no-fund", "--loglevel=error")
}

// lock is the part of npm's lock file that says what is installed where.
type lock map[string]struct {
	Version     string `json:"version"`
	Integrity   string `json:"integrity"`
	Optional    bool   `json:"optional"`
	DevOptional bool   `json:"devOptional"`
}

func readLock(path string) (lock, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var file struct {
		Packages lock `json:"packages"`
	}
	if err := json.Unmarshal(text, &file); err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	// The project itself.
	delete(file.Packages, "")
	return file.Packages, nil
}

// satisfies says whether the packages that are installed are the ones wanted.
// Only optional ones, which may be for another platform, may be missing.
func satisfies(installed, wanted lock) bool {
	for path, want := range wanted {
		have, there := installed[path]
		if !there && (want.Optional || want.DevOptional) {
			continue
		}
		if !there || have.Version != want.Version || have.Integrity != want.Integrity {
			return false
		}
	}
	for path := range installed {
		if _, known := wanted[path]; !known {
			return false
		}
	}
	return true
}

// BuildFrontend builds the frontend into dist.
func BuildFrontend(ctx context.Context) error {
	if err := Install(ctx); err != nil {
		return err
	}
	return npm(ctx, "run", "--silent", "build", "--", "--stats=errors-warnings")
}

// Dashboards writes the dashboards and alert rules anew from their code.
func Dashboards(ctx context.Context) error {
	if err := Install(ctx); err != nil {
		return err
	}
	return npm(ctx, "run", "--silent", "dashboards")
}

func npm(ctx context.Context, args ...string) error {
	return run(ctx, nil, "npm", args...)
}

// hasScript says whether package.json has the script.
func hasScript(name string) (bool, error) {
	text, err := os.ReadFile("package.json")
	if err != nil {
		return false, err
	}
	var manifest struct {
		Scripts map[string]string `json:"scripts"`
	}
	if err := json.Unmarshal(text, &manifest); err != nil {
		return false, fmt.Errorf("read package.json: %w", err)
	}
	_, has := manifest.Scripts[name]
	return has, nil
}
