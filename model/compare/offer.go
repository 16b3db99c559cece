package compare

import (
	"math"

	"github.com/breakeven-dev/breakeven/model/capacity"
)

// offer is what an option costs in 730 hours as a function of the mean rate:
// the cheapest of its fleets, plus a fixed part, plus a part for each request
// a second.
type offer struct {
	fleets       []capacity.Fleet
	fixed, slope capacity.Dollars
	// goal, if not nil, returns the least servers of a fleet that meet a
	// latency goal at a rate.
	goal func(f *capacity.Fleet, rate float64) int
	// follow, if not nil, has the servers follow the load instead of standing
	// for its peak.
	follow *following
}

// cost is the offer's price at a rate.
func (o *offer) cost(rate float64) capacity.Dollars {
	_, _, c := o.choose(rate)
	return c
}

// choose returns the cheapest fleet at a rate, its servers and the offer's
// cost; nil and infinity without fleets.
func (o *offer) choose(rate float64) (*capacity.Fleet, int, capacity.Dollars) {
	if o.follow != nil {
		t := o.follow.at(rate)
		if t == nil {
			return nil, 0, capacity.Dollars(math.Inf(1))
		}
		_, cost := o.follow.cost(t)
		return t.fleet, t.bundle * t.outcome.Most, o.fixed + o.slope*capacity.Dollars(rate) + cost
	}
	var best *capacity.Fleet
	servers, cost := 0, capacity.Dollars(math.Inf(1))
	for i := range o.fleets {
		f := &o.fleets[i]
		n := o.servers(f, rate)
		if c := capacity.Dollars(n) * f.Size.Monthly; c < cost {
			best, servers, cost = f, n, c
		}
	}
	return best, servers, o.fixed + o.slope*capacity.Dollars(rate) + cost
}

func (o *offer) servers(f *capacity.Fleet, rate float64) int {
	n := f.Servers(rate)
	if o.goal != nil {
		n = max(n, o.goal(f, rate))
	}
	return n
}

// meter is Lambda's price of 730 hours as a function of the mean rate: a
// fixed part, a part for each request a second, and tiered GB-seconds.
type meter struct {
	fixed, slope capacity.Dollars
	// gbSeconds a month for each request a second.
	gbSeconds float64
	tiers     []tier
}

// tier is one step of the GB-second price.
type tier struct {
	from float64
	usd  capacity.Dollars
}

func (m *meter) cost(rate float64) capacity.Dollars {
	total := m.fixed + m.slope*capacity.Dollars(rate)
	used := m.gbSeconds * rate
	for i, t := range m.tiers {
		if used <= t.from {
			break
		}
		part := used - t.from
		if i+1 < len(m.tiers) {
			part = min(part, m.tiers[i+1].from-t.from)
		}
		total += t.usd * capacity.Dollars(part)
	}
	return total
}

// piece is a stretch of a meter that is one straight line: up to the rate to
// it costs level + rise·rate.
type piece struct {
	to, level, rise float64
}

// pieces returns the meter's tiers as lines, the last one without end.
func (m *meter) pieces() []piece {
	if len(m.tiers) == 0 || m.gbSeconds <= 0 {
		return []piece{{to: math.Inf(1), level: float64(m.fixed), rise: float64(m.slope)}}
	}
	var list []piece
	from, paid := 0.0, float64(m.fixed)
	for i, t := range m.tiers {
		p := piece{to: math.Inf(1), rise: float64(m.slope) + float64(t.usd)*m.gbSeconds}
		p.level = paid - p.rise*from
		if i+1 < len(m.tiers) {
			p.to = m.tiers[i+1].from / m.gbSeconds
		}
		list, from, paid = append(list, p), p.to, p.level+p.rise*p.to
	}
	return list
}

// maxSteps bounds how many steps of the staircase are walked, maxCrossings
// how many crossings are told.
const (
	maxSteps     = 20_000
	maxCrossings = 100
	// maxRate ends every walk: a thousand million requests a second is past
	// any function, and arithmetic fails long after it.
	maxRate = 1e9
)

// crossing is where an offer and Lambda change places.
type crossing struct {
	rate    float64
	cheaper bool // the offer costs less just above
}

