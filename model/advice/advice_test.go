package advice

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/price"
	"github.com/breakeven-dev/breakeven/model/unit"
)

var window = model.Window{From: time.Date(2026, 10, 24, 0, 0, 0, 0, time.UTC), To: time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)}

// subject is a healthy arm64 function that no rule has anything to say about:
// 512 MB of which 420 are used, 1,000 USD of duration in the window of 720
// hours, which are 1,013.89 USD in 730.
func subject(change func(*model.Function, *model.FunctionInput)) Subject {
	f := &model.Function{
		Key:    model.ResourceKey{Account: "123456789012", Region: "us-east-1", Service: "lambda", ID: "arn:f", Name: "f"},
		Config: model.FunctionConfig{Architecture: unit.ARM, Memory: 512, EphemeralStorage: 512, Timeout: 30 * time.Second, Runtime: "nodejs22.x"},
		Signals: model.Signals{
			Invocations: 1_000_000, Errors: 10, TimeoutsKnown: true, MeanMs: 90, MaxMs: 23_000, LastInvoked: window.To,
			MaxMemoryUsed: 420, MemoryKnown: true,
		},
		Cold:      model.ColdStarts{Known: true, Reports: 1_000_000},
		LineItems: []model.LineItem{line("duration-arm", "75000000", "1000")},
		Cost:      model.Exactly(unit.MustUSD("1000")), ErrorCost: model.Exactly(unit.MustUSD("10")),
	}
	in := &model.FunctionInput{Key: f.Key}
	if change != nil {
		change(f, in)
	}
	in.Config = f.Config
	s := Subject{Function: f, Input: in, Window: window, Coverage: model.Coverage{Metrics: 1, Reports: 1}, Prices: NewPrices(price.Embedded())}
	f.Monthly = s.monthly(sum(f.LineItems, ""))
	return s
}

func line(dimension, quantity, usd string) model.LineItem {
	q, err := unit.ParseQuantity(quantity)
	if err != nil {
		panic(err)
	}
	return model.LineItem{Dimension: dimension, Quantity: q, Cost: model.Exactly(unit.MustUSD(usd)), Basis: model.BasisMeasured}
}

func TestNothingToSay(t *testing.T) {
	if got := For(subject(nil)); len(got) != 0 {
		t.Errorf("advice on a healthy function: %+v", got)
	}
}

