package report

import (
	"errors"
	"io/fs"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/parley-reports/parley/pkg/postgres"
)

// TestInWords: sentences name the settings of the command, not those of Grafana.
func TestInWords(t *testing.T) {
	refused := &pgconn.PgError{Code: "28P01"}
	if _, sentence := postgres.Explain(refused); !strings.Contains(sentence, "data source settings") {
		t.Fatalf("another error is needed: %s", sentence)
	}
	if got := inWords(refused).Error(); !strings.Contains(got, "in the config or the flags of the command") || strings.Contains(got, "data source settings") {
		t.Error(got)
	}
	missing := &fs.PathError{Op: "open", Path: "/x", Err: fs.ErrNotExist}
	if got := inWords(missing); !errors.Is(got, fs.ErrNotExist) {
		t.Error(got)
	}
}
