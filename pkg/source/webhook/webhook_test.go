package webhook_test

import (
	"testing"

	"github.com/parley-reports/parley/pkg/internal/sourcetest"
)

const kind = "webhook"

func TestReadsWhatWasTold(t *testing.T) { sourcetest.Reads(t, kind, 60) }

func TestAccounts(t *testing.T) { sourcetest.Accounts(t, kind) }
