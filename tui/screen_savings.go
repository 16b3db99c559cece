package tui

import (
	"fmt"

	"charm.land/bubbles/v2/key"

	"github.com/breakeven-dev/breakeven/model"
)

// savings ranks the advice.
type savings struct {
	list table[*model.Advice]
}

func newSavings() *savings {
	type ad = *model.Advice
	return &savings{list: newTable(func(a ad) string { return a.Title + " " + a.Resource.Name }, []column[ad]{
		{
			key: "c", title: "$/month", width: 11,
			text: func(s scene, a ad) cell { return cell{s.g.money(a.Saving), toneGood} },
			num:  func(a ad) float64 { return likely(a.Saving) },
		},
		{
			title: "low to high", width: 21, drop: 5,
			text: func(s scene, a ad) cell { return cell{s.g.bounds(a.Saving), toneMuted} },
		},
		{
			key: "n", title: "what", width: 30, flex: true, left: true,
			text: func(_ scene, a ad) cell { return cell{a.Title, tonePlain} },
			str:  func(a ad) string { return a.Title },
		},
		{
			key: "f", title: "resource", width: 18, drop: 2, left: true,
			text: func(_ scene, a ad) cell { return cell{a.Resource.Name, toneMuted} },
			str:  func(a ad) string { return a.Resource.Name },
		},
		{
			key: "g", title: "grade", width: 5, left: true,
			text: func(_ scene, a ad) cell { return cell{a.Confidence, tonePlain} },
			str:  func(a ad) string { return a.Confidence },
		},
		{
			key: "e", title: "effort", width: 7, drop: 3, left: true,
			text: func(_ scene, a ad) cell { return cell{a.Effort, tonePlain} },
			str:  func(a ad) string { return a.Effort },
		},
		{
			key: "r", title: "rule", width: 20, drop: 6, left: true,
			text: func(_ scene, a ad) cell { return cell{a.Rule, toneMuted} },
			str:  func(a ad) string { return a.Rule },
		},
	})}
}

func (v *savings) title(scene) string { return "Savings" }

func (v *savings) setData(d *dataset) {
	rows := make([]*model.Advice, len(d.a.Advice))
	for i := range d.a.Advice {
		rows[i] = &d.a.Advice[i]
	}
	v.list.setRows(rows)
}

func (v *savings) hints(k keymap) []key.Binding {
	return []key.Binding{k.Open, k.Function, k.Filter, k.Sort, k.Copy, k.Help}
}

func (v *savings) setFilter(text string)    { v.list.setFilter(text) }
func (v *savings) filterText() string       { return v.list.filter }
func (v *savings) shown() (int, int)        { return len(v.list.order), len(v.list.rows) }
func (v *savings) sortHints(s scene) string { return v.list.hints(s) }

func (v *savings) records() (string, [][]string) { return "breakeven-savings.csv", v.list.records() }

func (v *savings) subject() (ident, bool) { return v.function() }

func (v *savings) function() (ident, bool) {
	a, ok := v.list.current()
	if !ok || a.Resource.ID == "" {
		return ident{}, false
	}
	return identOf(a.Resource), true
}

func (v *savings) update(k keyPress, s scene) action {
	if v.list.update(k, s.keys, s.h) {
		return action{handled: true}
	}
	a, ok := v.list.current()
	if ok && (key.Matches(k, s.keys.Open) || key.Matches(k, s.keys.Why)) {
		e := explainAdvice(s, a)
		return action{why: &e}
	}
	return action{}
}

func (v *savings) click(s scene, x, y int) action {
	if v.list.click(s, x, y, s.h) {
		if a, ok := v.list.current(); ok {
			e := explainAdvice(s, a)
			return action{why: &e}
		}
	}
	return action{}
}

func (v *savings) view(s scene) string {
	switch {
	case len(v.list.rows) == 0:
		return "\n  Nothing to save was found. The data may be too thin: see screen 0."
	case len(v.list.order) == 0:
		return v.list.view(s, s.h) + fmt.Sprintf("\n  no advice matches %s", v.list.filter)
	}
	return v.list.view(s, s.h)
}
