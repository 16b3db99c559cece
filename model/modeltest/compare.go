package modeltest

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// profile is a workload as the sample comparison sees it.
type profile struct {
	rate     float64 // mean arrivals a second
	peak     float64 // peak over mean
	seconds  float64 // busy seconds a request
	gb       float64
	arch     unit.Architecture
	balancer bool
	idle     float64 // USD a month for provisioned concurrency
	each     float64 // USD a request
}

// profile derives a workload from a priced function; monthly is its cost.
func (s spec) profile(f model.Function) profile {
	p := profile{rate: f.Load.MeanPerSecond, peak: 2.2, seconds: s.meanMs / 1000, gb: float64(s.memory) / 1024, arch: s.arch, balancer: s.api}
	p.idle = float64(s.pc) * p.gb * monthSeconds * rates[s.arch].idle.Float64()
	if p.rate > 0 {
		p.each = (f.Monthly.Likely.Float64() - p.idle) / (p.rate * monthSeconds)
	}
	return p
}

// server is a way to run a workload on standing capacity.
type server struct {
	option, purchase, configuration string
	arch                            unit.Architecture
	hourly                          float64 // USD for one
	slots                           float64 // requests at a time at 70 %
}

// List prices of us-east-1, October 2026, rounded to what a sample needs.
var servers = []server{
	{"lambda-managed-instances", "on-demand", "c7g.xlarge", unit.ARM, 0.1663, 5.2},
	{"fargate", "on-demand", "1 vCPU, 2 GB", unit.X86, 0.04937, 1.4},
	{"fargate", "on-demand", "1 vCPU, 2 GB", unit.ARM, 0.0395, 1.4},
	{"fargate", "spot", "1 vCPU, 2 GB", unit.ARM, 0.01257, 1.4},
	{"ec2", "on-demand", "m7g.large", unit.ARM, 0.0816, 2.8},
	{"ec2", "savings-plan-1y", "m7g.large", unit.ARM, 0.0539, 2.8},
}

const (
	balancerMonthly = 22.27 // USD: hours and one LCU
	monthSeconds    = model.HoursPerMonth * 3600
)

// lambdaMonthly is what a rate costs on Lambda in 730 hours.
func (p profile) lambdaMonthly(rate float64, arch unit.Architecture) float64 {
	factor := 1.0
	if arch != p.arch {
		factor = rates[arch].duration.Ratio(rates[p.arch].duration)
	}
	return factor * (p.idle + rate*monthSeconds*p.each)
}

func (s server) count(p profile, rate float64) int {
	return max(2, int(math.Ceil(rate*p.peak*p.seconds/(s.slots*0.7))))
}

func (s server) monthly(p profile, rate float64) float64 {
	c := float64(s.count(p, rate)) * s.hourly * model.HoursPerMonth
	if p.balancer {
		c += balancerMonthly
	}
	return c
}

func other(a unit.Architecture) unit.Architecture {
	if a == unit.X86 {
		return unit.ARM
	}
	return unit.X86
}

func around(usd, spread float64) model.Cost {
	return model.Cost{Low: cents(usd * (1 - spread)), Likely: cents(usd), High: cents(usd * (1 + spread))}
}

// cents keeps samples short: six decimals are enough of a model's result.
func cents(usd float64) unit.USD { return unit.USDFromFloat(usd).Round(6) }

// compare holds a workload against eight other ways to run it.
func compare(p profile, monthly model.Cost) model.Comparison {
	c := model.Comparison{
		RatePerSecond: p.rate,
		Assumptions:   []string{"70 % target utilisation in the peak hour", "at least two servers, in two zones", "list prices without commitments unless named"},
	}
	if p.rate == 0 || monthly.Unknown {
		c.Verdict = "Nothing to compare: it was not called in the window, or its cost is unknown."
		return c
	}
	as := model.Option{Option: "lambda", Architecture: p.arch, Purchase: "on-demand", Configuration: fmt.Sprintf("%.0f MB, as it is", p.gb*1024), Monthly: monthly}
	as.Curve = p.curve(func(r float64) float64 { return p.lambdaMonthly(r, p.arch) })
	swapped := model.Option{Option: "lambda", Architecture: other(p.arch), Purchase: "on-demand", Configuration: as.Configuration[:len(as.Configuration)-len(", as it is")], Monthly: around(p.lambdaMonthly(p.rate, other(p.arch)), 0.06)}
	swapped.Assumptions = []string{"the same duration on the other architecture"}
	warm := model.Option{Option: "lambda-provisioned-concurrency", Architecture: p.arch, Purchase: "on-demand", Configuration: "no price in this region", Monthly: model.UnknownCost, Assumptions: []string{"sized for the peak hour"}}
	rest := []model.Option{swapped, warm}
	for _, s := range servers {
		rest = append(rest, p.option(s))
	}
	slices.SortStableFunc(rest, func(a, b model.Option) int {
		if a.Monthly.Unknown != b.Monthly.Unknown {
			if a.Monthly.Unknown {
				return 1
			}
			return -1
		}
		return cmp.Or(a.Monthly.Likely.Cmp(b.Monthly.Likely), cmp.Compare(a.Option, b.Option))
	})
	c.Options = append([]model.Option{as}, rest...)
	c.Verdict = verdict(as, rest[0])
	return c
}

