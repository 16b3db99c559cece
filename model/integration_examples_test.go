package model_test

import "testing"

// example is a bill that somebody published: what it says of the usage, and
// its total in dollars and cents.
type example struct {
	source, head string
	resources    []string
	want         string
}

func one(source, head, resource, want string) example {
	return example{source: source, head: head, resources: []string{resource}, want: want}
}

func checkExamples(t *testing.T, examples []example) {
	t.Helper()
	for _, c := range examples {
		e := estimate(t, c.head, c.resources...)
		if got := e.Total.Likely.StringFixed(2); e.Total.Unknown || got != c.want {
			t.Errorf("%s:\n%v\ngot %s, want %s", c.source, c.resources, got, c.want)
		}
		checkSums(t, e)
	}
}

// free counts the always-free allowances; paid does not.
const (
	free = "free_tier: true"
	paid = "free_tier: false"
)

// Amazon API Gateway. "AWS page" is aws.amazon.com/api-gateway/pricing as of
// 2026-08-10, section "Pricing Examples".
func TestPublishedAPIGatewayExamples(t *testing.T) {
	const http, rest, socket = "service: apigateway, api_type: http, ", "service: apigateway, ", "service: apigateway, api_type: websocket, "
	checkExamples(t, []example{
		one("AWS page, HTTP APIs 1: 10,000 page loads a minute of 12 + 46 KB: 300 + 118.80", paid, http+"requests: 432000000, request_kb: 58", "418.80"),
		one("AWS page, HTTP APIs 2: 25 documents a minute of 4.5 MB: 9,720,000 requests", paid, http+"requests: 1080000, request_kb: 4608", "9.72"),
		{
			source: "AWS page, REST APIs 1: 5 million calls that return 3 KB: 17.50 + 1.29", head: paid,
			resources: []string{rest + "requests: 5000000, request_kb: 3", "service: data_transfer, internet_out_gb: 14.3051"}, want: "18.79",
		},
		one("AWS page, REST APIs 2: 15 billion calls: 1,165.50 + 1,867.60 + 33,320.00. Its 5,149.84 for 57,220 GB of transfer is "+
			"left out: it prices all of them at 0.09, as if egress had no tiers", paid, rest+"requests: 15000000000", "36353.10"),
		one("AWS page, private APIs: 5 million calls, without PrivateLink", paid, rest+"requests: 5000000, request_kb: 3.3", "17.50"),
		one("AWS page, caching: 1.6 GB for a day: 0.912", paid, rest+"cache_gb: 1.6, cache_hours: 24", "0.91"),
		one("AWS page, WebSocket APIs: 1,000 users, 600 messages of 3 KB a day, 12 h a day: 18.00 + 5.40", paid,
			socket+"messages: 18000000, message_kb: 3, connection_minutes: 21600000", "23.40"),
		one("AWS page: a 33 KB message is metered as two", paid, socket+"messages: 1000000, message_kb: 33", "2.00"),
		one("AWS page of 2023, quoted on GitHub: a request of 513 KB is metered as two", paid, http+"requests: 1000000, request_kb: 513", "2.00"),
		one("awsforengineers.com 2025-05-19, after an older AWS page: 5,000 page loads a minute", paid, http+"requests: 216000000", "216.00"),
		one("wring.co: 10,000 connections, 8 h a day, 30 days", paid, socket+"connection_minutes: 144000000", "36.00"),
		one("AWS Pricing Calculator, quoted on GitHub: 20,000 requests", paid, rest+"requests: 20000", "0.07"),
		one("AWS Pricing Calculator, quoted on GitHub: 10,000 requests, 0.035", paid, rest+"requests: 10000", "0.04"),
		one("infracost api_gateway_rest_api_test: all four tiers", paid, rest+"requests: 21000000000", "49763.10"),
		one("infracost apigatewayv2_api_test: HTTP, 300 + 630", paid, http+"requests: 1000000000, request_kb: 512", "930.00"),
		one("infracost apigatewayv2_api_test: WebSocket, 1,000 + 400 + 2.50", paid, socket+"messages: 1500000000, message_kb: 32, connection_minutes: 10000000", "1402.50"),
		one("infracost api_gateway_stage_test: 0.5 GB", paid, rest+"cache_gb: 0.5, cache_hours: 730", "14.60"),
		one("infracost api_gateway_stage_test: 237 GB", paid, rest+"cache_gb: 237, cache_hours: 730", "2774.00"),
		one("the free tier of the AWS page ends after 12 months, so that it is never counted", free, rest+"requests: 1000000", "3.50"),
	})
}

