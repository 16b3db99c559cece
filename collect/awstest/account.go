package awstest

import (
	"slices"
	"strings"
	"sync"
	"time"
)

// account is everything that the server knows.
type account struct {
	start, end time.Time // of the traffic, [start, end)
	regions    map[string]*region
	large      *largeAccount
}

// region holds the functions of one region in order of their names, deleted
// ones included.
type region struct {
	name        string
	functions   []*function
	byName      map[string]*function
	concurrency []sample // of the region as a whole
	things      []*thing // of other services, by service and name
	metrics     map[string]*thingMetric
}

// function is a function's specification and what happened to it.
type function struct {
	spec
	region   string
	seed     uint64
	created  time.Time
	requests []request // by start
	conc     []sample  // executions at the same time, by minute
	pcUse    []sample  // of those, the ones on provisioned concurrency
}

// request is one invocation, or one throttled attempt at it.
type request struct {
	start    int64  // Unix milliseconds
	duration uint32 // hundredths of a millisecond, without init
	init     uint32 // of Init Duration or Restore Duration
	billed   uint32 // milliseconds
	weight   uint32 // how many equal invocations this stands for
	memoryMB uint16 // configured at the time
	usedMB   uint16
	flags    flags
}

type flags uint8

const (
	flagError flags = 1 << iota
	flagTimeout
	flagCrash
	flagCold
	flagRestore
	flagProvisioned
	flagThrottled
	flagSpill
)

func (r *request) is(f flags) bool { return r.flags&f != 0 }

// end is when the REPORT line is written, in Unix milliseconds.
func (r *request) end() int64 {
	return r.start + (int64(r.duration)+int64(r.init))/100
}

// sample is a value that holds for a minute.
type sample struct {
	minute int64 // Unix seconds
	value  uint32
}

func (f *function) arn() string {
	return "arn:aws:lambda:" + f.region + ":" + AccountID + ":function:" + f.name
}

// logGroup is the name of the function's log group, "" when it has none.
func (f *function) logGroup() string {
	switch {
	case f.logs == logsOff:
		return ""
	case f.customGroup != "":
		return f.customGroup
	}
	return "/aws/lambda/" + f.name
}

// memoryAt is the configured memory at an instant in Unix milliseconds.
func (f *function) memoryAt(ms int64, w window) int {
	if f.memoryBefore > 0 && ms < w.at(f.changeAt) {
		return f.memoryBefore
	}
	return f.memory
}

// window is the span of the history, for specifications that speak of its
// parts.
type window struct{ start, now int64 } // Unix milliseconds

// at gives the instant at a share of the history, on a full hour.
func (w window) at(share float64) int64 {
	ms := w.start + int64(share*float64(w.now-w.start))
	return ms - ms%3_600_000
}

func (a *account) window(now time.Time) window {
	return window{start: a.start.UnixMilli(), now: now.UnixMilli()}
}

// generate builds the account; functions are independent of each other, so
// that the order of the work does not show.
func generate(opt Options) *account {
	start := opt.Now.AddDate(0, 0, -opt.Days).Truncate(time.Hour)
	a := &account{start: start, end: opt.Now.Add(opt.Ahead), regions: map[string]*region{}}
	if opt.Large {
		a.large = newLargeAccount(opt)
		return a
	}
	all := specs()
	if opt.Huge {
		all = append(all, hugeSpecs()...)
	}
	w := a.window(opt.Now)
	a.addThings(opt)
	var wg sync.WaitGroup
	slots := make(chan struct{}, 4)
	for _, s := range all {
		f := &function{spec: s, region: s.where, seed: hashString(opt.Seed, s.where+"/"+s.name), created: start.AddDate(0, 0, -90)}
		a.add(f)
		wg.Go(func() {
			slots <- struct{}{}
			f.simulate(opt, w, a.end.UnixMilli())
			<-slots
		})
	}
	wg.Wait()
	for _, r := range a.regions {
		slices.SortFunc(r.functions, func(x, y *function) int { return strings.Compare(x.name, y.name) })
		wg.Go(func() { r.concurrency = concurrency(r.functions, 0) })
	}
	wg.Wait()
	a.addFunctionLogs()
	return a
}

// addFunctionLogs puts the functions' log groups among the things.
func (a *account) addFunctionLogs() {
	for _, r := range a.regions {
		r.things = append(r.things, functionLogs(r, a.start.Unix(), a.end.Unix())...)
		r.sortThings()
	}
}

func (a *account) add(f *function) {
	r := a.regions[f.region]
	if r == nil {
		r = &region{name: f.region, byName: map[string]*function{}}
		a.regions[f.region] = r
	}
	r.functions = append(r.functions, f)
	r.byName[f.name] = f
}

// region gives a region, empty if nothing is there.
func (a *account) region(name string) *region {
	if r := a.regions[name]; r != nil {
		return r
	}
	return &region{name: name}
}

// live gives the functions that ListFunctions shows.
func (r *region) live() []*function {
	var out []*function
	for _, f := range r.functions {
		if !f.deleted {
			out = append(out, f)
		}
	}
	return out
}

// hashString and mix are splitmix64 based, fixed for all time so that a seed
// keeps its account.
func hashString(seed uint64, s string) uint64 {
	h := mix(seed ^ 0x9e3779b97f4a7c15)
	for i := range len(s) {
		h = mix(h ^ uint64(s[i]))
	}
	return h
}

func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// unit maps a hash to [0, 1).
func unit(h uint64) float64 { return float64(h>>11) / (1 << 53) }
