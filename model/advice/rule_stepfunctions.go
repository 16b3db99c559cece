package advice

import (
	"fmt"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
)

const (
	statesOffer = "AmazonStates"
	// expressLimit is the longest that an Express execution may run, in
	// milliseconds, and expressRoom the part of it that the longest measured
	// may take (AWS Step Functions quotas).
	expressLimitMs, expressRoom = 5 * 60 * 1000, 0.8
	// expressMemoryMB is the memory that an Express execution is billed for:
	// 64 MB steps of 50 MB and its payloads (AWS Step Functions pricing page);
	// how much that is, no metric of Standard tells.
	expressMemoryLow, expressMemoryLikely, expressMemoryHigh = 64, 64, 192
	// machineRuns is the least evidence.
	machineRuns = 100
)

// machineConfig is what the collector keeps of a state machine.
type machineConfig struct {
	Type        string `json:"type"`
	States      int    `json:"states"`
	Distributed bool   `json:"distributed_map"`
	Callbacks   bool   `json:"callbacks"`
	Sync        bool   `json:"sync"`
	Activities  bool   `json:"activities"`
}

var (
	_ = register(Rule{Name: "stepfunctions-express", Service: "stepfunctions", Advise: adviseExpress})
	_ = register(Rule{Name: "stepfunctions-unused", Service: "stepfunctions", Advise: adviseUnusedMachine})
)

// adviseExpress recommends Express for Standard workflows that it can run: no
// callbacks, jobs waited for, activities or distributed maps, and far under
// five minutes (AWS Step Functions Developer Guide, "Choosing workflow type").
func adviseExpress(s Subject) (model.Advice, bool) {
	c, ok := decoded[machineConfig](s)
	longest := s.Resource.Metric("ExecutionTime", "Maximum")
	started := s.metric("ExecutionsStarted")
	if !ok || c.Type != "STANDARD" || c.States == 0 || c.Callbacks || c.Sync || c.Activities || c.Distributed ||
		started < machineRuns || longest.N == 0 || longest.Max > expressRoom*expressLimitMs {
		return model.Advice{}, false
	}
	for _, e := range s.Account.Out(s.Key().ID, model.EdgeInvokes) {
		if f := s.Account.Function(e.To); f != nil && f.Signals.MaxMs > expressRoom*expressLimitMs {
			return model.Advice{}, false // it alone may take longer
		}
	}
	now := s.lines("standard-state-transitions")
	then, ok := s.expressCost(started)
	if !ok || now.Unknown {
		return model.Advice{}, false
	}
	saving := less(now, then)
	if saving.Likely.Sign() <= 0 || !worth(saving) {
		return model.Advice{}, false
	}
	return model.Advice{
		Title:  "Run it as an Express workflow",
		Saving: saving,
		Evidence: []string{
			fmt.Sprintf("%s executions, the longest took %.1f s, %s", thousands(int64(started)), longest.Max/1000, s.span()),
			fmt.Sprintf("%d states, none of them waits for a token, a job or a worker", c.States),
		},
		Confidence: "B", Effort: "medium",
		Risk:     "Express runs at least once, not exactly once, keeps no history but its log, and its type is fixed when it is made: make a new one beside",
		Apply:    s.aws("stepfunctions", "create-state-machine", "--type EXPRESS", "--name "+quote(s.Key().Name+"-express"), "--definition file://definition.json", "--role-arn ROLE", "--logging-configuration file://logging.json"),
		Disproof: "steps that must not run twice, an execution above 4 minutes, or a log that costs more than it saves",
	}, true
}

// expressCost is what the executions would cost a month as Express: requests,
// and their time in steps of 100 ms by their memory.
func (s Subject) expressCost(started float64) (model.Cost, bool) {
	request, ok1 := s.priceOf(statesOffer, "express-requests")
	second, ok2 := s.priceOf(statesOffer, "express-duration")
	spent := s.Resource.Metric("ExecutionTime", "Sum").Sum
	if !ok1 || !ok2 {
		return model.Cost{}, false
	}
	of := func(memory, roundedMs float64) unit.USD {
		gbSeconds := (spent + started*roundedMs) / 1000 * memory / 1024
		return request.Mul(unit.QuantityFromFloat(started)).Add(second.Mul(unit.QuantityFromFloat(gbSeconds)))
	}
	return s.monthly(model.Cost{Low: of(expressMemoryLow, 0), Likely: of(expressMemoryLikely, 50), High: of(expressMemoryHigh, 100)}), true
}

// adviseUnusedMachine names state machines that nobody starts.
func adviseUnusedMachine(s Subject) (model.Advice, bool) {
	c, ok := decoded[machineConfig](s)
	if !ok || c.Type == "" || s.metric("ExecutionsStarted") > 0 || !s.silenceCounts() {
		return model.Advice{}, false
	}
	return s.unusedAdvice("no execution was started", "stepfunctions", "delete-state-machine", "--state-machine-arn "+quote(string(s.Key().ID)))
}
