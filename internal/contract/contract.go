// Package contract defines the rows of the contract as Go types and writes them into
// tables, for demo data and tests. The plugin only reads.
package contract

import (
	"context"
	_ "embed"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

//go:embed contract.sql
var tablesSQL string

//go:embed indexes.sql
var indexesSQL string

// The row types. A nil pointer is NULL. The db tag names the column.
type (
	// Message is one row of the relation message.
	Message struct {
		MessageID         string     `db:"message_id"`
		Sequence          *int64     `db:"sequence"`
		AccountID         *string    `db:"account_id"`
		Subaccount        *string    `db:"subaccount"`
		ConversationID    *string    `db:"conversation_id"`
		ContactID         *string    `db:"contact_id"`
		LineID            *string    `db:"line_id"`
		Direction         string     `db:"direction"`
		AuthorKind        *string    `db:"author_kind"`
		AgentID           *string    `db:"agent_id"`
		CreatedAt         time.Time  `db:"created_at"`
		ContentType       *string    `db:"content_type"`
		Body              *string    `db:"body"`
		TemplateName      *string    `db:"template_name"`
		TemplateLanguage  *string    `db:"template_language"`
		TemplateCategory  *string    `db:"template_category"`
		CampaignID        *string    `db:"campaign_id"`
		Origin            *string    `db:"origin"`
		CorrelationID     *string    `db:"correlation_id"`
		ProviderMessageID *string    `db:"provider_message_id"`
		Status            *string    `db:"status"`
		SentAt            *time.Time `db:"sent_at"`
		DeliveredAt       *time.Time `db:"delivered_at"`
		ReadAt            *time.Time `db:"read_at"`
		FailedAt          *time.Time `db:"failed_at"`
		ErrorCode         *string    `db:"error_code"`
		ErrorText         *string    `db:"error_text"`
		IsReferral        *bool      `db:"is_referral"`
		ButtonPayload     *string    `db:"button_payload"`
		InReplyTo         *string    `db:"in_reply_to"`
		PriceUSD          *float64   `db:"price_usd"`
		Billable          *bool      `db:"billable"`
		PricingType       *string    `db:"pricing_type"`
		PricingModel      *string    `db:"pricing_model"`
		PricingCategory   *string    `db:"pricing_category"`
		UpdatedAt         *time.Time `db:"updated_at"`
	}

	// Conversation is one row of the relation conversation.
	Conversation struct {
		ConversationID  string     `db:"conversation_id"`
		AccountID       *string    `db:"account_id"`
		DisplayID       *string    `db:"display_id"`
		ContactID       *string    `db:"contact_id"`
		LineID          *string    `db:"line_id"`
		AgentID         *string    `db:"agent_id"`
		TeamID          *string    `db:"team_id"`
		Source          *string    `db:"source"`
		Status          *string    `db:"status"`
		Priority        *string    `db:"priority"`
		CreatedAt       time.Time  `db:"created_at"`
		FirstResponseAt *time.Time `db:"first_response_at"`
		WaitingSince    *time.Time `db:"waiting_since"`
		UpdatedAt       *time.Time `db:"updated_at"`
		URL             *string    `db:"url"`
	}

	// ConversationEvent is one row of the relation conversation_event.
	ConversationEvent struct {
		ConversationID  *string   `db:"conversation_id"`
		Name            string    `db:"name"`
		At              time.Time `db:"at"`
		Seconds         *float64  `db:"seconds"`
		BusinessSeconds *float64  `db:"business_seconds"`
		AgentID         *string   `db:"agent_id"`
	}

	// Contact is one row of the relation contact.
	Contact struct {
		ContactID string     `db:"contact_id"`
		AccountID *string    `db:"account_id"`
		Name      *string    `db:"name"`
		Phone     *string    `db:"phone"`
		Country   *string    `db:"country"`
		CreatedAt *time.Time `db:"created_at"`
	}

	// Account is one row of the optional relation account.
	Account struct {
		AccountID string  `db:"account_id"`
		Name      *string `db:"name"`
	}

	// Line is one row of the relation line.
	Line struct {
		LineID   string  `db:"line_id"`
		Name     *string `db:"name"`
		Channel  *string `db:"channel"`
		Number   *string `db:"number"`
		TeamID   *string `db:"team_id"`
		Provider *string `db:"provider"`
	}

	// Agent is one row of the relation agent.
	Agent struct {
		AgentID string  `db:"agent_id"`
		Name    *string `db:"name"`
	}

	// Team is one row of the relation team.
	Team struct {
		TeamID string  `db:"team_id"`
		Name   *string `db:"name"`
	}

	// AgentTeam is one row of the relation agent_team.
	AgentTeam struct {
		AgentID string `db:"agent_id"`
		TeamID  string `db:"team_id"`
	}

	// Campaign is one row of the relation campaign.
	Campaign struct {
		CampaignID string  `db:"campaign_id"`
		Name       *string `db:"name"`
	}

	// Tag is one row of the relation tag.
	Tag struct {
		Kind    string `db:"kind"`
		OwnerID string `db:"owner_id"`
		Name    string `db:"name"`
	}

	// CSAT is one row of the relation csat.
	CSAT struct {
		ConversationID *string    `db:"conversation_id"`
		ContactID      *string    `db:"contact_id"`
		AgentID        *string    `db:"agent_id"`
		Rating         *int32     `db:"rating"`
		Comment        *string    `db:"comment"`
		SentAt         *time.Time `db:"sent_at"`
		AnsweredAt     *time.Time `db:"answered_at"`
	}

	// WorkingHours is one row of the relation working_hours. Opens and Closes
	// are times of day as "15:04:05".
	WorkingHours struct {
		LineID   *string `db:"line_id"`
		TeamID   *string `db:"team_id"`
		TimeZone *string `db:"time_zone"`
		Weekday  int32   `db:"weekday"`
		Opens    string  `db:"opens"`
		Closes   string  `db:"closes"`
	}

	// Rate is one row of the relation rate_card. ValidFrom is a date in UTC; the zero
	// time is NULL, since ever.
	Rate struct {
		Market    string    `db:"market"`
		Category  string    `db:"category"`
		ValidFrom time.Time `db:"valid_from"`
		USD       float64   `db:"usd"`
	}

	// Market is one row of the relation market. ValidFrom is a date in UTC; nil
	// means since ever.
	Market struct {
		Prefix    string     `db:"prefix"`
		Market    string     `db:"market"`
		ValidFrom *time.Time `db:"valid_from"`
	}

	// BillingRule is one row of the relation billing_rule. ValidFrom is a date
	// in UTC; a nil InWindow means either, nil FreeUnits none.
	BillingRule struct {
		ValidFrom    time.Time `db:"valid_from"`
		Unit         string    `db:"unit"`
		Category     string    `db:"category"`
		InWindow     *bool     `db:"in_window"`
		Billable     bool      `db:"billable"`
		RateCategory string    `db:"rate_category"`
		FreeUnits    *int32    `db:"free_units"`
	}
)

// Data is the content of a contract database, or a batch of it. The field name
// in the relation tag is the table's.
type Data struct {
	Messages      []Message           `relation:"message"`
	Conversations []Conversation      `relation:"conversation"`
	Events        []ConversationEvent `relation:"conversation_event"`
	Contacts      []Contact           `relation:"contact"`
	Accounts      []Account           `relation:"account"`
	Lines         []Line              `relation:"line"`
	Agents        []Agent             `relation:"agent"`
	Teams         []Team              `relation:"team"`
	AgentTeams    []AgentTeam         `relation:"agent_team"`
	Campaigns     []Campaign          `relation:"campaign"`
	Tags          []Tag               `relation:"tag"`
	CSAT          []CSAT              `relation:"csat"`
	WorkingHours  []WorkingHours      `relation:"working_hours"`
	Rates         []Rate              `relation:"rate_card"`
	Markets       []Market            `relation:"market"`
	BillingRules  []BillingRule       `relation:"billing_rule"`
}

// Create makes the schema and the empty tables of the contract in it, with
// their indexes. An existing schema of that name is dropped first.
func Create(ctx context.Context, conn *pgx.Conn, schema string) error {
	if _, err := conn.Exec(ctx, "DROP SCHEMA IF EXISTS "+pgx.Identifier{schema}.Sanitize()+" CASCADE"); err != nil {
		return fmt.Errorf("drop schema %s: %w", schema, err)
	}
	if err := CreateTables(ctx, conn, schema); err != nil {
		return err
	}
	return CreateIndexes(ctx, conn, schema)
}

// CreateTables makes the schema and the empty tables of the contract in it,
// without any index: much data is loaded faster before CreateIndexes than
// after it. It fails where the schema exists.
func CreateTables(ctx context.Context, conn *pgx.Conn, schema string) error {
	name := pgx.Identifier{schema}.Sanitize()
	_, err := conn.Exec(ctx, fmt.Sprintf("CREATE SCHEMA %[1]s; SET search_path TO %[1]s; %[2]s; RESET search_path", name, tablesSQL))
	if err != nil {
		return fmt.Errorf("create the contract's tables in schema %s: %w", schema, err)
	}
	return nil
}

// CreateIndexes adds the primary keys and indexes to the tables that
// CreateTables made.
func CreateIndexes(ctx context.Context, conn *pgx.Conn, schema string) error {
	name := pgx.Identifier{schema}.Sanitize()
	_, err := conn.Exec(ctx, fmt.Sprintf("SET search_path TO %s; %s; RESET search_path", name, indexesSQL))
	if err != nil {
		return fmt.Errorf("create the contract's indexes in schema %s: %w", schema, err)
	}
	return nil
}
