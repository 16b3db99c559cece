package tui

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/textsafe"
)

// functionDetail shows one function in panes that tab walks through.
type functionDetail struct {
	id    ident
	pane  pane
	pager pager
	// series is nil until it arrived for id.
	series *series
	failed error
}

// series is what charts draw, spread evenly over the window. It never changes.
type series struct {
	calls, errors, throttles, p50, p90, p99, concurrency, cold []float64
}

// pane is a part of the detail.
type pane int

const (
	paneCost pane = iota
	paneCharts
	paneCold
	paneServers
	paneAdvice
	paneConfig
	panes
)

var paneNames = [panes]string{"Cost", "Charts", "Cold starts", "Servers", "Advice", "Configuration"}

func newFunctionDetail() *functionDetail { return &functionDetail{} }

func (f *functionDetail) title(scene) string { return "Function" }

func (f *functionDetail) setData(d *dataset) {
	f.series, f.failed = nil, nil // of the old state
	if d.function(f.id) == nil {
		f.id = ident{}
	}
}

// show turns to a function; its series has to be asked for.
func (f *functionDetail) show(id ident) {
	if f.id == id {
		return
	}
	*f = functionDetail{id: id, pane: f.pane}
}

func (f *functionDetail) function() (ident, bool) { return f.id, f.id != ident{} }

func (f *functionDetail) hasSeries() bool { return f.series != nil }

// setSeries takes the answer to a request, unless the user has moved on.
func (f *functionDetail) setSeries(msg seriesMsg) {
	if identOf(cleanKey(msg.key)) != f.id {
		return
	}
	f.failed = msg.err
	f.series = spreadSeries(msg.points)
}

// spreadSeries lays points out evenly; a period without a point is a hole.
func spreadSeries(points []model.SeriesPoint) *series {
	s := &series{}
	if len(points) == 0 {
		return s
	}
	step := points[len(points)-1].At.Sub(points[0].At)
	for i := 1; i < len(points); i++ {
		if d := points[i].At.Sub(points[i-1].At); d > 0 {
			step = min(step, d)
		}
	}
	const most = 50_000 // a month of minutes and some
	n := 1
	if step > 0 {
		n = min(int(points[len(points)-1].At.Sub(points[0].At)/step)+1, most)
	}
	fields := []*[]float64{&s.calls, &s.errors, &s.throttles, &s.p50, &s.p90, &s.p99, &s.concurrency, &s.cold}
	for _, f := range fields {
		*f = make([]float64, n)
		for i := range *f {
			(*f)[i] = math.NaN()
		}
	}
	perMinute := 1.0
	if step > 0 {
		perMinute = step.Minutes()
	}
	for _, p := range points {
		i := 0
		if step > 0 {
			i = min(int(p.At.Sub(points[0].At)/step), n-1)
		}
		s.calls[i], s.errors[i], s.throttles[i] = p.Invocations/perMinute, p.Errors/perMinute, p.Throttles/perMinute
		s.p50[i], s.p90[i], s.p99[i] = p.P50Ms, p.P90Ms, p.P99Ms
		s.concurrency[i], s.cold[i] = p.Concurrency, p.ColdStarts/perMinute
	}
	return s
}

func (f *functionDetail) hints(k keymap) []key.Binding {
	return []key.Binding{k.NextPane, k.Why, k.Back, k.Copy, k.Down, k.Help}
}

func (f *functionDetail) update(k keyPress, s scene) action {
	fn := s.data.function(f.id)
	if fn == nil {
		return action{}
	}
	switch {
	case key.Matches(k, s.keys.NextPane):
		f.turn(1)
	case key.Matches(k, s.keys.PrevPane):
		f.turn(-1)
	case key.Matches(k, s.keys.Why):
		e := explainFunction(s, fn)
		return action{why: &e}
	default:
		if f.pane == paneCharts {
			return action{}
		}
		return action{handled: f.pager.update(k, s.keys, len(f.text(s, fn)), s.h-f.headHeight(s))}
	}
	return action{handled: true}
}

