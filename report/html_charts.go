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

// dailyCharts draw the account's days: cost, invocations, errors and mean
// duration.
func dailyCharts(a model.Analysis) []timeChart {
	days := DailyCosts(a)
	if len(days) == 0 {
		return nil
	}
	series := func(value func(DayCost) (float64, string)) []sample {
		out := make([]sample, len(days))
		for i, d := range days {
			v, text := value(d)
			if d.Missing {
				v, text = math.NaN(), "no data"
			}
			out[i] = sample{at: d.Day, value: v, tip: day(d.Day) + ": " + text}
		}
		return out
	}
	cost := newTimeChart("cost-per-day", "Cost per day", series(func(d DayCost) (float64, string) {
		if d.Cost.Unknown {
			return math.NaN(), "not known"
		}
		return d.Cost.Likely.Float64(), usd(d.Cost.Likely)
	}), false, axisDollars)
	calls := newTimeChart("calls-per-day", "Invocations per day", series(func(d DayCost) (float64, string) {
		return float64(d.Invocations), count(d.Invocations)
	}), false, compact)
	failed := newTimeChart("errors-per-day", "Errors per day", series(func(d DayCost) (float64, string) {
		return float64(d.Errors), count(d.Errors) + " (" + percent(ratio(d.Errors, d.Invocations)) + ")"
	}), false, compact)
	mean := newTimeChart("duration-per-day", "Mean duration", series(func(d DayCost) (float64, string) {
		if d.Invocations == 0 {
			return math.NaN(), "no invocations"
		}
		v := d.DurationMs / float64(d.Invocations)
		return v, millis(v)
	}), true, millis)
	total := sumDays(days)
	cost.Total, cost.Summary = likely(a.Total), fmt.Sprintf("Cost on each of %d days; %s in all. %s", len(days), likely(a.Total), extremes(days, "cost", func(d DayCost) float64 { return d.Cost.Likely.Float64() }))
	calls.Total, calls.Summary = compact(float64(total.Invocations)), fmt.Sprintf("%s invocations in %d days. %s", count(total.Invocations), len(days), extremes(days, "traffic", func(d DayCost) float64 { return float64(d.Invocations) }))
	failed.Total, failed.Summary = percent(ratio(total.Errors, total.Invocations)), fmt.Sprintf("%s errors, %s of all invocations. %s", count(total.Errors), percent(ratio(total.Errors, total.Invocations)), extremes(days, "errors", func(d DayCost) float64 { return float64(d.Errors) }))
	if total.Invocations > 0 {
		mean.Total = millis(total.DurationMs / float64(total.Invocations))
	}
	mean.Summary = "Mean duration of all invocations of a day, over all functions: " + cmp.Or(mean.Total, dash) + " in the window."
	return []timeChart{cost, calls, failed, mean}
}

func sumDays(days []DayCost) DayCost {
	var sum DayCost
	for _, d := range days {
		sum.Invocations, sum.Errors, sum.DurationMs = sum.Invocations+d.Invocations, sum.Errors+d.Errors, sum.DurationMs+d.DurationMs
	}
	return sum
}

// extremes names the highest and lowest day.
func extremes(days []DayCost, what string, value func(DayCost) float64) string {
	by := func(a, b DayCost) int { return cmp.Compare(value(a), value(b)) }
	return fmt.Sprintf("Highest %s on %s, lowest on %s.", what, day(slices.MaxFunc(days, by).Day), day(slices.MinFunc(days, by).Day))
}

func axisDollars(v float64) string {
	if v >= 10 || v == 0 {
		return "$" + compact(v)
	}
	return "$" + number(v)
}

// ranked is how many bars a ranking shows before it sums up the others.
const ranked = 12

// functionRanking draws the dearest functions; the rest share a bar.
func functionRanking(a model.Analysis, anchors []string) rankChart {
	t, err := Functions(a, FunctionOptions{Top: ranked})
	if err != nil {
		return rankChart{}
	}
	cost := pick(&t, "cost_usd")[0]
	texts := t.column(cost, true)
	var items []rankItem
	var rest float64
	for i, f := range a.Functions {
		if i >= ranked {
			rest += f.Cost.Likely.Float64()
			continue
		}
		it := rankItem{label: textsafe.Line(f.Key.Name), value: texts[i], tip: textsafe.Line(f.Key.Name) + ": " + money(f.Cost), href: anchors[i], amount: math.NaN()}
		if !f.Cost.Unknown {
			it.amount, it.low, it.high = f.Cost.Likely.Float64(), f.Cost.Low.Float64(), f.Cost.High.Float64()
		}
		items = append(items, it)
	}
	if n := len(a.Functions) - ranked; n > 0 {
		items = append(items, rankItem{label: fmt.Sprintf("%d more", n), value: texts[ranked], tip: "all other functions", amount: rest, low: rest, high: rest, mark: "rest"})
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
			tip:    fmt.Sprintf("%s: %s of %s invocations, median init %s", textsafe.Line(f.Key.Name), count(f.Cold.Count), count(f.Cold.Reports), millis(f.Cold.InitP50Ms)),
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
	var drawn []model.Option
	for _, o := range c.Options {
		if len(curvePoints(o)) < 2 || len(drawn) == curvesDrawn {
			continue
		}
		drawn = append(drawn, o)
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
