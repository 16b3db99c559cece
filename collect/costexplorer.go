package collect

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/costexplorer"
	"github.com/aws/aws-sdk-go-v2/service/costexplorer/types"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/reconcile"
	"github.com/breakeven-dev/breakeven/model/unit"
	"github.com/breakeven-dev/breakeven/store"
)

// CostExplorerRequest is what AWS charges for each request to Cost Explorer's
// API, each further page being one (AWS Cost Management pricing page, "AWS
// Cost Explorer API": $0.01 per paginated request). It is the same everywhere.
var CostExplorerRequest = unit.MustUSD("0.01")

// opGetCostAndUsage is not among Operations: collecting does not make it.
var opGetCostAndUsage = &Operation{
	Action: "ce:GetCostAndUsage", PerSecond: 2, Each: CostExplorerRequest, Unit: "request",
	Why: "what AWS billed, with reconcile --cost-explorer",
}

// CostExplorerOperations are those that Billed makes, for a policy.
func CostExplorerOperations() []Operation { return []Operation{*opGetCostAndUsage} }

// ErrNotBilled: Cost Explorer knows of no cost of the accounts.
var ErrNotBilled = errors.New("nothing was billed")

// Billed is a month of Cost Explorer.
type Billed struct {
	Amounts []store.BilledAmount
	// Estimated is true while AWS may still change it.
	Estimated bool
}

// costMetrics are what is asked for: what was charged, the same with
// commitments spread over what they cover, and the quantity.
var costMetrics = []string{"UnblendedCost", "AmortizedCost", "UsageQuantity"}

// BilledRequests is the least number of requests that Billed makes: one for
// the kinds of charges, one for each account's usage. Each further kind of
// charge (credits, tax, Savings Plans) takes one more for each account, and so
// does each further page.
func BilledRequests(accounts int) int64 { return 1 + int64(accounts) }

// Billed asks Cost Explorer what accounts were charged in whole days, by day,
// service and usage type, apart by kind of charge. Cost Explorer groups by two
// things at most, so each kind is asked for alone. MaxCost of the options is
// kept: the error is then ErrBudget.
func (c *Collector) Billed(ctx context.Context, days model.Window, accounts []unit.AccountID) (Billed, error) {
	var out Billed
	if len(c.list) == 0 {
		return out, ErrNoTarget
	}
	e := &explorer{target: c.list[0], days: days, client: costexplorer.NewFromConfig(c.list[0].config)}
	kinds, err := e.kinds(ctx, accounts)
	if err != nil {
		return out, err
	}
	if len(kinds) == 0 {
		return out, fmt.Errorf("%w to the collected accounts (%s) as far as these credentials see", ErrNotBilled, joined(accounts))
	}
	for _, k := range kinds {
		if err := e.charges(ctx, k, &out); err != nil {
			return out, err
		}
	}
	return out, nil
}

func joined(accounts []unit.AccountID) string {
	var out []string
	for _, a := range accounts {
		out = append(out, string(a))
	}
	return strings.Join(out, ", ")
}

// explorer asks Cost Explorer.
type explorer struct {
	*target
	days   model.Window
	client *costexplorer.Client
}

// chargeKind is a kind of charge of one account.
type chargeKind struct {
	account    unit.AccountID
	recordType string
}

// kinds lists the kinds of charges of the accounts, in order.
func (e *explorer) kinds(ctx context.Context, accounts []unit.AccountID) ([]chargeKind, error) {
	in := e.question(types.GranularityMonthly, "LINKED_ACCOUNT", "RECORD_TYPE")
	seen := map[chargeKind]bool{}
	var out []chargeKind
	err := e.pages(ctx, in, func(_ model.Window, g *types.Group) error {
		k := chargeKind{unit.AccountID(g.Keys[0]), g.Keys[1]}
		if !seen[k] && slices.Contains(accounts, k.account) {
			seen[k] = true
			out = append(out, k)
		}
		return nil
	})
	return out, err
}

