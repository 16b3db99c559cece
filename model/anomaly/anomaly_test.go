package anomaly

import (
	"math"
	"math/rand/v2"
	"reflect"
	"testing"
)

var hourly = Options{Season: 24, Hour: 1}

// traffic is n hours with a day, weekends, and noise that persists.
func traffic(n int, seed uint64) []float64 {
	rng := rand.New(rand.NewPCG(seed, 21))
	y := make([]float64, n)
	rest := 0.0
	for t := range y {
		rest = 0.6*rest + 4*rng.NormFloat64()
		y[t] = 200 + 80*math.Sin(float64(t)*math.Pi/12) + rest
		if t/24%7 > 4 {
			y[t] -= 50
		}
	}
	return y
}

// overlaps tells whether one of the events touches [from, to).
func overlaps(events []Event, from, to int) bool {
	for _, e := range events {
		if e.From < to && e.To > from {
			return true
		}
	}
	return false
}

// TestPlanted: of planted spikes and drops of 12 standard deviations of the
// noise and loops of six hours at 8, 95 in 100 are found, and quiet
// months have fewer than one event in four.
func TestPlanted(t *testing.T) {
	found, planted, quiet := 0, 0, 0
	const months = 6
	for seed := range uint64(months) {
		for _, kind := range []string{"spike", "drop", "loop"} {
			y := traffic(24*24, seed)
			at, length, by := 24*16+int(seed*31%150), 1, 60.0
			switch kind {
			case "drop":
				by = -60
			case "loop":
				length, by = 6, 40
			}
			for k := range length {
				y[at+k] += by
			}
			events, err := Detect(y, hourly)
			if err != nil {
				t.Fatal(err)
			}
			planted++
			if overlaps(events, at, at+length) {
				found++
			}
		}
		for _, add := range []uint64{100, 200} {
			events, err := Detect(traffic(24*24, seed+add), hourly)
			if err != nil {
				t.Fatal(err)
			}
			quiet += len(events)
		}
	}
	t.Logf("%d of %d planted found, %d events in %d quiet months", found, planted, quiet, 2*months)
	if found*100 < planted*95 || 4*quiet >= 2*months {
		t.Errorf("%d of %d planted found, %d events in %d quiet months", found, planted, quiet, 2*months)
	}
}

// TestLoopIsOneEvent: a loop of six hours is one event, with its sums.
func TestLoopIsOneEvent(t *testing.T) {
	y := traffic(30*24, 1)
	at := 25*24 + 3
	usually := 0.0
	for k := range 6 {
		usually += y[at+k]
		y[at+k] += 1000
	}
	events, err := Detect(y, hourly)
	if err != nil || len(events) != 1 {
		t.Fatalf("%+v %v", events, err)
	}
	e := events[0]
	if e.From != at || e.To != at+6 || e.Z < Alone || e.Peak < at || e.Peak >= at+6 {
		t.Errorf("%+v, want hours %d to %d", e, at, at+6)
	}
	if math.Abs(e.Actual-usually-6000) > 1e-6 || math.Abs(e.Expected-usually) > 120 {
		t.Errorf("%+v, want %g instead of about %g", e, usually+6000, usually)
	}
	// The hours of noise 5 have usual bounds of some 20 on either side each.
	if width := e.High - e.Low; e.Low > usually || e.High < usually || width < 6*2*10 || width > 6*2*60 {
		t.Errorf("%+v: want bounds around %g", e, usually)
	}
	// The same in money below a floor is nobody's business.
	if events, _ = Detect(y, Options{Season: 24, Hour: 1, Floor: 7000}); len(events) != 0 {
		t.Errorf("%+v lie above a floor of 7000", events)
	}
}

