package reconcile

var _ = register(service{
	name:     "dynamodb",
	products: []string{"AmazonDynamoDB", "Amazon DynamoDB"},
	dimension: exactly(map[string]string{
		"readrequestunits": "on-demand-read", "writerequestunits": "on-demand-write",
		"ia-readrequestunits": "ia-on-demand-read", "ia-writerequestunits": "ia-on-demand-write",
		"replwriterequestunits":   "replicated-write-on-demand (global tables)",
		"readcapacityunit-hrs":    "provisioned-read",
		"writecapacityunit-hrs":   "provisioned-write",
		"ia-readcapacityunit-hrs": "ia-provisioned-read", "ia-writecapacityunit-hrs": "ia-provisioned-write",
		"replwritecapacityunit-hrs": "replicated-write-provisioned (global tables)",
		"timedstorage-bytehrs":      "storage-standard", "ia-timedstorage-bytehrs": "ia-storage",
		"timedpitrstorage-bytehrs":   "pitr-storage",
		"timedbackupstorage-bytehrs": "on-demand-backup-storage",
		"restoredatasize-bytes":      "restore", "streams-requestscount": "streams-read",
		"exportdatasize-bytes": "export-to-s3", "importdatasize-bytes": "import-from-s3",
		"changedatacaptureunits-kinesis": "kinesis-change-data-capture",
	}),
})
