package report

import (
	"fmt"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// RecommendOptions choose the advice to print; the zero value is all of it.
type RecommendOptions struct {
	// Least is the smallest likely saving in dollars per 730 hours; advice
	// whose saving is not known is printed whatever it is.
	Least unit.USD
	// Top is how many at most, the largest savings first.
	Top int
}

// keeps reports whether ad is printed after n others.
func (o RecommendOptions) keeps(ad model.Advice, n int) bool {
	if o.Top > 0 && n >= o.Top {
		return false
	}
	return o.Least.Sign() <= 0 || ad.Saving.Unknown || ad.Saving.Likely.Cmp(o.Least) >= 0
}

// Recommendations is one line for each advice that the options keep. The
// potential under the table is that of all advice followed together.
func Recommendations(a model.Analysis, o RecommendOptions) Table {
	t := base(a, "recommendations")
	t.Columns = []Column{
		{Key: "saving_usd", Title: "Saves per month", Kind: Money},
		{Key: "title", Title: "What", Show: DataOnly},
		{Key: "what", Title: "What", Show: PrintOnly, Shrink: true},
		{Key: "name", Title: "Resource", Shrink: true},
		{Key: "confidence", Title: "Grade"},
		{Key: "effort", Title: "Effort", Spare: 1},
		{Key: "status", Title: "Status", Show: DataOnly},
		{Key: "status_reason", Title: "Reason", Show: DataOnly},
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
		if !o.keeps(ad, len(t.Rows)) {
			left++
			continue
		}
		t.Rows = append(t.Rows, Row{Cells: []any{
			ad.Saving, ad.Title, titled(ad), ad.Resource.Name, ad.Confidence, ad.Effort, string(ad.Status), ad.Reason, string(ad.Resource.Region), string(ad.Resource.ID),
			ad.Rule, ad.ID, ad.Risk, append([]string{}, a.Advice[i].Evidence...), ad.Apply, ad.Disproof,
		}})
	}
	t.Title = fmt.Sprintf("%d ways to save or to be safer, %s", len(a.Advice), window(a.Window))
	t.Facts["potential_usd"], t.Facts["potential_low_usd"], t.Facts["potential_high_usd"] = moneyFacts(a.Potential)
	t.Notes = append(t.Notes,
		fmt.Sprintf("All of it together: %s a month; what overlaps counts once, of what excludes each other the better.", likely(a.Potential)),
		"Grades: A measured, B fitted, C typical of many, D a guess within bounds.")
	if left > 0 {
		t.Notes = append(t.Notes, fmt.Sprintf("%d of them are not shown.", left))
	}
	return t
}

// titled is the title with what was decided.
func titled(ad model.Advice) string {
	switch {
	case ad.Status == "" || ad.Status == model.AdviceNew:
		return ad.Title
	case ad.Reason != "":
		return fmt.Sprintf("%s [%s %s: %s]", ad.Title, ad.Status, ad.DecidedAt.Format("2 Jan"), ad.Reason)
	}
	return fmt.Sprintf("%s [%s %s]", ad.Title, ad.Status, ad.DecidedAt.Format("2 Jan"))
}
