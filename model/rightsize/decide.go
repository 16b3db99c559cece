package rightsize

import (
	"time"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/price"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// memoryStep is the grid that the floor is rounded up to.
const memoryStep = 64

// Floor is the smallest size to recommend for a largest memory use: a fifth
// above it, rounded up to 64 MB, never below 128 MB nor above 10,240 MB. A use
// that is not known, 0 or less, gives 128 MB.
func Floor(used unit.MiB) unit.MiB {
	const parts, whole = 6, 5 // 1.2, exactly
	if used <= 0 {
		return MinMemory
	}
	used = min(used, MaxMemory)
	steps := (used*parts + memoryStep*whole - 1) / (memoryStep * whole)
	return min(max(steps*memoryStep, MinMemory), MaxMemory)
}

// Prices are what an invocation on demand costs, at the first tier.
type Prices struct{ Request, GBSecond unit.USD }

// PricesOf looks up the prices of a region. The error is a
// *price.MissingError.
func PricesOf(book *price.Book, region unit.Region, arch unit.Architecture) (Prices, error) {
	request, err := first(book, region, "requests")
	if err != nil {
		return Prices{}, err
	}
	second, err := first(book, region, "duration"+model.LambdaSuffix(arch))
	return Prices{Request: request, GBSecond: second}, err
}

func first(book *price.Book, region unit.Region, dimension string) (unit.USD, error) {
	p, err := book.Lookup(price.Key{Service: "AWSLambda", Region: region, Dimension: dimension})
	if err != nil {
		return unit.USD{}, err
	}
	usd, _ := p.First()
	return usd, nil
}

// million is the number of invocations that costs are compared over.
const million = 1_000_000

// PerMillion is what a million invocations of a duration cost: requests, and
// memory over the duration rounded up to 1 ms, without initialisation (AWS
// Lambda pricing page).
func (p Prices) PerMillion(m unit.MiB, d time.Duration) unit.USD {
	ms := int64((d + time.Millisecond - 1) / time.Millisecond)
	held := unit.GBSecondsOf(m, unit.QuantityOf(ms))
	return p.Request.Add(p.GBSecond.Mul(held.Quantity)).Mul(unit.QuantityOf(million))
}

// Option is a size with what it costs. Cost is meaningless unless the
// estimate is Known.
type Option struct {
	Estimate
	PerMillion unit.USD
}

// Choice is the answer: the curve with its costs, and the sizes to choose, 0
// where the evidence does not allow a choice.
type Choice struct {
	Curve []Option
	// Cheapest costs least, the faster one of equals. Fastest takes least
	// time, the cheaper one of equals. Balanced is least in half its cost over
	// the highest plus half its duration over the longest. These are AWS
	// Lambda Power Tuning's strategies, with its default weight.
	Cheapest, Fastest, Balanced unit.MiB
	Floor                       unit.MiB
	Grade                       Grade
}

// Choose prices the curve and picks from its sizes of at least floor.
func (f *Fit) Choose(prices Prices, floor unit.MiB) Choice {
	c := Choice{Floor: floor, Grade: f.grade}
	var open []Option
	for _, e := range f.Curve() {
		o := Option{Estimate: e}
		if e.Known {
			o.PerMillion = prices.PerMillion(e.Memory, e.Duration)
		}
		c.Curve = append(c.Curve, o)
		if e.Known && e.Memory >= floor {
			open = append(open, o)
		}
	}
	if f.grade == GradeD || len(open) == 0 {
		return c
	}
	c.Cheapest = least(open, func(a, b Option) int {
		if by := a.PerMillion.Cmp(b.PerMillion); by != 0 {
			return by
		}
		return int(min(max(a.Duration-b.Duration, -1), 1))
	})
	c.Fastest = least(open, func(a, b Option) int {
		if a.Duration != b.Duration {
			return int(min(max(a.Duration-b.Duration, -1), 1))
		}
		return a.PerMillion.Cmp(b.PerMillion)
	})
	c.Balanced = balanced(open)
	return c
}

// least returns the memory of the first option that no other is before.
func least(list []Option, compare func(a, b Option) int) unit.MiB {
	best := list[0]
	for _, o := range list[1:] {
		if compare(o, best) < 0 {
			best = o
		}
	}
	return best.Memory
}

// balanced minimises w·cost/max cost + (1-w)·duration/max duration with
// w = 0.5 (aws-lambda-power-tuning, strategy "balanced"); of equals the
// smallest.
func balanced(list []Option) unit.MiB {
	const w = 0.5
	var costliest unit.USD
	var longest time.Duration
	for _, o := range list {
		if o.PerMillion.Cmp(costliest) > 0 {
			costliest = o.PerMillion
		}
		longest = max(longest, o.Duration)
	}
	value := func(o Option) float64 {
		return w*o.PerMillion.Ratio(costliest) + (1-w)*float64(o.Duration)/float64(longest)
	}
	best := list[0]
	for _, o := range list[1:] {
		if value(o) < value(best) {
			best = o
		}
	}
	return best.Memory
}
