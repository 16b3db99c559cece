package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/duckdb/duckdb-go/v2"

	"github.com/breakeven-dev/breakeven/model"
)

// Writer is the one process that may change a database. Its methods are to be
// called by one goroutine at a time. Each either happens whole or not at all.
type Writer struct {
	path string
	opt  Options
	lock *fileLock
	*session
	conn   *sql.Conn
	ledger *ledger
	refs   map[model.ResourceKey]*known
	names  map[Ref]model.ResourceKey
	next   Ref
	run    int32
	// full is true once the disk was: it has been said, and DuckDB takes
	// nothing more from this session.
	full bool
	// ample is what DuckDB would use by its own choice, see withRoom.
	ample bound
	// allowed is the bound that holds now.
	allowed bound
	// untidy are the rows written since memory was given back.
	untidy int
}

// OpenWriter opens the database at path for writing and creates it if there
// is none. It fails in one line if another process writes, if the file is not
// ours, damaged, or newer than this program. What stands in the database now
// stays readable for others until Close.
func OpenWriter(ctx context.Context, path string, o Options) (*Writer, error) {
	if err := prepareFolder(path); err != nil {
		return nil, err
	}
	lock, err := acquire(path, o)
	if err != nil {
		return nil, err
	}
	w := &Writer{path: path, opt: o, lock: lock}
	if err := w.open(ctx); err != nil {
		return nil, errors.Join(err, lock.release())
	}
	return w, nil
}

func (w *Writer) open(ctx context.Context) error {
	if err := mend(w.path); err != nil {
		return err
	}
	// A copy that a killed writer left is older than the database.
	if err := unpublish(w.path); err != nil {
		return fmt.Errorf("removing an old copy: %w", err)
	}
	if err := create(ctx, w.path, w.opt.wait()); err != nil {
		return err
	}
	if err := settleWAL(ctx, w.path, w.opt.wait()); err != nil {
		return err
	}
	if err := prepare(ctx, w.path, w.opt.wait()); err != nil {
		return err
	}
	// The schema stands, so what is published is a state that can be read.
	if err := publish(w.path); err != nil {
		return err
	}
	s, err := begin(ctx, w.path, w.opt.wait())
	if err != nil {
		return errors.Join(err, unpublish(w.path))
	}
	w.session = s
	if w.conn, err = s.db.Conn(ctx); err != nil {
		return errors.Join(err, s.end(ctx, s.db), unpublish(w.path))
	}
	if err = secure(w.path); err == nil {
		if err = w.load(ctx); err != nil && ctx.Err() == nil {
			err = openError(w.path, err)
		}
	}
	if err == nil {
		err = w.tighten(ctx)
	}
	if err != nil {
		return errors.Join(err, s.end(ctx, w.conn), unpublish(w.path))
	}
	return nil
}

// create makes an empty database if there is none: under another name first,
// so that a crash leaves no half one.
func create(ctx context.Context, path string, wait time.Duration) error {
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	fresh := path + ".new"
	// The log of a database that was moved away is not the new one's.
	for _, old := range append(logsOf(path), append(logsOf(fresh), fresh)...) {
		if err := os.Remove(old); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("making %s: %w", path, err)
		}
	}
	db, err := openRetrying(ctx, fresh, wait)
	if err != nil {
		return err
	}
	if err := errors.Join(db.Close(), os.Chmod(fresh, fileMode)); err != nil {
		return fmt.Errorf("making %s: %w", path, err)
	}
	return os.Rename(fresh, path)
}

// prepare creates or migrates the schema in a session of its own.
func prepare(ctx context.Context, path string, wait time.Duration) error {
	s, err := begin(ctx, path, wait)
	if err != nil {
		return err
	}
	version, err := schemaOf(ctx, s.db, path)
	if err == nil {
		if err = secure(path); err == nil {
			err = migrate(ctx, s, version)
		}
	}
	return errors.Join(err, s.end(ctx, s.db))
}

// load reads what every later call needs: resources and the ledger.
func (w *Writer) load(ctx context.Context) error {
	if err := w.loadResources(ctx); err != nil {
		return fmt.Errorf("reading the inventory: %w", err)
	}
	l, err := loadLedger(ctx, w.conn)
	if err != nil {
		return fmt.Errorf("reading the ledger: %w", err)
	}
	w.ledger = l
	return w.conn.QueryRowContext(ctx, "SELECT coalesce(max(id), 0) FROM run").Scan(&w.run)
}

// Close compacts the ledger, folds everything into the database file, takes
// back the published copy and lets others write. After the disk was full it
// only lets go: what was committed stays in the write-ahead log.
func (w *Writer) Close(ctx context.Context) error {
	ctx = context.WithoutCancel(ctx)
	var err error
	if !w.full {
		err = w.compactLedger(ctx)
	}
	if !w.full {
		err = errors.Join(err, w.fail("writing "+w.path, w.eased(ctx, func() error {
			if err := w.merging(ctx, true); err != nil {
				return err
			}
			if err := w.undo.keep(ctx, w.conn); err != nil {
				return err
			}
			_, err := w.conn.ExecContext(ctx, "CHECKPOINT")
			return err
		})))
	}
	err = errors.Join(err, w.end(ctx, w.conn), secure(w.path))
	if err == nil {
		err = unpublish(w.path)
	}
	return errors.Join(err, w.lock.release())
}

// BeginRun records that a collection or an import has begun.
func (w *Writer) BeginRun(ctx context.Context, kind, source string) error {
	w.run++
	return w.tx(ctx, "recording the run", func() error {
		_, err := w.conn.ExecContext(ctx, "INSERT INTO run VALUES (?, ?, ?, ?, NULL, false)", w.run, kind, source, w.opt.Now.UTC())
		return err
	})
}

