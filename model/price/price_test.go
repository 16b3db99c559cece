package price

import (
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/breakeven-dev/breakeven/model/unit"
)

func quantity(t *testing.T, s string) unit.Quantity {
	t.Helper()
	q, err := unit.ParseQuantity(s)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

func lookup(t testing.TB, service string, region unit.Region, dimension string) Price {
	t.Helper()
	p, err := Embedded().Lookup(Key{Service: service, Region: region, Dimension: dimension})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func total(charges []Charge) unit.USD {
	var sum unit.USD
	for _, c := range charges {
		sum = sum.Add(c.Cost)
	}
	return sum
}

// The prices are those of the public price pages, typed by hand.
func TestLookup(t *testing.T) {
	for _, c := range []struct {
		service, region, dimension string
		price, unit                string
		source, asOf               string
		remembered                 bool
	}{
		{"AWSLambda", "us-east-1", "duration-x86", "0.0000166667", "GB-second", "commitcost", "2026-10-06", false},
		{"AWSLambda", "eu-west-1", "provisioned-duration-arm", "0.0000086726", "GB-second", "commitcost", "2026-10-06", false},
		{"AWSLambda", "us-west-2", "provisioned-duration-arm", "0.0000077778", "GB-second", "unsourced: public price page as remembered (same as us-east-1)", "", true},
		{"AWSLambda", "me-central-1", "duration-x86", "0.0000206667", "GB-second", "code-excerpt-lambda-regions (unnamed repository)", "", false},
		{"AmazonEC2", "us-east-1", "linux-shared-on-demand:c5.large", "0.085", "hour", "karpenter", "2026-07-20", false},
		{"AmazonEC2", "eu-north-1", "spot-typical", "0.35", "multiplier_of_on_demand", "unsourced: public price page as remembered", "", true},
		{"AmazonECS", "us-east-1", "fargate-linux-arm-memory", "0.00356", "GB-hour", "regimes-fargate", "2026-09-11", false},
		{"AWSELB", "us-east-1", "application-load-balancer-lcu", "0.008", "LCU-hour", "infracost lb_test", "2024-07-01", false},
		{"AmazonStates", "eu-west-2", "standard-state-transitions", "0.000025", "transition", "power-tuning", "2026-04-13", false},
		{"AmazonStates", "sa-east-1", "standard-state-transitions", "0.0000375", "transition", "power-tuning", "2026-04-13", false},
		{"AmazonCloudWatch", "us-east-1", "api-GetMetricData-GetInsightRuleReport", "0.00001", "metric requested", "aws-rough issue 37 (0.01 USD per 1,000 metrics)", "2022-04-29", false},
	} {
		p := lookup(t, c.service, unit.Region(c.region), c.dimension)
		usd, src := p.First()
		if usd.Cmp(unit.MustUSD(c.price)) != 0 || p.Unit != c.unit || src != (Source{Name: c.source, AsOf: c.asOf, Remembered: c.remembered}) {
			t.Errorf("%s %s %s = %s per %s, %+v", c.service, c.region, c.dimension, usd, p.Unit, src)
		}
	}
}

func TestLookupMissing(t *testing.T) {
	for _, k := range []Key{
		{"AWSLambda", "af-south-1", "duration-arm"},                 // x86 only
		{"AWSLambda", "eu-north-1", "requests"},                     // no line at all
		{"AWSLambda", "cn-north-1", "duration-x86"},                 // CNY is left out
		{"AmazonStates", "cn-north-1", "free-tier-standard"},        // any does not reach China
		{"AmazonEC2", "us-gov-west-1", "spot-typical"},              // nor GovCloud
		{"AmazonEC2", "us-east", "linux-shared-on-demand:c5.large"}, // no prefix match
		{"AWSLambda", "us-east-1", "duration"},
		{"NoSuchService", "us-east-1", "requests"},
	} {
		_, err := Embedded().Lookup(k)
		var missing *MissingError
		if !errors.As(err, &missing) || missing.Key != k {
			t.Errorf("%v: %v", k, err)
		}
	}
}

// Tiers of Lambda on x86, us-east-1: 6 and 15 billion GB-seconds (AWS Lambda
// pricing page).
func TestChargeTiers(t *testing.T) {
	p := lookup(t, "AWSLambda", "us-east-1", "duration-x86")
	for _, c := range []struct {
		from, quantity string
		parts          []string // quantity@price
	}{
		{"0", "0", nil},
		{"0", "1", []string{"1@0.0000166667"}},
		{"0", "6000000000", []string{"6000000000@0.0000166667"}},
		{"6000000000", "1", []string{"1@0.000015"}},
		{"5999999999.5", "1", []string{"0.5@0.0000166667", "0.5@0.000015"}},
		{"0", "20000000000", []string{"6000000000@0.0000166667", "9000000000@0.000015", "5000000000@0.0000133334"}},
		{"15000000000", "1", []string{"1@0.0000133334"}},
	} {
		got, err := p.Charge(quantity(t, c.from), quantity(t, c.quantity))
		if err != nil {
			t.Fatal(err)
		}
		var parts []string
		for _, g := range got {
			parts = append(parts, g.Quantity.String()+"@"+g.Tier.Price.String())
			if g.Cost.Cmp(g.Tier.Price.Mul(g.Quantity)) != 0 {
				t.Errorf("%s+%s: cost %s", c.from, c.quantity, g.Cost)
			}
		}
		if len(parts) != len(c.parts) {
			t.Errorf("%s+%s: got %v, want %v", c.from, c.quantity, parts, c.parts)
			continue
		}
		for i := range parts {
			if parts[i] != c.parts[i] {
				t.Errorf("%s+%s: got %v, want %v", c.from, c.quantity, parts, c.parts)
			}
		}
	}
}

func TestChargeBeyondKnownTiers(t *testing.T) {
	p := lookup(t, "AWSLambda", "af-south-1", "duration-x86")
	got, err := p.Charge(quantity(t, "5999999999"), quantity(t, "3"))
	var missing *MissingError
	if !errors.As(err, &missing) || missing.Quantity.String() != "2" || missing.Beyond.String() != "6000000000" {
		t.Errorf("err = %v", err)
	}
	if len(got) != 1 || got[0].Quantity.String() != "1" {
		t.Errorf("got %v", got)
	}
	if _, err := p.Charge(quantity(t, "0"), quantity(t, "6000000000")); err != nil {
		t.Errorf("up to the bound: %v", err)
	}
}

// Over random quantities of every tiered price: cost grows with quantity, the
// parts of a split cost what the whole costs, and no bound is a jump.
func TestChargeProperties(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	cost := func(p Price, from, q unit.Quantity) unit.USD {
		charges, err := p.Charge(from, q)
		if err != nil {
			t.Fatalf("%v: %v", p.Key, err)
		}
		return total(charges)
	}
	var zero unit.Quantity
	tiered := 0
	for _, p := range Embedded().Find("", "") {
		last := p.Tiers[len(p.Tiers)-1]
		if len(p.Tiers) < 2 || !last.NoEnd {
			continue
		}
		tiered++
		scale := 1.5 * last.From.Float64()
		for range 20 {
			a := unit.QuantityFromFloat(rnd.Float64() * scale)
			b := unit.QuantityFromFloat(rnd.Float64() * scale)
			whole := cost(p, zero, a.Add(b))
			if split := cost(p, zero, a).Add(cost(p, a, b)); split.Cmp(whole) != 0 {
				t.Errorf("%v: %s + %s cost %s, together %s", p.Key, a, b, split, whole)
			}
			if whole.Cmp(cost(p, zero, a)) < 0 {
				t.Errorf("%v: %s more cost less", p.Key, b)
			}
		}
		for _, tier := range p.Tiers[1:] {
			eps := unit.QuantityFromFloat(1e-9)
			step := cost(p, zero, tier.From.Add(eps)).Sub(cost(p, zero, tier.From.Sub(eps)))
			if step.Sign() < 0 || step.Cmp(unit.MustUSD("0.000001")) > 0 {
				t.Errorf("%v: a jump of %s at %s", p.Key, step, tier.From)
			}
		}
	}
	if tiered < 20 {
		t.Errorf("only %d tiered prices checked", tiered)
	}
}

func TestWithoutFreeTier(t *testing.T) {
	p := lookup(t, "AWSEvents", "us-east-1", "scheduler-invocations")
	paid := p.WithoutFreeTier()
	if len(paid.Tiers) != 1 || !paid.Tiers[0].From.IsZero() || paid.Tiers[0].Price.String() != "0.000001" || !paid.Tiers[0].NoEnd {
		t.Errorf("got %+v", paid.Tiers)
	}
	if len(p.Tiers) != 2 {
		t.Errorf("the original changed: %+v", p.Tiers)
	}
	free := lookup(t, "AWSDataTransfer", "us-east-1", "internet-in").WithoutFreeTier()
	if len(free.Tiers) != 1 || !free.Tiers[0].Price.IsZero() {
		t.Errorf("what is free throughout became %+v", free.Tiers)
	}
}
