package awstest

import (
	"encoding/json"
	"fmt"
	"slices"
	"sort"
	"strings"
)

type filterLogEventsInput struct {
	LogGroupName       string   `json:"logGroupName"`
	LogGroupIdentifier string   `json:"logGroupIdentifier"`
	LogStreamNames     []string `json:"logStreamNames"`
	StartTime          int64    `json:"startTime"`
	EndTime            *int64   `json:"endTime"`
	FilterPattern      string   `json:"filterPattern"`
	Limit              int      `json:"limit"`
	NextToken          string   `json:"nextToken"`
}

type logEvent struct {
	EventID       string `json:"eventId"`
	IngestionTime int64  `json:"ingestionTime"`
	LogStreamName string `json:"logStreamName"`
	Message       string `json:"message"`
	Timestamp     int64  `json:"timestamp"`
}

// line is one log line before it is written out.
type line struct {
	at      int64
	request int
	kind    eventKind
}

// filterLogEvents serves the events of [startTime, endTime], both ends
// included as on AWS, in the order of their time.
func (s *Server) filterLogEvents(c *call) (reply, *apiError) {
	var in filterLogEventsInput
	if err := c.decodeJSON(&in); err != nil {
		return reply{}, err
	}
	f := s.acct.region(c.region).byLogGroup(in.LogGroupName + in.LogGroupIdentifier)
	if f == nil {
		return reply{}, errNoLogGroup()
	}
	match, apiErr := parsePattern(in.FilterPattern)
	if apiErr != nil {
		return reply{}, apiErr
	}
	if in.Limit <= 0 || in.Limit > eventsPerPage {
		in.Limit = eventsPerPage
	}
	from, apiErr := parsePlace(in.NextToken)
	if apiErr != nil {
		return reply{}, apiErr
	}
	end := c.now.UnixMilli()
	if in.EndTime != nil {
		end = min(end, *in.EndTime)
	}
	p := &searchPage{f: f, c: c, in: &in, match: match, start: max(in.StartTime, f.keepsFrom(c.now)), end: end}
	p.search(from)
	s.count.update(func(c *Counters) {
		c.LogEvents += int64(len(p.events))
		if in.NextToken != "" {
			c.Pages++
		}
	})
	out := map[string]any{"events": p.events, "searchedLogStreams": []any{}}
	if p.next != "" {
		out["nextToken"] = p.next
	}
	return jsonReply(out)
}

// place is where a page of a search begins: an hour and the lines of it
// already examined.
type place struct{ hour, skip int64 }

func parsePlace(token string) (place, *apiError) {
	if token == "" {
		return place{}, nil
	}
	var p place
	if _, err := fmt.Sscanf(token, "AWSTEST/%d/%d", &p.hour, &p.skip); err != nil {
		return p, &apiError{400, "InvalidParameterException", "The specified nextToken is invalid."}
	}
	return p, nil
}

// searchPage is one page of FilterLogEvents under way.
type searchPage struct {
	f          *function
	c          *call
	in         *filterLogEventsInput
	match      func(string) bool
	start, end int64
	events     []logEvent
	bytes      int
	searched   int
	next       string
}

// search runs hour by hour: lines are sorted within the hour, and by default
// no request crosses one.
func (p *searchPage) search(from place) {
	p.events = []logEvent{}
	hour := max(from.hour, p.start-p.start%hourMs)
	if first := p.firstHour(); first > hour {
		hour, from.skip = first, 0
	}
	for ; hour <= p.end; hour += hourMs {
		lines := p.lines(hour)
		for i := int(from.skip); i < len(lines); i++ {
			if p.full() {
				p.next = fmt.Sprintf("AWSTEST/%d/%d", hour, i)
				return
			}
			p.add(lines[i])
		}
		from.skip = 0
		if p.searched > requestsPerSearch && hour+hourMs <= p.end {
			p.next = fmt.Sprintf("AWSTEST/%d/%d", hour+hourMs, 0)
			return
		}
	}
}

