package reportlog

import (
	"bytes"
	"time"
)

// head is what stands before the message on an exported or tailed line: a
// time, the log group and the log stream, in any order.
type head struct {
	at            time.Time
	group, stream []byte
}

// scan reads the head and returns the rest of the line.
func (h *head) scan(line []byte) []byte {
	i := skipBlanks(line, 0)
	for i < len(line) {
		if h.at.IsZero() && digit(line[i]) {
			if t, end, ok := timeAt(line, i); ok {
				h.at = t
				i = skipBlanks(line, end)
				continue
			}
			if t, end, ok := epochAt(line, i); ok {
				h.at = t
				i = skipBlanks(line, end)
				continue
			}
		}
		end := tokenEnd(line, i)
		switch token := line[i:end]; {
		case h.group == nil && isGroup(token):
			h.group = token
		case h.stream == nil && isStream(token):
			h.stream = token
		default:
			return line[i:]
		}
		i = skipBlanks(line, end)
	}
	return nil
}

// isGroup recognises a log group's name or ARN.
func isGroup(b []byte) bool {
	return bytes.HasPrefix(b, []byte("/aws/lambda/")) || bytes.HasPrefix(b, []byte("arn:aws")) && bytes.Contains(b, []byte(":log-group:"))
}

// isStream recognises a Lambda log stream, YYYY/MM/DD/[version]hex, also with
// a function's name in front and with the slashes replaced as S3 exports do.
func isStream(b []byte) bool {
	open := bytes.IndexByte(b, '[')
	if open < 11 || bytes.IndexByte(b[open:], ']') < 0 {
		return false
	}
	date := b[open-11 : open]
	_, ok1 := digits(date, 0, 4)
	_, ok2 := digits(date, 5, 2)
	_, ok3 := digits(date, 8, 2)
	return ok1 && ok2 && ok3 && (date[4] == '/' || date[4] == '-')
}
