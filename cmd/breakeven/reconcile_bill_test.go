package main

import (
	"bytes"
	"encoding/csv"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/breakeven-dev/breakeven/collect/awstest"
)

// onBill says how a billed dimension stands on a bill: typed by hand, like
// the simulator's prices, so that a wrong name in the program shows.
type onBill struct{ product, name, usage, operation, unit string }

// billNames are by service and dimension. Usage types are of us-east-1.
var billNames = map[string]map[string]onBill{
	"lambda": {
		"requests":                    {"AWSLambda", "AWS Lambda", "Request", "Invoke", "Requests"},
		"duration-x86":                {"AWSLambda", "AWS Lambda", "Lambda-GB-Second", "Invoke", "Lambda-GB-Second"},
		"duration-arm":                {"AWSLambda", "AWS Lambda", "Lambda-GB-Second-ARM", "Invoke", "Lambda-GB-Second"},
		"provisioned-concurrency-x86": {"AWSLambda", "AWS Lambda", "Lambda-Provisioned-Concurrency", "", "Lambda-GB-Second"},
		"provisioned-concurrency-arm": {"AWSLambda", "AWS Lambda", "Lambda-Provisioned-Concurrency-ARM", "", "Lambda-GB-Second"},
		"provisioned-duration-x86":    {"AWSLambda", "AWS Lambda", "Lambda-Provisioned-GB-Second", "", "Lambda-GB-Second"},
		"provisioned-duration-arm":    {"AWSLambda", "AWS Lambda", "Lambda-Provisioned-GB-Second-ARM", "", "Lambda-GB-Second"},
		"ephemeral-storage-x86":       {"AWSLambda", "AWS Lambda", "Lambda-Storage-GB-Second", "", "GB-Seconds"},
		"ephemeral-storage-arm":       {"AWSLambda", "AWS Lambda", "Lambda-Storage-GB-Second-ARM", "", "GB-Seconds"},
	},
	"sqs": {
		"standard-requests": {"AWSQueueService", "Amazon Simple Queue Service", "Requests-RBP", "SendMessage", "Requests"},
		"fifo-requests":     {"AWSQueueService", "Amazon Simple Queue Service", "Requests-FIFO-RBP", "SendMessage", "Requests"},
	},
	"apigateway": {
		"rest-requests":                {"AmazonApiGateway", "Amazon API Gateway", "ApiGatewayRequest", "ApiGatewayRequest", "Requests"},
		"http-requests":                {"AmazonApiGateway", "Amazon API Gateway", "ApiGatewayHttpRequest", "ApiGatewayHttpApi", "Requests"},
		"websocket-messages":           {"AmazonApiGateway", "Amazon API Gateway", "ApiGatewayMessage", "ApiGatewayWebSocket", "Messages"},
		"websocket-connection-minutes": {"AmazonApiGateway", "Amazon API Gateway", "ApiGatewayMinute", "ApiGatewayWebSocket", "minutes"},
		"rest-cache-0.5GB":             {"AmazonApiGateway", "Amazon API Gateway", "ApiGatewayCacheUsage:0.5GB", "RunInstances", "Hrs"},
		"rest-cache-1.6GB":             {"AmazonApiGateway", "Amazon API Gateway", "ApiGatewayCacheUsage:1.6GB", "RunInstances", "Hrs"},
	},
	"dynamodb": {
		"on-demand-read":                             {"AmazonDynamoDB", "Amazon DynamoDB", "ReadRequestUnits", "PayPerRequestThroughput", "ReadRequestUnits"},
		"on-demand-write":                            {"AmazonDynamoDB", "Amazon DynamoDB", "WriteRequestUnits", "PayPerRequestThroughput", "WriteRequestUnits"},
		"ia-on-demand-read":                          {"AmazonDynamoDB", "Amazon DynamoDB", "IA-ReadRequestUnits", "PayPerRequestThroughput", "ReadRequestUnits"},
		"ia-on-demand-write":                         {"AmazonDynamoDB", "Amazon DynamoDB", "IA-WriteRequestUnits", "PayPerRequestThroughput", "WriteRequestUnits"},
		"replicated-write-on-demand (global tables)": {"AmazonDynamoDB", "Amazon DynamoDB", "ReplWriteRequestUnits", "PayPerRequestThroughput", "ReplWriteRequestUnits"},
		"provisioned-read":                           {"AmazonDynamoDB", "Amazon DynamoDB", "ReadCapacityUnit-Hrs", "CommittedThroughput", "ReadCapacityUnit-Hrs"},
		"provisioned-write":                          {"AmazonDynamoDB", "Amazon DynamoDB", "WriteCapacityUnit-Hrs", "CommittedThroughput", "WriteCapacityUnit-Hrs"},
		"storage-standard":                           {"AmazonDynamoDB", "Amazon DynamoDB", "TimedStorage-ByteHrs", "StandardStorage", "GB-Mo"},
		"ia-storage":                                 {"AmazonDynamoDB", "Amazon DynamoDB", "IA-TimedStorage-ByteHrs", "StandardStorage", "GB-Mo"},
		"pitr-storage":                               {"AmazonDynamoDB", "Amazon DynamoDB", "TimedPITRStorage-ByteHrs", "", "GB-Mo"},
		"ia-provisioned-read":                        {"AmazonDynamoDB", "Amazon DynamoDB", "IA-ReadCapacityUnit-Hrs", "CommittedThroughput", "ReadCapacityUnit-Hrs"},
		"ia-provisioned-write":                       {"AmazonDynamoDB", "Amazon DynamoDB", "IA-WriteCapacityUnit-Hrs", "CommittedThroughput", "WriteCapacityUnit-Hrs"},
	},
	"stepfunctions": {
		"standard-state-transitions": {"AmazonStates", "AWS Step Functions", "USE1-StateTransition", "", "StateTransitions"},
		"express-requests":           {"AmazonStates", "AWS Step Functions", "USE1-StepFunctions-Request", "", "Requests"},
		"express-duration":           {"AmazonStates", "AWS Step Functions", "USE1-StepFunctions-GB-Second", "", "GB-Seconds"},
	},
	"kinesis": {
		"shard":                        {"AmazonKinesis", "Amazon Kinesis", "Storage-ShardHour", "shardHourStorage", "ShardHour"},
		"put-payload-unit":             {"AmazonKinesis", "Amazon Kinesis", "PutRequestPayloadUnits", "PutRequest", "PutRequest"},
		"extended-retention-7d":        {"AmazonKinesis", "Amazon Kinesis", "Extended-ShardHour", "extendedShardHourStorage", "ShardHour"},
		"enhanced-fan-out-consumer":    {"AmazonKinesis", "Amazon Kinesis", "EnhancedFanoutHour", "ConsumerHour", "ConsumerHour"},
		"enhanced-fan-out-data":        {"AmazonKinesis", "Amazon Kinesis", "ReadBytes-EFO", "EnhancedFanoutDataRetrieval", "GB"},
		"long-term-retention":          {"AmazonKinesis", "Amazon Kinesis", "LongTermRetention-ByteHrs", "LongTermRetentionByteHrs", "GB-Mo"},
		"on-demand-stream":             {"AmazonKinesis", "Amazon Kinesis", "OnDemand-StreamHour", "OnDemandStreamHr", "StreamHr"},
		"on-demand-data-in":            {"AmazonKinesis", "Amazon Kinesis", "OnDemand-BilledIncomingBytes", "OnDemandDataIngested", "GB"},
		"on-demand-data-out":           {"AmazonKinesis", "Amazon Kinesis", "OnDemand-BilledOutgoingBytes", "OnDemandDataRetrieval", "GB"},
		"on-demand-enhanced-fan-out":   {"AmazonKinesis", "Amazon Kinesis", "OnDemand-BilledOutgoingEFOBytes", "OnDemandEFODataRetrieval", "GB"},
		"on-demand-extended-retention": {"AmazonKinesis", "Amazon Kinesis", "OnDemand-ExtendedRetention-ByteHrs", "OnDemandExtendedRetentionByteHrs", "GB-Mo"},
	},
	"s3": {
		"storage-standard":                    {"AmazonS3", "Amazon Simple Storage Service", "TimedStorage-ByteHrs", "StandardStorage", "GB-Mo"},
		"storage-standard-ia":                 {"AmazonS3", "Amazon Simple Storage Service", "TimedStorage-SIA-ByteHrs", "StandardIAStorage", "GB-Mo"},
		"storage-one-zone-ia":                 {"AmazonS3", "Amazon Simple Storage Service", "TimedStorage-ZIA-ByteHrs", "OneZoneIAStorage", "GB-Mo"},
		"storage-glacier-instant":             {"AmazonS3", "Amazon Simple Storage Service", "TimedStorage-GIR-ByteHrs", "GlacierInstantRetrievalStorage", "GB-Mo"},
		"storage-glacier-flexible":            {"AmazonS3", "Amazon Simple Storage Service", "TimedStorage-GlacierByteHrs", "GlacierStorage", "GB-Mo"},
		"storage-glacier-deep-archive":        {"AmazonS3", "Amazon Simple Storage Service", "TimedStorage-GDA-ByteHrs", "DeepArchiveStorage", "GB-Mo"},
		"intelligent-tiering-frequent":        {"AmazonS3", "Amazon Simple Storage Service", "TimedStorage-INT-FA-ByteHrs", "IntelligentTieringFAStorage", "GB-Mo"},
		"intelligent-tiering-infrequent":      {"AmazonS3", "Amazon Simple Storage Service", "TimedStorage-INT-IA-ByteHrs", "IntelligentTieringIAStorage", "GB-Mo"},
		"intelligent-tiering-archive-access":  {"AmazonS3", "Amazon Simple Storage Service", "TimedStorage-INT-AA-ByteHrs", "IntelligentTieringAAStorage", "GB-Mo"},
		"intelligent-tiering-deep-archive":    {"AmazonS3", "Amazon Simple Storage Service", "TimedStorage-INT-DAA-ByteHrs", "IntelligentTieringDAAStorage", "GB-Mo"},
		"intelligent-tiering-monitoring":      {"AmazonS3", "Amazon Simple Storage Service", "Monitoring-Automation-INT", "", "Objects"},
		"requests-tier1 (PUT COPY POST LIST)": {"AmazonS3", "Amazon Simple Storage Service", "Requests-Tier1", "PutObject", "Requests"},
		"requests-tier2 (GET and all other)":  {"AmazonS3", "Amazon Simple Storage Service", "Requests-Tier2", "GetObject", "Requests"},
		"standard-ia-requests-tier1":          {"AmazonS3", "Amazon Simple Storage Service", "Requests-SIA-Tier1", "PutObject", "Requests"},
		"standard-ia-requests-tier2":          {"AmazonS3", "Amazon Simple Storage Service", "Requests-SIA-Tier2", "GetObject", "Requests"},
		"standard-ia-retrieval":               {"AmazonS3", "Amazon Simple Storage Service", "Retrieval-SIA", "GetObject", "GB"},
		"delete-and-cancel":                   {"AmazonS3", "Amazon Simple Storage Service", "Requests-Tier8", "DeleteObject", "Requests"},
	},
	"sns": {
		"standard-publish":      {"AmazonSNS", "Amazon Simple Notification Service", "Requests-Tier1", "", "Requests"},
		"delivery-http":         {"AmazonSNS", "Amazon Simple Notification Service", "DeliveryAttempts-HTTP", "Deliver", "Notifications"},
		"delivery-email":        {"AmazonSNS", "Amazon Simple Notification Service", "DeliveryAttempts-SMTP", "Deliver", "Notifications"},
		"delivery-sqs":          {"AmazonSNS", "Amazon Simple Notification Service", "DeliveryAttempts-SQS", "Deliver", "Notifications"},
		"delivery-lambda":       {"AmazonSNS", "Amazon Simple Notification Service", "DeliveryAttempts-LAMBDA", "Deliver", "Notifications"},
		"delivery-mobile-push":  {"AmazonSNS", "Amazon Simple Notification Service", "DeliveryAttempts-APNS", "Deliver", "Notifications"},
		"delivery-firehose":     {"AmazonSNS", "Amazon Simple Notification Service", "DeliveryAttempts-FIREHOSE", "Deliver", "Notifications"},
		"fifo-publish-requests": {"AmazonSNS", "Amazon Simple Notification Service", "F-Request-Tier1", "", "Requests"},
		"fifo-publish-payload":  {"AmazonSNS", "Amazon Simple Notification Service", "F-Ingress-Tier1", "", "GB"},
		"fifo-delivery":         {"AmazonSNS", "Amazon Simple Notification Service", "F-DA-SQS", "", "Notifications"},
		"fifo-delivery-payload": {"AmazonSNS", "Amazon Simple Notification Service", "F-Egress-SQS", "", "GB"},
		"payload-filtering":     {"AmazonSNS", "Amazon Simple Notification Service", "MessageFiltering-Bytes", "", "GB"},
	},
	"eventbridge": {
		"custom-events":                                {"AWSEvents", "Amazon EventBridge", "USE1-Event-64K-Chunks", "PutEvents", "64K-Chunks"},
		"partner-events":                               {"AWSEvents", "Amazon EventBridge", "USE1-Event-64K-Chunks", "ReceivedPartnerEvents", "64K-Chunks"},
		"scheduler-invocations":                        {"AWSEvents", "Amazon EventBridge", "USE1-ScheduledInvocation", "Invocation", "Invocations"},
		"pipes-requests":                               {"AWSEvents", "Amazon EventBridge", "USE1-Request-64K-Chunks", "PipeRequest", "64K-Chunks"},
		"api-destinations":                             {"AWSEvents", "Amazon EventBridge", "USE1-Invocation-64K-Chunks", "InvokeApiDestination", "64K-Chunks"},
		"cross-account-events (custom)":                {"AWSEvents", "Amazon EventBridge", "USE1-Invocation-64K-Chunks", "CrossAccountInvoke-CustomEvent", "64K-Chunks"},
		"cross-account-events (AWS management events)": {"AWSEvents", "Amazon EventBridge", "USE1-Invocation-64K-Chunks", "CrossAccountInvoke-AWSEvent", "64K-Chunks"},
		"archive-processing":                           {"AWSEvents", "Amazon EventBridge", "USE1-ArchivedEvents-Bytes", "ArchiveEvents", "GigaBytes"},
		"archive-storage":                              {"AWSEvents", "Amazon EventBridge", "USE1-TimedStorage-ByteHrs", "StandardStorage", "GB-Mo"},
		"schema-discovery":                             {"AWSEvents", "Amazon EventBridge", "USE1-Event-8K-Chunks", "DiscoveryEvent", "8K-Chunks"},
	},
	"cloudwatch_logs": {
		"logs-ingest-standard":          {"AmazonCloudWatch", "AmazonCloudWatch", "DataProcessing-Bytes", "PutLogEvents", "GB"},
		"logs-ingest-infrequent-access": {"AmazonCloudWatch", "AmazonCloudWatch", "DataProcessingIA-Bytes", "PutLogEvents", "GB"},
		"logs-storage":                  {"AmazonCloudWatch", "AmazonCloudWatch", "TimedStorage-ByteHrs", "HourlyStorageMetering", "GB-Mo"},
		"logs-ingest-lambda-to-cloudwatch-standard (vended, since 2025-05-01)":          {"AmazonCloudWatch", "AmazonCloudWatch", "VendedLog-Bytes", "PutLogEvents", "GB"},
		"logs-ingest-lambda-to-cloudwatch-infrequent-access (vended, since 2025-05-01)": {"AmazonCloudWatch", "AmazonCloudWatch", "VendedLogIA-Bytes", "PutLogEvents", "GB"},
		"logs-delivery-lambda-to-s3 (since 2025-05-01)":                                 {"AmazonCloudWatch", "AmazonCloudWatch", "S3-Egress-Bytes", "PutLogEvents", "GB"},
	},
}

