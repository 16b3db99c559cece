package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/textsafe"
)

func axisDollars(v float64) string {
	if v >= 10 || v == 0 {
		return "$" + compact(v)
	}
	return "$" + number(v)
}

// ranked is how many bars a ranking shows before it sums up the others.
const ranked = 12

// functionRanking draws the dearest functions; the rest share a bar. The
// amounts are those of the table of functions, t.
func functionRanking(a model.Analysis, t *Table, anchors []string) rankChart {
	cost := pick(t, "cost_usd")[0]
	texts := t.column(cost, true)
	var items []rankItem
	for i, f := range a.Functions[:min(ranked, len(a.Functions))] {
		it := rankItem{label: textsafe.Line(f.Key.Name), value: texts[i], tip: textsafe.Line(f.Key.Name) + ": " + money(f.Cost), href: anchors[i], amount: math.NaN()}
		if !f.Cost.Unknown {
			it.amount, it.low, it.high = f.Cost.Likely.Float64(), f.Cost.Low.Float64(), f.Cost.High.Float64()
		}
		items = append(items, it)
	}
	if n := len(a.Functions) - ranked; n > 0 {
		rest, text := 0.0, dash
		for _, f := range a.Functions[ranked:] {
			rest += f.Cost.Likely.Float64()
		}
		if printed, places, ok := t.restOf(cost, ranked); ok {
			text = dollars(printed, places)
		}
		items = append(items, rankItem{label: fmt.Sprintf("%d more", n), value: text, tip: "all other functions", amount: rest, low: rest, high: rest, mark: "rest"})
	}
	c := newRankChart("cost-by-function", "Cost by function", wideRank, items)
	c.Summary = rankSummary("functions by cost", items)
	return c
}

func rankSummary(what string, items []rankItem) string {
	var parts []string
	for _, it := range items[:min(3, len(items))] {
		parts = append(parts, it.label+" "+it.value)
	}
	return fmt.Sprintf("Bar chart of %s: %s.", what, strings.Join(parts, ", "))
}

// coldRanking draws the share of cold starts of the functions that have most.
func coldRanking(a model.Analysis, anchors map[string]string) rankChart {
	fns := slices.Clone(a.Functions)
	fns = slices.DeleteFunc(fns, func(f model.Function) bool { return !f.Cold.Known || f.Cold.Count == 0 })
	slices.SortStableFunc(fns, func(f, g model.Function) int {
		return cmp.Or(cmp.Compare(coldRate(g), coldRate(f)), cmp.Compare(f.Key.ID, g.Key.ID))
	})
	var items []rankItem
	for _, f := range fns[:min(ranked, len(fns))] {
		r := coldRate(f)
		items = append(items, rankItem{
			label: textsafe.Line(f.Key.Name), value: percent(r) + " · " + count(f.Cold.Count), href: anchors[string(f.Key.ID)],
			tip:    fmt.Sprintf("%s: %s of %s invocations, mean init %s", textsafe.Line(f.Key.Name), count(f.Cold.Count), count(f.Cold.Reports), millis(meanInit(f.Cold))),
			amount: r, low: r, high: r,
		})
	}
	c := newRankChart("cold-by-function", "Share of invocations that started cold", halfRank, items)
	c.Summary = rankSummary("functions by share of cold starts", items)
	return c
}

// coldByHour draws cold starts by UTC hour of the day, summed over the window.
func coldByHour(a model.Analysis) timeChart {
	var sums, calls [24]int64
	for _, h := range a.Hours {
		sums[h.At.UTC().Hour()] += h.ColdStarts
		calls[h.At.UTC().Hour()] += h.Invocations
	}
	samples := make([]sample, 24)
	for i := range samples {
		samples[i] = sample{value: float64(sums[i]), tip: fmt.Sprintf("%02d:00 UTC: %s cold starts, %s of invocations", i, count(sums[i]), percent(ratio(sums[i], calls[i])))}
	}
	c := newTimeChart("cold-by-hour", "Cold starts by hour of day (UTC)", samples, false, compact)
	c.X = nil
	step := (timeRight - timeLeft) / 24
	for h := 0; h < 24; h += 4 {
		c.X = append(c.X, tick{px(timeLeft + step*(float64(h)+0.5)), fmt.Sprintf("%02d:00", h)})
	}
	c.Summary = fmt.Sprintf("Cold starts summed by UTC hour of the day, %s in all.", count(sumOf(sums[:])))
	return c
}

func sumOf(values []int64) (sum int64) {
	for _, v := range values {
		sum += v
	}
	return sum
}

// optionRanking draws what each option costs a month.
func optionRanking(id string, c model.Comparison) rankChart {
	var items []rankItem
	for i, o := range c.Options {
		it := rankItem{label: optionName(o), value: likely(o.Monthly), tip: optionName(o) + ": " + money(o.Monthly) + " a month", amount: math.NaN()}
		switch {
		case i == 0:
			it.mark = "base"
		case cheaper(o, c.Options[0]):
			it.mark = "best"
		}
		if !o.Monthly.Unknown {
			it.amount, it.low, it.high = o.Monthly.Likely.Float64(), o.Monthly.Low.Float64(), o.Monthly.High.Float64()
		}
		items = append(items, it)
	}
	chart := newRankChart(id, "Cost per month of each way to run it", wideRank, items)
	chart.Summary = rankSummary("ways to run it by cost per month", items)
	return chart
}

