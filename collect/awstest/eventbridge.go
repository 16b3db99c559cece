package awstest

import (
	"fmt"
	"strings"

	"github.com/shopspring/decimal"
)

const (
	nsEvents    = "AWS/Events"
	nsScheduler = "AWS/Scheduler"
	nsPipes     = "AWS/EventBridge/Pipes"
	eventChunk  = 64 << 10 // bytes that are billed as one event
	defaultName = "default"
	dimBusName  = "EventBusName"
	dimRuleName = "RuleName"
	partnerName = "aws.partner/example.com/" + AccountID + "/shop"
)

// eventsKind tells EventBridge's resources apart.
type eventsKind int

const (
	eventBus eventsKind = iota
	eventRule
	eventArchive
	scheduleGroup
	schedule
	pipe
	putEvents // what programs put onto buses: nothing lists it
)

// events describes any simulated EventBridge resource.
type events struct {
	kind       eventsKind
	bus        string // of a rule or archive
	expression string // when a rule or schedule acts
	pattern    string // of a rule
	managed    string
	disabled   bool
	targets    []string
	dead       string // queue
	group      string // of a schedule
	// every is how many minutes lie between two runs; 0: as things arrive.
	every int64
	// bytes of an event: at least min, at most max.
	minBytes, maxBytes int64
	entries            int64   // in a request, at most
	failing            float64 // share of the events or attempts
	// bytesPerMinute come into an archive.
	bytesPerMinute     int64
	source, enrichment string
	batch              int64
}

// Prices of EventBridge in us-east-1, of the AWS price list (infracost golden
// files; deliveries, pipes: public price page); the scheduler's after the free
// 14 million.
var _ = simulate(simulated{
	name: "eventbridge", signing: "events", iam: "events", protocol: protocolJSON11,
	handlers: map[string]func(*Server, *call) (reply, *apiError){
		"ListEventBuses":    (*Server).listEventBuses,
		"ListRules":         (*Server).listRules,
		"ListTargetsByRule": (*Server).listTargets,
		"ListArchives":      (*Server).listArchives,
	},
	things: eventThings,
	prices: map[string]dimensionPrices{
		"custom-events":                                flat("0.000001", ""),
		"partner-events":                               flat("0.000001", ""),
		"api-destinations":                             flat("0.0000002", ""),
		"cross-account-events (custom)":                flat("0.00000005", ""),
		"cross-account-events (AWS management events)": flat("0.000001", ""),
		"scheduler-invocations":                        flat("0.000001", ""),
		"pipes-requests":                               flat("0.0000004", ""),
		"archive-processing":                           flat("0.1", ""),
		"archive-storage":                              flat("0.023", ""),
	},
	units: map[string]decimal.Decimal{"archive-processing": inGB, "archive-storage": gbMonth},
})

