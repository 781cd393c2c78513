package demo

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/parley-reports/parley/internal/dashboards"
	"github.com/parley-reports/parley/internal/plugintest"
)

// outcome counts what became of the panels. Unavailable are those that this kind
// of database keeps nothing for.
type outcome struct{ answered, empty, unavailable, failed int }

// answer asks the plugin's process for every panel of the dashboards, as Grafana
// would on opening them, and prints what it says.
func answer(ctx context.Context, out io.Writer, client *plugintest.Client, in backend.PluginContext, shown []dashboards.Dashboard, zone *time.Location) (outcome, error) {
	var total outcome
	health, err := client.CheckHealth(ctx, &backend.CheckHealthRequest{PluginContext: in})
	if err != nil {
		return total, fmt.Errorf("check the data source: %w", err)
	}
	if health.Status != backend.HealthStatusOk {
		return total, fmt.Errorf("the data source does not work: %s", health.Message)
	}
	_, _ = fmt.Fprintf(out, "Health check: %s\n", health.Message)

	for _, d := range shown {
		_, _ = fmt.Fprintf(out, "\n══ %s, %s to %s\n", d.Title, d.Time.From, d.Time.To)
		chosen := d.Choices()
		for _, p := range d.Queried() {
			if err := ctx.Err(); err != nil {
				return total, err
			}
			_, _ = fmt.Fprintf(out, "\n%s\n", p.Title)
			request, err := p.Request(&d, chosen, in, zone)
			if err != nil {
				return total, fmt.Errorf("panel %q of %q: %w", p.Title, d.Title, err)
			}
			response, err := client.QueryData(ctx, request)
			if err != nil {
				total.failed++
				_, _ = fmt.Fprintf(out, "    error: %v\n", err)
				continue
			}
			total.add(show(out, request, response, zone))
		}
	}
	return total, nil
}

func (o *outcome) add(other outcome) {
	o.answered += other.answered
	o.empty += other.empty
	o.unavailable += other.unavailable
	o.failed += other.failed
}

// show prints the answers to one panel.
func show(out io.Writer, request *backend.QueryDataRequest, response *backend.QueryDataResponse, zone *time.Location) outcome {
	hasData, unavailable, failed := false, false, false
	for _, query := range request.Queries {
		part, there := response.Responses[query.RefID]
		switch {
		case !there:
			failed = true
			_, _ = fmt.Fprintf(out, "    error: no answer to %s\n", query.RefID)
		case part.Error != nil:
			failed = true
			_, _ = fmt.Fprintf(out, "    error: %v\n", part.Error)
		default:
			lines, any := render(part.Frames, zone)
			hasData = hasData || any
			unavailable = unavailable || !any && len(lines) > 0
			for _, line := range lines {
				_, _ = fmt.Fprintf(out, "    %s\n", line)
			}
		}
	}
	switch {
	case failed:
		return outcome{failed: 1}
	case unavailable && !hasData:
		return outcome{unavailable: 1}
	case !hasData:
		_, _ = fmt.Fprintln(out, "    no data")
		return outcome{empty: 1}
	}
	return outcome{answered: 1}
}
