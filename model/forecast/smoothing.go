package forecast

import "math"

// smoother is additive exponential smoothing with a day, perhaps a week, and
// an autoregressive error: what is missed by persists a while, so that the
// level need not chase it (J. W. Taylor, "Triple seasonal methods for
// short-term electricity demand forecasting", Eur. J. Operational Research
// 204, 2010). With u(t) = y(t) - forecast one step before:
//
//	level += alpha·u,  day += delta·u,  week += omega·u,  rest(t) = y - level - day - week
//	forecast of y(t+k) = level + day + week + phi^k·rest(t)
type smoother struct {
	level, rest float64
	day, week   []float64
	sse         float64   // of the errors one step ahead, after the first season
	first       *smoother // before any value: the same for all rates
}

// rates are alpha, delta, omega and phi.
type rates [4]float64

// valid bounds rates to 0 to 1, and phi to what dies out.
func (r rates) valid() bool {
	for _, v := range r {
		if v < 0 || v > 1 {
			return false
		}
	}
	return r[3] <= 0.99
}

// newSmoother lays out the state for y with a season of m. A week is kept only
// if weekly.
func newSmoother(y []float64, m int, weekly bool) *smoother {
	weeks := 1
	if weekly {
		weeks = Week * m
	}
	first := &smoother{day: make([]float64, m), week: make([]float64, weeks)}
	first.start(y)
	return &smoother{day: make([]float64, m), week: make([]float64, weeks), first: first}
}

// fit runs the smoother over y, which has two seasons, and a week if that is
// kept.
func (s *smoother) fit(y []float64, r rates) {
	copy(s.day, s.first.day)
	copy(s.week, s.first.week)
	days, weeks, weekly := s.day, s.week, len(s.week) > 1
	level, before, sse := s.first.level, 0.0, 0.0
	day, week := 0, 0
	for t, v := range y {
		rest := v - level - days[day]
		if weekly {
			rest -= weeks[week]
		}
		u := rest - r[3]*before
		if t >= len(days) {
			sse += u * u
		}
		before = rest
		level += r[0] * u
		days[day] += r[1] * u
		if weekly {
			weeks[week] += r[2] * u
			if week++; week == len(weeks) {
				week = 0
			}
		}
		if day++; day == len(days) {
			day = 0
		}
	}
	s.level, s.rest, s.sse = level, before, sse
}

// start takes the level and the day from the first two seasons, or from the
// first week where that is kept; the week is half of what its first two
// seasons have above both, since a single one is half noise.
func (s *smoother) start(y []float64) {
	m := len(s.day)
	n := 2 * m
	if len(s.week) > 1 {
		n = len(s.week)
	}
	s.level = meanOf(y[:n])
	for t, at := 0, 0; t < n; t++ {
		s.day[at] += (y[t] - s.level) * float64(m) / float64(n)
		if at++; at == m {
			at = 0
		}
	}
	if len(s.week) == 1 {
		return
	}
	n = min(2, len(y)/len(s.week)) * len(s.week)
	for t, v := range y[:n] {
		s.week[t%len(s.week)] += (v - s.level - s.day[t%m]) / 2 * float64(len(s.week)) / float64(n)
	}
}

// continued is the forecast after fit on n values.
func (s *smoother) continued(n, h int, phi float64) []float64 {
	out := make([]float64, h)
	rest := s.rest
	for i := range out {
		rest *= phi
		out[i] = s.level + s.day[(n+i)%len(s.day)] + s.week[(n+i)%len(s.week)] + rest
	}
	return out
}

// search lowers the error one step ahead from the best of some starts, one
// rate at a time, in steps that are halved. The rates that are not free keep
// their value.
func (s *smoother) search(y []float64, starts []rates, free []int) rates {
	best, at := math.Inf(1), starts[0]
	try := func(r rates) bool {
		if !r.valid() {
			return false
		}
		if s.fit(y, r); s.sse < best {
			best, at = s.sse, r
			return true
		}
		return false
	}
	for _, r := range starts {
		try(r)
	}
	for step := 0.1; step > 0.02; {
		improved := false
		for _, i := range free {
			up, down := at, at
			up[i] += step
			down[i] -= step
			improved = try(up) || try(down) || improved
		}
		if !improved {
			step /= 2
		}
	}
	return at
}

// smooth is exponential smoothing with a day and nothing else, ETS(A,N,A) of
// R. J. Hyndman et al., "Forecasting with Exponential Smoothing", 2008.
func smooth(y []float64, m, h int) []float64 {
	s := newSmoother(y, m, false)
	var starts []rates
	for _, alpha := range []float64{0.02, 0.1, 0.3, 0.6, 0.9} {
		for _, delta := range []float64{0.02, 0.1, 0.3, 0.6} {
			starts = append(starts, rates{alpha, delta})
		}
	}
	r := s.search(y, starts, []int{0, 1})
	s.fit(y, r)
	return s.continued(len(y), h, 0)
}

// smoothWeek is exponential smoothing with a day, a week and an
// autoregressive error.
func smoothWeek(y []float64, m, h int) []float64 {
	s := newSmoother(y, m, true)
	var starts []rates
	for _, alpha := range []float64{0.005, 0.05} {
		for _, delta := range []float64{0.05, 0.2} {
			for _, phi := range []float64{0.5, 0.9} {
				starts = append(starts, rates{alpha, delta, delta, phi})
			}
		}
	}
	r := s.search(y, starts, []int{0, 1, 2, 3})
	s.fit(y, r)
	return s.continued(len(y), h, r[3])
}
