package capacity

import (
	"cmp"
	"math"
	"slices"
)

// Dollars is an estimated amount of US dollars, for searching and for curves
// alone: bills are exact and use unit.USD.
type Dollars float64

// Work is what one request asks of a server.
type Work struct {
	// CPUSeconds are seconds of one whole vCPU.
	CPUSeconds float64
	// Seconds are spent in the server, waiting included.
	Seconds float64
	// GBSeconds are memory held times seconds.
	GBSeconds float64
	// LargestGB is the memory that one request holds at most: a server must
	// have it.
	LargestGB float64
}

// Size is a server that can be bought.
type Size struct {
	Name string
	// VCPU is what it sustains: a burstable instance's baseline.
	VCPU float64
	// Slots are its vCPUs as queueing sees them.
	Slots int
	// Speed is the share of a vCPU that one request may get, above 0 to 1.
	Speed float64
	// GB is the memory left for requests.
	GB float64
	// Monthly is the price of one in 730 hours.
	Monthly Dollars
}

// Capacity returns the requests a second that one server of size s can do at
// full use, by CPU and by memory, whichever is less; 0 if a request does not
// fit.
func (s *Size) Capacity(w Work) float64 {
	if s.GB < w.LargestGB {
		return 0
	}
	rate := math.Inf(1)
	if w.CPUSeconds > 0 {
		rate = s.VCPU / w.CPUSeconds
	}
	if w.GBSeconds > 0 {
		rate = min(rate, s.GB/w.GBSeconds)
	}
	return rate
}

// Fleet is a number of equal servers, priced for 730 hours.
type Fleet struct {
	Size *Size // never nil
	// Each is the requests a second of one server at the target utilisation,
	// as a mean rate: the peak is already divided out.
	Each float64
	// Minimum servers stand however little there is to do.
	Minimum int
}

// Plan says how full servers may be and how many there are at least.
type Plan struct {
	// Utilisation of CPU and memory in the peak, above 0 to 1.
	Utilisation float64
	// PeakFactor is the peak's rate over the mean rate, at least 1.
	PeakFactor float64
	// Minimum servers, two for two zones.
	Minimum int
}

// roundingSlack keeps a load that fills servers exactly from asking for one
// more because of the last digit of a division.
const roundingSlack = 1e-9

// Servers returns how many servers a mean rate needs.
func (f Fleet) Servers(rate float64) int {
	n := math.Ceil(rate/f.Each - roundingSlack)
	return max(f.Minimum, int(min(n, math.MaxInt32)))
}

// AppendFleets appends to dst a fleet of each size that can carry w and that
// is the cheapest at some rate, in the order of sizes. A size is left out
// where several of an earlier one do as much for as little.
func AppendFleets(dst []Fleet, sizes []Size, w Work, p Plan) []Fleet {
	first := len(dst)
	for i := range sizes {
		s := &sizes[i]
		capacity := s.Capacity(w)
		if capacity <= 0 {
			continue
		}
		f := Fleet{Size: s, Each: capacity * p.Utilisation / p.PeakFactor, Minimum: p.Minimum}
		if !replaced(dst[first:], f) {
			dst = append(dst, f)
		}
	}
	return dst
}

func replaced(by []Fleet, f Fleet) bool {
	for i := range by {
		if by[i].replaces(f) {
			return true
		}
	}
	return false
}

// replaces reports whether fleets of f never cost more than fleets of g: some
// whole number of f's servers does at least as much as one of g's and costs
// no more.
func (f Fleet) replaces(g Fleet) bool {
	if f.Size.Monthly <= 0 {
		return true
	}
	n := math.Floor(float64(g.Size.Monthly / f.Size.Monthly))
	return n >= 1 && n*f.Each >= g.Each
}

// Pareto orders sizes by price and drops each that a cheaper one beats in
// CPU, memory and speed: it is never the better choice.
func Pareto(sizes []Size) []Size {
	slices.SortStableFunc(sizes, func(a, b Size) int {
		return cmp.Or(cmp.Compare(a.Monthly, b.Monthly), cmp.Compare(b.VCPU, a.VCPU), cmp.Compare(b.GB, a.GB), cmp.Compare(a.Name, b.Name))
	})
	kept := make([]Size, 0, len(sizes)/4)
	for i := range sizes {
		s := &sizes[i]
		if s.VCPU > 0 && s.GB > 0 && !slices.ContainsFunc(kept, func(k Size) bool { return k.beats(s) }) {
			kept = append(kept, *s)
		}
	}
	return kept
}

func (k *Size) beats(s *Size) bool {
	return k.Monthly <= s.Monthly && k.VCPU >= s.VCPU && k.GB >= s.GB && k.Speed >= s.Speed
}

// Prune returns the sizes, ordered as by Pareto, that hold a request of
// largestGB and are as fast as speed, without those that a whole number of a
// cheaper one beats in CPU, memory and price at once: for requests that fit
// they are never the better choice.
func Prune(sizes []Size, largestGB, speed float64) []Size {
	kept := make([]Size, 0, 8)
	for i := range sizes {
		s := &sizes[i]
		if s.GB >= largestGB && s.Speed >= speed && !slices.ContainsFunc(kept, func(k Size) bool { return k.covers(s) }) {
			kept = append(kept, *s)
		}
	}
	return kept
}

// covers reports whether some whole number of k does at least what one s
// does and costs no more.
func (k *Size) covers(s *Size) bool {
	n := math.Floor(float64(s.Monthly/k.Monthly) + roundingSlack)
	return n >= 1 && n*k.VCPU >= s.VCPU && n*k.GB >= s.GB
}
