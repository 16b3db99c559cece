package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// Groups are the values of CostOptions.GroupBy besides the empty one.
var Groups = []string{"service", "region", "resource", "function", "app", "dimension", "day"}

// CostOptions choose what Costs shows.
type CostOptions struct {
	// GroupBy is one of Groups; empty for the tree of line items.
	GroupBy string
	// Top keeps the dearest n and sums up the others; 0 keeps all.
	Top int
}

// Check refuses a group that Costs does not know.
func (o CostOptions) Check() error {
	if o.GroupBy != "" && !slices.Contains(Groups, o.GroupBy) {
		return fmt.Errorf("grouping costs by %q: want one of %s", o.GroupBy, strings.Join(Groups, ", "))
	}
	return nil
}

// Costs is what the window cost: a tree of line items under functions and
// other resources under services, or one line a group. The printed lines add up to the total. The
// error is that of o.Check.
func Costs(a model.Analysis, o CostOptions) (Table, error) {
	if err := o.Check(); err != nil {
		return Table{}, err
	}
	t := base(a, "costs")
	t.Title = "Cost of " + window(a.Window)
	t.Facts["total_usd"], t.Facts["total_low_usd"], t.Facts["total_high_usd"] = moneyFacts(a.Total)
	t.Facts["monthly_usd"], t.Facts["monthly_low_usd"], t.Facts["monthly_high_usd"] = moneyFacts(a.Monthly)
	if o.GroupBy == "" {
		costTree(&t, a, o.Top)
	} else {
		costGroups(&t, a, o)
	}
	if a.Total.Unknown {
		t.Notes = append(t.Notes, fmt.Sprintf("The total is not known, as the price of a part is not. What could be priced comes to %s.", money(Priced(a))))
	}
	return t, nil
}

// Priced sums up the line items whose price is known: the total of an
// analysis, less what makes it unknown.
func Priced(a model.Analysis) model.Cost {
	sum := model.Exactly(unit.USD{})
	for _, s := range a.Services {
		for _, l := range s.LineItems {
			if !l.Cost.Unknown {
				sum = sum.Add(l.Cost)
			}
		}
	}
	return sum
}

// base is a table with what every view of an analysis carries.
func base(a model.Analysis, name string) Table {
	return Table{
		Name: name, GeneratedAt: a.GeneratedAt, Book: a.Book, Warnings: a.Warnings,
		Facts: map[string]any{"window": a.Window, "coverage": a.Coverage, "free_tier": a.FreeTier},
	}
}

func moneyFacts(c model.Cost) (likely, low, high any) {
	if c.Unknown {
		return nil, nil, nil
	}
	return c.Likely, c.Low, c.High
}

var costColumns = []Column{
	{Key: "item", Title: "Item", Kind: Tree, Show: PrintOnly, Shrink: true},
	{Key: "service", Title: "Service", Show: DataOnly},
	{Key: "account_id", Title: "Account", Show: DataOnly},
	{Key: "region", Title: "Region", Show: DataOnly},
	{Key: "resource_id", Title: "Resource", Show: DataOnly},
	{Key: "name", Title: "Name", Show: DataOnly},
	{Key: "dimension", Title: "Dimension", Show: DataOnly},
	{Key: "quantity", Title: "Quantity", Kind: Amount, Blank: true},
	{Key: "unit", Title: "Unit", Blank: true, Spare: 1},
	{Key: "unit_price_usd", Title: "Unit price", Kind: Price, Blank: true, Spare: 2},
	{Key: "tier_from", Title: "Tier from", Kind: Amount, Show: WideOnly, Blank: true},
	{Key: "cost_usd", Title: "Cost", Kind: Money},
	{Key: "cost_share", Title: "Share", Kind: Share, Spare: 3},
	{Key: "basis", Title: "Basis", Show: WideOnly, Blank: true},
	{Key: "price_source", Title: "Price source", Show: WideOnly, Blank: true},
	{Key: "price_as_of", Title: "As of", Show: DataOnly},
	{Key: "price_remembered", Title: "Remembered", Kind: Flag, Show: DataOnly},
}

// costTree fills t with services, their resources and line items.
func costTree(t *Table, a model.Analysis, top int) {
	t.Columns = costColumns
	billed := a.Billed()
	for _, s := range a.Services {
		t.Rows = append(t.Rows, groupRow(0, s.Service, s.Cost, a.Total))
		shown, inService := 0, 0
		rest := model.Exactly(unit.USD{})
		for _, f := range billed {
			if f.Key.Service != s.Service {
				continue
			}
			if inService++; top > 0 && inService > top {
				rest = rest.Add(f.Cost)
				continue
			}
			shown++
			t.Rows = append(t.Rows, groupRow(1, f.Key.Name, f.Cost, a.Total))
			t.addLines(2, f, a.Total)
		}
		if inService > shown {
			t.Rows = append(t.Rows, groupRow(1, fmt.Sprintf("%d more", inService-shown), rest, a.Total))
		}
		if inService == 0 {
			t.addLines(1, model.Billed{Key: model.ResourceKey{Service: s.Service}, LineItems: s.LineItems}, a.Total)
		}
	}
	t.Total = make([]any, len(t.Columns))
	t.Total[0], t.Total[11], t.Total[12] = "Total", a.Total, shareOf(a.Total, a.Total)
	if p := Priced(a); a.Total.Unknown {
		t.Total[11] = model.UnknownCost
		t.Facts["priced_usd"] = p.Likely
	}
}

