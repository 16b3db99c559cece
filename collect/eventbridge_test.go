package collect_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/breakeven-dev/breakeven/collect/awstest"
	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
	"github.com/breakeven-dev/breakeven/store"
)

// eventsView is what other parts read of an EventBridge resource.
type eventsView struct {
	Kind            string       `json:"kind"`
	State           string       `json:"state"`
	Bus             string       `json:"bus"`
	Schedule        string       `json:"schedule"`
	Sources         []string     `json:"sources"`
	AWS             bool         `json:"aws_events"`
	ManagedBy       string       `json:"managed_by"`
	Targets         int          `json:"targets"`
	APIDestinations int          `json:"api_destinations"`
	CrossAccount    int          `json:"cross_account"`
	Created         string       `json:"created"`
	Batch           int          `json:"batch"`
	Edges           []model.Edge `json:"edges"`
}

// eventARN is an ARN in us-east-1 by service and path.
func eventARN(service, path string) string {
	return "arn:aws:" + service + ":us-east-1:123456789012:" + path
}

func eventsOf(t *testing.T, found map[string]store.Resource, id string) eventsView {
	t.Helper()
	r, ok := found[id]
	var v eventsView
	if err := json.Unmarshal(r.Config, &v); err != nil {
		t.Fatalf("%s (found: %v): %v", id, ok, err)
	}
	return v
}

func to(kind, id string) model.Edge   { return model.Edge{To: unit.ResourceID(id), Kind: kind} }
func from(kind, id string) model.Edge { return model.Edge{From: unit.ResourceID(id), Kind: kind} }

func lambdaARN(name string) string { return eventARN("lambda", "function:"+name) }

func TestEventRuleInventory(t *testing.T) {
	account := small
	account.Days = 5
	found, path, _ := inventory(t, simulate(t, account), "eventbridge")
	shop := eventARN("events", "event-bus/shop")
	for id, want := range map[string]eventsView{
		"rule/nightly-etl-run": {Kind: "rule", State: "ENABLED", Bus: "default", Schedule: "cron(0 2 * * ? *)", Targets: 1, Edges: []model.Edge{to(model.EdgeInvokes, lambdaARN("nightly-etl"))}},
		"rule/uploads":         {Kind: "rule", State: "ENABLED", Bus: "default", Sources: []string{"aws.s3"}, AWS: true, Targets: 1, Edges: []model.Edge{to(model.EdgeInvokes, lambdaARN(awstest.FunctionMemoryChanged))}},
		"rule/audit-copy":      {Kind: "rule", State: "ENABLED", Bus: "default", Sources: []string{"aws."}, AWS: true, Targets: 1, CrossAccount: 1, Edges: []model.Edge{to(model.EdgeFeeds, "arn:aws:events:us-east-1:210987654321:event-bus/audit")}},
		// The account's own sources are not stored. What matches on the bus
		// comes from it.
		"rule/shop/order-placed": {Kind: "rule", State: "ENABLED", Bus: "shop", Targets: 3, Edges: []model.Edge{
			to(model.EdgeFeeds, eventARN("events", "event-bus/default")), to(model.EdgeInvokes, lambdaARN("notify-email")),
			to(model.EdgeFeeds, eventARN("sqs", "orders")), to(model.EdgeDeadLetter, eventARN("sqs", "orders-dlq")), from(model.EdgeFeeds, shop),
		}},
		"rule/shop/to-crm": {Kind: "rule", State: "ENABLED", Bus: "shop", Targets: 2, APIDestinations: 1, Edges: []model.Edge{
			to(model.EdgeFeeds, eventARN("events", "api-destination/crm/0f0f0f0f-0000-4000-8000-000000000000")), to(model.EdgeFeeds, eventARN("logs", "log-group:/aws/events/to-crm")), from(model.EdgeFeeds, shop),
		}},
		"rule/shop/Events-Archive-shop-orders": {Kind: "rule", State: "ENABLED", Bus: "shop", ManagedBy: "prod.vhs.events.aws.internal", Targets: 1, Edges: []model.Edge{from(model.EdgeFeeds, shop)}},
		"rule/switched-off":                    {Kind: "rule", State: "DISABLED", Bus: "default", Schedule: "rate(1 day)"},
		"archive/shop-orders":                  {Kind: "archive", State: "ENABLED", Created: "2026-10-28 00:00:00", Edges: []model.Edge{from(model.EdgeFeeds, shop)}},
		"put-events":                           {Kind: "put-events", Edges: []model.Edge{to(model.EdgeFeeds, shop)}},
	} {
		if got := eventsOf(t, found, eventARN("events", id)); !sameEvents(got, want) {
			t.Errorf("%s: got\n%+v\nwant\n%+v", id, got, want)
		}
	}
	// What was deleted is known to its metrics.
	if r := found[eventARN("events", "rule/shop/old-export")]; !r.Deleted || r.Key.Name != "old-export" {
		t.Errorf("old-export: %+v", r)
	}
	// eu-west-1 has rules that act by the clock, but nothing puts events.
	for id := range found {
		if strings.Contains(id, ":eu-west-1:") && strings.HasSuffix(id, "put-events") {
			t.Errorf("%s: nothing does", id)
		}
	}
	if n := rowCount(t, path, "SELECT max(stored_bytes) FROM eventbridge_archive_levels"); n <= 0 {
		t.Errorf("%d bytes archived", n)
	}
}

