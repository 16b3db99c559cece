package awstest

import (
	"fmt"
	"strconv"
	"strings"
)

const (
	nsSQS        = "AWS/SQS"
	sqsChunk     = 64 << 10 // bytes of a request that are billed as one
	sqsBatch     = 10       // messages in a request at most
	queuesAPage  = 1000
	dimQueueName = "QueueName"
)

// queue describes a simulated SQS queue.
type queue struct {
	fifo bool
	// batch is how many messages share a request, on all three ways.
	batch int64
	// bytes of a message: at least min, at most max.
	minBytes, maxBytes int64
	// emptyPerMinute are polls that find nothing.
	emptyPerMinute int64
	waitS          int
	deadLetter     string // name of the queue that takes what fails
}

// Prices of SQS after the free million, of the AWS price list as of 2026-10
// (ocel-pricebook, infracost golden files): 0.40 and 0.50 per million.
var _ = simulate(simulated{
	name: "sqs", signing: "sqs", iam: "sqs", protocol: protocolJSON10,
	handlers: map[string]func(*Server, *call) (reply, *apiError){
		"ListQueues":         (*Server).listQueues,
		"GetQueueAttributes": (*Server).getQueueAttributes,
	},
	things: sqsThings,
	prices: map[string]dimensionPrices{
		"standard-requests": flat("0.0000004", "0.0000004"),
		"fifo-requests":     flat("0.0000005", "0.0000005"),
	},
})

func sqsThings(window) []*thing {
	list := []*thing{
		{where: use, name: "orders", shape: shapeDiurnal, perMinute: 40, tags: map[string]string{"app": "orders"}, spec: queue{batch: 10, minBytes: 400, maxBytes: 9000, emptyPerMinute: 15, waitS: 20, deadLetter: "orders-dlq"}},
		{where: use, name: "orders-dlq", shape: shapeEvent, perMinute: 0.01, tags: map[string]string{"app": "orders"}, spec: queue{batch: 1, minBytes: 400, maxBytes: 9000}},
		{where: use, name: "cart-events", shape: shapeBursty, perMinute: 12, tags: map[string]string{"app": "storefront"}, spec: queue{batch: 1, minBytes: 200, maxBytes: 2000, emptyPerMinute: 120}},
		{where: use, name: "payments.fifo", shape: shapeSteady, perMinute: 6, tags: map[string]string{"app": "orders"}, spec: queue{fifo: true, batch: 1, minBytes: 1000, maxBytes: 200_000, emptyPerMinute: 15, waitS: 20}},
		{where: use, name: "old-import", shape: shapeSteady, perMinute: 3, to: 0.6, deleted: true, spec: queue{batch: 2, minBytes: 500, maxBytes: 900, emptyPerMinute: 30}},
		{where: use, name: "iot-buffer", shape: shapeSteady, perMinute: 90, tags: map[string]string{"app": "iot"}, spec: queue{batch: 10, minBytes: 100, maxBytes: 500, emptyPerMinute: 15, waitS: 20}},
		{where: euw, name: "unused-queue", shape: shapeNever, spec: queue{batch: 1}},
	}
	for _, t := range list {
		t.arn = fmt.Sprintf("arn:aws:sqs:%s:%s:%s", t.where, AccountID, t.name)
		t.metrics = sqsMetrics(t)
		t.bill = billQueue
	}
	return list
}

// message is the size in bytes of the i-th message of a minute.
func (q *queue) message(t *thing, minute, i int64) int64 {
	return q.minBytes + int64(t.draw(minute, i, 1)*float64(q.maxBytes-q.minBytes))
}

// billQueue bills a minute request by request: each batch of messages is sent,
// received and deleted in one request each, 64 KB of payload begun being one.
func billQueue(t *thing, minute int64, add func(string, int64)) {
	q := t.spec.(queue)
	dimension := "standard-requests"
	if q.fifo {
		dimension = "fifo-requests"
	}
	n := t.arrivals(minute, 0)
	requests := t.emptyReceives(minute)
	for i := int64(0); i < n; i += q.batch {
		bytes := int64(0)
		for j := i; j < min(i+q.batch, n); j++ {
			bytes += q.message(t, minute, j)
		}
		chunks := max(1, (bytes+sqsChunk-1)/sqsChunk)
		requests += 2*chunks + 1 // send, receive; delete carries no payload
	}
	if requests > 0 {
		add(dimension, requests)
	}
}

