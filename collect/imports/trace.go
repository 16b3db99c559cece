package imports

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/klauspost/compress/gzip"
)

// InputError is an input that cannot be used: which file, where in it, and
// what is wrong.
type InputError struct {
	File  string
	Line  int    // 0: the file as a whole
	Field string // empty: the line as a whole
	Wrong string
}

func (e *InputError) Error() string {
	var b strings.Builder
	b.WriteString(e.File)
	if e.Line > 0 {
		fmt.Fprintf(&b, ", line %d", e.Line)
	}
	if e.Field != "" {
		fmt.Fprintf(&b, ", field %s", e.Field)
	}
	return b.String() + ": " + e.Wrong
}

// File is an input with the name that messages call it by.
type File struct {
	Name string
	io.Reader
}

// minutesInDay is the number of columns a day file of the Azure layout has.
const minutesInDay = 1440

// maxMinute bounds what is taken for a minute's number: ten years.
const maxMinute = 10 * 366 * minutesInDay

// cell is a minute in which a function was invoked. Traces are sparse: these
// are kept instead of a number for every minute.
type cell struct {
	minute uint32
	count  uint32
}

// traced is a function of a trace.
type traced struct {
	name    string
	app     string // empty: not told
	trigger string // http, queue, timer, ...; empty: not told
	cells   []cell // ascending, no minute twice
	profile profile
}

func (f *traced) invocations() int64 {
	var n int64
	for _, c := range f.cells {
		n += int64(c.count)
	}
	return n
}

// workload is what the files of a trace say, before flags fill the rest.
type workload struct {
	functions []*traced // in order of first appearance
	byName    map[string]*traced
	days      int // day files of the Azure layout read so far
	profiles  profiles
	invoked   bool // a file of invocations was read
}

func newWorkload() *workload {
	return &workload{byName: map[string]*traced{}, profiles: newProfiles()}
}

// add reads one file of a trace; its header tells which kind it is.
func (w *workload) add(f File) error {
	rows, err := openTable(f)
	if err != nil {
		return err
	}
	switch {
	case rows.has("minute", "function", "invocations"):
		w.invoked = true
		err = w.addMinutes(rows)
	case rows.has("HashOwner", "HashApp", "HashFunction", "Trigger", "1"):
		w.invoked = true
		err = w.addDay(rows)
	case rows.has("function", "dur_avg_ms"):
		err = w.profiles.addFunctions(rows)
	case rows.has("HashOwner", "HashApp", "HashFunction", "Average"):
		err = w.profiles.addDurations(rows)
	case rows.has("HashOwner", "HashApp", "AverageAllocatedMb"):
		err = w.profiles.addMemory(rows)
	default:
		return &InputError{File: f.Name, Line: 1, Wrong: "no trace's header: want minute,function,invocations, the Azure Functions 2019 layout, or a file of durations or memory that goes with one"}
	}
	return err
}

// addMinutes reads minute,function,invocations.
func (w *workload) addMinutes(rows *table) error {
	unsorted := map[*traced]bool{}
	for rows.next() {
		name := rows.text("function")
		minute := rows.whole("minute", maxMinute)
		count := rows.whole("invocations", 1<<32-1)
		if name == "" {
			rows.refuse("function", "empty")
		}
		if rows.err != nil {
			return rows.err
		}
		f := w.function(name)
		if n := len(f.cells); n > 0 && f.cells[n-1].minute >= uint32(minute) {
			unsorted[f] = true
		}
		f.cells = append(f.cells, cell{uint32(minute), uint32(count)})
	}
	for _, f := range w.functions {
		if !unsorted[f] {
			continue
		}
		slices.SortStableFunc(f.cells, func(a, b cell) int { return int(a.minute) - int(b.minute) })
		for i := 1; i < len(f.cells); i++ {
			if m := f.cells[i].minute; m == f.cells[i-1].minute {
				return &InputError{File: rows.file, Field: "minute", Wrong: fmt.Sprintf("minute %d of function %s is given twice", m, f.name)}
			}
		}
	}
	return rows.err
}

// function returns the function of that name, a new one if need be.
func (w *workload) function(name string) *traced {
	f := w.byName[name]
	if f == nil {
		f = &traced{name: name}
		w.byName[name] = f
		w.functions = append(w.functions, f)
	}
	return f
}

// addDay reads one day of the Azure Functions 2019 layout: a row a function
// and trigger, a column a minute. Further days follow on the first.
func (w *workload) addDay(rows *table) error {
	first := uint32(w.days) * minutesInDay
	w.days++
	for rows.next() {
		key := hashKey{rows.text("HashOwner"), rows.text("HashApp"), rows.text("HashFunction")}
		if key.function == "" {
			rows.refuse("HashFunction", "empty")
		}
		f := w.hashed(key)
		f.trigger = rows.text("Trigger")
		day := make([]cell, 0, 16)
		for m := 1; m <= minutesInDay; m++ {
			if n := rows.whole(strconv.Itoa(m), 1<<32-1); n > 0 {
				day = append(day, cell{first + uint32(m), uint32(n)})
			}
		}
		if rows.err != nil {
			return rows.err
		}
		f.merge(day)
	}
	return rows.err
}

