package report

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// ColdStarts is one line a function with what its REPORT lines tell about
// initialisation, the most cold starts first and the unknown ones last.
func ColdStarts(a model.Analysis) Table {
	t := base(a, "cold_starts")
	t.Title = "Cold starts, " + window(a.Window)
	t.Columns = []Column{
		{Key: "name", Title: "Function", Shrink: true},
		{Key: "account_id", Title: "Account", Show: DataOnly},
		{Key: "region", Title: "Region", Show: WideOnly, Blank: true},
		{Key: "resource_id", Title: "ARN", Show: DataOnly},
		{Key: "runtime", Title: "Runtime", Spare: 2, Blank: true},
		{Key: "memory_mb", Title: "Memory", Kind: Memory, Show: WideOnly, Blank: true},
		{Key: "reports", Title: "Reports", Kind: Count, Spare: 1},
		{Key: "cold_starts", Title: "Cold starts", Kind: Count},
		{Key: "cold_start_share", Title: "Share", Kind: Share},
		{Key: "init_mean_ms", Title: "Init mean", Kind: Millis},
		{Key: "init_max_ms", Title: "Init max", Kind: Millis, Spare: 3},
		{Key: "init_p50_ms", Title: "Init p50", Kind: Millis, Show: WideOnly},
		{Key: "init_p99_ms", Title: "Init p99", Kind: Millis, Show: WideOnly},
		{Key: "restores", Title: "Restores", Kind: Count, Show: WideOnly},
		{Key: "cold_start_cost_usd", Title: "Billed init", Kind: Money},
		{Key: "reason", Title: "Why unknown", Show: WideOnly, Blank: true},
	}
	fns := slices.Clone(a.Functions)
	slices.SortStableFunc(fns, func(f, g model.Function) int {
		return cmp.Or(cmp.Compare(coldCount(g), coldCount(f)), cmp.Compare(f.Key.ID, g.Key.ID))
	})
	var reports, colds int64
	known := model.Exactly(unit.USD{})
	unknown := 0
	for _, f := range fns {
		t.Rows = append(t.Rows, Row{Cells: coldCells(f), DataOnly: !f.Cold.Known && unknown >= unknownNamed})
		if !f.Cold.Known {
			unknown++
			continue
		}
		reports, colds = reports+f.Cold.Reports, colds+f.Cold.Count
		known = known.Add(f.ColdCost)
	}
	t.Total = make([]any, len(t.Columns))
	if t.Total[0] = "Known"; unknown == len(fns) {
		reports, colds, known = 0, 0, model.UnknownCost
	}
	t.Total[6], t.Total[7], t.Total[8], t.Total[14] = reports, colds, rateCell(colds, reports), known
	if unknown > 0 {
		t.Notes = append(t.Notes, fmt.Sprintf("%d of %d functions have no REPORT lines: their cold starts are unknown, not 0.", unknown, len(fns)))
	}
	return t
}

// unknownNamed is how many functions of unknown cold starts are listed for
// people; a note counts all of them.
const unknownNamed = 5

// coldCount sorts what is not known last.
func coldCount(f model.Function) int64 {
	if !f.Cold.Known {
		return -1
	}
	return f.Cold.Count
}

func coldCells(f model.Function) []any {
	cells := []any{
		f.Key.Name, string(f.Key.Account), string(f.Key.Region), string(f.Key.ID), f.Config.Runtime, f.Config.Memory,
		nil, nil, nil, nil, nil, nil, nil, nil, f.ColdCost, f.Cold.Reason,
	}
	if !f.Cold.Known {
		return cells
	}
	cells[6], cells[7], cells[8], cells[13] = f.Cold.Reports, f.Cold.Count, rateCell(f.Cold.Count, f.Cold.Reports), f.Cold.Restores
	cells[9], cells[10] = millisCell(meanInit(f.Cold)), millisCell(f.Cold.InitMaxMs)
	cells[11], cells[12] = millisCell(f.Cold.InitP50Ms), millisCell(f.Cold.InitP99Ms)
	return cells
}

// meanInit is the mean duration of Init, 0 without cold starts.
func meanInit(c model.ColdStarts) float64 {
	if c.Count == 0 {
		return 0
	}
	return c.InitSumMs / float64(c.Count)
}
