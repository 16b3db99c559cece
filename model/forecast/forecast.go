// Package forecast continues an evenly spaced series: the hours of an
// account's traffic or cost, with their day and their week.
//
// On hourly series no textbook method wins: of the M4 competition's methods
// plain Holt, the combination benchmark and Theta lose to repeating the last
// day (S. Makridakis et al., "The M4 Competition", Int. J. Forecasting 36,
// 2020, hourly column). So several plain methods forecast, each is judged on
// the newest hours that it was not shown, and their mean is weighted by how
// well it did: (best error / own error)^4. Intervals come from what the same
// combination missed by when it stood at earlier origins (split conformal
// prediction: G. Shafer and V. Vovk, "A Tutorial on Conformal Prediction",
// JMLR 9, 2008), so they assume no distribution.
//
// A series that was never negative is not forecast below zero, nor is its
// interval.
package forecast

import (
	"fmt"
	"math"
	"strings"
)

// Week is how many seasons make the longer cycle, and History how many
// seasons a combination needs before it is trusted over repeating the last
// season: two weeks.
const (
	Week    = 7
	History = 2 * Week
)

// Options say what to forecast.
type Options struct {
	// Season is the number of steps after which a pattern comes back, 1 or
	// more: 24 for hours.
	Season int
	// Horizon is the number of steps to forecast, 1 or more.
	Horizon int
}

// Step is the forecast of one step, in the series' own unit.
type Step struct {
	// Step counts from 1, the first step after the series.
	Step int `json:"step"`
	// Value is the forecast, Low95 and High95 hold the truth 95 times in 100.
	Value  float64 `json:"value"`
	Low95  float64 `json:"low95"`
	High95 float64 `json:"high95"`
}

// Backtest is how well the same method did on the series' last steps, as many
// as were to be forecast, of which neither method, weights nor intervals saw
// anything.
type Backtest struct {
	// SMAPE is the symmetric mean absolute percentage error, of 0 to 200 as
	// in M4.
	SMAPE float64 `json:"smape"`
	// MASE is the mean absolute error over that of repeating the last season
	// within the steps before; nil where that never errs, or errs by so
	// little that the quotient is no number.
	MASE *float64 `json:"mase"`
	// SeasonalNaiveSMAPE is SMAPE of repeating the last season.
	SeasonalNaiveSMAPE float64 `json:"seasonal_naive_smape"`
	// Coverage is the share of the held-out steps within their interval, of
	// 0 to 1.
	Coverage float64 `json:"coverage95"`
}

// Weight is a method's share in a combination, of 0 to 1.
type Weight struct {
	Name  string  `json:"name"`
	Share float64 `json:"weight"`
}

// Result is a forecast and what speaks for it.
type Result struct {
	// Method is what was used, in words.
	Method string
	// Weights are the methods' shares, which add up to 1.
	Weights  []Weight
	Steps    []Step
	Total    Total
	Backtest Backtest
}

// TooShortError is a series with too few values to forecast and to back-test.
type TooShortError struct {
	// Have and Need count values.
	Have, Need int
	Options    Options
}

func (e *TooShortError) Error() string {
	return fmt.Sprintf("%d values are too few: a season of %d and a horizon of %d take at least %d, to back-test the forecast",
		e.Have, e.Options.Season, e.Options.Horizon, e.Need)
}

// Run forecasts the steps after s. Of fewer than History seasons before the
// held-out steps the last one is repeated. Errors are options out of range,
// values that are not finite, and *TooShortError: under two seasons, or
// under a season and a step before the held-out ones.
func Run(s Series, o Options) (Result, error) {
	if err := o.check(s); err != nil {
		return Result{}, err
	}
	train := len(s.Values) - o.Horizon
	c := newCombination(train, o)
	past := c.forecast(s.Values[:train])
	r := Result{Backtest: backtest(s, past.steps, o)}
	now := c.forecast(s.Values)
	r.Method, r.Weights, r.Steps, r.Total = now.name(), now.weights, now.steps, now.total
	return r, nil
}

// check tells what is wrong with the options, or with s for them.
func (o Options) check(s Series) error {
	if o.Season < 1 || o.Horizon < 1 {
		return fmt.Errorf("season %d, horizon %d: want 1 or more of each", o.Season, o.Horizon)
	}
	if o.Season > MaxValues || o.Horizon > MaxValues {
		return fmt.Errorf("season %d, horizon %d: want at most %d of each", o.Season, o.Horizon, MaxValues)
	}
	if need := max(2*o.Season, o.Season+1+o.Horizon); len(s.Values) < need {
		return &TooShortError{Have: len(s.Values), Need: need, Options: o}
	}
	for i, v := range s.Values {
		if !(math.Abs(v) <= MaxMagnitude) {
			return fmt.Errorf("value %d is %v: want numbers of at most %g", i+1, v, MaxMagnitude)
		}
	}
	return nil
}

// backtest compares steps with the end of s. What was filled in is not truth
// and does not count.
func backtest(s Series, steps []Step, o Options) Backtest {
	train := len(s.Values) - o.Horizon
	naive := seasonalNaive(o.Season)(s.Values[:train], o.Season, o.Horizon)
	var b Backtest
	var absolute, n float64
	for i, step := range steps {
		at := train + i
		if s.filled(at) {
			continue
		}
		y := s.Values[at]
		n++
		absolute += math.Abs(y - step.Value)
		b.SMAPE += symmetric(y, step.Value)
		b.SeasonalNaiveSMAPE += symmetric(y, naive[i])
		if y >= step.Low95 && y <= step.High95 {
			b.Coverage++
		}
	}
	n = max(n, 1)
	b.SMAPE, b.SeasonalNaiveSMAPE, b.Coverage = b.SMAPE/n, b.SeasonalNaiveSMAPE/n, b.Coverage/n
	if mase := absolute / n / seasonalError(s.Values[:train], o.Season); !math.IsNaN(mase) && !math.IsInf(mase, 0) {
		b.MASE = &mase
	}
	return b
}

// symmetric is a term of sMAPE in percent: 0 where both are 0.
func symmetric(y, f float64) float64 {
	if sum := math.Abs(y) + math.Abs(f); sum > 0 {
		return 200 * math.Abs(y-f) / sum
	}
	return 0
}

// seasonalError is MASE's scale: the mean absolute difference to the value a
// season before (R. J. Hyndman and A. B. Koehler, "Another look at measures
// of forecast accuracy", Int. J. Forecasting 22, 2006).
func seasonalError(y []float64, season int) float64 {
	sum := 0.0
	for t := season; t < len(y); t++ {
		sum += math.Abs(y[t] - y[t-season])
	}
	return sum / float64(len(y)-season)
}

// name says what was combined, the heaviest first.
func (f forecasted) name() string {
	if len(f.weights) == 1 {
		return f.weights[0].Name
	}
	var names []string
	for _, w := range f.weights {
		names = append(names, w.Name)
	}
	return "error-weighted mean of " + strings.Join(names, ", ")
}
