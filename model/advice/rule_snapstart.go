package advice

import (
	"fmt"
	"strings"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
)

const (
	// snapInitMs is the init from which restoring pays in time: AWS names
	// functions that take seconds to start.
	snapInitMs = 1000
	// snapStarts is the least number of cold starts in the window.
	snapStarts = 100
	// A restore takes a few hundred milliseconds, of which hooks alone are
	// billed (REPORT lines of AWS's SnapStart monitoring page: 100 to 400 ms
	// billed): seconds by least, likely and most.
	restoreLow, restoreLikely, restoreHigh = 0.05, 0.25, 0.5
)

var _ = register(Rule{Name: "lambda-snapstart", Service: "lambda", Advise: adviseSnapStart})

// snapRuntimes are the families that SnapStart exists for, each with the
// oldest version (AWS Lambda Developer Guide, "Lambda SnapStart"); Java's
// snapshots are kept and restored free of charge.
var snapRuntimes = []struct {
	prefix, oldest string
	free           bool
}{
	{"java", "java11", true}, {"python3.", "python3.12", false}, {"dotnet", "dotnet8", false},
}

// adviseSnapStart recommends SnapStart where cold starts are many and long.
func adviseSnapStart(s Subject) (model.Advice, bool) {
	f := s.Function
	free, ok := snapFree(f.Config)
	if f.Deleted || !ok || !f.Cold.Known || f.Cold.Count < snapStarts || f.Cold.Restores > 0 {
		return model.Advice{}, false
	}
	mean := f.Cold.InitSumMs / float64(f.Cold.Count)
	if mean < snapInitMs {
		return model.Advice{}, false
	}
	saving, known := s.snapSaving(free)
	if known && !saving.Unknown && saving.Likely.Sign() < 0 && -saving.Likely.Float64() > 0.1*s.total().Likely.Float64() {
		return model.Advice{}, false // snapshots would cost more than a tenth of it
	}
	a := model.Advice{
		Title:  "Switch SnapStart on",
		Saving: saving,
		Evidence: []string{
			fmt.Sprintf("%s cold starts of %s REPORT lines, %.0f ms of init on average, %s", thousands(f.Cold.Count), thousands(f.Cold.Reports), mean, s.span()),
			fmt.Sprintf("%.0f s of init were billed", float64(f.Cold.BilledMs)/1000),
		},
		Confidence: "C", Effort: "medium",
		Risk:     "works on published versions: callers must use an alias; connections and random seeds made in init are shared by all copies",
		Apply:    s.cli("update-function-configuration", "--snap-start ApplyOn=PublishedVersions") + "\n" + s.cli("publish-version"),
		Disproof: "Restore Duration in REPORT lines as long as Init Duration was",
	}
	if !free {
		a.Evidence = append(a.Evidence, "caching and restoring snapshots is charged for this runtime: each published version counts")
	}
	return a, true
}

// snapFree reports whether snapshots cost nothing, and whether there are any
// for such a function: Zip packages without provisioned concurrency or more
// than 512 MB of /tmp, of a managed runtime.
func snapFree(c model.FunctionConfig) (free, ok bool) {
	if c.SnapStart || c.PackageType == "Image" || len(c.Provisioned) > 0 || c.EphemeralStorage > freeStorage {
		return false, false
	}
	for _, r := range snapRuntimes {
		if strings.HasPrefix(c.Runtime, r.prefix) {
			younger := len(c.Runtime) > len(r.oldest) || len(c.Runtime) == len(r.oldest) && c.Runtime >= r.oldest
			return r.free, younger && c.Runtime != "java8" && c.Runtime != "java8.al2"
		}
	}
	return false, false
}

// snapSaving is billed init less what restoring is billed, and less caching
// one version all month where that costs; unknown where its price is.
func (s Subject) snapSaving(free bool) (model.Cost, bool) {
	f := s.Function
	suffix := model.LambdaSuffix(f.Config.Architecture)
	second, ok := s.firstPrice("duration" + suffix)
	if !ok {
		return model.UnknownCost, false
	}
	init := s.monthly(model.Exactly(second.Mul(unit.GBSecondsOf(f.Config.Memory, unit.QuantityOf(f.Cold.BilledMs)).Quantity)))
	starts := unit.QuantityOf(f.Cold.Count).Mul(f.Config.Memory.GB())
	restored := func(each float64) unit.USD { return second.Mul(starts).Mul(unit.QuantityFromFloat(each)) }
	then := s.monthly(model.Cost{Low: restored(restoreLow), Likely: restored(restoreLikely), High: restored(restoreHigh)})
	if !free {
		cache, ok1 := s.firstPrice("snapstart-cache" + suffix)
		restore, ok2 := s.firstPrice("snapstart-restore" + suffix)
		if !ok1 || !ok2 {
			return model.UnknownCost, false
		}
		then = then.Add(s.monthly(model.Exactly(restore.Mul(starts)))).Add(model.Exactly(cache.Mul(s.standing(1))))
	}
	return less(init, then), true
}
