package collect

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
	"github.com/breakeven-dev/breakeven/store"
)

var (
	opListBuses    = &Operation{Action: "events:ListEventBuses", PerSecond: 50, Why: "the event buses"}
	opListRules    = &Operation{Action: "events:ListRules", PerSecond: 50, Why: "the rules of each bus and their schedules"}
	opListTargets  = &Operation{Action: "events:ListTargetsByRule", PerSecond: 50, Single: true, Why: "what a rule starts, and whether its targets are billed"}
	opListArchives = &Operation{Action: "events:ListArchives", PerSecond: 50, Why: "archives of events and what they hold"}
)

// buses lists what belongs to event buses.
type buses struct {
	*target
	client *eventbridge.Client
	found  func([]store.Resource) error
	seen   int          // resources
	put    eventsConfig // of what a region's programs put onto them
	puts   bool         // something waits for such events
}

// listBuses lists buses, rules and archives. The default bus, which every
// region has, is shown where it has rules.
func listBuses(ctx context.Context, t *target, found func([]store.Resource) error) error {
	b := &buses{target: t, client: eventbridge.NewFromConfig(t.config), put: eventsConfig{Kind: kindPutEvents}}
	b.found = func(page []store.Resource) error {
		b.seen += len(page)
		return found(page)
	}
	in := &eventbridge.ListEventBusesInput{Limit: aws.Int32(100)}
	for {
		var out *eventbridge.ListEventBusesOutput
		err := t.gate.do(ctx, opListBuses, 0, func(ctx context.Context) (err error) {
			out, err = b.client.ListEventBuses(ctx, in)
			return err
		})
		if err != nil {
			return err
		}
		for i := range out.EventBuses {
			if err := b.listBus(ctx, &out.EventBuses[i]); err != nil {
				return err
			}
		}
		if in.NextToken = out.NextToken; aws.ToString(in.NextToken) == "" {
			break
		}
	}
	if err := b.listArchives(ctx); err != nil {
		return err
	}
	return b.listPuts(ctx)
}

func (b *buses) listBus(ctx context.Context, bus *types.EventBus) error {
	before, name := b.seen, aws.ToString(bus.Name)
	if err := b.listRules(ctx, name); err != nil || name == defaultBus && b.seen == before {
		return err
	}
	r := b.events("events", "event-bus/"+name, name)
	r.ValidFrom = aws.ToTime(bus.LastModifiedTime).UTC()
	if name != defaultBus && !strings.HasPrefix(name, partnerBus) {
		b.put.Edges, b.puts = connected(b.put.Edges, r.Key.ID, model.EdgeFeeds), true
	}
	r, err := sealed(r, eventsConfig{Kind: kindBus})
	if err != nil {
		return err
	}
	return b.found([]store.Resource{r})
}

func (b *buses) listRules(ctx context.Context, bus string) error {
	in := &eventbridge.ListRulesInput{EventBusName: aws.String(bus), Limit: aws.Int32(100)}
	for {
		var out *eventbridge.ListRulesOutput
		err := b.gate.do(ctx, opListRules, 0, func(ctx context.Context) (err error) {
			out, err = b.client.ListRules(ctx, in)
			return err
		})
		if err != nil {
			return err
		}
		for i := range out.Rules {
			b.puts = b.puts || !awsEventsAlone(&out.Rules[i])
		}
		page, err := each(ctx, out.Rules, func(ctx context.Context, rule types.Rule) (store.Resource, error) {
			return b.describeRule(ctx, bus, &rule)
		})
		if err != nil {
			return err
		}
		if err := b.found(page); err != nil {
			return err
		}
		if in.NextToken = out.NextToken; aws.ToString(in.NextToken) == "" {
			return nil
		}
	}
}

// describeRule reads a rule's targets. One whose targets are refused is kept,
// and is a gap.
func (b *buses) describeRule(ctx context.Context, bus string, rule *types.Rule) (store.Resource, error) {
	name := aws.ToString(rule.Name)
	r := b.events("events", rulePath(bus, name), name)
	c := eventsConfig{
		Kind: kindRule, Bus: bus, State: string(rule.State), Schedule: aws.ToString(rule.ScheduleExpression), ManagedBy: aws.ToString(rule.ManagedBy),
	}
	if pattern := aws.ToString(rule.EventPattern); pattern != "" {
		c.readPattern(pattern)
		if bus != defaultBus { // everybody's events meet on the default one
			c.Edges = append(c.Edges, model.Edge{From: b.events("events", "event-bus/"+bus, "").Key.ID, Kind: model.EdgeFeeds})
		}
	}
	if err := b.readTargets(ctx, bus, name, &c); err != nil {
		if err := b.leaveUnread(ctx, eventBridgeName, r.Key.ID, err); err != nil {
			return r, err
		}
	}
	return sealed(r, c)
}

// awsEventsAlone tells whether a rule acts by the clock or on AWS's own events alone.
func awsEventsAlone(rule *types.Rule) bool {
	pattern := aws.ToString(rule.EventPattern)
	var c eventsConfig
	c.readPattern(pattern)
	return pattern == "" || c.AWS
}

