package awstest

import "fmt"

// largeRegion is where the functions of Options.Large live.
const largeRegion = "us-east-1"

// largeAccount draws metrics from a hash: nothing is stored but a seed and a
// share of activity for each function.
type largeAccount struct {
	functions []largeFunction
	byName    map[string]int
	start     int64 // Unix seconds
}

// largeFunction is active in a share of the five-minute slots: 15 % of the
// functions in every minute, 10 % never, the rest in up to 54 % of the slots.
type largeFunction struct {
	name  string
	seed  uint64
	share uint64 // of 2^32
}

func newLargeAccount(opt Options) *largeAccount {
	a := &largeAccount{byName: make(map[string]int, opt.Functions), start: opt.Now.AddDate(0, 0, -opt.Days).Unix()}
	for i := range opt.Functions {
		name := fmt.Sprintf("fn-%05d", i)
		seed := hashString(opt.Seed, name)
		f := largeFunction{name: name, seed: seed}
		switch u := unit(mix(seed)); {
		case u < 0.15:
			f.share = 1 << 32
		case u >= 0.25:
			f.share = uint64((u - 0.25) / 0.75 * 0.54 * (1 << 32))
		}
		a.byName[name] = i
		a.functions = append(a.functions, f)
	}
	return a
}

// activeMinutes is a mask of the minutes of a five-minute slot in which the
// function ran.
func (f *largeFunction) activeMinutes(slot int64) uint64 {
	if f.share == 1<<32 {
		return 31
	}
	h := mix(f.seed ^ uint64(slot)*0x9e3779b97f4a7c15)
	if h&0xffffffff >= f.share {
		return 0
	}
	return 1 + h>>32%31
}

// largeMinute is what a function did in a minute, durations in hundredths of
// a millisecond.
type largeMinute struct {
	invocations, errors, throttles   int64
	durationSum, durationMin         int64
	durationP50, durationP99, durMax int64
	concurrent                       int64
}

func (f *largeFunction) minute(at int64) largeMinute {
	h := mix(f.seed ^ uint64(at))
	n := int64(1 + h%50)
	d := int64(1000 + f.seed>>44%30_000 + h>>20%500)
	m := largeMinute{
		invocations: n,
		durationSum: n*d + int64(h>>40%100),
		durationMin: d / 2, durationP50: d, durationP99: 2 * d, durMax: 3 * d,
		concurrent: 1 + n/10,
	}
	if h>>58 == 0 {
		m.errors = 1
	}
	if h>>57 == 1 {
		m.throttles = 2
	}
	return m
}

// add merges a minute into a period. A percentile of a period is the largest
// of its minutes' percentiles.
func (m *largeMinute) add(o largeMinute) {
	if m.invocations == 0 || o.durationMin < m.durationMin {
		m.durationMin = o.durationMin
	}
	m.invocations += o.invocations
	m.errors += o.errors
	m.throttles += o.throttles
	m.durationSum += o.durationSum
	m.durationP50 = max(m.durationP50, o.durationP50)
	m.durationP99 = max(m.durationP99, o.durationP99)
	m.durMax = max(m.durMax, o.durMax)
	m.concurrent = max(m.concurrent, o.concurrent)
}

// period sums the minutes of [from, to), Unix seconds on full minutes.
func (f *largeFunction) period(from, to int64) (largeMinute, bool) {
	var sum largeMinute
	found := false
	for at := from; at < to; {
		slot := at / 300
		end := min(to, (slot+1)*300)
		mask := f.activeMinutes(slot)
		if mask == 0 {
			at = end
			continue
		}
		for ; at < end; at += 60 {
			if mask>>uint(at/60%5)&1 == 1 {
				sum.add(f.minute(at))
				found = true
			}
		}
	}
	return sum, found
}

// largeSource serves the hash's metrics. It keeps the periods of the last
// series, since a function's metrics usually stand side by side.
type largeSource struct {
	account *largeAccount
	now     int64
	key     string
	span    span
	cached  []largeMinute
	at      []int64
}

