package tui

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"charm.land/bubbles/v2/key"

	"github.com/breakeven-dev/breakeven/model"
)

// health lists what is wrong now, worst first.
type health struct {
	list table[*model.Finding]
}

func newHealth() *health {
	type finding = *model.Finding
	name := func(f finding) string {
		return strings.Join([]string{string(f.Severity), f.Resource.Service, f.Resource.Name, f.Text, f.App}, " ")
	}
	return &health{list: newTable(name, []column[finding]{
		{
			key: "v", title: "severity", width: 8, left: true,
			text: func(_ scene, f finding) cell { return cell{string(f.Severity), severityTone(f.Severity)} },
			num:  func(f finding) float64 { return -float64(f.Severity.Rank()) },
		},
		{
			key: "t", title: "service", width: 15, drop: 5, left: true,
			text: func(_ scene, f finding) cell { return cell{f.Resource.Service, toneMuted} },
			str:  func(f finding) string { return f.Resource.Service },
		},
		{
			key: "n", title: "resource", width: 18, left: true,
			text: func(_ scene, f finding) cell { return cell{f.Resource.Name, tonePlain} },
			str:  func(f finding) string { return f.Resource.Name },
		},
		{
			title: "what", width: 28, flex: true, left: true,
			text: func(_ scene, f finding) cell { return cell{f.Text, tonePlain} },
			str:  func(f finding) string { return f.Text },
		},
		{title: "now", width: 9, drop: 2, text: func(_ scene, f finding) cell { return cell{figure(f.Value, f.Unit), tonePlain} }},
		{title: "limit", width: 9, drop: 3, text: func(_ scene, f finding) cell { return cell{figure(f.Limit, f.Unit), toneMuted} }},
		{
			key: "h", title: "for", width: 5,
			text: func(_ scene, f finding) cell { return cell{fmt.Sprintf("%d h", f.Hours), tonePlain} },
			num:  func(f finding) float64 { return float64(f.Hours) },
		},
		{
			key: "c", title: "errors cost", width: 11, drop: 6,
			text: func(s scene, f finding) cell {
				if f.Metric != "Errors" {
					return cell{} // not about failures
				}
				return cell{s.g.money(f.ErrorCost), toneMoney}
			},
			num: func(f finding) float64 { return likely(f.ErrorCost) },
		},
		{
			key: "a", title: "application", width: 16, drop: 7, left: true,
			text: func(_ scene, f finding) cell { return cell{f.App, toneMuted} },
			str:  func(f finding) string { return f.App },
		},
	})}
}

func severityTone(v model.Severity) tone {
	switch v {
	case model.Critical:
		return toneBad
	case model.Serious:
		return toneWarn
	}
	return tonePlain
}

// figure prints a metric's value with its unit, as far as digits matter.
func figure(v float64, unitName string) string {
	text := digits3(v)
	if math.Abs(v) >= 1000 && math.Abs(v) < 1e15 {
		text = thousands(strconv.FormatFloat(v, 'f', 0, 64))
	}
	if unitName != "" {
		text += " " + unitName
	}
	return text
}

func (v *health) title(scene) string { return "Health" }

func (v *health) setData(d *dataset) {
	rows := make([]*model.Finding, len(d.a.Health.Findings))
	for i := range d.a.Health.Findings {
		rows[i] = &d.a.Health.Findings[i]
	}
	v.list.setRows(rows)
}

func (v *health) hints(k keymap) []key.Binding {
	return []key.Binding{k.Open, k.Why, k.Filter, k.Sort, k.Copy, k.Help}
}

func (v *health) setFilter(text string)    { v.list.setFilter(text) }
func (v *health) filterText() string       { return v.list.filter }
func (v *health) shown() (int, int)        { return len(v.list.order), len(v.list.rows) }
func (v *health) sortHints(s scene) string { return v.list.hints(s) }

func (v *health) records() (string, [][]string) { return "breakeven-health.csv", v.list.records() }

func (v *health) subject() (ident, bool) {
	f, ok := v.list.current()
	if !ok || f.Resource.ID == "" {
		return ident{}, false
	}
	return identOf(f.Resource), true
}

// previewHeight is the room under the table that tells why the finding under
// the cursor is one.
func (v *health) previewHeight(s scene) int {
	switch {
	case len(v.list.rows) == 0 || s.h < 14:
		return 0
	case s.h < 28:
		return 6
	}
	return 10
}

