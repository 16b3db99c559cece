package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/textsafe"
)

// htmlTable is a table as the template prints it.
type htmlTable struct {
	ID, Caption string
	Head        []htmlHead
	Rows        [][]htmlCell
	Foot        []htmlCell
	Notes       []string
}

type htmlHead struct {
	Title string
	Left  bool
}

// htmlCell is one cell. Numbers stand to the right.
type htmlCell struct {
	Text, Href string
	Spark      string // path of a sparkline
	Left, Head bool
	Class      string
}

// plainTable turns a Table into HTML cells; decorate may be nil, else it is
// called with each row's index and cells.
func plainTable(id, caption string, t *Table, decorate func(row int, cells []htmlCell)) htmlTable {
	return tableOf(id, caption, t, t.shown(true), false, decorate)
}

// pick lists the indices of the columns with the given keys, in their order.
func pick(t *Table, keys ...string) []int {
	var out []int
	for _, k := range keys {
		if i := slices.IndexFunc(t.Columns, func(c Column) bool { return c.Key == k }); i >= 0 {
			out = append(out, i)
		}
	}
	return out
}

// tableOf prints the named columns; brief shortens ranges.
func tableOf(id, caption string, t *Table, columns []int, brief bool, decorate func(row int, cells []htmlCell)) htmlTable {
	h := htmlTable{ID: id, Caption: caption}
	for _, c := range columns {
		h.Head = append(h.Head, htmlHead{t.Columns[c].Title, !t.Columns[c].Kind.right()})
	}
	for r, texts := range t.printed(columns, brief) {
		cells := make([]htmlCell, len(columns))
		for i, c := range columns {
			cells[i] = htmlCell{Text: texts[i], Left: !t.Columns[c].Kind.right(), Head: i == 0}
		}
		if r == len(t.Rows) {
			h.Foot = cells
			continue
		}
		if decorate != nil {
			decorate(r, cells)
		}
		h.Rows = append(h.Rows, cells)
	}
	h.Notes = append([]string(nil), t.Notes...)
	return h
}

// anchors are the ids of the functions' sections, by position and by ARN;
// empty for functions without one.
type anchors struct {
	list     []string
	by       map[string]string
	sections int // the first so many functions have a section
}

// newAnchors gives each function an id made of its name: lower-case letters,
// digits and hyphens, a number behind it where two would be the same.
func newAnchors(fns []model.Function, sections int) anchors {
	a := anchors{list: make([]string, len(fns)), by: make(map[string]string, len(fns)), sections: sections}
	used := map[string]int{}
	for i, f := range fns[:sections] {
		id := "fn-" + slug(f.Key.Name)
		if used[id]++; used[id] > 1 {
			id += "--" + strconv.Itoa(used[id])
		}
		a.list[i], a.by[string(f.Key.ID)] = id, id
	}
	return a
}

func slug(name string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(name) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '_':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	return cmp.Or(strings.Trim(b.String(), "-"), "unnamed")
}

// functionTable is the table of functions with a sparkline of daily calls.
func functionTable(a model.Analysis, t *Table, anchors anchors) htmlTable {
	columns := pick(t, "name", "cost_usd", "per_million_usd", "invocations", "p95_ms", "error_share", "cold_start_share", "memory_mb", "region")
	h := tableOf("functions-table", fmt.Sprintf("All %d functions, by cost", len(a.Functions)), t, columns, true, func(r int, cells []htmlCell) {
		cells[0].Href = anchors.list[r]
		if a.Functions[r].Deleted {
			cells[0].Class = "deleted"
		}
	})
	at := 4 // after the calls
	h.Head = slices.Insert(h.Head, at, htmlHead{Title: "Calls a day", Left: true})
	for r := range h.Rows {
		spark := sparkline(dailyCalls(a.Functions[r]))
		h.Rows[r] = slices.Insert(h.Rows[r], at, htmlCell{Spark: spark, Class: "spark"})
	}
	if h.Foot != nil {
		h.Foot = slices.Insert(h.Foot, at, htmlCell{})
	}
	return h
}

