package reconcile

import "strings"

var _ = register(service{
	name:     "kinesis",
	products: []string{"AmazonKinesis", "Amazon Kinesis"},
	dimension: func(usage, operation string) string {
		if d, ok := kinesisOperations[operation]; ok {
			return d
		}
		for _, u := range kinesisUsage {
			if strings.Contains(usage, u.part) {
				return u.dimension
			}
		}
		return ""
	},
})

// kinesisOperations tell more than the usage types of the AmazonKinesis offer.
var kinesisOperations = map[string]string{
	"shardhourstorage": "shard", "putrequest": "put-payload-unit", "consumerhour": "enhanced-fan-out-consumer",
	"enhancedfanoutdataretrieval": "enhanced-fan-out-data", "longtermretentionbytehrs": "long-term-retention",
	"longtermdataretrieval": "long-term-retrieval", "extendedshardhourstorage": "extended-retention-7d",
	"ondemandstreamhr": "on-demand-stream", "ondemanddataingested": "on-demand-data-in", "ondemanddataretrieval": "on-demand-data-out",
	"ondemandefodataretrieval": "on-demand-enhanced-fan-out", "ondemandextendedretentionbytehrs": "on-demand-extended-retention",
}

// kinesisUsage are usage types by a part of their name, the longer first.
var kinesisUsage = []struct{ part, dimension string }{
	{"extendedretention-shardhour", "extended-retention-7d"},
	{"extended-shardhour", "extended-retention-7d"},
	{"storage-shardhour", "shard"},
	{"putrequestpayloadunits", "put-payload-unit"},
	{"ondemand-extendedretention", "on-demand-extended-retention"},
	{"ondemand-efo", "on-demand-enhanced-fan-out"},
	{"ondemand-streamhour", "on-demand-stream"},
	{"ondemand-billedincomingbytes", "on-demand-data-in"},
	{"ondemand-billedoutgoingefobytes", "on-demand-enhanced-fan-out"},
	{"ondemand-billedoutgoingbytes", "on-demand-data-out"},
	{"enhancedfanouthour", "enhanced-fan-out-consumer"},
	{"readbytes-efo", "enhanced-fan-out-data"},
	{"longtermretention", "long-term-retention"},
	{"shardhour", "shard"},
}
