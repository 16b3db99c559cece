package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A trace of three weeks, by the hour, in which job ran a thousand times more
// often at 05:00 on the eighteenth day, is said to have done so and nothing
// else.
func TestCostUnusual(t *testing.T) {
	c := newBench(t)
	var b strings.Builder
	b.WriteString("minute,function,invocations\n")
	for h := range 21 * 24 {
		api, job := 500+10*(h%24)+h*7919%13, 60+h*104729%7
		if h == 17*24+5 {
			job *= 1000
		}
		fmt.Fprintf(&b, "%d,api,%d\n%d,job,%d\n", 60*h, api, 60*h, job)
	}
	file := filepath.Join(t.TempDir(), "trace.csv")
	if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, errs, code := c.run("import", "trace", file, "--start", "2026-11-01T00:00:00Z", "--duration", "100ms", "--memory", "1024", "--arch", "arm64", "--region", "us-east-1"); code != exitDone {
		t.Fatalf("import: exit %d: %s", code, errs)
	}
	out, errs, code := c.run("cost", "--unusual", "-o", "json")
	var doc struct {
		Unusual []struct {
			From     string  `json:"from"`
			To       string  `json:"to"`
			Metric   string  `json:"metric"`
			Actual   float64 `json:"actual"`
			Expected float64 `json:"expected"`
			Reason   string  `json:"reason"`
		} `json:"unusual"`
	}
	if err := json.Unmarshal([]byte(out), &doc); err != nil || code != exitDone {
		t.Fatalf("exit %d: %v: %s%s", code, err, out, errs)
	}
	if len(doc.Unusual) != 1 {
		t.Fatalf("%+v: want one stretch", doc.Unusual)
	}
	u := doc.Unusual[0]
	if u.From != "2026-11-18T05:00:00Z" || u.To != "2026-11-18T06:00:00Z" || u.Metric != "invocations" ||
		u.Actual < 60_000 || u.Expected < 580 || u.Expected > 660 || !strings.HasPrefix(u.Reason, "job: ") {
		t.Errorf("%+v", u)
	}
}
