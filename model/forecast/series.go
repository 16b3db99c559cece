package forecast

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	// MaxBytes is the longest text that Parse takes.
	MaxBytes = 256 << 20
	// MaxValues is the most values of a series: ten years of minutes.
	MaxValues = 5_300_000
	// MaxMagnitude bounds values, so that no sum over a series overflows.
	MaxMagnitude = 1e100
	// MaxFilled is the share of missing steps above which Parse refuses to
	// fill them: 1 in 10.
	MaxFilled = 0.1
	// unevenness is how far a distance may be from a whole number of steps,
	// in steps. Months of 28 to 31 days and the days on which clocks are put
	// forward pass.
	unevenness = 0.15
)

// Series is evenly spaced values, the oldest first.
type Series struct {
	Values []float64
	// Gaps are the steps that the input lacked. Their values are those a
	// season before, or the nearest before.
	Gaps []Gap
}

// Gap is missing steps.
type Gap struct {
	// Line is that of the input at which the gap was noticed, from 1, and
	// After the time before the gap as it was written.
	Line  int
	After string
	// At is the index of the first missing value, Steps how many are missing.
	At, Steps int
}

// filled tells whether the value at i was not in the input.
func (s Series) filled(i int) bool {
	at, found := slices.BinarySearchFunc(s.Gaps, i, func(g Gap, i int) int { return g.At - i })
	if found {
		return true
	}
	return at > 0 && i < s.Gaps[at-1].At+s.Gaps[at-1].Steps
}

// Missing counts the values that were not in the input.
func (s Series) Missing() int {
	n := 0
	for _, g := range s.Gaps {
		n += g.Steps
	}
	return n
}

// ParseError is what is wrong with a line of a series.
type ParseError struct {
	File string
	Line int // from 1
	Text string
}

func (e *ParseError) Error() string { return fmt.Sprintf("%s line %d: %s", e.File, e.Line, e.Text) }

// row is one line of a series.
type row struct {
	line  int
	stamp string
	at    float64 // seconds, or the counter
	value float64
}

// Parse reads CSV with the columns ts and value, in this order where there is
// no header. A ts is a counter, RFC 3339, or a date with or without a time,
// which is taken as UTC; they are evenly spaced and ascend. Missing steps are
// filled with the value a season before and named in Gaps; more than
// MaxFilled of them are refused, as is every malformed line, by *ParseError
// with the name given.
func Parse(name string, data []byte, season int) (Series, error) {
	rows, err := parseRows(name, data)
	if err != nil {
		return Series{}, err
	}
	s, err := space(name, rows)
	if err != nil {
		return Series{}, err
	}
	for _, g := range s.Gaps {
		for i := g.At; i < g.At+g.Steps; i++ {
			from := i - season
			if from < 0 || season < 1 {
				from = g.At - 1
			}
			s.Values[i] = s.Values[from]
		}
	}
	return s, nil
}

// columns are the places of ts and value in a line.
type columns struct{ ts, value, all int }

func parseRows(name string, data []byte) ([]row, error) {
	if len(data) > MaxBytes {
		return nil, &ParseError{name, 1, fmt.Sprintf("longer than %d MB", MaxBytes>>20)}
	}
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff"))))
	r.FieldsPerRecord, r.ReuseRecord, r.TrimLeadingSpace = -1, true, true
	var rows []row
	where := columns{0, 1, 2}
	counter := false
	for first := true; ; first = false {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if wrong := (*csv.ParseError)(nil); errors.As(err, &wrong) {
			return nil, &ParseError{name, wrong.Line, wrong.Err.Error()}
		} else if err != nil {
			return nil, err
		}
		line, _ := r.FieldPos(0)
		if first {
			if c, ok := header(record); ok {
				where = c
				continue
			}
		}
		one, isCounter, text := where.row(record)
		switch {
		case text != "":
		case len(rows) > 0 && isCounter != counter:
			text = fmt.Sprintf("ts %q: counters and dates are mixed", one.stamp)
		case len(rows) > 0 && !(one.at > rows[len(rows)-1].at):
			text = fmt.Sprintf("ts %q is not after %q on the line before: want ascending times, each once", one.stamp, rows[len(rows)-1].stamp)
		case len(rows) == MaxValues:
			text = fmt.Sprintf("more than %d values", MaxValues)
		}
		if text != "" {
			return nil, &ParseError{name, line, text}
		}
		one.line, counter = line, isCounter
		rows = append(rows, one)
	}
}

