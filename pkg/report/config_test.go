package report

import (
	"os"
	"reflect"
	"strings"
	"testing"
)

func TestExample(t *testing.T) {
	c, err := parse("/x/reports.yaml", []byte(Example))
	if err != nil {
		t.Fatal(err)
	}
	if len(c.reports) != 1 || len(c.reports[0].files) != 3 || c.reports[0].schedule == nil || c.State != "/x/reports.sent.json" || c.mail.port != 587 {
		t.Errorf("%+v", c)
	}
	// What is switched off works when it is switched on.
	all := strings.NewReplacer("    # filters", "    filters", "    #   -", "      -", "    # folder", "    folder", "# state", "state", "  # schema", "  schema", "  # account", "  account").Replace(Example)
	c, err = parse("/x/reports.yaml", []byte(all))
	if err != nil {
		t.Fatal(err)
	}
	if r := c.reports[0]; len(r.cards.Filters) != 1 || r.folder == "" || c.State != "/var/lib/parley/sent.json" || c.Database.Account != "1" {
		t.Errorf("%+v", c)
	}
}

// TestAnchors reads what several reports share.
func TestAnchors(t *testing.T) {
	c, err := parse("reports.yaml", []byte(`
mail: {host: localhost, tls: none, from: a@example.com}
reports:
  - &weekly
    name: weekly
    period: last week
    cards: [messages]
    to: &team [a@example.com, b@example.com]
  - <<: *weekly
    name: wöchentlich
    language: es
  - name: daily
    period: yesterday
    cards: [messages]
    to: *team
`))
	if err != nil {
		t.Fatal(err)
	}
	if len(c.reports) != 3 || c.reports[1].periodName != "last week" || c.reports[1].language != "es" || len(c.reports[2].to) != 2 {
		t.Errorf("%+v", c.reports[1])
	}
}

// TestBadConfigs wants the line of each problem, and what to do about it.
func TestBadConfigs(t *testing.T) {
	const good = "mail: {host: localhost, tls: none, from: a@example.com}\n"
	for _, c := range []struct{ text, says string }{
		{"", "reports.yaml has to contain one YAML document"},
		{"a: b\n---\nc: d\n", "one YAML document"},
		{"reports: [", "reports.yaml:1: "},
		{"report:\n", `reports.yaml:1: unknown key "report"; did you mean "reports"?`},
		{"language: en\n", "reports.yaml:1: there are no reports"},
		{"language: fr\nreports:\n", `reports.yaml:1: unknown language "fr": choose en, es, pt-BR`},
		{"\ntimezone: Mars\n", `reports.yaml:2: unknown time zone "Mars"`},
		{"mail:\n  host: [a]\n", "reports.yaml:2: this has to be a text"},
		{"mail:\n  port: smtp\n", "reports.yaml:2: this has to be a number"},
		{"reports: 5\n", "reports.yaml:1: this has to be a list"},
		{"reports:\n  - weekly\n", "reports.yaml:2: this has to be a mapping with keys"},
		{"mail:\n  host: x\n  password: hunter2\n", "reports.yaml:3: a password does not belong in the config"},
		{"mail:\n  host: x:25\n", "reports.yaml:2: \"x:25\" is not a host name"},
		{"mail:\n  host: x\n  port: 70000\n", "reports.yaml:3: 70000 is not a port"},
		{"mail:\n  host: x\n  tls: ssl\n", `reports.yaml:3: unknown value "ssl": choose starttls, tls or none`},
		{"mail:\n  host: x\n  from: x\n", `reports.yaml:3: "x" is not an address`},
		{"mail:\n  host: x\n  timeout: 5\n", `reports.yaml:3: "5" is not a timeout`},
		{"mail:\n  host: x\n  user: y\n", "reports.yaml:3: the password is missing"},
		{"mail:\n  host: x\n  user: y\n  tls: none\n  passwordEnv: z\n", "reports.yaml:4: a password is not sent without TLS"},
		{"mail:\n  host: x\n  user: y\n  passwordEnv: z\n  passwordFile: z\n", "reports.yaml:5: there are two passwords"},
		{"mail:\n  tls: none\n", "reports.yaml:2: the mail server is missing"},
		{"reports:\n  - name: x\n    to: [a@b.c]\n", "reports.yaml:3: there is no mail server"},
		{good + "reports:\n  - name: x\n", "reports.yaml:3: the report has no period: add yesterday, last week"},
		{good + "reports:\n  - period: yesterday\n", "reports.yaml:3: the report has no name"},
		{good + "reports:\n  -\n", "the report is empty"},
		{good + "reports:\n  - name: x\n    period: last weak\n", `reports.yaml:4: unknown period "last weak"`},
		{good + "reports:\n  - name: x\n    period: yesterday\n", "reports.yaml:3: the report is empty: add cards or files"},
		{good + "reports:\n  - name: x\n    cards: [messages]\n", "reports.yaml:3: the report goes nowhere"},
		{good + "reports:\n  - name: x\n    folder: y\n", "reports.yaml:4: there are no files for the folder"},
		{good + "reports:\n  - name: x\n    compare: none\n", "reports.yaml:4: only cards are compared"},
		{good + "reports:\n  - name: x\n    compare: never\n    cards: [messages]\n", `"never"`},
		{good + "reports:\n  - name: x\n    cards:\n      - mesages\n", `reports.yaml:5: unknown metric "mesages"; did you mean "messages"?`},
		{good + "reports:\n  - name: x\n    schedule: daily\n", `reports.yaml:4: "daily" is not a cron expression`},
		{good + "schedule: daily\nreports:\n  - name: x\n  - name: y\n", `reports.yaml:2: "daily" is not a cron expression`},
		{good + "reports:\n  - name: x\n    to: [ana]\n", `reports.yaml:4: "ana" is not an address`},
		{good + "reports:\n  - name: x\n    to: [a@b.c, A@b.c]\n", "reports.yaml:4: A@b.c is in the list twice"},
		{good + "reports:\n  - name: x\n  - name: x\n", "reports.yaml:4: the report in line 3 has the same name"},
		{good + "reports:\n  - name: x\n    filters:\n      - {dimension: chanel, operator: in, values: [a]}\n    cards: [messages]\n", `unknown dimension "chanel"`},
		{good + "reports:\n  - name: x\n    filters: {channel: whatsapp}\n", "reports.yaml:4: "},
		{good + "reports:\n  - name: x\n    files:\n      - formats: [csv]\n", "reports.yaml:5: the file needs one content"},
		{good + "reports:\n  - name: x\n    files:\n      - report: agents\n", "reports.yaml:5: the file has no format"},
		{good + "reports:\n  - name: x\n    files:\n      - {report: agents, formats: [doc]}\n", `reports.yaml:5: unknown format "doc"; choose one of csv`},
		{good + "reports:\n  - name: x\n    files:\n      - {report: agent, formats: [csv]}\n", `did you mean "agents"?`},
		{good + "reports:\n  - name: x\n    files:\n      - {report: agents, query: {report: tags}, formats: [csv]}\n", "the file needs one content"},
		{good + "reports:\n  - name: x\n    files:\n      - query:\n          metric: [messages]\n        formats: [csv]\n", `unknown key "metric" in the query; did you mean "metrics"?`},
		{good + "reports:\n  - name: x\n    files:\n      - {dashboard: overwiev, formats: [xlsx]}\n", `reports.yaml:5: unknown dashboard "overwiev"; did you mean "overview"?`},
		{good + "reports:\n  - name: x\n    files:\n      - {dashboard: none.json, formats: [xlsx]}\n", "reports.yaml:5: the dashboard cannot be read"},
		{good + "reports:\n  - name: x\n    files:\n      - {dashboard: overview, formats: [csv]}\n", "reports.yaml:5: a dashboard cannot be written as csv"},
		{good + "reports:\n  - name: x\n    files:\n      - {report: agents, formats: [csv, csv]}\n", "another file has the same name"},
		{"reports:\n  - {name: x, period: yesterday, folder: f, files: [{report: agents, formats: [csv]}]}\n  - {name: y, period: yesterday, folder: f, files: [{report: agents, formats: [csv]}]}\n", "reports.yaml:3: another file has the same name"},
		{"reports:\n  - {name: x, period: last week, folder: f, files: [{report: agents, formats: [csv]}]}\n  - {name: y, period: last 7 days, folder: f, files: [{report: agents, formats: [csv]}]}\n", "reports.yaml:3: another file has the same name"},
	} {
		_, err := parse("/etc/reports.yaml", []byte(c.text))
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s\nsays %v\nwant %s", c.text, err, c.says)
			continue
		}
		for line := range strings.Lines(err.Error()) {
			if !strings.HasPrefix(line, "reports.yaml") || strings.Contains(line, "hunter2") || strings.Contains(line, "YAML.") {
				t.Errorf("%s", line)
			}
		}
	}
}

