// Package views is the source for Parley views: the relations of the contract are
// views or tables that a team creates in one schema.
package views

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/parley-reports/parley/pkg/source"
)

type column struct {
	typ             string
	base            string // the underlying type of a domain
	readable        bool
	defaultCollated bool
}

const columnsSQL = `
SELECT c.relname, a.attname, t.typname, base.typname,
       has_schema_privilege(n.oid, 'USAGE') AND has_column_privilege(c.oid, a.attnum, 'SELECT'),
       a.attcollation IN (0, 100)
FROM pg_catalog.pg_namespace n
JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relkind IN ('r', 'v', 'm', 'f', 'p')
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
JOIN pg_catalog.pg_type base ON base.oid = CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END
WHERE n.nspname = $1`

const remedy = "Check the schema in the data source settings, or create the views (see docs/your-own-database.md)"

// Detect examines the schema and returns its source, with a finding for each relation
// that is missing or incomplete. A schema without the required relations is a fatal
// finding; the error is one of the database.
func Detect(ctx context.Context, db source.Querier, settings source.Settings) (*source.Source, error) {
	schema := settings.Schema
	found := map[string]map[string]column{}
	rows, err := db.Query(ctx, columnsSQL, schema)
	if err != nil {
		return nil, err
	}
	var relation, name string
	var col column
	_, err = pgx.ForEachRow(rows, []any{&relation, &name, &col.typ, &col.base, &col.readable, &col.defaultCollated}, func() error {
		if found[relation] == nil {
			found[relation] = map[string]column{}
		}
		found[relation][name] = col
		return nil
	})
	if err != nil {
		return nil, err
	}
	s := &source.Source{Kind: "Parley views", Relations: map[string]string{}, Unknown: map[string]bool{}, Account: settings.Account, Remedy: remedy}
	if len(found) == 0 {
		exists, err := hasSchema(ctx, db, schema)
		if err != nil {
			return nil, err
		}
		if !exists {
			s.Findings = []source.Finding{{Relation: "message", State: source.Missing, Problem: fmt.Sprintf("the schema %s does not exist", schema), Fatal: true}}
			return s, nil
		}
	}
	v := &reader{schema: schema, account: settings.Account, found: found}
	var encoding string
	if v.values.Modern, encoding, err = server(ctx, db); err != nil {
		return nil, err
	}
	s.Blanks, s.LeftOut = source.Blanks(encoding), map[string]string{}
	for _, r := range source.Contract {
		sql, leftOut, absent, finding := v.relation(r)
		s.Relations[r.Name], s.LeftOut[r.Name] = sql, leftOut
		for _, name := range absent {
			s.Unknown[r.Name+"."+name] = true
		}
		s.Findings = append(s.Findings, finding)
	}
	_, s.Calls = found["message"]["content_type"]
	s.Raw = map[string]source.Raw{}
	for _, relation := range []string{"message", "conversation", "conversation_event", "contact", "tag"} {
		if s.Has(relation) {
			s.Raw[relation] = v.raw(relation)
		}
	}
	if s.Has("message") {
		if v.found["message"]["updated_at"].typ == "timestamptz" {
			if s.Changes, err = source.HasIndex(ctx, db, schema, "message", "updated_at"); err != nil {
				return nil, err
			}
		}
	}
	if err := v.checkAccount(ctx, db, s); err != nil {
		return nil, err
	}
	s.Advice, err = source.Advise(ctx, db, schema, v.indexes())
	return s, err
}

// checkAccount adds a finding if no relation has rows of the account, but some have rows
// of other accounts.
func (v *reader) checkAccount(ctx context.Context, db source.Querier, s *source.Source) error {
	var own, any []string
	for _, relation := range []string{"account", "conversation", "contact", "message"} {
		if v.found[relation]["account_id"].readable {
			own = append(own, fmt.Sprintf("EXISTS (SELECT FROM %s WHERE %s = $1::text)", v.table(relation), v.key(relation, "account_id")))
			any = append(any, fmt.Sprintf("EXISTS (SELECT FROM %s)", v.table(relation)))
		}
	}
	if v.account == "" || len(own) == 0 {
		return nil
	}
	rows, err := db.Query(ctx, fmt.Sprintf("SELECT %s OR NOT (%s)", strings.Join(own, " OR "), strings.Join(any, " OR ")), v.account)
	if err != nil {
		return err
	}
	known, err := pgx.CollectExactlyOneRow(rows, pgx.RowTo[bool])
	if err == nil && !known {
		s.Findings = slices.Insert(s.Findings, 0, source.Finding{Relation: "account", State: source.Missing, Problem: "the account " + v.account + " does not exist", Fatal: true})
		if len(s.Fatal()) == 1 {
			s.Remedy = "Check the account in the data source settings"
		}
	}
	return err
}

