package advice

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// changedMidway is a function that ran at 1,024 MB for 100 ms a call, and from
// the middle of the window on at 512 MB for slower times as long. Weekends
// have a third of the traffic, and the calls of a busy day take longer.
func changedMidway(slower float64, growth float64) Subject {
	r := rand.New(rand.NewPCG(1, 2))
	return subject(func(f *model.Function, _ *model.FunctionInput) {
		at := window.From.AddDate(0, 0, 15).Add(10 * time.Hour)
		was, is := f.Config, f.Config
		was.Memory, was.ValidFrom, is.ValidFrom = 1024, window.From.AddDate(0, -1, 0), at
		f.History, f.Config = []model.FunctionConfig{was, is}, is
		for i := range 30 {
			d := model.DayPoint{Day: window.From.AddDate(0, 0, i), Invocations: 9000}
			if w := d.Day.Weekday(); w == time.Saturday || w == time.Sunday {
				d.Invocations = 3000
			}
			ms := 80 + float64(d.Invocations)/450
			if d.Day.After(at) {
				ms *= slower
				d.Invocations = int64(float64(d.Invocations) * growth)
			}
			d.DurationMs = ms * (0.99 + 0.02*r.Float64()) * float64(d.Invocations)
			f.Daily = append(f.Daily, d)
		}
	})
}

func TestVerify(t *testing.T) {
	for _, c := range []struct {
		slower, growth float64
		want           string
	}{
		{1, 1, "cheaper"},
		{1.5, 1, "cheaper"},
		{1.95, 1, "no difference beyond what two months of the same function differ by"},
		{2.5, 1, "dearer"},
		{1.5, 1.4, "cheaper"},
	} {
		got := Verify(changedMidway(c.slower, c.growth))
		if len(got) != 1 {
			t.Fatalf("%+v: %d changes", c, len(got))
		}
		g := got[0]
		if g.Verdict != c.want || g.What != "memory from 1024 MB to 512 MB" || math.Abs(g.Ratio/c.slower-1) > 0.02 {
			t.Errorf("%+v: %+v", c, g)
		}
		if g.RatioLow > g.Ratio || g.Ratio > g.RatioHigh || g.Pairs < changePairs || g.Pairs > changeDays {
			t.Errorf("interval %v to %v of %d days", g.RatioLow, g.RatioHigh, g.Pairs)
		}
	}
}

// The day of the change belongs to neither side; without two alike days, or
// without a change, there is nothing to say.
func TestVerifyOnTooLittle(t *testing.T) {
	for name, spoil := range map[string]func(*model.Function){
		"traffic of another kind": func(f *model.Function) {
			for i := range f.Daily[:16] {
				f.Daily[i].Invocations, f.Daily[i].DurationMs = f.Daily[i].Invocations*10, f.Daily[i].DurationMs*10
			}
		},
		"days missing": func(f *model.Function) {
			for i := range f.Daily {
				f.Daily[i].Missing = i > 16
			}
		},
		"one day after": func(f *model.Function) { f.History[1].ValidFrom = f.Daily[28].Day.Add(time.Hour) },
		"another timeout": func(f *model.Function) {
			f.History[0].Memory, f.History[0].Timeout = f.History[1].Memory, time.Second
		},
		"no history": func(f *model.Function) { f.History = f.History[1:] },
	} {
		s := changedMidway(1.5, 1)
		spoil(s.Function)
		if got := Verify(s); len(got) != 0 {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// The size before the first collection is in the REPORT lines of the window,
// if it was one.
func TestVerifyBeforeFirstCollection(t *testing.T) {
	reports := func(sizes ...unit.MiB) []model.Change {
		s := changedMidway(1.5, 1)
		s.Function.History = s.Function.History[1:]
		for _, m := range sizes {
			s.Input.InWindow = append(s.Input.InWindow, model.LambdaUsage{Architecture: unit.ARM, Memory: m, MemoryKnown: true, ExactRequests: 1})
		}
		return Verify(s)
	}
	if got := reports(512, 1024, 1024); len(got) != 1 || got[0].What != "memory from 1024 MB to 512 MB" {
		t.Errorf("%+v", got)
	}
	if got := reports(512, 1024, 768); len(got) != 0 {
		t.Errorf("two sizes before: %+v", got)
	}
}

// Two changes share the days between them: each is held against its own side.
func TestVerifyTwice(t *testing.T) {
	s := changedMidway(1.5, 1)
	third := s.Function.Config
	third.Architecture, third.ValidFrom = unit.X86, window.From.AddDate(0, 0, 22)
	s.Function.History = append(s.Function.History, third)
	got := Verify(s)
	if len(got) != 2 || got[1].What != "architecture from arm64 to x86_64" || got[0].Pairs > 6 || math.Abs(got[1].Ratio-1) > 0.02 || got[1].Verdict != "dearer" {
		t.Errorf("%+v", got)
	}
}
