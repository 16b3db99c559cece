package awstest

import (
	"cmp"
	"fmt"
	"sync"

	"github.com/shopspring/decimal"
)

const (
	nsKinesis    = "AWS/Kinesis"
	putUnit      = 25 << 10 // bytes of a record that are billed as one unit
	onDemandUnit = 1 << 10  // bytes that a record is rounded up to
	dimStream    = "StreamName"
	dimConsumer  = "ConsumerName"
	onwards      = 9 // a life that goes on behind the history
)

// stream describes a simulated stream, or a consumer of enhanced fan-out.
type stream struct {
	onDemand           bool
	shards             int64
	retentionH         int64
	batch              int64 // records a call puts
	minBytes, maxBytes int64
	readers            int64 // each reads everything
	encrypted          bool
	from               *thing // of a consumer
	memory             *streamMemory
}

// streamMemory keeps what hours added up to, in KB as they are billed, since
// what a stream holds is their sum.
type streamMemory struct {
	mu    sync.Mutex
	hours map[int64]int64
}

// Prices of Kinesis Data Streams in us-east-1, of infracost's golden files
// (2024-07).
var _ = simulate(simulated{
	name: "kinesis", signing: "kinesis", iam: "kinesis", protocol: protocolJSON11,
	handlers: map[string]func(*Server, *call) (reply, *apiError){
		"ListStreams":           (*Server).listStreams,
		"DescribeStreamSummary": (*Server).describeStream,
		"ListStreamConsumers":   (*Server).listStreamConsumers,
	},
	things: kinesisThings,
	prices: map[string]dimensionPrices{
		"shard":                        flat("0.015", ""),
		"put-payload-unit":             flat("0.000000014", ""),
		"extended-retention-7d":        flat("0.02", ""),
		"long-term-retention":          flat("0.023", ""),
		"enhanced-fan-out-data":        flat("0.013", ""),
		"enhanced-fan-out-consumer":    flat("0.015", ""),
		"on-demand-stream":             flat("0.04", ""),
		"on-demand-data-in":            flat("0.08", ""),
		"on-demand-data-out":           flat("0.04", ""),
		"on-demand-extended-retention": flat("0.1", ""),
	},
	units: map[string]decimal.Decimal{
		"on-demand-data-in": d("1048576"), "on-demand-data-out": d("1073741824"), "enhanced-fan-out-data": d("1073741824"),
		"on-demand-extended-retention": gbMonth, "long-term-retention": gbMonth,
	},
})

func kinesisThings(window) []*thing {
	app := func(name string) map[string]string { return map[string]string{"app": name} }
	list := []*thing{
		{where: use, name: "clickstream", shape: shapeSteady, perMinute: 40, tags: app("analytics"), spec: stream{shards: 2, retentionH: 24, batch: 1, minBytes: 300, maxBytes: 9000, readers: 1}},
		{where: use, name: "audit-trail", shape: shapeSteady, perMinute: 20, from: 0.55, to: onwards, tags: app("platform"), spec: stream{onDemand: true, shards: 4, retentionH: 72, batch: 5, minBytes: 200, maxBytes: 4000, readers: 1, encrypted: true}},
		{where: use, name: "telemetry", shape: shapeDiurnal, perMinute: 25, from: 0.5, to: onwards, tags: app("iot"), spec: stream{shards: 1, retentionH: 24, batch: 3, minBytes: 100, maxBytes: 60_000}},
		{where: use, name: "telemetry/rules", from: 0.7, to: onwards},
		{where: use, name: "replay-archive", shape: shapeBursty, perMinute: 8, from: 0.6, to: onwards, tags: app("analytics"), spec: stream{shards: 1, retentionH: 200, batch: 1, minBytes: 20_000, maxBytes: 40_000}},
		{where: use, name: "idle-stream", shape: shapeNever, from: 0.9, to: onwards, tags: map[string]string{"note": hostile}, spec: stream{shards: 1, retentionH: 24, batch: 1}},
		{where: use, name: "old-feed", shape: shapeConstant, perMinute: 200, from: 0.55, to: 0.7, deleted: true, spec: stream{shards: 1, retentionH: 24, batch: 1, minBytes: 100, maxBytes: 200}},
	}
	for _, t := range list {
		t.arn = fmt.Sprintf("arn:aws:kinesis:%s:%s:stream/%s", t.where, AccountID, t.name)
		if t.name == "telemetry/rules" {
			of := list[2]
			t.arn = of.arn + "/consumer/rules:1760000000"
			t.spec = stream{shards: 1, from: of, batch: 1}
		}
		s := t.spec.(stream)
		s.memory = &streamMemory{hours: map[int64]int64{}}
		t.spec, t.bill = s, billStream
		t.metrics = streamMetrics(t, &s)
	}
	return list
}

