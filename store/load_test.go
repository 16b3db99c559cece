package store

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/breakeven-dev/breakeven/model/unit"
)

// line is a REPORT line that has everything a line can have.
func line(id string, at time.Time) Invocation {
	return Invocation{
		RequestID: []byte(id), At: at, DurationMs: 12.5, BilledMs: 213, InitMs: 200.25, RestoreMs: 3, BilledRestoreMs: 4,
		Memory: 512, MaxMemoryUsed: 90, Status: "timeout", ErrorType: "Runtime.ExitError",
	}
}

// TestEventsAreStoredOnce gives the same lines twice within a load, twice
// over two loads, and attempts that share a request id.
func TestEventsAreStoredOnce(t *testing.T) {
	const id = "8f5aa1e3-6f2b-4c3e-9a7d-0123456789ab"
	retry, slower, plain, other := line(id, day0.Add(time.Minute)), line(id, day0), line("not-a-uuid", day0), line(id, day0)
	slower.DurationMs += 0.01
	other.Status = ""
	lines := []Invocation{line(id, day0), retry, slower, plain, other, line(id, day0), plain}
	w, path := openTest(t)
	ref := put(t, w, function("f", 512))[0]
	twin := put(t, w, function("g", 512))[0]
	load := func(w *Writer, source string, ref Ref, wantAdded, wantTwice int64) {
		t.Helper()
		l, err := w.NewInvocationLoad(t.Context(), source)
		if err != nil {
			t.Fatal(err)
		}
		for i := range lines {
			if err := l.Append(ref, &lines[i]); err != nil {
				t.Fatal(err)
			}
		}
		added, twice, err := l.Commit()
		if err != nil || added != wantAdded || twice != wantTwice {
			t.Errorf("%s: added %d, duplicates %d, %v; want %d and %d", source, added, twice, err, wantAdded, wantTwice)
		}
	}
	load(w, "a.log", ref, 5, 2)
	load(w, "b.log", ref, 0, 7)
	load(w, "a.log", twin, 5, 2)
	closeTest(t, w)
	w = reopen(t, path)
	defer closeTest(t, w)
	load(w, "a.log", ref, 0, 7)
	if n := count(t, w.conn, "SELECT count(*) FROM invocations WHERE source = 'a.log' AND request_id = ?", id); n != 8 {
		t.Errorf("%d lines of the request in the view, want 4 for each function", n)
	}
	if n := count(t, w.conn, "SELECT count(*) FROM invocations WHERE request_id = 'not-a-uuid' AND init_duration_ms = 200.25 AND status = 'timeout'"); n != 2 {
		t.Errorf("%d lines of the other request", n)
	}
}

// TestTwinsMeetInEverySlice compares events in many slices of their hash.
func TestTwinsMeetInEverySlice(t *testing.T) {
	w, _ := openTest(t)
	defer closeTest(t, w)
	ref := put(t, w, function("f", 512))[0]
	const n = 20_000
	for _, round := range []int64{0, n} {
		l, err := w.NewInvocationLoad(t.Context(), "a.log")
		if err != nil {
			t.Fatal(err)
		}
		for i := range n {
			v := line("", day0.Add(time.Duration(i)*time.Second))
			if err := l.Append(ref, &v); err != nil {
				t.Fatal(err)
			}
		}
		if err := l.out.close(); err != nil {
			t.Fatal(err)
		}
		l.out = nil
		if twice, err := l.dropTwins(777); err != nil || twice != round {
			t.Fatalf("dropped %d, %v; want %d", twice, err, round)
		}
		if err := l.end("COMMIT"); err != nil {
			t.Fatal(err)
		}
	}
	if got := count(t, w.conn, "SELECT count(DISTINCT ts) FROM invocation"); got != n {
		t.Errorf("%d events remain, want %d", got, n)
	}
}

