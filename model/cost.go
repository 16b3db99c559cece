package model

import (
	"encoding/json"
	"time"

	"github.com/breakeven-dev/breakeven/model/price"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// Cost is an amount known exactly (Low = Likely = High), within bounds, or
// not at all. Unknown is a state of its own: it prints as a dash and
// marshals as null, and makes every sum it enters unknown.
type Cost struct {
	Low, Likely, High unit.USD
	Unknown           bool
}

// Exactly returns a Cost without doubt.
func Exactly(u unit.USD) Cost { return Cost{Low: u, Likely: u, High: u} }

// UnknownCost is the Cost of something that could not be priced.
var UnknownCost = Cost{Unknown: true}

// Exact reports whether c is known and without spread.
func (c Cost) Exact() bool { return !c.Unknown && c.Low.Cmp(c.High) == 0 }

// Add returns c + d, bound by bound; unknown if either is.
func (c Cost) Add(d Cost) Cost {
	if c.Unknown || d.Unknown {
		return UnknownCost
	}
	return Cost{Low: c.Low.Add(d.Low), Likely: c.Likely.Add(d.Likely), High: c.High.Add(d.High)}
}

// Scale returns c with each bound multiplied by q, which must not be negative.
func (c Cost) Scale(q unit.Quantity) Cost {
	if c.Unknown {
		return c
	}
	return Cost{Low: c.Low.Mul(q), Likely: c.Likely.Mul(q), High: c.High.Mul(q)}
}

// MarshalJSON writes {"likely_usd","low_usd","high_usd"}, each null if unknown.
func (c Cost) MarshalJSON() ([]byte, error) {
	var out struct {
		Likely *unit.USD `json:"likely_usd"`
		Low    *unit.USD `json:"low_usd"`
		High   *unit.USD `json:"high_usd"`
	}
	if !c.Unknown {
		out.Likely, out.Low, out.High = &c.Likely, &c.Low, &c.High
	}
	return json.Marshal(out)
}

// UnmarshalJSON reads what MarshalJSON writes.
func (c *Cost) UnmarshalJSON(b []byte) error {
	var in struct {
		Likely *unit.USD `json:"likely_usd"`
		Low    *unit.USD `json:"low_usd"`
		High   *unit.USD `json:"high_usd"`
	}
	if err := json.Unmarshal(b, &in); err != nil {
		return err
	}
	if in.Likely == nil || in.Low == nil || in.High == nil {
		*c = UnknownCost
		return nil
	}
	*c = Cost{Low: *in.Low, Likely: *in.Likely, High: *in.High}
	return nil
}

// LineItem is one line of a bill: a quantity of one dimension in one tier.
type LineItem struct {
	Dimension string        `json:"dimension"` // "duration-arm"
	Quantity  unit.Quantity `json:"quantity"`
	Unit      string        `json:"unit"` // "GB-second"
	// UnitPrice is the tier's price, or the month's average over tiers where
	// the line is a share of a month that spans several.
	UnitPrice unit.USD      `json:"unit_price_usd"`
	TierFrom  unit.Quantity `json:"tier_from"`
	Cost      Cost          `json:"cost"`
	Source    price.Source  `json:"price_source"`
	// PriceFlag says what makes the price less than a list price: one of the
	// Flag constants, empty for a list price.
	PriceFlag string `json:"price_flag,omitempty"`
	// Basis tells how the quantity is known: "measured", "inferred" or "assumed".
	Basis string `json:"basis"`
}

// The values of LineItem.Basis.
const (
	BasisMeasured = "measured"
	BasisInferred = "inferred"
	BasisAssumed  = "assumed"
)

// Window is a half-open interval [From, To) in UTC.
type Window struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// Hours returns the window's length in hours.
func (w Window) Hours() float64 { return w.To.Sub(w.From).Hours() }

// HoursPerMonth is what "per month" means in advice and comparisons; AWS's
// own calculators use the same 730.
const HoursPerMonth = 730

// Warning is what a reader must know about the numbers beside it. It prints
// as a footnote.
type Warning struct {
	// Code is stable and short ("price-missing", "remembered-price", "gap").
	Code     string          `json:"code"`
	Text     string          `json:"text"`
	Resource unit.ResourceID `json:"resource,omitempty"` // empty: concerns everything
}
