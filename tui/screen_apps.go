package tui

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"

	"github.com/breakeven-dev/breakeven/model"
)

// apps is the table of applications.
type apps struct {
	list table[*model.App]
}

// appName is what an application is called; one without a name holds what
// belongs to none.
func appName(name string) string { return cmp.Or(name, "(not attributed)") }

func newApps() *apps {
	type app = *model.App
	return &apps{list: newTable(func(p app) string { return appName(p.Name) + " " + p.Kind }, []column[app]{
		{
			key: "n", title: "application", width: 16, flex: true, left: true,
			text: func(_ scene, p app) cell { return cell{appName(p.Name), tonePlain} },
			str:  func(p app) string { return appName(p.Name) },
		},
		{
			key: "k", title: "kind", width: 16, drop: 4, left: true,
			text: func(_ scene, p app) cell { return cell{p.Kind, toneMuted} },
			str:  func(p app) string { return p.Kind },
		},
		{
			key: "r", title: "parts", width: 5, drop: 6,
			text: func(s scene, p app) cell { return cell{count(int64(s.data.parts[p.Name])), tonePlain} },
			num:  func(p app) float64 { return float64(len(p.Parts)) },
		},
		{
			key: "w", title: "window", width: 11, drop: 7,
			text: func(s scene, p app) cell { return cell{s.g.money(p.Cost), tonePlain} },
			num:  func(p app) float64 { return likely(p.Cost) },
		},
		{
			key: "c", title: "$/month", width: 11,
			text: func(s scene, p app) cell { return cell{s.g.money(p.Monthly), toneMoney} },
			num:  func(p app) float64 { return likely(p.Monthly) },
		},
		{
			title: "share", width: 7, drop: 3,
			text: func(s scene, p app) cell { return cell{s.g.share(p.Cost, s.data.a.Total), tonePlain} },
		},
		{
			key: "l", title: "work", width: 6, drop: 5,
			text: func(s scene, p app) cell { return cell{dashIf(s, p.Work == 0, short(float64(p.Work))), tonePlain} },
			num: func(p app) float64 {
				if p.Work == 0 {
					return math.NaN()
				}
				return float64(p.Work)
			},
		},
		{
			key: "u", title: "for each", width: 26, drop: 2, left: true,
			text: func(s scene, p app) cell { return cell{perUnit(s.g, p), tonePlain} },
			num:  func(p app) float64 { return likely(p.PerUnit) },
		},
		{
			title: "split", width: 30, drop: 8, left: true,
			text: func(_ scene, p app) cell { return cell{appSplit(p), toneMuted} },
		},
	})}
}

// perUnit is what one unit of an application's work costs.
func perUnit(g glyphs, p *model.App) string {
	if p.PerUnit.Unknown || p.WorkUnit == "" {
		return g.dash
	}
	return g.money(p.PerUnit) + " / " + p.WorkUnit
}

// appSplit names an application's services with their shares, dearest first.
func appSplit(p *model.App) string {
	var parts []string
	for _, sv := range dearestServices(p) {
		text := sv.Service
		if len(p.Services) > 1 && !sv.Cost.Unknown && !p.Cost.Unknown && !p.Cost.Likely.IsZero() {
			text += " " + percent(sv.Cost.Likely.Ratio(p.Cost.Likely))
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, ", ")
}

func dearestServices(p *model.App) []model.AppService {
	out := slices.Clone(p.Services)
	slices.SortStableFunc(out, func(x, y model.AppService) int { return dearestFirst(x.Cost, y.Cost) })
	return out
}

func (v *apps) title(scene) string { return "Applications" }

func (v *apps) setData(d *dataset) {
	rows := make([]*model.App, len(d.a.Apps))
	for i := range d.a.Apps {
		rows[i] = &d.a.Apps[i]
	}
	v.list.setRows(rows)
}

func (v *apps) hints(k keymap) []key.Binding {
	return []key.Binding{k.Open, k.Why, k.Filter, k.Sort, k.Export, k.Help}
}

func (v *apps) setFilter(text string)    { v.list.setFilter(text) }
func (v *apps) filterText() string       { return v.list.filter }
func (v *apps) shown() (int, int)        { return len(v.list.order), len(v.list.rows) }
func (v *apps) sortHints(s scene) string { return v.list.hints(s) }

func (v *apps) records() (string, [][]string) {
	return "breakeven-applications.csv", v.list.records()
}

func (v *apps) update(k keyPress, s scene) action {
	if v.list.update(k, s.keys, s.h-1) {
		return action{handled: true}
	}
	p, ok := v.list.current()
	switch {
	case !ok:
	case key.Matches(k, s.keys.Open):
		return v.open(p)
	case key.Matches(k, s.keys.Why):
		e := explainApp(s, p)
		return action{why: &e}
	}
	return action{}
}

func (v *apps) open(p *model.App) action {
	return action{open: screenResources, scope: scope{app: p.Name, ofApp: true}}
}

func (v *apps) click(s scene, x, y int) action {
	if v.list.click(s, x, y, s.h-1) {
		if p, ok := v.list.current(); ok {
			return v.open(p)
		}
	}
	return action{}
}

func (v *apps) view(s scene) string {
	if len(v.list.rows) == 0 {
		return "\n  No applications: nothing cost anything in this window."
	}
	sum := fmt.Sprintf("%d applications add up to %s in the window, %s a month", len(v.list.rows), s.g.money(s.data.a.Total), s.g.money(s.data.a.Monthly))
	return v.list.summed(s, "application", sum)
}

// explainApp says what an application is made of and how it was found.
func explainApp(s scene, p *model.App) explanation {
	e := explanation{heading: appName(p.Name) + ": " + s.g.spread(p.Monthly) + " a month"}
	found := map[string]string{
		"tag":        "its resources carry its name as a tag (app, application, stack)",
		"connection": "its resources are connected with each other",
	}[p.Found]
	e.lines = append(e.lines, "",
		label(s, "kind", p.Kind), label(s, "found by", cmp.Or(found, "what belongs to no application is kept here")),
		label(s, "window", s.g.spread(p.Cost)),
		label(s, "work", workText(s, p)), label(s, "for each", perUnit(s.g, p)),
		"", s.st.as(toneTitle, "By service"))
	barW := min(max(s.w-16-12-10, 0), 40)
	for _, sv := range dearestServices(p) {
		bar := s.g.bar(lowOf(sv.Cost), highOf(sv.Cost), highOf(p.Cost), barW)
		e.lines = append(e.lines, "  "+fit(sv.Service, 15, s.g.ell)+s.st.as(toneMoney, fitRight(s.g.money(sv.Cost), 12, s.g.ell))+
			fitRight(s.g.share(sv.Cost, p.Cost), 9, "")+"  "+s.st.as(toneChart, bar))
	}
	e.lines = append(e.lines, "", "What several applications use is split by measured traffic.")
	return e
}

func workText(s scene, p *model.App) string {
	if p.Work == 0 {
		return s.g.dash
	}
	return count(p.Work)
}
