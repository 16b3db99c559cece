package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// The charts here are finished geometry: coordinates, labels and a summary
// in words. The templates in html/charts.html draw them as SVG, so that every
// text passes through html/template.

// px is a coordinate in a chart's own units, printed to a tenth.
type px float64

// String prints a coordinate without needless digits.
func (p px) String() string { return strconv.FormatFloat(math.Round(float64(p)*10)/10, 'f', -1, 64) }

type tick struct {
	At    px
	Label string
}

// bar is a bar with its tooltip; a missing one is drawn as a hatched stripe.
type bar struct {
	X, Y, W, H px
	Tip        string
	Missing    bool
	Unusual    bool // in another colour
}

// timeChart has one bar or one point a period.
type timeChart struct {
	ID, Title, Total, Summary string
	Bars                      []bar
	Line                      string // SVG path of a line chart, empty for bars
	Dots                      []bar  // points of a line chart
	X, Y                      []tick
}

// The plot area of a timeChart, in a view box of 520 by 200.
const (
	timeLeft, timeRight, timeTop, timeBottom = 50.0, 512.0, 12.0, 172.0
	// timeLabel is how far right a label may be centred and stay in the box.
	timeLabel = 500.0
)

// sample is one value of a time series; NaN is missing.
type sample struct {
	value      float64
	label, tip string // under the axis, and on the bar
	unusual    bool
}

// newTimeChart draws samples as bars, or as a line.
func newTimeChart(id, title string, samples []sample, line bool, label func(float64) string) timeChart {
	c := timeChart{ID: id, Title: title}
	top := 0.0
	for _, s := range samples {
		if !math.IsNaN(s.value) {
			top = max(top, s.value)
		}
	}
	ticks := niceTicks(top, 4)
	top = ticks[len(ticks)-1]
	y := func(v float64) float64 { return timeBottom - (timeBottom-timeTop)*v/top }
	for _, v := range ticks {
		c.Y = append(c.Y, tick{px(y(v)), label(v)})
	}
	step := (timeRight - timeLeft) / float64(max(1, len(samples)))
	width := max(1, step*0.72)
	var path strings.Builder
	pen := "M"
	for i, s := range samples {
		x := timeLeft + step*(float64(i)+0.5)
		if labelled(i, len(samples)) {
			c.X = append(c.X, tick{px(min(x, timeLabel)), s.label})
		}
		b := bar{X: px(x - width/2), W: px(width), Tip: s.tip, Unusual: s.unusual}
		switch {
		case math.IsNaN(s.value):
			b.Y, b.H, b.Missing = timeTop, timeBottom-timeTop, true
			pen = "M"
		case line:
			b.X, b.Y = px(x), px(y(s.value))
			path.WriteString(pen + px(x).String() + " " + px(y(s.value)).String())
			pen = "L"
		default:
			b.Y, b.H = px(y(s.value)), px(timeBottom-y(s.value))
		}
		if line && !b.Missing {
			c.Dots = append(c.Dots, b)
		} else {
			c.Bars = append(c.Bars, b)
		}
	}
	c.Line = path.String()
	return c
}

// labelled picks about six labels of n.
func labelled(i, n int) bool {
	every := max(1, (n+5)/6)
	return i%every == 0
}

// niceTicks returns 0, step, 2 step ... up to the first that is not below
// top; step is 1, 2, 2.5 or 5 times a power of ten. There are about n.
func niceTicks(top float64, n int) []float64 {
	if !(top > 0) || math.IsInf(top, 0) {
		return []float64{0, 1}
	}
	raw := top / float64(n)
	power := math.Pow(10, math.Floor(math.Log10(raw)))
	step := 10 * power
	for _, m := range []float64{1, 2, 2.5, 5} {
		if m*power >= raw*(1-1e-9) {
			step = m * power
			break
		}
	}
	out := []float64{0}
	for i := 1; out[len(out)-1] < top*(1-1e-9); i++ {
		out = append(out, step*float64(i))
	}
	return out
}

// rankChart has one horizontal bar a name, from the largest.
type rankChart struct {
	ID, Title, Summary  string
	Width, Height       px
	NameX, BarX, ValueX px
	Rows                []rankRow
}

// rankRow is one bar of a rankChart.
type rankRow struct {
	Label, Value, Tip string
	Href              string // of the label, "" for none
	Y, TextY, W       px
	// Low and High are the ends of a whisker; equal for none.
	Low, High px
	Mark      string // class that sets the row apart: "base", "best", "unknown"
}

