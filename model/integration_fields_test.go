package model_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
	"github.com/breakeven-dev/breakeven/model/usage"
)

// fieldTable is what each field of one kind of resource costs alone, and what
// two of them cost together where that is not their sum. Prices are those of
// us-east-1; the arithmetic was done by hand.
type fieldTable struct {
	kind     string
	alone    [][3]string // field, value, cost
	together map[string]string
}

// Fields that cost the same whatever the type of API or topic.
var (
	anyAPI = [][3]string{
		{"messages", "1000000", "1"},
		{"message_kb", "33", "0"},
		{"connection_minutes", "4000000", "1"},
		{"cache_gb", "1.6", "0"},
		{"cache_hours", "100", "0"},
	}
	anyDelivery = [][3]string{
		{"deliveries.http", "1000000", "0.6"},
		{"deliveries.email", "1000000", "20"},
		{"deliveries.email_json", "1000000", "20"},
		{"deliveries.mobile_push", "1000000", "0.5"},
		{"deliveries.sqs", "1000000", "0"},
		{"deliveries.lambda", "1000000", "0"},
		{"deliveries.firehose", "1000000", "0.19"},
	}
)

var integrationTables = []fieldTable{
	{
		kind:     "service: apigateway, api_type: rest",
		alone:    append([][3]string{{"requests", "1000000", "3.5"}, {"request_kb", "600", "0"}}, anyAPI...),
		together: map[string]string{"messages message_kb": "2", "cache_gb cache_hours": "3.8"},
	},
	{
		kind:     "service: apigateway, api_type: http",
		alone:    append([][3]string{{"requests", "1000000", "1"}, {"request_kb", "600", "0"}}, anyAPI...),
		together: map[string]string{"requests request_kb": "2", "messages message_kb": "2", "cache_gb cache_hours": "3.8"},
	},
	{
		kind:     "service: apigateway, api_type: websocket",
		alone:    append([][3]string{{"requests", "1000000", "1"}, {"request_kb", "600", "0"}}, anyAPI...),
		together: map[string]string{"requests request_kb": "19", "messages message_kb": "2", "cache_gb cache_hours": "3.8"},
	},
	{
		kind:  "service: stepfunctions, workflow_type: standard",
		alone: [][3]string{{"state_transitions", "1000000", "25"}, {"requests", "1000000", "0"}, {"duration_ms", "150", "0"}, {"memory_mb", "65", "0"}},
	},
	{
		kind:     "service: stepfunctions, workflow_type: express",
		alone:    [][3]string{{"state_transitions", "1000000", "0"}, {"requests", "1000000", "1"}, {"duration_ms", "150", "0"}, {"memory_mb", "65", "0"}},
		together: map[string]string{"requests duration_ms": "1.41675"}, // 200 ms at 128 MB
	},
	{
		kind: "service: eventbridge",
		alone: [][3]string{
			{"custom_events", "1000000", "1"},
			{"partner_events", "1000000", "1"},
			{"event_kb", "65", "0"},
			{"cross_account_events", "1000000", "0.05"},
			{"aws_service_events", "1000000", "0"},
			{"opt_in_aws_events", "1000000", "1"},
			{"scheduler_invocations", "1000000", "1"},
			{"pipe_requests", "1000000", "0.4"},
			{"api_destination_invocations", "1000000", "0.2"},
			{"archive_gb", "10", "1"},
			{"archive_storage_gb", "10", "0.23"},
			{"replayed_events", "1000000", "1"},
			{"schema_discovery_events", "1000000", "0.1"},
		},
		together: map[string]string{
			"custom_events event_kb": "2", "partner_events event_kb": "2", "event_kb cross_account_events": "0.1",
			"event_kb opt_in_aws_events": "2", "event_kb pipe_requests": "0.8", "event_kb api_destination_invocations": "0.4",
			"event_kb replayed_events": "2", "event_kb schema_discovery_events": "0.9",
		},
	},
	{
		kind:     "service: sqs, queue_type: standard",
		alone:    [][3]string{{"requests", "1000000", "0.4"}, {"request_kb", "65", "0"}},
		together: map[string]string{"requests request_kb": "0.8"},
	},
	{
		kind:     "service: sqs, queue_type: fifo",
		alone:    [][3]string{{"requests", "1000000", "0.5"}, {"request_kb", "65", "0"}},
		together: map[string]string{"requests request_kb": "1"},
	},
	{
		kind:  "service: sns, topic_type: standard",
		alone: append([][3]string{{"publishes", "1000000", "0.5"}, {"message_kb", "65", "0"}, {"subscriptions", "3", "0"}}, anyDelivery...),
		together: map[string]string{
			"publishes message_kb": "1", "message_kb deliveries.http": "1.2", "message_kb deliveries.email": "40",
			"message_kb deliveries.email_json": "40", "message_kb deliveries.mobile_push": "1", "message_kb deliveries.firehose": "0.38",
		},
	},
	{
		kind:  "service: sns, topic_type: fifo",
		alone: append([][3]string{{"publishes", "1000000", "0.3"}, {"message_kb", "65", "0"}, {"subscriptions", "3", "0"}}, anyDelivery...),
		together: map[string]string{
			"publishes message_kb": "1.35381011962890625", "publishes subscriptions": "0.33", // 61.99 GB at 0.017
			"message_kb deliveries.http": "1.2", "message_kb deliveries.email": "40",
			"message_kb deliveries.email_json": "40", "message_kb deliveries.mobile_push": "1", "message_kb deliveries.firehose": "0.38",
		},
	},
}

