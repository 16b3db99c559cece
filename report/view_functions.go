package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// FunctionOptions choose what Functions shows.
type FunctionOptions struct {
	// Sort is one of FunctionSorts; empty is by cost.
	Sort string
	// Top keeps the first n; 0 keeps all.
	Top int
}

// functionSort is an order of functions; ties are by ARN. The analysis comes
// sorted by cost, so that order compares nothing.
type functionSort struct {
	name    string
	compare func(f, g model.Function) int
}

var functionSorts = []functionSort{
	{"cost", nil},
	{"name", func(f, g model.Function) int { return cmp.Compare(f.Key.Name, g.Key.Name) }},
	{"calls", func(f, g model.Function) int { return cmp.Compare(g.Signals.Invocations, f.Signals.Invocations) }},
	{"errors", func(f, g model.Function) int {
		return cmp.Compare(ratio(g.Signals.Errors, g.Signals.Invocations), ratio(f.Signals.Errors, f.Signals.Invocations))
	}},
	{"p95", func(f, g model.Function) int { return cmp.Compare(g.Signals.P95Ms, f.Signals.P95Ms) }},
	{"cold", func(f, g model.Function) int { return cmp.Compare(coldRate(g), coldRate(f)) }},
	{"per-million", func(f, g model.Function) int { return g.PerMillion.Likely.Cmp(f.PerMillion.Likely) }},
}

// FunctionSorts lists the values of FunctionOptions.Sort.
func FunctionSorts() []string {
	var out []string
	for _, s := range functionSorts {
		out = append(out, s.name)
	}
	return out
}

// ratio is part of whole, 0 without a whole.
func ratio(part, whole int64) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}

// coldRate sorts what is not known last.
func coldRate(f model.Function) float64 {
	if !f.Cold.Known || f.Cold.Reports == 0 {
		return -1
	}
	return ratio(f.Cold.Count, f.Cold.Reports)
}

// rateCell is part of whole as a cell: nil where nothing happened.
func rateCell(part, whole int64) any {
	if whole == 0 {
		return nil
	}
	return ratio(part, whole)
}

// millisCell is nil where nothing was measured: an import may know the mean
// of a duration and not its percentiles.
func millisCell(ms float64) any {
	if !(ms > 0) {
		return nil
	}
	return ms
}

// Check refuses a sort that Functions does not know.
func (o FunctionOptions) Check() error {
	if o.order() < 0 {
		return fmt.Errorf("sorting functions by %q: want one of %s", o.Sort, strings.Join(FunctionSorts(), ", "))
	}
	return nil
}

// order is the index of the sort, -1 if there is none of that name.
func (o FunctionOptions) order() int {
	return slices.IndexFunc(functionSorts, func(s functionSort) bool { return s.name == cmp.Or(o.Sort, "cost") })
}

// Functions is one line a function with its health and cost. The error is
// that of o.Check.
func Functions(a model.Analysis, o FunctionOptions) (Table, error) {
	if err := o.Check(); err != nil {
		return Table{}, err
	}
	fns := slices.Clone(a.Functions)
	if by := functionSorts[o.order()].compare; by != nil {
		slices.SortStableFunc(fns, func(f, g model.Function) int { return cmp.Or(by(f, g), cmp.Compare(f.Key.ID, g.Key.ID)) })
	}
	t := base(a, "functions")
	t.Title = fmt.Sprintf("%d functions, %s", len(fns), window(a.Window))
	t.Columns = functionColumns
	rest := functionSum{cost: model.Exactly(unit.USD{}), monthly: model.Exactly(unit.USD{})}
	for i, f := range fns {
		if o.Top > 0 && i >= o.Top {
			rest.add(f)
			continue
		}
		t.Rows = append(t.Rows, Row{Cells: functionCells(f)})
	}
	if rest.n > 0 {
		t.Rows = append(t.Rows, Row{Group: true, Cells: rest.cells(fmt.Sprintf("%d more", rest.n))})
	}
	all := functionSum{cost: model.Exactly(unit.USD{}), monthly: model.Exactly(unit.USD{})}
	for _, f := range fns {
		all.add(f)
	}
	t.Total = all.cells("Total")
	t.Facts["total_usd"], t.Facts["total_low_usd"], t.Facts["total_high_usd"] = moneyFacts(all.cost)
	return t, nil
}

