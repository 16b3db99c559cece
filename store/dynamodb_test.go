package store

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/breakeven-dev/breakeven/model"
)

const tableARN = "arn:aws:dynamodb:us-east-1:123456789012:table/"

// measured stores columns of a table's metrics by half hours from day0 on, and
// that there was nothing else.
func measured(t *testing.T, w *Writer, table *MetricTable, ref Ref, columns map[string][]float64) {
	t.Helper()
	if err := w.PutMetrics(t.Context(), table.Name, []MetricBlock{wide(table, ref, day0, 30*time.Minute, columns)}); err != nil {
		t.Fatal(err)
	}
}

// asked stores that hours from day0 on were asked for in vain.
func asked(t *testing.T, w *Writer, table *MetricTable, ref Ref, from, to int) {
	t.Helper()
	b := wide(table, ref, day0.Add(time.Duration(from)*time.Hour), time.Hour, nil)
	b.Window.To = day0.Add(time.Duration(to) * time.Hour)
	b.SettledTo = b.Window.To
	if err := w.PutMetrics(t.Context(), table.Name, []MetricBlock{b}); err != nil {
		t.Fatal(err)
	}
}

func TestDynamoDBThroughput(t *testing.T) {
	w, _ := openTest(t)
	refs := put(
		t, w,
		thing("dynamodb", tableARN+"a", "demand", `{"capacity_mode":"on-demand","table_class":"standard"}`),
		thing("dynamodb", tableARN+"b", "fixed", `{"capacity_mode":"provisioned","table_class":"standard","rcu":9,"wcu":9,"scaling":{"read_min":2,"read_max":20}}`),
		thing("dynamodb", tableARN+"c", "global-ia", `{"capacity_mode":"on-demand","table_class":"standard-ia","replicas":["eu-west-1"]}`),
		thing("dynamodb", tableARN+"a/index/i", "demand/i", `{"capacity_mode":"on-demand","table":"demand"}`),
		// made to pay per request at 01:00
		thing("dynamodb", tableARN+"d", "changed", `{"capacity_mode":"on-demand","created":"2026-01-01T00:00:00Z","on_demand_since":"2026-11-01T01:10:00Z"}`),
		thing("dynamodb", tableARN+"e", "recalled", `{}`),
	)
	none := math.NaN()
	// Half units of eventually consistent reads add up.
	measured(t, w, DynamoDBReadMetrics, refs[0], map[string][]float64{"consumed_read": {0.5, 2, none, 7.5}})
	measured(t, w, DynamoDBWriteMetrics, refs[0], map[string][]float64{"consumed_write": {3, none, none, none}})
	// 00: constant. 01: from 4 to 6 units. 02: nothing published.
	measured(t, w, DynamoDBReadMetrics, refs[1], map[string][]float64{"consumed_read": {100, 100, 100, 100, 100, 100}})
	measured(t, w, DynamoDBCapacityMetrics, refs[1], map[string][]float64{
		"provisioned_read": {5, 5, 4, 6}, "provisioned_read_max": {5, 5, 4, 6}, "provisioned_write": {1, 1, 1, 1}, "provisioned_write_max": {1, 1, 1, 1},
	})
	measured(t, w, DynamoDBReadMetrics, refs[2], map[string][]float64{"consumed_read": {8, 8}})
	measured(t, w, DynamoDBWriteMetrics, refs[2], map[string][]float64{"consumed_write": {5, 5}})
	measured(t, w, DynamoDBReadMetrics, refs[3], map[string][]float64{"consumed_read": {1.5, none}})
	measured(t, w, DynamoDBReadMetrics, refs[4], map[string][]float64{"consumed_read": {10, 10, 10, 10, 10, 10}})
	measured(t, w, DynamoDBCapacityMetrics, refs[4], map[string][]float64{
		"provisioned_read": {3, 3, 3, none}, "provisioned_read_max": {3, 3, 3, none}, "provisioned_write": {2, 2, 2, none}, "provisioned_write_max": {2, 2, 2, none},
	})
	measured(t, w, DynamoDBReadMetrics, refs[5], map[string][]float64{"consumed_read": {4, none}})
	same(t, "units", meter(t, w, "dynamodb_metered"), `changed 01 00 provisioned-read 3 [3 3] measured
changed 01 00 provisioned-write 2 [2 2] measured
changed 01 01 on-demand-read 0 [0 20] inferred
changed 01 01 provisioned-read 3 [3 3] measured
changed 01 01 provisioned-write 2 [2 2] measured
changed 01 02 on-demand-read 20 [20 20] measured
demand 01 00 on-demand-read 2.5 [2.5 2.5] measured
demand 01 00 on-demand-write 3 [3 3] measured
demand 01 01 on-demand-read 7.5 [7.5 7.5] measured
demand/i 01 00 on-demand-read 1.5 [1.5 1.5] measured
fixed 01 00 provisioned-read 5 [5 5] measured
fixed 01 00 provisioned-write 1 [1 1] measured
fixed 01 01 provisioned-read 5 [5 6] inferred
fixed 01 01 provisioned-write 1 [1 1] measured
fixed 01 02 provisioned-read 9 [2 20] inferred
fixed 01 02 provisioned-write 9 [9 9] inferred
global-ia 01 00 ia-on-demand-read 16 [16 16] measured
global-ia 01 00 ia-replicated-write-on-demand (global tables) 10 [10 10] measured
recalled 01 00 on-demand-read 4 [4 4] inferred
`)
	closeTest(t, w)
}

