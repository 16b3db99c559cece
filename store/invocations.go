package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/binary"
	"errors"
	"math"
	"math/bits"
	"strconv"
	"time"

	"github.com/breakeven-dev/breakeven/model/unit"
)

// InvocationLoad takes in REPORT lines one by one. They become visible, each
// event once, when Commit succeeds. A load is a transaction on a connection
// of its own, so that the Writer can record the functions it comes across
// meanwhile; DuckDB writes the rows to disk as they come, so that ten million
// of them need no more memory than a hundred thousand.
type InvocationLoad struct {
	w      *Writer
	ctx    context.Context // a load is one call spread over many
	conn   *sql.Conn
	source int32
	out    *bulk
	added  int64
	last   int64 // rowid before the load; its own are higher
	// from and to bound the times of the lines in microseconds; undated is
	// true if some have none.
	from, to int64
	undated  bool
}

// farFuture is in the year 38,503: before a load's first line, from > to.
const farFuture = 1 << 60

// NewInvocationLoad begins a load of lines from a source (a file's name).
// One load at a time; it ends with Commit or Abort.
func (w *Writer) NewInvocationLoad(ctx context.Context, source string) (*InvocationLoad, error) {
	id, err := w.sourceID(ctx, source)
	if err != nil {
		return nil, err
	}
	w.db.SetMaxOpenConns(2)
	l := &InvocationLoad{w: w, ctx: ctx, source: id, from: farFuture}
	if l.conn, err = w.db.Conn(ctx); err != nil {
		return nil, w.fail("preparing the import", err)
	}
	if err := l.begin(); err != nil {
		return nil, errors.Join(w.fail("preparing the import", err), l.end("ROLLBACK"))
	}
	return l, nil
}

// begin opens the transaction.
func (l *InvocationLoad) begin() error {
	if _, err := l.conn.ExecContext(l.ctx, "BEGIN TRANSACTION"); err != nil {
		return err
	}
	if err := l.conn.QueryRowContext(l.ctx, "SELECT coalesce(max(rowid), -1) FROM invocation").Scan(&l.last); err != nil {
		return err
	}
	return l.conn.Raw(func(c any) (err error) {
		l.out, err = newBulk(c.(driver.Conn), "invocation")
		return err
	})
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
	return -id, w.tx(ctx, "recording the source", func() error {
		_, err := w.conn.ExecContext(ctx, "INSERT INTO source VALUES (?, ?)", -id, name)
		return err
	})
}

// Columns of the table invocation, in its order.
const (
	colEventHi = iota
	colEventLo
	colResource
	colSource
	colTime
	colUUID
	colRequest
	colDuration
	colBilled
	colInit
	colRestore
	colBilledRestore
	colMemory
	colMaxMemory
	colStatus
	colErrorType
)

// Append adds one line of a function's log. The invocation may be reused by
// the caller.
func (l *InvocationLoad) Append(ref Ref, v *Invocation) error {
	b := l.out
	row, _, err := b.rows(1)
	if err != nil {
		return l.w.fail("storing REPORT lines", err)
	}
	id := requestOf(v.RequestID)
	hi, lo := identify(ref, v, &id)
	set(b, colEventHi, row, hi)
	set(b, colEventLo, row, lo)
	set(b, colResource, row, int32(ref))
	set(b, colSource, row, l.source)
	l.time(row, v.At)
	b.request(row, &id)
	b.measure(colDuration, row, v.DurationMs)
	b.measure(colInit, row, v.InitMs)
	b.measure(colRestore, row, v.RestoreMs)
	b.measure(colBilledRestore, row, v.BilledRestoreMs)
	if v.BilledMs < 0 {
		b.null(colBilled, row)
	} else {
		set(b, colBilled, row, v.BilledMs)
	}
	b.size32(colMemory, row, v.Memory)
	b.size32(colMaxMemory, row, v.MaxMemoryUsed)
	b.word(colStatus, row, v.Status)
	b.word(colErrorType, row, v.ErrorType)
	l.added++
	return nil
}

// time writes when a line was logged.
func (l *InvocationLoad) time(row int, at time.Time) {
	if at.IsZero() {
		l.undated = true
		l.out.null(colTime, row)
		return
	}
	us := at.UnixMicro()
	l.from, l.to = min(l.from, us), max(l.to, us)
	set(l.out, colTime, row, us)
}

