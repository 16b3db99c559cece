package tui

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/price"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// sampleNow is the instant every test looks at the sample from.
var sampleNow = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)

var sampleWindow = model.Window{From: sampleNow.Add(-30 * 24 * time.Hour), To: sampleNow}

// sampleSource answers with invented data.
type sampleSource struct {
	a     model.Analysis
	err   error
	delay time.Duration
}

func (s sampleSource) Load(context.Context) (model.Analysis, error) {
	time.Sleep(s.delay)
	return s.a, s.err
}

func (s sampleSource) Series(_ context.Context, _ model.ResourceKey, w model.Window) ([]model.SeriesPoint, error) {
	return sampleSeries(w, time.Hour), nil
}

func sampleSeries(w model.Window, step time.Duration) []model.SeriesPoint {
	rng := rand.New(rand.NewPCG(7, 7))
	var out []model.SeriesPoint
	for at := w.From; at.Before(w.To); at = at.Add(step) {
		h := at.Sub(w.From).Hours()
		if h > 300 && h < 330 {
			continue // a gap
		}
		day := 1 + math.Sin(h/24*2*math.Pi)
		out = append(out, model.SeriesPoint{
			At: at, Invocations: math.Floor(6000*day + 900*rng.Float64()), Errors: math.Floor(8 * rng.Float64() * day),
			P50Ms: 80 + 10*rng.Float64(), P90Ms: 140, P99Ms: 300 + 200*rng.Float64()*day, MaxMs: 900,
			Concurrency: math.Ceil(3 + 9*day), ColdStarts: math.Floor(9 * rng.Float64()), Throttles: 0, DurationMs: 5e5,
		})
	}
	return out
}

func approx(f float64) model.Cost {
	return model.Cost{Low: dollars(f * 0.97), Likely: dollars(f), High: dollars(f * 1.04)}
}

func dollars(f float64) unit.USD { return unit.USDFromFloat(f).Round(10) }

// sampleAnalysis invents an account of n functions, the same for the same n.
func sampleAnalysis(n int) model.Analysis {
	rng := rand.New(rand.NewPCG(1, uint64(n)))
	a := model.Analysis{
		Window: sampleWindow, GeneratedAt: sampleNow, CollectedAt: sampleNow.Add(-5 * time.Minute),
		Book:     model.BookInfo{Version: "2026-11-01", AsOf: "2026-10-06"},
		Accounts: []unit.AccountID{"123456789012"}, Regions: []unit.Region{"eu-west-1", "us-east-1"},
		Coverage: model.Coverage{Metrics: 0.9993, Reports: 0.82},
		Calls:    model.CallCosts{Requests: 412, BilledUnits: 51000, Cost: unit.MustUSD("0.51")},
		Sources:  []string{"cloudwatch", "insights"},
		Total:    model.Exactly(unit.USD{}), Monthly: model.Exactly(unit.USD{}),
		Compare: sampleComparison(1200),
		Gaps: []model.Gap{{
			Account: "123456789012", Region: "us-east-1", Service: "lambda", Metric: "logs:StartQuery",
			From: sampleWindow.From, To: sampleWindow.From.Add(6 * time.Hour), Reason: "AccessDenied: allow logs:StartQuery",
		}},
		Warnings: []model.Warning{{Code: "remembered-price", Text: "the price of lambda ephemeral storage in eu-west-1 has no dated source"}},
	}
	for i := range n {
		f := sampleFunction(rng, i)
		a.Total, a.Monthly = a.Total.Add(f.Cost), a.Monthly.Add(f.Monthly)
		a.Functions = append(a.Functions, f)
	}
	a.Services = []model.ServiceCost{{Service: "lambda", Cost: a.Total, LineItems: sampleLines(800)}}
	for i := range min(n, 12) {
		f := &a.Functions[i*min(3, max(n/12, 1))]
		id := fmt.Sprint("lambda-memory:", f.Key.ID)
		f.AdviceIDs = append(f.AdviceIDs, id)
		a.Advice = append(a.Advice, sampleAdvice(id, f, 90/float64(i+1)))
	}
	for at := sampleWindow.From; at.Before(sampleWindow.To); at = at.Add(time.Hour) {
		h := at.Sub(sampleWindow.From).Hours()
		a.Hours = append(a.Hours, model.HourPoint{
			At: at, Invocations: int64(90000 * (1.2 + math.Sin(h/24*2*math.Pi))), Errors: int64(rng.IntN(900)),
			ColdStarts: int64(rng.IntN(400)), Missing: h >= 400 && h < 420,
		})
	}
	return a
}

var sampleNames = []string{"checkout", "orders-api", "thumbnails", "nightly-report", "webhook-in", "search", "auth-token", "invoice-pdf", "stock-sync", "mailer"}

