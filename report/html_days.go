package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/breakeven-dev/breakeven/model"
)

// fewDays is up to how many days a window's traffic is drawn hour by hour.
const fewDays = 3

// timeline is the account's traffic by day, or by hour in a short window.
type timeline struct {
	points []DayCost // without cost where they are hours
	each   string    // "day" or "hour"
	sum    DayCost
	odd    []model.Unusual
}

func newTimeline(a model.Analysis, days []DayCost) timeline {
	t := timeline{points: days, each: "day", odd: a.Unusual}
	if len(days) <= fewDays && len(a.Hours) > 1 {
		t.points, t.each = nil, "hour"
		for _, h := range a.Hours {
			t.points = append(t.points, DayCost{Day: h.At, Invocations: h.Invocations, Errors: h.Errors, DurationMs: h.DurationMs, Missing: h.Missing})
		}
	}
	for _, d := range t.points {
		t.sum.Invocations, t.sum.Errors, t.sum.DurationMs = t.sum.Invocations+d.Invocations, t.sum.Errors+d.Errors, t.sum.DurationMs+d.DurationMs
	}
	return t
}

// samples reads a value and its text off every point, and marks those in which
// one of the metrics was out of the ordinary.
func (t timeline) samples(value func(DayCost) (float64, string), metrics ...string) []sample {
	out := make([]sample, len(t.points))
	for i, d := range t.points {
		v, text := value(d)
		if d.Missing {
			v, text = math.NaN(), "no data"
		}
		end := d.Day.AddDate(0, 0, 1)
		if t.each == "hour" {
			end = d.Day.Add(time.Hour)
		}
		odd := unusualIn(t.odd, d.Day, end, metrics)
		text += odd
		out[i] = sample{value: v, label: d.Day.UTC().Format("2 Jan"), tip: day(d.Day) + ": " + text, unusual: odd != ""}
		if t.each == "hour" {
			out[i].label, out[i].tip = d.Day.UTC().Format("15:04"), instant(d.Day)+": "+text
		}
	}
	return out
}

// extremes names the highest and lowest point.
func (t timeline) extremes(what string, value func(DayCost) float64) string {
	by := func(a, b DayCost) int { return cmp.Compare(value(a), value(b)) }
	at := func(d DayCost) string {
		if t.each == "hour" {
			return instant(d.Day)
		}
		return day(d.Day)
	}
	return fmt.Sprintf("Highest %s on %s, lowest on %s.", what, at(slices.MaxFunc(t.points, by)), at(slices.MinFunc(t.points, by)))
}

// timeCharts draw the account over time: cost, invocations, errors and mean
// duration.
func timeCharts(a model.Analysis) []timeChart {
	days := DailyCosts(a)
	if len(days) == 0 {
		return nil
	}
	t := newTimeline(a, days)
	charts := []timeChart{t.callChart(), t.errorChart(), t.durationChart()}
	if len(days) > 1 {
		charts = slices.Insert(charts, 0, costChart(a, days))
	}
	return charts
}

// unusualTable names the hours that the charts mark.
func unusualTable(a model.Analysis) htmlTable {
	t := UnusualHours(a)
	h := plainTable("unusual", t.Title, &t, nil)
	h.Notes = t.Notes
	return h
}

func costChart(a model.Analysis, days []DayCost) timeChart {
	t := timeline{points: days, each: "day", odd: a.Unusual}
	c := newTimeChart("cost-per-day", "Cost per day", t.samples(func(d DayCost) (float64, string) {
		if d.Cost.Unknown {
			return math.NaN(), "not known"
		}
		return d.Cost.Likely.Float64(), usd(d.Cost.Likely)
	}, "invocations", "duration_seconds"), false, axisDollars)
	c.Total = likely(a.Total)
	c.Summary = fmt.Sprintf("Cost on each of %d days; %s in all. %s", len(days), c.Total, t.extremes("cost", func(d DayCost) float64 { return d.Cost.Likely.Float64() }))
	return c
}

func (t timeline) callChart() timeChart {
	c := newTimeChart("calls-over-time", "Invocations per "+t.each, t.samples(func(d DayCost) (float64, string) {
		return float64(d.Invocations), count(d.Invocations)
	}, "invocations"), false, compact)
	c.Total = compact(float64(t.sum.Invocations))
	c.Summary = fmt.Sprintf("%s invocations in all. %s", count(t.sum.Invocations), t.extremes("traffic", func(d DayCost) float64 { return float64(d.Invocations) }))
	return c
}

func (t timeline) errorChart() timeChart {
	c := newTimeChart("errors-over-time", "Errors per "+t.each, t.samples(func(d DayCost) (float64, string) {
		return float64(d.Errors), count(d.Errors) + " (" + percent(ratio(d.Errors, d.Invocations)) + ")"
	}, "errors"), false, compact)
	c.Total = percentOf(t.sum.Errors, t.sum.Invocations)
	c.Summary = fmt.Sprintf("%s errors, %s of all invocations. %s", count(t.sum.Errors), c.Total, t.extremes("errors", func(d DayCost) float64 { return float64(d.Errors) }))
	return c
}

func (t timeline) durationChart() timeChart {
	c := newTimeChart("duration-over-time", "Mean duration", t.samples(func(d DayCost) (float64, string) {
		if d.Invocations == 0 {
			return math.NaN(), "no invocations"
		}
		v := d.DurationMs / float64(d.Invocations)
		return v, millis(v)
	}, "duration_seconds"), true, millis)
	c.Total = dash
	if t.sum.Invocations > 0 {
		c.Total = millis(t.sum.DurationMs / float64(t.sum.Invocations))
	}
	c.Summary = "Mean duration of all invocations of each " + t.each + ", over all functions: " + c.Total + " in the window."
	return c
}
