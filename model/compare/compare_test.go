package compare

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/capacity"
	"github.com/breakeven-dev/breakeven/model/price"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// paper is a workload on paper: 10 requests a second of 120 ms at 512 MB.
func paper(change func(*Workload)) Workload {
	w := Workload{Region: "us-east-1", Architecture: unit.X86, Memory: 512, RatePerSecond: 10, Seconds: 0.12, RequestDriven: true}
	if change != nil {
		change(&w)
	}
	if !w.CPUKnown {
		w.CPUSeconds = UnknownCPU(w.Seconds, w.Memory)
	}
	w.MemoryGB = KnownMemory(w.Memory)
	return w
}

func compareOne(w Workload) model.Comparison {
	return Run(w, NewCatalog(price.Embedded()), Options{})
}

func find(t *testing.T, c model.Comparison, option string, arch unit.Architecture, purchase string) model.Option {
	t.Helper()
	for _, o := range c.Options {
		if o.Option == option && o.Architecture == arch && o.Purchase == purchase {
			return o
		}
	}
	t.Fatalf("no option %s %s %s", option, arch, purchase)
	return model.Option{}
}

// 26.28 M requests x 0.0000002 + 1,576,800 GB-s x 0.0000166667 = 5.256 +
// 26.28005256 USD (AWS price list, 2026-10-06).
func TestLambdaIsExact(t *testing.T) {
	o := compareOne(paper(nil)).Options[0]
	if o.Option != Lambda || o.Monthly.Likely.String() != "31.53605256" || !o.Monthly.Exact() || o.BreakEven != nil {
		t.Errorf("%+v", o)
	}
	arm := find(t, compareOne(paper(nil)), Lambda, unit.ARM, model.OnDemand)
	// 5.256 + 1,576,800 x 0.0000133334.
	if arm.Monthly.Likely.String() != "26.28010512" || arm.BreakEven != nil {
		t.Errorf("arm64 %+v", arm.Monthly)
	}
}

// Two tasks of 0.5 vCPU and 2 GB: 2 x 730 x (0.5 x 0.04048 + 2 x 0.004445) =
// 42.5298 USD (AWS price list of Amazon ECS, 2026-09-11), no balancer. They
// are 60 % full by CPU, 50 % by memory.
func TestFargateByHand(t *testing.T) {
	c := compareOne(paper(func(w *Workload) {
		w.RequestDriven, w.Memory, w.RatePerSecond, w.Seconds = false, 2048, 1, 1
		w.CPUKnown, w.CPUSeconds = true, KnownCPU(0.6)
	}))
	o := find(t, c, Fargate, unit.X86, model.OnDemand)
	if o.Configuration != "0.5 vCPU, 2 GB" || o.Servers != 2 || o.Monthly.Likely.String() != "42.5298" {
		t.Errorf("%s x %d: %s", o.Configuration, o.Servers, o.Monthly.Likely)
	}
	if math.Abs(o.Utilisation-0.6) > 1e-12 {
		t.Errorf("utilisation %v", o.Utilisation)
	}
}

// Each option, architecture and purchase once; Lambda as it is first; the
// others by cost.
func TestOptionsOnceAndInOrder(t *testing.T) {
	c := compareOne(paper(nil))
	seen := map[[3]string]bool{}
	for i, o := range c.Options {
		id := [3]string{o.Option, string(o.Architecture), o.Purchase}
		if seen[id] {
			t.Errorf("%v twice", id)
		}
		seen[id] = true
		if i > 1 && o.Monthly.Likely.Cmp(c.Options[i-1].Monthly.Likely) < 0 {
			t.Errorf("%v is cheaper than the option above it", id)
		}
		if o.Monthly.Low.Cmp(o.Monthly.Likely) > 0 || o.Monthly.Likely.Cmp(o.Monthly.High) > 0 {
			t.Errorf("%v: bounds out of order: %v", id, o.Monthly)
		}
		if o.Servers > 0 && (o.Utilisation <= 0 || o.Utilisation > 0.7+1e-6 || o.Servers < 2) {
			t.Errorf("%v: %d servers, %v used", id, o.Servers, o.Utilisation)
		}
	}
	if len(seen) != 22 || c.Options[0].Option != Lambda {
		t.Errorf("%d options", len(seen))
	}
}

