package compare

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/capacity"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// group is a part of the account that moves together: a region's functions.
type group struct {
	// share of the account's rate.
	share float64
	cand  candidate
}

// total is one option over the whole account.
type total struct {
	kind   kind
	groups []group
}

// Account compares all functions together. The functions of a region share
// one fleet there, sized for the region's part of the account's busiest hour
// (peak is that hour's load over the mean); provisioned concurrency and the
// other architecture are the sums over the functions. Break-even rates are of
// the account's whole rate, every function growing alike.
func Account(members []Workload, peak float64, c *Catalog, opt Options) model.Comparison {
	a := opt.Assumptions.filled()
	c.scratch.reset()
	out := model.Comparison{Assumptions: []string{
		"all functions of a region share one fleet there, and grow alike",
		fmt.Sprintf("sized for the account's busiest hour, %.2f times its mean", max(1, peak)),
	}}
	rate := 0.0
	for _, w := range members {
		rate += w.RatePerSecond
	}
	out.RatePerSecond = rate
	if rate <= 0 {
		out.Verdict = "Nothing to compare: no function was called in the window."
		return out
	}
	merged := mergeByRegion(members, max(1, peak))
	whole := merged[0]
	whole.RatePerSecond, whole.PeakPerSecond = rate, rate*max(1, peak)
	first, idle, base := c.accountLambda(members, rate)
	whole.Billed = &Billed{Monthly: first.Monthly, Idle: idle}
	first.Configuration = fmt.Sprintf("%d functions, as they are", len(members))
	rest := []model.Option{c.otherArchitecture(members)}
	perRegion := a // people operate the account, not each region of it
	perRegion.OperatingHours /= float64(len(merged))
	totals := append(c.totals(members, merged, rate, perRegion), c.following(members, merged, rate, perRegion, opt.Profile)...)
	for _, t := range totals {
		o := t.option(rate, base)
		if opt.Curves && !o.Monthly.Unknown {
			o.Curve = curve(rate, o.BreakEven, t.cost)
		}
		rest = append(rest, o)
	}
	if opt.Curves && base != nil {
		first.Curve = curve(rate, nil, func(sc scenario, r float64) capacity.Dollars { return base[sc].cost(r) })
	}
	out.Assumptions = append(out.Assumptions, stated(whole, a)...)
	out.Verdict = verdict(whole, first, rest, func(i int) Range { return totals[i-1].band(base) })
	out.Options = c.scratch.ranked(first, rest)
	out.Assumptions = append(out.Assumptions, followStated(rest, a, opt.Profile)...)
	out.Warnings = missingWarnings(out.Options)
	return out
}

// mergeByRegion adds the members of each region up to one workload of their
// mean request, the busiest region first.
func mergeByRegion(members []Workload, peak float64) []Workload {
	var merged []Workload
	for _, w := range members {
		i := slices.IndexFunc(merged, func(m Workload) bool { return m.Region == w.Region })
		if i < 0 {
			i, merged = len(merged), append(merged, Workload{Region: w.Region, Architecture: w.Architecture, CPUKnown: true})
		}
		merged[i].merge(w)
	}
	for i := range merged {
		merged[i].PeakPerSecond = merged[i].RatePerSecond * peak
	}
	slices.SortStableFunc(merged, func(a, b Workload) int {
		return cmp.Or(cmp.Compare(b.RatePerSecond*b.Seconds, a.RatePerSecond*a.Seconds), cmp.Compare(a.Region, b.Region))
	})
	return merged
}

// merge makes m the mix of itself and w.
func (m *Workload) merge(w Workload) {
	sum := m.RatePerSecond + w.RatePerSecond
	p, q := m.RatePerSecond/sum, w.RatePerSecond/sum
	mix := func(a, b Range) Range {
		return Range{p*a.Low + q*b.Low, p*a.Likely + q*b.Likely, p*a.High + q*b.High}
	}
	seconds := p*m.Seconds + q*w.Seconds
	if seconds > 0 { // memory is held in proportion to time
		held := mix(m.MemoryGB.times(m.Seconds), w.MemoryGB.times(w.Seconds))
		m.MemoryGB = held.times(1 / seconds)
	}
	m.CPUSeconds = mix(m.CPUSeconds, w.CPUSeconds)
	m.CPUKnown = m.CPUKnown && w.CPUKnown
	m.Seconds, m.RatePerSecond = seconds, sum
	m.Memory = max(m.Memory, w.Memory)
	m.LargestGB = max(m.LargestGB, w.MemoryGB.High, w.LargestGB)
	m.RequestDriven = m.RequestDriven || w.RequestDriven
}

