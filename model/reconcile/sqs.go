package reconcile

import "strings"

var _ = register(service{
	name:     "sqs",
	products: []string{"AWSQueueService", "Amazon Simple Queue Service"},
	dimension: func(usage, _ string) string {
		switch {
		case strings.HasPrefix(usage, "requests-fifo"):
			return "fifo-requests"
		case strings.HasPrefix(usage, "requests"):
			return "standard-requests"
		}
		return ""
	},
})
