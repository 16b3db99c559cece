package collect

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
	"github.com/breakeven-dev/breakeven/store"
)

const snsName = "sns"

var (
	opListTopics        = &Operation{Action: "sns:ListTopics", PerSecond: 30, Why: "the topics"}
	opGetTopic          = &Operation{Action: "sns:GetTopicAttributes", PerSecond: 30, Single: true, Why: "a topic's type and whether subscriptions wait for confirmation"}
	opListSubscriptions = &Operation{Action: "sns:ListSubscriptionsByTopic", PerSecond: 30, Single: true, Why: "by which protocols a topic delivers, and to which queues and functions; never an address"}
	opGetSubscription   = &Operation{Action: "sns:GetSubscriptionAttributes", PerSecond: 30, Single: true, Why: "whether a subscription filters by payload, which is billed, and its dead-letter queue"}
)

// A topic may have millions of subscriptions. So many pages of a hundred are
// counted by protocol, and so many subscriptions are looked at one by one.
const (
	subscriptionPages = 10
	subscriptionsRead = 100
)

var _ = registerRoster(&roster{
	name:       snsName,
	operations: []*Operation{opListTopics, opGetTopic, opListSubscriptions, opGetSubscription},
	list:       listTopics,
	measures: func(r *store.Resource) []measure {
		return []measure{{table: store.SNSMetrics, dims: []dimension{{"TopicName", r.Key.Name}}}}
	},
	recall: func(t *target, dims map[string]string) (store.Resource, bool) {
		name := dims["TopicName"]
		arn := fmt.Sprintf("arn:%s:sns:%s:%s:%s", partition(t.region), t.region, t.account, name)
		r, err := sealed(topic(arn), topicConfig{FIFO: strings.HasSuffix(name, ".fifo")})
		return r, err == nil && name != "" && len(dims) == 1
	},
})

// topicConfig is what is stored of a topic: of its subscribers the number by
// protocol and those that are AWS resources; no addresses, numbers or URLs.
type topicConfig struct {
	FIFO      bool `json:"fifo"`
	Encrypted bool `json:"encrypted,omitempty"`
	Pending   int  `json:"pending,omitempty"` // subscriptions that are not confirmed
	// Subscriptions counts the confirmed ones by protocol; nil where it is not
	// known. More is true where they are only the first of many.
	Subscriptions map[string]int `json:"subscriptions,omitempty"`
	More          bool           `json:"more,omitempty"`
	// Filters are the subscriptions with a filter policy, PayloadFilters those
	// of them that look into a message's body.
	Filters        int          `json:"filters,omitempty"`
	PayloadFilters int          `json:"payload_filters,omitempty"`
	Edges          []model.Edge `json:"edges,omitempty"`
}

// topic is a topic by ARN.
func topic(arn string) store.Resource {
	return store.Resource{Key: model.ResourceKey{ID: unit.ResourceID(arn), Name: arn[strings.LastIndexByte(arn, ':')+1:]}}
}

