package tui

import (
	"fmt"
	"math"
	"strings"

	"charm.land/bubbles/v2/key"
	"github.com/charmbracelet/x/ansi"

	"github.com/breakeven-dev/breakeven/model"
)

// overview is the first screen: what it costs, whether it is healthy, what
// could be saved, whether servers would be cheaper.
type overview struct {
	traffic [][3]float64 // of the window's hours: invocations, errors, cold starts a minute
}

func (o *overview) title(scene) string { return "Overview" }

func (o *overview) setData(d *dataset) {
	o.traffic = make([][3]float64, len(d.a.Hours))
	for i, h := range d.a.Hours {
		o.traffic[i] = [3]float64{math.NaN(), math.NaN(), math.NaN()}
		if !h.Missing {
			o.traffic[i] = [3]float64{float64(h.Invocations) / 60, float64(h.Errors) / 60, float64(h.ColdStarts) / 60}
		}
	}
}

func (o *overview) hints(k keymap) []key.Binding {
	return []key.Binding{k.Functions, k.Savings, k.Why, k.Command, k.Help, k.Quit}
}

func (o *overview) update(k keyPress, s scene) action {
	switch {
	case key.Matches(k, s.keys.Why):
		e := explainAccount(s)
		return action{why: &e}
	case key.Matches(k, s.keys.Open), key.Matches(k, s.keys.NextPane):
		return action{open: screenFunctions}
	}
	return action{}
}

// roomyOverview is the height from which applications are listed, too, where
// the blocks stand in one column.
const roomyOverview = 28

// wideOverview is the width from which the blocks stand in two columns.
const wideOverview = 110

func (o *overview) view(s scene) string {
	if s.w >= wideOverview {
		return o.wide(s)
	}
	tight := s.h < 16
	lines := o.cost(s, tight)
	lines = append(lines, o.trafficLine(s))
	lines = append(lines, o.health(s)...)
	lines = append(lines, o.wrong(s)...)
	lines = append(lines, o.servers(s, 2, tight)...)
	room := s.h - len(lines)
	savings := o.savings(s, min(3, max(room/3, 1)), tight)
	lines = append(lines, savings...)
	if s.h >= roomyOverview {
		lines = append(lines, o.topApps(s, 5)...)
	}
	return strings.Join(append(lines, o.topFunctions(s, s.h-len(lines), tight)...), "\n")
}

// wide puts money and traffic on the left, findings on the right.
func (o *overview) wide(s scene) string {
	left, right := s, s
	left.w = s.w*11/20 - 1
	right.w = s.w - left.w - 2
	l := o.cost(left, false)
	fixed := len(l) + 9 // a heading and eight functions at least
	chartH := min(max(s.h-fixed, 6), s.h/2, 18)
	l = append(l, strings.Split(o.chart(left, left.w, chartH), "\n")...)
	l = append(l, o.topFunctions(left, s.h-len(l), false)...)
	r := append(heading(right, "Health", false), o.healthRows(right)...)
	r = append(r, o.findings(right, 4)...)
	r = append(r, o.topApps(right, 5)...)
	r = append(r, o.servers(right, 3, false)...)
	r = append(r, o.options(right, min(8, max(s.h-len(r)-9, 3)))...)
	r = append(r, o.savings(right, min(12, max(s.h-len(r)-6, 3)), false)...)
	r = append(r, o.coverage(right)...)
	return columns(left, l, r)
}

// columns joins two lists of lines side by side, two cells between them.
func columns(left scene, l, r []string) string {
	out := make([]string, max(len(l), len(r)))
	for i := range out {
		a, b := "", ""
		if i < len(l) {
			a = l[i]
		}
		if i < len(r) {
			b = r[i]
		}
		out[i] = fit(a, left.w, left.g.ell) + "  " + b
	}
	return strings.Join(out, "\n")
}

// heading is a ruled title, nothing at all in tight quarters.
func heading(s scene, text string, tight bool) []string {
	if tight {
		return nil
	}
	rule := strings.Repeat(s.g.rule, max(s.w-len(text)-4, 0))
	return []string{s.st.as(toneMuted, s.g.rule+s.g.rule+" ") + s.st.as(toneTitle, text) + " " + s.st.as(toneMuted, rule)}
}

func (o *overview) cost(s scene, tight bool) []string {
	a := s.data.a
	lines := heading(s, "Cost", tight)
	lines = append(lines,
		"Month    "+o.amount(s, a.Monthly, "at this rate, 730 h"),
		"Window   "+o.amount(s, a.Total, s.g.window(a.Window)))
	if tight && len(a.Services) <= 1 {
		return lines
	}
	services := s.data.services
	n := 6
	if s.w < wideOverview && s.h < roomyOverview {
		n = 3 // the rest is wanted for what can be done about it
	}
	for _, sv := range services[:min(len(services), n)] {
		lines = append(lines, o.service(s, sv))
	}
	if rest := len(services) - n; rest > 0 {
		lines = append(lines, s.st.as(toneMuted, fmt.Sprintf("and %d more services (4)", rest)))
	}
	return lines
}

