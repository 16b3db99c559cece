package model

const amazonKinesis = "AmazonKinesis"

var _ = register(Service{
	Name:     "kinesis",
	Role:     RoleEvents,
	Work:     []string{"IncomingRecords"},
	Inferred: "CloudWatch has bytes and records, not the size of each, which is rounded up on the bill: quantities lie between the fewest and the most chunks; shard counts before the first collection are those found then, and a deleted stream is taken for a provisioned one",
	Fields: []Field{
		{Name: "stream_mode", Kind: Choice, Choices: []string{"provisioned", "on-demand"}},
		{Name: "shards"},
		{Name: "put_units"},
		{Name: "hours", Default: HoursInMonth},
		{Name: "in_gb"},
		{Name: "out_gb"},
		{Name: "efo_gb"},
		{Name: "efo_consumer_shard_hours"},
		{Name: "extended_retention_gb"},
		{Name: "extended_retention_shard_hours"},
		{Name: "streams"},
		{Name: "long_retention_gb"},
		{Name: "long_retrieval_gb"},
	},
	Bill: billKinesis,
})

// billKinesis follows the Amazon Kinesis Data Streams pricing page: a
// provisioned stream by shard-hours and payload units of 25 KB, an on-demand
// one by stream-hours and GB in and out. Enhanced fan-out differs by mode;
// retention beyond seven days does not. A stream may change its mode during a
// month, so what only the other mode has is billed too.
func billKinesis(l *Lines, v Values) {
	hours := v.Number("hours")
	l.Add(amazonKinesis, "shard", v.Number("shards").Mul(hours))
	l.Add(amazonKinesis, "put-payload-unit", v.Number("put_units"))
	l.Add(amazonKinesis, "on-demand-stream", v.Number("streams").Mul(hours))
	l.Add(amazonKinesis, "on-demand-data-in", v.Number("in_gb"))
	l.Add(amazonKinesis, "on-demand-data-out", v.Number("out_gb"))
	fanOut := "enhanced-fan-out-data"
	if v.Text("stream_mode") == "on-demand" {
		fanOut = "on-demand-enhanced-fan-out"
	}
	l.Add(amazonKinesis, fanOut, v.Number("efo_gb"))
	l.Add(amazonKinesis, "enhanced-fan-out-consumer", v.Number("efo_consumer_shard_hours"))
	l.Add(amazonKinesis, "extended-retention-7d", v.Number("extended_retention_shard_hours"))
	l.Add(amazonKinesis, "on-demand-extended-retention", v.Number("extended_retention_gb"))
	l.Add(amazonKinesis, "long-term-retention", v.Number("long_retention_gb"))
	l.Add(amazonKinesis, "long-term-retrieval", v.Number("long_retrieval_gb"))
	warnKinesis(l, v)
}

// warnKinesis names what is priced as given and looks like an oversight.
func warnKinesis(l *Lines, v Values) {
	mode, other := "provisioned", "an on-demand"
	foreign := []string{"in_gb", "out_gb", "streams", "extended_retention_gb"}
	if v.Text("stream_mode") == "on-demand" {
		mode, other = "on-demand", "a provisioned"
		foreign = []string{"shards", "put_units", "efo_consumer_shard_hours", "extended_retention_shard_hours"}
		if anyGiven(v, "in_gb", "out_gb", "efo_gb") != "" && v.Number("streams").IsZero() {
			l.Warn("usage", "streams is 0: the hourly charge of on-demand streams is left out")
		}
	}
	if f := anyGiven(v, foreign...); f != "" {
		l.Warn("usage", f+": only "+other+" stream is billed by it, so it is billed as one's (stream_mode is "+mode+")")
	}
}
