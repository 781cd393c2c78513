// Package query defines the query of a panel: its JSON, the reports (presets) that
// fill it in, and its validation, with errors that say what to do. It uses the
// catalogue, but no database.
package query

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/parley-reports/parley/pkg/calendar"
	"github.com/parley-reports/parley/pkg/catalog"
)

// Version is the version of the query JSON that this package reads.
const Version = 1

// Query is one query. Report fills in the fields that are not set.
type Query struct {
	// Version is the version of the JSON. Empty means 1.
	Version int `json:"version,omitempty"`
	// Report is the id of the preset that fills in the fields that are not set.
	Report string `json:"report,omitempty"`
	// Metrics are metric ids.
	Metrics []string `json:"metrics,omitempty"`
	// GroupBy are dimension ids. An empty list means no groups, a missing list the
	// groups of the preset.
	GroupBy []string `json:"groupBy,omitempty"`
	// Bucket cuts by time: none, auto, 5m, 15m, 30m, hour, day, week or month.
	Bucket string `json:"bucket,omitempty"`
	// Filters are combined with AND.
	Filters []Filter `json:"filters,omitempty"`
	// Compare adds the values of another period: none, previous_period or
	// previous_year.
	Compare string `json:"compare,omitempty"`
	// Timezone is an IANA name. Empty means the time zone of the data source. So do the
	// values that browsers and Grafana send if no zone is set: see calendar.Chosen.
	Timezone string `json:"timezone,omitempty"`
	// Language is the language of titles and notices: en, es or pt-BR.
	Language string `json:"language,omitempty"`
	// Format is the format of the result: table, timeseries, heatmap, details, logs,
	// logs_volume or annotations.
	Format string `json:"format,omitempty"`
	// Columns are the columns of a details query.
	Columns []string `json:"columns,omitempty"`
	// OrderBy sorts by columns of the result.
	OrderBy []Order `json:"orderBy,omitempty"`
	// Limit is the row limit. 0 means the default.
	Limit int `json:"limit,omitempty"`
	// After is the cursor of the previous page of a details query.
	After string `json:"after,omitempty"`
}

// Filter is a condition on a dimension. in, matches and contains keep rows that match
// at least one value; notIn and notMatches keep rows that match none. The value
// "(none)" matches rows without a value.
type Filter struct {
	Dimension string   `json:"dimension"`
	Operator  string   `json:"operator"`
	Values    []string `json:"values"`
}

// Order sorts rows by a column of the result.
type Order struct {
	By   string `json:"by"`
	Desc bool   `json:"desc,omitempty"`
}

// Allowed values of the query's fields.
var (
	Buckets   = []string{"none", "auto", "5m", "15m", "30m", "hour", "day", "week", "month"}
	Compares  = []string{"none", "previous_period", "previous_year"}
	Formats   = []string{"table", "timeseries", "heatmap", "details", "logs", "logs_volume", "annotations"}
	Operators = []string{"in", "notIn", "matches", "notMatches", "contains"}
	Languages = []string{"en", "es", "pt-BR"}
)

// Row limits.
const (
	DefaultLimit = 1000
	MaxLimit     = 100000
)

// Error describes what is wrong with a query and how to fix it.
type Error struct {
	Message string
	// Unavailable is true if the query is valid but the database has no such data.
	Unavailable bool
}

func (e *Error) Error() string { return e.Message }

func errorf(format string, args ...any) error { return &Error{Message: fmt.Sprintf(format, args...)} }

// grafanaKeys stand in every query that Grafana sends and mean nothing here.
var grafanaKeys = []string{"refId", "datasource", "datasourceId", "queryType", "hide", "key", "intervalMs", "maxDataPoints", "queryCachingTTL", "timeRange", "resultAssertions", "datasourceUid", "supportingQueryType"}

// Parse reads a query's JSON. It returns an error that suggests the right key
// if a key is neither the query's nor one that Grafana is known to add.
func Parse(data []byte) (Query, error) {
	raw, err := readObject(data)
	if err != nil {
		return Query{}, err
	}
	maps.DeleteFunc(raw, func(key string, _ json.RawMessage) bool { return slices.Contains(grafanaKeys, key) })
	if err := checkKeys(raw, Query{}, "the query"); err != nil {
		return Query{}, err
	}
	for _, list := range nestedLists {
		for _, item := range objects(raw[list.key]) {
			if err := checkKeys(item, list.item, list.where); err != nil {
				return Query{}, err
			}
		}
	}
	return decode(raw)
}

