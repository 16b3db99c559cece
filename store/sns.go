package store

// SNSMetrics is the wide table of SNS's metrics by topic. CloudWatch counts
// messages where the bill counts 64 KB of requests, and deliveries of all
// protocols together: see sql/view_56_sns_metered.sql. A topic without
// messages has no datum.
var SNSMetrics = register(MetricTable{
	Name: "sns_metrics", Service: "sns", Group: "sns-metrics", Namespace: "AWS/SNS", Probe: "published",
	Columns: []MetricColumn{
		{Name: "published", Metric: "NumberOfMessagesPublished", Stat: "Sum", Count: true},
		{Name: "bytes", Metric: "PublishSize", Stat: "Sum", Count: true},
		{Name: "bytes_min", Metric: "PublishSize", Stat: "Minimum", Count: true},
		{Name: "bytes_max", Metric: "PublishSize", Stat: "Maximum", Count: true},
		{Name: "delivered", Metric: "NumberOfNotificationsDelivered", Stat: "Sum", Count: true},
		{Name: "failed", Metric: "NumberOfNotificationsFailed", Stat: "Sum", Count: true},
		{Name: "filtered", Metric: "NumberOfNotificationsFilteredOut", Stat: "Sum", Count: true},
		{Name: "redriven", Metric: "NumberOfNotificationsRedrivenToDlq", Stat: "Sum", Count: true},
		{Name: "lost", Metric: "NumberOfNotificationsFailedToRedriveToDlq", Stat: "Sum", Count: true},
	},
})

var _ = registerMetered("sns_metered")