// Every rule at its threshold, and just short of it.
func TestThresholds(t *testing.T) {
	type change = func(*model.Function, *model.FunctionInput)
	provisioned := func(used string) change {
		return func(f *model.Function, _ *model.FunctionInput) {
			f.Config.Provisioned = []model.ProvisionedConfig{{Qualifier: "live", Allocated: 4}}
			f.LineItems = []model.LineItem{line("provisioned-duration-arm", used, "1"), line("provisioned-concurrency-arm", "1000000", "3.3334")}
		}
	}
	for _, c := range []struct {
		name, rule string
		fires      bool
		change     change
	}{
		{"memory far above use, two sizes that wait alike", "lambda-memory", true, twoSizes(100_000)},
		{"memory far above use, all of it computing", "lambda-memory", false, twoSizes(50_000)},
		{"memory far above use, one size", "lambda-memory", false, func(f *model.Function, in *model.FunctionInput) {
			f.Signals.MaxMemoryUsed = 100
			in.InWindow = []model.LambdaUsage{ran(512, 1000, 100_000)}
		}},
		{"one size above a whole vCPU", "lambda-memory", true, func(f *model.Function, in *model.FunctionInput) {
			f.Config.Memory, f.Signals.MaxMs = 3008, 5000 // one thread gains nothing above 1,769 MB: 1.2 x 1769/3008 < 1
			in.InWindow = []model.LambdaUsage{ran(3008, 1000, 100_000)}
		}},
		{"one size just above a whole vCPU", "lambda-memory", false, func(f *model.Function, in *model.FunctionInput) {
			f.Config.Memory, f.Signals.MaxMs = 2048, 5000 // 1.2 x 1769/2048 > 1
			in.InWindow = []model.LambdaUsage{ran(2048, 1000, 100_000)}
		}},
		{"one size that hardly computes", "lambda-memory", true, cpuTime(2, cpuSamples)},
		{"one size that only computes", "lambda-memory", false, cpuTime(28, cpuSamples)}, // 100 ms x 512/1769
		{"one size, too few CPU times", "lambda-memory", false, cpuTime(2, cpuSamples-1)},
		{"second size seldom run", "lambda-memory", false, func(f *model.Function, in *model.FunctionInput) {
			twoSizes(100_000)(f, in)
			in.InWindow[1] = ran(1024, sizeInvocations-1, 100*(sizeInvocations-1))
		}},
		{"memory use unknown", "lambda-memory", false, func(f *model.Function, in *model.FunctionInput) {
			twoSizes(100_000)(f, in)
			f.Signals.MaxMemoryUsed, f.Signals.MemoryKnown = 0, false
		}},
		{"memory on little evidence", "lambda-memory", false, func(f *model.Function, in *model.FunctionInput) {
			twoSizes(100_000)(f, in)
			f.Signals.Invocations = memoryInvocations - 1
		}},
		{"memory of a deleted function", "lambda-memory", false, func(f *model.Function, in *model.FunctionInput) {
			twoSizes(100_000)(f, in)
			f.Deleted = true
		}},
		{"x86", "lambda-arm64", true, func(f *model.Function, _ *model.FunctionInput) { x86(f) }},
		{"x86 with a runtime that arm64 lacks", "lambda-arm64", false, func(f *model.Function, _ *model.FunctionInput) { x86(f); f.Config.Runtime = "go1.x" }},
		{"x86 where arm64 has no price", "lambda-arm64", false, func(f *model.Function, _ *model.FunctionInput) { x86(f); f.Key.Region = "af-south-1" }},
		{"x86 of next to no cost", "lambda-arm64", false, func(f *model.Function, _ *model.FunctionInput) {
			x86(f)
			f.LineItems = []model.LineItem{line("duration-x86", "1", "0.02")}
		}},
		{"idle for 14 days", "lambda-unused", true, func(f *model.Function, _ *model.FunctionInput) { f.Signals.LastInvoked = window.To.AddDate(0, 0, -14) }},
		{"idle for 13 days", "lambda-unused", false, func(f *model.Function, _ *model.FunctionInput) { f.Signals.LastInvoked = window.To.AddDate(0, 0, -13) }},
		{"never seen", "lambda-unused", true, func(f *model.Function, _ *model.FunctionInput) { f.Signals = model.Signals{} }},
		{"longest run at 80 % of the timeout", "lambda-timeout", true, func(f *model.Function, _ *model.FunctionInput) { f.Signals.MaxMs = 24_000 }},
		{"longest run just below", "lambda-timeout", false, func(f *model.Function, _ *model.FunctionInput) { f.Signals.MaxMs = 23_999 }},
		{"one run cut", "lambda-timeout", true, func(f *model.Function, _ *model.FunctionInput) { f.Signals.Timeouts = 1 }},
		// 0.0000033334/(0.0000133334 - 0.0000077778) = 60.0007 %.
		{"provisioned used 60 %", "lambda-provisioned-idle", true, provisioned("600000")},
		{"provisioned used 60.1 %", "lambda-provisioned-idle", false, provisioned("601000")},
		{"5 % errors", "lambda-failing", true, func(f *model.Function, _ *model.FunctionInput) { f.Signals.Errors = 50_000 }},
		{"just below 5 %", "lambda-failing", false, func(f *model.Function, _ *model.FunctionInput) { f.Signals.Errors = 49_999 }},
		{"errors on little evidence", "lambda-failing", false, func(f *model.Function, _ *model.FunctionInput) { f.Signals.Invocations, f.Signals.Errors = 99, 99 }},
		{"a runtime that ended", "lambda-runtime", true, func(f *model.Function, _ *model.FunctionInput) { f.Config.Runtime = "python3.8" }},
		{"a runtime in support", "lambda-runtime", false, func(f *model.Function, _ *model.FunctionInput) { f.Config.Runtime = "python3.13" }},
		{"an image has none", "lambda-runtime", false, func(f *model.Function, _ *model.FunctionInput) { f.Config.Runtime = "" }},
		{"a limit 20 times the longest run", "lambda-timeout-long", true, longLimit(1000, 3000)},
		{"a limit just under 20 times", "lambda-timeout-long", false, longLimit(1000, 3001)},
		{"a long limit on little evidence", "lambda-timeout-long", false, longLimit(999, 3000)},
		{"a long limit that was reached", "lambda-timeout-long", false, func(f *model.Function, in *model.FunctionInput) {
			longLimit(1000, 3000)(f, in)
			f.Signals.Timeouts = 1
		}},
		{"events lost", "lambda-dead-letter", true, func(f *model.Function, _ *model.FunctionInput) { f.Signals.AsyncEvents = 1 }},
		{"few events lost", "lambda-dead-letter", false, func(f *model.Function, _ *model.FunctionInput) { f.Signals.AsyncEvents, f.Signals.Errors = 1, 9 }},
		{"callers see the errors", "lambda-dead-letter", false, func(f *model.Function, _ *model.FunctionInput) { f.Signals.Errors = 1000 }},
		{"1 % spill over", "lambda-provisioned-short", true, spill(10_000)},
		{"just under 1 %", "lambda-provisioned-short", false, spill(9_999)},
		{"Java with a second of init", "lambda-snapstart", true, coldStarts("java21", 100, 1000)},
		{"Java with less", "lambda-snapstart", false, coldStarts("java21", 100, 999)},
		{"few cold starts", "lambda-snapstart", false, coldStarts("java21", 99, 2000)},
		{"Java without SnapStart", "lambda-snapstart", false, coldStarts("java8.al2", 100, 2000)},
		{"Node", "lambda-snapstart", false, coldStarts("nodejs22.x", 100, 2000)},
		{"Python, snapshots dear by its cost", "lambda-snapstart", false, func(f *model.Function, in *model.FunctionInput) {
			coldStarts("python3.13", 100, 2000)(f, in)
			f.LineItems = []model.LineItem{line("duration-arm", "75000", "1")}
		}},
		{"in a VPC", "lambda-vpc-nat", true, func(f *model.Function, _ *model.FunctionInput) { f.Config.InVPC = true }},
		{"in a VPC, seldom called", "lambda-vpc-nat", false, func(f *model.Function, _ *model.FunctionInput) { f.Config.InVPC, f.Signals.Invocations = true, 9_999 }},
		{"paid storage", "lambda-ephemeral-storage", true, storage("0.01")},
		{"storage of less than a cent", "lambda-ephemeral-storage", false, storage("0.0097")},
	} {
		t.Run(c.name, func(t *testing.T) {
			all := For(subject(c.change))
			i := slices.IndexFunc(all, func(a model.Advice) bool { return a.Rule == c.rule })
			if (i >= 0) != c.fires {
				t.Fatalf("%s fires: %v", c.rule, i >= 0)
			}
			if i >= 0 {
				checkWhole(t, all[i])
			}
		})
	}
}

