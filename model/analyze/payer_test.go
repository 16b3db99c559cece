package analyze

import (
	"testing"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/price"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// inAccount moves a function to another account.
func inAccount(account unit.AccountID, f model.FunctionInput) model.FunctionInput {
	f.Key.Account = account
	return f
}

// TestPayerSharesTiers: two accounts of 4 bn GB-s each stay alone in the first
// tier, which ends at 6 bn; a payer's bill has 6 bn at 0.0000166667 and 2 bn
// at 0.000015 (AWS Lambda pricing page), which is what one account with all of
// it pays.
func TestPayerSharesTiers(t *testing.T) {
	const ms = 8_000_000_000_000 // at 512 MB: 4 bn GB-s
	f, g := function("f", exact(1, ms)), inAccount("999999999999", function("g", exact(1, ms)))
	total := func(opt Options, in ...model.FunctionInput) unit.USD {
		opt.SkipCompare, opt.SkipAdvice = true, true
		return Run(inputs(in...), price.Embedded(), opt).Total.Likely
	}
	alone, shared, one := total(Options{}, f, g), total(Options{Payer: true}, f, g), total(Options{}, f, inAccount(f.Key.Account, g))
	if got, want := alone.StringFixed(2), "133333.60"; got != want {
		t.Errorf("two accounts alone cost %s, want %s", got, want)
	}
	if got, want := shared.StringFixed(2), "130000.20"; got != want {
		t.Errorf("two accounts of a payer cost %s, want %s", got, want)
	}
	if shared.Sub(one).Round(9).Sign() != 0 {
		t.Errorf("a payer's two accounts cost %s, one account with all of it %s", shared, one)
	}
	if got := total(Options{Payer: true}, f); got.Cmp(total(Options{}, f)) != 0 {
		t.Errorf("one account costs %s under a payer", got)
	}
}

// TestPayerSharesAllowances: each of two accounts has its million free
// requests, a payer's have one million together.
func TestPayerSharesAllowances(t *testing.T) {
	f, g := function("f", exact(1_000_000, 1)), inAccount("999999999999", function("g", exact(1_000_000, 1)))
	in := inputs(f, g)
	for _, c := range []struct {
		payer bool
		want  string
	}{{false, "0.000000"}, {true, "0.200000"}} {
		a := Run(in, price.Embedded(), Options{FreeTier: true, Payer: c.payer, SkipCompare: true, SkipAdvice: true})
		if got := a.Total.Likely.StringFixed(6); got != c.want {
			t.Errorf("payer %v: %s, want %s", c.payer, got, c.want)
		}
	}
	accounts := map[unit.AccountID]int{}
	for _, m := range MonthPrices(in, price.Embedded(), Options{Payer: true}) {
		accounts[m.Account]++
	}
	if len(accounts) != 2 || accounts["999999999999"] != accounts[f.Key.Account] {
		t.Errorf("the views get prices of %v", accounts)
	}
}
