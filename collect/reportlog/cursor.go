package reportlog

import (
	"bytes"
	"errors"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

var errJSON = errors.New("not a whole JSON object")

// cursor walks JSON in place. It checks as much of the grammar as it needs to
// find its way; what it skips is only matched for strings and brackets.
type cursor struct {
	b []byte
	i int
}

func (c *cursor) space() {
	for c.i < len(c.b) && boundary(c.b[c.i]) {
		c.i++
	}
}

// peek reports whether the next value starts with x.
func (c *cursor) peek(x byte) bool {
	c.space()
	return c.i < len(c.b) && c.b[c.i] == x
}

// take consumes x if it is next.
func (c *cursor) take(x byte) bool {
	if !c.peek(x) {
		return false
	}
	c.i++
	return true
}

// object calls member with each key; member must consume the value.
func (c *cursor) object(member func(key []byte) bool) bool {
	if !c.take('{') {
		return false
	}
	if c.take('}') {
		return true
	}
	for {
		key, ok := c.stringValue()
		if !ok || !c.take(':') || !member(key) {
			return false
		}
		if c.take('}') {
			return true
		}
		if !c.take(',') {
			return false
		}
	}
}

// array calls element before each element; element must consume it.
func (c *cursor) array(element func() bool) bool {
	if !c.take('[') {
		return false
	}
	if c.take(']') {
		return true
	}
	for {
		if !element() {
			return false
		}
		if c.take(']') {
			return true
		}
		if !c.take(',') {
			return false
		}
	}
}

// stringValue returns a string's bytes as written, escapes and all.
func (c *cursor) stringValue() ([]byte, bool) {
	if !c.take('"') {
		return nil, false
	}
	start := c.i
	for {
		n := bytes.IndexByte(c.b[c.i:], '"')
		if n < 0 {
			return nil, false
		}
		c.i += n
		if !escaped(c.b[start:c.i]) {
			s := c.b[start:c.i]
			c.i++
			return s, true
		}
		c.i++
	}
}

// escaped reports whether an odd number of backslashes ends b.
func escaped(b []byte) bool {
	n := 0
	for n < len(b) && b[len(b)-1-n] == '\\' {
		n++
	}
	return n%2 == 1
}

// number reads a finite JSON number that is not negative.
func (c *cursor) number() (float64, bool) {
	c.space()
	v, end, ok := decimalAt(c.b, c.i)
	if ok && (end == len(c.b) || !inNumber(c.b[end])) {
		c.i = end
		return v, true
	}
	end = c.i
	for end < len(c.b) && inNumber(c.b[end]) {
		end++
	}
	v, err := strconv.ParseFloat(string(c.b[c.i:end]), 64)
	if err != nil || v < 0 || v > 1e15 {
		return 0, false
	}
	c.i = end
	return v, true
}

func inNumber(c byte) bool {
	return digit(c) || c == '.' || c == 'e' || c == 'E' || c == '+' || c == '-'
}

// raw consumes one value of any kind and returns its bytes.
func (c *cursor) raw() ([]byte, bool) {
	c.space()
	start := c.i
	ok := c.skip()
	return c.b[start:c.i], ok
}

// skip consumes one value of any kind, without recursion.
func (c *cursor) skip() bool {
	c.space()
	depth := 0
	for c.i < len(c.b) {
		switch c.b[c.i] {
		case '"':
			if _, ok := c.stringValue(); !ok {
				return false
			}
			if depth == 0 {
				return true
			}
			continue
		case '{', '[':
			depth++
		case '}', ']':
			if depth == 0 {
				return false
			}
			if depth--; depth == 0 {
				c.i++
				return true
			}
		case ',', ' ', '\t', '\n', '\r', ':':
		default:
			c.scalar()
			if depth == 0 {
				return true
			}
			continue
		}
		c.i++
	}
	return false
}

// scalar consumes a number, true, false or null.
func (c *cursor) scalar() {
	for c.i < len(c.b) {
		switch c.b[c.i] {
		case ',', '}', ']', ' ', '\t', '\n', '\r', ':', '"', '{', '[':
			return
		}
		c.i++
	}
}

// unescape appends the text of a JSON string body to dst. A broken escape
// stands as it is.
func unescape(dst, s []byte) []byte {
	for {
		n := bytes.IndexByte(s, '\\')
		if n < 0 || n+1 >= len(s) {
			return append(dst, s...)
		}
		dst = append(dst, s[:n]...)
		switch c := s[n+1]; c {
		case 'n':
			dst = append(dst, '\n')
		case 't':
			dst = append(dst, '\t')
		case 'r':
			dst = append(dst, '\r')
		case 'b':
			dst = append(dst, '\b')
		case 'f':
			dst = append(dst, '\f')
		case 'u':
			var used int
			dst, used = unescapeRune(dst, s[n:])
			s = s[n+used:]
			continue
		default:
			dst = append(dst, c)
		}
		s = s[n+2:]
	}
}

// unescapeRune appends the character of \uXXXX, or of a surrogate pair, at
// the start of s and returns the bytes it took.
func unescapeRune(dst, s []byte) ([]byte, int) {
	hex := func(b []byte) (rune, bool) {
		if len(b) < 6 || b[0] != '\\' || b[1] != 'u' {
			return 0, false
		}
		v, err := strconv.ParseUint(string(b[2:6]), 16, 32)
		return rune(v), err == nil
	}
	hi, ok := hex(s)
	if !ok {
		return append(dst, s[:2]...), 2
	}
	if utf16.IsSurrogate(hi) {
		if lo, ok := hex(s[6:]); ok {
			return utf8.AppendRune(dst, utf16.DecodeRune(hi, lo)), 12
		}
	}
	return utf8.AppendRune(dst, hi), 6
}
