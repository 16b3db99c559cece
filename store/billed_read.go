package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/reconcile"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// BilledMonth is a bill that is stored.
type BilledMonth struct {
	Source string
	Month  time.Time
}

// BilledMonths lists the bills that are stored, latest first, an export before
// what Cost Explorer says, which is less.
func (r *Reader) BilledMonths(ctx context.Context) ([]BilledMonth, error) {
	rows, err := r.db.QueryContext(ctx, "SELECT DISTINCT source, month FROM billed ORDER BY month DESC, source = ?, source", SourceCostExplorer)
	if err != nil {
		return nil, fmt.Errorf("reading the bills: %w", plain(err))
	}
	defer rows.Close()
	var out []BilledMonth
	for rows.Next() {
		var m BilledMonth
		if err := rows.Scan(&m.Source, &m.Month); err != nil {
			return nil, fmt.Errorf("reading the bills: %w", plain(err))
		}
		out = append(out, m)
	}
	return out, rows.Err()
}

// Bill returns a stored bill. held is the time that data was collected of.
func (r *Reader) Bill(ctx context.Context, m BilledMonth, held model.Window) (reconcile.Bill, error) {
	b := reconcile.Bill{Source: m.Source, Month: m.Month.UTC()}
	if err := r.readBill(ctx, m, held, &b); err != nil {
		return b, fmt.Errorf("reading the bill of %s: %w", m.Month.Format("2006-01"), plain(err))
	}
	return b, nil
}

func (r *Reader) readBill(ctx context.Context, m BilledMonth, held model.Window, b *reconcile.Bill) error {
	var from, to sql.NullTime
	err := r.db.QueryRowContext(ctx, `SELECT min(start_ts), max(end_ts) FROM billed
		WHERE source = ? AND month = ? AND category IN ('usage', 'savings-plan-usage', 'reserved-usage')`, m.Source, m.Month).Scan(&from, &to)
	if err != nil {
		return err
	}
	b.Usage = model.Window{From: from.Time.UTC(), To: to.Time.UTC()}
	rows, err := r.db.QueryContext(ctx, question("billed_charges"), m.Source, m.Month, held.From.UTC(), held.To.UTC())
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		c, err := scanCharge(rows)
		if err != nil {
			return err
		}
		b.Charges = append(b.Charges, c)
	}
	return rows.Err()
}

func scanCharge(rows *sql.Rows) (reconcile.Charge, error) {
	var c reconcile.Charge
	var quantity, billed, comparable string
	err := rows.Scan(&c.Account, &c.Region, &c.Service, &c.Product, &c.UsageType, &c.Operation, &c.Category, &c.Free, &c.Outside,
		&c.Description, &quantity, &billed, &comparable)
	if err == nil {
		c.Quantity, err = unit.ParseQuantity(quantity)
	}
	for _, amount := range []struct {
		text string
		into *unit.USD
	}{{billed, &c.Billed}, {comparable, &c.Comparable}} {
		if err == nil {
			*amount.into, err = unit.ParseUSD(amount.text)
		}
	}
	return c, err
}
