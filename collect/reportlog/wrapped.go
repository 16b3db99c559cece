package reportlog

import (
	"bytes"
	"time"
)

const platformReport = "platform.report"

// maxDepth is how deep lists of events may nest; no source nests more than
// two.
const maxDepth = 4

// envelope is the part of a JSON object that can hold or wrap a report. The
// values are raw JSON.
type envelope struct {
	kind, message, at, group, stream, account, list []byte
	level                                           bool
	row                                             row
}

// values reads the JSON values of a line: usually one, but some shippers write
// them one after the other.
func (r *reader) values(b []byte) error {
	c := cursor{b: b}
	for c.peek('{') || c.peek('[') {
		if err := r.wrapped(&c); err != nil {
			return err
		}
	}
	return nil
}

// broken ends the reading of values at one that cannot be read: malformed if
// a report was in it.
func (r *reader) broken(c *cursor, start int) {
	rest := c.b[start:]
	if bytes.Contains(rest, reportMark) || bytes.Contains(rest, []byte(platformReport)) {
		r.bad(errJSON)
	}
	c.i = len(c.b)
}

// wrapped reads one JSON value: a platform event, a wrapped message, a
// document of several, or a row of query results.
func (r *reader) wrapped(c *cursor) error {
	if c.peek('[') {
		return r.list(c, r.outer)
	}
	var e envelope
	start := c.i
	if !e.read(c) {
		r.broken(c, start)
		return nil
	}
	b := c.b[start:c.i]
	w := r.outer.inside(&e)
	switch {
	case e.list != nil:
		return r.list(&cursor{b: e.list}, w)
	case bytes.HasPrefix(e.kind, []byte(`"platform.`)):
		return r.message(b, w)
	case e.row.set:
		return r.insights(&e.row, w)
	case len(e.message) > 0 && e.message[0] == '"' && !e.level:
		r.scratch = unescape(r.scratch[:0], text(e.message))
		return r.message(trimEnd(r.scratch), w)
	case len(e.message) > 0 && e.message[0] == '{':
		return r.message(e.message, w)
	}
	return nil
}

// list reads an array: of events, or of the fields of one row.
func (r *reader) list(c *cursor, w wrapping) error {
	start := c.i
	if r.depth >= maxDepth {
		c.i = len(c.b)
		return nil
	}
	saved := r.outer
	r.outer = w
	r.depth++
	defer func() { r.outer = saved; r.depth-- }()
	var fields row
	var failed error
	ok := c.array(func() bool {
		element, ok := c.raw()
		if !ok {
			return false
		}
		switch {
		case len(element) == 0:
		case element[0] == '{' && fields.field(element):
		case element[0] == '{' || element[0] == '[':
			failed = r.wrapped(&cursor{b: element})
		}
		return failed == nil
	})
	switch {
	case failed != nil:
		return failed
	case !ok:
		r.broken(c, start)
		return nil
	case fields.set:
		return r.insights(&fields, w)
	}
	return nil
}

// read collects the known keys of an object. Sources of the names: CloudWatch
// Logs API (FilterLogEvents, GetQueryResults), subscription filters,
// and Logs Insights' console export.
func (e *envelope) read(c *cursor) bool {
	return c.object(func(key []byte) bool {
		v, ok := c.raw()
		if !ok {
			return false
		}
		switch string(key) {
		case "type":
			e.kind = v
		case "message":
			e.message = v
		case "timestamp":
			e.at = v
		case "logGroup", "logGroupName", "logGroupIdentifier", "log_group":
			e.group = plain(v)
		case "logStream", "logStreamName", "log_stream":
			e.stream = plain(v)
		case "owner":
			e.account = plain(v)
		case "level":
			e.level = true
		case "events", "logEvents", "results":
			if len(v) > 0 && v[0] == '[' {
				e.list = v
			}
		default:
			e.row.put(string(key), v)
		}
		return true
	})
}

// inside returns what is known of an event within w.
func (w wrapping) inside(e *envelope) wrapping {
	if e.group != nil {
		w.group = e.group
	}
	if e.stream != nil {
		w.stream = e.stream
	}
	if e.account != nil {
		w.account = e.account
	}
	if t, ok := instant(e.at); ok {
		w.at = t
	}
	return w
}

// instant reads a JSON time: milliseconds since 1970 or ISO 8601.
func instant(raw []byte) (time.Time, bool) {
	b := text(raw)
	if t, end, ok := epochAt(b, 0); ok && end == len(b) {
		return t, true
	}
	t, end, ok := timeAt(b, 0)
	return t, ok && end == len(b)
}

// plain is text without escapes, which names hardly ever have.
func plain(raw []byte) []byte {
	b := text(raw)
	if bytes.IndexByte(b, '\\') >= 0 {
		return unescape(nil, b)
	}
	return b
}

// text strips the quotes of a JSON string; other values stay as they are.
func text(raw []byte) []byte {
	if len(raw) >= 2 && raw[0] == '"' {
		return raw[1 : len(raw)-1]
	}
	return raw
}