func longLimit(runs int64, maxMs float64) func(*model.Function, *model.FunctionInput) {
	return func(f *model.Function, _ *model.FunctionInput) {
		f.Config.Timeout, f.Signals.Invocations, f.Signals.MaxMs = time.Minute, runs, maxMs
	}
}

func coldStarts(runtime string, n int64, initMs float64) func(*model.Function, *model.FunctionInput) {
	return func(f *model.Function, _ *model.FunctionInput) {
		x86(f)
		f.Config.Runtime = runtime
		f.Cold.Count, f.Cold.InitSumMs, f.Cold.BilledMs = n, float64(n)*initMs, n*int64(initMs)
	}
}

func spill(n int64) func(*model.Function, *model.FunctionInput) {
	return func(f *model.Function, _ *model.FunctionInput) {
		f.Config.Provisioned = []model.ProvisionedConfig{{Qualifier: "live", Allocated: 4}}
		f.Signals.ProvisionedSpillover, f.Load.MaxConcurrency = n, 9
	}
}

// A dead-letter queue that a function has keeps the events.
func TestDeadLetterQueueIsSeen(t *testing.T) {
	s := subject(func(f *model.Function, _ *model.FunctionInput) { f.Signals.AsyncEvents, f.Signals.Errors = 100, 100 })
	one(t, "lambda-dead-letter", s)
	s.Account = NewAccount([]model.Edge{{From: "arn:f", To: "arn:q", Kind: model.EdgeDeadLetter}}, []*model.Function{s.Function}, nil)
	for _, a := range For(s) {
		if a.Rule == "lambda-dead-letter" {
			t.Error("it has one")
		}
	}
}

