package store

// SQSMetrics is the wide table of SQS's metrics by queue. CloudWatch counts
// messages where the bill counts requests: see sql/view_50_sqs_metered.sql.
// An idle queue has no datum; an active one has zeros too.
var SQSMetrics = register(MetricTable{
	Name: "sqs_metrics", Service: "sqs", Group: "sqs-metrics", Namespace: "AWS/SQS", Probe: "empty_receives", Present: true,
	Columns: []MetricColumn{
		{Name: "sent", Metric: "NumberOfMessagesSent", Stat: "Sum", Count: true},
		{Name: "received", Metric: "NumberOfMessagesReceived", Stat: "Sum", Count: true},
		{Name: "deleted", Metric: "NumberOfMessagesDeleted", Stat: "Sum", Count: true},
		{Name: "empty_receives", Metric: "NumberOfEmptyReceives", Stat: "Sum", Count: true},
		{Name: "sent_bytes", Metric: "SentMessageSize", Stat: "Sum", Count: true},
		{Name: "sent_bytes_max", Metric: "SentMessageSize", Stat: "Maximum", Count: true},
		{Name: "oldest_age_max", Metric: "ApproximateAgeOfOldestMessage", Stat: "Maximum"},
		{Name: "visible_max", Metric: "ApproximateNumberOfMessagesVisible", Stat: "Maximum", Count: true},
	},
})

var _ = registerMetered("sqs_metered")
