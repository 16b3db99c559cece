package awstest

import (
	"github.com/shopspring/decimal"
)

const (
	nsS3    = "AWS/S3"
	s3Put   = "requests-tier1 (PUT COPY POST LIST)"
	s3Get   = "requests-tier2 (GET and all other)"
	s3Watch = "intelligent-tiering-monitoring"
)

// s3Bucket describes a simulated bucket. Nobody asks anything of buckets
// without request metrics: what that cost could not be known.
type s3Bucket struct {
	holds []s3Holding
	// objects at the beginning, and what share of them is monitored.
	objects   int64
	monitored float64
	// filter is the id of the request metrics of all objects, rest the id of
	// such of some.
	filter, rest string
	puts         float64 // share of the requests
	errors4xx    float64 // share of the requests, half of which AWS bills
	errors5xx    float64
	readBytes    int64 // mean, of a request that reads
	versioned    bool
	moves        []string // lifecycle: storage classes
	expires      bool
	function     string // what a new object starts
	queue, topic string
	bus          bool
}

// s3Holding is what a bucket has of a storage type: so many bytes on the first
// day, and so many more on each next one.
type s3Holding struct {
	kind, dimension string
	bytes, grows    int64
}

// Prices of S3, of the AWS price list as of 2026-10 (commitcost; classes of
// us-east-1: infracost golden files), the first tier, which no bucket here
// leaves.
var _ = simulate(simulated{
	name: "s3", signing: "s3", iam: "s3", protocol: protocolRESTXML,
	operation: s3Operation,
	handlers: map[string]func(*Server, *call) (reply, *apiError){
		"ListAllMyBuckets":          (*Server).listBuckets,
		"GetMetricsConfiguration":   (*Server).bucketMetrics,
		"GetLifecycleConfiguration": (*Server).bucketLifecycle,
		"GetBucketNotification":     (*Server).bucketNotification,
		"GetBucketVersioning":       (*Server).bucketVersioning,
	},
	things: s3Buckets,
	prices: map[string]dimensionPrices{
		"storage-standard":               flat("0.023", "0.023"),
		"storage-standard-ia":            flat("0.0125", "0.0125"),
		"storage-glacier-deep-archive":   flat("0.00099", ""),
		"intelligent-tiering-frequent":   flat("0.023", ""),
		"intelligent-tiering-infrequent": flat("0.0125", ""),
		s3Watch:                          flat("0.0000025", ""),
		s3Put:                            flat("0.000005", "0.000005"),
		s3Get:                            flat("0.0000004", "0.0000004"),
		"standard-ia-requests-tier1":     flat("0.00001", ""),
		"standard-ia-requests-tier2":     flat("0.000001", ""),
		"standard-ia-retrieval":          flat("0.01", ""),
	},
	units: map[string]decimal.Decimal{
		"storage-standard":               kilobyteHours,
		"storage-standard-ia":            kilobyteHours,
		"storage-glacier-deep-archive":   kilobyteHours,
		"intelligent-tiering-frequent":   kilobyteHours,
		"intelligent-tiering-infrequent": kilobyteHours,
		s3Watch:                          decimal.NewFromInt(24 * sharedDays),
		"standard-ia-retrieval":          decimal.NewFromInt(bytesInGB),
	},
})

// kilobyteHours make a GB-month, in a year whose months are equally long.
var kilobyteHours = decimal.NewFromInt(bytesInGB / 1024 * 24 * sharedDays)

const (
	kb = 1 << 10
	gb = 1 << 30
)

