package awstest

import (
	"math"
	"math/rand/v2"
	"slices"
	"time"
)

const (
	minuteMs = 60_000
	hourMs   = 3_600_000
	dayMs    = 86_400_000
)

// simulate draws the function's arrivals and runs each of them.
func (f *function) simulate(opt Options, w window, end int64) {
	if f.shape == shapeNever {
		return
	}
	from, to := w.start, end
	if f.from > 0 {
		from = w.at(f.from)
	}
	if f.to < 1 {
		to = w.at(f.to)
	}
	p := newPlatform(f, opt, w)
	f.requests = make([]request, 0, f.expected(float64(to-from)/minuteMs, opt.Rate))
	var arrivals []int64
	for minute := from - from%minuteMs; minute < to; minute += minuteMs {
		arrivals = f.arrivals(p.rng, minute, opt.Rate, arrivals[:0])
		for _, at := range arrivals {
			if at >= from && at < to {
				p.arrive(at)
			}
		}
	}
	f.conc = concurrency([]*function{f}, 0)
	if f.provisioned > 0 {
		f.pcUse = concurrency([]*function{f}, flagProvisioned)
	}
}

// expected is about the number of arrivals, with some room.
func (f *function) expected(minutes, rate float64) int {
	perMinute := f.perMinute * rate
	switch f.shape {
	case shapeConstant:
		perMinute = 1
	case shapeCron:
		perMinute = float64(f.cronBatch) / float64(f.cronMinutes)
	}
	return int(1.1*perMinute*minutes) + 16
}

// arrivals appends the arrivals of one minute in order.
func (f *function) arrivals(rng *rand.Rand, minute int64, rate float64, out []int64) []int64 {
	switch f.shape {
	case shapeConstant:
		return append(out, minute)
	case shapeCron:
		if minute/minuteMs%int64(f.cronMinutes) == 0 {
			for range f.cronBatch {
				out = append(out, minute+rng.Int64N(2000))
			}
		}
	case shapeEvent:
		const batch = 6
		for range poisson(rng, f.perMinute*rate/batch) {
			at := minute + rng.Int64N(minuteMs-1000)
			for range 1 + rng.IntN(2*batch-1) {
				out = append(out, at+rng.Int64N(1000))
			}
		}
	default:
		for range poisson(rng, f.perMinute*rate*f.wave(minute)) {
			out = append(out, minute+rng.Int64N(minuteMs))
		}
	}
	slices.Sort(out)
	return out
}

// wave is the rate at a minute over the mean rate.
func (f *function) wave(minute int64) float64 {
	switch f.shape {
	case shapeDiurnal:
		hour := float64(minute%dayMs) / hourMs
		day := 1 - 0.8*math.Cos((hour-4)/24*2*math.Pi)
		// 1970-01-01 was a Thursday.
		if weekday := (minute/dayMs + 4) % 7; weekday == 0 || weekday == 6 {
			return 0.45 * day
		}
		return 1.2 * day
	case shapeBursty:
		if unit(mix(f.seed^uint64(minute/(10*minuteMs)))) < 0.06 {
			return 12
		}
		return 0.3
	}
	return 1
}

// poisson draws a Poisson variate; means above 30 are drawn from the normal
// distribution with the same mean and variance.
func poisson(rng *rand.Rand, mean float64) int {
	if mean > 30 {
		return max(0, int(math.Round(mean+math.Sqrt(mean)*rng.NormFloat64())))
	}
	limit, p, n := math.Exp(-mean), rng.Float64(), 0
	for p > limit {
		p *= rng.Float64()
		n++
	}
	return n
}

// platform runs a function's requests on execution environments. An idle
// environment is taken most recent first and lives five to seven minutes.
type platform struct {
	f    *function
	opt  Options
	w    window
	rng  *rand.Rand
	busy []int64 // on demand, when each becomes free: a heap by time
	pc   []int64 // the same on provisioned concurrency
	idle []idleEnv
}

type idleEnv struct{ since, expires int64 }

func newPlatform(f *function, opt Options, w window) *platform {
	return &platform{f: f, opt: opt, w: w, rng: rand.New(rand.NewPCG(f.seed, 1))}
}

