package compile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/parley-reports/parley/pkg/catalog"
)

// totals aggregates the rows of a fact by the keys.
func (c *compiler) totals(f catalog.Fact, metrics []catalog.Metric, keys []string, multi []multiJoin, grouped bool) string {
	fields := slices.Clone(keys)
	for _, m := range metrics {
		fields = append(fields, aggregates[m.ID]+" AS "+m.ID)
	}
	sql := fmt.Sprintf("SELECT %s\nFROM %s_rows AS f", strings.Join(fields, ",\n  "), f)
	var where []string
	if grouped {
		for _, j := range multi {
			sql += "\n" + j.join
			where = append(where, j.where...)
		}
	}
	if len(where) > 0 {
		sql += "\nWHERE " + strings.Join(where, "\n  AND ")
	}
	if len(keys) > 0 {
		sql += "\nGROUP BY " + strings.Join(keys, ", ")
	}
	return sql
}

// union puts the totals of several facts side by side: a group may be absent
// from some of them, and "(none)" must meet "(none)".
func union(facts []catalog.Fact, byFact map[catalog.Fact][]catalog.Metric, keys []string) string {
	var parts []string
	for _, f := range facts {
		fields := slices.Clone(keys)
		for _, g := range facts {
			for _, m := range byFact[g] {
				if f == g {
					fields = append(fields, m.ID)
				} else {
					fields = append(fields, fmt.Sprintf("NULL::%s AS %s", sqlType(m), m.ID))
				}
			}
		}
		parts = append(parts, fmt.Sprintf("SELECT %s FROM %s_totals", strings.Join(fields, ", "), f))
	}
	fields := slices.Clone(keys)
	for _, f := range facts {
		for _, m := range byFact[f] {
			fields = append(fields, fmt.Sprintf("max(%s) AS %[1]s", m.ID))
		}
	}
	sql := fmt.Sprintf("SELECT %s\nFROM (\n%s\n) AS t", strings.Join(fields, ", "), indent(strings.Join(parts, "\nUNION ALL\n")))
	if len(keys) > 0 {
		sql += "\nGROUP BY " + strings.Join(keys, ", ")
	}
	return sql
}

// shares adds the whole of every metric whose share is asked for, and returns
// the FROM items that bring them beside the groups.
func (c *compiler) shares(facts []catalog.Fact, byFact map[catalog.Fact][]catalog.Metric) []string {
	var joins []string
	for _, f := range facts {
		var of []catalog.Metric
		for _, id := range c.Query.Metrics {
			m, _ := catalog.LookupMetric(id)
			if base, ok := catalog.LookupMetric(m.ShareOf); ok && base.Fact == f {
				of = append(of, base)
			}
		}
		if len(of) == 0 {
			continue
		}
		var keys []string
		on := "true"
		if len(c.buckets) > 0 {
			keys, on = []string{"bucket"}, string(f)+"_whole.bucket = t.bucket"
		}
		c.with(string(f)+"_whole", c.totals(f, of, keys, nil, false))
		joins = append(joins, fmt.Sprintf("LEFT JOIN %s_whole ON %s", f, on))
	}
	return joins
}

// finish is the outermost SELECT: names beside ids, formulas over totals, order
// and limit.
func (c *compiler) finish(total string, keys, joins []string) (*Statement, error) {
	st := &Statement{Buckets: c.buckets, Limit: c.Query.Limit}
	var fields, order []string
	from := []string{"FROM " + total + " AS t"}
	from = append(from, joins...)
	add := func(expr string, col Column) {
		fields = append(fields, expr+" AS "+col.ID)
		st.Columns = append(st.Columns, col)
	}
	stages := slices.Contains(c.Query.GroupBy, "stage")
	for _, id := range c.timeFirst() {
		d, _ := catalog.LookupDimension(id)
		switch {
		case id == "time" || d.Kind == catalog.KindTime:
			add("t.bucket", Column{ID: id, Role: Time, Dimension: d})
		case id == "stage":
			add("stage.stage", Column{ID: id, Role: Key, Dimension: d})
		default:
			add(c.keyText(d), Column{ID: id, Role: Key, Dimension: d})
			if name, join := c.nameOf(d); name != "" {
				add(name, Column{ID: id + "_name", Role: Name, Dimension: d})
				from = append(from, join...)
			}
		}
	}
	for _, id := range c.Query.Metrics {
		m, _ := catalog.LookupMetric(id)
		add(c.formula(m), Column{ID: id, Role: Metric, Metric: m, Unit: m.Unit})
	}
	if c.showsCosts() {
		st.TellsGaps = true
		fields = append(fields, gapsSQL+" AS cost_gaps")
	}
	if stages {
		from = append(from, stageJoin)
	}
	for _, o := range c.Query.OrderBy {
		direction := "ASC NULLS LAST"
		if o.Desc {
			direction = "DESC NULLS LAST"
		}
		order = append(order, o.By+" "+direction)
	}
	order = append(order, c.defaultOrder(st.Columns)...)
	if stages {
		order = append(order, "stage.place")
	}
	if st.Counted = len(c.buckets) == 0 && len(c.Query.GroupBy) > 0; st.Counted {
		fields = append(fields, "count(*) OVER () AS total_rows")
	}
	sql := "SELECT " + strings.Join(fields, ",\n  ") + "\n" + strings.Join(from, "\n")
	if c.having != "" {
		sql += "\nWHERE " + c.having
	}
	if len(order) > 0 {
		sql += "\nORDER BY " + strings.Join(order, ", ")
	}
	sql += "\nLIMIT " + c.arg(st.Limit+1, "bigint")
	st.SQL, st.Args = c.statement(sql), c.args
	return st, nil
}

