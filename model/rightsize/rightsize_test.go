package rightsize

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/breakeven-dev/breakeven/model/price"
	"github.com/breakeven-dev/breakeven/model/unit"
)

func ms(n float64) time.Duration { return time.Duration(n * float64(time.Millisecond)) }

func mustFit(t *testing.T, e Evidence) *Fit {
	t.Helper()
	f, err := New(e)
	if err != nil {
		t.Fatalf("%+v: %v", e, err)
	}
	return f
}

func usEast(t *testing.T) Prices {
	t.Helper()
	p, err := PricesOf(price.Embedded(), "us-east-1", unit.X86)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Graviton workshop, the same CPU-bound function: 25.1 s at 128 MB, 1.783 s at
// 2,048 MB, 1.787 s at 10,240 MB.
func TestPublishedCPUBound(t *testing.T) {
	for _, e := range []Evidence{
		{Measured: []Measurement{{128, ms(25100)}}, CPU: &CPUTime{128, ms(25100 * 128 / 1769.0)}},
		{Measured: []Measurement{{128, ms(25100)}, {10240, ms(1787)}}},
	} {
		f := mustFit(t, e)
		if got := f.At(2048); math.Abs(got.Duration.Seconds()/1.783-1) > 0.1 || got.Low > ms(1783) || got.High < ms(1783) {
			t.Errorf("grade %s: %+v, want 1.783 s", f.grade, got)
		}
	}
}

// One thread gains nothing above 1,769 MB unless a size there shows more.
func TestThreads(t *testing.T) {
	flat := mustFit(t, Evidence{Measured: []Measurement{{256, ms(8000)}, {1024, ms(2000)}}})
	if a, b := flat.At(1769).Duration, flat.At(10240).Duration; a != b {
		t.Errorf("%s at 1,769 MB, %s at 10,240 MB: want the same", a, b)
	}
	parallel := mustFit(t, Evidence{Measured: []Measurement{{256, ms(8000)}, {1769, ms(1158)}, {3538, ms(579)}, {7076, ms(290)}}})
	if d := parallel.At(5307).Duration; math.Abs(float64(d)/float64(ms(386))-1) > 0.1 {
		t.Errorf("%s at 5,307 MB, want about 386 ms on three vCPUs", d)
	}
	twoVCPU := mustFit(t, Evidence{Measured: []Measurement{{3538, ms(1000)}}, CPU: &CPUTime{3538, ms(2000)}})
	if d := twoVCPU.At(1769).Duration; math.Abs(float64(d)/float64(ms(2000))-1) > 0.1 {
		t.Errorf("%s at 1,769 MB, want about 2 s: the CPU time shows two threads", d)
	}
}

// A function that only waits takes as long everywhere.
func TestWaiting(t *testing.T) {
	f := mustFit(t, Evidence{Measured: []Measurement{{512, ms(1000)}}, CPU: &CPUTime{512, ms(1)}})
	for _, e := range f.Curve() {
		if math.Abs(e.Duration.Seconds()-1) > 0.04 {
			t.Errorf("%+v: want about 1 s", e)
		}
	}
}

func TestGrades(t *testing.T) {
	one, two, three := []Measurement{{512, ms(10)}}, []Measurement{{512, ms(10)}, {1024, ms(6)}}, []Measurement{{256, ms(18)}, {512, ms(10)}, {1024, ms(6)}}
	cpu := &CPUTime{512, ms(1)}
	for _, c := range []struct {
		e    Evidence
		want Grade
	}{
		{Evidence{}, GradeD},
		{Evidence{Measured: one}, GradeD},
		{Evidence{Measured: one, PowerTuning: true}, GradeD},
		{Evidence{Measured: one, CPU: cpu}, GradeC},
		{Evidence{Measured: two}, GradeB},
		{Evidence{Measured: two, CPU: cpu}, GradeB},
		{Evidence{Measured: two, PowerTuning: true}, GradeA},
		{Evidence{Measured: three}, GradeA},
	} {
		if got := c.e.Grade(); got != c.want || c.e.Sentence() == "" {
			t.Errorf("%+v: grade %s, want %s", c.e, got, c.want)
		}
	}
}

func TestRefused(t *testing.T) {
	for _, c := range []struct {
		e    Evidence
		want string
	}{
		{Evidence{}, "no measured size"},
		{Evidence{Measured: []Measurement{{127, ms(1)}}}, "127 MB"},
		{Evidence{Measured: []Measurement{{10241, ms(1)}}}, "10241 MB"},
		{Evidence{Measured: []Measurement{{128, 0}}}, "duration 0s"},
		{Evidence{Measured: []Measurement{{128, MaxDuration + 1}}}, "at most 15m0s"},
		{Evidence{Measured: []Measurement{{256, ms(1)}, {128, ms(1)}, {256, ms(2)}}}, "given twice"},
		{Evidence{Measured: []Measurement{{128, ms(1)}}, CPU: &CPUTime{256, ms(1)}}, "no duration is measured"},
		{Evidence{Measured: []Measurement{{128, ms(1)}}, CPU: &CPUTime{128, 0}}, "CPU time 0s"},
		{Evidence{Measured: []Measurement{{128, ms(1)}}, CPU: &CPUTime{128, ms(7)}}, "six vCPUs"},
	} {
		if f, err := New(c.e); err == nil || f != nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v, want %q", c.e, err, c.want)
		}
	}
}

