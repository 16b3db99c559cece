package compare

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/capacity"
	"github.com/breakeven-dev/breakeven/model/price"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// Options change what Run puts into a comparison.
type Options struct {
	Assumptions Assumptions
	// Profile is the load that autoscaled servers follow.
	Profile Profile
	// Curves fills Option.Curve for charts.
	Curves bool
}

// Run compares a workload with every other way to run it. The first option
// is Lambda as it is; the others follow by likely cost, unknown ones last.
// Each option, architecture and purchase appears once.
func Run(w Workload, c *Catalog, opt Options) model.Comparison {
	a := opt.Assumptions.filled()
	s := c.region(w.Region)
	c.scratch.reset()
	out := model.Comparison{RatePerSecond: w.RatePerSecond, Assumptions: stated(w, a)}
	if w.RatePerSecond <= 0 {
		out.Verdict = "Nothing to compare: it was not called in the window."
		return out
	}
	base, err := s.baseline(w)
	first := s.lambda(w, w.Architecture, base, err)
	rest := make([]model.Option, 1, 21)
	rest[0] = s.lambda(w, other(w.Architecture), nil, nil)
	all := s.candidates(w, a, opt.Profile)
	for i := range all {
		cand := &all[i]
		o := s.option(w, cand, base)
		if opt.Curves && !o.Monthly.Unknown {
			o.Curve = curve(w.RatePerSecond, o.BreakEven, func(sc scenario, r float64) capacity.Dollars { return cand.offers[sc].cost(r) })
		}
		rest = append(rest, o)
	}
	if opt.Curves {
		s.lambdaCurves(w, base, &first, &rest[0])
	}
	out.Verdict = verdict(w, first, rest, func(i int) Range { return all[i-1].band(base) })
	out.Options = c.scratch.ranked(first, rest)
	out.Assumptions = append(out.Assumptions, followStated(rest, a, opt.Profile)...)
	out.Warnings = missingWarnings(out.Options)
	return out
}

// candidates are all options but Lambda on demand.
func (s *shelf) candidates(w Workload, a Assumptions, p Profile) []candidate {
	for _, arch := range [...]unit.Architecture{w.Architecture, other(w.Architecture)} {
		s.scratch.candidates = append(s.scratch.candidates, s.provisioned(w, arch, a))
		for _, k := range serverKinds[arch] {
			s.scratch.candidates = append(s.scratch.candidates, s.server(w, k, a))
		}
	}
	for _, k := range followKinds(w.Architecture, p) {
		if list := s.followers(w, k, a, p); list[0].varies(w.RatePerSecond) {
			s.scratch.candidates = append(s.scratch.candidates, list...)
		}
	}
	return s.scratch.candidates
}

// baseline is Lambda's cost curve that break-even rates are measured against.
func (s *shelf) baseline(w Workload) (*[scenarios]meter, error) {
	var m [scenarios]meter
	for sc := range scenarios {
		if w.Billed != nil {
			if w.Billed.Monthly.Unknown || w.Billed.Idle.Unknown {
				return nil, errUnpriced
			}
			m[sc] = billedMeter(w.Billed, w.RatePerSecond, sc)
			continue
		}
		one, err := s.meter(w, w.Architecture, sc)
		if err != nil {
			return nil, err
		}
		m[sc] = one
	}
	return &m, nil
}

var errUnpriced = errors.New("its cost on Lambda is unknown")

// lambda is the option of Lambda on demand. With a baseline it is the
// workload as it is; else the same requests on another architecture.
func (s *shelf) lambda(w Workload, arch unit.Architecture, base *[scenarios]meter, err error) model.Option {
	o := model.Option{Option: Lambda, Architecture: arch, Purchase: model.OnDemand, Configuration: w.Memory.String(), Monthly: model.UnknownCost, Crossings: []float64{}}
	if w.Goal != nil {
		o.MeetsSLO = lambdaMeets(w)
	}
	switch {
	case err != nil:
		o.Assumptions = []string{firstLine(err)}
	case base != nil && w.Billed != nil:
		o.Configuration += ", as it is"
		o.Monthly = w.Billed.Monthly
	default:
		o.Monthly, err = s.otherCost(w, arch)
		if err != nil {
			o.Assumptions = append(o.Assumptions, firstLine(err))
		}
	}
	if arch != w.Architecture {
		o.Assumptions = append(o.Assumptions, archNote)
	}
	return o
}

