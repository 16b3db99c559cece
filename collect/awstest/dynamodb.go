package awstest

import (
	"fmt"
	"time"

	"github.com/shopspring/decimal"
)

const (
	nsDynamoDB     = "AWS/DynamoDB"
	dimTableName   = "TableName"
	dimIndexName   = "GlobalSecondaryIndexName"
	itemOverhead   = 100 // bytes that AWS bills on top of every item
	replicaBytes   = 48  // more of them in a global table
	sizeCountedS   = 6 * 3600
	gbBytes        = 1 << 30
	monthsHours    = 9_061_920 // the least number that 672, 696, 720 and 744 hours divide
	capacityEveryS = 300       // seconds from datum to datum of provisioned capacity
)

// dynamo describes a simulated table or global secondary index.
type dynamo struct {
	onDemand bool
	// switched is the share of the history after which a table is on demand;
	// it was provisioned before.
	switched   float64
	switchedAt int64 // Unix seconds
	infrequent bool  // table class
	table      string
	// readHalves are half read units of a read, 0 for none; a write takes
	// writeUnits, and there is one for every so many reads.
	readHalves, writeUnits, readsAWrite int64
	rcu, wcu                            int64 // provisioned, at night
	rcuSwing, wcuSwing                  int64 // more by day, which scaling adds
	bytes, itemBytes                    int64
	pitr                                bool
	stream                              bool
	replicas                            []string
	throttled                           float64 // share of the minutes by day with a throttle
}

// Prices of DynamoDB, of the AWS price list as of 2026-10 (commitcost; table
// class standard-ia and recovery: ocel-pricebook, infracost golden files).
var _ = simulate(simulated{
	name: "dynamodb", signing: "dynamodb", iam: "dynamodb", protocol: protocolJSON10,
	handlers: map[string]func(*Server, *call) (reply, *apiError){
		"ListTables":                (*Server).listTables,
		"DescribeTable":             (*Server).describeTable,
		"DescribeContinuousBackups": (*Server).describeContinuousBackups,
	},
	things: dynamoThings,
	prices: map[string]dimensionPrices{
		"on-demand-read":     flat("0.000000125", "0.0000001415"),
		"on-demand-write":    flat("0.000000625", "0.000000705"),
		"provisioned-read":   flat("0.00013", "0.000147"),
		"provisioned-write":  flat("0.00065", "0.000735"),
		"storage-standard":   flat("0.25", "0.283"),
		"ia-on-demand-read":  flat("0.000000155", ""),
		"ia-on-demand-write": flat("0.00000078", ""),
		"ia-storage":         flat("0.1", ""),
		"pitr-storage":       flat("0.2", ""),
		"replicated-write-on-demand (global tables)": flat("0.000000625", ""),
	},
	units: map[string]decimal.Decimal{
		"on-demand-read": d("2"), "ia-on-demand-read": d("2"),
		"storage-standard": gbMonth, "ia-storage": gbMonth, "pitr-storage": gbMonth,
	},
})

// gbMonth is how many counts of gbHours make a GB-month.
var gbMonth = decimal.NewFromInt(gbBytes).Mul(decimal.NewFromInt(monthsHours))

// gbHours are bytes that stand for the hour, in counts that are the same part
// of a GB-month in every month.
func gbHours(bytes, minute int64) int64 {
	first := time.Unix(minute, 0).UTC()
	first = time.Date(first.Year(), first.Month(), 1, 0, 0, 0, 0, time.UTC)
	return bytes * (monthsHours / int64(first.AddDate(0, 1, 0).Sub(first)/time.Hour))
}

