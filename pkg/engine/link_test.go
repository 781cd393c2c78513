package engine

import (
	"strings"
	"testing"
)

func TestChatURLTemplates(t *testing.T) {
	for _, template := range []string{"", "  ", "https://chat.example/app/accounts/{account_id}/conversations/{display_id}", "http://localhost:3000/{conversation_id}",
		"HTTPS://chat.example/{url}", "https://chat.example", "https://{account_id}.chat.example/{line_id}", "https://[::1]:3000/{contact_id}?a={line_id}#b"} {
		if err := CheckChatURL(template); err != nil {
			t.Errorf("%q: %v", template, err)
		}
	}
	for template, want := range map[string]string{
		"javascript:alert({contact_id})":            "not an http or https address",
		"JavaScript://%0aalert(1)":                  "not an http or https address",
		"data:text/html,{url}":                      "not an http or https address",
		"file:///etc/passwd":                        "not an http or https address",
		"//chat.example/{url}":                      "not an http or https address",
		"/chat/{display_id}":                        "not an http or https address",
		"chat.example/{display_id}":                 "not an http or https address",
		"not a url":                                 "not an http or https address",
		"https://":                                  "not an http or https address",
		"https:///{display_id}":                     "not an http or https address",
		"{url}":                                     "not an http or https address",
		"java\nscript:alert(1)":                     "not an http or https address",
		"https://chat.example/{foo}":                `unknown placeholder "{foo}"`,
		"https://chat.example/{Display_ID}":         `unknown placeholder "{Display_ID}"`,
		"https://chat.example/{}":                   `unknown placeholder "{}"`,
		"https://chat.example/{{display_id}}":       "brace without its counterpart",
		"https://chat.example/{display_id":          "brace without its counterpart",
		"https://chat.example/${__value.raw}":       `unknown placeholder "{__value.raw}"`,
		strings.Repeat("x", 10000) + "{contact_id}": "not an http or https address",
	} {
		err := CheckChatURL(template)
		switch {
		case err == nil:
			t.Errorf("%q passes", template)
		case !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "{account_id}, {conversation_id}, {display_id}, {contact_id}, {line_id}"):
			t.Errorf("%q: %v, want %q and the placeholders", template, err, want)
		case len(err.Error()) > 400:
			t.Errorf("%d bytes say what is wrong with a template", len(err.Error()))
		}
		if got := link(template, []any{nil, "1", "2", "3", "4", "5"}); got != nil {
			t.Errorf("%q makes the link %v", template, got)
		}
	}
}

func TestOwnAddressesAreWebAddresses(t *testing.T) {
	for own, want := range map[string]any{
		"https://chat.example/7": "https://chat.example/7", "/d/7": "/d/7",
		"javascript://x/%0aalert(1)": nil, "data://x": nil, "javascript:alert(1)": nil, "": nil,
	} {
		if got := link("", []any{own, "1", "2", "3", "4", "5"}); got != want {
			t.Errorf("%q makes the link %v, want %v", own, got, want)
		}
	}
	if got, want := link("https://chat.example/t/{url}", []any{"javascript://x", "1", "2", "3", "4", "5"}), "https://chat.example/t/javascript%3A%2F%2Fx"; got != want {
		t.Errorf("the link is %v, want %s", got, want)
	}
}
