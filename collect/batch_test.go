package collect

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/store"
)

// someSeries makes n series of metrics with five statistics each.
func someSeries(n int) []series {
	out := make([]series, n)
	for i := range out {
		out[i] = series{namespace: "n", metric: string(rune('a' + i/5)), stat: string(rune('0' + i%5)), column: i}
	}
	return out
}

// Every want ends in exactly one batch, whole; no batch passes the limits
// unless a single want does, and batches of small wants are full.
func TestPackerKeepsWantsWhole(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	t0 := time.Unix(1e9, 0).UTC().Truncate(time.Hour)
	covers := []model.Window{{From: t0, To: t0.Add(time.Hour)}, {From: t0, To: t0.Add(15 * 24 * time.Hour)}}
	seen := map[store.Ref]int{}
	var sizes []int
	p := newPacker(func(b *batch) error {
		queries := 0
		for _, w := range b.wants {
			seen[w.subject.ref]++
			queries += len(w.series)
			if w.cover != b.wants[0].cover || w.period != b.period {
				t.Errorf("wants of different windows in one call")
			}
			if w.alive.From.Before(b.window.From) || w.alive.To.After(b.window.To) {
				t.Errorf("window %v does not hold %v", b.window, w.alive)
			}
		}
		if queries != b.queries || queries > maxQueries {
			t.Errorf("%d queries in a call, counted %d", queries, b.queries)
		}
		if len(b.wants) > 1 && queries*b.points() > batchPoints {
			t.Errorf("%d queries of %d points pass the memory bound", queries, b.points())
		}
		if b.wants[0].cover == covers[0] {
			sizes = append(sizes, queries)
		}
		return nil
	})
	const n = 2000
	for i := range n {
		c := covers[r.IntN(2)]
		w := want{
			subject: &subject{ref: store.Ref(i)}, cover: c, alive: c, period: time.Minute,
			series: someSeries(1 + r.IntN(20)),
		}
		if err := p.add(w); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.flush(); err != nil {
		t.Fatal(err)
	}
	for i := range n {
		if seen[store.Ref(i)] != 1 {
			t.Fatalf("want %d is in %d batches", i, seen[store.Ref(i)])
		}
	}
	for _, s := range sizes[:len(sizes)-1] {
		if s <= maxQueries-20 {
			t.Errorf("a call of %d queries although the next want had room", s)
		}
	}
}

func TestBilledMetrics(t *testing.T) {
	two := append(someSeries(3), series{namespace: "n", metric: "a", stat: "z", dims: []dimension{{"d", "v"}}})
	for _, c := range []struct {
		name string
		in   []series
		want int64
	}{
		{"none", nil, 0},
		{"one statistic", someSeries(1), 1},
		{"five statistics of a metric", someSeries(5), 1},
		{"five and one", someSeries(6), 2},
		{"other dimensions are another metric", two, 2},
	} {
		if got := billedMetrics(c.in); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
	eight := make([]series, 8)
	for i := range eight {
		eight[i] = series{metric: "Duration", stat: string(rune('a' + i))}
	}
	if got := billedMetrics(eight); got != 2 {
		t.Errorf("eight statistics of one metric are billed as %d, want 2", got)
	}
}

func TestAliveIn(t *testing.T) {
	t0 := time.Unix(1e9, 0).UTC()
	nan := nanOf()
	got := aliveIn(t0, time.Hour, []float64{nan, 0, 3, nan, 0, 1, 0, nan}, false)
	if want := (model.Window{From: t0.Add(2 * time.Hour), To: t0.Add(6 * time.Hour)}); got != want {
		t.Errorf("alive in %v, want %v", got, want)
	}
	if got := aliveIn(t0, time.Hour, []float64{nan, 0, nan}, false); !empty(got) {
		t.Errorf("dead, but alive in %v", got)
	}
	got = aliveIn(t0, time.Hour, []float64{nan, 0, nan}, true)
	if want := (model.Window{From: t0.Add(time.Hour), To: t0.Add(2 * time.Hour)}); got != want {
		t.Errorf("with zeros as life, alive in %v, want %v", got, want)
	}
}

func nanOf() float64 {
	c := make([]float64, 1)
	nanColumn(c)
	return c[0]
}

func TestSlotMerges(t *testing.T) {
	for _, c := range []struct {
		merge merge
		want  float64
	}{{mergeSet, 2}, {mergeSum, 5}, {mergeMax, 3}} {
		s := slot{column: []float64{nanOf()}, merge: c.merge}
		s.put(0, 3)
		s.put(0, 2)
		if s.column[0] != c.want {
			t.Errorf("merge %d gives %v, want %v", c.merge, s.column[0], c.want)
		}
	}
}
