package advice

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/rightsize"
	"github.com/breakeven-dev/breakeven/model/unit"
)

const (
	// memoryInvocations is the least evidence; AWS Compute Optimizer asks for
	// the same 50 in 14 days.
	memoryInvocations = 50
	// memoryNoise is the mean difference between two months of the same
	// function (153 pairs of published measurements); a saving below it is
	// none.
	memoryNoise = 0.048
	// sizeInvocations is how many requests a size must have had to count.
	sizeInvocations = 100
	// cpuSamples is how many invocations a CPU time must be the mean of.
	cpuSamples = 100
	// worthUSD is the least saving a month worth a line.
	worthUSD = 0.01
)

var _ = register(Rule{Name: "lambda-memory", Service: "lambda", Advise: adviseMemory})

// adviseMemory recommends the cheapest memory size where the lower end of what
// it saves is above the noise. How duration reacts to memory is what package
// rightsize makes of the sizes in the function's history and its CPU time.
func adviseMemory(s Subject) (model.Advice, bool) {
	f := s.Function
	used, have := f.Signals.MaxMemoryUsed, f.Config.Memory
	if _, unused := s.idle(); unused || f.Deleted || !f.Signals.MemoryKnown || used <= 0 || have <= 0 || f.Signals.Invocations < memoryInvocations {
		return model.Advice{}, false
	}
	e := s.memoryEvidence()
	prices, ok := s.memoryPrices()
	fit, err := rightsize.New(e.Evidence)
	if !ok || err != nil {
		return model.Advice{}, false
	}
	now := fit.At(have)
	target, share := s.cheapest(fit, prices, now)
	if target == have {
		return model.Advice{}, false
	}
	a := model.Advice{
		Title:      fmt.Sprintf("%s memory from %s to %s", lowerOrRaise(have, target), have, target),
		Effects:    memoryEffects(share, ""),
		Confidence: string(e.Grade()), Effort: "low",
		Risk:     "duration rises where the code needs its share of CPU, which comes with memory",
		Apply:    s.cli("update-function-configuration", fmt.Sprintf("--memory-size %d", int64(target))),
		Disproof: "a p99 duration that callers notice, or a cost per invocation that does not fall, in the week after the change",
		Evidence: []string{
			fmt.Sprintf("at most %s of %s used, %s invocations, %s", used, have, thousands(f.Signals.Invocations), s.span()),
			e.text(), e.Sentence(), durationChange(now, fit.At(target)),
		},
	}
	if target > have {
		a.Risk = "more is paid for each millisecond: work that turns out to wait gets dearer"
	}
	a.Saving = s.saves(a.Effects)
	return a, worth(a.Saving)
}

func lowerOrRaise(have, target unit.MiB) string {
	if target < have {
		return "Lower"
	}
	return "Raise"
}

// memoryEffects: whatever is held by the GB-second, on an architecture or on
// all ("").
func memoryEffects(share model.Effect, arch string) []model.Effect {
	var out []model.Effect
	for _, lines := range []string{"duration-", "provisioned-duration-", "provisioned-concurrency-"} {
		share.Lines = lines + arch
		out = append(out, share)
	}
	return out
}

func durationChange(now, then rightsize.Estimate) string {
	ms := func(d time.Duration) string { return fmt.Sprintf("%.1f", float64(d)/float64(time.Millisecond)) }
	if !then.Known {
		return fmt.Sprintf("mean duration now %s ms, then %s to %s ms", ms(now.Duration), ms(then.Low), ms(then.High))
	}
	return fmt.Sprintf("mean duration now %s ms, then %s ms (%s to %s)", ms(now.Duration), ms(then.Duration), ms(then.Low), ms(then.High))
}

// cheapest returns the size that surely costs less than today's, and the share
// of GB-seconds that it saves; today's size if there is none. A size at which
// the longest run would come near the timeout is none.
func (s Subject) cheapest(fit *rightsize.Fit, prices rightsize.Prices, now rightsize.Estimate) (unit.MiB, model.Effect) {
	floor := rightsize.Floor(s.Function.Signals.MaxMemoryUsed)
	candidates := []rightsize.Estimate{fit.At(floor)}
	for _, e := range fit.Curve() {
		if e.Memory > floor {
			candidates = append(candidates, e)
		}
	}
	best, most := now.Memory, model.Effect{}
	for _, then := range candidates {
		if then.Memory == now.Memory || s.tooSlow(now, then) {
			continue
		}
		if e := memoryShare(prices, now, then); e.Low >= memoryNoise && better(e, most) {
			best, most = then.Memory, e
		}
	}
	return best, most
}

// better compares what two sizes save: the surer saving counts, since the
// largest of many predictions is the one most likely to be too large. Of equals
// it is the larger size, which is faster: candidates ascend.
func better(e, than model.Effect) bool {
	const equal = 0.01
	return e.Low > than.Low-equal
}

