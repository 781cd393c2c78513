package engine

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/query"
	"github.com/parley-reports/parley/pkg/source"
)

// namedDimensions are the entities that people filter by name.
var namedDimensions = []string{"account", "line", "team", "agent", "campaign"}

const (
	// maxNames is the maximum number of values of a filter that are looked up by name.
	maxNames = 20
	// sameNames is the maximum number of entities with a similar name that are compared.
	sameNames = 100
)

// resolveNames replaces the names in filters by ids, if exactly one entity has that
// name. It returns notices about values that are neither an id nor the name of one
// entity.
func (e *Engine) resolveNames(ctx context.Context, src *source.Source, q query.Query) (query.Query, []string, error) {
	var notices []string
	q.Filters = slices.Clone(q.Filters)
	for i, f := range q.Filters {
		listed := f.Operator == "in" || f.Operator == "notIn"
		d, _ := catalog.LookupDimension(f.Dimension)
		if !listed || !slices.Contains(namedDimensions, d.ID) || !src.Has(d.Relation) || len(f.Values) > maxNames {
			continue
		}
		var values []string
		for _, v := range f.Values {
			resolved, notice, err := e.resolveName(ctx, src, d, v, q.Language)
			if err != nil {
				return q, nil, err
			}
			if notice != "" {
				notices = append(notices, notice)
			}
			values = append(values, resolved)
		}
		q.Filters[i].Values = values
	}
	return q, notices, nil
}

// resolveName returns the id of the entity with the id or name, or the value itself
// and a notice.
func (e *Engine) resolveName(ctx context.Context, src *source.Source, d catalog.Dimension, value, language string) (string, string, error) {
	if value == catalog.None || !strings.ContainsFunc(value, isLetter) {
		return value, "", nil // a number is an id
	}
	found, err := e.entities(ctx, src, d, strings.TrimSpace(value))
	if err != nil {
		return value, "", err
	}
	var ids []string
	for _, v := range found.Values {
		if v.Value == value {
			return value, "", nil
		}
		if strings.EqualFold(strings.TrimSpace(v.Text), strings.TrimSpace(value)) {
			ids = append(ids, v.Value)
		}
	}
	texts := catalog.In(language)
	title := texts.Dimension(d.ID).Title
	switch {
	case found.Total > sameNames: // the list is not complete
		return value, "", nil
	case len(ids) == 1:
		return ids[0], "", nil
	case len(ids) > 1:
		return value, texts.Notice("several_entities", title, query.Clip(value, 60), strings.Join(ids[:min(len(ids), 5)], ", ")), nil
	}
	return value, texts.Notice("no_entity", title, query.Clip(value, 60)), nil
}

// names holds the entities that were looked up: all panels of a dashboard have the same
// filters.
type names struct {
	mu      sync.Mutex
	found   map[string]lookup
	running calls[ValueList]
}

type lookup struct {
	values ValueList
	source *source.Source
	at     time.Time
}

// maxLookups is how many texts are remembered.
const maxLookups = 1000

// entities returns the entities of a dimension whose id or name contains the text, as old
// as facts may be.
func (e *Engine) entities(ctx context.Context, src *source.Source, d catalog.Dimension, text string) (ValueList, error) {
	key := d.ID + " " + text
	e.names.mu.Lock()
	known, ok := e.names.found[key]
	e.names.mu.Unlock()
	if ok && known.source == src && !isFresh(ctx) && time.Since(known.at) < e.settings.Refresh {
		return known.values, nil
	}
	read := func(ctx context.Context) (ValueList, error) {
		found, err := e.readEntities(ctx, src, d, text, nil, sameNames, nil)
		if err != nil {
			return found, err
		}
		e.names.mu.Lock()
		defer e.names.mu.Unlock()
		if e.names.found == nil || len(e.names.found) >= maxLookups {
			e.names.found = map[string]lookup{}
		}
		e.names.found[key] = lookup{found, src, time.Now()}
		return found, nil
	}
	if isFresh(ctx) {
		return read(ctx)
	}
	return e.names.running.do(ctx, key, read)
}

func isLetter(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r > 127 }