// resource writes a resource of one line: fields of a group are gathered.
func resource(kind string, fields ...[3]string) string {
	text, groups := kind, map[string][]string{}
	for _, f := range fields {
		if group, name, ok := strings.Cut(f[0], "."); ok {
			groups[group] = append(groups[group], name+": "+f[1])
			continue
		}
		text += ", " + f[0] + ": " + f[1]
	}
	for _, g := range slices.Sorted(maps.Keys(groups)) {
		text += ", " + g + ": {" + strings.Join(groups[g], ", ") + "}"
	}
	return text
}

func TestIntegrationFieldsAloneAndInPairs(t *testing.T) {
	check := func(want string, r string) {
		t.Helper()
		e := estimate(t, paid, r)
		if got := amount(e.Total); got != want {
			t.Errorf("%s: got %s, want %s", r, got, want)
		}
		checkSums(t, e)
	}
	for _, table := range integrationTables {
		pairs := 0
		for i, a := range table.alone {
			check(a[2], resource(table.kind, a))
			for _, b := range table.alone[i+1:] {
				want, ok := table.together[a[0]+" "+b[0]]
				if !ok {
					want = unit.MustUSD(a[2]).Add(unit.MustUSD(b[2])).String()
				} else {
					pairs++
				}
				check(want, resource(table.kind, a, b))
			}
		}
		if pairs != len(table.together) {
			t.Errorf("%s: %d pairs of %d found", table.kind, pairs, len(table.together))
		}
	}
}

// The tables above name every field there is.
func TestIntegrationTablesAreComplete(t *testing.T) {
	for _, table := range integrationTables {
		kind := strings.Split(strings.ReplaceAll(table.kind, ": ", ","), ",")
		s, ok := model.ServiceNamed(kind[1])
		if !ok {
			t.Fatalf("no service %s", kind[1])
		}
		have := map[string]bool{}
		for _, f := range table.alone {
			have[f[0]] = true
		}
		for _, f := range flat("", s.Fields) {
			if f.Kind != model.Choice && !have[f.Name] {
				t.Errorf("%s: %s is not in the table", table.kind, f.Name)
			}
			delete(have, f.Name)
		}
		if len(have) > 0 {
			t.Errorf("%s: the service lacks %v", table.kind, have)
		}
	}
}

// flat lists fields, a group's members under their full names.
func flat(prefix string, fields []model.Field) []model.Field {
	var out []model.Field
	for _, f := range fields {
		f.Name = prefix + f.Name
		if f.Kind == model.Group {
			out = append(out, flat(f.Name+".", f.Fields)...)
			continue
		}
		out = append(out, f)
	}
	return out
}

