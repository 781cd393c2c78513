package demo

import (
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/parley-reports/parley/pkg/postgres"
)

func TestContainerKeepsSecretsOutOfItsArguments(t *testing.T) {
	s := settings{Settings: postgres.Settings{Host: "db.example", Port: 5432, Password: "secret"}, Schema: "parley"}
	here := places{Port: "3000", Plugins: "/t/plugins", Provisioning: "/p/provisioning", Plugin: "/p/dist", dashboards: "/p/dashboards"}
	cmd, inside, _ := container(here, "/t/grafana.ini", "parley-grafana-1", s)
	if strings.Contains(strings.Join(cmd.Args, " "), "secret") {
		t.Errorf("everybody can read the password: %q", cmd.Args)
	}
	if !slices.Contains(cmd.Env, "PARLEY_PASSWORD=secret") || !slices.Contains(cmd.Args, "PARLEY_PASSWORD") {
		t.Error("the password does not reach Grafana")
	}
	if !slices.Contains(cmd.Args, here.Plugin+":"+inside.Plugin+":ro") {
		t.Errorf("the plugin does not reach Grafana: %q", cmd.Args)
	}
}

func TestWithoutGrafana(t *testing.T) {
	got := withoutGrafana([]string{"PATH=/bin", "GF_SERVER_HTTP_PORT=80", "PARLEY_HOST=x", "HOME=/root"})
	if want := []string{"PATH=/bin", "HOME=/root"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestGrafanaHomeWithoutGrafana(t *testing.T) {
	t.Setenv("GRAFANA_HOME", t.TempDir())
	if _, err := findGrafana(t.Context()); err == nil || !strings.Contains(err.Error(), "GRAFANA_HOME") {
		t.Errorf("error = %v, want one that names the variable", err)
	}
}

func TestHomeOfAnUnpackedArchive(t *testing.T) {
	home, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{"bin/grafana", "conf/defaults.ini"} {
		path := filepath.Join(home, file)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if got := homeOf(filepath.Join(home, "bin", "grafana")); got != home {
		t.Errorf("home = %q, want %q", got, home)
	}
}

func TestChoosePort(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	taken := listener.Addr().(*net.TCPAddr).Port
	if _, err := choosePort(taken); err == nil {
		t.Error("no error for a port that is taken")
	}
	if port, err := choosePort(0); err != nil || port == 0 || port == taken {
		t.Errorf("choosePort(0) = %d, %v", port, err)
	}
}