// TestNewNormal: a step to another level is news for two days at most.
func TestNewNormal(t *testing.T) {
	y := traffic(40*24, 2)
	at := 25 * 24
	for k := at; k < len(y); k++ {
		y[k] += 500
	}
	events, err := Detect(y, hourly)
	if err != nil || !overlaps(events, at, at+3) {
		t.Fatalf("%+v %v", events, err)
	}
	if overlaps(events, at+48, len(y)) {
		t.Errorf("%+v: still news after two days", events)
	}
}

// TestNoHindsight: later steps do not change what was said of earlier ones.
func TestNoHindsight(t *testing.T) {
	y := traffic(30*24, 3)
	for i, at := range []int{350, 450, 500, 640} {
		y[at] += 300 * float64(i+1)
	}
	whole, err := Detect(y, hourly)
	if err != nil || len(whole) < 4 {
		t.Fatalf("%+v %v", whole, err)
	}
	for _, n := range []int{351, 400, 480, 501, 600, 641} {
		part, err := Detect(y[:n], hourly)
		if err != nil {
			t.Fatal(err)
		}
		var want []Event
		for _, e := range whole {
			if e.To <= n {
				want = append(want, e)
			}
		}
		if !reflect.DeepEqual(part, want) {
			t.Errorf("after %d steps: %+v, in the end %+v", n, part, want)
		}
	}
}

// TestMinutes: with steps finer than an hour, flashes within one are one event.
func TestMinutes(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	y := make([]float64, 288*8)
	for i := range y {
		y[i] = 50 + rng.NormFloat64()
	}
	at := 288*6 + 40
	y[at], y[at+6], y[at+30] = 90, 90, 90
	events, err := Detect(y, Options{Season: 288, Hour: 12, Learn: 2})
	if err != nil || len(events) != 2 || events[0].From != at || events[0].To != at+7 || events[1].From != at+30 {
		t.Errorf("%+v %v", events, err)
	}
}

func TestQuiet(t *testing.T) {
	flat := make([]float64, 500)
	for _, c := range []struct {
		name string
		y    []float64
	}{{"nothing", nil}, {"short", flat[:20]}, {"zero", flat}} {
		if events, err := Detect(c.y, hourly); err != nil || len(events) != 0 {
			t.Errorf("%s: %+v %v", c.name, events, err)
		}
	}
	for i := range flat {
		flat[i] = 10
	}
	flat[400] = 10.5 // within 6 times 2 % of what never varied
	if events, err := Detect(flat, hourly); err != nil || len(events) != 0 {
		t.Errorf("%+v %v", events, err)
	}
	flat[400] = 12
	if events, err := Detect(flat, hourly); err != nil || len(events) != 1 || events[0].From != 400 {
		t.Errorf("%+v %v", events, err)
	}
}

func TestRefuses(t *testing.T) {
	for _, o := range []Options{
		{0, 1, 0, 0}, {24, 0, 0, 0}, {24, 1, 1, 0}, {24, 1, -1, 0}, {24, 1, 0, -1}, {24, 1, 0, math.NaN()},
	} {
		if _, err := Detect(nil, o); err == nil {
			t.Errorf("%+v passes", o)
		}
	}
	for _, v := range []float64{math.NaN(), math.Inf(-1)} {
		if _, err := Detect([]float64{v}, hourly); err == nil {
			t.Errorf("%v passes", v)
		}
	}
}

// TestScoreByHand: of 1 2 3 4 5 the median is 3 and the MAD 1, so that 13 has
// 0.6745·10.
func TestScoreByHand(t *testing.T) {
	for _, c := range []struct{ x, least, want float64 }{{13, 0, 6.745}, {3, 0, 0}, {-7, 0, -6.745}, {13, 10, 1}} {
		if got := bandOf([]float64{1, 2, 3, 4, 5}, c.least).score(c.x); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("%+v: %g", c, got)
		}
	}
	if bandOf(nil, 0).score(1) != 0 || median(nil) != 0 || median([]float64{4, 1, 3, 2}) != 2.5 {
		t.Error("no past, no score; the median of four is between the middle two")
	}
}
