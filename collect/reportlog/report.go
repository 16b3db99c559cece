// Package reportlog reads the REPORT lines that AWS Lambda writes to a
// function's log after each invocation: how long it ran, what was billed, how
// much memory it used, and whether it had to be initialised first.
//
// Parse reads one line or message: the text form with its fields separated by
// tabs or spaces, with or without a timestamp and a log stream in front, and
// the platform.report object of JSON logs and the Telemetry API. Read walks a
// whole stream and takes REPORT lines out of whatever they are wrapped in.
//
// The text path scans bytes by hand and allocates nothing: a busy function
// writes a gigabyte of these lines a day.
package reportlog

import (
	"bytes"
	"errors"
	"time"

	"github.com/breakeven-dev/breakeven/model/unit"
)

// Report is what one REPORT line says. A number that the line does not carry
// is -1, a time that it does not carry the zero time.
type Report struct {
	// RequestID is not copied: it is valid as long as the line it came from.
	// Two attempts of one asynchronous event share it.
	RequestID []byte
	// At is the timestamp in front of the line, in UTC.
	At time.Time
	// DurationMs is the time the handler ran, in milliseconds; -1 only
	// together with an error.
	DurationMs float64
	// BilledMs is the billed duration in milliseconds; -1 on Lambda Managed
	// Instances, which bill no duration.
	BilledMs int64
	// InitMs, RestoreMs and BilledRestoreMs are milliseconds of a cold start,
	// -1 on a warm one.
	InitMs, RestoreMs, BilledRestoreMs float64
	// Memory and MaxMemoryUsed are -1 on Lambda Managed Instances.
	Memory, MaxMemoryUsed unit.MiB
	// Status is "" (text form, success), "success", "timeout", "error" or
	// "failure".
	Status string
	// ErrorType is such as "Runtime.OutOfMemory", empty if there is none.
	ErrorType string
}

// Kind tells what a line turned out to be.
type Kind int

// The kinds of line.
const (
	// Other is any line without a report: START, END, INIT_START,
	// INIT_REPORT, XRAY, other platform events, what the function printed.
	Other Kind = iota
	// Found is a REPORT line; with an error it is a malformed one.
	Found
)

var (
	// ErrCut is a REPORT line whose head is missing.
	ErrCut = errors.New("the head of the line is cut")
	// errPrefix is a REPORT line behind text that is neither a time nor the
	// name of a log group or stream.
	errPrefix = errors.New("text before REPORT that is neither a time nor a log stream")
)

// fieldError says which field of a REPORT line is wrong, and how.
type fieldError struct {
	field, wrong string
}

func (e *fieldError) Error() string { return e.field + ": " + e.wrong }

// The errors a field can have.
const (
	wrongNumber = "not a number"
	wrongUnit   = "not followed by its unit"
	wrongAgain  = "given twice"
	wrongAbsent = "missing"
	wrongLabel  = "not a name, a colon and a value"
)

func (r *Report) reset() {
	*r = Report{
		DurationMs: -1, BilledMs: -1, InitMs: -1, RestoreMs: -1, BilledRestoreMs: -1,
		Memory: -1, MaxMemoryUsed: -1,
	}
}

var (
	reportHead = []byte("REPORT ")
	reportMark = []byte("REPORT RequestId:")
	cutMark    = []byte("Max Memory Used: ")
)

// Parse reads one line, or one log message of several lines, into r. A REPORT
// line that cannot be read whole is Found with an error; r then holds the
// fields before the fault.
func Parse(line []byte, r *Report) (Kind, error) {
	var h head
	return r.parse(line, &h)
}

// parse is Parse that also tells what stood in front of the message.
func (r *Report) parse(line []byte, h *head) (Kind, error) {
	r.reset()
	if bytes.HasPrefix(line, reportHead) {
		return Found, r.text(line[len(reportHead):])
	}
	rest := h.scan(line)
	r.At = h.at
	switch {
	case bytes.HasPrefix(rest, reportHead):
		return Found, r.text(rest[len(reportHead):])
	case len(rest) > 0 && rest[0] == '{':
		return r.platform(rest)
	case bytes.Contains(rest, reportMark):
		return Found, errPrefix
	}
	return r.cut(rest)
}

