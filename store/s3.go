package store

import "time"

// S3's metrics by bucket: what it stores, once a day, and its requests where
// the bucket counts them. How that is billed is in sql/view_58_s3_metered.sql.
var (
	// S3Storage is the wide table of what buckets store: bytes by storage type
	// (Amazon S3 user guide, "Metrics and dimensions"), a row a day.
	S3Storage = register(MetricTable{
		Name: "s3_storage_metrics", Service: "s3", Group: "s3-storage", Namespace: "AWS/S3", Probe: "objects", Period: 24 * time.Hour,
		Columns: append([]MetricColumn{
			{Name: "objects", Metric: "NumberOfObjects", Stat: "Average", Count: true, Dimension: "StorageType", Value: "AllStorageTypes"},
		}, storageColumns(
			"standard", "StandardStorage",
			"intelligent_frequent", "IntelligentTieringFAStorage",
			"intelligent_infrequent", "IntelligentTieringIAStorage",
			"intelligent_instant", "IntelligentTieringAIAStorage",
			"intelligent_archive", "IntelligentTieringAAStorage",
			"intelligent_deep", "IntelligentTieringDAAStorage",
			"intelligent_archive_index", "IntAAObjectOverhead",
			"intelligent_archive_names", "IntAAS3ObjectOverhead",
			"intelligent_deep_index", "IntDAAObjectOverhead",
			"intelligent_deep_names", "IntDAAS3ObjectOverhead",
			"standard_ia", "StandardIAStorage",
			"standard_ia_small", "StandardIASizeOverhead",
			"standard_ia_object", "StandardIAObjectOverhead",
			"one_zone_ia", "OneZoneIAStorage",
			"one_zone_ia_small", "OneZoneIASizeOverhead",
			"reduced", "ReducedRedundancyStorage",
			"instant", "GlacierInstantRetrievalStorage",
			"instant_small", "GlacierInstantRetrievalSizeOverhead",
			"instant_small_too", "GlacierIRSizeOverhead", // the name differs between AWS's pages
			"flexible", "GlacierStorage",
			"flexible_index", "GlacierObjectOverhead",
			"flexible_names", "GlacierS3ObjectOverhead",
			"flexible_staging", "GlacierStagingStorage",
			"deep", "DeepArchiveStorage",
			"deep_index", "DeepArchiveObjectOverhead",
			"deep_names", "DeepArchiveS3ObjectOverhead",
			"deep_staging", "DeepArchiveStagingStorage",
		)...),
	})
	// S3Requests is the wide table of requests to buckets with request metrics
	// for all of their objects.
	S3Requests = register(MetricTable{
		Name: "s3_request_metrics", Service: "s3", Group: "s3-requests", Namespace: "AWS/S3", Probe: "requests",
		Columns: []MetricColumn{
			{Name: "requests", Metric: "AllRequests", Stat: "Sum", Count: true},
			{Name: "gets", Metric: "GetRequests", Stat: "Sum", Count: true},
			{Name: "puts", Metric: "PutRequests", Stat: "Sum", Count: true},
			{Name: "posts", Metric: "PostRequests", Stat: "Sum", Count: true},
			{Name: "lists", Metric: "ListRequests", Stat: "Sum", Count: true},
			{Name: "heads", Metric: "HeadRequests", Stat: "Sum", Count: true},
			{Name: "deletes", Metric: "DeleteRequests", Stat: "Sum", Count: true},
			{Name: "selects", Metric: "SelectRequests", Stat: "Sum", Count: true},
			{Name: "select_scanned_bytes", Metric: "SelectScannedBytes", Stat: "Sum", Count: true},
			{Name: "select_returned_bytes", Metric: "SelectReturnedBytes", Stat: "Sum", Count: true},
			{Name: "errors_4xx", Metric: "4xxErrors", Stat: "Sum", Count: true},
			{Name: "errors_5xx", Metric: "5xxErrors", Stat: "Sum", Count: true},
			{Name: "downloaded_bytes", Metric: "BytesDownloaded", Stat: "Sum", Count: true},
			{Name: "uploaded_bytes", Metric: "BytesUploaded", Stat: "Sum", Count: true},
			{Name: "first_byte_avg", Metric: "FirstByteLatency", Stat: "Average"},
			{Name: "first_byte_p99", Metric: "FirstByteLatency", Stat: "p99"},
		},
	})
	_ = registerMetered("s3_metered")
)

// storageColumns are columns of BucketSizeBytes, from pairs of SQL name and
// storage type.
func storageColumns(pairs ...string) []MetricColumn {
	var out []MetricColumn
	for i := 0; i+1 < len(pairs); i += 2 {
		out = append(out, MetricColumn{
			Name: pairs[i], Metric: "BucketSizeBytes", Stat: "Average", Count: true,
			Dimension: "StorageType", Value: pairs[i+1],
		})
	}
	return out
}
