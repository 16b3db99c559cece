package collect_test

import (
	"encoding/json"
	"testing"

	"github.com/breakeven-dev/breakeven/collect/awstest"
)

func TestBucketInventory(t *testing.T) {
	s := simulate(t, small)
	found, path, _ := inventory(t, s, "s3")
	const arn = "arn:aws:s3:::"
	for name, want := range map[string]string{
		"media-originals": `{"storage_types":["StandardIAStorage","StandardStorage"],"metrics_filter":"EntireBucket","lifecycle_rules":1,"moves_to":["STANDARD_IA"],"parts_expire":true,` +
			`"edges":[{"to":"arn:aws:lambda:us-east-1:123456789012:function:resize-images","kind":"feeds"}]}`,
		"storefront.assets": `{"storage_types":["StandardStorage"],"metrics_filter":"all","versioned":true}`,
		"orders-archive": `{"storage_types":["DeepArchiveObjectOverhead","DeepArchiveS3ObjectOverhead","DeepArchiveStorage"],"versioned":true,"lifecycle_rules":1,"moves_to":["DEEP_ARCHIVE"],"parts_expire":true,` +
			`"edges":[{"to":"arn:aws:sqs:us-east-1:123456789012:orders","kind":"feeds"}]}`,
		"analytics-lake": `{"storage_types":["IntelligentTieringFAStorage","IntelligentTieringIAStorage"],"edges":[{"to":"arn:aws:events:us-east-1:123456789012:event-bus/default","kind":"feeds"}]}`,
		"landing-zone":   `{"storage_types":[],"lifecycle_rules":1,"expires":true}`,
		"tmp-migration":  `{"storage_types":null}`,
	} {
		if r := found[arn+name]; string(r.Config) != want || r.Key.Region != "us-east-1" || r.Deleted != (name == "tmp-migration") {
			t.Errorf("%s: %+v\n%s, want\n%s", name, r.Key, r.Config, want)
		}
	}
	if r := found[arn+"iot-raw"]; r.Key.Region != "eu-west-1" || r.App != "iot" {
		t.Errorf("iot-raw: %+v", r)
	}
	if len(found) != 9 {
		t.Errorf("%d buckets, want 9", len(found))
	}
	// A day is a row, aligned to it, and holds the types that there are.
	if n := rowCount(t, path, "SELECT count(*) FROM s3_storage_metrics WHERE ts <> date_trunc('day', ts) OR period_s <> 86400 OR objects IS NULL"); n != 0 {
		t.Errorf("%d rows of storage are not a day's", n)
	}
	if n := rowCount(t, path, "SELECT count(*) FROM s3_storage_metrics m JOIN resource r ON r.id = m.resource WHERE r.name = 'old-exports' AND (m.standard <> 332859965440 OR m.standard_ia IS NOT NULL)"); n != 0 {
		t.Errorf("%d days of old-exports are wrong", n)
	}
	if n := rowCount(t, path, "SELECT count(*) FROM s3_request_metrics WHERE requests > 0 AND first_byte_p99 > 0"); n == 0 {
		t.Error("no requests")
	}
}

// What is refused of a bucket is a gap; its storage is measured.
func TestBucketDetailDenied(t *testing.T) {
	s := simulate(t, small)
	s.SetFaults(awstest.Faults{DeniedActions: []string{"s3:GetMetricsConfiguration", "s3:GetBucketNotification"}})
	found, path, res := inventory(t, s, "s3")
	var c struct {
		Filter string   `json:"metrics_filter"`
		Moves  []string `json:"moves_to"`
	}
	if err := json.Unmarshal(found["arn:aws:s3:::media-originals"].Config, &c); err != nil || c.Filter != "" || len(c.Moves) != 1 {
		t.Errorf("%+v, %v", c, err)
	}
	if n := rowCount(t, path, "SELECT count(*) FROM gap WHERE metric IN ('s3:GetMetricsConfiguration', 's3:GetBucketNotification')"); n != 16 || len(res.Gaps) == 0 {
		t.Errorf("%d gaps, want two for each of 8 buckets: %+v", n, res.Gaps)
	}
	if n := rowCount(t, path, "SELECT count(*) FROM s3_storage_metrics WHERE standard > 0"); n == 0 {
		t.Error("no storage")
	}
}

// Without ListMetrics every storage type is asked for.
func TestBucketTypesUnknown(t *testing.T) {
	s := simulate(t, small)
	s.SetFaults(awstest.Faults{DeniedActions: []string{"cloudwatch:ListMetrics"}})
	found, path, res := inventory(t, s, "s3")
	if r := found["arn:aws:s3:::old-exports"]; string(r.Config) != `{"storage_types":null}` || len(res.Gaps) == 0 {
		t.Errorf("%s, gaps %+v", r.Config, res.Gaps)
	}
	if n := rowCount(t, path, "SELECT count(*) FROM s3_storage_metrics WHERE deep > 0 AND deep_names > 0 AND deep_index > 0"); n == 0 {
		t.Error("no storage of the archive")
	}
}

// What is asked of a bucket follows what its list calls say now, not what they
// said when it was stored.
func TestBucketsAreListedFirst(t *testing.T) {
	s := simulate(t, small)
	o := options(s)
	o.Only = []string{"s3"}
	asked := func(path string) int64 {
		before := s.Counters().MetricsBilled
		mustRun(t, path, o)
		return s.Counters().MetricsBilled - before
	}
	fresh := asked(newPath(t))
	path := newPath(t)
	s.SetFaults(awstest.Faults{DeniedActions: []string{"cloudwatch:ListMetrics", "cloudwatch:GetMetricData"}})
	if _, err := run(t.Context(), path, o); err != nil {
		t.Fatal(err)
	}
	s.SetFaults(awstest.Faults{})
	if n := asked(path); n != fresh {
		t.Errorf("%d metrics asked for, %d in an empty database", n, fresh)
	}
	if n := rowCount(t, path, "SELECT count(*) - count(DISTINCT (resource, ts)) FROM s3_storage_metrics"); n != 0 {
		t.Errorf("%d days stand twice", n)
	}
}
