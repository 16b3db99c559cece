package store

import (
	"testing"
	"time"
)

// TestMemoryRunsShort writes where the bound on memory is far too low: what
// does not fit is tried again with room.
func TestMemoryRunsShort(t *testing.T) {
	w, _ := openTest(t)
	defer closeTest(t, w)
	refs := put(t, w, function("a", 128), function("b", 128))
	starve := func() {
		t.Helper()
		if _, err := w.conn.ExecContext(t.Context(), "SET memory_limit = '1MB'"); err != nil && !isOutOfMemory(err) {
			t.Fatal(err)
		}
	}
	starve()
	fetches := make([]Fetch, 20_000)
	for i := range fetches {
		from := day0.Add(2 * time.Duration(i) * time.Hour)
		fetches[i] = Fetch{Account: "123456789012", Region: "us-east-1", Resource: refs[i%2], Group: "lambda-metrics", SettledTo: from.Add(time.Hour)}
		fetches[i].Window.From, fetches[i].Window.To = from, from.Add(time.Hour)
	}
	if err := w.PutFetches(t.Context(), fetches); err != nil {
		t.Fatal(err)
	}
	starve()
	putBlocks(t, w, block(refs[0], day0, 20_000, 3, 1), block(refs[1], day0, 20_000, 3, 1))
	starve()
	if err := w.Refresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := count(t, w.conn, "SELECT sum(invocations) FROM lambda_metrics"); n != 2*20_000*3 {
		t.Errorf("%d invocations, want %d", n, 2*20_000*3)
	}
	if n := count(t, w.conn, "SELECT count(*) FROM ledger"); n < 20_000 {
		t.Errorf("%d ledger entries", n)
	}
}

// TestRoomIsForOneThread: rows that several threads insert may be lost.
func TestRoomIsForOneThread(t *testing.T) {
	w, _ := openTest(t)
	defer closeTest(t, w)
	var threads int
	err := w.withRoom(t.Context(), func() error {
		return w.conn.QueryRowContext(t.Context(), "SELECT current_setting('threads')").Scan(&threads)
	})
	if err != nil || threads != 1 {
		t.Errorf("%d threads, %v", threads, err)
	}
}

// TestLostHoursAreNamed: days without their hours are not taken for no usage.
func TestLostHoursAreNamed(t *testing.T) {
	w, _ := openTest(t)
	defer closeTest(t, w)
	if err := w.derivedIsThere(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := w.conn.ExecContext(t.Context(), "INSERT INTO usage_day VALUES (1, DATE '2026-11-01', 'o', 'd', 'u', 1, 1, 1, 'measured')"); err != nil {
		t.Fatal(err)
	}
	if err := w.derivedIsThere(t.Context()); err == nil {
		t.Error("no error")
	}
}
