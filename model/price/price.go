// Package price is the price book: what AWS charges for one unit of each
// billed dimension, in each region, in which tier, and who says so.
//
// The book is embedded data generated from CSV by go generate. A price that
// the book lacks is an error that names region and dimension; it is never
// replaced by another region's price.
package price

import (
	"fmt"
	"slices"

	"github.com/breakeven-dev/breakeven/model/unit"
)

//go:generate go run ./internal/gen

// AnyRegion is the region of prices that hold in every commercial region
// without a price of its own (free allowances, multipliers).
const AnyRegion unit.Region = "any"

// Key names a priced thing: Service is AWS's offer code ("AWSLambda"),
// Dimension our name of the priced thing ("duration-arm").
type Key struct {
	Service   string
	Region    unit.Region
	Dimension string
}

// Source says where a price comes from.
type Source struct {
	// Name is the key of the source in the book's list of sources.
	Name string `json:"source"`
	// AsOf is the publication date of the price ("2026-10-06"), empty if unknown.
	AsOf string `json:"as_of"`
	// Remembered marks a price that no dated source confirms; it reaches
	// every reader as a footnote.
	Remembered bool `json:"remembered"`
	// Override says how the price differs from that source's list price, by
	// whose agreement; empty for a list price (see Override).
	Override string `json:"override,omitempty"`
}

// Tier is one step of a tiered price: Price for each unit of the monthly
// quantity in [From, To). NoEnd marks the last one.
type Tier struct {
	From, To unit.Quantity
	NoEnd    bool
	Price    unit.USD
	Source   Source
}

// Price is the tiered price of one dimension in one region.
type Price struct {
	Key   Key
	Unit  string // what one unit is: "GB-second", "request"
	Tiers []Tier // ascending, without holes, the first from 0
}

// Charge is a part of a quantity that falls into one tier.
type Charge struct {
	Quantity unit.Quantity
	Tier     Tier
	Cost     unit.USD
}

// Charge splits quantity, which starts at position from of the month's
// running total, over the tiers it falls into, one Charge a tier. Tiers are
// half-open: the unit at a bound belongs to the tier above. Both arguments
// must not be negative; no quantity gives no charges.
//
// Where the book knows only the lower tiers, the charges up to their end are
// returned together with a *MissingError that holds the rest.
func (p Price) Charge(from, quantity unit.Quantity) ([]Charge, error) {
	var charges []Charge
	for _, t := range p.Tiers {
		if quantity.Sign() <= 0 {
			break
		}
		part := quantity
		if !t.NoEnd {
			part = part.Min(t.To.Sub(from))
		}
		if part.Sign() <= 0 {
			continue
		}
		charges = append(charges, Charge{Quantity: part, Tier: t, Cost: t.Price.Mul(part)})
		from, quantity = from.Add(part), quantity.Sub(part)
	}
	if quantity.Sign() > 0 {
		return charges, &MissingError{Key: p.Key, Unit: p.Unit, Beyond: from, Quantity: quantity}
	}
	return charges, nil
}

// WithoutFreeTier returns p with a zero-priced first tier charged like the
// tier above it, the other bounds unmoved: how a bill looks to an account
// whose free allowance is used up or not counted. A price that is free
// throughout stays so.
func (p Price) WithoutFreeTier() Price {
	if len(p.Tiers) < 2 || !p.Tiers[0].Price.IsZero() {
		return p
	}
	tiers := append([]Tier(nil), p.Tiers[1:]...)
	tiers[0].From = p.Tiers[0].From
	p.Tiers = tiers
	return p
}

// ChargesLike reports whether p and q charge the same for every quantity, tier
// by tier; where the prices come from does not matter.
func (p Price) ChargesLike(q Price) bool {
	return slices.EqualFunc(p.Tiers, q.Tiers, func(s, t Tier) bool {
		return s.From.Cmp(t.From) == 0 && s.NoEnd == t.NoEnd && (s.NoEnd || s.To.Cmp(t.To) == 0) && s.Price.Cmp(t.Price) == 0
	})
}

// First returns the price of the first unit and where it comes from.
func (p Price) First() (unit.USD, Source) { return p.Tiers[0].Price, p.Tiers[0].Source }

// MissingError reports a price that the book lacks.
type MissingError struct {
	Key Key
	// Unit, Beyond and Quantity are set where only the upper tiers are
	// missing: Quantity lies above the monthly total Beyond.
	Unit             string
	Beyond, Quantity unit.Quantity
}

func (e *MissingError) Error() string {
	s := fmt.Sprintf("no price for %s %s in %s", e.Key.Service, e.Key.Dimension, e.Key.Region)
	if e.Beyond.Sign() > 0 {
		s += fmt.Sprintf(" beyond %s %s a month", e.Beyond, e.Unit)
	}
	return s
}