// bytes is the size of a minute's i-th record.
func (s *stream) bytes(t *thing, minute, i int64) int64 {
	return s.minBytes + int64(t.draw(minute, i, 1)*t.draw(minute, i, 2)*float64(s.maxBytes-s.minBytes))
}

// put adds up a minute's records.
func (s *stream) put(t *thing, minute int64) (records, bytes, units, kb int64) {
	records = t.arrivals(minute, 0)
	for i := range records {
		b := s.bytes(t, minute, i)
		bytes, units, kb = bytes+b, units+chunks(b, putUnit), kb+chunks(b, onDemandUnit)
	}
	return records, bytes, units, kb
}

// holds is how much of the records older than young and not older than old
// hours, in bytes rounded up to KB, a stream holds at a full hour.
func (s *stream) holds(t *thing, at, young, old int64) int64 {
	s.memory.mu.Lock()
	defer s.memory.mu.Unlock()
	kb := int64(0)
	for hour := at - old*3600; hour < at-young*3600; hour += 3600 {
		sum, known := s.memory.hours[hour]
		if !known {
			for minute := hour; minute < hour+3600; minute += 60 {
				_, _, _, n := s.put(t, minute)
				sum += n
			}
			s.memory.hours[hour] = sum
		}
		kb += sum
	}
	return kb * onDemandUnit
}

// billStream bills a minute's records one by one, and shards, streams and
// what they hold by the hour.
func billStream(t *thing, minute int64, add func(string, int64)) {
	s := t.spec.(stream)
	full := minute%3600 == 0 || t.from > 0 && minute == t.start // an hour begun
	if s.from != nil {
		of := s.from.spec.(stream)
		_, bytes, _, _ := of.put(s.from, minute)
		add("enhanced-fan-out-data", bytes)
		if full {
			add("enhanced-fan-out-consumer", s.shards)
		}
		return
	}
	_, bytes, units, kb := s.put(t, minute)
	if s.onDemand {
		add("on-demand-data-in", kb)
		add("on-demand-data-out", bytes*s.readers)
	} else {
		add("put-payload-unit", units)
	}
	if !full {
		return
	}
	switch {
	case s.onDemand:
		add("on-demand-stream", 1)
		if s.retentionH > 24 {
			add("on-demand-extended-retention", gbHours(s.holds(t, minute, 24, min(168, s.retentionH)), minute))
		}
	default:
		add("shard", s.shards)
		if s.retentionH > 24 {
			add("extended-retention-7d", s.shards)
		}
	}
	if s.retentionH > 168 {
		add("long-term-retention", gbHours(s.holds(t, minute, 168, s.retentionH), minute))
	}
}

func streamMetrics(t *thing, s *stream) []thingMetric {
	dims := []dimension{{dimStream, t.name}}
	if s.from != nil {
		dims = []dimension{{dimStream, s.from.name}, {dimConsumer, t.name[len(s.from.name)+1:]}}
	}
	metric := func(name string, at func(*thing, int64, func(int64, uint32))) thingMetric {
		return thingMetric{namespace: nsKinesis, name: name, dims: dims, at: at}
	}
	// total emits what a minute's records add up to, times n.
	total := func(of *thing, n int64, what func(records, bytes int64) int64) func(*thing, int64, func(int64, uint32)) {
		return func(t *thing, minute int64, emit func(int64, uint32)) {
			from := cmp.Or(of, t)
			spec := from.spec.(stream)
			if records, bytes, _, _ := spec.put(from, minute); records > 0 {
				emit(what(records, bytes)*n*100, 1)
			}
		}
	}
	count := func(records, _ int64) int64 { return records }
	size := func(_, bytes int64) int64 { return bytes }
	late := func(t *thing, minute int64, emit func(int64, uint32)) { emit(int64(t.draw(minute, 0, 3)*90_000), 1) }
	if s.from != nil {
		return []thingMetric{
			metric("SubscribeToShardEvent.Bytes", total(s.from, 1, size)), metric("SubscribeToShardEvent.Records", total(s.from, 1, count)),
			metric("SubscribeToShardEvent.MillisBehindLatest", late),
		}
	}
	// As on AWS, a datum of what was put is a call's.
	calls := func(what func(records, bytes int64) int64) func(*thing, int64, func(int64, uint32)) {
		return func(t *thing, minute int64, emit func(int64, uint32)) {
			n := t.arrivals(minute, 0)
			for i := int64(0); i < n; i += s.batch {
				records, bytes := min(s.batch, n-i), int64(0)
				for j := i; j < i+records; j++ {
					bytes += s.bytes(t, minute, j)
				}
				emit(what(records, bytes)*100, 1)
			}
		}
	}
	list := []thingMetric{metric("IncomingRecords", calls(count)), metric("IncomingBytes", calls(size))}
	if s.readers > 0 {
		list = append(
			list, metric("GetRecords.Bytes", total(nil, s.readers, size)), metric("GetRecords.Records", total(nil, s.readers, count)),
			metric("GetRecords.IteratorAgeMilliseconds", late),
		)
	}
	return list
}

