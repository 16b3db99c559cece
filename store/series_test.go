package store

import (
	"fmt"
	"math"
	"testing"
	"testing/quick"
	"time"

	"github.com/breakeven-dev/breakeven/model"
)

// TestSeries reads a function's day by the hour and by six hours; its second
// half was collected at five minutes, with one REPORT line a quarter.
func TestSeries(t *testing.T) {
	w, path := openTest(t)
	f := function("orders", 512)
	refs := put(t, w, f, function("other", 128))
	fine := block(refs[0], day0.Add(12*time.Hour), 12, 1, 7)
	fine.Period = 5 * time.Minute
	for c := range fine.Columns {
		if fine.Columns[c] != nil {
			fine.Columns[c] = repeat(fine.Columns[c][0], 144)
		}
	}
	fine.Columns[11][0] = 9 // concurrency
	putBlocks(t, w, block(refs[0], day0, 12, 100, 5), fine, block(refs[1], day0, 24, 7, 1))
	if err := w.PutReportHours(t.Context(), nil, []ReportHour{{Resource: refs[0], Hour: day0, Memory: 512, Reports: 100, ColdStarts: 3, Restores: 1}}); err != nil {
		t.Fatal(err)
	}
	l, err := w.NewInvocationLoad(t.Context(), "a.log")
	if err != nil {
		t.Fatal(err)
	}
	for i := range 8 {
		v := Invocation{At: day0.Add(12*time.Hour + time.Duration(i)*15*time.Minute), InitMs: -1, RestoreMs: -1}
		if i == 0 {
			v.InitMs = 100
		}
		if err := l.Append(refs[0], &v); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := l.Commit(); err != nil {
		t.Fatal(err)
	}
	closeTest(t, w)
	r, err := OpenReader(t.Context(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	day := model.Window{From: day0, To: day0.AddDate(0, 0, 1)}
	afternoon := model.Window{From: day0.Add(12 * time.Hour), To: day.To}
	nan := math.NaN()
	for _, tc := range []struct {
		name   string
		w      model.Window
		most   int
		points int
		first  model.SeriesPoint
	}{
		{"hours", day, 100, 24, model.SeriesPoint{At: day0, Invocations: 100, Errors: 1, Throttles: nan, P50Ms: 5, P90Ms: 5, P99Ms: 10, MaxMs: 15, Concurrency: 2, ColdStarts: 4, DurationMs: 500}},
		{"six hours", day, 4, 4, model.SeriesPoint{At: day0, Invocations: 600, Errors: 6, Throttles: nan, P50Ms: 5, P90Ms: 5, P99Ms: 10, MaxMs: 15, Concurrency: 2, ColdStarts: 4, DurationMs: 3000}},
		{"one", day, 1, 1, model.SeriesPoint{At: day0, Invocations: 1344, Errors: 156, Throttles: nan, P50Ms: (1200*5 + 144*7) / 1344.0, P90Ms: (1200*5 + 144*7) / 1344.0, P99Ms: 2 * (1200*5 + 144*7) / 1344.0, MaxMs: 21, Concurrency: 9, ColdStarts: 5, DurationMs: 7008}},
		{"five minutes", afternoon, 144, 144, model.SeriesPoint{At: afternoon.From, Invocations: 1, Errors: 1, Throttles: nan, P50Ms: 7, P90Ms: 7, P99Ms: 14, MaxMs: 21, Concurrency: 9, ColdStarts: 1, DurationMs: 7}},
		{"none", afternoon, 0, 0, model.SeriesPoint{}},
		{"before", model.Window{From: day0.AddDate(0, 0, -1), To: day0}, 9, 0, model.SeriesPoint{}},
	} {
		points, err := r.Series(t.Context(), f.Key, tc.w, tc.most)
		if err != nil || len(points) != tc.points {
			t.Errorf("%s: %d points, %v; want %d", tc.name, len(points), err, tc.points)
			continue
		}
		if tc.points > 0 && fmt.Sprint(points[0]) != fmt.Sprint(tc.first) {
			t.Errorf("%s: first\n%+v, want\n%+v", tc.name, points[0], tc.first)
		}
	}
	fives, err := r.Series(t.Context(), f.Key, afternoon, 144)
	if err != nil || !math.IsNaN(fives[1].ColdStarts) || fives[3].ColdStarts != 0 {
		t.Errorf("cold starts of five minutes without a line: %v, with one warm line: %v (%v)", fives[1].ColdStarts, fives[3].ColdStarts, err)
	}
	if points, err := r.Series(t.Context(), function("nobody", 1).Key, day, 10); err != nil || len(points) != 0 {
		t.Errorf("an unknown function has %d points, %v", len(points), err)
	}
}

func repeat(v float64, n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = v
	}
	return out
}

// TestSeriesStep: never more buckets than asked for, and whole periods.
func TestSeriesStep(t *testing.T) {
	check := func(start int32, seconds uint32, period uint8, most uint16) bool {
		w := model.Window{From: time.Unix(int64(start), 0)}
		w.To = w.From.Add(time.Duration(seconds%(2*365*86400)+1) * time.Second)
		p := []time.Duration{0, time.Second, time.Minute, 5 * time.Minute, time.Hour, 7 * time.Minute, 26 * time.Hour}[period%7]
		n := int(most%500) + 2
		step := seriesStep(w, p, n)
		s := int64(step / time.Second)
		buckets := floorDiv(w.To.Add(-1).Unix(), s) - floorDiv(w.From.Unix(), s) + 1
		return step >= p && (p == 0 || step%p == 0) && buckets <= int64(n)
	}
	if err := quick.Check(check, &quick.Config{MaxCount: 5000}); err != nil {
		t.Error(err)
	}
	month := model.Window{From: day0, To: day0.AddDate(0, 0, 30)}
	if got := seriesStep(month, time.Minute, 800); got != time.Hour {
		t.Errorf("a month in 800 points has steps of %s", got)
	}
}
