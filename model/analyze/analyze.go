// Package analyze turns what was collected into the finished Analysis.
//
// Pricing goes in two steps, as on AWS's bill. First every UTC calendar month
// of an account and region is priced over the summed quantity of each
// dimension, so that all functions share the tiers. Then each function's
// share of the window carries that month's average price (see MonthPrices).
// The sum of a function's lines is its cost, the sum of the functions is the
// service, the sum of the services the total: exactly, in decimals.
//
// Where only CloudWatch's sums are known a cost is a range; where the book
// lacks a price it is unknown, and so is every total above it. Both leave a
// warning.
package analyze

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/advice"
	"github.com/breakeven-dev/breakeven/model/apps"
	"github.com/breakeven-dev/breakeven/model/compare"
	"github.com/breakeven-dev/breakeven/model/health"
	"github.com/breakeven-dev/breakeven/model/price"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// Options change how an analysis is made. The zero value is the default.
type Options struct {
	// FreeTier subtracts the always-free monthly allowances. Off, costs are
	// those of an account whose allowances other work has used up.
	FreeTier bool
	// Payer lets all accounts share tiers and allowances, as on the bill of
	// the one account that pays for them. Off, each has its own.
	Payer bool
	// Now overrides Inputs.Now as the time the analysis is made for.
	Now time.Time
	// Servers holds the assumptions of the comparison with servers.
	Servers Assumptions
	// Goal, if not nil, returns a function's latency goal, nil where it has
	// none. A comparison with a goal takes a tenth of a second.
	Goal func(model.ResourceKey) *compare.Goal
	// SkipCompare and SkipAdvice leave those parts out, for callers that need
	// costs alone.
	SkipCompare, SkipAdvice bool
	// Unusual looks for hours out of the ordinary, a few hundredths of a second.
	Unusual bool
	// Ignored keeps advice that somebody decided to ignore.
	Ignored bool
}

// Run prices, compares and advises. It changes nothing in in, reads no clock
// and gives the same result for the same arguments.
func Run(in model.Inputs, book *price.Book, opt Options) model.Analysis {
	now := opt.Now
	if now.IsZero() {
		now = in.Now
	}
	a := model.Analysis{
		Window: in.Window, GeneratedAt: now, CollectedAt: in.CollectedAt, Collecting: in.Collecting,
		Book:     model.BookInfo{Version: book.Version(), AsOf: book.AsOf()},
		Accounts: in.Accounts, Regions: in.Regions, FreeTier: opt.FreeTier,
		Coverage: in.Coverage, Calls: in.Calls, Hours: in.Hours, Gaps: in.Gaps, Sources: in.Sources,
	}
	months := newMonths(in, book, opt)
	priced := months.priceFunctions(in)
	a.Resources, a.Edges = months.priceResources(in), in.Edges
	a.ServiceDays = months.serviceDays(in)
	a.Services = serviceCosts(priced, a.Resources)
	a.Total = sumCosts(a.Services, func(s *model.ServiceCost) model.Cost { return s.Cost })
	a.Monthly = sumCosts(priced, func(p *pricedFunction) model.Cost { return p.out.Monthly }).
		Add(sumCosts(a.Resources, func(r *model.Resource) model.Cost { return r.Monthly }))
	a.Warnings = warnings(in, months, priced, opt)
	if !opt.SkipCompare {
		a.Compare = compareAll(priced, in, book, opt)
	}
	if !opt.SkipAdvice {
		advise(&a, priced, in, book, opt.Ignored)
	}
	a.Functions = ranked(priced)
	if opt.Unusual {
		a.Unusual = unusual(in.Hours, in.CollectedAt, a.Functions)
	}
	a.Resources = rankedResources(a.Resources)
	a.Potential = advice.Together(&a, a.Advice)
	a.Apps = apps.Group(&a)
	a.Health = healthOf(in, &a)
	return a
}

// ranked returns the functions by cost. It sorts pointers: a function is
// large.
func ranked(priced []pricedFunction) []model.Function {
	order := make([]*model.Function, len(priced))
	for i := range priced {
		order[i] = &priced[i].out
	}
	slices.SortStableFunc(order, byCost)
	out := make([]model.Function, len(order))
	for i, f := range order {
		out[i] = *f
	}
	return out
}

