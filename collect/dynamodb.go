package collect

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	scaling "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling"
	scalingtypes "github.com/aws/aws-sdk-go-v2/service/applicationautoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
	"github.com/breakeven-dev/breakeven/store"
)

var (
	opListTables              = &Operation{Action: "dynamodb:ListTables", PerSecond: 10, Why: "the tables"}
	opDescribeTable           = &Operation{Action: "dynamodb:DescribeTable", PerSecond: 50, Single: true, Why: "a table's capacity mode, class, indexes and size"}
	opDescribeBackups         = &Operation{Action: "dynamodb:DescribeContinuousBackups", PerSecond: 10, Single: true, Why: "whether point-in-time recovery is on, which costs by size"}
	opDescribeScalableTargets = &Operation{Action: "application-autoscaling:DescribeScalableTargets", PerSecond: 10, Why: "the bounds of automatic scaling of provisioned tables"}
)

const dynamoDBName = "dynamodb"

var _ = registerRoster(&roster{
	name:       dynamoDBName,
	operations: []*Operation{opListTables, opDescribeTable, opDescribeBackups, opDescribeScalableTargets},
	list:       listTables,
	measures:   measureTable,
	recall:     recallTable,
})

// The capacity modes and table classes, as in usage files.
const (
	modeOnDemand    = "on-demand"
	modeProvisioned = "provisioned"
	classStandard   = "standard"
	classInfrequent = "standard-ia"
)

// tableConfig is what is stored of a table or of a global secondary index,
// which shares its table's mode and class. Key names are not read.
type tableConfig struct {
	Mode  string `json:"capacity_mode,omitempty"`
	Class string `json:"table_class,omitempty"`
	// Table is the name of an index's table, Indexes are a table's indexes.
	Table   string   `json:"table,omitempty"`
	Indexes []string `json:"indexes,omitempty"`
	RCU     int64    `json:"rcu,omitempty"` // units a second, provisioned
	WCU     int64    `json:"wcu,omitempty"`
	// Scaling bounds provisioned capacity where it scales by itself.
	Scaling *capacityBounds `json:"scaling,omitempty"`
	Bytes   *int64          `json:"bytes,omitempty"` // AWS counts them about every six hours
	Items   *int64          `json:"items,omitempty"`
	Created time.Time       `json:"created,omitzero"`
	// OnDemandSince is when the table was last made to pay per request.
	OnDemandSince time.Time `json:"on_demand_since,omitzero"`
	PITR          bool      `json:"pitr,omitempty"`
	// PITRSince is when recovery was switched on, if later than it reaches back.
	PITRSince time.Time `json:"pitr_since,omitzero"`
	Stream    string    `json:"stream_arn,omitempty"`
	Replicas  []string  `json:"replicas,omitempty"` // regions
	// MaxReads and MaxWrites limit an on-demand table, units a second.
	MaxReads  int64        `json:"max_read_units,omitempty"`
	MaxWrites int64        `json:"max_write_units,omitempty"`
	Edges     []model.Edge `json:"edges,omitempty"`
}

// capacityBounds are those of automatic scaling, in units a second; nil
// without.
type capacityBounds struct {
	ReadMin  *int32 `json:"read_min,omitempty"`
	ReadMax  *int32 `json:"read_max,omitempty"`
	WriteMin *int32 `json:"write_min,omitempty"`
	WriteMax *int32 `json:"write_max,omitempty"`
}

// table is a table by name, or an index of it.
func (t *target) table(name, index string) store.Resource {
	r := store.Resource{Key: model.ResourceKey{
		ID: unit.ResourceID(fmt.Sprintf("arn:%s:dynamodb:%s:%s:table/%s", partition(t.region), t.region, t.account, name)), Name: name,
	}}
	if index != "" {
		r.Key.ID += unit.ResourceID("/index/" + index)
		r.Key.Name += "/" + index
	}
	return r
}

// measureTable asks for capacity where there is, or was lately.
func measureTable(r *store.Resource) []measure {
	var c tableConfig
	if err := decodeConfig(r, &c); err != nil {
		return nil
	}
	dims := []dimension{{"TableName", cmp.Or(c.Table, r.Key.Name)}}
	has := func(*store.MetricColumn) bool { return true }
	if c.Table != "" {
		dims = append(dims, dimension{"GlobalSecondaryIndexName", r.Key.Name[len(c.Table)+1:]})
		has = func(col *store.MetricColumn) bool { return col.Dimension == "" } // latency is the table's
	}
	out := []measure{
		{table: store.DynamoDBReadMetrics, dims: dims, has: has},
		{table: store.DynamoDBWriteMetrics, dims: dims, has: has},
	}
	if c.Mode != modeOnDemand || c.OnDemandSince.After(c.Created.Add(time.Hour)) {
		out = append(out, measure{table: store.DynamoDBCapacityMetrics, dims: dims})
	}
	return out
}

