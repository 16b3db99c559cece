package analyze

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/breakeven-dev/breakeven/model"
)

// The values of Warning.Code that an analysis adds to those of pricing.
const (
	CodeFreeTier      = "free-tier"       // whether allowances were subtracted
	CodeGaps          = "gap"             // data is missing
	CodeMemoryUnknown = "memory-unknown"  // an earlier memory size is not known
	CodeCostRange     = "cost-range"      // some hours have no REPORT lines
	CodeSnapStart     = "snapstart-cache" // the cache fee is not counted
	CodeStale         = "collecting"      // a collection is running
	CodeCold          = "cold-unknown"    // cold starts are unknown
	CodeInferred      = "inferred"        // a service's quantities follow from other ones
	CodeUnseen        = "unseen"          // nothing measures a part of the bill
)

// warnings collects what a reader must know, the general before the special.
func warnings(in model.Inputs, m *months, priced []pricedFunction, opt Options) []model.Warning {
	list := append([]model.Warning(nil), m.warnings...)
	list = append(list, freeTierNote(opt))
	if !in.Collecting.IsZero() {
		list = append(list, model.Warning{Code: CodeStale, Text: fmt.Sprintf("a collection is running since %s: these figures are of the state before", in.Collecting.UTC().Format(time.RFC3339))})
	}
	// Without REPORT lines a cost is a range, and said so below; without
	// metrics it is not there at all.
	n := 0
	for _, g := range in.Gaps {
		if g.Metric != model.MetricReport {
			n++
		}
	}
	if n > 0 {
		list = append(list, model.Warning{Code: CodeGaps, Text: fmt.Sprintf("data is missing in %s: costs of those hours are not counted", count(n, "stretch", "stretches"))})
	}
	return append(append(append(list, functionWarnings(priced)...), inferredNotes(in)...), unseenNotes(in)...)
}

// unseenNotes say what of the bill nothing measures, and of how many resources.
func unseenNotes(in model.Inputs) []model.Warning {
	counts := map[string]int{}
	for i := range in.Resources {
		r := &in.Resources[i]
		if s, ok := model.ServiceNamed(r.Key.Service); ok && s.Unseen != nil && !r.Deleted {
			if text := s.Unseen(r.Config); text != "" {
				counts[r.Key.Service+": "+text]++
			}
		}
	}
	var list []model.Warning
	for _, text := range slices.Sorted(maps.Keys(counts)) {
		list = append(list, model.Warning{Code: CodeUnseen, Text: fmt.Sprintf("%s (%s)", text, count(counts[text], "resource", "resources"))})
	}
	return list
}

// inferredNotes say, once for each service, how quantities were inferred.
func inferredNotes(in model.Inputs) []model.Warning {
	var names []string
	for i := range in.Resources {
		r := &in.Resources[i]
		inferred := slices.ContainsFunc(r.InWindow, func(u model.MeteredUsage) bool { return u.Basis != model.BasisMeasured })
		if inferred && !slices.Contains(names, r.Key.Service) {
			names = append(names, r.Key.Service)
		}
	}
	slices.Sort(names)
	var list []model.Warning
	for _, name := range names {
		if s, ok := model.ServiceNamed(name); ok && s.Inferred != "" {
			list = append(list, model.Warning{Code: CodeInferred, Text: name + ": " + s.Inferred})
		}
	}
	return list
}

func freeTierNote(opt Options) model.Warning {
	text := "the always-free monthly allowances (of Lambda 1 M requests and 400,000 GB-s) are not subtracted"
	if opt.FreeTier {
		text = "the always-free monthly allowances (of Lambda 1 M requests and 400,000 GB-s) are subtracted, once for each account"
	}
	if opt.FreeTier && opt.Payer {
		text = "the always-free monthly allowances (of Lambda 1 M requests and 400,000 GB-s) are subtracted, once for all accounts of the payer"
	}
	return model.Warning{Code: CodeFreeTier, Text: text}
}

// namedFunctions is how many functions a warning names before it counts.
const namedFunctions = 3

// functionWarnings tells which functions share a doubt, one warning a kind.
func functionWarnings(priced []pricedFunction) []model.Warning {
	kinds := []struct {
		code, text string
		holds      func(*pricedFunction) bool
	}{
		{CodeMemoryUnknown, "an earlier memory size is not known: the cost is a range from half to twice the oldest known size, or wider where the history shows more", hasUnknownMemory},
		{CodeCostRange, "some hours have no REPORT lines: the cost is a range, since CloudWatch's Duration is not rounded up and leaves init out", hasMetricHours},
		{CodeCold, "no REPORT lines: cold starts and memory used are unknown, not 0", func(p *pricedFunction) bool { return !p.out.Cold.Known && p.out.Signals.Invocations > 0 }},
		{CodeSnapStart, "SnapStart on a charged runtime: its cache fee is not counted, since AWS does not tell how long versions were kept", func(p *pricedFunction) bool {
			return p.out.Config.SnapStart && model.SnapStartCharged(p.out.Config.Runtime)
		}},
	}
	var list []model.Warning
	for _, k := range kinds {
		var names []string
		for i := range priced {
			if k.holds(&priced[i]) {
				names = append(names, priced[i].out.Key.Name)
			}
		}
		if len(names) > 0 {
			list = append(list, model.Warning{Code: k.code, Text: listed(names) + ": " + k.text})
		}
	}
	return list
}

// listed names the first functions and counts the rest.
func listed(names []string) string {
	if rest := len(names) - namedFunctions; rest > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:namedFunctions], ", "), rest)
	}
	return strings.Join(names, ", ")
}

func hasUnknownMemory(p *pricedFunction) bool {
	for _, u := range p.in.InWindow {
		if !u.MemoryKnown && u.ExactRequests+u.MetricRequests > 0 {
			return true
		}
	}
	return false
}

func hasMetricHours(p *pricedFunction) bool {
	for _, u := range p.in.InWindow {
		if u.MetricRequests > 0 {
			return true
		}
	}
	return false
}

// count prints a number with its noun.
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
