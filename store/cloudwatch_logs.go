package store

// What came into log groups and what they hold. How that is billed is in
// sql/view_57_cloudwatch_logs_metered.sql.
var (
	// LogMetrics is the wide table of what comes into log groups. IncomingBytes
	// is what AWS bills.
	LogMetrics = register(MetricTable{
		Name: "cloudwatch_logs_metrics", Service: "cloudwatch_logs", Group: "cloudwatch_logs-metrics", Namespace: "AWS/Logs", Probe: "incoming_bytes",
		Columns: []MetricColumn{
			{Name: "incoming_bytes", Metric: "IncomingBytes", Stat: "Sum", Count: true},
			{Name: "incoming_events", Metric: "IncomingLogEvents", Stat: "Sum", Count: true},
		},
	})
	// LogLevels is the wide table of what log groups hold, in bytes as stored.
	// No metric says it: each inventory adds a row at its hour. In the
	// configuration it would open a version a run.
	LogLevels = register(MetricTable{
		Name: "cloudwatch_logs_levels", Service: "cloudwatch_logs", Group: "cloudwatch_logs-levels", Namespace: "AWS/Logs",
		Columns: []MetricColumn{{Name: "stored_bytes", Metric: "StoredBytes", Stat: "Maximum", Count: true}},
	})
	_ = registerMetered("cloudwatch_logs_metered")
)
