package store

import (
	"math"
	"testing"
	"time"
)

const streamARN = "arn:aws:kinesis:us-east-1:123456789012:stream/"

func TestKinesisRecords(t *testing.T) {
	w, _ := openTest(t)
	early := func(name, config string) Resource {
		r := thing("kinesis", streamARN+name, name, config)
		r.SeenAt = day0 // before the hours below: their shards are known
		return r
	}
	refs := put(
		t, w,
		early("p", `{"stream_mode":"provisioned","shards":2,"retention_h":24}`),
		early("d", `{"stream_mode":"on-demand","shards":4,"retention_h":24}`),
		early("long", `{"stream_mode":"provisioned","shards":3,"retention_h":48,"consumers":1}`),
		early("long/consumer/c:1", `{"stream_mode":"provisioned","stream":"long","shards":3,"created":"2026-11-01T01:59:00Z"}`),
		early("d/consumer/e:1", `{"stream_mode":"on-demand","stream":"d","shards":4}`),
		early("gone", `{}`),
	)
	none := math.NaN()
	measured(t, w, KinesisWriteMetrics, refs[0], map[string][]float64{
		// 00: no call above 25 KB: a unit a record. 01: 4 records of 100 KB in
		// all: 4 (each 25 KB) to (102400 + 4 * 25599) / 25600 = 7 units,
		// likely 4 + 4 / 2.
		"incoming_records": {10, 20, 4, none}, "incoming_bytes": {9000, 500_000, 102_400, none}, "incoming_bytes_max": {2000, 25_600, 102_400, none},
	})
	measured(t, w, KinesisWriteMetrics, refs[1], map[string][]float64{
		// 00: 1,024 records of at most 1 KB. 01: 1,024 records of 3 MB: 3,072
		// to 4,095 KB, likely half a KB a record more.
		"incoming_records": {1024, none, 1024, none}, "incoming_bytes": {9000, none, 3 << 20, none}, "incoming_bytes_max": {800, none, 9000, none},
	})
	measured(t, w, KinesisReadMetrics, refs[1], map[string][]float64{"read_bytes": {1 << 30, none, 0, none}, "read_records": {1 << 20, none, 0, none}})
	asked(t, w, KinesisWriteMetrics, refs[2], 0, 2)
	measured(t, w, KinesisConsumerMetrics, refs[3], map[string][]float64{"fan_out_bytes": {none, none, 1 << 29, 1 << 29}})
	measured(t, w, KinesisConsumerMetrics, refs[4], map[string][]float64{"fan_out_bytes": {1 << 30, none, none, none}})
	measured(t, w, KinesisWriteMetrics, refs[5], map[string][]float64{
		// 3.5 million records in half an hour take two shards.
		"incoming_records": {none, none, 3_500_000, none}, "incoming_bytes": {none, none, 3_500_000, none}, "incoming_bytes_max": {none, none, 1, none},
	})
	same(t, "quantities", meter(t, w, "kinesis_metered"), `d 01 00 on-demand-data-in 0.0009765625 [0.0009765625 0.0009765625] measured
d 01 00 on-demand-data-out 1 [1 1.9990234375] inferred
d 01 00 on-demand-stream 1 [1 1] measured
d 01 01 on-demand-data-in 0.00341796875 [0.0029296875 0.0039052963257] inferred
d 01 01 on-demand-stream 1 [1 1] measured
d/consumer/e:1 01 00 on-demand-enhanced-fan-out 1 [1 1] measured
gone 01 01 put-payload-unit 3500000 [3500000 3500000] assumed
gone 01 01 shard 2 [2 2] assumed
long 01 00 extended-retention-7d 3 [3 3] measured
long 01 00 shard 3 [3 3] measured
long 01 01 extended-retention-7d 3 [3 3] measured
long 01 01 shard 3 [3 3] measured
long/consumer/c:1 01 01 enhanced-fan-out-consumer 3 [3 3] measured
long/consumer/c:1 01 01 enhanced-fan-out-data 1 [1 1] measured
p 01 00 put-payload-unit 30 [30 30] measured
p 01 00 shard 2 [2 2] measured
p 01 01 put-payload-unit 6 [4 7] inferred
p 01 01 shard 2 [2 2] measured
`)
	closeTest(t, w)
}

// Hours kept as such, which is what is left after two months, are metered as
// minutes are.
func TestKinesisHours(t *testing.T) {
	w, _ := openTest(t)
	stream := thing("kinesis", streamARN+"p", "p", `{"stream_mode":"provisioned","shards":9}`)
	ref := put(t, w, stream)[0]
	// 4 GB an hour are 1.14 MB a second: two shards at least.
	b := wide(KinesisWriteMetrics, ref, day0, time.Hour, map[string][]float64{
		"incoming_records": {1 << 20}, "incoming_bytes": {4 << 30}, "incoming_bytes_max": {20_000},
	})
	if err := w.PutMetrics(t.Context(), KinesisWriteMetrics.Name, []MetricBlock{b}); err != nil {
		t.Fatal(err)
	}
	same(t, "an hour", meter(t, w, "kinesis_metered"), `p 01 00 put-payload-unit 1048576 [1048576 1048576] measured
p 01 00 shard 9 [2 9] assumed
`)
	closeTest(t, w)
}

