package awstest

import (
	"encoding/xml"
	"fmt"
	"strings"

	"github.com/shopspring/decimal"
)

const (
	nsSNS       = "AWS/SNS"
	snsChunk    = 64 << 10 // bytes that are billed as one request or notification
	topicsAPage = 3        // so that small accounts page too
	subsAPage   = 2
)

// topic describes a simulated SNS topic.
type topic struct {
	fifo bool
	// batch is how many messages share a request.
	batch              int64
	minBytes, maxBytes int64
	subs               []subscription
}

// subscription describes one of a topic's.
type subscription struct {
	protocol, endpoint string
	filtered, failing  float64 // shares of the messages
	payload            bool    // filters by what is in the message
	deadLetter         string  // queue
	pending            bool
}

var inGB = decimal.NewFromInt(gbBytes)

// Prices of SNS after the free million and so on, of the AWS price list
// (infracost golden files; filtering: public price page).
var _ = simulate(simulated{
	name: "sns", signing: "sns", iam: "sns", protocol: protocolQuery,
	handlers: map[string]func(*Server, *call) (reply, *apiError){
		"ListTopics":                (*Server).listTopics,
		"GetTopicAttributes":        (*Server).getTopicAttributes,
		"ListSubscriptionsByTopic":  (*Server).listSubscriptionsByTopic,
		"GetSubscriptionAttributes": (*Server).getSubscriptionAttributes,
	},
	things: snsThings,
	prices: map[string]dimensionPrices{
		"standard-publish":      flat("0.0000005", ""),
		"delivery-http":         flat("0.0000006", ""),
		"delivery-email":        flat("0.00002", ""),
		"delivery-mobile-push":  flat("0.0000005", ""),
		"delivery-firehose":     flat("0.00000019", ""),
		"fifo-publish-requests": flat("0.0000003", ""),
		"fifo-publish-payload":  flat("0.017", ""),
		"fifo-delivery":         flat("0.00000001", ""),
		"fifo-delivery-payload": flat("0.001", ""),
		"payload-filtering":     flat("0.09", ""),
	},
	units: map[string]decimal.Decimal{"fifo-publish-payload": inGB, "fifo-delivery-payload": inGB, "payload-filtering": inGB},
})

// billedAs is what deliveries by a protocol are billed as; silent: free.
var billedAs = map[string]string{
	"http": "delivery-http", "https": "delivery-http", "email": "delivery-email", "email-json": "delivery-email",
	"application": "delivery-mobile-push", "firehose": "delivery-firehose",
}

func snsThings(window) []*thing {
	arn := func(service, name string) string {
		return "arn:aws:" + service + ":us-east-1:" + AccountID + ":" + name
	}
	queue := func(name string) subscription {
		return subscription{protocol: "sqs", endpoint: arn("sqs", name)}
	}
	function := func(name string) subscription {
		return subscription{protocol: "lambda", endpoint: arn("lambda", "function:"+name)}
	}
	mail := func(protocol string) subscription {
		return subscription{protocol: protocol, endpoint: PlantedSecret + "@example.com"}
	}
	hook := subscription{protocol: "https", endpoint: "https://hooks.example.com/in?key=" + PlantedSecret, filtered: 0.4, failing: 0.05, deadLetter: "orders-dlq"}
	device := subscription{protocol: "application", endpoint: arn("sns", "endpoint/GCM/shop/"+PlantedSecret)}
	list := []*thing{
		{where: use, name: "order-events", shape: shapeDiurnal, perMinute: 34, tags: map[string]string{"app": "orders"}, spec: topic{
			batch: 1, minBytes: 600, maxBytes: 6000, subs: []subscription{queue("orders"), function("invoice-pdf"), hook},
		}},
		{where: use, name: "customer-messages", shape: shapeSteady, perMinute: 3.5, tags: map[string]string{"app": "notify"}, spec: topic{
			batch: 1, minBytes: 300, maxBytes: 1500, subs: []subscription{function("notify-email"), function("notify-push:live")},
		}},
		{where: use, name: "push-campaigns", shape: shapeBursty, perMinute: 12, tags: map[string]string{"app": "notify", "note": hostile}, spec: topic{
			batch: 10, minBytes: 200, maxBytes: 2000, subs: []subscription{device, device, device},
		}},
		{where: use, name: "ops-alerts", shape: shapeEvent, perMinute: 0.2, tags: map[string]string{"app": "platform"}, spec: topic{
			batch: 1, minBytes: 400, maxBytes: 900, subs: []subscription{mail("email"), mail("email-json"), {protocol: "email", endpoint: PlantedSecret + "@example.org", pending: true}},
		}},
		{where: use, name: "media-events", shape: shapeBursty, perMinute: 14, tags: map[string]string{"app": "media"}, spec: topic{
			batch: 1, minBytes: 2000, maxBytes: 200_000, subs: []subscription{
				{protocol: "firehose", endpoint: arn("firehose", "deliverystream/media")},
				{protocol: "sqs", endpoint: arn("sqs", "media-index"), filtered: 0.7, payload: true},
			},
		}},
		{where: use, name: "payments.fifo", shape: shapeSteady, perMinute: 9, tags: map[string]string{"app": "orders"}, spec: topic{
			fifo: true, batch: 1, minBytes: 900, maxBytes: 40_000, subs: []subscription{queue("payments.fifo"), {protocol: "sqs", endpoint: arn("sqs", "audit.fifo"), filtered: 0.5}},
		}},
		{where: use, name: "ledger.fifo", shape: shapeSteady, perMinute: 6, tags: map[string]string{"app": "finance"}, spec: topic{
			fifo: true, batch: 5, minBytes: 500, maxBytes: 9000, subs: []subscription{{protocol: "sqs", endpoint: arn("sqs", "ledger.fifo")}},
		}},
		{where: use, name: "old-webhooks", shape: shapeSteady, perMinute: 4, to: 0.6, deleted: true, spec: topic{
			batch: 1, minBytes: 500, maxBytes: 900, subs: []subscription{hook},
		}},
		{where: euw, name: "unused-topic", shape: shapeNever, spec: topic{batch: 1}},
	}
	for _, t := range list {
		t.arn = fmt.Sprintf("arn:aws:sns:%s:%s:%s", t.where, AccountID, t.name)
		t.metrics = topicMetrics(t)
		t.bill = billTopic
	}
	return list
}