// AWS Step Functions. "AWS page" is aws.amazon.com/step-functions/pricing.
func TestPublishedStepFunctionsExamples(t *testing.T) {
	const standard, express = "service: stepfunctions, ", "service: stepfunctions, workflow_type: express, "
	checkExamples(t, []example{
		one("AWS page, example 4: 100 million workflows of 10 s at 62.85 MB: 100.00 + 60.00 + 120.00 + 202.97 = 482.97. It multiplies "+
			"GB-hours at prices rounded to 0.06, 0.03 and 0.01642; the price list has GB-seconds", paid,
			express+"requests: 100000000, duration_ms: 10000, memory_mb: 62.85", "482.88"),
		one("AWS Compute Blog, cost-effective workflows: 25 per million transitions", paid, standard+"state_transitions: 1000000", "25.00"),
		one("AWS Compute Blog, cost-effective workflows: 1.00 per million invocations", paid, express+"requests: 1000000", "1.00"),
		one("aws/agent-toolkit-for-aws, step-functions.md: 1M transitions a day, 750 a month", paid, standard+"state_transitions: 30000000", "750.00"),
		one("AWS page: 4,000 transitions are free", free, standard+"state_transitions: 4000", "0.00"),
		one("AWS page, table by region: 0.0250 per 1,000 in Frankfurt", paid, standard+"region: eu-central-1, state_transitions: 1000000", "25.00"),
		one("AWS page, table by region: 0.0279 in N. California", paid, standard+"region: us-west-1, state_transitions: 1000000", "27.90"),
		one("AWS page, table by region: 0.0297 in Paris", paid, standard+"region: eu-west-3, state_transitions: 1000000", "29.70"),
		one("AWS page, table by region: 0.0271 in Seoul", paid, standard+"region: ap-northeast-2, state_transitions: 1000000", "27.10"),
		one("AWS page, table by region: 0.0285 in Mumbai", paid, standard+"region: ap-south-1, state_transitions: 1000000", "28.50"),
		one("AWS page, table by region: 0.0375 in São Paulo", paid, standard+"region: sa-east-1, state_transitions: 1000000", "37.50"),
		one("AWS page, table by region: 0.0300 in GovCloud", paid, standard+"region: us-gov-west-1, state_transitions: 1000000", "30.00"),
		one("AWS Pricing Calculator, quoted on GitHub: 4 transitions × 900, free tier", free, standard+"state_transitions: 3600", "0.00"),
		one("AWS Pricing Calculator 2022-01-14, quoted on GitHub: 21,600 workflows of 3 s, 64 MB", paid, express+"requests: 21600, duration_ms: 3000, memory_mb: 64", "0.09"),
		one("course on GitHub 2026-10: 12 transitions × 10,000 × 30 days, free tier: 89.90", free, standard+"state_transitions: 3600000", "89.90"),
		one("course on GitHub 2026-10: 6 transitions × 1,000", paid, standard+"state_transitions: 6000", "0.15"),
		one("article on GitHub: 9 transitions × 10,000, free tier. It says 2.24, having subtracted 4,000 from 90,000 as 89,600", free, standard+"state_transitions: 90000", "2.15"),
		one("c3x.dev: 10 states × 1M", paid, standard+"state_transitions: 10000000", "250.00"),
		one("c3x.dev: 1M workflows of 1 s at 128 MB: 1.00 + 2.08", paid, express+"requests: 1000000, duration_ms: 1000", "3.08"),
		one("wring.co 2026-03: 5 steps × 100K", paid, standard+"state_transitions: 500000", "12.50"),
		one("wring.co 2026-03: 1M workflows of 2 s at 64 MB. It says 3.13, taking 2.13 for 125,000 GB-s at 0.00001667", paid, express+"requests: 1000000, duration_ms: 2000, memory_mb: 64", "3.08"),
		one("infracost sfn_state_machine_test: 29,687.5 GB-hours in three tiers: 100 + 60.01 + 119.95 + 405.27", paid, express+"requests: 100000000, duration_ms: 1900, memory_mb: 576", "685.23"),
		one("infracost sfn_state_machine_test: 0.3472 GB-hours", paid, express+"requests: 100000, duration_ms: 200, memory_mb: 64", "0.12"),
		one("infracost sfn_state_machine_test: 10,000 transitions", paid, standard+"state_transitions: 10000", "0.25"),
	})
}

