package model

import (
	"errors"
	"fmt"

	"github.com/breakeven-dev/breakeven/model/price"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// Bill prices one month of quantities, in the order in which they are added.
// It keeps the running total of each price, so that everything added in a
// region shares its tiers and everything added shares the free allowances, as
// on AWS's bill. A Bill is for one goroutine.
type Bill struct {
	book       *price.Book
	freeTier   bool
	meters     map[price.Key]*meter
	allowances map[priced]Allowance
	left       map[allowed]*pool
	warnings   []Warning
	warned     map[Warning]bool
}

// meter is the running total of one price.
type meter struct {
	key   price.Key
	price price.Price
	err   error
	used  unit.Quantity
}

// priced names a dimension in whatever region.
type priced struct{ service, dimension string }

// allowed names a free allowance; the region is empty where all share one.
type allowed struct {
	name   string
	region unit.Region
}

// pool is what is left of a free allowance.
type pool struct {
	left   unit.Quantity
	source price.Source
}

// NewBill returns an empty bill. With freeTier the always-free monthly
// allowances of every service are subtracted, each once; without, a price's
// free first tier costs what the tier above it does.
func NewBill(book *price.Book, freeTier bool) *Bill {
	b := &Bill{
		book: book, freeTier: freeTier, meters: map[price.Key]*meter{},
		allowances: map[priced]Allowance{}, left: map[allowed]*pool{}, warned: map[Warning]bool{},
	}
	for _, s := range registered {
		for _, a := range s.Allowances {
			for _, dimension := range a.Covers {
				b.allowances[priced{a.Of.Service, dimension}] = a
			}
		}
	}
	return b
}

// Charge adds a quantity of k to the month and returns its line items: one
// for what a free allowance covers, one a tier for the rest. A quantity that
// the book has no price for gives a line of unknown cost and a warning; zero
// gives none.
func (b *Bill) Charge(k price.Key, q unit.Quantity) []LineItem {
	m := b.meter(k)
	if q.Sign() <= 0 {
		return nil
	}
	if m.err != nil {
		return []LineItem{b.unknown(m, q, m.err)}
	}
	var items []LineItem
	if p := b.pool(k); p != nil && p.left.Sign() > 0 {
		free := q.Min(p.left)
		p.left, q = p.left.Sub(free), q.Sub(free)
		m.used = m.used.Add(free)
		items = append(items, LineItem{Dimension: k.Dimension, Quantity: free, Unit: m.price.Unit, Cost: Exactly(unit.USD{}), Source: p.source})
	}
	return append(items, b.charge(m, q)...)
}

// ChargeFully is Charge for what no free allowance covers.
func (b *Bill) ChargeFully(k price.Key, q unit.Quantity) []LineItem {
	m := b.meter(k)
	if q.Sign() <= 0 {
		return nil
	}
	if m.err != nil {
		return []LineItem{b.unknown(m, q, m.err)}
	}
	return b.charge(m, q)
}

// ChargeRate adds a quantity at a flat price that was derived from others;
// err is what deriving it returned.
func (b *Bill) ChargeRate(k price.Key, r Rate, err error, q unit.Quantity) []LineItem {
	if q.Sign() <= 0 {
		return nil
	}
	if err != nil {
		var missing *price.MissingError
		if errors.As(err, &missing) {
			b.missing(missing)
		}
		return []LineItem{{Dimension: k.Dimension, Quantity: q, Unit: r.Unit, Cost: UnknownCost}}
	}
	b.doubt(k, r.Source)
	if r.Flag != "" {
		b.Warn(Warning{Code: "price-" + r.Flag, Text: fmt.Sprintf("%s in %s: %s", k.Dimension, k.Region, r.Note)})
	}
	return []LineItem{{Dimension: k.Dimension, Quantity: q, Unit: r.Unit, UnitPrice: r.USD, Cost: Exactly(r.USD.Mul(q)), Source: r.Source, PriceFlag: r.Flag}}
}

// Warn adds a warning, once.
func (b *Bill) Warn(w Warning) {
	if !b.warned[w] {
		b.warned[w] = true
		b.warnings = append(b.warnings, w)
	}
}

// Warnings returns what a reader of the line items must know, in the order in
// which it came up.
func (b *Bill) Warnings() []Warning { return b.warnings }

// Book returns the price book that the bill is priced from.
func (b *Bill) Book() *price.Book { return b.book }

// meter returns the running total of k, opened at its first use.
func (b *Bill) meter(k price.Key) *meter {
	m, ok := b.meters[k]
	if !ok {
		m = &meter{key: k}
		m.price, m.err = b.book.Lookup(k)
		m.price = m.price.WithoutFreeTier()
		b.meters[k] = m
	}
	return m
}

// charge adds q to m at its tiers.
func (b *Bill) charge(m *meter, q unit.Quantity) []LineItem {
	charges, err := m.price.Charge(m.used, q)
	var items []LineItem
	for _, c := range charges {
		b.doubt(m.price.Key, c.Tier.Source)
		items = append(items, LineItem{
			Dimension: m.price.Key.Dimension, Quantity: c.Quantity, Unit: m.price.Unit,
			UnitPrice: c.Tier.Price, TierFrom: c.Tier.From, Cost: Exactly(c.Cost), Source: c.Tier.Source,
			PriceFlag: FlagOf(c.Tier.Source),
		})
	}
	if err != nil {
		items = append(items, b.unknown(m, q, err))
	}
	m.used = m.used.Add(q)
	return items
}

// pool returns what is left of the allowance that covers k, nil if none does.
func (b *Bill) pool(k price.Key) *pool {
	a, ok := b.allowances[priced{k.Service, k.Dimension}]
	if !ok || !b.freeTier {
		return nil
	}
	id := allowed{name: a.Name}
	if a.PerRegion {
		id.region = k.Region
	}
	p, ok := b.left[id]
	if !ok {
		p = &pool{}
		if free, err := b.book.Lookup(a.Of); err == nil {
			p.left, p.source = free.Tiers[0].To, free.Tiers[0].Source
		}
		b.left[id] = p
	}
	return p
}

// unknown is the line of a quantity without a price.
func (b *Bill) unknown(m *meter, q unit.Quantity, err error) LineItem {
	item := LineItem{Dimension: m.key.Dimension, Quantity: q, Unit: m.price.Unit, TierFrom: m.used, Cost: UnknownCost}
	var missing *price.MissingError
	if errors.As(err, &missing) {
		b.missing(missing)
		if missing.Quantity.Sign() > 0 {
			item.Quantity, item.TierFrom = missing.Quantity, missing.Beyond
		}
	}
	return item
}

// missing warns that the book lacks a price.
func (b *Bill) missing(err *price.MissingError) {
	b.Warn(Warning{Code: CodePriceMissing, Text: err.Error() + ": its cost and every total above it are unknown"})
}

// doubt warns of a price that no dated source confirms, and of one that was
// negotiated.
func (b *Bill) doubt(k price.Key, s price.Source) {
	switch {
	case s.Override != "":
		b.Warn(Warning{Code: "price-" + FlagOverride, Text: fmt.Sprintf("prices of %s are not list prices: %s", k.Service, s.Override)})
	case s.Remembered:
		b.Warn(Warning{Code: CodePriceRemembered, Text: fmt.Sprintf("the price of %s %s in %s is remembered: no dated source confirms it", k.Service, k.Dimension, k.Region)})
	case s.AsOf == "":
		b.Warn(Warning{Code: CodePriceUndated, Text: fmt.Sprintf("the price of %s %s in %s has a source without a date (%s)", k.Service, k.Dimension, k.Region, s.Name)})
	}
}

// The values of Warning.Code that pricing gives.
const (
	CodePriceMissing    = "price-missing"    // the book has no such price
	CodePriceRemembered = "price-remembered" // no dated source confirms it
	CodePriceUndated    = "price-undated"    // its source has no date
)

// The values of LineItem.PriceFlag; with "price-" in front they are
// Warning.Codes.
const (
	FlagAssumed     = "assumed"     // a typical discount, not a quote
	FlagApproximate = "approximate" // a close relative's price
	FlagFloating    = "floating"    // changes from day to day
	FlagOverride    = "override"    // negotiated: `breakeven prices override`
)

// FlagOf returns the PriceFlag of a line whose price comes from s.
func FlagOf(s price.Source) string {
	if s.Override != "" {
		return FlagOverride
	}
	return ""
}

// Rate is a flat price derived from others, such as an instance's price under
// a savings plan.
type Rate struct {
	USD  unit.USD
	Unit string
	// Source names every price that went into it, the date being the oldest.
	Source price.Source
	// Flag is what makes the rate less than a list price, a Flag constant or
	// empty; Note says it for people.
	Flag, Note string
}

// times returns the rate at a multiplier that has a source of its own.
func (r Rate) times(m unit.USD, s price.Source) (Rate, error) {
	factor, err := unit.ParseQuantity(m.String())
	if err != nil {
		return Rate{}, err
	}
	r.USD = r.USD.Mul(factor)
	r.Source = price.Source{
		Name:       r.Source.Name + " × " + s.Name,
		AsOf:       min(r.Source.AsOf, s.AsOf),
		Remembered: r.Source.Remembered || s.Remembered,
	}
	return r, nil
}
