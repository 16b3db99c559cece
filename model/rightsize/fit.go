package rightsize

import (
	"math"
	"slices"
	"time"

	"github.com/breakeven-dev/breakeven/model/unit"
)

// How far a measurement lies from its curve, relative to the duration: noise
// of a long-running function, plus what handlers of a few milliseconds add
// (garbage collection, just-in-time compilation, slices of CPU time).
const (
	noise           = 0.03
	shortNoise      = 0.1
	shortDurationMs = 8
	// freedom is that of Student's t: some curves have outliers, and one must
	// not decide the shape.
	freedom = 3
)

// Fit is what the evidence says about a function's duration.
type Fit struct {
	measured []Measurement
	grade    Grade
	shapes   []shape
	level    []float64 // of each shape, the logarithm of its factor in ms
	weight   []float64 // of each shape, 1 in total
	point    []float64 // weight of the shapes that make the point
	spread   []float64 // of each shape, the deviation of what it predicts
}

// New fits the evidence. The error names what is wrong with it.
func New(e Evidence) (*Fit, error) {
	list, err := e.sorted()
	if err != nil {
		return nil, err
	}
	f := &Fit{measured: list, grade: e.Grade()}
	if f.grade == GradeD {
		return f, nil // bounds need no shapes
	}
	shortest := math.Inf(1)
	for _, m := range list {
		shortest = min(shortest, millis(m.Duration))
	}
	prior := cpuShares()
	shares := func(variant) []float64 { return prior }
	if len(list) == 1 && e.CPU != nil {
		shares = sharesFromCPU(list[0], *e.CPU)
	}
	f.shapes = shapes(shares)
	f.weigh(math.Hypot(noise, shortNoise/(1+shortest/shortDurationMs)))
	return f, nil
}

// weigh gives each shape its level, the mean distance of the measurements,
// and the weight that Student's t leaves it after what remains of them. Shapes
// that weigh next to nothing are dropped.
func (f *Fit) weigh(sigma float64) {
	n := float64(len(f.measured))
	f.level = make([]float64, len(f.shapes))
	square := make([]float64, len(f.shapes))
	rest := make([][]float64, len(f.measured))
	for j, m := range f.measured {
		rest[j] = durations(f.shapes, m.Memory)
		for i := range f.shapes {
			rest[j][i] = math.Log(millis(m.Duration)) - rest[j][i]
			f.level[i] += rest[j][i] / n
		}
	}
	f.weight = make([]float64, len(f.shapes))
	f.spread = make([]float64, len(f.shapes))
	for i, s := range f.shapes {
		for j := range rest {
			r := (rest[j][i] - f.level[i]) / sigma
			square[i] += r * r
		}
		v := variants[s.variant]
		prior := v.weight + powerWeight(v.power, len(f.measured)) + creditWeight(v.credit, s.cpu*math.Exp(f.level[i]))
		f.weight[i] = prior - (freedom+n-1)/2*math.Log1p(square[i]/freedom)
		f.spread[i] = sigma * math.Sqrt((1+1/n)*(freedom+square[i])/(freedom+n-1))
	}
	f.prune()
	normalise(f.weight)
	f.point = f.onThreads()
}

// prune drops the shapes that weigh less than a ten-thousandth of the
// heaviest; weights are logarithms still.
func (f *Fit) prune() {
	least := slices.Max(f.weight) + math.Log(1e-4)
	n := 0
	for i, w := range f.weight {
		if w >= least {
			f.shapes[n], f.level[n], f.weight[n], f.spread[n] = f.shapes[i], f.level[i], w, f.spread[i]
			n++
		}
	}
	f.shapes, f.level, f.weight, f.spread = f.shapes[:n], f.level[:n], f.weight[:n], f.spread[:n]
}

// normalise turns logarithms of weights into weights that sum to 1.
func normalise(w []float64) {
	top, sum := slices.Max(w), 0.0
	for i := range w {
		w[i] = math.Exp(w[i] - top)
		sum += w[i]
	}
	for i := range w {
		w[i] /= sum
	}
}

// onThreads returns the weights of the shapes that the point is made of: those
// with the likeliest number of threads, which is 1 unless a size above one
// vCPU was measured. So the point is flat where nothing shows a gain.
func (f *Fit) onThreads() []float64 {
	best, most := 1.0, -1.0
	if f.measured[len(f.measured)-1].Memory > fullVCPU {
		for _, k := range threads {
			mass := 0.0
			for i, s := range f.shapes {
				if variants[s.variant].threads == k.count {
					mass += f.weight[i]
				}
			}
			if mass > most {
				best, most = k.count, mass
			}
		}
	}
	w, sum := make([]float64, len(f.shapes)), 0.0
	for i, s := range f.shapes {
		if variants[s.variant].threads == best {
			w[i] = f.weight[i]
			sum += w[i]
		}
	}
	for i := range w {
		w[i] /= sum
	}
	return w
}

// sharesFromCPU returns the shares of computing at one vCPU that agree with a
// CPU time measured at one size: CPU time over what the size's share of a
// vCPU gives in the whole duration, and now and then a little less or more.
// Fewer threads than the CPU time needed have none, nor has a credit, which
// one size shows nothing of.
func sharesFromCPU(m Measurement, cpu CPUTime) func(variant) []float64 {
	return func(v variant) []float64 {
		slow := v.slowdown(m.Memory)
		share, used := float64(m.Memory)/fullVCPU, float64(cpu.Time)/float64(m.Duration)
		if v.credit != 0 || share > v.threads && used > v.threads*(1+cpuError) {
			return nil
		}
		part := min(used/min(share, v.threads), 1)
		list := make([]float64, 0, 5)
		for _, off := range []float64{-cpuError, 0, 0, 0, cpuError} {
			p := min(part*(1+off), 1)
			list = append(list, p/(p+(1-p)*slow))
		}
		return list
	}
}

// cpuError is the relative error a CPU time may have.
const cpuError = 0.05

func millis(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func duration(ms float64) time.Duration {
	ms = min(max(ms, 0.001), millis(MaxDuration))
	return time.Duration(math.Round(ms*1000)) * time.Microsecond
}

// predict returns the point that has the least mean relative error, and the
// interval that holds coverage of the durations, in milliseconds.
//
// The least mean relative error is not at the median but where half of the
// inverse durations lie on each side: for a normal spread v of logarithms, v
// below the median.
func (f *Fit) predict(m unit.MiB) (point, low, high float64) {
	at := durations(f.shapes, m)
	list := make([]weighted, len(f.shapes))
	for i := range f.shapes {
		at[i] += f.level[i]
		v := min(f.spread[i]*f.spread[i], 1)
		list[i] = weighted{value: at[i] - v, weight: f.point[i] * math.Exp(v/2-(at[i]-at[0]))}
	}
	sortByValue(list)
	low, high = f.interval(at)
	return math.Exp(quantile(list, 0.5)), math.Exp(low), math.Exp(high)
}
