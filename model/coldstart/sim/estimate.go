package sim

import (
	"math"

	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat/distuv"
)

// Estimate is a simulated mean and its 95 % confidence interval. It is
// unknown where nothing happened that it could be the mean of.
type Estimate struct {
	Value, Low, High float64
	Known            bool
}

// wide tells how far the interval reaches, relative to the value.
func (e Estimate) wide() float64 {
	if !e.Known || e.High == e.Low {
		return 0
	}
	if e.Value == 0 {
		return math.Inf(1)
	}
	return max(e.High-e.Value, e.Value-e.Low) / e.Value
}

// observations are slices of time or whole runs, taken as independent.
type observations []batch

// The figures of a result, as numerator and denominator of a slice.
var (
	coldOf        = func(b *batch) (float64, float64) { return float64(b.cold), float64(b.requests - b.rejected) }
	rejectionOf   = func(b *batch) (float64, float64) { return float64(b.rejected), float64(b.requests) }
	instancesOf   = func(b *batch) (float64, float64) { return b.alive(), b.seconds }
	runningOf     = func(b *batch) (float64, float64) { return b.running, b.seconds }
	idleOf        = func(b *batch) (float64, float64) { return max(0, b.alive()-b.running), b.seconds }
	utilisationOf = func(b *batch) (float64, float64) { return b.running, b.alive() }
	// lifetimeOf is Little's law: the mean life is those alive over the rate
	// of starts. lifetimeSeen takes whole lives, where a trace's ends cut them.
	lifetimeOf   = func(b *batch) (float64, float64) { return b.demand, float64(b.cold) }
	lifetimeSeen = func(b *batch) (float64, float64) { return b.lifetimes, float64(b.cold) }
)

// mean estimates a ratio of means: the sum of numerators over the sum of
// denominators, its variance by linearisation (Law, "Simulation Modeling and
// Analysis", 5th ed., section 9.5.3), its width by Student's t.
func (o observations) mean(figure func(*batch) (float64, float64)) Estimate {
	var above, below float64
	for i := range o {
		x, y := figure(&o[i])
		above, below = above+x, below+y
	}
	if below == 0 {
		return Estimate{}
	}
	value, n := above/below, float64(len(o))
	e := Estimate{Value: value, Low: value, High: value, Known: true}
	sum := 0.0
	for i := range o {
		x, y := figure(&o[i])
		d := x - value*y
		sum += d * d
	}
	half := 0.0
	if n > 1 {
		t := distuv.StudentsT{Sigma: 1, Nu: n - 1}.Quantile(0.975)
		half = t * math.Sqrt(sum/(n-1)*n) / below
	}
	half = max(half, rounding*value)
	e.Low, e.High = max(0, value-half), value+half
	return e
}

// rounding is the relative error of sums over millions of requests: no
// interval is narrower.
const rounding = 1e-9

// fewEvents is the number of events below which their count is not normal.
const fewEvents = 30

// share estimates a probability. Few events widen the interval to that of a
// Poisson count (Garwood 1936); none at all reach up to 3.7 over the
// requests.
func (o observations) share(figure func(*batch) (float64, float64)) Estimate {
	e := o.mean(figure)
	if !e.Known {
		return e
	}
	var events, of float64
	for i := range o {
		x, y := figure(&o[i])
		events, of = events+x, of+y
	}
	if events < fewEvents && events < of/2 {
		if events > 0 {
			e.Low = min(e.Low, mathext.GammaIncRegInv(events, 0.025)/of)
		}
		e.High = max(e.High, mathext.GammaIncRegInv(events+1, 0.975)/of)
	}
	e.High = min(e.High, 1)
	return e
}
