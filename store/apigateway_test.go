package store

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// thing is a resource of a service but Lambda, seen at the end of day0.
func thing(service, id, name, config string) Resource {
	return Resource{
		Key:    model.ResourceKey{Account: "123456789012", Region: "us-east-1", Service: service, Name: name, ID: unit.ResourceID(id)},
		Config: []byte(config), ValidFrom: day0.AddDate(-1, 0, 0), SeenAt: day0.AddDate(0, 0, 1), Origin: originInventory,
	}
}

// wide makes a block of a table from columns by name; NaN is no datum.
func wide(table *MetricTable, ref Ref, from time.Time, period time.Duration, columns map[string][]float64) MetricBlock {
	b := MetricBlock{Resource: ref, Period: period, Columns: make([][]float64, len(table.Columns))}
	n := 0
	for c, col := range table.Columns {
		b.Columns[c] = columns[col.Name]
		n = max(n, len(b.Columns[c]))
	}
	b.Window = model.Window{From: from, To: from.Add(time.Duration(n) * period)}
	b.SettledTo = b.Window.To
	return b
}

// meter lists what a view of billed quantities shows, a line an hour and
// dimension: hour dimension quantity [low high] basis.
func meter(t *testing.T, w *Writer, view string) string {
	t.Helper()
	rows, err := w.conn.QueryContext(t.Context(), `SELECT r.name, strftime(m.hour, '%d %H'), m.dimension, CAST(m.quantity AS DOUBLE),
		CAST(coalesce(m.low, m.quantity) AS DOUBLE), CAST(coalesce(m.high, m.quantity) AS DOUBLE), m.basis
		FROM `+view+` m JOIN resource r ON r.id = m.resource WHERE m.quantity > 0 OR m.high > 0 ORDER BY ALL`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	out := ""
	for rows.Next() {
		var name, hour, dimension, basis string
		var q, low, high float64
		if err := rows.Scan(&name, &hour, &dimension, &q, &low, &high, &basis); err != nil {
			t.Fatal(err)
		}
		out += fmt.Sprintf("%s %s %s %.15g [%.15g %.15g] %s\n", name, hour, dimension, q, low, high, basis)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

func same(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got\n%swant\n%s", what, got, want)
	}
}

func TestAPIGatewayMetered(t *testing.T) {
	w, _ := openTest(t)
	refs := put(
		t, w,
		thing("apigateway", "arn:aws:apigateway:us-east-1::/restapis/r", "rest", `{"api_type":"rest"}`),
		thing("apigateway", "arn:aws:apigateway:us-east-1::/restapis/s", "twin", `{"api_type":"rest","same_name":["t"]}`),
		thing("apigateway", "arn:aws:apigateway:us-east-1::/apis/h", "http", `{"api_type":"http"}`),
		thing("apigateway", "arn:aws:apigateway:us-east-1::/apis/w", "ws", `{"api_type":"websocket"}`),
		thing("apigateway", "arn:aws:apigateway:us-east-1::/restapis/d", "dev", `{"api_type":"rest","same_name":["p"],"by_stage":"dev"}`),
	)
	store := func(table *MetricTable, ref Ref, columns map[string][]float64) {
		t.Helper()
		if err := w.PutMetrics(t.Context(), table.Name, []MetricBlock{wide(table, ref, day0, 30*time.Minute, columns)}); err != nil {
			t.Fatal(err)
		}
	}
	none := math.NaN()
	store(RestAPIMetrics, refs[0], map[string][]float64{"requests": {10, 5, 7, none}, "errors_4xx": {0, 0, 2, none}})
	store(RestAPIMetrics, refs[1], map[string][]float64{"requests": {4}, "errors_4xx": {0}})
	store(RestAPIMetrics, refs[4], map[string][]float64{"requests": {4}, "errors_4xx": {0}})
	store(HTTPAPIMetrics, refs[2], map[string][]float64{
		// 00: 10 calls of at most 512 KB; 2 of 1 MiB each: no more than two
		// chunks each, and at least 4 for all their bytes.
		// 01: 3 calls of 1,200,000 bytes, the largest 700,000: one chunk each
		// by the mean, three begun at least, 3 + 1199999/524288 = 5 at most.
		// 02: sizes unknown: up to 20 chunks, which is 10 MB.
		// 03: of 8 calls 3 may not be billed.
		"requests":   {10, 2, 3, none, 1, none, 8, none},
		"errors_4xx": {0, 0, 0, none, 0, none, 3, none},
		"bytes":      {4096, 2 << 20, 1_200_000, none, none, none, 800, none},
		"bytes_max":  {524288, 1 << 20, 700_000, none, none, none, 300, none},
	})
	store(WebSocketAPIMetrics, refs[3], map[string][]float64{"connects": {2, 1}, "messages": {30, 12}})
	same(t, "quantities", meter(t, w, "apigateway_metered"), `dev 01 00 rest-requests 4 [4 4] measured
http 01 00 http-requests 14 [14 14] measured
http 01 01 http-requests 3 [3 5] inferred
http 01 02 http-requests 1 [1 20] inferred
http 01 03 http-requests 8 [5 8] inferred
rest 01 00 rest-requests 15 [15 15] measured
rest 01 01 rest-requests 7 [5 7] inferred
twin 01 00 rest-requests 4 [4 4] inferred
ws 01 00 websocket-connection-minutes 30 [0 360] inferred
ws 01 00 websocket-messages 42 [42 168] inferred
`)
	closeTest(t, w)
}

// A cache costs whether it is used or not, from the hours that were asked for
// and in which it stood.
func TestAPIGatewayCacheHours(t *testing.T) {
	w, _ := openTest(t)
	hour := func(h int) time.Time { return day0.Add(time.Duration(h) * time.Hour) }
	config := func(gb string, updated int) string {
		return fmt.Sprintf(`{"api_type":"rest","stages":[
			{"name":"prod","cache_gb":"%s","created":"2026-01-01T00:00:00Z","updated":"%s"},
			{"name":"next","cache_gb":"0.5","created":"2026-11-01T02:20:00Z","updated":"2026-11-01T02:20:00Z"},
			{"name":"dev","created":"2026-01-01T00:00:00Z","updated":"2026-01-01T00:00:00Z"}]}`, gb, hour(updated).Format(time.RFC3339))
	}
	first := thing("apigateway", "arn:aws:apigateway:us-east-1::/restapis/r", "cached", config("1.6", 1))
	first.ValidFrom = hour(1)
	gone := thing("apigateway", "arn:aws:apigateway:us-east-1::/restapis/g", "gone", config("0.5", -100))
	gone.Deleted, gone.SeenAt = true, hour(2)
	refs := put(t, w, first, gone)
	second := first
	second.Config, second.ValidFrom = []byte(config("6.1", 3)), hour(3)
	put(t, w, second)
	asked := func(from, to int) {
		b := wide(RestAPIMetrics, refs[0], hour(from), time.Hour, nil)
		b.Window = model.Window{From: hour(from), To: hour(to)}
		if err := w.PutMetrics(t.Context(), RestAPIMetrics.Name, []MetricBlock{b}); err != nil {
			t.Fatal(err)
		}
	}
	asked(0, 2)
	asked(1, 4)
	asked(6, 7)
	same(t, "hours", meter(t, w, "apigateway_metered"), `cached 01 00 rest-cache-1.6GB 1 [0 1] inferred
cached 01 01 rest-cache-1.6GB 1 [1 1] measured
cached 01 02 rest-cache-0.5GB 1 [1 1] measured
cached 01 02 rest-cache-1.6GB 1 [1 1] measured
cached 01 03 rest-cache-0.5GB 1 [1 1] measured
cached 01 03 rest-cache-6.1GB 1 [1 1] measured
cached 01 06 rest-cache-0.5GB 1 [1 1] measured
cached 01 06 rest-cache-6.1GB 1 [1 1] measured
gone 01 00 rest-cache-0.5GB 1 [1 1] measured
gone 01 01 rest-cache-0.5GB 1 [1 1] measured
`)
	closeTest(t, w)
}
