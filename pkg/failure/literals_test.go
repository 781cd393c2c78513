package failure

import (
	"regexp"
	"strings"
	"testing"
)

// TestPatterns: a pattern matches as its expression does, also texts made of what it looks
// for first.
func TestPatterns(t *testing.T) {
	var texts []string
	for _, p := range rules().compiled {
		for _, a := range p {
			texts = append(texts, a.literals...)
			texts = append(texts, strings.Join(a.literals, " "), strings.NewReplacer("(?s:", "", "(", "", ")", "", "?", "", "[", "", "]", "", "|", " ", ".", "x").Replace(a.expression.String()))
		}
	}
	matched := 0
	for i, p := range rules().compiled {
		whole := regexp.MustCompile("(?s)" + rules().patterns[i].Pattern)
		for _, text := range texts {
			text = lower(text)
			want := whole.MatchString(text)
			if want {
				matched++
			}
			if got := p.matches(text); got != want {
				t.Errorf("%q matches %q: %v, want %v", whole, text, got, want)
			}
		}
	}
	if len(texts) < 300 || matched < 100 {
		t.Errorf("%d texts, %d matches", len(texts), matched)
	}
	for pattern, want := range map[string]string{
		"abc": "abc", "a?bcd": "bcd", "x(ab|cd)+": "ab cd", "(ab)?": "", "(ab|c?)d": "d", "(ab){2}": "ab", "[xyz]": "", "(?i)abc": "", "xyz(ab|[cd])": "xyz", "(ab|[cd])+": "",
	} {
		got := compilePattern(pattern)
		if all := strings.Join(got[0].literals, " "); all != want {
			t.Errorf("%s: %q, want %q", pattern, all, want)
		}
	}
}
