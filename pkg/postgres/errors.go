package postgres

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

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

// ColumnError is an error of a value with the columns that it can come from:
// PostgreSQL itself names none.
type ColumnError struct {
	Columns []string
	Err     error
}

func (e *ColumnError) Error() string { return e.Err.Error() }
func (e *ColumnError) Unwrap() error { return e.Err }

// Explain turns an error of the database into its class and a sentence that says
// what to do. The sentence never contains values of rows: not even the message of
// the server is shown where PostgreSQL quotes values in it.
func Explain(err error) (Class, string) {
	var pg *pgconn.PgError
	var limit *timeoutError
	switch {
	case errors.Is(err, context.Canceled):
		return Cancelled, "the query was canceled"
	case errors.As(err, &pg):
		return explainCode(err, pg)
	case errors.As(err, &limit):
		return explainTimeout(limit)
	}
	return explainConnection(err)
}

// explainConnection is about errors that are not the server's own words.
func explainConnection(err error) (Class, string) {
	var connect *pgconn.ConnectError
	var network *net.OpError
	var dns *net.DNSError
	var authority x509.UnknownAuthorityError
	var hostname x509.HostnameError
	var invalid x509.CertificateInvalidError
	connecting := errors.As(err, &connect)
	switch {
	case errors.As(err, &dns):
		return Unreachable, fmt.Sprintf("the host %s was not found: check the host in the data source settings", clip(dns.Name))
	case errors.As(err, &authority):
		return Unreachable, "the TLS certificate of the server is signed by an unknown authority: add the CA certificate in the data source settings"
	case errors.As(err, &hostname):
		return Unreachable, "the TLS certificate of the server is for another host: use that host, or the TLS mode verify-ca"
	case errors.As(err, &invalid):
		return Unreachable, "the server's TLS certificate is not valid: " + invalid.Error()
	case connecting && strings.HasSuffix(err.Error(), "server refused TLS connection"):
		return Unreachable, "the server does not support TLS: enable TLS on the server, or choose the TLS mode disable in the data source settings"
	case errors.Is(err, context.DeadlineExceeded) && connecting:
		return Unreachable, "the database did not answer in time: check host, port and firewall"
	case errors.Is(err, context.DeadlineExceeded):
		return Timeout, "the query took too long: choose a shorter time range or fewer groups, or raise the query timeout in the data source settings"
	case connecting:
		return Unreachable, "the database cannot be reached: check the host and port in the data source settings, that the server is running, and that it accepts connections from the Grafana server"
	case errors.As(err, &network), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed), errors.Is(err, pgconn.ErrConnClosed):
		return Unreachable, "the connection to the database was lost: try again; if it happens often, check host and port, the firewall, and the idle timeout of the network or pooler between"
	}
	return Other, "Parley cannot read the result: a column has an unexpected value or type. Run `parley check` to find the rows"
}

func explainTimeout(e *timeoutError) (Class, string) {
	after := seconds(e.after)
	switch e.step {
	case stepConnect:
		return Unreachable, "the database did not answer in " + after + ": check host, port and firewall"
	case stepWait:
		return Overload, fmt.Sprintf("no connection was available for %s: all %d connections of this data source were in use. Raise max connections in the data source settings, or show fewer panels at once", after, e.connections)
	case stepBegin:
		return Unreachable, "the database or the pooler before it did not begin a query in " + after + ": check that the server answers, and that the pooler has enough connections"
	case stepExamine:
		return Timeout, "the database did not show its tables in " + after + ": check that the server answers and is not overloaded, and the network; the next query tries again"
	}
	return Timeout, "the database did not finish in " + after + ", and the connection was closed: choose a shorter time range or fewer groups, or raise the query timeout in the data source settings. If short queries fail too, check the network"
}

func seconds(d time.Duration) string {
	if d == time.Second {
		return "1 second"
	}
	return fmt.Sprintf("%g seconds", d.Round(time.Millisecond).Seconds())
}

func explainCode(err error, pg *pgconn.PgError) (Class, string) {
	message := clip(pg.Message)
	switch pg.Code {
	case "28P01":
		return Refused, "the login failed: check user and password in the data source settings"
	case "28000":
		return Refused, "the server rejected the connection: " + message + "; check the user in the data source settings, and whether the server (pg_hba.conf) requires TLS or a certificate, and allows the address of the Grafana server"
	case "3D000":
		return Refused, "the database does not exist: check its name in the data source settings"
	case "42501":
		return Forbidden, "the user has no read access: " + message + "; grant SELECT to the user"
	case "42P01", "42703", "3F000":
		if !quotable(pg) {
			message = "a relation or column is missing (" + pg.Code + ")"
		}
		return Schema, "the database schema has changed: " + message + "; run the query again to update it"
	case "57014":
		return Timeout, "the query took longer than the query timeout of the data source, or was canceled on the server: choose a shorter time range or fewer groups, or raise the query timeout in the data source settings"
	case "55P03":
		return Timeout, "a table is locked by another session for more than 5 seconds: try again"
	case "2201B":
		return Input, "PostgreSQL cannot read the regular expression: " + message
	case "53300":
		return Overload, "the server has no free connections: lower max connections in the data source settings, or raise max_connections on the server or the connection limit of the user"
	case "53100", "53200":
		return Overload, "the server ran out of memory or disk: " + message
	case "25006":
		return Other, "a view or function tries to write, but Parley reads only: check the views and functions of the schema"
	case "25P03", "25P04":
		return Timeout, "the server ended the transaction because it took too long (idle_in_transaction_session_timeout or transaction_timeout): choose a shorter range, or raise that setting for this user"
	case "40001", "40P01", "72000":
		return Overload, "the server ended the query because of another one: try again; on a replica, raise max_standby_streaming_delay or turn hot_standby_feedback on"
	case "08P01":
		return Other, "the server or connection pooler rejected the protocol: " + message + "; with PgBouncer, set prepared statements to Disabled (exec) in the data source settings"
	case "42P05", "26000", "0A000":
		if pg.Code != "0A000" || strings.Contains(pg.Message, "cached plan") {
			return Other, "prepared statements do not work here: with PgBouncer, set prepared statements to Disabled (exec) in the data source settings"
		}
	}
	return explainClass(err, pg)
}

