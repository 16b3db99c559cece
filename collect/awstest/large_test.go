package awstest_test

import (
	"fmt"
	"math"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"golang.org/x/sync/errgroup"

	"github.com/breakeven-dev/breakeven/collect/awstest"
)

// columns are the statistics of the benchmark, one metric's side by side.
var columns = []struct{ metric, stat string }{
	{"Invocations", "Sum"},
	{"Errors", "Sum"},
	{"Throttles", "Sum"},
	{"Duration", "Sum"},
	{"Duration", "Maximum"},
	{"Duration", "p50"},
	{"Duration", "p99"},
	{"ConcurrentExecutions", "Maximum"},
}

// sweep fetches all columns of functions [0, n), 62 functions a call and eight
// calls at a time, and gives the points and the sum of each column.
func sweep(t testing.TB, cw *cloudwatch.Client, n int, from, to time.Time, period int32) (points int64, sums [8]float64) {
	t.Helper()
	var total atomic.Int64
	partial := make([][8]float64, (n+61)/62)
	g, ctx := errgroup.WithContext(t.Context())
	g.SetLimit(8)
	for first := 0; first < n; first += 62 {
		g.Go(func() error {
			in := &cloudwatch.GetMetricDataInput{StartTime: &from, EndTime: &to}
			for i := first; i < min(first+62, n); i++ {
				for k, c := range columns {
					in.MetricDataQueries = append(in.MetricDataQueries, stat(fmt.Sprintf("q%d_%d", i, k), c.metric, c.stat, fmt.Sprintf("fn-%05d", i), period))
				}
			}
			for {
				out, err := cw.GetMetricData(ctx, in)
				if err != nil {
					return err
				}
				for _, r := range out.MetricDataResults {
					k := (*r.Id)[len(*r.Id)-1] - '0'
					for _, v := range r.Values {
						partial[first/62][k] += v
					}
					total.Add(int64(len(r.Values)))
				}
				if in.NextToken = out.NextToken; in.NextToken == nil {
					return nil
				}
			}
		})
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	for _, p := range partial {
		for k := range sums {
			sums[k] += p[k]
		}
	}
	return total.Load(), sums
}

func TestLargeAgreesWithTruth(t *testing.T) {
	s := serve(t, awstest.Options{Large: true, Functions: 200, Days: 3})
	cw := cloudwatch.NewFromConfig(sdk(t, s, "us-east-1"))
	to := now.Truncate(24 * time.Hour)
	from := to.Add(-24 * time.Hour)
	for _, period := range []int32{60, 300, 3600} {
		points, sums := sweep(t, cw, 200, from, to, period)
		want := s.LargeTruth(from.Unix(), to.Unix(), int64(period))
		if points != 8*want.Periods {
			t.Errorf("at %d s: %d points, want %d", period, points, 8*want.Periods)
		}
		for k, w := range map[int]float64{0: float64(want.Invocations), 1: float64(want.Errors), 2: float64(want.Throttles), 3: float64(want.DurationHundredths) / 100} {
			if math.Abs(sums[k]-w) > 1e-6*w {
				t.Errorf("at %d s: %s %v, want %v", period, columns[k].metric, sums[k], w)
			}
		}
		all, _ := fetch(t, cw, cloudwatch.GetMetricDataInput{StartTime: &from, EndTime: &to, MetricDataQueries: []cwtypes.MetricDataQuery{stat("a", "Invocations", "Sum", "", period)}})
		var sum float64
		for _, p := range all["a"] {
			sum += p.value
		}
		if sum != float64(want.Invocations) {
			t.Errorf("at %d s: the account metric sums to %v, want %d", period, sum, want.Invocations)
		}
	}
	if c := s.Counters(); c.MetricsBilled == 0 || c.PointsServed == 0 {
		t.Errorf("counters %+v", c)
	}
}

// BenchmarkSDKBound is the bound of every collector here: the SDK's calls
// with the result dropped, 1,000 functions, 24 hours at 300 s.
func BenchmarkSDKBound(b *testing.B) {
	s := serve(b, awstest.Options{Large: true, Functions: 1000, Days: 2})
	cfg := sdk(b, s, "us-east-1")
	cw := cloudwatch.NewFromConfig(cfg)
	to := now.Truncate(time.Hour)
	var points int64
	for b.Loop() {
		n, _ := sweep(b, cw, 1000, to.Add(-24*time.Hour), to, 300)
		points += n
	}
	b.ReportMetric(float64(points)/b.Elapsed().Seconds(), "points/s")
	b.ReportMetric(float64(points)/float64(b.N), "points/op")
}
