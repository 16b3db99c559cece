// Package anomaly finds where a series left what its own past made likely:
// runaway loops, retry storms, a forgotten batch.
//
// Every step is held against a forecast made before its season began
// (package forecast), and what it missed by against what forecasts missed by
// at that time of day in the weeks before: the modified z-score 0.6745·(x -
// median)/MAD (B. Iglewicz and D. Hoaglin, "How to Detect and Handle
// Outliers", ASQC 1993), which half of the past may be wild without moving.
package anomaly

import (
	"errors"
	"math"
	"slices"

	"github.com/breakeven-dev/breakeven/model/forecast"
)

const (
	// Alone is the |z| above which one step is an anomaly, Together that
	// above which Row in a row are.
	Alone = 6.0
	// Together is lower than Alone: chance rarely repeats itself.
	Together = 4.0
	// Row is how many steps in a row pass Together.
	Row = 3
	// memory is how many seasons of misses z is measured in: three weeks.
	memory = 21
	// enough is how many misses make a median; where a time of day has fewer,
	// its neighbours' count as well.
	enough = 30
	// Misses have long tails: the one in 200 that is largest within half a day
	// around is no news, whatever the MAD says: what came twice in three weeks
	// of hours is known. It counts as 5 spreads, so that one step alone stands
	// out when it is 1.2 times as large. On the 17 AWS series of the Numenta
	// Anomaly Benchmark, with two days to learn from, this leaves 140 events of
	// 349 and finds 24 instead of 25 of the 30 labelled windows.
	tailShare, tailSpreads = 0.995, 5.0
	// finest is the least spread of misses, as a share of the usual size of
	// the values: a series that never varied may vary by this without alarm.
	finest = 0.02
)

// Options say how to read a series.
type Options struct {
	// Season is the number of steps in a day, 1 or more.
	Season int
	// Hour is the number of steps in an hour, 1 or more: events at most so
	// far apart are one.
	Hour int
	// Learn is how many seasons only teach, 2 or more; 0 stands for two weeks.
	// In fewer than that a weekend cannot be told from an anomaly.
	Learn int
	// Floor is the least that an event must lie above or below its forecast,
	// over all of its steps, in the series' unit.
	Floor float64
}

// Event is steps in a row that were not to be expected.
type Event struct {
	// From and To are the indexes of the first step and of the one after the
	// last.
	From, To int
	// Peak is the index of the step that stands out most, Z its modified
	// z-score: negative below the forecast.
	Peak int
	Z    float64
	// Actual and Expected are the sums over the event's steps. Low and High are
	// the sums of the bounds within which no step would have counted as out of
	// the ordinary: Together spreads around what forecasts miss by at that time.
	Actual, Expected, Low, High float64
}

// Detect lists the anomalies of y, the oldest first. The first seasons,
// as many as Learn says, only teach. A step is judged by steps before it alone, so that more data
// never changes what was said, other than by lengthening the last event.
// Errors are options out of range and values that are not finite.
func Detect(y []float64, o Options) ([]Event, error) {
	if o.Learn == 0 {
		o.Learn = forecast.History
	}
	if o.Season < 1 || o.Hour < 1 || o.Learn < 2 || !(o.Floor >= 0) {
		return nil, errors.New("anomalies: season and hour want 1 step or more, learn 2 seasons or more, floor 0 or more")
	}
	for _, v := range y {
		if !(math.Abs(v) <= forecast.MaxMagnitude) {
			return nil, errors.New("anomalies: values want to be finite numbers")
		}
	}
	d := detector{o: o, walk: forecast.NewWalk(o.Season), y: y, clean: slices.Clone(y), expected: slices.Clone(y), ordinary: make([]band, len(y)), z: make([]float64, len(y))}
	for from := o.Season; from < len(y); from += o.Season {
		d.season(from, min(from+o.Season, len(y)))
	}
	return d.events(), nil
}

// detector walks over a series season by season.
type detector struct {
	o        Options
	walk     *forecast.Walk
	y        []float64
	clean    []float64 // y, but anomalies are as forecast
	expected []float64
	ordinary []band
	z        []float64
	misses   [][]float64 // by season, then step
	flagged  int         // steps in a row that were anomalies
}

// band is where a forecast's miss lies as a rule: around centre, by spread.
type band struct{ centre, spread float64 }

// season judges the steps of [from, to).
func (d *detector) season(from, to int) {
	d.expect(from, to)
	fine := finest * usual(d.clean[max(0, from-forecast.Week*d.o.Season):from])
	missed := make([]float64, to-from)
	least := fine
	for t := from; t < to; t++ {
		if (t-from)%d.o.Hour == 0 {
			least = math.Max(fine, d.tail(t-from)/tailSpreads)
		}
		missed[t-from] = d.y[t] - d.expected[t]
		if from >= d.o.Learn*d.o.Season {
			d.ordinary[t] = bandOf(d.past(t-from), least)
			d.z[t] = d.ordinary[t].score(missed[t-from])
		}
		d.flagged++
		if math.Abs(d.z[t]) <= Together {
			d.flagged = 0
		}
		// An anomaly would be forecast to come back; what stays for a day is
		// the new normal.
		if d.flagged > 0 && d.flagged <= d.o.Season {
			d.clean[t] = d.expected[t]
		}
	}
	if d.weekly() && from < forecast.Week*d.o.Season {
		return // what is missed for not knowing the week teaches nothing
	}
	d.misses = append(d.misses, missed)
	d.misses = d.misses[max(0, len(d.misses)-memory):]
}