// readPattern reads which sources a pattern names in so many words.
func (c *eventsConfig) readPattern(pattern string) {
	var p struct {
		Source []json.RawMessage `json:"source"`
	}
	if json.Unmarshal([]byte(pattern), &p) != nil {
		return // AWS refuses patterns that are no JSON
	}
	c.AWS = len(p.Source) > 0
	for _, raw := range p.Source {
		var name string
		var by struct {
			Prefix string `json:"prefix"`
		}
		if json.Unmarshal(raw, &name) != nil && json.Unmarshal(raw, &by) == nil {
			name = by.Prefix
		}
		c.AWS = c.AWS && strings.HasPrefix(name, "aws.")
		if strings.HasPrefix(name, "aws.") {
			c.Sources = addOnce(c.Sources, name) // others are the account's own words
		}
	}
}

func (b *buses) readTargets(ctx context.Context, bus, rule string, c *eventsConfig) error {
	in := &eventbridge.ListTargetsByRuleInput{Rule: aws.String(rule), EventBusName: aws.String(bus), Limit: aws.Int32(100)}
	for {
		var out *eventbridge.ListTargetsByRuleOutput
		err := b.gate.do(ctx, opListTargets, 0, func(ctx context.Context) (err error) {
			out, err = b.client.ListTargetsByRule(ctx, in)
			return err
		})
		if err != nil {
			return err
		}
		for i := range out.Targets {
			b.readTarget(&out.Targets[i], c)
		}
		if in.NextToken = out.NextToken; aws.ToString(in.NextToken) == "" {
			return nil
		}
	}
}

func (b *buses) readTarget(t *types.Target, c *eventsConfig) {
	c.Targets++
	c.reaches(aws.ToString(t.Arn))
	service, account, path := splitARN(aws.ToString(t.Arn))
	switch {
	case service != "events":
	case strings.HasPrefix(path, "api-destination/"):
		c.APIDestinations++
	case strings.HasPrefix(path, "event-bus/") && account != string(b.account):
		c.CrossAccount++
	}
	if d := t.DeadLetterConfig; d != nil {
		c.Edges = connected(c.Edges, unit.ResourceID(aws.ToString(d.Arn)), model.EdgeDeadLetter)
	}
}

func (b *buses) listArchives(ctx context.Context) error {
	in := &eventbridge.ListArchivesInput{Limit: aws.Int32(100)}
	for {
		var out *eventbridge.ListArchivesOutput
		err := b.gate.do(ctx, opListArchives, 0, func(ctx context.Context) (err error) {
			out, err = b.client.ListArchives(ctx, in)
			return err
		})
		if err != nil {
			return err
		}
		page := make([]store.Resource, len(out.Archives))
		for i := range out.Archives {
			if page[i], err = b.archive(&out.Archives[i]); err != nil {
				return err
			}
		}
		b.puts = b.puts || len(page) > 0
		if err := b.found(page); err != nil {
			return err
		}
		if err := b.storeArchiveLevels(ctx, page, out.Archives); err != nil {
			return err
		}
		if in.NextToken = out.NextToken; aws.ToString(in.NextToken) == "" {
			return nil
		}
	}
}

func (b *buses) archive(a *types.Archive) (store.Resource, error) {
	name := aws.ToString(a.ArchiveName)
	r := b.events("events", "archive/"+name, name)
	c := eventsConfig{
		Kind: kindArchive, State: string(a.State), RetentionDays: aws.ToInt32(a.RetentionDays),
		Edges: []model.Edge{{From: unit.ResourceID(aws.ToString(a.EventSourceArn)), Kind: model.EdgeFeeds}},
	}
	if a.CreationTime != nil {
		c.Created = a.CreationTime.UTC().Format(time.DateTime)
	}
	return sealed(r, c)
}

// storeArchiveLevels writes down what the archives of a page, once stored,
// hold now.
func (b *buses) storeArchiveLevels(ctx context.Context, page []store.Resource, archives []types.Archive) error {
	hour := b.Now.Truncate(time.Hour)
	var blocks []store.MetricBlock
	for i := range page {
		if page[i].Ref == 0 {
			continue // a plan stores nothing
		}
		blocks = append(blocks, store.MetricBlock{
			Resource: page[i].Ref, Window: model.Window{From: hour, To: hour.Add(time.Hour)}, Period: time.Hour,
			Columns: [][]float64{{float64(archives[i].SizeBytes)}, {float64(archives[i].EventCount)}}, SettledTo: hour,
		})
	}
	return b.storeBlocks(ctx, store.ArchiveLevels.Name, blocks, nil)
}

// listPuts adds what the region's programs put onto buses, which is billed and
// counted for them together: where a bus, rule or archive waits for it, or
// where CloudWatch knows of any.
func (b *buses) listPuts(ctx context.Context) error {
	if !b.puts {
		err := b.listDimensions(ctx, store.PutEventsMetrics.Namespace, store.PutEventsMetrics.Column("entries").Metric, func(dims map[string]string) {
			b.puts = b.puts || len(dims) == 0
		})
		if err != nil && fatal(err) {
			return err
		} // else recalling asks the same service, and says so
	}
	if !b.puts {
		return nil
	}
	r, err := sealed(b.events("events", "put-events", "custom events"), b.put)
	if err != nil {
		return err
	}
	return b.found([]store.Resource{r})
}