func dynamoThings(w window) []*thing {
	app := func(name string) map[string]string { return map[string]string{"app": name} }
	list := []*thing{
		{where: use, name: "orders", shape: shapeDiurnal, perMinute: 160, tags: app("orders"), spec: dynamo{onDemand: true, readHalves: 1, writeUnits: 2, readsAWrite: 3, bytes: 6 << 30, itemBytes: 1400, pitr: true, stream: true}},
		{where: use, name: "orders/by-customer", shape: shapeDiurnal, perMinute: 90, spec: dynamo{table: "orders", onDemand: true, readHalves: 3, writeUnits: 1, readsAWrite: 4, bytes: 900 << 20, itemBytes: 220}},
		{where: use, name: "carts", shape: shapeDiurnal, perMinute: 220, tags: app("storefront"), spec: dynamo{readHalves: 2, writeUnits: 1, readsAWrite: 2, rcu: 5, rcuSwing: 12, wcu: 4, wcuSwing: 6, bytes: 300 << 20, itemBytes: 700}},
		{where: use, name: "carts/by-session", shape: shapeDiurnal, perMinute: 110, spec: dynamo{table: "carts", readHalves: 1, writeUnits: 1, readsAWrite: 2, rcu: 3, wcu: 2, bytes: 60 << 20, itemBytes: 130, throttled: 0.04}},
		{where: use, name: "sessions", shape: shapeBursty, perMinute: 70, tags: app("storefront"), spec: dynamo{onDemand: true, switched: 0.6, readHalves: 1, writeUnits: 1, readsAWrite: 1, rcu: 10, wcu: 8, bytes: 110 << 20, itemBytes: 300}},
		{where: use, name: "catalog", shape: shapeSteady, perMinute: 30, tags: app("search"), spec: dynamo{onDemand: true, infrequent: true, readHalves: 4, writeUnits: 3, readsAWrite: 40, bytes: 24 << 30, itemBytes: 5200}},
		{where: use, name: "audit-log", shape: shapeSteady, perMinute: 25, tags: app("analytics"), spec: dynamo{onDemand: true, writeUnits: 1, readsAWrite: 1, bytes: 3 << 30, itemBytes: 480}},
		{where: use, name: "profiles", shape: shapeDiurnal, perMinute: 60, tags: app("identity"), spec: dynamo{onDemand: true, readHalves: 1, writeUnits: 1, readsAWrite: 9, bytes: 2 << 30, itemBytes: 900, replicas: []string{euw}}},
		{where: use, name: "feature-flags", shape: shapeNever, tags: map[string]string{"app": "platform", "note": hostile}, spec: dynamo{rcu: 5, wcu: 5, bytes: 40 << 10, itemBytes: 200}},
		{where: use, name: "old-coupons", shape: shapeSteady, perMinute: 12, to: 0.6, deleted: true, spec: dynamo{onDemand: true, readHalves: 1, writeUnits: 1, readsAWrite: 4}},
		{where: euw, name: "device-state", shape: shapeSteady, perMinute: 90, tags: app("iot"), spec: dynamo{readHalves: 1, writeUnits: 1, readsAWrite: 1, rcu: 6, wcu: 6, bytes: 200 << 20, itemBytes: 250}},
		{where: euw, name: "unused-table", shape: shapeNever, spec: dynamo{onDemand: true, bytes: 3 << 30, itemBytes: 1000}},
	}
	for _, t := range list {
		s := t.spec.(dynamo)
		s.switchedAt = w.at(s.switched) / 1000
		t.spec = s
		path := t.name
		if s.table != "" {
			path = s.table + "/index/" + t.indexName()
		}
		t.arn = fmt.Sprintf("arn:aws:dynamodb:%s:%s:table/%s", t.where, AccountID, path)
		t.bill = billTable
		t.metrics = dynamoMetrics(t, &s)
	}
	return list
}

// indexName is the name of a global secondary index, without its table's.
func (t *thing) indexName() string { return t.name[len(t.spec.(dynamo).table)+1:] }

// provisioned tells whether capacity is provisioned in a minute.
func (s *dynamo) provisioned(minute int64) bool {
	return !s.onDemand || s.switched > 0 && minute < s.switchedAt
}

// capacity is what is provisioned in a minute's hour, by scaling more by day.
func (s *dynamo) capacity(minute int64) (rcu, wcu int64) {
	day := dayWave(minute - minute%3600)
	return s.rcu + int64(day*float64(s.rcuSwing)), s.wcu + int64(day*float64(s.wcuSwing))
}

// reads and writes are how many requests of a minute there are.
func (s *dynamo) reads(t *thing, minute int64) int64 {
	if s.readHalves == 0 {
		return 0
	}
	return t.arrivals(minute, 0)
}

func (s *dynamo) writes(t *thing, minute int64) int64 {
	if s.writeUnits == 0 {
		return 0
	}
	return t.arrivals(minute, 1) / s.readsAWrite
}

// size is what the table holds at an instant: a tenth of what is written is
// new.
func (s *dynamo) size(t *thing, at int64) (bytes, items int64) {
	if s.itemBytes == 0 {
		return 0, 0
	}
	bytes = s.bytes
	if s.writeUnits > 0 && t.shape != shapeNever {
		perMinute := t.perMinute / float64(s.readsAWrite) * float64(s.writeUnits) * 100
		bytes += int64(perMinute * float64(max(0, at-t.start)/60))
	}
	return bytes, bytes / s.itemBytes
}

