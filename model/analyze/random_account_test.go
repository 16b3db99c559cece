package analyze_test

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// Prices of us-east-1 in USD (AWS price list, 2026-10-06; API Gateway, Step
// Functions, SQS and Kinesis 2024-07-01), typed by hand: what is held against
// the book must not be read from it.
const (
	x86Second, armSecond       = 0.0000166667, 0.0000133334
	idleSecond, busySecond     = 0.0000033334, 0.0000077778 // provisioned, arm64
	diskSecond                 = 0.0000000309
	dbRead, dbWrite            = 0.000000125, 0.000000625
	dbReadUnit, dbWriteUnit    = 0.00013, 0.00065
	dbStored, dbStoredRare     = 0.25, 0.10
	dbReadRare, dbWriteRare    = 0.000000155, 0.00000078
	restCall, httpCall         = 0.0000035, 0.000001
	transition                 = 0.000025
	expressStart, expressGBSec = 0.000001, 0.00001667
	queueCall                  = 0.0000004
	shardHour                  = 0.015
	logStored                  = 0.03
)

var (
	monthStart = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	drawn      = model.Window{From: monthStart, To: monthStart.Add(720 * time.Hour)}
)

const toMonth = 730.0 / 720

// expectation is what is true of one drawn resource, whatever the rules say.
type expectation struct {
	// must are the rules that have to find it, never those that must not, and
	// may those that may speak or not; all others must not either.
	must, never, may []string
	// saves is what following a rule's advice really saves, in USD of the
	// window, given the advice; no entry where nothing can be said.
	saves map[string]func(model.Advice) float64
}

// account is a drawn account and the truth about it.
type account struct {
	*rand.Rand
	in     model.Inputs
	curves []curve
	truth  map[unit.ResourceID]expectation
}

// drawAccount draws an account of a few hundred resources.
func drawAccount(seed uint64, curves []curve) *account {
	a := &account{
		Rand: rand.New(rand.NewPCG(seed, 1)), curves: curves, truth: map[unit.ResourceID]expectation{},
		in: model.Inputs{Window: drawn, Now: drawn.To, Coverage: model.Coverage{Metrics: 1, Reports: 1}},
	}
	for _, draw := range []func(*account){
		(*account).healthyFunction, (*account).twoSizes, (*account).twoSizes, (*account).oneLargeSize, (*account).onX86,
		(*account).provisioned, (*account).spilling, (*account).nearTimeout, (*account).longTimeout, (*account).failing,
		(*account).idleFunction, (*account).oldRuntime, (*account).slowStart, (*account).largeDisk, (*account).losesEvents,
		(*account).pollingQueue, (*account).silentQueue, (*account).keptLog, (*account).standingTable, (*account).evenTable,
		(*account).storedTable, (*account).restAPI, (*account).cachedAPI, (*account).shortWorkflow, (*account).wideStream,
		(*account).unheardTopic, (*account).silentTable,
	} {
		for range 10 {
			draw(a)
		}
	}
	return a
}

func (a *account) between(low, high float64) float64 { return low + a.Float64()*(high-low) }

func (a *account) whole(low, high int) int { return low + a.IntN(high-low+1) }

func pick[T any](a *account, list ...T) T { return list[a.IntN(len(list))] }

// function is a healthy one on arm64, 512 MB of which 420 are used.
func (a *account) function() *model.FunctionInput {
	name := fmt.Sprintf("fn-%03d", len(a.in.Functions))
	n := int64(a.whole(200_000, 5_000_000))
	f := model.FunctionInput{
		Key: model.ResourceKey{Account: "123456789012", Region: "us-east-1", Service: "lambda", ID: unit.ResourceID("arn:aws:lambda:us-east-1:123456789012:function:" + name), Name: name},
		Config: model.FunctionConfig{
			Architecture: unit.ARM, Memory: 512, EphemeralStorage: 512, Timeout: 30 * time.Second, PackageType: "Zip",
			Runtime: pick(a, "nodejs22.x", "python3.13", "provided.al2023", "ruby3.4"), ReservedConcurrency: -1,
		},
		Signals: model.Signals{Invocations: n, Errors: n / 1000, TimeoutsKnown: true, LastInvoked: drawn.To, MaxMemoryUsed: 420, MemoryKnown: true},
		Cold:    model.ColdStarts{Known: true, Reports: n},
	}
	a.in.Functions = append(a.in.Functions, f)
	out := &a.in.Functions[len(a.in.Functions)-1]
	ran(out, n, a.between(40, 400))
	return out
}

