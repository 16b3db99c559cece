package model

import (
	"testing"

	"github.com/breakeven-dev/breakeven/model/price"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// DynamoDB's 25 GB are free once a region; the book's table starts with them,
// and an allowance that is not counted costs the next tier's price.
func TestAllowancePerRegion(t *testing.T) {
	const storage = "storage-standard"
	dynamoDB := func(r unit.Region) price.Key {
		return price.Key{Service: "AmazonDynamoDB", Region: r, Dimension: storage}
	}
	cost := func(b *Bill, r unit.Region, gb int64) string {
		sum := Exactly(unit.USD{})
		for _, i := range b.Charge(dynamoDB(r), unit.QuantityOf(gb)) {
			sum = sum.Add(i.Cost)
		}
		return sum.Likely.String()
	}
	for _, c := range []struct {
		name               string
		freeTier           bool
		perRegion          bool
		first, same, other string
	}{
		// 20 GB, 20 GB in the same region, 20 GB in Ohio, at 0.25 a GB each
		{"not counted", false, true, "5", "5", "5"},
		{"once a region", true, true, "0", "3.75", "0"},
		{"once", true, false, "0", "3.75", "5"},
	} {
		b := NewBill(price.Embedded(), c.freeTier)
		b.allowances[priced{"AmazonDynamoDB", storage}] = Allowance{Name: "storage", Of: dynamoDB("us-east-1"), PerRegion: c.perRegion}
		got := [3]string{cost(b, "us-east-1", 20), cost(b, "us-east-1", 20), cost(b, "us-east-2", 20)}
		if got != [3]string{c.first, c.same, c.other} {
			t.Errorf("%s: got %v", c.name, got)
		}
	}
}
