package model

import (
	"encoding/json"

	"github.com/breakeven-dev/breakeven/model/price"
)

const awsEvents = "AWSEvents"

// What one billed event holds (Amazon EventBridge pricing page: events, pipe
// requests and API destination calls count for each 64 KB chunk, what schema
// discovery reads for each 8 KB).
const (
	eventChunkKB     = 64
	discoveryChunkKB = 8
)

// eventDimensions are the fields that count events of event_kb each, and what
// the price book calls them.
var eventDimensions = []struct{ field, dimension string }{
	{"custom_events", "custom-events"},
	{"partner_events", "partner-events"},
	{"cross_account_events", "cross-account-events (custom)"},
	{"opt_in_aws_events", "opt-in-aws-events"},
	{"pipe_requests", "pipes-requests"},
	{"api_destination_invocations", "api-destinations"},
	{"replayed_events", "replay"},
}

var _ = register(Service{
	Name:      "eventbridge",
	Role:      RoleEvents,
	Work:      []string{"MatchedEvents", "Invocations", "InvocationAttemptCount", "EventCount"},
	Scheduled: startsByClock,
	Inferred:  "sizes are known as sums and maxima of requests, batches of pipes and what archives take in not at all: where that matters a cost lies between the least and the most that it can be",
	Fields: []Field{
		{Name: "custom_events"},
		{Name: "partner_events"},
		{Name: "event_kb"},
		{Name: "cross_account_events"},
		{Name: "aws_service_events"},
		{Name: "opt_in_aws_events"},
		{Name: "scheduler_invocations"},
		{Name: "pipe_requests"},
		{Name: "api_destination_invocations"},
		{Name: "archive_gb"},
		{Name: "archive_storage_gb"},
		{Name: "replayed_events"},
		{Name: "schema_discovery_events"},
	},
	Allowances: []Allowance{{
		Name:   "EventBridge Scheduler invocations",
		Of:     price.Key{Service: awsEvents, Region: "us-east-1", Dimension: "scheduler-invocations"},
		Covers: []string{"scheduler-invocations"},
	}},
	Bill: billEventBridge,
})

// billEventBridge follows the Amazon EventBridge pricing page.
func billEventBridge(l *Lines, v Values) {
	kb := v.Number("event_kb")
	for _, e := range eventDimensions {
		l.Add(awsEvents, e.dimension, v.Number(e.field).Mul(Chunks(kb, eventChunkKB)))
	}
	l.Add(awsEvents, "schema-discovery", v.Number("schema_discovery_events").Mul(Chunks(kb, discoveryChunkKB)))
	l.Add(awsEvents, "aws-service-events (management)", v.Number("aws_service_events"))
	l.Add(awsEvents, "scheduler-invocations", v.Number("scheduler_invocations"))
	l.Add(awsEvents, "archive-processing", v.Number("archive_gb"))
	l.Add(awsEvents, "archive-storage", v.Number("archive_storage_gb"))
	if anyGiven(v, "cross_account_events") != "" {
		l.Warn("usage", "cross_account_events are priced as custom events; delivering events of AWS services to another account costs more")
	}
}

// startsByClock reports whether a resource is a schedule, a group of them, or a
// rule with a schedule expression.
func startsByClock(config json.RawMessage) bool {
	var c struct {
		Kind     string `json:"kind"`
		Schedule string `json:"schedule"`
	}
	return json.Unmarshal(config, &c) == nil && (c.Schedule != "" || c.Kind == "schedule" || c.Kind == "schedule-group")
}