func (f *functionDetail) turn(d int) {
	f.pane = (f.pane + pane(d) + panes) % panes
	f.pager = pager{}
}

func (f *functionDetail) headHeight(s scene) int {
	if s.h < 16 {
		return 2
	}
	return 4
}

func (f *functionDetail) click(s scene, x, y int) action {
	if y != f.headHeight(s)-1 {
		return action{}
	}
	at := 0
	for i, n := range paneNames {
		at += len(n) + 2
		if x < at {
			f.turn(i - int(f.pane))
			break
		}
	}
	return action{handled: true}
}

func (f *functionDetail) view(s scene) string {
	fn := s.data.function(f.id)
	if fn == nil {
		return "\n  Pick a function on screen 2, or type :fn NAME."
	}
	head := f.head(s, fn)
	h := max(s.h-len(head), 1)
	body := ""
	switch {
	case f.pane == paneCharts:
		body = f.charts(s, s.w, h)
	case f.pane == paneCost && s.w >= 130:
		body = f.costAndCharts(s, fn, h)
	default:
		body = f.pager.view(s, f.text(s, fn), h)
	}
	return strings.Join(head, "\n") + "\n" + body
}

// head names the function, its figures and the panes.
func (f *functionDetail) head(s scene, fn *model.Function) []string {
	c, sig := fn.Config, fn.Signals
	name := s.st.as(toneTitle, functionName(fn)) + "  " + s.st.as(toneMoney, s.g.spread(fn.Monthly)+"/month")
	facts := strings.Join(slices.DeleteFunc([]string{
		c.Memory.String(), architecture(c.Architecture), c.Runtime, string(fn.Key.Region), string(fn.Key.Account),
	}, func(text string) bool { return text == "" }), " "+s.g.dot+" ")
	figures := strings.Join([]string{
		count(sig.Invocations) + " calls", "errors " + s.g.ratio(sig.Errors, sig.Invocations),
		"throttles " + count(sig.Throttles), "cold " + coldCell(s, fn).text, "p50 " + millis(sig.P50Ms), "p99 " + millis(sig.P99Ms),
	}, " "+s.g.dot+" ")
	tabs := ""
	for i, n := range paneNames {
		if pane(i) == f.pane {
			tabs += s.st.as(toneTabOn, "["+n+"]")
			continue
		}
		tabs += s.st.as(toneTab, " "+n+" ")
	}
	if f.headHeight(s) == 2 {
		return []string{name, tabs}
	}
	return []string{name, s.st.as(toneMuted, facts), figures, tabs}
}

// text is the content of a pane that is text.
func (f *functionDetail) text(s scene, fn *model.Function) []string {
	switch f.pane {
	case paneCost:
		return functionTree(s, fn)
	case paneCold:
		return coldText(s, fn)
	case paneServers:
		return serversText(s, fn)
	case paneAdvice:
		return adviceText(s, fn)
	case paneConfig:
		return configText(s, fn)
	}
	return nil
}

func (f *functionDetail) costAndCharts(s scene, fn *model.Function, h int) string {
	left, right := s, s
	left.w = s.w / 2
	right.w = s.w - left.w - 2
	l := strings.Split(f.pager.view(left, functionTree(left, fn), h), "\n")
	return columns(left, l, strings.Split(f.charts(right, right.w, h), "\n"))
}

// charts draws the time series, two by two where there is room.
func (f *functionDetail) charts(s scene, w, h int) string {
	switch {
	case f.failed != nil:
		return "\n  " + strings.Join(wrap("the series could not be read: "+textsafe.Line(f.failed.Error()), max(w-4, 10)), "\n  ")
	case f.series == nil:
		return "\n  Loading the series " + s.g.ell
	case len(f.series.calls) == 0:
		return "\n  No metrics of this function in the window."
	}
	return s.draw.get(s, fmt.Sprint("detail", w), f.series, w, h, func() string { return f.drawCharts(s, w, h) })
}