// ran bills a function for n requests of a mean duration at its present size;
// AWS rounds each up to a millisecond, which is half of one on average.
func ran(f *model.FunctionInput, n int64, ms float64) float64 {
	billed := int64(math.Round(float64(n) * (ms + 0.5)))
	f.InWindow = append(f.InWindow, model.LambdaUsage{
		Month: monthStart, Architecture: f.Config.Architecture, Memory: f.Config.Memory, MemoryKnown: true,
		EphemeralStorage: f.Config.EphemeralStorage, ExactRequests: n, ExactBilledMs: billed,
	})
	f.Months = f.InWindow
	f.Signals.MeanMs, f.Signals.MaxMs = ms, max(f.Signals.MaxMs, 3*ms)
	f.Load.MeanPerSecond = float64(n) / 720 / 3600
	return float64(billed) / 1000 * float64(f.Config.Memory) / 1024
}

func (a *account) know(id unit.ResourceID, e expectation) { a.truth[id] = e }

func (a *account) healthyFunction() { a.know(a.function().Key.ID, expectation{}) }

// twoSizes ran at two sizes of a measured curve, most of the time at one.
func (a *account) twoSizes() {
	f := a.function()
	c := pick(a, a.curves...)
	order := a.Perm(len(c.sizes))
	now, before := c.sizes[order[0]], c.sizes[order[1]]
	a.alongCurve(f, c, now)
	f.Signals.MaxMemoryUsed = unit.MiB(float64(min(now.memory, before.memory)) * a.between(0.4, 0.8)) // either size had room
	at := f.InWindow[0]
	n := int64(a.whole(2000, 50_000))
	at.Memory, at.ExactRequests, at.ExactBilledMs = before.memory, n, int64(float64(n)*(before.ms+0.5))
	f.Months = append(slices.Clone(f.InWindow), at)
	e := a.truth[f.Key.ID]
	switch best := c.bestSaving(now); {
	case 1-before.cost()/now.cost() >= 0.12: // its own history shows it
		e.must = []string{"lambda-memory"}
	case best < 0.02: // no measured size is cheaper
		e.never = []string{"lambda-memory"}
	default:
		e.may = append(e.may, "lambda-memory")
	}
	a.know(f.Key.ID, e)
}

// oneLargeSize ran at one size, with or without its CPU time.
func (a *account) oneLargeSize() {
	f := a.function()
	c := pick(a, a.curves...)
	now := pick(a, c.sizes...)
	a.alongCurve(f, c, now)
	f.Signals.MaxMemoryUsed = unit.MiB(float64(now.memory) * a.between(0.1, 0.8))
	e := a.truth[f.Key.ID]
	e.may = []string{"lambda-memory"}
	a.know(f.Key.ID, e)
}

// alongCurve makes a function run as measured at a size.
func (a *account) alongCurve(f *model.FunctionInput, c curve, now size) {
	n := int64(math.Max(2000, 4e11/now.ms/float64(now.memory))) // five dollars
	f.Config.Memory = now.memory
	f.Signals.Invocations, f.Cold.Reports, f.Signals.Errors, f.Signals.MaxMs, f.InWindow = n, n, 0, 0, nil
	ran(f, n, now.ms)
	f.Config.Timeout = time.Duration(min(900, max(30, math.Ceil(f.Signals.MaxMs/100)))) * time.Second
	a.know(f.Key.ID, expectation{saves: map[string]func(model.Advice) float64{"lambda-memory": func(ad model.Advice) float64 {
		target := memoryOf(ad)
		then := float64(n) * (c.at(target) + 0.5) / 1000 * float64(target) / 1024
		return armSecond * (float64(n)*(now.ms+0.5)/1000*float64(now.memory)/1024 - then)
	}}})
}

// memoryOf reads the size that advice is about from the command it gives.
func memoryOf(ad model.Advice) unit.MiB {
	_, rest, _ := strings.Cut(ad.Apply, "--memory-size ")
	mb, _ := strconv.Atoi(strings.Fields(rest)[0])
	return unit.MiB(mb)
}

