package postgres_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/parley-reports/parley/internal/embeddedpg"
	"github.com/parley-reports/parley/internal/pgtest"
	"github.com/parley-reports/parley/pkg/postgres"
)

// authority signs certificates.
type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
	pem         string
}

func newAuthority(t testing.TB) authority {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Test authority"},
		NotBefore: time.Now().Add(-48 * time.Hour), NotAfter: time.Now().Add(48 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	key := newKey(t)
	raw, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(raw)
	if err != nil {
		t.Fatal(err)
	}
	return authority{certificate, key, block("CERTIFICATE", raw)}
}

// sign makes a certificate for the name, which is of a server on the loopback
// address or of a user, and its key.
func (a authority) sign(t testing.TB, name string, until time.Time) (certificate, key string) {
	t.Helper()
	own := newKey(t)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-24 * time.Hour), NotAfter: until,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, a.certificate, &own.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	rawKey, err := x509.MarshalPKCS8PrivateKey(own)
	if err != nil {
		t.Fatal(err)
	}
	return block("CERTIFICATE", raw), block("PRIVATE KEY", rawKey)
}

func newKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func block(kind string, raw []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: raw}))
}

const accessRules = `
hostssl all     encrypted 127.0.0.1/32 scram-sha-256
hostssl all     certified 127.0.0.1/32 cert
host    nowhere stranger  127.0.0.1/32 scram-sha-256
host    all     postgres  127.0.0.1/32 scram-sha-256
`

