package reconcile

import "strings"

var _ = register(service{
	name: "eventbridge", byOperation: true,
	// The price list calls it CloudWatch Events to this day.
	products: []string{"AWSEvents", "Amazon EventBridge", "CloudWatch Events", "AmazonCloudWatchEvents"},
	dimension: func(usage, operation string) string {
		switch usage {
		case "event-64k-chunks":
			switch operation {
			case "receivedpartnerevents":
				return "partner-events"
			case "replayevents":
				return "replay"
			}
			return "custom-events"
		case "invocation-64k-chunks":
			switch {
			case operation == "invokeapidestination":
				return "api-destinations"
			case strings.HasSuffix(operation, "-awsevent"):
				return "cross-account-events (AWS management events)"
			}
			return "cross-account-events (custom)"
		}
		return eventBridgeUsage[usage]
	},
})

// eventBridgeUsage are the usage types of the AWSEvents offer that need no
// operation.
var eventBridgeUsage = map[string]string{
	"request-64k-chunks": "pipes-requests", "event-8k-chunks": "schema-discovery", "scheduledinvocation": "scheduler-invocations",
	"archivedevents-bytes": "archive-processing", "timedstorage-bytehrs": "archive-storage",
}
