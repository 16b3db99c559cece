package store

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// fileLock is an advisory lock on a file beside the database. The kernel
// releases it when the process dies, however it dies.
type fileLock struct{ f *os.File }

func lockPath(db string) string { return db + ".lock" }

// acquire takes the writer's lock or says in one line who has it.
func acquire(db string, o Options) (*fileLock, error) {
	path := lockPath(db)
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, fileMode)
	if err != nil {
		return nil, fmt.Errorf("locking the database: %w", err)
	}
	if err := flockPatiently(f); err != nil {
		defer f.Close()
		if !errors.Is(err, unix.EWOULDBLOCK) {
			return nil, fmt.Errorf("locking %s: %w", path, err)
		}
		holder, rerr := io.ReadAll(io.LimitReader(f, 200))
		if rerr != nil || len(holder) == 0 {
			holder = []byte("another breakeven")
		}
		return nil, fmt.Errorf("%s is being written by %s: wait for it, or stop it (what it collected is kept)", db, strings.TrimSpace(string(holder)))
	}
	note := fmt.Sprintf("breakeven %s, process %d, since %s\n", o.Purpose, os.Getpid(), o.Now.UTC().Format(time.RFC3339))
	if err := f.Truncate(0); err != nil {
		return nil, errors.Join(fmt.Errorf("writing %s: %w", path, err), f.Close())
	}
	if _, err := f.WriteAt([]byte(note), 0); err != nil {
		return nil, errors.Join(fmt.Errorf("writing %s: %w", path, err), f.Close())
	}
	return &fileLock{f}, nil
}

// flockPatiently tries for a moment: a reader that asks whether the lock is
// held takes it, shared, for an instant.
func flockPatiently(f *os.File) error {
	var err error
	for range 5 {
		if err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB); !errors.Is(err, unix.EWOULDBLOCK) {
			return err
		}
		time.Sleep(10 * time.Millisecond)
	}
	return err
}

// held reports whether a writer holds the lock, and since when by its note.
func held(db string) (bool, time.Time) {
	f, err := os.Open(lockPath(db))
	if err != nil {
		return false, time.Time{}
	}
	defer f.Close()
	if err := unix.Flock(int(f.Fd()), unix.LOCK_SH|unix.LOCK_NB); err == nil {
		return false, time.Time{} // closing releases it
	}
	note, err := io.ReadAll(io.LimitReader(f, 200))
	if err != nil {
		return true, time.Time{}
	}
	_, at, _ := strings.Cut(strings.TrimSpace(string(note)), "since ")
	since, err := time.Parse(time.RFC3339, at)
	if err != nil {
		return true, time.Time{}
	}
	return true, since
}

// release gives the lock back. The file stays: removing it would race with a
// process that has just opened it.
func (l *fileLock) release() error { return l.f.Close() }