// addLines appends a resource's line items.
func (t *Table) addLines(depth int, f model.Billed, total model.Cost) {
	for _, l := range f.LineItems {
		source := l.Source.Name
		if l.Source.Remembered {
			source += " (remembered)"
		}
		t.Rows = append(t.Rows, Row{Depth: depth, Cells: []any{
			l.Dimension, f.Key.Service, string(f.Key.Account), string(f.Key.Region), string(f.Key.ID), f.Key.Name, l.Dimension,
			l.Quantity, l.Unit, priceCell(l), l.TierFrom, l.Cost, shareOf(l.Cost, total), l.Basis, source, l.Source.AsOf, l.Source.Remembered,
		}})
	}
}

// priceCell is the line's unit price; nil where the book lacks it.
func priceCell(l model.LineItem) any {
	if l.Cost.Unknown {
		return nil
	}
	return l.UnitPrice
}

func groupRow(depth int, name string, cost, total model.Cost) Row {
	cells := make([]any, len(costColumns))
	cells[0], cells[11], cells[12] = name, cost, shareOf(cost, total)
	return Row{Depth: depth, Group: true, Cells: cells}
}

// shareOf is part of whole, nil where it is not known.
func shareOf(part, whole model.Cost) any {
	if part.Unknown || whole.Unknown || whole.Likely.IsZero() {
		return nil
	}
	return part.Likely.Ratio(whole.Likely)
}

// costGroups fills t with one line a group, the dearest first (days in order).
func costGroups(t *Table, a model.Analysis, o CostOptions) {
	t.Columns = []Column{
		{Key: o.GroupBy, Title: strings.ToUpper(o.GroupBy[:1]) + o.GroupBy[1:], Shrink: true},
		{Key: "cost_usd", Title: "Cost", Kind: Money},
		{Key: "cost_share", Title: "Share", Kind: Share},
	}
	names, by := groupCosts(a, o.GroupBy)
	if o.GroupBy != "day" {
		slices.SortStableFunc(names, func(x, y string) int {
			return cmp.Or(by[y].Likely.Cmp(by[x].Likely), cmp.Compare(x, y))
		})
	}
	rest, folded := model.Exactly(unit.USD{}), 0
	for i, n := range names {
		if o.Top > 0 && i >= o.Top {
			rest, folded = rest.Add(by[n]), folded+1
			continue
		}
		t.Rows = append(t.Rows, Row{Cells: []any{n, by[n], shareOf(by[n], a.Total)}})
	}
	if folded > 0 {
		t.Rows = append(t.Rows, Row{Cells: []any{fmt.Sprintf("%d more", folded), rest, shareOf(rest, a.Total)}})
	}
	t.Total = []any{"Total", a.Total, shareOf(a.Total, a.Total)}
	if o.GroupBy == "day" {
		t.Notes = append(t.Notes, spreadNote)
	}
}

// groupCosts adds costs up by the named property; the names are sorted.
func groupCosts(a model.Analysis, group string) ([]string, map[string]model.Cost) {
	by := map[string]model.Cost{}
	add := func(name string, c model.Cost) {
		sum, seen := by[name]
		if !seen {
			sum = model.Exactly(unit.USD{})
		}
		by[name] = sum.Add(c)
	}
	switch group {
	case "service":
		for _, s := range a.Services {
			add(s.Service, s.Cost)
		}
	case "dimension":
		for _, s := range a.Services {
			for _, l := range s.LineItems {
				add(s.Service+" "+l.Dimension, l.Cost)
			}
		}
	case "day":
		for _, d := range DailyCosts(a) {
			add(day(d.Day), d.Cost)
		}
	default:
		for _, f := range a.Billed() {
			add(groupName(f, group), f.Cost)
		}
	}
	return slices.Sorted(maps.Keys(by)), by
}

// lambdaService is Lambda's name among the services.
const lambdaService = "lambda"

func groupName(f model.Billed, group string) string {
	switch group {
	case "region":
		return string(f.Key.Region)
	case "app":
		return cmp.Or(f.App, "(no app)")
	case "resource":
		return f.Key.Service + " " + f.Key.Name
	}
	if f.Key.Service != lambdaService {
		return "(not a function)"
	}
	return f.Key.Name
}
