package health

import (
	"encoding/json"
	"fmt"
	"time"
)

// Limits of SQS queues.
var _ = register(
	Rule{
		ID: "sqs-oldest-message", Service: "sqs", Severity: warning, Text: "messages wait long",
		Metric: "ApproximateAgeOfOldestMessage", Stat: "Maximum", Unit: "s",
		Limit: func(r *Subject) (Limit, bool) {
			c := queueOf(r)
			if r.DeadLetter {
				return Limit{}, false // there they stay until somebody looks
			}
			limit := 3600.0
			if c.Retention > 0 {
				limit = min(limit, float64(c.Retention)/4)
			}
			return Limit{limit, fmt.Sprintf("an hour, or a quarter of the %s that messages are kept", time.Duration(c.Retention)*time.Second)}, true
		},
	},
	Rule{
		ID: "sqs-dead-letters", Service: "sqs", Severity: critical, Text: "messages stand in a dead-letter queue",
		Metric: "ApproximateNumberOfMessagesVisible", Stat: "Maximum",
		Limit: func(r *Subject) (Limit, bool) {
			return Limit{0, "any: each was tried in vain and waits for somebody"}, r.DeadLetter
		},
	},
)

type queueConfig struct {
	Retention int `json:"retention_s"`
}

func queueOf(r *Subject) queueConfig {
	var c queueConfig
	if json.Unmarshal(r.Config, &c) != nil {
		return queueConfig{}
	}
	return c
}
