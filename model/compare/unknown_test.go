package compare

import (
	"math"
	"testing"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/price"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// TestCrossingsAreNumbers compares a workload whose memory is so small that
// no number of servers is ever filled: the walk over the staircase must end
// before rates that overflow.
func TestCrossingsAreNumbers(t *testing.T) {
	dollars := func(s string) model.Cost { return model.Exactly(unit.MustUSD(s)) }
	w := Workload{
		RatePerSecond: 0.0036, Seconds: 0.349, Region: "us-east-1", Architecture: "x86_64",
		Billed: &Billed{Monthly: dollars("0.15"), Fixed: dollars("0.002"), Held: dollars("0.148"), Idle: dollars("0"), Standing: dollars("0")},
	}
	for _, o := range Run(w, NewCatalog(price.Embedded()), Options{}).Options {
		for _, x := range o.Crossings {
			if math.IsNaN(x) || math.IsInf(x, 0) || x > maxRate {
				t.Errorf("%s %s %s crosses at %v requests a second", o.Option, o.Architecture, o.Purchase, x)
			}
		}
	}
}
