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
	shortNoise      = 0.2
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
	shortest := math.Inf(1)
	for _, m := range list {
		shortest = min(shortest, millis(m.Duration))
	}
	shares := func(float64, float64) []float64 { return cpuShares() }
	if len(list) == 1 && e.CPU != nil {
		shares = sharesFromCPU(list[0], *e.CPU)
	}
	f.shapes = shapes(shares, shortest)
	f.weigh(math.Hypot(noise, shortNoise/(1+shortest/shortDurationMs)))
	return f, nil
}

// weigh gives each shape its level, the mean distance of the measurements,
// and the weight that Student's t leaves it after what remains of them.
func (f *Fit) weigh(sigma float64) {
	n := float64(len(f.measured))
	f.level = make([]float64, len(f.shapes))
	f.weight = make([]float64, len(f.shapes))
	f.spread = make([]float64, len(f.shapes))
	rest := make([]float64, len(f.measured))
	for i, s := range f.shapes {
		for j, m := range f.measured {
			rest[j] = math.Log(millis(m.Duration)) - s.at(m.Memory)
			f.level[i] += rest[j] / n
		}
		square := 0.0
		for _, r := range rest {
			square += (r - f.level[i]) * (r - f.level[i]) / (sigma * sigma)
		}
		f.weight[i] = s.weight - (freedom+n-1)/2*math.Log1p(square/freedom)
		f.spread[i] = sigma * math.Sqrt((1+1/n)*(freedom+square)/(freedom+n-1))
	}
	normalise(f.weight)
	f.point = f.onThreads()
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
		for _, k := range priorThreads {
			mass := 0.0
			for i, s := range f.shapes {
				if max(s.threads, 1) == k.threads {
					mass += f.weight[i]
				}
			}
			if mass > most {
				best, most = k.threads, mass
			}
		}
	}
	w, sum := make([]float64, len(f.shapes)), 0.0
	for i, s := range f.shapes {
		if max(s.threads, 1) == best {
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
// vCPU gives in the whole duration, and a little less and more.
func sharesFromCPU(m Measurement, cpu CPUTime) func(power, threads float64) []float64 {
	return func(power, threads float64) []float64 {
		s := shape{power: power, threads: threads}
		slow := s.slowdown(m.Memory)
		given := min(float64(m.Memory)/fullVCPU, max(threads, 1))
		part := min(float64(cpu.Time)/float64(m.Duration)/given, 1)
		list := make([]float64, 0, 3)
		for _, off := range []float64{-cpuError, 0, cpuError} {
			p := min(max(part*(1+off), 0), 1)
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
func (f *Fit) predict(m unit.MiB) (point, low, high float64) {
	at := make([]weighted, len(f.shapes))
	for i, s := range f.shapes {
		v := min(f.spread[i]*f.spread[i], 1)
		mean := f.level[i] + s.at(m)
		at[i] = weighted{value: mean - v, weight: f.point[i] * math.Exp(v/2-(mean-f.level[0]))}
	}
	return math.Exp(median(at)), f.quantile(m, (1-coverage)/2), f.quantile(m, (1+coverage)/2)
}
