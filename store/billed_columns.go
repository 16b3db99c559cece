package store

import (
	"fmt"
	"strings"
)

// billColumn is a column of the table billed and where an export has it.
type billColumn struct {
	name string
	// from are the export's columns, the first that is there and not empty
	// counts. Without any the expression alone is taken.
	from []string
	// required columns make a file unreadable by their absence.
	required bool
	// kind is DuckDB's type of what is not text: what does not read as such is
	// an error.
	kind string
}

// billFormat is a kind of export.
type billFormat struct {
	columns []billColumn
	// category turns the export's kinds of charges into those of the table.
	category string
	// needs are the columns that category reads, beside "category" itself.
	needs []string
	// currency is the column that names it.
	currency string
}

// billFormats are the exports that can be imported. Names are those of AWS's
// table dictionaries "CUR 2.0" and "FOCUS 1.2 with AWS columns" (AWS Data
// Exports user guide, table-dictionary-cur2 and
// table-dictionary-focus-1-2-aws-columns).
var billFormats = map[string]billFormat{
	"cur": {
		currency: "line_item_currency_code",
		columns: []billColumn{
			{name: "month", from: []string{"bill_billing_period_start_date"}, required: true, kind: "TIMESTAMP"},
			{name: "payer", from: []string{"bill_payer_account_id"}, required: true},
			{name: "account_id", from: []string{"line_item_usage_account_id"}, required: true},
			{name: "product", from: []string{"product_servicecode", "line_item_product_code"}, required: true},
			{name: "usage_type", from: []string{"line_item_usage_type"}, required: true},
			{name: "operation", from: []string{"line_item_operation"}},
			{name: "region", from: []string{"product_region_code"}},
			{name: "resource_id", from: []string{"line_item_resource_id"}},
			{name: "start_ts", from: []string{"line_item_usage_start_date"}, required: true, kind: "TIMESTAMP"},
			{name: "end_ts", from: []string{"line_item_usage_end_date"}, required: true, kind: "TIMESTAMP"},
			{name: "quantity", from: []string{"line_item_usage_amount"}, required: true, kind: "DECIMAL(38, 12)"},
			{name: "unit", from: []string{"pricing_unit"}},
			{name: "list_usd", from: []string{"pricing_public_on_demand_cost"}, kind: "DECIMAL(38, 15)"},
			{name: "billed_usd", from: []string{"line_item_unblended_cost"}, required: true, kind: "DECIMAL(38, 15)"},
			{name: "effective_usd", from: []string{"savings_plan_savings_plan_effective_cost", "reservation_effective_cost"}, kind: "DECIMAL(38, 15)"},
			{name: "category", from: []string{"line_item_line_item_type"}, required: true},
			{name: "description", from: []string{"line_item_line_item_description"}},
		},
		category: `CASE category
			WHEN 'Usage' THEN 'usage'
			WHEN 'Credit' THEN 'credit'
			WHEN 'Tax' THEN 'tax'
			WHEN 'Refund' THEN 'refund'
			WHEN 'SavingsPlanCoveredUsage' THEN 'savings-plan-usage'
			WHEN 'SavingsPlanNegation' THEN 'savings-plan-negation'
			WHEN 'SavingsPlanRecurringFee' THEN 'savings-plan-fee'
			WHEN 'SavingsPlanUpfrontFee' THEN 'savings-plan-fee'
			WHEN 'DiscountedUsage' THEN 'reserved-usage'
			WHEN 'RIFee' THEN 'reserved-fee'
			ELSE CASE
				WHEN category LIKE '%Discount' THEN 'discount'
				WHEN product ILIKE '%Support%' THEN 'support'
				WHEN category IN ('Fee', 'AnnualFee') THEN 'fee'
				ELSE 'other' END
			END`,
	},
	"focus": {
		currency: "BillingCurrency",
		needs:    []string{"ChargeClass", "CommitmentDiscountCategory", "CommitmentDiscountType", "CommitmentDiscountId", "PricingCategory"},
		columns: []billColumn{
			{name: "month", from: []string{"BillingPeriodStart"}, required: true, kind: "TIMESTAMP"},
			{name: "payer", from: []string{"BillingAccountId"}, required: true},
			{name: "account_id", from: []string{"SubAccountId", "BillingAccountId"}, required: true},
			{name: "product", from: []string{"x_ServiceCode", "ServiceName"}, required: true},
			{name: "usage_type", from: []string{"x_UsageType", "SkuMeter", "SkuId"}, required: true},
			{name: "operation", from: []string{"x_Operation"}},
			{name: "region", from: []string{"RegionId"}},
			{name: "resource_id", from: []string{"ResourceId"}},
			{name: "start_ts", from: []string{"ChargePeriodStart"}, required: true, kind: "TIMESTAMP"},
			{name: "end_ts", from: []string{"ChargePeriodEnd"}, required: true, kind: "TIMESTAMP"},
			{name: "quantity", from: []string{"PricingQuantity", "ConsumedQuantity"}, required: true, kind: "DECIMAL(38, 12)"},
			{name: "unit", from: []string{"PricingUnit", "ConsumedUnit"}},
			{name: "list_usd", from: []string{"ListCost"}, required: true, kind: "DECIMAL(38, 15)"},
			{name: "billed_usd", from: []string{"BilledCost"}, required: true, kind: "DECIMAL(38, 15)"},
			{name: "effective_usd", from: []string{"EffectiveCost"}, required: true, kind: "DECIMAL(38, 15)"},
			{name: "category", from: []string{"ChargeCategory"}, required: true},
			{name: "description", from: []string{"ChargeDescription"}},
		},
		category: `CASE
			WHEN category = 'Tax' THEN 'tax'
			WHEN category = 'Credit' THEN 'credit'
			WHEN ChargeClass = 'Correction' OR category = 'Adjustment' THEN 'refund'
			WHEN category = 'Usage' AND (CommitmentDiscountType ILIKE '%Savings%' OR CommitmentDiscountCategory = 'Spend') THEN 'savings-plan-usage'
			WHEN category = 'Usage' AND (CommitmentDiscountId <> '' OR PricingCategory = 'Committed') THEN 'reserved-usage'
			WHEN category = 'Usage' THEN 'usage'
			WHEN product ILIKE '%Support%' THEN 'support'
			WHEN category = 'Purchase' AND (CommitmentDiscountType ILIKE '%Savings%' OR CommitmentDiscountCategory = 'Spend' OR product ILIKE '%SavingsPlan%' OR product ILIKE '%Savings Plan%') THEN 'savings-plan-fee'
			WHEN category = 'Purchase' AND CommitmentDiscountId <> '' THEN 'reserved-fee'
			WHEN category = 'Purchase' THEN 'fee'
			ELSE 'other' END`,
	},
}

// raw is the column as text, absent where it is empty. has are the file's own
// columns, by lower case.
func (c billColumn) raw(has map[string]string) string {
	var parts []string
	for _, f := range c.from {
		if own, ok := has[strings.ToLower(f)]; ok {
			parts = append(parts, fmt.Sprintf("nullif(trim(CAST(%s AS VARCHAR)), '')", identifier(own)))
		}
	}
	if len(parts) == 0 {
		return "CAST(NULL AS VARCHAR)"
	}
	return "coalesce(" + strings.Join(parts, ", ") + ")"
}

// missing names the column that a file should have, empty if it has one.
func (c billColumn) missing(has map[string]string) string {
	if !c.required {
		return ""
	}
	for _, f := range c.from {
		if _, ok := has[strings.ToLower(f)]; ok {
			return ""
		}
	}
	return c.from[len(c.from)-1]
}

// text quotes a string of SQL.
func text(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// identifier quotes a name of SQL.
func identifier(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }
