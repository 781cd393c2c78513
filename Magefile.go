//go:build mage

// The tasks of Parley: `go tool mage -l` lists them. What they do is in
// internal/tasks.
package main

import (
	"context"
	"os"
	"runtime"
	"strings"

	"github.com/grafana/grafana-plugin-sdk-go/build"

	"github.com/parley-reports/parley/internal/tasks"
)

// Default is the target of a bare `go tool mage`.
var Default = Build

func init() {
	// The manifest stands at the root of the checkout, not in src.
	if err := build.SetBeforeBuildCallback(func(config build.Config) (build.Config, error) {
		config.PluginJSONPath = "."
		return config, nil
	}); err != nil {
		panic(err)
	}
	acceptTwoDashes()
}

// Build builds the frontend and, for this machine, the backend into dist.
func Build(ctx context.Context) error {
	if err := tasks.BuildFrontend(ctx); err != nil {
		return err
	}
	return backend(runtime.GOOS, runtime.GOARCH)
}

// BuildAll builds the frontend and, for every platform, the backend into dist.
func BuildAll(ctx context.Context) error {
	if err := tasks.BuildFrontend(ctx); err != nil {
		return err
	}
	build.BuildAll()
	return tasks.Executables()
}

// Test checks everything: format, vet, unit tests, a real PostgreSQL, the built plugin, the frontend, the dashboards.
func Test(ctx context.Context) error {
	ctx, cancel := tasks.Interruptible(ctx)
	defer cancel()
	return tasks.Test(ctx, func() error { return backend(runtime.GOOS, runtime.GOARCH) })
}

// Database runs an empty PostgreSQL and prints its DATABASE_URL, for tests that are run one by one.
func Database(ctx context.Context) error {
	ctx, cancel := tasks.Interruptible(ctx)
	defer cancel()
	return tasks.Database(ctx)
}

// Dashboards writes the dashboards anew from src/dashboards.
func Dashboards(ctx context.Context) error { return tasks.Dashboards(ctx) }

// Clean removes what was built.
func Clean() error { return tasks.Clean() }

func backend(goos, goarch string) error {
	if err := (build.Build{}).Custom(goos, goarch); err != nil {
		return err
	}
	return tasks.Executables()
}

// acceptTwoDashes lets people write --flag=value and --flag value where mage
// wants -flag=value.
func acceptTwoDashes() {
	for i := 2; i < len(os.Args); i++ {
		name, dashes := strings.CutPrefix(os.Args[i], "--")
		if !dashes || name == "" {
			continue
		}
		os.Args[i] = "-" + name
		if last := i+1 == len(os.Args); !last && !strings.Contains(name, "=") && !strings.HasPrefix(os.Args[i+1], "-") {
			os.Args[i] += "=" + os.Args[i+1]
			os.Args = append(os.Args[:i+1], os.Args[i+2:]...)
		}
	}
}
