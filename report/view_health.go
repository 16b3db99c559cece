package report

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/breakeven-dev/breakeven/model"
)

// Health is what is wrong now, worst first: which metric passes which limit,
// since when, and why the limit is there. Top keeps the worst n; 0 keeps all.
func Health(a model.Analysis, top int) Table {
	t := base(a, "health")
	t.Warnings = nil // they are about costs
	h := a.Health
	t.Title = fmt.Sprintf("%s in %s, worst first", countOf(len(h.Findings), "thing is wrong", "things are wrong"), window(h.Window))
	t.Columns = []Column{
		{Key: "severity", Title: "Severity"},
		{Key: "service", Title: "Service", Spare: 2},
		{Key: "name", Title: "Resource", Shrink: true},
		{Key: "region", Title: "Region", Show: WideOnly},
		{Key: "account_id", Title: "Account", Show: DataOnly},
		{Key: "resource_id", Title: "ARN", Show: DataOnly},
		{Key: "rule", Title: "Rule", Show: DataOnly},
		{Key: "text", Title: "What", Shrink: true},
		{Key: "metric", Title: "Metric", Spare: 3},
		{Key: "stat", Title: "Statistic", Show: DataOnly},
		{Key: "per", Title: "Per", Show: DataOnly},
		{Key: "now", Title: "Now", Show: PrintOnly},
		{Key: "limit_text", Title: "Limit", Show: PrintOnly},
		{Key: "value", Title: "Value", Kind: Number, Show: DataOnly},
		{Key: "worst", Title: "Worst", Kind: Number, Show: DataOnly},
		{Key: "limit", Title: "Limit", Kind: Number, Show: DataOnly},
		{Key: "unit", Title: "Unit", Show: DataOnly},
		{Key: "since", Title: "Since", Kind: Instant},
		{Key: "hours", Title: "Hours", Kind: Count, Spare: 1},
		{Key: "error_cost_usd", Title: "Errors cost", Kind: Money, Spare: 1},
		{Key: "app", Title: "App", Show: WideOnly},
		{Key: "why", Title: "Why this limit", Shrink: true, Spare: 4},
	}
	for i, f := range h.Findings {
		if top > 0 && i >= top {
			t.Notes = append(t.Notes, countOf(len(h.Findings)-top, "more is", "more are")+" not shown.")
			break
		}
		t.Rows = append(t.Rows, Row{Cells: []any{
			string(f.Severity), f.Resource.Service, f.Resource.Name, string(f.Resource.Region), string(f.Resource.Account), string(f.Resource.ID),
			f.Rule, f.Text, metricText(f), f.Stat, f.Per, figureText(f.Value, f.Unit), figureText(f.Limit, f.Unit), f.Value, f.Worst, f.Limit, f.Unit,
			f.Since, int64(f.Hours), errorCost(f), f.App, f.Why,
		}})
	}
	t.Facts["findings"], t.Facts["resources_checked"], t.Facts["rules"] = len(h.Findings), h.Resources, h.Rules
	t.Facts["checked_from"], t.Facts["checked_to"] = h.Window.From.Format(time.RFC3339), h.Window.To.Format(time.RFC3339)
	t.Notes = append(t.Notes, fmt.Sprintf("Checked %s against %d rules. A run of hours beyond a limit that reaches the last hours with data is wrong now.", countOf(h.Resources, "resource", "resources"), h.Rules))
	if slices.ContainsFunc(h.Findings, func(f model.Finding) bool { return f.Metric == "Errors" }) {
		t.Notes = append(t.Notes, fmt.Sprintf("Errors cost: the failed invocations of the %.0f hours checked, at the mean cost of an invocation.", h.Window.Hours()))
	}
	return t
}

// errorCost is what failures cost; nil where the finding is not about them.
func errorCost(f model.Finding) any {
	if f.Metric != "Errors" {
		return nil
	}
	return f.ErrorCost
}

func metricText(f model.Finding) string {
	text := f.Metric + " " + f.Stat
	if f.Per != "" {
		text += " / " + f.Per
	}
	return text
}

// figureText prints a value with its unit, as far as digits matter.
func figureText(v float64, unitName string) string {
	var text string
	switch {
	case v == math.Trunc(v) || math.Abs(v) >= 100:
		text = thousands(strconv.FormatFloat(v, 'f', 0, 64))
	default:
		text = strconv.FormatFloat(v, 'g', 3, 64)
	}
	if unitName != "" {
		text += " " + unitName
	}
	return text
}

func countOf(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
