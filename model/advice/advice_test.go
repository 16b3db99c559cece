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
	return Subject{Function: f, Input: in, Window: window, Coverage: model.Coverage{Metrics: 1, Reports: 1}, Prices: NewPrices(price.Embedded())}
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
		// 1.2 x 320 = 384 is 75 % of 512; 1.2 x 374 rounds up to 512 - 64.
		{"memory far above use", "lambda-memory", true, func(f *model.Function, _ *model.FunctionInput) { f.Signals.MaxMemoryUsed = 320 }},
		{"memory a tenth above use", "lambda-memory", true, func(f *model.Function, _ *model.FunctionInput) { f.Signals.MaxMemoryUsed = 373 }},
		{"memory close to use", "lambda-memory", false, func(f *model.Function, _ *model.FunctionInput) { f.Signals.MaxMemoryUsed = 374 }},
		{"memory use unknown", "lambda-memory", false, func(f *model.Function, _ *model.FunctionInput) {
			f.Signals.MaxMemoryUsed, f.Signals.MemoryKnown = 0, false
		}},
		{"memory on little evidence", "lambda-memory", false, func(f *model.Function, _ *model.FunctionInput) {
			f.Signals.MaxMemoryUsed, f.Signals.Invocations = 100, 49
		}},
		{"memory of a deleted function", "lambda-memory", false, func(f *model.Function, _ *model.FunctionInput) { f.Signals.MaxMemoryUsed, f.Deleted = 100, true }},
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

// One size measured: from nothing to 1 - 384/512 of 1,013.89 USD.
func TestMemoryFromOneSizeIsBounds(t *testing.T) {
	a := one(t, "lambda-memory", subject(func(f *model.Function, _ *model.FunctionInput) { f.Signals.MaxMemoryUsed = 320 }))
	wantSaving(t, a, "0.0000", "126.7361", "253.4722")
	if a.Confidence != "D" || a.Title != "Lower memory from 512 MB to 384 MB" {
		t.Errorf("%s %q", a.Confidence, a.Title)
	}
}

// Two sizes, all waiting: halving the memory halves the cost, less the error
// of the fit.
func TestMemoryFromTwoSizes(t *testing.T) {
	sizes := func(slowMs int64) func(*model.Function, *model.FunctionInput) {
		return func(f *model.Function, in *model.FunctionInput) {
			f.Signals.MaxMemoryUsed = 200 // floor 256
			in.InWindow = []model.LambdaUsage{
				{Architecture: unit.ARM, Memory: 512, MemoryKnown: true, ExactRequests: 1000, ExactBilledMs: 100_000},
				{Architecture: unit.ARM, Memory: 1024, MemoryKnown: true, ExactRequests: 1000, ExactBilledMs: slowMs},
			}
		}
	}
	a := one(t, "lambda-memory", subject(sizes(100_000)))
	if a.Confidence != "B" || !strings.Contains(a.Title, "to 256 MB") {
		t.Errorf("%s %q", a.Confidence, a.Title)
	}
	wantSaving(t, a, "445.6042", "506.9444", "506.9444") // 1 - 0.5 x 1.121; 0.5; 1 - m/m0
	// All CPU: half the memory takes twice as long, nothing is saved.
	for _, got := range For(subject(sizes(50_000))) {
		t.Errorf("advice on a function that only computes: %+v", got)
	}
}

func TestMemoryFloor(t *testing.T) {
	for used, want := range map[unit.MiB]unit.MiB{1: 128, 106: 128, 107: 192, 160: 192, 161: 256, 9000: 10240, 8000: 9600} {
		if got := MemoryFloor(used); got != want {
			t.Errorf("floor of %s is %s, want %s", used, got, want)
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
	a := one(t, "lambda-memory", subject(func(f *model.Function, _ *model.FunctionInput) {
		f.Signals.MaxMemoryUsed = 100
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
