package report

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/textproto"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// Values of mail.tls.
const (
	startTLS = "starttls"
	onlyTLS  = "tls"
	noTLS    = "none"
)

var defaultPorts = map[string]int{startTLS: 587, onlyTLS: 465, noTLS: 25}

// A mailServer is a mail server and the account that sends.
type mailServer struct {
	host                      string
	port                      int
	security                  string
	user                      string
	passwordEnv, passwordFile string
	caFile                    string
	from                      *mail.Address
	// timeout is for each step of the server.
	timeout  time.Duration
	maxBytes int64
}

func (s *mailServer) address() string { return net.JoinHostPort(s.host, strconv.Itoa(s.port)) }

// password reads the password from where it is kept.
func (s *mailServer) password() (string, error) {
	if s.passwordEnv != "" {
		// Secrets that were made from a file end with its line break.
		if p := strings.TrimRight(os.Getenv(s.passwordEnv), "\r\n"); p != "" {
			return p, nil
		}
		return "", fmt.Errorf("the environment variable %s with the password of the mail server is not set", s.passwordEnv)
	}
	data, err := os.ReadFile(s.passwordFile)
	if err != nil {
		return "", fmt.Errorf("the password of the mail server cannot be read: %w", err)
	}
	if p := strings.TrimRight(string(data), "\r\n"); p != "" {
		return p, nil
	}
	return "", fmt.Errorf("the file %s with the password of the mail server is empty", s.passwordFile)
}

// A connection sends mails, one after the other.
type connection struct {
	*mailServer
	client *gomail.Client
	secret string
	steps  *steady
	stop   func() bool
	// sent is how many mails were sent.
	sent int
}

// patience is how long a mail that is being sent may go on after a cancellation: what is
// cut off in the middle may be sent twice.
const patience = 5 * time.Second

// dial connects to the server and logs in. The connection breaks soon after ctx is done.
func (s *mailServer) dial(ctx context.Context) (*connection, error) {
	c := &connection{mailServer: s, stop: func() bool { return true }}
	config, err := s.tlsConfig()
	if err != nil {
		return nil, err
	}
	open := func(dialing context.Context, network, address string) (net.Conn, error) {
		conn, err := (&net.Dialer{Timeout: s.timeout}).DialContext(dialing, network, address)
		if err != nil {
			return nil, &dialError{err}
		}
		c.steps = &steady{Conn: conn, timeout: s.timeout}
		c.stop = context.AfterFunc(ctx, func() {
			time.AfterFunc(patience, func() { _ = conn.Close() })
		})
		if s.security == onlyTLS {
			encrypted := tls.Client(c.steps, config)
			return encrypted, encrypted.HandshakeContext(ctx)
		}
		return c.steps, nil
	}
	options := []gomail.Option{gomail.WithPort(s.port), gomail.WithTimeout(s.timeout), gomail.WithDialContextFunc(open), gomail.WithTLSConfig(config), gomail.WithTLSPolicy(gomail.NoTLS),
		gomail.WithoutNoop()} // servers limit commands without a mail
	if s.security == startTLS {
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	}
	if s.user != "" {
		if c.secret, err = s.password(); err != nil {
			return nil, err
		}
		options = append(options, gomail.WithUsername(s.user), gomail.WithPassword(c.secret),
			gomail.WithOpportunisticSMTPAuth(gomail.SMTPAuthSCRAMSHA256, gomail.SMTPAuthPlain, gomail.SMTPAuthLogin))
	}
	if c.client, err = gomail.NewClient(s.host, options...); err != nil {
		return nil, fmt.Errorf("the mail settings are wrong: %w", err)
	}
	if err := c.client.DialWithContext(ctx); err != nil {
		if c.steps != nil {
			_ = c.steps.Close() // of no use any more
		}
		c.stop()
		return nil, c.explain(ctx, err)
	}
	return c, nil
}

func (s *mailServer) tlsConfig() (*tls.Config, error) {
	config := &tls.Config{ServerName: s.host, MinVersion: tls.VersionTLS12}
	if s.caFile == "" {
		return config, nil
	}
	pem, err := os.ReadFile(s.caFile)
	if err != nil {
		return nil, fmt.Errorf("mail.caFile cannot be read: %w", err)
	}
	config.RootCAs = x509.NewCertPool()
	if !config.RootCAs.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("mail.caFile %s contains no certificate", s.caFile)
	}
	return config, nil
}

// steady is a connection with a timeout for each step. The library has one for a whole
// mail, however large it is.
type steady struct {
	net.Conn
	timeout time.Duration
	// isLate is true after a step that took too long: the library does not pass that on.
	isLate atomic.Bool
	// hasRead is true once the server has said anything.
	hasRead atomic.Bool
}

func (s *steady) SetDeadline(time.Time) error { return nil }

func (s *steady) Read(b []byte) (int, error) {
	if err := s.SetReadDeadline(time.Now().Add(s.timeout)); err != nil {
		return 0, err
	}
	n, err := s.Conn.Read(b)
	s.hasRead.CompareAndSwap(false, n > 0)
	return n, s.note(err)
}

