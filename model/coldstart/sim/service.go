package sim

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// Shape is the kind of a service time's distribution.
type Shape string

// The shapes that Run draws from.
const (
	Exponential Shape = "exponential"
	Constant    Shape = "constant"
	Lognormal   Shape = "lognormal"
)

// Service is the distribution of service times around their mean.
type Service struct {
	Shape Shape
	// CV is the standard deviation over the mean of a Lognormal, above 0.
	CV float64
}

// maxCV bounds a lognormal's spread: above it, no simulation of a sane length
// sees its mean.
const maxCV = 20

func (s Service) check() error {
	switch s.Shape {
	case Exponential, Constant:
		return nil
	case Lognormal:
		if s.CV > 0 && s.CV <= maxCV {
			return nil
		}
		return fmt.Errorf("coefficient of variation %v: want more than 0, at most %d", s.CV, maxCV)
	}
	return fmt.Errorf("service distribution %q: want %s, %s or %s", s.Shape, Exponential, Constant, Lognormal)
}

// sampler draws service times.
type sampler struct {
	shape Shape
	mean  float64 // seconds
	// mu and sigma are those of a lognormal's logarithm: a mean m and a
	// coefficient of variation v give sigma² = ln(1+v²), mu = ln(m) - sigma²/2.
	mu, sigma float64
}

func (s Service) sampler(mean float64) sampler {
	variance := math.Log1p(s.CV * s.CV)
	return sampler{shape: s.Shape, mean: mean, mu: math.Log(mean) - variance/2, sigma: math.Sqrt(variance)}
}

func (s *sampler) draw(r *rand.Rand) float64 {
	switch s.shape {
	case Exponential:
		return s.mean * r.ExpFloat64()
	case Lognormal:
		return math.Exp(s.mu + s.sigma*r.NormFloat64())
	}
	return s.mean
}
