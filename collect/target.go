package collect

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/logging"

	"github.com/breakeven-dev/breakeven/model/unit"
)

// ErrNoRegion: neither the options nor the default chain name a region.
var ErrNoRegion = errors.New("no region: give --region, or set AWS_REGION or one in the AWS configuration")

// target is an account and a region, and the clients that speak to it.
type target struct {
	*run
	account unit.AccountID
	region  unit.Region
	gate    *gate

	// config is what a service makes its own client of.
	config     aws.Config
	tags       *tagBook
	cloudwatch *cloudwatch.Client
	lambda     *lambda.Client
	logs       *cloudwatchlogs.Client

	// unread are the resources whose description was refused, by ARN.
	unread sync.Map
}

// String names the target in progress and messages.
func (t *target) String() string { return fmt.Sprintf("%s/%s", t.account, t.region) }

// httpClient keeps connections open: a collection makes many calls to few
// hosts, and a handshake costs more than most answers. It must be the SDK's
// own kind, or a configured AWS_CA_BUNDLE is refused.
func httpClient(concurrency int) *awshttp.BuildableClient {
	return awshttp.NewBuildableClient().
		WithTimeout(90 * time.Second).
		WithDialerOptions(func(d *net.Dialer) { d.Timeout = 10 * time.Second }).
		WithTransportOptions(func(t *http.Transport) {
			t.MaxIdleConns = 4 * concurrency
			t.MaxIdleConnsPerHost = 2 * concurrency
			t.IdleConnTimeout = 90 * time.Second
			t.ReadBufferSize = 64 << 10
		})
}

// targets resolves profiles, accounts and regions into targets, asking each
// profile once whose it is. Two ways to one account and region count once.
func (r *run) targets(ctx context.Context) ([]*target, error) {
	profiles := r.Profiles
	if len(profiles) == 0 {
		profiles = []string{""}
	}
	client := httpClient(r.concurrency())
	slots := make(chan struct{}, r.concurrency())
	random := &jitter{r: rand.New(rand.NewPCG(r.Seed, 0))}
	var out []*target
	for _, p := range profiles {
		cfg, err := loadConfig(ctx, p, client)
		if err != nil {
			return nil, err
		}
		ask := r.Regions
		if len(ask) == 0 && cfg.Region != "" {
			ask = []unit.Region{unit.Region(cfg.Region)}
		}
		if len(ask) == 0 {
			return nil, ErrNoRegion
		}
		cfg.Region = string(ask[0])
		own, err := r.owner(ctx, cfg, ask, slots, random)
		if err != nil {
			return nil, err
		}
		g := newGate(own, ask[0], &r.Options, slots, r.tally, random)
		ids, err := r.identities(ctx, cfg, own, g)
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			regions, err := r.regionsOf(ctx, id.cfg, g)
			if err != nil {
				return nil, err
			}
			for _, region := range regions {
				t := r.newTarget(id.cfg, region, newGate(id.account, region, &r.Options, slots, r.tally, random))
				same := func(u *target) bool { return u.account == t.account && u.region == t.region }
				if !slices.ContainsFunc(out, same) {
					out = append(out, t)
				}
			}
		}
	}
	return out, nil
}

// loadConfig reads the SDK's default chain. The SDK's own retries are off:
// the gate sees every rejection, or it could not learn from them.
func loadConfig(ctx context.Context, profile string, client *awshttp.BuildableClient) (aws.Config, error) {
	opts := []func(*config.LoadOptions) error{
		config.WithHTTPClient(client),
		config.WithLogger(logging.Nop{}), // every error is returned, and said once
		config.WithRetryer(func() aws.Retryer { return aws.NopRetryer{} }),
	}
	if profile != "" {
		opts = append(opts, config.WithSharedConfigProfile(profile))
	}
	cfg, err := config.LoadDefaultConfig(ctx, opts...)
	var missing config.SharedConfigProfileNotExistError
	if errors.As(err, &missing) {
		return cfg, fmt.Errorf("%w: there is no profile %q in the AWS configuration: see \"aws configure list-profiles\"", ErrCredentials, profile)
	}
	if err != nil {
		return cfg, fmt.Errorf("reading the AWS configuration: %s", oneLine(err.Error()))
	}
	return cfg, nil
}

func (r *run) newTarget(cfg aws.Config, region unit.Region, g *gate) *target {
	cfg = cfg.Copy()
	cfg.Region = string(region)
	return &target{
		run: r, account: g.account, region: region, gate: g, config: cfg, tags: &tagBook{},
		cloudwatch: cloudwatch.NewFromConfig(cfg),
		lambda:     lambda.NewFromConfig(cfg),
		logs:       cloudwatchlogs.NewFromConfig(cfg),
	}
}

// owner asks which account the credentials belong to. It is the first call of
// a run, so that bad credentials show before anything else is tried. Regions
// are asked in turn: one that is closed to the caller does not tell.
func (r *run) owner(ctx context.Context, cfg aws.Config, regions []unit.Region, slots chan struct{}, random *jitter) (unit.AccountID, error) {
	var last error
	for _, region := range regions {
		cfg := cfg.Copy()
		cfg.Region = string(region)
		client := sts.NewFromConfig(cfg)
		var account string
		g := newGate("", region, &r.Options, slots, r.tally, random)
		err := g.do(ctx, opIdentity, 0, func(ctx context.Context) error {
			out, err := client.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
			if err == nil {
				account = aws.ToString(out.Account)
				g.account = unit.AccountID(account)
			}
			return err
		})
		if err == nil {
			return unit.AccountID(account), nil
		}
		if last = err; fatal(err) {
			return "", err
		}
	}
	return "", last
}