// header finds ts and value by name in a first line.
func header(record []string) (columns, bool) {
	c := columns{-1, -1, len(record)}
	for i, f := range record {
		switch strings.ToLower(strings.TrimSpace(f)) {
		case "ts":
			c.ts = i
		case "value":
			c.value = i
		}
	}
	return c, c.ts >= 0 && c.value >= 0
}

// row reads one line; text is what is wrong with it.
func (c columns) row(record []string) (r row, counter bool, text string) {
	if len(record) != c.all {
		return r, false, fmt.Sprintf("%d fields: want %d, with ts and value", len(record), c.all)
	}
	r.stamp = strings.Clone(strings.TrimSpace(record[c.ts]))
	field := strings.TrimSpace(record[c.value])
	var ok bool
	if r.at, counter, ok = instant(r.stamp); !ok {
		return r, false, fmt.Sprintf("ts %q: want a counter, RFC 3339, or a date such as 2026-11-23 15:00", r.stamp)
	}
	v, err := strconv.ParseFloat(field, 64)
	if err != nil || !(math.Abs(v) <= MaxMagnitude) {
		return r, false, fmt.Sprintf("value %q: want a number of at most %g", field, MaxMagnitude)
	}
	r.value = v
	return r, counter, ""
}

// layouts are the forms of a date, besides RFC 3339.
var layouts = []string{
	"2006-01-02T15:04:05Z07:00", "2006-01-02 15:04:05Z07:00", "2006-01-02T15:04:05", "2006-01-02 15:04:05",
	"2006-01-02T15:04Z07:00", "2006-01-02T15:04", "2006-01-02 15:04", "2006-01-02",
}

// instant reads a ts as seconds or as a counter.
func instant(s string) (at float64, counter, ok bool) {
	if v, err := strconv.ParseFloat(s, 64); err == nil {
		return v, true, math.Abs(v) <= 1e15
	}
	for _, l := range layouts {
		if t, err := time.Parse(l, s); err == nil {
			return float64(t.Unix()) + float64(t.Nanosecond())/1e9, false, true
		}
	}
	return 0, false, false
}

// space lays rows out one step apart, the step being their median distance.
// Values of missing steps are left zero.
func space(name string, rows []row) (Series, error) {
	s := Series{Values: make([]float64, 0, len(rows))}
	step := medianStep(rows)
	missing := 0
	for i, r := range rows {
		if i > 0 {
			before := rows[i-1]
			far := (r.at - before.at) / step
			n := math.Round(far)
			if n < 1 || math.Abs(far-n) > unevenness {
				return s, &ParseError{name, r.line, fmt.Sprintf("ts %q comes %.4g steps after %q: want evenly spaced times", r.stamp, far, before.stamp)}
			}
			if float64(missing)+n-1 > MaxFilled*float64(len(rows)) {
				return s, &ParseError{name, r.line, fmt.Sprintf("%.0f steps are missing after %q, with those before more than %.0f %% of the series: too many to fill in", n-1, before.stamp, MaxFilled*100)}
			}
			if n > 1 {
				g := Gap{Line: r.line, After: before.stamp, At: len(s.Values), Steps: int(n) - 1}
				missing += g.Steps
				s.Gaps = append(s.Gaps, g)
				s.Values = append(s.Values, make([]float64, g.Steps)...)
			}
		}
		s.Values = append(s.Values, r.value)
	}
	return s, nil
}

// medianStep is the median distance between rows.
func medianStep(rows []row) float64 {
	var steps []float64
	for i := 1; i < len(rows); i++ {
		steps = append(steps, rows[i].at-rows[i-1].at)
	}
	if len(steps) == 0 {
		return 1
	}
	slices.Sort(steps)
	return steps[len(steps)/2]
}