// billLine is a line of the bill that the tests write, whatever its form.
type billLine struct {
	kind, region, resource string
	what                   onBill
	quantity, list, cost   decimal.Decimal
	description            string
}

// trueBill is what AWS would bill for the simulated account in a month, from
// what really happened in [from, to).
func trueBill(t *testing.T, s *awstest.Server, from, to time.Time) []billLine {
	t.Helper()
	var out []billLine
	add := func(service, region, arn string, months []awstest.MonthBill) {
		for _, m := range months {
			for _, d := range m.Dimensions {
				what, ok := billNames[service][d.Dimension]
				if !ok {
					t.Fatalf("no usage type of %s %s is known to the test", service, d.Dimension)
				}
				if region == "eu-west-1" {
					what.usage = "EU-" + strings.TrimPrefix(what.usage, "USE1-")
				}
				out = append(out, billLine{kind: "Usage", region: region, resource: arn, what: what, quantity: d.Quantity, list: d.CostUSD, cost: d.CostUSD})
			}
		}
	}
	truth := s.TruthBetween(from, to)
	for _, f := range truth.Functions {
		add("lambda", f.Region, f.ARN, f.Months)
	}
	_, resources := s.ResourcesBetween(from, to)
	for _, r := range resources {
		add(r.Service, r.Region, r.ARN, r.Months)
	}
	return out
}

