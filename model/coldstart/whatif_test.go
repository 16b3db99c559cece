package coldstart

import (
	"encoding/csv"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

	"github.com/breakeven-dev/breakeven/model/unit"
)

// x86 in us-east-1, aws.amazon.com/lambda/pricing (November 2026).
var prices = Prices{unit.MustUSD("0.0000041667"), unit.MustUSD("0.0000097222"), unit.MustUSD("0.0000166667")}

func TestGoal(t *testing.T) {
	for _, c := range []struct {
		goal Goal
		want float64
		ok   bool
	}{
		{Goal{0.99, 0, 1}, 0.01, true},             // every cold start is late
		{Goal{0.99, 0.005, 0.505}, 0.01, true},     // half of them, and some warm ones
		{Goal{0.99, 0.001, 0.002}, 1, true},        // cold starts are fast enough
		{Goal{0.99, 0.02, 1}, 0, false},            // warm requests alone are too slow
		{Goal{0.99, math.NaN(), 1}, 0, false},      // unknown
		{Goal{0.99, 0.009999, 1}, 1.0101e-6, true}, // hardly any
	} {
		got, ok := c.goal.ColdShare()
		if ok != c.ok || math.Abs(got-c.want) > 1e-6*max(c.want, 1e-3) {
			t.Errorf("%+v: %v %v", c.goal, got, ok)
		}
	}
}

// Every hour meets the goal with the fewest instances, or with more where
// that is cheaper, by trying all.
func TestPlan(t *testing.T) {
	r := rand.New(rand.NewPCG(31, 32))
	for range 20 {
		var day []Hour
		for range 24 {
			day = append(day, Hour{Rate: math.Exp(r.Float64()*8 - 5), Service: math.Exp(r.Float64()*3 - 3), Init: 0.5})
		}
		allowed := math.Exp(-1 - 6*r.Float64())
		s := Plan(day, DefaultLifetime, 1024, prices, allowed)
		var sum unit.USD
		for i, h := range day {
			n, best := -1, unit.USD{}
			for k := range 100 {
				if ShareBeyond(h.Rate, h.Service, DefaultLifetime, k) > allowed {
					continue
				}
				if c := h.cost(k, DefaultLifetime, 1024, prices); n < 0 || c.Cmp(best) < 0 {
					n, best = k, c
				}
			}
			sum = sum.Add(best)
			// Fewer init are not counted when more instances are tried for
			// their own sake: a hair's breadth may lie between the two.
			if got := h.cost(s.Instances[i], DefaultLifetime, 1024, prices); s.ColdShare[i] > allowed || got.Ratio(best) > 1.005 {
				t.Errorf("%+v allowed %v: %d instances at %s, %d at %s", h, allowed, s.Instances[i], got, n, best)
			}
		}
		if s.Cost.Ratio(sum) > 1.005 || s.Constant.Cmp(s.Cost) < 0 && s.Constant.Ratio(s.Cost) < 0.995 {
			t.Errorf("cost %s, least %s, constant %s", s.Cost, sum, s.Constant)
		}
	}
	quiet := Plan([]Hour{{}, {Rate: 1e-9, Service: 1}}, DefaultLifetime, 512, prices, 0.5)
	if quiet.Instances[0] != 0 || !quiet.Without.Sub(quiet.Without).IsZero() || quiet.Peak != 1 {
		t.Errorf("%+v", quiet)
	}
}

// One provisioned GB for an hour without requests: 3600 x 0.0000041667.
func TestIdleHourCost(t *testing.T) {
	got := Hour{}.cost(1, DefaultLifetime, 1024, prices)
	if got.Cmp(unit.MustUSD("0.01500012")) != 0 {
		t.Error(got)
	}
}

func TestShareBeyond(t *testing.T) {
	before := 1.0
	for n := range 20 {
		got := ShareBeyond(0.9, 2, DefaultLifetime, n)
		if got < 0 || got > before {
			t.Errorf("%d provisioned: %v after %v", n, got, before)
		}
		before = got
	}
	if before > 1e-6 || ShareBeyond(0, 1, DefaultLifetime, 1) != 0 || ShareBeyond(0, 1, DefaultLifetime, 0) != 1 {
		t.Error("twenty instances are enough for two Erlangs")
	}
}

