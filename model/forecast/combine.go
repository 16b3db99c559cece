package forecast

import (
	"cmp"
	"math"
	"slices"
)

const (
	// sharpness is the power that errors are weighted by, judged how many of
	// the newest hold-outs they are taken from, and fading what each counts
	// less than the next newer one. Chosen on hourly series of 10 kinds that
	// are public (pedestrians, bicycles, roads, flights, load, weather) and 8
	// that are made; a power of 4 on one hold-out is the published choice.
	sharpness = 4
	judged    = 6
	fading    = 0.7
	// origins is the most earlier points from which forecasts are tried.
	origins = 14
	// remembered is how many seasons count: 12 weeks, or for short seasons
	// rememberedLeast values.
	remembered      = 12 * Week
	rememberedLeast = 2000
)

// combination is the methods to weigh; one alone is not weighed.
type combination struct {
	methods []method
	o       Options
}

// newCombination chooses the methods for a history of n values.
func newCombination(n int, o Options) combination {
	all := methods(o.Season)
	if n < History*o.Season {
		all = all[:1]
	}
	return combination{all, o}
}

// forecasted is a combination's answer.
type forecasted struct {
	steps   []Step
	total   Total
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
func (c combination) forecast(y []float64) forecasted {
	floor := math.Inf(-1)
	if slices.Min(y) >= 0 {
		floor = 0
	}
	y = c.recent(y)
	trials := c.trials(y, origins)
	shares := c.shares(trials, len(y))
	values := blend(c.run(y, c.o.Horizon), shares)
	misses := c.residuals(y, trials)
	widths := newWidths(misses, len(trials), c.o)
	f := forecasted{weights: c.named(shares)}
	for i, v := range values {
		w := widths.at(i)
		f.steps = append(f.steps, Step{
			Step: i + 1, Value: math.Max(v, floor),
			Low95: math.Max(v-w, floor), High95: math.Max(v+w, floor),
		})
	}
	f.total = newTotal(f.steps, misses, c.o.Horizon)
	f.total.Low95 = math.Max(f.total.Low95, floor)
	return f
}

// recent is the part of y that counts.
func (c combination) recent(y []float64) []float64 {
	return y[max(0, len(y)-max(remembered*c.o.Season, rememberedLeast)-4*c.o.Horizon):]
}

// run asks every method for h steps. None may leave the range of y by more
// than its width: an autoregression can explode, an exponential too.
func (c combination) run(y []float64, h int) [][]float64 {
	low, high := slices.Min(y), slices.Max(y)
	low, high = low-(high-low), high+(high-low)
	out := make([][]float64, len(c.methods))
	for i, method := range c.methods {
		out[i] = method.forecast(y, c.o.Season, h)
		for k, v := range out[i] {
			if math.IsNaN(v) {
				v = out[0][k]
			}
			out[i][k] = math.Min(math.Max(v, low), high)
		}
	}
	c.keep(out, y)
	return out
}

// keep makes all methods forecast the value that y had at a place of the
// season without exception for two weeks, if it had one: the nothing of a
// night, that a smoothed forecast would miss by little but always.
func (c combination) keep(said [][]float64, y []float64) {
	m := c.o.Season
	for i := range min(m, len(said[0])) {
		at := len(y) - m + i
		n := 1
		for ; n < History && at-n*m >= 0 && y[at-n*m] == y[at]; n++ {
		}
		if n < History && at-n*m >= 0 || n < Week {
			continue
		}
		for k := i; k < len(said[0]); k += m {
			for _, s := range said {
				s[k] = y[at]
			}
		}
	}
}

// trials forecasts from earlier origins, whole seasons before the end so that
// step i is at the same place of the season in each, the newest first. They
// lie up to half a horizon apart, so that long horizons are tried whole too;
// there are at most so many.
func (c combination) trials(y []float64, most int) []trial {
	m := c.o.Season
	least := m
	if len(c.methods) > 1 {
		least = (Week + 1) * m
	}
	apart := m * max(1, c.o.Horizon/(2*m))
	for apart > m && len(y)-2*apart < least {
		apart -= m
	}
	var out []trial
	for at := len(y) - apart; at >= least && len(out) < most; at -= apart {
		h := min(c.o.Horizon, len(y)-at)
		t := trial{origin: at, said: c.run(y[:at], h)}
		for _, said := range t.said {
			t.errs = append(t.errs, meanMiss(said, y[at:]))
		}
		out = append(out, t)
	}
	return out
}

// meanMiss is the mean absolute difference of a forecast to the truth.
func meanMiss(said, truth []float64) float64 {
	sum := 0.0
	for i, v := range said {
		sum += math.Abs(truth[i] - v)
	}
	return sum / float64(len(said))
}

// shares weighs the methods by their errors in the newest trials that end at
// or before an origin; the newest of all is of fewer steps than the horizon,
// and the first to know a new level. Without trials all methods are alike.
func (c combination) shares(trials []trial, origin int) []float64 {
	known := slices.DeleteFunc(slices.Clone(trials), func(t trial) bool { return t.origin+len(t.said[0]) > origin })
	errs := make([]float64, len(c.methods))
	weight := 1.0
	for _, t := range known[:min(judged, len(known))] {
		for i, e := range t.errs {
			errs[i] += weight * e
		}
		weight *= fading
	}
	shares := make([]float64, len(errs))
	best, sum := slices.Min(errs), 0.0
	for i, e := range errs {
		shares[i] = 1
		if e > best {
			shares[i] = math.Pow(best/e, sharpness)
		}
		sum += shares[i]
	}
	for i := range shares {
		shares[i] /= sum
	}
	return shares
}

// blend is half the weighted mean, half the weighted median of what methods
// said: the median shrugs off one that is far out at a step, the mean
// averages what they miss by. On the series named above each alone does
// worse on some kind.
func blend(said [][]float64, shares []float64) []float64 {
	out := make([]float64, len(said[0]))
	points := make([]point, len(said))
	for i := range out {
		mean := 0.0
		for m, values := range said {
			points[m] = point{values[i], shares[m]}
			mean += shares[m] * values[i]
		}
		out[i] = (mean + weightedMedian(points)) / 2
		if points[0].value == points[len(points)-1].value { // sorted now
			out[i] = points[0].value
		}
	}
	return out
}

// point is a value with its weight; weights add up to 1.
type point struct{ value, weight float64 }

// weightedMedian sorts points and interpolates the value at half the weight,
// each point standing at the middle of its own.
func weightedMedian(points []point) float64 {
	slices.SortFunc(points, func(a, b point) int { return cmp.Compare(a.value, b.value) })
	below, before := 0.0, point{points[0].value, 0}
	for _, p := range points {
		at := below + p.weight/2
		if at >= 0.5 {
			if at == before.weight {
				return p.value
			}
			return before.value + (p.value-before.value)*(0.5-before.weight)/(at-before.weight)
		}
		before = point{p.value, at}
		below += p.weight
	}
	return before.value
}

// residual is what the combination missed by, i steps after an origin.
type residual struct {
	i    int
	miss float64
}

// residuals are the misses of the combination at every trial, each weighted
// by what was known then.
func (c combination) residuals(y []float64, trials []trial) []residual {
	var out []residual
	for _, t := range trials {
		for i, v := range blend(t.said, c.shares(trials, t.origin)) {
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
	slices.SortStableFunc(out, func(a, b Weight) int { return cmp.Compare(b.Share, a.Share) })
	return out
}
