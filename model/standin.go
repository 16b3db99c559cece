package model

import (
	"github.com/breakeven-dev/breakeven/model/price"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// standIn is a price that AWS announced to equal another one of the same
// region, up to a quantity a month.
type standIn struct {
	dimension string
	upTo      unit.Quantity
}

// standIns hold the logs of Lambda functions: since 2025-05-01 they have tiers
// of which the first, of 10 TB, costs what other logs cost in that region
// (AWS Compute Blog, "AWS Lambda introduces tiered pricing for Amazon
// CloudWatch logs", 2025-05-01). Price lists that name the one and not the
// other are common.
var standIns = map[string]standIn{
	logsIngestion[[2]string{"standard", "lambda"}]:          {logsIngestion[[2]string{"standard", "custom"}], unit.QuantityOf(10_240)},
	logsIngestion[[2]string{"infrequent-access", "lambda"}]: {logsIngestion[[2]string{"infrequent-access", "custom"}], unit.QuantityOf(10_240)},
}

// PricedAs returns the key whose price applies to a month's quantity of k: k
// itself, or, where the book lacks it, one that is known to be the same in the
// same region. Never another region's.
func PricedAs(book *price.Book, k price.Key, quantity unit.Quantity) price.Key {
	s, ok := standIns[k.Dimension]
	if !ok || k.Service != amazonCloudWatch || quantity.Cmp(s.upTo) > 0 {
		return k
	}
	other := price.Key{Service: k.Service, Region: k.Region, Dimension: s.dimension}
	if _, err := book.Lookup(k); err == nil {
		return k
	}
	if _, err := book.Lookup(other); err != nil {
		return k
	}
	return other
}
