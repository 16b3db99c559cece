package advice

import (
	"fmt"
	"strings"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
)

var provisionedRule = Rule{Name: "lambda-provisioned-idle", Advise: adviseProvisioned}

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
	if f.Deleted || !ok1 || !ok2 || !ok3 || held.Sign() <= 0 || len(f.Config.Provisioned) == 0 {
		return model.Advice{}, false
	}
	pays, ok := BreakEvenUtilisation(idle, onDemand, busy)
	share := used.Float64() / held.Float64()
	if !ok || share >= pays {
		return model.Advice{}, false
	}
	a := model.Advice{
		Title:  "Give up idle provisioned concurrency",
		Saving: provisionedSaving(s, onDemand, busy),
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
	return a, worth(a.Saving)
}

func concurrencyEvidence(l model.Load) string {
	return fmt.Sprintf("%.2f requests at a time on average in the peak hour, at most %.0f at once", l.OfferedPeak, l.MaxConcurrency)
}

// provisionedSaving is idle cost less what its requests would cost more.
func provisionedSaving(s Subject, onDemand, busy unit.USD) model.Cost {
	idle, used := s.lines("provisioned-concurrency-"), s.lines("provisioned-duration-")
	if idle.Unknown || used.Unknown || busy.IsZero() {
		return model.UnknownCost
	}
	dearer := onDemand.Ratio(busy) - 1
	more := shares(used, dearer, dearer, dearer)
	return model.Cost{Low: idle.Low.Sub(more.High), Likely: idle.Likely.Sub(more.Likely), High: idle.High.Sub(more.Low)}
}

// quantity sums the lines of one kind.
func quantity(lines []model.LineItem, prefix string) unit.Quantity {
	var sum unit.Quantity
	for _, l := range lines {
		if strings.HasPrefix(l.Dimension, prefix) {
			sum = sum.Add(l.Quantity)
		}
	}
	return sum
}
