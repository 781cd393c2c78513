package demo

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"os"
	"strconv"

	"github.com/jackc/pgx/v5"

	"github.com/parley-reports/parley/pkg/postgres"
	"github.com/parley-reports/parley/pkg/source"
)

// settings are what the data source has to know to reach a database.
type settings struct {
	postgres.Settings
	// Kind of database; empty is views.
	Kind     string
	Schema   string
	Account  string
	Webhook  source.Webhook
	Timezone string
	// ChatURL is the template of links to chats, empty where none is known.
	ChatURL string
}

// settingsOf turns a connection URL into settings, after one try, in which
// nothing is written.
func settingsOf(ctx context.Context, address, schema, timezone string) (settings, error) {
	base, err := postgres.SettingsFromURL(address)
	if err != nil {
		return settings{}, err
	}
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		return settings{}, fmt.Errorf("reach the database: %w", err)
	}
	if err := conn.Close(ctx); err != nil {
		return settings{}, err
	}
	// The data source takes certificates by their contents.
	var parameters url.Values
	if parsed, err := url.Parse(address); err == nil {
		parameters = parsed.Query()
	}
	for parameter, into := range map[string]*string{
		"sslrootcert": &base.CACert, "sslcert": &base.ClientCert, "sslkey": &base.ClientKey,
	} {
		path := parameters.Get(parameter)
		if path == "" || path == "system" {
			continue
		}
		pem, err := os.ReadFile(path)
		if err != nil {
			return settings{}, fmt.Errorf("%s: %w", parameter, err)
		}
		*into = string(pem)
	}
	return settings{Settings: base, Schema: schema, Timezone: timezone}, nil
}

// jsonData and secrets are the settings as Grafana hands them to the plugin.
func (s settings) jsonData() map[string]any {
	return map[string]any{
		"kind": s.Kind, "host": s.Host, "port": s.Port, "database": s.Database, "user": s.User,
		"tlsMode": s.TLSMode, "schema": s.Schema, "account": s.Account, "timezone": s.Timezone, "chatUrl": s.ChatURL,
		"table": s.Webhook.Table, "receivedAtColumn": s.Webhook.ReceivedAt, "payloadColumn": s.Webhook.Payload,
	}
}

func (s settings) secrets() map[string]string {
	secrets := map[string]string{"password": s.Password}
	for name, pem := range map[string]string{
		"tlsCACert": s.CACert, "tlsClientCert": s.ClientCert, "tlsClientKey": s.ClientKey,
	} {
		if pem != "" {
			secrets[name] = pem
		}
	}
	return secrets
}

// environment is what provisioning/datasources/parley.yaml reads.
func (s settings) environment() []string {
	return []string{
		"PARLEY_HOST=" + s.Host,
		"PARLEY_PORT=" + strconv.Itoa(s.Port),
		"PARLEY_DATABASE=" + s.Database,
		"PARLEY_USER=" + s.User,
		"PARLEY_PASSWORD=" + s.Password,
		"PARLEY_TLS_MODE=" + s.TLSMode,
		"PARLEY_TLS_CA_CERT=" + s.CACert,
		"PARLEY_TLS_CLIENT_CERT=" + s.ClientCert,
		"PARLEY_TLS_CLIENT_KEY=" + s.ClientKey,
		"PARLEY_KIND=" + s.Kind,
		"PARLEY_SCHEMA=" + s.Schema,
		"PARLEY_ACCOUNT=" + s.Account,
		"PARLEY_TABLE=" + s.Webhook.Table,
		"PARLEY_RECEIVED_AT_COLUMN=" + s.Webhook.ReceivedAt,
		"PARLEY_PAYLOAD_COLUMN=" + s.Webhook.Payload,
		"PARLEY_TIMEZONE=" + s.Timezone,
		"PARLEY_CHAT_URL=" + s.ChatURL,
	}
}

// reader makes a login that can only read the schema, as a team would for
// Grafana, and returns the address with it.
func reader(ctx context.Context, conn *pgx.Conn, address, schema, name, password string) (string, error) {
	quoted := pgx.Identifier{schema}.Sanitize()
	for _, statement := range []string{
		fmt.Sprintf("CREATE ROLE %s LOGIN PASSWORD '%s'", name, password),
		fmt.Sprintf("GRANT USAGE ON SCHEMA %s TO %s", quoted, name),
		fmt.Sprintf("GRANT SELECT ON ALL TABLES IN SCHEMA %s TO %s", quoted, name),
	} {
		if _, err := conn.Exec(ctx, statement); err != nil {
			return "", fmt.Errorf("make a read-only login: %w", err)
		}
	}
	parsed, err := url.Parse(address)
	if err != nil {
		return "", err
	}
	parsed.User = url.UserPassword(name, password)
	return parsed.String(), nil
}

// isLoopback says whether the host is this machine, which a container sees under
// another name.
func isLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
