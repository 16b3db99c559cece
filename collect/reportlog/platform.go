package reportlog

import (
	"bytes"
)

// platform reads a JSON object that is perhaps a platform.report event.
// Source of the form: AWS Lambda developer guide, Telemetry API Event schema
// reference, platform.report.
func (r *Report) platform(b []byte) (Kind, error) {
	if !bytes.Contains(b, []byte("platform.report")) {
		return Other, nil
	}
	c := cursor{b: b}
	isReport, hasRecord := false, false
	var wrong error
	ok := c.object(func(key []byte) bool {
		switch string(key) {
		case "type":
			v, ok := c.stringValue()
			isReport = string(v) == "platform.report"
			return ok
		case "time":
			v, ok := c.stringValue()
			if t, end, isTime := timeAt(v, 0); isTime && end == len(v) {
				r.At = t
			}
			return ok
		case "record":
			if !c.peek('{') {
				return c.skip()
			}
			hasRecord = true
			wrong = r.record(&c)
			return wrong == nil
		}
		return c.skip()
	})
	switch {
	case !isReport && (ok || wrong != nil):
		return Other, nil
	case wrong != nil:
		return Found, wrong
	case !ok:
		return Found, errJSON
	case !hasRecord:
		return Found, &fieldError{"record", wrongAbsent}
	case len(r.RequestID) == 0:
		return Found, &fieldError{"requestId", wrongAbsent}
	case r.DurationMs < 0:
		return Found, &fieldError{"durationMs", wrongAbsent}
	}
	return Found, nil
}

// record reads the report's own object.
func (r *Report) record(c *cursor) error {
	var wrong error
	ok := c.object(func(key []byte) bool {
		switch string(key) {
		case "requestId":
			v, ok := c.stringValue()
			if bytes.IndexByte(v, '\\') >= 0 {
				v = unescape(nil, v)
			}
			r.RequestID = v
			return ok
		case "status":
			v, ok := c.stringValue()
			r.Status = internStatus(v)
			return ok
		case "errorType":
			v, ok := c.stringValue()
			r.ErrorType = internErrorType(v)
			return ok
		case "metrics":
			if !c.peek('{') {
				return c.skip()
			}
			wrong = r.metrics(c)
			return wrong == nil
		}
		return c.skip()
	})
	if !ok && wrong == nil {
		return errJSON
	}
	return wrong
}

// metrics reads the report's numbers.
func (r *Report) metrics(c *cursor) error {
	var wrong error
	ok := c.object(func(key []byte) bool {
		var whole *int64
		var ms *float64
		switch string(key) {
		case "durationMs":
			ms = &r.DurationMs
		case "initDurationMs":
			ms = &r.InitMs
		case "restoreDurationMs":
			ms = &r.RestoreMs
		case "billedRestoreDurationMs":
			ms = &r.BilledRestoreMs
		case "billedDurationMs":
			whole = &r.BilledMs
		case "memorySizeMB":
			whole = (*int64)(&r.Memory)
		case "maxMemoryUsedMB":
			whole = (*int64)(&r.MaxMemoryUsed)
		default:
			return c.skip()
		}
		v, ok := c.number()
		if !ok || whole != nil && v != float64(int64(v)) {
			wrong = &fieldError{string(key), wrongNumber}
			return false
		}
		if whole != nil {
			*whole = int64(v)
		} else {
			*ms = v
		}
		return true
	})
	if !ok && wrong == nil {
		return errJSON
	}
	return wrong
}