// One size and nothing else: the physical bounds and a fifth, and no point.
func TestBounds(t *testing.T) {
	f := mustFit(t, Evidence{Measured: []Measurement{{512, ms(1000)}}})
	for _, c := range []struct {
		memory    unit.MiB
		low, high float64
	}{{128, 800, 4800}, {1024, 400, 1200}, {1769, 800 * 512.0 / 1769, 1200}, {10240, 800 * 512.0 / 1769, 1200}} {
		got := f.At(c.memory)
		if got.Known || got.Measured || math.Abs(millis(got.Low)-c.low) > 1e-5 || math.Abs(millis(got.High)-c.high) > 1e-5 {
			t.Errorf("%+v: want %v to %v ms and no point", got, c.low, c.high)
		}
	}
	c := f.Choose(usEast(t), 128)
	if c.Cheapest != 0 || c.Fastest != 0 || c.Balanced != 0 || c.Grade != GradeD {
		t.Errorf("%+v: want no choice", c)
	}
}

func TestFloor(t *testing.T) {
	for _, c := range [][2]unit.MiB{{0, 128}, {-1, 128}, {1, 128}, {106, 128}, {107, 192}, {160, 192}, {161, 256}, {180, 256}, {213, 256}, {214, 320}, {8533, 10240}, {10240, 10240}, {99999, 10240}} {
		if got := Floor(c[0]); got != c[1] {
			t.Errorf("floor of %d MB used: %d, want %d", int64(c[0]), int64(got), int64(c[1]))
		}
	}
}

// The price list of us-east-1: $0.20 a million requests, $0.0000166667 a
// GB-second; 1 ms and 1 ns are billed as 2 ms.
func TestPerMillion(t *testing.T) {
	p := usEast(t)
	for _, c := range []struct {
		memory unit.MiB
		d      time.Duration
		want   string
	}{
		{1024, ms(1), "0.2166667"},
		{1024, ms(1) + 1, "0.2333334"},
		{512, ms(1200), "10.20002"},
		{128, ms(100), "0.40833375"},
	} {
		if got := p.PerMillion(c.memory, c.d).String(); got != c.want {
			t.Errorf("%s for %s: %s, want %s", c.memory, c.d, got, c.want)
		}
	}
	if _, err := PricesOf(price.Embedded(), "mars-1", unit.ARM); err == nil {
		t.Error("a region without prices: want an error")
	}
	arm, err := PricesOf(price.Embedded(), "us-east-1", unit.ARM)
	if err != nil || arm.PerMillion(1024, ms(1000)).Cmp(p.PerMillion(1024, ms(1000))) >= 0 {
		t.Errorf("arm64 is not cheaper: %v, %v", arm, err)
	}
}

// Power Tuning's three strategies on four sizes worked out by hand: costs
// without requests are 2, 1.6, 1.2 and 2 units, durations 16, 6.4, 2.4 and 2,
// so that the balances are 1, 0.6, 0.375 and 0.5625.
func TestStrategies(t *testing.T) {
	f := mustFit(t, Evidence{Measured: []Measurement{{128, ms(1600)}, {256, ms(640)}, {512, ms(240)}, {1024, ms(200)}, {2048, ms(200)}}})
	prices := Prices{GBSecond: unit.MustUSD("0.00001")}
	for _, c := range []struct{ floor, cheapest, fastest, balanced unit.MiB }{
		{128, 512, 1024, 512}, {576, 1024, 1024, 1024}, {2000, 2048, 2048, 2048},
	} {
		got := f.Choose(prices, c.floor)
		if got.Cheapest != c.cheapest || got.Fastest != c.fastest || got.Balanced != c.balanced {
			t.Errorf("floor %s: cheapest %s, fastest %s, balanced %s, want %+v", c.floor, got.Cheapest, got.Fastest, got.Balanced, c)
		}
	}
}

