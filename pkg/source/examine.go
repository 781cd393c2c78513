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

// Product is a database of a known make: what its relations are read from.
//
// Files holds <relation>.sql for each relation of the contract that the product
// knows, one SELECT each, without a semicolon. It is a template:
//
//	{{table "messages"}}              the table's quoted name
//	{{if has "messages.sender_id"}}   the column is there and may be read; also has "messages"
//	{{if feature "reopenings"}}       one of Features
//	{{unknown "reopened"}}            marks "<relation>.reopened" as unknown, and is empty
//	{{template "people.sql"}}         another of the files
//	{{shared "people"}}               the name of what people.sql selects, which is
//	                                  computed once a statement, whoever reads it
//
// A file yields only the columns that its database knows, by their names in the
// contract; all others are unknown. Integer ids stay integers, naive timestamps
// are UTC, and any other type is cast to the contract's.
//
// Marks bound the rows that are read. A line that holds one is left out of the
// statement where there is no such bound, so it has to stand by itself, one in a line:
//
//	AND m.created_at >= $since AT TIME ZONE 'UTC'
//	AND m.created_at < $until AT TIME ZONE 'UTC'
//	AND m.account_id = $account::int
//	AND c.contact_id IN ($contacts)
//	AND m.conversation_id IN ($conversations)
//
// A message that is a call has is_call, a boolean column beside those of the contract:
// see Source.Calls.
//
// A file may put several SELECTs together by lines of UNION ALL. The columns of
// all of them are named by the first, and have to be of the same types where they
// are ids: NULL::int, not NULL.
//
// $since and $until are timestamptz. A relation that has them must leave out just
// the rows whose event time (created_at, at) lies outside; csat alone has two
// times, and may leave out rows whose times both do. line and account have no time:
// they have to yield at least what the messages of the span name. $account is text and has to
// stand in every file whose rows are somebody's. $contacts and $conversations are
// SELECTs of ids, of contact_id and conversation_id as the file yields them; they
// are for messages that PostgreSQL cannot find by an index otherwise, as in a
// union. What is shared serves readers of any span: its lines of $since, $until,
// $contacts and $conversations are always left out, that of $account is not. A shared
// file cannot read another.
type Product struct {
	Name     string
	Files    fs.FS
	Features map[string]bool
	// Data is the dot of the templates.
	Data any
	// Indexes that the reports need on large tables.
	Indexes []Index
	// Wrong is what keeps everything from being read, if anything does.
	Wrong string
	// Remedy says what to do about what is missing.
	Remedy string
	// Phone is that of Source.
	Phone string
	// Free tells that nothing of it is charged for: nobody misses the rates.
	Free bool
	// Checks are rules for rows of the product's tables; SQL is the name of a file.
	Checks []Check
	// Times are the columns of the tables' event times that an index serves: rows with an
	// impossible one are left out, and counted.
	Times []Time
}

// Time is the event time of a relation in its product's table.
type Time struct{ Relation, Table, ID, Column, Account string }

// leftOut selects the rows with an impossible time: see Source.LeftOut.
func (t Time) leftOut(d *Database) string {
	name := func(column string) string { return pgx.Identifier{column}.Sanitize() }
	return fmt.Sprintf("SELECT '%s' AS relation, %s::text AS id, '%s' AS column_name\nFROM %s\nWHERE %s\n  AND %s = $account::int",
		t.Relation, name(t.ID), eventTimes[t.Relation], d.Table(t.Table), OutOfTime(name(t.Column)), name(t.Account))
}

// Index is a column that the reports look rows up by.
type Index struct{ Table, Column string }

// shared are the relations that belong to no account. No product has them: who
// wants costs keeps them as tables of the schema parley.
var shared = []string{"rate_card", "market", "billing_rule"}

// IsShared reports whether the rows of the relation belong to no account.
func IsShared(relation string) bool { return slices.Contains(shared, relation) }

const ownSchema = "parley"

// Querier runs one query: a connection or a transaction.
type Querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// Database is a database under examination.
type Database struct {
	tx       pgx.Tx
	settings Settings
	// columns are the readable columns of each table of the schema.
	columns map[string]map[string]bool
	// unreadable are the columns that exist but may not be read.
	unreadable map[string]map[string]bool
}

const readableSQL = `
SELECT c.relname, a.attname, has_schema_privilege(n.oid, 'USAGE') AND has_column_privilege(c.oid, a.attnum, 'SELECT')
FROM pg_catalog.pg_namespace AS n
JOIN pg_catalog.pg_class AS c ON c.relnamespace = n.oid AND c.relkind IN ('r', 'v', 'm', 'f', 'p')
JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE n.nspname = $1`

