package collect

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"

	"github.com/breakeven-dev/breakeven/model"
	"github.com/breakeven-dev/breakeven/model/unit"
	"github.com/breakeven-dev/breakeven/store"
)

// ErrNoTarget: the credentials do not lead to the function's account.
var ErrNoTarget = errors.New("the credentials are another account's")

// FunctionLog is where a function writes.
type FunctionLog struct {
	Key model.ResourceKey
	// Group is the log group; JSON tells its form.
	Group string
	JSON  bool
}

// Scan is what reading a log costs.
type Scan struct {
	// Bytes that are read, or were.
	Bytes int64
	// Cost at AWS's price for Insights; Unpriced where the book does not tell
	// it: Cost is then what us-east-1 takes, for orientation.
	Cost     unit.USD
	Unpriced bool
}

// Troubles is what a function's log says of what went wrong. Its messages are
// the account's: they are for the screen, and are not stored.
type Troubles struct {
	Window model.Window
	// Errors by how often they occur, the most frequent first; Lines of them
	// were read. Cut is true where there were more: then the newest were.
	Errors []ErrorMessage
	Lines  int64
	Cut    bool
	// Slowest requests, the longest first.
	Slowest []SlowRequest
	Scan    Scan
}

// ErrorMessage is a message without what differs between requests: ids and
// numbers stand as "#".
type ErrorMessage struct {
	Text        string
	Count       int64
	First, Last time.Time
	// Request is the id of the newest request that said it, "" if unknown.
	Request string
}

// SlowRequest is an invocation by its REPORT line.
type SlowRequest struct {
	At      time.Time
	Request string
	// Trace is X-Ray's id, "" where the request was not traced.
	Trace    string
	Duration time.Duration
	// Init is the time of a cold start, 0 for a warm one.
	Init time.Duration
	// Used is the most memory that the execution environment has used.
	Used unit.MiB
}

// The queries. Lambda's own START, END and REPORT lines hold no messages,
// though REPORT may say "error"; the JSON form tells of timeouts and crashes
// there alone. Both forms are matched by text: in which field a message
// stands is up to whoever logs it.
const (
	textErrorQuery = `fields @timestamp, @requestId as request, @message` +
		` | filter @message like /(?i)(error|exception|fatal|panic|traceback|timed out)/` +
		` and not (@message like /^(START|END|REPORT|INIT_START|EXTENSION|TELEMETRY) /)`
	jsonErrorQuery = `fields @timestamp, coalesce(requestId, record.requestId) as request, @message` +
		` | filter (@message like /(?i)(error|exception|fatal|panic|traceback|timed out)/ and not (@message like /"type": ?"platform\./))` +
		` or (type = "platform.report" and @message like /"status": ?"(timeout|error)"/)`
	textSlowQuery = `filter @type = "REPORT"` +
		` | fields @timestamp, @requestId as request, @duration as duration, @initDuration as init, @xrayTraceId as trace, @maxMemoryUsed as used` +
		` | sort duration desc`
	jsonSlowQuery = `filter type = "platform.report"` +
		` | fields @timestamp, record.requestId as request, record.metrics.durationMs as duration, record.metrics.initDurationMs as init,` +
		` record.tracing.value as trace, record.metrics.maxMemoryUsedMB as used` +
		` | sort duration desc`
)

// troubleQueries is how often a log is read for one answer.
const troubleQueries = 2

// PriceTroubles estimates what Troubles reads, by free calls: of the log
// group's bytes the share that the window has of their age, once a query.
func (c *Collector) PriceTroubles(ctx context.Context, f FunctionLog, w model.Window) (Scan, error) {
	t, err := c.targetOf(f.Key)
	if err != nil {
		return Scan{}, err
	}
	groups, err := t.describeLogGroups(ctx)
	if err != nil {
		return Scan{}, err
	}
	g, ok := groups[f.Group]
	if !ok {
		return Scan{}, fmt.Errorf("%s has no log group %s in %s", f.Key.Name, oneLine(f.Group), f.Key.Region)
	}
	return t.scan(int64(troubleQueries * g.bytesIn(w, c.run.Now))), nil
}

