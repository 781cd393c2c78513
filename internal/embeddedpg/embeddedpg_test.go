package embeddedpg

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

func TestServer(t *testing.T) {
	ctx := t.Context()
	server, err := Start(ctx, Options{Root: filepath.Join("..", ".."), Settings: []string{"work_mem=5MB"}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := server.Stop(); err != nil {
			t.Error(err)
		}
	}()

	conn, err := pgx.Connect(ctx, server.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(ctx) }()
	for query, want := range map[string]string{
		"SHOW server_encoding":                 "UTF8",
		"SHOW timezone":                        "UTC",
		"SHOW work_mem":                        "5MB",
		"SELECT ('a' < 'B')::text":             "true",
		`SELECT ('a' < 'B' COLLATE "C")::text`: "false",
	} {
		var got string
		if err := conn.QueryRow(ctx, query).Scan(&got); err != nil {
			t.Errorf("%s: %v", query, err)
		} else if got != want {
			t.Errorf("%s = %s, want %s", query, got, want)
		}
	}

	var data string
	if err := conn.QueryRow(ctx, "SHOW data_directory").Scan(&data); err != nil {
		t.Fatal(err)
	}
	if err := server.Stop(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Dir(data)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%s is left behind", filepath.Dir(data))
	}
	if _, err := pgx.Connect(ctx, server.URL()); err == nil {
		t.Error("the server still answers after Stop")
	}
}

func TestWrongPasswordIsRefused(t *testing.T) {
	server, err := Start(t.Context(), Options{Root: filepath.Join("..", "..")})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = server.Stop() }()
	config, err := pgx.ParseConfig(server.URL())
	if err != nil {
		t.Fatal(err)
	}
	config.Password = "guess"
	if conn, err := pgx.ConnectConfig(t.Context(), config); err == nil {
		_ = conn.Close(t.Context())
		t.Error("any user of this machine can log in as the superuser")
	}
}

func TestBadSettingIsExplained(t *testing.T) {
	_, err := Start(t.Context(), Options{Root: filepath.Join("..", ".."), Settings: []string{"work_mem=nonsense"}})
	if err == nil || !strings.Contains(err.Error(), "work_mem") {
		t.Errorf("error = %v, want one that quotes the server's log", err)
	}
}

func TestMissingPackageIsExplained(t *testing.T) {
	_, err := Start(t.Context(), Options{Root: t.TempDir()})
	if err == nil || !strings.Contains(err.Error(), "npm ci") {
		t.Errorf("error = %v, want one that says what to do", err)
	}
}

func TestLinksAreAddedWhereNpmRanNoScripts(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the package has no links on Windows")
	}
	from := t.TempDir()
	for name, text := range map[string]string{
		"pg-symlinks.json": `[{"source":"native/lib/libx.so.1.2","target":"native/lib/libx.so"}]`,
		"lib/libx.so.1.2":  "library",
		"lib/libx.a":       "archive",
	} {
		path := filepath.Join(from, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	to := filepath.Join(t.TempDir(), "native")
	if err := copyTree(from, to); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(to, "lib", "libx.so"))
	if err != nil || string(text) != "library" {
		t.Errorf("lib/libx.so = %q, %v", text, err)
	}
	info, err := os.Stat(filepath.Join(to, "lib", "libx.so.1.2"))
	if err != nil {
		t.Fatal(err)
	}
	if mode := info.Mode().Perm(); mode != 0o644 {
		t.Errorf("mode = %o, want it readable by everybody", mode)
	}
	if _, err := os.Stat(filepath.Join(to, "lib", "libx.a")); !errors.Is(err, fs.ErrNotExist) {
		t.Error("an archive for the linker was copied")
	}
}
