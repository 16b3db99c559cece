package rightsize

import (
	"encoding/csv"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/breakeven-dev/breakeven/model/price"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// measuredCurve is a function measured at several sizes.
type measuredCurve struct {
	id, source, workload, start string
	sizes                       []Measurement
}

// readCurves reads testdata/duration-curves.csv; see testdata/README.md for
// its sources. Curves of fewer than three sizes are left out, and those of
// unfaasener's regression-tuning functions: handlers of 50 to 800 ms that
// vary tenfold between neighbouring sizes, at random.
func readCurves(t *testing.T) []measuredCurve {
	t.Helper()
	f, err := os.Open("testdata/duration-curves.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	byID := map[string]*measuredCurve{}
	var order []string
	for _, r := range rows[1:] {
		memory, err1 := strconv.ParseInt(r[5], 10, 64)
		ms, err2 := strconv.ParseFloat(r[6], 64)
		if err1 != nil || err2 != nil {
			t.Fatalf("%v: not numbers", r)
		}
		c := byID[r[0]]
		if c == nil {
			c = &measuredCurve{id: r[0], source: r[1], workload: r[2], start: r[3]}
			byID[r[0]] = c
			order = append(order, r[0])
		}
		c.sizes = append(c.sizes, Measurement{Memory: unit.MiB(memory), Duration: duration(ms)})
	}
	var list []measuredCurve
	for _, id := range order {
		c := *byID[id]
		slices.SortFunc(c.sizes, func(a, b Measurement) int { return int(a.Memory - b.Memory) })
		c.sizes = slices.CompactFunc(c.sizes, func(a, b Measurement) bool { return a.Memory == b.Memory })
		if len(c.sizes) >= 3 && !strings.Contains(id, "regressiontuning") {
			list = append(list, c)
		}
	}
	return list
}

// short tells whether the function ever takes less than 10 ms: a group of its
// own, as noise makes most of such durations.
func (c measuredCurve) short() bool {
	return slices.ContainsFunc(c.sizes, func(m Measurement) bool { return m.Duration < 10*time.Millisecond })
}

func (c measuredCurve) without(drop func(Measurement) bool) (rest, dropped []Measurement) {
	for _, m := range c.sizes {
		if drop(m) {
			dropped = append(dropped, m)
		} else {
			rest = append(rest, m)
		}
	}
	return rest, dropped
}

// score collects what a protocol finds over curves.
type score struct {
	errors          []float64 // mean relative error of each curve
	inside, pairs   int
	best, second, n float64
	regret          float64
}

func (s *score) predict(t *testing.T, e Evidence, truth []Measurement) []Estimate {
	t.Helper()
	f, err := New(e)
	if err != nil {
		t.Fatal(err)
	}
	sum := 0.0
	var got []Estimate
	for _, m := range truth {
		p := f.At(m.Memory)
		got = append(got, p)
		sum += math.Abs(float64(p.Duration-m.Duration)) / float64(m.Duration)
		s.pairs++
		if p.Low <= m.Duration && m.Duration <= p.High {
			s.inside++
		}
	}
	s.errors = append(s.errors, sum/float64(len(truth)))
	return got
}

func (s *score) mean() float64 { return mean(s.errors) }

func mean(list []float64) float64 {
	sum := 0.0
	for _, x := range list {
		sum += x
	}
	return sum / float64(len(list))
}

func (s *score) median() float64 {
	list := slices.Sorted(slices.Values(s.errors))
	n := len(list)
	return (list[(n-1)/2] + list[n/2]) / 2
}

func (s *score) coverage() float64 { return float64(s.inside) / float64(s.pairs) }

func twoSizes(t *testing.T, curves []measuredCurve) *score {
	s := &score{}
	for _, c := range curves {
		truth, given := c.without(func(m Measurement) bool { return m.Memory == 256 || m.Memory == 1024 })
		if len(given) == 2 && len(truth) > 0 {
			s.predict(t, Evidence{Measured: given}, truth)
		}
	}
	return s
}

// allButOne leaves out each size in turn, and asks which measured size is
// cheapest when the one left out is predicted.
func allButOne(t *testing.T, curves []measuredCurve) *score {
	prices, err := PricesOf(price.Embedded(), "us-east-1", unit.X86)
	if err != nil {
		t.Fatal(err)
	}
	s := &score{}
	for _, c := range curves {
		if len(c.sizes) < 4 {
			continue
		}
		one := &score{}
		var cost []float64
		for _, m := range c.sizes {
			cost = append(cost, prices.PerMillion(m.Memory, m.Duration).Float64())
		}
		ranked := slices.Sorted(slices.Values(cost))
		for i, out := range c.sizes {
			given, truth := c.without(func(m Measurement) bool { return m == out })
			p := one.predict(t, Evidence{Measured: given}, truth)[0]
			guess := slices.Clone(cost)
			guess[i] = prices.PerMillion(p.Memory, p.Duration).Float64()
			chosen := cost[slices.Index(guess, slices.Min(guess))]
			if chosen <= ranked[0] {
				one.best++
			}
			if chosen <= ranked[1] {
				one.second++
			}
			one.regret += chosen/ranked[0] - 1
			one.n++
		}
		s.errors = append(s.errors, one.mean())
		s.inside += one.inside
		s.pairs += one.pairs
		s.best += one.best / one.n
		s.second += one.second / one.n
		s.regret += one.regret / one.n
		s.n++
	}
	return s
}

// oneSize predicts all other sizes from each size alone. Without CPU time only
// the range counts; with it the function is taken to do nothing but compute.
func oneSize(t *testing.T, curves []measuredCurve, cpu bool) *score {
	s := &score{}
	for _, c := range curves {
		one := &score{}
		for _, from := range c.sizes {
			truth, given := c.without(func(m Measurement) bool { return m == from })
			e := Evidence{Measured: given}
			if cpu {
				share := min(float64(from.Memory)/fullVCPU, 1)
				e.CPU = &CPUTime{Memory: from.Memory, Time: time.Duration(share * float64(from.Duration))}
			}
			one.predict(t, e, truth)
		}
		s.errors = append(s.errors, one.mean())
		s.inside += one.inside
		s.pairs += one.pairs
	}
	return s
}

// grouped tells apart what noise dominates: handlers of a few milliseconds,
// and unfaasener's runs of many parallel invocations.
func grouped(curves []measuredCurve) map[string][]measuredCurve {
	g := map[string][]measuredCurve{}
	for _, c := range curves {
		switch {
		case c.source == "unfaasener":
			g["unfaasener"] = append(g["unfaasener"], c)
		case c.short():
			g["short"] = append(g["short"], c)
		default:
			g["clean"] = append(g["clean"], c)
		}
	}
	return g
}

// limits are what a group must reach, in percent. A least-squares fit of
// w + c/s has, mean and median, 8.9 and 5.9 % (two sizes), 10.0 and 7.0 % (all
// but one) on "clean", 40.2, 36.8, 40.4 and 37.4 % on "short"; it finds the
// cheapest size of "clean" in 90 %, at a regret of 0.9 %.
var limits = map[string]struct{ twoMean, twoMedian, allMean, best, second, regret, inside float64 }{
	"clean":      {twoMean: 8, twoMedian: 5, allMean: 7, best: 94, second: 99, regret: 0.5, inside: 92},
	"short":      {twoMean: 36, twoMedian: 31, allMean: 37, best: 80, second: 92, regret: 1.5, inside: 85},
	"unfaasener": {twoMean: 21, twoMedian: 13, allMean: 10, best: 90, second: 98, regret: 0.6, inside: 60},
}

func TestAccuracy(t *testing.T) {
	groups := grouped(readCurves(t))
	for _, name := range []string{"clean", "short", "unfaasener"} {
		two, all, limit := twoSizes(t, groups[name]), allButOne(t, groups[name]), limits[name]
		best, second, regret := 100*all.best/all.n, 100*all.second/all.n, 100*all.regret/all.n
		t.Logf("%-10s two sizes (%d functions): mean %.1f %%, median %.1f %%, interval holds %.1f %% of %d",
			name, len(two.errors), 100*two.mean(), 100*two.median(), 100*two.coverage(), two.pairs)
		t.Logf("%-10s all but one (%d functions): mean %.1f %%, median %.1f %%, best %.1f %%, best or second %.1f %%, regret %.2f %%, interval holds %.1f %% of %d",
			name, len(all.errors), 100*all.mean(), 100*all.median(), best, second, regret, 100*all.coverage(), all.pairs)
		if 100*two.mean() > limit.twoMean || 100*two.median() > limit.twoMedian || 100*two.coverage() < limit.inside {
			t.Errorf("%s, two sizes: worse than %+v", name, limit)
		}
		if 100*all.mean() > limit.allMean || best < limit.best || second < limit.second || regret > limit.regret || 100*all.coverage() < limit.inside {
			t.Errorf("%s, all but one: worse than %+v", name, limit)
		}
	}
}

func TestAccuracyFromOneSize(t *testing.T) {
	all := readCurves(t)
	ranges := oneSize(t, all, false)
	t.Logf("one size: the range holds %.1f %% of %d pairs", 100*ranges.coverage(), ranges.pairs)
	if ranges.coverage() < 0.9 {
		t.Error("want 90 % of the pairs")
	}
	computing := slices.DeleteFunc(all, func(c measuredCurve) bool { return !strings.HasPrefix(c.workload, "cpu") })
	s := oneSize(t, computing, true)
	t.Logf("one size and CPU time (%d CPU-bound functions): mean %.1f %%, median %.1f %%, interval holds %.1f %% of %d",
		len(s.errors), 100*s.mean(), 100*s.median(), 100*s.coverage(), s.pairs)
	// Three of them have 9 % on average. The fourth, tfso on x86_64, falls by
	// 2.9 from 512 to 1,024 MB, which no share of a vCPU explains: 25 %.
	if s.median() > 0.11 || s.mean() > 0.125 {
		t.Error("want a median of at most 11 %, and a mean of 12.5 %")
	}
}
