package reportlog

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// format is how a stream is to be read.
type format int

const (
	perLine  format = iota // text, or a JSON value a line
	document               // JSON that spans lines
	table                  // CSV
)

// sniff decides by the first bytes of a stream.
func sniff(start []byte) format {
	start = bytes.TrimLeft(start, " \t\r\n")
	if len(start) == 0 {
		return perLine
	}
	line, _, whole := bytes.Cut(start, []byte{'\n'})
	switch start[0] {
	case '{', '[':
		next := bytes.TrimLeft(start[1:], " \t\r\n")
		if len(next) > 0 && bytes.IndexByte([]byte(`"{[]}`), next[0]) < 0 {
			return perLine
		}
		c := cursor{b: line}
		if c.skip() && (whole || len(start) < sniffSize/2) {
			return perLine
		}
		if line = bytes.TrimRight(line, " \t\r"); whole && bytes.IndexByte([]byte("{[,:"), line[len(line)-1]) < 0 {
			return perLine // a broken line, not the start of a document
		}
		return document
	}
	names, err := csv.NewReader(bytes.NewReader(line)).Read()
	if err != nil {
		return perLine
	}
	for _, name := range names {
		if _, ok := csvColumn(name); ok {
			return table
		}
	}
	return perLine
}

// csvColumn is columnOf with the names that the console's log event viewer
// writes besides.
func csvColumn(name string) (column, bool) {
	switch name {
	case "timestamp":
		return cTimestamp, true
	case "message":
		return cMessage, true
	}
	return columnOf(name)
}

// document reads JSON values that span lines, element by element.
func (r *reader) document() error {
	r.meter.tracking = true
	start := r.meter.bytes - int64(r.in.Buffered())
	r.meter.newlines = newlinesOf(r.in, start)
	d := json.NewDecoder(r.in)
	at := func() { r.line = r.meter.lineAt(start + d.InputOffset()) }
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			switch token {
			case json.Delim('['):
				err = r.elements(d, at)
			case json.Delim('{'):
				err = r.members(d, at)
			}
		}
		if err != nil {
			at()
			if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
				err = errors.New("the JSON breaks off")
			}
			return fmt.Errorf("line %d: %w", r.line, err)
		}
	}
}

// newlinesOf returns the offsets of the newlines that are already buffered.
func newlinesOf(b interface {
	Buffered() int
	Peek(int) ([]byte, error)
}, start int64,
) []int64 {
	var at []int64
	buffered, _ := b.Peek(b.Buffered())
	for i, c := range buffered {
		if c == '\n' {
			at = append(at, start+int64(i))
		}
	}
	return at
}

// elements reads the rest of an array.
func (r *reader) elements(d *json.Decoder, at func()) error {
	var raw json.RawMessage
	for d.More() {
		if err := d.Decode(&raw); err != nil {
			return err
		}
		at()
		if len(raw) > 0 && (raw[0] == '{' || raw[0] == '[') {
			if err := r.values(raw); err != nil {
				return err
			}
		}
	}
	_, err := d.Token()
	return err
}

// members reads the rest of an object: the elements of a list of events one
// by one, anything else as one value. What stands before the list (the log
// group of a subscription's batch) holds for its events.
func (r *reader) members(d *json.Decoder, at func()) error {
	saved := r.outer
	defer func() { r.outer = saved }()
	object := []byte{'{'}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return err
		}
		name, _ := key.(string)
		if name == "events" || name == "logEvents" || name == "results" {
			if err := r.listMember(d, at, append(bytes.Clone(object), '}')); err != nil {
				return err
			}
			continue
		}
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return err
		}
		if len(object) > 1 {
			object = append(object, ',')
		}
		quoted, _ := json.Marshal(name)
		object = append(append(append(object, quoted...), ':'), raw...)
	}
	if _, err := d.Token(); err != nil {
		return err
	}
	at()
	return r.values(append(object, '}'))
}

// listMember reads the value of a key that lists events; around is the object
// as far as it was read.
func (r *reader) listMember(d *json.Decoder, at func(), around []byte) error {
	token, err := d.Token()
	if err != nil {
		return err
	}
	if token != json.Delim('[') {
		return errors.New("events is not a list")
	}
	var e envelope
	if e.read(&cursor{b: around}) {
		r.outer = r.outer.inside(&e)
	}
	return r.elements(d, at)
}

// table reads the CSV of a console export.
func (r *reader) table() error {
	c := csv.NewReader(r.in)
	c.ReuseRecord, c.LazyQuotes, c.FieldsPerRecord = true, true, -1
	names, err := c.Read()
	if err != nil {
		return err
	}
	at := make([]column, len(names))
	readable := false
	for i, name := range names {
		var ok bool
		if at[i], ok = csvColumn(name); !ok {
			at[i] = columns
		}
		readable = readable || at[i] == cMessage || at[i] == cDuration
	}
	if !readable {
		return errors.New("line 1: the CSV has neither a column @message nor @duration")
	}
	for {
		r.meter.limit = r.meter.bytes + maxValue
		record, err := c.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		line, _ := c.FieldPos(0)
		r.line = int64(line)
		w := row{set: true}
		for i, v := range record {
			if i < len(at) && at[i] < columns {
				w.values[at[i]] = v
			}
		}
		if err := r.insights(&w, r.outer); err != nil {
			return err
		}
	}
}
