package sim

import "fmt"

// Figure is a result by its JSON name.
type Figure struct {
	Name string
	Estimate
}

// Figures lists what was estimated, in a fixed order.
func (r *Result) Figures() []Figure {
	return []Figure{
		{FigureCold, r.ColdStartProbability},
		{FigureRejection, r.RejectionProbability},
		{FigureInstances, r.MeanInstances},
		{FigureRunning, r.MeanRunning},
		{FigureIdle, r.MeanIdle},
		{FigureUtilisation, r.Utilisation},
		{FigureLifetime, r.MeanInstanceLifetime},
	}
}

// estimates computes every figure of the runs so far.
func (s *simulation) estimates() Result {
	life := lifetimeOf
	if s.cfg.Arrivals == Replayed {
		life = lifetimeSeen
	}
	o := s.done
	r := Result{
		ColdStartProbability: o.share(coldOf), RejectionProbability: o.share(rejectionOf),
		MeanInstances: o.mean(instancesOf), MeanRunning: o.mean(runningOf), MeanIdle: o.mean(idleOf),
		Utilisation: o.mean(utilisationOf), MeanInstanceLifetime: o.mean(life),
		Runs: s.runs, Measured: s.horizon, Analytic: s.theory,
	}
	for i := range o {
		r.Requests += o[i].requests
		r.ColdStarts += o[i].cold
		r.ScaleOutStarts += o[i].scaleOut
	}
	s.certain(&r)
	return r
}

// certain drops the doubt about what cannot differ: rejections far from the
// limit, and every share where two runs are the same.
func (s *simulation) certain(r *Result) {
	fixed := s.cfg.Arrivals == Replayed && !s.cfg.random()
	if cold, ok := r.Analytic.Find(FigureCold); fixed || ok && cold == 0 {
		r.ColdStartProbability.pin()
	}
	far := s.peak <= s.cfg.MaxConcurrency/2 && s.cfg.ScaleOut == 0
	if fixed || far {
		r.RejectionProbability.pin()
	}
}

// pin makes the interval the value, up to rounding.
func (e *Estimate) pin() {
	e.Low, e.High = e.Value*(1-rounding), min(1, e.Value*(1+rounding))
}

// widest is the widest relative half-width of the figures. What never
// happened is left out: no affordable number of runs would show how rare it is.
func (s *simulation) widest() float64 {
	r := s.estimates()
	width := 0.0
	for _, f := range r.Figures() {
		if f.Value > 0 {
			width = max(width, f.wide())
		}
	}
	return width
}

// result closes the simulation.
func (s *simulation) result() Result {
	r := s.estimates()
	for _, f := range r.Figures() {
		switch {
		case !f.Known:
			r.Warnings = append(r.Warnings, f.Name+" is unknown: nothing happened that it could be measured on")
		case f.wide() > targetWidth && f.Value == 0:
			r.Warnings = append(r.Warnings, fmt.Sprintf("%s: none in %d requests, up to %.2g is possible: a longer --horizon would tell", f.Name, r.Requests, f.High))
		case f.wide() > targetWidth:
			r.Warnings = append(r.Warnings, fmt.Sprintf("%s: the interval's half-width is %.1f %% of the value: a longer --horizon narrows it", f.Name, 100*f.wide()))
		}
	}
	return r
}
