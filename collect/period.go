package collect

import (
	"time"

	"github.com/breakeven-dev/breakeven/model"
)

// retention is how long CloudWatch keeps points of a period (CloudWatch User
// Guide, "Metrics retention"): the finest that reaches back far enough wins.
var retention = []struct {
	period, kept time.Duration
}{
	{time.Minute, 15 * 24 * time.Hour},
	{5 * time.Minute, 63 * 24 * time.Hour},
	{time.Hour, 455 * 24 * time.Hour},
}

// retentionMargin is kept clear of the edge of a retention: points there
// disappear while a long collection runs.
const retentionMargin = 2 * time.Hour

// segment is a part of a window that is asked for at one period, to which
// both its ends are aligned.
type segment struct {
	model.Window
	period time.Duration
}

func (s segment) points() int { return int(s.To.Sub(s.From) / s.period) }

// segments cuts w by the age of its data into parts that one period each can
// serve, oldest first. wanted, if not zero, divides an hour and is used as far
// back as CloudWatch keeps it, and coarsened where it does not. What is older
// than CloudWatch keeps is left out, and so is the unfinished period at now.
func segments(w model.Window, now time.Time, wanted time.Duration) []segment {
	var out []segment
	to := earlier(w.To, now)
	for _, r := range retention {
		period := ceilDuration(max(wanted, r.period), r.period)
		edge := ceilTime(now.Add(-r.kept+retentionMargin), time.Hour)
		from := later(w.From, edge).Truncate(period)
		if end := to.Truncate(period); from.Before(end) {
			out = append([]segment{{model.Window{From: from, To: end}, period}}, out...)
			to = from
		}
	}
	return mergeSegments(out)
}

func ceilDuration(d, unit time.Duration) time.Duration {
	return (d + unit - 1) / unit * unit
}

// mergeSegments joins neighbours of one period.
func mergeSegments(in []segment) []segment {
	var out []segment
	for _, s := range in {
		if n := len(out); n > 0 && out[n-1].period == s.period && out[n-1].To.Equal(s.From) {
			out[n-1].To = s.To
			continue
		}
		out = append(out, s)
	}
	return out
}

// hours widens w to full hours.
func hours(w model.Window) model.Window {
	return model.Window{From: w.From.Truncate(time.Hour), To: ceilTime(w.To, time.Hour)}
}

// intersect returns the common part of a and b, empty if From is not before To.
func intersect(a, b model.Window) model.Window {
	return model.Window{From: later(a.From, b.From), To: earlier(a.To, b.To)}
}

func empty(w model.Window) bool { return !w.From.Before(w.To) }

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func ceilTime(t time.Time, d time.Duration) time.Time {
	if f := t.Truncate(d); f.Before(t) {
		return f.Add(d)
	}
	return t
}
