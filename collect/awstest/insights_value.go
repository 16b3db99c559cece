package awstest

import (
	"bytes"
	"math"
	"strconv"
	"strings"
)

// logRow is one log line under evaluation.
type logRow struct {
	f       *function
	request int
	kind    eventKind
	at      int64 // Unix milliseconds
	buf     []byte
	written bool
	log     string // account:group
}

func (r *logRow) req() *request { return &r.f.requests[r.request] }

// message writes the line out once.
func (r *logRow) message() []byte {
	if !r.written {
		r.buf = r.f.appendMessage(r.buf[:0], r.request, r.kind)
		r.written = true
	}
	return r.buf
}

// text is the value as a result shows it.
func (v value) text() string {
	switch v.kind {
	case text:
		return v.s
	case number:
		return javaNumber(v.n)
	}
	return ""
}

// javaNumber prints a number as Insights prints fields: 42.5, 512, and from
// ten million on with an exponent, 1.28E8.
func javaNumber(n float64) string {
	if math.Abs(n) < 1e7 {
		return strconv.FormatFloat(n, 'f', -1, 64)
	}
	s := strconv.FormatFloat(n, 'E', -1, 64)
	mantissa, exponent, _ := strings.Cut(s, "E")
	if !strings.Contains(mantissa, ".") {
		mantissa += ".0"
	}
	return mantissa + "E" + strings.TrimLeft(exponent, "+0")
}

// plainNumber prints a statistic: at most four decimals, no exponent.
func plainNumber(n float64) string {
	s := strconv.FormatFloat(n, 'f', 4, 64)
	return strings.TrimRight(strings.TrimRight(s, "0"), ".")
}

// compare orders two values: as numbers when both are, else as text. Null is
// below everything.
func compare(a, b value) int {
	switch {
	case a.kind == null || b.kind == null:
		return int(min(a.kind, 1)) - int(min(b.kind, 1))
	case a.kind == number && b.kind == number:
		switch {
		case a.n < b.n:
			return -1
		case a.n > b.n:
			return 1
		}
		return 0
	}
	return strings.Compare(a.text(), b.text())
}

// operate gives the closure of a binary operator. Arithmetic with null is
// null, and a comparison with null is false.
func operate(op string, left, right expr) expr {
	switch op {
	case "and":
		return func(r *logRow) value { return boolean(left(r).truth() && right(r).truth()) }
	case "or":
		return func(r *logRow) value { return boolean(left(r).truth() || right(r).truth()) }
	}
	if f := arithmetic[op]; f != nil {
		return func(r *logRow) value {
			a, b := left(r), right(r)
			if a.kind != number || b.kind != number {
				return value{}
			}
			return num(f(a.n, b.n))
		}
	}
	holds := comparisons[op]
	return func(r *logRow) value {
		a, b := left(r), right(r)
		if a.kind == null || b.kind == null {
			return boolean(op == "!=" && a.kind != b.kind)
		}
		return boolean(holds(compare(a, b)))
	}
}

var arithmetic = map[string]func(a, b float64) float64{
	"+": func(a, b float64) float64 { return a + b },
	"-": func(a, b float64) float64 { return a - b },
	"*": func(a, b float64) float64 { return a * b },
	"/": func(a, b float64) float64 { return a / b },
	"%": math.Mod,
}

var comparisons = map[string]func(int) bool{
	"=":  func(c int) bool { return c == 0 },
	"!=": func(c int) bool { return c != 0 },
	"<":  func(c int) bool { return c < 0 },
	"<=": func(c int) bool { return c <= 0 },
	">":  func(c int) bool { return c > 0 },
	">=": func(c int) bool { return c >= 0 },
}

// function1 gives the closure of a function, nil if there is none of that
// name and number of arguments. first is the text of the first argument.
func function1(name, first string, args []expr) expr {
	if len(args) == 1 {
		arg := args[0]
		if f := numeric[name]; f != nil {
			return func(r *logRow) value {
				v := arg(r)
				if v.kind != number {
					return value{}
				}
				return num(f(v.n))
			}
		}
		switch name {
		case "ispresent":
			return func(r *logRow) value { return boolean(arg(r).kind != null) }
		case "strlen":
			return func(r *logRow) value { return num(float64(len(arg(r).text()))) }
		}
	}
	switch {
	case name == "strcontains" && len(args) == 2:
		return contains(first, args)
	case name == "coalesce" && len(args) > 0:
		return func(r *logRow) value {
			for _, a := range args {
				if v := a(r); v.kind != null {
					return v
				}
			}
			return value{}
		}
	}
	return nil
}

