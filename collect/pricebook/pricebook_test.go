package pricebook

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/breakeven-dev/breakeven/model/price"
	"github.com/breakeven-dev/breakeven/model/unit"
)

func requests(region unit.Region, usd string) price.Price {
	return price.Price{
		Key: price.Key{Service: "AWSLambda", Region: region, Dimension: "requests"}, Unit: "request",
		Tiers: []price.Tier{{NoEnd: true, Price: unit.MustUSD(usd), Source: price.Source{Name: "a list", AsOf: "2026-11-01"}}},
	}
}

func first(t *testing.T, b *price.Book, region unit.Region) string {
	t.Helper()
	p, err := b.Lookup(requests(region, "1").Key)
	if err != nil {
		t.Fatal(err)
	}
	usd, _ := p.First()
	return usd.String()
}

// TestInstall follows two updates: the second keeps what it does not name, and
// what it replaces can be compared with.
func TestInstall(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	book, err := Load(dir, price.Embedded())
	if err != nil || book != price.Embedded() {
		t.Fatalf("without files: %v", err)
	}
	for _, prices := range [][]price.Price{
		{requests("us-east-1", "0.0000003"), requests("eu-west-1", "0.0000004")},
		{requests("us-east-1", "0.0000005")},
	} {
		if err := Install(dir, prices); err != nil {
			t.Fatal(err)
		}
	}
	if book, err = Load(dir, price.Embedded()); err != nil {
		t.Fatal(err)
	}
	before, replaced, err := LoadPrevious(dir, price.Embedded())
	if err != nil || !replaced {
		t.Fatalf("the previous book: %v, %v", replaced, err)
	}
	for _, c := range []struct{ got, want string }{
		{first(t, book, "us-east-1"), "0.0000005"},
		{first(t, book, "eu-west-1"), "0.0000004"},
		{first(t, book, "us-west-2"), first(t, price.Embedded(), "us-west-2")},
		{first(t, before, "us-east-1"), "0.0000003"},
	} {
		if c.got != c.want {
			t.Errorf("a request costs %s, want %s", c.got, c.want)
		}
	}
	for _, name := range []string{Current, Previous} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Mode().Perm() != 0o644 {
			t.Errorf("%s: %v, %v", name, info, err)
		}
	}
}

