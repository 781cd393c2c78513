package tasks

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/parley-reports/parley/internal/demo"
	"github.com/parley-reports/parley/internal/embeddedpg"
)

// A check is one line of the summary.
type check struct {
	name string
	run  func(context.Context) error
	// needs names checks without which this one makes no sense.
	needs []string
	// without says what this machine lacks for it. It is left out then, which is
	// no failure.
	without string
}

// Test runs every check there is, against a PostgreSQL that it starts, or the one
// at DATABASE_URL. It goes on after a failure, so that one run shows them all, and
// ends with a summary. backend builds the plugin's executable.
func Test(ctx context.Context, backend func() error) (err error) {
	var database string
	stop := func() error { return nil }
	defer func() { err = errors.Join(err, stop()) }()

	checks := []check{
		{name: "Go: format", run: goFormat},
		{name: "Go: modules", run: func(ctx context.Context) error {
			return run(ctx, nil, "go", "mod", "tidy", "-diff")
		}},
		{name: "Go: vet", run: func(ctx context.Context) error {
			return errors.Join(run(ctx, nil, "go", "vet", "./..."), run(ctx, nil, "go", "vet", "-tags", "mage", "."))
		}},
		{name: "npm packages", run: Install},
		{name: "PostgreSQL", needs: []string{"npm packages"}, run: func(ctx context.Context) error {
			if database = embeddedpg.FromEnvironment(); database != "" {
				fmt.Println("the one at", embeddedpg.Variable)
				return nil
			}
			server, err := embeddedpg.Start(ctx, embeddedpg.Options{Root: "."})
			if err != nil {
				return err
			}
			database, stop = server.URL(), server.Stop
			return nil
		}},
		{name: "Go: tests", needs: []string{"PostgreSQL"}, run: func(ctx context.Context) error {
			// What needs a Grafana has a line of its own.
			return goTests(ctx, []string{embeddedpg.Variable + "=" + database, grafanaHome + "="})
		}},
		{name: "alert rules in Grafana", needs: []string{"PostgreSQL"}, without: unset(grafanaHome), run: func(ctx context.Context) error {
			// The test runs in another directory.
			home, err := filepath.Abs(os.Getenv(grafanaHome))
			if err != nil {
				return err
			}
			environment := []string{embeddedpg.Variable + "=" + database, grafanaHome + "=" + home}
			return run(ctx, environment, "go", "test", "-count=1", "-run", "^TestAlertRules$", "-v", "./internal/demo")
		}},
		{name: "backend: build", run: func(context.Context) error { return backend() }},
		{name: "frontend: types", needs: []string{"npm packages"}, run: script("typecheck")},
		{name: "frontend: lint", needs: []string{"npm packages"}, run: script("lint")},
		// A machine may be slow, or busy with something else.
		{name: "frontend: tests", needs: []string{"npm packages"}, run: script("test", "--", "--testTimeout=60000")},
		{name: "frontend: build", needs: []string{"npm packages"}, run: BuildFrontend},
		{name: "browser tests", needs: []string{"PostgreSQL", "backend: build", "frontend: build"}, run: func(ctx context.Context) error {
			return browserTests(ctx, database)
		}},
		{name: "dashboards and alert rules: no drift", needs: []string{"npm packages"}, run: noDrift},
	}
	return runChecks(ctx, checks)
}

func runChecks(ctx context.Context, checks []check) error {
	var summary strings.Builder
	table := tabwriter.NewWriter(&summary, 0, 0, 2, ' ', 0)
	failed := map[string]bool{}
	begin := time.Now()
	for _, check := range checks {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if i := slices.IndexFunc(check.needs, func(need string) bool { return failed[need] }); i >= 0 {
			failed[check.name] = true
			_, _ = fmt.Fprintf(table, "  left out\t%s\tneeds %s\n", check.name, check.needs[i])
			continue
		}
		if check.without != "" {
			_, _ = fmt.Fprintf(table, "  left out\t%s\t%s\n", check.name, check.without)
			continue
		}
		fmt.Printf("\n── %s\n", check.name)
		start := time.Now()
		err := check.run(ctx)
		var lack leftOut
		if errors.As(err, &lack) {
			fmt.Println("left out:", lack)
			_, _ = fmt.Fprintf(table, "  left out\t%s\t%s\n", check.name, lack)
			continue
		}
		result := "ok"
		if err != nil {
			result = "FAILED"
			failed[check.name] = true
			fmt.Println(err)
		}
		_, _ = fmt.Fprintf(table, "  %s\t%s\t%s\n", result, check.name, time.Since(start).Round(100*time.Millisecond))
	}
	_ = table.Flush()
	fmt.Printf("\n── Summary, %s\n%s\n", time.Since(begin).Round(time.Second), summary.String())
	if len(failed) > 0 {
		return fmt.Errorf("%d of %d checks failed or were left out: %s", len(failed), len(checks), strings.Join(slices.Sorted(maps.Keys(failed)), ", "))
	}
	return nil
}

// grafanaHome names the directory of a Grafana.
const grafanaHome = "GRAFANA_HOME"

// unset says that the environment lacks a variable, or nothing.
func unset(variable string) string {
	if os.Getenv(variable) != "" {
		return ""
	}
	return "needs " + variable
}

// leftOut is what a check ends with that finds out what this machine lacks for it.
type leftOut string