func s3Buckets(window) []*thing {
	standard := func(bytes, grows int64) s3Holding {
		return s3Holding{"StandardStorage", "storage-standard", bytes, grows}
	}
	rare := func(bytes, grows int64) s3Holding {
		return s3Holding{"StandardIAStorage", "storage-standard-ia", bytes, grows}
	}
	list := []*thing{
		{where: use, name: "media-originals", shape: shapeBursty, perMinute: 4, tags: map[string]string{"app": "media"}, spec: s3Bucket{
			holds: []s3Holding{standard(210*gb, 2*gb), rare(300*gb, gb)}, objects: 90_000, filter: "EntireBucket", rest: "Uploads", puts: 0.3,
			readBytes: 900 * kb, moves: []string{"STANDARD_IA"}, function: FunctionMemoryChanged,
		}},
		{where: use, name: "storefront.assets", shape: shapeDiurnal, perMinute: 60, tags: map[string]string{"app": "storefront"}, spec: s3Bucket{
			holds: []s3Holding{standard(12*gb, 0)}, objects: 42_000, filter: "all", puts: 0.002, errors4xx: 0.03, errors5xx: 0.0005, readBytes: 40 * kb, versioned: true,
		}},
		{where: use, name: "orders-archive", shape: shapeNever, tags: map[string]string{"app": "orders"}, spec: s3Bucket{
			holds: []s3Holding{
				{"DeepArchiveStorage", "storage-glacier-deep-archive", 1800 * gb, 6 * gb},
				{"DeepArchiveObjectOverhead", "storage-glacier-deep-archive", 32 * kb * 600_000, 32 * kb * 2000},
				{"DeepArchiveS3ObjectOverhead", "storage-standard", 8 * kb * 600_000, 8 * kb * 2000},
			}, objects: 600_000, versioned: true, moves: []string{"DEEP_ARCHIVE"}, queue: "orders",
		}},
		{where: use, name: "analytics-lake", shape: shapeNever, tags: map[string]string{"app": "analytics"}, spec: s3Bucket{
			holds: []s3Holding{
				{"IntelligentTieringFAStorage", "intelligent-tiering-frequent", 140 * gb, gb},
				{"IntelligentTieringIAStorage", "intelligent-tiering-infrequent", 380 * gb, 2 * gb},
			}, objects: 1_100_000, monitored: 0.6, bus: true,
		}},
		{where: use, name: "partner-dropbox", shape: shapeSteady, perMinute: 2, tags: map[string]string{"app": "partners", "note": hostile}, spec: s3Bucket{
			holds: []s3Holding{rare(60*gb, 0), {"StandardIASizeOverhead", "storage-standard-ia", 3 * gb, 0}}, objects: 70_000, filter: "EntireBucket",
			puts: 0.4, readBytes: 300 * kb,
		}},
		{where: use, name: "old-exports", shape: shapeNever, spec: s3Bucket{holds: []s3Holding{standard(310*gb, 0)}, objects: 2_400}},
		{where: use, name: "landing-zone", shape: shapeNever, tags: map[string]string{"app": "platform"}, spec: s3Bucket{expires: true}},
		{where: use, name: "tmp-migration", shape: shapeNever, to: 0.8, deleted: true, spec: s3Bucket{holds: []s3Holding{standard(95*gb, 0)}, objects: 800}},
		{where: euw, name: "iot-raw", shape: shapeSteady, perMinute: 25, tags: map[string]string{"app": "iot"}, spec: s3Bucket{
			holds: []s3Holding{standard(40*gb, gb)}, objects: 500_000, filter: "EntireBucket", puts: 0.9, readBytes: 2 * kb, expires: true, function: "iot-alarm",
		}},
	}
	for _, t := range list {
		t.arn = "arn:aws:s3:::" + t.name
		t.bill = billBucket
		t.metrics = s3Metrics(t)
	}
	return list
}

// s3Days are the days since the bucket's life began, whole days of UTC.
func s3Days(t *thing, at int64) int64 { return at/daySeconds - t.start/daySeconds }

// requestsOf are the requests of a minute by kind.
type s3Requests struct{ all, puts, failed4xx, denied, failed5xx int64 }

func (b *s3Bucket) requests(t *thing, minute int64) s3Requests {
	n := s3Requests{all: t.arrivals(minute, 0)}
	for i := range n.all {
		x := t.draw(minute, i, 1)
		switch {
		case x < b.puts:
			n.puts++
		case x < b.puts+b.errors4xx/2:
			n.denied++
			n.failed4xx++
		case x < b.puts+b.errors4xx:
			n.failed4xx++
		case x < b.puts+b.errors4xx+b.errors5xx:
			n.failed5xx++
		}
	}
	return n
}

// reads are the requests that bring an object.
func (n s3Requests) reads() int64 { return n.all - n.puts - n.failed4xx - n.failed5xx }