func TestCacheSizes(t *testing.T) {
	for gb, hour := range map[string]string{
		"0": "0", "0.5": "0.02", "1.6": "0.038", "6.1": "0.2", "13.5": "0.25", "28.4": "0.5", "58.2": "1", "118": "1.9", "237": "3.8", "1.60": "0.038", "118.0": "1.9",
	} {
		e := estimate(t, paid, "service: apigateway, cache_hours: 1, cache_gb: "+gb)
		if got := amount(e.Total); got != hour {
			t.Errorf("%s GB: got %s, want %s", gb, got, hour)
		}
	}
	for _, gb := range []string{"1", "1.5", "236.9", "300", "0.0001"} {
		_, err := usage.Parse("f.yaml", []byte("region: us-east-1\nresources:\n  - service: apigateway\n    cache_gb: "+gb+"\n"))
		var e *usage.Error
		want := "f.yaml:4: resources[0].cache_gb: there is no cache of " + gb + " GB: want one of 0.5, 1.6, 6.1, 13.5, 28.4, 58.2, 118, 237, or 0 for none"
		if !errors.As(err, &e) || err.Error() != want {
			t.Errorf("%s GB:\n got %v\nwant %s", gb, err, want)
		}
	}
}

// A quantity that a resource of the type does not have is billed as that of
// the type that has it, or is named as not billed.
func TestIntegrationOddUsageIsWarned(t *testing.T) {
	for _, c := range []struct{ resource, text string }{
		{"service: apigateway, messages: 1", "a: messages: only a WebSocket API has them, so they are billed as one's (api_type is rest)"},
		{"service: apigateway, api_type: http, connection_minutes: 1", "connection_minutes: only a WebSocket API has them"},
		{"service: apigateway, api_type: websocket, requests: 1", "requests: a WebSocket API is billed by messages, so each counts as one"},
		{"service: apigateway, api_type: http, cache_gb: 0.5, cache_hours: 1", "cache_gb: only a REST API has a cache"},
		{"service: apigateway, cache_gb: 0.5", "cache_gb without cache_hours costs nothing"},
		{"service: apigateway, cache_hours: 5", "cache_hours without cache_gb cost nothing"},
		{"service: stepfunctions, requests: 5", "requests: a Standard workflow is billed by state_transitions alone"},
		{"service: stepfunctions, duration_ms: 5", "duration_ms: a Standard workflow is billed by state_transitions alone"},
		{"service: stepfunctions, workflow_type: express, state_transitions: 5", "state_transitions: an Express workflow is billed by requests"},
		{"service: eventbridge, cross_account_events: 5", "cross_account_events are priced as custom events"},
		{"service: sns, subscriptions: 5", "subscriptions: a standard topic is billed by deliveries"},
		{"service: sns, topic_type: fifo, deliveries: {lambda: 5}", "deliveries.lambda: a FIFO topic delivers to SQS queues only"},
		{"service: sns, topic_type: fifo, deliveries: {sqs: 5}", "deliveries.sqs: a FIFO topic is billed for publishes × subscriptions"},
	} {
		e := estimate(t, paid, "name: a, "+c.resource)
		text := strings.TrimPrefix(c.text, "a: ")
		if !warned(e, "usage", text) {
			t.Errorf("%s: warnings %v", c.resource, e.Warnings)
		}
	}
	for _, quiet := range []string{
		"service: apigateway, requests: 5, request_kb: 600, cache_gb: 0.5, cache_hours: 1",
		"service: apigateway, api_type: http, requests: 5, request_kb: 600",
		"service: apigateway, api_type: websocket, messages: 5, message_kb: 600, connection_minutes: 5",
		"service: stepfunctions, state_transitions: 5",
		"service: stepfunctions, workflow_type: express, requests: 5, duration_ms: 5",
		"service: sqs, queue_type: fifo, requests: 5, request_kb: 5",
		"service: sns, publishes: 5, message_kb: 5, deliveries: {sqs: 5}",
		"service: sns, topic_type: fifo, publishes: 5, message_kb: 5, subscriptions: 5, deliveries: {sqs: 5}",
		"service: eventbridge, custom_events: 5, event_kb: 5",
	} {
		for _, w := range estimate(t, paid, quiet).Warnings {
			if w.Code == "usage" {
				t.Errorf("%s: %s", quiet, w.Text)
			}
		}
	}
}

