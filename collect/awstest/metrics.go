package awstest

import (
	"slices"
	"sort"
	"time"
)

// Namespaces that hold data.
const (
	nsLambda   = "AWS/Lambda"
	nsInsights = "LambdaInsights"
	nsLogs     = "AWS/Logs"
)

// emitFunc receives one datum: its minute in Unix seconds, its value in
// hundredths and how often it counts. Values are kept in whole hundredths so
// that sums are exact in any order. It returns false to stop.
type emitFunc func(minute, hundredths int64, weight uint32) bool

// view is what a call may see of the data.
type view struct {
	now  time.Time
	late time.Duration
}

// metricDef is one metric of a function. Either value gives the datum of the
// i-th request, or samples gives data that stand by themselves.
type metricDef struct {
	namespace, name string
	has             func(*function) bool
	value           func(f *function, i int, r *request) (hundredths int64, ok bool)
	atEnd           bool // stamped at the end of the request
	samples         func(*function) ([]sample, int64)
}

func always(*function) bool { return true }

// ran tells whether the request was let in.
func ran(r *request) bool { return !r.is(flagThrottled) }

func indicator(b bool) int64 {
	if b {
		return 100
	}
	return 0
}

// draw gives a reproducible number in [0, 1) for a request.
func (f *function) drawFor(i int, what uint64) float64 {
	return unit(mix(f.seed ^ mix(uint64(i)<<8|what)))
}

// metricDefs lists the metrics of a function in alphabetical order within
// their namespaces. As on AWS, Errors and Throttles have a datum of 0 for each
// invocation that went well, and Duration excludes Init.
var metricDefs = []metricDef{
	{namespace: nsLambda, name: "AsyncEventAge", has: isAsync, value: func(f *function, i int, r *request) (int64, bool) {
		return int64(2000 + 60_000*f.drawFor(i, 3)), ran(r)
	}},
	{namespace: nsLambda, name: "AsyncEventsReceived", has: isAsync, value: func(_ *function, _ int, r *request) (int64, bool) {
		return 100, ran(r)
	}},
	{namespace: nsLambda, name: "ConcurrentExecutions", has: always, samples: func(f *function) ([]sample, int64) { return f.conc, 1 }},
	{namespace: nsLambda, name: "DeadLetterErrors", has: func(f *function) bool { return f.deadLetters }, value: func(f *function, i int, r *request) (int64, bool) {
		return 100, ran(r) && r.is(flagError) && f.drawFor(i, 4) < 0.2
	}},
	{namespace: nsLambda, name: "Duration", has: always, value: func(_ *function, _ int, r *request) (int64, bool) {
		return int64(r.duration), ran(r)
	}},
	{namespace: nsLambda, name: "Errors", has: always, value: func(_ *function, _ int, r *request) (int64, bool) {
		return indicator(r.is(flagError)), ran(r)
	}},
	{namespace: nsLambda, name: "Invocations", has: always, value: func(_ *function, _ int, r *request) (int64, bool) {
		return 100, ran(r)
	}},
	{namespace: nsLambda, name: "IteratorAge", has: func(f *function) bool { return f.stream }, value: func(f *function, i int, r *request) (int64, bool) {
		return int64(10_000 + 400_000*f.drawFor(i, 5)), ran(r)
	}},
	{namespace: nsLambda, name: "ProvisionedConcurrencyInvocations", has: hasProvisioned, value: func(_ *function, _ int, r *request) (int64, bool) {
		return 100, r.is(flagProvisioned)
	}},
	{namespace: nsLambda, name: "ProvisionedConcurrencySpilloverInvocations", has: hasProvisioned, value: func(_ *function, _ int, r *request) (int64, bool) {
		return 100, r.is(flagSpill)
	}},
	{namespace: nsLambda, name: "ProvisionedConcurrencyUtilization", has: hasProvisioned, samples: func(f *function) ([]sample, int64) { return f.pcUse, int64(f.provisioned) }},
	{namespace: nsLambda, name: "ProvisionedConcurrentExecutions", has: hasProvisioned, samples: func(f *function) ([]sample, int64) { return f.pcUse, 1 }},
	{namespace: nsLambda, name: "Throttles", has: always, value: func(_ *function, _ int, r *request) (int64, bool) {
		return indicator(r.is(flagThrottled)), true
	}},
	{namespace: nsLambda, name: "UrlRequestCount", has: func(f *function) bool { return f.url }, value: func(_ *function, _ int, r *request) (int64, bool) {
		return 100, ran(r)
	}},
	{namespace: nsInsights, name: "cpu_total_time", has: hasInsights, value: func(f *function, i int, r *request) (int64, bool) {
		return int64(float64(r.duration) * (0.35 + 0.3*f.drawFor(i, 6))), ran(r)
	}},
	{namespace: nsInsights, name: "duration", has: hasInsights, value: func(_ *function, _ int, r *request) (int64, bool) {
		return int64(r.duration), ran(r)
	}},
	{namespace: nsInsights, name: "init_duration", has: hasInsights, value: func(_ *function, _ int, r *request) (int64, bool) {
		return int64(r.init), ran(r) && r.is(flagCold)
	}},
	{namespace: nsInsights, name: "memory_utilization", has: hasInsights, value: func(_ *function, _ int, r *request) (int64, bool) {
		return int64(r.usedMB) * 10_000 / int64(r.memoryMB), ran(r)
	}},
	{namespace: nsInsights, name: "total_memory", has: hasInsights, value: func(_ *function, _ int, r *request) (int64, bool) {
		return int64(r.memoryMB) * 100, ran(r)
	}},
	{namespace: nsInsights, name: "used_memory_max", has: hasInsights, value: func(_ *function, _ int, r *request) (int64, bool) {
		return int64(r.usedMB) * 100, ran(r)
	}},
	{namespace: nsLogs, name: "IncomingBytes", atEnd: true, has: hasLogGroup, value: func(f *function, i int, r *request) (int64, bool) {
		return f.logBytes(r) * 100, ran(r)
	}},
	{namespace: nsLogs, name: "IncomingLogEvents", atEnd: true, has: hasLogGroup, value: func(f *function, i int, r *request) (int64, bool) {
		return f.logEvents(r) * 100, ran(r)
	}},
}