// scan prices bytes read by Insights.
func (t *target) scan(bytes int64) Scan {
	cost, known := t.priceOf(opStartQuery, t.region, bytes)
	return Scan{Bytes: bytes, Cost: cost, Unpriced: !known}
}

// Calls are those made so far, for the record of what asking costs.
func (c *Collector) Calls() []store.Call { return c.run.tally.all(c.run.Now) }

// targetOf finds the account and region that a resource is in.
func (c *Collector) targetOf(k model.ResourceKey) (*target, error) {
	for _, t := range c.list {
		if t.account == k.Account && t.region == k.Region {
			return t, nil
		}
	}
	has := "none"
	if len(c.list) > 0 {
		has = string(c.list[0].account)
	}
	return nil, fmt.Errorf("%w: %s is in account %s, they are for %s; choose with --profile or --role-arn", ErrNoTarget, k.Name, k.Account, has)
}

// Troubles reads a function's log in a window, which is billed by the GB:
// the most frequent error messages and the slowest requests, top of each.
func (c *Collector) Troubles(ctx context.Context, f FunctionLog, w model.Window, top int) (Troubles, error) {
	out := Troubles{Window: w}
	t, err := c.targetOf(f.Key)
	if err != nil {
		return out, err
	}
	errorQuery, slowQuery, usedUnit := textErrorQuery, textSlowQuery, float64(bytesPerMB)
	if f.JSON {
		errorQuery, slowQuery, usedUnit = jsonErrorQuery, jsonSlowQuery, 1
	}
	rows, err := t.askLog(ctx, f.Group, errorQuery+" | sort @timestamp desc", w, queryRows)
	if err != nil {
		return out, err
	}
	out.Cut = len(rows) >= queryRows
	out.Errors, out.Lines, err = countMessages(rows, w, top)
	if err != nil {
		return out, err
	}
	if rows, err = t.askLog(ctx, f.Group, slowQuery, w, top); err != nil {
		return out, err
	}
	if out.Slowest, err = slowRequests(rows, usedUnit); err != nil {
		return out, err
	}
	for _, call := range t.tally.all(c.run.Now) {
		if call.Operation == opStartQuery.Action {
			out.Scan = t.scan(call.BilledUnits)
		}
	}
	return out, nil
}

// askLog runs a query over one log group. Insights includes both ends and
// counts in seconds: the window's end is left out.
func (t *target) askLog(ctx context.Context, group, query string, w model.Window, limit int) ([]row, error) {
	if err := t.affordScan(); err != nil {
		return nil, err
	}
	return t.query(ctx, &cloudwatchlogs.StartQueryInput{
		StartTime: aws.Int64(w.From.Unix()), EndTime: aws.Int64(max(w.From.Unix(), w.To.Unix()-1)),
		QueryString: aws.String(query), Limit: aws.Int32(int32(limit)), LogGroupNames: []string{group},
	})
}

// insightsTime is how Insights writes an instant.
const insightsTime = "2006-01-02 15:04:05.000"

// countMessages counts alike messages, newest first in rows.
func countMessages(rows []row, w model.Window, top int) ([]ErrorMessage, int64, error) {
	byText := map[string]*ErrorMessage{}
	var lines int64
	for _, r := range rows {
		at, err := time.Parse(insightsTime, r["@timestamp"])
		if err != nil {
			return nil, 0, fmt.Errorf("an answer of Logs Insights has the time %q", oneLine(r["@timestamp"]))
		}
		if at.Before(w.From) || !at.Before(w.To) {
			continue
		}
		lines++
		text := likeness(r["@message"])
		m := byText[text]
		if m == nil {
			m = &ErrorMessage{Text: text, Last: at, Request: oneLine(r["request"])}
			byText[text] = m
		}
		m.Count++
		m.First = at
	}
	var out []ErrorMessage
	for _, text := range sortedKeys(byText) {
		out = append(out, *byText[text])
	}
	slices.SortStableFunc(out, func(a, b ErrorMessage) int { return cmp.Compare(b.Count, a.Count) })
	return out[:min(top, len(out))], lines, nil
}

