package pricelist

import (
	"github.com/breakeven-dev/breakeven/model/price"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// shapes is what the book at hand knows of an offer's dimensions, in whatever
// region: a price read anew must look like them.
type shapes struct {
	by map[string]*shape
}

// shape is a dimension: its unit, whether its lists start with a free tier,
// and the range of its first paid prices.
type shape struct {
	unit      string
	free      bool
	low, high unit.USD
}

func shapesOf(book *price.Book, offer string) shapes {
	s := shapes{by: map[string]*shape{}}
	for _, p := range book.Find(offer, "") {
		if p.Key.Service != offer || len(p.Tiers) == 0 {
			continue
		}
		have, ok := s.by[p.Key.Dimension]
		if !ok {
			have = &shape{unit: p.Unit}
			s.by[p.Key.Dimension] = have
		}
		have.free = have.free || len(p.Tiers) > 1 && p.Tiers[0].Price.IsZero()
		paid, _ := p.WithoutFreeTier().First()
		if paid.Sign() <= 0 {
			continue
		}
		if have.low.IsZero() || paid.Cmp(have.low) < 0 {
			have.low = paid
		}
		if paid.Cmp(have.high) > 0 {
			have.high = paid
		}
	}
	return s
}

// fit gives a price the unit of its dimension and drops the free first tier
// where the book holds allowances apart from the price. It refuses what cannot
// be a price of that dimension, with the reason.
func (s shapes) fit(p price.Price) (price.Price, string) {
	known, ok := s.by[p.Key.Dimension]
	if !ok {
		p.Unit = "hour" // only instance types may be new
		return p, ""
	}
	p.Unit = known.unit
	if !known.free {
		p = p.WithoutFreeTier()
	}
	paid, _ := p.WithoutFreeTier().First()
	if known.high.IsZero() {
		return p, ""
	}
	const far = 100
	n := unit.QuantityOf(far)
	if paid.Mul(n).Cmp(known.low) < 0 || paid.Cmp(known.high.Mul(n)) > 0 {
		return p, Implausible
	}
	return p, ""
}
