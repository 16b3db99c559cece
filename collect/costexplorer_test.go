package collect

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/breakeven-dev/breakeven/collect/awstest"
	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// TestChargeCategory: record types as the cost and usage report names them
// (AWS Data Exports user guide, line_item_line_item_type), and as Cost
// Explorer's console does.
func TestChargeCategory(t *testing.T) {
	for _, tt := range []struct{ recordType, product, want string }{
		{"Usage", "AWS Lambda", "usage"},
		{"SavingsPlanCoveredUsage", "AWS Lambda", "savings-plan-usage"},
		{"SavingsPlanNegation", "AWS Lambda", "savings-plan-negation"},
		{"SavingsPlanRecurringFee", "Savings Plans for AWS Compute usage", "savings-plan-fee"},
		{"DiscountedUsage", "Amazon DynamoDB", "reserved-usage"},
		{"Recurring reservation fee", "Amazon DynamoDB", "reserved-fee"},
		{"Enterprise Discount Program Discount", "AWS Lambda", "discount"},
		{"Credit", "AWS Lambda", "credit"},
		{"Tax", "Tax", "tax"},
		{"Refund", "Amazon Simple Queue Service", "refund"},
		{"Fee", "AWS Support (Developer)", "support"},
		{"Fee", "AWS Data Exchange", "fee"},
		{"Something new", "AWS Lambda", "other"},
	} {
		if got := chargeCategory(tt.recordType, tt.product); got != tt.want {
			t.Errorf("%s of %s: %s, want %s", tt.recordType, tt.product, got, tt.want)
		}
	}
}

// TestBilledPages asks for a bill of many usage types, page by page: nothing
// is lost or doubled, each page counts, and the cost limit holds in between.
func TestBilledPages(t *testing.T) {
	s, err := awstest.New(awstest.Options{Seed: 1, Days: 1, Rate: 0.01, Now: time.Date(2026, 11, 8, 0, 0, 0, 0, time.UTC)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	for _, kv := range s.Env() {
		name, value, _ := strings.Cut(kv, "=")
		t.Setenv(name, value)
	}
	days := model.Window{From: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), To: s.Now()}
	var bill []awstest.Charge
	for i := range 300 {
		bill = append(bill, awstest.Charge{
			Account: awstest.AccountID, RecordType: "Usage", Service: "Amazon Elastic Compute Cloud", UsageType: "BoxUsage:t" + decimal.New(int64(i), 0).String(),
			From: days.From, To: days.To, Quantity: decimal.New(168, 0), CostUSD: decimal.New(int64(i), -2),
		})
	}
	s.SetBill(bill)
	ask := func(limit string) (Billed, *Collector, error) {
		o := Options{Now: s.Now(), Clock: time.Now, Window: days, Regions: []unit.Region{"us-east-1"}, Rates: map[string]float64{"*": 1000}}
		if limit != "" {
			l := unit.MustUSD(limit)
			o.MaxCost = &l
		}
		c, err := New(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		out, err := c.Billed(t.Context(), days, []unit.AccountID{awstest.AccountID})
		return out, c, err
	}
	got, c, err := ask("")
	if err != nil {
		t.Fatal(err)
	}
	sum := unit.USD{}
	for _, a := range got.Amounts {
		sum = sum.Add(a.Billed)
	}
	if len(got.Amounts) != 300*7 || sum.String() != "448.5" || !got.Estimated {
		t.Errorf("%d amounts of %s USD, estimated %v; want %d of 448.5", len(got.Amounts), sum, got.Estimated, 300*7)
	}
	const requests = 1 + 6 // 2100 groups are 6 pages of 400
	for _, call := range c.Calls() {
		if call.Operation == "ce:GetCostAndUsage" && (call.Requests != requests || call.Cost.String() != "0.07" || call.Unpriced) {
			t.Errorf("recorded %+v, want %d requests", call, requests)
		}
	}
	if _, c, err = ask("0.03"); !errors.Is(err, ErrBudget) {
		t.Errorf("beyond the limit: %v", err)
	}
	for _, call := range c.Calls() {
		if call.Operation == "ce:GetCostAndUsage" && call.Requests != 3 {
			t.Errorf("%d requests for $0.03", call.Requests)
		}
	}
}