// Asking again just below and above a break-even rate gives the answer that
// it promises, and so does every crossing.
func TestBreakEvenIsWhereCostsMeet(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	checked := 0
	for range 25 {
		w := paper(func(w *Workload) {
			w.Memory = unit.MiB(128 << r.IntN(6))
			w.Seconds = 0.005 * math.Pow(400, r.Float64())
			w.RatePerSecond = math.Pow(10, 3*r.Float64()-1)
			w.RequestDriven = r.IntN(2) == 0
			if r.IntN(2) == 0 {
				w.Architecture = unit.ARM
			}
		})
		catalog := NewCatalog(price.Embedded())
		c := Run(w, catalog, Options{})
		for _, o := range c.Options {
			for _, at := range o.Crossings {
				if below, above := cheaperAt(t, catalog, w, o, at*0.9999), cheaperAt(t, catalog, w, o, at*1.0001); below == above && !stepAt(o.Crossings, at) {
					t.Fatalf("%v: nothing changes at %v for %s %s %s", w, at, o.Option, o.Architecture, o.Purchase)
				}
				checked++
			}
			if o.BreakEven == nil {
				continue
			}
			for _, factor := range []float64{1.001, 1.5, 3} {
				if !cheaperAt(t, catalog, w, o, *o.BreakEven*factor) && !strings.Contains(strings.Join(o.Assumptions, ""), "costs less up to") {
					t.Fatalf("%+v: %s %s %s costs more at %v times its break-even", w, o.Option, o.Architecture, o.Purchase, factor)
				}
			}
		}
	}
	if checked < 200 {
		t.Errorf("only %d crossings checked", checked)
	}
}

// stepAt reports whether another crossing is too close to tell apart.
func stepAt(all []float64, at float64) bool {
	n := 0
	for _, x := range all {
		if math.Abs(x-at) < 3e-4*at {
			n++
		}
	}
	return n > 1
}

func cheaperAt(t *testing.T, catalog *Catalog, w Workload, o model.Option, rate float64) bool {
	t.Helper()
	w.RatePerSecond = rate
	s, a := catalog.region(w.Region), Assumptions{}.filled()
	k := kind{o.Option, o.Architecture, o.Purchase}
	c := s.server
	if k.option == Provisioned {
		c = func(w Workload, k kind, a Assumptions) candidate { return s.provisioned(w, k.arch, a) }
	}
	cand := c(w, k, a)
	lambda, err := s.lambdaCost(w, w.Architecture)
	if err != nil {
		t.Fatal(err)
	}
	return s.option(w, &cand, nil).Monthly.Likely.Cmp(lambda.Likely) < 0
}

// The exact walk agrees with a fine grid on staircases drawn at random.
func TestCrossingsAgainstGrid(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 14))
	for trial := range 300 {
		o := offer{fixed: capacity.Dollars(20 * r.Float64()), slope: capacity.Dollars(r.Float64() * 0.2)}
		for range 1 + r.IntN(3) {
			size := &capacity.Size{Monthly: capacity.Dollars(5 + 40*r.Float64())}
			o.fleets = append(o.fleets, capacity.Fleet{Size: size, Each: 1 + 20*r.Float64(), Minimum: 1 + r.IntN(3)})
		}
		m := meter{fixed: capacity.Dollars(r.IntN(2) * r.IntN(100)), slope: capacity.Dollars(0.5 * r.Float64()), gbSeconds: 1, tiers: []tier{{0, capacity.Dollars(6 * r.Float64())}}}
		if r.IntN(2) == 0 {
			m.tiers = append(m.tiers, tier{100, m.tiers[0].usd * 0.8}, tier{250, m.tiers[0].usd * 0.5})
		}
		found, cheaper := crossings(&o, &m)
		i := 0
		for rate := 0.0113; rate < 400; rate += 0.0113 {
			for i < len(found) && found[i].rate < rate {
				cheaper = found[i].cheaper
				i++
			}
			if i > 0 && rate-found[i-1].rate < 1e-6 || i < len(found) && found[i].rate-rate < 1e-6 || len(found) == maxCrossings {
				continue
			}
			if got := o.cost(rate) < m.cost(rate); got != cheaper {
				t.Fatalf("trial %d: at %v the offer costs %v, Lambda %v, but crossings are %v", trial, rate, o.cost(rate), m.cost(rate), found)
			}
		}
	}
}

