package forecast

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	for _, c := range []struct {
		name, in string
		values   []float64
		gaps     []Gap
	}{
		{"counter", "ts,value\n1,10\n2,20\n3,30\n", []float64{10, 20, 30}, nil},
		{"no header", "1,10\n2,20\n", []float64{10, 20}, nil},
		{"byte order mark, CRLF, spaces", "\ufeffts,value\r\n1, 10\r\n2 ,20\r\n", []float64{10, 20}, nil},
		{"columns by name", "Value,unit,TS\n10,count,1\n20,count,2\n", []float64{10, 20}, nil},
		{"quotes", "\"ts\",\"value\"\n\"1\",\"10\"\n", []float64{10}, nil},
		{"numbers", "ts,value\n0,-1.5e3\n1,+2\n2,0\n", []float64{-1500, 2, 0}, nil},
		{"RFC 3339", "ts,value\n2026-11-01T22:00:00Z,1\n2026-11-01T23:00:00Z,2\n2026-11-02T01:00:00+01:00,3\n", []float64{1, 2, 3}, nil},
		{"date and time", "ts,value\n2026-11-01 22:00:00,1\n2026-11-01 23:00,2\n2026-11-02T00:00,3\n", []float64{1, 2, 3}, nil},
		{"days", "ts,value\n2026-02-28,1\n2026-03-01,2\n2026-03-02,3\n", []float64{1, 2, 3}, nil},
		{"months", "ts,value\n2026-01-01,1\n2026-02-01,2\n2026-03-01,3\n2026-04-01,4\n", []float64{1, 2, 3, 4}, nil},
		{"seconds since 1970", "ts,value\n1700000000,1\n1700003600,2\n1700007200,3\n", []float64{1, 2, 3}, nil},
		{"empty", "", []float64{}, nil},
		{"only a header", "ts,value\n", []float64{}, nil},
	} {
		s, err := Parse("f.csv", []byte(c.in), 24)
		if err != nil || !reflect.DeepEqual(s.Values, c.values) || !reflect.DeepEqual(s.Gaps, c.gaps) {
			t.Errorf("%s: %v %v %v", c.name, s.Values, s.Gaps, err)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"no number", "ts,value\n1,10\n2,many\n", `f.csv line 3: value "many": want a number`},
		{"no value", "ts,value\n1,\n", `f.csv line 2: value "": want a number`},
		{"not a number", "ts,value\n1,NaN\n", `f.csv line 2: value "NaN"`},
		{"infinite", "ts,value\n1,1e999\n", `f.csv line 2: value "1e999"`},
		{"no time", "ts,value\nyesterday,1\n", `f.csv line 2: ts "yesterday": want a counter, RFC 3339, or a date`},
		{"impossible date", "ts,value\n2026-02-30,1\n", `f.csv line 2: ts "2026-02-30"`},
		{"other header", "time,value\n1,2\n", `f.csv line 1: ts "time"`},
		{"too many fields", "ts,value\n1,2\n2,3,4\n", `f.csv line 3: 3 fields: want 2`},
		{"too few fields", "ts,value\n1\n", `f.csv line 2: 1 fields: want 2`},
		{"twice", "ts,value\n1,2\n1,3\n", `f.csv line 3: ts "1" is not after "1"`},
		{"backwards", "ts,value\n2,2\n1,3\n", `f.csv line 3: ts "1" is not after "2"`},
		{"mixed", "ts,value\n1,2\n2026-01-01,3\n", `f.csv line 3: ts "2026-01-01": counters and dates are mixed`},
		{"uneven", "ts,value\n1,2\n2,3\n3.5,3\n4.5,5\n", `f.csv line 4: ts "3.5" comes 1.5 steps after "2"`},
		{"large gap", "ts,value\n1,2\n2,3\n3,4\n900000000000,5\n", `f.csv line 5: 899999999996 steps are missing after "3"`},
		{"quote", "ts,value\n1,\"2\n", `f.csv line 2: `},
	} {
		_, err := Parse("f.csv", []byte(c.in), 24)
		wrong := (*ParseError)(nil)
		if !errors.As(err, &wrong) || !strings.HasPrefix(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
	}
}

// TestParseGaps: missing steps take the value a season before, or the last
// one, and are not truth to the back-test.
func TestParseGaps(t *testing.T) {
	var b strings.Builder
	b.WriteString("ts,value\n")
	for i := range 100 {
		if i != 2 && i != 60 && i != 61 {
			fmt.Fprintf(&b, "%d,%d\n", i, i%24)
		}
	}
	s, err := Parse("f.csv", []byte(b.String()), 24)
	if err != nil {
		t.Fatal(err)
	}
	want := []Gap{{Line: 4, After: "1", At: 2, Steps: 1}, {Line: 61, After: "59", At: 60, Steps: 2}}
	if len(s.Values) != 100 || s.Missing() != 3 || !reflect.DeepEqual(s.Gaps, want) {
		t.Fatalf("%d values, gaps %+v", len(s.Values), s.Gaps)
	}
	if s.Values[2] != 1 || s.Values[60] != 60-48 || s.Values[61] != 61-48 {
		t.Errorf("filled with %g, %g, %g", s.Values[2], s.Values[60], s.Values[61])
	}
	for i := range s.Values {
		if s.filled(i) != (i == 2 || i == 60 || i == 61) {
			t.Errorf("value %d: filled %v", i, s.filled(i))
		}
	}
	s.Values[60], s.Values[61] = 1e6, 1e6 // nobody measured that
	r, err := Run(s, Options{Season: 24, Horizon: 48})
	if err != nil || r.Backtest.SMAPE != 0 {
		t.Errorf("%+v %v", r.Backtest, err)
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"ts,value\n1,10\n2,20\n3,30\n", "1,10\n2,20\n", "value,ts\n1,2026-11-01\n2,2026-11-02\n", "",
		"ts,value\n2026-11-01T22:00:00Z,1\n2026-11-01T23:00:00Z,2\n", "ts,value\n1,NaN\n", "\ufeffts,value\r\n1,2\r\n",
		"ts,value\n1,2\n2,3\n3,4\n4,5\n5,6\n6,7\n7,8\n8,9\n9,10\n11,5\n", "ts,value\n-1e15,1\n1e15,2\n", "\"", "ts,value\n1e-300,1\n2e-300,2\n1,3\n",
	} {
		f.Add([]byte(seed), 3)
	}
	f.Fuzz(func(t *testing.T, data []byte, season int) {
		s, err := Parse("f", data, season)
		if err != nil {
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("%q is more than a line", err)
			}
			return
		}
		for i, v := range s.Values {
			if !(math.Abs(v) <= MaxMagnitude) {
				t.Errorf("value %d is %v", i, v)
			}
		}
		if float64(s.Missing()) > MaxFilled*float64(len(s.Values)) {
			t.Errorf("%d of %d values are made up", s.Missing(), len(s.Values))
		}
		if r, err := Run(s, Options{Season: 2, Horizon: 3}); err == nil {
			for _, step := range r.Steps {
				if !(step.Low95 <= step.Value && step.Value <= step.High95) {
					t.Errorf("%+v of %v", step, s.Values)
				}
			}
		}
	})
}
