package plugin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net"
	"strconv"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"

	"github.com/parley-reports/parley/pkg/calendar"
	"github.com/parley-reports/parley/pkg/engine"
	"github.com/parley-reports/parley/pkg/postgres"
	"github.com/parley-reports/parley/pkg/query"
	"github.com/parley-reports/parley/pkg/source"
	"github.com/parley-reports/parley/pkg/source/kinds"
)

// settings are the data source's jsonData. Secrets are in secureJsonData: password,
// tlsCACert, tlsClientCert and tlsClientKey.
type settings struct {
	Kind           string `json:"kind"`
	Host           string `json:"host"`
	Port           number `json:"port"`
	Database       name   `json:"database"`
	User           name   `json:"user"`
	TLSMode        string `json:"tlsMode"`
	Schema         name   `json:"schema"`
	Account        name   `json:"account"`
	Table          name   `json:"table"`
	ReceivedAt     name   `json:"receivedAtColumn"`
	Payload        name   `json:"payloadColumn"`
	Timezone       string `json:"timezone"`
	ChatURL        string `json:"chatUrl"`
	RowLimit       number `json:"rowLimit"`
	TimeoutSeconds number `json:"timeoutSeconds"`
	MaxConnections number `json:"maxConnections"`
	ExecMode       string `json:"execMode"`
	RefreshSeconds number `json:"refreshSeconds"`
	MemoryMB       number `json:"memoryMB"`
}

// name is a string that provisioning may have turned into a number.
type name string

// UnmarshalJSON reads a string, or a number as a string.
func (n *name) UnmarshalJSON(data []byte) error {
	var number json.Number
	if json.Unmarshal(data, &number) == nil && len(data) > 0 && data[0] != '"' {
		*n = name(number)
		return nil
	}
	return json.Unmarshal(data, (*string)(n))
}

// number is an integer that is "" if its environment variable is not set in
// provisioning.
type number int

// UnmarshalJSON reads a number. An empty string means not set.
func (n *number) UnmarshalJSON(data []byte) error {
	if string(data) == `""` {
		*n = 0
		return nil
	}
	// Numbers too large for an int are out of bounds: checkLimits reports them.
	if f, err := strconv.ParseFloat(string(data), 64); err == nil && math.Abs(f) > math.MaxInt32 {
		*n = math.MaxInt32
		return nil
	}
	return json.Unmarshal(data, (*int)(n))
}

// Default settings.
const (
	defaultPort           = 5432
	defaultTLSMode        = "require"
	defaultTimeoutSeconds = 60
	defaultMaxConnections = 10
	defaultRefreshSeconds = 30
	defaultMemoryMB       = 1024
)

// parseSettings reads the settings and fills in defaults. The error is shown to the
// user.
func parseSettings(s backend.DataSourceInstanceSettings) (settings, error) {
	v := settings{}
	if len(s.JSONData) > 0 {
		if err := json.Unmarshal(s.JSONData, &v); err != nil {
			return v, fmt.Errorf("the data source settings cannot be read: %w", err)
		}
	}
	if v.Port == 0 {
		v.Port = defaultPort
	}
	if v.TLSMode == "" {
		v.TLSMode = defaultTLSMode
	}
	if v.TimeoutSeconds <= 0 {
		v.TimeoutSeconds = defaultTimeoutSeconds
	}
	if v.MaxConnections <= 0 {
		v.MaxConnections = defaultMaxConnections
	}
	if v.RefreshSeconds <= 0 {
		v.RefreshSeconds = defaultRefreshSeconds
	}
	if v.MemoryMB <= 0 {
		v.MemoryMB = defaultMemoryMB
	}
	if _, err := kinds.Lookup(v.Kind); err != nil {
		return v, fmt.Errorf("in the data source settings: %w", err)
	}
	var err error
	if v.Host, err = cleanHost(v.Host); err != nil {
		return v, err
	}
	switch {
	case v.Database == "":
		return v, errors.New("no database is set: enter its name in the data source settings")
	case v.User == "":
		return v, errors.New("no user is set: enter a read-only database user in the data source settings")
	case v.Port < 1 || v.Port > 65535:
		return v, fmt.Errorf("the port %d is out of range: choose 1 to 65535", v.Port)
	}
	return v, checkLimits(v)
}

// Upper limits of the settings.
const (
	maxTimeoutSeconds = 3600
	maxMaxConnections = 500
	maxRefreshSeconds = 3600
	maxMemoryMB       = 1 << 20
)

func checkLimits(v settings) error {
	for _, limit := range []struct {
		name  string
		value number
		most  int
	}{{"query timeout (timeoutSeconds)", v.TimeoutSeconds, maxTimeoutSeconds}, {"max connections (maxConnections)", v.MaxConnections, maxMaxConnections}, {"row limit (rowLimit)", v.RowLimit, query.MaxLimit},
		{"refresh interval (refreshSeconds)", v.RefreshSeconds, maxRefreshSeconds}, {"memory for messages (memoryMB)", v.MemoryMB, maxMemoryMB}} {
		if int(limit.value) > limit.most {
			return fmt.Errorf("the %s is too high: choose 1 to %d in the data source settings", limit.name, limit.most)
		}
	}
	return nil
}

func (s settings) location() (*time.Location, error) {
	loc, err := calendar.Zone(s.Timezone)
	if err != nil {
		return nil, fmt.Errorf("in the data source settings: %w", err)
	}
	return loc, nil
}

func (s settings) database(secrets map[string]string, dial func(context.Context, string, string) (net.Conn, error)) postgres.Settings {
	return postgres.Settings{
		Host: s.Host, Port: int(s.Port), Database: string(s.Database), User: string(s.User), Password: secrets["password"],
		TLSMode: s.TLSMode, CACert: secrets["tlsCACert"], ClientCert: secrets["tlsClientCert"], ClientKey: secrets["tlsClientKey"],
		ExecMode: s.ExecMode, Timeout: time.Duration(s.TimeoutSeconds) * time.Second, MaxConnections: int(s.MaxConnections), Dial: dial,
	}
}

// detect returns the function that examines the database.
func (s settings) detect() engine.Detect {
	kind, _ := kinds.Lookup(s.Kind) // known since the settings were read
	return kind.Detect(source.Settings{
		Schema: string(s.Schema), Account: string(s.Account),
		Webhook: source.Webhook{Table: string(s.Table), ReceivedAt: string(s.ReceivedAt), Payload: string(s.Payload)},
	})
}

func (s settings) reports(loc *time.Location) engine.Settings {
	return engine.Settings{Location: loc, ChatURL: s.ChatURL, MaxRows: int(s.RowLimit),
		Refresh: time.Duration(s.RefreshSeconds) * time.Second, MaxMemory: int(s.MemoryMB) << 20}
}
