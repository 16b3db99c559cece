// Package modeltest makes sample analyses for tests of screens and reports.
//
// The samples are computed, not typed: traffic follows a shape a function,
// costs are quantities times a few list prices, and every sum is the sum of
// its parts. They hold what a printer must survive: ranges, unknown costs,
// gaps, hostile names. Nothing in them is from a real account.
package modeltest

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/advice"
	"github.com/breakeven-dev/breakeven/model/price"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// Now is the instant for which every sample is made.
var Now = time.Date(2026, 11, 23, 0, 5, 0, 0, time.UTC)

// Start is the first instant of every sample's window of 30 days.
var Start = time.Date(2026, 10, 24, 0, 0, 0, 0, time.UTC)

const (
	days    = 30
	account = unit.AccountID("123456789012")
)

// The samples' prices: us-east-1 on 2026-10-06, as in the price book.
var (
	requestPrice = unit.MustUSD("0.0000002")
	rates        = map[unit.Architecture]struct{ duration, idle, provisioned unit.USD }{
		unit.X86: {unit.MustUSD("0.0000166667"), unit.MustUSD("0.0000041667"), unit.MustUSD("0.0000097222")},
		unit.ARM: {unit.MustUSD("0.0000133334"), unit.MustUSD("0.0000033334"), unit.MustUSD("0.0000077778")},
	}
	listed     = price.Source{Name: "aws-price-list", AsOf: "2026-10-06"}
	remembered = price.Source{Name: "public price page", Remembered: true}
)

// Analysis returns the sample account: 14 functions in 2 regions over 30
// days. Its total is known; some of its parts are ranges, and the cost of
// cold starts is unknown where no REPORT line tells.
func Analysis() model.Analysis { return build(specs, account) }

// Unpriced returns the sample account with one function whose memory has no
// price in its region: that line, the function, the service and the total
// are unknown.
func Unpriced() model.Analysis {
	list := slices.Clone(specs)
	list[2].noPrice = true
	a := build(list, account)
	a.Warnings = append(a.Warnings, model.Warning{
		Code: "price-missing", Resource: arn(list[2]),
		Text: "no price for AWSLambda duration-arm in eu-west-1: that line and every total above it are unknown",
	})
	return a
}

// Large returns a sample account of n functions, for budgets of size and time.
func Large(n int) model.Analysis {
	list := make([]spec, n)
	for i := range list {
		list[i] = specs[i%12]
		list[i].name = fmt.Sprintf("%s-%03d", specs[i%12].name, i)
		list[i].perDay = specs[i%12].perDay / float64(1+i/12)
	}
	return build(list, account)
}

// Empty returns the analysis of a database that holds nothing.
func Empty() model.Analysis {
	return model.Analysis{
		Window: model.Window{From: Start, To: Start.AddDate(0, 0, days)}, GeneratedAt: Now, Book: book,
		Total: model.Exactly(unit.USD{}), Monthly: model.Exactly(unit.USD{}),
	}
}

var book = model.BookInfo{Version: "2026-10-06", AsOf: "2026-10-06"}

func build(list []spec, id unit.AccountID) model.Analysis {
	a := model.Analysis{
		Window:      model.Window{From: Start, To: Start.AddDate(0, 0, days)},
		GeneratedAt: Now, CollectedAt: Now.Add(-4 * time.Minute), Book: book,
		Accounts: []unit.AccountID{id}, Regions: []unit.Region{"eu-west-1", "us-east-1"},
		Coverage: model.Coverage{Metrics: 0.9958, Reports: 0.874},
		Calls:    model.CallCosts{Requests: 212, BilledUnits: 9464, Cost: unit.MustUSD("0.09464")},
		Total:    model.Exactly(unit.USD{}), Monthly: model.Exactly(unit.USD{}),
		Hours:   emptyHours(),
		Sources: []string{"cloudwatch", "cloudwatch-logs"},
	}
	lines := newLineSums()
	for _, s := range list {
		f := s.function(a.Hours)
		a.Functions = append(a.Functions, f)
		a.Total, a.Monthly = a.Total.Add(f.Cost), a.Monthly.Add(f.Monthly)
		lines.add(f.LineItems)
	}
	a.Services = []model.ServiceCost{{Service: "lambda", Cost: a.Total, LineItems: lines.list()}}
	a.Gaps = gaps(list)
	a.Warnings = warnings(list)
	a.Advice = adviceFor(a.Functions)
	a.Compare = accountComparison(a.Functions)
	linkAdvice(&a)
	a.Potential = advice.Together(&a, a.Advice)
	slices.SortStableFunc(a.Functions, func(f, g model.Function) int {
		return cmp.Or(g.Cost.Likely.Cmp(f.Cost.Likely), cmp.Compare(f.Key.ID, g.Key.ID))
	})
	return a
}

