package reportlog

import "time"

func blank(c byte) bool    { return c == ' ' || c == '\t' }
func boundary(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }
func digit(c byte) bool    { return c >= '0' && c <= '9' }

func skipBlanks(b []byte, i int) int {
	for i < len(b) && blank(b[i]) {
		i++
	}
	return i
}

// skipSpaces stops at a tab: after a label it means an empty value.
func skipSpaces(b []byte, i int) int {
	for i < len(b) && b[i] == ' ' {
		i++
	}
	return i
}

// tokenEnd returns the index of the first blank or line end at or after i.
func tokenEnd(b []byte, i int) int {
	for i < len(b) && (b[i] > ' ' || !boundary(b[i])) {
		i++
	}
	return i
}

// literal expects text at b[i] and returns the index after it, or i.
func literal(b []byte, i int, text string) (int, bool) {
	end := i + len(text)
	if end > len(b) || string(b[i:end]) != text {
		return i, false
	}
	return end, true
}

// digitsAt reads one to fifteen digits, as decimalAt does.
func digitsAt(b []byte, i int) (v int64, end int, ok bool) {
	start := i
	for ; i < len(b) && digit(b[i]); i++ {
		v = v*10 + int64(b[i]-'0')
	}
	return v, i, i > start && i-start < len(tenth)
}

// tenth[n] is 10^n. A whole number below 2^53 divided by one of these is
// correctly rounded, so that decimalAt agrees with strconv.ParseFloat.
var tenth = [...]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15}

// decimalAt reads digits with an optional fraction, at most fifteen in all
// (a REPORT line has at most nine), without sign or exponent.
func decimalAt(b []byte, i int) (v float64, end int, ok bool) {
	var n int64
	start, point := i, -1
	for ; i < len(b); i++ {
		switch c := b[i]; {
		case digit(c):
			n = n*10 + int64(c-'0')
			if i-start > len(tenth) {
				return 0, i, false
			}
		case c == '.' && point < 0 && i > start:
			point = i
		default:
			return finish(n, start, point, i)
		}
	}
	return finish(n, start, point, i)
}

func finish(n int64, start, point, end int) (float64, int, bool) {
	digits, fraction := end-start, 0
	if point >= 0 {
		digits--
		fraction = end - point - 1
	}
	if digits == 0 || digits >= len(tenth) || point >= 0 && fraction == 0 {
		return 0, end, false
	}
	return float64(n) / tenth[fraction], end, true
}

// digits reads exactly n digits at b[i].
func digits(b []byte, i, n int) (int, bool) {
	if i+n > len(b) {
		return 0, false
	}
	v := 0
	for _, c := range b[i : i+n] {
		if !digit(c) {
			return 0, false
		}
		v = v*10 + int(c-'0')
	}
	return v, true
}

// timeAt reads an ISO 8601 instant at b[i]: date, 'T' or one space, time, an
// optional fraction of up to nine digits, an optional zone (Z, ±hh:mm,
// ±hhmm; none is UTC). It returns the index after it.
func timeAt(b []byte, i int) (t time.Time, end int, ok bool) {
	if i+19 > len(b) || b[i+4] != '-' || b[i+7] != '-' || b[i+10] != 'T' && b[i+10] != ' ' || b[i+13] != ':' || b[i+16] != ':' {
		return time.Time{}, i, false
	}
	year, ok1 := digits(b, i, 4)
	month, ok2 := digits(b, i+5, 2)
	day, ok3 := digits(b, i+8, 2)
	hour, ok4 := digits(b, i+11, 2)
	minute, ok5 := digits(b, i+14, 2)
	second, ok6 := digits(b, i+17, 2)
	if !(ok1 && ok2 && ok3 && ok4 && ok5 && ok6) || year < 1970 ||
		month < 1 || month > 12 || day < 1 || day > daysIn(year, month) || hour > 23 || minute > 59 || second > 60 {
		return time.Time{}, i, false
	}
	nanos, end := fractionAt(b, i+19)
	offset, end, ok := zoneAt(b, end)
	if !ok || end < len(b) && !boundary(b[end]) {
		return time.Time{}, i, false
	}
	seconds := int64(daysSince1970(year, month, day)*24+hour)*3600 + int64(minute*60+second)
	return time.Unix(seconds, int64(nanos)).UTC().Add(-offset), end, true
}

// daysIn is how many days a month has.
func daysIn(year, month int) int {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// daysSince1970 counts days in years that begin in March, so that a leap day
// is a year's last (days_from_civil of Howard Hinnant,
// howardhinnant.github.io/date_algorithms.html). time.Date takes four times
// as long.
func daysSince1970(year, month, day int) int {
	if month <= 2 {
		year, month = year-1, month+12
	}
	return year*365 + year/4 - year/100 + year/400 + (153*(month-3)+2)/5 + day - 719469
}

// fractionAt reads ".123456789" as nanoseconds; further digits are dropped.
func fractionAt(b []byte, i int) (nanos, end int) {
	if i >= len(b) || b[i] != '.' && b[i] != ',' {
		return 0, i
	}
	scale := int(time.Second)
	for i++; i < len(b) && digit(b[i]); i++ {
		scale /= 10
		nanos += int(b[i]-'0') * scale
	}
	return nanos, i
}

func zoneAt(b []byte, i int) (offset time.Duration, end int, ok bool) {
	if i >= len(b) || boundary(b[i]) {
		return 0, i, true
	}
	if b[i] == 'Z' {
		return 0, i + 1, true
	}
	if b[i] != '+' && b[i] != '-' {
		return 0, i, false
	}
	colon := 0
	if i+3 < len(b) && b[i+3] == ':' {
		colon = 1
	}
	h, ok1 := digits(b, i+1, 2)
	m, ok2 := digits(b, i+3+colon, 2)
	offset = time.Duration(h)*time.Hour + time.Duration(m)*time.Minute
	if b[i] == '-' {
		offset = -offset
	}
	return offset, i + 5 + colon, ok1 && ok2 && h < 24 && m < 60
}

// epochAt reads milliseconds since 1970 (13 digits, years 2001 to 2286).
func epochAt(b []byte, i int) (t time.Time, end int, ok bool) {
	hi, ok1 := digits(b, i, 10)
	ms, ok2 := digits(b, i+10, 3)
	if !ok1 || !ok2 || b[i] == '0' || i+13 < len(b) && !boundary(b[i+13]) {
		return time.Time{}, i, false
	}
	return time.UnixMilli(int64(hi)*1000 + int64(ms)).UTC(), i + 13, true
}

// internStatus returns the status as a string without allocating for those
// that AWS documents.
func internStatus(b []byte) string {
	switch string(b) {
	case "success":
		return "success"
	case "timeout":
		return "timeout"
	case "error":
		return "error"
	case "failure":
		return "failure"
	}
	return string(b)
}

func internErrorType(b []byte) string {
	switch string(b) {
	case "Runtime.OutOfMemory":
		return "Runtime.OutOfMemory"
	case "Runtime.ExitError":
		return "Runtime.ExitError"
	case "Runtime.ImportModuleError":
		return "Runtime.ImportModuleError"
	case "Sandbox.Timedout":
		return "Sandbox.Timedout"
	}
	return string(b)
}
