package report

import (
	"fmt"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// Recommendations is one line for each advice whose likely saving is at least
// that many dollars per 730 hours, or is not known; all of them if least is
// not positive.
func Recommendations(a model.Analysis, least unit.USD) Table {
	t := base(a, "recommendations")
	t.Columns = []Column{
		{Key: "saving_usd", Title: "Saves per month", Kind: Money},
		{Key: "title", Title: "What", Shrink: true},
		{Key: "name", Title: "Function", Shrink: true},
		{Key: "confidence", Title: "Grade"},
		{Key: "effort", Title: "Effort", Spare: 1},
		{Key: "region", Title: "Region", Show: WideOnly},
		{Key: "resource_id", Title: "ARN", Show: DataOnly},
		{Key: "rule", Title: "Rule", Show: WideOnly},
		{Key: "id", Title: "ID", Show: DataOnly},
		{Key: "risk", Title: "Risk", Show: WideOnly, Shrink: true},
		{Key: "evidence", Title: "Evidence", Kind: Texts},
		{Key: "apply", Title: "Apply", Show: DataOnly},
		{Key: "disproof", Title: "Disproof", Show: DataOnly},
	}
	left := 0
	for i, ad := range a.Advice {
		if least.Sign() > 0 && !ad.Saving.Unknown && ad.Saving.Likely.Cmp(least) < 0 {
			left++
			continue
		}
		t.Rows = append(t.Rows, Row{Cells: []any{
			ad.Saving, ad.Title, ad.Resource.Name, ad.Confidence, ad.Effort, string(ad.Resource.Region), string(ad.Resource.ID),
			ad.Rule, ad.ID, ad.Risk, append([]string{}, a.Advice[i].Evidence...), ad.Apply, ad.Disproof,
		}})
	}
	t.Title = fmt.Sprintf("%d ways to save or to be safer, %s", len(t.Rows), window(a.Window))
	potential := Potential(a)
	t.Facts["potential_usd"], t.Facts["potential_low_usd"], t.Facts["potential_high_usd"] = moneyFacts(potential)
	t.Notes = append(t.Notes,
		fmt.Sprintf("Taking the largest saving of each function: %s a month. Several for one function may overlap.", likely(potential)),
		"Grades: A measured, B fitted, C typical of many, D a guess within bounds.")
	if left > 0 {
		t.Notes = append(t.Notes, fmt.Sprintf("%d smaller ones left out.", left))
	}
	return t
}

// Potential sums up, over functions, the largest known saving of each: advice
// for one function may overlap, so the sum of all would promise too much.
func Potential(a model.Analysis) model.Cost {
	seen := map[unit.ResourceID]bool{}
	sum := model.Exactly(unit.USD{})
	for _, ad := range a.Advice { // by saving, descending
		if ad.Saving.Unknown || ad.Saving.Likely.Sign() <= 0 || seen[ad.Resource.ID] {
			continue
		}
		seen[ad.Resource.ID] = true
		sum = sum.Add(ad.Saving)
	}
	return sum
}