func slowRequests(rows []row, usedUnit float64) ([]SlowRequest, error) {
	out := make([]SlowRequest, 0, len(rows))
	for _, r := range rows {
		at, err := time.Parse(insightsTime, r["@timestamp"])
		n := numbers{row: r}
		s := SlowRequest{
			At: at, Request: oneLine(r["request"]), Trace: traceOf(r["trace"]),
			Duration: milliseconds(n.float("duration")), Init: milliseconds(n.float("init")),
			Used: unit.MiB(n.float("used")/usedUnit + 0.5),
		}
		if err = errors.Join(err, n.err); err != nil {
			return nil, fmt.Errorf("reading an answer of Logs Insights: %s", oneLine(err.Error()))
		}
		out = append(out, s)
	}
	return out, nil
}

// milliseconds is exact for the hundredths that REPORT lines have.
func milliseconds(ms float64) time.Duration {
	return time.Duration(math.Round(ms * float64(time.Millisecond)))
}

// traceOf is the trace id in a tracing header, "Root=1-...;Parent=...", or
// the id itself.
func traceOf(s string) string {
	for _, part := range strings.Split(s, ";") {
		if id, ok := strings.CutPrefix(part, "Root="); ok {
			return oneLine(id)
		}
	}
	return oneLine(s)
}

// What differs between messages that are alike: Lambda's prefix of time and
// request, ids, numbers.
var (
	prefixPattern = regexp.MustCompile(`^\d{4}-\d\d-\d\dT[0-9:.]+Z[\t ][0-9a-f-]{36}[\t ]+(?:(?:ERROR|FATAL|WARN|INFO|DEBUG|TRACE)\t)?`)
	idPattern     = regexp.MustCompile(`[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|\b0x[0-9a-fA-F]+\b|\b[0-9a-f]{16,}\b|\b\d+(?:\.\d+)?`)
)

// likeness is a message's first line without what differs between requests.
// Of an object that a runtime logged for an exception it is type and message.
func likeness(message string) string {
	s := prefixPattern.ReplaceAllString(strings.TrimSpace(message), "")
	if i := strings.IndexByte(s, '{'); i >= 0 {
		if told := thrown([]byte(s[i:])); told != "" {
			s = told
		}
	}
	s, _, _ = strings.Cut(s, "\n")
	return oneLine(idPattern.ReplaceAllString(s, "#"))
}

// thrown finds type and message in an object as Lambda's runtimes log it
// (Lambda developer guide, "Log and monitor", of each language), in the JSON
// form inside a field "message"; "" where it is none of these.
func thrown(b []byte) string {
	var o struct {
		ErrorType    string          `json:"errorType"`
		ErrorMessage string          `json:"errorMessage"`
		Message      json.RawMessage `json:"message"`
		Type         string          `json:"type"`
		Record       struct {
			Status    string `json:"status"`
			ErrorType string `json:"errorType"`
		} `json:"record"`
	}
	if json.Unmarshal(b, &o) != nil {
		return ""
	}
	switch {
	case o.ErrorType != "" || o.ErrorMessage != "":
		return strings.Trim(o.ErrorType+": "+o.ErrorMessage, ": ")
	case o.Type == "platform.report":
		return strings.Trim("invocation ended with status "+o.Record.Status+": "+o.Record.ErrorType, ": ")
	case len(o.Message) > 0 && o.Message[0] == '{':
		return thrown(o.Message)
	}
	var text string
	if json.Unmarshal(o.Message, &text) != nil {
		return ""
	}
	return text
}
