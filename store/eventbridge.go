package store

// EventBridge publishes what is put onto buses for a region as a whole, and
// what comes of it by rule, schedule group and pipe. What these say of the
// bill is in sql/view_55_eventbridge_metered.sql. Nothing has a datum while it
// is idle.
var (
	// PutEventsMetrics is the wide table of what a region's programs put onto
	// buses; no metric tells the buses apart.
	PutEventsMetrics = register(MetricTable{
		Name: "eventbridge_put_metrics", Service: "eventbridge", Group: "eventbridge-put", Namespace: "AWS/Events", Probe: "entries",
		Columns: []MetricColumn{
			{Name: "entries", Metric: "PutEventsEntriesCount", Stat: "Sum", Count: true},
			{Name: "failed", Metric: "PutEventsFailedEntriesCount", Stat: "Sum", Count: true},
			{Name: "bytes", Metric: "PutEventsRequestSize", Stat: "Sum", Count: true},
			{Name: "bytes_max", Metric: "PutEventsRequestSize", Stat: "Maximum", Count: true},
			{Name: "requests", Metric: "PutEventsApproximateCallCount", Stat: "Sum", Count: true},
			{Name: "throttled", Metric: "PutEventsApproximateThrottledCount", Stat: "Sum", Count: true},
		},
	})
	// EventBusMetrics is the wide table of custom buses.
	EventBusMetrics = register(MetricTable{
		Name: "eventbridge_bus_metrics", Service: "eventbridge", Group: "eventbridge-buses", Namespace: "AWS/Events", Probe: "matched",
		Columns: []MetricColumn{{Name: "matched", Metric: "MatchedEvents", Stat: "Sum", Count: true}},
	})
	// PartnerEventMetrics is the wide table of what partners put onto their
	// buses.
	PartnerEventMetrics = register(MetricTable{
		Name: "eventbridge_partner_metrics", Service: "eventbridge", Group: "eventbridge-partners", Namespace: "AWS/Events", Probe: "events",
		Columns: []MetricColumn{{Name: "events", Metric: "Events", Stat: "Sum", Count: true}},
	})
	// EventRuleMetrics is the wide table of rules, of all buses.
	EventRuleMetrics = register(MetricTable{
		Name: "eventbridge_rule_metrics", Service: "eventbridge", Group: "eventbridge-rules", Namespace: "AWS/Events", Probe: "invocations",
		Columns: []MetricColumn{
			{Name: "invocations", Metric: "Invocations", Stat: "Sum", Count: true},
			{Name: "matched", Metric: "MatchedEvents", Stat: "Sum", Count: true},
			{Name: "failed", Metric: "FailedInvocations", Stat: "Sum", Count: true},
			{Name: "throttled", Metric: "ThrottledRules", Stat: "Sum", Count: true},
			{Name: "dead", Metric: "InvocationsSentToDlq", Stat: "Sum", Count: true},
			{Name: "lost", Metric: "InvocationsFailedToBeSentToDlq", Stat: "Sum", Count: true},
		},
	})
	// ScheduleGroupMetrics is the wide table of schedule groups: no metric
	// tells the schedules of one apart.
	ScheduleGroupMetrics = register(MetricTable{
		Name: "eventbridge_schedule_metrics", Service: "eventbridge", Group: "eventbridge-schedules", Namespace: "AWS/Scheduler", Probe: "attempts",
		Columns: []MetricColumn{
			{Name: "attempts", Metric: "InvocationAttemptCount", Stat: "Sum", Count: true},
			{Name: "errors", Metric: "TargetErrorCount", Stat: "Sum", Count: true},
			{Name: "throttled", Metric: "InvocationThrottleCount", Stat: "Sum", Count: true},
			{Name: "dropped", Metric: "InvocationDroppedCount", Stat: "Sum", Count: true},
			{Name: "dead", Metric: "InvocationsSentToDeadLetterCount", Stat: "Sum", Count: true},
		},
	})
	// PipeMetrics is the wide table of pipes.
	PipeMetrics = register(MetricTable{
		Name: "eventbridge_pipe_metrics", Service: "eventbridge", Group: "eventbridge-pipes", Namespace: "AWS/EventBridge/Pipes", Probe: "events",
		Columns: []MetricColumn{
			{Name: "events", Metric: "EventCount", Stat: "Sum", Count: true},
			{Name: "bytes", Metric: "EventSize", Stat: "Sum", Count: true},
			{Name: "bytes_max", Metric: "EventSize", Stat: "Maximum", Count: true},
			{Name: "invocations", Metric: "Invocations", Stat: "Sum", Count: true},
			{Name: "failed", Metric: "ExecutionFailed", Stat: "Sum", Count: true},
			{Name: "partly_failed", Metric: "ExecutionPartiallyFailed", Stat: "Sum", Count: true},
			{Name: "throttled", Metric: "ExecutionThrottled", Stat: "Sum", Count: true},
			{Name: "timed_out", Metric: "ExecutionTimeout", Stat: "Sum", Count: true},
			{Name: "duration_sum", Metric: "Duration", Stat: "Sum"},
			{Name: "duration_max", Metric: "Duration", Stat: "Maximum"},
		},
	})
	// ArchiveLevels is the wide table of what archives hold. No metric says
	// it: each inventory adds a row at its hour.
	ArchiveLevels = register(MetricTable{
		Name: "eventbridge_archive_levels", Service: "eventbridge", Group: "eventbridge-archives", Namespace: "AWS/Events",
		Columns: []MetricColumn{
			{Name: "stored_bytes", Metric: "SizeBytes", Stat: "Maximum", Count: true},
			{Name: "stored_events", Metric: "EventCount", Stat: "Maximum", Count: true},
		},
	})
	_ = registerMetered("eventbridge_metered")
)