func TestLoop(t *testing.T) {
	chain := []model.Edge{
		{From: "arn:q", To: "arn:f", Kind: model.EdgeFeeds},
		{From: "arn:f", To: "arn:t", Kind: model.EdgeInvokes},
		{From: "arn:f", To: "arn:log", Kind: model.EdgeLogs},
	}
	for _, c := range []struct {
		back *model.Edge
		want string
	}{
		{nil, ""},
		{&model.Edge{From: "arn:t", To: "arn:q", Kind: model.EdgeFeeds}, "f > t > q > f"},
		{&model.Edge{From: "arn:f", To: "arn:q", Kind: model.EdgeDeadLetter}, "f > q > f"},
		{&model.Edge{From: "arn:log", To: "arn:f", Kind: model.EdgeFeeds}, ""}, // writing a log is not work
		{&model.Edge{From: "arn:t", To: "arn:x", Kind: model.EdgeFeeds}, ""},
	} {
		edges := chain
		if c.back != nil {
			edges = append(slices.Clone(chain), *c.back)
		}
		s := subject(nil)
		s.Account = NewAccount(edges, []*model.Function{s.Function}, nil)
		got := ""
		for _, a := range For(s) {
			checkWhole(t, a)
			got += strings.TrimPrefix(a.Title, "Break the loop ")
		}
		if got != c.want {
			t.Errorf("back by %v: %q, want %q", c.back, got, c.want)
		}
	}
}

func x86(f *model.Function) {
	f.Config.Architecture = unit.X86
	f.LineItems[0].Dimension = "duration-x86"
}

func storage(usd string) func(*model.Function, *model.FunctionInput) {
	return func(f *model.Function, _ *model.FunctionInput) {
		f.Config.EphemeralStorage = 2048
		f.LineItems = append(f.LineItems, line("ephemeral-storage-arm", "1000", usd))
	}
}

// checkWhole: advice says everything that a reader needs.
func checkWhole(t *testing.T, a model.Advice) {
	t.Helper()
	for _, s := range []string{a.ID, a.Title, a.Effort, a.Risk, a.Apply, a.Disproof, strings.Join(a.Evidence, "")} {
		if s == "" {
			t.Errorf("something is missing: %+v", a)
		}
	}
	if !strings.Contains("ABCD", a.Confidence) || len(a.Confidence) != 1 {
		t.Errorf("confidence %q", a.Confidence)
	}
	if !strings.Contains(strings.Join(a.Evidence, " "), "2026-") {
		t.Errorf("no window in the evidence %q", a.Evidence)
	}
	if s := a.Saving; !s.Unknown && (s.Low.Cmp(s.Likely) > 0 || s.Likely.Cmp(s.High) > 0) {
		t.Errorf("saving's bounds: %v", s)
	}
}

func one(t *testing.T, rule string, s Subject) model.Advice {
	t.Helper()
	for _, a := range For(s) {
		if a.Rule == rule {
			return a
		}
	}
	t.Fatalf("no advice of %s", rule)
	return model.Advice{}
}

func wantSaving(t *testing.T, a model.Advice, low, likely, high string) {
	t.Helper()
	if got := a.Saving; got.Low.StringFixed(4) != low || got.Likely.StringFixed(4) != likely || got.High.StringFixed(4) != high {
		t.Errorf("%s saves %s, %s, %s; want %s, %s, %s", a.Rule, got.Low.StringFixed(4), got.Likely.StringFixed(4), got.High.StringFixed(4), low, likely, high)
	}
}

