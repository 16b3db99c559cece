package awstest

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// span is the window of a query: buckets of period seconds from start on,
// data before end.
type span struct{ start, end, period int64 }

func (s span) buckets() int { return int((s.end - s.start + s.period - 1) / s.period) }

// bucket is a period's data in hundredths.
type bucket struct{ sum, count, min, max int64 }

// aggregated is a series over a span.
type aggregated struct {
	span    span
	buckets []bucket
	sorted  []int64 // all values, in order of bucket and value; nil without percentiles
	first   []int   // where each bucket's values begin in sorted
}

// aggregate sums the series into buckets. Data older than the retention of
// the period have been rolled up and are not returned at that period.
func aggregate(s series, v view, sp span) *aggregated {
	a := &aggregated{span: sp, buckets: make([]bucket, sp.buckets())}
	s.scan(v, retained(v, sp), sp.end, func(minute, x int64, weight uint32) bool {
		b := &a.buckets[(minute-sp.start)/sp.period]
		if b.count == 0 || x < b.min {
			b.min = x
		}
		if b.count == 0 || x > b.max {
			b.max = x
		}
		b.sum += x * int64(weight)
		b.count += int64(weight)
		return true
	})
	return a
}

// addValues fetches the values themselves, for percentiles.
func (a *aggregated) addValues(s series, v view) {
	if a.sorted != nil {
		return
	}
	type datum struct {
		bucket int
		value  int64
	}
	var all []datum
	s.scan(v, retained(v, a.span), a.span.end, func(minute, x int64, _ uint32) bool {
		all = append(all, datum{int((minute - a.span.start) / a.span.period), x})
		return true
	})
	a.first = make([]int, len(a.buckets)+1)
	for _, d := range all {
		a.first[d.bucket+1]++
	}
	for i := range a.buckets {
		a.first[i+1] += a.first[i]
	}
	next := slices.Clone(a.first)
	a.sorted = make([]int64, len(all))
	for _, d := range all {
		a.sorted[next[d.bucket]] = d.value
		next[d.bucket]++
	}
	for i := range a.buckets {
		slices.Sort(a.sorted[a.first[i]:a.first[i+1]])
	}
}

const daySeconds = 86_400

// retained gives the first minute of the span that still has data at its
// period: 60 s for 15 days, 300 s for 63 days, 3,600 s for 455 days
// (GetMetricData API reference).
func retained(v view, sp span) int64 {
	days := int64(0)
	switch {
	case sp.period%3600 == 0:
		days = 455
	case sp.period%300 == 0:
		days = 63
	case sp.period%60 == 0:
		days = 15
	}
	oldest := v.now.Unix() - days*daySeconds
	return max(sp.start, oldest-oldest%60+60)
}

// statistic is a parsed statistic name.
type statistic struct {
	name       string
	percentile float64 // 0 when it is not one
}

// parseStatistic reads Sum, SampleCount, Average, Minimum, Maximum and pNN.N.
func parseStatistic(s string) (statistic, bool) {
	switch s {
	case "Sum", "SampleCount", "Average", "Minimum", "Maximum":
		return statistic{name: s}, true
	}
	digits, ok := strings.CutPrefix(s, "p")
	if !ok {
		return statistic{}, false
	}
	p, err := strconv.ParseFloat(digits, 64)
	if err != nil || p <= 0 || p > 100 {
		return statistic{}, false
	}
	return statistic{name: s, percentile: p}, true
}

// value is the statistic of the i-th bucket, which must not be empty. A
// percentile is the nearest rank: AWS estimates it, so no client may rely on
// more than its lying between Minimum and Maximum.
func (a *aggregated) value(st statistic, i int) float64 {
	b := a.buckets[i]
	switch st.name {
	case "Sum":
		return float64(b.sum) / 100
	case "SampleCount":
		return float64(b.count)
	case "Average":
		return float64(b.sum) / 100 / float64(b.count)
	case "Minimum":
		return float64(b.min) / 100
	case "Maximum":
		return float64(b.max) / 100
	}
	values := a.sorted[a.first[i]:a.first[i+1]]
	rank := int(math.Ceil(st.percentile / 100 * float64(len(values))))
	return float64(values[max(1, rank)-1]) / 100
}
