package rightsize

import (
	"cmp"
	"math"
	"slices"
)

// coverage is the share of measurements that a prediction's interval is meant
// to hold, and widening the factor that makes it do so on curves that were
// left out: the shapes are fewer than what functions do.
const (
	coverage = 0.9
	widening = 1.3
)

// weighted is a value and what it counts.
type weighted struct{ value, weight float64 }

// median returns the weighted median of the list, which it sorts: the value
// with half of the weight below it, linear between neighbours.
func median(list []weighted) float64 {
	slices.SortFunc(list, func(a, b weighted) int { return cmp.Compare(a.value, b.value) })
	total := 0.0
	for _, w := range list {
		total += w.weight
	}
	below, last := 0.0, weighted{value: list[0].value}
	for _, w := range list {
		if w.weight == 0 {
			continue
		}
		if middle := below + w.weight/2; middle >= total/2 {
			before := below - last.weight/2
			if last.weight == 0 || middle <= before {
				return w.value
			}
			return last.value + (w.value-last.value)*(total/2-before)/(middle-before)
		}
		below += w.weight
		last = w
	}
	return last.value
}

// quantile returns the value below which a share q of what the shapes predict
// lies: each at its mean, with its own normal spread.
func (f *Fit) quantile(mean []float64, q float64) float64 {
	const precision, far = 1e-3, 6
	low, high := math.Inf(1), math.Inf(-1)
	for i := range mean {
		low = min(low, mean[i]-far*f.spread[i])
		high = max(high, mean[i]+far*f.spread[i])
	}
	for high-low > precision {
		x := (low + high) / 2
		below := 0.0
		for i := range mean {
			below += f.weight[i] * math.Erfc((mean[i]-x)/(widening*f.spread[i]*math.Sqrt2)) / 2
		}
		if below < q {
			low = x
		} else {
			high = x
		}
	}
	return (low + high) / 2
}