// Storage is by the hour of a month of 720: 7,200 GB are 10 GB-months an
// hour. It is known at inventories and bounded by what was written between.
func TestDynamoDBStorage(t *testing.T) {
	w, _ := openTest(t)
	const gb = 1 << 30
	config := func(gbs, items int, more string) string {
		return fmt.Sprintf(`{"capacity_mode":"on-demand","created":"2026-01-01T00:00:00Z","bytes":%d,"items":%d%s}`, gbs*gb, items, more)
	}
	grown := thing("dynamodb", tableARN+"g", "grown", config(7200, 0, `,"pitr":true,"pitr_since":"2026-11-01T01:30:00Z"`))
	grown.ValidFrom = day0.Add(time.Hour)
	young := thing("dynamodb", tableARN+"y", "young", `{"capacity_mode":"on-demand","created":"2026-11-01T01:40:00Z","bytes":7730941132800,"items":0}`)
	gone := thing("dynamodb", tableARN+"o", "gone", config(720, 0, ""))
	gone.Deleted, gone.SeenAt = true, day0.Add(time.Hour)
	items := thing("dynamodb", tableARN+"i", "items", config(0, 7200*gb/100, ""))
	global := thing("dynamodb", tableARN+"w", "global", config(0, 7200*gb/148, `,"replicas":["eu-west-1"]`))
	refs := put(t, w, grown, young, gone, items, global)
	later := grown
	later.Config, later.ValidFrom = []byte(config(14400, 0, "")), day0.Add(2*time.Hour)
	put(t, w, later)
	// 720 GB written in each hour: 720 * 2^20 units of 1 KB.
	const units = 720 << 20
	measured(t, w, DynamoDBReadMetrics, refs[0], map[string][]float64{"consumed_read": {0, 0, 0, 0, 0, 0}})
	measured(t, w, DynamoDBWriteMetrics, refs[0], map[string][]float64{"consumed_write": {units, 0, units, 0, units, 0}})
	for _, ref := range refs[1:] {
		asked(t, w, DynamoDBReadMetrics, ref, 0, 3)
	}
	hours := map[string]string{}
	rows, err := w.conn.QueryContext(t.Context(), `SELECT r.name || ' ' || strftime(m.hour, '%H') || ' ' || m.dimension,
		concat(round(m.quantity, 6), ' ', round(m.low, 6), ' ', round(m.high, 6))
		FROM dynamodb_metered m JOIN resource r ON r.id = m.resource WHERE m.unit = 'GB-month'`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var what, q string
		if err := rows.Scan(&what, &q); err != nil {
			t.Fatal(err)
		}
		hours[what] = q
	}
	// A unit is 1 KB and one item of 100 bytes: 1 GB-month an hour of 720
	// GB, 1.09765625 with the items.
	want := map[string]string{
		"grown 00 storage-standard": "10.000000 8.000000 12.195313", // what was written at 00 and 01
		"grown 01 storage-standard": "10.000000 8.000000 12.195313",
		"grown 01 pitr-storage":     "10.000000 8.000000 12.195313", // switched on at 01:30
		"grown 02 storage-standard": "20.000000 17.000000 23.292969",
		"young 01 storage-standard": "10.000000 10.000000 10.000000", // made at 01:40
		"young 02 storage-standard": "10.000000 10.000000 10.000000",
		"gone 00 storage-standard":  "1.000000 1.000000 1.000000",
		"items 00 storage-standard": "10.000000 0.000000 10.000000",
		"items 01 storage-standard": "10.000000 0.000000 10.000000", "items 02 storage-standard": "10.000000 0.000000 10.000000",
		"global 00 storage-standard": "10.000000 0.000000 10.000000",
		"global 01 storage-standard": "10.000000 0.000000 10.000000", "global 02 storage-standard": "10.000000 0.000000 10.000000",
	}
	for what, q := range want {
		if hours[what] != q {
			t.Errorf("%s: %q, want %q", what, hours[what], q)
		}
	}
	for what, q := range hours {
		if want[what] == "" {
			t.Errorf("%s: %s, want nothing", what, q)
		}
	}
	closeTest(t, w)
}

// The hours of a month add up to what stands in the table all month.
func TestDynamoDBMonthAddsUp(t *testing.T) {
	w, _ := openTest(t)
	// 3 GB and a byte, by a month of 744 hours that divides nothing evenly.
	table := thing("dynamodb", tableARN+"m", "month", `{"capacity_mode":"on-demand","bytes":3221225473,"items":0}`)
	refs := put(t, w, table)
	b := wide(DynamoDBReadMetrics, refs[0], day0.AddDate(0, -1, 0), time.Hour, nil)
	b.Window = model.Window{From: day0.AddDate(0, -1, 0), To: day0}
	b.SettledTo = b.Window.To
	if err := w.PutMetrics(t.Context(), DynamoDBReadMetrics.Name, []MetricBlock{b}); err != nil {
		t.Fatal(err)
	}
	var sum float64
	var n int
	if err := w.conn.QueryRowContext(t.Context(), "SELECT CAST(sum(quantity) AS DOUBLE), count(*) FROM dynamodb_metered").Scan(&sum, &n); err != nil {
		t.Fatal(err)
	}
	if want := 3 + 1.0/(1<<30); n != 744 || math.Abs(sum-want) > 1e-9 {
		t.Errorf("%d hours add up to %.12f GB-months, want %.12f", n, sum, want)
	}
	closeTest(t, w)
}