// hashed is function for the Azure layout, whose function hashes are unique
// within an application only.
func (w *workload) hashed(key hashKey) *traced {
	name := key.function
	if f := w.byName[name]; f != nil && f.profile.key != key {
		name += "@" + key.app
	}
	f := w.function(name)
	f.profile.key, f.app = key, key.app
	return f
}

// merge adds a day's cells: a function with two triggers has two rows a day.
func (f *traced) merge(day []cell) {
	start := len(f.cells)
	for start > 0 && len(day) > 0 && f.cells[start-1].minute >= day[0].minute {
		start--
	}
	old := slices.Clone(f.cells[start:])
	f.cells = f.cells[:start]
	for len(old) > 0 || len(day) > 0 {
		switch {
		case len(old) == 0 || len(day) > 0 && day[0].minute < old[0].minute:
			f.cells, day = append(f.cells, day[0]), day[1:]
		case len(day) == 0 || old[0].minute < day[0].minute:
			f.cells, old = append(f.cells, old[0]), old[1:]
		default:
			f.cells = append(f.cells, cell{old[0].minute, old[0].count + day[0].count})
			old, day = old[1:], day[1:]
		}
	}
}

// table reads a CSV with a header, by column name. The first fault sticks.
type table struct {
	file    string
	csv     *csv.Reader
	columns map[string]int
	record  []string
	err     error
}

func openTable(f File) (*table, error) {
	in, err := plain(f.Reader)
	if err != nil {
		return nil, &InputError{File: f.Name, Wrong: err.Error()}
	}
	t := &table{file: f.Name, csv: csv.NewReader(in), columns: map[string]int{}}
	t.csv.ReuseRecord = true
	header, err := t.csv.Read()
	if errors.Is(err, io.EOF) {
		return nil, &InputError{File: f.Name, Wrong: "empty"}
	}
	if err != nil {
		return nil, t.readError(err)
	}
	for i, name := range header {
		t.columns[strings.TrimSpace(name)] = i
	}
	return t, nil
}

// plain undoes gzip and a byte order mark.
func plain(in io.Reader) (io.Reader, error) {
	b := bufio.NewReaderSize(in, 64<<10)
	if magic, _ := b.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(b)
		if err != nil {
			return nil, err
		}
		b = bufio.NewReaderSize(z, 64<<10)
	}
	if mark, _ := b.Peek(3); bytes.Equal(mark, []byte{0xef, 0xbb, 0xbf}) {
		_, err := b.Discard(3)
		return b, err
	}
	return b, nil
}

func (t *table) has(names ...string) bool {
	for _, n := range names {
		if _, ok := t.columns[n]; !ok {
			return false
		}
	}
	return true
}

// next reads a row; false at the end or after a fault.
func (t *table) next() bool {
	if t.err != nil {
		return false
	}
	record, err := t.csv.Read()
	if errors.Is(err, io.EOF) {
		return false
	}
	if err != nil {
		t.err = t.readError(err)
		return false
	}
	t.record = record
	return true
}

func (t *table) readError(err error) error {
	var pe *csv.ParseError
	if errors.As(err, &pe) {
		return &InputError{File: t.file, Line: pe.Line, Wrong: pe.Err.Error()}
	}
	return &InputError{File: t.file, Wrong: err.Error()}
}

func (t *table) refuse(field, wrong string) {
	if t.err == nil {
		line, _ := t.csv.FieldPos(max(0, t.columns[field]))
		t.err = &InputError{File: t.file, Line: line, Field: field, Wrong: wrong}
	}
}

// text returns a field, empty if the table has no such column.
func (t *table) text(column string) string {
	i, ok := t.columns[column]
	if !ok {
		return ""
	}
	return strings.Clone(strings.TrimSpace(t.record[i]))
}

// whole reads a whole number from 0 to limit. An empty field of a minute is
// zero invocations.
func (t *table) whole(column string, limit uint64) uint64 {
	i, ok := t.columns[column]
	if !ok {
		return 0
	}
	s := strings.TrimSpace(t.record[i])
	if s == "" && column != "minute" && column != "invocations" {
		return 0
	}
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil || n > limit {
		t.refuse(column, fmt.Sprintf("%q is not a whole number from 0 to %d", s, limit))
	}
	return n
}

// number reads a number that is not negative; ok is false if the field is
// empty or absent.
func (t *table) number(column string) (v float64, ok bool) {
	s := t.text(column)
	if s == "" {
		return 0, false
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || !(v >= 0) || v > 1e12 {
		t.refuse(column, fmt.Sprintf("%q is not a number from 0 up", s))
		return 0, false
	}
	return v, true
}
