package bench

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
)

// statements is the SQL written by hand: what prepares its tables, and the statement of
// each panel, by dashboard and panel.
type statements struct {
	prepare, indexes string
	panels           map[string]map[int]string
}

var panelComment = regexp.MustCompile(`(?m)^-- panel (\d+):.*$`)

// readStatements reads the files of the directory: prepare.sql, indexes.sql, and one of
// each dashboard, in which a comment stands before the statement of a panel.
func readStatements(dir string) (s statements, err error) {
	s.panels = map[string]map[int]string{}
	err = fs.WalkDir(os.DirFS(dir), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".sql" {
			return err
		}
		text, err := os.ReadFile(filepath.Join(dir, path))
		if err != nil {
			return err
		}
		switch name := strings.TrimSuffix(path, ".sql"); name {
		case "prepare":
			s.prepare = string(text)
		case "indexes":
			s.indexes = string(text)
		default:
			s.panels[name] = map[int]string{}
			begins := panelComment.FindAllStringSubmatchIndex(string(text), -1)
			for i, at := range begins {
				end := len(text)
				if i+1 < len(begins) {
					end = begins[i+1][0]
				}
				panel, _ := strconv.Atoi(string(text[at[2]:at[3]]))
				s.panels[name][panel] = strings.TrimSuffix(strings.TrimSpace(string(text[at[1]:end])), ";")
			}
		}
		return nil
	})
	if err == nil && (s.prepare == "" || s.indexes == "" || len(s.panels) == 0) {
		err = fmt.Errorf("no statements in %s", dir)
	}
	return s, err
}

// hand runs the SQL written by hand.
type hand struct {
	pool   *pgxpool.Pool
	panels map[string]map[int]string
	took   time.Duration // to make the rows
}

// newHand makes the rows that the statements read.
func newHand(ctx context.Context, d *database, s statements) (h *hand, err error) {
	config, err := pgxpool.ParseConfig(d.address)
	if err != nil {
		return nil, err
	}
	config.MaxConns = atOnce
	config.ConnConfig.RuntimeParams["search_path"] = schema + ", public"
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			pool.Close()
		}
	}()
	begin := time.Now()
	if err := runAll(ctx, pool, s.prepare); err != nil {
		return nil, fmt.Errorf("bench/prepare.sql: %w", err)
	}
	if err := makeSessions(ctx, d.address); err != nil {
		return nil, err
	}
	if err := runAll(ctx, pool, s.indexes); err != nil {
		return nil, fmt.Errorf("bench/indexes.sql: %w", err)
	}
	literal := func(t time.Time) string { return "'" + t.Format(time.RFC3339) + "'::timestamptz" }
	values := strings.NewReplacer(":from", literal(d.from), ":to", literal(d.to), ":before", literal(d.from.AddDate(0, 0, -rangeDays)), ":zone", "'"+Timezone+"'")
	h = &hand{pool: pool, panels: map[string]map[int]string{}, took: time.Since(begin)}
	for name, panels := range s.panels {
		h.panels[name] = map[int]string{}
		for id, sql := range panels {
			h.panels[name][id] = values.Replace(sql)
		}
	}
	return h, nil
}

func (h *hand) close() { h.pool.Close() }

// statement ends with a semicolon at the end of a line.
var statementEnd = regexp.MustCompile(`;\s*\n`)

// runAll runs statements one by one: VACUUM wants to be alone.
func runAll(ctx context.Context, pool *pgxpool.Pool, text string) error {
	for _, sql := range statementEnd.Split(text+"\n", -1) {
		if strings.TrimSpace(sql) == "" {
			continue
		}
		if _, err := pool.Exec(ctx, sql); err != nil {
			return err
		}
	}
	return nil
}

// open runs the statements of a dashboard, so many at a time as a browser asks for
// panels. It returns how long all took, and by panel how long each took and its answer.
func (h *hand) open(ctx context.Context, v view) (took time.Duration, panels map[int]time.Duration, answers map[int]cells, err error) {
	panels, answers = map[int]time.Duration{}, map[int]cells{}
	var asked []int
	for _, p := range v.panels {
		if h.panels[v.file][p.id] != "" {
			asked = append(asked, p.id)
		}
	}
	if len(asked) == 0 {
		return 0, panels, answers, nil
	}
	var mu sync.Mutex
	begin := time.Now()
	sixAtOnce(len(asked), func(i int) {
		start := time.Now()
		answer, failed := h.ask(ctx, h.panels[v.file][asked[i]])
		end := time.Since(start)
		mu.Lock()
		defer mu.Unlock()
		if failed != nil {
			err = errors.Join(err, fmt.Errorf("bench/%s.sql, panel %d: %w", v.file, asked[i], failed))
		}
		panels[asked[i]], answers[asked[i]] = end, answer
	})
	return time.Since(begin), panels, answers, err
}

