package report

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestLimitedConnections sends to a server that takes one mail in each connection.
func TestLimitedConnections(t *testing.T) {
	s := serve(t, startTLS)
	s.most = 1
	r := try(t, demo(t), mailConfig(t, s, startTLS)+twoReports)
	if err := r.Run(t.Context()); err != nil {
		t.Errorf("%v: %s", err, r.log.take())
	}
	if to := recipients(s.mails()); to != "ana@example.com bruno@example.com carla@example.com" {
		t.Errorf("sent to %s", to)
	}
}

// TestTooLarge refuses files that no mail server would take, before it asks one.
func TestTooLarge(t *testing.T) {
	s := serve(t, noTLS)
	r := try(t, demo(t), mailConfig(t, s, noTLS)+`  maxMegabytes: 1
reports:
  - {name: month, period: last 30 days, files: [{report: message_log, formats: [csv]}], to: [a@example.com]}
`)
	r.Config.mail.maxBytes = 10_000
	if err := r.Run(t.Context()); err == nil || len(s.mails()) > 0 {
		t.Error("it was sent")
	}
	if text := r.log.take(); !strings.Contains(text, "mail.maxMegabytes") {
		t.Error(text)
	}
}

// TestTrouble wants every failure of a server as a sentence, soon, and without the password.
func TestTrouble(t *testing.T) {
	e := demo(t)
	const one = `
reports:
  - name: day
    period: yesterday
    cards: [messages]
    to: [ana@example.com, bruno@example.com]
`
	silent, err := net.Listen("tcp", "127.0.0.1:0") // accepts and says nothing
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	nobody, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = nobody.Close()
	good := func(t *testing.T) string { return mailConfig(t, serve(t, startTLS), startTLS) }
	port := func(l net.Listener) int { return l.Addr().(*net.TCPAddr).Port }
	for name, c := range map[string]struct {
		config func(t *testing.T) string
		says   string
	}{
		"down":   {func(t *testing.T) string { return mailConfig(t, &server{port: port(nobody)}, noTLS) }, "cannot be reached"},
		"silent": {func(t *testing.T) string { return mailConfig(t, &server{port: port(silent)}, noTLS) }, "did not answer within 1s"},
		"silent TLS": {func(t *testing.T) string {
			s := serve(t, onlyTLS)
			s.port = port(silent)
			return mailConfig(t, s, onlyTLS)
		}, "did not answer within 1s"},
		"silent after the mail": {func(t *testing.T) string {
			s := serve(t, startTLS)
			s.hangs = true
			return mailConfig(t, s, startTLS)
		}, "did not answer within 1s"},
		"unknown host": {func(t *testing.T) string { return strings.Replace(good(t), "host: localhost", "host: mail.invalid", 1) }, "cannot be reached"},
		"wrong user":   {func(t *testing.T) string { return strings.Replace(good(t), "user: reports", "user: nobody", 1) }, "refused the login of nobody@example.com"},
		"no password": {func(t *testing.T) string {
			return strings.Replace(good(t), "TEST_SMTP_PASSWORD", "TEST_NO_PASSWORD", 1)
		}, "environment variable TEST_NO_PASSWORD"},
		"no password file": {func(t *testing.T) string {
			return strings.Replace(good(t), "passwordEnv: TEST_SMTP_PASSWORD", "passwordFile: /nowhere", 1)
		}, "/nowhere"},
		"no authority": {func(t *testing.T) string { return strings.Replace(good(t), "caFile", "# caFile", 1) }, "set mail.caFile"},
		"no STARTTLS": {func(t *testing.T) string {
			s := serve(t, startTLS)
			s.port = serve(t, noTLS).port
			return mailConfig(t, s, startTLS)
		}, "does not offer STARTTLS"},
		"no TLS from start": {func(t *testing.T) string { s := serve(t, startTLS); return mailConfig(t, s, onlyTLS) }, "does not speak TLS from the start"},
		"TLS from start":    {func(t *testing.T) string { s := serve(t, onlyTLS); return mailConfig(t, s, startTLS) }, "set mail.tls to tls"},
		"login needed": {func(t *testing.T) string {
			config := good(t)
			return config[:strings.Index(config, "  user:")]
		}, "refused the sender reports@example.com"},
	} {
		t.Run(name, func(t *testing.T) {
			config := c.config(t)
			if strings.Contains(name, "silent") || name == "TLS from start" {
				config = strings.Replace(config, "timeout: 20s", "timeout: 1s", 1)
			}
			r := try(t, e, config+one)
			start := time.Now()
			err := r.Run(t.Context())
			text := r.log.take()
			if err == nil || !strings.Contains(text, c.says) {
				t.Errorf("%v: %q, want %q", err, text, c.says)
			}
			for _, address := range []string{"ana@example.com", "bruno@example.com"} {
				if !strings.Contains(text, address) {
					t.Errorf("%q says nothing of %s", text, address)
				}
			}
			if strings.Contains(text+fmt.Sprint(err), "hunter2") {
				t.Errorf("the password is printed: %s", text)
			}
			if took := time.Since(start); took > 10*time.Second {
				t.Errorf("took %s", took)
			}
			if err := r.DryRun(t.Context()); name != "silent after the mail" && name != "login needed" && (err == nil || !strings.Contains(err.Error(), c.says)) {
				t.Errorf("the dry run says %v", err)
			}
		})
	}
}

