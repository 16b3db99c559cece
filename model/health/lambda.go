package health

import (
	"encoding/json"
	"fmt"

	"github.com/breakeven-dev/breakeven/model"
)

// Limits of Lambda functions. Where AWS publishes a recommendation it stands
// in the reason (Lambda developer guide, "Monitoring", and AWS's recommended
// CloudWatch alarms).
var _ = register(
	Rule{
		ID: "lambda-errors", Service: "lambda", Severity: warning, Text: "invocations fail",
		Metric: "Errors", Stat: "Sum", Per: "Invocations", AtLeast: 20, Scale: 100, Unit: "%",
		Limit: fixed(1, "1 % of the invocations of an hour with 20 or more: rarer ones are retried unnoticed"),
	},
	Rule{
		ID: "lambda-failing", Service: "lambda", Severity: critical, Text: "most invocations fail",
		Metric: "Errors", Stat: "Sum", Per: "Invocations", AtLeast: 5, Scale: 100, Unit: "%",
		Limit: fixed(50, "half of the invocations of an hour with 5 or more"),
	},
	Rule{
		ID: "lambda-throttles", Service: "lambda", Severity: warning, Text: "invocations are throttled",
		Metric: "Throttles", Stat: "Sum",
		Limit: fixed(0, "any throttle: callers are refused, events wait"),
	},
	Rule{
		ID: "lambda-near-timeout", Service: "lambda", Severity: warning, Text: "runs come close to the time-out",
		Metric: "Duration", Stat: "Maximum", Unit: "ms",
		Limit: func(r *Subject) (Limit, bool) {
			c, ok := functionOf(r)
			ms := float64(c.Timeout.Milliseconds())
			return Limit{0.8 * ms, fmt.Sprintf("80 %% of the time-out of %s: the next slow answer is cut off", c.Timeout)}, ok && ms > 0
		},
	},
	Rule{
		ID: "lambda-iterator-age", Service: "lambda", Severity: warning, Text: "the function lags behind its stream",
		Metric: "IteratorAge", Stat: "Maximum", Scale: 0.001, Unit: "s",
		Limit: fixed(3600, "an hour behind; records are lost when the stream's retention, a day by default, is reached"),
	},
	Rule{
		ID: "lambda-async-age", Service: "lambda", Severity: warning, Text: "asynchronous events wait",
		Metric: "AsyncEventAge", Stat: "Maximum", Scale: 0.001, Unit: "s",
		Limit: fixed(3600, "an hour; events are dropped at six hours unless configured otherwise"),
	},
	Rule{
		ID: "lambda-dead-letters", Service: "lambda", Severity: critical, Text: "failed events could not be written to the dead-letter queue and are lost",
		Metric: "DeadLetterErrors", Stat: "Sum",
		Limit: fixed(0, "any: each is an event that is gone"),
	},
	Rule{
		ID: "lambda-concurrency", Service: "lambda", Severity: warning, Text: "concurrency nears the reserved limit",
		Metric: "ConcurrentExecutions", Stat: "Maximum",
		Limit: func(r *Subject) (Limit, bool) {
			c, ok := functionOf(r)
			n := float64(c.ReservedConcurrency)
			return Limit{0.9*n - 0.5, fmt.Sprintf("90 %% of the reserved concurrency of %d: above it calls are throttled", c.ReservedConcurrency)}, ok && n > 0
		},
	},
	Rule{
		ID: "lambda-spillover", Service: "lambda", Severity: notice, Text: "requests spill over from provisioned concurrency and may start cold",
		Metric: "ProvisionedConcurrencySpilloverInvocations", Stat: "Sum", Per: "Invocations", AtLeast: 20, Scale: 100, Unit: "%",
		Limit: fixed(5, "5 % of the invocations: provisioned concurrency is too small for its purpose"),
	},
)

// functionOf is a function's configuration.
func functionOf(r *Subject) (model.FunctionConfig, bool) {
	var c model.FunctionConfig
	err := json.Unmarshal(r.Config, &c)
	return c, err == nil
}