func (l leftOut) Error() string { return string(l) }

// browserTests looks at everything in a browser: in the Grafana at GRAFANA_URL,
// which has to hold the demo, or in one that it starts from GRAFANA_HOME.
func browserTests(ctx context.Context, database string) error {
	address := os.Getenv("GRAFANA_URL")
	if address == "" && os.Getenv(grafanaHome) == "" {
		return leftOut("needs " + grafanaHome + " or GRAFANA_URL")
	}
	cmd := exec.CommandContext(ctx, "npm", "run", "--silent", "e2e:browser")
	cmd.Stderr = os.Stderr
	browser, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("look for a browser: %w", err)
	}
	if strings.TrimSpace(string(browser)) == "" {
		return leftOut("needs Chromium or Chrome: `npx playwright install chromium` installs one")
	}
	test := func(address string, environment []string) error {
		return run(ctx, append(environment, "GRAFANA_URL="+address), "npm", "run", "--silent", "e2e")
	}
	if address != "" {
		return test(address, nil)
	}
	return demo.Serve(ctx, ".", database, test)
}

// script runs a script of package.json.
func script(name string, args ...string) func(context.Context) error {
	return func(ctx context.Context) error {
		return npm(ctx, append([]string{"run", "--silent", name}, args...)...)
	}
}

// concurrent are the packages that do several things at once: their tests run with the
// race detector, which makes all others several times slower for nothing.
var concurrent = []string{"/cmd/parley", "/internal/child", "/pkg/billing", "/pkg/plugin", "/pkg/postgres"}

// Most tests of the engine compare answers to thousands of queries, one after the other.
// These ask several at once.
const (
	enginePackage     = "./pkg/engine"
	engineConcurrency = "^(TestTogether|TestRefresh|TestRefreshEngine|TestBuildDelaysNobody|TestReadAll|TestHeld|TestSmallMemory)$"
)

// goTests runs the tests of all packages.
func goTests(ctx context.Context, environment []string) error {
	output, err := exec.CommandContext(ctx, "go", "list", "./...").Output()
	if err != nil {
		return fmt.Errorf("go list: %w", err)
	}
	packages := strings.Fields(string(output))
	test := []string{"test", "-timeout", "20m"}
	if !canDetectRaces(ctx) {
		fmt.Println("without the race detector, which needs a C compiler")
		return run(ctx, environment, "go", append(test, packages...)...)
	}
	var raced, plain []string
	for _, path := range packages {
		if slices.ContainsFunc(concurrent, func(end string) bool { return strings.HasSuffix(path, end) }) {
			raced = append(raced, path)
		} else {
			plain = append(plain, path)
		}
	}
	race := append(slices.Clone(test), "-race")
	return errors.Join(
		run(ctx, environment, "go", append(slices.Clone(race), raced...)...),
		run(ctx, environment, "go", append(race, "-run", engineConcurrency, enginePackage)...),
		run(ctx, environment, "go", append(test, plain...)...))
}

// canDetectRaces says whether Go's race detector works here. Go turns cgo, which
// it needs, off by itself where there is no C compiler.
func canDetectRaces(ctx context.Context) bool {
	switch runtime.GOOS + "/" + runtime.GOARCH {
	case "linux/amd64", "linux/arm64", "darwin/amd64", "darwin/arm64", "windows/amd64":
		output, err := exec.CommandContext(ctx, "go", "env", "CGO_ENABLED").Output()
		return err == nil && strings.TrimSpace(string(output)) == "1"
	}
	return false
}

// goFormat lists the files that gofmt would change.
func goFormat(ctx context.Context) error {
	args := []string{"-l"}
	for _, path := range []string{"Magefile.go", "bench", "cmd", "internal", "pkg"} {
		if exists(path) {
			args = append(args, path)
		}
	}
	output, err := exec.CommandContext(ctx, "gofmt", args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("gofmt: %w\n%s", err, output)
	}
	if len(output) > 0 {
		return fmt.Errorf("these files are not as gofmt writes them:\n%s", output)
	}
	return nil
}

// noDrift writes the dashboards and alert rules anew and says which of them differ
// from what the checkout holds. The new ones stay, to be looked at and committed.
func noDrift(ctx context.Context) error {
	if has, err := hasScript("dashboards"); err != nil || !has {
		return err
	}
	written := []string{"dashboards", "provisioning", "plugin.json"}
	before, err := readAll(written...)
	if err != nil {
		return err
	}
	if err := Dashboards(ctx); err != nil {
		return err
	}
	after, err := readAll(written...)
	if err != nil {
		return err
	}
	var differ []string
	for path := range before {
		if _, stays := after[path]; !stays {
			differ = append(differ, path)
		}
	}
	for path, text := range after {
		if !bytes.Equal(before[path], text) {
			differ = append(differ, path)
		}
	}
	if len(differ) > 0 {
		slices.Sort(differ)
		return fmt.Errorf("these files were not as their code makes them; they are now:\n%s", strings.Join(differ, "\n"))
	}
	return nil
}

// readAll reads the files at the paths and in the directories among them.
func readAll(paths ...string) (map[string][]byte, error) {
	files := map[string][]byte{}
	for _, path := range paths {
		err := filepath.WalkDir(path, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			files[path], err = os.ReadFile(path)
			return err
		})
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	return files, nil
}
