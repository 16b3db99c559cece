package model

import (
	"encoding/json"
	"fmt"

	"github.com/breakeven-dev/breakeven/model/unit"
)

const amazonS3 = "AmazonS3"

// How S3 counts small objects (Amazon S3 pricing page): infrequent-access and
// Glacier Instant objects are billed as 128 KB at least; Intelligent-Tiering
// does not monitor smaller ones; an object in the two archive classes takes
// 8 KB more of S3 Standard for its name and 32 KB of its class for an index.
const (
	s3SmallObjectKB     = 128
	s3ArchiveStandardKB = 8
	s3ArchiveIndexKB    = 32
)

// s3Class is what one storage class is billed by: dimensions of the price
// book, empty where the class has no such charge.
type s3Class struct {
	name                        string
	storage, put, get           string
	transition                  string // lifecycle transitions into the class
	retrieval, retrievalRequest string // by tier where archive is set
	upload                      string
	scanned, returned           string // S3 Select
	minimum, archive, monitored bool
}

// s3Classes are the storage classes in the order of the usage file's field.
// Requests to Intelligent-Tiering cost what those to Standard do, and Select
// has a price of its own where retrieval has.
var s3Classes = []s3Class{
	{
		name: "standard", storage: "storage-standard", put: s3StandardPut, get: s3StandardGet,
		scanned: "select-scanned", returned: "select-returned",
	},
	{
		name: "standard-ia", storage: "storage-standard-ia", put: "standard-ia-requests-tier1", get: "standard-ia-requests-tier2",
		transition: "standard-ia-lifecycle-transition", retrieval: "standard-ia-retrieval", minimum: true,
		scanned: "standard-ia-select-scanned", returned: "standard-ia-select-returned",
	},
	{
		name: "onezone-ia", storage: "storage-one-zone-ia", put: "one-zone-ia-requests-tier1", get: "one-zone-ia-requests-tier2",
		transition: "one-zone-ia-lifecycle-transition", retrieval: "one-zone-ia-retrieval", minimum: true,
		scanned: "one-zone-ia-select-scanned", returned: "one-zone-ia-select-returned",
	},
	{
		name: "intelligent-tiering", storage: "intelligent-tiering-frequent", put: s3StandardPut, get: s3StandardGet,
		transition: "intelligent-tiering-lifecycle-transition", monitored: true,
		scanned: "select-scanned", returned: "select-returned",
	},
	{
		name: "glacier-instant", storage: "storage-glacier-instant", put: "glacier-instant-put", get: "glacier-instant-get",
		transition: "glacier-instant-lifecycle-transition", retrieval: "glacier-instant-retrieval", minimum: true,
		scanned: "glacier-instant-select-scanned", returned: "glacier-instant-select-returned",
	},
	{
		name: "glacier-flexible", storage: "storage-glacier-flexible", put: "glacier-flexible-put", get: "glacier-flexible-get",
		transition: "glacier-flexible-lifecycle-transition", archive: true,
		retrieval: "glacier-flexible-retrieval-", retrievalRequest: "glacier-flexible-retrieval-request-",
		scanned: "glacier-flexible-select-scanned-", returned: "glacier-flexible-select-returned-",
	},
	{
		name: "deep-archive", storage: "storage-glacier-deep-archive", put: "glacier-deep-archive-put", get: "glacier-deep-archive-get",
		transition: "glacier-deep-archive-lifecycle-transition", archive: true,
		retrieval: "glacier-deep-archive-retrieval-", retrievalRequest: "glacier-deep-archive-retrieval-request-",
		scanned: "glacier-deep-archive-select-scanned-", returned: "glacier-deep-archive-select-returned-",
	},
	{
		name: "express-onezone", storage: "storage-express-one-zone", put: "express-one-zone-put", get: "express-one-zone-get",
		upload: "express-one-zone-upload", retrieval: "express-one-zone-retrieval",
		scanned: "express-one-zone-select-scanned", returned: "express-one-zone-select-returned",
	},
}

// Requests to the Standard class.
const (
	s3StandardPut = "requests-tier1 (PUT COPY POST LIST)"
	s3StandardGet = "requests-tier2 (GET and all other)"
)

var _ = register(Service{
	Name:     "s3",
	Work:     []string{"AllRequests"},
	Inferred: "requests that failed may not be billed and their storage class is not counted; what S3 has not published yet of the last days' storage is taken as before; objects that Intelligent-Tiering monitors follow from its bytes; transitions and restores are not counted",
	Unseen:   unseenOfS3,
	Fields: []Field{
		{Name: "storage_class", Kind: Choice, Choices: s3ClassNames()},
		{Name: "storage_gb"},
		{Name: "put_requests"},
		{Name: "get_requests"},
		{Name: "delete_requests"},
		{Name: "lifecycle_transitions"},
		{Name: "retrieved_gb"},
		{Name: "retrieval_tier", Kind: Choice, Choices: []string{"standard", "expedited", "bulk"}},
		{Name: "retrieval_requests"},
		{Name: "objects"},
		{Name: "mean_object_kb"},
		{Name: "uploaded_gb"},
		{Name: "select_scanned_gb"},
		{Name: "select_returned_gb"},
	},
	Check: checkS3,
	Bill:  billS3,
})