// crossings returns every rate at which o and m change places, ascending, and
// whether o costs less as the rate goes to zero. Between two steps of the
// staircase both are straight lines, so the crossing there is exact. The walk
// ends where no later step can change places any more.
func crossings(o *offer, m *meter) (found []crossing, cheaperAtZero bool) {
	if len(o.fleets) == 0 {
		return nil, false
	}
	difference := func(r float64) float64 { return float64(o.cost(r) - m.cost(r)) }
	switch {
	case o.follow != nil:
		return scan(o.follow.grid(), followHalvings, difference)
	case o.goal != nil:
		return scan(grid(scanPoints), scanHalvings, difference)
	}
	cheaper, at, steps := false, 0.0, 0
	for _, p := range m.pieces() {
		for last := o.settled(p); at <= last && at < min(p.to, maxRate) && len(found) < maxCrossings && steps < maxSteps; steps++ {
			next := min(o.nextStep(at), p.to)
			start, end := o.ahead(m, at, next)
			if now := start < 0; steps == 0 {
				cheaper, cheaperAtZero = now, now
			} else if now != cheaper {
				found, cheaper = append(found, crossing{at, now}), now
			}
			if now := end < 0; now != cheaper {
				found, cheaper = append(found, crossing{at + (next-at)*start/(start-end), now}), now
			}
			at = next
		}
		at = p.to // settled until the next tier
	}
	return found, cheaperAtZero
}

// ahead returns by how much the offer costs more than Lambda at the two ends
// of a piece between steps, the first one just above its step. On the piece
// the difference is a straight line, so the middle and the far end give it.
func (o *offer) ahead(m *meter, from, to float64) (start, end float64) {
	mid := (from + to) / 2
	middle := float64(o.cost(mid) - m.cost(mid))
	end = float64(o.cost(to) - m.cost(to))
	return 2*middle - end, end
}

// nextStep returns the first rate above at where a fleet needs another server.
func (o *offer) nextStep(at float64) float64 {
	next := math.Inf(1)
	for i := range o.fleets {
		f := &o.fleets[i]
		// The rate that the present number of servers can just carry.
		n := f.Servers(at)
		edge := float64(n) * f.Each
		if edge <= at*(1+2e-9) {
			edge = float64(n+1) * f.Each
		}
		next = min(next, edge)
	}
	if math.IsInf(next, 1) { // servers that no load fills: nothing steps
		return max(1, at*2)
	}
	return next
}

// settled returns a rate above which the order of the offer and a piece of
// Lambda's curve stays: the piece either rises faster than some fleet with a
// server to spare, or no faster than the best fleet without waste.
func (o *offer) settled(p piece) float64 {
	rise, level := p.rise-float64(o.slope), p.level-float64(o.fixed)
	settled, best := math.Inf(1), math.Inf(1)
	for i := range o.fleets {
		f := &o.fleets[i]
		perRate := float64(f.Size.Monthly) / f.Each
		best = min(best, perRate)
		if rise > perRate {
			waste := (float64(f.Size.Monthly) - level) / (rise - perRate)
			settled = min(settled, max(waste, float64(f.Minimum)*f.Each))
		}
	}
	if math.IsInf(settled, 1) && rise < best {
		return max(0, level/(best-rise))
	}
	return settled
}

const (
	// The rates that scan looks at, and how finely.
	scanFrom, scanTo = 1e-6, 1e6
	scanPoints       = 2400
	// How often an interval between two of them is halved to find a crossing.
	scanHalvings = 60
)

// grid returns the rates that scan looks at, ascending.
func grid(points int) []float64 {
	rates := make([]float64, points)
	for i := range rates {
		rates[i] = scanFrom * math.Pow(scanTo/scanFrom, float64(i)/float64(points-1))
	}
	return rates
}

// scan finds the sign changes of a difference that has no simple staircase,
// on a grid of rates, ascending, with bisection. A pair of crossings closer
// than the grid (1.2 % with scanPoints) may be missed.
func scan(rates []float64, halvings int, difference func(rate float64) float64) (found []crossing, cheaperAtZero bool) {
	cheaperAtZero = difference(rates[0]) < 0
	before := cheaperAtZero
	for i := 1; i < len(rates) && len(found) < maxCrossings; i++ {
		now := difference(rates[i]) < 0
		if now == before {
			continue
		}
		lo, hi := rates[i-1], rates[i]
		for range halvings {
			mid := (lo + hi) / 2
			if (difference(mid) < 0) == before {
				lo = mid
			} else {
				hi = mid
			}
		}
		found, before = append(found, crossing{hi, now}), now
	}
	return found, cheaperAtZero
}

// breakEven returns the lowest rate above which the offer costs less, past
// every step that changes places again; to is 0. Where Lambda's later tiers
// are cheaper again in the end, it returns the widest stretch of rates at
// which the offer costs less, and where that stops: the slivers beside a
// staircase that ends so say nothing. It is false if the offer never costs
// less.
func breakEven(found []crossing, cheaperAtZero bool) (from, to float64, ok bool) {
	if n := len(found); n > 0 && found[n-1].cheaper {
		return found[n-1].rate, 0, true
	}
	cheaper, start := cheaperAtZero, 0.0
	for _, x := range found {
		if cheaper && x.rate-start > to-from {
			from, to, ok = start, x.rate, true
		}
		cheaper, start = x.cheaper, x.rate
	}
	return from, to, ok || cheaperAtZero
}