var numeric = map[string]func(float64) float64{"ceil": math.Ceil, "floor": math.Floor, "abs": math.Abs}

// contains searches the message without copying it.
func contains(first string, args []expr) expr {
	if first != "@message" {
		return func(r *logRow) value { return boolean(strings.Contains(args[0](r).text(), args[1](r).text())) }
	}
	return func(r *logRow) value { return boolean(bytes.Contains(r.message(), []byte(args[1](r).s))) }
}

// bytesPerMB is what Insights takes a MB of a REPORT line for.
const bytesPerMB = 1e6

// field gives the closure of a field; what a line does not have is null.
func field(name string) expr {
	if f := commonFields[name]; f != nil {
		return f
	}
	if f := textFields[name]; f != nil {
		return func(r *logRow) value {
			if r.f.logs != logsText {
				return value{}
			}
			return f(r)
		}
	}
	if f := jsonFields[name]; f != nil {
		return func(r *logRow) value {
			if r.f.logs == logsText {
				return value{}
			}
			return f(r)
		}
	}
	return func(*logRow) value { return value{} }
}

var commonFields = map[string]expr{
	"@message":       func(r *logRow) value { return str(string(r.message())) },
	"@timestamp":     func(r *logRow) value { return num(float64(r.at)) },
	"@ingestionTime": func(r *logRow) value { return num(float64(r.at + 1500)) },
	"@log":           func(r *logRow) value { return str(r.log) },
	"@logStream":     func(r *logRow) value { return str(r.f.logStream(r.request)) },
}

func onReport(f func(*request) value) expr {
	return func(r *logRow) value {
		if r.kind != eventReport {
			return value{}
		}
		return f(r.req())
	}
}

func hundredths(v uint32) value { return num(float64(v) / 100) }

func initDuration(r *request) value {
	if !r.is(flagCold) || r.is(flagRestore) {
		return value{}
	}
	return hundredths(r.init)
}

// textFields are discovered in the text form (CloudWatch Logs user guide,
// "Supported logs and discovered fields").
var textFields = map[string]expr{
	"@type": func(r *logRow) value {
		return [...]value{eventStart: str("START"), eventApplication: {}, eventError: {}, eventEnd: str("END"), eventReport: str("REPORT")}[r.kind]
	},
	"@requestId": func(r *logRow) value { return str(uuid(r.f.seed, uint64(r.request))) },
	"@xrayTraceId": func(r *logRow) value {
		if r.kind != eventReport || !r.f.xray {
			return value{}
		}
		return str(r.f.traceID(r.request))
	},
	"@duration":       onReport(func(r *request) value { return hundredths(r.duration) }),
	"@billedDuration": onReport(func(r *request) value { return num(float64(r.billed)) }),
	"@initDuration":   onReport(initDuration),
	"@memorySize":     onReport(func(r *request) value { return num(float64(r.memoryMB) * bytesPerMB) }),
	"@maxMemoryUsed":  onReport(func(r *request) value { return num(float64(r.usedMB) * bytesPerMB) }),
}

// jsonFields are the paths of the JSON form.
var jsonFields = map[string]expr{
	"type": func(r *logRow) value {
		return [...]value{eventStart: str("platform.start"), eventApplication: {}, eventError: {}, eventEnd: {}, eventReport: str("platform.report")}[r.kind]
	},
	"time": func(r *logRow) value { return str(insightsTime(r.at)) },
	"requestId": func(r *logRow) value {
		if r.kind != eventApplication && r.kind != eventError {
			return value{}
		}
		return str(uuid(r.f.seed, uint64(r.request)))
	},
	"record.requestId":                func(r *logRow) value { return str(uuid(r.f.seed, uint64(r.request))) },
	"record.status":                   onReport(func(r *request) value { return str(strings.Split(r.status(), `"`)[0]) }),
	"record.metrics.durationMs":       onReport(func(r *request) value { return hundredths(r.duration) }),
	"record.metrics.billedDurationMs": onReport(func(r *request) value { return num(float64(r.billed)) }),
	"record.metrics.initDurationMs":   onReport(initDuration),
	"record.metrics.memorySizeMB":     onReport(func(r *request) value { return num(float64(r.memoryMB)) }),
	"record.metrics.maxMemoryUsedMB":  onReport(func(r *request) value { return num(float64(r.usedMB)) }),
	"record.metrics.restoreDurationMs": onReport(func(r *request) value {
		if !r.is(flagRestore) {
			return value{}
		}
		return hundredths(r.init)
	}),
	"record.metrics.billedRestoreDurationMs": onReport(func(r *request) value {
		if !r.is(flagRestore) {
			return value{}
		}
		return num(float64(r.billedRestore()))
	}),
}
