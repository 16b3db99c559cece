package awstest_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/smithy-go"

	"github.com/breakeven-dev/breakeven/collect/awstest"
)

// TestPagesJoin cuts an answer at every place: pages of one point, of any
// small number and of everything hold the same points.
func TestPagesJoin(t *testing.T) {
	s := serve(t, awstest.Options{Days: 1})
	cw := cloudwatch.NewFromConfig(sdk(t, s, "us-east-1"))
	from, to := now.Truncate(time.Hour).Add(-2*time.Hour), now.Truncate(time.Hour)
	queries := []cwtypes.MetricDataQuery{
		stat("a", "Invocations", "Sum", "storefront-api", 300), stat("none", "Invocations", "Sum", "dr-failover", 300),
		stat("b", "Duration", "p99", "storefront-api", 300), stat("c", "Errors", "Sum", "cache-warmer", 300),
	}
	for _, order := range []cwtypes.ScanBy{cwtypes.ScanByTimestampAscending, cwtypes.ScanByTimestampDescending, ""} {
		in := cloudwatch.GetMetricDataInput{StartTime: &from, EndTime: &to, MetricDataQueries: queries, ScanBy: order}
		whole, pages := fetch(t, cw, in)
		if pages != 1 || len(whole["a"]) != 24 {
			t.Fatalf("%d pages, %d points", pages, len(whole["a"]))
		}
		if slices.IsSortedFunc(whole["a"], func(a, b point) int { return int(a.at - b.at) }) != (order == cwtypes.ScanByTimestampAscending) {
			t.Errorf("order %q: %v", order, whole["a"])
		}
		for size := int32(1); size <= 30; size++ {
			in.MaxDatapoints = aws.Int32(size)
			joined, _ := fetch(t, cw, in)
			for id, want := range whole {
				if !slices.Equal(joined[id], want) {
					t.Fatalf("order %q, pages of %d: %s has %d points, want %d", order, size, id, len(joined[id]), len(want))
				}
			}
		}
	}
}

