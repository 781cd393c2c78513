package source

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"text/template"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
)

// Product describes a kind of database, such as Chatwoot, and how to read it.
//
// Files contains <relation>.sql for each relation of the contract that the product
// stores: one SELECT, without a semicolon. It is a template:
//
//	{{table "messages"}}              the quoted name of a table
//	{{if has "messages.sender_id"}}   the column (or table) exists and can be read
//	{{if feature "reopenings"}}       one of Features
//	{{unknown "reopened"}}            marks "<relation>.reopened" as not recorded; empty
//	{{template "people.sql"}}         includes another file
//	{{shared "people"}}               name of a common table expression with the rows of
//	                                  people.sql, computed once per statement
//
// A file returns only the columns that the database stores, with their names in the
// contract. All others are not recorded. Integer ids stay integers, timestamps without
// time zone are UTC, and other types are cast to the type of the contract.
//
// Placeholders limit the rows that are read. A line with a placeholder is removed from
// the statement if there is no such limit, so each has a line of its own:
//
//	AND m.created_at >= $since AT TIME ZONE 'UTC'
//	AND m.created_at < $until AT TIME ZONE 'UTC'
//	AND m.account_id = $account::int
//	AND c.contact_id IN ($contacts)
//	AND m.conversation_id IN ($conversations)
//
// message.sql can return the boolean column is_call, see Source.Calls.
//
// A file can combine several SELECTs with lines of UNION ALL. The first one names the
// columns. Ids must have the same type in all of them: NULL::int, not NULL.
//
// $since and $until are timestamptz. A relation that uses them must leave out exactly
// the rows with an event time (created_at, at) outside the range. csat has two times and
// can leave out rows with both outside. line and account have no time: they must return
// at least the rows that the messages of the range refer to. $account is text and
// required in every file with rows of an account. $contacts and $conversations are
// SELECTs of contact_id and conversation_id, in the type that the file returns. They are
// for messages that PostgreSQL cannot find by an index otherwise, as in a union. Shared
// files are used with any range: their lines with $since, $until, $contacts and
// $conversations are always removed, those with $account are not. A shared file cannot
// use another one.
type Product struct {
	Name     string
	Files    fs.FS
	Features map[string]bool
	// Data is passed to the templates.
	Data any
	// Indexes lists the indexes that reports need on large tables.
	Indexes []Index
	// Wrong is a problem because of which nothing can be read; empty if there is none.
	Wrong string
	// Remedy says what to do if something is missing.
	Remedy string
	// Phone: see Source.Phone.
	Phone string
	// Free is true if messages cost nothing, so that a missing rate card is no problem.
	Free bool
	// Checks are rules for rows of the product's tables. Their SQL is the name of a file.
	Checks []Check
	// Times are event times with an index. Rows with an invalid time are left out and
	// counted.
	Times []Time
}

// Time is the column with the event time of a relation.
type Time struct{ Relation, Table, ID, Column, Account string }

// leftOut returns a SELECT of the rows with an invalid time, for Source.LeftOut.
func (t Time) leftOut(d *Database) string {
	name := func(column string) string { return pgx.Identifier{column}.Sanitize() }
	return fmt.Sprintf("SELECT '%s' AS relation, %s::text AS id, '%s' AS column_name\nFROM %s\nWHERE %s\n  AND %s = $account::int",
		t.Relation, name(t.ID), eventTimes[t.Relation], d.Table(t.Table), OutOfTime(name(t.Column)), name(t.Account))
}

// Index is a column that reports search by.
type Index struct{ Table, Column string }

// shared lists the relations without an account. No product stores them: users who want
// costs create them as tables in the schema parley.
var shared = []string{"rate_card", "market", "billing_rule"}

// IsShared reports whether the rows of the relation belong to no account.
func IsShared(relation string) bool { return slices.Contains(shared, relation) }

// draft is a relation that is being examined.
type draft struct {
	Relation
	sql     string
	finding Finding
	unknown []string // names that the file marks as not recorded
	absent  []string // problems of optional tables and columns
	shared  map[string]string
	columns []string // columns that the file returns
	// types contains the types of the columns, for each part of a union.
	types [][]uint32
}

// oids returns the type of a column in each part, or nil if there is no such column.
func (f *draft) oids(column string) []uint32 {
	at := slices.Index(f.columns, column)
	if at < 0 {
		return nil
	}
	var oids []uint32
	for _, part := range f.types {
		oids = append(oids, part[at])
	}
	return oids
}

