// Package sim simulates, event by event, how a platform that gives every
// request an instance of its own starts, reuses and ends instances.
//
// A request goes to the newest idle instance; without one it starts an
// instance (cold), unless the concurrency limit is reached or instances are
// started too fast (rejected). An instance that stays idle for its lifetime
// ends. Provisioned instances are used first and never end.
//
// Arrivals are random (Poisson), evenly spaced, or a trace. Every figure
// carries a 95 % confidence interval from batch means or independent runs,
// both drawn from one seed: the same configuration gives the same result.
// The model without its intervals is that of Mahmoudi and Khazaei, "SimFaaS:
// A Performance Simulator for Serverless Computing Platforms", CLOSER 2021.
package sim

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"
)

// Arrivals names the process by which requests arrive.
type Arrivals string

// The processes that Run knows.
const (
	Poisson       Arrivals = "poisson"       // random, at a mean rate
	Deterministic Arrivals = "deterministic" // evenly spaced
	Replayed      Arrivals = "trace"         // as in Config.Trace
)

// Config describes a platform and the load on it.
type Config struct {
	Arrivals Arrivals
	// Rate is the mean number of requests a second, above 0; unused by traces.
	Rate float64
	// Trace is what Replayed replays, one pool of instances a function.
	Trace *Trace
	// Warm and Cold are the whole service times of a request that finds an
	// instance and of one that starts it. A trace's own durations win.
	Warm, Cold time.Duration
	Service    Service
	Idle       Lifetime
	// Surplus multiplies the lifetime of instances that start while others
	// are busy; 0 means 1. See ReplaySurplus.
	Surplus float64
	// MaxConcurrency is how many requests run at once at most, per pool.
	MaxConcurrency int
	// Provisioned instances exist from the start on and never end.
	Provisioned int
	// ScaleOut is how many instances may start in ten seconds, per pool; 0 is
	// without limit. Lambda has 1,000 for each function.
	ScaleOut int
	// Horizon is the measured time of one run; a trace is cut after it, 0 is
	// all of it.
	Horizon time.Duration
	Seed    uint64
	// budget is the number of requests after which no run is added for the
	// sake of precision; 0 is maxRequests.
	budget int64
}

// Lifetime is how long an idle instance is kept: uniform over instances
// between Low and High, each drawing once.
type Lifetime struct{ Low, High time.Duration }

// ReplaySurplus is the Surplus that fits replays of measured runs: on Lambda
// in 2020, instances beyond the first were reused after gaps of up to 1,523
// seconds, where single ones never outlived 660. It stands for that and for
// what works against it: no instance of the runs in testdata was used at an
// age of more than 123 minutes.
const ReplaySurplus = 1.2

// lambdaWindow is what ScaleOut counts in: seconds.
const lambdaWindow = 10

// Limits of what Run accepts.
const (
	maxRate      = 1e6
	maxInstances = 10_000_000
	maxHorizon   = 100 * 365 * 24 * time.Hour
)

// check names the first field that Run cannot simulate.
func (c *Config) check() error {
	switch {
	case c.Arrivals != Poisson && c.Arrivals != Deterministic && c.Arrivals != Replayed:
		return fmt.Errorf("arrivals %q: want %s, %s or %s", c.Arrivals, Poisson, Deterministic, Replayed)
	case c.Arrivals == Replayed && (c.Trace == nil || c.Trace.Requests() == 0):
		return errors.New("the trace has no request")
	case c.Arrivals != Replayed && !(c.Rate > 0 && c.Rate <= maxRate):
		return fmt.Errorf("rate %v: want a number of requests a second above 0, at most %g", c.Rate, maxRate)
	case c.needsService() && (c.Warm <= 0 || c.Cold <= 0):
		return fmt.Errorf("service times %s warm and %s cold: want more than 0", c.Warm, c.Cold)
	case c.Idle.Low < 0 || c.Idle.High < c.Idle.Low || c.Idle.High > maxHorizon:
		return fmt.Errorf("idle lifetime %s to %s: want 0 to 100 years, the lower end first", c.Idle.Low, c.Idle.High)
	case c.MaxConcurrency < 1 || c.MaxConcurrency > maxInstances:
		return fmt.Errorf("concurrency limit %d: want 1 to %d", c.MaxConcurrency, maxInstances)
	case c.Provisioned < 0 || c.Provisioned > c.MaxConcurrency:
		return fmt.Errorf("%d provisioned instances: want 0 to the concurrency limit of %d", c.Provisioned, c.MaxConcurrency)
	case c.ScaleOut < 0:
		return fmt.Errorf("scale-out limit %d: want 0 (none) or more instances per 10 s", c.ScaleOut)
	case c.Surplus != 0 && !(c.Surplus >= 1 && c.Surplus <= 100):
		return fmt.Errorf("surplus lifetime factor %v: want 1 to 100", c.Surplus)
	case c.Horizon < 0 || c.Horizon > maxHorizon || c.Horizon == 0 && c.Arrivals != Replayed:
		return fmt.Errorf("horizon %s: want more than 0, at most 100 years", c.Horizon)
	}
	return c.Service.check()
}

// needsService tells whether any request draws its service time.
func (c *Config) needsService() bool { return c.Arrivals != Replayed || !c.Trace.complete() }

// surplus is the factor in force.
func (c *Config) surplus() float64 { return max(1, c.Surplus) }

// load is the mean offered load in Erlangs of warm requests.
func (c *Config) load() float64 { return c.Rate * c.Warm.Seconds() }