func (v *health) update(k keyPress, s scene) action {
	if v.list.update(k, s.keys, s.h-1-v.previewHeight(s)) {
		return action{handled: true}
	}
	f, ok := v.list.current()
	switch {
	case !ok:
	case key.Matches(k, s.keys.Open):
		return v.open(s)
	case key.Matches(k, s.keys.Why):
		e := explainFinding(s, f)
		return action{why: &e}
	}
	return action{}
}

// open leads to the resource; where it is not known, to why it is wrong.
func (v *health) open(s scene) action {
	id, ok := v.subject()
	if ok && (s.data.function(id) != nil || s.data.resource(id) != nil) {
		return action{open: screenResource, resource: id}
	}
	f, ok := v.list.current()
	if !ok {
		return action{}
	}
	e := explainFinding(s, f)
	return action{why: &e}
}

func (v *health) click(s scene, x, y int) action {
	h := s.h - 1 - v.previewHeight(s)
	if y < h && v.list.click(s, x, y, h) {
		return v.open(s)
	}
	return action{}
}

func (v *health) view(s scene) string {
	h := s.data.a.Health
	if len(v.list.rows) == 0 {
		if h.Window.From.IsZero() {
			return "\n  Health was not looked at: there are no metrics of the last hours."
		}
		text := fmt.Sprintf("Nothing is wrong: %s resources were checked against %d rules in %s.", count(int64(h.Resources)), h.Rules, s.g.window(h.Window))
		return "\n  " + strings.Join(wrap(text, max(s.w-4, 10)), "\n  ")
	}
	top := s
	top.h = s.h - v.previewHeight(s)
	text := v.list.summed(top, "finding", fmt.Sprintf("%s; %s resources checked against %d rules", severityCounts(s.data.severities), count(int64(h.Resources)), h.Rules))
	f, ok := v.list.current()
	if v.previewHeight(s) == 0 || !ok {
		return text
	}
	lines := append(heading(s, "Why", false), findingLines(s, f)...)
	return text + "\n" + strings.Join(lines[:min(len(lines), v.previewHeight(s))], "\n")
}

// severityCounts says how many findings are how bad, empty for none.
func severityCounts(n map[model.Severity]int) string {
	var parts []string
	for _, v := range []model.Severity{model.Critical, model.Serious, model.Notice} {
		if n[v] > 0 {
			parts = append(parts, count(int64(n[v]))+" "+string(v))
		}
	}
	return strings.Join(parts, ", ")
}

// findingLines say what is wrong, by which figures, and why that matters.
func findingLines(s scene, f *model.Finding) []string {
	var out []string
	w := max(s.w-4, 10)
	for _, l := range indented(f.Text, w) {
		out = append(out, s.st.as(severityTone(f.Severity), l))
	}
	metric := f.Metric + " " + f.Stat
	if f.Per != "" {
		metric += " / " + f.Per
	}
	out = append(out, indented(fmt.Sprintf("%s: now %s, at worst %s, limit %s; %d h beyond it since %s", metric,
		figure(f.Value, f.Unit), figure(f.Worst, f.Unit), figure(f.Limit, f.Unit), f.Hours, instant(f.Since)), w)...)
	for _, l := range indented(f.Why, w) {
		out = append(out, s.st.as(toneMuted, l))
	}
	if f.Metric == "Errors" && !f.ErrorCost.Unknown {
		out = append(out, "  failed calls cost "+s.g.spread(f.ErrorCost)+" in the hours looked at")
	}
	return out
}

// explainFinding is findingLines as a page, with whose it is.
func explainFinding(s scene, f *model.Finding) explanation {
	e := explanation{heading: string(f.Severity) + ": " + f.Resource.Name}
	e.lines = append([]string{""}, findingLines(s, f)...)
	e.lines = append(e.lines, "",
		label(s, "service", f.Resource.Service), label(s, "region", string(f.Resource.Region)),
		label(s, "account", string(f.Resource.Account)), label(s, "application", f.App), label(s, "rule", f.Rule))
	for i, l := range wrap(string(f.Resource.ID), max(s.w-17, 10)) {
		e.lines = append(e.lines, label(s, map[bool]string{true: "id"}[i == 0], l))
	}
	return e
}
