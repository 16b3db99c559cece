package store

import (
	"math"
	"testing"
	"time"
)

// A day's bytes hold for its hours; what is not published yet is taken to be
// as before. Sizes are multiples of 720 GB: November has 720 hours.
func TestS3StorageMetered(t *testing.T) {
	w, _ := openTest(t)
	const unit = 720.0 * gib
	bucket := func(name string, seen int) Resource {
		r := thing("s3", "arn:aws:s3:::"+name, name, `{}`)
		r.SeenAt = day0.Add(time.Duration(seen) * time.Hour)
		return r
	}
	gone := bucket("gone", 50)
	gone.Deleted = true
	refs := put(t, w, bucket("archive", 26), gone, bucket("emptied", 96), bucket("lake", 24))
	write := func(i int, columns map[string][]float64) {
		t.Helper()
		if err := w.PutMetrics(t.Context(), S3Storage.Name, []MetricBlock{wide(S3Storage, refs[i], day0, 24*time.Hour, columns)}); err != nil {
			t.Fatal(err)
		}
	}
	write(0, map[string][]float64{
		"objects": {10}, "standard": {2 * unit}, "deep": {5 * unit}, "deep_index": {3 * unit}, "deep_names": {unit}, "flexible_staging": {unit},
	})
	write(1, map[string][]float64{"standard_ia": {unit}, "standard_ia_small": {unit}})
	write(2, map[string][]float64{"standard": {unit}})
	// 720,000 objects, of which 3 of 4 bytes are tiered: likely 540,000 of
	// them, a 720th of each month in an hour.
	write(3, map[string][]float64{"objects": {720_000}, "intelligent_frequent": {2 * unit}, "intelligent_instant": {unit}, "standard": {unit}})
	same(t, "storage", meter(t, w, "(SELECT * FROM s3_metered WHERE date_part('hour', hour) IN (0, 2, 23) OR hour > TIMESTAMP '2026-11-02')"),
		`archive 01 00 storage-glacier-deep-archive 8 [8 8] measured
archive 01 00 storage-standard 4 [4 4] measured
archive 01 02 storage-glacier-deep-archive 8 [8 8] measured
archive 01 02 storage-standard 4 [4 4] measured
archive 01 23 storage-glacier-deep-archive 8 [8 8] measured
archive 01 23 storage-standard 4 [4 4] measured
archive 02 00 storage-glacier-deep-archive 8 [8 8] inferred
archive 02 00 storage-standard 4 [4 4] inferred
archive 02 01 storage-glacier-deep-archive 8 [8 8] inferred
archive 02 01 storage-standard 4 [4 4] inferred
emptied 01 00 storage-standard 1 [1 1] measured
emptied 01 02 storage-standard 1 [1 1] measured
emptied 01 23 storage-standard 1 [1 1] measured
gone 01 00 storage-standard-ia 2 [2 2] measured
gone 01 02 storage-standard-ia 2 [2 2] measured
gone 01 23 storage-standard-ia 2 [2 2] measured
lake 01 00 intelligent-tiering-archive-instant 1 [1 1] measured
lake 01 00 intelligent-tiering-frequent 2 [2 2] measured
lake 01 00 intelligent-tiering-monitoring 750 [0 1000] inferred
lake 01 00 storage-standard 1 [1 1] measured
lake 01 02 intelligent-tiering-archive-instant 1 [1 1] measured
lake 01 02 intelligent-tiering-frequent 2 [2 2] measured
lake 01 02 intelligent-tiering-monitoring 750 [0 1000] inferred
lake 01 02 storage-standard 1 [1 1] measured
lake 01 23 intelligent-tiering-archive-instant 1 [1 1] measured
lake 01 23 intelligent-tiering-frequent 2 [2 2] measured
lake 01 23 intelligent-tiering-monitoring 750 [0 1000] inferred
lake 01 23 storage-standard 1 [1 1] measured
`)
	closeTest(t, w)
}

// Requests are those of the one class that a bucket holds, else of Standard;
// of those that failed none may be billed.
func TestS3RequestsMetered(t *testing.T) {
	w, _ := openTest(t)
	bucket := func(name string) Resource { return thing("s3", "arn:aws:s3:::"+name, name, `{}`) }
	refs := put(t, w, bucket("assets"), bucket("cold"), bucket("instant"), bucket("mixed"))
	write := func(table *MetricTable, i int, period time.Duration, columns map[string][]float64) {
		t.Helper()
		if err := w.PutMetrics(t.Context(), table.Name, []MetricBlock{wide(table, refs[i], day0, period, columns)}); err != nil {
			t.Fatal(err)
		}
	}
	none := math.NaN()
	write(S3Requests, 0, 30*time.Minute, map[string][]float64{
		"requests": {100, 20, 50, none}, "gets": {60, 10, 20, none}, "heads": {10, none, none, none}, "puts": {15, 5, 10, none}, "posts": {2, none, none, none},
		"lists": {3, none, 5, none}, "deletes": {7, 1, none, none}, "errors_4xx": {none, none, 8, none}, "errors_5xx": {none, none, 2, none},
		"select_scanned_bytes": {gib, gib, none, none}, "select_returned_bytes": {gib / 4, none, none, none},
	})
	write(S3Storage, 1, 24*time.Hour, map[string][]float64{"standard_ia": {gib}, "standard_ia_small": {5}})
	write(S3Requests, 1, time.Hour, map[string][]float64{"requests": {9}, "gets": {6}, "puts": {3}, "downloaded_bytes": {3 * gib}})
	write(S3Storage, 2, 24*time.Hour, map[string][]float64{"instant": {gib}})
	write(S3Requests, 2, time.Hour, map[string][]float64{"requests": {4}, "gets": {4}, "downloaded_bytes": {gib}})
	write(S3Storage, 3, 24*time.Hour, map[string][]float64{"one_zone_ia": {gib}, "standard": {gib}})
	write(S3Requests, 3, time.Hour, map[string][]float64{"requests": {4}, "gets": {4}, "downloaded_bytes": {gib}})
	same(t, "requests", meter(t, w, "(SELECT * FROM s3_metered WHERE unit IN ('request', 'GB'))"),
		`assets 01 00 delete-and-cancel 8 [8 8] measured
assets 01 00 requests-tier1 (PUT COPY POST LIST) 25 [25 25] measured
assets 01 00 requests-tier2 (GET and all other) 87 [87 87] measured
assets 01 00 select-returned 0.25 [0.25 0.25] measured
assets 01 00 select-scanned 2 [2 2] measured
assets 01 01 requests-tier1 (PUT COPY POST LIST) 13 [5 15] inferred
assets 01 01 requests-tier2 (GET and all other) 33 [25 35] inferred
cold 01 00 standard-ia-requests-tier1 3 [3 3] measured
cold 01 00 standard-ia-requests-tier2 6 [6 6] measured
cold 01 00 standard-ia-retrieval 3 [3 3] inferred
instant 01 00 glacier-instant-get 4 [4 4] measured
instant 01 00 glacier-instant-retrieval 1 [1 1] inferred
mixed 01 00 requests-tier2 (GET and all other) 4 [4 4] measured
`)
	closeTest(t, w)
}