func (src *largeSource) points(w *pageWriter, q *metricDataQuery, sp span, last int64) {
	pick := largeStatistic(q.MetricStat.Metric.MetricName, q.MetricStat.Stat)
	if pick == nil || sp.period < 60 || q.MetricStat.Metric.Namespace != nsLambda || !src.load(q.MetricStat.Metric.Dimensions, sp) {
		return
	}
	n := len(src.at)
	for i := range n {
		j := i
		if w.descending {
			j = n - 1 - i
		}
		if w.before(src.at[j], last) {
			continue
		}
		w.ts = append(w.ts, src.at[j])
		w.values = append(w.values, pick(&src.cached[j]))
	}
}

// load computes the periods of the function, or of all for no dimension.
func (src *largeSource) load(dims []dimension, sp span) bool {
	members := src.account.functions
	key := "*"
	if len(dims) > 0 {
		if len(dims) != 1 || dims[0].Name != "FunctionName" {
			return false
		}
		i, ok := src.account.byName[dims[0].Value]
		if !ok {
			return false
		}
		key, members = dims[0].Value, members[i:i+1]
	}
	if key == src.key && sp == src.span {
		return true
	}
	src.key, src.span = key, sp
	src.cached, src.at = src.cached[:0], src.at[:0]
	first := max(sp.start, src.account.start)
	first += (sp.period - (first-sp.start)%sp.period) % sp.period
	for at := first; at < sp.end; at += sp.period {
		end := min(at+sp.period, sp.end, src.now-src.now%60)
		var sum largeMinute
		found := false
		for i := range members {
			if m, ok := members[i].period(at, end); ok {
				sum.add(m)
				found = true
			}
		}
		if found {
			src.at = append(src.at, at)
			src.cached = append(src.cached, sum)
		}
	}
	return true
}

// largeStatistic gives the reader of a statistic, nil when there is none.
func largeStatistic(metric, stat string) func(*largeMinute) float64 {
	switch metric + " " + stat {
	case "Invocations Sum", "Duration SampleCount", "Invocations SampleCount", "Errors SampleCount":
		return func(m *largeMinute) float64 { return float64(m.invocations) }
	case "Errors Sum":
		return func(m *largeMinute) float64 { return float64(m.errors) }
	case "Throttles Sum":
		return func(m *largeMinute) float64 { return float64(m.throttles) }
	case "Duration Sum":
		return func(m *largeMinute) float64 { return float64(m.durationSum) / 100 }
	case "Duration Average":
		return func(m *largeMinute) float64 { return float64(m.durationSum) / 100 / float64(m.invocations) }
	case "Duration Minimum":
		return func(m *largeMinute) float64 { return float64(m.durationMin) / 100 }
	case "Duration Maximum":
		return func(m *largeMinute) float64 { return float64(m.durMax) / 100 }
	case "Duration p50":
		return func(m *largeMinute) float64 { return float64(m.durationP50) / 100 }
	case "Duration p90", "Duration p95", "Duration p99":
		return func(m *largeMinute) float64 { return float64(m.durationP99) / 100 }
	case "ConcurrentExecutions Maximum":
		return func(m *largeMinute) float64 { return float64(m.concurrent) }
	}
	return nil
}

// LargeTruth is the sum over all functions of Options.Large in a window.
type LargeTruth struct {
	// Periods is the number of (function, period) pairs with data: the points
	// of each statistic of a metric.
	Periods int64
	// Sums of the metrics; DurationHundredths in hundredths of a millisecond.
	Invocations, Errors, Throttles, DurationHundredths int64
	// Active is the number of functions with any data.
	Active int64
}

// LargeTruth counts [from, to) in periods of the given seconds, minute by
// minute; from and to lie on full periods.
func (s *Server) LargeTruth(from, to, period int64) LargeTruth {
	var t LargeTruth
	if s.acct.large == nil {
		return t
	}
	for i := range s.acct.large.functions {
		f := &s.acct.large.functions[i]
		last := int64(-1)
		for at := from; at < to; at += 60 {
			if f.activeMinutes(at/300)>>uint(at/60%5)&1 == 0 {
				continue
			}
			m := f.minute(at)
			t.Invocations += m.invocations
			t.Errors += m.errors
			t.Throttles += m.throttles
			t.DurationHundredths += m.durationSum
			if p := (at - from) / period; p != last {
				t.Periods++
				if last < 0 {
					t.Active++
				}
				last = p
			}
		}
	}
	return t
}
