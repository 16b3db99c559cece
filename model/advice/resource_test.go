package advice

import (
	"cmp"
	"encoding/json"
	"slices"
	"testing"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/price"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// resource is one of any service but Lambda, in a window of 720 hours.
func resource(service, config string, lines []model.LineItem, metrics ...model.MetricSummary) Subject {
	r := &model.Resource{
		Key:    model.ResourceKey{Account: "123456789012", Region: "us-east-1", Service: service, ID: unit.ResourceID("arn:aws:" + service + ":us-east-1:123456789012:it's $(one)"), Name: "it's $(one)"},
		Config: json.RawMessage(config), LineItems: lines, Metrics: metrics,
	}
	s := Subject{Resource: r, Window: window, Coverage: model.Coverage{Metrics: 1, Reports: 1}, Prices: NewPrices(price.Embedded())}
	r.Cost = sum(lines, "")
	r.Monthly = s.monthly(r.Cost)
	return s
}

// summed is a metric's sum over hourly periods, the same in each.
func summed(metric string, sum float64) model.MetricSummary {
	return model.MetricSummary{Metric: metric, Stat: "Sum", N: 720, Sum: sum, Max: sum / 720, Last: sum / 720, PerSecond: sum / 720 / 3600}
}

// highest is a metric's maximum.
func highest(metric string, v float64) model.MetricSummary {
	return model.MetricSummary{Metric: metric, Stat: "Maximum", N: 720, Sum: 720 * v, Min: v, Max: v, Last: v}
}

// feeding connects a resource to a function that fails n of 1,000 times.
func feeding(s Subject, failed int64) Subject {
	f := subject(nil).Function
	f.Signals.Invocations, f.Signals.Errors = 1000, failed
	s.Account = NewAccount([]model.Edge{{From: s.Key().ID, To: f.Key.ID, Kind: model.EdgeFeeds}}, []*model.Function{f}, []*model.Resource{s.Resource})
	return s
}

// calling connects a resource to a function whose longest run is known.
func calling(s Subject, maxMs float64) Subject {
	f := subject(nil).Function
	f.Signals.MaxMs = maxMs
	s.Account = NewAccount([]model.Edge{{From: s.Key().ID, To: f.Key.ID, Kind: model.EdgeInvokes}}, []*model.Function{f}, nil)
	return s
}

// catching makes a resource the dead-letter queue of another.
func catching(s Subject) Subject {
	s.Account = NewAccount([]model.Edge{{From: "arn:other", To: s.Key().ID, Kind: model.EdgeDeadLetter}}, nil, []*model.Resource{s.Resource})
	return s
}

type resourceCase struct {
	name, rule string
	fires      bool
	subject    Subject
}

func checkCases(t *testing.T, cases []resourceCase) {
	for _, c := range cases {
		t.Run(c.rule+" "+c.name, func(t *testing.T) {
			all := For(c.subject)
			i := slices.IndexFunc(all, func(a model.Advice) bool { return a.Rule == c.rule })
			if (i >= 0) != c.fires {
				t.Fatalf("%s fires: %v", c.rule, i >= 0)
			}
			for _, a := range all {
				checkWhole(t, a)
				if s, most := a.Saving, c.subject.total(); !s.Unknown && s.High.Cmp(most.High) > 0 {
					t.Errorf("%s saves %v of %v", a.Rule, s, most)
				}
			}
		})
	}
}

func changed(s Subject, days int) Subject {
	s.Resource.ChangedAt = window.To.AddDate(0, 0, -days)
	return s
}

func TestQueueRules(t *testing.T) {
	requests := []model.LineItem{line("standard-requests", "1000000", "0.4")}
	const short, long = `{"receive_wait_s":0,"retention_s":345600}`, `{"receive_wait_s":20}`
	empty := func(n float64) model.MetricSummary { return summed("NumberOfEmptyReceives", n) }
	checkCases(t, []resourceCase{
		{"half of a million empty", "sqs-empty-receives", true, resource("sqs", short, requests, empty(500_000), summed("NumberOfMessagesReceived", 500_000))},
		{"just under half", "sqs-empty-receives", false, resource("sqs", short, requests, empty(499_999), summed("NumberOfMessagesReceived", 500_001))},
		{"few", "sqs-empty-receives", false, resource("sqs", short, requests, empty(99_999))},
		{"long polling already", "sqs-empty-receives", false, resource("sqs", long, requests, empty(900_000))},
		// 648,000 are Lambda's: 15 a minute of 720 hours.
		{"Lambda polls", "sqs-empty-receives", false, feeding(resource("sqs", short, requests, empty(747_999)), 0)},
		{"Lambda polls, and something else", "sqs-empty-receives", true, feeding(resource("sqs", short, requests, empty(1_400_000)), 0)},
		{"no message", "sqs-unused", true, resource("sqs", short, nil, empty(0))},
		{"one message", "sqs-unused", false, resource("sqs", short, nil, summed("NumberOfMessagesSent", 1))},
		{"one waiting", "sqs-unused", false, resource("sqs", short, nil, highest("ApproximateNumberOfMessagesVisible", 1))},
		{"a dead-letter queue", "sqs-unused", false, catching(resource("sqs", short, nil))},
		{"made 14 days ago", "sqs-unused", false, changed(resource("sqs", short, nil), 14)},
		{"made 15 days ago", "sqs-unused", true, changed(resource("sqs", short, nil), 15)},
		{"failed messages wait", "sqs-dead-letter-unread", true, catching(resource("sqs", short, nil, highest("ApproximateNumberOfMessagesVisible", 1)))},
		{"nothing waits", "sqs-dead-letter-unread", false, catching(resource("sqs", short, nil))},
		{"somebody deletes", "sqs-dead-letter-unread", false, catching(resource("sqs", short, nil, highest("ApproximateNumberOfMessagesVisible", 1), summed("NumberOfMessagesDeleted", 1)))},
		{"not a dead-letter queue", "sqs-dead-letter-unread", false, resource("sqs", short, nil, highest("ApproximateNumberOfMessagesVisible", 1))},
		{"consumer fails 5 %", "sqs-no-dead-letter", true, feeding(resource("sqs", short, nil), 50)},
		{"consumer fails 4.9 %", "sqs-no-dead-letter", false, feeding(resource("sqs", short, nil), 49)},
		{"there is one", "sqs-no-dead-letter", false, feeding(resource("sqs", `{"dead_letter_arn":"arn:dlq"}`, nil), 50)},
	})
}

// All of 1,000,000 requests are empty receives of queues that do not wait:
// 0.40 USD x 730/720 = 0.4056; of them 19 in 20 go, and at least half that.
func TestEmptyReceivesSaving(t *testing.T) {
	s := resource("sqs", `{"receive_wait_s":0}`, []model.LineItem{line("standard-requests", "1000000", "0.4")}, summed("NumberOfEmptyReceives", 1_000_000))
	wantSaving(t, one(t, "sqs-empty-receives", s), "0.1926", "0.3853", "0.4056")
}

func TestAPIRules(t *testing.T) {
	calls := []model.LineItem{line("rest-requests", "1000000", "3.5"), line("rest-cache-0.5GB", "720", "14.4")}
	const plain = `{"api_type":"rest","measured":true,"methods":3,"stages":[{"name":"prod"}]}`
	const cached = `{"api_type":"rest","measured":true,"methods":3,"rest_only":["cache"],"stages":[{"name":"prod","cache_gb":"0.5"}]}`
	n := summed("Count", 1_000_000)
	hits := func(hit, miss float64) []model.MetricSummary {
		return []model.MetricSummary{n, summed("CacheHitCount", hit), summed("CacheMissCount", miss)}
	}
	checkCases(t, []resourceCase{
		{"nothing REST-only", "apigateway-http", true, resource("apigateway", plain, calls, n)},
		{"a REST-only feature", "apigateway-http", false, resource("apigateway", cached, calls, n)},
		{"methods not read", "apigateway-http", false, resource("apigateway", `{"api_type":"rest","measured":true}`, calls, n)},
		{"shared metrics", "apigateway-http", false, resource("apigateway", `{"api_type":"rest","measured":true,"methods":3,"same_name":["b"]}`, calls, n)},
		{"HTTP already", "apigateway-http", false, resource("apigateway", `{"api_type":"http","measured":true}`, []model.LineItem{line("http-requests", "1000000", "1")}, n)},
		{"never asked", "apigateway-cache", true, resource("apigateway", cached, calls, n)},
		{"9.9 % hits", "apigateway-cache", true, resource("apigateway", cached, calls, hits(99_000, 901_000)...)},
		{"10 % hits", "apigateway-cache", false, resource("apigateway", cached, calls, hits(100_000, 900_000)...)},
		{"no cache", "apigateway-cache", false, resource("apigateway", plain, calls, n)},
		{"no call", "apigateway-unused", true, resource("apigateway", plain, nil)},
		{"one call", "apigateway-unused", false, resource("apigateway", plain, nil, summed("Count", 1))},
		{"not measured", "apigateway-unused", false, resource("apigateway", `{"api_type":"rest","methods":3}`, nil)},
	})
	// 1 - 1.00/3.50 of 3.50 USD x 730/720.
	wantSaving(t, one(t, "apigateway-http", resource("apigateway", plain, calls[:1], n)), "2.3319", "2.5347", "2.5347")
}

func TestMachineRules(t *testing.T) {
	lines := []model.LineItem{line("standard-state-transitions", "1000000", "25")}
	run := func(n, longestMs, totalMs float64) []model.MetricSummary {
		return []model.MetricSummary{summed("ExecutionsStarted", n), highest("ExecutionTime", longestMs), summed("ExecutionTime", totalMs)}
	}
	const plain = `{"type":"STANDARD","states":5}`
	checkCases(t, []resourceCase{
		{"short and plain", "stepfunctions-express", true, resource("stepfunctions", plain, lines, run(200_000, 240_000, 2e8)...)},
		{"longer than four minutes", "stepfunctions-express", false, resource("stepfunctions", plain, lines, run(200_000, 240_001, 2e8)...)},
		{"callbacks", "stepfunctions-express", false, resource("stepfunctions", `{"type":"STANDARD","states":5,"callbacks":true}`, lines, run(200_000, 1000, 2e8)...)},
		{"activities", "stepfunctions-express", false, resource("stepfunctions", `{"type":"STANDARD","states":5,"activities":true}`, lines, run(200_000, 1000, 2e8)...)},
		{"jobs waited for", "stepfunctions-express", false, resource("stepfunctions", `{"type":"STANDARD","states":5,"sync":true}`, lines, run(200_000, 1000, 2e8)...)},
		{"definition not read", "stepfunctions-express", false, resource("stepfunctions", `{"type":"STANDARD"}`, lines, run(200_000, 1000, 2e8)...)},
		{"Express already", "stepfunctions-express", false, resource("stepfunctions", `{"type":"EXPRESS","states":5}`, []model.LineItem{line("express-requests", "200000", "0.2")}, run(200_000, 1000, 2e8)...)},
		{"dearer as Express", "stepfunctions-express", false, resource("stepfunctions", plain, []model.LineItem{line("standard-state-transitions", "1000", "0.025")}, run(1000, 240_000, 2.4e8)...)},
		{"few executions", "stepfunctions-express", false, resource("stepfunctions", plain, lines, run(99, 1000, 99_000)...)},
		{"a function that takes longer", "stepfunctions-express", false, calling(resource("stepfunctions", plain, lines, run(200_000, 1000, 2e8)...), 240_001)},
		{"a function that is quick", "stepfunctions-express", true, calling(resource("stepfunctions", plain, lines, run(200_000, 1000, 2e8)...), 240_000)},
		{"not started", "stepfunctions-unused", true, resource("stepfunctions", plain, nil)},
		{"started once", "stepfunctions-unused", false, resource("stepfunctions", plain, nil, summed("ExecutionsStarted", 1))},
	})
	// 200,000 executions of 1 s: 0.20 + (1.05 s x 200,000 x 64/1,024 GB) x
	// 0.00001667 = 0.4188 USD instead of 25, times 730/720.
	a := one(t, "stepfunctions-express", resource("stepfunctions", plain, lines, run(200_000, 2000, 2e8)...))
	if got := a.Saving.Likely.StringFixed(4); got != "24.9226" {
		t.Errorf("saves %s", got)
	}
}

func TestLogRules(t *testing.T) {
	const forever, kept = `{"class":"standard"}`, `{"class":"standard","retention_days":30}`
	// Per month of 730 hours: 10 GB stored, and 10 GB that come in for 5 USD.
	lines := []model.LineItem{line("logs-ingest-standard", "10", "5"), line("logs-storage", "10", "0.3")}
	in := func(gb float64) model.MetricSummary { return summed("IncomingBytes", gb*gib) }
	writing := func(s Subject, calls int64) Subject {
		f := subject(nil).Function
		f.Signals.Invocations = calls
		s.Account = NewAccount([]model.Edge{{From: f.Key.ID, To: s.Key().ID, Kind: model.EdgeLogs}}, []*model.Function{f}, nil)
		return s
	}
	checkCases(t, []resourceCase{
		{"kept for ever", "logs-retention", true, resource("cloudwatch_logs", forever, lines, in(10))},
		{"kept for a month", "logs-retention", false, resource("cloudwatch_logs", kept, lines, in(10))},
		{"less than a cent", "logs-retention", false, resource("cloudwatch_logs", forever, []model.LineItem{line("logs-storage", "0.3", "0.0098")}, in(10))},
		{"half of 5 USD", "logs-class", true, resource("cloudwatch_logs", kept, lines, in(10))},
		{"half of 1.97 USD", "logs-class", false, resource("cloudwatch_logs", kept, []model.LineItem{line("logs-ingest-standard", "3.94", "1.97")}, in(3.94))},
		{"a metric filter", "logs-class", false, resource("cloudwatch_logs", `{"class":"standard","metric_filters":1}`, lines, in(10))},
		{"infrequent already", "logs-class", false, resource("cloudwatch_logs", `{"class":"infrequent-access"}`, lines, in(10))},
		{"8 KB a call", "logs-volume", true, writing(resource("cloudwatch_logs", kept, lines, in(10)), 10*gib/chattyBytes)},
		{"just less", "logs-volume", false, writing(resource("cloudwatch_logs", kept, lines, in(10)), 10*gib/chattyBytes+1)},
		{"no function writes it", "logs-volume", false, resource("cloudwatch_logs", kept, lines, in(10))},
		{"nothing comes in", "logs-unused", true, resource("cloudwatch_logs", forever, lines[1:])},
		{"something does", "logs-unused", false, resource("cloudwatch_logs", forever, lines[1:], in(0.001))},
	})
	// 10 GB x 730/720 = 10.139 GB, of which 90 days x 0.1/3 GB x 15 % = 0.45
	// stay: 95.6 % of 0.3042 USD.
	a := one(t, "logs-retention", resource("cloudwatch_logs", forever, lines[1:], in(1)))
	wantSaving(t, a, "0.0000", "0.2907", "0.3042")
}

func TestTableRules(t *testing.T) {
	const onDemand, provisioned = `{"capacity_mode":"on-demand","table_class":"standard"}`, `{"capacity_mode":"provisioned","table_class":"standard","rcu":100,"wcu":10}`
	const index = `{"capacity_mode":"on-demand","table_class":"standard","table":"t"}`
	units := func(metric string, perSecond, peak float64) model.MetricSummary {
		m := summed(metric, perSecond*720*3600)
		m.PerSecond = peak
		return m
	}
	// 100 read units a second are 259.2 million in 720 hours, 32.40 USD.
	reads := []model.LineItem{line("on-demand-read", "259200000", "32.4")}
	// 100 RCU and 10 WCU for 720 hours: 9.36 + 4.68 USD.
	stands := []model.LineItem{line("provisioned-read", "72000", "9.36"), line("provisioned-write", "7200", "4.68")}
	storage := line("storage-standard", "100", "25")
	storage.UnitPrice = unit.MustUSD("0.25")
	paid := line("on-demand-read", "80000000", "10")
	paid.UnitPrice = unit.MustUSD("0.000000125")
	dear := line("on-demand-read", "520000000", "65")
	dear.UnitPrice = paid.UnitPrice
	checkCases(t, []resourceCase{
		{"even", "dynamodb-provisioned", true, resource("dynamodb", onDemand, reads, units("ConsumedReadCapacityUnits", 100, 120))},
		// 100/0.41 of the peak: 243/0.7 x 0.00013 x 730 = 32.9 USD.
		{"peaks", "dynamodb-provisioned", false, resource("dynamodb", onDemand, reads, units("ConsumedReadCapacityUnits", 100, 243))},
		{"provisioned already", "dynamodb-provisioned", false, resource("dynamodb", provisioned, reads, units("ConsumedReadCapacityUnits", 100, 120))},
		{"hardly used", "dynamodb-on-demand", true, resource("dynamodb", provisioned, stands, units("ConsumedReadCapacityUnits", 1, 2))},
		// 50 a second cost 16.20 USD on demand, more than what stands.
		{"half used", "dynamodb-on-demand", false, resource("dynamodb", provisioned, stands, units("ConsumedReadCapacityUnits", 50, 60))},
		{"a fifth used", "dynamodb-capacity", true, resource("dynamodb", provisioned, stands, units("ConsumedReadCapacityUnits", 20, 30), units("ConsumedWriteCapacityUnits", 1, 2))},
		{"used up to the target", "dynamodb-capacity", false, resource("dynamodb", provisioned, stands, units("ConsumedReadCapacityUnits", 50, 70), units("ConsumedWriteCapacityUnits", 5, 7))},
		{"much storage", "dynamodb-class", true, resource("dynamodb", onDemand, []model.LineItem{storage, paid}, units("ConsumedReadCapacityUnits", 31, 40))},
		{"many requests", "dynamodb-class", false, resource("dynamodb", onDemand, []model.LineItem{storage, dear}, units("ConsumedReadCapacityUnits", 200, 240))},
		{"Standard-IA already", "dynamodb-class", false, resource("dynamodb", `{"capacity_mode":"on-demand","table_class":"standard-ia"}`, []model.LineItem{storage}, units("ConsumedReadCapacityUnits", 1, 1))},
		{"index not read", "dynamodb-idle-index", true, resource("dynamodb", index, reads, units("ConsumedWriteCapacityUnits", 1, 1))},
		{"index read once", "dynamodb-idle-index", false, resource("dynamodb", index, reads, summed("ConsumedReadCapacityUnits", 0.5))},
		{"a table", "dynamodb-idle-index", false, resource("dynamodb", onDemand, reads, units("ConsumedWriteCapacityUnits", 1, 1))},
		{"table not used", "dynamodb-unused", true, resource("dynamodb", onDemand, []model.LineItem{storage})},
		{"table written once", "dynamodb-unused", false, resource("dynamodb", onDemand, []model.LineItem{storage}, summed("ConsumedWriteCapacityUnits", 1))},
	})
	// 25 USD x (1 - 0.10/0.25) = 15.00 less 10 USD x (0.155/0.125 - 1) = 2.40,
	// times 730/720.
	wantSaving(t, one(t, "dynamodb-class", resource("dynamodb", onDemand, []model.LineItem{storage, paid}, units("ConsumedReadCapacityUnits", 31, 40))), "12.7750", "12.7750", "12.7750")
}

// An index's capacity changes with its table's: an even table with an index
// full of peaks stays as it is.
func TestTableCountsItsIndexes(t *testing.T) {
	table := resource("dynamodb", `{"capacity_mode":"on-demand","indexes":["i"]}`, []model.LineItem{line("on-demand-read", "259200000", "32.4")},
		model.MetricSummary{Metric: "ConsumedReadCapacityUnits", Stat: "Sum", N: 720, Sum: 259_200_000, PerSecond: 120})
	one(t, "dynamodb-provisioned", table)
	index := resource("dynamodb", `{"capacity_mode":"on-demand","table":"t"}`, []model.LineItem{line("on-demand-read", "2592000", "0.324")},
		model.MetricSummary{Metric: "ConsumedReadCapacityUnits", Stat: "Sum", N: 720, Sum: 2_592_000, PerSecond: 1000})
	index.Resource.Key.ID = table.Key().ID + "/index/i"
	table.Account = NewAccount(nil, nil, []*model.Resource{table.Resource, index.Resource})
	for _, a := range For(table) {
		t.Errorf("%s saves %v", a.Rule, a.Saving)
	}
}

func TestStreamRules(t *testing.T) {
	flow := func(recordsPerSecond, peak, bytesEach float64) []model.MetricSummary {
		records := summed("IncomingRecords", recordsPerSecond*720*3600)
		bytes := summed("IncomingBytes", recordsPerSecond*720*3600*bytesEach)
		records.PerSecond, bytes.PerSecond = peak, peak*bytesEach
		return []model.MetricSummary{records, bytes}
	}
	const ten, onDemand = `{"stream_mode":"provisioned","shards":10,"retention_h":24}`, `{"stream_mode":"on-demand","retention_h":24}`
	shards := []model.LineItem{line("shard", "7200", "108")}
	behind := func(h float64) model.MetricSummary {
		return highest("GetRecords.IteratorAgeMilliseconds", h*3.6e6)
	}
	// 1,000 records of 1 KB a second in 720 hours: 28.80 USD for the stream
	// and 2,471.9 GB at 0.08.
	paid := []model.LineItem{line("on-demand-stream", "720", "28.8"), line("on-demand-data-in", "2471.9", "197.75")}
	const week = `{"stream_mode":"provisioned","shards":1,"retention_h":168}`
	kept := []model.LineItem{line("shard", "720", "10.8"), line("extended-retention-7d", "720", "14.4")}
	checkCases(t, []resourceCase{
		{"four times the peak fits into 8", "kinesis-shards", true, resource("kinesis", ten, shards, flow(1000, 2000, 500)...)},
		{"four times the peak needs 10", "kinesis-shards", false, resource("kinesis", ten, shards, flow(1000, 2500, 400)...)},
		{"on demand", "kinesis-shards", false, resource("kinesis", onDemand, shards, flow(1, 1, 500)...)},
		{"little flows", "kinesis-on-demand", true, resource("kinesis", ten, shards, flow(10, 20, 500)...)},
		{"as much as shards cost", "kinesis-on-demand", false, resource("kinesis", ten, shards, flow(500, 800, 1000)...)},
		{"an even flow", "kinesis-provisioned", true, resource("kinesis", onDemand, paid, flow(1000, 1200, 1024)...)},
		// 4 x 5,000 records a second are 20 shards for 219 USD, and 36 for puts.
		{"peaks", "kinesis-provisioned", false, resource("kinesis", onDemand, paid, flow(1000, 5000, 1024)...)},
		{"consumers keep up", "kinesis-retention", true, resource("kinesis", week, kept, append(flow(1, 1, 100), behind(12))...)},
		{"a consumer fell behind", "kinesis-retention", false, resource("kinesis", week, kept, append(flow(1, 1, 100), behind(12.1))...)},
		{"a day is free", "kinesis-retention", false, resource("kinesis", ten, shards, append(flow(1, 1, 100), behind(1))...)},
		{"no record", "kinesis-unused", true, resource("kinesis", ten, shards)},
		{"made three days ago", "kinesis-unused", false, resource("kinesis", `{"stream_mode":"provisioned","created":"2026-11-20T00:00:00Z"}`, shards)},
		{"one record", "kinesis-unused", false, resource("kinesis", ten, shards, summed("IncomingRecords", 1))},
		{"a consumer that reads nothing", "kinesis-unused", true, resource("kinesis", `{"stream":"s"}`, []model.LineItem{line("enhanced-fan-out-consumer", "720", "10.8")})},
	})
}

// holds is a storage metric of a bucket, the same every day.
func holds(metric, of string, v float64) model.MetricSummary {
	return model.MetricSummary{Metric: metric, Stat: "Average StorageType=" + of, N: 30, Sum: 30 * v, Min: v, Max: v, Last: v}
}

func TestBucketRules(t *testing.T) {
	const counted, blind = `{"metrics_filter":"all"}`, `{}`
	const tb = 1024 * gib
	// 1,024 GB of Standard for 720 of 730 hours.
	lines := []model.LineItem{line("storage-standard", "1009.97", "23.23"), line("requests-tier2 (GET and all other)", "10000", "0.004")}
	bucket := func(config string, objects, readGB float64) Subject {
		return resource("s3", config, lines, holds("NumberOfObjects", "AllStorageTypes", objects), holds("BucketSizeBytes", "StandardStorage", tb),
			summed("AllRequests", 10_000), summed("BytesDownloaded", readGB*gib), summed("BytesUploaded", 0))
	}
	small := func(fillGB float64) Subject {
		return resource("s3", blind, []model.LineItem{line("storage-standard-ia", "98.63", "1.2329")}, holds("BucketSizeBytes", "StandardIASizeOverhead", fillGB*gib))
	}
	fewer := resource("s3", blind, []model.LineItem{line("storage-standard", "98.5", "2.26")}, holds("NumberOfObjects", "AllStorageTypes", 1000), holds("BucketSizeBytes", "StandardStorage", 99*gib))
	checkCases(t, []resourceCase{
		{"seldom read", "s3-class", true, bucket(counted, 1e6, 10)},
		// 10.5 USD a month less for storage, 1,024 GB read for 10.24.
		{"read once a month", "s3-class", false, bucket(counted, 1e6, 1024)},
		{"small objects", "s3-class", false, bucket(counted, tb/smallObject+1, 10)},
		{"requests not counted", "s3-class", false, bucket(blind, 1e6, 10)},
		{"moves already", "s3-class", false, bucket(`{"metrics_filter":"all","moves_to":["STANDARD_IA"]}`, 1e6, 10)},
		{"large and blind", "s3-lifecycle", true, bucket(blind, 1e6, 0)},
		{"a lifecycle", "s3-lifecycle", false, bucket(`{"lifecycle_rules":1}`, 1e6, 0)},
		{"requests counted", "s3-lifecycle", false, bucket(counted, 1e6, 0)},
		{"below 100 GB", "s3-lifecycle", false, fewer},
		{"a tenth is fill-up", "s3-small-objects", true, small(10)},
		{"less than a tenth", "s3-small-objects", false, small(9.9)},
		{"every version kept", "s3-versions", true, bucket(`{"versioned":true}`, 1e6, 0)},
		{"old versions end", "s3-versions", false, bucket(`{"versioned":true,"old_versions_expire":true}`, 1e6, 0)},
	})
}

func TestTopicRules(t *testing.T) {
	const heard, unheard = `{"subscriptions":{"sqs":1}}`, `{"pending":1}`
	paid := []model.LineItem{line("standard-publish", "1000000", "0.5")}
	published := summed("NumberOfMessagesPublished", 1_000_000)
	delivery := func(failed, delivered, kept float64) []model.MetricSummary {
		return []model.MetricSummary{published, summed("NumberOfNotificationsFailed", failed), summed("NumberOfNotificationsDelivered", delivered), summed("NumberOfNotificationsRedrivenToDlq", kept)}
	}
	checkCases(t, []resourceCase{
		{"nobody listens", "sns-no-subscriber", true, resource("sns", unheard, paid, published)},
		{"somebody does", "sns-no-subscriber", false, resource("sns", heard, paid, published)},
		{"somebody did", "sns-no-subscriber", false, resource("sns", unheard, paid, delivery(0, 10, 0)...)},
		{"not all were read", "sns-no-subscriber", false, resource("sns", `{"more":true}`, paid, published)},
		{"5 % lost", "sns-failing", true, resource("sns", heard, paid, delivery(50_000, 950_000, 0)...)},
		{"just under 5 % lost", "sns-failing", false, resource("sns", heard, paid, delivery(50_000, 950_000, 1)...)},
		{"few", "sns-failing", false, resource("sns", heard, paid, delivery(99, 1, 0)...)},
		{"no message", "sns-unused", true, resource("sns", heard, nil)},
		{"one message", "sns-unused", false, resource("sns", heard, nil, summed("NumberOfMessagesPublished", 1))},
	})
}

func TestEventRules(t *testing.T) {
	const on, off, none = `{"kind":"rule","state":"ENABLED","bus":"b","targets":1}`, `{"kind":"rule","state":"DISABLED","targets":1}`, `{"kind":"rule","state":"ENABLED","targets":0}`
	calls := func(all, failed, kept float64) []model.MetricSummary {
		return []model.MetricSummary{summed("Invocations", all), summed("MatchedEvents", all), summed("FailedInvocations", failed), summed("InvocationsSentToDlq", kept)}
	}
	held := []model.LineItem{line("archive-storage", "10", "0.23")}
	checkCases(t, []resourceCase{
		{"nothing matches", "eventbridge-unused", true, resource("eventbridge", on, nil)},
		{"one event", "eventbridge-unused", false, resource("eventbridge", on, nil, summed("MatchedEvents", 1))},
		{"switched off", "eventbridge-unused", false, resource("eventbridge", off, nil)},
		{"AWS's own", "eventbridge-unused", false, resource("eventbridge", `{"kind":"rule","state":"ENABLED","targets":1,"managed_by":"x.amazonaws.com"}`, nil)},
		{"a bus", "eventbridge-unused", false, resource("eventbridge", `{"kind":"bus"}`, nil)},
		{"events for nobody", "eventbridge-no-target", true, resource("eventbridge", none, nil, summed("MatchedEvents", 1))},
		{"no events for nobody", "eventbridge-no-target", false, resource("eventbridge", none, nil)},
		{"events for somebody", "eventbridge-no-target", false, resource("eventbridge", on, nil, summed("MatchedEvents", 1))},
		{"5 % lost", "eventbridge-failing", true, resource("eventbridge", on, nil, calls(2000, 100, 0)...)},
		{"just less", "eventbridge-failing", false, resource("eventbridge", on, nil, calls(2020, 100, 0)...)},
		{"all of it kept", "eventbridge-failing", false, resource("eventbridge", on, nil, calls(2000, 100, 100)...)},
		{"kept for ever", "eventbridge-archive", true, resource("eventbridge", `{"kind":"archive"}`, held)},
		{"kept for a month", "eventbridge-archive", false, resource("eventbridge", `{"kind":"archive","retention_days":30}`, held)},
	})
}

// Every rule is held to a positive case and a near miss above or in
// advice_test.go; this counts what there is.
func TestRulesAreMany(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range allRules() {
		if seen[r.Name] || r.Advise == nil || r.Service == "" {
			t.Errorf("rule %q is not whole, or there twice", r.Name)
		}
		seen[r.Name] = true
	}
	if len(seen) < 25 {
		t.Errorf("%d rules", len(seen))
	}
}

// allRules returns every rule, by name.
func allRules() []Rule {
	var all []Rule
	for _, list := range rules {
		all = append(all, list...)
	}
	slices.SortFunc(all, func(a, b Rule) int { return cmp.Compare(a.Name, b.Name) })
	return all
}
