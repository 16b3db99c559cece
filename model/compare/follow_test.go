package compare

import (
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/capacity"
	"github.com/breakeven-dev/breakeven/model/price"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// week is a load with quiet nights and quieter weekends, in any unit.
func week() Profile {
	p := Profile{Name: "a week"}
	for h := range 168 {
		load := 10 - 8*math.Cos(2*math.Pi*float64(h%24)/24)
		if h >= 120 {
			load *= 0.6
		}
		p.Hours = append(p.Hours, load)
	}
	return p
}

func level() Profile { return Profile{Name: "no change", Hours: []float64{3, 3, 3, 3}} }

func follows(o model.Option) bool { return o.Autoscaling != nil }

// peaked is a workload whose peak is the profile's.
func peaked(p Profile, rate float64, change func(*Workload)) Workload {
	return paper(func(w *Workload) {
		w.RatePerSecond, w.PeakPerSecond = rate, rate*slices.Max(p.shape())
		w.RequestDriven = false
		w.CPUKnown, w.CPUSeconds = true, KnownCPU(0.1)
		if change != nil {
			change(w)
		}
	})
}

// Options that follow the load are added to those that stand for its peak,
// which stay as they are; without a load there are none.
func TestFollowersAreAdded(t *testing.T) {
	w := peaked(week(), 40, nil)
	catalog := NewCatalog(price.Embedded())
	plain := Run(w, catalog, Options{Curves: true})
	with := Run(w, catalog, Options{Curves: true, Profile: week()})
	seen := map[[3]string]int{}
	var standing []model.Option
	for _, o := range with.Options {
		seen[[3]string{o.Option, string(o.Architecture), o.Purchase}]++
		if !follows(o) {
			standing = append(standing, o)
			continue
		}
		a := o.Autoscaling
		if o.Monthly.Low.Cmp(o.Monthly.Likely) > 0 || o.Monthly.Likely.Cmp(o.Monthly.High) > 0 || a.LeastServers < 2 || a.MeanServers < float64(a.LeastServers) || a.MeanServers > float64(o.Servers) ||
			a.CommittedServers > o.Servers || (o.Purchase == model.OnDemand) != (a.CommittedServers == 0) || o.Utilisation <= 0.4 || o.Utilisation > 0.75 || len(o.Curve) == 0 {
			t.Errorf("%s %s %s: %v, %+v", o.Option, o.Architecture, o.Purchase, o.Monthly, a)
		}
	}
	if !reflect.DeepEqual(standing, plain.Options) {
		t.Error("options that stand for the peak are not what they were")
	}
	if said := strings.Join(with.Assumptions, "\n"); !strings.Contains(said, "fargate-autoscaled follows a week hour by hour") || !strings.Contains(said, "ec2-autoscaled follows") {
		t.Errorf("assumptions: %s", said)
	}
	if len(with.Options) != 34 || len(seen) != 34 {
		t.Errorf("%d options, %d different", len(with.Options), len(seen))
	}
}

// Under a load that never changes as many servers run as it needs, and all of
// them are committed to where a plan is cheaper: 40 requests a second of 0.1 s
// of a vCPU at 70 % need 5.71 vCPU, 23 quarters. On demand: AWS price list of
// Amazon ECS, 2026-09-11.
func TestFlatLoadByHand(t *testing.T) {
	w := peaked(level(), 40, nil)
	c := Run(w, NewCatalog(price.Embedded()), Options{Profile: level()})
	fixed, auto := find(t, c, Fargate, unit.X86, model.OnDemand), find(t, c, FargateScaled, unit.X86, model.OnDemand)
	if auto.Monthly.Likely.Cmp(fixed.Monthly.Likely) != 0 || auto.Servers != fixed.Servers || auto.Autoscaling.LeastServers != auto.Servers {
		t.Errorf("standing %d cost %v, following %d cost %v", fixed.Servers, fixed.Monthly.Likely, auto.Servers, auto.Monthly.Likely)
	}
	// 23 x 730 x (0.25 x 0.04048 + 0.5 x 0.004445).
	if want := "207.230575"; auto.Configuration != "23 to 23 × 0.25 vCPU, 0.5 GB" || auto.Monthly.Likely.StringFixed(6) != want {
		t.Errorf("%s cost %s, want %s", auto.Configuration, auto.Monthly.Likely.StringFixed(6), want)
	}
	saved := find(t, c, FargateScaled, unit.X86, model.SavingsPlan1y)
	all := find(t, c, Fargate, unit.X86, model.SavingsPlan1y)
	if saved.Autoscaling.CommittedServers != saved.Servers || saved.Monthly.Likely.Cmp(all.Monthly.Likely) != 0 {
		t.Errorf("%d of %d committed to, for %v; a standing fleet costs %v", saved.Autoscaling.CommittedServers, saved.Servers, saved.Monthly.Likely, all.Monthly.Likely)
	}
	if auto.Autoscaling.DroppedShare != 0 || auto.Autoscaling.DelayedShare != 0 || auto.Autoscaling.MeanWaitMs <= 0 {
		t.Errorf("%+v", auto.Autoscaling)
	}
}

// Asking again just below and above a break-even rate gives the answer that
// it promises.
func TestFollowersBreakEven(t *testing.T) {
	r := rand.New(rand.NewPCG(41, 42))
	checked := 0
	for range 6 {
		w := peaked(week(), 20+60*r.Float64(), func(w *Workload) { w.Memory, w.CPUSeconds = 1024, KnownCPU(0.05+0.1*r.Float64()) })
		w.Billed = &Billed{Monthly: model.Exactly(usd(capacity.Dollars(w.RatePerSecond * (6 + 6*r.Float64())))), Idle: model.Exactly(unit.USD{})}
		catalog := NewCatalog(price.Embedded())
		c := Run(w, catalog, Options{Profile: week()})
		each := c.Options[0].Monthly.Likely.Float64() / w.RatePerSecond
		for _, o := range c.Options {
			if !follows(o) || o.BreakEven == nil {
				continue
			}
			for factor, want := range map[float64]bool{0.999: false, 1.001: true, 1.7: true, 6: true} {
				rate := *o.BreakEven * factor
				if got := followerCost(w, catalog, o, rate) < each*rate; got != want {
					t.Errorf("%s %s %s at %v of its break-even: cheaper %v", o.Option, o.Architecture, o.Purchase, factor, got)
				}
				checked++
			}
		}
	}
	if checked < 100 {
		t.Errorf("only %d rates checked", checked)
	}
}

// followerCost prices an option that follows the load at another rate.
func followerCost(w Workload, catalog *Catalog, o model.Option, rate float64) float64 {
	catalog.scratch.reset()
	for _, c := range catalog.region(w.Region).followers(w, kind{o.Option, o.Architecture, model.OnDemand}, Assumptions{}.filled(), week()) {
		if c.kind.purchase == o.Purchase {
			return float64(c.offers[likely].cost(rate))
		}
	}
	return math.NaN()
}

// Following costs at least what the mean load needs and, with what starts
// early and stops late, hardly more than what each hour does; more traffic
// never costs less; and bundles of many servers cost as much as single ones.
func TestFollowersScale(t *testing.T) {
	catalog := NewCatalog(price.Embedded())
	w := peaked(week(), 40, nil)
	for _, k := range followKinds(unit.ARM, week()) {
		o := model.Option{Option: k.option, Architecture: k.arch, Purchase: k.purchase}
		before := 0.0
		for rate := 1.0; rate < 1e6; rate *= 1.5 {
			cost := followerCost(w, catalog, o, rate)
			if cost < before {
				t.Errorf("%s %s: %v requests a second cost %v, two thirds of them %v", k.option, k.arch, rate, cost, before)
			}
			if rate > 2000 && math.Abs(cost/before/1.5-1) > 0.01 {
				t.Errorf("%s %s: %v requests a second cost %v times what two thirds of them do", k.option, k.arch, rate, cost/before)
			}
			before = cost
		}
		c := catalog.region(w.Region).followers(w, k, Assumptions{}.filled(), week())[0]
		if few, many := committedShare(w, catalog, k, 500), committedShare(w, catalog, k, 500_000); math.Abs(few-many) > 0.02 {
			t.Errorf("%s %s: %v of the servers are committed to, in bundles %v", k.option, k.arch, few, many)
		}
		trial := c.offers[likely].follow.at(2000)
		mean, needed := 2000/trial.tracked.Target, 0.0
		for _, h := range week().shape() {
			needed += float64(trial.tracked.Needed(2000*h)) / 168
		}
		if got := trial.outcome.MeanServers() * float64(trial.bundle); got < mean || got > 1.06*needed*float64(trial.bundle) {
			t.Errorf("%s %s: %v servers on average, the mean load needs %v, its hours %v", k.option, k.arch, got, mean, needed)
		}
	}
}

// committedShare is how many servers are committed to over the mean number.
func committedShare(w Workload, catalog *Catalog, k kind, rate float64) float64 {
	catalog.scratch.reset()
	follow := catalog.region(w.Region).followers(w, k, Assumptions{}.filled(), week())[1].offers[likely].follow
	t := follow.at(rate)
	n, _ := follow.cost(t)
	return float64(n) / (t.outcome.MeanServers() * float64(t.bundle))
}

// Where the least servers carry the busiest hour, following is no option.
func TestQuietWorkloadHasNoFollowers(t *testing.T) {
	w := peaked(week(), 0.1, nil)
	for _, c := range []model.Comparison{
		Run(w, NewCatalog(price.Embedded()), Options{Profile: week()}),
		Account([]Workload{w}, 2, NewCatalog(price.Embedded()), Options{Profile: week()}),
	} {
		if slices.ContainsFunc(c.Options, follows) || !strings.Contains(strings.Join(c.Assumptions, "\n"), "autoscaled servers are no option") {
			t.Errorf("%v", c.Assumptions)
		}
	}
	for _, p := range []Profile{{}, {Hours: []float64{0, 0}}} {
		c := Run(peaked(week(), 50, nil), NewCatalog(price.Embedded()), Options{Profile: p})
		if slices.ContainsFunc(c.Options, follows) || strings.Contains(strings.Join(c.Assumptions, "\n"), "autoscaled") {
			t.Error("a load that is not known is followed")
		}
	}
}

// The verdict may name servers that follow the load, unless they turn work
// away or leave it waiting.
func TestVerdictNeedsToKeepUp(t *testing.T) {
	steep := Profile{Name: "a cliff", Hours: make([]float64, 48)}
	for h := range steep.Hours {
		steep.Hours[h] = 1 + 200*float64(h%24/23)
	}
	for _, c := range []struct {
		profile Profile
		named   bool
	}{{week(), true}, {steep, false}} {
		w := peaked(c.profile, 60, func(w *Workload) { w.RequestDriven = true })
		w.Billed = &Billed{Monthly: model.Exactly(unit.MustUSD("9000")), Idle: model.Exactly(unit.USD{})}
		got := Run(w, NewCatalog(price.Embedded()), Options{Profile: c.profile})
		if strings.Contains(got.Verdict, "autoscaled") != c.named {
			t.Errorf("%s: %s", c.profile.Name, got.Verdict)
		}
		o := find(t, got, FargateScaled, unit.X86, model.OnDemand)
		if (o.Autoscaling.DroppedShare > 0) == c.named || strings.Contains(strings.Join(o.Assumptions, ""), "turned away") == c.named {
			t.Errorf("%s: %+v", c.profile.Name, o.Autoscaling)
		}
	}
}

func TestKeepsUp(t *testing.T) {
	for _, c := range []struct {
		auto *model.Autoscaling
		want bool
	}{
		{nil, true},
		{&model.Autoscaling{}, true},
		{&model.Autoscaling{DelayedShare: 0.01}, true},
		{&model.Autoscaling{DelayedShare: 0.011}, false},
		{&model.Autoscaling{DelayedShare: 0.005, DroppedShare: 0.0001}, false},
	} {
		if got := keepsUp(&model.Option{Autoscaling: c.auto}); got != c.want {
			t.Errorf("%+v: %v", c.auto, got)
		}
	}
}

// A latency goal asks for emptier servers, and work that comes while they are
// behind misses it.
func TestFollowersMeetGoal(t *testing.T) {
	option := func(seconds float64, p Profile) model.Option {
		w := peaked(p, 60, func(w *Workload) {
			w.RequestDriven, w.Goal = true, &Goal{Seconds: seconds, Quantile: 0.95}
		})
		return find(t, Run(w, NewCatalog(price.Embedded()), Options{Profile: p}), EC2Scaled, unit.X86, model.OnDemand)
	}
	loose, tight, never := option(5, week()), option(0.14, week()), option(0.09, week())
	if !*loose.MeetsSLO || !*tight.MeetsSLO || *never.MeetsSLO {
		t.Errorf("within 5 s %v, 140 ms %v, 90 ms %v", *loose.MeetsSLO, *tight.MeetsSLO, *never.MeetsSLO)
	}
	if tight.Monthly.Likely.Cmp(loose.Monthly.Likely) <= 0 {
		t.Errorf("140 ms cost %v, 5 s cost %v", tight.Monthly.Likely, loose.Monthly.Likely)
	}
	steep := Profile{Name: "a cliff", Hours: []float64{1, 1, 1, 1, 200, 1}}
	if o := option(5, steep); *o.MeetsSLO {
		t.Errorf("met although %v are delayed", o.Autoscaling.DelayedShare)
	}
}

// The account's servers are those of its regions together.
func TestAccountFollows(t *testing.T) {
	member := func(region unit.Region, rate float64) Workload {
		return peaked(week(), rate, func(w *Workload) {
			w.Region = region
			w.Billed = &Billed{Monthly: model.Exactly(usd(capacity.Dollars(9 * rate))), Idle: model.Exactly(unit.USD{})}
		})
	}
	opt := Options{Profile: week(), Curves: true}
	one := member("us-east-1", 40)
	alone := Account([]Workload{one}, slices.Max(week().shape()), NewCatalog(price.Embedded()), opt)
	single := Run(one, NewCatalog(price.Embedded()), opt)
	both := Account([]Workload{one, member("eu-west-1", 20)}, slices.Max(week().shape()), NewCatalog(price.Embedded()), opt)
	for _, k := range followKinds(unit.X86, week()) {
		a, b, c := find(t, alone, k.option, k.arch, k.purchase), find(t, single, k.option, k.arch, k.purchase), find(t, both, k.option, k.arch, k.purchase)
		if a.Monthly.Likely.Cmp(b.Monthly.Likely) != 0 || a.Utilisation != b.Utilisation || *a.Autoscaling != *b.Autoscaling || math.Abs(*a.BreakEven / *b.BreakEven - 1) > 1e-4 {
			t.Errorf("alone %v %+v, single %v %+v", a.Monthly, a.Autoscaling, b.Monthly, b.Autoscaling)
		}
		if c.Servers <= a.Servers || c.Autoscaling.MeanServers <= a.Autoscaling.MeanServers || !strings.Contains(c.Configuration, " + ") {
			t.Errorf("both regions: %d of %s, one %d", c.Servers, c.Configuration, a.Servers)
		}
	}
}

// People's time is on top of every Fargate and EC2 option, once for an account
// of several regions, and on nothing that AWS operates.
func TestOperating(t *testing.T) {
	opt := Options{Profile: week()}
	paid := opt
	paid.Assumptions = Assumptions{OperatingHours: 3, OperatingUSD: 75.5}
	member := func(region unit.Region) Workload {
		return peaked(week(), 40, func(w *Workload) {
			w.Region, w.Billed = region, &Billed{Monthly: model.Exactly(unit.MustUSD("400")), Idle: model.Exactly(unit.USD{})}
		})
	}
	compareBoth := func(opt Options) []model.Comparison {
		return []model.Comparison{
			Run(member("us-east-1"), NewCatalog(price.Embedded()), opt),
			Account([]Workload{member("us-east-1"), member("eu-west-1")}, 2, NewCatalog(price.Embedded()), opt),
		}
	}
	free, charged := compareBoth(opt), compareBoth(paid)
	for i := range free {
		for _, o := range free[i].Options {
			p, want := find(t, charged[i], o.Option, o.Architecture, o.Purchase), 0.0
			if strings.HasPrefix(o.Option, Fargate) || strings.HasPrefix(o.Option, EC2) {
				want = 226.5
			}
			if o.Monthly.Unknown {
				continue
			}
			if got := p.Monthly.Likely.Sub(o.Monthly.Likely).Float64(); math.Abs(got-want) > 2e-6 {
				t.Errorf("%s %s %s: %v more, want %v", o.Option, o.Architecture, o.Purchase, got, want)
			}
		}
		if said := strings.Join(charged[i].Assumptions, "\n"); !strings.Contains(said, "3 hours a month more than Lambda, at $75.50 each") || strings.Contains(said, "people's time") {
			t.Errorf("assumptions: %s", said)
		}
	}
}

// Whatever the load and the work, the figures are numbers within their bounds.
func TestFollowersAreNumbers(t *testing.T) {
	r := rand.New(rand.NewPCG(43, 44))
	catalog := NewCatalog(price.Embedded())
	followed := 0
	for range 60 {
		p := Profile{Name: "a load", Hours: make([]float64, 1+r.IntN(60))}
		for h := range p.Hours {
			p.Hours[h] = max(0, math.Exp(4*r.NormFloat64())-0.5)
		}
		w := paper(func(w *Workload) {
			w.RatePerSecond, w.Seconds = math.Exp(5*r.NormFloat64()), math.Exp(3*r.NormFloat64()-3)
			w.Memory, w.RequestDriven = unit.MiB(128+r.IntN(10_000)), r.IntN(2) == 0
			if r.IntN(2) == 0 {
				w.CPUKnown, w.CPUSeconds = true, KnownCPU(0)
			}
			if r.IntN(8) == 0 {
				w.Goal = &Goal{Seconds: w.Seconds * (0.5 + 2*r.Float64()), Quantile: 0.99}
			}
		})
		for _, o := range Run(w, catalog, Options{Profile: p}).Options {
			if !follows(o) {
				continue
			}
			followed++
			a := o.Autoscaling
			for _, share := range []float64{a.DelayedShare, a.DroppedShare, o.Utilisation} {
				if !(share >= 0 && share <= 1+1e-9) {
					t.Fatalf("%+v: share %v in %+v", w, share, o)
				}
			}
			if !(a.MeanWaitMs >= 0 && a.MeanWaitMs < 1e12) || a.LeastServers < 2 || !(a.MeanServers >= float64(a.LeastServers)-1e-9 && a.MeanServers <= float64(o.Servers)+1e-9) || o.Monthly.Likely.Float64() <= 0 {
				t.Fatalf("%+v: %+v, %+v", w, o.Monthly, a)
			}
		}
	}
	if followed < 100 {
		t.Errorf("only %d options followed", followed)
	}
}
