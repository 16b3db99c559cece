package store

// DynamoDB's metrics by table, and by global secondary index. Reading and
// writing are two tables, since either may be idle; capacity is a third, which
// only provisioned tables have. What they say of the bill is in
// sql/view_53_dynamodb_metered.sql.
var (
	// DynamoDBReadMetrics is the wide table of what was read, in read units.
	DynamoDBReadMetrics = register(MetricTable{
		Name: "dynamodb_read_metrics", Service: "dynamodb", Group: "dynamodb-reads", Namespace: "AWS/DynamoDB", Probe: "consumed_read",
		Columns: append([]MetricColumn{
			{Name: "consumed_read", Metric: "ConsumedReadCapacityUnits", Stat: "Sum"},
			{Name: "consumed_read_max", Metric: "ConsumedReadCapacityUnits", Stat: "Maximum"},
			{Name: "read_throttles", Metric: "ReadThrottleEvents", Stat: "Sum", Count: true},
		}, append(operationLatency("get", "GetItem"), operationLatency("query", "Query")...)...),
	})
	// DynamoDBWriteMetrics is the wide table of what was written, in write
	// units.
	DynamoDBWriteMetrics = register(MetricTable{
		Name: "dynamodb_write_metrics", Service: "dynamodb", Group: "dynamodb-writes", Namespace: "AWS/DynamoDB", Probe: "consumed_write",
		Columns: append([]MetricColumn{
			{Name: "consumed_write", Metric: "ConsumedWriteCapacityUnits", Stat: "Sum"},
			{Name: "consumed_write_max", Metric: "ConsumedWriteCapacityUnits", Stat: "Maximum"},
			{Name: "write_throttles", Metric: "WriteThrottleEvents", Stat: "Sum", Count: true},
		}, operationLatency("put", "PutItem")...),
	})
	// DynamoDBCapacityMetrics is the wide table of provisioned capacity, in
	// units a second.
	DynamoDBCapacityMetrics = register(MetricTable{
		Name: "dynamodb_capacity_metrics", Service: "dynamodb", Group: "dynamodb-capacity", Namespace: "AWS/DynamoDB", Probe: "provisioned_read",
		Columns: []MetricColumn{
			{Name: "provisioned_read", Metric: "ProvisionedReadCapacityUnits", Stat: "Average"},
			{Name: "provisioned_read_max", Metric: "ProvisionedReadCapacityUnits", Stat: "Maximum"},
			{Name: "provisioned_write", Metric: "ProvisionedWriteCapacityUnits", Stat: "Average"},
			{Name: "provisioned_write_max", Metric: "ProvisionedWriteCapacityUnits", Stat: "Maximum"},
		},
	})
	_ = registerMetered("dynamodb_metered")
)

// operationLatency are the columns of one operation's requests that
// succeeded, in milliseconds on the server's side.
func operationLatency(prefix, operation string) []MetricColumn {
	column := func(name, stat string, count bool) MetricColumn {
		return MetricColumn{
			Name: prefix + "_" + name, Metric: "SuccessfulRequestLatency", Stat: stat, Count: count,
			Dimension: "Operation", Value: operation,
		}
	}
	return []MetricColumn{
		column("requests", "SampleCount", true), column("latency_avg", "Average", false),
		column("latency_p50", "p50", false), column("latency_p99", "p99", false),
	}
}