// message is the size in bytes of the i-th message of a minute; most are
// small.
func (o *topic) message(t *thing, minute, i int64) int64 {
	x := t.draw(minute, i, 1)
	return o.minBytes + int64(x*x*x*float64(o.maxBytes-o.minBytes))
}

// meets tells what became of the i-th message for the j-th subscription:
// delivered if neither.
func (o *topic) meets(t *thing, minute, i int64, j int) (filtered, failed bool) {
	s := &o.subs[j]
	filtered = s.filtered > 0 && t.draw(minute, i, 10+uint64(j)) < s.filtered
	return filtered, !filtered && s.failing > 0 && t.draw(minute, i, 40+uint64(j)) < s.failing
}

// billTopic bills a minute message by message, batches request by request.
func billTopic(t *thing, minute int64, add func(string, int64)) {
	o := t.spec.(topic)
	n := t.arrivals(minute, 0)
	for i := int64(0); i < n; i += o.batch {
		bytes := int64(0)
		for k := i; k < min(i+o.batch, n); k++ {
			size := o.message(t, minute, k)
			bytes += size
			o.billDeliveries(t, minute, k, size, add)
		}
		if o.fifo {
			add("fifo-publish-requests", min(o.batch, n-i))
			add("fifo-publish-payload", bytes)
		} else {
			add("standard-publish", chunks(bytes, snsChunk))
		}
	}
}

func (o *topic) billDeliveries(t *thing, minute, i, size int64, add func(string, int64)) {
	for j := range o.subs {
		s := &o.subs[j]
		if s.pending {
			continue
		}
		if s.payload {
			add("payload-filtering", size)
		}
		filtered, failed := o.meets(t, minute, i, j)
		switch {
		case filtered || failed:
		case o.fifo:
			add("fifo-delivery", 1)
			add("fifo-delivery-payload", size)
		case billedAs[s.protocol] != "":
			add(billedAs[s.protocol], chunks(size, snsChunk))
		}
	}
}

func topicMetrics(t *thing) []thingMetric {
	o := t.spec.(topic)
	metric := func(name string, of func(minute, i int64, emit func(int64))) thingMetric {
		return thingMetric{
			namespace: nsSNS, name: name, dims: []dimension{{"TopicName", t.name}},
			at: func(t *thing, minute int64, emit func(int64, uint32)) {
				for i := range t.arrivals(minute, 0) {
					of(minute, i, func(v int64) { emit(v*100, 1) })
				}
			},
		}
	}
	// count counts the subscriptions that a message meets such an end at.
	count := func(name string, counts func(s *subscription, filtered, failed bool) bool) thingMetric {
		return metric(name, func(minute, i int64, emit func(int64)) {
			for j := range o.subs {
				filtered, failed := o.meets(t, minute, i, j)
				if !o.subs[j].pending && counts(&o.subs[j], filtered, failed) {
					emit(1)
				}
			}
		})
	}
	return []thingMetric{
		metric("NumberOfMessagesPublished", func(_, _ int64, emit func(int64)) { emit(1) }),
		metric("PublishSize", func(minute, i int64, emit func(int64)) { emit(o.message(t, minute, i)) }),
		count("NumberOfNotificationsDelivered", func(_ *subscription, filtered, failed bool) bool { return !filtered && !failed }),
		count("NumberOfNotificationsFailed", func(_ *subscription, _, failed bool) bool { return failed }),
		count("NumberOfNotificationsFilteredOut", func(_ *subscription, filtered, _ bool) bool { return filtered }),
		count("NumberOfNotificationsRedrivenToDlq", func(s *subscription, _, failed bool) bool { return failed && s.deadLetter != "" }),
	}
}

// arn names the j-th subscription of a topic; one that is not confirmed has
// no name.
func (s *subscription) arn(t *thing, j int) string {
	if s.pending {
		return "PendingConfirmation"
	}
	return fmt.Sprintf("%s:%08d-0000-4000-8000-000000000000", t.arn, j)
}