// Shards before the first inventory are those found then, or as few as the
// traffic took; a change lies between two inventories.
func TestKinesisShardHistory(t *testing.T) {
	w, _ := openTest(t)
	collected := func(hour, shards int) Ref {
		t.Helper()
		at := day0.Add(time.Duration(hour) * time.Hour)
		w.opt.Now = at
		if err := w.BeginRun(t.Context(), "collect", ""); err != nil {
			t.Fatal(err)
		}
		r := thing("kinesis", streamARN+"s", "s", `{"stream_mode":"provisioned","shards":`+string(rune('0'+shards))+`}`)
		r.ValidFrom, r.SeenAt = at, at
		return put(t, w, r)[0]
	}
	ref := collected(2, 4)
	collected(4, 4)
	collected(5, 6)
	asked(t, w, KinesisWriteMetrics, ref, 0, 7)
	same(t, "shards", meter(t, w, "kinesis_metered"), `s 01 00 shard 4 [1 4] assumed
s 01 01 shard 4 [1 4] assumed
s 01 02 shard 4 [4 4] measured
s 01 03 shard 4 [4 4] measured
s 01 04 shard 4 [4 6] inferred
s 01 05 shard 6 [6 6] measured
s 01 06 shard 6 [6 6] measured
`)
	closeTest(t, w)
}

// What is older than a day and than a week stands in the stream and costs by
// the hour of a month of 720.
func TestKinesisRetention(t *testing.T) {
	w, _ := openTest(t)
	made := thing("kinesis", streamARN+"m", "made", `{"stream_mode":"on-demand","retention_h":200,"created":"2026-11-01T00:00:00Z"}`)
	old := thing("kinesis", streamARN+"o", "old", `{"stream_mode":"on-demand","retention_h":26,"created":"2026-01-01T00:00:00Z"}`)
	made.SeenAt, old.SeenAt = day0, day0
	refs := put(t, w, made, old)
	// 720 GB in one record of each of the first two hours, and none after.
	const hourly = 720 << 30
	for _, ref := range refs {
		measured(t, w, KinesisWriteMetrics, ref, map[string][]float64{
			"incoming_records": {1, math.NaN(), 1, math.NaN()}, "incoming_bytes": {hourly, math.NaN(), hourly, math.NaN()},
		})
		asked(t, w, KinesisWriteMetrics, ref, 2, 240)
	}
	at := func(name, dimension string, hour int) (likely, low, high float64) {
		t.Helper()
		row := w.conn.QueryRowContext(t.Context(), `SELECT coalesce(sum(CAST(quantity AS DOUBLE)), 0), coalesce(sum(CAST(low AS DOUBLE)), 0), coalesce(sum(CAST(high AS DOUBLE)), 0)
			FROM kinesis_metered m JOIN resource r ON r.id = m.resource WHERE r.name = ? AND m.dimension = ? AND m.hour = ?`,
			name, dimension, day0.Add(time.Duration(hour)*time.Hour))
		if err := row.Scan(&likely, &low, &high); err != nil {
			t.Fatal(err)
		}
		return likely, low, high
	}
	for _, tt := range []struct {
		name, dimension   string
		hour              int
		likely, low, high float64
	}{
		{"made", "on-demand-extended-retention", 23, 0, 0, 0},
		{"made", "on-demand-extended-retention", 24, 0, 0, 1}, // it turns a day old in this hour
		{"made", "on-demand-extended-retention", 25, 1, 1, 2},
		{"made", "on-demand-extended-retention", 26, 2, 2, 2},
		{"made", "on-demand-extended-retention", 168, 2, 2, 2},
		{"made", "on-demand-extended-retention", 169, 1, 1, 1},
		{"made", "on-demand-extended-retention", 170, 0, 0, 0},
		{"made", "long-term-retention", 169, 1, 1, 2},
		{"made", "long-term-retention", 170, 2, 2, 2},
		{"made", "long-term-retention", 200, 2, 2, 2},
		{"made", "long-term-retention", 201, 1, 1, 1},
		{"made", "long-term-retention", 202, 0, 0, 0},
		// Two hours a day old were not asked for: as much as the mean of what
		// was so far, which is a GB an hour, or the most.
		{"old", "on-demand-extended-retention", 0, 2, 0, 2},
		{"old", "on-demand-extended-retention", 3, 1, 0, 2},
		{"old", "on-demand-extended-retention", 27, 1, 1, 1},
		{"old", "on-demand-extended-retention", 60, 0, 0, 0},
	} {
		likely, low, high := at(tt.name, tt.dimension, tt.hour)
		if math.Abs(likely-tt.likely) > 1e-6 || math.Abs(low-tt.low) > 1e-6 || math.Abs(high-tt.high) > 1e-6 {
			t.Errorf("%s %s at hour %d: %g [%g %g], want %g [%g %g]", tt.name, tt.dimension, tt.hour, likely, low, high, tt.likely, tt.low, tt.high)
		}
	}
	closeTest(t, w)
}
