package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Pruned says what Prune took away, or would.
type Pruned struct {
	// KeptFrom is the first instant that is kept.
	KeptFrom time.Time `json:"kept_from"`
	// Tables that lose rows, in alphabetical order.
	Tables []PrunedTable `json:"tables"`
	// BytesBefore and BytesAfter are the sizes of the database file;
	// BytesAfter is 0 where nothing was done.
	BytesBefore int64 `json:"bytes_before"`
	BytesAfter  int64 `json:"bytes_after"`
}

// PrunedTable is how many rows of a table go.
type PrunedTable struct {
	Table string `json:"table"`
	Rows  int64  `json:"rows"`
}

// unsettled is how far back hours are still derived anew after pruning:
// S3 tells the bytes of a day up to three days later, and what log groups and
// tables hold is known from the next inventory.
const unsettled = 7 * 24 * time.Hour

// pruneRule says which rows of a table stay: those for which keep holds, where
// $1 is the first instant kept and SOURCE. the database they are in. change,
// if not empty, is what becomes of those that stay.
type pruneRule struct{ keep, change string }

const everything = "true"

// pruneRules lists the rules of all tables that are copied. A table without a
// rule fails, rather than being lost.
func pruneRules() map[string]pruneRule {
	rules := map[string]pruneRule{
		"resource": {keep: everything}, "source": {keep: everything}, "run": {keep: everything},
		"api_call": {keep: everything}, "advice_status": {keep: everything}, "lambda_init": {keep: everything},
		// The configuration that held then, and all since.
		"resource_version": {keep: `valid_from >= $1 OR (resource, valid_from) IN
			(SELECT (resource, max(valid_from)) FROM SOURCE.resource_version WHERE valid_from < $1 GROUP BY resource)`},
		"ledger":            {keep: "to_ts > $1", change: "REPLACE (greatest(from_ts, $1) AS from_ts, greatest(settled_to, $1) AS settled_to)"},
		"gap":               {keep: "to_ts > $1", change: "REPLACE (greatest(from_ts, $1) AS from_ts)"},
		"invocation":        {keep: "ts IS NULL OR ts >= $1"},
		"invocation_hour":   {keep: "hour >= $1"},
		"report_hour":       {keep: "hour >= $1"},
		"lambda_hour":       {keep: "hour >= $1"},
		"lambda_usage_hour": {keep: "hour >= $1"},
		"usage_packed":      {keep: "hour >= $1"},
		"usage_day":         {keep: "day >= $1"},
		"month_price":       {keep: "month >= $1"},
		"billed":            {keep: "month >= $1"},
	}
	for _, t := range tables {
		rules[t.Name] = pruneRule{keep: "ts >= $1"}
	}
	return rules
}

// rewritten are the tables that a pruned database gets anew.
var rewritten = []string{"breakeven_schema", "pruned", "thawed", "pruned_init"}

// Prunable says what Prune would take away, and changes nothing.
func (r *Reader) Prunable(ctx context.Context, keptFrom time.Time) (Pruned, error) {
	out, err := prunable(ctx, r.db, "", keptFrom.UTC())
	if err != nil {
		return out, fmt.Errorf("reading %s: %w", r.path, plain(err))
	}
	out.BytesBefore, err = sizeOf(r.path)
	return out, err
}

// prunable counts the rows that go. catalog is the database's name with a
// period, empty for the session's own.
func prunable(ctx context.Context, q querier, catalog string, keptFrom time.Time) (Pruned, error) {
	out := Pruned{Tables: []PrunedTable{}}
	var before sql.NullTime // earlier pruning reached so far
	if err := q.QueryRowContext(ctx, "SELECT max(kept_from) FROM "+catalog+"pruned").Scan(&before); err != nil {
		return out, err
	}
	keptFrom = laterOf(keptFrom, before.Time.UTC())
	out.KeptFrom = keptFrom
	names, err := baseTables(ctx, q, strings.TrimSuffix(catalog, "."))
	if err != nil {
		return out, err
	}
	rules := pruneRules()
	for _, name := range names {
		rule, ok := rules[name]
		if !ok {
			return out, fmt.Errorf("table %s is none that can be pruned", name)
		}
		if rule.keep == everything {
			continue
		}
		var n int64
		ask := fmt.Sprintf("SELECT count(*) FROM SOURCE.%s WHERE NOT (%s)", name, rule.keep)
		if err := q.QueryRowContext(ctx, strings.ReplaceAll(ask, "SOURCE.", catalog), keptFrom).Scan(&n); err != nil {
			return out, err
		}
		if n > 0 {
			out.Tables = append(out.Tables, PrunedTable{name, n})
		}
	}
	return out, nil
}

// baseTables lists the tables to be copied of a database, in alphabetical
// order; "" is the session's own.
func baseTables(ctx context.Context, q querier, catalog string) ([]string, error) {
	rows, err := q.QueryContext(ctx, `SELECT table_name FROM duckdb_tables()
		WHERE NOT temporary AND NOT internal AND database_name = coalesce(nullif($1, ''), current_database())
		ORDER BY table_name`, catalog)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		if !slices.Contains(rewritten, name) {
			out = append(out, name)
		}
	}
	return out, rows.Err()
}

