package reconcile

import (
	"strings"

	"github.com/breakeven-dev/breakeven/model/unit"
)

// prefixRegions are the regions of usage types' prefixes (AWS Data Exports
// user guide and the price list's usagetype and regionCode).
var prefixRegions = map[string]unit.Region{
	"use1": "us-east-1", "use2": "us-east-2", "usw1": "us-west-1", "usw2": "us-west-2", "ugw1": "us-gov-west-1", "uge1": "us-gov-east-1",
	"can1": "ca-central-1", "can2": "ca-west-1", "mxc1": "mx-central-1", "sae1": "sa-east-1",
	"eu": "eu-west-1", "euw1": "eu-west-1", "euw2": "eu-west-2", "euw3": "eu-west-3", "euc1": "eu-central-1", "euc2": "eu-central-2",
	"eun1": "eu-north-1", "eus1": "eu-south-1", "eus2": "eu-south-2",
	"apn1": "ap-northeast-1", "apn2": "ap-northeast-2", "apn3": "ap-northeast-3",
	"aps1": "ap-southeast-1", "aps2": "ap-southeast-2", "aps3": "ap-south-1", "aps4": "ap-southeast-3", "aps5": "ap-south-2", "aps6": "ap-southeast-4",
	"ape1": "ap-east-1", "afs1": "af-south-1", "mes1": "me-south-1", "mec1": "me-central-1", "ilc1": "il-central-1",
}

// RegionOf returns the region that the usage type of a service breakeven knows
// is billed in, for bills that do not say: its prefix tells, and none is
// us-east-1. Empty where nothing tells.
func RegionOf(service, usageType string) unit.Region {
	usage := strings.ToLower(strings.TrimSpace(usageType))
	if usage == "" || !known(service) {
		return ""
	}
	plain := Plain(usageType)
	if plain == usage {
		return "us-east-1"
	}
	return prefixRegions[strings.TrimSuffix(usage, "-"+plain)]
}

// NeedsOperation tells whether the usage types that a bill charges a product
// for do not tell without operations what was used.
func NeedsOperation(product string) bool {
	for _, s := range services {
		if !s.byOperation {
			continue
		}
		for _, p := range s.products {
			if strings.EqualFold(p, product) {
				return true
			}
		}
	}
	return false
}