// indexes lists the indexes that reports need if a relation is a large table. The tables
// below a view are unknown, and columns that are cast cannot use an index.
var indexes = []source.Index{
	{Table: "message", Column: "created_at"},
	{Table: "message", Column: "contact_id"},
	{Table: "message", Column: "conversation_id"},
	{Table: "conversation", Column: "created_at"},
	{Table: "conversation_event", Column: "at"},
	{Table: "conversation_event", Column: "conversation_id"},
	{Table: "tag", Column: "owner_id"},
	{Table: "csat", Column: "sent_at"},
}

// reader creates the SELECTs of the relations in a schema.
type reader struct {
	schema, account string
	found           map[string]map[string]column
	values          source.Reader
}

// server returns whether the server is PostgreSQL 16 or later, and the encoding of the
// database.
func server(ctx context.Context, db source.Querier) (modern bool, encoding string, err error) {
	rows, err := db.Query(ctx, "SELECT current_setting('server_version_num')::int >= 160000, current_setting('server_encoding')")
	if err != nil {
		return false, "", err
	}
	_, err = pgx.ForEachRow(rows, []any{&modern, &encoding}, func() error { return nil })
	return modern, encoding, err
}

func hasSchema(ctx context.Context, db source.Querier, schema string) (bool, error) {
	rows, err := db.Query(ctx, "SELECT EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = $1)", schema)
	if err != nil {
		return false, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowTo[bool])
}

// relation returns the SELECT of a relation. Columns of other types are cast, and missing
// optional columns are null.
func (v *reader) relation(r source.Relation) (sql, leftOut string, absent []string, finding source.Finding) {
	schema, found := v.schema, v.found[r.Name]
	finding = source.Finding{Relation: r.Name, State: source.Missing, Fatal: r.Required}
	if found == nil && r.Name == "market" { // the included calling codes are used
		return "", "", nil, finding
	}
	if found == nil {
		finding.Problem = fmt.Sprintf("%s.%s does not exist", schema, r.Name)
		return "", "", nil, finding
	}
	var fields, missed, missing, unreadable, foreign []string
	var defects []source.Defect
	for _, c := range r.Columns {
		col, ok := found[c.Name]
		switch {
		case !ok && c.Required:
			missing = append(missing, c.Name)
		case !ok:
			absent = append(absent, c.Name)
			if !c.Extra {
				missed = append(missed, c.Name)
			}
			fields = append(fields, fmt.Sprintf("NULL::%s AS %s", c.Type, c.Name))
		case !col.readable:
			unreadable = append(unreadable, c.Name)
		case !source.Castable(col.base, c.Type):
			foreign = append(foreign, fmt.Sprintf("%s.%s.%s has the type %s, which cannot be converted to %s", schema, r.Name, c.Name, col.typ, c.Type))
		default:
			field, wrong := v.values.Field(r.Name, c, v.stored(r.Name, c.Name))
			fields, defects = append(fields, field+" AS "+c.Name), append(defects, wrong...)
		}
	}
	limit, limited := v.limit(r.Name)
	switch {
	case len(missing) > 0:
		finding.Problem = fmt.Sprintf("%s.%s has no column %s", schema, r.Name, strings.Join(missing, ", "))
	case len(unreadable) > 0:
		finding.Forbidden = schema + "." + r.Name
		which := ""
		if len(unreadable) < len(r.Columns)-len(absent) { // others can be read
			which = " (" + strings.Join(unreadable, ", ") + ")"
		}
		finding.Problem = fmt.Sprintf("the user has no read access to %s.%s%s: grant USAGE on the schema and SELECT on the table or view", schema, r.Name, which)
	case len(foreign) > 0:
		finding.Problem = strings.Join(foreign, "; ")
	case !limited:
		finding.Problem = fmt.Sprintf("%s.%s has no account_id, so it cannot be limited to an account", schema, r.Name)
	default:
		finding.State, finding.Fatal = source.Complete, false
		if len(missed) > 0 {
			finding.State = source.Partial
			finding.Problem = fmt.Sprintf("%s.%s has no column %s; metrics that need this are not recorded", schema, r.Name, strings.Join(missed, ", "))
		}
		var counted []string
		if _, ok := found["content_type"]; ok && r.Name == "message" {
			kind := fmt.Sprintf(`lower(btrim(%s, $blanks) COLLATE "C")`, v.key(r.Name, "content_type"))
			fields = append(fields, fmt.Sprintf("%s IN (%s) AS is_call", kind, words(source.CallTypes())))
			counted = []string{fmt.Sprintf("(%s IN (%s)) IS NOT TRUE", kind, words(source.NoMessageTypes()))}
		}
		sql := fmt.Sprintf("SELECT %s FROM %s", strings.Join(fields, ", "), v.table(r.Name)) + where(counted, limit, v.bounds(r.Name), v.lists(r.Name), keptBy(defects))
		return once(r.Name, sql), v.leftOut(r, defects, limit), absent, finding
	}
	return "", "", nil, finding
}

