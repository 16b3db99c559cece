package advice

import (
	"fmt"
	"math"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
)

const (
	kinesisOffer = "AmazonKinesis"
	// What a shard takes and gives a second (Amazon Kinesis Data Streams
	// Developer Guide, "Quotas and limits").
	shardInBytes, shardInRecords, shardOutBytes = 1 << 20, 1000, 2 << 20
	// The busiest second of a collected period is not known: how many times
	// its mean shards must be able to take, at least, likely and at most. They
	// are choices of ours.
	burstLow, burstLikely, burstHigh = 1.5, 2, 4
	// streamWorthUSD a month is the least saving for which to change a stream.
	streamWorthUSD = 1
	// dayOfRetention is included in the price; a consumer that is at most half
	// of it behind does not need more.
	dayOfRetention = 24
	behindMostMs   = 12 * 3600 * 1000
)

// streamConfig is what the collector keeps of a stream or of a consumer.
type streamConfig struct {
	Mode           string `json:"stream_mode"`
	Stream         string `json:"stream"` // a consumer's
	Shards         int64  `json:"shards"`
	RetentionHours int64  `json:"retention_h"`
}

var (
	_ = register(Rule{Name: "kinesis-shards", Service: "kinesis", Group: "mode", Advise: adviseShards})
	_ = register(Rule{Name: "kinesis-on-demand", Service: "kinesis", Group: "mode", Advise: adviseOnDemandStream})
	_ = register(Rule{Name: "kinesis-provisioned", Service: "kinesis", Group: "mode", Advise: adviseProvisionedStream})
	_ = register(Rule{Name: "kinesis-retention", Service: "kinesis", Advise: adviseStreamRetention})
	_ = register(Rule{Name: "kinesis-unused", Service: "kinesis", Advise: adviseUnusedStream})
)

// shards is how many carry the busiest period at a burst factor.
func (s Subject) shards(burst float64) float64 {
	in, records := s.Resource.Metric("IncomingBytes", "Sum"), s.Resource.Metric("IncomingRecords", "Sum")
	out := s.Resource.Metric("GetRecords.Bytes", "Sum")
	return math.Ceil(max(1, burst*max(in.PerSecond/shardInBytes, records.PerSecond/shardInRecords, out.PerSecond/shardOutBytes)))
}

// shardCost is what they cost a month, from the fewest to the most.
func (s Subject) shardCost() (model.Cost, bool) {
	usd, ok := s.priceOf(kinesisOffer, "shard")
	of := func(burst float64) unit.USD {
		return usd.Mul(unit.QuantityFromFloat(s.shards(burst))).Mul(unit.QuantityOf(model.HoursPerMonth))
	}
	return model.Cost{Low: of(burstLow), Likely: of(burstLikely), High: of(burstHigh)}, ok
}

func (s Subject) carried() string {
	in, records := s.Resource.Metric("IncomingBytes", "Sum"), s.Resource.Metric("IncomingRecords", "Sum")
	return fmt.Sprintf("%.2f GB in %s records came in, at most %.0f KB and %.0f records a second in any collected period, %s", in.Sum/gib, thousands(int64(records.Sum)), in.PerSecond/1024, records.PerSecond, s.span())
}

// adviseShards recommends fewer shards where even four times the busiest
// period fits into fewer.
func adviseShards(s Subject) (model.Advice, bool) {
	c, ok := decoded[streamConfig](s)
	then, priced := s.shardCost()
	if !ok || !priced || c.Stream != "" || c.Mode != "provisioned" || s.metric("IncomingRecords") <= 0 || s.days() < unusedDays {
		return model.Advice{}, false
	}
	saving := less(s.lines("shard"), then)
	if saving.Unknown || saving.Low.Float64() < streamWorthUSD || float64(c.Shards) <= s.shards(burstHigh) {
		return model.Advice{}, false
	}
	target := max(int64(s.shards(burstHigh)), (c.Shards+1)/2) // at most halved at a time
	return model.Advice{
		Title: fmt.Sprintf("Lower it from %d shards towards %.0f", c.Shards, s.shards(burstHigh)), Saving: saving,
		Evidence:   []string{s.carried(), fmt.Sprintf("%.0f shards carry %d times that", s.shards(burstHigh), burstHigh)},
		Confidence: "B", Effort: "low",
		Risk:     "a burst of seconds, or one busy key, is throttled; a shard count can be halved at most at a time",
		Apply:    s.aws("kinesis", "update-shard-count", "--stream-name "+quote(s.Key().Name), fmt.Sprintf("--target-shard-count %d", target), "--scaling-type UNIFORM_SCALING"),
		Disproof: "WriteProvisionedThroughputExceeded above zero after the change",
	}, true
}

