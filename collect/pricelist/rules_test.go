package pricelist

import (
	"fmt"
	"slices"
	"testing"

	"github.com/breakeven-dev/breakeven/collect/pricelist/listtest"
	"github.com/breakeven-dev/breakeven/model/price"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// jsonNames are the attributes of rules as JSON spells them.
var jsonNames = map[string]string{
	"cachememorysizegb": "cacheMemorySizeGb", "queuetype": "queueType", "logsdestination": "logsDestination", "tolocation": "toLocation",
}

// published is the file that AWS would publish of what the embedded book knows
// of an offer in a region, as the rules tell products apart.
func published(offer string, region unit.Region, prefix string) (listtest.Offer, []price.Price) {
	o := listtest.Offer{Code: offer, Region: string(region), Version: "20261001184746", Published: "2026-10-01T18:47:46Z"}
	var want []price.Price
	seen := map[string]bool{}
	for i, r := range rules[offer] {
		p, err := price.Embedded().Lookup(price.Key{Service: offer, Region: region, Dimension: r.dimension})
		if err != nil || seen[r.dimension] {
			continue
		}
		seen[r.dimension] = true
		want = append(want, p)
		usage := r.usage
		if usage == "" {
			usage = fmt.Sprintf("Usage%d", i)
		}
		product := listtest.Usage(fmt.Sprintf("SKU%d", i), string(region), prefix+usage, "", "")
		for name, value := range r.where {
			if name == "productfamily" {
				product.Family = value
				continue
			}
			if other, ok := jsonNames[name]; ok {
				name = other
			}
			product.Attributes[name] = value
		}
		product.Tiers = nil
		for _, t := range p.Tiers {
			to := "Inf"
			if !t.NoEnd {
				to = t.To.String()
			}
			product.Tiers = append(product.Tiers, listtest.Tier{From: t.From.String(), To: to, USD: t.Price.Mul(unit.QuantityOf(max(r.per, 1))).String()})
		}
		slices.Reverse(product.Tiers)
		o.Products = append(o.Products, product)
	}
	return o, want
}

// TestListOfTheBook publishes what the embedded book knows and reads it again:
// every rule finds its product, in both formats and under every prefix, and
// nothing else.
func TestListOfTheBook(t *testing.T) {
	total := 0
	for _, where := range []struct {
		region unit.Region
		prefix string
	}{{"us-east-1", ""}, {"us-east-1", "USE1-"}, {"eu-west-1", "EU-"}, {"ap-northeast-1", "APN1-"}} {
		for offer := range rules {
			o, want := published(offer, where.region, where.prefix)
			if len(want) == 0 {
				continue
			}
			for _, f := range []struct {
				format string
				parse  parser
				body   []byte
			}{{"JSON", readJSON, o.JSON()}, {"CSV", readCSV, o.CSV()}} {
				read, err := f.parse(opened(f.body), offer, where.region)
				if err != nil {
					t.Fatal(err)
				}
				got, skipped := read.prices(shapesOf(price.Embedded(), offer))
				byDimension := map[string]price.Price{}
				for _, p := range got {
					byDimension[p.Key.Dimension] = p
				}
				for _, p := range want {
					total++
					if !p.Tiers[len(p.Tiers)-1].NoEnd {
						continue // the book knows the lower tiers alone: a list with a hole
					}
					have, ok := byDimension[p.Key.Dimension]
					if !ok || have.Unit != p.Unit || !have.ChargesLike(p) {
						t.Errorf("%s %s in %s, %s, prefix %q: got %+v, want %+v, skipped %v", offer, p.Key.Dimension, where.region, f.format, where.prefix, have, p, skipped)
					}
				}
			}
		}
	}
	if total < 500 {
		t.Errorf("only %d prices were compared", total)
	}
}
