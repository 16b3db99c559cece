package capacity

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// queue is a discrete-event simulation, request by request and independent of
// Run: one line before all slots of all servers.
type queue struct {
	random  *rand.Rand
	service func() float64 // seconds
	hours   []float64      // requests a second
	slots   int            // of one server
	// limit is how many requests of one server may wait; 0 is no limit.
	limit float64
	// control is asked every minute how many servers serve and are paid for,
	// after being told the share of time that slots were busy.
	control func(minute int, busy float64) (serving, paid int)
}

// observed is what a queue did.
type observed struct {
	arrived, dropped                       int
	waited, busy, slotSeconds, paidMinutes float64
}

// departures is a heap of times, the earliest first: container/heap's
// interfaces would take most of the time of ten million requests.
type departures []float64

func (d *departures) push(at float64) {
	h := append(*d, at)
	i := len(h) - 1
	for i > 0 && h[(i-1)/2] > at {
		h[i], i = h[(i-1)/2], (i-1)/2
	}
	h[i], *d = at, h
}

func (d *departures) pop() {
	h := *d
	last := h[len(h)-1]
	h = h[:len(h)-1]
	*d = h
	if len(h) == 0 {
		return
	}
	i := 0
	for {
		child := 2*i + 1
		if child+1 < len(h) && h[child+1] < h[child] {
			child++
		}
		if child >= len(h) || h[child] >= last {
			break
		}
		h[i], i = h[child], child
	}
	h[i] = last
}

func (q *queue) run() observed {
	var o observed
	var busy departures
	var line []float64
	serving, paid := q.control(0, 0)
	now, work, minute, length := 0.0, 0.0, 0, 60*len(q.hours)
	arrival := q.next(0)
	for minute < length {
		tick := float64(minute+1) * 60
		next := min(tick, arrival)
		if len(busy) > 0 {
			next = min(next, busy[0])
		}
		work += (next - now) * float64(len(busy))
		now = next
		switch {
		case len(busy) > 0 && now == busy[0]:
			busy.pop()
		case now == arrival:
			o.arrived++
			if q.limit > 0 && float64(len(line)) >= q.limit*float64(serving) {
				o.dropped++
			} else {
				line = append(line, now)
			}
			arrival = q.next(now)
		default:
			o.busy, o.slotSeconds, o.paidMinutes = o.busy+work, o.slotSeconds+60*float64(serving*q.slots), o.paidMinutes+float64(paid)
			minute++
			serving, paid = q.control(minute, work/(60*float64(serving*q.slots)))
			work = 0
		}
		for len(line) > 0 && len(busy) < serving*q.slots {
			o.waited += now - line[0]
			line = line[1:]
			busy.push(now + q.service())
		}
	}
	return o
}

// next is the next arrival after a time, of a rate that changes by the hour:
// candidates at the highest rate are thinned out.
func (q *queue) next(at float64) float64 {
	for h := int(at / 3600); h < len(q.hours); h++ {
		at = max(at, float64(h)*3600)
		if q.hours[h] <= 0 {
			continue
		}
		if at += q.random.ExpFloat64() / q.hours[h]; at < float64(h+1)*3600 {
			return at
		}
	}
	return math.Inf(1)
}

func exponential(r *rand.Rand, mean float64) func() float64 {
	return func() float64 { return mean * r.ExpFloat64() }
}

// day is a day's load with a quiet night, in requests a second.
func day(peak float64) []float64 {
	hours := make([]float64, 24)
	for h := range hours {
		hours[h] = peak * (0.6 - 0.4*math.Cos(2*math.Pi*float64(h)/24))
	}
	return hours
}

func within(t *testing.T, what string, model, events, tolerance float64) {
	t.Helper()
	t.Logf("%-28s model %12.6g, events %12.6g, apart %5.2f %%", what, model, events, 100*relative(model, events))
	if !(relative(model, events) <= tolerance) {
		t.Errorf("%s: the model says %v, the events %v", what, model, events)
	}
}

// Hour by hour the servers that a latency goal needs: what Erlang C says of
// them is what happens to ten million requests, within 2 %.
func TestHourlyServersAgainstEvents(t *testing.T) {
	const busy, slots = 0.02, 2
	hours := day(200)
	servers := make([]int, len(hours))
	var wait, arrived, work, able float64
	for h, rate := range hours {
		servers[h] = max(2, (ServersFor(rate*busy, 1, 0.05)+slots-1)/slots)
		mean, ok := MeanWait(servers[h]*slots, rate*busy)
		if !ok {
			t.Fatalf("hour %d has no steady state", h)
		}
		wait, arrived = wait+mean*busy*rate, arrived+rate
		work, able = work+rate*busy, able+float64(servers[h]*slots)
	}
	r := rand.New(rand.NewPCG(21, 22))
	q := queue{random: r, service: exponential(r, busy), hours: hours, slots: slots}
	q.control = func(minute int, _ float64) (int, int) {
		n := servers[min(minute/60, len(servers)-1)]
		return n, n
	}
	o := q.run()
	within(t, "mean wait", wait/arrived, o.waited/float64(o.arrived), 0.02)
	within(t, "utilisation", work/able, o.busy/o.slotSeconds, 0.02)
}

