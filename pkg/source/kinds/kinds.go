// Package kinds lists the kinds of databases that Parley supports.
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
	// tables are some that every such database has, and together no other.
	tables []string
	detect func(ctx context.Context, tx pgx.Tx, s source.Settings) (*source.Source, error)
}

// All kinds, the most general first.
var All = []Kind{
	{ID: "views", Name: "Parley views", Schema: "parley", tables: []string{"message", "conversation", "contact", "line"}, detect: func(ctx context.Context, tx pgx.Tx, s source.Settings) (*source.Source, error) {
		return views.Detect(ctx, tx, s)
	}},
	{ID: "chatwoot", Name: "Chatwoot", Schema: "public", tables: []string{"messages", "inboxes"}, detect: chatwoot.Detect},
	{ID: "evolution", Name: "Evolution API", Schema: "public", tables: []string{"Message", "Instance"}, detect: evolution.Detect},
	{ID: "ticketz", Name: "Ticketz", Schema: "public", tables: []string{"Messages", "Whatsapps"}, detect: ticketz.Detect},
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
	return func(ctx context.Context, tx pgx.Tx) (*source.Source, error) {
		found, err := k.detect(ctx, tx, s)
		if err != nil || len(found.Fatal()) == 0 {
			return found, err
		}
		problem, err := k.lost(ctx, tx, s)
		if err == nil && problem != "" {
			found = &source.Source{
				Kind: k.Name, Findings: []source.Finding{{Relation: "message", State: source.Missing, Problem: problem, Fatal: true}},
				Remedy: "Choose the kind of database and the schema that fit, in the data source settings",
			}
		}
		return found, err
	}
}
