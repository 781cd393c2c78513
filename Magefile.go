//go:build mage

// Build, test and demo targets. `go tool mage -l` lists them; package internal/tasks
// implements them.
package main

import (
	"context"
	"os"
	"runtime"
	"strings"

	"github.com/grafana/grafana-plugin-sdk-go/build"

	"github.com/parley-reports/parley/internal/demo"
	"github.com/parley-reports/parley/internal/tasks"
	"github.com/parley-reports/parley/pkg/source"
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
	return tasks.Permissions()
}

// Test checks everything: format, vet, unit tests, a real PostgreSQL, the built plugin, the frontend, the dashboards.
func Test(ctx context.Context) error {
	ctx, cancel := tasks.Interruptible(ctx)
	defer cancel()
	return tasks.Test(ctx, func() error { return backend(runtime.GOOS, runtime.GOARCH) })
}

// Demo shows the dashboards on made-up messages: in Grafana where there is one (GRAFANA_HOME, the path, Docker), else as text.
func Demo(
	ctx context.Context,
	url *string, // a database of your own, which is only read: --url postgres://…
	kind *string, // whose tables it has, or the made-up messages are told in: views (by default), chatwoot, evolution, ticketz, webhook
	schema *string, // its schema; the kind's own by default
	account *string, // the only account of it to show; all by default
	table *string, // of webhooks: their table; whatsapp_webhook by default
	receivedAtColumn *string, // of webhooks: when each came; received_at by default
	payloadColumn *string, // of webhooks: the body; payload by default
	timezone *string, // its time zone, as an IANA name; UTC by default
	messages *int, // how many messages to make up
	port *int, // Grafana's port; 3000 by default
	text *bool, // print the answers even where there is a Grafana
	language *string, // what the answers are printed in: en, es or pt-BR; en by default
) error {
	ctx, cancel := tasks.Interruptible(ctx)
	defer cancel()
	return demo.Run(ctx, demoOptions(url, kind, schema, account, webhooks(table, receivedAtColumn, payloadColumn), timezone, messages, port, text, language))
}

// Dev is the demo in Grafana for those who change the plugin: both halves are built again on every change.
func Dev(
	ctx context.Context,
	url *string, // a database of your own, which is only read: --url postgres://…
	kind *string, // whose tables it has, or the made-up messages are told in: views (by default), chatwoot, evolution, ticketz, webhook
	schema *string, // its schema; the kind's own by default
	account *string, // the only account of it to show; all by default
	table *string, // of webhooks: their table; whatsapp_webhook by default
	receivedAtColumn *string, // of webhooks: when each came; received_at by default
	payloadColumn *string, // of webhooks: the body; payload by default
	timezone *string, // its time zone, as an IANA name; UTC by default
	messages *int, // how many messages to make up
	port *int, // Grafana's port; 3000 by default
) error {
	ctx, cancel := tasks.Interruptible(ctx)
	defer cancel()
	return demo.Dev(ctx, demoOptions(url, kind, schema, account, webhooks(table, receivedAtColumn, payloadColumn), timezone, messages, port, nil, nil))
}

// Database runs an empty PostgreSQL and prints its DATABASE_URL, for tests that are run one by one.
func Database(ctx context.Context) error {
	ctx, cancel := tasks.Interruptible(ctx)
	defer cancel()
	return tasks.Database(ctx)
}

// Dashboards writes the dashboards and alert rules anew from src/dashboards and src/alerts.
func Dashboards(ctx context.Context) error { return tasks.Dashboards(ctx) }

// Clean removes what was built.
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

// value is what a flag holds, or the default where it isn't given.
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

// acceptTwoDashes lets people write --the-flag=value and --the-flag value where mage
// wants -theflag=value.
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
