package sim

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// ParseLifetime reads an idle lifetime: "10m", or "5m..7m" for one that is
// uniform over instances.
func ParseLifetime(s string) (Lifetime, error) {
	low, high, ranged := strings.Cut(s, "..")
	if !ranged {
		high = low
	}
	a, err1 := time.ParseDuration(strings.TrimSpace(low))
	b, err2 := time.ParseDuration(strings.TrimSpace(high))
	if err1 != nil || err2 != nil || a < 0 || b < a {
		return Lifetime{}, fmt.Errorf("%q: want a time such as 10m or a range such as 5m..7m", s)
	}
	return Lifetime{Low: a, High: b}, nil
}

// ParseService reads a distribution of service times: "exponential",
// "constant", or "lognormal:1.5" with its coefficient of variation.
func ParseService(s string) (Service, error) {
	shape, cv, has := strings.Cut(s, ":")
	d := Service{Shape: Shape(shape)}
	if has != (d.Shape == Lognormal) {
		return d, fmt.Errorf("%q: want %s, %s or %s:CV such as %s:1.5", s, Exponential, Constant, Lognormal, Lognormal)
	}
	if has {
		x, err := strconv.ParseFloat(cv, 64)
		if err != nil {
			return d, fmt.Errorf("%q: the coefficient of variation is no number", s)
		}
		d.CV = x
	}
	if err := d.check(); err != nil {
		return d, fmt.Errorf("%q: %w", s, err)
	}
	return d, nil
}