func listTopics(ctx context.Context, t *target, found func([]store.Resource) error) error {
	client := sns.NewFromConfig(t.config)
	in := &sns.ListTopicsInput{}
	for {
		var out *sns.ListTopicsOutput
		err := t.gate.do(ctx, opListTopics, 0, func(ctx context.Context) (err error) {
			out, err = client.ListTopics(ctx, in)
			return err
		})
		if err != nil {
			return err
		}
		page, err := each(ctx, out.Topics, func(ctx context.Context, item types.Topic) (store.Resource, error) {
			return describeTopic(ctx, t, client, aws.ToString(item.TopicArn))
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

// describeTopic reads a topic's attributes and subscriptions. What is refused
// is a gap each; the rest is kept.
func describeTopic(ctx context.Context, t *target, client *sns.Client, arn string) (store.Resource, error) {
	r := topic(arn)
	c := topicConfig{FIFO: strings.HasSuffix(arn, ".fifo")}
	for _, read := range []func() error{
		func() error { return c.readTopic(ctx, t, client, arn) },
		func() error { return c.readSubscriptions(ctx, t, client, arn) },
	} {
		if err := read(); err != nil {
			if err := t.leaveUnread(ctx, snsName, r.Key.ID, err); err != nil {
				return r, err
			}
		}
	}
	return sealed(r, c)
}

func (c *topicConfig) readTopic(ctx context.Context, t *target, client *sns.Client, arn string) error {
	var out *sns.GetTopicAttributesOutput
	err := t.gate.do(ctx, opGetTopic, 0, func(ctx context.Context) (err error) {
		out, err = client.GetTopicAttributes(ctx, &sns.GetTopicAttributesInput{TopicArn: aws.String(arn)})
		return err
	})
	if err != nil {
		return err
	}
	c.FIFO = c.FIFO || out.Attributes["FifoTopic"] == "true"
	c.Encrypted = out.Attributes["KmsMasterKeyId"] != ""
	if n, err := strconv.Atoi(out.Attributes["SubscriptionsPending"]); err == nil { // absent: none
		c.Pending = n
	}
	return nil
}

// readSubscriptions counts a topic's confirmed subscriptions and looks at the
// first of them.
func (c *topicConfig) readSubscriptions(ctx context.Context, t *target, client *sns.Client, arn string) error {
	in := &sns.ListSubscriptionsByTopicInput{TopicArn: aws.String(arn)}
	counts := map[string]int{}
	var first []string
	for range subscriptionPages {
		var out *sns.ListSubscriptionsByTopicOutput
		err := t.gate.do(ctx, opListSubscriptions, 0, func(ctx context.Context) (err error) {
			out, err = client.ListSubscriptionsByTopic(ctx, in)
			return err
		})
		if err != nil {
			return err
		}
		for _, s := range out.Subscriptions {
			id := aws.ToString(s.SubscriptionArn)
			if !strings.HasPrefix(id, "arn:") {
				continue // "PendingConfirmation", "Deleted": receives nothing
			}
			counts[aws.ToString(s.Protocol)]++
			c.connect(aws.ToString(s.Protocol), aws.ToString(s.Endpoint))
			first = append(first, id)
		}
		if in.NextToken = out.NextToken; aws.ToString(in.NextToken) == "" {
			break
		}
	}
	c.Subscriptions, c.More = counts, aws.ToString(in.NextToken) != ""
	for _, id := range first[:min(len(first), subscriptionsRead)] {
		if err := c.readSubscription(ctx, t, client, id); err != nil {
			return err // one is enough to say that they may not be read
		}
	}
	return nil
}

// connect keeps the connection to an endpoint that is an AWS resource. The
// others are people's, or hold secrets.
func (c *topicConfig) connect(protocol, endpoint string) {
	switch protocol {
	case "lambda":
		if id, ok := functionARN(endpoint); ok {
			c.Edges = connected(c.Edges, id, model.EdgeInvokes)
		}
	case "sqs", "firehose":
		if strings.HasPrefix(endpoint, "arn:") {
			c.Edges = connected(c.Edges, unit.ResourceID(endpoint), model.EdgeFeeds)
		}
	}
}

// readSubscription looks for a filter and a dead-letter queue; what else a
// subscription has may be secret.
func (c *topicConfig) readSubscription(ctx context.Context, t *target, client *sns.Client, arn string) error {
	var out *sns.GetSubscriptionAttributesOutput
	err := t.gate.do(ctx, opGetSubscription, 0, func(ctx context.Context) (err error) {
		out, err = client.GetSubscriptionAttributes(ctx, &sns.GetSubscriptionAttributesInput{SubscriptionArn: aws.String(arn)})
		return err
	})
	if err != nil {
		return err
	}
	if !slices.Contains([]string{"", "{}"}, out.Attributes["FilterPolicy"]) {
		c.Filters++
		if out.Attributes["FilterPolicyScope"] == "MessageBody" {
			c.PayloadFilters++
		}
	}
	var redrive struct {
		Target unit.ResourceID `json:"deadLetterTargetArn"`
	}
	if json.Unmarshal([]byte(out.Attributes["RedrivePolicy"]), &redrive) == nil {
		c.Edges = connected(c.Edges, redrive.Target, model.EdgeDeadLetter)
	}
	return nil
}
