package store

// LambdaMetrics is the wide table of Lambda's metrics by function. Duration
// keeps Sum and SampleCount (never Average times a count). Metrics of
// provisioned concurrency are reported by alias and merged into the function:
// sums added, levels by their maximum.
var LambdaMetrics = register(MetricTable{
	Name: "lambda_metrics", Service: "lambda", Group: "lambda-metrics", Namespace: "AWS/Lambda", Probe: "invocations",
	Columns: []MetricColumn{
		{Name: "invocations", Metric: "Invocations", Stat: "Sum", Count: true},
		{Name: "errors", Metric: "Errors", Stat: "Sum", Count: true},
		{Name: "throttles", Metric: "Throttles", Stat: "Sum", Count: true},
		{Name: "duration_sum", Metric: "Duration", Stat: "Sum"},
		{Name: "duration_count", Metric: "Duration", Stat: "SampleCount", Count: true},
		{Name: "duration_min", Metric: "Duration", Stat: "Minimum"},
		{Name: "duration_max", Metric: "Duration", Stat: "Maximum"},
		{Name: "duration_p50", Metric: "Duration", Stat: "p50"},
		{Name: "duration_p90", Metric: "Duration", Stat: "p90"},
		{Name: "duration_p95", Metric: "Duration", Stat: "p95"},
		{Name: "duration_p99", Metric: "Duration", Stat: "p99"},
		{Name: "concurrency_max", Metric: "ConcurrentExecutions", Stat: "Maximum", Count: true},
		{Name: "provisioned_invocations", Metric: "ProvisionedConcurrencyInvocations", Stat: "Sum", Count: true},
		{Name: "provisioned_spillover", Metric: "ProvisionedConcurrencySpilloverInvocations", Stat: "Sum", Count: true},
		{Name: "provisioned_executions_max", Metric: "ProvisionedConcurrentExecutions", Stat: "Maximum", Count: true},
		{Name: "provisioned_utilization_max", Metric: "ProvisionedConcurrencyUtilization", Stat: "Maximum"},
		{Name: "url_requests", Metric: "UrlRequestCount", Stat: "Sum", Count: true},
		{Name: "async_received", Metric: "AsyncEventsReceived", Stat: "Sum", Count: true},
		{Name: "async_age_max", Metric: "AsyncEventAge", Stat: "Maximum"},
		{Name: "dead_letter_errors", Metric: "DeadLetterErrors", Stat: "Sum", Count: true},
		{Name: "iterator_age_max", Metric: "IteratorAge", Stat: "Maximum"},
		{Name: "cpu_total_sum", Metric: "cpu_total_time", Stat: "Sum"},
		{Name: "cpu_total_count", Metric: "cpu_total_time", Stat: "SampleCount", Count: true},
		{Name: "used_memory_max", Metric: "used_memory_max", Stat: "Maximum"},
	},
})

// LambdaAccountMetrics is what a region reports of all its functions
// together, without a dimension. Doctor holds the sum over functions against
// it.
var LambdaAccountMetrics = register(MetricTable{
	Name: "lambda_account_metrics", Service: "lambda", Group: "lambda-account", Namespace: "AWS/Lambda",
	Columns: []MetricColumn{
		{Name: "invocations", Metric: "Invocations", Stat: "Sum", Count: true},
		{Name: "errors", Metric: "Errors", Stat: "Sum", Count: true},
		{Name: "throttles", Metric: "Throttles", Stat: "Sum", Count: true},
		{Name: "duration_sum", Metric: "Duration", Stat: "Sum"},
	},
})

// Lambda's billed quantities are derived from metrics, REPORT lines and
// configurations.
var _ = registerDerived(derived{
	Refresh: "refresh_lambda", Usage: "lambda_usage",
	Hours: "lambda_usage_hour WHERE requests > 0 OR duration_ms > 0 OR billed_ms > 0 OR allocated_ms > 0",
})
