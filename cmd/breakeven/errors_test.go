package main

import (
	"encoding/json"
	"math"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/breakeven-dev/breakeven/collect/awstest"
)

// troubles is what errors says as JSON.
type troubles struct {
	Errors []struct {
		Message   string
		Count     int64
		First     time.Time
		Last      time.Time
		RequestID string `json:"request_id"`
	}
	Lines   int64   `json:"error_lines"`
	Scanned int64   `json:"scanned_bytes"`
	Cost    float64 `json:"scan_cost_usd"`
	Slowest []struct {
		DurationMs float64 `json:"duration_ms"`
		RequestID  string  `json:"request_id"`
		TraceID    *string `json:"trace_id"`
	}
}

// TestErrorsAgainstTruth holds the messages counted in the logs of every
// function against the errors that the simulator knows of, and the slowest
// request against the longest duration that CloudWatch reports.
func TestErrorsAgainstTruth(t *testing.T) {
	a, server := simulated(t, awstest.Options{Seed: 1, Days: 3, Rate: 0.3, Now: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)})
	truth := server.Truth()
	checked, traced, shapes := 0, 0, map[string]bool{}
	for _, f := range truth.Functions {
		if f.Counts.Errors == 0 || f.Counts.Errors > 9000 || checked == 8 {
			continue
		}
		before := server.Counters().BytesScanned
		out, code := outcome(t, a, "--db", a.global.db, "errors", f.ARN, "--since", "3d", "--yes", "-o", "json")
		if code != exitDone {
			continue // a function without a log, or whose log keeps less
		}
		var got troubles
		if err := json.Unmarshal([]byte(out), &got); err != nil {
			t.Fatal(err, out)
		}
		if len(got.Slowest) == 0 {
			continue // its REPORT lines are dropped
		}
		checked++
		sum := int64(0)
		for _, e := range got.Errors {
			sum += e.Count
			shapes[e.Message] = true
			if strings.ContainsAny(e.Message, "0123456789") && !strings.Contains(e.Message, "503") || e.First.After(e.Last) || e.RequestID == "" {
				t.Errorf("%s: %+v", f.Name, e)
			}
		}
		if sum != f.Counts.Errors || got.Lines != sum {
			t.Errorf("%s: %d error messages, %d lines; %d errors happened", f.Name, sum, got.Lines, f.Counts.Errors)
		}
		if scanned := server.Counters().BytesScanned - before; scanned != got.Scanned || scanned == 0 {
			t.Errorf("%s: %d bytes were scanned, it says %d", f.Name, scanned, got.Scanned)
		}
		for i, s := range got.Slowest {
			if i > 0 && s.DurationMs > got.Slowest[i-1].DurationMs || len(s.RequestID) != 36 {
				t.Errorf("%s: slowest request %d: %+v", f.Name, i, s)
			}
			if s.TraceID != nil && strings.HasPrefix(*s.TraceID, "1-") {
				traced++
			}
		}
		longest, code := outcome(t, a, "--db", a.global.db, "query", "-o", "csv", "SELECT max(value) AS v FROM metrics WHERE metric = 'Duration' AND stat = 'Maximum' AND resource_id = '"+f.ARN+"'")
		var want float64
		if _, v, _ := strings.Cut(strings.TrimSpace(longest), "\n"); code != exitDone || json.Unmarshal([]byte(v), &want) != nil {
			t.Fatal(longest)
		}
		if math.Abs(got.Slowest[0].DurationMs-want) > 0.01 {
			t.Errorf("%s: the slowest request took %v ms, CloudWatch's maximum is %v", f.Name, got.Slowest[0].DurationMs, want)
		}
	}
	t.Log(shapes)
	if checked < 5 || traced == 0 || !shapes["UpstreamError: upstream answered # for order #"] {
		t.Errorf("%d functions checked, %d requests traced, messages %v", checked, traced, shapes)
	}
	nothingKept(t, a)
	calls, code := outcome(t, a, "--db", a.global.db, "query", "-o", "csv", "SELECT sum(requests) >= 16 AS recorded FROM api_calls WHERE operation = 'logs:StartQuery'")
	if code != exitDone || !strings.Contains(calls, "true") {
		t.Errorf("the queries are not among the calls: %s", calls)
	}
}

// nothingKept looks for messages in the database.
func nothingKept(t *testing.T, a *app) {
	t.Helper()
	b, err := os.ReadFile(a.global.db)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{"UpstreamError", "upstream answered", "Task timed out"} {
		if strings.Contains(string(b), s) {
			t.Errorf("the database holds %q", s)
		}
	}
}

// TestErrorsAskBefore: without --yes, a person or a high enough --max-cost
// nothing is read.
func TestErrorsAskBefore(t *testing.T) {
	a, server := simulated(t, awstest.Options{Seed: 1, Days: 2, Rate: 0.1, Now: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)})
	before := server.Counters().BytesScanned
	for _, tt := range []struct {
		args []string
		code int
	}{
		{[]string{"search-api"}, exitRefused},
		{[]string{"search-api", "--max-cost", "0"}, exitRefused},
		{[]string{"no-such-function", "--yes"}, exitUsage},
		{[]string{"search-api", "--yes", "--top", "0"}, exitUsage},
		{[]string{"search-api", "--yes", "--since", "tomorrow"}, exitUsage},
		{[]string{"search-api", "--yes", "--region", "eu-west-1"}, exitUsage},
		{nil, exitUsage},
	} {
		if _, code := outcome(t, a, append([]string{"--db", a.global.db, "errors"}, tt.args...)...); code != tt.code {
			t.Errorf("errors %v: exit %d, want %d", tt.args, code, tt.code)
		}
	}
	if after := server.Counters().BytesScanned; after != before {
		t.Errorf("%d bytes were scanned", after-before)
	}
	out, code := outcome(t, a, "--db", a.global.db, "errors", "search-api", "--max-cost", "1", "--since", "2d")
	if code != exitDone || !strings.Contains(out, "Slowest requests") || server.Counters().BytesScanned == before {
		t.Errorf("exit %d:\n%s", code, out)
	}
	t.Log(out)
}
