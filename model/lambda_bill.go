package model

import (
	"math"
	"strings"
	"time"

	"github.com/breakeven-dev/breakeven/model/unit"
)

// Bounds is a quantity known exactly (Low = Likely = High) or within bounds.
type Bounds struct{ Low, Likely, High unit.Quantity }

// Exact reports whether b has no spread.
func (b Bounds) Exact() bool { return b.Low.Cmp(b.High) == 0 }

// Add returns b + c, bound by bound.
func (b Bounds) Add(c Bounds) Bounds {
	return Bounds{Low: b.Low.Add(c.Low), Likely: b.Likely.Add(c.Likely), High: b.High.Add(c.High)}
}

// IsZero reports whether b is nothing at all.
func (b Bounds) IsZero() bool { return b.Low.IsZero() && b.Likely.IsZero() && b.High.IsZero() }

// scale multiplies each bound with its own factor.
func (b Bounds) scale(low, likely, high unit.Quantity) Bounds {
	return Bounds{Low: b.Low.Mul(low), Likely: b.Likely.Mul(likely), High: b.High.Mul(high)}
}

// exactly returns q without doubt.
func exactly(q unit.Quantity) Bounds { return Bounds{Low: q, Likely: q, High: q} }

// BilledQuantity is what a function is billed for in one dimension of the
// price book's AWSLambda offer.
type BilledQuantity struct {
	Dimension string // "duration-arm", as in the price book
	Unit      string
	Quantity  Bounds
	Basis     string // BasisMeasured, BasisInferred, BasisAssumed
}

// LambdaService is AWS's offer code of Lambda, the Service of its price keys.
const LambdaService = awsLambda

// What is assumed where only CloudWatch's sums are known. Lambda bills
// ceil(Duration + Init) in whole milliseconds (since 2020-12; Init since
// 2025-08-01), CloudWatch sums Duration as it ran.
const (
	// ceilingMs is the mean of the part that rounding up adds, for durations
	// without regard to the millisecond; at most it adds one.
	ceilingMs = 0.5
	// initSpread is by how much the mean init of unseen cold starts may lie
	// above the likely one.
	initSpread = 2
	// memorySpread bounds an earlier memory size that nobody recorded: half
	// to twice the oldest known one, wider where the history shows more.
	memorySpread = 2
	// assumedMemory stands for a size of which nothing at all is known, in MB;
	// the bounds are then all that Lambda offers.
	assumedMemory = 512
	// provisionedSpread is the share of the smaller side (provisioned or
	// on-demand time) that may be on the other side where the split was
	// estimated by request counts: the mean duration of the two kinds differs
	// by cold caches and by nothing else that is known.
	provisionedSpread = 0.5
)

// The smallest and largest memory size of a function.
const (
	lambdaMinMemory = 128
	lambdaMaxMemory = 10240
)

// ColdStartEstimate bounds the cold starts in hours that left no REPORT line,
// and gives the likely init of each in milliseconds.
type ColdStartEstimate struct {
	Low, Likely, High int64
	InitMs            float64
}

// LambdaQuantities returns what f is billed for under u, in the price book's
// dimensions and in a fixed order: requests, duration, provisioned duration,
// provisioned concurrency, ephemeral storage, SnapStart restores. Dimensions
// without quantity are left out. Cold is used for the metric-only hours.
//
// GB-seconds are memory/1024 times billed seconds. Exact hours are taken as
// billed. Metric-only hours lie between CloudWatch's Duration sum (at least
// 1 ms a request, no init) and that sum plus 1 ms a request plus the init of
// the most cold starts thinkable; 0.5 ms a request and the likely cold starts
// are the likely value.
func LambdaQuantities(f *FunctionInput, u LambdaUsage, cold ColdStartEstimate) []BilledQuantity {
	suffix := LambdaSuffix(u.Architecture)
	billed, basis := billedMs(u, cold)
	gb := exactly(u.Memory.GB())
	if !u.MemoryKnown {
		gb, basis = memoryRange(f, u.Memory), BasisAssumed
	}
	onDemand, provisioned := splitProvisioned(u, billed, f.Cold)
	out := make([]BilledQuantity, 0, 4)
	add := func(dimension, unitName, basis string, q Bounds) {
		if !q.IsZero() {
			out = append(out, BilledQuantity{Dimension: dimension, Unit: unitName, Quantity: q, Basis: basis})
		}
	}
	add("requests", "request", BasisMeasured, exactly(unit.QuantityOf(u.ExactRequests+u.MetricRequests)))
	add("duration"+suffix, "GB-second", basis, gbSeconds(gb, onDemand))
	add("provisioned-duration"+suffix, "GB-second", basis, gbSeconds(gb, provisioned))
	add("provisioned-concurrency"+suffix, "GB-second", memoryBasis(u), gbSeconds(gb, exactly(unit.QuantityOf(u.ProvisionedMs))))
	if over := u.EphemeralStorage - lambdaIncludedTmpMB; over > 0 {
		add("ephemeral-storage"+suffix, "GB-second over 512 MB", basis, gbSeconds(exactly(over.GB()), onDemand.Add(provisioned)))
	}
	if u.Restores > 0 && SnapStartCharged(f.Config.Runtime) {
		restored := unit.QuantityOf(u.Restores)
		add("snapstart-restore"+suffix, "GB restored", memoryBasis(u), gb.scale(restored, restored, restored))
	}
	return out
}

