package store

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/duckdb/duckdb-go/v2"

	"github.com/breakeven-dev/breakeven/model/coldstart"
)

// Refresh derives billed quantities from what was collected. A run calls it
// before it asks for Inputs to price, and readers then find them ready.
func (w *Writer) Refresh(ctx context.Context) error {
	var inits []initMean
	err := w.eased(ctx, func() (err error) {
		inits, err = w.initMeans(ctx)
		return err
	})
	if err != nil {
		return w.fail("deriving usage", err)
	}
	err = w.tx(ctx, "deriving usage", func() error {
		if _, err := w.conn.ExecContext(ctx, "DELETE FROM lambda_init"); err != nil {
			return err
		}
		err := w.append("lambda_init", len(inits), func(a *duckdb.Appender, i int) error {
			return a.AppendRow(inits[i].ref, inits[i].ms)
		})
		if err != nil {
			return err
		}
		for _, d := range services {
			if err := w.refreshInTurns(ctx, d.Refresh, turnRows); err != nil {
				return fmt.Errorf("%s: %w", d.Refresh, err)
			}
		}
		return w.refreshMetered(ctx)
	})
	if err != nil {
		return err
	}
	if err := w.derivedIsThere(ctx); err != nil {
		return err
	}
	return w.fail("giving memory back", w.restrain(ctx))
}

// derivedIsThere holds the hours that were derived against their days: usage
// that was lost would look like none.
func (w *Writer) derivedIsThere(ctx context.Context) error {
	var lost bool
	err := w.conn.QueryRowContext(ctx, "SELECT (SELECT count(*) FROM usage_packed) = 0 AND (SELECT count(*) FROM usage_day) > 0").Scan(&lost)
	if err == nil && lost {
		err = errors.New("the derived hours are not in the database: collect again")
	}
	return w.fail("deriving usage", err)
}

// turnRows is how many rows of metrics hours are derived from at a time, so
// that the memory for it does not grow with the points stored.
const turnRows = 1 << 19

// refreshInTurns runs a service's script for one range of resources after the
// other.
func (w *Writer) refreshInTurns(ctx context.Context, script string, atOnce int64) error {
	var rows int64
	if err := w.conn.QueryRowContext(ctx, "SELECT count(*) FROM lambda_metrics").Scan(&rows); err != nil {
		return err
	}
	return w.inTurns(ctx, rows, atOnce, func() error {
		_, err := w.conn.ExecContext(ctx, question(script))
		return err
	})
}

// inTurns calls do for one range of resources after the other, as many as it
// takes to have atOnce of the rows in each. The ranges cover every integer; do
// finds them in the variables refresh_from and refresh_to.
func (w *Writer) inTurns(ctx context.Context, rows, atOnce int64, do func() error) (err error) {
	var last int64
	if err := w.conn.QueryRowContext(ctx, "SELECT coalesce(max(id), 0) FROM resource").Scan(&last); err != nil {
		return err
	}
	defer func() {
		_, rerr := w.conn.ExecContext(context.WithoutCancel(ctx), "RESET VARIABLE refresh_from; RESET VARIABLE refresh_to")
		if err == nil {
			err = rerr
		}
	}()
	width := max(1, last/(rows/atOnce+1)+1)
	from := int64(math.MinInt32)
	for to := width; from <= math.MaxInt32; from, to = to+1, to+width {
		if to >= last {
			to = math.MaxInt32
		}
		if _, err := w.conn.ExecContext(ctx, fmt.Sprintf("SET VARIABLE refresh_from = %d; SET VARIABLE refresh_to = %d", from, to)); err != nil {
			return err
		}
		if err := do(); err != nil {
			return err
		}
		if err := w.purge(ctx); err != nil {
			return err
		}
	}
	return nil
}

type initMean struct {
	ref int32
	ms  float64
}

// initMeans is the init in milliseconds that a cold start of each function is
// billed: as its REPORT lines say, else its runtime's prior.
func (w *Writer) initMeans(ctx context.Context) ([]initMean, error) {
	rows, err := w.conn.QueryContext(ctx, question("lambda_init"))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []initMean
	for rows.Next() {
		var m initMean
		var runtime string
		if err := rows.Scan(&m.ref, &runtime, &m.ms); err != nil {
			return nil, err
		}
		if m.ms < 0 {
			m.ms = coldstart.PriorInit(runtime)
		}
		out = append(out, m)
	}
	return out, rows.Err()
}

// refreshMetered derives usage_packed, and its days. The days are made from
// the same views, not from the rows just inserted: what a transaction has
// inserted in bulk is not safe to read within it.
func (w *Writer) refreshMetered(ctx context.Context) error {
	clear := "DELETE FROM usage_packed; DELETE FROM usage_day"
	if w.ledger.kept != 0 {
		clear = "DELETE FROM usage_packed WHERE derives(resource, hour); DELETE FROM usage_day WHERE derives(resource, day)"
	}
	if _, err := w.conn.ExecContext(ctx, clear); err != nil {
		return err
	}
	var rows int64
	for _, t := range tables {
		var n int64
		if err := w.conn.QueryRowContext(ctx, "SELECT count(*) FROM "+t.Name).Scan(&n); err != nil {
			return err
		}
		if t.Service != lambdaService {
			// A row of a day becomes rows of its hours.
			rows = max(rows, n*max(1, int64(t.Period/time.Hour)))
		}
	}
	return w.inTurns(ctx, rows, turnRows, func() error {
		for _, view := range metered {
			if _, err := w.conn.ExecContext(ctx, refreshMetered(view)); err != nil {
				return fmt.Errorf("%s: %w", view, err)
			}
		}
		return nil
	})
}
