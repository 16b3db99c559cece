package price

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/breakeven-dev/breakeven/model/unit"
)

const head = "service,region,dimension,unit,tier_from,tier_to,price_usd,as_of,source\n"

// randomPrices are prices with the texts that a file of commas, quotes and
// lines has trouble with.
func randomPrices(r *rand.Rand) []Price {
	texts := []string{"requests", `a "quoted", one`, "naïve–dash", " spaced ", "x=y;z\\t", "'", "#"}
	pick := func() string { return texts[r.IntN(len(texts))] }
	seen := map[Key]bool{}
	var all []Price
	for range 1 + r.IntN(12) {
		k := Key{Service: fmt.Sprintf("Service%d", r.IntN(3)), Region: unit.Region(fmt.Sprintf("us-east-%d", r.IntN(3))), Dimension: pick()}
		if seen[k] {
			continue
		}
		seen[k] = true
		p := Price{Key: k, Unit: pick()}
		from := unit.Quantity{}
		for i, n := 0, 1+r.IntN(4); i < n; i++ {
			usd, _ := unit.ParseUSD(fmt.Sprintf("0.%010d", r.IntN(1_000_000_000)))
			t := Tier{From: from, Price: usd, Source: Source{Name: pick(), AsOf: []string{"2026-10-06", ""}[r.IntN(2)]}}
			if t.NoEnd = i == n-1 && r.IntN(5) > 0; !t.NoEnd {
				step, _ := unit.ParseQuantity(fmt.Sprintf("%d.%d", 1+r.IntN(1e9), r.IntN(10)))
				t.To = from.Add(step)
			}
			p.Tiers = append(p.Tiers, t)
			from = t.To
		}
		all = append(all, p)
	}
	return all
}

// TestCSVRoundTrip holds that prices written and read again are the same, that
// the order they are given in does not matter, and that a book made of them
// finds each.
func TestCSVRoundTrip(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		prices := randomPrices(r)
		var first, second bytes.Buffer
		if err := WriteCSV(&first, prices); err != nil {
			t.Fatal(err)
		}
		read, err := ReadCSV(bytes.NewReader(first.Bytes()))
		if err != nil {
			t.Fatalf("%v in\n%s", err, first.String())
		}
		r.Shuffle(len(read), func(i, j int) { read[i], read[j] = read[j], read[i] })
		if err := WriteCSV(&second, read); err != nil || first.String() != second.String() {
			t.Fatalf("%v: wrote\n%s\nthen\n%s", err, first.String(), second.String())
		}
		book := Embedded().With(read)
		if again := Embedded().With(prices); book.Version() != again.Version() {
			t.Fatalf("versions %s and %s of one book", book.Version(), again.Version())
		}
		for _, p := range prices {
			got, err := book.Lookup(p.Key)
			if err != nil || !equal(got, p) {
				t.Fatalf("%+v became %+v, %v", p, got, err)
			}
		}
	}
}

// equal compares what two prices say.
func equal(p, q Price) bool {
	text := func(p Price) string {
		var b bytes.Buffer
		_ = WriteCSV(&b, []Price{p})
		return b.String()
	}
	return p.Key == q.Key && text(p) == text(q)
}

// TestEmbeddedRoundTrip writes the whole embedded book and reads it again.
func TestEmbeddedRoundTrip(t *testing.T) {
	var all []Price
	seen := map[Key]bool{}
	for _, p := range Embedded().Find("", "") {
		if !seen[p.Key] { // reserved capacity has two units in one dimension
			all = append(all, p)
		}
		seen[p.Key] = true
	}
	var b bytes.Buffer
	if err := WriteCSV(&b, all); err != nil {
		t.Fatal(err)
	}
	read, err := ReadCSV(&b)
	if err != nil || len(read) != len(all) {
		t.Fatalf("%d prices became %d: %v", len(all), len(read), err)
	}
	for i, p := range read {
		if !equal(p, all[i]) {
			t.Fatalf("%+v became %+v", all[i], p)
		}
	}
}