const archNote = "the likely cost takes the same duration as now; the range is 215 published pairs of measurements on both architectures"

// otherCost is what the workload costs on an architecture: its own bill at
// other prices where it has one, else what its requests come to.
func (s *shelf) otherCost(w Workload, arch unit.Architecture) (model.Cost, error) {
	if w.Billed != nil && arch == w.Architecture {
		return w.Billed.Monthly, nil
	}
	if w.Billed != nil {
		return w.Billed.onOther(w)
	}
	return s.lambdaCost(w, arch)
}

// lambdaCost prices the workload's 730 hours of requests and GB-seconds
// exactly, tiers included; on another architecture within its range.
func (s *shelf) lambdaCost(w Workload, arch unit.Architecture) (model.Cost, error) {
	requests := unit.QuantityFromFloat(w.RatePerSecond).Mul(unit.QuantityOf(monthSeconds))
	held := requests.Mul(unit.QuantityFromFloat(w.Seconds)).Mul(w.Memory.GB())
	charge := func(sc scenario) (unit.USD, error) {
		q := held
		if r := durationRatio(w, arch, sc); r != 1 {
			q = q.Mul(unit.QuantityFromFloat(r))
		}
		total, err := s.charge("requests", requests)
		if err != nil {
			return total, err
		}
		gbs, err := s.charge("duration"+model.LambdaSuffix(arch), q)
		return total.Add(gbs), err
	}
	var c model.Cost
	var errs [3]error
	c.Likely, errs[0] = charge(likely)
	if arch == w.Architecture {
		c.Low, c.High = c.Likely, c.Likely
	} else {
		c.Low, errs[1] = charge(low)
		c.High, errs[2] = charge(high)
	}
	if err := errors.Join(errs[:]...); err != nil {
		return model.UnknownCost, errs[0]
	}
	return c, nil
}

func (s *shelf) charge(dimension string, q unit.Quantity) (unit.USD, error) {
	f := s.flat(model.LambdaService, dimension)
	if f.missing != nil {
		return unit.USD{}, f.missing
	}
	charges, err := f.price.Charge(unit.Quantity{}, q)
	var total unit.USD
	for _, c := range charges {
		total = total.Add(c.Cost)
	}
	return total, err
}

// band is where a candidate breaks even under the low and high scenarios,
// Lambda as is likely; High is 0 where it then never does.
func (c *candidate) band(base *[scenarios]meter) Range {
	var r Range
	if base == nil {
		return r
	}
	r.Low, _, _ = breakEven(crossings(&c.offers[low], &base[likely]))
	r.High, _, _ = breakEven(crossings(&c.offers[high], &base[likely]))
	return r
}

// option prices a candidate at the workload's rate and finds where it breaks
// even with base.
func (s *shelf) option(w Workload, c *candidate, base *[scenarios]meter) model.Option {
	o := model.Option{Option: c.kind.option, Architecture: c.kind.arch, Purchase: c.kind.purchase, Monthly: model.UnknownCost, Crossings: []float64{}, Assumptions: c.notes}
	if c.missing != nil {
		o.Configuration = "no price in this region"
		o.Assumptions = []string{firstLine(c.missing)}
		return o
	}
	f, servers, cost := c.offers[likely].choose(w.RatePerSecond)
	if servers == 0 {
		o.Configuration = "no size fits"
		return o
	}
	_, _, lowCost := c.offers[low].choose(w.RatePerSecond)
	_, _, highCost := c.offers[high].choose(w.RatePerSecond)
	o.Monthly = model.Cost{Low: usd(min(lowCost, cost)), Likely: usd(cost), High: usd(max(highCost, cost))}
	switch {
	case c.kind.option == Provisioned:
		o.Configuration = fmt.Sprintf("%s, %d provisioned", w.Memory, servers)
		o.Utilisation = w.RatePerSecond * w.Seconds / float64(servers)
	case c.follows():
		r := c.followed(w, w.RatePerSecond)
		r.describe(&o)
	default:
		o.Configuration, o.Servers = f.Size.Name, servers
		o.Utilisation = w.RatePerSecond / (float64(servers) * f.Size.Capacity(c.work))
	}
	if w.Goal != nil && o.MeetsSLO == nil {
		o.MeetsSLO = c.meets(w, f, servers)
	}
	if base == nil {
		return o
	}
	setBreakEven(&o)(crossings(&c.offers[likely], &base[likely]))
	return o
}

