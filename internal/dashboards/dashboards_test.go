package dashboards

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

const testDashboard = `{
  "uid": "u", "title": "Test", "time": {"from": "now-7d", "to": "now"},
  "templating": {"list": [
    {"name": "datasource", "type": "datasource", "query": "parley-conversations-datasource"},
    {"name": "line", "type": "query", "includeAll": true, "query": {"dimension": "line"}},
    {"name": "team", "type": "query", "includeAll": true, "current": {"value": ["$__all"]}},
    {"name": "channel", "type": "query", "current": {"value": ["whatsapp", "webchat"]}},
    {"name": "bucket", "type": "custom", "query": "By day : day,By hour : hour"},
    {"name": "phone", "type": "textbox", "query": ""}
  ]},
  "panels": [
    {"id": 1, "type": "text", "title": "Words"},
    {"id": 2, "type": "stat", "title": "Ours", "datasource": {"type": "parley-conversations-datasource", "uid": "${datasource}"},
     "targets": [{"refId": "A", "report": "channels"}, {"refId": "B", "hide": true, "report": "channels"},
                 {"refId": "C", "datasource": {"type": "__expr__", "uid": "__expr__"}}]},
    {"id": 3, "type": "row", "title": "Folded", "panels": [
      {"id": 4, "type": "table", "title": "Inside", "datasource": "name",
       "targets": [{"refId": "A", "datasource": {"type": "parley-conversations-datasource", "uid": "x"}}]}]}
  ]
}`

func TestReadDashboards(t *testing.T) {
	dir := t.TempDir()
	if _, err := read(dir); err == nil {
		t.Error("no error for a directory without dashboards")
	}
	if err := os.WriteFile(filepath.Join(dir, "test.json"), []byte(testDashboard), 0o600); err != nil {
		t.Fatal(err)
	}
	dashboards, err := read(dir)
	if err != nil {
		t.Fatal(err)
	}
	panels := dashboards[0].Queried()
	if len(panels) != 2 || panels[0].Title != "Ours" || panels[1].Title != "Inside" {
		t.Fatalf("panels = %+v, want Ours and Inside", panels)
	}
	if targets := panels[0].ours(); len(targets) != 1 || targets[0]["refId"] != "A" {
		t.Errorf("targets = %v, want A alone", targets)
	}
	want := Choices{
		"line": {all}, "team": {all}, "channel": {"whatsapp", "webchat"}, "bucket": {"day"}, "phone": {""},
	}
	if got := dashboards[0].Choices(); !reflect.DeepEqual(got, want) {
		t.Errorf("choices = %q, want %q", got, want)
	}
}

func TestApply(t *testing.T) {
	chosen := Choices{"line": {all}, "channel": {"whatsapp", "webchat"}, "bucket": {"day"}, "phone": {""}, "one": {"7"}}
	tests := map[string]struct{ query, want string }{
		"no variables":          {`{"metrics":["sessions"],"limit":5}`, `{"metrics":["sessions"],"limit":5}`},
		"a word":                {`{"bucket":"$bucket"}`, `{"bucket":"day"}`},
		"a text":                {`{"x":"a ${one:raw} b"}`, `{"x":"a 7 b"}`},
		"a list":                {`{"groupBy":["line","$bucket"]}`, `{"groupBy":["line","day"]}`},
		"everything":            {`{"filters":[{"dimension":"line","operator":"in","values":["$line"]}]}`, `{"filters":[]}`},
		"the word itself":       {`{"filters":[{"dimension":"line","operator":"in","values":["$__all"]}]}`, `{"filters":[]}`},
		"several values":        {`{"filters":[{"dimension":"channel","operator":"in","values":["${channel}"]}]}`, `{"filters":[{"dimension":"channel","operator":"in","values":["whatsapp","webchat"]}]}`},
		"an empty text":         {`{"filters":[{"dimension":"phone","operator":"contains","values":["$phone"]}]}`, `{"filters":[]}`},
		"a fixed filter":        {`{"filters":[{"dimension":"status","operator":"in","values":["failed"]}]}`, `{"filters":[{"dimension":"status","operator":"in","values":["failed"]}]}`},
		"an unknown one stays":  {`{"x":"$unknown"}`, `{"x":"$unknown"}`},
		"an order":              {`{"orderBy":[{"by":"sessions","desc":true}]}`, `{"orderBy":[{"by":"sessions","desc":true}]}`},
		"a neighbour goes, too": {`{"filters":[{"dimension":"line","operator":"in","values":["3","$line"]}]}`, `{"filters":[]}`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var query, want map[string]any
			if err := json.Unmarshal([]byte(test.query), &query); err != nil {
				t.Fatal(err)
			}
			if err := json.Unmarshal([]byte(test.want), &want); err != nil {
				t.Fatal(err)
			}
			if got := chosen.apply(query); !reflect.DeepEqual(got, want) {
				t.Errorf("apply = %v, want %v", got, want)
			}
		})
	}
}
