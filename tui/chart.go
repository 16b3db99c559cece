package tui

import (
	"fmt"
	"math"
	"strings"
	"time"

	"charm.land/lipgloss/v2"
	ts "github.com/NimbleMarkets/ntcharts/v2/linechart/timeserieslinechart"

	"github.com/breakeven-dev/breakeven/model"
)

// line is one series of a chart; a NaN is a hole.
type line struct {
	name   string
	tone   tone
	values []float64
	// peak keeps the largest value of a cell (latency); otherwise the mean.
	peak bool
}

// chart is what a time series chart shows: values spread evenly over window.
type chart struct {
	title  string
	window model.Window
	lines  []line
	format func(float64) string
}

// The smallest chart ntcharts can be asked for; at 1 by 1 it panics.
const minChartW, minChartH = 24, 5

// draw draws c in w by h cells, title among them. Without room or braille it
// draws sparklines or columns.
func (c chart) draw(s scene, w, h int) string {
	if w <= 0 || h <= 0 {
		return ""
	}
	head := fit(c.heading(s), w, s.g.ell)
	switch {
	case h == 1:
		return head
	case w < minChartW || h < minChartH+1:
		return head + "\n" + c.sparks(s, w, h-1)
	case s.g.set != GlyphsBraille || c.top() <= 0:
		return head + "\n" + c.columns(s, w, h-1)
	}
	return head + "\n" + c.braille(s, w, h-1)
}

// heading names the lines with the sign they are drawn in and their range.
func (c chart) heading(s scene) string {
	parts := []string{s.st.as(toneTitle, c.title)}
	for _, l := range c.lines {
		_, top := rangeOf(l.values)
		text := l.name
		if !math.IsInf(top, -1) {
			text += " max " + c.format(top)
		}
		parts = append(parts, s.st.as(l.tone, text))
	}
	return strings.Join(parts, "  ")
}

// top is the largest known value, 0 if none is positive.
func (c chart) top() float64 {
	top := 0.0
	for _, l := range c.lines {
		_, hi := rangeOf(l.values)
		top = max(top, hi)
	}
	return top
}

// niceTop rounds the end of an axis up to a number that reads well.
func niceTop(top float64) float64 {
	scale := math.Pow(10, math.Floor(math.Log10(top)))
	for _, step := range []float64{1, 1.2, 1.6, 2, 2.4, 3, 4, 5, 6, 8} {
		if step*scale >= top {
			return step * scale
		}
	}
	return 10 * scale
}

func rangeOf(values []float64) (lo, hi float64) {
	lo, hi = math.Inf(1), math.Inf(-1)
	for _, v := range values {
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			lo, hi = min(lo, v), max(hi, v)
		}
	}
	return lo, hi
}

func (c chart) sparks(s scene, w, h int) string {
	var out []string
	for _, l := range c.lines[:min(h, len(c.lines))] {
		out = append(out, s.st.as(l.tone, s.g.spark(l.values, w)))
	}
	return strings.Join(out, "\n")
}

// columns draws the first line as a field of columns and labels its ends.
func (c chart) columns(s scene, w, h int) string {
	if len(c.lines) == 0 {
		return ""
	}
	l := c.lines[0]
	rows := h - 1
	cells := resample(l.values, min(w, len(l.values)))
	top := c.top()
	out := make([]string, 0, h)
	for r := rows; r > 0; r-- {
		var b strings.Builder
		for _, v := range cells {
			b.WriteString(s.g.columnCell(v, top, r, rows))
		}
		out = append(out, s.st.as(l.tone, b.String()))
	}
	return strings.Join(append(out, c.axis(s, min(w, len(cells)))), "\n")
}