// raw returns a complete relation with its values as they are stored.
func (v *reader) raw(relation string) source.Raw {
	r, _ := source.LookupRelation(relation)
	raw := source.Raw{Rules: map[string]source.Rule{}, Kinds: true}
	var fields []string
	for _, c := range r.Columns {
		if _, ok := v.found[relation][c.Name]; !ok {
			fields = append(fields, fmt.Sprintf("NULL::%s AS %s", c.Type, c.Name))
			continue
		}
		field, rule := v.values.RawField(relation, c, v.stored(relation, c.Name))
		fields, raw.Rules[c.Name] = append(fields, field+" AS "+c.Name), rule
	}
	limit, _ := v.limit(relation)
	raw.SQL = fmt.Sprintf("SELECT %s FROM %s", strings.Join(fields, ", "), v.table(relation)) + where(limit, v.bounds(relation), v.lists(relation))
	return raw
}

// once removes duplicate ids from small relations that others refer to. Messages of a
// line with two rows would be counted twice.
func once(relation, sql string) string {
	if !slices.Contains([]string{"line", "account", "agent", "team", "campaign"}, relation) {
		return sql
	}
	id := source.Key(relation)
	return fmt.Sprintf("SELECT DISTINCT ON (r.%[1]s) r.*\nFROM (\n%[2]s\n) AS r\nORDER BY r.%[1]s, r.name", id, sql)
}

// stored returns a column with its type in the schema.
func (v *reader) stored(relation, name string) source.StoredColumn {
	col := v.found[relation][name]
	typ := col.typ
	if col.base != typ {
		typ = col.base // a domain is read as its underlying type
	}
	return source.StoredColumn{Expr: name, Type: typ, Foreign: !col.defaultCollated}
}

// where returns a WHERE clause with all conditions, one per line.
func where(conditions ...[]string) string {
	all := slices.Concat(conditions...)
	if len(all) == 0 {
		return ""
	}
	return "\nWHERE true\n  AND " + strings.Join(all, "\n  AND ")
}

func keptBy(defects []source.Defect) (conditions []string) {
	for _, d := range defects {
		if !d.Value {
			conditions = append(conditions, "("+d.Kept+")")
		}
	}
	return conditions
}

// leftOut selects the rows with a defect. Rows without an event time are in no range.
func (v *reader) leftOut(r source.Relation, defects []source.Defect, limit []string) string {
	at := source.EventTime(r.Name)
	var when, any, parts []string
	id := source.IDOf(r.Name, func(column string) string {
		if v.found[r.Name][column].typ == "" {
			return ""
		}
		return column
	})
	base := fmt.Sprintf("SELECT '%s' AS relation, %s AS id, ", r.Name, id)
	for _, d := range defects {
		if d.Column == at {
			condition := "(" + d.Kept + ") IS NOT TRUE"
			if slices.Contains([]string{"timestamptz", "timestamp", "date"}, v.found[r.Name][at].base) {
				condition = source.OutOfTime(at)
			}
			parts = append(parts, base+"'"+at+"' AS column_name FROM "+v.table(r.Name)+where(limit, []string{condition}))
			continue
		}
		when = append(when, fmt.Sprintf("WHEN (%s) IS NOT TRUE THEN '%s'", d.Kept, d.Column))
		any = append(any, fmt.Sprintf("(%s) IS NOT TRUE", d.Kept))
	}
	if len(any) > 0 {
		parts = append(parts, base+"CASE "+strings.Join(when, " ")+" END AS column_name FROM "+v.table(r.Name)+
			where(limit, v.spanned(r.Name), []string{"(" + strings.Join(any, " OR ") + ")"}))
	}
	return strings.Join(parts, "\nUNION ALL\n")
}

// spanned returns the conditions of a span on the event time, for any type.
func (v *reader) spanned(relation string) []string {
	if bounds := v.bounds(relation); len(bounds) > 0 {
		return bounds
	}
	at := source.EventTime(relation)
	if at == "" {
		return nil
	}
	expr, _ := v.values.Field(relation, source.Column{Name: at, Type: "timestamptz", Required: true}, v.stored(relation, at))
	return []string{expr + " >= $since", expr + " < $until"}
}