// onX86 moves to arm64 by the ratio of a function measured on both, or cannot.
func (a *account) onX86() {
	f := a.function()
	f.Config.Architecture = unit.X86
	f.InWindow = nil
	seconds := ran(f, f.Signals.Invocations, f.Signals.MeanMs)
	if a.IntN(3) == 0 {
		f.Config.Runtime = "provided"
		a.know(f.Key.ID, expectation{never: []string{"lambda-arm64"}, may: []string{"lambda-runtime"}})
		return
	}
	ratio := pick(a, armRatios...)
	a.know(f.Key.ID, expectation{must: []string{"lambda-arm64"}, saves: map[string]func(model.Advice) float64{
		"lambda-arm64": func(model.Advice) float64 { return seconds * (x86Second - ratio*armSecond) },
	}})
}

// armRatios are durations on arm64 over x86_64: the published medians of 215
// pairs by kind (Python 0.81, Node 0.90, Rust to 1.15, plain I/O 1.12, .NET
// 1.18) and what tfso's and mbwilding's curves have.
var armRatios = []float64{0.82, 0.90, 0.90, 0.92, 0.94, 0.96, 0.97, 0.99, 1, 1, 1.01, 1.02, 1.03, 1.05, 1.08, 1.12, 1.15, 1.18}

// provisioned stands ready; it pays from 0.0000033334/(0.0000133334 -
// 0.0000077778) = 60 % of use on.
func (a *account) provisioned() {
	f := a.function()
	n := a.whole(2, 20)
	used := pick(a, a.between(0.02, 0.5), a.between(0.7, 0.95))
	f.Config.Provisioned = []model.ProvisionedConfig{{Qualifier: "live", Allocated: n}}
	standing := float64(n) * 720 * 3600 * 1000
	u := &f.InWindow[0]
	ms := used * standing
	u.ExactRequests = int64(ms / (f.Signals.MeanMs + 0.5))
	u.ExactBilledMs, u.ProvisionedRequests, u.ProvisionedDurationMs = int64(ms), u.ExactRequests, ms
	u.ProvisionedSplitExact, u.ProvisionedMs = true, int64(standing)
	f.Signals.Invocations, f.Cold.Reports, f.Signals.Errors = u.ExactRequests, u.ExactRequests, 0
	f.Months = f.InWindow
	if used > 0.6 {
		a.know(f.Key.ID, expectation{never: []string{"lambda-provisioned-idle"}})
		return
	}
	a.know(f.Key.ID, expectation{must: []string{"lambda-provisioned-idle"}, saves: map[string]func(model.Advice) float64{
		"lambda-provisioned-idle": func(model.Advice) float64 {
			return (standing*idleSecond - ms*(armSecond-busySecond)) / 1000 / 2
		},
	}})
}

func (a *account) spilling() {
	f := a.function()
	f.Config.Provisioned = []model.ProvisionedConfig{{Qualifier: "live", Allocated: 4}}
	share, e := a.between(0, 0.008), expectation{never: []string{"lambda-provisioned-short"}}
	if a.IntN(2) == 0 {
		share, e = a.between(0.012, 0.2), expectation{must: []string{"lambda-provisioned-short"}}
	}
	f.Signals.ProvisionedSpillover, f.Load.MaxConcurrency = int64(share*float64(f.Signals.Invocations)), 9
	a.know(f.Key.ID, e)
}

func (a *account) nearTimeout() {
	f := a.function()
	share, e := a.between(0.2, 0.75), expectation{never: []string{"lambda-timeout"}}
	if a.IntN(2) == 0 {
		share, e = a.between(0.82, 1), expectation{must: []string{"lambda-timeout"}}
	}
	f.Signals.MaxMs = 30_000 * share
	a.know(f.Key.ID, e)
}

func (a *account) longTimeout() {
	f := a.function()
	f.Config.Timeout = time.Duration(a.whole(60, 900)) * time.Second
	times, e := a.between(3, 18), expectation{never: []string{"lambda-timeout-long"}}
	if a.IntN(2) == 0 {
		times, e = a.between(22, 100), expectation{must: []string{"lambda-timeout-long"}}
	}
	f.Signals.MaxMs = float64(f.Config.Timeout.Milliseconds()) / times
	a.know(f.Key.ID, e)
}

