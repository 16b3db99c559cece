package price

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"

	"github.com/breakeven-dev/breakeven/model/unit"
)

// Override is an agreement with AWS by which an account does not pay list
// prices: a discount, or a private price.
type Override struct {
	// Service is an offer code ("AWSLambda"), Region a region, Dimension the
	// name of a priced thing or, with "*" at its end, the beginning of one.
	// Empty ones mean all.
	Service   string
	Region    unit.Region
	Dimension string
	// Percent is the discount on the list price, above 0 and up to 100, where
	// Price is nil. Price is charged in all paid tiers instead of theirs; it
	// needs a Service and a full Dimension.
	Percent unit.Quantity
	Price   *unit.USD
	// Note says by what agreement; it may be empty.
	Note string
}

// WithOverrides returns a book whose prices are those that were agreed upon.
// Of several overrides that match a price the most exact one holds: by
// dimension, then service, then region; they do not add up. Multipliers and
// free tiers stay as they are.
func (b *Book) WithOverrides(all []Override) *Book {
	if len(all) == 0 {
		return b
	}
	out := *b
	out.overrides = slices.Clone(all)
	slices.SortStableFunc(out.overrides, func(o, p Override) int { return slices.Compare(p.rank(), o.rank()) })
	h := sha256.New()
	for _, o := range out.overrides {
		fmt.Fprintf(h, "%q %q %q %q\n", o.Service, o.Region, o.Dimension, o.Text())
	}
	out.version = fmt.Sprintf("%s+override-%x", b.version, h.Sum(nil)[:3])
	return &out
}

// Overrides returns the book's overrides, the most exact first. The caller
// must not change them.
func (b *Book) Overrides() []Override { return b.overrides }

// rank orders overrides by how exactly they say what they are about.
func (o Override) rank() []int {
	exact := func(s string) int { return min(len(s), 1) }
	dimension := 0
	switch prefix, some := strings.CutSuffix(o.Dimension, "*"); {
	case some:
		dimension = 1 + len(prefix)
	case o.Dimension != "":
		dimension = 1 << 20
	}
	return []int{dimension, exact(o.Service), exact(string(o.Region))}
}

// Matches reports whether the override is about a price, its unit being u.
func (o Override) Matches(k Key, u string) bool {
	if o.Service != "" && o.Service != k.Service || o.Region != "" && o.Region != k.Region {
		return false
	}
	if strings.HasPrefix(u, "multiplier_of_") || strings.HasPrefix(k.Dimension, "free-tier-") {
		return false
	}
	if prefix, some := strings.CutSuffix(o.Dimension, "*"); some {
		return strings.HasPrefix(k.Dimension, prefix)
	}
	return o.Dimension == "" || o.Dimension == k.Dimension
}

// Text says what was agreed upon: "10 % off (contract of 2026)".
func (o Override) Text() string {
	text := fmt.Sprintf("%s %% off", o.Percent)
	if o.Price != nil {
		text = "private price"
	}
	if o.Note != "" {
		text += " (" + o.Note + ")"
	}
	return text
}

// overridden applies the override that holds for p, if any does.
func (b *Book) overridden(p Price) Price {
	for _, o := range b.overrides {
		if o.Matches(p.Key, p.Unit) {
			return o.apply(p)
		}
	}
	return p
}

// source is where a private price comes from; it has no publication date.
func (o Override) source() Source {
	return Source{Name: o.Text(), Override: o.Text()}
}

var hundred = unit.QuantityOf(100)

// apply changes the paid tiers of a price.
func (o Override) apply(p Price) Price {
	p.Tiers = slices.Clone(p.Tiers)
	for i := range p.Tiers {
		t := &p.Tiers[i]
		if t.Price.IsZero() {
			continue
		}
		t.Source.Override = o.Text()
		if o.Price != nil {
			t.Price, t.Source = *o.Price, o.source()
			continue
		}
		t.Price = t.Price.Mul(hundred.Sub(o.Percent)).Div(hundred)
		t.Source.Name = o.Text() + ": " + t.Source.Name
	}
	return p
}

// private is the private price of a key that no list holds. Its unit is that
// of the same dimension elsewhere.
func (b *Book) private(k Key) (Price, bool) {
	for _, o := range b.overrides {
		if o.Price == nil || o.Dimension != k.Dimension || o.Service != k.Service || !o.Matches(k, "") {
			continue
		}
		u, ok := b.UnitOf(k.Service, k.Dimension)
		return Price{Key: k, Unit: u, Tiers: []Tier{{NoEnd: true, Price: *o.Price, Source: o.source()}}}, ok
	}
	return Price{}, false
}

// UnitOf returns what one unit of a dimension is ("GB-second"), and false if
// the book knows no price of it anywhere.
func (b *Book) UnitOf(service, dimension string) (string, bool) {
	if open, ok := b.shelves[service]; ok {
		if l := open().lines[dimension]; len(l) > 0 {
			return l[0].unit, true
		}
	}
	for k, p := range b.added {
		if k.Service == service && k.Dimension == dimension {
			return p.Unit, true
		}
	}
	return "", false
}

// negotiated applies the overrides to list prices and adds the private prices
// of regions that no list holds.
func (b *Book) negotiated(found []Price, want func(Key) bool) []Price {
	if len(b.overrides) == 0 {
		return found
	}
	for i, p := range found {
		found[i] = b.overridden(p)
	}
	for _, o := range b.overrides {
		k := Key{Service: o.Service, Region: o.Region, Dimension: o.Dimension}
		if o.Price == nil || k.Region == "" || !want(k) {
			continue
		}
		if slices.ContainsFunc(found, func(p Price) bool { return p.Key == k }) {
			continue
		}
		if p, ok := b.private(k); ok {
			found = append(found, p)
		}
	}
	slices.SortStableFunc(found, byKey)
	return found
}
