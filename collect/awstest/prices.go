package awstest

import "github.com/shopspring/decimal"

// The prices below are typed by hand and shared with no other package, so
// that a wrong price there shows. Sources are those of the AWS price list as
// of 2026-10-06 (duration, requests, provisioned concurrency: commitcost;
// ephemeral storage: ocel-pricebook, 2026-09-06, known for us-east-1 alone).
// SnapStart on Java has neither a cache nor a restore price.

// tier is a price per unit from a quantity on, within a month and region.
type tier struct{ from, price decimal.Decimal }

func d(s string) decimal.Decimal { return decimal.RequireFromString(s) }

// dimensionPrices are the prices of a billed dimension by region.
type dimensionPrices map[string][]tier

func flat(useast, euwest string) dimensionPrices {
	out := dimensionPrices{use: {{d("0"), d(useast)}}}
	if euwest != "" {
		out[euw] = []tier{{d("0"), d(euwest)}}
	}
	return out
}

// Billed dimensions of Lambda.
const (
	dimRequests       = "requests"
	dimDurationX86    = "duration-x86"
	dimDurationArm    = "duration-arm"
	dimPCx86          = "provisioned-concurrency-x86"
	dimPCarm          = "provisioned-concurrency-arm"
	dimPCDurationX86  = "provisioned-duration-x86"
	dimPCDurationArm  = "provisioned-duration-arm"
	dimEphemeralX86   = "ephemeral-storage-x86"
	dimEphemeralArm   = "ephemeral-storage-arm"
	archSuffixX86     = "-x86"
	archSuffixArm     = "-arm"
	gbSecondsPerMBms  = 1024 * 1000 // MB x ms in a GB-second
	freeEphemeralInMB = 512
)

var (
	x86Tiers = []tier{{d("0"), d("0.0000166667")}, {d("6000000000"), d("0.000015")}, {d("15000000000"), d("0.0000133334")}}
	armTiers = []tier{{d("0"), d("0.0000133334")}, {d("7500000000"), d("0.0000120001")}, {d("18750000000"), d("0.0000106667")}}
)

var prices = map[string]dimensionPrices{
	dimRequests:      flat("0.0000002", "0.0000002"),
	dimDurationX86:   {use: x86Tiers, euw: x86Tiers},
	dimDurationArm:   {use: armTiers, euw: armTiers},
	dimPCx86:         flat("0.0000041667", "0.000004646"),
	dimPCarm:         flat("0.0000033334", "0.0000037168"),
	dimPCDurationX86: flat("0.0000097222", "0.0000108407"),
	dimPCDurationArm: flat("0.0000077778", "0.0000086726"),
	dimEphemeralX86:  flat("0.0000000309", ""),
	dimEphemeralArm:  flat("0.0000000309", ""),
}

// tieredCost prices a month's quantity of a region.
func tieredCost(tiers []tier, quantity decimal.Decimal) decimal.Decimal {
	cost := decimal.Zero
	for i, t := range tiers {
		upper := quantity
		if i+1 < len(tiers) && tiers[i+1].from.LessThan(quantity) {
			upper = tiers[i+1].from
		}
		if upper.GreaterThan(t.from) {
			cost = cost.Add(upper.Sub(t.from).Mul(t.price))
		}
	}
	return cost
}