// failing fails, and a part of the failures were retries that go when it is
// repaired.
func (a *account) failing() {
	f := a.function()
	share, e := a.between(0.01, 0.045), expectation{never: []string{"lambda-failing"}}
	if a.IntN(2) == 0 {
		share, e = a.between(0.055, 0.6), expectation{must: []string{"lambda-failing"}}
	}
	f.Signals.Errors = int64(share * float64(f.Signals.Invocations))
	repaired, cost := a.Float64(), functionCost(f)
	e.saves = map[string]func(model.Advice) float64{"lambda-failing": func(model.Advice) float64 { return share * repaired * cost }}
	a.know(f.Key.ID, e)
}

// functionCost is what arm64 requests cost in the window.
func functionCost(f *model.FunctionInput) float64 {
	usd := 0.0
	for _, u := range f.InWindow {
		usd += float64(u.ExactRequests)*0.0000002 + float64(u.ExactBilledMs)/1000*float64(u.Memory)/1024*armSecond
	}
	return usd
}

func (a *account) idleFunction() {
	f := a.function()
	days, e := a.whole(1, 12), expectation{never: []string{"lambda-unused"}}
	if a.IntN(2) == 0 {
		days, e = a.whole(15, 29), expectation{must: []string{"lambda-unused"}}
	}
	f.Signals.LastInvoked = drawn.To.AddDate(0, 0, -days)
	cost := functionCost(f)
	e.saves = map[string]func(model.Advice) float64{"lambda-unused": func(model.Advice) float64 { return cost }}
	a.know(f.Key.ID, e)
}

func (a *account) oldRuntime() {
	f := a.function()
	f.Config.Runtime = pick(a, "python3.9", "nodejs18.x", "nodejs20.x", "python3.14", "nodejs24.x", "java25")
	e := expectation{must: []string{"lambda-runtime"}}
	if slices.Contains([]string{"python3.14", "nodejs24.x", "java25"}, f.Config.Runtime) {
		e = expectation{never: []string{"lambda-runtime"}}
	}
	a.know(f.Key.ID, e)
}

// slowStart starts slowly on Java, where snapshots are free, or on Node, which
// has none; restores are billed for 100 to 400 ms of hooks.
func (a *account) slowStart() {
	f := a.function()
	f.Config.Runtime = pick(a, "java21", "nodejs22.x")
	starts, initMs := int64(a.whole(200, 5000)), pick(a, a.between(200, 900), a.between(1100, 6000))
	f.Cold.Count, f.Cold.InitSumMs = starts, initMs*float64(starts)
	f.Cold.BilledMs = int64(initMs) * starts
	f.InWindow[0].ExactBilledMs += f.Cold.BilledMs
	restore := a.between(100, 400)
	e := expectation{never: []string{"lambda-snapstart"}}
	if f.Config.Runtime == "java21" && initMs > 1000 {
		e = expectation{must: []string{"lambda-snapstart"}}
	}
	e.saves = map[string]func(model.Advice) float64{"lambda-snapstart": func(model.Advice) float64 {
		return float64(starts) * (math.Trunc(initMs) - restore) / 1000 / 2 * armSecond
	}}
	a.know(f.Key.ID, e)
}

// largeDisk pays for /tmp, of which it needs a part.
func (a *account) largeDisk() {
	f := a.function()
	mb := pick(a, 512, 1024, 4096, 10240)
	f.Config.EphemeralStorage, f.InWindow[0].EphemeralStorage = unit.MiB(mb), unit.MiB(mb)
	if mb == 512 {
		a.know(f.Key.ID, expectation{never: []string{"lambda-ephemeral-storage"}})
		return
	}
	cost := float64(f.InWindow[0].ExactBilledMs) / 1000 * float64(mb-512) / 1024 * diskSecond
	spare := a.Float64()
	e := expectation{saves: map[string]func(model.Advice) float64{"lambda-ephemeral-storage": func(model.Advice) float64 { return spare * cost }}}
	if cost > 0.02 {
		e.must = []string{"lambda-ephemeral-storage"}
	} else {
		e.may = []string{"lambda-ephemeral-storage"}
	}
	a.know(f.Key.ID, e)
}

