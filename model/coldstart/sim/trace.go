package sim

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
)

// Trace is the arrivals of a trace file: counts by minute and function, or
// single requests of one function.
type Trace struct {
	minutes   bool
	first     int64 // minute number of the trace's start
	last      int64
	functions [][]minuteCount
	requests  []request // sorted by time, the first at 0
	total     int64
	known     bool // every request has its duration
}

type minuteCount struct{ minute, count int64 }

// request is one arrival in seconds after the first, and its duration in
// seconds, negative where the trace has none.
type request struct{ at, service float64 }

// Limits of a trace.
const (
	maxTraceRequests = 2_000_000_000
	maxTraceRows     = 50_000_000
	maxTraceMinute   = 1_000_000_000
	maxTraceSeconds  = 1e11
	maxTraceMs       = 1e9
)

// Requests is the number of arrivals in the trace.
func (t *Trace) Requests() int64 { return t.total }

// SingleRequests tells whether the trace is request by request.
func (t *Trace) SingleRequests() bool { return !t.minutes }

// NeedsService tells whether some request brings no duration of its own.
func (t *Trace) NeedsService() bool { return !t.complete() }

func (t *Trace) complete() bool { return !t.minutes && t.known }

// shortest is the least time in seconds that a trace lasts, and that it goes on
// after an arrival: else one without a duration at its end would lie outside.
const shortest = 1e-3

// span is the measured time of a replay in seconds, cut at limit if that is
// above 0: whole minutes, or from the first request to the end of the last,
// which is taken to last service seconds where the trace does not tell.
func (t *Trace) span(limit, service float64) float64 {
	length := float64(t.last-t.first+1) * 60
	if !t.minutes {
		length = shortest
		for _, r := range t.requests {
			lasts := r.service
			if lasts < 0 {
				lasts = service
			}
			length = max(length, r.at+max(lasts, shortest))
		}
	}
	if limit > 0 {
		return min(limit, length)
	}
	return length
}

// each hands the arrivals of every pool to simulate.
func (t *Trace) each(r *rand.Rand, simulate func(source)) {
	if !t.minutes {
		simulate(&requestSource{requests: t.requests})
		return
	}
	s := &minuteSource{rand: r, first: t.first}
	for _, f := range t.functions {
		s.counts, s.i, s.left = f, 0, 0
		simulate(s)
	}
}

// requestSource replays single requests.
type requestSource struct {
	requests []request
	i        int
}

func (s *requestSource) next() (float64, float64, bool) {
	if s.i >= len(s.requests) {
		return 0, 0, false
	}
	r := s.requests[s.i]
	s.i++
	return r.at, r.service, true
}

// minuteSource spreads the requests of each minute uniformly within it: the
// first of r uniform times in what is left of the minute lies a share
// 1 - U^(1/r) into it, and the others are uniform in the rest.
type minuteSource struct {
	rand   *rand.Rand
	first  int64
	counts []minuteCount
	i      int
	start  float64 // of the minute, in seconds
	ahead  float64 // share of the minute that is left
	left   int64   // requests in it
}

func (s *minuteSource) next() (float64, float64, bool) {
	for s.left == 0 {
		if s.i >= len(s.counts) {
			return 0, 0, false
		}
		m := s.counts[s.i]
		s.start, s.ahead, s.left = float64(m.minute-s.first)*60, 1, m.count
		s.i++
	}
	s.ahead *= math.Exp(-s.rand.ExpFloat64() / float64(s.left))
	s.left--
	return s.start + 60*(1-s.ahead), -1, true
}

// ParseTrace reads a trace in CSV with a header: minute,function,invocations
// or arrival_s[,duration_ms], in any order, beside columns that are ignored.
// Rows of one minute and function add up; an empty duration is none. Errors
// name the line.
func ParseTrace(in io.Reader) (*Trace, error) {
	r := csv.NewReader(skipMark(in))
	r.ReuseRecord, r.TrimLeadingSpace = true, true
	header, err := r.Read()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("empty: want a CSV header such as minute,function,invocations or arrival_s,duration_ms")
	} else if err != nil {
		return nil, csvError(err)
	}
	column := make(map[string]int, len(header))
	for i, name := range header {
		column[strings.ToLower(strings.TrimSpace(name))] = i
	}
	minute, m1 := column["minute"]
	function, m2 := column["function"]
	count, m3 := column["invocations"]
	arrival, single := column["arrival_s"]
	switch {
	case m1 && m2 && m3:
		return parseMinutes(r, minute, function, count)
	case single:
		duration, ok := column["duration_ms"]
		if !ok {
			duration = -1
		}
		return parseRequests(r, arrival, duration)
	}
	return nil, errors.New("line 1: want the columns minute,function,invocations or arrival_s[,duration_ms]")
}