// More traffic, longer requests and more memory never cost less.
func TestMonotone(t *testing.T) {
	r := rand.New(rand.NewPCG(15, 16))
	catalog := NewCatalog(price.Embedded())
	for range 60 {
		base := paper(func(w *Workload) {
			w.RatePerSecond, w.Seconds, w.Memory = math.Pow(10, 4*r.Float64()-1), 0.01+r.Float64(), unit.MiB(128+r.IntN(4000))
		})
		more := base
		switch r.IntN(3) {
		case 0:
			more.RatePerSecond *= 1.3
		case 1:
			more.Seconds *= 1.3
			more.CPUSeconds = UnknownCPU(more.Seconds, more.Memory)
		case 2:
			more.PeakPerSecond = more.RatePerSecond * 2
		}
		a, b := Run(base, catalog, Options{}), Run(more, catalog, Options{})
		for _, o := range a.Options {
			p := find(t, b, o.Option, o.Architecture, o.Purchase)
			if p.Monthly.Likely.Cmp(o.Monthly.Likely) < 0 || p.Monthly.High.Cmp(o.Monthly.High) < 0 {
				t.Fatalf("%s %s %s: %v costs %v, %v costs %v", o.Option, o.Architecture, o.Purchase, base, o.Monthly.Likely, more, p.Monthly.Likely)
			}
		}
	}
}

func TestKnownCPUClosesTheRange(t *testing.T) {
	open := find(t, compareOne(paper(func(w *Workload) { w.RatePerSecond, w.RequestDriven = 500, false })), EC2, unit.ARM, model.OnDemand)
	closed := find(t, compareOne(paper(func(w *Workload) {
		w.RatePerSecond, w.RequestDriven, w.CPUKnown, w.CPUSeconds = 500, false, true, KnownCPU(0.02)
	})), EC2, unit.ARM, model.OnDemand)
	if open.Monthly.Exact() || !closed.Monthly.Exact() {
		t.Errorf("unknown CPU %v, known %v", open.Monthly, closed.Monthly)
	}
}

func TestGoal(t *testing.T) {
	for _, c := range []struct {
		ms   float64
		want bool
	}{{100, false}, {119, false}, {2000, true}} {
		got := compareOne(paper(func(w *Workload) { w.Goal = &Goal{Seconds: c.ms / 1000, Quantile: 0.99} }))
		if o := got.Options[0]; o.MeetsSLO == nil || *o.MeetsSLO != c.want {
			t.Errorf("Lambda within %v ms: %v", c.ms, o.MeetsSLO)
		}
		if o := find(t, got, Fargate, unit.X86, model.OnDemand); c.ms > 1000 && !*o.MeetsSLO {
			t.Errorf("Fargate within %v ms: %v", c.ms, *o.MeetsSLO)
		}
	}
	// CPU runs at a whole vCPU on a server, so it meets what Lambda cannot.
	got := compareOne(paper(func(w *Workload) {
		w.Goal = &Goal{Seconds: 0.09, Quantile: 0.99}
		w.CPUKnown, w.CPUSeconds = true, KnownCPU(0.03)
	}))
	if o := find(t, got, EC2, unit.X86, model.OnDemand); !*o.MeetsSLO || *got.Options[0].MeetsSLO {
		t.Errorf("EC2 %v, Lambda %v", *o.MeetsSLO, *got.Options[0].MeetsSLO)
	}
	if compareOne(paper(nil)).Options[3].MeetsSLO != nil {
		t.Error("a goal that nobody gave is met or not")
	}
}

// Prices that the book lacks are unknown, with a warning that names them; the
// others stand.
func TestMissingServerPrices(t *testing.T) {
	c := compareOne(paper(func(w *Workload) { w.Region = "eu-west-1" }))
	o := find(t, c, Fargate, unit.X86, model.SavingsPlan1y)
	if !o.Monthly.Unknown || o.BreakEven != nil {
		t.Errorf("a savings plan that the book lacks in eu-west-1: %v", o.Monthly)
	}
	if c.Options[0].Monthly.Unknown || find(t, c, Fargate, unit.X86, model.OnDemand).Monthly.Unknown {
		t.Error("a price that the book has is unknown")
	}
	all := ""
	for _, w := range c.Warnings {
		all += w.Text
	}
	if !strings.Contains(all, "fargate-x86-vcpu:1yr-no-upfront in eu-west-1") {
		t.Errorf("warnings: %s", all)
	}
	if !c.Options[len(c.Options)-1].Monthly.Unknown {
		t.Error("unknown costs do not come last")
	}
}