// losesEvents is called asynchronously, with a queue for what fails or without.
func (a *account) losesEvents() {
	f := a.function()
	f.Signals.AsyncEvents, f.Signals.Errors = f.Signals.Invocations, int64(a.whole(20, 2000))
	if a.IntN(2) == 0 {
		a.know(f.Key.ID, expectation{must: []string{"lambda-dead-letter"}})
		return
	}
	a.in.Edges = append(a.in.Edges, model.Edge{From: f.Key.ID, To: "arn:aws:sqs:us-east-1:123456789012:failed", Kind: model.EdgeDeadLetter})
	a.know(f.Key.ID, expectation{never: []string{"lambda-dead-letter"}})
}

// resource is one of another service, made long ago.
func (a *account) resource(service string, config map[string]any, metrics ...model.MetricSummary) *model.ResourceInput {
	config["created"] = "2024-01-01T00:00:00Z"
	text, err := json.Marshal(config)
	if err != nil {
		panic(err)
	}
	name := fmt.Sprintf("%s-%03d", service, len(a.in.Resources))
	a.in.Resources = append(a.in.Resources, model.ResourceInput{
		Key:    model.ResourceKey{Account: "123456789012", Region: "us-east-1", Service: service, ID: unit.ResourceID("arn:aws:" + service + ":us-east-1:123456789012:" + name), Name: name},
		Config: text, Metrics: metrics,
	})
	return &a.in.Resources[len(a.in.Resources)-1]
}

// used bills a resource for a quantity.
func used(r *model.ResourceInput, offer, dimension string, n float64) {
	q := unit.QuantityFromFloat(n)
	r.InWindow = append(r.InWindow, model.MeteredUsage{Month: monthStart, Offer: offer, BilledQuantity: model.BilledQuantity{
		Dimension: dimension, Quantity: model.Bounds{Low: q, Likely: q, High: q}, Basis: model.BasisMeasured,
	}})
	r.Months = r.InWindow
}

// sum is a metric's sum over 720 hours, peak its largest value a second.
func sum(metric string, total, peak float64) model.MetricSummary {
	return model.MetricSummary{Metric: metric, Stat: "Sum", N: 720, Sum: total, Max: peak * 3600, Last: total / 720, PerSecond: peak}
}

func top(metric string, most float64) model.MetricSummary {
	return model.MetricSummary{Metric: metric, Stat: "Maximum", N: 720, Sum: 720 * most, Max: most, Last: most}
}

func only(rule string, saves float64) expectation {
	return expectation{must: []string{rule}, saves: map[string]func(model.Advice) float64{rule: func(model.Advice) float64 { return saves }}}
}

// pollingQueue is asked again and again by consumers that do not wait long,
// and would be asked every 20 s by each of them.
func (a *account) pollingQueue() {
	wait := a.whole(0, 4)
	consumers := a.whole(2, 30)
	empty := float64(consumers) * 720 * 3600 / (float64(wait) + a.between(0.02, 0.5))
	got, e := empty*a.between(0.01, 0.8), expectation{}
	after := float64(consumers) * 720 * 3600 / 20
	if a.IntN(2) == 0 {
		got, e = empty*a.between(1.2, 5), expectation{never: []string{"sqs-empty-receives"}}
	} else {
		e = only("sqs-empty-receives", (empty-after)*queueCall)
	}
	r := a.resource("sqs", map[string]any{"receive_wait_s": wait, "retention_s": 345600, "dead_letter_arn": "arn:dlq"},
		sum("NumberOfEmptyReceives", empty, 1), sum("NumberOfMessagesReceived", got, 1), sum("NumberOfMessagesSent", got, 1))
	used(r, "AWSQueueService", "standard-requests", empty+3*got)
	a.know(r.Key.ID, e)
}

func (a *account) silentQueue() {
	sent, e := 0.0, only("sqs-unused", 0)
	if a.IntN(2) == 0 {
		sent, e = float64(a.whole(1, 1000)), expectation{never: []string{"sqs-unused"}}
	}
	r := a.resource("sqs", map[string]any{"receive_wait_s": 20, "dead_letter_arn": "arn:dlq"}, sum("NumberOfMessagesSent", sent, 1))
	a.know(r.Key.ID, e)
}

