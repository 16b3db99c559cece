package tui

import (
	"fmt"
	"math"
	"strings"

	"charm.land/bubbles/v2/key"

	"github.com/breakeven-dev/breakeven/model"
)

// functions is the table of all functions.
type functions struct {
	list table[*model.Function]
}

func newFunctions() *functions {
	return &functions{list: newTable(func(f *model.Function) string { return f.Key.Name }, functionColumns())}
}

// functionColumns are the columns of the table; the key sorts by it after s.
func functionColumns() []column[*model.Function] {
	type fn = *model.Function
	latency := func(ms func(fn) float64) func(scene, fn) cell {
		return func(s scene, f fn) cell {
			if f.Signals.Invocations == 0 {
				return cell{s.g.dash, toneMuted}
			}
			return cell{millis(ms(f)), tonePlain}
		}
	}
	known := func(ms func(fn) float64) func(fn) float64 {
		return func(f fn) float64 {
			if f.Signals.Invocations == 0 {
				return math.NaN()
			}
			return ms(f)
		}
	}
	p50 := func(f fn) float64 { return f.Signals.P50Ms }
	p95 := func(f fn) float64 { return f.Signals.P95Ms }
	p99 := func(f fn) float64 { return f.Signals.P99Ms }
	return []column[fn]{
		{
			key: "n", title: "name", width: 20, flex: true, left: true,
			text: func(_ scene, f fn) cell { return cell{functionName(f), tonePlain} },
			str:  func(f fn) string { return f.Key.Name },
		},
		{
			key: "m", title: "MB/used", width: 10, drop: 4,
			text: memoryCell, num: func(f fn) float64 { return float64(f.Config.Memory) },
		},
		{
			key: "a", title: "arch", width: 5, drop: 7, left: true,
			text: func(_ scene, f fn) cell { return cell{architecture(f.Config.Architecture), tonePlain} },
			str:  func(f fn) string { return string(f.Config.Architecture) },
		},
		{
			key: "r", title: "region", width: 14, drop: 11, left: true,
			text: func(_ scene, f fn) cell { return cell{string(f.Key.Region), toneMuted} },
			str:  func(f fn) string { return string(f.Key.Region) },
		},
		{
			key: "l", title: "calls", width: 6, drop: 3,
			text: func(_ scene, f fn) cell { return cell{short(float64(f.Signals.Invocations)), tonePlain} },
			num:  func(f fn) float64 { return float64(f.Signals.Invocations) },
		},
		{key: "p", title: "p50", width: 7, drop: 8, text: latency(p50), num: known(p50)},
		{key: "5", title: "p95", width: 7, drop: 9, text: latency(p95), num: known(p95)},
		{key: "9", title: "p99", width: 7, drop: 6, text: latency(p99), num: known(p99)},
		{
			key: "e", title: "err", width: 7, drop: 5, text: errorCell,
			num: func(f fn) float64 { return rateOf(f.Signals.Errors, f.Signals.Invocations) },
		},
		{key: "d", title: "cold", width: 7, drop: 5, text: coldCell, num: coldRate},
		{
			key: "c", title: "$/month", heading: func(s scene) string { return s.unit.title() }, width: 11,
			text: func(s scene, f fn) cell { return s.cost(f) },
			num:  func(f fn) float64 { return likely(f.Monthly) },
		},
		{
			key: "x", title: "$/1M", width: 9, drop: 7,
			text: func(s scene, f fn) cell { return cell{s.g.money(f.PerMillion), tonePlain} },
			num:  func(f fn) float64 { return likely(f.PerMillion) },
		},
		{
			title: "a day", width: 8, drop: 10, left: true,
			text: func(s scene, f fn) cell { return cell{s.g.spark(dailyCalls(f), 8), toneChart} },
		},
		{
			key: "v", title: "adv", width: 3, text: adviceCell,
			num: func(f fn) float64 { return float64(len(f.AdviceIDs)) },
		},
	}
}

func functionName(f *model.Function) string {
	if f.Deleted {
		return f.Key.Name + " (deleted)"
	}
	return f.Key.Name
}

