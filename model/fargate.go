package model

import (
	"fmt"
	"slices"
	"strings"

	"github.com/breakeven-dev/breakeven/model/price"
	"github.com/breakeven-dev/breakeven/model/unit"
)

const amazonECS = "AmazonECS"

// fargateIncludedGB is the ephemeral storage of each task that costs nothing
// (AWS Fargate pricing page).
const fargateIncludedGB = 20

var _ = register(Service{
	Name: "fargate",
	Fields: []Field{
		{Name: "architecture", Kind: Choice, Choices: architectures},
		{Name: "purchase", Kind: Choice, Choices: []string{OnDemand, Spot, SavingsPlan1y, SavingsPlan3y}},
		{Name: "tasks", Default: "1"},
		{Name: "vcpu"},
		{Name: "memory_gb"},
		{Name: "ephemeral_storage_gb", Max: "200"},
		{Name: "hours", Default: HoursInMonth},
	},
	Bill: billFargate,
})

// FargateSize is a number of vCPUs and the memory sizes a task may have with
// it, from MinGB to MaxGB in steps of StepGB; the smallest size also allows
// half a GB.
type FargateSize struct {
	VCPU                 string
	MinGB, MaxGB, StepGB int64
	HalfGB               bool
}

// FargateSizes are the task sizes that exist, ascending (Amazon ECS developer
// guide, "Task CPU and memory").
var FargateSizes = []FargateSize{
	{VCPU: "0.25", MinGB: 1, MaxGB: 2, StepGB: 1, HalfGB: true},
	{VCPU: "0.5", MinGB: 1, MaxGB: 4, StepGB: 1},
	{VCPU: "1", MinGB: 2, MaxGB: 8, StepGB: 1},
	{VCPU: "2", MinGB: 4, MaxGB: 16, StepGB: 1},
	{VCPU: "4", MinGB: 8, MaxGB: 30, StepGB: 1},
	{VCPU: "8", MinGB: 16, MaxGB: 60, StepGB: 4},
	{VCPU: "16", MinGB: 32, MaxGB: 120, StepGB: 8},
}

// Memories returns the memory sizes in GB, ascending.
func (s FargateSize) Memories() []unit.Quantity {
	var sizes []unit.Quantity
	if s.HalfGB {
		sizes = append(sizes, unit.QuantityFromFloat(0.5))
	}
	for gb := s.MinGB; gb <= s.MaxGB; gb += s.StepGB {
		sizes = append(sizes, unit.QuantityOf(gb))
	}
	return sizes
}

// String lists the memory sizes, such as "8 vCPU: 16 to 60 GB in steps of 4".
func (s FargateSize) String() string {
	half := ""
	if s.HalfGB {
		half = "0.5 or "
	}
	return fmt.Sprintf("%s vCPU: %s%d to %d GB in steps of %d", s.VCPU, half, s.MinGB, s.MaxGB, s.StepGB)
}

// warnFargate names a task size that does not exist, and those that do. It is
// priced as given: sizes are added from time to time.
func warnFargate(l *Lines, v Values) {
	vcpu, memory := v.Number("vcpu"), v.Number("memory_gb")
	var counts []string
	for _, s := range FargateSizes {
		counts = append(counts, s.VCPU)
		if vcpu.String() != s.VCPU {
			continue
		}
		if !slices.ContainsFunc(s.Memories(), func(gb unit.Quantity) bool { return gb.Cmp(memory) == 0 }) {
			l.Warn("usage", fmt.Sprintf("memory_gb: %s GB is no Fargate size with %s", memory, s))
		}
		return
	}
	l.Warn("usage", fmt.Sprintf("vcpu: %s is no Fargate size: want one of %s", vcpu, strings.Join(counts, ", ")))
}

// billFargate prices the vCPUs, memory and storage that tasks hold over time
// (AWS Fargate pricing page).
func billFargate(l *Lines, v Values) {
	hours := v.Number("tasks").Mul(v.Number("hours"))
	rates := NewFargateRates(l.bill.Book(), l.region, v.Architecture(), v.Text("purchase"))
	l.AddRate(rates.service, rates.vcpu, rates.VCPU, rates.VCPUErr, hours.Mul(v.Number("vcpu")))
	l.AddRate(rates.service, rates.memory, rates.Memory, rates.MemoryErr, hours.Mul(v.Number("memory_gb")))
	extra := v.Number("ephemeral_storage_gb").Sub(unit.QuantityOf(fargateIncludedGB)).Max(unit.Quantity{})
	l.Add(amazonECS, "fargate-ephemeral-storage", hours.Mul(extra))
	warnFargate(l, v)
}

// FargateRates are the prices of a vCPU-hour and a GB-hour. An error is a
// *price.MissingError.
type FargateRates struct {
	VCPU, Memory          Rate
	VCPUErr, MemoryErr    error
	service, vcpu, memory string
}

// NewFargateRates returns Linux prices in a region for an architecture bought
// in the given way. A savings plan has its own published prices, which the
// book holds for few regions.
func NewFargateRates(book *price.Book, region unit.Region, arch unit.Architecture, purchase string) FargateRates {
	r := FargateRates{service: amazonECS}
	short := strings.TrimPrefix(LambdaSuffix(arch), "-")
	switch purchase {
	case Spot:
		r.vcpu, r.memory = "fargate-spot-"+short+"-vcpu", "fargate-spot-"+short+"-memory"
	case SavingsPlan1y, SavingsPlan3y:
		term := ":" + strings.TrimPrefix(purchase, "savings-plan-") + "r-no-upfront"
		r.service, r.vcpu, r.memory = "ComputeSavingsPlans", "fargate-"+short+"-vcpu"+term, "fargate-"+short+"-memory"+term
	default:
		r.vcpu, r.memory = "fargate-linux-"+short+"-vcpu", "fargate-linux-"+short+"-memory"
	}
	r.VCPU, r.VCPUErr = flatRate(book, price.Key{Service: r.service, Region: region, Dimension: r.vcpu}, "vCPU-hour")
	r.Memory, r.MemoryErr = flatRate(book, price.Key{Service: r.service, Region: region, Dimension: r.memory}, "GB-hour")
	if purchase == Spot {
		r.VCPU.float()
		r.Memory.float()
	}
	return r
}

// flatRate returns a price without tiers.
func flatRate(book *price.Book, k price.Key, per string) (Rate, error) {
	p, err := book.Lookup(k)
	if err != nil {
		return Rate{Unit: per}, err
	}
	usd, source := p.First()
	return Rate{USD: usd, Unit: per, Source: source}, nil
}

// float marks a rate that changes from day to day.
func (r *Rate) float() {
	r.Flag, r.Note = FlagFloating, "a spot price changes all the time, this one is of an unknown day"
	if r.Source.AsOf != "" {
		r.Note = "a spot price changes all the time, this one is of " + r.Source.AsOf
	}
}
