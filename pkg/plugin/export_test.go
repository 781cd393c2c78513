package plugin_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/grafana/grafana-plugin-sdk-go/backend"
	"github.com/xuri/excelize/v2"

	"github.com/parley-reports/parley/internal/plugintest"
)

// download asks the plugin for a file, as a link of Grafana does.
func download(t *testing.T, client *plugintest.Client, in backend.PluginContext, params url.Values) (status int, headers map[string][]string, body []byte, pieces int) {
	t.Helper()
	request := &backend.CallResourceRequest{PluginContext: in, Path: "export", Method: http.MethodGet, URL: "export?" + params.Encode()}
	err := client.CallResource(t.Context(), request, backend.CallResourceResponseSenderFunc(func(piece *backend.CallResourceResponse) error {
		if pieces++; pieces == 1 {
			status, headers = piece.Status, piece.Headers
		}
		body = append(body, piece.Body...)
		return nil
	}))
	if err != nil {
		t.Fatal(err)
	}
	return status, headers, body, pieces
}

// TestDownload: a file comes in pieces, with all rows that pass the dashboard's variables.
func TestDownload(t *testing.T) {
	client := start(t)
	in, _ := demo(t)
	const list = `{"report":"message_details_sent","language":"es"}`
	params := func(add ...string) url.Values {
		v := url.Values{"query": {list}, "format": {"csv"}, "from": {fmt.Sprint(end.AddDate(0, 0, -7).UnixMilli())}, "to": {fmt.Sprint(end.UnixMilli())}, "variables": {"line,status,phone:contains"}}
		for i := 0; i < len(add); i += 2 {
			v.Add(add[i], add[i+1])
		}
		return v
	}
	count := func(filters string) int64 {
		text := fmt.Sprintf(`{"refId":"A","metrics":["messages_outbound"],"format":"table","filters":[%s]}`, filters)
		r := ask(t, client, in, nil, map[string]string{"A": text})["A"]
		n, _ := answered(t, "A", r).Fields[0].ConcreteAt(0)
		return n.(int64)
	}
	for _, c := range []struct {
		filters string
		add     []string
	}{
		{"", nil},
		{"", []string{"var-line", "$__all", "var-phone", " "}},
		{`{"dimension":"status","operator":"in","values":["failed","read"]}`, []string{"var-status", "failed", "var-status", "read"}},
		{`{"dimension":"status","operator":"notIn","values":["failed"]}`, []string{"var-filters", "status|!=|failed,Con error"}},
		{`{"dimension":"phone","operator":"contains","values":["11"]}`, []string{"var-phone", "11"}},
	} {
		status, headers, body, pieces := download(t, client, in, params(c.add...))
		if status != http.StatusOK {
			t.Fatalf("%v: %d %s", c.add, status, body)
		}
		reader := csv.NewReader(bytes.NewReader(body))
		reader.Comma, reader.FieldsPerRecord, reader.LazyQuotes = ';', -1, true
		rows, err := reader.ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		if want := count(c.filters); int64(len(rows)-2) != want || want == 0 {
			t.Errorf("%v: %d rows, want %d", c.add, len(rows)-2, want)
		}
		if c.add == nil && pieces < 3 {
			t.Errorf("the file came in %d pieces", pieces)
		}
		if _, p, err := mime.ParseMediaType(headers["Content-Disposition"][0]); err != nil || p["filename"] != "mensajes-enviados_2026-11-13_2026-11-20.csv" {
			t.Errorf("%v: %v", headers, err)
		}
		if last := rows[len(rows)-1][0]; !strings.Contains(last, "Completo:") {
			t.Errorf("the file ends with %q", last)
		}
	}
	for _, wrong := range []string{"&var-status=100%", "&var-status=a;b"} {
		request := &backend.CallResourceRequest{PluginContext: in, Path: "export", Method: http.MethodGet, URL: "export?" + params().Encode() + wrong}
		if err := client.CallResource(t.Context(), request, backend.CallResourceResponseSenderFunc(func(r *backend.CallResourceResponse) error {
			if r.Status != 0 && r.Status != http.StatusBadRequest { // later pieces have none
				t.Errorf("%s: %d", wrong, r.Status)
			}
			return nil
		})); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct{ name, value, says string }{
		{"format", "doc", "unknown format"}, {"from", "soon", "from is not"}, {"query", `{"report":"x"}`, "unknown report"},
		{"var-filters", "status|<|1", "does not support the operator"},
	} {
		v := params()
		v.Set(c.name, c.value)
		if status, _, body, _ := download(t, client, in, v); status != http.StatusBadRequest || !strings.Contains(string(body), c.says) {
			t.Errorf("%s %s: %d %s", c.name, c.value, status, body)
		}
	}
}

// TestDownloadDashboard: the file of a dashboard has the range and the filters of its
// address.
func TestDownloadDashboard(t *testing.T) {
	client := start(t)
	in, _ := demo(t)
	params := func(add ...string) url.Values {
		v := url.Values{"dashboard": {"channels"}, "language": {"es"}, "format": {"xlsx"}, "from": {end.AddDate(0, 0, -7).Format(time.RFC3339)}, "to": {fmt.Sprint(end.UnixMilli())}, "timezone": {"America/Lima"}, "var-datasource": {"parley"}}
		for i := 0; i < len(add); i += 2 {
			v.Add(add[i], add[i+1])
		}
		return v
	}
	sent := func(filters string) int64 {
		text := fmt.Sprintf(`{"refId":"A","metrics":["messages_sent"],"format":"table","filters":[%s]}`, filters)
		r := ask(t, client, in, nil, map[string]string{"A": text})["A"]
		n, _ := answered(t, "A", r).Fields[0].ConcreteAt(0)
		return n.(int64)
	}
	for _, c := range []struct {
		filters, condition string
		add                []string
	}{
		{"", "", []string{"var-account", "$__all", "var-line", ""}},
		{`{"dimension":"channel","operator":"in","values":["whatsapp","instagram"]}`, "WhatsApp, Instagram", []string{"var-channel", "whatsapp", "var-channel", "instagram"}},
		{`{"dimension":"contact_tag","operator":"notIn","values":["a|b"]}`, "excepto a|b", []string{"var-filters", "contact_tag|!=|a__gfp__b"}},
	} {
		status, headers, body, _ := download(t, client, in, params(c.add...))
		if status != http.StatusOK {
			t.Fatalf("%v: %d %s", c.add, status, body)
		}
		if _, p, err := mime.ParseMediaType(headers["Content-Disposition"][0]); err != nil || p["filename"] != "canales_2026-11-13_2026-11-20.xlsx" {
			t.Errorf("%v: %v", headers, err)
		}
		book, err := excelize.OpenReader(bytes.NewReader(body), excelize.Options{RawCellValue: true})
		if err != nil {
			t.Fatal(err)
		}
		rows, err := book.GetRows("Resumen")
		if err != nil {
			t.Fatal(err)
		}
		text := fmt.Sprint(rows)
		if want := fmt.Sprintf("[Mensajes: Enviados %d ", sent(c.filters)); !strings.Contains(text, want) || !strings.Contains(text, c.condition) || !strings.Contains(text, "America/Lima") {
			t.Errorf("%v: %s, want %q", c.add, text, want)
		}
		_ = book.Close()
	}
	for _, c := range []struct{ name, value, says string }{
		{"format", "csv", "choose xlsx or pdf"}, {"from", "soon", "is not valid"}, {"dashboard", "moon", "unknown dashboard"},
	} {
		v := params()
		v.Set(c.name, c.value)
		if status, _, body, _ := download(t, client, in, v); status != http.StatusBadRequest || !strings.Contains(string(body), c.says) {
			t.Errorf("%s %s: %d %s", c.name, c.value, status, body)
		}
	}
}