// lists returns conditions on contacts and conversations that can use indexes on ids.
func (v *reader) lists(relation string) (conditions []string) {
	for _, list := range []struct{ column, mark string }{{"contact_id", "$contacts"}, {"conversation_id", "$conversations"}} {
		col := v.found[relation][list.column]
		if (relation == "message" || relation == "conversation_event") && slices.Contains([]string{"text", "varchar"}, col.typ) && col.defaultCollated {
			conditions = append(conditions, fmt.Sprintf("%s IN (%s)", list.column, list.mark))
		}
	}
	return conditions
}

// words returns constants as an SQL list.
func words(texts []string) string { return "'" + strings.Join(texts, "', '") + "'" }

func (v *reader) table(name string) string { return pgx.Identifier{v.schema, name}.Sanitize() }

// bounds returns conditions that can use the index on a timestamp without time zone. A
// timestamptz needs none, since PostgreSQL pushes the range down to the column.
func (v *reader) bounds(relation string) []string {
	at := map[string]string{"message": "created_at", "conversation": "created_at", "conversation_event": "at"}[relation]
	if at == "" || v.found[relation][at].base != "timestamp" {
		return nil
	}
	return []string{at + " >= $since AT TIME ZONE 'UTC'", at + " < $until AT TIME ZONE 'UTC'"}
}

// indexes returns the indexes that the types of the columns allow to use.
func (v *reader) indexes() (serving []source.Index) {
	for _, i := range indexes {
		col, serves := v.found[i.Table][i.Column], false
		if strings.HasSuffix(i.Column, "_id") {
			serves = slices.Contains([]string{"text", "varchar"}, col.typ) && col.defaultCollated
		} else {
			serves = col.typ == "timestamptz" || len(v.bounds(i.Table)) > 0
		}
		if serves {
			serving = append(serving, i)
		}
	}
	return serving
}

// limit returns the conditions for the rows of the account. ok is false if the relation
// does not contain the account of its rows.
func (v *reader) limit(relation string) (conditions []string, ok bool) {
	if v.account == "" || source.IsShared(relation) {
		return nil, true
	}
	if own, ok := v.found[relation]["account_id"]; ok && own.readable {
		condition := v.key(relation, "account_id") + " = $account"
		if relation == "agent" {
			condition = "(" + strings.Join(append([]string{condition}, v.citing()...), " OR ") + ")"
		}
		return []string{condition}, true
	}
	// Other relations belong to the account's conversations, contacts and lines.
	of := func(column, owner string) string {
		if own, ok := v.found[owner]["account_id"]; !ok || !own.readable || v.found[owner][owner+"_id"].typ == "" {
			return "false"
		}
		return fmt.Sprintf("%s IN (SELECT %s FROM %s WHERE %s = $account)", v.key(relation, column), v.key(owner, owner+"_id"), v.table(owner), v.key(owner, "account_id"))
	}
	has := func(column string) bool { return v.found[relation][column].typ != "" }
	either := func(column, owner, other, otherOwner string) string {
		switch {
		case !has(other):
			return of(column, owner)
		case !has(column):
			return of(other, otherOwner)
		}
		return fmt.Sprintf("(%s OR %s IS NULL AND %s)", of(column, owner), column, of(other, otherOwner))
	}
	var condition string
	switch relation {
	case "conversation_event":
		condition = of("conversation_id", "conversation")
	case "agent_team":
		condition = of("team_id", "team")
	case "csat":
		condition = either("conversation_id", "conversation", "contact_id", "contact")
	case "working_hours":
		condition = either("line_id", "line", "team_id", "team")
	case "tag":
		kind, _ := v.values.Field("tag", source.Column{Name: "kind", Type: "text", Required: true}, v.stored("tag", "kind"))
		condition = fmt.Sprintf("(%[1]s = 'conversation' AND %[2]s OR %[1]s = 'contact' AND %[3]s)", kind, of("owner_id", "conversation"), of("owner_id", "contact"))
	default:
		return nil, false
	}
	return []string{condition}, true
}

// citing returns conditions for agents that rows of the account refer to, so that former
// agents keep their names.
func (v *reader) citing() (conditions []string) {
	for _, relation := range []string{"message", "conversation", "conversation_event", "csat"} {
		if agent := v.found[relation]["agent_id"]; agent.typ == "" || !agent.readable {
			continue
		}
		if limit, ok := v.limit(relation); ok {
			conditions = append(conditions, fmt.Sprintf("%s IN (SELECT %s FROM %s WHERE %s)", v.key("agent", "agent_id"), v.key(relation, "agent_id"), v.table(relation), strings.Join(limit, " AND ")))
		}
	}
	return conditions
}

// key returns a column as text, like ids.
func (v *reader) key(relation, column string) string {
	return source.TextOf(v.stored(relation, column))
}
