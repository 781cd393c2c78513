package reference

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/query"
)

// A cut knows the dimensions of rows: their values, names and filters.
type cut struct {
	facts    *Facts
	calendar *calendar
	bucket   string
	// The range that the rows are of, and the moment of the question.
	from, to, now time.Time
	filters       []filter
}

type filter struct {
	query.Filter
	patterns []*regexp.Regexp
}

func newCut(f *Facts, q query.Query, from, to, now time.Time) (*cut, error) {
	calendar, err := newCalendar(q.Timezone)
	if err != nil {
		return nil, err
	}
	c := &cut{facts: f, calendar: calendar, bucket: q.Bucket, from: from, to: to, now: now}
	if c.bucket == "none" {
		c.bucket = ""
	}
	if !slices.Contains(append([]string{""}, buckets...), c.bucket) {
		return nil, fmt.Errorf("unknown bucket %q", q.Bucket)
	}
	for _, qf := range q.Filters {
		filter := filter{Filter: qf}
		switch qf.Operator {
		case "in", "notIn", "contains":
		case "matches", "notMatches":
			for _, v := range qf.Values {
				if v == catalog.None {
					continue
				}
				if folds[qf.Dimension] != "" { // words are compared whatever their case
					v = "(?i)" + v
				}
				pattern, err := regexp.Compile(v)
				if err != nil {
					return nil, fmt.Errorf("filter on %s: %w", qf.Dimension, err)
				}
				filter.patterns = append(filter.patterns, pattern)
			}
		default:
			return nil, fmt.Errorf("unknown operator %q", qf.Operator)
		}
		c.filters = append(c.filters, filter)
	}
	return c, nil
}

// values are the values of a dimension on a row: one, or nil for none; several
// only for tags and stages.
//
// On a message, initiator, origin, user_type and session_id are those of the
// session that covers it. The business hours of a state are those of now.
// A send is a campaign, or a template and its local date.
func (c *cut) values(r *row, dimension string) []any {
	switch dimension {
	case "account":
		return one(r.account)
	case "line":
		return one(r.line)
	case "team":
		return one(r.team)
	case "agent":
		return one(r.agent)
	case "contact":
		return one(r.contact)
	case "conversation_id":
		return one(r.conversation)
	case "channel":
		if r.line == nil {
			return []any{nil}
		}
		return one(c.facts.lines[*r.line].Channel)
	case "country", "phone":
		if r.contact == nil {
			return []any{nil}
		}
		contact := c.facts.contacts[*r.contact]
		if dimension == "country" {
			return one(contact.Country)
		}
		return one(contact.Phone)
	case "contact_tag":
		return c.tags("contact", r.contact)
	case "conversation_tag":
		return c.tags("conversation", r.conversation)
	case "business_hours":
		at := r.at
		if r.fact == catalog.ConversationNow {
			at = c.now
		}
		return []any{c.facts.businessHours(r.line, r.team, at)}
	case "hour", "day", "week", "month":
		return []any{c.calendar.start(dimension, r.at)}
	case "weekday":
		return []any{int(r.at.In(c.calendar.zone).Weekday())}
	case "hour_of_day":
		return []any{r.at.In(c.calendar.zone).Hour()}
	case "source", "conversation_status", "priority":
		if r.thread == nil {
			return []any{nil}
		}
		return one(map[string]*string{"source": &r.thread.source, "conversation_status": r.thread.Status, "priority": r.thread.Priority}[dimension])
	case "unattended", "opened_in_period":
		if r.thread == nil {
			return []any{nil}
		}
		is := r.thread.unattended
		if dimension == "opened_in_period" {
			is = func() bool { return !r.thread.CreatedAt.Before(c.from) && r.thread.CreatedAt.Before(c.to) }
		}
		return []any{map[bool]string{true: "yes", false: "no"}[is()]}
	case "rating":
		if r.rating == nil {
			return []any{nil}
		}
		return []any{int(*r.rating)}
	case "stage":
		var stages []any
		for _, stage := range []string{"sent", "delivered", "read", "replied"} {
			if r.initiation.reached(stage) {
				stages = append(stages, stage)
			}
		}
		if len(stages) == 0 {
			return []any{nil}
		}
		return stages
	case "send":
		m := r.message
		switch {
		case m.CampaignID != nil:
			return one(m.CampaignID)
		case m.TemplateName != nil:
			return []any{*m.TemplateName + " " + c.calendar.date(m.CreatedAt).Format(time.DateOnly)}
		}
		return []any{nil}
	}
	return []any{c.messageValue(r, dimension)}
}

// messageValue is the value of a dimension that messages, sessions and
// initiations alone have.
func (c *cut) messageValue(r *row, dimension string) any {
	m := r.message
	var text *string
	switch dimension {
	case "subaccount":
		text = m.Subaccount
	case "template":
		text = m.TemplateName
	case "template_category":
		text = m.TemplateCategory
	case "language":
		text = m.TemplateLanguage
	case "campaign":
		text = m.CampaignID
	case "correlation_id":
		text = m.CorrelationID
	case "direction":
		text = &m.Direction
	case "author_kind":
		text = m.AuthorKind
	case "content_type":
		text = m.ContentType
	case "in_window":
		if m.outbound() {
			text = new(map[bool]string{true: "open", false: "closed"}[m.inWindow])
		}
	case "session_id":
		if r.session != nil {
			text = &r.session.opener.MessageID
		}
	case "initiator", "origin", "user_type":
		initiator, origin, opener := "", "", m
		switch {
		case r.initiation != nil:
			initiator, origin = r.initiation.initiator, r.initiation.origin
		case r.session != nil:
			initiator, origin, opener = r.session.initiator, r.session.origin, r.session.opener
		default:
			return nil
		}
		text = new(map[string]string{"initiator": initiator, "origin": origin, "user_type": map[bool]string{true: "new", false: "returning"}[opener.isNew]}[dimension])
	case "status", "failure_reason", "failure_code":
		status := m.stage
		if r.initiation != nil {
			status = r.initiation.status
		}
		switch {
		case status == "":
		case dimension == "status":
			text = &status
		case status != "failed":
		case dimension == "failure_code":
			text = m.code
		default:
			text = &m.reason
		}
	default:
		panic("no values for the dimension " + dimension)
	}
	return one(text)[0]
}