// twoSizes is a function of 200 MB used, run at 512 MB for 100 ms each time
// and at 1,024 MB for a thousandth of totalMs.
func twoSizes(totalMs int64) func(*model.Function, *model.FunctionInput) {
	return func(f *model.Function, in *model.FunctionInput) {
		f.Signals.MaxMemoryUsed, f.Signals.MaxMs = 200, 5000 // floor 256
		in.InWindow = []model.LambdaUsage{ran(512, 1000, 100_000), ran(1024, 1000, totalMs)}
	}
}

// ran is what CloudWatch tells of requests at a memory size.
func ran(memory unit.MiB, n int64, totalMs int64) model.LambdaUsage {
	return model.LambdaUsage{Architecture: unit.ARM, Memory: memory, MemoryKnown: true, MetricRequests: n, MetricDurationMs: float64(totalMs)}
}

// cpuTime is a function of 200 MB used and 100 ms a run, with its CPU time.
func cpuTime(ms float64, samples int64) func(*model.Function, *model.FunctionInput) {
	return func(f *model.Function, in *model.FunctionInput) {
		f.Signals.MaxMemoryUsed, f.Signals.MaxMs = 200, 5000
		f.Signals.CPUMs, f.Signals.CPUSamples = ms*float64(samples), samples
		in.InWindow = []model.LambdaUsage{ran(512, 1000, 100_000)}
	}
}

// Two sizes, all waiting: halving the memory halves the cost.
func TestMemoryFromTwoSizes(t *testing.T) {
	a := one(t, "lambda-memory", subject(twoSizes(100_000)))
	if a.Confidence != "B" || a.Title != "Lower memory from 512 MB to 256 MB" {
		t.Errorf("%s %q", a.Confidence, a.Title)
	}
	if l := a.Saving.Likely.Float64(); l < 0.4*1013.89 || l > 0.5*1013.89 || a.Saving.Low.Float64() < memoryNoise*1013.89 {
		t.Errorf("saves %v", a.Saving)
	}
}

// A size that its own history holds is known, but for the noise between two
// months: 256 MB took as long as 512, so half is saved, from
// 1 - 0.5 x 1.048 to 1 - 0.5 x 0.952 of 1,013.89 USD.
func TestMemoryFromHistory(t *testing.T) {
	a := one(t, "lambda-memory", subject(func(f *model.Function, in *model.FunctionInput) {
		f.Signals.MaxMemoryUsed = 200
		in.InWindow = []model.LambdaUsage{ran(512, 1000, 100_000), ran(256, 1000, 100_000)}
	}))
	wantSaving(t, a, "482.6111", "506.9444", "531.2778")
}

// Billed durations hold init, and are rounded up: both are taken out, so that
// an hour with REPORT lines says the same as one without.
func TestMemoryEvidenceWithoutInit(t *testing.T) {
	s := subject(func(f *model.Function, in *model.FunctionInput) {
		f.Cold = model.ColdStarts{Known: true, Reports: 1000, BilledMs: 20_000}
		in.InWindow = []model.LambdaUsage{
			{Architecture: unit.ARM, Memory: 512, MemoryKnown: true, ExactRequests: 1000, ExactBilledMs: 120_500},
			{Architecture: unit.X86, Memory: 256, MemoryKnown: true, ExactRequests: 1000, ExactBilledMs: 120_500},
		}
	})
	e := s.memoryEvidence()
	if len(e.Measured) != 1 || e.Measured[0].Memory != 512 || e.Measured[0].Duration != 100*time.Millisecond {
		t.Errorf("evidence %+v", e)
	}
}

// A smaller size that would stretch the longest run to the timeout is none.
func TestMemoryRespectsTimeout(t *testing.T) {
	for _, a := range For(subject(func(f *model.Function, in *model.FunctionInput) {
		cpuTime(10, cpuSamples)(f, in)
		f.Config.Memory, f.Signals.MaxMs = 512, 23_900 // of 30 s, warned about from 24 s on
	})) {
		if a.Rule == "lambda-memory" {
			t.Errorf("%s with %q", a.Title, a.Evidence)
		}
	}
}