// ParseLenient reads a query's JSON like Parse, but ignores unknown keys: Grafana
// adds keys of its own to queries, and newer versions add more.
func ParseLenient(data []byte) (Query, error) {
	raw, err := readObject(data)
	if err != nil {
		return Query{}, err
	}
	keepKeys(raw, Query{})
	for _, list := range nestedLists {
		items := objects(raw[list.key])
		if items == nil {
			continue // missing, or of a wrong type, which decode reports
		}
		for _, item := range items {
			keepKeys(item, list.item)
		}
		if raw[list.key], err = json.Marshal(items); err != nil {
			return Query{}, errorf("the query is not valid JSON: %s", jsonReason(err))
		}
	}
	return decode(raw)
}

// nestedLists are the keys of a query that hold a list of objects.
var nestedLists = []struct {
	key, where string
	item       any
}{{"filters", "a filter", Filter{}}, {"orderBy", "orderBy", Order{}}}

// readObject splits a query's JSON into its keys.
func readObject(data []byte) (map[string]json.RawMessage, error) {
	if len(data) > MaxJSON {
		return nil, errorf("the query has %d bytes: it takes at most %d. Use fewer or shorter filter values", len(data), MaxJSON)
	}
	var raw map[string]json.RawMessage
	if err := json.Unmarshal(data, &raw); err != nil || raw == nil {
		return nil, errorf("the query is not a JSON object: %s", jsonReason(err))
	}
	return raw, nil
}

// objects returns the objects of a list, or nil if it is not a list of objects.
func objects(list json.RawMessage) []map[string]json.RawMessage {
	var items []map[string]json.RawMessage
	if len(list) == 0 || json.Unmarshal(list, &items) != nil {
		return nil
	}
	return items
}

// keepKeys removes the keys that the item's type doesn't have.
func keepKeys(object map[string]json.RawMessage, item any) {
	known := jsonKeys(item)
	maps.DeleteFunc(object, func(key string, _ json.RawMessage) bool { return !slices.Contains(known, key) })
}

// decode reads a query that has no unknown keys.
func decode(raw map[string]json.RawMessage) (Query, error) {
	if err := checkLists(raw); err != nil {
		return Query{}, err
	}
	clean, err := json.Marshal(raw)
	if err != nil {
		return Query{}, errorf("the query is not valid JSON: %s", jsonReason(err))
	}
	var q Query
	if err := json.Unmarshal(clean, &q); err != nil {
		return Query{}, errorf("the query cannot be read: %s", jsonReason(err))
	}
	return q, nil
}

// checkKeys returns an error if the object has a key that the item's type does not
// have.
func checkKeys(object map[string]json.RawMessage, item any, where string) error {
	known := jsonKeys(item)
	for _, key := range slices.Sorted(maps.Keys(object)) {
		if !slices.Contains(known, key) {
			return errorf("unknown key %s in %s%s", Quote(key), where, Suggest(key, known))
		}
	}
	return nil
}

func jsonReason(err error) string {
	var typeError *json.UnmarshalTypeError
	switch {
	case err == nil:
		return "it is null"
	case !errors.As(err, &typeError):
		return Clip(strings.TrimPrefix(err.Error(), "json: "), 2*maxQuoted)
	case typeError.Field == "":
		return "it is " + valueName(typeError.Value)
	}
	return fmt.Sprintf("%s is %s, but must be %s", Quote(typeError.Field), valueName(typeError.Value), kindName(typeError.Type))
}

// valueName translates encoding/json's name of a value.
func valueName(value string) string {
	switch value {
	case "array":
		return "a list"
	case "object":
		return "an object"
	case "bool":
		return "true or false"
	case "string":
		return "a text"
	}
	return "a " + Clip(value, maxQuoted) // number, with its digits
}

func kindName(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Slice:
		return "a list"
	case reflect.Int:
		return "an integer"
	case reflect.Bool:
		return "true or false"
	case reflect.Struct:
		return "an object"
	}
	return "a text"
}

func jsonKeys(v any) []string {
	var keys []string
	for field := range reflect.TypeOf(v).Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		keys = append(keys, name)
	}
	return keys
}

// Suggest returns the end of a sentence about an unknown word: the nearest candidate,
// or all candidates if there are few.
func Suggest(word string, candidates []string) string {
	if near := catalog.Nearest(word, candidates); near != "" {
		return fmt.Sprintf("; did you mean %q?", near)
	}
	if len(candidates) <= 60 {
		return "; choose one of " + strings.Join(candidates, ", ")
	}
	return ""
}