// byCost orders functions by likely cost, dearest first, those of unknown
// cost above all: they may be the dearest.
func byCost(f, g *model.Function) int {
	return cmp.Or(compareCosts(f.Cost, g.Cost), cmp.Compare(f.Key.ID, g.Key.ID), cmp.Compare(f.Key.Account, g.Key.Account))
}

// compareCosts orders the dearest first, the unknown above all.
func compareCosts(a, b model.Cost) int {
	switch {
	case a.Unknown != b.Unknown && a.Unknown:
		return -1
	case a.Unknown != b.Unknown:
		return 1
	}
	return b.Likely.Cmp(a.Likely)
}

func sumCosts[T any](items []T, cost func(*T) model.Cost) model.Cost {
	total := model.Exactly(unit.USD{})
	for i := range items {
		total = total.Add(cost(&items[i]))
	}
	return total
}

// advise asks every rule about every resource and notes on each function
// which advice concerns it.
func advise(a *model.Analysis, priced []pricedFunction, in model.Inputs, book *price.Book, ignored bool) {
	functions := make([]*model.Function, len(priced))
	for i := range priced {
		functions[i] = &priced[i].out
	}
	resources := make([]*model.Resource, len(a.Resources))
	for i := range a.Resources {
		resources[i] = &a.Resources[i]
	}
	s := advice.Subject{
		Account: advice.NewAccount(in.Edges, functions, resources), Prices: advice.NewPrices(book),
		Window: in.Window, Coverage: in.Coverage,
	}
	for i, f := range functions {
		s.Function, s.Input = f, priced[i].in
		a.Changes = append(a.Changes, advice.Verify(s)...)
		found := decided(advice.For(s), in.Decisions, ignored)
		for _, ad := range found {
			f.AdviceIDs = append(f.AdviceIDs, ad.ID)
		}
		a.Advice = append(a.Advice, found...)
	}
	s.Function, s.Input = nil, nil
	for _, r := range resources {
		s.Resource = r
		a.Advice = append(a.Advice, decided(advice.For(s), in.Decisions, ignored)...)
	}
	advice.Sort(a.Advice)
}

// decided notes what was decided about advice, and drops what was ignored
// unless that is wanted.
func decided(list []model.Advice, decisions []model.Decision, ignored bool) []model.Advice {
	out := list[:0]
	for _, ad := range list {
		ad.Status = model.AdviceNew
		at, found := slices.BinarySearchFunc(decisions, ad.ID, func(d model.Decision, id string) int { return cmp.Compare(d.ID, id) })
		if found {
			d := decisions[at]
			ad.Status, ad.Reason, ad.DecidedAt = d.Status, d.Reason, d.At
		}
		if ignored || ad.Status != model.AdviceIgnored {
			out = append(out, ad)
		}
	}
	return out
}

// healthOf finds what is wrong, and adds what failures cost.
func healthOf(in model.Inputs, a *model.Analysis) model.Health {
	if !in.RecentWindow.From.Before(in.RecentWindow.To) {
		return model.Health{}
	}
	h := model.Health{
		Window: in.RecentWindow, Resources: len(in.Recent), Rules: len(health.Rules()),
		Findings: health.Find(in.RecentWindow, in.Recent),
	}
	costs := recentErrorCosts(in.Recent, a.Functions)
	for i := range h.Findings {
		f := &h.Findings[i]
		if c, ok := costs[f.Resource]; ok && f.Metric == "Errors" {
			f.ErrorCost = c
		}
	}
	return h
}

// recentErrorCosts is what the failed invocations of the recent hours cost, at
// the mean of the analysed window. Functions of which the two disagree, as
// one has no errors, are left out.
func recentErrorCosts(recent []model.ResourceHours, functions []model.Function) map[model.ResourceKey]model.Cost {
	byKey := make(map[model.ResourceKey]*model.Function, len(functions))
	for i := range functions {
		byKey[functions[i].Key] = &functions[i]
	}
	costs := map[model.ResourceKey]model.Cost{}
	for i := range recent {
		f := byKey[recent[i].Key]
		if f == nil || f.Signals.Errors == 0 {
			continue
		}
		errors := int64(0)
		for _, n := range recent[i].Column("Errors", "Sum") {
			if !math.IsNaN(n) {
				errors += int64(n)
			}
		}
		costs[f.Key] = per(f.ErrorCost, unit.QuantityOf(errors), unit.QuantityOf(f.Signals.Errors))
	}
	return costs
}
