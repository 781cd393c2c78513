// Package demo shows Parley with demo data: in Grafana if there is one, else as text,
// by running every panel of every dashboard through the plugin's process.
package demo

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/parley-reports/parley/internal/dashboards"
	"github.com/parley-reports/parley/internal/demodata"
	"github.com/parley-reports/parley/internal/embeddedpg"
	"github.com/parley-reports/parley/internal/plugintest"
	"github.com/parley-reports/parley/internal/story"
	"github.com/parley-reports/parley/pkg/source"
	"github.com/parley-reports/parley/pkg/source/kinds"
)

const (
	// timezone is that of the invented business.
	timezone = "America/Sao_Paulo"

	// ownSchema holds the demo data on our own server, guestSchema on the one at
	// DATABASE_URL, which may hold something of value under the usual name.
	ownSchema   = "parley"
	guestSchema = "parley_demo"
)

// Options of a demo.
type Options struct {
	// Root is the checkout.
	Root string
	// URL is a database of one's own; empty is a new one with made-up data. It is
	// only read.
	URL string
	// Kind is whose tables the database has, or the made-up data are told in.
	Kind string
	// Server is the PostgreSQL to make data up in; empty is the one at DATABASE_URL,
	// else a new one.
	Server string
	// Schema, Account, Webhook and Timezone are those of the database at URL.
	Schema   string
	Account  string
	Webhook  source.Webhook
	Timezone string
	// Messages is about how many messages are made up; 0 leaves it to the data.
	Messages int
	// Port of Grafana; 0 takes 3000, or a free one where that is taken.
	Port int
	// Text prints the answers even where there is a Grafana.
	Text bool
	// Language is what the answers are printed in. Grafana gets the dashboards of
	// all languages.
	Language string
	// Install makes the npm packages available, which hold PostgreSQL.
	Install func(context.Context) error
	// BuildFrontend and BuildBackend build the halves of the plugin.
	BuildFrontend func(context.Context) error
	BuildBackend  func(goos, goarch string) error
}

// Run is the demo. In Grafana it runs until the context ends.
func Run(ctx context.Context, options Options) (err error) {
	shown, err := dashboards.In(options.Root, options.Language)
	if err != nil {
		return err
	}
	var g *grafana
	if !options.Text {
		if g, err = findGrafana(ctx); err != nil {
			return err
		}
	}
	// The database comes first: a wrong address is told at once.
	s, stop, err := database(ctx, options)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stop()) }()
	step("Building the plugin")
	if err := options.BuildFrontend(ctx); err != nil {
		return err
	}
	if err := options.BuildBackend(g.platform(), runtime.GOARCH); err != nil {
		return err
	}

	if g == nil {
		return inText(ctx, options.Root, shown, s)
	}
	return inGrafana(ctx, g, options, s)
}

// madeUpChats show what links to chats look like, by what each kind of database can
// tell of a chat. They lead nowhere.
var madeUpChats = map[string]string{
	"views":     "https://chat.lumara.example/conversations/{display_id}",
	"chatwoot":  "https://chat.lumara.example/app/accounts/{account_id}/conversations/{display_id}",
	"evolution": "https://crm.lumara.example/chats?contact={contact_id}&line={line_id}",
	"ticketz":   "https://chat.lumara.example/tickets/{url}",
	"webhook":   "https://crm.lumara.example/chats?contact={contact_id}&line={line_id}",
}

// database returns the settings of the database that the demo shows, and what
// ends it.
func database(ctx context.Context, options Options) (s settings, stop func() error, err error) {
	stop = func() error { return nil }
	kind, err := kinds.Lookup(options.Kind)
	if err != nil {
		return s, stop, err
	}
	if options.URL != "" {
		s, err = settingsOf(ctx, options.URL, options.Schema, options.Timezone)
		s.Kind, s.Account, s.Webhook = kind.ID, options.Account, options.Webhook
		return s, stop, err
	}

	address, schema := cmp.Or(options.Server, embeddedpg.FromEnvironment()), guestSchema
	own := address == ""
	if own {
		if err := options.Install(ctx); err != nil {
			return s, stop, err
		}
		step("Starting PostgreSQL")
		server, err := embeddedpg.Start(ctx, embeddedpg.Options{Root: options.Root})
		if err != nil {
			return s, stop, err
		}
		address, schema, stop = server.URL(), ownSchema, server.Stop
	} else {
		step("Using the PostgreSQL that is there, schema %s", schema)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, stop())
		}
	}()

	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		return s, stop, fmt.Errorf("reach the database: %w", err)
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	step("Generating demo data")
	var made fmt.Stringer
	if kind.ID == "views" {
		made, err = demodata.Generate(ctx, conn, schema, demodata.Options{Messages: options.Messages}, func(text string) {
			fmt.Println("  " + text)
		})
	} else {
		made, err = story.Generate(ctx, conn, kind.ID, schema, demodata.Options{Messages: options.Messages})
	}
	if err != nil {
		return s, stop, fmt.Errorf("make up demo data: %w", err)
	}
	fmt.Println(made)
	if own {
		if address, err = reader(ctx, conn, address, schema, "parley_reader", rand.Text()); err != nil {
			return s, stop, err
		}
	}
	s, err = settingsOf(ctx, address, schema, timezone)
	s.Kind, s.ChatURL = kind.ID, madeUpChats[kind.ID]
	return s, stop, err
}