// Amazon EventBridge. "AWS page" is aws.amazon.com/eventbridge/pricing, "AWS
// course" its edition of 2023 in AWS's course on event-driven architectures.
func TestPublishedEventBridgeExamples(t *testing.T) {
	const bus = "service: eventbridge, "
	checkExamples(t, []example{
		one("AWS page: 5 million events of AWS services. That their delivery to another account costs 5.00 no field says", paid, bus+"aws_service_events: 5000000", "0.00"),
		one("AWS page: 5 million partner events, 1 million of them to another account: 5.00 + 0.05", paid, bus+"partner_events: 5000000, cross_account_events: 1000000", "5.05"),
		one("AWS course, event buses: 5 million events", paid, bus+"custom_events: 5000000", "5.00"),
		one("AWS page: an event of 256 KB is billed as 4", paid, bus+"custom_events: 1000000, event_kb: 256", "4.00"),
		one("AWS course, pipes: 10 million messages, a quarter passes, 5 a request", paid, bus+"pipe_requests: 500000", "0.20"),
		one("AWS course, scheduler: 20 million invocations, 14 million of them free. It takes US West, whose price is the same", free, bus+"scheduler_invocations: 20000000", "6.00"),
		one("AWS course, API destinations: 2 million", paid, bus+"api_destination_invocations: 2000000", "0.40"),
		one("AWS course, replay: 2 million events of 6 KB published, archived and replayed: 2 + 1.14 + 0.26 + 2; it adds rounded lines to 5.40", paid,
			bus+"custom_events: 2000000, event_kb: 6, archive_gb: 11.444091796875, archive_storage_gb: 11.444091796875, replayed_events: 2000000", "5.41"),
		one("AWS course, schema discovery: 2 million events of 2 KB published and discovered. It says 2.00, with 5 million discovered events "+
			"free a month, an allowance that usage files do not know", free, bus+"custom_events: 2000000, event_kb: 2, schema_discovery_events: 2000000", "2.20"),
		one("AWS course: 16 KB are billed as 2 discovered events", paid, bus+"event_kb: 16, schema_discovery_events: 1000000", "0.20"),
		one("AWS price list 2025-01, Tokyo: 14 million invocations free, then 1.25 per million", free, bus+"region: ap-northeast-1, scheduler_invocations: 20000000", "7.50"),
		one("AWS price list 2025-01, Tokyo: 0.05 per million custom events across accounts", paid, bus+"region: ap-northeast-1, cross_account_events: 100000000", "5.00"),
		one("infracost cloudwatch_event_bus_test: 1 + 2 + 10 + 4.60 + 0.10", paid,
			bus+"custom_events: 1000000, partner_events: 2000000, archive_gb: 100, archive_storage_gb: 200, schema_discovery_events: 1000000", "17.70"),
		one("cloudburn.io 2026-03: pipes at 0.40 per million", paid, bus+"pipe_requests: 1000000", "0.40"),
		one("factualminds.com 2026-06: 50 million custom events", paid, bus+"custom_events: 50000000", "50.00"),
	})
}

