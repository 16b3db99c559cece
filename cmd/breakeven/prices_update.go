package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/breakeven-dev/breakeven/collect/pricebook"
	"github.com/breakeven-dev/breakeven/collect/pricelist"
	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/price"
	"github.com/breakeven-dev/breakeven/model/unit"
	"github.com/breakeven-dev/breakeven/report"
	"github.com/breakeven-dev/breakeven/store"
)

// updateFlags choose which prices to read and from where.
type updateFlags struct {
	regions, services []string
	from, format      string
}

func newPricesUpdate(a *app) *cobra.Command {
	var f updateFlags
	cmd := &cobra.Command{
		Use:   "update",
		Short: "Read today's list prices from AWS",
		Long: `Read AWS's public price list for the services that breakeven knows and the
regions that the database is about, and keep them beside the database. No
credentials are used and nothing of yours is sent.

The prices read stand before the embedded ones, which remain for everything
that the list does not name. Either all files are read whole or nothing is
changed. EC2's file has half a gigabyte a region: without comparisons with
servers, --service leaves it out.`,
		Example: `  breakeven prices update
  breakeven prices update --region eu-west-1 --service lambda,sqs
  breakeven prices diff`,
		Args:        noArgs,
		Annotations: mends(),
		RunE:        func(cmd *cobra.Command, _ []string) error { return a.updatePrices(cmd.Context(), f) },
	}
	fs := cmd.Flags()
	fs.StringSliceVar(&f.regions, "region", nil, "`region`s to read prices of (default: those in the database)")
	fs.StringSliceVar(&f.services, "service", nil, "`service`s: "+strings.Join(pricelist.ShortNames(), ", ")+" (default: all)")
	fs.StringVar(&f.from, "from", "", "`URL or folder` that holds /offers/v1.0/aws/index.json (env AWS_ENDPOINT_URL_PRICING; default "+pricelist.PublicURL+")")
	fs.StringVar(&f.format, "format", "json", "`kind` of files to prefer: json or csv")
	return cmd
}

func (a *app) updatePrices(ctx context.Context, f updateFlags) error {
	path, err := a.dbPath()
	if err != nil {
		return err
	}
	req, err := a.updateRequest(ctx, f, path)
	if err != nil {
		return err
	}
	src, err := pricelist.NewSource(cmp.Or(f.from, a.getenv("AWS_ENDPOINT_URL_PRICING"), pricelist.PublicURL))
	if err != nil {
		return usageErrorf("--from: %w", err)
	}
	req.Progress = a.fileProgress()
	res, err := pricelist.Fetch(ctx, src, req)
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return fmt.Errorf("reading the price list: %w; no price was changed", err)
	}
	if len(res.Prices) == 0 {
		return errors.New("the price list has no price of what was asked for; nothing was changed")
	}
	before, err := pricebook.LoadList(filepath.Dir(path), price.Embedded())
	if err != nil {
		before = price.Embedded() // a spoilt file is mended
	}
	if err := pricebook.Install(filepath.Dir(path), res.Prices); err != nil {
		return fmt.Errorf("installing the new prices: %w", err)
	}
	a.books = books{}
	if err := a.write(updateTable(res, before, a.book(), a.now())); err != nil {
		return err
	}
	return a.reprice(ctx, path)
}

// updateRequest makes a request of the flags.
func (a *app) updateRequest(ctx context.Context, f updateFlags, path string) (pricelist.Request, error) {
	req := pricelist.Request{Known: price.Embedded(), CSV: f.format == "csv", Backoff: time.Second}
	if f.format != "json" && f.format != "csv" {
		return req, usageErrorf("--format %q: want json or csv", f.format)
	}
	for _, name := range f.services {
		code, ok := pricelist.Offer(name)
		if !ok {
			return req, usageErrorf("--service %q: want one of %s", name, strings.Join(pricelist.ShortNames(), ", "))
		}
		req.Offers = append(req.Offers, code)
	}
	if len(req.Offers) == 0 {
		req.Offers = pricelist.Offers()
	}
	for _, r := range f.regions {
		if !regionPattern.MatchString(r) {
			return req, usageErrorf("--region %q: want a region such as eu-west-1", r)
		}
		if unit.Region(r).InChina() {
			return req, usageErrorf("--region %s: billed in CNY; only prices in USD are known", r)
		}
		req.Regions = append(req.Regions, unit.Region(r))
	}
	if len(req.Regions) == 0 {
		var err error
		if req.Regions, err = usedRegions(ctx, path); err != nil {
			return req, err
		}
	}
	req.Offers, req.Regions = distinct(req.Offers), distinct(req.Regions)
	return req, nil
}