func TestReadCSVRefuses(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"nothing", "", "line 1: the file is empty"},
		{"another header", "a,b,c,d,e,f,g,h,i\n", "line 1: want the header"},
		{"a column too few", head + "S,r,d,u,0,Inf,1,2026-01-01\n", "line 2: wrong number of fields"},
		{"a quote in the middle", head + "S,r,d,u,0,Inf,1,2026-01-01,x\"y\n", "line 2"},
		{"a negative price", head + "S,r,d,u,0,Inf,-1,2026-01-01,x\n", "line 2: price_usd"},
		{"an exponent", head + "S,r,d,u,0,Inf,1e9999999,2026-01-01,x\n", "line 2: price_usd"},
		{"a long number", head + "S,r,d,u,0,Inf," + strings.Repeat("1", 400) + ",2026-01-01,x\n", "line 2: column 7"},
		{"no number", head + "S,r,d,u,0,Inf,NaN,2026-01-01,x\n", "line 2: price_usd"},
		{"a tier without width", head + "S,r,d,u,0,0,1,2026-01-01,x\n", "line 2: tier_to: 0 is not above"},
		{"no bottom", head + "S,r,d,u,5,Inf,1,2026-01-01,x\n", "line 2: S d in r: the first tier starts at 5"},
		{"a hole", head + "S,r,d,u,0,5,1,2026-01-01,x\nS,r,d,u,6,Inf,1,2026-01-01,x\n", "line 3: S d in r: the tier from 6"},
		{"after the end", head + "S,r,d,u,0,Inf,1,2026-01-01,x\nS,r,d,u,5,Inf,1,2026-01-01,x\n", "line 3"},
		{"two units", head + "S,r,d,u,0,5,1,2026-01-01,x\nS,r,d,v,5,Inf,1,2026-01-01,x\n", "line 3"},
		{"a key twice", head + "S,r,d,u,0,Inf,1,2026-01-01,x\nS,r,e,u,0,Inf,1,2026-01-01,x\nS,r,d,u,0,Inf,1,2026-01-01,x\n", "line 4: S d in r stands in the file twice"},
		{"a control code", head + "S,r,d\x1b[2J,u,0,Inf,1,2026-01-01,x\n", "line 2: column 3"},
		{"no region", head + "S,,d,u,0,Inf,1,2026-01-01,x\n", "line 2: column 2"},
		{"lines in a field", head + "S,r,\"d\ne\",u,0,Inf,1,2026-01-01,x\n", "line 2: column 3"},
	} {
		_, err := ReadCSV(strings.NewReader(c.text))
		if err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
	}
}

func FuzzReadCSV(f *testing.F) {
	f.Add(head + "S,r,d,u,0,5,1,2026-01-01,x\nS,r,d,u,5,Inf,0.5,remembered,\"a, b\"\n")
	f.Add(head + "S,r,d,u,0,7.5,1,,x\n")
	f.Fuzz(func(t *testing.T, text string) {
		prices, err := ReadCSV(strings.NewReader(text))
		if err != nil {
			return
		}
		var b bytes.Buffer
		if err := WriteCSV(&b, prices); err != nil {
			t.Fatal(err)
		}
		again, err := ReadCSV(&b)
		if err != nil || len(again) != len(prices) {
			t.Fatalf("%d prices became %d: %v", len(prices), len(again), err)
		}
		for _, p := range prices {
			if charges, _ := p.Charge(unit.Quantity{}, unit.QuantityOf(1_000_000)); len(charges) > 0 && charges[0].Cost.Sign() < 0 {
				t.Errorf("a negative cost of %+v", p)
			}
		}
	})
}

// TestWithLeavesTheOldBook holds that a book is not changed by what stands
// before it elsewhere.
func TestWithLeavesTheOldBook(t *testing.T) {
	k := Key{Service: "AWSLambda", Region: "us-east-1", Dimension: "requests"}
	before, err := Embedded().Lookup(k)
	if err != nil {
		t.Fatal(err)
	}
	newer := before
	newer.Tiers = []Tier{{NoEnd: true, Price: unit.MustUSD("0.0000003"), Source: Source{Name: "a list", AsOf: "2027-01-01"}}}
	book := Embedded().With([]Price{newer})
	if after, err := Embedded().Lookup(k); err != nil || !reflect.DeepEqual(before, after) {
		t.Errorf("the embedded price became %+v, %v", after, err)
	}
	if got, _ := book.Lookup(k); !equal(got, newer) || book.AsOf() != "2027-01-01" || book.Version() == Embedded().Version() {
		t.Errorf("the new book %s of %s has %+v", book.Version(), book.AsOf(), got)
	}
	found := book.Find("lambda requests", "us-east-1")
	n := 0
	for _, p := range found {
		if p.Key == k {
			n++
			if !equal(p, newer) {
				t.Errorf("Find has %+v", p)
			}
		}
	}
	if n != 1 || len(found) != len(Embedded().Find("lambda requests", "us-east-1")) {
		t.Errorf("Find has the price %d times among %d", n, len(found))
	}
}
