package analyze

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/price"
	"github.com/breakeven-dev/breakeven/model/unit"
)

var (
	november = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	october  = time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	window   = model.Window{From: november, To: november.Add(720 * time.Hour)}
)

// function returns an x86 function in us-east-1 whose usage is one month's.
func function(name string, usage ...model.LambdaUsage) model.FunctionInput {
	f := model.FunctionInput{
		Key:    model.ResourceKey{Account: "123456789012", Region: "us-east-1", Service: "lambda", ID: unit.ResourceID("arn:aws:lambda:us-east-1:123456789012:function:" + name), Name: name},
		Config: model.FunctionConfig{Architecture: unit.X86, Memory: 512, EphemeralStorage: 512, Timeout: 30 * time.Second, Runtime: "nodejs22.x", ReservedConcurrency: -1},
		Months: usage, InWindow: usage,
	}
	for _, u := range usage {
		n := u.ExactRequests + u.MetricRequests
		f.Signals.Invocations += n
		ms := float64(u.ExactBilledMs) + u.MetricDurationMs
		if n > 0 {
			f.Signals.MeanMs = ms / float64(n)
		}
		f.Load.MeanPerSecond += float64(n) / (720 * 3600)
		f.Load.OfferedMean += ms / 1000 / (720 * 3600)
	}
	f.Load.OfferedPeak = 2 * f.Load.OfferedMean
	f.Signals.LastInvoked = window.To
	return f
}

// exact is a month of x86 usage at 512 MB with a REPORT line for every call.
func exact(requests, billedMs int64) model.LambdaUsage {
	return model.LambdaUsage{Month: november, Architecture: unit.X86, Memory: 512, MemoryKnown: true, EphemeralStorage: 512, ExactRequests: requests, ExactBilledMs: billedMs}
}

func inputs(functions ...model.FunctionInput) model.Inputs {
	return model.Inputs{Window: window, Now: window.To, Functions: functions, Coverage: model.Coverage{Metrics: 1, Reports: 1}}
}

func run(t *testing.T, in model.Inputs) model.Analysis {
	t.Helper()
	return Run(in, price.Embedded(), Options{})
}

// Published: 3 M requests of 120 ms at 512 MB on x86 cost 3.00 USD for
// duration (180,000 GB-s at 0.0000166667) and 0.60 USD for requests (AWS
// Lambda pricing page; the arithmetic by hand).
func TestPriceExactly(t *testing.T) {
	a := run(t, inputs(function("f", exact(3_000_000, 360_000_000))))
	if got, want := a.Total.Likely.String(), "3.600006"; got != want || !a.Total.Exact() {
		t.Errorf("total %s (exact %v), want %s", got, a.Total.Exact(), want)
	}
	// 720 hours scaled to 730.
	if got, want := a.Monthly.Likely.StringFixed(9), "3.650006083"; got != want {
		t.Errorf("monthly %s, want %s", got, want)
	}
	if got := a.Functions[0].PerMillion.Likely.StringFixed(6); got != "1.200002" {
		t.Errorf("per million %s", got)
	}
}

// cost is run without what is not priced, for tests of many runs.
func cost(in model.Inputs) model.Cost {
	return Run(in, price.Embedded(), Options{SkipCompare: true, SkipAdvice: true}).Total
}

