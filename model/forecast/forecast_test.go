package forecast

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
)

var hourly = Options{Season: 24, Horizon: 48}

// kinds are made hours of traffic or cost, some like no other: a day and a
// week with noise that persists, a drifting level, growth, a day whose form
// or size wanders, steps, counts.
var kinds = []string{"day and week", "drift", "growth", "wandering day", "wandering size", "steps", "counts"}

// made is n hours of a kind, at a scale of its own.
func made(kind string, n int, rng *rand.Rand) []float64 {
	var day [24]float64
	for k := 1; k <= 3; k++ {
		a, b := rng.NormFloat64()/float64(k), rng.NormFloat64()/float64(k)
		for h := range day {
			s, c := math.Sincos(2 * math.Pi * float64(k*h) / 24)
			day[h] += a*s + b*c
		}
	}
	weekend, persist, noise := 2*rng.Float64(), 0.5+0.45*rng.Float64(), 0.1+0.3*rng.Float64()
	scale := math.Pow(10, 4*rng.Float64())
	rest, level, size := 0.0, 0.0, 1.0
	y := make([]float64, n)
	for t := range y {
		rest = persist*rest + noise*rng.NormFloat64()
		free := 0.0
		if t/24%7 > 4 {
			free = weekend
		}
		v := day[t%24] - free + rest
		switch kind {
		case "drift":
			level += 0.1 * rng.NormFloat64()
			v = day[t%24] + level + rest/2
		case "growth":
			v = (v + 12) * math.Exp(float64(t)/1000)
		case "wandering day":
			day[t%24] += 0.2 * rng.NormFloat64()
			v = day[t%24] + rest/3
		case "wandering size":
			size *= math.Exp(0.02 * rng.NormFloat64())
			v = size*(day[t%24]+4) + rest/4
		case "steps":
			if rng.Float64() < 0.004 {
				level += 3 * rng.NormFloat64()
			}
			v = day[t%24] + level + rest/2 - free/3
		case "counts":
			v = math.Max(0, math.Round(10*(v+4)))
			y[t] = v
			continue
		}
		y[t] = scale * (v + 10)
	}
	return y
}

// TestCoverage: of at least 100 series, the 95 % intervals hold 92 to 98 % of
// what comes, those of the sums 90 to 99 %, and the forecast is ahead of
// repeating the last day.
func TestCoverage(t *testing.T) {
	const each = 24
	var inside, sums, ratio, worst float64
	n := float64(each * len(kinds))
	for _, kind := range kinds {
		var own, of float64
		for seed := range uint64(each) {
			train := []int{500, 700}[seed%2]
			y := made(kind, train+hourly.Horizon, rand.New(rand.NewPCG(seed, 11)))
			f := newCombination(train, hourly).forecast(y[:train])
			b := backtest(Series{Values: y}, f.steps, hourly)
			own += b.Coverage / each
			of += b.SMAPE / b.SeasonalNaiveSMAPE / each
			if sum := total(y[train:]); f.total.Low95 <= sum && sum <= f.total.High95 {
				sums += 1 / n
			}
		}
		t.Logf("%-15s %.1f %% of steps within their interval, sMAPE %.3f of seasonal naive's", kind, 100*own, of)
		inside += own / float64(len(kinds))
		ratio += of / float64(len(kinds))
		worst = math.Max(worst, of)
	}
	t.Logf("%g series: %.1f %% of steps, %.1f %% of sums within, sMAPE %.3f of seasonal naive's", n, 100*inside, 100*sums, ratio)
	if n < 100 || inside < 0.92 || inside > 0.98 {
		t.Errorf("%.1f %% of the steps of %g series lie within their interval, want 92 to 98 %%", 100*inside, n)
	}
	if sums < 0.9 || sums > 0.99 {
		t.Errorf("%.1f %% of the sums lie within their interval, want 90 to 99 %%", 100*sums)
	}
	// Random walks leave little to be ahead in.
	if ratio > 0.88 || worst > 1.05 {
		t.Errorf("sMAPE is %.3f of seasonal naive's, %.3f in one kind: want at most 0.88, and nowhere over 1.05", ratio, worst)
	}
}

