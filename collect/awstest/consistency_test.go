package awstest_test

import (
	"bytes"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"

	"github.com/breakeven-dev/breakeven/collect/awstest"
)

// TestMetricsAgreeWithTruth holds every point of the last days against sums
// that take another way through the requests.
func TestMetricsAgreeWithTruth(t *testing.T) {
	s := serve(t, awstest.Options{Rate: 0.2, Days: 6})
	from, to := s.Start(), now.Truncate(time.Hour)
	metrics := []string{"Invocations", "Errors", "Throttles", "Duration"}
	for _, region := range awstest.Regions() {
		cw := cloudwatch.NewFromConfig(sdk(t, s, region))
		var accountSum float64
		for _, f := range s.Truth().Functions {
			if f.Region != region {
				continue
			}
			for _, period := range []int32{60, 300, 3600} {
				var queries []cwtypes.MetricDataQuery
				for i, m := range metrics {
					for _, st := range []string{"Sum", "SampleCount", "Minimum", "Maximum"} {
						queries = append(queries, stat(fmt.Sprintf("q%d%s", i, st), m, st, f.Name, period))
					}
				}
				got, _ := fetch(t, cw, cloudwatch.GetMetricDataInput{StartTime: &from, EndTime: &to, MetricDataQueries: queries})
				for i, m := range metrics {
					want, _ := s.SeriesTruth(region, f.Name, m, from, to, int64(period))
					id := fmt.Sprintf("q%d", i)
					if n := len(got[id+"Sum"]); int64(n) != want.Points {
						t.Errorf("%s %s at %d s: %d points, want %d", f.Name, m, period, n, want.Points)
					}
					var sum, samples float64
					low, high := math.Inf(1), 0.0
					for k, p := range got[id+"Sum"] {
						sum += p.value
						samples += got[id+"SampleCount"][k].value
						low, high = min(low, got[id+"Minimum"][k].value), max(high, got[id+"Maximum"][k].value)
					}
					if math.Round(sum*100) != float64(want.SumHundredths) || samples != float64(want.SampleCount) {
						t.Errorf("%s %s at %d s: sum %v of %v samples, want %v/100 of %d", f.Name, m, period, sum, samples, want.SumHundredths, want.SampleCount)
					}
					if want.Points > 0 && (low != want.Minimum || high != want.Maximum) {
						t.Errorf("%s %s at %d s: between %v and %v, want %v and %v", f.Name, m, period, low, high, want.Minimum, want.Maximum)
					}
					if m == "Invocations" && period == 3600 {
						accountSum += sum
					}
				}
			}
		}
		got, _ := fetch(t, cw, cloudwatch.GetMetricDataInput{StartTime: &from, EndTime: &to, MetricDataQueries: []cwtypes.MetricDataQuery{stat("all", "Invocations", "Sum", "", 3600)}})
		var all float64
		for _, p := range got["all"] {
			all += p.value
		}
		if all != accountSum || all == 0 {
			t.Errorf("%s: the account metric says %v invocations, its functions %v", region, all, accountSum)
		}
	}
}

var reportFields = regexp.MustCompile(`Duration: ([0-9.]+) ms\tBilled Duration: (\d+) ms\tMemory Size: (\d+) MB\tMax Memory Used: (\d+) MB\t(?:Init Duration: ([0-9.]+) ms|Restore Duration: ([0-9.]+) ms\tBilled Restore Duration: (\d+) ms)?`)

func hundredths(s string) int64 {
	n, _ := strconv.ParseInt(strings.Replace(s, ".", "", 1), 10, 64)
	return n
}

// TestReportLinesAgreeWithTruth re-adds the printed REPORT lines and checks
// AWS's rule of one ceiling on each of them.
func TestReportLinesAgreeWithTruth(t *testing.T) {
	s := serve(t, awstest.Options{Rate: 0.2, Days: 6})
	seen := 0
	for _, f := range s.Truth().Functions {
		lines := s.Lines(f.Region, f.Name, s.Start(), now)
		if !f.HasReports || len(lines) == 0 || strings.HasPrefix(lines[0], "{") {
			continue
		}
		var got awstest.Counts
		for _, l := range lines {
			m := reportFields.FindStringSubmatch(l)
			if m == nil {
				t.Fatalf("%s: not a REPORT line: %q", f.Name, l)
			}
			duration, init, billed := hundredths(m[1]), hundredths(m[5]), hundredths(m[2])
			want := (duration + init + 99) / 100
			if m[6] != "" {
				want = (duration+99)/100 + hundredths(m[7])
				got.Restores++
				got.RestoreHundredths += hundredths(m[6])
			}
			if billed != want {
				t.Fatalf("%s: billed %d ms, want %d: %q", f.Name, billed, want, l)
			}
			if m[5] != "" {
				got.ColdStarts++
			}
			if strings.Contains(l, "Status: timeout") {
				got.Timeouts++
			}
			got.Invocations++
			got.DurationHundredths += duration
			got.InitHundredths += init
			got.BilledMs += billed
		}
		w := f.Counts
		want := awstest.Counts{Invocations: w.Invocations, DurationHundredths: w.DurationHundredths, InitHundredths: w.InitHundredths, BilledMs: w.BilledMs, ColdStarts: w.ColdStarts, Restores: w.Restores, RestoreHundredths: w.RestoreHundredths, Timeouts: w.Timeouts}
		if got != want {
			t.Errorf("%s: the lines say %+v, the truth %+v", f.Name, got, want)
		}
		seen++
	}
	if seen < 25 {
		t.Errorf("only %d functions with REPORT lines", seen)
	}
}

