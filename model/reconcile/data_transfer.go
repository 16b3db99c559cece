package reconcile

import "strings"

// Data transfer is billed under the service that sends; its usage types tell.
var _ = register(service{
	name: "data_transfer", estimated: true,
	products: []string{"AWSDataTransfer", "AWS Data Transfer"},
	claims: func(_, usage string) bool {
		return strings.HasPrefix(usage, "datatransfer-") || strings.HasSuffix(usage, "-aws-out-bytes") || strings.HasSuffix(usage, "-aws-in-bytes")
	},
	dimension: func(usage, _ string) string {
		switch usage {
		case "datatransfer-out-bytes":
			return "internet-out"
		case "datatransfer-regional-bytes":
			return "inter-az"
		}
		return ""
	},
})
