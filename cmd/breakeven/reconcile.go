package main

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/analyze"
	"github.com/breakeven-dev/breakeven/model/reconcile"
	"github.com/breakeven-dev/breakeven/model/textsafe"
	"github.com/breakeven-dev/breakeven/report"
	"github.com/breakeven-dev/breakeven/store"
)

// reconcileFlags choose a bill.
type reconcileFlags struct {
	month, source string
	tolerance     float64
	explorer      explorerFlags
}

func newReconcile(a *app) *cobra.Command {
	var f reconcileFlags
	cmd := &cobra.Command{
		Use:   "reconcile",
		Short: "Hold the modelled cost against what AWS billed",
		Long: `Compare an imported bill (breakeven import cur, breakeven import focus) with
what breakeven makes of the same month: per service and usage type what was
billed, what was modelled, the difference and its likely reason. Usage is
compared at public prices; credits, discounts, Savings Plans, free tiers, tax,
support and refunds stand on lines of their own. Where metrics leave a range
open, a service is held against the amount in it that is nearest to the bill;
the line says so.

With --cost-explorer the bill is asked for instead of imported: AWS takes $0.01
for each request, which is said before and asked about. Cost Explorer tells
neither public prices nor free usage apart, so private rates and free tiers show
as differences there; an export says more.

Exits with 3 where a service is off by more than the tolerance, and where data
or prices are missing.`,
		Example: `  breakeven import cur exports/data/BILLING_PERIOD=2026-10/*.parquet
  breakeven reconcile --month 2026-10
  breakeven reconcile --month 2026-10 --cost-explorer --max-cost 0.10`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.reconcile(cmd.Context(), f) },
	}
	fs := cmd.Flags()
	fs.StringVar(&f.month, "month", "", "`month` such as 2026-10 (default: the latest that was imported)")
	fs.StringVar(&f.source, "source", "", "`kind` of bill, cur, focus or cost-explorer (default: whichever there is, in this order)")
	fs.Float64Var(&f.tolerance, "tolerance", 0.1, "how far a service may be off, in `percent`")
	f.explorer.register(fs)
	return cmd
}

func (a *app) reconcile(ctx context.Context, f reconcileFlags) error {
	if !(f.tolerance >= 0) || f.tolerance > 100 {
		return usageErrorf("--tolerance %v: want percent, 0 to 100", f.tolerance)
	}
	if !slices.Contains([]string{"", "cur", "focus", store.SourceCostExplorer}, f.source) {
		return usageErrorf("--source %q: want cur, focus or %s", f.source, store.SourceCostExplorer)
	}
	if f.explorer.on {
		month, err := a.explore(ctx, f)
		if err != nil {
			return err
		}
		f.month, f.source = month.Format("2006-01"), store.SourceCostExplorer
	}
	r, err := a.openReader(ctx)
	if err != nil {
		return err
	}
	defer r.Close()
	at, err := f.choose(ctx, r)
	if err != nil {
		return err
	}
	held, _, err := r.Extent(ctx)
	if err != nil {
		return err
	}
	bill, err := r.Bill(ctx, at, held)
	if err != nil {
		return err
	}
	an, err := a.billedAnalysis(ctx, r, bill, held)
	if err != nil {
		return err
	}
	result := reconcile.Run(bill, &an, reconcile.Options{Tolerance: f.tolerance / 100})
	if err := a.write(report.Reconcile(an, result)); err != nil {
		return err
	}
	return a.reconciled(result)
}

// choose finds the bill that the flags mean.
func (f reconcileFlags) choose(ctx context.Context, r *store.Reader) (store.BilledMonth, error) {
	if f.month != "" {
		if _, err := time.Parse("2006-01", f.month); err != nil {
			return store.BilledMonth{}, usageErrorf("--month %q: want a month such as 2026-10", f.month)
		}
	}
	months, err := r.BilledMonths(ctx)
	if err != nil {
		return store.BilledMonth{}, err
	}
	for _, m := range months {
		if (f.month == "" || m.Month.Format("2006-01") == f.month) && (f.source == "" || m.Source == f.source) {
			return m, nil
		}
	}
	return store.BilledMonth{}, withCode(exitIncomplete, fmt.Errorf("no such bill was imported; see \"breakeven import cur\", \"breakeven import focus\" and reconcile --cost-explorer"))
}

// billedAnalysis analyses the time that the bill is about, as far as there is
// data; without any it is empty.
func (a *app) billedAnalysis(ctx context.Context, r *store.Reader, b reconcile.Bill, held model.Window) (model.Analysis, error) {
	from, to := b.Month, b.Month.AddDate(0, 1, 0)
	if b.Usage.To.After(from) && b.Usage.To.Before(to) {
		to = b.Usage.To
	}
	if !from.Before(held.To) || !held.From.Before(to) {
		return a.paperAnalysis(), nil
	}
	w := windowFlags{from: from.Format(time.RFC3339), to: to.Format(time.RFC3339)}
	return a.analyse(ctx, r, w, analyze.Options{SkipCompare: true, SkipAdvice: true})
}

// reconciled says what is off or missing, and exits with 3 if anything is.
func (a *app) reconciled(r reconcile.Result) error {
	for _, account := range r.Skipped {
		fmt.Fprintf(a.err, "account %s was collected and is not on the bill: left out\n", textsafe.Line(string(account)))
	}
	for _, s := range r.Services {
		switch off := s.Compared.Sub(s.ComparedModel).StringFixed(2); {
		case s.Within:
		case s.Off == nil:
			fmt.Fprintf(a.err, "breakeven: %s: modelled, and not on the bill (%s USD)\n", textsafe.Line(s.Service), off)
		default:
			fmt.Fprintf(a.err, "breakeven: %s: billed and modelled differ by %.2f %% (%s USD) at public prices\n",
				textsafe.Line(s.Service), 100*math.Abs(*s.Off), off)
		}
	}
	if !r.Within || !r.Complete {
		return &exitError{code: exitIncomplete}
	}
	return nil
}
