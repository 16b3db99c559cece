// Package advice turns figures into recommendations. Each rule is one file,
// rule_NAME.go, that registers a value; a rule sees one resource, what is
// connected with it and the prices, and returns at most one piece of advice.
//
// A rule speaks only where its evidence reaches a named threshold, says how
// much evidence that is, and gives the saving as a range whose ends it can
// defend. Confidence is A where the saving follows from what was measured, B
// where a model fitted to this function says so, C where published
// measurements of other functions do, D where only bounds are known.
package advice

import (
	"cmp"
	"encoding/json"
	"slices"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/price"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// Subject is a priced resource and what a rule may know beside it. Of Function
// and Resource one is nil, and so is Input with Function.
type Subject struct {
	Function *model.Function
	Input    *model.FunctionInput
	Resource *model.Resource
	// Account is everything else that was collected.
	Account  *Account
	Window   model.Window
	Coverage model.Coverage
	Prices   *Prices
}

// Key is the resource's, whatever it is.
func (s Subject) Key() model.ResourceKey {
	if s.Function != nil {
		return s.Function.Key
	}
	return s.Resource.Key
}

// items and total are what the resource cost in the window and costs a month.
func (s Subject) items() []model.LineItem {
	if s.Function != nil {
		return s.Function.LineItems
	}
	return s.Resource.LineItems
}

func (s Subject) total() model.Cost {
	if s.Function != nil {
		return s.Function.Monthly
	}
	return s.Resource.Monthly
}

// decoded reads the configuration of a resource that still exists.
func decoded[T any](s Subject) (T, bool) {
	var c T
	if s.Resource == nil || s.Resource.Deleted || len(s.Resource.Config) == 0 {
		return c, false
	}
	return c, json.Unmarshal(s.Resource.Config, &c) == nil
}

// Prices looks first prices up in a book, each once. It is for one goroutine.
type Prices struct {
	book  *price.Book
	known map[price.Key]firstPrice
}

type firstPrice struct {
	usd unit.USD
	ok  bool
}

// NewPrices returns the first prices of a book.
func NewPrices(book *price.Book) *Prices {
	return &Prices{book: book, known: map[price.Key]firstPrice{}}
}

func (p *Prices) first(k price.Key) (unit.USD, bool) {
	f, seen := p.known[k]
	if !seen {
		if full, err := p.book.Lookup(k); err == nil {
			f.usd, _ = full.First()
			f.ok = true
		}
		p.known[k] = f
	}
	return f.usd, f.ok
}

// paid is first without a free first tier, which other resources may use up.
func (p *Prices) paid(k price.Key) (unit.USD, bool) {
	full, err := p.book.Lookup(k)
	if err != nil {
		return unit.USD{}, false
	}
	usd, _ := full.WithoutFreeTier().First()
	return usd, true
}

// Rule is one kind of advice.
type Rule struct {
	Name string // "lambda-memory"
	// Service is the one whose resources the rule looks at.
	Service string
	// Group names rules of which only one can be followed for a resource;
	// empty for a rule that goes with any other.
	Group string
	// Advise returns its advice about s, and false for none. For fills ID,
	// Rule and Resource.
	Advise func(s Subject) (model.Advice, bool)
}

// rules is every rule by service, in the order of their files; each file adds
// its own before main starts, nothing is added later.
var rules = map[string][]Rule{}

// register adds a rule, for use in a package-level declaration.
func register(r Rule) Rule {
	rules[r.Service] = append(rules[r.Service], r)
	return r
}

// For returns the advice of all rules about s. No saving is more than the
// resource costs.
func For(s Subject) []model.Advice {
	var out []model.Advice
	key := s.Key()
	for _, r := range rules[key.Service] {
		if a, ok := r.Advise(s); ok {
			a.ID, a.Rule, a.Resource = r.Name+":"+string(key.ID), r.Name, key
			a.Saving = atMost(rounded(a.Saving), s.total())
			out = append(out, a)
		}
	}
	return out
}

// Sort orders advice by likely saving, the largest first; advice of unknown
// saving comes last.
func Sort(all []model.Advice) {
	slices.SortStableFunc(all, func(a, b model.Advice) int {
		if a.Saving.Unknown != b.Saving.Unknown {
			if a.Saving.Unknown {
				return 1
			}
			return -1
		}
		return cmp.Or(b.Saving.Likely.Cmp(a.Saving.Likely), b.Saving.High.Cmp(a.Saving.High), cmp.Compare(a.ID, b.ID))
	})
}
