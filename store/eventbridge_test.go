package store

import (
	"math"
	"testing"
	"time"

	"github.com/breakeven-dev/breakeven/model"
)

func eventThing(name, config string) Resource {
	return thing("eventbridge", "arn:aws:events:us-east-1:123456789012:"+name, name, config)
}

// Entries of PutEvents: an event for each 64 KB begun.
func TestPutEventsMetered(t *testing.T) {
	w, _ := openTest(t)
	refs := put(t, w, eventThing("puts", `{"kind":"put-events"}`))
	putWide(t, w, PutEventsMetrics, refs[0], map[string][]float64{
		// Hour 0: no request over 64 KB, so no entry either; 3 failed.
		// Hour 1: 10 entries of 300,000 bytes, the largest request of
		// 131,072: at least 10, at most (300,000 + 10·65,535)/65,536 = 14.6.
		// Hour 2: 2 of 400,000 in all, of a mean that begins 4 chunks:
		// 400,000/65,536 = 6.1 begins 7, at most (400,000 + 131,070)/65,536 = 8.1.
		// Hour 3: sizes not known, 1 MB at most.
		"entries": {100, 10, 2, 5}, "failed": {3, 0, 0, 0}, "bytes": {90_000, 300_000, 400_000, math.NaN()}, "bytes_max": {65_536, 131_072, 390_000, math.NaN()},
	})
	same(t, "puts", meter(t, w, "eventbridge_metered"), `puts 01 00 custom-events 97 [97 97] measured
puts 01 01 custom-events 10 [10 14] inferred
puts 01 02 custom-events 8 [7 8] inferred
puts 01 03 custom-events 5 [5 80] inferred
`)
	closeTest(t, w)
}

// Deliveries that are billed: to API destinations and other accounts' buses.
func TestEventRulesMetered(t *testing.T) {
	w, _ := openTest(t)
	refs := put(
		t, w,
		eventThing("free", `{"kind":"rule","bus":"default","targets":2}`),
		eventThing("one of two", `{"kind":"rule","bus":"shop","targets":2,"api_destinations":1}`),
		eventThing("audit", `{"kind":"rule","bus":"default","targets":1,"cross_account":1,"aws_events":true}`),
		eventThing("copy", `{"kind":"rule","bus":"shop","targets":1,"cross_account":1}`),
		eventThing("puts", `{"kind":"put-events"}`),
		eventThing("partner", `{"kind":"bus"}`),
	)
	rule := func(ref Ref, invocations, matched []float64) {
		putWide(t, w, EventRuleMetrics, ref, map[string][]float64{"invocations": invocations, "matched": matched})
	}
	rule(refs[0], []float64{40}, []float64{20})
	// All of 10 events reached both; of 18 at least 8 and at most 10 were the
	// destination's; more than both can have had. Hour 0 has requests of at
	// most 100,000 bytes, two chunks; of hours 1 and 2 no sizes are known.
	rule(refs[1], []float64{20, 18, 25}, []float64{10, 10, 10})
	rule(refs[2], []float64{7}, []float64{7})
	rule(refs[3], []float64{7, 9}, []float64{7, math.NaN()})
	putWide(t, w, PutEventsMetrics, refs[4], map[string][]float64{"entries": {1}, "bytes": {100_000}, "bytes_max": {100_000}})
	putWide(t, w, PartnerEventMetrics, refs[5], map[string][]float64{"events": {3}})
	same(t, "rules", meter(t, w, "eventbridge_metered"), `audit 01 00 cross-account-events (AWS management events) 7 [7 7] measured
copy 01 00 cross-account-events (custom) 7 [7 14] inferred
copy 01 01 cross-account-events (custom) 9 [9 144] inferred
one of two 01 00 api-destinations 10 [10 20] inferred
one of two 01 01 api-destinations 9 [8 160] inferred
one of two 01 02 api-destinations 13 [0 400] inferred
partner 01 00 partner-events 3 [3 48] inferred
puts 01 00 custom-events 2 [2 2] measured
`)
	closeTest(t, w)
}

func TestSchedulesAndPipesMetered(t *testing.T) {
	w, _ := openTest(t)
	refs := put(t, w, eventThing("jobs", `{"kind":"schedule-group"}`), eventThing("single", `{"kind":"pipe","batch":1}`), eventThing("batches", `{"kind":"pipe","batch":10}`), eventThing("gone", `{"kind":"pipe"}`))
	// 3 of 20 attempts failed and may have been repeated.
	putWide(t, w, ScheduleGroupMetrics, refs[0], map[string][]float64{"attempts": {20, 5}, "errors": {3, math.NaN()}})
	// 25 events of 2,000 bytes: alone a request each, in batches of ten 3 at
	// least, unknown batches 1 at least; large ones begin 2 chunks each.
	small := map[string][]float64{"events": {25}, "bytes": {50_000}, "bytes_max": {2000}}
	putWide(t, w, PipeMetrics, refs[1], map[string][]float64{"events": {25, 2}, "bytes": {50_000, 200_000}, "bytes_max": {2000, 100_000}})
	putWide(t, w, PipeMetrics, refs[2], small)
	putWide(t, w, PipeMetrics, refs[3], small)
	same(t, "schedules", meter(t, w, "eventbridge_metered"), `batches 01 00 pipes-requests 25 [3 25] inferred
gone 01 00 pipes-requests 25 [1 25] inferred
jobs 01 00 scheduler-invocations 20 [17 20] inferred
jobs 01 01 scheduler-invocations 5 [5 5] measured
single 01 00 pipes-requests 25 [25 25] measured
single 01 01 pipes-requests 4 [4 4] measured
`)
	closeTest(t, w)
}