var functionColumns = []Column{
	{Key: "name", Title: "Function", Shrink: true},
	{Key: "account_id", Title: "Account", Show: DataOnly},
	{Key: "region", Title: "Region", Blank: true, Spare: 4},
	{Key: "resource_id", Title: "ARN", Show: DataOnly},
	{Key: "app", Title: "App", Show: WideOnly, Blank: true, Shrink: true},
	{Key: "runtime", Title: "Runtime", Show: WideOnly, Blank: true},
	{Key: "architecture", Title: "Arch", Show: WideOnly, Blank: true},
	{Key: "memory_mb", Title: "Memory", Kind: Memory, Blank: true, Spare: 5},
	{Key: "max_memory_used_mb", Title: "Used", Kind: Memory, Show: WideOnly},
	{Key: "timeout_s", Title: "Timeout s", Kind: Number, Show: WideOnly, Blank: true},
	{Key: "invocations", Title: "Calls", Kind: Count},
	{Key: "p50_ms", Title: "p50", Kind: Millis, Show: WideOnly},
	{Key: "p95_ms", Title: "p95", Kind: Millis, Spare: 3},
	{Key: "p99_ms", Title: "p99", Kind: Millis, Show: WideOnly},
	{Key: "error_share", Title: "Errors", Kind: Share},
	{Key: "errors", Title: "Errors", Kind: Count, Show: DataOnly},
	{Key: "throttles", Title: "Throttled", Kind: Count, Show: WideOnly},
	{Key: "cold_start_share", Title: "Cold", Kind: Share, Spare: 2},
	{Key: "cost_usd", Title: "Cost", Kind: Money},
	{Key: "monthly_cost_usd", Title: "Per month", Kind: Money, Show: WideOnly},
	{Key: "per_million_usd", Title: "Per 1M calls", Kind: Money, Spare: 1},
	{Key: "cold_start_cost_usd", Title: "Cold starts", Kind: Money, Show: WideOnly},
	{Key: "error_cost_usd", Title: "Failed calls", Kind: Money, Show: WideOnly},
	{Key: "deleted", Title: "Deleted", Kind: Flag, Show: DataOnly},
	{Key: "advice", Title: "Advice", Kind: Count, Show: DataOnly},
}

func functionCells(f model.Function) []any {
	var used, cold any
	if f.Signals.MemoryKnown {
		used = f.Signals.MaxMemoryUsed
	}
	if f.Cold.Known {
		cold = rateCell(f.Cold.Count, f.Cold.Reports)
	}
	return []any{
		f.Key.Name, string(f.Key.Account), string(f.Key.Region), string(f.Key.ID), f.App, f.Config.Runtime,
		string(f.Config.Architecture), f.Config.Memory, used, f.Config.Timeout.Seconds(), f.Signals.Invocations,
		millisCell(f.Signals.P50Ms), millisCell(f.Signals.P95Ms), millisCell(f.Signals.P99Ms),
		rateCell(f.Signals.Errors, f.Signals.Invocations), f.Signals.Errors, f.Signals.Throttles, cold,
		f.Cost, f.Monthly, f.PerMillion, f.ColdCost, f.ErrorCost, f.Deleted, int64(len(f.AdviceIDs)),
	}
}

// functionSum adds functions up.
type functionSum struct {
	n                              int
	invocations, errors, throttles int64
	reports, cold                  int64
	cost, monthly                  model.Cost
}

func (s *functionSum) add(f model.Function) {
	s.n++
	s.invocations, s.errors, s.throttles = s.invocations+f.Signals.Invocations, s.errors+f.Signals.Errors, s.throttles+f.Signals.Throttles
	s.cost, s.monthly = s.cost.Add(f.Cost), s.monthly.Add(f.Monthly)
	if f.Cold.Known {
		s.reports, s.cold = s.reports+f.Cold.Reports, s.cold+f.Cold.Count
	}
}

// cells puts a sum under the function columns; what does not add up is empty.
func (s functionSum) cells(name string) []any {
	cells := make([]any, len(functionColumns))
	values := map[string]any{
		"name": name, "invocations": s.invocations, "error_share": rateCell(s.errors, s.invocations),
		"throttles": s.throttles, "cold_start_share": rateCell(s.cold, s.reports), "cost_usd": s.cost, "monthly_cost_usd": s.monthly,
	}
	for i, c := range functionColumns {
		cells[i] = values[c.Key]
	}
	return cells
}
