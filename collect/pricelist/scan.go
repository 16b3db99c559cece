package pricelist

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"unicode/utf8"
)

// The bounds of what is read from an offer file: generous against what AWS
// publishes, and small enough that no file can take the memory.
const (
	maxDepth  = 64      // nesting of JSON values
	maxText   = 4 << 10 // bytes of a key, attribute or number
	maxFields = 400     // columns of a CSV file
	maxSKUs   = 200_000 // products of one file that have a place in the book
)

// scanner reads JSON front to back in constant memory. Unlike encoding/json
// it never holds a value that nobody asked for.
type scanner struct {
	in    *bufio.Reader
	depth int
	buf   []byte
}

func newScanner(r io.Reader) *scanner {
	return &scanner{in: bufio.NewReaderSize(r, 64<<10)}
}

// errTruncated is the end of a file in the middle of a value.
var errTruncated = errors.New("the file ends too early: it is truncated")

func truncated(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errTruncated
	}
	return err
}

// next returns the next byte that is not white space.
func (s *scanner) next() (byte, error) {
	for {
		c, err := s.in.ReadByte()
		if err != nil {
			return 0, truncated(err)
		}
		if c != ' ' && c != '\n' && c != '\r' && c != '\t' {
			return c, nil
		}
	}
}

// expect reads one byte that must be want.
func (s *scanner) expect(want byte) error {
	c, err := s.next()
	if err == nil && c != want {
		err = fmt.Errorf("want %q, found %q", want, c)
	}
	return err
}

// end checks that nothing follows.
func (s *scanner) end() error {
	for {
		c, err := s.in.ReadByte()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		case c != ' ' && c != '\n' && c != '\r' && c != '\t':
			return fmt.Errorf("%q after the end of the document", c)
		}
	}
}

// object reads an object; each is called for every key and must read its
// value.
func (s *scanner) object(each func(key string) error) error {
	if err := s.expect('{'); err != nil {
		return err
	}
	if s.depth++; s.depth > maxDepth {
		return fmt.Errorf("nested more than %d deep", maxDepth)
	}
	defer func() { s.depth-- }()
	c, err := s.next()
	for ; err == nil && c != '}'; c, err = s.next() {
		if c != '"' {
			return fmt.Errorf("want a key, found %q", c)
		}
		key, whole, err := s.quoted()
		if err != nil {
			return err
		}
		if !whole {
			return fmt.Errorf("a key is longer than %d bytes", maxText)
		}
		if err := s.expect(':'); err != nil {
			return err
		}
		if err := each(key); err != nil {
			return err
		}
		more, err := s.more('}')
		if err != nil || !more {
			return err
		}
	}
	return err
}

// more reads what stands after a member: a comma with another one to come, or
// the end.
func (s *scanner) more(end byte) (bool, error) {
	c, err := s.next()
	switch {
	case err != nil:
		return false, err
	case c == end:
		return false, nil
	case c != ',':
		return false, fmt.Errorf("want ',' or %q, found %q", end, c)
	}
	if c, err = s.next(); err != nil {
		return false, err
	}
	if c == end {
		return false, fmt.Errorf("%q after a comma", c)
	}
	return true, s.in.UnreadByte()
}

// text reads a string. Another kind of value, or a string longer than maxText,
// is read over and is not whole.
func (s *scanner) text() (text string, whole bool, err error) {
	c, err := s.next()
	if err != nil {
		return "", false, err
	}
	if c == '"' {
		return s.quoted()
	}
	if err := s.in.UnreadByte(); err != nil {
		return "", false, err
	}
	return "", false, s.skip()
}

// quoted reads a string whose first quote was read.
func (s *scanner) quoted() (text string, whole bool, err error) {
	if whole, err = s.string(true); err != nil || !whole {
		return "", false, err
	}
	if plain(s.buf) {
		return string(s.buf), true, nil
	}
	if err := json.Unmarshal(append(append([]byte{'"'}, s.buf...), '"'), &text); err != nil {
		return "", false, fmt.Errorf("a string of %d bytes is malformed", len(s.buf))
	}
	return text, true, nil
}

// plain reports whether a string needs no decoding.
func plain(b []byte) bool {
	for _, c := range b {
		if c == '\\' || c < ' ' || c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// string reads to the end of a string whose first quote was read. With keep
// buf holds what stood in it, unless that was longer than maxText.
func (s *scanner) string(keep bool) (whole bool, err error) {
	s.buf, whole = s.buf[:0], true
	for odd := false; ; { // an odd number of backslashes came before
		part, err := s.in.ReadSlice('"')
		quote := err == nil
		if !quote && !errors.Is(err, bufio.ErrBufferFull) {
			return false, truncated(err)
		}
		body := part
		if quote {
			body = part[:len(part)-1]
		}
		n := backslashes(body)
		odd = n%2 == 1 != (odd && n == len(body))
		if quote && !odd {
			part = body
		}
		if whole = whole && len(s.buf)+len(part) <= maxText; whole && keep {
			s.buf = append(s.buf, part...)
		}
		if quote && !odd {
			return whole, nil
		}
		if quote {
			odd = false
		}
	}
}

// backslashes counts those at the end of b.
func backslashes(b []byte) int {
	return len(b) - len(bytes.TrimRight(b, `\`))
}

// skip reads over a value of any kind in constant memory.
func (s *scanner) skip() error {
	c, err := s.next()
	if err != nil {
		return err
	}
	switch c {
	case '"':
		_, err := s.string(false)
		return err
	case '{':
		if err := s.in.UnreadByte(); err != nil {
			return err
		}
		return s.object(func(string) error { return s.skip() })
	case '[':
		return s.skipArray()
	}
	return s.skipWord(c)
}

func (s *scanner) skipArray() error {
	if s.depth++; s.depth > maxDepth {
		return fmt.Errorf("nested more than %d deep", maxDepth)
	}
	defer func() { s.depth-- }()
	c, err := s.next()
	if err != nil || c == ']' {
		return err
	}
	if err := s.in.UnreadByte(); err != nil {
		return err
	}
	for {
		if err := s.skip(); err != nil {
			return err
		}
		more, err := s.more(']')
		if err != nil || !more {
			return err
		}
	}
}

// skipWord reads over a number, true, false or null that starts with c.
func (s *scanner) skipWord(c byte) error {
	s.buf = s.buf[:0]
	for isWord(c) {
		if s.buf = append(s.buf, c); len(s.buf) > maxText {
			return fmt.Errorf("a number is longer than %d bytes", maxText)
		}
		var err error
		if c, err = s.in.ReadByte(); err != nil {
			return truncated(err)
		}
	}
	switch word := string(s.buf); word {
	case "true", "false", "null":
	case "":
		return fmt.Errorf("want a value, found %q", c)
	default:
		if _, err := strconv.ParseFloat(word, 64); err != nil && !errors.Is(err, strconv.ErrRange) {
			return fmt.Errorf("%.40q is no value", word)
		}
	}
	return s.in.UnreadByte()
}

func isWord(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '-' || c == '+' || c == '.'
}
