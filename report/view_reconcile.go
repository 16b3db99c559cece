package report

import (
	"fmt"
	"strings"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/reconcile"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// Reconcile is a month as it was billed and as it was modelled: a group of
// lines a service. The lines add up to the services, these to the total.
func Reconcile(a model.Analysis, r reconcile.Result) Table {
	t := base(a, "lines")
	month := r.Bill.Month.Format("2006-01")
	t.Title = fmt.Sprintf("Billed and modelled, %s (%s)", month, r.Bill.Source)
	t.Columns = []Column{
		{Key: "line", Title: "Service", Kind: Tree, Show: PrintOnly},
		{Key: "service", Title: "Service", Show: DataOnly},
		{Key: "dimension", Title: "Dimension", Show: DataOnly},
		{Key: "usage_types", Title: "Usage types", Kind: Texts, Show: DataOnly},
		{Key: "billed_usd", Title: "Billed", Kind: Money},
		{Key: "modelled_usd", Title: "Modelled", Kind: Money},
		{Key: "difference_usd", Title: "Difference", Kind: Money},
		{Key: "difference_percent", Title: "%", Kind: Precise},
		{Key: "reason", Title: "Likely reason"},
		{Key: "detail", Title: "Detail", Shrink: true, Spare: 1, Blank: true},
	}
	for _, s := range r.Services {
		t.Rows = append(t.Rows, reconcileService(s))
		for _, l := range s.Lines {
			t.Rows = append(t.Rows, Row{Depth: 1, Cells: []any{
				lineName(l), l.Service, l.Dimension, l.UsageTypes, model.Exactly(l.Billed), l.Modelled, l.Difference(),
				offPercent(l.Billed, l.Modelled), l.Reason, textOrNil(l.Detail),
			}})
		}
	}
	total := billedOff(r.Billed, r.Modelled)
	t.Total = []any{"Total", nil, nil, nil, model.Exactly(r.Billed), r.Modelled, total, offPercent(r.Billed, r.Modelled), nil, nil}
	t.Facts["month"], t.Facts["source"] = month, r.Bill.Source
	t.Facts["tolerance_percent"], t.Facts["within_tolerance"], t.Facts["complete"] = 100*r.Tolerance, r.Within, r.Complete
	t.Facts["billed_usd"] = r.Billed
	t.Facts["modelled_usd"], t.Facts["modelled_low_usd"], t.Facts["modelled_high_usd"] = moneyFacts(r.Modelled)
	t.Facts["services"] = reconcileFacts(r)
	return t
}

func reconcileService(s reconcile.Service) Row {
	d := billedOff(s.Billed, s.Modelled)
	said := ""
	if s.Off != nil {
		said = fmt.Sprintf("%+.3f %% at public prices", 100**s.Off)
	}
	return Row{Group: true, Cells: []any{
		s.Service, s.Service, "", nil, model.Exactly(s.Billed), s.Modelled, d, offPercent(s.Billed, s.Modelled), said, nil,
	}}
}

// reconcileFacts are the services as data.
func reconcileFacts(r reconcile.Result) []map[string]any {
	out := []map[string]any{}
	for _, s := range r.Services {
		f := map[string]any{
			"service": s.Service, "billed_usd": s.Billed, "compared_usd": s.Compared, "compared_modelled_usd": s.ComparedModel,
			"compared_difference_usd": s.Compared.Sub(s.ComparedModel), "compared_difference_percent": nil,
			"within_tolerance": s.Within, "reasons": reasonsOf(s),
		}
		f["modelled_usd"], f["modelled_low_usd"], f["modelled_high_usd"] = moneyFacts(s.Modelled)
		f["difference_usd"], _, _ = moneyFacts(billedOff(s.Billed, s.Modelled))
		if s.Off != nil {
			f["compared_difference_percent"] = 100 * *s.Off
		}
		out = append(out, f)
	}
	return out
}

// reasonsOf lists the reasons of a service's lines, each once, in order.
func reasonsOf(s reconcile.Service) []string {
	out := []string{}
	seen := map[string]bool{}
	for _, l := range s.Lines {
		if !seen[l.Reason] {
			seen[l.Reason] = true
			out = append(out, l.Reason)
		}
	}
	return out
}

func lineName(l reconcile.Line) string {
	if l.Dimension != "" {
		return l.Dimension
	}
	if len(l.UsageTypes) == 1 {
		return l.UsageTypes[0]
	}
	return strings.ToUpper(l.Reason[:1]) + l.Reason[1:]
}

func billedOff(billed unit.USD, modelled model.Cost) model.Cost {
	if modelled.Unknown {
		return model.UnknownCost
	}
	return model.Exactly(billed.Sub(modelled.Likely))
}

// offPercent is the difference in percent of what was billed, nil without any.
func offPercent(billed unit.USD, modelled model.Cost) any {
	if modelled.Unknown || billed.IsZero() {
		return nil
	}
	return 100 * billed.Sub(modelled.Likely).Ratio(billed)
}

func textOrNil(s string) any {
	if s == "" {
		return nil
	}
	return s
}
