package rightsize

import (
	"math"

	"github.com/breakeven-dev/breakeven/model/unit"
)

// fullVCPU is the memory in MB that comes with one whole vCPU (AWS Lambda
// Developer Guide, "Configure Lambda function memory").
const fullVCPU = 1769

// maxThreads is the number of vCPUs at 10,240 MB (same source).
const maxThreads = 6

// variant is how computing gets longer with less memory.
type variant struct {
	power   float64 // computing takes as long as the share to the minus power
	threads float64 // vCPUs that the code can use, 1 to 6
	credit  int     // index in credits: CPU time spared from throttling
	weight  float64 // prior weight of the threads, the logarithm of
}

// slowdown is how much longer than with one whole vCPU computing takes.
func (v variant) slowdown(m unit.MiB) float64 {
	share := float64(m) / fullVCPU
	if share >= 1 {
		return 1 / min(share, v.threads)
	}
	return max(1, math.Pow(share, -v.power)-credits[v.credit]*(1-share))
}

// shape is a duration as a function of memory, up to a factor.
type shape struct {
	cpu     float64 // share of computing in the duration at one vCPU, 0 to 1
	variant int     // index in variants
}

// durations returns the logarithm of each shape's duration at memory m,
// relative to that of one thread at one whole vCPU.
func durations(shapes []shape, m unit.MiB) []float64 {
	slow := make([]float64, len(variants))
	for i, v := range variants {
		slow[i] = v.slowdown(m)
	}
	list := make([]float64, len(shapes))
	for i, s := range shapes {
		list[i] = math.Log(1 - s.cpu + s.cpu*slow[s.variant])
	}
	return list
}

// The prior. Its constants are few and round, and were chosen on the curves of
// testdata/duration-curves.csv that have three sizes or more, predicting all
// sizes from 256 and 1,024 MB, and each size from all others, and such that
// made-up functions without any credit lose little. Over 27 combinations of
// the power's mean from 1 to 1.08, of the credit's from 5 to 20 ms and of the
// noise from 1.5 to 6 % the mean error of the first lies between 15.3 and
// 18.1 %, that of the second between 12.3 and 13.2 %. With these three chosen
// without the source that is judged, source by source, they are 16.4 and
// 12.6 %, medians 8.6 and 4.7 %; a least-squares fit of w + c/s has 18.3 and
// 15.0 %, medians 11.0 and 8.8 %.

// powers are how computing may scale below one vCPU, with weights that fall
// off as a normal distribution: CPU-bound code was measured to gain a little
// more than its share of the vCPU. A single size shows nothing of that, and
// the documented share is the safer guess over long distances.
var powers = []float64{0.9, 0.95, 1, 1.05, 1.1, 1.15}

const powerMean, powerMeanOfOne, powerDeviation = 1.04, 1.0, 0.05

// powerWeight is the logarithm of the prior weight of a power for a function
// measured at so many sizes.
func powerWeight(power float64, sizes int) float64 {
	mean := powerMean
	if sizes == 1 {
		mean = powerMeanOfOne
	}
	off := (power - mean) / powerDeviation
	return -off * off / 2
}

// threads are the vCPUs that code can use, with their weights. Only a size
// above 1,769 MB can tell 1 from more.
var threads = []struct{ count, weight float64 }{{1, 0.85}, {2, 0.07}, {3, 0.04}, {6, 0.04}}

// credits are how much computing escapes throttling, in units of the whole
// computing time: a share below one vCPU is a quota of CPU time in every
// period of the kernel's scheduler (Linux, "CFS Bandwidth Control"), so that
// the first period's quota and the end of the last period are not slowed
// down. That is why handlers of a few milliseconds stop gaining long before
// 1,769 MB. In milliseconds the credit is much the same for all functions,
// about 10 with a deviation of 8; creditEdges are the bounds between neighbours.
var (
	credits     = []float64{0, 0.25, 0.5, 1, 2, 4, 8, 16}
	creditEdges = []float64{0, 0.125, 0.35, 0.7, 1.4, 2.8, 5.7, 11.3, math.Inf(1)}
)

const creditMean, creditDeviation = 10.0, 8.0

// creditLeast is the weight any credit keeps: some functions stop gaining
// early for other reasons, such as a network that their memory pays for.
const creditLeast = 0.01

// creditWeight is the logarithm of the prior weight of a credit for a function
// that computes for cpu milliseconds at one vCPU.
func creditWeight(credit int, cpu float64) float64 {
	below := func(edge float64) float64 {
		if edge == 0 {
			return 0
		}
		if math.IsInf(edge, 1) {
			return 1
		}
		return math.Erfc((creditMean-edge*cpu)/(creditDeviation*math.Sqrt2)) / 2
	}
	w := below(creditEdges[credit+1]) - below(creditEdges[credit])
	return math.Log(max(w, creditLeast))
}

// cpuShares is the prior of the share of computing: even over its log odds
// from -5 to 6, with nothing but waiting and nothing but computing as ends.
func cpuShares() []float64 {
	const steps, from, to = 22, -5.0, 6.0
	list := []float64{0}
	for i := range steps {
		odds := from + (to-from)*float64(i)/(steps-1)
		list = append(list, 1/(1+math.Exp(-odds)))
	}
	return append(list, 1)
}

// variants lists every combination.
var variants = func() []variant {
	var list []variant
	for _, k := range threads {
		for _, p := range powers {
			for credit := range credits {
				list = append(list, variant{power: p, threads: k.count, credit: credit, weight: math.Log(k.weight)})
			}
		}
	}
	return list
}()

// shapes lists every variant with its shares of computing.
func shapes(shares func(variant) []float64) []shape {
	var list []shape
	for i, v := range variants {
		for _, cpu := range shares(v) {
			list = append(list, shape{cpu: cpu, variant: i})
		}
	}
	return list
}
