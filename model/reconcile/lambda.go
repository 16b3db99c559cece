package reconcile

import "strings"

var _ = register(service{
	name:     "lambda",
	products: []string{"AWSLambda", "AWS Lambda"},
	dimension: func(usage, _ string) string {
		if d, ok := lambdaUsage[usage]; ok {
			return d
		}
		arch := "-x86"
		if strings.HasSuffix(usage, "-arm") {
			arch = "-arm"
		}
		switch {
		case strings.HasPrefix(usage, "lambda-managed-instances-") && strings.HasSuffix(usage, "-management-hours"):
			return "managed-instances-management-fee:" + strings.TrimSuffix(strings.TrimPrefix(usage, "lambda-managed-instances-"), "-management-hours")
		case strings.Contains(usage, "snapstart") && strings.Contains(usage, "cach"):
			return "snapstart-cache" + arch
		case strings.Contains(usage, "snapstart") && strings.Contains(usage, "restor"):
			return "snapstart-restore" + arch
		}
		return ""
	},
})

// lambdaUsage are the usage types of the AWSLambda offer.
var lambdaUsage = map[string]string{
	"request": "requests", "request-arm": "requests", "lambda-request": "requests", "lambda-request-arm": "requests",
	"lambda-gb-second": "duration-x86", "lambda-gb-second-arm": "duration-arm",
	"lambda-provisioned-concurrency":                "provisioned-concurrency-x86",
	"lambda-provisioned-concurrency-arm":            "provisioned-concurrency-arm",
	"lambda-provisioned-gb-second":                  "provisioned-duration-x86",
	"lambda-provisioned-gb-second-arm":              "provisioned-duration-arm",
	"lambda-storage-gb-second":                      "ephemeral-storage-x86",
	"lambda-storage-gb-second-arm":                  "ephemeral-storage-arm",
	"lambda-streaming-response-processed-bytes":     "response-streaming-x86",
	"lambda-streaming-response-processed-bytes-arm": "response-streaming-arm",
	"lambda-edge-request":                           "edge-requests",
	"lambda-edge-gb-second":                         "edge-duration",
}