// setBreakEven returns what writes crossings into an option.
func setBreakEven(o *model.Option) func([]crossing, bool) {
	return func(found []crossing, cheaperAtZero bool) {
		for _, x := range found {
			o.Crossings = append(o.Crossings, x.rate)
		}
		from, to, ok := breakEven(found, cheaperAtZero)
		if !ok {
			return
		}
		o.BreakEven = &from
		if to > 0 {
			o.Assumptions = append(slices.Clone(o.Assumptions), fmt.Sprintf("costs less up to %s requests a second only: then Lambda's tiers are cheaper again", figures(to)))
		}
	}
}

// usd turns an estimate into an amount; a millionth of a dollar is far below
// what the assumptions are good for.
func usd(d capacity.Dollars) unit.USD { return unit.USDFromFloat(math.Round(float64(d)*1e6) / 1e6) }

func firstLine(err error) string {
	var missing *price.MissingError
	if errors.As(err, &missing) {
		return missing.Error()
	}
	return err.Error()
}

// lambdaMeets: a warm request is in time if its duration is; cold ones must
// be rare enough or in time as well.
func lambdaMeets(w Workload) *bool {
	ok := w.Seconds <= w.Goal.Seconds && (w.ColdShare <= 1-w.Goal.Quantile || w.Seconds+w.InitSeconds <= w.Goal.Seconds)
	return &ok
}

// meets checks a candidate against the goal with the servers it has.
func (c *candidate) meets(w Workload, f *capacity.Fleet, servers int) *bool {
	var ok bool
	miss := 1 - w.Goal.Quantile
	switch {
	case c.kind.option == Provisioned:
		ok = w.Seconds <= w.Goal.Seconds && (capacity.ErlangB(servers, w.RatePerSecond*w.peakFactor()*w.Seconds) <= miss || *lambdaMeets(w))
	case w.serverSeconds(f.Size.Speed) > w.Goal.Seconds:
	case c.work.CPUSeconds <= 0:
		ok = true
	default:
		busy := c.work.CPUSeconds / f.Size.Speed
		load := w.RatePerSecond * w.peakFactor() * busy
		ok = capacity.WaitExceeds(servers*f.Size.Slots, load, (w.Goal.Seconds-w.serverSeconds(f.Size.Speed))/busy/w.variability().Factor()) <= miss
	}
	return &ok
}

// ranking is an option and what it is ordered by.
type ranking struct {
	unknown bool
	usd     float64
	option  *model.Option
}

// ranked puts Lambda as it is before the others, those by likely cost, unknown
// ones last.
func (s *scratch) ranked(first model.Option, rest []model.Option) []model.Option {
	s.ranking = s.ranking[:0]
	for i := range rest {
		o := &rest[i]
		s.ranking = append(s.ranking, ranking{o.Monthly.Unknown, o.Monthly.Likely.Float64(), o})
	}
	slices.SortStableFunc(s.ranking, func(a, b ranking) int {
		if a.unknown != b.unknown {
			if a.unknown {
				return 1
			}
			return -1
		}
		return cmp.Or(cmp.Compare(a.usd, b.usd), cmp.Compare(a.option.Option, b.option.Option), cmp.Compare(a.option.Architecture, b.option.Architecture), cmp.Compare(a.option.Purchase, b.option.Purchase))
	})
	all := make([]model.Option, 1, 1+len(rest))
	all[0] = first
	for i := range s.ranking {
		all = append(all, *s.ranking[i].option)
	}
	return all
}

// missingWarnings names what could not be priced, once for each price that
// the book lacks. An option without price has the reason as its first
// assumption.
func missingWarnings(options []model.Option) []model.Warning {
	var reasons []string
	affected := map[string][]string{}
	for i := range options {
		o := &options[i]
		if !o.Monthly.Unknown || len(o.Assumptions) == 0 {
			continue
		}
		why := o.Assumptions[0]
		if affected[why] == nil {
			reasons = append(reasons, why)
		}
		affected[why] = append(affected[why], fmt.Sprintf("%s %s %s", o.Option, o.Architecture, o.Purchase))
	}
	var out []model.Warning
	for _, why := range reasons {
		out = append(out, model.Warning{Code: model.CodePriceMissing, Text: why + ": the cost of " + strings.Join(affected[why], ", ") + " is unknown"})
	}
	return out
}