// plant adds what no model of usage can know, and spoils a dimension by 3 %.
func plant(bill []billLine) []billLine {
	dollars := decimal.RequireFromString
	lambda, rds := billNames["lambda"]["duration-arm"], onBill{"AmazonRDS", "Amazon Relational Database Service", "InstanceUsage:db.t4g.micro", "CreateDBInstance:0002", "Hrs"}
	for i := range bill {
		l := &bill[i]
		switch l.what.usage {
		case "WriteRequestUnits":
			l.cost = l.cost.Mul(dollars("1.03"))
			l.list = l.cost
		case "Lambda-GB-Second-ARM":
			l.kind = "SavingsPlanCoveredUsage"
			negation := *l
			negation.kind, negation.cost, negation.description = "SavingsPlanNegation", l.cost.Neg(), "SavingsPlanNegation used by AccountId"
			bill = append(bill, negation)
		case "Request":
			if l.quantity.GreaterThan(dollars("100000")) {
				free := *l
				free.quantity, free.cost, free.description = dollars("50000"), decimal.Zero, "AWS Lambda - Requests Free Tier"
				free.list = l.cost.Mul(free.quantity).DivRound(l.quantity, 20)
				l.cost, l.quantity = l.cost.Sub(free.list), l.quantity.Sub(free.quantity)
				l.list = l.cost
				bill = append(bill, free)
			}
		}
	}
	return append(bill,
		billLine{kind: "Credit", what: lambda, region: "us-east-1", cost: dollars("-4.5"), description: "Promotional credit <script>alert(1)</script>"},
		billLine{kind: "Tax", what: onBill{product: "AWSLambda", name: "AWS Lambda"}, cost: dollars("7.25"), description: "VAT"},
		billLine{kind: "Refund", what: billNames["sqs"]["standard-requests"], cost: dollars("-0.75")},
		billLine{kind: "SavingsPlanRecurringFee", what: onBill{"ComputeSavingsPlans", "Savings Plans for AWS Compute usage", "ComputeSP:1yrNoUpfront", "", "Hrs"}, cost: dollars("10")},
		billLine{kind: "Fee", what: onBill{product: "AWSSupportDeveloper", name: "AWS Support (Developer)"}, cost: dollars("29")},
		billLine{kind: "Usage", what: rds, region: "us-east-1", quantity: dollars("500"), list: dollars("8"), cost: dollars("8")},
	)
}