// Resolve fills in the query from its preset and validates it. The result can be
// compiled: it has metrics or is a details query, all groups and filters apply, and
// language and format are valid. Errors are of type *Error.
func (q Query) Resolve() (Query, error) {
	if q.Version != 0 && q.Version != Version {
		return q, errorf("version %d of the query is not known; this Parley reads version %d", q.Version, Version)
	}
	q.Version = Version
	if err := checkBounds(q); err != nil {
		return q, err
	}
	if q.Report != "" {
		preset, ok := LookupPreset(q.Report)
		if !ok {
			return q, errorf("unknown report %s%s", Quote(q.Report), Suggest(q.Report, PresetIDs()))
		}
		q = fill(q, preset.Query)
	}
	if !calendar.Chosen(q.Timezone) {
		q.Timezone = ""
	}
	q = defaults(q)
	q.Filters = canonical(q.Filters)
	for _, check := range []func(Query) error{checkWords, checkValues, checkZone} {
		if err := check(q); err != nil {
			return q, err
		}
	}
	q.Language = language(q.Language)
	if preset, _ := LookupPreset(q.Report); preset.IsEvents() || q.Format == "annotations" {
		return q, checkEvents(q)
	}
	if slices.Contains([]string{"details", "logs", "logs_volume"}, q.Format) {
		return q, checkDetails(q)
	}
	return q, checkAggregate(&q)
}

// fill copies missing fields from the preset. The preset's filters always apply; its
// order applies if the result still has that column.
func fill(q, p Query) Query {
	if q.Metrics == nil {
		q.Metrics = p.Metrics
	}
	if q.GroupBy == nil {
		q.GroupBy = p.GroupBy
	}
	if q.Bucket == "" {
		q.Bucket = p.Bucket
	}
	q.Filters = slices.Concat(p.Filters, q.Filters)
	if q.Compare == "" {
		q.Compare = p.Compare
	}
	if q.Format == "" {
		q.Format = p.Format
	}
	if q.Columns == nil && (q.Format == "details" || q.Format == "logs") {
		q.Columns = p.Columns
	}
	if q.OrderBy == nil {
		for _, o := range p.OrderBy {
			if slices.Contains(resultColumns(q), o.By) {
				q.OrderBy = append(q.OrderBy, o)
			}
		}
	}
	if q.Limit == 0 {
		q.Limit = p.Limit
	}
	return q
}

func defaults(q Query) Query {
	if q.Bucket == "" {
		q.Bucket = "none"
		if q.Format == "timeseries" && timeGroup(q) == "" {
			q.Bucket = "auto"
		}
	}
	if q.Compare == "" {
		q.Compare = "none"
	}
	if q.Format == "" {
		q.Format = "table"
	}
	if q.Limit == 0 {
		q.Limit = DefaultLimit
		if q.Bucket != "none" || timeGroup(q) != "" {
			q.Limit = MaxLimit // a series that is cut off is no series
		}
	}
	return q
}

// resultColumns returns the ids that an aggregate result can be sorted by.
func resultColumns(q Query) []string {
	columns := slices.Clone(q.Metrics)
	if q.Bucket != "" && q.Bucket != "none" {
		columns = append(columns, "time")
	}
	for _, id := range q.GroupBy {
		columns = append(columns, id)
		if d, _ := catalog.LookupDimension(id); d.Kind == catalog.KindEntity {
			columns = append(columns, id+"_name")
		}
	}
	return append(columns, q.Columns...)
}

// timeGroup returns the calendar dimension of the groups, or "".
func timeGroup(q Query) string {
	for _, id := range q.GroupBy {
		if d, ok := catalog.LookupDimension(id); ok && d.Kind == catalog.KindTime {
			return id
		}
	}
	return ""
}

func language(l string) string {
	switch {
	case strings.HasPrefix(strings.ToLower(l), "es"):
		return "es"
	case strings.HasPrefix(strings.ToLower(l), "pt"):
		return "pt-BR"
	}
	return "en"
}

