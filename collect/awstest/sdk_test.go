package awstest_test

import (
	"bytes"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	logstypes "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
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
	cfg.HTTPClient = ownBody{cfg.HTTPClient}
	return cfg
}

// ownBody gives net/http a request body that the SDK cannot close while it is
// being sent (see quickest in server.go): without it about one call in a
// thousand on loopback loses its answer, and the tests do not retry.
type ownBody struct{ aws.HTTPClient }

func (c ownBody) Do(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		b, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		r.Body = io.NopCloser(bytes.NewReader(b))
	}
	return c.HTTPClient.Do(r)
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

// point is one value of a query.
type point struct {
	at    int64
	value float64
}

// fetch reads all pages of a request and joins the parts of each query.
func fetch(t testing.TB, cw *cloudwatch.Client, in cloudwatch.GetMetricDataInput) (points map[string][]point, pages int) {
	t.Helper()
	points = map[string][]point{}
	for {
		out, err := cw.GetMetricData(t.Context(), &in)
		if err != nil {
			t.Fatal(err)
		}
		if pages++; pages > 1000 {
			t.Fatal("no end of pages")
		}
		for _, r := range out.MetricDataResults {
			for i, ts := range r.Timestamps {
				points[*r.Id] = append(points[*r.Id], point{ts.Unix(), r.Values[i]})
			}
		}
		if out.NextToken == nil {
			return points, pages
		}
		in.NextToken = out.NextToken
	}
}

// insights runs a query to its end and gives its rows by field.
func insights(t testing.TB, c *cloudwatchlogs.Client, in cloudwatchlogs.StartQueryInput) ([]map[string]string, *logstypes.QueryStatistics) {
	t.Helper()
	q, err := c.StartQuery(t.Context(), &in)
	if err != nil {
		t.Fatal(err)
	}
	for {
		out, err := c.GetQueryResults(t.Context(), &cloudwatchlogs.GetQueryResultsInput{QueryId: q.QueryId})
		if err != nil {
			t.Fatal(err)
		}
		if out.Status == logstypes.QueryStatusRunning {
			continue
		}
		var rows []map[string]string
		for _, r := range out.Results {
			row := map[string]string{}
			for _, f := range r {
				row[*f.Field] = *f.Value
			}
			rows = append(rows, row)
		}
		return rows, out.Statistics
	}
}
