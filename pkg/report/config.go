package report

import (
	"cmp"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"net/mail"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/parley-reports/parley/pkg/calendar"
	"github.com/parley-reports/parley/pkg/dashboard"
	"github.com/parley-reports/parley/pkg/export"
	"github.com/parley-reports/parley/pkg/query"
)

// Example is a config that works once it has the user's addresses.
//
//go:embed example.yaml
var Example string

// Config is what a config file says, checked.
type Config struct {
	Database Database
	ChatURL  string
	// State is the path of the state file.
	State   string
	mail    *mailServer
	reports []*report
}

// Database has the values of the command's flags of the same names.
type Database struct {
	Source           string `yaml:"source"`
	Schema           string `yaml:"schema"`
	Account          string `yaml:"account"`
	Table            string `yaml:"table"`
	ReceivedAtColumn string `yaml:"receivedAtColumn"`
	PayloadColumn    string `yaml:"payloadColumn"`
}

// A report is one mail to each recipient, files in a folder, or both.
type report struct {
	name, title, language string
	loc                   *time.Location
	// zone is the name of loc, or "" for UTC.
	zone       string
	period     period
	periodName string
	schedule   *schedule
	cards      *query.Query
	// isPlain reports whether the mail has no cards but these. Otherwise it has those of the
	// first dashboard.
	isPlain bool
	files   []file
	folder  string
	to      []*mail.Address
}

// A file is a query or a dashboard in one or several formats.
type file struct {
	query   query.Query
	board   *dashboard.Definition
	filters []query.Filter // of the dashboard
	title   string
	formats []export.Format
}

// The YAML of a config file.
type (
	configYAML struct {
		Language string        `yaml:"language"`
		Timezone string        `yaml:"timezone"`
		Schedule string        `yaml:"schedule"`
		State    string        `yaml:"state"`
		ChatURL  string        `yaml:"chatUrl"`
		Database Database      `yaml:"database"`
		Mail     *mailYAML     `yaml:"mail"`
		Reports  []*reportYAML `yaml:"reports"`
	}
	mailYAML struct {
		Host         string `yaml:"host"`
		Port         int    `yaml:"port"`
		TLS          string `yaml:"tls"`
		CAFile       string `yaml:"caFile"`
		User         string `yaml:"user"`
		PasswordEnv  string `yaml:"passwordEnv"`
		PasswordFile string `yaml:"passwordFile"`
		From         string `yaml:"from"`
		Timeout      string `yaml:"timeout"`
		MaxMegabytes int    `yaml:"maxMegabytes"`
	}
	reportYAML struct {
		Name     string      `yaml:"name"`
		Title    string      `yaml:"title"`
		Language string      `yaml:"language"`
		Timezone string      `yaml:"timezone"`
		Schedule string      `yaml:"schedule"`
		Period   string      `yaml:"period"`
		Compare  string      `yaml:"compare"`
		Cards    []string    `yaml:"cards"`
		Filters  any         `yaml:"filters"`
		Files    []*fileYAML `yaml:"files"`
		Folder   string      `yaml:"folder"`
		To       []string    `yaml:"to"`
	}
	fileYAML struct {
		Name      string   `yaml:"name"`
		Report    string   `yaml:"report"`
		Query     any      `yaml:"query"`
		Dashboard string   `yaml:"dashboard"`
		Filters   any      `yaml:"filters"`
		Formats   []string `yaml:"formats"`
	}
)

// Read reads a config file. The error has a line for each problem, with its place in the
// file.
func Read(path string) (*Config, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("the config cannot be read: %w", err)
	}
	return parse(path, data)
}

func parse(path string, data []byte) (*Config, error) {
	d, err := parseDocument(path, data)
	if err != nil {
		return nil, err
	}
	var y configYAML
	if err := d.decode(&y); err != nil {
		return nil, err
	}
	folder, err := filepath.Abs(filepath.Dir(path))
	if err != nil {
		return nil, fmt.Errorf("the folder of the config cannot be found: %w", err)
	}
	p := checker{document: d, folder: folder, y: y, noted: map[string]bool{}}
	c := p.config(path)
	slices.SortStableFunc(p.problems, func(a, b problem) int { return cmp.Compare(a.line, b.line) })
	var all []error
	for _, one := range p.problems {
		all = append(all, one)
	}
	if len(all) > 0 {
		return nil, errors.Join(all...)
	}
	return c, nil
}