// distinct sorts a list and drops what comes twice.
func distinct[T cmp.Ordered](list []T) []T {
	slices.Sort(list)
	return slices.Compact(list)
}

// usedRegions lists the regions that the database is about.
func usedRegions(ctx context.Context, path string) ([]unit.Region, error) {
	none := func() error { return usageErrorf("no region is in use yet: say which with --region") }
	r, err := store.OpenReader(ctx, path, store.Options{})
	if errors.Is(err, store.ErrNoDatabase) {
		return nil, none()
	}
	if err != nil {
		return nil, err
	}
	defer r.Close()
	all, err := r.Regions(ctx)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(r unit.Region) bool { return r.InChina() || !regionPattern.MatchString(string(r)) })
	if len(all) == 0 {
		return nil, none()
	}
	return all, nil
}

// fileProgress says which files are read.
func (a *app) fileProgress() func(pricelist.File) {
	if a.global.quiet {
		return nil
	}
	var mu sync.Mutex
	return func(f pricelist.File) {
		mu.Lock()
		defer mu.Unlock()
		if f.Published == "" {
			if a.global.verbose {
				fmt.Fprintf(a.err, "reading %s\n", f.Path)
			}
			return
		}
		fmt.Fprintf(a.err, "%s %s: %d prices of %s (%d KB)\n", f.Offer, f.Region, f.Prices, f.Published, (f.Bytes+1023)>>10)
	}
}

// reprice writes the months' new average prices into the database, so that
// the views show them. Another writer does the same when it ends.
func (a *app) reprice(ctx context.Context, path string) error {
	r, err := store.OpenReader(ctx, path, store.Options{})
	if errors.Is(err, store.ErrNoDatabase) {
		return nil
	}
	if err == nil {
		err = r.Close()
	}
	if err == nil {
		err = a.repriceMonths(ctx, path)
	}
	if err != nil {
		fmt.Fprintf(a.err, "breakeven: the views of `breakeven query` show the earlier prices until the next collection: %v\n", err)
	}
	return nil
}

func (a *app) repriceMonths(ctx context.Context, path string) (err error) {
	w, err := store.OpenWriter(ctx, path, store.Options{Now: a.now(), Purpose: "prices"})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Close(ctx)) }()
	return a.priceMonths(ctx, w)
}

// updateTable says what came of each file.
func updateTable(res *pricelist.Result, before, after *price.Book, now time.Time) report.Table {
	t := report.Table{
		Name: "files", GeneratedAt: now, Book: model.BookInfo{Version: after.Version(), AsOf: after.AsOf()},
		Columns: []report.Column{
			{Key: "service", Title: "Service"},
			{Key: "region", Title: "Region"},
			{Key: "published", Title: "Published"},
			{Key: "prices", Title: "Prices", Kind: report.Count},
			{Key: "changed", Title: "Changed", Kind: report.Count},
			{Key: "skipped", Title: "Skipped", Kind: report.Count},
			{Key: "why", Title: "Why", Blank: true, Shrink: true},
		},
		Notes: []string{fmt.Sprintf("Price book %s. `breakeven prices diff` shows what changed; what was skipped keeps the price it had.", after.Version())},
	}
	missing, changed := 0, map[[2]string]int64{}
	for _, p := range res.Prices {
		if old, err := before.Lookup(p.Key); err != nil || !old.ChargesLike(p) {
			changed[[2]string{p.Key.Service, string(p.Key.Region)}]++
		}
	}
	for _, f := range res.Files {
		row := []any{f.Offer, string(f.Region), nil, int64(f.Prices), changed[[2]string{f.Offer, string(f.Region)}], int64(0), nil}
		if f.Missing {
			row[6] = "not in the price list"
		} else {
			row[2] = f.Published
		}
		var why []string
		n := int64(0)
		for _, reason := range slices.Sorted(maps.Keys(f.Skipped)) {
			n += int64(f.Skipped[reason])
			why = append(why, fmt.Sprintf("%d %s", f.Skipped[reason], reason))
		}
		if n > 0 {
			row[5], row[6] = n, strings.Join(why, "; ")
		}
		t.Rows = append(t.Rows, report.Row{Cells: row, DataOnly: f.Missing})
		if f.Missing {
			missing++
		}
	}
	if missing > 0 {
		t.Notes = append(t.Notes, fmt.Sprintf("%d combinations of service and region are not in the price list.", missing))
	}
	return t
}
