// Package coldstart estimates how often functions start cold, and what the
// init that is billed for it takes, where no REPORT line tells.
//
// AWS promises no idle lifetime. Measurements between 2017 and 2021 range
// from 5 to 60 minutes; the last ones found 5 to 7. A lifetime is therefore a
// distribution, never a constant.
package coldstart

import (
	"math"
	"strings"

	"github.com/breakeven-dev/breakeven/model"
)

// Lifetime is how long an idle instance is kept, uniform between Low and High
// seconds.
type Lifetime struct{ Low, High float64 }

// DefaultLifetime is what measurements of January 2021 support: cold after
// 5 minutes of idleness with a probability of 0.003, after 6 of 0.41, after 7
// of 1.
var DefaultLifetime = Lifetime{Low: 300, High: 420}

// survival is the mean of e^(-rate·T) over the lifetime T: the probability
// that nothing arrives while an idle instance waits.
func (l Lifetime) survival(rate float64) float64 {
	width := rate * (l.High - l.Low)
	if width < 1e-9 {
		return math.Exp(-rate * l.Low)
	}
	return math.Exp(-rate*l.Low) * -math.Expm1(-width) / width
}

// Share returns the probability, 0 to 1, that a request starts cold, for
// Poisson arrivals at rate a second that each keep an instance busy for
// service seconds.
//
// A single instance gives P(cold) = e^(-λT). With several, the newest idle
// one is used first: instance m sees λ_m = λ·(B(m-1, a) - B(m, a)), B being
// Erlang B of a = λ·service, and starts cold when its own gap outlives T.
// Arrivals that come in bursts start cold more often than this.
func Share(rate, service float64, life Lifetime) float64 {
	return ShareBeyond(rate, service, life, 0)
}

// ShareBeyond is Share with a number of provisioned instances, which are used
// first and never end: only what overflows them can start cold.
func ShareBeyond(rate, service float64, life Lifetime, provisioned int) float64 {
	if rate <= 0 {
		if provisioned > 0 {
			return 0
		}
		return 1
	}
	load := rate * max(service, 0)
	cold, blocked := 0.0, 1.0
	for m := 1; blocked > 1e-7 && m < maxInstances; m++ {
		next := load * blocked / (float64(m) + load*blocked)
		if seen := blocked - next; m > provisioned { // share of all requests that instance m serves
			cold += seen * life.survival(rate*seen)
		}
		blocked = next
	}
	return min(1, cold+blocked)
}

// maxInstances bounds Share's work; it is far above any quota of Lambda.
const maxInstances = 100_000

// Measured returns the share of requests that started cold according to
// REPORT lines, and false without enough of them.
func Measured(c model.ColdStarts) (float64, bool) {
	if !c.Known || c.Reports == 0 {
		return 0, false
	}
	return float64(c.Count) / float64(c.Reports), true
}

// BilledInit returns the mean billed init of a cold start in milliseconds
// from REPORT lines, and false where they show none.
func BilledInit(c model.ColdStarts) (float64, bool) {
	if !c.Known || c.Count == 0 {
		return 0, false
	}
	if c.BilledMs > 0 {
		return float64(c.BilledMs) / float64(c.Count), true
	}
	return (c.InitSumMs + c.RestoreMs) / float64(c.Count), true
}

// prior is the mean init of a minimal function by runtime, in milliseconds:
// medians over the combinations of architecture, packaging and memory size in
// public measurements of hello-world functions.
var prior = []struct {
	prefix string
	ms     float64
}{
	{"nodejs", 211}, {"python", 119}, {"java", 311}, {"dotnet", 388}, {"ruby", 273}, {"go", 49}, {"provided", 57},
}

// priorOther stands for container images and unknown runtimes.
const priorOther = 250

// PriorInit returns the init of a minimal function of a runtime in
// milliseconds: a lower end, since real packages load more than nothing.
func PriorInit(runtime string) float64 {
	for _, p := range prior {
		if strings.HasPrefix(runtime, p.prefix) {
			return p.ms
		}
	}
	return priorOther
}

const (
	// burstFactor bounds by how much bursts may start more instances than
	// random arrivals do.
	burstFactor = 4
	// burstShare is added to the upper bound: what a queue that empties in
	// clusters starts cold even at a high mean rate.
	burstShare = 0.05
)

// Estimate bounds the cold starts of u's metric-only hours. The store's own
// bounds are kept where it gives any; else the share that REPORT lines of
// other hours show is used, else the closed form of Share at the window's
// mean rate. Requests that are throttled or provisioned do not start cold.
func Estimate(f *model.FunctionInput, u model.LambdaUsage) model.ColdStartEstimate {
	e := model.ColdStartEstimate{Low: u.MetricColdLow, Likely: u.MetricColdLikely, High: u.MetricColdHigh, InitMs: u.MetricInitMs}
	if u.MetricRequests == 0 {
		return e
	}
	if e.InitMs <= 0 {
		e.InitMs = initOf(f)
	}
	if e.High > 0 {
		return e
	}
	n := float64(u.MetricRequests)
	if total := u.MetricRequests + u.ExactRequests; u.ProvisionedRequests > 0 {
		n *= 1 - min(1, float64(u.ProvisionedRequests)/float64(total))
	}
	share, measured := Measured(f.Cold)
	if !measured {
		share = Share(f.Load.MeanPerSecond, u.MetricDurationMs/1000/float64(u.MetricRequests), DefaultLifetime)
	}
	e.Likely = int64(math.Round(n * share))
	e.High = int64(math.Ceil(n * min(1, burstFactor*share+burstShare)))
	return e
}

func initOf(f *model.FunctionInput) float64 {
	if ms, ok := BilledInit(f.Cold); ok {
		return ms
	}
	return PriorInit(f.Config.Runtime)
}
