package tasks

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/parley-reports/parley/internal/bench"
	"github.com/parley-reports/parley/internal/embeddedpg"
)

// The page of the results, and its chart.
var (
	performancePage  = filepath.Join("docs", "performance.md")
	performanceChart = filepath.Join("docs", "img", "performance.svg")
)

// What stands between these lines of the page are the results.
const (
	resultsBegin = "<!-- results: `go tool mage bench --write` -->"
	resultsEnd   = "<!-- end of results -->"
)

// Bench measures dashboards and prints the results as Markdown. Lists are separated by
// commas. With write it puts them into the documentation.
func Bench(ctx context.Context, sizes, kinds, dashboards string, rounds, viewers int, write bool) error {
	options := bench.Options{
		Root: ".", Server: embeddedpg.FromEnvironment(), Kinds: list(kinds), Dashboards: list(dashboards), Rounds: rounds, Viewers: viewers,
		Install: Install, Progress: os.Stderr,
	}
	for _, text := range list(sizes) {
		size, err := strconv.Atoi(strings.ReplaceAll(text, "_", ""))
		if err != nil || size < 1 {
			return fmt.Errorf("%q is no number of messages", text)
		}
		options.Sizes = append(options.Sizes, size)
	}
	report, err := bench.Run(ctx, options)
	if report == nil || len(report.Measured) == 0 {
		return err
	}
	fmt.Println(report.Markdown()) // what there is, also after an error
	if err != nil || !write {
		return err
	}
	return writeResults(performancePage, performanceChart, report.Markdown(), report.Chart())
}

// writeResults replaces the results in the page, and the chart.
func writeResults(page, chart, results, drawing string) error {
	text, err := os.ReadFile(page)
	if err != nil {
		return err
	}
	before, rest, begins := strings.Cut(string(text), resultsBegin)
	_, after, ends := strings.Cut(rest, resultsEnd)
	if !begins || !ends {
		return fmt.Errorf("%s has no lines %q and %q", page, resultsBegin, resultsEnd)
	}
	err = os.WriteFile(page, []byte(before+resultsBegin+"\n\n"+strings.TrimSpace(results)+"\n\n"+resultsEnd+after), 0o644)
	if drawing != "" {
		err = errors.Join(err, os.WriteFile(chart, []byte(drawing), 0o644))
	}
	return err
}

func list(text string) (items []string) {
	for item := range strings.SplitSeq(text, ",") {
		if item = strings.TrimSpace(item); item != "" {
			items = append(items, item)
		}
	}
	return items
}