func TestIntegrationTiersAllowancesAndGaps(t *testing.T) {
	for _, c := range []struct {
		name, head string
		resources  []string
		want       string
	}{
		{"both types of queue share the free million", free, []string{"service: sqs, requests: 600000", "service: sqs, queue_type: fifo, requests: 600000"}, "0 0.1"},
		{"requests of 64 KB fill it", free, []string{"service: sqs, requests: 600000, request_kb: 100"}, "0.08"},
		{"the free invocations are one for all regions", free, []string{"service: eventbridge, scheduler_invocations: 10000000", "service: eventbridge, region: ap-northeast-1, scheduler_invocations: 10000000"}, "0 7.5"},
		{"free transitions are one for all regions", free, []string{"service: stepfunctions, state_transitions: 3000", "service: stepfunctions, region: sa-east-1, state_transitions: 3000"}, "0 0.075"},
		{"both e-mail formats share the free thousand", free, []string{"service: sns, deliveries: {email: 600, email_json: 600}"}, "0.004"},
		{"a FIFO topic has no free publishes", free, []string{"service: sns, topic_type: fifo, publishes: 1000000"}, "0.3"},
		{"an Express workflow has nothing free", free, []string{"service: stepfunctions, workflow_type: express, requests: 4000"}, "0.004"},
		{"tiers of queue types are apart", paid, []string{"service: sqs, requests: 100000000000", "service: sqs, queue_type: fifo, requests: 1000000", "service: sqs, requests: 1000000"}, "40000 0.5 0.3"},
		{"tiers of API types are apart", paid, []string{"service: apigateway, requests: 333000000", "service: apigateway, api_type: http, requests: 1000000", "service: apigateway, requests: 1000000"}, "1165.5 1 2.8"},
		{"GB-seconds of Express workflows share tiers", paid, []string{
			"service: stepfunctions, workflow_type: express, requests: 288000000, duration_ms: 100",
			"service: stepfunctions, workflow_type: express, requests: 1000000, duration_ms: 100",
		}, "348.012 1.104125"},
		{"no price for queues in Ireland", paid, []string{"service: sqs, requests: 1", "service: sqs, region: eu-west-1, requests: 1"}, "0.0000004 unknown"},
		{"no price for Tokyo's HTTP APIs beyond 300 million", paid, []string{"service: apigateway, api_type: http, region: ap-northeast-1, requests: 300000001"}, "unknown"},
		{"no price for caches in Ohio", paid, []string{"service: apigateway, region: us-east-2, requests: 1000000", "service: apigateway, region: us-east-2, cache_gb: 0.5, cache_hours: 1"}, "3.5 unknown"},
	} {
		e := estimate(t, c.head, c.resources...)
		var got []string
		for _, r := range e.Resources {
			got = append(got, amount(r.Cost))
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: got %v, want %s", c.name, got, c.want)
		}
		if unknown := strings.Contains(c.want, "unknown"); unknown != e.Total.Unknown || unknown != warned(e, model.CodePriceMissing, "no price for") {
			t.Errorf("%s: total %s, warnings %v", c.name, amount(e.Total), e.Warnings)
		}
	}
}

// The metering units of the price pages, at their bounds.
func TestMetering(t *testing.T) {
	q := func(s string) unit.Quantity {
		v, err := unit.ParseQuantity(s)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for _, c := range []struct {
		kb    string
		chunk int64
		want  string
	}{
		{"0", 64, "1"},
		{"0.001", 64, "1"},
		{"64", 64, "1"},
		{"64.000001", 64, "2"},
		{"128", 64, "2"},
		{"1024", 64, "16"}, // the largest message of SQS since 2025-08
		{"32", 32, "1"},
		{"33", 32, "2"},
		{"512", 512, "1"},
		{"513", 512, "2"},
		{"8", 8, "1"},
		{"65", 8, "9"},
	} {
		if got := model.Chunks(q(c.kb), c.chunk).String(); got != c.want {
			t.Errorf("%s KB in chunks of %d: got %s, want %s", c.kb, c.chunk, got, c.want)
		}
	}
	for _, c := range []struct{ ms, mb, want string }{
		{"0", "128", "0"},
		{"1", "1", "0.00625"},
		{"100", "64", "0.00625"},
		{"100.5", "64", "0.0125"},
		{"100", "64.1", "0.0125"},
		{"1000", "1024", "1"},
		{"10000", "62.85", "0.625"}, // the price page's example 4
	} {
		if got := model.ExpressGBSeconds(q(c.ms), q(c.mb)).String(); got != c.want {
			t.Errorf("%s ms at %s MB: got %s, want %s", c.ms, c.mb, got, c.want)
		}
	}
	if got := fmt.Sprint(lines(estimate(t, paid, "service: sns, message_kb: 200, deliveries: {http: 3}").Resources[0])); got != "delivery-http 12@0.0000006" {
		t.Errorf("got %s", got)
	}
}
