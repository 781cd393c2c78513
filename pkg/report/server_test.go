package report

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"math/big"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"encoding/base64"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// The account of the test server.
const (
	user     = "reports@example.com"
	password = "hunter2-very-secret"
)

// A server is an SMTP server on this machine that keeps what it receives.
type server struct {
	port   int
	caFile string

	mu sync.Mutex
	// refused are recipients that do not exist.
	refused []string
	// most is how many mails a connection takes before it is closed; 0 is any number.
	most int
	// hangs makes it silent when it has a mail.
	hangs    bool
	received []received
	sessions int
}

type received struct {
	from, to string
	data     []byte
}

// serve starts a server with TLS as in the config: starttls, tls or none.
func serve(t *testing.T, security string) *server {
	t.Helper()
	s := &server{}
	config, pemFile := certificate(t)
	s.caFile = pemFile
	real := smtp.NewServer(s)
	real.Domain, real.AllowInsecureAuth, real.ErrorLog = "localhost", false, log.New(io.Discard, "", 0)
	if security != noTLS {
		real.TLSConfig = config
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.port = listener.Addr().(*net.TCPAddr).Port
	if security == onlyTLS {
		listener = tls.NewListener(listener, config)
	}
	go func() { _ = real.Serve(listener) }()
	t.Cleanup(func() { _ = real.Close() })
	return s
}

// certificate makes one for this machine, and a file with its authority.
func certificate(t *testing.T) (*tls.Config, string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}, path
}

func (s *server) NewSession(c *smtp.Conn) (smtp.Session, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sessions++
	_, isEncrypted := c.TLSConnectionState()
	return &session{server: s, conn: c, isTrusted: !isEncrypted}, nil
}

func (s *server) set(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
}

// mails returns what was received since the last call.
func (s *server) mails() []received {
	s.mu.Lock()
	defer s.mu.Unlock()
	mails := s.received
	s.received = nil
	return mails
}

type session struct {
	*server
	// isTrusted: without TLS, as in one's own network, nobody has to log in.
	isTrusted bool
	from, to  string
	conn      *smtp.Conn
	taken     int
}

func (s *session) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, name, secret string) error {
		if name != user || secret != password {
			return errors.New("wrong user or password: " + secret)
		}
		s.isTrusted = true
		return nil
	}), nil
}

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	if !s.isTrusted {
		return smtp.ErrAuthRequired
	}
	if s.most > 0 && s.taken == s.most {
		_ = s.conn.Close()
		return errors.New("closed")
	}
	s.taken++
	s.from = from
	return nil
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if slices.Contains(s.refused, to) {
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such mailbox"}
	}
	s.to = to
	return nil
}

func (s *session) Data(r io.Reader) error {
	data, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	s.mu.Lock()
	s.received = append(s.received, received{s.from, s.to, data})
	hangs := s.hangs
	s.mu.Unlock()
	if hangs {
		time.Sleep(3 * time.Second)
	}
	return nil
}

func (s *session) Reset()        {}
func (s *session) Logout() error { return nil }

// A parsed mail has its texts and attachments.
type parsed struct {
	subject, id, to, text, html string
	files                       map[string][]byte
}

func (r received) parse(t *testing.T) parsed {
	t.Helper()
	m, err := mail.ReadMessage(bytes.NewReader(r.data))
	if err != nil {
		t.Fatal(err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil {
		t.Fatal(err)
	}
	p := parsed{subject: subject, id: m.Header.Get("Message-Id"), to: m.Header.Get("To"), files: map[string][]byte{}}
	p.part(t, m.Header.Get("Content-Type"), m.Header.Get("Content-Transfer-Encoding"), "", m.Body)
	return p
}

func (p *parsed) part(t *testing.T, contentType, encoding, fileName string, body io.Reader) {
	t.Helper()
	media, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasPrefix(media, "multipart/") {
		parts := multipart.NewReader(body, params["boundary"])
		for {
			part, err := parts.NextRawPart()
			if err == io.EOF {
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			p.part(t, part.Header.Get("Content-Type"), part.Header.Get("Content-Transfer-Encoding"), part.FileName(), part)
		}
	}
	switch encoding {
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	}
	data, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	switch {
	case fileName != "":
		name, err := new(mime.WordDecoder).DecodeHeader(fileName)
		if err != nil {
			t.Fatal(err)
		}
		p.files[name] = data
	case media == "text/plain":
		p.text = string(data)
	case media == "text/html":
		p.html = string(data)
	default:
		t.Errorf("a part of type %s", media)
	}
}
