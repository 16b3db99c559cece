package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"golang.org/x/sys/unix"
)

// A DuckDB file that one process writes cannot be opened by another, not even
// for reading. So a writer first publishes a copy of the last complete state
// beside the database; readers that find the database held read the copy.
// The copy is made before DuckDB opens the file, because closing any other
// descriptor of a file drops the process's POSIX locks on it.

func publishedPath(db string) string { return db + ".published" }

// publish copies the database file to its published path, by way of a
// temporary file and a rename, so that a reader sees the old copy or the new.
func publish(path string) error {
	tmp := publishedPath(path) + ".tmp"
	if err := copyFile(tmp, path); err != nil {
		return errors.Join(fmt.Errorf("publishing the last state of %s: %w", path, err), os.Remove(tmp))
	}
	if err := os.Rename(tmp, publishedPath(path)); err != nil {
		return fmt.Errorf("publishing the last state of %s: %w", path, err)
	}
	return nil
}

// unpublish removes the copy: readers find the database itself from now on.
func unpublish(path string) error {
	if err := os.Remove(publishedPath(path)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// copyFile copies from to a new file to, sharing blocks where the file system
// can, and waits until it is on disk.
func copyFile(to, from string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, fileMode)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	if unix.IoctlFileClone(int(out.Fd()), int(in.Fd())) != nil {
		if _, err := io.Copy(out, in); err != nil {
			return err
		}
	}
	return out.Sync()
}

// logsOf are the names of a database's write-ahead log: its own, and those it
// has while DuckDB writes a checkpoint and after one that was cut short.
func logsOf(path string) []string {
	return []string{path + ".wal", path + ".wal.checkpoint", path + ".wal.recovery"}
}

func hasLog(path string) bool {
	return slices.ContainsFunc(logsOf(path), func(log string) bool {
		_, err := os.Stat(log)
		return err == nil
	})
}

// settleWAL folds a write-ahead log that a killed process left into the
// database file, so that the file alone is the whole state. While DuckDB
// writes a checkpoint, and after it was cut short, the log has other names.
func settleWAL(ctx context.Context, path string, wait time.Duration) error {
	if !hasLog(path) {
		return nil
	}
	s, err := begin(ctx, path, wait)
	if err != nil {
		return err
	}
	_, err = s.db.ExecContext(ctx, "CHECKPOINT")
	return errors.Join(err, s.end(ctx, s.db))
}
