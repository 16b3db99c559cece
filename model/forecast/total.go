package forecast

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Total is the sum over all steps of a forecast, such as the rest of a
// month's bill.
type Total struct {
	// Value is the sum of the steps, Low95 and High95 hold the true sum 95
	// times in 100. They lie closer together than the sums of the steps' own
	// bounds, since misses partly cancel out.
	Value  float64 `json:"value"`
	Low95  float64 `json:"low95"`
	High95 float64 `json:"high95"`
}

// newTotal sums up steps; its interval comes from what the sums of earlier
// trials were off by, over as many steps where they were tried, else scaled
// up as if all steps missed alike. A root mean square of n such misses, half
// of which overlap, is widened by Student's t of (n+1)/2 degrees of freedom.
func newTotal(steps []Step, rs []residual, horizon int) Total {
	var t Total
	for _, s := range steps {
		t.Value += s.Value
	}
	squares, n := 0.0, 0
	for _, sum := range sums(rs, horizon) {
		squares += sum * sum
		n++
	}
	if n == 0 {
		return t
	}
	nu := float64((n + 1) / 2)
	width := math.Sqrt(squares/float64(n)) * distuv.StudentsT{Mu: 0, Sigma: 1, Nu: nu}.Quantile((1+level)/2)
	t.Low95, t.High95 = t.Value-width, t.Value+width
	return t
}

// sums adds the residuals of each trial up: of whole trials, or, where there
// are none, of all, scaled to the horizon.
func sums(rs []residual, horizon int) []float64 {
	var whole, all []float64
	for from := 0; from < len(rs); {
		sum, to := rs[from].miss, from+1
		for ; to < len(rs) && rs[to].i > 0; to++ {
			sum += rs[to].miss
		}
		if to-from == horizon {
			whole = append(whole, sum)
		}
		all = append(all, sum*float64(horizon)/float64(to-from))
		from = to
	}
	if len(whole) > 0 {
		return whole
	}
	return all
}