func one(text *string) []any {
	if text == nil {
		return []any{nil}
	}
	return []any{*text}
}

func (c *cut) tags(kind string, owner *string) []any {
	var values []any
	if owner != nil {
		for _, name := range c.facts.tags[kind][*owner] {
			values = append(values, name)
		}
	}
	if len(values) == 0 {
		return []any{nil}
	}
	return values
}

// passes tells whether a row satisfies every filter. Of several values one has
// to satisfy in, matches and contains, and all of them notIn and notMatches.
func (c *cut) passes(r *row) bool {
	for _, f := range c.filters {
		fits := func(v any) bool { return c.fits(f, v) }
		values := c.values(r, f.Dimension)
		if f.Operator == "notIn" || f.Operator == "notMatches" {
			if !all(values, fits) {
				return false
			}
		} else if !slices.ContainsFunc(values, fits) {
			return false
		}
	}
	return true
}

func all(values []any, fits func(any) bool) bool {
	return !slices.ContainsFunc(values, func(v any) bool { return !fits(v) })
}

// shows tells whether a value of a dimension passes the filters on it, and so
// is shown in a cut by it.
func (c *cut) shows(dimension string, v any) bool {
	for _, f := range c.filters {
		if f.Dimension == dimension && !c.fits(f, v) {
			return false
		}
	}
	return true
}

// groupValues are the groups of a row: every combination of the values of its
// dimensions that are shown.
func (c *cut) groupValues(r *row, groupBy []string) [][]any {
	combinations := [][]any{nil}
	for _, id := range groupBy {
		var next [][]any
		for _, combination := range combinations {
			for _, v := range c.values(r, id) {
				if c.shows(id, v) {
					next = append(next, append(slices.Clone(combination), v))
				}
			}
		}
		combinations = next
	}
	return combinations
}

// fits tells whether one value satisfies a filter. No value fits where "(none)"
// is listed, and the other way round for the negations.
func (c *cut) fits(f filter, v any) bool {
	switch f.Operator {
	case "notIn":
		f.Operator = "in"
		return !c.fits(f, v)
	case "notMatches":
		f.Operator = "matches"
		return !c.fits(f, v)
	}
	if v == nil {
		return slices.Contains(f.Values, catalog.None)
	}
	for _, wanted := range f.Values {
		if wanted != catalog.None && f.Operator != "matches" && c.equals(f, v, wanted) {
			return true
		}
	}
	for _, pattern := range f.patterns {
		if slices.ContainsFunc(c.texts(f.Dimension, v), pattern.MatchString) {
			return true
		}
	}
	return false
}

// equals compares a value with one of a filter in or contains. Phones compare
// by their digits, and a text without any is no phone's; a calendar start by the instant, or the date that it starts.
// Contains looks at the id and the name of an entity, whatever the case.
func (c *cut) equals(f filter, v any, wanted string) bool {
	if start, ok := v.(time.Time); ok {
		if date, err := time.Parse(time.DateOnly, wanted); err == nil {
			return start.Equal(c.calendar.firstInstant(date))
		}
		instant, err := time.Parse(time.RFC3339, wanted)
		return err == nil && start.Equal(instant)
	}
	if n, ok := v.(int); ok {
		return strconv.Itoa(n) == wanted
	}
	text := v.(string)
	if f.Dimension == "phone" {
		if text, wanted = digits(text), digits(wanted); wanted == "" {
			return false
		}
	}
	if f.Operator == "in" {
		return text == foldWord(f.Dimension, wanted)
	}
	if f.Dimension == "phone" {
		return strings.Contains(text, wanted)
	}
	return slices.ContainsFunc(c.texts(f.Dimension, v), func(text string) bool {
		return strings.Contains(strings.ToLower(text), strings.ToLower(wanted))
	})
}

// folds are the dimensions of words, with the case that they are shown in.
var folds = map[string]string{
	"direction": "lower", "author_kind": "lower", "status": "lower", "template_category": "lower", "channel": "lower",
	"conversation_status": "lower", "priority": "lower", "country": "upper",
}

func foldWord(dimension, wanted string) string {
	trimmed := strings.TrimFunc(wanted, func(c rune) bool { return !shows(c) })
	switch folds[dimension] {
	case "lower":
		return strings.ToLower(trimmed)
	case "upper":
		return strings.ToUpper(trimmed)
	}
	return wanted
}

// texts are what patterns look at: the value, and of an entity also its name.
func (c *cut) texts(dimension string, v any) []string {
	texts := []string{fmt.Sprint(v)}
	d, _ := catalog.LookupDimension(dimension)
	if d.Kind == catalog.KindEntity {
		if name, ok := c.facts.names[d.Relation][texts[0]]; ok {
			texts = append(texts, name)
		}
	}
	return texts
}
