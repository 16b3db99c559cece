package collect

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
	"github.com/breakeven-dev/breakeven/store"
)

var (
	opListQueues         = &Operation{Action: "sqs:ListQueues", PerSecond: 20, Why: "the queues"}
	opGetQueueAttributes = &Operation{Action: "sqs:GetQueueAttributes", PerSecond: 50, Single: true, Why: "a queue's type, wait time and dead-letter queue"}
)

var _ = registerRoster(&roster{
	name:       "sqs",
	operations: []*Operation{opListQueues, opGetQueueAttributes},
	list:       listQueues,
	measures: func(r *store.Resource) []measure {
		return []measure{{table: store.SQSMetrics, dims: []dimension{{"QueueName", r.Key.Name}}}}
	},
	recall: func(t *target, dims map[string]string) (store.Resource, bool) {
		name := dims["QueueName"]
		r := t.queue(name)
		sealedQueue, err := sealed(r, queueConfig{FIFO: strings.HasSuffix(name, ".fifo")})
		return sealedQueue, err == nil && name != "" && len(dims) == 1
	},
})

// queueConfig is what is stored of a queue's attributes; its policy and keys
// are not read.
type queueConfig struct {
	FIFO              bool         `json:"fifo"`
	WaitSeconds       int          `json:"receive_wait_s"`
	VisibilitySeconds int          `json:"visibility_timeout_s"`
	RetentionSeconds  int          `json:"retention_s"`
	MaxMessageBytes   int          `json:"max_message_bytes"`
	MaxReceives       int          `json:"max_receive_count,omitempty"`
	DeadLetter        string       `json:"dead_letter_arn,omitempty"`
	Edges             []model.Edge `json:"edges,omitempty"`
}

// queue is a queue by name.
func (t *target) queue(name string) store.Resource {
	return store.Resource{Key: model.ResourceKey{
		ID: unit.ResourceID(fmt.Sprintf("arn:%s:sqs:%s:%s:%s", partition(t.region), t.region, t.account, name)), Name: name,
	}}
}

func listQueues(ctx context.Context, t *target, found func([]store.Resource) error) error {
	client := sqs.NewFromConfig(t.config)
	in := &sqs.ListQueuesInput{MaxResults: aws.Int32(1000)}
	for {
		var out *sqs.ListQueuesOutput
		err := t.gate.do(ctx, opListQueues, 0, func(ctx context.Context) (err error) {
			out, err = client.ListQueues(ctx, in)
			return err
		})
		if err != nil {
			return err
		}
		page, err := each(ctx, out.QueueUrls, func(ctx context.Context, url string) (store.Resource, error) {
			return describeQueue(ctx, t, client, url)
		})
		if err != nil {
			return err
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

// describeQueue reads a queue's attributes. One whose attributes are refused
// is kept as it was stored, at least by name, and is a gap.
func describeQueue(ctx context.Context, t *target, client *sqs.Client, url string) (store.Resource, error) {
	name := url[strings.LastIndexByte(url, '/')+1:]
	r := t.queue(name)
	var out *sqs.GetQueueAttributesOutput
	err := t.gate.do(ctx, opGetQueueAttributes, 0, func(ctx context.Context) (err error) {
		out, err = client.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{
			QueueUrl: aws.String(url), AttributeNames: []types.QueueAttributeName{types.QueueAttributeNameAll},
		})
		return err
	})
	if err != nil {
		if err := t.leaveUnread(ctx, "sqs", r.Key.ID, err); err != nil {
			return r, err
		}
		return sealed(r, queueConfig{FIFO: strings.HasSuffix(name, ".fifo")})
	}
	if arn := out.Attributes["QueueArn"]; arn != "" {
		r.Key.ID = unit.ResourceID(arn)
	}
	if s, err := strconv.ParseInt(out.Attributes["LastModifiedTimestamp"], 10, 64); err == nil {
		r.ValidFrom = time.Unix(s, 0).UTC()
	}
	return sealed(r, queueOf(name, out.Attributes))
}

func queueOf(name string, attributes map[string]string) queueConfig {
	number := func(key string) int {
		n, err := strconv.Atoi(attributes[key])
		if err != nil {
			return 0 // absent: AWS sends numbers
		}
		return n
	}
	c := queueConfig{
		FIFO:        attributes["FifoQueue"] == "true" || strings.HasSuffix(name, ".fifo"),
		WaitSeconds: number("ReceiveMessageWaitTimeSeconds"), VisibilitySeconds: number("VisibilityTimeout"),
		RetentionSeconds: number("MessageRetentionPeriod"), MaxMessageBytes: number("MaximumMessageSize"),
	}
	var redrive struct {
		Target string      `json:"deadLetterTargetArn"`
		Count  json.Number `json:"maxReceiveCount"` // a number, or one in quotes
	}
	if json.Unmarshal([]byte(attributes["RedrivePolicy"]), &redrive) == nil && redrive.Target != "" {
		c.DeadLetter = redrive.Target
		if n, err := redrive.Count.Int64(); err == nil {
			c.MaxReceives = int(n)
		}
		c.Edges = []model.Edge{{To: unit.ResourceID(redrive.Target), Kind: model.EdgeDeadLetter}}
	}
	return c
}