func TestVerdicts(t *testing.T) {
	for _, c := range []struct {
		rate float64
		want string
	}{
		{0, "Nothing to compare"},
		{0.5, "stay on Lambda"},
		{200, "is cheaper; today you are at 200: it would cost"},
	} {
		if got := compareOne(paper(func(w *Workload) { w.RatePerSecond = c.rate })).Verdict; !strings.Contains(got, c.want) || strings.Count(got, "\n") > 0 {
			t.Errorf("at %v: %q", c.rate, got)
		}
	}
}

// Servers that only beat idle provisioned concurrency are no reason to leave
// Lambda: the verdict names it first, for a function and for the account. A
// busy function's verdict stays with the servers.
func TestVerdictNamesIdleProvisionedConcurrency(t *testing.T) {
	for _, c := range []struct {
		monthly, idle, want string
	}{
		{"145", "135", "Look at provisioned concurrency first: standing ready is $135.00 of Lambda's $145.00 a month"},
		{"145", "0", "is cheaper; today you are at 1"},
		{"900", "300", "is cheaper; today you are at 1"},
	} {
		w := paper(func(w *Workload) {
			w.RatePerSecond = 1
			w.Billed = &Billed{Monthly: model.Exactly(unit.MustUSD(c.monthly)), Idle: model.Exactly(unit.MustUSD(c.idle))}
		})
		account := Account([]Workload{w}, 1, NewCatalog(price.Embedded()), Options{})
		for _, got := range []string{compareOne(w).Verdict, account.Verdict} {
			if !strings.Contains(got, c.want) {
				t.Errorf("%s idle of %s: %q, want %q", c.idle, c.monthly, got, c.want)
			}
		}
	}
}

// The account's parts sum up: Lambda as it is is the sum of its members.
func TestAccount(t *testing.T) {
	member := func(region unit.Region, rate float64, monthly string) Workload {
		return paper(func(w *Workload) {
			w.Region, w.RatePerSecond = region, rate
			w.Billed = &Billed{Monthly: model.Exactly(unit.MustUSD(monthly)), Idle: model.Exactly(unit.USD{})}
		})
	}
	members := []Workload{member("us-east-1", 20, "60"), member("us-east-1", 30, "90"), member("eu-west-1", 10, "32")}
	c := Account(members, 1.5, NewCatalog(price.Embedded()), Options{Curves: true})
	if c.RatePerSecond != 60 || c.Options[0].Monthly.Likely.String() != "182" {
		t.Errorf("rate %v, Lambda %v", c.RatePerSecond, c.Options[0].Monthly.Likely)
	}
	o := find(t, c, EC2, unit.ARM, model.OnDemand)
	if o.BreakEven == nil || o.Servers < 4 || len(o.Curve) != 33 || len(c.Options[0].Curve) != 33 {
		t.Fatalf("%+v", o)
	}
	at := func(r float64) bool {
		part := []Workload{member("us-east-1", r/3, "0"), member("us-east-1", r/2, "0"), member("eu-west-1", r/6, "0")}
		part[0].Billed.Monthly = model.Exactly(usd(capacity.Dollars(182 * r / 60)))
		again := Account(part, 1.5, NewCatalog(price.Embedded()), Options{})
		return find(t, again, EC2, unit.ARM, model.OnDemand).Monthly.Likely.Cmp(again.Options[0].Monthly.Likely) < 0
	}
	if at(*o.BreakEven*0.999) || !at(*o.BreakEven*1.001) {
		t.Errorf("the account's break-even %v is none", *o.BreakEven)
	}
	if got := Account(nil, 1, NewCatalog(price.Embedded()), Options{}).Verdict; !strings.HasPrefix(got, "Nothing") {
		t.Errorf("empty account: %q", got)
	}
}

