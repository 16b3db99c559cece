package capacity

import (
	"math"
	"time"
)

// Variability is how unevenly requests come and how unequal they are: the
// squared coefficients of variation of the time between arrivals and of
// service, each 0 or more.
type Variability struct{ Arrivals, Service float64 }

// Random is the variability of M/M/c: Poisson arrivals, exponential service.
var Random = Variability{Arrivals: 1, Service: 1}

// Factor is what waits of M/M/c are multiplied by: the mean of both (Allen
// 1978; Cunneen, in Allen, "Probability, Statistics, and Queueing Theory", 2nd
// ed. 1990, section 5.4). It is exact for M/M/c and for one server with
// Poisson arrivals (Pollaczek and Khinchine), else an approximation.
func (v Variability) Factor() float64 { return (v.Arrivals + v.Service) / 2 }

// Autoscaler is target tracking: it adds servers after their metric has been
// above the target for a while, and removes them after it has been well below
// for longer. All durations count in whole minutes, as the metric does.
type Autoscaler struct {
	// Delay passes between the decision for a server and its first request. It
	// is paid for.
	Delay time.Duration
	// OutAfter is how long the metric must be above the target before servers
	// are added; InAfter how long it must be below InBelow of the target before
	// they are removed.
	OutAfter, InAfter time.Duration
	InBelow           float64 // 0 to 1
	// OutCooldown and InCooldown pass before servers are added or removed
	// again. None are added while others start.
	OutCooldown, InCooldown time.Duration
	// Patience is the longest wait: work that would wait longer is turned away.
	// 0 lets it wait for ever.
	Patience time.Duration
}

// Tracked is a fleet of equal servers that an Autoscaler keeps at a target.
type Tracked struct {
	// Full is the requests a second of one server at full use, Target those
	// that it is kept at; both above 0, Target at most Full.
	Full, Target float64
	// Minimum servers stand however little there is to do, at least 1.
	Minimum int
	// Slots of one server serve a request at a time, each for Busy seconds.
	// Waiting between random requests is left out where Busy is 0.
	Slots       int
	Busy        float64
	Variability Variability
	// Limit in seconds is the wait above which a request is late.
	Limit float64
}

// Needed is the least number of servers that are at most at the target at a
// rate of requests a second.
func (t *Tracked) Needed(rate float64) int {
	return max(t.Minimum, int(min(math.Ceil(rate/t.Target-roundingSlack), math.MaxInt32)))
}

// Outcome is what a fleet did over a trace.
type Outcome struct {
	// Minutes are those of the trace; ServerMinutes add up the servers paid
	// for, starting ones too, ServingMinutes those that served.
	Minutes, ServerMinutes, ServingMinutes int
	// Least and Most servers were paid for at a time.
	Least, Most int
	// Arrived requests were either served (or still wait at the end) or, of
	// those, Dropped. Delayed ones came while the fleet was behind.
	Arrived, Dropped, Delayed float64
	// Late requests are the delayed ones, as if each waited above the limit,
	// and those that waited so long for one another; these only where Busy is
	// known.
	Late float64
	// Served is requests served.
	Served float64
	// WaitSeconds is the sum of all waits.
	WaitSeconds float64
	// At holds for each number of servers the minutes that it was paid for.
	At []int
}

// MeanServers is the mean number of servers paid for; 0 for an empty trace.
func (o *Outcome) MeanServers() float64 { return share(float64(o.ServerMinutes), float64(o.Minutes)) }

// MeanWait is the mean wait in seconds of the requests that were let in.
func (o *Outcome) MeanWait() float64 { return share(o.WaitSeconds, o.Arrived-o.Dropped) }

// DroppedShare is the share of all requests that were turned away, 0 to 1.
func (o *Outcome) DroppedShare() float64 { return share(o.Dropped, o.Arrived) }

// LateShare is the share of all requests that were late, 0 to 1.
func (o *Outcome) LateShare() float64 { return share(o.Late, o.Arrived) }

