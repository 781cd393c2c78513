package demo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"text/template"
	"time"

	"github.com/parley-reports/parley/internal/child"
	"github.com/parley-reports/parley/internal/dashboards"
)

const (
	// grafanaImage runs where there is Docker but no Grafana.
	grafanaImage = "grafana/grafana:12.4.0"

	// startPatience covers the first start, which makes Grafana's own database,
	// and the download of the image.
	startPatience = 5 * time.Minute
)

// grafana is a way to run Grafana on this machine.
type grafana struct {
	// executable is Grafana's, or empty where Docker runs it.
	executable string
	// home is its directory of static files.
	home string
	// goos is the platform that the plugin has to be built for.
	goos string
}

// platform is what the backend has to be built for. No Grafana means this machine.
func (g *grafana) platform() string {
	if g == nil {
		return runtime.GOOS
	}
	return g.goos
}

// findGrafana looks for a Grafana: at GRAFANA_HOME, on the path, in Docker.
func findGrafana(ctx context.Context) (*grafana, error) {
	if home := os.Getenv("GRAFANA_HOME"); home != "" {
		g := &grafana{executable: filepath.Join(home, "bin", executableName("grafana")), home: home, goos: runtime.GOOS}
		if _, err := os.Stat(g.executable); err != nil {
			return nil, fmt.Errorf("GRAFANA_HOME is %s, but there is no Grafana: %w", home, err)
		}
		return g, nil
	}
	if executable, err := exec.LookPath("grafana"); err == nil {
		if home := homeOf(executable); home != "" {
			return &grafana{executable: executable, home: home, goos: runtime.GOOS}, nil
		}
	}
	if _, err := exec.LookPath("docker"); err == nil {
		ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
		defer cancel()
		if exec.CommandContext(ctx, "docker", "info").Run() == nil {
			return &grafana{goos: "linux"}, nil
		}
	}
	return nil, nil
}

func executableName(name string) string {
	if runtime.GOOS == "windows" {
		return name + ".exe"
	}
	return name
}

// homeOf finds the static files that belong to a Grafana on the path: beside the
// executable in an unpacked archive, elsewhere in a package.
func homeOf(executable string) string {
	places := []string{"/usr/share/grafana"}
	if real, err := filepath.EvalSymlinks(executable); err == nil {
		prefix := filepath.Dir(filepath.Dir(real))
		places = append([]string{prefix, filepath.Join(prefix, "share", "grafana")}, places...)
	}
	for _, place := range places {
		if _, err := os.Stat(filepath.Join(place, "conf", "defaults.ini")); err == nil {
			return place
		}
	}
	return ""
}

// places are where Grafana finds what belongs to it and to us. In a container
// they have other names than here.
type places struct {
	// Root is where a browser finds Grafana; alerts link to it.
	Root                                string
	Address, Port                       string
	Data, Plugins, Provisioning, Plugin string
	dashboards                          string
	PluginID                            string
}

// configuration lets anybody look at, and change, everything: it is for a demo on
// the loopback address. Nothing in it calls out.
var configuration = template.Must(template.New("").Parse(`
[server]
http_addr = {{.Address}}
http_port = {{.Port}}
root_url = {{.Root}}/

[grpc_server]
address = 127.0.0.1:0

[unified_alerting]
ha_listen_address =

[paths]
data = {{.Data}}
logs = {{.Data}}/log
plugins = {{.Plugins}}
provisioning = {{.Provisioning}}

[plugins]
allow_loading_unsigned_plugins = {{.PluginID}}
preinstall_disabled = true
plugin_admin_enabled = false
public_key_retrieval_disabled = true

[plugin.{{.PluginID}}]
path = {{.Plugin}}

[auth]
disable_login_form = true

[auth.anonymous]
enabled = true
org_role = Admin

[analytics]
reporting_enabled = false
check_for_updates = false
check_for_plugin_updates = false
feedback_links_enabled = false

[news]
news_feed_enabled = false

[security]
disable_gravatar = true

[snapshots]
external_enabled = false

[log]
mode = console
level = warn
`))

// running is a Grafana with our plugin in it.
type running struct {
	process *child.Process
	address string
	log     string
}

// start starts Grafana with what root holds: the plugin in dist, the data source
// and the dashboards. The caller stops it.
func (g *grafana) start(ctx context.Context, root string, port int, s settings) (*running, error) {
	root, err := filepath.Abs(root)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "parley-grafana-")
	if err != nil {
		return nil, err
	}
	r, err := g.startIn(ctx, dir, root, port, s)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start Grafana: %w", err), os.RemoveAll(dir))
	}
	return r, nil
}

func (g *grafana) startIn(ctx context.Context, dir, root string, port int, s settings) (*running, error) {
	ini := filepath.Join(dir, "grafana.ini")
	at := places{
		Root: fmt.Sprintf("http://127.0.0.1:%d", port), Address: "127.0.0.1", Port: fmt.Sprint(port), PluginID: dashboards.PluginID,
		Data: filepath.Join(dir, "data"), Plugins: filepath.Join(dir, "plugins"),
		Provisioning: filepath.Join(root, "provisioning"),
		Plugin:       filepath.Join(root, "dist"),
		dashboards:   filepath.Join(root, "dashboards"),
	}
	var cmd *exec.Cmd
	if g.executable != "" {
		cmd = exec.Command(g.executable, "server", "--homepath", g.home, "--config", ini)
		cmd.Dir = g.home
		cmd.Env = append(withoutGrafana(os.Environ()), append(s.environment(), "PARLEY_DASHBOARDS="+at.dashboards)...)
	} else {
		cmd, at, s = container(at, ini, filepath.Base(dir), s)
	}

	if err := os.Mkdir(filepath.Join(dir, "plugins"), 0o755); err != nil {
		return nil, err
	}
	var text strings.Builder
	if err := configuration.Execute(&text, at); err != nil {
		return nil, err
	}
	if err := os.WriteFile(ini, []byte(text.String()), 0o644); err != nil {
		return nil, err
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		return nil, err
	}
	logPath := filepath.Join(dir, "log")
	log, err := os.Create(logPath)
	if err != nil {
		return nil, err
	}
	defer func() { _ = log.Close() }()
	cmd.Stdout, cmd.Stderr = log, log

	process, err := child.Start(cmd, syscall.SIGTERM, dir)
	if err != nil {
		return nil, err
	}
	r := &running{process: process, address: at.Root, log: logPath}
	if err := r.ready(ctx); err != nil {
		return nil, errors.Join(err, r.Stop())
	}
	return r, nil
}

