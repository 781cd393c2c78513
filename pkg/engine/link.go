package engine

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/parley-reports/parley/pkg/measure"
)

var placeholder = regexp.MustCompile(`\{([^{}]*)\}`)

// CheckChatURL returns an error where links cannot be made from the template: it must
// be an http or https address whose placeholders are known. Empty makes no links.
func CheckChatURL(template string) error {
	if strings.TrimSpace(template) == "" {
		return nil
	}
	var names []string
	for _, name := range measure.LinkParts {
		names = append(names, "{"+name+"}")
	}
	known := "The placeholders are " + strings.Join(names, ", ")
	for _, m := range placeholder.FindAllStringSubmatch(template, -1) {
		if !slices.Contains(measure.LinkParts, m[1]) {
			return fmt.Errorf("the chat URL template has the unknown placeholder %.60q: remove or correct it. %s", m[0], known)
		}
	}
	filled := placeholder.ReplaceAllString(strings.TrimSpace(template), "1")
	if strings.ContainsAny(filled, "{}") {
		return fmt.Errorf("the chat URL template %.60q has a brace without its counterpart. %s", template, known)
	}
	if !isWebAddress(filled) {
		return fmt.Errorf("the chat URL template %.60q is not an http or https address: write one such as https://chat.example.com/app/accounts/{account_id}/conversations/{display_id}. %s", template, known)
	}
	return nil
}

// isWebAddress reports whether a browser opens a text as a page: http or https, and
// a host.
func isWebAddress(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (strings.EqualFold(u.Scheme, "http") || strings.EqualFold(u.Scheme, "https")) && u.Hostname() != ""
}

// link is the address of a row's chat: the source's own, else the template with
// the row's ids; nil where one that it needs is not known, and where it would be no
// page.
func link(template string, value any) any {
	parts, _ := value.([]any)
	if len(parts) == 0 {
		return nil
	}
	// What is no address by itself is a part of the template's.
	if own, ok := parts[0].(string); ok && (isWebAddress(own) || strings.HasPrefix(own, "/")) {
		return own
	}
	template = strings.TrimSpace(template)
	if template == "" || CheckChatURL(template) != nil {
		return nil
	}
	for i, name := range measure.LinkParts {
		placeholder := "{" + name + "}"
		if !strings.Contains(template, placeholder) {
			continue
		}
		id, ok := parts[i].(string)
		if !ok || id == "" {
			return nil
		}
		// Escaped for a path as well as for what follows a question mark.
		template = strings.ReplaceAll(template, placeholder, strings.ReplaceAll(url.QueryEscape(id), "+", "%20"))
	}
	if !isWebAddress(template) {
		return nil
	}
	return template
}
