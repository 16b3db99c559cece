package collect

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
	"github.com/breakeven-dev/breakeven/store"
)

var (
	opListStreams         = &Operation{Action: "kinesis:ListStreams", PerSecond: 5, Why: "the streams"}
	opDescribeStream      = &Operation{Action: "kinesis:DescribeStreamSummary", PerSecond: 20, Single: true, Why: "a stream's mode, shards and retention"}
	opListStreamConsumers = &Operation{Action: "kinesis:ListStreamConsumers", PerSecond: 5, Single: true, Why: "the consumers of enhanced fan-out, which cost by shard and hour"}
)

const kinesisName = "kinesis"

var _ = registerRoster(&roster{
	name:       kinesisName,
	operations: []*Operation{opListStreams, opDescribeStream, opListStreamConsumers},
	list:       listStreams,
	measures:   measureStream,
	recallFrom: recallStream,
})

// streamConfig is what is stored of a stream, or of a consumer of enhanced
// fan-out, which has its stream's mode and shards.
type streamConfig struct {
	Mode   string `json:"stream_mode,omitempty"`
	Stream string `json:"stream,omitempty"` // name, of a consumer
	Shards int64  `json:"shards,omitempty"` // open ones
	// RetentionHours is how long records stay, 24 by default.
	RetentionHours int64        `json:"retention_h,omitempty"`
	Consumers      int64        `json:"consumers,omitempty"` // of enhanced fan-out
	Encrypted      bool         `json:"encrypted,omitempty"`
	Created        time.Time    `json:"created,omitzero"`
	Edges          []model.Edge `json:"edges,omitempty"`
}

// stream is a stream by name.
func (t *target) stream(name string) store.Resource {
	return store.Resource{Key: model.ResourceKey{
		ID: unit.ResourceID(fmt.Sprintf("arn:%s:kinesis:%s:%s:stream/%s", partition(t.region), t.region, t.account, name)), Name: name,
	}}
}

func measureStream(r *store.Resource) []measure {
	var c streamConfig
	if err := decodeConfig(r, &c); err != nil {
		return nil
	}
	if c.Stream != "" {
		return []measure{{table: store.KinesisConsumerMetrics, dims: []dimension{
			{"StreamName", c.Stream}, {"ConsumerName", strings.TrimPrefix(r.Key.Name, c.Stream+"/")},
		}}}
	}
	dims := []dimension{{"StreamName", r.Key.Name}}
	return []measure{{table: store.KinesisWriteMetrics, dims: dims}, {table: store.KinesisReadMetrics, dims: dims}}
}

// recallStream makes a deleted stream or consumer of its metrics' dimensions,
// which do not tell when a consumer was made, as its ARN does.
func recallStream(t *target, table *store.MetricTable, dims map[string]string, known func(func(*model.ResourceKey) bool) bool) (store.Resource, bool) {
	name, consumer := dims["StreamName"], dims["ConsumerName"]
	r, c := t.stream(name), streamConfig{}
	want := 1
	if table == store.KinesisConsumerMetrics {
		want, c.Stream = 2, name
		r.Key.ID += unit.ResourceID("/consumer/" + consumer)
		r.Key.Name += "/" + consumer
	}
	if name == "" || len(dims) != want || known(func(k *model.ResourceKey) bool { return k.Service == kinesisName && k.Name == r.Key.Name }) {
		return store.Resource{}, false
	}
	r, err := sealed(r, c)
	return r, err == nil
}

func listStreams(ctx context.Context, t *target, found func([]store.Resource) error) error {
	client := kinesis.NewFromConfig(t.config)
	in := &kinesis.ListStreamsInput{Limit: aws.Int32(100)}
	for {
		var out *kinesis.ListStreamsOutput
		err := t.gate.do(ctx, opListStreams, 0, func(ctx context.Context) (err error) {
			out, err = client.ListStreams(ctx, in)
			return err
		})
		if err != nil {
			return err
		}
		page, err := each(ctx, out.StreamNames, func(ctx context.Context, name string) ([]store.Resource, error) {
			return describeStream(ctx, t, client, name)
		})
		if err != nil {
			return err
		}
		if err := found(slices.Concat(page...)); err != nil {
			return err
		}
		if !aws.ToBool(out.HasMoreStreams) || len(out.StreamNames) == 0 {
			return nil
		}
		// The token expires within minutes; the last name does not.
		in.ExclusiveStartStreamName = aws.String(out.StreamNames[len(out.StreamNames)-1])
	}
}

