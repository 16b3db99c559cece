package forecast

import (
	"math"
	"slices"
)

const (
	// sharpness is the power that errors are weighted by.
	sharpness = 4
	// origins is the most earlier points from which forecasts are tried.
	origins = 14
	// judged is how many of the newest whole hold-outs weights look at.
	judged = 1
)

// combination is the methods to weigh; one alone is not weighed.
type combination struct {
	methods []method
}

// newCombination chooses the methods for a history of n values.
func newCombination(n, season int) combination {
	all := methods(season)
	if n < History*season {
		all = all[:1]
	}
	return combination{all}
}

// forecasted is a combination's answer.
type forecasted struct {
	steps   []Step
	weights []Weight
}

// trial is what every method said at an earlier origin, for up to a horizon
// of steps, and what it missed by on average.
type trial struct {
	origin int
	said   [][]float64 // by method, then step
	errs   []float64   // by method
}

// forecast continues y.
func (c combination) forecast(y []float64, o Options) forecasted {
	trials := c.trials(y, o)
	shares := c.shares(trials, len(y)-o.Horizon)
	values := blend(c.run(y, o.Season, o.Horizon), shares)
	widths := newWidths(c.residuals(y, trials, o), o)
	f := forecasted{weights: c.named(shares)}
	floor := math.Inf(-1)
	if slices.Min(y) >= 0 {
		floor = 0
	}
	for i, v := range values {
		w := widths.at(i)
		f.steps = append(f.steps, Step{
			Step: i + 1, Value: math.Max(v, floor),
			Low95: math.Max(v-w, floor), High95: math.Max(v+w, floor),
		})
	}
	return f
}

// run asks every method.
func (c combination) run(y []float64, m, h int) [][]float64 {
	out := make([][]float64, len(c.methods))
	for i, method := range c.methods {
		out[i] = method.forecast(y, m, h)
	}
	return out
}

// trials forecasts from earlier origins, whole seasons before the end so that
// step i is at the same place of the season in each, the newest first.
func (c combination) trials(y []float64, o Options) []trial {
	least := o.Season
	if len(c.methods) > 1 {
		least = (Week + 1) * o.Season
	}
	var out []trial
	for k := 1; len(y)-k*o.Season >= least && k <= max(origins, 0); k++ {
		at := len(y) - k*o.Season
		h := min(o.Horizon, len(y)-at)
		t := trial{origin: at, said: c.run(y[:at], o.Season, h)}
		for _, said := range t.said {
			sum := 0.0
			for i, v := range said {
				sum += math.Abs(y[at+i] - v)
			}
			t.errs = append(t.errs, sum/float64(h))
		}
		out = append(out, t)
	}
	return out
}

// shares weighs the methods by their errors in the newest trials that start
// at or before an origin, so that all of them end before what is forecast.
func (c combination) shares(trials []trial, origin int) []float64 {
	errs := make([]float64, len(c.methods))
	n := 0
	for _, t := range trials {
		if t.origin <= origin && n < judged {
			n++
			for i, e := range t.errs {
				errs[i] += e
			}
		}
	}
	shares := make([]float64, len(errs))
	best, sum := slices.Min(errs), 0.0
	for i, e := range errs {
		switch {
		case e == best:
			shares[i] = 1
		default:
			shares[i] = math.Pow(best/e, sharpness)
		}
		sum += shares[i]
	}
	for i := range shares {
		shares[i] /= sum
	}
	return shares
}

// blend is the weighted mean of what methods said.
func blend(said [][]float64, shares []float64) []float64 {
	out := make([]float64, len(said[0]))
	for m, values := range said {
		for i, v := range values {
			out[i] += shares[m] * v
		}
	}
	return out
}

// residual is what the combination missed by, i steps after an origin.
type residual struct {
	i    int
	miss float64
}

// residuals are the misses of the combination at every trial, each weighted
// by what was known then.
func (c combination) residuals(y []float64, trials []trial, o Options) []residual {
	var out []residual
	for _, t := range trials {
		for i, v := range blend(t.said, c.shares(trials, t.origin-o.Horizon)) {
			out = append(out, residual{i, y[t.origin+i] - v})
		}
	}
	return out
}

// named lists the shares by name, the largest first.
func (c combination) named(shares []float64) []Weight {
	var out []Weight
	for i, m := range c.methods {
		out = append(out, Weight{m.name, shares[i]})
	}
	slices.SortStableFunc(out, func(a, b Weight) int {
		switch {
		case a.Share > b.Share:
			return -1
		case a.Share < b.Share:
			return 1
		}
		return 0
	})
	return out
}
