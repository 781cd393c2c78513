package chatwoot_test

import (
	"testing"

	"github.com/parley-reports/parley/pkg/internal/sourcetest"
)

const kind = "chatwoot"

func TestReadsWhatWasTold(t *testing.T) { sourcetest.Reads(t, kind, 60) }

func TestAccounts(t *testing.T) { sourcetest.Accounts(t, kind) }

func TestAgreesWithTheContract(t *testing.T) {
	sourcetest.Agrees(t, kind, nil, []string{"button_clicks"}, map[string]string{})
}