// TestAbsentFiguresAreNull stores a line that says nothing but its duration.
func TestAbsentFiguresAreNull(t *testing.T) {
	w, _ := openTest(t)
	defer closeTest(t, w)
	ref := put(t, w, function("f", 512))[0]
	l, err := w.NewInvocationLoad(t.Context(), "a.log")
	if err != nil {
		t.Fatal(err)
	}
	bare := Invocation{DurationMs: 1, BilledMs: -1, InitMs: -1, RestoreMs: -1, BilledRestoreMs: -1, Memory: -1, MaxMemoryUsed: -1}
	hostile := line("\xff\x00'; DROP TABLE invocation; --", day0)
	for _, v := range []*Invocation{&bare, &hostile} {
		if err := l.Append(ref, v); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := l.Commit(); err != nil {
		t.Fatal(err)
	}
	absent := []string{"request_id", "ts", "billed_duration_ms", "init_duration_ms", "restore_duration_ms", "memory_size_mb", "max_memory_used_mb", "status"}
	for _, col := range absent {
		if n := count(t, w.conn, fmt.Sprintf("SELECT count(*) FROM invocations WHERE %s IS NULL", col)); n != 1 {
			t.Errorf("%s is NULL in %d lines, want 1", col, n)
		}
	}
	var id string
	if err := w.conn.QueryRowContext(t.Context(), "SELECT request_id FROM invocations WHERE request_id IS NOT NULL").Scan(&id); err != nil {
		t.Fatal(err)
	}
	if want := "\uFFFD\x00'; DROP TABLE invocation; --"; id != want {
		t.Errorf("request id %q, want %q", id, want)
	}
}

// TestLoadBesideWriter records a function in the middle of a load, and gives
// up another load: nothing of that one remains.
func TestLoadBesideWriter(t *testing.T) {
	w, _ := openTest(t)
	defer closeTest(t, w)
	l, err := w.NewInvocationLoad(t.Context(), "a.log")
	if err != nil {
		t.Fatal(err)
	}
	for i := range 50 {
		ref := put(t, w, function(fmt.Sprintf("f%d", i/25), 512))[0]
		v := line("", day0.Add(time.Duration(i)*time.Second))
		if err := l.Append(ref, &v); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Abort(); err != nil {
		t.Fatal(err)
	}
	if n := count(t, w.conn, "SELECT count(*) FROM invocation"); n != 0 {
		t.Errorf("%d lines of a load that was given up", n)
	}
	if n := count(t, w.conn, "SELECT count(*) FROM resource"); n != 2 {
		t.Errorf("%d functions, want the 2 that were recorded meanwhile", n)
	}
}

// TestHoursFollowLines loads lines with duplicates within and between loads:
// the sums by hour that the loads leave, those that the migration makes of
// older databases, and the lines themselves agree.
func TestHoursFollowLines(t *testing.T) {
	w, _ := openTest(t)
	defer closeTest(t, w)
	refs := put(t, w, function("f", 512), function("g", 512))
	rng := rand.New(rand.NewPCG(1, 2))
	for _, source := range []string{"a.log", "b.log", "a.log"} {
		l, err := w.NewInvocationLoad(t.Context(), source)
		if err != nil {
			t.Fatal(err)
		}
		for range 3000 {
			if err := l.Append(refs[rng.IntN(2)], randomLine(rng)); err != nil {
				t.Fatal(err)
			}
		}
		if added, twice, err := l.Commit(); err != nil || added == 0 || twice == 0 {
			t.Fatalf("added %d, duplicates %d, %v; want some of both", added, twice, err)
		}
		checkHours(t, w)
	}
	script, err := migrationFiles.ReadFile("migrations/0003_invocation_hours.sql")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.conn.ExecContext(t.Context(), "DROP TABLE invocation_hour; "+string(script)); err != nil {
		t.Fatal(err)
	}
	checkHours(t, w)
}

// randomLine is one of some 8000 lines of three days; few enough to repeat.
func randomLine(rng *rand.Rand) *Invocation {
	v := line("", day0.Add(time.Duration(rng.IntN(500))*9*time.Minute))
	v.DurationMs, v.Memory = 12.25, unit.MiB(128<<rng.IntN(2))
	v.Status = []string{"", "timeout", "error", "failure"}[rng.IntN(4)]
	if rng.IntN(2) == 0 {
		v.InitMs, v.RestoreMs = -1, -1
	}
	if rng.IntN(20) == 0 {
		v.At = time.Time{}
	}
	return &v
}

// checkHours sums the lines by hour and memory size and compares.
func checkHours(t *testing.T, w *Writer) {
	t.Helper()
	const lines = `SELECT resource, date_trunc('hour', ts), memory_size_mb, count(*), sum(billed_duration_ms), sum(duration_ms),
			count(init_duration_ms), coalesce(sum(init_duration_ms), 0), coalesce(max(init_duration_ms), 0),
			coalesce(sum(billed_duration_ms - ceil(duration_ms)) FILTER (init_duration_ms IS NOT NULL), 0),
			count(restore_duration_ms), coalesce(sum(restore_duration_ms), 0),
			count(*) FILTER (status = 'timeout'), count(*) FILTER (status IN ('error', 'failure')), max(max_memory_used_mb)
		FROM invocation WHERE ts IS NOT NULL GROUP BY ALL`
	n := count(t, w.conn, "SELECT count(*) FROM ("+lines+")")
	if same := count(t, w.conn, "SELECT count(*) FROM (FROM lambda_reports INTERSECT "+lines+")"); n < 100 || same != n {
		t.Errorf("%d of %d hours agree with the lines", same, n)
	}
	if shown := count(t, w.conn, "SELECT count(*) FROM lambda_reports"); shown != n {
		t.Errorf("%d rows by hour and memory size, want %d", shown, n)
	}
}