// unseenOfS3 tells that a bucket without request metrics does not count its
// requests.
func unseenOfS3(config json.RawMessage) string {
	var c struct {
		Filter string `json:"metrics_filter"`
	}
	if json.Unmarshal(config, &c) == nil && c.Filter != "" {
		return ""
	}
	return "requests are not known where request metrics are off: storage alone is counted"
}

func s3ClassNames() []string {
	var names []string
	for _, c := range s3Classes {
		names = append(names, c.name)
	}
	return names
}

func s3ClassNamed(name string) s3Class {
	for _, c := range s3Classes {
		if c.name == name {
			return c
		}
	}
	return s3Class{}
}

// checkS3 refuses a retrieval that AWS does not sell: no price could be right
// for it (Amazon S3 user guide, archive retrieval options).
func checkS3(v Values) error {
	if v.Text("storage_class") != "deep-archive" || v.Text("retrieval_tier") != "expedited" {
		return nil
	}
	if f := anyGiven(v, "retrieved_gb", "retrieval_requests"); f != "" {
		return &FieldError{Field: "retrieval_tier", Problem: fmt.Sprintf("deep-archive has no expedited retrieval (%s is given): want standard or bulk", f)}
	}
	return nil
}

// billS3 follows the Amazon S3 pricing page: storage, requests, transitions
// and retrieval at the prices of the class.
func billS3(l *Lines, v Values) {
	c := s3ClassNamed(v.Text("storage_class"))
	billS3Storage(l, v, c)
	l.Add(amazonS3, c.put, v.Number("put_requests"))
	l.Add(amazonS3, c.get, v.Number("get_requests"))
	l.Add(amazonS3, "delete-and-cancel", v.Number("delete_requests"))
	tier := ""
	if c.archive {
		tier = v.Text("retrieval_tier")
	}
	for _, charge := range []struct{ dimension, tier, field string }{
		{c.transition, "", "lifecycle_transitions"},
		{c.upload, "", "uploaded_gb"},
		{c.retrieval, tier, "retrieved_gb"},
		{c.retrievalRequest, tier, "retrieval_requests"},
		{c.scanned, tier, "select_scanned_gb"},
		{c.returned, tier, "select_returned_gb"},
	} {
		if charge.dimension != "" {
			l.Add(amazonS3, charge.dimension+charge.tier, v.Number(charge.field))
		}
	}
	warnS3(l, v, c)
}

// billS3Storage adds what is stored and what small objects add to it.
func billS3Storage(l *Lines, v Values, c s3Class) {
	stored, objects := v.Number("storage_gb"), v.Number("objects")
	switch {
	case c.minimum && !s3LargeObjects(v):
		stored = stored.Max(s3GB(objects, s3SmallObjectKB))
	case c.archive:
		l.Add(amazonS3, "storage-standard", s3GB(objects, s3ArchiveStandardKB))
		stored = stored.Add(s3GB(objects, s3ArchiveIndexKB))
	case c.monitored && (s3LargeObjects(v) || v.Number("mean_object_kb").IsZero()):
		l.Add(amazonS3, "intelligent-tiering-monitoring", objects)
	}
	l.Add(amazonS3, c.storage, stored)
}

// s3LargeObjects reports whether the mean object reaches 128 KB; every object
// is taken to be as large as the mean.
func s3LargeObjects(v Values) bool {
	return v.Number("mean_object_kb").Cmp(unit.QuantityOf(s3SmallObjectKB)) >= 0
}

// s3GB is what so many objects of kb KB take.
func s3GB(objects unit.Quantity, kb int64) unit.Quantity {
	return objects.Mul(unit.QuantityOf(kb)).Mul(kbInGB)
}

// warnS3 names what is priced as given and looks like an oversight.
func warnS3(l *Lines, v Values, c s3Class) {
	if anyGiven(v, "lifecycle_transitions") != "" && c.transition == "" {
		l.Warn("usage", "lifecycle_transitions: nothing is moved into "+c.name+" by them, so they cost nothing: name the class they move into")
	}
	if anyGiven(v, "retrieval_requests") != "" && !c.archive {
		l.Warn("usage", "retrieval_requests: "+c.name+" is read without restoring, so they cost nothing: count reads in get_requests")
	}
	if v.Number("storage_gb").IsZero() && anyGiven(v, "mean_object_kb") != "" && anyGiven(v, "objects") != "" {
		l.Warn("usage", "storage_gb is 0: objects and mean_object_kb only say what small objects add to it")
	}
}