// Two functions share the tiers of a region: 6 bn GB-s at 0.0000166667, the
// next 9 bn at 0.000015 (AWS price list, 2026-10-06). 4 + 4 bn GB-s are
// 6 bn x 0.0000166667 + 2 bn x 0.000015 = 130,000.20 USD, and each carries
// half.
func TestTiersAreShared(t *testing.T) {
	gbs := int64(4_000_000_000)
	f, g := function("f", exact(0, gbs*2*1000)), function("g", exact(0, gbs*2*1000))
	a := run(t, inputs(f, g))
	if got := a.Total.Likely.StringFixed(6); got != "130000.200000" {
		t.Errorf("total %s", got)
	}
	if x, y := a.Functions[0].Cost.Likely, a.Functions[1].Cost.Likely; x.Cmp(y) != 0 {
		t.Errorf("equal functions cost %s and %s", x, y)
	}
	// Another region has tiers of its own.
	g.Key.Region = "eu-west-1"
	if got := run(t, inputs(f, g)).Total.Likely.StringFixed(6); got != "133333.600000" {
		t.Errorf("two regions: %s", got)
	}
	// So has another month.
	g = function("g", exact(0, gbs*2*1000))
	g.Months[0].Month, g.InWindow[0].Month = october, october
	if got := run(t, inputs(f, g)).Total.Likely.StringFixed(6); got != "133333.600000" {
		t.Errorf("two months: %s", got)
	}
}

// The month is priced over whole months, the window carries its average.
func TestWindowCarriesMonthAverage(t *testing.T) {
	f := function("f", exact(0, 16_000_000_000*1000))
	f.InWindow = []model.LambdaUsage{exact(0, 2_000_000_000)}
	a := run(t, inputs(f))
	// 8 bn GB-s: (6 bn x 0.0000166667 + 2 bn x 0.000015)/8 bn = 0.000016250025.
	if got := a.Functions[0].LineItems[0].UnitPrice.String(); !strings.HasPrefix(got, "0.000016250025") {
		t.Errorf("average %s", got)
	}
	averages := MonthPrices(inputs(f), price.Embedded(), Options{})
	if len(averages) != 1 || averages[0].Average.Cmp(a.Functions[0].LineItems[0].UnitPrice) != 0 {
		t.Errorf("the store gets %+v", averages)
	}
}

// The free tier fills the bottom: 1 M requests and 400,000 GB-s.
func TestFreeTier(t *testing.T) {
	in := inputs(function("f", exact(3_000_000, 3_600_000_000))) // 1.8 M GB-s
	a := Run(in, price.Embedded(), Options{FreeTier: true})
	// 2 M x 0.0000002 + 1.4 M x 0.0000166667 = 0.4 + 23.33338.
	if got := a.Total.Likely.StringFixed(6); got != "23.733380" {
		t.Errorf("total %s", got)
	}
	payer := Run(in, price.Embedded(), Options{FreeTier: true, Payer: true})
	for _, tt := range []struct {
		warnings []model.Warning
		want     string
	}{
		{a.Warnings, "are subtracted, once for each account"},
		{payer.Warnings, "are subtracted, once for all accounts of the payer"},
		{run(t, in).Warnings, "are not subtracted"},
	} {
		if !strings.Contains(texts(tt.warnings), tt.want) {
			t.Errorf("the footnote does not say that allowances %s:\n%s", tt.want, texts(tt.warnings))
		}
	}
}

func texts(ws []model.Warning) string {
	var b strings.Builder
	for _, w := range ws {
		b.WriteString(w.Code + ": " + w.Text + "\n")
	}
	return b.String()
}

// A price that the book lacks is unknown, never another region's.
func TestMissingPrice(t *testing.T) {
	known, lacks := function("known", exact(10, 1000)), function("lacks", exact(10, 1000))
	lacks.Key.Region = "ca-west-1"
	a := run(t, inputs(known, lacks))
	if !a.Total.Unknown || !a.Monthly.Unknown || !a.Services[0].Cost.Unknown {
		t.Error("a total over an unknown cost is known")
	}
	if a.Functions[0].Key.Name != "lacks" || !a.Functions[0].Cost.Unknown || a.Functions[1].Cost.Unknown {
		t.Error("the wrong function is unknown")
	}
	if s := texts(a.Warnings); !strings.Contains(s, "duration-x86 in ca-west-1") {
		t.Errorf("no warning names region and dimension:\n%s", s)
	}
	if !a.Compare.Options[0].Monthly.Unknown || !strings.HasPrefix(a.Compare.Verdict, "No verdict") {
		t.Errorf("verdict %q", a.Compare.Verdict)
	}
}