// A checker checks a config and collects its problems.
type checker struct {
	*document
	// folder is that of the config, from which relative paths start.
	folder   string
	y        configYAML
	problems []problem
	noted    map[string]bool
}

// path returns a path of the config, relative to its folder.
func (p *checker) path(path string) string {
	if path == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(p.folder, path)
}

// at notes a problem with the value at a place, or with what contains it if it is missing.
func (p *checker) at(place string, err error) {
	if err != nil {
		p.problems, p.noted[place] = append(p.problems, p.problem(place, err)), true
	}
}

// isNoted reports whether a place has a problem already.
func (p *checker) isNoted(place string) bool { return p.noted[place] }

func (p *checker) config(path string) *Config {
	y := p.y
	c := &Config{Database: y.Database, ChatURL: y.ChatURL, State: y.State}
	if c.State == "" {
		c.State = strings.TrimSuffix(filepath.Base(path), filepath.Ext(path)) + ".sent.json"
	}
	c.State = p.path(c.State)
	p.at("language", checkLanguage(y.Language))
	_, err := calendar.Zone(y.Timezone)
	p.at("timezone", err)
	if y.Mail != nil {
		c.mail = p.mail(*y.Mail)
	}
	if len(y.Reports) == 0 {
		p.at("reports", errors.New("there are no reports"))
	}
	lines := map[string]int{}
	paths := map[string][]period{}
	for i, ry := range y.Reports {
		place := fmt.Sprintf("reports[%d]", i)
		if ry == nil {
			p.at(place, errors.New("the report is empty"))
			continue
		}
		r := p.report(place, *ry)
		if line, isTaken := lines[r.name]; isTaken && r.name != "" {
			p.at(place+".name", fmt.Errorf("the report in line %d has the same name: what was sent is remembered by names", line))
		}
		lines[r.name] = p.line(place)
		if len(r.to) > 0 && c.mail == nil {
			p.at(place+".to", errors.New("there is no mail server: add mail with host and from"))
		}
		p.differ(place, r, paths)
		c.reports = append(c.reports, r)
	}
	return c
}

func (p *checker) mail(y mailYAML) *mailServer {
	s := &mailServer{host: y.Host, port: y.Port, security: y.TLS, user: y.User, passwordEnv: y.PasswordEnv, passwordFile: p.path(y.PasswordFile), caFile: p.path(y.CAFile), timeout: 2 * time.Minute, maxBytes: 15e6}
	if s.security == "" {
		s.security = startTLS
	}
	port, isKnown := defaultPorts[s.security]
	if !isKnown {
		p.at("mail.tls", fmt.Errorf("unknown value %s: choose starttls, tls or none", query.Quote(y.TLS)))
	}
	if s.port == 0 {
		s.port = port
	}
	if isKnown && (s.port < 1 || s.port > 65535) {
		p.at("mail.port", fmt.Errorf("%d is not a port", y.Port))
	}
	switch {
	case s.host == "":
		p.at("mail.host", errors.New("the mail server is missing: add host, for example smtp.example.com"))
	case strings.ContainsAny(s.host, "/ @") || strings.Count(s.host, ":") == 1:
		p.at("mail.host", fmt.Errorf("%s is not a host name: write only the name, and the port under port", query.Quote(s.host)))
	}
	from, err := mail.ParseAddress(y.From)
	if err != nil {
		p.at("mail.from", fmt.Errorf("%s is not an address such as Reports <reports@example.com>", query.Quote(y.From)))
	}
	s.from = from
	if y.Timeout != "" {
		if s.timeout, err = time.ParseDuration(y.Timeout); err != nil || s.timeout < time.Second || s.timeout > time.Hour {
			p.at("mail.timeout", fmt.Errorf("%s is not a timeout from 1s to 1h, such as 30s", query.Quote(y.Timeout)))
		}
	}
	if y.MaxMegabytes < 0 {
		p.at("mail.maxMegabytes", errors.New("the limit has to be above 0"))
	} else if y.MaxMegabytes > 0 {
		s.maxBytes = int64(y.MaxMegabytes) * 1e6
	}
	switch hasPassword := y.PasswordEnv != "" || y.PasswordFile != ""; {
	case y.PasswordEnv != "" && y.PasswordFile != "":
		p.at("mail.passwordFile", errors.New("there are two passwords: use either passwordEnv or passwordFile"))
	case y.User != "" && !hasPassword:
		p.at("mail.user", errors.New("the password is missing: add passwordEnv or passwordFile"))
	case y.User == "" && hasPassword:
		p.at("mail", errors.New("there is a password, but no user"))
	case y.User != "" && s.security == noTLS:
		p.at("mail.tls", errors.New("a password is not sent without TLS: set tls to starttls or tls, or remove user"))
	}
	return s
}