func memoryCell(s scene, f *model.Function) cell {
	if f.Config.Memory == 0 {
		return cell{s.g.dash, toneMuted}
	}
	used := s.g.dash
	if f.Signals.MemoryKnown {
		used = fmt.Sprint(int64(f.Signals.MaxMemoryUsed))
	}
	return cell{fmt.Sprintf("%d/%s", int64(f.Config.Memory), used), tonePlain}
}

func errorCell(s scene, f *model.Function) cell {
	t := tonePlain
	if rateOf(f.Signals.Errors, f.Signals.Invocations) > 0.01 {
		t = toneBad
	}
	return cell{s.g.ratio(f.Signals.Errors, f.Signals.Invocations), t}
}

func coldCell(s scene, f *model.Function) cell {
	if !f.Cold.Known {
		return cell{s.g.dash, toneMuted}
	}
	return cell{s.g.ratio(f.Cold.Count, f.Cold.Reports), tonePlain}
}

func coldRate(f *model.Function) float64 {
	if !f.Cold.Known {
		return math.NaN()
	}
	return rateOf(f.Cold.Count, f.Cold.Reports)
}

// adviceCell marks functions that have advice with its number.
func adviceCell(s scene, f *model.Function) cell {
	if len(f.AdviceIDs) == 0 {
		return cell{}
	}
	return cell{s.g.dear + fmt.Sprint(min(len(f.AdviceIDs), 9)), toneGood}
}

func pointers(fns []model.Function) []*model.Function {
	out := make([]*model.Function, len(fns))
	for i := range fns {
		out[i] = &fns[i]
	}
	return out
}

func (f *functions) title(scene) string { return "Functions" }

func (f *functions) setData(d *dataset) {
	f.list.setRows(pointers(d.a.Functions))
}

func (f *functions) hints(k keymap) []key.Binding {
	return []key.Binding{k.Open, k.Filter, k.Sort, k.Reverse, k.Why, k.Unit}
}

func (f *functions) setFilter(text string)    { f.list.setFilter(text) }
func (f *functions) filterText() string       { return f.list.filter }
func (f *functions) shown() (int, int)        { return len(f.list.order), len(f.list.rows) }
func (f *functions) sortHints(s scene) string { return f.list.hints(s) }

func (f *functions) records() (string, [][]string) {
	return "breakeven-functions.csv", f.list.records()
}

func (f *functions) function() (ident, bool) {
	row, ok := f.list.current()
	if !ok {
		return ident{}, false
	}
	return identOf(row.Key), true
}

func (f *functions) update(k keyPress, s scene) action {
	if f.list.update(k, s.keys, f.listHeight(s)) {
		return action{handled: true}
	}
	row, ok := f.list.current()
	switch {
	case !ok:
	case key.Matches(k, s.keys.Open):
		return action{open: screenFunction, function: identOf(row.Key)}
	case key.Matches(k, s.keys.Why):
		e := explainFunction(s, row)
		return action{why: &e}
	}
	return action{}
}

// listHeight leaves a line for the sum where there is room.
func (f *functions) listHeight(s scene) int {
	if s.h < 12 {
		return s.h
	}
	return s.h - 1
}

func (f *functions) click(s scene, x, y int) action {
	if f.list.click(s, x, y, f.listHeight(s)) {
		if id, ok := f.function(); ok {
			return action{open: screenFunction, function: id}
		}
	}
	return action{}
}

func (f *functions) view(s scene) string {
	if len(f.list.rows) == 0 {
		return "\n  No functions in this window."
	}
	h := f.listHeight(s)
	body := f.list.view(s, h)
	if len(f.list.order) == 0 {
		body += "\n  no function matches " + f.list.filter
	}
	if h == s.h {
		return body
	}
	lines := strings.Split(body, "\n")
	for len(lines) < h {
		lines = append(lines, "")
	}
	sum := fmt.Sprintf("  %d of %s functions, %s a month in all", len(f.list.order), count(int64(s.data.functions)), s.g.money(s.data.a.Monthly))
	return strings.Join(append(lines, s.st.as(toneMuted, sum)), "\n")
}
