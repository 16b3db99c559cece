package model

import "github.com/breakeven-dev/breakeven/model/price"

const amazonSNS = "AmazonSNS"

// snsChunkKB is the payload of one billed request to a standard topic, and of
// one billed delivery (Amazon SNS pricing page: "each 64KB chunk of published
// data is billed as 1 request", and the same of delivered data: a notification
// of 256 KB is billed as four).
const snsChunkKB = 64

// snsDeliveries are the protocols of deliveries and what the price book calls
// them; the two e-mail formats share a price and an allowance.
var snsDeliveries = []struct{ field, dimension string }{
	{"http", "delivery-http"},
	{"email", "delivery-email"},
	{"email_json", "delivery-email"},
	{"mobile_push", "delivery-mobile-push"},
	{"sqs", "delivery-sqs"},
	{"lambda", "delivery-lambda"},
	{"firehose", "delivery-firehose"},
}

var _ = register(Service{
	Name:     "sns",
	Role:     RoleEvents,
	Work:     []string{"NumberOfMessagesPublished"},
	Inferred: "CloudWatch counts messages, and deliveries of all protocols together: a publish is a request of one to ten, and the subscriptions tell who can have received how many",
	Fields: []Field{
		{Name: "topic_type", Kind: Choice, Choices: []string{"standard", "fifo"}},
		{Name: "publishes"},
		{Name: "message_kb"},
		{Name: "subscriptions"},
		{Name: "deliveries", Kind: Group, Fields: snsDeliveryFields()},
	},
	Allowances: []Allowance{
		snsAllowance("SNS publishes", "standard-publish"),
		snsAllowance("SNS HTTP deliveries", "delivery-http"),
		snsAllowance("SNS e-mail deliveries", "delivery-email"),
		snsAllowance("SNS mobile push", "delivery-mobile-push"),
	},
	Bill: billSNS,
})

func snsDeliveryFields() []Field {
	var fields []Field
	for _, d := range snsDeliveries {
		fields = append(fields, Field{Name: d.field})
	}
	return fields
}

func snsAllowance(name, dimension string) Allowance {
	return Allowance{
		Name:   name,
		Of:     price.Key{Service: amazonSNS, Region: "us-east-1", Dimension: dimension},
		Covers: []string{dimension},
	}
}

// billSNS follows the Amazon SNS pricing page: a standard topic by requests
// and notifications of 64 KB, the latter at a price that depends on the
// protocol; a FIFO topic by messages and bytes, in and to each subscription.
func billSNS(l *Lines, v Values) {
	chunks := Chunks(v.Number("message_kb"), snsChunkKB)
	if v.Text("topic_type") == "fifo" {
		billFIFOTopic(l, v)
	} else {
		l.Add(amazonSNS, "standard-publish", v.Number("publishes").Mul(chunks))
		if anyGiven(v, "subscriptions") != "" {
			l.Warn("usage", "subscriptions: a standard topic is billed by deliveries, not by them")
		}
	}
	for _, d := range snsDeliveries {
		l.Add(amazonSNS, d.dimension, v.Number("deliveries."+d.field).Mul(chunks))
	}
}

// billFIFOTopic bills messages and their bytes once as published, once for
// each subscription that they go to. No allowance covers them.
func billFIFOTopic(l *Lines, v Values) {
	published := v.Number("publishes")
	delivered := published.Mul(v.Number("subscriptions"))
	gb := v.Number("message_kb").Mul(kbInGB)
	l.Add(amazonSNS, "fifo-publish-requests", published)
	l.Add(amazonSNS, "fifo-publish-payload", published.Mul(gb))
	l.Add(amazonSNS, "fifo-delivery", delivered)
	l.Add(amazonSNS, "fifo-delivery-payload", delivered.Mul(gb))
	warnFIFOTopic(l, v)
}

// warnFIFOTopic names deliveries that a FIFO topic does not make, or that it
// is billed for by its subscriptions.
func warnFIFOTopic(l *Lines, v Values) {
	for _, d := range snsDeliveries {
		switch {
		case v.Number("deliveries."+d.field).Sign() <= 0:
		case d.field != "sqs":
			l.Warn("usage", "deliveries."+d.field+": a FIFO topic delivers to SQS queues only; billed as a standard topic's")
		case v.Number("subscriptions").IsZero():
			l.Warn("usage", "deliveries.sqs: a FIFO topic is billed for publishes × subscriptions, not for them")
		}
	}
}
