package main

import (
	"bytes"
	"context"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// simulateCommand runs `breakeven simulate` as a user would.
func simulateCommand(t *testing.T, args ...string) (code int, out, errOut string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	a := newApp()
	a.out, a.err = &stdout, &stderr
	a.getenv = func(string) string { return "" }
	a.now = func() time.Time { return time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC) }
	code = run(context.Background(), a, append([]string{"simulate"}, args...))
	return code, stdout.String(), stderr.String()
}

var simulatedFigures = []string{
	"cold_start_probability", "rejection_probability", "mean_instances", "mean_running", "mean_idle", "utilisation", "mean_instance_lifetime_s",
}

// A load of one Erlang on two instances: B(2, 1) = 1/5 is rejected.
func TestSimulateJSON(t *testing.T) {
	code, out, errOut := simulateCommand(t, "--arrivals", "poisson", "--rate", "1", "--warm-service", "1s", "--cold-service", "1s",
		"--service-distribution", "lognormal:0.5", "--idle-timeout", "1s..3s", "--max-concurrency", "2", "--provisioned", "0",
		"--horizon", "40000s", "--seed", "7", "-o", "json")
	doc := decode(t, out)
	if code != 0 || errOut != "" {
		t.Fatalf("exit %d, %s", code, errOut)
	}
	for _, name := range simulatedFigures {
		value, ok := doc[name].(float64)
		ci, ok2 := doc[name+"_ci95"].([]any)
		if !ok || !ok2 || len(ci) != 2 || ci[0].(float64) > value || ci[1].(float64) < value {
			t.Errorf("%s: %v in %v", name, doc[name], doc[name+"_ci95"])
		}
	}
	analytic := doc["analytic"].(map[string]any)
	if got := doc["rejection_probability"].(float64); math.Abs(got-0.2) > 0.01 || !near(analytic["rejection_probability"], 0.2) {
		t.Errorf("rejected %v, analytic %v", got, analytic)
	}
	seeded := func() string {
		_, out, _ := simulateCommand(t, "--rate", "1", "--warm-service", "1s", "--seed", "2", "--horizon", "2000s", "-o", "json")
		return out
	}
	if first, second := seeded(), seeded(); first != second {
		t.Error("the same seed gives another result")
	}
}

// What is unknown is null and said; a table names every figure.
func TestSimulateUnknownAndTable(t *testing.T) {
	args := []string{"--rate", "0.5", "--warm-service", "1s", "--provisioned", "30", "--horizon", "50000s"}
	code, out, _ := simulateCommand(t, append(args, "-o", "json")...)
	doc := decode(t, out)
	if code != 0 || doc["mean_instance_lifetime_s"] != nil || doc["cold_start_probability"] != 0.0 {
		t.Errorf("exit %d, %v", code, doc)
	}
	if w := doc["warnings"].([]any); len(w) == 0 || !strings.Contains(w[len(w)-1].(string), "mean_instance_lifetime_s is unknown") {
		t.Errorf("warnings %v", w)
	}
	code, out, _ = simulateCommand(t, args...)
	for _, name := range simulatedFigures {
		if code != 0 || !strings.Contains(out, name) {
			t.Errorf("exit %d, no %s in %s", code, name, out)
		}
	}
}

// People get five digits: a request every 20 s that is always cold, 5 s of
// work and 10 s of idleness are 0.75 instances.
func TestSimulateDigits(t *testing.T) {
	code, out, _ := simulateCommand(t, "--arrivals", "deterministic", "--rate", "0.05", "--warm-service", "1s", "--cold-service", "5s",
		"--service-distribution", "constant", "--idle-timeout", "10s", "--horizon", "100000s")
	for _, want := range []string{"0.75000", "0.33333", "15.000"} {
		if code != 0 || !strings.Contains(out, want) {
			t.Errorf("exit %d, no %s in %s", code, want, out)
		}
	}
}

func TestSimulateTrace(t *testing.T) {
	path := filepath.Join(t.TempDir(), "trace.csv")
	// Three requests; the last comes 690 s after two at once, whose second
	// lives 1.2 times as long when a range is replayed, and only then.
	if err := os.WriteFile(path, []byte("arrival_s,duration_ms\n0,1000\n0,1000\n691,1000\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		want float64
	}{
		{[]string{"--idle-timeout", "600s"}, 1},
		{[]string{"--idle-timeout", "600s..601s"}, 2.0 / 3},
		{[]string{"--idle-timeout", "600s..601s", "--surplus-lifetime", "1"}, 1},
		{[]string{"--idle-timeout", "600s", "--surplus-lifetime", "1.2"}, 2.0 / 3},
		{[]string{"--idle-timeout", "600s", "--horizon", "600s"}, 1},
	} {
		code, out, errOut := simulateCommand(t, append([]string{"--arrivals", "trace:" + path, "-o", "json"}, c.args...)...)
		if doc := decode(t, out); code != 0 || !near(doc["cold_start_probability"], c.want) {
			t.Errorf("%v: exit %d, %v, want %v (%s)", c.args, code, doc["cold_start_probability"], c.want, errOut)
		}
	}
}

func TestSimulateRefusals(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bad.csv")
	if err := os.WriteFile(path, []byte("minute,function,invocations\n1,a,many\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for want, args := range map[string][]string{
		"--rate, the mean":       {},
		"--warm-service":         {"--rate", "1"},
		"rate 0":                 {"--rate", "0", "--warm-service", "1s"},
		"rate NaN":               {"--rate", "NaN", "--warm-service", "1s"},
		"--arrivals \"bursty\"":  {"--arrivals", "bursty"},
		"--service-distribution": {"--rate", "1", "--warm-service", "1s", "--service-distribution", "lognormal"},
		"--idle-timeout \"7m..5": {"--rate", "1", "--warm-service", "1s", "--idle-timeout", "7m..5m"},
		"no such file":           {"--arrivals", "trace:/nowhere/at/all.csv"},
		"bad.csv: line 2":        {"--arrivals", "trace:" + path},
		"concurrency limit 0":    {"--rate", "1", "--warm-service", "1s", "--max-concurrency", "0"},
		"provisioned":            {"--rate", "1", "--warm-service", "1s", "--provisioned", "2000"},
		"horizon":                {"--rate", "1", "--warm-service", "1s", "--horizon", "0s"},
	} {
		code, out, errOut := simulateCommand(t, args...)
		if code != exitUsage || out != "" || !strings.Contains(errOut, want) || strings.Count(errOut, "\n") != 1 {
			t.Errorf("%q: exit %d, %q, want %q", args, code, errOut, want)
		}
	}
}
