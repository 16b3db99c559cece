package analyze

import (
	"cmp"
	"slices"
	"strings"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// pricedFunction is a function on its way into the Analysis, with what it was
// made from.
type pricedFunction struct {
	in  *model.FunctionInput
	out model.Function
}

// priceFunctions prices each function's part of the window, in input order.
func (m *months) priceFunctions(in model.Inputs) []pricedFunction {
	priced := make([]pricedFunction, len(in.Functions))
	for i := range in.Functions {
		f := &in.Functions[i]
		priced[i] = pricedFunction{in: f, out: m.function(f, in.Window)}
	}
	return priced
}

func (m *months) function(f *model.FunctionInput, w model.Window) model.Function {
	lines := m.lines(f)
	cost := sumCosts(lines, func(l *model.LineItem) model.Cost { return l.Cost })
	out := model.Function{
		Key: f.Key, Config: f.Config, History: f.History, App: f.App, Tags: f.Tags, Deleted: f.Deleted,
		LineItems: lines, Cost: cost, Monthly: monthly(cost, w),
		PerMillion: model.UnknownCost, ErrorCost: model.UnknownCost,
		Signals: f.Signals, Load: f.Load, Cold: f.Cold, Daily: f.Daily,
	}
	out.ColdCost = coldCost(f, lines)
	if n := f.Signals.Invocations; n > 0 {
		calls := unit.QuantityOf(n)
		out.PerMillion = per(cost, unit.QuantityOf(1_000_000), calls)
		out.ErrorCost = per(callCost(lines), unit.QuantityOf(min(f.Signals.Errors, n)), calls)
	} else if !cost.Unknown {
		out.ErrorCost = model.Exactly(unit.USD{})
	}
	return out
}

// lines prices what f used in the window, a line a dimension.
func (m *months) lines(f *model.FunctionInput) []model.LineItem {
	var lines []model.LineItem
	for _, u := range f.InWindow {
		at := m.place(u.Month, f.Key.Account, f.Key.Region)
		for _, q := range quantities(f, u) {
			lines = addLine(lines, m.line(at, lambdaMeter(q.Dimension), q))
		}
	}
	sortLines(lines)
	return lines
}

func sortLines(lines []model.LineItem) {
	slices.SortStableFunc(lines, func(a, b model.LineItem) int {
		return cmp.Or(cmp.Compare(rank(a.Dimension), rank(b.Dimension)), cmp.Compare(a.Dimension, b.Dimension))
	})
}

func (m *months) line(at place, k metered, q model.BilledQuantity) model.LineItem {
	l := model.LineItem{Dimension: q.Dimension, Quantity: q.Quantity.Likely, Unit: q.Unit, Basis: q.Basis, Cost: model.UnknownCost}
	a := m.places[at][k]
	if a == nil || a.unknown {
		return l
	}
	l.UnitPrice, l.TierFrom, l.Source = a.usd, a.tierFrom, a.source
	l.PriceFlag = model.FlagOf(a.source)
	if q.Quantity.Exact() {
		l.Cost = model.Exactly(a.usd.Mul(q.Quantity.Likely))
	} else {
		l.Cost = model.Cost{Low: a.usd.Mul(q.Quantity.Low), Likely: a.usd.Mul(q.Quantity.Likely), High: a.usd.Mul(q.Quantity.High)}
	}
	return l
}

// addLine adds l to the line of its dimension, or as a new one. The unit
// price of parts at different prices is their average.
func addLine(lines []model.LineItem, l model.LineItem) []model.LineItem {
	for i := range lines {
		have := &lines[i]
		if have.Dimension != l.Dimension {
			continue
		}
		mixed := have.UnitPrice.Cmp(l.UnitPrice) != 0
		have.Quantity, have.Cost = have.Quantity.Add(l.Quantity), have.Cost.Add(l.Cost)
		have.TierFrom, have.Basis = have.TierFrom.Min(l.TierFrom), weaker(have.Basis, l.Basis)
		switch {
		case have.Cost.Unknown:
			have.UnitPrice = unit.USD{}
		case mixed && !have.Quantity.IsZero():
			have.UnitPrice = have.Cost.Likely.Div(have.Quantity)
		}
		if l.Source.Remembered || have.Source.Name == "" {
			have.Source = l.Source
		}
		return lines
	}
	return append(lines, l)
}

// weaker returns the less certain of two bases.
func weaker(a, b string) string {
	order := []string{model.BasisMeasured, model.BasisInferred, model.BasisAssumed}
	return order[max(slices.Index(order, a), slices.Index(order, b), 0)]
}

// dimensionOrder is the order of lines on every screen.
var dimensionOrder = []string{"requests", "duration", "provisioned-duration", "provisioned-concurrency", "ephemeral-storage", "snapstart-restore"}

func rank(dimension string) int {
	for i, name := range dimensionOrder {
		if strings.HasPrefix(dimension, name) {
			return i
		}
	}
	return len(dimensionOrder)
}

// monthly scales a window's cost to 730 hours. Digits beyond 1e-15 USD come
// from the division alone and are cut.
func monthly(c model.Cost, w model.Window) model.Cost {
	hours := int64(w.Hours() * 3600)
	if hours <= 0 {
		return model.UnknownCost
	}
	return per(c, unit.QuantityOf(model.HoursPerMonth*3600), unit.QuantityOf(hours))
}

// scalePlaces is where costs that were divided are cut: far below any cent,
// far above the thirty digits of a decimal division.
const scalePlaces = 15

// per returns c·times/of, cut at scalePlaces decimals.
func per(c model.Cost, times, of unit.Quantity) model.Cost {
	if c.Unknown {
		return c
	}
	scale := func(u unit.USD) unit.USD { return u.Mul(times).Div(of).Round(scalePlaces) }
	likely := scale(c.Likely)
	if c.Exact() {
		return model.Exactly(likely)
	}
	return model.Cost{Low: scale(c.Low), Likely: likely, High: scale(c.High)}
}

// callCost is the part of a cost that each call adds to: all but standing
// provisioned concurrency.
func callCost(lines []model.LineItem) model.Cost {
	total := model.Exactly(unit.USD{})
	for _, l := range lines {
		if !strings.HasPrefix(l.Dimension, "provisioned-concurrency") {
			total = total.Add(l.Cost)
		}
	}
	return total
}

// coldCost prices billed init from REPORT lines. Where some requests left no
// line, the likely value assumes the same share among them and the high one
// twice that.
func coldCost(f *model.FunctionInput, lines []model.LineItem) model.Cost {
	c := f.Cold
	if !c.Known {
		return model.UnknownCost
	}
	if c.BilledMs == 0 && c.Count == 0 {
		return model.Exactly(unit.USD{})
	}
	i := slices.IndexFunc(lines, func(l model.LineItem) bool { return strings.HasPrefix(l.Dimension, "duration-") })
	if i < 0 || lines[i].Cost.Unknown {
		return model.UnknownCost
	}
	cost := lines[i].UnitPrice.Mul(unit.GBSecondsOf(meanMemory(f), unit.QuantityOf(c.BilledMs)).Quantity)
	if c.Reports == 0 || c.Reports >= f.Signals.Invocations {
		return model.Exactly(cost)
	}
	likely := cost.Mul(unit.QuantityOf(f.Signals.Invocations)).Div(unit.QuantityOf(c.Reports)).Round(scalePlaces)
	return model.Cost{Low: cost, Likely: likely, High: likely.Add(likely).Sub(cost)}
}

// meanMemory is the memory size of the window's requests, weighted by them.
func meanMemory(f *model.FunctionInput) unit.MiB {
	var weighted, n int64
	for _, u := range f.InWindow {
		requests := u.ExactRequests + u.MetricRequests
		weighted, n = weighted+int64(u.Memory)*requests, n+requests
	}
	if n == 0 {
		return f.Config.Memory
	}
	return unit.MiB(weighted / n)
}
