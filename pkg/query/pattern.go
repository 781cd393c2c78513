package query

import (
	"errors"
	"regexp/syntax"
	"strings"

	"github.com/parley-reports/parley/pkg/catalog"
)

// The limits of a pattern: its characters, and its parts where repetitions are written
// out.
const (
	maxPattern      = 500
	maxPatternParts = 2000
)

// checkPattern refuses what is no regular expression of RE2, the syntax of Go. Look-arounds
// and back references, which RE2 lacks, can run for hours in other syntaxes.
func checkPattern(d catalog.Dimension, pattern string) error {
	if n := len([]rune(pattern)); n > maxPattern {
		return errorf("the pattern of the filter on %s has %d characters: at most %d are allowed; list the values with in instead", d.ID, n, maxPattern)
	}
	re, err := syntax.Parse(pattern, syntax.Perl)
	var refused *syntax.Error
	if errors.As(err, &refused) {
		what := "the pattern of the filter on " + d.ID + " is not a regular expression (RE2): " + refused.Code.String() + " at " + refused.Expr
		switch {
		case refused.Code == syntax.ErrInvalidPerlOp && strings.HasPrefix(refused.Expr, "(?"), refused.Code == syntax.ErrMissingRepeatArgument:
			what += "; look-arounds and possessive repetitions are not supported: use notMatches for what must not match"
		case refused.Code == syntax.ErrInvalidEscape:
			what += "; back references are not supported, and a word ends at \\b"
		}
		return errorf("%s", what)
	}
	if err != nil {
		return errorf("the pattern of the filter on %s is not a regular expression: %v", d.ID, err)
	}
	if patternParts(re.Simplify()) > maxPatternParts {
		return errorf("the pattern of the filter on %s repeats too much: lower its numbers of repetitions", d.ID)
	}
	return nil
}

func patternParts(re *syntax.Regexp) int {
	n := 1 + len(re.Rune)/8
	for _, sub := range re.Sub {
		n += patternParts(sub)
	}
	return n
}
