package pricelist

import (
	"maps"
	"slices"
	"strings"
)

// shortNames are what people call the services whose prices can be read.
var shortNames = map[string]string{
	"lambda": "AWSLambda", "apigateway": "AmazonApiGateway", "dynamodb": "AmazonDynamoDB", "stepfunctions": "AmazonStates",
	"eventbridge": "AWSEvents", "sqs": "AWSQueueService", "sns": "AmazonSNS", "s3": "AmazonS3",
	"cloudwatch": "AmazonCloudWatch", "cloudwatch_logs": "AmazonCloudWatch", "xray": "AWSXRay", "fargate": "AmazonECS", "ecs": "AmazonECS",
	"ec2": "AmazonEC2", "nat_gateway": "AmazonEC2", "alb": "AWSELB", "data_transfer": "AWSDataTransfer", "vpc": "AmazonVPC", "kinesis": "AmazonKinesis",
}

// Offers lists the offer codes whose prices can be read, sorted.
func Offers() []string { return slices.Sorted(maps.Keys(rules)) }

// Offer returns the offer code of a service by its short name ("lambda") or
// by the code itself, letter case aside, and false for any other.
func Offer(name string) (string, bool) {
	if code, ok := shortNames[strings.ToLower(name)]; ok {
		return code, true
	}
	for code := range rules {
		if strings.EqualFold(code, name) {
			return code, true
		}
	}
	return "", false
}

// ShortNames lists the short names that Offer knows, sorted.
func ShortNames() []string { return slices.Sorted(maps.Keys(shortNames)) }