// Serve makes up messages in the PostgreSQL at the address and starts Grafana with
// everything provisioned, as the demo does. Grafana runs as long as use does, which
// gets its address and the environment that the provisioning reads.
func Serve(ctx context.Context, root, server string, use func(address string, environment []string) error) (err error) {
	g, err := findGrafana(ctx)
	if err != nil {
		return err
	}
	s, stop, err := database(ctx, Options{Root: root, Server: server})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stop()) }()
	port, err := choosePort(0)
	if err != nil {
		return err
	}
	step("Starting Grafana")
	r, err := g.start(ctx, root, port, s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Stop()) }()
	return use(r.address, s.environment())
}

// inText answers every panel of the dashboards and prints the answers.
func inText(ctx context.Context, root string, shown []dashboards.Dashboard, s settings) error {
	zone, err := time.LoadLocation(s.Timezone)
	if err != nil {
		return err
	}
	step("Starting the plugin's process and answering every panel")
	client, err := plugintest.Start(executableIn(root), os.Stderr)
	if err != nil {
		return err
	}
	defer client.Stop()
	in, err := plugintest.Context(s.jsonData(), s.secrets())
	if err != nil {
		return err
	}
	start := time.Now()
	total, err := answer(ctx, os.Stdout, client, in, shown, zone)
	if err != nil {
		return err
	}

	unavailable := ""
	if total.unavailable > 0 {
		unavailable = fmt.Sprintf(", %d that such a database cannot fill", total.unavailable)
	}
	fmt.Printf("\n%d dashboards: %d panels with data, %d without, %d with an error%s, in %s.\n",
		len(shown), total.answered, total.empty, total.failed, unavailable, time.Since(start).Round(100*time.Millisecond))
	fmt.Println("The same in other languages: --language=es, --language=pt-BR.")
	fmt.Println("To see them in Grafana: unpack Grafana 12.3 or later (https://grafana.com/grafana/download), " +
		"or start Docker, and run GRAFANA_HOME=<its directory> go tool mage demo.")
	if total.failed > 0 {
		return fmt.Errorf("%d panels could not be answered", total.failed)
	}
	return nil
}

// executableIn is the plugin's executable for this machine, as Grafana looks for it.
func executableIn(root string) string {
	return filepath.Join(root, "dist", executableName(fmt.Sprintf("gpx_parley_%s_%s", runtime.GOOS, runtime.GOARCH)))
}

// inGrafana starts Grafana and waits.
func inGrafana(ctx context.Context, g *grafana, options Options, s settings) (err error) {
	r, err := open(ctx, g, options, s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Stop()) }()
	select {
	case <-ctx.Done():
		return nil
	case <-r.Done():
		return fmt.Errorf("%w\n%s", errEnded, r.logged())
	}
}

// open starts Grafana, makes sure that it reaches our data source, and prints
// where everything is.
func open(ctx context.Context, g *grafana, options Options, s settings) (r *running, err error) {
	port, err := choosePort(options.Port)
	if err != nil {
		return nil, err
	}
	if g.executable != "" {
		step("Starting Grafana from %s", g.home)
	} else {
		step("Starting Grafana in Docker (%s)", grafanaImage)
	}
	if r, err = g.start(ctx, options.Root, port, s); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, r.Stop())
		}
	}()
	message, err := r.health(ctx)
	if err != nil {
		return nil, fmt.Errorf("the data source does not work: %w\n%s", err, r.logged())
	}
	dashboards, err := r.dashboards(ctx)
	if err != nil {
		return nil, err
	}
	fmt.Printf("Data source: %s\n\nGrafana is at %s\n", message, r.address)
	for _, line := range dashboards {
		fmt.Println("  " + line)
	}
	fmt.Println("Ctrl-C ends it.")
	return r, nil
}

func step(format string, args ...any) {
	fmt.Printf("── "+format+"\n", args...)
}