func eventThings(window) []*thing {
	var list []*thing
	add := func(where, name, app, path string, t thing, e events) {
		service := "events"
		switch e.kind {
		case scheduleGroup, schedule:
			service = "scheduler"
		case pipe:
			service = "pipes"
		case eventBus, eventRule, eventArchive, putEvents:
		}
		t.where, t.name, t.spec = where, name, e
		t.arn = fmt.Sprintf("arn:aws:%s:%s:%s:%s", service, where, AccountID, path)
		if app != "" {
			t.tags = map[string]string{"app": app}
		}
		list = append(list, &t)
	}
	rule := func(where, bus, name, app string, t thing, e events) {
		e.kind, e.bus = eventRule, bus
		path := "rule/" + name
		if bus != defaultName {
			path = "rule/" + bus + "/" + name
		}
		add(where, name, app, path, t, e)
	}
	function := func(where, name string) string {
		return "arn:aws:lambda:" + where + ":" + AccountID + ":function:" + name
	}
	arn := func(service, name string) string {
		return "arn:aws:" + service + ":" + use + ":" + AccountID + ":" + name
	}
	crm := arn("events", "api-destination/crm/0f0f0f0f-0000-4000-8000-000000000000")

	for _, where := range []string{use, euw} {
		add(where, defaultName, "", "event-bus/default", thing{shape: shapeNever}, events{kind: eventBus})
	}
	add(use, "custom events", "", "put-events", thing{shape: shapeDiurnal, perMinute: 26}, events{kind: putEvents, entries: 3, minBytes: 300, maxBytes: 50_000, failing: 0.004})
	add(use, "shop", "orders", "event-bus/shop", thing{shape: shapeDiurnal, perMinute: 40}, events{kind: eventBus})
	add(use, partnerName, "partners", "event-bus/"+partnerName, thing{shape: shapeSteady, perMinute: 4}, events{kind: eventBus, minBytes: 900, maxBytes: 90_000})

	// By the clock.
	rule(use, defaultName, "nightly-etl-run", "analytics", thing{}, events{expression: "cron(0 2 * * ? *)", every: 1440, targets: []string{function(use, "nightly-etl")}})
	rule(use, defaultName, "keep-cache-warm", "", thing{}, events{expression: "rate(5 minutes)", every: 5, targets: []string{function(use, "cache-warmer")}})
	rule(euw, defaultName, "ledger-export-hourly", "finance", thing{}, events{expression: "rate(1 hour)", every: 60, targets: []string{function(euw, "ledger-export")}})
	rule(euw, defaultName, "gdpr-erase-run", "", thing{}, events{expression: "rate(6 hours)", every: 360, targets: []string{function(euw, "gdpr-erase")}})
	rule(euw, defaultName, "stock-feed-tick", "finance", thing{}, events{expression: "rate(1 minute)", every: 1, targets: []string{function(euw, "stock-feed")}})
	// By events.
	rule(use, defaultName, "uploads", "media", thing{shape: shapeBursty, perMinute: 1.5}, events{pattern: `{"source":["aws.s3"],"detail":{"bucket":["` + PlantedSecret + `"]}}`, targets: []string{function(use, FunctionMemoryChanged)}})
	rule(use, defaultName, "audit-copy", "platform", thing{shape: shapeSteady, perMinute: 3}, events{
		pattern: `{"source":[{"prefix":"aws."}]}`, targets: []string{"arn:aws:events:us-east-1:210987654321:event-bus/audit"},
	})
	rule(use, "shop", "order-placed", "orders", thing{shape: shapeDiurnal, perMinute: 9}, events{
		pattern: `{"source":["com.example.` + PlantedSecret + `"]}`, targets: []string{function(use, "notify-email"), arn("sqs", "orders"), arn("events", "event-bus/default")}, dead: "orders-dlq", failing: 0.01,
	})
	rule(use, "shop", "to-crm", "partners", thing{shape: shapeDiurnal, perMinute: 30}, events{pattern: `{"detail-type":["order"]}`, targets: []string{crm, arn("logs", "log-group:/aws/events/to-crm:*")}, minBytes: 400, maxBytes: 4000})
	rule(use, "shop", "to-warehouse", "orders", thing{shape: shapeDiurnal, perMinute: 12}, events{pattern: `{"source":["shop"]}`, targets: []string{"arn:aws:events:us-east-1:210987654321:event-bus/warehouse"}, minBytes: 400, maxBytes: 4000})
	rule(use, "shop", "old-export", "", thing{shape: shapeSteady, perMinute: 5, to: 0.6, deleted: true}, events{targets: []string{arn("sqs", "old-import")}})
	rule(use, "shop", "Events-Archive-shop-orders", "", thing{shape: shapeNever}, events{pattern: `{"replay-name":[{"exists":false}]}`, managed: "prod.vhs.events.aws.internal", targets: []string{"arn:aws:events:us-east-1:::"}})
	rule(use, defaultName, "switched-off", "platform", thing{shape: shapeNever, tags: map[string]string{"note": hostile}}, events{expression: "rate(1 day)", disabled: true})

	add(use, "shop-orders", "orders", "archive/shop-orders", thing{from: 0.2, to: 1}, events{kind: eventArchive, bus: "shop", bytesPerMinute: 250_000})

	add(use, defaultName, "", "schedule-group/default", thing{}, events{kind: scheduleGroup, every: 1440})
	add(use, "partner-jobs", "partners", "schedule-group/partner-jobs", thing{}, events{kind: scheduleGroup, every: 15, failing: 0.05})
	add(use, "reminders", "notify", "schedule-group/reminders", thing{shape: shapeDiurnal, perMinute: 22}, events{kind: scheduleGroup})
	add(use, "thirdparty-sync-run", "", "schedule/partner-jobs/thirdparty-sync-run", thing{}, events{kind: schedule, group: "partner-jobs", expression: "rate(15 minutes)", targets: []string{function(use, "thirdparty-sync")}, dead: "orders-dlq"})
	add(use, "dr-drill", "", "schedule/default/dr-drill", thing{}, events{kind: schedule, group: defaultName, expression: "cron(0 6 ? * MON *)", targets: []string{function(use, FunctionNeverInvoked) + ":live"}})
	add(use, "remind-once", "", "schedule/reminders/remind-once", thing{}, events{kind: schedule, group: "reminders", expression: "at(2030-01-01T00:00:00)", targets: []string{"arn:aws:scheduler:::aws-sdk:sns:publish"}})
	add(use, "remind-daily", "", "schedule/reminders/remind-daily", thing{}, events{kind: schedule, group: "reminders", expression: "rate(1 day)", targets: []string{arn("sns", "customer-messages")}})

	add(use, "carts-to-shop", "storefront", "pipe/carts-to-shop", thing{shape: shapeBursty, perMinute: 11}, events{
		kind: pipe, source: arn("sqs", "cart-events"), enrichment: function(use, "cart-sync"), targets: []string{arn("events", "event-bus/shop")}, batch: 1, minBytes: 200, maxBytes: 2000, failing: 0.01,
	})
	add(use, "sensors-to-lake", "iot", "pipe/sensors-to-lake", thing{shape: shapeSteady, perMinute: 60}, events{
		kind: pipe, source: arn("sqs", "iot-buffer"), targets: []string{arn("firehose", "deliverystream/lake")}, batch: 10, minBytes: 100, maxBytes: 30_000,
	})
	add(use, "old-pipe", "", "pipe/old-pipe", thing{shape: shapeSteady, perMinute: 3, to: 0.7, deleted: true}, events{kind: pipe, batch: 1, minBytes: 100, maxBytes: 200})
	for _, t := range list {
		t.bill, t.metrics = billEvents, eventMetrics(t)
	}
	return list
}

