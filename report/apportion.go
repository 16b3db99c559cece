package report

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/breakeven-dev/breakeven/model/unit"
)

// apportionTo rounds parts to the given decimals so that they add up to
// printed, which total was rounded to, itself perhaps a part of something: a
// multiple of the last decimal near its exact value. Each part is rounded half
// away from zero, and what is then missing or too much, one unit of the last
// decimal each, goes to the parts that rounding moved furthest the other way
// (the method of largest remainders; ties go to the earlier part). No printed
// part is off by a whole unit or more. Where the parts do not add up to total
// in the first place, they are rounded on their own: a printer does not mend a
// sum.
func apportionTo(printed, total unit.USD, parts []unit.USD, places int32) []unit.USD {
	out := make([]unit.USD, len(parts))
	off := make([]unit.USD, len(parts)) // how far rounding moved each part up
	sum, exact := unit.USD{}, unit.USD{}
	for i, p := range parts {
		out[i] = p.Round(places)
		off[i] = out[i].Sub(p)
		sum, exact = sum.Add(out[i]), exact.Add(p)
	}
	if exact.Cmp(total) != 0 {
		return out
	}
	spare := printed.Sub(sum) // to be shared out
	order := make([]int, len(parts))
	for i := range order {
		order[i] = i
	}
	sign := spare.Sign()
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Or(sign*off[a].Cmp(off[b]), cmp.Compare(a, b)) })
	step := lastPlace(places)
	if sign < 0 {
		step = unit.USD{}.Sub(step)
	}
	for _, i := range order {
		if sign == 0 || spare.Sign() != sign {
			break
		}
		out[i], spare = out[i].Add(step), spare.Sub(step)
	}
	return out
}

// lastPlace is one unit of the last of the given decimals.
func lastPlace(places int32) unit.USD {
	u, err := unit.ParseUSD("1e-" + strconv.Itoa(int(places)))
	if err != nil {
		return unit.USD{}
	}
	return u
}
