package store

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

func stateMachine(name, config string) Resource {
	return thing("stepfunctions", "arn:aws:states:us-east-1:123456789012:stateMachine:"+name, name, config)
}

// putWide writes hourly rows of a table from day0 on.
func putWide(t *testing.T, w *Writer, table *MetricTable, ref Ref, columns map[string][]float64) {
	t.Helper()
	if err := w.PutMetrics(t.Context(), table.Name, []MetricBlock{wide(table, ref, day0, time.Hour, columns)}); err != nil {
		t.Fatal(err)
	}
}

// Express executions: quantities by hand, in MB·ms / 1,024,000.
func TestExpressMetered(t *testing.T) {
	w, _ := openTest(t)
	refs := put(t, w, stateMachine("even", `{"type":"EXPRESS"}`), stateMachine("odd", `{"type":"EXPRESS"}`), stateMachine("forgotten", `{}`))
	// 10 executions of 64 MB, 4,000 ms in all: 64·4000/1,024,000 = 0.25 GB-s.
	putWide(t, w, StateMachineMetrics, refs[0], map[string][]float64{
		"started": {10}, "billed_ms": {4000}, "billed_ms_count": {10}, "billed_ms_min": {100}, "billed_ms_max": {900},
		"billed_mb": {640}, "billed_mb_min": {64}, "billed_mb_max": {64},
	})
	// 4 executions, 2,000 ms of 100 to 1,000, 512 MB of 64 to 256:
	// at least max(2000·64, 512·100) = 128,000, at most
	// min(2000·256, 512·1000) = 512,000, likely 2000·512/4 = 256,000.
	// In the second hour the same in bytes.
	putWide(t, w, StateMachineMetrics, refs[1], map[string][]float64{
		"started": {4, 4}, "billed_ms": {2000, 2000}, "billed_ms_count": {4, 4}, "billed_ms_min": {100, 100}, "billed_ms_max": {1000, 1000},
		"billed_mb": {512, 512 << 20}, "billed_mb_min": {64, 64 << 20}, "billed_mb_max": {256, 256 << 20},
	})
	// Its type is not known any more, but it was billed as Express.
	putWide(t, w, StateMachineMetrics, refs[2], map[string][]float64{
		"started": {1}, "billed_ms": {100}, "billed_ms_count": {1}, "billed_ms_min": {100}, "billed_ms_max": {100},
		"billed_mb": {64}, "billed_mb_min": {64}, "billed_mb_max": {64},
	})
	same(t, "express", meter(t, w, "stepfunctions_metered"), `even 01 00 express-duration 0.25 [0.25 0.25] measured
even 01 00 express-requests 10 [10 10] measured
forgotten 01 00 express-duration 0.00625 [0.00625 0.00625] measured
forgotten 01 00 express-requests 1 [1 1] measured
odd 01 00 express-duration 0.25 [0.125 0.5] inferred
odd 01 00 express-requests 4 [4 4] measured
odd 01 01 express-duration 0.25 [0.125 0.5] inferred
odd 01 01 express-requests 4 [4 4] measured
`)
	closeTest(t, w)
}

// Without the region's total, transitions lie between shortest and longest.
func TestTransitionsWithoutTotal(t *testing.T) {
	w, _ := openTest(t)
	refs := put(
		t, w,
		stateMachine("bounded", `{"type":"STANDARD","shortest":3,"usual":4.5,"longest":7}`),
		stateMachine("loops", `{"type":"STANDARD","shortest":2,"usual":2}`),
		stateMachine("unread", `{"type":"STANDARD"}`),
	)
	// 10 started of which 2 failed: 8·3 + 2·1 = 26 at least, 10·(7+1) at most.
	putWide(t, w, StateMachineMetrics, refs[0], map[string][]float64{"started": {10, 0}, "failed": {1, 0}, "timed_out": {0, 1}})
	putWide(t, w, StateMachineMetrics, refs[1], map[string][]float64{"started": {1, 3}})
	putWide(t, w, StateMachineMetrics, refs[2], map[string][]float64{"started": {1}})
	same(t, "no total", meter(t, w, "stepfunctions_metered"), `bounded 01 00 standard-state-transitions 45 [26 80] inferred
loops 01 00 standard-state-transitions 2 [2 12500] inferred
loops 01 01 standard-state-transitions 6 [6 37500] inferred
unread 01 00 standard-state-transitions 5 [1 12500] inferred
`)
	closeTest(t, w)
}