func dailyCalls(f model.Function) []float64 {
	out := make([]float64, len(f.Daily))
	for i, d := range f.Daily {
		if out[i] = float64(d.Invocations); d.Missing {
			out[i] = math.NaN()
		}
	}
	return out
}

// unwell is how many functions the health table names.
const unwell = 15

// healthTable names the functions with errors, throttles or time-outs, those
// whose failures cost most first.
func healthTable(a model.Analysis, anchors anchors) htmlTable {
	var sick []model.Function
	for _, f := range a.Functions {
		if f.Signals.Errors+f.Signals.Throttles+f.Signals.Timeouts+f.Signals.DeadLetterErrors > 0 {
			sick = append(sick, f)
		}
	}
	slices.SortStableFunc(sick, func(f, g model.Function) int {
		return cmp.Or(g.ErrorCost.Likely.Cmp(f.ErrorCost.Likely), cmp.Compare(g.Signals.Errors, f.Signals.Errors), cmp.Compare(f.Key.ID, g.Key.ID))
	})
	t := Table{Columns: []Column{
		{Title: "Function"},
		{Title: "Errors", Kind: Count},
		{Title: "Error rate", Kind: Share},
		{Title: "Throttled", Kind: Count},
		{Title: "Timed out", Kind: Count},
		{Title: "p99", Kind: Millis},
		{Title: "Longest", Kind: Millis},
		{Title: "Limit", Kind: Millis},
		{Title: "Failed calls cost", Kind: Money},
	}}
	shown := sick[:min(unwell, len(sick))]
	for _, f := range shown {
		var timeouts any
		if f.Signals.TimeoutsKnown {
			timeouts = f.Signals.Timeouts
		}
		t.Rows = append(t.Rows, Row{Cells: []any{
			f.Key.Name, f.Signals.Errors, rateCell(f.Signals.Errors, f.Signals.Invocations), f.Signals.Throttles, timeouts,
			millisCell(f.Signals.P99Ms), millisCell(f.Signals.MaxMs), float64(f.Config.Timeout.Milliseconds()), f.ErrorCost,
		}})
	}
	if n := len(sick) - len(shown); n > 0 {
		t.Notes = append(t.Notes, fmt.Sprintf("%d more functions have errors; the table of functions shows their rates.", n))
	}
	return plainTable("health-table", "Functions with errors, throttles or time-outs", &t, func(r int, cells []htmlCell) {
		cells[0].Href = anchors.by[string(shown[r].Key.ID)]
	})
}

func coldTable(a model.Analysis, anchors anchors) htmlTable {
	t := ColdStarts(a)
	t = t.forPeople()
	const most = 25
	if len(t.Rows) > most {
		t.Notes = append(t.Notes, fmt.Sprintf("The table shows %d of %d functions; the total counts all.", most, len(t.Rows)))
		t.Rows = t.Rows[:most]
	}
	rows := t.Rows
	return tableOf("cold-table", "Cold starts, by number", &t, pick(&t, "name", "reports", "cold_starts", "cold_start_share", "init_mean_ms", "init_max_ms", "cold_start_cost_usd", "reason"), true, func(r int, cells []htmlCell) {
		cells[len(cells)-1].Class = "l w"
		if id, ok := rows[r].Cells[3].(string); ok {
			cells[0].Href = anchors.by[id]
		}
	})
}

