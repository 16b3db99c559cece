package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/pflag"

	"github.com/breakeven-dev/breakeven/collect"
	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
	"github.com/breakeven-dev/breakeven/store"
)

// explorerFlags say whether and how Cost Explorer is asked.
type explorerFlags struct {
	on, yes                               bool
	maxCost, profile, roleARN, externalID string
}

func (f *explorerFlags) register(fs *pflag.FlagSet) {
	fs.BoolVar(&f.on, "cost-explorer", false, "ask Cost Explorer for the bill first; AWS takes $0.01 a request")
	fs.BoolVar(&f.yes, "yes", false, "do not ask before Cost Explorer is asked")
	fs.StringVar(&f.maxCost, "max-cost", "", "do not ask, and stop with exit code 5 before Cost Explorer costs more than `USD` (default 0.25)")
	fs.StringVar(&f.profile, "profile", "", "`profile` of the AWS configuration for Cost Explorer: the account's, or its payer's")
	fs.StringVar(&f.roleARN, "role-arn", "", "`role` to take on for it")
	fs.StringVar(&f.externalID, "external-id", "", "external `id` that the role asks for")
}

// explorerLimit is how much Cost Explorer may cost where nothing was said:
// 25 requests.
const explorerLimit = "0.25"

// explorerRegion is where Cost Explorer is, whatever is billed.
const explorerRegion = "us-east-1"

// explore prices, asks about and makes the requests for a month, stores what
// they bring and returns the month.
func (a *app) explore(ctx context.Context, f reconcileFlags) (time.Time, error) {
	days, accounts, err := a.billedDays(ctx, f.month)
	if err != nil {
		return time.Time{}, err
	}
	cf := collectFlags{
		since:   "1d", // of metrics, which are not asked for
		regions: []string{explorerRegion}, maxCost: f.explorer.maxCost, roleARN: f.explorer.roleARN, externalID: f.explorer.externalID,
		reports: string(collect.ReportsOff), concurrency: 1,
	}
	if f.explorer.profile != "" {
		cf.profiles = []string{f.explorer.profile}
	}
	o, err := a.collectOptions(&cf)
	if err != nil {
		return time.Time{}, err
	}
	o.Progress = nil
	least := collect.CostExplorerRequest.Mul(unit.QuantityOf(collect.BilledRequests(len(accounts))))
	given := o.MaxCost
	if given == nil {
		limit := unit.MustUSD(explorerLimit)
		if limit.Cmp(least) < 0 {
			limit = least.Mul(unit.QuantityOf(4)) // many accounts
		}
		o.MaxCost = &limit
	}
	text := fmt.Sprintf("asking Cost Explorer about %s takes at least %d requests at $%s ($%s), one more for each kind of charge and further page; it stops at $%s",
		days.From.Format("January 2006"), collect.BilledRequests(len(accounts)), collect.CostExplorerRequest.StringFixed(2), least.StringFixed(2), o.MaxCost.StringFixed(2))
	if err := a.agreed(f.explorer.yes, given, least, text); err != nil {
		return time.Time{}, err
	}
	c, err := collect.New(ctx, o)
	if err != nil {
		return time.Time{}, collectError(ctx, err)
	}
	bill, err := c.Billed(ctx, days, accounts)
	return days.From, errors.Join(a.keepBill(ctx, days.From, bill, c.Calls(), err == nil), explorerError(ctx, err))
}

// explorerError gives an error its exit code; nothing billed is missing data.
func explorerError(ctx context.Context, err error) error {
	if errors.Is(err, collect.ErrNotBilled) {
		return withCode(exitIncomplete, err)
	}
	return collectError(ctx, err)
}

// billedDays are the whole days of a month that Cost Explorer can tell of, and
// the accounts that were collected. Without a month it is that of the newest
// data.
func (a *app) billedDays(ctx context.Context, month string) (model.Window, []unit.AccountID, error) {
	r, err := a.openReader(ctx)
	if err != nil {
		return model.Window{}, nil, err
	}
	defer r.Close()
	accounts, err := r.Accounts(ctx)
	if err != nil {
		return model.Window{}, nil, err
	}
	held, some, err := r.Extent(ctx)
	if err != nil {
		return model.Window{}, nil, err
	}
	if !some || len(accounts) == 0 {
		return model.Window{}, nil, errNoData()
	}
	newest := held.To.Add(-time.Hour)
	from := time.Date(newest.Year(), newest.Month(), 1, 0, 0, 0, 0, time.UTC)
	if month != "" {
		if from, err = time.Parse("2006-01", month); err != nil {
			return model.Window{}, nil, usageErrorf("--month %q: want a month such as 2026-10", month)
		}
	}
	w := model.Window{From: from, To: from.AddDate(0, 1, 0)}
	if today := a.now().UTC().Truncate(24 * time.Hour); w.To.After(today) {
		w.To = today
	}
	if !w.From.Before(w.To) {
		return w, nil, usageErrorf("--month %s: no whole day of it is over", from.Format("2006-01"))
	}
	return w, accounts, nil
}

// keepBill records the calls made, and what they brought if that is whole.
func (a *app) keepBill(ctx context.Context, month time.Time, bill collect.Billed, calls []store.Call, whole bool) error {
	path, err := a.dbPath()
	if err != nil {
		return err
	}
	w, err := store.OpenWriter(ctx, path, store.Options{Now: a.now(), Purpose: "reconcile"})
	if err != nil {
		return err
	}
	err = w.RecordCalls(ctx, calls)
	if err == nil && whole {
		err = w.PutCostExplorer(ctx, month, bill.Amounts)
	}
	if bill.Estimated && whole && !a.global.quiet {
		fmt.Fprintln(a.err, "note: AWS calls some of these figures estimates: the month is not closed")
	}
	return errors.Join(err, w.Close(ctx))
}