// charges asks for what one kind of charge is made of: by service and usage
// type and, of the services whose usage types do not tell what was used, once
// more by usage type and operation.
func (e *explorer) charges(ctx context.Context, k chargeKind, out *Billed) error {
	in := e.question(types.GranularityDaily, "SERVICE", "USAGE_TYPE")
	in.Filter = &types.Expression{And: k.filter()}
	var vague []string
	err := e.pages(ctx, in, func(day model.Window, g *types.Group) error {
		if reconcile.NeedsOperation(g.Keys[0]) {
			if !slices.Contains(vague, g.Keys[0]) {
				vague = append(vague, g.Keys[0])
			}
			return nil
		}
		return e.add(out, k, day, g, g.Keys[0], g.Keys[1], "")
	}, &out.Estimated)
	if err != nil {
		return err
	}
	for _, product := range vague {
		in := e.question(types.GranularityDaily, "USAGE_TYPE", "OPERATION")
		in.Filter = &types.Expression{And: append(k.filter(), is(types.DimensionService, product))}
		err := e.pages(ctx, in, func(day model.Window, g *types.Group) error {
			return e.add(out, k, day, g, product, g.Keys[0], g.Keys[1])
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// filter are the conditions that choose the kind.
func (k chargeKind) filter() []types.Expression {
	return []types.Expression{is(types.DimensionLinkedAccount, string(k.account)), is(types.DimensionRecordType, k.recordType)}
}

// add appends what a group was charged on a day.
func (e *explorer) add(out *Billed, k chargeKind, day model.Window, g *types.Group, product, usageType, operation string) error {
	a := store.BilledAmount{
		Account: k.account, Product: product, UsageType: named(usageType, "NoUsageType"), Operation: named(operation, "NoOperation"),
		RecordType: k.recordType, Category: chargeCategory(k.recordType, product), From: day.From, To: day.To,
		Unit: aws.ToString(g.Metrics["UsageQuantity"].Unit),
	}
	var err error
	if a.Quantity, err = unit.ParseQuantity(amountOf(g, "UsageQuantity")); err == nil {
		if a.Billed, err = dollars(g, "UnblendedCost"); err == nil {
			a.Effective, err = dollars(g, "AmortizedCost")
		}
	}
	if err != nil {
		return e.unreadable(err.Error())
	}
	out.Amounts = append(out.Amounts, a)
	return nil
}

// named is a group's key, empty where Cost Explorer says that there is none, as
// of taxes and fees.
func named(key, none string) string {
	if key == none {
		return ""
	}
	return key
}

func is(d types.Dimension, value string) types.Expression {
	return types.Expression{Dimensions: &types.DimensionValues{Key: d, Values: []string{value}}}
}

func (e *explorer) question(g types.Granularity, by ...string) *costexplorer.GetCostAndUsageInput {
	in := &costexplorer.GetCostAndUsageInput{
		Granularity: g, Metrics: costMetrics,
		TimePeriod: &types.DateInterval{Start: aws.String(e.days.From.Format(time.DateOnly)), End: aws.String(e.days.To.Format(time.DateOnly))},
	}
	for _, key := range by {
		in.GroupBy = append(in.GroupBy, types.GroupDefinition{Type: types.GroupDefinitionTypeDimension, Key: aws.String(key)})
	}
	return in
}

// pages asks page by page, each of which is billed, and passes on the groups
// with the time that they are about. estimated is set where AWS says so.
func (e *explorer) pages(ctx context.Context, in *costexplorer.GetCostAndUsageInput, each func(model.Window, *types.Group) error, estimated ...*bool) error {
	for {
		if err := e.affordRequest(); err != nil {
			return err
		}
		var page *costexplorer.GetCostAndUsageOutput
		err := e.gate.do(ctx, opGetCostAndUsage, 1, func(ctx context.Context) (err error) {
			page, err = e.client.GetCostAndUsage(ctx, in)
			return err
		})
		if err != nil {
			return err
		}
		for i := range page.ResultsByTime {
			r := &page.ResultsByTime[i]
			for _, flag := range estimated {
				*flag = *flag || r.Estimated
			}
			if err := e.groups(r, each); err != nil {
				return err
			}
		}
		if aws.ToString(page.NextPageToken) == "" {
			return nil
		}
		in.NextPageToken = page.NextPageToken
	}
}

func (e *explorer) groups(r *types.ResultByTime, each func(model.Window, *types.Group) error) error {
	if r.TimePeriod == nil {
		return e.unreadable("a result without its time")
	}
	var w model.Window
	var err error
	if w.From, err = time.Parse(time.DateOnly, aws.ToString(r.TimePeriod.Start)); err == nil {
		w.To, err = time.Parse(time.DateOnly, aws.ToString(r.TimePeriod.End))
	}
	if err != nil {
		return e.unreadable(err.Error())
	}
	for i := range r.Groups {
		if len(r.Groups[i].Keys) != 2 {
			return e.unreadable(fmt.Sprintf("a group of %d keys", len(r.Groups[i].Keys)))
		}
		if err := each(w, &r.Groups[i]); err != nil {
			return err
		}
	}
	return nil
}

// affordRequest refuses a request that would pass the cost limit.
func (e *explorer) affordRequest() error {
	if e.MaxCost == nil {
		return nil
	}
	if spent := e.tally.against(); spent.Add(CostExplorerRequest).Cmp(*e.MaxCost) > 0 {
		return fmt.Errorf("%w: $%s spent on Cost Explorer, the limit is $%s; allow more with --max-cost", ErrBudget, spent.StringFixed(2), e.MaxCost.StringFixed(2))
	}
	return nil
}

// dollars reads an amount, which must be in USD.
func dollars(g *types.Group, metric string) (unit.USD, error) {
	if u := aws.ToString(g.Metrics[metric].Unit); u != "USD" {
		return unit.USD{}, fmt.Errorf("%s is in %q, breakeven reckons in USD", metric, u)
	}
	return unit.ParseUSD(amountOf(g, metric))
}

func amountOf(g *types.Group, metric string) string { return aws.ToString(g.Metrics[metric].Amount) }

func (e *explorer) unreadable(why string) error {
	return &Failure{Operation: opGetCostAndUsage.Action, Region: e.region, err: errors.New("an answer cannot be read: " + oneLine(why))}
}

// chargeCategory is reconcile's category of a record type: the names of the
// cost and usage report (AWS Data Exports user guide,
// line_item_line_item_type), some of which Cost Explorer spells with spaces.
func chargeCategory(recordType, product string) string {
	name := strings.ToLower(strings.ReplaceAll(recordType, " ", ""))
	if c, ok := recordTypes[name]; ok {
		return c
	}
	switch {
	case strings.Contains(name, "discount"):
		return "discount"
	case strings.Contains(strings.ToLower(product), "support"):
		return "support"
	case name == "fee" || name == "annualfee":
		return "fee"
	}
	return "other"
}

var recordTypes = map[string]string{
	"usage": "usage", "credit": "credit", "tax": "tax", "refund": "refund", "support": "support",
	"savingsplancoveredusage": "savings-plan-usage", "savingsplannegation": "savings-plan-negation",
	"savingsplanrecurringfee": "savings-plan-fee", "savingsplanupfrontfee": "savings-plan-fee",
	"discountedusage": "reserved-usage", "reservationappliedusage": "reserved-usage",
	"rifee": "reserved-fee", "recurringreservationfee": "reserved-fee", "upfrontreservationfee": "reserved-fee",
}
