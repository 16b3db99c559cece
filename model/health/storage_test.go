package health

import (
	"slices"
	"testing"

	"github.com/breakeven-dev/breakeven/model"
)

func TestBucketsAndLogGroups(t *testing.T) {
	requests := func(n float64) model.HourColumn { return column("AllRequests", "Sum", times(12, n)...) }
	list := []model.ResourceHours{
		hours("s3", "failing", `{}`, requests(2000), column("5xxErrors", "Sum", times(12, 30)...), column("4xxErrors", "Sum", times(12, 100)...)),
		hours("s3", "few", `{}`, requests(10), column("5xxErrors", "Sum", times(12, 5)...)),
		hours("s3", "refused", `{}`, requests(2000), column("4xxErrors", "Sum", times(12, 600)...)),
		hours("s3", "slow", `{}`, column("FirstByteLatency", "p99", times(12, 2500)...)),
		hours("s3", "well", `{}`, requests(2000), column("5xxErrors", "Sum", times(12, 20)...), column("FirstByteLatency", "p99", times(12, 200)...)),
		hours("cloudwatch_logs", "flood", `{}`, column("IncomingBytes", "Sum", times(12, 11<<30)...)),
		hours("cloudwatch_logs", "brook", `{}`, column("IncomingBytes", "Sum", times(12, 10<<30)...)),
	}
	got := ids(Find(window, list))
	want := []string{"s3-server-errors failing", "s3-first-byte slow", "s3-client-errors refused", "logs-flood flood"}
	if !slices.Equal(got, want) {
		t.Errorf("found %v, want %v", got, want)
	}
}
