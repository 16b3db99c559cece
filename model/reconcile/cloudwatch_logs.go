package reconcile

var _ = register(service{
	name: "cloudwatch_logs",
	// Metrics, alarms and dashboards are on the same product, and not covered.
	claims: func(product, usage string) bool {
		return (product == "amazoncloudwatch" || product == "amazon cloudwatch") && logsUsage[usage] != ""
	},
	dimension: exactly(logsUsage),
})

// logsUsage are the usage types of the AmazonCloudWatch offer that are about
// logs.
var logsUsage = map[string]string{
	"dataprocessing-bytes": "logs-ingest-standard", "dataprocessingia-bytes": "logs-ingest-infrequent-access",
	"vendedlog-bytes":      "logs-ingest-lambda-to-cloudwatch-standard (vended, since 2025-05-01)",
	"vendedlogia-bytes":    "logs-ingest-lambda-to-cloudwatch-infrequent-access (vended, since 2025-05-01)",
	"s3-egress-bytes":      "logs-delivery-lambda-to-s3 (since 2025-05-01)",
	"fh-egress-bytes":      "logs-delivery-lambda-to-firehose (since 2025-05-01)",
	"timedstorage-bytehrs": "logs-storage", "datascanned-bytes": "logs-insights-scan", "logs-livetail": "logs-live-tail",
}