// Examine returns the source for the product's relations. Missing tables and columns are
// findings; the error is one of the database.
func (d *Database) Examine(ctx context.Context, p Product) (*Source, error) {
	s := &Source{Kind: p.Name, Relations: map[string]string{}, Shared: map[string]string{}, Numbers: map[string]bool{}, Unknown: map[string]bool{}, Account: d.settings.Account, Remedy: p.Remedy, Phone: p.Phone}
	encoding, err := d.Text(ctx, "SELECT current_setting('server_encoding')")
	if err != nil {
		return nil, err
	}
	modern, err := d.Bool(ctx, "SELECT current_setting('server_version_num')::int >= 160000")
	if err != nil {
		return nil, err
	}
	s.Blanks = blankCharacters(encoding)
	var drafts []*draft
	for _, r := range Contract {
		draft, err := d.draft(ctx, p, r)
		if err != nil {
			return nil, err
		}
		drafts = append(drafts, draft)
	}
	s.Numbers = numbers(drafts)
	for _, draft := range drafts {
		if draft.finding.State != Missing {
			s.Relations[draft.Name] = draft.wrap(s, modern)
			maps.Copy(s.Shared, draft.shared)
		}
		s.Findings = append(s.Findings, draft.finding)
	}
	if s.Account != "" && s.Has("account") {
		var args []any
		known, err := d.Bool(ctx, "SELECT EXISTS (SELECT FROM "+s.From("account", Span{}, func(text string) string { args = append(args, text); return fmt.Sprintf("$%d::text", len(args)) })+" AS a)", args...)
		if err != nil {
			return nil, err
		}
		if !known {
			s.Findings = append(s.Findings, Finding{Relation: "account", State: Missing, Problem: noAccount(s.Account), Fatal: true})
		}
	}
	if fatal := s.Fatal(); len(fatal) > 0 && fatal[0].Problem == noAccount(s.Account) {
		s.Remedy = "Check the account in the data source settings"
	}
	s.LeftOut = map[string]string{}
	for _, t := range p.Times {
		if s.Has(t.Relation) && d.Has(t.Table+"."+t.Column) && d.Has(t.Table+"."+t.ID) && d.Has(t.Table+"."+t.Account) {
			s.LeftOut[t.Relation] = t.leftOut(d)
		}
	}
	for _, check := range p.Checks {
		f := &draft{Relation: Relation{Name: check.SQL}}
		if err := d.render(f, p); err != nil {
			return nil, fmt.Errorf("%s.sql: %w", check.SQL, err)
		}
		if f.finding.Problem == "" {
			check.SQL = f.sql
			s.Checks = append(s.Checks, check)
		}
	}
	indexes := slices.DeleteFunc(slices.Clone(p.Indexes), func(i Index) bool { return !d.Has(i.Table + "." + i.Column) })
	advice, err := Advise(ctx, d.tx, d.settings.Schema, indexes)
	s.Advice = advice
	return s, err
}

func noAccount(id string) string { return "the account " + id + " does not exist" }

// draft renders the file of a relation and asks the database which columns it returns.
func (d *Database) draft(ctx context.Context, p Product, r Relation) (*draft, error) {
	f := &draft{Relation: r, finding: Finding{Relation: r.Name, State: Missing, Fatal: r.Required}}
	_, err := fs.Stat(p.Files, r.Name+".sql")
	own := slices.Contains(shared, r.Name)
	if errors.Is(err, fs.ErrNotExist) && !own {
		f.finding.Fatal, f.finding.Never = false, true
		f.finding.Problem = "not stored by " + p.Name
		return f, nil
	}
	if own {
		err = d.own(ctx, f, p)
	} else if err == nil {
		err = d.render(f, p)
	}
	if err != nil {
		return nil, fmt.Errorf("%s.sql: %w", r.Name, err)
	}
	if f.sql == "" || f.finding.Problem != "" {
		return f, nil
	}
	if d.settings.Account != "" && !own && !f.limited() {
		f.finding.Problem = r.Name + " cannot be limited to an account"
		return f, nil
	}
	err = d.describe(ctx, f)
	var refused *pgconn.PgError
	if errors.As(err, &refused) {
		switch {
		case refused.Code == "42501":
			f.finding.Problem = refused.Message + "; grant SELECT on the columns that the documentation lists"
			return f, nil
		case (refused.Code == "22P02" || refused.Code == "22003") && d.settings.Account != "": // the id is not a number, or out of range
			f.finding.Problem = noAccount(d.settings.Account)
			return f, nil
		case strings.HasPrefix(refused.Code, "42"): // no such column, or of another type
			f.finding.Problem = refused.Message
			return f, nil
		}
	}
	if err != nil {
		return nil, err
	}
	var missing []string
	for _, c := range r.Columns {
		if c.Required && !slices.Contains(f.columns, c.Name) {
			missing = append(missing, c.Name)
		}
	}
	if len(missing) > 0 {
		f.finding.Problem = fmt.Sprintf("%s has no column %s", r.Name, strings.Join(missing, ", "))
		return f, nil
	}
	f.finding.State, f.finding.Fatal = Complete, false
	if len(f.absent) > 0 {
		f.finding.State = Partial
		f.finding.Problem = strings.Join(f.absent, "; ") + "; metrics that need this are not recorded"
	}
	return f, nil
}

