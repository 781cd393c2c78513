package pgtest

import (
	"context"
	"crypto/rand"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/parley-reports/parley/internal/embeddedpg"
)

// Server starts a server of the test's own, for what the shared one cannot show:
// certificates, and who may log in from where. It returns the address of its
// superuser; the server ends with the test.
func Server(t testing.TB, options embeddedpg.Options) (url string) {
	t.Helper()
	if options.Root == "" {
		options.Root = root(t)
	}
	server, err := embeddedpg.Start(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Stop(); err != nil {
			t.Errorf("stop the server: %v", err)
		}
	})
	return server.URL()
}

// Role makes a user who may log in, with further options of CREATE ROLE, and
// returns the name and the password. What was granted to the user goes with it
// when the test ends.
func Role(t testing.TB, conn *pgx.Conn, options string) (name, password string) {
	t.Helper()
	name, password = "test_"+strings.ToLower(rand.Text()), rand.Text()
	if _, err := conn.Exec(t.Context(), fmt.Sprintf("CREATE ROLE %s LOGIN PASSWORD '%s' %s", name, password, options)); err != nil {
		t.Fatalf("create role: %v", err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		if _, err := conn.Exec(ctx, fmt.Sprintf("DROP OWNED BY %[1]s; DROP ROLE %[1]s", name)); err != nil {
			t.Errorf("drop role %s: %v", name, err)
		}
	})
	return name, password
}

// root is the directory of the module, where the server's npm package is.
func root(t testing.TB) string {
	t.Helper()
	file, err := exec.CommandContext(t.Context(), "go", "env", "GOMOD").Output()
	if err != nil {
		t.Fatalf("go env GOMOD: %v", err)
	}
	return filepath.Dir(strings.TrimSpace(string(file)))
}