// sameEvents compares but for the instant of creation, if none is wanted.
func sameEvents(got, want eventsView) bool {
	if !slices.Equal(got.Sources, want.Sources) || !slices.Equal(got.Edges, want.Edges) {
		return false
	}
	got.Sources, got.Edges, want.Sources, want.Edges = nil, nil, nil, nil
	a, _ := json.Marshal(got)
	b, _ := json.Marshal(want)
	return string(a) == string(b)
}

func TestScheduleAndPipeInventory(t *testing.T) {
	account := small
	account.Days = 5
	found, _, _ := inventory(t, simulate(t, account), "eventbridge")
	for id, want := range map[string]eventsView{
		eventARN("scheduler", "schedule-group/partner-jobs"): {Kind: "schedule-group"},
		eventARN("scheduler", "schedule/partner-jobs/thirdparty-sync-run"): {Kind: "schedule", State: "ENABLED", Schedule: "rate(15 minutes)", Edges: []model.Edge{
			to(model.EdgeInvokes, lambdaARN("thirdparty-sync")), to(model.EdgeDeadLetter, eventARN("sqs", "orders-dlq")), from(model.EdgeFeeds, eventARN("scheduler", "schedule-group/partner-jobs")),
		}},
		// An alias is its function. The default group connects nothing.
		eventARN("scheduler", "schedule/default/dr-drill"): {Kind: "schedule", State: "ENABLED", Schedule: "cron(0 6 ? * MON *)", Edges: []model.Edge{to(model.EdgeInvokes, lambdaARN(awstest.FunctionNeverInvoked))}},
		// An AWS service's call is no resource.
		eventARN("scheduler", "schedule/reminders/remind-once"): {Kind: "schedule", State: "ENABLED", Schedule: "at(2030-01-01T00:00:00)", Edges: []model.Edge{from(model.EdgeFeeds, eventARN("scheduler", "schedule-group/reminders"))}},
		eventARN("pipes", "pipe/carts-to-shop"): {Kind: "pipe", State: "RUNNING", Batch: 1, Edges: []model.Edge{
			to(model.EdgeFeeds, eventARN("events", "event-bus/shop")), to(model.EdgeInvokes, lambdaARN("cart-sync")), from(model.EdgeFeeds, eventARN("sqs", "cart-events")),
		}},
		eventARN("pipes", "pipe/old-pipe"): {Kind: "pipe"},
	} {
		if got := eventsOf(t, found, id); !sameEvents(got, want) {
			t.Errorf("%s: got\n%+v\nwant\n%+v", id, got, want)
		}
	}
	if !found[eventARN("pipes", "pipe/old-pipe")].Deleted {
		t.Error("old-pipe was deleted")
	}
	if len(found) != 29 {
		t.Errorf("%d resources, want 29", len(found))
	}
}

// What is refused of single resources is a gap each; the rest is kept.
func TestEventDetailsDenied(t *testing.T) {
	for action, c := range map[string]struct {
		id, config string
		gaps       int
	}{
		"events:ListTargetsByRule": {eventARN("events", "rule/nightly-etl-run"), `{"kind":"rule","state":"ENABLED","bus":"default","schedule":"cron(0 2 * * ? *)"}`, 12},
		"scheduler:GetSchedule":    {eventARN("scheduler", "schedule/default/dr-drill"), `{"kind":"schedule","state":"ENABLED","edges":[{"to":"` + lambdaARN(awstest.FunctionNeverInvoked) + `","kind":"invokes"}]}`, 4},
		"pipes:DescribePipe":       {eventARN("pipes", "pipe/sensors-to-lake"), `{"kind":"pipe","state":"RUNNING","edges":[{"to":"` + eventARN("firehose", "deliverystream/lake") + `","kind":"feeds"},{"from":"` + eventARN("sqs", "iot-buffer") + `","kind":"feeds"}]}`, 2},
	} {
		s := simulate(t, small)
		s.SetFaults(awstest.Faults{DeniedActions: []string{action}})
		found, path, _ := inventory(t, s, "eventbridge")
		if got := string(found[c.id].Config); got != c.config {
			t.Errorf("%s denied: config %s, want %s", action, got, c.config)
		}
		if n := rowCount(t, path, "SELECT count(*) FROM gap WHERE metric = '"+action+"'"); n != c.gaps {
			t.Errorf("%s denied: %d gaps, want %d", action, n, c.gaps)
		}
	}
}

// One inventory that may not be read does not keep the others from being read.
func TestEventInventoriesDenied(t *testing.T) {
	s := simulate(t, small)
	s.SetFaults(awstest.Faults{DeniedActions: []string{"events:ListEventBuses", "scheduler:ListScheduleGroups"}})
	found, path, _ := inventory(t, s, "eventbridge")
	if len(found) != 2 || found[eventARN("pipes", "pipe/carts-to-shop")].Key.Name == "" {
		t.Errorf("%d resources, want the 2 pipes", len(found))
	}
	if n := rowCount(t, path, "SELECT count(DISTINCT metric) FROM gap WHERE service = 'eventbridge' AND reason LIKE '%denied%'"); n != 2 {
		t.Errorf("%d inventories are gaps, want 2", n)
	}
}
