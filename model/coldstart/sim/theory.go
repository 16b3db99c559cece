package sim

import (
	"math"

	"github.com/breakeven-dev/breakeven/model/capacity"
	"github.com/breakeven-dev/breakeven/model/coldstart"
)

// Theory is what closed forms say about a configuration, by the JSON name of
// the figure. Exact ones hold without conditions, or with an error far below
// the simulation's where their Basis says so; approximations are kept apart.
type Theory struct {
	Exact, Approximate []TheoryValue
}

// TheoryValue is one figure and the formula that it comes from.
type TheoryValue struct {
	Figure string
	Value  float64
	Basis  string
}

// The figures of a Result by their JSON names.
const (
	FigureCold        = "cold_start_probability"
	FigureRejection   = "rejection_probability"
	FigureInstances   = "mean_instances"
	FigureRunning     = "mean_running"
	FigureIdle        = "mean_idle"
	FigureUtilisation = "utilisation"
	FigureLifetime    = "mean_instance_lifetime_s"
)

func (t *Theory) exact(figure string, value float64, basis string) {
	t.Exact = append(t.Exact, TheoryValue{figure, value, basis})
}

func (t *Theory) approximate(figure string, value float64, basis string) {
	t.Approximate = append(t.Approximate, TheoryValue{figure, value, basis})
}

// Find returns the exact value of a figure.
func (t *Theory) Find(figure string) (float64, bool) {
	for _, v := range t.Exact {
		if v.Figure == figure {
			return v.Value, true
		}
	}
	return 0, false
}

// negligible is the relative error under which a limiting case counts as
// exact, well inside the intervals.
const negligible = 0.01

// theory collects what is known of c in closed form.
func (c *Config) theory() Theory {
	var t Theory
	switch {
	case c.Arrivals == Replayed || c.ScaleOut > 0:
	case c.Arrivals == Poisson && c.MaxConcurrency == 1 && c.Provisioned == 0:
		c.oneAtATime(&t)
	case c.Arrivals == Poisson:
		c.manyAtOnce(&t)
	case c.Arrivals == Deterministic:
		c.evenlySpaced(&t)
	}
	return t
}

// outlived is E[e^(rate·T)], the mean number of requests that an instance
// serves which sees random arrivals at a rate: each idle time outlives its
// lifetime T with e^(-rate·T), T being drawn once for an instance.
func (c *Config) outlived(rate, factor float64) float64 {
	low, high := rate*factor*c.Idle.Low.Seconds(), rate*factor*c.Idle.High.Seconds()
	if high-low < 1e-9 {
		return math.Exp(low)
	}
	return math.Exp(low) * math.Expm1(high-low) / (high - low)
}

// oneAtATime solves a limit of one request: a renewal process of one service
// and one exponential gap, whatever the distribution of service.
func (c *Config) oneAtATime(t *Theory) {
	cold := 1 / c.outlived(c.Rate, 1)
	service := cold*c.Cold.Seconds() + (1-cold)*c.Warm.Seconds()
	cycle := service + 1/c.Rate
	// An idle time ends with its lifetime T or the next request: in the mean
	// (1 - P(cold))/rate, since P(cold) is the share that outlives T.
	idle := (1 - cold) / c.Rate
	t.exact(FigureCold, cold, "one instance: 1/E[e^(rate·T)], which is e^(-rate·T) for one lifetime T")
	t.exact(FigureRejection, service/cycle, "Erlang B with one server")
	t.exact(FigureRunning, service/cycle, "renewal: service over service and gap")
	t.exact(FigureIdle, idle/cycle, "renewal: mean of the shorter of gap and lifetime")
	t.exact(FigureInstances, (service+idle)/cycle, "renewal: running and idle")
	t.exact(FigureUtilisation, service/(service+idle), "renewal: running over alive")
	t.exact(FigureLifetime, (service+idle)/cold, "Little's law")
}

