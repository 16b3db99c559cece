package sim

import "math"

// instance is one instance of a pool.
type instance struct {
	born int64   // its place in the order of creation
	life float64 // seconds of idleness after which it ends
	key  float64 // when its request ends (busy) or ended (idle)
	at   float64 // when it was created
}

// provisionedBorn is the creation order of provisioned instances: before any
// other in the choice of an idle one.
const provisionedBorn = math.MaxInt64

// tick is what two instants may differ by and still be the same one, in
// seconds: evenly spaced requests meet the end of others exactly.
const tick = 1e-9

// pool holds the instances of one function: the busy ones in a heap by the
// end of their request, the idle ones in a heap with the newest on top.
// Instances whose idle time has run out are found when they come up: none is
// left when an instance is created, so that the heaps stay small.
type pool struct {
	busy, idle []instance
	created    int64
	tokens     float64 // instances that may be started now
	refilled   float64 // when tokens was true
}

// reset empties the pool for a run from time 0 on, keeping its memory, and
// stocks it with provisioned instances.
func (p *pool) reset(provisioned, scaleOut int) {
	p.busy, p.idle = p.busy[:0], p.idle[:0]
	for range provisioned {
		p.idle = append(p.idle, instance{born: provisionedBorn, life: math.Inf(1)})
	}
	p.tokens, p.refilled = float64(scaleOut), 0
}

// release moves the instances whose requests have ended by t to the idle ones.
func (p *pool) release(t float64) {
	for len(p.busy) > 0 && p.busy[0].key <= t+tick {
		p.pushIdle(p.popBusy())
	}
}

// takeToken tells whether one more instance may be started at t under a limit
// of scaleOut per ten seconds that refills evenly.
func (p *pool) takeToken(t float64, scaleOut int) bool {
	limit := float64(scaleOut)
	p.tokens = min(limit, p.tokens+(t-p.refilled)*limit/lambdaWindow)
	p.refilled = t
	if p.tokens < 1 {
		return false
	}
	p.tokens--
	return true
}

func (p *pool) pushBusy(x instance) {
	h := append(p.busy, x)
	p.busy = h
	i := len(h) - 1
	for i > 0 {
		up := (i - 1) / 2
		if h[up].key <= x.key {
			break
		}
		h[i] = h[up]
		i = up
	}
	h[i] = x
}

// popBusy takes the instance whose request ends first. The gap sinks to the
// bottom before the last one climbs from there: being a late one, it stays
// low, which saves half of the comparisons.
func (p *pool) popBusy() instance {
	h := p.busy
	top, n := h[0], len(h)-1
	x := h[n]
	h = h[:n]
	p.busy = h
	if n == 0 {
		return top
	}
	i, down := 0, 1
	for ; down+1 < n; down = 2*i + 1 {
		if h[down+1].key < h[down].key {
			down++
		}
		h[i] = h[down]
		i = down
	}
	if down < n {
		h[i] = h[down]
		i = down
	}
	for i > 0 {
		up := (i - 1) / 2
		if h[up].key <= x.key {
			break
		}
		h[i] = h[up]
		i = up
	}
	h[i] = x
	return top
}

func (p *pool) pushIdle(x instance) {
	h := append(p.idle, x)
	p.idle = h
	i := len(h) - 1
	for i > 0 {
		up := (i - 1) / 2
		if h[up].born >= x.born {
			break
		}
		h[i] = h[up]
		i = up
	}
	h[i] = x
}

func (p *pool) popIdle() instance {
	h := p.idle
	top, n := h[0], len(h)-1
	x := h[n]
	p.idle = h[:n]
	i := 0
	for {
		down := 2*i + 1
		if down >= n {
			break
		}
		if down+1 < n && h[down+1].born > h[down].born {
			down++
		}
		if x.born >= h[down].born {
			break
		}
		h[i] = h[down]
		i = down
	}
	h[i] = x
	return top
}
