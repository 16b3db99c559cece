package health

import (
	"encoding/json"
	"fmt"
	"time"
)

// Limits of Kinesis streams (Kinesis Data Streams developer guide, "Monitoring
// with CloudWatch" and "Quotas and limits").
var _ = register(
	Rule{
		ID: "kinesis-write-throttles", Service: "kinesis", Severity: warning, Text: "records are refused",
		Metric: "WriteProvisionedThroughputExceeded", Stat: "Sum",
		Limit: fixed(0, "any: a shard takes 1 MB and 1,000 records a second; what producers do not send again is lost"),
	},
	Rule{
		ID: "kinesis-read-throttles", Service: "kinesis", Severity: notice, Text: "readers are throttled",
		Metric: "ReadProvisionedThroughputExceeded", Stat: "Sum", Per: "GetRecords.Records", AtLeast: 100, Scale: 100, Unit: "%",
		Limit: fixed(1, "1 % of the records read: all readers of a shard share 2 MB and five calls a second"),
	},
	Rule{
		ID: "kinesis-lag", Service: "kinesis", Severity: warning, Text: "readers lag behind",
		Metric: "GetRecords.IteratorAgeMilliseconds", Stat: "Maximum", Scale: 0.001, Unit: "s",
		Limit: func(r *Subject) (Limit, bool) { return lagLimit(r, 2) },
	},
	Rule{
		ID: "kinesis-losing", Service: "kinesis", Severity: critical, Text: "readers are about to lose records",
		Metric: "GetRecords.IteratorAgeMilliseconds", Stat: "Maximum", Scale: 0.001, Unit: "s",
		Limit: func(r *Subject) (Limit, bool) { return lagLimit(r, 1.25) },
	},
	Rule{
		ID: "kinesis-consumer-lag", Service: "kinesis", Severity: warning, Text: "a consumer of enhanced fan-out lags behind",
		Metric: "SubscribeToShardEvent.MillisBehindLatest", Stat: "Maximum", Scale: 0.001, Unit: "s",
		Limit: fixed(3600, "an hour behind; records are lost when the stream's retention, a day by default, is reached"),
	},
)

// lagLimit is the time that records stay, divided.
func lagLimit(r *Subject, part float64) (Limit, bool) {
	var c struct {
		Retention int `json:"retention_h"`
	}
	if json.Unmarshal(r.Config, &c) != nil || c.Retention <= 0 {
		c.Retention = 24
	}
	keeps := time.Duration(c.Retention) * time.Hour
	return Limit{keeps.Seconds() / part, fmt.Sprintf("%.0f %% of the %s that records are kept", 100/part, keeps)}, true
}