// Open looks at the tables of the schema.
func Open(ctx context.Context, tx pgx.Tx, s Settings) (*Database, error) {
	d := &Database{tx: tx, settings: s, columns: map[string]map[string]bool{}, unreadable: map[string]map[string]bool{}}
	rows, err := tx.Query(ctx, readableSQL, s.Schema)
	if err != nil {
		return nil, err
	}
	var table, column string
	var readable bool
	_, err = pgx.ForEachRow(rows, []any{&table, &column, &readable}, func() error {
		into := d.unreadable
		if readable {
			into = d.columns
		}
		if into[table] == nil {
			into[table] = map[string]bool{}
		}
		into[table][column] = true
		return nil
	})
	return d, err
}

// Has tells whether a table ("messages"), or a column of it ("messages.id"), is
// there and may be read.
func (d *Database) Has(name string) bool {
	table, column, _ := strings.Cut(name, ".")
	if column == "" {
		return len(d.columns[table]) > 0
	}
	return d.columns[table][column]
}

// forbidden tells whether a table or column is there but may not be read.
func (d *Database) forbidden(name string) bool {
	table, column, _ := strings.Cut(name, ".")
	if column == "" {
		return len(d.unreadable[table]) > 0 && !d.Has(table)
	}
	return d.unreadable[table][column]
}

// Problem says why a table or column cannot be read.
func (d *Database) Problem(name string) string {
	if d.forbidden(name) {
		return fmt.Sprintf("the user may not read %s.%s: GRANT SELECT on it", d.settings.Schema, name)
	}
	return fmt.Sprintf("%s.%s is not there", d.settings.Schema, name)
}

// Table is the quoted name of a table of the schema.
func (d *Database) Table(name string) string {
	return pgx.Identifier{d.settings.Schema, name}.Sanitize()
}

// Bool asks a question that has one answer, yes or no.
func (d *Database) Bool(ctx context.Context, sql string, args ...any) (bool, error) {
	rows, err := d.tx.Query(ctx, sql, args...)
	if err != nil {
		return false, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowTo[bool])
}

// Text asks a question that has one answer; null is "".
func (d *Database) Text(ctx context.Context, sql string, args ...any) (string, error) {
	rows, err := d.tx.Query(ctx, sql, args...)
	if err != nil {
		return "", err
	}
	text, err := pgx.CollectExactlyOneRow(rows, pgx.RowTo[*string])
	if err != nil || text == nil {
		return "", err
	}
	return *text, nil
}

// Type is the type of a column that may be read, as SQL writes it; "" where there
// is none.
func (d *Database) Type(ctx context.Context, table, column string) (string, error) {
	if !d.Has(table + "." + column) {
		return "", nil
	}
	return d.Text(ctx, "SELECT format_type(atttypid, NULL) FROM pg_catalog.pg_attribute WHERE attrelid = $1::regclass AND attname = $2", d.Table(table), column)
}

// draft is a relation on its way to its SQL.
type draft struct {
	Relation
	sql     string
	finding Finding
	unknown []string // what the file marks
	absent  []string // what it asked for in vain
	shared  map[string]string
	columns []string // that it yields
	// types are those of the columns, in each part of a union.
	types [][]uint32
}

// oids are the types of a column in the parts; none where it is not yielded.
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

// Examine makes the source of the product's relations out of the database. The
// error is the database's; what does not fit is a finding.
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

func noAccount(id string) string { return "there is no account " + id }

// draft renders the file of a relation, and has the database say what it yields.
func (d *Database) draft(ctx context.Context, p Product, r Relation) (*draft, error) {
	f := &draft{Relation: r, finding: Finding{Relation: r.Name, State: Missing, Fatal: r.Required}}
	_, err := fs.Stat(p.Files, r.Name+".sql")
	own := slices.Contains(shared, r.Name)
	if errors.Is(err, fs.ErrNotExist) && !own {
		f.finding.Fatal, f.finding.Never = false, true
		f.finding.Problem = fmt.Sprintf("%s has no %s", p.Name, r.Name)
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
			f.finding.Problem = refused.Message + ": GRANT SELECT on its columns that the documentation lists"
			return f, nil
		case (refused.Code == "22P02" || refused.Code == "22003") && d.settings.Account != "": // no number, or too great a one
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
		f.finding.Problem = fmt.Sprintf("%s lacks %s", r.Name, strings.Join(missing, ", "))
		return f, nil
	}
	f.finding.State, f.finding.Fatal = Complete, false
	if len(f.absent) > 0 {
		f.finding.State = Partial
		f.finding.Problem = strings.Join(f.absent, "; ") + ": what hangs on it is unknown"
	}
	return f, nil
}

