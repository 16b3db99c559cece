package advice

import (
	"slices"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// Together is what advice saves a month if all of it is followed. On one
// resource each works on what the others leave of every line of the bill; of
// rules that exclude each other the one that saves most counts; no resource
// saves more than it costs. Advice that costs money, saves an unknown
// amount, is done or ignored is left out.
func Together(a *model.Analysis, all []model.Advice) model.Cost {
	of := map[model.ResourceKey][]*model.Advice{}
	var keys []model.ResourceKey
	for i := range all {
		ad := &all[i]
		if ad.Saving.Unknown || ad.Saving.Likely.Sign() <= 0 || !ad.Open() {
			continue
		}
		if of[ad.Resource] == nil {
			keys = append(keys, ad.Resource)
		}
		of[ad.Resource] = append(of[ad.Resource], ad)
	}
	bills := map[model.ResourceKey][]model.LineItem{}
	for _, b := range a.Billed() {
		bills[b.Key] = b.LineItems
	}
	total := model.Exactly(unit.USD{})
	for _, k := range keys {
		total = total.Add(together(Subject{Window: a.Window}, bills[k], compatible(of[k])))
	}
	return total
}

// together combines the advice on one resource.
func together(s Subject, items []model.LineItem, list []*model.Advice) model.Cost {
	whole := s.monthly(sum(items, ""))
	if len(list) == 1 {
		return atMost(list[0].Saving, whole)
	}
	var sets [][]model.Effect
	apart := model.Exactly(unit.USD{})
	for _, ad := range list {
		if len(ad.Effects) > 0 {
			sets = append(sets, ad.Effects)
		} else {
			apart = apart.Add(ad.Saving)
		}
	}
	joint := s.monthly(saved(items, sets))
	if joint.Unknown || whole.Unknown { // a line of unknown price: the largest alone
		return list[0].Saving
	}
	return atMost(joint.Add(apart), whole)
}

// compatible leaves of each group of rules that exclude each other the advice
// that saves most.
func compatible(list []*model.Advice) []*model.Advice {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b *model.Advice) int { return b.Saving.Likely.Cmp(a.Saving.Likely) })
	var out []*model.Advice
	seen := map[string]bool{}
	for _, ad := range list {
		group := groupOf(ad.Resource.Service, ad.Rule)
		if group != "" && seen[group] {
			continue
		}
		seen[group] = true
		out = append(out, ad)
	}
	return out
}

func groupOf(service, rule string) string {
	for _, r := range rules[service] {
		if r.Name == rule {
			return r.Group
		}
	}
	return ""
}
