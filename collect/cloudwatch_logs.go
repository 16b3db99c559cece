package collect

import (
	"context"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
	"github.com/breakeven-dev/breakeven/store"
)

// Log groups, of Lambda functions and of everything else. Lambda's own
// collection lists them too: either may run without the other, and it is free.
var _ = registerRoster(&roster{
	name:       "cloudwatch_logs",
	operations: []*Operation{opDescribeLogGroups},
	list:       listLogGroups,
	measures: func(r *store.Resource) []measure {
		return []measure{{table: store.LogMetrics, dims: []dimension{{"LogGroupName", r.Key.Name}}}}
	},
	recall: func(t *target, dims map[string]string) (store.Resource, bool) {
		name := dims["LogGroupName"]
		r, err := sealed(t.logGroup(name), logGroupConfig{Class: logClassStandard})
		return r, err == nil && name != "" && len(dims) == 1
	},
})

// Log classes as usage files name them.
const (
	logClassStandard = "standard"
	logClassRare     = "infrequent-access"
	logClassDelivery = "delivery"
)

// logGroupConfig is what is stored of a log group's settings. How much it
// holds changes with each look, and stands in store.LogLevels.
type logGroupConfig struct {
	Class         string     `json:"class"`
	RetentionDays int32      `json:"retention_days,omitempty"` // 0: for ever
	KMS           bool       `json:"kms,omitempty"`
	Protected     bool       `json:"data_protection,omitempty"`
	Filters       int32      `json:"metric_filters,omitempty"`
	Created       *time.Time `json:"created,omitempty"`
}

// logGroup is a log group by name.
func (t *target) logGroup(name string) store.Resource {
	return store.Resource{Key: model.ResourceKey{ID: t.logGroupID(name), Name: name}}
}

func listLogGroups(ctx context.Context, t *target, found func([]store.Resource) error) error {
	in := &cloudwatchlogs.DescribeLogGroupsInput{Limit: aws.Int32(50)}
	for {
		var out *cloudwatchlogs.DescribeLogGroupsOutput
		err := t.gate.do(ctx, opDescribeLogGroups, 0, func(ctx context.Context) (err error) {
			out, err = t.logs.DescribeLogGroups(ctx, in)
			return err
		})
		if err != nil {
			return err
		}
		page := make([]store.Resource, len(out.LogGroups))
		for i := range out.LogGroups {
			if page[i], err = logGroupOf(t, &out.LogGroups[i]); err != nil {
				return err
			}
		}
		if err := found(page); err != nil {
			return err
		}
		if err := storeLogLevels(ctx, t, page, out.LogGroups); err != nil {
			return err
		}
		if aws.ToString(out.NextToken) == "" {
			return nil
		}
		in.NextToken = out.NextToken
	}
}

func logGroupOf(t *target, g *types.LogGroup) (store.Resource, error) {
	r := t.logGroup(aws.ToString(g.LogGroupName))
	if arn := strings.TrimSuffix(aws.ToString(g.Arn), ":*"); arn != "" {
		r.Key.ID = unit.ResourceID(arn)
	}
	c := logGroupConfig{
		Class: logClassStandard, RetentionDays: aws.ToInt32(g.RetentionInDays), KMS: aws.ToString(g.KmsKeyId) != "",
		Protected: g.DataProtectionStatus == types.DataProtectionStatusActivated, Filters: aws.ToInt32(g.MetricFilterCount),
	}
	switch g.LogGroupClass {
	case types.LogGroupClassInfrequentAccess:
		c.Class = logClassRare
	case types.LogGroupClassDelivery:
		c.Class = logClassDelivery
	case types.LogGroupClassStandard:
	}
	if ms := aws.ToInt64(g.CreationTime); ms > 0 {
		created := time.UnixMilli(ms).UTC()
		c.Created = &created
	}
	return sealed(r, c)
}

// storeLogLevels writes down what the groups of a page, once stored, hold now.
func storeLogLevels(ctx context.Context, t *target, page []store.Resource, groups []types.LogGroup) error {
	hour := t.Now.Truncate(time.Hour)
	var blocks []store.MetricBlock
	for i := range page {
		if page[i].Ref == 0 || groups[i].StoredBytes == nil {
			continue // a plan stores nothing
		}
		blocks = append(blocks, store.MetricBlock{
			Resource: page[i].Ref, Window: model.Window{From: hour, To: hour.Add(time.Hour)}, Period: time.Hour,
			Columns: [][]float64{{float64(*groups[i].StoredBytes)}}, SettledTo: hour,
		})
	}
	return t.storeBlocks(ctx, store.LogLevels.Name, blocks, nil)
}
