package coldstart

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/breakeven-dev/breakeven/model"
)

// With a constant lifetime and short requests, P(cold) = e^(-λT).
func TestShareOfOneInstance(t *testing.T) {
	for _, rate := range []float64{1e-4, 1.0 / 600, 0.01} {
		got, want := Share(rate, 1e-9, Lifetime{600, 600}), math.Exp(-rate*600)
		if math.Abs(got-want) > 1e-6 {
			t.Errorf("rate %v: %v, want %v", rate, got, want)
		}
	}
	// Uniform between 300 and 420 s: (e^(-300λ) - e^(-420λ))/(120λ).
	rate := 1.0 / 360
	want := (math.Exp(-300*rate) - math.Exp(-420*rate)) / (120 * rate)
	if got := Share(rate, 1e-9, DefaultLifetime); math.Abs(got-want) > 1e-6 {
		t.Errorf("uniform lifetime: %v, want %v", got, want)
	}
}

// A simulation of newest-idle-first routing agrees with the overflow form
// within its own doubt. The form is an approximation (gaps of overflow
// traffic are not exponential), so it is held to a factor of two.
func TestShareAgainstSimulation(t *testing.T) {
	for _, c := range []struct{ rate, service float64 }{{0.01, 1}, {0.5, 2}, {2, 1}, {0.05, 20}} {
		got, want := Share(c.rate, c.service, DefaultLifetime), simulate(c.rate, c.service)
		if want < 1e-5 {
			t.Fatalf("%+v: too few cold starts to compare", c)
		}
		if got < want/2 || got > want*2 {
			t.Errorf("%+v: %.5f, simulated %.5f", c, got, want)
		}
	}
}

func simulate(rate, service float64) float64 {
	r := rand.New(rand.NewPCG(9, 10))
	type instance struct{ busyUntil, expires float64 }
	var pool []instance // oldest first
	at, cold := 0.0, 0
	const n = 300_000
	for range n {
		at += r.ExpFloat64() / rate
		alive := pool[:0]
		for _, i := range pool {
			if i.expires > at {
				alive = append(alive, i)
			}
		}
		pool = alive
		chosen := -1
		for i := range pool { // the first created serves what it can
			if pool[i].busyUntil <= at {
				chosen = i
				break
			}
		}
		if chosen < 0 {
			cold++
			pool = append(pool, instance{})
			chosen = len(pool) - 1
		}
		end := at + r.ExpFloat64()*service
		pool[chosen] = instance{busyUntil: end, expires: end + 300 + 120*r.Float64()}
	}
	return float64(cold) / n
}

func TestShareProperties(t *testing.T) {
	if Share(0, 1, DefaultLifetime) != 1 {
		t.Error("what is hardly ever called starts cold")
	}
	before := 1.0
	for rate := 1e-5; rate < 0.1; rate *= 1.5 {
		got := Share(rate, 1e-9, DefaultLifetime)
		if got < 0 || got > before+1e-12 {
			t.Errorf("rate %v: %v after %v", rate, got, before)
		}
		before = got
	}
	if got := Share(10_000, 1, DefaultLifetime); got < 0 || got > 0.001 {
		t.Errorf("ten thousand Erlangs: %v", got)
	}
}

func TestEstimateTakesTheBestEvidence(t *testing.T) {
	u := model.LambdaUsage{MetricRequests: 1000, MetricDurationMs: 50_000}
	f := &model.FunctionInput{Config: model.FunctionConfig{Runtime: "python3.13"}, Load: model.Load{MeanPerSecond: 1.0 / 360}}
	// Nothing but the rate: the closed form, 0.37 of the requests.
	e := Estimate(f, u)
	if e.Likely < 365 || e.Likely > 380 || e.Low != 0 || e.High != 1000 || e.InitMs != 119 {
		t.Errorf("from the rate: %+v", e)
	}
	// REPORT lines of other hours: one in a hundred.
	f.Cold = model.ColdStarts{Known: true, Reports: 5000, Count: 50, BilledMs: 20_000}
	if e = Estimate(f, u); e.Likely != 10 || e.High != 90 || e.InitMs != 400 {
		t.Errorf("from REPORT lines: %+v", e)
	}
	// The store's own bounds win.
	u.MetricColdLow, u.MetricColdLikely, u.MetricColdHigh, u.MetricInitMs = 1, 2, 3, 50
	if e = Estimate(f, u); e != (model.ColdStartEstimate{Low: 1, Likely: 2, High: 3, InitMs: 50}) {
		t.Errorf("from the store: %+v", e)
	}
	if e = Estimate(f, model.LambdaUsage{ExactRequests: 5}); e != (model.ColdStartEstimate{}) {
		t.Errorf("without metric-only hours: %+v", e)
	}
}

func TestProvisionedRequestsStartWarm(t *testing.T) {
	f := &model.FunctionInput{Cold: model.ColdStarts{Known: true, Reports: 100, Count: 10, BilledMs: 1000}}
	u := model.LambdaUsage{MetricRequests: 1000, ProvisionedRequests: 1000}
	if e := Estimate(f, u); e.Likely != 0 || e.High != 0 {
		t.Errorf("%+v", e)
	}
}
