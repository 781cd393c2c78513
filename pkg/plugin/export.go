package plugin

import (
	"context"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/parley-reports/parley/pkg/calendar"
	"github.com/parley-reports/parley/pkg/dashboard"
	"github.com/parley-reports/parley/pkg/engine"
	"github.com/parley-reports/parley/pkg/export"
	"github.com/parley-reports/parley/pkg/query"
)

// CallResource answers the editors' requests, and sends files in pieces.
func (d *DataSource) CallResource(ctx context.Context, req *backend.CallResourceRequest, sender backend.CallResourceResponseSender) error {
	if req.Path != "export" {
		return d.CallResourceHandler.CallResource(ctx, req, sender)
	}
	out := &pieces{sender: sender}
	if err := d.export(ctx, req, out); err != nil && !out.begun {
		status, message := explain(err)
		body, _ := json.Marshal(map[string]string{"message": message}) // a text
		return sender.Send(&backend.CallResourceResponse{Status: int(status), Headers: map[string][]string{"Content-Type": {"application/json"}}, Body: body})
	}
	return out.flush()
}

// export writes the file that a request asks for: a query as JSON or a dashboard, the
// filters of a dashboard's variables, the time range and the format.
func (d *DataSource) export(ctx context.Context, req *backend.CallResourceRequest, out *pieces) error {
	if d.wrong != nil {
		return &query.Error{Message: d.wrong.Error()}
	}
	_, text, _ := strings.Cut(req.URL, "?")
	// Parts that cannot be read are filters that would be left out.
	params, err := url.ParseQuery(text)
	if err != nil || req.Method != http.MethodGet {
		return &query.Error{Message: "the address of the download is not valid"}
	}
	format, err := export.LookupFormat(params.Get("format"))
	if err != nil {
		return err
	}
	begin := func(f export.File) error {
		out.headers = map[string][]string{
			"Content-Type":           {format.MediaType},
			"Content-Disposition":    {mime.FormatMediaType("attachment", map[string]string{"filename": f.Name})},
			"Cache-Control":          {"no-store"},
			"X-Content-Type-Options": {"nosniff"},
		}
		return out.flush() // the download begins, however long the first rows take
	}
	if name := params.Get("dashboard"); name != "" {
		definition, err := dashboard.Shipped(name, params.Get("language"))
		if err != nil {
			return err
		}
		r, err := d.dashboardRequest(ctx, definition, params)
		if err != nil {
			return err
		}
		return export.WriteDashboard(ctx, d.engine, definition, r, format, out, begin)
	}
	q, err := query.ParseLenient([]byte(params.Get("query")))
	if err != nil {
		return err
	}
	filters, err := variableFilters(params)
	if err != nil {
		return err
	}
	q.Filters = append(q.Filters, filters...)
	// "browser" is the time zone of somebody whose browser did not say which.
	if zone := params.Get("timezone"); q.Timezone == "" && zone != "browser" {
		q.Timezone = zone
	}
	var r calendar.Range
	if r.From, err = readInstant("from", params.Get("from")); err != nil {
		return err
	}
	if r.To, err = readInstant("to", params.Get("to")); err != nil {
		return err
	}
	return export.Write(ctx, d.engine, engine.Request{Query: q, Range: r, Partial: true}, format, out, begin)
}

// dashboardRequest returns the time range, the time zone and the filters of a dashboard's
// address: from and to as Grafana writes them, such as now-7d, and parameters such as
// var-line.
func (d *DataSource) dashboardRequest(ctx context.Context, definition *dashboard.Definition, params url.Values) (dashboard.Request, error) {
	r := dashboard.Request{From: params.Get("from"), To: params.Get("to"), Timezone: params.Get("timezone"), Variables: map[string][]string{}, Memory: answers.Request(ctx)}
	var err error
	if r.Location, err = d.settings.location(); err != nil {
		return r, err
	}
	for _, name := range definition.VariableNames() {
		r.Variables[name] = params["var-"+name]
	}
	r.Filters, err = adHocFilters(params)
	return r, err
}

func readInstant(name, text string) (time.Time, error) {
	if ms, err := strconv.ParseInt(text, 10, 64); err == nil {
		return time.UnixMilli(ms), nil
	}
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t, nil
	}
	return time.Time{}, &query.Error{Message: fmt.Sprintf("%s is not an instant in milliseconds or such as 2026-11-01T00:00:00Z: %s", name, query.Quote(text))}
}

// pieces sends what is written in pieces. The first one has the status and the headers.
type pieces struct {
	sender  backend.CallResourceResponseSender
	headers map[string][]string
	begun   bool
	buffer  []byte
}

// pieceBytes is the size of a piece.
const pieceBytes = 64 << 10

func (p *pieces) Write(b []byte) (int, error) {
	p.buffer = append(p.buffer, b...)
	if len(p.buffer) >= pieceBytes {
		return len(b), p.flush()
	}
	return len(b), nil
}

func (p *pieces) flush() error {
	if len(p.buffer) == 0 && p.begun {
		return nil
	}
	response := &backend.CallResourceResponse{Body: p.buffer}
	if !p.begun {
		response.Status, response.Headers, p.begun = http.StatusOK, p.headers, true
	}
	p.buffer = make([]byte, 0, pieceBytes+4096)
	return p.sender.Send(response)
}
