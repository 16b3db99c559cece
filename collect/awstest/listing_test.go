package awstest_test

import (
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/breakeven-dev/breakeven/collect/awstest"
)

func TestFunctionsPage(t *testing.T) {
	s := serve(t, awstest.Options{Large: true, Functions: 101, Days: 1})
	c := lambda.NewFromConfig(sdk(t, s, "us-east-1"))
	var sizes []int
	seen := map[string]bool{}
	for p := lambda.NewListFunctionsPaginator(c, &lambda.ListFunctionsInput{}); p.HasMorePages(); {
		out, err := p.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		sizes = append(sizes, len(out.Functions))
		for _, f := range out.Functions {
			seen[*f.FunctionName] = true
		}
	}
	if !slices.Equal(sizes, []int{50, 50, 1}) || len(seen) != 101 {
		t.Errorf("pages of %v functions, %d different", sizes, len(seen))
	}
}

// TestInventory reads what a collector reads of the special functions.
func TestInventory(t *testing.T) {
	s := serve(t, awstest.Options{Rate: 0.05})
	c := lambda.NewFromConfig(sdk(t, s, "us-east-1"))
	out, err := c.ListFunctions(t.Context(), &lambda.ListFunctionsInput{})
	if err != nil {
		t.Fatal(err)
	}
	memory := map[string]int32{}
	for _, f := range out.Functions {
		memory[*f.FunctionName] = *f.MemorySize
	}
	if _, there := memory[awstest.FunctionDeleted]; there || memory[awstest.FunctionMemoryChanged] != 2048 {
		t.Errorf("functions %v", memory)
	}
	pc, err := c.ListProvisionedConcurrencyConfigs(t.Context(), &lambda.ListProvisionedConcurrencyConfigsInput{FunctionName: aws.String(awstest.FunctionProvisioned)})
	if err != nil || len(pc.ProvisionedConcurrencyConfigs) != 1 || *pc.ProvisionedConcurrencyConfigs[0].AllocatedProvisionedConcurrentExecutions != 8 {
		t.Errorf("provisioned concurrency %+v, %v", pc, err)
	}
	v, err := c.ListVersionsByFunction(t.Context(), &lambda.ListVersionsByFunctionInput{FunctionName: aws.String(awstest.FunctionMemoryChangedNoLogs)})
	if err != nil || len(v.Versions) != 2 || *v.Versions[1].MemorySize != 768 {
		t.Errorf("versions %+v, %v", v, err)
	}
	arn := aws.String("arn:aws:lambda:us-east-1:" + awstest.AccountID + ":function:storefront-api")
	tags, err := c.ListTags(t.Context(), &lambda.ListTagsInput{Resource: arn})
	if err != nil || tags.Tags["app"] != "storefront" {
		t.Errorf("tags %+v, %v", tags, err)
	}
	u, err := c.ListFunctionUrlConfigs(t.Context(), &lambda.ListFunctionUrlConfigsInput{FunctionName: arn})
	if err != nil || len(u.FunctionUrlConfigs) != 1 {
		t.Errorf("URLs %+v, %v", u, err)
	}
	r, err := c.GetFunctionConcurrency(t.Context(), &lambda.GetFunctionConcurrencyInput{FunctionName: aws.String(awstest.FunctionReserved)})
	if err != nil || aws.ToInt32(r.ReservedConcurrentExecutions) != 2 {
		t.Errorf("reserved %+v, %v", r, err)
	}
	a, err := c.ListAliases(t.Context(), &lambda.ListAliasesInput{FunctionName: aws.String(awstest.FunctionProvisioned)})
	if err != nil || len(a.Aliases) != 1 || *a.Aliases[0].Name != "live" {
		t.Errorf("aliases %+v, %v", a, err)
	}
	m, err := c.ListEventSourceMappings(t.Context(), &lambda.ListEventSourceMappingsInput{})
	if err != nil || len(m.EventSourceMappings) != 5 {
		t.Errorf("mappings %+v, %v", m, err)
	}
	set, err := c.GetAccountSettings(t.Context(), &lambda.GetAccountSettingsInput{})
	if err != nil || set.AccountLimit.ConcurrentExecutions != 1000 {
		t.Errorf("settings %+v, %v", set, err)
	}
	if _, err := c.ListAliases(t.Context(), &lambda.ListAliasesInput{FunctionName: aws.String(awstest.FunctionDeleted)}); code(err) != "ResourceNotFoundException" {
		t.Errorf("a deleted function: %v", err)
	}
	empty, err := lambda.NewFromConfig(sdk(t, s, "ap-south-1")).ListFunctions(t.Context(), &lambda.ListFunctionsInput{})
	if err != nil || len(empty.Functions) != 0 {
		t.Errorf("another region: %+v, %v", empty, err)
	}
}

