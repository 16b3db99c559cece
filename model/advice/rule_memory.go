package advice

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
)

const (
	// memoryHeadroom is kept above the largest memory used: 20 %, the sample's
	// maximum being no bound of what comes.
	memoryHeadroom = 1.2
	// memoryStep is the grid of recommended sizes and memoryMin the smallest
	// one Lambda has.
	memoryStep, memoryMin = 64, 128
	// memoryInvocations is the least evidence; AWS Compute Optimizer asks for
	// the same 50 in 14 days.
	memoryInvocations = 50
	// memoryShrink is the least change worth a deployment: a tenth of the
	// memory, twice the noise between two months (4.8 %, mean over 153 pairs
	// of published measurements of the same functions).
	memoryShrink = 0.9
	// memoryNoise is that noise; a fitted saving below it is none.
	memoryNoise = 0.048
	// fitError is the mean error of a curve through two sizes on published
	// duration curves (12.1 %; median 4.6 %).
	fitError = 0.121
	// fitInvocations is how many requests a size must have had to count, and
	// fitRatio how far apart two sizes must be.
	fitInvocations, fitRatio = 100, 1.25
	// fullCPU is the memory size in MB that gives a whole vCPU.
	fullCPU = 1769
	// worthUSD is the least saving a month worth a line.
	worthUSD = 0.01
)

var memoryRule = Rule{Name: "lambda-memory", Advise: adviseMemory}

// adviseMemory recommends less memory where the largest use leaves room. With
// one size measured nobody can tell how duration reacts: between not at all
// (all waiting) and in proportion (all CPU), so the saving lies between
// nothing and 1 - m/m0. Two sizes in the history fit d = w + c/min(m/1769, 1).
func adviseMemory(s Subject) (model.Advice, bool) {
	f := s.Function
	used, have := f.Signals.MaxMemoryUsed, f.Config.Memory
	if f.Deleted || !f.Signals.MemoryKnown || used <= 0 || have <= 0 || f.Signals.Invocations < memoryInvocations {
		return model.Advice{}, false
	}
	target := MemoryFloor(used)
	if float64(target) > memoryShrink*float64(have) {
		return model.Advice{}, false
	}
	held := s.lines("duration-").Add(s.lines("provisioned-duration-")).Add(s.lines("provisioned-concurrency-"))
	a := model.Advice{
		Evidence: []string{fmt.Sprintf("at most %s of %s used in %s REPORT lines, %s", used, have, thousands(f.Cold.Reports), s.span())},
		Effort:   "low",
		Risk:     "duration rises where the code needs its share of CPU, which comes with memory",
		Disproof: "a p99 duration that callers notice, or a cost per invocation that does not fall, in the week after the change",
	}
	if fit, ok := fitCurve(s.Input.InWindow, f.Config.Architecture); ok {
		var likely float64
		target, likely = fit.cheapest(target, have)
		low := 1 - (1-likely)*(1+fitError)
		if target == have || low <= memoryNoise {
			return model.Advice{}, false
		}
		high := min(1-(1-likely)*(1-fitError), 1-float64(target)/float64(have))
		a.Saving, a.Confidence = shares(held, low, min(likely, high), high), "B"
		a.Evidence = append(a.Evidence, fit.evidence())
	} else {
		most := 1 - float64(target)/float64(have)
		a.Saving, a.Confidence = shares(held, 0, most/2, most), "D"
		a.Evidence = append(a.Evidence, "one size measured: the saving lies anywhere between the bounds, the likely value is their middle and no prediction; run AWS Lambda Power Tuning or try the size on an alias")
	}
	if !worth(a.Saving) {
		return model.Advice{}, false
	}
	a.Title = fmt.Sprintf("Lower memory from %s to %s", have, target)
	a.Apply = s.cli("update-function-configuration", fmt.Sprintf("--memory-size %d", int64(target)))
	return a, true
}

// worth reports whether a saving may reach a cent a month; one of unknown
// size may.
func worth(c model.Cost) bool { return c.Unknown || c.High.Float64() >= worthUSD }

// MemoryFloor is the smallest size to recommend for a largest memory use: a
// fifth above it, rounded up to 64 MB, never below 128 MB nor above Lambda's
// 10,240 MB.
func MemoryFloor(used unit.MiB) unit.MiB {
	steps := math.Ceil(float64(used) * memoryHeadroom / memoryStep)
	return min(max(unit.MiB(steps)*memoryStep, memoryMin), 10240)
}

// curve is the duration of a function by its memory: wait + cpu/share.
type curve struct {
	wait, cpu float64 // milliseconds, cpu at one vCPU
	sizes     []measuredSize
}

type measuredSize struct {
	memory   unit.MiB
	requests int64
	totalMs  float64
}

func (m measuredSize) mean() float64 { return m.totalMs / float64(m.requests) }

// fitCurve fits the two sizes that lie furthest apart, if there are two.
func fitCurve(usage []model.LambdaUsage, arch unit.Architecture) (curve, bool) {
	var sizes []measuredSize
	for _, u := range usage {
		n := u.ExactRequests + u.MetricRequests
		if !u.MemoryKnown || u.Architecture != arch || n == 0 {
			continue
		}
		i := slices.IndexFunc(sizes, func(m measuredSize) bool { return m.memory == u.Memory })
		if i < 0 {
			i, sizes = len(sizes), append(sizes, measuredSize{memory: u.Memory})
		}
		sizes[i].requests += n
		sizes[i].totalMs += float64(u.ExactBilledMs) + u.MetricDurationMs
	}
	sizes = slices.DeleteFunc(sizes, func(m measuredSize) bool { return m.requests < fitInvocations })
	slices.SortFunc(sizes, func(a, b measuredSize) int { return cmp.Compare(a.memory, b.memory) })
	if len(sizes) < 2 {
		return curve{}, false
	}
	small, large := sizes[0], sizes[len(sizes)-1]
	slow, fast := 1/cpuShare(small.memory), 1/cpuShare(large.memory)
	if float64(large.memory) < fitRatio*float64(small.memory) || slow-fast < 0.05 {
		return curve{}, false
	}
	cpu := max(0, (small.mean()-large.mean())/(slow-fast))
	wait := large.mean() - cpu*fast
	if wait < 0 {
		wait, cpu = 0, large.mean()/fast
	}
	return curve{wait: wait, cpu: cpu, sizes: []measuredSize{small, large}}, true
}

// cpuShare is the share of a vCPU that single-threaded code gets.
func cpuShare(m unit.MiB) float64 { return min(float64(m)/fullCPU, 1) }

func (c curve) duration(m unit.MiB) float64 { return c.wait + c.cpu/cpuShare(m) }

// cheapest returns the size from floor to have of least GB-seconds, and the
// share that it saves.
func (c curve) cheapest(floor, have unit.MiB) (unit.MiB, float64) {
	best, cost := have, float64(have)*c.duration(have)
	now := cost
	for m := floor; m < have; m += memoryStep {
		if x := float64(m) * c.duration(m); x < cost {
			best, cost = m, x
		}
	}
	return best, 1 - cost/now
}

func (c curve) evidence() string {
	a, b := c.sizes[0], c.sizes[1]
	return fmt.Sprintf("two sizes in its history: %s took %.1f ms (n = %s), %s %.1f ms (n = %s)", a.memory, a.mean(), thousands(a.requests), b.memory, b.mean(), thousands(b.requests))
}
