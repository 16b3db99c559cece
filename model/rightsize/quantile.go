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
	widening = 1.5
)

// weighted is a value and what it counts.
type weighted struct{ value, weight float64 }

// sortByValue sorts the list for quantile.
func sortByValue(list []weighted) {
	slices.SortFunc(list, func(a, b weighted) int { return cmp.Compare(a.value, b.value) })
}

// quantile returns the value with a share q of the weight below it, linear
// between neighbours, of a sorted list with some weight.
func quantile(list []weighted, q float64) float64 {
	total := 0.0
	for _, w := range list {
		total += w.weight
	}
	below, last := 0.0, weighted{}
	for _, w := range list {
		if w.weight == 0 {
			continue
		}
		middle := below + w.weight/2
		if middle >= q*total {
			if last.weight == 0 {
				return w.value
			}
			before := below - last.weight/2
			return last.value + (w.value-last.value)*(q*total-before)/(middle-before)
		}
		below += w.weight
		last = w
	}
	return last.value
}

// interval returns the quantiles that leave out the same share on both sides
// of coverage, of what the shapes predict: each a normal distribution, stood
// in for by the three points of the Gauss-Hermite rule.
func (f *Fit) interval(mean []float64) (low, high float64) {
	const outer, middle = 1.0 / 6, 2.0 / 3
	list := make([]weighted, 0, 3*len(mean))
	for i, m := range mean {
		off, w := math.Sqrt(3)*widening*f.spread[i], f.weight[i]
		list = append(list, weighted{m - off, outer * w}, weighted{m, middle * w}, weighted{m + off, outer * w})
	}
	sortByValue(list)
	return quantile(list, (1-coverage)/2), quantile(list, (1+coverage)/2)
}