// priceTable lists the prices that were used, with their source.
func priceTable(a model.Analysis) htmlTable {
	t := Table{Columns: []Column{
		{Title: "Service"}, {Title: "Dimension"}, {Title: "Unit price", Kind: Price}, {Title: "Unit"}, {Title: "From", Kind: Amount}, {Title: "Source"}, {Title: "As of", Blank: true}, {Title: "Quantity is"},
	}}
	for _, s := range a.Services {
		for _, l := range s.LineItems {
			source := l.Source.Name
			if l.Source.Remembered {
				source += " (remembered, no dated source)"
			}
			t.Rows = append(t.Rows, Row{Cells: []any{s.Service, l.Dimension, priceCell(l), l.Unit, l.TierFrom, source, l.Source.AsOf, l.Basis}})
		}
	}
	return plainTable("prices-table", "Prices used", &t, nil)
}

// newDetail makes a function's own section.
func newDetail(a model.Analysis, f model.Function, cost string, anchors anchors, i int, opt HTMLOptions) detail {
	d := detail{
		Anchor: anchors.list[i], Name: textsafe.Line(f.Key.Name), Cost: cost, Deleted: f.Deleted,
		Where: textsafe.Line(strings.Join(slices.DeleteFunc([]string{string(f.Key.Region), f.Config.Runtime, f.Config.Memory.String(), string(f.Config.Architecture)}, func(s string) bool { return s == "" }), " · ")),
		Facts: functionFacts(f), Lines: lineTable(anchors.list[i], f), Verdict: textsafe.Line(f.Compare.Verdict),
	}
	if len(f.Compare.Options) > 0 {
		d.Options = cheapest(f.Compare.Options)
	}
	var own []model.Advice
	for _, ad := range a.Advice {
		if ad.Resource.ID == f.Key.ID {
			own = append(own, ad)
		}
	}
	d.Actions = actions(own, anchors)
	if opt.Series != nil {
		d.Latency, d.HasLatency = latencyChart(anchors.list[i], opt.Series(f.Key))
	}
	return d
}

// optionsInDetail is how many options a function's section lists, Lambda as
// it is among them.
const optionsInDetail = 3

// cheapest prints the cheapest options in short.
func cheapest(options []model.Option) htmlTable {
	t := Table{Columns: []Column{{Title: "Way to run it"}, {Title: "A month", Kind: Money}, {Title: "vs Lambda", Blank: true}, {Title: "Break-even/s", Kind: Number}}}
	for i, o := range options[:min(optionsInDetail, len(options))] {
		cells := optionCells(o, options[0], i == 0)
		t.Rows = append(t.Rows, Row{Cells: []any{optionName(o), cells[6], cells[7], cells[9]}})
	}
	return plainTable("", "Cheapest ways to run it", &t, nil)
}

// optionTable prints the options shown, of all of which Lambda as it is is the
// first.
func optionTable(anchor, caption string, all, shown []model.Option) htmlTable {
	t := Table{Columns: []Column{
		{Title: "Way to run it"},
		{Title: "Configuration"},
		{Title: "Used", Kind: Share, Blank: true},
		{Title: "A month", Kind: Money},
		{Title: "vs Lambda", Blank: true},
		{Title: "Break-even/s", Kind: Number},
	}}
	for i, o := range shown {
		cells := optionCells(o, all[0], i == 0)
		t.Rows = append(t.Rows, Row{Cells: []any{optionName(o), o.Configuration, cells[5], cells[6], cells[7], cells[9]}})
	}
	return plainTable(anchor+"-options", caption, &t, nil)
}

func lineTable(anchor string, f model.Function) htmlTable {
	t := Table{
		Columns: []Column{{Title: "Line item"}, {Title: "Quantity", Kind: Amount}, {Title: "Unit price", Kind: Price}, {Title: "Cost", Kind: Money}},
		Total:   []any{"Total", nil, nil, f.Cost},
	}
	for _, l := range f.LineItems {
		name := l.Dimension + ", " + l.Unit
		if l.Basis != model.BasisMeasured {
			name += " (" + l.Basis + ")"
		}
		t.Rows = append(t.Rows, Row{Cells: []any{name, l.Quantity, priceCell(l), l.Cost}})
	}
	return plainTable(anchor+"-lines", "What it was billed for", &t, nil)
}

