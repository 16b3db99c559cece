package model

import (
	"testing"

	"github.com/breakeven-dev/breakeven/model/price"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// The logs of functions cost what others cost where the book lacks their own
// price, in the same region and within the first tier.
func TestPricedAs(t *testing.T) {
	book := price.Embedded()
	const custom, vended = "logs-ingest-standard", "logs-ingest-lambda-to-cloudwatch-standard (vended, since 2025-05-01)"
	const rare = "logs-ingest-lambda-to-cloudwatch-infrequent-access (vended, since 2025-05-01)"
	for _, tt := range []struct {
		service           string
		region            unit.Region
		dimension         string
		gb                int64
		want, whyNotAsked string
	}{
		{"AmazonCloudWatch", "us-east-1", vended, 5, vended, "it has a price of its own"},
		{"AmazonCloudWatch", "eu-west-1", vended, 5, custom, ""},
		{"AmazonCloudWatch", "eu-west-1", vended, 10_240, custom, ""},
		{"AmazonCloudWatch", "eu-west-1", vended, 10_241, vended, "further tiers are cheaper"},
		{"AmazonCloudWatch", "eu-west-1", rare, 5, rare, "the other has no price there either"},
		{"AmazonCloudWatch", "eu-west-1", "logs-storage", 5, "logs-storage", "it is not a function's"},
		{"AmazonS3", "eu-west-1", vended, 5, vended, "it is another service"},
		{"AmazonCloudWatch", "cn-north-1", vended, 5, vended, "nothing is known of that region"},
	} {
		got := PricedAs(book, price.Key{Service: tt.service, Region: tt.region, Dimension: tt.dimension}, unit.QuantityOf(tt.gb))
		if got.Dimension != tt.want || got.Region != tt.region || got.Service != tt.service {
			t.Errorf("%s of %d GB in %s is priced as %+v, want %s: %s", tt.dimension, tt.gb, tt.region, got, tt.want, tt.whyNotAsked)
		}
	}
	// In us-east-1, where both prices are known, the first tier is the other price.
	own, err := book.Lookup(price.Key{Service: amazonCloudWatch, Region: "us-east-1", Dimension: vended})
	other, err2 := book.Lookup(price.Key{Service: amazonCloudWatch, Region: "us-east-1", Dimension: custom})
	if err != nil || err2 != nil || own.Tiers[0].Price.Cmp(other.Tiers[0].Price) != 0 {
		t.Errorf("first tier %+v, other logs %+v (%v, %v)", own.Tiers, other.Tiers, err, err2)
	}
}
