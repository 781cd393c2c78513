package report

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"fmt"
	htmltemplate "html/template"
	"net/mail"
	"path/filepath"
	"strings"
	"text/template"
	"time"

	gomail "github.com/wneessen/go-mail"

	"github.com/parley-reports/parley/pkg/calendar"
	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/dashboard"
)

//go:embed mail.html
var htmlText string

//go:embed mail.txt
var plainText string

var (
	htmlMail  = htmltemplate.Must(htmltemplate.New("mail").Parse(htmlText))
	plainMail = template.Must(template.New("mail").Parse(plainText))
)

// letter is what the templates of a mail show.
type letter struct {
	Language, Subject, Title, Period, Compared, Zone, Attached string

	Cards          []card
	Filters        []dashboard.Condition
	Notices, Files []string
	files          []output
	report         string
	span           calendar.Range
	text, html     string
	totalSize      int64
}

// Pairs are the cards in rows of two. The last one may be empty.
func (l letter) Pairs() [][2]card {
	var pairs [][2]card
	for i, c := range l.Cards {
		if i%2 == 0 {
			pairs = append(pairs, [2]card{})
		}
		pairs[i/2][i%2] = c
	}
	return pairs
}

// write makes the mail of a report.
func write(r *report, span calendar.Range, s summary, files []output) (*letter, error) {
	texts := catalog.In(r.language)
	l := &letter{
		Language: r.language, Title: r.title, Period: dates(texts, span, r.loc),
		Zone: texts.Notice("file_zone") + ": " + r.loc.String(), Attached: texts.Notice("mail_files"),
		Cards: s.cards, Filters: s.filters, Notices: s.notices, files: files, report: r.name, span: span,
	}
	l.Subject = l.Title + ": " + l.Period
	if s.compared != "" {
		l.Compared = texts.Notice("mail_compared", s.compared)
	}
	for _, f := range files {
		l.Files = append(l.Files, filepath.Base(f.path))
		l.totalSize += f.size
	}
	var plain, html bytes.Buffer
	if err := plainMail.Execute(&plain, l); err != nil {
		return nil, err
	}
	if err := htmlMail.Execute(&html, l); err != nil {
		return nil, err
	}
	l.text, l.html = plain.String(), html.String()
	return l, nil
}

// message addresses the mail to one recipient. The id of a mail depends on what it is:
// most mail systems show a mail once that arrives twice because the first answer of the
// server got lost. A new one is sent with again.
func (l *letter) message(from, to *mail.Address, again bool) (*gomail.Msg, error) {
	m := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	if err := m.From(from.String()); err != nil {
		return nil, err
	}
	if err := m.To(to.String()); err != nil {
		return nil, err
	}
	key := fmt.Sprintf("%s\n%d\n%d\n%s\n%s", l.report, l.span.From.UnixNano(), l.span.To.UnixNano(), from.Address, to.Address)
	if again {
		key += rand.Text()
	}
	sum := sha256.Sum256([]byte(key))
	_, domain, _ := strings.Cut(from.Address, "@")
	m.SetMessageIDWithValue(hex.EncodeToString(sum[:16]) + "@" + domain)
	m.SetDateWithValue(time.Now())
	m.Subject(l.Subject)
	// No answers such as "out of office".
	m.SetGenHeader("Auto-Submitted", "auto-generated")
	m.SetGenHeader("X-Auto-Response-Suppress", "All")
	m.SetBodyString(gomail.TypeTextPlain, l.text)
	m.AddAlternativeString(gomail.TypeTextHTML, l.html)
	for _, f := range l.files {
		m.AttachFile(f.path, gomail.WithFileContentType(gomail.ContentType(f.mediaType)))
	}
	return m, nil
}