// timeFirst lists the keys of the answer, time first.
func (c *compiler) timeFirst() []string {
	var ids []string
	if c.Query.Bucket != "none" {
		ids = append(ids, "time")
	}
	for _, id := range c.Query.GroupBy {
		if d, _ := catalog.LookupDimension(id); d.Kind == catalog.KindTime {
			ids = append([]string{id}, ids...)
		} else {
			ids = append(ids, id)
		}
	}
	return ids
}

// defaultOrder is time, then the first metric from large to small, then the
// keys: always a total order, so that equal queries give equal answers. Numeric
// keys (weekday, hour of day) come in their own order.
func (c *compiler) defaultOrder(columns []Column) []string {
	var order, keys []string
	measured := ""
	numeric := true
	for _, col := range columns {
		switch {
		case col.Role == Time:
			order = append(order, "t.bucket")
		case col.Role == Key && col.ID != "stage":
			numeric = numeric && col.Dimension.Kind == catalog.KindNumber
			keys = append(keys, c.keyText(col.Dimension)+collate(col.Dimension)+" NULLS LAST")
		case col.Role == Metric && measured == "" && !strings.HasPrefix(col.ID, "stage_"):
			measured = col.ID + " DESC NULLS LAST"
		}
	}
	if len(c.Query.OrderBy) == 0 && measured != "" && !numeric {
		order = append(order, measured)
	}
	return append(order, keys...)
}

func collate(d catalog.Dimension) string {
	if d.Kind == catalog.KindNumber {
		return ""
	}
	return ` COLLATE "C"`
}

const stageJoin = `CROSS JOIN LATERAL (VALUES
  (1, 'sent', t.notified, t.notified),
  (2, 'delivered', t.notified_delivered, t.notified),
  (3, 'read', t.notified_read, t.notified_delivered),
  (4, 'replied', t.answered, t.notified_read)) AS stage (place, stage, reached, previous)`

// formula is the SQL of a metric over the totals t.
func (c *compiler) formula(m catalog.Metric) string {
	switch {
	case m.ID == "stage_reached":
		return "coalesce(stage.reached, 0)"
	case m.ID == "stage_share_of_previous":
		return "stage.reached::float8 / nullif(stage.previous, 0)"
	case m.ID == "stage_share_of_sent":
		return "stage.reached::float8 / nullif(t.notified, 0)"
	case m.ShareOf != "":
		return fmt.Sprintf("coalesce(t.%s, 0)::float8 / nullif(%s_whole.%[1]s, 0)", m.ShareOf, m.Fact)
	case !m.Derived():
		return zero(m)
	}
	plus := sumOf(m.Plus)
	if len(m.Minus) > 0 {
		plus = "(" + plus + " - " + sumOf(m.Minus) + ")"
	}
	if len(m.Over) == 0 {
		return plus
	}
	return fmt.Sprintf("(%s)::float8 / nullif(%s, 0)", plus, sumOf(m.Over))
}

func sumOf(ids []string) string {
	var parts []string
	for _, id := range ids {
		m, _ := catalog.LookupMetric(id)
		if m.Derived() {
			parts = append(parts, sumOf(m.Plus))
		} else {
			parts = append(parts, zero(m))
		}
	}
	return strings.Join(parts, " + ")
}

// zero reads a total: counts and sums of nothing are 0, everything else null.
func zero(m catalog.Metric) string {
	if m.Unit == catalog.Count || m.Additive {
		return "coalesce(t." + m.ID + ", 0)"
	}
	return "t." + m.ID
}

func sqlType(m catalog.Metric) string {
	switch {
	case m.Unit == catalog.Count:
		return "bigint"
	case m.Unit == catalog.Text:
		return "text"
	case m.Unit == catalog.Instant:
		return "timestamptz"
	}
	return "float8"
}
