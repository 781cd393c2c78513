package tasks

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestRunChecksGoesOnAfterAFailure(t *testing.T) {
	var ran []string
	step := func(name string, err error, needs ...string) check {
		return check{name: name, needs: needs, run: func(context.Context) error {
			ran = append(ran, name)
			return err
		}}
	}
	err := runChecks(t.Context(), []check{
		step("install", errors.New("no network")),
		step("database", nil, "install"),
		step("tests", nil, "database"),
		step("vet", nil),
	})
	if want := []string{"install", "vet"}; !slices.Equal(ran, want) {
		t.Errorf("ran %v, want %v", ran, want)
	}
	if err == nil || !strings.Contains(err.Error(), "3 of 4 checks failed or were left out: database, install, tests") {
		t.Errorf("error = %v", err)
	}
	lacking := step("browser", errors.New("it ran"))
	lacking.without = "needs a browser"
	finding := step("browser tests", leftOut("needs a Grafana"))
	ran = nil
	if err := runChecks(t.Context(), []check{step("vet", nil), lacking, finding}); err != nil {
		t.Error(err)
	}
	if want := []string{"vet", "browser tests"}; !slices.Equal(ran, want) {
		t.Errorf("ran %v, want %v", ran, want)
	}
}

func TestRunChecksStopsWhenInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	err := runChecks(ctx, []check{
		{name: "first", run: func(context.Context) error { cancel(); return nil }},
		{name: "second", run: func(context.Context) error { t.Error("it went on"); return nil }},
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error = %v", err)
	}
}

func TestPermissions(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, path := range []string{"dist/gpx_parley_linux_amd64", "dist/img/logo.svg"} {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := Permissions(); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]os.FileMode{
		"dist": 0o755, "dist/gpx_parley_linux_amd64": 0o755, "dist/img": 0o755, "dist/img/logo.svg": 0o644,
	} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s has mode %o, want %o", path, got, want)
		}
	}
}
