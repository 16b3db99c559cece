package store

import (
	"math"
	"testing"
	"time"
)

const gib = 1 << 30

// Ingestion follows class and source; a function's configuration makes a group
// its own.
func TestLogIngestionMetered(t *testing.T) {
	w, _ := openTest(t)
	group := func(name, config string) Resource {
		return thing("cloudwatch_logs", "arn:aws:logs:us-east-1:123456789012:log-group:"+name, name, config)
	}
	refs := put(
		t, w,
		group("api", `{"class":"standard"}`),
		group("audit", `{"class":"infrequent-access"}`),
		group("/aws/lambda/one", `{"class":"standard"}`),
		group("/app/two", `{"class":"infrequent-access"}`),
		group("out", `{"class":"delivery"}`),
		thing("lambda", "arn:aws:lambda:us-east-1:123456789012:function:two", "two",
			`{"edges":[{"to":"arn:aws:logs:us-east-1:123456789012:log-group:/app/two","kind":"logs"},{"to":"arn:aws:logs:us-east-1:123456789012:log-group:api","kind":"invokes"}]}`),
	)
	for i, bytes := range [][]float64{{gib / 4, gib / 4, math.NaN(), 3}, {gib}, {gib / 2}, {2 * gib}, {gib / 8}} {
		b := wide(LogMetrics, refs[i], day0, 30*time.Minute, map[string][]float64{"incoming_bytes": bytes})
		if err := w.PutMetrics(t.Context(), LogMetrics.Name, []MetricBlock{b}); err != nil {
			t.Fatal(err)
		}
	}
	same(t, "ingestion", meter(t, w, "(SELECT * FROM cloudwatch_logs_metered WHERE dimension <> 'logs-storage')"),
		`/app/two 01 00 logs-ingest-lambda-to-cloudwatch-infrequent-access (vended, since 2025-05-01) 2 [2 2] measured
/aws/lambda/one 01 00 logs-ingest-lambda-to-cloudwatch-standard (vended, since 2025-05-01) 0.5 [0.5 0.5] measured
api 01 00 logs-ingest-standard 0.5 [0.5 0.5] measured
api 01 01 logs-ingest-standard 2.794e-09 [2.794e-09 2.794e-09] measured
audit 01 00 logs-ingest-infrequent-access 1 [1 1] measured
out 01 00 logs-delivery-lambda-to-s3 (since 2025-05-01) 0.125 [0.125 0.125] measured
`)
	closeTest(t, w)
}

// day0 is 2026-11-01: 720 hours make a GB-month. Sizes are in multiples of
// 720 GB, so that an hour's GB-months are whole.
func TestLogStorageMetered(t *testing.T) {
	w, _ := openTest(t)
	const unit = 720.0 * gib
	hour := func(h int) time.Time { return day0.Add(time.Duration(h) * time.Hour) }
	group := func(name, config string) Resource { return thing("cloudwatch_logs", name, name, config) }
	gone := group("gone", `{"class":"standard"}`)
	gone.Deleted, gone.Origin, gone.SeenAt = true, originInventory, hour(2)
	ghost := group("ghost", `{"class":"standard"}`)
	ghost.Deleted, ghost.Origin, ghost.SeenAt = true, "metrics", hour(30)
	refs := put(
		t, w,
		group("idle", `{"class":"standard"}`),
		group("kept", `{"class":"standard","created":"2026-11-01T01:20:00Z"}`),
		group("expires", `{"class":"standard","retention_days":1}`),
		gone, ghost,
	)
	write := func(table *MetricTable, i, at int, column string, values ...float64) {
		t.Helper()
		b := wide(table, refs[i], hour(at), time.Hour, map[string][]float64{column: values})
		if err := w.PutMetrics(t.Context(), table.Name, []MetricBlock{b}); err != nil {
			t.Fatal(err)
		}
	}
	none := math.NaN()
	write(LogMetrics, 0, 0, "incoming_bytes", none, none)
	write(LogLevels, 0, 1, "stored_bytes", 7*unit)
	// 20 units come in at 01 and at 02, and 40 at 04, after the inventory of 03.
	write(LogMetrics, 1, 0, "incoming_bytes", none, 20*unit, 20*unit, none, 40*unit)
	write(LogLevels, 1, 3, "stored_bytes", 50*unit)
	// By 25 what came in at 00 and 01 has expired.
	in := make([]float64, 26)
	in[0], in[1], in[25] = 20*unit, 40*unit, 20*unit
	write(LogMetrics, 2, 0, "incoming_bytes", in...)
	write(LogLevels, 2, 25, "stored_bytes", 9*unit)
	write(LogMetrics, 3, 0, "incoming_bytes", none, none, none)
	write(LogLevels, 3, 1, "stored_bytes", 5*unit)
	write(LogMetrics, 4, 0, "incoming_bytes", 20*unit, 20*unit)
	same(t, "storage", meter(t, w, "(SELECT * FROM cloudwatch_logs_metered WHERE dimension = 'logs-storage' AND date_part('hour', hour) IN (0, 1, 2, 3, 4) AND hour < TIMESTAMP '2026-11-01 05:00')"),
		`expires 01 00 logs-storage 9 [0 89] inferred
expires 01 01 logs-storage 9 [0 69] inferred
expires 01 02 logs-storage 15 [0 69] inferred
expires 01 03 logs-storage 15 [0 69] inferred
expires 01 04 logs-storage 15 [0 69] inferred
ghost 01 00 logs-storage 3 [0 20] inferred
ghost 01 01 logs-storage 6 [0 40] inferred
gone 01 00 logs-storage 5 [5 5] measured
gone 01 01 logs-storage 5 [5 5] measured
idle 01 00 logs-storage 7 [7 7] measured
idle 01 01 logs-storage 7 [7 7] measured
kept 01 01 logs-storage 44 [10 50] inferred
kept 01 02 logs-storage 47 [30 50] inferred
kept 01 03 logs-storage 50 [50 50] measured
kept 01 04 logs-storage 56 [50 90] inferred
`)
	closeTest(t, w)
}