// cheaper tells whether even the high bound of o is below base's likely cost.
func cheaper(o, base model.Option) bool {
	return !o.Monthly.Unknown && !base.Monthly.Unknown && o.Monthly.High.Cmp(base.Monthly.Likely) < 0
}

func optionName(o model.Option) string {
	name := map[string]string{
		"lambda": "Lambda", "lambda-provisioned-concurrency": "Lambda, provisioned",
		"lambda-managed-instances": "Lambda Managed Inst.", "fargate": "Fargate", "ec2": "EC2",
		"fargate-autoscaled": "Fargate, autoscaled", "ec2-autoscaled": "EC2, autoscaled",
	}[o.Option]
	name = textsafe.Line(cmp.Or(name, o.Option))
	if o.Architecture != "" {
		name += " " + strings.TrimSuffix(textsafe.Line(string(o.Architecture)), "_64")
	}
	if o.Purchase != "" && o.Purchase != "on-demand" {
		name += " " + textsafe.Line(o.Purchase)
	}
	return name
}

// curvesDrawn is how many lines the break-even chart can tell apart.
const curvesDrawn = 6

// breakEven draws cost against rate. It uses the options' curves; an option
// without one is left out. ok is false where fewer than two can be drawn.
func breakEven(id string, c model.Comparison) (chart curveChart, ok bool) {
	chart = curveChart{ID: id, Title: "Where the lines cross: cost per month against requests a second"}
	x := logScale{math.Inf(1), 0, curveLeft, curveRight}
	y := logScale{math.Inf(1), 0, curveBottom, curveTop}
	drawn := toDraw(c.Options)
	for _, o := range drawn {
		for _, p := range curvePoints(o) {
			x.low, x.high = min(x.low, p.x), max(x.high, p.x)
			y.low, y.high = min(y.low, p.y), max(y.high, p.y)
		}
	}
	if len(drawn) < 2 || x.high <= x.low || y.high <= y.low {
		return chart, false
	}
	y.low = max(y.low, y.high/1e5) // more than five decades show nothing
	for i, o := range drawn {
		points := slices.DeleteFunc(curvePoints(o), func(p point) bool { return p.y < y.low })
		last := points[len(points)-1]
		chart.Curves = append(chart.Curves, curve{Name: optionName(o), Path: path(points, x, y), Style: i, EndX: px(x.at(last.x)), EndY: px(y.at(last.y))})
		if o.BreakEven != nil && *o.BreakEven > x.low && *o.BreakEven < x.high {
			if at := interpolate(points, *o.BreakEven); at >= y.low {
				chart.Crossings = append(chart.Crossings, crossing{px(x.at(*o.BreakEven)), px(y.at(at)), fmt.Sprintf("%s costs less than Lambda from %s requests a second", optionName(o), number(*o.BreakEven))})
			}
		}
	}
	chart.X, chart.Y = x.ticks(number), y.ticks(axisDollars)
	if c.RatePerSecond > x.low && c.RatePerSecond < x.high {
		chart.NowX, chart.NowLabel = px(x.at(c.RatePerSecond)), "now: "+number(c.RatePerSecond)+"/s"
	}
	chart.Summary = breakEvenSummary(drawn)
	return chart, true
}

// toDraw picks the options that a break-even chart shows: Lambda as it is, the
// cheapest of all, and the cheapest on-demand one of each kind. The others are
// in the table.
func toDraw(options []model.Option) []model.Option {
	var out []model.Option
	kinds := map[string]bool{}
	for i, o := range options {
		if len(curvePoints(o)) < 2 || len(out) == curvesDrawn {
			continue
		}
		first := i == 0 || i == 1
		if !first && (o.Purchase != "on-demand" || kinds[o.Option]) {
			continue
		}
		if o.Purchase == "on-demand" {
			kinds[o.Option] = true
		}
		out = append(out, o)
	}
	return out
}

func breakEvenSummary(options []model.Option) string {
	var parts []string
	for _, o := range options {
		if o.BreakEven != nil {
			parts = append(parts, fmt.Sprintf("%s from %s requests a second", optionName(o), number(*o.BreakEven)))
		}
	}
	if len(parts) == 0 {
		return "No option becomes cheaper than Lambda at any rate."
	}
	return "Cheaper than Lambda: " + strings.Join(parts, "; ") + "."
}

// curvePoints are an option's known, positive points.
func curvePoints(o model.Option) []point {
	var out []point
	for _, r := range o.Curve {
		if cost := r.Monthly.Likely.Float64(); !r.Monthly.Unknown && r.RatePerSecond > 0 && cost > 0 {
			out = append(out, point{r.RatePerSecond, cost})
		}
	}
	return out
}

// interpolate reads a curve at x, on logarithmic axes; 0 outside of it.
func interpolate(points []point, x float64) float64 {
	for i := 1; i < len(points); i++ {
		a, b := points[i-1], points[i]
		if a.x <= x && x <= b.x && b.x > a.x {
			t := math.Log(x/a.x) / math.Log(b.x/a.x)
			return a.y * math.Pow(b.y/a.y, t)
		}
	}
	return 0
}
