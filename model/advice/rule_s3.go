package advice

import (
	"fmt"
	"slices"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
)

const (
	s3Offer = "AmazonS3"
	// smallObject is the least size in bytes that the infrequent-access classes
	// bill for (Amazon S3 pricing page).
	smallObject = 128 << 10
	// bucketWorthUSD a month is the least saving for which to move objects.
	bucketWorthUSD = 1
	// tierGB is the least size at which a bucket without any lifecycle is worth
	// a question.
	tierGB = 100
	// smallShare of what an infrequent-access class bills being the fill-up of
	// small objects is too much.
	smallShare = 0.1
)

// bucketConfig is what the collector keeps of a bucket.
type bucketConfig struct {
	MetricsFilter  string   `json:"metrics_filter"`
	Versioned      bool     `json:"versioned"`
	LifecycleRules int      `json:"lifecycle_rules"`
	MovesTo        []string `json:"moves_to"`
	OldExpire      bool     `json:"old_versions_expire"`
}

var (
	_ = register(Rule{Name: "s3-class", Service: "s3", Group: "storage", Advise: adviseClass})
	_ = register(Rule{Name: "s3-lifecycle", Service: "s3", Group: "storage", Advise: adviseLifecycle})
	_ = register(Rule{Name: "s3-small-objects", Service: "s3", Advise: adviseSmallObjects})
	_ = register(Rule{Name: "s3-versions", Service: "s3", Advise: adviseVersions})
)

// stored is a storage metric of one type, as statistics of a metric that is
// split by a further dimension are named.
func (s Subject) stored(metric, kind string) model.MetricSummary {
	return s.Resource.Metric(metric, "Average StorageType="+kind)
}

// objectBytes is the mean size of what a bucket holds.
func (s Subject) objectBytes() (objects, mean float64) {
	objects = s.stored("NumberOfObjects", "AllStorageTypes").Last
	bytes := s.stored("BucketSizeBytes", "StandardStorage").Last
	if objects <= 0 {
		return 0, 0
	}
	return objects, bytes / objects
}

// only is the resource with the lines of one dimension alone: names of classes
// begin alike.
func (s Subject) only(dimension string) Subject {
	r := *s.Resource
	r.LineItems = slices.DeleteFunc(slices.Clone(r.LineItems), func(l model.LineItem) bool { return l.Dimension != dimension })
	s.Resource = &r
	return s
}

// adviseClass recommends Standard-IA for a bucket whose requests are counted
// and so few that reading by the GB costs less than storage saves.
func adviseClass(s Subject) (model.Advice, bool) {
	c, ok := decoded[bucketConfig](s)
	objects, mean := s.objectBytes()
	if !ok || c.MetricsFilter == "" || len(c.MovesTo) > 0 || mean < smallObject || s.Resource.Metric("AllRequests", "Sum").N == 0 || s.days() < unusedDays {
		return model.Advice{}, false
	}
	now := s.only("storage-standard").lines("").Add(s.lines("requests-tier"))
	then, ok := s.infrequentBucket()
	if !ok {
		return model.Advice{}, false
	}
	saving := less(now, then)
	if saving.Unknown || saving.Low.Float64() < bucketWorthUSD {
		return model.Advice{}, false
	}
	return model.Advice{
		Title: "Move it to Standard-IA: it is seldom read", Saving: saving,
		Evidence: []string{
			fmt.Sprintf("%.0f GB in %s objects, %.2f GB read in %s requests, %s", s.only("storage-standard").standingGB(""), thousands(int64(objects)),
				s.metric("BytesDownloaded")/gib, thousands(int64(s.metric("AllRequests"))), s.span()),
			fmt.Sprintf("%.0f KB an object on average", mean/1024),
		},
		Confidence: "B", Effort: "low",
		Risk:     "each object is billed for 30 days and 128 KB at least, and a transition is a request: short-lived or small ones get dearer; availability is 99.9 %",
		Apply:    s.lifecycle(`{"Rules":[{"ID":"infrequent","Status":"Enabled","Filter":{},"Transitions":[{"Days":30,"StorageClass":"STANDARD_IA"}]}]}`),
		Disproof: "more read in a month than half of what is stored, or objects that live less than a month",
	}, true
}

// lifecycle sets rules; they take the place of those there are.
func (s Subject) lifecycle(rules string) string {
	return s.aws("s3api", "put-bucket-lifecycle-configuration", "--bucket "+quote(s.Key().Name), "--lifecycle-configuration "+quote(rules))
}

// infrequentBucket is what the bucket would cost a month in Standard-IA:
// storage, requests and what is read. At most everything younger than a month
// stays as it is, so that only the older half is taken at the low end.
func (s Subject) infrequentBucket() (model.Cost, bool) {
	storage, ok1 := s.priceOf(s3Offer, "storage-standard-ia")
	tier1, ok2 := s.priceOf(s3Offer, "standard-ia-requests-tier1")
	tier2, ok3 := s.priceOf(s3Offer, "standard-ia-requests-tier2")
	read, ok4 := s.priceOf(s3Offer, "standard-ia-retrieval")
	if !ok1 || !ok2 || !ok3 || !ok4 {
		return model.Cost{}, false
	}
	requests := tier1.Mul(quantity(s.items(), "requests-tier1")).Add(tier2.Mul(quantity(s.items(), "requests-tier2"))).
		Add(read.Mul(unit.QuantityFromFloat(s.metric("BytesDownloaded") / gib)))
	fresh := min(1, s.metric("BytesUploaded")/gib/max(s.only("storage-standard").standingGB(""), 1e-9))
	all := s.monthly(model.Exactly(requests.Add(storage.Mul(quantity(s.only("storage-standard").items(), "")))))
	most := all.Add(shares(s.only("storage-standard").lines(""), fresh, fresh, fresh))
	return model.Cost{Low: all.Low, Likely: all.Low.Add(most.High).Div(unit.QuantityOf(2)), High: most.High}, !most.Unknown
}