// requestID is a request id, read as a UUID if it is one.
type requestID struct {
	hi, lo uint64
	isUUID bool
	text   []byte
}

func requestOf(text []byte) requestID {
	id := requestID{text: text}
	id.hi, id.lo, id.isUUID = parseUUID(text)
	return id
}

// request writes a request id as a UUID where it is one, else as text.
func (b *bulk) request(row int, id *requestID) {
	if id.isUUID {
		b.uuid(colUUID, row, id.hi, id.lo)
		b.null(colRequest, row)
		return
	}
	b.null(colUUID, row)
	b.word(colRequest, row, string(id.text))
}

// measure writes a figure that is negative or NaN where the line lacks it.
func (b *bulk) measure(col, row int, f float64) {
	if f >= 0 {
		set(b, col, row, f)
		return
	}
	b.null(col, row)
}

func (b *bulk) size32(col, row int, m unit.MiB) {
	if m < 0 || m > math.MaxInt32 {
		b.null(col, row)
		return
	}
	set(b, col, row, int32(m))
}

// word writes text, NULL for none.
func (b *bulk) word(col, row int, s string) {
	if s == "" {
		b.null(col, row)
		return
	}
	b.text(col, row, s)
}

// identify hashes what makes an event itself to 128 bits: two attempts that
// share a request id differ in time or figures. What it returns is stored, so
// it must never change. It is no defence against someone who makes events
// collide on purpose; their lines would only hide each other.
func identify(ref Ref, v *Invocation, id *requestID) (hi, lo uint64) {
	h := mixer{0x243f6a8885a308d3, 0x13198a2e03707344} // digits of pi
	h.add(uint64(uint32(ref)))
	if id.isUUID {
		h.add(id.hi)
		h.add(id.lo)
	} else {
		h.text(string(id.text))
	}
	if v.At.IsZero() {
		h.add(math.MaxUint64)
	} else {
		h.add(uint64(v.At.UnixMicro()))
	}
	h.add(math.Float64bits(v.DurationMs))
	h.add(math.Float64bits(v.InitMs))
	h.add(math.Float64bits(v.RestoreMs))
	h.add(math.Float64bits(v.BilledRestoreMs))
	h.add(uint64(v.BilledMs))
	h.add(uint64(v.Memory)<<32 ^ uint64(v.MaxMemoryUsed))
	h.text(v.Status)
	h.text(v.ErrorType)
	return h.sum()
}

// mixer is a 128-bit hash of 64-bit words: two lanes, each word multiplied
// into 128 bits and folded, as wyhash does (github.com/wangyi-fudan/wyhash).
type mixer struct{ a, b uint64 }

func (m *mixer) add(w uint64) {
	hi, lo := bits.Mul64(w^m.a, 0xa0761d6478bd642f)
	m.a = hi ^ lo ^ bits.RotateLeft64(m.b, 23)
	hi, lo = bits.Mul64(w^m.b, 0xe7037ed1a0b428db)
	m.b = hi ^ lo + m.a
}

func (m *mixer) text(s string) {
	m.add(uint64(len(s)))
	for len(s) > 0 {
		var word [8]byte
		s = s[copy(word[:], s):]
		m.add(binary.LittleEndian.Uint64(word[:]))
	}
}

func (m *mixer) sum() (hi, lo uint64) {
	m.add(0x8ebc6af09c88c6e3)
	m.add(0x589965cc75374cc3)
	return m.a, m.b
}

// Commit makes the lines visible, each event once, and returns how many were
// new and how many stood there already, or twice in the load.
func (l *InvocationLoad) Commit() (added, duplicates int64, err error) {
	if err = l.out.close(); err == nil {
		if duplicates, err = l.dropTwins(twinsAtOnce); err == nil {
			_, err = l.conn.ExecContext(l.ctx, question("add_hours"), l.last)
		}
	}
	if err == nil && l.from < l.w.ledger.frozen {
		_, err = l.conn.ExecContext(l.ctx, question("thaw_lines"), l.last)
	}
	l.out = nil
	if err != nil {
		return 0, 0, errors.Join(l.w.fail("storing REPORT lines", err), l.end("ROLLBACK"))
	}
	if err := l.end("COMMIT"); err != nil {
		return 0, 0, l.w.fail("storing REPORT lines", err)
	}
	return l.added - duplicates, duplicates, nil
}

// twinsAtOnce is how many events are compared with each other at a time: it
// bounds the memory of looking for duplicates.
const twinsAtOnce = 1 << 19

