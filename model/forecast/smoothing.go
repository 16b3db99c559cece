package forecast

import "math"

// smoother is additive exponential smoothing with a season and without trend
// (R. J. Hyndman et al., "Forecasting with Exponential Smoothing", 2008,
// ETS(A,N,A)):
//
//	level(t)  = level(t-1) + alpha·error,  season(t) = season(t-m) + gamma·error
type smoother struct {
	level  float64
	season []float64
	sse    float64
}

// fit runs the smoother over y from the means of its first two seasons.
func (s *smoother) fit(y []float64, m int, alpha, gamma float64) {
	s.start(y, m)
	at := 0
	for _, v := range y {
		e := v - s.level - s.season[at]
		s.sse += e * e
		s.level += alpha * e
		s.season[at] += gamma * e
		if at++; at == m {
			at = 0
		}
	}
}

// start sets the level to the mean of the first two seasons, and the season
// to what they have above it. y has two seasons.
func (s *smoother) start(y []float64, m int) {
	s.level, s.sse = 0, 0
	if len(s.season) != m {
		s.season = make([]float64, m)
	}
	for i := range m {
		s.season[i] = (y[i] + y[m+i]) / 2
		s.level += s.season[i] / float64(m)
	}
	for i := range s.season {
		s.season[i] -= s.level
	}
}

// smooth forecasts with the rates that miss least, one step ahead: the best
// of a grid, then by halving steps.
func smooth(y []float64, m, h int) []float64 {
	var s smoother
	best, bestAlpha, bestGamma := math.Inf(1), 0.1, 0.1
	try := func(alpha, gamma float64) bool {
		if alpha < 0 || gamma < 0 || alpha > 1 || gamma > 1-alpha {
			return false
		}
		s.fit(y, m, alpha, gamma)
		if s.sse < best {
			best, bestAlpha, bestGamma = s.sse, alpha, gamma
			return true
		}
		return false
	}
	for _, alpha := range []float64{0.02, 0.1, 0.3, 0.6, 0.9} {
		for _, gamma := range []float64{0.02, 0.1, 0.3, 0.6} {
			try(alpha, gamma)
		}
	}
	for step := 0.1; step > 0.01; {
		if a, g := bestAlpha, bestGamma; !try(a+step, g) && !try(a-step, g) && !try(a, g+step) && !try(a, g-step) {
			step /= 2
		}
	}
	s.fit(y, m, bestAlpha, bestGamma)
	out := make([]float64, h)
	for i := range out {
		out[i] = s.level + s.season[(len(y)+i)%m]
	}
	return out
}
