// Package kinds lists the kinds of databases that Parley reads.
package kinds

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/parley-reports/parley/pkg/source"
	"github.com/parley-reports/parley/pkg/source/chatwoot"
	"github.com/parley-reports/parley/pkg/source/evolution"
	"github.com/parley-reports/parley/pkg/source/ticketz"
	"github.com/parley-reports/parley/pkg/source/views"
	"github.com/parley-reports/parley/pkg/source/webhook"
)

// Kind is a kind of database.
type Kind struct {
	// ID is what the settings hold, Name what people see.
	ID, Name string
	// Schema holds the tables where the settings name no other.
	Schema string
	detect func(ctx context.Context, tx pgx.Tx, s source.Settings) (*source.Source, error)
}

// All kinds, the most general first.
var All = []Kind{
	{ID: "views", Name: "Parley views", Schema: "parley", detect: func(ctx context.Context, tx pgx.Tx, s source.Settings) (*source.Source, error) {
		return views.Detect(ctx, tx, s)
	}},
	{ID: "chatwoot", Name: "Chatwoot", Schema: "public", detect: chatwoot.Detect},
	{ID: "evolution", Name: "Evolution API", Schema: "public", detect: evolution.Detect},
	{ID: "ticketz", Name: "Ticketz", Schema: "public", detect: ticketz.Detect},
	{ID: "webhook", Name: "WhatsApp webhooks", Schema: "public", detect: webhook.Detect},
}

// IDs lists the kinds by their ids.
func IDs() []string {
	var ids []string
	for _, k := range All {
		ids = append(ids, k.ID)
	}
	return ids
}

// Lookup returns the kind of that id; the empty one is views. The error is a
// sentence for the person who chose it.
func Lookup(id string) (Kind, error) {
	if id == "" {
		id = All[0].ID
	}
	at := slices.IndexFunc(All, func(k Kind) bool { return k.ID == id })
	if at < 0 {
		return Kind{}, fmt.Errorf("the database kind %q is not known: choose one of %s", id, strings.Join(IDs(), ", "))
	}
	return All[at], nil
}

// Detect is the examination of a database of this kind: it returns the source of
// its relations.
func (k Kind) Detect(s source.Settings) func(context.Context, pgx.Tx) (*source.Source, error) {
	if s.Schema == "" {
		s.Schema = k.Schema
	}
	return func(ctx context.Context, tx pgx.Tx) (*source.Source, error) { return k.detect(ctx, tx, s) }
}
