package engine

import (
	"context"
	"slices"
	"strings"

	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/measure"
	"github.com/parley-reports/parley/pkg/query"
)

// missingRelations are the relations that a query needs and the database does not have,
// with the metrics that need them.
type missingRelations struct {
	metrics, relations []string
	// whole: nothing of the query can be answered.
	whole bool
}

func missingOf(in measure.Question) missingRelations {
	var l missingRelations
	misses := func(relations ...string) bool {
		missing := false
		for _, relation := range relations {
			if in.Source.Has(relation) {
				continue
			}
			missing = true
			// What happens in conversations is not what people miss first.
			if relation == "conversation_event" && !in.Source.Has("conversation") {
				relation = "conversation"
			}
			if !slices.Contains(l.relations, relation) {
				l.relations = append(l.relations, relation)
			}
		}
		return missing
	}
	if in.Query.DetailsFact().IsConversation() {
		l.whole = misses("conversation")
	}
	for _, id := range in.Query.Metrics {
		if m, _ := catalog.LookupMetric(id); misses(m.Needs...) {
			l.metrics = append(l.metrics, id)
		}
	}
	l.whole = l.whole || len(l.metrics) > 0 && len(l.metrics) == len(in.Query.Metrics)
	for _, id := range slices.Concat(in.Query.GroupBy, filtered(in.Query)) {
		if d, _ := catalog.LookupDimension(id); misses(d.Needs...) {
			l.whole = true
		}
	}
	return l
}

// notices say why, in the query's language.
func (l missingRelations) notices(in measure.Question) []string {
	texts := catalog.In(in.Query.Language)
	var never, list []string
	for _, relation := range l.relations {
		if in.Source.Never(relation) {
			never = append(never, texts.Relation(relation))
		} else {
			list = append(list, texts.Notice("lacking", texts.Relation(relation), in.Source.Missing(relation)))
		}
	}
	if len(never) > 0 {
		list = slices.Insert(list, 0, texts.Notice("never", texts.Kind(in.Source.Kind), strings.Join(never, ", ")))
	}
	return list
}

// without answers what can be answered: the metrics that are left have their
// values, those that hang on what is missing have none.
func (e *Engine) without(ctx context.Context, in measure.Question, l limit, missing missingRelations) (*Result, error) {
	asked := in.Query
	if missing.whole {
		result := &Result{Query: asked, Location: in.Location, Range: in.Range, Columns: cuts(asked), Unknown: asked.Metrics, Notices: missing.notices(in)}
		if len(asked.Metrics) > 0 && len(result.Columns) == 0 {
			result.Rows = [][]any{{}}
		}
		result.insert(asked.Metrics, asked.Metrics)
		return result, nil
	}
	in.Query.Metrics = slices.DeleteFunc(slices.Clone(asked.Metrics), func(id string) bool { return slices.Contains(missing.metrics, id) })
	in.Query.OrderBy = slices.DeleteFunc(slices.Clone(asked.OrderBy), func(o query.Order) bool { return slices.Contains(missing.metrics, o.By) })
	result, err := e.aggregate(ctx, in, l)
	if err != nil {
		return nil, err
	}
	result.Query = asked
	result.Unknown = append(result.Unknown, missing.metrics...)
	result.Notices = append(missing.notices(in), result.Notices...)
	result.insert(asked.Metrics, missing.metrics)
	return result, nil
}

// cuts are the columns that an answer has beside its metrics.
func cuts(q query.Query) []Column {
	var list []Column
	if q.Bucket != "none" && len(q.Metrics) > 0 {
		list = append(list, Column{Column: measure.Column{ID: "time", Role: measure.Time}})
	}
	for _, id := range q.GroupBy {
		d, _ := catalog.LookupDimension(id)
		if d.Kind == catalog.KindTime {
			list = append(list, Column{Column: measure.Column{ID: id, Role: measure.Time, Dimension: d}})
			continue
		}
		list = append(list, Column{Column: measure.Column{ID: id, Role: measure.Key, Dimension: d}})
		if d.Kind == catalog.KindEntity {
			list = append(list, Column{Column: measure.Column{ID: id + "_name", Role: measure.Name, Dimension: d}})
		}
	}
	return list
}

