package model_test

import (
	"testing"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// Amazon DynamoDB. "infracost" is its dynamodb_table_test golden file.
func TestPublishedDynamoDBExamples(t *testing.T) {
	const table, provisioned = "service: dynamodb, ", "service: dynamodb, capacity_mode: provisioned, "
	checkExamples(t, []example{
		one("K. Raheja, DynamoDB Pricing Explained: 0.41 + 0.07", paid, table+"write_request_units: 650000, read_request_units: 550000", "0.48"),
		one("K. Raheja, the same: 46.80 + 9.36", paid, provisioned+"rcu: 100, wcu: 100, hours: 720", "56.16"),
		one("K. Raheja, the same: 10 GB and 10 of each unit are free", free, provisioned+"rcu: 10, wcu: 10, storage_gb: 10", "0.00"),
		one("DynamoDB pricing page: 25 WCU, 25 RCU and 25 GB are free in a month of 31 days", free, provisioned+"rcu: 25, wcu: 25, hours: 744, storage_gb: 25", "0.00"),
		one("infracost: 20 WCU, 9.49", paid, provisioned+"wcu: 20", "9.49"),
		one("infracost: 30 RCU, 2.85", paid, provisioned+"rcu: 30", "2.85"),
		one("infracost: 77 WCU, 36.54", paid, provisioned+"wcu: 77", "36.54"),
		one("infracost: 76 RCU, 7.21", paid, provisioned+"rcu: 76", "7.21"),
		one("infracost: 230 GB, 57.50", paid, table+"storage_gb: 230", "57.50"),
		one("infracost: 2,300 GB of point-in-time recovery, 460.00", paid, table+"pitr_gb: 2300", "460.00"),
		one("infracost: 460 GB of backups, 46.00", paid, table+"backup_gb: 460", "46.00"),
		one("infracost: 230 GB restored, 34.50", paid, table+"restored_gb: 230", "34.50"),
		one("infracost: 2 million stream reads, 0.40", paid, table+"streams_read_units: 2000000", "0.40"),
		one("infracost: 3.75 + 2.00 at the prices before 2024-11-01, which halved", paid, table+"write_request_units: 3000000, read_request_units: 8000000", "2.88"),
		one("infracost: 20 rWCU in us-east-2, 14.24 at 0.000975; replicated writes cost what writes do since 2024-11-01",
			paid, provisioned+"region: us-east-2, replicated_wcu: 20", "9.49"),
		one("zeonedge.com: 1,000 WCU and 10,000 RCU, 474.50 + 949.00", paid, provisioned+"wcu: 1000, rcu: 10000", "1423.50"),
		one("zeonedge.com: the same on demand, 3,285 + 6,570 at the prices before 2024-11-01", paid, table+"write_request_units: 2628000000, read_request_units: 26280000000", "4927.50"),
	})
}

// The units of the DynamoDB pricing pages' key terms, and their bounds.
func TestDynamoDBUnits(t *testing.T) {
	for _, c := range []struct{ kb, consistency, read, write string }{
		{"8", "strong", "2", "8"},              // page: "a strongly consistent read of an 8 KB item would require two"
		{"8", "eventual", "1", "8"},            // page: one
		{"8", "transactional", "4", "16"},      // page: four
		{"1", "eventual", "0.5", "1"},          // page: a write of 1 KB requires one
		{"3", "eventual", "0.5", "3"},          // page: a write of 3 KB requires three
		{"3", "transactional", "2", "6"},       // page: in a transaction six
		{"0", "strong", "1", "1"},              // an empty item still is one
		{"4.000001", "strong", "2", "5"},       // a byte over
		{"400", "transactional", "200", "800"}, // the largest item
	} {
		kb, err := unit.ParseQuantity(c.kb)
		if err != nil {
			t.Fatal(err)
		}
		if read, write := model.ReadUnits(kb, c.consistency).String(), model.WriteUnits(kb, c.consistency).String(); read != c.read || write != c.write {
			t.Errorf("%s KB %s: got %s and %s, want %s and %s", c.kb, c.consistency, read, write, c.read, c.write)
		}
	}
}

// Amazon S3. "S3 FAQ" is aws.amazon.com/s3/faqs; "infracost" its
// s3_bucket_test golden file, the lines of a class added up.
func TestPublishedS3Examples(t *testing.T) {
	const bucket = "service: s3, "
	class := func(name string) string { return "service: s3, storage_class: " + name + ", " }
	checkExamples(t, []example{
		one("S3 FAQ, Express One Zone 1: 1.10 + 1.13 + 0.27 + 0.03 + 0.05", paid, class("express-onezone")+
			"storage_gb: 10, put_requests: 1000000, get_requests: 9000000, delete_requests: 1000000, uploaded_gb: 9.5367431640625, retrieved_gb: 85.8306884765625", "2.58"),
		one("S3 FAQ, Express One Zone 2: storage 363.41", paid, class("express-onezone")+"storage_gb: 3303.77", "363.41"),
		one("S3 FAQ, Express One Zone 2: PUT 177.73", paid, class("express-onezone")+"put_requests: 157286400", "177.73"),
		one("S3 FAQ, Express One Zone 2: GET 9.44", paid, class("express-onezone")+"get_requests: 314572800", "9.44"),
		one("S3 FAQ, storage example: 52,900 GB-months; 6,602.36 at the prices of 2011, two of its three tiers since merged", paid, bucket+"storage_gb: 52900", "1215.00"),
		one("infracost, Standard", paid, bucket+"storage_gb: 10000, put_requests: 10000, get_requests: 10000, select_scanned_gb: 10000, select_returned_gb: 10000", "257.05"),
		one("infracost, Intelligent-Tiering, frequent access", paid, class("intelligent-tiering")+
			"storage_gb: 20000, objects: 20000, mean_object_kb: 1048576, put_requests: 20000, get_requests: 20000, lifecycle_transitions: 20000, select_scanned_gb: 20000, select_returned_gb: 20000", "514.36"),
		one("infracost, Standard-IA", paid, class("standard-ia")+
			"storage_gb: 30000, put_requests: 30000, get_requests: 30000, lifecycle_transitions: 30000, retrieved_gb: 30000, select_scanned_gb: 30000, select_returned_gb: 30000", "1035.63"),
		one("infracost, One Zone-IA", paid, class("onezone-ia")+
			"storage_gb: 40000, put_requests: 40000, get_requests: 40000, lifecycle_transitions: 40000, retrieved_gb: 40000, select_scanned_gb: 40000, select_returned_gb: 40000", "1280.84"),
		one("infracost, Glacier Flexible, standard", paid, class("glacier-flexible")+
			"storage_gb: 50000, put_requests: 50000, get_requests: 50000, lifecycle_transitions: 50000, retrieval_requests: 50000, retrieved_gb: 50000, select_scanned_gb: 50000, select_returned_gb: 50000", "1584.52"),
		one("infracost, Glacier Flexible, expedited", paid, class("glacier-flexible")+
			"retrieval_tier: expedited, retrieval_requests: 50000, retrieved_gb: 50000, select_scanned_gb: 50000, select_returned_gb: 50000", "4500.00"),
		one("infracost, Glacier Flexible, bulk: Select; S3 user guide: bulk retrievals are free", paid, class("glacier-flexible")+
			"retrieval_tier: bulk, retrieval_requests: 50000, retrieved_gb: 50000, select_scanned_gb: 50000, select_returned_gb: 50000", "175.00"),
		one("infracost, Deep Archive, standard", paid, class("deep-archive")+
			"storage_gb: 60000, put_requests: 60000, get_requests: 60000, lifecycle_transitions: 60000, retrieval_requests: 60000, retrieved_gb: 60000", "1271.42"),
		one("infracost, Deep Archive, bulk", paid, class("deep-archive")+"retrieval_tier: bulk, retrieval_requests: 60000, retrieved_gb: 60000", "151.50"),
		one("AWS re:Post, s3-manage-data-retrieval: 750 + 1,024; it has requests at 0.05 per 1,000, the book at 0.03 after infracost: 450",
			paid, class("glacier-flexible")+"retrieval_requests: 15000000, retrieved_gb: 102400", "1474.00"),
		one("AWS re:Post, the same, expedited: 150,000 + 3,072", paid, class("glacier-flexible")+"retrieval_tier: expedited, retrieval_requests: 15000000, retrieved_gb: 102400", "153072.00"),
		one("go-cloud.io: 100 million objects to Glacier, 5,000; that is the price of Deep Archive", paid, class("deep-archive")+"lifecycle_transitions: 100000000", "5000.00"),
		one("awsnegotiations.com: 100 million GETs a day, 1,200", paid, bucket+"get_requests: 3000000000", "1200.00"),
		one("awsnegotiations.com: a TB, 23", paid, bucket+"storage_gb: 1000", "23.00"),
		one("S3 pricing page: 8 KB objects in Standard-IA are billed as 128 KB: 10 GB as 160", paid, class("standard-ia")+"storage_gb: 10, objects: 1310720, mean_object_kb: 8", "2.00"),
		one("S3 pricing page: objects of 128 KB and more as they are", paid, class("standard-ia")+"storage_gb: 160, objects: 1310720, mean_object_kb: 128", "2.00"),
		one("S3 pricing page: the same minimum in Glacier Instant: 160 at 0.004", paid, class("glacier-instant")+"storage_gb: 10, objects: 1310720, mean_object_kb: 8", "0.64"),
		one("S3 pricing page: an archived object takes 8 KB of Standard, 32 KB of its class: 8 at 0.023, 10 + 32 at 0.0036", paid, class("glacier-flexible")+"storage_gb: 10, objects: 1048576, mean_object_kb: 10", "0.34"),
		one("S3 pricing page: small objects are not monitored", paid, class("intelligent-tiering")+"storage_gb: 100, objects: 1000000, mean_object_kb: 100", "2.30"),
	})
}

// Amazon CloudWatch Logs. "infracost" is its cloudwatch_log_group_test golden.
func TestPublishedLogsExamples(t *testing.T) {
	const logs = "service: cloudwatch_logs, "
	checkExamples(t, []example{
		one("infracost: 500.00 + 15.00 + 1.25", paid, logs+"ingested_gb: 1000, stored_gb: 500, insights_scanned_gb: 250", "516.25"),
		one("duckbillgroup.com: 60 TB of Lambda logs, 12,500 with 1,000 GB a TB; with 1,024", paid, logs+"source: lambda, ingested_gb: 61440", "12800.00"),
		one("duckbillgroup.com: the same before 2025-05-01, 30,000 with 1,000 GB a TB", paid, logs+"ingested_gb: 60000", "30000.00"),
		one("awsi.click: a TB in Tokyo, 760", paid, logs+"region: ap-northeast-1, ingested_gb: 1000", "760.00"),
		one("awsi.click: a GB in Tokyo, 0.76 + 0.033", paid, logs+"region: ap-northeast-1, ingested_gb: 1, stored_gb: 1", "0.79"),
		one("hykell.com: 100 GB a day, 1,500", paid, logs+"ingested_gb: 3000", "1500.00"),
		one("hykell.com: a query over a TB, 5.00", paid, logs+"insights_scanned_gb: 1000", "5.00"),
		one("hykell.com: 5 GB are free", free, logs+"ingested_gb: 5", "0.00"),
		one("CloudWatch pricing page: the 5 GB are ingestion, storage and scanning together: 3 + 2 free, 4 stored", free, logs+"ingested_gb: 3, stored_gb: 6", "0.12"),
	})
}

// Amazon Kinesis Data Streams. "infracost" is its kinesis_stream_test golden.
func TestPublishedKinesisExamples(t *testing.T) {
	const provisioned, onDemand = "service: kinesis, ", "service: kinesis, stream_mode: on-demand, "
	checkExamples(t, []example{
		one("AWS page: 100 records of 35 KB a second, a day of 4 shards, two units a record: 1.44 + 0.24", paid, provisioned+"shards: 4, hours: 24, put_units: 17280000", "1.68"),
		one("infracost: 4 shards, 43.80", paid, provisioned+"shards: 4", "43.80"),
		one("infracost: 6.5 million units, 0.09", paid, provisioned+"put_units: 6500000", "0.09"),
		one("infracost: 100 of extended retention, 2.00; it calls shard-hours GB", paid, provisioned+"extended_retention_shard_hours: 100", "2.00"),
		one("infracost: 100 GB of long retention, 2.30", paid, provisioned+"long_retention_gb: 100", "2.30"),
		one("infracost: 100 GB retrieved from it, 2.10", paid, provisioned+"long_retrieval_gb: 100", "2.10"),
		one("infracost: 100 GB fanned out, 1.30", paid, provisioned+"efo_gb: 100", "1.30"),
		one("infracost: 100 consumer-shard-hours, 1.50", paid, provisioned+"efo_consumer_shard_hours: 100", "1.50"),
		one("infracost: a stream on demand, 29.20", paid, onDemand+"streams: 1", "29.20"),
		one("infracost: 0.2 GB in, 0.02", paid, onDemand+"in_gb: 0.2", "0.02"),
		one("infracost: 0.2 GB out, 0.01", paid, onDemand+"out_gb: 0.2", "0.01"),
		one("infracost: 2 GB fanned out on demand, 0.10", paid, onDemand+"efo_gb: 2", "0.10"),
		one("infracost: 1 GB of extended retention on demand, 0.10", paid, onDemand+"extended_retention_gb: 1", "0.10"),
		one("kindatechnical.com: 5 shards for a day, 1.80; its 0.008 a GB in and out is no price of AWS", paid, provisioned+"shards: 5, hours: 24", "1.80"),
	})
}
