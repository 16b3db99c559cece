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

// shape is a duration as a function of memory, up to a factor.
type shape struct {
	cpu     float64 // share of computing in the duration at one vCPU, 0 to 1
	power   float64 // computing takes as long as the share to the minus power
	threads float64 // vCPUs that the code can use; below 1: see lowThreads
	weight  float64 // prior weight, the logarithm of
}

// at returns the logarithm of the duration at memory m, relative to that of
// one thread at one whole vCPU.
func (s shape) at(m unit.MiB) float64 {
	return math.Log(1 - s.cpu + s.cpu*s.slowdown(m))
}

// slowdown is how much longer than with one vCPU computing takes.
func (s shape) slowdown(m unit.MiB) float64 {
	share := min(float64(m)/fullVCPU, s.threads)
	if share >= 1 {
		return 1 / share
	}
	return math.Pow(share, -s.power)
}

// The prior. Its constants were chosen on the 86 curves of
// testdata/duration-curves.csv that have three sizes or more, leaving out one
// size, or all but 256 and 1,024 MB, in turn. They are few and round because
// the curves come from five sources only.

// priorPower is how computing scales below one vCPU, with weights that fall
// off as a normal distribution around 1.05 with a deviation of 0.07: CPU-bound
// code gains a little more than its share of the vCPU, by 2 to 14 % a doubling
// between 256 and 1,024 MB.
var priorPower = []float64{0.9, 0.95, 1, 1.05, 1.1, 1.15, 1.2}

const powerMean, powerDeviation = 1.05, 0.07

// priorThreads are the vCPUs that code can use, with their weights. Only a
// size above 1,769 MB can tell 1 from more.
var priorThreads = []struct{ threads, weight float64 }{
	{1, 0.85}, {1.5, 0.05}, {2, 0.05}, {3, 0.05}, {6, 0.05},
}

// lowThreads are the shares of a vCPU above which short handlers gain nothing
// more: Lambda takes CPU time away in slices of some milliseconds, and work
// that fits into its slice is never held up. The weight holds for a handler of
// no duration and falls with the square of the shortest measured one.
var lowThreads = []float64{0.145, 0.2, 0.29, 0.4, 0.58, 0.75}

const (
	lowWeight     = 0.3
	lowDurationMs = 20
	lowLeast      = 0.1
)

// cpuShares is the prior of the share of computing: even over its log odds
// from -5 to 6, with nothing but waiting and nothing but computing as ends.
func cpuShares() []float64 {
	const steps, from, to = 34, -5.0, 6.0
	list := []float64{0}
	for i := range steps {
		odds := from + (to-from)*float64(i)/(steps-1)
		list = append(list, 1/(1+math.Exp(-odds)))
	}
	return append(list, 1)
}

// shapes lists every combination for a function whose shortest measured
// duration is shortest, in milliseconds.
func shapes(shares func(power, threads float64) []float64, shortest float64) []shape {
	short := lowLeast + 1/(1+math.Pow(shortest/lowDurationMs, 2))
	var list []shape
	add := func(threads, weight float64) {
		for _, p := range priorPower {
			off := (p - powerMean) / powerDeviation
			for _, cpu := range shares(p, threads) {
				list = append(list, shape{cpu: cpu, power: p, threads: threads, weight: math.Log(weight) - off*off/2})
			}
		}
	}
	for _, k := range priorThreads {
		add(k.threads, k.weight)
	}
	for _, k := range lowThreads {
		add(k, lowWeight*short)
	}
	return list
}
