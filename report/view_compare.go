package report

import (
	"fmt"
	"slices"

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
	scaled := slices.ContainsFunc(c.Options, func(o model.Option) bool { return o.Autoscaling != nil })
	if scaled {
		t.Columns = append(t.Columns, autoscalingColumns()...)
	}
	for i, o := range c.Options {
		cells := optionCells(o, c.Options[0], i == 0)
		if scaled {
			cells = append(cells, autoscalingCells(o.Autoscaling)...)
		}
		t.Rows = append(t.Rows, Row{Cells: cells})
	}
	if len(c.Options) > 0 {
		t.Notes = append(t.Notes, "Break-even/s is the lowest rate of requests a second from which the option costs less than Lambda.")
	}
	if scaled {
		t.Notes = append(t.Notes, "Autoscaled options count the most servers at a time; Delayed is the share of requests that come while servers are behind, Dropped that of those turned away.")
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

// autoscalingColumns stand only where servers of some option follow the load.
func autoscalingColumns() []Column {
	return []Column{
		{Key: "servers_least", Title: "Least", Kind: Count, Show: DataOnly},
		{Key: "servers_mean", Title: "Mean", Kind: Number, Blank: true, Spare: 2},
		{Key: "servers_committed", Title: "Committed", Kind: Count, Show: DataOnly},
		{Key: "mean_wait_ms", Title: "Wait ms", Kind: Number, Show: DataOnly},
		{Key: "delayed_share", Title: "Delayed", Kind: Share, Blank: true, Spare: 2},
		{Key: "dropped_share", Title: "Dropped", Kind: Share, Blank: true, Spare: 2},
	}
}

func autoscalingCells(a *model.Autoscaling) []any {
	if a == nil {
		return make([]any, len(autoscalingColumns()))
	}
	return []any{int64(a.LeastServers), a.MeanServers, int64(a.CommittedServers), a.MeanWaitMs, a.DelayedShare, a.DroppedShare}
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
