package main

import (
	"bytes"
	"context"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// bench runs command lines on a database of its own.
type bench struct {
	t   *testing.T
	db  string
	now time.Time
}

func newBench(t *testing.T) bench {
	return bench{t: t, db: filepath.Join(t.TempDir(), "b.duckdb"), now: time.Date(2026, 11, 23, 9, 20, 0, 0, time.UTC)}
}

func (c bench) run(args ...string) (out, errs string, code int) {
	c.t.Helper()
	var o, e bytes.Buffer
	a := &app{in: strings.NewReader(""), out: &o, err: &e, getenv: func(string) string { return "" }, clock: time.Now, now: func() time.Time { return c.now }}
	code = run(context.Background(), a, append([]string{"--db", c.db}, args...))
	return o.String(), e.String(), code
}

// withTrace imports two functions' calls over two hours of 22 November:
// 1,200 at 100 ms and 60 at 1,000 ms, both of 1024 MB, no REPORT lines.
func (c bench) withTrace() bench {
	c.t.Helper()
	var b strings.Builder
	b.WriteString("minute,function,invocations\n")
	for m := range 120 {
		b.WriteString(strings.ReplaceAll("M,api,10\n", "M", itoa(m)))
		if m%2 == 0 {
			b.WriteString(strings.ReplaceAll("M,job,1\n", "M", itoa(m)))
		}
	}
	file := filepath.Join(c.t.TempDir(), "trace.csv")
	if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
		c.t.Fatal(err)
	}
	if _, errs, code := c.run("import", "trace", file, "--start", "2026-11-22T10:00:00Z", "--duration", "100ms", "--memory", "1024", "--arch", "arm64", "--region", "us-east-1"); code != exitDone {
		c.t.Fatalf("import: exit %d: %s", code, errs)
	}
	return c
}

func itoa(n int) string {
	b, _ := json.Marshal(n)
	return string(b)
}

func TestViewsOfNothing(t *testing.T) {
	c := newBench(t)
	for _, args := range [][]string{{"cost"}, {"functions"}, {"coldstarts"}, {"recommend"}, {"report"}, {"cost", "-o", "json"}} {
		out, errs, code := c.run(args...)
		if code != exitIncomplete || out != "" || strings.Count(errs, "\n  breakeven ") != 3 {
			t.Errorf("%v: exit %d, printed %q and %q", args, code, out, errs)
		}
	}
}

// TestCostOfATrace holds the printed cost against the sum done by hand with
// the list prices of us-east-1 (arm64 0.0000133334 a GB-second, 0.20 a million
// requests, October 2026): 1,260 × 0.1 s × 1 GB and 1,260 requests. Lambda
// bills whole milliseconds and cold starts, so it is the lower bound.
func TestCostOfATrace(t *testing.T) {
	c := newBench(t).withTrace()
	out, errs, code := c.run("cost", "-o", "json")
	var doc struct {
		Low   float64 `json:"total_low_usd"`
		Total float64 `json:"total_usd"`
		Costs []struct {
			Cost float64 `json:"cost_usd"`
		} `json:"costs"`
	}
	if err := json.Unmarshal([]byte(out), &doc); err != nil || code != exitDone {
		t.Fatalf("exit %d: %v: %s%s", code, err, out, errs)
	}
	want := 1260*0.1*0.0000133334 + 1260*0.0000002
	sum := 0.0
	for _, l := range doc.Costs {
		sum += l.Cost
	}
	if math.Abs(doc.Low-want) > 1e-12 || math.Abs(sum-doc.Total) > 1e-12 || doc.Total < doc.Low {
		t.Errorf("low %v, want %v; lines %v, total %v", doc.Low, want, sum, doc.Total)
	}
	if !strings.Contains(errs, "collected just now") {
		t.Errorf("the age is not told: %q", errs)
	}
}

func TestViewsInEveryFormat(t *testing.T) {
	c := newBench(t).withTrace()
	for _, view := range [][]string{{"cost"}, {"cost", "--group-by", "region"}, {"cost", "--unusual"}, {"functions", "--sort", "calls"}, {"coldstarts"}, {"recommend"}} {
		for _, format := range outputs {
			out, errs, code := c.run(append(view, "-o", format, "--quiet")...)
			if code != exitDone || errs != "" || out == "" && format != "ndjson" {
				t.Errorf("%v as %s: exit %d, %d bytes, %q", view, format, code, len(out), errs)
			}
		}
	}
	file := filepath.Join(t.TempDir(), "r.html")
	if out, errs, code := c.run("report", "--out", file); code != exitDone || out != file+"\n" {
		t.Errorf("report: exit %d, printed %q and %q", code, out, errs)
	}
}

func TestViewsRefuse(t *testing.T) {
	c := newBench(t).withTrace()
	for _, bad := range []struct {
		args string
		code int
	}{
		{"cost --group-by colour", exitUsage},
		{"cost --unusual --top 3", exitUsage},
		{"cost extra", exitUsage},
		{"functions --sort luck", exitUsage},
		{"recommend --min-savings much", exitUsage},
		{"report --format pdf", exitUsage},
		{"cost --since soon", exitUsage},
		{"cost --from 2026-01-01 --to 2026-01-02", exitIncomplete}, // nothing is held of it
	} {
		if out, errs, code := c.run(strings.Fields(bad.args)...); code != bad.code || out != "" || strings.Count(errs, "\n") != 1 {
			t.Errorf("%s: exit %d, printed %q and %q", bad.args, code, out, errs)
		}
	}
}