// amount is a cost with its bounds and a remark, as far as there is room.
func (o *overview) amount(s scene, c model.Cost, remark string) string {
	text := s.g.spread(c)
	if ansi.StringWidth(text) > s.w-9 {
		text = s.g.money(c)
	}
	if ansi.StringWidth(text)+2+len(remark) > s.w-9 {
		return s.st.as(toneMoney, text)
	}
	return s.st.as(toneMoney, text) + s.st.as(toneMuted, "  "+remark)
}

// service is one bar of the split.
func (o *overview) service(s scene, sv model.ServiceCost) string {
	part := math.NaN()
	if !sv.Cost.Unknown && !s.data.a.Total.Unknown && !s.data.a.Total.Likely.IsZero() {
		part = sv.Cost.Likely.Ratio(s.data.a.Total.Likely)
	}
	nameW := 8
	if s.w >= 50 {
		nameW = 15
	}
	w := max(s.w-nameW-1-16-14, 4)
	return fit(sv.Service, nameW, s.g.ell) + " " + s.st.as(toneChart, s.g.bar(part, part, 1, w)) +
		fitRight(s.g.money(sv.Cost), 15, s.g.ell) + fitRight(s.g.share(sv.Cost, s.data.a.Total), 9, "")
}

func (o *overview) series(which int) []float64 {
	out := make([]float64, len(o.traffic))
	for i, t := range o.traffic {
		out[i] = t[which]
	}
	return out
}

func (o *overview) trafficLine(s scene) string {
	label := "Traffic  "
	peak := ""
	if _, top := rangeOf(o.series(0)); !math.IsInf(top, 0) {
		peak = " peak " + short(top) + "/min"
	}
	w := max(s.w-len(label)-len(peak), 1)
	return label + s.st.as(toneChart, s.g.spark(o.series(0), w)) + s.st.as(toneMuted, peak)
}

func (o *overview) chart(s scene, w, h int) string {
	return s.draw.get(s, "overview", s.data, w, h, func() string {
		c := chart{title: "Calls a minute", window: s.data.a.Window, format: short, lines: []line{
			{name: "calls", tone: toneChart, values: o.series(0)},
			{name: "errors", tone: toneChart2, values: o.series(1)},
		}}
		return c.draw(s, w, h)
	})
}

func (o *overview) health(s scene) []string {
	sig, cold := s.data.signals, s.data.cold
	parts := []string{
		count(sig.invocations) + " calls",
		s.st.as(errorTone(sig), "errors "+s.g.ratio(sig.errors, sig.invocations)),
		s.st.as(throttleTone(sig), "throttles "+count(sig.throttles)),
		"cold starts " + s.g.ratio(cold.count, cold.reports),
	}
	if cold.unknown > 0 {
		parts[3] += fmt.Sprintf(" (unknown for %d)", cold.unknown)
	}
	label := "Health   "
	line := label + strings.Join(parts, " "+s.g.dot+" ")
	if ansi.StringWidth(line) > s.w {
		line = label + parts[1] + " " + s.g.dot + " cold " + s.g.ratio(cold.count, cold.reports)
	}
	return []string{line}
}

// wrong is a line on what is wrong now, none where that was not looked at.
func (o *overview) wrong(s scene) []string {
	if text := o.wrongText(s); text != "" {
		return []string{"Wrong    " + text}
	}
	return nil
}

func (o *overview) wrongText(s scene) string {
	h := s.data.a.Health
	if h.Window.From.IsZero() {
		return ""
	}
	text := severityCounts(s.data.severities)
	if text == "" {
		return s.st.as(toneGood, "nothing") + s.st.as(toneMuted, "  "+count(int64(h.Resources))+" resources checked")
	}
	look := toneWarn
	if s.data.severities[model.Critical] > 0 {
		look = toneBad
	}
	return s.st.as(look, text) + s.st.as(toneMuted, "  9 tells")
}

// findings is wrong with the n worst.
func (o *overview) findings(s scene, n int) []string {
	var out []string
	if text := o.wrongText(s); text != "" {
		out = append(out, label(s, "wrong now", text))
	}
	for i := range s.data.a.Health.Findings[:min(n, len(s.data.a.Health.Findings))] {
		f := &s.data.a.Health.Findings[i]
		out = append(out, s.st.as(severityTone(f.Severity), fit("  "+string(f.Severity), 11, s.g.ell))+" "+
			fit(f.Resource.Name+": "+f.Text, max(s.w-12, 1), s.g.ell))
	}
	return out
}

