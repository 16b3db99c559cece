package awstest_test

import (
	"go/build"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/breakeven-dev/breakeven/collect/awstest"
)

// TestTiersOfAHugeMonth computes the two huge functions' November by hand:
// every minute 60,000 requests of 1,000 ms at 10 GB, in whole days.
func TestTiersOfAHugeMonth(t *testing.T) {
	end := time.Date(2026, 11, 29, 0, 0, 0, 0, time.UTC)
	s := serve(t, awstest.Options{Now: end.Add(time.Hour), Days: 40, Rate: 0.001, Huge: true})
	truth := s.TruthBetween(time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), end)
	const gbs = 28 * 1440 * 60_000 * 10 // 24.192 bn GB-s
	// AWS Lambda prices, us-east-1: x86 6 and 15 bn, arm 7.5 and 18.75 bn.
	x86 := rat("0.0000166667", 6e9) + rat("0.000015", 9e9) + rat("0.0000133334", gbs-15e9)
	arm := rat("0.0000133334", 7.5e9) + rat("0.0000120001", 11.25e9) + rat("0.0000106667", gbs-18.75e9)
	requests := 28 * 1440 * 60_000 * 0.0000002
	for name, want := range map[string]float64{awstest.FunctionHugeX86: x86 + requests, awstest.FunctionHugeArm: arm + requests} {
		f, _ := truth.Function(name)
		got, _ := f.CostUSD.Float64()
		// The other functions' few GB-seconds share the tiers: they lower the
		// average price by less than a millionth.
		if diff := (got - want) / want; diff > 0 || diff < -2e-6 {
			t.Errorf("%s costs %v, want %v", name, got, want)
		}
	}
}

func rat(price string, quantity float64) float64 {
	r, _ := new(big.Rat).SetString(price)
	f, _ := r.Mul(r, new(big.Rat).SetFloat64(quantity)).Float64()
	return f
}

// TestPartsSumToTheWhole: functions to region, region to account, month to
// window.
func TestPartsSumToTheWhole(t *testing.T) {
	s := serve(t, awstest.Options{Rate: 0.02, Huge: true})
	truth := s.Truth()
	byRegion := map[string]decimal.Decimal{}
	for _, f := range truth.Functions {
		byRegion[f.Region] = byRegion[f.Region].Add(f.CostUSD)
	}
	all := decimal.Zero
	for _, r := range truth.Regions {
		if d := byRegion[r.Region].Sub(r.CostUSD).Abs(); d.GreaterThan(decimal.RequireFromString("1e-15")) {
			t.Errorf("%s: its functions differ by %s", r.Region, d)
		}
		all = all.Add(r.CostUSD)
	}
	if !all.Equal(truth.CostUSD) {
		t.Errorf("regions %s, account %s", all, truth.CostUSD)
	}
	cut := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	a, b := s.TruthBetween(s.Start(), cut), s.TruthBetween(cut, now)
	if sum := a.CostUSD.Add(b.CostUSD); !sum.Equal(truth.CostUSD) {
		t.Errorf("two months apart %s, together %s", sum, truth.CostUSD)
	}
}

// TestAccountHasItsCast: the cases that the account exists for do occur.
func TestAccountHasItsCast(t *testing.T) {
	s := serve(t, awstest.Options{})
	truth := s.Truth()
	get := func(name string) awstest.Counts {
		f, ok := truth.Function(name)
		if !ok {
			t.Fatalf("no function %s", name)
		}
		return f.Counts
	}
	for what, ok := range map[string]bool{
		"about 40 functions":       len(truth.Functions) == 40,
		"never invoked":            get(awstest.FunctionNeverInvoked).Invocations == 0,
		"throttled":                get(awstest.FunctionReserved).Throttles > 0,
		"spill-over":               get(awstest.FunctionProvisionedSpill).SpilloverInvocations > 0,
		"fully covered":            get(awstest.FunctionProvisioned).SpilloverInvocations == 0,
		"restores":                 get(awstest.FunctionSnapStart).Restores > 0,
		"timeouts":                 get("thirdparty-sync").Timeouts > 0,
		"failing":                  get("payment-callback").Errors*10 > get("payment-callback").Invocations*2,
		"crashes":                  get("invoice-pdf").Crashes > 0,
		"logs off is mostly warm":  get("session-store").ColdStarts*100 < get("session-store").Invocations,
		"deleted, but with a bill": get(awstest.FunctionDeleted).BilledMs > 0,
	} {
		if !ok {
			t.Errorf("not in the account: %s", what)
		}
	}
	var n int64
	for _, f := range truth.Functions {
		n += f.Counts.Invocations
	}
	if n < 2_000_000 || n > 3_500_000 {
		t.Errorf("%d invocations", n)
	}
}

// TestImportsPin: the truth must not be computed by the code it checks.
func TestImportsPin(t *testing.T) {
	p, err := build.ImportDir(".", 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range p.Imports {
		if strings.HasPrefix(path, "github.com/breakeven-dev/") || path == "testing" {
			t.Errorf("imports %s", path)
		}
	}
}
