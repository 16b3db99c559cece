package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
)

var zero = model.Exactly(unit.USD{})

// AppOptions choose what Apps shows.
type AppOptions struct {
	// Name shows one application's resources instead; empty shows all
	// applications.
	Name string
	// Top keeps the dearest n and sums up the others; 0 keeps all.
	Top int
}

// notAttributed is what the line of the rest is called.
const notAttributed = "(not attributed)"

// Apps is one line an application: what it is, what it costs, and what one
// unit of its work costs. The lines add up to the total. The error is that no
// application has the name asked for.
func Apps(a model.Analysis, o AppOptions) (Table, error) {
	if o.Name != "" {
		return app(a, o)
	}
	t := base(a, "apps")
	t.Title = "Applications, " + window(a.Window)
	t.Columns = []Column{
		{Key: "app", Title: "Application", Shrink: true},
		{Key: "kind", Title: "Kind"},
		{Key: "resources", Title: "Resources", Kind: Count, Spare: 3},
		{Key: "cost_usd", Title: "Cost", Kind: Money},
		{Key: "cost_share", Title: "Share", Kind: Share},
		{Key: "work", Title: "Work", Kind: Count, Spare: 2},
		{Key: "work_unit", Title: "Unit", Show: DataOnly},
		{Key: "per_unit_usd", Title: "Per unit", Kind: Price, Show: DataOnly},
		{Key: "per_unit", Title: "Per unit", Kind: Price, Show: PrintOnly},
		{Key: "unit", Title: "of work", Show: PrintOnly},
		{Key: "services", Title: "Split", Shrink: true, Spare: 1},
		{Key: "found_by", Title: "Found by", Show: WideOnly},
	}
	rest, folded := zero, int64(0)
	for i, p := range a.Apps {
		if o.Top > 0 && i >= o.Top {
			rest, folded = rest.Add(p.Cost), folded+1
			continue
		}
		t.Rows = append(t.Rows, Row{Cells: []any{
			cmp.Or(p.Name, notAttributed), p.Kind, int64(len(p.Parts)), p.Cost, shareOf(p.Cost, a.Total),
			workCell(p), p.WorkUnit, perUnit(p), perUnitShort(p), p.WorkUnit, appSplit(p), p.Found,
		}})
	}
	if folded > 0 {
		t.Rows = append(t.Rows, Row{Cells: []any{fmt.Sprintf("%d more", folded), "", nil, rest, shareOf(rest, a.Total), nil, "", nil, nil, "", "", ""}})
	}
	t.Total = []any{"Total", "", nil, a.Total, shareOf(a.Total, a.Total), nil, "", nil, nil, "", "", ""}
	t.Facts["total_usd"], t.Facts["total_low_usd"], t.Facts["total_high_usd"] = moneyFacts(a.Total)
	t.Notes = append(t.Notes, "Grouped by tag (app, application, stack), else by what is connected; what several applications use is split by measured traffic.")
	return t, nil
}

func workCell(p model.App) any {
	if p.Work == 0 {
		return nil
	}
	return p.Work
}

func perUnit(p model.App) any {
	if p.PerUnit.Unknown {
		return nil
	}
	return p.PerUnit.Likely
}

// perUnitShort is perUnit to four digits that matter.
func perUnitShort(p model.App) any {
	if p.PerUnit.Unknown {
		return nil
	}
	f := p.PerUnit.Likely.Float64()
	if f <= 0 {
		return p.PerUnit.Likely
	}
	return p.PerUnit.Likely.Round(int32(3 - math.Floor(math.Log10(f))))
}

// appSplit names the services of an application, dearest first.
func appSplit(p model.App) string {
	var parts []string
	for _, s := range sortedServices(p.Services) {
		text := s.Service
		if share, ok := shareOf(s.Cost, p.Cost).(float64); ok && len(p.Services) > 1 {
			text += " " + percent(share)
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, ", ")
}

// sortedServices are the services of an application, dearest first.
func sortedServices(list []model.AppService) []model.AppService {
	out := slices.Clone(list)
	slices.SortStableFunc(out, func(x, y model.AppService) int { return dearest(x.Cost, y.Cost) })
	return out
}

// app is one application's resources.
func app(a model.Analysis, o AppOptions) (Table, error) {
	for _, p := range a.Apps {
		if cmp.Or(p.Name, notAttributed) == o.Name {
			return appParts(a, p, o.Top), nil
		}
	}
	var names []string
	for _, p := range a.Apps {
		names = append(names, cmp.Or(p.Name, notAttributed))
	}
	return Table{}, fmt.Errorf("no application %q; there are: %s", o.Name, strings.Join(names, ", "))
}

func appParts(a model.Analysis, p model.App, top int) Table {
	t := base(a, "app")
	t.Title = fmt.Sprintf("%s (%s), %s", cmp.Or(p.Name, notAttributed), p.Kind, window(a.Window))
	t.Columns = []Column{
		{Key: "service", Title: "Service"},
		{Key: "name", Title: "Resource", Shrink: true},
		{Key: "region", Title: "Region", Spare: 1},
		{Key: "resource_id", Title: "ARN", Show: DataOnly},
		{Key: "share", Title: "App's part", Kind: Share},
		{Key: "cost_usd", Title: "Cost", Kind: Money},
	}
	rest, folded := zero, 0
	for i, part := range p.Parts {
		if top > 0 && i >= top {
			rest, folded = rest.Add(part.Cost), folded+1
			continue
		}
		t.Rows = append(t.Rows, Row{Cells: []any{part.Key.Service, part.Key.Name, string(part.Key.Region), string(part.Key.ID), part.Share, part.Cost}})
	}
	if folded > 0 {
		t.Rows = append(t.Rows, Row{Cells: []any{"", fmt.Sprintf("%d more", folded), "", "", nil, rest}})
	}
	t.Total = []any{"Total", "", "", "", nil, p.Cost}
	if p.Work > 0 {
		t.Notes = append(t.Notes, fmt.Sprintf("%s: $%s for each %s.", count(p.Work), p.PerUnit.Likely.Round(9), p.WorkUnit))
	}
	return t
}
