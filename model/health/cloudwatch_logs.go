package health

// Limits of log groups.
var _ = register(Rule{
	ID: "logs-flood", Service: "cloudwatch_logs", Severity: notice, Text: "logs flood in",
	Metric: "IncomingBytes", Stat: "Sum", Scale: 1.0 / (1 << 30), Unit: "GB",
	Limit: fixed(10, "10 GB an hour: 7,300 GB a month at that rate, more than most functions that write them cost"),
})