func isAsync(f *function) bool        { return f.async }
func hasProvisioned(f *function) bool { return f.provisioned > 0 }
func hasInsights(f *function) bool    { return f.insights }
func hasLogGroup(f *function) bool    { return f.logGroup() != "" }

func findMetric(namespace, name string) *metricDef {
	for i := range metricDefs {
		if metricDefs[i].namespace == namespace && metricDefs[i].name == name {
			return &metricDefs[i]
		}
	}
	return nil
}

// dimension is a name and a value, as in CloudWatch.
type dimension struct {
	Name  string `cbor:"Name"`
	Value string `cbor:"Value"`
}

// dimensionSets lists the sets under which the function publishes the metric,
// the dimensionless one aside.
func (d *metricDef) dimensionSets(f *function) [][]dimension {
	switch d.namespace {
	case nsInsights:
		return [][]dimension{{{"function_name", f.name}}}
	case nsLogs:
		return [][]dimension{{{"LogGroupName", f.logGroup()}}}
	}
	sets := [][]dimension{{{"FunctionName", f.name}}}
	if f.alias != "" {
		sets = append(sets, []dimension{{"FunctionName", f.name}, {"Resource", f.name + ":" + f.alias}})
	}
	return sets
}

// series is one metric under one dimension set: the data of one function, or
// of all of a region.
type series struct {
	def     *metricDef
	members []*function
	account []sample // for the region's ConcurrentExecutions
	thing   *thingMetric
}