// SnapStartCharged reports whether AWS charges for SnapStart's cache and
// restores on a runtime: on all but Java (AWS Lambda pricing page, 2026-09).
func SnapStartCharged(runtime string) bool { return !strings.HasPrefix(runtime, "java") }

func memoryBasis(u LambdaUsage) string {
	if u.MemoryKnown {
		return BasisMeasured
	}
	return BasisAssumed
}

// milli is 1/1000, exact.
var milli = unit.QuantityFromFloat(0.001)

func gbSeconds(gb, ms Bounds) Bounds {
	if gb.Exact() && ms.Exact() {
		return exactly(gb.Likely.Mul(ms.Likely).Mul(milli))
	}
	q := ms.scale(gb.Low, gb.Likely, gb.High)
	return q.scale(milli, milli, milli)
}

// billedMs returns the billed milliseconds of u, before they are split
// between on-demand and provisioned.
func billedMs(u LambdaUsage, cold ColdStartEstimate) (Bounds, string) {
	exact := unit.QuantityOf(u.ExactBilledMs)
	if u.MetricRequests == 0 && u.MetricDurationMs <= 0 {
		return exactly(exact), BasisMeasured
	}
	n := float64(u.MetricRequests)
	floor := n // a request is billed one millisecond at least
	low := max(u.MetricDurationMs, floor)
	likely := max(u.MetricDurationMs+ceilingMs*n, floor) + float64(cold.Likely)*cold.InitMs
	high := u.MetricDurationMs + n + float64(cold.High)*cold.InitMs*initSpread
	return Bounds{
		Low:    exact.Add(millis(low)),
		Likely: exact.Add(millis(likely)),
		High:   exact.Add(millis(max(high, likely))),
	}, BasisInferred
}

// millis rounds a computed number of milliseconds to 1 ns, so that sums of
// floats do not drag sixteen digits through every later product.
func millis(ms float64) unit.Quantity {
	if math.IsNaN(ms) || math.IsInf(ms, 0) || ms <= 0 {
		return unit.Quantity{}
	}
	if ns := math.Round(ms * 1e6); ns < math.MaxInt64/2 {
		return unit.QuantityOf(int64(ns)).Mul(nano)
	}
	return unit.QuantityFromFloat(ms)
}

var nano = unit.QuantityFromFloat(0.000001)

// splitProvisioned parts billed time into on-demand and provisioned. Where the
// split is an estimate, all billed init may belong to the on-demand part: only
// there do requests start cold.
func splitProvisioned(u LambdaUsage, billed Bounds, cold ColdStarts) (onDemand, provisioned Bounds) {
	requests := u.ExactRequests + u.MetricRequests
	switch {
	case u.ProvisionedRequests <= 0:
		return billed, Bounds{}
	case u.ProvisionedRequests >= requests:
		return Bounds{}, billed
	}
	part := millis(u.ProvisionedDurationMs).Min(billed.Low)
	provisioned = exactly(part)
	if !u.ProvisionedSplitExact {
		spread := part.Min(billed.Likely.Sub(part)).Mul(unit.QuantityFromFloat(provisionedSpread))
		least := part.Sub(spread).Sub(unit.QuantityOf(cold.BilledMs)).Max(unit.Quantity{})
		provisioned = Bounds{Low: least, Likely: part, High: part.Add(spread).Min(billed.Low)}
	}
	return Bounds{
		Low:    billed.Low.Sub(provisioned.High),
		Likely: billed.Likely.Sub(provisioned.Likely),
		High:   billed.High.Sub(provisioned.Low),
	}, provisioned
}

// memoryRange bounds a memory size that nobody recorded, in GB.
func memoryRange(f *FunctionInput, oldest unit.MiB) Bounds {
	if oldest <= 0 { // nobody ever saw its size
		return Bounds{Low: unit.MiB(lambdaMinMemory).GB(), Likely: unit.MiB(assumedMemory).GB(), High: unit.MiB(lambdaMaxMemory).GB()}
	}
	low, high := oldest/memorySpread, oldest*memorySpread
	for _, c := range f.History {
		if c.Memory > 0 {
			low, high = min(low, c.Memory), max(high, c.Memory)
		}
	}
	low, high = max(low, lambdaMinMemory), min(high, lambdaMaxMemory)
	return Bounds{Low: min(low, oldest).GB(), Likely: oldest.GB(), High: max(high, oldest).GB()}
}

// MonthAverage is the average price of one unit of a dimension over a UTC
// calendar month's bill of one account and region: what each hour and
// resource of that month carries.
type MonthAverage struct {
	Month     time.Time
	Account   unit.AccountID
	Region    unit.Region
	Service   string // the usage file's name: "lambda"
	Dimension string
	Unit      string
	Average   unit.USD
	Unknown   bool // the book lacks the price
}
