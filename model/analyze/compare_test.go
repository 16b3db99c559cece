package analyze

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/compare"
	"github.com/breakeven-dev/breakeven/model/price"
)

// A goal is of the functions it is given for; the others have none.
func TestGoalOfSome(t *testing.T) {
	in := many(4)
	goal := &compare.Goal{Seconds: 1, Quantile: 0.9}
	a := Run(in, price.Embedded(), Options{SkipAdvice: true, Goal: func(k model.ResourceKey) *compare.Goal {
		if k.Name == "f0002" {
			return goal
		}
		return nil
	}})
	for _, f := range a.Functions {
		for _, o := range f.Compare.Options {
			if (o.MeetsSLO != nil) != (f.Key.Name == "f0002") {
				t.Fatalf("%s, %s: %v", f.Key.Name, o.Option, o.MeetsSLO)
			}
		}
	}
	for _, o := range a.Compare.Options {
		if o.MeetsSLO != nil {
			t.Fatalf("the account has a goal: %v", *o.MeetsSLO)
		}
	}
}

// Mean over median of a lognormal is √(1 + c²): 1.25 gives 0.5625.
func TestVariability(t *testing.T) {
	for _, c := range []struct{ mean, median, want float64 }{{125, 100, 0.5625}, {200, 100, 3}, {100, 100, 1}, {80, 100, 1}, {100, 0, 1}, {0, 0, 1}} {
		v := variability(model.Signals{MeanMs: c.mean, P50Ms: c.median})
		if v.Arrivals != 1 || math.Abs(v.Service-c.want) > 1e-12 {
			t.Errorf("mean %v, median %v: %+v", c.mean, c.median, v)
		}
	}
}

// A function's week is followed only where the window holds a whole one, the
// account's hours only where a day of them is known; gaps are left out and
// told of, not taken as idle.
func TestProfiles(t *testing.T) {
	var l model.Load
	l.HourOfWeek[100] = 3
	from := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	for days, want := range map[int]int{6: 0, 7: 168, 30: 168} {
		if p := weekProfile(l, model.Window{From: from, To: from.AddDate(0, 0, days)}); len(p.Hours) != want || want > 0 && p.Hours[100] != 3 {
			t.Errorf("%d days: %v", days, p.Hours)
		}
	}
	hours := make([]model.HourPoint, 30)
	for i := range hours {
		hours[i] = model.HourPoint{DurationMs: float64(i), Missing: i < 2}
	}
	p := hourProfile(hours)
	if len(p.Hours) != 28 || p.Hours[0] != 2 || !strings.Contains(p.Name, "28 hours (2 more are not known") {
		t.Errorf("%q: %v", p.Name, p.Hours)
	}
	if p := hourProfile(hours[:25]); p.Hours != nil {
		t.Errorf("23 known hours: %v", p.Hours)
	}
	if p := hourProfile(hours[2:]); strings.Contains(p.Name, "not known") {
		t.Errorf("whole: %q", p.Name)
	}
}
