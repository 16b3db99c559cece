package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
)

var day0 = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)

// openTest opens a writer on a new database.
func openTest(t testing.TB) (*Writer, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "data", "test.duckdb")
	return reopen(t, path), path
}

func reopen(t testing.TB, path string) *Writer {
	t.Helper()
	w, err := OpenWriter(t.Context(), path, Options{Now: day0.AddDate(0, 0, 20), Purpose: "test"})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func closeTest(t testing.TB, w *Writer) {
	t.Helper()
	if err := w.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
}

func function(name string, memory int) Resource {
	config, _ := json.Marshal(model.FunctionConfig{
		Architecture: unit.X86, Memory: unit.MiB(memory), EphemeralStorage: 512, Runtime: "nodejs22.x", Timeout: 3 * time.Second,
	})
	return Resource{
		Key: model.ResourceKey{
			Account: "123456789012", Region: "us-east-1", Service: "lambda", Name: name,
			ID: unit.ResourceID("arn:aws:lambda:us-east-1:123456789012:function:" + name),
		},
		Config: config, ValidFrom: day0.AddDate(-1, 0, 0), SeenAt: day0, Origin: "inventory",
	}
}

func put(t *testing.T, w *Writer, rs ...Resource) []Ref {
	t.Helper()
	refs, err := w.PutResources(t.Context(), rs)
	if err != nil {
		t.Fatal(err)
	}
	return refs
}

// block makes hourly metrics: n invocations an hour of ms milliseconds each.
func block(ref Ref, from time.Time, hours, n int, ms float64) MetricBlock {
	b := MetricBlock{
		Resource: ref, Period: time.Hour, Window: model.Window{From: from, To: from.Add(time.Duration(hours) * time.Hour)},
		Columns: make([][]float64, len(LambdaMetrics.Columns)),
	}
	b.SettledTo = b.Window.To
	value := map[string]float64{
		"invocations": float64(n), "errors": 1, "duration_sum": float64(n) * ms, "duration_count": float64(n), "concurrency_max": 2,
		"duration_p50": ms, "duration_p90": ms, "duration_p95": ms, "duration_p99": 2 * ms, "duration_min": ms / 2, "duration_max": 3 * ms,
	}
	for c, col := range LambdaMetrics.Columns {
		v, ok := value[col.Name]
		if !ok {
			continue
		}
		b.Columns[c] = make([]float64, hours)
		for i := range b.Columns[c] {
			b.Columns[c][i] = v
		}
	}
	return b
}

func putBlocks(t *testing.T, w *Writer, blocks ...MetricBlock) {
	t.Helper()
	if err := w.PutMetrics(t.Context(), LambdaMetrics.Name, blocks); err != nil {
		t.Fatal(err)
	}
}

func count(t *testing.T, q querier, sql string, args ...any) int64 {
	t.Helper()
	var n int64
	if err := q.QueryRowContext(t.Context(), sql, args...).Scan(&n); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return n
}

func TestWriteAndRead(t *testing.T) {
	w, path := openTest(t)
	if err := w.BeginRun(t.Context(), "collect", ""); err != nil {
		t.Fatal(err)
	}
	refs := put(t, w, function("orders", 512), function("quiet", 128))
	putBlocks(t, w, block(refs[0], day0, 48, 100, 12.5), block(refs[1], day0, 48, 0, 0))
	hour := ReportHour{Resource: refs[0], Hour: day0, Memory: 512, Reports: 100, BilledMs: 1300, DurationMs: 1250, ColdStarts: 2, InitMs: 400, BilledInitMs: 401, MaxMemoryUsed: 80}
	fetch := Fetch{Account: "123456789012", Region: "us-east-1", Resource: refs[0], Group: "lambda-reports", Window: model.Window{From: day0, To: day0.Add(time.Hour)}, SettledTo: day0.Add(time.Hour)}
	if err := w.PutReportHours(t.Context(), []Fetch{fetch}, []ReportHour{hour}); err != nil {
		t.Fatal(err)
	}
	if err := w.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := w.PutMonthPrices(t.Context(), []MonthPrice{
		{Month: day0, Account: "123456789012", Region: "us-east-1", Service: "lambda", Dimension: "requests", Unit: "request", Average: unit.MustUSD("0.0000002"), Book: "test"},
		{Month: day0, Account: "123456789012", Region: "us-east-1", Service: "lambda", Dimension: "duration-x86", Unit: "GB-second", Unknown: true, Book: "test"},
	}); err != nil {
		t.Fatal(err)
	}
	if err := w.EndRun(t.Context(), day0.AddDate(0, 0, 3), true); err != nil {
		t.Fatal(err)
	}
	closeTest(t, w)

	r, err := OpenReader(t.Context(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	in, err := r.Inputs(t.Context(), InputsRequest{Window: model.Window{From: day0, To: day0.AddDate(0, 0, 2)}, Now: day0.AddDate(0, 0, 3)})
	if err != nil {
		t.Fatal(err)
	}
	if len(in.Functions) != 2 {
		t.Fatalf("%d functions", len(in.Functions))
	}
	f := in.Functions[0]
	if len(f.InWindow) != 1 || len(f.Months) != 1 {
		t.Fatalf("usage %+v, months %+v", f.InWindow, f.Months)
	}
	u := f.InWindow[0]
	if u.ExactRequests != 100 || u.ExactBilledMs != 1300 || u.MetricRequests != 4700 || u.MetricDurationMs != 58750 || !u.MemoryKnown || u.Memory != 512 {
		t.Errorf("usage = %+v", u)
	}
	if u.MetricInitMs != 200.5 {
		t.Errorf("init %v ms, want 401/2 as the REPORT lines say", u.MetricInitMs)
	}
	if !f.Cold.Known || f.Cold.Count != 2 || f.Signals.MaxMemoryUsed != 80 {
		t.Errorf("cold starts %+v, memory %v", f.Cold, f.Signals.MaxMemoryUsed)
	}
	if f.Signals.Invocations != 4800 || f.Signals.P99Ms != 25 || f.Signals.Errors != 48 {
		t.Errorf("signals = %+v", f.Signals)
	}
	if got := f.Load.OfferedPeak; math.Abs(got-1250.0/3600000) > 1e-15 {
		t.Errorf("offered peak %v Erlang", got)
	}
	if len(in.Hours) != 48 || in.Hours[5].Invocations != 100 || len(f.Daily) != 2 || f.Daily[1].Invocations != 2400 {
		t.Errorf("hours %d, days %+v", len(in.Hours), f.Daily)
	}
	if n := count(t, r.db, "SELECT count(*) FROM metrics WHERE metric = 'Duration' AND stat = 'p99'"); n != 96 {
		t.Errorf("%d p99 points", n)
	}
	if n := count(t, r.db, "SELECT CAST(sum(cost_usd) * 1000000000 AS BIGINT) FROM hourly_costs WHERE dimension = 'requests'"); n != 960000 {
		t.Errorf("4,800 requests cost %d nano-dollars", n)
	}
	if n := count(t, r.db, "SELECT count(*) FROM hourly_costs WHERE dimension = 'duration-x86' AND cost_usd IS NULL"); n != 48 {
		t.Errorf("%d hours of an unpriced dimension are NULL, want 48", n)
	}
}

func TestRereadReplaces(t *testing.T) {
	w, _ := openTest(t)
	defer closeTest(t, w)
	ref := put(t, w, function("f", 128))[0]
	first := block(ref, day0, 24, 10, 5)
	first.SettledTo = day0.Add(20 * time.Hour)
	putBlocks(t, w, first)
	lack, err := w.Missing(t.Context(), "lambda-metrics", []Ref{ref}, model.Window{From: day0, To: day0.Add(30 * time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(lack[ref]); got != fmt.Sprint([]model.Window{{From: day0.Add(20 * time.Hour), To: day0.Add(30 * time.Hour)}}) {
		t.Fatalf("missing %s", got)
	}
	putBlocks(t, w, block(ref, day0.Add(20*time.Hour), 10, 11, 5))
	if n := count(t, w.conn, "SELECT count(*) FROM lambda_metrics"); n != 30 {
		t.Errorf("%d rows, want 30: a window was doubled or lost", n)
	}
	if n := count(t, w.conn, "SELECT sum(invocations) FROM lambda_metrics"); n != 20*10+10*11 {
		t.Errorf("%d invocations", n)
	}
}

func TestConfigurationHistory(t *testing.T) {
	w, path := openTest(t)
	old := function("f", 128)
	put(t, w, old, old)
	changed := function("f", 256)
	changed.ValidFrom, changed.SeenAt = day0.Add(10*time.Hour), day0.AddDate(0, 0, 2)
	refs := put(t, w, changed)
	putBlocks(t, w, block(refs[0], day0, 20, 10, 5))
	if err := w.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	closeTest(t, w)
	w = reopen(t, path)
	defer closeTest(t, w)
	if n := count(t, w.conn, "SELECT count(*) FROM resource_version"); n != 2 {
		t.Errorf("%d versions, want 2", n)
	}
	in, err := w.Inputs(t.Context(), InputsRequest{Window: model.Window{From: day0, To: day0.AddDate(0, 0, 1)}})
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range in.Functions[0].InWindow {
		if u.MetricRequests != 100 {
			t.Errorf("%d requests at %s, want 100 at each size", u.MetricRequests, u.Memory)
		}
	}
	if len(in.Functions[0].InWindow) != 2 || in.Functions[0].Config.Memory != 256 {
		t.Errorf("%+v", in.Functions[0])
	}
}

func TestOpenIntervalsBecomeGapsAndClose(t *testing.T) {
	w, path := openTest(t)
	ref := put(t, w, function("f", 128))[0]
	win := model.Window{From: day0, To: day0.Add(24 * time.Hour)}
	f := Fetch{Account: "123456789012", Region: "us-east-1", Resource: ref, Group: "lambda-metrics", Window: win, Open: true, Reason: "throttled"}
	if err := w.PutFetches(t.Context(), []Fetch{f}); err != nil {
		t.Fatal(err)
	}
	gap := model.Gap{Account: "123456789012", Region: "us-east-1", Service: "lambda", Resource: function("f", 128).Key.ID, Metric: "cloudwatch:GetMetricData", From: win.From, To: win.To, Reason: "throttled"}
	reports := gap
	reports.Metric, reports.Reason = model.MetricReport, "no log group"
	for range 2 {
		if err := w.PutGaps(t.Context(), []model.Gap{gap, reports}); err != nil {
			t.Fatal(err)
		}
	}
	closeTest(t, w)
	w = reopen(t, path)
	defer closeTest(t, w)
	if n := count(t, w.conn, "SELECT count(*) FROM gaps"); n != 2 {
		t.Fatalf("%d gaps, want 2", n)
	}
	if open := w.OpenIntervals(t.Context()); len(open) != 1 || open[0].Reason != "throttled" {
		t.Fatalf("open %+v", open)
	}
	putBlocks(t, w, block(ref, day0, 24, 1, 1))
	if open := w.OpenIntervals(t.Context()); len(open) != 0 {
		t.Errorf("still open: %+v", open)
	}
	if n := count(t, w.conn, "SELECT count(*) FROM gaps WHERE metric = 'REPORT'"); n != 1 {
		t.Error("fetching metrics closed the gap of REPORT lines")
	}
	if n := count(t, w.conn, "SELECT count(*) FROM gaps"); n != 1 {
		t.Errorf("%d gaps after the window was fetched, want 1", n)
	}
}

func TestInvocationsAreStoredOnce(t *testing.T) {
	w, _ := openTest(t)
	defer closeTest(t, w)
	ref := put(t, w, function("f", 128))[0]
	at := day0.Add(time.Minute)
	line := Invocation{RequestID: []byte("533dca35-3ef3-4824-8632-ea4846bcd532"), At: at, DurationMs: 2.5, BilledMs: 3, InitMs: -1, RestoreMs: -1, BilledRestoreMs: -1, Memory: 128, MaxMemoryUsed: 40}
	retry := line
	retry.At = at.Add(time.Minute)
	odd := line
	odd.RequestID, odd.At = []byte("<request-id>"), time.Time{}
	for round, want := range []int64{3, 0} {
		l, err := w.NewInvocationLoad(t.Context(), "file")
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range []Invocation{line, retry, line, odd} {
			if err := l.Append(ref, &v); err != nil {
				t.Fatal(err)
			}
		}
		added, duplicates, err := l.Commit()
		if err != nil {
			t.Fatal(err)
		}
		if added != want || added+duplicates != 4 {
			t.Errorf("round %d: added %d, duplicates %d", round, added, duplicates)
		}
	}
	if n := count(t, w.conn, "SELECT count(*) FROM invocations WHERE request_id = ? AND source = 'file'", string(line.RequestID)); n != 2 {
		t.Errorf("%d attempts of one request, want 2", n)
	}
	if n := count(t, w.conn, "SELECT count(*) FROM invocations WHERE request_id = '<request-id>' AND ts IS NULL AND init_duration_ms IS NULL"); n != 1 {
		t.Errorf("the line without a time is stored %d times", n)
	}
}

func TestFileModes(t *testing.T) {
	w, path := openTest(t)
	for _, p := range []string{path, publishedPath(path), lockPath(path)} {
		info, err := os.Stat(p)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", p, info.Mode())
		}
	}
	closeTest(t, w)
	if _, err := os.Stat(publishedPath(path)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the published copy is still there: %v", err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("database: %v, %v", info.Mode(), err)
	}
}

func TestBadFiles(t *testing.T) {
	dir := t.TempDir()
	write := func(name, content string) string {
		p := filepath.Join(dir, name)
		if err := os.WriteFile(p, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return p
	}
	foreign := filepath.Join(dir, "foreign.duckdb")
	db, err := openSQL(t.Context(), foreign)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("CREATE TABLE theirs (x INTEGER)"); err != nil {
		t.Fatal(err)
	}
	db.Close()
	newer := filepath.Join(dir, "newer.duckdb")
	w, err := OpenWriter(t.Context(), newer, Options{Now: day0})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.conn.ExecContext(t.Context(), "INSERT INTO breakeven_schema VALUES (999)"); err != nil {
		t.Fatal(err)
	}
	closeTest(t, w)
	tests := []struct{ name, path, want string }{
		{"text", write("text.duckdb", "hello, this is not a database at all, only some text that is long enough to have a header\n"), "is not a breakeven database"},
		{"foreign", foreign, "is a DuckDB database, but not one of breakeven"},
		{"newer", newer, "written by a newer version"},
		{"folder", dir, dir},
	}
	for _, tt := range tests {
		for what, open := range map[string]func() error{
			"writer": func() error { _, err := OpenWriter(t.Context(), tt.path, Options{Now: day0}); return err },
			"reader": func() error {
				_, err := OpenReader(t.Context(), tt.path, Options{Wait: time.Millisecond})
				return err
			},
		} {
			err := open()
			if err == nil {
				t.Errorf("%s: %s opened it", tt.name, what)
				continue
			}
			if got := err.Error(); !contains(got, tt.want) || contains(got, "\n") {
				t.Errorf("%s: %s said %q, want one line with %q", tt.name, what, got, tt.want)
			}
		}
	}
	if _, err := OpenReader(t.Context(), filepath.Join(dir, "none"), Options{Wait: time.Millisecond}); !errors.Is(err, ErrNoDatabase) {
		t.Errorf("no file: %v", err)
	}
}

func contains(s, sub string) bool {
	for i := 0; i+len(sub) <= len(s); i++ {
		if s[i:i+len(sub)] == sub {
			return true
		}
	}
	return false
}