// own reads a relation that a team keeps beside the product's tables. Without one
// of them costs are unknown, without the other the shipped rules serve.
func (d *Database) own(ctx context.Context, f *draft, p Product) error {
	beside, err := Open(ctx, d.tx, Settings{Schema: ownSchema})
	if err != nil {
		return err
	}
	if !beside.Has(f.Name) && !beside.forbidden(f.Name) {
		if f.Name == "rate_card" && !p.Free {
			f.finding.Problem = fmt.Sprintf("there is no %s.%s: costs are unknown", ownSchema, f.Name)
		}
		return nil
	}
	var names []string
	for _, c := range f.Columns {
		switch name := f.Name + "." + c.Name; {
		case beside.Has(name):
			names = append(names, c.Name)
		case beside.forbidden(name):
			f.finding.Problem = fmt.Sprintf("the user may not read %[1]s.%[2]s: GRANT USAGE ON SCHEMA %[1]s and SELECT ON %[1]s.%[2]s", ownSchema, f.Name)
			return nil
		}
	}
	f.sql = fmt.Sprintf("SELECT %s FROM %s", strings.Join(names, ", "), beside.Table(f.Name))
	return nil
}

// render executes the template. A table that is not there is a problem of the
// relation.
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
				return fmt.Errorf("several bounds in one line, which is left out where one of them is not set: %q", strings.TrimSpace(line))
			}
		}
	}
	return nil
}

// single tells whether a line holds no more than one mark.
func single(line string) bool {
	held := 0
	for _, mark := range marks {
		if strings.Contains(line, mark) {
			held++
		}
	}
	return held <= 1
}

// limited tells whether each part of the relation is limited to the account, be it
// by what it shares with others.
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

// describe runs the SELECTs for no rows: the database says whether they may run,
// and what they yield.
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
	// What fails must not end the transaction.
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

// numbers are the entities whose ids are integers wherever they stand.
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
	// The owner of a tag is compared with contacts and with conversations.
	all["owner"] = all["owner"] && all["contact"] && all["conversation"]
	return all
}

// oids are the contract's types as the database names them.
var oids = map[string]uint32{
	"text": pgtype.TextOID, "bigint": pgtype.Int8OID, "integer": pgtype.Int4OID, "timestamptz": pgtype.TimestamptzOID, "boolean": pgtype.BoolOID,
	"numeric": pgtype.NumericOID, "double precision": pgtype.Float8OID, "date": pgtype.DateOID, "time": pgtype.TimeOID,
}

// wrap is the relation with all columns of the contract, in its types.
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

// manyRows is from how many rows on a missing index is worth a word.
const manyRows = 50_000

// adviceSQL yields the statement that makes an index which a large table lacks. One
// that begins with another column of few values, such as the account, serves nearly
// as well.
const adviceSQL = `
SELECT CASE c.relkind WHEN 'p' THEN 'CREATE INDEX' ELSE 'CREATE INDEX CONCURRENTLY' END
FROM pg_catalog.pg_namespace AS n
JOIN pg_catalog.pg_class AS c ON c.relnamespace = n.oid
WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind IN ('r', 'm', 'p') AND c.reltuples >= $4 AND NOT EXISTS (
  SELECT FROM pg_catalog.pg_index AS i
  JOIN pg_catalog.pg_attribute AS a ON a.attrelid = i.indrelid AND a.attname = $3 AND a.attnum = ANY (i.indkey[0:1])
  LEFT JOIN pg_catalog.pg_attribute AS first ON first.attrelid = i.indrelid AND first.attnum = i.indkey[0] AND first.attnum <> a.attnum
  LEFT JOIN pg_catalog.pg_stats AS s ON s.schemaname = n.nspname AND s.tablename = c.relname AND s.attname = first.attname AND NOT s.inherited
  WHERE i.indrelid = c.oid AND i.indisvalid AND i.indpred IS NULL AND coalesce(s.n_distinct, 1) BETWEEN 0 AND $5)`

// fewValues is the most that the column before may have.
const fewValues = 1000

// Advise names the indexes that large tables of the schema lack. What is no table is
// passed over.
func Advise(ctx context.Context, db Querier, schema string, indexes []Index) ([]string, error) {
	var advice []string
	for _, index := range indexes {
		rows, err := db.Query(ctx, adviceSQL, schema, index.Table, index.Column, manyRows, fewValues)
		if err != nil {
			return nil, err
		}
		create, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			return nil, err
		}
		for _, statement := range create {
			advice = append(advice, fmt.Sprintf("%s ON %s (%s)", statement, pgx.Identifier{schema, index.Table}.Sanitize(), pgx.Identifier{index.Column}.Sanitize()))
		}
	}
	return advice, nil
}
