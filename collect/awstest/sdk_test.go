package awstest_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/breakeven-dev/breakeven/collect/awstest"
)

// now is the server's clock in the tests: 30 days back from here lie in two
// months.
var now = time.Date(2026, 11, 20, 10, 17, 33, 0, time.UTC)

// serve starts a server that ends with the test.
func serve(t testing.TB, opt awstest.Options) *awstest.Server {
	t.Helper()
	if opt.Now.IsZero() {
		opt.Now = now
	}
	if opt.Seed == 0 {
		opt.Seed = 7
	}
	s, err := awstest.New(opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// sdk is a configuration of the unmodified SDK that talks to the server and
// does not retry, so that each refusal is seen.
func sdk(t testing.TB, s *awstest.Server, region string) aws.Config {
	t.Helper()
	cfg, err := config.LoadDefaultConfig(t.Context(),
		config.WithRegion(region),
		config.WithBaseEndpoint(s.URL),
		config.WithHTTPClient(awshttp.NewBuildableClient()),
		config.WithCredentialsProvider(credentials.NewStaticCredentialsProvider(awstest.AccessKeyID, awstest.SecretAccessKey, "")),
		config.WithRetryMaxAttempts(1),
	)
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

func TestCallerIdentity(t *testing.T) {
	s := serve(t, awstest.Options{Rate: 0.01, Days: 2})
	out, err := sts.NewFromConfig(sdk(t, s, "us-east-1")).GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
	if err != nil {
		t.Fatal(err)
	}
	if got := aws.ToString(out.Account); got != awstest.AccountID {
		t.Errorf("account %s, want %s", got, awstest.AccountID)
	}
}

func stat(id, metric, stat, function string, period int32) cwtypes.MetricDataQuery {
	m := &cwtypes.Metric{Namespace: aws.String("AWS/Lambda"), MetricName: aws.String(metric)}
	if function != "" {
		m.Dimensions = []cwtypes.Dimension{{Name: aws.String("FunctionName"), Value: aws.String(function)}}
	}
	return cwtypes.MetricDataQuery{Id: aws.String(id), MetricStat: &cwtypes.MetricStat{Metric: m, Period: aws.Int32(period), Stat: aws.String(stat)}}
}

func TestSmoke(t *testing.T) {
	start := time.Now()
	s := serve(t, awstest.Options{})
	t.Log("generated in", time.Since(start))
	cfg := sdk(t, s, "us-east-1")
	fn, err := lambda.NewFromConfig(cfg).ListFunctions(t.Context(), &lambda.ListFunctionsInput{})
	if err != nil {
		t.Fatal(err)
	}
	t.Log(len(fn.Functions))
	cw := cloudwatch.NewFromConfig(cfg)
	out, err := cw.GetMetricData(t.Context(), &cloudwatch.GetMetricDataInput{
		StartTime: aws.Time(s.Start()), EndTime: aws.Time(now),
		MetricDataQueries: []cwtypes.MetricDataQuery{stat("a", "Invocations", "Sum", "", 86400), stat("b", "Duration", "p99", "storefront-api", 86400)},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Log(out.MetricDataResults[0].Values, out.MetricDataResults[1].Values)
	lm, err := cw.ListMetrics(t.Context(), &cloudwatch.ListMetricsInput{Namespace: aws.String("AWS/Lambda")})
	if err != nil {
		t.Fatal(err)
	}
	t.Log(len(lm.Metrics))
	g, err := cloudwatchlogs.NewFromConfig(cfg).DescribeLogGroups(t.Context(), &cloudwatchlogs.DescribeLogGroupsInput{})
	if err != nil {
		t.Fatal(err)
	}
	t.Log(len(g.LogGroups))
	ev, err := cloudwatchlogs.NewFromConfig(cfg).FilterLogEvents(t.Context(), &cloudwatchlogs.FilterLogEventsInput{LogGroupName: aws.String("/aws/lambda/storefront-api"), FilterPattern: aws.String("REPORT"), Limit: aws.Int32(3)})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range ev.Events {
		t.Log(*e.Message)
	}
}

func TestSmokeInsights(t *testing.T) {
	s := serve(t, awstest.Options{})
	c := cloudwatchlogs.NewFromConfig(sdk(t, s, "us-east-1"))
	g, err := c.DescribeLogGroups(t.Context(), &cloudwatchlogs.DescribeLogGroupsInput{})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, x := range g.LogGroups {
		names = append(names, *x.LogGroupName)
	}
	begin := time.Now()
	q, err := c.StartQuery(t.Context(), &cloudwatchlogs.StartQueryInput{LogGroupNames: names, StartTime: aws.Int64(s.Start().Unix()), EndTime: aws.Int64(now.Unix()), QueryString: aws.String(`filter @type = "REPORT"` +
		` | stats count(*) as reports, sum(@billedDuration) as billed_ms, sum(@duration) as duration_ms,` +
		` count(@initDuration) as cold_starts, sum(@initDuration) as init_ms, max(@initDuration) as init_max_ms,` +
		` sum(@billedDuration - ceil(@duration)) as billed_extra_ms, max(@maxMemoryUsed) as max_memory,` +
		` sum(strcontains(@message, "Status: timeout")) as timeouts, sum(strcontains(@message, "Status: error")) as errors,` +
		` sum(strcontains(@message, "Restore Duration:")) as restores` +
		` by bin(1h) as hour, @memorySize as memory_size, @log as log | limit 10000`)})
	if err != nil {
		t.Fatal(err)
	}
	for {
		out, err := c.GetQueryResults(t.Context(), &cloudwatchlogs.GetQueryResultsInput{QueryId: q.QueryId})
		if err != nil {
			t.Fatal(err)
		}
		if out.Status == "Running" {
			continue
		}
		t.Log(time.Since(begin), out.Status, len(out.Results), out.Statistics.BytesScanned)
		for _, f := range out.Results[100] {
			t.Log(*f.Field, *f.Value)
		}
		break
	}
}
