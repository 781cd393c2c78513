// Package plugin implements the Grafana data source: settings, queries, health checks,
// resources and error messages. It contains no SQL.
package plugin

import (
	"context"
	"errors"
	"fmt"
	"net"
	"runtime/debug"
	"sync"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/backend/instancemgmt"
	"github.com/grafana/grafana-plugin-sdk-go/backend/log"
	"golang.org/x/net/proxy"
	"golang.org/x/sync/errgroup"

	"github.com/parley-reports/parley/pkg/calendar"
	"github.com/parley-reports/parley/pkg/catalog"
	"github.com/parley-reports/parley/pkg/engine"
	"github.com/parley-reports/parley/pkg/frame"
	"github.com/parley-reports/parley/pkg/postgres"
	"github.com/parley-reports/parley/pkg/query"
)

// ID is the plugin id.
const ID = "parley-conversations-datasource"

// DataSource is an instance of the data source: its settings and its connection pool.
// If the settings are wrong, every query returns that error.
type DataSource struct {
	backend.CallResourceHandler
	settings settings
	wrong    error
	db       *postgres.DB
	engine   *engine.Engine
}

var (
	_ backend.QueryDataHandler      = (*DataSource)(nil)
	_ backend.CheckHealthHandler    = (*DataSource)(nil)
	_ instancemgmt.InstanceDisposer = (*DataSource)(nil)
)

// New returns an instance. It never fails: if the settings are wrong, queries, health
// checks and resources report it.
func New(ctx context.Context, s backend.DataSourceInstanceSettings) (instancemgmt.Instance, error) {
	d := &DataSource{}
	d.wrong = d.open(ctx, s)
	d.CallResourceHandler = d.resources()
	return d, nil
}

func (d *DataSource) open(ctx context.Context, s backend.DataSourceInstanceSettings) error {
	parsed, err := parseSettings(s)
	if err != nil {
		return err
	}
	loc, err := parsed.location()
	if err != nil {
		return err
	}
	dial, err := proxyDialer(ctx, s)
	if err != nil {
		return err
	}
	db, err := postgres.Open(parsed.database(s.DecryptedSecureJSONData, dial))
	if err != nil {
		return err
	}
	d.settings, d.db = parsed, db
	d.engine = engine.New(db, parsed.detect(), parsed.reports(loc))
	return nil
}

// proxyDialer returns the dialer of Grafana's secure SOCKS proxy, or nil if the proxy
// is disabled.
func proxyDialer(ctx context.Context, s backend.DataSourceInstanceSettings) (func(context.Context, string, string) (net.Conn, error), error) {
	client, err := s.ProxyClient(ctx)
	if err != nil {
		return nil, fmt.Errorf("the secure socks proxy cannot be used: %w", err)
	}
	if !client.SecureSocksProxyEnabled() {
		return nil, nil
	}
	dialer, err := client.NewSecureSocksProxyContextDialer()
	if err != nil {
		return nil, fmt.Errorf("the secure socks proxy cannot be used: %w", err)
	}
	withContext, ok := dialer.(proxy.ContextDialer)
	if !ok {
		return nil, errors.New("the secure socks proxy cannot be used: its dialer doesn't support cancellation")
	}
	return withContext.DialContext, nil
}

// Dispose closes the instance's connections.
func (d *DataSource) Dispose() {
	if d.engine != nil {
		d.engine.Close()
	}
	if d.db != nil {
		d.db.Close()
	}
}

// answers limits the memory of all results in this process, which serves all data
// sources.
var answers = engine.NewMemory(1)

// QueryData runs each query separately: an error affects only its own query.
func (d *DataSource) QueryData(ctx context.Context, req *backend.QueryDataRequest) (*backend.QueryDataResponse, error) {
	alert := req.GetHTTPHeader("FromAlert") == "true" || req.Headers["FromAlert"] == "true"
	// Grafana's button to refresh past its own cache.
	fresh := req.GetHTTPHeader("X-Cache-Skip") == "true" || req.Headers["X-Cache-Skip"] == "true"
	response := backend.NewQueryDataResponse()
	memory := answers.Request(ctx)
	var mu sync.Mutex
	var group errgroup.Group
	group.SetLimit(max(1, int(d.settings.MaxConnections)))
	for _, q := range req.Queries {
		group.Go(func() error {
			answer := d.answer(ctx, q, alert, fresh, memory)
			mu.Lock()
			defer mu.Unlock()
			response.Responses[q.RefID] = answer
			return nil
		})
	}
	_ = group.Wait() // answers hold their own errors
	return response, nil
}

