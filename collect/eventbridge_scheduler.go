package collect

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/pipes"
	pipetypes "github.com/aws/aws-sdk-go-v2/service/pipes/types"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	"github.com/aws/aws-sdk-go-v2/service/scheduler/types"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
	"github.com/breakeven-dev/breakeven/store"
)

var (
	opListScheduleGroups = &Operation{Action: "scheduler:ListScheduleGroups", PerSecond: 50, Why: "the groups of schedules, by which invocations are counted"}
	opListSchedules      = &Operation{Action: "scheduler:ListSchedules", PerSecond: 50, Why: "the schedules and what they start"}
	opGetSchedule        = &Operation{Action: "scheduler:GetSchedule", PerSecond: 100, Single: true, Why: "when a schedule starts it"}
	opListPipes          = &Operation{Action: "pipes:ListPipes", PerSecond: 10, Why: "the pipes"}
	opDescribePipe       = &Operation{Action: "pipes:DescribePipe", PerSecond: 10, Single: true, Why: "what a pipe connects and how many events it takes at once"}
)

// schedulePages of a hundred are read of a group: it may have a million
// schedules, most of which act once.
const schedulePages = 20

// listScheduler lists schedule groups and their schedules. The default group,
// which every region has, is shown where it has schedules.
func listScheduler(ctx context.Context, t *target, found func([]store.Resource) error) error {
	client := scheduler.NewFromConfig(t.config)
	in := &scheduler.ListScheduleGroupsInput{MaxResults: aws.Int32(100)}
	for {
		var out *scheduler.ListScheduleGroupsOutput
		err := t.gate.do(ctx, opListScheduleGroups, 0, func(ctx context.Context) (err error) {
			out, err = client.ListScheduleGroups(ctx, in)
			return err
		})
		if err != nil {
			return err
		}
		for i := range out.ScheduleGroups {
			if err := listScheduleGroup(ctx, t, client, &out.ScheduleGroups[i], found); err != nil {
				return err
			}
		}
		if in.NextToken = out.NextToken; aws.ToString(in.NextToken) == "" {
			return nil
		}
	}
}

func listScheduleGroup(ctx context.Context, t *target, client *scheduler.Client, g *types.ScheduleGroupSummary, found func([]store.Resource) error) error {
	name := aws.ToString(g.Name)
	n := 0
	in := &scheduler.ListSchedulesInput{GroupName: g.Name, MaxResults: aws.Int32(100)}
	for range schedulePages {
		var out *scheduler.ListSchedulesOutput
		err := t.gate.do(ctx, opListSchedules, 0, func(ctx context.Context) (err error) {
			out, err = client.ListSchedules(ctx, in)
			return err
		})
		if err != nil {
			return err
		}
		page, err := each(ctx, out.Schedules, func(ctx context.Context, s types.ScheduleSummary) (store.Resource, error) {
			return describeSchedule(ctx, t, client, name, &s)
		})
		if err != nil {
			return err
		}
		n += len(page)
		if err := found(page); err != nil {
			return err
		}
		if in.NextToken = out.NextToken; aws.ToString(in.NextToken) == "" {
			break
		}
	}
	if n == 0 && name == defaultBus {
		return nil
	}
	r, err := sealed(t.events("scheduler", "schedule-group/"+name, name), eventsConfig{Kind: kindGroup})
	if err != nil {
		return err
	}
	return found([]store.Resource{r})
}