// happens is how often the thing was used in a minute.
func (e *events) happens(t *thing, minute int64) int64 {
	switch {
	case e.every == 0:
		return t.arrivals(minute, 0)
	case minute < t.start || minute >= t.end || minute/60%e.every != 0:
		return 0
	}
	return 1
}

// event is the size in bytes of the i-th event of a minute; most are small.
func (e *events) event(t *thing, minute, i int64) int64 {
	x := t.draw(minute, i, 1)
	return e.minBytes + int64(x*x*x*float64(e.maxBytes-e.minBytes))
}

// request tells how many entries the i-th request of a minute puts.
func (e *events) request(t *thing, minute, i int64) int64 {
	return 1 + int64(t.draw(minute, i, 2)*float64(e.entries))
}

// fails tells whether the i-th event or attempt of a minute fails.
func (e *events) fails(t *thing, minute, i int64) bool {
	return e.failing > 0 && t.draw(minute, i, 3) < e.failing
}

// entriesOf calls do for each entry of a minute's i-th request.
func (e *events) entriesOf(t *thing, minute, i int64, do func(bytes int64, failed bool)) {
	for k := range e.request(t, minute, i) {
		do(e.event(t, minute, i*16+k), e.fails(t, minute, i*16+k))
	}
}

// retries of the i-th invocation of a schedule: one if the first fails.
func (e *events) retries(t *thing, minute, i int64) int64 {
	if e.fails(t, minute, i) {
		return 1
	}
	return 0
}

// holds is what an archive holds at an instant, Unix seconds.
func (e *events) holds(t *thing, at int64) int64 {
	return max(0, min(at, t.end)-t.start) / 60 * e.bytesPerMinute
}

// billEvents bills a minute event by event.
func billEvents(t *thing, minute int64, add func(string, int64)) {
	e := t.spec.(events)
	switch n := e.happens(t, minute); e.kind {
	case putEvents:
		for i := range n {
			e.entriesOf(t, minute, i, func(bytes int64, failed bool) {
				if !failed {
					add("custom-events", chunks(bytes, eventChunk))
				}
			})
		}
	case eventBus:
		if strings.HasPrefix(t.name, "aws.partner/") {
			for i := range n {
				add("partner-events", chunks(e.event(t, minute, i), eventChunk))
			}
		}
	case eventRule:
		for i := range n {
			e.billTargets(chunks(e.event(t, minute, i), eventChunk), add)
		}
	case scheduleGroup:
		if n > 0 {
			add("scheduler-invocations", n)
		}
	case pipe:
		for i := int64(0); i < n; i += e.batch {
			bytes := int64(0)
			for k := i; k < min(i+e.batch, n); k++ {
				bytes += e.event(t, minute, k)
			}
			add("pipes-requests", chunks(bytes, eventChunk))
		}
	case eventArchive:
		add("archive-processing", e.bytesPerMinute)
		if minute%3600 == 0 {
			add("archive-storage", gbHours(e.holds(t, minute), minute))
		}
	case schedule:
	}
}

