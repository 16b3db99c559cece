package health

// Limits of EventBridge's rules, schedules, pipes and of putting events
// (EventBridge user guide, "Best practices for monitoring event delivery";
// Scheduler user guide, "Monitoring with CloudWatch"; "Logging and monitoring
// EventBridge Pipes").
var _ = register(
	Rule{
		ID: "eventbridge-failed-invocations", Service: "eventbridge", Severity: warning, Text: "a rule cannot reach its targets",
		Metric: "FailedInvocations", Stat: "Sum", Per: "Invocations", AtLeast: 20, Scale: 100, Unit: "%",
		Limit: fixed(1, "1 % of the invocations: it is counted when all retries are over, and without a dead-letter queue the event is gone"),
	},
	Rule{
		ID: "eventbridge-lost-events", Service: "eventbridge", Severity: critical, Text: "failed events could not be written to the dead-letter queue and are lost",
		Metric: "InvocationsFailedToBeSentToDlq", Stat: "Sum",
		Limit: fixed(0, "any: each is an event that is gone; the queue's policy or key may refuse EventBridge"),
	},
	Rule{
		ID: "eventbridge-throttled-rules", Service: "eventbridge", Severity: warning, Text: "a rule is throttled",
		Metric: "ThrottledRules", Stat: "Sum",
		Limit: fixed(0, "any: the region's quota of invocations a second is reached, and events wait"),
	},
	Rule{
		ID: "eventbridge-throttled-puts", Service: "eventbridge", Severity: warning, Text: "putting events is throttled",
		Metric: "PutEventsApproximateThrottledCount", Stat: "Sum",
		Limit: fixed(0, "any: the region's quota of PutEvents is reached, and programs must retry"),
	},
	Rule{
		ID: "eventbridge-failed-puts", Service: "eventbridge", Severity: warning, Text: "events are refused when they are put",
		Metric: "PutEventsFailedEntriesCount", Stat: "Sum", Per: "PutEventsEntriesCount", AtLeast: 20, Scale: 100, Unit: "%",
		Limit: fixed(1, "1 % of the entries: a request succeeds without them, and programs that do not look lose them"),
	},
	Rule{
		ID: "eventbridge-dropped-schedules", Service: "eventbridge", Severity: critical, Text: "scheduled invocations are given up",
		Metric: "InvocationDroppedCount", Stat: "Sum",
		Limit: fixed(0, "any: all retries of an invocation failed"),
	},
	Rule{
		ID: "eventbridge-schedule-errors", Service: "eventbridge", Severity: warning, Text: "what schedules start refuses or fails",
		Metric: "TargetErrorCount", Stat: "Sum", Per: "InvocationAttemptCount", AtLeast: 10, Scale: 100, Unit: "%",
		Limit: fixed(10, "10 % of the attempts of the group"),
	},
	Rule{
		ID: "eventbridge-pipe-failures", Service: "eventbridge", Severity: warning, Text: "a pipe's executions fail",
		Metric: "ExecutionFailed", Stat: "Sum", Per: "Invocations", AtLeast: 20, Scale: 100, Unit: "%",
		Limit: fixed(1, "1 % of the executions: a stream's pipe stands still until they succeed or expire"),
	},
)