// streams are the live streams of a region, without consumers.
func (s *Server) streams(where string) []*thing {
	var out []*thing
	for _, t := range s.acct.region(where).thingsOf("kinesis") {
		if t.spec.(stream).from == nil {
			out = append(out, t)
		}
	}
	return out
}

func (s *Server) listStreams(c *call) (reply, *apiError) {
	const most = 2 // less than AWS's 100, so that small accounts page too
	var in struct {
		ExclusiveStartStreamName string
		Limit                    int
	}
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	names := []string{}
	more := false
	for _, t := range s.streams(c.region) {
		if t.name <= in.ExclusiveStartStreamName {
			continue
		}
		if more = len(names) == most; more {
			break
		}
		names = append(names, t.name)
	}
	return jsonReply(map[string]any{"StreamNames": names, "HasMoreStreams": more})
}

func (s *Server) describeStream(c *call) (reply, *apiError) {
	var in struct{ StreamName string }
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	t := s.acct.region(c.region).thingNamed("kinesis", in.StreamName)
	if t == nil || t.spec.(stream).from != nil {
		return reply{}, &apiError{400, "ResourceNotFoundException", "Stream " + in.StreamName + " under account " + AccountID + " not found."}
	}
	spec := t.spec.(stream)
	mode, encryption := "PROVISIONED", "NONE"
	if spec.onDemand {
		mode = "ON_DEMAND"
	}
	if spec.encrypted {
		encryption = "KMS"
	}
	return jsonReply(map[string]any{"StreamDescriptionSummary": map[string]any{
		"StreamName": t.name, "StreamARN": t.arn, "StreamStatus": "ACTIVE", "StreamModeDetails": map[string]any{"StreamMode": mode},
		"RetentionPeriodHours": spec.retentionH, "StreamCreationTimestamp": t.began(), "EncryptionType": encryption, "KeyId": PlantedSecret,
		"OpenShardCount": spec.shards, "ConsumerCount": len(s.consumersOf(c.region, t)), "EnhancedMonitoring": []map[string]any{{"ShardLevelMetrics": []string{}}},
	}})
}

// began is when the stream was made: that of the whole history, before it.
func (t *thing) began() int64 {
	if t.from == 0 {
		return t.start - 90*daySeconds
	}
	return t.start
}

// consumersOf are a stream's live consumers.
func (s *Server) consumersOf(where string, of *thing) []*thing {
	var out []*thing
	for _, t := range s.acct.region(where).thingsOf("kinesis") {
		if t.spec.(stream).from == of {
			out = append(out, t)
		}
	}
	return out
}

func (s *Server) listStreamConsumers(c *call) (reply, *apiError) {
	var in struct{ StreamARN, NextToken string }
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	of := s.acct.region(c.region).thingNamed("kinesis", in.StreamARN)
	if of == nil {
		return reply{}, &apiError{400, "ResourceNotFoundException", "Stream " + in.StreamARN + " not found."}
	}
	list := []map[string]any{}
	for _, t := range s.consumersOf(c.region, of) {
		list = append(list, map[string]any{
			"ConsumerName": t.name[len(of.name)+1:], "ConsumerARN": t.arn, "ConsumerStatus": "ACTIVE", "ConsumerCreationTimestamp": t.began(),
		})
	}
	return jsonReply(map[string]any{"Consumers": list})
}
