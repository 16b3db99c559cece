package model_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/usage"
)

func TestStorageTiersAllowancesAndGaps(t *testing.T) {
	const table, bucket, logs = "service: dynamodb, ", "service: s3, ", "service: cloudwatch_logs, "
	for _, c := range []struct {
		name, head string
		resources  []string
		want       string
	}{
		{"25 GB are free once a region", free, []string{table + "storage_gb: 20", table + "storage_gb: 20", table + "region: us-east-2, storage_gb: 20"}, "0 3.75 0"},
		{"18,600 hours of capacity too", free, []string{table + "capacity_mode: provisioned, rcu: 30", table + "capacity_mode: provisioned, region: us-east-2, wcu: 25"}, "0.429 0"},
		{"and 2.5 million stream reads", free, []string{table + "streams_read_units: 2000000", table + "streams_read_units: 1500000"}, "0 0.2"},
		{"nothing of Standard-IA is free", free, []string{table + "table_class: standard-ia, storage_gb: 20"}, "2"},
		{"buckets of a region share tiers", paid, []string{bucket + "storage_gb: 51200", bucket + "storage_gb: 100", bucket + "region: eu-west-1, storage_gb: 100"}, "1177.6 2.2 2.3"},
		{"names of archived objects share them too", paid, []string{bucket + "storage_gb: 51200", bucket + "storage_class: deep-archive, objects: 131072"}, "1177.6 0.02596"},
		{"Lambda logs share tiers, other logs have none", paid, []string{logs + "source: lambda, ingested_gb: 10240", logs + "ingested_gb: 100", logs + "source: lambda, ingested_gb: 100"}, "5120 50 25"},
		{"the free 5 GB are one for all regions", free, []string{logs + "ingested_gb: 4", logs + "region: ap-northeast-1, ingested_gb: 2"}, "0 0.76"},
		{"no price for Lambda logs in Ireland", paid, []string{logs + "source: lambda, region: eu-west-1, ingested_gb: 1"}, "unknown"},
		{"no price for streams in Ireland", paid, []string{"service: kinesis, region: eu-west-1, shards: 1", "service: kinesis, shards: 1"}, "unknown 10.95"},
		{"no price for replicated writes of Standard-IA", paid, []string{table + "table_class: standard-ia, replicated_write_request_units: 1"}, "unknown"},
	} {
		e := estimate(t, c.head, c.resources...)
		var got []string
		for _, r := range e.Resources {
			got = append(got, amount(r.Cost))
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: got %v, want %s", c.name, got, c.want)
		}
		if unknown := strings.Contains(c.want, "unknown"); unknown != e.Total.Unknown || unknown != warned(e, model.CodePriceMissing, "no price for") {
			t.Errorf("%s: total %s, warnings %v", c.name, amount(e.Total), e.Warnings)
		}
	}
}

func TestOddStorageUsageIsWarned(t *testing.T) {
	for _, c := range []struct{ resource, cost, text string }{
		{"service: dynamodb, rcu: 1", "0.0949", "rcu: only a provisioned table has capacity units"},
		{"service: dynamodb, capacity_mode: provisioned, read_request_units: 8", "0.000001", "read_request_units: only a table in on-demand mode"},
		{"service: dynamodb, capacity_mode: provisioned, writes: 8", "0", "writes: a provisioned table is billed by rcu and wcu"},
		{"service: dynamodb, reads: 8, read_request_units: 4, consistency: strong", "0.0000015", "both given and both billed"},
		{"service: kinesis, in_gb: 1", "0.08", "in_gb: only an on-demand stream"},
		{"service: kinesis, stream_mode: on-demand, shards: 1, hours: 1", "0.015", "shards: only a provisioned stream"},
		{"service: kinesis, stream_mode: on-demand, in_gb: 1", "0.08", "streams is 0"},
		{"service: s3, lifecycle_transitions: 8", "0", "lifecycle_transitions: nothing is moved into standard"},
		{"service: s3, retrieval_requests: 8", "0", "retrieval_requests: standard is read without restoring"},
		{"service: s3, objects: 8, mean_object_kb: 9", "0", "storage_gb is 0"},
	} {
		if e := estimate(t, paid, c.resource); amount(e.Total) != c.cost || !warned(e, "usage", c.text) {
			t.Errorf("%s: got %s, warnings %v", c.resource, amount(e.Total), e.Warnings)
		}
	}
	for _, quiet := range []string{
		"service: dynamodb, reads: 5, writes: 5, item_kb: 2, storage_gb: 5",
		"service: dynamodb, capacity_mode: provisioned, rcu: 5, wcu: 5",
		"service: kinesis, shards: 1, put_units: 5, efo_gb: 5, efo_consumer_shard_hours: 5",
		"service: kinesis, stream_mode: on-demand, streams: 1, in_gb: 5, efo_gb: 5",
		"service: s3, storage_gb: 5, retrieved_gb: 5, uploaded_gb: 5",
		"service: s3, storage_class: deep-archive, storage_gb: 5, objects: 5, mean_object_kb: 9, lifecycle_transitions: 5, retrieval_requests: 5",
	} {
		for _, w := range estimate(t, paid, quiet).Warnings {
			if w.Code == "usage" {
				t.Errorf("%s: %s", quiet, w.Text)
			}
		}
	}
}

func TestDeepArchiveHasNoExpeditedRetrieval(t *testing.T) {
	const head = "region: us-east-1\nresources:\n  - service: s3\n    storage_class: deep-archive\n    retrieval_tier: expedited\n"
	_, err := usage.Parse("f.yaml", []byte(head+"    retrieved_gb: 1\n"))
	var e *usage.Error
	if want := "f.yaml:5: resources[0].retrieval_tier: deep-archive has no expedited retrieval (retrieved_gb is given): want standard or bulk"; !errors.As(err, &e) || err.Error() != want {
		t.Errorf("got %v", err)
	}
	if _, err := usage.Parse("f.yaml", []byte(head)); err != nil {
		t.Errorf("nothing is retrieved: %v", err)
	}
}