// Amazon SQS. "AWS page" is aws.amazon.com/sqs/pricing as articles of 2026 quote
// it.
func TestPublishedSQSExamples(t *testing.T) {
	const standard, fifo = "service: sqs, ", "service: sqs, queue_type: fifo, "
	checkExamples(t, []example{
		one("AWS page: the first million requests are free", free, standard+"requests: 1000000", "0.00"),
		one("AWS page: a call with 256 KB is billed as four requests", paid, standard+"requests: 1000000, request_kb: 256", "1.60"),
		one("cloudburn.io 2026-03: tiers at 100 and 200 billion, 0.40, 0.30 and 0.24 per million", paid, standard+"requests: 300000000000", "94000.00"),
		one("unanswered.io: FIFO tiers, 0.50, 0.40 and 0.35 per million", paid, fifo+"requests: 300000000000", "125000.00"),
		one("AWS Pricing Calculator, quoted on GitHub: 14,305 requests a day", paid, standard+"requests: 429150", "0.17"),
		one("adhdecode.com: 300,000 sent in batches, 3 million received and deleted", paid, standard+"requests: 6300000", "2.52"),
		one("infracost sqs_queue_test: 1M of 128 KB", paid, standard+"requests: 1000000, request_kb: 128", "0.80"),
		one("infracost sqs_queue_test: FIFO, 1M of 63 KB", paid, fifo+"requests: 1000000, request_kb: 63", "0.50"),
	})
}

// Amazon SNS. "AWS page" is aws.amazon.com/sns/pricing as notes on GitHub quote
// it.
func TestPublishedSNSExamples(t *testing.T) {
	const standard, fifo = "service: sns, ", "service: sns, topic_type: fifo, "
	checkExamples(t, []example{
		one("AWS page: the first million requests are free", free, standard+"publishes: 1000000", "0.00"),
		one("AWS page: a publish of 256 KB is billed as four requests", paid, standard+"publishes: 1000000, message_kb: 256", "2.00"),
		one("AWS page: a notification of 256 KB is billed as four deliveries", paid, standard+"message_kb: 256, deliveries: {http: 1000000}", "2.40"),
		one("AWS page: 2.00 per 100,000 e-mails", paid, standard+"deliveries: {email: 60000, email_json: 40000}", "2.00"),
		one("AWS page: 1,000 e-mails and 100,000 HTTP deliveries are free", free, standard+"deliveries: {email: 1000, http: 100000}", "0.00"),
		one("AWS page: delivery to SQS and Lambda is free", paid, standard+"deliveries: {sqs: 1000000, lambda: 1000000}", "0.00"),
		one("AWS Pricing Calculator, quoted on GitHub: 57,334 requests a day", paid, standard+"publishes: 1720020", "0.86"),
		one("AWS Pricing Calculator, quoted on GitHub: 1M requests, HTTP, e-mail, SQS and mobile push: 0.50 + 0.60 + 20 + 0 + 0.50", paid,
			standard+"publishes: 1000000, deliveries: {http: 1000000, email: 1000000, sqs: 1000000, mobile_push: 1000000}", "21.60"),
		one("infracost sns_topic_test: 1M of 128 KB, free tier", free, standard+"publishes: 1000000, message_kb: 128", "0.50"),
		one("infracost sns_topic_test: 1,000 messages to 200 HTTP, 300 e-mail and 4,000 Firehose subscriptions, free tier: 0.06 + 5.98 + 0.76", free,
			standard+"publishes: 1000, deliveries: {http: 200000, email: 300000, firehose: 4000000}", "6.80"),
		one("infracost sns_topic_test: 5M mobile push; it knows no free million", paid, standard+"deliveries: {mobile_push: 5000000}", "2.50"),
		one("infracost sns_topic_test: FIFO, 1M of 128 KB. It says 0.30 + 2.18, a GB being 10^6 KB there", paid, fifo+"publishes: 1000000, message_kb: 128", "2.38"),
		one("infracost sns_topic_test: FIFO, 2M of 64 KB to 3 subscriptions. It says 0.60 + 2.18 + 0.06 + 0.38, as above", paid,
			fifo+"publishes: 2000000, message_kb: 64, subscriptions: 3", "3.10"),
	})
}
