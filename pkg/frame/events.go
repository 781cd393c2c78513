package frame

import (
	"fmt"
	"html"
	"strings"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/data"
)

// An event is one annotation.
type event struct {
	from, to    time.Time
	title, text string
	tags        []string
}

// narrow limits regions: an event shorter than 1/narrow of the range becomes a point,
// since a region of a few pixels is hard to hover.
const narrow = 200

// events returns one frame with the field names that Grafana expects of annotations.
// Grafana renders titles and texts as HTML and splits tags at commas, so names are
// escaped. The id 0 marks annotations as not editable.
func (b builder) events() *data.Frame {
	describe := map[string]func(cells) event{"campaign_sends": b.campaignSend, "failure_bursts": b.failureBurst}[b.Query.Report]
	if describe == nil {
		describe = b.templateChange
	}
	n := len(b.Rows)
	from, to, titles, texts, tags, ids := make([]time.Time, n), make([]time.Time, n), make([]string, n), make([]string, n), make([]string, n), make([]int64, n)
	for i, row := range b.Rows {
		at := cells{}
		for j, c := range b.Columns {
			at[c.ID] = row[j]
		}
		e := describe(at)
		if e.to.Sub(e.from) < b.Range.Duration()/narrow {
			e.to = e.from
		}
		for t, tag := range e.tags {
			e.tags[t] = strings.ReplaceAll(tag, ",", " ")
		}
		from[i], to[i], titles[i], texts[i], tags[i] = e.from, e.to, html.EscapeString(e.title), html.EscapeString(e.text), strings.Join(e.tags, ",")
	}
	frame := data.NewFrame("", data.NewField("time", nil, from), data.NewField("timeEnd", nil, to), data.NewField("title", nil, titles),
		data.NewField("text", nil, texts), data.NewField("tags", nil, tags), data.NewField("id", nil, ids))
	frame.SetMeta(&data.FrameMeta{DataTopic: data.DataTopicAnnotations})
	return frame
}

// cells are the values of a row by column id.
type cells map[string]any

func (c cells) time(id string) time.Time { t, _ := c[id].(time.Time); return t }
func (c cells) count(id string) int64    { n, _ := c[id].(int64); return n }
func (c cells) text(id string) string    { s, _ := c[id].(string); return s }

// campaignSend returns the annotation of a campaign send. Shares are of the sent
// messages; the failed share is of sent and failed ones.
func (b builder) campaignSend(c cells) event {
	sent, failed := c.count("notified"), c.count("notifications_failed")
	parts := []string{b.texts.Event("sent", b.texts.Count(sent))}
	if failed > 0 {
		parts = append(parts, b.texts.Event("failed", b.texts.Share(float64(failed)/float64(failed+sent))))
	}
	if sent > 0 {
		for _, stage := range []struct{ text, metric string }{{"delivered", "notified_delivered"}, {"read", "notified_read"}, {"answered", "answered"}} {
			parts = append(parts, b.texts.Event(stage.text, b.texts.Share(float64(c.count(stage.metric))/float64(sent))))
		}
	}
	kind := "template"
	if c["campaign"] != nil {
		kind = "campaign"
	}
	return event{c.time("first_sent_at"), c.time("last_sent_at"), c.text("send_name"), strings.Join(parts, " · "), []string{b.texts.Dimension(kind).Title}}
}

func (b builder) failureBurst(c cells) event {
	line := b.texts.NoneOf("line")
	if c["line"] != nil {
		line = c.text("line_name")
	}
	failed, tried := c.count("failed"), c.count("tried")
	reason := b.texts.Value("failure_reason", c.text("failure_reason"))
	text := b.texts.Event("burst_text", b.texts.Count(failed), b.texts.Count(tried), b.texts.Share(float64(failed)/float64(tried)), reason)
	return event{c.time("started_at"), c.time("ended_at"), b.texts.Event("burst", line), text, []string{reason}}
}

func (b builder) templateChange(c cells) event {
	template, language, category := c.text("template"), c.text("language"), c.text("template_category")
	e := event{from: c.time("first_at"), to: c.time("first_at")}
	switch c.text("change") {
	case "template":
		e.title = b.texts.Event("new_template", template)
	case "language":
		e.title = b.texts.Event("new_language", template, language)
	case "category":
		var before []string
		known, _ := c["categories_before"].([]any)
		for _, v := range known {
			before = append(before, b.texts.Value("template_category", fmt.Sprint(v)))
		}
		e.title = b.texts.Event("new_category", template, strings.Join(before, ", "), b.texts.Value("template_category", category))
	}
	var parts []string
	if language != "" {
		parts = append(parts, b.texts.Dimension("language").Title+": "+language)
	}
	if account := c.text("account_name"); account != "" {
		parts = append(parts, b.texts.Dimension("account").Title+": "+account)
	}
	e.text = strings.Join(parts, " · ")
	if category != "" {
		e.tags = []string{b.texts.Value("template_category", category)}
	}
	return e
}