// The queries that a collector sends for text and JSON log groups.
const (
	textQuery = `filter @type = "REPORT" | stats count(*) as reports, sum(@billedDuration) as billed, sum(@duration) as duration, count(@initDuration) as cold, sum(@initDuration) as init, sum(@billedDuration - ceil(@duration)) as extra, sum(strcontains(@message, "Status: timeout")) as timeouts, sum(strcontains(@message, "Restore Duration:")) as restores by bin(1h) as hour, @memorySize as size, @log as log`
	jsonQuery = `filter type = "platform.report" | stats count(*) as reports, sum(record.metrics.billedDurationMs) as billed, sum(record.metrics.durationMs) as duration, count(record.metrics.initDurationMs) as cold, sum(record.metrics.initDurationMs) as init, sum(strcontains(@message, "\"status\":\"timeout\"")) as timeouts, sum(ispresent(record.metrics.restoreDurationMs)) as restores by bin(1h) as hour, record.metrics.memorySizeMB as size, @log as log`
)

// TestInsightsAgreesWithTruth sums the REPORT lines as a collector does.
func TestInsightsAgreesWithTruth(t *testing.T) {
	s := serve(t, awstest.Options{Rate: 0.2, Days: 6})
	end := now.Truncate(time.Hour)
	truth := s.TruthBetween(s.Start(), end)
	for _, f := range truth.Functions {
		if !f.HasReports {
			continue
		}
		logs := cloudwatchlogs.NewFromConfig(sdk(t, s, f.Region))
		group := "/aws/lambda/" + f.Name
		if f.Name == "chat-socket" {
			group = "/app/chat"
		}
		q := textQuery
		if lines := s.Lines(f.Region, f.Name, s.Start(), end); len(lines) > 0 && lines[0][0] == '{' {
			q = jsonQuery
		}
		// Both ends are included: the last whole second before the window's
		// end would miss lines, so the row of the end itself is dropped.
		rows, _ := insights(t, logs, cloudwatchlogs.StartQueryInput{LogGroupName: &group, QueryString: &q, StartTime: aws.Int64(s.Start().Unix()), EndTime: aws.Int64(end.Unix())})
		sum := map[string]float64{}
		for _, r := range rows {
			if r["hour"] >= end.Format("2006-01-02 15:04:05.000") {
				continue
			}
			for _, k := range []string{"reports", "billed", "duration", "cold", "init", "timeouts", "restores"} {
				n, _ := strconv.ParseFloat(r[k], 64)
				sum[k] += n
			}
			if r["log"] != awstest.AccountID+":"+group {
				t.Errorf("%s: @log %q", f.Name, r["log"])
			}
		}
		c := f.Counts
		for k, want := range map[string]float64{
			"reports": float64(c.Invocations), "billed": float64(c.BilledMs), "duration": float64(c.DurationHundredths) / 100,
			"cold": float64(c.ColdStarts), "init": float64(c.InitHundredths) / 100, "timeouts": float64(c.Timeouts), "restores": float64(c.Restores),
		} {
			if math.Abs(sum[k]-want) > 1e-3 {
				t.Errorf("%s: %s %v, want %v", f.Name, k, sum[k], want)
			}
		}
	}
}

// TestReproducible: one seed and one clock, the same bytes; another seed,
// others.
func TestReproducible(t *testing.T) {
	dump := func(seed uint64) string {
		s := serve(t, awstest.Options{Seed: seed, Rate: 0.05, Days: 3})
		var b bytes.Buffer
		truth := s.Truth()
		if err := truth.WriteJSON(&b); err != nil {
			t.Fatal(err)
		}
		for _, f := range truth.Functions {
			b.WriteString(strings.Join(s.Lines(f.Region, f.Name, s.Start(), now), "\n"))
		}
		return b.String()
	}
	a, again, other := dump(1), dump(1), dump(2)
	if a != again {
		t.Error("the same seed gave another account")
	}
	if a == other {
		t.Error("another seed gave the same account")
	}
}

// TestSecretIsPlanted: a collector's test needs the secret to be there.
func TestSecretIsPlanted(t *testing.T) {
	s := serve(t, awstest.Options{Rate: 0.2, Days: 2})
	logs := cloudwatchlogs.NewFromConfig(sdk(t, s, "us-east-1"))
	out, err := logs.FilterLogEvents(t.Context(), &cloudwatchlogs.FilterLogEventsInput{LogGroupName: aws.String("/aws/lambda/storefront-api")})
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, e := range out.Events {
		if strings.Contains(*e.Message, awstest.PlantedSecret) {
			found++
		}
	}
	if found == 0 {
		t.Error("no log line holds the planted secret")
	}
}
