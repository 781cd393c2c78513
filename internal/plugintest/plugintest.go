// Package plugintest runs the plugin's executable as Grafana does: as a process, over
// gRPC, after the handshake of hashicorp/go-plugin. Tests use it, and the demo if there
// is no Grafana.
package plugintest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/grafana/grafana-plugin-sdk-go/backend/grpcplugin"
	"github.com/grafana/grafana-plugin-sdk-go/genproto/pluginv2"
	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"

	"github.com/parley-reports/parley/internal/child"
)

const (
	pluginID = "parley-conversations-datasource"

	// grafanaVersion is what the plugin is told about its host.
	grafanaVersion = "12.4.0"
)

// Client is a running plugin.
type Client struct {
	plugin      *plugin.Client
	process     *exec.Cmd
	guard       *child.Guard
	data        grpcplugin.DataClient
	diagnostics grpcplugin.DiagnosticsClient
	resource    grpcplugin.ResourceClient
}

// Build compiles the plugin of the checkout at root into dir, with the tags of a
// release, and returns the executable.
func Build(ctx context.Context, root, dir string) (string, error) {
	executable := filepath.Join(dir, "gpx_parley")
	cmd := exec.CommandContext(ctx, "go", "build", "-tags", "arrow_json_stdlib", "-o", executable, "./pkg")
	cmd.Dir = root
	if output, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the plugin: %w\n%s", err, output)
	}
	return executable, nil
}

// BuildTemporary compiles the plugin into a directory of its own, and returns the
// executable and what removes it.
func BuildTemporary(ctx context.Context, root string) (executable string, remove func(), err error) {
	dir, err := os.MkdirTemp("", "parley-plugin-")
	if err != nil {
		return "", nil, err
	}
	remove = func() { _ = os.RemoveAll(dir) } // what stays is below the directory for temporary files
	if executable, err = Build(ctx, root, dir); err != nil {
		remove()
		return "", nil, err
	}
	return executable, remove, nil
}

// Start runs the executable. What it logs, from the level Warn, goes to log; nil
// discards it. The caller stops the client; should the caller crash, the plugin
// ends by itself.
func Start(executable string, log io.Writer) (*Client, error) {
	if log == nil {
		log = io.Discard
	}
	cmd := exec.Command(executable)
	cmd.Env = append(os.Environ(), "GF_VERSION="+grafanaVersion)
	guard, err := child.NewGuard(cmd, "")
	if err != nil {
		return nil, err
	}
	c := &Client{
		process: cmd,
		guard:   guard,
		plugin: plugin.NewClient(&plugin.ClientConfig{
			HandshakeConfig: plugin.HandshakeConfig{
				ProtocolVersion:  grpcplugin.ProtocolVersion,
				MagicCookieKey:   grpcplugin.MagicCookieKey,
				MagicCookieValue: grpcplugin.MagicCookieValue,
			},
			VersionedPlugins: map[int]plugin.PluginSet{
				grpcplugin.ProtocolVersion: {
					"data":        &grpcplugin.DataGRPCPlugin{},
					"diagnostics": &grpcplugin.DiagnosticsGRPCPlugin{},
					"resource":    &grpcplugin.ResourceGRPCPlugin{},
					"stream":      &grpcplugin.StreamGRPCPlugin{},
				},
			},
			AllowedProtocols: []plugin.Protocol{plugin.ProtocolGRPC},
			Cmd:              cmd,
			Logger:           hclog.New(&hclog.LoggerOptions{Name: "plugin", Output: log, Level: hclog.Warn}),
		}),
	}
	if err := c.dispense(); err != nil {
		c.Stop()
		return nil, fmt.Errorf("start the plugin %s: %w", executable, err)
	}
	c.guard.Watch(cmd.Process.Pid, syscall.SIGTERM)
	return c, nil
}

func (c *Client) dispense() error {
	protocol, err := c.plugin.Client()
	if err != nil {
		return err
	}
	return errors.Join(
		take(protocol, "data", &c.data),
		take(protocol, "diagnostics", &c.diagnostics),
		take(protocol, "resource", &c.resource),
	)
}

