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
	// ID is the value in the settings, Name the name that people see.
	ID, Name string
	// Schema is the default schema.
	Schema string
	// tables are tables that identify this kind of database.
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

// Lookup returns the kind with that id. An empty id means views. The error is shown to
// the user.
func Lookup(id string) (Kind, error) {
	if id == "" {
		id = All[0].ID
	}
	at := slices.IndexFunc(All, func(k Kind) bool { return k.ID == id })
	if at < 0 {
		return Kind{}, fmt.Errorf("unknown database type %q: choose one of %s", id, strings.Join(IDs(), ", "))
	}
	return All[at], nil
}

// Detect returns a function that examines a database of this kind and returns its source.
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
				Remedy: "Choose the right database type and schema in the data source settings",
			}
		}
		return found, err
	}
}