// EndRun records how the run ended. After a complete one the gaps of calls that
// it made again, and that were answered this time, are gone. That a run failed
// on a full disk cannot be recorded; it is taken for one that was killed.
func (w *Writer) EndRun(ctx context.Context, at time.Time, complete bool) error {
	if w.full && !complete {
		return nil
	}
	ctx = context.WithoutCancel(ctx)
	return w.tx(ctx, "recording the end of the run", func() error {
		if _, err := w.conn.ExecContext(ctx, "UPDATE run SET ended = ?, complete = ? WHERE id = ?", at.UTC(), complete, w.run); err != nil {
			return err
		}
		if !complete {
			return nil
		}
		_, err := w.conn.ExecContext(ctx, question("close_answered"), w.run)
		return err
	})
}

// RecordCalls adds to the calls made.
func (w *Writer) RecordCalls(ctx context.Context, calls []Call) error {
	return w.fill(ctx, "recording calls", "api_call", len(calls), func(a *duckdb.Appender, i int) error {
		c := calls[i]
		var cost driver.Value
		if !c.Unpriced {
			cost = decimalOf(c.Cost.String(), 38, 15)
		}
		return a.AppendRow(c.At.UTC(), string(c.Account), string(c.Region), c.Operation, c.Requests, c.BilledUnits, cost)
	})
}

// PutGaps records data that should be there and is not, in place of what was
// recorded for the same resource and metric in an overlapping window.
func (w *Writer) PutGaps(ctx context.Context, gaps []model.Gap) error {
	if len(gaps) == 0 {
		return nil
	}
	return w.tx(ctx, "recording gaps", func() error {
		for _, g := range gaps {
			_, err := w.conn.ExecContext(ctx, `DELETE FROM gap WHERE account_id = ? AND region = ? AND service = ?
				AND resource_id = ? AND metric = ? AND from_ts < ? AND to_ts > ?`,
				string(g.Account), string(g.Region), g.Service, string(g.Resource), g.Metric, g.To.UTC(), g.From.UTC())
			if err != nil {
				return err
			}
			_, err = w.conn.ExecContext(ctx, "INSERT INTO gap VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
				w.run, string(g.Account), string(g.Region), g.Service, string(g.Resource), g.Metric, g.From.UTC(), g.To.UTC(), g.Reason)
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// PutMonthPrices replaces the average prices by which hourly_costs shows
// dollars.
func (w *Writer) PutMonthPrices(ctx context.Context, prices []MonthPrice) error {
	return w.tx(ctx, "recording prices", func() error {
		if _, err := w.conn.ExecContext(ctx, "DELETE FROM month_price"); err != nil {
			return err
		}
		return w.append("month_price", len(prices), func(a *duckdb.Appender, i int) error {
			p := prices[i]
			var average driver.Value
			if !p.Unknown {
				average = decimalOf(p.Average.String(), 38, 24)
			}
			return a.AppendRow(p.Month.UTC(), string(p.Account), string(p.Region), p.Service, p.Dimension, p.Unit, average, p.Book)
		})
	})
}

// tx runs do in a transaction on the writer's connection. do runs again where
// the memory meant for writing was not enough.
func (w *Writer) tx(ctx context.Context, doing string, do func() error) error {
	return w.fail(doing, w.eased(ctx, func() error { return w.attempt(ctx, do) }))
}

// attempt runs do in a transaction once.
func (w *Writer) attempt(ctx context.Context, do func() error) error {
	if _, err := w.conn.ExecContext(ctx, "BEGIN TRANSACTION"); err != nil {
		return err
	}
	if err := do(); err != nil {
		_, rerr := w.conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK")
		if rerr != nil && isDiskFull(err) {
			rerr = nil // DuckDB has ended the transaction itself
		}
		return errors.Join(err, rerr)
	}
	return w.commit(ctx, w.conn)
}

// commit commits the transaction of one of the writer's connections.
func (w *Writer) commit(ctx context.Context, conn *sql.Conn) error {
	ctx = context.WithoutCancel(ctx)
	if err := w.undo.keep(ctx, conn); err != nil {
		_, rerr := conn.ExecContext(ctx, "ROLLBACK")
		return errors.Join(err, rerr)
	}
	_, err := conn.ExecContext(ctx, "COMMIT")
	return err
}

// fill appends n rows to a table in a transaction.
func (w *Writer) fill(ctx context.Context, doing, table string, n int, row func(*duckdb.Appender, int) error) error {
	if n == 0 {
		return nil
	}
	return w.tx(ctx, doing, func() error { return w.append(table, n, row) })
}

// append appends n rows to a table in bulk, inside the open transaction.
func (w *Writer) append(table string, n int, row func(*duckdb.Appender, int) error) error {
	return w.conn.Raw(func(c any) error {
		a, err := duckdb.NewAppenderFromConn(c.(driver.Conn), "", table)
		if err != nil {
			return err
		}
		for i := range n {
			if err := row(a, i); err != nil {
				return errors.Join(err, a.Close())
			}
		}
		return a.Close()
	})
}

// fail says in one line what could not be written.
func (w *Writer) fail(doing string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case isDiskFull(err):
		w.full = true
		return fmt.Errorf("%s: the disk of %s is full: free some space and run the command again (nothing collected before is lost)", doing, w.path)
	case errors.Is(err, os.ErrPermission):
		return fmt.Errorf("%s: %s: permission denied", doing, w.path)
	}
	return fmt.Errorf("%s: %w", doing, plain(err))
}

// plain keeps the first line of DuckDB's often longer messages.
func plain(err error) error {
	if err == nil {
		return nil
	}
	var duck *duckdb.Error
	if errors.As(err, &duck) {
		return errors.New(firstLine(duck.Msg))
	}
	return err
}
