package collect

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"golang.org/x/sync/errgroup"

	"github.com/breakeven-dev/breakeven/collect/awstest"
)

// The real SDK asks over HTTP, through the gate, a server with a limit that it
// does not tell: after the first 5 s at most 2 % of the calls are rejected and
// at least 70 % of the limit is used. It takes 25 s of real time, for the
// limits side by side; TestLimiterFindsHiddenLimit tries many more in virtual
// time.
func TestGateFindsHiddenLimit(t *testing.T) {
	if testing.Short() {
		t.Skip("takes 25 s of real time")
	}
	t.Parallel()
	const seed = 1
	r := rand.New(rand.NewPCG(seed, 7))
	drawn := 3 + 47*r.Float64()
	for _, c := range []struct {
		limit float64
		delay time.Duration
	}{{3, 50 * time.Millisecond}, {10, 0}, {drawn, 0}, {drawn, 200 * time.Millisecond}, {50, 50 * time.Millisecond}} {
		t.Run(fmt.Sprintf("seed %d limit %.2f delay %v", seed, c.limit, c.delay), func(t *testing.T) {
			t.Parallel()
			s, err := awstest.New(awstest.Options{Seed: 1, Large: true, Functions: 1})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			s.SetFaults(awstest.Faults{RateLimit: c.limit, Delay: c.delay})
			begun := time.Now()
			askFor(t, s, 25*time.Second)
			sent, rejected := 0, 0
			for _, call := range s.Calls() {
				if call.At.Sub(begun) > 5*time.Second {
					sent++
					if call.Code != "" {
						rejected++
					}
				}
			}
			share := float64(rejected) / float64(max(1, sent))
			use := float64(sent-rejected) / (20 * c.limit)
			t.Logf("%d calls, %.1f %% rejected, %.0f %% of the limit used", sent, 100*share, 100*use)
			if share > 0.02 || use < 0.70 {
				t.Errorf("%.1f %% of the calls were rejected, want at most 2; %.0f %% of the limit was used, want 70", 100*share, 100*use)
			}
		})
	}
}

// askFor has the workers of a collection make a cheap call without a pause
// for so long.
func askFor(t *testing.T, s *awstest.Server, length time.Duration) {
	o := &Options{Clock: time.Now}
	g := newGate(awstest.AccountID, "us-east-1", o, make(chan struct{}, o.concurrency()),
		newTally(o), &jitter{r: rand.New(rand.NewPCG(1, 1))})
	client := cloudwatch.New(cloudwatch.Options{
		Region: "us-east-1", BaseEndpoint: aws.String(s.URL), Retryer: aws.NopRetryer{},
		Credentials: credentials.NewStaticCredentialsProvider(awstest.AccessKeyID, awstest.SecretAccessKey, ""),
	})
	ctx, cancel := context.WithTimeout(t.Context(), length)
	defer cancel()
	var workers errgroup.Group
	for range o.concurrency() {
		workers.Go(func() error {
			for ctx.Err() == nil {
				err := g.do(ctx, opListMetrics50, 0, func(ctx context.Context) error {
					_, err := client.ListMetrics(ctx, &cloudwatch.ListMetricsInput{Namespace: aws.String("none")})
					return err
				})
				if err != nil && ctx.Err() == nil {
					return err
				}
			}
			return nil
		})
	}
	if err := workers.Wait(); err != nil {
		t.Error(err)
	}
}

// opListMetrics50 is a cheap call under the quota of GetMetricData.
var opListMetrics50 = &Operation{Action: "cloudwatch:ListMetrics", PerSecond: 50}

// A server without any burst is found with no overshoot, and the step back
// from it must not leave too much of the limit unused.
func TestLimiterUsesLimitWithoutBurst(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 2))
		limit := 3 + 47*r.Float64()
		b := &hiddenBucket{limit: limit, burst: 1, tokens: 1}
		sent, rejected := drive(newLimiter(50), b, 16, 2*time.Millisecond, 25*time.Second)
		if use := float64(sent-rejected) / (20 * limit); use < 0.70 {
			t.Errorf("limit %.1f/s: %.0f %% used", limit, 100*use)
		}
	}
}