// The price ratio is 0.0000133334/0.0000166667 = 0.8000024: 1 - 0.8000024 x
// 1.1875, x 1 and x 0.8125 are 5.0 %, 20.0 % and 35.0 % of 1,013.89 USD.
func TestARMSaving(t *testing.T) {
	a := one(t, "lambda-arm64", subject(func(f *model.Function, _ *model.FunctionInput) { x86(f) }))
	wantSaving(t, a, "50.6916", "202.7753", "354.8591")
	for _, image := range []bool{false, true} {
		a := one(t, "lambda-arm64", subject(func(f *model.Function, _ *model.FunctionInput) {
			x86(f)
			if image {
				f.Config.PackageType = "Image"
			}
		}))
		if image != strings.Contains(a.Apply, "--image-uri") || image != (a.Effort == "medium") {
			t.Errorf("image %v: %s, %s", image, a.Apply, a.Effort)
		}
	}
}

// Giving up: the idle cost less what its requests cost more on demand.
func TestProvisionedSaving(t *testing.T) {
	a := one(t, "lambda-provisioned-idle", subject(func(f *model.Function, _ *model.FunctionInput) {
		f.Config.Provisioned = []model.ProvisionedConfig{{Qualifier: "live", Allocated: 4}, {Qualifier: "7", Allocated: 1}}
		f.LineItems = []model.LineItem{line("provisioned-duration-arm", "100000", "0.77778"), line("provisioned-concurrency-arm", "1000000", "3.3334")}
	}))
	// (3.3334 + 0.77778 - 100,000 x 0.0000133334) x 730/720 = 2.8164...
	wantSaving(t, a, "2.8164", "2.8164", "2.8164")
	if n := strings.Count(a.Apply, "delete-provisioned-concurrency-config"); n != 2 {
		t.Errorf("%d commands for two configurations", n)
	}
}

func TestTimeoutAdvice(t *testing.T) {
	a := one(t, "lambda-timeout", subject(func(f *model.Function, _ *model.FunctionInput) {
		f.Config.Memory, f.Signals.Timeouts, f.Signals.MaxMs = 1024, 720, 30_000
	}))
	// 720 x 30 s x 1 GB x 0.0000133334 x 730/720.
	wantSaving(t, a, "-0.2920", "0.0000", "0.2920")
	if !strings.Contains(a.Apply, "--timeout 45") {
		t.Errorf("apply %q", a.Apply)
	}
	a = one(t, "lambda-timeout", subject(func(f *model.Function, _ *model.FunctionInput) {
		f.Config.Timeout, f.Signals.MaxMs = 900*time.Second, 899_000
	}))
	if strings.Contains(a.Apply, "--timeout") || a.Effort != "high" {
		t.Errorf("beyond 900 s: %q", a.Apply)
	}
}

func TestUnknownCostStaysUnknown(t *testing.T) {
	a := one(t, "lambda-unused", subject(func(f *model.Function, _ *model.FunctionInput) {
		f.Signals.LastInvoked = time.Time{}
		f.LineItems[0].Cost = model.UnknownCost
	}))
	if !a.Saving.Unknown {
		t.Errorf("saving %v of an unknown cost", a.Saving)
	}
}

// A shell reads every quoted word back as it was, whatever is in it.
func TestQuoteIsShellSafe(t *testing.T) {
	for _, word := range []string{"plain-name_1", "$(touch /tmp/x)", "a b", "it's", "`id`", `back\slash`, "", "-rf", "new'line;ls", "*", "日本語", "a&&b", "~root", "!!"} {
		out, err := exec.Command("sh", "-c", "printf '%s' "+quote(word)).Output()
		if err != nil || string(out) != word {
			t.Errorf("%q becomes %q (%v)", word, out, err)
		}
	}
	if got := quote("a\nb\x1b[31m"); strings.ContainsAny(got, "\n\x1b") {
		t.Errorf("control codes survive: %q", got)
	}
}

func TestSort(t *testing.T) {
	saving := func(id, usd string) model.Advice {
		return model.Advice{ID: id, Saving: model.Exactly(unit.MustUSD(usd))}
	}
	all := []model.Advice{{ID: "u", Saving: model.UnknownCost}, saving("b", "1"), saving("a", "1"), saving("c", "2")}
	Sort(all)
	got := ""
	for _, a := range all {
		got += a.ID
	}
	if got != "cabu" {
		t.Errorf("order %s", got)
	}
}
