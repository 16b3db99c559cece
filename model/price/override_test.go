package price

import (
	"testing"

	"github.com/breakeven-dev/breakeven/model/unit"
)

func percent(n int64) unit.Quantity { return unit.QuantityOf(n) }

func private(s string) *unit.USD {
	p := unit.MustUSD(s)
	return &p
}

func TestOverrides(t *testing.T) {
	const e, r = "us-east-1", "requests"
	everything := Override{Percent: percent(5)}
	lambda := Override{Service: "AWSLambda", Percent: percent(10), Note: "EDP"}
	here := Override{Service: "AWSLambda", Region: e, Percent: percent(20)}
	durations := Override{Dimension: "duration-*", Percent: percent(30)}
	exact := Override{Service: "AWSLambda", Dimension: "duration-arm", Price: private("0.00001")}
	for _, c := range []struct {
		name      string
		overrides []Override
		key       Key
		want      string // price of the first unit
		last      string // and of the last tier
		flag      string
	}{
		{"none", nil, Key{"AWSLambda", e, r}, "0.0000002", "0.0000002", ""},
		{"all services", []Override{everything}, Key{"AWSLambda", e, r}, "0.00000019", "0.00000019", "5 % off"},
		{"the service before all", []Override{everything, lambda}, Key{"AWSLambda", e, r}, "0.00000018", "0.00000018", "10 % off (EDP)"},
		{"in any order", []Override{lambda, everything}, Key{"AWSLambda", e, r}, "0.00000018", "0.00000018", "10 % off (EDP)"},
		{"the region before the service", []Override{lambda, here}, Key{"AWSLambda", e, r}, "0.00000016", "0.00000016", "20 % off"},
		{"another region", []Override{here}, Key{"AWSLambda", "eu-west-1", r}, "0.0000002", "0.0000002", ""},
		{"a dimension before all", []Override{here, durations, lambda}, Key{"AWSLambda", e, "duration-x86"}, "0.00001166669", "0.00000933338", "30 % off"},
		{"a whole dimension before its beginning", []Override{durations, exact}, Key{"AWSLambda", e, "duration-arm"}, "0.00001", "0.00001", "private price"},
		{"a price where no list has one", []Override{exact}, Key{"AWSLambda", "il-central-1", "duration-arm"}, "0.00001", "0.00001", "private price"},
		{"a free tier stays free", []Override{{Service: "AmazonDynamoDB", Dimension: "storage-standard", Price: private("0.2")}}, Key{"AmazonDynamoDB", e, "storage-standard"}, "0", "0.2", ""},
		{"no discount on a multiplier", []Override{everything}, Key{"AmazonEC2", e, "spot-typical"}, "0.35", "0.35", ""},
		{"all of it", []Override{{Percent: percent(100)}}, Key{"AWSLambda", e, r}, "0", "0", "100 % off"},
	} {
		p, err := Embedded().WithOverrides(c.overrides).Lookup(c.key)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		first, last := p.Tiers[0], p.Tiers[len(p.Tiers)-1]
		if first.Price.Cmp(unit.MustUSD(c.want)) != 0 || last.Price.Cmp(unit.MustUSD(c.last)) != 0 || first.Source.Override != c.flag {
			t.Errorf("%s: %s to %s, %q; want %s to %s, %q", c.name, first.Price, last.Price, first.Source.Override, c.want, c.last, c.flag)
		}
		if p.Unit == "" {
			t.Errorf("%s: without a unit", c.name)
		}
	}
}

