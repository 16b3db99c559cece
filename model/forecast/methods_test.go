package forecast

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestAutoregressionFindsItsOwn: of a series made by y(t) = 0.6·y(t-1) +
// 0.3·y(t-24) and noise the coefficients are found, and the forecast is that
// of the recursion.
func TestAutoregressionFindsItsOwn(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	y := make([]float64, 20000)
	for i := range y {
		y[i] = rng.NormFloat64()
		if i >= 24 {
			y[i] += 0.6*y[i-1] + 0.3*y[i-24]
		}
	}
	beta, ok := regress(y, meanOf(y), []int{1, 24})
	if !ok || math.Abs(beta.AtVec(0)-0.6) > 0.02 || math.Abs(beta.AtVec(1)-0.3) > 0.02 {
		t.Errorf("coefficients %v, want 0.6 and 0.3", beta.RawVector().Data)
	}
	if _, ok := regress(make([]float64, 100), 0, []int{1}); ok {
		t.Error("a series that does not vary has coefficients")
	}
	if _, ok := regress(y, 0, nil); ok {
		t.Error("no lags have coefficients")
	}
}

// TestMethodsContinue: every method continues a day and a week without noise.
func TestMethodsContinue(t *testing.T) {
	truth := func(t int) float64 { return 20 + 5*math.Sin(float64(t)*math.Pi/12) }
	y := make([]float64, 24*7*6)
	for i := range y {
		y[i] = truth(i)
	}
	for _, m := range methods(24) {
		out := m.forecast(y, 24, 200)
		for i, v := range out {
			if math.Abs(v-truth(len(y)+i)) > 0.05 {
				t.Errorf("%s, step %d: %g, want %g", m.name, i+1, v, truth(len(y)+i))
				break
			}
		}
	}
}

// TestSmoothingRecursion: two steps by hand. Seasons of 2 start as the means
// 1 and 3 around the level 2; 5 is 4 above its forecast, of which the level
// takes a half and the day a quarter.
func TestSmoothingRecursion(t *testing.T) {
	y := []float64{1, 3, 1, 3, 5}
	s := newSmoother(y, 2, false)
	s.fit(y, rates{0.9, 0.9, 0, 0.9}) // leaves nothing behind
	s.fit(y, rates{0.5, 0.25, 0, 0.5})
	out := s.continued(5, 2, 0.5)
	// The last error leaves rest 4, which persists by half each step.
	want := []float64{4 + 1 + 2, 4 + 0 + 1}
	for i := range want {
		if math.Abs(out[i]-want[i]) > 1e-12 {
			t.Errorf("step %d: %g, want %g", i+1, out[i], want[i])
		}
	}
}

// TestMeanOfWeeks: as many weeks as there are, at most three.
func TestMeanOfWeeks(t *testing.T) {
	y := []float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}
	for _, c := range []struct {
		t, week int
		want    float64
	}{{10, 2, 7}, {10, 4, (7. + 3) / 2}, {11, 2, 8}, {10, 10, 1}} {
		if got := meanOfWeeks(y, c.t, c.week); got != c.want {
			t.Errorf("%+v: %g", c, got)
		}
	}
}