// own reads a relation that users create next to the product's tables. Without a rate
// card, costs are unknown. Without the others, the included rules are used.
func (d *Database) own(ctx context.Context, f *draft, p Product) error {
	beside, err := Open(ctx, d.tx, Settings{Schema: ownSchema})
	if err != nil {
		return err
	}
	if !beside.Has(f.Name) && !beside.forbidden(f.Name) {
		if f.Name == "rate_card" && !p.Free {
			f.finding.Problem = fmt.Sprintf("%s.%s does not exist, so costs are unknown", ownSchema, f.Name)
		}
		return nil
	}
	var names []string
	for _, c := range f.Columns {
		switch name := f.Name + "." + c.Name; {
		case beside.Has(name):
			names = append(names, c.Name)
		case beside.forbidden(name):
			f.finding.Problem = fmt.Sprintf("the user has no read access to %[1]s.%[2]s: grant USAGE on the schema %[1]s and SELECT on %[1]s.%[2]s", ownSchema, f.Name)
			return nil
		}
	}
	f.sql = fmt.Sprintf("SELECT %s FROM %s", strings.Join(names, ", "), beside.Table(f.Name))
	return nil
}

// render executes the template. A table that does not exist is a problem of the relation.
func (d *Database) render(f *draft, p Product) error {
	if p.Wrong != "" {
		f.finding.Problem = p.Wrong
		return nil
	}
	f.shared = map[string]string{}
	var parsed *template.Template
	execute := func(file string) (string, error) {
		var b strings.Builder
		err := parsed.ExecuteTemplate(&b, file+".sql", p.Data)
		return strings.TrimSpace(b.String()), err
	}
	parsed, err := template.New(f.Name).Funcs(template.FuncMap{
		"table": func(name string) string {
			if !d.Has(name) && f.finding.Problem == "" {
				f.finding.Problem = d.Problem(name)
				if d.forbidden(name) {
					f.finding.Forbidden = d.settings.Schema + "." + name
				}
			}
			return d.Table(name)
		},
		"has": func(name string) bool {
			if !d.Has(name) {
				f.absent = append(f.absent, d.Problem(name))
				return false
			}
			return true
		},
		"feature": func(name string) bool { return p.Features[name] },
		"visible": Visible,
		"known":   Known,
		"unknown": func(name string) string {
			f.unknown = append(f.unknown, name)
			return ""
		},
		"shared": func(name string) (_ string, err error) {
			f.shared[name], err = execute(name)
			return name, err
		},
	}).ParseFS(p.Files, "*.sql")
	if err != nil {
		return err
	}
	if f.sql, err = execute(f.Name); err != nil {
		return err
	}
	for _, text := range append(slices.Collect(maps.Values(f.shared)), f.sql) {
		for line := range strings.SplitSeq(text, "\n") {
			if !single(line) {
				return fmt.Errorf("a line has several bounds, but is removed if one of them is not set: %q", strings.TrimSpace(line))
			}
		}
	}
	return nil
}

// single reports whether a line has at most one placeholder.
func single(line string) bool {
	held := 0
	for _, mark := range marks {
		if strings.Contains(line, mark) {
			held++
		}
	}
	return held <= 1
}

// limited reports whether each part of the relation is limited to the account, directly
// or in a shared file.
func (f *draft) limited() bool {
	for part := range strings.SplitSeq(f.sql, union) {
		for name, text := range f.shared {
			if strings.Contains(part, name) {
				part += text
			}
		}
		if !strings.Contains(part, "$account") {
			return false
		}
	}
	return true
}

