// Package pgtest connects tests to the PostgreSQL server at DATABASE_URL, which
// `go tool mage test` starts.
package pgtest

import (
	"context"
	"crypto/rand"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/parley-reports/parley/internal/embeddedpg"
)

// Address is the address of the test server; "" where there is none.
func Address() string { return embeddedpg.FromEnvironment() }

// URL returns the address of the test server, or fails the test.
func URL(t testing.TB) string {
	t.Helper()
	address := Address()
	if address == "" {
		t.Fatalf("%s is not set: run `go tool mage test`, which starts a PostgreSQL for the tests, or set it to a server of your own", embeddedpg.Variable)
	}
	return address
}

// Connect opens a connection that is closed when the test ends.
func Connect(t testing.TB) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), URL(t))
	if err != nil {
		t.Fatalf("connect to %s: %v", embeddedpg.Variable, err)
	}
	t.Cleanup(func() { closeConn(t, conn) })
	return conn
}

// Schema makes an empty schema whose name no other test has, and returns the
// server's address and the name. It is dropped when the test ends.
func Schema(t testing.TB) (url, schema string) {
	t.Helper()
	url = URL(t)
	schema = "test_" + strings.ToLower(rand.Text())
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatalf("connect to %s: %v", embeddedpg.Variable, err)
	}
	t.Cleanup(func() {
		// The test's own context is over by now.
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		if _, err := conn.Exec(ctx, "DROP SCHEMA IF EXISTS "+schema+" CASCADE"); err != nil {
			t.Errorf("drop schema %s: %v", schema, err)
		}
		closeConn(t, conn)
	})
	if _, err := conn.Exec(t.Context(), "CREATE SCHEMA "+schema); err != nil {
		t.Fatalf("create schema %s: %v", schema, err)
	}
	return url, schema
}

// Database returns a connection to a database of its own, in which no other test
// makes schemas. It is dropped when the test ends, before the roles made earlier.
func Database(t testing.TB) *pgx.Conn {
	t.Helper()
	server := Connect(t)
	_, name := Schema(t)
	if _, err := server.Exec(t.Context(), "CREATE DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	config := server.Config().Copy()
	config.Database = name
	conn, err := pgx.ConnectConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx := context.Background()
		if err := conn.Close(ctx); err != nil {
			t.Error(err)
		}
		again, err := pgx.Connect(ctx, URL(t))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = again.Close(ctx) }()
		if _, err := again.Exec(ctx, "DROP DATABASE "+name); err != nil {
			t.Error(err)
		}
	})
	return conn
}

func closeConn(t testing.TB, conn *pgx.Conn) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := conn.Close(ctx); err != nil {
		t.Errorf("close the connection: %v", err)
	}
}

// Quote writes a text as SQL.
func Quote(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }
