package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/breakeven-dev/breakeven/collect/pricebook"
	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/analyze"
	"github.com/breakeven-dev/breakeven/model/price"
	"github.com/breakeven-dev/breakeven/model/unit"
	"github.com/breakeven-dev/breakeven/report"
	"github.com/breakeven-dev/breakeven/store"
)

func newPricesDiff(a *app) *cobra.Command {
	var w windowFlags
	var against string
	var all bool
	cmd := &cobra.Command{
		Use:   "diff",
		Short: "What changed in the prices, and what that does to the bill",
		Long: `Compare the prices that hold with those before the last "prices update" (or
with the embedded ones), and price the window's usage with both.`,
		Example: `  breakeven prices diff
  breakeven prices diff --against embedded --since 90d
  breakeven prices diff --against list      # what the overrides are worth`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.diffPrices(cmd.Context(), w, against, all) },
	}
	w.register(cmd.Flags())
	cmd.Flags().StringVar(&against, "against", "previous", "`book` to compare with: previous (before the last update), embedded, or list (without overrides)")
	cmd.Flags().BoolVar(&all, "all", false, "prices of every region, not only of those in use")
	return cmd
}

func (a *app) diffPrices(ctx context.Context, w windowFlags, against string, all bool) error {
	path, err := a.dbPath()
	if err != nil {
		return err
	}
	before, err := a.bookBefore(filepath.Dir(path), against)
	if err != nil {
		return err
	}
	after := a.book()
	in, err := a.billInputs(ctx, w)
	if err != nil {
		return err
	}
	var bills []report.BillChange
	if in != nil {
		costs := analyze.Options{SkipCompare: true, SkipAdvice: true, Payer: a.payer()}
		bills = report.BillChanges(analyze.Run(*in, before, costs), analyze.Run(*in, after, costs))
	}
	changes, elsewhere := price.Diff(before, after), 0
	if in != nil && !all {
		changes, elsewhere = inUse(changes, in.Regions)
	}
	t := report.PriceChanges(changes, bills, before.Version(), model.BookInfo{Version: after.Version(), AsOf: after.AsOf()}, a.now())
	if in != nil {
		t.Facts["window"] = in.Window
	}
	if elsewhere > 0 {
		t.Notes = append(t.Notes, fmt.Sprintf("%d more differ in regions that are not in use (--all).", elsewhere))
	}
	if err := a.write(t); err != nil || !report.ForPeople(a.global.output) {
		return err
	}
	if in == nil {
		_, err := fmt.Fprintln(a.out, "\nNothing has been collected yet that these prices could be put to.")
		return err
	}
	if _, err := fmt.Fprintln(a.out); err != nil {
		return err
	}
	return a.write(report.BillChangeTable(bills, in.Window, t.Book, a.now()))
}

// inUse keeps the changes in the given regions, and counts the others.
func inUse(all []price.Change, regions []unit.Region) (kept []price.Change, elsewhere int) {
	for _, c := range all {
		if c.Key.Region == price.AnyRegion || slices.Contains(regions, c.Key.Region) {
			kept = append(kept, c)
		} else {
			elsewhere++
		}
	}
	return kept, elsewhere
}

// bookBefore returns the book to compare with. What was agreed upon holds in
// it as well, so that the difference is that of the lists; but for "list".
func (a *app) bookBefore(dir, against string) (*price.Book, error) {
	var list *price.Book
	switch against {
	case "embedded":
		list = price.Embedded()
	case "list":
		return pricebook.LoadList(dir, price.Embedded())
	case "previous":
		var err error
		if list, _, err = pricebook.LoadPrevious(dir, price.Embedded()); err != nil {
			return nil, withCode(exitUsage, err)
		}
	default:
		return nil, usageErrorf("--against %q: want previous, embedded or list", against)
	}
	return list.WithOverrides(a.book().Overrides()), nil
}

// billInputs reads what was used in the window, nil where nothing is held.
func (a *app) billInputs(ctx context.Context, w windowFlags) (*model.Inputs, error) {
	path, err := a.dbPath()
	if err != nil {
		return nil, err
	}
	r, err := store.OpenReader(ctx, path, store.Options{})
	if errors.Is(err, store.ErrNoDatabase) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer r.Close()
	if _, some, err := r.Extent(ctx); err != nil || !some {
		return nil, err
	}
	in, err := a.inputsOf(ctx, r, w, 0, false)
	return &in, err
}