// cut looks for the remainder of a REPORT line that lost its head: a field
// that only these lines have, at the start of a line or after a separator.
func (r *Report) cut(line []byte) (Kind, error) {
	i := bytes.Index(line, cutMark)
	if i < 0 || i > 0 && !blank(line[i-1]) || !bytes.Contains(line[:i], []byte("MB")) && i > 0 {
		return Other, nil
	}
	if err := r.text(line[i:]); errors.As(err, new(*fieldError)) && r.MaxMemoryUsed < 0 {
		return Other, nil
	}
	return Found, ErrCut
}

// label is a field of the text form.
type label struct {
	name string
	bit  uint16
}

var (
	lRequestID     = label{"RequestId", 1 << 0}
	lDuration      = label{"Duration", 1 << 1}
	lBilled        = label{"Billed Duration", 1 << 2}
	lMemory        = label{"Memory Size", 1 << 3}
	lMaxMemory     = label{"Max Memory Used", 1 << 4}
	lInit          = label{"Init Duration", 1 << 5}
	lRestore       = label{"Restore Duration", 1 << 6}
	lBilledRestore = label{"Billed Restore Duration", 1 << 7}
	lStatus        = label{"Status", 1 << 8}
	lErrorType     = label{"Error Type", 1 << 9}
)

// required are the fields every text REPORT line carries, in order.
var required = [...]label{lRequestID, lDuration, lBilled, lMemory, lMaxMemory}

const requiredBits = 1<<5 - 1

// text reads the fields after "REPORT ", up to the end of the line or the
// XRAY part. Fields it does not know are skipped.
func (r *Report) text(b []byte) error {
	i, seen := r.usual(b)
	for i = skipBlanks(b, i); i < len(b) && b[i] != '\n' && b[i] != '\r'; i = skipBlanks(b, i) {
		l, next, ok := fieldAt(b, i)
		if !ok {
			if next, ok = skipField(b, i); !ok {
				if isXRay(b[i:]) {
					break
				}
				return &fieldError{"after " + lastSeen(seen), wrongLabel}
			}
			i = next
			continue
		}
		if seen&l.bit != 0 {
			return &fieldError{l.name, wrongAgain}
		}
		seen |= l.bit
		end, wrong := r.field(l, b, skipSpaces(b, next))
		if wrong != "" {
			return &fieldError{l.name, wrong}
		}
		i = end
	}
	for _, l := range required {
		if seen&l.bit == 0 {
			return &fieldError{l.name, wrongAbsent}
		}
	}
	return nil
}

// usual reads the required fields where they stand as Lambda writes them, one
// tab between them: hardly a line has them otherwise, and knowing what comes
// next halves the time. It returns where the rest begins, or 0 and nothing
// seen.
func (r *Report) usual(b []byte) (end int, seen uint16) {
	i, ok := literal(b, 0, "RequestId: ")
	if !ok {
		return 0, 0
	}
	idEnd := tokenEnd(b, i)
	id := b[i:idEnd]
	i, ok = literal(b, idEnd, "\tDuration: ")
	duration, i, ok1 := decimalAt(b, i)
	i, ok2 := literal(b, i, " ms\tBilled Duration: ")
	billed, i, ok3 := digitsAt(b, i)
	i, ok4 := literal(b, i, " ms\tMemory Size: ")
	memory, i, ok5 := digitsAt(b, i)
	i, ok6 := literal(b, i, " MB\tMax Memory Used: ")
	used, i, ok7 := digitsAt(b, i)
	i, ok8 := literal(b, i, " MB\t")
	if !(ok && ok1 && ok2 && ok3 && ok4 && ok5 && ok6 && ok7 && ok8) || len(id) == 0 {
		return 0, 0
	}
	r.RequestID, r.DurationMs, r.BilledMs = id, duration, billed
	r.Memory, r.MaxMemoryUsed = unit.MiB(memory), unit.MiB(used)
	return i, requiredBits
}

