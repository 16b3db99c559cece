package store

import (
	"context"
	"crypto/sha256"
	"database/sql/driver"
	"encoding/binary"
	"errors"
	"math"
	"strconv"

	"github.com/duckdb/duckdb-go/v2"

	"github.com/breakeven-dev/breakeven/model/unit"
)

// InvocationLoad takes in REPORT lines one by one. They are staged and become
// visible, each event once, when Commit succeeds.
type InvocationLoad struct {
	w      *Writer
	ctx    context.Context //nolint:containedctx // a load is one call spread over many
	source int32
	app    *duckdb.Appender
	row    []driver.Value
	key    []byte
	staged int64
}

// NewInvocationLoad begins a load of lines from a source (a file's name).
// One load at a time; it ends with Commit or Abort.
func (w *Writer) NewInvocationLoad(ctx context.Context, source string) (*InvocationLoad, error) {
	id, err := w.sourceID(ctx, source)
	if err != nil {
		return nil, err
	}
	// The staging table is a real one, so that ten million rows stay out of
	// memory, and is emptied first: a killed load may have left some.
	for _, s := range []string{"DROP TABLE IF EXISTS staged_invocation", "CREATE TABLE staged_invocation AS FROM invocation LIMIT 0"} {
		if _, err := w.conn.ExecContext(ctx, s); err != nil {
			return nil, w.fail("preparing the import", err)
		}
	}
	l := &InvocationLoad{w: w, ctx: ctx, source: id, row: make([]driver.Value, 16)}
	err = w.conn.Raw(func(c any) (err error) {
		l.app, err = duckdb.NewAppenderFromConn(c.(driver.Conn), "", "staged_invocation")
		return err
	})
	return l, w.fail("preparing the import", err)
}

func (w *Writer) sourceID(ctx context.Context, name string) (int32, error) {
	var id int32
	err := w.conn.QueryRowContext(ctx, "SELECT coalesce(max(id) FILTER (name = ?), -coalesce(max(id), 0) - 1) FROM source", name).Scan(&id)
	if err != nil {
		return 0, w.fail("recording the source", err)
	}
	if id > 0 {
		return id, nil
	}
	_, err = w.conn.ExecContext(ctx, "INSERT INTO source VALUES (?, ?)", -id, name)
	return -id, w.fail("recording the source", err)
}

// Append stages one line of a function's log. The invocation may be reused by
// the caller.
func (l *InvocationLoad) Append(ref Ref, v *Invocation) error {
	hi, lo := l.identify(ref, v)
	r := l.row
	r[0], r[1], r[2], r[3] = hi, lo, int32(ref), l.source
	r[4] = nil
	if !v.At.IsZero() {
		r[4] = v.At.UTC()
	}
	r[5], r[6] = nil, nil
	if u, ok := parseUUID(v.RequestID); ok {
		r[5] = u
	} else if v.RequestID != "" {
		r[6] = v.RequestID
	}
	r[7], r[8], r[9] = floatOrNull(v.DurationMs), intOrNull(v.BilledMs), floatOrNull(v.InitMs)
	r[10], r[11] = floatOrNull(v.RestoreMs), floatOrNull(v.BilledRestoreMs)
	r[12], r[13] = sizeOrNull(v.Memory), sizeOrNull(v.MaxMemoryUsed)
	r[14], r[15] = textOrNull(v.Status), textOrNull(v.ErrorType)
	if err := l.app.AppendRow(r...); err != nil {
		return l.w.fail("storing REPORT lines", err)
	}
	l.staged++
	return nil
}

// identify hashes what makes an event itself: two attempts that share a
// request id differ in time or figures.
func (l *InvocationLoad) identify(ref Ref, v *Invocation) (hi, lo uint64) {
	k := l.key[:0]
	k = binary.LittleEndian.AppendUint32(k, uint32(ref))
	k = append(k, v.RequestID...)
	k = append(k, 0)
	if !v.At.IsZero() {
		k = binary.LittleEndian.AppendUint64(k, uint64(v.At.UnixMicro()))
	}
	for _, f := range []float64{v.DurationMs, v.InitMs, v.RestoreMs, v.BilledRestoreMs} {
		k = binary.LittleEndian.AppendUint64(k, math.Float64bits(f))
	}
	k = strconv.AppendInt(k, v.BilledMs, 10)
	k = append(k, 0)
	k = strconv.AppendInt(k, int64(v.Memory), 10)
	k = append(k, 0)
	k = strconv.AppendInt(k, int64(v.MaxMemoryUsed), 10)
	k = append(k, v.Status...)
	k = append(k, 0)
	k = append(k, v.ErrorType...)
	l.key = k
	sum := sha256.Sum256(k)
	return binary.LittleEndian.Uint64(sum[:8]), binary.LittleEndian.Uint64(sum[8:16])
}

// Commit makes the staged lines visible, each event once, and returns how
// many were new and how many stood there already (or twice in the load).
func (l *InvocationLoad) Commit() (added, duplicates int64, err error) {
	if err := l.app.Close(); err != nil {
		return 0, 0, l.w.fail("storing REPORT lines", err)
	}
	err = l.w.tx(l.ctx, "storing REPORT lines", func() error {
		res, err := l.w.conn.ExecContext(l.ctx, question("commit_invocations"))
		if err != nil {
			return err
		}
		if added, err = res.RowsAffected(); err != nil {
			return err
		}
		_, err = l.w.conn.ExecContext(l.ctx, "DROP TABLE staged_invocation")
		return err
	})
	return added, l.staged - added, err
}

// Abort forgets the staged lines.
func (l *InvocationLoad) Abort() error {
	err := l.app.Close()
	_, derr := l.w.conn.ExecContext(context.WithoutCancel(l.ctx), "DROP TABLE IF EXISTS staged_invocation")
	return errors.Join(err, derr)
}

func floatOrNull(f float64) driver.Value {
	if f < 0 || math.IsNaN(f) {
		return nil
	}
	return f
}

func intOrNull(n int64) driver.Value {
	if n < 0 {
		return nil
	}
	return n
}

func sizeOrNull(m unit.MiB) driver.Value {
	if m < 0 {
		return nil
	}
	return int32(m)
}

func textOrNull(s string) driver.Value {
	if s == "" {
		return nil
	}
	return s
}

// parseUUID reads the 36 characters of a canonical, lower-case UUID; other
// spellings are kept as text, so that they come back as they were.
func parseUUID(s string) (u duckdb.UUID, ok bool) {
	if len(s) != 36 {
		return u, false
	}
	n := 0
	for i := 0; i < 36; i++ {
		c := s[i]
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if c != '-' {
				return u, false
			}
			continue
		}
		var d byte
		switch {
		case '0' <= c && c <= '9':
			d = c - '0'
		case 'a' <= c && c <= 'f':
			d = c - 'a' + 10
		default:
			return u, false
		}
		u[n/2] = u[n/2]<<4 | d
		n++
	}
	return u, true
}