// TestDocumentation reads the configs of the documentation, and finds keys that it leaves out.
func TestDocumentation(t *testing.T) {
	data, err := os.ReadFile("../../docs/reports-by-mail.md")
	if err != nil {
		t.Fatal(err)
	}
	page, found := string(data), 0
	for _, part := range strings.Split(page, "```yaml\n")[1:] {
		text, _, _ := strings.Cut(part, "\n```")
		if !strings.Contains(text, "\nreports:\n") {
			continue
		}
		found++
		if _, err := parse("reports.yaml", []byte(text)); err != nil {
			t.Error(err)
		}
	}
	if found == 0 {
		t.Error("the page has no config")
	}
	for _, of := range []any{configYAML{}, mailYAML{}, reportYAML{}, fileYAML{}, Database{}} {
		for i := range reflect.TypeOf(of).NumField() {
			if key := reflect.TypeOf(of).Field(i).Tag.Get("yaml"); !strings.Contains(page, "`"+key+"`") {
				t.Errorf("the page does not explain %s", key)
			}
		}
	}
	for name := range named {
		if name != "last day" && !strings.Contains(page, "`"+name+"`") {
			t.Errorf("the page does not list %q", name)
		}
	}
}

// FuzzConfig wants an error or a config, and no panic, of any text.
func FuzzConfig(f *testing.F) {
	f.Add(Example)
	f.Add("reports: &a [*a]\nmail: !!map {<<: *b}\n? [x]\n: y\n")
	f.Add("mail: ~\nreports:\n  - &x {name: x, period: last 7 days, files: [{query: {metrics: [1]}}, ~, {query: 3}], filters: [[], 1], to: [~]}\n  - <<: *x\n")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := parse("reports.yaml", []byte(text))
		if (c == nil) == (err == nil) {
			t.Errorf("%v, %v", c, err)
		}
	})
}