// recallTable makes a deleted table or index of the dimensions of its metrics.
func recallTable(t *target, dims map[string]string) (store.Resource, bool) {
	name, index := dims["TableName"], dims["GlobalSecondaryIndexName"]
	if name == "" || index == "" && len(dims) != 1 || index != "" && len(dims) != 2 {
		return store.Resource{}, false
	}
	c := tableConfig{}
	if index != "" {
		c.Table = name
	}
	r, err := sealed(t.table(name, index), c)
	return r, err == nil
}

func listTables(ctx context.Context, t *target, found func([]store.Resource) error) error {
	client := dynamodb.NewFromConfig(t.config)
	var bounds map[string]*capacityBounds // asked for once there is a table
	in := &dynamodb.ListTablesInput{Limit: aws.Int32(100)}
	for {
		var out *dynamodb.ListTablesOutput
		err := t.gate.do(ctx, opListTables, 0, func(ctx context.Context) (err error) {
			out, err = client.ListTables(ctx, in)
			return err
		})
		if err != nil {
			return err
		}
		if bounds == nil && len(out.TableNames) > 0 {
			if bounds, err = t.tableBounds(ctx); err != nil {
				return err
			}
		}
		page, err := each(ctx, out.TableNames, func(ctx context.Context, name string) ([]store.Resource, error) {
			return describeTable(ctx, t, client, name, bounds)
		})
		if err != nil {
			return err
		}
		if err := found(slices.Concat(page...)); err != nil {
			return err
		}
		if aws.ToString(out.LastEvaluatedTableName) == "" {
			return nil
		}
		in.ExclusiveStartTableName = out.LastEvaluatedTableName
	}
}

// tableBounds lists the bounds of automatic scaling by Application Auto
// Scaling's name of a table or index: table/NAME, table/NAME/index/INDEX. If
// they are refused, that is a gap.
func (t *target) tableBounds(ctx context.Context) (map[string]*capacityBounds, error) {
	client := scaling.NewFromConfig(t.config)
	out := map[string]*capacityBounds{}
	in := &scaling.DescribeScalableTargetsInput{ServiceNamespace: scalingtypes.ServiceNamespaceDynamodb}
	for {
		var page *scaling.DescribeScalableTargetsOutput
		err := t.gate.do(ctx, opDescribeScalableTargets, 0, func(ctx context.Context) (err error) {
			page, err = client.DescribeScalableTargets(ctx, in)
			return err
		})
		if err != nil {
			return out, t.gapFor(ctx, dynamoDBName, opDescribeScalableTargets.Action, err)
		}
		for i := range page.ScalableTargets {
			s := &page.ScalableTargets[i]
			b := out[aws.ToString(s.ResourceId)]
			if b == nil {
				b = &capacityBounds{}
				out[aws.ToString(s.ResourceId)] = b
			}
			switch s.ScalableDimension {
			case scalingtypes.ScalableDimensionDynamoDBTableReadCapacityUnits, scalingtypes.ScalableDimensionDynamoDBIndexReadCapacityUnits:
				b.ReadMin, b.ReadMax = s.MinCapacity, s.MaxCapacity
			case scalingtypes.ScalableDimensionDynamoDBTableWriteCapacityUnits, scalingtypes.ScalableDimensionDynamoDBIndexWriteCapacityUnits:
				b.WriteMin, b.WriteMax = s.MinCapacity, s.MaxCapacity
			}
		}
		if aws.ToString(page.NextToken) == "" {
			return out, nil
		}
		in.NextToken = page.NextToken
	}
}

// describeTable reads a table and its indexes, the table first. One whose
// details are refused is kept by name, and is a gap.
func describeTable(ctx context.Context, t *target, client *dynamodb.Client, name string, bounds map[string]*capacityBounds) ([]store.Resource, error) {
	r := t.table(name, "")
	var out *dynamodb.DescribeTableOutput
	err := t.gate.do(ctx, opDescribeTable, 0, func(ctx context.Context) (err error) {
		out, err = client.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: aws.String(name)})
		return err
	})
	if err != nil {
		if err := t.leaveUnread(ctx, dynamoDBName, r.Key.ID, err); err != nil {
			return nil, err
		}
	}
	if err != nil || out.Table == nil {
		r, err = sealed(r, tableConfig{})
		return []store.Resource{r}, err
	}
	c := tableOf(out.Table)
	c.Scaling = bounds["table/"+name]
	if err := t.readBackups(ctx, client, name, &c); err != nil {
		if err := t.tolerateFor(ctx, dynamoDBName, r.Key.ID, err); err != nil {
			return nil, err
		}
	}
	// ValidFrom stays empty: sizes are as of now, and each is kept.
	if r, err = sealed(r, c); err != nil {
		return nil, err
	}
	all := []store.Resource{r}
	for i := range out.Table.GlobalSecondaryIndexes {
		d := &out.Table.GlobalSecondaryIndexes[i]
		index := aws.ToString(d.IndexName)
		of := indexOf(d, &c, name, r.Key.ID)
		of.Scaling = bounds["table/"+name+"/index/"+index]
		x, err := sealed(t.table(name, index), of)
		if err != nil {
			return nil, err
		}
		all = append(all, x)
	}
	return t.inherit(ctx, all)
}

