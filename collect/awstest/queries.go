package awstest

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Limits of Logs Insights (StartQuery API reference and CloudWatch Logs
// quotas).
const (
	maxQueryGroups   = 50
	defaultQueryRows = 10_000
	maxQueryRows     = 100_000
	rowsPerPage      = 10_000
	maxQueriesAtOnce = 30
)

// queryTable holds the queries started so far.
type queryTable struct {
	mu      sync.Mutex
	running int
	byID    map[string]*query
	order   []*query
}

// query is one Insights query. Its first poll finds it running, as polls on
// AWS do.
type query struct {
	id, text, group string
	created         time.Time

	mu     sync.Mutex
	polled bool
	status string // Running, Complete, Cancelled
	rows   [][]resultField
	stats  queryStatistics
}

func (q *query) cancelled() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.status == "Cancelled"
}

type startQueryInput struct {
	LogGroupName        string   `json:"logGroupName"`
	LogGroupNames       []string `json:"logGroupNames"`
	LogGroupIdentifiers []string `json:"logGroupIdentifiers"`
	QueryString         string   `json:"queryString"`
	QueryLanguage       string   `json:"queryLanguage"`
	StartTime           int64    `json:"startTime"`
	EndTime             int64    `json:"endTime"`
	Limit               int      `json:"limit"`
}

func (in *startQueryInput) groups() ([]string, *apiError) {
	all := append(append([]string{}, in.LogGroupNames...), in.LogGroupIdentifiers...)
	if in.LogGroupName != "" {
		all = append(all, in.LogGroupName)
	}
	switch {
	case len(all) == 0:
		return nil, &apiError{400, "InvalidParameterException", "A log group must be specified for the query"}
	case len(all) > maxQueryGroups:
		return nil, &apiError{400, "InvalidParameterException", fmt.Sprintf("The number of log groups exceeds the limit of %d", maxQueryGroups)}
	case in.StartTime > in.EndTime:
		return nil, &apiError{400, "InvalidParameterException", "End time should not be less than start time."}
	case in.Limit < 0 || in.Limit > maxQueryRows:
		return nil, &apiError{400, "InvalidParameterException", fmt.Sprintf("Limit must be between 1 and %d", maxQueryRows)}
	}
	return all, nil
}

// prepare turns the input into a run. Times are whole seconds and both ends
// are included: a line half a second after endTime is outside.
func (s *Server) prepare(c *call, in *startQueryInput) (*queryRun, *apiError) {
	groups, err := in.groups()
	if err != nil {
		return nil, err
	}
	if in.Limit == 0 {
		in.Limit = defaultQueryRows
	}
	run := &queryRun{start: in.StartTime * 1000, end: in.EndTime * 1000, limit: in.Limit, view: view{c.now, c.late}}
	outside := true
	for _, g := range groups {
		f := s.acct.region(c.region).byLogGroup(g)
		if f == nil {
			return nil, &apiError{400, "ResourceNotFoundException", "Log group '" + g + "' does not exist for account ID '" + AccountID + "' (Service: AWSLogs; Status Code: 400)"}
		}
		outside = outside && run.end < max(f.created.UnixMilli(), f.keepsFrom(c.now))
		run.functions = append(run.functions, f)
	}
	if outside {
		return nil, malformed("Query's end date and time is either before the log groups creation time or exceeds the log groups log retention settings")
	}
	run.query, err = parseInsights(in.QueryString)
	return run, err
}

func (s *Server) startQuery(c *call) (reply, *apiError) {
	var in startQueryInput
	if err := c.decodeJSON(&in); err != nil {
		return reply{}, err
	}
	run, err := s.prepare(c, &in)
	if err != nil {
		return reply{}, err
	}
	q, err := s.queries.add(&in, c.now)
	if err != nil {
		return reply{}, err
	}
	run.cancelled = q.cancelled
	go func() {
		rows := run.run()
		s.queries.finish(q, rows, run.stats)
		s.count.update(func(c *Counters) { c.BytesScanned += int64(run.stats.BytesScanned) })
	}()
	return jsonReply(map[string]string{"queryId": q.id})
}

