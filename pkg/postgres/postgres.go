// Package postgres connects to the message database: read-only, with limits on time
// and connections, and with cancellation. It contains nothing about reports.
package postgres

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Settings say how to reach a database and how much to ask of it.
type Settings struct {
	Host     string
	Port     int
	Database string
	User     string
	Password string
	// TLSMode is disable, prefer (encrypt where the server can), require
	// (encrypt, trust anyone), verify-ca or verify-full. Certificates and the
	// key are PEM contents.
	TLSMode    string
	CACert     string
	ClientCert string
	ClientKey  string
	// ExecMode is cache_statement, exec or simple_protocol; the latter two serve
	// behind a pgbouncer that pools transactions.
	ExecMode string
	// Timeout limits one statement in the server, and here the wait for a free
	// connection and, a little longer, the transaction. MaxConnections limits the pool.
	Timeout        time.Duration
	MaxConnections int
	// Dial replaces the network's dialer, for a proxy.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)

	// tls is what the mode and the files of an address come to.
	tls *tls.Config
}

// SettingsFromURL reads a postgres:// address, for the command line. sslmode,
// sslrootcert, sslcert, sslkey and the usual environment variables of libpq serve
// as pgx reads them.
func SettingsFromURL(address string) (Settings, error) {
	config, err := pgconn.ParseConfig(address)
	if err != nil {
		return Settings{}, fmt.Errorf("the address of the database cannot be read: %w", err)
	}
	s := Settings{Host: config.Host, Port: int(config.Port), Database: config.Database, User: config.User, Password: config.Password, tls: config.TLSConfig}
	plain := config.TLSConfig == nil
	for _, f := range config.Fallbacks {
		plain = plain || f.TLSConfig == nil
		if s.tls == nil {
			s.tls = f.TLSConfig
		}
	}
	switch {
	case s.tls == nil:
		s.TLSMode = "disable"
	case plain:
		s.TLSMode = "prefer"
	case !s.tls.InsecureSkipVerify:
		s.TLSMode = "verify-full"
	case s.tls.VerifyPeerCertificate != nil:
		s.TLSMode = "verify-ca"
	default:
		s.TLSMode = "require"
	}
	return s, nil
}

// Execution modes by their names in the settings.
var execModes = map[string]pgx.QueryExecMode{
	"": pgx.QueryExecModeCacheStatement, "cache_statement": pgx.QueryExecModeCacheStatement,
	"exec": pgx.QueryExecModeExec, "simple_protocol": pgx.QueryExecModeSimpleProtocol,
}

// DB is a pool of read-only connections.
type DB struct {
	pool    *pgxpool.Pool
	timeout time.Duration
	// freed wakes one of those that wait because the server lets no more
	// connections in.
	freed chan struct{}
}

// bare leaves nothing of a connection to the environment variables of libpq, which
// are meant for other programs.
const bare = `host=localhost port=5432 user=x password=x dbname=x passfile='' connect_timeout=10 target_session_attrs=any
  sslmode=disable sslrootcert='' sslcert='' sslkey='' sslcertmode=allow sslnegotiation=postgres channel_binding=prefer require_auth='' min_protocol_version=3.0 max_protocol_version=3.0`

