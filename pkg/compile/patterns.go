package compile

import (
	"fmt"
	"regexp/syntax"
	"strings"
	"unicode"
)

// patterns writes Go's regular expressions, which cannot run long, as PostgreSQL's of
// the same meaning. The query has checked them.
func patterns(expressions []string) []string {
	list := make([]string, len(expressions))
	for i, expression := range expressions {
		re, err := syntax.Parse(expression, syntax.Perl)
		if err != nil {
			panic("a pattern that nobody checked: " + err.Error())
		}
		var b strings.Builder
		writePattern(&b, re.Simplify())
		list[i] = b.String()
	}
	return list
}

// never is a pattern that nothing matches, always one that matches at any place.
const (
	never  = `(?!)`
	always = `(?:)`
)

// Characters that Go's \b takes for a part of a word.
const wordCharacter = `[0-9A-Za-z_]`

// atEdge are the places between two characters.
var atEdge = map[syntax.Op]string{
	syntax.OpBeginText: `\A`, syntax.OpEndText: `\Z`,
	syntax.OpBeginLine:      `(?:\A|(?<=\n))`,
	syntax.OpEndLine:        `(?:\Z|(?=\n))`,
	syntax.OpWordBoundary:   `(?:(?<=` + wordCharacter + `)(?!` + wordCharacter + `)|(?<!` + wordCharacter + `)(?=` + wordCharacter + `))`,
	syntax.OpNoWordBoundary: `(?:(?<=` + wordCharacter + `)(?=` + wordCharacter + `)|(?<!` + wordCharacter + `)(?!` + wordCharacter + `))`,
	syntax.OpNoMatch:        never, syntax.OpEmptyMatch: always,
	syntax.OpAnyChar: `(?:.|\n)`, syntax.OpAnyCharNotNL: `[^\n]`,
}

func writePattern(b *strings.Builder, re *syntax.Regexp) {
	if edge := atEdge[re.Op]; edge != "" {
		b.WriteString(edge)
		return
	}
	group := func(sub *syntax.Regexp, after string) {
		b.WriteString("(?:")
		writePattern(b, sub)
		b.WriteString(")" + after)
	}
	switch re.Op {
	case syntax.OpLiteral:
		for _, c := range re.Rune {
			writeLiteral(b, c, re.Flags&syntax.FoldCase != 0)
		}
	case syntax.OpCharClass:
		writeClass(b, re.Rune)
	case syntax.OpCapture:
		group(re.Sub[0], "")
	case syntax.OpStar:
		group(re.Sub[0], "*")
	case syntax.OpPlus:
		group(re.Sub[0], "+")
	case syntax.OpQuest:
		group(re.Sub[0], "?")
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			group(sub, "")
		}
	case syntax.OpAlternate:
		for i, sub := range re.Sub {
			if i > 0 {
				b.WriteByte('|')
			}
			group(sub, "")
		}
	default:
		panic("no pattern for " + re.String()) // Simplify leaves no others
	}
}

// writeLiteral writes a character, or where the case does not matter all forms of it.
func writeLiteral(b *strings.Builder, c rune, anyCase bool) {
	forms := []rune{c}
	if anyCase {
		for other := unicode.SimpleFold(c); other != c; other = unicode.SimpleFold(other) {
			forms = append(forms, other)
		}
	}
	if len(forms) > 1 {
		b.WriteByte('[')
		defer b.WriteByte(']')
	}
	for _, form := range forms {
		b.WriteString(character(form))
	}
}

// writeClass writes a class of characters, given as pairs of first and last ones.
func writeClass(b *strings.Builder, ranges []rune) {
	if len(ranges) == 0 {
		b.WriteString(never)
		return
	}
	b.WriteByte('[')
	for i := 0; i < len(ranges); i += 2 {
		b.WriteString(character(max(ranges[i], 1))) // no text holds 0
		if ranges[i+1] > ranges[i] {
			b.WriteString("-" + character(ranges[i+1]))
		}
	}
	b.WriteByte(']')
}

// character writes a character so that it stands for itself, inside a class too.
func character(c rune) string {
	switch {
	case c >= '0' && c <= '9', c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z', c == '_', c == ' ', c > 0xa0 && unicode.IsLetter(c) && c < 0x10000:
		return string(c)
	case c > 0xffff:
		return fmt.Sprintf(`\U%08x`, c)
	}
	return fmt.Sprintf(`\u%04x`, c)
}
