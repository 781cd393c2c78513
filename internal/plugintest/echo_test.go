package plugintest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"testing"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/backend/datasource"
	"github.com/grafana/grafana-plugin-sdk-go/backend/instancemgmt"
	"github.com/grafana/grafana-plugin-sdk-go/data"
)

// echo is a data source that answers with what it was asked.
type echo struct{ settings string }

func (e *echo) QueryData(_ context.Context, request *backend.QueryDataRequest) (*backend.QueryDataResponse, error) {
	response := backend.NewQueryDataResponse()
	for _, query := range request.Queries {
		if string(query.JSON) == `{"fail":true}` {
			response.Responses[query.RefID] = backend.ErrorResponseWithErrorSource(backend.DownstreamError(errors.New("as you wish")))
			continue
		}
		response.Responses[query.RefID] = backend.DataResponse{
			Frames: data.Frames{data.NewFrame("echo", data.NewField("query", nil, []string{string(query.JSON)}))},
		}
	}
	return response, nil
}

func (e *echo) CheckHealth(context.Context, *backend.CheckHealthRequest) (*backend.CheckHealthResult, error) {
	return &backend.CheckHealthResult{Status: backend.HealthStatusOk, Message: e.settings}, nil
}

func (e *echo) CallResource(_ context.Context, request *backend.CallResourceRequest, sender backend.CallResourceResponseSender) error {
	for i, part := range []string{request.Method, " ", request.URL, " ", string(request.Body)} {
		piece := &backend.CallResourceResponse{Body: []byte(part)}
		if i == 0 {
			piece.Status = 200
		}
		if err := sender.Send(piece); err != nil {
			return err
		}
	}
	return nil
}

// The test binary plays the plugin where this variable is set.
const playPlugin = "PARLEY_TEST_PLUGIN"

func TestMain(m *testing.M) {
	if os.Getenv(playPlugin) == "" {
		os.Exit(m.Run())
	}
	err := datasource.Manage("parley-echo-datasource", func(_ context.Context, settings backend.DataSourceInstanceSettings) (instancemgmt.Instance, error) {
		return &echo{settings: string(settings.JSONData) + " " + settings.DecryptedSecureJSONData["password"]}, nil
	}, datasource.ManageOpts{})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
