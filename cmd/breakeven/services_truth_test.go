package main

import (
	"testing"

	"github.com/shopspring/decimal"

	"github.com/breakeven-dev/breakeven/collect/awstest"
	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// compareServices holds every resource that is not a function against what
// the simulator added up minute by minute with prices of its own: to 1e-9 USD
// where all quantities are measured, inside the stated range elsewhere.
func compareServices(t *testing.T, an model.Analysis, server *awstest.Server) {
	t.Helper()
	found := map[unit.ResourceID]model.Resource{}
	recalled := map[string]model.Resource{} // what metrics know by name alone
	for _, r := range an.Resources {
		found[r.Key.ID] = r
		if r.Deleted {
			recalled[r.Key.Service+"/"+string(r.Key.Region)+"/"+r.Key.Name] = r
		}
	}
	services, resources := server.ResourcesBetween(an.Window.From, an.Window.To)
	exact, ranged := map[string]int{}, map[string]int{}
	for _, want := range resources {
		got, ok := found[unit.ResourceID(want.ARN)]
		if !ok && want.Deleted {
			got, ok = recalled[want.Service+"/"+want.Region+"/"+want.Name]
		}
		if !ok {
			if want.CostUSD.IsPositive() {
				t.Errorf("%s %s is missing, it cost %s", want.Service, want.Name, want.CostUSD)
			}
			continue
		}
		if got.Cost.Unknown {
			t.Errorf("%s %s: cost unknown: %+v", want.Service, want.Name, got.LineItems)
			continue
		}
		low, high := dollars(t, got.Cost.Low), dollars(t, got.Cost.High)
		billion := decimal.New(1, -9)
		if want.CostUSD.Cmp(low.Sub(billion)) < 0 || want.CostUSD.Cmp(high.Add(billion)) > 0 {
			t.Errorf("%s %s: truth %s is outside %s to %s", want.Service, want.Name, want.CostUSD, low, high)
			for _, l := range got.LineItems {
				t.Logf("  %s %s %s (%s): %s", l.Dimension, l.Quantity, l.Unit, l.Basis, l.Cost.Likely)
			}
			for _, m := range want.Months {
				t.Logf("  truth %s %+v", m.Month, m.Dimensions)
			}
		}
		if got.Cost.Exact() {
			exact[want.Service]++
		} else {
			ranged[want.Service]++
		}
	}
	for _, s := range services {
		t.Logf("%s in %s: truth $%s; so far %d resources exact, %d in a range", s.Service, s.Region, s.CostUSD.StringFixed(6), exact[s.Service], ranged[s.Service])
	}
}
