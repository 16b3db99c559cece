package report

import (
	"cmp"
	"fmt"

	"github.com/breakeven-dev/breakeven/model"
)

// resourcesShown is how many resources other than functions the report lists.
const resourcesShown = 50

// resourceTable lists the dearest resources of every service but Lambda.
func resourceTable(a model.Analysis) htmlTable {
	t := Table{Columns: []Column{
		{Title: "Resource"},
		{Title: "Service"},
		{Title: "Region"},
		{Title: "App", Blank: true},
		{Title: "Cost", Kind: Money},
		{Title: "Share", Kind: Share},
		{Title: "Dearest line", Blank: true},
	}}
	shown := a.Resources[:min(resourcesShown, len(a.Resources))]
	for _, r := range shown {
		t.Rows = append(t.Rows, Row{Cells: []any{
			r.Key.Name, r.Key.Service, string(r.Key.Region), r.App, r.Cost, shareOf(r.Cost, a.Total), largestLine(r.LineItems),
		}})
	}
	if n := len(a.Resources) - len(shown); n > 0 {
		t.Notes = append(t.Notes, fmt.Sprintf("%d cheaper resources are not listed; “breakeven cost” prints all.", n))
	}
	return plainTable("resources-table", fmt.Sprintf("Other resources, by cost (%d)", len(a.Resources)), &t, func(r int, cells []htmlCell) {
		if shown[r].Deleted {
			cells[0].Class = "deleted"
		}
	})
}

// servicesTable is what each service costs; empty where Lambda is all there
// is.
func servicesTable(a model.Analysis) htmlTable {
	if len(a.Services) < 2 {
		return htmlTable{}
	}
	t := Services(a)
	return tableOf("services-table", "By service", &t, pick(&t, "service", "resources", "cost_usd", "cost_share", "monthly_usd", "largest"), true, nil)
}

// appsTable is what each application costs.
func appsTable(a model.Analysis) (htmlTable, error) {
	if len(a.Apps) == 0 {
		return htmlTable{}, nil
	}
	t, err := Apps(a, AppOptions{})
	if err != nil {
		return htmlTable{}, err
	}
	return tableOf("apps-table", fmt.Sprintf("Applications, by cost (%d)", len(a.Apps)), &t,
		pick(&t, "app", "kind", "cost_usd", "cost_share", "work", "per_unit", "unit", "services"), true, nil), nil
}

// nowTable is what is wrong at the end of the window.
func nowTable(a model.Analysis, anchors anchors) htmlTable {
	t := Health(a, 0)
	columns := pick(&t, "severity", "name", "service", "text", "now", "limit_text", "since", "why")
	return tableOf("now-table", "Wrong now, worst first", &t, columns, true, func(r int, cells []htmlCell) {
		f := a.Health.Findings[r]
		cells[1].Href = anchors.by[string(f.Resource.ID)]
		cells[0].Class = cmp.Or(string(f.Severity), "")
		cells[len(cells)-1].Class = "l w"
	})
}