func (d *DataSource) answer(ctx context.Context, q backend.DataQuery, alert, fresh bool, memory *engine.RequestMemory) (response backend.DataResponse) {
	defer func() {
		if r := recover(); r != nil {
			log.DefaultLogger.Error("A query panicked", "refId", q.RefID, "panic", r, "stack", string(debug.Stack()))
			response = backend.ErrDataResponse(backend.StatusInternal, "Parley failed on this query; the server's log says more. Please report it with the query.")
		}
	}()
	if d.wrong != nil {
		return failure(backend.StatusBadRequest, d.wrong.Error())
	}
	parsed, err := query.ParseLenient(q.JSON)
	if err != nil {
		return errorResponse(err)
	}
	if alert {
		if err := checkAlert(parsed); err != nil {
			return errorResponse(err)
		}
	}
	result, err := d.engine.Run(ctx, engine.Request{
		Query:     parsed,
		Range:     calendar.Range{From: q.TimeRange.From, To: q.TimeRange.To},
		MaxPoints: int(q.MaxDataPoints),
		Memory:    memory,
		Fresh:     fresh,
		// A panel of what a product does not keep is no failure. A rule that watches it is.
		Partial: !alert,
	})
	if err != nil {
		return errorResponse(err)
	}
	if alert && result.Query.Format == "table" {
		return backend.DataResponse{Frames: frame.Numeric(result)}
	}
	if alert && result.Query.Format == "timeseries" {
		return backend.DataResponse{Frames: frame.Watched(result)}
	}
	return backend.DataResponse{Frames: frame.Frames(result)}
}

// checkAlert returns an error unless the query returns one number per group. Alert
// rules identify their instances by the labels of the group.
func checkAlert(q query.Query) error {
	q, err := q.Resolve()
	if err != nil {
		return err
	}
	if len(q.Metrics) > 1 {
		return &query.Error{Message: "an alert rule uses one metric per query: choose one, and add a query for each of the others"}
	}
	for _, id := range q.Metrics {
		if m, _ := catalog.LookupMetric(id); !m.Numeric() {
			return &query.Error{Message: id + " is not a number, so an alert rule cannot use it: choose another metric"}
		}
	}
	return nil
}

// failure returns an error caused by the query, the settings or the database, not by
// the plugin.
func failure(status backend.Status, message string) backend.DataResponse {
	response := backend.ErrDataResponse(status, message)
	response.Error = backend.DownstreamError(errors.New(message))
	response.ErrorSource = backend.ErrorSourceDownstream
	return response
}

// errorResponse converts an error of the engine to a response.
func errorResponse(err error) backend.DataResponse {
	status, message := explain(err)
	return failure(status, message)
}

var statuses = map[postgres.Class]backend.Status{
	postgres.Unreachable: backend.StatusBadGateway,
	postgres.Refused:     backend.StatusUnauthorized,
	postgres.Forbidden:   backend.StatusForbidden,
	postgres.Schema:      backend.StatusBadRequest,
	postgres.Timeout:     backend.StatusTimeout,
	postgres.Cancelled:   499,
	postgres.Input:       backend.StatusBadRequest,
	postgres.Overload:    backend.StatusTooManyRequests,
	postgres.Other:       backend.StatusBadGateway,
}

func explain(err error) (backend.Status, string) {
	var wrong *query.Error
	var schema *engine.SchemaError
	if errors.As(err, &wrong) && wrong.Unavailable {
		return backend.StatusNotImplemented, err.Error()
	}
	if errors.As(err, &wrong) || errors.As(err, &schema) {
		return backend.StatusBadRequest, err.Error()
	}
	if busy := new(engine.BusyError); errors.As(err, &busy) {
		return backend.StatusTooManyRequests, busy.Error()
	}
	class, message := postgres.Explain(err)
	return statuses[class], message
}
