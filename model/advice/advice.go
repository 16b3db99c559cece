// Package advice turns figures into recommendations. Each rule is one file,
// rule_NAME.go, that registers a value; a rule sees one function and returns
// at most one piece of advice.
//
// A rule speaks only where its evidence reaches a named threshold, says how
// much evidence that is, and gives the saving as a range whose ends it can
// defend. Confidence is A where the saving follows from what was measured, B
// where a model fitted to this function says so, C where published
// measurements of other functions do, D where only bounds are known.
package advice

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/price"
	"github.com/breakeven-dev/breakeven/model/textsafe"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// Subject is a priced function and what a rule may know beside it.
type Subject struct {
	Function *model.Function
	Input    *model.FunctionInput
	Window   model.Window
	Coverage model.Coverage
	Prices   *Prices
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

// Rule is one kind of advice.
type Rule struct {
	Name string // "lambda-memory"
	// Advise returns its advice about s, and false for none. For fills ID,
	// Rule and Resource.
	Advise func(s Subject) (model.Advice, bool)
}

// rules is every rule, in the order in which they are asked.
var rules = []Rule{memoryRule, armRule, unusedRule, timeoutRule, provisionedRule, failingRule, storageRule}

// For returns the advice of all rules about s.
func For(s Subject) []model.Advice {
	var out []model.Advice
	for _, r := range rules {
		if a, ok := r.Advise(s); ok {
			a.ID, a.Rule, a.Resource = r.Name+":"+string(s.Function.Key.ID), r.Name, s.Function.Key
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

// days is the window's length for evidence.
func (s Subject) days() float64 { return s.Window.Hours() / 24 }

// span names the window for evidence.
func (s Subject) span() string {
	return s.Window.From.UTC().Format("2006-01-02") + " to " + s.Window.To.UTC().Format("2006-01-02")
}

// lines returns the sum of the function's lines of one kind, scaled to a
// month.
func (s Subject) lines(prefix string) model.Cost {
	sum := model.Exactly(unit.USD{})
	for _, l := range s.Function.LineItems {
		if strings.HasPrefix(l.Dimension, prefix) {
			sum = sum.Add(l.Cost)
		}
	}
	return s.monthly(sum)
}

// monthly scales a cost of the window to 730 hours.
func (s Subject) monthly(c model.Cost) model.Cost {
	seconds := int64(s.Window.Hours() * 3600)
	if c.Unknown || seconds <= 0 {
		return model.UnknownCost
	}
	scale := func(u unit.USD) unit.USD {
		return u.Mul(unit.QuantityOf(model.HoursPerMonth * 3600)).Div(unit.QuantityOf(seconds)).Round(12)
	}
	return model.Cost{Low: scale(c.Low), Likely: scale(c.Likely), High: scale(c.High)}
}

// shares returns shares of a cost, each of its own bound.
func shares(c model.Cost, low, likely, high float64) model.Cost {
	if c.Unknown {
		return c
	}
	part := func(u unit.USD, share float64) unit.USD { return u.Mul(unit.QuantityFromFloat(share)).Round(12) }
	return model.Cost{Low: part(c.Low, low), Likely: part(c.Likely, likely), High: part(c.High, high)}
}

// firstPrice returns the price of a Lambda dimension's first unit in the
// function's region.
func (s Subject) firstPrice(dimension string) (unit.USD, bool) {
	return s.Prices.first(price.Key{Service: model.LambdaService, Region: s.Function.Key.Region, Dimension: dimension})
}

// cli builds an AWS CLI command about the function; args come as written.
func (s Subject) cli(command string, args ...string) string {
	parts := []string{"aws lambda", command, "--region", quote(string(s.Function.Key.Region)), "--function-name", quote(s.Function.Key.Name)}
	return strings.Join(append(parts, args...), " ")
}

// quote makes a word safe for a POSIX shell: bare where nothing in it is
// special, else in single quotes. Control characters are taken out first;
// no name of an AWS resource has any.
func quote(word string) string {
	word = textsafe.Line(word)
	bare := word != "" && word[0] != '-'
	for _, r := range word {
		if !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./:", r)) {
			bare = false
		}
	}
	if bare {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// thousands prints a count with separators.
func thousands(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
