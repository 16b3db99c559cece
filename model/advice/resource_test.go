package advice

import (
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
	r.Monthly = s.total()
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
		{"Lambda polls", "sqs-empty-receives", false, feeding(resource("sqs", short, requests, empty(900_000)), 0)},
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
