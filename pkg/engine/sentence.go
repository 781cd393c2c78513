package engine

import (
	"errors"
	"strings"

	"github.com/parley-reports/parley/pkg/postgres"
	"github.com/parley-reports/parley/pkg/query"
)

// Sentence returns an error of the engine in words that say what to do. settings is where
// people change the settings of the database, such as "the flags of the command".
func Sentence(err error, settings string) string {
	var wrong *query.Error
	var schema *SchemaError
	var busy *BusyError
	sentence := ""
	if errors.As(err, &wrong) || errors.As(err, &schema) || errors.As(err, &busy) {
		sentence = err.Error()
	} else {
		_, sentence = postgres.Explain(err)
	}
	return strings.ReplaceAll(sentence, "the data source settings", settings)
}
