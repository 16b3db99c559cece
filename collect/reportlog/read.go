package reportlog

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/klauspost/compress/gzip"
)

// Event is a REPORT line and what its wrapping tells about it. Its byte
// slices are valid until the handler returns.
type Event struct {
	Report
	// Line is where the event was found, counted from 1 in the uncompressed
	// input; of an event inside a JSON document, the line where it ends.
	Line int64
	// Group is the log group's name or ARN, Stream the log stream's name and
	// Account the owner's number; each empty if the input does not say.
	Group, Stream, Account []byte
}

// Malformed is a REPORT line that could not be read.
type Malformed struct {
	Line   int64
	Reason error
}

// Handler receives what Read finds, in the order of the input.
type Handler struct {
	// Event is called for each report; an error from it ends Read.
	Event func(*Event) error
	// Malformed is called for each REPORT line that cannot be read.
	Malformed func(Malformed)
}

// Stats are what Read has passed over.
type Stats struct {
	Bytes     int64 // uncompressed
	Reports   int64
	Malformed int64
	// TooLong counts lines over 16 MiB, which are skipped whole.
	TooLong int64
}

// The limits that keep memory constant whatever the input.
const (
	bufferSize = 256 << 10
	sniffSize  = 64 << 10
	// maxLine is more than twice the longest message that CloudWatch Logs
	// takes (1 MB), eight times over for a subscription's batch of them.
	maxLine = 16 << 20
	// maxValue bounds one event of a JSON document or one record of a CSV.
	maxValue = 64 << 20
)

// ErrFormat is an input that is not text.
var ErrFormat = errors.New("not a log file")

var errTooLong = fmt.Errorf("longer than %d MiB", maxLine>>20)

// Read finds the REPORT lines of a stream. The stream is plain or gzip, and
// its content decides how it is read: lines of text, platform events or
// wrapped events one a line; a JSON document of filter-log-events,
// get-query-results or a subscription; or the CSV that the CloudWatch console
// exports. Memory does not grow with the input.
//
// An error means that the stream could not be read to its end.
func Read(in io.Reader, h Handler) (Stats, error) {
	r := &reader{handler: h}
	counted := &meter{}
	b, err := open(in, counted)
	if err != nil {
		return r.stats, err
	}
	r.in, r.meter = b, counted
	start, err := b.Peek(sniffSize)
	if err != nil && !errors.Is(err, io.EOF) {
		return r.stats, err
	}
	switch sniff(start) {
	case document:
		err = r.document()
	case table:
		err = r.table()
	default:
		err = r.lines()
	}
	r.stats.Bytes = counted.bytes
	return r.stats, err
}

// reader is the state of one Read.
type reader struct {
	handler Handler
	in      *bufio.Reader
	meter   *meter
	stats   Stats
	event   Event
	line    int64
	long    []byte // a line longer than the buffer
	scratch []byte // an unescaped message
	depth   int    // of lists within lists
	// outer is what a surrounding document says of all its events.
	outer wrapping
}

// wrapping is what stands around a message.
type wrapping struct {
	at                     time.Time
	group, stream, account []byte
}

// open undoes compression and byte order marks and refuses what is not text.
func open(in io.Reader, m *meter) (*bufio.Reader, error) {
	b := bufio.NewReaderSize(in, bufferSize)
	magic, err := b.Peek(4)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	switch {
	case bytes.HasPrefix(magic, []byte{0x1f, 0x8b}):
		z, err := gzip.NewReader(b)
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return nil, err
		}
		m.in = z
	case bytes.HasPrefix(magic, []byte("PK\x03\x04")):
		return nil, fmt.Errorf("%w: a zip archive; unpack it first", ErrFormat)
	case bytes.HasPrefix(magic, []byte{0x28, 0xb5, 0x2f, 0xfd}):
		return nil, fmt.Errorf("%w: zstd; unpack it with zstd -d first", ErrFormat)
	case bytes.HasPrefix(magic, []byte("PAR1")):
		return nil, fmt.Errorf("%w: Parquet", ErrFormat)
	default:
		m.in = b
	}
	b = bufio.NewReaderSize(m, bufferSize)
	start, err := b.Peek(512)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	switch {
	case bytes.HasPrefix(start, []byte{0xef, 0xbb, 0xbf}):
		_, err = b.Discard(3)
		return b, err
	case bytes.HasPrefix(start, []byte{0xff, 0xfe}), bytes.HasPrefix(start, []byte{0xfe, 0xff}):
		return nil, fmt.Errorf("%w: UTF-16; convert it with iconv -f UTF-16 -t UTF-8", ErrFormat)
	case bytes.IndexByte(start, 0) >= 0:
		return nil, fmt.Errorf("%w: it has zero bytes (binary, or UTF-16 without its mark)", ErrFormat)
	}
	return b, nil
}

