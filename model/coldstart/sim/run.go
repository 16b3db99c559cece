package sim

import (
	"context"
	"math/rand/v2"
	"sort"
)

// source yields arrivals in order: the time in seconds from the start of the
// run, and the service time that the request brings along, negative where it
// has to be drawn.
type source interface {
	next() (at, service float64, ok bool)
}

// batch is what happened in one slice of a run.
type batch struct {
	requests, rejected, cold, scaleOut int64
	seconds                            float64
	running                            float64 // instance-seconds
	demand, provisioned                float64 // instance-seconds alive
	lifetimes                          float64 // whole lifetimes of the instances that the slice created
}

func (b *batch) alive() float64 { return b.demand + b.provisioned }

// runner simulates pools one after another over the same slices of time.
type runner struct {
	cfg        *Config
	rand       *rand.Rand
	warm, cold sampler
	edges      []float64 // slice i lasts from edges[i] to edges[i+1]; 0 is the warm-up
	slices     []batch
	pool       *pool
	peak       int // most busy instances of a pool
	ctx        context.Context
	served     int // requests, to look at ctx now and then
}

// lookEvery is the number of requests after which the context is looked at: a
// power of two.
const lookEvery = 1 << 16

// run simulates one independent run and keeps its slices but the warm-up.
func (s *simulation) run(ctx context.Context) {
	c := s.cfg
	r := &runner{
		ctx: ctx, cfg: c, pool: &s.pool,
		rand: rand.New(rand.NewPCG(c.Seed, uint64(s.runs))),
		warm: c.Service.sampler(c.Warm.Seconds()), cold: c.Service.sampler(c.Cold.Seconds()),
		slices: make([]batch, s.batches+1), edges: make([]float64, s.batches+2),
	}
	for i := range s.batches + 1 {
		r.edges[i+1] = s.warmup + s.horizon*float64(i)/float64(s.batches)
		r.slices[i].seconds = r.edges[i+1] - r.edges[i]
	}
	switch c.Arrivals {
	case Poisson:
		r.simulate(&poissonSource{rand: r.rand, gap: 1 / c.Rate})
	case Deterministic:
		r.simulate(&evenSource{gap: 1 / c.Rate, phase: r.rand.Float64()})
	case Replayed:
		c.Trace.each(r.rand, r.simulate)
	}
	s.runs++
	s.peak = max(s.peak, r.peak)
	for i := range r.slices {
		s.offered += r.slices[i].requests
	}
	s.done = append(s.done, r.slices[1:]...)
}

// simulate serves the arrivals of one pool.
func (r *runner) simulate(src source) {
	p, limit, last := r.pool, r.cfg.MaxConcurrency, len(r.edges)-1
	p.reset(r.cfg.Provisioned, r.cfg.ScaleOut)
	slice := 0
	cur, edge, end := &r.slices[0], r.edges[1], r.edges[last]
	for {
		t, service, ok := src.next()
		if r.served++; !ok || t >= end || r.served%lookEvery == 0 && r.ctx.Err() != nil {
			break
		}
		for t >= edge {
			slice++
			cur, edge = &r.slices[slice], r.edges[slice+1]
		}
		cur.requests++
		p.release(t)
		if len(p.busy) >= limit {
			cur.rejected++
			continue
		}
		x, warm := r.reuse(t)
		if !warm {
			if r.cfg.ScaleOut > 0 && !p.takeToken(t, r.cfg.ScaleOut) {
				cur.rejected++
				continue
			}
			x = r.start(t, cur)
		}
		if service < 0 {
			service = r.draw(warm)
		}
		x.key = t + service
		if x.key <= edge {
			cur.running += service
		} else {
			r.spread(t, x.key, func(b *batch, d float64) { b.running += d })
		}
		p.pushBusy(x)
		r.peak = max(r.peak, len(p.busy))
	}
	r.finish()
}

func (r *runner) draw(warm bool) float64 {
	if warm {
		return r.warm.draw(r.rand)
	}
	return r.cold.draw(r.rand)
}

// reuse returns the newest instance that is idle and alive at t, and false
// without one. Those that it finds ended are counted and dropped.
func (r *runner) reuse(t float64) (instance, bool) {
	for len(r.pool.idle) > 0 {
		x := r.pool.popIdle()
		if x.key+x.life > t+tick {
			return x, true
		}
		r.retire(&x)
	}
	return instance{}, false
}

// start creates an instance at t. One that starts while others are busy is a
// surplus: it exists for a peak.
func (r *runner) start(t float64, cur *batch) instance {
	idle := r.cfg.Idle
	low, high := idle.Low.Seconds(), idle.High.Seconds()
	life := low
	if high > low {
		life += (high - low) * r.rand.Float64()
	}
	cur.cold++
	if len(r.pool.busy) > 0 {
		cur.scaleOut++
		life *= r.cfg.surplus()
	}
	r.pool.created++
	return instance{born: r.pool.created, life: life, at: t}
}

// retire counts the life of an instance that is not used any more.
func (r *runner) retire(x *instance) {
	if x.born == provisionedBorn {
		return
	}
	death := x.key + x.life
	r.slices[r.slice(x.at)].lifetimes += death - x.at
	r.spread(x.at, death, func(b *batch, d float64) { b.demand += d })
}

// finish ends a pool: what is still there lives on without requests.
func (r *runner) finish() {
	for i := range r.pool.busy {
		r.retire(&r.pool.busy[i])
	}
	for i := range r.pool.idle {
		r.retire(&r.pool.idle[i])
	}
	for i := range r.slices {
		r.slices[i].provisioned += float64(r.cfg.Provisioned) * r.slices[i].seconds
	}
}

// slice is the index of the slice that holds the time t.
func (r *runner) slice(t float64) int {
	return min(sort.Search(len(r.edges)-1, func(i int) bool { return r.edges[i+1] > t }), len(r.slices)-1)
}

// spread adds the length of the interval from a to b to the slices in which
// it lies.
func (r *runner) spread(a, b float64, add func(*batch, float64)) {
	for i := r.slice(a); i < len(r.slices) && r.edges[i] < b; i++ {
		if d := min(b, r.edges[i+1]) - max(a, r.edges[i]); d > 0 {
			add(&r.slices[i], d)
		}
	}
}

// poissonSource yields random arrivals with a mean gap.
type poissonSource struct {
	rand    *rand.Rand
	gap, at float64
}

func (s *poissonSource) next() (float64, float64, bool) {
	s.at += s.gap * s.rand.ExpFloat64()
	return s.at, -1, true
}

// evenSource yields arrivals with a constant gap, the first at a random part
// of it: else the ends of a run would always cut the same. Times are
// multiples, not sums: rounding does not drift.
type evenSource struct {
	gap, phase float64
	n          int64
}

func (s *evenSource) next() (float64, float64, bool) {
	at := (float64(s.n) + s.phase) * s.gap
	s.n++
	return at, -1, true
}