func TestRememberedPriceIsFootnoted(t *testing.T) {
	u := exact(10, 1000)
	u.ProvisionedMs, u.ProvisionedRequests = 1000, 10
	f := function("f", u)
	f.Key.Region = "us-west-2"
	if s := texts(run(t, inputs(f)).Warnings); !strings.Contains(s, "provisioned-concurrency-x86 in us-west-2 is remembered") {
		t.Errorf("no footnote:\n%s", s)
	}
}

// Metric-only hours: 1,000 calls of 10.3 ms are 10,300 ms at least, 10,800
// likely, 11,300 at most, plus the init of cold starts.
func TestMetricHoursAreARange(t *testing.T) {
	u := model.LambdaUsage{Month: november, Architecture: unit.X86, Memory: 1024, MemoryKnown: true, MetricRequests: 1000, MetricDurationMs: 10_300, MetricColdLow: 1, MetricColdLikely: 2, MetricColdHigh: 5, MetricInitMs: 100}
	a := run(t, inputs(function("f", u)))
	l := a.Functions[0].LineItems[1]
	for _, c := range []struct {
		got  unit.USD
		want string
	}{{l.Cost.Low, "0.00017166701"}, {l.Cost.Likely, "0.0001833337"}, {l.Cost.High, "0.00020500041"}} {
		if c.got.String() != c.want {
			t.Errorf("got %s, want %s", c.got, c.want)
		}
	}
	if l.Basis != model.BasisInferred || !strings.Contains(texts(a.Warnings), "f: some hours have no REPORT lines") {
		t.Errorf("basis %s; warnings:\n%s", l.Basis, texts(a.Warnings))
	}
}

// Truths drawn at random lie inside their range.
func TestRangeHoldsTruth(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	inside, close := 0, 0
	const trials = 300
	for range trials {
		n := 200 + r.IntN(2000)
		u := model.LambdaUsage{Month: november, Architecture: unit.X86, Memory: 512, MemoryKnown: true, MetricRequests: int64(n)}
		mean, coldShare := 5+500*r.Float64(), 0.1*r.Float64()
		billed, cold := int64(0), int64(0)
		for range n {
			d := mean * (0.2 + r.ExpFloat64())
			init := 0.0
			if r.Float64() < coldShare {
				init, cold = 150+100*r.Float64(), cold+1
			}
			u.MetricDurationMs += d
			billed += int64(d+init) + 1
		}
		u.MetricColdLow, u.MetricColdLikely, u.MetricColdHigh, u.MetricInitMs = cold/2, cold, cold*2+3, 200
		got := cost(inputs(function("f", u)))
		truth := cost(inputs(function("f", exact(int64(n), billed)))).Likely
		if got.Low.Cmp(truth) <= 0 && truth.Cmp(got.High) <= 0 {
			inside++
		}
		if x := got.Likely.Ratio(truth); x > 0.99 && x < 1.01 {
			close++
		}
	}
	if inside < trials*99/100 || close < trials*97/100 {
		t.Errorf("%d of %d inside, %d within 1 %%", inside, trials, close)
	}
}

func TestUnknownEarlierMemoryWidens(t *testing.T) {
	u := exact(1000, 100_000)
	u.MemoryKnown = false
	l := run(t, inputs(function("f", u))).Functions[0].LineItems[1]
	if l.Cost.Low.Mul(unit.QuantityOf(4)).Cmp(l.Cost.High) != 0 || l.Basis != model.BasisAssumed {
		t.Errorf("want half to twice: %v to %v, basis %s", l.Cost.Low, l.Cost.High, l.Basis)
	}
}

