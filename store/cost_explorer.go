package store

import (
	"context"
	"fmt"
	"time"

	"github.com/duckdb/duckdb-go/v2"

	"github.com/breakeven-dev/breakeven/model/reconcile"
	"github.com/breakeven-dev/breakeven/model/unit"
)

// SourceCostExplorer is the Source of a bill that Cost Explorer told.
const SourceCostExplorer = "cost-explorer"

// BilledAmount is what Cost Explorer says of a usage type over some time.
type BilledAmount struct {
	Account    unit.AccountID
	Product    string // as Cost Explorer calls the service
	UsageType  string
	Operation  string // "" where it was not asked for
	Category   string // one of reconcile's
	From, To   time.Time
	Quantity   unit.Quantity
	Unit       string
	Billed     unit.USD // unblended
	Effective  unit.USD // with commitments spread over what they cover
	RecordType string   // AWS's name of the category
}

// Accounts lists the accounts that anything was collected of, sorted.
func (r *Reader) Accounts(ctx context.Context) ([]unit.AccountID, error) {
	rows, err := r.db.QueryContext(ctx, "SELECT DISTINCT account_id FROM resource WHERE resource_id <> '' ORDER BY account_id")
	if err != nil {
		return nil, fmt.Errorf("reading the accounts of %s: %w", r.path, plain(err))
	}
	defer rows.Close()
	var out []unit.AccountID
	for rows.Next() {
		var id unit.AccountID
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("reading the accounts of %s: %w", r.path, plain(err))
		}
		out = append(out, id)
	}
	return out, rows.Err()
}

// PutCostExplorer stores what Cost Explorer says of a month, in place of what
// it said before.
func (w *Writer) PutCostExplorer(ctx context.Context, month time.Time, amounts []BilledAmount) error {
	month = month.UTC()
	return w.tx(ctx, "storing the bill", func() error {
		if _, err := w.conn.ExecContext(ctx, "DELETE FROM billed WHERE source = ? AND month = ?", SourceCostExplorer, month); err != nil {
			return err
		}
		return w.append("billed", len(amounts), func(a *duckdb.Appender, i int) error {
			b := &amounts[i]
			service := reconcile.ServiceOf(b.Product, b.UsageType)
			region := string(reconcile.RegionOf(service, b.UsageType))
			return a.AppendRow(SourceCostExplorer, "", "", month, string(b.Account), string(b.Account), b.Product, service, b.UsageType, b.Operation, region, "",
				b.From.UTC(), b.To.UTC(), decimalOf(b.Quantity.String(), 38, 12), b.Unit,
				nil, decimalOf(b.Billed.String(), 38, 15), decimalOf(b.Effective.String(), 38, 15), b.Category, b.RecordType)
		})
	})
}