// keptLog grew or shrank for years, and is compressed as logs are; kept for
// ever, or already not.
func (a *account) keptLog() {
	days, today, ratio := a.whole(200, 1500), a.between(0.05, 5), a.between(0.1, 0.2) // GB a day
	first := today * a.between(0.3, 3)
	stored, old := 0.0, 0.0
	for age := range days {
		gb := ratio * (today + (first-today)*float64(age)/float64(days))
		stored += gb
		if age >= 90 {
			old += gb
		}
	}
	keep, e := 0, only("logs-retention", old*logStored*720/730)
	if a.IntN(2) == 0 {
		keep, e = 365, expectation{never: []string{"logs-retention"}}
	}
	r := a.resource("cloudwatch_logs", map[string]any{"class": "standard", "retention_days": keep, "metric_filters": 1},
		sum("IncomingBytes", today*30*(1<<30), 1), sum("IncomingLogEvents", 1e6, 1))
	used(r, "AmazonCloudWatch", "logs-storage", stored*720/730)
	a.know(r.Key.ID, e)
}

// standingTable has capacity that is hardly used, or well.
func (a *account) standingTable() {
	reads, writes := float64(a.whole(50, 2000)), float64(a.whole(50, 1000))
	share := a.between(0.002, 0.02)
	e := only("dynamodb-on-demand", (dbReadUnit-3600*share*dbRead)*reads*720+(dbWriteUnit-3600*share*dbWrite)*writes*720)
	e.may = []string{"dynamodb-capacity"}
	if a.IntN(2) == 0 {
		share, e = a.between(0.65, 0.9), expectation{never: []string{"dynamodb-on-demand", "dynamodb-capacity"}}
	}
	seconds := 720 * 3600 * share
	r := a.resource("dynamodb", map[string]any{"capacity_mode": "provisioned", "table_class": "standard", "rcu": reads, "wcu": writes},
		sum("ConsumedReadCapacityUnits", reads*seconds, reads*share*1.1), sum("ConsumedWriteCapacityUnits", writes*seconds, writes*share*1.1))
	used(r, "AmazonDynamoDB", "provisioned-read", reads*720)
	used(r, "AmazonDynamoDB", "provisioned-write", writes*720)
	a.know(r.Key.ID, e)
}

// evenTable is on demand and used so evenly that scaled capacity is cheaper,
// or so unevenly that it is not sure to be: units an hour by the hour.
func (a *account) evenTable() {
	mean, swing := a.between(50, 500), a.between(0, 0.3)
	e, spike := expectation{must: []string{"dynamodb-provisioned"}}, 1.0
	if a.IntN(2) == 0 {
		spike, e = a.between(20, 60), expectation{never: []string{"dynamodb-provisioned"}}
	}
	total, peak, hours := 0.0, 0.0, 0.0
	for h := range 720 {
		rate := mean * (1 + swing*math.Sin(float64(h)*2*math.Pi/24))
		if h%24 == 12 {
			rate *= spike
		}
		total, peak, hours = total+rate*3600, max(peak, rate), hours+math.Ceil(rate/0.7)
	}
	r := a.resource("dynamodb", map[string]any{"capacity_mode": "on-demand", "table_class": "standard"},
		sum("ConsumedReadCapacityUnits", total, peak), sum("ConsumedWriteCapacityUnits", total, peak))
	used(r, "AmazonDynamoDB", "on-demand-read", total)
	used(r, "AmazonDynamoDB", "on-demand-write", total)
	saves := total*(dbRead+dbWrite) - hours*(dbReadUnit+dbWriteUnit)
	e.saves = map[string]func(model.Advice) float64{"dynamodb-provisioned": func(model.Advice) float64 { return saves }}
	a.know(r.Key.ID, e)
}

// storedTable holds much for its requests, or little.
func (a *account) storedTable() {
	gb, calls := a.between(50, 2000), a.between(1e5, 1e6)
	saves := gb * 720 / 730 * (dbStored - dbStoredRare)
	e := only("dynamodb-class", saves-calls*(dbReadRare-dbRead+dbWriteRare-dbWrite))
	if a.IntN(2) == 0 {
		calls = 1.5 * saves / (dbReadRare - dbRead + dbWriteRare - dbWrite)
		e = expectation{never: []string{"dynamodb-class"}}
	}
	peak := calls / 720 / 3600 * 30 // far from even: provisioned is no question
	r := a.resource("dynamodb", map[string]any{"capacity_mode": "on-demand", "table_class": "standard"},
		sum("ConsumedReadCapacityUnits", calls, peak), sum("ConsumedWriteCapacityUnits", calls, peak))
	used(r, "AmazonDynamoDB", "storage-standard", gb*720/730)
	used(r, "AmazonDynamoDB", "on-demand-read", calls)
	used(r, "AmazonDynamoDB", "on-demand-write", calls)
	a.know(r.Key.ID, e)
}

