package advice

import (
	"fmt"
	"math"

	"github.com/breakeven-dev/breakeven/model"
)

const (
	// spillShare is the share of invocations that may find provisioned
	// concurrency busy: one in a hundred is what a p99 goal leaves.
	spillShare = 0.01
	// spillInvocations is the least evidence.
	spillInvocations = 1000
)

var _ = register(Rule{Name: "lambda-provisioned-short", Service: "lambda", Group: "provisioned", Advise: adviseSpillover})

// adviseSpillover warns where provisioned concurrency is paid for and still
// runs short, so that callers meet the cold starts it was bought against.
func adviseSpillover(s Subject) (model.Advice, bool) {
	f := s.Function
	spilled, n := f.Signals.ProvisionedSpillover, f.Signals.Invocations
	allocated := 0
	for _, p := range f.Config.Provisioned {
		allocated += p.Allocated
	}
	if f.Deleted || len(f.Config.Provisioned) != 1 || allocated <= 0 || n < spillInvocations || float64(spilled) < spillShare*float64(n) {
		return model.Advice{}, false
	}
	wanted := max(int(math.Ceil(f.Load.MaxConcurrency)), allocated+1)
	idle, ok := s.firstPrice("provisioned-concurrency" + model.LambdaSuffix(f.Config.Architecture))
	saving := model.UnknownCost
	if ok {
		saving = model.Exactly(idle.Mul(s.standing(wanted - allocated)))
		saving = shares(saving, -1, -0.5, 0)
	}
	p := f.Config.Provisioned[0]
	return model.Advice{
		Title:  fmt.Sprintf("Raise provisioned concurrency above %d at the peak, or schedule it", allocated),
		Saving: saving,
		Evidence: []string{
			fmt.Sprintf("%s of %s invocations (%.1f %%) found all %d busy, %s", thousands(spilled), thousands(n), 100*float64(spilled)/float64(n), allocated, s.span()),
			concurrencyEvidence(f.Load),
		},
		Confidence: "A", Effort: "low",
		Risk:     "more is paid for each hour it stands ready: schedule it where peaks are known",
		Apply:    s.cli("put-provisioned-concurrency-config", "--qualifier "+quote(p.Qualifier), fmt.Sprintf("--provisioned-concurrent-executions %d", wanted)),
		Disproof: fmt.Sprintf("a spillover below %.0f %% without the change, or callers who do not wait", spillShare*100),
	}, true
}