// insert adds columns without values for those of the metrics that are absent,
// where the query has them.
func (r *Result) insert(metrics, absent []string) {
	compared := slices.ContainsFunc(r.Columns, func(c Column) bool { return c.Previous })
	at := slices.IndexFunc(r.Columns, func(c Column) bool { return c.Role == measure.Metric })
	if at < 0 {
		at = len(r.Columns)
	}
	for _, id := range metrics {
		if slices.Contains(absent, id) {
			m, _ := catalog.LookupMetric(id)
			column := measure.Column{ID: id, Role: measure.Metric, Metric: m, Unit: m.Unit}
			added := []Column{{Column: column}}
			if compared {
				column.ID += "_previous"
				added = append(added, Column{Column: column, Previous: true})
			}
			r.Columns = slices.Insert(r.Columns, at, added...)
			for i := range r.Rows {
				r.Rows[i] = slices.Insert(r.Rows[i], at, make([]any, len(added))...)
			}
		}
		for at < len(r.Columns) && r.Columns[at].Metric.ID == id {
			at++
		}
	}
}

// unknownMetrics are the metrics of the query whose columns the database does not record:
// they are not 0.
func unknownMetrics(in measure.Question) []string {
	return catalog.Unknown(in.Query.Metrics, in.Query.GroupBy, filtered(in.Query), in.Source.Records)
}

// filtered are the dimensions that the query filters by.
func filtered(q query.Query) []string {
	var ids []string
	for _, f := range q.Filters {
		ids = append(ids, f.Dimension)
	}
	return ids
}

// unknownNotice lists what the database does not record: metrics and columns, dimensions
// by fact, and the metrics that are unknown as a result.
func unknownNotice(in measure.Question) []string {
	knows, unknown, texts := in.Source.Records, unknownMetrics(in), catalog.In(in.Query.Language)
	var untold, wanting []string
	for _, id := range in.Query.Metrics {
		if title := texts.Metric(id).Title; !catalog.Available(id, knows) {
			untold = append(untold, title)
		} else if slices.Contains(unknown, id) {
			wanting = append(wanting, title)
		}
	}
	for _, id := range in.Query.Columns {
		if !catalog.Available(id, knows) {
			untold = append(untold, texts.Column(id).Title)
		}
	}
	var parts []string
	if len(untold) > 0 {
		parts = append(parts, strings.Join(untold, ", "))
	}
	listed := in.Query.DetailsFact()
	facts := []catalog.Fact{listed}
	for _, id := range in.Query.Metrics {
		m, _ := catalog.LookupMetric(id)
		facts = append(facts, m.Fact)
	}
	for i, f := range facts {
		var cuts []string
		for _, id := range slices.Concat(in.Query.GroupBy, filtered(in.Query), in.Query.Columns) {
			title := texts.Dimension(id).Title
			if d, _ := catalog.LookupDimension(id); d.Has(f) && !catalog.Records(f, id, knows) && !slices.Contains(cuts, title) {
				cuts = append(cuts, title)
			}
		}
		if len(cuts) > 0 && !slices.Contains(facts[:i], f) {
			parts = append(parts, strings.Join(cuts, ", ")+" ("+texts.Fact(f).Title+")")
		}
	}
	if len(parts) == 0 {
		return nil
	}
	notice := texts.Notice("untold", strings.Join(parts, "; "))
	if len(wanting) > 0 {
		notice += " " + texts.Notice("wanting", strings.Join(wanting, ", "))
	}
	if listed != "" && slices.ContainsFunc(filtered(in.Query), func(id string) bool { return !catalog.Records(listed, id, knows) }) {
		notice += " " + texts.Notice("no_row")
	}
	return []string{notice}
}

// blank takes the values of unknown metrics away.
func (r *Result) blank() {
	for i, c := range r.Columns {
		if c.Role != measure.Metric || !slices.Contains(r.Unknown, c.Metric.ID) {
			continue
		}
		for _, row := range r.Rows {
			row[i] = nil
		}
	}
}