// lookup finds the series that a query names; without data it has no members.
func (r *region) lookup(namespace, name string, dims []dimension) series {
	if m := r.metrics[metricKey(namespace, name, dims)]; m != nil {
		return series{thing: m}
	}
	def := findMetric(namespace, name)
	if def == nil {
		return series{}
	}
	if len(dims) == 0 {
		return r.accountSeries(def)
	}
	for _, f := range r.candidates(namespace, dims) {
		if !def.has(f) {
			continue
		}
		for _, set := range def.dimensionSets(f) {
			if sameDimensions(set, dims) {
				return series{def: def, members: []*function{f}}
			}
		}
	}
	return series{}
}

func (r *region) candidates(namespace string, dims []dimension) []*function {
	if namespace == nsLogs {
		return r.functions
	}
	for _, d := range dims {
		if d.Name == "FunctionName" || d.Name == "function_name" {
			if f := r.byName[d.Value]; f != nil {
				return []*function{f}
			}
		}
	}
	return nil
}

// accountSeries is the dimensionless series: the region's sum. Provisioned
// concurrency's samples have none, and Logs and Lambda Insights neither.
func (r *region) accountSeries(def *metricDef) series {
	if def.namespace != nsLambda {
		return series{}
	}
	if def.samples != nil {
		if def.name != "ConcurrentExecutions" {
			return series{}
		}
		return series{def: def, account: r.concurrency}
	}
	out := series{def: def}
	for _, f := range r.functions {
		if def.has(f) {
			out.members = append(out.members, f)
		}
	}
	return out
}

func sameDimensions(a, b []dimension) bool {
	if len(a) != len(b) {
		return false
	}
	for _, d := range b {
		if !slices.Contains(a, d) {
			return false
		}
	}
	return true
}

// scan emits the data with a minute in [from, to), Unix seconds.
func (s series) scan(v view, from, to int64, emit emitFunc) {
	if s.thing != nil {
		s.thing.scan(v, from, to, emit)
		return
	}
	if s.def == nil {
		return
	}
	if s.account != nil {
		scanSamples(s.account, 1, 0, v, from, to, emit)
		return
	}
	for _, f := range s.members {
		if s.def.samples != nil {
			samples, over := s.def.samples(f)
			if !scanSamples(samples, over, f.seed, v, from, to, emit) {
				return
			}
		} else if !s.scanRequests(f, v, from, to, emit) {
			return
		}
	}
}

func (s series) scanRequests(f *function, v view, from, to int64, emit emitFunc) bool {
	first := from * 1000
	if s.def.atEnd {
		first -= hourMs // no request is longer than 15 minutes
	}
	reqs := f.requests
	start := sort.Search(len(reqs), func(i int) bool { return reqs[i].start >= first })
	for i := start; i < len(reqs) && reqs[i].start < to*1000; i++ {
		r := &reqs[i]
		value, ok := s.def.value(f, i, r)
		if !ok || !f.visible(i, publishedMetrics, v.now, v.late) {
			continue
		}
		at := r.start
		if s.def.atEnd {
			if at = r.end(); at < from*1000 || at >= to*1000 {
				continue
			}
		}
		if !emit((at-at%minuteMs)/1000, value, r.weight) {
			return false
		}
	}
	return true
}

// Publications have delays of their own.
const (
	publishedMetrics = 1
	publishedLogs    = 2
)

func scanSamples(list []sample, over int64, seed uint64, v view, from, to int64, emit emitFunc) bool {
	start := sort.Search(len(list), func(i int) bool { return list[i].minute >= from })
	for _, m := range list[start:] {
		if m.minute >= to {
			break
		}
		delay := time.Duration(unit(mix(seed^uint64(m.minute))) * float64(v.late))
		if time.Unix(m.minute+60, 0).Add(delay).After(v.now) {
			continue
		}
		if !emit(m.minute, int64(m.value)*100/over, 1) {
			return false
		}
	}
	return true
}

// active tells whether the series has a datum in [from, to).
func (s series) active(v view, from, to int64) bool {
	found := false
	s.scan(v, from, to, func(int64, int64, uint32) bool {
		found = true
		return false
	})
	return found
}
