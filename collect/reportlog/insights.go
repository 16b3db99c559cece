package reportlog

import (
	"bytes"
	"math"
	"strconv"

	"github.com/breakeven-dev/breakeven/model/unit"
)

// row is a row of Logs Insights results: what the query asked for of the
// fields that Insights discovers in Lambda's logs (CloudWatch Logs user
// guide, "Supported logs and discovered fields").
type row struct {
	set    bool // one of the fields below was there
	values [columns]string
}

// column is a known field of a row.
type column int

const (
	cMessage column = iota
	cTimestamp
	cLog
	cStream
	cType
	cRequestID
	cDuration
	cBilled
	cInit
	cRestore
	cBilledRestore
	cMemory    // in bytes of 10^6 to the MB, as Insights has it
	cMaxMemory // likewise
	cMemoryMB
	cMaxMemoryMB
	cStatus
	cErrorType
	columns
)

func columnOf(name string) (column, bool) {
	switch name {
	case "@message":
		return cMessage, true
	case "@timestamp":
		return cTimestamp, true
	case "@log":
		return cLog, true
	case "@logStream":
		return cStream, true
	case "@type":
		return cType, true
	case "@requestId", "record.requestId":
		return cRequestID, true
	case "@duration", "record.metrics.durationMs":
		return cDuration, true
	case "@billedDuration", "record.metrics.billedDurationMs":
		return cBilled, true
	case "@initDuration", "record.metrics.initDurationMs":
		return cInit, true
	case "@restoreDuration", "record.metrics.restoreDurationMs":
		return cRestore, true
	case "@billedRestoreDuration", "record.metrics.billedRestoreDurationMs":
		return cBilledRestore, true
	case "@memorySize":
		return cMemory, true
	case "@maxMemoryUsed":
		return cMaxMemory, true
	case "record.metrics.memorySizeMB":
		return cMemoryMB, true
	case "record.metrics.maxMemoryUsedMB":
		return cMaxMemoryMB, true
	case "record.status":
		return cStatus, true
	case "record.errorType":
		return cErrorType, true
	}
	return 0, false
}

// put keeps a field of a JSON row.
func (w *row) put(name string, raw []byte) {
	if c, ok := columnOf(name); ok {
		w.set = true
		w.values[c] = string(unescape(nil, text(raw)))
	}
}

// field keeps one {"field": name, "value": value} of get-query-results, and
// reports whether b was one.
func (w *row) field(b []byte) bool {
	if !bytes.Contains(b, []byte(`"field"`)) {
		return false
	}
	var name, value []byte
	c := cursor{b: b}
	ok := c.object(func(key []byte) bool {
		v, ok := c.raw()
		switch string(key) {
		case "field":
			name = v
		case "value":
			value = v
		}
		return ok
	})
	if !ok || name == nil || value == nil {
		return false
	}
	w.put(string(text(name)), value)
	return true
}

// insights reads a row: its @message if it has one, else its fields.
func (r *reader) insights(w *row, around wrapping) error {
	if v := w.values[cLog]; v != "" {
		around.group = []byte(v)
		if account, group, ok := bytes.Cut(around.group, []byte{':'}); ok && len(account) == 12 {
			around.account, around.group = account, group
		}
	}
	if v := w.values[cStream]; v != "" {
		around.stream = []byte(v)
	}
	if t, ok := instant([]byte(w.values[cTimestamp])); ok {
		around.at = t
	}
	if v := w.values[cMessage]; v != "" {
		return r.message(trimEnd([]byte(v)), around)
	}
	if kind := w.values[cType]; kind != "" && kind != "REPORT" && kind != platformReport || w.values[cDuration] == "" {
		return nil
	}
	if err := r.event.fromRow(w); err != nil {
		r.bad(err)
		return nil
	}
	return r.found(around)
}

// fromRow reads a report from discovered fields.
func (r *Report) fromRow(w *row) error {
	r.reset()
	if r.RequestID = []byte(w.values[cRequestID]); len(r.RequestID) == 0 {
		return &fieldError{"@requestId", wrongAbsent}
	}
	r.Status, r.ErrorType = w.values[cStatus], w.values[cErrorType]
	billed, memory, used := -1.0, -1.0, -1.0
	for _, f := range [...]struct {
		column column
		name   string
		to     *float64
		per    float64
	}{
		{cDuration, "@duration", &r.DurationMs, 1},
		{cBilled, "@billedDuration", &billed, 1},
		{cInit, "@initDuration", &r.InitMs, 1},
		{cRestore, "@restoreDuration", &r.RestoreMs, 1},
		{cBilledRestore, "@billedRestoreDuration", &r.BilledRestoreMs, 1},
		{cMemory, "@memorySize", &memory, 1e6},
		{cMaxMemory, "@maxMemoryUsed", &used, 1e6},
		{cMemoryMB, "memorySizeMB", &memory, 1},
		{cMaxMemoryMB, "maxMemoryUsedMB", &used, 1},
	} {
		text := w.values[f.column]
		if text == "" {
			continue
		}
		v, err := strconv.ParseFloat(text, 64)
		if err != nil || v < 0 || v > 1e15 || math.IsNaN(v) {
			return &fieldError{f.name, wrongNumber}
		}
		*f.to = v / f.per
	}
	r.BilledMs = int64(math.Round(billed))
	r.Memory, r.MaxMemoryUsed = unit.MiB(math.Round(memory)), unit.MiB(math.Round(used))
	return nil
}
