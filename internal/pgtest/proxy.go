package pgtest

import (
	"io"
	"maps"
	"net"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgproto3"
)

// Proxy is a network before the test server that can fall silent or be slow.
type Proxy struct {
	listener net.Listener
	server   string

	mu     sync.Mutex
	silent bool
	delay  time.Duration
	conns  []*link
	// executed counts the statements of connections that began after CountStatements; nil
	// counts none.
	executed map[string]int
}

// link is a connection through the proxy. One that has fallen silent stays so.
type link struct {
	client, server net.Conn
	silent         bool
	// sent gets a copy of what the client sends; nil is nobody.
	sent io.Writer
}

// NewProxy starts a proxy before the test server. It ends with the test.
func NewProxy(t testing.TB) *Proxy {
	t.Helper()
	address, err := url.Parse(URL(t))
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &Proxy{listener: listener, server: address.Host}
	t.Cleanup(func() {
		_ = listener.Close()
		p.Cut()
	})
	go p.accept()
	return p
}

// Port is where the proxy listens, at 127.0.0.1.
func (p *Proxy) Port() int { return p.listener.Addr().(*net.TCPAddr).Port }

// URL is the address of the test server by way of the proxy.
func (p *Proxy) URL(t testing.TB) string {
	t.Helper()
	address, err := url.Parse(URL(t))
	if err != nil {
		t.Fatal(err)
	}
	address.Host = p.listener.Addr().String()
	return address.String()
}

// Silence lets no more bytes through: all connections stay open, new ones are
// accepted, and nobody hears anything.
func (p *Proxy) Silence() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.silent = true
	for _, l := range p.conns {
		l.silent = true
	}
}

// Restore lets new connections work again. Those that fell silent stay so.
func (p *Proxy) Restore() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.silent = false
}

// Slow makes every piece of an answer wait so long.
func (p *Proxy) Slow(delay time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.delay = delay
}

// CountStatements counts from now on how often statements run, over new connections that
// are not encrypted.
func (p *Proxy) CountStatements() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.executed = map[string]int{}
}

// Statements returns how often each statement ran.
func (p *Proxy) Statements() map[string]int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return maps.Clone(p.executed)
}

// Cut closes all connections.
func (p *Proxy) Cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, l := range p.conns {
		_ = l.client.Close()
		_ = l.server.Close()
	}
	p.conns = nil
}

func (p *Proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", p.server)
		if err != nil {
			_ = client.Close()
			continue
		}
		p.mu.Lock()
		l := &link{client: client, server: server, silent: p.silent}
		if p.executed != nil {
			read, write := io.Pipe()
			l.sent = write
			go p.count(read)
		}
		p.conns = append(p.conns, l)
		p.mu.Unlock()
		go p.pass(l, server, client)
		go p.pass(l, client, server)
	}
}

// pass carries bytes in one direction until the connection ends.
func (p *Proxy) pass(l *link, to, from net.Conn) {
	buffer := make([]byte, 16<<10)
	for {
		n, err := from.Read(buffer)
		p.mu.Lock()
		silent, delay := l.silent, p.delay
		p.mu.Unlock()
		if silent {
			_, _ = io.Copy(io.Discard, from)
			return // and the other side hears nothing of the end
		}
		if from == l.server {
			time.Sleep(delay)
		} else if l.sent != nil {
			_, _ = l.sent.Write(buffer[:n])
		}
		if _, failed := to.Write(buffer[:n]); err != nil || failed != nil {
			_ = to.Close()
			return
		}
	}
}

// count reads what a client sends, and counts the statements that it runs.
func (p *Proxy) count(sent *io.PipeReader) {
	defer func() { _, _ = io.Copy(io.Discard, sent) }()
	client := pgproto3.NewBackend(sent, io.Discard)
	if _, err := client.ReceiveStartupMessage(); err != nil {
		return
	}
	// The kind that takes any answer to a request for a password.
	if err := client.SetAuthType(pgproto3.AuthTypeGSS); err != nil {
		return
	}
	prepared, bound := map[string]string{}, ""
	for {
		message, err := client.Receive()
		if err != nil {
			return
		}
		executed := ""
		switch m := message.(type) {
		case *pgproto3.Parse:
			prepared[m.Name] = m.Query
		case *pgproto3.Bind:
			bound = prepared[m.PreparedStatement]
		case *pgproto3.Execute:
			executed = bound
		case *pgproto3.Query:
			executed = m.String
		}
		if executed != "" {
			p.mu.Lock()
			p.executed[executed]++
			p.mu.Unlock()
		}
	}
}
