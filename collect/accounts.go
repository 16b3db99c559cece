package collect

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/account"
	accounttypes "github.com/aws/aws-sdk-go-v2/service/account/types"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	orgtypes "github.com/aws/aws-sdk-go-v2/service/organizations/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// Organization among Options.Accounts stands for every active account of the
// caller's organisation.
const Organization = "organization"

// accountMark in a role's ARN stands for the account to be entered.
const accountMark = "{account}"

var (
	opAssumeRole   = &Operation{Action: "sts:AssumeRole", PerSecond: 20, Single: true, Why: "entering other accounts, with --role-arn"}
	opListAccounts = &Operation{Action: "organizations:ListAccounts", PerSecond: 5, Why: "the accounts of an organisation, with --accounts organization"}
	opListRegions  = &Operation{Action: "account:ListRegions", PerSecond: 5, Why: "which regions are enabled, with --region all"}
)

// identity is an account and a configuration that speaks for it.
type identity struct {
	account unit.AccountID
	cfg     aws.Config
}

// identities are the accounts that a profile leads to: its own, or those of
// Options.Accounts through Options.RoleARN. One that cannot be entered is a
// gap; that none can is an error.
func (r *run) identities(ctx context.Context, cfg aws.Config, own unit.AccountID, g *gate) ([]identity, error) {
	if r.RoleARN == "" && len(r.Accounts) == 0 {
		return []identity{{own, cfg}}, nil
	}
	accounts, err := r.wantedAccounts(ctx, cfg, own, g)
	if err != nil {
		return nil, err
	}
	var out []identity
	var last error
	for _, id := range accounts {
		one, err := r.enter(ctx, cfg, own, id, g)
		if err == nil {
			out = append(out, one)
			continue
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		last = err
		reason, _ := reasonOf(err)
		r.lost = append(r.lost, model.Gap{
			Account: id, Service: "sts", Metric: opAssumeRole.Action, From: r.Window.From, To: r.Window.To, Reason: reason,
		})
	}
	if len(out) == 0 {
		return nil, last
	}
	return out, nil
}

// wantedAccounts resolves Options.Accounts; without any, the role's own.
func (r *run) wantedAccounts(ctx context.Context, cfg aws.Config, own unit.AccountID, g *gate) ([]unit.AccountID, error) {
	var out []unit.AccountID
	for _, id := range r.Accounts {
		if id != Organization {
			out = append(out, id)
			continue
		}
		members, err := r.members(ctx, cfg, g)
		if err != nil {
			return nil, fmt.Errorf("listing the accounts of the organisation: %w", err)
		}
		out = append(out, members...)
	}
	if len(r.Accounts) == 0 {
		parts := strings.Split(strings.ReplaceAll(r.RoleARN, accountMark, string(own)), ":")
		if len(parts) < 6 {
			return nil, fmt.Errorf("%w: %q", ErrRole, r.RoleARN)
		}
		out = []unit.AccountID{unit.AccountID(parts[4])}
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// ErrRole is a role ARN that cannot be one.
var ErrRole = errors.New("no role ARN: want arn:aws:iam::{account}:role/NAME, where {account} stands for each of --accounts")

// members lists the active accounts of the organisation.
func (r *run) members(ctx context.Context, cfg aws.Config, g *gate) ([]unit.AccountID, error) {
	client := organizations.NewFromConfig(cfg)
	in := &organizations.ListAccountsInput{}
	var out []unit.AccountID
	for {
		var page *organizations.ListAccountsOutput
		err := g.do(ctx, opListAccounts, 0, func(ctx context.Context) (err error) {
			page, err = client.ListAccounts(ctx, in)
			return err
		})
		if err != nil {
			return nil, err
		}
		for i := range page.Accounts {
			if a := &page.Accounts[i]; a.State == orgtypes.AccountStateActive || a.State == "" {
				out = append(out, unit.AccountID(aws.ToString(a.Id)))
			}
		}
		if aws.ToString(page.NextToken) == "" {
			return out, nil
		}
		in.NextToken = page.NextToken
	}
}

// enter takes on the role in an account and asks where it has led. In the
// caller's own account it needs none, unless one is named for it alone.
func (r *run) enter(ctx context.Context, cfg aws.Config, own, id unit.AccountID, g *gate) (identity, error) {
	if r.RoleARN == "" || id == own && strings.Contains(r.RoleARN, accountMark) {
		if id != own {
			return identity{}, fmt.Errorf("account %s: give --role-arn to enter it", id)
		}
		return identity{own, cfg}, nil
	}
	role := strings.ReplaceAll(r.RoleARN, accountMark, string(id))
	provider := stscreds.NewAssumeRoleProvider(sts.NewFromConfig(cfg), role, func(o *stscreds.AssumeRoleOptions) {
		o.RoleSessionName = "breakeven"
		if r.ExternalID != "" {
			o.ExternalID = aws.String(r.ExternalID)
		}
	})
	entered := cfg.Copy()
	entered.Credentials = aws.NewCredentialsCache(provider)
	err := g.do(ctx, opAssumeRole, 0, func(ctx context.Context) error {
		_, err := entered.Credentials.Retrieve(ctx)
		return err
	})
	if err != nil {
		return identity{}, fmt.Errorf("entering account %s as %s: %w", id, role, err)
	}
	return identity{id, entered}, nil
}

// regionsOf are the regions to collect of an account.
func (r *run) regionsOf(ctx context.Context, cfg aws.Config, g *gate) ([]unit.Region, error) {
	if r.AllRegions {
		return r.enabledRegions(ctx, cfg, g)
	}
	if len(r.Regions) == 0 && cfg.Region != "" {
		return []unit.Region{unit.Region(cfg.Region)}, nil
	}
	return r.Regions, nil
}

// enabledRegions lists the regions that are open to the account.
func (r *run) enabledRegions(ctx context.Context, cfg aws.Config, g *gate) ([]unit.Region, error) {
	client := account.NewFromConfig(cfg)
	in := &account.ListRegionsInput{
		RegionOptStatusContains: []accounttypes.RegionOptStatus{accounttypes.RegionOptStatusEnabled, accounttypes.RegionOptStatusEnabledByDefault},
		MaxResults:              aws.Int32(50),
	}
	var out []unit.Region
	for {
		var page *account.ListRegionsOutput
		err := g.do(ctx, opListRegions, 0, func(ctx context.Context) (err error) {
			page, err = client.ListRegions(ctx, in)
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("listing the enabled regions: %w", err)
		}
		for _, region := range page.Regions {
			out = append(out, unit.Region(aws.ToString(region.RegionName)))
		}
		if aws.ToString(page.NextToken) == "" {
			slices.Sort(out)
			return out, nil
		}
		in.NextToken = page.NextToken
	}
}
