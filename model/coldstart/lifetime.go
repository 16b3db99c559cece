package coldstart

import "math"

// Gap is the time in seconds between the end of a request and the next one of
// the same function, and whether that started cold. Only gaps in which no
// other request ran tell anything of the lifetime of an idle instance.
type Gap struct {
	Seconds float64
	Cold    bool
}

// What FitLifetime needs and looks at.
const (
	fitStep    = 10.0 // seconds that a bin of gaps is wide
	fitBins    = 720  // two hours: no lifetime above was ever measured
	fitShort   = 60.0 // seconds below which no idle instance ends
	fitNeeds   = 5    // gaps of either outcome among the longer ones
	fitStrange = 0.02 // share that starts cold for other reasons, where too few short gaps tell
	fitSpared  = 2e-3 // share that outlives the upper end
)

// FitLifetime estimates the lifetime of idle instances from an account's own
// gaps, by maximum likelihood: P(cold | gap) = e + (1-e)·F(gap), F being
// uniform between two ends and e the share of starts that idleness does not
// explain, such as replaced instances. It is false with fewer than 5 cold and
// 5 warm starts after gaps of over a minute: then DefaultLifetime stands.
func FitLifetime(gaps []Gap) (Lifetime, bool) {
	warm, cold := make([]float64, fitBins), make([]float64, fitBins)
	var short, shortCold, longWarm, longCold float64
	for _, g := range gaps {
		if math.IsNaN(g.Seconds) || g.Seconds < 0 {
			continue
		}
		b := int(min(g.Seconds/fitStep, fitBins-1))
		switch {
		case g.Seconds < fitShort && g.Cold:
			short, shortCold = short+1, shortCold+1
		case g.Seconds < fitShort:
			short++
		case g.Cold:
			cold[b], longCold = cold[b]+1, longCold+1
		default:
			warm[b], longWarm = warm[b]+1, longWarm+1
		}
	}
	if longWarm < fitNeeds || longCold < fitNeeds {
		return Lifetime{}, false
	}
	strange := (shortCold + 100*fitStrange) / (short + 100)
	low, high := searchUniform(warm, cold, strange, 0, fitBins-1, 6)
	low, high = searchUniform(warm, cold, strange, low-6, high+6, 1)
	return Lifetime{Low: float64(low) * fitStep, High: float64(high+1) * fitStep}, true
}

// searchUniform returns the bins between whose ends a uniform lifetime makes
// the gaps likeliest, in steps from first to last.
func searchUniform(warm, cold []float64, strange float64, first, last, step int) (low, high int) {
	first, last = max(first, 0), min(last, fitBins-1)
	// What lies before the lower end survives, what lies after the upper end
	// does not: sums up to each bin save going through them again.
	before, after := make([]float64, fitBins+1), make([]float64, fitBins+1)
	for b := range fitBins {
		before[b+1] = before[b] + warm[b]*math.Log1p(-strange) + cold[b]*math.Log(strange)
		after[b+1] = after[b] + warm[b]*math.Log(fitSpared)
	}
	best := math.Inf(-1)
	for a := first; a <= last; a += step {
		for b := a; b <= last; b += step {
			likelihood := before[a] + after[fitBins] - after[b+1]
			for k := a; k <= b; k++ {
				if warm[k]+cold[k] > 0 {
					p := strange + (1-strange)*(float64(k-a)+0.5)/float64(b-a+1)
					likelihood += warm[k]*math.Log1p(-p) + cold[k]*math.Log(p)
				}
			}
			if likelihood > best {
				best, low, high = likelihood, a, b
			}
		}
	}
	return low, high
}