// DelayedShare is the share of all requests that came while the fleet was
// behind, 0 to 1.
func (o *Outcome) DelayedShare() float64 { return share(o.Delayed, o.Arrived) }

func share(part, whole float64) float64 {
	if whole <= 0 {
		return 0
	}
	return part / whole
}

// Committed is the mix of servers committed to and servers on demand that
// costs least: committed is how many, cost what all cost a minute in the
// units of the two prices a minute. A committed server is paid for always, so
// it saves where it is used for a share of the time that is above
// commitment/onDemand: the steady base.
func (o *Outcome) Committed(commitment, onDemand Dollars) (committed int, cost Dollars) {
	if o.Minutes == 0 {
		return 0, 0
	}
	busy := o.Minutes // minutes in which more than `committed` servers run
	for n := range o.Most {
		busy -= o.At[n]
		if used := Dollars(busy) / Dollars(o.Minutes); used*onDemand <= commitment {
			cost += used * onDemand
			continue
		}
		committed++
		cost += commitment
	}
	return committed, cost
}

// Run plays a trace of mean rates (requests a second), one for each hour, at
// minute steps: work that exceeds what the servers can do in a minute queues
// as a fluid; besides it, requests wait for one another as Erlang C and the
// factor of Allen and Cunneen say. The first hour starts with the servers
// that it needs.
func (a Autoscaler) Run(t *Tracked, hours []float64) Outcome {
	if len(hours) == 0 {
		return Outcome{}
	}
	s := tracking{scaler: a, fleet: t, running: t.Needed(hours[0])}
	s.out.Least = s.running
	for _, rate := range hours {
		s.waitFor = -1
		for left := 60; left > 0; {
			left -= s.step(rate, left)
		}
	}
	return s.out
}

// tracking is a run on its way.
type tracking struct {
	scaler           Autoscaler
	fleet            *Tracked
	out              Outcome
	now              int // minutes since the start
	running, pending int // servers that serve, and that start
	ready            int // when the pending ones serve
	backlog          float64
	above, below     int // minutes that the metric has been there
	outFrom, inFrom  int // when servers may be added or removed again
	waitFor          int // the number of servers that wait is of, or -1
	wait, exceeds    float64
}

func minutes(d time.Duration) int { return int(math.Round(d.Minutes())) }

// step plays the next minute, or as many as are all alike, at most left.
func (s *tracking) step(rate float64, left int) int {
	if s.pending > 0 && s.now >= s.ready {
		s.running, s.pending = s.running+s.pending, 0
	}
	n := 1
	calm := s.backlog == 0 && s.pending == 0 && rate <= float64(s.running)*s.fleet.Full
	if calm {
		n = min(left, s.alike(rate))
	}
	served := s.serve(rate, n, calm)
	s.count(n)
	s.now += n
	s.decide(served/(float64(n*s.running)*60*s.fleet.Target), n)
	return n
}

// alike is how many minutes pass until the autoscaler may act.
func (s *tracking) alike(rate float64) int {
	metric := rate / (float64(s.running) * s.fleet.Target)
	switch wanted := s.wanted(metric); {
	case metric > 1 && wanted > s.running:
		return max(1, minutes(s.scaler.OutAfter)-s.above, s.outFrom-s.now)
	case metric < s.scaler.InBelow && wanted < s.running:
		return max(1, minutes(s.scaler.InAfter)-s.below, s.inFrom-s.now)
	}
	return 60
}

// wanted is the number of servers that would bring the metric to its target.
func (s *tracking) wanted(metric float64) int {
	return max(s.fleet.Minimum, int(min(math.Ceil(float64(s.running)*metric-roundingSlack), math.MaxInt32)))
}

