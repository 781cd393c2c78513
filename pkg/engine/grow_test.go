package engine_test

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/parley-reports/parley/internal/contract"
	"github.com/parley-reports/parley/internal/pgtest"
	"github.com/parley-reports/parley/internal/reference"
	"github.com/parley-reports/parley/pkg/facts"
	"github.com/parley-reports/parley/pkg/source"
	"github.com/parley-reports/parley/pkg/source/views"
)

// builds returns a function that builds facts of the data in one transaction.
func builds(t *testing.T, data contract.Data) func(since string, parts facts.Parts, most int, base *facts.Set) (*facts.Set, error) {
	schema := store(t, data)
	tx, err := pgtest.Connect(t).BeginTx(t.Context(), pgx.TxOptions{})
	if err != nil {
		t.Fatal(err)
	}
	src, err := views.Detect(t.Context(), tx, source.Settings{Schema: schema})
	if err != nil {
		t.Fatal(err)
	}
	return func(since string, parts facts.Parts, most int, base *facts.Set) (set *facts.Set, err error) {
		// Each in a savepoint, so that one can fail.
		err = pgx.BeginFunc(t.Context(), tx, func(tx pgx.Tx) (err error) {
			set, err = facts.Build(t.Context(), tx, src, facts.Needs{Since: instant(since), Parts: parts}, most, base)
			return err
		})
		return set, err
	}
}

// TestGrowAfterFailure: an attempt to grow that failed leaves the base as it was.
func TestGrowAfterFailure(t *testing.T) {
	build := builds(t, chains(1))
	const since, many = "2025-04-01", 1 << 20
	base, err := build(since, facts.NeedConversations, many, nil)
	if err != nil {
		t.Fatal(err)
	}
	want, err := build(since, facts.NeedConversations|facts.NeedMessages, many, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := build(since, facts.NeedMessages, want.Messages.Len()-1, base); err == nil {
		t.Fatal("no error with too many messages")
	}
	got, err := build(since, facts.NeedMessages, many, base)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got.Messages.At, want.Messages.At) || !reflect.DeepEqual(got.Openers.Message, want.Openers.Message) {
		t.Errorf("%d messages and %d openers, want %d and %d", got.Messages.Len(), got.Openers.Len(), want.Messages.Len(), want.Openers.Len())
	}
}

// TestGrowCosts: a set with costs has those of all questions that it says to cover.
func TestGrowCosts(t *testing.T) {
	data := chains(1)
	data.Messages = nil
	for i, at := range []string{"2025-01-02", "2025-01-04", "2025-01-06", "2025-01-31 12:00", "2025-02-25"} {
		data.Messages = append(data.Messages, contract.Message{MessageID: fmt.Sprint("m", i), LineID: new("w"), ContactID: new("c1"), CreatedAt: instant(at), Direction: "outbound", AuthorKind: new("agent"), Status: new("delivered")})
	}
	build := builds(t, data)
	const many = 1 << 20
	early := "2025-01-31"
	base, err := build(early, facts.NeedMessages, many, nil)
	if err != nil {
		t.Fatal(err)
	}
	grown, err := build("2025-02-20", facts.NeedMessages|facts.NeedCosts, many, base)
	if err != nil {
		t.Fatal(err)
	}
	if !grown.Needs.Covers(facts.Needs{Since: instant(early), Parts: facts.NeedCosts}) {
		return
	}
	want, err := build(early, facts.NeedMessages|facts.NeedCosts, many, nil)
	if err != nil {
		t.Fatal(err)
	}
	sum := func(s *facts.Set) (usd float64) {
		for i, at := range s.Messages.At {
			if !time.UnixMicro(at).Before(instant(early)) {
				usd += s.Cost(int32(i)).USD
			}
		}
		return usd
	}
	if got, want := sum(grown), sum(want); got-want > 1e-9 || want-got > 1e-9 {
		t.Errorf("from %s on the messages cost %v, want %v", early, got, want)
	}
}

// allParts are the parts that change with the messages.
const allParts = facts.NeedMessages | facts.NeedUserTypes | facts.NeedCosts | facts.NeedContacts | facts.NeedConversations | facts.NeedEvents | facts.NeedThreads | facts.NeedRatings | facts.NeedTags |
	facts.NeedAccountNames | facts.NeedAgentNames | facts.NeedTeamNames | facts.NeedCampaignNames

// TestGrowBack: a set that goes on from a later one, step by step, is as one read at once.
func TestGrowBack(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		data  contract.Data
		steps []string
	}{
		{"chains", chains(3), []string{"2025-04-10", "2025-03-28", "2025-03-27", "2025-02-20", "2024-12-01"}},
		{"random", reference.Random(11, reference.RandomOptions{Messages: 3000}), []string{"2026-10-01", "2026-07-01", "2026-06-15", "2025-01-01"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			build := builds(t, c.data)
			const many = 1 << 20
			var base *facts.Set
			for _, since := range c.steps {
				set, err := build(since, allParts, many, base)
				if err != nil {
					t.Fatal(err)
				}
				want, err := build(since, allParts, many, nil)
				if err != nil {
					t.Fatal(err)
				}
				var before []string
				if base != nil {
					before = described(base, since)
				}
				sameFacts(t, set, want, since)
				if base != nil && !slices.Equal(before, described(base, since)) {
					t.Error("the base changed")
				}
				base = set
			}
		})
	}
}
