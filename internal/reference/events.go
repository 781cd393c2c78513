package reference

import (
	"fmt"
	"slices"
	"time"

	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/query"
)

// Events lists the events of a report over [from, to), in no particular order:
// one map per event, keyed as the report's columns are, without names.
func (f *Facts) Events(q query.Query, from, to time.Time) ([]map[string]any, error) {
	if f.err != nil {
		return nil, f.err
	}
	switch q.Report {
	case "campaign_sends":
		return f.campaignSends(q, from, to)
	case "failure_bursts":
		return f.failureBursts(q, from, to)
	case "template_changes":
		return f.templateChanges(q, from, to)
	}
	return nil, fmt.Errorf("%q is no report of events", q.Report)
}

// campaignSends: sends that hold a campaign, and templates of which at least 50
// notifications were made on a day.
func (f *Facts) campaignSends(q query.Query, from, to time.Time) ([]map[string]any, error) {
	c, err := newCut(f, q, from, to, to)
	if err != nil {
		return nil, err
	}
	bySend := map[string][]*row{}
	for _, r := range f.rows[catalog.Initiation] {
		send, ok := c.values(r, "send")[0].(string)
		if !ok || !r.initiation.notification || r.at.Before(from) || !r.at.Before(to) || !c.passes(r) {
			continue
		}
		key := fmt.Sprint(r.message.CampaignID != nil, send) // a campaign may be called like a template's day
		bySend[key] = append(bySend[key], r)
	}
	var events []map[string]any
	for _, rows := range bySend {
		campaign := c.values(rows[0], "campaign")[0]
		if campaign == nil && len(rows) < 50 {
			continue
		}
		event := map[string]any{"send": c.values(rows[0], "send")[0], "campaign": campaign}
		for _, id := range []string{"first_sent_at", "last_sent_at", "notified", "notified_delivered", "notified_read", "answered", "notifications_failed", "notifications"} {
			event[id] = measure(id, scope{group: rows})
		}
		events = append(events, event)
	}
	return events, nil
}

// failureBursts: every hour that the range touches is looked at whole. In a bad
// one at least ten messages of the line failed, and of those that were tried
// (that failed or were sent) at least a tenth.
func (f *Facts) failureBursts(q query.Query, from, to time.Time) ([]map[string]any, error) {
	c, err := newCut(f, q, from, to, to)
	if err != nil {
		return nil, err
	}
	type hour struct{ tried, failed []*row }
	byLine := map[string]map[time.Time]*hour{}
	for _, r := range f.rows[catalog.Message] {
		if !r.message.outbound() || r.message.stage == "pending" || !c.passes(r) {
			continue
		}
		if byLine[key(r.line)] == nil {
			byLine[key(r.line)] = map[time.Time]*hour{}
		}
		start := c.calendar.start("hour", r.at)
		if byLine[key(r.line)][start] == nil {
			byLine[key(r.line)][start] = &hour{}
		}
		h := byLine[key(r.line)][start]
		h.tried = append(h.tried, r)
		if r.message.failed() {
			h.failed = append(h.failed, r)
		}
	}
	var events []map[string]any
	for _, hours := range byLine {
		var tried, failed []*row // of the burst that goes on
		end := func() {
			if len(failed) > 0 {
				events = append(events, burst(tried, failed))
			}
			tried, failed = nil, nil
		}
		for _, start := range c.calendar.startsOf("hour", from, to) {
			h := hours[start]
			if h == nil || len(h.failed) < 10 || float64(len(h.failed))/float64(len(h.tried)) < 0.1 {
				end()
				continue
			}
			tried, failed = append(tried, h.tried...), append(failed, h.failed...)
		}
		end()
	}
	return events, nil
}

func burst(tried, failed []*row) map[string]any {
	first, last := failed[0].at, failed[0].at
	counts := map[string]int{}
	for _, r := range failed {
		if r.at.Before(first) {
			first = r.at
		}
		if r.at.After(last) {
			last = r.at
		}
		counts[r.message.reason]++
	}
	reason := ""
	for r, n := range counts {
		if n > counts[reason] || n == counts[reason] && r < reason {
			reason = r
		}
	}
	return map[string]any{
		"started_at": first, "ended_at": last, "line": value(failed[0].line),
		"failed": len(failed), "tried": len(tried), "failure_reason": reason,
	}
}

// templateChanges compares each first message of a variant with those of its
// template in the 90 days before it.
func (f *Facts) templateChanges(q query.Query, from, to time.Time) ([]map[string]any, error) {
	ofChange := func(qf query.Filter) bool {
		return qf.Dimension == "language" || qf.Dimension == "template_category"
	}
	remembering, choosing := q, q
	remembering.Filters = slices.DeleteFunc(slices.Clone(q.Filters), ofChange)
	choosing.Filters = slices.DeleteFunc(slices.Clone(q.Filters), func(qf query.Filter) bool { return !ofChange(qf) })
	seen, err := newCut(f, remembering, from, to, to)
	if err != nil {
		return nil, err
	}
	chosen, err := newCut(f, choosing, from, to, to)
	if err != nil {
		return nil, err
	}
	var sent []*row
	for _, r := range f.rows[catalog.Message] {
		if r.message.outbound() && r.message.TemplateName != nil && r.at.Before(to) && seen.passes(r) {
			sent = append(sent, r)
		}
	}
	var events []map[string]any
	told := map[string]bool{}
	for _, r := range sent {
		if r.at.Before(from) {
			continue
		}
		m := r.message
		var sameTemplate, sameVariant bool
		var languages, categories []string
		for _, o := range sent {
			if *o.message.TemplateName != *m.TemplateName || key(o.account) != key(r.account) || !o.at.Before(r.at) || o.at.Before(r.at.AddDate(0, 0, -90)) {
				continue
			}
			sameTemplate = true
			language, category := o.message.TemplateLanguage, o.message.TemplateCategory
			if key(language) == key(m.TemplateLanguage) && key(category) == key(m.TemplateCategory) {
				sameVariant = true
			}
			if language != nil && !slices.Contains(languages, *language) {
				languages = append(languages, *language)
			}
			comparable := language == nil || m.TemplateLanguage == nil || *language == *m.TemplateLanguage
			if comparable && category != nil && !slices.Contains(categories, *category) {
				categories = append(categories, *category)
			}
		}
		slices.Sort(categories)
		event := map[string]any{
			"first_at": r.at, "account": value(r.account), "template": *m.TemplateName,
			"language": value(m.TemplateLanguage), "template_category": value(m.TemplateCategory),
		}
		switch {
		case sameVariant:
			continue
		case !sameTemplate:
			event["change"] = "template"
		case m.TemplateLanguage != nil && len(languages) > 0 && !slices.Contains(languages, *m.TemplateLanguage):
			event["change"] = "language"
		case m.TemplateCategory != nil && len(categories) > 0 && !slices.Contains(categories, *m.TemplateCategory):
			event["change"] = "category"
			event["categories_before"] = categories
		default:
			continue
		}
		if once := fmt.Sprintf("%v", event); !told[once] && chosen.passes(r) {
			told[once] = true
			events = append(events, event)
		}
	}
	return events, nil
}
