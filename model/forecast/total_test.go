package forecast

import (
	"math"
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