func (a *account) silentTable() {
	gb, calls := a.between(30, 60), 0.0
	e := only("dynamodb-unused", gb*720/730*dbStored)
	e.may = []string{"dynamodb-class"}
	if a.IntN(2) == 0 {
		calls, e = float64(a.whole(1, 5000)), expectation{never: []string{"dynamodb-unused"}, may: []string{"dynamodb-class"}}
	}
	r := a.resource("dynamodb", map[string]any{"capacity_mode": "on-demand", "table_class": "standard"},
		sum("ConsumedReadCapacityUnits", calls, calls/3600))
	used(r, "AmazonDynamoDB", "storage-standard", gb*720/730)
	used(r, "AmazonDynamoDB", "on-demand-read", calls)
	a.know(r.Key.ID, e)
}

// restAPI could be an HTTP API, whose calls are counted by 512 KB, or not.
func (a *account) restAPI() {
	calls, chunks := a.between(1e5, 1e7), a.between(1, 1.15) // all of them within the first tier
	config, e := map[string]any{"api_type": "rest", "measured": true, "methods": 4}, only("apigateway-http", calls*(restCall-chunks*httpCall))
	if a.IntN(2) == 0 {
		config["rest_only"] = []string{pick(a, "api keys", "request validation", "WAF", "caching")}
		e = expectation{never: []string{"apigateway-http"}}
	}
	r := a.resource("apigateway", config, sum("Count", calls, 1))
	used(r, "AmazonApiGateway", "rest-requests", calls)
	a.know(r.Key.ID, e)
}

// cachedAPI pays for a cache that answers, or does not.
func (a *account) cachedAPI() {
	calls := a.between(1e5, 5e6)
	share, e := a.between(0, 0.08), only("apigateway-cache", 720*0.02)
	if a.IntN(2) == 0 {
		share, e = a.between(0.12, 0.9), expectation{never: []string{"apigateway-cache"}}
	}
	r := a.resource("apigateway", map[string]any{
		"api_type": "rest", "measured": true, "methods": 4, "rest_only": []string{"caching"}, "stages": []map[string]any{{"name": "prod", "cache_gb": "0.5"}},
	}, sum("Count", calls, 1), sum("CacheHitCount", share*calls, 1), sum("CacheMissCount", (1-share)*calls, 1))
	used(r, "AmazonApiGateway", "rest-requests", calls)
	used(r, "AmazonApiGateway", "rest-cache-0.5GB", 720)
	a.know(r.Key.ID, e)
}

// shortWorkflow could run as Express, of 64 MB or 128, or waits for somebody.
func (a *account) shortWorkflow() {
	runs, ms, steps := float64(a.whole(5000, 1_000_000)), a.between(200, 20_000), float64(a.whole(4, 20))
	config := map[string]any{"type": "STANDARD", "states": steps}
	express := runs * (expressStart + (ms+50)/1000*pick(a, 64.0, 64, 128)/1024*expressGBSec)
	e := only("stepfunctions-express", runs*steps*transition-express)
	if a.IntN(2) == 0 {
		config["callbacks"] = true
		e = expectation{never: []string{"stepfunctions-express"}}
	}
	r := a.resource("stepfunctions", config, sum("ExecutionsStarted", runs, 1), sum("ExecutionTime", runs*ms, 1), top("ExecutionTime", min(5*ms, 200_000)))
	used(r, "AmazonStates", "standard-state-transitions", runs*steps)
	a.know(r.Key.ID, e)
}

