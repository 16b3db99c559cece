package awstest_test

import (
	"context"
	"math"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/breakeven-dev/breakeven/collect/awstest"
)

// TestErrorCodes: each fault reaches the SDK under AWS's name for it in the
// service's protocol.
func TestErrorCodes(t *testing.T) {
	s := serve(t, awstest.Options{Days: 1, Rate: 0.1})
	all := map[string]float64{"*": 1}
	for name, c := range map[string]struct {
		faults                 awstest.Faults
		cw, lambda, logs, stsC string
	}{
		"throttled": {awstest.Faults{Throttle: all}, "Throttling", "TooManyRequestsException", "ThrottlingException", "Throttling"},
		"failing":   {awstest.Faults{Fail: all}, "InternalFailure", "ServiceException", "ServiceUnavailableException", "InternalFailure"},
		"expired":   {awstest.Faults{ExpiredToken: true}, "ExpiredToken", "ExpiredTokenException", "ExpiredTokenException", "ExpiredToken"},
		"skewed":    {awstest.Faults{ClockSkew: true}, "InvalidSignatureException", "InvalidSignatureException", "InvalidSignatureException", "SignatureDoesNotMatch"},
		"denied":    {awstest.Faults{DeniedRegions: []string{"us-east-1"}}, "AccessDenied", "AccessDeniedException", "AccessDeniedException", "AccessDenied"},
		"healthy":   {awstest.Faults{}, "<nil>", "<nil>", "<nil>", "<nil>"},
	} {
		s.SetFaults(c.faults)
		cfg := sdk(t, s, "us-east-1")
		_, err := cloudwatch.NewFromConfig(cfg).ListMetrics(t.Context(), &cloudwatch.ListMetricsInput{})
		if code(err) != c.cw {
			t.Errorf("%s: cloudwatch %v, want %s", name, err, c.cw)
		}
		_, err = lambda.NewFromConfig(cfg).ListFunctions(t.Context(), &lambda.ListFunctionsInput{})
		if code(err) != c.lambda {
			t.Errorf("%s: lambda %v, want %s", name, err, c.lambda)
		}
		_, err = cloudwatchlogs.NewFromConfig(cfg).DescribeLogGroups(t.Context(), &cloudwatchlogs.DescribeLogGroupsInput{})
		if code(err) != c.logs {
			t.Errorf("%s: logs %v, want %s", name, err, c.logs)
		}
		_, err = sts.NewFromConfig(cfg).GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
		if code(err) != c.stsC {
			t.Errorf("%s: sts %v, want %s", name, err, c.stsC)
		}
	}
}

func TestDeniedAction(t *testing.T) {
	s := serve(t, awstest.Options{Days: 1, Rate: 0.1})
	s.SetFaults(awstest.Faults{DeniedActions: []string{"lambda:ListTags"}})
	c := lambda.NewFromConfig(sdk(t, s, "us-east-1"))
	if _, err := c.ListFunctions(t.Context(), &lambda.ListFunctionsInput{}); err != nil {
		t.Error(err)
	}
	if _, err := c.ListTags(t.Context(), &lambda.ListTagsInput{Resource: aws.String("arn:aws:lambda:us-east-1:1:function:storefront-api")}); code(err) != "AccessDeniedException" {
		t.Errorf("a denied action: %v", err)
	}
}

func TestCutConnection(t *testing.T) {
	s := serve(t, awstest.Options{Days: 1, Rate: 0.1})
	s.SetFaults(awstest.Faults{Cut: map[string]float64{"ListMetrics": 1}})
	if _, err := cloudwatch.NewFromConfig(sdk(t, s, "us-east-1")).ListMetrics(t.Context(), &cloudwatch.ListMetricsInput{}); err == nil {
		t.Error("a cut answer was read as whole")
	}
}