// stated are the assumptions that all options share, in sentences.
func stated(w Workload, a Assumptions) []string {
	list := []string{
		fmt.Sprintf("servers are at most %.0f %% full in the peak, by CPU and by memory, and at least %d, in two zones (Lambda Managed Instances %d)", a.Utilisation*100, a.Servers, max(a.Servers, managedServers)),
		fmt.Sprintf("sized for %.4g requests a second, %.4g on average, of %.4g ms each", w.RatePerSecond*w.peakFactor(), w.RatePerSecond, w.Seconds*1000),
	}
	if w.CPUKnown {
		list = append(list, fmt.Sprintf("a request takes %.4g ms of a whole vCPU", w.CPUSeconds.Likely*1000))
	} else {
		list = append(list, fmt.Sprintf("the CPU time of a request is unknown: between none (all waiting) and %.4g ms of a vCPU (all CPU), half of that as likely", w.CPUSeconds.High*1000))
	}
	if w.MemoryGB.Low == w.MemoryGB.High {
		list = append(list, fmt.Sprintf("a request in progress holds %.4g MB of a server's memory", w.MemoryGB.Likely*mibPerGB))
	} else {
		list = append(list, fmt.Sprintf("a request in progress holds %.4g MB of a server's memory, %.4g to %.4g", w.MemoryGB.Likely*mibPerGB, w.MemoryGB.Low*mibPerGB, w.MemoryGB.High*mibPerGB))
	}
	if w.RequestDriven {
		list = append(list, "servers stand behind an application load balancer (hours and capacity units): a new connection for every 10 requests (1 to 100), 4 KB a request (1 to 16)")
	} else {
		list = append(list, "no load balancer: nothing shows that callers wait for it")
	}
	left := "left out on both sides: traffic between zones, NAT, public addresses, egress, logs, API Gateway, and people's time; the free tier is not subtracted"
	if a.operating() > 0 {
		left = fmt.Sprintf("operating Fargate or EC2 takes people %.4g hours a month more than Lambda, at $%.2f each; left out on both sides: traffic between zones, NAT, public addresses, egress, logs, and API Gateway; the free tier is not subtracted", a.OperatingHours, a.OperatingUSD)
	}
	return append(list,
		fmt.Sprintf("instances keep %.1f GB for the system and have a %d GB gp3 volume; burstable ones count with their baseline", systemGB, volumeGB),
		"savings plans are the compute ones without upfront payment, taken for EC2 as the convertible reserved price; spot prices change and spot servers are taken away at two minutes' notice",
		left,
	)
}

// curve samples an option's cost from a thirtieth to thirty times the present
// rate, and around its break-even.
func curve(rate float64, even *float64, cost func(scenario, float64) capacity.Dollars) []model.RateCost {
	const points, span = 33, 30.0
	lo, hi := rate/span, rate*span
	if even != nil && *even > 0 {
		lo, hi = min(lo, *even/2), max(hi, min(*even*2, rate*1e4))
	}
	out := make([]model.RateCost, points)
	for i := range out {
		r := lo * math.Pow(hi/lo, float64(i)/(points-1))
		c := cost(likely, r)
		out[i] = model.RateCost{RatePerSecond: r, Monthly: model.Cost{Low: usd(min(cost(low, r), c)), Likely: usd(c), High: usd(max(cost(high, r), c))}}
	}
	return out
}

func (s *shelf) lambdaCurves(w Workload, base *[scenarios]meter, first, second *model.Option) {
	if base != nil {
		first.Curve = curve(w.RatePerSecond, nil, func(sc scenario, r float64) capacity.Dollars { return base[sc].cost(r) })
	}
	var m [scenarios]meter
	for sc := range scenarios {
		var err error
		if m[sc], err = s.meter(w, second.Architecture, sc); err != nil {
			return
		}
	}
	second.Curve = curve(w.RatePerSecond, nil, func(sc scenario, r float64) capacity.Dollars { return m[sc].cost(r) })
}