func (r Range) times(x float64) Range { return Range{r.Low * x, r.Likely * x, r.High * x} }

// accountLambda is Lambda as it is, the part of it that provisioned
// concurrency costs standing ready, and its curve.
func (c *Catalog) accountLambda(members []Workload, rate float64) (o model.Option, idle model.Cost, curve *[scenarios]meter) {
	o = model.Option{Option: Lambda, Architecture: mainArchitecture(members), Purchase: model.OnDemand, Crossings: []float64{}, Monthly: model.Exactly(unit.USD{})}
	idle = model.Exactly(unit.USD{})
	for _, w := range members {
		if w.Billed == nil {
			o.Monthly = model.UnknownCost
			return o, idle, nil
		}
		o.Monthly, idle = o.Monthly.Add(w.Billed.Monthly), idle.Add(w.Billed.Idle)
	}
	if o.Monthly.Unknown || idle.Unknown {
		return o, idle, nil
	}
	var m [scenarios]meter
	for sc := range scenarios {
		m[sc] = billedMeter(&Billed{Monthly: o.Monthly, Idle: idle}, rate, sc)
	}
	return o, idle, &m
}

// mainArchitecture is the one that most of the load runs on.
func mainArchitecture(members []Workload) unit.Architecture {
	arm := 0.0
	for _, w := range members {
		if w.Architecture == unit.ARM {
			arm += w.RatePerSecond * w.Seconds
		} else {
			arm -= w.RatePerSecond * w.Seconds
		}
	}
	if arm > 0 {
		return unit.ARM
	}
	return unit.X86
}

// otherArchitecture is every function on the architecture that most are not
// on yet.
func (c *Catalog) otherArchitecture(members []Workload) model.Option {
	arch := other(mainArchitecture(members))
	o := model.Option{Option: Lambda, Architecture: arch, Purchase: model.OnDemand, Configuration: "all functions on " + string(arch), Crossings: []float64{}, Monthly: model.Exactly(unit.USD{})}
	for _, w := range members {
		cost, err := c.region(w.Region).otherCost(w, arch)
		if err != nil && !slices.Contains(o.Assumptions, firstLine(err)) {
			o.Assumptions = append(o.Assumptions, firstLine(err))
		}
		o.Monthly = o.Monthly.Add(cost)
	}
	o.Assumptions = append(o.Assumptions, archNote)
	return o
}

// totals are the account's options but Lambda on demand.
func (c *Catalog) totals(members, merged []Workload, rate float64, a Assumptions) []total {
	var all []total
	main := mainArchitecture(members)
	for _, arch := range []unit.Architecture{main, other(main)} {
		warm := total{kind: kind{Provisioned, arch, model.OnDemand}}
		for _, w := range members {
			warm.groups = append(warm.groups, group{w.RatePerSecond / rate, c.region(w.Region).provisioned(w, arch, a)})
		}
		all = append(all, warm)
		for _, k := range serverKinds[arch] {
			t := total{kind: k}
			for _, w := range merged {
				t.groups = append(t.groups, group{w.RatePerSecond / rate, c.region(w.Region).server(w, k, a)})
			}
			all = append(all, t)
		}
	}
	return all
}

