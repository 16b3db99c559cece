package store

import (
	"context"
	"database/sql/driver"
	"fmt"
	"math"
	"time"

	"github.com/duckdb/duckdb-go/v2"

	"github.com/breakeven-dev/breakeven/model"
)

// PutMetrics replaces the blocks' windows in a wide table and writes them
// into the ledger, in one transaction. Instants without any datum take no
// row; a block without any still says that there was nothing.
func (w *Writer) PutMetrics(ctx context.Context, table string, blocks []MetricBlock) error {
	t, err := tableByName(table)
	if err != nil {
		return err
	}
	for i := range blocks {
		if err := blocks[i].check(t); err != nil {
			return err
		}
	}
	fetches := make([]Fetch, len(blocks))
	for i, b := range blocks {
		k := w.names[b.Resource]
		fetches[i] = Fetch{
			Account: k.Account, Region: k.Region, Resource: b.Resource, Group: t.Group,
			Window: b.Window, SettledTo: b.SettledTo, At: w.opt.Now,
		}
	}
	err = w.tx(ctx, "writing metrics", func() error {
		if err := w.clear(ctx, t.Name, "ts", t.Group, fetches); err != nil {
			return err
		}
		if err := w.appendBlocks(t, blocks); err != nil {
			return err
		}
		return w.writeFetches(ctx, fetches)
	})
	if err != nil {
		return err
	}
	w.remember(fetches)
	return w.fail("giving memory back", w.tidy(ctx, rowsOf(blocks)))
}

// rowsOf is how many rows blocks can have at most.
func rowsOf(blocks []MetricBlock) int {
	n := 0
	for i := range blocks {
		longest := 0
		for _, c := range blocks[i].Columns {
			longest = max(longest, len(c))
		}
		n += longest
	}
	return n
}

// check refuses a block whose shape does not fit its table and window.
func (b *MetricBlock) check(t *MetricTable) error {
	if len(b.Columns) != len(t.Columns) {
		return fmt.Errorf("block of resource %d has %d columns, table %s has %d", b.Resource, len(b.Columns), t.Name, len(t.Columns))
	}
	if b.Period < time.Second || b.Period%time.Second != 0 {
		return fmt.Errorf("block of resource %d: period %s is not whole seconds", b.Resource, b.Period)
	}
	slots := int(b.Window.To.Sub(b.Window.From) / b.Period)
	for i, c := range b.Columns {
		if c != nil && len(c) > slots {
			return fmt.Errorf("block of resource %d: column %s holds %d values for %d periods", b.Resource, t.Columns[i].Name, len(c), slots)
		}
	}
	return nil
}

// clear deletes what stands in the windows of those fetches that the ledger
// says were asked for before; for all others there is nothing to delete, and
// no scan to find that out.
func (w *Writer) clear(ctx context.Context, table, column, group string, fetches []Fetch) error {
	var again []Fetch
	for _, f := range fetches {
		if !f.Open && w.ledger.overlaps(ledgerKey{resource: f.Resource, group: group}, spanOf(f.Window)) {
			again = append(again, f)
		}
	}
	if len(again) == 0 {
		return nil
	}
	if err := w.doom(ctx, nil); err != nil {
		return err
	}
	err := w.append("doomed", len(again), func(a *duckdb.Appender, i int) error {
		f := again[i]
		return a.AppendRow(int32(f.Resource), f.Window.From.UTC(), f.Window.To.UTC())
	})
	if err != nil {
		return err
	}
	_, err = w.conn.ExecContext(ctx, fmt.Sprintf(
		"DELETE FROM %[1]s USING doomed d WHERE %[1]s.resource = d.resource AND %[1]s.%[2]s >= d.from_ts AND %[1]s.%[2]s < d.to_ts", table, column))
	return err
}

// appendBlocks appends the blocks' rows, ordered by resource and time.
func (w *Writer) appendBlocks(t *MetricTable, blocks []MetricBlock) error {
	return w.conn.Raw(func(c any) error {
		b, err := newBulk(c.(driver.Conn), t.Name)
		if err != nil {
			return err
		}
		var slots []int
		for i := range blocks {
			slots = blocks[i].present(slots[:0])
			if err := appendBlock(b, t, &blocks[i], slots); err != nil {
				b.abandon()
				return err
			}
		}
		return b.close()
	})
}

// present appends to slots the periods for which there is any datum.
func (b *MetricBlock) present(slots []int) []int {
	n := int(b.Window.To.Sub(b.Window.From) / b.Period)
	for i := range n {
		for _, c := range b.Columns {
			if i < len(c) && !math.IsNaN(c[i]) {
				slots = append(slots, i)
				break
			}
		}
	}
	return slots
}

// appendBlock writes the block's rows column by column, as many at a time as
// the chunk has room for.
func appendBlock(b *bulk, t *MetricTable, m *MetricBlock, slots []int) error {
	from, step := m.Window.From.UnixMicro(), m.Period.Microseconds()
	for len(slots) > 0 {
		first, n, err := b.rows(len(slots))
		if err != nil {
			return err
		}
		for i, slot := range slots[:n] {
			set(b, 0, first+i, int32(m.Resource))
			set(b, 1, first+i, from+int64(slot)*step)
			set(b, 2, first+i, int32(m.Period/time.Second))
		}
		for c := range t.Columns {
			fillColumn(b, 3+c, first, t.Columns[c].Count, m.Columns[c], slots[:n])
		}
		slots = slots[n:]
	}
	return nil
}

// fillColumn writes one statistic's values of the slots.
func fillColumn(b *bulk, col, first int, whole bool, values []float64, slots []int) {
	for i, slot := range slots {
		switch {
		case slot >= len(values) || math.IsNaN(values[slot]):
			b.null(col, first+i)
		case whole:
			set(b, col, first+i, int64(math.Round(values[slot])))
		default:
			set(b, col, first+i, values[slot])
		}
	}
}

// PutReportHours replaces the sums of REPORT lines in the windows of the
// complete fetches, and writes the fetches into the ledger, in one
// transaction. Windows are whole hours.
func (w *Writer) PutReportHours(ctx context.Context, fetches []Fetch, rows []ReportHour) error {
	byGroup := map[string][]Fetch{}
	for _, f := range fetches {
		byGroup[f.Group] = append(byGroup[f.Group], f)
	}
	err := w.tx(ctx, "writing REPORT sums", func() error {
		for group, list := range byGroup {
			if err := w.clear(ctx, "report_hour", "hour", group, list); err != nil {
				return err
			}
		}
		err := w.append("report_hour", len(rows), func(a *duckdb.Appender, i int) error {
			r := &rows[i]
			return a.AppendRow(int32(r.Resource), r.Hour.UTC(), int32(r.Memory), r.Reports, r.BilledMs, r.DurationMs,
				r.ColdStarts, r.InitMs, r.InitMaxMs, r.BilledInitMs, r.Restores, r.RestoreMs, r.Timeouts, r.Errors, int32(r.MaxMemoryUsed))
		})
		if err != nil {
			return err
		}
		return w.writeFetches(ctx, fetches)
	})
	if err == nil {
		w.remember(fetches)
	}
	return err
}

// Key returns the identity of a ref, the zero key if there is none.
func (w *Writer) Key(ref Ref) model.ResourceKey { return w.names[ref] }