// describe runs the SELECTs without rows, to find out whether they work and which columns
// they return.
func (d *Database) describe(ctx context.Context, f *draft) error {
	for i, part := range strings.Split(f.sql, union) {
		fields, err := d.fields(ctx, f, part)
		if err != nil {
			return err
		}
		var oids []uint32
		for _, field := range fields {
			oids = append(oids, field.DataTypeOID)
			if i == 0 {
				f.columns = append(f.columns, field.Name)
			}
		}
		if len(oids) != len(f.columns) {
			return fmt.Errorf("the parts of %s have %d and %d columns", f.Name, len(f.columns), len(oids))
		}
		f.types = append(f.types, oids)
	}
	return nil
}

func (d *Database) fields(ctx context.Context, f *draft, sql string) ([]pgconn.FieldDescription, error) {
	s := &Source{Relations: map[string]string{f.Name: sql}, Shared: f.shared, Account: d.settings.Account}
	const instant = "'2020-01-01 00:00Z'::timestamptz"
	var args []any
	item := s.From(f.Name, Span{Since: instant, Until: instant}, func(text string) string {
		args = append(args, text)
		return fmt.Sprintf("$%d::text", len(args))
	})
	// A savepoint, so that an error does not end the transaction.
	part, err := d.tx.Begin(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { _ = part.Rollback(ctx) }()
	rows, err := part.Query(ctx, "SELECT * FROM "+item+" AS r LIMIT 0", args...)
	if err != nil {
		return nil, err
	}
	rows.Close()
	return rows.FieldDescriptions(), rows.Err()
}

func isInteger(oid uint32) bool {
	return oid == pgtype.Int2OID || oid == pgtype.Int4OID || oid == pgtype.Int8OID
}

// numbers returns the entities with integer ids in all relations.
func numbers(drafts []*draft) map[string]bool {
	integers, others := map[string]bool{}, map[string]bool{}
	for _, f := range drafts {
		for _, column := range f.columns {
			for _, oid := range f.oids(column) {
				if isInteger(oid) {
					integers[entities[column]] = true
				} else {
					others[entities[column]] = true
				}
			}
		}
	}
	all := map[string]bool{}
	for entity := range integers {
		all[entity] = entity != "" && !others[entity]
	}
	// The owner of a tag is compared with both contacts and conversations.
	all["owner"] = all["owner"] && all["contact"] && all["conversation"]
	return all
}

// oids are PostgreSQL's ids of the contract's types.
var oids = map[string]uint32{
	"text": pgtype.TextOID, "bigint": pgtype.Int8OID, "integer": pgtype.Int4OID, "timestamptz": pgtype.TimestamptzOID, "boolean": pgtype.BoolOID,
	"numeric": pgtype.NumericOID, "double precision": pgtype.Float8OID, "date": pgtype.DateOID, "time": pgtype.TimeOID,
}

// wrap returns a SELECT with all columns of the contract, in its types.
func (f *draft) wrap(s *Source, modern bool) string {
	for _, name := range f.unknown {
		s.Unknown[f.Name+"."+name] = true
	}
	parts := strings.Split(f.sql, union)
	for i, part := range parts {
		var fields []string
		for _, c := range f.Columns {
			if !slices.Contains(f.columns, c.Name) {
				s.Unknown[f.Name+"."+c.Name] = true
				fields = append(fields, s.null(c))
				continue
			}
			expr := "r." + c.Name
			switch oid := f.oids(c.Name)[i]; {
			case oid == oids[c.Type] || s.Numbers[entities[c.Name]]:
			case c.Type == "timestamptz" && oid == pgtype.TimestampOID:
				expr += " AT TIME ZONE 'UTC'"
			case oid == pgtype.TextOID || oid == pgtype.VarcharOID:
				expr, _ = castSQL(expr, "text", c.Type, modern)
			default:
				expr += "::" + c.Type
			}
			if value := productValue(f.Name, c, expr); !s.Numbers[entities[c.Name]] && value != "r."+c.Name {
				expr = value + " AS " + c.Name
			}
			fields = append(fields, expr)
		}
		if f.Name == "message" && slices.Contains(f.columns, "is_call") {
			s.Calls = true
			fields = append(fields, "r.is_call")
		}
		names := ""
		if i > 0 {
			names = " (" + strings.Join(f.columns, ", ") + ")"
		}
		parts[i] = fmt.Sprintf("SELECT %s\nFROM (\n%s\n) AS r%s", strings.Join(fields, ", "), part, names)
		if at := eventTimes[f.Name]; at != "" {
			parts[i] += "\nWHERE " + timeKnown("r."+at)
		}
	}
	return strings.Join(parts, union)
}