// On the other architecture a bill keeps its parts: requests cost the same,
// busy memory follows duration, provisioned memory stands.
func TestBillOnTheOtherArchitecture(t *testing.T) {
	item := func(dimension, usd string) model.LineItem {
		return model.LineItem{Dimension: dimension, Cost: model.Exactly(unit.MustUSD(usd))}
	}
	lines := []model.LineItem{item("requests", "1"), item("duration-x86", "1.66667"), item("provisioned-concurrency-x86", "4.1667")}
	same := func(c model.Cost) model.Cost { return c }
	catalog := NewCatalog(price.Embedded())
	w := paper(nil)
	w.Billed = catalog.Bill("us-east-1", unit.X86, lines, model.Exactly(unit.MustUSD("6.83337")), same)
	got := find(t, Run(w, catalog, Options{}), Lambda, unit.ARM, model.OnDemand).Monthly
	// 1 + 1.33334 x (0.8125, 1, 1.1875) + 3.3334.
	for _, c := range []struct {
		got  unit.USD
		want string
	}{{got.Low, "5.416739"}, {got.Likely, "5.666740"}, {got.High, "5.916741"}} {
		if c.got.StringFixed(6) != c.want {
			t.Errorf("got %s, want %s", c.got, c.want)
		}
	}
	if w.Billed.Idle.Likely.String() != "4.1667" {
		t.Errorf("idle %v", w.Billed.Idle)
	}
	w.Billed = catalog.Bill("af-south-1", unit.X86, lines, model.Exactly(unit.MustUSD("6.83337")), same)
	w.Region = "af-south-1"
	if o := find(t, Run(w, catalog, Options{}), Lambda, unit.ARM, model.OnDemand); !o.Monthly.Unknown {
		t.Errorf("arm64 has no price in af-south-1: %v", o.Monthly)
	}
}

// The lambda functions of a usage file cost what the estimate says.
func TestFromUsage(t *testing.T) {
	service, _ := model.ServiceNamed("lambda")
	v, err := model.NewValues(service, unit.QuantityOf(730))
	if err != nil {
		t.Fatal(err)
	}
	v.SetNumber("requests", unit.QuantityOf(26_280_000))
	v.SetNumber("duration_ms", unit.QuantityOf(120))
	v.SetNumber("memory_mb", unit.QuantityOf(512))
	list := FromUsage(model.Usage{Hours: unit.QuantityOf(730), Resources: []model.UsageResource{{Name: "f", Service: "lambda", Region: "us-east-1", Values: v}}}, NewCatalog(price.Embedded()))
	if len(list) != 1 || list[0].Workload.RatePerSecond != 10 || list[0].Workload.Seconds != 0.12 {
		t.Fatalf("%+v", list)
	}
	c := compareOne(list[0].Workload)
	if got := c.Options[0].Monthly.Likely; got.Cmp(unit.MustUSD("31.53605256")) != 0 {
		t.Errorf("costs %s", got)
	}
	if got := find(t, c, Lambda, unit.ARM, model.OnDemand).Monthly.Likely.StringFixed(6); got != "26.280105" {
		t.Errorf("costs %s on arm64", got)
	}
}

func BenchmarkRun(b *testing.B) {
	catalog := NewCatalog(price.Embedded())
	w := paper(nil)
	Run(w, catalog, Options{})
	for b.Loop() {
		Run(w, catalog, Options{})
	}
}

// TestBreakEvenWhereTiersWinAgain: provisioned concurrency is cheaper from
// some rate on, until Lambda's later tiers undercut it; a sliver beside one of
// the last steps is no break-even point.
func TestBreakEvenWhereTiersWinAgain(t *testing.T) {
	at := func(cheaper bool, rates ...float64) (list []crossing) {
		for _, r := range rates {
			list, cheaper = append(list, crossing{r, !cheaper}), !cheaper
		}
		return list
	}
	tests := []struct {
		name        string
		found       []crossing
		cheaperAt0  bool
		from, until float64
		ok          bool
	}{
		{name: "never"},
		{name: "always", cheaperAt0: true, ok: true},
		{name: "above the last step", found: at(false, 5, 6, 7), from: 7, ok: true},
		{name: "between steps and tiers", found: at(false, 5, 5.8, 30, 93957, 94003.6, 94004.2), from: 30, until: 93957, ok: true},
		{name: "only at low rates", found: at(true, 4), cheaperAt0: true, until: 4, ok: true},
	}
	for _, tt := range tests {
		from, until, ok := breakEven(tt.found, tt.cheaperAt0)
		if from != tt.from || until != tt.until || ok != tt.ok {
			t.Errorf("%s: breaks even from %v to %v, %v; want %v to %v, %v", tt.name, from, until, ok, tt.from, tt.until, tt.ok)
		}
	}
}
