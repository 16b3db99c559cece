package imports

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
	"github.com/breakeven-dev/breakeven/store"
)

// TraceOptions say what the files of a trace do not.
type TraceOptions struct {
	// Name is what the trace is called; it becomes part of its source.
	Name string
	// Start is when minute 0 was. The zero time means the start it was last
	// imported with, else the latest UTC midnight that leaves all of it in
	// the past.
	Start time.Time
	// Duration and Memory fill what no file says; zero means: must be told.
	Duration time.Duration
	Memory   unit.MiB
	// Architecture of all functions; empty means x86_64.
	Architecture unit.Architecture
	Region       unit.Region
	Now          time.Time
}

// TraceAccount is the account that traces are stored under: they come from no
// account of AWS.
const TraceAccount unit.AccountID = "trace"

// TraceResult is what an import of a trace stored.
type TraceResult struct {
	Functions   int       `json:"functions"`
	Invocations int64     `json:"invocations"`
	From        time.Time `json:"from"` // first minute
	To          time.Time `json:"to"`   // end of the last
	Start       time.Time `json:"start"`
}

// The tags that tell a stored function's trace and its minute 0.
const (
	tagTrace = "trace"
	tagStart = "trace_start"
	tagKind  = "trigger"
)

// Trace stores a recorded workload as if CloudWatch had measured it at 60 s:
// Invocations, and Duration's Sum as the function's mean duration times its
// invocations, exact over the trace as a whole. Minimum, Maximum, p50 and p99
// are the function's own over all of its time, where a file gives them; p90
// and p95 are in no file, nor are errors, throttles and cold starts. Only
// sums are known of the billed duration, not each invocation's, so that the
// hours are priced as those are for which CloudWatch alone is known: with a
// low, a likely and a high cost. HTTP-triggered invocations count as URL
// requests: their callers wait.
//
// Files are told apart by their headers; at least one must have invocations.
// Importing the same trace again changes nothing. An *InputError is an input
// that cannot be used.
func Trace(ctx context.Context, st Store, files []File, o TraceOptions) (TraceResult, error) {
	w := newWorkload()
	for _, f := range files {
		if err := w.add(f); err != nil {
			return TraceResult{}, err
		}
	}
	if !w.invoked {
		return TraceResult{}, &InputError{File: files[0].Name, Wrong: "no file of invocations was given"}
	}
	sizes, err := w.complete(defaults{o.Duration, o.Memory})
	if err != nil {
		return TraceResult{}, err
	}
	first, end := w.span()
	if first == end {
		return TraceResult{}, &InputError{File: files[0].Name, Wrong: "no invocation in it"}
	}
	before, err := storedTrace(ctx, st, o)
	if err != nil {
		return TraceResult{}, err
	}
	if o.Start.IsZero() {
		o.Start = before.start
	}
	if o.Start.IsZero() {
		o.Start = o.Now.Add(-time.Duration(end) * time.Minute).Truncate(24 * time.Hour)
	}
	o.Start = o.Start.UTC()
	rs, err := o.resources(w, sizes, first)
	if err != nil {
		return TraceResult{}, err
	}
	refs, err := st.PutResources(ctx, rs)
	if err != nil {
		return TraceResult{}, fmt.Errorf("writing the trace's functions: %w", err)
	}
	if err := before.clear(ctx, st, o, first, end); err != nil {
		return TraceResult{}, err
	}
	result := TraceResult{Functions: len(rs), From: o.at(first), To: o.at(end), Start: o.Start}
	var blocks []store.MetricBlock
	for i, f := range w.functions {
		result.Invocations += f.invocations()
		blocks = append(blocks, blocksOf(refs[i], f, o, first, end)...)
		if len(blocks) >= blocksAtOnce || i == len(w.functions)-1 {
			if err := st.PutMetrics(ctx, store.LambdaMetrics.Name, blocks); err != nil {
				return result, err
			}
			blocks = blocks[:0]
		}
	}
	return result, nil
}

// at returns the instant at which a minute begins.
func (o *TraceOptions) at(minute uint32) time.Time {
	return o.Start.Add(time.Duration(minute) * time.Minute)
}

// span returns the first minute with an invocation and the one after the last.
func (w *workload) span() (first, end uint32) {
	first = math.MaxUint32
	for _, f := range w.functions {
		for _, c := range f.cells {
			if c.count > 0 {
				first, end = min(first, c.minute), max(end, c.minute+1)
			}
		}
	}
	return min(first, end), end
}

// stored is what the database holds of a trace from an earlier import.
type stored struct {
	refs  []store.Ref
	start time.Time // zero: it holds none
}

