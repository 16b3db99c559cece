package health

// Limits of SNS topics (SNS developer guide, "Monitoring Amazon SNS topics
// using CloudWatch" and "Amazon SNS dead-letter queues").
var _ = register(
	Rule{
		ID: "sns-failed-deliveries", Service: "sns", Severity: warning, Text: "notifications cannot be delivered",
		Metric: "NumberOfNotificationsFailed", Stat: "Sum", Per: "NumberOfMessagesPublished", AtLeast: 20, Scale: 100, Unit: "%",
		Limit: fixed(1, "1 for 100 messages published: it is counted when all retries are over"),
	},
	Rule{
		ID: "sns-lost-notifications", Service: "sns", Severity: critical, Text: "failed notifications could not be written to the dead-letter queue and are lost",
		Metric: "NumberOfNotificationsFailedToRedriveToDlq", Stat: "Sum",
		Limit: fixed(0, "any: each is a notification that is gone; the queue's policy or key may refuse the topic"),
	},
	Rule{
		ID: "sns-dead-letters", Service: "sns", Severity: warning, Text: "failed notifications go to the dead-letter queue",
		Metric: "NumberOfNotificationsRedrivenToDlq", Stat: "Sum",
		Limit: fixed(0, "any: a subscriber refuses or does not answer, and somebody must send them again"),
	},
)
