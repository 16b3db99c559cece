package analyze

import (
	"cmp"
	"slices"
	"time"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/coldstart"
	"github.com/breakeven-dev/breakeven/model/price"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// place is an account and region in a calendar month: what shares tiers.
type place struct {
	month   time.Time
	account unit.AccountID
	region  unit.Region
}

// average is a dimension's price over a month.
type average struct {
	usd      unit.USD
	unit     string
	tierFrom unit.Quantity
	source   price.Source
	unknown  bool
	// sum is the month's quantity so far.
	sum unit.Quantity
}

// months holds the average prices of every place.
type months struct {
	book   *price.Book
	places map[place]map[string]*average
	// warnings are what the bill said: missing and remembered prices.
	warnings []model.Warning
}

// lambdaName is Lambda's name in usage files, views and services.
const lambdaName = "lambda"

// MonthPrices returns the average price of each dimension in each calendar
// month, account and region that the inputs touch, in that order. Written
// back to the store it makes hourly_costs show the analysis's cents.
func MonthPrices(in model.Inputs, book *price.Book, opt Options) []model.MonthAverage {
	m := newMonths(in.Functions, book, opt.FreeTier)
	var out []model.MonthAverage
	for _, at := range m.sortedPlaces() {
		for _, dimension := range sortedDimensions(m.places[at]) {
			a := m.places[at][dimension]
			out = append(out, model.MonthAverage{
				Month: at.month, Account: at.account, Region: at.region, Service: lambdaName,
				Dimension: dimension, Unit: a.unit, Average: a.usd, Unknown: a.unknown,
			})
		}
	}
	return out
}

// newMonths sums and prices the calendar months of all functions.
func newMonths(functions []model.FunctionInput, book *price.Book, freeTier bool) *months {
	m := &months{book: book, places: map[place]map[string]*average{}}
	for i := range functions {
		f := &functions[i]
		usage := f.Months
		if len(usage) == 0 {
			usage = f.InWindow
		}
		for _, u := range usage {
			for _, q := range quantities(f, u) {
				m.add(place{u.Month, f.Key.Account, f.Key.Region}, q)
			}
		}
	}
	m.price(freeTier)
	return m
}

// quantities is what f is billed for under u.
func quantities(f *model.FunctionInput, u model.LambdaUsage) []model.BilledQuantity {
	return model.LambdaQuantities(f, u, coldstart.Estimate(f, u))
}

func (m *months) add(at place, q model.BilledQuantity) {
	dimensions := m.places[at]
	if dimensions == nil {
		dimensions = map[string]*average{}
		m.places[at] = dimensions
	}
	a := dimensions[q.Dimension]
	if a == nil {
		a = &average{unit: q.Unit}
		dimensions[q.Dimension] = a
	}
	a.sum = a.sum.Add(q.Quantity.Likely)
}

// price charges every sum. A month's free allowances belong to an account and
// are given to its regions in alphabetical order, x86 after arm: AWS does not
// say in which order it applies them.
func (m *months) price(freeTier bool) {
	var bill *model.Bill
	var last place
	for _, at := range m.sortedPlaces() {
		if bill == nil || !at.month.Equal(last.month) || at.account != last.account {
			m.close(bill)
			bill = model.NewBill(m.book, freeTier)
		}
		last = at
		for _, dimension := range sortedDimensions(m.places[at]) {
			m.places[at][dimension].charge(bill, price.Key{Service: model.LambdaService, Region: at.region, Dimension: dimension})
		}
	}
	m.close(bill)
}

// close keeps a bill's warnings, each once.
func (m *months) close(b *model.Bill) {
	if b == nil {
		return
	}
	for _, w := range b.Warnings() {
		if !slices.Contains(m.warnings, w) {
			m.warnings = append(m.warnings, w)
		}
	}
}

// charge prices the month's sum and averages it. A dimension of one tier
// keeps that tier's exact price.
func (a *average) charge(bill *model.Bill, k price.Key) {
	quantity := a.sum
	if quantity.Sign() <= 0 {
		// Only an upper bound is above zero: the first unit's price.
		quantity = unit.QuantityOf(1)
	}
	items := bill.Charge(k, quantity)
	total := model.Exactly(unit.USD{})
	for _, i := range items {
		total = total.Add(i.Cost)
	}
	if len(items) == 0 || total.Unknown {
		a.unknown = true
		return
	}
	last := items[len(items)-1]
	a.source, a.tierFrom, a.usd = last.Source, items[0].TierFrom, last.UnitPrice
	if len(items) > 1 {
		a.usd = total.Likely.Div(quantity)
	}
}

func (m *months) sortedPlaces() []place {
	places := make([]place, 0, len(m.places))
	for at := range m.places {
		places = append(places, at)
	}
	slices.SortFunc(places, func(a, b place) int {
		return cmp.Or(a.month.Compare(b.month), cmp.Compare(a.account, b.account), cmp.Compare(a.region, b.region))
	})
	return places
}

func sortedDimensions(m map[string]*average) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