func functionFacts(f model.Function) []fact {
	facts := []fact{
		{"ARN", textsafe.Line(string(f.Key.ID))},
		{"App", textsafe.Line(cmp.Or(f.App, dash))},
		{"Calls", count(f.Signals.Invocations) + ", " + number(f.Load.MeanPerSecond) + "/s, peak " + number(f.Load.PeakPerSecond) + "/s"},
		{"Errors", percentOf(f.Signals.Errors, f.Signals.Invocations) + ", throttled " + count(f.Signals.Throttles)},
		{"Per 1M calls", money(f.PerMillion)},
		{"Cold starts", coldFact(f)},
		{"Memory", memoryFact(f)},
	}
	if f.Signals.Invocations > 0 {
		facts = append(facts, fact{"Duration", durationFact(f)})
	}
	if len(f.Tags) > 0 {
		facts = append(facts, fact{"Tags", shorten(tagText(f.Tags), 400)})
	}
	return facts
}

// durationFact names the durations that are known.
func durationFact(f model.Function) string {
	var parts []string
	for _, d := range []struct {
		name string
		ms   float64
	}{{"mean", f.Signals.MeanMs}, {"p50", f.Signals.P50Ms}, {"p95", f.Signals.P95Ms}, {"p99", f.Signals.P99Ms}, {"longest", f.Signals.MaxMs}, {"limit", float64(f.Config.Timeout.Milliseconds())}} {
		if d.ms > 0 {
			parts = append(parts, d.name+" "+millis(d.ms))
		}
	}
	return cmp.Or(strings.Join(parts, ", "), dash)
}

func tagText(tags map[string]string) string {
	keys := make([]string, 0, len(tags))
	for k := range tags {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for i, k := range keys {
		keys[i] = textsafe.Line(k + "=" + tags[k])
	}
	return strings.Join(keys, ", ")
}

func coldFact(f model.Function) string {
	if !f.Cold.Known {
		return "unknown: " + textsafe.Line(cmp.Or(f.Cold.Reason, "no REPORT lines"))
	}
	return count(f.Cold.Count) + " of " + count(f.Cold.Reports) + " (" + percentOf(f.Cold.Count, f.Cold.Reports) + "), billed " + money(f.ColdCost)
}

func memoryFact(f model.Function) string {
	if !f.Signals.MemoryKnown {
		return f.Config.Memory.String() + ", used unknown"
	}
	share := 0.0
	if f.Config.Memory > 0 {
		share = float64(f.Signals.MaxMemoryUsed) / float64(f.Config.Memory)
	}
	return f.Signals.MaxMemoryUsed.String() + " used at most of " + f.Config.Memory.String() + " (" + percent(share) + ")"
}

// latencyPoints is how many points a latency chart has at most.
const latencyPoints = 120

// latencyChart draws p99 over time; ok is false with fewer than two points.
func latencyChart(anchor string, series []model.SeriesPoint) (timeChart, bool) {
	if len(series) < 2 {
		return timeChart{}, false
	}
	group := (len(series) + latencyPoints - 1) / latencyPoints
	var samples []sample
	for i := 0; i < len(series); i += group {
		top := math.NaN()
		for _, s := range series[i:min(i+group, len(series))] {
			if !math.IsNaN(s.P99Ms) && !(s.P99Ms <= top) {
				top = s.P99Ms
			}
		}
		text := "no data"
		if !math.IsNaN(top) {
			text = millis(top)
		}
		samples = append(samples, sample{label: series[i].At.UTC().Format("2 Jan"), value: top, tip: instant(series[i].At) + ": " + text})
	}
	c := newTimeChart(anchor+"-p99", "p99 duration", samples, true, millis)
	c.Summary = fmt.Sprintf("99th percentile of the duration from %s to %s.", instant(series[0].At), instant(series[len(series)-1].At))
	c.Dots = nil
	return c, true
}
