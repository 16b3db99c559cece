package advice

import (
	"fmt"

	"github.com/breakeven-dev/breakeven/model"
)

const (
	// failingShare of failed invocations is a choice of ours: beyond the odd
	// bad request, below an outage.
	failingShare = 0.05
	// failingInvocations is the least evidence: five failures of a hundred.
	failingInvocations = 100
)

var _ = register(Rule{Name: "lambda-failing", Service: "lambda", Advise: adviseFailing})

// adviseFailing points at failures, with what they cost at most: whether a
// repaired function costs less depends on how many failures were retries.
func adviseFailing(s Subject) (model.Advice, bool) {
	f := s.Function
	n, failed := f.Signals.Invocations, f.Signals.Errors
	if f.Deleted || n < failingInvocations || float64(failed) < failingShare*float64(n) {
		return model.Advice{}, false
	}
	evidence := []string{fmt.Sprintf("%s of %s invocations failed (%.1f %%), %s", thousands(failed), thousands(n), 100*float64(failed)/float64(n), s.span())}
	if f.Signals.DeadLetterErrors > 0 {
		evidence = append(evidence, fmt.Sprintf("%s events could not be written to the dead-letter queue: they are lost", thousands(f.Signals.DeadLetterErrors)))
	}
	return model.Advice{
		Title:  fmt.Sprintf("Repair it: %.1f %% of its invocations fail", 100*float64(failed)/float64(n)),
		Saving: shares(s.monthly(f.ErrorCost), 0, 0, 1), Evidence: evidence,
		Confidence: "C", Effort: "medium",
		Risk:     "none from looking",
		Apply:    "aws logs tail --region " + quote(string(f.Key.Region)) + " --since 1d --filter-pattern '?ERROR ?\"Task timed out\"' " + quote(logGroup(f)),
		Disproof: "callers that expect these errors",
	}, true
}

func logGroup(f *model.Function) string {
	if f.Config.LogGroup != "" {
		return f.Config.LogGroup
	}
	return "/aws/lambda/" + f.Key.Name
}