func (p *searchPage) full() bool {
	return len(p.events) >= p.in.Limit || p.bytes >= bytesPerPage
}

// firstHour skips the empty time before the first request.
func (p *searchPage) firstHour() int64 {
	reqs := p.f.requests
	if len(reqs) == 0 {
		return p.end + 1
	}
	return reqs[0].start - reqs[0].start%hourMs
}

// lines gives the visible lines of the requests that start in the hour.
func (p *searchPage) lines(hour int64) []line {
	f := p.f
	var out []line
	i := sort.Search(len(f.requests), func(i int) bool { return f.requests[i].start >= hour })
	for ; i < len(f.requests) && f.requests[i].start < hour+hourMs; i++ {
		p.searched++
		if !f.visible(i, publishedLogs, p.c.now, p.c.late) {
			continue
		}
		for k := range eventKinds {
			if at := eventTime(&f.requests[i], k); f.writes(i, k) && at >= p.start && at <= p.end {
				out = append(out, line{at, i, k})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b line) int { return int(a.at - b.at) })
	return out
}

func (p *searchPage) add(l line) {
	msg := string(p.f.appendMessage(nil, l.request, l.kind))
	stream := p.f.logStream(l.request)
	if !p.match(msg) || len(p.in.LogStreamNames) > 0 && !slices.Contains(p.in.LogStreamNames, stream) {
		return
	}
	p.bytes += len(msg)
	p.events = append(p.events, logEvent{
		EventID:       fmt.Sprintf("%056d", uint64(l.request)*uint64(eventKinds)+uint64(l.kind)),
		IngestionTime: l.at + 1500, Timestamp: l.at, LogStreamName: stream, Message: msg,
	})
}

// parsePattern compiles the subset of filter patterns served: terms that must
// all occur ("REPORT", with or without quotes, -term for absence), and
// { $.path = "value" } on JSON lines.
func parsePattern(pattern string) (func(string) bool, *apiError) {
	pattern = strings.TrimSpace(pattern)
	if strings.HasPrefix(pattern, "{") {
		return parseJSONPattern(pattern)
	}
	terms := strings.Fields(pattern)
	for i := range terms {
		terms[i] = strings.ReplaceAll(terms[i], `"`, "")
	}
	return func(msg string) bool {
		for _, t := range terms {
			word, absent := strings.CutPrefix(t, "-")
			if hasTerm(msg, word) == absent {
				return false
			}
		}
		return true
	}, nil
}

// hasTerm finds a whole term: letters, digits and underscores around it make
// it part of another.
func hasTerm(msg, term string) bool {
	for at := 0; term != ""; {
		i := strings.Index(msg[at:], term)
		if i < 0 {
			return false
		}
		i += at
		if !wordByte(msg, i-1) && !wordByte(msg, i+len(term)) {
			return true
		}
		at = i + 1
	}
	return true
}

func wordByte(s string, i int) bool {
	if i < 0 || i >= len(s) {
		return false
	}
	c := s[i]
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

func parseJSONPattern(pattern string) (func(string) bool, *apiError) {
	inner := strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(pattern, "{"), "}"))
	path, value, ok := strings.Cut(inner, "=")
	path = strings.TrimSpace(path)
	value = strings.Trim(strings.TrimSpace(value), `"`)
	if !ok || !strings.HasPrefix(path, "$.") || !strings.HasSuffix(pattern, "}") {
		return nil, &apiError{400, "InvalidParameterException", "Invalid filter pattern"}
	}
	keys := strings.Split(path[2:], ".")
	return func(msg string) bool {
		var v any
		if json.Unmarshal([]byte(msg), &v) != nil {
			return false
		}
		for _, k := range keys {
			m, ok := v.(map[string]any)
			if !ok {
				return false
			}
			v = m[k]
		}
		return fmt.Sprint(v) == value
	}, nil
}