// tableOf reads a table's description.
func tableOf(d *types.TableDescription) tableConfig {
	c := tableConfig{
		Mode: modeProvisioned, Class: classStandard, Bytes: d.TableSizeBytes, Items: d.ItemCount,
		Created: aws.ToTime(d.CreationDateTime).UTC().Truncate(time.Second),
	}
	if b := d.BillingModeSummary; b != nil {
		if b.BillingMode == types.BillingModePayPerRequest {
			c.Mode = modeOnDemand
		}
		if b.LastUpdateToPayPerRequestDateTime != nil {
			c.OnDemandSince = b.LastUpdateToPayPerRequestDateTime.UTC().Truncate(time.Second)
		}
	}
	if d.TableClassSummary != nil && d.TableClassSummary.TableClass == types.TableClassStandardInfrequentAccess {
		c.Class = classInfrequent
	}
	c.setCapacity(d.ProvisionedThroughput, d.OnDemandThroughput)
	for i := range d.GlobalSecondaryIndexes {
		c.Indexes = append(c.Indexes, aws.ToString(d.GlobalSecondaryIndexes[i].IndexName))
	}
	slices.Sort(c.Indexes)
	if d.StreamSpecification != nil && aws.ToBool(d.StreamSpecification.StreamEnabled) {
		c.Stream = aws.ToString(d.LatestStreamArn)
	}
	for i := range d.Replicas {
		c.Replicas = append(c.Replicas, aws.ToString(d.Replicas[i].RegionName))
	}
	slices.Sort(c.Replicas)
	return c
}

func (c *tableConfig) setCapacity(p *types.ProvisionedThroughputDescription, limits *types.OnDemandThroughput) {
	if p != nil && c.Mode == modeProvisioned {
		c.RCU, c.WCU = aws.ToInt64(p.ReadCapacityUnits), aws.ToInt64(p.WriteCapacityUnits)
	}
	if limits != nil && c.Mode == modeOnDemand {
		// AWS says -1 for no limit.
		c.MaxReads, c.MaxWrites = max(0, aws.ToInt64(limits.MaxReadRequestUnits)), max(0, aws.ToInt64(limits.MaxWriteRequestUnits))
	}
}

// indexOf reads an index's description; of is its table's.
func indexOf(d *types.GlobalSecondaryIndexDescription, of *tableConfig, table string, id unit.ResourceID) tableConfig {
	c := tableConfig{
		Mode: of.Mode, Class: of.Class, Table: table, Bytes: d.IndexSizeBytes, Items: d.ItemCount,
		Created: of.Created, OnDemandSince: of.OnDemandSince,
		Edges: []model.Edge{{From: id, Kind: model.EdgeFeeds}},
	}
	c.setCapacity(d.ProvisionedThroughput, d.OnDemandThroughput)
	return c
}

// readBackups reads whether point-in-time recovery is on.
func (t *target) readBackups(ctx context.Context, client *dynamodb.Client, name string, c *tableConfig) error {
	var out *dynamodb.DescribeContinuousBackupsOutput
	err := t.gate.do(ctx, opDescribeBackups, 0, func(ctx context.Context) (err error) {
		out, err = client.DescribeContinuousBackups(ctx, &dynamodb.DescribeContinuousBackupsInput{TableName: aws.String(name)})
		return err
	})
	if err != nil || out.ContinuousBackupsDescription == nil {
		return err
	}
	p := out.ContinuousBackupsDescription.PointInTimeRecoveryDescription
	if p == nil || p.PointInTimeRecoveryStatus != types.PointInTimeRecoveryStatusEnabled {
		return nil
	}
	c.PITR = true
	const usual = 35 // days
	reach := time.Duration(cmp.Or(aws.ToInt32(p.RecoveryPeriodInDays), usual)) * 24 * time.Hour
	// It reaches back no further than to when it was switched on; once it
	// reaches back fully, the instant moves with the clock and says nothing.
	if since := aws.ToTime(p.EarliestRestorableDateTime).UTC(); since.After(t.Now.Add(-reach).Add(time.Hour)) {
		c.PITRSince = since.Truncate(time.Second)
	}
	return nil
}