// describeStream reads a stream and its consumers, the stream first. One
// whose details are refused is kept by name, and is a gap.
func describeStream(ctx context.Context, t *target, client *kinesis.Client, name string) ([]store.Resource, error) {
	r := t.stream(name)
	var out *kinesis.DescribeStreamSummaryOutput
	err := t.gate.do(ctx, opDescribeStream, 0, func(ctx context.Context) (err error) {
		out, err = client.DescribeStreamSummary(ctx, &kinesis.DescribeStreamSummaryInput{StreamName: aws.String(name)})
		return err
	})
	if err != nil {
		if err := t.leaveUnread(ctx, kinesisName, r.Key.ID, err); err != nil {
			return nil, err
		}
	}
	if err != nil || out.StreamDescriptionSummary == nil {
		r, err = sealed(r, streamConfig{})
		return []store.Resource{r}, err
	}
	d := out.StreamDescriptionSummary
	if arn := aws.ToString(d.StreamARN); arn != "" {
		r.Key.ID = unit.ResourceID(arn)
	}
	c := streamOf(d)
	// ValidFrom stays empty: shards are as of now, and each count is kept.
	if r, err = sealed(r, c); err != nil {
		return nil, err
	}
	all := []store.Resource{r}
	if d.ConsumerCount != nil && c.Consumers == 0 {
		return all, nil
	}
	consumers, err := t.streamConsumers(ctx, client, &r, &c)
	if err != nil {
		t.unread.Store(r.Key.ID+"/consumer", true) // those known stay so
		if err := t.tolerateFor(ctx, kinesisName, r.Key.ID, err); err != nil {
			return nil, err
		}
	}
	return t.inherit(ctx, append(all, consumers...))
}

func streamOf(d *types.StreamDescriptionSummary) streamConfig {
	c := streamConfig{
		Mode: modeProvisioned, Shards: int64(aws.ToInt32(d.OpenShardCount)), RetentionHours: int64(aws.ToInt32(d.RetentionPeriodHours)),
		Consumers: int64(aws.ToInt32(d.ConsumerCount)), Encrypted: d.EncryptionType == types.EncryptionTypeKms,
		Created: aws.ToTime(d.StreamCreationTimestamp).UTC().Truncate(time.Second),
	}
	if d.StreamModeDetails != nil && d.StreamModeDetails.StreamMode == types.StreamModeOnDemand {
		c.Mode = modeOnDemand
	}
	return c
}

// streamConsumers lists a stream's consumers of enhanced fan-out.
func (t *target) streamConsumers(ctx context.Context, client *kinesis.Client, r *store.Resource, of *streamConfig) ([]store.Resource, error) {
	var all []store.Resource
	in := &kinesis.ListStreamConsumersInput{StreamARN: aws.String(string(r.Key.ID)), MaxResults: aws.Int32(100)}
	for {
		var out *kinesis.ListStreamConsumersOutput
		err := t.gate.do(ctx, opListStreamConsumers, 0, func(ctx context.Context) (err error) {
			out, err = client.ListStreamConsumers(ctx, in)
			return err
		})
		if err != nil {
			return all, err
		}
		for i := range out.Consumers {
			d := &out.Consumers[i]
			x, err := sealed(store.Resource{Key: model.ResourceKey{
				ID: unit.ResourceID(aws.ToString(d.ConsumerARN)), Name: r.Key.Name + "/" + aws.ToString(d.ConsumerName),
			}}, streamConfig{
				Mode: of.Mode, Stream: r.Key.Name, Shards: of.Shards,
				Created: aws.ToTime(d.ConsumerCreationTimestamp).UTC().Truncate(time.Second),
				Edges:   []model.Edge{{From: r.Key.ID, Kind: model.EdgeFeeds}},
			})
			if err != nil {
				return all, err
			}
			all = append(all, x)
		}
		if aws.ToString(out.NextToken) == "" {
			return all, nil
		}
		in.NextToken = out.NextToken
	}
}
