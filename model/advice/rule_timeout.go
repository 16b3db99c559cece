package advice

import (
	"fmt"
	"math"
	"time"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
)

const (
	// timeoutShare of the limit is near it: the longest run of a month is no
	// bound of the next month's.
	timeoutShare = 0.8
	// timeoutHeadroom is what a new limit leaves above the longest run.
	timeoutHeadroom = 1.5
	// timeoutMost is Lambda's largest timeout.
	timeoutMost = 900 * time.Second
)

var _ = register(Rule{Name: "lambda-timeout", Service: "lambda", Group: "timeout", Advise: adviseTimeout})

// adviseTimeout warns where runs come near their limit or are cut by it. What
// is cut was paid for in vain; a higher limit may also cost more, so that the
// saving's lower end is negative.
func adviseTimeout(s Subject) (model.Advice, bool) {
	f := s.Function
	limit := f.Config.Timeout
	longest := time.Duration(f.Signals.MaxMs * float64(time.Millisecond))
	cut := f.Signals.TimeoutsKnown && f.Signals.Timeouts > 0
	if f.Deleted || limit <= 0 || f.Signals.Invocations == 0 || (!cut && float64(longest) < timeoutShare*float64(limit)) {
		return model.Advice{}, false
	}
	next := time.Duration(math.Ceil(longest.Seconds()*timeoutHeadroom)) * time.Second
	a := model.Advice{
		Title:      fmt.Sprintf("Raise the timeout from %s to %s, or split the work", seconds(limit), seconds(next)),
		Saving:     model.Exactly(unit.USD{}),
		Evidence:   []string{fmt.Sprintf("the longest of %s runs took %s of %s allowed, %s", thousands(f.Signals.Invocations), seconds(longest), seconds(limit), s.span())},
		Confidence: "B", Effort: "low",
		Risk:     "a run that hangs is paid for longer",
		Apply:    s.cli("update-function-configuration", fmt.Sprintf("--timeout %d", int64(next.Seconds()))),
		Disproof: fmt.Sprintf("no run above %s in the next 30 days", seconds(time.Duration(timeoutShare*float64(limit)))),
	}
	if next > timeoutMost {
		a.Title = fmt.Sprintf("Split the work: runs come near the largest timeout, %s", seconds(timeoutMost))
		a.Effort, a.Apply = "high", "split the work into steps, or move it to AWS Fargate: "+seconds(timeoutMost)+" is the largest timeout of Lambda"
		a.Risk = "more parts to operate"
	}
	if cut {
		a.Confidence = "A"
		a.Evidence = append(a.Evidence, fmt.Sprintf("%s runs were cut by the timeout", thousands(f.Signals.Timeouts)))
		a.Saving = s.cutCost()
	}
	return a, true
}

// cutCost is what cut runs cost a month: to be saved if they succeed in time
// they have, the same again to be paid if they need twice as long.
func (s Subject) cutCost() model.Cost {
	f := s.Function
	usd, ok := s.firstPrice("duration" + model.LambdaSuffix(f.Config.Architecture))
	if !ok {
		return model.UnknownCost
	}
	ms := unit.QuantityOf(f.Signals.Timeouts).Mul(unit.QuantityOf(f.Config.Timeout.Milliseconds()))
	cost := s.monthly(model.Exactly(usd.Mul(unit.GBSecondsOf(f.Config.Memory, ms).Quantity)))
	return shares(cost, -1, 0, 1)
}

// seconds prints a duration as Lambda's settings do.
func seconds(d time.Duration) string {
	if d%time.Second == 0 {
		return fmt.Sprintf("%d s", int64(d.Seconds()))
	}
	return fmt.Sprintf("%.2f s", d.Seconds())
}
