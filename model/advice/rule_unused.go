package advice

import (
	"fmt"

	"github.com/breakeven-dev/breakeven/model"
)

const (
	// unusedDays is how long a function must have been idle: AWS forgets
	// metrics' names after 14 days without data, so shorter silence is common.
	unusedDays = 14
	// unusedCoverage is the share of the window's metrics that must be there
	// before silence counts as evidence.
	unusedCoverage = 0.95
)

var _ = register(Rule{Name: "lambda-unused", Service: "lambda", Advise: adviseUnused})

// adviseUnused recommends to delete what nothing has called.
func adviseUnused(s Subject) (model.Advice, bool) {
	f := s.Function
	last := f.Signals.LastInvoked
	idle, unused := s.idle()
	if f.Deleted || !unused {
		return model.Advice{}, false
	}
	evidence := fmt.Sprintf("no invocation in %.0f days, %s", s.days(), s.span())
	if !last.IsZero() {
		evidence = fmt.Sprintf("last invoked %s, %.0f days before the window's end", last.UTC().Format("2006-01-02"), idle)
	}
	effort := "low"
	if f.Config.EventSource {
		effort = "medium"
	}
	return model.Advice{
		Title:  fmt.Sprintf("Delete it: nothing has called it for %.0f days", idle),
		Saving: s.total(), Effects: []model.Effect{{Low: 1, Likely: 1, High: 1}},
		Evidence:   []string{evidence, fmt.Sprintf("%.1f %% of the window's metrics are present", s.Coverage.Metrics*100)},
		Confidence: "A", Effort: effort,
		Risk:     "a rare caller (a yearly job, a disaster drill) would miss it: keep its code",
		Apply:    s.cli("delete-function"),
		Disproof: "any invocation",
	}, true
}

// idle is for how many days nothing has called the function, and whether that
// is long enough, and known well enough, to count as unused.
func (s Subject) idle() (days float64, unused bool) {
	days = s.days()
	if last := s.Function.Signals.LastInvoked; !last.IsZero() {
		days = s.Window.To.Sub(last).Hours() / 24
	}
	return days, days >= unusedDays && s.Coverage.Metrics >= unusedCoverage && !recent(s.Function.Daily)
}

// recent reports whether the last days of the window saw traffic, for inputs
// that do not tell the last invocation.
func recent(daily []model.DayPoint) bool {
	for _, d := range daily[max(0, len(daily)-unusedDays):] {
		if d.Invocations > 0 {
			return true
		}
	}
	return false
}