func (f *functionDetail) drawCharts(s scene, w, h int) string {
	d, win := f.series, s.data.a.Window
	all := []chart{
		{title: "Calls a minute", window: win, format: short, lines: []line{
			{name: "calls", tone: toneChart, values: d.calls},
			{name: "errors", tone: toneChart2, values: d.errors},
		}},
		{title: "Duration", window: win, format: millis, lines: []line{
			{name: "p99", tone: toneChart2, values: d.p99, peak: true},
			{name: "p50", tone: toneChart, values: d.p50},
		}},
		{title: "Concurrency", window: win, format: short, lines: []line{
			{name: "running", tone: toneChart, values: d.concurrency, peak: true},
		}},
		{title: "Errors and throttles a minute", window: win, format: short, lines: []line{
			{name: "errors", tone: toneChart2, values: d.errors},
			{name: "throttles", tone: toneChart, values: d.throttles},
		}},
	}
	if w < 100 {
		n := min(max(h/6, 1), 3)
		var out []string
		for i, c := range all[:n] {
			out = append(out, c.draw(s, w, h*(i+1)/n-h*i/n))
		}
		return strings.Join(out, "\n")
	}
	left := s
	left.w = (w - 2) / 2
	top := h / 2
	return columns(left, strings.Split(all[0].draw(s, left.w, top), "\n"), strings.Split(all[1].draw(s, left.w, top), "\n")) + "\n" +
		columns(left, strings.Split(all[2].draw(s, left.w, h-top), "\n"), strings.Split(all[3].draw(s, left.w, h-top), "\n"))
}

func coldText(s scene, fn *model.Function) []string {
	c := fn.Cold
	if !c.Known {
		reason := c.Reason
		if reason == "" {
			reason = "no REPORT lines were read"
		}
		return wrap("Cold starts are unknown: "+reason, s.w)
	}
	lines := []string{
		"cold starts    " + count(c.Count) + " of " + count(c.Reports) + " calls with a REPORT line (" + s.g.ratio(c.Count, c.Reports) + ")",
		"init p50       " + millis(c.InitP50Ms),
		"init p99       " + millis(c.InitP99Ms),
		"init longest   " + millis(c.InitMaxMs),
		"billed init    " + millis(float64(c.BilledMs)) + ", " + s.g.money(fn.ColdCost),
	}
	if c.Restores > 0 {
		lines = append(lines, "restores       "+count(c.Restores)+", "+millis(c.RestoreMs/float64(c.Restores))+" each")
	}
	return lines
}

func serversText(s scene, fn *model.Function) []string {
	c := fn.Compare
	if len(c.Options) == 0 {
		return []string{s.st.as(toneMuted, "no comparison for this function")}
	}
	var out []string
	for _, l := range wrap(c.Verdict, s.w) {
		out = append(out, s.st.as(toneTitle, l))
	}
	out = append(out, "")
	top := dearest(c.Options)
	barW := min(max(s.w-34-13-14, 0), 40)
	for i := range c.Options {
		o := &c.Options[i]
		nameW := min(34, max(s.w-27, 10))
		out = append(out, fit(optionName(o), nameW, s.g.ell)+fitRight(s.g.money(o.Monthly), 13, s.g.ell)+" "+
			fitRight(breakEven(s, o), 11, "")+" "+s.st.as(toneChart, s.g.bar(lowOf(o.Monthly), highOf(o.Monthly), top, barW)))
	}
	out = append(out, "", s.st.as(toneTitle, "Assumptions"))
	for _, t := range c.Assumptions {
		out = append(out, indented(t, s.w-2)...)
	}
	return out
}

func adviceText(s scene, fn *model.Function) []string {
	var out []string
	for _, id := range fn.AdviceIDs {
		i, ok := s.data.advice[id]
		if !ok {
			continue
		}
		e := explainAdvice(s, &s.data.a.Advice[i])
		out = append(append(append(out, s.st.as(toneTitle, e.heading)), e.lines[1:]...), "")
	}
	if out == nil {
		return []string{s.st.as(toneMuted, "no advice: nothing to save was found here")}
	}
	return out
}

