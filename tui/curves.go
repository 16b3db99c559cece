package tui

import (
	"math"
	"strings"

	"github.com/breakeven-dev/breakeven/model"
)

// most curves that can be told apart in one plot.
const mostCurves = 6

// rateCurves draws what each option costs a month over the rate of requests,
// both axes logarithmic, in w by h cells. A curve is drawn in its letter, so
// that no colour is needed to follow it; a column of bars marks the present
// rate. It returns nothing where there are no curves.
func rateCurves(s scene, c model.Comparison, w, h int) []string {
	curves := withCurves(c.Options)
	box, ok := bounds(curves)
	const axis = 9 // cells for amounts
	cols, rows := w-axis, h-2-len(curveLegend(s, curves, w))
	if !ok || cols < 10 || rows < 3 {
		return nil
	}
	grid := make([][]byte, rows)
	for i := range grid {
		grid[i] = []byte(strings.Repeat(" ", cols))
	}
	if x, ok := box.column(c.RatePerSecond, cols); ok {
		for i := range grid {
			grid[i][x] = '|'
		}
	}
	// From the last to the first: where curves meet, the cheaper way shows.
	for i := len(curves) - 1; i >= 0; i-- {
		for x := range cols {
			if y, ok := box.row(costAt(curves[i].Curve, box.rate(x, cols)), rows); ok {
				grid[y][x] = byte('A' + i)
			}
		}
	}
	return append(box.framed(s, grid, axis, cols), curveLegend(s, curves, w)...)
}

func withCurves(opts []model.Option) []model.Option {
	var out []model.Option
	for _, o := range opts {
		if len(o.Curve) > 1 && len(out) < mostCurves {
			out = append(out, o)
		}
	}
	return out
}

// curveBox is the range of a plot, as decadic logarithms.
type curveBox struct{ x0, x1, y0, y1 float64 }

func bounds(curves []model.Option) (curveBox, bool) {
	b := curveBox{math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)}
	for _, o := range curves {
		for _, p := range o.Curve {
			m := likely(p.Monthly)
			if p.RatePerSecond <= 0 || !(m > 0) {
				continue
			}
			b.x0, b.x1 = min(b.x0, math.Log10(p.RatePerSecond)), max(b.x1, math.Log10(p.RatePerSecond))
			b.y0, b.y1 = min(b.y0, math.Log10(m)), max(b.y1, math.Log10(m))
		}
	}
	return b, b.x1 > b.x0 && b.y1 > b.y0
}

func (b curveBox) rate(x, cols int) float64 {
	return math.Pow(10, b.x0+(b.x1-b.x0)*float64(x)/float64(cols-1))
}

func (b curveBox) column(rate float64, cols int) (int, bool) {
	if !(rate > 0) {
		return 0, false
	}
	x := int(math.Round((math.Log10(rate) - b.x0) / (b.x1 - b.x0) * float64(cols-1)))
	return x, x >= 0 && x < cols
}

func (b curveBox) row(monthly float64, rows int) (int, bool) {
	if !(monthly > 0) {
		return 0, false
	}
	y := int(math.Round((b.y1 - math.Log10(monthly)) / (b.y1 - b.y0) * float64(rows-1)))
	return y, y >= 0 && y < rows
}

// costAt reads a curve between its points; NaN outside of it or where it is
// unknown.
func costAt(curve []model.RateCost, rate float64) float64 {
	for i := 1; i < len(curve); i++ {
		p, q := curve[i-1], curve[i]
		if rate > q.RatePerSecond*(1+1e-9) || rate < p.RatePerSecond*(1-1e-9) {
			continue
		}
		a, b := likely(p.Monthly), likely(q.Monthly)
		if q.RatePerSecond <= p.RatePerSecond {
			return b
		}
		part := (rate - p.RatePerSecond) / (q.RatePerSecond - p.RatePerSecond)
		return a + (b-a)*min(max(part, 0), 1)
	}
	return math.NaN()
}

// framed puts amounts to the left of the grid and rates below it.
func (b curveBox) framed(s scene, grid [][]byte, axis, cols int) []string {
	side, corner := "│", "└"
	if s.g.set == GlyphsASCII {
		side, corner = "|", "+"
	}
	var out []string
	for y, line := range grid {
		amount := ""
		if y%3 == 0 || y == len(grid)-1 {
			at := math.Pow(10, b.y1-(b.y1-b.y0)*float64(y)/float64(len(grid)-1))
			amount = "$" + short(at)
		}
		out = append(out, s.st.as(toneMuted, fitRight(amount, axis-1, "")+side)+s.st.as(toneChart, string(line)))
	}
	from, mid, to := perTime(b.rate(0, cols)), perTime(b.rate(cols/2, cols)), perTime(b.rate(cols-1, cols))
	gap := max(cols-len(from)-len(mid)-len(to), 2)
	labels := from + strings.Repeat(" ", gap/2) + mid + strings.Repeat(" ", gap-gap/2) + to
	return append(out, s.st.as(toneMuted, strings.Repeat(" ", axis-1)+corner+strings.Repeat(s.g.rule, cols)),
		s.st.as(toneMuted, strings.Repeat(" ", axis)+labels))
}

// curveLegend names the letters.
func curveLegend(s scene, curves []model.Option, w int) []string {
	parts := make([]string, len(curves))
	for i := range curves {
		parts[i] = string(rune('A'+i)) + " " + optionName(&curves[i])
	}
	return wrap(strings.Join(parts, "   ")+"   | the present rate", w)
}