// serve plays n minutes' requests and returns how many were served.
func (s *tracking) serve(rate float64, n int, calm bool) float64 {
	arrived := rate * 60 * float64(n)
	s.out.Arrived += arrived
	if calm {
		s.random(rate, arrived)
		s.out.Served += arrived
		return arrived
	}
	perSecond := float64(s.running) * s.fleet.Full
	start, end := s.backlog, max(0, s.backlog+arrived-perSecond*60)
	served, full := start+arrived-end, 0.0 // full is the part of the minute at the longest line
	if longest := perSecond * s.scaler.Patience.Seconds(); s.scaler.Patience > 0 && end > longest {
		full = (end - longest) / (end - min(start, longest))
		s.out.Dropped += end - longest
		end = longest
	}
	if end > 0 {
		s.behind(arrived)
		s.out.WaitSeconds += ((start+end)/2*(1-full) + end*full) * 60
	} else if perSecond > rate { // caught up within the minute
		behind := min(1, start/(perSecond-rate)/60)
		s.behind(arrived * behind)
		s.out.WaitSeconds += start / 2 * 60 * behind
		s.random(rate, arrived*(1-behind))
	}
	s.backlog = end
	s.out.Served += served
	return served
}

// behind counts requests that came while the fleet was behind.
func (s *tracking) behind(requests float64) {
	s.out.Delayed += requests
	s.out.Late += requests
}

// random counts what requests wait for one another that come at random at a
// rate that the running servers can carry. Close to what they can carry, a
// queue takes longer to build up than they stay so: it is not longer than a
// minute of random arrivals without spare capacity makes it, √(2·σ²·t/π)
// requests (reflected Brownian motion without drift: Kleinrock, "Queueing
// Systems", vol. 2, 1976, section 2.8).
func (s *tracking) random(rate, requests float64) {
	f := s.fleet
	if f.Busy <= 0 || rate <= 0 {
		return
	}
	if s.waitFor != s.running {
		factor, load, slots := f.Variability.Factor(), rate*f.Busy, s.running*f.Slots
		s.waitFor, s.wait = s.running, math.Sqrt(2*2*factor*rate*60/math.Pi)/rate
		if wait, ok := MeanWait(slots, load); ok {
			s.wait = min(s.wait, wait*f.Busy*factor)
		}
		s.exceeds = WaitExceeds(slots, load, f.Limit/(f.Busy*factor))
	}
	s.out.WaitSeconds += requests * s.wait
	s.out.Late += requests * s.exceeds
}

// count adds n minutes of the present servers to the outcome.
func (s *tracking) count(n int) {
	paid := s.running + s.pending
	o := &s.out
	o.Minutes, o.ServerMinutes, o.ServingMinutes = o.Minutes+n, o.ServerMinutes+n*paid, o.ServingMinutes+n*s.running
	o.Least, o.Most = min(o.Least, paid), max(o.Most, paid)
	for len(o.At) <= paid {
		o.At = append(o.At, 0)
	}
	o.At[paid] += n
}

// decide adds or removes servers after n minutes with a metric, as a share of
// its target.
func (s *tracking) decide(metric float64, n int) {
	switch {
	case metric > 1+roundingSlack:
		s.above, s.below = s.above+n, 0
	case metric < s.scaler.InBelow:
		s.above, s.below = 0, s.below+n
	default:
		s.above, s.below = 0, 0
	}
	if s.pending > 0 {
		return
	}
	wanted := s.wanted(metric)
	if s.above >= minutes(s.scaler.OutAfter) && wanted > s.running && s.now >= s.outFrom {
		s.pending, s.ready = wanted-s.running, s.now+minutes(s.scaler.Delay)
		s.outFrom, s.above = s.now+minutes(s.scaler.OutCooldown), 0
	}
	if s.below >= minutes(s.scaler.InAfter) && wanted < s.running && s.backlog == 0 && s.now >= s.inFrom {
		s.running, s.below = wanted, 0
		s.inFrom = s.now + minutes(s.scaler.InCooldown)
	}
}
