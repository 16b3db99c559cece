package store

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/breakeven-dev/breakeven/model"
)

// minutes is a ledger that anybody can check: one cell a minute.
type minutes struct {
	seen, settled [ledgerMinutes]bool
	open          [ledgerMinutes]bool
}

const ledgerMinutes = 240

func (m *minutes) add(from, to, settled int, open bool) {
	for i := from; i < to; i++ {
		if open {
			m.open[i] = true
			continue
		}
		m.seen[i], m.open[i] = true, false
		if i < settled {
			m.settled[i] = true
		}
	}
}

func minuteWindow(from, to int) model.Window {
	return model.Window{From: day0.Add(time.Duration(from) * time.Minute), To: day0.Add(time.Duration(to) * time.Minute)}
}

// cells turns windows into minutes and fails on one that is no whole minute.
func cells(t *testing.T, windows []model.Window) (out [ledgerMinutes]bool) {
	t.Helper()
	last := day0
	for _, w := range windows {
		if w.From.Before(last) || !w.From.Before(w.To) {
			t.Fatalf("windows out of order, touching or empty: %v", windows)
		}
		last = w.To.Add(1)
		for at := w.From; at.Before(w.To); at = at.Add(time.Minute) {
			out[int(at.Sub(day0)/time.Minute)] = true
		}
	}
	return out
}

// ledgerCase drives a database's ledger and a naive one side by side.
type ledgerCase struct {
	t     *testing.T
	w     *Writer
	path  string
	refs  []Ref
	naive map[Ref]*minutes
	rng   *rand.Rand
}

func (c *ledgerCase) check(when string) {
	c.t.Helper()
	from := c.rng.IntN(ledgerMinutes)
	to := from + c.rng.IntN(ledgerMinutes-from+1)
	got, err := c.w.Missing(c.t.Context(), "g", c.refs, minuteWindow(from, to))
	if err != nil {
		c.t.Fatal(err)
	}
	open := map[Ref][]model.Window{}
	for _, f := range c.w.OpenIntervals(c.t.Context()) {
		open[f.Resource] = append(open[f.Resource], f.Window)
	}
	for _, ref := range c.refs {
		want := [ledgerMinutes]bool{}
		for i := from; i < to; i++ {
			want[i] = !c.naive[ref].settled[i]
		}
		if cells(c.t, got[ref]) != want {
			c.t.Fatalf("%s: of minutes %d to %d, resource %d lacks %v", when, from, to, ref, got[ref])
		}
		if covered(open[ref]) != c.naive[ref].open {
			c.t.Fatalf("%s: resource %d has open %v", when, ref, open[ref])
		}
		probe := spanOf(minuteWindow(from, to))
		if c.w.ledger.overlaps(ledgerKey{resource: ref, group: "g"}, probe) != slices.Contains(c.naive[ref].seen[from:to], true) {
			c.t.Fatalf("%s: resource %d: was anything stored in %d to %d?", when, ref, from, to)
		}
	}
}

// covered marks the minutes of windows that may overlap.
func covered(windows []model.Window) (out [ledgerMinutes]bool) {
	for _, w := range windows {
		for at := w.From; at.Before(w.To); at = at.Add(time.Minute) {
			out[int(at.Sub(day0)/time.Minute)] = true
		}
	}
	return out
}

// TestLedgerAgainstMinutes enters random fetches, complete, half settled and
// failed, compacts and reloads, and compares every answer with the naive one.
func TestLedgerAgainstMinutes(t *testing.T) {
	c := &ledgerCase{t: t, rng: rand.New(rand.NewPCG(7, 7)), naive: map[Ref]*minutes{0: {}}}
	c.w, c.path = openTest(t)
	c.refs = append(put(t, c.w, function("a", 128), function("b", 128)), 0)
	for _, r := range c.refs[:2] {
		c.naive[r] = &minutes{}
	}
	for round := range 12 {
		for step := range 12 {
			c.enter()
			c.check(fmt.Sprintf("round %d step %d", round, step))
		}
		closeTest(t, c.w) // compacts
		c.w = reopen(t, c.path)
		for range 5 {
			c.check(fmt.Sprintf("round %d reloaded", round))
		}
	}
	rows := count(t, c.w.conn, "SELECT count(*) FROM ledger")
	closeTest(t, c.w)
	c.w = reopen(t, c.path)
	defer closeTest(t, c.w)
	if again := count(t, c.w.conn, "SELECT count(*) FROM ledger"); again != rows || rows > 150 {
		t.Errorf("the ledger has %d entries, compacted again %d", rows, again)
	}
}

// enter makes up to three entries in one call.
func (c *ledgerCase) enter() {
	c.t.Helper()
	var list []Fetch
	for range 1 + c.rng.IntN(3) {
		ref := c.refs[c.rng.IntN(len(c.refs))]
		from := c.rng.IntN(ledgerMinutes)
		to := from + c.rng.IntN(min(40, ledgerMinutes-from)+1)
		settled := max(from, to-c.rng.IntN(20)) - c.rng.IntN(3)
		open := c.rng.IntN(3) == 0
		if c.rng.IntN(4) == 0 { // a whole hour, so that edges meet
			from, to, settled = from/60*60, from/60*60+60, from/60*60+60
		}
		list = append(list, Fetch{
			Account: "123456789012", Region: "us-east-1", Resource: ref, Group: "g", Window: minuteWindow(from, to),
			SettledTo: minuteWindow(0, max(settled, 0)).To, Open: open, Reason: "throttled",
		})
		if ref == 0 {
			list[len(list)-1].Account = ""
			list[len(list)-1].Region = ""
		}
		c.naive[ref].add(from, to, settled, open)
	}
	if err := c.w.PutFetches(c.t.Context(), list); err != nil {
		c.t.Fatal(err)
	}
}

// FuzzSpans makes spans of bytes and compares union and subtract with sets.
func FuzzSpans(f *testing.F) {
	f.Add([]byte{1, 3, 0, 5, 9, 1, 3, 5, 0})
	f.Add([]byte{0, 255, 0, 10, 20, 1, 15, 15, 1, 20, 30, 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		var list []span
		var set [256]bool
		for ; len(data) >= 3; data = data[3:] {
			s := span{int64(data[0]), int64(data[1])}
			add := data[2]%2 == 0
			if add {
				list = union(list, s)
			} else {
				list = subtract(list, s)
			}
			for i := s.from; i < s.to; i++ {
				set[i] = add
			}
			checkSpans(t, list, set)
		}
	})
}

func checkSpans(t *testing.T, list []span, set [256]bool) {
	t.Helper()
	var got [256]bool
	last := int64(-1)
	for _, s := range list {
		if s.from <= last && last >= 0 || s.from >= s.to {
			t.Fatalf("not ascending, disjoint and apart: %v", list)
		}
		last = s.to
		for i := s.from; i < s.to; i++ {
			got[i] = true
		}
	}
	if got != set {
		t.Fatalf("%v are other numbers than %v", list, set)
	}
}
