package analyze

import (
	"math"
	"testing"
	"time"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// TestErrorsCostOfCheckedHours: a finding is priced by the failures of the
// hours it was looked for in, not of the whole analysed window.
func TestErrorsCostOfCheckedHours(t *testing.T) {
	key := model.ResourceKey{Service: "lambda", ID: "arn:f", Name: "f"}
	window := model.Window{From: start, To: start.Add(4 * time.Hour)}
	in := model.Inputs{RecentWindow: window, Recent: []model.ResourceHours{{
		Key: key, Config: []byte(`{}`), Columns: []model.HourColumn{
			{Metric: "Errors", Stat: "Sum", Values: []float64{0, 3, math.NaN(), 22}},
			{Metric: "Invocations", Stat: "Sum", Values: []float64{100, 100, math.NaN(), 100}},
		},
	}}}
	a := model.Analysis{Functions: []model.Function{{
		Key: key, Signals: model.Signals{Errors: 1000},
		ErrorCost: model.Cost{Low: unit.MustUSD("8"), Likely: unit.MustUSD("10"), High: unit.MustUSD("12")},
	}}}
	h := healthOf(in, &a)
	if len(h.Findings) != 1 {
		t.Fatalf("found %+v, want one rate of errors", h.Findings)
	}
	// 25 of the 1,000 errors.
	if c := h.Findings[0].ErrorCost; c.Unknown || c.Low.String() != "0.2" || c.Likely.String() != "0.25" || c.High.String() != "0.3" {
		t.Errorf("25 errors of 1,000 that cost $8, 10, 12 are said to cost %v", c)
	}
	a.Functions[0].Signals.Errors = 0
	if c := healthOf(in, &a).Findings[0].ErrorCost; !c.Unknown {
		t.Errorf("errors that the window does not know are said to cost %v", c)
	}
}
