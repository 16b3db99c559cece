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
		return nil, errors.Join(err, s.leave(ctx, db))
	}
	return s, nil
}

// end ends the session, which makes DuckDB fold its log into the database;
// q is the connection that is open.
func (s *session) end(ctx context.Context, q execer) error {
	ctx = context.WithoutCancel(ctx)
	if err := s.undo.keep(ctx, q); err != nil {
		return errors.Join(err, s.leave(ctx, q))
	}
	return s.close(q)
}

// leave ends the session where the metadata cannot be kept: the log stays for
// the next one.
func (s *session) leave(ctx context.Context, q execer) error {
	_, err := q.ExecContext(context.WithoutCancel(ctx), "PRAGMA disable_checkpoint_on_shutdown")
	return errors.Join(err, s.close(q))
}

// close closes everything. DuckDB says nothing of a checkpoint that fails now,
// but leaves its log then; so only without one is the metadata that was kept
// needed no more.
func (s *session) close(q execer) error {
	var err error
	if c, ok := q.(*sql.Conn); ok {
		err = c.Close()
	}
	if err = errors.Join(err, s.db.Close(), s.undo.close()); err != nil || hasLog(s.undo.path) {
		return err
	}
	return forget(s.undo.path)
}

// execer asks and changes.
type execer interface {
	querier
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}