// The region's total is shared out inside the machines' bounds.
func TestTransitionsWithTotal(t *testing.T) {
	for name, c := range map[string]struct {
		total float64
		want  string
	}{
		// fixed: 10·(3..4), usual 30. bounded: 10·(2..8), usual 40. Of 90
		// fixed has 30 to 40, bounded 50 to 60; what 90 is over 70, 20, is
		// shared 10:40 by the room above.
		"over": {90, `bounded 01 00 standard-state-transitions 56 [50 60] inferred
fixed 01 00 standard-state-transitions 34 [30 40] inferred
`},
		// What 60 lacks is bounded's: fixed has no room below.
		"under": {60, `bounded 01 00 standard-state-transitions 30 [20 30] inferred
fixed 01 00 standard-state-transitions 30 [30 40] inferred
`},
		"least": {50, `bounded 01 00 standard-state-transitions 20 [20 20] measured
fixed 01 00 standard-state-transitions 30 [30 30] measured
`},
		// A total that these executions cannot have made is not theirs.
		"too much": {500, `bounded 01 00 standard-state-transitions 40 [20 80] inferred
fixed 01 00 standard-state-transitions 30 [30 40] inferred
`},
	} {
		w, _ := openTest(t)
		region := stateMachine("", "{}")
		region.Key.ID = ""
		refs := put(t, w, region, stateMachine("fixed", `{"type":"STANDARD","shortest":3,"usual":3,"longest":3}`), stateMachine("bounded", `{"type":"STANDARD","shortest":2,"usual":4,"longest":7}`))
		putWide(t, w, StateTransitionMetrics, refs[0], map[string][]float64{"transitions": {c.total - 5, 5}})
		for _, ref := range refs[1:] {
			putWide(t, w, StateMachineMetrics, ref, map[string][]float64{"started": {10}})
		}
		same(t, name, meter(t, w, "stepfunctions_metered"), c.want)
		closeTest(t, w)
	}
}

// Whatever the machines did, their likely sum is the region's total, and each
// one's truth is inside its bounds.
func TestTransitionsAddUp(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	w, _ := openTest(t)
	region := stateMachine("", "{}")
	region.Key.ID = ""
	const machines, hours = 6, 30
	list := []Resource{region}
	shortest, longest := make([]int, machines), make([]int, machines)
	for m := range machines {
		shortest[m] = 1 + r.IntN(5)
		longest[m] = shortest[m] + r.IntN(6)
		list = append(list, stateMachine(fmt.Sprint("m", m), fmt.Sprintf(`{"type":"STANDARD","shortest":%d,"usual":%d.5,"longest":%d}`, shortest[m], shortest[m], longest[m])))
	}
	refs := put(t, w, list...)
	total, truth := make([]float64, hours), make([]float64, machines)
	all := 0.0
	for m := range machines {
		started, failed := make([]float64, hours), make([]float64, hours)
		for h := range hours {
			started[h] = float64(r.IntN(20))
			failed[h] = math.Floor(started[h] * r.Float64() * 0.2)
			n := failed[h]
			for range int(started[h] - failed[h]) {
				n += float64(shortest[m] + r.IntN(longest[m]-shortest[m]+1))
			}
			total[h], truth[m], all = total[h]+n, truth[m]+n, all+n
		}
		putWide(t, w, StateMachineMetrics, refs[m+1], map[string][]float64{"started": started, "failed": failed})
	}
	putWide(t, w, StateTransitionMetrics, refs[0], map[string][]float64{"transitions": total})
	rows, err := w.conn.QueryContext(t.Context(), `SELECT r.name, CAST(sum(quantity) AS DOUBLE), CAST(sum(low) AS DOUBLE), CAST(sum(high) AS DOUBLE)
		FROM stepfunctions_metered m JOIN resource r ON r.id = m.resource GROUP BY r.name ORDER BY r.name`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	sum, m := 0.0, 0
	for ; rows.Next(); m++ {
		var name string
		var likely, low, high float64
		if err := rows.Scan(&name, &likely, &low, &high); err != nil {
			t.Fatal(err)
		}
		const tiny = 1e-6
		if truth[m] < low-tiny || truth[m] > high+tiny || likely < low-tiny || likely > high+tiny {
			t.Errorf("%s: truth %g and likely %g, want both in %g to %g", name, truth[m], likely, low, high)
		}
		sum += likely
	}
	if m != machines || math.Abs(sum-all) > 1e-6 {
		t.Errorf("%d machines add up to %g, want %d and %g", m, sum, machines, all)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	closeTest(t, w)
}