func checkWords(q Query) error {
	for _, w := range []struct {
		what, word string
		choices    []string
	}{{"bucket", q.Bucket, Buckets}, {"comparison", q.Compare, Compares}, {"format", q.Format, Formats}} {
		if !slices.Contains(w.choices, w.word) {
			return errorf("unknown %s %s%s", w.what, Quote(w.word), Suggest(w.word, w.choices))
		}
	}
	for _, id := range q.Metrics {
		if m, ok := catalog.LookupMetric(id); !ok || m.Internal {
			return errorf("unknown metric %s%s", Quote(id), Suggest(id, catalog.MetricIDs()))
		}
	}
	for _, id := range q.GroupBy {
		if _, ok := catalog.LookupDimension(id); !ok {
			return errorf("unknown dimension %s in groupBy%s", Quote(id), Suggest(id, catalog.DimensionIDs("")))
		}
	}
	for _, f := range q.Filters {
		if _, ok := catalog.LookupDimension(f.Dimension); !ok {
			return errorf("unknown dimension %s in a filter%s", Quote(f.Dimension), Suggest(f.Dimension, catalog.DimensionIDs("")))
		}
		if !slices.Contains(Operators, f.Operator) {
			return errorf("unknown operator %s in the filter on %s%s", Quote(f.Operator), f.Dimension, Suggest(f.Operator, Operators))
		}
	}
	if q.Limit < 0 || q.Limit > MaxLimit {
		return errorf("limit %d is out of range: choose 1 to %d rows", q.Limit, MaxLimit)
	}
	for _, list := range [][]string{q.Metrics, q.GroupBy, q.Columns} {
		if id, twice := repeated(list); twice {
			return errorf("%s is listed twice: remove one", Quote(id))
		}
	}
	return nil
}

// variable matches a dashboard variable that was not replaced.
var variable = regexp.MustCompile(`^(\$\{[A-Za-z_]\w*(\.[^:}]+)?(:[^}]*)?\}|\$[A-Za-z_]\w*|\[\[\w+(:[^\]]*)?\]\])$`)

func checkValues(q Query) error {
	for _, f := range q.Filters {
		d, _ := catalog.LookupDimension(f.Dimension)
		if d.ID == "stage" {
			return errorf("stage cannot be filtered: filter by status")
		}
		if !slices.Contains(OperatorsOf(d), f.Operator) {
			return errorf("the filter on %s cannot use %s: choose %s", d.ID, f.Operator, strings.Join(OperatorsOf(d), ", "))
		}
		if len(f.Values) == 0 {
			return errorf("the filter on %s has no values: add one, or remove the filter", d.ID)
		}
		for _, v := range f.Values {
			if variable.MatchString(v) {
				return errorf("the filter on %s holds %s, a variable without a value: variables don't work in alert rules and public dashboards. Use the value itself", d.ID, Clip(v, maxQuoted))
			}
			if err := checkValue(d, f.Operator, v); err != nil {
				return err
			}
		}
	}
	return nil
}

// canonical returns the filters with display texts replaced by values, as people and
// links send them: "Unassigned" by "(none)", the name of a country by its code.
func canonical(filters []Filter) []Filter {
	filters = slices.Clone(filters)
	for i, f := range filters {
		if f.Operator != "in" && f.Operator != "notIn" {
			continue
		}
		values := slices.Clone(f.Values)
		for j, v := range values {
			values[j] = catalog.ValueOf(f.Dimension, v)
		}
		filters[i].Values = values
	}
	return filters
}

// computed are enums that Parley computes. Any other value is a mistake, since a
// database cannot contain it.
var computed = []string{"business_hours", "initiator", "user_type", "status", "failure_reason", "direction", "in_window", "stage"}

func checkValue(d catalog.Dimension, operator, v string) error {
	switch {
	case v == "" && (operator == "matches" || operator == "notMatches"):
		return errorf("the filter on %s has an empty pattern", d.ID)
	case v == "":
		return errorf("the filter on %s has an empty value: remove it, or use %s for missing values", d.ID, catalog.None)
	case v != catalog.None && (operator == "matches" || operator == "notMatches"):
		return checkPattern(d, v)
	case operator != "in" && operator != "notIn":
		return nil
	}
	if slices.Contains(computed, d.ID) {
		v = strings.ToLower(strings.TrimSpace(v)) // as the words are compared
	}
	switch {
	case v == catalog.None:
		return nil
	case slices.Contains(computed, d.ID) && !slices.Contains(d.Values, v):
		return errorf("%s is not a value of %s%s", Quote(v), d.ID, Suggest(v, d.Values))
	case d.Kind == catalog.KindNumber:
		if _, err := strconv.ParseInt(v, 10, 32); err != nil {
			return errorf("%s is not a value of %s: enter an integer", Quote(v), d.ID)
		}
	case d.Kind == catalog.KindTime:
		if _, err := ParseInstant(v, time.UTC); err != nil {
			return errorf("%s is not a value of %s: enter a date (2026-11-02) or a time (2026-11-02T00:00:00-03:00)", Quote(v), d.ID)
		}
	}
	return nil
}

