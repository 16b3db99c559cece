package model

import "github.com/breakeven-dev/breakeven/model/price"

const awsQueueService = "AWSQueueService"

// sqsChunkKB is the payload of one billed request (Amazon SQS pricing page:
// "each 64 KB chunk of a payload is billed as 1 request").
const sqsChunkKB = 64

var _ = register(Service{
	Name:     "sqs",
	Role:     RoleEvents,
	Work:     []string{"NumberOfMessagesSent"},
	Inferred: "CloudWatch counts messages, AWS bills requests of up to ten: a cost lies between full batches and a request for every message",
	Fields: []Field{
		{Name: "queue_type", Kind: Choice, Choices: []string{"standard", "fifo"}},
		{Name: "requests"},
		{Name: "request_kb"},
	},
	Allowances: []Allowance{{
		Name:   "SQS requests",
		Of:     price.Key{Service: awsQueueService, Region: "us-east-1", Dimension: "standard-requests"},
		Covers: []string{"standard-requests", "fifo-requests"},
	}},
	Bill: func(l *Lines, v Values) {
		l.Add(awsQueueService, v.Text("queue_type")+"-requests", v.Number("requests").Mul(Chunks(v.Number("request_kb"), sqsChunkKB)))
	},
})