// storedTrace finds the functions of an earlier import of the same trace.
func storedTrace(ctx context.Context, st Store, o TraceOptions) (stored, error) {
	all, err := st.Resources(ctx, lambdaService)
	if err != nil {
		return stored{}, fmt.Errorf("reading the stored inventory: %w", err)
	}
	var s stored
	for _, r := range all {
		if r.Key.Account != TraceAccount || r.Key.Region != o.Region || r.Tags[tagTrace] != o.Name {
			continue
		}
		if t, err := time.Parse(time.RFC3339, r.Tags[tagStart]); err == nil {
			s.start = t.UTC()
			s.refs = append(s.refs, r.Ref)
		}
	}
	return s, nil
}

// clear removes what an earlier import with another start has written: the
// same invocations must not count twice.
func (s *stored) clear(ctx context.Context, st Store, o TraceOptions, first, end uint32) error {
	if s.start.IsZero() || s.start.Equal(o.Start) {
		return nil
	}
	o.Start = s.start
	blocks := make([]store.MetricBlock, len(s.refs))
	for i, ref := range s.refs {
		blocks[i] = store.MetricBlock{
			Resource: ref, Window: model.Window{From: o.at(first), To: o.at(end)}, Period: time.Minute,
			Columns: make([][]float64, len(store.LambdaMetrics.Columns)), SettledTo: o.at(end),
		}
	}
	return st.PutMetrics(ctx, store.LambdaMetrics.Name, blocks)
}

// resources are the trace's functions as inventory.
func (o *TraceOptions) resources(w *workload, sizes map[*traced]unit.MiB, first uint32) ([]store.Resource, error) {
	arch := o.Architecture
	if arch == "" {
		arch = unit.X86
	}
	rs := make([]store.Resource, len(w.functions))
	for i, f := range w.functions {
		config, err := configOf(sizes[f], arch)
		if err != nil {
			return nil, err
		}
		tags := map[string]string{tagTrace: o.Name, tagStart: o.Start.Format(time.RFC3339)}
		if f.trigger != "" {
			tags[tagKind] = f.trigger
		}
		rs[i] = store.Resource{
			Key: functionKey(TraceAccount, o.Region, f.name), App: f.app, Tags: tags, Config: config,
			ValidFrom: o.at(first), SeenAt: o.Now, Origin: "trace",
		}
	}
	return rs, nil
}

// blockMinutes is how many minutes a block spans at most, blocksAtOnce how
// many of them are written in one transaction: some 50 MB in memory.
const (
	blockMinutes = minutesInDay
	blocksAtOnce = 512
)

// blocksOf lays out one function's minutes.
func blocksOf(ref store.Ref, f *traced, o TraceOptions, first, end uint32) []store.MetricBlock {
	cells := f.cells
	var blocks []store.MetricBlock
	for from := first; from < end; from += blockMinutes {
		to := min(end, from+blockMinutes)
		n := 0
		for n < len(cells) && cells[n].minute < to {
			n++
		}
		blocks = append(blocks, store.MetricBlock{
			Resource: ref, Window: model.Window{From: o.at(from), To: o.at(to)}, Period: time.Minute,
			Columns: columnsOf(f, cells[:n], from, to), SettledTo: o.at(to),
		})
		cells = cells[n:]
	}
	return blocks
}

// columnsOf spreads a function's cells over the columns of a block; a minute
// without invocations has no datum, as in CloudWatch.
func columnsOf(f *traced, cells []cell, from, to uint32) [][]float64 {
	columns := make([][]float64, len(store.LambdaMetrics.Columns))
	for i, c := range store.LambdaMetrics.Columns {
		per, ok := f.value(c.Metric, c.Stat)
		if !ok {
			continue
		}
		column := make([]float64, to-from)
		for j := range column {
			column[j] = math.NaN()
		}
		for _, cell := range cells {
			if cell.count > 0 {
				column[cell.minute-from] = per(float64(cell.count))
			}
		}
		columns[i] = column
	}
	return columns
}

// value tells how a minute's statistic follows from its invocations; false
// where the trace does not know it.
func (f *traced) value(metric, stat string) (func(n float64) float64, bool) {
	constant := func(v float64) (func(float64) float64, bool) {
		return func(float64) float64 { return v }, v >= 0
	}
	count := func(n float64) float64 { return n }
	p := &f.profile
	switch metric + " " + stat {
	case "Invocations Sum", "Duration SampleCount":
		return count, true
	case "UrlRequestCount Sum":
		return count, f.trigger == "http"
	case "Duration Sum":
		return func(n float64) float64 { return n * p.meanMs }, true
	case "Duration Minimum":
		return constant(p.minMs)
	case "Duration Maximum":
		return constant(p.maxMs)
	case "Duration p50":
		return constant(p.p50Ms)
	case "Duration p99":
		return constant(p.p99Ms)
	}
	return nil, false
}
