package store

import (
	"strings"
	"testing"
)

func snsTopic(name, config string) Resource {
	return thing("sns", "arn:aws:sns:us-east-1:123456789012:"+name, name, config)
}

// Publishes of standard topics: a request for 1 to 10 messages of 64 KB.
func TestSNSPublishesMetered(t *testing.T) {
	w, _ := openTest(t)
	refs := put(t, w, snsTopic("small", `{"fifo":false}`), snsTopic("large", `{"fifo":false}`), snsTopic("unsized", `{}`))
	// 25 messages of 100 bytes: 3 requests of ten, or 25. One alone is one.
	putWide(t, w, SNSMetrics, refs[0], map[string][]float64{"published": {25, 1}, "bytes": {2500, 100}, "bytes_min": {100, 100}, "bytes_max": {100, 100}})
	// 4 messages of 160,000 bytes in all, the largest of 120,000. Together
	// 160,000/65,536 begins 3 chunks; apart each begins at most one in vain:
	// (160,000 + 4·65,535)/65,536 = 6.4; likely 4 of mean size, a chunk each.
	putWide(t, w, SNSMetrics, refs[1], map[string][]float64{"published": {4}, "bytes": {160_000}, "bytes_min": {1000}, "bytes_max": {120_000}})
	// Without sizes a message has 1 to 4 chunks.
	putWide(t, w, SNSMetrics, refs[2], map[string][]float64{"published": {20}})
	same(t, "publishes", meter(t, w, "sns_metered"), `large 01 00 standard-publish 4 [3 6] inferred
small 01 00 standard-publish 25 [3 25] inferred
small 01 01 standard-publish 1 [1 1] measured
unsized 01 00 standard-publish 20 [2 80] inferred
`)
	closeTest(t, w)
}

// Deliveries by protocol: 10 messages of one chunk.
func TestSNSDeliveriesMetered(t *testing.T) {
	for name, c := range map[string]struct {
		config    string
		delivered float64
		want      string
	}{
		"one protocol, two spellings": {`{"subscriptions":{"https":2,"http":1}}`, 27, "delivery-http 27 [27 27] measured\n"},
		"nothing filtered":            {`{"subscriptions":{"sqs":2,"email-json":1}}`, 30, "delivery-email 10 [10 10] measured\n"},
		"free alone":                  {`{"subscriptions":{"sqs":2,"lambda":3}}`, 42, ""},
		// 18 of 20: at least 8 and at most 10 by either.
		"some filtered": {`{"subscriptions":{"lambda":1,"application":1}}`, 18, "delivery-mobile-push 9 [8 10] inferred\n"},
		"three kinds": {`{"subscriptions":{"firehose":1,"https":1,"sqs":2}}`, 25, `delivery-firehose 6 [0 10] inferred
delivery-http 6 [0 10] inferred
`},
		// More came than these subscriptions can have had: others did.
		"since cancelled":     {`{"subscriptions":{"https":1,"sqs":1}}`, 25, "delivery-http 13 [0 25] inferred\n"},
		"first of many":       {`{"more":true,"subscriptions":{"sms":500,"sqs":500}}`, 10, "delivery-sms 5 [0 10] inferred\n"},
		"only seen of one":    {`{"more":true,"subscriptions":{"https":1000}}`, 10, "delivery-http 10 [0 10] inferred\n"},
		"subscribers unknown": {`{"fifo":false}`, 7, "delivery-http 0 [0 7] inferred\n"},
	} {
		w, _ := openTest(t)
		refs := put(t, w, snsTopic("t", c.config))
		putWide(t, w, SNSMetrics, refs[0], map[string][]float64{"published": {10}, "bytes": {5000}, "bytes_min": {500}, "bytes_max": {500}, "delivered": {c.delivered}})
		want := ""
		for line := range strings.Lines(c.want + "standard-publish 10 [1 10] inferred\n") {
			want += "t 01 00 " + line
		}
		same(t, name, meter(t, w, "sns_metered"), want)
		closeTest(t, w)
	}
}

// A delivery of 100,000 bytes is two; a late one is of unknown size.
func TestSNSDeliveryChunks(t *testing.T) {
	w, _ := openTest(t)
	refs := put(t, w, snsTopic("t", `{"subscriptions":{"https":1}}`))
	putWide(t, w, SNSMetrics, refs[0], map[string][]float64{
		"published": {1, 2, 0}, "bytes": {100_000, 101_000, 0}, "bytes_min": {100_000, 1000, 0}, "bytes_max": {100_000, 100_000, 0}, "delivered": {1, 2, 1},
	})
	same(t, "chunks", meter(t, w, "sns_metered"), `t 01 00 delivery-http 2 [2 2] measured
t 01 00 standard-publish 2 [2 2] measured
t 01 01 delivery-http 2 [2 4] inferred
t 01 01 standard-publish 2 [2 3] inferred
t 01 02 delivery-http 1 [1 1] measured
`)
	closeTest(t, w)
}

// FIFO topics: messages and bytes, in and out. A GiB a message, for round
// figures.
func TestSNSFIFOMetered(t *testing.T) {
	const gb = 1 << 30
	w, _ := openTest(t)
	refs := put(t, w, snsTopic("all.fifo", `{"fifo":true,"subscriptions":{"sqs":2}}`), snsTopic("some.fifo", `{"fifo":true,"subscriptions":{"sqs":2},"payload_filters":2}`), snsTopic("gone.fifo", `{"fifo":true}`))
	even := map[string][]float64{"published": {4}, "bytes": {4 * gb}, "bytes_min": {gb}, "bytes_max": {gb}, "delivered": {8}}
	putWide(t, w, SNSMetrics, refs[0], even)
	// 3 messages of 6 GB, 1 to 4 GB each. 5 of 6 deliveries: what is lacking
	// has 1 to 4 of twice 6.
	putWide(t, w, SNSMetrics, refs[1], map[string][]float64{"published": {3}, "bytes": {6 * gb}, "bytes_min": {gb}, "bytes_max": {4 * gb}, "delivered": {5}})
	putWide(t, w, SNSMetrics, refs[2], even)
	same(t, "fifo", meter(t, w, "sns_metered"), `all.fifo 01 00 fifo-delivery 8 [8 8] measured
all.fifo 01 00 fifo-delivery-payload 8 [8 8] measured
all.fifo 01 00 fifo-publish-payload 4 [4 4] measured
all.fifo 01 00 fifo-publish-requests 4 [4 4] measured
gone.fifo 01 00 fifo-delivery 8 [8 8] measured
gone.fifo 01 00 fifo-delivery-payload 8 [8 8] measured
gone.fifo 01 00 fifo-publish-payload 4 [4 4] measured
gone.fifo 01 00 fifo-publish-requests 4 [4 4] measured
some.fifo 01 00 fifo-delivery 5 [5 5] measured
some.fifo 01 00 fifo-delivery-payload 10 [8 11] inferred
some.fifo 01 00 fifo-publish-payload 6 [6 6] measured
some.fifo 01 00 fifo-publish-requests 3 [3 3] measured
some.fifo 01 00 payload-filtering 12 [12 12] measured
`)
	closeTest(t, w)
}
