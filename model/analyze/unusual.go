package analyze

import (
	"math"
	"slices"
	"time"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/anomaly"
)

const (
	dayHours = 24
	// newsShare is the least that a stretch must differ by, as a share of what
	// the account does on a mean day: less changes nobody's bill.
	newsShare = 0.01
	// chance is how many standard deviations of a count are no news: that of
	// independent events is the square root of their mean (Poisson).
	chance = 6
	// causeShare is the least share of the difference that a cause explains.
	causeShare = 0.5
)

// watched is a figure of the account that is watched hour by hour. A stretch
// that one found is not told again by a later one in the list.
var watched = []struct {
	metric string
	count  bool // of independent events
	again  bool // even where an earlier one found the same hours
	hour   func(*model.HourPoint) float64
	day    func(*model.DayPoint) float64
}{
	{
		"invocations", true, false,
		func(h *model.HourPoint) float64 { return float64(h.Invocations) },
		func(d *model.DayPoint) float64 { return float64(d.Invocations) },
	},
	{
		"errors", true, true,
		func(h *model.HourPoint) float64 { return float64(h.Errors) },
		func(d *model.DayPoint) float64 { return float64(d.Errors) },
	},
	{
		"duration_seconds", false, false,
		func(h *model.HourPoint) float64 { return h.DurationMs / 1000 },
		func(d *model.DayPoint) float64 { return d.DurationMs / 1000 },
	},
}

// unusual lists the stretches of hours that stand out of the account's own
// past, the oldest first. The first two weeks with traffic only teach.
func unusual(hours []model.HourPoint, collected time.Time, functions []model.Function) []model.Unusual {
	hours = observed(hours, collected)
	var out []model.Unusual
	for _, w := range watched {
		y := make([]float64, len(hours))
		total := 0.0
		for i := range hours {
			y[i] = w.hour(&hours[i])
			total += y[i]
		}
		fillMissing(y, hours)
		events, err := anomaly.Detect(y, anomaly.Options{Season: dayHours, Hour: 1, Floor: newsShare * total * dayHours / math.Max(1, float64(len(hours)))})
		if err != nil {
			continue // sums beyond 1e150: nothing is likely
		}
		for _, e := range events {
			u := model.Unusual{
				From: hours[e.From].At, To: hours[e.To-1].At.Add(time.Hour), Metric: w.metric,
				Actual: e.Actual, Expected: math.Max(0, e.Expected), Low: math.Max(0, e.Low), High: math.Max(0, e.High),
			}
			told := !w.again && slices.ContainsFunc(out, func(o model.Unusual) bool { return o.From.Before(u.To) && u.From.Before(o.To) })
			byChance := w.count && math.Abs(u.Actual-u.Expected) < chance*math.Sqrt(math.Max(1, u.Expected))
			if hours[e.Peak].Missing || told || byChance {
				continue
			}
			u.Cause = causeOf(u, functions, w.day)
			out = append(out, u)
		}
	}
	slices.SortStableFunc(out, func(a, b model.Unusual) int { return a.From.Compare(b.From) })
	return out
}

// observed leaves out the hours before the first traffic, of which nobody
// knows whether they were quiet or never collected, and those that had not
// ended when the account was last collected.
func observed(hours []model.HourPoint, collected time.Time) []model.HourPoint {
	end := len(hours)
	for end > 0 && hours[end-1].At.Add(time.Hour).After(collected) {
		end--
	}
	first := slices.IndexFunc(hours[:end], func(h model.HourPoint) bool { return h.Invocations > 0 })
	if first < 0 {
		return nil
	}
	return hours[first:end]
}

// fillMissing puts into hours without data what they had a week, else a day
// before, so that they neither stand out nor teach anything new.
func fillMissing(y []float64, hours []model.HourPoint) {
	for i := range y {
		if !hours[i].Missing {
			continue
		}
		for _, back := range []int{7 * dayHours, dayHours, 1} {
			if i >= back {
				y[i] = y[i-back]
				break
			}
		}
	}
}

// causeOf returns the function whose days differ most from its usual ones,
// the way the account's hours do, if that makes causeShare of the difference.
func causeOf(u model.Unusual, functions []model.Function, figure func(*model.DayPoint) float64) *model.UnusualCause {
	from, to := u.From.Truncate(dayHours*time.Hour), u.To
	up := math.Copysign(1, u.Actual-u.Expected)
	var best *model.UnusualCause
	most := causeShare * math.Abs(u.Actual-u.Expected)
	for i := range functions {
		f := &functions[i]
		actual, usual := 0.0, 0.0
		for j := range f.Daily {
			if d := &f.Daily[j]; !d.Missing && !d.Day.Before(from) && d.Day.Before(to) {
				actual += figure(d)
				usual += usualDay(f.Daily, j, figure)
			}
		}
		if by := up * (actual - usual); by >= most {
			most, best = by, &model.UnusualCause{Resource: f.Key, Actual: actual, Usual: usual, ConfiguredAt: configured(f, from.AddDate(0, 0, -1), to)}
		}
	}
	return best
}

// usualDay is the median of the other days of the same weekday, or of all
// other days where there are fewer than two; what the day itself had without
// any, so that it explains nothing.
func usualDay(daily []model.DayPoint, day int, figure func(*model.DayPoint) float64) float64 {
	var same, all []float64
	for i := range daily {
		if i == day || daily[i].Missing {
			continue
		}
		v := figure(&daily[i])
		all = append(all, v)
		if daily[i].Day.Weekday() == daily[day].Day.Weekday() {
			same = append(same, v)
		}
	}
	if len(same) < 2 {
		same = all
	}
	if len(same) == 0 {
		return figure(&daily[day])
	}
	slices.Sort(same)
	return same[len(same)/2]
}

// configured is when a function was last changed in [from, to), zero if it
// was not.
func configured(f *model.Function, from, to time.Time) (at time.Time) {
	for _, c := range f.History[min(1, len(f.History)):] { // the first is what it was found as
		if !c.ValidFrom.Before(from) && c.ValidFrom.Before(to) {
			at = c.ValidFrom
		}
	}
	return at
}