func writeTable(t *testing.T, path string, rows [][]string) {
	t.Helper()
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	if err := w.WriteAll(rows); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}

// writeCUR writes a CUR 2.0 export.
func writeCUR(t *testing.T, path string, bill []billLine, from, to time.Time) {
	t.Helper()
	rows := [][]string{{
		"bill_payer_account_id", "bill_billing_period_start_date", "line_item_usage_account_id", "line_item_line_item_type", "line_item_product_code",
		"product_servicecode", "line_item_usage_type", "line_item_operation", "product_region_code", "line_item_resource_id",
		"line_item_usage_start_date", "line_item_usage_end_date", "line_item_usage_amount", "pricing_unit", "pricing_public_on_demand_cost",
		"line_item_unblended_cost", "line_item_currency_code", "line_item_line_item_description",
	}}
	for _, l := range bill {
		rows = append(rows, []string{
			awstest.AccountID, "2026-11-01T00:00:00.000Z", awstest.AccountID, l.kind, l.what.product,
			l.what.product, l.what.usage, l.what.operation, l.region, l.resource,
			from.Format("2006-01-02T15:04:05.000Z"), to.Format("2006-01-02T15:04:05.000Z"), l.quantity.StringFixed(12), l.what.unit, l.list.StringFixed(12),
			l.cost.StringFixed(10), "USD", l.description,
		})
	}
	writeTable(t, path, rows)
}

