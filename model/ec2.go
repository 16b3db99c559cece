package model

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/breakeven-dev/breakeven/model/price"
	"github.com/breakeven-dev/breakeven/model/unit"
)

const amazonEC2 = "AmazonEC2"

// The ways to buy server capacity, as usage files and comparisons spell them.
// The savings plan is the Compute one; all commitments are without upfront
// payment.
const (
	OnDemand      = "on-demand"
	Spot          = "spot"
	SavingsPlan1y = "savings-plan-1y"
	SavingsPlan3y = "savings-plan-3y"
	StandardRI1y  = "standard-ri-1y"
	StandardRI3y  = "standard-ri-3y"
)

var ec2Purchases = []string{OnDemand, Spot, SavingsPlan1y, SavingsPlan3y, StandardRI1y, StandardRI3y}

var _ = register(Service{
	Name: "ec2",
	Fields: []Field{
		{Name: "instance_type", Kind: Text, Required: true},
		{Name: "purchase", Kind: Choice, Choices: ec2Purchases},
		{Name: "count", Default: "1"},
		{Name: "hours", Default: HoursInMonth},
		{Name: "ebs_gp3_gb"},
		{Name: "ebs_gp2_gb"},
		{Name: "surplus_vcpu_hours"},
	},
	Check: checkEC2,
	Bill:  billEC2,
})

var instanceTypePattern = regexp.MustCompile(`^[a-z][a-z0-9-]{0,15}\.[a-z0-9-]{1,15}$`)

// checkInstanceType refuses what cannot be an instance type. One that is well
// spelled but unknown to the price book is not refused: its price is missing.
func checkInstanceType(v Values) error {
	if name := v.Text("instance_type"); !instanceTypePattern.MatchString(name) {
		return &FieldError{"instance_type", fmt.Sprintf("%q is not an instance type such as c7g.large", name)}
	}
	return nil
}

func checkEC2(v Values) error {
	if err := checkInstanceType(v); err != nil {
		return err
	}
	if v.Number("surplus_vcpu_hours").Sign() > 0 && !strings.HasPrefix(v.Text("instance_type"), "t") {
		return &FieldError{"surplus_vcpu_hours", v.Text("instance_type") + " has no CPU credits: only the T families have"}
	}
	return nil
}

// billEC2 prices instance hours, EBS volumes by their total size, and the
// surplus CPU credits of a T family in unlimited mode (EC2 and EBS pricing
// pages).
func billEC2(l *Lines, v Values) {
	instance, purchase := v.Text("instance_type"), v.Text("purchase")
	rate, err := EC2Rate(l.bill.Book(), l.region, instance, purchase)
	l.AddRate(amazonEC2, ec2Dimension(instance, purchase), rate, err, v.Number("count").Mul(v.Number("hours")))
	l.Add(amazonEC2, "ebs-gp3-storage", v.Number("ebs_gp3_gb"))
	l.Add(amazonEC2, "ebs-gp2-storage", v.Number("ebs_gp2_gb"))
	l.Add(amazonEC2, "cpu-credits:"+family(instance), v.Number("surplus_vcpu_hours"))
}

// ec2Dimension names an instance hour by how it is bought.
func ec2Dimension(instanceType, purchase string) string {
	return "linux-shared-" + purchase + ":" + instanceType
}

// family is the part of an instance type before its size.
func family(instanceType string) string {
	f, _, _ := strings.Cut(instanceType, ".")
	return f
}

// multipliers are the dimensions, up to the instance family, of what a
// purchase costs relative to on demand. A Compute Savings Plan is taken as
// the convertible reserved instance, which it follows closely.
var multipliers = map[string]string{
	SavingsPlan1y: "ri-convertible-1yr-no-upfront:",
	SavingsPlan3y: "ri-convertible-3yr-no-upfront:",
	StandardRI1y:  "ri-standard-1yr-no-upfront:",
	StandardRI3y:  "ri-standard-3yr-no-upfront:",
}

// EC2Rate returns the price of an instance hour (Linux, shared tenancy)
// bought in the given way. The error is a *price.MissingError where the book
// lacks the on-demand price or the multiplier; the Rate then still names its
// unit.
func EC2Rate(book *price.Book, region unit.Region, instanceType, purchase string) (Rate, error) {
	rate := Rate{Unit: "hour"}
	usd, source, err := book.OnDemand(region, instanceType)
	if err != nil {
		return rate, err
	}
	if purchase == OnDemand {
		rate.USD, rate.Source = usd, source
		return rate, nil
	}
	dimension := "spot-typical"
	if purchase != Spot {
		dimension = multipliers[purchase] + family(instanceType)
	}
	p, err := book.Lookup(price.Key{Service: amazonEC2, Region: region, Dimension: dimension})
	if err != nil {
		return rate, err
	}
	factor, factorSource := p.First()
	bought, err := Rate{USD: usd, Unit: "hour", Source: source}.times(factor, factorSource)
	if err != nil {
		return rate, fmt.Errorf("price of %s: %w", instanceType, err)
	}
	switch purchase {
	case Spot:
		bought.Flag, bought.Note = FlagAssumed, fmt.Sprintf("assumed at %s of the on-demand price, a typical spot price and no quote", factor)
	case SavingsPlan1y, SavingsPlan3y:
		bought.Flag, bought.Note = FlagApproximate, fmt.Sprintf("approximate at %s of the on-demand price, the convertible reserved instance's", factor)
	}
	return bought, nil
}