func take[T any](protocol plugin.ClientProtocol, name string, into *T) error {
	raw, err := protocol.Dispense(name)
	if err != nil {
		return err
	}
	client, ok := raw.(T)
	if !ok {
		return fmt.Errorf("%q is a %T", name, raw)
	}
	*into = client
	return nil
}

// Stop ends the process.
func (c *Client) Stop() {
	c.plugin.Kill()
	c.guard.Release()
}

// PID is the id of the process.
func (c *Client) PID() int { return c.process.Process.Pid }

// Exited says whether the process has ended.
func (c *Client) Exited() bool { return c.plugin.Exited() }

// QueryData asks for data.
func (c *Client) QueryData(ctx context.Context, request *backend.QueryDataRequest) (*backend.QueryDataResponse, error) {
	response, err := c.data.QueryData(ctx, backend.ToProto().QueryDataRequest(request))
	if err != nil {
		return nil, err
	}
	return backend.FromProto().QueryDataResponse(response)
}

// CheckHealth asks whether the data source works.
func (c *Client) CheckHealth(ctx context.Context, request *backend.CheckHealthRequest) (*backend.CheckHealthResult, error) {
	response, err := c.diagnostics.CheckHealth(ctx, &pluginv2.CheckHealthRequest{
		PluginContext: backend.ToProto().PluginContext(request.PluginContext),
		Headers:       request.Headers,
	})
	if err != nil {
		return nil, err
	}
	return backend.FromProto().CheckHealthResponse(response), nil
}

// CallResource calls a resource and hands its answer on, piece by piece.
func (c *Client) CallResource(ctx context.Context, request *backend.CallResourceRequest, sender backend.CallResourceResponseSender) error {
	stream, err := c.resource.CallResource(ctx, backend.ToProto().CallResourceRequest(request))
	if err != nil {
		return err
	}
	for {
		piece, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if err := sender.Send(backend.FromProto().CallResourceResponse(piece)); err != nil {
			return err
		}
	}
}

// Resource calls a resource and returns its whole answer. The path may end in a
// query ("catalog?language=es"). The method is POST where there is a body.
func (c *Client) Resource(ctx context.Context, in backend.PluginContext, path string, body any) (*backend.CallResourceResponse, error) {
	request := &backend.CallResourceRequest{PluginContext: in, Method: http.MethodGet, URL: path}
	request.Path, _, _ = strings.Cut(path, "?")
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return nil, err
		}
		request.Method, request.Body = http.MethodPost, text
		request.Headers = map[string][]string{"Content-Type": {"application/json"}}
	}
	var whole *backend.CallResourceResponse
	err := c.CallResource(ctx, request, backend.CallResourceResponseSenderFunc(func(piece *backend.CallResourceResponse) error {
		// Only the first piece carries the status and the headers.
		if whole == nil {
			whole = piece
		} else {
			whole.Body = append(whole.Body, piece.Body...)
		}
		return nil
	}))
	if err == nil && whole == nil {
		err = errors.New("the resource sent no answer")
	}
	return whole, err
}

// changes counts the data sources: the time of a change travels in milliseconds,
// and two in one would be taken for the same.
var changes atomic.Int64

// Context describes a data source and a viewer as Grafana does. Every call makes
// a data source that was changed just now, so that the plugin makes a new
// instance of it.
func Context(jsonData any, secrets map[string]string) (backend.PluginContext, error) {
	settings, err := json.Marshal(jsonData)
	if err != nil {
		return backend.PluginContext{}, err
	}
	return backend.PluginContext{
		OrgID:         1,
		PluginID:      pluginID,
		PluginVersion: "0.0.0",
		User:          &backend.User{Login: "viewer", Name: "Viewer", Email: "viewer@example.com", Role: "Viewer"},
		DataSourceInstanceSettings: &backend.DataSourceInstanceSettings{
			ID:                      1,
			UID:                     "parley",
			Type:                    pluginID,
			Name:                    "Parley",
			JSONData:                settings,
			DecryptedSecureJSONData: secrets,
			Updated:                 time.Now().Add(time.Duration(changes.Add(1)) * time.Millisecond),
		},
		GrafanaConfig: backend.NewGrafanaCfg(map[string]string{}),
	}, nil
}