func configText(s scene, fn *model.Function) []string {
	c := fn.Config
	yesNo := map[bool]string{true: "yes", false: "no"}
	reserved := s.g.dash
	if c.ReservedConcurrency >= 0 {
		reserved = fmt.Sprint(c.ReservedConcurrency)
	}
	rows := [][2]string{
		{"ARN", string(fn.Key.ID)},
		{"memory", c.Memory.String()},
		{"architecture", string(c.Architecture)},
		{"runtime", c.Runtime},
		{"package", c.PackageType + ", " + count(c.CodeSize) + " bytes"},
		{"timeout", c.Timeout.String()},
		{"/tmp", c.EphemeralStorage.String()},
		{"reserved concurrency", reserved},
		{"provisioned", provisionedText(s, c)},
		{"SnapStart", yesNo[c.SnapStart]},
		{"in a VPC", yesNo[c.InVPC]},
		{"tracing", yesNo[c.Tracing]},
		{"Lambda Insights", yesNo[c.Insights]},
		{"log group", c.LogGroup + " " + c.LogFormat},
		{"event source", yesNo[c.EventSource]},
		{"variables", strings.Join(c.EnvNames, ", ")},
		{"last called", sinceText(s, fn)},
	}
	if c.ReportsDropped {
		rows = append(rows, [2]string{"log level", "drops REPORT lines: cold starts and memory used are unknown"})
	}
	for _, k := range slices.SortedFunc(maps.Keys(fn.Tags), cmp.Compare[string]) {
		rows = append(rows, [2]string{"tag " + k, fn.Tags[k]})
	}
	var out []string
	for _, r := range rows {
		for i, l := range wrap(r[1], max(s.w-22, 10)) {
			label := r[0]
			if i > 0 {
				label = ""
			}
			out = append(out, s.st.as(toneMuted, fit(label, 21, s.g.ell))+l)
		}
	}
	return append(out, historyText(s, fn)...)
}

func sinceText(s scene, fn *model.Function) string {
	if fn.Signals.LastInvoked.IsZero() {
		return "never seen"
	}
	return instant(fn.Signals.LastInvoked)
}

func provisionedText(s scene, c model.FunctionConfig) string {
	if len(c.Provisioned) == 0 {
		return "none"
	}
	parts := make([]string, len(c.Provisioned))
	for i, p := range c.Provisioned {
		parts[i] = p.Qualifier + " " + s.g.times + fmt.Sprint(p.Allocated)
	}
	return strings.Join(parts, ", ")
}

// historyText lists the versions of the configuration that are known, the
// newest first, each with what it changed.
func historyText(s scene, fn *model.Function) []string {
	out := []string{"", s.st.as(toneTitle, "History")}
	history := fn.History
	if len(history) == 0 {
		history = []model.FunctionConfig{fn.Config}
	}
	for i := len(history) - 1; i >= 0; i-- {
		c := history[i]
		since := "unknown since when"
		if !c.ValidFrom.IsZero() {
			since = instant(c.ValidFrom)
		}
		what := c.Memory.String() + ", " + architecture(c.Architecture) + ", " + c.Runtime
		if i > 0 {
			what = changes(history[i-1], c)
		}
		out = append(out, s.st.as(toneMuted, fit(since, 21, s.g.ell))+what)
	}
	return out
}

// changes names what differs between two configurations.
func changes(old, now model.FunctionConfig) string {
	var parts []string
	for _, p := range [][3]string{
		{"memory", old.Memory.String(), now.Memory.String()},
		{"architecture", architecture(old.Architecture), architecture(now.Architecture)},
		{"runtime", old.Runtime, now.Runtime},
		{"timeout", old.Timeout.String(), now.Timeout.String()},
		{"/tmp", old.EphemeralStorage.String(), now.EphemeralStorage.String()},
		{"log group", old.LogGroup, now.LogGroup},
		{"package", fmt.Sprint(old.CodeSize), fmt.Sprint(now.CodeSize)},
	} {
		if p[1] != p[2] {
			parts = append(parts, p[0]+" "+p[1]+" to "+p[2])
		}
	}
	if len(parts) == 0 {
		return "another version, the same size"
	}
	return strings.Join(parts, ", ")
}