// wideStream has more shards than its busiest second needs, or as many.
func (a *account) wideStream() {
	needed := a.between(1, 20) // shards for the busiest period
	burst := a.between(1.5, 4)
	shards := float64(a.whole(1, 4)) * math.Ceil(needed*4) * 2
	e := only("kinesis-shards", (shards-math.Ceil(max(1, needed*burst)))*shardHour*720)
	e.may = []string{"kinesis-on-demand"}
	if a.IntN(2) == 0 {
		shards, e = math.Ceil(needed*a.between(1, 3.5)), expectation{never: []string{"kinesis-shards"}, may: []string{"kinesis-on-demand"}}
	}
	bytes := needed * (1 << 20)
	r := a.resource("kinesis", map[string]any{"stream_mode": "provisioned", "shards": shards, "retention_h": 24},
		sum("IncomingBytes", bytes*720*3600*0.5, bytes), sum("IncomingRecords", bytes/2000*720*3600*0.5, bytes/2000))
	used(r, "AmazonKinesis", "shard", shards*720)
	a.know(r.Key.ID, e)
}

func (a *account) unheardTopic() {
	delivered, config := 0.0, map[string]any{}
	e := expectation{must: []string{"sns-no-subscriber"}}
	if a.IntN(2) == 0 {
		delivered, config = 1e6, map[string]any{"subscriptions": map[string]int{"sqs": 1}}
		e = expectation{never: []string{"sns-no-subscriber"}}
	}
	r := a.resource("sns", config, sum("NumberOfMessagesPublished", 1e6, 1), sum("NumberOfNotificationsDelivered", delivered, 1))
	a.know(r.Key.ID, e)
}

// size and curve are a function's mean duration as somebody measured it.
type size struct {
	memory unit.MiB
	ms     float64
}

// cost is in GB-milliseconds an invocation, billed time included.
func (s size) cost() float64 { return float64(s.memory) / 1024 * (s.ms + 0.5) }

type curve struct {
	id    string
	sizes []size
}

// at interpolates between measured sizes, linear in the logarithms; beyond
// them nothing is known and the nearest is taken.
func (c curve) at(m unit.MiB) float64 {
	i, found := slices.BinarySearchFunc(c.sizes, m, func(s size, m unit.MiB) int { return int(s.memory - m) })
	switch {
	case found || i == 0:
		return c.sizes[i].ms
	case i == len(c.sizes):
		return c.sizes[i-1].ms
	}
	low, high := c.sizes[i-1], c.sizes[i]
	part := math.Log(float64(m)/float64(low.memory)) / math.Log(float64(high.memory)/float64(low.memory))
	return low.ms * math.Pow(high.ms/low.ms, part)
}

// bestSaving is the share of cost that the cheapest measured size saves.
func (c curve) bestSaving(now size) float64 {
	best := 0.0
	for _, s := range c.sizes {
		best = max(best, 1-s.cost()/now.cost())
	}
	return best
}

// primes is the table of AWS's Lambda Operator Guide ("Memory and computing
// power": prime numbers, 1,000 invocations); nothing of ours was fitted to it.
var primes = curve{"aws-operator-guide-primes", []size{{128, 11722}, {512, 6678}, {1024, 3194}, {1536, 1465}}}

// readCurves reads the published curves of package rightsize that were
// measured at four sizes of a wide grid and never take less than 10 ms. The
// few constants of that package's prior were chosen on them (see its shape.go):
// of all curves here primes alone was never seen by it, so that what this test
// finds of memory sizes is no proof for functions of other kinds.
func readCurves(t *testing.T) []curve {
	t.Helper()
	file, err := os.Open("../rightsize/testdata/duration-curves.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	grid := []string{"128", "256", "512", "1024", "1536", "2048", "3008"}
	by := map[string]*curve{}
	var order []string
	for _, r := range rows[1:] {
		ms, err := strconv.ParseFloat(r[6], 64)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Contains(grid, r[5]) || strings.Contains(r[0], "regressiontuning") {
			continue
		}
		if by[r[0]] == nil {
			by[r[0]] = &curve{id: r[0]}
			order = append(order, r[0])
		}
		mb, _ := strconv.Atoi(r[5])
		by[r[0]].sizes = append(by[r[0]].sizes, size{unit.MiB(mb), ms})
	}
	list := []curve{primes}
	for _, id := range order {
		c := *by[id]
		slices.SortFunc(c.sizes, func(x, y size) int { return int(x.memory - y.memory) })
		if len(c.sizes) >= 4 && !slices.ContainsFunc(c.sizes, func(s size) bool { return s.ms < 10 }) {
			list = append(list, c)
		}
	}
	return list
}