func (p *checker) report(place string, y reportYAML) *report {
	in := func(key string) string { return place + "." + key }
	r := &report{name: y.Name, title: y.Title, periodName: strings.Join(strings.Fields(y.Period), " "), folder: p.path(y.Folder)}
	switch {
	case r.name == "":
		p.at(place, errors.New("the report has no name: add name, for example weekly"))
	case hasControl(r.name) || len(r.name) > 100:
		p.at(in("name"), errors.New("the name has line breaks or more than 100 bytes"))
	}
	if hasControl(r.title) {
		p.at(in("title"), errors.New("the title has line breaks"))
	}
	p.at(in("language"), checkLanguage(y.Language))
	r.language = cmp.Or(y.Language, p.y.Language, "en")
	zone := cmp.Or(y.Timezone, p.y.Timezone)
	loc, err := calendar.Zone(zone)
	if err != nil {
		if y.Timezone != "" {
			p.at(in("timezone"), err)
		}
		loc, zone = time.UTC, "" // the problem is noted
	}
	r.loc, r.zone = loc, zone
	if y.Period == "" {
		p.at(place, fmt.Errorf("the report has no period: add %s", periodNames))
	} else if r.period, err = parsePeriod(y.Period); err != nil {
		p.at(in("period"), err)
	}
	if text := cmp.Or(y.Schedule, p.y.Schedule); text != "" {
		if r.schedule, err = parseSchedule(text, loc); err != nil && y.Schedule != "" {
			p.at(in("schedule"), err)
		} else if err != nil && !p.isNoted("schedule") {
			p.at("schedule", err)
		}
	}
	base := query.Query{Timezone: zone, Language: r.language}
	if base.Filters, err = filters(y.Filters); err != nil {
		p.at(in("filters"), err)
	}
	if len(y.Cards) > 0 {
		q := base
		q.Metrics, q.Format, q.Compare = y.Cards, "table", cmp.Or(y.Compare, "previous_period")
		if _, err := q.Resolve(); err != nil {
			p.at(in("cards"), err)
		}
		r.cards = &q
	} else if y.Compare != "" {
		p.at(in("compare"), errors.New("only cards are compared: add cards, or compare in the query of a file"))
	}
	for i, fy := range y.Files {
		at := fmt.Sprintf("%s[%d]", in("files"), i)
		if fy == nil {
			p.at(at, errors.New("the file is empty"))
			continue
		}
		r.files = append(r.files, p.file(at, *fy, base))
	}
	r.isPlain = y.Cards != nil
	for _, f := range r.files {
		if r.title == "" && f.board != nil {
			r.title = f.board.Title
		}
	}
	r.title = cmp.Or(r.title, r.name)
	if r.cards == nil && len(y.Files) == 0 {
		p.at(place, errors.New("the report is empty: add cards or files"))
	}
	for i, text := range y.To {
		at := fmt.Sprintf("%s[%d]", in("to"), i)
		address, err := mail.ParseAddress(text)
		if err != nil {
			p.at(at, fmt.Errorf("%s is not an address such as ana@example.com", query.Quote(text)))
			continue
		}
		if slices.ContainsFunc(r.to, func(other *mail.Address) bool { return strings.EqualFold(other.Address, address.Address) }) {
			p.at(at, fmt.Errorf("%s is in the list twice", address.Address))
		}
		r.to = append(r.to, address)
	}
	switch {
	case len(y.To) == 0 && r.folder == "":
		p.at(place, errors.New("the report goes nowhere: add to with addresses, or folder"))
	case r.folder != "" && len(y.Files) == 0:
		p.at(in("folder"), errors.New("there are no files for the folder: add files"))
	}
	return r
}

