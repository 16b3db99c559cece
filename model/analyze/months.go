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

// place is an account and region in a calendar month: what shares tiers. The
// account is empty where the accounts of a payer do.
type place struct {
	month   time.Time
	account unit.AccountID
	region  unit.Region
}

// metered names what is summed and priced together in a place: a dimension of
// an offer, as the resources of one service use it.
type metered struct{ service, offer, dimension string }

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
	book *price.Book
	// payer says that all accounts are one payer's; accounts are those that
	// used anything.
	payer    bool
	accounts []unit.AccountID
	places   map[place]map[metered]*average
	// warnings are what the bill said: missing and remembered prices.
	warnings []model.Warning
}

// lambdaName is Lambda's name in usage files, views and services.
const lambdaName = "lambda"

// MonthPrices returns the average price of each dimension in each calendar
// month, account and region that the inputs touch, in that order; where a payer's
// accounts share them, of each account. Written
// back to the store it makes hourly_costs show the analysis's cents.
func MonthPrices(in model.Inputs, book *price.Book, opt Options) []model.MonthAverage {
	m := newMonths(in, book, opt)
	var out []model.MonthAverage
	for _, at := range m.sortedPlaces() {
		for _, k := range sortedMeters(m.places[at]) {
			a := m.places[at][k]
			accounts := []unit.AccountID{at.account}
			if m.payer {
				accounts = m.accounts
			}
			for _, account := range accounts {
				out = append(out, model.MonthAverage{
					Month: at.month, Account: account, Region: at.region, Service: k.service,
					Dimension: k.dimension, Unit: a.unit, Average: a.usd, Unknown: a.unknown,
				})
			}
		}
	}
	return out
}

// newMonths sums and prices the calendar months of everything.
func newMonths(in model.Inputs, book *price.Book, opt Options) *months {
	m := &months{book: book, payer: opt.Payer, places: map[place]map[metered]*average{}}
	for i := range in.Functions {
		f := &in.Functions[i]
		usage := f.Months
		if len(usage) == 0 {
			usage = f.InWindow
		}
		for _, u := range usage {
			for _, q := range quantities(f, u) {
				m.add(m.place(u.Month, f.Key.Account, f.Key.Region), lambdaMeter(q.Dimension), q)
			}
		}
	}
	for i := range in.Resources {
		r := &in.Resources[i]
		for _, u := range r.Months {
			m.add(m.place(u.Month, r.Key.Account, r.Key.Region), metered{r.Key.Service, u.Offer, u.Dimension}, u.BilledQuantity)
		}
	}
	m.price(opt.FreeTier)
	return m
}

// place is where an account's use in a region counts to.
func (m *months) place(month time.Time, account unit.AccountID, region unit.Region) place {
	if !slices.Contains(m.accounts, account) {
		m.accounts = append(m.accounts, account)
		slices.Sort(m.accounts)
	}
	if m.payer {
		account = ""
	}
	return place{month, account, region}
}

// quantities is what f is billed for under u.
func quantities(f *model.FunctionInput, u model.LambdaUsage) []model.BilledQuantity {
	return model.LambdaQuantities(f, u, coldstart.Estimate(f, u))
}

// lambdaMeter is what a function's quantity counts towards.
func lambdaMeter(dimension string) metered {
	return metered{lambdaName, model.LambdaService, dimension}
}

func (m *months) add(at place, k metered, q model.BilledQuantity) {
	meters := m.places[at]
	if meters == nil {
		meters = map[metered]*average{}
		m.places[at] = meters
	}
	a := meters[k]
	if a == nil {
		a = &average{unit: q.Unit}
		meters[k] = a
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
		for _, k := range sortedMeters(m.places[at]) {
			a := m.places[at][k]
			key := price.Key{Service: k.offer, Region: at.region, Dimension: k.dimension}
			a.charge(bill, model.PricedAs(m.book, key, a.sum))
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

func sortedMeters(m map[metered]*average) []metered {
	keys := make([]metered, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b metered) int {
		return cmp.Or(cmp.Compare(a.service, b.service), cmp.Compare(a.offer, b.offer), cmp.Compare(a.dimension, b.dimension))
	})
	return keys
}
