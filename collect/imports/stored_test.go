package imports

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/breakeven-dev/breakeven/store"
)

// after writes to a new database with each of do, one session each, and
// returns what the query shows then, a line a row.
func after(t *testing.T, sql string, do ...func(*store.Writer)) string {
	t.Helper()
	ctx, path := context.Background(), filepath.Join(t.TempDir(), "t.duckdb")
	for _, f := range do {
		w, err := store.OpenWriter(ctx, path, store.Options{Now: now, Purpose: "test"})
		if err != nil {
			t.Fatal(err)
		}
		f(w)
		if err := w.Close(ctx); err != nil {
			t.Fatal(err)
		}
	}
	r, err := store.OpenReader(ctx, path, store.Options{Now: now})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	rows, err := r.Query(ctx, sql)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		row, err := rows.Values()
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, strings.TrimSpace(fmt.Sprintln(row...)))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return strings.Join(out, "\n")
}

// TestStoredReports holds what the public view shows of a log: two attempts
// of one request, one of them cold, and one without a time, from one file
// imported twice.
func TestStoredReports(t *testing.T) {
	in := line(0, "a", 5.5) + strings.TrimSpace(line(1, "a", 7.5)) + "\tInit Duration: 100.25 ms\tStatus: timeout\t\n" + line(-1, "<request-id>", 3.25)
	load := func(w *store.Writer) {
		importLogs(t, w, LogOptions{Function: "orders", Account: "1"}, text("orders.log", in))
	}
	got := after(t, `SELECT resource_id, request_id, ts::VARCHAR, duration_ms, billed_duration_ms, init_duration_ms, restore_duration_ms,
		memory_size_mb, max_memory_used_mb, status, source FROM invocations ORDER BY duration_ms`, load, load)
	want := strings.Join([]string{
		"arn:aws:lambda:us-east-1:1:function:orders <request-id> <nil> 3.25 4 <nil> <nil> 512 36 <nil> logs:orders.log",
		"arn:aws:lambda:us-east-1:1:function:orders a 2026-11-23 02:00:00 5.5 6 <nil> <nil> 512 36 <nil> logs:orders.log",
		"arn:aws:lambda:us-east-1:1:function:orders a 2026-11-23 02:01:00 7.5 8 100.25 <nil> 512 36 timeout logs:orders.log",
	}, "\n")
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestStoredTrace holds the sums of the real sample, imported three times: as
// it is, again, and with another start, which moves it.
func TestStoredTrace(t *testing.T) {
	at := func(start time.Time) func(*store.Writer) {
		return func(w *store.Writer) {
			importTrace(t, w, TraceOptions{Name: "azure", Start: start}, openFiles(t, traces+"/azure2019-b-500x480.csv.gz", traces+"/azure2019-b-functions.csv")...)
		}
	}
	first, moved := now.Add(-48*time.Hour), now.Add(-72*time.Hour)
	got := after(t, `SELECT metric, stat, sum(value)::BIGINT, count(DISTINCT resource_id), min(ts)::VARCHAR, max(ts)::VARCHAR, any_value(period_s)::BIGINT
		FROM metrics WHERE stat IN ('Sum', 'SampleCount') AND metric <> 'UrlRequestCount' GROUP BY ALL ORDER BY ALL`,
		at(first), at(first), at(moved))
	// The sum of invocations x dur_avg_ms over the two files is 1532484093 ms.
	want := "Duration SampleCount 3037902 500 2026-11-20 10:00:00 2026-11-20 17:59:00 60\n" +
		"Duration Sum 1532484093 500 2026-11-20 10:00:00 2026-11-20 17:59:00 60\n" +
		"Invocations Sum 3037902 500 2026-11-20 10:00:00 2026-11-20 17:59:00 60"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
