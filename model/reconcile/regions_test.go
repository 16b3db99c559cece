package reconcile

import (
	"slices"
	"testing"

	"github.com/breakeven-dev/breakeven/model/unit"
)

func TestRegionOf(t *testing.T) {
	for _, tt := range []struct {
		service, usage string
		want           unit.Region
	}{
		{"lambda", "Lambda-GB-Second", "us-east-1"},
		{"lambda", "EU-Lambda-GB-Second-ARM", "eu-west-1"},
		{"eventbridge", "USE1-Event-64K-Chunks", "us-east-1"},
		{"sqs", " APS2-Requests-RBP ", "ap-southeast-2"},
		{"s3", "Global-Bucket-Hrs", ""},
		{"AmazonRDS", "EU-InstanceUsage", ""},
		{"lambda", "", ""},
	} {
		if got := RegionOf(tt.service, tt.usage); got != tt.want {
			t.Errorf("%s %q: %q, want %q", tt.service, tt.usage, got, tt.want)
		}
	}
	for prefix := range prefixRegions {
		if !slices.Contains(regionPrefixes, prefix) {
			t.Errorf("%s is no prefix of a region", prefix)
		}
	}
}