// describeSchedule reads when a schedule acts. One that is refused is kept by
// name and target, and is a gap.
func describeSchedule(ctx context.Context, t *target, client *scheduler.Client, group string, s *types.ScheduleSummary) (store.Resource, error) {
	name := aws.ToString(s.Name)
	r := t.events("scheduler", "schedule/"+group+"/"+name, name)
	r.ValidFrom = aws.ToTime(s.LastModificationDate).UTC()
	c := eventsConfig{Kind: kindSchedule, State: string(s.State)}
	if group != defaultBus { // in the default group anything may stand side by side
		c.Edges = append(c.Edges, model.Edge{From: t.events("scheduler", "schedule-group/"+group, "").Key.ID, Kind: model.EdgeFeeds})
	}
	if s.Target != nil {
		c.reaches(aws.ToString(s.Target.Arn))
	}
	var out *scheduler.GetScheduleOutput
	err := t.gate.do(ctx, opGetSchedule, 0, func(ctx context.Context) (err error) {
		out, err = client.GetSchedule(ctx, &scheduler.GetScheduleInput{Name: s.Name, GroupName: aws.String(group)})
		return err
	})
	if err != nil {
		if err := t.leaveUnread(ctx, eventBridgeName, r.Key.ID, err); err != nil {
			return r, err
		}
		return sealed(r, c)
	}
	c.Schedule = aws.ToString(out.ScheduleExpression)
	if out.Target != nil && out.Target.DeadLetterConfig != nil {
		c.Edges = connected(c.Edges, unit.ResourceID(aws.ToString(out.Target.DeadLetterConfig.Arn)), model.EdgeDeadLetter)
	}
	return sealed(r, c)
}

func listPipes(ctx context.Context, t *target, found func([]store.Resource) error) error {
	client := pipes.NewFromConfig(t.config)
	in := &pipes.ListPipesInput{Limit: aws.Int32(100)}
	for {
		var out *pipes.ListPipesOutput
		err := t.gate.do(ctx, opListPipes, 0, func(ctx context.Context) (err error) {
			out, err = client.ListPipes(ctx, in)
			return err
		})
		if err != nil {
			return err
		}
		page, err := each(ctx, out.Pipes, func(ctx context.Context, p pipetypes.Pipe) (store.Resource, error) {
			return describePipe(ctx, t, client, &p)
		})
		if err != nil {
			return err
		}
		if err := found(page); err != nil {
			return err
		}
		if in.NextToken = out.NextToken; aws.ToString(in.NextToken) == "" {
			return nil
		}
	}
}

// describePipe reads how many events a pipe takes at once. One that is refused
// is kept with what it connects, and is a gap.
func describePipe(ctx context.Context, t *target, client *pipes.Client, p *pipetypes.Pipe) (store.Resource, error) {
	name := aws.ToString(p.Name)
	r := t.events("pipes", "pipe/"+name, name)
	r.ValidFrom = aws.ToTime(p.LastModifiedTime).UTC()
	c := eventsConfig{Kind: kindPipe, State: string(p.CurrentState)}
	if _, account, _ := splitARN(aws.ToString(p.Source)); account != "" { // else a broker's address
		c.Edges = append(c.Edges, model.Edge{From: unit.ResourceID(aws.ToString(p.Source)), Kind: model.EdgeFeeds})
	}
	c.reaches(aws.ToString(p.Enrichment))
	c.reaches(aws.ToString(p.Target))
	var out *pipes.DescribePipeOutput
	err := t.gate.do(ctx, opDescribePipe, 0, func(ctx context.Context) (err error) {
		out, err = client.DescribePipe(ctx, &pipes.DescribePipeInput{Name: p.Name})
		return err
	})
	switch {
	case err == nil:
		c.Batch = batchOf(out.SourceParameters)
	default:
		if err := t.leaveUnread(ctx, eventBridgeName, r.Key.ID, err); err != nil {
			return r, err
		}
	}
	return sealed(r, c)
}

// batchOf is how many events a pipe takes from its source at once, 0 if not
// known.
func batchOf(s *pipetypes.PipeSourceParameters) int32 {
	switch {
	case s == nil:
	case s.SqsQueueParameters != nil:
		return aws.ToInt32(s.SqsQueueParameters.BatchSize)
	case s.DynamoDBStreamParameters != nil:
		return aws.ToInt32(s.DynamoDBStreamParameters.BatchSize)
	case s.KinesisStreamParameters != nil:
		return aws.ToInt32(s.KinesisStreamParameters.BatchSize)
	}
	return 0
}
