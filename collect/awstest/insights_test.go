package awstest_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"

	"github.com/breakeven-dev/breakeven/collect/awstest"
)

const storefrontGroup = "/aws/lambda/storefront-api"

func TestInsightsLanguage(t *testing.T) {
	s := serve(t, awstest.Options{Days: 1})
	c := cloudwatchlogs.NewFromConfig(sdk(t, s, "us-east-1"))
	end := now.Truncate(time.Hour)
	truth := s.TruthBetween(s.Start(), end)
	f, _ := truth.Function("storefront-api")
	n := f.Counts
	one := func(query string) string {
		rows, _ := insights(t, c, cloudwatchlogs.StartQueryInput{
			LogGroupName: aws.String(storefrontGroup), StartTime: aws.Int64(s.Start().Unix()), EndTime: aws.Int64(end.Unix() - 1), QueryString: &query,
		})
		if len(rows) != 1 {
			t.Fatalf("%s: %d rows", query, len(rows))
		}
		for field, v := range rows[0] {
			if field == "x" || len(rows[0]) == 1 {
				return v
			}
		}
		return ""
	}
	total := fmt.Sprint(n.Invocations)
	for query, want := range map[string]string{
		`filter @type = "REPORT" | stats count(*) as x`:                                        total,
		`filter @type = 'REPORT' and @duration > 0 | stats count() as x`:                       total,
		`filter @message like /^REPORT RequestId: [0-9a-f-]+\t/ | stats count(*) as x`:         total,
		`filter @message like "REPORT" | stats count(*) as x`:                                  total,
		`filter @type in ["REPORT", "NONE"] | stats count(@billedDuration) as x`:               total,
		`filter not (@type != "REPORT") | stats count(*) as x`:                                 total,
		`filter @type="REPORT" | stats sum(@memorySize/1000000) / 1 as x`:                      "",
		`filter @type = "REPORT" and @initDuration > 0 | stats count(*) as x`:                  fmt.Sprint(n.ColdStarts),
		`filter @type = "REPORT" | stats sum(1 + 2 * 3 - 4 / 2) as x`:                          fmt.Sprint(5 * n.Invocations),
		`filter @type = "REPORT" | stats max(coalesce(@nothing, 7)) as x`:                      "7",
		`filter @type = "NOTHING" | stats count(*)`:                                            "0",
		`filter @type = "REPORT" | stats max(@memorySize) as x by @log as l, @memorySize as m`: "512000000",
		`filter @type = "REPORT" | fields @memorySize as x | sort @timestamp desc | limit 1`:   "5.12E8",
		`filter @type = "REPORT" | stats pct(@billedDuration, 100) - 0 as x`:                   "",
	} {
		if want == "" { // refused: stats takes calls, not arithmetic over them
			_, err := c.StartQuery(t.Context(), &cloudwatchlogs.StartQueryInput{LogGroupName: aws.String(storefrontGroup), StartTime: aws.Int64(1), EndTime: aws.Int64(end.Unix()), QueryString: aws.String(query)})
			if code(err) != "MalformedQueryException" {
				t.Errorf("%s: %v, want MalformedQueryException", query, err)
			}
			continue
		}
		if got := one(query); got != want && !(strings.Contains(query, "count(*) as x") && near(got, want)) {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
	}
}

// near allows for the lines of the last second before a full hour, which a
// query that ends a second before it does not read.
func near(got, want string) bool {
	g, err1 := strconv.Atoi(got)
	w, err2 := strconv.Atoi(want)
	return err1 == nil && err2 == nil && g <= w && g >= w-2
}

// TestInsightsPages: at most 10,000 rows an answer, more by token.
func TestInsightsPages(t *testing.T) {
	s := serve(t, awstest.Options{Days: 2})
	c := cloudwatchlogs.NewFromConfig(sdk(t, s, "us-east-1"))
	in := cloudwatchlogs.StartQueryInput{
		LogGroupName: aws.String(storefrontGroup), StartTime: aws.Int64(s.Start().Unix()), EndTime: aws.Int64(now.Unix()),
		QueryString: aws.String(`filter @type = "REPORT" | fields @requestId`), Limit: aws.Int32(12_000),
	}
	q, err := c.StartQuery(t.Context(), &in)
	if err != nil {
		t.Fatal(err)
	}
	seen, sizes := map[string]bool{}, []int{}
	get := &cloudwatchlogs.GetQueryResultsInput{QueryId: q.QueryId}
	for {
		out, err := c.GetQueryResults(t.Context(), get)
		if err != nil {
			t.Fatal(err)
		}
		if out.Status == "Running" {
			continue
		}
		sizes = append(sizes, len(out.Results))
		for _, r := range out.Results {
			seen[*r[0].Value] = true
		}
		if get.NextToken = out.NextToken; out.NextToken == nil {
			break
		}
	}
	if fmt.Sprint(sizes) != "[10000 2000]" || len(seen) != 12_000 {
		t.Errorf("pages of %v rows, %d different", sizes, len(seen))
	}
	in.Limit = nil
	if rows, st := insights(t, c, in); len(rows) != 10_000 || st.RecordsMatched <= 10_000 {
		t.Errorf("by default %d rows of %v matched", len(rows), st.RecordsMatched)
	}
}

func TestInsightsRefusals(t *testing.T) {
	s := serve(t, awstest.Options{Days: 20, Rate: 0.05})
	us, eu := cloudwatchlogs.NewFromConfig(sdk(t, s, "us-east-1")), cloudwatchlogs.NewFromConfig(sdk(t, s, "eu-west-1"))
	query := aws.String("stats count(*)")
	start, end := aws.Int64(s.Start().Unix()), aws.Int64(now.Unix())
	fifty := make([]string, 51)
	for i := range fifty {
		fifty[i] = storefrontGroup
	}
	for name, c := range map[string]struct {
		client *cloudwatchlogs.Client
		in     cloudwatchlogs.StartQueryInput
		want   string
	}{
		"no such group":    {us, cloudwatchlogs.StartQueryInput{LogGroupName: aws.String("/nope"), StartTime: start, EndTime: end, QueryString: query}, "ResourceNotFoundException"},
		"51 groups":        {us, cloudwatchlogs.StartQueryInput{LogGroupNames: fifty, StartTime: start, EndTime: end, QueryString: query}, "InvalidParameterException"},
		"50 groups":        {us, cloudwatchlogs.StartQueryInput{LogGroupNames: fifty[:50], StartTime: start, EndTime: end, QueryString: query}, "<nil>"},
		"no sense":         {us, cloudwatchlogs.StartQueryInput{LogGroupName: aws.String(storefrontGroup), StartTime: start, EndTime: end, QueryString: aws.String("select *")}, "MalformedQueryException"},
		"beyond retention": {eu, cloudwatchlogs.StartQueryInput{LogGroupName: aws.String("/aws/lambda/gdpr-erase"), StartTime: start, EndTime: aws.Int64(now.AddDate(0, 0, -15).Unix()), QueryString: query}, "MalformedQueryException"},
		"backwards":        {us, cloudwatchlogs.StartQueryInput{LogGroupName: aws.String(storefrontGroup), StartTime: end, EndTime: start, QueryString: query}, "InvalidParameterException"},
	} {
		if _, err := c.client.StartQuery(t.Context(), &c.in); code(err) != c.want {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
	if _, err := us.GetQueryResults(t.Context(), &cloudwatchlogs.GetQueryResultsInput{QueryId: aws.String("none")}); code(err) != "ResourceNotFoundException" {
		t.Errorf("an unknown query: %v", err)
	}
}

// TestFilterLogEventsPages reads all REPORT lines through pages of every kind.
func TestFilterLogEventsPages(t *testing.T) {
	s := serve(t, awstest.Options{Days: 2})
	end := now.Truncate(time.Hour)
	for group, pattern := range map[string]string{storefrontGroup: "REPORT", "/aws/lambda/notify-push": `{ $.type = "platform.report" }`} {
		c := cloudwatchlogs.NewFromConfig(sdk(t, s, "us-east-1"))
		in := &cloudwatchlogs.FilterLogEventsInput{LogGroupName: &group, FilterPattern: &pattern, StartTime: aws.Int64(s.Start().UnixMilli()), EndTime: aws.Int64(end.UnixMilli() - 1)}
		truth := s.TruthBetween(s.Start(), end)
		want, _ := truth.Function(strings.TrimPrefix(group, "/aws/lambda/"))
		ids, pages, last := map[string]bool{}, 0, int64(0)
		for p := cloudwatchlogs.NewFilterLogEventsPaginator(c, in); p.HasMorePages(); pages++ {
			out, err := p.NextPage(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			bytes := 0
			for _, e := range out.Events {
				if !strings.Contains(*e.Message, "Duration") && !strings.Contains(*e.Message, "durationMs") || *e.Timestamp < last {
					t.Fatalf("%q at %d after %d", *e.Message, *e.Timestamp, last)
				}
				last = *e.Timestamp
				ids[*e.EventId] = true
				bytes += len(*e.Message)
			}
			if bytes > 1<<20+1000 || len(out.Events) > 10_000 {
				t.Errorf("a page of %d events and %d bytes", len(out.Events), bytes)
			}
		}
		if int64(len(ids)) != want.Counts.Invocations || pages < 2 && group == storefrontGroup {
			t.Errorf("%s: %d events on %d pages, want %d", group, len(ids), pages, want.Counts.Invocations)
		}
	}
}

// TestStoppedQuery: a query that was stopped says so, and one that has ended
// cannot be stopped.
func TestStoppedQuery(t *testing.T) {
	s := serve(t, awstest.Options{Days: 1, Rate: 0.1})
	c := cloudwatchlogs.NewFromConfig(sdk(t, s, "us-east-1"))
	in := cloudwatchlogs.StartQueryInput{LogGroupName: aws.String(storefrontGroup), StartTime: aws.Int64(s.Start().Unix()), EndTime: aws.Int64(now.Unix()), QueryString: aws.String("stats count(*)")}
	insights(t, c, in)
	list, err := c.DescribeQueries(t.Context(), &cloudwatchlogs.DescribeQueriesInput{})
	if err != nil || len(list.Queries) != 1 || list.Queries[0].Status != "Complete" {
		t.Fatalf("queries %+v, %v", list, err)
	}
	if _, err := c.StopQuery(t.Context(), &cloudwatchlogs.StopQueryInput{QueryId: list.Queries[0].QueryId}); code(err) != "InvalidParameterException" {
		t.Errorf("stopping an ended query: %v", err)
	}
}
