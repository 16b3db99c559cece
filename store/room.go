package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// bound is what DuckDB may use at a time.
type bound struct {
	memory  string
	threads int
}

// frugal bounds DuckDB while rows come in and while hours are derived from
// them: it would keep what it has written until the machine is nearly full
// (8 in 10 parts of its memory), yet is no faster for it. What does not fit is
// spilled to a file beside the database. Each thread writes row groups out of
// buffers of its own, so one thread it is: its work is a quarter less than
// that of two, and the memory does not grow with the machine.
var frugal = bound{"64MB", 1}

// tidyRows are the rows after which freed memory goes back to the system.
// DuckDB's allocator keeps it otherwise, 80 MiB and more with the points
// written, as purging waits for a thread to idle.
const tidyRows = 16 << 10

// tighten sets the bound, and remembers what DuckDB chose itself.
func (w *Writer) tighten(ctx context.Context) error {
	err := w.conn.QueryRowContext(ctx, "SELECT current_setting('memory_limit'), current_setting('threads')").
		Scan(&w.ample.memory, &w.ample.threads)
	if err != nil {
		return err
	}
	if err := w.merging(ctx, false); err != nil {
		return err
	}
	return w.limit(ctx, frugal)
}

// merging says whether checkpoints join the small row groups that many
// transactions leave. Done once, in the end, it costs a third less time than
// again and again, and no memory while answers hold theirs.
func (w *Writer) merging(ctx context.Context, on bool) error {
	tasks := 0
	if on {
		tasks = 100 // DuckDB's default
	}
	_, err := w.conn.ExecContext(ctx, fmt.Sprintf("SET max_vacuum_tasks = %d", tasks))
	return err
}

// limit sets a bound. Setting the memory purges DuckDB's allocator, whatever
// the limit was before.
func (w *Writer) limit(ctx context.Context, to bound) error {
	_, err := w.conn.ExecContext(ctx, fmt.Sprintf("SET threads = %d; SET memory_limit = '%s'", to.threads, to.memory))
	if err == nil {
		w.allowed = to
	}
	return err
}

// tidy gives memory back every so many rows written.
func (w *Writer) tidy(ctx context.Context, rows int) error {
	if w.untidy += rows; w.untidy < tidyRows {
		return nil
	}
	w.untidy = 0
	return w.restrain(ctx)
}

// restrain sets the frugal bound again. Where memory cannot be freed at once
// the limit stays as it is.
func (w *Writer) restrain(ctx context.Context) error {
	return w.bind(ctx, frugal)
}

// purge gives freed memory back, under the bound that holds.
func (w *Writer) purge(ctx context.Context) error { return w.bind(ctx, w.allowed) }

func (w *Writer) bind(ctx context.Context, to bound) error {
	err := w.limit(context.WithoutCancel(ctx), to)
	if isOutOfMemory(err) {
		return nil
	}
	return err
}

// eased runs do, and again with room where the bound was too tight for it.
func (w *Writer) eased(ctx context.Context, do func() error) error {
	err := do()
	if isOutOfMemory(err) {
		return w.withRoom(ctx, do)
	}
	return err
}

// withRoom lifts the bound on memory while do works on everything stored.
// (RESET would change the setting and not the limit.) It stays at one thread:
// with two, DuckDB 1.5.6 was seen to lose millions of rows that a transaction
// inserted into a table emptied before, without an error.
func (w *Writer) withRoom(ctx context.Context, do func() error) error {
	return w.withLimit(ctx, bound{w.ample.memory, 1}, do)
}

// withLimit sets another bound while do works.
func (w *Writer) withLimit(ctx context.Context, to bound, do func() error) error {
	if err := w.limit(ctx, to); err != nil {
		return err
	}
	return errors.Join(do(), w.restrain(ctx))
}

func isOutOfMemory(err error) bool {
	if err == nil {
		return false
	}
	text := err.Error()
	return strings.Contains(text, "Out of Memory Error") || strings.Contains(text, "could not allocate block") || strings.Contains(text, "failed to pin block")
}
