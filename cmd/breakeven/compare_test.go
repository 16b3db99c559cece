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

// compareCommand runs `breakeven compare` as a user would, without a database.
func compareCommand(t *testing.T, args ...string) (code int, out, errOut string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	a := newApp()
	a.out, a.err = &stdout, &stderr
	a.getenv = func(string) string { return "" }
	a.now = func() time.Time { return time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC) }
	code = run(context.Background(), a, append([]string{"compare"}, args...))
	return code, stdout.String(), stderr.String()
}

func decode(t *testing.T, text string) map[string]any {
	t.Helper()
	var doc map[string]any
	if err := json.Unmarshal([]byte(text), &doc); err != nil {
		t.Fatalf("%v in %q", err, text)
	}
	return doc
}

// Published values of Erlang C: C(10, 6) = 0.10130, C(2, 1) = 1/3, whose mean
// wait is C/(c - a) = 1/3 services.
func TestCompareErlang(t *testing.T) {
	for _, c := range []struct {
		load, servers string
		wait, mean    any
	}{
		{"6", "10", 0.10129924268741748, 0.10129924268741748 / 4},
		{"1", "2", 1.0 / 3, 1.0 / 3},
		{"10", "10", 1.0, nil},
		{"11", "10", 1.0, nil},
		{"0", "1", 0.0, 0.0},
	} {
		code, out, errOut := compareCommand(t, "--erlang-c", "--offered-load", c.load, "--servers", c.servers, "-o", "json")
		doc := decode(t, out)
		if code != 0 || errOut != "" || !near(doc["wait_probability"], c.wait) || !near(doc["mean_wait_over_service"], c.mean) {
			t.Errorf("%+v: exit %d, %v", c, code, doc)
		}
	}
}

func near(got, want any) bool {
	g, ok1 := got.(float64)
	w, ok2 := want.(float64)
	return ok1 == ok2 && (!ok1 || math.Abs(g-w) <= 1e-12*math.Abs(w))
}

func TestComparePaper(t *testing.T) {
	code, out, errOut := compareCommand(t, "--requests-per-second", "10", "--duration", "120ms", "--memory", "512", "--cpu-time", "30ms", "--slo", "300ms@p99", "-o", "json")
	if code != 0 || errOut != "" {
		t.Fatalf("exit %d: %s", code, errOut)
	}
	options := decode(t, out)["options"].([]any)
	for _, o := range options {
		keys := o.(map[string]any)
		for _, k := range []string{"option", "architecture", "purchase", "configuration", "servers", "utilisation", "monthly_cost_usd", "cost_low_usd", "cost_high_usd", "meets_slo", "break_even_requests_per_second", "crossings", "assumptions"} {
			if _, ok := keys[k]; !ok {
				t.Errorf("%v has no %s", keys["option"], k)
			}
		}
	}
	first := options[0].(map[string]any)
	if first["option"] != "lambda" || first["monthly_cost_usd"] != 31.53605256 || first["break_even_requests_per_second"] != nil || first["meets_slo"] != true {
		t.Errorf("lambda: %v", first)
	}
}

func TestCompareUsageFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "usage.yaml")
	text := `region: us-east-1
resources:
  - {name: one, service: lambda, memory_mb: 512, requests: 26280000, duration_ms: 120}
  - {name: balancer, service: alb, lcu: 1}
  - {name: two, service: lambda, architecture: arm64, memory_mb: 1024, requests: 1000, duration_ms: 50}
`
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, errOut := compareCommand(t, "--usage", file, "-o", "json")
	if code != 0 {
		t.Fatalf("exit %d: %s", code, errOut)
	}
	list, ok := decode(t, out)["comparisons"].([]any)
	if !ok || len(list) != 2 {
		t.Fatalf("%d comparisons", len(list))
	}
	_, out, _ = compareCommand(t, "--usage", file, "--slo", "200ms@p99", "-o", "json")
	for _, c := range decode(t, out)["comparisons"].([]any) {
		for _, o := range c.(map[string]any)["options"].([]any) {
			if o.(map[string]any)["meets_slo"] == nil {
				t.Errorf("--slo says nothing of %v", o.(map[string]any)["option"])
			}
		}
	}
	one := list[0].(map[string]any)
	if one["name"] != "one" || one["options"].([]any)[0].(map[string]any)["monthly_cost_usd"] != 31.53605256 {
		t.Errorf("%v", one["name"])
	}
}

func TestCompareMissingPrice(t *testing.T) {
	code, out, errOut := compareCommand(t, "--requests-per-second", "1", "--duration", "1s", "--region", "ca-west-1", "-o", "json")
	o := decode(t, out)["options"].([]any)[0].(map[string]any)
	if code != exitIncomplete || o["monthly_cost_usd"] != nil || !strings.Contains(errOut, "AWSLambda requests in ca-west-1") {
		t.Errorf("exit %d, %v: %s", code, o["monthly_cost_usd"], errOut)
	}
}

func TestCompareWrongUsage(t *testing.T) {
	for _, args := range []string{
		"--requests-per-second 0 --duration 1s",
		"--requests-per-second -1 --duration 1s",
		"--requests-per-second NaN --duration 1s",
		"--requests-per-second 1",
		"--requests-per-second 1 --duration 16m",
		"--requests-per-second 1 --duration 1s --memory 127",
		"--requests-per-second 1 --duration 1s --memory 10241",
		"--requests-per-second 1 --duration 1s --arch mips",
		"--requests-per-second 1 --duration 1s --region cn-north-1",
		"--requests-per-second 1 --duration 1s --cpu-time 7s",
		"--requests-per-second 1 --duration 1s --slo 200",
		"--requests-per-second 1 --duration 1s --slo 200ms@p100",
		"--requests-per-second 1 --duration 1s --utilisation 1.1",
		"--slo 200ms@p99",
		"--operating-hours 3",
		"--operating-rate 80",
		"--operating-hours -1 --operating-rate 80",
		"--operating-hours 3 --operating-rate NaN",
		"--erlang-c --servers 1",
		"--erlang-c --offered-load 1",
		"--erlang-c --offered-load -1 --servers 1",
		"--erlang-c --offered-load Inf --servers 1",
		"--servers 3",
		"--erlang-c --offered-load 1 --servers 1 name",
		"--usage /does/not/exist.yaml",
	} {
		if code, out, errOut := compareCommand(t, strings.Fields(args)...); code != exitUsage || out != "" || strings.Count(errOut, "\n") != 1 {
			t.Errorf("%s: exit %d, %q, %q", args, code, out, errOut)
		}
	}
}
