package price

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/breakeven-dev/breakeven/model/price/internal/gen/book"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// The embedded files are what the generator writes from data/src.
func TestGeneratedIsCurrent(t *testing.T) {
	want, err := book.Build(os.DirFS("data/src"))
	if err != nil {
		t.Fatal(err)
	}
	have, err := filepath.Glob("data/book/*")
	if err != nil || len(have) != len(want) {
		t.Errorf("data/book has %d files, the generator writes %d: run go generate ./model/price", len(have), len(want))
	}
	for name, text := range want {
		if !bytes.Equal([]byte(read(name)), text) {
			t.Errorf("data/book/%s is stale: run go generate ./model/price", name)
		}
	}
}

// Every price of the book is readable, sourced, and its tiers are a ladder
// from zero.
func TestEveryPrice(t *testing.T) {
	all := Embedded().Find("", "")
	if len(all) < 6000 {
		t.Fatalf("only %d prices", len(all))
	}
	date := regexp.MustCompile(`^(20\d\d(-\d\d){0,2})?$`)
	for _, p := range all {
		if len(p.Tiers) == 0 || p.Unit == "" || p.Key.Region == "" {
			t.Fatalf("%v: unreadable", p.Key)
		}
		if p.Key.Region.InChina() {
			t.Errorf("%v: not in USD", p.Key)
		}
		at := unit.Quantity{}
		for i, tier := range p.Tiers {
			if tier.From.Cmp(at) != 0 || tier.Price.Sign() < 0 || tier.Source.Name == "" || !date.MatchString(tier.Source.AsOf) {
				t.Errorf("%v: tier %d: %+v", p.Key, i, tier)
			}
			if tier.NoEnd != (i == len(p.Tiers)-1) && tier.NoEnd {
				t.Errorf("%v: tier %d has no end", p.Key, i)
			}
			at = tier.To
		}
	}
}

func TestVersion(t *testing.T) {
	if v := Embedded().Version(); !regexp.MustCompile(`^20\d\d-\d\d-\d\d\+[0-9a-f]{8}$`).MatchString(v) {
		t.Errorf("version %q", v)
	}
	if got := Embedded().AsOf(); got != "2026-10-06" {
		t.Errorf("as of %q", got)
	}
}

// Sizes as on AWS's instance type pages.
func TestInstances(t *testing.T) {
	for _, want := range []Instance{
		{Type: "c5.large", Family: "c5", Generation: 5, VCPU: 2, Memory: 4096, Architecture: unit.X86},
		{Type: "t4g.small", Family: "t4g", Generation: 4, VCPU: 2, Memory: 2048, Architecture: unit.ARM, Burstable: true},
		{Type: "c8gb.48xlarge", Family: "c8gb", Generation: 8, VCPU: 192, Memory: 393216, Architecture: unit.ARM, Derived: true},
	} {
		if got, ok := Embedded().Instance(want.Type); !ok || got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
	}
	if _, ok := Embedded().Instance("x99.mega"); ok {
		t.Error("x99.mega exists")
	}
	for _, i := range Embedded().Instances() {
		if i.VCPU < 1 || i.Memory < 512 || i.Family == "" || i.Generation < 3 {
			t.Errorf("%+v", i)
		}
	}
	if usd, _, err := Embedded().OnDemand("eu-central-1", "c7g.xlarge"); err != nil || usd.Sign() <= 0 {
		t.Errorf("c7g.xlarge in Frankfurt: %s, %v", usd, err)
	}
	if _, _, err := Embedded().OnDemand("eu-north-1", "c7g.xlarge"); err == nil {
		t.Error("a price for a region that the book lacks")
	}
}

func TestFind(t *testing.T) {
	found := Embedded().Find("LAMBDA duration-X86", "eu-west-1")
	if len(found) != 2 || found[0].Key.Dimension != "duration-x86" || found[1].Key.Dimension != "provisioned-duration-x86" {
		t.Errorf("got %v", found)
	}
	for _, p := range Embedded().Find("spot-typical", "eu-west-1") {
		if p.Key.Region != AnyRegion {
			t.Errorf("got %v", p.Key)
		}
	}
	if found := Embedded().Find("spot-typical", "cn-north-1"); len(found) != 0 {
		t.Errorf("China has %v", found)
	}
}

// Opening the book and one service, as a program does that prices Lambda.
func BenchmarkOpenAndLookup(b *testing.B) {
	for b.Loop() {
		s := readShelf("AWSLambda")
		parseTiers(s.lines["duration-x86"][0].regions[len("af-south-1="):len("af-south-1=0.0000221:10")], readSources())
	}
}

// The dearest service to open: EC2, 6,300 prices.
func BenchmarkOpenEC2(b *testing.B) {
	for b.Loop() {
		readShelf("AmazonEC2")
	}
}

func BenchmarkLookup(b *testing.B) {
	k := Key{Service: "AWSLambda", Region: "us-east-1", Dimension: "duration-x86"}
	for b.Loop() {
		if _, err := Embedded().Lookup(k); err != nil {
			b.Fatal(err)
		}
	}
}