// manyAtOnce takes the queue M/G/c/c for what runs and the overflow form for
// what starts cold.
func (c *Config) manyAtOnce(t *Theory) {
	life := coldstart.Lifetime{Low: c.Idle.Low.Seconds(), High: c.Idle.High.Seconds()}
	guess := coldstart.ShareBeyond(c.Rate, c.Warm.Seconds(), life, c.Provisioned)
	service := c.Warm.Seconds() + guess*(c.Cold-c.Warm).Seconds()
	load := c.Rate * service
	rejected := capacity.ErlangB(c.MaxConcurrency, load)
	running := load * (1 - rejected)
	// Erlang B and Little's law need the mean service time, hence the cold
	// share: exact if it does not matter, which is when both services are
	// alike or few starts are cold.
	if math.Abs((c.Cold-c.Warm).Seconds())*guess <= negligible/10*service {
		t.exact(FigureRejection, rejected, "Erlang B")
		t.exact(FigureRunning, running, "Little's law: admitted rate times mean service time")
	} else {
		t.approximate(FigureRejection, rejected, "Erlang B of the mean service time that the approximate cold share gives")
		t.approximate(FigureRunning, running, "Little's law with the approximate cold share")
	}
	const overflowForm = "overflow form: each instance sees what the others leave, by Erlang B"
	if c.Provisioned > 0 {
		t.approximate(FigureCold, guess, overflowForm)
		return
	}
	alone := 1 / c.outlived(c.Rate, 1)
	if load <= negligible*alone { // a second instance hardly ever matters
		t.exact(FigureCold, alone, "one instance with short requests: 1/E[e^(rate·T)], which is e^(-rate·T) for one lifetime T")
		t.exact(FigureInstances, 1-alone, "one instance with short requests: 1 - P(cold)")
		t.exact(FigureLifetime, (1-alone)/(alone*c.Rate), "Little's law")
		return
	}
	if c.surplus() > 1 || rejected > negligible {
		return
	}
	t.approximate(FigureCold, guess, overflowForm)
	t.approximate(FigureInstances, c.instances(), "Markov chain over the number of instances (Mahmoudi and Khazaei, TCC 2020)")
}

// evenlySpaced solves constant service that ends before the next request.
func (c *Config) evenlySpaced(t *Theory) {
	gap, warm, cold := 1/c.Rate, c.Warm.Seconds(), c.Cold.Seconds()
	longest := max(warm, cold)
	if c.Service.Shape == Constant && longest <= gap*float64(c.MaxConcurrency) {
		t.exact(FigureRejection, 0, "every request has ended before the limit is reached")
	}
	if c.Service.Shape != Constant || longest > gap || c.Provisioned > 0 {
		return
	}
	share := 0.0
	low, high := c.Idle.Low.Seconds(), c.Idle.High.Seconds()
	switch {
	case gap-cold >= high && gap-warm >= high:
		share = 1
	case gap-cold >= low || gap-warm >= low:
		return // between the ends: each instance fares by its own lifetime
	}
	service := warm + share*(cold-warm)
	t.exact(FigureCold, share, "evenly spaced requests either all find their predecessor's instance or none does")
	t.exact(FigureRunning, service*c.Rate, "Little's law: rate times service time")
	if share == 0 {
		t.exact(FigureInstances, 1, "the same instance serves every request")
		return
	}
	if low == high {
		t.exact(FigureInstances, (service+low)*c.Rate, "Little's law: an instance a request")
		t.exact(FigureLifetime, service+low, "one request, then idle until the end")
	}
}

// instances solves a birth-death chain over the number m of instances alive.
// With a = rate·service, a request finds all m busy with B(m, a) (Erlang B),
// which starts another one; the least used of m sees the overflow of the
// others, r = rate·(B(m-1, a) - B(m, a)), and ends when a gap in it outlives
// the lifetime: after E[e^(r·T)] requests, a mean of (E[e^(r·T)] - 1)/r
// seconds. It comes within 5 % of simulations of up to 20 Erlangs.
func (c *Config) instances() float64 {
	a := c.load()
	weight, sum, alive, blocked := 1.0, 0.0, 0.0, 1.0
	for m := 0; ; m++ {
		sum += weight
		alive += weight * float64(m)
		left := a * blocked / (float64(m+1) + a*blocked)
		next := weight * c.Rate * blocked * c.meanEnd(c.Rate*(blocked-left))
		if m+1 > c.MaxConcurrency || (next < 1e-12*sum && float64(m) > a) {
			return alive / sum
		}
		if next > 1e100 { // only ratios of weights count
			next, sum, alive = 1, sum/next, alive/next
		}
		weight, blocked = next, left
	}
}

// meanEnd is the mean time in seconds until an instance ends that sees random
// requests at a rate.
func (c *Config) meanEnd(rate float64) float64 {
	if x := rate * c.longestLife(); x < 1e-9 {
		return max(1e-9, (c.Idle.Low+c.Idle.High).Seconds()/2*c.surplus())
	} else if x > 600 {
		return 1e100 // no instance ends that sees so much
	}
	return max(1e-9, (c.outlived(rate, c.surplus())-1)/rate)
}
