package store

// Kinesis publishes what was written and what was read by stream, and what
// enhanced fan-out pushed by consumer. A stream may be read long after it was
// written, so either has its table. What they say of the bill is in
// sql/view_54_kinesis_metered.sql.
var (
	// KinesisWriteMetrics is the wide table of what was put into streams.
	KinesisWriteMetrics = register(MetricTable{
		Name: "kinesis_write_metrics", Service: "kinesis", Group: "kinesis-writes", Namespace: "AWS/Kinesis", Probe: "incoming_records",
		Columns: []MetricColumn{
			{Name: "incoming_records", Metric: "IncomingRecords", Stat: "Sum", Count: true},
			{Name: "incoming_bytes", Metric: "IncomingBytes", Stat: "Sum", Count: true},
			{Name: "incoming_bytes_max", Metric: "IncomingBytes", Stat: "Maximum", Count: true},
			{Name: "write_throttles", Metric: "WriteProvisionedThroughputExceeded", Stat: "Sum", Count: true},
		},
	})
	// KinesisReadMetrics is the wide table of what shared readers took.
	KinesisReadMetrics = register(MetricTable{
		Name: "kinesis_read_metrics", Service: "kinesis", Group: "kinesis-reads", Namespace: "AWS/Kinesis", Probe: "read_bytes", Present: true,
		Columns: []MetricColumn{
			{Name: "read_bytes", Metric: "GetRecords.Bytes", Stat: "Sum", Count: true},
			{Name: "read_records", Metric: "GetRecords.Records", Stat: "Sum", Count: true},
			{Name: "iterator_age_max", Metric: "GetRecords.IteratorAgeMilliseconds", Stat: "Maximum"},
			{Name: "read_throttles", Metric: "ReadProvisionedThroughputExceeded", Stat: "Sum", Count: true},
		},
	})
	// KinesisConsumerMetrics is the wide table of consumers of enhanced
	// fan-out.
	KinesisConsumerMetrics = register(MetricTable{
		Name: "kinesis_consumer_metrics", Service: "kinesis", Group: "kinesis-fan-out", Namespace: "AWS/Kinesis", Probe: "fan_out_bytes", Present: true,
		Columns: []MetricColumn{
			{Name: "fan_out_bytes", Metric: "SubscribeToShardEvent.Bytes", Stat: "Sum", Count: true},
			{Name: "fan_out_records", Metric: "SubscribeToShardEvent.Records", Stat: "Sum", Count: true},
			{Name: "behind_max", Metric: "SubscribeToShardEvent.MillisBehindLatest", Stat: "Maximum"},
		},
	})
	_ = registerMetered("kinesis_metered")
)