func TestProvisioned(t *testing.T) {
	u := exact(1000, 100_000)
	u.ProvisionedMs = 3_600_000
	u.ProvisionedRequests, u.ProvisionedDurationMs, u.ProvisionedSplitExact = 600, 60_000, true
	lines := run(t, inputs(function("f", u))).Functions[0].LineItems
	want := []struct{ dimension, cost string }{
		{"requests", "0.0002"},
		{"duration-x86", "0.000333334"},             // 20 GB-s x 0.0000166667
		{"provisioned-duration-x86", "0.000291666"}, // 30 GB-s x 0.0000097222
		{"provisioned-concurrency-x86", "0.00750006"},
	}
	if len(lines) != len(want) {
		t.Fatalf("%d lines", len(lines))
	}
	for i, w := range want {
		if lines[i].Dimension != w.dimension || lines[i].Cost.Likely.String() != w.cost || !lines[i].Cost.Exact() {
			t.Errorf("line %d: %s %s, want %s %s", i, lines[i].Dimension, lines[i].Cost.Likely, w.dimension, w.cost)
		}
	}
	u.ProvisionedSplitExact = false
	spread := run(t, inputs(function("f", u))).Functions[0]
	if spread.Cost.Exact() || spread.Cost.Likely.Cmp(sumCosts(lines, func(l *model.LineItem) model.Cost { return l.Cost }).Likely) != 0 {
		t.Errorf("an estimated split: %v", spread.Cost)
	}
}

func TestEphemeralStorageAndSnapStart(t *testing.T) {
	u := exact(10, 10_000)
	u.EphemeralStorage, u.Restores = 1536, 4
	f := function("f", u)
	f.Config.Runtime, f.Config.SnapStart = "python3.13", true
	lines := run(t, inputs(f)).Functions[0].LineItems
	// 1 GB over 512 MB x 10 s x 0.0000000309; 0.5 GB x 4 x 0.0001397998.
	if got := lines[2].Cost.Likely.String(); lines[2].Dimension != "ephemeral-storage-x86" || got != "0.000000309" {
		t.Errorf("%s %s", lines[2].Dimension, got)
	}
	if got := lines[3].Cost.Likely.String(); lines[3].Dimension != "snapstart-restore-x86" || got != "0.0002795996" {
		t.Errorf("%s %s", lines[3].Dimension, got)
	}
	f.Config.Runtime = "java21"
	if n := len(run(t, inputs(f)).Functions[0].LineItems); n != 3 {
		t.Errorf("Java pays for restores: %d lines", n)
	}
}

// many is an account of n functions with mixed usage.
func many(n int) model.Inputs {
	r := rand.New(rand.NewPCG(5, 6))
	var list []model.FunctionInput
	regions := []unit.Region{"us-east-1", "eu-west-1"}
	for i := range n {
		requests := int64(r.ExpFloat64() * 1e6)
		u := exact(requests, requests*int64(5+r.IntN(900)))
		u.Memory = unit.MiB(128 << r.IntN(5))
		if i%3 == 0 {
			u.MetricRequests, u.MetricDurationMs = requests/2, float64(requests)*37.123
		}
		if i%4 == 0 {
			u.Architecture = unit.ARM
		}
		if i%50 == 0 {
			u.ProvisionedMs, u.ProvisionedRequests, u.ProvisionedDurationMs = 86_400_000, requests/10, float64(requests)
		}
		earlier := u
		earlier.Month = october
		f := function(fmt.Sprintf("f%04d", i), u)
		f.Months = append([]model.LambdaUsage{earlier}, f.Months...)
		f.Config.Memory, f.Config.Architecture = u.Memory, u.Architecture
		f.Key.Region = regions[i%2]
		f.Signals.MemoryKnown, f.Signals.MaxMemoryUsed = true, u.Memory/3
		f.Cold = model.ColdStarts{Known: true, Reports: requests, Count: requests / 100, BilledMs: requests * 2}
		f.Load.RequestDriven = i%2 == 0
		list = append(list, f)
	}
	in := inputs(list...)
	for h := range 720 {
		in.Hours = append(in.Hours, model.HourPoint{At: november.Add(time.Duration(h) * time.Hour), DurationMs: float64(1 + h%24)})
	}
	return in
}