// ask runs a statement.
func (h *hand) ask(ctx context.Context, sql string) (c cells, err error) {
	rows, err := h.pool.Query(ctx, sql)
	if err != nil {
		return c, err
	}
	defer rows.Close()
	c = newCells()
	for _, field := range rows.FieldDescriptions() {
		if isNumber(field.DataTypeOID) || isTimeMetric(field.Name) {
			c.metrics[field.Name] = true
		}
	}
	c.list = len(c.metrics) == 0
	for rows.Next() {
		values, err := rows.Values()
		if err != nil {
			return c, err
		}
		row := newRow()
		for i, field := range rows.FieldDescriptions() {
			if !isNumber(field.DataTypeOID) {
				row.key(field.Name, values[i])
			} else if number, known := number(values[i]); known {
				row.numbers[field.Name] = number
			}
		}
		c.add(row)
	}
	return c, rows.Err()
}

func isNumber(oid uint32) bool {
	return slices.Contains([]uint32{pgtype.Int4OID, pgtype.Int8OID, pgtype.Float8OID, pgtype.NumericOID}, oid)
}

// number is the value of a column of numbers, unless it is null.
func number(v any) (float64, bool) {
	switch v := v.(type) {
	case int64:
		return float64(v), true
	case int32:
		return float64(v), true
	case float64:
		return v, true
	case pgtype.Numeric:
		f, err := v.Float64Value()
		return f.Float64, err == nil && f.Valid
	}
	return 0, false
}

// cells is an answer without the order of its rows and columns: numbers by the values
// that they belong to and the metric. 0 and null are no cell. A list without numbers has
// the number of rows at each time.
type cells struct {
	values  map[string]float64
	metrics map[string]bool
	list    bool
}

func newCells() cells {
	return cells{values: map[string]float64{}, metrics: map[string]bool{}}
}

type cellRow struct {
	keys    []string
	at      string // the first time
	numbers map[string]float64
}

func newRow() *cellRow { return &cellRow{numbers: map[string]float64{}} }

// isTimeMetric says whether a time is a metric and not what others belong to.
func isTimeMetric(name string) bool { return name == "first_sent_at" }

func (r *cellRow) key(name string, v any) {
	text := "(none)"
	switch v := v.(type) {
	case nil:
	case time.Time:
		if isTimeMetric(name) {
			r.numbers[name] = float64(v.UnixMilli())
			return
		}
		text = v.UTC().Format(time.RFC3339Nano)
		r.at = cmp.Or(r.at, text)
	default:
		text = fmt.Sprint(v)
	}
	r.keys = append(r.keys, text)
}

func (c *cells) add(r *cellRow) {
	slices.Sort(r.keys)
	key := strings.Join(r.keys, " · ")
	for metric, number := range r.numbers {
		if number != 0 {
			c.values[key+" · "+metric] += number
		}
	}
	if c.list {
		c.values[r.at+" · rows"]++
	}
}

// ofFrames are the cells of frames, of the metrics that the others have.
func ofFrames(frames data.Frames, like cells) cells {
	c := newCells()
	c.list = like.list
	for _, frame := range frames {
		for i := range frame.Rows() {
			var shared []func(*cellRow)
			byLabels := map[string]*cellRow{}
			for _, field := range frame.Fields {
				v, _ := field.ConcreteAt(i)
				if field.NilAt(i) {
					v = nil
				}
				number, err := field.NullableFloatAt(i)
				isKey := field.Name == "hour_of_day" || field.Name == "weekday"
				switch {
				case strings.HasSuffix(field.Name, "_name"):
				case like.metrics[field.Name]:
					labels := labelsOf(field.Labels)
					row := byLabels[labels]
					if row == nil {
						row = newRow()
						if labels != "" {
							row.keys = strings.Split(labels, "\n")
						}
						byLabels[labels] = row
					}
					if isTimeMetric(field.Name) {
						row.key(field.Name, v)
					} else if err == nil && number != nil {
						row.numbers[field.Name] = *number
					}
				case isKey && err == nil && number != nil:
					shared = append(shared, func(r *cellRow) { r.key(field.Name, strconv.Itoa(int(*number))) })
				case field.Type().Time() || field.Type().NonNullableType() == data.FieldTypeString:
					if field.Name != "failure_reasons" && field.Name != "link" {
						shared = append(shared, func(r *cellRow) { r.key(field.Name, v) })
					}
				}
			}
			if like.list {
				byLabels[""] = newRow()
			}
			for _, row := range byLabels {
				for _, share := range shared {
					share(row)
				}
				c.add(row)
			}
		}
	}
	return c
}

// labelsOf are the values of labels, apart from names.
func labelsOf(labels data.Labels) string {
	var values []string
	for _, name := range slices.Sorted(maps.Keys(labels)) {
		if !strings.HasSuffix(name, "_name") {
			values = append(values, labels[name])
		}
	}
	return strings.Join(values, "\n")
}

// agree returns an error where the plugin's answer has other numbers than the one of
// the SQL, of the metrics that the SQL has.
func agree(byHand cells, frames data.Frames) error {
	plugin := ofFrames(frames, byHand)
	keys := maps.Clone(byHand.values)
	maps.Copy(keys, plugin.values)
	var differ []string
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		a, b := byHand.values[key], plugin.values[key]
		if math.Abs(a-b) > 1e-9*max(1, math.Abs(a), math.Abs(b)) {
			differ = append(differ, fmt.Sprintf("%s is %v by hand and %v in the plugin", key, a, b))
		}
	}
	if len(differ) == 0 {
		return nil
	}
	return fmt.Errorf("%d of %d numbers, such as: %s", len(differ), len(keys), strings.Join(differ[:min(5, len(differ))], "; "))
}
