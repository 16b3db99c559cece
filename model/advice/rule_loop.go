package advice

import (
	"fmt"
	"strings"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
)

var _ = register(Rule{Name: "lambda-recursion", Service: "lambda", Advise: adviseLoop})

// adviseLoop warns where what a function does comes back to it: over a queue,
// a topic, a table, a bucket or its own dead-letter queue. AWS stops loops
// after about 16 rounds, and only those over SQS, SNS and S3 with a recent SDK
// (AWS Lambda Developer Guide, "Recursive loop detection").
func adviseLoop(s Subject) (model.Advice, bool) {
	f := s.Function
	way := s.Account.loop(f.Key.ID)
	if f.Deleted || way == nil {
		return model.Advice{}, false
	}
	names := make([]string, len(way))
	for i, id := range way {
		names[i] = s.Account.name(id)
	}
	return model.Advice{
		Title:      "Break the loop " + strings.Join(names, " > "),
		Saving:     shares(s.total(), 0, 0, 1),
		Evidence:   []string{"configured connections lead back to it: " + strings.Join(names, " > "), fmt.Sprintf("%s invocations, %s errors, %s", thousands(f.Signals.Invocations), thousands(f.Signals.Errors), s.span())},
		Confidence: "D", Effort: "medium",
		Risk:     "a loop may be meant, with an end in the code: read it first",
		Apply:    s.cli("put-function-recursion-config", "--recursive-loop Terminate"),
		Disproof: "code that ends the round trip, or a filter on the event source",
	}, true
}

// name is how people call what has an ARN.
func (a *Account) name(id unit.ResourceID) string {
	if f := a.Function(id); f != nil {
		return f.Key.Name
	}
	if r := a.Resource(id); r != nil {
		return r.Key.Name
	}
	return lastPart(string(id))
}
