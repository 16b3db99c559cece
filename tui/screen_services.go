package tui

import (
	"fmt"

	"charm.land/bubbles/v2/key"

	"github.com/breakeven-dev/breakeven/model"
)

// services is the table of services.
type services struct {
	list table[*serviceRow]
}

// serviceRow is a service with what its resources sum up to.
type serviceRow struct {
	model.ServiceCost
	tally
}

func newServices() *services {
	type row = *serviceRow
	return &services{list: newTable(func(r row) string { return r.Service }, []column[row]{
		{
			key: "n", title: "service", width: 15, flex: true, left: true,
			text: func(_ scene, r row) cell { return cell{r.Service, tonePlain} },
			str:  func(r row) string { return r.Service },
		},
		{
			key: "r", title: "resources", width: 9,
			text: func(_ scene, r row) cell { return cell{count(r.All), tonePlain} },
			num:  func(r row) float64 { return float64(r.All) },
		},
		{
			key: "d", title: "deleted", width: 7, drop: 6,
			text: func(_ scene, r row) cell { return cell{count(r.tally.Deleted), toneMuted} },
			num:  func(r row) float64 { return float64(r.tally.Deleted) },
		},
		{
			key: "w", title: "window", width: 11, drop: 3,
			text: func(s scene, r row) cell { return cell{s.g.money(r.Cost), tonePlain} },
			num:  func(r row) float64 { return likely(r.Cost) },
		},
		{
			key: "c", title: "$/month", width: 11,
			text: func(s scene, r row) cell { return cell{s.g.money(r.Monthly), toneMoney} },
			num:  func(r row) float64 { return likely(r.Monthly) },
		},
		{
			title: "share", width: 7, drop: 2,
			text: func(s scene, r row) cell { return cell{s.g.share(r.Cost, s.data.a.Total), tonePlain} },
		},
		{
			title: "", width: 14, drop: 5, left: true,
			text: func(s scene, r row) cell {
				return cell{s.g.bar(lowOf(r.Cost), highOf(r.Cost), highOf(s.data.a.Total), 14), toneChart}
			},
		},
		{
			key: "l", title: "dearest line", width: 24, drop: 4, left: true,
			text: func(_ scene, r row) cell { return cell{dearestLine(r.LineItems), toneMuted} },
			str:  func(r row) string { return dearestLine(r.LineItems) },
		},
	})}
}

// dearestLine names the dimension that costs most, empty without any.
func dearestLine(lines []model.LineItem) string {
	best := -1
	for i := range lines {
		if best < 0 || dearestFirst(lines[i].Cost, lines[best].Cost) < 0 {
			best = i
		}
	}
	if best < 0 {
		return ""
	}
	return lines[best].Dimension
}

func (v *services) title(scene) string { return "Services" }

func (v *services) setData(d *dataset) { v.list.setRows(d.serviceRows()) }

func (v *services) hints(k keymap) []key.Binding {
	return []key.Binding{k.Open, k.AllResources, k.Why, k.Filter, k.Sort, k.Help}
}

func (v *services) setFilter(text string)    { v.list.setFilter(text) }
func (v *services) filterText() string       { return v.list.filter }
func (v *services) shown() (int, int)        { return len(v.list.order), len(v.list.rows) }
func (v *services) sortHints(s scene) string { return v.list.hints(s) }

func (v *services) records() (string, [][]string) {
	return "breakeven-services.csv", v.list.records()
}

func (v *services) update(k keyPress, s scene) action {
	if v.list.update(k, s.keys, s.h-1) {
		return action{handled: true}
	}
	if key.Matches(k, s.keys.AllResources) {
		return action{open: screenResources}
	}
	r, ok := v.list.current()
	switch {
	case !ok:
	case key.Matches(k, s.keys.Open):
		return action{open: screenResources, scope: scope{service: r.Service}}
	case key.Matches(k, s.keys.Why):
		e := explainService(s, r)
		return action{why: &e}
	}
	return action{}
}

func (v *services) click(s scene, x, y int) action {
	if v.list.click(s, x, y, s.h-1) {
		if r, ok := v.list.current(); ok {
			return action{open: screenResources, scope: scope{service: r.Service}}
		}
	}
	return action{}
}

func (v *services) view(s scene) string {
	if len(v.list.rows) == 0 {
		return "\n  No service is known to have cost anything in this window."
	}
	sum := fmt.Sprintf("%d services, %s in the window, %s a month", len(v.list.rows), s.g.money(s.data.a.Total), s.g.money(s.data.a.Monthly))
	return v.list.summed(s, "service", sum)
}

// explainService takes what a service cost apart.
func explainService(s scene, r *serviceRow) explanation {
	e := explanation{heading: "Why " + s.g.spread(r.Cost) + " for " + r.Service + " in " + s.g.window(s.data.a.Window)}
	e.lines = append([]string{""}, costTree(s, r.LineItems)...)
	e.lines = append(e.lines, "", amountLine(s, "window", r.Cost), amountLine(s, "month of 730 h", r.Monthly))
	return e
}