// columnCell is what row r of rows (from below, 1 first) shows of a value.
func (g glyphs) columnCell(v, top float64, r, rows int) string {
	if math.IsNaN(v) || top <= 0 {
		return g.hole
	}
	part := v/top*float64(rows) - float64(r-1)
	switch {
	case part >= 1:
		return g.levels[len(g.levels)-1]
	case part <= 0 && r == 1:
		return g.levels[0]
	case part <= 0:
		return " "
	}
	return g.levels[min(int(part*float64(len(g.levels))), len(g.levels)-1)]
}

func (c chart) axis(s scene, w int) string {
	from, to := stamp(c.window, c.window.From), stamp(c.window, c.window.To)
	pad := w - len(from) - len(to)
	if pad < 1 {
		return s.st.as(toneMuted, fit(from, w, ""))
	}
	return s.st.as(toneMuted, from+strings.Repeat(" ", pad)+to)
}

// stamp labels an instant as finely as the window deserves.
func stamp(w model.Window, t time.Time) string {
	if w.Hours() <= 48 {
		return t.UTC().Format("15:04")
	}
	return t.UTC().Format("2 Jan")
}

// braille draws all lines with ntcharts. A hole parts a line into data sets
// of their own, because the library would join what stands on its sides.
func (c chart) braille(s scene, w, h int) string {
	m := ts.New(w, h,
		ts.WithTimeRange(c.window.From, c.window.To), // without it the axis runs to the present
		ts.WithYRange(0, niceTop(c.top())),
		ts.WithXYSteps(max(w/16, 1), 2),
		ts.WithAxesStyles(s.st.by[toneMuted], s.st.by[toneMuted]),
		ts.WithXLabelFormatter(func(_ int, v float64) string {
			return stamp(c.window, time.Unix(int64(v), 0))
		}),
		ts.WithYLabelFormatter(func(_ int, v float64) string { return c.format(v) }),
	)
	var names []string
	for i, l := range c.lines {
		for j, run := range runs(l, c.window, 2*w) {
			name := fmt.Sprint(i, ".", j)
			m.SetDataSetStyle(name, lineStyle(s, l))
			for _, p := range run {
				m.PushDataSet(name, p)
			}
			names = append(names, name)
		}
	}
	m.DrawBrailleDataSets(names)
	return m.View()
}

func lineStyle(s scene, l line) lipgloss.Style { return s.st.by[l.tone] }

// runs turns a line into at most n points, parted where it has holes.
func runs(l line, w model.Window, n int) [][]ts.TimePoint {
	values := l.values
	if len(values) > n {
		values = shrink(l, n)
	}
	step := w.To.Sub(w.From) / time.Duration(max(len(values), 1))
	var out [][]ts.TimePoint
	open := false
	for i, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			open = false
			continue
		}
		if !open {
			out, open = append(out, nil), true
		}
		at := w.From.Add(step*time.Duration(i) + step/2)
		out[len(out)-1] = append(out[len(out)-1], ts.TimePoint{Time: at, Value: v})
	}
	return out
}

func shrink(l line, n int) []float64 {
	if !l.peak {
		return resample(l.values, n)
	}
	out := make([]float64, n)
	for i := range out {
		out[i] = math.NaN()
		for _, v := range l.values[i*len(l.values)/n : (i+1)*len(l.values)/n] {
			if math.IsNaN(out[i]) || v > out[i] {
				out[i] = v
			}
		}
	}
	return out
}

// drawing remembers one drawn chart. It changes what a View costs, never what
// it returns.
type drawing struct {
	key  drawingKey
	text string
}

type drawingKey struct {
	data  any
	w, h  int
	theme string
	set   GlyphSet
	what  string
}

// drawings holds the charts drawn last, by name.
type drawings map[string]drawing

// get returns the chart called what for data at w by h, drawing it only if
// any of them changed.
func (d drawings) get(s scene, what string, data any, w, h int, draw func() string) string {
	k := drawingKey{data: data, w: w, h: h, theme: s.st.theme, set: s.g.set, what: what}
	if old, ok := d[what]; ok && old.key == k {
		return old.text
	}
	text := draw()
	d[what] = drawing{k, text}
	return text
}