// topApps are the n dearest applications with what a unit of their work costs.
func (o *overview) topApps(s scene, n int) []string {
	list := s.data.a.Apps
	if len(list) == 0 {
		return nil
	}
	out := heading(s, fmt.Sprintf("Applications (%d), $/month", len(list)), false)
	for i := range list[:min(n, len(list))] {
		p := &list[i]
		perW := min(26, s.w/2)
		out = append(out, s.st.as(toneMoney, fitRight(s.g.money(p.Monthly), 11, s.g.ell))+" "+
			fit(appName(p.Name), max(s.w-13-perW, 1), s.g.ell)+" "+s.st.as(toneMuted, fit(perUnit(s.g, p), perW, s.g.ell)))
	}
	return out
}

// healthRows is health with a line for each figure.
func (o *overview) healthRows(s scene) []string {
	sig, cold := s.data.signals, s.data.cold
	out := []string{
		label(s, "calls", count(sig.invocations)),
		label(s, "errors", s.st.as(errorTone(sig), s.g.ratio(sig.errors, sig.invocations)+"  "+count(sig.errors))),
		label(s, "throttles", s.st.as(throttleTone(sig), count(sig.throttles))),
		label(s, "cold starts", s.g.ratio(cold.count, cold.reports)+"  "+count(cold.count)),
	}
	if cold.unknown > 0 {
		out = append(out, label(s, "", fmt.Sprintf("unknown for %d functions", cold.unknown)))
	}
	return out
}

func errorTone(sig signalTotals) tone {
	if sig.invocations > 0 && float64(sig.errors) > 0.01*float64(sig.invocations) {
		return toneBad
	}
	return tonePlain
}

func throttleTone(sig signalTotals) tone {
	if sig.throttles > 0 {
		return toneWarn
	}
	return tonePlain
}

func (o *overview) servers(s scene, lines int, tight bool) []string {
	out := heading(s, "Servers instead?", tight)
	v := s.data.a.Compare.Verdict
	if v == "" {
		v = "no comparison: too little data"
	}
	text := wrap(v, s.w)
	if len(text) > lines {
		text = append(text[:lines-1:lines-1], fit(text[lines-1], max(s.w-1, 1), "")+s.g.ell)
	}
	return append(out, text...)
}

// options are the cheapest ways to run the account, with bars.
func (o *overview) options(s scene, n int) []string {
	opts := s.data.a.Compare.Options
	top := dearest(opts)
	var out []string
	for i := range opts[:min(n, len(opts))] {
		p := &opts[i]
		bar := s.g.bar(likely(p.Monthly), likely(p.Monthly), top, max(s.w-50, 4))
		out = append(out, fit(optionName(p), 34, s.g.ell)+" "+s.st.as(toneChart, bar)+fitRight(s.g.money(p.Monthly), 14, s.g.ell))
	}
	return out
}

func (o *overview) savings(s scene, n int, tight bool) []string {
	a := s.data.a.Advice
	out := heading(s, fmt.Sprintf("Savings (%d)", len(a)), tight)
	if len(a) == 0 {
		return append(out, s.st.as(toneMuted, "nothing to save was found"))
	}
	for _, ad := range a[:min(n, len(a))] {
		out = append(out, s.st.as(toneGood, fitRight(s.g.money(ad.Saving), 11, s.g.ell))+" "+
			fit(ad.Resource.Name+": "+ad.Title, max(s.w-15, 1), s.g.ell)+" "+ad.Confidence)
	}
	return out
}

func (o *overview) topFunctions(s scene, h int, tight bool) []string {
	if h <= 0 || h == 1 && !tight {
		return nil
	}
	out := heading(s, fmt.Sprintf("Dearest of %s functions, %s", count(int64(s.data.functions)), s.unit.title()), tight)
	fns := s.data.a.Functions
	for i := range fns[:min(max(h-len(out), 0), len(fns))] {
		f := &fns[i]
		sparkW := 0
		if s.w >= 60 {
			sparkW = min(s.w/4, 30)
		}
		name := max(s.w-13-sparkW-2, 8)
		line := s.st.as(toneMoney, fitRight(s.cost(f).text, 11, s.g.ell)) + " " + fit(f.Key.Name, name, s.g.ell)
		if sparkW > 0 {
			line += " " + s.st.as(toneChart, s.g.spark(dailyCalls(f), sparkW))
		}
		out = append(out, line)
	}
	return out
}

func (o *overview) coverage(s scene) []string {
	a := s.data.a
	out := heading(s, "Data", false)
	out = append(out,
		fmt.Sprintf("metrics %s, REPORT lines %s of calls", percent(a.Coverage.Metrics), percent(a.Coverage.Reports)),
		fmt.Sprintf("gaps %d, warnings %d; reading it cost %s", len(a.Gaps), len(a.Warnings), usd(a.Calls.Cost)))
	if a.FreeTier {
		out = append(out, "the free tier is subtracted")
	}
	return out
}

// dailyCalls are a function's invocations by day, holes where unknown.
func dailyCalls(f *model.Function) []float64 {
	out := make([]float64, len(f.Daily))
	for i, d := range f.Daily {
		out[i] = float64(d.Invocations)
		if d.Missing {
			out[i] = math.NaN()
		}
	}
	return out
}