func (t *queryTable) add(in *startQueryInput, now time.Time) (*query, *apiError) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.running >= maxQueriesAtOnce {
		return nil, &apiError{400, "LimitExceededException", fmt.Sprintf("Account maximum query concurrency limit of [%d] reached.", maxQueriesAtOnce)}
	}
	if t.byID == nil {
		t.byID = map[string]*query{}
	}
	t.running++
	q := &query{id: uuid(0x9e, uint64(len(t.order))), text: in.QueryString, group: in.LogGroupName, created: now, status: "Running"}
	t.byID[q.id] = q
	t.order = append(t.order, q)
	return q, nil
}

func (t *queryTable) finish(q *query, rows [][]resultField, stats queryStatistics) {
	t.mu.Lock()
	t.running--
	t.mu.Unlock()
	q.mu.Lock()
	defer q.mu.Unlock()
	q.stats = stats
	if q.status == "Running" {
		q.status, q.rows = "Complete", rows
	}
}

// find reads the query named in the call's body.
func (s *Server) find(c *call, in any, id *string) (*query, *apiError) {
	if err := c.decodeJSON(in); err != nil {
		return nil, err
	}
	s.queries.mu.Lock()
	defer s.queries.mu.Unlock()
	q := s.queries.byID[*id]
	if q == nil {
		return nil, &apiError{400, "ResourceNotFoundException", "Query does not exist"}
	}
	return q, nil
}

func (s *Server) getQueryResults(c *call) (reply, *apiError) {
	var in struct {
		QueryID   string `json:"queryId"`
		NextToken string `json:"nextToken"`
		MaxItems  int    `json:"maxItems"`
	}
	q, apiErr := s.find(c, &in, &in.QueryID)
	if apiErr != nil {
		return reply{}, apiErr
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	out := map[string]any{"queryLanguage": "CWLI", "status": q.status, "statistics": q.stats, "results": [][]resultField{}}
	if !q.polled || q.status != "Complete" {
		q.polled = true
		if q.status == "Complete" {
			out["status"] = "Running"
		}
		return jsonReply(out)
	}
	size := rowsPerPage
	if in.MaxItems > 0 {
		size = min(size, in.MaxItems)
	}
	page, next, err := pageOf(len(q.rows), in.NextToken, size)
	if err != nil {
		return reply{}, &apiError{400, "InvalidParameterException", "The specified nextToken is invalid."}
	}
	out["results"] = append([][]resultField{}, q.rows[page[0]:page[1]]...)
	if next != "" {
		out["nextToken"] = next
	}
	return jsonReply(out)
}

func (s *Server) stopQuery(c *call) (reply, *apiError) {
	var in struct {
		QueryID string `json:"queryId"`
	}
	q, err := s.find(c, &in, &in.QueryID)
	if err != nil {
		return reply{}, err
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.status != "Running" {
		return reply{}, &apiError{400, "InvalidParameterException", "Query has already ended"}
	}
	q.status = "Cancelled"
	return jsonReply(map[string]bool{"success": true})
}

func (s *Server) describeQueries(c *call) (reply, *apiError) {
	var in struct {
		LogGroupName string `json:"logGroupName"`
		Status       string `json:"status"`
		MaxResults   int    `json:"maxResults"`
		NextToken    string `json:"nextToken"`
	}
	if err := c.decodeJSON(&in); err != nil {
		return reply{}, err
	}
	s.queries.mu.Lock()
	defer s.queries.mu.Unlock()
	all := []map[string]any{}
	for _, q := range s.queries.order {
		q.mu.Lock()
		if (in.Status == "" || in.Status == q.status) && strings.HasPrefix(q.group, in.LogGroupName) {
			all = append(all, map[string]any{"queryId": q.id, "queryString": q.text, "status": q.status, "createTime": q.created.UnixMilli(), "logGroupName": q.group})
		}
		q.mu.Unlock()
	}
	size := 1000
	if in.MaxResults > 0 {
		size = min(size, in.MaxResults)
	}
	page, next, err := pageOf(len(all), in.NextToken, size)
	if err != nil {
		return reply{}, &apiError{400, "InvalidParameterException", "The specified nextToken is invalid: " + strconv.Quote(in.NextToken)}
	}
	out := map[string]any{"queries": all[page[0]:page[1]]}
	if next != "" {
		out["nextToken"] = next
	}
	return jsonReply(out)
}
