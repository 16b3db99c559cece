package analyze

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
)

const testDays = 30

var start = time.Date(2026, 10, 24, 0, 0, 0, 0, time.UTC)

// account is 30 days of two functions, of which the first takes a quarter of
// the calls, each with a day, a weekend, and Poisson noise. Extra gives more
// calls of the first function in an hour, each in error where they are failing.
func account(seed uint64, extra map[int]int64, failing bool) ([]model.HourPoint, []model.Function) {
	rng := rand.New(rand.NewPCG(seed, 9))
	hours := make([]model.HourPoint, testDays*dayHours)
	functions := []model.Function{
		{Key: model.ResourceKey{ID: "loops"}, Daily: make([]model.DayPoint, testDays)},
		{Key: model.ResourceKey{ID: "steady"}, Daily: make([]model.DayPoint, testDays)},
	}
	for i := range hours {
		h := &hours[i]
		h.At = start.Add(time.Duration(i) * time.Hour)
		mean := 900 + 400*math.Sin(float64(i)*math.Pi/12)
		if i/dayHours%7 > 4 {
			mean *= 0.6
		}
		for f, share := range []float64{0.25, 0.75} {
			n := int64(math.Round(share*mean + math.Sqrt(share*mean)*rng.NormFloat64()))
			failed := int64(rng.IntN(4))
			if f == 0 {
				n += extra[i]
				if failing {
					failed += extra[i]
				}
			}
			d := &functions[f].Daily[i/dayHours]
			d.Day = start.AddDate(0, 0, i/dayHours)
			d.Invocations, d.Errors, d.DurationMs = d.Invocations+n, d.Errors+failed, d.DurationMs+100*float64(n)
			h.Invocations, h.Errors, h.DurationMs = h.Invocations+n, h.Errors+failed, h.DurationMs+100*float64(n)
		}
	}
	return hours, functions
}

var wholeWindow = start.AddDate(0, 0, testDays)

// A loop of three hours is found with its function and its bounds, once: its
// longer work is no news of its own. Its errors are.
func TestUnusualFindsLoop(t *testing.T) {
	at := 22*dayHours + 5
	for seed := range uint64(5) {
		extra := map[int]int64{at: 2000, at + 1: 2500, at + 2: 1800}
		hours, functions := account(seed, extra, true)
		functions[0].History = []model.FunctionConfig{{ValidFrom: start}, {ValidFrom: hours[at-2].At}}
		got := unusual(hours, wholeWindow, functions)
		if len(got) != 2 || got[0].Metric != "invocations" || got[1].Metric != "errors" {
			t.Fatalf("seed %d: %+v", seed, got)
		}
		u := got[0]
		if !u.From.Equal(hours[at].At) || !u.To.Equal(hours[at+3].At) {
			t.Errorf("seed %d: from %s to %s, want 3 hours from %s", seed, u.From, u.To, hours[at].At)
		}
		if plain := u.Actual - 6300; math.Abs(u.Expected/plain-1) > 0.1 || u.Low > plain || u.High < plain || u.High > 1.5*plain {
			t.Errorf("seed %d: %+v, want about %g", seed, u, plain)
		}
		c := u.Cause
		if c == nil || c.Resource.ID != "loops" || c.Actual-c.Usual < 4000 || !c.ConfiguredAt.Equal(hours[at-2].At) {
			t.Errorf("seed %d: cause %+v", seed, c)
		}
	}
}

// Quiet accounts have no news; 20 months of three figures each have at most one.
func TestUnusualQuiet(t *testing.T) {
	n := 0
	for seed := range uint64(20) {
		hours, functions := account(seed+100, nil, false)
		n += len(unusual(hours, wholeWindow, functions))
	}
	if n > 1 {
		t.Errorf("%d events in 20 quiet months", n)
	}
}

// Hours without data are no drop to zero: not those of a gap, not those
// before the first traffic, and not those after the last collection.
func TestUnusualGaps(t *testing.T) {
	blank := func(hours []model.HourPoint, from, to int, missing bool) {
		for i := from; i < to; i++ {
			hours[i] = model.HourPoint{At: hours[i].At, Missing: missing}
		}
	}
	for _, c := range []struct {
		name      string
		from, to  int
		missing   bool
		collected time.Time
		events    bool
	}{
		{"a gap", 500, 530, true, wholeWindow, false},
		{"no traffic before", 0, 200, false, wholeWindow, false},
		{"collected before the window's end", 650, 720, false, start.Add(650*time.Hour + 10*time.Minute), false},
		{"an outage", 500, 510, false, wholeWindow, true},
	} {
		hours, functions := account(3, nil, false)
		blank(hours, c.from, c.to, c.missing)
		if got := unusual(hours, c.collected, functions); len(got) > 0 != c.events {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
	if got := unusual(nil, wholeWindow, nil); got != nil {
		t.Errorf("nothing: %+v", got)
	}
}

// What all functions share has no single cause.
func TestUnusualWithoutCause(t *testing.T) {
	hours, functions := account(4, nil, false)
	u := model.Unusual{From: hours[500].At, To: hours[503].At, Actual: 9000, Expected: 3000}
	if c := causeOf(u, functions, watched[0].day); c != nil {
		t.Errorf("%+v: want none", c)
	}
	functions[1].Daily[20].Invocations += 5000
	if c := causeOf(u, functions, watched[0].day); c == nil || c.Resource.ID != unit.ResourceID("steady") {
		t.Errorf("%+v: want the function that took 5,000 more", c)
	}
	u.Actual, u.Expected = 3000, 9000
	if c := causeOf(u, functions, watched[0].day); c != nil {
		t.Errorf("%+v: more calls explain no drop", c)
	}
}

func BenchmarkUnusual(b *testing.B) {
	hours, functions := account(5, nil, false)
	for b.Loop() {
		unusual(hours, wholeWindow, functions)
	}
}
