package collect

import (
	"context"
	"math"
	"time"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/store"
)

// dimension is a CloudWatch dimension of a series.
type dimension struct{ name, value string }

// merge tells how a series enters a column that several series share.
type merge int

const (
	mergeSet merge = iota // the only series of its column
	mergeSum              // counts over aliases
	mergeMax              // levels over aliases
)

// series is one statistic of one metric of one resource, and the column it
// fills. Series of one metric and dimension set stand next to each other:
// they are billed together.
type series struct {
	namespace, metric, stat string
	dims                    []dimension
	column                  int
	merge                   merge
}

// sameMetric reports whether a and b are billed as one metric.
func sameMetric(a, b *series) bool {
	if a.namespace != b.namespace || a.metric != b.metric || len(a.dims) != len(b.dims) {
		return false
	}
	for i := range a.dims {
		if a.dims[i] != b.dims[i] {
			return false
		}
	}
	return true
}

// statsPerMetric is how many statistics of a metric in one request are billed
// as one (AWS's CloudWatch pricing page, as quoted in
// prometheus/cloudwatch_exporter PR 482 and YACE issue 1806).
const statsPerMetric = 5

// billedMetrics is what GetMetricData charges for these series in one call.
func billedMetrics(ss []series) int64 {
	var billed int64
	for i := 0; i < len(ss); {
		j := i + 1
		for j < len(ss) && sameMetric(&ss[i], &ss[j]) {
			j++
		}
		billed += int64((j - i + statsPerMetric - 1) / statsPerMetric)
		i = j
	}
	return billed
}

// subject is a resource whose metrics are collected.
type subject struct {
	res store.Resource
	ref store.Ref
	// of takes its columns; table is its name.
	of    *store.MetricTable
	table string
	// group is its ledger.
	group string
	// probe tells by its positive points in which hours the resource was
	// alive. nil: it is always asked for everything.
	probe *series
	// present is true where any datum of the probe shows life, 0 too.
	present bool
	// period is the only one that the metrics have; zero: by their age.
	period time.Duration
	// restless is true where there may be points without any in the probe.
	restless bool
	// ready, if not nil, waits until series can tell.
	ready func(context.Context) error
	// series lists what to ask for in a window, the probe among them.
	series func(w model.Window) []series
	// width is the number of columns of the table.
	width int
}

// want is a subject's part in a call: a window that no ledger entry covers,
// and what of it is worth asking for.
type want struct {
	subject *subject
	// cover is what the ledger lacks; alive the part of it that has points.
	cover, alive model.Window
	period       time.Duration
	series       []series
	// final is, in a probe, the period that follows it.
	final time.Duration
	// known holds columns that the probe brought already, by column, over
	// cover.
	known map[int][]float64
}

// probeDirectly is the number of points up to which the probe is asked for at
// the final period, so that its answer is the column itself and the metric is
// billed once. Longer windows are probed by the hour: holding the columns of
// every resource would make memory grow with the window.
const probeDirectly = 120

// probePeriod is the period at which a segment is probed.
func probePeriod(s segment) time.Duration {
	if s.points() <= probeDirectly {
		return s.period
	}
	return max(s.period, time.Hour)
}

// aliveIn returns the smallest window of full periods that holds all positive
// points of a probe, with present all points; empty if there is none.
func aliveIn(from time.Time, period time.Duration, points []float64, present bool) model.Window {
	first, last := -1, -1
	for i, v := range points {
		if v > 0 || present && v == v { // false for NaN
			if first < 0 {
				first = i
			}
			last = i
		}
	}
	if first < 0 {
		return model.Window{From: from, To: from}
	}
	return model.Window{
		From: from.Add(time.Duration(first) * period),
		To:   from.Add(time.Duration(last+1) * period),
	}
}

// nanColumn fills a column with absence.
func nanColumn(c []float64) {
	nan := math.NaN()
	for i := range c {
		c[i] = nan
	}
}