// billTargets bills one event's deliveries.
func (e *events) billTargets(chunks int64, add func(string, int64)) {
	for _, target := range e.targets {
		switch {
		case strings.Contains(target, ":api-destination/"):
			add("api-destinations", chunks)
		case !strings.Contains(target, ":event-bus/") || strings.Contains(target, AccountID):
		case strings.Contains(e.pattern, `"aws.`):
			add("cross-account-events (AWS management events)", chunks)
		default:
			add("cross-account-events (custom)", chunks)
		}
	}
}

func eventMetrics(t *thing) []thingMetric {
	e := t.spec.(events)
	switch e.kind {
	case putEvents:
		return e.putMetrics()
	case eventBus:
		return e.busMetrics(t.name)
	case eventRule:
		dims := []dimension{{dimRuleName, t.name}}
		if e.bus != defaultName {
			dims = append(dims, dimension{dimBusName, e.bus})
		}
		list := []thingMetric{
			e.metric(nsEvents, "MatchedEvents", dims, func(*thing, int64, int64) int64 { return 1 }),
			e.metric(nsEvents, "Invocations", dims, func(*thing, int64, int64) int64 { return int64(len(e.targets)) }),
		}
		if e.failing > 0 {
			list = append(list, e.metric(nsEvents, "FailedInvocations", dims, e.retries), e.metric(nsEvents, "InvocationsSentToDlq", dims, e.retries))
		}
		return list
	case scheduleGroup:
		dims := []dimension{{"ScheduleGroup", t.name}}
		return []thingMetric{
			e.metric(nsScheduler, "InvocationAttemptCount", dims, func(t *thing, minute, i int64) int64 { return 1 + e.retries(t, minute, i) }),
			e.metric(nsScheduler, "TargetErrorCount", dims, e.retries),
		}
	case pipe:
		return e.pipeMetrics(t.name)
	case eventArchive, schedule:
	}
	return nil
}

// metric has a datum for each event of a minute for which of is positive.
func (e events) metric(namespace, name string, dims []dimension, of func(t *thing, minute, i int64) int64) thingMetric {
	return thingMetric{namespace: namespace, name: name, dims: dims, at: func(t *thing, minute int64, emit func(int64, uint32)) {
		for i := range e.happens(t, minute) {
			if v := of(t, minute, i); v > 0 {
				emit(v*100, 1)
			}
		}
	}}
}

func (e events) putMetrics() []thingMetric {
	sum := func(of func(bytes int64, failed bool) int64) func(*thing, int64, int64) int64 {
		return func(t *thing, minute, i int64) (n int64) {
			e.entriesOf(t, minute, i, func(bytes int64, failed bool) { n += of(bytes, failed) })
			return n
		}
	}
	return []thingMetric{
		e.metric(nsEvents, "PutEventsApproximateCallCount", nil, func(*thing, int64, int64) int64 { return 1 }),
		e.metric(nsEvents, "PutEventsEntriesCount", nil, sum(func(int64, bool) int64 { return 1 })),
		e.metric(nsEvents, "PutEventsRequestSize", nil, sum(func(bytes int64, _ bool) int64 { return bytes })),
		e.metric(nsEvents, "PutEventsFailedEntriesCount", nil, sum(func(_ int64, failed bool) int64 {
			if failed {
				return 1
			}
			return 0
		})),
	}
}

func (e events) busMetrics(name string) []thingMetric {
	one := func(*thing, int64, int64) int64 { return 1 }
	list := []thingMetric{e.metric(nsEvents, "MatchedEvents", []dimension{{dimBusName, name}}, one)}
	if strings.HasPrefix(name, "aws.partner/") {
		list = append(list, e.metric(nsEvents, "Events", []dimension{{"EventSourceName", name}}, one))
	}
	return list
}

func (e events) pipeMetrics(name string) []thingMetric {
	metric := func(metricName string, of func(t *thing, minute, i int64) int64) thingMetric {
		return e.metric(nsPipes, metricName, []dimension{{"PipeName", name}}, of)
	}
	return []thingMetric{
		metric("EventCount", func(*thing, int64, int64) int64 { return 1 }),
		metric("EventSize", e.event),
		metric("Invocations", func(_ *thing, _, i int64) int64 {
			if i%e.batch == 0 {
				return 1
			}
			return 0
		}),
		metric("ExecutionFailed", e.retries),
		metric("Duration", func(t *thing, minute, i int64) int64 { return 20 + int64(t.draw(minute, i, 6)*200) }),
	}
}
