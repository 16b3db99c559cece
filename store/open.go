package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/duckdb/duckdb-go/v2"
)

// ErrNoDatabase: there is no database file yet.
var ErrNoDatabase = errors.New("no data yet")

// ErrNewerSchema: the database was written by a newer breakeven.
var ErrNewerSchema = errors.New("database written by a newer version of breakeven")

// fileMode of the database and everything beside it: names, configurations
// and costs of an account are nobody else's business.
const fileMode = 0o600

// openSQL opens the DuckDB file at path. The pool has one connection: a
// transaction, an appender and its queries must share one.
func openSQL(ctx context.Context, path string, settings ...string) (*sql.DB, error) {
	dsn := path
	if len(settings) > 0 {
		dsn += "?" + strings.Join(settings, "&")
	}
	connector, err := duckdb.NewConnector(dsn, func(c driver.ExecerContext) error {
		// Everything stored is UTC; the session must not shift it.
		_, err := c.ExecContext(ctx, "SET TimeZone = 'UTC'", nil)
		return err
	})
	if err != nil {
		return nil, openError(path, err)
	}
	db := sql.OpenDB(connector)
	db.SetMaxOpenConns(1)
	if err := db.PingContext(ctx); err != nil {
		db.Close()
		return nil, openError(path, err)
	}
	return db, nil
}

// lockedError reports that another process holds the file.
type lockedError struct{ path string }

func (e *lockedError) Error() string {
	return e.path + " is held by another process that reads or writes it: wait for it, or stop it"
}

// openError says in one line what is wrong with a database file.
func openError(path string, err error) error {
	text := err.Error()
	switch {
	case strings.Contains(text, "Could not set lock on file"):
		return &lockedError{path}
	case strings.Contains(text, "database does not exist"):
		return fmt.Errorf("opening %s: %w", path, os.ErrNotExist) // gone since it was looked for
	case strings.Contains(text, "not a valid DuckDB database file"):
		return fmt.Errorf("%s is not a breakeven database (not a DuckDB file): give another --db, or move the file away", path)
	case strings.Contains(text, "newer DuckDB version"), strings.Contains(text, "file version number"):
		return fmt.Errorf("%s: %w: update breakeven", path, ErrNewerSchema)
	case errors.Is(err, os.ErrPermission), strings.Contains(text, "Permission denied"):
		return fmt.Errorf("%s: permission denied: it belongs to another user", path)
	case isDiskFull(err):
		return fmt.Errorf("%s: the disk is full: free some space and run the command again", path)
	}
	return fmt.Errorf("opening %s: %s (if the file is damaged, move it away and collect again)", path, firstLine(text))
}

// isDiskFull knows DuckDB's errors, and Go's, by the system's wording of
// ENOSPC, EDQUOT and EFBIG (a limit on the size of files).
func isDiskFull(err error) bool {
	if err == nil {
		return false
	}
	text := strings.ToLower(err.Error())
	return strings.Contains(text, "no space left on device") || strings.Contains(text, "disk quota exceeded") || strings.Contains(text, "file too large")
}

func firstLine(s string) string {
	s, _, _ = strings.Cut(strings.TrimSpace(s), "\n")
	return s
}

// schemaOf returns the schema version of an open database: 0 for an empty
// one. A file that holds tables but no version of ours is foreign.
func schemaOf(ctx context.Context, db *sql.DB, path string) (int, error) {
	var ours, all int
	err := db.QueryRowContext(ctx, `SELECT count(*) FILTER (table_name = 'breakeven_schema'), count(*)
		FROM information_schema.tables WHERE table_type = 'BASE TABLE'`).Scan(&ours, &all)
	if err != nil {
		return 0, openError(path, err)
	}
	if ours == 0 {
		if all > 0 {
			return 0, fmt.Errorf("%s is a DuckDB database, but not one of breakeven: give another --db", path)
		}
		return 0, nil
	}
	var version int
	if err := db.QueryRowContext(ctx, "SELECT coalesce(max(version), 0) FROM breakeven_schema").Scan(&version); err != nil {
		return 0, openError(path, err)
	}
	if version > len(migrations()) {
		return 0, fmt.Errorf("%s: %w (schema %d, this one knows %d): update breakeven", path, ErrNewerSchema, version, len(migrations()))
	}
	return version, nil
}

// Options open a database.
type Options struct {
	// Now stamps runs; required for a Writer.
	Now time.Time
	// Purpose is what a Writer is for ("collect"), told to others who want
	// to write meanwhile.
	Purpose string
	// Wait is how long to wait for readers, or for a writer that is just
	// finishing. 0: 10 seconds.
	Wait time.Duration
}

func (o Options) wait() time.Duration {
	if o.Wait > 0 {
		return o.Wait
	}
	return 10 * time.Second
}

// retryStep is the pause between attempts to open a file that somebody holds
// for a moment.
const retryStep = 25 * time.Millisecond

// openRetrying opens path, waiting while another process holds it.
func openRetrying(ctx context.Context, path string, wait time.Duration, settings ...string) (*sql.DB, error) {
	deadline := time.NewTimer(wait)
	defer deadline.Stop()
	for {
		db, err := openSQL(ctx, path, settings...)
		var locked *lockedError
		if !errors.As(err, &locked) {
			return db, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-deadline.C:
			return nil, err
		case <-time.After(retryStep):
		}
	}
}

// secure makes sure that the database and its companions are readable by
// their owner only, whatever the umask.
func secure(path string) error {
	for _, p := range []string{path, path + ".wal", publishedPath(path)} {
		if err := os.Chmod(p, fileMode); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("protecting %s: %w", p, err)
		}
	}
	return nil
}

// prepareFolder makes the database's folder, for its owner only.
func prepareFolder(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("making the folder of %s: %w", path, err)
	}
	return nil
}