// TestCutSeries: the series that a page cuts in two says so.
func TestCutSeries(t *testing.T) {
	s := serve(t, awstest.Options{Days: 1})
	cw := cloudwatch.NewFromConfig(sdk(t, s, "us-east-1"))
	in := &cloudwatch.GetMetricDataInput{
		StartTime: aws.Time(now.Add(-10 * time.Hour)), EndTime: &now, MaxDatapoints: aws.Int32(5),
		MetricDataQueries: []cwtypes.MetricDataQuery{stat("a", "Invocations", "Sum", "storefront-api", 3600)},
	}
	out, err := cw.GetMetricData(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	if got := out.MetricDataResults[0].StatusCode; got != cwtypes.StatusCodePartialData || out.NextToken == nil {
		t.Errorf("status %s, token %v", got, out.NextToken)
	}
	in.NextToken = out.NextToken
	in.EndTime = aws.Time(now.Add(time.Hour))
	if _, err := cw.GetMetricData(t.Context(), in); code(err) != "InvalidNextToken" {
		t.Errorf("another request with the token: %v", err)
	}
}

// code is AWS's error code of err.
func code(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return fmt.Sprint(err)
}

func TestMetricDataRefusals(t *testing.T) {
	s := serve(t, awstest.Options{Days: 1, Rate: 0.1})
	cw := cloudwatch.NewFromConfig(sdk(t, s, "us-east-1"))
	good := func() *cloudwatch.GetMetricDataInput {
		return &cloudwatch.GetMetricDataInput{StartTime: aws.Time(now.Add(-time.Hour)), EndTime: &now, MetricDataQueries: []cwtypes.MetricDataQuery{stat("a", "Invocations", "Sum", "x", 60)}}
	}
	many := func(n int) []cwtypes.MetricDataQuery {
		var q []cwtypes.MetricDataQuery
		for i := range n {
			q = append(q, stat(fmt.Sprintf("q%d", i), "Invocations", "Sum", "x", 60))
		}
		return q
	}
	for name, c := range map[string]struct {
		change func(*cloudwatch.GetMetricDataInput)
		want   string
	}{
		"good":          {func(*cloudwatch.GetMetricDataInput) {}, ""},
		"500 queries":   {func(in *cloudwatch.GetMetricDataInput) { in.MetricDataQueries = many(500) }, ""},
		"501 queries":   {func(in *cloudwatch.GetMetricDataInput) { in.MetricDataQueries = many(501) }, "must not have a size greater than 500"},
		"period 90":     {func(in *cloudwatch.GetMetricDataInput) { in.MetricDataQueries[0].MetricStat.Period = aws.Int32(90) }, "multiple of 60"},
		"empty window":  {func(in *cloudwatch.GetMetricDataInput) { in.StartTime = in.EndTime }, "StartTime must be less than"},
		"twice one id":  {func(in *cloudwatch.GetMetricDataInput) { in.MetricDataQueries = append(many(1), many(1)...) }, "not unique"},
		"upper-case id": {func(in *cloudwatch.GetMetricDataInput) { in.MetricDataQueries[0].Id = aws.String("Q") }, "expected pattern"},
		"statistic":     {func(in *cloudwatch.GetMetricDataInput) { in.MetricDataQueries[0].MetricStat.Stat = aws.String("Mean") }, "not a valid statistic"},
		"page size":     {func(in *cloudwatch.GetMetricDataInput) { in.MaxDatapoints = aws.Int32(100_801) }, "MaxDatapoints"},
	} {
		in := good()
		c.change(in)
		_, err := cw.GetMetricData(t.Context(), in)
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case c.want != "" && (code(err) != "ValidationError" || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: %v, want ValidationError ... %s", name, err, c.want)
		}
	}
}

// TestRetention: data older than a period's retention are gone at that period
// (GetMetricData API reference: 60 s 15 days, 300 s 63 days, 3,600 s 455).
func TestRetention(t *testing.T) {
	s := serve(t, awstest.Options{Days: 70, Rate: 0.02})
	cw := cloudwatch.NewFromConfig(sdk(t, s, "us-east-1"))
	for period, days := range map[int32]int{60: 15, 300: 63, 3600: 70} {
		got, _ := fetch(t, cw, cloudwatch.GetMetricDataInput{
			StartTime: aws.Time(s.Start()), EndTime: &now, ScanBy: cwtypes.ScanByTimestampAscending,
			MetricDataQueries: []cwtypes.MetricDataQuery{stat("a", "Invocations", "Sum", "", period)},
		})
		oldest := now.Sub(time.Unix(got["a"][0].at, 0)).Hours() / 24
		if oldest > float64(days)+0.2 || oldest < float64(days)-0.5 {
			t.Errorf("period %d s: the oldest point is %.2f days old, want about %d", period, oldest, days)
		}
	}
}

// TestWindowEnds: the start belongs to the window, the end does not.
func TestWindowEnds(t *testing.T) {
	s := serve(t, awstest.Options{Days: 1})
	cw := cloudwatch.NewFromConfig(sdk(t, s, "us-east-1"))
	mid := now.Truncate(time.Hour)
	q := []cwtypes.MetricDataQuery{stat("a", "Invocations", "Sum", "storefront-api", 60)}
	before, _ := fetch(t, cw, cloudwatch.GetMetricDataInput{StartTime: aws.Time(mid.Add(-time.Hour)), EndTime: &mid, MetricDataQueries: q})
	after, _ := fetch(t, cw, cloudwatch.GetMetricDataInput{StartTime: &mid, EndTime: aws.Time(mid.Add(15 * time.Minute)), MetricDataQueries: q})
	both, _ := fetch(t, cw, cloudwatch.GetMetricDataInput{StartTime: aws.Time(mid.Add(-time.Hour)), EndTime: aws.Time(mid.Add(15 * time.Minute)), MetricDataQueries: q})
	if len(before["a"])+len(after["a"]) != len(both["a"]) || len(after["a"]) == 0 {
		t.Errorf("%d and %d points apart, %d together", len(before["a"]), len(after["a"]), len(both["a"]))
	}
	if last := after["a"][len(after["a"])-1].at; last < mid.Unix() {
		t.Errorf("a point before the window")
	}
}

// TestMetricsBilled: five statistics of a metric in a call are billed as one.
func TestMetricsBilled(t *testing.T) {
	s := serve(t, awstest.Options{Days: 1, Rate: 0.1})
	cw := cloudwatch.NewFromConfig(sdk(t, s, "us-east-1"))
	var q []cwtypes.MetricDataQuery
	for i, st := range []string{"Sum", "SampleCount", "Minimum", "Maximum", "p50", "p90"} {
		q = append(q, stat(fmt.Sprintf("a%d", i), "Duration", st, "storefront-api", 3600))
	}
	q = append(q, stat("b", "Errors", "Sum", "storefront-api", 3600))
	_, pages := fetch(t, cw, cloudwatch.GetMetricDataInput{StartTime: aws.Time(now.Add(-time.Hour * 5)), EndTime: &now, MetricDataQueries: q, MaxDatapoints: aws.Int32(20)})
	c := s.Counters()
	if c.MetricsBilled != 3 || c.MetricsBilledOnPages != 3*int64(pages-1) || pages < 2 {
		t.Errorf("%d metrics billed and %d on %d further pages, want 3 and 3 each", c.MetricsBilled, c.MetricsBilledOnPages, pages-1)
	}
}

// TestProvisionedDimensions: provisioned concurrency is told by alias and by
// function, and both agree with the truth.
func TestProvisionedDimensions(t *testing.T) {
	s := serve(t, awstest.Options{Days: 3})
	cw := cloudwatch.NewFromConfig(sdk(t, s, "us-east-1"))
	to := now.Truncate(time.Hour)
	truth := s.TruthBetween(s.Start(), to)
	for _, name := range []string{awstest.FunctionProvisioned, awstest.FunctionProvisionedSpill} {
		f, _ := truth.Function(name)
		byAlias := stat("alias", "ProvisionedConcurrencyInvocations", "Sum", name, 3600)
		byAlias.MetricStat.Metric.Dimensions = append(byAlias.MetricStat.Metric.Dimensions, cwtypes.Dimension{Name: aws.String("Resource"), Value: aws.String(name + ":live")})
		got, _ := fetch(t, cw, cloudwatch.GetMetricDataInput{StartTime: aws.Time(s.Start()), EndTime: &to, MetricDataQueries: []cwtypes.MetricDataQuery{
			byAlias, stat("function", "ProvisionedConcurrencyInvocations", "Sum", name, 3600),
			stat("spill", "ProvisionedConcurrencySpilloverInvocations", "Sum", name, 3600),
			stat("use", "ProvisionedConcurrencyUtilization", "Maximum", name, 3600),
		}})
		sum := map[string]float64{}
		for id, points := range got {
			for _, p := range points {
				sum[id] += p.value
				if id == "use" && p.value > 1 {
					t.Errorf("%s: utilisation %v", name, p.value)
				}
			}
		}
		want := float64(f.Counts.ProvisionedInvocations)
		if sum["alias"] != want || sum["function"] != want || want == 0 || sum["spill"] != float64(f.Counts.SpilloverInvocations) || sum["use"] == 0 {
			t.Errorf("%s: %v, want %v and %d", name, sum, want, f.Counts.SpilloverInvocations)
		}
	}
}
