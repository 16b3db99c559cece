package modeltest

import (
	"math"
	"strings"
	"time"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// spec is what a sample function is computed from.
type spec struct {
	name    string
	region  unit.Region
	arch    unit.Architecture
	memory  unit.MiB
	used    unit.MiB // largest memory used; 0: unknown
	runtime string
	timeout time.Duration
	kind    string  // the shape of its day
	perDay  float64 // invocations
	meanMs  float64
	errors  float64 // share of invocations
	throttl float64
	cold    float64 // share of invocations; negative: unknown
	initMs  float64
	pc      int  // provisioned concurrency
	ranged  bool // metric-only hours: cost is a range
	api     bool // callers wait
	noPrice bool
	vpc     bool
	deleted bool
	app     string
	tags    map[string]string
}

var specs = []spec{
	{name: "orders-api", region: "us-east-1", arch: unit.X86, memory: 1024, used: 312, runtime: "nodejs22.x", timeout: 15 * time.Second, kind: "diurnal", perDay: 2_100_000, meanMs: 86, errors: 0.0011, throttl: 0.00002, cold: 0.0021, initMs: 410, api: true, app: "shop", tags: map[string]string{"team": "orders", "env": "prod"}},
	{name: "search-suggest", region: "us-east-1", arch: unit.X86, memory: 512, used: 401, runtime: "python3.13", timeout: 10 * time.Second, kind: "diurnal", perDay: 3_400_000, meanMs: 21.4, errors: 0.0002, cold: 0.0009, initMs: 620, ranged: true, api: true, app: "shop", tags: map[string]string{"team": "search"}},
	{name: "image-resize", region: "eu-west-1", arch: unit.ARM, memory: 2048, used: 1630, runtime: "nodejs22.x", timeout: 60 * time.Second, kind: "bursty", perDay: 120_000, meanMs: 940, errors: 0.004, throttl: 0.0011, cold: 0.031, initMs: 830, app: "media"},
	{name: "invoice-pdf", region: "eu-west-1", arch: unit.X86, memory: 3008, runtime: "java21", timeout: 30 * time.Second, kind: "diurnal", perDay: 16_000, meanMs: 2_730, errors: 0.0213, cold: -1, initMs: 3_900, ranged: true, app: "billing", vpc: true},
	{name: "checkout", region: "us-east-1", arch: unit.X86, memory: 1769, used: 590, runtime: "java21", timeout: 10 * time.Second, kind: "diurnal", perDay: 240_000, meanMs: 141, errors: 0.0007, cold: 0.0002, initMs: 2_900, pc: 20, api: true, app: "shop", vpc: true, tags: map[string]string{"team": "checkout", "cost-centre": "4711"}},
	{name: "events-fanout", region: "us-east-1", arch: unit.ARM, memory: 256, used: 97, runtime: "provided.al2023", timeout: 30 * time.Second, kind: "steady", perDay: 5_600_000, meanMs: 9.2, errors: 0.00001, cold: 0.00004, initMs: 61, app: "events"},
	{name: "nightly-export", region: "eu-west-1", arch: unit.X86, memory: 10240, used: 2210, runtime: "python3.13", timeout: 15 * time.Minute, kind: "nightly", perDay: 240, meanMs: 612_000, cold: 1, initMs: 1_450, errors: 0.0125, app: "reporting"},
	{name: "thumbnails-legacy", region: "eu-west-1", arch: unit.X86, memory: 1536, used: 300, runtime: "nodejs18.x", timeout: 6 * time.Second, kind: "stopped", perDay: 9_000, meanMs: 350, cold: 0.12, initMs: 520, app: "media", tags: map[string]string{"owner": "=cmd|'/c calc'!A1"}},
	{name: "fraud-score", region: "us-east-1", arch: unit.X86, memory: 4096, used: 3700, runtime: "python3.13", timeout: 5 * time.Second, kind: "growing", perDay: 61_000, meanMs: 720, errors: 0.062, throttl: 0.0003, cold: 0.017, initMs: 4_100, api: true, app: "payments"},
	{name: "webhook-receiver", region: "us-east-1", arch: unit.ARM, memory: 128, used: 88, runtime: "nodejs22.x", timeout: 3 * time.Second, kind: "steady", perDay: 14_000, meanMs: 37, errors: 0.0004, cold: 0.22, initMs: 240, api: true, app: "events"},
	{name: "ledger-reconcile-and-rebalance-all-customer-accounts-eu-v2-blue", region: "eu-west-1", arch: unit.ARM, memory: 640, used: 222, runtime: "dotnet8", timeout: 2 * time.Minute, kind: "growing", perDay: 900, meanMs: 4_800, cold: -1, initMs: 900, app: "a-very-long-application-name-for-a-column", tags: map[string]string{"description": strings.Repeat("long tag value ", 8)}},
	{name: "unused-migration", region: "eu-west-1", arch: unit.X86, memory: 512, runtime: "python3.9", timeout: 3 * time.Second, kind: "dead"},
	{name: `<script>alert(1)</script>"onmouseover="alert(2)`, region: "us-east-1", arch: unit.X86, memory: 256, used: 70, runtime: "nodejs22.x", timeout: 3 * time.Second, kind: "steady", perDay: 2_300, meanMs: 18, cold: 0.4, initMs: 190, app: "</script><img src=x onerror=alert(3)>", tags: map[string]string{`"><b>k</b>`: "</table>", "javascript:alert(4)": "{{.}}"}},
	{name: "\x1b[31mred\x1b[0m\x1b]0;owned\a-\u202ecod.exe-🚀-日本語", region: "eu-west-1", arch: unit.ARM, memory: 256, used: 71, runtime: "nodejs22.x", timeout: 3 * time.Second, kind: "bursty", perDay: 1_100, meanMs: 25, cold: 0.3, initMs: 200, deleted: true, app: "line\nfeed|pipe"},
}

func arn(s spec) unit.ResourceID {
	return unit.ResourceID("arn:aws:lambda:" + string(s.region) + ":" + string(account) + ":function:" + s.name)
}

// traffic is what a spec's function did in the window.
type traffic struct {
	daily       []model.DayPoint
	invocations int64
	errors      int64
	cold        int64
	peakHour    int
	peak        int64
	last        time.Time
}

// run plays the function's shape hour by hour and adds it to the account's.
func (s spec) run(hours []model.HourPoint) traffic {
	var t traffic
	t.daily = make([]model.DayPoint, days)
	for i := range hours {
		d := &t.daily[i/24]
		if i%24 == 0 {
			d.Day = hours[i].At
		}
		if hours[i].Missing {
			continue
		}
		n := int64(math.Round(s.perDay / 24 * shape(s.kind, i)))
		e := int64(math.Round(float64(n) * s.errors))
		c := int64(math.Round(float64(n) * max(s.cold, 0)))
		d.Invocations, d.Errors, d.DurationMs = d.Invocations+n, d.Errors+e, d.DurationMs+float64(n)*s.meanMs
		h := &hours[i]
		h.Invocations, h.Errors, h.DurationMs, h.ColdStarts = h.Invocations+n, h.Errors+e, h.DurationMs+float64(n)*s.meanMs, h.ColdStarts+c
		h.Throttles += int64(math.Round(float64(n) * s.throttl))
		t.invocations, t.errors, t.cold = t.invocations+n, t.errors+e, t.cold+c
		if n > t.peak {
			t.peak, t.peakHour = n, i
		}
		if n > 0 {
			t.last = h.At.Add(59 * time.Minute)
		}
	}
	return t
}

func (s spec) function(hours []model.HourPoint) model.Function {
	t := s.run(hours)
	f := model.Function{
		Key:    model.ResourceKey{Account: account, Region: s.region, Service: "lambda", ID: arn(s), Name: s.name},
		Config: s.config(), App: s.app, Tags: s.tags, Deleted: s.deleted,
		LineItems: s.lines(t), Signals: s.signals(t), Load: s.load(t), Cold: s.coldStarts(t), Daily: t.daily,
		Cost: model.Exactly(unit.USD{}), PerMillion: model.UnknownCost, ColdCost: model.UnknownCost, ErrorCost: model.Exactly(unit.USD{}),
	}
	for _, l := range f.LineItems {
		f.Cost = f.Cost.Add(l.Cost)
	}
	f.Monthly = f.Cost.Scale(unit.QuantityOf(model.HoursPerMonth).Div(unit.QuantityOf(days * 24)))
	if t.invocations > 0 && !f.Cost.Unknown {
		n := unit.QuantityOf(t.invocations)
		f.PerMillion = f.Cost.Scale(unit.QuantityOf(1_000_000).Div(n))
		f.ErrorCost = f.Cost.Scale(unit.QuantityOf(t.errors).Div(n))
	}
	if s.cold >= 0 && !s.noPrice {
		billed := unit.GBSecondsOf(s.memory, unit.QuantityOf(t.cold*int64(s.initMs)))
		f.ColdCost = model.Exactly(rates[s.arch].duration.Mul(billed.Quantity))
	}
	f.Compare = compare(s.profile(f), f.Monthly)
	return f
}

func (s spec) config() model.FunctionConfig {
	c := model.FunctionConfig{
		ValidFrom: Start.AddDate(0, -4, 3), Architecture: s.arch, Memory: s.memory, EphemeralStorage: 512,
		Timeout: s.timeout, Runtime: s.runtime, PackageType: "Zip", CodeSize: 4_812_345, InVPC: s.vpc,
		LogGroup: "/aws/lambda/" + s.name, LogFormat: "JSON", ReservedConcurrency: -1,
		EnvNames: []string{"LOG_LEVEL", "TABLE_NAME"}, EventSource: !s.api,
	}
	if s.pc > 0 {
		c.Provisioned = []model.ProvisionedConfig{{Qualifier: "live", Allocated: s.pc}}
	}
	return c
}

// lines prices the window: requests, duration with billed init, provisioned
// concurrency.
func (s spec) lines(t traffic) []model.LineItem {
	if t.invocations == 0 && s.pc == 0 {
		return nil
	}
	source := listed
	if s.region == "eu-west-1" && s.arch == unit.ARM {
		source = remembered
	}
	suffix := map[unit.Architecture]string{unit.X86: "x86", unit.ARM: "arm"}[s.arch]
	requests := unit.QuantityOf(t.invocations)
	items := []model.LineItem{{
		Dimension: "requests", Quantity: requests, Unit: "request", UnitPrice: requestPrice,
		Cost: model.Exactly(requestPrice.Mul(requests)), Source: listed, Basis: model.BasisMeasured,
	}}
	dimension, rate := "duration-"+suffix, rates[s.arch].duration
	if s.pc > 0 {
		dimension, rate = "provisioned-duration-"+suffix, rates[s.arch].provisioned
	}
	items = append(items, s.durationLine(t, model.LineItem{Dimension: dimension, Unit: "GB-second", UnitPrice: rate, Source: source, Basis: model.BasisMeasured}))
	if s.pc > 0 {
		held := unit.GBSecondsOf(s.memory, unit.QuantityOf(int64(s.pc)*days*24*3_600_000))
		idle := rates[s.arch].idle
		items = append(items, model.LineItem{
			Dimension: "provisioned-concurrency-" + suffix, Quantity: held.Quantity, Unit: "GB-second", UnitPrice: idle,
			Cost: model.Exactly(idle.Mul(held.Quantity)), Source: source, Basis: model.BasisMeasured,
		})
	}
	return items
}

func (s spec) durationLine(t traffic, l model.LineItem) model.LineItem {
	gbs := func(ms float64) unit.Quantity {
		return unit.GBSecondsOf(s.memory, unit.QuantityOf(int64(math.Round(ms)))).Quantity
	}
	n := float64(t.invocations)
	likely := n*math.Ceil(s.meanMs) + float64(t.cold)*s.initMs
	l.Quantity = gbs(likely)
	l.Cost = model.Exactly(l.UnitPrice.Mul(l.Quantity))
	if s.ranged {
		l.Basis = model.BasisInferred
		l.Cost.Low, l.Cost.High = l.UnitPrice.Mul(gbs(n*s.meanMs)), l.UnitPrice.Mul(gbs(likely*1.04))
	}
	if s.noPrice {
		l.UnitPrice, l.Cost = unit.USD{}, model.UnknownCost
	}
	return l
}

func (s spec) signals(t traffic) model.Signals {
	g := model.Signals{Invocations: t.invocations, Errors: t.errors, Throttles: int64(float64(t.invocations) * s.throttl), LastInvoked: t.last}
	if t.invocations == 0 {
		return g
	}
	limit := float64(s.timeout.Milliseconds())
	at := func(factor float64) float64 { return min(s.meanMs*factor, limit) }
	g.MeanMs, g.MinMs, g.MaxMs = s.meanMs, s.meanMs*0.31, at(11.5)
	g.P50Ms, g.P90Ms, g.P95Ms, g.P99Ms = s.meanMs*0.82, at(1.7), at(2.3), at(4.9)
	g.TimeoutsKnown = s.cold >= 0
	if g.TimeoutsKnown && g.MaxMs >= limit {
		g.Timeouts = t.errors / 3
	}
	g.MaxMemoryUsed, g.MemoryKnown = s.used, s.used > 0
	return g
}

func (s spec) load(t traffic) model.Load {
	mean := float64(t.invocations) / (days * 24 * 3600)
	peak := float64(t.peak) / 3600
	l := model.Load{
		MeanPerSecond: mean, PeakPerSecond: peak * 1.4, PeakPeriod: time.Minute, PeakAt: Start.Add(time.Duration(t.peakHour) * time.Hour),
		OfferedMean: mean * s.meanMs / 1000, OfferedPeak: peak * s.meanMs / 1000, MaxConcurrency: math.Ceil(peak * 1.9 * s.meanMs / 1000), RequestDriven: s.api,
	}
	for h := range l.HourOfWeek {
		l.HourOfWeek[h] = l.OfferedMean * shape(s.kind, h+48) // Start is a Saturday
	}
	return l
}

func (s spec) coldStarts(t traffic) model.ColdStarts {
	if s.cold < 0 {
		return model.ColdStarts{Reason: "no permission to read its log group (logs:FilterLogEvents)"}
	}
	c := model.ColdStarts{Known: true, Reports: t.invocations, Count: t.cold, InitSumMs: float64(t.cold) * s.initMs, BilledMs: t.cold * int64(s.initMs)}
	if t.cold > 0 {
		c.InitMaxMs, c.InitP50Ms, c.InitP99Ms = s.initMs*2.9, s.initMs*0.93, s.initMs*2.1
	}
	return c
}