// Open prepares the pool. It connects only when it is first used, so an
// unreachable database is an error of the queries, not of Open.
func Open(s Settings) (*DB, error) {
	if s.Timeout <= 0 {
		s.Timeout = defaultTimeout
	}
	config, err := pgxpool.ParseConfig(bare)
	if err != nil {
		return nil, fmt.Errorf("prepare the connection: %w", err)
	}
	mode, ok := execModes[s.ExecMode]
	if !ok {
		return nil, fmt.Errorf("unknown execution mode %q: choose cache_statement, exec or simple_protocol", s.ExecMode)
	}
	conn := config.ConnConfig
	conn.Host, conn.Port, conn.Database, conn.User, conn.Password = s.Host, uint16(s.Port), s.Database, s.User, s.Password
	conn.Fallbacks = nil
	conn.DefaultQueryExecMode = mode
	conn.ConnectTimeout = min(connectTimeout, s.Timeout+grace)
	conn.DialFunc = (&net.Dialer{KeepAlive: 15 * time.Second}).DialContext
	conn.RuntimeParams = map[string]string{"application_name": "parley"}
	if conn.TLSConfig, err = tlsConfig(s); err != nil {
		return nil, err
	}
	if s.TLSMode == "prefer" {
		conn.Fallbacks = []*pgconn.FallbackConfig{{Host: s.Host, Port: uint16(s.Port)}}
	}
	if s.Dial != nil {
		conn.DialFunc = s.Dial
		conn.LookupFunc = func(_ context.Context, host string) ([]string, error) { return []string{host}, nil }
	}
	// A query that nobody waits for is cancelled in the server, and the
	// connection stays. Where the server does not answer that either, the
	// connection is closed.
	conn.BuildContextWatcherHandler = func(c *pgconn.PgConn) ctxwatch.Handler {
		return &pgconn.CancelRequestContextWatcherHandler{Conn: c, DeadlineDelay: cancelTimeout}
	}
	config.MaxConns = int32(max(1, s.MaxConnections))
	config.MaxConnIdleTime = 5 * time.Minute
	// BEGIN shows whether a connection still works: see begin.
	config.ShouldPing = func(context.Context, pgxpool.ShouldPingParams) bool { return false }
	pool, err := pgxpool.NewWithConfig(context.Background(), config)
	if err != nil {
		return nil, fmt.Errorf("prepare the connection: %w", err)
	}
	return &DB{pool: pool, timeout: s.Timeout, freed: make(chan struct{})}, nil
}

func tlsConfig(s Settings) (*tls.Config, error) {
	if s.tls != nil {
		return s.tls, nil
	}
	if s.TLSMode == "" || s.TLSMode == "disable" {
		return nil, nil
	}
	config := &tls.Config{ServerName: s.Host, MinVersion: tls.VersionTLS12}
	if s.CACert != "" {
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM([]byte(s.CACert)) {
			return nil, errors.New("the CA certificate is not a PEM certificate: paste the whole text from -----BEGIN CERTIFICATE-----")
		}
	}
	if s.ClientCert != "" || s.ClientKey != "" {
		pair, err := tls.X509KeyPair([]byte(s.ClientCert), []byte(s.ClientKey))
		if err != nil {
			return nil, fmt.Errorf("the TLS client certificate and key do not fit together: %w", err)
		}
		config.Certificates = []tls.Certificate{pair}
	}
	switch s.TLSMode {
	case "prefer", "require":
		config.InsecureSkipVerify = true
	case "verify-ca":
		// The chain is verified, the name is not.
		config.InsecureSkipVerify = true
		config.VerifyConnection = func(state tls.ConnectionState) error {
			intermediates := x509.NewCertPool()
			for _, cert := range state.PeerCertificates[1:] {
				intermediates.AddCert(cert)
			}
			_, err := state.PeerCertificates[0].Verify(x509.VerifyOptions{Roots: config.RootCAs, Intermediates: intermediates})
			return err
		}
	case "verify-full":
	default:
		return nil, fmt.Errorf("unknown TLS mode %q: choose disable, prefer, require, verify-ca or verify-full", s.TLSMode)
	}
	return config, nil
}

// Close ends every connection.
func (db *DB) Close() { db.pool.Close() }

// Query runs one statement in a transaction of its own and calls row for each
// row of values. An error of row ends the statement, also in the server.
func (db *DB) Query(ctx context.Context, sql string, args []any, row func(values []any) error) error {
	return db.Read(ctx, func(ctx context.Context, tx pgx.Tx) error {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		rows, err := tx.Query(ctx, sql, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			values, err := rows.Values()
			if err == nil {
				err = row(values)
			}
			if err != nil {
				cancel() // or Close would read all that is still to come
				return err
			}
		}
		return rows.Err()
	})
}
