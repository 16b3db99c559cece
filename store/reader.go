package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"time"
)

// Reader reads a database that another process may be writing. It is to be
// kept open briefly: a writer waits for readers of the database itself.
type Reader struct {
	db    *sql.DB
	state State
	path  string
	// sealed is true once Query has locked the session.
	sealed bool
}

// State tells how old what a Reader shows is.
type State struct {
	// CollectedAt is the end of the last complete run, zero if there is none.
	CollectedAt time.Time
	// CollectingSince is when the run began that is under way, zero if none.
	CollectingSince time.Time
	// Published is true where the last complete state is read while another
	// process writes.
	Published bool
}

// OpenReader opens the database at path, or, while a collection is running,
// the complete state before it. ErrNoDatabase if there is no file yet.
func OpenReader(ctx context.Context, path string, o Options) (*Reader, error) {
	deadline := time.Now().Add(o.wait()) // how long to wait, not what to show
	for {
		r, err := openReader(ctx, path)
		if err == nil {
			return r, nil
		}
		var locked *lockedError
		if !errors.As(err, &locked) && !errors.Is(err, os.ErrNotExist) || time.Now().After(deadline) {
			return nil, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(retryStep):
		}
	}
}

// openReader makes one attempt. While a writer is at work the published copy
// is read; between its taking the lock and opening the file, the file itself.
func openReader(ctx context.Context, path string) (*Reader, error) {
	if _, err := os.Stat(path); err != nil {
		if errors.Is(err, os.ErrNotExist) {
			return nil, fmt.Errorf("%s: %w", path, ErrNoDatabase)
		}
		return nil, fmt.Errorf("reading %s: %w", path, err)
	}
	writing, since := held(path)
	if !writing {
		if err := mendAbandoned(path); err != nil {
			return nil, err
		}
	}
	r := &Reader{path: path}
	file := path
	if _, err := os.Stat(publishedPath(path)); writing && err == nil {
		file = publishedPath(path)
		r.state = State{CollectingSince: since, Published: true}
	}
	db, err := openSQL(ctx, file, "access_mode=READ_ONLY")
	if err != nil {
		return nil, err
	}
	r.db = db
	version, err := schemaOf(ctx, db, path)
	if err == nil && version < len(migrations()) {
		err = fmt.Errorf("%s: %w", path, ErrNoDatabase)
		if version > 0 {
			err = fmt.Errorf("%s has schema %d, this breakeven wants %d: run \"breakeven collect\" or \"breakeven import\" once to bring it up to date", path, version, len(migrations()))
		}
	}
	if err == nil {
		err = r.readState(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return r, nil
}

func (r *Reader) readState(ctx context.Context) error {
	var at sql.NullTime
	if err := r.db.QueryRowContext(ctx, "SELECT max(ended) FROM run WHERE complete").Scan(&at); err != nil {
		return fmt.Errorf("reading %s: %w", r.path, plain(err))
	}
	r.state.CollectedAt = at.Time.UTC()
	if !at.Valid {
		r.state.CollectedAt = time.Time{}
	}
	return nil
}

// State tells how old what r shows is.
func (r *Reader) State() State { return r.state }

// Close ends reading.
func (r *Reader) Close() error { return r.db.Close() }