// TestOtherReportsRun lets one report fail.
func TestOtherReportsRun(t *testing.T) {
	s := serve(t, noTLS)
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	r := try(t, demo(t), mailConfig(t, s, noTLS)+fmt.Sprintf(`
reports:
  - {name: bad, period: yesterday, files: [{report: channels, formats: [csv]}], folder: %[1]s/in, to: [a@example.com]}
  - {name: good, period: yesterday, files: [{report: channels, formats: [csv]}], to: [b@example.com]}
`, file))
	err := r.Run(t.Context())
	if err == nil || !strings.Contains(err.Error(), "bad") || strings.Contains(err.Error(), "good") {
		t.Error(err)
	}
	// The mail of the bad one does not need its folder.
	if to := recipients(s.mails()); to != "a@example.com b@example.com" {
		t.Errorf("sent to %s: %s", to, r.log.take())
	}
}

// TestLateCancel cancels a run while a mail is on its way: it arrives and is remembered.
func TestLateCancel(t *testing.T) {
	s := serve(t, noTLS)
	s.hangs = true
	r := try(t, demo(t), mailConfig(t, s, noTLS)+`
reports:
  - {name: day, period: yesterday, cards: [messages], to: [a@example.com, b@example.com]}
`)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		for {
			s.mu.Lock()
			n := len(s.received)
			s.mu.Unlock()
			if n > 0 {
				cancel()
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
	}()
	if err := r.Run(ctx); err == nil || !strings.Contains(err.Error(), "canceled") {
		t.Errorf("%v", err)
	}
	if to := recipients(s.mails()); to != "a@example.com" {
		t.Errorf("sent to %s", to)
	}
	s.set(func() { s.hangs = false })
	if err := r.Run(t.Context()); err != nil {
		t.Error(err)
	}
	if to := recipients(s.mails()); to != "b@example.com" {
		t.Errorf("then sent to %s", to)
	}
}

// TestBadState refuses what is not a state file, and a folder that cannot be written.
func TestBadState(t *testing.T) {
	s := serve(t, noTLS)
	r := try(t, demo(t), mailConfig(t, s, noTLS)+`
reports:
  - {name: day, period: yesterday, cards: [messages], to: [a@example.com]}
`)
	for _, text := range []string{"{", `{"version": 7}`, "[]"} {
		if err := os.WriteFile(r.Config.State, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := r.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "is not a state file") {
			t.Errorf("%s: %v", text, err)
		}
	}
	r.Config.State = filepath.Join(r.path, "x", "sent.json") // in a file
	if err := r.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "state file") {
		t.Error(err)
	}
	if mails := s.mails(); len(mails) > 0 {
		t.Errorf("%d mails were sent", len(mails))
	}
}
