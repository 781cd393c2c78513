package postgres

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// Class says whose fault an error of the database is, and so what mends it.
type Class string

// The classes of errors.
const (
	Unreachable Class = "unreachable" // no connection
	Refused     Class = "refused"     // the login failed
	Forbidden   Class = "forbidden"   // a right is missing
	Schema      Class = "schema"      // a relation or column is missing
	Timeout     Class = "timeout"     // the statement took too long
	Cancelled   Class = "cancelled"   // nobody waits any more
	Input       Class = "input"       // a value of the query cannot be used
	Overload    Class = "overload"    // the server has no resources left
	Other       Class = "other"
)

// Explain turns an error of the database into its class and a sentence that says
// what to do. It never holds values of rows.
func Explain(err error) (Class, string) {
	var pg *pgconn.PgError
	var connect *pgconn.ConnectError
	var network *net.OpError
	var dns *net.DNSError
	var authority x509.UnknownAuthorityError
	var hostname x509.HostnameError
	var invalid x509.CertificateInvalidError
	switch {
	case errors.Is(err, context.Canceled):
		return Cancelled, "the query was cancelled"
	case errors.As(err, &pg):
		return explainCode(pg)
	case errors.As(err, &dns):
		return Unreachable, fmt.Sprintf("the host %s is not known: check the host in the data source's settings", dns.Name)
	case errors.As(err, &authority):
		return Unreachable, "the server's TLS certificate is signed by an unknown authority: paste its root certificate in the data source's settings"
	case errors.As(err, &hostname):
		return Unreachable, "the server's TLS certificate names another host: choose the TLS mode \"Verify the certificate\" (verify-ca), or the host that it names"
	case errors.As(err, &invalid):
		return Unreachable, "the server's TLS certificate is not valid: " + invalid.Error()
	case errors.As(err, &connect) && strings.HasSuffix(err.Error(), "server refused TLS connection"):
		return Unreachable, "the server does not speak TLS: turn TLS on there, or choose the TLS mode \"Disabled\" (disable) in the data source's settings"
	case errors.As(err, &network) || errors.As(err, &connect) && !errors.Is(err, context.DeadlineExceeded):
		return Unreachable, "the database cannot be reached: check host and port in the data source's settings, that the server runs, and that this machine may connect to it"
	case errors.Is(err, context.DeadlineExceeded):
		if connect != nil {
			return Unreachable, "the database did not answer in 10 seconds: check host, port and firewall"
		}
		return Timeout, "the query took too long: choose a shorter range or fewer groups, or raise the timeout in the data source's settings"
	}
	return Other, "the database connection failed: " + err.Error()
}

func explainCode(pg *pgconn.PgError) (Class, string) {
	switch pg.Code {
	case "28P01":
		return Refused, "the login failed: check user and password in the data source's settings"
	case "28000":
		return Refused, "the server does not let this user in: " + pg.Message + "; check the user in the data source's settings, and whether the server (pg_hba.conf) wants TLS or a certificate, and allows this machine's address"
	case "3D000":
		return Refused, "the database does not exist: check its name in the data source's settings"
	case "42501":
		return Forbidden, "the user may not read this: " + pg.Message + "; grant it SELECT"
	case "42P01", "42703", "3F000":
		return Schema, "the schema is not what it was: " + pg.Message + "; ask again to have it examined anew"
	case "57014":
		return Timeout, "the query took longer than the data source's timeout, or was cancelled in the server: choose a shorter range or fewer groups, or raise the timeout in its settings"
	case "55P03":
		return Timeout, "a table is locked by another session for more than 5 seconds: try again"
	case "2201B":
		return Input, "the pattern is no regular expression that PostgreSQL reads: " + pg.Message
	case "53300":
		return Overload, "the server has no connection free: lower the data source's maximum of connections, or raise max_connections there"
	case "53100", "53200":
		return Overload, "the server ran out of memory or disk: " + pg.Message
	case "08P01":
		return Other, "the server or a pooler before it refused the protocol: " + pg.Message + "; behind pgbouncer set \"Prepared statements\" to \"Not kept\" (exec) in the data source's settings"
	case "42P05", "26000":
		return Other, "prepared statements do not work here: behind pgbouncer set \"Prepared statements\" to \"Not kept\" (exec) in the data source's settings"
	}
	switch pg.Code[:min(2, len(pg.Code))] {
	case "57":
		return Unreachable, "the server is shutting down or starting up: try again"
	case "22":
		return Input, "a value cannot be used: " + pg.Message
	}
	return Other, fmt.Sprintf("the database answered %s: %s", pg.Code, pg.Message)
}
