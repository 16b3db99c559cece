package store

import (
	"fmt"
	"testing"
	"time"
)

// line is a REPORT line that has everything a line can have.
func line(id string, at time.Time) Invocation {
	return Invocation{
		RequestID: id, At: at, DurationMs: 12.5, BilledMs: 213, InitMs: 200.25, RestoreMs: 3, BilledRestoreMs: 4,
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
