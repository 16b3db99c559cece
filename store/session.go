package store

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// session is a writer's session with DuckDB, whose checkpoints a crash cannot
// make harmful.
type session struct {
	db   *sql.DB
	undo *undo
}

// begin opens the database at path, which exists, waiting while readers hold
// it.
func begin(ctx context.Context, path string, wait time.Duration) (*session, error) {
	u, err := watch(path)
	if err != nil {
		return nil, err
	}
	db, err := openRetrying(ctx, path, wait)
	if err != nil {
		return nil, errors.Join(err, u.close())
	}
	s := &session{db, u}
	if err := u.keep(ctx, db); err != nil {
		return nil, errors.Join(err, s.end(ctx, db))
	}
	return s, nil
}

// end ends the session, which makes DuckDB fold its log into the database;
// q is the connection that is open. Where the metadata cannot be kept before,
// the log stays for the next session.
func (s *session) end(ctx context.Context, q execer) error {
	ctx = context.WithoutCancel(ctx)
	err := s.undo.keep(ctx, q)
	if err != nil {
		_, derr := q.ExecContext(ctx, "PRAGMA disable_checkpoint_on_shutdown")
		err = errors.Join(err, derr)
	}
	if c, ok := q.(*sql.Conn); ok {
		err = errors.Join(err, c.Close())
	}
	return errors.Join(err, s.db.Close(), s.undo.close())
}

// execer asks and changes.
type execer interface {
	querier
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}