// following are the account's options whose servers follow its load, without
// those in which they would never come and go.
func (c *Catalog) following(members, merged []Workload, rate float64, a Assumptions, p Profile) []total {
	var all []total
	for _, k := range followKinds(mainArchitecture(members), p) {
		var bought []total
		varies := false
		for _, w := range merged {
			share := w.RatePerSecond / rate
			for i, cand := range c.region(w.Region).followers(w, k, a, p) {
				if len(bought) <= i {
					bought = append(bought, total{kind: cand.kind})
				}
				bought[i].groups = append(bought[i].groups, group{share, cand})
				varies = varies || cand.varies(w.RatePerSecond)
			}
		}
		if varies {
			all = append(all, bought...)
		}
	}
	return all
}

// cost is the option's price at a rate of the whole account.
func (t total) cost(sc scenario, rate float64) capacity.Dollars {
	var sum capacity.Dollars
	for i := range t.groups {
		g := &t.groups[i]
		sum += g.cand.offers[sc].cost(rate * g.share)
	}
	return sum
}

func (t total) crossings(sc scenario, base *[scenarios]meter) ([]crossing, bool) {
	if base == nil {
		return nil, false
	}
	if len(t.groups) == 1 && t.groups[0].share == 1 {
		return crossings(&t.groups[0].cand.offers[sc], &base[likely])
	}
	difference := func(r float64) float64 { return float64(t.cost(sc, r) - base[likely].cost(r)) }
	if t.follows() {
		return scan(t.grid(sc), followHalvings, difference)
	}
	// A thousand functions of provisioned concurrency get a coarser grid.
	return scan(grid(min(scanPoints, max(scanPoints/20, 10*scanPoints/len(t.groups)))), scanHalvings, difference)
}

// follows reports whether its servers follow the load.
func (t total) follows() bool { return t.groups[0].cand.follows() }

// grid is the rates of the whole account at which scan looks for crossings:
// those of every region's following servers.
func (t total) grid(sc scenario) []float64 {
	var rates []float64
	for i := range t.groups {
		g := &t.groups[i]
		for _, r := range g.cand.offers[sc].follow.grid() {
			rates = append(rates, r/g.share)
		}
	}
	slices.Sort(rates)
	return slices.Compact(rates)
}

func (t total) band(base *[scenarios]meter) Range {
	var r Range
	r.Low, _, _ = breakEven(t.crossings(low, base))
	r.High, _, _ = breakEven(t.crossings(high, base))
	return r
}

// option prices the total at the account's rate.
func (t total) option(rate float64, base *[scenarios]meter) model.Option {
	o := model.Option{Option: t.kind.option, Architecture: t.kind.arch, Purchase: t.kind.purchase, Monthly: model.UnknownCost, Crossings: []float64{}}
	full, units := 0.0, 0
	var auto []followed
	for i := range t.groups {
		g := &t.groups[i]
		if g.cand.missing != nil {
			o.Configuration, o.Assumptions = "no price in a region", []string{firstLine(g.cand.missing)}
			return o
		}
		f, servers, _ := g.cand.offers[likely].choose(rate * g.share)
		if servers == 0 {
			o.Configuration = "no size fits"
			return o
		}
		units += servers
		if g.cand.follows() {
			auto = append(auto, g.cand.followed(Workload{Variability: capacity.Random}, rate*g.share))
		}
		full += float64(servers) * f.Size.Capacity(g.cand.work)
		o.Configuration = joinConfiguration(o.Configuration, fmt.Sprintf("%d × %s", servers, f.Size.Name))
		o.Assumptions = g.cand.notes
	}
	cost := t.cost(likely, rate)
	o.Monthly = model.Cost{Low: usd(min(t.cost(low, rate), cost)), Likely: usd(cost), High: usd(max(t.cost(high, rate), cost))}
	switch {
	case t.kind.option == Provisioned:
		o.Configuration = fmt.Sprintf("%d provisioned", units)
	case len(auto) > 0:
		describeAll(&o, auto)
	default:
		o.Servers, o.Utilisation = units, rate/full
	}
	if base == nil {
		return o
	}
	setBreakEven(&o)(t.crossings(likely, base))
	return o
}

// joinConfiguration lists the regions' fleets, a repeated one once.
func joinConfiguration(have, next string) string {
	switch {
	case have == "":
		return next
	case len(have) > 60 || have == next:
		return have
	}
	return have + " + " + next
}
