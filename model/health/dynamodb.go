package health

import (
	"encoding/json"
	"fmt"
)

// Limits of DynamoDB tables and their global secondary indexes (DynamoDB
// developer guide, "Monitoring with CloudWatch" and "Troubleshooting
// throttling").
var _ = register(
	Rule{
		ID: "dynamodb-read-throttles", Service: "dynamodb", Severity: warning, Text: "reads are throttled",
		Metric: "ReadThrottleEvents", Stat: "Sum",
		Limit: fixed(0, "any: capacity, a partition's 3,000 read units a second or a table's limit is used up, and callers wait and retry"),
	},
	Rule{
		ID: "dynamodb-write-throttles", Service: "dynamodb", Severity: warning, Text: "writes are throttled",
		Metric: "WriteThrottleEvents", Stat: "Sum",
		Limit: func(r *Subject) (Limit, bool) {
			return Limit{0, "any: capacity, a partition's 1,000 write units a second or a table's limit is used up, and callers wait and retry"}, tableOf(r).Table == ""
		},
	},
	Rule{
		ID: "dynamodb-hot-index", Service: "dynamodb", Severity: critical, Text: "writes to an index are throttled, which throttles its table",
		Metric: "WriteThrottleEvents", Stat: "Sum",
		Limit: func(r *Subject) (Limit, bool) {
			c := tableOf(r)
			return Limit{0, fmt.Sprintf("any: what the index cannot take, its table %s refuses, too", c.Table)}, c.Table != ""
		},
	},
	capacityRule("dynamodb-read-capacity", "read", "ConsumedReadCapacityUnits", "ProvisionedReadCapacityUnits"),
	capacityRule("dynamodb-write-capacity", "write", "ConsumedWriteCapacityUnits", "ProvisionedWriteCapacityUnits"),
	latencyRule("dynamodb-slow-gets", "GetItem"),
	latencyRule("dynamodb-slow-puts", "PutItem"),
)

// capacityRule compares an hour's consumed units with what is provisioned for
// each second of it.
func capacityRule(id, what, consumed, provisioned string) Rule {
	const secondsAnHour = 3600
	return Rule{
		ID: id, Service: "dynamodb", Severity: notice, Text: what + " capacity is nearly used up",
		Metric: consumed, Stat: "Sum", Per: provisioned, PerStat: "Average", Scale: 100.0 / secondsAnHour, Unit: "%",
		Limit: fixed(80, "80 % of what is provisioned, on average of an hour: single minutes are above it; scaling aims at 70 % by default"),
	}
}

// latencyRule watches the slowest hundredth of an operation.
func latencyRule(id, operation string) Rule {
	return Rule{
		ID: id, Service: "dynamodb", Severity: notice, Text: "one " + operation + " in a hundred is slow",
		Metric: "SuccessfulRequestLatency", Stat: "p99 Operation=" + operation, Unit: "ms",
		Limit: fixed(50, "50 ms: AWS promises single-digit milliseconds on average; large items and cold partitions take longer"),
	}
}

type tableConfig struct {
	Table string `json:"table"` // of an index
}

func tableOf(r *Subject) tableConfig {
	var c tableConfig
	if json.Unmarshal(r.Config, &c) != nil {
		return tableConfig{}
	}
	return c
}
