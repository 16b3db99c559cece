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

// shape is a dimension: its unit, the free tier that its lists start with, if
// they do, and the range of its first paid prices.
type shape struct {
	unit      string
	free      *price.Tier
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
		if have.free == nil && len(p.Tiers) > 1 && p.Tiers[0].Price.IsZero() {
			have.free = &p.Tiers[0]
		}
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

// freed gives a price the free first tier that its dimension has in the book,
// and drops one where the book holds allowances apart from the price: AWS's
// files have them either way.
func (s *shape) freed(p price.Price) price.Price {
	if s.free == nil {
		return p.WithoutFreeTier()
	}
	first := p.Tiers[0]
	if first.Price.IsZero() || !first.NoEnd && first.To.Cmp(s.free.To) <= 0 {
		return p
	}
	first.From = s.free.To
	p.Tiers = append([]price.Tier{*s.free, first}, p.Tiers[1:]...)
	return p
}

// fit gives a price the unit and the free tier of its dimension. It refuses what cannot
// be a price of that dimension, with the reason.
func (s shapes) fit(p price.Price) (price.Price, string) {
	known, ok := s.by[p.Key.Dimension]
	if !ok {
		p.Unit = "hour" // only instance types may be new
		return p, ""
	}
	p.Unit = known.unit
	p = known.freed(p)
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
