package reconcile

import "strings"

var _ = register(service{
	name:     "s3",
	products: []string{"AmazonS3", "Amazon Simple Storage Service", "AmazonS3GlacierDeepArchive", "AmazonGlacier"},
	dimension: func(usage, _ string) string {
		if d, ok := s3Usage[usage]; ok {
			return d
		}
		if strings.HasPrefix(usage, "requests-tier") {
			return "requests-tier2 (GET and all other)"
		}
		return ""
	},
})

// s3Usage are the usage types of the AmazonS3 offer (Amazon S3 user guide,
// "Understanding your AWS billing and usage reports for Amazon S3").
var s3Usage = map[string]string{
	"timedstorage-bytehrs": "storage-standard", "timedstorage-sia-bytehrs": "storage-standard-ia",
	"timedstorage-sia-smobjects": "storage-standard-ia", "timedstorage-zia-bytehrs": "storage-one-zone-ia",
	"timedstorage-zia-smobjects": "storage-one-zone-ia", "timedstorage-gir-bytehrs": "storage-glacier-instant",
	"timedstorage-gir-smobjects": "storage-glacier-instant", "timedstorage-glacierbytehrs": "storage-glacier-flexible",
	"timedstorage-gda-bytehrs": "storage-glacier-deep-archive", "timedstorage-xz-bytehrs": "storage-express-one-zone",
	"timedstorage-int-fa-bytehrs": "intelligent-tiering-frequent", "timedstorage-int-ia-bytehrs": "intelligent-tiering-infrequent",
	"timedstorage-int-aia-bytehrs": "storage-glacier-instant", "timedstorage-int-aa-bytehrs": "intelligent-tiering-archive-access",
	"timedstorage-int-daa-bytehrs": "intelligent-tiering-deep-archive", "monitoring-automation-int": "intelligent-tiering-monitoring",
	"requests-tier1": "requests-tier1 (PUT COPY POST LIST)", "requests-tier2": "requests-tier2 (GET and all other)",
	"requests-sia-tier1": "standard-ia-requests-tier1", "requests-sia-tier2": "standard-ia-requests-tier2",
	"requests-zia-tier1": "one-zone-ia-requests-tier1", "requests-zia-tier2": "one-zone-ia-requests-tier2",
	"requests-gir-tier1": "glacier-instant-put", "requests-gir-tier2": "glacier-instant-get",
	"requests-tier3": "glacier-flexible-put", "requests-gda-tier1": "glacier-deep-archive-put", "requests-tier8": "delete-and-cancel",
	"requests-xz-tier1": "express-one-zone-put", "requests-xz-tier2": "express-one-zone-get",
	"retrieval-sia": "standard-ia-retrieval", "retrieval-zia": "one-zone-ia-retrieval", "retrieval-gir": "glacier-instant-retrieval",
	"standard-retrieval-bytes": "glacier-flexible-retrieval-standard", "expedited-retrieval-bytes": "glacier-flexible-retrieval-expedited",
	"select-scanned-bytes": "select-scanned", "select-returned-bytes": "select-returned",
}
