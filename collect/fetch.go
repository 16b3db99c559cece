package collect

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/breakeven-dev/breakeven/model"
)

// answers holds the dense columns that a batch brought: for each want, a
// column by number, nil where nothing was asked for.
type answers struct {
	columns [][][]float64
	slab    []float64
}

var slabs = sync.Pool{New: func() any { return new([]float64) }}

// newAnswers lays out one dense column for each column of each want, absent
// throughout.
func newAnswers(b *batch) *answers {
	n := b.points()
	slab := *slabs.Get().(*[]float64)
	if need := b.queries * n; cap(slab) < need {
		slab = make([]float64, need)
	} else {
		slab = slab[:need]
	}
	nanColumn(slab)
	a := &answers{columns: make([][][]float64, len(b.wants)), slab: slab}
	used := 0
	for i := range b.wants {
		w := &b.wants[i]
		a.columns[i] = make([][]float64, w.subject.width)
		for j := range w.series {
			if c := w.series[j].column; a.columns[i][c] == nil {
				a.columns[i][c] = slab[used : used+n : used+n]
				used += n
			}
		}
	}
	return a
}

// release gives the memory back; no column may be used afterwards.
func (a *answers) release() {
	slab := a.slab[:0]
	slabs.Put(&slab)
	a.slab, a.columns = nil, nil
}

// slot is where a query's values go.
type slot struct {
	column []float64
	merge  merge
	want   int
}

// fetch asks for a batch, page by page, and joins the pages into columns. A
// series may be cut by a page anywhere and appear on several pages; each of
// its points is put where its time says. Wants whose series AWS could not
// complete are returned as failed, by index.
func (t *target) fetch(ctx context.Context, b *batch) (*answers, []int, error) {
	a := newAnswers(b)
	in, slots := t.question(b, a)
	status := make([]types.StatusCode, len(slots))
	billed := int64(0)
	for i := range b.wants {
		billed += billedMetrics(b.wants[i].series)
	}
	volume := t.gate.volumeFor(b.window.From)
	for {
		if err := sleep(ctx, volume.wait(t.gate.clock())); err != nil {
			a.release()
			return nil, nil, err
		}
		var out *cloudwatch.GetMetricDataOutput
		err := t.gate.do(ctx, opGetMetricData, billed, func(ctx context.Context) (err error) {
			out, err = t.cloudwatch.GetMetricData(ctx, in)
			return err
		})
		if err != nil {
			a.release()
			return nil, nil, err
		}
		n, err := join(b, slots, status, out.MetricDataResults)
		volume.charge(n)
		t.gate.tally.addPoints(n)
		if err != nil {
			a.release()
			return nil, nil, err
		}
		if aws.ToString(out.NextToken) == "" {
			return a, incomplete(slots, status), nil
		}
		in.NextToken = out.NextToken
		billed = 0 // see pagesBilled
	}
}

// question builds the call for a batch and the slots of its queries, in the
// order of their ids.
func (t *target) question(b *batch, a *answers) (*cloudwatch.GetMetricDataInput, []slot) {
	in := &cloudwatch.GetMetricDataInput{
		StartTime:         aws.Time(b.window.From),
		EndTime:           aws.Time(b.window.To),
		ScanBy:            types.ScanByTimestampAscending,
		MaxDatapoints:     aws.Int32(maxPagePoints),
		MetricDataQueries: make([]types.MetricDataQuery, 0, b.queries),
	}
	slots := make([]slot, 0, b.queries)
	period := aws.Int32(int32(b.period / time.Second))
	for i := range b.wants {
		w := &b.wants[i]
		var metric *types.Metric
		for j := range w.series {
			s := &w.series[j]
			if j == 0 || !sameMetric(s, &w.series[j-1]) {
				metric = sdkMetric(s)
			}
			in.MetricDataQueries = append(in.MetricDataQueries, types.MetricDataQuery{
				Id:         aws.String("q" + strconv.Itoa(len(slots))),
				MetricStat: &types.MetricStat{Metric: metric, Period: period, Stat: aws.String(s.stat)},
			})
			slots = append(slots, slot{column: a.columns[i][s.column], merge: s.merge, want: i})
		}
	}
	return in, slots
}

func sdkMetric(s *series) *types.Metric {
	m := &types.Metric{Namespace: aws.String(s.namespace), MetricName: aws.String(s.metric)}
	for _, d := range s.dims {
		m.Dimensions = append(m.Dimensions, types.Dimension{Name: aws.String(d.name), Value: aws.String(d.value)})
	}
	return m
}

// join puts the points of a page into their columns and counts them.
func join(b *batch, slots []slot, status []types.StatusCode, results []types.MetricDataResult) (int, error) {
	n := 0
	start, period := b.window.From.Unix(), int64(b.period/time.Second)
	for i := range results {
		r := &results[i]
		q, err := queryIndex(aws.ToString(r.Id), len(slots))
		if err != nil {
			return n, err
		}
		if len(r.Timestamps) != len(r.Values) {
			return n, fmt.Errorf("GetMetricData answered %d times and %d values for one series", len(r.Timestamps), len(r.Values))
		}
		status[q] = r.StatusCode
		s := &slots[q]
		for j, ts := range r.Timestamps {
			at := ts.Unix() - start
			if at < 0 || at/period >= int64(len(s.column)) {
				continue // outside of the question: some endpoints round its ends outwards
			}
			s.put(int(at/period), r.Values[j])
		}
		n += len(r.Values)
	}
	return n, nil
}

func queryIndex(id string, queries int) (int, error) {
	if len(id) > 1 && id[0] == 'q' {
		if q, err := strconv.Atoi(id[1:]); err == nil && q >= 0 && q < queries {
			return q, nil
		}
	}
	return 0, fmt.Errorf("GetMetricData answered a series %q that was not asked for", id)
}

func (s *slot) put(i int, v float64) {
	old := s.column[i]
	switch {
	case s.merge == mergeSet || old != old:
		s.column[i] = v
	case s.merge == mergeSum:
		s.column[i] = old + v
	case s.merge == mergeMax:
		s.column[i] = max(old, v)
	}
}

// incomplete lists the wants of which a series did not end well.
func incomplete(slots []slot, status []types.StatusCode) []int {
	var out []int
	for q, s := range slots {
		bad := status[q] == types.StatusCodeInternalError || status[q] == types.StatusCodeForbidden
		if bad && (len(out) == 0 || out[len(out)-1] != s.want) {
			out = append(out, s.want)
		}
	}
	return out
}

// cut returns the part of a dense column over w that lies in part.
func cut(column []float64, w model.Window, period time.Duration, part model.Window) []float64 {
	if column == nil {
		return nil
	}
	from := int(part.From.Sub(w.From) / period)
	to := int(part.To.Sub(w.From) / period)
	return column[from:to]
}
