package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/breakeven-dev/breakeven/collect/pricebook"
	"github.com/breakeven-dev/breakeven/collect/pricelist"
	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/price"
	"github.com/breakeven-dev/breakeven/model/unit"
	"github.com/breakeven-dev/breakeven/report"
)

// overrideFlags say what an override is about, and what was agreed upon.
type overrideFlags struct {
	service, region, dimension string
	discount, price, note      string
}

// register adds the flags of what an override is about.
func (f *overrideFlags) register(fs *pflag.FlagSet) {
	fs.StringVar(&f.service, "service", "", "`service`, such as lambda or AWSLambda (default: every service)")
	fs.StringVar(&f.region, "region", "", "`region` (default: every region)")
	fs.StringVar(&f.dimension, "dimension", "", "`name` of a price, or its beginning and \"*\" (default: every price)")
}

func newPricesOverride(a *app) *cobra.Command {
	c := &cobra.Command{
		Use:   "override",
		Short: "Negotiated discounts and private prices",
		Long: `Keep what was agreed upon with AWS in ` + pricebook.Overrides + `, beside the
database, and price everything by it:

  overrides:
    - service: AWSLambda        # left out: every service
      region: eu-west-1         # left out: every region
      dimension: duration-*     # left out: every price
      discount_percent: 10      # or price_usd: 0.000015
      note: agreement of 2026

Of several that match a price the most exact holds: by dimension, then service,
then region. Free tiers stay free; a private price holds in every paid tier.
Every line whose price is not a list price says so.`,
		Args:        noArgs,
		Annotations: mends(),
		RunE:        func(*cobra.Command, []string) error { return a.listOverrides() },
	}
	c.AddCommand(
		&cobra.Command{
			Use: "list", Short: "Show what was agreed upon", Args: noArgs, Annotations: mends(),
			RunE: func(*cobra.Command, []string) error { return a.listOverrides() },
		},
		newOverrideSet(a), newOverrideRemove(a),
	)
	return c
}

func newOverrideSet(a *app) *cobra.Command {
	var f overrideFlags
	c := &cobra.Command{
		Use:   "set",
		Short: "Add a discount or a private price, or change one",
		Example: `  breakeven prices override set --discount 7.5 --note "EDP 2026"
  breakeven prices override set --service lambda --region eu-west-1 --dimension "duration-*" --discount 12
  breakeven prices override set --service s3 --dimension storage-standard --price 0.02`,
		Args: noArgs, Annotations: mends(),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.setOverride(cmd.Context(), f) },
	}
	f.register(c.Flags())
	c.Flags().StringVar(&f.discount, "discount", "", "discount on list prices, in `percent`")
	c.Flags().StringVar(&f.price, "price", "", "private price of one unit, in `USD`")
	c.Flags().StringVar(&f.note, "note", "", "by what agreement, a `line`")
	return c
}

func newOverrideRemove(a *app) *cobra.Command {
	var f overrideFlags
	c := &cobra.Command{
		Use: "remove", Short: "Take one away again: the one with exactly these flags",
		Example: "  breakeven prices override remove --service lambda --region eu-west-1 --dimension \"duration-*\"",
		Args:    noArgs, Annotations: mends(),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.removeOverride(cmd.Context(), f) },
	}
	f.register(c.Flags())
	return c
}

// override reads the flags.
func (f overrideFlags) override() (price.Override, error) {
	o := price.Override{Region: unit.Region(f.region), Dimension: f.dimension, Note: f.note}
	if f.service != "" {
		code, ok := pricelist.Offer(f.service)
		if !ok {
			code = f.service // such as ComputeSavingsPlans; the book knows
		}
		o.Service = code
	}
	if f.discount != "" {
		q, err := price.ParseAmount(f.discount)
		if err != nil {
			return o, usageErrorf("--discount: %w", err)
		}
		o.Percent = q
	}
	if f.price != "" {
		usd, err := price.ParsePrice(f.price)
		if err != nil {
			return o, usageErrorf("--price: %w", err)
		}
		o.Price = &usd
	}
	return o, nil
}

// overridesFile returns the path of the file, the database's, and the list
// prices that overrides are about.
func (a *app) overridesFile() (path, db string, book *price.Book, err error) {
	if db, err = a.dbPath(); err != nil {
		return "", "", nil, err
	}
	dir := filepath.Dir(db)
	if book, err = pricebook.LoadList(dir, price.Embedded()); err != nil {
		return "", "", nil, withCode(exitUsage, err)
	}
	return filepath.Join(dir, pricebook.Overrides), db, book, nil
}

func (a *app) setOverride(ctx context.Context, f overrideFlags) error {
	o, err := f.override()
	if err != nil {
		return err
	}
	if f.discount == "" && f.price == "" {
		return usageErrorf("say what was agreed upon: --discount PERCENT or --price USD")
	}
	path, db, book, err := a.overridesFile()
	if err != nil {
		return err
	}
	if err := pricebook.Check(o, book); err != nil {
		return withCode(exitUsage, err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	if err := pricebook.Set(path, o, book); err != nil {
		return withCode(exitUsage, err)
	}
	return a.overridesChanged(ctx, db)
}

func (a *app) removeOverride(ctx context.Context, f overrideFlags) error {
	o, err := f.override()
	if err != nil {
		return err
	}
	path, db, book, err := a.overridesFile()
	if err != nil {
		return err
	}
	if err := pricebook.Remove(path, o, book); errors.Is(err, pricebook.ErrNoOverride) {
		return usageErrorf("%s has no override of exactly that service, region and dimension: see `breakeven prices override list`", path)
	} else if err != nil {
		return withCode(exitUsage, err)
	}
	return a.overridesChanged(ctx, db)
}

// overridesChanged shows what holds now and prices the database anew.
func (a *app) overridesChanged(ctx context.Context, db string) error {
	a.books = books{}
	if err := a.listOverrides(); err != nil {
		return err
	}
	return a.reprice(ctx, db)
}

func (a *app) listOverrides() error {
	path, _, book, err := a.overridesFile()
	if err != nil {
		return err
	}
	all, err := pricebook.ReadOverrides(path, book)
	if err != nil {
		return withCode(exitUsage, err)
	}
	return a.write(a.overrideTable(path, all, book.WithOverrides(all)))
}

// overrideTable lists overrides.
func (a *app) overrideTable(path string, all []price.Override, book *price.Book) report.Table {
	t := report.Table{
		Name: "overrides", GeneratedAt: a.now(), Book: model.BookInfo{Version: book.Version(), AsOf: book.AsOf()},
		Columns: []report.Column{
			{Key: "service", Title: "Service", Blank: true},
			{Key: "region", Title: "Region", Blank: true},
			{Key: "dimension", Title: "Dimension", Blank: true, Shrink: true},
			{Key: "discount_percent", Title: "Discount %", Kind: report.Amount, Blank: true},
			{Key: "price_usd", Title: "Price", Kind: report.Price, Blank: true},
			{Key: "note", Title: "Note", Blank: true, Shrink: true},
		},
		Notes: []string{fmt.Sprintf("Kept in %s. An empty field means all.", path)},
	}
	for _, o := range all {
		row := []any{text(o.Service), text(string(o.Region)), text(o.Dimension), nil, nil, text(o.Note)}
		if o.Price != nil {
			row[4] = *o.Price
		} else {
			row[3] = o.Percent
		}
		t.Rows = append(t.Rows, report.Row{Cells: row})
	}
	return t
}

// text is a cell that is empty where there is nothing to say.
func text(s string) any {
	if s == "" {
		return nil
	}
	return s
}
