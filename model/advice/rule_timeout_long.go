package advice

import (
	"fmt"
	"math"
	"time"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
)

const (
	// longTimeout is the least limit that can be far too long, and
	// longTimeoutTimes how many times the longest run it then is: choices of
	// ours, so wide that a slow dependency still fits.
	longTimeout      = 60 * time.Second
	longTimeoutTimes = 20
	// longTimeoutRuns is the least evidence: the longest of a thousand runs
	// says something of the next.
	longTimeoutRuns = 1000
	// longTimeoutLeast is the least limit to recommend.
	longTimeoutLeast = 10 * time.Second
)

var _ = register(Rule{Name: "lambda-timeout-long", Service: "lambda", Group: "timeout", Advise: adviseLongTimeout})

// adviseLongTimeout names limits so far above every run that one which hangs
// is paid for many times over.
func adviseLongTimeout(s Subject) (model.Advice, bool) {
	f := s.Function
	limit := f.Config.Timeout
	longest := time.Duration(f.Signals.MaxMs * float64(time.Millisecond))
	if f.Deleted || limit < longTimeout || longest <= 0 || f.Signals.Invocations < longTimeoutRuns ||
		f.Signals.Timeouts > 0 || limit < longTimeoutTimes*longest {
		return model.Advice{}, false
	}
	next := max(longTimeoutLeast, time.Duration(math.Ceil(longest.Seconds()*2*timeoutHeadroom))*time.Second)
	return model.Advice{
		Title:      fmt.Sprintf("Lower the timeout from %s to %s", seconds(limit), seconds(next)),
		Saving:     model.Exactly(unit.USD{}),
		Evidence:   []string{fmt.Sprintf("the longest of %s runs took %s of %s allowed, %s", thousands(f.Signals.Invocations), seconds(longest), seconds(limit), s.span())},
		Confidence: "B", Effort: "low",
		Risk:     "a rare long run is cut: alarm on errors after the change",
		Apply:    s.cli("update-function-configuration", fmt.Sprintf("--timeout %d", int64(next.Seconds()))),
		Disproof: fmt.Sprintf("any run above %s in the next 30 days", seconds(next)),
	}, true
}