// TestOverridesShowEverywhere holds that a search finds the same prices as a
// look-up, private ones without a list price included.
func TestOverridesShowEverywhere(t *testing.T) {
	book := Embedded().WithOverrides([]Override{
		{Service: "AWSLambda", Percent: percent(10)},
		{Service: "AWSLambda", Region: "il-central-1", Dimension: "duration-arm", Price: private("0.00001")},
	})
	seen := false
	for _, p := range book.Find("AWSLambda", "") {
		got, err := book.Lookup(p.Key)
		if err != nil || !equal(got, p) {
			t.Errorf("%v: found %+v, looked up %+v, %v", p.Key, p, got, err)
		}
		seen = seen || p.Key.Region == "il-central-1"
	}
	if !seen {
		t.Error("the private price is not found")
	}
	if book.Version() == Embedded().Version() {
		t.Error("the version does not tell of the overrides")
	}
}

// TestOverridesCostLess holds that no discount makes anything dearer, and that
// a free book is free.
func TestOverridesCostLess(t *testing.T) {
	book, free := Embedded().WithOverrides([]Override{{Percent: percent(7)}}), Embedded().WithOverrides([]Override{{Percent: percent(100)}})
	q := unit.QuantityOf(20_000_000_000)
	total := func(p Price) unit.USD {
		sum := unit.USD{}
		charges, _ := p.Charge(unit.Quantity{}, q)
		for _, c := range charges {
			sum = sum.Add(c.Cost)
		}
		return sum
	}
	for _, p := range Embedded().Find("AWS", "us-east-1") {
		if p.Unit == "multiplier_of_ec2_on_demand" || p.Key.Dimension == "" {
			continue
		}
		less, err := book.Lookup(p.Key)
		if err != nil {
			t.Fatal(err)
		}
		want := total(p).Mul(unit.QuantityOf(93)).Div(unit.QuantityOf(100))
		if total(less).Cmp(want) != 0 {
			t.Errorf("%v: %s became %s, want %s", p.Key, total(p), total(less), want)
		}
		if nothing, err := free.Lookup(p.Key); err != nil || !total(nothing).IsZero() {
			t.Errorf("%v: costs %s at 100 %% off, %v", p.Key, total(nothing), err)
		}
	}
}

func TestDiff(t *testing.T) {
	k := Key{Service: "AWSLambda", Region: "us-east-1", Dimension: "duration-x86"}
	old, err := Embedded().Lookup(k)
	if err != nil {
		t.Fatal(err)
	}
	if got := Diff(Embedded(), Embedded()); len(got) != 0 {
		t.Fatalf("a book differs from itself: %+v", got)
	}
	// The list price is 0.0000166667 up to 6 bn, then 0.000015 up to 15 bn,
	// then 0.0000133334.
	src := Source{Name: "list", AsOf: "2027-01-01"}
	p := Price{Key: k, Unit: old.Unit, Tiers: []Tier{
		{To: unit.QuantityOf(7_000_000_000), Price: unit.MustUSD("0.0000166667"), Source: src},
		{From: unit.QuantityOf(7_000_000_000), NoEnd: true, Price: unit.MustUSD("0.000015"), Source: src},
	}}
	other := Price{Key: Key{Service: "AWSLambda", Region: "xx-test-1", Dimension: "requests"}, Unit: "request", Tiers: []Tier{{NoEnd: true, Price: unit.MustUSD("1"), Source: src}}}
	var got []string
	for _, c := range Diff(Embedded(), Embedded().With([]Price{p, other})) {
		line := string(c.Key.Region) + " from " + c.From.String() + ":"
		for _, usd := range []*unit.USD{c.Old, c.New} {
			if usd == nil {
				line += " none"
			} else {
				line += " " + usd.String()
			}
		}
		got = append(got, line)
	}
	want := []string{
		"us-east-1 from 6000000000: 0.000015 0.0000166667",
		"us-east-1 from 15000000000: 0.0000133334 0.000015",
		"xx-test-1 from 0: none 1",
	}
	if len(got) != len(want) {
		t.Fatalf("got %q, want %q", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("got %q, want %q", got[i], want[i])
		}
	}
	if back := Diff(Embedded().With([]Price{other}), Embedded()); len(back) != 1 || back[0].New != nil || back[0].Old == nil {
		t.Errorf("the way back: %+v", back)
	}
}