// container is the command that runs Grafana in Docker, where our directories
// have other names and this machine may have another, too.
func container(here places, ini, name string, s settings) (*exec.Cmd, places, settings) {
	inside := here
	inside.Data, inside.Plugins = "/tmp/grafana", "/parley/plugins"
	inside.Provisioning, inside.Plugin, inside.dashboards = "/parley/provisioning", "/parley/dist", "/parley/dashboards"
	args := []string{"run", "--rm", "--name", name,
		"--user", fmt.Sprintf("%d:%d", max(os.Getuid(), 0), max(os.Getgid(), 0)),
		"--volume", ini + ":/parley/grafana.ini:ro",
		"--volume", here.Plugins + ":" + inside.Plugins + ":ro",
		"--volume", here.Provisioning + ":" + inside.Provisioning + ":ro",
		"--volume", here.Plugin + ":" + inside.Plugin + ":ro",
		"--volume", here.dashboards + ":" + inside.dashboards + ":ro",
	}
	if runtime.GOOS == "linux" {
		args = append(args, "--network", "host")
	} else {
		inside.Address, inside.Port = "0.0.0.0", "3000"
		args = append(args, "--publish", "127.0.0.1:"+here.Port+":3000")
		if isLoopback(s.Host) {
			s.Host = "host.docker.internal"
		}
	}
	// Docker takes the values from our environment: they don't show in a list of
	// processes.
	environment := append(s.environment(), "PARLEY_DASHBOARDS="+inside.dashboards)
	for _, variable := range environment {
		name, _, _ := strings.Cut(variable, "=")
		args = append(args, "--env", name)
	}
	args = append(args, "--entrypoint", "grafana", grafanaImage,
		"server", "--homepath", "/usr/share/grafana", "--config", "/parley/grafana.ini")
	cmd := exec.Command("docker", args...)
	cmd.Env = append(os.Environ(), environment...)
	return cmd, inside, s
}

// withoutGrafana leaves out the settings of another Grafana.
func withoutGrafana(environment []string) []string {
	var kept []string
	for _, variable := range environment {
		if !strings.HasPrefix(variable, "GF_") && !strings.HasPrefix(variable, "PARLEY_") {
			kept = append(kept, variable)
		}
	}
	return kept
}

// Done is closed when Grafana has ended.
func (r *running) Done() <-chan struct{} { return r.process.Done() }

// Stop ends Grafana and removes its data.
func (r *running) Stop() error { return r.process.Stop() }

// ready waits until Grafana answers.
func (r *running) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startPatience)
	defer cancel()
	for {
		if err := r.get(ctx, "/api/health", nil); err == nil {
			return nil
		}
		select {
		case <-r.Done():
			return fmt.Errorf("it ended: %w\n%s", errors.Join(r.process.Err(), errEnded), r.logged())
		case <-ctx.Done():
			return fmt.Errorf("it does not answer: %w\n%s", ctx.Err(), r.logged())
		case <-time.After(200 * time.Millisecond):
		}
	}
}

var errEnded = errors.New("Grafana has ended by itself")

// logged is the end of what Grafana has logged.
func (r *running) logged() string {
	text, _ := os.ReadFile(r.log)
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return strings.Join(lines[max(0, len(lines)-15):], "\n")
}

// health asks our data source, through Grafana, whether it works.
func (r *running) health(ctx context.Context) (string, error) {
	var answer struct {
		Status  string `json:"status"`
		Message string `json:"message"`
	}
	err := r.get(ctx, "/api/datasources/uid/parley/health", &answer)
	if answer.Message != "" && answer.Status != "OK" {
		return "", errors.New(answer.Message)
	}
	return answer.Message, err
}

// dashboards lists the addresses and titles of the dashboards that Grafana has.
func (r *running) dashboards(ctx context.Context) ([]string, error) {
	var found []struct {
		Title string `json:"title"`
		URL   string `json:"url"`
	}
	if err := r.get(ctx, "/api/search?type=dash-db", &found); err != nil {
		return nil, err
	}
	var list []string
	for _, d := range found {
		list = append(list, fmt.Sprintf("%s%s  %s", r.address, d.URL, d.Title))
	}
	return list, nil
}

// get reads JSON from Grafana. The answer is read even where it is an error.
func (r *running) get(ctx context.Context, path string, into any) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, r.address+path, nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if into != nil {
		if err := json.Unmarshal(text, into); err != nil {
			return fmt.Errorf("GET %s: %w", path, err)
		}
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("GET %s: %s", path, response.Status)
	}
	return nil
}

// choosePort takes the wanted port, or a free one where none is wanted and the
// usual one is taken.
func choosePort(wanted int) (int, error) {
	try := func(port int) (int, error) {
		listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err != nil {
			return 0, err
		}
		return listener.Addr().(*net.TCPAddr).Port, listener.Close()
	}
	if wanted != 0 {
		return try(wanted)
	}
	if port, err := try(3000); err == nil {
		return port, nil
	}
	return try(0)
}
