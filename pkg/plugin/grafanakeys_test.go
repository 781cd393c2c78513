package plugin_test

import (
	"testing"

	"github.com/parley-reports/parley/pkg/query"
)

// rulePreview is the model of "New alert rule" in the menu of a panel, as Grafana
// 12.4 posts it to /api/v1/eval.
const rulePreview = `{
	"bucket": "none", "datasource": {"type": "parley-conversations-datasource", "uid": "parley"}, "format": "timeseries",
	"filters": [{"dimension": "channel", "operator": "in", "values": ["whatsapp"], "origin": {"dashboard": "x"}}],
	"groupBy": ["line"], "instant": false, "intervalMs": 1000, "maxDataPoints": 43200, "metrics": ["failed_rate"],
	"orderBy": [{"by": "failed_rate", "desc": true, "key": "k"}], "range": true, "refId": "A", "timezone": "America/Sao_Paulo", "version": 1}`

// TestKeysOfGrafana: keys that Grafana adds to a query change nothing, those of
// today's versions and those of later ones.
func TestKeysOfGrafana(t *testing.T) {
	client := start(t)
	in, _ := demo(t)
	const asked = `"bucket": "none", "format": "timeseries", "metrics": ["messages"], "filters": [{"dimension": "direction", "operator": "in", "values": ["inbound"]}]`
	queries := map[string]string{
		"plain":  `{` + asked + `}`,
		"today":  `{` + asked + `, "instant": false, "range": true, "exemplar": true, "editorMode": "builder", "legendFormat": "__auto"}`,
		"nested": `{` + asked + `, "scopes": [{"name": "s", "filters": [{"key": "team", "values": ["x"]}]}], "adhocFilters": {"metrics": ["nothing"]}}`,
		"cases":  `{` + asked + `, "Metrics": ["nothing"], "Limit": "many", "FORMAT": {"is": "logs"}}`,
		"inside": `{"bucket": "none", "format": "timeseries", "metrics": ["messages"], "filters": [{"dimension": "direction", "operator": "in", "values": ["inbound"], "Values": ["outbound"], "more": {}}]}`,
		"rule":   rulePreview,
	}
	for _, headers := range []map[string]string{nil, {"FromAlert": "true"}} {
		responses := ask(t, client, in, headers, queries)
		plain := responses["plain"]
		answered(t, "plain", plain)
		for ref, r := range responses {
			if ref == "rule" && headers != nil { // each line is a frame of its own
				if r.Error != nil || len(r.Frames) < 2 {
					t.Errorf("rule: %d frames, error %v", len(r.Frames), r.Error)
				}
				continue
			}
			answered(t, ref, r)
			if ref == "rule" || r.Error != nil {
				continue
			}
			got, want := r.Frames[0].Fields[len(r.Frames[0].Fields)-1], plain.Frames[0].Fields[len(plain.Frames[0].Fields)-1]
			if got.Len() != want.Len() || *got.At(0).(*int64) != *want.At(0).(*int64) {
				t.Errorf("%s: another answer than without the keys", ref)
			}
		}
	}
	if _, err := query.Parse([]byte(rulePreview)); err == nil {
		t.Error("the strict reading takes unknown keys")
	}
}