func (p *checker) file(place string, y fileYAML, base query.Query) file {
	var f file
	var err error
	contents := 0
	for _, isSet := range []bool{y.Report != "", y.Query != nil, y.Dashboard != ""} {
		if isSet {
			contents++
		}
	}
	if contents != 1 {
		p.at(place, errors.New("the file needs one content: set either report, query or dashboard"))
		return f
	}
	own, err := filters(y.Filters)
	p.at(place+".filters", err)
	f.filters = slices.Concat(base.Filters, own)
	if y.Dashboard != "" {
		f.board, err = p.dashboard(y.Dashboard, base.Language)
		p.at(place+".dashboard", err)
		if err == nil {
			f.title = cmp.Or(y.Name, f.board.Title)
		}
	} else {
		place, err := f.ask(place, y, base)
		p.at(place, err)
	}
	if len(y.Formats) == 0 {
		p.at(place, errors.New("the file has no format: add formats, for example [xlsx]"))
	}
	for i, id := range y.Formats {
		format, err := export.LookupFormat(id)
		if err == nil && f.board != nil && !format.HoldsDashboards() {
			err = fmt.Errorf("a dashboard cannot be written as %s: choose xlsx or pdf", id)
		}
		p.at(fmt.Sprintf("%s.formats[%d]", place, i), err)
		f.formats = append(f.formats, format)
	}
	return f
}

// ask sets the query of a file. It returns an error with its place.
func (f *file) ask(place string, y fileYAML, base query.Query) (where string, err error) {
	f.query, where = query.Query{Report: y.Report}, place+".report"
	if y.Query != nil {
		where = place + ".query"
		if f.query, err = parseQuery(y.Query); err != nil {
			return where, err
		}
	}
	f.query.Filters = slices.Concat(f.query.Filters, f.filters)
	f.query.Language = cmp.Or(f.query.Language, base.Language)
	f.query.Timezone = cmp.Or(f.query.Timezone, base.Timezone)
	resolved, err := f.query.Resolve()
	f.title = cmp.Or(y.Name, export.Title(resolved))
	return where, err
}

// dashboard returns a shipped dashboard by its name, or that of a JSON file.
func (p *checker) dashboard(name, language string) (*dashboard.Definition, error) {
	if !strings.HasSuffix(name, ".json") {
		return dashboard.Shipped(name, language)
	}
	text, err := os.ReadFile(p.path(name))
	if err != nil {
		return nil, fmt.Errorf("the dashboard cannot be read: %w", err)
	}
	return dashboard.Parse(text)
}

// differ notes files that would overwrite others: those of periods that can have the same
// dates, such as last week and, on Mondays, last 7 days.
func (p *checker) differ(place string, r *report, taken map[string][]period) {
	inMail := map[string]bool{}
	for i, f := range r.files {
		for _, format := range f.formats {
			name := export.FileName(f.title, calendar.Range{}, r.loc, format)
			path := filepath.Join(r.folder, name)
			if inMail[name] || r.folder != "" && slices.ContainsFunc(taken[path], r.period.canBe) {
				p.at(fmt.Sprintf("%s.files[%d]", place, i), errors.New("another file has the same name: add name, or another folder"))
			}
			inMail[name] = true
			if r.folder != "" {
				taken[path] = append(taken[path], r.period)
			}
		}
	}
}

func checkLanguage(language string) error {
	if language == "" || slices.Contains(query.Languages, language) {
		return nil
	}
	return fmt.Errorf("unknown language %s: choose %s", query.Quote(language), strings.Join(query.Languages, ", "))
}

func hasControl(text string) bool { return strings.ContainsFunc(text, unicode.IsControl) }

// parseQuery reads the query JSON that somebody wrote as YAML.
func parseQuery(value any) (query.Query, error) {
	if object, isObject := value.(map[string]any); isObject {
		writeValues(object["filters"])
	}
	data, err := json.Marshal(value)
	if err != nil {
		return query.Query{}, fmt.Errorf("the query cannot be read: %w", err)
	}
	return query.Parse(data)
}

func filters(value any) ([]query.Filter, error) {
	if value == nil {
		return nil, nil
	}
	q, err := parseQuery(map[string]any{"filters": value})
	return q.Filters, err
}

// writeValues writes the values of filters as texts: YAML has numbers where the query JSON
// has "12".
func writeValues(filters any) {
	list, _ := filters.([]any)
	for _, item := range list {
		filter, _ := item.(map[string]any)
		values, _ := filter["values"].([]any)
		for i, value := range values {
			switch value.(type) {
			case string, nil, map[string]any, []any:
			default:
				values[i] = fmt.Sprint(value)
			}
		}
	}
}
