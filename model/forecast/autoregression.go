package forecast

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// ridge is the penalty on an autoregression's coefficients, in squared
// standard deviations of the series: next to nothing beside hundreds of
// values, but it keeps the equations solvable where lags say the same.
const ridge = 0.1

// fewLags and manyLags are the distances an autoregression looks back: the
// last steps, and the same time of days and weeks ago.
func fewLags(m int) []int { return []int{1, 2, m, m + 1, 2 * m, Week * m, Week*m + 1} }

func manyLags(m int) []int {
	return []int{1, 2, 3, m - 1, m, m + 1, 2 * m, 3 * m, 4 * m, 5 * m, 6 * m, Week*m - 1, Week * m, Week*m + 1, 2 * Week * m}
}

// autoregression forecasts step by step with a linear autoregression on lags,
// fitted by ridge regression (A. E. Hoerl and R. W. Kennard, Technometrics
// 12, 1970). Lags that leave under 4 seasons to learn from are left out.
func autoregression(lagsOf func(m int) []int) func(y []float64, m, h int) []float64 {
	return func(y []float64, m, h int) []float64 {
		lags := slices.DeleteFunc(lagsOf(m), func(l int) bool { return l < 1 || l > len(y)-4*m })
		slices.Sort(lags)
		lags = slices.Compact(lags)
		mean := meanOf(y)
		beta, ok := regress(y, mean, lags)
		if !ok {
			return seasonalNaive(m)(y, m, h)
		}
		z := slices.Grow(slices.Clone(y), h)
		for range h {
			f := mean
			for k, l := range lags {
				f += beta.AtVec(k) * (z[len(z)-l] - mean)
			}
			z = append(z, f)
		}
		return z[len(y):]
	}
}

// regress returns the coefficients of y on its lags, around its mean; ok is
// false where y does not vary, or nothing can be learnt.
func regress(y []float64, mean float64, lags []int) (beta mat.VecDense, ok bool) {
	if len(lags) == 0 {
		return beta, false
	}
	p, from := len(lags), lags[len(lags)-1]
	products, x := mat.NewSymDense(p, nil), make([]float64, p)
	target := mat.NewVecDense(p, nil)
	sum := 0.0
	raw, goal := products.RawSymmetric(), target.RawVector().Data
	for t := from; t < len(y); t++ {
		for i, l := range lags {
			x[i] = y[t-l] - mean
		}
		v := y[t] - mean
		sum += v * v
		for i, a := range x {
			row := raw.Data[i*raw.Stride:]
			for j := i; j < p; j++ {
				row[j] += a * x[j]
			}
			goal[i] += a * v
		}
	}
	for i := range p {
		products.SetSym(i, i, products.At(i, i)+sum*(ridge/float64(len(y)-from)+1e-9))
	}
	var c mat.Cholesky
	if !(sum > 0) || math.IsInf(sum, 0) || !c.Factorize(products) {
		return beta, false
	}
	// A condition warning is no failure: the penalty bounds the answer.
	_ = c.SolveVecTo(&beta, target)
	return beta, true
}

func meanOf(y []float64) float64 {
	sum := 0.0
	for _, v := range y {
		sum += v
	}
	return sum / float64(len(y))
}

// differenced forecasts the differences to the season before, and adds them
// up: for series whose level drifts.
func differenced(f func(y []float64, m, h int) []float64) func(y []float64, m, h int) []float64 {
	return func(y []float64, m, h int) []float64 {
		d := make([]float64, len(y)-m)
		for i := range d {
			d[i] = y[i+m] - y[i]
		}
		z := slices.Grow(slices.Clone(y), h)
		for _, v := range f(d, m, h) {
			z = append(z, z[len(z)-m]+v)
		}
		return z[len(y):]
	}
}

// logged forecasts the logarithms: for series whose day grows with their
// level. Those that are not positive are forecast as they are.
func logged(f func(y []float64, m, h int) []float64) func(y []float64, m, h int) []float64 {
	return func(y []float64, m, h int) []float64 {
		if slices.Min(y) <= 0 {
			return f(y, m, h)
		}
		z := make([]float64, len(y))
		for i, v := range y {
			z[i] = math.Log(v)
		}
		out := f(z, m, h)
		for i, v := range out {
			out[i] = math.Exp(v)
		}
		return out
	}
}
