// Package capacity answers how many servers a load needs and how long
// requests wait for one.
//
// Loads are in Erlangs: arrivals a second times seconds each (Little's law).
// The queue is M/M/c: random arrivals, random service, one line; Variability
// corrects it for others. A fleet either stands for its peak hour at a target
// utilisation, or an Autoscaler follows the load hour by hour; Erlang C then
// says how long requests wait for one another.
package capacity

import "math"

// ErlangB returns the probability that an arrival finds all servers busy and
// is turned away, for an offered load in Erlangs. It is 1 without servers and
// 0 without load. The recursion B(k) = a·B(k-1)/(k + a·B(k-1)) never
// overflows and damps its own rounding errors (A. K. Erlang 1917; recursion:
// Jagerman 1974).
func ErlangB(servers int, load float64) float64 {
	if load <= 0 {
		if servers <= 0 {
			return 1
		}
		return 0
	}
	b := 1.0
	for k := 1; k <= servers; k++ {
		b = load * b / (float64(k) + load*b)
	}
	return b
}

// ErlangC returns the probability that an arrival has to wait. With a load of
// at least the number of servers every arrival waits, for ever longer: 1.
func ErlangC(servers int, load float64) float64 {
	spare := float64(servers) - load
	if spare <= 0 {
		return 1
	}
	b := ErlangB(servers, load)
	// (c - a) + a·B instead of c - a·(1 - B): nothing cancels near saturation.
	return float64(servers) * b / (spare + load*b)
}

// MeanWait returns the mean wait of all arrivals in mean service times, and
// false where the queue has no steady state (a load of at least the servers).
func MeanWait(servers int, load float64) (float64, bool) {
	spare := float64(servers) - load
	if spare <= 0 {
		return 0, false
	}
	return ErlangC(servers, load) / spare, true
}

// WaitExceeds returns P(wait > t), t in mean service times: C·e^(-(c-a)·t).
func WaitExceeds(servers int, load, t float64) float64 {
	spare := float64(servers) - load
	if spare <= 0 {
		return 1
	}
	return ErlangC(servers, load) * math.Exp(-spare*max(t, 0))
}

// ServersFor returns the least number of servers for which P(wait > t) is at
// most p, t in mean service times. It is at least one more than the load's
// whole Erlangs. P must be above 0.
func ServersFor(load, t, p float64) int {
	low := int(math.Floor(load)) + 1
	if load <= 0 {
		return 1
	}
	high := low
	for WaitExceeds(high, load, t) > p {
		high += max(1, (high-low)*2)
	}
	for low < high {
		if mid := low + (high-low)/2; WaitExceeds(mid, load, t) > p {
			low = mid + 1
		} else {
			high = mid
		}
	}
	return low
}