func sampleFunction(rng *rand.Rand, i int) model.Function {
	name := sampleNames[i%len(sampleNames)]
	if i >= len(sampleNames) {
		name = fmt.Sprintf("%s-%d", name, i/len(sampleNames))
	}
	calls := int64(rng.IntN(40_000_000) / (i + 1))
	if i%9 == 8 {
		calls = 0
	}
	cost := 412.5 / float64(i+1)
	f := model.Function{
		Key: model.ResourceKey{
			Account: "123456789012", Region: []unit.Region{"eu-west-1", "us-east-1"}[i%2], Service: "lambda", Name: name,
			ID: unit.ResourceID("arn:aws:lambda:eu-west-1:123456789012:function:" + name),
		},
		Config: model.FunctionConfig{
			Architecture: []unit.Architecture{unit.ARM, unit.X86}[i%2], Memory: []unit.MiB{128, 512, 1024, 3008}[i%4],
			EphemeralStorage: 512, Timeout: 30 * time.Second, Runtime: []string{"nodejs22.x", "python3.13", "java21"}[i%3],
			PackageType: "Zip", CodeSize: 1234567, ReservedConcurrency: -1, LogGroup: "/aws/lambda/" + name, LogFormat: "JSON",
			ValidFrom: sampleNow.Add(-900 * time.Hour), EnvNames: []string{"TABLE", "TOKEN"},
		},
		Deleted: i%17 == 16, LineItems: sampleLines(cost), Cost: approx(cost), Monthly: approx(cost * 730 / 720),
		PerMillion: model.UnknownCost, ColdCost: approx(cost / 50), ErrorCost: approx(cost / 400),
		Signals: model.Signals{
			Invocations: calls, Errors: calls / int64(50+rng.IntN(900)), Throttles: int64(rng.IntN(9)),
			MeanMs: 90, P50Ms: 40 + 100*rng.Float64(), P95Ms: 200 + 100*rng.Float64(), P99Ms: 300 + 4000*rng.Float64(), MaxMs: 9000,
			MaxMemoryUsed: 96, MemoryKnown: i%5 != 4, LastInvoked: sampleNow.Add(-time.Hour),
		},
		Cold:    model.ColdStarts{Known: i%5 != 4, Reports: calls, Count: calls / 77, InitP50Ms: 210, InitP99Ms: 900, InitMaxMs: 1400, BilledMs: calls / 77 * 230},
		Compare: sampleComparison(cost),
		Load:    model.Load{MeanPerSecond: float64(calls) / (720 * 3600)},
	}
	if calls > 0 {
		f.PerMillion = approx(cost / float64(calls) * 1e6)
	}
	if !f.Cold.Known {
		f.Cold.Reason = "log group not found"
	}
	for d := range 30 {
		f.Daily = append(f.Daily, model.DayPoint{
			Day:         sampleWindow.From.Add(time.Duration(d) * 24 * time.Hour),
			Invocations: int64(rng.IntN(int(calls/30+10)) + 1), Missing: d == 12,
		})
	}
	return f
}

func sampleLines(total float64) []model.LineItem {
	src := price.Source{Name: "AWSLambda offer file", AsOf: "2026-10-06"}
	return []model.LineItem{
		{Dimension: "duration-arm", Quantity: unit.QuantityOf(int64(total * 48750)), Unit: "GB-second", UnitPrice: unit.MustUSD("0.0000133334"), Cost: approx(total * 0.65), Source: src, Basis: model.BasisInferred},
		{Dimension: "requests", Quantity: unit.QuantityOf(int64(total * 1.75e6)), Unit: "request", UnitPrice: unit.MustUSD("0.0000002"), Cost: model.Exactly(dollars(total * 0.35)), Source: src, Basis: model.BasisMeasured},
	}
}

func sampleComparison(cost float64) model.Comparison {
	at := 41.5
	return model.Comparison{
		Verdict:       "Lambda costs less than any fleet of servers up to 41.5 requests a second; the account runs at 12.3, so servers would cost 1.4 times as much.",
		RatePerSecond: 12.3,
		Options: []model.Option{
			{Option: "lambda", Architecture: unit.ARM, Purchase: "on-demand", Configuration: "as it is", Monthly: approx(cost)},
			{Option: "lambda", Architecture: unit.X86, Purchase: "on-demand", Configuration: "x86_64", Monthly: approx(cost * 1.2)},
			{Option: "fargate", Architecture: unit.ARM, Purchase: "spot", Configuration: "0.5 vCPU, 1 GB", Servers: 4, Utilisation: 0.61, Monthly: approx(cost * 1.4), BreakEven: &at, Crossings: []float64{at}, Assumptions: []string{"two zones"}},
			{Option: "ec2", Architecture: unit.ARM, Purchase: "savings-plan-1y", Configuration: "m8g.large", Servers: 2, Utilisation: 0.48, Monthly: approx(cost * 1.9)},
			{Option: "ec2", Architecture: unit.X86, Purchase: "on-demand", Configuration: "m7i.large", Servers: 2, Utilisation: 0.5, Monthly: model.UnknownCost},
		},
		Assumptions: []string{"servers are sized for the busiest hour at 70 % utilisation", "a load balancer is included where callers wait"},
	}
}

func sampleAdvice(id string, f *model.Function, saving float64) model.Advice {
	return model.Advice{
		ID: id, Rule: "lambda-memory", Resource: f.Key, Title: "Give " + f.Key.Name + " 256 MB instead of 512 MB", Saving: approx(saving),
		Evidence:   []string{"at most 96 MB used in 1,204,333 calls over 30 days", "p99 duration 430 ms"},
		Confidence: "B", Effort: "low", Risk: "calls may take longer where the CPU share matters",
		Apply:    "aws lambda update-function-configuration --function-name " + f.Key.Name + " --memory-size 256",
		Disproof: "p99 duration rises by more than half after the change",
	}
}

// TestMain shows the dashboard on invented data where TUI_SAMPLE holds a
// number of functions, to look at screens by hand:
//
//	go test -c -o /tmp/tui.test ./tui && TUI_SAMPLE=40 /tmp/tui.test
func TestMain(m *testing.M) {
	n, err := strconv.Atoi(os.Getenv("TUI_SAMPLE"))
	if err != nil {
		os.Exit(m.Run())
	}
	err = Run(context.Background(), Options{
		Source: sampleSource{a: sampleAnalysis(n)}, Now: func() time.Time { return sampleNow },
		In: os.Stdin, Out: os.Stdout, Environ: os.Environ(), Color: os.Getenv("NO_COLOR") == "", Glyphs: GlyphsFor(os.Getenv),
		Theme: os.Getenv("TUI_THEME"),
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
