package collect

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
	"github.com/breakeven-dev/breakeven/store"
)

var (
	opListMachines    = &Operation{Action: "states:ListStateMachines", PerSecond: 5, Why: "the state machines"}
	opDescribeMachine = &Operation{Action: "states:DescribeStateMachine", PerSecond: 10, Single: true, Why: "a state machine's type, the length of its paths and what it calls"}
)

const stepFunctionsName = "stepfunctions"

var _ = registerRoster(&roster{
	name:       stepFunctionsName,
	operations: []*Operation{opListMachines, opDescribeMachine},
	list:       listMachines,
	measures:   measureMachine,
	recall: func(_ *target, dims map[string]string) (store.Resource, bool) {
		arn := dims["StateMachineArn"]
		r, err := sealed(machine(arn, ""), machineConfig{})
		return r, err == nil && len(dims) == 1 && strings.Count(arn, ":") == 6 // no version or alias
	},
})

// machineConfig is what is stored of a state machine: of its definition the
// shape, no names or texts of states.
type machineConfig struct {
	Type string `json:"type,omitempty"` // STANDARD or EXPRESS; empty: not known
	workflow
	LogLevel string       `json:"log_level,omitempty"`
	LogsData bool         `json:"logs_data,omitempty"`
	Tracing  bool         `json:"tracing,omitempty"`
	Edges    []model.Edge `json:"edges,omitempty"`
}

// machine is a state machine by ARN.
func machine(arn, name string) store.Resource {
	if name == "" {
		name = arn[strings.LastIndexByte(arn, ':')+1:]
	}
	return store.Resource{Key: model.ResourceKey{ID: unit.ResourceID(arn), Name: name}}
}

// measureMachine: what is billed of an Express execution is published of
// these alone. The region as a whole, which has no id, counts transitions.
func measureMachine(r *store.Resource) []measure {
	if r.Key.ID == "" {
		return []measure{{table: store.StateTransitionMetrics}}
	}
	var c machineConfig
	if err := decodeConfig(r, &c); err != nil {
		return nil
	}
	return []measure{{
		table: store.StateMachineMetrics, dims: []dimension{{"StateMachineArn", string(r.Key.ID)}},
		has: func(col *store.MetricColumn) bool {
			return c.Type != string(types.StateMachineTypeStandard) || !strings.HasPrefix(col.Metric, "Express")
		},
		// What waits for others may end long after the last one started.
		restless: c.Waits && c.Type == string(types.StateMachineTypeStandard),
	}}
}

func listMachines(ctx context.Context, t *target, found func([]store.Resource) error) error {
	client := sfn.NewFromConfig(t.config)
	in := &sfn.ListStateMachinesInput{MaxResults: 1000}
	any := false
	for {
		var out *sfn.ListStateMachinesOutput
		err := t.gate.do(ctx, opListMachines, 0, func(ctx context.Context) (err error) {
			out, err = client.ListStateMachines(ctx, in)
			return err
		})
		if err != nil {
			return err
		}
		page, err := each(ctx, out.StateMachines, func(ctx context.Context, m types.StateMachineListItem) (store.Resource, error) {
			return describeMachine(ctx, t, client, &m)
		})
		if err != nil {
			return err
		}
		if len(page) > 0 && !any {
			any = true
			page = append(page, store.Resource{}) // the region as a whole
		}
		if err := found(page); err != nil {
			return err
		}
		if aws.ToString(out.NextToken) == "" {
			return nil
		}
		in.NextToken = out.NextToken
	}
}

// describeMachine reads a machine's definition. One that is refused is kept
// by name and type, and is a gap.
func describeMachine(ctx context.Context, t *target, client *sfn.Client, m *types.StateMachineListItem) (store.Resource, error) {
	r := machine(aws.ToString(m.StateMachineArn), aws.ToString(m.Name))
	r.ValidFrom = aws.ToTime(m.CreationDate).UTC()
	c := machineConfig{Type: string(m.Type)}
	var out *sfn.DescribeStateMachineOutput
	err := t.gate.do(ctx, opDescribeMachine, 0, func(ctx context.Context) (err error) {
		out, err = client.DescribeStateMachine(ctx, &sfn.DescribeStateMachineInput{StateMachineArn: m.StateMachineArn})
		return err
	})
	if err != nil {
		if err := t.tolerateFor(ctx, stepFunctionsName, r.Key.ID, err); err != nil {
			return r, err
		}
		return sealed(r, c)
	}
	c.workflow, c.Edges = readWorkflow(aws.ToString(out.Definition), t.region, t.account)
	c.Tracing = out.TracingConfiguration != nil && out.TracingConfiguration.Enabled
	if l := out.LoggingConfiguration; l != nil && l.Level != types.LogLevelOff {
		c.LogLevel, c.LogsData = string(l.Level), l.IncludeExecutionData
		for _, d := range l.Destinations {
			if g := d.CloudWatchLogsLogGroup; g != nil {
				c.Edges = connected(c.Edges, unit.ResourceID(strings.TrimSuffix(aws.ToString(g.LogGroupArn), ":*")), model.EdgeLogs)
			}
		}
	}
	return sealed(r, c)
}
