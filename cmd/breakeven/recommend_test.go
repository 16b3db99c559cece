package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// withX86 imports calls of a function that arm64 would run for less.
func (c bench) withX86() bench {
	c.t.Helper()
	var b strings.Builder
	b.WriteString("minute,function,invocations\n")
	for m := range 120 {
		b.WriteString(strings.ReplaceAll("M,api,100\n", "M", itoa(m)))
	}
	file := filepath.Join(c.t.TempDir(), "trace.csv")
	if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
		c.t.Fatal(err)
	}
	if _, errs, code := c.run("import", "trace", file, "--start", "2026-11-22T10:00:00Z", "--duration", "100ms", "--memory", "1024", "--arch", "x86_64", "--region", "us-east-1"); code != exitDone {
		c.t.Fatalf("import: exit %d: %s", code, errs)
	}
	return c
}

type recommended struct {
	Potential       float64 `json:"potential_usd"`
	Recommendations []struct {
		ID, Title, Status string
		Reason            string `json:"status_reason"`
	} `json:"recommendations"`
}

func (c bench) recommend(args ...string) recommended {
	c.t.Helper()
	out, errs, code := c.run(append([]string{"recommend", "-o", "json"}, args...)...)
	var doc recommended
	if err := json.Unmarshal([]byte(out), &doc); err != nil || code != exitDone {
		c.t.Fatalf("%v: exit %d: %v: %s%s", args, code, err, out, errs)
	}
	return doc
}

// A decision stays, is shown, hides what is ignored, and can be taken back.
func TestDecideAboutAdvice(t *testing.T) {
	c := newBench(t).withX86()
	first := c.recommend()
	if len(first.Recommendations) != 1 || first.Recommendations[0].Status != "new" || first.Potential <= 0 {
		t.Fatalf("at first %+v", first)
	}
	id := first.Recommendations[0].ID
	if got := c.recommend("--status", id+"=accepted"); got.Recommendations[0].Status != "accepted" || got.Potential != first.Potential {
		t.Errorf("accepted: %+v", got)
	}
	if got := c.recommend("--status", id+"=done"); got.Recommendations[0].Status != "done" || got.Potential != 0 {
		t.Errorf("done: %+v", got)
	}
	if got := c.recommend("--status", id+"=ignored: a=done: no\x1b[31m"); len(got.Recommendations) != 0 || got.Potential != 0 {
		t.Errorf("ignored: %+v", got)
	}
	if got := c.recommend("--all"); len(got.Recommendations) != 1 || got.Recommendations[0].Status != "ignored" || !strings.HasPrefix(got.Recommendations[0].Reason, "a=done: no") {
		t.Errorf("all: %+v", got)
	}
	out, _, _ := c.run("recommend", "--all")
	if !strings.Contains(out, "[ignored 23 Nov: a=done: no") || strings.Contains(out, "\x1b[31m") {
		t.Errorf("the table says %q", out)
	}
	if got := c.recommend("--status", id+"=new"); len(got.Recommendations) != 1 || got.Potential != first.Potential {
		t.Errorf("new again: %+v", got)
	}
}

func TestDecideRefuses(t *testing.T) {
	c := newBench(t).withX86()
	for _, status := range []string{"", "x", "x=maybe", "lambda-arm64:x=ignored", "lambda-arm64:x=ignored:  ", "lambda-arm64:no such=done", "=done"} {
		out, errs, code := c.run("recommend", "--status", status, "--quiet")
		if code != exitUsage || out != "" || strings.Count(errs, "\n") != 1 {
			t.Errorf("%q: exit %d, printed %q and %q", status, code, out, errs)
		}
	}
}
