package tui

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"

	"github.com/breakeven-dev/breakeven/model"
)

// coldStarts is the fleet seen through its cold starts.
type coldStarts struct {
	list     table[*model.Function]
	runtimes []runtimeCold
}

// runtimeCold sums one runtime's cold starts.
type runtimeCold struct {
	runtime        string
	reports, count int64
}

func newColdStarts() *coldStarts {
	type fn = *model.Function
	whenKnown := func(ms func(fn) float64) func(scene, fn) cell {
		return func(s scene, f fn) cell {
			if !f.Cold.Known || f.Cold.Count == 0 {
				return cell{s.g.dash, toneMuted}
			}
			return cell{millis(ms(f)), tonePlain}
		}
	}
	p50 := func(f fn) float64 { return f.Cold.InitP50Ms }
	p99 := func(f fn) float64 { return f.Cold.InitP99Ms }
	return &coldStarts{list: newTable(func(f fn) string { return f.Key.Name }, []column[fn]{
		{
			key: "n", title: "name", width: 14, flex: true, left: true,
			text: func(_ scene, f fn) cell { return cell{functionName(f), tonePlain} },
			str:  func(f fn) string { return f.Key.Name },
		},
		{key: "d", title: "cold", width: 8, text: coldCell, num: coldRate},
		{
			key: "l", title: "number", width: 8, drop: 1,
			text: func(s scene, f fn) cell {
				return cell{dashIf(s, !f.Cold.Known, short(float64(f.Cold.Count))), tonePlain}
			},
			num: func(f fn) float64 { return float64(f.Cold.Count) },
		},
		{key: "p", title: "init p50", width: 9, drop: 3, text: whenKnown(p50), num: p50},
		{key: "9", title: "init p99", width: 9, drop: 2, text: whenKnown(p99), num: p99},
		{
			key: "c", title: "init cost", width: 11,
			text: func(s scene, f fn) cell { return cell{s.g.money(f.ColdCost), toneMoney} },
			num:  func(f fn) float64 { return likely(f.ColdCost) },
		},
		{
			key: "r", title: "runtime", width: 12, drop: 4, left: true,
			text: func(_ scene, f fn) cell { return cell{f.Config.Runtime, toneMuted} },
			str:  func(f fn) string { return f.Config.Runtime },
		},
		{
			key: "k", title: "package", width: 8, drop: 6, left: true,
			text: func(_ scene, f fn) cell { return cell{packageText(f), toneMuted} },
			str:  packageText,
		},
		{
			title: "why unknown", width: 26, drop: 5, left: true,
			text: func(_ scene, f fn) cell { return cell{f.Cold.Reason, toneWarn} },
		},
	})}
}

// packageText is the package type, marked where it starts inside a VPC or
// from a snapshot.
func packageText(f *model.Function) string {
	text := f.Config.PackageType
	if f.Config.InVPC {
		text += " VPC"
	}
	if f.Config.SnapStart {
		text += " SS"
	}
	return text
}

func (c *coldStarts) title(scene) string { return "Cold starts" }

func (c *coldStarts) setData(d *dataset) {
	c.list.setRows(pointers(d.a.Functions))
	if c.list.sort < 0 {
		c.list.sortBy(5) // what they cost
	}
	by := map[string]runtimeCold{}
	for i := range d.a.Functions {
		f := &d.a.Functions[i]
		if r := by[f.Config.Runtime]; f.Cold.Known {
			by[f.Config.Runtime] = runtimeCold{f.Config.Runtime, r.reports + f.Cold.Reports, r.count + f.Cold.Count}
		}
	}
	c.runtimes = slices.SortedFunc(maps.Values(by), func(a, b runtimeCold) int {
		return cmp.Or(cmp.Compare(rateOf(b.count, b.reports), rateOf(a.count, a.reports)), cmp.Compare(a.runtime, b.runtime))
	})
}

func (c *coldStarts) hints(k keymap) []key.Binding {
	return []key.Binding{k.Open, k.Filter, k.Sort, k.Reverse, k.Why, k.Help}
}

func (c *coldStarts) setFilter(text string)    { c.list.setFilter(text) }
func (c *coldStarts) filterText() string       { return c.list.filter }
func (c *coldStarts) shown() (int, int)        { return len(c.list.order), len(c.list.rows) }
func (c *coldStarts) sortHints(s scene) string { return c.list.hints(s) }

func (c *coldStarts) records() (string, [][]string) {
	return "breakeven-coldstarts.csv", c.list.records()
}

func (c *coldStarts) function() (ident, bool) {
	row, ok := c.list.current()
	if !ok {
		return ident{}, false
	}
	return identOf(row.Key), true
}

func (c *coldStarts) update(k keyPress, s scene) action {
	if c.list.update(k, s.keys, s.h-len(c.head(s))) {
		return action{handled: true}
	}
	row, ok := c.list.current()
	switch {
	case !ok:
	case key.Matches(k, s.keys.Open):
		return action{open: screenFunction, function: identOf(row.Key)}
	case key.Matches(k, s.keys.Why):
		return action{why: &explanation{heading: "Cold starts of " + row.Key.Name, lines: append([]string{""}, coldText(s, row)...)}}
	}
	return action{}
}

func (c *coldStarts) click(s scene, x, y int) action {
	head := len(c.head(s))
	if y < head {
		return action{}
	}
	if c.list.click(s, x, y-head, s.h-head) {
		if id, ok := c.function(); ok {
			return action{open: screenFunction, function: id}
		}
	}
	return action{}
}

// head sums the fleet, by runtime where there is room.
func (c *coldStarts) head(s scene) []string {
	t := s.data.cold
	line := fmt.Sprintf("%s cold starts in %s calls with REPORT lines (%s)", count(t.count), count(t.reports), s.g.ratio(t.count, t.reports))
	if t.unknown > 0 {
		line += fmt.Sprintf("; unknown for %d functions", t.unknown)
	}
	if s.h < 16 {
		return []string{line}
	}
	parts := make([]string, 0, len(c.runtimes))
	for _, r := range c.runtimes {
		name := r.runtime
		if name == "" {
			name = "no runtime"
		}
		parts = append(parts, name+" "+s.g.ratio(r.count, r.reports))
	}
	return []string{line, s.st.as(toneMuted, strings.Join(parts, " "+s.g.dot+" ")), ""}
}

func (c *coldStarts) view(s scene) string {
	head := c.head(s)
	return strings.Join(append(head, c.list.view(s, s.h-len(head))), "\n")
}