// emptyHours are the window's hours; the account's metrics lack three of them.
func emptyHours() []model.HourPoint {
	hours := make([]model.HourPoint, days*24)
	for i := range hours {
		hours[i].At = Start.Add(time.Duration(i) * time.Hour)
		hours[i].Missing = missingHour(i)
	}
	return hours
}

func missingHour(i int) bool { return i >= 11*24+3 && i < 11*24+6 }

// linkAdvice names each function's advice in it.
func linkAdvice(a *model.Analysis) {
	for i := range a.Functions {
		for _, ad := range a.Advice {
			if ad.Resource.ID == a.Functions[i].Key.ID {
				a.Functions[i].AdviceIDs = append(a.Functions[i].AdviceIDs, ad.ID)
			}
		}
	}
}

func gaps(list []spec) []model.Gap {
	region := list[0].region
	return []model.Gap{
		{
			Account: account, Region: region, Service: "lambda", Metric: "cloudwatch:GetMetricData",
			From: Start.Add((11*24 + 3) * time.Hour), To: Start.Add((11*24 + 6) * time.Hour),
			Reason: "throttled 40 times in a row; run collect again to fill it",
		},
		{
			Account: account, Region: "eu-west-1", Service: "lambda", Resource: arn(list[3]), Metric: "logs:FilterLogEvents",
			From: Start, To: Start.AddDate(0, 0, days),
			Reason: "access denied: allow logs:FilterLogEvents on its log group to know its cold starts",
		},
	}
}

func warnings(list []spec) []model.Warning {
	return []model.Warning{
		{Code: "remembered-price", Text: "prices of eu-west-1 for arm64 are from memory of the public price page, not from a dated source"},
		{Code: "metric-only", Resource: arn(list[1]), Text: "no REPORT lines for part of its traffic: cost is a range, as CloudWatch's Duration is not rounded up and leaves Init out"},
		{Code: "gap", Text: "3 hours of metrics are missing on 4 Nov 2026: the totals leave them out"},
	}
}

// lineSums adds line items up by dimension and price, as a bill does.
type lineSums struct {
	order []string
	by    map[string]model.LineItem
}

func newLineSums() *lineSums { return &lineSums{by: map[string]model.LineItem{}} }

func (s *lineSums) add(items []model.LineItem) {
	for _, l := range items {
		key := l.Dimension + " " + l.UnitPrice.String()
		sum, seen := s.by[key]
		if !seen {
			s.order = append(s.order, key)
			s.by[key] = l
			continue
		}
		sum.Quantity, sum.Cost = sum.Quantity.Add(l.Quantity), sum.Cost.Add(l.Cost)
		sum.Source.Remembered = sum.Source.Remembered || l.Source.Remembered
		if l.Basis != model.BasisMeasured {
			sum.Basis = l.Basis
		}
		s.by[key] = sum
	}
}

func (s *lineSums) list() []model.LineItem {
	slices.Sort(s.order)
	out := make([]model.LineItem, 0, len(s.order))
	for _, key := range s.order {
		out = append(out, s.by[key])
	}
	return out
}

// shape is the weight of an hour in a function's day; its mean is about 1.
func shape(kind string, hour int) float64 {
	of, day := hour%24, hour/24
	switch kind {
	case "diurnal":
		weekend := 1.0
		if wd := Start.AddDate(0, 0, day).Weekday(); wd == time.Saturday || wd == time.Sunday {
			weekend = 0.55
		}
		return weekend * (1 + 0.8*math.Sin(float64(of-8)/24*2*math.Pi)) * (1 + 0.004*float64(day))
	case "bursty":
		if (hour*7919)%37 == 0 {
			return 22
		}
		return 0.4
	case "nightly":
		if of == 2 {
			return 24
		}
		return 0
	case "growing":
		return 0.5 + float64(day)/days
	case "stopped":
		if day < 9 {
			return 1
		}
		return 0
	}
	return 1
}