// TestFaultsAreSeeded: one seed, one sequence of refusals, near its share.
func TestFaultsAreSeeded(t *testing.T) {
	s := serve(t, awstest.Options{Days: 1, Rate: 0.01})
	sequence := func(seed uint64) (out [400]bool, share float64) {
		s.SetFaults(awstest.Faults{Seed: seed, Throttle: map[string]float64{"GetCallerIdentity": 0.3}})
		c := sts.NewFromConfig(sdk(t, s, "us-east-1"))
		for i := range out {
			_, err := c.GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
			if out[i] = err != nil; out[i] {
				share += 1. / float64(len(out))
			}
		}
		return out, share
	}
	a, share := sequence(1)
	if b, _ := sequence(1); a != b {
		t.Error("the same seed refused other calls")
	}
	if b, _ := sequence(2); a == b {
		t.Error("another seed refused the same calls")
	}
	// Four standard deviations of a binomial share.
	if math.Abs(share-0.3) > 4*math.Sqrt(0.3*0.7/400) {
		t.Errorf("%.2f of the calls refused, want 0.30", share)
	}
}

// TestRateLimit: the bucket holds one second of calls.
func TestRateLimit(t *testing.T) {
	s := serve(t, awstest.Options{Days: 1, Rate: 0.01})
	s.SetFaults(awstest.Faults{RateLimit: 20, RateLimited: []string{"ListFunctions"}})
	c := lambda.NewFromConfig(sdk(t, s, "us-east-1"))
	begin, ok := time.Now(), 0
	const calls = 200
	for range calls {
		if _, err := c.ListFunctions(t.Context(), &lambda.ListFunctionsInput{}); err == nil {
			ok++
		}
	}
	most := 21 + 20*time.Since(begin).Seconds()
	if ok < 20 || float64(ok) > most {
		t.Errorf("%d of %d calls let in, want 20 to %.0f", ok, calls, most)
	}
	if got := s.Counters().Rejected["TooManyRequestsException"]; got != int64(calls-ok) {
		t.Errorf("%d counted as rejected, want %d", got, calls-ok)
	}
}

// TestLateData: a young datum is first too small, later whole; data older
// than the longest delay are whole from the start.
func TestLateData(t *testing.T) {
	s := serve(t, awstest.Options{Days: 1, Ahead: time.Hour})
	cw := cloudwatch.NewFromConfig(sdk(t, s, "us-east-1"))
	to := now.Truncate(time.Hour).Add(15 * time.Minute)
	sum := func() (young, old float64) {
		got, _ := fetch(t, cw, cloudwatch.GetMetricDataInput{StartTime: aws.Time(to.Add(-2 * time.Hour)), EndTime: &to, MetricDataQueries: []cwtypes.MetricDataQuery{stat("a", "Invocations", "Sum", "storefront-api", 900)}})
		for _, p := range got["a"] {
			if p.at >= to.Unix()-900 {
				young += p.value
			} else if p.at < to.Unix()-3600 {
				old += p.value
			}
		}
		return young, old
	}
	wholeYoung, wholeOld := sum()
	s.SetFaults(awstest.Faults{LateBy: 30 * time.Minute})
	lateYoung, lateOld := sum()
	if lateOld != wholeOld || lateYoung >= wholeYoung || lateYoung == 0 {
		t.Errorf("late: %v of %v young, %v of %v old", lateYoung, wholeYoung, lateOld, wholeOld)
	}
	s.Advance(40 * time.Minute)
	if y, o := sum(); y != wholeYoung || o != wholeOld {
		t.Errorf("after 40 minutes: %v of %v young, %v of %v old", y, wholeYoung, o, wholeOld)
	}
}

func TestForeignKeyIsRefused(t *testing.T) {
	s := serve(t, awstest.Options{Days: 1, Rate: 0.01})
	cfg := sdk(t, s, "us-east-1")
	cfg.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{AccessKeyID: "AKIAREALACCOUNTKEY00", SecretAccessKey: "x"}, nil
	})
	if _, err := sts.NewFromConfig(cfg).GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{}); code(err) != "InvalidClientTokenId" {
		t.Errorf("a foreign key: %v", err)
	}
}