// adviseOnDemandStream recommends on-demand where little flows through
// standing shards.
func adviseOnDemandStream(s Subject) (model.Advice, bool) {
	c, ok := decoded[streamConfig](s)
	hour, ok1 := s.priceOf(kinesisOffer, "on-demand-stream")
	in, ok2 := s.priceOf(kinesisOffer, "on-demand-data-in")
	out, ok3 := s.priceOf(kinesisOffer, "on-demand-data-out")
	if !ok || !ok1 || !ok2 || !ok3 || c.Stream != "" || c.Mode != "provisioned" || c.RetentionHours > dayOfRetention ||
		s.metric("IncomingRecords") <= 0 || s.days() < unusedDays {
		return model.Advice{}, false
	}
	// Each record is billed in whole KB: at most one more than it has.
	of := func(extraKB float64) unit.USD {
		gb := s.metric("IncomingBytes")/gib + extraKB*s.metric("IncomingRecords")/(1<<20)
		read := s.metric("GetRecords.Bytes")/gib + extraKB*s.metric("GetRecords.Records")/(1<<20)
		return in.Mul(unit.QuantityFromFloat(gb)).Add(out.Mul(unit.QuantityFromFloat(read)))
	}
	then := s.monthly(model.Cost{Low: of(0), Likely: of(0.5), High: of(1)}).Add(model.Exactly(hour.Mul(unit.QuantityOf(model.HoursPerMonth))))
	saving := less(s.lines("shard").Add(s.lines("put-payload-unit")), then)
	if saving.Unknown || saving.Low.Float64() < streamWorthUSD {
		return model.Advice{}, false
	}
	return model.Advice{
		Title: "Make it an on-demand stream", Saving: saving,
		Evidence:   []string{s.carried(), fmt.Sprintf("%d shards stand ready", c.Shards)},
		Confidence: "B", Effort: "low",
		Risk:     "cost follows traffic; the mode can be changed twice in 24 hours",
		Apply:    s.aws("kinesis", "update-stream-mode", "--stream-arn "+quote(string(s.Key().ID)), "--stream-mode-details StreamMode=ON_DEMAND"),
		Disproof: "a month with so much more traffic that on demand costs more",
	}, true
}

// adviseProvisionedStream recommends shards for an on-demand stream whose
// traffic is so even that four times its busiest period costs less.
func adviseProvisionedStream(s Subject) (model.Advice, bool) {
	c, ok := decoded[streamConfig](s)
	put, ok1 := s.priceOf(kinesisOffer, "put-payload-unit")
	then, ok2 := s.shardCost()
	if !ok || !ok1 || !ok2 || c.Stream != "" || c.Mode != "on-demand" || c.RetentionHours > dayOfRetention ||
		s.metric("IncomingRecords") <= 0 || s.days() < unusedDays {
		return model.Advice{}, false
	}
	const unitBytes = 25 << 10
	records, units := s.metric("IncomingRecords"), s.metric("IncomingBytes")/unitBytes
	of := func(n float64) unit.USD { return put.Mul(unit.QuantityFromFloat(n)) }
	then = then.Add(s.monthly(model.Cost{Low: of(max(records, units)), Likely: of(max(records, units)), High: of(records + units)}))
	saving := less(s.lines("on-demand-"), then)
	if saving.Unknown || saving.Low.Float64() < streamWorthUSD {
		return model.Advice{}, false
	}
	return model.Advice{
		Title: fmt.Sprintf("Provision %.0f shards", s.shards(burstHigh)), Saving: saving,
		Evidence:   []string{s.carried(), fmt.Sprintf("%.0f shards carry %d times that", s.shards(burstHigh), burstHigh)},
		Confidence: "B", Effort: "medium",
		Risk:     "growth is throttled until shards are added: alarm on it",
		Apply:    s.aws("kinesis", "update-stream-mode", "--stream-arn "+quote(string(s.Key().ID)), "--stream-mode-details StreamMode=PROVISIONED"),
		Disproof: "WriteProvisionedThroughputExceeded above zero after the change",
	}, true
}

// adviseStreamRetention points at paid retention that no consumer came near.
func adviseStreamRetention(s Subject) (model.Advice, bool) {
	c, ok := decoded[streamConfig](s)
	behind := s.Resource.Metric("GetRecords.IteratorAgeMilliseconds", "Maximum")
	paid := s.lines("extended-retention-7d").Add(s.lines("on-demand-extended-retention")).Add(s.lines("long-term-retention"))
	if !ok || c.Stream != "" || c.RetentionHours <= dayOfRetention || behind.N == 0 || behind.Max > behindMostMs || !worth(paid) {
		return model.Advice{}, false
	}
	return model.Advice{
		Title:      fmt.Sprintf("Keep records for %d h instead of %d h", dayOfRetention, c.RetentionHours),
		Saving:     shares(paid, 0, 0.5, 1),
		Evidence:   []string{fmt.Sprintf("no consumer was more than %.1f h behind, %s", behind.Max/3.6e6, s.span()), "whether records are read again later is not measured: the likely value is the middle of the bounds and no prediction"},
		Confidence: "D", Effort: "low",
		Risk:     "an outage of a consumer that lasts a day loses records",
		Apply:    s.aws("kinesis", "decrease-stream-retention-period", "--stream-name "+quote(s.Key().Name), fmt.Sprintf("--retention-period-hours %d", dayOfRetention)),
		Disproof: "a replay of older records, or a rule that asks for it",
	}, true
}

// adviseUnusedStream names streams that nothing is put into, and consumers
// that read nothing.
func adviseUnusedStream(s Subject) (model.Advice, bool) {
	c, ok := decoded[streamConfig](s)
	used := s.metric("IncomingRecords") + s.metric("SubscribeToShardEvent.Bytes") + s.metric("SubscribeToShardEvent.Records")
	if !ok || used > 0 || !worth(s.total()) || !s.silenceCounts() {
		return model.Advice{}, false
	}
	if c.Stream != "" {
		return s.unusedAdvice("nothing was read by it", "kinesis", "deregister-stream-consumer", "--consumer-arn "+quote(string(s.Key().ID)))
	}
	return s.unusedAdvice("no record was put", "kinesis", "delete-stream", "--stream-name "+quote(s.Key().Name))
}