func total(y []float64) float64 {
	sum := 0.0
	for _, v := range y {
		sum += v
	}
	return sum
}

// TestCoverageOfShortSeries: where the last season is repeated, intervals
// hold 92 to 98 % given ten seasons.
func TestCoverageOfShortSeries(t *testing.T) {
	var inside, n float64
	for _, kind := range kinds {
		for seed := range uint64(20) {
			y := made(kind, 240+48, rand.New(rand.NewPCG(seed, 12)))
			r, err := Run(Series{Values: y}, hourly)
			if err != nil {
				t.Fatal(err)
			}
			if r.Method != "seasonal naive" {
				t.Fatalf("%s of 288 values, 48 held out: %s", kind, r.Method)
			}
			inside += r.Backtest.Coverage
			n++
		}
	}
	if c := inside / n; c < 0.92 || c > 0.98 {
		t.Errorf("%.1f %% of the steps lie within their interval, want 92 to 98 %%", 100*c)
	}
}

// TestBacktestIsUnseen: the back-test is that of a forecast made without the
// last steps, whatever they hold.
func TestBacktestIsUnseen(t *testing.T) {
	y := made("day and week", 800, rand.New(rand.NewPCG(1, 2)))
	n := len(y) - hourly.Horizon
	blind, err := Run(Series{Values: y[:n]}, hourly)
	if err != nil {
		t.Fatal(err)
	}
	for i := n; i < len(y); i++ {
		y[i] *= float64(1 + i%3)
	}
	r, err := Run(Series{Values: y}, hourly)
	if err != nil {
		t.Fatal(err)
	}
	var smape, miss, within, naive float64
	for i, s := range blind.Steps {
		smape += symmetric(y[n+i], s.Value) / 48
		miss += math.Abs(y[n+i]-s.Value) / 48
		naive += symmetric(y[n+i], y[n-24+i%24]) / 48
		if s.Low95 <= y[n+i] && y[n+i] <= s.High95 {
			within += 1. / 48
		}
	}
	b := r.Backtest
	mase := miss / seasonalError(y[:n], 24)
	for _, c := range []struct{ got, want float64 }{{b.SMAPE, smape}, {*b.MASE, mase}, {b.Coverage, within}, {b.SeasonalNaiveSMAPE, naive}} {
		if math.Abs(c.got-c.want) > 1e-9*c.want {
			t.Errorf("back-test %+v has %g, want %g", b, c.got, c.want)
		}
	}
}

// TestMeasuresByHand: a series whose errors are easy. 1 2 1 2 | 3 2, season 2:
// the naive forecast is 1 2, the mean difference within the past 0.
func TestMeasuresByHand(t *testing.T) {
	o := Options{Season: 2, Horizon: 2}
	r, err := Run(Series{Values: []float64{1, 2, 1, 2, 3, 2}}, o)
	if err != nil {
		t.Fatal(err)
	}
	// |3-1|/(3+1)·200 = 100 and 0, on average 50.
	if b := r.Backtest; b.SMAPE != 50 || b.SeasonalNaiveSMAPE != 50 || b.MASE != nil {
		t.Errorf("%+v", b)
	}
	// Differences within 1 2 2 4 to a season before: 1 and 2, on average 1.5;
	// |1-2| and |4-4| are missed by 0.5 on average.
	r, err = Run(Series{Values: []float64{1, 2, 2, 4, 1, 4}}, o)
	if err != nil {
		t.Fatal(err)
	}
	if b := r.Backtest; b.MASE == nil || math.Abs(*b.MASE-1./3) > 1e-12 {
		t.Errorf("MASE %v, want 1/3", b.MASE)
	}
}