// lines reads events one a line.
func (r *reader) lines() error {
	for {
		line, err := r.in.ReadSlice('\n')
		r.line++
		if errors.Is(err, bufio.ErrBufferFull) {
			line, err = r.longLine(line)
		}
		if len(line) > 0 {
			if err := r.one(trimEnd(line)); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// longLine reads on from a line that filled the buffer. What is longer than
// maxLine is passed over: malformed if it starts as a report, else skipped.
func (r *reader) longLine(start []byte) ([]byte, error) {
	r.long = append(r.long[:0], start...)
	for {
		more, err := r.in.ReadSlice('\n')
		if len(r.long) <= maxLine {
			r.long = append(r.long, more...)
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		if len(r.long) <= maxLine {
			return r.long, err
		}
		r.stats.TooLong++
		var probe Report
		if kind, _ := probe.parse(r.long[:1024], new(head)); kind == Found || bytes.Contains(r.long, []byte(platformReport)) {
			r.bad(errTooLong)
		}
		r.long = r.long[:0:bufferSize]
		return nil, err
	}
}

func trimEnd(b []byte) []byte {
	for len(b) > 0 && (b[len(b)-1] == '\n' || b[len(b)-1] == '\r') {
		b = b[:len(b)-1]
	}
	return b
}

// one reads one line or one element of a document.
func (r *reader) one(b []byte) error {
	if len(b) > 0 && (b[0] == '{' || b[0] == '[') {
		return r.values(b)
	}
	return r.message(b, r.outer)
}

// message reads a bare log message; w is what surrounds it.
func (r *reader) message(b []byte, w wrapping) error {
	var h head
	kind, err := r.event.parse(b, &h)
	if kind == Other {
		return nil
	}
	if err != nil {
		r.bad(err)
		return nil
	}
	if h.group != nil {
		w.group = h.group
	}
	if h.stream != nil {
		w.stream = h.stream
	}
	return r.found(w)
}

// found hands on the report in r.event.
func (r *reader) found(w wrapping) error {
	r.stats.Reports++
	if r.event.At.IsZero() {
		r.event.At = w.at
	}
	r.event.Line = r.line
	r.event.Group, r.event.Stream, r.event.Account = w.group, w.stream, w.account
	return r.handler.Event(&r.event)
}

func (r *reader) bad(reason error) {
	r.stats.Malformed++
	if r.handler.Malformed != nil {
		r.handler.Malformed(Malformed{Line: r.line, Reason: reason})
	}
}

// meter counts bytes and, where a document is read, the lines up to an
// offset; it refuses a single value that would not end.
type meter struct {
	in       io.Reader
	bytes    int64
	newlines []int64 // offsets not yet asked for; nil: not wanted
	tracking bool
	passed   int64 // newlines before those
	limit    int64 // bytes must stay below this; 0: no limit
}

func (m *meter) Read(p []byte) (int, error) {
	if m.limit > 0 && m.bytes > m.limit {
		return 0, fmt.Errorf("one value is longer than %d MiB", maxValue>>20)
	}
	n, err := m.in.Read(p)
	if m.tracking {
		for i := 0; i < n; i++ {
			next := bytes.IndexByte(p[i:n], '\n')
			if next < 0 {
				break
			}
			i += next
			m.newlines = append(m.newlines, m.bytes+int64(i))
		}
	}
	m.bytes += int64(n)
	return n, err
}

// lineAt returns the line of an offset, and lets the next value begin there.
// Offsets must not decrease.
func (m *meter) lineAt(offset int64) int64 {
	n := 0
	for n < len(m.newlines) && m.newlines[n] < offset {
		n++
	}
	m.passed += int64(n)
	m.newlines = m.newlines[:copy(m.newlines, m.newlines[n:])]
	m.limit = offset + maxValue
	return m.passed + 1
}
