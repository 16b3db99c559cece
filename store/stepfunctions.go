package store

var (
	// StateMachineMetrics is the wide table of state machines, Standard and
	// Express. What Express executions are billed for is published as sums of
	// milliseconds and of MB, each apart: see
	// sql/view_52_stepfunctions_metered.sql. A machine without executions has
	// no datum.
	StateMachineMetrics = register(MetricTable{
		Name: "stepfunctions_metrics", Service: "stepfunctions", Group: "stepfunctions", Namespace: "AWS/States", Probe: "started",
		Columns: []MetricColumn{
			{Name: "started", Metric: "ExecutionsStarted", Stat: "Sum", Count: true},
			{Name: "succeeded", Metric: "ExecutionsSucceeded", Stat: "Sum", Count: true},
			{Name: "failed", Metric: "ExecutionsFailed", Stat: "Sum", Count: true},
			{Name: "timed_out", Metric: "ExecutionsTimedOut", Stat: "Sum", Count: true},
			{Name: "aborted", Metric: "ExecutionsAborted", Stat: "Sum", Count: true},
			{Name: "throttled", Metric: "ExecutionThrottled", Stat: "Sum", Count: true},
			{Name: "time_sum", Metric: "ExecutionTime", Stat: "Sum"},
			{Name: "time_count", Metric: "ExecutionTime", Stat: "SampleCount", Count: true},
			{Name: "time_p50", Metric: "ExecutionTime", Stat: "p50"},
			{Name: "time_p99", Metric: "ExecutionTime", Stat: "p99"},
			{Name: "time_max", Metric: "ExecutionTime", Stat: "Maximum"},
			{Name: "billed_ms", Metric: "ExpressExecutionBilledDuration", Stat: "Sum", Count: true},
			{Name: "billed_ms_count", Metric: "ExpressExecutionBilledDuration", Stat: "SampleCount", Count: true},
			{Name: "billed_ms_min", Metric: "ExpressExecutionBilledDuration", Stat: "Minimum", Count: true},
			{Name: "billed_ms_max", Metric: "ExpressExecutionBilledDuration", Stat: "Maximum", Count: true},
			{Name: "billed_mb", Metric: "ExpressExecutionBilledMemory", Stat: "Sum", Count: true},
			{Name: "billed_mb_min", Metric: "ExpressExecutionBilledMemory", Stat: "Minimum", Count: true},
			{Name: "billed_mb_max", Metric: "ExpressExecutionBilledMemory", Stat: "Maximum", Count: true},
			{Name: "memory_max", Metric: "ExpressExecutionMemory", Stat: "Maximum"},
		},
	})
	// StateTransitionMetrics is what a region reports of all its Standard
	// state machines together: no metric tells the transitions of one.
	StateTransitionMetrics = register(MetricTable{
		Name: "stepfunctions_region_metrics", Service: "stepfunctions", Group: "stepfunctions-region", Namespace: "AWS/States",
		Columns: []MetricColumn{
			{Name: "transitions", Metric: "ConsumedCapacity", Stat: "Sum", Count: true, Dimension: "ServiceMetric", Value: "StateTransition"},
			{Name: "throttled", Metric: "ThrottledEvents", Stat: "Sum", Count: true, Dimension: "ServiceMetric", Value: "StateTransition"},
		},
	})
	_ = registerMetered("stepfunctions_metered")
)
