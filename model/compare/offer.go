package compare

import (
	"math"
	"sort"

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
	goal func(f capacity.Fleet, rate float64) int
}

// cost is the offer's price at a rate.
func (o offer) cost(rate float64) capacity.Dollars {
	_, _, c := o.choose(rate)
	return c
}

// choose returns the cheapest fleet at a rate, its servers and the offer's
// cost.
func (o offer) choose(rate float64) (capacity.Fleet, int, capacity.Dollars) {
	base := o.fixed + o.slope*capacity.Dollars(rate)
	var best capacity.Fleet
	servers, cost := 0, capacity.Dollars(math.Inf(1))
	for _, f := range o.fleets {
		n := o.servers(f, rate)
		if c := capacity.Dollars(n) * f.Size.Monthly; c < cost {
			best, servers, cost = f, n, c
		}
	}
	return best, servers, base + cost
}

func (o offer) servers(f capacity.Fleet, rate float64) int {
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

func (m meter) cost(rate float64) capacity.Dollars {
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

// tierRates returns the rates at which a new tier begins.
func (m meter) tierRates() []float64 {
	var rates []float64
	for _, t := range m.tiers {
		if t.from > 0 && m.gbSeconds > 0 {
			rates = append(rates, t.from/m.gbSeconds)
		}
	}
	return rates
}

// lastSlope is the marginal cost of a request a second in the last tier.
func (m meter) lastSlope() capacity.Dollars {
	if len(m.tiers) == 0 {
		return m.slope
	}
	return m.slope + m.tiers[len(m.tiers)-1].usd*capacity.Dollars(m.gbSeconds)
}

// maxSteps bounds how many steps of the staircase are walked, maxCrossings
// how many crossings are told.
const (
	maxSteps     = 20_000
	maxCrossings = 100
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
func crossings(o offer, m meter) (found []crossing, cheaperAtZero bool) {
	if len(o.fleets) == 0 {
		return nil, false
	}
	if o.goal != nil {
		return scan(scanPoints, func(r float64) float64 { return float64(o.cost(r) - m.cost(r)) })
	}
	last := o.settled(m)
	less := func(a, b float64) bool { // at a inside (a, b]: just above a
		return o.cost(a+(b-a)*1e-9) < m.cost(a+(b-a)*1e-9)
	}
	at := 0.0
	next := o.nextStep(at, m.tierRates())
	cheaper := less(at, next)
	cheaperAtZero = cheaper
	for steps := 0; at <= last && steps < maxSteps && len(found) < maxCrossings; steps++ {
		if now := less(at, next); now != cheaper {
			found, cheaper = append(found, crossing{at, now}), now
		}
		if end := o.cost(next) < m.cost(next); end != cheaper && !math.IsInf(next, 1) {
			found, cheaper = append(found, crossing{meet(o, m, at, next), end}), end
		}
		at, next = next, o.nextStep(next, m.tierRates())
	}
	return found, cheaperAtZero
}

// nextStep returns the first rate above at where a fleet needs another server
// or a tier begins.
func (o offer) nextStep(at float64, tiers []float64) float64 {
	next := math.Inf(1)
	for _, f := range o.fleets {
		// The rate that the present number of servers can just carry.
		n := f.Servers(at)
		edge := float64(n) * f.Each
		if edge <= at*(1+2e-9) {
			edge = float64(n+1) * f.Each
		}
		next = min(next, edge)
	}
	for _, t := range tiers {
		if t > at {
			next = min(next, t)
		}
	}
	if math.IsInf(next, 1) { // servers without bound by load: nothing steps
		return max(1, at*2)
	}
	return next
}

// meet returns where the straight pieces of o and m between two steps cross.
func meet(o offer, m meter, from, to float64) float64 {
	a := from + (to-from)*1e-9
	da, db := float64(o.cost(a)-m.cost(a)), float64(o.cost(to)-m.cost(to))
	if da == db {
		return to
	}
	return a + (to-a)*da/(da-db)
}

// settled returns a rate above which the order of o and m stays: beyond the
// last tier, Lambda's line either rises faster than some fleet with a server
// to spare, or no faster than the best fleet without waste. It is at most
// where maxSteps would end the walk anyway.
func (o offer) settled(m meter) float64 {
	beyond := 0.0
	for _, r := range m.tierRates() {
		beyond = max(beyond, r)
	}
	rise := float64(m.lastSlope() - o.slope)
	// Lambda's last line, extended to rate zero.
	level := float64(m.cost(beyond+1)) - float64(m.lastSlope())*(beyond+1) - float64(o.fixed)
	settled, best := math.Inf(1), math.Inf(1)
	for _, f := range o.fleets {
		unitCost := float64(f.Size.Monthly) / f.Each
		best = min(best, unitCost)
		if rise > unitCost {
			// One server more than the load needs, and the minimum, are paid.
			waste := float64(f.Size.Monthly) - level
			settled = min(settled, max(waste/(rise-unitCost), float64(f.Minimum)*f.Each))
		}
	}
	if !math.IsInf(settled, 1) {
		return max(settled, beyond)
	}
	if rise < best && level > 0 {
		return max(beyond, level/(best-rise))
	}
	return beyond
}

const (
	// The rates that scan looks at, and how finely.
	scanFrom, scanTo = 1e-6, 1e6
	scanPoints       = 2400
)

// scan finds the sign changes of a difference that has no simple staircase,
// on a grid of points with bisection. A pair of crossings closer than the
// grid (1.2 % with scanPoints) may be missed.
func scan(points int, difference func(rate float64) float64) (found []crossing, cheaperAtZero bool) {
	rate := func(i int) float64 {
		return scanFrom * math.Pow(scanTo/scanFrom, float64(i)/float64(points-1))
	}
	cheaperAtZero = difference(rate(0)) < 0
	before := cheaperAtZero
	for i := 1; i < points && len(found) < maxCrossings; i++ {
		now := difference(rate(i)) < 0
		if now == before {
			continue
		}
		lo, hi := rate(i-1), rate(i)
		for range 60 {
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

// breakEven returns the lowest rate above which the offer always costs less,
// and false if there is none.
func breakEven(found []crossing, cheaperAtZero bool) (float64, bool) {
	if len(found) == 0 {
		return 0, cheaperAtZero
	}
	last := found[len(found)-1]
	return last.rate, last.cheaper
}

// costsLess reports whether the offer costs less than Lambda at a rate.
func costsLess(found []crossing, cheaperAtZero bool, rate float64) bool {
	i := sort.Search(len(found), func(i int) bool { return found[i].rate > rate })
	if i == 0 {
		return cheaperAtZero
	}
	return found[i-1].cheaper
}