// rankShape is the width of a rankChart's view box and of the part for bars.
type rankShape struct{ width, left, right float64 }

var (
	wideRank = rankShape{760, 220, 640}
	halfRank = rankShape{520, 200, 400}
)

const rankStep = 28.0 // from one bar to the next

// rankItem is what a rankChart is made of.
type rankItem struct {
	label, value, tip, href, mark string
	amount, low, high             float64 // NaN: unknown
}

func newRankChart(id, title string, shape rankShape, items []rankItem) rankChart {
	c := rankChart{ID: id, Title: title, Width: px(shape.width), NameX: px(shape.left - 8), BarX: px(shape.left), ValueX: px(shape.width - 8), Height: px(rankStep*float64(len(items)) + 6)}
	top := 0.0
	for _, it := range items {
		if !math.IsNaN(it.amount) {
			top = max(top, it.amount, it.high)
		}
	}
	if top == 0 {
		top = 1
	}
	x := func(v float64) float64 { return (shape.right - shape.left) * math.Max(0, v) / top }
	for i, it := range items {
		y := rankStep*float64(i) + 4
		r := rankRow{Label: shorten(it.label, int(shape.left/8)), Value: it.value, Tip: it.tip, Href: it.href, Mark: it.mark, Y: px(y), TextY: px(y + 15)}
		if math.IsNaN(it.amount) {
			r.Mark = "unknown"
		} else {
			r.W, r.Low, r.High = px(max(1, x(it.amount))), px(shape.left+x(it.low)), px(shape.left+x(it.high))
		}
		c.Rows = append(c.Rows, r)
	}
	return c
}

// shorten cuts a label to n characters.
func shorten(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n-1]) + "…"
}

// curveChart draws cost against rate on logarithmic axes.
type curveChart struct {
	ID, Title, Summary string
	Curves             []curve
	X, Y               []tick
	NowX               px // the rate as it is
	NowLabel           string
	Crossings          []crossing
}

type curve struct {
	Name, Path string
	Style      int // 0 is Lambda as it is
	EndX, EndY px
	LabelY     px
}

type crossing struct {
	X, Y px
	Tip  string
}

// The plot area of a curveChart, in a view box of 760 by 360.
const (
	curveLeft, curveRight, curveTop, curveBottom = 70.0, 740.0, 16.0, 318.0
)

// point is a point of a curve: both coordinates are positive.
type point struct{ x, y float64 }

// logScale maps [low, high] logarithmically onto [from, to].
type logScale struct{ low, high, from, to float64 }

func (s logScale) at(v float64) float64 {
	return s.from + (s.to-s.from)*math.Log(v/s.low)/math.Log(s.high/s.low)
}

// ticks are the powers of ten inside, with 2 and 5 between where there is room.
func (s logScale) ticks(label func(float64) string) []tick {
	decades := math.Log10(s.high / s.low)
	steps := []float64{1}
	if decades < 3.2 {
		steps = []float64{1, 2, 5}
	}
	var out []tick
	for e := math.Floor(math.Log10(s.low)); e <= math.Ceil(math.Log10(s.high)); e++ {
		for _, m := range steps {
			if v := m * math.Pow(10, e); v >= s.low*0.999 && v <= s.high*1.001 {
				out = append(out, tick{px(s.at(v)), label(v)})
			}
		}
	}
	return out
}

// path is the SVG path of a curve; NaN breaks it.
func path(points []point, x, y logScale) string {
	var b strings.Builder
	for i, p := range points {
		pen := "L"
		if i == 0 {
			pen = "M"
		}
		fmt.Fprintf(&b, "%s%s %s", pen, px(x.at(p.x)), px(y.at(p.y)))
	}
	return b.String()
}

// sparkline is the path of a series in a box of 100 by 20; missing values
// break the line. It is empty without two values.
func sparkline(values []float64) string {
	top, n := 0.0, 0
	for _, v := range values {
		if !math.IsNaN(v) {
			top, n = max(top, v), n+1
		}
	}
	if n < 2 || top == 0 {
		return ""
	}
	var b strings.Builder
	pen := "M"
	for i, v := range values {
		if math.IsNaN(v) {
			pen = "M"
			continue
		}
		x := math.Round(100 * float64(i) / float64(len(values)-1))
		y := math.Round(19 - 18*v/top)
		b.WriteString(pen + strconv.Itoa(int(x)) + " " + strconv.Itoa(int(y)))
		pen = " " // further pairs after a move are lines
	}
	return b.String()
}
