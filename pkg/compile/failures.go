package compile

import (
	"fmt"

	"github.com/parley-reports/parley/pkg/failure"
)

// failure writes the rules of failures over the row r.
func (b *rowBuilder) failure() failure.SQL {
	sql := failure.SQL{Bind: b.arg, Own: b.col("error_code"), Text: b.col("error_text")}
	if b.Source.Channel != "" {
		sql.Channel = "'" + b.Source.Channel + "'"
	} else {
		sql.Channel = b.line("channel")
	}
	return sql
}

// ofFailed is the expression where the message failed, else null.
func ofFailed(expr string) string {
	return fmt.Sprintf("CASE WHEN r.stage = 'failed' THEN %s END", expr)
}

func (b *rowBuilder) failureReason() string { return ofFailed(b.failure().Reason()) }

// failureCode is the source's own code, else the one that stands in the text.
func (b *rowBuilder) failureCode() string { return ofFailed(b.failure().Code()) }

// failureMeaning is the code whose meaning fits the reason.
func (b *rowBuilder) failureMeaning() string { return ofFailed(b.failure().Meaning()) }
