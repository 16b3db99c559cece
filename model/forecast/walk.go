package forecast

// Walk forecasts a growing series season by season, without intervals and
// back-test: what was forecast for one season is what the methods are weighed
// by for those after it, so that a step costs a sixth of a forecast from
// scratch. The zero value is not ready; see NewWalk.
type Walk struct {
	o     Options
	tried []trial // the newest first
}

// NewWalk starts a walk in steps of a season of 1 or more values.
func NewWalk(season int) *Walk {
	return &Walk{o: Options{Season: season, Horizon: season}}
}

// Next forecasts the season after y: as the last one was where y has fewer
// than History seasons, nil where it has none. Each y continues that of the
// call before by a season; what that held may not have changed.
func (w *Walk) Next(y []float64) []float64 {
	m := w.o.Season
	if len(y) < m {
		return nil
	}
	c := newCombination(len(y), w.o)
	said := c.run(c.recent(y), m)
	if len(said) == 1 {
		return said[0]
	}
	if w.tried == nil {
		w.tried = c.trials(y, judged)
	} else {
		last := &w.tried[0]
		for _, s := range last.said {
			last.errs = append(last.errs, meanMiss(s, y[last.origin:]))
		}
	}
	out := blend(said, c.shares(w.tried, len(y)))
	w.tried = append([]trial{{origin: len(y), said: said}}, w.tried[:min(len(w.tried), judged-1)]...)
	return out
}
