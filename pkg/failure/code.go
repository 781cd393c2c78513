package failure

import (
	"regexp"
	"strings"
)

// Forms are the ways in which codes stand in texts, the likeliest first: regular
// expressions as in the table of reasons. In each, one of the groups matches the code.
var Forms = []string{
	// (#131047) Re-engagement message; 100 - (#100) No matching user found
	`\(#(-?[0-9]{1,7})\)`,

	// Only a number: 131047; (463); 131047.0
	`^` + marks + `(-?[0-9]{1,7})(?:[.]0+)?` + marks + `$` +
		// 550 5.1.1 <a@example.com>: Recipient address rejected
		`|^` + marks + `(?:[245][0-9][0-9][ -]#?)?([245][.][0-9]{1,3}[.][0-9]{1,3})(?:[^0-9.]|$)` +
		// 131047: Re-engagement message; [131047] …; 63016 - Failed; 403, Forbidden
		`|^` + marks + `(-?[0-9]{1,7})(?: ?[:,;)\]](?:[^0-9]|$)| +- )` +
		// 131047 Re-engagement message
		`|^` + marks + `(1[0-9]{5}|[1-9][0-9]{4})(?:[^0-9a-z.,]|$)`,

	// {"error":{"code":131047,…}}; error_code=63016; "code"=>131026; Código de error: 63016
	`(?:^|[^a-z])(?:(?:` + words + `)[ _-]?)*(?:code|c.{1,2}digo|codice)(?:[ _-]?(?:of|de|do|del|error|erro|no|nr|number)[.]?)*` + signs + `(-?[0-9]{1,7})(?:[^0-9.]|[.][^0-9]|[.]?$)` +
		// WhatsApp error 429; Error 30008: …; o servidor retornou o erro 463
		`|(?:^|[^a-z])(?:` + words + `)` + signs + `(-?[0-9]{3,7})(?:[^0-9a-z.]|[.][^0-9]|[.]?$)` +
		`|(?:^|[^a-z])(?:` + words + `)` + signs + `(-?[0-9]{1,2})(?:[):;]|[.]?$)`,

	// Your account has been restricted (463)
	`\(([0-9]{3,6})\)(?:[.:,;!]| *$)` +
		// More information: https://www.twilio.com/docs/errors/63038
		`|/errors/([0-9]{5,6})(?:[^0-9]|$)` +
		// The word for code in any language: Код ошибки: 63016
		`|^[^0-9]*(?:: *|[^ -~])([0-9]{5,6})[ .]*$` +
		// Meta returned 131047
		`|(?:^|[^0-9a-z.+_-])(13[0-5][0-9]{3})(?:[^0-9a-z._-]|$)`,
}

const (
	// marks may surround a code at the beginning of a text.
	marks = `[][ \t\r\n(){}<>#:;.,"'*!|/\\]*`
	// signs may stand between a word and its code.
	signs = `["'\\ :=>#(\[_]{0,5}(?:- )?`
	words = `error|erro|err|fehler|erreur|errore`
)

// HTTPStatus matches the status of an HTTP response, which is no code of the
// provider's: [HTTP 400], status code 404, "status":400.
const HTTPStatus = `(?:https?(?:/[0-9.]+)?|status|response)(?:[ _-]?(?:status|error|code|response))*["'\\]*[^0-9a-z]{0,4}[1-5][0-9][0-9](?:[^0-9]|$)`

var (
	httpStatus = compile(HTTPStatus)
	forms      = func() (list []*regexp.Regexp) {
		for _, form := range Forms {
			list = append(list, compile(form))
		}
		return list
	}()
)

// compile prefers the longest match, as PostgreSQL does.
func compile(pattern string) *regexp.Regexp {
	r := regexp.MustCompile("(?s)" + pattern)
	r.Longest()
	return r
}

// Cut returns the provider's code that stands in the text of an error, or "".
func Cut(text string) string {
	if !strings.ContainsAny(text, "0123456789") {
		return ""
	}
	text = httpStatus.ReplaceAllString(lower(text), " ")
	for _, form := range forms {
		for i, group := range form.FindStringSubmatch(text) {
			if i > 0 && group != "" {
				return group
			}
		}
	}
	return ""
}

// ownCode is the code that the source tells apart from the text, without what may
// surround it.
func ownCode(code string) string {
	if cut := Cut(code); cut != "" {
		return cut
	}
	return strings.Trim(code, blanks)
}

const blanks = " \t\r\n"

// Code returns the code of a failure: the source's own, else the one in the text, or "".
func Code(code, text string) string {
	if own := ownCode(code); own != "" {
		return own
	}
	return Cut(text)
}
