// Package price is the price book: what AWS charges for one unit of each
// billed dimension, in each region, in which tier, and who says so.
//
// The book is embedded data generated from CSV by go generate. A price that
// the book lacks is an error that names region and dimension; it is never
// replaced by another region's price.
package price

import (
	"fmt"

	"github.com/breakeven-dev/breakeven/model/unit"
)

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

// MissingError reports a price that the book lacks.
type MissingError struct{ Key Key }

func (e *MissingError) Error() string {
	return fmt.Sprintf("no price for %s %s in %s", e.Key.Service, e.Key.Dimension, e.Key.Region)
}