// writeFOCUS writes a FOCUS 1.2 export with AWS columns.
func writeFOCUS(t *testing.T, path string, bill []billLine, from, to time.Time) {
	t.Helper()
	rows := [][]string{{
		"BillingAccountId", "SubAccountId", "BillingPeriodStart", "ChargePeriodStart", "ChargePeriodEnd", "ChargeCategory", "ChargeClass",
		"ChargeDescription", "ServiceName", "x_ServiceCode", "x_UsageType", "x_Operation", "RegionId", "ResourceId", "PricingQuantity", "PricingUnit",
		"ListCost", "BilledCost", "EffectiveCost", "BillingCurrency", "CommitmentDiscountId", "CommitmentDiscountType",
	}}
	for _, l := range bill {
		category, class, plan, planType, billed := "Usage", "", "", "", l.cost
		switch l.kind {
		case "SavingsPlanNegation":
			continue // FOCUS bills covered usage at nothing instead
		case "SavingsPlanCoveredUsage":
			plan, planType, billed = "arn:aws:savingsplans::1:savingsplan/a", "Compute Savings Plan", decimal.Zero
		case "SavingsPlanRecurringFee":
			category, plan, planType = "Purchase", "arn:aws:savingsplans::1:savingsplan/a", "Compute Savings Plan"
		case "Credit", "Tax":
			category = l.kind
		case "Refund":
			class = "Correction"
		case "Fee":
			category = "Purchase"
		}
		rows = append(rows, []string{
			awstest.AccountID, awstest.AccountID, "2026-11-01 00:00:00", from.Format(time.DateTime), to.Format(time.DateTime), category, class,
			l.description, l.what.name, l.what.product, l.what.usage, l.what.operation, l.region, l.resource, l.quantity.String(), l.what.unit,
			l.list.String(), billed.String(), billed.String(), "USD", plan, planType,
		})
	}
	writeTable(t, path, rows)
}
