package query

import (
	"errors"
	"regexp/syntax"
	"strings"

	"github.com/parley-reports/parley/pkg/catalog"
)

// Limits of a pattern: its length in characters, and its size with repetitions
// expanded.
const (
	maxPattern      = 500
	maxPatternParts = 2000
)

// checkPattern returns an error unless the pattern is an RE2 regular expression, as in
// Go. RE2 has no lookarounds and back references, which can run for hours elsewhere.
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