// emptyReceives are the polls of a minute that found nothing; a deleted or
// unused queue has none.
func (t *thing) emptyReceives(minute int64) int64 {
	if minute < t.start || minute >= t.end || t.shape == shapeNever {
		return 0
	}
	return t.spec.(queue).emptyPerMinute
}

func sqsMetrics(t *thing) []thingMetric {
	q := t.spec.(queue)
	dims := []dimension{{dimQueueName, t.name}}
	// As on AWS, an active queue has a datum each minute, 0 too.
	count := func(of func(minute int64) int64) func(*thing, int64, func(int64, uint32)) {
		return func(t *thing, minute int64, emit func(int64, uint32)) {
			if t.shape == shapeNever {
				return
			}
			if n := of(minute); n > 0 {
				emit(100, uint32(n))
			} else {
				emit(0, 1)
			}
		}
	}
	messages := func(minute int64) int64 { return t.arrivals(minute, 0) }
	metric := func(name string, at func(*thing, int64, func(int64, uint32))) thingMetric {
		return thingMetric{namespace: nsSQS, name: name, dims: dims, at: at}
	}
	return []thingMetric{
		metric("NumberOfMessagesSent", count(messages)),
		metric("NumberOfMessagesReceived", count(messages)),
		metric("NumberOfMessagesDeleted", count(messages)),
		metric("NumberOfEmptyReceives", count(t.emptyReceives)),
		metric("SentMessageSize", func(t *thing, minute int64, emit func(int64, uint32)) {
			for i := range t.arrivals(minute, 0) {
				emit(q.message(t, minute, i)*100, 1)
			}
		}),
		metric("ApproximateAgeOfOldestMessage", func(t *thing, minute int64, emit func(int64, uint32)) {
			if t.shape != shapeNever {
				emit(int64(t.draw(minute, 0, 2)*2000), 1)
			}
		}),
		metric("ApproximateNumberOfMessagesVisible", func(t *thing, minute int64, emit func(int64, uint32)) {
			if t.shape != shapeNever {
				emit(t.arrivals(minute, 0)*10, 1)
			}
		}),
	}
}

func (s *Server) queueURL(t *thing) string { return s.URL + "/" + AccountID + "/" + t.name }

func (s *Server) listQueues(c *call) (reply, *apiError) {
	var in struct {
		QueueNamePrefix, NextToken string
		MaxResults                 int
	}
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	var urls []string
	for _, t := range s.acct.region(c.region).thingsOf("sqs") {
		if strings.HasPrefix(t.name, in.QueueNamePrefix) {
			urls = append(urls, s.queueURL(t))
		}
	}
	size := queuesAPage
	if in.MaxResults > 0 {
		size = in.MaxResults
	}
	list, next, err := page(urls, in.NextToken, size)
	if err != nil {
		return reply{}, err
	}
	out := map[string]any{}
	if len(list) > 0 {
		out["QueueUrls"] = list
	}
	// AWS gives a token only to callers that asked for pages.
	if next != "" && in.MaxResults > 0 {
		out["NextToken"] = next
	}
	return jsonReply(out)
}

func (s *Server) getQueueAttributes(c *call) (reply, *apiError) {
	var in struct{ QueueUrl string }
	if err := c.decode(&in); err != nil {
		return reply{}, err
	}
	t := s.acct.region(c.region).thingNamed("sqs", in.QueueUrl[strings.LastIndexByte(in.QueueUrl, '/')+1:])
	if t == nil {
		return reply{}, &apiError{400, "com.amazonaws.sqs#QueueDoesNotExist", "The specified queue does not exist."}
	}
	q := t.spec.(queue)
	a := map[string]string{
		"QueueArn": t.arn, "VisibilityTimeout": "30", "MaximumMessageSize": "262144", "MessageRetentionPeriod": "345600",
		"ReceiveMessageWaitTimeSeconds": strconv.Itoa(q.waitS), "CreatedTimestamp": strconv.FormatInt(t.start-90*daySeconds, 10),
		"LastModifiedTimestamp": strconv.FormatInt(t.start-90*daySeconds, 10), "DelaySeconds": "0",
	}
	if q.fifo {
		a["FifoQueue"] = "true"
	}
	if q.deadLetter != "" {
		a["RedrivePolicy"] = fmt.Sprintf(`{"deadLetterTargetArn":"arn:aws:sqs:%s:%s:%s","maxReceiveCount":5}`, t.where, AccountID, q.deadLetter)
	}
	return jsonReply(map[string]any{"Attributes": a})
}
