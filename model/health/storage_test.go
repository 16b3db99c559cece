package health

import (
	"slices"
	"testing"

	"github.com/breakeven-dev/breakeven/model"
)

func TestTablesAndStreams(t *testing.T) {
	throttled := column("WriteThrottleEvents", "Sum", times(12, 4)...)
	table := hours("dynamodb", "carts", `{"capacity_mode":"provisioned"}`, throttled)
	index := hours("dynamodb", "carts/by-session", `{"table":"carts"}`, throttled)
	// Of 10 units a second 36,000 an hour: 29,000 are above 80 %, 28,000 not.
	capacity := column("ProvisionedReadCapacityUnits", "Average", times(12, 10)...)
	full := hours("dynamodb", "full", `{}`, capacity, column("ConsumedReadCapacityUnits", "Sum", times(12, 29_000)...))
	roomy := hours("dynamodb", "roomy", `{}`, capacity, column("ConsumedReadCapacityUnits", "Sum", times(12, 28_000)...))
	slow := hours("dynamodb", "slow", `{}`, column("SuccessfulRequestLatency", "p99 Operation=GetItem", times(12, 60)...))
	// 13 hours behind: half of a day's retention, not of two days'.
	late := column("GetRecords.IteratorAgeMilliseconds", "Maximum", times(12, 13*3600*1000)...)
	day := hours("kinesis", "day", `{"retention_h":24}`, late)
	unknown := hours("kinesis", "unknown", `{}`, column("GetRecords.IteratorAgeMilliseconds", "Maximum", times(12, 20*3600*1000)...))
	twoDays := hours("kinesis", "two-days", `{"retention_h":48}`, late)
	refused := hours("kinesis", "refused", `{}`, column("WriteProvisionedThroughputExceeded", "Sum", times(12, 1)...))
	pushed := hours("kinesis", "day/consumer", `{"stream":"day"}`, column("SubscribeToShardEvent.MillisBehindLatest", "Maximum", times(12, 4_000_000)...))
	got := ids(Find(window, []model.ResourceHours{table, index, full, roomy, slow, day, unknown, twoDays, refused, pushed}))
	want := []string{
		"dynamodb-hot-index carts/by-session", "kinesis-losing unknown",
		"dynamodb-write-throttles carts", "kinesis-consumer-lag day/consumer", "kinesis-lag day", "kinesis-lag unknown", "kinesis-write-throttles refused",
		"dynamodb-read-capacity full", "dynamodb-slow-gets slow",
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("found %v, want %v", got, want)
	}
}
