package store_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/store"
)

var day0 = time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)

func openTest(tb testing.TB) (*store.Writer, string) {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "test.duckdb")
	w, err := store.OpenWriter(tb.Context(), path, store.Options{Now: day0, Purpose: "test"})
	if err != nil {
		tb.Fatal(err)
	}
	return w, path
}

func lambdas(tb testing.TB, w *store.Writer, n int) []store.Ref {
	tb.Helper()
	rs := make([]store.Resource, n)
	for i := range rs {
		rs[i] = store.Resource{
			Key: model.ResourceKey{
				Account: "123456789012", Region: "eu-west-1", Service: "lambda",
				ID: lambdaARN(i), Name: fmt.Sprintf("f%05d", i),
			},
			Config:    []byte(`{"architecture":"arm64","memory_mb":512,"ephemeral_storage_mb":512,"timeout_ns":3000000000,"runtime":"go"}`),
			ValidFrom: day0.AddDate(0, -1, 0), SeenAt: day0, Origin: "inventory",
		}
	}
	refs, err := w.PutResources(tb.Context(), rs)
	if err != nil {
		tb.Fatal(err)
	}
	return refs
}

// BenchmarkPutMetrics writes 1,000 functions' day at 300 s, 24 columns of
// which rare ones are empty.
func BenchmarkPutMetrics(b *testing.B) {
	w, path := openTest(b)
	refs := lambdas(b, w, 1000)
	rng := rand.New(rand.NewPCG(1, 2))
	const slots = 288
	n := len(store.LambdaMetrics.Columns)
	cols := make([][]float64, n)
	points := 0
	for c := range cols {
		if c > 11 && c != 16 {
			continue
		}
		cols[c] = make([]float64, slots)
		for i := range cols[c] {
			cols[c][i] = math.NaN()
			if rng.IntN(4) > 0 {
				points++
				cols[c][i] = float64(rng.IntN(1000))
				if !store.LambdaMetrics.Columns[c].Count {
					cols[c][i] = math.Round(rng.Float64()*1e5) / 100
				}
			}
		}
	}
	blocks := make([]store.MetricBlock, len(refs))
	day := 0
	total := 0
	for b.Loop() {
		win := model.Window{From: day0.AddDate(0, 0, day), To: day0.AddDate(0, 0, day+1)}
		day++
		for i, r := range refs {
			blocks[i] = store.MetricBlock{Resource: r, Window: win, Period: 5 * time.Minute, Columns: cols, SettledTo: win.To}
		}
		if err := w.PutMetrics(b.Context(), "lambda_metrics", blocks); err != nil {
			b.Fatal(err)
		}
		total += points * len(refs)
	}
	b.ReportMetric(float64(total)/b.Elapsed().Seconds(), "points/s")
	if err := w.Close(b.Context()); err != nil {
		b.Fatal(err)
	}
	st, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(st.Size())/float64(total), "B/point")
}

// BenchmarkAppendInvocations stages REPORT lines.
func BenchmarkAppendInvocations(b *testing.B) {
	w, _ := openTest(b)
	refs := lambdas(b, w, 10)
	l, err := w.NewInvocationLoad(b.Context(), "bench.log")
	if err != nil {
		b.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	ids := make([][]byte, 4096)
	for i := range ids {
		ids[i] = fmt.Appendf(nil, "%08x-%04x-4%03x-8%03x-%012x", rng.Uint32(), rng.IntN(1<<16), rng.IntN(1<<12), rng.IntN(1<<12), rng.Int64N(1<<48))
	}
	v := store.Invocation{DurationMs: 12.34, BilledMs: 13, InitMs: -1, RestoreMs: -1, BilledRestoreMs: -1, Memory: 512, MaxMemoryUsed: 90}
	n := 0
	for b.Loop() {
		v.RequestID = ids[n%len(ids)]
		v.At = day0.Add(time.Duration(n) * time.Millisecond)
		if err := l.Append(refs[n%10], &v); err != nil {
			b.Fatal(err)
		}
		n++
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "rows/s")
	start := time.Now()
	if _, _, err := l.Commit(); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(n)/time.Since(start).Seconds(), "commit_rows/s")
	if err := w.Close(b.Context()); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkInputs reads 1,000 functions' 30 days of hours for an analysis.
func BenchmarkInputs(b *testing.B) {
	w, path := openTest(b)
	refs := lambdas(b, w, 1000)
	const slots = 30 * 24
	rng := rand.New(rand.NewPCG(3, 4))
	cols := make([][]float64, len(store.LambdaMetrics.Columns))
	for c := range 12 {
		cols[c] = make([]float64, slots)
		for i := range cols[c] {
			cols[c][i] = float64(rng.IntN(1000))
		}
	}
	win := model.Window{From: day0, To: day0.AddDate(0, 0, 30)}
	blocks := make([]store.MetricBlock, len(refs))
	for i, r := range refs {
		blocks[i] = store.MetricBlock{Resource: r, Window: win, Period: time.Hour, Columns: cols, SettledTo: win.To}
	}
	if err := w.PutMetrics(b.Context(), "lambda_metrics", blocks); err != nil {
		b.Fatal(err)
	}
	var hours []store.ReportHour
	for i, r := range refs {
		for h := range slots {
			if i%2 == 0 {
				hours = append(hours, store.ReportHour{Resource: r, Hour: day0.Add(time.Duration(h) * time.Hour), Memory: 512, Reports: int64(cols[0][h]), BilledMs: 1000, ColdStarts: 2, InitMs: 300})
			}
		}
	}
	if err := w.PutReportHours(b.Context(), nil, hours); err != nil {
		b.Fatal(err)
	}
	if err := w.Refresh(b.Context()); err != nil {
		b.Fatal(err)
	}
	if err := w.Close(b.Context()); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		r, err := store.OpenReader(b.Context(), path, store.Options{})
		if err != nil {
			b.Fatal(err)
		}
		in, err := r.Inputs(b.Context(), store.InputsRequest{Window: win, Now: win.To})
		if err != nil || len(in.Functions) != len(refs) {
			b.Fatalf("%d functions, %v", len(in.Functions), err)
		}
		if err := r.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkMissing asks what 10,000 functions lack, each with ten holes.
func BenchmarkMissing(b *testing.B) {
	w, _ := openTest(b)
	refs := lambdas(b, w, 10_000)
	var done []store.Fetch
	for _, r := range refs {
		for d := range 10 {
			from := day0.AddDate(0, 0, 2*d)
			done = append(done, store.Fetch{Account: "123456789012", Region: "eu-west-1", Resource: r, Group: "lambda-metrics", Window: model.Window{From: from, To: from.AddDate(0, 0, 1)}, SettledTo: from.AddDate(0, 0, 1)})
		}
	}
	if err := w.PutFetches(b.Context(), done); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		lack, err := w.Missing(b.Context(), "lambda-metrics", refs, model.Window{From: day0, To: day0.AddDate(0, 0, 30)})
		if err != nil || len(lack) != len(refs) {
			b.Fatalf("%d lack something, %v", len(lack), err)
		}
	}
	if err := w.Close(b.Context()); err != nil {
		b.Fatal(err)
	}
}