// quotesNoRows are the classes of codes whose messages are about names, rights and
// the server. All others may quote values of rows.
var quotesNoRows = []string{"08", "0A", "28", "3D", "3F", "42", "53", "54", "55", "57"}

// quotable reports whether the server's message can be shown. What ends a connection
// or its login is about no rows. An error of class 42 is about the statement where it
// has a position in it: while rows are read, casts and functions use the class too.
func quotable(pg *pgconn.PgError) bool {
	class := pg.Code[:min(2, len(pg.Code))]
	switch {
	case pg.SeverityUnlocalized == "FATAL":
		return true
	case class == "42" && pg.Position == 0:
		return pg.Code == "42501"
	}
	return slices.Contains(quotesNoRows, class)
}

func explainClass(err error, pg *pgconn.PgError) (Class, string) {
	class := pg.Code[:min(2, len(pg.Code))]
	switch class {
	case "57":
		return Unreachable, "the server is shutting down or starting up: try again"
	case "22":
		return Input, explainValue(err, pg)
	case "P0", "38", "39":
		return Other, "a database function failed (" + pg.Code + "): the views of the schema call it; the server's log has its text"
	case "HV":
		return Unreachable, "a foreign table cannot be read (" + pg.Code + "): check the server that it is on; the database's log has the reason"
	case "XX":
		if strings.Contains(pg.Message, "MaxClients") || strings.Contains(pg.Message, "max clients") {
			return Overload, "the connection pooler has no free connections: lower max connections in the data source settings, or raise the size of the pool"
		}
	}
	switch {
	case quotable(pg):
		return Other, fmt.Sprintf("the database returned an error: %s (%s)", clip(pg.Message), pg.Code)
	case pg.Code == "":
		return Other, "the database returned an error without a code: the server's log has its text"
	}
	return Other, "the database returned the error " + pg.Code + ": the server's log has its text"
}

// values are the errors of class 22 by their codes.
var values = map[string]string{
	"22P02": "a text has the wrong format for its type",
	"22003": "a number is out of range for its type",
	"22007": "a text is not a date or time",
	"22008": "a date or time is out of range",
	"22009": "the offset of a time zone is out of range",
	"22012": "there is a division by zero",
	"22001": "a text is too long for its type",
	"22021": "a text has bytes that its encoding does not allow",
	"22P05": "a text has a character that the encoding of the database does not have",
	"22023": "a function received an invalid value",
	"22030": "a JSON object has a duplicate key",
	"22032": "a text is not valid JSON",
}

// ofType finds the type in PostgreSQL's English messages, before the value.
var ofType = regexp.MustCompile(`^(?:invalid input (?:syntax|value) for (?:type |enum )?|malformed )"?([a-z][a-z0-9_. ]*?)"?(?: literal)?(?::|$)`)

// explainValue says what was expected and where, without the value.
func explainValue(err error, pg *pgconn.PgError) string {
	what := values[pg.Code]
	if what == "" {
		what = "error " + pg.Code
	}
	if typ := ValueType(pg); typ != "" {
		what += ": " + typ + " was expected"
	}
	var at *ColumnError
	switch {
	case pg.TableName != "" && pg.ColumnName != "":
		what += ", in the column " + clip(pg.TableName+"."+pg.ColumnName)
	case errors.As(err, &at) && len(at.Columns) > 0:
		what += ", in " + strings.Join(at.Columns, " or ")
	}
	return "a value cannot be used: " + what + ". Run `parley check` to find the rows, and correct them or the view"
}

// ValueType is the type that a value of the message should have had; "" where the
// message does not say.
func ValueType(pg *pgconn.PgError) string {
	if m := ofType.FindStringSubmatch(pg.Message); m != nil {
		return m[1]
	}
	return ""
}

// clip is a text as one line of no more than 200 characters.
func clip(s string) string {
	const most = 200
	s = strings.Join(strings.Fields(s), " ")
	if utf8.RuneCountInString(s) > most {
		s = string([]rune(s)[:most]) + "…"
	}
	return s
}
