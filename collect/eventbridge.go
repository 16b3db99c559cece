package collect

import (
	"context"
	"fmt"
	"strings"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
	"github.com/breakeven-dev/breakeven/store"
)

const eventBridgeName = "eventbridge"

var _ = registerRoster(&roster{
	name: eventBridgeName,
	operations: []*Operation{
		opListBuses, opListRules, opListTargets, opListArchives, opListScheduleGroups, opListSchedules, opGetSchedule, opListPipes, opDescribePipe,
	},
	list:       listEventBridge,
	measures:   measureEvents,
	recallFrom: recallEvents,
})

// The kinds of EventBridge resources.
const (
	kindBus       = "bus"
	kindRule      = "rule"
	kindArchive   = "archive"
	kindGroup     = "schedule-group"
	kindSchedule  = "schedule"
	kindPipe      = "pipe"
	kindPutEvents = "put-events" // what a region's programs put onto its buses
)

const (
	defaultBus = "default"
	partnerBus = "aws.partner/" // how the names of partners' buses begin
)

// eventsConfig is what is stored of any EventBridge resource: no event
// patterns, inputs, headers or policies.
type eventsConfig struct {
	Kind  string `json:"kind"`
	State string `json:"state,omitempty"`
	// Bus is a rule's, by name.
	Bus string `json:"bus,omitempty"`
	// Schedule is the expression by which a rule or schedule acts.
	Schedule string `json:"schedule,omitempty"`
	// Sources are those that a rule's pattern names, AWS those of AWS's
	// services alone.
	Sources   []string `json:"sources,omitempty"`
	AWS       bool     `json:"aws_events,omitempty"`
	ManagedBy string   `json:"managed_by,omitempty"`
	// Targets of a rule, and those of them that are billed apart.
	Targets         int `json:"targets,omitempty"`
	APIDestinations int `json:"api_destinations,omitempty"`
	CrossAccount    int `json:"cross_account,omitempty"`
	// RetentionDays of an archive, 0 for ever; Created is when it was made.
	RetentionDays int32  `json:"retention_days,omitempty"`
	Created       string `json:"created,omitempty"`
	// Batch is how many events a pipe takes at once, 0 if not known.
	Batch int32        `json:"batch,omitempty"`
	Edges []model.Edge `json:"edges,omitempty"`
}

// events is an EventBridge resource of a service by what its ARN ends with.
func (t *target) events(service, path, name string) store.Resource {
	return store.Resource{Key: model.ResourceKey{
		ID: unit.ResourceID(fmt.Sprintf("arn:%s:%s:%s:%s:%s", partition(t.region), service, t.region, t.account, path)), Name: name,
	}}
}

// rulePath is what a rule's ARN ends with; that of the default bus is silent
// about its bus.
func rulePath(bus, name string) string {
	if bus == defaultBus || bus == "" {
		return "rule/" + name
	}
	return "rule/" + bus + "/" + name
}

// listEventBridge lists buses, schedules and pipes. What one refuses does not
// keep the others from being read.
func listEventBridge(ctx context.Context, t *target, found func([]store.Resource) error) error {
	var first error
	for _, list := range []func(context.Context, *target, func([]store.Resource) error) error{listBuses, listScheduler, listPipes} {
		err := list(ctx, t, found)
		switch {
		case err == nil:
		case fatal(err):
			return err
		case first == nil:
			first = err
		default:
			if err := t.gapFor(ctx, eventBridgeName, operationNamed(err, eventBridgeName), err); err != nil {
				return err
			}
		}
	}
	return first
}

// measureEvents gives each kind its table. Schedules are measured by their
// groups, archives not at all, and the default bus by its rules.
func measureEvents(r *store.Resource) []measure {
	var c eventsConfig
	if err := decodeConfig(r, &c); err != nil {
		return nil
	}
	switch c.Kind {
	case kindPutEvents:
		return []measure{{table: store.PutEventsMetrics}}
	case kindRule:
		if c.Bus == defaultBus {
			return []measure{{table: store.EventRuleMetrics, dims: []dimension{{"RuleName", r.Key.Name}}}}
		}
		return []measure{{table: store.EventRuleMetrics, dims: []dimension{{"EventBusName", c.Bus}, {"RuleName", r.Key.Name}}}}
	case kindGroup:
		return []measure{{table: store.ScheduleGroupMetrics, dims: []dimension{{"ScheduleGroup", r.Key.Name}}}}
	case kindPipe:
		return []measure{{table: store.PipeMetrics, dims: []dimension{{"PipeName", r.Key.Name}}}}
	case kindBus:
		return measureBus(r.Key.Name)
	}
	return nil
}

func measureBus(name string) []measure {
	if name == defaultBus {
		return nil
	}
	list := []measure{{table: store.EventBusMetrics, dims: []dimension{{"EventBusName", name}}}}
	if strings.HasPrefix(name, partnerBus) {
		list = append(list, measure{table: store.PartnerEventMetrics, dims: []dimension{{"EventSourceName", name}}})
	}
	return list
}

// recallEvents makes what was deleted of its metrics.
func recallEvents(t *target, table *store.MetricTable, dims map[string]string, _ func(func(*model.ResourceKey) bool) bool) (store.Resource, bool) {
	only := func(keys ...string) bool {
		for _, k := range keys {
			if dims[k] == "" {
				return false
			}
		}
		return len(dims) == len(keys)
	}
	var r store.Resource
	var c eventsConfig
	switch {
	case table == store.EventRuleMetrics && only("RuleName"):
		r, c = t.events("events", rulePath(defaultBus, dims["RuleName"]), dims["RuleName"]), eventsConfig{Kind: kindRule, Bus: defaultBus}
	case table == store.EventRuleMetrics && only("EventBusName", "RuleName"):
		r, c = t.events("events", rulePath(dims["EventBusName"], dims["RuleName"]), dims["RuleName"]), eventsConfig{Kind: kindRule, Bus: dims["EventBusName"]}
	case table == store.EventBusMetrics && only("EventBusName") && dims["EventBusName"] != defaultBus:
		r, c = t.events("events", "event-bus/"+dims["EventBusName"], dims["EventBusName"]), eventsConfig{Kind: kindBus}
	case table == store.ScheduleGroupMetrics && only("ScheduleGroup"):
		r, c = t.events("scheduler", "schedule-group/"+dims["ScheduleGroup"], dims["ScheduleGroup"]), eventsConfig{Kind: kindGroup}
	case table == store.PipeMetrics && only("PipeName"):
		r, c = t.events("pipes", "pipe/"+dims["PipeName"], dims["PipeName"]), eventsConfig{Kind: kindPipe}
	default:
		return r, false
	}
	r, err := sealed(r, c)
	return r, err == nil
}

// reaches keeps the connection to the target of an event. What has no account
// in its ARN is an AWS service's call, not a resource.
func (c *eventsConfig) reaches(arn string) {
	if id, ok := functionARN(arn); ok {
		c.Edges = connected(c.Edges, id, model.EdgeInvokes)
		return
	}
	service, account, path := splitARN(arn)
	kind := model.EdgeFeeds
	if service == "states" {
		kind = model.EdgeInvokes
	}
	if account != "" && path != "" {
		c.Edges = connected(c.Edges, unit.ResourceID(strings.TrimSuffix(arn, ":*")), kind)
	}
}

// splitARN gives an ARN's service, account and what it ends with.
func splitARN(arn string) (service, account, path string) {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 || parts[0] != "arn" {
		return "", "", ""
	}
	return parts[2], parts[4], parts[5]
}
