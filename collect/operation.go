package collect

import (
	"cmp"
	"slices"

	"github.com/breakeven-dev/breakeven/model/unit"
)

// Operation is a kind of AWS request that collecting makes.
type Operation struct {
	// Action is the IAM action that permits it ("cloudwatch:GetMetricData");
	// it names the operation everywhere.
	Action string
	// PerSecond is AWS's default quota for one account and region.
	PerSecond float64
	// Dimension of the price book that bills it, empty if free.
	Dimension string
	// Each is the price of one where AWS takes the same everywhere and the
	// price list does not have it.
	Each unit.USD
	// Unit of the billed amount.
	Unit string
	// Single is true where a call concerns one resource, and permission may
	// differ between resources.
	Single bool
	// Why is what breakeven wants it for, in half a sentence.
	Why string
}

// The operations of the engine. Quotas are AWS's documented defaults, as
// listed in "CloudWatch service quotas", "Lambda quotas" (API requests) and
// "CloudWatch Logs quotas", read 2026-11; where a quota differs by region the
// smallest is taken. The limiter finds out if an account has less.
var (
	opIdentity = &Operation{Action: "sts:GetCallerIdentity", PerSecond: 50, Why: "which account this is; always allowed"}

	opGetMetricData = &Operation{
		Action: "cloudwatch:GetMetricData", PerSecond: 50,
		Dimension: "api-GetMetricData-GetInsightRuleReport", Unit: "metric requested", Why: "the metrics",
	}
	// ListMetrics is free within the first million requests of a month that
	// CloudWatch's API gives away; beyond that $0.01 per 1,000.
	opListMetrics = &Operation{Action: "cloudwatch:ListMetrics", PerSecond: 25, Why: "which rarer metrics exist, and functions deleted lately"}

	opListFunctions   = &Operation{Action: "lambda:ListFunctions", PerSecond: 15, Why: "the inventory"}
	opListMappings    = &Operation{Action: "lambda:ListEventSourceMappings", PerSecond: 15, Why: "what feeds the functions"}
	opListProvisioned = &Operation{Action: "lambda:ListProvisionedConcurrencyConfigs", PerSecond: 15, Single: true, Why: "provisioned concurrency"}
	opAccountSettings = &Operation{Action: "lambda:GetAccountSettings", PerSecond: 15, Why: "whether any concurrency is reserved"}
	opGetReserved     = &Operation{Action: "lambda:GetFunctionConcurrency", PerSecond: 15, Single: true, Why: "reserved concurrency"}
	opListTags        = &Operation{Action: "lambda:ListTags", PerSecond: 15, Single: true, Why: "tags, to group functions by application"}

	opDescribeLogGroups = &Operation{Action: "logs:DescribeLogGroups", PerSecond: 10, Why: "log groups, their size and retention"}
	opStartQuery        = &Operation{
		Action: "logs:StartQuery", PerSecond: 5,
		Dimension: "logs-insights-scan", Unit: unitGB, Single: true, Why: "sums over REPORT lines",
	}
	opGetQueryResults = &Operation{Action: "logs:GetQueryResults", PerSecond: 5, Why: "the answers of those queries"}
	opStopQuery       = &Operation{Action: "logs:StopQuery", PerSecond: 5, Why: "ending a query that a cancelled run started"}
	opFilterLogEvents = &Operation{Action: "logs:FilterLogEvents", PerSecond: 5, Single: true, Why: "single REPORT lines, with --reports filter"}
)

// Points a second that GetMetricData may return for one account and region
// (CloudWatch service quotas): for ranges that start within the last three
// hours, and for others.
const (
	recentPointsPerSecond = 180_000
	olderPointsPerSecond  = 396_000
)

// unitGB is the unit of what is billed by the bytes it reads.
const unitGB = "GB scanned"

// engineOperations are made for every service.
var engineOperations = []*Operation{opIdentity, opGetMetricData, opListMetrics, opGetResources, opListRegions}

// Operations returns every operation that collecting the named services may
// make, sorted by action; no name means all services. The least-privilege
// policy is made from it.
func Operations(only ...string) []Operation {
	seen := map[*Operation]bool{}
	var out []Operation
	add := func(ops []*Operation) {
		for _, op := range ops {
			if !seen[op] {
				seen[op] = true
				out = append(out, *op)
			}
		}
	}
	add(engineOperations)
	for _, s := range services() {
		if len(only) == 0 || slices.Contains(only, s.name) {
			add(s.operations)
		}
	}
	slices.SortFunc(out, func(a, b Operation) int { return cmp.Compare(a.Action, b.Action) })
	return out
}