func TestKeepWarm(t *testing.T) {
	// One request in ten minutes: warmed, only overlaps start cold.
	w := KeepWarm(1.0/600, 1, DefaultLifetime, 1, 240)
	if !w.Works || w.Before < 0.5 || w.After > 0.002 || w.PingsAMonth != 10_950 {
		t.Errorf("%+v", w)
	}
	// Bursts: the scale-out starts remain.
	if w = KeepWarm(5, 2, DefaultLifetime, 1, 240); w.After < 0.9*w.Before {
		t.Errorf("one warm instance of twelve helps: %+v", w)
	}
	if w = KeepWarm(1.0/600, 1, DefaultLifetime, 1, 3600); w.Works || w.After != w.Before || w.PingsAMonth != 0 {
		t.Errorf("hourly pings: %+v", w)
	}
}

// One request every 1e9 s is always cold: 24 hours of it hold 8.64e-5 starts
// of 10 s at $0.0000166667 a GB-second; the snapshot of 2 GB costs
// 2 x 86,400 x $0.0000015046 to keep and 2 x $0.0001397998 a start.
func TestSnapStart(t *testing.T) {
	day := make([]Hour, 24)
	for i := range day {
		day[i] = Hour{Rate: 1e-9, Service: 1, Init: 10}
	}
	p := SnapStartPrices{unit.MustUSD("0.0000166667"), unit.MustUSD("0.0000015046"), unit.MustUSD("0.0001397998")}
	s := SnapStart(day, DefaultLifetime, 2048, 1, 0.5, p)
	for _, c := range []struct{ got, want float64 }{
		{s.ColdStarts, 8.64e-5},
		{s.Init.Float64(), 8.64e-4 * 2 * 0.0000166667},
		{s.Restored.Float64(), 2*86_400*0.0000015046 + 8.64e-5*2*(0.0001397998+0.5*0.0000166667)},
	} {
		if math.Abs(c.got/c.want-1) > 1e-5 {
			t.Errorf("%v, want %v in %+v", c.got, c.want, s)
		}
	}
}

// The ends come back within 30 s from 2,000 gaps for nine of ten seeds, and
// the middle within 15 s.
func TestFitLifetime(t *testing.T) {
	for _, truth := range []Lifetime{{630, 660}, {300, 420}, {1500, 2700}} {
		good := 0
		const seeds = 10
		for seed := range uint64(seeds) {
			r := rand.New(rand.NewPCG(41, seed))
			var gaps []Gap
			for range 2000 {
				g := r.ExpFloat64() * truth.High
				life := truth.Low + (truth.High-truth.Low)*r.Float64()
				gaps = append(gaps, Gap{g, g > life || r.Float64() < 0.02})
			}
			got, ok := FitLifetime(gaps)
			near := func(a, b, by float64) bool { return math.Abs(a-b) <= by }
			width := truth.High - truth.Low
			if ok && near(got.Low, truth.Low, 30+width/4) && near(got.High, truth.High, 30+width/4) && near(got.Low+got.High, truth.Low+truth.High, 30+width/4) {
				good++
			}
		}
		if good < seeds*9/10 {
			t.Errorf("%v: %d of %d seeds", truth, good, seeds)
		}
	}
	if _, ok := FitLifetime([]Gap{{1000, true}, {10, false}, {math.NaN(), true}, {-1, true}}); ok {
		t.Error("two gaps are no evidence")
	}
}

// The quiet one of the real runs (sim/testdata/README.md): published analysis
// of the series found 630 to 660 s.
func TestFitLifetimeOfARealRun(t *testing.T) {
	f, err := os.Open("sim/testdata/2020-06-09_01-04-58.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var gaps []Gap
	end := math.NaN()
	for _, row := range rows[1:] {
		at, err1 := strconv.ParseFloat(row[0], 64)
		ms, err2 := strconv.ParseFloat(row[2], 64)
		if err1 != nil || err2 != nil {
			t.Fatal(row)
		}
		gaps = append(gaps, Gap{at - end, row[1] == "1"})
		end = at + ms/1000
	}
	got, ok := FitLifetime(gaps)
	if !ok || got.Low < 600 || got.High > 690 || got.Low+got.High < 2*625 || got.Low+got.High > 2*665 {
		t.Errorf("%+v %v", got, ok)
	}
}
