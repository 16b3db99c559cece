package store

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// Data is stored from august on; tests prune up to october.
var (
	august  = time.Date(2026, 8, 1, 0, 0, 0, 0, time.UTC)
	october = time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
)

// storeForPruning stores 112 days of two functions, of REPORT sums and of a queue,
// and a configuration of September.
func storeForPruning(t *testing.T) string {
	t.Helper()
	w, path := openTest(t)
	a, b := function("a", 128), function("b", 256)
	a.ValidFrom, b.ValidFrom = august.AddDate(-1, 0, 0), august.AddDate(-1, 0, 0)
	refs := put(t, w, a, b)
	b = function("b", 512)
	b.ValidFrom = august.AddDate(0, 1, 5)
	put(t, w, b)
	hours := int(day0.AddDate(0, 0, 20).Sub(august) / time.Hour)
	putBlocks(t, w, block(refs[0], august, hours, 10, 7), block(refs[1], august, hours, 4, 33))
	var sums []ReportHour
	for h := range hours / 3 {
		sums = append(sums, ReportHour{
			Resource: refs[0], Hour: august.Add(time.Duration(3*h) * time.Hour), Memory: 128, Reports: 10, BilledMs: 80, DurationMs: 70,
			ColdStarts: 1, InitMs: 100, InitMaxMs: 100, BilledInitMs: int64(h), // the mean differs by month
		})
	}
	fetch := Fetch{
		Account: "123456789012", Region: "us-east-1", Resource: refs[0], Group: "lambda-reports",
		Window: model.Window{From: august, To: day0.AddDate(0, 0, 20)}, SettledTo: day0.AddDate(0, 0, 20), At: day0,
	}
	if err := w.PutReportHours(t.Context(), []Fetch{fetch}, sums); err != nil {
		t.Fatal(err)
	}
	putQueue(t, w, august, hours)
	if err := w.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	closeTest(t, w)
	return path
}

// putQueue stores hours of a queue's messages.
func putQueue(t *testing.T, w *Writer, from time.Time, hours int) {
	t.Helper()
	q := Resource{
		Key: model.ResourceKey{
			Account: "123456789012", Region: "us-east-1", Service: "sqs", Name: "jobs",
			ID: unit.ResourceID("arn:aws:sqs:us-east-1:123456789012:jobs"),
		},
		Config: []byte(`{}`), ValidFrom: august, SeenAt: day0, Origin: "inventory",
	}
	b := MetricBlock{
		Resource: put(t, w, q)[0], Period: time.Hour, Window: model.Window{From: from, To: from.Add(time.Duration(hours) * time.Hour)},
		Columns: make([][]float64, len(SQSMetrics.Columns)),
	}
	b.SettledTo = b.Window.To
	for c, col := range SQSMetrics.Columns {
		if col.Count {
			b.Columns[c] = make([]float64, hours)
			for i := range b.Columns[c] {
				b.Columns[c][i] = float64(100 + i%7)
			}
		}
	}
	if err := w.PutMetrics(t.Context(), SQSMetrics.Name, []MetricBlock{b}); err != nil {
		t.Fatal(err)
	}
}

// billedFrom is all that is billed from an instant on, as one text.
func billedFrom(t *testing.T, q querier, from time.Time) string {
	t.Helper()
	rows, err := q.QueryContext(t.Context(), `SELECT resource, date_trunc('day', hour), dimension, sum(quantity)::VARCHAR, count(*)
		FROM usage_hours WHERE hour >= $1 GROUP BY ALL ORDER BY ALL`, from)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var out strings.Builder
	for rows.Next() {
		var ref, n int64
		var day time.Time
		var dimension, sum string
		if err := rows.Scan(&ref, &day, &dimension, &sum, &n); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(&out, ref, day.Format(time.DateOnly), dimension, sum, n)
	}
	fmt.Fprintln(&out, count(t, q, "SELECT coalesce(sum(cold_low), 0)::BIGINT FROM lambda_usage_hour WHERE hour >= $1", from), "cold starts at least")
	return out.String()
}