// longestLife is the longest lifetime of an instance in seconds.
func (c *Config) longestLife() float64 { return c.Idle.High.Seconds() * c.surplus() }

// Result is what Run found: means over the measured time, each with an
// interval.
type Result struct {
	// ColdStartProbability is cold starts over admitted requests,
	// RejectionProbability rejected over all requests.
	ColdStartProbability, RejectionProbability Estimate
	// MeanInstances are alive on average: MeanRunning and MeanIdle.
	MeanInstances, MeanRunning, MeanIdle Estimate
	// Utilisation is running over alive.
	Utilisation Estimate
	// MeanInstanceLifetime is the seconds from the start of an instance to
	// its end, by Little's law; provisioned instances are left out.
	MeanInstanceLifetime Estimate
	// Requests were simulated and measured in Runs independent runs of
	// Measured seconds each, ColdStarts of them cold; ScaleOutStarts of these
	// while another instance was busy.
	Requests, ColdStarts, ScaleOutStarts int64
	Runs                                 int
	Measured                             float64
	// Analytic holds what theory says, see Analytic.
	Analytic Theory
	Warnings []string
}

// Run simulates c. It adds runs until every interval's half-width is at most
// 5 % of its value or the work becomes too much, which is then warned of.
// The error names what cannot be simulated, or is that of the context.
func Run(ctx context.Context, c Config) (Result, error) {
	if err := c.check(); err != nil {
		return Result{}, err
	}
	s := newSimulation(&c)
	for s.more() {
		s.run(ctx)
		if err := ctx.Err(); err != nil {
			return Result{}, err
		}
	}
	return s.result(), nil
}

// DefaultHorizon is 1,000,000 s, or less at rates at which that is more work
// than precision needs, but never less than ten lifetimes.
func DefaultHorizon(rate float64, life Lifetime) time.Duration {
	const longest = 1_000_000 * time.Second
	enough := time.Duration(min(longest.Seconds(), maxRequests/rate) * float64(time.Second))
	return min(longest, max(enough, 10*life.High, time.Second))
}

// Targets of precision and the work spent on reaching them.
const (
	targetWidth     = 0.05
	minObservations = 20
	fewObservations = 10
	maxObservations = 20_000
	maxRequests     = 20_000_000
	batchLifetimes  = 25 // lifetimes in a batch: the next hardly depends on it
	shortBatch      = 3  // lifetimes in a batch where that is too much work
	maxBatches      = 20
	leastWarmup     = 3  // lifetimes
	warmupLifetimes = 10 // after 3, cold starts are still 4 % too few: no instance is old
)

// simulation is one Run in progress.
type simulation struct {
	cfg     *Config
	warmup  float64 // seconds before what is measured
	horizon float64 // measured seconds of one run
	batches int     // observations that one run yields
	planned int     // runs to do before looking again
	runs    int
	done    observations
	offered int64 // requests simulated
	theory  Theory
	pool    pool
	peak    int // most busy instances of a pool
}

func newSimulation(c *Config) *simulation {
	s := &simulation{cfg: c, theory: c.theory(), horizon: c.Horizon.Seconds(), batches: 1}
	if c.Arrivals == Replayed {
		s.horizon = c.Trace.span(s.horizon, c.Warm.Seconds())
		switch {
		case !c.random():
			s.planned = 1
		case float64(c.Trace.Requests())*minObservations > c.affordable():
			s.planned = fewObservations
		default:
			s.planned = minObservations
		}
		return s
	}
	life := c.longestLife() + max(c.Warm, c.Cold).Seconds()
	s.warmup = min(warmupLifetimes*life, max(leastWarmup*life, s.horizon))
	s.batches = int(min(max(1, s.horizon/max(batchLifetimes*life, minObservations/c.Rate)), maxBatches))
	s.planned = (minObservations + s.batches - 1) / s.batches
	// Where that is too much work, fewer and shorter batches have to do.
	if (s.horizon+s.warmup)*c.Rate*float64(s.planned) > c.affordable() {
		s.batches = int(min(max(float64(s.batches), s.horizon/(shortBatch*life)), fewObservations))
		s.planned = (fewObservations + s.batches - 1) / s.batches
	}
	return s
}

// affordable is the number of requests that precision is worth.
func (c *Config) affordable() float64 {
	if c.budget > 0 {
		return float64(c.budget)
	}
	return maxRequests
}

// random tells whether two runs of a trace can differ.
func (c *Config) random() bool {
	return c.Trace.minutes || c.needsService() && c.Service.Shape != Constant || c.Idle.High > c.Idle.Low
}

// more decides whether another run is needed: the planned ones first, then
// as many as the widest interval asks for, within the limits.
func (s *simulation) more() bool {
	if s.runs < s.planned {
		return true
	}
	if s.cfg.Arrivals == Replayed && !s.cfg.random() {
		return false
	}
	width := s.widest()
	if width <= targetWidth || s.runs*s.batches >= maxObservations {
		return false
	}
	factor := min(4, (width/targetWidth)*(width/targetWidth))
	next := max(s.runs+1, int(math.Ceil(float64(s.runs)*factor)))
	perRun := float64(s.offered) / float64(s.runs)
	affordable := s.runs + int((s.cfg.affordable()-float64(s.offered))/max(perRun, 1))
	s.planned = min(next, affordable, (maxObservations+s.batches-1)/s.batches)
	return s.runs < s.planned
}