// forTwins is enough to delete as many, measured with 10 million twins;
// looking for them needs no more than frugal. One thread, as always while rows
// come in: with more, DuckDB waits for each batch of lines by asking again and
// again, a fifth of an import's processor time.
var forTwins = bound{"256MB", 1}

// dropTwins deletes the load's events that are stored already. Events of its
// time are looked at by slices of their hash, about atOnce each, so that
// equal ones meet.
func (l *InvocationLoad) dropTwins(atOnce int64) (int64, error) {
	var rows int64
	err := l.conn.QueryRowContext(l.ctx, "SELECT count(*) FROM invocation WHERE ts BETWEEN make_timestamp($1) AND make_timestamp($2) OR $3 AND ts IS NULL",
		l.from, l.to, l.undated).Scan(&rows)
	if err != nil {
		return 0, err
	}
	var dropped int64
	slices := uint64(rows/atOnce) + 1
	width := math.MaxUint64 / slices
	for i := range slices {
		from, to := i*width, (i+1)*width-1
		if i == slices-1 {
			to = math.MaxUint64
		}
		n, err := l.dropSlice(from, to)
		if err != nil {
			return 0, err
		}
		dropped += n
	}
	return dropped, nil
}

// dropSlice deletes twins whose hashes begin with from to to.
func (l *InvocationLoad) dropSlice(from, to uint64) (int64, error) {
	// As text: database/sql takes no integer beyond 63 bits.
	slice := []any{strconv.FormatUint(from, 10), strconv.FormatUint(to, 10), l.from, l.to, l.undated}
	var some bool
	if err := l.conn.QueryRowContext(l.ctx, question("any_twins"), slice...).Scan(&some); err != nil || !some {
		return 0, err
	}
	var n int64
	err := l.w.withLimit(l.ctx, forTwins, func() error {
		res, err := l.conn.ExecContext(l.ctx, question("drop_twins"), slice...)
		if err == nil {
			n, err = res.RowsAffected()
		}
		return err
	})
	return n, err
}

// Abort forgets the lines.
func (l *InvocationLoad) Abort() error { return l.end("ROLLBACK") }

// end ends the load's transaction and gives its connection back.
func (l *InvocationLoad) end(how string) error {
	if l.out != nil {
		l.out.abandon()
		l.out = nil
	}
	var err error
	if how == "COMMIT" {
		err = l.w.commit(l.ctx, l.conn)
	} else {
		_, err = l.conn.ExecContext(context.WithoutCancel(l.ctx), how)
	}
	if l.w.full && how == "ROLLBACK" {
		err = nil // DuckDB has ended the transaction itself
	}
	return errors.Join(err, l.conn.Close())
}

// parseUUID reads the 36 characters of a canonical, lower-case UUID; other
// spellings are kept as text, so that they come back as they were.
func parseUUID(s []byte) (hi, lo uint64, ok bool) {
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return 0, 0, false
	}
	a, wrong1 := hex4(s, 0)
	b, wrong2 := hex4(s, 4)
	c, wrong3 := hex4(s, 9)
	d, wrong4 := hex4(s, 14)
	hi, wrong := a<<48|b<<32|c<<16|d, wrong1|wrong2|wrong3|wrong4
	a, wrong1 = hex4(s, 19)
	b, wrong2 = hex4(s, 24)
	c, wrong3 = hex4(s, 28)
	d, wrong4 = hex4(s, 32)
	lo, wrong = a<<48|b<<32|c<<16|d, wrong|wrong1|wrong2|wrong3|wrong4
	return hi, lo, wrong < 16
}

// hex4 reads four lower-case hexadecimal digits at s[i]; wrong is 16 or more
// if one of them is none.
func hex4(s []byte, i int) (v uint64, wrong byte) {
	a, b, c, d := nibble[s[i]], nibble[s[i+1]], nibble[s[i+2]], nibble[s[i+3]]
	return uint64(a)<<12 | uint64(b)<<8 | uint64(c)<<4 | uint64(d), a | b | c | d
}

// nibble is the value of a hexadecimal digit, 16 of what is none.
var nibble = func() (t [256]byte) {
	for c := range t {
		switch {
		case '0' <= c && c <= '9':
			t[c] = byte(c - '0')
		case 'a' <= c && c <= 'f':
			t[c] = byte(c - 'a' + 10)
		default:
			t[c] = 16
		}
	}
	return t
}()
