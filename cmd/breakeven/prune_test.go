package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/breakeven-dev/breakeven/collect/awstest"
	"github.com/breakeven-dev/breakeven/model/analyze"
	"github.com/breakeven-dev/breakeven/store"
)

// costsOf lists what every function and resource cost in October, with its
// range, and the hourly costs as SQL sees them.
func costsOf(t *testing.T, a *app) string {
	t.Helper()
	an, err := a.loadAnalysis(t.Context(), windowFlags{from: "2026-10-01", to: "2026-11-01"}, analyze.Options{SkipCompare: true, SkipAdvice: true})
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for _, f := range an.Functions {
		fmt.Fprintln(&out, f.Key.ID, f.Cost.Low, f.Cost.Likely, f.Cost.High, f.Cost.Unknown)
	}
	for _, r := range an.Resources {
		fmt.Fprintln(&out, r.Key.ID, r.Cost.Low, r.Cost.Likely, r.Cost.High, r.Cost.Unknown)
	}
	hourly, code := outcome(t, a, "--db", a.global.db, "query", "-o", "csv", `SELECT service, dimension, count(*), sum(quantity), sum(cost_usd)
		FROM hourly_costs WHERE ts >= '2026-10-01' AND ts < '2026-11-01' GROUP BY ALL ORDER BY ALL`)
	if code != exitDone {
		t.Fatal(hourly)
	}
	return out.String() + hourly
}

// TestPruneLeavesTheBillAsItWas: a whole account over ten weeks is pruned.
// What October cost stays the same to the last digit, at once. After two more
// days every line of it is what it was, or (two more days tell more of cold
// starts) what it is in a database that was not pruned; nothing that was pruned
// is paid for again.
func TestPruneLeavesTheBillAsItWas(t *testing.T) {
	if testing.Short() {
		t.Skip("collects ten weeks")
	}
	server, err := awstest.New(awstest.Options{Seed: 1, Rate: 0.05, Days: 72, Ahead: 72 * time.Hour, Now: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	for _, kv := range server.Env() {
		name, value, _ := strings.Cut(kv, "=")
		t.Setenv(name, value)
	}
	var stderr bytes.Buffer
	a := &app{
		in: strings.NewReader(""), out: io.Discard, err: &stderr,
		getenv: func(string) string { return "" }, clock: time.Now, now: server.Now,
		global: globalFlags{db: filepath.Join(t.TempDir(), "sim.duckdb"), quiet: true},
	}
	collect := func(a *app, more ...string) {
		t.Helper()
		args := append([]string{"--db", a.global.db, "--quiet", "collect", "--since", "72d", "--rate", "*=5000", "--points-per-second", "1e9", "--settle", "1s"}, more...)
		for _, r := range awstest.Regions() {
			args = append(args, "--region", r)
		}
		if code := run(t.Context(), a, args); code != exitDone && code != exitIncomplete {
			t.Fatalf("collect: exit %d: %s", code, stderr.String())
		}
	}
	collect(a)
	october := costsOf(t, a)
	if strings.Count(october, "\n") < 100 {
		t.Fatalf("too little to compare:\n%s", october)
	}
	plan, code := outcome(t, a, "--db", a.global.db, "prune", "--older-than", "40d", "--dry-run")
	if code != exitDone || !strings.Contains(plan, "2026-10-01") || !strings.Contains(plan, "lambda_metrics") {
		t.Errorf("dry run: exit %d:\n%s", code, plan)
	}
	if got := costsOf(t, a); got != october {
		t.Error("the dry run changed something")
	}
	whole := *a
	whole.global.db = filepath.Join(t.TempDir(), "whole.duckdb")
	copyDatabase(t, whole.global.db, a.global.db)
	before := fileSize(t, a.global.db)
	done, code := outcome(t, a, "--db", a.global.db, "prune", "--older-than", "40d")
	if after := fileSize(t, a.global.db); code != exitDone || after > before*8/10 {
		t.Errorf("exit %d, %d bytes of %d:\n%s", code, after, before, done)
	}
	t.Logf("\n%s", done)
	if got := costsOf(t, a); got != october {
		t.Errorf("October after pruning:%s", firstChange(got, october))
	}

	server.Advance(48 * time.Hour)
	start := server.Counters().MetricsBilled
	collect(&whole)
	middle := server.Counters().MetricsBilled
	collect(a, "--retention", "40d")
	known := october + costsOf(t, &whole)
	got := costsOf(t, a)
	if n := strings.Count(got, "\n"); n != strings.Count(october, "\n") {
		t.Errorf("October after two more days has %d lines", n)
	}
	for line := range strings.Lines(got) {
		if !strings.Contains(known, line) {
			t.Errorf("October after two more days: %s", line)
		}
	}
	if again := server.Counters().MetricsBilled - middle; again > middle-start {
		t.Errorf("%d metrics were billed after pruning, %d without", again, middle-start)
	}
	r, err := store.OpenReader(t.Context(), a.global.db, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if held, _, err := r.Extent(t.Context()); err != nil || held.From.Before(time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("there is data from %s on, %v", held.From, err)
	}
}

func copyDatabase(t *testing.T, to, from string) {
	t.Helper()
	b, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to, b, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func fileSize(t *testing.T, path string) int64 {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

// firstChange shows the first lines that differ.
func firstChange(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	n, out := 0, ""
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] && n < 8 {
			out += "\n  got  " + g[i] + "\n  want " + w[i]
			n++
		}
	}
	return fmt.Sprintf(" %d lines, want %d%s", len(g), len(w), out)
}

func TestRetention(t *testing.T) {
	now := time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)
	for _, tt := range []struct{ in, want string }{
		{"31d", "2026-10-01"},
		{"60w", "2025-09-01"},
		{" 400d ", "2025-10-01"},
		{"52d", "2026-10-01"},
		{"53d", "2026-09-01"},
		{"30d", ""},
		{"", ""},
		{"mtd", ""},
		{"2026-01-01", ""},
		{"-400d", ""},
		{"1000000w", ""},
		{"400", ""},
	} {
		got, err := parseRetention(tt.in, now)
		if code, _ := codeOf(err); tt.want == "" && code != exitUsage {
			t.Errorf("%q: %v, %v, want a usage error", tt.in, got, err)
		} else if tt.want != "" && (err != nil || got.Format(time.DateOnly) != tt.want) {
			t.Errorf("%q: %v, %v, want %s", tt.in, got, err, tt.want)
		}
	}
}