// arrive runs one request. Everything it draws it draws in a fixed order.
func (p *platform) arrive(at int64) {
	f := p.f
	r := request{start: at, weight: f.weight, memoryMB: uint16(f.memoryAt(at, p.w))}
	p.draw(&r)
	p.settle(at)
	switch {
	case len(p.pc) < f.provisioned:
		r.flags |= flagProvisioned
	case f.reserved > 0 && len(p.busy)+len(p.pc) >= f.reserved:
		p.add(request{start: at, weight: f.weight, memoryMB: r.memoryMB, flags: flagThrottled})
		return
	case f.shape == shapeConstant: // always warm
	case !p.takeIdle(at):
		p.coldStart(&r)
	}
	if f.provisioned > 0 && !r.is(flagProvisioned) {
		r.flags |= flagSpill
	}
	r.billed = p.billed(&r)
	end := r.end()
	if !p.opt.CrossHours && end/hourMs != at/hourMs {
		return
	}
	p.add(r)
	if r.is(flagProvisioned) {
		p.pc = pushHeap(p.pc, end)
	} else {
		p.busy = pushHeap(p.busy, envEnd(&r, end))
	}
}

// envEnd marks the environment of a crashed or timed out request as lost by a
// negative time: it is not idle afterwards.
func envEnd(r *request, end int64) int64 {
	if r.is(flagCrash | flagTimeout) {
		return end | lost
	}
	return end
}

// lost is a bit above every time in milliseconds that this package meets, and
// below the sign; it is masked off for comparison.
const lost = 1 << 60

func (p *platform) add(r request) { p.f.requests = append(p.f.requests, r) }

// draw sets duration, memory used and outcome of a request.
func (p *platform) draw(r *request) {
	f := p.f
	if f.shape == shapeConstant {
		r.duration, r.usedMB = uint32(f.medianMs*100), uint16(f.usedMB)
		return
	}
	ms := f.medianMs * math.Exp(f.sigma*p.rng.NormFloat64())
	if f.memoryBefore > 0 && int(r.memoryMB) != f.memory {
		// CPU goes with memory; half of the work is taken to be waiting.
		ms *= 0.5 + 0.5*float64(f.memory)/float64(r.memoryMB)
	}
	r.usedMB = uint16(min(float64(r.memoryMB), max(1, f.usedMB*(1+0.03*p.rng.NormFloat64()))))
	limit := float64(f.timeoutS) * 1000
	switch u := p.rng.Float64(); {
	case u < f.timeouts || ms >= limit:
		ms = limit
		r.flags |= flagTimeout | flagError
	case u < f.timeouts+f.crashes:
		r.flags |= flagCrash | flagError
		r.usedMB = r.memoryMB
	case u < f.timeouts+f.crashes+f.errors:
		r.flags |= flagError
	}
	r.duration = uint32(math.Round(max(0.5, ms) * 100))
}

// coldStart starts an environment: Init, or a restore from a snapshot.
func (p *platform) coldStart(r *request) {
	f := p.f
	r.init = uint32(math.Round(100 * f.initMs * math.Exp(0.25*p.rng.NormFloat64())))
	r.flags |= flagCold
	if f.snapStart {
		r.flags |= flagRestore
	}
}

// billed is what the platform bills, in milliseconds: one ceiling over the
// sum of Duration and Init, or for SnapStart a ceiling over Duration plus the
// billed part of the restore, which is here about a third of it (REPORT lines
// of the AWS documentation show 182 of 398.97 ms and 53 of 500.795 ms).
func (p *platform) billed(r *request) uint32 {
	if r.is(flagRestore) {
		return ceilMs(r.duration) + ceilMs(r.init/3)
	}
	return ceilMs(r.duration + r.init)
}

// billedRestore is the part of billed that is the restore, in milliseconds.
func (r *request) billedRestore() uint32 { return r.billed - ceilMs(r.duration) }

// ceilMs rounds hundredths of a millisecond up to milliseconds.
func ceilMs(hundredths uint32) uint32 { return (hundredths + 99) / 100 }

