package advice

import (
	"fmt"
	"strings"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
)

var _ = register(Rule{Name: "lambda-provisioned-idle", Service: "lambda", Group: "provisioned", Advise: adviseProvisioned})

// BreakEvenUtilisation is the share of provisioned GB-seconds that must be
// used for provisioned concurrency to cost less than on demand:
// idle/(on-demand - provisioned duration), about 0.6. It is false where the
// prices do not allow one.
func BreakEvenUtilisation(idle, onDemand, provisioned unit.USD) (float64, bool) {
	gain := onDemand.Sub(provisioned)
	if gain.Sign() <= 0 {
		return 0, false
	}
	return idle.Ratio(gain), true
}

// adviseProvisioned recommends to give up or lower provisioned concurrency
// that is used less than pays. The saving counts that its requests would then
// be billed on demand.
func adviseProvisioned(s Subject) (model.Advice, bool) {
	f := s.Function
	suffix := model.LambdaSuffix(f.Config.Architecture)
	onDemand, ok1 := s.firstPrice("duration" + suffix)
	idle, ok2 := s.firstPrice("provisioned-concurrency" + suffix)
	busy, ok3 := s.firstPrice("provisioned-duration" + suffix)
	held, used := quantity(f.LineItems, "provisioned-concurrency-"), quantity(f.LineItems, "provisioned-duration-")
	if f.Deleted || !ok1 || !ok2 || !ok3 || busy.IsZero() || held.Sign() <= 0 || len(f.Config.Provisioned) == 0 {
		return model.Advice{}, false
	}
	pays, ok := BreakEvenUtilisation(idle, onDemand, busy)
	share := used.Float64() / held.Float64()
	if !ok || share >= pays {
		return model.Advice{}, false
	}
	a := model.Advice{
		Title:   "Give up idle provisioned concurrency",
		Effects: provisionedEffects(onDemand, busy),
		Evidence: []string{
			fmt.Sprintf("%.1f %% of the provisioned GB-seconds were used, it pays from %.1f %% on at this region's prices, %s", share*100, pays*100, s.span()),
			concurrencyEvidence(f.Load),
		},
		Confidence: "A", Effort: "low",
		Risk:     "callers meet cold starts again: keep it if latency was the reason",
		Disproof: fmt.Sprintf("a utilisation above %.0f %%, or a latency goal that cold starts break", pays*100),
	}
	var steps []string
	for _, p := range f.Config.Provisioned {
		steps = append(steps, s.cli("delete-provisioned-concurrency-config", "--qualifier "+quote(p.Qualifier)))
	}
	a.Apply = strings.Join(steps, "\n")
	a.Saving = s.saves(a.Effects)
	return a, worth(a.Saving)
}

func concurrencyEvidence(l model.Load) string {
	return fmt.Sprintf("%.2f requests at a time on average in the peak hour, at most %.0f at once", l.OfferedPeak, l.MaxConcurrency)
}

// provisionedEffects: what idles is saved, what it served costs more.
func provisionedEffects(onDemand, busy unit.USD) []model.Effect {
	dearer := 1 - onDemand.Ratio(busy)
	return []model.Effect{
		{Lines: "provisioned-concurrency-", Low: 1, Likely: 1, High: 1},
		{Lines: "provisioned-duration-", Low: dearer, Likely: dearer, High: dearer},
	}
}