// someEvidence draws a function that follows the physics, with noise that
// keeps its durations falling, measured at one to six sizes.
func someEvidence(r *rand.Rand) Evidence {
	var e Evidence
	wait, cpu := math.Exp(8*r.Float64()-1), math.Exp(8*r.Float64()-1)
	var sizes []unit.MiB
	for range 1 + r.IntN(6) {
		sizes = append(sizes, unit.MiB(128+r.IntN(10240-128+1)))
	}
	slices.Sort(sizes)
	last := math.Inf(1)
	for _, m := range slices.Compact(sizes) {
		d := (wait + cpu/min(float64(m)/1769, 1)) * math.Exp(0.1*r.NormFloat64())
		last = min(d, last, 900_000)
		e.Measured = append(e.Measured, Measurement{m, ms(last)})
	}
	if r.IntN(2) == 0 {
		m := e.Measured[r.IntN(len(e.Measured))]
		e.CPU = &CPUTime{m.Memory, max(time.Duration(r.Float64()*float64(m.Duration)), 1)}
	}
	return e
}

// More memory never lengthens what is predicted; the range holds the point;
// what was measured stands; the choices are those of the curve's own figures.
func TestProperties(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 5))
	prices := usEast(t)
	for range 60 {
		e := someEvidence(r)
		floor := Floor(unit.MiB(r.IntN(3000)))
		c := mustFit(t, e).Choose(prices, floor)
		checkCurve(t, e, c)
		if c.Grade == GradeD {
			continue
		}
		for _, o := range c.Curve {
			if o.Memory < floor {
				continue
			}
			if best := option(c, c.Cheapest); o.PerMillion.Cmp(best.PerMillion) < 0 {
				t.Errorf("%+v: %s is cheaper than %s", e, o.Memory, best.Memory)
			}
			if best := option(c, c.Fastest); o.Duration < best.Duration || o.Duration == best.Duration && o.PerMillion.Cmp(best.PerMillion) < 0 {
				t.Errorf("%+v: %s is faster than %s, or as fast and cheaper", e, o.Memory, best.Memory)
			}
		}
		for _, m := range []unit.MiB{c.Cheapest, c.Fastest, c.Balanced} {
			if m < floor {
				t.Errorf("%+v: %s is under the floor of %s", e, m, floor)
			}
		}
	}
}

func option(c Choice, m unit.MiB) Option {
	return c.Curve[slices.IndexFunc(c.Curve, func(o Option) bool { return o.Memory == m })]
}

func checkCurve(t *testing.T, e Evidence, c Choice) {
	t.Helper()
	for i, o := range c.Curve {
		at := slices.IndexFunc(e.Measured, func(m Measurement) bool { return m.Memory == o.Memory })
		if o.Measured != (at >= 0) || o.Measured && o.Duration != e.Measured[at].Duration {
			t.Errorf("%+v: %+v is not what was measured", e, o)
		}
		if o.Low <= 0 || o.Low > o.High || o.Known && (o.Duration < o.Low || o.Duration > o.High) {
			t.Errorf("%+v: %+v has no sound range", e, o)
		}
		if i == 0 {
			continue
		}
		before := c.Curve[i-1]
		if before.Memory >= o.Memory || before.Known && o.Known && o.Duration > before.Duration {
			t.Errorf("%+v: %+v comes after %+v", e, o, before)
		}
	}
	for _, m := range standardSizes {
		if !slices.ContainsFunc(c.Curve, func(o Option) bool { return o.Memory == m }) {
			t.Errorf("%+v: no %s on the curve", e, m)
		}
	}
}

// Measurements that rise with memory stand as they are, and what is predicted
// falls all the same.
func TestRisingMeasurements(t *testing.T) {
	c := mustFit(t, Evidence{Measured: []Measurement{{256, ms(100)}, {1024, ms(140)}, {3008, ms(90)}}}).Choose(usEast(t), 128)
	last := time.Duration(math.MaxInt64)
	for _, o := range c.Curve {
		if o.Measured {
			continue
		}
		if o.Duration > last {
			t.Errorf("%+v is longer than %s", o, last)
		}
		last = o.Duration
	}
	if d := option(c, 1024).Duration; d != ms(140) {
		t.Errorf("%s at 1,024 MB, measured were 140 ms", d)
	}
}

// The order of the measurements does not matter, and a fit asked twice says
// the same.
func TestDeterministic(t *testing.T) {
	a := Evidence{Measured: []Measurement{{256, ms(100)}, {1024, ms(60)}, {512, ms(70)}}}
	b := Evidence{Measured: []Measurement{{1024, ms(60)}, {512, ms(70)}, {256, ms(100)}}}
	if x, y := mustFit(t, a).Curve(), mustFit(t, b).Curve(); !slices.Equal(x, y) {
		t.Errorf("%v\n%v", x, y)
	}
	if a.Measured[1].Memory != 1024 {
		t.Error("the caller's list was sorted")
	}
}

func BenchmarkCurve(b *testing.B) {
	e := Evidence{Measured: []Measurement{{256, ms(100)}, {1024, ms(60)}}}
	for b.Loop() {
		f, err := New(e)
		if err != nil {
			b.Fatal(err)
		}
		f.Curve()
	}
}
