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
		return Cancelled, "the query was cancelled"
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
		return Unreachable, fmt.Sprintf("the host %s is not known: check the host in the data source's settings", clip(dns.Name))
	case errors.As(err, &authority):
		return Unreachable, "the server's TLS certificate is signed by an unknown authority: paste its root certificate in the data source's settings"
	case errors.As(err, &hostname):
		return Unreachable, "the server's TLS certificate names another host: choose the TLS mode \"Verify the certificate\" (verify-ca), or the host that it names"
	case errors.As(err, &invalid):
		return Unreachable, "the server's TLS certificate is not valid: " + invalid.Error()
	case connecting && strings.HasSuffix(err.Error(), "server refused TLS connection"):
		return Unreachable, "the server does not speak TLS: turn TLS on there, or choose the TLS mode \"Disabled\" (disable) in the data source's settings"
	case errors.Is(err, context.DeadlineExceeded) && connecting:
		return Unreachable, "the database did not answer in time: check host, port and firewall"
	case errors.Is(err, context.DeadlineExceeded):
		return Timeout, "the query took too long: choose a shorter range or fewer groups, or raise the query timeout in the data source's settings"
	case connecting:
		return Unreachable, "the database cannot be reached: check host and port in the data source's settings, that the server runs, and that this machine may connect to it"
	case errors.As(err, &network), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed), errors.Is(err, pgconn.ErrConnClosed):
		return Unreachable, "the connection to the database was cut off: try again; if it happens often, check host and port, the firewall, and the idle timeout of the network or pooler between"
	}
	return Other, "the answer of the database cannot be read: a column holds a value or a type that Parley does not expect. Run `parley check`, which names the rows"
}

func explainTimeout(e *timeoutError) (Class, string) {
	after := seconds(e.after)
	switch e.step {
	case stepConnect:
		return Unreachable, "the database did not answer in " + after + ": check host, port and firewall"
	case stepWait:
		return Overload, fmt.Sprintf("no connection was free for %s: all %d of this data source were in use. Raise max connections in the data source's settings, or show fewer panels at once", after, e.connections)
	case stepBegin:
		return Unreachable, "the database or the pooler before it did not begin a query in " + after + ": check that the server answers, and that the pooler has enough connections"
	case stepExamine:
		return Timeout, "the database did not show its tables in " + after + ": check that the server answers and is not overloaded, and the network; the next query tries again"
	}
	return Timeout, "the database did not finish in " + after + ", and the connection was closed: choose a shorter range or fewer groups, or raise the query timeout in the data source's settings. If short queries fail too, check the network"
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
		return Refused, "the login failed: check user and password in the data source's settings"
	case "28000":
		return Refused, "the server does not let this user in: " + message + "; check the user in the data source's settings, and whether the server (pg_hba.conf) wants TLS or a certificate, and allows this machine's address"
	case "3D000":
		return Refused, "the database does not exist: check its name in the data source's settings"
	case "42501":
		return Forbidden, "the user may not read this: " + message + "; grant it SELECT"
	case "42P01", "42703", "3F000":
		if !quotable(pg) {
			message = "a relation or column is missing (" + pg.Code + ")"
		}
		return Schema, "the schema is not what it was: " + message + "; ask again to have it examined anew"
	case "57014":
		return Timeout, "the query took longer than the data source's timeout, or was cancelled in the server: choose a shorter range or fewer groups, or raise the timeout in its settings"
	case "55P03":
		return Timeout, "a table is locked by another session for more than 5 seconds: try again"
	case "2201B":
		return Input, "the pattern is no regular expression that PostgreSQL reads: " + message
	case "53300":
		return Overload, "the server has no connection free: lower the data source's maximum of connections, or raise max_connections there or the connection limit of the user"
	case "53100", "53200":
		return Overload, "the server ran out of memory or disk: " + message
	case "25006":
		return Other, "a view or function that is read tries to write, and Parley only reads: check the views and functions of the schema"
	case "25P03", "25P04":
		return Timeout, "the server ended the transaction because it took too long (idle_in_transaction_session_timeout or transaction_timeout): choose a shorter range, or raise that setting for this user"
	case "40001", "40P01", "72000":
		return Overload, "the server ended the query because of another one: try again; on a replica, raise max_standby_streaming_delay or turn hot_standby_feedback on"
	case "08P01":
		return Other, "the server or a pooler before it refused the protocol: " + message + "; behind pgbouncer set \"Prepared statements\" to \"Not kept\" (exec) in the data source's settings"
	case "42P05", "26000", "0A000":
		if pg.Code != "0A000" || strings.Contains(pg.Message, "cached plan") {
			return Other, "prepared statements do not work here: behind pgbouncer set \"Prepared statements\" to \"Not kept\" (exec) in the data source's settings"
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
		return Other, "a function of the database ended with an error of its own (" + pg.Code + "): the views of the schema call it; the server's log has its text"
	case "HV":
		return Unreachable, "a foreign table cannot be read (" + pg.Code + "): check the server that it is on; the database's log has the reason"
	case "XX":
		if strings.Contains(pg.Message, "MaxClients") || strings.Contains(pg.Message, "max clients") {
			return Overload, "the pooler has no connection free: lower max connections in the data source's settings, or raise the size of the pool"
		}
	}
	switch {
	case quotable(pg):
		return Other, fmt.Sprintf("the database answered: %s (%s)", clip(pg.Message), pg.Code)
	case pg.Code == "":
		return Other, "the database answered with an error without a code: the server's log has its text"
	}
	return Other, "the database answered with the error " + pg.Code + ": the server's log has its text"
}

// values are the errors of class 22 by their codes.
var values = map[string]string{
	"22P02": "a text is not written as its type wants",
	"22003": "a number is out of the bounds of its type",
	"22007": "a text is no date or time",
	"22008": "a date or time is out of bounds",
	"22009": "the offset of a time zone is out of bounds",
	"22012": "there is a division by zero",
	"22001": "a text is too long for its type",
	"22021": "a text has bytes that its encoding does not allow",
	"22P05": "a text has a character that the encoding of the database does not have",
	"22023": "a function gets a value that it does not take",
	"22030": "a JSON object has a key twice",
	"22032": "a text is no JSON",
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
	return "a value cannot be used: " + what + ". Run `parley check`, which names the rows, and correct them or the view"
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