func (s *steady) Write(b []byte) (int, error) {
	if err := s.SetWriteDeadline(time.Now().Add(s.timeout)); err != nil {
		return 0, err
	}
	n, err := s.Conn.Write(b)
	return n, s.note(err)
}

func (s *steady) note(err error) error {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		s.isLate.Store(true)
	}
	return err
}

type dialError struct{ error }

func (e *dialError) Unwrap() error { return e.error }

// send sends a mail to one recipient.
func (c *connection) send(ctx context.Context, l *letter, to *mail.Address, again bool) error {
	m, err := l.message(c.from, to, again)
	if err != nil {
		return err
	}
	err = c.client.Send(m)
	if m.IsDelivered() {
		c.sent++
		return nil // whatever came after it
	}
	var failed *gomail.SendError
	if errors.As(err, &failed) && (failed.Reason == gomail.ErrConnCheck || failed.Reason == gomail.ErrSMTPMailFrom) {
		return &notBegun{c.explain(ctx, err)}
	}
	return c.explain(ctx, err)
}

// notBegun is an error before the server knew of the mail.
type notBegun struct{ error }

// isUsedUp reports whether a connection broke after it has sent mails, and before it sent
// any part of this one.
func (c *connection) isUsedUp(err error) bool {
	var before *notBegun
	return errors.As(err, &before) && c.sent > 0 && !c.isLate() && !c.works()
}

func (c *connection) close() {
	_ = c.client.Close() // all mails are delivered or not by now
	c.stop()
}

// explain says what the server did, and what to do about it.
func (c *connection) explain(ctx context.Context, err error) error {
	reason := c.hide(err.Error())
	var dial *dialError
	var send *gomail.SendError
	var answer *textproto.Error
	var authority x509.UnknownAuthorityError
	var certificate *tls.CertificateVerificationError
	isAnswer := errors.As(err, &answer)
	switch {
	case ctx.Err() != nil:
		return errors.New("canceled")
	case c.steps != nil && c.isLate() && c.security != onlyTLS && !c.steps.hasRead.Load():
		return fmt.Errorf("the mail server %s did not answer within %s. If its port is for TLS from the start (such as 465), set mail.tls to tls. Otherwise try again later", c.address(), strings.Replace(c.timeout.String(), "m0s", "m", 1))
	case c.steps != nil && c.isLate():
		return fmt.Errorf("the mail server %s did not answer within %s. Try again later, or set a longer mail.timeout", c.address(), strings.Replace(c.timeout.String(), "m0s", "m", 1))
	case errors.As(err, &dial):
		return fmt.Errorf("the mail server %s cannot be reached: %s. Check mail.host and mail.port, and whether a firewall blocks them", c.address(), c.hide(dial.Error()))
	case errors.As(err, &authority):
		return fmt.Errorf("the certificate of the mail server %s is from an unknown authority. If it is your own, set mail.caFile", c.address())
	case errors.As(err, &certificate):
		return fmt.Errorf("the certificate of the mail server %s is not valid: %s. Check mail.host", c.address(), c.hide(certificate.Err.Error()))
	case strings.Contains(reason, "does not support STARTTLS"):
		return fmt.Errorf("the mail server %s does not offer STARTTLS. Set mail.tls to tls if the port is for TLS, or to none for a server in your own network", c.address())
	case strings.Contains(reason, "first record does not look like a TLS handshake"):
		return fmt.Errorf("the mail server %s does not speak TLS from the start. Set mail.tls to starttls, or check mail.port", c.address())
	case isAnswer && answer.Code == 535, isAnswer && strings.Contains(reason, "SMTP AUTH failed"):
		return fmt.Errorf("the mail server %s refused the login of %s: %s. Check mail.user and the password", c.address(), c.user, c.hide(answer.Error()))
	case strings.Contains(reason, "does not support SMTP AUTH"):
		return fmt.Errorf("the mail server %s has no login. Remove mail.user, or check mail.port and mail.tls", c.address())
	}
	if !errors.As(err, &send) {
		return fmt.Errorf("the mail server %s failed: %s", c.address(), reason)
	}
	said, _, _ := strings.Cut(strings.TrimPrefix(reason, send.Reason.String()+": "), ", affected ")
	switch send.Reason {
	case gomail.ErrSMTPRcptTo:
		return fmt.Errorf("the mail server refused the recipient: %s. Check the address", said)
	case gomail.ErrSMTPMailFrom:
		return fmt.Errorf("the mail server refused the sender %s: %s. Check mail.from and whether mail.user may send for it", c.from.Address, said)
	case gomail.ErrConnCheck:
		return fmt.Errorf("the connection to the mail server %s broke. Try again later", c.address())
	}
	return fmt.Errorf("the mail server refused the mail: %s", said)
}

// hide removes the password from what a server or a library says.
func (c *connection) hide(text string) string {
	if c.secret == "" {
		return text
	}
	return strings.ReplaceAll(text, c.secret, "…")
}

// isLate reports whether the server took too long.
func (c *connection) isLate() bool { return c.steps.isLate.Load() }

// works reports whether the server still answers.
func (c *connection) works() bool { return c.client.Reset() == nil }
