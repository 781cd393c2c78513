package ticketz_test

import (
	"testing"

	"github.com/parley-reports/parley/pkg/internal/sourcetest"
)

const kind = "ticketz"

func TestReadsWhatWasTold(t *testing.T) { sourcetest.Reads(t, kind, 60) }

func TestAccounts(t *testing.T) { sourcetest.Accounts(t, kind) }

func TestAgreesWithTheContract(t *testing.T) {
	sourcetest.Agrees(t, kind, nil, nil, map[string]string{})
}