func TestTooShort(t *testing.T) {
	for _, c := range []struct{ n, season, horizon, need int }{
		{47, 24, 1, 48}, {48, 24, 23, 0}, {72, 24, 48, 73}, {73, 24, 48, 0}, {0, 1, 1, 3}, {3, 1, 1, 0},
	} {
		_, err := Run(Series{Values: make([]float64, c.n)}, Options{c.season, c.horizon})
		short := (*TooShortError)(nil)
		if errors.As(err, &short) != (c.need > 0) || (short != nil && short.Need != c.need) {
			t.Errorf("%d values, season %d, horizon %d: %v, want to need %d", c.n, c.season, c.horizon, err, c.need)
		}
	}
	for _, o := range []Options{{0, 1}, {1, 0}, {-1, 1}, {MaxValues + 1, 1}} {
		if _, err := Run(Series{Values: make([]float64, 100)}, o); err == nil {
			t.Errorf("%+v passes", o)
		}
	}
	for _, v := range []float64{math.NaN(), math.Inf(1), 1e101} {
		y := make([]float64, 100)
		y[50] = v
		if _, err := Run(Series{Values: y}, hourly); err == nil || !strings.Contains(err.Error(), "value 51") {
			t.Errorf("%v: %v", v, err)
		}
	}
}

// TestUnitsDoNotMatter: a series in cents is forecast as one in dollars.
func TestUnitsDoNotMatter(t *testing.T) {
	for _, kind := range []string{"day and week", "growth"} {
		y := made(kind, 500, rand.New(rand.NewPCG(3, 4)))
		z := make([]float64, len(y))
		for i, v := range y {
			z[i] = 64 * v
		}
		a, err1 := Run(Series{Values: y}, hourly)
		b, err2 := Run(Series{Values: z}, hourly)
		if err := errors.Join(err1, err2); err != nil {
			t.Fatal(err)
		}
		for i, s := range a.Steps {
			if math.Abs(64*s.Value-b.Steps[i].Value) > 1e-3*math.Abs(b.Steps[i].Value) {
				t.Errorf("%s step %d: %g, times 64: %g", kind, i+1, s.Value, b.Steps[i].Value)
				break
			}
		}
	}
}

// TestShapes: what has no noise is continued, what was never negative stays
// so, and the strange does not break the answer.
func TestShapes(t *testing.T) {
	fill := func(n int, f func(t int) float64) []float64 {
		y := make([]float64, n)
		for t := range y {
			y[t] = f(t)
		}
		return y
	}
	for _, c := range []struct {
		name string
		f    func(t int) float64
		tol  float64 // largest error, negative: any
	}{
		{"zero", func(int) float64 { return 0 }, 0},
		{"constant", func(int) float64 { return 7.5 }, 0},
		{"negative constant", func(int) float64 { return -7.5 }, 0},
		{"day", func(t int) float64 { return float64(t % 24) }, 1e-6},
		{"week", func(t int) float64 { return float64(t % 168) }, 0.5},
		{"nights off", func(t int) float64 { return math.Max(0, float64(t%24)-12) }, 1e-6},
		{"line", func(t int) float64 { return float64(t) }, 30},
		{"huge", func(t int) float64 { return 1e98 * float64(1+t%24) }, -1},
		{"tiny", func(t int) float64 { return 1e-300 * float64(1+t%24+t%7) }, -1},
		{"exploding", func(t int) float64 { return math.Exp(float64(t) / 10) }, -1},
		{"one spike", func(t int) float64 { return float64(max(0, t-600) / 99 * 1000) }, -1},
		{"alternating", func(t int) float64 { return float64(t%2)*2e3 - 1e3 }, -1},
	} {
		for _, n := range []int{100, 700} {
			r, err := Run(Series{Values: fill(n, c.f)}, hourly)
			if err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
			least := math.Inf(1)
			for _, v := range fill(n, c.f) {
				least = math.Min(least, v)
			}
			for i, s := range r.Steps {
				want := c.f(n + i)
				if !(s.Low95 <= s.Value && s.Value <= s.High95) || math.IsInf(s.High95-s.Low95, 0) || (least >= 0 && s.Low95 < 0) {
					t.Errorf("%s, %d values: %+v", c.name, n, s)
				}
				if n == 700 && c.tol >= 0 && math.Abs(s.Value-want) > c.tol {
					t.Errorf("%s, step %d: %g, want %g", c.name, i+1, s.Value, want)
				}
			}
		}
	}
}

