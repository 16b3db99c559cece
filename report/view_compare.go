package report

import (
	"fmt"

	"github.com/breakeven-dev/breakeven/model"
)

// Compare is one line for each way to run a workload, Lambda as it is first.
// what names the workload ("orders-api", "the account"). The keys are those
// of `compare -o json`.
func Compare(a model.Analysis, c model.Comparison, what string) Table {
	t := base(a, "options")
	t.Warnings = c.Warnings
	t.Title = fmt.Sprintf("%s at %s requests a second: %s", what, number(c.RatePerSecond), c.Verdict)
	t.Facts["requests_per_second"] = c.RatePerSecond
	t.Facts["verdict"] = c.Verdict
	t.Facts["assumptions"] = append([]string{}, c.Assumptions...)
	t.Columns = []Column{
		{Key: "option", Title: "Option", Shrink: true},
		{Key: "architecture", Title: "Arch"},
		{Key: "purchase", Title: "Purchase", Shrink: true},
		{Key: "configuration", Title: "Configuration", Shrink: true, Spare: 3},
		{Key: "servers", Title: "Servers", Kind: Count},
		{Key: "utilisation", Title: "Used", Kind: Share, Spare: 2, Blank: true},
		{Key: "monthly_cost_usd", Bounds: "cost", Title: "Per month", Kind: Money},
		{Key: "against_lambda", Title: "vs Lambda", Show: PrintOnly, Blank: true, Spare: 1},
		{Key: "meets_slo", Title: "Meets SLO", Kind: Flag, Show: DataOnly},
		{Key: "break_even_requests_per_second", Title: "Break-even/s", Kind: Number},
		{Key: "crossings", Title: "Crossings", Kind: Numbers},
		{Key: "assumptions", Title: "Assumptions", Kind: Texts},
	}
	for i, o := range c.Options {
		t.Rows = append(t.Rows, Row{Cells: optionCells(o, c.Options[0], i == 0)})
	}
	if len(c.Options) > 0 {
		t.Notes = append(t.Notes, "Break-even/s is the lowest rate of requests a second from which the option costs less than Lambda.")
	}
	for _, s := range c.Assumptions {
		t.Notes = append(t.Notes, "Assumed: "+s+".")
	}
	return t
}

func optionCells(o, lambda model.Option, first bool) []any {
	var used, slo, from, against any
	if o.Servers > 0 {
		used = o.Utilisation
	}
	if o.MeetsSLO != nil {
		slo = *o.MeetsSLO
	}
	if o.BreakEven != nil {
		from = *o.BreakEven
	}
	if !first {
		against = difference(o.Monthly, lambda.Monthly)
	}
	return []any{
		o.Option, string(o.Architecture), o.Purchase, o.Configuration, int64(o.Servers), used, o.Monthly, against,
		slo, from, append([]float64{}, o.Crossings...), append([]string{}, o.Assumptions...),
	}
}

// difference says how much more or less c costs than base, as a share.
func difference(c, base model.Cost) any {
	share := shareOf(c, base)
	if share == nil {
		return nil
	}
	switch by := share.(float64) - 1; {
	case by > 9:
		return fmt.Sprintf("%s times", number(by+1))
	case by > 0:
		return "+" + percent(by)
	case by < 0:
		return "−" + percent(-by)
	}
	return "same"
}