// fieldAt recognises the label that starts at b[i] and returns the index after
// its colon. The first byte and the byte after tell all labels apart.
func fieldAt(b []byte, i int) (label, int, bool) {
	var l label
	switch b[i] {
	case 'R':
		l = lRequestID
		if i+2 < len(b) && b[i+2] == 's' {
			l = lRestore
		}
	case 'D':
		l = lDuration
	case 'B':
		l = lBilled
		if i+7 < len(b) && b[i+7] == 'R' {
			l = lBilledRestore
		}
	case 'M':
		l = lMemory
		if i+1 < len(b) && b[i+1] == 'a' {
			l = lMaxMemory
		}
	case 'I':
		l = lInit
	case 'S':
		l = lStatus
	case 'E':
		l = lErrorType
	default:
		return label{}, i, false
	}
	end := i + len(l.name)
	if end >= len(b) || b[end] != ':' || string(b[i:end]) != l.name {
		return label{}, i, false
	}
	return l, end + 1, true
}

// field reads the value of l at b[i] and returns the index after it, or what
// is wrong with it.
func (r *Report) field(l label, b []byte, i int) (end int, wrong string) {
	switch l.bit {
	case lRequestID.bit:
		end = tokenEnd(b, i)
		r.RequestID = b[i:end]
		if end == i {
			return i, wrongAbsent
		}
		return end, ""
	case lStatus.bit:
		end = tokenEnd(b, i)
		r.Status = internStatus(b[i:end])
		return end, ""
	case lErrorType.bit:
		end = tokenEnd(b, i)
		r.ErrorType = internErrorType(b[i:end])
		return end, ""
	case lDuration.bit:
		return milliseconds(b, i, &r.DurationMs)
	case lInit.bit:
		return milliseconds(b, i, &r.InitMs)
	case lRestore.bit:
		return milliseconds(b, i, &r.RestoreMs)
	case lBilledRestore.bit:
		return milliseconds(b, i, &r.BilledRestoreMs)
	case lBilled.bit:
		return whole(b, i, 'm', 's', &r.BilledMs)
	case lMemory.bit:
		return whole(b, i, 'M', 'B', (*int64)(&r.Memory))
	}
	return whole(b, i, 'M', 'B', (*int64)(&r.MaxMemoryUsed))
}

// milliseconds reads "12.34 ms".
func milliseconds(b []byte, i int, to *float64) (int, string) {
	v, end, ok := decimalAt(b, i)
	if !ok {
		return i, wrongNumber
	}
	if end, ok = unitAt(b, end, 'm', 's'); !ok {
		return i, wrongUnit
	}
	*to = v
	return end, ""
}

// whole reads a whole number with a unit of two letters, such as "128 MB".
func whole(b []byte, i int, u, v byte, to *int64) (int, string) {
	f, end, ok := decimalAt(b, i)
	if !ok || f != float64(int64(f)) {
		return i, wrongNumber
	}
	if end, ok = unitAt(b, end, u, v); !ok {
		return i, wrongUnit
	}
	*to = int64(f)
	return end, ""
}

// unitAt expects blanks, the unit's two letters and the end of a token.
func unitAt(b []byte, i int, u, v byte) (int, bool) {
	i = skipBlanks(b, i)
	if i+1 >= len(b) || b[i] != u || b[i+1] != v || i+2 < len(b) && !boundary(b[i+2]) {
		return i, false
	}
	return i + 2, true
}

// skipField passes over a field with an unknown label: up to the next tab,
// or, where spaces separate, over one word of value and its unit.
func skipField(b []byte, i int) (int, bool) {
	end := i
	for end < len(b) && b[end] != '\t' && b[end] != '\n' && b[end] != '\r' {
		end++
	}
	if isXRay(b[i:end]) {
		return i, false
	}
	colon := bytes.Index(b[i:end], []byte(": "))
	if colon <= 0 {
		return i, false
	}
	for j := i + colon + 2; j < end; j++ { // a known label further on ends it
		if b[j-1] == ' ' {
			if _, _, ok := fieldAt(b[:end], j); ok || isXRay(b[j:end]) {
				return j, true
			}
		}
	}
	return end, true
}

var xrayMark = []byte("XRAY ")

func isXRay(b []byte) bool { return bytes.HasPrefix(b, xrayMark) }

// lastSeen names the last of the required fields that was read.
func lastSeen(seen uint16) string {
	name := "REPORT"
	for _, l := range required {
		if seen&l.bit != 0 {
			name = l.name
		}
	}
	return name
}