// queryReply wraps the result of a call as the query protocol does.
func queryReply(operation, result string) (reply, *apiError) {
	return reply{body: fmt.Appendf(nil,
		`<%[1]sResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><%[1]sResult>%[2]s</%[1]sResult><ResponseMetadata><RequestId>%[3]s</RequestId></ResponseMetadata></%[1]sResponse>`,
		operation, result, requestID)}, nil
}

// element is an XML element that holds text.
func element(name, text string) string {
	var b strings.Builder
	b.WriteString("<" + name + ">")
	_ = xml.EscapeText(&b, []byte(text))
	b.WriteString("</" + name + ">")
	return b.String()
}

// attributesElement is a map from keys to the values after them, without those
// that are empty.
func attributesElement(pairs ...string) string {
	var b strings.Builder
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			b.WriteString("<entry>" + element("key", pairs[i]) + element("value", pairs[i+1]) + "</entry>")
		}
	}
	return "<Attributes>" + b.String() + "</Attributes>"
}

func tokenElement(token string) string {
	if token == "" {
		return ""
	}
	return element("NextToken", token)
}

func (s *Server) listTopics(c *call) (reply, *apiError) {
	list, next, err := page(s.acct.region(c.region).thingsOf("sns"), c.form().Get("NextToken"), topicsAPage)
	if err != nil {
		return reply{}, err
	}
	var b strings.Builder
	for _, t := range list {
		b.WriteString("<member>" + element("TopicArn", t.arn) + "</member>")
	}
	return queryReply(c.op, "<Topics>"+b.String()+"</Topics>"+tokenElement(next))
}

// topicOf is the topic of that ARN.
func (s *Server) topicOf(c *call, arn string) (*thing, topic, *apiError) {
	t := s.acct.region(c.region).thingNamed("sns", arn)
	if t == nil {
		return nil, topic{}, &apiError{404, "NotFound", "Topic does not exist"}
	}
	return t, t.spec.(topic), nil
}

func (s *Server) getTopicAttributes(c *call) (reply, *apiError) {
	t, o, err := s.topicOf(c, c.form().Get("TopicArn"))
	if err != nil {
		return reply{}, err
	}
	pending := 0
	for _, s := range o.subs {
		if s.pending {
			pending++
		}
	}
	fifo := ""
	if o.fifo {
		fifo = "true"
	}
	return queryReply(c.op, attributesElement(
		"TopicArn", t.arn, "Owner", AccountID, "DisplayName", PlantedSecret, "Policy", `{"Statement":[{"Sid":"`+PlantedSecret+`"}]}`,
		"SubscriptionsConfirmed", fmt.Sprint(len(o.subs)-pending), "SubscriptionsPending", fmt.Sprint(pending), "SubscriptionsDeleted", "0", "FifoTopic", fifo,
	))
}

func (s *Server) listSubscriptionsByTopic(c *call) (reply, *apiError) {
	t, o, err := s.topicOf(c, c.form().Get("TopicArn"))
	if err != nil {
		return reply{}, err
	}
	var all []string
	for j := range o.subs {
		sub := &o.subs[j]
		all = append(all, "<member>"+element("TopicArn", t.arn)+element("Protocol", sub.protocol)+element("SubscriptionArn", sub.arn(t, j))+
			element("Owner", AccountID)+element("Endpoint", sub.endpoint)+"</member>")
	}
	list, next, err := page(all, c.form().Get("NextToken"), subsAPage)
	if err != nil {
		return reply{}, err
	}
	return queryReply(c.op, "<Subscriptions>"+strings.Join(list, "")+"</Subscriptions>"+tokenElement(next))
}

func (s *Server) getSubscriptionAttributes(c *call) (reply, *apiError) {
	arn := c.form().Get("SubscriptionArn")
	t, o, err := s.topicOf(c, arn[:max(0, strings.LastIndexByte(arn, ':'))])
	if err != nil {
		return reply{}, err
	}
	for j := range o.subs {
		if sub := &o.subs[j]; sub.arn(t, j) == arn {
			return queryReply(c.op, sub.attributes(t, arn))
		}
	}
	return reply{}, &apiError{404, "NotFound", "Subscription does not exist"}
}

func (s *subscription) attributes(t *thing, arn string) string {
	policy, scope, redrive := "", "", ""
	if s.filtered > 0 {
		policy, scope = `{"kind":["`+PlantedSecret+`"]}`, "MessageAttributes"
	}
	if s.payload {
		scope = "MessageBody"
	}
	if s.deadLetter != "" {
		redrive = fmt.Sprintf(`{"deadLetterTargetArn":"arn:aws:sqs:%s:%s:%s"}`, t.where, AccountID, s.deadLetter)
	}
	return attributesElement(
		"SubscriptionArn", arn, "TopicArn", t.arn, "Owner", AccountID, "Protocol", s.protocol, "Endpoint", s.endpoint,
		"FilterPolicy", policy, "FilterPolicyScope", scope, "RedrivePolicy", redrive, "RawMessageDelivery", "true",
	)
}