// scaler drives events by the same rules as Autoscaler, written down minute
// by minute and fed by what was measured.
func scaler(a Autoscaler, target float64, start, least int) func(int, float64) (int, int) {
	serving, starting, ready := start, 0, 0
	above, below, out, in := 0, 0, 0, 0
	return func(minute int, busy float64) (int, int) {
		if minute == 0 {
			return serving, serving
		}
		metric := busy / target
		above, below = above+1, below+1
		if metric <= 1 {
			above = 0
		}
		if metric >= a.InBelow {
			below = 0
		}
		want := max(least, int(math.Ceil(float64(serving)*metric-1e-9)))
		if starting == 0 && above >= minutes(a.OutAfter) && want > serving && minute >= out {
			starting, ready, out, above = want-serving, minute+minutes(a.Delay), minute+minutes(a.OutCooldown), 0
		} else if starting == 0 && below >= minutes(a.InAfter) && want < serving && minute >= in {
			serving, in, below = want, minute+minutes(a.InCooldown), 0
		}
		if starting > 0 && minute >= ready {
			serving, starting = serving+starting, 0
		}
		return serving, serving + starting
	}
}

var testScaler = Autoscaler{
	Delay: 3 * time.Minute, OutAfter: 3 * time.Minute, InAfter: 15 * time.Minute, InBelow: 0.9,
	OutCooldown: 5 * time.Minute, InCooldown: 5 * time.Minute, Patience: time.Minute,
}

// traces are a gentle day and one of cliffs.
var traces = []struct {
	name  string
	hours []float64
	cliff bool
}{
	{"day", day(240), false},
	{"cliffs", []float64{40, 40, 40, 260, 260, 260, 90, 90, 40, 330, 330, 100}, true},
}

const runs = 2 // of events, taken together

// events plays a trace request by request, under a control made anew each time.
func events(fleet *Tracked, hours []float64, control func() func(int, float64) (int, int)) observed {
	var all observed
	for seed := range uint64(runs) {
		r := rand.New(rand.NewPCG(23, seed))
		q := queue{random: r, service: exponential(r, fleet.Busy), hours: hours, slots: fleet.Slots, limit: fleet.Full * testScaler.Patience.Seconds(), control: control()}
		all.add(q.run())
	}
	return all
}

// With the same servers in each minute the same requests wait and are turned
// away, one by one, as hour by hour: within 2 %.
func TestWaitsAgainstEvents(t *testing.T) {
	for _, c := range traces {
		t.Run(c.name, func(t *testing.T) {
			fleet := Tracked{Full: 20, Target: 14, Minimum: 2, Slots: 1, Busy: 0.05, Variability: Random}
			s := tracking{scaler: testScaler, fleet: &fleet, running: fleet.Needed(c.hours[0])}
			var serving []int
			for _, rate := range c.hours {
				s.waitFor = -1
				for range 60 {
					before := s.out.ServingMinutes
					s.step(rate, 1)
					serving = append(serving, s.out.ServingMinutes-before)
				}
			}
			serving = append(serving, s.running)
			e := events(&fleet, c.hours, func() func(int, float64) (int, int) {
				return func(minute int, _ float64) (int, int) { return serving[minute], serving[minute] }
			})
			within(t, "utilisation", utilisation(&s.out, &fleet), e.busy/e.slotSeconds, 0.02)
			within(t, "mean wait", s.out.MeanWait(), e.waited/float64(e.arrived-e.dropped), 0.02)
			if c.cliff {
				within(t, "turned away", s.out.DroppedShare(), float64(e.dropped)/float64(e.arrived), 0.02)
			} else if e.dropped > 0 || s.out.Dropped > 0 {
				t.Errorf("%v and %d turned away on a gentle day", s.out.Dropped, e.dropped)
			}
		})
	}
}

