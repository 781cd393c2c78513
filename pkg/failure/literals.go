package failure

import (
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
)

// A pattern is a regular expression as its alternatives. Each first looks for texts without
// which it cannot match: that is a hundred times as fast, and nearly all do not match.
type pattern []alternative

type alternative struct {
	expression *regexp.Regexp
	// literals are the texts: one of them at least is in each match. None are unknown.
	literals []string
}

func compilePattern(text string) pattern {
	parsed, err := syntax.Parse(text, syntax.Perl)
	if err != nil {
		panic(err) // the tests read all patterns
	}
	alternatives := []*syntax.Regexp{parsed}
	if parsed.Op == syntax.OpAlternate {
		alternatives = parsed.Sub
	}
	var p pattern
	for _, a := range alternatives {
		p = append(p, alternative{regexp.MustCompile(a.String()), literalsOf(a)})
	}
	return p
}

func (p pattern) matches(text string) bool {
	return slices.ContainsFunc(p, func(a alternative) bool {
		if a.literals != nil && !slices.ContainsFunc(a.literals, func(literal string) bool { return strings.Contains(text, literal) }) {
			return false
		}
		return a.expression.MatchString(text)
	})
}

// literalsOf returns texts of which each match has one at least, or nil.
func literalsOf(r *syntax.Regexp) []string {
	switch r.Op {
	case syntax.OpLiteral:
		if r.Flags&syntax.FoldCase == 0 {
			return []string{string(r.Rune)}
		}
	case syntax.OpCapture, syntax.OpPlus:
		return literalsOf(r.Sub[0])
	case syntax.OpRepeat:
		if r.Min > 0 {
			return literalsOf(r.Sub[0])
		}
	case syntax.OpConcat:
		var best []string
		for _, sub := range r.Sub {
			if literals := literalsOf(sub); shortest(literals) > shortest(best) {
				best = literals
			}
		}
		return best
	case syntax.OpAlternate:
		var all []string
		for _, sub := range r.Sub {
			literals := literalsOf(sub)
			if literals == nil {
				return nil
			}
			all = append(all, literals...)
		}
		return all
	}
	return nil
}

// shortest returns the length of the shortest text; 0 if there is none.
func shortest(texts []string) int {
	if len(texts) == 0 {
		return 0
	}
	return len(slices.MinFunc(texts, func(a, b string) int { return len(a) - len(b) }))
}