func metricNames(t *testing.T, cw *cloudwatch.Client, in cloudwatch.ListMetricsInput) (names []string, pages int) {
	t.Helper()
	for p := cloudwatch.NewListMetricsPaginator(cw, &in); p.HasMorePages(); pages++ {
		out, err := p.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range out.Metrics {
			name := ""
			for _, d := range m.Dimensions {
				name += *d.Name + "=" + *d.Value + " "
			}
			names = append(names, name)
		}
	}
	return names, pages
}

// TestListMetricsForgets: what had no datum for two weeks is not listed, and
// what was deleted since is.
func TestListMetricsForgets(t *testing.T) {
	s := serve(t, awstest.Options{Rate: 0.1})
	cw := cloudwatch.NewFromConfig(sdk(t, s, "us-east-1"))
	in := cloudwatch.ListMetricsInput{Namespace: aws.String("AWS/Lambda"), MetricName: aws.String("Invocations")}
	names, _ := metricNames(t, cw, in)
	for name, want := range map[string]bool{
		"FunctionName=storefront-api ":                          true,
		"FunctionName=" + awstest.FunctionDeleted + " ":         true,
		"FunctionName=" + awstest.FunctionDeletedLongAgo + " ":  false,
		"FunctionName=" + awstest.FunctionDead + " ":            false,
		"FunctionName=" + awstest.FunctionNeverInvoked + " ":    false,
		"FunctionName=checkout-api Resource=checkout-api:live ": true,
		"": true,
	} {
		if slices.Contains(names, name) != want {
			t.Errorf("%q listed: %v, want %v", name, !want, want)
		}
	}
	in.RecentlyActive = cwtypes.RecentlyActivePt3h
	if recent, _ := metricNames(t, cw, in); slices.Contains(recent, "FunctionName="+awstest.FunctionDeleted+" ") || !slices.Contains(recent, "FunctionName=storefront-api ") {
		t.Errorf("active in three hours: %q", recent)
	}
	in.RecentlyActive = ""
	in.Dimensions = []cwtypes.DimensionFilter{{Name: aws.String("FunctionName"), Value: aws.String("checkout-api")}}
	if some, _ := metricNames(t, cw, in); len(some) != 2 {
		t.Errorf("filtered by a dimension: %q", some)
	}
}

func TestListMetricsPages(t *testing.T) {
	s := serve(t, awstest.Options{Large: true, Functions: 300, Days: 2})
	names, pages := metricNames(t, cloudwatch.NewFromConfig(sdk(t, s, "us-east-1")), cloudwatch.ListMetricsInput{Namespace: aws.String("AWS/Lambda")})
	if want := (len(names) + 499) / 500; pages != want || len(names) < 1200 || len(names) > 1505 {
		t.Errorf("%d metrics on %d pages", len(names), pages)
	}
}

func TestLogGroups(t *testing.T) {
	s := serve(t, awstest.Options{Rate: 0.05})
	c := cloudwatchlogs.NewFromConfig(sdk(t, s, "eu-west-1"))
	var names []string
	retention := map[string]int32{}
	for p := cloudwatchlogs.NewDescribeLogGroupsPaginator(c, &cloudwatchlogs.DescribeLogGroupsInput{Limit: aws.Int32(4)}); p.HasMorePages(); {
		out, err := p.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, g := range out.LogGroups {
			names = append(names, *g.LogGroupName)
			retention[*g.LogGroupName] = aws.ToInt32(g.RetentionInDays)
			if *g.StoredBytes <= 0 {
				t.Errorf("%s stores %d bytes", *g.LogGroupName, *g.StoredBytes)
			}
		}
	}
	if !slices.IsSorted(names) || len(names) != 16 || slices.Contains(names, "/aws/lambda/token-refresh") || !slices.Contains(names, "/app/chat") {
		t.Errorf("log groups %q", names)
	}
	if retention["/aws/lambda/gdpr-erase"] != 14 {
		t.Errorf("retention %v", retention)
	}
}