func TestPartsSumToWhole(t *testing.T) {
	a := run(t, many(120))
	total, monthlySum := model.Exactly(unit.USD{}), model.Exactly(unit.USD{})
	for _, f := range a.Functions {
		if sum := sumCosts(f.LineItems, func(l *model.LineItem) model.Cost { return l.Cost }); !same(sum, f.Cost) {
			t.Errorf("%s: lines %v, cost %v", f.Key.Name, sum, f.Cost)
		}
		total, monthlySum = total.Add(f.Cost), monthlySum.Add(f.Monthly)
	}
	service := sumCosts(a.Services[0].LineItems, func(l *model.LineItem) model.Cost { return l.Cost })
	if !same(total, a.Total) || !same(service, a.Total) || !same(a.Services[0].Cost, a.Total) || !same(monthlySum, a.Monthly) {
		t.Errorf("functions %v, lines %v, service %v, total %v", total, service, a.Services[0].Cost, a.Total)
	}
	for i := 1; i < len(a.Functions); i++ {
		if a.Functions[i-1].Cost.Likely.Cmp(a.Functions[i].Cost.Likely) < 0 {
			t.Fatal("functions are not ordered by cost")
		}
	}
}

func same(a, b model.Cost) bool {
	return a.Unknown == b.Unknown && a.Low.Cmp(b.Low) == 0 && a.Likely.Cmp(b.Likely) == 0 && a.High.Cmp(b.High) == 0
}

// More of anything never costs less.
func TestMoreNeverCostsLess(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for range 200 {
		u := exact(r.Int64N(1e9), r.Int64N(1e13))
		u.MetricRequests, u.MetricDurationMs = r.Int64N(1e6), r.Float64()*1e8
		before := cost(inputs(function("f", u)))
		more := u
		switch r.IntN(4) {
		case 0:
			more.ExactRequests += 1000
		case 1:
			more.ExactBilledMs += 1000
		case 2:
			more.MetricRequests += 1000
		case 3:
			more.MetricDurationMs += 1000
		}
		after := cost(inputs(function("f", more)))
		// A month's average falls as a tier is passed, its total does not.
		if after.Likely.Cmp(before.Likely) < 0 {
			t.Fatalf("%+v costs %s, %+v costs %s", u, before.Likely, more, after.Likely)
		}
	}
}

// The window's order of functions and repeated runs change nothing.
func TestDeterministic(t *testing.T) {
	a, b := run(t, many(40)), run(t, many(40))
	x, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	if y, _ := json.Marshal(b); !bytes.Equal(x, y) {
		t.Error("two runs differ")
	}
}

func TestEmptyAccount(t *testing.T) {
	a := run(t, model.Inputs{Window: window})
	if a.Total.Unknown || !a.Total.Likely.IsZero() || a.Compare.Verdict == "" {
		t.Errorf("total %v, verdict %q", a.Total, a.Compare.Verdict)
	}
}

// A thousand functions, each busy enough for its servers to come and go.
func BenchmarkCompareBusy1000(b *testing.B) {
	in := many(1000)
	r := rand.New(rand.NewPCG(9, 10))
	for i := range in.Functions {
		l := &in.Functions[i].Load
		l.MeanPerSecond = math.Exp(2 + 1.5*r.NormFloat64())
		l.OfferedMean = l.MeanPerSecond / 10
		l.OfferedPeak = l.OfferedMean * 2.4
		for h := range l.HourOfWeek {
			l.HourOfWeek[h] = l.OfferedMean * (1 - 0.5*math.Cos(float64(h)/24*2*math.Pi) + r.Float64()/10)
		}
	}
	book := price.Embedded()
	for b.Loop() {
		Run(in, book, Options{SkipAdvice: true})
	}
}

// What a whole account may take: 1,000 functions priced, compared and advised.
func BenchmarkRun1000(b *testing.B) {
	in := many(1000)
	book := price.Embedded()
	b.ResetTimer()
	for b.Loop() {
		Run(in, book, Options{})
	}
}