// Prune takes away what is older than keptFrom, the first instant of a UTC
// month, and makes the file smaller: DuckDB reuses the room of deleted rows
// and gives little of it back, so what stays is written into a new file, which
// then takes the old one's place. Until then the old one is whole, however
// the process ends. There must be room on the disk for both.
//
// What is kept costs what it did: hours older than a week are not derived
// again, except of resources of which older data comes in later. The ledger
// then asks for nothing before keptFrom. Hours must have been derived before
// (Writer.Refresh). Where there is nothing to take away nothing is done.
func Prune(ctx context.Context, path string, keptFrom time.Time, o Options) (out Pruned, err error) {
	keptFrom = keptFrom.UTC()
	if _, err := os.Stat(path); err != nil {
		return out, fmt.Errorf("%s: %w", path, ErrNoDatabase)
	}
	lock, err := acquire(path, o)
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, lock.release()) }()
	w := &Writer{path: path, opt: o}
	if err := mend(path); err != nil {
		return out, err
	}
	if err := unpublish(path); err != nil {
		return out, fmt.Errorf("removing an old copy: %w", err)
	}
	if err := errors.Join(settleWAL(ctx, path, o.wait()), prepare(ctx, path, o.wait())); err != nil {
		return out, err
	}
	next := path + ".pruning"
	if err := removeDatabase(next); err != nil { // of one that was killed
		return out, err
	}
	if out, err = w.rewrite(ctx, next, keptFrom); err != nil || len(out.Tables) == 0 {
		return out, errors.Join(w.fail("pruning", err), removeDatabase(next))
	}
	if err := replace(path, next); err != nil {
		return out, fmt.Errorf("pruning: %w", err)
	}
	out.BytesAfter, err = sizeOf(path)
	return out, err
}

// rewrite writes what stays into a new database file. If everything does, none
// is made.
func (w *Writer) rewrite(ctx context.Context, next string, keptFrom time.Time) (out Pruned, err error) {
	if err := create(ctx, next, w.opt.wait()); err != nil {
		return out, err
	}
	s, err := begin(ctx, next, w.opt.wait())
	if err != nil {
		return out, err
	}
	db := s.db
	defer func() { err = errors.Join(err, s.end(ctx, db)) }()
	if err := secure(next); err != nil {
		return out, err
	}
	if err := migrate(ctx, s, 0); err != nil {
		return out, err
	}
	attach := fmt.Sprintf("SET threads = %d; SET memory_limit = '%s'; ATTACH '%s' AS old (READ_ONLY)",
		forTwins.threads, forTwins.memory, strings.ReplaceAll(w.path, "'", "''"))
	if _, err := db.ExecContext(ctx, attach); err != nil {
		return out, err
	}
	if out, err = prunable(ctx, db, "old.", keptFrom); err != nil || len(out.Tables) == 0 {
		return out, err
	}
	if out.BytesBefore, err = sizeOf(w.path); err != nil {
		return out, err
	}
	keptFrom = out.KeptFrom
	if err := copyKept(ctx, db, keptFrom); err != nil {
		return out, err
	}
	if _, err := db.ExecContext(ctx, question("prune_init"), keptFrom); err != nil {
		return out, err
	}
	frozen := laterOf(keptFrom, w.opt.Now.UTC().Add(-unsettled).Truncate(24*time.Hour))
	if _, err := db.ExecContext(ctx, "INSERT INTO pruned VALUES ($1, $2)", keptFrom, frozen); err != nil {
		return out, err
	}
	_, err = db.ExecContext(ctx, "DETACH old; CHECKPOINT")
	return out, err
}

// copyKept copies the rows that stay, in their order.
func copyKept(ctx context.Context, db *sql.DB, keptFrom time.Time) error {
	names, err := baseTables(ctx, db, "old")
	if err != nil {
		return err
	}
	rules := pruneRules()
	for _, name := range names {
		rule := rules[name]
		insert := fmt.Sprintf("INSERT INTO %[1]s BY NAME SELECT * %[2]s FROM SOURCE.%[1]s", name, rule.change)
		args := []any{}
		if rule.keep != everything {
			insert += " WHERE " + rule.keep
			args = append(args, keptFrom)
		}
		if _, err := db.ExecContext(ctx, "DELETE FROM "+name); err != nil { // a migration's own rows
			return err
		}
		if _, err := db.ExecContext(ctx, strings.ReplaceAll(insert, "SOURCE.", "old."), args...); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// replace puts the file next in the place of path, for good.
func replace(path, next string) error {
	if err := os.Rename(next, path); err != nil {
		return err
	}
	folder, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// removeDatabase removes a database file and its log, if they are there.
func removeDatabase(path string) error {
	var errs []error
	for _, p := range []string{path, path + ".wal"} {
		if err := os.Remove(p); err != nil && !errors.Is(err, os.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

func sizeOf(path string) (int64, error) {
	info, err := os.Stat(path)
	if err != nil {
		return 0, fmt.Errorf("reading the size of the database: %w", err)
	}
	return info.Size(), nil
}

// thaw marks the resources of complete fetches that bring something older than
// the hours which Prune left as they stood. What a region reports as a whole
// concerns all resources of its service.
func (w *Writer) thaw(ctx context.Context, closed []Fetch) error {
	refs := map[Ref]bool{}
	for i := range closed {
		if closed[i].Resource == 0 || closed[i].Window.From.UnixMicro() >= w.ledger.frozen {
			continue
		}
		refs[closed[i].Resource] = true
		whole := w.names[closed[i].Resource]
		if whole.ID != "" {
			continue
		}
		for ref, k := range w.names {
			if k.Account == whole.Account && k.Region == whole.Region && k.Service == whole.Service {
				refs[ref] = true
			}
		}
	}
	for ref := range refs {
		_, err := w.conn.ExecContext(ctx, "INSERT INTO thawed SELECT $1 WHERE $1 NOT IN (SELECT resource FROM thawed)", int32(ref))
		if err != nil {
			return err
		}
	}
	return nil
}
