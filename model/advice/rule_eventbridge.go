package advice

import (
	"fmt"

	"github.com/breakeven-dev/breakeven/model"
)

// eventsConfig is what the collector keeps of EventBridge's resources.
type eventsConfig struct {
	Kind          string `json:"kind"`
	State         string `json:"state"`
	Bus           string `json:"bus"`
	ManagedBy     string `json:"managed_by"`
	Targets       int    `json:"targets"`
	RetentionDays int    `json:"retention_days"`
}

var (
	_ = register(Rule{Name: "eventbridge-unused", Service: "eventbridge", Advise: adviseUnusedRule})
	_ = register(Rule{Name: "eventbridge-no-target", Service: "eventbridge", Advise: adviseNoTarget})
	_ = register(Rule{Name: "eventbridge-failing", Service: "eventbridge", Advise: adviseFailingRule})
	_ = register(Rule{Name: "eventbridge-archive", Service: "eventbridge", Advise: adviseArchive})
)

// ownRule reads a rule that is switched on and that no AWS service manages.
func (s Subject) ownRule() (eventsConfig, bool) {
	c, ok := decoded[eventsConfig](s)
	return c, ok && c.Kind == "rule" && c.State == "ENABLED" && c.ManagedBy == ""
}

// ruleCommand is an AWS CLI command about the rule.
func (s Subject) ruleCommand(c eventsConfig, command string) string {
	args := []string{"--name " + quote(ruleName(s.Key().Name))}
	if c.Bus != "" && c.Bus != "default" {
		args = append(args, "--event-bus-name "+quote(c.Bus))
	}
	return s.aws("events", command, args...)
}

// ruleName is the rule's own, without its bus.
func ruleName(name string) string { return lastPart("/" + name) }

// adviseUnusedRule names rules that no event matches. They cost nothing by
// themselves; what they were made for does not happen.
func adviseUnusedRule(s Subject) (model.Advice, bool) {
	c, ok := s.ownRule()
	if !ok || c.Targets == 0 || s.metric("Invocations")+s.metric("MatchedEvents") > 0 || !s.silenceCounts() {
		return model.Advice{}, false
	}
	a, ok := s.unusedAdvice("no event matched it", "events", "disable-rule")
	a.Title = fmt.Sprintf("Switch it off or mend it: no event matched in %.0f days", s.days())
	a.Apply = s.ruleCommand(c, "disable-rule")
	a.Risk = "a rule for a rare event (an outage, a yearly run) is meant to be silent"
	return a, ok
}

// adviseNoTarget names rules whose events go nowhere.
func adviseNoTarget(s Subject) (model.Advice, bool) {
	c, ok := s.ownRule()
	matched := s.metric("MatchedEvents")
	if !ok || c.Targets > 0 || s.metric("Invocations") > 0 || matched <= 0 {
		return model.Advice{}, false
	}
	return model.Advice{
		Title:      "Give it a target: what matches goes nowhere",
		Saving:     model.Exactly(zero),
		Evidence:   []string{fmt.Sprintf("%s events matched, it has no target, %s", thousands(int64(matched)), s.span())},
		Confidence: "A", Effort: "low",
		Risk:     "none from looking",
		Apply:    s.ruleCommand(c, "disable-rule"),
		Disproof: "a target that was removed for a while on purpose",
	}, true
}

// adviseFailingRule warns of events that are lost: after 24 hours of retries
// EventBridge drops what it cannot deliver, unless the target has a
// dead-letter queue (Amazon EventBridge User Guide, "Retrying").
func adviseFailingRule(s Subject) (model.Advice, bool) {
	c, ok := s.ownRule()
	failed, kept, all := s.metric("FailedInvocations"), s.metric("InvocationsSentToDlq"), s.metric("Invocations")
	lost := failed - kept
	if !ok || lost < failedNotifications || lost < failedShare*all || all <= 0 {
		return model.Advice{}, false
	}
	return model.Advice{
		Title:  fmt.Sprintf("Keep what cannot be delivered: %.1f %% of its events are lost", min(100, 100*lost/all)),
		Saving: model.Exactly(zero),
		Evidence: []string{
			fmt.Sprintf("%s of %s invocations failed for good, %s of them went to a dead-letter queue, %s", thousands(int64(failed)), thousands(int64(all)), thousands(int64(kept)), s.span()),
		},
		Confidence: "A", Effort: "low",
		Risk:     "the queue must be watched and emptied by someone",
		Apply:    s.ruleCommand(c, "list-targets-by-rule"),
		Disproof: "a target that is meant to be gone",
	}, true
}

// adviseArchive recommends an end for archives that are kept for ever. How old
// what they hold is, is not known.
func adviseArchive(s Subject) (model.Advice, bool) {
	c, ok := decoded[eventsConfig](s)
	stored := s.lines("archive-storage")
	if !ok || c.Kind != "archive" || c.RetentionDays > 0 || stored.Unknown || !worth(stored) {
		return model.Advice{}, false
	}
	effect := model.Effect{Lines: "archive-storage", Likely: 0.5, High: 1}
	return model.Advice{
		Title:   fmt.Sprintf("Keep this archive for %d days instead of for ever", keepDays),
		Saving:  s.saves([]model.Effect{effect}),
		Effects: []model.Effect{effect},
		Evidence: []string{
			fmt.Sprintf("%.2f GB stored without end, %s", s.standingGB("archive-storage"), s.span()),
			"how old it is, is not measured: the likely value is the middle of the bounds and no prediction",
		},
		Confidence: "D", Effort: "low",
		Risk:     "older events cannot be replayed",
		Apply:    s.aws("events", "update-archive", "--archive-name "+quote(s.Key().Name), fmt.Sprintf("--retention-days %d", keepDays)),
		Disproof: "a rule that asks for longer",
	}, true
}