func pruneTest(t *testing.T, path string, keptFrom time.Time) Pruned {
	t.Helper()
	p, err := Prune(t.Context(), path, keptFrom, Options{Now: day0.AddDate(0, 0, 20), Purpose: "prune"})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestPruneKeepsWhatItKeeps: the kept months are billed for as before, then
// and after deriving again, the older ones are gone, and the file is smaller.
func TestPruneKeepsWhatItKeeps(t *testing.T) {
	path := storeForPruning(t)
	w := reopen(t, path)
	before := billedFrom(t, w.conn, october)
	if all := billedFrom(t, w.conn, august); before == "" || all == before {
		t.Fatal("nothing to prune, or nothing to keep")
	}
	closeTest(t, w)

	r, err := OpenReader(t.Context(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	plan, err := r.Prunable(t.Context(), october)
	r.Close()
	if err != nil {
		t.Fatal(err)
	}
	done := pruneTest(t, path, october)
	if fmt.Sprint(plan.Tables) != fmt.Sprint(done.Tables) || len(plan.Tables) < 7 || plan.BytesBefore != done.BytesBefore {
		t.Errorf("planned %+v, done %+v", plan, done)
	}
	info, err := os.Stat(path)
	if err != nil || info.Size() != done.BytesAfter || info.Size() >= done.BytesBefore || info.Mode().Perm() != fileMode {
		t.Errorf("the file: %d bytes of %d, mode %v, said %d (%v)", info.Size(), done.BytesBefore, info.Mode(), done.BytesAfter, err)
	}

	w = reopen(t, path)
	defer closeTest(t, w)
	if got := billedFrom(t, w.conn, august); got != before {
		t.Errorf("after pruning:\n%.800s\nwant\n%.800s", got, before)
	}
	for range 2 { // the second time within one session
		if err := w.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := billedFrom(t, w.conn, august); got != before {
			t.Errorf("after deriving again:\n%.800s\nwant\n%.800s", got, before)
		}
	}
	if n := count(t, w.conn, "SELECT count(*) FROM lambda_metrics WHERE ts < $1", october); n != 0 {
		t.Errorf("%d rows of metrics are older", n)
	}
	if n := count(t, w.conn, "SELECT count(*) FROM resource_version WHERE config LIKE '%512%'"); n == 0 {
		t.Error("the configuration that held in October is gone")
	}
	if again := pruneTestClosed(t, w, path); len(again.Tables) != 0 || again.BytesAfter != 0 {
		t.Errorf("pruning again did %+v", again)
	}
}

// pruneTestClosed prunes in between two sessions of w.
func pruneTestClosed(t *testing.T, w *Writer, path string) Pruned {
	t.Helper()
	closeTest(t, w)
	p := pruneTest(t, path, october)
	*w = *reopen(t, path)
	return p
}

// TestPrunedIsNotMissed: the ledger asks for nothing that was pruned, of
// resources that it knows or does not.
func TestPrunedIsNotMissed(t *testing.T) {
	path := storeForPruning(t)
	pruneTest(t, path, october)
	w := reopen(t, path)
	defer closeTest(t, w)
	unknown := Ref(77)
	want := model.Window{From: august, To: day0.AddDate(0, 0, 21)}
	lack, err := w.Missing(t.Context(), LambdaMetrics.Group, []Ref{1, unknown}, want)
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(lack[1]); got != fmt.Sprint([]model.Window{{From: day0.AddDate(0, 0, 20), To: want.To}}) {
		t.Errorf("a known function lacks %s", got)
	}
	if got := fmt.Sprint(lack[unknown]); got != fmt.Sprint([]model.Window{{From: october, To: want.To}}) {
		t.Errorf("a new function lacks %s", got)
	}
	if lack, err := w.Missing(t.Context(), LambdaMetrics.Group, []Ref{unknown}, model.Window{From: august, To: october}); err != nil || len(lack) != 0 {
		t.Errorf("of what was pruned %v is missed, %v", lack, err)
	}
}

// TestLateDataIsDerived: what comes in later of the time that is not derived
// again is derived all the same, once.
func TestLateDataIsDerived(t *testing.T) {
	path := storeForPruning(t)
	pruneTest(t, path, october)
	w := reopen(t, path)
	defer closeTest(t, w)
	late := put(t, w, function("late", 128))[0]
	putBlocks(t, w, block(late, october.AddDate(0, 0, 3), 24, 5, 10))
	if _, err := w.PutResources(t.Context(), []Resource{function("imported", 128)}); err != nil {
		t.Fatal(err)
	}
	l, err := w.NewInvocationLoad(t.Context(), "test")
	if err != nil {
		t.Fatal(err)
	}
	line := Invocation{RequestID: []byte("one"), At: october.AddDate(0, 0, 2), DurationMs: 9.5, BilledMs: 10, Memory: 128, InitMs: -1, RestoreMs: -1, BilledRestoreMs: -1}
	if err := l.Append(late+1, &line); err != nil {
		t.Fatal(err)
	}
	if _, _, err := l.Commit(); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := w.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := count(t, w.conn, "SELECT coalesce(sum(requests), 0)::BIGINT FROM lambda_usage_hour WHERE resource = $1", int32(late)); n != 120 {
			t.Errorf("late metrics: %d requests, want 120", n)
		}
		if n := count(t, w.conn, "SELECT coalesce(sum(requests), 0)::BIGINT FROM lambda_usage_hour WHERE resource = $1", int32(late+1)); n != 1 {
			t.Errorf("late lines: %d requests, want 1", n)
		}
	}
}

// childPruner prunes until it is killed: one more day of October each time.
func childPruner(ctx context.Context, path string) error {
	for day := 0; day < 20; day++ {
		if _, err := Prune(ctx, path, october.AddDate(0, 0, day), Options{Now: day0.AddDate(0, 0, 20), Purpose: "prune"}); err != nil {
			return err
		}
		fmt.Println(day)
	}
	return errors.New("was not killed")
}

// TestKilledPruner kills pruning at random moments: what is kept is whole.
func TestKilledPruner(t *testing.T) {
	path := storeForPruning(t)
	w := reopen(t, path)
	november := billedFrom(t, w.conn, day0)
	closeTest(t, w)
	rng := rand.New(rand.NewPCG(8, 26))
	for range 8 {
		copied := filepath.Join(t.TempDir(), "killed.duckdb")
		if err := copyFile(copied, path); err != nil {
			t.Fatal(err)
		}
		p := start(t, "pruner", copied)
		time.AfterFunc(time.Duration(rng.IntN(900))*time.Millisecond, func() { p.cmd.Process.Kill() })
		for p.out.Scan() {
			if strings.Contains(p.out.Text(), "error") {
				t.Fatal(p.out.Text())
			}
		}
		_ = p.cmd.Wait() // killed
		w := reopen(t, copied)
		if got := billedFrom(t, w.conn, day0); got != november {
			t.Errorf("after a kill November is\n%.400s\nwant\n%.400s", got, november)
		}
		closeTest(t, w)
		pruneTest(t, copied, day0)
		if left, err := filepath.Glob(copied + ".pruning*"); err != nil || len(left) > 0 {
			t.Errorf("left behind: %v, %v", left, err)
		}
	}
}

// TestEveryTableHasAPruneRule: a new table without one would stop pruning.
func TestEveryTableHasAPruneRule(t *testing.T) {
	w, _ := openTest(t)
	defer closeTest(t, w)
	names, err := baseTables(t.Context(), w.conn, "")
	if err != nil || len(names) < 20 {
		t.Fatal(names, err)
	}
	for _, name := range names {
		if _, ok := pruneRules()[name]; !ok {
			t.Errorf("table %s has no rule in pruneRules", name)
		}
	}
}