// ParseInstant parses an RFC 3339 time, or a date as the start of that day in loc.
func ParseInstant(s string, loc *time.Location) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t, nil
	}
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return t, err
	}
	// By way of noon: there is not always a midnight.
	return calendar.Start(time.Date(t.Year(), t.Month(), t.Day(), 12, 0, 0, 0, loc), calendar.Day, loc), nil
}

// OperatorsOf returns the operators that a dimension supports.
func OperatorsOf(d catalog.Dimension) []string {
	if d.ID == "stage" { // it only cuts: an initiation passes through several
		return []string{}
	}
	switch d.Kind {
	case catalog.KindNumber, catalog.KindTime:
		return []string{"in", "notIn"}
	case catalog.KindText, catalog.KindEntity:
		return Operators
	}
	return []string{"in", "notIn", "matches", "notMatches"}
}

func checkZone(q Query) error {
	if _, err := calendar.Zone(q.Timezone); err != nil {
		return &Error{Message: err.Error()}
	}
	return nil
}

func checkAggregate(q *Query) error {
	if len(q.Metrics) == 0 {
		return errorf("the query has no metrics: choose a report or at least one metric")
	}
	if len(q.Columns) > 0 || q.After != "" {
		return errorf("columns and after are for details only: set format to details, or remove them")
	}
	times := 0
	for _, id := range q.GroupBy {
		if d, _ := catalog.LookupDimension(id); d.Kind == catalog.KindTime {
			times++
		}
	}
	if times > 1 || times == 1 && q.Bucket != "none" {
		return errorf("the query groups by time twice: use bucket, or one of hour, day, week and month in groupBy")
	}
	for _, id := range q.Metrics {
		m, _ := catalog.LookupMetric(id)
		if m.Fact == catalog.ConversationNow && (times > 0 || q.Bucket != "none") {
			return errorf("%s is the current state and cannot be grouped by time: set bucket to none", id)
		}
		if (q.Format == "timeseries" || q.Format == "heatmap") && !m.Numeric() {
			return errorf("%s is not a number and cannot be drawn: choose format table, or another metric", id)
		}
		for _, d := range q.GroupBy {
			if err := CheckCut(m, d, "grouped"); err != nil {
				return err
			}
		}
		for _, f := range q.Filters {
			if err := CheckCut(m, f.Dimension, "filtered"); err != nil {
				return err
			}
		}
	}
	if err := checkStages(*q); err != nil {
		return err
	}
	if q.Format == "heatmap" && (q.Bucket != "none" || len(q.Metrics) != 1 || len(q.GroupBy) != 2 || !slices.Contains(q.GroupBy, "weekday") || !slices.Contains(q.GroupBy, "hour_of_day")) {
		return errorf("a heatmap shows one metric by weekday and hour_of_day: set groupBy to these two and bucket to none, or choose format table")
	}
	columns := resultColumns(*q)
	for _, o := range q.OrderBy {
		if !slices.Contains(columns, o.By) {
			return errorf("cannot order by %s, which is not a column of the result%s", Quote(o.By), Suggest(o.By, columns))
		}
	}
	return nil
}

// CheckCut returns an error if the metric cannot be grouped or filtered by the
// dimension. The error lists the dimensions that apply.
func CheckCut(m catalog.Metric, dimension, verb string) error {
	d, _ := catalog.LookupDimension(dimension)
	if !d.Has(m.Fact) {
		return errorf("%s cannot be %s by %s: choose one of %s", m.ID, verb, dimension, strings.Join(CutsOf(m), ", "))
	}
	return nil
}

// checkStages returns an error unless the funnel's metrics and the dimension stage are
// used together.
func checkStages(q Query) error {
	cut := slices.Contains(q.GroupBy, "stage")
	for _, id := range q.Metrics {
		if strings.HasPrefix(id, "stage_") != cut {
			if cut {
				return errorf("%s cannot be grouped by stage: choose stage_reached, stage_share_of_previous or stage_share_of_sent", id)
			}
			return errorf("%s must be grouped by stage: add stage to groupBy", id)
		}
	}
	return nil
}

// CutsOf returns the dimensions that a metric can be grouped and filtered by.
func CutsOf(m catalog.Metric) []string {
	staged := strings.HasPrefix(m.ID, "stage_")
	return slices.DeleteFunc(catalog.DimensionIDs(m.Fact), func(id string) bool { return id == "stage" && !staged })
}
