package store

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
)

// DuckDB never writes over data that is in use, with one exception: the blocks
// of its metadata, each of which holds 64 small pieces, old and new ones side
// by side. A checkpoint writes such a block again in place, and a process that
// is killed in the middle (Linux ends a write between two pages, then) leaves
// it half old and half new. Its checksum fails, and with it the database.
// (MetadataManager::Flush in DuckDB's src/storage/metadata/metadata_manager.cpp.)
//
// So before a checkpoint can happen the metadata as it is on disk is kept in a
// file beside the database, as the rollback journal of SQLite is
// (https://www.sqlite.org/atomiccommit.html). Whoever opens the database after
// a crash puts it back, unless the checkpoint had come to its end: then the
// file's header is another one.

// Sizes of DuckDB's file format, storage versions 64 and up: a main header and
// two database headers of a page each, then blocks. Which of the two headers
// counts, and so which metadata, changes with every checkpoint.
const (
	headersSize = 3 * 4096
	blockSize   = 256 << 10
)

// undoMagic begins an undo file; its number is that of the format.
const undoMagic = "breakeven undo 1"

func undoPath(db string) string { return db + ".undo" }

// undo keeps the metadata of one open database.
type undo struct {
	path string
	// file is the database. It is opened before DuckDB opens it and closed
	// after: closing any descriptor of a file drops the process's locks on it.
	file *os.File
	// kept is the headers whose metadata stands in the undo file.
	kept []byte
}

// watch begins to keep the metadata of the database at path, which exists.
func watch(path string) (*undo, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("opening %s: %w", path, err)
	}
	return &undo{path: path, file: f}, nil
}

// keep is to be called before anything that may make DuckDB write a
// checkpoint: a commit, a CHECKPOINT, the end of the session. It does nothing
// if there was no checkpoint since it was called last.
func (u *undo) keep(ctx context.Context, q querier) error {
	now := make([]byte, headersSize)
	if _, err := u.file.ReadAt(now, 0); err != nil {
		return fmt.Errorf("reading %s: %w", u.path, err)
	}
	if bytes.Equal(now, u.kept) {
		return nil
	}
	blocks, err := metadataBlocks(ctx, q)
	if err == nil {
		err = u.write(now, blocks)
	}
	if err != nil {
		return fmt.Errorf("keeping the metadata of %s: %w", u.path, err)
	}
	u.kept = now
	return nil
}

func metadataBlocks(ctx context.Context, q querier) ([]int64, error) {
	rows, err := q.QueryContext(ctx, "SELECT block_id FROM pragma_metadata_info() ORDER BY block_id")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var ids []int64
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

// write replaces the undo file: the magic, the headers, how many blocks there
// are, each block's number and content, and a digest of all that.
func (u *undo) write(headers []byte, blocks []int64) (err error) {
	tmp := undoPath(u.path) + ".tmp"
	f, err := os.OpenFile(tmp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, fileMode)
	if err != nil {
		return err
	}
	digest := sha256.New()
	w := bufio.NewWriter(io.MultiWriter(f, digest))
	w.WriteString(undoMagic)
	w.Write(headers)
	w.Write(binary.LittleEndian.AppendUint64(nil, uint64(len(blocks))))
	for _, id := range blocks {
		w.Write(binary.LittleEndian.AppendUint64(nil, uint64(id)))
		if _, err = io.Copy(w, io.NewSectionReader(u.file, blockAt(id), blockSize)); err != nil {
			break
		}
	}
	err = errors.Join(err, w.Flush())
	if err == nil {
		_, err = f.Write(digest.Sum(nil))
	}
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, os.Remove(tmp))
	}
	return os.Rename(tmp, undoPath(u.path))
}

func blockAt(id int64) int64 { return headersSize + id*blockSize }

// close ends watching. The session with the database must have ended before.
func (u *undo) close() error { return u.file.Close() }

// forget removes the undo file: the database was closed in order.
func forget(path string) error {
	if err := os.Remove(undoPath(path)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// mend puts back what a checkpoint that was cut short has overwritten. The
// caller holds the writer's lock. Without an undo file, or with that of an
// earlier state, the database is as it should be.
func mend(path string) error {
	saved, err := os.ReadFile(undoPath(path))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("mending %s after a crash: %w", path, err)
	}
	headers, blocks, ok := readUndo(saved)
	if !ok {
		return fmt.Errorf("mending %s after a crash: %s is damaged: remove it to go on with the database as it is", path, undoPath(path))
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if errors.Is(err, os.ErrNotExist) {
		return forget(path) // a new database must not meet the old one's metadata
	}
	if err == nil {
		err = errors.Join(putBack(f, headers, blocks), f.Close())
	}
	if err != nil {
		return fmt.Errorf("mending %s after a crash: %w", path, err)
	}
	return nil
}

// savedBlock is a block as it was.
type savedBlock struct {
	id   int64
	data []byte
}

// readUndo takes an undo file apart; ok is false unless it is whole.
func readUndo(b []byte) (headers []byte, blocks []savedBlock, ok bool) {
	const start = len(undoMagic) + headersSize + 8
	body := len(b) - sha256.Size
	if body < start || string(b[:len(undoMagic)]) != undoMagic {
		return nil, nil, false
	}
	if sum := sha256.Sum256(b[:body]); !bytes.Equal(sum[:], b[body:]) {
		return nil, nil, false
	}
	n := binary.LittleEndian.Uint64(b[start-8:])
	rest := b[start:body]
	if n != uint64(len(rest)/(8+blockSize)) || len(rest)%(8+blockSize) != 0 {
		return nil, nil, false
	}
	for ; len(rest) > 0; rest = rest[8+blockSize:] {
		blocks = append(blocks, savedBlock{int64(binary.LittleEndian.Uint64(rest)), rest[8 : 8+blockSize]})
	}
	return b[len(undoMagic) : start-8], blocks, true
}

// putBack writes the blocks that differ, if the headers are still the same.
func putBack(f *os.File, headers []byte, blocks []savedBlock) error {
	now := make([]byte, headersSize)
	if _, err := f.ReadAt(now, 0); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if !bytes.Equal(now, headers) {
		return nil
	}
	block := make([]byte, blockSize)
	for _, b := range blocks {
		if _, err := f.ReadAt(block, blockAt(b.id)); err == nil && bytes.Equal(block, b.data) {
			continue
		}
		if _, err := f.WriteAt(b.data, blockAt(b.id)); err != nil {
			return err
		}
	}
	return f.Sync()
}

// mendAbandoned mends a database that a killed writer left, for a reader. It
// leaves alone what a writer holds, which mends it itself, and what the
// reader's user may not write.
func mendAbandoned(path string) error {
	if _, err := os.Stat(undoPath(path)); err != nil {
		return nil
	}
	lock, err := acquire(path, Options{Purpose: "recovery"})
	if err != nil {
		return nil
	}
	err = mend(path)
	if errors.Is(err, os.ErrPermission) {
		err = nil
	}
	return errors.Join(err, lock.release())
}