// archiveSums adds up an archive's hours: dimension quantity [low high], in GB
// and GB-hours.
func archiveSums(t *testing.T, w *Writer, hoursInMonth float64) map[string][3]float64 {
	t.Helper()
	rows, err := w.conn.QueryContext(t.Context(), `SELECT dimension, CAST(sum(quantity) AS DOUBLE), CAST(sum(low) AS DOUBLE), CAST(sum(high) AS DOUBLE)
		FROM eventbridge_metered GROUP BY dimension`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	out := map[string][3]float64{}
	for rows.Next() {
		var dimension string
		var v [3]float64
		if err := rows.Scan(&dimension, &v[0], &v[1], &v[2]); err != nil {
			t.Fatal(err)
		}
		scale := 1.0
		if dimension == "archive-storage" {
			scale = hoursInMonth
		}
		for i := range v {
			v[i] = math.Round(v[i]*scale*1e6) / 1e6
		}
		out[dimension] = v
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

// Archives over the first ten hours of day0's month, as inventories saw them.
func TestArchivesMetered(t *testing.T) {
	const gb = 1 << 30
	type level struct {
		hour int
		gb   float64
	}
	at := func(h int) string { return day0.Add(time.Duration(h) * time.Hour).Format(time.DateTime) }
	hours := float64(day0.AddDate(0, 1, 0).Sub(day0) / time.Hour)
	for name, c := range map[string]struct {
		created   int
		retention string
		levels    []level
		want      map[string][3]float64
	}{
		// Made at 2:00, 8 GB at 10:00: 1 GB an hour; in the hours it held 0,
		// 1, ... 7 GB: 28 GB-hours, at most 8 in each.
		"grown in view": {2, "0", []level{{10, 8}}, map[string][3]float64{"archive-processing": {8, 8, 8}, "archive-storage": {28, 0, 64}}},
		// 100 GB in 100 hours, ten of which are looked at: 10 GB, at most
		// twice; 90 ... 99 GB held: 945.
		"older": {-90, "0", []level{{10, 100}}, map[string][3]float64{"archive-processing": {10, 0, 20}, "archive-storage": {945, 0, 1000}}},
		// Two inventories: at 5:00 it held 10, at 10:00 20 GB. 10 ... 18: 70.
		// Before, 10 GB in 5 hours: 0, 2 ... 8: 20.
		"two inventories": {0, "0", []level{{5, 10}, {10, 20}}, map[string][3]float64{"archive-processing": {20, 20, 20}, "archive-storage": {90, 50, 150}}},
		// For a day kept, made long ago: 24 GB came in a day, 1 GB an hour.
		"expiring": {-1000, "1", []level{{10, 24}}, map[string][3]float64{"archive-processing": {10, 0, 20}, "archive-storage": {240, 0, 480}}},
		// It stayed as large as it was, so about 1 GB an hour came and went;
		// in the last five hours at most all that it holds.
		"turning over": {-1000, "1", []level{{5, 24}, {10, 24}}, map[string][3]float64{"archive-processing": {10, 0, 34}, "archive-storage": {240, 0, 480}}},
		"empty":        {0, "0", []level{{10, 0}}, map[string][3]float64{}},
		"never seen":   {0, "0", nil, map[string][3]float64{}},
	} {
		w, _ := openTest(t)
		refs := put(t, w, eventThing("a", `{"kind":"archive","created":"`+at(c.created)+`","retention_days":`+c.retention+`}`), eventThing("puts", `{"kind":"put-events"}`))
		asked := wide(PutEventsMetrics, refs[1], day0, time.Hour, map[string][]float64{"entries": make([]float64, 10)})
		if err := w.PutMetrics(t.Context(), PutEventsMetrics.Name, []MetricBlock{asked}); err != nil {
			t.Fatal(err)
		}
		for _, l := range c.levels {
			from := day0.Add(time.Duration(l.hour) * time.Hour)
			block := MetricBlock{
				Resource: refs[0], Window: model.Window{From: from, To: from.Add(time.Hour)}, Period: time.Hour,
				Columns: [][]float64{{l.gb * gb}, {1}}, SettledTo: from,
			}
			if err := w.PutMetrics(t.Context(), ArchiveLevels.Name, []MetricBlock{block}); err != nil {
				t.Fatal(err)
			}
		}
		got := archiveSums(t, w, hours)
		for dimension, v := range got {
			if c.want[dimension] != v && v != [3]float64{} {
				t.Errorf("%s: %s %v, want %v", name, dimension, v, c.want[dimension])
			}
		}
		for dimension := range c.want {
			if _, ok := got[dimension]; !ok {
				t.Errorf("%s: no %s", name, dimension)
			}
		}
		closeTest(t, w)
	}
}
