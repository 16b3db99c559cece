package collect_test

import (
	"slices"
	"testing"
	"time"

	"github.com/breakeven-dev/breakeven/collect/awstest"
	"github.com/breakeven-dev/breakeven/model"
)

// streamView is what other parts read of a stream's configuration.
type streamView struct {
	Mode      string       `json:"stream_mode"`
	Stream    string       `json:"stream"`
	Shards    int          `json:"shards"`
	Retention int          `json:"retention_h"`
	Consumers int          `json:"consumers"`
	Encrypted bool         `json:"encrypted"`
	Created   time.Time    `json:"created"`
	Edges     []model.Edge `json:"edges"`
}

const streams = "arn:aws:kinesis:us-east-1:123456789012:stream/"

func TestStreamInventory(t *testing.T) {
	s := simulate(t, small)
	found, path, res := inventory(t, s, "kinesis")
	if len(found) != 7 || len(res.Gaps) > 0 {
		t.Errorf("%d streams and consumers, gaps %+v; want 7 and none", len(found), res.Gaps)
	}
	if v := viewOf[streamView](t, found, streams+"clickstream"); v.Mode != "provisioned" || v.Shards != 2 || v.Retention != 24 || v.Encrypted || !v.Created.Before(s.Start()) {
		t.Errorf("clickstream: %+v", v)
	}
	if v := viewOf[streamView](t, found, streams+"audit-trail"); v.Mode != "on-demand" || v.Retention != 72 || !v.Encrypted || v.Consumers != 0 {
		t.Errorf("audit-trail: %+v", v)
	}
	if v := viewOf[streamView](t, found, streams+"telemetry"); v.Consumers != 1 {
		t.Errorf("telemetry: %+v", v)
	}
	rules := viewOf[streamView](t, found, streams+"telemetry/consumer/rules:1760000000")
	if rules.Stream != "telemetry" || rules.Shards != 1 || rules.Mode != "provisioned" || !rules.Created.After(s.Start()) ||
		!slices.Equal(rules.Edges, []model.Edge{{From: streams + "telemetry", Kind: model.EdgeFeeds}}) {
		t.Errorf("telemetry/rules: %+v", rules)
	}
	if r := found[streams+"telemetry/consumer/rules:1760000000"]; r.App != "iot" {
		t.Errorf("telemetry/rules belongs to %q, want its stream's", r.App)
	}
	if r := found[streams+"old-feed"]; !r.Deleted || r.Key.Name != "old-feed" {
		t.Errorf("old-feed: %+v, want it recalled by its metrics", r)
	}
	for query, want := range map[string]int{
		`SELECT count(DISTINCT resource) FROM kinesis_write_metrics`:    5, // the idle one has none
		`SELECT count(DISTINCT resource) FROM kinesis_read_metrics`:     2,
		`SELECT count(DISTINCT resource) FROM kinesis_consumer_metrics`: 1,
	} {
		if n := rowCount(t, path, query); n != want {
			t.Errorf("%s: %d, want %d", query, n, want)
		}
	}
}

// A stream that must not be read is known by name, with its metrics, and a gap.
func TestStreamDetailsDenied(t *testing.T) {
	s := simulate(t, small)
	s.SetFaults(awstest.Faults{DeniedActions: []string{"kinesis:DescribeStreamSummary"}})
	found, _, res := inventory(t, s, "kinesis")
	if v := viewOf[streamView](t, found, streams+"clickstream"); v.Mode != "" || v.Shards != 0 {
		t.Errorf("clickstream: %+v", v)
	}
	// The consumer is not listed, but remembered by its metrics.
	if v := viewOf[streamView](t, found, streams+"telemetry/consumer/rules"); v.Stream != "telemetry" {
		t.Errorf("telemetry/rules: %+v", v)
	}
	if len(res.Gaps) != 5 || res.Gaps[0].Metric != "kinesis:DescribeStreamSummary" || res.Gaps[0].Resource == "" {
		t.Errorf("gaps %+v", res.Gaps)
	}
}

func TestStreamConsumersDenied(t *testing.T) {
	s := simulate(t, small)
	s.SetFaults(awstest.Faults{DeniedActions: []string{"kinesis:ListStreamConsumers"}})
	found, _, res := inventory(t, s, "kinesis")
	if v := viewOf[streamView](t, found, streams+"telemetry"); v.Shards != 1 || v.Consumers != 1 {
		t.Errorf("telemetry: %+v", v)
	}
	if len(res.Gaps) != 1 || res.Gaps[0].Metric != "kinesis:ListStreamConsumers" || res.Gaps[0].Resource != streams+"telemetry" {
		t.Errorf("gaps %+v", res.Gaps)
	}
}
