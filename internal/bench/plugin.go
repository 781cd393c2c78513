package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/data"

	"github.com/parley-reports/parley/internal/dashboards"
	"github.com/parley-reports/parley/internal/plugintest"
)

// atOnce is how many requests a browser sends at a time.
const atOnce = 6

// A view is a dashboard over the range, ready to be asked for.
type view struct {
	file, title string
	panels      []viewPanel
}

type viewPanel struct {
	id         int
	title      string
	aggregated bool // and no list of rows
	request    *backend.QueryDataRequest
}

// viewsOf prepares the dashboards for the range of the database.
func viewsOf(shown []dashboards.Dashboard, d *database) ([]view, error) {
	zone, err := time.LoadLocation(Timezone)
	if err != nil {
		return nil, err
	}
	var views []view
	for _, board := range shown {
		board.Time.From, board.Time.To = strconv.FormatInt(d.from.UnixMilli(), 10), strconv.FormatInt(d.to.UnixMilli(), 10)
		v := view{file: board.File, title: board.Title}
		chosen := board.Choices()
		for _, p := range board.Queried() {
			request, err := p.Request(&board, chosen, backend.PluginContext{}, zone)
			if err != nil {
				return nil, fmt.Errorf("panel %q of %q: %w", p.Title, board.Title, err)
			}
			aggregated := true
			for _, q := range request.Queries {
				var query struct{ Columns []string }
				if err := json.Unmarshal(q.JSON, &query); err != nil {
					return nil, err
				}
				aggregated = aggregated && query.Columns == nil
			}
			v.panels = append(v.panels, viewPanel{id: p.ID, title: p.Title, aggregated: aggregated, request: request})
		}
		views = append(views, v)
	}
	return views, nil
}

// An opened dashboard is what came of asking for all its panels.
type opened struct {
	took   time.Duration
	panels []time.Duration
	frames []data.Frames
	errors []error
}

// open asks for the panels of a dashboard, so many at a time as a browser does.
func open(ctx context.Context, client *plugintest.Client, in backend.PluginContext, v view) opened {
	o := opened{panels: make([]time.Duration, len(v.panels)), frames: make([]data.Frames, len(v.panels)), errors: make([]error, len(v.panels))}
	begin := time.Now()
	sixAtOnce(len(v.panels), func(i int) {
		request := *v.panels[i].request
		request.PluginContext = in
		start := time.Now()
		response, err := client.QueryData(ctx, &request)
		o.panels[i] = time.Since(start)
		if err != nil {
			o.errors[i] = err
			return
		}
		for _, q := range request.Queries {
			answer, there := response.Responses[q.RefID]
			if !there {
				answer.Error = errors.New("no answer to " + q.RefID)
			}
			o.errors[i] = errors.Join(o.errors[i], answer.Error)
			o.frames[i] = append(o.frames[i], answer.Frames...)
		}
	})
	o.took = time.Since(begin)
	return o
}

// sixAtOnce does n things, in order, six at a time.
func sixAtOnce(n int, do func(i int)) {
	var group sync.WaitGroup
	next := make(chan int)
	for range min(atOnce, n) {
		group.Go(func() {
			for i := range next {
				do(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	group.Wait()
}

// start starts the plugin with a new data source over the database.
func (d *database) start(executable string) (*plugintest.Client, backend.PluginContext, error) {
	jsonData, secrets, err := d.settings()
	if err != nil {
		return nil, backend.PluginContext{}, err
	}
	in, err := plugintest.Context(jsonData, secrets)
	if err != nil {
		return nil, in, err
	}
	client, err := plugintest.Start(executable, nil)
	return client, in, err
}

// Memory is what the plugin holds: the messages in memory and their bytes, by its own
// count, and the memory of its process.
type Memory struct {
	Messages int
	Bytes    int
	Resident int // 0 if the system does not report it
}

// memory asks the plugin what it holds.
func memory(ctx context.Context, client *plugintest.Client, in backend.PluginContext) (m Memory, err error) {
	health, err := client.CheckHealth(ctx, &backend.CheckHealthRequest{PluginContext: in})
	if err != nil {
		return m, err
	}
	if health.Status != backend.HealthStatusOk {
		return m, errors.New(health.Message)
	}
	var details struct{ Memory *Memory }
	if err := json.Unmarshal(health.JSONDetails, &details); err != nil {
		return m, err
	}
	if details.Memory != nil {
		m = *details.Memory
	}
	// Linux and macOS have it; elsewhere it stays unknown.
	output, err := exec.CommandContext(ctx, "ps", "-o", "rss=", "-p", strconv.Itoa(client.PID())).Output()
	if err == nil {
		kilobytes, _ := strconv.Atoi(strings.TrimSpace(string(output)))
		m.Resident = kilobytes << 10
	}
	return m, nil
}
