package rightsize

import (
	"math"
	"slices"
	"time"

	"github.com/breakeven-dev/breakeven/model/unit"
)

// standardSizes are on every curve.
var standardSizes = []unit.MiB{128, 256, 512, 1024, 1536, 1769, 2048, 3008, 4096, 6144, 8192, 10240}

// Estimate is the duration of a function at one memory size.
type Estimate struct {
	Memory unit.MiB
	// Duration is measured or predicted; meaningless unless Known.
	Duration time.Duration
	// Low and High hold about nine in ten true durations. A measured size
	// has no spread.
	Low, High time.Duration
	// Known is false where there is too little evidence for a point.
	Known    bool
	Measured bool
}

// Curve returns the durations at the standard sizes and at the measured ones,
// in ascending order of memory. A predicted duration is never longer than one
// at a smaller size, measured or predicted, as far as the measurements do not
// contradict that themselves.
func (f *Fit) Curve() []Estimate {
	sizes := slices.Clone(standardSizes)
	for _, m := range f.measured {
		sizes = append(sizes, m.Memory)
	}
	slices.Sort(sizes)
	sizes = slices.Compact(sizes)
	curve := make([]Estimate, len(sizes))
	for i, m := range sizes {
		curve[i] = f.At(m)
	}
	// Low and high ends fall with memory too, and hold the point.
	last := Estimate{Duration: math.MaxInt64, Low: math.MaxInt64, High: math.MaxInt64}
	for i := range curve {
		e := &curve[i]
		if e.Measured {
			continue
		}
		if e.Known {
			e.Duration = min(e.Duration, last.Duration)
		}
		e.Low, e.High = min(e.Low, last.Low), min(e.High, last.High)
		if e.Known {
			e.Low, e.High = min(e.Low, e.Duration), max(e.High, e.Duration)
		}
		last = *e
	}
	return curve
}

// At returns the duration at one size, 128 to 10,240 MB.
func (f *Fit) At(m unit.MiB) Estimate {
	for _, known := range f.measured {
		if known.Memory == m {
			return Estimate{Memory: m, Duration: known.Duration, Low: known.Duration, High: known.Duration, Known: true, Measured: true}
		}
	}
	if f.grade == GradeD {
		low, high := bounds(f.measured[0], m)
		return Estimate{Memory: m, Low: low, High: high}
	}
	point, low, high := f.predict(m)
	shortest, longest := f.between(m)
	e := Estimate{Memory: m, Known: true, Duration: min(max(duration(point), shortest), longest)}
	e.Low, e.High = min(duration(low), e.Duration), max(duration(high), e.Duration)
	return e
}

// between returns the durations that the measured sizes allow at m: not less
// than at any larger size, not more than at any smaller one. Measurements that
// rise with memory contradict each other and bind nothing between them.
func (f *Fit) between(m unit.MiB) (shortest, longest time.Duration) {
	longest = MaxDuration
	for _, known := range f.measured {
		if known.Memory < m {
			longest = min(longest, known.Duration)
		} else {
			shortest = max(shortest, known.Duration)
		}
	}
	if shortest > longest {
		return 0, MaxDuration
	}
	return shortest, longest
}

// boundsSlack is added on both sides of the physical bounds, where functions
// that only wait or only compute lie: with it they hold 91 % of the pairs of
// sizes in testdata/duration-curves.csv (see TestAccuracyFromOneSize).
const boundsSlack = 0.2

// bounds returns the range of the duration at size m for one measured size:
// from nothing but waiting (the same duration) to nothing but computing on one
// thread (in inverse proportion to the share of a vCPU), with slack.
func bounds(known Measurement, m unit.MiB) (low, high time.Duration) {
	share := func(m unit.MiB) float64 { return min(float64(m)/fullVCPU, 1) }
	waiting := millis(known.Duration)
	computing := waiting * share(known.Memory) / share(m)
	low = time.Duration(math.Ceil(min(waiting, computing) * (1 - boundsSlack) * float64(time.Millisecond)))
	high = time.Duration(math.Floor(max(waiting, computing) * (1 + boundsSlack) * float64(time.Millisecond)))
	return low, high
}
