package advice

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/rightsize"
	"github.com/breakeven-dev/breakeven/model/unit"
)

const (
	// changeDays on either side of a change are compared: two weeks, so that
	// every weekday is there twice.
	changeDays = 14
	// alikeTraffic is how many times the invocations of one day those of
	// another may be for the two to be compared.
	alikeTraffic = 1.5
	// changePairs of alike days are the least to conclude from.
	changePairs = 2
)

// Verify finds the changes of memory and architecture in a function's history
// and compares what an invocation took and cost before and after. Each whole
// day after is held against the day before the change whose traffic is nearest
// to its own, so that load does not pass for an effect. Init is left out: its
// share follows traffic.
func Verify(s Subject) []model.Change {
	f := s.Function
	var out []model.Change
	history := s.history()
	for i := 1; i < len(history); i++ {
		was, is := history[i-1], history[i]
		if was.Memory == is.Memory && was.Architecture == is.Architecture || was.Memory <= 0 || is.Memory <= 0 {
			continue
		}
		next := s.Window.To
		if i+1 < len(history) {
			next = history[i+1].ValidFrom
		}
		first := was.ValidFrom
		if i == 1 {
			first = time.Time{} // nobody knows of another one before
		}
		before := days(f.Daily, later(first, is.ValidFrom.AddDate(0, 0, -changeDays)), is.ValidFrom)
		after := days(f.Daily, is.ValidFrom, sooner(next, is.ValidFrom.AddDate(0, 0, changeDays)))
		if c, ok := s.compareDays(before, after); ok {
			c.Resource, c.At = f.Key, is.ValidFrom
			c.What = changeText(was, is)
			s.priceChange(&c, was, is)
			out = append(out, c)
		}
	}
	return out
}

// history is every known configuration, and the one before the first where
// REPORT lines of the window tell its memory: what was changed before the first
// collection is known by them alone.
func (s Subject) history() []model.FunctionConfig {
	list := s.Function.History
	if len(list) == 0 || s.Input == nil || !list[0].ValidFrom.After(s.Window.From) {
		return list
	}
	earlier := list[0]
	earlier.Memory, earlier.ValidFrom = 0, time.Time{}
	for _, u := range s.Input.InWindow {
		known := slices.ContainsFunc(list, func(c model.FunctionConfig) bool { return c.Memory == u.Memory })
		switch {
		case known || !u.MemoryKnown || u.ExactRequests == 0 || u.Memory == earlier.Memory:
		case earlier.Memory > 0:
			return list // two sizes before: which came when is not known
		default:
			earlier.Memory = u.Memory
		}
	}
	if earlier.Memory == 0 {
		return list
	}
	return append([]model.FunctionConfig{earlier}, list...)
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func sooner(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

func changeText(was, is model.FunctionConfig) string {
	text := ""
	if was.Memory != is.Memory {
		text = fmt.Sprintf("memory from %s to %s", was.Memory, is.Memory)
	}
	if was.Architecture != is.Architecture {
		if text != "" {
			text += ", "
		}
		text += fmt.Sprintf("architecture from %s to %s", was.Architecture, is.Architecture)
	}
	return text
}

// days are the whole days with traffic of which all is known.
func days(daily []model.DayPoint, from, to time.Time) []model.DayPoint {
	var out []model.DayPoint
	for _, d := range daily {
		if !d.Day.Before(from) && !d.Day.AddDate(0, 0, 1).After(to) && !d.Missing && d.Invocations > 0 && d.DurationMs > 0 {
			out = append(out, d)
		}
	}
	return out
}

func meanMs(d model.DayPoint) float64 { return d.DurationMs / float64(d.Invocations) }

// compareDays matches days by traffic. The ratio of durations is the mean of
// the logarithms over pairs, weighted by invocations, with twice its standard
// error.
func (s Subject) compareDays(before, after []model.DayPoint) (model.Change, bool) {
	var c model.Change
	var logs, weights []float64
	was, is, sum := 0.0, 0.0, 0.0
	for _, d := range after {
		match, found := nearest(before, d)
		if !found {
			continue
		}
		w := float64(d.Invocations)
		logs, weights = append(logs, math.Log(meanMs(d)/meanMs(match))), append(weights, w)
		was, is, sum = was+w*meanMs(match), is+w*meanMs(d), sum+w
		c.AfterN += d.Invocations
		c.BeforeN += match.Invocations
	}
	if len(logs) < changePairs || c.AfterN < sizeInvocations || c.BeforeN < sizeInvocations {
		return c, false
	}
	c.Pairs, c.BeforeMs, c.AfterMs = len(logs), was/sum, is/sum
	middle, squares := 0.0, 0.0
	for i := range logs {
		middle += weights[i] / sum * logs[i]
	}
	for i := range logs {
		squares += weights[i] / sum * (logs[i] - middle) * (logs[i] - middle)
	}
	spread := 2 * math.Sqrt(squares/float64(len(logs)-1))
	c.Ratio, c.RatioLow, c.RatioHigh = math.Exp(middle), math.Exp(middle-spread), math.Exp(middle+spread)
	return c, true
}

// nearest is the day whose traffic is nearest, if it is alike.
func nearest(list []model.DayPoint, to model.DayPoint) (model.DayPoint, bool) {
	var best model.DayPoint
	least := math.Log(alikeTraffic) + 1e-9
	for _, d := range list {
		if x := math.Abs(math.Log(float64(d.Invocations) / float64(to.Invocations))); x < least {
			best, least = d, x
		}
	}
	return best, best.Invocations > 0
}

// priceChange tells what a million invocations cost before and after, and what
// that makes of the change.
func (s Subject) priceChange(c *model.Change, was, is model.FunctionConfig) {
	c.Before, c.After, c.Verdict = model.UnknownCost, model.UnknownCost, "no price"
	of := func(k model.FunctionConfig, ms float64) (unit.USD, bool) {
		second, ok := s.firstPrice("duration" + model.LambdaSuffix(k.Architecture))
		return rightsize.Prices{GBSecond: second}.PerMillion(k.Memory, time.Duration(ms*float64(time.Millisecond))), ok
	}
	before, ok1 := of(was, c.BeforeMs)
	after, ok2 := of(is, c.AfterMs)
	low, _ := of(is, c.BeforeMs*c.RatioLow)
	high, _ := of(is, c.BeforeMs*c.RatioHigh)
	if !ok1 || !ok2 || before.IsZero() {
		return
	}
	if after.Cmp(low) < 0 {
		low = after
	}
	if after.Cmp(high) > 0 {
		high = after
	}
	c.Before, c.After = model.Exactly(before), model.Cost{Low: low, Likely: after, High: high}
	switch least, most := low.Ratio(before)-1, high.Ratio(before)-1; {
	case most < -memoryNoise:
		c.Verdict = "cheaper"
	case least > memoryNoise:
		c.Verdict = "dearer"
	default:
		c.Verdict = "no difference beyond what two months of the same function differ by"
	}
}