// Where the autoscaler decides by what it measures of single requests, the
// servers paid for and their utilisation are within 2 % of the hour-by-hour
// ones; so are waits and what is turned away at cliffs, where nothing else
// counts. Not so the few milliseconds of a gentle day: measured noise adds a
// server now and then where the mean is just at the target, a few percent of
// that wait.
func TestAutoscalerAgainstEvents(t *testing.T) {
	for _, c := range traces {
		t.Run(c.name, func(t *testing.T) {
			fleet := Tracked{Full: 20, Target: 14, Minimum: 2, Slots: 1, Busy: 0.05, Variability: Random}
			o := testScaler.Run(&fleet, c.hours)
			e := events(&fleet, c.hours, func() func(int, float64) (int, int) {
				return scaler(testScaler, fleet.Target/fleet.Full, fleet.Needed(c.hours[0]), fleet.Minimum)
			})
			within(t, "server-hours", float64(o.ServerMinutes)/60, e.paidMinutes/60/runs, 0.02)
			within(t, "utilisation", utilisation(&o, &fleet), e.busy/e.slotSeconds, 0.02)
			if c.cliff {
				within(t, "mean wait", o.MeanWait(), e.waited/float64(e.arrived-e.dropped), 0.02)
				within(t, "turned away", o.DroppedShare(), float64(e.dropped)/float64(e.arrived), 0.02)
			}
		})
	}
}

// add takes another run together with o.
func (o *observed) add(p observed) {
	o.arrived, o.dropped = o.arrived+p.arrived, o.dropped+p.dropped
	o.waited, o.busy, o.slotSeconds, o.paidMinutes = o.waited+p.waited, o.busy+p.busy, o.slotSeconds+p.slotSeconds, o.paidMinutes+p.paidMinutes
}

// utilisation is work over what the serving servers could do.
func utilisation(o *Outcome, t *Tracked) float64 {
	return o.Served / (float64(o.ServingMinutes) * 60 * t.Full)
}

// A longer or shorter service than the exponential's: exact for one server
// with Poisson arrivals (Pollaczek and Khinchine), about a tenth off for several
// where service is very uneven.
func TestVariabilityAgainstEvents(t *testing.T) {
	for _, c := range []struct {
		name      string
		servers   int
		load      float64
		variation float64 // squared, of service
		tolerance float64
	}{
		{"one server, constant", 1, 0.7, 0, 0.02},
		{"one server, uneven", 1, 0.5, 3, 0.02},
		{"four servers, constant", 4, 3.2, 0, 0.06},
		{"four servers, uneven", 4, 3.2, 3, 0.13},
	} {
		t.Run(c.name, func(t *testing.T) {
			const busy = 0.1
			hours := make([]float64, 60)
			for h := range hours {
				hours[h] = c.load / busy
			}
			r := rand.New(rand.NewPCG(25, 26))
			q := queue{random: r, service: lognormal(r, busy, c.variation), hours: hours, slots: 1}
			q.control = func(int, float64) (int, int) { return c.servers, c.servers }
			o := q.run()
			mean, _ := MeanWait(c.servers, c.load)
			within(t, "mean wait", mean*busy*Variability{1, c.variation}.Factor(), o.waited/float64(o.arrived), c.tolerance)
		})
	}
}

// lognormal draws times of a mean and a squared coefficient of variation.
func lognormal(r *rand.Rand, mean, variation float64) func() float64 {
	spread := math.Sqrt(math.Log1p(variation))
	return func() float64 { return mean * math.Exp(spread*r.NormFloat64()-spread*spread/2) }
}

// What came in went out, waits or was turned away; servers stay within their
// bounds; and every minute is counted once.
func TestAutoscalerKeepsAccount(t *testing.T) {
	r := rand.New(rand.NewPCG(27, 28))
	for range 300 {
		hours, sum := make([]float64, 1+r.IntN(72)), 0.0
		for h := range hours {
			hours[h] = float64(r.IntN(4)) * 300 * r.Float64()
			sum += hours[h] * 3600
		}
		full := 1 + 30*r.Float64()
		fleet := Tracked{Full: full, Target: full * (0.4 + 0.6*r.Float64()), Minimum: 1 + r.IntN(3), Slots: 1, Busy: 1 / full, Variability: Random}
		a := testScaler
		a.Delay = time.Duration(r.IntN(6)) * time.Minute
		s := tracking{scaler: a, fleet: &fleet, running: fleet.Needed(hours[0])}
		o := a.Run(&fleet, hours)
		counted, paid := 0, 0
		for n, m := range o.At {
			counted, paid = counted+m, paid+n*m
		}
		if counted != 60*len(hours) || o.Minutes != counted || o.ServerMinutes != paid {
			t.Fatalf("%d minutes and %d server-minutes, counted %d and %d", o.Minutes, o.ServerMinutes, counted, paid)
		}
		if o.Least < fleet.Minimum || o.Least > s.running || o.Most < s.running || o.ServingMinutes > o.ServerMinutes {
			t.Fatalf("%+v", o)
		}
		line := o.Arrived - o.Served - o.Dropped
		if relative(o.Arrived+1, sum+1) > 1e-9 || line < -1e-6*sum || line > full*60*float64(o.Most)+1e-6*sum {
			t.Fatalf("arrived %v of %v, served %v, dropped %v", o.Arrived, sum, o.Served, o.Dropped)
		}
		if u := utilisation(&o, &fleet); u < 0 || u > 1+1e-9 || o.MeanWait() < 0 || o.MeanWait() > 61 {
			t.Fatalf("utilisation %v, mean wait %v", u, o.MeanWait())
		}
	}
}

