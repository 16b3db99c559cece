package pricelist

import (
	"bufio"
	"errors"
	"fmt"
	"io"

	"github.com/breakeven-dev/breakeven/model/unit"
)

// readCSV reads an offer file in CSV: lines of metadata, a header, and a line
// a rate, whose product it repeats.
func readCSV(open opener, code string, region unit.Region) (*offer, error) {
	in, err := open()
	if err != nil {
		return nil, err
	}
	defer in.Close()
	o := &offer{code: code, region: region, skus: map[string]*sku{}}
	r := &csvReader{in: bufio.NewReaderSize(in, 64<<10), offer: o}
	if err := r.head(); err != nil {
		return nil, r.at(err)
	}
	for {
		if err := r.record(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, r.at(err)
		}
		if err := r.row(); err != nil {
			return nil, r.at(err)
		}
	}
	return o, o.head()
}

// csvReader reads records of bounded size.
type csvReader struct {
	in      *bufio.Reader
	offer   *offer
	fields  []string
	buf     []byte
	line    int
	columns map[string]int
	width   int // fields that a line must have
}

func (r *csvReader) at(err error) error { return fmt.Errorf("line %d: %w", r.line, err) }

// head reads the metadata and the header.
func (r *csvReader) head() error {
	const metadata = 20
	for range metadata {
		if err := r.record(); err != nil {
			return truncated(err)
		}
		if len(r.fields) > 2 {
			break
		}
		if err := r.metadata(); err != nil {
			return err
		}
	}
	r.columns = map[string]int{}
	for i, name := range r.fields {
		if _, twice := r.columns[attribute(name)]; !twice {
			r.columns[attribute(name)] = i
		}
	}
	r.width = len(r.fields)
	for _, name := range []string{"sku", "offertermcode", "ratecode", "termtype", "startingrange", "endingrange", "priceperunit", "currency", "usagetype"} {
		if _, ok := r.columns[name]; !ok {
			return fmt.Errorf("the header lacks the column %s: it is no offer file", name)
		}
	}
	return nil
}

func (r *csvReader) metadata() error {
	if len(r.fields) < 2 {
		return nil
	}
	value := r.fields[1]
	switch attribute(r.fields[0]) {
	case "publicationdate":
		r.offer.published = value
	case "version":
		r.offer.version = value
	case "offercode":
		if value != r.offer.code {
			return fmt.Errorf("it is about %.40q, not %s", value, r.offer.code)
		}
	}
	return nil
}

// cell returns a field by its column's name, empty where there is none.
func (r *csvReader) cell(column string) string {
	if i, ok := r.columns[column]; ok {
		return r.fields[i]
	}
	return ""
}

// row takes a line.
func (r *csvReader) row() error {
	if len(r.fields) != r.width {
		return fmt.Errorf("%d fields where the header has %d: the file is truncated or no offer file", len(r.fields), r.width)
	}
	if r.cell("termtype") != "OnDemand" {
		return nil
	}
	p := product{}
	for name := range wanted {
		if v := r.cell(name); v != "" {
			p[name] = v
		}
	}
	name := r.cell("sku")
	if err := r.offer.add(name, p); err != nil {
		return err
	}
	s, ok := r.offer.skus[name]
	if !ok {
		return nil
	}
	t := s.term(r.cell("offertermcode"), r.cell("effectivedate"))
	s.put(t, r.cell("ratecode"), rate{r.cell("startingrange"), r.cell("endingrange"), r.cell("currency"), r.cell("priceperunit")})
	return nil
}

// record reads a line into fields, or returns io.EOF where there is none. A
// field that is longer than maxText is empty.
func (r *csvReader) record() error {
	r.line++
	r.fields = r.fields[:0]
	for {
		last, err := r.field()
		if errors.Is(err, io.EOF) && len(r.fields) == 0 {
			return io.EOF
		}
		if err != nil {
			return truncated(err)
		}
		if last {
			return nil
		}
		if len(r.fields) == maxFields {
			return fmt.Errorf("more than %d fields", maxFields)
		}
	}
}

// field reads one field and what ends it, and tells whether that was the end
// of the line. The file may end after a closing quote only: any other end may
// be a cut.
func (r *csvReader) field() (last bool, err error) {
	c, err := r.in.ReadByte()
	if err != nil {
		return false, err
	}
	r.buf = r.buf[:0]
	if c != '"' {
		return r.bare(c)
	}
	if err := r.quoted(); err != nil {
		return false, err
	}
	r.keep()
	switch c, err = r.in.ReadByte(); {
	case errors.Is(err, io.EOF) || c == '\n':
		return true, nil
	case err != nil:
		return false, err
	case c == ',':
		return false, nil
	case c == '\r':
		return true, r.newline()
	}
	return false, fmt.Errorf("%q after a closing quote", c)
}

// newline reads what must follow a carriage return.
func (r *csvReader) newline() error {
	c, err := r.in.ReadByte()
	if err == nil && c != '\n' {
		err = fmt.Errorf("%q after a carriage return", c)
	}
	return truncated(err)
}

// bare reads a field without quotes that starts with c.
func (r *csvReader) bare(c byte) (last bool, err error) {
	for c != ',' && c != '\n' {
		r.buf = bounded(r.buf, c)
		if c, err = r.in.ReadByte(); err != nil {
			return false, truncated(err)
		}
	}
	if n := len(r.buf); c == '\n' && n > 0 && r.buf[n-1] == '\r' {
		r.buf = r.buf[:n-1]
	}
	r.keep()
	return c == '\n', nil
}

// quoted reads to a closing quote; two quotes are one of the text.
func (r *csvReader) quoted() error {
	for {
		c, err := r.in.ReadByte()
		if err != nil {
			return truncated(err)
		}
		if c == '"' {
			next, err := r.in.Peek(1)
			if err != nil || next[0] != '"' {
				return nil // an error comes again with the next read
			}
			if _, err := r.in.Discard(1); err != nil {
				return err
			}
		}
		if c == '\n' {
			r.line++
		}
		r.buf = bounded(r.buf, c)
	}
}

// bounded appends a byte, one beyond maxText at most.
func bounded(b []byte, c byte) []byte {
	if len(b) > maxText {
		return b
	}
	return append(b, c)
}

// keep makes a field of what was read.
func (r *csvReader) keep() {
	if len(r.buf) > maxText {
		r.buf = r.buf[:0]
	}
	r.fields = append(r.fields, string(r.buf))
}