func (p profile) option(s server) model.Option {
	o := model.Option{Option: s.option, Architecture: s.arch, Purchase: s.purchase, Configuration: s.configuration, Servers: s.count(p, p.rate), Monthly: around(s.monthly(p, p.rate), 0.12)}
	o.Utilisation = p.rate * p.seconds / (float64(o.Servers) * s.slots)
	o.Curve = p.curve(func(r float64) float64 { return s.monthly(p, r) })
	o.Assumptions = []string{fmt.Sprintf("%.1f requests at a time on each", s.slots)}
	for i := 1; i <= 400; i++ {
		r := p.rate * math.Pow(10, float64(i-200)/80)
		before := p.rate * math.Pow(10, float64(i-201)/80)
		was, is := s.monthly(p, before) < p.lambdaMonthly(before, p.arch), s.monthly(p, r) < p.lambdaMonthly(r, p.arch)
		if was != is {
			o.Crossings = append(o.Crossings, math.Round(r*1e4)/1e4)
		}
	}
	if len(o.Crossings) > 0 {
		o.BreakEven = &o.Crossings[len(o.Crossings)-1]
	}
	return o
}

func (p profile) curve(f func(float64) float64) []model.RateCost {
	var out []model.RateCost
	for i := range 33 {
		r := p.rate * math.Pow(10, float64(i-16)/16)
		out = append(out, model.RateCost{RatePerSecond: r, Monthly: model.Exactly(cents(f(r)))})
	}
	return out
}

func verdict(as, best model.Option) string {
	if best.Monthly.Likely.Cmp(as.Monthly.Likely) >= 0 {
		return "Stay on Lambda: no server that carries this load costs less."
	}
	return fmt.Sprintf("%s on %s (%s) would carry this load for $%s a month instead of $%s.",
		best.Option, best.Architecture, best.Purchase, best.Monthly.Likely.StringFixed(2), as.Monthly.Likely.StringFixed(2))
}

// accountComparison adds the functions' options up, option by option.
func accountComparison(fns []model.Function) model.Comparison {
	total := model.Comparison{Assumptions: []string{"each function moves on its own; fleets are not shared", "70 % target utilisation in the peak hour", "at least two servers for each function, in two zones"}}
	sums := map[string]*model.Option{}
	var order []string
	for _, f := range fns {
		total.RatePerSecond += f.Compare.RatePerSecond
		for i, o := range f.Compare.Options {
			key := o.Option + o.Purchase + fmt.Sprint(o.Option == "lambda" && i > 0) + map[bool]string{true: string(o.Architecture)}[o.Servers > 0]
			s, seen := sums[key]
			if !seen {
				order = append(order, key)
				s = &model.Option{Option: o.Option, Architecture: o.Architecture, Purchase: o.Purchase, Configuration: o.Configuration, Assumptions: o.Assumptions, Monthly: model.Exactly(unit.USD{})}
				sums[key] = s
			}
			s.Monthly = s.Monthly.Add(o.Monthly)
			s.Servers += o.Servers
			s.Utilisation += o.Utilisation * float64(o.Servers)
		}
	}
	for _, key := range order {
		o := *sums[key]
		if o.Servers > 0 {
			o.Utilisation /= float64(o.Servers)
		}
		total.Options = append(total.Options, o)
	}
	if len(total.Options) == 0 {
		return total
	}
	finishAccount(&total)
	return total
}

// finishAccount gives the account's options curves, crossings and a verdict.
func finishAccount(c *model.Comparison) {
	base := c.Options[0].Monthly.Likely.Float64()
	for i := range c.Options {
		o := &c.Options[i]
		if o.Monthly.Unknown {
			continue
		}
		own := o.Monthly.Likely.Float64()
		floor := own * 0.35
		at := func(x float64) float64 { return max(floor, own*(0.35+0.65*x)) }
		if o.Option == "lambda" {
			at = func(x float64) float64 { return own * x }
		}
		for k := range 33 {
			x := math.Pow(10, float64(k-16)/16)
			o.Curve = append(o.Curve, model.RateCost{RatePerSecond: c.RatePerSecond * x, Monthly: model.Exactly(cents(at(x)))})
		}
		if slope := base - own*0.65; o.Option != "lambda" && slope > 0 {
			cross := c.RatePerSecond * floor / slope
			o.Crossings, o.BreakEven = []float64{cross}, &cross
		}
	}
	slices.SortStableFunc(c.Options[1:], func(a, b model.Option) int {
		if a.Monthly.Unknown != b.Monthly.Unknown {
			if a.Monthly.Unknown {
				return 1
			}
			return -1
		}
		return a.Monthly.Likely.Cmp(b.Monthly.Likely)
	})
	c.Verdict = verdict(c.Options[0], c.Options[1])
}
