package collect

import (
	"testing"
	"time"

	"github.com/breakeven-dev/breakeven/model"
)

func TestSegments(t *testing.T) {
	now := time.Date(2026, 11, 23, 1, 45, 30, 0, time.UTC)
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	day := 24 * time.Hour
	for _, c := range []struct {
		name   string
		w      model.Window
		wanted time.Duration
		want   []string
	}{
		{"last hour", model.Window{From: ago(time.Hour), To: now}, 0, []string{"2026-11-23T00:45/2026-11-23T01:45 1m0s"}},
		{"30 days", model.Window{From: ago(30 * day), To: now}, 0, []string{
			"2026-10-24T01:45/2026-11-08T04:00 5m0s",
			"2026-11-08T04:00/2026-11-23T01:45 1m0s",
		}},
		{"100 days", model.Window{From: ago(100 * day), To: now}, 0, []string{
			"2026-08-15T01:00/2026-09-21T04:00 1h0m0s",
			"2026-09-21T04:00/2026-11-08T04:00 5m0s",
			"2026-11-08T04:00/2026-11-23T01:45 1m0s",
		}},
		{"hourly throughout", model.Window{From: ago(100 * day), To: now}, time.Hour, []string{
			"2026-08-15T01:00/2026-11-23T01:00 1h0m0s",
		}},
		{"one minute cannot be had for ever", model.Window{From: ago(20 * day), To: ago(16 * day)}, time.Minute, []string{
			"2026-11-03T01:45/2026-11-07T01:45 5m0s",
		}},
		{"six minutes become ten", model.Window{From: ago(20 * day), To: ago(16 * day)}, 6 * time.Minute, []string{
			"2026-11-03T01:40/2026-11-07T01:40 10m0s",
		}},
		{"beyond retention", model.Window{From: ago(500 * day), To: ago(460 * day)}, 0, nil},
		{"nothing finished yet", model.Window{From: ago(20 * time.Second), To: now}, 0, nil},
	} {
		var got []string
		for _, s := range segments(c.w, now, c.wanted) {
			const f = "2006-01-02T15:04"
			got = append(got, s.From.Format(f)+"/"+s.To.Format(f)+" "+s.period.String())
		}
		if len(got) != len(c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
			continue
		}
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("%s: %v, want %v", c.name, got[i], c.want[i])
			}
		}
	}
}

// Whatever the window, segments are aligned, follow each other without hole
// or overlap, and CloudWatch still keeps their points.
func TestSegmentsCover(t *testing.T) {
	now := time.Date(2026, 11, 23, 1, 45, 30, 0, time.UTC)
	for from := 1; from < 700; from += 7 {
		for _, wanted := range []time.Duration{0, time.Minute, 6 * time.Minute, 12 * time.Minute, time.Hour} {
			w := model.Window{From: now.Add(-time.Duration(from) * 17 * time.Hour), To: now}
			segs := segments(w, now, wanted)
			for i, s := range segs {
				if !s.From.Truncate(s.period).Equal(s.From) || !s.To.Truncate(s.period).Equal(s.To) || empty(s.Window) {
					t.Fatalf("%v: not aligned", s)
				}
				if i > 0 && !segs[i-1].To.Equal(s.From) {
					t.Fatalf("hole between %v and %v", segs[i-1], s)
				}
				for _, r := range retention {
					if s.From.Before(now.Add(-r.kept)) && s.period <= r.period && r.period < time.Hour && s.period%(5*time.Minute) != 0 {
						t.Fatalf("%v: CloudWatch has dropped that", s)
					}
				}
			}
		}
	}
}