// tooSlow: the longest run of the window, stretched as the slower end of the
// estimate says, comes near the timeout.
func (s Subject) tooSlow(now, then rightsize.Estimate) bool {
	limit := float64(s.Function.Config.Timeout) / float64(time.Millisecond)
	stretched := s.Function.Signals.MaxMs * float64(then.High) / float64(now.Low)
	return limit > 0 && then.High > now.Low && stretched > timeoutShare*limit
}

// memoryShare is the share of GB-seconds saved. A measured size is no surer
// than one month is like the next.
func memoryShare(prices rightsize.Prices, now, then rightsize.Estimate) model.Effect {
	of := func(d, was time.Duration) float64 {
		return 1 - gbSeconds(prices, then.Memory, d)/gbSeconds(prices, now.Memory, was)
	}
	e := model.Effect{Low: of(then.High, now.Low), High: of(then.Low, now.High)}
	e.Likely = (e.Low + e.High) / 2
	if then.Known {
		e.Likely = of(then.Duration, now.Duration)
	}
	if then.Measured {
		e.Low, e.High = 1-(1-e.Low)*(1+memoryNoise), 1-(1-e.High)*(1-memoryNoise)
	}
	return e
}

// gbSeconds is what a million invocations pay for memory.
func gbSeconds(p rightsize.Prices, m unit.MiB, d time.Duration) float64 {
	p.Request = unit.USD{}
	return p.PerMillion(m, d).Float64()
}

func (s Subject) memoryPrices() (rightsize.Prices, bool) {
	request, ok1 := s.firstPrice("requests")
	second, ok2 := s.firstPrice("duration" + model.LambdaSuffix(s.Function.Config.Architecture))
	return rightsize.Prices{Request: request, GBSecond: second}, ok1 && ok2
}

// worth reports whether a saving may reach a cent a month; one of unknown
// size may.
func worth(c model.Cost) bool { return c.Unknown || c.High.Float64() >= worthUSD }

// memoryEvidence is what was measured of a function, with how often.
type memoryEvidence struct {
	rightsize.Evidence
	n []int64 // of Measured
}

// text lists the measurements.
func (e memoryEvidence) text() string {
	var parts []string
	for i, m := range e.Measured {
		parts = append(parts, fmt.Sprintf("%s took %.1f ms (n = %s)", m.Memory, float64(m.Duration)/float64(time.Millisecond), thousands(e.n[i])))
	}
	text := "in its history " + strings.Join(parts, ", ")
	if e.CPU != nil {
		text += fmt.Sprintf("; CPU time %.1f ms an invocation", float64(e.CPU.Time)/float64(time.Millisecond))
	}
	return text
}

// memoryEvidence sums the function's history up by memory size: the mean
// duration without init and without what billing rounds up, half a
// millisecond on average. Other architectures tell nothing of this one.
func (s Subject) memoryEvidence() memoryEvidence {
	f := s.Function
	init := 0.0
	if f.Cold.Known && f.Cold.Reports > 0 {
		init = float64(f.Cold.BilledMs) / float64(f.Cold.Reports)
	}
	type size struct {
		n  int64
		ms float64
	}
	sizes := map[unit.MiB]size{}
	usage := s.Input.Months
	if len(usage) == 0 {
		usage = s.Input.InWindow
	}
	for _, u := range usage {
		if u.MemoryKnown && u.Architecture == f.Config.Architecture {
			x := sizes[u.Memory]
			x.n += u.ExactRequests + u.MetricRequests
			x.ms += max(float64(u.ExactBilledMs)-float64(u.ExactRequests)*(init+0.5), 0) + u.MetricDurationMs
			sizes[u.Memory] = x
		}
	}
	var e memoryEvidence
	for m := range sizes {
		e.Measured = append(e.Measured, rightsize.Measurement{Memory: m})
	}
	slices.SortFunc(e.Measured, func(a, b rightsize.Measurement) int { return int(a.Memory - b.Memory) })
	e.Measured = slices.DeleteFunc(e.Measured, func(m rightsize.Measurement) bool {
		return sizes[m.Memory].n < sizeInvocations && m.Memory != f.Config.Memory || sizes[m.Memory].ms <= 0
	})
	for i := range e.Measured {
		x := sizes[e.Measured[i].Memory]
		e.Measured[i].Duration = min(time.Duration(math.Round(x.ms/float64(x.n)*1000))*time.Microsecond, rightsize.MaxDuration)
		e.n = append(e.n, x.n)
	}
	e.CPU = s.cpuTime(e.Evidence)
	return e
}

// cpuTime is what Lambda Insights measured, where one size alone ran.
func (s Subject) cpuTime(e rightsize.Evidence) *rightsize.CPUTime {
	g := s.Function.Signals
	if len(e.Measured) != 1 || g.CPUSamples < cpuSamples || g.CPUMs <= 0 {
		return nil
	}
	const mostThreads = 6 // as many vCPUs as 10,240 MB have
	cpu := time.Duration(g.CPUMs / float64(g.CPUSamples) * float64(time.Millisecond))
	if cpu > mostThreads*e.Measured[0].Duration {
		return nil
	}
	return &rightsize.CPUTime{Memory: e.Measured[0].Memory, Time: cpu}
}