// expect forecasts the steps of [from, to): by package forecast after two
// weeks, by the same step of the first week in the second one. Where no week
// is waited for, it is the median of the same hour on all days, since
// repeating the last day would take each of its spikes for a rule.
func (d *detector) expect(from, to int) {
	m := d.o.Season
	if from >= forecast.History*m {
		copy(d.expected[from:to], d.walk.Next(d.clean[:from]))
		return
	}
	for t := from; t < to; t++ {
		if d.weekly() && from >= forecast.Week*m {
			d.expected[t] = d.clean[t-forecast.Week*m]
		} else {
			d.expected[t] = d.typical(t, from)
		}
	}
}

// weekly tells whether there is time to learn a week.
func (d *detector) weekly() bool { return d.o.Learn >= forecast.History }

// typical is the median of the same hour of the seasons that end at from.
func (d *detector) typical(t, from int) float64 {
	m := d.o.Season
	side := min(d.o.Hour/2, (m-1)/2)
	var seen []float64
	for at := t - m; at >= 0; at -= m {
		seen = append(seen, d.clean[max(0, at-side):min(at+side+1, from)]...)
	}
	return median(seen)
}

// past is the misses around a place of the season in the seasons before: its
// hour's, or as many more as make enough.
func (d *detector) past(place int) []float64 {
	if len(d.misses) == 0 {
		return nil
	}
	return d.around(place, max(d.o.Hour/2, enough/len(d.misses)/2))
}

// tail is the size of the large misses within half a day around a place.
func (d *detector) tail(place int) float64 {
	sizes := d.around(place, d.o.Season/4)
	if len(sizes) == 0 {
		return 0
	}
	for i, v := range sizes {
		sizes[i] = math.Abs(v)
	}
	slices.Sort(sizes)
	return sizes[int(tailShare*float64(len(sizes)))]
}

// around is the remembered misses up to side steps before and after a place
// of the season.
func (d *detector) around(place, side int) []float64 {
	m := d.o.Season
	side = min(side, (m-1)/2)
	var out []float64
	for _, season := range d.misses {
		for k := place - side; k <= place+side; k++ {
			out = append(out, season[(k+m)%m])
		}
	}
	return out
}

// usual is the median absolute value of y.
func usual(y []float64) float64 {
	sizes := make([]float64, len(y))
	for i, v := range y {
		sizes[i] = math.Abs(v)
	}
	return median(sizes)
}

// bandOf is the median of past misses and their spread, which counts as at
// least so much. It overwrites past.
func bandOf(past []float64, least float64) band {
	if len(past) == 0 {
		return band{spread: math.Inf(1)}
	}
	b := band{centre: median(past)}
	for i, v := range past {
		past[i] = math.Abs(v - b.centre)
	}
	// The MAD of a normal distribution is 0.6745 standard deviations.
	b.spread = math.Max(median(past)/0.6745, least)
	return b
}

// score is the modified z-score of x; 0 without a past, and where nothing ever
// varied or differs.
func (b band) score(x float64) float64 {
	if x == b.centre {
		return 0
	}
	return math.Min(math.Max((x-b.centre)/b.spread, -1e6), 1e6)
}

// median sorts x; of none it is 0.
func median(x []float64) float64 {
	if len(x) == 0 {
		return 0
	}
	slices.Sort(x)
	return x[(len(x)-1)/2]/2 + x[len(x)/2]/2
}

// events joins what stands out and is no more than an hour apart.
func (d *detector) events() []Event {
	var out []Event
	for t := range d.y {
		first, ok := d.standsOut(t)
		if !ok {
			continue
		}
		if n := len(out); n == 0 || first-out[n-1].To >= d.o.Hour {
			out = append(out, Event{From: first, Peak: first})
		}
		e := &out[len(out)-1]
		e.To = t + 1
		for k := first; k <= t; k++ {
			if math.Abs(d.z[k]) > math.Abs(d.z[e.Peak]) {
				e.Peak = k
			}
		}
	}
	for i := range out {
		e := &out[i]
		e.Z = d.z[e.Peak]
		for t := e.From; t < e.To; t++ {
			e.Actual += d.y[t]
			e.Expected += d.expected[t]
			middle, half := d.expected[t]+d.ordinary[t].centre, Together*d.ordinary[t].spread
			e.Low, e.High = e.Low+middle-half, e.High+middle+half
		}
	}
	return slices.DeleteFunc(out, func(e Event) bool { return math.Abs(e.Actual-e.Expected) < d.o.Floor })
}

// standsOut tells whether t is out alone, or the last of Row in a row, and
// where that begins.
func (d *detector) standsOut(t int) (first int, ok bool) {
	if first = t - Row + 1; first >= 0 {
		above, below := true, true
		for k := first; k <= t; k++ {
			above = above && d.z[k] > Together
			below = below && d.z[k] < -Together
		}
		if above || below {
			return first, true
		}
	}
	return t, math.Abs(d.z[t]) > Alone
}
