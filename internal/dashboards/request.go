package dashboards

import (
	"encoding/json"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/backend/gtime"
)

// maxDataPoints is what a panel of usual width asks for.
const maxDataPoints = 1000

// Request is what Grafana sends for the panel.
func (p *Panel) Request(d *Dashboard, chosen Choices, in backend.PluginContext, zone *time.Location) (*backend.QueryDataRequest, error) {
	from, to := d.Time.From, d.Time.To
	if p.TimeFrom != "" {
		from, to = "now-"+p.TimeFrom, "now"
	}
	relative := gtime.NewTimeRange(from, to)
	var span backend.TimeRange
	var err error
	if span.From, err = relative.ParseFrom(gtime.WithLocation(zone)); err != nil {
		return nil, err
	}
	if span.To, err = relative.ParseTo(gtime.WithLocation(zone)); err != nil {
		return nil, err
	}

	request := &backend.QueryDataRequest{PluginContext: in}
	for _, target := range p.ours() {
		query := chosen.apply(target)
		if zone, _ := query["timezone"].(string); zone == "" {
			query["timezone"] = d.zone()
		}
		text, err := json.Marshal(query)
		if err != nil {
			return nil, err
		}
		refID, _ := query["refId"].(string)
		kind, _ := query["queryType"].(string)
		request.Queries = append(request.Queries, backend.DataQuery{
			RefID:         refID,
			QueryType:     kind,
			TimeRange:     span,
			MaxDataPoints: maxDataPoints,
			Interval:      max(time.Second, span.Duration()/maxDataPoints),
			JSON:          text,
		})
	}
	return request, nil
}

// zone is the dashboard's own time zone; empty leaves it to the data source.
func (d *Dashboard) zone() string {
	switch d.Timezone {
	case "browser":
		return ""
	case "utc":
		return "UTC"
	}
	return d.Timezone
}
