package forecast

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestTotalByHand: two whole trials off by 3 and -4, one of half the horizon
// that does not count: sqrt((9+16)/2) times 12.706, Student's t of 1 degree
// of freedom at 0.975 (any table).
func TestTotalByHand(t *testing.T) {
	steps := []Step{{Value: 10}, {Value: 20}}
	rs := []residual{{0, 50}, {0, 1}, {1, 2}, {0, -1}, {1, -3}}
	got := newTotal(steps, rs, 2)
	if width := math.Sqrt(12.5) * 12.7062; got.Value != 30 || math.Abs(got.High95-30-width) > 1e-3 || math.Abs(30-got.Low95-width) > 1e-3 {
		t.Errorf("%+v, want 30 ± %g", got, width)
	}
	// Without a whole trial the misses are taken to go on: 50 of 1 step are 100 of 2.
	got = newTotal(steps, rs[:1], 2)
	if width := 100 * 12.7062; math.Abs(got.High95-30-width) > 0.01 {
		t.Errorf("%+v, want 30 ± %g", got, width)
	}
}

// TestTotalCoverage: the interval of the sum holds the truth in 90 to 99 % of
// over 100 series, and is narrower than the sum of the steps' intervals.
func TestTotalCoverage(t *testing.T) {
	inside, n := 0, 0
	for _, kind := range kinds {
		for seed := range uint64(15) {
			y := made(kind, 500+hourly.Horizon, rand.New(rand.NewPCG(seed, 13)))
			past, rest := y[:500], y[500:]
			f := newCombination(len(past), hourly).forecast(past)
			truth, widest := 0.0, 0.0
			for i, v := range rest {
				truth += v
				widest += f.steps[i].High95 - f.steps[i].Low95
			}
			n++
			if f.total.Low95 <= truth && truth <= f.total.High95 {
				inside++
			}
			if f.total.High95-f.total.Low95 > 1.3*widest {
				t.Errorf("%s %d: %+v is wider than its steps' intervals, %g", kind, seed, f.total, widest)
			}
		}
	}
	t.Logf("%d of %d", inside, n)
	if share := float64(inside) / float64(n); n < 100 || share < 0.9 || share > 0.99 {
		t.Errorf("%d of %d sums lie within their interval, want 90 to 99 %%", inside, n)
	}
}