// adviseLifecycle asks about large buckets whose objects never move nor end.
// Without request metrics nobody knows what is read: Intelligent-Tiering then
// saves between nothing, less its fee, and what its infrequent tier costs less.
func adviseLifecycle(s Subject) (model.Advice, bool) {
	c, ok := decoded[bucketConfig](s)
	objects, mean := s.objectBytes()
	gb := s.only("storage-standard").standingGB("")
	fee, ok1 := s.priceOf(s3Offer, "intelligent-tiering-monitoring")
	rare, ok2 := s.priceOf(s3Offer, "intelligent-tiering-infrequent")
	storage := s.only("storage-standard").lines("")
	if !ok || !ok1 || !ok2 || c.MetricsFilter != "" || c.LifecycleRules > 0 || gb < tierGB || mean < smallObject || storage.Unknown || storage.Likely.Sign() <= 0 {
		return model.Advice{}, false
	}
	share := 1 - rare.Mul(unit.QuantityFromFloat(gb)).Ratio(storage.Likely)
	cost := fee.Mul(unit.QuantityFromFloat(objects))
	most := shares(storage, share, share, share)
	saving := model.Cost{Low: zero.Sub(cost), Likely: most.Likely.Div(unit.QuantityOf(2)).Sub(cost), High: most.High.Sub(cost)}
	if saving.Likely.Float64() < bucketWorthUSD {
		return model.Advice{}, false
	}
	return model.Advice{
		Title: "Let Intelligent-Tiering move what nobody reads", Saving: saving,
		Evidence: []string{
			fmt.Sprintf("%.0f GB in %s objects of Standard, no lifecycle rule, %s", gb, thousands(int64(objects)), s.span()),
			"not enough data for a prediction: it does not count its requests; the likely value is the middle of the bounds. Request metrics would tell what is read",
		},
		Confidence: "D", Effort: "low",
		Risk:     "a fee for each object of 128 KB or more; nothing is charged for reading",
		Apply:    s.lifecycle(`{"Rules":[{"ID":"tiering","Status":"Enabled","Filter":{},"Transitions":[{"Days":0,"StorageClass":"INTELLIGENT_TIERING"}]}]}`),
		Disproof: "objects that are all read every month",
	}, true
}

// adviseSmallObjects points at small objects in Standard-IA and its like: each
// is billed as 128 KB. In Standard they cost their own size at about twice
// the price; how large they are is not known.
func adviseSmallObjects(s Subject) (model.Advice, bool) {
	_, ok := decoded[bucketConfig](s)
	standard, ok1 := s.priceOf(s3Offer, "storage-standard")
	if !ok || !ok1 {
		return model.Advice{}, false
	}
	saving, filled, billed := model.Exactly(zero), 0.0, 0.0
	for _, class := range []struct{ line, kind string }{{"storage-standard-ia", "StandardIA"}, {"storage-one-zone-ia", "OneZoneIA"}} {
		fill := s.stored("BucketSizeBytes", class.kind+"SizeOverhead").Mean() / gib
		usd, ok := s.priceOf(s3Offer, class.line)
		if !ok || fill <= 0 {
			continue
		}
		filled += fill
		billed += s.only(class.line).standingGB("")
		now := usd.Mul(unit.QuantityFromFloat(fill))
		// An object of half the least size pays as much again for itself.
		dearer := standard.Sub(usd).Mul(unit.QuantityFromFloat(fill))
		saving = saving.Add(model.Cost{Low: now.Sub(dearer), Likely: now.Sub(dearer.Div(unit.QuantityOf(2))), High: now})
	}
	if filled < smallShare*billed || !worth(saving) || saving.Likely.Sign() <= 0 {
		return model.Advice{}, false
	}
	return model.Advice{
		Title: "Keep small objects out of the infrequent-access class", Saving: saving,
		Evidence:   []string{fmt.Sprintf("%.1f of %.1f GB billed are the fill-up of objects below 128 KB, %s", filled, billed, s.span())},
		Confidence: "C", Effort: "medium",
		Risk:     "copying back is a request and a retrieval each: it pays only for what stays long",
		Apply:    s.lifecycle(`{"Rules":[{"ID":"large-only","Status":"Enabled","Filter":{"ObjectSizeGreaterThan":131072},"Transitions":[{"Days":30,"StorageClass":"STANDARD_IA"}]}]}`),
		Disproof: "StandardIASizeOverhead that does not fall in the month after",
	}, true
}

// adviseVersions asks about buckets that keep every version of every object.
func adviseVersions(s Subject) (model.Advice, bool) {
	c, ok := decoded[bucketConfig](s)
	stored := s.lines("storage-")
	if !ok || !c.Versioned || c.OldExpire || stored.Unknown || stored.Likely.Float64() < bucketWorthUSD {
		return model.Advice{}, false
	}
	return model.Advice{
		Title:      "End old versions: every one is kept and paid for",
		Saving:     model.UnknownCost,
		Evidence:   []string{fmt.Sprintf("versioning is on and no rule ends old versions; %.2f USD a month of storage, %s", stored.Likely.Float64(), s.span()), "not enough data for a saving: no metric tells what of it is old"},
		Confidence: "D", Effort: "low",
		Risk:     "what was deleted or overwritten cannot be brought back after that",
		Apply:    s.lifecycle(`{"Rules":[{"ID":"old-versions","Status":"Enabled","Filter":{},"NoncurrentVersionExpiration":{"NoncurrentDays":90}}]}`),
		Disproof: "an inventory that shows few old versions",
	}, true
}