// TestInstallRefusesWhatCannotBeRead holds that a book that would not be read
// again is not put in place.
func TestInstallRefusesWhatCannotBeRead(t *testing.T) {
	dir := t.TempDir()
	if err := Install(dir, []price.Price{requests("us-east-1", "-1")}); err == nil {
		t.Error("a negative price was installed")
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestParseOverridesRefuses(t *testing.T) {
	const begin = "overrides:\n"
	for _, c := range []struct{ name, text, want string }{
		{"no YAML", "overrides: [", "1: "},
		{"a tab", "overrides:\n\t- service: x\n", "2: "},
		{"another key", "discounts: []\n", "1: want the one key overrides"},
		{"two keys", begin + "  - discount_percent: 1\nmore: 1\n", "1: want the one key"},
		{"no list", "overrides: 5\n", "1: want a list"},
		{"no mapping", begin + "  - 5\n", "2: want service"},
		{"a list as value", begin + "  - service: [a]\n", "2: service: want one value"},
		{"an unknown field", begin + "  - service: AWSLambda\n    percent: 5\n", `3: "percent": want service`},
		{"a field twice", begin + "  - discount_percent: 5\n    discount_percent: 6\n", "3: "},
		{"no number", begin + "  - discount_percent: ten\n", "2: discount_percent: "},
		{"a negative one", begin + "  - discount_percent: -5\n", "2: discount_percent: "},
		{"none", begin + "  - discount_percent: 0\n", "2: want discount_percent, above 0"},
		{"too much", begin + "  - discount_percent: 100.1\n", "2: want discount_percent, above 0 and up to 100"},
		{"neither", begin + "  - service: AWSLambda\n", "2: want discount_percent"},
		{"both", begin + "  - {service: AWSLambda, dimension: requests, discount_percent: 5, price_usd: 1}\n", "2: discount_percent and price_usd cannot"},
		{"a price for all", begin + "  - {service: AWSLambda, price_usd: 1}\n", "2: price_usd needs"},
		{"a price for many", begin + "  - {service: AWSLambda, dimension: d*, price_usd: 1}\n", "2: price_usd needs"},
		{"a negative price", begin + "  - {service: AWSLambda, dimension: requests, price_usd: -1}\n", "2: price_usd: "},
		{"no service", begin + "  - {service: Mainframe, discount_percent: 5}\n", `2: service "Mainframe": want an offer code`},
		{"no dimension", begin + "  - {service: AWSLambda, dimension: spells, discount_percent: 5}\n", `2: dimension "spells": the book has no such price`},
		{"no region", begin + "  - {region: Ireland, discount_percent: 5}\n", `2: region "Ireland"`},
		{"China", begin + "  - {region: cn-north-1, discount_percent: 5}\n", "2: region cn-north-1: billed in CNY"},
		{"a note of lines", begin + "  - {discount_percent: 5, note: \"a\\nb\"}\n", "2: note: "},
		{"the same twice", begin + "  - discount_percent: 5\n  - discount_percent: 6\n", "3: is about the same prices as the one at line 2"},
		{"an alias of an alias", "overrides:\n  - &a {service: *a}\n", ""},
	} {
		got, err := ParseOverrides([]byte(c.text), price.Embedded())
		if err == nil || !strings.HasPrefix(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: got %v, %v; want %q", c.name, got, err, c.want)
		}
	}
}

// TestSetAndRemove edits a file that somebody wrote by hand: their comments
// stay.
func TestSetAndRemove(t *testing.T) {
	path := filepath.Join(t.TempDir(), Overrides)
	hand := "# our agreement\noverrides:\n  # the big one\n  - service: AWSLambda\n    discount_percent: 5 # from May on\n"
	if err := os.WriteFile(path, []byte(hand), 0o600); err != nil {
		t.Fatal(err)
	}
	usd := unit.MustUSD("0.02")
	for _, o := range []price.Override{
		{Service: "AmazonS3", Region: "us-east-1", Dimension: "storage-standard", Price: &usd, Note: "private: \"x\" # y"},
		{Percent: unit.QuantityOf(3)},
		{Percent: unit.QuantityOf(4)}, // in the place of the one before
	} {
		if err := Set(path, o, price.Embedded()); err != nil {
			t.Fatal(err)
		}
	}
	all, err := ReadOverrides(path, price.Embedded())
	if err != nil || len(all) != 3 || all[1].Note != "private: \"x\" # y" || all[1].Price.Cmp(usd) != 0 || all[2].Percent.Cmp(unit.QuantityOf(4)) != 0 {
		t.Fatalf("got %+v, %v", all, err)
	}
	text, err := os.ReadFile(path)
	if err != nil || !strings.Contains(string(text), "# our agreement") || !strings.Contains(string(text), "# the big one") || !strings.Contains(string(text), "# from May on") {
		t.Errorf("%v, comments lost:\n%s", err, text)
	}
	for _, o := range all {
		if err := Remove(path, o, price.Embedded()); err != nil {
			t.Fatal(err)
		}
		if err := Remove(path, o, price.Embedded()); !errors.Is(err, ErrNoOverride) {
			t.Errorf("removed twice: %v", err)
		}
	}
	if all, err = ReadOverrides(path, price.Embedded()); err != nil || len(all) != 0 {
		t.Errorf("left: %+v, %v", all, err)
	}
}

func TestSetLeavesASpoiltFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), Overrides)
	const spoilt = "overrides:\n  - service: Mainframe\n    discount_percent: 5\n"
	if err := os.WriteFile(path, []byte(spoilt), 0o600); err != nil {
		t.Fatal(err)
	}
	err := Set(path, price.Override{Percent: unit.QuantityOf(3)}, price.Embedded())
	if err == nil || !strings.HasPrefix(err.Error(), path+":2: service") {
		t.Errorf("got %v", err)
	}
	if text, _ := os.ReadFile(path); string(text) != spoilt {
		t.Errorf("the file became %q", text)
	}
}

func FuzzParseOverrides(f *testing.F) {
	f.Add([]byte("overrides:\n  - service: AWSLambda\n    region: eu-west-1\n    dimension: duration-*\n    discount_percent: 10\n    note: x\n"))
	f.Add([]byte("overrides:\n  - {service: AmazonS3, dimension: storage-standard, price_usd: 0.02}\n"))
	f.Add([]byte("a: &a [*a]\n"))
	f.Add([]byte("overrides: null\n"))
	k := price.Key{Service: "AWSLambda", Region: "eu-west-1", Dimension: "requests"}
	f.Fuzz(func(t *testing.T, text []byte) {
		all, err := ParseOverrides(text, price.Embedded())
		if err != nil {
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("more than a line: %q", err)
			}
			return
		}
		if p, err := price.Embedded().WithOverrides(all).Lookup(k); err != nil || p.Tiers[0].Price.Sign() < 0 {
			t.Errorf("%+v, %v", p, err)
		}
	})
}
