package modeltest

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// equal compares amounts, not their representation.
func equal(a, b model.Cost) bool {
	return a.Unknown == b.Unknown && a.Low.Cmp(b.Low) == 0 && a.Likely.Cmp(b.Likely) == 0 && a.High.Cmp(b.High) == 0
}

func TestSumsAreConsistent(t *testing.T) {
	for name, a := range map[string]model.Analysis{"sample": Analysis(), "unpriced": Unpriced(), "large": Large(40)} {
		t.Run(name, func(t *testing.T) { checkSums(t, a) })
	}
}

func checkSums(t *testing.T, a model.Analysis) {
	functions, services, calls := model.Exactly(unit.USD{}), model.Exactly(unit.USD{}), int64(0)
	for _, f := range a.Functions {
		functions, calls = functions.Add(f.Cost), calls+f.Signals.Invocations
		lines, days := model.Exactly(unit.USD{}), int64(0)
		for _, l := range f.LineItems {
			lines = lines.Add(l.Cost)
		}
		for _, d := range f.Daily {
			days += d.Invocations
		}
		if !equal(lines, f.Cost) || days != f.Signals.Invocations {
			t.Errorf("%q: lines %v cost %v, days %d calls %d", f.Key.Name, lines, f.Cost, days, f.Signals.Invocations)
		}
	}
	for _, s := range a.Services {
		lines := model.Exactly(unit.USD{})
		for _, l := range s.LineItems {
			lines = lines.Add(l.Cost)
		}
		if services = services.Add(s.Cost); !equal(lines, s.Cost) {
			t.Errorf("%s: lines %v, cost %v", s.Service, lines, s.Cost)
		}
	}
	if !equal(functions, a.Total) || !equal(services, a.Total) {
		t.Errorf("functions %v, services %v, total %v", functions, services, a.Total)
	}
	hours := int64(0)
	for _, h := range a.Hours {
		hours += h.Invocations
	}
	if hours != calls || len(a.Hours) != 720 {
		t.Errorf("%d invocations in %d hours, %d in functions", hours, len(a.Hours), calls)
	}
}

func TestSampleHoldsWhatPrintersMustSurvive(t *testing.T) {
	a := Analysis()
	if a.Total.Unknown || a.Total.Exact() || !Unpriced().Total.Unknown {
		t.Errorf("total %v: want a range, and unknown in Unpriced", a.Total)
	}
	if n := len(a.Functions[0].Compare.Options); n < 8 || len(a.Advice) != len(rules) || len(a.Functions) != 14 {
		t.Errorf("%d options, %d advice, %d functions", n, len(a.Advice), len(a.Functions))
	}
}

func TestSampleIsDeterministicAndRoundTrips(t *testing.T) {
	first, err := json.Marshal(Analysis())
	if err != nil {
		t.Fatal(err)
	}
	var back model.Analysis
	if err := json.Unmarshal(first, &back); err != nil {
		t.Fatal(err)
	}
	again, err := json.Marshal(back)
	if err != nil {
		t.Fatal(err)
	}
	if second, err := json.Marshal(Analysis()); err != nil || !bytes.Equal(first, second) || !bytes.Equal(first, again) {
		t.Errorf("two samples differ, or one changes on its way through JSON (%v)", err)
	}
}
