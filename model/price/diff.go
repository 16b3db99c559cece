package price

import (
	"slices"

	"github.com/breakeven-dev/breakeven/model/unit"
)

// Change is a price that two books do not agree on, from one position of the
// month's running total on.
type Change struct {
	Key  Key
	Unit string
	From unit.Quantity
	// Old and New are the prices of a unit there, nil where a book has none.
	Old, New *unit.USD
	// Source is the newer price's, or the older one's where that is gone.
	Source Source
}

// Diff lists what changes from one book to another, in the order service,
// dimension, region, position: the first position of every stretch over which
// both prices stay what they are.
func Diff(from, to *Book) []Change {
	old := map[Key]Price{}
	for _, p := range from.Find("", "") {
		old[p.Key] = p
	}
	var all []Change
	for _, p := range to.Find("", "") {
		all = append(all, changes(old[p.Key], p)...)
		delete(old, p.Key)
	}
	gone := make([]Price, 0, len(old))
	for _, p := range old {
		gone = append(gone, p)
	}
	slices.SortFunc(gone, byKey)
	for _, p := range gone {
		all = append(all, changes(p, Price{Key: p.Key, Unit: p.Unit})...)
	}
	return all
}

// changes compares two prices at every bound of either.
func changes(old, p Price) []Change {
	var bounds []unit.Quantity
	for _, t := range slices.Concat(old.Tiers, p.Tiers) {
		bounds = append(bounds, t.From)
		if !t.NoEnd {
			bounds = append(bounds, t.To)
		}
	}
	slices.SortFunc(bounds, unit.Quantity.Cmp)
	bounds = slices.CompactFunc(bounds, func(a, b unit.Quantity) bool { return a.Cmp(b) == 0 })
	var out []Change
	for _, from := range bounds {
		c := Change{Key: p.Key, Unit: p.Unit, From: from}
		before, had := old.at(from)
		after, has := p.at(from)
		if had {
			c.Old, c.Source = &before.Price, before.Source
		}
		if has {
			c.New, c.Source = &after.Price, after.Source
		}
		last := len(out) - 1
		switch {
		case had == has && (!had || before.Price.Cmp(after.Price) == 0):
		case last >= 0 && same(out[last].Old, c.Old) && same(out[last].New, c.New):
		default:
			out = append(out, c)
		}
	}
	return out
}

func same(a, b *unit.USD) bool { return a == nil && b == nil || a != nil && b != nil && a.Cmp(*b) == 0 }

// at returns the tier of the unit at a position.
func (p Price) at(q unit.Quantity) (Tier, bool) {
	for _, t := range p.Tiers {
		if q.Cmp(t.From) >= 0 && (t.NoEnd || q.Cmp(t.To) < 0) {
			return t, true
		}
	}
	return Tier{}, false
}
