//go:build mage

// Build, test and demo targets. `go tool mage -l` lists them; package internal/tasks
// implements them.
package main

import (
	"context"
	"os"
	"runtime"
	"slices"
	"strings"

	"github.com/grafana/grafana-plugin-sdk-go/build"

	"github.com/parley-reports/parley/internal/demo"
	"github.com/parley-reports/parley/internal/tasks"
	"github.com/parley-reports/parley/pkg/source"
)

// Default is the target of `go tool mage` without arguments.
var Default = Build

func init() {
	// The manifest stands at the root of the checkout, not in src.
	if err := build.SetBeforeBuildCallback(func(config build.Config) (build.Config, error) {
		config.PluginJSONPath = "."
		return config, nil
	}); err != nil {
		panic(err)
	}
	acceptSizes()
	acceptTwoDashes()
}

// acceptSizes allows numbers after the target bench, where mage expects -sizes=.
func acceptSizes() {
	var sizes []string
	rest := os.Args
	if len(rest) > 2 && strings.EqualFold(rest[1], "bench") {
		for len(rest) > 2 && !strings.HasPrefix(rest[2], "-") {
			sizes, rest = append(sizes, rest[2]), slices.Delete(rest, 2, 3)
		}
	}
	if os.Args = rest; len(sizes) > 0 {
		os.Args = slices.Insert(os.Args, 2, "-sizes="+strings.Join(sizes, ","))
	}
}

// Build builds the plugin for this machine into dist.
func Build(ctx context.Context) error {
	if err := tasks.BuildFrontend(ctx); err != nil {
		return err
	}
	return backend(runtime.GOOS, runtime.GOARCH)
}

// BuildAll builds the plugin for all platforms into dist.
func BuildAll(ctx context.Context) error {
	if err := tasks.BuildFrontend(ctx); err != nil {
		return err
	}
	build.BuildAll()
	return tasks.Permissions()
}

// Test runs all checks and tests: format, vet, unit tests, tests with PostgreSQL, the built plugin, the frontend, the dashboards.
func Test(ctx context.Context) error {
	ctx, cancel := tasks.Interruptible(ctx)
	defer cancel()
	return tasks.Test(ctx, func() error { return backend(runtime.GOOS, runtime.GOARCH) })
}

// Demo shows the dashboards with demo data in Grafana (found in GRAFANA_HOME, on the PATH or in Docker), or as text without Grafana.
func Demo(
	ctx context.Context,
	url *string, // your own database, read-only: --url postgres://…
	kind *string, // database type: views (by default), chatwoot, evolution, ticketz, webhook
	schema *string, // schema of the tables or views; by default that of the database type
	account *string, // the only account to show; all by default
	table *string, // webhooks: table; whatsapp_webhook by default
	receivedAtColumn *string, // webhooks: received-at column; received_at by default
	payloadColumn *string, // webhooks: payload column; payload by default
	timezone *string, // time zone (IANA name); UTC by default
	messages *int, // number of messages to generate
	port *int, // Grafana's port; 3000 by default
	text *bool, // print the panels as text even if Grafana is available
	language *string, // language of the text output: en, es or pt-BR; en by default
) error {
	ctx, cancel := tasks.Interruptible(ctx)
	defer cancel()
	return demo.Run(ctx, demoOptions(url, kind, schema, account, webhooks(table, receivedAtColumn, payloadColumn), timezone, messages, port, text, language))
}

// Dev runs the demo in Grafana and rebuilds the plugin on every change.
func Dev(
	ctx context.Context,
	url *string, // your own database, read-only: --url postgres://…
	kind *string, // database type: views (by default), chatwoot, evolution, ticketz, webhook
	schema *string, // schema of the tables or views; by default that of the database type
	account *string, // the only account to show; all by default
	table *string, // webhooks: table; whatsapp_webhook by default
	receivedAtColumn *string, // webhooks: received-at column; received_at by default
	payloadColumn *string, // webhooks: payload column; payload by default
	timezone *string, // time zone (IANA name); UTC by default
	messages *int, // number of messages to generate
	port *int, // Grafana's port; 3000 by default
) error {
	ctx, cancel := tasks.Interruptible(ctx)
	defer cancel()
	return demo.Dev(ctx, demoOptions(url, kind, schema, account, webhooks(table, receivedAtColumn, payloadColumn), timezone, messages, port, nil, nil))
}

// Database runs an empty PostgreSQL and prints its DATABASE_URL, for running single tests.
func Database(ctx context.Context) error {
	ctx, cancel := tasks.Interruptible(ctx)
	defer cancel()
	return tasks.Database(ctx)
}

// Bench measures dashboards over generated messages and prints a table, for example `go tool mage bench 100000`; without sizes over 1 and 10 million.
func Bench(
	ctx context.Context,
	sizes *string, // numbers of messages, separated by commas; 1000000,10000000 by default
	kinds *string, // database types, separated by commas; all by default
	dashboards *string, // names of dashboard files, separated by commas; all by default
	rounds *int, // how often to ask; 3 by default
	viewers *int, // how many open one dashboard at the same time; 50 by default
	write *bool, // put the results into docs/performance.md
) error {
	ctx, cancel := tasks.Interruptible(ctx)
	defer cancel()
	return tasks.Bench(ctx, value(sizes, ""), value(kinds, ""), value(dashboards, ""), value(rounds, 0), value(viewers, 0), value(write, false))
}

// Dashboards generates the dashboards and alert rules from src/dashboards and src/alerts.
func Dashboards(ctx context.Context) error { return tasks.Dashboards(ctx) }

// Clean removes build output.
func Clean() error { return tasks.Clean() }

func demoOptions(url, kind, schema, account *string, webhook source.Webhook, timezone *string, messages, port *int, text *bool, language *string) demo.Options {
	return demo.Options{
		Root:          ".",
		URL:           value(url, ""),
		Kind:          value(kind, ""),
		Schema:        value(schema, ""),
		Account:       value(account, ""),
		Webhook:       webhook,
		Timezone:      value(timezone, "UTC"),
		Messages:      value(messages, 0),
		Port:          value(port, 0),
		Text:          value(text, false),
		Language:      value(language, "en"),
		Install:       tasks.Install,
		BuildFrontend: tasks.BuildFrontend,
		BuildBackend:  backend,
	}
}

func webhooks(table, receivedAt, payload *string) source.Webhook {
	return source.Webhook{Table: value(table, ""), ReceivedAt: value(receivedAt, ""), Payload: value(payload, "")}
}

// value returns the value of a flag, or the default if it is not set.
func value[T any](flag *T, otherwise T) T {
	if flag == nil {
		return otherwise
	}
	return *flag
}

func backend(goos, goarch string) error {
	if err := (build.Build{}).Custom(goos, goarch); err != nil {
		return err
	}
	return tasks.Permissions()
}

// acceptTwoDashes allows --the-flag=value and --the-flag value, where mage expects
// -theflag=value.
func acceptTwoDashes() {
	for i := 2; i < len(os.Args); i++ {
		flag, dashes := strings.CutPrefix(os.Args[i], "--")
		if !dashes || flag == "" {
			continue
		}
		name, _, given := strings.Cut(flag, "=")
		os.Args[i] = "-" + strings.ReplaceAll(name, "-", "") + flag[len(name):]
		if last := i+1 == len(os.Args); !last && !given && !strings.HasPrefix(os.Args[i+1], "-") {
			os.Args[i] += "=" + os.Args[i+1]
			os.Args = append(os.Args[:i+1], os.Args[i+2:]...)
		}
	}
}
