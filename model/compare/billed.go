package compare

import (
	"strings"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// Bill describes what a function costs by the lines of its bill. Scale turns
// the lines' costs into those of 730 hours; monthly is their sum.
func (c *Catalog) Bill(region unit.Region, arch unit.Architecture, lines []model.LineItem, monthly model.Cost, scale func(model.Cost) model.Cost) *Billed {
	s := c.region(region)
	zero := model.Exactly(unit.USD{})
	b := &Billed{Monthly: monthly, Idle: zero, Fixed: zero, Held: zero, Standing: zero}
	from, to := model.LambdaSuffix(arch), model.LambdaSuffix(other(arch))
	for _, l := range lines {
		cost := scale(l.Cost)
		standing := strings.HasPrefix(l.Dimension, "provisioned-concurrency")
		if standing {
			b.Idle = b.Idle.Add(cost)
		}
		stem, here := strings.CutSuffix(l.Dimension, from)
		there := cost
		switch {
		case here:
			there = s.convert(cost, l.Dimension, stem+to, &b.Missing)
		case strings.HasSuffix(l.Dimension, to): // it ran there before
		default:
			b.Fixed = b.Fixed.Add(cost)
			continue
		}
		if standing {
			b.Standing = b.Standing.Add(there)
		} else {
			b.Held = b.Held.Add(there)
		}
	}
	return b
}

// convert turns a cost at one dimension's price into that at another's.
func (s *shelf) convert(c model.Cost, from, to string, missing *error) model.Cost {
	if c.Unknown || c.High.IsZero() {
		return c
	}
	f, t := s.flat(model.LambdaService, from), s.flat(model.LambdaService, to)
	for _, p := range []*flat{f, t} {
		if p.missing != nil {
			*missing = p.missing
			return model.UnknownCost
		}
	}
	a, _ := f.price.First()
	b, _ := t.price.First()
	if a.IsZero() {
		return c
	}
	ratio := unit.QuantityFromFloat(b.Ratio(a))
	scale := func(u unit.USD) unit.USD { return u.Mul(ratio).Round(scalePlaces) }
	return model.Cost{Low: scale(c.Low), Likely: scale(c.Likely), High: scale(c.High)}
}