// TestTLS connects to a server that speaks TLS, and then to the same one when it
// does not.
func TestTLS(t *testing.T) {
	ours, other := newAuthority(t), newAuthority(t)
	tomorrow := time.Now().Add(24 * time.Hour)
	certificate, key := ours.sign(t, "database", tomorrow)
	expired, expiredKey := ours.sign(t, "database", time.Now().Add(-time.Hour))
	userCertificate, userKey := ours.sign(t, "certified", tomorrow)
	url := pgtest.Server(t, embeddedpg.Options{Files: map[string]string{
		"server.crt": certificate, "server.key": key, "root.crt": ours.pem,
		"expired.crt": expired, "expired.key": expiredKey,
		"pg_hba.conf":          accessRules,
		"postgresql.auto.conf": "ssl = on\nssl_ca_file = 'root.crt'\n",
	}})
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(t.Context()) }()
	execute := func(statements ...string) {
		t.Helper()
		for _, sql := range statements {
			if _, err := conn.Exec(t.Context(), sql); err != nil {
				t.Fatalf("%s: %v", sql, err)
			}
		}
	}
	execute("CREATE ROLE encrypted LOGIN PASSWORD 'secret'", "CREATE ROLE certified LOGIN", "CREATE ROLE stranger LOGIN PASSWORD 'secret'")
	server := settings(t, url)
	// change sets the server's settings and waits until new connections have them.
	change := func(values map[string]string) {
		t.Helper()
		for name, value := range values {
			execute("ALTER SYSTEM SET " + name + " = '" + value + "'")
		}
		execute("SELECT pg_reload_conf()")
		within(t, 10*time.Second, "the settings are read", func() bool {
			fresh, err := pgx.Connect(t.Context(), url)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = fresh.Close(t.Context()) }()
			for name, value := range values {
				var now string
				if err := fresh.QueryRow(t.Context(), "SHOW "+name).Scan(&now); err != nil || now != value {
					return false
				}
			}
			return true
		})
	}

	type attempt struct {
		name string
		with func(s *postgres.Settings)
		// encrypted says how the connection is; with a class it fails instead,
		// and the sentence says what to do.
		encrypted bool
		class     postgres.Class
		sentence  string
	}
	try := func(t *testing.T, attempts []attempt) {
		for _, a := range attempts {
			t.Run(a.name, func(t *testing.T) {
				s := server
				a.with(&s)
				db := open(t, s)
				encrypted, err := value[bool](t.Context(), db, "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
				switch {
				case a.class == "" && err != nil:
					t.Error(err)
				case a.class == "" && encrypted != a.encrypted:
					t.Errorf("encrypted: %t, want %t", encrypted, a.encrypted)
				case a.class != "":
					class, sentence := postgres.Explain(err)
					if class != a.class || !strings.Contains(sentence, a.sentence) {
						t.Errorf("%v is explained as %s: %s; want %s: … %s", err, class, sentence, a.class, a.sentence)
					}
				}
			})
		}
	}
	mode := func(mode, ca string) func(*postgres.Settings) {
		return func(s *postgres.Settings) { s.TLSMode, s.CACert = mode, ca }
	}
	user := func(name, password, mode string) func(*postgres.Settings) {
		return func(s *postgres.Settings) { s.User, s.Password, s.TLSMode = name, password, mode }
	}
	// The certificate names the address, not this name of it.
	byName := func(mode string) func(*postgres.Settings) {
		return func(s *postgres.Settings) { s.Host, s.TLSMode, s.CACert = "localhost", mode, ours.pem }
	}

	t.Run("server with TLS", func(t *testing.T) {
		try(t, []attempt{
			{"disable", mode("disable", ""), false, "", ""},
			{"prefer", mode("prefer", ""), true, "", ""},
			{"require", mode("require", ""), true, "", ""},
			{"verify-ca", mode("verify-ca", ours.pem), true, "", ""},
			{"verify-ca, another name", byName("verify-ca"), true, "", ""},
			{"verify-ca, wrong authority", mode("verify-ca", other.pem), false, postgres.Unreachable, "unknown authority: add the CA certificate"},
			{"verify-ca, no authority", mode("verify-ca", ""), false, postgres.Unreachable, "unknown authority: add the CA certificate"},
			{"verify-full", mode("verify-full", ours.pem), true, "", ""},
			{"verify-full, another name", byName("verify-full"), false, postgres.Unreachable, "is for another host"},
			{"verify-full, wrong authority", mode("verify-full", other.pem), false, postgres.Unreachable, "unknown authority: add the CA certificate"},
			{"TLS wanted and used", user("encrypted", "secret", "require"), true, "", ""},
			{"TLS wanted and not used", user("encrypted", "secret", "disable"), false, postgres.Refused, "requires TLS"},
			{"wrong password", user("encrypted", "guess", "require"), false, postgres.Refused, "check user and password"},
			{"wrong password, prefer", user("encrypted", "guess", "prefer"), false, postgres.Refused, "check user and password"},
			{"unknown user", user("nobody", "guess", "require"), false, postgres.Refused, "check the user"},
			{"not from here", user("stranger", "secret", "require"), false, postgres.Refused, "allows the address of the Grafana server"},
			{"client certificate wanted", user("certified", "", "require"), false, postgres.Refused, "requires TLS or a certificate"},
			{"client certificate", func(s *postgres.Settings) {
				s.User, s.TLSMode, s.CACert, s.ClientCert, s.ClientKey = "certified", "verify-full", ours.pem, userCertificate, userKey
			}, true, "", ""},
			{"client certificate of another user", func(s *postgres.Settings) {
				s.User, s.TLSMode, s.ClientCert, s.ClientKey = "encrypted", "require", userCertificate, userKey
			}, false, postgres.Refused, "check user and password"},
		})
	})

	t.Run("by address", func(t *testing.T) {
		var data string
		if err := conn.QueryRow(t.Context(), "SHOW data_directory").Scan(&data); err != nil {
			t.Fatal(err)
		}
		address, _, _ := strings.Cut(url, "?")
		for _, ending := range []string{"verify-full", "verify-ca", "require"} {
			s := settings(t, address+"?sslrootcert="+filepath.Join(data, "root.crt")+"&sslmode="+ending)
			if encrypted := must[bool](t, open(t, s), "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"); !encrypted {
				t.Errorf("%s: not encrypted", ending)
			}
		}
		for ending, want := range map[string]bool{"prefer": true, "disable": false} {
			s := settings(t, address+"?sslmode="+ending)
			if encrypted := must[bool](t, open(t, s), "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"); encrypted != want {
				t.Errorf("%s: encrypted: %t, want %t", ending, encrypted, want)
			}
		}
		s := settings(t, address+"?sslmode=verify-full")
		_, err := value[bool](t.Context(), open(t, s), "SELECT true")
		explained(t, err, postgres.Unreachable, "unknown authority")
	})

	t.Run("expired certificate", func(t *testing.T) {
		change(map[string]string{"ssl_cert_file": "expired.crt", "ssl_key_file": "expired.key"})
		try(t, []attempt{
			{"verify-full", mode("verify-full", ours.pem), false, postgres.Unreachable, "is not valid"},
			{"verify-ca", mode("verify-ca", ours.pem), false, postgres.Unreachable, "is not valid"},
			{"require", mode("require", ""), true, "", ""},
		})
	})

	t.Run("server without TLS", func(t *testing.T) {
		change(map[string]string{"ssl": "off"})
		try(t, []attempt{
			{"disable", mode("disable", ""), false, "", ""},
			{"prefer", mode("prefer", ""), false, "", ""},
			{"require", mode("require", ""), false, postgres.Unreachable, "does not support TLS"},
			{"verify-full", mode("verify-full", ours.pem), false, postgres.Unreachable, "does not support TLS"},
		})
	})

	t.Run("settings", func(t *testing.T) {
		for sentence, with := range map[string]func(*postgres.Settings){
			"-----BEGIN CERTIFICATE-----": mode("verify-full", "not a certificate"),
			"unknown TLS mode":            mode("verify", ""),
			"do not fit together":         func(s *postgres.Settings) { s.TLSMode, s.ClientCert, s.ClientKey = "require", userCertificate, key },
			"unknown execution mode":      func(s *postgres.Settings) { s.ExecMode = "prepared" },
		} {
			s := server
			with(&s)
			if db, err := postgres.Open(s); err == nil {
				db.Close()
				t.Errorf("no error where one says %q", sentence)
			} else if !strings.Contains(err.Error(), sentence) {
				t.Errorf("%v, want %q", err, sentence)
			}
		}
	})
}
