package compile

import (
	"encoding/json"
	"sync"

	"github.com/parley-reports/parley/pkg/whatsapp"
)

// failureTables are the provider's codes as two JSON objects: code to reason,
// and code to {details, reason} for those whose text decides.
var failureTables = sync.OnceValues(func() (reasons, details string) {
	byCode := map[string]string{}
	byText := map[string]map[string]string{}
	for _, e := range whatsapp.ErrorCodes() {
		if e.Details == "" {
			byCode[e.Code] = e.Reason
		} else {
			byText[e.Code] = map[string]string{"details": e.Details, "reason": e.Reason}
		}
	}
	a, _ := json.Marshal(byCode) // maps of strings always marshal
	b, _ := json.Marshal(byText)
	return string(a), string(b)
})
