package main

import (
	"context"
	"errors"

	"github.com/breakeven-dev/breakeven/model/analyze"
	"github.com/breakeven-dev/breakeven/store"
)

// writeRun opens the database for one run of a kind from a source, lets do bring
// rows in, prices what stands there then, and closes. What do stored before
// an error stays; the run counts as incomplete and the next one goes on.
func (a *app) writeRun(ctx context.Context, path, kind, source string, do func(*store.Writer) error) (err error) {
	w, err := store.OpenWriter(ctx, path, store.Options{Now: a.now(), Purpose: kind})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Close(ctx)) }()
	if err := w.BeginRun(ctx, kind, source); err != nil {
		return err
	}
	if err := do(w); err != nil {
		return errors.Join(err, w.EndRun(ctx, a.now(), false))
	}
	if err := a.priceMonths(ctx, w); err != nil {
		return errors.Join(err, w.EndRun(ctx, a.now(), false))
	}
	return w.EndRun(ctx, a.now(), true)
}

// priceMonths derives the billed quantities of everything stored and writes
// the average prices of each month back, so that the views show dollars.
func (a *app) priceMonths(ctx context.Context, w *store.Writer) error {
	if err := w.Refresh(ctx); err != nil {
		return err
	}
	held, some, err := w.Extent(ctx)
	if err != nil || !some {
		return err
	}
	in, err := w.Inputs(ctx, store.InputsRequest{Window: held})
	if err != nil {
		return err
	}
	book := a.book()
	var prices []store.MonthPrice
	for _, m := range analyze.MonthPrices(in, book, analyze.Options{Payer: a.payer()}) {
		prices = append(prices, store.MonthPrice{
			Month: m.Month, Account: m.Account, Region: m.Region, Service: m.Service, Dimension: m.Dimension,
			Unit: m.Unit, Average: m.Average, Unknown: m.Unknown, Book: book.Version(),
		})
	}
	return w.PutMonthPrices(ctx, prices)
}