// billTable bills a minute's requests, and capacity and storage by the hour.
func billTable(t *thing, minute int64, add func(string, int64)) {
	s := t.spec.(dynamo)
	class, storage, write := "", "storage-standard", "on-demand-write"
	if s.infrequent {
		class, storage = "ia-", "ia-storage"
	}
	if len(s.replicas) > 0 {
		write = "replicated-write-on-demand (global tables)"
	}
	if minute%3600 == 0 {
		bytes, items := s.size(t, minute)
		bytes += itemOverhead * items
		if len(s.replicas) > 0 {
			bytes += replicaBytes * items
		}
		add(storage, gbHours(bytes, minute))
		if s.pitr {
			add("pitr-storage", gbHours(bytes, minute))
		}
		if s.provisioned(minute) {
			rcu, wcu := s.capacity(minute)
			add(class+"provisioned-read", rcu)
			add(class+"provisioned-write", wcu)
		}
	}
	if !s.provisioned(minute) {
		add(class+"on-demand-read", s.reads(t, minute)*s.readHalves)
		add(class+write, s.writes(t, minute)*s.writeUnits)
	}
}

func dynamoMetrics(t *thing, s *dynamo) []thingMetric {
	dims := []dimension{{dimTableName, t.name}}
	if s.table != "" {
		dims = []dimension{{dimTableName, s.table}, {dimIndexName, t.indexName()}}
	}
	metric := func(name string, at func(*thing, int64, func(int64, uint32))) thingMetric {
		return thingMetric{namespace: nsDynamoDB, name: name, dims: dims, at: at}
	}
	throttles := func(t *thing, minute int64, emit func(int64, uint32)) {
		if dayWave(minute) > 0.4 && t.draw(minute, 0, 3) < s.throttled {
			emit(100, 1+uint32(t.draw(minute, 1, 3)*20))
		}
	}
	list := []thingMetric{
		metric("ConsumedReadCapacityUnits", func(t *thing, minute int64, emit func(int64, uint32)) {
			emit(50*s.readHalves, uint32(s.reads(t, minute)))
		}),
		metric("ConsumedWriteCapacityUnits", func(t *thing, minute int64, emit func(int64, uint32)) {
			emit(100*s.writeUnits, uint32(s.writes(t, minute)))
		}),
		metric("WriteThrottleEvents", throttles),
	}
	list = append(list, capacityMetrics(s, metric)...)
	if s.table == "" {
		list = append(list, dynamoLatency(s, dims)...)
	}
	return list
}

func capacityMetrics(s *dynamo, metric func(string, func(*thing, int64, func(int64, uint32))) thingMetric) []thingMetric {
	if s.onDemand && s.switched == 0 {
		return nil
	}
	list := []thingMetric{
		metric("ProvisionedReadCapacityUnits", func(_ *thing, minute int64, emit func(int64, uint32)) {
			if rcu, _ := s.capacity(minute); s.provisioned(minute) {
				emit(rcu*100, 1)
			}
		}),
		metric("ProvisionedWriteCapacityUnits", func(_ *thing, minute int64, emit func(int64, uint32)) {
			if _, wcu := s.capacity(minute); s.provisioned(minute) {
				emit(wcu*100, 1)
			}
		}),
	}
	for i := range list {
		list[i].every = capacityEveryS
	}
	return list
}

// dynamoLatency are the times of a table's operations.
func dynamoLatency(s *dynamo, dims []dimension) []thingMetric {
	one := func(operation string, n func(*thing, int64) int64, least int64) thingMetric {
		return thingMetric{
			namespace: nsDynamoDB, name: "SuccessfulRequestLatency", dims: append(dims[:1:1], dimension{"Operation", operation}),
			at: func(t *thing, minute int64, emit func(int64, uint32)) {
				if n := n(t, minute); n > 1 {
					emit(least+int64(t.draw(minute, 0, 4)*80), uint32(n-n/20))
					emit(2*least+int64(t.draw(minute, 1, 4)*1200), uint32(n/20))
				}
			},
		}
	}
	return []thingMetric{one("GetItem", s.reads, 190), one("PutItem", s.writes, 340)}
}
