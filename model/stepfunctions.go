package model

import (
	"github.com/breakeven-dev/breakeven/model/price"
	"github.com/breakeven-dev/breakeven/model/unit"
)

const amazonStates = "AmazonStates"

// How Express workflows are metered (AWS Step Functions pricing page:
// duration rounded up to the nearest 100 ms, memory billed in 64 MB chunks).
const (
	expressChunkMS = 100
	expressChunkMB = 64
)

// expressChunkGBSeconds is 100 ms of 64 MB.
var expressChunkGBSeconds = unit.GBSecondsOf(expressChunkMB, unit.QuantityOf(expressChunkMS))

var _ = register(Service{
	Name: "stepfunctions",
	Role: RoleWorkflow,
	Work: []string{"ExecutionsStarted"},
	Inferred: "a region's state transitions are shared out by executions and the lengths of paths; " +
		"Express duration and memory are published apart, so their product is a range where both vary",
	Fields: []Field{
		{Name: "workflow_type", Kind: Choice, Choices: []string{"standard", "express"}},
		{Name: "state_transitions"},
		{Name: "requests"},
		{Name: "duration_ms"},
		{Name: "memory_mb", Default: "128"},
	},
	Allowances: []Allowance{{
		Name:   "Step Functions state transitions",
		Of:     price.Key{Service: amazonStates, Region: price.AnyRegion, Dimension: "free-tier-standard"},
		Covers: []string{"standard-state-transitions"},
	}},
	Bill: billStepFunctions,
})

// billStepFunctions follows the AWS Step Functions pricing page: a Standard
// workflow by its transitions, retries among them, whatever it takes in time
// and memory; an Express one by requests and GB-seconds, whatever its states.
func billStepFunctions(l *Lines, v Values) {
	if v.Text("workflow_type") == "express" {
		l.Add(amazonStates, "express-requests", v.Number("requests"))
		l.Add(amazonStates, "express-duration", v.Number("requests").Mul(ExpressGBSeconds(v.Number("duration_ms"), v.Number("memory_mb")).Quantity))
		if anyGiven(v, "state_transitions") != "" {
			l.Warn("usage", "state_transitions: an Express workflow is billed by requests, duration_ms and memory_mb, not by them")
		}
		return
	}
	l.Add(amazonStates, "standard-state-transitions", v.Number("state_transitions"))
	if f := anyGiven(v, "requests", "duration_ms"); f != "" {
		l.Warn("usage", f+": a Standard workflow is billed by state_transitions alone; workflow_type: express is billed by requests and duration")
	}
}

// ExpressGBSeconds returns what one execution of an Express workflow is billed
// for: its milliseconds rounded up to 100 and its MB to 64.
func ExpressGBSeconds(ms, mb unit.Quantity) unit.GBSeconds {
	chunks := ms.Div(unit.QuantityOf(expressChunkMS)).Ceil().Mul(mb.Div(unit.QuantityOf(expressChunkMB)).Ceil())
	return unit.GBSeconds{Quantity: expressChunkGBSeconds.Mul(chunks)}
}
