package report

import (
	"cmp"
	"slices"

	"github.com/breakeven-dev/breakeven/model"
)

// Services is one line a service: how many resources, what they cost. The
// lines add up to the total.
func Services(a model.Analysis) Table {
	t := base(a, "services")
	t.Title = "Services, " + window(a.Window)
	t.Columns = []Column{
		{Key: "service", Title: "Service"},
		{Key: "resources", Title: "Resources", Kind: Count},
		{Key: "deleted", Title: "Deleted", Kind: Count, Show: WideOnly},
		{Key: "cost_usd", Title: "Cost", Kind: Money},
		{Key: "cost_share", Title: "Share", Kind: Share},
		{Key: "monthly_usd", Title: "Per month", Kind: Money},
		{Key: "largest", Title: "Dearest line", Shrink: true, Spare: 1},
	}
	type tally struct{ all, deleted int64 }
	counts := map[string]tally{}
	for _, f := range a.Functions {
		c := counts[f.Key.Service]
		c.all++
		c.deleted += oneIf(f.Deleted)
		counts[f.Key.Service] = c
	}
	for _, r := range a.Resources {
		c := counts[r.Key.Service]
		c.all++
		c.deleted += oneIf(r.Deleted)
		counts[r.Key.Service] = c
	}
	services := slices.Clone(a.Services)
	slices.SortStableFunc(services, func(x, y model.ServiceCost) int { return dearest(x.Cost, y.Cost) })
	months := monthlyByService(a)
	for _, s := range services {
		c := counts[s.Service]
		t.Rows = append(t.Rows, Row{Cells: []any{
			s.Service, c.all, c.deleted, s.Cost, shareOf(s.Cost, a.Total), months[s.Service], largestLine(s.LineItems),
		}})
	}
	t.Total = []any{"Total", int64(len(a.Functions) + len(a.Resources)), nil, a.Total, shareOf(a.Total, a.Total), a.Monthly, nil}
	t.Facts["total_usd"], t.Facts["total_low_usd"], t.Facts["total_high_usd"] = moneyFacts(a.Total)
	return t
}

// dearest orders costs, the unknown first.
func dearest(x, y model.Cost) int {
	if x.Unknown != y.Unknown {
		return int(oneIf(y.Unknown) - oneIf(x.Unknown))
	}
	return y.Likely.Cmp(x.Likely)
}

func oneIf(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// monthlyByService adds up the resources' costs scaled to 730 hours.
func monthlyByService(a model.Analysis) map[string]model.Cost {
	out := map[string]model.Cost{}
	add := func(service string, c model.Cost) {
		sum, ok := out[service]
		if !ok {
			sum = zero
		}
		out[service] = sum.Add(c)
	}
	for _, f := range a.Functions {
		add(f.Key.Service, f.Monthly)
	}
	for _, r := range a.Resources {
		add(r.Key.Service, r.Monthly)
	}
	for _, s := range a.Services {
		if _, ok := out[s.Service]; !ok {
			out[s.Service] = zero
		}
	}
	return out
}

// largestLine names the dimension that costs most.
func largestLine(lines []model.LineItem) any {
	if len(lines) == 0 {
		return nil
	}
	return slices.MinFunc(lines, func(x, y model.LineItem) int {
		return cmp.Or(dearest(x.Cost, y.Cost), cmp.Compare(x.Dimension, y.Dimension))
	}).Dimension
}
