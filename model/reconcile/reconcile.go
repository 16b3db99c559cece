// Package reconcile holds what breakeven makes an account cost against what
// AWS billed for it, and says for every difference what it is likely made of.
//
// Like is compared with like: what public prices make of the usage that was
// billed, against the modelled cost of the same dimension. What AWS took off
// or put on top (credits, discounts, Savings Plans, free tiers, tax, support,
// refunds) stands on lines of its own. Every line has what was billed and what
// was modelled, so that lines add up to services and services to the whole.
package reconcile

import (
	"time"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// Charge is the sum of a bill's lines that are alike.
type Charge struct {
	Account   unit.AccountID
	Region    unit.Region // empty: none
	Service   string      // see ServiceOf
	Product   string      // as the bill calls it
	UsageType string
	Operation string
	// Category is one of the Category constants.
	Category string
	// Description of one of the lines.
	Description string
	// Free is set on usage that costs nothing.
	Free bool
	// Outside is set on usage of hours that the model knows nothing of.
	Outside  bool
	Quantity unit.Quantity
	// Billed is what was charged, before commitments are spread over what they
	// cover (unblended cost, BilledCost).
	Billed unit.USD
	// Comparable is what public prices make of it.
	Comparable unit.USD
}

// The categories of charges.
const (
	CategoryUsage         = "usage"
	CategoryPlanUsage     = "savings-plan-usage"
	CategoryReservedUsage = "reserved-usage"
)

// Reasons why what was billed and what was modelled differ, or do not.
const (
	ReasonMatches     = "matches"
	ReasonRounding    = "rounding"
	ReasonUnexplained = "unexplained"
	// ReasonInferred: billed lies where the model's own bounds allow.
	ReasonInferred    = "unexplained, within what is inferred"
	ReasonGap         = "metric gap"
	ReasonNotMeasured = "not measured"
	ReasonNoPrice     = "price missing"
	ReasonFreeTier    = "free tier"
	ReasonCredit      = "credit"
	ReasonTax         = "tax"
	ReasonRefund      = "refund"
	ReasonSupport     = "support"
	ReasonFee         = "fee"
	ReasonPlan        = "savings plan"
	ReasonReserved    = "reserved capacity"
	ReasonDiscount    = "discount"
	ReasonOther       = "other charge"
)

// reasons of charges that are not usage, by category.
var reasons = map[string]string{
	"credit": ReasonCredit, "tax": ReasonTax, "refund": ReasonRefund, "support": ReasonSupport, "fee": ReasonFee,
	"savings-plan-negation": ReasonPlan, "savings-plan-fee": ReasonPlan, CategoryPlanUsage: ReasonPlan,
	"reserved-fee": ReasonReserved, CategoryReservedUsage: ReasonReserved,
	"discount": ReasonDiscount, CategoryUsage: ReasonDiscount,
}

// Bill is one calendar month as AWS billed it.
type Bill struct {
	Source string    // "cur", "focus"
	Month  time.Time // its first instant, UTC
	// Usage is the time that the bill's usage lies in.
	Usage   model.Window
	Charges []Charge
}

// Line is one comparison.
type Line struct {
	Service string
	// Dimension of the price book; where breakeven has none, the usage type;
	// empty for charges that are no usage.
	Dimension string
	// UsageTypes are AWS's names of it, sorted.
	UsageTypes []string
	Billed     unit.USD
	Modelled   model.Cost
	Reason     string
	// Detail says more where there is more to say.
	Detail string
}

// Difference is what was billed beyond the model; unknown if the model is.
func (l Line) Difference() model.Cost { return difference(l.Billed, l.Modelled) }

func difference(billed unit.USD, modelled model.Cost) model.Cost {
	if modelled.Unknown {
		return model.UnknownCost
	}
	return model.Exactly(billed.Sub(modelled.Likely))
}

// Service is one service of the bill.
type Service struct {
	Service  string
	Billed   unit.USD
	Modelled model.Cost
	// Compared and ComparedModel are the parts that can be held against each
	// other: usage at public prices that was measured. Of a modelled range it
	// is the amount nearest to the bill.
	Compared, ComparedModel unit.USD
	// Off is their difference as a share of Compared, nil without any.
	Off *float64
	// Within tells whether Off is within the tolerance.
	Within bool
	Lines  []Line
}

// Result is a reconciled month.
type Result struct {
	Bill      Bill
	Tolerance float64
	Billed    unit.USD
	Modelled  model.Cost
	Services  []Service // by name
	// Skipped are accounts that were modelled and are not on the bill.
	Skipped []unit.AccountID
	// Complete is false where data or prices are missing, or a service that
	// breakeven covers was not measured.
	Complete bool
	// Within is true where every service is.
	Within bool
}

// Options of Run.
type Options struct {
	// Tolerance is the share of a service's cost that may be off, 0 to 1.
	Tolerance float64
}