// Jumping over minutes that are all alike changes nothing.
func TestAutoscalerMinuteByMinute(t *testing.T) {
	r := rand.New(rand.NewPCG(29, 30))
	for range 100 {
		hours := make([]float64, 30)
		for h := range hours {
			hours[h] = 200 * r.Float64() * r.Float64()
		}
		fleet := Tracked{Full: 10, Target: 7, Minimum: 2, Slots: 2, Busy: 0.2, Variability: Random}
		fast := testScaler.Run(&fleet, hours)
		s := tracking{scaler: testScaler, fleet: &fleet, running: fleet.Needed(hours[0])}
		for _, rate := range hours {
			s.waitFor = -1
			for range 60 {
				s.step(rate, 1)
			}
		}
		if fast.ServerMinutes != s.out.ServerMinutes || fast.Most != s.out.Most || relative(fast.WaitSeconds, s.out.WaitSeconds) > 1e-9 {
			t.Fatalf("%d server-minutes and %v waited, minute by minute %d and %v", fast.ServerMinutes, fast.WaitSeconds, s.out.ServerMinutes, s.out.WaitSeconds)
		}
	}
}

// By hand: 10 servers carry 70 requests a second of 7 each. At 140 they do
// 100, so the metric is 100/70 of its target: after three minutes it asks for
// ⌈10·100/70⌉ = 15, which serve from the 6th minute. They are full, as 14,400
// requests wait: with the cooldown over in the 8th minute ⌈15·100/70⌉ = 22 are
// asked for, in the 13th 32. The line is gone in the 14th; from the 16th on,
// as 32 serve, the metric is 140/224, and fifteen minutes later 20 stay.
func TestAutoscalerByHand(t *testing.T) {
	fleet := Tracked{Full: 10, Target: 7, Minimum: 2}
	a := testScaler
	a.Patience = 0
	o := a.Run(&fleet, []float64{70, 140})
	want := map[int]int{10: 63, 15: 5, 22: 5, 32: 18, 20: 29}
	for n, m := range o.At {
		if want[n] != m {
			t.Errorf("%d servers for %d minutes, want %d", n, m, want[n])
		}
	}
	if o.Dropped != 0 || o.Most != 32 || o.Least != 10 {
		t.Errorf("%+v", o)
	}
	if quiet := a.Run(&fleet, []float64{0, 0}); quiet.At[2] != 120 || quiet.MeanServers() != 2 {
		t.Errorf("without load: %+v", quiet)
	}
	if none := a.Run(&fleet, nil); none.MeanServers() != 0 || none.MeanWait() != 0 {
		t.Errorf("without a trace: %+v", none)
	}
}

// The best mix of servers committed to and on demand, against every mix.
func TestCommitted(t *testing.T) {
	r := rand.New(rand.NewPCG(31, 32))
	for range 200 {
		o := Outcome{At: make([]int, 2+r.IntN(12))}
		for n := range o.At {
			o.At[n] = r.IntN(5) * r.IntN(100)
			o.Minutes += o.At[n]
		}
		o.Most = len(o.At) - 1
		o.Minutes++
		o.At[o.Most]++
		demand := Dollars(1 + r.Float64())
		commitment := demand * Dollars(0.3+0.6*r.Float64())
		best := Dollars(math.Inf(1))
		for k := range len(o.At) {
			cost := Dollars(k) * commitment
			for n, m := range o.At {
				cost += Dollars(max(0, n-k)*m) / Dollars(o.Minutes) * demand
			}
			best = min(best, cost)
		}
		k, cost := o.Committed(commitment, demand)
		if relative(float64(cost), float64(best)) > 1e-9 || k < 0 || k > o.Most {
			t.Fatalf("%v: %d committed cost %v, the best mix %v", o.At, k, cost, best)
		}
	}
}

func BenchmarkAutoscalerMonth(b *testing.B) {
	var hours []float64
	for range 30 {
		hours = append(hours, day(200)...)
	}
	fleet := Tracked{Full: 10, Target: 7, Minimum: 2}
	for b.Loop() {
		testScaler.Run(&fleet, hours)
	}
}
