package advice

import (
	"fmt"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
)

const (
	// lostEvents is the least number of failures of a function that is invoked
	// asynchronously at which a dead-letter queue is worth having: a choice of
	// ours, beyond the odd one.
	lostEvents = 10
)

var _ = register(Rule{Name: "lambda-dead-letter", Service: "lambda", Advise: adviseDeadLetter})

// adviseDeadLetter recommends a place for events that fail: Lambda tries an
// asynchronous event three times and then drops it.
func adviseDeadLetter(s Subject) (model.Advice, bool) {
	f := s.Function
	g := f.Signals
	if f.Deleted || g.AsyncEvents == 0 || g.Errors < lostEvents || len(s.Account.Out(f.Key.ID, model.EdgeDeadLetter)) > 0 {
		return model.Advice{}, false
	}
	return model.Advice{
		Title:  "Keep failed events: add an on-failure destination",
		Saving: model.Exactly(unit.USD{}),
		Evidence: []string{
			fmt.Sprintf("%s events were queued for it and %s invocations failed, %s", thousands(g.AsyncEvents), thousands(g.Errors), s.span()),
			"it has no dead-letter queue: after two retries an event is dropped; on-failure destinations are not collected",
		},
		Confidence: "B", Effort: "low",
		Risk:     "the queue must be watched and emptied by someone",
		Apply:    s.cli("put-function-event-invoke-config", "--destination-config '{\"OnFailure\":{\"Destination\":\"ARN_OF_A_QUEUE\"}}'"),
		Disproof: "an on-failure destination that is there already, or events that may be lost",
	}, true
}
