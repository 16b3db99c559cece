package report

import (
	"strings"
	"time"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// DayCost is what one UTC day cost.
type DayCost struct {
	Day         time.Time
	Cost        model.Cost
	Invocations int64
	Errors      int64
	DurationMs  float64
	Missing     bool // a gap covers all of it
}

// spreadNote says how DailyCosts knows.
const spreadNote = "A day's cost is its share of each line item: of requests by invocations, of duration by duration, of what is held ready by time."

// DailyCosts spreads each function's line items over its days: requests by
// invocations, duration by summed duration, all else evenly; other services
// are known by day. The days add up to the total. Days are ascending; there are none without
// daily data.
func DailyCosts(a model.Analysis) []DayCost {
	index := map[time.Time]int{}
	var days []DayCost
	for _, f := range a.Functions {
		for _, d := range f.Daily {
			if _, seen := index[d.Day]; !seen {
				index[d.Day] = -1
			}
		}
	}
	for _, d := range a.ServiceDays {
		index[d.Day] = -1
	}
	for d := a.Window.From.UTC().Truncate(24 * time.Hour); d.Before(a.Window.To); d = d.AddDate(0, 0, 1) {
		if _, used := index[d]; used {
			index[d] = len(days)
			days = append(days, DayCost{Day: d, Cost: model.Exactly(unit.USD{}), Missing: true})
		}
	}
	for _, f := range a.Functions {
		spread(f, days, index)
	}
	for _, d := range a.ServiceDays {
		if i := index[d.Day]; i >= 0 && i < len(days) {
			days[i].Cost, days[i].Missing = days[i].Cost.Add(d.Cost), false
		}
	}
	return days
}

// spread adds one function to the account's days. The last day with any
// weight takes what rounding leaves over, so that nothing is lost.
func spread(f model.Function, days []DayCost, index map[time.Time]int) {
	for _, d := range f.Daily {
		if i := index[d.Day]; i >= 0 && i < len(days) {
			day := &days[i]
			day.Invocations, day.Errors, day.DurationMs = day.Invocations+d.Invocations, day.Errors+d.Errors, day.DurationMs+d.DurationMs
			day.Missing = day.Missing && d.Missing
		}
	}
	for _, l := range f.LineItems {
		for i, c := range lineByDay(l, f.Daily) {
			if k := index[f.Daily[i].Day]; k >= 0 && k < len(days) {
				days[k].Cost = days[k].Cost.Add(c)
			}
		}
	}
}

func lineByDay(l model.LineItem, daily []model.DayPoint) []model.Cost {
	weights := make([]unit.Quantity, len(daily))
	sum, last := unit.Quantity{}, -1
	for i, d := range daily {
		if weights[i] = dayWeight(l.Dimension, d); weights[i].Sign() > 0 {
			sum, last = sum.Add(weights[i]), i
		}
	}
	if last < 0 { // billed though nothing ran: all days alike
		for i := range weights {
			weights[i], last = unit.QuantityOf(1), i
		}
		sum = unit.QuantityOf(int64(len(weights)))
	}
	out := make([]model.Cost, len(daily))
	given := model.Exactly(unit.USD{})
	for i := range daily {
		if l.Cost.Unknown {
			out[i] = model.UnknownCost
			continue
		}
		out[i] = l.Cost.Scale(weights[i].Div(sum))
		if i == last {
			out[i] = model.Cost{Low: l.Cost.Low.Sub(given.Low), Likely: l.Cost.Likely.Sub(given.Likely), High: l.Cost.High.Sub(given.High)}
		}
		given = given.Add(out[i])
	}
	return out
}

func dayWeight(dimension string, d model.DayPoint) unit.Quantity {
	switch {
	case strings.Contains(dimension, "requests"):
		return unit.QuantityOf(d.Invocations)
	case strings.Contains(dimension, "duration"):
		return unit.QuantityOf(int64(d.DurationMs * 1000))
	case d.Missing:
		return unit.Quantity{}
	}
	return unit.QuantityOf(1)
}
