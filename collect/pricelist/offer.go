// Package pricelist reads AWS's public price list: the bulk offer files, JSON
// or CSV, of the services and regions that the price book is about. Files are
// read front to back in constant memory, whatever their size, and what they
// say is held against the book that is there before it is believed.
package pricelist

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/breakeven-dev/breakeven/model/price"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// Skipped counts, by reason, the products of a file that have a place in the
// book and whose prices were not taken; the embedded book's hold on.
type Skipped map[string]int

// The reasons of Skipped.
const (
	NotUSD      = "not in USD"
	NotPlain    = "a price or bound that is no plain number"
	Holes       = "tiers with holes or overlaps"
	Ambiguous   = "several products of different prices"
	NoTerms     = "without an on-demand price"
	Implausible = "more than 100 times, or less than a hundredth of, the known price"
)

// offer is what is read of one file: the products that have a place in the
// book, and their on-demand prices.
type offer struct {
	code      string
	region    unit.Region
	version   string
	published string
	skus      map[string]*sku
	seen      int // products in the file
}

// sku is a product and its on-demand terms by code.
type sku struct {
	targets []target
	terms   map[string]*term
	clash   bool // the same SKU is two products, or a rate stands twice
}

// term is one offer term; AWS publishes a new one when a price changes.
type term struct {
	effective string
	rates     map[string]rate
}

// rate is a tier as the file says it.
type rate struct{ from, to, currency, usd string }

// The bounds of what belongs to one SKU.
const (
	maxTerms = 50
	maxRates = 50
)

var skuName = regexp.MustCompile(`^[A-Za-z0-9]{1,40}$`)

// add notes a product. One that the book has no place for is forgotten.
func (o *offer) add(name string, p product) error {
	o.seen++
	found := p.targets(o.code, o.region)
	if len(found) == 0 {
		return nil
	}
	if !skuName.MatchString(name) {
		return fmt.Errorf("%.40q is no SKU", name)
	}
	if have, ok := o.skus[name]; ok {
		have.clash = have.clash || !slices.Equal(have.targets, found)
		return nil
	}
	if len(o.skus) == maxSKUs {
		return fmt.Errorf("more than %d products", maxSKUs)
	}
	o.skus[name] = &sku{targets: found, terms: map[string]*term{}}
	return nil
}

// term returns the term of a code, nil beyond what is plausible.
func (s *sku) term(code, effective string) *term {
	t, ok := s.terms[code]
	if !ok {
		if len(s.terms) == maxTerms {
			s.clash = true
			return nil
		}
		t = &term{effective: effective, rates: map[string]rate{}}
		s.terms[code] = t
	}
	return t
}

// put notes a rate of a term.
func (s *sku) put(t *term, code string, r rate) {
	if t == nil {
		return
	}
	if have, ok := t.rates[code]; ok && have != r || len(t.rates) == maxRates {
		s.clash = true
		return
	}
	t.rates[code] = r
}

// head checks what a file says of itself.
func (o *offer) head() error {
	if _, err := time.Parse(time.DateOnly, o.date()); err != nil {
		return fmt.Errorf("publication date %.40q: want a time such as 2026-10-01T18:47:46Z", o.published)
	}
	if o.version == "" || !skuName.MatchString(o.version) {
		return fmt.Errorf("version %.40q: want digits such as 20261001184746", o.version)
	}
	return nil
}

// date is the day of publication.
func (o *offer) date() string { return o.published[:min(len(o.published), len(time.DateOnly))] }

// current returns the term that holds when the file is published: the newest
// that has begun.
func (s *sku) current(date string) *term {
	var best *term
	for _, code := range slices.Sorted(maps.Keys(s.terms)) {
		t := s.terms[code]
		begun := t.effective[:min(len(t.effective), len(date))] <= date
		if begun && (best == nil || t.effective > best.effective) {
			best = t
		}
	}
	return best
}

// tiers returns the tiers of a term, in order and without holes.
func (t *term) tiers() ([]price.Tier, error) {
	var tiers []price.Tier
	for _, code := range slices.Sorted(maps.Keys(t.rates)) {
		tier, err := t.rates[code].tier()
		if err != nil {
			return nil, err
		}
		tiers = append(tiers, tier)
	}
	slices.SortStableFunc(tiers, func(a, b price.Tier) int { return a.From.Cmp(b.From) })
	at := unit.Quantity{}
	for i, tier := range tiers {
		last := i == len(tiers)-1
		if tier.From.Cmp(at) != 0 || tier.NoEnd != last || !last && tier.To.Cmp(tier.From) <= 0 {
			return nil, errHoles
		}
		at = tier.To
	}
	return tiers, nil
}

// Why a term is not taken.
var (
	errCurrency = errors.New(NotUSD)
	errNumber   = errors.New(NotPlain)
	errHoles    = errors.New(Holes)
)

func (r rate) tier() (price.Tier, error) {
	if r.currency != "USD" {
		return price.Tier{}, errCurrency
	}
	usd, err := price.ParsePrice(r.usd)
	if err != nil {
		return price.Tier{}, errNumber
	}
	t := price.Tier{Price: usd, NoEnd: strings.EqualFold(r.to, "Inf")}
	if t.From, err = price.ParseAmount(r.from); err != nil {
		return t, errNumber
	}
	if !t.NoEnd {
		if t.To, err = price.ParseAmount(r.to); err != nil {
			return t, errNumber
		}
	}
	return t, nil
}

// prices returns the prices that the file gives, sorted by key.
func (o *offer) prices(known shapes) ([]price.Price, Skipped) {
	skipped := Skipped{}
	found := map[price.Key]price.Price{}
	clash := map[price.Key]bool{}
	for _, name := range slices.Sorted(maps.Keys(o.skus)) {
		tiers, reason := o.skus[name].read(o.date())
		if reason != "" {
			skipped[reason]++
			continue
		}
		for i := range tiers {
			tiers[i].Source = price.Source{Name: fmt.Sprintf("AWS Price List %s %s, SKU %s", o.code, o.version, name), AsOf: o.date()}
		}
		for _, t := range o.skus[name].targets {
			p := price.Price{Key: price.Key{Service: o.code, Region: o.region, Dimension: t.dimension}, Tiers: t.scaled(tiers)}
			if p, reason = known.fit(p); reason != "" {
				skipped[reason]++
				continue
			}
			have, twice := found[p.Key]
			if twice && !have.ChargesLike(p) {
				clash[p.Key] = true
			}
			if !twice {
				found[p.Key] = p
			}
		}
	}
	for k := range clash {
		delete(found, k)
		skipped[Ambiguous]++
	}
	return slices.SortedFunc(maps.Values(found), func(p, q price.Price) int {
		return cmp.Compare(p.Key.Dimension, q.Key.Dimension)
	}), skipped
}

// read returns the tiers that hold, or why there are none.
func (s *sku) read(date string) ([]price.Tier, string) {
	if s.clash {
		return nil, Ambiguous
	}
	t := s.current(date)
	if t == nil || len(t.rates) == 0 {
		return nil, NoTerms
	}
	tiers, err := t.tiers()
	if err != nil {
		return nil, err.Error()
	}
	return tiers, ""
}

// scaled converts prices of AWS's unit to ours.
func (t target) scaled(tiers []price.Tier) []price.Tier {
	tiers = slices.Clone(tiers)
	if t.per > 1 {
		n := unit.QuantityOf(t.per)
		for i := range tiers {
			tiers[i].Price = tiers[i].Price.Div(n)
			tiers[i].From, tiers[i].To = tiers[i].From.Mul(n), tiers[i].To.Mul(n)
		}
	}
	return tiers
}
