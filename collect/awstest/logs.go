package awstest

import (
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Limits of CloudWatch Logs (API reference).
const (
	logGroupsPerPage  = 50
	eventsPerPage     = 10_000
	bytesPerPage      = 1 << 20
	requestsPerSearch = 200_000 // a page may end early, even empty, as on AWS
)

// uuid makes a version 4 UUID of a seed and a number.
func uuid(seed, n uint64) string { return string(appendUUID(nil, seed, n)) }

func appendUUID(out []byte, seed, n uint64) []byte {
	var b [16]byte
	h := mix(seed ^ mix(n))
	binary.BigEndian.PutUint64(b[:8], h)
	binary.BigEndian.PutUint64(b[8:], mix(h+1))
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	out = append(hex.AppendEncode(out, b[:4]), '-')
	out = append(hex.AppendEncode(out, b[4:6]), '-')
	out = append(hex.AppendEncode(out, b[6:8]), '-')
	out = append(hex.AppendEncode(out, b[8:10]), '-')
	return hex.AppendEncode(out, b[10:])
}

// eventKind is a line that an invocation writes.
type eventKind uint8

const (
	eventStart eventKind = iota
	eventApplication
	eventError
	eventEnd
	eventReport
	eventKinds
)

// hasReport tells whether the platform's lines reach the log group.
func (f *function) hasReport() bool { return f.logs == logsText || f.logs == logsJSON }

// writes tells whether the i-th request writes a line of the kind. Every 16th
// writes an application line.
func (f *function) writes(i int, k eventKind) bool {
	switch {
	case f.logs == logsOff || f.requests[i].is(flagThrottled):
		return false
	case k == eventApplication:
		return i%16 == 0
	case k == eventError:
		return f.requests[i].is(flagError)
	case k == eventEnd && f.logs == logsJSON:
		return false
	}
	return f.hasReport()
}

// eventTime is when the line is written, in Unix milliseconds.
func eventTime(r *request, k eventKind) int64 {
	switch k {
	case eventStart:
		return r.start
	case eventApplication:
		return (r.start + r.end()) / 2
	}
	return r.end() // of an error, too
}

// logBytes and logEvents are what a request adds to the log group. The bytes
// are a round figure, not the length of the lines to the byte: they only feed
// storedBytes, IncomingBytes and bytesScanned, which agree with each other.
func (f *function) logBytes(*request) int64 {
	if f.hasReport() {
		return 350
	}
	return 12
}

func (f *function) logEvents(*request) int64 {
	if f.hasReport() {
		return 3
	}
	return 1
}

// appendMessage appends a line of the i-th request as it stands in CloudWatch
// Logs.
func (f *function) appendMessage(b []byte, i int, k eventKind) []byte {
	if f.logs == logsJSON || f.logs == logsWarn {
		return f.appendJSON(b, i, k)
	}
	switch k {
	case eventReport:
		return f.appendReport(b, i)
	case eventError:
		return f.appendError(b, i)
	case eventApplication:
		b = appendUUID(append(b, "2026\tINFO\t"...), f.seed, uint64(i))
		return append(b, "\tcalling upstream with key "+PlantedSecret+"\n"...)
	case eventStart:
		b = appendUUID(append(b, "START RequestId: "...), f.seed, uint64(i))
		return append(b, " Version: $LATEST\n"...)
	}
	b = appendUUID(append(b, "END RequestId: "...), f.seed, uint64(i))
	return append(b, '\n')
}

// appendReport appends a REPORT line in the text form.
func (f *function) appendReport(b []byte, i int) []byte {
	r := &f.requests[i]
	b = appendUUID(append(b, "REPORT RequestId: "...), f.seed, uint64(i))
	b = appendHundredths(append(b, "\tDuration: "...), r.duration)
	b = strconv.AppendUint(append(b, " ms\tBilled Duration: "...), uint64(r.billed), 10)
	b = strconv.AppendUint(append(b, " ms\tMemory Size: "...), uint64(r.memoryMB), 10)
	b = strconv.AppendUint(append(b, " MB\tMax Memory Used: "...), uint64(r.usedMB), 10)
	b = append(b, " MB\t"...)
	switch {
	case r.is(flagRestore):
		b = appendHundredths(append(b, "Restore Duration: "...), r.init)
		b = strconv.AppendUint(append(b, " ms\tBilled Restore Duration: "...), uint64(r.billedRestore()), 10)
		b = append(b, " ms\t"...)
	case r.is(flagCold):
		b = appendHundredths(append(b, "Init Duration: "...), r.init)
		b = append(b, " ms\t"...)
	}
	switch {
	case r.is(flagTimeout):
		b = append(b, "Status: timeout"...)
	case r.is(flagCrash):
		b = append(b, "Status: error\tError Type: Runtime.OutOfMemory"...)
	}
	if f.xray {
		b = fmt.Appendf(b, "\nXRAY TraceId: %s\tSegmentId: %016x\tSampled: true", f.traceID(i), mix(mix(f.seed^uint64(i))+1))
	}
	return append(b, "\n"...)
}

// traceID is X-Ray's id of the i-th request.
func (f *function) traceID(i int) string {
	h := mix(f.seed ^ uint64(i))
	return fmt.Sprintf("1-%08x-%016x%08x", uint32(f.requests[i].start/1000), h, uint32(mix(h)))
}

// appendError appends what a failed request says in the text form: Lambda's own
// lines for a timeout and a crash (Lambda developer guide, "Troubleshoot
// invocation issues"), a Node.js function's for an exception.
func (f *function) appendError(b []byte, i int) []byte {
	r := &f.requests[i]
	id := uuid(f.seed, uint64(i))
	at := time.UnixMilli(eventTime(r, eventError)).UTC().Format(jsonTime)
	switch {
	case r.is(flagTimeout):
		return fmt.Appendf(b, "%s %s Task timed out after %.2f seconds\n\n", at, id, float64(r.duration)/100/1000)
	case r.is(flagCrash):
		return fmt.Appendf(b, "RequestId: %s Error: Runtime exited with error: signal: killed\nRuntime.ExitError\n", id)
	}
	return fmt.Appendf(b, "%s\t%s\tERROR\tInvoke Error \t%s\n", at, id, f.exception(i))
}

// exception is the object that a failed request threw, in one of two forms.
func (f *function) exception(i int) string {
	if f.drawFor(i, 9) < 0.25 {
		return `{"errorType":"ValidationError","errorMessage":"total must not be negative","stack":["ValidationError: total must not be negative"]}`
	}
	return fmt.Sprintf(`{"errorType":"UpstreamError","errorMessage":"upstream answered 503 for order %d","stack":["UpstreamError: upstream answered 503"]}`, 1000+i)
}

// appendHundredths appends a number of hundredths with two decimals.
func appendHundredths(b []byte, v uint32) []byte {
	b = strconv.AppendUint(b, uint64(v/100), 10)
	return append(b, '.', byte('0'+v%100/10), byte('0'+v%10))
}

const jsonTime = "2006-01-02T15:04:05.000Z"

// appendJSON appends a line in the JSON form. The key order of the report's
// record varies on AWS and here.
func (f *function) appendJSON(b []byte, i int, k eventKind) []byte {
	r := &f.requests[i]
	at := time.UnixMilli(eventTime(r, k)).UTC()
	switch k {
	case eventApplication:
		b = at.AppendFormat(append(b, `{"timestamp":"`...), jsonTime)
		b = appendUUID(append(b, `","level":"WARN","requestId":"`...), f.seed, uint64(i))
		return append(b, `","message":"calling upstream with key `+PlantedSecret+"\"}\n"...)
	case eventError:
		b = at.AppendFormat(append(b, `{"timestamp":"`...), jsonTime)
		b = appendUUID(append(b, `","level":"ERROR","requestId":"`...), f.seed, uint64(i))
		return append(b, `","message":`+f.exception(i)+"}\n"...)
	case eventStart:
		b = at.AppendFormat(append(b, `{"time":"`...), jsonTime)
		b = appendUUID(append(b, `","type":"platform.start","record":{"requestId":"`...), f.seed, uint64(i))
		return append(b, "\",\"version\":\"$LATEST\"}}\n"...)
	}
	b = at.AppendFormat(append(b, `{"time":"`...), jsonTime)
	b = appendUUID(append(b, `","type":"platform.report","record":{"requestId":"`...), f.seed, uint64(i))
	b = appendHundredths(append(b, `","metrics":{"durationMs":`...), r.duration)
	b = strconv.AppendUint(append(b, `,"billedDurationMs":`...), uint64(r.billed), 10)
	b = strconv.AppendUint(append(b, `,"memorySizeMB":`...), uint64(r.memoryMB), 10)
	b = strconv.AppendUint(append(b, `,"maxMemoryUsedMB":`...), uint64(r.usedMB), 10)
	switch {
	case r.is(flagRestore):
		b = appendHundredths(append(b, `,"restoreDurationMs":`...), r.init)
		b = strconv.AppendUint(append(b, `,"billedRestoreDurationMs":`...), uint64(r.billedRestore()), 10)
	case r.is(flagCold):
		b = appendHundredths(append(b, `,"initDurationMs":`...), r.init)
	}
	return append(append(append(b, `},"status":"`...), r.status()...), "\"}}\n"...)
}

// status is the JSON form's word for the outcome.
func (r *request) status() string {
	switch {
	case r.is(flagTimeout):
		return "timeout"
	case r.is(flagCrash):
		return `error","errorType":"Runtime.OutOfMemory`
	case r.is(flagError):
		return "failure"
	}
	return "success"
}

// stream names the log stream of the i-th request.
func (f *function) logStream(i int) string {
	day := f.requests[i].start / dayMs
	return time.UnixMilli(day*dayMs).UTC().Format("2006/01/02") + fmt.Sprintf("/[$LATEST]%016x%016x", mix(f.seed^uint64(day)), mix(f.seed^uint64(day)+1))
}

// keepsFrom is the oldest instant that the log group still holds, in Unix
// milliseconds.
func (f *function) keepsFrom(now time.Time) int64 {
	if f.retentionDays == 0 {
		return 0
	}
	return now.AddDate(0, 0, -f.retentionDays).UnixMilli()
}

// byLogGroup finds the function that writes to a log group, given its name or
// its ARN.
func (r *region) byLogGroup(id string) *function {
	if _, rest, ok := strings.Cut(id, ":log-group:"); ok {
		id = strings.TrimSuffix(rest, ":*")
	}
	for _, f := range r.functions {
		if id != "" && f.logGroup() == id {
			return f
		}
	}
	return nil
}

func errNoLogGroup() *apiError {
	return &apiError{400, "ResourceNotFoundException", "The specified log group does not exist."}
}

type describeLogGroupsInput struct {
	LogGroupNamePrefix  string   `json:"logGroupNamePrefix"`
	LogGroupNamePattern string   `json:"logGroupNamePattern"`
	LogGroupIdentifiers []string `json:"logGroupIdentifiers"`
	Limit               int      `json:"limit"`
	NextToken           string   `json:"nextToken"`
}

func (s *Server) describeLogGroups(c *call) (reply, *apiError) {
	var in describeLogGroupsInput
	if err := c.decodeJSON(&in); err != nil {
		return reply{}, err
	}
	if in.Limit < 0 || in.Limit > logGroupsPerPage {
		return reply{}, &apiError{400, "InvalidParameterException", fmt.Sprintf("1 validation error detected: Value '%d' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 50", in.Limit)}
	}
	if in.Limit == 0 {
		in.Limit = logGroupsPerPage
	}
	all := s.logGroups(c, &in)
	page, next, err := pageOf(len(all), in.NextToken, in.Limit)
	if err != nil {
		return reply{}, &apiError{400, "InvalidParameterException", "The specified nextToken is invalid."}
	}
	out := map[string]any{"logGroups": append([]map[string]any{}, all[page[0]:page[1]]...)}
	if next != "" {
		out["nextToken"] = next
	}
	return jsonReply(out)
}

func (c *call) decodeJSON(v any) *apiError {
	if err := json.Unmarshal(c.body, v); err != nil {
		return &apiError{400, "SerializationException", err.Error()}
	}
	return nil
}
