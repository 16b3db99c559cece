package advice

import (
	"strings"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/price"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// lines returns the sum of the resource's lines of one kind, scaled to a
// month.
func (s Subject) lines(prefix string) model.Cost { return s.monthly(sum(s.items(), prefix)) }

// sum adds up the lines of one kind.
func sum(items []model.LineItem, prefix string) model.Cost {
	total := model.Exactly(unit.USD{})
	for _, l := range items {
		if strings.HasPrefix(l.Dimension, prefix) {
			total = total.Add(l.Cost)
		}
	}
	return total
}

// monthly scales a cost of the window to 730 hours.
func (s Subject) monthly(c model.Cost) model.Cost {
	seconds := int64(s.Window.Hours() * 3600)
	if c.Unknown || seconds <= 0 {
		return model.UnknownCost
	}
	scale := func(u unit.USD) unit.USD {
		return u.Mul(unit.QuantityOf(model.HoursPerMonth * 3600)).Div(unit.QuantityOf(seconds)).Round(12)
	}
	return model.Cost{Low: scale(c.Low), Likely: scale(c.Likely), High: scale(c.High)}
}

// shares returns shares of a cost, low to high; each end of the result takes
// the end of the cost that makes it further.
func shares(c model.Cost, low, likely, high float64) model.Cost {
	if c.Unknown {
		return c
	}
	part := func(u unit.USD, share float64) unit.USD { return u.Mul(unit.QuantityFromFloat(share)).Round(12) }
	out := model.Cost{Low: part(c.Low, low), Likely: part(c.Likely, likely), High: part(c.High, high)}
	if low < 0 {
		out.Low = part(c.High, low)
	}
	if high < 0 {
		out.High = part(c.Low, high)
	}
	return out
}

// firstPrice returns the price of a Lambda dimension's first unit in the
// function's region.
func (s Subject) firstPrice(dimension string) (unit.USD, bool) {
	return s.Prices.first(price.Key{Service: model.LambdaService, Region: s.Function.Key.Region, Dimension: dimension})
}

// saves is what effects save a month on the resource's bill.
func (s Subject) saves(effects []model.Effect) model.Cost {
	return s.monthly(saved(s.items(), [][]model.Effect{effects}))
}

// saved is what several sets of effects save together on the lines of a bill:
// each works on what those before it leave.
func saved(items []model.LineItem, sets [][]model.Effect) model.Cost {
	total := model.Exactly(unit.USD{})
	for _, l := range items {
		left := [3]float64{1, 1, 1} // by low, likely and high saving
		for _, effects := range sets {
			for _, e := range effects {
				if strings.HasPrefix(l.Dimension, e.Lines) {
					left[0] *= 1 - e.Low
					left[1] *= 1 - e.Likely
					left[2] *= 1 - e.High
					break
				}
			}
		}
		if left != [3]float64{1, 1, 1} {
			total = total.Add(shares(l.Cost, 1-left[0], 1-left[1], 1-left[2]))
		}
	}
	return total
}

// rounded cuts a cost far below a cent.
func rounded(c model.Cost) model.Cost {
	return model.Cost{Low: c.Low.Round(12), Likely: c.Likely.Round(12), High: c.High.Round(12), Unknown: c.Unknown}
}

// atMost cuts a saving at what there is to save.
func atMost(saving, total model.Cost) model.Cost {
	if saving.Unknown || total.Unknown {
		return saving
	}
	cut := func(u unit.USD) unit.USD {
		if u.Cmp(total.High) > 0 {
			return total.High
		}
		return u
	}
	return model.Cost{Low: cut(saving.Low), Likely: cut(saving.Likely), High: cut(saving.High)}
}

// standing is the GB-seconds of a month that n environments of the function
// stand ready.
func (s Subject) standing(n int) unit.Quantity {
	ms := unit.QuantityOf(int64(n) * model.HoursPerMonth * 3600 * 1000)
	return unit.GBSecondsOf(s.Function.Config.Memory, ms).Quantity
}

// priceOf returns the price of a dimension's first unit that costs anything in
// the resource's region.
func (s Subject) priceOf(offer, dimension string) (unit.USD, bool) {
	return s.Prices.paid(price.Key{Service: offer, Region: s.Key().Region, Dimension: dimension})
}

// less is the saving of paying then instead of now, both for a month; the ends
// of the one are set against the other ends of the other.
func less(now, then model.Cost) model.Cost {
	if now.Unknown || then.Unknown {
		return model.UnknownCost
	}
	return model.Cost{Low: now.Low.Sub(then.High), Likely: now.Likely.Sub(then.Likely), High: now.High.Sub(then.Low)}
}

// quantity sums the quantities of the lines of one kind in the window.
func quantity(lines []model.LineItem, prefix string) unit.Quantity {
	var sum unit.Quantity
	for _, l := range lines {
		if strings.HasPrefix(l.Dimension, prefix) {
			sum = sum.Add(l.Quantity)
		}
	}
	return sum
}