// billBucket bills a minute's requests: neither what failed on AWS's side nor
// what strangers were denied; and, each hour, what is stored.
func billBucket(t *thing, minute int64, add func(string, int64)) {
	b := t.spec.(s3Bucket)
	put, get := s3Put, s3Get
	if rare := b.onlyRare(); rare {
		put, get = "standard-ia-requests-tier1", "standard-ia-requests-tier2"
	}
	if n := b.requests(t, minute); n.all > 0 {
		add(put, n.puts)
		add(get, n.all-n.puts-n.denied-n.failed5xx)
		if b.onlyRare() {
			add("standard-ia-retrieval", n.reads()*b.readBytes)
		}
	}
	if minute%3600 != 0 {
		return
	}
	month, end := monthOf(minute * 1000)
	hours := sharedDays / daysOf(month, end)
	for _, h := range b.holds {
		add(h.dimension, (h.bytes+h.grows*s3Days(t, minute))/kb*hours)
	}
	if b.monitored > 0 {
		add(s3Watch, int64(float64(b.objects)*b.monitored)*hours)
	}
}

// onlyRare tells whether all objects are of Standard-IA.
func (b *s3Bucket) onlyRare() bool {
	for _, h := range b.holds {
		if h.dimension != "storage-standard-ia" {
			return false
		}
	}
	return len(b.holds) > 0
}

func s3Metrics(t *thing) []thingMetric {
	b := t.spec.(s3Bucket)
	name := dimension{"BucketName", t.name}
	var out []thingMetric
	for _, h := range b.holds {
		out = append(out, thingMetric{
			namespace: nsS3, name: "BucketSizeBytes", dims: []dimension{name, {"StorageType", h.kind}}, every: daySeconds,
			at: func(t *thing, day int64, emit func(int64, uint32)) { emit((h.bytes+h.grows*s3Days(t, day))*100, 1) },
		})
	}
	if b.objects > 0 {
		out = append(out, thingMetric{
			namespace: nsS3, name: "NumberOfObjects", dims: []dimension{name, {"StorageType", "AllStorageTypes"}}, every: daySeconds,
			at: func(_ *thing, _ int64, emit func(int64, uint32)) { emit(b.objects*100, 1) },
		})
	}
	if b.filter == "" {
		return out
	}
	return append(out, s3RequestMetrics(&b, []dimension{name, {"FilterId", b.filter}})...)
}

func s3RequestMetrics(b *s3Bucket, dims []dimension) []thingMetric {
	each := func(name string, value int64, count func(s3Requests) int64) thingMetric {
		return thingMetric{namespace: nsS3, name: name, dims: dims, at: func(t *thing, minute int64, emit func(int64, uint32)) {
			if n := count(b.requests(t, minute)); n > 0 {
				emit(value*100, uint32(n))
			}
		}}
	}
	// An error is a datum of 1, what went well one of 0.
	share := func(name string, count func(s3Requests) int64) thingMetric {
		return thingMetric{namespace: nsS3, name: name, dims: dims, at: func(t *thing, minute int64, emit func(int64, uint32)) {
			n := b.requests(t, minute)
			emit(100, uint32(count(n)))
			emit(0, uint32(n.all-count(n)))
		}}
	}
	return []thingMetric{
		each("AllRequests", 1, func(n s3Requests) int64 { return n.all }),
		each("GetRequests", 1, func(n s3Requests) int64 { return n.all - n.puts }),
		each("PutRequests", 1, func(n s3Requests) int64 { return n.puts }),
		share("4xxErrors", func(n s3Requests) int64 { return n.failed4xx }),
		share("5xxErrors", func(n s3Requests) int64 { return n.failed5xx }),
		each("BytesDownloaded", b.readBytes, s3Requests.reads),
		each("BytesUploaded", 64*kb, func(n s3Requests) int64 { return n.puts }),
		{namespace: nsS3, name: "FirstByteLatency", dims: dims, at: func(t *thing, minute int64, emit func(int64, uint32)) {
			for i := range b.requests(t, minute).all {
				emit(int64(1200+t.draw(minute, i, 2)*6000), 1)
			}
		}},
	}
}