// settle frees the environments that are done by the time at.
func (p *platform) settle(at int64) {
	for len(p.pc) > 0 && p.pc[0] <= at {
		p.pc, _ = popHeap(p.pc)
	}
	for len(p.busy) > 0 && p.busy[0]&^lost <= at {
		var end int64
		p.busy, end = popHeap(p.busy)
		if end&lost == 0 {
			ttl := 5*minuteMs + p.rng.Int64N(2*minuteMs)
			p.idle = append(p.idle, idleEnv{since: end, expires: end + ttl})
		}
	}
}

// takeIdle takes the environment that was used last, if one is still alive.
func (p *platform) takeIdle(at int64) bool {
	for len(p.idle) > 0 {
		last := p.idle[len(p.idle)-1]
		p.idle = p.idle[:len(p.idle)-1]
		if last.expires > at {
			return true
		}
	}
	return false
}

// pushHeap and popHeap keep a binary heap by time, the lost bit aside.
func pushHeap(h []int64, v int64) []int64 {
	h = append(h, v)
	for i := len(h) - 1; i > 0; {
		up := (i - 1) / 2
		if h[up]&^lost <= h[i]&^lost {
			break
		}
		h[up], h[i] = h[i], h[up]
		i = up
	}
	return h
}

func popHeap(h []int64) ([]int64, int64) {
	top, n := h[0], len(h)-1
	h[0] = h[n]
	h = h[:n]
	for i := 0; ; {
		c := 2*i + 1
		if c >= n {
			return h, top
		}
		if c+1 < n && h[c+1]&^lost < h[c]&^lost {
			c++
		}
		if h[i]&^lost <= h[c]&^lost {
			return h, top
		}
		h[i], h[c] = h[c], h[i]
		i = c
	}
}

// concurrency gives, for each minute with an execution under way, the largest
// number of executions at one time, over all the functions; only selects
// requests by flag, 0 all that ran.
func concurrency(functions []*function, only flags) []sample {
	total := 0
	for _, f := range functions {
		total += len(f.requests)
	}
	events := make([]int64, 0, 2*total)
	var constant uint32
	for _, f := range functions {
		if f.shape == shapeConstant {
			constant += uint32(f.medianMs / minuteMs * float64(f.weight))
			continue
		}
		for i := range f.requests {
			r := &f.requests[i]
			if r.is(flagThrottled) || only != 0 && !r.is(only) {
				continue
			}
			// An end sorts before a start of the same instant.
			events = append(events, r.start<<1|1, max(r.end(), r.start+1)<<1)
		}
	}
	slices.Sort(events)
	out := sweep(events, constant)
	if len(events) == 0 && constant > 0 {
		for i := range functions[0].requests {
			out = append(out, sample{functions[0].requests[i].start / 1000, constant})
		}
	}
	return out
}

// sweep runs over the sorted starts and ends. A minute that opens with
// executions under way counts them even if none starts in it.
func sweep(events []int64, base uint32) []sample {
	var out []sample
	var running uint32
	minute := int64(math.MinInt64)
	for _, e := range events {
		at := e >> 1
		m := at - at%minuteMs
		if running > 0 {
			for next := minute + minuteMs; next <= m; next += minuteMs {
				out = append(out, sample{next / 1000, running + base})
			}
		}
		minute = m
		if e&1 == 0 {
			running--
			continue
		}
		running++
		if n := len(out); n > 0 && out[n-1].minute == m/1000 {
			out[n-1].value = max(out[n-1].value, running+base)
		} else {
			out = append(out, sample{m / 1000, running + base})
		}
	}
	return out
}

// visible tells whether the datum of the i-th request has been published: the
// request must have ended, and with late data its own delay must have passed.
// What is one of the publications, each with a delay of its own.
func (f *function) visible(i int, what uint64, now time.Time, late time.Duration) bool {
	end := f.requests[i].end()
	nowMs := now.UnixMilli()
	if end > nowMs {
		return false
	}
	if late <= 0 || end+late.Milliseconds() <= nowMs {
		return true
	}
	delay := int64(unit(mix(f.seed^uint64(i)^what<<56)) * float64(late.Milliseconds()))
	return end+delay <= nowMs
}