// TestShares: they add up to 1, fall, and are reproducible.
func TestShares(t *testing.T) {
	y := made("steps", 700, rand.New(rand.NewPCG(5, 6)))
	a, err := Run(Series{Values: y}, hourly)
	if err != nil {
		t.Fatal(err)
	}
	b, _ := Run(Series{Values: y}, hourly)
	if !reflect.DeepEqual(a, b) {
		t.Error("the same series has two forecasts")
	}
	sum := 0.0
	for i, w := range a.Weights {
		sum += w.Share
		if i > 0 && w.Share > a.Weights[i-1].Share {
			t.Errorf("%v are not in order", a.Weights)
		}
	}
	if math.Abs(sum-1) > 1e-12 || len(a.Weights) != len(methods(24)) {
		t.Errorf("%d weights add up to %g", len(a.Weights), sum)
	}
}

// TestLongHistory: steps too far back count nothing, and a year of hours or a
// month of minutes is forecast.
func TestLongHistory(t *testing.T) {
	y := made("drift", 3000, rand.New(rand.NewPCG(7, 8)))
	a, err := Run(Series{Values: y}, hourly)
	if err != nil {
		t.Fatal(err)
	}
	y[0], y[1] = 1e9, -1e9 // also ends what keeps the forecast above zero
	b, err := Run(Series{Values: y}, hourly)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(a.Weights, b.Weights) {
		t.Error("what lies 3,000 hours back changes the weights")
	}
	for _, o := range []Options{{24, 720}, {1, 5}, {7, 14}, {168, 168}} {
		r, err := Run(Series{Values: y[2:]}, o)
		if err != nil || len(r.Steps) != o.Horizon {
			t.Errorf("%+v: %d steps, %v", o, len(r.Steps), err)
		}
	}
}

// TestWalk: season by season the forecasts are those of Run, which starts
// from scratch each time.
func TestWalk(t *testing.T) {
	y := made("day and week", 24*30, rand.New(rand.NewPCG(14, 14)))
	o := Options{Season: 24, Horizon: 24}
	walk := NewWalk(24)
	if walk.Next(y[:23]) != nil {
		t.Error("a forecast of nothing")
	}
	for n := 24; n < len(y); n += 24 {
		next := walk.Next(y[:n])
		if len(next) != 24 {
			t.Fatalf("%d steps after %d values", len(next), n)
		}
		if n < 72 {
			continue // Run back-tests, too
		}
		r, err := Run(Series{Values: y[:n]}, o)
		if err != nil {
			t.Fatal(err)
		}
		for i, s := range r.Steps {
			// Run decides by what is left of its history when it back-tests.
			if r.Method != "seasonal naive" && s.Value != next[i] {
				t.Fatalf("%d values, step %d: %g, of Run %g", n, i+1, next[i], s.Value)
			}
		}
	}
}

// TestWeightedMedian: with one weight for all it is the median.
func TestWeightedMedian(t *testing.T) {
	for _, c := range []struct {
		points []point
		want   float64
	}{
		{[]point{{5, 1}}, 5},
		{[]point{{3, 1. / 3}, {1, 1. / 3}, {9, 1. / 3}}, 3},
		{[]point{{4, 0.25}, {1, 0.25}, {2, 0.25}, {90, 0.25}}, 3},
		{[]point{{1, 0}, {2, 1}, {3, 0}}, 2},
		{[]point{{0, 0.9}, {10, 0.1}}, 1}, // 0.05 past the middle of the first, of 0.5 between both
	} {
		if got := weightedMedian(append([]point(nil), c.points...)); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("%v: %g, want %g", c.points, got, c.want)
		}
	}
}

func TestErrorTexts(t *testing.T) {
	_, err := Run(Series{Values: make([]float64, 40)}, hourly)
	if want := "40 values are too few: a season of 24 and a horizon of 48 take at least 73, to back-test the forecast"; fmt.Sprint(err) != want {
		t.Errorf("%v", err)
	}
}

// BenchmarkRun is a forecast of 48 hours from 1,000, back-test included.
func BenchmarkRun(b *testing.B) {
	s := Series{Values: made("day and week", 1000, rand.New(rand.NewPCG(9, 10)))}
	for b.Loop() {
		if _, err := Run(s, hourly); err != nil {
			b.Fatal(err)
		}
	}
}
