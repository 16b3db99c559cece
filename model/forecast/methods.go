package forecast

import "math"

// method is one way to continue y for h steps, with a season of m. It needs
// at least one season of values.
type method struct {
	name     string
	forecast func(y []float64, m, h int) []float64
}

// methods are those of a combination; each gets History seasons or more.
func methods(season int) []method {
	return []method{
		{"seasonal naive", seasonalNaive(season)},
		{"weekly naive", seasonalNaive(Week * season)},
		{"mean of 3 weeks", weeklyMean},
		{"week profile with AR(1)", profileAR},
		{"exponential smoothing", smooth},
		{"double seasonal smoothing of logarithms", logged(smoothWeek)},
		{"autoregression", autoregression(fewLags)},
		{"autoregression of seasonal differences", differenced(autoregression(fewLags))},
		{"autoregression of logarithms", logged(autoregression(manyLags))},
	}
}

// seasonalNaive repeats the last lag values, or all where there are fewer.
func seasonalNaive(lag int) func(y []float64, m, h int) []float64 {
	return func(y []float64, _, h int) []float64 {
		lag := min(lag, len(y))
		out := make([]float64, h)
		for i := range out {
			out[i] = y[len(y)-lag+i%lag]
		}
		return out
	}
}

// weeks is the number of weeks that a mean is taken over.
const weeks = 3

// weeklyMean forecasts the mean of the same step of the last weeks.
func weeklyMean(y []float64, m, h int) []float64 {
	out := make([]float64, h)
	for i := range out {
		out[i] = meanOfWeeks(y, len(y)+i%(Week*m), Week*m)
	}
	return out
}

// meanOfWeeks is the mean of up to 3 values of y that lie whole weeks before
// t and before the end of y. There is at least one.
func meanOfWeeks(y []float64, t, week int) float64 {
	sum, n := 0.0, 0
	for k := 1; n < weeks && t-k*week >= 0; k++ {
		if i := t - k*week; i < len(y) {
			sum += y[i]
			n++
		}
	}
	return sum / float64(n)
}

// profileAR forecasts the mean of each step of the week, plus a first-order
// autoregression of what is left: x(t) = r·x(t-1) + noise, r by Yule-Walker
// (G. U. Yule 1927), within 0 and 1.
func profileAR(y []float64, m, h int) []float64 {
	week := Week * m
	profile, seen := make([]float64, week), make([]float64, week)
	for t, v := range y {
		profile[t%week] += v
		seen[t%week]++
	}
	for i := range profile {
		profile[i] /= math.Max(seen[i], 1)
	}
	var product, square float64
	for t := 1; t < len(y); t++ {
		before := y[t-1] - profile[(t-1)%week]
		product += before * (y[t] - profile[t%week])
		square += before * before
	}
	r := 0.0
	if square > 0 {
		r = math.Min(math.Max(product/square, 0), 1)
	}
	last := len(y) - 1
	rest := y[last] - profile[last%week]
	out := make([]float64, h)
	for i := range out {
		rest *= r
		out[i] = profile[(len(y)+i)%week] + rest
	}
	return out
}
