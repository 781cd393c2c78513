package source

import (
	"strings"
	"testing"

	"github.com/parley-reports/parley/internal/pgtest"
)

// TestTextsReadAlike: SQL, the rules in Go and the values of filters read a text alike.
func TestTextsReadAlike(t *testing.T) {
	conn := pgtest.Connect(t)
	s := &Source{Blanks: blankCharacters("UTF8")}
	for _, text := range []string{
		"", " ", "Open", " oPEN\t", "SAÍDA", "saída", "Straße", "İstanbul", "ıI", "\u212Aelvin", "\u00a0Ñandú\u200b", "ΣΊΣΥΦΟΣ", "ǅ", "a b", "[@`{", "AZaz09_",
	} {
		for rule, word := range map[Rule]Word{NotBlank: {}, Trimmed: {}, Lower: {}, Upper: {Upper: true}} {
			sql := "SELECT coalesce(" + strings.ReplaceAll(rule.sql("$1::text"), "$blanks", "$2::text") + ", '')"
			var want string
			if err := conn.QueryRow(t.Context(), sql, text, s.Blanks).Scan(&want); err != nil {
				t.Fatal(err)
			}
			if got := s.Read(rule, text); got != want {
				t.Errorf("rule %d of %q: Go reads %q, SQL %q", rule, text, got, want)
			}
			if got := word.Fold(text); rule >= Lower && got != want {
				t.Errorf("rule %d of %q: a filter looks for %q, SQL reads %q", rule, text, got, want)
			}
		}
	}
}