// skipMark drops the byte order mark that spreadsheets put first.
func skipMark(in io.Reader) io.Reader {
	b := bufio.NewReader(in)
	if mark, err := b.Peek(3); err == nil && string(mark) == "\ufeff" {
		_, _ = b.Discard(3)
	}
	return b
}

// csvError is one line: encoding/csv names the line itself.
func csvError(err error) error {
	var pe *csv.ParseError
	if errors.As(err, &pe) {
		return fmt.Errorf("line %d: %w", pe.Line, pe.Err)
	}
	return err
}

func parseMinutes(r *csv.Reader, minute, function, count int) (*Trace, error) {
	t := &Trace{minutes: true, first: math.MaxInt64, last: math.MinInt64}
	index := map[string]int{}
	for rows := 0; ; rows++ {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, csvError(err)
		}
		line, _ := r.FieldPos(0)
		m, err := wholeNumber(line, "minute", row[minute], maxTraceMinute)
		if err != nil {
			return nil, err
		}
		n, err := wholeNumber(line, "invocations", row[count], maxTraceRequests)
		if err != nil {
			return nil, err
		}
		t.first, t.last, t.total = min(t.first, m), max(t.last, m), t.total+n
		if t.total > maxTraceRequests || rows > maxTraceRows {
			return nil, fmt.Errorf("line %d: more than %d requests or %d rows in one trace", line, maxTraceRequests, maxTraceRows)
		}
		f, ok := index[row[function]]
		if !ok {
			f = len(t.functions)
			index[strings.Clone(row[function])] = f
			t.functions = append(t.functions, nil)
		}
		if n > 0 {
			t.functions[f] = append(t.functions[f], minuteCount{m, n})
		}
	}
	if t.total == 0 {
		return nil, errors.New("no request in the whole trace")
	}
	for f, counts := range t.functions {
		t.functions[f] = merged(counts)
	}
	return t, nil
}

// merged sorts a function's minutes and adds up those that come twice.
func merged(counts []minuteCount) []minuteCount {
	slices.SortStableFunc(counts, func(a, b minuteCount) int { return int(a.minute - b.minute) })
	out := counts[:0]
	for _, c := range counts {
		if n := len(out); n > 0 && out[n-1].minute == c.minute {
			out[n-1].count += c.count
			continue
		}
		out = append(out, c)
	}
	return out
}

func parseRequests(r *csv.Reader, arrival, duration int) (*Trace, error) {
	t := &Trace{known: true}
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, csvError(err)
		}
		line, _ := r.FieldPos(0)
		at, err := decimal(line, "arrival_s", row[arrival], -maxTraceSeconds, maxTraceSeconds)
		if err != nil {
			return nil, err
		}
		q := request{at: at, service: -1}
		if duration >= 0 && strings.TrimSpace(row[duration]) != "" {
			ms, err := decimal(line, "duration_ms", row[duration], 0, maxTraceMs)
			if err != nil {
				return nil, err
			}
			q.service = ms / 1000
		} else {
			t.known = false
		}
		if t.requests = append(t.requests, q); len(t.requests) > maxTraceRows {
			return nil, fmt.Errorf("line %d: more than %d rows in one trace", line, maxTraceRows)
		}
	}
	if len(t.requests) == 0 {
		return nil, errors.New("no request in the whole trace")
	}
	slices.SortStableFunc(t.requests, func(a, b request) int {
		switch {
		case a.at < b.at:
			return -1
		case a.at > b.at:
			return 1
		}
		return 0
	})
	first := t.requests[0].at
	for i := range t.requests {
		t.requests[i].at -= first
	}
	t.total = int64(len(t.requests))
	return t, nil
}

func wholeNumber(line int, field, text string, limit int64) (int64, error) {
	n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
	if err != nil || n < 0 || n > limit {
		return 0, fmt.Errorf("line %d: %s %.40q: want a whole number of 0 to %d", line, field, text, limit)
	}
	return n, nil
}

func decimal(line int, field, text string, low, high float64) (float64, error) {
	x, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if err != nil || !(x >= low && x <= high) {
		return 0, fmt.Errorf("line %d: %s %.40q: want a number of %g to %g", line, field, text, low, high)
	}
	return x, nil
}
